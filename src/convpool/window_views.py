"""Views of all windows, and their adjoint. m images, c channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from convpool.engines.numpy.convolution import add_windows, dtype_of_partial_sums
from convpool.plans import (
    accepted_dtypes,
    allocation,
    arguments,
    arrays,
    integer_sums,
    operand_checks,
    result_dtypes,
)
from convpool.plans.arguments import Ints, Padding
from convpool.plans.channel_checks import warn_of_colours_first
from convpool.plans.operand_checks import WindowArguments
from convpool.plans.public_calls import public_call
from convpool.windows import Axis, place, place_transposed, view, volume

Array = NDArray[Any]


@public_call
def window_view(
    images: ArrayLike, shape: Ints, stride: Ints = 1, dilation: Ints = 1, *, channel_axis: int = -1
) -> Array:
    """Return a view of every window of the images, without a copy.

    Parameters
    ----------
    images
        (m, *spatial, c). Not a dask array.
    shape
        The window's sizes: an int, or one per axis. For images of three axes, a tuple, (k,).
    stride, dilation
        Steps between windows, and between the taps of one.
    channel_axis
        Where images and view have their channels; the first other axis is the batch.

    Returns
    -------
    a read-only view (m, *output, c, *window), with the channels where the images have them

    Raises
    ------
    ValueError, TypeError : as `convolve`

    Examples
    --------
    >>> import numpy as np
    >>> window_view(np.arange(5).reshape(1, 5, 1), (3,), stride=2)[0, :, 0]
    array([[0, 1, 2],
           [2, 3, 4]])
    """
    images = arrays.read_in_memory(images, "images", "window_view")
    rank = arguments.count_spatial_axes(images.shape)
    axis = arguments.read_channel_axis(channel_axis, images.shape)
    window = arguments.read_per_axis(shape, rank, "shape")
    arguments.check_unambiguous(images.shape, shape, "shape", channel_axis=channel_axis)
    warn_of_colours_first(images.shape, channel_axis)
    windows = operand_checks.read_windows(window, stride, dilation, "valid")
    are_last = axis == rank + 1
    channels_last = images if are_last else np.moveaxis(images, axis, -1)
    axes = operand_checks.make_axes(channels_last.shape[1:-1], windows, can_pad=False)
    all_windows = view(channels_last, axes)
    return all_windows if are_last else np.moveaxis(all_windows, rank + 1, axis)


@public_call
def fold(
    windows: ArrayLike,
    shape: Ints,
    stride: Ints = 1,
    dilation: Ints = 1,
    padding: Padding = "valid",
    *,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Add overlapping windows: the adjoint of `window_view`.

    Parameters
    ----------
    windows
        (m, *output, c, *window), as `window_view` returns them. Not a dask array.
    shape
        The spatial sizes of the images from which the windows come: an int, or one per axis.
    stride, dilation, padding
        As in `convolve`; what falls on padding is dropped.
    channel_axis
        Where the images have their channels, and the windows among the axes before `*window`.
    dtype
        The dtype of sums and result: dtype=float gives rounded sums of integers.

    Returns
    -------
    (m, *shape, c), with the channels at `channel_axis`; integers give int64

    Raises
    ------
    ValueError : the windows of such images would have other sizes
    TypeError, OverflowError : as `convolve`

    Examples
    --------
    >>> import numpy as np
    >>> fold(np.ones((1, 3, 1, 3)), 5).ravel().tolist()
    [1.0, 2.0, 3.0, 2.0, 1.0]
    """
    windows = arrays.read_in_memory(windows, "windows", "fold")
    rank, odd = divmod(windows.ndim - 2, 2)
    if odd or rank not in arguments.AXIS_NAMES:
        raise ValueError(
            f"windows are {windows.shape}; they must be (m, *output, c, *window) with 1 to 3 "
            "axes each"
        )
    window, images = windows.shape[rank + 2 :], windows.shape[: rank + 2]
    axis = arguments.read_channel_axis(channel_axis, images, "windows of images")
    m, *counts, c = arguments.shape_channels_last(images, axis)
    spatial = arguments.read_per_axis(shape, rank, "shape", least=0)
    placement = operand_checks.read_windows(window, stride, dilation, padding)
    axes = tuple(place(n, *of_axis) for n, of_axis in zip(spatial, placement.of_axes, strict=True))
    operand_checks.check_positions(axes)
    if [axis.count for axis in axes] != counts:
        raise _count_error(windows.shape, counts, axes, placement)
    requested = None if dtype is None else accepted_dtypes.read_dtype(dtype)
    result = result_dtypes.pooling_result_dtype(windows.dtype, "sum", requested)
    sums = result_dtypes.accumulation_dtype(result)
    if sums.kind in "iu":
        # how many windows can have a tap on one pixel
        overlap = volume(
            [min(axis.count, -(-axis.window // axis.meeting_distance)) for axis in axes]
        )
        largest_sum = integer_sums.Sums(np.array([overlap]))
        # only for its error, if a sum might overflow
        largest_sum.working_dtype(sums, integer_sums.extremes(windows), "sums of windows")
    total = allocation.zeros((1, c, m, *spatial), dtype_of_partial_sums(sums, volume(window)))
    taps_first = np.moveaxis(windows, (axis, *range(rank + 2, windows.ndim)), range(rank + 1))
    with np.errstate(all="ignore"):
        add_windows(
            total,
            taps_first[None].astype(sums, copy=False),
            axes,
            tuple(slice(0, taps) for taps in window),
        )
    return np.ascontiguousarray(np.moveaxis(total[0], 0, axis)).astype(result, copy=False)


def _count_error(
    shape: tuple[int, ...],
    counts: Sequence[int],
    axes: Sequence[Axis],
    placement: WindowArguments,
) -> ValueError:
    """Return the error of `fold` for windows that are not as many as images of its `shape` have.

    If images of another shape have as many windows, the text names that shape.

    Parameters
    ----------
    shape
        The shape of the array of windows.
    counts
        The number of windows on each spatial axis.
    axes
        The spatial axes of images of the argument `shape`, which have other numbers of windows.
    placement
        The arguments that say where windows lie.
    """
    spatial, expected = (
        tuple(axis.size for axis in axes),
        tuple(axis.count for axis in axes),
    )
    likely_axes = [
        place_transposed(o, *of_axis) for o, of_axis in zip(counts, placement.of_axes, strict=True)
    ]
    advice = ""
    if all(axis.size > 0 and axis.count == o for axis, o in zip(likely_axes, counts, strict=True)):
        advice = f"; shape={tuple(axis.size for axis in likely_axes)} has as many"
    return ValueError(
        f"windows are {shape} with {tuple(counts)} windows, but images of {spatial} have "
        f"{expected}{advice}"
    )
