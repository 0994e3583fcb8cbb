"""What a task's function would return if the brief were read in another way, window by window.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride, oh x ow output. On one axis (0: rows, 1: columns): n pixels, k taps, s steps, and
T = (n - 1) * s + k - n zeros that keep n outputs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.check.behaviour.case import Case, Pair
from convpool.check.behaviour.random_arrays import Array
from convpool.check.tasks import REQUIRED, TASKS

# where each window of an axis starts in the padded image; None: that output stays 0
Starts = list[int | None]


@dataclass(frozen=True)
class Arguments:
    """The arguments of a call, in one form for all tasks."""

    task: int
    images: Array  # (m, h, w, c), float64
    kernels: Array  # (kh, kw, c, nc), float64; of a pooling (kh, kw, 0, 0)
    dtypes: tuple[np.dtype[Any], np.dtype[Any]]  # of the images and the kernels, as passed
    padding: str | Pair
    stride: Pair
    mode: str  # sum, max or avg
    sizes: Pair  # h and w, as the formulas use them
    window: Pair  # kh and kw, as the formulas use them
    odd_before: tuple[bool, bool] = (True, True)  # on each axis: the odd zero of 'same' is before

    @property
    def is_pooling(self) -> bool:
        """Whether there is no kernel."""
        return self.task == 6

    def total_zeros(self, axis: int) -> int:
        """Return T, the zeros that keep the size."""
        n, k, s = self.on_axis(axis)
        return (n - 1) * s + k - n

    def on_axis(self, axis: int) -> tuple[int, int, int]:
        """Return n, k and s of an axis."""
        return self.sizes[axis], self.window[axis], self.stride[axis]


def arguments_of(case: Case) -> Arguments:
    """Return the arguments of a case's call."""
    parameters = TASKS[case.task].parameters
    values = {name: value for name, value in parameters.items() if value is not REQUIRED}
    values |= dict(zip(parameters, case.call.arguments, strict=False)) | case.call.keywords
    images = np.asarray(values["images"])
    kernels = np.asarray(values.get("kernels", values.get("kernel", 0)))
    if case.task == 6:
        kernels = np.zeros((*values["kernel_shape"], 0, 0))
    deep_kernels = kernels if case.task >= 5 else kernels.reshape(*kernels.shape[:2], -1, 1)
    padding = values.get("padding", "same" if case.task == 1 else "valid")
    return Arguments(
        task=case.task,
        images=images.astype(float).reshape(*images.shape[:3], -1),
        kernels=deep_kernels.astype(float),
        dtypes=(images.dtype, kernels.dtype),
        padding=padding if isinstance(padding, str) else (int(padding[0]), int(padding[1])),
        stride=values.get("stride", (1, 1)),
        mode=values.get("mode", "sum"),
        sizes=images.shape[1:3],
        window=kernels.shape[:2],
    )


@np.errstate(all="ignore")
def odd_zero_variants(arguments: Arguments, reading: Reading | None = None) -> list[Arguments]:
    """Return the arguments with the odd zero of 'same' before and after, on each axis that has one.

    All are right. With a reading, its zeros count: they may be odd where the right ones are even.
    """
    if reading and not APPLIES[reading.when](arguments):
        return [arguments]
    changed = reading.change(arguments) if reading and reading.change else arguments
    if changed is None or changed.padding != "same" or changed.is_pooling:
        return [arguments]
    zeros = (reading and reading.zeros) or correct_zeros
    variants: dict[tuple[Pair | None, ...], Arguments] = {}
    for rows, columns in itertools.product((True, False), repeat=2):
        variant = replace(changed, odd_before=(rows, columns))
        key = (zeros(variant, 0), zeros(variant, 1))
        variants.setdefault(key, replace(arguments, odd_before=(rows, columns)))
    return list(variants.values())


# ---- where windows start ----


def correct_zeros(arguments: Arguments, axis: int) -> Pair:
    """Return the zeros before and after the image on an axis, as the brief asks."""
    if arguments.padding == "same":
        total = arguments.total_zeros(axis)
        less, more = total // 2, total - total // 2
        return (more, less) if arguments.odd_before[axis] else (less, more)
    return (0, 0) if isinstance(arguments.padding, str) else (arguments.padding[axis],) * 2


