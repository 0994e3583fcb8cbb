"""Find the wrong readings of the brief whose results match those that came back."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache

from convpool.check.diagnosis.arithmetic import Reading
from convpool.check.diagnosis.observed_result import ObservedResult
from convpool.check.diagnosis.readings.registry import READINGS

MAX_READINGS = 2  # that are named, of those that explain everything
MAX_PARTIAL = 40  # readings that are tried on every case if none explains everything
# names of the common readings: each is also tried together with every other reading
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

NamedReading = tuple[str, Reading]  # (its name in READINGS, the reading)


def full_explanations(
    wrong: Sequence[ObservedResult], right: Sequence[ObservedResult]
) -> list[NamedReading]:
    """Return the first MAX_READINGS readings that explain every result, in the order of READINGS.

    Two readings together are tried only if no reading explains everything on its own. [] if no two
    do either.
    """
    for readings in (READINGS.items(), pairs()):
        matches = (
            (name, reading) for name, reading in readings if _explains(reading, wrong, right)
        )
        if first_matches := list(itertools.islice(matches, MAX_READINGS)):
            return first_matches
    return []


def partial_explanation(
    wrong: Sequence[ObservedResult], right: Sequence[ObservedResult]
) -> tuple[str, Reading, int] | None:
    """Return (name, reading, number of wrong results that it explains) of the best reading.

    Its score is that number, less the number of right results that it contradicts. `wrong` is not
    empty and sorted, the simplest first; only the first MAX_PARTIAL readings that explain its first
    or its last result are tried. None if none of these explains at least half of the wrong results
    with a score above 0.
    """
    # readings that explain the simplest or the least simple wrong result
    likely = (
        (name, reading)
        for name, reading in READINGS.items()
        if wrong[0].fits(reading) or wrong[-1].fits(reading)
    )
    best, best_score = None, 0  # so that only a score above 0 counts
    for name, reading in itertools.islice(likely, MAX_PARTIAL):
        explained = sum(observation.fits(reading) for observation in wrong)
        score = explained - sum(observation.contradicts(reading) for observation in right)
        if 2 * explained >= len(wrong) and score > best_score:
            best, best_score = (name, reading, explained), score
    return best


@cache
def pairs() -> list[NamedReading]:
    """Return each reading of PAIRED combined with each other reading that it can be combined with.

    Named "other + paired". Readings of one axis only, or with ragged windows, are left out.
    """
    combined = []
    for paired_name, (name, reading) in itertools.product(PAIRED, READINGS.items()):
        both = reading | READINGS[paired_name]
        if both and name != paired_name and " of the " not in name and ", ragged" not in name:
            combined.append((f"{name} + {paired_name}", both))
    return combined


def _explains(
    reading: Reading, wrong: Sequence[ObservedResult], right: Sequence[ObservedResult]
) -> bool:
    """Return whether a reading gives all wrong results, and nothing else than the right ones.

    It need not apply to the calls with right results.
    """
    return all(observation.fits(reading) for observation in wrong) and not any(
        observation.contradicts(reading) for observation in right
    )
