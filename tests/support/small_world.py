"""Every geometry of a small world: all sizes, windows, strides, dilations and paddings that fit.

Exhaustive on one axis, drawn on two and three. What random sizes miss shows here: outputs of one
row, column or pixel, windows larger than the image, windows that lack the same taps everywhere.
Values are halves of small whole numbers, so that every sum is exact and every bit counts. Nothing
of the package makes or judges a case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from support import shifted
from support.shifted import Steps

SIZES = WINDOWS = range(1, 6)
STRIDES = range(1, 4)
DILATIONS = range(1, 3)
ZEROS = range(5)
NAMES = ("valid", "same", "same_lower", "same_size", "full", "causal")
PAD_MODES = ("zeros", "constant", "reflect", "symmetric", "edge", "wrap")
POOL_MODES = ("max", "min", "avg", "sum", "lp")
FILL = 3


class Geometry(NamedTuple):
    """Where windows lie: for each axis sizes of image and window, and the steps.

    `padding` is the argument of a call, `axes` has what it means.
    """

    sizes: tuple[int, ...]
    window: tuple[int, ...]
    padding: Any
    axes: tuple[Steps, ...]

    @property
    def stride(self) -> tuple[int, ...]:
        """The stride on each axis."""
        return tuple(axis.stride for axis in self.axes)

    @property
    def dilation(self) -> tuple[int, ...]:
        """The dilation on each axis."""
        return tuple(axis.dilation for axis in self.axes)

    @property
    def ceil(self) -> bool:
        """Whether windows may reach beyond the padding."""
        return self.axes[0].ceil

    @property
    def counts(self) -> tuple[int, ...]:
        """The number of windows on each axis."""
        return tuple(
            axis.count(*size)
            for axis, *size in zip(self.axes, self.sizes, self.window, strict=True)
        )

    def __str__(self) -> str:
        """Return the geometry in words, for the message of a failure."""
        return (
            f"sizes {self.sizes}, window {self.window}, padding {self.padding!r}, stride "
            f"{self.stride}, dilation {self.dilation}, ceil {self.ceil}"
        )


def _geometry(
    sizes: tuple[int, ...],
    window: tuple[int, ...],
    padding: Any,
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    ceil: bool,
) -> Geometry:
    """Return the geometry of these words, with the zeros that its padding means."""
    lines = zip(sizes, window, stride, dilation, strict=True)
    pairs = (
        [shifted.named_padding(padding, *line) for line in lines]
        if isinstance(padding, str)
        else padding
    )
    steps = [
        Steps(before, after, s, d, ceil)
        for (before, after), s, d in zip(pairs, stride, dilation, strict=True)
    ]
    return Geometry(sizes, window, padding, tuple(steps))


def _fits(geometry: Geometry) -> bool:
    """Return whether each axis has a window."""
    return min(geometry.counts) >= 1


def one_axis(windows: Sequence[int] = WINDOWS, ceil: bool = False) -> list[Geometry]:
    """Return every geometry of one axis."""
    paddings = [*NAMES, *(((before, after),) for before, after in product(ZEROS, ZEROS))]
    choices = product(SIZES, windows, paddings, STRIDES, DILATIONS)
    geometries = (
        _geometry((n,), (w,), padding, (s,), (d,), ceil) for n, w, padding, s, d in choices
    )
    return [geometry for geometry in geometries if _fits(geometry)]


def some_axes(
    rank: int,
    count: int,
    random: Random,
    ceil: bool = False,
    windows: Sequence[int] = WINDOWS,
    strides: Sequence[int] = STRIDES,
) -> list[Geometry]:
    """Return `count` random geometries of `rank` axes."""

    def choices(values: Sequence[int]) -> tuple[int, ...]:
        """Return a random choice of these values for each axis."""
        return tuple(random.choice(values) for _ in range(rank))

    found: list[Geometry] = []
    while len(found) < count:
        padding = random.choice(
            [*NAMES, tuple((random.choice(ZEROS), random.choice(ZEROS)) for _ in range(rank))]
        )
        geometry = _geometry(
            choices(SIZES), choices(windows), padding, choices(strides), choices(DILATIONS), ceil
        )
        if _fits(geometry):
            found.append(geometry)
    return found


def forms(n: int) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """Return (few, many): shapes (channels, kernels, groups) with few and many kernels in a group.

    They lie around the widths of vectors of n numbers, and below and above 16 channels.
    """
    few = [
        (1, 1, 1),
        (3, 1, 1),
        (3, 2, 1),
        (4, 4, 2),
        (3, 6, 3),
        (5, 5, 5),
        (2 * n + 1, 2 * n + 1, 2 * n + 1),
    ]
    many = [(c, nc, 1) for c in (1, 2, 15, 16, 17) for nc in (n - 1, n, n + 1)]
    return few, [*many, (18, 2 * n + 1, 1), (4, 4 * n, 2), (34, 2 * n + 2, 2)]


def halves(
    shape: tuple[int, ...], random: Random, dtype: str = "float32", zero: bool = True
) -> NDArray[Any]:
    """Return halves of small numbers, drawn; weights are not 0, so that every tap counts."""
    values = [0, *range(-4, 0), *range(1, 5)][not zero :]
    drawn = np.array(random.choices(values, k=int(np.prod(shape))), np.float64).reshape(shape)
    return (drawn / 2 if np.dtype(dtype).kind == "f" else abs(drawn)).astype(dtype)


class Convolution(NamedTuple):
    """Operands and words of a convolution, and its right result."""

    images: NDArray[Any]
    kernels: NDArray[Any]
    bias: NDArray[Any]
    words: dict[str, Any]
    expected: NDArray[Any]


def convolution(
    geometry: Geometry,
    form: tuple[int, int, int],
    pad_mode: str,
    random: Random,
    dtypes: tuple[str, str] = ("float32", "float32"),
) -> Convolution:
    """Make a convolution of a geometry."""
    c, nc, groups = form
    images = halves((2, *geometry.sizes, c), random, dtypes[0])
    weights = halves((*geometry.window, c // groups, nc), random, dtypes[1], zero=False)
    bias = halves((nc,), random, dtypes[1])
    words: dict[str, Any] = {
        "groups": groups,
        "pad_mode": pad_mode,
        **({"fill": FILL} if pad_mode == "constant" else {}),
    }
    expected = shifted.convolve(images, weights, geometry.axes, bias=bias, **words)
    words |= {"padding": geometry.padding, "stride": geometry.stride, "dilation": geometry.dilation}
    return Convolution(images, weights, bias, words, expected)


class Pooling(NamedTuple):
    """Operand and words of a pooling, and its right result."""

    images: NDArray[Any]
    words: dict[str, Any]
    expected: NDArray[Any]


def pooling(
    geometry: Geometry,
    channels: int,
    mode: str,
    count_padding: bool,
    random: Random,
    dtype: str = "float32",
) -> Pooling:
    """Make a pooling of a geometry."""
    images = halves((2, *geometry.sizes, channels), random, dtype)
    ends: tuple[float, float] = (
        (-np.inf, np.inf)
        if images.dtype.kind == "f"
        else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    )
    words: dict[str, Any] = {"mode": mode, "count_padding": count_padding}
    expected = shifted.pool(
        images, geometry.window, geometry.axes, least=ends[0], greatest=ends[1], **words
    )
    words |= {
        "kernel_shape": geometry.window,
        "stride": geometry.stride,
        "dilation": geometry.dilation,
    }
    return Pooling(images, words | {"padding": geometry.padding, "ceil": geometry.ceil}, expected)


class Transposed(NamedTuple):
    """Operands and words of a transposed convolution, and its right result."""

    values: NDArray[Any]
    kernels: NDArray[Any]
    words: dict[str, Any]
    expected: NDArray[Any]


def transposed_convolution(
    counts: tuple[int, ...],
    window: tuple[int, ...],
    padding: Any,
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    extra: tuple[int, ...],
    form: tuple[int, int, int],
    random: Random,
) -> Transposed | None:
    """Make a transposed convolution of so many values on each axis; None where its result would
    have no pixel.
    """
    c, nc, groups = form
    sizes, pairs = [], []
    for o, w, s, d, k in zip(counts, window, stride, dilation, range(len(counts)), strict=True):
        span = d * (w - 1) + 1
        if padding in ("same", "same_lower", "same_size"):
            sizes.append(o if padding == "same_size" else o * s)
            pairs.append(shifted.named_padding(padding, sizes[-1], w, s, d))
        else:
            pairs.append(
                shifted.named_padding(padding, 1, w, s, d)
                if isinstance(padding, str)
                else padding[k]
            )
            sizes.append((o - 1) * s + span - sum(pairs[-1]) + extra[k])
    if min(sizes) < 1:
        return None
    axes = [Steps(*pair, s, d) for pair, s, d in zip(pairs, stride, dilation, strict=True)]
    values = halves((2, *counts, nc), random)
    kernels = halves((*window, c // groups, nc), random, zero=False)
    expected = shifted.convolve_transpose(values, kernels, axes, sizes, groups=groups)
    words = {"padding": padding, "stride": stride, "dilation": dilation, "groups": groups}
    return Transposed(
        values, kernels, words | ({"output_padding": extra} if any(extra) else {}), expected
    )


def every_transposed_convolution(
    form: tuple[int, int, int], random: Random, windows: Sequence[int] = WINDOWS
) -> Iterator[Transposed]:
    """Yield every transposed convolution of one axis."""
    paddings = [*NAMES, *(((before, after),) for before, after in product(ZEROS, ZEROS))]
    for o, w, padding, s, d in product(SIZES, windows, paddings, STRIDES, DILATIONS):
        extras = range(1) if padding in ("same", "same_lower", "same_size") else range(max(s, d))
        for extra in extras:
            made = transposed_convolution((o,), (w,), padding, (s,), (d,), (extra,), form, random)
            if made:
                yield made
