"""The gradient of pooling in plain NumPy: every dtype, rank and mode.

The gradient of an output is added to the gradients of pixels of its window: for sums, averages and
lp to those of all its pixels, axis after axis, since a window is a product of its axes' windows;
for max, min and median to that of one pixel, or two, which are found first. m images of c channels;
g is the gradient of some images' output, (m, *output, c).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.numpy import argmax
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy.convolution import dtype_of_partial_sums
from convpool.engines.numpy.footprint_and_median import middle_indices
from convpool.engines.numpy.reductions import least
from convpool.engines.values import dataclass
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Indices = NDArray[np.int64]
Block = tuple[slice, ...]

FEW_TAPS = 2**6  # windows of so many taps are compared tap after tap
BLOCK_BYTES = 2**19  # of the images of a block, unless one image has more


@dataclass(frozen=True)
class PoolingOptions:
    """The arguments of `pool_gradient` that say how windows are reduced; `absent` is of a batch."""

    mode: str
    count_padding: bool
    p: float
    footprint: Array | None
    absent: Array | None


# (images, g, axes, options, total): adds the gradient of the images to the total, (m, *spatial, c),
# in place; a mode may not need all arguments
AddGradient = Callable[[Array, Array, Sequence[Axis], PoolingOptions, Array], None]


def pool_gradient(
    images: Array,
    output_gradient: Array,
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
    """Write the gradient of pooled images (m, *spatial, c) to out, of their shape, in place.

    Parameters
    ----------
    out
        Filled; may have another dtype that holds the sums.
    images, axes, mode, count_padding, p, footprint
        As in `engines.numpy.footprint_and_median.pool`.
    output_gradient
        (m, *output, c), the gradient of the pooling's result.
    dtype
        Numbers are added in it; many of float32 in float64.
    absent
        For max, min and median: which pixels are missing, bools of the shape of images. There,
        images hold what `plans.missing_pixels.stand_in` returns.
    """
    sum_dtype = dtype_of_partial_sums(dtype, volume([axis.window for axis in axes]))
    numbers = max(1, volume(images.shape[1:]), volume(output_gradient.shape[1:]))
    for (batch,) in blocks(images.shape[:1], BLOCK_BYTES // (numbers * sum_dtype.itemsize)):
        g = output_gradient[batch].astype(sum_dtype, copy=False)
        total = np.zeros(images[batch].shape, sum_dtype)
        if total.size:
            absent_of_batch = None if absent is None else absent[batch]
            options = PoolingOptions(mode, count_padding, p, footprint, absent_of_batch)
            GRADIENTS[mode](images[batch], g, axes, options, total)
        out[batch] = total


# ---- sum, avg, lp ----


def _spread(g: Array, axes: Sequence[Axis]) -> Array:
    """Return, for each pixel, the sum of g over all windows that have a tap on it."""
    # axes that grow least first, so that the other copies are small
    order = sorted(range(len(axes)), key=lambda k: axes[k].size / max(1, axes[k].count))
    for k in order:
        axis = axes[k]
        sums = np.zeros((*g.shape[: k + 1], axis.size, *g.shape[k + 2 :]), g.dtype)
        along = (slice(None),) * (k + 1)
        for tap in range(axis.window):
            windows, pixels = axis.reach(tap)
            if windows.stop > windows.start:
                sums[(*along, pixels)] += g[(*along, windows)]
        g = sums
    return g


def _add_sums(
    images: Array, g: Array, axes: Sequence[Axis], options: PoolingOptions, total: Array
) -> None:
    """Add the gradient of sums to the total."""
    total += _spread(g, axes)


def _add_averages(
    images: Array, g: Array, axes: Sequence[Axis], options: PoolingOptions, total: Array
) -> None:
    """Add the gradient of averages to the total: that of sums, of g divided as averages are."""
    for k, axis in enumerate(axes, 1):
        divisors = axis.divisors(count_padding=options.count_padding)
        g = g / divisors.astype(g.real.dtype).reshape(-1, *(1,) * (g.ndim - k - 1))
    total += _spread(g, axes)


def _add_lp(
    images: Array, g: Array, axes: Sequence[Axis], options: PoolingOptions, total: Array
) -> None:
    """Add the gradient of lp to the total: g sign(x) |x|^(p - 1) norm^(1 - p), and 0 where x is 0.

    `norm` is the result of lp for the window; if it is 0, its g is added to nothing.
    """
    real, p = total.dtype.type, options.p
    norms = np.empty(g.shape, np.result_type(total, np.float64))
    numpy_pooling.pool(images, axes, norms, mode="lp", p=p, dtype=norms.dtype)
    shares = np.where(norms == 0, 0, g * norms ** norms.dtype.type(1 - p))
    x = images.astype(norms.dtype)
    factors = np.sign(x) * np.abs(x) ** norms.dtype.type(p - 1)
    total += np.where(x == 0, real(0), factors * _spread(shares, axes))


# ---- max, min, median ----


def _scatter(total: Array, indices: Indices, values: Array, axes: Sequence[Axis]) -> None:
    """Add values (m, *output, c) to the pixels of their indices in the total (m, *spatial, c).

    An index is flat over the spatial axes of one image and channel; -1 adds nothing. `axes` are the
    windows of the values: if they do not overlap, no index comes twice.
    """
    m, *_, c = total.shape
    per_image = volume(total.shape[1:-1])
    images = np.arange(m).reshape(-1, *(1,) * (indices.ndim - 1))
    flat = (images * per_image + indices) * c + np.arange(c)
    sums = total.reshape(-1)
    chosen = indices >= 0
    if not chosen.all():
        flat, values = flat[chosen], values[chosen]
    if _do_overlap(axes):
        np.add.at(sums, flat, values)
    else:
        sums[flat] += values


def _add_maxima(
    images: Array, g: Array, axes: Sequence[Axis], options: PoolingOptions, total: Array
) -> None:
    """Add the gradient of maxima to the total: g goes to the first greatest pixel of each window.

    Tap after tap, or if there are many taps, by the pixels' indices.
    """
    taps = np.argwhere(_footprint_of(options, axes)).tolist()
    if len(taps) > FEW_TAPS and options.footprint is None and options.absent is None:
        indices = np.empty(g.shape, np.int64)
        argmax.max_indices(images, axes, np.empty(g.shape, images.dtype), indices)
        _scatter(total, indices, g, axes)
        return
    best = np.full(g.shape, least(images.dtype), images.dtype)
    reaches = [_reach(axes, tap) for tap in taps]
    for windows, pixels in reaches:
        np.maximum(best[windows], images[pixels], out=best[windows])
    has_nan = images.dtype.kind == "f" and bool(np.isnan(best).any())
    do_overlap = _do_overlap(axes)
    is_open = np.ones(g.shape, bool)  # windows whose greatest pixel has not come yet
    for windows, pixels in reaches:
        candidates, still_open = images[pixels], is_open[windows]
        is_first = candidates == best[windows]
        if has_nan:
            is_first |= np.isnan(candidates)
        if options.absent is not None:
            is_first &= ~options.absent[pixels]
        is_first &= still_open
        still_open ^= is_first
        if do_overlap:
            total[pixels] += np.where(is_first, g[windows], total.dtype.type(0))
        else:  # the total is 0
            np.copyto(total[pixels], g[windows], where=is_first)


def _do_overlap(axes: Sequence[Axis]) -> bool:
    """Return whether a pixel may lie in two windows."""
    return any(axis.stride < axis.span and axis.count > 1 for axis in axes)


def _reach(axes: Sequence[Axis], tap: Sequence[int]) -> tuple[Block, Block]:
    """Return (index of the windows that have a tap on a pixel, index of these pixels).

    The first is for arrays (m, *output, c), the second for (m, *spatial, c); `tap` is the number of
    the tap on each axis.
    """
    reaches = [axis.reach(t) for axis, t in zip(axes, tap, strict=True)]
    windows, pixels = zip(*reaches, strict=True)
    return (slice(None), *windows), (slice(None), *pixels)


def _add_minima(
    images: Array, g: Array, axes: Sequence[Axis], options: PoolingOptions, total: Array
) -> None:
    """Add the gradient of minima to the total: of the maxima in the opposite order."""
    opposite = np.negative(images) if images.dtype.kind == "f" else np.invert(images)
    _add_maxima(opposite, g, axes, options, total)


def _footprint_of(options: PoolingOptions, axes: Sequence[Axis]) -> Array:
    """Return the footprint, True everywhere if there is none."""
    if options.footprint is not None:
        return options.footprint
    return np.ones([axis.window for axis in axes], bool)


def _add_medians(
    images: Array, g: Array, axes: Sequence[Axis], options: PoolingOptions, total: Array
) -> None:
    """Add the gradient of medians to the total: half of it to each of the two middle pixels.

    Both halves go to one pixel if there is one in the middle, or if the two are equal.
    """
    footprint, absent = _footprint_of(options, axes), options.absent
    half = g * total.dtype.type(0.5)
    for block, lower, upper in middle_indices(images, axes, g.shape, footprint, absent):
        images_and_channels = block[0], ..., block[-1]
        part = np.ascontiguousarray(total[images_and_channels])
        for indices in (lower, upper):
            _scatter(part, indices, half[block], axes)
        total[images_and_channels] = part


# mode -> what adds its gradient
GRADIENTS: dict[str, AddGradient] = {
    "max": _add_maxima,
    "min": _add_minima,
    "avg": _add_averages,
    "sum": _add_sums,
    "lp": _add_lp,
    "median": _add_medians,
}
