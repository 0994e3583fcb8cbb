"""Pooling in plain NumPy: every dtype, every rank, one axis at a time.

A window is the product of its axes' windows, so it is reduced along one axis after the other, the
axis that shrinks most first. Sums are taken over the taps of a window only, never as differences of
running sums, so that an infinity or a NaN stays in its windows. Which of 0 and -0 wins, and whether
a sum of -0 begins with a 0, depends on the order of the taps: every 0 becomes 0 at the end. x is a
part of the images (m, *spatial, c), k the number of one of its axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.numpy.one_axis import axis_of_part, fastest, on_axis
from convpool.engines.numpy.reductions import REDUCTIONS, Reduction, unsign_zeros
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Block = tuple[slice, ...]
ReducePart = Callable[[Array, int, Array, Reduction], None]  # (x, k, out, reduction)

BLOCK_BYTES = 2**21  # of a block: they stay in the processor's cache
LARGE = 2**23  # bytes of a block where long lines have to lie side by side
LINES = 2**8  # lines that lie side by side at least, where LARGE allows, since short runs are slow


@dataclass(frozen=True)
class AxisPooling:
    """How one axis of the images is reduced.

    Parameters
    ----------
    size, count
        Pixels of the axis, and windows: its sizes before and after.
    extent
        Numbers on the axis while it is reduced, about and not less.
    windows_that_fit
        From a room in numbers to how many windows are reduced at a time.
    divisors
        From a slice of the windows to what avg divides by on this axis, an array.
    part
        From a slice of the windows to the slice of pixels that they need, and the function that
        reduces these.
    """

    size: int
    count: int
    extent: int
    windows_that_fit: Callable[[int], int]
    divisors: Callable[[slice], Array]
    part: Callable[[slice], tuple[slice, ReducePart]]


class Pooling(NamedTuple):
    """A pooling without its arrays: spatial axes, the mode's reduction, p of lp, dtype of sums."""

    axes: Sequence[AxisPooling]
    reduction: Reduction
    p: float
    dtype: np.dtype[Any]

    def axis(self, k: int) -> AxisPooling:
        """Return axis k of the images (m, *spatial, c): 1 is the first spatial one."""
        return self.axes[k - 1]

    def order(self) -> list[int]:
        """Return the numbers of the spatial axes, those that shrink most first."""
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
    """Reduce each window of images (m, *spatial, c) to one number of out (m, *output, c).

    Numbers are combined in `dtype`; `out` may have another one that holds the results. Axes are
    those of the windows, `p` is the exponent of lp, `count_padding` whether avg divides by taps on
    padding too.
    """
    axis_poolings = [_axis_pooling(axis, count_padding) for axis in axes]
    run(Pooling(axis_poolings, REDUCTIONS[mode], p, np.dtype(dtype)), images, out)


def _axis_pooling(axis: Axis, count_padding: bool) -> AxisPooling:
    """Return how an axis is reduced."""
    extent = max(axis.size, (axis.count - 1) * axis.stride + axis.span)

    def part(windows: slice) -> tuple[slice, ReducePart]:
        pixels, inner = axis_of_part(axis, windows)
        return pixels, partial(fastest(inner), inner)

    return AxisPooling(
        size=axis.size,
        count=axis.count,
        extent=extent,
        windows_that_fit=partial(windows_that_fit, axis),
        divisors=partial(_divisors, axis, count_padding),
        part=part,
    )


def windows_that_fit(axis: Axis, room: int) -> int:
    """Return how many windows fit a room in numbers.

    At least as many as overlap, so that no pixel is taken more than twice.
    """
    return max(room, axis.span) // axis.stride + 1


def _divisors(axis: Axis, count_padding: bool, windows: slice) -> Array:
    """Return how many taps on pixels some windows have, NaN for 0; or on pixels and padding."""
    pixels, inner = axis_of_part(axis, windows)
    if not inner.before and not inner.after:
        return np.full(inner.count, float(axis.window))
    on_pixels = inner.taps_on(0, inner.size)
    ends = -axis.before - pixels.start, axis.size + axis.after - pixels.start
    return np.where(on_pixels > 0, inner.taps_on(*ends) if count_padding else on_pixels, np.nan)


def numbers(images: Sequence[int], axes: Sequence[Axis], itemsize: int) -> int:
    """Return how many numbers `pool` holds at a time, about and not less.

    Images (m, *spatial, c), of this shape, and the result are not counted.
    """
    m, *_, c = images
    poolings = sorted(
        (_axis_pooling(axis, False) for axis in axes),
        key=lambda axis: axis.count / max(1, axis.size),
    )
    extents, counts = [axis.extent for axis in poolings], [axis.count for axis in poolings]
    every = c * volume(extents)
    at_once = max(1, min(m, BLOCK_BYTES // max(1, every * itemsize)))
    reduced = sum(at_once * c * volume(counts[:k] + extents[k:]) for k in range(1, len(poolings)))
    return reduced + min(2 * LARGE // itemsize, 4 * m * every)


def run(pooling: Pooling, images: Array, out: Array) -> None:
    """Pool images (m, *spatial, c) into out (m, *output, c), a few images at a time."""
    numbers = images.shape[-1] * volume([axis.extent for axis in pooling.axes])
    size, order = pooling.dtype.itemsize, pooling.order()
    with np.errstate(all="ignore"):
        for (batch,) in blocks(out.shape[:1], BLOCK_BYTES // max(1, numbers * size)):
            _reduce(pooling, images[batch], order, out[batch])


def _reduce(
    pooling: Pooling, x: Array, order: Sequence[int], out: Array, *, is_final: bool = True
) -> None:
    """Reduce x into out along the axes of `order`, one after the other.

    The last of them is taken block by block, and finished if the step `is_final`.
    """
    *earlier, k = order
    source = _reduced(pooling, x, earlier, k) if earlier else x
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


def _reduced(pooling: Pooling, x: Array, order: Sequence[int], k: int) -> Array:
    """Return x reduced along the axes of `order`, in pieces of axis k to bound the memory."""
    shape, size = list(x.shape), pooling.dtype.itemsize
    for reduced in order:
        shape[reduced] = pooling.axis(reduced).count
    result = np.empty_like(x, pooling.dtype, shape=shape, subok=False)
    numbers = volume([max(a, b) for a, b in zip(shape, x.shape, strict=True)]) // max(1, shape[k])
    for (piece,) in blocks(shape[k : k + 1], LARGE // max(1, numbers * size)):
        places = on_axis(k, piece)
        _reduce(pooling, x[places], order, result[places], is_final=False)
    return result


def _parts(
    pooling: Pooling, shape: Sequence[int], k: int
) -> Iterator[tuple[slice, Block, ReducePart]]:
    """Cut the reduction along axis k of an array of this shape into parts.

    Yields for each the pixels that it needs of axis k, its block of the output, and the function
    that reduces it.
    """
    axis, size = pooling.axis(k), pooling.dtype.itemsize
    others = [*shape[:k], 1, *shape[k + 1 :]]
    for (windows,) in blocks((axis.count,), axis.windows_that_fit(LARGE // size)):
        pixels, reduce_part = axis.part(windows)
        line = size * max(1, pixels.stop - pixels.start, windows.stop - windows.start)
        for block in blocks(others, max(BLOCK_BYTES // line, min(LINES, LARGE // line))):
            yield pixels, (*block[:k], windows, *block[k + 1 :]), reduce_part
