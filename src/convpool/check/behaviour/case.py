"""One case: a call of a task's function, and the right results by the slow reference.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride; on one axis n pixels, k taps, s steps. The arrays are made when they are first used.
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
from convpool.check.sandbox.calls import Call
from convpool.check.tasks import TASKS

Pair = tuple[int, int]
Padding = str | Pair
Keywords = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One call of a task's function, and the right results."""

    task: int
    item: str  # the requirement: valid, padding, same, same-strided, max, avg
    sample: Sample  # of the images
    weights: Sample | Pair  # the kernel's sample; in task 6 the window (kh, kw)
    positional: tuple[Any, ...] = ()  # arguments after the kernel
    keywords: Keywords = field(default_factory=dict, hash=False)  # arguments by keyword
    judged: bool = True  # False: a difference is a remark, as the brief does not ask for it
    why: str = ""  # of a case that is not judged: what it tries

    @cached_property
    def images(self) -> Array:
        """The images (m, h, w) or (m, h, w, c), read-only."""
        return _read_only(self.sample.array)

    @cached_property
    def kernel(self) -> Array | Pair:
        """The kernel (kh, kw) or (kh, kw, c), or kernels (kh, kw, c, nc), read-only.

        In task 6 the window's shape (kh, kw).
        """
        return _read_only(self.weights.array) if isinstance(self.weights, Sample) else self.weights

    @property
    def call(self) -> Call:
        """The arguments of the call."""
        return Call((self.images, self.kernel, *self.positional), dict(self.keywords))

    @property
    def arguments(self) -> Keywords:
        """Every argument after the kernel by its name, defaults included."""
        return {**dict(list(TASKS[self.task].parameters.items())[2:]), **self._explicit()}

    @property
    def defaults(self) -> frozenset[str]:
        """The names of the arguments that the call leaves out."""
        return frozenset(self.arguments) - set(self._explicit())

    @property
    def padding(self) -> Padding:
        """'valid', 'same' or (ph, pw), also in tasks without such an argument."""
        padding: Padding = self.arguments.get("padding", "same" if self.task == 1 else "valid")
        return padding

    @property
    def stride(self) -> Pair:
        """The stride (sh, sw)."""
        stride: Pair = self.arguments.get("stride", (1, 1))
        return stride

    @property
    def mode(self) -> str:
        """'max' or 'avg' in task 6, else ''."""
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
        """Whether there are too many numbers to try every reading."""
        return max(prod(self.sample.shape), prod(self.window)) > 10_000

    @cached_property
    def expected(self) -> tuple[Array, ...]:
        """The right results, float64: one, or one for each side where an odd zero may lie."""
        with np.errstate(all="ignore"):
            return tuple(_read_only(_right_result(self, zeros)) for zeros in _right_zeros(self))

    @property
    def name(self) -> str:
        """The arguments in words: images (2, 5, 4) of int64, kernel (2, 2) of int64."""
        kernel = f"kernel_shape {self.weights}"
        if isinstance(self.weights, Sample):
            kernel = f"kernel {_describe(self.weights)}"
        others = "".join(f", {name} {value}" for name, value in self._explicit().items())
        return f"images {_describe(self.sample)}, {kernel}{others}"

    @property
    def call_source(self) -> str:
        """The call as Python: convolve_grayscale(images, kernel, padding='same')."""
        task = TASKS[self.task]
        is_array = isinstance(self.weights, Sample)
        arguments = [
            "images",
            list(task.parameters)[1] if is_array else repr(self.weights),
            *map(repr, self.positional),
            *(f"{name}={value!r}" for name, value in self.keywords.items()),
        ]
        return f"{task.function}({', '.join(arguments)})"

    @property
    def source(self) -> str:
        """Lines of Python that make the arrays and call the function."""
        lines = [f"images = {self.sample.source}"]
        if isinstance(self.weights, Sample):
            lines.append(f"{list(TASKS[self.task].parameters)[1]} = {self.weights.source}")
        return "\n".join([*lines, self.call_source])

    def _explicit(self) -> Keywords:
        """Return the arguments after the kernel that the call passes, by name."""
        names = list(TASKS[self.task].parameters)[2:]
        return {**dict(zip(names, self.positional, strict=False)), **self.keywords}


def _describe(sample: Sample) -> str:
    """Return a sample's shape and dtype in words."""
    return f"{sample.shape} of {sample.array.dtype}"


def _read_only(array: Array) -> Array:
    """Make an array read-only, as all users of a case share it; return it."""
    array.setflags(write=False)
    return array


# ---- the right results ----


def _right_zeros(case: Case) -> list[tuple[Pair, Pair]]:
    """Return the zeros ((top, bottom), (left, right)), in each way that is right."""
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


def _right_result(case: Case, zeros: tuple[Pair, Pair]) -> Array:
    """Return the reference's result with zeros ((top, bottom), (left, right)) around the images."""
    images, kernel = case.images, case.kernel
    if case.task == 6:
        return reference.pool(images.astype(float), case.window, case.stride, case.mode)
    assert isinstance(kernel, np.ndarray)
    if images.ndim == 3:
        images, kernel = images[..., None], kernel[..., None]
    if case.task != 5:
        kernel = kernel[..., None]
    (m, h, w), (top, bottom), (left, right) = images.shape[:3], *zeros
    if case.is_large and (top + h + bottom, left + w + right) == case.window:
        # for speed: of a single window, zeros add nothing, and pixels may stand as channels
        kernel = kernel[top : top + h, left : left + w].reshape(1, 1, -1, kernel.shape[-1])
        images, zeros = images.reshape(m, 1, 1, -1), ((0, 0), (0, 0))
    sums = reference.convolve(images, kernel, zeros, case.stride, dtype=np.float64)
    return sums if case.task == 5 else sums[..., 0]
