"""One case: a call of a task's function, and what is right there by the slow reference.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride. A case is a few words; its arrays are made when they are first asked for.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from convpool import reference
from convpool.check.behaviour.samples import Array, Sample
from convpool.check.sandbox.child import Call
from convpool.check.tasks import TASKS

Pair = tuple[int, int]
Padding = str | Pair
Words = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One call of a task's function, and what is right there."""

    task: int
    # the part of the behaviour that it belongs to: valid, padding, same, same-strided, max, avg
    item: str
    sample: Sample  # of the images
    weights: Sample | Pair  # the kernel's sample; in task 6 the window (kh, kw)
    given: tuple[Any, ...] = ()  # what follows the kernel by position
    words: Words = field(default_factory=dict, hash=False)  # what follows by keyword
    judged: bool = True  # else a difference is a remark: the brief does not ask for it
    why: str = ""  # of a case that is not judged: what it tries

    @cached_property
    def images(self) -> Array:
        """The images (m, h, w) or (m, h, w, c); make a copy before writing."""
        return _locked(self.sample.array)

    @cached_property
    def kernel(self) -> Array | Pair:
        """The kernel or kernels, or in task 6 the window's shape."""
        return _locked(self.weights.array) if isinstance(self.weights, Sample) else self.weights

    @property
    def call(self) -> Call:
        """What the function is called with."""
        return Call((self.images, self.kernel, *self.given), dict(self.words))

    @property
    def arguments(self) -> Words:
        """Every argument after the kernel by its name, defaults included."""
        parameters = dict(list(TASKS[self.task].parameters.items())[2:])
        return {**parameters, **dict(zip(parameters, self.given, strict=False)), **self.words}

    @property
    def defaults(self) -> frozenset[str]:
        """The names of the arguments that the call leaves out."""
        return frozenset(self.arguments) - set(self._spoken())

    @property
    def padding(self) -> Padding:
        """'valid', 'same' or (ph, pw); also where the task has no such argument."""
        padding: Padding = self.arguments.get("padding", "same" if self.task == 1 else "valid")
        return padding

    @property
    def stride(self) -> Pair:
        """The steps (sh, sw)."""
        stride: Pair = self.arguments.get("stride", (1, 1))
        return stride

    @property
    def mode(self) -> str:
        """'max' or 'avg' in task 6, else empty."""
        mode: str = self.arguments.get("mode", "")
        return mode

    @property
    def window(self) -> Pair:
        """The kernel's height and width (kh, kw)."""
        kh, kw = (self.weights.shape if isinstance(self.weights, Sample) else self.weights)[:2]
        return kh, kw

    @property
    def size(self) -> Pair:
        """The images' height and width (h, w)."""
        h, w = self.sample.shape[1:3]
        return h, w

    @property
    def is_large(self) -> bool:
        """Whether there are so many numbers that hypotheses would take long."""
        return max(prod(self.sample.shape), prod(self.window)) > 10_000

    @cached_property
    def expected(self) -> tuple[Array, ...]:
        """The right results, float64: one, or one for each place where an odd zero of 'same' may lie."""
        with np.errstate(all="ignore"):
            return tuple(_locked(_right(self, sides)) for sides in _sides(self))

    @property
    def name(self) -> str:
        """What comes in, in words: images (2, 5, 4) of int64, kernel (2, 2) of int64, padding (1, 0)."""
        kernel = self.weights
        what = (
            f"kernel {_described(kernel)}"
            if isinstance(kernel, Sample)
            else f"kernel_shape {kernel}"
        )
        given = "".join(f", {word} {value}" for word, value in self._spoken().items())
        return f"images {_described(self.sample)}, {what}{given}"

    @property
    def line(self) -> str:
        """The call as Python: convolve_grayscale(images, kernel, padding='same')."""
        kernel = (
            list(TASKS[self.task].parameters)[1]
            if isinstance(self.weights, Sample)
            else repr(self.weights)
        )
        words = [
            *map(repr, self.given),
            *(f"{word}={value!r}" for word, value in self.words.items()),
        ]
        return f"{TASKS[self.task].function}({', '.join(['images', kernel, *words])})"

    @property
    def source(self) -> str:
        """Lines of Python that make the arrays and call the function."""
        lines = [f"images = {self.sample.source}"]
        if isinstance(self.weights, Sample):
            lines.append(f"{list(TASKS[self.task].parameters)[1]} = {self.weights.source}")
        return "\n".join([*lines, self.line])

    def _spoken(self) -> Words:
        """Return the arguments that are given, by name."""
        names = list(TASKS[self.task].parameters)[2:]
        return {**dict(zip(names, self.given, strict=False)), **self.words}


def _described(sample: Sample) -> str:
    return f"{sample.shape} of {sample.array.dtype}"


def _locked(array: Array) -> Array:
    """Return the array, which all who use the case share, closed to writing."""
    array.setflags(write=False)
    return array


# ---- what is right ----


def _sides(case: Case) -> list[tuple[Pair, Pair]]:
    """Return the zeros (before, after) of each axis, in each way that is right."""
    if case.padding == "valid":
        return [((0, 0), (0, 0))]
    if not isinstance(case.padding, str):
        ph, pw = case.padding
        return [((ph, ph), (pw, pw))]
    ways = []
    for n, k, s in zip(case.size, case.window, case.stride, strict=True):
        total = (n - 1) * s + k - n
        half = total // 2
        # the brief does not say where an odd zero lies
        ways.append(sorted({(total - half, half), (half, total - half)}, reverse=True))
    return [(rows, columns) for rows, columns in itertools.product(*ways)]


def _right(case: Case, sides: tuple[Pair, Pair]) -> Array:
    images, kernel = case.images, case.kernel
    if case.task == 6:
        return reference.pool(images.astype(float), case.window, case.stride, case.mode)
    assert isinstance(kernel, np.ndarray)
    if images.ndim == 3:
        images, kernel = images[..., None], kernel[..., None]
    if case.task != 5:
        kernel = kernel[..., None]
    (m, h, w), (top, bottom), (left, right) = images.shape[:3], *sides
    if case.is_large and (top + h + bottom, left + w + right) == case.window:
        # one window: what lies on zeros adds nothing, and its pixels may stand as channels
        kernel = kernel[top : top + h, left : left + w].reshape(1, 1, -1, kernel.shape[-1])
        images, sides = images.reshape(m, 1, 1, -1), ((0, 0), (0, 0))
    sums = reference.convolve(images, kernel, sides, case.stride, dtype=np.float64)
    return sums if case.task == 5 else sums[..., 0]
