"""The cases tell readings apart."""

from __future__ import annotations

import functools
import random
from dataclasses import replace

import numpy as np
import pytest

from convpool.check.behaviour import judged_answers
from convpool.check.behaviour.case import Case
from convpool.check.behaviour.judged_answers import Trial
from convpool.check.diagnosis.readings.registry import READINGS
from convpool.check.sandbox.calls import Answer
from support.judged_here import (
    PARTS,
    judged_cases,
)
from support.plain_loops import loop_output, zeros_before
from support.sampling import IS_FULL, mark_others_full


def caught(reading, case):
    """Return whether a case shows that a reading is not right; None where the reading is not
    about it.
    """
    value = reading(case)
    return (
        None if value is None else bool(Trial(case, Answer("returned", np.asarray(value))).problem)
    )


@functools.cache
def others(task, item):
    """Return more valid cases of a part, of other sizes and numbers."""
    drawn = random.Random(5)
    found = []
    for _ in range(60 if IS_FULL else 6):
        case = drawn.choice([case for case in judged_cases(task, item) if max(case.size) < 9])
        size = tuple(n + drawn.randrange(4) for n in case.size)
        shape = (case.sample.shape[0], *size, *case.sample.shape[3:])
        found.append(
            replace(case, sample=replace(case.sample, shape=shape, seed=drawn.randrange(1000)))
        )
    return found


NAMES = list(READINGS)


@pytest.mark.parametrize("name", mark_others_full(NAMES, 20, "readings"))
def test_what_the_cases_do_not_tell_apart_is_the_same(name):
    """A reading that no case of a part shows to be wrong is not shown to be wrong by others
    either.
    """
    reading = READINGS[name]
    for task, item in PARTS:
        if not any(caught(reading, case) for case in judged_cases(task, item)):
            assert [case.name for case in others(task, item) if caught(reading, case)] == [], (
                task,
                item,
            )


def same(before, count=lambda n, k, s, zeros: (n + sum(zeros) - k) // s + 1):
    """Return a reading of 'same' from n, k, s and T to the zeros before and after, computed with
    plain loops.
    """

    def reading(case):
        zeros = [
            before(n, k, s, (n - 1) * s + k - n)
            for n, k, s in zip(case.size, case.window, case.stride, strict=True)
        ]
        wide = np.pad(case.images, [(0, 0), *zeros, *[(0, 0)] * (case.images.ndim - 3)])
        shape = wide.shape
        words = {"padding": "valid", "stride": case.stride}
        inner = Case(max(case.task, 3), case.item, case.sample, case.weights, (), words)
        inner.__dict__["images"] = wide
        object.__setattr__(inner, "sample", replace(case.sample, shape=shape))
        return loop_output(inner, (0, 0))

    return reading


BOTH = {
    "p = T // 2 + 1": lambda n, k, s, total: (total // 2 + 1,) * 2,
    "p = T // 2": lambda n, k, s, total: (total // 2,) * 2,
    "p = ceil(T / 2)": lambda n, k, s, total: (-(-total // 2),) * 2,
    "p = k // 2": lambda n, k, s, total: (k // 2,) * 2,
    "p = (k - 1) // 2": lambda n, k, s, total: ((k - 1) // 2,) * 2,
    "all before": lambda n, k, s, total: (total, 0),
    "one more before": lambda n, k, s, total: (total // 2 + 1, total - total // 2 - 1),
    "one more after": lambda n, k, s, total: (total - total // 2 - 1, total // 2 + 1),
    "TensorFlow": lambda n, k, s, total: (
        (t := max((-(-n // s) - 1) * s + k - n, 0)) // 2,
        t - t // 2,
    ),
}
# right there, for they differ from the brief's in nothing
RIGHT = {("TensorFlow", "same")}


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    ("task", "item"), [(1, "same"), (3, "same"), (3, "same-strided"), (5, "same-strided")]
)
def test_readings_of_same(task, item, name):
    """At least three cases show each reading that public submissions have, and that is not
    right.
    """
    rows = [
        case
        for case in judged_cases(task, item)
        if max(case.size) < 9 and case.sample.numbers == "whole"
    ]
    assert len(rows) > 7
    if name.startswith("one more"):  # right where T is odd
        rows = [
            case
            for case in rows
            if not any(total % 2 or not total for total in judged_answers._total_zeros(case))
        ]
    wrong = [case for case in rows if caught(same(BOTH[name]), case)]
    assert (wrong == []) if (name, item) in RIGHT else (len(wrong) >= 2)


def test_either_side_of_the_odd_zero_is_right_on_each_axis():
    case = next(case for case in judged_cases(3, "same") if not any(k % 2 for k in case.window))
    assert len(case.expected) == 4
    for rows in (0, 1):
        for columns in (0, 1):
            tops = [
                zeros_before(case, axis)[0][place] for axis, place in enumerate((rows, columns))
            ]
            assert Trial(case, Answer("returned", loop_output(case, tops))).problem == ""
