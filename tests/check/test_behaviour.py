"""The checker's cases and what is made of them: right results, the readings they tell apart,
items, words, ratios.
"""

from __future__ import annotations

import functools
import random
import signal
import subprocess
import sys
import time
import types
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convpool.check import judge_behaviour as behaviour
from convpool.check.behaviour import own_files, requirements, timing, trials
from convpool.check.behaviour.case import Case
from convpool.check.behaviour.case_table import CASES, LARGE, ODD_KINDS, TIMED
from convpool.check.behaviour.samples import NUMBERS, Sample
from convpool.check.behaviour.trials import Trial
from convpool.check.diagnosis.readings.registry import READINGS
from convpool.check.sandbox import caller, interpreters
from convpool.check.sandbox.calls import Answer, Call, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support import children
from support.sampling import IS_FULL, mark_others_full, sample
from support.submissions import course_folder

ALL = [case for cases in CASES.values() for case in cases]
JUDGED = [case for case in ALL if case.judged]
PARTS = sorted({(case.task, case.item) for case in ALL})
LIMITS = Limits()
PYTHON = Interpreter(Path("python"), "3.11.7", "2.0.0")  # of runs that start no process
BRIEFS = "a Python 3.8 with NumPy 1.19.2"


def of(task, item):
    return [case for case in CASES[task] if case.item == item and case.judged]


# ---- right results, once more, with plain loops over plain numbers ----


