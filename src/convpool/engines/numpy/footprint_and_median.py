"""Pooling in plain NumPy where a window is no product of axes: medians and footprints.

The greatest and the least under a footprint are combined tap after tap. Medians need the taps of a
window side by side: windows that lie on pixels alone are partitioned, and those that reach into
padding, which has no values, are sorted. x is a part of the images (m, *spatial, c), k the number
of one of its axes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy.one_axis import axis_of_part, pad_axis
from convpool.engines.numpy.pooling import BLOCK_BYTES, LARGE
from convpool.engines.numpy.reductions import REDUCTIONS, greatest, unsign_zeros
from convpool.engines.quiet import without_warnings
from convpool.windows import Axis, blocks, view, volume

Array = NDArray[Any]
Block = tuple[slice, ...]


@without_warnings
def pool(
    images: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    mode: str,
    count_padding: bool = False,
    p: float = 2.0,
    dtype: DTypeLike,
    footprint: Array | None = None,
    absent: Array | None = None,
) -> None:
    """Reduce each window of images (m, *spatial, c) to one number of out (m, *output, c), in place.

    Every mode is taken; other arguments are those of `engines.numpy.pooling.pool`, which does the
    work where a window is a product of axes. With a footprint, a bool array of the window's shape,
    only the taps where it is True count; the mode is then max, min or median. `absent`, for medians
    only, has the shape of images and is True where a pixel does not count; the caller has written
    the greatest number of the dtype there, which sorts last.
    """
    if mode == "median":
        if footprint is None:
            footprint = np.ones([axis.window for axis in axes], bool)
        _medians(images, axes, out, footprint, absent)
    elif footprint is not None:
        _extremes(images, axes, out, mode, footprint)
    else:
        numpy_pooling.pool(
            images, axes, out, mode=mode, count_padding=count_padding, p=p, dtype=dtype
        )


# ---- the greatest and the least ----


def _extremes(images: Array, axes: Sequence[Axis], out: Array, mode: str, footprint: Array) -> None:
    """Write the greatest or the least pixel under the footprint of each window to out, in place.

    One tap of all windows is combined after the other, a few rows of windows at a time. A window
    without such a pixel gives the identity of max or min.
    """
    reduction = REDUCTIONS[mode]
    first_axis, *other_axes = axes
    taps = np.argwhere(footprint).tolist()
    reaches = [[axis.reach(tap) for tap in range(axis.window)] for axis in other_axes]
    numbers_per_row = volume([max(axis.size, axis.count) for axis in other_axes])
    row_bytes = max(1, images.itemsize * images.shape[-1] * numbers_per_row)
    # rows of pixels that fit, divided by those from one row of windows to the next
    for batch, rows in blocks(out.shape[:2], BLOCK_BYTES // row_bytes // first_axis.stride):
        pixels, inner = axis_of_part(first_axis, rows)
        x, total = images[batch, pixels], out[batch, rows]
        total[...] = reduction.identity(out.dtype)
        reaches_down = [inner.reach(tap) for tap in range(inner.window)]
        for tap in taps:
            reaches_of_tap = [
                reach[t] for reach, t in zip([reaches_down, *reaches], tap, strict=True)
            ]
            windows, pixels_of_tap = (
                (slice(None), *slices) for slices in zip(*reaches_of_tap, strict=True)
            )
            reduction.ufunc(total[windows], x[pixels_of_tap], out=total[windows])
        unsign_zeros(total)  # which of 0 and -0 wins depends on the order


# ---- medians ----


def _medians(
    images: Array, axes: Sequence[Axis], out: Array, footprint: Array, absent: Array | None
) -> None:
    """Write the median of each window's pixels to out, NaN where it has none."""
    taps = int(footprint.sum())
    for block in _median_blocks(axes, out.shape, footprint.size, images.itemsize):
        batch, *windows, channels = block
        x = images[(batch, ..., channels)]
        numbers = _taps_of_windows(x, axes, windows, footprint, greatest(x.dtype))
        if absent is None and not _reach_padding(axes, windows):
            out[block] = _median(numbers, taps)
            continue
        is_pixel = np.ones((1, *x.shape[1:-1], 1), bool)
        if absent is not None:
            is_pixel = ~absent[(batch, ..., channels)]
        counts = _taps_of_windows(is_pixel, axes, windows, footprint, False).sum(axis=-1)
        out[block] = _median_of_least(numbers, counts)


