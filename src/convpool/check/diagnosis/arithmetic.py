"""What a function of the brief would return if one thing in it were read otherwise, computed window by window.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride, oh x ow output. On one axis: n pixels, k taps, s steps. T = (n - 1) * s + k - n zeros keep n
outputs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.check.behaviour.case import Case
from convpool.check.tasks import REQUIRED, TASKS

Array = NDArray[Any]
Pair = tuple[int, int]
Starts = list[
    int | None
]  # of each output on an axis, in the padded image; None: that output stays 0


@dataclass(frozen=True)
class Given:
    """The arguments of a call in one form for all tasks, and how they are read."""

    task: int
    images: Array  # (m, h, w, c), float64
    kernels: Array  # (kh, kw, c, nc), float64; of a pooling (kh, kw, 0, 0)
    dtypes: tuple[np.dtype[Any], np.dtype[Any]]  # of the images and the kernels, as they came
    padding: str | Pair
    stride: Pair
    mode: str  # sum, max or avg
    sizes: Pair  # h and w, as the formulas read them
    window: Pair  # kh and kw, as the formulas read them
    before: tuple[bool, bool] = (
        True,
        True,
    )  # whether the odd zero of 'same' comes before, on each axis

    @property
    def pools(self) -> bool:
        """Whether there is no kernel."""
        return self.task == 6

    def total(self, axis: int) -> int:
        """Return T, the zeros that keep the size."""
        n, k, s = self.axis(axis)
        return (n - 1) * s + k - n

    def axis(self, axis: int) -> tuple[int, int, int]:
        """Return n, k and s."""
        return self.sizes[axis], self.window[axis], self.stride[axis]


def read(case: Case) -> Given:
    """Read the call of a case."""
    parameters = TASKS[case.task].parameters
    words = {name: value for name, value in parameters.items() if value is not REQUIRED}
    words |= dict(zip(parameters, case.call.arguments, strict=False)) | case.call.words
    images, kernels = (
        np.asarray(words["images"]),
        np.asarray(words.get("kernels", words.get("kernel", 0))),
    )
    if case.task == 6:
        kernels = np.zeros((*words["kernel_shape"], 0, 0))
    padding = words.get("padding", "same" if case.task == 1 else "valid")
    return Given(
        task=case.task,
        images=images.astype(float).reshape(*images.shape[:3], -1),
        kernels=(kernels if case.task >= 5 else kernels.reshape(*kernels.shape[:2], -1, 1)).astype(
            float
        ),
        dtypes=(images.dtype, kernels.dtype),
        padding=padding if isinstance(padding, str) else (int(padding[0]), int(padding[1])),
        stride=words.get("stride", (1, 1)),
        mode=words.get("mode", "sum"),
        sizes=images.shape[1:3],
        window=kernels.shape[:2],
    )


@np.errstate(all="ignore")
def odd_zeros(given: Given, reading: Reading | None = None) -> list[Given]:
    """Return the arguments with the odd zero of 'same' before or after, on each axis where there is one.

    All are right. Where a reading is given, it is its zeros that count: they may be odd where the
    right ones are even.
    """
    if reading and not WHEN[reading.when](given):
        return [given]
    read_so = reading.given(given) if reading and reading.given else given
    if read_so is None or read_so.padding != "same" or read_so.pools:
        return [given]
    zeros = (reading and reading.zeros) or right_zeros
    ways: dict[tuple[Pair | None, ...], Given] = {}
    for rows, columns in itertools.product((True, False), repeat=2):
        changed = replace(read_so, before=(rows, columns))
        ways.setdefault(
            (zeros(changed, 0), zeros(changed, 1)), replace(given, before=(rows, columns))
        )
    return list(ways.values())


# ---- where windows lie ----


def right_zeros(given: Given, axis: int) -> Pair:
    """Return the zeros before and after, as the brief asks."""
    if given.padding == "same":
        total = given.total(axis)
        less, more = total // 2, total - total // 2
        return (more, less) if given.before[axis] else (less, more)
    return (0, 0) if isinstance(given.padding, str) else (given.padding[axis],) * 2


def right_count(given: Given, axis: int, zeros: Pair) -> int:
    """Return how many windows fit."""
    n, k, s = given.axis(axis)
    return (n + sum(zeros) - k) // s + 1


def right_place(given: Given, axis: int, i: int) -> int:
    """Return where window i begins in the padded image."""
    return i * given.stride[axis]


# ---- what is done with a window ----


@dataclass(frozen=True)
class Windows:
    """The pixels of all windows, (m, oh, ow, kh, kw, c), and which of them are there: (oh, ow, kh, kw)."""

    values: Array
    there: NDArray[np.bool_]

    def pixels(self, instead: float) -> Array:
        """Return the pixels, with something else where there is none."""
        return np.where(self.there[None, ..., None], self.values, instead)


def right_combine(windows: Windows, given: Given) -> Array | None:
    """Return what becomes of each window, (m, oh, ow, nc) or (m, oh, ow, c): None where NumPy would refuse."""
    if given.pools:
        return POOLINGS[given.mode](windows)
    if windows.values.shape[3:] != given.kernels.shape[:3] or not windows.there.all():
        return None
    return np.tensordot(windows.values, given.kernels, 3)


# from windows to (m, oh, ow, c)
POOLINGS: dict[str, Callable[[Windows], Array]] = {
    "max": lambda windows: windows.pixels(-np.inf).max((3, 4)),
    "avg": lambda windows: (
        windows.pixels(0).sum((3, 4)) / windows.there.sum((2, 3))[None, ..., None]
    ),
    "min": lambda windows: windows.pixels(np.inf).min((3, 4)),
    "sum": lambda windows: windows.pixels(0).sum((3, 4)),
}


# which calls a reading is about
WHEN: dict[str, Callable[[Given], bool]] = {
    "": lambda given: True,
    "convolution": lambda given: not given.pools,
    "channels": lambda given: given.task in (4, 5),
    "kernels": lambda given: given.task == 5,
    "pooling": lambda given: given.pools,
    "same": lambda given: not given.pools and given.padding == "same",
    "pair": lambda given: not given.pools and not isinstance(given.padding, str),
}


@dataclass(frozen=True)
class Reading:
    """One thing, or a few, read otherwise; what is None is done as the brief asks."""

    words: str  # what comes after 'your result equals the reference if'
    decided: str = ""  # what to look for in a file, a key of places.PLACES
    when: str = ""  # the calls that it is about, a key of WHEN
    given: Callable[[Given], Given | None] | None = None  # None returned: does not apply
    zeros: Callable[[Given, int], Pair | None] | None = None
    count: Callable[[Given, int, Pair], int] | None = None
    place: Callable[[Given, int, int], int] | None = None
    fill: Callable[[Array, Any], Array] | None = None  # pads images by the widths that np.pad takes
    combine: Callable[[Windows, Given], Array | None] | None = None
    finish: Callable[[Array, Given], Array | None] | None = None
    reshapes: bool = False  # whether finish returns another shape than the brief's
    ragged: bool = False  # whether windows of a pooling may reach over the edge

    def __call__(self, case: Case) -> Array | None:
        """Return what this gives for a case; None where it does not apply."""
        return result(self, read(case))

    def __or__(self, other: Reading) -> Reading | None:
        """Return both together; None if both change the same."""
        names = [one.name for one in fields(self)[2:]]
        mine, others = (
            {name: getattr(one, name) for name in names if getattr(one, name)}
            for one in (self, other)
        )
        if mine.get("when") == others.get("when"):
            others.pop("when", None)
        if mine.keys() & others.keys():
            return None
        return Reading(f"{self.words}, and {other.words}", self.decided, **mine, **others)


def _padded(reading: Reading, given: Given, sides: list[Pair]) -> Array:
    widths = ((0, 0), *sides, (0, 0))
    return reading.fill(given.images, widths) if reading.fill else np.pad(given.images, widths)


def _starts(reading: Reading, given: Given, axis: int, zeros: Pair, size: int) -> Starts | None:
    count = (reading.count or right_count)(given, axis, zeros)
    places = [(reading.place or right_place)(given, axis, i) for i in range(count)]
    if count < 0 or min(places, default=0) < 0:
        return None
    last = size - 1 if reading.ragged else size - given.window[axis]
    return [place if place <= last else None for place in places]


def _cut(padded: Array, given: Given, starts: list[list[int]]) -> Windows:
    places = [
        np.add.outer(np.array(first, int), np.arange(k))
        for first, k in zip(starts, given.window, strict=True)
    ]
    rows, columns = (np.minimum(at, n - 1) for at, n in zip(places, padded.shape[1:3], strict=True))
    there = [at < n for at, n in zip(places, padded.shape[1:3], strict=True)]
    values = padded[:, rows[:, None, :, None], columns[None, :, None, :]]
    return Windows(values, there[0][:, None, :, None] & there[1][None, :, None, :])


def lay(reading: Reading, given: Given) -> tuple[list[Pair], list[Starts]] | None:
    """Return the zeros and the windows' places on both axes; None where that cannot be."""
    sides, starts = [], []
    for axis in (0, 1):
        zeros = (reading.zeros or right_zeros)(given, axis)
        if zeros is None or min(zeros) < 0:
            return None
        places = _starts(reading, given, axis, zeros, given.images.shape[1 + axis] + sum(zeros))
        if places is None or set(places) == {None}:
            return None
        sides.append(zeros)
        starts.append(places)
    return sides, starts


