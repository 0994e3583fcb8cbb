"""Find the wrong readings of the brief whose results match those that came back."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.check.behaviour.case import Case
from convpool.check.diagnosis.arithmetic import Reading
from convpool.check.diagnosis.observed_result import ObservedResult
from convpool.check.diagnosis.readings.registry import READINGS

# names of the common readings: each is also tried together with every other reading
PAIRED = (
    "images' dtype",
    "integers",
    "uint8",
    "kernel flipped",
    "first channel only",
    "one kernel for all",
    "stride ignored",
    "stride swapped",
    "same: p = T // 2 + 1",
    "same: p = ceil(T / 2)",
    "same: p = (k - 1) // 2",
    "same: TensorFlow",
    "pooling: max from zero",
)
# ends and parts of names of readings that are rare already alone
RARE = (" of the ", ", ragged")

NamedReading = tuple[str, Reading]  # (its name in READINGS, the reading)


def full_explanation(
    wrong: Sequence[ObservedResult], right: Sequence[ObservedResult]
) -> NamedReading | None:
    """Return the first reading that explains every result, in the order of READINGS.

    Two readings together are tried only if no reading explains everything on its own. None if no
    two do either.
    """
    return next(
        (
            (name, reading)
            for name, reading in itertools.chain(READINGS.items(), pairs())
            if _explains(reading, wrong, right)
        ),
        None,
    )


def reading_of_all(names: Sequence[str], results: Sequence[tuple[Case, NDArray[Any]]]) -> str:
    """Return the first of the readings of these names that gives all results; "" if none does."""
    observations = [ObservedResult(case, np.asarray(returned)) for case, returned in results]
    return next(
        (name for name in names if all(one.fits(READINGS[name]) for one in observations)), ""
    )


@cache
def pairs() -> list[NamedReading]:
    """Return each reading of PAIRED combined with each other reading that it can be combined with.

    Named "other + paired". Readings that are RARE are left out.
    """
    combined = []
    for paired_name, (name, reading) in itertools.product(PAIRED, READINGS.items()):
        both = reading | READINGS[paired_name]
        if both and name != paired_name and not any(part in name for part in RARE):
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