def _median_blocks(
    axes: Sequence[Axis], shape: Sequence[int], taps: int, itemsize: int
) -> Iterator[Block]:
    """Yield the blocks of an output of this shape whose windows of `taps` taps are taken at a time.

    The windows of a block all lie on pixels alone, or may all reach into padding.
    """
    windows_that_fit = LARGE // itemsize // taps
    for region in product(*(_regions(axis) for axis in axes)):
        sizes = [shape[0], *(part.stop - part.start for part in region), shape[-1]]
        for batch, *parts, channels in blocks(sizes, windows_that_fit):
            windows = [
                slice(region_windows.start + part.start, region_windows.start + part.stop)
                for region_windows, part in zip(region, parts, strict=True)
            ]
            yield (batch, *windows, channels)


def _regions(axis: Axis) -> Iterator[slice]:
    """Yield the windows of an axis as slices: those wholly on pixels, those before and those after.

    They are in order, and empty ones are left out.
    """
    complete = np.flatnonzero(axis.taps_on(0, axis.size) == axis.window)
    inner_bounds = [int(complete[0]), int(complete[-1]) + 1] if len(complete) else []
    bounds = [0, *inner_bounds, axis.count]
    return (slice(a, b) for a, b in pairwise(bounds) if b > a)


def _reach_padding(axes: Sequence[Axis], windows: Sequence[slice]) -> bool:
    """Return whether any of these windows reaches into the padding of an axis."""
    halos = [axis.halo(part) for axis, part in zip(axes, windows, strict=True)]
    return any(halo.before or halo.after for halo in halos)


def _taps_of_windows(
    x: Array, axes: Sequence[Axis], windows: Sequence[slice], footprint: Array, fill: Any
) -> Array:
    """Return a copy of the numbers under some windows, those of one window on the last axis.

    `windows` is a slice of the windows on each axis; numbers without a True in the footprint are
    left out, and `fill` stands on padding.
    """
    for k, (axis, part) in enumerate(zip(axes, windows, strict=True), 1):
        x = pad_axis(x, axis, k, fill, part)
    inner = [
        Axis(x.shape[k], axis.window, axis.stride, axis.dilation) for k, axis in enumerate(axes, 1)
    ]
    taps = view(x, inner)
    if footprint.all():
        chosen = taps.reshape(*taps.shape[: x.ndim], footprint.size)
    else:
        chosen = taps[..., footprint]
    # what cannot be written is a view of the images, which must stay as they are
    return chosen if chosen.flags.writeable else chosen.copy()


def _median(numbers: Array, count: int) -> Array:
    """Return the medians of the `count` numbers of the last axis, which is reordered in place."""
    low, high, last = (count - 1) // 2, count // 2, count - 1
    # `last` puts a NaN there, if there is one
    numbers.partition(sorted({low, high, last}), axis=-1)
    median = _mean_of_two(numbers[..., low], numbers[..., high])
    return _with_nan(median, numbers[..., last])


