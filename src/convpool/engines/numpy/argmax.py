"""Where the greatest pixel of each window lies: max pooling with indices.

An index is flat over the spatial axes of one image and channel; -1 where a window has no pixel. Of
equal pixels the first wins, and NaN is greater than any number. x is a part of the images (m,
*spatial, c), k the number of one of its axes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.numpy.one_axis import (
    FEW_TAPS,
    axis_of_part,
    channel_slices,
    on_axis,
    pad_axis,
)
from convpool.engines.numpy.pooling import BLOCK_BYTES, LARGE, windows_that_fit
from convpool.engines.numpy.reductions import least, unsign_zeros
from convpool.windows import Axis, blocks, view, volume

Array = NDArray[Any]
# (x, k) -> the greatest pixel of each window on axis k, and its place on that axis
ArgmaxOfAxis = Callable[[Array, int], tuple[Array, Array]]

INDEX_BYTES = np.dtype(np.int64).itemsize


def max_indices(images: Array, axes: Sequence[Axis], values: Array, indices: Array) -> None:
    """Write the greatest pixel of each window to values, and its index to indices, in place.

    Images are (m, *spatial, c), values and indices (m, *output, c). A window without a pixel gives
    the dtype's least value and -1.
    """
    first_axis, *other_axes = axes
    if 0 in images.shape:
        values[...], indices[...] = least(values.dtype), -1
        return
    # a few rows at a time. A row is one place on the first axis; it holds the most numbers either
    # before its other axes are reduced or after that, as padding may give more windows than pixels
    row_numbers = images.shape[-1] * volume([max(axis.size, axis.count) for axis in other_axes])
    rows_that_fit = LARGE // INDEX_BYTES // row_numbers
    for (batch,) in blocks(images.shape[:1], rows_that_fit // first_axis.size):
        for (rows,) in blocks((first_axis.count,), windows_that_fit(first_axis, rows_that_fit)):
            pixel_rows, inner = axis_of_part(first_axis, rows)
            part_axes, block = [inner, *other_axes], (batch, rows)
            if inner.size:
                argmax_of_axes = [partial(_argmax_of_axis, axis) for axis in part_axes]
                values[block], indices[block] = _argmax(images[batch, pixel_rows], argmax_of_axes)
                # from indices of the part to those of the whole image
                indices[block] += pixel_rows.start * volume(images.shape[2:-1])
                unsign_zeros(values[block])
            for k, axis in enumerate(part_axes, 1):
                without_pixel = on_axis(k, axis.taps_on(0, axis.size) == 0)
                values[block][without_pixel], indices[block][without_pixel] = (
                    least(values.dtype),
                    -1,
                )


def adaptive_max_indices(
    images: Array, bounds: Sequence[tuple[Array, Array]], values: Array, indices: Array
) -> None:
    """Write the greatest pixel of each window to values, and its index to indices, in place.

    Images are (m, *spatial, c), values and indices (m, *output, c); `bounds` are (starts, stops) of
    the windows on each axis. Every window has pixels.
    """
    argmax_of_axes = [partial(_argmax_of_uneven_axis, starts, stops) for starts, stops in bounds]
    numbers = max(1, volume(images.shape[1:]))
    for (batch,) in blocks(images.shape[:1], LARGE // INDEX_BYTES // numbers):
        values[batch], indices[batch] = _argmax(images[batch], argmax_of_axes)
    unsign_zeros(values)


def _argmax(x: Array, argmax_of_axes: Sequence[ArgmaxOfAxis]) -> tuple[Array, Array]:
    """Return (values, indices): the first greatest pixel of each window of x, and its index.

    `argmax_of_axes` has a function for each spatial axis. The last axis is reduced first: of equals
    the first row wins, and in it the first column.
    """
    # indices: those of the greatest pixels so far, flat over the axes that are reduced already, of
    # which the pixels are `pixels_per_place`
    indices: Array = np.zeros(1, np.int64)
    pixels_per_place = 1
    for k in range(len(argmax_of_axes), 0, -1):
        size = x.shape[k]
        x, places = argmax_of_axes[k - 1](x, k)
        later = np.take_along_axis(indices, places, axis=k) if pixels_per_place > 1 else 0
        indices = places * pixels_per_place + later
        pixels_per_place *= size
    return x, indices


def _argmax_of_uneven_axis(starts: Array, stops: Array, x: Array, k: int) -> tuple[Array, Array]:
    """Return (values, places): the first greatest pixel of each window of axis k, and where it is.

    A place is a position on axis k of x.
    """
    shape = (*x.shape[:k], len(starts), *x.shape[k + 1 :])
    values, places = np.empty(shape, x.dtype), np.empty(shape, np.int64)
    for i, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        window, result_place = x[on_axis(k, slice(start, stop))], on_axis(k, slice(i, i + 1))
        taps = np.expand_dims(window.argmax(axis=k), k)
        values[result_place] = np.take_along_axis(window, taps, axis=k)
        places[result_place] = taps + start
    return values, places


def _argmax_of_axis(axis: Axis, x: Array, k: int) -> tuple[Array, Array]:
    """Return (values, places): the first greatest pixel of each window of axis k, and where it is.

    A place is a position on axis k of x.
    """
    shape = (*x.shape[:k], axis.count, *x.shape[k + 1 :])
    values, places = np.empty(shape, x.dtype), np.empty(shape, np.int64)
    argmax = _argmax_by_taps if axis.window <= FEW_TAPS else _argmax_by_windows
    for block in blocks(shape, BLOCK_BYTES // INDEX_BYTES // axis.window):
        pixels = x[(*block[:k], slice(None), *block[k + 1 :])]
        part = pad_axis(pixels, axis, k, least(x.dtype), block[k])
        inner = Axis(part.shape[k], axis.window, axis.stride, axis.dilation)
        values[block], taps = argmax(part, inner, k)
        places[block] = _places_of_taps(axis, block[k], taps, k)
    return values, places


def _places_of_taps(axis: Axis, windows: slice, taps: Array, k: int) -> Array:
    """Return the place on axis k of the pixel under one tap of each window.

    `windows` is a slice of the windows, which lie along axis k of `taps`: the number of a tap for
    each. Padding counts as the least value: a tap on padding before the pixels wins only if they
    are as small, and stands for the first of them.
    """
    starts = np.arange(windows.start, windows.stop) * axis.stride - axis.before
    starts = starts.reshape(-1, *(1,) * (taps.ndim - k - 1))  # along axis k
    first_taps_on_pixels = -(np.minimum(starts, 0) // axis.dilation)
    places: Array = starts + np.maximum(taps, first_taps_on_pixels) * axis.dilation
    return places.clip(0, axis.size - 1)


def _argmax_by_taps(part: Array, axis: Axis, k: int) -> tuple[Array, Array]:
    """Return (values, taps): the first greatest number of each window of axis k, and its tap.

    One tap of all windows is compared after the other.
    """
    shape = (*part.shape[:k], axis.count, *part.shape[k + 1 :])
    values, taps = np.empty(shape, part.dtype), np.zeros(shape, np.int64)
    for channels in channel_slices(part, k):
        best, chosen = values[channels], taps[channels]
        for tap in range(axis.window):
            candidates = part[channels][on_axis(k, axis.reach(tap)[1])]
            if tap == 0:
                best[...] = candidates
                continue
            is_better = candidates > best
            if part.dtype.kind == "f":
                is_better |= np.isnan(candidates) & ~np.isnan(best)
            np.copyto(best, candidates, where=is_better)
            np.copyto(chosen, tap, where=is_better)
    return values, taps


def _argmax_by_windows(part: Array, axis: Axis, k: int) -> tuple[Array, Array]:
    """Return (values, taps): the first greatest number of each window of axis k, and its tap.

    NumPy's argmax takes one window after the other.
    """
    windows = view(part, [axis], first=k)
    taps = windows.argmax(axis=-1)
    return np.take_along_axis(windows, taps[..., np.newaxis], axis=-1)[..., 0], taps
