"""Make plans of pooling: read the arguments of a call and check them, without any pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from convpool.engines.pool_modes import POOL_MODES
from convpool.plans import accepted_dtypes, arguments, missing_pixels, operand_checks, result_dtypes
from convpool.plans.arguments import Ints, Padding
from convpool.plans.channel_checks import warn_of_colours_first
from convpool.plans.pooling import PoolingPlan
from convpool.plans.public_calls import public_call


@public_call
def plan_pooling(
    images_shape: Any,
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
    missing: str | None = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
    engine: str = "auto",
    images_dtype: DTypeLike = np.float64,
) -> PoolingPlan:
    """Plan a pooling from shapes and dtypes, without any pixel.

    Parameters
    ----------
    images_shape
        Shape (m, *spatial, c).
    kernel_shape, stride, mode, padding, dilation, ceil, count_padding, p, pad_mode, fill, footprint
        As in `pool`.
    missing
        None, "nan", or "mask" for bools that are passed to `run` as `missing`.
    channel_axis, dtype, engine
        As in `pool`.
    images_dtype
        Dtype of the arrays that it will run on.

    Returns
    -------
    an immutable plan: print it, look at its attributes, call its run(images)

    Raises
    ------
    ValueError, TypeError : arguments that do not fit, with what came in and what would do

    Examples
    --------
    >>> plan_pooling((10, 28, 28, 3), 3, 2, ceil=True).output_shape
    (10, 14, 14, 3)
    """
    images = arguments.read_shape(images_shape, "images_shape")
    rank = arguments.count_spatial_axes(images)
    axis = arguments.read_channel_axis(channel_axis, images)
    _check_unambiguous_shape(images, kernel_shape, channel_axis)
    warn_of_colours_first(images, channel_axis)
    mode = arguments.read_choice(mode, POOL_MODES, "mode")
    window = arguments.read_per_axis(kernel_shape, rank, "kernel_shape")
    stride = arguments.stride_of_pooling(stride, window)
    windows = operand_checks.read_windows(window, stride, dilation, padding)
    ceil = arguments.read_bool(ceil, "ceil")
    spatial = arguments.shape_channels_last(images, axis)[1:-1]
    axes = operand_checks.make_axes(spatial, windows, ceil=ceil)
    pixels = accepted_dtypes.read_dtype(images_dtype, "images_dtype")
    accepted_dtypes.check_pooled_dtype(pixels, mode)
    p = _read_exponent(p)
    if pad_mode is not None:
        pad_mode = operand_checks.read_pad_mode(pad_mode, axes)
    result = None if dtype is None else accepted_dtypes.read_dtype(dtype)
    plan = PoolingPlan(
        images_shape=images,
        images_dtype=pixels,
        channel_axis=axis,
        axes=axes,
        dtype=result_dtypes.pooling_result_dtype(pixels, mode, result),
        accumulation=result_dtypes.pooling_sum_dtype(pixels, mode, result),
        padding=str(padding),
        engine=arguments.read_choice(engine, ("auto", *PoolingPlan.engines), "engine"),
        mode=mode,
        count_padding=arguments.read_bool(count_padding, "count_padding"),
        p=p,
        pad_mode=pad_mode,
        fill=operand_checks.read_pooling_fill(fill, pad_mode, pixels),
        footprint=operand_checks.read_footprint(footprint, window, mode),
        missing=missing_pixels.read_kind(missing),
    )
    plan.check_engine()
    return plan


def _read_exponent(p: Any) -> float:
    """Return the argument `p`, the exponent of lp pooling, as a float.

    Raises
    ------
    TypeError : it is not a real number
    ValueError : it is not finite and above 0
    """
    is_number = isinstance(p, (int, float, np.number))
    if not is_number or isinstance(p, (bool, np.bool_, np.complexfloating)):
        raise TypeError(f"p is {p!r}; lp pooling takes a finite number above 0")
    if not 0 < p < np.inf:
        raise ValueError(
            f"p is {p!r}; lp pooling takes a finite number above 0, or use mode='max' for infinity"
        )
    return float(p)


def _check_unambiguous_shape(images: tuple[int, ...], kernel_shape: Any, channel_axis: Any) -> None:
    """Raise the error of `arguments.check_unambiguous` for a call that takes no arrays.

    `images` is the argument `images_shape`; the error advises shapes in place of code for arrays.
    `channel_axis` is the argument as the caller passed it.
    """
    if len(images) == 3 and np.ndim(kernel_shape) == 0:
        # with a batch axis in front, the picture's channel axis has another number
        axis_advice = {0: " and channel_axis=1", 2: " and channel_axis=-1"}.get(channel_axis, "")
        raise ValueError(
            f"images_shape {images} with kernel_shape={kernel_shape} can be read in more than "
            f"one way: pass {(1, *images)}{axis_advice} for one picture, or "
            f"kernel_shape=({kernel_shape},) for a batch of signals"
        )
