"""One case: a call of a task's function, and the right results.

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
from numpy.lib.stride_tricks import sliding_window_view

from convpool.check.behaviour.random_arrays import Array, Sample
from convpool.check.sandbox.calls import Call
from convpool.check.tasks import TASKS

Pair = tuple[int, int]
Padding = str | Pair
Keywords = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One call of a task's function, and the right results."""

    task: int
    item: str  # the requirement that it judges: valid, padding, same, same-strided, max, avg
    sample: Sample  # describes the images
    weights: Sample | Pair  # describes the kernel or kernels; in task 6 the window (kh, kw)
    positional: tuple[Any, ...] = ()  # arguments after the kernel
    keywords: Keywords = field(default_factory=dict, hash=False)  # arguments by keyword
    judged: bool = True  # False: a difference is a remark, as the brief does not ask for it
    why: str = ""  # what a case that is not judged tries, such as "NaN in an image"

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
        """The call with its arrays; they are read-only, so pass copies of them."""
        return Call((self.images, self.kernel, *self.positional), dict(self.keywords))

    @property
    def arguments(self) -> Keywords:
        """The value of every parameter after the kernel by its name, defaults included."""
        # the first two parameters are the images and the kernel
        defaults = dict(list(TASKS[self.task].parameters.items())[2:])
        return {**defaults, **self._passed_arguments()}

    @property
    def defaults(self) -> frozenset[str]:
        """The names of the parameters that the call leaves to their defaults."""
        return frozenset(self.arguments) - set(self._passed_arguments())

    @property
    def padding(self) -> Padding:
        """'valid', 'same' or (ph, pw), also in tasks 0, 1 and 6, which have no such parameter."""
        padding: Padding = self.arguments.get("padding", "same" if self.task == 1 else "valid")
        return padding

    @property
    def stride(self) -> Pair:
        """The stride (sh, sw); (1, 1) in tasks without such a parameter."""
        stride: Pair = self.arguments.get("stride", (1, 1))
        return stride

    @property
    def mode(self) -> str:
        """'max' or 'avg' in task 6, else ''."""
        mode: str = self.arguments.get("mode", "")
        return mode

    @property
    def window(self) -> Pair:
        """The height and width (kh, kw) of the kernel, or of the pooling window."""
        kh, kw = (self.weights.shape if isinstance(self.weights, Sample) else self.weights)[:2]
        return kh, kw

    @property
    def size(self) -> Pair:
        """The images' height and width (h, w)."""
        h, w = self.sample.shape[1:3]
        return h, w

    @property
    def simplicity(self) -> tuple[bool, bool, int, int]:
        """A sort key, lowest for the case that is easiest to look at.

        (Has other than counting numbers, has a window of one number, size of a window, size of the
        images).
        """
        kernel = self.weights.shape if isinstance(self.weights, Sample) else self.weights
        is_odd = self.sample.numbers != "counting"
        return is_odd, prod(kernel) == 1, prod(kernel), prod(self.sample.shape)

    @property
    def is_large(self) -> bool:
        """Whether the arrays are too large for trying every wrong reading of the brief on them."""
        return max(prod(self.sample.shape), prod(self.window)) > 10_000

    @cached_property
    def expected(self) -> tuple[Array, ...]:
        """The right results, float64: one for each way in which the odd zeros may lie."""
        with np.errstate(all="ignore"):
            return tuple(_read_only(_right_result(self, zeros)) for zeros in _right_zeros(self))

    @property
    def name(self) -> str:
        """The arguments in words: images (2, 5, 4) of int64, kernel (2, 2) of int64."""
        kernel = f"kernel_shape {self.weights}"
        if isinstance(self.weights, Sample):
            kernel = f"kernel {_describe(self.weights)}"
        rest = "".join(f", {name} {value}" for name, value in self._passed_arguments().items())
        return f"images {_describe(self.sample)}, {kernel}{rest}"

    @property
    def call_source(self) -> str:
        """The call as Python: convolve_grayscale(images, kernel, padding='same')."""
        task = TASKS[self.task]
        # the second parameter is the kernel; the window's shape of a pooling is written out
        kernel_name = list(task.parameters)[1]
        arguments = [
            "images",
            kernel_name if isinstance(self.weights, Sample) else repr(self.weights),
            *map(repr, self.positional),
            *(f"{name}={value!r}" for name, value in self.keywords.items()),
        ]
        return f"{task.function}({', '.join(arguments)})"

    @property
    def source(self) -> str:
        """Lines of Python that make the arrays and call the function."""
        lines = [f"images = {self.sample.source}"]
        if isinstance(self.weights, Sample):
            kernel_name = list(TASKS[self.task].parameters)[1]
            lines.append(f"{kernel_name} = {self.weights.source}")
        return "\n".join([*lines, self.call_source])

    def _passed_arguments(self) -> Keywords:
        """Return the arguments after the kernel that the call passes, by position too, by name."""
        names = list(TASKS[self.task].parameters)[2:]
        return {**dict(zip(names, self.positional, strict=False)), **self.keywords}


def _describe(sample: Sample) -> str:
    """Return a sample's shape and dtype in words: (2, 5, 4) of int64."""
    return f"{sample.shape} of {sample.array.dtype}"


def _read_only(array: Array) -> Array:
    """Make an array read-only in place, as all users of a case share it, and return it."""
    array.setflags(write=False)
    return array


# ---- the right results ----


def _right_zeros(case: Case) -> list[tuple[Pair, Pair]]:
    """Return each right choice of zeros around the images, as ((top, bottom), (left, right)).

    There are several if 'same' needs an odd number of zeros on an axis. The first choice has the
    odd zero at the top and left.
    """
    if case.padding == "valid":
        return [((0, 0), (0, 0))]
    if not isinstance(case.padding, str):
        ph, pw = case.padding
        return [((ph, ph), (pw, pw))]
    choices_by_axis = []
    for n, k, s in zip(case.size, case.window, case.stride, strict=True):
        total = (n - 1) * s + k - n
        half = total // 2
        # the brief does not say where an odd zero lies
        choices = {(total - half, half), (half, total - half)}
        choices_by_axis.append(sorted(choices, reverse=True))
    return [(rows, columns) for rows, columns in itertools.product(*choices_by_axis)]


def _right_result(case: Case, zeros: tuple[Pair, Pair]) -> Array:
    """Return the right result for a case, in the shape of its task.

    zeros: ((top, bottom), (left, right)), around the images.
    """
    images, kernel = case.images.astype(float), case.kernel
    padded = np.pad(images.reshape(*images.shape[:3], -1), ((0, 0), *zeros, (0, 0)))
    every_window = sliding_window_view(padded, case.window, axis=(1, 2))
    sh, sw = case.stride
    windows = every_window[:, ::sh, ::sw]  # (m, oh, ow, c, kh, kw)
    if not isinstance(kernel, np.ndarray):
        pooled: Array = windows.max((4, 5)) if case.mode == "max" else windows.mean((4, 5))
        return pooled
    kernels = kernel.astype(float).reshape(*case.window, padded.shape[3], -1)
    sums: Array = np.tensordot(windows, kernels, ((3, 4, 5), (2, 0, 1)))
    return sums if case.task == 5 else sums[..., 0]
