"""Pooling in plain NumPy: every dtype, every rank, one axis at a time.

A window is the product of its axes' windows, so it is reduced along one axis after the other, the
axis that shrinks most first. Sums are taken over the taps of a window only, never as differences of
running sums, so that an infinity or a NaN stays in its windows. Which of 0 and -0 wins, and whether
a sum of -0 begins with a 0, depends on the order of the taps: every -0 becomes 0 at the end. x is a
part of the images (m, *spatial, c), k the number of one of its axes. A line is what lies along axis
k at one place on the other axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.numpy.one_axis import axis_of_part, fastest_method, on_axis
from convpool.engines.numpy.reductions import REDUCTIONS, Reduction, unsign_zeros
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Block = tuple[slice, ...]
ReducePart = Callable[[Array, int, Array, Reduction], None]  # (x, k, out, reduction)

BLOCK_BYTES = 2**21  # of a block: they stay in the processor's cache
LARGE = 2**23  # bytes of a block at most, if BLOCK_BYTES are less than MIN_LINES lines
MIN_LINES = 2**8  # lines side by side in a block, if they fit LARGE bytes: short runs are slow


class AxisPooling(Protocol):
    """How one axis of the images is reduced.

    Attributes
    ----------
    size, count : pixels of the axis, and windows: its sizes before and after
    extent : how many numbers the axis has while it is reduced, padding included; an upper bound
    """

    size: int
    count: int
    extent: int

    def windows_that_fit(self, room: int) -> int:
        """Return how many windows are reduced at a time, if `room` numbers fit the memory."""

    def divisors(self, windows: slice) -> Array:
        """Return what avg divides by on this axis: a float64 for each of these windows."""

    def part(self, windows: slice) -> tuple[slice, ReducePart]:
        """Return the slice of pixels that these windows need, and what reduces these pixels."""


class Pooling(NamedTuple):
    """A pooling without its arrays.

    `dtype` is that in which numbers are combined, `p` the exponent of lp.
    """

    axes: Sequence[AxisPooling]
    reduction: Reduction
    p: float
    dtype: np.dtype[Any]

    def axis(self, k: int) -> AxisPooling:
        """Return axis k of the images (m, *spatial, c): 1 is the first spatial one."""
        return self.axes[k - 1]

    def order(self) -> list[int]:
        """Return the numbers of the spatial axes, from 1: those that shrink most come first."""
        return sorted(
            range(1, len(self.axes) + 1),
            key=lambda k: self.axis(k).count / max(1, self.axis(k).size),
        )

    def divisors(self, block: Block) -> list[Array]:
        """Return the divisors of a block of the output, an array for each spatial axis."""
        return [axis.divisors(windows) for axis, windows in zip(self.axes, block[1:], strict=False)]


def pool(
    images: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    mode: str,
    count_padding: bool = False,
    p: float = 2.0,
    dtype: DTypeLike,
) -> None:
    """Reduce each window of images (m, *spatial, c) to one number of out (m, *output, c), in place.

    Parameters
    ----------
    images, axes, out
        The pixels, the windows on each spatial axis, and the results.
    mode
        A key of REDUCTIONS.
    count_padding
        Whether avg divides by taps on the padding too.
    p
        The exponent of lp.
    dtype
        Numbers are combined in it; `out` may have another one that holds the results.
    """
    poolings = [EvenAxisPooling(axis, count_padding) for axis in axes]
    run(Pooling(poolings, REDUCTIONS[mode], p, np.dtype(dtype)), images, out)


class EvenAxisPooling:
    """How an axis is reduced whose windows have one length; methods as in `AxisPooling`.

    `axis` says where the windows lie, `count_padding` is as in `pool`.
    """

    def __init__(self, axis: Axis, count_padding: bool) -> None:
        self.axis, self.count_padding = axis, count_padding
        self.size, self.count = axis.size, axis.count
        self.extent = max(axis.size, (axis.count - 1) * axis.stride + axis.span)

    def windows_that_fit(self, room: int) -> int:
        """Return how many windows fit `room` numbers."""
        return windows_that_fit(self.axis, room)

    def divisors(self, windows: slice) -> Array:
        """Return the taps of each window that avg counts."""
        return self.axis.divisors(count_padding=self.count_padding)[windows]

    def part(self, windows: slice) -> tuple[slice, ReducePart]:
        """Return the pixels that these windows need, and the fastest way to reduce them."""
        pixels, inner = axis_of_part(self.axis, windows)
        return pixels, partial(fastest_method(inner), inner)


def windows_that_fit(axis: Axis, room: int) -> int:
    """Return how many windows fit `room` numbers of an axis.

    At least as many as overlap, so that no pixel is taken more than twice.
    """
    return max(room, axis.span) // axis.stride + 1


def numbers_held(images: Sequence[int], axes: Sequence[Axis], itemsize: int) -> int:
    """Return about how many numbers `pool` holds at a time, rather more than fewer.

    `images` is the shape (m, *spatial, c); the images and the result are not counted.
    """
    m, *_, c = images
    poolings = sorted(
        (EvenAxisPooling(axis, count_padding=False) for axis in axes),
        key=lambda axis: axis.count / max(1, axis.size),
    )
    extents, counts = [axis.extent for axis in poolings], [axis.count for axis in poolings]
    numbers_per_image = c * volume(extents)
    images_at_once = max(1, min(m, BLOCK_BYTES // max(1, numbers_per_image * itemsize)))
    reduced = sum(
        images_at_once * c * volume(counts[:k] + extents[k:]) for k in range(1, len(poolings))
    )
    return reduced + min(2 * LARGE // itemsize, 4 * m * numbers_per_image)


def run(pooling: Pooling, images: Array, out: Array) -> None:
    """Pool images (m, *spatial, c) into out (m, *output, c), in place, a few images at a time."""
    numbers = images.shape[-1] * volume([axis.extent for axis in pooling.axes])
    size, order = pooling.dtype.itemsize, pooling.order()
    with np.errstate(all="ignore"):
        for (batch,) in blocks(out.shape[:1], BLOCK_BYTES // max(1, numbers * size)):
            _reduce(pooling, images[batch], order, out[batch])


def _reduce(
    pooling: Pooling, x: Array, order: Sequence[int], out: Array, *, is_final: bool = True
) -> None:
    """Reduce x into out along the axes of `order`, in place, one after the other.

    `order` are numbers of axes, as of `Pooling.order`; the last of them is taken in parts. Totals
    become results if `is_final`, by `Reduction.finish`, else they are stored as they are.
    """
    *earlier, k = order
    source = _reduce_earlier_axes(pooling, x, earlier, k) if earlier else x
    for pixels, block, reduce_part in _parts(pooling, source.shape, k):
        part = source[(*block[:k], pixels, *block[k + 1 :])]
        if not earlier:
            part = pooling.reduction.prepare(part.astype(pooling.dtype, copy=False), pooling.p)
        target = out[block]
        finish = pooling.reduction.finish if is_final else None
        if finish is None and target.dtype == pooling.dtype:
            reduce_part(part, k, target, pooling.reduction)
        else:
            total = np.empty_like(part, pooling.dtype, shape=target.shape, subok=False)
            reduce_part(part, k, total, pooling.reduction)
            target[...] = (
                total if finish is None else finish(total, pooling.divisors(block), pooling.p)
            )
        if is_final:
            unsign_zeros(target)


def _reduce_earlier_axes(pooling: Pooling, x: Array, order: Sequence[int], k: int) -> Array:
    """Return x reduced along the axes of `order`, one after the other.

    To bound the memory, x is cut along axis k, which is not among them, and slice after slice is
    reduced.
    """
    shape = list(x.shape)
    for axis in order:
        shape[axis] = pooling.axis(axis).count
    result = np.empty_like(x, pooling.dtype, shape=shape, subok=False)
    # at one place on axis k, before or after the reduction of an axis, whichever is more
    most_numbers = volume([max(sizes) for sizes in zip(shape, x.shape, strict=True)])
    place_bytes = most_numbers // max(1, shape[k]) * pooling.dtype.itemsize
    for (cut,) in blocks(shape[k : k + 1], LARGE // max(1, place_bytes)):
        places = on_axis(k, cut)
        _reduce(pooling, x[places], order, result[places], is_final=False)
    return result


def _parts(
    pooling: Pooling, shape: Sequence[int], k: int
) -> Iterator[tuple[slice, Block, ReducePart]]:
    """Yield the parts into which the reduction along axis k of an array of this shape is cut.

    Each is (slice of the pixels of axis k that it needs, block of the output, function that reduces
    these pixels).
    """
    axis, itemsize = pooling.axis(k), pooling.dtype.itemsize
    other_sizes = [*shape[:k], 1, *shape[k + 1 :]]
    for (windows,) in blocks((axis.count,), axis.windows_that_fit(LARGE // itemsize)):
        pixels, reduce_part = axis.part(windows)
        line_bytes = itemsize * max(1, pixels.stop - pixels.start, windows.stop - windows.start)
        lines_at_once = max(BLOCK_BYTES // line_bytes, min(MIN_LINES, LARGE // line_bytes))
        for block in blocks(other_sizes, lines_at_once):
            yield pixels, (*block[:k], windows, *block[k + 1 :]), reduce_part
