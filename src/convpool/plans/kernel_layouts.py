"""Orders of a kernel's axes: ours, PyTorch's, and that of Keras's depthwise convolution.

c channels, nc kernels, each of which reads c // groups channels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from numpy.typing import NDArray

from convpool.plans import arguments

Array = NDArray[Any]
Shape = tuple[int, ...]


class Layout(NamedTuple):
    """An order of axes, and how to get from it to ours, (*window, c // groups, nc), and back.

    Attributes
    ----------
    form : for texts; {0} are the channels of a kernel and {1} the number of kernels
    shape_to_ours : from a shape in this layout
    to_ours : from an array in this layout, to a view if possible
    shape_from_ours : from a shape of ours and the number of groups
    """

    form: str
    shape_to_ours: Callable[[Shape], Shape]
    to_ours: Callable[[Array], Array]
    shape_from_ours: Callable[[Shape, int], Shape]


def _depthwise(shape: Shape) -> Shape:
    """Return the shape in our layout of depthwise kernels (*window, c, multiplier)."""
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
    # output k * multiplier + i is that of channel k, as in our layout with a group for each channel
    "HWCM": Layout(
        "(*window, {0}, multiplier)",
        _depthwise,
        lambda array: array.reshape(_depthwise(array.shape)),
        lambda shape, groups: (*shape[:-2], groups, shape[-1] // groups),
    ),
}
# compared by `is`: a caller's "HWIO" is another object, and only a caller who leaves the layout out
# is warned
DEFAULT = "".join(("HW", "IO"))


def read_layout(value: Any, rank: int) -> str:
    """Return the name of a layout, which may be written with one spatial letter for each axis."""
    spellings = {name.replace("HW", "DHW"[-rank:]): name for name in LAYOUTS}
    spellings |= {name: name for name in LAYOUTS}
    return spellings[arguments.read_choice(value, spellings, "kernel_layout")]
