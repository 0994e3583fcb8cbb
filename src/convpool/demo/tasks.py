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
    """One call of the brief's mains: function, data, arguments, and the caption of its picture."""

    number: int
    file: str
    function: str
    dataset: str  # a name in data.DATASETS
    arguments: Mapping[str, Any]
    output: tuple[int, ...]  # the result's shape for one image
    weights: tuple[Array, ...]  # (kh, kw), beside each picture of the result
    caption: str
    # whether the result has a sign (zero is black) or the images' own colours
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
    """The shapes and the time of one call, and the name of its picture."""

    task: Task
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    seconds: float

    @property
    def images_per_second(self) -> float:
        """Images divided by seconds."""
        return self.input_shape[0] / self.seconds

    @property
    def picture(self) -> str:
        """Name of the PNG."""
        return f"{self.task.file}.png"

    def __str__(self) -> str:
        shapes = f"{self.input_shape} -> {self.output_shape}"
        speed = f"{self.seconds:6.3f} s {rounded(self.images_per_second):>11} images/s"
        return f"{self.task.number} {self.task.function:<26} {shapes:<40} {speed}"


def rounded(value: float) -> str:
    """Write a measured number with three significant digits: 161,000."""
    return f"{float(f'{value:.3g}'):,.0f}"
