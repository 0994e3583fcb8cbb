"""The cases: right results by plain loops, and what the table covers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.cases_by_task import CASES, TIMED
from convpool.check.behaviour.random_arrays import NUMBERS, Sample
from convpool.check.tasks import TASKS
from support.judged_here import (
    ALL,
    JUDGED,
    PARTS,
    judged_cases,
)
from support.plain_loops import loop_output, zeros_before
from support.sampling import mark_others_full

# ---- right results, once more, with plain loops over plain numbers ----


def check_expected(case):
    ways = [(top, left) for top in zeros_before(case, 0)[0] for left in zeros_before(case, 1)[0]]
    assert len(case.expected) == len(ways)
    for tops in ways:
        wanted = loop_output(case, tops)
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
    values = {"padding": padding, "stride": stride, "mode": draw(st.sampled_from(["max", "avg"]))}
    positional_values = [values[name] for name in names]
    cut = draw(st.integers(0, len(names)))
    images = (m, *size) if task < 4 else (m, *size, c)
    kernel = (
        window
        if task == 6
        else Sample((*window, c, nc)[: max(2, task - 1)], "int64", draw(st.integers(0, 99)))
    )
    words = dict(zip(names[cut:], positional_values[cut:], strict=True))
    return Case(
        task,
        "",
        Sample(images, numbers, draw(st.integers(0, 99))),
        kernel,
        tuple(positional_values[:cut]),
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


@pytest.mark.parametrize("task", [3, 4, 5])
def test_same_is_tried_with_each_kind_of_axis_beside_each_other_one(task):
    """An axis is of a kind by whether its kernel is even, its zeros are odd, its stride is 1."""

    def kind(n, k, s):
        return k % 2, ((n - 1) * s + k - n) % 2, s == 1

    kinds = {kind(n, k, s) for n in range(4, 8) for k in range(1, 5) for s in (1, 2)}
    assert len(kinds) == 6
    tried = {
        tuple(map(kind, case.size, case.window, case.stride))
        for case in CASES[task]
        if case.item == "same-strided" and case.judged
    }
    strided = {pair for pair in product(kinds, repeat=2) if not (pair[0][2] and pair[1][2])}
    assert strided <= tried


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
    there = judged_cases(task, item)
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
