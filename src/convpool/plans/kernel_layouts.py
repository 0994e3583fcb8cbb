"""Orders of a kernel's axes: ours, PyTorch's, and that of Keras's depthwise convolution.

w window, c channels, nc kernels, d = c // groups channels that one kernel reads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from numpy.typing import NDArray

from convpool.plans import arguments

Array = NDArray[Any]
Shape = tuple[int, ...]


class Layout(NamedTuple):
    """An order of axes, and the ways from it to ours, (*window, c // groups, nc), and back.

    Attributes
    ----------
    form : for texts, with what a kernel reads and the number of kernels to be filled in
    shape : from a shape to ours
    array : from an array to ours, a view where there is one
    original : from a shape of ours and its groups
    """

    form: str
    shape: Callable[[Shape], Shape]
    array: Callable[[Array], Array]
    original: Callable[[Shape, int], Shape]


def _depthwise(shape: Shape) -> Shape:
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
    # output k * multiplier + i is that of channel k, as the kernels of group k follow each other in
    # ours
    "HWCM": Layout(
        "(*window, {0}, multiplier)",
        _depthwise,
        lambda array: array.reshape(_depthwise(array.shape)),
        lambda shape, groups: (*shape[:-2], groups, shape[-1] // groups),
    ),
}
# a string of its own: who passes "HWIO" passes another one, and only who leaves the layout out is
# warned
DEFAULT = "".join(("HW", "IO"))


def read(value: Any, rank: int) -> str:
    """Return one of LAYOUTS, which may be written with as many spatial letters as there are axes."""
    written = {name.replace("HW", "DHW"[-rank:]): name for name in LAYOUTS} | {
        name: name for name in LAYOUTS
    }
    return written[arguments.choice(value, written, "kernel_layout")]
