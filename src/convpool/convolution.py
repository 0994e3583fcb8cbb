"""Convolution, its adjoint, and filters for pictures. m images, c channels, nc kernels, h x w pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from convpool.engines.numpy.convolution import add_windows, sums_of_sums
from convpool.out_of_core import inputs
from convpool.plans import allocation, arguments, channel_checks, dtypes, kernel_layouts
from convpool.plans.arguments import Ints, Padding, with_foreign_words_named
from convpool.plans.base import check_out
from convpool.plans.cache import recent
from convpool.plans.make import lay, plan_convolution, plan_transposed
from convpool.plans.operand_checks import check_positions
from convpool.plans.rounding import integer_dtype, saturate
from convpool.windows import place, place_transposed, view, volume

Array = NDArray[Any]

_plan, _plan_transposed = recent(plan_convolution), recent(plan_transposed)


@with_foreign_words_named
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
        "valid" (none), "full" (span - 1 on both sides), an int, one int per axis, one (before,
        after) pair per axis, or one of three that are called "same": "same" gives ceil(n / stride)
        as in TensorFlow, Keras, JAX and ONNX SAME_UPPER, "same_lower" the same with the odd zero
        before (ONNX SAME_LOWER), "same_size" gives n at any stride.
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
    channel_axis
        Where images, result and `out` have their channels; the first other axis is the batch.
    kernel_layout
        "HWIO" is (*window, c // groups, nc); "OIHW" PyTorch's (nc, c // groups, *window); "HWCM"
        Keras's depthwise (*window, c, multiplier), in which output k * multiplier + i is that of
        channel k. For one and three axes they may also be written as "WIO", "DHWIO" and so on.
    dtype
        Of sums and result, instead of the rule below.
    out
        An array of the result's shape and dtype to write to, anything else that takes slices, or
        the name of a file to make, .npy or .zarr. It is returned; a file is opened read-only. An
        array may share its memory with whatever is read, but with `max_memory` not with the images.
    engine
        "auto", or a name: all give the same dtype and shape.
    max_memory
        Work in tiles of the result that take no more than this beside input and output: bytes,
        "256MB" or "256MiB". Then, or where `out` is no array, images may be anything with a shape,
        a dtype and slices, such as a Dataset of h5py or a Zarr array, and are never in memory as a
        whole.

    Returns
    -------
    (m, *output, nc). Integers and bool give exact int64; all else np.result_type(images, kernels),
    though with a kernel of `convpool.filters` float images keep their dtype; float16 is summed in
    float32. Padded zeros are values, and weights of 0 are not skipped: 0 * inf is NaN.

    Raises
    ------
    ValueError : shapes or words that do not fit, with what came in and what would do
    TypeError : dtypes that do not fit; masked arrays and those with units, since neither would be
        in the result
    OverflowError : integer sums might not fit; the text names the bound
    OSError : tiles could not be read or written; the text says how many were made, and no file is
        left half written

    Warns
    -----
    UserWarning : `channel_axis` is 1, no `kernel_layout` is named, and PyTorch's order of the
        kernels would fit as well

    Notes
    -----
    Subclasses of ndarray, and what xarray wraps, come back as plain arrays; dask arrays as lazy
    ones.

    Of windows of even size, "same" is that of scipy.signal.correlate2d. scipy.ndimage.correlate,
    cv2.filter2D and scipy.signal.convolve2d (here with flip=True) are "same_lower", one pixel off.
    Nothing is conjugated; np.correlate conjugates its second argument.

    A batch and its images one by one may take different engines; floats then differ within the
    rounding of the sums.

    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning",
    arXiv:1603.07285, draws them.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.arange(9).reshape(1, 3, 3, 1)
    >>> kernels = np.ones((2, 2, 1, 1), dtype=int)
    >>> convolve(images, kernels, "valid")[0, :, :, 0]
    array([[ 8, 12],
           [20, 24]])
    """
    tiled = inputs.wanted(images, out, max_memory)
    images = inputs.source(images) if tiled else arguments.array(images, "images")
    dtype = dtypes.followed(np.dtype(images.dtype), kernels, dtype)
    kernels = arguments.array(kernels, "kernels")
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
        channel_axis=channel_axis,
        kernel_layout=kernel_layout,
        dtype=dtype,
        engine=engine,
        images_dtype=np.dtype(images.dtype),
        kernels_dtype=kernels.dtype,
    )
    if tiled:
        from convpool.out_of_core import tiles

        return tiles.run(plan, images, (kernels, bias), out, max_memory)  # type: ignore[no-any-return]
    return plan.run(images, kernels, bias, out)


