"""Gradients of convolution and pooling: the adjoints of the forward calls, for every argument.

m images, c channels, nc kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from convpool.out_of_core.lazy_types import LazyArray, takes_lazy_arrays
from convpool.out_of_core.routes import Route, choose_route
from convpool.plans import (
    arguments,
    arrays,
    channel_checks,
    gradient_arguments,
    kernel_layouts,
    missing_pixels,
    result_dtypes,
)
from convpool.plans.arguments import Ints, Padding
from convpool.plans.convolution_gradients import ConvolutionGradientsPlan
from convpool.plans.gradient_arguments import NAMES, Gradients
from convpool.plans.make_convolution import plan_convolution
from convpool.plans.make_pooling import plan_pooling
from convpool.plans.pooling_gradient import PoolingGradientPlan
from convpool.plans.public_calls import public_call
from convpool.plans.recent_plans import cache_recent

Array = NDArray[Any]


@public_call
def convolve_gradients(
    images: ArrayLike,
    kernels: ArrayLike,
    output_gradient: ArrayLike | LazyArray,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    want: Sequence[str] = NAMES,
    dilation: Ints = 1,
    groups: int = 1,
    bias: ArrayLike | None = None,
    pad_mode: str = "zeros",
    fill: Any = 0,
    flip: bool = False,
    missing: ArrayLike | str | None = None,
    channel_axis: int = -1,
    kernel_layout: str = kernel_layouts.DEFAULT,
    dtype: DTypeLike | None = None,
    out: Any = None,
    engine: str = "auto",
    max_memory: int | str | None = None,
) -> Gradients:
    """Return the gradients of `convolve`: of its images, kernels and bias.

    Let L be a number that was computed from the result of `convolve`. `output_gradient` has the
    derivatives of L by the numbers of that result; the gradients that are returned are the
    derivatives of L by the pixels, the weights and the bias.

    Parameters
    ----------
    images, kernels
        As `convolve` took them.
    output_gradient
        (m, *output, nc), of the shape of the result of `convolve`.
    want
        Which gradients are computed, of "images", "kernels" and "bias": leave out what is not
        needed.
    padding, stride, dilation, groups, bias, pad_mode, fill, flip, missing
        As `convolve` took them. No gradient depends on the bias, so that it may be left out.
    channel_axis, kernel_layout
        As `convolve` took them; the gradients have the same axes.
    dtype
        The dtype of sums and results; None for the one described below.
    out
        Three arrays to write to, such as a `Gradients`, with None for each that is a new array. An
        array may share memory with all that is read, but not with another of the three. For the
        images it may be the name of a new file that ends in .npy or .zarr, which is returned
        opened: then the gradients are computed in tiles.
    engine
        "auto", or the name of one that computes all that is wanted.
    max_memory
        Compute in tiles that take no more than this beside input and output: bytes, "256MB" or
        "256MiB". Then images, `output_gradient` and the array for the gradient of the images may be
        anything with a shape, a dtype and slices, such as a Dataset of h5py. Dask arrays give
        lazy gradients without it, those of the images in the chunks of the batch.

    Returns
    -------
    (images, kernels, bias), a named tuple: gradients of the shapes of images and kernels, and (nc,)
    for the bias; None for what is not wanted. With integers and bool alone they are exact int64,
    else they have np.result_type(images, kernels, output_gradient); float16 is summed in float32.

    Pixels that a pad mode repeats get the sum of what their copies get. Padded zeros are values: in
    the gradient of the kernels 0 * inf is NaN. Missing pixels get 0, and the gradient of the
    kernels takes into account that results were rescaled. Nothing is conjugated.

    Raises
    ------
    ValueError : `output_gradient` has not the shape of the result; else as `convolve`
    TypeError, OverflowError : as `convolve`

    See Also
    --------
    convolve_transpose : the gradient of the images alone, from the gradient of the result and the
        kernels

    Examples
    --------
    >>> import numpy as np
    >>> images, kernels = np.array([[[1], [2], [3]]]), np.array([[[10]], [[100]]])
    >>> gradients = convolve_gradients(images, kernels, np.ones((1, 2, 1), int), "valid")
    >>> gradients.images.ravel().tolist(), gradients.kernels.ravel().tolist()
    ([10, 110, 100], [3, 5])
    >>> gradients.bias
    array([2])
    """
    target = out[0] if isinstance(out, (tuple, list)) and out else None
    route = choose_route(images, "images", target, max_memory, missing)
    images, gradient = route.images, _read_gradient(output_gradient, route)
    images_dtype, gradient_dtype = np.dtype(images.dtype), np.dtype(gradient.dtype)
    forward_dtype = result_dtypes.follow_images(images_dtype, kernels, dtype)
    kernels = arrays.read_array(kernels, "kernels")
    if kernel_layout is kernel_layouts.DEFAULT:
        kernel_layout = channel_checks.default_layout(
            images.shape, kernels.shape, channel_axis, groups
        )
    plan = _plan_convolution(
        images.shape,
        kernels.shape,
        padding,
        stride,
        dilation=dilation,
        groups=groups,
        pad_mode=pad_mode,
        fill=fill,
        flip=flip,
        missing=route.missing,
        channel_axis=channel_axis,
        kernel_layout=kernel_layout,
        forward_dtype=forward_dtype,
        dtype=dtype,
        engine=engine,
        want=tuple(want) if isinstance(want, list) else want,
        images_dtype=images_dtype,
        kernels_dtype=kernels.dtype,
        gradient_dtype=gradient_dtype,
    )
    plan.check_bias(bias)
    gradient_arguments.check_shape(gradient.shape, plan.output_shape, "convolve")
    hwio_kernels = plan.to_hwio(kernels)
    if route.missing is not None:
        missing_pixels.check_weights(hwio_kernels)
    if route.run is not None:
        targets = gradient_arguments.read_out(
            out, plan.shapes, plan.dtype, plan.want, takes_slices=True
        )
        from convpool.out_of_core.gradients import GradientSources, run

        sources = GradientSources(images, gradient, route.mask, (hwio_kernels,))
        return run(plan, sources, plan.want, out=targets, max_memory=max_memory)
    return plan.execute(images, (hwio_kernels, plan.channels_last(gradient)), out, route.mask)


@takes_lazy_arrays
@public_call
def pool_gradient(
    images: ArrayLike,
    output_gradient: ArrayLike | LazyArray,
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
    """Return the gradient of `pool`: that of its images.

    Parameters
    ----------
    images
        As `pool` took them.
    output_gradient
        (m, *output, c), of the shape of the result of `pool`: the derivatives of a number L by the
        numbers of that result.
    kernel_shape, stride, mode, padding, dilation, ceil, count_padding, p, pad_mode, fill
        As `pool` took them.
    footprint, missing
        As `pool` took them.
    channel_axis
        As in `pool`; that of `images`, `output_gradient` and the result.
    dtype
        The dtype of sums and result; None for the one described below.
    out
        An array of the result's shape and dtype to write to, which is returned. It may share memory
        with all that is read. Or the name of a new file, as in `convolve_gradients`.
    engine
        "auto", or the name of one.
    max_memory
        As in `convolve_gradients`.

    Returns
    -------
    the derivatives of L by the pixels, of the images' shape. What several windows give to a pixel
    is added. With max and min, the first of equal pixels gets all, or the first NaN if there is
    one; with median, each of the two middle pixels gets half, or the one in the middle gets all,
    again the first of equals. With integers and bool alone, gradients of max, min and sum are exact
    int64; else they have np.result_type of `output_gradient` and the result of `pool`; float16 is
    summed in float32.

    Where a pad mode repeats pixels, these get the sum of what their copies get. With lp, a pixel of
    0 gets 0. Missing pixels get 0, and windows without a pixel give nothing.

    Raises
    ------
    ValueError : `output_gradient` has not the shape of the result; else as `pool`
    TypeError, OverflowError : as `pool`

    Examples
    --------
    >>> import numpy as np
    >>> images = np.array([3, 3, 1, 2]).reshape(1, 4, 1)
    >>> pool_gradient(images, np.array([10, 100, 1000]).reshape(1, 3, 1), (2,), 1).ravel()
    array([  10,  100,    0, 1000])
    """
    route = choose_route(images, "images", out, max_memory, missing)
    images, gradient = route.images, _read_gradient(output_gradient, route)
    arguments.check_unambiguous(
        images.shape, kernel_shape, "kernel_shape", channel_axis=channel_axis
    )
    plan = _plan_pooling(
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
        gradient_dtype=np.dtype(gradient.dtype),
    )
    gradient_arguments.check_shape(gradient.shape, plan.output_shape, "pool")
    if route.run is not None:
        from convpool.out_of_core.gradients import GradientSources, run

        sources, target = GradientSources(images, gradient, route.mask), Gradients(out, None, None)
        result: Array = run(plan, sources, ("images",), out=target, max_memory=max_memory).images
        return result
    return plan.execute(images, (plan.channels_last(gradient),), out, route.mask)


def _read_gradient(value: Any, route: Route) -> Any:
    """Return the argument `output_gradient`, of the kind of the images: in memory if these are."""
    if route.run is None:
        return arrays.read_in_memory(value, "output_gradient", "a call on arrays in memory")
    from convpool.out_of_core.gradients import read_gradient

    return read_gradient(value, route)


@cache_recent
def _plan_convolution(
    images_shape: tuple[int, ...],
    kernels_shape: tuple[int, ...],
    padding: Padding,
    stride: Ints,
    *,
    forward_dtype: DTypeLike | None,
    dtype: DTypeLike | None,
    engine: str,
    want: Sequence[str],
    gradient_dtype: np.dtype[Any],
    **keywords: Any,
) -> ConvolutionGradientsPlan:
    """Return the plan of the gradients of `plan_convolution` with these arguments.

    `forward_dtype` is the argument `dtype` of the convolution; `dtype`, `engine`, `want` and
    `gradient_dtype` are the arguments of its `gradients`.
    """
    forward = plan_convolution(
        images_shape, kernels_shape, padding, stride, dtype=forward_dtype, **keywords
    )
    return forward.gradients(gradient_dtype, want=want, dtype=dtype, engine=engine)


@cache_recent
def _plan_pooling(
    images_shape: tuple[int, ...],
    kernel_shape: Ints,
    stride: Ints | None,
    mode: str,
    *,
    dtype: DTypeLike | None,
    engine: str,
    gradient_dtype: np.dtype[Any],
    **keywords: Any,
) -> PoolingGradientPlan:
    """Return the plan of the gradient of `plan_pooling` with these arguments.

    `dtype`, `engine` and `gradient_dtype` are the arguments of its `gradients`.
    """
    forward = plan_pooling(images_shape, kernel_shape, stride, mode, **keywords)
    return forward.gradients(gradient_dtype, dtype=dtype, engine=engine)
