"""Each reading is named where it is what happened."""

from __future__ import annotations

import pytest

from convpool.check.diagnosis.arithmetic import (
    CORRECT,
    apply_reading,
    arguments_of,
    odd_zero_variants,
)
from convpool.check.diagnosis.diagnose import diagnose
from convpool.check.diagnosis.readings import (
    arguments,
    kernel,
    padding,
    result,
    sizes_and_starts,
    window,
)
from convpool.check.diagnosis.readings.registry import READINGS
from support.observed_results import ITEMS, cases_of, is_close, is_right, results_of
from support.sampling import IS_FULL, mark_others_full


@pytest.mark.parametrize("item", ITEMS, ids=str)
def test_arithmetic_agrees_with_the_reference(item):
    for case in cases_of(item):
        ways = odd_zero_variants(arguments_of(case))
        assert len(ways) == len(case.expected)
        assert all(is_right(case, apply_reading(CORRECT, way)) for way in ways), case.name


def told_apart(name):
    """Yield an item where a hypothesis gives something else than the right results (in the long
    run, all of them).
    """
    order = list(ITEMS)
    start = sum(map(ord, name)) % len(order)
    for item in order[start:] + order[:start]:
        came = results_of(READINGS[name], item)
        if not all(is_right(case, value) for case, value in came):
            yield came
            if not IS_FULL:
                return


# what the brief asks for in other words; one of the meanings that 'same' may have
RIGHT = "same: p = ceil(T / 2), n outputs"
WRONG = sorted(READINGS.keys() - {RIGHT})


@pytest.mark.parametrize("name", mark_others_full(WRONG, len(WRONG) // 8, "hypotheses"))
def test_each_hypothesis_is_named_or_one_that_gives_the_same(name):
    tried = 0
    for came in told_apart(name):
        found = diagnose(came)
        tried += 1
        assert "your result is what comes out if" in found.words
        assert found.reading in READINGS, "alone, not two together"
        other = READINGS[found.reading]
        assert other.words in found.words
        for case, value in came:
            ways = [apply_reading(other, way) for way in odd_zero_variants(arguments_of(case))]
            assert found.reading == name or any(
                way is not None and is_close(way, value) for way in ways
            ), case.name
    assert tried, "it is right wherever it applies"


def test_no_name_stands_twice():
    """The second would take the place of the first."""
    tables = (kernel.rows, padding.rows, arguments.rows, padding.fill_rows, window.rows)
    tables += (result.rows, sizes_and_starts.count_rows, sizes_and_starts.start_rows)
    assert sum(len(list(rows())) for rows in tables) == len(READINGS)


def test_words_of_hypotheses_are_told_apart():
    """Those with the same words are about different calls."""
    seen = {}
    for name, reading in READINGS.items():
        seen.setdefault((reading.words, reading.when), []).append(name)
    assert [names for names in seen.values() if len(names) > 1] == []
