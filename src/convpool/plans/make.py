"""Plans: what a call will do, known from shapes and dtypes alone, before any pixel is read.

m images, c channels, nc kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from convpool.engines import ENGINES, POOL_ENGINES, TRANSPOSE_ENGINES
from convpool.plans import (
    arguments,
    channel_checks,
    cost_model,
    dtypes,
    kernel_layouts,
    operand_checks,
)
from convpool.plans.arguments import Ints, Padding
from convpool.plans.base import Plan, PoolingPlan
from convpool.plans.convolution import ConvolutionPlan, TransposedPlan
from convpool.plans.formatting import plural
from convpool.plans.operand_checks import lay
from convpool.windows import TRANSPOSED_SIZES, Axis, Halo, place_transposed

__all__ = [
    "POOL_MODES",
    "Plan",
    "halo",
    "lay",
    "plan_convolution",
    "plan_pooling",
    "plan_transposed",
]

POOL_MODES = ("max", "min", "avg", "sum", "lp", "median")


@arguments.with_foreign_words_named
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
    channel_axis, kernel_layout, dtype, engine
        As in `convolve`.
    images_dtype, kernels_dtype
        Dtypes of the arrays that it will run on.

    Returns
    -------
    an immutable plan: print it, look at its attributes, call its run(images, kernels)

    Raises
    ------
    ValueError, TypeError : a word that cannot be, with what came in and what would do

    Examples
    --------
    >>> print(plan_convolution((10, 28, 28, 1), (3, 3, 1, 8), stride=2))
    convolution with 8 kernels of 3 x 3 x 1, as they are (cross-correlation)
      images    (10, 28, 28, 1) float64
      padding   same, filled with zeros
      height    floor((0 + 28 + 1 - 3) / 2) + 1 = 14
      width     floor((0 + 28 + 1 - 3) / 2) + 1 = 14
      result    (10, 14, 14, 8) float64, computed in float64
      work      141,120 multiply-adds = 15,680 results x 9 taps x 1 channel
      memory    62.7 kB in, 125 kB out, 668 kB scratch
      engine    numpy: a small call, about 80 us
    """
    if kernel_layout is kernel_layouts.DEFAULT:
        shapes = (
            arguments.shape(images_shape, "images_shape"),
            arguments.shape(kernels_shape, "kernels_shape"),
        )
        kernel_layout = channel_checks.default_layout(*shapes, channel_axis, groups)
    images, kernels, axis, rank, groups, layout = operand_checks.read(
        images_shape, kernels_shape, channel_axis, groups, kernel_layout
    )
    word = arguments.padding(padding, rank)
    stride, dilation = (
        arguments.per_axis(stride, rank, "stride"),
        arguments.per_axis(dilation, rank, "dilation"),
    )
    spatial = arguments.channels_last(images, axis)[1:-1]
    axes = lay(spatial, kernels[:-2], stride, dilation, word, False)
    pad_mode = arguments.choice(pad_mode, arguments.PAD_MODES, "pad_mode")
    operand_checks.check_pad_mode(pad_mode, axes)
    kinds = (
        arguments.dtype(images_dtype, "images_dtype"),
        arguments.dtype(kernels_dtype, "kernels_dtype"),
    )
    result = dtypes.result(*kinds, dtype)
    sums = dtypes.accumulation(result)
    operand_checks.check_engine(
        arguments.choice(engine, ("auto", *ENGINES), "engine"), cost_model.refusals(sums, rank)
    )
    return ConvolutionPlan(
        images_shape=images,
        images_dtype=kinds[0],
        channel_axis=axis,
        axes=axes,
        dtype=result,
        accumulation=sums,
        padding=_said(padding),
        engine=engine,
        kernels_shape=kernels,
        kernels_dtype=kinds[1],
        groups=groups,
        kernel_layout=layout,
        pad_mode=pad_mode,
        fill=operand_checks.fill(fill, pad_mode, sums),
        flip=arguments.boolean(flip, "flip"),
    )


