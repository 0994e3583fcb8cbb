"""Tracing: the lines that ran, the turn of the loop that writes the followed pixel, the window,
expected and got.
"""

from __future__ import annotations

import sys

import numpy as np
import pytest

from convpool.check.diagnosis import tracing
from convpool.check.diagnosis.window_text import number
from convpool.check.sandbox.calls import Answer, FollowedCall, Step
from convpool.check.sandbox.interpreters import find
from convpool.check.sandbox.limits import Limits
from convpool.check.submissions.search import Submission
from convpool.check.tasks import TASKS
from support.submissions import OURS

LOOPS = '''#!/usr/bin/env python3
"""Task 0."""
import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    output = np.zeros((m, h - kh + 1, w - kw + 1))
    for i in range(h - kh + 1):
        for j in range(w - kw + 1):
            window = images[:, i:i + kh, j:j + kw]
            output[:, i, j] = np.sum(window * kernel, axis=(1, 2))
    return output
'''


def trace_of(folder, task):
    return tracing.trace(Submission("ours", folder, folder), task, find(sys.executable), Limits())


@pytest.fixture
def handed_in(tmp_path):
    def write(source):
        (tmp_path / TASKS[0].file).write_text(source, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize("task", [0, 5, 6])
def test_our_own_files_are_followed(task):
    text = trace_of(OURS, task)
    case, index = tracing.FOLLOWED[task]
    wanted = number(case.expected[0][index])
    assert text.splitlines()[0] == f"{TASKS[task].file}, {TASKS[task].function}: {case.call_source}"
    assert f"expected {wanted}\ngot {wanted}" in text
    assert f"def {TASKS[task].function}(" in text


@pytest.mark.parametrize("task", TASKS)
def test_followed_pixels_can_be_told_from_nothing(task):
    case, index = tracing.FOLLOWED[task]
    value = case.expected[0]
    assert case.task == task
    assert value[index] != 0
    assert 9 < value.size <= 64
    assert len(case.expected) == 1, "no odd zero: one right value"


def test_the_turn_that_writes_the_pixel_is_told(handed_in):
    lines = trace_of(handed_in(LOOPS), 0).splitlines()
    case, (_, i, j) = tracing.FOLLOWED[0]
    wanted = f"output: [0, {i}, {j}] = {case.expected[0][0, i, j]}"
    place = [line.strip() for line in lines].index(wanted)
    assert lines[place + 1].strip() == "^ the followed pixel"
    shown = "\n".join(lines[place - 12 : place])
    assert "window: f8 (1, 2, 3)" in shown
    for row in case.images[:, i : i + 2, j : j + 3].astype(int)[0]:
        assert all(f"{number}." in shown for number in row)
    assert f"          i: {i}" in lines[:place]
    assert f"          j: {j}" in lines[:place]
    assert sum(line.strip().startswith("output: [") for line in lines) == 2, (
        "the first turn and this one"
    )
    assert any(line.strip().startswith("... ") and line.endswith(" more") for line in lines)


def test_a_wrong_value_stands_beside_the_right_one(handed_in):
    text = trace_of(handed_in(LOOPS.replace("window * kernel", "window * kernel[::-1, ::-1]")), 0)
    case, index = tracing.FOLLOWED[0]
    flipped = (case.images[0, 1:3, 2:5] * case.kernel[::-1, ::-1]).sum()
    assert f"expected {number(case.expected[0][index])}\ngot {number(flipped)}" in text


@pytest.mark.parametrize(
    ("before", "line", "expected"),
    [
        ("return", "output = output.astype(np.float32)", "output: f4 (1, 3, 4)"),
        ("return", "output = output.astype(int)", "output: i8 (1, 3, 4)"),
        ("return", "output = output.reshape(3, 1, 4)", "output: f8 (3, 1, 4)"),
        # zeros of both dtypes are the same bytes
        ("for i", "output = output.astype(int)", "output: i8 (1, 3, 4)"),
        # one number changes too
        (
            "return",
            "output = np.where(np.arange(12).reshape(1, 3, 4), output, 7).astype(int)",
            "output: i8 (1, 3, 4)",
        ),
    ],
)
def test_an_array_that_changes_its_dtype_or_shape_is_told(handed_in, before, line, expected):
    """Its numbers may be equal, so that nothing else shows what the line did."""
    source = LOOPS.replace(f"    {before}", f"    {line}\n    {before}")
    lines = [line.strip() for line in trace_of(handed_in(source), 0).splitlines()]
    place = next(number for number, text in enumerate(lines) if text.endswith(line))
    assert lines[place + 1] == expected


def test_a_wrong_shape_is_named(handed_in):
    text = trace_of(handed_in(LOOPS.replace("w - kw + 1))", "w - kw + 3))")), 0)
    assert "got an array of shape (1, 3, 6), expected (1, 3, 4)" in text
    assert "at this place" in text


def test_an_error_is_named(handed_in):
    text = trace_of(handed_in(LOOPS.replace("h - kh + 1, w", "1, w")), 0)
    assert "got no array: IndexError" in text


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert trace_of(tmp_path, 3) == "ours: there is no 3-convolve_grayscale.py to follow"
    nowhere = Submission("nowhere", tmp_path, None)
    assert "there is no" in tracing.trace(nowhere, 3, find(sys.executable), Limits())


def test_what_was_not_followed_to_the_end_is_said():
    followed = FollowedCall(
        Answer("returned", np.zeros((1, 1, 1))), (Step(1, "f", {"x": "1"}),), complete=False
    )
    assert (
        list(tracing.step_lines(followed, ["def f():"], (0, 0, 0)))[-1].strip()
        == "... (not followed to the end)"
    )
