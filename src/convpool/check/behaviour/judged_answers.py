"""What is wrong with the answers to cases, and which trait the wrong cases have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.comparison import arrays_agree
from convpool.check.behaviour.random_arrays import Array
from convpool.check.sandbox.calls import Answer

# a trait is named only if at least so many right cases lack it
MIN_OTHERS = 3


@dataclass(frozen=True)
class Trial:
    """A case, and the answer of the submission's function to its call."""

    case: Case
    answer: Answer

    @property
    def was_called(self) -> bool:
        """Whether the function was called; it is not if the file cannot be loaded."""
        return self.answer.outcome != "not run" and self.answer.loaded

    @property
    def has_result(self) -> bool:
        """Whether the call came to an end that can be judged: an array, an error, a death."""
        return self.was_called and self.answer.outcome != "timed out"

    @property
    def was_late(self) -> bool:
        """Whether the time was over before the call, or during it."""
        return self.answer.outcome in ("not run", "timed out")

    @property
    def array(self) -> Array | None:
        """The array that came back, of integers or floats; None for any other answer."""
        value = self.answer.value
        return value if value is not None and value.dtype.kind in "fiu" else None

    @cached_property
    def problem(self) -> str:
        """What is wrong with the answer, in words; "" if it is right."""
        if self.answer.value is None:
            return self.answer.words
        if self.array is None:
            return (
                f"the result is an array of {self.answer.value.dtype}; numbers such as "
                "float64 would do"
            )
        return _difference(self.array, self.case)

    @property
    def problem_kind(self) -> tuple[str, int | None, str]:
        """A key for grouping problems: (outcome, line, problem with every number as 0).

        Two errors of one type in one line are of one kind; other problems are if they differ in
        numbers only, such as shapes.
        """
        words = re.sub(r"\d+", "0", self.problem)
        if self.answer.line:
            words = words.partition(":")[0]
        return self.answer.outcome, self.answer.line, words


def is_same_result(first: Answer, second: Answer) -> bool:
    """Return whether two answers to the same call are equal; True if either has no array."""
    if first.value is None or second.value is None:
        return True
    return np.array_equal(first.value, second.value, equal_nan=first.value.dtype.kind in "fc")


def _difference(value: Array, case: Case) -> str:
    """Return in words how an array differs from the right results; "" if it equals one of them.

    The right results all have one shape; they differ in the side where an odd zero lies.
    """
    expected = case.expected[0]
    if value.shape != expected.shape:
        return f"the result has the shape {value.shape}, and {expected.shape} is right"
    if any(arrays_agree(value, right) for right in case.expected):
        return ""
    wrong_nans = np.count_nonzero(np.isnan(value) & ~np.isnan(expected))
    if wrong_nans:
        return f"{wrong_nans} of {value.size} values are NaN (not a number)"
    return "the values differ"


# ---- what wrong cases have in common ----


# on one axis: n pixels, p zeros on either side, k taps, s steps


def _has_leftover(case: Case) -> bool:
    """Return whether rows or columns are left over after the last window; never for 'same'."""
    if case.padding == "same":
        return False
    padding = (0, 0) if isinstance(case.padding, str) else case.padding  # 'valid': no zeros
    axes = zip(case.size, padding, case.window, case.stride, strict=True)
    return any((n + 2 * p - k) % s for n, p, k, s in axes)


def _total_zeros(case: Case) -> list[int]:
    """Return the numbers of zeros that 'same' adds to the rows' and the columns' axis.

    [] for another padding.
    """
    axes = zip(case.size, case.window, case.stride, strict=True)
    return [(n - 1) * s + k - n for n, k, s in axes] if case.padding == "same" else []


# a trait in words, after "the cases that" -> whether a case has it
TRAITS: dict[str, Callable[[Case], bool]] = {
    "leave padding to its default": lambda case: "padding" in case.defaults,
    "leave stride to its default": lambda case: "stride" in case.defaults,
    "leave mode to its default": lambda case: "mode" in case.defaults,
    "have padding or stride by keyword": lambda case: bool(case.keywords),
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
    "have rows or columns left over after the last window": _has_leftover,
    "have ph != pw": lambda case: (
        not isinstance(case.padding, str) and case.padding[0] != case.padding[1]
    ),
    "have padding (0, 0)": lambda case: case.padding == (0, 0),
    "need an odd number of zeros on an axis": lambda case: any(
        total % 2 for total in _total_zeros(case)
    ),
    "need an even number of zeros on both axes": lambda case: (
        case.padding == "same" and not any(total % 2 for total in _total_zeros(case))
    ),
    "have one image": lambda case: case.sample.shape[0] == 1,
    "have several images": lambda case: case.sample.shape[0] > 1,
    "have one channel": lambda case: case.sample.shape[3:] == (1,),
    "have several channels": lambda case: case.sample.shape[3:] > (1,),
    "have several kernels": lambda case: case.task == 5 and case.call.arguments[1].shape[3] > 1,
}


def common_trait_phrase(wrong: Sequence[Trial], right: Sequence[Trial]) -> str:
    """Return a phrase about the trait that all wrong cases have and the fewest right ones.

    Such as "; it is just the cases that have sh != sw, and the 9 others hold". "" if no trait sets
    the wrong cases apart: too many right cases have it too, or too few lack it.
    """
    right_with = {trait: sum(has(trial.case) for trial in right) for trait, has in TRAITS.items()}
    candidates = [
        trait
        for trait, has in TRAITS.items()
        if right_with[trait] <= len(wrong)
        and len(right) - right_with[trait] >= max(MIN_OTHERS, right_with[trait])
        and all(has(trial.case) for trial in wrong)
    ]
    if not candidates:
        return ""
    best = min(candidates, key=right_with.__getitem__)
    right_without, total_with = len(right) - right_with[best], len(wrong) + right_with[best]
    which = f"{len(wrong)} of the {total_with} cases" if right_with[best] else "just the cases"
    return f"; it is {which} that {best}, and the {right_without} others hold"
