"""Where windows lie on an axis: the one arithmetic behind convolution, pooling, tiles and pictures.

Positions are counted on the padded axis, inputs on the axis itself. Window i starts at position
i * stride, and its tap t lies dilation * t further on; input = position - before, which is a pixel
from 0 to size - 1 and padding elsewhere. o is the number of values of a transposed convolution.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Halo(NamedTuple):
    """What some windows of an axis need: inputs from start to before stop, and zeros around them.

    `before` and `after` are the numbers of zeros at the two ends.
    """

    start: int
    stop: int
    before: int
    after: int


@dataclass(frozen=True)
class Axis:
    """Windows on one axis.

    Parameters
    ----------
    size
        Pixels of the input.
    window
        Taps of a window.
    stride
        Positions from one window to the next.
    dilation
        Positions from one tap to the next.
    before, after
        Positions of padding at the two ends.
    ceil
        Whether a last window may hang over the end; as in PyTorch, it must start on or before the
        last pixel.

    Examples
    --------
    >>> axis = Axis(28, 3, stride=2, before=1, after=1)
    >>> axis.span, axis.count, list(axis.starts)[:4]
    (3, 14, [0, 2, 4, 6])
    """

    size: int
    window: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    ceil: bool = False

    @property
    def span(self) -> int:
        """Number of positions from the first tap of a window to its last."""
        return self.dilation * (self.window - 1) + 1

    @property
    def count(self) -> int:
        """Number of windows, which is the output's size on this axis."""
        last_start = self.before + self.size + self.after - self.span
        if not self.ceil:
            return last_start // self.stride + 1
        count = -(-last_start // self.stride) + 1  # rounded up
        is_last_behind_pixels = (count - 1) * self.stride >= self.before + self.size
        return count - 1 if is_last_behind_pixels else count

    @property
    def meeting_distance(self) -> int:
        """The least distance, in taps, of two taps that lie on one pixel, in different windows.

        Taps t and u of two windows that are k apart lie on one pixel if dilation * (t - u) =
        stride * k. So t - u is a multiple of stride / gcd(stride, dilation); if that is `window`
        or more, no two taps of these windows meet.

        Examples
        --------
        >>> axes = Axis(9, 3), Axis(9, 3, stride=2), Axis(9, 3, stride=2, dilation=4)
        >>> [axis.meeting_distance for axis in axes]
        [1, 2, 1]
        """
        return self.stride // math.gcd(self.stride, self.dilation)

    @property
    def with_least_steps(self) -> Axis:
        """The same windows, with a smaller stride or dilation if it moves nothing.

        A stride leads to no second window if it is longer than the axis, and of one tap no dilation
        is used. Smaller numbers are safe to multiply.

        Examples
        --------
        >>> Axis(5, 3, stride=10**9).with_least_steps
        Axis(size=5, window=3, stride=5, dilation=1, before=0, after=0, ceil=False)
        """
        stride = min(self.stride, max(self.before + self.size + self.after, self.span))
        return replace(self, stride=stride, dilation=self.dilation if self.window > 1 else 1)

    @property
    def spanned_positions(self) -> int:
        """Number of positions from the first window's first tap to the last window's last."""
        return max(0, (self.count - 1) * self.stride + self.span)

    @property
    def reached_positions(self) -> int:
        """Upper bound of the number of positions that taps lie on, at most `spanned_positions`."""
        if self.stride >= self.span or self.dilation >= self.count * self.stride:
            return min(self.spanned_positions, self.count * self.window)
        return -(-self.spanned_positions // math.gcd(self.stride, self.dilation))

    @property
    def starts(self) -> range:
        """The position of each window's first tap, on the padded axis."""
        return range(0, self.count * self.stride, self.stride)

    @property
    def overhang(self) -> int:
        """Positions of the last window beyond the declared padding; more than 0 only with ceil."""
        end = (self.count - 1) * self.stride + self.span if self.count > 0 else 0
        return max(0, end - self.before - self.size - self.after)

    def halo(self, outputs: slice, taps: slice | None = None) -> Halo:
        """Return which inputs, and how many zeros, a slice of the windows needs.

        With `taps`, return what only this slice of their taps needs. If these lie wholly in the
        padding, start equals stop; for an empty slice of windows all is 0.

        Examples
        --------
        >>> Axis(5, 3, before=2, after=2).halo(slice(0, 2))
        Halo(start=0, stop=2, before=2, after=0)
        >>> Axis(5, 1, before=3, after=3).halo(slice(0, 2))
        Halo(start=0, stop=0, before=2, after=0)
        """
        taps = taps or slice(0, self.window)
        if outputs.stop <= outputs.start:
            return Halo(0, 0, 0, 0)
        # they reach `length` positions, from pixel `first` on, which is below 0 in the padding
        first = outputs.start * self.stride + taps.start * self.dilation - self.before
        length = (
            (outputs.stop - outputs.start - 1) * self.stride
            + (taps.stop - taps.start - 1) * self.dilation
            + 1
        )
        start, stop = min(max(first, 0), self.size), min(max(first + length, 0), self.size)
        before = min(max(-first, 0), length)
        return Halo(start, stop, before, length - before - (stop - start))

    def reach(self, tap: int, count: int | None = None) -> tuple[slice, slice]:
        """Return which of the first `count` windows have this tap on a pixel, and these pixels.

        Both are slices of equal length.

        Examples
        --------
        >>> Axis(5, 3, stride=2, before=1, after=1).reach(0)
        (slice(1, 3, None), slice(1, 5, 2))
        """
        # in window i the tap lies at i * stride + offset, which is a pixel from 0 to size - 1
        offset = tap * self.dilation - self.before
        first = max(0, -(offset // self.stride))
        stop = min(
            self.count if count is None else count, (self.size - 1 - offset) // self.stride + 1
        )
        stop = max(first, stop)
        pixel = first * self.stride + offset
        return slice(first, stop), slice(pixel, pixel + (stop - first) * self.stride, self.stride)

    def taps_on(self, low: int, high: int) -> NDArray[np.int64]:
        """Return, for each window, how many of its taps lie on inputs from low to before high."""
        first = np.arange(self.count) * self.stride - self.before
        # taps before low, and taps before high, of a window without end
        below_low, below_high = (-((first - limit) // self.dilation) for limit in (low, high))
        counts: NDArray[np.int64] = np.clip(below_high, 0, self.window) - np.clip(
            below_low, 0, self.window
        )
        return counts

    def divisors(self, *, count_padding: bool) -> NDArray[np.float64]:
        """Return what avg divides the total of each window by: its taps on pixels, NaN if none.

        With `count_padding`, taps on the padding count too, if any lies on a pixel.
        """
        on_pixels = self.taps_on(0, self.size)
        counted = self.taps_on(-self.before, self.size + self.after) if count_padding else on_pixels
        return np.where(on_pixels > 0, counted, np.nan)


def same(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return (before, after) for ceil(size / stride) windows, the odd zero after (SAME_UPPER)."""
    total = max((-(-size // stride) - 1) * stride + span - size, 0)
    return total // 2, total - total // 2


def same_lower(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return (before, after) for ceil(size / stride) windows, the odd zero before (SAME_LOWER)."""
    before, after = same(size, span, stride)
    return after, before


def same_size(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return (before, after) for one window per pixel at any stride, the odd zero before."""
    total = max((size - 1) * stride + span - size, 0)
    return total - total // 2, total // 2


def valid(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return (0, 0): no padding."""
    return 0, 0


def full(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return (before, after) for every window that has a pixel from its first tap to its last."""
    return span - 1, span - 1


def causal(size: int, span: int, stride: int) -> tuple[int, int]:
    """Return (before, after) for windows that end on a pixel each and so look back only."""
    return span - 1, 0


# name -> function of an axis's size, span and stride that returns the padding (before, after)
PADDINGS: dict[str, Callable[[int, int, int], tuple[int, int]]] = {
    "valid": valid,
    "same": same,
    "same_lower": same_lower,
    "same_size": same_size,
    "full": full,
    "causal": causal,
}
# name -> function of the number o of values of a transposed convolution and the stride, that
# returns the size of its output
TRANSPOSED_SIZES: dict[str, Callable[[int, int], int]] = {
    "same": lambda o, stride: o * stride,
    "same_lower": lambda o, stride: o * stride,
    "same_size": lambda o, stride: o,
}


def place(
    size: int, window: int, stride: int, dilation: int, padding: str | tuple[int, int]
) -> Axis:
    """Return the windows on an axis of `size` pixels; padding is a name or (before, after)."""
    span = dilation * (window - 1) + 1
    before, after = PADDINGS[padding](size, span, stride) if isinstance(padding, str) else padding
    return Axis(size, window, stride, dilation, before, after)


def place_transposed(
    o: int, window: int, stride: int, dilation: int, padding: str | tuple[int, int]
) -> Axis:
    """Return the o windows on the output axis of a transposed convolution of o values.

    Padding is a name or (before, after). There is no output padding.
    """
    axis = Axis(0, window, stride, dilation)
    if isinstance(padding, str) and padding in TRANSPOSED_SIZES:
        size = TRANSPOSED_SIZES[padding](o, stride)
    else:
        before, after = (
            PADDINGS[padding](0, axis.span, stride) if isinstance(padding, str) else padding
        )
        size = (o - 1) * stride + axis.span - before - after
    return place(size, window, stride, dilation, padding)


def sizes_with_count(
    count: int, window: int, stride: int, dilation: int, padding: str | tuple[int, int]
) -> range:
    """Return the sizes of an axis on which so many windows lie; padding as in `place`.

    They are consecutive, at most `stride` of them, and none if the padding alone holds more. 0 is
    among them only where `count` is 0.

    Examples
    --------
    >>> sizes_with_count(3, 3, 2, 1, "same"), sizes_with_count(3, 3, 2, 1, "valid")
    (range(5, 7), range(7, 9))
    """
    likely = place_transposed(count, window, stride, dilation, padding).size
    # the largest such size for a named "same", else the smallest: all are nearer than a stride
    sizes = range(max(min(1, count), likely - stride + 1), max(0, min(likely + stride, 2**62)))

    def count_of(size: int) -> int:
        return place(size, window, stride, dilation, padding).count

    return sizes[bisect_left(sizes, count, key=count_of) : bisect_right(sizes, count, key=count_of)]


def adaptive_windows(size: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (starts, stops) of the `count` windows of adaptive pooling on an axis, as in PyTorch.

    Examples
    --------
    >>> [bounds.tolist() for bounds in adaptive_windows(5, 2)]
    [[0, 2], [3, 5]]
    """
    i = np.arange(count)
    return i * size // count, -(-(i + 1) * size // count)


def blocks(shape: Sequence[int], limit: int) -> Iterator[tuple[slice, ...]]:
    """Yield the blocks, in C order, that cut an array into parts of at most `limit` numbers.

    A block is one slice for each axis. It is cut along the first axes, so that it has the last ones
    whole. A limit below 1 is taken as 1.

    Examples
    --------
    >>> [block[0] for block in blocks((5, 3), 6)]
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    if 0 < volume(shape) <= limit:  # one block: faster for small work
        return iter([tuple([slice(0, length) for length in shape])])
    steps = [
        [slice(start, min(start + size, length)) for start in range(0, length, size)]
        for length, size in zip(shape, block_shape(shape, limit), strict=True)
    ]
    return product(*steps)


def block_shape(shape: Sequence[int], limit: int) -> list[int]:
    """Return the sizes of the first of `blocks`, which is the largest; 1 where an axis is empty.

    Examples
    --------
    >>> block_shape((5, 3), 6)
    [2, 3]
    """
    sizes, remaining = [], max(1, limit)  # how many numbers the axes that are left may have
    for length in reversed(shape):
        sizes.append(max(1, min(length, remaining)))
        remaining = remaining // length if 0 < length <= remaining else 1
    return sizes[::-1]


# ---- arrays ----


def view(images: Array, axes: Sequence[Axis], first: int = 1) -> Array:
    """Return a read-only view of all windows of images, without padding.

    The axes of `images` from number `first` on become axes of windows, one for each of `axes`; the
    taps of the windows are as many new axes at the end: (m, *spatial, c) -> (m, *counts, c,
    *window).
    """
    spatial = range(first, first + len(axes))
    shape, strides = list(images.shape), list(images.strides)
    for k, axis in zip(spatial, axes, strict=True):
        shape[k] = axis.count
        # where there is no second window, the step may not fit a machine's integer
        strides[k] = images.strides[k] * axis.stride if axis.count > 1 else 0
    shape += [axis.window for axis in axes]
    steps = [axis.dilation if axis.window > 1 else 0 for axis in axes]
    strides += [images.strides[k] * step for k, step in zip(spatial, steps, strict=True)]
    return np.lib.stride_tricks.as_strided(images, shape, strides, writeable=False)


def volume(numbers: Sequence[int]) -> int:
    """Return the product of sizes, as a Python int that cannot overflow."""
    return math.prod(numbers)
