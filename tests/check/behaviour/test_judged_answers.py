"""One answer is right or not, and what the wrong ones have in common."""

from __future__ import annotations

import random

import numpy as np
import pytest

from convpool.check.behaviour import judged_answers
from convpool.check.behaviour.case import Case
from convpool.check.behaviour.cases_by_task import CASES
from convpool.check.behaviour.judged_answers import Trial
from convpool.check.behaviour.random_arrays import Sample
from convpool.check.sandbox.calls import Answer
from support.judged_here import (
    JUDGED,
    PARTS,
    judged_cases,
)
from support.plain_loops import zeros_before

# ---- one answer ----

CASE = Case(0, "valid", Sample((2, 4, 5), "int64", 0), Sample((2, 2), "int64", 1))


def problem(value):
    return Trial(CASE, Answer("returned", np.asarray(value))).problem


@pytest.mark.parametrize("dtype", ["float64", "float32", "longdouble", "int64", "int32", ">f8"])
def test_any_number_is_right(dtype):
    assert problem(CASE.expected[0].astype(dtype)) == ""


def test_tolerance_is_relative_to_the_largest():
    right = CASE.expected[0]
    largest = np.abs(right).max()
    assert problem(right + 0.9e-6 * largest) == ""
    assert problem(right + 1.1e-6 * largest) == "the values differ"


def test_problems_in_words():
    right = CASE.expected[0]
    strange = right.copy()
    strange[0, 0, 0] = strange[1, 2, 3] = np.nan
    assert problem(right + 1) == "the values differ"
    assert problem(right[:, 1:]) == "the result has the shape (2, 2, 4), and (2, 3, 4) is right"
    assert (
        problem(right[..., None]) == "the result has the shape (2, 3, 4, 1), and (2, 3, 4) is right"
    )
    assert problem(strange) == "2 of 24 values are NaN (not a number)"
    assert problem(right + np.inf) == "the values differ"
    for kind in ("complex128", "bool"):
        assert (
            problem(right.astype(kind))
            == f"the result is an array of {kind}; numbers such as float64 would do"
        )
    assert Trial(CASE, Answer("raised", words="IndexError: no")).problem == "IndexError: no"


def test_nan_belongs_to_its_windows():
    case = next(case for case in CASES[0] if case.sample.numbers == "NaN")
    right = case.expected[0]
    assert np.isnan(right).any()
    assert not np.isnan(right).all()
    assert Trial(case, Answer("returned", right)).problem == ""
    assert "NaN" in Trial(case, Answer("returned", np.full_like(right, np.nan))).problem
    assert Trial(case, Answer("returned", np.nan_to_num(right))).problem == "the values differ"


# ---- what wrong cases have in common ----


def tried(task, item, wrong):
    """Return trials of a part, right but where wrong says so of a case."""
    rights = [(case, case.expected[0]) for case in judged_cases(task, item)]
    values = [right + np.abs(right).max() + 1 if wrong(case) else right for case, right in rights]
    return [
        Trial(case, Answer("returned", value))
        for (case, _), value in zip(rights, values, strict=True)
    ]


def common(task, item, wrong):
    done = tried(task, item, wrong)
    return judged_answers.common_trait_phrase(
        [one for one in done if one.problem], [one for one in done if not one.problem]
    )


@pytest.mark.parametrize("words", judged_answers.TRAITS)
def test_a_trait_is_named_where_it_sets_apart(words):
    has = judged_answers.TRAITS[words]
    parts = [
        part
        for part in PARTS
        if 0
        < sum(map(has, judged_cases(*part)))
        <= len(judged_cases(*part)) - judged_answers.MIN_OTHERS
    ]
    assert parts, "no case has it, or all have it"
    phrases = [common(*part, has) for part in parts]
    wanted = [
        f"the {sum(not has(case) for case in judged_cases(*part))} others hold" for part in parts
    ]
    assert all(
        "just the cases that" in one and end in one
        for one, end in zip(phrases, wanted, strict=True)
    )
    assert any(words in one for one in phrases)


def test_traits_in_words():
    uint8 = common(0, "valid", lambda case: case.images.dtype == np.uint8)
    others = len(judged_cases(0, "valid")) - 2
    assert (
        uint8 == f"; it is just the cases that have images of uint8, and the {others} others hold"
    )
    defaults = common(3, "same", lambda case: "padding" in case.defaults)
    assert "just the cases that leave padding to its default" in defaults


def test_rows_left_over():
    """The last window ends before the padded image does."""
    for case in [case for case in JUDGED if case.padding != "same"]:
        ends = []
        for axis in (0, 1):
            (each,), count = zeros_before(case, axis)
            ends.append(
                (count - 1) * case.stride[axis] + case.window[axis] < case.size[axis] + 2 * each
            )
        assert judged_answers.TRAITS["have rows or columns left over after the last window"](
            case
        ) == any(ends), case.name


def test_a_trait_of_most_that_are_wrong():
    """One kernel of two goes wrong on images of uint8: it still says where to look."""
    wrong = common(
        0, "valid", lambda case: case.images.dtype == np.uint8 and case.kernel.dtype == np.int64
    )
    assert (
        wrong == "; it is 1 of the 2 cases that have images of uint8, and the "
        f"{len(judged_cases(0, 'valid')) - 2} others hold"
    )


def test_no_trait_where_all_or_none_in_particular_fail():
    assert common(0, "valid", lambda case: True) == ""
    assert common(0, "valid", lambda case: case.size != (1, 1)) == "", "two others are too few"
    drawn = random.Random(1)
    assert common(3, "same", lambda case: drawn.random() < 0.5) == ""
