"""Pooling where the taps of a window do not form a product of axes, in plain NumPy: footprints, and medians.

The greatest and the least under a footprint are combined tap after tap. Medians need the taps of a
window side by side: windows that lie on pixels alone are partitioned, and those that reach into
padding, which is not there, are sorted apart. x is a part of the images (n, *spatial, c), k one of
its axes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy.pooling import LARGE, MODES, ROOM, pad_axis, unsign_zeros
from convpool.windows import Axis, blocks, view, volume

Array = NDArray[Any]
Block = tuple[slice, ...]


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
) -> None:
    """Reduce each window of images (m, *spatial, c) to one pixel of out (m, *output, c), as `reductions.pool`.

    Of windows with a footprint, a bool array of their sizes, the taps where it is True count.
    """
    if mode == "median":
        _medians(
            images,
            axes,
            out,
            np.ones([axis.window for axis in axes], bool) if footprint is None else footprint,
        )
    elif footprint is not None:
        _extremes(images, axes, out, mode, footprint)
    else:
        numpy_pooling.pool(
            images, axes, out, mode=mode, count_padding=count_padding, p=p, dtype=dtype
        )


# ---- the greatest and the least ----


def _extremes(images: Array, axes: Sequence[Axis], out: Array, mode: str, footprint: Array) -> None:
    """Combine one tap of all windows after the other, a few rows at a time."""
    ufunc, nothing = MODES[mode].ufunc, MODES[mode].identity(out.dtype)
    first, *others = axes
    taps = np.argwhere(footprint).tolist()
    reaches = [[axis.reach(tap) for tap in range(axis.window)] for axis in others]
    row = max(
        1,
        images.itemsize
        * images.shape[-1]
        * volume([max(axis.size, axis.count) for axis in others]),
    )
    for batch, rows in blocks(out.shape[:2], ROOM // row // first.stride):
        pixels, some = numpy_pooling.axis_of(first, rows)
        x, total = images[batch, pixels], out[batch, rows]
        total[...] = nothing
        down = [some.reach(tap) for tap in range(some.window)]
        for tap in taps:
            reached = [down[tap[0]], *(reach[t] for reach, t in zip(reaches, tap[1:], strict=True))]
            windows, places = ((slice(None), *ends) for ends in zip(*reached, strict=True))
            ufunc(total[windows], x[places], out=total[windows])
        unsign_zeros(total)


# ---- medians ----


def _medians(images: Array, axes: Sequence[Axis], out: Array, footprint: Array) -> None:
    """Put the middle of each window's pixels into out, NaN where it has none."""
    taps = int(footprint.sum())
    room = LARGE // images.itemsize // footprint.size
    for region in product(*(_regions(axis) for axis in axes)):
        shape = [len(out), *(part.stop - part.start for part in region), out.shape[-1]]
        for some in blocks(shape, room):
            windows = [
                slice(a.start + b.start, a.start + b.stop)
                for a, b in zip(region, some[1:-1], strict=True)
            ]
            block = some[0], *windows, some[-1]
            x = images[(block[0], ..., block[-1])]
            ends = _greatest(x.dtype)
            chosen, inside = _side_by_side(x, axes, windows, footprint, ends)
            if inside:
                out[block] = _middle(chosen, taps)
                continue
            real = np.ones((1, *x.shape[1:-1], 1), bool)
            counts = _side_by_side(real, axes, windows, footprint, False)[0].sum(axis=-1)
            out[block] = _middle_of_some(chosen, counts)


def _regions(axis: Axis) -> Iterator[slice]:
    """Cut the windows of an axis into those before, on and after the ones whose taps are all on pixels."""
    whole = np.flatnonzero(axis.taps_on(0, axis.size) == axis.window)
    bounds = [0, int(whole[0]), int(whole[-1]) + 1, axis.count] if len(whole) else [0, axis.count]
    return (slice(a, b) for a, b in pairwise(bounds) if b > a)


def _greatest(dtype: np.dtype[Any]) -> Any:
    """Return what is sorted to the end, where a tap is on no pixel."""
    return MODES["min"].identity(dtype)


def _side_by_side(
    x: Array, axes: Sequence[Axis], windows: Sequence[slice], footprint: Array, fill: Any
) -> tuple[Array, bool]:
    """Return a copy of the taps of some windows, on a last axis, and whether all lie on pixels."""
    halos = [axis.halo(some) for axis, some in zip(axes, windows, strict=True)]
    for k, (axis, some) in enumerate(zip(axes, windows, strict=True), 1):
        x = pad_axis(x, axis, k, fill, some)
    inner = [
        Axis(x.shape[k], axis.window, axis.stride, axis.dilation) for k, axis in enumerate(axes, 1)
    ]
    taps = view(x, inner)
    chosen = (
        taps.reshape(*taps.shape[: x.ndim], footprint.size)
        if footprint.all()
        else taps[..., footprint]
    )
    if not chosen.flags.writeable:  # a view of the images, which stay as they are
        chosen = chosen.copy()
    return chosen, not any(halo.before or halo.after for halo in halos)


def _middle(numbers: Array, count: int) -> Array:
    """Return the middle of the last axis, whose numbers are put in another order."""
    low, high, last = (count - 1) // 2, count // 2, count - 1
    numbers.partition(sorted({low, high, last}), axis=-1)
    middle = _between(numbers[..., low], numbers[..., high])
    return _with_nan(middle, numbers[..., last])


def _middle_of_some(numbers: Array, counts: Array) -> Array:
    """Return the middle of so many least numbers of the last axis, NaN where there are none."""
    numbers.sort(axis=-1)
    ranks = np.broadcast_to(
        np.stack([np.maximum(counts - 1, 0) // 2, counts // 2], axis=-1), (*numbers.shape[:-1], 2)
    )
    chosen = np.take_along_axis(numbers, np.minimum(ranks, numbers.shape[-1] - 1), axis=-1)
    middle = _between(chosen[..., 0], chosen[..., 1])
    middle[np.broadcast_to(counts == 0, middle.shape)] = np.nan
    return _with_nan(middle, numbers[..., -1])


def _with_nan(middle: Array, last: Array) -> Array:
    """Return the middle with NaN where there is one, which is sorted to the end."""
    if last.dtype.kind == "f":
        middle[np.isnan(last)] = np.nan
    unsign_zeros(middle)
    return middle


def _between(low: Array, high: Array) -> Array:
    """Return the averages of two numbers, of integers in float64."""
    if low.dtype.kind == "b":
        low, high = low.view(np.uint8), high.view(np.uint8)
    if low.dtype.kind in "iu":  # what both have and half of what one has; neither overflows
        return ((low & high) + ((low ^ high) >> 1)).astype(np.float64) + 0.5 * ((low ^ high) & 1)
    middle = (low + high) / 2
    beyond = np.isinf(middle) & np.isfinite(low) & np.isfinite(high)
    return np.where(beyond, low / 2 + high / 2, middle)


def adaptive_medians(images: Array, bounds: Sequence[tuple[Array, Array]], out: Array) -> None:
    """Put the middle of uneven windows into out, which start and stop at these pixels of each axis."""
    for place in np.ndindex(*out.shape[1:-1]):
        window = tuple(
            slice(starts[i], stops[i]) for (starts, stops), i in zip(bounds, place, strict=True)
        )
        pixels = np.moveaxis(images[(slice(None), *window)], -1, 1)
        numbers = pixels.reshape(*pixels.shape[:2], volume(pixels.shape[2:])).copy()
        out[(slice(None), *place)] = _middle(numbers, numbers.shape[-1])
