"""Pooling: each window of an image becomes one pixel.

m images, c channels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.numpy import argmax, unpooling
from convpool.out_of_core.destination import Destination
from convpool.out_of_core.lazy_types import takes_lazy_arrays
from convpool.out_of_core.picture_axes import picture_axes
from convpool.out_of_core.routes import choose_route
from convpool.plans import allocation, arguments, arrays, operand_checks
from convpool.plans.arguments import Ints, Padding
from convpool.plans.make_pooling import plan_pooling
from convpool.plans.public_calls import public_call
from convpool.plans.recent_plans import cache_recent

Array = NDArray[Any]

_plan = cache_recent(plan_pooling)


@takes_lazy_arrays
@public_call
def pool(
    images: ArrayLike,
    kernel_shape: Ints,
    stride: Ints | None = None,
    mode: str = "max",
    *,
    padding: Padding = "valid",
    dilation: Ints = 1,
    ceil: bool = False,
    count_padding: bool = False,
    p: float = 2,
    pad_mode: str | None = None,
    fill: Any = 0,
    footprint: ArrayLike | None = None,
    missing: ArrayLike | str | None = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
    out: Any = None,
    engine: str = "auto",
    max_memory: int | str | None = None,
) -> Array:
    """Reduce each window of the images to one pixel, channel by channel.

    Parameters
    ----------
    images
        (m, *spatial, c) with 1 to 3 spatial axes. Never modified.
    kernel_shape
        The window's sizes: an int, or one per axis. For a batch of signals it must be a tuple,
        `(2,)`: with an int, 3 axes may also be one picture (h, w, c), which is images[None].
    stride
        Steps between windows; None means kernel_shape.
    mode
        "max", "min", "avg", "sum", "lp", which is (sum |x|^p)^(1/p), or "median", the average of
        the two middle pixels of an even number.
    padding, dilation
        As in `convolve`.
    ceil
        Keep a last window that hangs over the end, as PyTorch does, if it starts on a pixel or on
        the padding before the pixels.
    count_padding
        Whether avg divides by the taps on declared padding too; never by those beyond, which only
        `ceil` allows.
    p
        The exponent of "lp".
    pad_mode, fill
        None: padding is not there, and never wins max or min. With one of the pad modes of
        `convolve`, what stands in the padding takes part like pixels, and counts.
    footprint
        Which taps of a window count, for max, min and median: bools of shape kernel_shape.
    missing
        "nan", or bools of the images' shape, True where a pixel is missing: these are left out, as
        padding is. A missing pixel that a pad mode repeats is missing there too.
    channel_axis
        Where images, result and `out` have their channels; the first other axis is the batch.
    dtype
        The dtype of sums and result; None for the one described below. dtype=float gives rounded
        sums of integers. Not for max and min.
    out
        An array of the result's shape and dtype to write to, anything else that takes slices, or
        the name of a new file, as in `convolve`.
    engine
        "auto", or the name of one.
    max_memory
        Compute the result in tiles that take no more than this: bytes, "256MB" or "256MiB"; images,
        files and errors are as in `convolve`.

    Returns
    -------
    (m, *output, c). Max and min keep the dtype; of integers and bool, sums are int64, and avg, lp
    and median float64. NaN propagates, without a promise of its sign and payload, and a zero is 0,
    never -0. A window without a real pixel gives -inf or the dtype's least for max, the opposite
    for min, 0 for sum and lp, NaN for avg and median.

    Raises
    ------
    ValueError : shapes or arguments that do not fit, with what came in and what would do
    TypeError : max, min, lp or median of complex numbers; object and string arrays; a dtype that
        does not fit
    OverflowError : integer sums might not fit

    Examples
    --------
    >>> import numpy as np
    >>> images = np.arange(16).reshape(1, 4, 4, 1)
    >>> pool(images, 2)[0, :, :, 0]
    array([[ 5,  7],
           [13, 15]])
    >>> pool(images, 3, 2, "avg", ceil=True)[0, :, :, 0]
    array([[ 5. ,  6.5],
           [11. , 12.5]])
    """
    route = choose_route(images, "images", out, max_memory, missing)
    images = route.images
    arguments.check_unambiguous(
        images.shape, kernel_shape, "kernel_shape", channel_axis=channel_axis
    )
    plan = _plan(
        images.shape,
        kernel_shape,
        stride,
        mode,
        padding=padding,
        dilation=dilation,
        ceil=ceil,
        count_padding=count_padding,
        p=p,
        pad_mode=pad_mode,
        fill=fill,
        footprint=footprint,
        missing=route.missing,
        channel_axis=channel_axis,
        dtype=dtype,
        engine=engine,
        images_dtype=np.dtype(images.dtype),
    )
    if route.run is not None:
        destination = Destination(out, max_memory)
        result: Array = route.run(plan, images, (), destination, route.mask)
        return result
    return plan.execute(images, (), out, route.mask)


@takes_lazy_arrays
@public_call
def pool_image(
    image: ArrayLike,
    kernel_shape: Ints,
    stride: Ints | None = None,
    mode: str = "max",
    *,
    padding: Padding = "valid",
    dilation: Ints = 1,
    ceil: bool = False,
    count_padding: bool = False,
    p: float = 2,
    pad_mode: str | None = None,
    fill: Any = 0,
    footprint: ArrayLike | None = None,
    missing: ArrayLike | str | None = None,
    channel_axis: int | None = None,
    dtype: DTypeLike | None = None,
    out: Any = None,
    engine: str = "auto",
    max_memory: int | str | None = None,
) -> Array:
    """Reduce each window of one picture to one pixel, channel by channel.

    With a stride of 1 and padding="same" it is a filter: "median" takes away specks, "max" and
    "min" are dilation and erosion.

    Parameters
    ----------
    image
        (h, w) or (h, w, c), or as `channel_axis` says. Never modified.
    kernel_shape
        The window's sizes: an int, or (kh, kw).
    stride, mode, padding, dilation, ceil, count_padding, p, pad_mode, fill, footprint
        As in `pool`.
    dtype, out, engine, max_memory
        As in `pool`; `out` is of the result's shape.
    missing
        "nan", or bools of the image's shape, as in `pool`.
    channel_axis
        Where image, result and `out` have their channels. None is the last of three axes, if it has
        up to 4 entries.

    Returns
    -------
    (oh, ow) or (oh, ow, c), with the channels where the image has them; of `pool`'s dtype

    Raises
    ------
    ValueError, TypeError, OverflowError : as `pool`

    Examples
    --------
    >>> import numpy as np
    >>> image = np.array([[1, 1, 1, 1], [1, 9, 1, 1], [1, 1, 1, 1]])
    >>> pool_image(image, 3, 1, padding="same")
    array([[9, 9, 9, 1],
           [9, 9, 9, 1],
           [9, 9, 9, 1]])
    >>> pool_image(image, 2, mode="sum")
    array([[12,  4]])
    """
    route = choose_route(image, "image", out, max_memory, missing)
    axes = picture_axes(tuple(route.images.shape), channel_axis)
    plan = _plan(
        axes.images_shape,
        kernel_shape,
        stride,
        mode,
        padding=padding,
        dilation=dilation,
        ceil=ceil,
        count_padding=count_padding,
        p=p,
        pad_mode=pad_mode,
        fill=fill,
        footprint=footprint,
        missing=route.missing,
        channel_axis=axes.channel_axis,
        dtype=dtype,
        engine=engine,
        images_dtype=np.dtype(route.images.dtype),
    )
    if route.run is not None:
        destination = Destination(out, max_memory, axes.unit_axes)
        result: Array = route.run(plan, route.images, (), destination, route.mask)
        return result
    target = axes.add_to_output(out, plan.output_shape, plan.dtype)
    mask = None if route.mask is None else axes.add(route.mask)
    picture = plan.execute(axes.add(route.images), (), target, mask)
    output: Array = picture.squeeze(axes.unit_axes) if out is None else out
    return output


@public_call
def max_pool_indices(
    images: ArrayLike,
    kernel_shape: Ints,
    stride: Ints | None = None,
    *,
    padding: Padding = "valid",
    dilation: Ints = 1,
    ceil: bool = False,
    channel_axis: int = -1,
) -> tuple[Array, NDArray[np.int64]]:
    """Return the greatest pixel of each window, and its index in the image.

    Parameters
    ----------
    images
        As in `pool`, but not a dask array.
    kernel_shape, stride, padding, dilation, ceil, channel_axis
        As in `pool`.

    Returns
    -------
    (values, indices), both (m, *output, c). Values are those of `pool`. Indices are int64: the
    position of the pixel in its image and channel, counted in C order over the spatial axes. Of
    equal pixels it is that of the first; NaN is taken as the greatest. A window that lies in the
    padding alone has the index -1 and the least value of the dtype, -inf for floats.

    Raises
    ------
    ValueError, TypeError : as `pool`

    Examples
    --------
    >>> import numpy as np
    >>> values, indices = max_pool_indices(np.array([1, 3, 3, 2]).reshape(1, 4, 1), (2,))
    >>> values.ravel().tolist(), indices.ravel().tolist()
    ([3, 3], [1, 2])
    """
    images = arrays.read_in_memory(images, "images", "max_pool_indices")
    arguments.check_unambiguous(
        images.shape, kernel_shape, "kernel_shape", channel_axis=channel_axis
    )
    plan = _plan(
        images.shape,
        kernel_shape,
        stride,
        padding=padding,
        dilation=dilation,
        ceil=ceil,
        channel_axis=channel_axis,
        images_dtype=images.dtype,
    )
    threads.check()
    values = allocation.empty(plan.output_shape, plan.dtype)
    indices = allocation.empty(plan.output_shape, np.dtype(np.int64))
    pixels = plan.reached_pixels.gather(plan.channels_last(images))
    targets = plan.channels_last(values), plan.channels_last(indices)
    argmax.max_indices(pixels, plan.engine_axes, *targets)
    return values, plan.reached_pixels.original_indices(indices)


@public_call
def max_unpool(
    values: ArrayLike, indices: ArrayLike, shape: Ints, *, channel_axis: int = -1
) -> Array:
    """Put pooled values back where they came from, with zeros elsewhere.

    Where several values have one index, as overlapping windows do, the last one in C order stays.
    So this is not the gradient of max pooling, in which they are added: that is `pool_gradient`.

    Parameters
    ----------
    values, indices
        Both (m, *output, c), as `max_pool_indices` returns them. A value of index -1 is left out.
    shape
        The spatial sizes of the result: an int, or one per axis; `(4,)` with 3 axes, as in `pool`.
    channel_axis
        Where values, indices and result have their channels.

    Returns
    -------
    (m, *shape, c) of the values' dtype

    Raises
    ------
    ValueError : an index lies outside `shape`, or values and indices differ in shape
    TypeError : indices are not integers; dask arrays, since there is no lazy form

    Examples
    --------
    >>> import numpy as np
    >>> max_unpool(np.array([[[3], [4]]]), np.array([[[1], [2]]]), (4,)).ravel().tolist()
    [0, 3, 4, 0]
    """
    values = arrays.read_in_memory(values, "values", "max_unpool")
    indices = arrays.read_in_memory(indices, "indices", "max_unpool")
    spatial, axis = operand_checks.read_unpooling(values, indices, shape, channel_axis)
    out = allocation.zeros(
        arguments.replace_spatial_sizes(values.shape, spatial, axis), values.dtype.newbyteorder("=")
    )
    unpooling.unpool(*(np.moveaxis(array, axis, -1) for array in (values, indices, out)))
    return out
