"""Choose the readings that explain wrong results best."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache

from convpool.check.diagnosis.arithmetic import Reading
from convpool.check.diagnosis.observed_result import ObservedResult
from convpool.check.diagnosis.readings.registry import READINGS

MAX_READINGS = 2  # that explain everything and are named
MAX_PARTIAL = 40  # readings that are tried on all cases if none explains all
# readings that are tried together with each other one
PAIRED = (
    "images' dtype",
    "integers",
    "uint8",
    "kernel's dtype",
    "kernel flipped",
    "kernel transposed",
    "kernel upside down",
    "kernel mirrored",
    "first channel only",
    "one kernel for all",
    "channels averaged",
    "divided by the kernel's size",
    "stride ignored",
    "stride swapped",
    "last row and column 0",
    "same: p = T // 2 + 1",
    "same: p = ceil(T / 2)",
    "same: p = (k - 1) // 2",
    "same: TensorFlow",
    "pooling: max from zero",
)

NamedReading = tuple[str, Reading]


def full_explanations(
    wrong: Sequence[ObservedResult], right: Sequence[ObservedResult]
) -> list[NamedReading]:
    """Return at most MAX_READINGS readings that give all results, the simplest first.

    Two readings together are tried only if none explains all on its own.
    """
    for readings in (READINGS.items(), pairs()):
        explaining = (
            (name, reading) for name, reading in readings if _explains(reading, wrong, right)
        )
        if best := list(itertools.islice(explaining, MAX_READINGS)):
            return best
    return []


def partial_explanation(
    wrong: Sequence[ObservedResult], right: Sequence[ObservedResult]
) -> tuple[str, Reading, int] | None:
    """Return the reading that explains most of the wrong results: its name, it, and how many.

    None if none explains at least half of them, and more than it contradicts of the right ones.
    """
    likely = (
        (name, reading)
        for name, reading in READINGS.items()
        if wrong[0].fits(reading) or wrong[-1].fits(reading)
    )
    best, best_score = None, 0
    for name, reading in itertools.islice(likely, MAX_PARTIAL):
        explained = sum(observation.fits(reading) for observation in wrong)
        score = explained - sum(observation.contradicts(reading) for observation in right)
        if 2 * explained >= len(wrong) and score > best_score:
            best, best_score = (name, reading, explained), score
    return best


@cache
def pairs() -> list[NamedReading]:
    """Return the readings that combine two; those of one axis or a ragged edge are left out."""
    combined = []
    for name, (other, reading) in itertools.product(PAIRED, READINGS.items()):
        both = reading | READINGS[name]
        if both and other != name and " of the " not in other and ", ragged" not in other:
            combined.append((f"{other} + {name}", both))
    return combined


def _explains(
    reading: Reading, wrong: Sequence[ObservedResult], right: Sequence[ObservedResult]
) -> bool:
    """Return whether a reading gives all wrong results, and contradicts no right one."""
    return all(observation.fits(reading) for observation in wrong) and not any(
        observation.contradicts(reading) for observation in right
    )