@with_foreign_words_named
def convolve_transpose(
    images: ArrayLike,
    kernels: ArrayLike,
    padding: Padding = "valid",
    stride: Ints = 1,
    *,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    channel_axis: int = -1,
    kernel_layout: str = kernel_layouts.DEFAULT,
    dtype: DTypeLike | None = None,
    engine: str = "auto",
) -> Array:
    """Give each value back to the window it would come from: the adjoint of `convolve` with the same kernels and words.

    Parameters
    ----------
    images
        (m, *output, nc): as a result of `convolve`. Not a dask array.
    kernels
        (*window, c // groups, nc), as given to `convolve`.
    padding, stride, dilation, groups, channel_axis, kernel_layout, dtype, engine
        As in `convolve`.
    output_padding
        Pixels added at the end of each axis; 0 up to below the greater of stride and dilation.

    Returns
    -------
    (m, *spatial, c) with spatial sizes (o - 1) * stride + span - before - after + output_padding;
    "same" and "same_lower" give o * stride, "same_size" gives o. Pixels that no window reaches are
    0.

    Raises
    ------
    ValueError, TypeError, OverflowError : as `convolve`

    Examples
    --------
    >>> import numpy as np
    >>> values = np.array([1.0, 2.0]).reshape(1, 2, 1)
    >>> convolve_transpose(values, np.array([1.0, 10.0, 100.0]).reshape(3, 1, 1), stride=2).ravel().tolist()
    [1.0, 10.0, 102.0, 20.0, 200.0]
    """
    images = arguments.in_memory(images, "images", "convolve_transpose")
    dtype = dtypes.followed(images.dtype, kernels, dtype)
    kernels = arguments.array(kernels, "kernels")
    if kernel_layout is kernel_layouts.DEFAULT:
        kernel_layout = channel_checks.default_layout(
            images.shape, kernels.shape, channel_axis, groups, True
        )
    plan = _plan_transposed(
        images.shape,
        kernels.shape,
        padding,
        stride,
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
    return plan.run(images, kernels)


@with_foreign_words_named
def filter_image(
    image: ArrayLike,
    kernel: ArrayLike,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    pad_mode: str = "reflect",
    fill: Any = 0,
    flip: bool = False,
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
        (kh, kw), applied as it is.
    padding, stride, pad_mode, fill, flip, dtype, out, engine, max_memory
        As in `convolve`; the border is reflected by default, and scipy.ndimage.correlate and
        cv2.filter2D are "same_lower" where kernels are of even size.
    channel_axis
        Where image, result and `out` have their channels. None is the last of three axes, if it has
        up to 4 entries.
    round_to
        An integer dtype for the result, such as "uint8" for pictures: values are rounded, halves to
        the even neighbour, and saturated: what is beyond the dtype becomes its greatest or least
        number, and NaN becomes 0. `out` is of this dtype.

    Returns
    -------
    (oh, ow) or (oh, ow, c), with the channels where the image has them, of `convolve`'s dtype, not
    rounded, not clipped; or of `round_to`

    Raises
    ------
    ValueError, TypeError, OverflowError : as `convolve`
    TypeError : `round_to` is no integer dtype, or the results are complex

    Examples
    --------
    >>> import numpy as np
    >>> filter_image(np.array([[0, 0, 9], [0, 0, 9], [0, 0, 9]]), np.ones((3, 3), dtype=int))
    array([[ 0, 27, 27],
           [ 0, 27, 27],
           [ 0, 27, 27]])
    """
    tiled = inputs.wanted(image, out, max_memory)
    image = inputs.source(image, "image") if tiled else arguments.array(image, "image")
    dtype = dtypes.followed(np.dtype(image.dtype), kernel, dtype)
    kernel = arguments.array(kernel, "kernel")
    axis = arguments.picture_channels(channel_axis, tuple(image.shape))
    if kernel.ndim != 2:
        raise ValueError(
            f"kernel is {kernel.shape}; it must be (kh, kw), one for every "
            f"channel{_one_kernel(kernel)}"
        )
    channels = 1 if axis is None else image.shape[axis]
    words: dict[str, Any] = {
        "padding": padding,
        "stride": stride,
        "groups": max(1, channels),
        "pad_mode": pad_mode,
        "fill": fill,
        "flip": flip,
        "dtype": dtype,
        "engine": engine,
        "kernel_layout": "HWIO",
    }
    kernels = np.repeat(kernel[..., None, None], channels, axis=-1)[..., :channels, :]
    kinds: Any = {"images_dtype": np.dtype(image.dtype), "kernels_dtype": kernel.dtype}
    lacking = (0, 3) if axis is None else (0,)  # axes of a batch that the picture does not have
    batch = (1, *image.shape, 1) if axis is None else (1, *image.shape)
    plan = _plan(
        batch, kernels.shape, **words, channel_axis=-1 if axis is None else axis + 1, **kinds
    )
    target = None if round_to is None else integer_dtype(round_to, plan.dtype)
    if tiled:
        from convpool.out_of_core import tiles

        return tiles.run(plan, image, (kernels, None), out, max_memory, lacking, target)  # type: ignore[no-any-return]
    if out is not None:
        sizes = [size for k, size in enumerate(plan.output_shape) if k not in lacking]
        check_out(out, tuple(sizes), plan.dtype if target is None else target)
    image = np.expand_dims(image, lacking)
    if target is None and out is not None:
        plan.run(image, kernels, None, np.expand_dims(out, lacking))
        return out  # type: ignore[no-any-return]
    picture: Array = plan.run(image, kernels).squeeze(lacking)
    if target is None:
        return picture
    rounded = saturate(picture, target)
    if out is None:
        return rounded
    out[...] = rounded
    return out  # type: ignore[no-any-return]


def _one_kernel(kernel: Array) -> str:
    """Say how a kernel of `convolve` becomes that of one picture."""
    if kernel.ndim == 4 and kernel.shape[2:] == (1, 1):
        return "; pass kernel[..., 0, 0]"
    if kernel.ndim == 1:
        return "; pass kernel[None] for a row, or kernel[:, None] for a column"
    return (
        "; for kernels that mix channels, take convolve(image[None], kernels, "
        "pad_mode='reflect')[0]"
    )


@with_foreign_words_named
def window_view(
    images: ArrayLike, shape: Ints, stride: Ints = 1, dilation: Ints = 1, *, channel_axis: int = -1
) -> Array:
    """Look at every window of the images, without a copy.

    Parameters
    ----------
    images
        (m, *spatial, c). Not a dask array.
    shape
        The window's sizes: an int, or one per axis. Of images of three axes, a tuple: (k,) for
        windows of one axis.
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
    images = arguments.in_memory(images, "images", "window_view")
    rank = arguments.spatial_rank(images.shape)
    axis = arguments.channel_axis(channel_axis, images.shape)
    window = arguments.per_axis(shape, rank, "shape")
    arguments.check_rank(images.shape, shape, "shape", channel_axis=channel_axis)
    steps = (
        arguments.per_axis(stride, rank, "stride"),
        arguments.per_axis(dilation, rank, "dilation"),
    )
    last = images if axis == rank + 1 else np.moveaxis(images, axis, -1)
    windows = view(last, lay(last.shape[1:-1], window, *steps, "valid", False, can_pad=False))
    return windows if axis == rank + 1 else np.moveaxis(windows, rank + 1, axis)


@with_foreign_words_named
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
    """Add windows up where they overlap: the adjoint of `window_view`.

    Parameters
    ----------
    windows
        (m, *output, c, *window), as `window_view` returns them. Not a dask array.
    shape
        The spatial sizes of the images that they come from: an int, or one per axis.
    stride, dilation, padding
        As in `convolve`; what falls on padding is dropped.
    channel_axis
        Where the images have their channels, and so the windows among the axes before `*window`.
    dtype
        Of sums and result: dtype=float gives rounded sums of integers.

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
    windows = arguments.in_memory(windows, "windows", "fold")
    rank, odd = divmod(windows.ndim - 2, 2)
    if odd or rank not in arguments.AXES:
        raise ValueError(
            f"windows are {windows.shape}; they must be (m, *output, c, *window) with 1 to 3 "
            "axes each"
        )
    window, images = windows.shape[rank + 2 :], windows.shape[: rank + 2]
    axis = arguments.channel_axis(channel_axis, images, "windows of images")
    m, *counts, c = arguments.channels_last(images, axis)
    spatial = arguments.per_axis(shape, rank, "shape", least=0)
    word = arguments.padding(padding, rank)
    steps = (
        arguments.per_axis(stride, rank, "stride"),
        arguments.per_axis(dilation, rank, "dilation"),
    )
    axes = tuple(map(place, spatial, window, *steps, arguments.each(word, rank)))
    check_positions(axes)
    if [axis.count for axis in axes] != counts:
        expected = tuple(axis.count for axis in axes)
        fits = tuple(
            map(place_transposed, counts, window, *steps, arguments.each(word, rank), [0] * rank)
        )
        likely = f"; shape={tuple(axis.size for axis in fits)} has as many"
        raise ValueError(
            f"windows are {windows.shape} with {tuple(counts)} windows, but images of {spatial} "
            f"have {expected}"
            + (
                likely
                if all(
                    axis.size > 0 and axis.count == o for axis, o in zip(fits, counts, strict=True)
                )
                else ""
            )
        )
    result = dtypes.pooled(windows.dtype, "sum", None if dtype is None else arguments.dtype(dtype))
    sums = dtypes.accumulation(result)
    if sums.kind in "iu":
        overlap = volume([min(axis.count, -(-axis.window // axis.apart)) for axis in axes])
        dtypes.Sums(np.array([overlap])).working(sums, dtypes.extremes(windows), "sums of windows")
    total = allocation.zeros((1, c, m, *spatial), sums_of_sums(sums, volume(window)))
    taps_first = np.moveaxis(windows, (axis, *range(rank + 2, windows.ndim)), range(rank + 1))
    with np.errstate(all="ignore"):
        add_windows(
            total,
            taps_first[None].astype(sums, copy=False),
            axes,
            tuple(slice(0, taps) for taps in window),
        )
    return np.ascontiguousarray(np.moveaxis(total[0], 0, axis)).astype(result, copy=False)