def plan_transposed(
    images_shape: Any,
    kernels_shape: Any,
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
    images_dtype: DTypeLike = np.float64,
    kernels_dtype: DTypeLike = np.float64,
) -> TransposedPlan:
    """Plan a transposed convolution; words as in `convolve_transpose`."""
    images, kernels, axis, rank, groups, layout = operand_checks.read(
        images_shape, kernels_shape, channel_axis, groups, kernel_layout, is_transposed=True
    )
    word = arguments.padding(padding, rank)
    stride, dilation = (
        arguments.per_axis(stride, rank, "stride"),
        arguments.per_axis(dilation, rank, "dilation"),
    )
    extra = arguments.per_axis(output_padding, rank, "output_padding", least=0)
    operand_checks.check_output_padding(extra, word, stride, dilation)
    spatial = arguments.channels_last(images, axis)[1:-1]
    axes = tuple(
        map(
            place_transposed,
            spatial,
            kernels[:-2],
            stride,
            dilation,
            arguments.each(word, rank),
            extra,
        )
    )
    for name, made, o in zip(arguments.AXES[rank], axes, spatial, strict=True):
        if o == 0 and not (isinstance(word, str) and word in TRANSPOSED_SIZES):
            raise operand_checks.empty(name)
        if made.size < 0:
            raise ValueError(
                f"the {name} of the result would be {made.size}: ({o} - 1) * {made.stride} + "
                f"{made.span} - {made.before} - {made.after}; use less padding"
            )
    operand_checks.check_positions(axes)
    kinds = (
        arguments.dtype(images_dtype, "images_dtype"),
        arguments.dtype(kernels_dtype, "kernels_dtype"),
    )
    result = dtypes.result(*kinds, dtype)
    return TransposedPlan(
        images_shape=images,
        images_dtype=kinds[0],
        channel_axis=axis,
        axes=axes,
        dtype=result,
        accumulation=dtypes.accumulation(result),
        padding=_said(padding),
        engine=arguments.choice(engine, ("auto", *TRANSPOSE_ENGINES), "engine"),
        kernels_shape=kernels,
        kernels_dtype=kinds[1],
        groups=groups,
        kernel_layout=layout,
        values=spatial,
    )


