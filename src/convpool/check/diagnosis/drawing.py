"""One window as text: the numbers that enter it, what they come to, and what came instead.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.check.diagnosis.arithmetic import Given, Pair, right_place, right_zeros
from convpool.check.tasks import TASKS

ZERO = "·"  # of the padding
LONGEST = 24  # terms of a sum that is written out


def number(value: Any) -> str:
    """Return a number in few digits: 3, -2.5, 1.33333, nan."""
    return f"{float(value):.6g}"


def axes(given: Given) -> tuple[str, ...]:
    """Return the names of an output's axes."""
    last = {5: ("kernel",), 6: ("channel",)}.get(given.task, ())
    return ("image", "i", "j", *last)


def pixel_name(given: Given, index: tuple[int, ...]) -> str:
    """Return a place in the output in words: image 0, i = 1, j = 2, kernel 0."""
    words = zip(axes(given), index, strict=False)
    return ", ".join(f"{name} = {at}" if name in "ij" else f"{name} {at}" for name, at in words)


def corner(given: Given, index: tuple[int, ...]) -> Pair:
    """Return the row and column of the image where an output's window begins; negative in the padding."""
    first, second = (
        right_place(given, axis, index[1 + axis]) - right_zeros(given, axis)[0] for axis in (0, 1)
    )
    return first, second


def _window(given: Given, index: tuple[int, ...]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the pixels of a window (kh, kw, c), and which of them are the image's (kh, kw)."""
    places = [
        start + np.arange(k) for start, k in zip(corner(given, index), given.window, strict=True)
    ]
    inside = [(at >= 0) & (at < n) for at, n in zip(places, given.images.shape[1:3], strict=True)]
    rows, columns = (
        at.clip(0, n - 1) for at, n in zip(places, given.images.shape[1:3], strict=True)
    )
    real = inside[0][:, None] & inside[1]
    return given.images[index[0]][np.ix_(rows, columns)] * real[..., None], real


def _grid(cells: list[list[str]]) -> list[str]:
    """Return rows of cells, each column as wide as its widest."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "    " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    ]


def _sum(terms: list[str], total: float) -> str:
    kept = (
        terms if len(terms) <= LONGEST else [*terms[:LONGEST], f"... ({len(terms) - LONGEST} more)"]
    )
    return f"{' + '.join(kept) or '0'} = {number(total)}"


def _factor(value: float) -> str:
    return number(value) if value >= 0 or np.isnan(value) else f"({number(value)})"


def _convolved(given: Given, index: tuple[int, ...]) -> list[str]:
    pixels, real = _window(given, index)
    kernel = given.kernels[..., index[3] if given.task == 5 else 0]
    lines, terms = [], []
    for channel in range(pixels.shape[2]):
        cells = [
            [
                f"{number(pixels[u, v, channel]) if real[u, v] else ZERO} x "
                f"{number(kernel[u, v, channel])}"
                for v in range(kernel.shape[1])
            ]
            for u in range(kernel.shape[0])
        ]
        of = f" of channel {channel}" if pixels.shape[2] > 1 else ""
        lines += [
            f"its window{of}, pixel x "
            f"weight{'' if real.all() else f' ({ZERO} is a zero of the padding)'}:"
        ]
        lines += _grid(cells)
        terms += [
            f"{_factor(pixels[u, v, channel])} * {_factor(kernel[u, v, channel])}"
            for u, v in np.argwhere(real)
        ]
    return [*lines, f"sum: {_sum(terms, (pixels * kernel).sum())}"]


def _pooled(given: Given, index: tuple[int, ...]) -> list[str]:
    pixels = _window(given, index)[0][..., index[3]]
    values = [number(value) for value in pixels.flat]
    lines = ["its window:", *_grid([[number(value) for value in row] for row in pixels])]
    if given.mode == "max":
        return [*lines, f"maximum: {number(pixels.max())}"]
    total = _sum([_factor(value) for value in pixels.flat], pixels.sum())
    return [*lines, f"average: {total}, / {len(values)} = {number(pixels.mean())}"]


def window(given: Given, index: tuple[int, ...]) -> str:
    """Draw the window of one output pixel (image, i, j and the kernel or channel), and write out what it comes to."""
    row, column = corner(given, index)
    begins = f"its window begins at row {row}, column {column} of image {index[0]}"
    lines = _pooled(given, index) if given.pools else _convolved(given, index)
    return "\n".join([begins, *lines])


def call(given: Given) -> str:
    """Return a call in words: convolve_grayscale, images 2 x 5 x 4, kernel 3 x 3, padding 'same', stride (2, 2)."""
    h, w = given.images.shape[1:3]
    m, c = len(given.images), given.images.shape[-1]
    channels = f" x {c}" if given.task >= 4 else ""
    said = [f"{m} image{'s' * (m > 1)} of {h} x {w}{channels} ({given.dtypes[0]})"]
    kh, kw = given.window
    if given.pools:
        said.append(f"kernel_shape ({kh}, {kw})")
    else:
        nc = f", {given.kernels.shape[3]} kernels" if given.task == 5 else ""
        said.append(f"kernel {kh} x {kw}{channels} ({given.dtypes[1]}){nc}")
    if "padding" in TASKS[given.task].parameters:
        said.append(f"padding={given.padding!r}")
    if "stride" in TASKS[given.task].parameters:
        said.append(f"stride={given.stride}")
    return ", ".join([*said, f"mode={given.mode!r}"] if given.pools else said)
