"""Adaptive pooling: windows that cut an image into a given number of parts.

m images, c channels, n pixels and o outputs on an axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.numpy import adaptive, argmax, footprint_and_median
from convpool.engines.pool_modes import POOL_MODES
from convpool.out_of_core.routes import choose_route
from convpool.plans import (
    accepted_dtypes,
    allocation,
    arguments,
    arrays,
    integer_sums,
    result_dtypes,
)
from convpool.plans.arguments import Ints
from convpool.plans.channel_checks import warn_of_colours_first
from convpool.plans.public_calls import public_call
from convpool.pooling import pool
from convpool.windows import adaptive_windows, volume

Array = NDArray[Any]


@public_call
def global_pool(
    images: ArrayLike, mode: str, *, channel_axis: int = -1, dtype: DTypeLike | None = None
) -> Array:
    """Reduce each image to one pixel for each channel.

    Parameters
    ----------
    images
        (m, *spatial, c) with 2 or 3 spatial axes; pass a batch of signals (m, n, c) as images[:,
        None]. Dask arrays give lazy ones.
    mode
        As in `pool`; "lp" with p = 2.
    channel_axis, dtype
        As in `pool`.

    Returns
    -------
    (m, 1, ..., 1, c), with `pool`'s dtypes

    Raises
    ------
    ValueError, TypeError, OverflowError : as `pool`

    Examples
    --------
    >>> import numpy as np
    >>> global_pool(np.array([[1.0, 2.0], [3.0, 6.0]]).reshape(1, 2, 2, 1), "avg")
    array([[[[3.]]]])
    """
    images = choose_route(images, "images").images
    if len(images.shape) == 3:
        axis = arguments.read_channel_axis(channel_axis, images.shape)
        signals = ("images[:, :, None]", "images[:, :, None]", "images[:, None]")[axis]
        # the new axis shifts the channels unless their number still fits
        axis_advice = "" if channel_axis in (-1, 0, 1) else f" and channel_axis={(0, 1, -1)[axis]}"
        raise arguments.ambiguous_rank_error(
            images.shape, signals + axis_advice, channel_axis=channel_axis
        )
    spatial = arguments.read_pixel_sizes(images.shape, channel_axis)
    return pool(images, spatial, mode=mode, channel_axis=channel_axis, dtype=dtype)


@public_call
def adaptive_pool(
    images: ArrayLike,
    output_shape: Ints | Sequence[int | None],
    mode: str,
    *,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Pool images to the spatial sizes `output_shape`, with windows as in PyTorch.

    Window i of o on an axis of n pixels runs from floor(i n / o) to ceil((i + 1) n / o).

    Parameters
    ----------
    images
        (m, *spatial, c).
    output_shape
        The spatial sizes of the result: an int, or one per axis, where None keeps the images' size;
        `(2,)` with 3 axes, as in `pool`.
    mode
        As in `pool`; "lp" with p = 2.
    channel_axis, dtype
        As in `pool`.

    Returns
    -------
    (m, *output_shape, c), with `pool`'s dtypes

    Raises
    ------
    ValueError, TypeError, OverflowError : as `pool`; TypeError for dask arrays, since there is no
        lazy form

    Examples
    --------
    >>> import numpy as np
    >>> adaptive_pool(np.arange(5.0).reshape(1, 5, 1), (2,), "max").ravel().tolist()
    [2.0, 4.0]
    """
    images = arrays.read_in_memory(images, "images", "adaptive_pool")
    windows = _adaptive_windows(images.shape, output_shape, channel_axis)
    mode = arguments.read_choice(mode, POOL_MODES, "mode")
    accepted_dtypes.check_pooled_dtype(images.dtype, mode)
    threads.check()
    requested = None if dtype is None else accepted_dtypes.read_dtype(dtype)
    result = result_dtypes.pooling_result_dtype(images.dtype, mode, requested)
    if POOL_MODES[mode].may_overflow(result):
        most_taps = volume([int((stops - starts).max()) for starts, stops in windows.bounds])
        sums = integer_sums.Sums(np.array([most_taps]))
        if not sums.fit(result, integer_sums.limits(images.dtype)):
            # only for its error, if the pixels are so large that a sum might overflow
            sums.working_dtype(result, integer_sums.extremes(images), "sums of pixels")
    out = allocation.empty(windows.shape, result)
    pixels, target = (np.moveaxis(array, windows.channel_axis, -1) for array in (images, out))
    with np.errstate(all="ignore"):
        if mode == "median":
            footprint_and_median.adaptive_medians(pixels, windows.bounds, target)
        else:
            accumulation = result_dtypes.pooling_sum_dtype(images.dtype, mode, requested)
            adaptive.pool(pixels, windows.bounds, target, mode=mode, dtype=accumulation)
    return out


