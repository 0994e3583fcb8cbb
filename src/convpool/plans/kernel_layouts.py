"""Layouts, which are orders of the kernels' axes: ours, PyTorch's, and Keras's for depthwise ones.

Ours, which plans and engines use, is "HWIO": (*window, c // groups, nc). c channels, nc kernels,
each of which reads c // groups channels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from convpool.engines.values import NamedTuple
from convpool.plans import arguments

Array = NDArray[Any]
Shape = tuple[int, ...]


class Layout(NamedTuple):
    """An order of the kernels' axes, and conversions to and from "HWIO".

    Attributes
    ----------
    form : the axes, for errors, with {0} for the channels of a kernel and {1} for their number
    shape_to_hwio : converts a shape in this layout to "HWIO"
    to_hwio : converts an array in this layout to "HWIO"; the result is a view if possible
    shape_from_hwio : converts a shape in "HWIO", with the number of groups, to this layout
    """

    form: str
    shape_to_hwio: Callable[[Shape], Shape]
    to_hwio: Callable[[Array], Array]
    shape_from_hwio: Callable[[Shape, int], Shape]


def _depthwise_to_hwio(shape: Shape) -> Shape:
    """Convert a shape (*window, c, multiplier) to "HWIO", (*window, 1, c * multiplier)."""
    *window, c, multiplier = shape
    return (*window, 1, c * multiplier)


LAYOUTS = {
    "HWIO": Layout(
        "(*window, {0}, {1})", lambda shape: shape, lambda array: array, lambda shape, groups: shape
    ),
    "OIHW": Layout(
        "({1}, {0}, *window)",
        lambda shape: (*shape[2:], shape[1], shape[0]),
        lambda array: array.transpose(*range(2, array.ndim), 1, 0),
        lambda shape, groups: (shape[-1], shape[-2], *shape[:-2]),
    ),
    # output k * multiplier + i comes from channel k, as in our layout with one group per channel
    "HWCM": Layout(
        "(*window, {0}, multiplier)",
        _depthwise_to_hwio,
        lambda array: array.reshape(_depthwise_to_hwio(array.shape)),
        lambda shape, groups: (*shape[:-2], groups, shape[-1] // groups),
    ),
}
# the default of `kernel_layout`: equal to "HWIO" but another object (joined at run time), so that
# `is` tells a caller who left it out, and may be warned, from one who passed "HWIO"
DEFAULT = "".join(("HW", "IO"))


def read_layout(value: Any, rank: int) -> str:
    """Return the argument `kernel_layout` as a name in LAYOUTS; raise ValueError if it is unknown.

    For `rank` spatial axes it may also be written with as many spatial letters, as in "DHWIO".
    """
    spellings = {name.replace("HW", "DHW"[-rank:]): name for name in LAYOUTS}
    spellings |= {name: name for name in LAYOUTS}
    return spellings[arguments.read_choice(value, spellings, "kernel_layout")]
