"""Compute a task's result window by window, as the brief asks or by a wrong reading of it.

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

# where each window of an axis starts in the padded image; None: the window would leave the image,
# and its output stays 0
Starts = list[int | None]


@dataclass(frozen=True)
class Arguments:
    """The arguments of a call, in one form for all tasks."""

    task: int
    images: Array  # (m, h, w, c), float64
    kernels: Array  # (kh, kw, c, nc), float64; of a pooling (kh, kw, 0, 0)
    dtypes: tuple[np.dtype[Any], np.dtype[Any]]  # of the images and the kernels, as passed
    padding: str | Pair  # 'valid', 'same' or (ph, pw)
    stride: Pair  # (sh, sw)
    mode: str  # max or avg for a pooling; sum for a convolution
    sizes: Pair  # (h, w) in formulas; a wrong reading may swap them, unlike the images' shape
    window: Pair  # (kh, kw) in formulas; a wrong reading may change them
    # of the rows' and the columns' axis: whether an odd zero of 'same' lies before the image
    odd_before: tuple[bool, bool] = (True, True)

    @property
    def is_pooling(self) -> bool:
        """Whether the task is pooling, which has no kernel."""
        return self.task == 6

    def swapped(self, field: str) -> Arguments:
        """Return these arguments with "stride", "sizes" or "window" swapped between the axes."""
        return replace(self, **{field: getattr(self, field)[::-1]})

    def total_zeros(self, axis: int) -> int:
        """Return T, the number of zeros on an axis that keep n outputs."""
        n, k, s = self.on_axis(axis)
        return (n - 1) * s + k - n

    def on_axis(self, axis: int) -> tuple[int, int, int]:
        """Return (n, k, s) of an axis."""
        return self.sizes[axis], self.window[axis], self.stride[axis]


def arguments_of(case: Case) -> Arguments:
    """Return the arguments of a case's call, in the form of task 5."""
    parameters = TASKS[case.task].parameters
    # defaults, then arguments by position, then by keyword
    values = {name: value for name, value in parameters.items() if value is not REQUIRED}
    values |= dict(zip(parameters, case.call.arguments, strict=False)) | case.call.keywords
    images = np.asarray(values["images"])
    kernels = np.asarray(values.get("kernels", values.get("kernel", 0)))
    if case.task == 6:
        kernels = np.zeros((*values["kernel_shape"], 0, 0))  # empty, but with the window's shape
    # (kh, kw) becomes (kh, kw, 1, 1), and (kh, kw, c) becomes (kh, kw, c, 1)
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
    """Return copies of the arguments, one for each way in which the odd zeros of 'same' may lie.

    An axis with an odd number of zeros has one more on one side of the image, before or after, and
    both are right: up to four copies for two axes, one if no axis has an odd number. With a
    reading, its own zeros count, which may be odd where the right ones are even.
    """
    if reading and not APPLIES[reading.when](arguments):
        return [arguments]
    changed = reading.change(arguments) if reading and reading.change else arguments
    if changed is None or changed.padding != "same" or changed.is_pooling:
        return [arguments]
    zeros = (reading and reading.zeros) or correct_zeros
    # zeros (before, after) of both axes -> the first variant that has them
    variants: dict[tuple[Pair | None, ...], Arguments] = {}
    for of_rows, of_columns in itertools.product((True, False), repeat=2):
        variant = replace(changed, odd_before=(of_rows, of_columns))
        key = (zeros(variant, 0), zeros(variant, 1))
        variants.setdefault(key, replace(arguments, odd_before=(of_rows, of_columns)))
    return list(variants.values())


# ---- where windows start ----


def correct_zeros(arguments: Arguments, axis: int) -> Pair:
    """Return the zeros (before, after) the image on an axis, as the brief asks."""
    if arguments.padding == "same":
        total = arguments.total_zeros(axis)
        smaller_half = total // 2
        larger_half = total - smaller_half
        if arguments.odd_before[axis]:
            return larger_half, smaller_half
        return smaller_half, larger_half
    if isinstance(arguments.padding, str):  # 'valid'
        return 0, 0
    return arguments.padding[axis], arguments.padding[axis]


def correct_count(arguments: Arguments, axis: int, zeros: Pair) -> int:
    """Return the number of windows on an axis with zeros (before, after), as the brief asks."""
    n, k, s = arguments.on_axis(axis)
    return (n + sum(zeros) - k) // s + 1


def correct_start(arguments: Arguments, axis: int, i: int) -> int:
    """Return where window i of an axis starts in the padded image, as the brief asks."""
    return i * arguments.stride[axis]


# ---- what is computed from a window ----


@dataclass(frozen=True)
class Windows:
    """The pixels of all windows."""

    values: Array  # (m, oh, ow, kh, kw, c)
    # (oh, ow, kh, kw): which pixels lie inside the padded image; values outside mean nothing
    inside: NDArray[np.bool_]

    def pixels(self, fill: float) -> Array:
        """Return the values, with `fill` in the place of pixels outside the padded image."""
        return np.where(self.inside[None, ..., None], self.values, fill)


