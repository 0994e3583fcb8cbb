"""What a teacher may mean by 'same': the brief's, h x w alone, TensorFlow's, or any known one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.observed_result import ObservedResult
from convpool.check.diagnosis.readings.registry import READINGS

BRIEF = "brief"
# the readings that public solutions have, the most common first
_ZEROS = (
    "p = T // 2 + 1",
    "p = ceil(T / 2)",
    "p = T // 2",
    "p = T // 2, one more for even k",
    "p = k // 2",
    "p = (k - 1) // 2",
    "k - 1 zeros",
    "k - 1 zeros, odd after",
    "TensorFlow",
)
# meaning -> the readings with which 'same' holds, beside the brief's where that has this meaning
MEANINGS: dict[str, tuple[str, ...]] = {
    BRIEF: (),
    "size": tuple(f"same: {zeros}, n outputs" for zeros in _ZEROS),
    "tensorflow": ("same: TensorFlow",),
    "any-named": tuple(f"same: {zeros}" for zeros in _ZEROS),
}
DESCRIPTIONS = {
    BRIEF: "h x w at every stride, with the zeros on both sides",
    "size": "h x w at every stride, wherever the windows begin",
    "tensorflow": "TensorFlow's: ceil(h / sh) x ceil(w / sw)",
    "any-named": "any reading that public solutions have, the same one throughout",
}


def has_briefs(meaning: str) -> bool:
    """Return whether the brief's 'same' holds with a meaning."""
    return meaning != "tensorflow"


def find_reading(meaning: str, results: Sequence[tuple[Case, Array]]) -> str:
    """Return the name of the reading of a meaning that gives all results; "" if none does."""
    observations = [ObservedResult(case, np.asarray(returned)) for case, returned in results]
    for name in MEANINGS[meaning]:
        if all(observation.fits(READINGS[name]) for observation in observations):
            return name
    return ""
