"""Everyday filters of pictures as rows of a benchmark: what people call who work with pictures.

To add one, add a line to the function of its group. A signal is a picture of one row.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import product
from typing import Any

from rows import FILTERS, Row

SIDES = (256, 512, 2048)  # of the pictures
LARGE = (15, 31, 63)  # sides of kernels that are compared on one picture of 1024 x 1024
MEDIANS = tuple(product(("uint8", "float32"), (3, 5, 15)))  # (dtype, size)
SIGNALS = (1_000, 100_000, 1_000_000)


def around(size: int) -> dict[str, Any]:
    """Return a window of this size, and the padding that makes the result as large as the image."""
    return {"window": (size, size), "padding": (size // 2, size // 2)}


def named(name: str) -> dict[str, Any]:
    """Return what `around` does for a kernel of FILTERS, with its name."""
    return {**around(len(FILTERS[name])), "kernel_name": name}


def small_and_large(side: int) -> Iterator[Row]:
    """Yield the rows of a square picture."""
    group, grey, colour = f"{side}x{side}", (side, side, 1), (side, side, 3)
    for size in (3, 5, 9):
        for dtype in ("float32", "uint8"):
            yield Row(group, f"{size}x{size}", "filter", grey, dtype=dtype, **around(size))
    yield Row(group, "colour 3x3", "filter", colour, dtype="uint8", **around(3))
    yield Row(group, "Gaussian", "filter", grey, is_separable=True, **named("gaussian-2"))
    yield Row(group, "Sobel", "filter", grey, dtype="uint8", **named("sobel-x"))
    yield Row(group, "mean of 3x3", "filter", grey, **named("box-3"))
    yield Row(group, "mean of 15x15", "filter", grey, is_separable=True, **named("box"))
    for size in (3, 15):
        yield Row(
            group, f"largest of {size}x{size}", "pool", (1, *grey), mode="max", **around(size)
        )
    halves = {"window": (2, 2), "stride": (2, 2), "mode": "avg"}
    yield Row(group, "halving", "pool", (1, *grey), **halves)


def wide() -> Iterator[Row]:
    """Yield rows with large kernels, and long signals."""
    for size in LARGE:
        images = (1024, 1024, 1)
        yield Row("large kernel", f"{size}x{size}", "filter", images, **around(size))
    for length in SIGNALS:
        window = {"window": (1, 9), "padding": (0, 4)}
        yield Row("signal", f"{length} values, 9 taps", "filter", (1, length, 1), **window)


def medians() -> Iterator[Row]:
    """Yield medians of windows that lie on pixels alone, since peers pad in different ways."""
    for dtype, size in MEDIANS:
        words = {"window": (size, size), "mode": "median", "dtype": dtype}
        yield Row("median", f"median of {size}x{size}", "pool", (1, 512, 512, 1), **words)


def volumes() -> Iterator[Row]:
    """Yield rows of a volume, as scanners make them."""
    volume = functools.partial(
        Row, "volume", images=(1, 96, 96, 96, 1), stride=(1, 1, 1), dilation=(1, 1, 1)
    )
    window, inside, around = (3, 3, 3), (0, 0, 0), (1, 1, 1)
    words = {"padding": "same_size"}
    yield volume("3x3x3", kind="convolve", window=window, words=words, kernels=1, padding=around)
    for name, mode, padding in (("largest", "max", around), ("mean", "avg", inside)):
        yield volume(f"{name} of 3x3x3", kind="pool", window=window, mode=mode, padding=padding)
    halves = {"window": (2, 2, 2), "stride": (2, 2, 2), "padding": inside, "mode": "avg"}
    yield volume("halving", kind="pool", **halves)


PICTURE_ROWS = [
    *(row for side in SIDES for row in small_and_large(side)),
    *wide(),
    *medians(),
    *volumes(),
]
