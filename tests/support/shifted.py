"""Convolution and pooling as sums of shifted copies, with NumPy alone, to judge the package.

An axis is (before, after, stride, dilation): padding as numbers, however it was named. Everything
is computed in float64, in which small numbers and halves of them are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Steps:
    """How windows lie on an axis."""

    before: int
    after: int
    stride: int = 1
    dilation: int = 1
    ceil: bool = False

    def span(self, window: int) -> int:
        """Return the pixels that a window of so many taps reaches over."""
        return self.dilation * (window - 1) + 1

    def count(self, size: int, window: int) -> int:
        """Return how many windows there are; below 1 where none fits."""
        room = self.before + size + self.after - self.span(window)
        if not self.ceil:
            return room // self.stride + 1
        count = -(-room // self.stride) + 1
        return count - 1 if (count - 1) * self.stride >= self.before + size else count


def named_padding(
    padding: str, size: int, window: int, stride: int = 1, dilation: int = 1
) -> tuple[int, int]:
    """Return the padding (before, after) that a name stands for."""
    span = dilation * (window - 1) + 1
    if padding == "valid":
        return 0, 0
    if padding == "full":
        return span - 1, span - 1
    if padding == "causal":
        return span - 1, 0
    count = size if padding == "same_size" else (size + stride - 1) // stride
    total = max((count - 1) * stride + span - size, 0)
    half, rest = total // 2, total - total // 2
    return (half, rest) if padding == "same" else (rest, half)


def copies(
    padded: NDArray[Any], axes: Sequence[Steps], window: tuple[int, ...], counts: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], NDArray[Any]]]:
    """Yield (tap, copy) for each tap of a window.

    copy: the number under this tap of every window, (m, *counts, c), a view of padded (m, *padded,
    c).
    """
    for tap in np.ndindex(*window):
        starts = [u * axis.dilation for u, axis in zip(tap, axes, strict=True)]
        cuts = [
            slice(start, start + (count - 1) * axis.stride + 1, axis.stride)
            for start, count, axis in zip(starts, counts, axes, strict=True)
        ]
        yield tap, padded[(slice(None), *cuts)]


def convolve(
    images: NDArray[Any],
    kernels: NDArray[Any],
    axes: Sequence[Steps],
    *,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: float = 0,
    bias: NDArray[Any] | float = 0,
) -> NDArray[Any]:
    """Return images (m, *spatial, c) under kernels (*window, c // groups, nc): (m, *counts, nc)."""
    window, depth, each = kernels.shape[:-2], kernels.shape[-2], kernels.shape[-1] // groups
    counts = [
        axis.count(*sizes) for axis, *sizes in zip(axes, images.shape[1:-1], window, strict=True)
    ]
    words: dict[str, Any] = {"constant_values": fill} if pad_mode == "constant" else {}
    mode: Any = {"zeros": "constant"}.get(pad_mode, pad_mode)
    sides = [(0, 0), *((axis.before, axis.after) for axis in axes), (0, 0)]
    padded = np.pad(images.astype(np.float64), sides, mode, **words)
    total = np.zeros((len(images), *counts, kernels.shape[-1])) + bias
    for tap, copy in copies(padded, axes, window, counts):
        for g in range(groups):
            own = slice(g * each, (g + 1) * each)
            total[..., own] += copy[..., g * depth : (g + 1) * depth] @ kernels[tap][:, own].astype(
                np.float64
            )
    return total


def convolve_transpose(
    values: NDArray[Any],
    kernels: NDArray[Any],
    axes: Sequence[Steps],
    sizes: Sequence[int],
    *,
    groups: int = 1,
) -> NDArray[Any]:
    """Return what (m, *counts, nc) give back to images of some sizes: (m, *sizes, c)."""
    window, depth, each = kernels.shape[:-2], kernels.shape[-2], kernels.shape[-1] // groups
    counts = values.shape[1:-1]
    lengths = [
        max(axis.before + size, (count - 1) * axis.stride + axis.span(taps))
        for axis, size, count, taps in zip(axes, sizes, counts, window, strict=True)
    ]
    total = np.zeros((len(values), *lengths, depth * groups))
    for tap, copy in copies(total, axes, window, counts):
        for g in range(groups):
            own = slice(g * each, (g + 1) * each)
            copy[..., g * depth : (g + 1) * depth] += values[..., own] @ kernels[tap][
                :, own
            ].T.astype(np.float64)
    inside = (
        slice(axis.before, axis.before + size) for axis, size in zip(axes, sizes, strict=True)
    )
    return total[(slice(None), *inside)]


def _masked_copies(
    images: NDArray[Any], axes: Sequence[Steps], window: tuple[int, ...], counts: Sequence[int]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return (stack, on_pixel, on_declared), each (taps, m or 1, *counts, c or 1).

    stack: the numbers under each tap of every window, 0 on padding. on_pixel: whether a pixel is
    there. on_declared: whether a pixel or declared padding is, not what `ceil` hangs over.
    """
    ends = [
        max(0, (count - 1) * axis.stride + axis.span(taps) - axis.before - size - axis.after)
        for axis, count, taps, size in zip(axes, counts, window, images.shape[1:-1], strict=True)
    ]
    sides = [(axis.before, axis.after) for axis in axes]
    over = [(0, end) for end in ends]

    def stack(array: NDArray[Any], one: float, other: float) -> NDArray[Any]:
        """Return the copies of an array with one value as its padding, and another beyond it."""
        padded = np.pad(
            np.pad(array, [(0, 0), *sides, (0, 0)], constant_values=one),
            [(0, 0), *over, (0, 0)],
            constant_values=other,
        )
        return np.stack([copy for _, copy in copies(padded, axes, window, counts)])

    pixels = np.ones((1, *images.shape[1:-1], 1), bool)
    return stack(images, 0, 0), stack(pixels, False, False), stack(pixels, True, False)


def pool(
    images: NDArray[Any],
    window: tuple[int, ...],
    axes: Sequence[Steps],
    mode: str,
    *,
    count_padding: bool = False,
    p: float = 2,
    least: float = -np.inf,
    greatest: float = np.inf,
) -> NDArray[Any]:
    """Return (m, *counts, c); least and greatest are what max and min of no pixel give."""
    counts = [
        axis.count(*sizes) for axis, *sizes in zip(axes, images.shape[1:-1], window, strict=True)
    ]
    stack, on_pixel, on_declared = _masked_copies(images.astype(np.float64), axes, window, counts)
    if mode == "max":
        return np.where(on_pixel, stack, least).max(axis=0)
    if mode == "min":
        return np.where(on_pixel, stack, greatest).min(axis=0)
    if mode == "lp":
        return (np.where(on_pixel, abs(stack), 0) ** p).sum(axis=0) ** (1 / p)
    total = np.where(on_pixel, stack, 0).sum(axis=0)
    if mode == "sum":
        return total
    number = (on_declared if count_padding else on_pixel).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        result = total / number
    # a window without a real pixel has no average, whatever it is divided by
    return np.where(on_pixel.any(axis=0), result, np.nan)


def max_pool_indices(
    images: NDArray[Any], window: tuple[int, ...], axes: Sequence[Steps], least: float = -np.inf
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return (values, indices): the greatest pixel of each window, and where it lies.

    An index is flat over the spatial axes, of the first of equals, and -1 without a pixel.
    """
    counts = [
        axis.count(*sizes) for axis, *sizes in zip(axes, images.shape[1:-1], window, strict=True)
    ]
    places = np.arange(np.prod(images.shape[1:-1])).reshape(1, *images.shape[1:-1], 1)
    stack, on_pixel, _ = _masked_copies(images.astype(np.float64), axes, window, counts)
    indices = _masked_copies(places, axes, window, counts)[0]
    values = np.where(on_pixel, stack, -np.inf)
    first = values.argmax(axis=0)[None]
    has_pixel = np.broadcast_to(on_pixel.any(axis=0), values.shape[1:])
    index = np.take_along_axis(np.broadcast_to(indices, values.shape), first, axis=0)[0]
    greatest = np.take_along_axis(values, first, axis=0)[0]
    return np.where(has_pixel, greatest, least), np.where(has_pixel, index, -1)
