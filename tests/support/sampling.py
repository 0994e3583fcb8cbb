"""Samples of tables that are too long for `make test`: another one each day, all of it in `make
test-full`.

CONVPOOL_SEED, printed in pytest's header, gives the sample of another day. It is set before workers
and children start, so that all of them draw the same, also at midnight. This module runs on Python
3.8 too.
"""

import datetime
import os
import random

import pytest

EXAMPLES = int(os.environ.get("CONVPOOL_EXAMPLES", "100"))  # of each property
EVERYTHING = EXAMPLES >= 1000
SEED = os.environ.setdefault("CONVPOOL_SEED", datetime.date.today().isoformat())


def generator(name):
    """Return a generator of random numbers that depends on the seed and a name, and on nothing
    else.
    """
    return random.Random(f"{SEED} {name}")


def sample(table, count, name):
    """Return some entries of a table in its order, or all of them where everything is asked for."""
    table = list(table)
    if EVERYTHING or len(table) <= count:
        return table
    return [table[k] for k in sorted(generator(name).sample(range(len(table)), count))]


def mark_others_full(table, count, name):
    """Return a table as parameters of which all but a sample are marked `full`."""
    table = list(table)
    drawn = set(generator(name).sample(range(len(table)), min(count, len(table))))
    return [
        value if k in drawn else pytest.param(value, marks=pytest.mark.full)
        for k, value in enumerate(table)
    ]