@public_call
def adaptive_max_pool_indices(
    images: ArrayLike, output_shape: Ints | Sequence[int | None], *, channel_axis: int = -1
) -> tuple[Array, NDArray[np.int64]]:
    """Return the greatest pixel of each window of `adaptive_pool`, and its index in the image.

    Parameters
    ----------
    images, output_shape, channel_axis
        As in `adaptive_pool`.

    Returns
    -------
    values and indices, both (m, *output_shape, c), as those of `max_pool_indices`

    Raises
    ------
    ValueError, TypeError : as `adaptive_pool`

    Examples
    --------
    >>> import numpy as np
    >>> images = np.array([1, 5, 2, 5, 4]).reshape(1, 5, 1)
    >>> values, indices = adaptive_max_pool_indices(images, (2,))
    >>> values.ravel().tolist(), indices.ravel().tolist()
    ([5, 5], [1, 3])
    """
    images = arrays.read_in_memory(images, "images", "adaptive_max_pool_indices")
    windows = _adaptive_windows(images.shape, output_shape, channel_axis)
    accepted_dtypes.check_pooled_dtype(images.dtype, "max")
    threads.check()
    values = allocation.empty(windows.shape, images.dtype.newbyteorder("="))
    indices = allocation.empty(windows.shape, np.dtype(np.int64))
    pixels, *targets = (
        np.moveaxis(array, windows.channel_axis, -1) for array in (images, values, indices)
    )
    argmax.adaptive_max_indices(pixels, windows.bounds, *targets)
    return values, indices


class _AdaptiveWindows(NamedTuple):
    """The windows of an adaptive pooling.

    Attributes
    ----------
    bounds : for each spatial axis (starts, stops) of its windows, both int64
    shape : the shape of the output
    channel_axis : where images and output have their channels, counted from the front
    """

    bounds: list[tuple[Array, Array]]
    shape: tuple[int, ...]
    channel_axis: int


def _adaptive_windows(
    shape: tuple[int, ...], output_shape: Any, channel_axis: int
) -> _AdaptiveWindows:
    """Return the windows for the arguments of an adaptive pooling of images of this shape.

    Warns where channels seem to stand before the spatial axes.

    Raises
    ------
    TypeError, ValueError : an argument is misused; the text says what would do
    MemoryError : the output is too large
    """
    rank = arguments.count_spatial_axes(shape)
    arguments.check_unambiguous(shape, output_shape, "output_shape", channel_axis=channel_axis)
    warn_of_colours_first(shape, channel_axis)
    spatial = arguments.read_pixel_sizes(shape, channel_axis)
    if np.ndim(output_shape) == 1 and len(output_shape) == rank:
        output_shape = [n if o is None else o for n, o in zip(spatial, output_shape, strict=True)]
    sizes = arguments.read_per_axis(output_shape, rank, "output_shape")
    # as many numbers as one plane of the output has are allocated and dropped: where that fails, it
    # does so before the windows are computed
    allocation.empty(sizes, np.dtype(np.int64))
    axis = arguments.read_channel_axis(channel_axis, shape)
    bounds = list(map(adaptive_windows, spatial, sizes))
    return _AdaptiveWindows(bounds, arguments.replace_spatial_sizes(shape, sizes, axis), axis)