@np.errstate(all="ignore")
def result(reading: Reading, given: Given, shape: tuple[int, ...] | None = None) -> Array | None:
    """Return what a reading gives: None where it does not apply, or gives another shape than the one asked for."""
    if not WHEN[reading.when](given):
        return None
    changed = reading.given(given) if reading.given else given
    laid = lay(reading, changed) if changed else None
    if not changed or not laid:
        return None
    sides, starts = laid
    if shape and not reading.reshapes and shape[1:3] != (len(starts[0]), len(starts[1])):
        return None
    rows, columns = (
        np.array([i for i, at in enumerate(axis) if at is not None], int) for axis in starts
    )
    filled = [[at for at in axis if at is not None] for axis in starts]
    windows = _cut(_padded(reading, changed, sides), changed, filled)
    values = (reading.combine or right_combine)(windows, changed)
    if values is None:
        return None
    output = np.zeros((len(values), len(starts[0]), len(starts[1]), values.shape[-1]))
    output[:, rows[:, None], columns] = values
    if reading.reshapes or not reading.finish:
        return reading.finish(output, given) if reading.finish else as_asked(output, given)
    return reading.finish(as_asked(output, given), given)


def as_asked(output: Array, given: Given) -> Array:
    """Return an output (m, oh, ow, nc) in the shape of its task, without the last axis where the brief has none."""
    return output[..., 0] if given.task < 5 and output.shape[-1] == 1 else output
