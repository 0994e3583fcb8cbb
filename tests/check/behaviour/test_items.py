"""The items of a task, by what its function returns."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from convpool.check import judge_behaviour as behaviour
from convpool.check.behaviour import baseline_files, requirement_names, timing
from convpool.check.behaviour.cases_by_task import CASES, LARGE, ODD_KINDS
from convpool.check.judge_requirement import MAX_ERROR_KINDS
from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Answer
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support.judged_here import (
    PYTHON,
    call_in_process,
    failing_names,
    judged_cases,
    make_ending_child,
    words,
)
from support.sampling import mark_others_full
from support.submissions import course_folder


@pytest.mark.parametrize("task", TASKS)
def test_own_files_hold_without_a_remark(judge, task):
    items, (measure,) = judge(task)
    assert list(items) == requirement_names.of_task(task)
    assert {item.outcome for item in items.values()} == {Outcome.HOLDS}
    assert [remark.words for item in items.values() for remark in item.remarks] == []
    data = (baseline_files.folder() / TASKS[task].file).read_bytes()
    assert (measure.lines, measure.characters) == (len(data.splitlines()), len(data))
    assert measure.time_ratio > 0
    assert measure.memory_ratio > 0
    assert all(item.title == requirement_names.TITLES[name] for name, item in items.items())


CONVOLUTIONS = ["valid", "padding", "same", "same-strided"]
SAME_ZEROS = "(h - 1) * sh + kh - h, (w - 1) * sw + kw - w"
# name: task, what is replaced, by what, the parts that fail, what the words say
DEFECTS = {
    "flipped": (0, "kernel.astype(float)", "kernel[::-1, ::-1] * 1.0", ["valid"], "flipped"),
    "strides": (3, "sh, sw = stride", "sw, sh = stride",
                ["valid", "padding", "same-strided"], "swapped"),
    "same": (3, SAME_ZEROS, "kh - 1, kw - 1", ["same-strided"], "whatever the stride"),
    "default": (3, "padding='same'", "padding='valid'", ["same", "same-strided"], "that leave "
                                                                                  "padding to "
                                                                                  "its default"),
    "ceil": (6, "(h - kh) // sh + 1", "-(-(h - kh) // sh) + 1", ["max", "avg"], "could not be "
                                                                                "broadcast"),
    "integers": (0, "return output", "return np.trunc(output)", ["valid"], "cut to whole numbers"),
    "uint8": (0, "return output", "return output * (images.dtype != "
                                  "'uint8')", ["valid"], "that have images of uint8"),
    "shape": (5, "return output", "return output.repeat(2, 1)", CONVOLUTIONS, "shape"),
    "bool": (2, "return output", "return output > 0", ["padding"], "an array of bool; numbers "
                                                                   "such as float64"),
    "a list": (2, "return output", "return output.tolist()", ["padding"],
               "the function returned a list"),
    "raises": (4, "    sh, sw = stride", "    sh, sw = stride\n    1 / (m - 1)", CONVOLUTIONS,
               "ZeroDivisionError: division by zero; it is just the cases that have one image"),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_fails_its_parts(judge, name):
    task, old, new, parts, message = DEFECTS[name]
    items, _ = judge(task, (old, new))
    assert failing_names(items) == parts
    for part in failing_names(items):
        assert 1 <= len(items[part].findings) <= 4
        assert {finding.file for finding in items[part].findings} == {TASKS[task].file}
        assert f"{TASKS[task].function}(images, " in items[part].findings[0].details, (
            "a line to paste"
        )
    assert any(message in one for part in failing_names(items) for one in words(items[part])), [
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
    widths = [case.size[1] for case in (*judged_cases(0, "valid"), *LARGE[0])]
    assert values.words.startswith("pixel (0, ")
    assert values.failing == widths.count(6)
    assert len(errors) == 2
    assert [finding.line for finding in errors] == [7, 7]
    counts = {finding.words.partition(":")[0]: finding.failing for finding in errors}
    assert counts == {"AssertionError": sum(w > 8 for w in widths), "TypeError": widths.count(7)}
    assert {finding.cases for finding in items["valid"].findings} == {len(widths)}


def test_at_most_three_kinds_of_error_are_shown(judge):
    line = "    m, h, w = images.shape"
    errors = "    raise (ValueError, TypeError, KeyError, IndexError)[w % 4]('x' * w)"
    items, _ = judge(0, (line, f"{line}\n{errors}"))
    assert len({case.size[1] for case in judged_cases(0, "valid")}) > 3
    assert len(items["valid"].findings) == MAX_ERROR_KINDS == 3


def test_a_default_that_is_missing(judge):
    items, _ = judge(4, ("padding='same', stride=(1, 1)):", "padding, stride):"))
    (finding,) = items["same"].findings
    assert "missing 2 required positional arguments: 'padding' and 'stride'" in finding.words
    assert "just the cases that leave padding to its default" in finding.words


def test_what_the_brief_does_not_ask_is_a_remark(judge):
    items, _ = judge(0, text=PLAIN)
    assert items["valid"].outcome is Outcome.HOLDS
    message = [remark.words for remark in items["valid"].remarks]
    assert message == [
        "Not asked for, but worth a try: a kernel of uint8 on images of uint8: their "
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
    count = len((*judged_cases(0, "valid"), *LARGE[0]))
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
    for text, message in (
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def convolved(): pass", "AttributeError: "),
    ):
        items, (measure,) = judge(0, text=text)
        assert failing_names(items) == ["loads"]
        assert words(items["loads"])[0].startswith(message)
        assert items["loads"].findings[0].line == 1
        assert {items[name].outcome for name in ("valid", "input-unchanged")} == {Outcome.UNCHECKED}
        assert words(items["valid"]) == [f"not run: {words(items['loads'])[0]}"]
        assert measure.time_ratio is None


def test_a_call_without_an_answer_in_time_is_no_verdict(judge):
    """The endless call alone is unchecked; the others are made all the same."""

    def run(function, calls, python, limits):
        answers = call_in_process(function, calls, python, limits)
        return [
            Answer("timed out", words="no answer within 5 s") if call.arguments[1].shape == (2, 2)
            else answer
            for call, answer in zip(calls, answers, strict=True)
        ]  # fmt: skip

    items, _ = judge(3, run=run)
    outcomes = [item.outcome for item in items.values()]
    holds, left = Outcome.HOLDS, Outcome.UNCHECKED
    assert list(items) == ["loads", "valid", "padding", "same", "same-strided", "input-unchanged"]
    assert outcomes == [holds, left, left, left, left, holds]
    cases = [*judged_cases(3, "same")]
    late = [case for case in cases if case.window == (2, 2)]
    assert words(items["same"])[0].startswith(
        f"{len(late)} of {len(cases)} cases have no result: no answer within 5 s; the first is"
    )
    assert items["same"].findings[0].details == late[0].source


def test_after_the_time_the_rest_has_no_result(judge):
    before = len(judged_cases(3, "valid"))
    run = make_ending_child("timed out", "no answer within 20 s", before + 2)
    items, (measure,) = judge(3, run=run)
    count = len(judged_cases(3, "same"))
    assert items["valid"].outcome is Outcome.HOLDS
    assert words(items["same"])[0].startswith(
        f"{count} of {count} cases have no result: an earlier call had no answer in time"
    )
    assert measure.time_ratio is None


def test_random_results_are_not_repeatable(judge):
    text = PLAIN.replace("return output", "return output + np.random.rand()")
    items, _ = judge(0, text=text)
    (finding,) = items["valid"].findings
    assert "the same call gives another result each time" in finding.words
    assert finding.reading == ""


@pytest.mark.parametrize("name", ["float", "product", "made_up"])
def test_names_that_only_the_brief_s_numpy_has_are_no_fault(judge, name):
    text = PLAIN.replace("return output", f"return output.astype(np.{name})")
    error = f"AttributeError: module 'numpy' has no attribute '{name}'"

    def run(function, calls, python, limits):
        return [Answer("raised", words=error, line=12)] * len(calls)

    items, _ = judge(0, text=text, run=run)
    if name == "made_up":
        assert items["valid"].outcome is Outcome.FAILS
    else:
        assert items["valid"].outcome is Outcome.UNCHECKED
        assert (
            f"np.{name} is there in NumPy 1.19.2, and not in the 2.0.0" in words(items["valid"])[0]
        )


def test_what_only_this_machine_lacks_is_no_fault(judge):
    def run(function, calls, python, limits):
        return [
            replace(answer, load_problem="ModuleNotFoundError: No module named 'matplotlib'",
                    load_line=3, is_checkers_limit=python is PYTHON)
            for answer in call_in_process(function, calls, python, limits)
        ]  # fmt: skip

    items, _ = judge(0, run=run)
    assert items["loads"].outcome is Outcome.UNCHECKED
    assert items["loads"].findings[0].line == 3
    assert "a limit of this check; the function was judged without it" in words(items["loads"])[0]
    assert "if __name__ == '__main__'" in words(items["loads"])[0]
    assert items["valid"].outcome is Outcome.HOLDS


def test_what_a_call_printed_stands_at_its_case(judge):
    def run(function, calls, python, limits):
        return [
            replace(answer, printed="shape (3, 3)\n")
            for answer in call_in_process(function, calls, python, limits)
        ]

    for end in ("return output + 1", "raise ValueError"):
        items, _ = judge(0, ("return output", end), run=run)
        assert "it printed: shape (3, 3)" in items["valid"].findings[0].details


def test_a_part_that_was_not_run_to_its_end_could_not_be_checked(judge):
    items, _ = judge(
        3,
        run=make_ending_child(
            "not run", "the checker was stopped", 3, words="the checker was stopped"
        ),
    )
    assert items["valid"].outcome is Outcome.UNCHECKED
    count = len(judged_cases(3, "valid"))
    assert words(items["valid"]) == [
        f"{count - 3} of {count} cases have no result: the checker was stopped; the first is "
        f"{judged_cases(3, 'valid')[3].name}"
    ]


def test_a_child_that_never_starts_is_not_the_submission(judge):
    message = "not run: no process can be started"
    items, _ = judge(3, run=make_ending_child("not run", message, 0, loaded=False))
    assert {item.outcome for item in items.values()} == {Outcome.UNCHECKED}
    assert words(items["same"]) == [message]
    items, _ = judge(
        3,
        run=make_ending_child("died", "the process ended by signal 11 (SIGSEGV)", 0, loaded=False),
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
    items, (measure,) = judge(
        task, run=make_ending_child("timed out", "no answer within 20 s", after)
    )
    assert {item.outcome for item in items.values()} == {Outcome.HOLDS}
    late = [] if "timed" in ended_in else [LARGE[task][ended_in == "second large"].name]
    message = [
        f"Smaller calls are right, and time is no verdict: no answer within 20 s for {name}."
        for name in late
    ]
    assert [remark.words for item in items.values() for remark in item.remarks] == message
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
        return call_in_process(function, calls, python, limits)

    monkeypatch.setattr(caller, "run", run)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    timing._baseline_cost.cache_clear()
    for task in (0, 1, 2):
        (tmp_path / TASKS[task].file).write_bytes(
            (baseline_files.folder() / TASKS[task].file).read_bytes()
        )
    limits = Limits(task_seconds=20, submission_seconds=3)
    items, _ = behaviour.judge(course_folder(tmp_path), [2, 0, 1], PYTHON, limits)
    timing._baseline_cost.cache_clear()
    assert left == [3, 1]
    assert {item.outcome for item in items if item.task < 2} == {Outcome.HOLDS}
    assert {item.outcome for item in items if item.task == 2} == {Outcome.UNCHECKED}


def test_a_file_that_is_missing(tmp_path):
    (tmp_path / "3_convolve_grayscale.py").touch()
    items, measures = behaviour.judge(course_folder(tmp_path), [3], PYTHON, Limits())
    assert [item.name for item in items] == requirement_names.of_task(3)
    assert {item.outcome for item in items} == {Outcome.UNCHECKED}
    message = "not run: 3-convolve_grayscale.py is missing"
    assert all(item.findings[0].words.startswith(message) for item in items)
    assert measures == []
