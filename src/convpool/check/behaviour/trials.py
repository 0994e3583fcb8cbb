"""What came of the cases: whether each is right, what is wrong with it, and what the wrong ones have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from convpool.check.behaviour.agreement import alike
from convpool.check.behaviour.case import Case
from convpool.check.behaviour.samples import Array
from convpool.check.sandbox.child import Answer

FEWEST = 3  # right cases without a trait, for it to set the wrong ones apart


@dataclass(frozen=True)
class Trial:
    """A case, and what the function answered."""

    case: Case
    answer: Answer

    @property
    def ran(self) -> bool:
        """Whether the call was made."""
        return self.answer.outcome != "not run" and self.answer.loaded

    @property
    def was_late(self) -> bool:
        """Whether no answer came in time."""
        return self.answer.outcome in ("not run", "timed out")

    @property
    def array(self) -> Array | None:
        """The array of numbers that came back, if one did."""
        value = self.answer.value
        return value if value is not None and value.dtype.kind in "fiu" else None

    @cached_property
    def problem(self) -> str:
        """What is wrong, in words; empty: nothing is."""
        if self.answer.value is None:
            return self.answer.words
        if self.array is None:
            return (
                f"the result is an array of {self.answer.value.dtype}; numbers such as "
                "float64 would do"
            )
        return _difference(self.array, self.case)

    @property
    def kind(self) -> tuple[str, int | None, str]:
        """The same for problems that differ in numbers only."""
        return self.answer.outcome, self.answer.line, re.sub(r"\d+", "0", self.problem)


def _difference(value: Array, case: Case) -> str:
    """Say what differs from every right result, or nothing."""
    first = case.expected[0]
    if value.shape != first.shape:
        return f"the result has the shape {value.shape}, and {first.shape} is right"
    if any(alike(value, right) for right in case.expected):
        return ""
    strays = np.count_nonzero(np.isnan(value) & ~np.isnan(first))
    return (
        f"{strays} of {value.size} values are NaN (not a number)" if strays else "the values differ"
    )


# ---- what wrong cases have in common ----


def _reaches_over(case: Case) -> bool:
    """Whether the last window leaves rows or columns over."""
    if isinstance(case.padding, str):
        ph = pw = 0
    else:
        ph, pw = case.padding
    axes = zip(case.size, (ph, pw), case.window, case.stride, strict=True)
    return case.padding != "same" and any((n + 2 * p - k) % s for n, p, k, s in axes)


def _zeros(case: Case) -> list[int]:
    """Return T, the zeros of 'same' in all, on each axis."""
    axes = zip(case.size, case.window, case.stride, strict=True)
    return [(n - 1) * s + k - n for n, k, s in axes] if case.padding == "same" else []


TRAITS: dict[str, Callable[[Case], bool]] = {
    "leave padding to its default": lambda case: "padding" in case.defaults,
    "leave stride to its default": lambda case: "stride" in case.defaults,
    "leave mode to its default": lambda case: "mode" in case.defaults,
    "have padding or stride by keyword": lambda case: bool(case.words),
    "have images of uint8": lambda case: case.sample.numbers == "uint8",
    "have images of float32": lambda case: case.sample.numbers == "float32",
    "have images of int64": lambda case: case.sample.numbers in ("int64", "large"),
    "have images of integers": lambda case: case.sample.numbers in ("int64", "uint8", "large"),
    "have large numbers, which float32 has no room for": lambda case: (
        case.sample.numbers == "large"
    ),
    "have fractions": lambda case: (
        "float" in case.sample.numbers + getattr(case.weights, "numbers", "")
    ),
    "have negative pixels only": lambda case: case.sample.numbers == "negative",
    "have images that are not square": lambda case: case.size[0] != case.size[1],
    "have windows that are not square": lambda case: case.window[0] != case.window[1],
    "have an even kh or kw": lambda case: not all(k % 2 for k in case.window),
    "have an even kh": lambda case: case.window[0] % 2 == 0,
    "have an even kw": lambda case: case.window[1] % 2 == 0,
    "have windows as large as the image": lambda case: case.window == case.size,
    "have windows of more than one pixel": lambda case: case.window != (1, 1),
    "have a stride other than (1, 1)": lambda case: case.stride != (1, 1),
    "have sh != sw": lambda case: case.stride[0] != case.stride[1],
    "have a stride larger than the window": lambda case: any(
        s > k for s, k in zip(case.stride, case.window, strict=True)
    ),
    "have rows or columns left over after the last window": _reaches_over,
    "have ph != pw": lambda case: (
        not isinstance(case.padding, str) and case.padding[0] != case.padding[1]
    ),
    "have padding (0, 0)": lambda case: case.padding == (0, 0),
    "need an odd number of zeros on an axis": lambda case: any(total % 2 for total in _zeros(case)),
    "need an even number of zeros on both axes": lambda case: (
        not any(total % 2 for total in _zeros(case) or [1])
    ),
    "have one image": lambda case: case.sample.shape[0] == 1,
    "have several images": lambda case: case.sample.shape[0] > 1,
    "have one channel": lambda case: case.sample.shape[3:] == (1,),
    "have several channels": lambda case: case.sample.shape[3:] > (1,),
    "have several kernels": lambda case: case.task == 5 and case.call.arguments[1].shape[3] > 1,
}


def in_common(wrong: Sequence[Trial], right: Sequence[Trial]) -> str:
    """Name the trait that all wrong cases have and the fewest right ones, if it sets them apart."""
    shared = {words: sum(has(trial.case) for trial in right) for words, has in TRAITS.items()}
    telling = [
        words
        for words, has in TRAITS.items()
        if shared[words] <= len(wrong)
        and len(right) - shared[words] >= max(FEWEST, shared[words])
        and all(has(trial.case) for trial in wrong)
    ]
    if not telling:
        return ""
    best = min(telling, key=shared.__getitem__)
    others, have = len(right) - shared[best], len(wrong) + shared[best]
    few = f"{len(wrong)} of the {have} cases" if shared[best] else "just the cases"
    return f"; it is {few} that {best}, and the {others} others hold"
