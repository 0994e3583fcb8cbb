"""Filters for pictures: one kernel for every channel. h x w pixels, c channels, kh x kw weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from convpool.out_of_core.destination import Destination, drop_axes
from convpool.out_of_core.lazy_call import takes_lazy_arrays
from convpool.out_of_core.routes import choose_route
from convpool.plans import allocation, arguments, arrays, dtypes
from convpool.plans.arguments import Ints, Padding
from convpool.plans.foreign_words import explain_foreign_keywords
from convpool.plans.make import plan_convolution
from convpool.plans.recent_plans import cache_recent
from convpool.plans.rounding import read_integer_dtype, saturate
from convpool.plans.separable import plan_separable

Array = NDArray[Any]

_plan, _plan_separable = cache_recent(plan_convolution), cache_recent(plan_separable)


@takes_lazy_arrays
@explain_foreign_keywords
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
        weights: one pass down and one to the right, which costs kh + kw instead of kh * kw.
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
    image = route.images
    kernels = _read_kernel(kernel)
    dtype = dtypes.follow_images(np.dtype(image.dtype), kernels[0], dtype)
    axis = arguments.read_picture_channels(channel_axis, tuple(image.shape))
    channels = 1 if axis is None else image.shape[axis]
    window = kernels[0].shape if len(kernels) == 1 else tuple(map(len, kernels))
    unit_axes = (0, 3) if axis is None else (0,)  # the plan's batch and channels, of length 1
    plan = (_plan if len(kernels) == 1 else _plan_separable)(
        (1, *image.shape, 1) if axis is None else (1, *image.shape),
        (*window, min(1, channels), channels),
        padding,
        stride,
        groups=max(1, channels),
        pad_mode=pad_mode,
        fill=fill,
        flip=flip,
        missing=route.missing,
        channel_axis=-1 if axis is None else axis + 1,
        kernel_layout="HWIO",
        dtype=dtype,
        engine=engine,
        images_dtype=np.dtype(image.dtype),
        kernels_dtype=kernels[0].dtype,
    )
    operands = plan.check_weights(_of_channels(kernels, channels)), None
    integer_dtype = None if round_to is None else read_integer_dtype(round_to, plan.dtype)
    if route.run is not None:
        destination = Destination(out, max_memory, unit_axes, integer_dtype)
        result: Array = route.run(plan, image, operands, destination, route.mask)
        return result
    images = np.expand_dims(image, unit_axes)
    mask = None if route.mask is None else np.expand_dims(route.mask, unit_axes)
    target = None  # without rounding, the plan writes to `out` itself
    if out is not None:
        shape = drop_axes(plan.output_shape, unit_axes)
        allocation.check_out(out, shape, plan.dtype if integer_dtype is None else integer_dtype)
        target = np.expand_dims(out, unit_axes) if integer_dtype is None else None
    picture: Array = plan.execute(images, operands, target, mask).squeeze(unit_axes)
    if integer_dtype is not None:
        picture = saturate(picture, integer_dtype)
    if out is None:
        return picture
    if integer_dtype is not None:
        out[...] = picture
    output: Array = out
    return output


def _read_kernel(kernel: Any) -> tuple[Array, ...]:
    """Return the argument `kernel` as (kernel,), or as one kernel of one axis for each axis.

    The latter have one dtype. Raise ValueError if it is neither, or may be both.
    """
    if isinstance(kernel, tuple | list) and len(kernel) == 2:
        are_arrays = [hasattr(item, "__array__") and np.ndim(item) == 1 for item in kernel]
        lengths = [len(item) if hasattr(item, "__len__") else 0 for item in kernel]
        if all(are_arrays) or (min(lengths) > 0 and lengths[0] != lengths[1]):
            down, right = (arrays.read_array(item, "kernel") for item in kernel)
            dtype = np.result_type(down, right)
            named = all(isinstance(item, dtypes.NamedKernel) for item in kernel)
            kind = dtypes.NamedKernel if named else np.ndarray
            return down.astype(dtype).view(kind), right.astype(dtype).view(kind)
        if isinstance(kernel, tuple) and lengths[0] > 0:
            raise ValueError(
                f"kernel {kernel!r} can be read in more than one way: pass np.array(kernel) for "
                f"one kernel {np.shape(kernel)}, or a tuple of two arrays for one on each axis"
            )
    is_named = isinstance(kernel, dtypes.NamedKernel)
    weights = arrays.read_array(kernel, "kernel")
    if weights.ndim != 2:
        raise ValueError(
            f"kernel is {weights.shape}; it must be (kh, kw), one for every "
            f"channel{_kernel_advice(weights)}"
        )
    return (weights.view(dtypes.NamedKernel) if is_named else weights,)


def _of_channels(kernels: tuple[Array, ...], channels: int) -> Any:
    """Return the kernels as the plan takes them: of one axis each, or one for each channel."""
    if len(kernels) > 1:
        return tuple(np.asarray(kernel) for kernel in kernels)
    (kernel,) = kernels
    shape = *kernel.shape, min(1, channels), channels
    return np.repeat(np.asarray(kernel), channels, axis=-1).reshape(shape)


def _kernel_advice(kernel: Array) -> str:
    """Return the end of an error for a kernel that is not (kh, kw): what to pass instead."""
    if kernel.ndim == 4 and kernel.shape[2:] == (1, 1):
        return "; pass kernel[..., 0, 0]"
    if kernel.ndim == 1:
        return "; pass kernel[None] for a row, or kernel[:, None] for a column"
    return (
        "; for kernels that mix channels, take convolve(image[None], kernels, "
        "pad_mode='reflect')[0]"
    )
