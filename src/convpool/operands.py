"""Whether the operands of a plan fit each other: shapes, channels, windows, padding and its filling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from convpool import arguments
from convpool.windows import TRANSPOSED_SIZES, Axis, place

Shape = tuple[int, ...]
DType = np.dtype[Any]


def read(images_shape: Any, kernels_shape: Any, channel_axis: int) -> tuple[Shape, Shape, int, int]:
    """Return the shapes of images and kernels, the axis of the channels and the number of spatial axes."""
    images, kernels = arguments.shape(images_shape, "images_shape"), arguments.shape(kernels_shape, "kernels_shape")
    rank = arguments.spatial_rank(images)
    axis = arguments.channel_axis(channel_axis, images)
    if len(kernels) != len(images):
        raise ValueError(
            f"kernels {kernels} have {len(kernels)} axes, but images {images} have {len(images)}: kernels must be "
            f"(*window, channels, kernels) with {rank} window {'axis' if rank == 1 else 'axes'}"
            + (", as kernel[..., None, None]" if len(kernels) == rank else "")
        )
    if min(kernels[:-2]) < 1:
        raise ValueError(f"kernels {kernels} have an empty window; each of its sizes must be 1 or more")
    return images, kernels, axis, rank


def check_channels(
    images: Shape, kernels: Shape, axis: int, groups: int, agree: bool, transposed: bool = False
) -> None:
    """Raise unless images and kernels agree in their channels; say what the likely next step is."""
    if agree:
        return
    c, depth, nc = images[axis], kernels[-2], kernels[-1]
    wanted = nc if transposed else depth * groups
    takes = (
        f"give {nc} channels"
        if transposed
        else f"take {depth} channels" + (f" in each of {groups} groups" * (groups > 1))
    )
    hints = []
    if axis == len(images) - 1 and images[1] == wanted:
        hints.append("are the channels first? pass channel_axis=1")
    if axis == 1 and images[-1] == wanted:
        hints.append("are the channels last? pass channel_axis=-1")
    if not transposed and depth and c % depth == 0 and groups == 1 and c > depth > 0 and nc % (c // depth) == 0:
        hints.append(f"grouped kernels? pass groups={c // depth}")
    if (depth if transposed else nc) == c and depth != nc:
        hints.append("are the kernels' last two axes swapped? they are (channels, kernels)")
    if kernels[1] == c and wanted != c:
        hints.append("kernels first, as in PyTorch? pass np.moveaxis(kernels, (0, 1), (-1, -2))")
    hint = "; " + "; or ".join(hints) if hints else f"; kernels must be (*window, {_expected(c, groups, transposed)})"
    raise ValueError(f"kernels {kernels} {takes}, but images {images} have {c}{hint}")


def _expected(c: int, groups: int, transposed: bool) -> str:
    if transposed:
        return f"channels, {c}"
    return f"{c // groups}, kernels" if c % groups == 0 else f"{c} // groups, kernels), and groups must divide {c}"


def lay(
    spatial: Shape, window: Shape, stride: Shape, dilation: Shape, word: str | tuple[tuple[int, int], ...], ceil: bool
) -> tuple[Axis, ...]:
    """Lay the windows on every axis and check that there is one."""
    rank = len(spatial)
    axes = tuple(map(place, spatial, window, stride, dilation, arguments.each(word, rank), [ceil] * rank))
    for name, axis in zip(arguments.AXES[len(axes)], axes, strict=True):
        if axis.size == 0 and not (isinstance(word, str) and word in TRANSPOSED_SIZES):
            raise empty(name)
        if axis.count < 1 and axis.size > 0:
            spread = f" (a span of {axis.span} at dilation {axis.dilation})" if axis.dilation > 1 else ""
            raise ValueError(
                f"a window of {axis.window}{spread} does not fit the images' {name} of {axis.size} with {axis.before} "
                f"+ {axis.after} padding; use a smaller window, more padding or padding='same'"
            )
    return axes


def empty(name: str) -> ValueError:
    """Return the error of an empty axis."""
    named = ", ".join(map(repr, TRANSPOSED_SIZES))
    return ValueError(f"the images' {name} is 0; only a named 'same' ({named}) takes an empty axis")


def check_pad_mode(pad_mode: str, axes: tuple[Axis, ...]) -> None:
    """Raise if there are no pixels to pad with."""
    for name, axis in zip(arguments.AXES[len(axes)], axes, strict=True):
        if pad_mode not in ("zeros", "constant") and axis.size == 0 and axis.before + axis.after > 0:
            raise ValueError(f"pad_mode {pad_mode!r} has nothing to take from: the images' {name} is 0; use 'zeros'")


def check_output_padding(extra: Shape, word: str | tuple[tuple[int, int], ...], stride: Shape, dilation: Shape) -> None:
    """Raise unless each axis can be that much longer."""
    if isinstance(word, str) and word in TRANSPOSED_SIZES and any(extra):
        raise ValueError(f"padding {word!r} settles the size and takes no output_padding, but that is {extra}")
    for more, step, spread in zip(extra, stride, dilation, strict=True):
        if more >= max(step, spread):
            raise ValueError(
                f"output_padding is {more}, but it must be below {max(step, spread)}, the larger of stride, dilation"
            )


def fill(given: Any, pad_mode: str, sums: DType) -> Any:
    """Return the number that stands in the padding, of the kind of the sums."""
    value = np.asarray(given)
    if value.ndim or value.dtype.kind not in "biufc":
        raise TypeError(f"fill is {given!r}; it must be one number")
    if pad_mode != "constant":
        if value != 0:
            raise ValueError(f"fill is {given!r}, but pad_mode is {pad_mode!r}; pass pad_mode='constant' to use it")
        return 0
    if not np.can_cast(value.dtype, sums, "same_kind"):
        raise TypeError(f"fill is {given!r}, but sums are taken in {sums}: pass dtype=float or a whole number")
    return value.item() if sums.kind in "iu" else sums.type(given)


def check_engine(engine: str, refusals: Mapping[str, str | None]) -> None:
    """Raise if the engine that was asked for cannot do it; name those that can."""
    if refusal := refusals.get(engine):
        able = ", ".join(repr(name) for name, reason in refusals.items() if reason is None)
        raise ValueError(f"engine {engine!r} cannot do this: {refusal}; use 'auto' or one of {able}")
