"""Where windows may have been laid: other zeros, another size of the output, other steps.

Letters: on one axis n pixels, k taps, s steps, p zeros on either side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from convpool.check.diagnosis.arithmetic import Array, Given, Pair, Reading, right_count
from convpool.check.diagnosis.readings.zeros import PAIR_ZEROS, SAME_ZEROS

Rows = Iterator[tuple[str, Reading]]
AXES = (((0, 1), ""), ((0,), " of the rows"), ((1,), " of the columns"))


# ---- zeros ----

# name -> (words after those of the zeros, how many outputs)
KEPT: dict[str, tuple[str, Callable[[Given, int, Pair], int] | None]] = {
    "": ("", None),
    ", n outputs": (", and the output is cut to h x w", lambda g, axis, zeros: g.sizes[axis]),
    ", right size": (
        ", and the output has the right size",
        lambda g, axis, zeros: right_count(
            replace(g, sizes=g.images.shape[1:3]), axis, _asked(g, axis)
        ),
    ),
    ", n // s outputs": (
        ", and the output has n // s rows and columns",
        lambda g, axis, zeros: _steps(g, axis),
    ),
    ", ceil(n / s) outputs": (
        ", and the output has ceil(n / s) rows and columns",
        lambda g, axis, zeros: -(-g.sizes[axis] // g.stride[axis]),
    ),
    ", ceil": (
        ", and the output's size is rounded up",
        lambda g, axis, zeros: (
            -(-(g.sizes[axis] + sum(zeros) - g.window[axis]) // g.stride[axis]) + 1
        ),
    ),
}


def _steps(given: Given, axis: int) -> int:
    return given.sizes[axis] // given.stride[axis]


def _asked(given: Given, axis: int) -> Pair:
    return (0, 0) if isinstance(given.padding, str) else (given.padding[axis],) * 2


def zeros() -> Rows:
    """Yield each reading of the zeros by name."""
    for when, table in (("same", SAME_ZEROS), ("pair", PAIR_ZEROS)):
        for kept, (more, count) in KEPT.items():
            if (when, kept) in (("same", ", right size"), ("pair", ", n outputs")):
                # for 'same', the right size is n; nobody keeps n where a pair is asked for
                continue
            for name, (words, zeros) in table.items():
                yield (
                    f"{when}: {name}{kept}",
                    Reading(words + more, "zeros", when, zeros=zeros, count=count),
                )


# what np.pad can put around an image instead of zeros
FILLS = ("edge", "reflect", "symmetric", "wrap")


def fills() -> Rows:
    """Yield each reading of what the padding is by name."""

    def padded(images: Array, widths: Any, mode: Any) -> Array:
        return np.pad(images, widths, mode=mode)

    for mode in FILLS:
        fill: Any = lambda images, widths, mode=mode: padded(images, widths, mode)  # noqa: E731
        yield (
            f"padded with {mode}",
            Reading(f"the padding is np.pad's {mode!r} instead of zeros", "fill", fill=fill),
        )
    yield (
        "padded with ones",
        Reading(
            "the padding is ones instead of zeros",
            "fill",
            fill=lambda images, widths: np.pad(images, widths, constant_values=1),
        ),
    )
    yield (
        "padded with means",
        Reading(
            "the padding is np.pad's 'mean' instead of zeros",
            "fill",
            fill=lambda images, widths: np.pad(images, widths, mode="mean"),
        ),
    )


# ---- how many windows, and where they begin ----

OF_PADDED = ("size without the zeros", "size with half the zeros")
LEFT = ", and what has no window is left at 0"  # or, of a pooling, is taken over what is there

# name -> (words, how many outputs)
COUNTS: dict[str, tuple[str, Callable[[Given, int, Pair], int]]] = {
    "one output more": (
        "the output is one too large" + LEFT,
        lambda g, a, z: right_count(g, a, z) + 1,
    ),
    "one output less": (
        "the output is one too small, the last left out",
        lambda g, a, z: right_count(g, a, z) - 1,
    ),
    "size rounded up": (
        "the output's size is rounded up (ceil for floor)" + LEFT,
        lambda g, a, z: -(-(g.sizes[a] + sum(z) - g.window[a]) // g.stride[a]) + 1,
    ),
    "size without the stride": (
        "the output's size is n + zeros - k + 1, without the stride, and the rest is left at 0",
        lambda g, a, z: g.sizes[a] + sum(z) - g.window[a] + 1,
    ),
    "size without the zeros": (
        "the output's size is (n - k) // s + 1, without the zeros",
        lambda g, a, z: (g.sizes[a] - g.window[a]) // g.stride[a] + 1,
    ),
    "size with half the zeros": (
        "the output's size is (n + p - k) // s + 1, with the zeros of one side only",
        lambda g, a, z: (g.sizes[a] + z[0] - g.window[a]) // g.stride[a] + 1,
    ),
    "size n": ("the output keeps the image's size", lambda g, a, z: g.sizes[a]),
    "size n // s": ("the output's size is n // s", lambda g, a, z: _steps(g, a)),
    "size ceil(n / s)": (
        "the output's size is ceil(n / s)",
        lambda g, a, z: -(-g.sizes[a] // g.stride[a]),
    ),
    "size (n + zeros) // s": (
        "the output's size is (n + zeros) // s",
        lambda g, a, z: (g.sizes[a] + sum(z)) // g.stride[a],
    ),
    "size n // k": ("the output's size is n // k", lambda g, a, z: g.sizes[a] // g.window[a]),
    "size n - k": (
        "the output's size is n + zeros - k, one too small",
        lambda g, a, z: g.sizes[a] + sum(z) - g.window[a],
    ),
    "size (n - k + 1) // s": (
        "the output's size is (n + zeros - k + 1) // s",
        lambda g, a, z: (g.sizes[a] + sum(z) - g.window[a] + 1) // g.stride[a],
    ),
    "size n - k + 2": (
        "the output's size is (n + zeros - k + 1) // s + 1",
        lambda g, a, z: (g.sizes[a] + sum(z) - g.window[a] + 1) // g.stride[a] + 1,
    ),
    "size with h for w": (
        "the output's size has h and w swapped",
        lambda g, a, z: (g.sizes[1 - a] + sum(z) - g.window[a]) // g.stride[a] + 1,
    ),
    "size with kh for kw": (
        "the output's size has kh and kw swapped",
        lambda g, a, z: (g.sizes[a] + sum(z) - g.window[1 - a]) // g.stride[a] + 1,
    ),
    "size with sh for sw": (
        "the output's size has sh and sw swapped",
        lambda g, a, z: (g.sizes[a] + sum(z) - g.window[a]) // g.stride[1 - a] + 1,
    ),
    "size with s for k": (
        "the output's size is (n + zeros - s) // s + 1, with the stride for the kernel's size",
        lambda g, a, z: (g.sizes[a] + sum(z)) // g.stride[a],
    ),
    "size with k for s": (
        "the output's size is (n + zeros - k) // k + 1, with the kernel's size for the stride",
        lambda g, a, z: (g.sizes[a] + sum(z) - g.window[a]) // g.window[a] + 1,
    ),
}


def counts() -> Rows:
    """Yield each reading of the output's size by name."""
    for axes, where in AXES:
        for name, (words, number) in COUNTS.items():

            def count(
                given: Given, axis: int, zeros: Pair, number: Any = number, axes: Any = axes
            ) -> int:
                return int((number if axis in axes else right_count)(given, axis, zeros))

            said, on = words.removesuffix(LEFT), f" ({where.strip()})" if where else ""
            yield f"{name}{where}", Reading(f"{words}{on}", "size", count=count)
            over = f"{said}{on}, and the last windows are pooled over what is there"
            if name not in OF_PADDED:
                yield (
                    f"{name}{where}, ragged",
                    Reading(over, "size", "pooling", count=count, ragged=True),
                )