@arguments.with_foreign_words_named
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
    channel_axis, dtype, engine
        As in `pool`.
    images_dtype
        Dtype of the arrays that it will run on.

    Returns
    -------
    an immutable plan: print it, look at its attributes, call its run(images)

    Raises
    ------
    ValueError, TypeError : a word that cannot be, with what came in and what would do

    Examples
    --------
    >>> plan_pooling((10, 28, 28, 3), 3, 2, ceil=True).output_shape
    (10, 14, 14, 3)
    """
    images = arguments.shape(images_shape, "images_shape")
    rank = arguments.spatial_rank(images)
    axis = arguments.channel_axis(channel_axis, images)
    _check_rank(images, kernel_shape, channel_axis)
    mode = arguments.choice(mode, POOL_MODES, "mode")
    window = arguments.per_axis(kernel_shape, rank, "kernel_shape")
    stride = window if stride is None else arguments.per_axis(stride, rank, "stride")
    dilation = arguments.per_axis(dilation, rank, "dilation")
    word = arguments.padding(padding, rank)
    ceil = arguments.boolean(ceil, "ceil")
    axes = lay(arguments.channels_last(images, axis)[1:-1], window, stride, dilation, word, ceil)
    kind = arguments.dtype(images_dtype, "images_dtype")
    if kind.kind == "c" and mode not in ("avg", "sum"):
        raise TypeError(
            f"{mode} pooling has no meaning for images of {kind}; use 'avg' or 'sum', or pool "
            "np.abs(images)"
        )
    if isinstance(p, (bool, np.bool_, np.complexfloating)) or not isinstance(
        p, (int, float, np.number)
    ):
        raise TypeError(f"p is {p!r}; lp pooling takes a finite number above 0")
    if not 0 < p < np.inf:
        raise ValueError(
            f"p is {p!r}; lp pooling takes a finite number above 0, or use mode='max' for infinity"
        )
    if pad_mode is not None:
        pad_mode = arguments.choice(pad_mode, arguments.PAD_MODES, "pad_mode")
        operand_checks.check_pad_mode(pad_mode, axes)
    asked = None if dtype is None else arguments.dtype(dtype)
    plan = PoolingPlan(
        images_shape=images,
        images_dtype=kind,
        channel_axis=axis,
        axes=axes,
        dtype=dtypes.pooled(kind, mode, asked),
        accumulation=dtypes.pooling(kind, mode, asked),
        padding=_said(padding),
        engine=arguments.choice(engine, ("auto", *POOL_ENGINES), "engine"),
        mode=mode,
        count_padding=arguments.boolean(count_padding, "count_padding"),
        p=float(p),
        pad_mode=pad_mode,
        fill=operand_checks.pixel(fill, pad_mode, kind),
        footprint=operand_checks.footprint(footprint, window, mode),
    )
    operand_checks.check_engine(engine, plan.refusals())
    return plan


def _check_rank(images: tuple[int, ...], kernel_shape: Any, channel_axis: Any) -> None:
    """Raise if 3 axes may be one picture or a batch of signals: as `arguments.check_rank`, of shapes alone."""
    if len(images) == 3 and np.ndim(kernel_shape) == 0:
        also = {0: " and channel_axis=1", 2: " and channel_axis=-1"}.get(channel_axis, "")
        raise ValueError(
            f"images_shape {images} with kernel_shape={kernel_shape} can be read in more than "
            f"one way: pass {(1, *images)}{also} for one picture, or "
            f"kernel_shape=({kernel_shape},) for a batch of signals"
        )


@arguments.with_foreign_words_named
def halo(
    shape: Ints,
    window: Ints,
    part: Sequence[slice],
    padding: Padding = "same",
    stride: Ints = 1,
    *,
    dilation: Ints = 1,
    ceil: bool = False,
) -> tuple[Halo, ...]:
    """Tell which pixels, and how many zeros, a part of an output needs: what a tile of a larger image has to read.

    Parameters
    ----------
    shape
        The spatial sizes of the whole images: a sequence, of 1 to 3 axes.
    window
        The window's sizes.
    part
        One slice for each axis of the output, with steps of 1.
    padding, stride, dilation
        As in `convolve`.
    ceil
        As in `pool`.

    Returns
    -------
    for each axis (start, stop, before, after): read start to stop, put zeros before and after, and
    take no other padding. A part that lies wholly in the padding has start equal to stop.

    Raises
    ------
    ValueError, TypeError : words that do not fit, or a part beyond the output

    Examples
    --------
    >>> halo((100, 100), 3, [slice(0, 10), slice(90, 100)])
    (Halo(start=0, stop=11, before=1, after=0), Halo(start=89, stop=100, before=0, after=1))
    """
    if np.ndim(shape) != 1 or len(np.atleast_1d(shape)) not in arguments.AXES:
        raise ValueError(
            f"shape is {shape!r}; it must be the 1 to 3 spatial sizes of the images, such as "
            "(480, 640)"
        )
    rank = len(np.atleast_1d(shape))
    spatial = arguments.per_axis(shape, rank, "shape", least=0)
    sizes = arguments.per_axis(window, rank, "window")
    steps = (
        arguments.per_axis(stride, rank, "stride"),
        arguments.per_axis(dilation, rank, "dilation"),
    )
    axes = lay(
        spatial, sizes, *steps, arguments.padding(padding, rank), arguments.boolean(ceil, "ceil")
    )
    if not isinstance(part, Sequence) or len(part) != rank:
        raise ValueError(
            f"part is {part!r}; it must be {plural(rank, 'slice')}, one for each spatial axis"
        )
    return tuple(axis.halo(_outputs(piece, axis)) for piece, axis in zip(part, axes, strict=True))


def _outputs(piece: slice, axis: Axis) -> slice:
    try:
        start, stop, step = piece.indices(axis.count)
    except (AttributeError, TypeError):
        start, stop, step = 0, 0, 0
    if step != 1 or stop < start or (piece.stop is not None and piece.stop > axis.count):
        raise ValueError(
            f"part has {piece!r}; it must be a slice of the {axis.count} outputs, with a step of 1"
        )
    return slice(start, stop)


def _said(padding: Padding) -> str:
    return padding if isinstance(padding, str) else str(padding)