def correct_combine(windows: Windows, arguments: Arguments) -> Array | None:
    """Return what the brief asks for: (m, oh, ow, nc), or of a pooling (m, oh, ow, c).

    None for a convolution whose windows do not match the kernel's shape, so that NumPy would refuse
    to multiply them.
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

# kind of calls ("": all of them) -> whether a call is of that kind
APPLIES: dict[str, Callable[[Arguments], bool]] = {
    "": lambda arguments: True,
    "convolution": lambda arguments: not arguments.is_pooling,
    "pooling": lambda arguments: arguments.is_pooling,
    "same": lambda arguments: not arguments.is_pooling and arguments.padding == "same",
    "pair": lambda arguments: not arguments.is_pooling and not isinstance(arguments.padding, str),
}


@dataclass(frozen=True)
class Reading:
    """A wrong way to read the brief.

    The functions replace the steps of `apply_reading`, in this order; a step that is None is done
    as the brief asks.
    """

    words: str  # what comes after 'your result is what comes out if'
    # what in a file decides it, a key of deciding_lines.STATEMENTS; "": no certain lines
    decided_by: str = ""
    when: str = ""  # the kind of calls that it is about, a key of APPLIES
    # returns the arguments as they are misread; None: the reading does not apply to them
    change: Callable[[Arguments], Arguments | None] | None = None
    # of an axis, as correct_zeros; returns None: the reading does not apply
    zeros: Callable[[Arguments, int], Pair | None] | None = None
    count: Callable[[Arguments, int, Pair], int] | None = None  # as correct_count
    start: Callable[[Arguments, int, int], int] | None = None  # as correct_start
    fill: Callable[[Array, Any], Array] | None = None  # pads images by the widths of np.pad
    combine: Callable[[Windows, Arguments], Array | None] | None = None  # as correct_combine
    # turns the output in its task's shape into the result; None: the reading does not apply
    finish: Callable[[Array, Arguments], Array | None] | None = None
    is_reshaped: bool = False  # finish gets (m, oh, ow, nc) instead, and returns another shape
    is_ragged: bool = False  # windows of a pooling may reach over the edge of the padded image

    def __call__(self, case: Case) -> Array | None:
        """Return the result of this reading for a case; None if it does not apply."""
        return apply_reading(self, arguments_of(case))

    def __or__(self, other: Reading) -> Reading | None:
        """Return the reading that does both; None if both set the same field.

        Only `when` may be equal in both.
        """
        names = [entry.name for entry in fields(self)[2:]]  # without words and decided_by
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


CORRECT = Reading("")  # every step as the brief asks


def window_starts(reading: Reading, arguments: Arguments) -> tuple[list[Pair], list[Starts]] | None:
    """Return (zeros, starts) of a reading for a call, each a list with an entry for each axis.

    None if the reading does not apply, has negative zeros, or no window inside the padded image.
    """
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
    """Return the starts of an axis's windows; None if a start or the count is negative."""
    count = (reading.count or correct_count)(arguments, axis, zeros)
    starts = [(reading.start or correct_start)(arguments, axis, i) for i in range(count)]
    if count < 0 or min(starts, default=0) < 0:
        return None
    padded_size = arguments.images.shape[1 + axis] + sum(zeros)
    # how many rows (or columns) of a window must lie inside the padded image
    least_inside = 1 if reading.is_ragged else arguments.window[axis]
    return [start if start + least_inside <= padded_size else None for start in starts]


def _pad(reading: Reading, arguments: Arguments, zeros: list[Pair]) -> Array:
    """Return the padded images (m, rows, columns, c); zeros: (before, after) of both axes."""
    widths = ((0, 0), *zeros, (0, 0))
    images = arguments.images
    return reading.fill(images, widths) if reading.fill else np.pad(images, widths)


def _cut_windows(padded: Array, window: Pair, starts: list[list[int]]) -> Windows:
    """Return the windows of shape (kh, kw) that begin at starts[0] x starts[1].

    An axis of 5 with the starts [0, 2, 4] and k = 2 has the positions [[0, 1], [2, 3], [4, 5]], of
    which 5 lies behind the edge.
    """
    # of each axis, the positions (windows, k) of the windows' pixels in the padded image
    positions = [
        np.add.outer(np.array(axis_starts, int), np.arange(k))
        for axis_starts, k in zip(starts, window, strict=True)
    ]
    sizes = padded.shape[1:3]
    # positions behind the edge are replaced by the last one, and marked by `inside`
    rows, columns = (np.minimum(at, n - 1) for at, n in zip(positions, sizes, strict=True))
    inside = [at < n for at, n in zip(positions, sizes, strict=True)]
    # the axes of each index are (oh, ow, kh, kw)
    values = padded[:, rows[:, None, :, None], columns[None, :, None, :]]
    return Windows(values, inside[0][:, None, :, None] & inside[1][None, :, None, :])


@np.errstate(all="ignore")
def apply_reading(
    reading: Reading, arguments: Arguments, shape: tuple[int, ...] | None = None
) -> Array | None:
    """Return the result of a reading for a call; None if the reading does not apply.

    shape: the shape of a result that is compared with it. To save time, None is also returned if
    the output has other numbers of rows and columns, unless the reading reshapes it.
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
    # the rows and columns of the output that have a window; others stay as they are made below
    rows, columns = (
        np.array([i for i, start in enumerate(axis) if start is not None], int) for axis in starts
    )
    real_starts = [[start for start in axis if start is not None] for axis in starts]
    windows = _cut_windows(_pad(reading, changed, zeros), changed.window, real_starts)
    values = (reading.combine or correct_combine)(windows, changed)
    if values is None:
        return None
    # what an output without a window holds; NumPy's mean of no pixels is NaN
    unfilled = np.nan if reading.is_ragged and changed.mode == "avg" else 0.0
    output = np.full((len(values), len(starts[0]), len(starts[1]), values.shape[-1]), unfilled)
    output[:, rows[:, None], columns] = values
    if not reading.is_reshaped:
        output = in_task_shape(output, arguments)
    return reading.finish(output, arguments) if reading.finish else output


def in_task_shape(output: Array, arguments: Arguments) -> Array:
    """Return an output (m, oh, ow, nc) in the shape of its task.

    Tasks 0 to 4 have (m, oh, ow); an output of several kernels keeps its last axis even there.
    """
    return output[..., 0] if arguments.task < 5 and output.shape[-1] == 1 else output
