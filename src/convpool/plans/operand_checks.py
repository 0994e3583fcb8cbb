"""Whether the operands of a plan fit each other: shapes, channels, windows, padding and its filling."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from convpool.plans import arguments, channel_checks, dtypes, kernel_layouts
from convpool.windows import TRANSPOSED_SIZES, Axis, place

FARTHEST = 2**62  # positions on an axis; two may be added in a machine's integer
Shape = tuple[int, ...]
DType = np.dtype[Any]


class Shapes(NamedTuple):
    """What a plan knows of its operands.

    Attributes
    ----------
    images : the shape, as the caller has it
    kernels : (*window, c // groups, nc), whatever the layout
    axis : of the channels
    rank : the number of spatial axes
    groups, layout : read
    """

    images: Shape
    kernels: Shape
    axis: int
    rank: int
    groups: int
    layout: str


def read(
    images_shape: Any,
    kernels_shape: Any,
    channel_axis: Any,
    groups: Any,
    kernel_layout: Any,
    *,
    is_transposed: bool = False,
) -> Shapes:
    """Read the shapes of images and kernels, and check that they agree."""
    images, kernels = (
        arguments.shape(images_shape, "images_shape"),
        arguments.shape(kernels_shape, "kernels_shape"),
    )
    rank = arguments.spatial_rank(images)
    axis = arguments.channel_axis(channel_axis, images)
    layout = kernel_layouts.read(kernel_layout, rank)
    groups = arguments.integer(groups, "groups", 1)
    operands = channel_checks.Operands(images, kernels, axis, groups, layout, is_transposed)
    operands.check_axes(operator.index(channel_axis))
    if min(operands.ours[:-2]) < 1:
        raise ValueError(
            f"kernels {kernels} have an empty window; each of its sizes must be 1 or more"
        )
    operands.check()
    return Shapes(images, operands.ours, axis, rank, operands.true_groups, layout)


def lay(
    spatial: Shape,
    window: Shape,
    stride: Shape,
    dilation: Shape,
    word: str | tuple[tuple[int, int], ...],
    ceil: bool,
    *,
    can_pad: bool = True,
) -> tuple[Axis, ...]:
    """Lay the windows on every axis and check that there is one; `can_pad`: whether the call takes padding."""
    rank = len(spatial)
    axes = tuple(
        map(place, spatial, window, stride, dilation, arguments.each(word, rank), [ceil] * rank)
    )
    for name, axis in zip(arguments.AXES[len(axes)], axes, strict=True):
        if axis.size == 0 and not (isinstance(word, str) and word in TRANSPOSED_SIZES):
            raise (
                empty(name)
                if can_pad
                else ValueError(f"the images' {name} is 0; windows take at least one pixel")
            )
        if axis.count < 1 and axis.size > 0:
            spread = (
                f" (a span of {axis.span} at dilation {axis.dilation})" if axis.dilation > 1 else ""
            )
            raise ValueError(
                f"a window of {axis.window}{spread} does not fit the images' {name} of "
                f"{axis.size} with {axis.before} + {axis.after} padding; use a smaller window, "
                f"of up to {(axis.before + axis.size + axis.after - 1) // axis.dilation + 1}"
                + (", more padding or padding='same'" if can_pad else "")
            )
    check_positions(axes)
    return axes


def check_positions(axes: tuple[Axis, ...]) -> None:
    """Raise if there are more positions on an axis than engines count."""
    for name, axis in zip(arguments.AXES[len(axes)], axes, strict=True):
        end = max(axis.before + axis.size + axis.after, (axis.count - 1) * axis.stride + axis.span)
        if end > FARTHEST:
            raise ValueError(
                f"a {name} of {axis.size} with {axis.before} + {axis.after} padding and windows "
                f"of {axis.span}, {axis.stride} apart, has {end} positions, more than 2**62: use "
                "less padding, stride or dilation"
            )


def empty(name: str) -> ValueError:
    """Return the error of an empty axis."""
    named = ", ".join(map(repr, TRANSPOSED_SIZES))
    return ValueError(f"the images' {name} is 0; only a named 'same' ({named}) takes an empty axis")


def check_pad_mode(pad_mode: str, axes: tuple[Axis, ...]) -> None:
    """Raise if there are no pixels to pad with."""
    for name, axis in zip(arguments.AXES[len(axes)], axes, strict=True):
        if (
            pad_mode not in ("zeros", "constant")
            and axis.size == 0
            and axis.before + axis.after > 0
        ):
            raise ValueError(
                f"pad_mode {pad_mode!r} has nothing to take from: the images' {name} is 0; use "
                "'zeros'"
            )


def check_output_padding(
    extra: Shape, word: str | tuple[tuple[int, int], ...], stride: Shape, dilation: Shape
) -> None:
    """Raise unless each axis can be that much longer."""
    if isinstance(word, str) and word in TRANSPOSED_SIZES and any(extra):
        raise ValueError(
            f"padding {word!r} settles the size and takes no output_padding, but that is "
            f"{extra}: leave it out"
        )
    for more, step, spread in zip(extra, stride, dilation, strict=True):
        if more >= max(step, spread):
            raise ValueError(
                f"output_padding is {more}, but it must be below {max(step, spread)}, the larger "
                "of stride, dilation"
            )


def _fill_dtype(given: Any, pad_mode: str | None) -> DType:
    """Check that `fill` is one number, 0 where no pad mode takes it, and return its dtype: int64 for any integer."""
    arguments.check_plain(given, "fill")
    kind = np.dtype(np.int64) if isinstance(given, int) else np.asarray(given).dtype
    if np.ndim(given) or kind.kind not in "biufc":
        raise TypeError(f"fill is {given!r}; it must be one number")
    if pad_mode != "constant" and given != 0:
        raise ValueError(
            f"fill is {given!r}, but pad_mode is {pad_mode!r}; pass pad_mode='constant' to use it"
        )
    return kind


def fill(given: Any, pad_mode: str, sums: DType) -> Any:
    """Return the number that stands in the padding, of the kind of the sums."""
    kind = _fill_dtype(given, pad_mode)
    if pad_mode != "constant":
        return 0
    dtypes.check_kind(f"fill is {given!r}", kind, sums)
    if sums.kind in "iu":
        value, (least, greatest) = int(given), dtypes.limits(sums)
        if not least <= value <= greatest:
            raise OverflowError(
                f"fill is {value}, but sums are taken in {sums}, which holds {least} to "
                f"{greatest}; pass "
                + (
                    "dtype=np.int64"
                    if -(2**63) <= value < 2**63
                    else "dtype=float for rounded results"
                )
            )
        return value
    try:
        with np.errstate(over="ignore"):
            number = sums.type(given)
    except OverflowError:  # an integer beyond every float
        number = sums.type(np.inf)
    if np.isinf(number) and (isinstance(given, int) or not np.isinf(given)):
        raise OverflowError(
            f"fill is {given!r}, but sums are taken in {sums}, which holds up to "
            f"{np.finfo(sums).max:.1e}; pass a smaller one, or infinity"
        )
    return number


def pixel(given: Any, pad_mode: str | None, images: DType) -> Any:
    """Return the number that stands in the padding of a pooling, where it is a pixel like the others."""
    kind = _fill_dtype(given, pad_mode)
    if pad_mode != "constant":
        return 0
    if images.kind in "biu":
        least, greatest = dtypes.limits(images)
        takes = f"a whole number from {least} to {greatest}, or images.astype(float)"
        fits = kind.kind in "biu" and least <= int(given) <= greatest
    else:
        takes = "a real number" if images.kind == "f" else "a number"
        takes += f" up to {np.finfo(images).max:.1e}, or infinity"
        fits = not (images.kind == "f" and kind.kind == "c") and _is_representable(given, images)
    if not fits:
        raise (ValueError if kind.kind in "biu" or images.kind in "fc" else TypeError)(
            f"fill is {given!r}, but what stands in the padding is a pixel of images that are "
            f"{images}: pass {takes}"
        )
    return int(given) if images.kind in "biu" else images.newbyteorder("=").type(given)


def _is_representable(given: Any, dtype: DType) -> bool:
    """Return whether a number is not beyond the greatest of a float or complex dtype."""
    try:
        with np.errstate(over="ignore"):
            return bool(np.isinf(dtype.type(given)) <= np.isinf(given))
    except (OverflowError, TypeError):  # an integer beyond every float
        return False


def footprint(given: Any, window: Shape, mode: str) -> tuple[bool, ...] | None:
    """Return which taps of a window count, flat; None if all do."""
    if given is None:
        return None
    if mode not in ("max", "min", "median"):
        raise ValueError(
            f"footprint goes with mode 'max', 'min' and 'median', not {mode!r}: leave it out"
        )
    arguments.check_plain(given, "footprint")
    taps = np.asarray(given)
    if taps.dtype.kind != "b":
        raise TypeError(
            f"footprint holds {taps.dtype}; it must hold bools: pass np.asarray(footprint, bool)"
        )
    if taps.shape != window:
        raise ValueError(
            f"footprint is {taps.shape}, but kernel_shape is {window}; pass "
            f"kernel_shape={taps.shape}"
        )
    if not taps.any():
        raise ValueError(
            f"footprint {taps.shape} is False everywhere; at least one tap must be True"
        )
    return None if taps.all() else tuple(taps.ravel().tolist())


def check_engine(engine: str, refusals: Mapping[str, str | None]) -> None:
    """Raise if the engine that was asked for cannot do it; name those that can."""
    if refusal := refusals.get(engine):
        able = ", ".join(repr(name) for name, reason in refusals.items() if reason is None)
        raise ValueError(
            f"engine {engine!r} cannot do this: {refusal}; use 'auto' or one of {able}"
        )