def zeros_before(case, axis):
    """Return the zeros before the first pixel and the number of windows, for each way that is
    right.
    """
    n, k, s = case.size[axis], case.window[axis], case.stride[axis]
    if case.padding == "same":
        total = (n - 1) * s + k - n
        return sorted({total // 2, total - total // 2}), n
    each = 0 if case.padding == "valid" else case.padding[axis]
    count = 0
    while count * s + k <= n + 2 * each:
        count += 1
    return [each], count


def plainly(case, tops, *, flip=False):
    """Return the output as nested loops have it, given the zeros above and to the left."""
    images = np.asarray(case.images).astype(float)
    images = images[..., None] if images.ndim == 3 else images
    m, h, w, c = images.shape
    kh, kw = case.window
    (top, left), (sh, sw) = tops, case.stride
    oh, ow = zeros_before(case, 0)[1], zeros_before(case, 1)[1]
    if case.task == 6:
        output = np.empty((m, oh, ow, c))
        for n, i, j, channel in np.ndindex(*output.shape):
            pixels = [
                images[n, i * sh + u, j * sw + v, channel].item()
                for u in range(kh)
                for v in range(kw)
            ]
            output[n, i, j, channel] = (
                max(pixels) if case.mode == "max" else sum(pixels) / len(pixels)
            )
        return output
    weights = np.asarray(case.kernel).astype(float).reshape(kh, kw, c, -1)
    weights = weights[::-1, ::-1] if flip else weights
    output = np.zeros((m, oh, ow, weights.shape[3]))
    for n, i, j, kernel in np.ndindex(*output.shape):
        for u in range(kh):
            for v in range(kw):
                row, column = i * sh + u - top, j * sw + v - left
                if 0 <= row < h and 0 <= column < w:
                    for channel in range(c):
                        product = images[n, row, column, channel] * weights[u, v, channel, kernel]
                        output[n, i, j, kernel] += product
    return output if case.task == 5 else output[..., 0]


def check_expected(case):
    ways = [(top, left) for top in zeros_before(case, 0)[0] for left in zeros_before(case, 1)[0]]
    assert len(case.expected) == len(ways)
    for tops in ways:
        wanted = plainly(case, tops)
        assert any(
            wanted.shape == right.shape and np.allclose(right, wanted, rtol=1e-12, atol=1e-9)
            for right in case.expected
        ), (case.name, tops)


SMALL = [
    case
    for case in JUDGED
    if case.sample.shape[0] * np.prod(case.window) * np.prod(case.size) < 800
]


@pytest.mark.parametrize(
    "case",
    mark_others_full(SMALL, len(SMALL) // 7, "expected"),
    ids=lambda case: f"{case.task}-{case.item}-{case.name}",
)
def test_expected_of_the_table(case):
    check_expected(case)


@st.composite
def cases(draw):
    task = draw(st.integers(0, 6))
    size = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    m, c, nc = (draw(st.integers(1, 2)) for _ in range(3))
    numbers = draw(st.sampled_from(["float64", "int64", "uint8", "float32"]))
    padding = "valid"
    if task in (1, 3, 4, 5) and (task == 1 or draw(st.booleans())):
        padding = "same"
    elif task in (2, 3, 4, 5) and (task == 2 or draw(st.booleans())):
        padding = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    room = (
        size
        if isinstance(padding, str)
        else tuple(n + 2 * p for n, p in zip(size, padding, strict=True))
    )
    window = tuple(draw(st.integers(1, most)) for most in room)
    stride = draw(st.tuples(st.integers(1, 4), st.integers(1, 4))) if task >= 3 else (1, 1)
    names = list(TASKS[task].parameters)[2:]
    asked = {"padding": padding, "stride": stride, "mode": draw(st.sampled_from(["max", "avg"]))}
    given_words = [asked[name] for name in names]
    cut = draw(st.integers(0, len(names)))
    images = (m, *size) if task < 4 else (m, *size, c)
    kernel = (
        window
        if task == 6
        else Sample((*window, c, nc)[: max(2, task - 1)], "int64", draw(st.integers(0, 99)))
    )
    words = dict(zip(names[cut:], given_words[cut:], strict=True))
    return Case(
        task,
        "",
        Sample(images, numbers, draw(st.integers(0, 99))),
        kernel,
        tuple(given_words[:cut]),
        words,
    )


@given(cases())
def test_expected_equals_plain_loops(case):
    check_expected(case)


# ---- the table ----


def test_there_are_enough_cases():
    assert len(JUDGED) >= 200
    assert all(sum(case.judged for case in cases) >= 28 for cases in CASES.values())
    assert {item for _, item in PARTS} == {"valid", "padding", "same", "same-strided", "max", "avg"}


def test_no_case_stands_twice():
    assert len({(case.task, case.source) for case in ALL}) == len(ALL)


def test_source_makes_the_arrays_and_the_call():
    """The lines that a student pastes make what the child is given."""
    for case in [*ALL, *TIMED.values()]:
        seen = []
        names = {
            "np": np,
            TASKS[case.task].function: lambda *positional, seen=seen, **keywords: seen.append(
                (positional, keywords)
            ),
        }
        exec(case.source, names)
        ((arguments, keywords),) = seen
        assert keywords == case.call.keywords
        for pasted, sent in zip(arguments, case.call.arguments, strict=True):
            np.testing.assert_array_equal(pasted, sent)
            assert getattr(pasted, "dtype", None) == getattr(sent, "dtype", None)


def test_names_say_what_comes_in():
    case = Case(
        3,
        "same",
        Sample((2, 5, 4), "uint8", 0),
        Sample((2, 3), "int64", 1),
        ((1, 0),),
        {"stride": (2, 3)},
    )
    assert (
        case.name
        == "images (2, 5, 4) of uint8, kernel (2, 3) of int64, padding (1, 0), stride (2, 3)"
    )
    assert case.call_source == "convolve_grayscale(images, kernel, (1, 0), stride=(2, 3))"
    assert case.defaults == frozenset()
    pooled = Case(6, "max", Sample((2, 5, 4, 1), "int64", 0), (2, 2), ((1, 1),))
    assert pooled.name == "images (2, 5, 4, 1) of int64, kernel_shape (2, 2), stride (1, 1)"
    assert pooled.call_source == "pool(images, (2, 2), (1, 1))"
    assert pooled.defaults == {"mode"}
    assert pooled.mode == "max"


def test_arrays_of_a_case_cannot_be_written_to():
    for array in (ALL[0].images, ALL[0].kernel, ALL[0].expected[0]):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_kernels_show_flips():
    """None is zero, and what is larger than 1 x 1 differs from itself turned round."""
    for case in JUDGED:
        if case.task == 6 or case.weights.numbers == "differences":
            continue
        assert np.any(case.kernel), case.name
        if case.kernel[..., 0].size > 1 and max(case.window) > 1:
            assert not np.array_equal(case.kernel, case.kernel[::-1, ::-1]), case.name


KINDS_OF_CASES = {
    "odd kernel": lambda case: all(k % 2 for k in case.window) and case.window != (1, 1),
    "even kernel": lambda case: not any(k % 2 for k in case.window),
    "h < w": lambda case: case.size[0] < case.size[1],
    "h > w": lambda case: case.size[0] > case.size[1],
    "kh < kw": lambda case: case.window[0] < case.window[1],
    "kh > kw": lambda case: case.window[0] > case.window[1],
    "kernel 1 x 1": lambda case: case.window == (1, 1),
    "as large as the image": lambda case: case.window == case.size,
    "one image": lambda case: case.sample.shape[0] == 1,
    "several images": lambda case: case.sample.shape[0] > 1,
    "negative": lambda case: bool((case.images < 0).any()),
    "fractions": lambda case: case.images.dtype.kind == "f" and bool((case.images % 1).any()),
    **{
        kind: lambda case, kind=kind: case.images.dtype == kind
        for kind in ("float32", "float64", "int64", "uint8")
    },
}
OF_CONVOLUTIONS = {
    "uint8 with int64": lambda case: (case.images.dtype, case.kernel.dtype) == (np.uint8, np.int64),
    "uint8 with float64": lambda case: (
        (case.images.dtype, case.kernel.dtype) == (np.uint8, np.float64)
    ),
    "float64 with int64": lambda case: (
        (case.images.dtype, case.kernel.dtype) == (np.float64, np.int64)
    ),
    "negative weights": lambda case: bool((case.kernel < 0).any()),
}
OF_STRIDES = {
    "sh < sw": lambda case: case.stride[0] < case.stride[1],
    "sh > sw": lambda case: case.stride[0] > case.stride[1],
    "larger than the window": lambda case: any(
        s > k for s, k in zip(case.stride, case.window, strict=True)
    ),
}
OF_PADDING = {
    "ph < pw": lambda case: case.padding[0] < case.padding[1],
    "ph > pw": lambda case: case.padding[0] > case.padding[1],
    "none": lambda case: case.padding == (0, 0),
    "more than the kernel": lambda case: (
        min(p - k for p, k in zip(case.padding, case.window, strict=True)) > 0
    ),
    "kernel larger than the image": lambda case: any(
        k > n for k, n in zip(case.window, case.size, strict=True)
    ),
}


@pytest.mark.parametrize(("task", "item"), PARTS)
def test_each_part_has_each_kind_of_case(task, item):
    wanted = dict(KINDS_OF_CASES)
    if task < 6:
        wanted |= OF_CONVOLUTIONS
    if task == 6 or item == "same-strided" or (task >= 3 and item == "valid"):
        wanted |= OF_STRIDES
    if item == "padding":
        wanted |= OF_PADDING
        wanted.pop("as large as the image")
    there = of(task, item)
    missing = [name for name, has in wanted.items() if not any(map(has, there))]
    assert missing == []


@pytest.mark.parametrize("task", [3, 4, 5])
def test_every_form_of_the_words_is_called(task):
    """By position, by keyword, and left out where the default is meant."""
    forms = {(case.item, len(case.positional), *sorted(case.keywords)) for case in CASES[task]}
    for item in ("valid", "padding", "same", "same-strided"):
        assert (item, 2) in forms
        assert (item, 0, "padding", "stride") in forms
    assert {
        ("valid", 0, "padding"),
        ("padding", 0, "padding"),
        ("same", 0),
        ("same-strided", 0, "stride"),
    } <= forms


def test_large_numbers_are_exact_in_float64_only():
    large = [case for case in JUDGED if case.sample.numbers == "large"]
    assert len(large) >= 8
    for case in large:
        assert not np.array_equal(case.images, case.images.astype(np.float32).astype(np.int64))
        assert all(np.array_equal(right * 6, np.rint(right * 6)) for right in case.expected)


def test_every_kind_of_numbers_is_used():
    used = {
        sample.numbers
        for case in ALL
        for sample in (case.sample, case.weights)
        if isinstance(sample, Sample)
    }
    assert used == set(NUMBERS)


# ---- readings are told apart ----


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
        case = drawn.choice([case for case in of(task, item) if max(case.size) < 9])
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
        if not any(caught(reading, case) for case in of(task, item)):
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
        return plainly(inner, (0, 0))

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
RIGHT = {("p = ceil(T / 2)", "same-strided"), ("TensorFlow", "same")}


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    ("task", "item"), [(1, "same"), (3, "same"), (3, "same-strided"), (5, "same-strided")]
)
def test_readings_of_same(task, item, name):
    """At least three cases show each reading that public submissions have, and that is not
    right.
    """
    rows = [
        case for case in of(task, item) if max(case.size) < 9 and case.sample.numbers == "whole"
    ]
    assert len(rows) > 7
    if name.startswith("one more"):  # right where T is odd
        rows = [
            case
            for case in rows
            if not any(total % 2 or not total for total in trials._total_zeros(case))
        ]
    wrong = [case for case in rows if caught(same(BOTH[name]), case)]
    assert (wrong == []) if (name, item) in RIGHT else (len(wrong) >= 2)


def test_either_side_of_the_odd_zero_is_right_on_each_axis():
    case = next(case for case in of(3, "same") if not any(k % 2 for k in case.window))
    assert len(case.expected) == 4
    for rows in (0, 1):
        for columns in (0, 1):
            tops = [
                zeros_before(case, axis)[0][place] for axis, place in enumerate((rows, columns))
            ]
            assert Trial(case, Answer("returned", plainly(case, tops))).problem == ""


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
    rights = [(case, case.expected[0]) for case in of(task, item)]
    values = [right + np.abs(right).max() + 1 if wrong(case) else right for case, right in rights]
    return [
        Trial(case, Answer("returned", value))
        for (case, _), value in zip(rights, values, strict=True)
    ]


def common(task, item, wrong):
    done = tried(task, item, wrong)
    return trials.in_common(
        [one for one in done if one.problem], [one for one in done if not one.problem]
    )


@pytest.mark.parametrize("words", trials.TRAITS)
def test_a_trait_is_named_where_it_sets_apart(words):
    has = trials.TRAITS[words]
    parts = [
        part for part in PARTS if 0 < sum(map(has, of(*part))) <= len(of(*part)) - trials.MIN_OTHERS
    ]
    assert parts, "no case has it, or all have it"
    said = [common(*part, has) for part in parts]
    wanted = [f"the {sum(not has(case) for case in of(*part))} others hold" for part in parts]
    assert all(
        "just the cases that" in one and end in one for one, end in zip(said, wanted, strict=True)
    )
    assert any(words in one for one in said)


def test_traits_in_words():
    uint8 = common(0, "valid", lambda case: case.images.dtype == np.uint8)
    assert (
        uint8
        == f"; it is just the cases that have images of uint8, and the {len(of(0, 'valid')) - 2} "
        "others hold"
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
        assert trials.TRAITS["have rows or columns left over after the last window"](case) == any(
            ends
        ), case.name


def test_a_trait_of_most_that_are_wrong():
    """One kernel of two goes wrong on images of uint8: it still says where to look."""
    wrong = common(
        0, "valid", lambda case: case.images.dtype == np.uint8 and case.kernel.dtype == np.int64
    )
    assert (
        wrong == "; it is 1 of the 2 cases that have images of uint8, and the "
        f"{len(of(0, 'valid')) - 2} others hold"
    )


def test_no_trait_where_all_or_none_in_particular_fail():
    assert common(0, "valid", lambda case: True) == ""
    assert common(0, "valid", lambda case: case.size != (1, 1)) == "", "two others are too few"
    drawn = random.Random(1)
    assert common(3, "same", lambda case: drawn.random() < 0.5) == ""


# ---- items; submissions written here are run in this process ----


def in_process(function, calls, python, limits):
    """Answer as a child would, for files that this test has written."""
    del python, limits
    module = types.ModuleType("submission")
    try:
        exec((function.folder / function.file).read_text(), module.__dict__)
        called = getattr(module, function.name)
    except (ArithmeticError, AttributeError) as error:
        return [
            Answer("raised", words=f"{type(error).__name__}: {error}", line=1, loaded=False)
        ] * len(calls)
    return [answered(called, call, place) for place, call in enumerate(calls)]


def answered(called, call, place):
    given = [one.copy() if isinstance(one, np.ndarray) else one for one in call.arguments]
    before = [one.copy() if isinstance(one, np.ndarray) else one for one in given]
    start = time.perf_counter()
    try:
        value = called(*given, **call.keywords)
    except Exception as error:
        return Answer("raised", words=f"{type(error).__name__}: {error}", line=7)
    taken = time.perf_counter() - start
    changed = tuple(
        i for i, (a, b) in enumerate(zip(given, before, strict=True)) if not np.array_equal(a, b)
    )
    if not isinstance(value, np.ndarray):
        return Answer("not an array", words=f"the function returned a {type(value).__name__}")
    return Answer("returned", value, changed=changed, seconds=taken, peak=2**25 + place * 2**20)


@pytest.fixture
def judge(tmp_path, monkeypatch):
    """Judge one file, made of a task's own file with something in it replaced."""
    monkeypatch.setattr(timing, "REPEATS", 2)  # enough to see that the best counts

    def judged(task, *changes, text=None, max_ratio=None, limits=LIMITS, run=in_process):
        timing._own_cost.cache_clear()
        monkeypatch.setattr(caller, "run", run)
        file = TASKS[task].file
        if text is None:
            text = (own_files.folder() / file).read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / file).write_text(text)
        items, measures = behaviour.judge(
            course_folder(tmp_path), [task], PYTHON, limits, max_ratio
        )
        return {item.name: item for item in items}, measures

    yield judged
    timing._own_cost.cache_clear()


def failing(items):
    return [name for name, item in items.items() if item.outcome is Outcome.FAILS]


def words(item):
    return [finding.words for finding in item.findings]


@pytest.mark.parametrize("task", TASKS)
def test_own_files_hold_without_a_remark(judge, task):
    items, (measure,) = judge(task)
    assert list(items) == requirements.names(task)
    assert {item.outcome for item in items.values()} == {Outcome.HOLDS}
    assert [remark.words for item in items.values() for remark in item.remarks] == []
    data = (own_files.folder() / TASKS[task].file).read_bytes()
    assert (measure.lines, measure.characters) == (len(data.splitlines()), len(data))
    assert measure.time_ratio > 0
    assert measure.memory_ratio > 0
    assert all(item.title == requirements.TITLES[name] for name, item in items.items())


CONVOLUTIONS = ["valid", "padding", "same", "same-strided"]
SAME_ZEROS = "(h - 1) * sh + kh - h, (w - 1) * sw + kw - w"
# name: task, what is replaced, by what, the parts that fail, what the words say
DEFECTS = {
    "flipped": (0, "kernel.astype(float)", "kernel[::-1, ::-1] * 1.0", ["valid"], "flipped"),
    "strides": (
        3,
        "sh, sw = stride",
        "sw, sh = stride",
        ["valid", "padding", "same-strided"],
        "swapped",
    ),
    "same": (3, SAME_ZEROS, "kh - 1, kw - 1", ["same-strided"], "whatever the stride"),
    "default": (
        3,
        "padding='same'",
        "padding='valid'",
        ["same", "same-strided"],
        "that leave padding to its default",
    ),
    "ceil": (
        6,
        "(h - kh) // sh + 1",
        "-(-(h - kh) // sh) + 1",
        ["max", "avg"],
        "could not be broadcast",
    ),
    "integers": (
        0,
        "return output",
        "return np.trunc(output)",
        ["valid"],
        "cases that have fractions",
    ),
    "uint8": (
        0,
        "return output",
        "return output * (images.dtype != 'uint8')",
        ["valid"],
        "that have images of uint8",
    ),
    "shape": (5, "return output", "return output.repeat(2, 1)", CONVOLUTIONS, "shape"),
    "bool": (
        2,
        "return output",
        "return output > 0",
        ["padding"],
        "an array of bool; numbers such as float64",
    ),
    "a list": (
        2,
        "return output",
        "return output.tolist()",
        ["padding"],
        "cases: the function returned a list; the",
    ),
    "raises": (
        4,
        "    sh, sw = stride",
        "    sh, sw = stride\n    1 / (m - 1)",
        CONVOLUTIONS,
        "ZeroDivisionError: division by zero; it is just the cases that have one image, and",
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_fails_its_parts(judge, name):
    task, old, new, parts, said = DEFECTS[name]
    items, _ = judge(task, (old, new))
    assert failing(items) == parts
    for part in failing(items):
        assert 1 <= len(items[part].findings) <= 4
        assert {finding.file for finding in items[part].findings} == {TASKS[task].file}
        assert f"{TASKS[task].function}(images, " in items[part].findings[0].details, (
            "a line to paste"
        )
    assert any(said in one for part in failing(items) for one in words(items[part])), [
        words(items[p]) for p in items
    ]


def test_values_and_errors_stand_apart(judge):
    """One finding for all values that differ, one for each kind of error, most of them counted
    only.
    """
    text = PLAIN.replace(
        "    kh, kw",
        "    assert w < 9, f'{w} columns'\n    h = images[5:] if w == 7 else h\n    kh, kw",
        1,
    )
    items, _ = judge(0, text=text.replace("return output", "return output + (w == 6)"))
    values, *errors = items["valid"].findings
    widths = [case.size[1] for case in (*of(0, "valid"), *LARGE[0])]
    assert "differ" in values.words
    assert len(errors) == 2
    assert [finding.line for finding in errors] == [7, 7]
    said = [finding.words for finding in errors]
    large, seven = sum(w > 8 for w in widths), widths.count(7)
    assert any(one.startswith(f"{large} of {len(widths)} cases: AssertionError: ") for one in said)
    assert any(one.startswith(f"{seven} of {len(widths)} cases: TypeError: ") for one in said)


def test_at_most_three_kinds_of_error_are_shown(judge):
    items, _ = judge(
        0,
        ("    m, h, w = images.shape", "    m, h, w = images.shape\n    raise ValueError('x' * w)"),
    )
    assert len({case.size[1] for case in of(0, "valid")}) > 3
    assert len(items["valid"].findings) == behaviour.MAX_ERROR_KINDS == 3


def test_a_default_that_is_missing(judge):
    items, _ = judge(4, ("padding='same', stride=(1, 1)):", "padding, stride):"))
    (finding,) = items["same"].findings
    assert "missing 2 required positional arguments: 'padding' and 'stride'" in finding.words
    assert "just the cases that leave padding to its default" in finding.words


def test_what_the_brief_does_not_ask_is_a_remark(judge):
    items, _ = judge(0, text=PLAIN)
    assert items["valid"].outcome is Outcome.HOLDS
    said = [remark.words for remark in items["valid"].remarks]
    assert said == [
        "The brief does not ask for it, but try a kernel of uint8 on images of uint8: their "
        "products do not fit uint8, so that NumPy wraps them at 256 unless one of them is "
        "converted to float first. Here the values differ."
    ]
    assert "astype('uint8')" in items["valid"].remarks[0].details
    assert len(ODD_KINDS) == 3
    items, _ = judge(0, text=PLAIN.replace("return output", "return output + 1"))
    assert items["valid"].outcome is Outcome.FAILS
    assert items["valid"].remarks == (), "what differs anyway needs no remark"


# as most public solutions have it
PLAIN = """
import numpy as np


def convolve_grayscale_valid(images, kernel):
    m, h, w = images.shape
    kh, kw = kernel.shape
    output = np.zeros((m, h - kh + 1, w - kw + 1))
    for i in range(h - kh + 1):
        for j in range(w - kw + 1):
            output[:, i, j] = np.sum(images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))
    return output
"""


def test_input_that_changes(judge):
    items, _ = judge(
        0, text=PLAIN.replace("    m, h", "    images[0] = 7\n    kernel *= kernel\n    m, h", 1)
    )
    (finding,) = items["input-unchanged"].findings
    count = len((*of(0, "valid"), *LARGE[0]))
    assert finding.words.startswith(
        f"images and kernel changed in {count} of {count} cases; work on a copy. The first"
    )
    pooled, _ = judge(
        6,
        (
            "    m, h, w, c = images.shape",
            "    m, h, w, c = images.shape\n    images += 0 * images + 1",
        ),
    )
    assert words(pooled["input-unchanged"])[0].startswith("images changed in ")


def test_a_file_that_does_not_load(judge):
    for text, said in (
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def convolved(): pass", "AttributeError: "),
    ):
        items, (measure,) = judge(0, text=text)
        assert failing(items) == ["loads"]
        assert words(items["loads"])[0].startswith(said)
        assert items["loads"].findings[0].line == 1
        assert {items[name].outcome for name in ("valid", "input-unchanged")} == {Outcome.UNCHECKED}
        assert words(items["valid"]) == [f"not run: {words(items['loads'])[0]}"]
        assert measure.time_ratio is None


def ended(outcome, said, after, *, loaded=True, words="an earlier call had no answer in time"):
    """Return a child whose calls end after some, and the rest is not run."""

    def run(function, calls, python, limits):
        answers = in_process(function, calls[:after], python, limits)
        rest = Answer("not run", words=words, loaded=loaded)
        return [
            *answers,
            Answer(outcome, words=said, loaded=loaded),
            *[rest] * (len(calls) - after - 1),
        ]

    return run


def test_a_time_out_fails_its_part_and_leaves_the_others_unchecked(judge):
    before = len(of(3, "valid"))
    items, (measure,) = judge(3, run=ended("timed out", "no answer within 20 s", before + 2))
    outcomes = [item.outcome for item in items.values()]
    fails, holds, left = Outcome.FAILS, Outcome.HOLDS, Outcome.UNCHECKED
    assert list(items) == ["loads", "valid", "padding", "same", "same-strided", "input-unchanged"]
    assert outcomes == [holds, holds, fails, left, left, holds]
    (said,) = words(items["padding"])
    assert said.startswith("1 of 3 cases: no answer within 20 s")
    count = len(of(3, "same"))
    assert words(items["same"]) == [
        f"{count} of {count} cases were not run: an earlier call had no answer in time"
    ]
    assert measure.time_ratio is None


def test_a_part_that_was_not_run_to_its_end_could_not_be_checked(judge):
    items, _ = judge(
        3, run=ended("not run", "the checker was stopped", 3, words="the checker was stopped")
    )
    assert items["valid"].outcome is Outcome.UNCHECKED
    count = len(of(3, "valid"))
    assert words(items["valid"]) == [
        f"{count - 3} of {count} cases were not run: the checker was stopped"
    ]


def test_a_child_that_never_starts_is_not_the_submission(judge):
    said = "not run: no process can be started"
    items, _ = judge(3, run=ended("not run", said, 0, loaded=False))
    assert {item.outcome for item in items.values()} == {Outcome.UNCHECKED}
    assert words(items["same"]) == [said]
    items, _ = judge(
        3, run=ended("died", "the process ended by signal 11 (SIGSEGV)", 0, loaded=False)
    )
    assert items["loads"].outcome is Outcome.FAILS


@pytest.mark.parametrize("task", mark_others_full(TASKS, 2, "slow"))
@pytest.mark.parametrize("ended_in", ["timed", "timed once", "large", "second large"])
def test_a_slow_file_that_is_right_holds(judge, task, ended_in):
    """Its time is no verdict: only the larger calls and those after them come late."""
    timed, large = len(CASES[task]), len(CASES[task]) + timing.REPEATS
    after = {"timed": timed, "timed once": timed + 1, "large": large, "second large": large + 1}[
        ended_in
    ]
    items, (measure,) = judge(task, run=ended("timed out", "no answer within 20 s", after))
    assert {item.outcome for item in items.values()} == {Outcome.HOLDS}
    late = [] if "timed" in ended_in else [LARGE[task][ended_in == "second large"].name]
    said = [
        f"Smaller calls are right, and time is no verdict: no answer within 20 s for {name}."
        for name in late
    ]
    assert [remark.words for item in items.values() for remark in item.remarks] == said
    assert (measure.time_ratio is None) == (measure.memory_ratio is None) == (ended_in == "timed")


def test_no_time_is_left(judge):
    items, (measure,) = judge(1, limits=Limits(submission_seconds=0))
    assert {item.outcome for item in items.values()} == {Outcome.UNCHECKED}
    assert words(items["same"]) == ["not run: the 0 s for one submission were over"]
    assert measure.lines > 30


def test_the_deadline_is_kept_across_tasks(tmp_path, monkeypatch):
    """Each file takes two seconds of three; what the project's own files take does not count."""
    left, clock = [], [100.0]

    def run(function, calls, python, limits):
        if function.folder == tmp_path:
            left.append(limits.task_seconds)
        clock[0] += 2
        return in_process(function, calls, python, limits)

    monkeypatch.setattr(caller, "run", run)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    timing._own_cost.cache_clear()
    for task in (0, 1, 2):
        (tmp_path / TASKS[task].file).write_bytes(
            (own_files.folder() / TASKS[task].file).read_bytes()
        )
    limits = Limits(task_seconds=20, submission_seconds=3)
    items, _ = behaviour.judge(course_folder(tmp_path), [2, 0, 1], PYTHON, limits)
    timing._own_cost.cache_clear()
    assert left == [3, 1]
    assert {item.outcome for item in items if item.task < 2} == {Outcome.HOLDS}
    assert {item.outcome for item in items if item.task == 2} == {Outcome.UNCHECKED}


def test_a_file_that_is_missing(tmp_path):
    (tmp_path / "3_convolve_grayscale.py").touch()
    items, measures = behaviour.judge(course_folder(tmp_path), [3], PYTHON, Limits())
    assert [item.name for item in items] == requirements.names(3)
    assert {item.outcome for item in items} == {Outcome.UNCHECKED}
    said = "not run: 3-convolve_grayscale.py is missing"
    assert all(item.findings[0].words.startswith(said) for item in items)
    assert measures == []


# ---- time and memory ----


def lasting(seconds, memory):
    """Return a child whose calls take as long, the project's own file one second and 10 MB."""

    def run(function, calls, python, limits):
        own = function.folder == own_files.folder()
        answers = in_process(function, calls, python, limits)
        taken, grown = (1.0, 10_000_000) if own else (seconds, memory)
        # of the calls that are timed, the last is the fastest; they alone need more memory
        timed = [place for place, call in enumerate(calls) if call.arguments[0] is TIMED[0].images]
        assert len(timed) == timing.REPEATS
        return [
            replace(
                answer,
                seconds=taken * (1 if own else 1 + timed[-1] - place),
                peak=30_000_000 + grown * (place in timed),
            )
            for place, answer in enumerate(answers)
        ]

    return run


def test_ratios_and_the_bar(judge):
    run = lasting(3.0, 25_000_000)
    items, (measure,) = judge(0, run=run)
    assert "speed" not in items
    assert measure.time_ratio == pytest.approx(3)
    assert measure.memory_ratio == pytest.approx(2.5)
    items, _ = judge(0, run=run, max_ratio=3.1)
    assert list(items)[-1] == "speed"
    assert items["speed"].outcome is Outcome.HOLDS
    items, _ = judge(0, run=run, max_ratio=2.9)
    assert failing(items) == ["speed"]
    said = "a larger call takes 3.0 times as long as the project's own file; at most 2.9 was asked"
    assert words(items["speed"]) == [said]
    assert "(64, 64, 64)" in items["speed"].findings[0].details


def test_speed_that_could_not_be_measured(judge):
    items, _ = judge(1, run=ended("timed out", "no answer within 20 s", len(CASES[1])), max_ratio=9)
    assert items["speed"].outcome is Outcome.UNCHECKED
    assert words(items["speed"]) == ["the larger call could not be timed"]
    items, _ = judge(1, text="1 / 0", max_ratio=9)
    assert list(items)[-1] == "speed"


def test_own_files_are_timed_once(judge):
    folders = []

    def run(function, *rest):
        folders.append(function.folder)
        return in_process(function, *rest)

    judge(0, run=run)
    behaviour.judge(course_folder(folders[-1]), [0], PYTHON, Limits())
    assert folders.count(own_files.folder()) == 1
    assert len(folders) == 3


def test_own_files_are_timed_by_one_thread_at_a_time(judge):
    judge(0)
    timing._own_cost.cache_clear()
    busy, most = [], []

    def run(function, *rest):
        busy.append(function)
        most.append(len(busy))
        time.sleep(0.05)
        busy.pop()
        return [Answer("returned", np.zeros(1), seconds=1.0)] * len(rest[0])

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(3) as pool:
        patch.setattr(caller, "run", run)
        costs = list(pool.map(lambda _: timing.own_cost(0, PYTHON, LIMITS), range(3)))
    assert most == [1]
    assert costs == [timing.Cost(1.0, timing.LEAST_MEMORY)] * 3


def test_what_is_found_while_all_stops_is_not_kept(judge):
    limits = Limits()
    limits.stop.set()
    judge(0, run=ended("not run", "", 0), limits=limits)
    assert timing._own_cost.cache_info().currsize == 0


def test_without_own_files_there_is_no_ratio(judge, monkeypatch):
    text = (own_files.folder() / TASKS[0].file).read_text()
    monkeypatch.setattr(own_files, "PLACES", ())
    items, (measure,) = judge(0, text=text)
    assert {item.outcome for item in items.values()} == {Outcome.HOLDS}
    assert measure.time_ratio is None


def test_own_files_are_found_in_a_package_too(tmp_path, monkeypatch):
    assert own_files.folder().name == "0x04-convolutions_and_pooling"
    monkeypatch.setattr(own_files, "PLACES", (tmp_path / "own", *own_files.PLACES))
    assert own_files.folder().parent.name == "math"
    (tmp_path / "own").mkdir()
    for task in TASKS.values():
        (tmp_path / "own" / task.file).touch()
    assert own_files.folder() == tmp_path / "own"


# ---- real processes ----


def brief_python():
    try:
        found = interpreters.find()
    except ValueError:
        return None
    return found if found.is_the_briefs else None


@pytest.fixture(scope="module")
def pythons():
    return {"current": interpreters.find(sys.executable), "brief": brief_python()}


@pytest.mark.parametrize("which", ["current", "brief"])
def test_own_seven_files_hold(pythons, which):
    python = pythons[which]
    if python is None:
        pytest.skip(f"{BRIEFS} was not found")
    folder = own_files.folder()
    tasks = sample(TASKS, 3, "own")
    items, measures = behaviour.judge(course_folder(folder), tasks, python, Limits())
    assert [words(item) for item in items if item.outcome is not Outcome.HOLDS] == []
    assert [item.remarks for item in items if item.remarks] == []
    # the same file against itself, where time depends on what else runs
    assert all(measure.time_ratio > 0 and 0.5 < measure.memory_ratio < 2 for measure in measures)


def test_a_submission_in_a_process_of_its_own(pythons, tmp_path):
    """Two defects in two tasks, and one file that ends its process."""
    course = own_files.folder()
    changes = {
        0: ("weights = kernel.astype(float)", "weights = kernel[::-1, ::-1].astype(float)"),
        2: ("    m, h, w = images.shape", "    import os; os._exit(0)"),
    }
    for task in (0, 2):
        old, new = changes[task]
        text = (course / TASKS[task].file).read_text()
        assert old in text
        (tmp_path / TASKS[task].file).write_text(text.replace(old, new))
    items, _ = behaviour.judge(course_folder(tmp_path), [0, 1, 2], pythons["current"], Limits())
    outcomes = {(item.task, item.name): item.outcome for item in items}
    assert outcomes[0, "valid"] is Outcome.FAILS
    assert outcomes[0, "loads"] is outcomes[0, "input-unchanged"] is Outcome.HOLDS
    assert outcomes[1, "same"] is Outcome.UNCHECKED
    assert outcomes[2, "padding"] is Outcome.FAILS
    flipped = next(item for item in items if item.name == "valid")
    assert flipped.findings[0].reading == "kernel flipped"


def test_time_is_the_processors(pythons, tmp_path):
    """A process that waits does not count as slow."""
    text = (
        "import time\nimport numpy as np\ndef f(x):\n    time.sleep(x / 10)\n    return "
        "np.zeros(1)\n"
    )
    (tmp_path / TASKS[0].file).write_text(text)
    answers = caller.run(
        SubmittedFunction(tmp_path, TASKS[0].file, "f"), [Call((2,))], pythons["current"], LIMITS
    )
    assert answers[0].outcome == "returned"
    assert answers[0].seconds < 0.1


@pytest.mark.skipif(sys.platform == "win32", reason="an interrupt is sent otherwise there")
def test_an_interrupt_ends_all_children_at_once(tmp_path):
    """They would go on for three minutes, the time of a submission."""
    for student in ("one", "two", "three"):
        (tmp_path / student).mkdir()
        (tmp_path / student / "README.md").write_text("mine\n")
        for task in TASKS.values():
            (tmp_path / student / task.file).write_text("while True:\n    pass\n")
    script = (
        f"from convpool.check import check; check([{str(tmp_path)!r}], only=['behaviour'], "
        "jobs=2, time_out=1000)"
    )
    process = children.start([sys.executable, "-c", script], stderr=subprocess.PIPE)
    try:
        while len(running := below(process.pid)) < 2:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=Limits().submission_seconds / 2)
    finally:
        process.kill()
    assert "KeyboardInterrupt" in said
    assert [pid for pid in running if Path(f"/proc/{pid}").exists()] == []


def below(process):
    """Return the ids of all processes that one has started."""
    command = ["ps", "-wweo", "pid=,ppid=,args="]
    rows = [
        line.split(None, 2) for line in subprocess.check_output(command, text=True).splitlines()
    ]
    return [
        int(pid) for pid, parent, words in rows if int(parent) == process and "run_case" in words
    ]
