"""Convolution, of batches and of pictures, and its adjoint. m images, c channels, nc kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from convpool.out_of_core.destination import Destination
from convpool.out_of_core.lazy_types import takes_lazy_arrays
from convpool.out_of_core.picture_axes import picture_axes
from convpool.out_of_core.routes import choose_route
from convpool.plans import arrays, channel_checks, kernel_layouts, result_dtypes
from convpool.plans.arguments import Ints, Padding
from convpool.plans.kernel_factors import factors_of_named
from convpool.plans.make_convolution import plan_convolution, plan_transposed
from convpool.plans.picture_kernels import kernels_of_channels, read_kernel
from convpool.plans.public_calls import public_call
from convpool.plans.recent_plans import cache_recent
from convpool.plans.saturation import read_round_to, saturate
from convpool.plans.separable import plan_separable

Array = NDArray[Any]

_plan, _plan_transposed = cache_recent(plan_convolution), cache_recent(plan_transposed)
_plan_separable = cache_recent(plan_separable)


@takes_lazy_arrays
@public_call
def convolve(
    images: ArrayLike,
    kernels: ArrayLike,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
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
) -> Array:
    """Slide kernels over images and sum their products, over the window and the channels.

    The kernels are applied as they are: deep learning's convolution, which signal processing calls
    cross-correlation.

    Parameters
    ----------
    images
        (m, *spatial, c) with 1 to 3 spatial axes; bool, integers, floats or complex numbers. Never
        modified.
    kernels
        (*window, c // groups, nc), whatever `channel_axis`, or as `kernel_layout` says.
    padding
        "valid" (none), "full" (span - 1 on both sides, where a window spans (window - 1) * dilation
        + 1 pixels), "causal" (span - 1 before, none after, as in Keras, so that no result depends
        on what comes later), an int, one int per axis, one (before, after) pair per axis, or one of
        three that are called "same": "same" gives ceil(n / stride) as in TensorFlow, Keras, JAX and
        ONNX SAME_UPPER, "same_lower" the same with the odd zero before (ONNX SAME_LOWER),
        "same_size" gives n at any stride.
    stride, dilation
        Steps between windows, and between the taps of one: an int, or one per axis.
    groups
        Kernel n reads the c // groups channels of group n // (nc // groups); groups=c is depthwise.
    bias
        (nc,), added to the results.
    pad_mode, fill
        "zeros", "constant" (with `fill`), "reflect", "symmetric", "edge" or "wrap", as np.pad has
        them.
    flip
        Flip the kernels over the window: signal processing's convolution.
    missing
        "nan", or bools of the images' shape, True where a pixel is missing; dask arrays for dask
        arrays. Sums over the other pixels are rescaled to the kernel's whole weight: sum(w x) *
        sum(w) / sum(w of the pixels that are not missing), NaN where all are missing; then the bias
        is added. Padding is not missing, except where a pad mode repeats a missing pixel.
    channel_axis
        Where images, result and `out` have their channels; the first other axis is the batch.
    kernel_layout
        "HWIO" is (*window, c // groups, nc); "OIHW" PyTorch's (nc, c // groups, *window); "HWCM"
        Keras's depthwise (*window, c, multiplier), in which output k * multiplier + i is that of
        channel k. For one and three axes they may also be written as "WIO", "DHWIO" and so on.
    dtype
        The dtype of sums and result; None for the one described below.
    out
        An array of the result's shape and dtype to write to, anything else that takes slices, or
        the name of a new file, .npy or .zarr. It is returned; a file is opened read-only. An array
        may share memory with the images, unless `max_memory` is given, and with all other arrays.
    engine
        "auto", or the name of one: all give the same dtype and shape.
    max_memory
        Compute the result in tiles that take no more than this beside input and output: bytes,
        "256MB" or "256MiB". Then, or where `out` is not an array, images may be anything with a
        shape, a dtype and slices, such as a Dataset of h5py or a Zarr array, and are never in
        memory as a whole.

    Returns
    -------
    (m, *output, nc). Integers and bool give exact int64; all else np.result_type(images, kernels),
    though with a kernel of `convpool.filters` float images keep their dtype; float16 is summed in
    float32; with `missing`, integers give float64. Padded zeros are values, and weights of 0 are
    not skipped: 0 * inf is NaN.

    Raises
    ------
    ValueError : shapes or arguments that do not fit, with what came in and what would do; the
        weights of a kernel sum to 0, and pixels may be missing
    TypeError : dtypes that do not fit; masked arrays and those with units, since neither would be
        in the result: for a mask, pass images.data with missing=images.mask
    OverflowError : integer sums might not fit; the text names the bound
    OSError : tiles could not be read or written; the text says how many were done, and no
        unfinished file remains

    Warns
    -----
    UserWarning : `kernel_layout` is left out, and PyTorch's order of the kernels would fit as well:
        with `channel_axis` 1, or for windows such as 64 x 3 that would be square in that order

    Notes
    -----
    Subclasses of ndarray and DataArrays of xarray give plain arrays, dask arrays lazy ones.

    For windows of even size, "same" is that of scipy.signal.correlate2d. scipy.ndimage.correlate,
    cv2.filter2D and scipy.signal.convolve2d (here with flip=True) are "same_lower", one pixel off.
    Nothing is conjugated; np.correlate conjugates its second argument.

    A batch may be computed by another engine than its images one by one; floats then differ within
    the rounding of the sums.

    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning",
    arXiv:1603.07285, draws them. Rescaling is the normalized convolution of H. Knutsson and C.-F.
    Westin, "Normalized and differential convolution", CVPR 1993.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.arange(9).reshape(1, 3, 3, 1)
    >>> kernels = np.ones((2, 2, 1, 1), dtype=int)
    >>> convolve(images, kernels, "valid")[0, :, :, 0]
    array([[ 8, 12],
           [20, 24]])
    """
    route = choose_route(images, "images", out, max_memory, missing)
    images = route.images
    images_dtype = np.dtype(images.dtype)
    dtype = result_dtypes.follow_images(images_dtype, kernels, dtype)
    kernels = arrays.read_array(kernels, "kernels")
    if kernel_layout is kernel_layouts.DEFAULT:
        kernel_layout = channel_checks.default_layout(
            images.shape, kernels.shape, channel_axis, groups
        )
    plan = _plan(
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
        dtype=dtype,
        engine=engine,
        images_dtype=images_dtype,
        kernels_dtype=kernels.dtype,
    )
    if route.run is not None:  # tile by tile, or as a lazy dask array
        destination = Destination(out, max_memory)
        result: Array = route.run(plan, images, (kernels, bias), destination, route.mask)
        return result
    operands = plan.check_weights(plan.to_hwio(kernels)), plan.check_bias(bias)
    return plan.execute(images, operands, out, route.mask)


@public_call
def convolve_transpose(
    images: ArrayLike,
    kernels: ArrayLike,
    padding: Padding = "valid",
    stride: Ints = 1,
    *,
    output_shape: Ints | None = None,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    bias: ArrayLike | None = None,
    channel_axis: int = -1,
    kernel_layout: str = kernel_layouts.DEFAULT,
    dtype: DTypeLike | None = None,
    out: Array | None = None,
    engine: str = "auto",
) -> Array:
    """Add each value, times the kernel, to its window: the adjoint of `convolve`.

    With the same kernels and arguments, sum(convolve(x) * y) equals sum(x * convolve_transpose(y))
    for all x of the result's shape; exactly for integers.

    Parameters
    ----------
    images
        (m, *output, nc), of the shape of a result of `convolve`. Not a dask array.
    kernels
        (*window, c // groups, nc), as for `convolve`: c and nc are its channels, so the images here
        have nc. Weights of PyTorch's conv_transpose (in, out, h, w) are kernel_layout="OIHW".
    padding, stride, dilation, groups, channel_axis, kernel_layout, dtype, engine
        As in `convolve`.
    output_shape
        The spatial sizes of the result: an int, or one per axis. `convolve` of images of these
        sizes must give results of the sizes that the images here have. None means the sizes below.
    output_padding
        Pixels added at the end of each axis: from 0 to below the larger of stride and dilation. It
        is PyTorch's word, and of no use beside `output_shape`. If it is the stride or more,
        `convolve` of the result's sizes has further windows at the end, which are left out here.
    bias
        (c,), a number for each channel of the result, added to all of its pixels.
    out
        An array of the result's shape and dtype to write to, which is returned. It may share memory
        with all that is read.

    Returns
    -------
    (m, *spatial, c). Without `output_shape`, spatial sizes are (o - 1) * stride + span - before -
    after + output_padding; but "same" and "same_lower" give o * stride, "same_size" gives o. Pixels
    that no window reaches are 0, plus the bias. Nothing is conjugated.

    Raises
    ------
    ValueError : `convolve` of images of `output_shape` gives other sizes than those of the images;
        the text names what would do
    ValueError, TypeError, OverflowError : as `convolve`

    Examples
    --------
    >>> import numpy as np
    >>> images = np.array([1.0, 2.0]).reshape(1, 2, 1)
    >>> kernels = np.array([1.0, 10.0, 100.0]).reshape(3, 1, 1)
    >>> convolve_transpose(images, kernels, stride=2).ravel().tolist()
    [1.0, 10.0, 102.0, 20.0, 200.0]
    >>> convolve_transpose(images, kernels, "same", 2, output_shape=3).ravel().tolist()
    [10.0, 102.0, 20.0]
    """
    images = arrays.read_in_memory(images, "images", "convolve_transpose")
    dtype = result_dtypes.follow_images(images.dtype, kernels, dtype)
    kernels = arrays.read_array(kernels, "kernels")
    if kernel_layout is kernel_layouts.DEFAULT:
        kernel_layout = channel_checks.default_layout(
            images.shape, kernels.shape, channel_axis, groups, is_transposed=True
        )
    plan = _plan_transposed(
        images.shape,
        kernels.shape,
        padding,
        stride,
        output_shape=output_shape,
        output_padding=output_padding,
        dilation=dilation,
        groups=groups,
        channel_axis=channel_axis,
        kernel_layout=kernel_layout,
        dtype=dtype,
        engine=engine,
        images_dtype=images.dtype,
        kernels_dtype=kernels.dtype,
    )
    return plan.execute(images, (plan.to_hwio(kernels), plan.check_bias(bias)), out)


@takes_lazy_arrays
@public_call
def filter_image(
    image: ArrayLike,
    kernel: ArrayLike,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    pad_mode: str = "reflect",
    fill: Any = 0,
    flip: bool = False,
    missing: ArrayLike | str | None = None,
    channel_axis: int | None = None,
    dtype: DTypeLike | None = None,
    round_to: DTypeLike | None = None,
    out: Any = None,
    engine: str = "auto",
    max_memory: int | str | None = None,
) -> Array:
    """Apply one kernel to every channel of one picture.

    Parameters
    ----------
    image
        (h, w) or (h, w, c), or as `channel_axis` says.
    kernel
        (kh, kw), applied as it is; or a tuple of two arrays (kh,) and (kw,), whose products are the
        weights: one pass down and one to the right, which costs kh + kw instead of kh * kw. With
        engine="auto", kernels of `convpool.filters` that are such products, from 5 x 5 on, are
        taken like this.
    padding, stride, pad_mode, fill, flip, dtype, out, engine, max_memory
        As in `convolve`; the border is reflected by default, and scipy.ndimage.correlate and
        cv2.filter2D are "same_lower" where kernels are of even size.
    missing
        "nan", or bools of the image's shape, as in `convolve`: holes are smoothed over.
    channel_axis
        Where image, result and `out` have their channels. None is the last of three axes, if it has
        up to 4 entries.
    round_to
        An integer dtype for the result, such as "uint8" for pictures: values are rounded, halves to
        the even neighbour, and saturated, which turns what is too large or too small into the
        dtype's greatest or least number. NaN becomes 0. `out` has this dtype.

    Returns
    -------
    (oh, ow) or (oh, ow, c), with the channels where the image has them; of `convolve`'s dtype,
    neither rounded nor clipped, or of the dtype `round_to`

    Raises
    ------
    ValueError, TypeError, OverflowError : as `convolve`
    ValueError : a tuple of two lists, which may be two rows of one kernel or two kernels
    TypeError : `round_to` is not an integer dtype, or the results are complex

    Examples
    --------
    >>> import numpy as np
    >>> filter_image(np.array([[0, 0, 9], [0, 0, 9], [0, 0, 9]]), np.ones((3, 3), dtype=int))
    array([[ 0, 27, 27],
           [ 0, 27, 27],
           [ 0, 27, 27]])
    """
    route = choose_route(image, "image", out, max_memory, missing)
    image, image_dtype = route.images, np.dtype(route.images.dtype)
    kernels = read_kernel(kernel)
    if engine == "auto" and len(kernels) == 1:
        kernels = factors_of_named(kernels[0], image_dtype, dtype) or kernels
    dtype = result_dtypes.follow_images(image_dtype, kernels[0], dtype)
    axes = picture_axes(tuple(image.shape), channel_axis)
    channels = axes.channels
    window = kernels[0].shape if len(kernels) == 1 else tuple(map(len, kernels))
    plan = (_plan if len(kernels) == 1 else _plan_separable)(
        axes.images_shape,
        (*window, min(1, channels), channels),
        padding,
        stride,
        groups=max(1, channels),
        pad_mode=pad_mode,
        fill=fill,
        flip=flip,
        missing=route.missing,
        channel_axis=axes.channel_axis,
        kernel_layout="HWIO",
        dtype=dtype,
        engine=engine,
        images_dtype=image_dtype,
        kernels_dtype=kernels[0].dtype,
    )
    integer_dtype = None if round_to is None else read_round_to(round_to, plan.dtype)
    if route.run is not None:  # of a file tile by tile, or lazily
        operands = plan.check_weights(kernels_of_channels(kernels, channels)), None
        destination = Destination(out, max_memory, axes.unit_axes, integer_dtype)
        result: Array = route.run(plan, image, operands, destination, route.mask)
        return result

    # in memory, in one pass that rounds too; None if no engine does this case
    result_dtype = plan.dtype if integer_dtype is None else integer_dtype
    target = axes.add_to_output(out, plan.output_shape, result_dtype)
    images = axes.add(image)
    filtered = plan.execute_pictures(images, kernels, result_dtype, target)
    if filtered is not None:
        return filtered.squeeze(axes.unit_axes) if out is None else out

    # in memory, as any convolution, and rounded afterwards
    operands = plan.check_weights(kernels_of_channels(kernels, channels)), None
    mask = None if route.mask is None else axes.add(route.mask)
    if integer_dtype is None:
        picture: Array = plan.execute(images, operands, target, mask)
        return picture.squeeze(axes.unit_axes) if out is None else out
    unrounded: Array = plan.execute(images, operands, None, mask)
    rounded = saturate(unrounded.squeeze(axes.unit_axes), integer_dtype)
    if out is not None:
        out[...] = rounded
    return rounded if out is None else out