def correct_count(arguments: Arguments, axis: int, zeros: Pair) -> int:
    """Return the number of windows that fit on an axis with these zeros."""
    n, k, s = arguments.on_axis(axis)
    return (n + sum(zeros) - k) // s + 1


def correct_start(arguments: Arguments, axis: int, i: int) -> int:
    """Return where window i of an axis starts in the padded image."""
    return i * arguments.stride[axis]


# ---- what is computed from a window ----


@dataclass(frozen=True)
class Windows:
    """The pixels of all windows."""

    values: Array  # (m, oh, ow, kh, kw, c)
    inside: NDArray[np.bool_]  # (oh, ow, kh, kw): which pixels are inside the padded image

    def pixels(self, fill: float) -> Array:
        """Return the values, with `fill` in the place of those outside."""
        return np.where(self.inside[None, ..., None], self.values, fill)


def correct_combine(windows: Windows, arguments: Arguments) -> Array | None:
    """Return the outputs, (m, oh, ow, nc) or of a pooling (m, oh, ow, c).

    None if NumPy would refuse to multiply windows and kernels.
    """
    if arguments.is_pooling:
        return POOLINGS[arguments.mode](windows)
    if windows.values.shape[3:] != arguments.kernels.shape[:3] or not windows.inside.all():
        return None
    return np.tensordot(windows.values, arguments.kernels, 3)


# mode -> outputs (m, oh, ow, c) of windows
POOLINGS: dict[str, Callable[[Windows], Array]] = {
    "max": lambda windows: windows.pixels(-np.inf).max((3, 4)),
    "avg": lambda windows: (
        windows.pixels(0).sum((3, 4)) / windows.inside.sum((2, 3))[None, ..., None]
    ),
    "min": lambda windows: windows.pixels(np.inf).min((3, 4)),
    "sum": lambda windows: windows.pixels(0).sum((3, 4)),
}


# ---- readings ----

# which calls a reading is about
APPLIES: dict[str, Callable[[Arguments], bool]] = {
    "": lambda arguments: True,
    "convolution": lambda arguments: not arguments.is_pooling,
    "channels": lambda arguments: arguments.task in (4, 5),
    "kernels": lambda arguments: arguments.task == 5,
    "pooling": lambda arguments: arguments.is_pooling,
    "same": lambda arguments: not arguments.is_pooling and arguments.padding == "same",
    "pair": lambda arguments: not arguments.is_pooling and not isinstance(arguments.padding, str),
}


@dataclass(frozen=True)
class Reading:
    """A way to read the brief: what is None or False is done as the brief asks."""

    words: str  # what comes after 'your result equals the reference if'
    decided_by: str = ""  # which lines of a file decide it, a key of faulty_lines.STATEMENTS
    when: str = ""  # the calls that it is about, a key of APPLIES
    change: Callable[[Arguments], Arguments | None] | None = None  # returns None: does not apply
    zeros: Callable[[Arguments, int], Pair | None] | None = None
    count: Callable[[Arguments, int, Pair], int] | None = None
    start: Callable[[Arguments, int, int], int] | None = None
    fill: Callable[[Array, Any], Array] | None = None  # pads images by the widths of np.pad
    combine: Callable[[Windows, Arguments], Array | None] | None = None
    finish: Callable[[Array, Arguments], Array | None] | None = None
    is_reshaped: bool = False  # finish gets (m, oh, ow, nc), and returns another shape
    is_ragged: bool = False  # windows of a pooling may reach over the edge

    def __call__(self, case: Case) -> Array | None:
        """Return the result of this reading for a case; None if it does not apply."""
        return apply_reading(self, arguments_of(case))

    def __or__(self, other: Reading) -> Reading | None:
        """Return the reading that does both; None if both change the same step."""
        names = [entry.name for entry in fields(self)[2:]]
        own_steps, other_steps = (
            {name: getattr(reading, name) for name in names if getattr(reading, name)}
            for reading in (self, other)
        )
        if own_steps.get("when") == other_steps.get("when"):
            other_steps.pop("when", None)
        if own_steps.keys() & other_steps.keys():
            return None
        words = f"{self.words}, and {other.words}"
        return Reading(words, self.decided_by, **own_steps, **other_steps)


