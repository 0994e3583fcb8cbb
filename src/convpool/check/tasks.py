"""The brief as data: seven tasks, what each file must hold, and what it may use. An eighth task is one more row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COURSE = "math/0x04-convolutions_and_pooling"  # the folder's place in a clone
README = "README.md"
FIRST_LINE = "#!/usr/bin/env python3"
PYTHON, NUMPY, PYCODESTYLE = "3.8", "1.19.2", "2.6.0"

# A module may be imported as written here, or with fewer of the names.
IMPORTS = ("import numpy as np", "from math import ceil, floor")


class Required:
    """A parameter without a default."""

    def __repr__(self) -> str:
        return "no default"


REQUIRED = Required()
_PADDED: dict[str, Any] = {"padding": "same", "stride": (1, 1)}


@dataclass(frozen=True)
class Task:
    """One task: its file, its function, and the loops that it may have."""

    number: int
    title: str
    file: str
    function: str
    parameters: dict[str, Any]  # in order, each with its default
    loops: int

    @property
    def signature(self) -> str:
        """As the brief writes it: convolve_grayscale_valid(images, kernel)."""
        words = (
            name if default is REQUIRED else f"{name}={default!r}"
            for name, default in self.parameters.items()
        )
        return f"{self.function}({', '.join(words)})"


def _task(
    number: int, title: str, function: str, loops: int, parameters: str, **defaults: Any
) -> Task:
    named = {name: defaults.get(name, REQUIRED) for name in parameters.split()}
    return Task(number, title, f"{number}-{function}.py", function, named, loops)


TASKS = {
    task.number: task
    for task in (
        _task(0, "Valid Convolution", "convolve_grayscale_valid", 2, "images kernel"),
        _task(1, "Same Convolution", "convolve_grayscale_same", 2, "images kernel"),
        _task(
            2, "Convolution with Padding", "convolve_grayscale_padding", 2, "images kernel padding"
        ),
        _task(
            3,
            "Strided Convolution",
            "convolve_grayscale",
            2,
            "images kernel padding stride",
            **_PADDED,
        ),
        _task(
            4,
            "Convolution with Channels",
            "convolve_channels",
            2,
            "images kernel padding stride",
            **_PADDED,
        ),
        _task(5, "Multiple Kernels", "convolve", 3, "images kernels padding stride", **_PADDED),
        _task(6, "Pooling", "pool", 2, "images kernel_shape stride mode", mode="max"),
    )
}
