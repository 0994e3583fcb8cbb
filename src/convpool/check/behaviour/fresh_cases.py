"""Cases of the same kinds as those of the table, with other numbers and sizes: a private test."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.cases_by_task import CASES, LARGE
from convpool.check.behaviour.random_arrays import Sample

SEEDS = 1000  # of the table; a private seed begins above them


@cache
def cases(task: int, seed: int = 0) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """Return (cases, large cases) of a task: with seed 0 those of the table, else fresh ones."""
    if not seed:
        return CASES[task], LARGE[task]
    generator = random.Random(seed)
    return (
        tuple(_with_size(_with_seed(case, seed), generator) for case in CASES[task]),
        tuple(_with_seed(case, seed) for case in LARGE[task]),
    )


def _with_seed(case: Case, seed: int) -> Case:
    """Return a case with other random numbers."""
    weights = case.weights
    if isinstance(weights, Sample):
        weights = replace(weights, seed=weights.seed + SEEDS * seed)
    sample = replace(case.sample, seed=case.sample.seed + SEEDS * seed)
    return replace(case, sample=sample, weights=weights)


def _with_size(case: Case, generator: random.Random) -> Case:
    """Return a case whose images are, at random, two strides larger on each axis.

    So the pixels left over after the last window stay the same, and whether 'same' needs an odd
    zero. An axis of 1 pixel or as large as the window stays, and small cases, which are shown.
    """
    if case.sample.numbers == "counting":
        return case
    sizes = (
        n if n in (1, k) else n + 2 * s * generator.randrange(2)
        for n, k, s in zip(case.size, case.window, case.stride, strict=True)
    )
    m, _, _, *channels = case.sample.shape
    return replace(case, sample=replace(case.sample, shape=(m, *sizes, *channels)))
