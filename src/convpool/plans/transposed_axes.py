"""Where the windows of a transposed convolution lie: on the axes of its output."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from convpool.plans import arguments
from convpool.plans.operand_checks import WindowArguments, check_positions, empty_axis_error
from convpool.windows import Axis, place, place_transposed, sizes_with_count

Shape = tuple[int, ...]


def make_transposed_axes(
    spatial: Shape, windows: WindowArguments, output_padding: Any, output_shape: Any
) -> tuple[Axis, ...]:
    """Return the windows on each spatial axis of a transposed convolution's output.

    Parameters
    ----------
    spatial
        The spatial sizes of the images, which on each axis is the number of windows.
    windows
        The sizes, stride, dilation and padding of the windows.
    output_padding, output_shape
        The arguments of `convolve_transpose`.

    Raises
    ------
    ValueError : an axis of the output would be shorter than 0, a convolution of `output_shape`
        does not have this number of windows, or an argument does not fit
    """
    extra_pixels = arguments.read_per_axis(output_padding, len(spatial), "output_padding", least=0)
    _check_output_padding(extra_pixels, windows, output_shape)
    if output_shape is not None:
        return _axes_of_shape(spatial, windows, output_shape)
    unpadded_axes = [
        place_transposed(o, *window) for o, window in zip(spatial, windows.of_axes, strict=True)
    ]
    axes = tuple(
        replace(axis, size=axis.size + extra)
        for axis, extra in zip(unpadded_axes, extra_pixels, strict=True)
    )
    for name, axis, o in zip(arguments.AXIS_NAMES[len(axes)], axes, spatial, strict=True):
        if o == 0 and not windows.takes_empty_axes:
            raise empty_axis_error(name)
        if axis.size < 0:
            raise ValueError(
                f"the {name} of the result would be {axis.size}: ({o} - 1) * {axis.stride} + "
                f"{axis.span} - {axis.before} - {axis.after}; use less padding"
            )
    check_positions(axes)
    return axes


def _axes_of_shape(spatial: Shape, windows: WindowArguments, output_shape: Any) -> tuple[Axis, ...]:
    """Return the windows on axes of the sizes `output_shape`; parameters as `make_transposed_axes`.

    Raise ValueError unless a convolution of these sizes has one window for each input value; the
    text names the sizes that would do.
    """
    sizes = arguments.read_per_axis(output_shape, len(spatial), "output_shape", least=0)
    of_axes = list(windows.of_axes)
    axes = tuple(place(size, *window) for size, window in zip(sizes, of_axes, strict=True))
    names = arguments.AXIS_NAMES[len(axes)]
    for name, axis, o, window in zip(names, axes, spatial, of_axes, strict=True):
        if axis.count == o and (min(o, axis.size) > 0 or windows.takes_empty_axes):
            continue
        text = (
            f"output_shape {sizes} has a {name} of {axis.size}, for which convolve gives "
            f"{max(0, axis.count)}, but images have {o}"
        )
        fitting = sizes_with_count(o, *window)
        if not fitting:
            raise ValueError(f"{text}, which it gives for no {name}: use less padding")
        last = f" to {fitting[-1]}" if len(fitting) > 1 else ""
        raise ValueError(f"{text}: pass a {name} of {fitting[0]}{last}")
    check_positions(axes)
    return axes


def _check_output_padding(
    output_padding: Shape, windows: WindowArguments, output_shape: Any
) -> None:
    """Raise ValueError unless the output padding of each axis is below stride or dilation.

    It must be 0 with a named "same" or with the argument `output_shape`, which settle the size.
    """
    if windows.takes_empty_axes and any(output_padding):
        raise ValueError(
            f"padding {windows.padding!r} settles the size and takes no output_padding, but that "
            f"is {output_padding}: leave it out"
        )
    for extra, stride, dilation in zip(
        output_padding, windows.stride, windows.dilation, strict=True
    ):
        limit = max(stride, dilation)
        if extra >= limit:
            raise ValueError(
                f"output_padding is {extra}, but it must be below {limit}, the larger of stride, "
                "dilation"
            )
    if output_shape is not None and any(output_padding):
        raise ValueError(
            f"output_shape is {output_shape!r} and output_padding {output_padding}, but one of "
            "them settles the size: leave output_padding out"
        )
