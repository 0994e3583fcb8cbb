"""The brief as data: seven tasks, what each file must define, and what it may use.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COURSE = "math/0x04-convolutions_and_pooling"  # the course folder's path in a clone
README = "README.md"
FIRST_LINE = "#!/usr/bin/env python3"
PYTHON, NUMPY, PYCODESTYLE = "3.8", "1.19.2", "2.6.0"

# the allowed imports; a file may import fewer of the names
IMPORTS = ("import numpy as np", "from math import ceil, floor")


class Required:
    """The value of REQUIRED, which stands for the default of a parameter without one."""

    def __repr__(self) -> str:
        return "no default"


REQUIRED = Required()
# of convolve_grayscale, convolve_channels and convolve
_DEFAULTS: dict[str, Any] = {"padding": "same", "stride": (1, 1)}


# parameter -> the letters of its sizes, in order; images and kernels of grey tasks have no c
SIZES: dict[str, tuple[str, ...]] = {
    "images": ("m", "h", "w", "c"),
    "kernel": ("kh", "kw", "c"),
    "kernels": ("kh", "kw", "c", "nc"),
    "kernel_shape": ("kh", "kw"),
    "stride": ("sh", "sw"),
    "padding": ("ph", "pw"),
}


@dataclass(frozen=True)
class Task:
    """One task: its file, and the function that the file must define."""

    number: int
    title: str
    file: str
    function: str
    parameters: dict[str, Any]  # in order, name -> default
    loops: int  # how many for loops are allowed

    @property
    def signature(self) -> str:
        """The function as the brief writes it: convolve_grayscale_valid(images, kernel)."""
        parameters = (
            name if default is REQUIRED else f"{name}={default!r}"
            for name, default in self.parameters.items()
        )
        return f"{self.function}({', '.join(parameters)})"


def _parameters(names: str, **defaults: Any) -> dict[str, Any]:
    """Return name -> default (REQUIRED for none) of the names, which spaces separate."""
    return {name: defaults.get(name, REQUIRED) for name in names.split()}


_GRAYSCALE = _parameters("images kernel")
_PADDED = _parameters("images kernel padding")
_STRIDED = _parameters("images kernel padding stride", **_DEFAULTS)
_SEVERAL = _parameters("images kernels padding stride", **_DEFAULTS)
_POOLED = _parameters("images kernel_shape stride mode", mode="max")

# title, function, parameters, loops; the number of a task is that of its row
_ROWS = (
    ("Valid Convolution", "convolve_grayscale_valid", _GRAYSCALE, 2),
    ("Same Convolution", "convolve_grayscale_same", _GRAYSCALE, 2),
    ("Convolution with Padding", "convolve_grayscale_padding", _PADDED, 2),
    ("Strided Convolution", "convolve_grayscale", _STRIDED, 2),
    ("Convolution with Channels", "convolve_channels", _STRIDED, 2),
    ("Multiple Kernels", "convolve", _SEVERAL, 3),
    ("Pooling", "pool", _POOLED, 2),
)
TASKS = {
    number: Task(number, title, f"{number}-{function}.py", function, parameters, loops)
    for number, (title, function, parameters, loops) in enumerate(_ROWS)
}
JUDGED_FILES = frozenset(task.file for task in TASKS.values())