def _median_of_least(numbers: Array, counts: Array) -> Array:
    """Return the medians of the least `counts` numbers of the last axis, NaN where a count is 0.

    The last axis is sorted in place; counts has one number for each window.
    """
    numbers.sort(axis=-1)
    ranks = np.broadcast_to(
        np.stack([np.maximum(counts - 1, 0) // 2, counts // 2], axis=-1), (*numbers.shape[:-1], 2)
    )
    middle = np.take_along_axis(numbers, np.minimum(ranks, numbers.shape[-1] - 1), axis=-1)
    median = _mean_of_two(middle[..., 0], middle[..., 1])
    median[np.broadcast_to(counts == 0, median.shape)] = np.nan
    return _with_nan(median, numbers[..., -1])


def _with_nan(median: Array, greatest_numbers: Array) -> Array:
    """Return the medians, changed in place: NaN where the window has NaN, and 0 for -0.

    `greatest_numbers` are the last of each sorted window: sorting puts a NaN behind all numbers.
    """
    if greatest_numbers.dtype.kind == "f":
        median[np.isnan(greatest_numbers)] = np.nan
    unsign_zeros(median)
    return median


def _mean_of_two(low: Array, high: Array) -> Array:
    """Return (low + high) / 2 without overflow; for integers and bool in float64."""
    if low.dtype.kind == "b":
        low, high = low.view(np.uint8), high.view(np.uint8)
    if low.dtype.kind in "iu":  # the bits that both have, and half of those that one has
        return ((low & high) + ((low ^ high) >> 1)).astype(np.float64) + 0.5 * ((low ^ high) & 1)
    mean = (low + high) / 2
    overflowed = np.isinf(mean) & np.isfinite(low) & np.isfinite(high)
    return np.where(overflowed, low / 2 + high / 2, mean)


def adaptive_medians(images: Array, bounds: Sequence[tuple[Array, Array]], out: Array) -> None:
    """Write the median of each window of images (m, *spatial, c) to out (m, *output, c), in place.

    `bounds` are (starts, stops) of the windows on each axis. Every window has pixels.
    """
    for place in np.ndindex(*out.shape[1:-1]):
        window = tuple(
            slice(starts[i], stops[i]) for (starts, stops), i in zip(bounds, place, strict=True)
        )
        pixels = np.moveaxis(images[(slice(None), *window)], -1, 1)
        numbers = pixels.reshape(*pixels.shape[:2], volume(pixels.shape[2:])).copy()
        out[(slice(None), *place)] = _median(numbers, numbers.shape[-1])


# ---- where medians come from ----


def middle_indices(
    images: Array,
    axes: Sequence[Axis],
    shape: Sequence[int],
    footprint: Array,
    absent: Array | None,
) -> Iterator[tuple[Block, Array, Array]]:
    """Yield (block, lower, upper) for blocks of the medians of images (m, *spatial, c).

    `shape` is that of the medians; `footprint` and `absent` are as in `pool`. lower and upper: for
    each median of the block, the index of the first pixel of its window that equals the lower or
    the upper one of the two middle pixels; these are one pixel if the window has an odd number of
    them. Of a window with NaN it is that of the first NaN. An index is flat over the spatial axes,
    -1 where the window has no pixel.
    """
    sizes = images.shape[1:-1]
    all_indices = np.arange(volume(sizes)).reshape(1, *sizes, 1)
    for block in _median_blocks(axes, shape, footprint.size, max(8, images.itemsize)):
        batch, *windows, channels = block
        x = images[(batch, ..., channels)]
        numbers = _taps_of_windows(x, axes, windows, footprint, greatest(x.dtype))
        indices = _taps_of_windows(all_indices, axes, windows, footprint, -1)
        is_pixel = indices >= 0
        if absent is not None:
            present = ~absent[(batch, ..., channels)]
            is_pixel = _taps_of_windows(present, axes, windows, footprint, False)
        counts = np.broadcast_to(is_pixel.sum(axis=-1), numbers.shape[:-1])
        ordered = np.sort(numbers, axis=-1)
        lower, upper = (
            _index_of_rank(numbers, ordered, rank, indices, is_pixel)
            for rank in (np.maximum(counts - 1, 0) // 2, counts // 2)
        )
        yield block, lower, upper


def _index_of_rank(
    numbers: Array, ordered: Array, rank: Array, indices: Array, is_pixel: Array
) -> Array:
    """Return, for each window, the index of its first number that equals the one of a rank.

    NaN equals all ranks of a window with NaN; -1 if no number that counts is equal.

    Parameters
    ----------
    numbers, ordered
        The numbers of each window, on the last axis, and the same in ascending order.
    rank
        A rank for each window; too large ones are those of the last number.
    indices, is_pixel
        For each number, its index, and whether it counts. One window stands for all channels.
    """
    at_rank = np.minimum(rank, numbers.shape[-1] - 1)[..., np.newaxis]
    is_equal = numbers == np.take_along_axis(ordered, at_rank, axis=-1)
    if numbers.dtype.kind == "f":
        is_nan = np.isnan(numbers)
        is_equal = np.where(is_nan.any(axis=-1, keepdims=True), is_nan, is_equal)
    is_equal &= is_pixel
    first = is_equal.argmax(axis=-1)[..., np.newaxis]
    index = np.take_along_axis(np.broadcast_to(indices, numbers.shape), first, axis=-1)[..., 0]
    return np.where(is_equal.any(axis=-1), index, -1)
