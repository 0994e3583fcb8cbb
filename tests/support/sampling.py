"""Samples of tables that are too long for `make test`; `make test-full` runs all of each.

pytest's options `--examples` and `--seed` set both values before a module of tests is imported.
This module runs on Python 3.8 too.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest

EXAMPLES = 30  # of each property, where `--examples` does not say otherwise
FULL_EXAMPLES = 1000  # from so many on, loops inside a test run over everything
SEED = "0"
IS_FULL = False


def configure(examples: int, seed: str) -> None:
    """Set the number of examples of each property, and the seed of samples (a text)."""
    global EXAMPLES, SEED, IS_FULL
    EXAMPLES, SEED, IS_FULL = examples, seed, examples >= FULL_EXAMPLES


def generator(name: str) -> random.Random:
    """Return a generator of random numbers that depends on the seed and a name alone."""
    return random.Random(f"{SEED} {name}")


def in_sample(length: int, count: int, name: str) -> set[int]:
    """Return the set of indices, `count` of `length`, that are in the sample of a name."""
    return set(generator(name).sample(range(length), min(count, length)))


def sample(table: Iterable[Any], count: int, name: str) -> list[Any]:
    """Return `count` entries of a table in its order, for a loop; all of them in a full run."""
    table = list(table)
    return table if IS_FULL else [table[k] for k in sorted(in_sample(len(table), count, name))]


def mark_others_full(table: Iterable[Any], count: int, name: str) -> list[Any]:
    """Return a table as parameters of which all but a sample are marked `full`."""
    table = list(table)
    drawn = in_sample(len(table), count, name)
    return [
        value if k in drawn else pytest.param(value, marks=pytest.mark.full)
        for k, value in enumerate(table)
    ]