# name -> (words, where window i begins in the padded image)
BEGINNINGS: dict[str, tuple[str, Callable[[Given, int, int], int]]] = {
    "windows at i": (
        "windows begin at i instead of i * s (the stride is in the size only)",
        lambda g, a, i: i,
    ),
    "windows at i * s * s": (
        "the stride is applied twice (windows at i * s * s)",
        lambda g, a, i: i * g.stride[a] ** 2,
    ),
    "windows at i * k": (
        "windows begin at i * k instead of i * s",
        lambda g, a, i: i * g.window[a],
    ),
    "windows one further": (
        "windows begin one pixel further than they should",
        lambda g, a, i: i * g.stride[a] + 1,
    ),
    "windows at i + s": (
        "windows begin at i + s instead of i * s",
        lambda g, a, i: i + g.stride[a],
    ),
    "windows at i * sw": (
        "windows begin at i * sw and j * sh (swapped)",
        lambda g, a, i: i * g.stride[1 - a],
    ),
    "windows at (i + 1) * s": (
        "windows begin at (i + 1) * s instead of i * s",
        lambda g, a, i: (i + 1) * g.stride[a],
    ),
    "windows at 0": ("all windows are the first one", lambda g, a, i: 0),
}


def beginnings() -> Rows:
    """Yield each reading of where windows begin by name."""
    for axes, where in AXES:
        for name, (words, place) in BEGINNINGS.items():

            def begins(
                given: Given, axis: int, i: int, place: Any = place, axes: Any = axes
            ) -> int:
                return int(place(given, axis, i)) if axis in axes else i * given.stride[axis]

            said = f"{words}{where and f' ({where.strip()})'}"
            yield f"{name}{where}", Reading(said, "stride", place=begins)
            yield (
                f"{name}{where}, ragged",
                Reading(
                    f"{said}, over what is there", "stride", "pooling", place=begins, ragged=True
                ),
            )
