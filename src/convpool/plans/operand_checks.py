"""Check that arguments of a call fit each other: shapes, windows, padding, footprint, indices."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.pad_modes import PAD_MODES, REPEATING_PAD_MODES
from convpool.engines.pool_modes import POOL_MODES
from convpool.engines.values import NamedTuple
from convpool.plans import (
    arguments,
    arrays,
    channel_checks,
    integer_sums,
    kernel_layouts,
    masks_and_units,
    result_dtypes,
)
from convpool.windows import TRANSPOSED_SIZES, Axis, place, volume

MOST_POSITIONS = 2**62  # on an axis, so that the sum of two positions fits a 64-bit integer
Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]


class KernelShapes(NamedTuple):
    """The shapes of images and kernels, after they were found to agree.

    Attributes
    ----------
    images : the shape of the images, with the channels at `channel_axis`
    kernels : the shape (*window, c // groups, nc) of the kernels, whatever their layout
    channel_axis : where the images have their channels, counted from the front
    groups : the number of groups into which the channels are divided
    layout : the layout in which the caller passes kernels, one of `kernel_layouts.LAYOUTS`
    """

    images: Shape
    kernels: Shape
    channel_axis: int
    groups: int
    layout: str

    @property
    def rank(self) -> int:
        """Number of spatial axes."""
        return len(self.images) - 2

    @property
    def spatial(self) -> Shape:
        """The spatial sizes of the images."""
        return arguments.shape_channels_last(self.images, self.channel_axis)[1:-1]


class WindowArguments(NamedTuple):
    """The arguments that say where windows lie, after they were read.

    Attributes
    ----------
    sizes, stride, dilation : one number for each spatial axis; sizes are those of a window
    padding : a name in `windows.PADDINGS`, or (before, after) for each spatial axis
    """

    sizes: Shape
    stride: Shape
    dilation: Shape
    padding: str | arguments.Pairs

    @property
    def of_axes(self) -> Iterator[tuple[int, int, int, str | tuple[int, int]]]:
        """(size, stride, dilation, padding) of each spatial axis, as `windows.place` takes them."""
        paddings = arguments.padding_per_axis(self.padding, len(self.sizes))
        return zip(self.sizes, self.stride, self.dilation, paddings, strict=True)

    @property
    def takes_empty_axes(self) -> bool:
        """Whether the padding is a named "same", which gives an empty result for an empty axis."""
        return isinstance(self.padding, str) and self.padding in TRANSPOSED_SIZES


def read_windows(sizes: Shape, stride: Any, dilation: Any, padding: Any) -> WindowArguments:
    """Return the arguments that say where windows of these sizes lie; raise if one is misused."""
    rank = len(sizes)
    return WindowArguments(
        sizes,
        arguments.read_per_axis(stride, rank, "stride"),
        arguments.read_per_axis(dilation, rank, "dilation"),
        arguments.read_padding(padding, rank),
    )


class KernelArguments(NamedTuple):
    """The arguments of a call that describe images and kernels, as the caller passed them."""

    images_shape: Any
    kernels_shape: Any
    channel_axis: Any
    groups: Any
    kernel_layout: Any


def read_kernel_shapes(passed: KernelArguments, *, is_transposed: bool = False) -> KernelShapes:
    """Return the shapes of images and kernels; raise unless they agree.

    `is_transposed` says whether the call is `convolve_transpose`, so that the images have as many
    channels as there are kernels.
    """
    images = arguments.read_shape(passed.images_shape, "images_shape")
    kernels = arguments.read_shape(passed.kernels_shape, "kernels_shape")
    kernel_layout = passed.kernel_layout
    if kernel_layout is kernel_layouts.DEFAULT:
        kernel_layout = channel_checks.default_layout(
            images, kernels, passed.channel_axis, passed.groups, is_transposed=is_transposed
        )
    rank = arguments.count_spatial_axes(images)
    axis = arguments.read_channel_axis(passed.channel_axis, images)
    layout = kernel_layouts.read_layout(kernel_layout, rank)
    groups = arguments.read_integer(passed.groups, "groups", 1)
    operands = channel_checks.Operands(images, kernels, axis, groups, layout, is_transposed)
    operands.check_axes(operator.index(passed.channel_axis))
    if min(operands.hwio_shape[:-2]) < 1:
        raise ValueError(
            f"kernels {kernels} have an empty window; each of its sizes must be 1 or more"
        )
    operands.check()
    return KernelShapes(images, operands.hwio_shape, axis, operands.group_count, layout)


def make_axes(
    spatial: Shape, windows: WindowArguments, *, ceil: bool = False, can_pad: bool = True
) -> tuple[Axis, ...]:
    """Return the windows on each spatial axis; raise ValueError unless one fits on each.

    Parameters
    ----------
    spatial
        The spatial sizes of the images.
    windows
        The sizes, stride, dilation and padding of the windows.
    ceil
        Whether a last window may hang over the end, as in `pool`.
    can_pad
        Whether the call takes padding, so that an error may advise it.
    """
    axes = tuple(
        replace(place(size, *window), ceil=ceil)
        for size, window in zip(spatial, windows.of_axes, strict=True)
    )
    for name, axis in zip(arguments.AXIS_NAMES[len(axes)], axes, strict=True):
        if axis.size == 0 and not windows.takes_empty_axes:
            if can_pad:
                raise empty_axis_error(name)
            raise ValueError(f"the images' {name} is 0; windows take at least one pixel")
        if axis.count < 1 and axis.size > 0:
            span_text = (
                f" (a span of {axis.span} at dilation {axis.dilation})" if axis.dilation > 1 else ""
            )
            raise ValueError(
                f"a window of {axis.window}{span_text} does not fit the images' {name} of "
                f"{axis.size} with {axis.before} + {axis.after} padding; use a smaller window, "
                f"of up to {(axis.before + axis.size + axis.after - 1) // axis.dilation + 1}"
                + (", more padding or padding='same'" if can_pad else "")
            )
    check_positions(axes)
    return axes


def check_positions(axes: tuple[Axis, ...]) -> None:
    """Raise ValueError if an axis has more than `MOST_POSITIONS` positions, padding included."""
    for name, axis in zip(arguments.AXIS_NAMES[len(axes)], axes, strict=True):
        end = max(axis.before + axis.size + axis.after, (axis.count - 1) * axis.stride + axis.span)
        if end > MOST_POSITIONS:
            raise ValueError(
                f"a {name} of {axis.size} with {axis.before} + {axis.after} padding and windows "
                f"of {axis.span}, {axis.stride} apart, has {end} positions, more than 2**62: use "
                "less padding, stride or dilation"
            )


def empty_axis_error(name: str) -> ValueError:
    """Return the error for an axis of size 0 with padding other than a named "same".

    `name` is that of the axis, such as "height".
    """
    same_names = ", ".join(map(repr, TRANSPOSED_SIZES))
    return ValueError(
        f"the images' {name} is 0; only a named 'same' ({same_names}) takes an empty axis"
    )


def read_pad_mode(value: Any, axes: tuple[Axis, ...]) -> str:
    """Return the argument `pad_mode`, one of PAD_MODES.

    Raises
    ------
    ValueError : it is not one, or it repeats pixels but an axis with padding has no pixel
    """
    pad_mode = arguments.read_choice(value, PAD_MODES, "pad_mode")
    for name, axis in zip(arguments.AXIS_NAMES[len(axes)], axes, strict=True):
        if pad_mode in REPEATING_PAD_MODES and axis.size == 0 and axis.before + axis.after > 0:
            raise ValueError(
                f"pad_mode {pad_mode!r} has nothing to take from: the images' {name} is 0; use "
                "'zeros'"
            )
    return pad_mode


def _fill_dtype(value: Any, pad_mode: str | None) -> DType:
    """Return the dtype of the argument `fill`; int64 for any Python int.

    Raises
    ------
    TypeError : it is not one number
    ValueError : it is not 0, but `pad_mode` is not "constant", so that it would not be used
    """
    masks_and_units.check_plain(value, "fill")
    dtype = np.dtype(np.int64) if isinstance(value, int) else np.asarray(value).dtype
    if np.ndim(value) or dtype.kind not in "biufc":
        raise TypeError(f"fill is {value!r}; it must be one number")
    if pad_mode != "constant" and value != 0:
        raise ValueError(
            f"fill is {value!r}, but pad_mode is {pad_mode!r}; pass pad_mode='constant' to use it"
        )
    return dtype


def read_fill(value: Any, pad_mode: str, sum_dtype: DType) -> Any:
    """Return the argument `fill` of a convolution; raise unless `sum_dtype` can hold it.

    `sum_dtype` is the dtype of the sums. Return an int if it is an integer dtype, else a number of
    that dtype; 0 if `pad_mode` is not "constant". Raise OverflowError for a number that is too
    large, TypeError or ValueError for anything else that does not fit.
    """
    dtype = _fill_dtype(value, pad_mode)
    if pad_mode != "constant":
        return 0
    result_dtypes.check_kind(f"fill is {value!r}", dtype, sum_dtype)
    if sum_dtype.kind in "iu":
        number, (least, greatest) = int(value), integer_sums.limits(sum_dtype)
        if not least <= number <= greatest:
            raise OverflowError(
                f"fill is {number}, but sums are taken in {sum_dtype}, which holds {least} to "
                f"{greatest}; pass "
                + (
                    "dtype=np.int64"
                    if -(2**63) <= number < 2**63
                    else "dtype=float for rounded results"
                )
            )
        return number
    try:
        with np.errstate(over="ignore"):
            number = sum_dtype.type(value)
    except OverflowError:  # an integer beyond every float
        number = sum_dtype.type(np.inf)
    if np.isinf(number) and (isinstance(value, int) or not np.isinf(value)):
        raise OverflowError(
            f"fill is {value!r}, but sums are taken in {sum_dtype}, which holds up to "
            f"{np.finfo(sum_dtype).max:.1e}; pass a smaller one, or infinity"
        )
    return number


def read_pooling_fill(value: Any, pad_mode: str | None, images: DType) -> Any:
    """Return the argument `fill` of a pooling; raise unless the dtype of the images can hold it.

    `images` is that dtype. Return an int if it is an integer dtype or bool, else a number of that
    dtype; 0 if `pad_mode` is not "constant".
    """
    dtype = _fill_dtype(value, pad_mode)
    if pad_mode != "constant":
        return 0
    if images.kind in "biu":
        least, greatest = integer_sums.limits(images)
        takes = f"a whole number from {least} to {greatest}, or images.astype(float)"
        fits = dtype.kind in "biu" and least <= int(value) <= greatest
    else:
        takes = "a real number" if images.kind == "f" else "a number"
        takes += f" up to {np.finfo(images).max:.1e}, or infinity"
        fits = not (images.kind == "f" and dtype.kind == "c") and _is_representable(value, images)
    if not fits:
        error_type = ValueError if dtype.kind in "biu" or images.kind in "fc" else TypeError
        raise error_type(
            f"fill is {value!r}, but what stands in the padding is a pixel of images that are "
            f"{images}: pass {takes}"
        )
    return int(value) if images.kind in "biu" else images.newbyteorder("=").type(value)


def _is_representable(value: Any, dtype: DType) -> bool:
    """Return whether a float or complex dtype holds a number without making it infinite."""
    try:
        with np.errstate(over="ignore"):
            return bool(np.isinf(value) or not np.isinf(dtype.type(value)))
    except (OverflowError, TypeError):  # an integer beyond every float
        return False


def read_bias(value: Any, channels: int, added_to: str, sum_dtype: DType) -> Array | None:
    """Return a bias as an array, a number for each channel of the output; None if it is None.

    added_to: what each number is added to, as the error says. Raises TypeError if it is not numbers
    or sums cannot take them, ValueError if it has another shape.
    """
    if value is None:
        return None
    numbers: Array = arrays.read_array(value, "bias")
    if numbers.shape != (channels,):
        raise ValueError(
            f"bias is {numbers.shape}; it must be ({channels},), one number for each {added_to}"
        )
    result_dtypes.check_kind(f"bias is {numbers.dtype}", numbers.dtype, sum_dtype)
    return numbers


def read_footprint(value: Any, window: Shape, mode: str) -> tuple[bool, ...] | None:
    """Return, for each tap of a window in C order, whether it takes part; None if all do.

    `value` is the argument `footprint`, `window` the window's sizes. Raise TypeError if it does not
    hold bools, ValueError if it has another shape, no tap is True, or the mode takes no footprint.
    """
    if value is None:
        return None
    if not POOL_MODES[mode].selects_pixels:
        *others, last = [repr(each.name) for each in POOL_MODES.values() if each.selects_pixels]
        raise ValueError(
            f"footprint goes with mode {', '.join(others)} and {last}, not {mode!r}: leave it out"
        )
    masks_and_units.check_plain(value, "footprint")
    taps = np.asarray(value)
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


def read_unpooling(
    values: Array, indices: Array, shape: Any, channel_axis: Any
) -> tuple[Shape, int]:
    """Return (spatial sizes of the result, channel axis from the front), the last two arguments.

    Raises
    ------
    TypeError : the indices are no integers
    ValueError : they differ in shape from the values, or lie outside the image; or the other
        arguments do not fit the values
    """
    if indices.dtype.kind not in "iu":
        raise TypeError(
            f"indices are {indices.dtype}; they must be integers, as max_pool_indices returns them"
        )
    if values.shape != indices.shape:
        raise ValueError(
            f"values are {values.shape} but indices {indices.shape}; they must have one shape"
        )
    rank = arguments.count_spatial_axes(values.shape, "values")
    try:
        arguments.check_unambiguous(values.shape, shape, "shape", "values", channel_axis)
    except ValueError as error:
        raise ValueError(f"{error}; and indices like values") from None
    axis = arguments.read_channel_axis(channel_axis, values.shape, "values")
    spatial = arguments.read_per_axis(shape, rank, "shape", least=0)
    pixels = volume(spatial)
    if indices.size and not (indices.min() >= -1 and indices.max() < pixels):
        raise ValueError(
            f"indices run from {indices.min()} to {indices.max()}, but an image of {spatial} has "
            f"0 to {pixels - 1}; they count over the spatial axes only"
        )
    return spatial, axis
