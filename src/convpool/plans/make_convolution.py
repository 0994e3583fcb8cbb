"""Make plans: read the arguments of a call and check that they fit each other, without any pixel.

m images, c channels, nc kernels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convpool.plans import (
    accepted_dtypes,
    arguments,
    kernel_layouts,
    missing_pixels,
    operand_checks,
    result_dtypes,
)
from convpool.plans.arguments import Ints, Padding
from convpool.plans.convolution import ConvolutionPlan
from convpool.plans.operand_checks import KernelArguments, KernelShapes
from convpool.plans.public_calls import public_call
from convpool.plans.transposed import TransposedPlan
from convpool.plans.transposed_axes import make_transposed_axes


@public_call
def plan_convolution(
    images_shape: Any,
    kernels_shape: Any,
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    dilation: Ints = 1,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    flip: bool = False,
    missing: str | None = None,
    channel_axis: int = -1,
    kernel_layout: str = kernel_layouts.DEFAULT,
    dtype: DTypeLike | None = None,
    engine: str = "auto",
    images_dtype: DTypeLike = np.float64,
    kernels_dtype: DTypeLike = np.float64,
) -> ConvolutionPlan:
    """Plan a convolution from shapes and dtypes, without any pixel.

    Parameters
    ----------
    images_shape, kernels_shape
        Shapes (m, *spatial, c) and (*window, c // groups, nc), or as `channel_axis` and
        `kernel_layout` say.
    padding, stride, dilation, groups, pad_mode, fill, flip
        As in `convolve`.
    missing
        None, "nan", or "mask" for bools that are passed to `run` as `missing`.
    channel_axis, kernel_layout, dtype, engine
        As in `convolve`.
    images_dtype, kernels_dtype
        Dtypes of the arrays that it will run on; pass both if they are not float64, since `dtype`
        is the dtype of sums and result alone.

    Returns
    -------
    an immutable plan: print it, look at its attributes, call its run(images, kernels)

    Raises
    ------
    ValueError, TypeError : arguments that do not fit, with what came in and what would do

    Examples
    --------
    >>> print(plan_convolution((10, 28, 28, 1), (3, 3, 1, 8), stride=2))  # doctest: +ELLIPSIS
    convolution with 8 kernels of 3 x 3 x 1, as they are (cross-correlation)
      images    (10, 28, 28, 1) float64
      padding   same, filled with zeros
      height    floor((0 + 28 + 1 - 3) / 2) + 1 = 14
      width     floor((0 + 28 + 1 - 3) / 2) + 1 = 14
      result    (10, 14, 14, 8) float64, computed in float64
      work      141,120 multiply-adds = 15,680 results x 9 taps x 1 channel
      memory    62.7 kB in, 125 kB out, ... scratch
      engine    ...
    """
    shapes = operand_checks.read_kernel_shapes(
        KernelArguments(images_shape, kernels_shape, channel_axis, groups, kernel_layout)
    )
    windows = operand_checks.read_windows(shapes.kernels[:-2], stride, dilation, padding)
    axes = operand_checks.make_axes(shapes.spatial, windows)
    pad_mode = operand_checks.read_pad_mode(pad_mode, axes)
    missing = missing_pixels.read_kind(missing)
    has_missing = missing is not None
    fields = _kernel_fields(shapes, (images_dtype, kernels_dtype), dtype, has_missing=has_missing)
    plan = ConvolutionPlan(
        **fields,
        axes=axes,
        padding=str(padding),
        engine=arguments.read_choice(engine, ("auto", *ConvolutionPlan.engines), "engine"),
        pad_mode=pad_mode,
        fill=operand_checks.read_fill(fill, pad_mode, fields["accumulation"]),
        flip=arguments.read_bool(flip, "flip"),
        missing=missing,
    )
    plan.check_engine()
    return plan


@public_call
def plan_transposed(
    images_shape: Any,
    kernels_shape: Any,
    padding: Padding = "valid",
    stride: Ints = 1,
    *,
    output_shape: Ints | None = None,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    channel_axis: int = -1,
    kernel_layout: str = kernel_layouts.DEFAULT,
    dtype: DTypeLike | None = None,
    engine: str = "auto",
    images_dtype: DTypeLike = np.float64,
    kernels_dtype: DTypeLike = np.float64,
) -> TransposedPlan:
    """Plan a transposed convolution from shapes and dtypes, without any pixel.

    Parameters
    ----------
    images_shape, kernels_shape
        Shapes (m, *output, nc) and (*window, c // groups, nc), or as `channel_axis` and
        `kernel_layout` say.
    padding, stride, output_shape, output_padding, dilation, groups
        As in `convolve_transpose`.
    channel_axis, kernel_layout, dtype, engine
        As in `convolve_transpose`.
    images_dtype, kernels_dtype
        Dtypes of the arrays that it will run on; pass both if they are not float64, since `dtype`
        is the dtype of sums and result alone.

    Returns
    -------
    an immutable plan: print it, look at its attributes, call its run(images, kernels, bias)

    Raises
    ------
    ValueError, TypeError : arguments that do not fit, with what came in and what would do

    Examples
    --------
    >>> plan_transposed((10, 14, 14, 8), (3, 3, 1, 8), stride=2, output_padding=1).output_shape
    (10, 30, 30, 1)
    """
    shapes = operand_checks.read_kernel_shapes(
        KernelArguments(images_shape, kernels_shape, channel_axis, groups, kernel_layout),
        is_transposed=True,
    )
    windows = operand_checks.read_windows(shapes.kernels[:-2], stride, dilation, padding)
    plan = TransposedPlan(
        **_kernel_fields(shapes, (images_dtype, kernels_dtype), dtype),
        axes=make_transposed_axes(shapes.spatial, windows, output_padding, output_shape),
        padding=str(padding),
        engine=arguments.read_choice(engine, ("auto", *TransposedPlan.engines), "engine"),
        input_sizes=shapes.spatial,
    )
    plan.check_engine()
    return plan


def _kernel_fields(
    shapes: KernelShapes,
    operand_dtypes: tuple[Any, Any],
    dtype: DTypeLike | None,
    *,
    has_missing: bool = False,
) -> dict[str, Any]:
    """Return the fields of a `KernelsPlan` for shapes, groups, layout and dtypes: name -> value.

    Parameters
    ----------
    shapes
        The shapes of images and kernels, which have been checked.
    operand_dtypes
        The arguments `images_dtype` and `kernels_dtype`.
    dtype
        The argument `dtype`; None for that of `result_dtypes.convolution_dtype`.
    has_missing
        Whether pixels may be missing.
    """
    images_dtype = accepted_dtypes.read_dtype(operand_dtypes[0], "images_dtype")
    kernels_dtype = accepted_dtypes.read_dtype(operand_dtypes[1], "kernels_dtype")
    result = result_dtypes.convolution_dtype(
        images_dtype, kernels_dtype, dtype, has_missing=has_missing
    )
    return {
        "images_shape": shapes.images,
        "images_dtype": images_dtype,
        "channel_axis": shapes.channel_axis,
        "dtype": result,
        "accumulation": result_dtypes.accumulation_dtype(result),
        "kernels_shape": shapes.kernels,
        "kernels_dtype": kernels_dtype,
        "groups": shapes.groups,
        "kernel_layout": shapes.layout,
    }
