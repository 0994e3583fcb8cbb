"""The demonstration's tasks: what is called on which data, and the results.

To add a task, add one row to TASKS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# one channel of the brief's kernels
EDGES = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
KERNELS = (SHARPEN, EDGES, EDGES.T)


@dataclass(frozen=True)
class Task:
    """One call of the brief's mains: function, data, arguments, and how its result is drawn.

    Attributes
    ----------
    number : of the task in the brief
    file : name of the task's file, without .py
    function : name of the function in this file
    dataset : a name in `datasets.files.DATASETS`
    arguments : of the call, by name, behind the images
    output : shape of the result for one image
    weights : a kernel (kh, kw) for each row of results, drawn beside it
    caption : of the picture
    signed : whether results have a sign, and are drawn in colours of it; otherwise they are drawn
        in the colours of the images
    """

    number: int
    file: str
    function: str
    dataset: str
    arguments: Mapping[str, Any]
    output: tuple[int, ...]
    weights: tuple[Array, ...]
    caption: str
    signed: bool = True


TASKS = (
    Task(
        0,
        "0-convolve_grayscale_valid",
        "convolve_grayscale_valid",
        "MNIST",
        {"kernel": EDGES},
        (26, 26),
        (EDGES,),
        "Every stroke becomes its two upright edges, the left one blue and the right one orange, "
        "because the kernel subtracts what lies on the right from what lies on the left; the "
        "outermost pixels, where it does not fit, are gone.",
    ),
    Task(
        1,
        "1-convolve_grayscale_same",
        "convolve_grayscale_same",
        "MNIST",
        {"kernel": EDGES},
        (28, 28),
        (EDGES,),
        "The same edges, but one ring of zeros around each image gives the kernel room at the "
        "border, so the result is as large as the image.",
    ),
    Task(
        2,
        "2-convolve_grayscale_padding",
        "convolve_grayscale_padding",
        "MNIST",
        {"kernel": EDGES, "padding": (2, 4)},
        (30, 34),
        (EDGES,),
        "The same edges in a wider frame: two rows of zeros above and below and four columns on "
        "either side make the result larger than the image.",
    ),
    Task(
        3,
        "3-convolve_grayscale",
        "convolve_grayscale",
        "MNIST",
        {"kernel": EDGES, "padding": "valid", "stride": (2, 2)},
        (13, 13),
        (EDGES,),
        "The same edges, coarser: the kernel moves two pixels at a time, so that every other row "
        "and column of task 0 remains, a quarter of its values.",
    ),
    Task(
        4,
        "4-convolve_channels",
        "convolve_channels",
        "animals",
        {"kernel": np.stack([SHARPEN] * 3, axis=-1), "padding": "valid"},
        (30, 30),
        (SHARPEN,),
        "Red, green and blue are sharpened and added up to one number for each pixel: high where "
        "the picture is bright, and pushed up or down, even below zero (blue), on the two sides "
        "of an edge.",
    ),
    Task(
        5,
        "5-convolve",
        "convolve",
        "animals",
        {
            "kernels": np.stack([np.stack([kernel] * 3, axis=-1) for kernel in KERNELS], axis=-1),
            "padding": "valid",
        },
        (30, 30, 3),
        KERNELS,
        "Three kernels make three results of each picture: sharpened as in task 4, then its "
        "upright edges, then its level edges, all three summed over red, green and blue.",
    ),
    Task(
        6,
        "6-pool",
        "pool",
        "animals",
        {"kernel_shape": (2, 2), "stride": (2, 2), "mode": "avg"},
        (16, 16, 3),
        (np.full((2, 2), 0.25),),
        "Each block of two by two pixels becomes its average, channel by channel: the same "
        "picture in the same colours, half as high and half as wide.",
        signed=False,
    ),
)


@dataclass(frozen=True)
class TaskResult:
    """The shapes of one call, with all images, and its time."""

    task: Task
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    seconds: float

    @property
    def images_per_second(self) -> float:
        """How many images were taken in a second."""
        return self.input_shape[0] / self.seconds

    @property
    def pictures(self) -> dict[str, str]:
        """File names of the PNG in the light and in the dark scheme, by scheme."""
        return {"light": f"{self.task.file}.png", "dark": f"{self.task.file}-dark.png"}

    def __str__(self) -> str:
        shapes = f"{self.input_shape} -> {self.output_shape}"
        speed = f"{self.seconds:6.3f} s {three_digits(self.images_per_second):>11} images/s"
        return f"{self.task.number} {self.task.function:<26} {shapes:<40} {speed}"


def three_digits(value: float) -> str:
    """Return a number as text: from 100 on with three significant digits, "161,000".

    A smaller one is rounded to a whole number.
    """
    return f"{float(f'{value:.3g}'):,.0f}"