CORRECT = Reading("")  # everything is done as the brief asks


def window_starts(reading: Reading, arguments: Arguments) -> tuple[list[Pair], list[Starts]] | None:
    """Return the zeros and the windows' starts, each for both axes; None if there can be none."""
    zeros_of_axes, starts_of_axes = [], []
    for axis in (0, 1):
        zeros = (reading.zeros or correct_zeros)(arguments, axis)
        if zeros is None or min(zeros) < 0:
            return None
        starts = _starts(reading, arguments, axis, zeros)
        if starts is None or set(starts) == {None}:
            return None
        zeros_of_axes.append(zeros)
        starts_of_axes.append(starts)
    return zeros_of_axes, starts_of_axes


def _starts(reading: Reading, arguments: Arguments, axis: int, zeros: Pair) -> Starts | None:
    """Return the starts of an axis's windows; None if one is negative, or their number."""
    count = (reading.count or correct_count)(arguments, axis, zeros)
    starts = [(reading.start or correct_start)(arguments, axis, i) for i in range(count)]
    if count < 0 or min(starts, default=0) < 0:
        return None
    size = arguments.images.shape[1 + axis] + sum(zeros)
    last = size - 1 if reading.is_ragged else size - arguments.window[axis]
    return [start if start <= last else None for start in starts]


def _pad(reading: Reading, arguments: Arguments, zeros: list[Pair]) -> Array:
    """Return the padded images (m, rows, columns, c)."""
    widths = ((0, 0), *zeros, (0, 0))
    images = arguments.images
    return reading.fill(images, widths) if reading.fill else np.pad(images, widths)


def _cut_windows(padded: Array, window: Pair, starts: list[list[int]]) -> Windows:
    """Return the windows of a shape that begin at these starts of both axes."""
    positions = [
        np.add.outer(np.array(first, int), np.arange(k))
        for first, k in zip(starts, window, strict=True)
    ]
    sizes = padded.shape[1:3]
    rows, columns = (np.minimum(at, n - 1) for at, n in zip(positions, sizes, strict=True))
    inside = [at < n for at, n in zip(positions, sizes, strict=True)]
    values = padded[:, rows[:, None, :, None], columns[None, :, None, :]]
    return Windows(values, inside[0][:, None, :, None] & inside[1][None, :, None, :])


@np.errstate(all="ignore")
def apply_reading(
    reading: Reading, arguments: Arguments, shape: tuple[int, ...] | None = None
) -> Array | None:
    """Return the result of a reading for a call.

    None if it does not apply; also, to save time, if its output is not as large as `shape`.
    """
    if not APPLIES[reading.when](arguments):
        return None
    changed = reading.change(arguments) if reading.change else arguments
    zeros_and_starts = window_starts(reading, changed) if changed else None
    if not changed or not zeros_and_starts:
        return None
    zeros, starts = zeros_and_starts
    if shape and not reading.is_reshaped and shape[1:3] != (len(starts[0]), len(starts[1])):
        return None
    rows, columns = (
        np.array([i for i, start in enumerate(axis) if start is not None], int) for axis in starts
    )
    real_starts = [[start for start in axis if start is not None] for axis in starts]
    windows = _cut_windows(_pad(reading, changed, zeros), changed.window, real_starts)
    values = (reading.combine or correct_combine)(windows, changed)
    if values is None:
        return None
    output = np.zeros((len(values), len(starts[0]), len(starts[1]), values.shape[-1]))
    output[:, rows[:, None], columns] = values
    if not reading.is_reshaped:
        output = in_task_shape(output, arguments)
    return reading.finish(output, arguments) if reading.finish else output


def in_task_shape(output: Array, arguments: Arguments) -> Array:
    """Return an output (m, oh, ow, nc) in the shape of its task: (m, oh, ow) for tasks 0 to 4."""
    return output[..., 0] if arguments.task < 5 and output.shape[-1] == 1 else output
