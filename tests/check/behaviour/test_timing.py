"""Time and memory, and the requirement of speed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from convpool.check import judge_behaviour as behaviour
from convpool.check.behaviour import baseline_files, timing
from convpool.check.behaviour.cases_by_task import CASES, TIMED
from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Answer
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support import children
from support.judged_here import (
    LIMITS,
    PYTHON,
    call_in_process,
    failing_names,
    make_ending_child,
    words,
)
from support.submissions import course_folder


def lasting(seconds, memory):
    """Return a child whose calls take as long, the project's own file one second and 10 MB."""

    def run(function, calls, python, limits):
        own = function.folder == baseline_files.folder()
        answers = call_in_process(function, calls, python, limits)
        taken, grown = (1.0, 10_000_000) if own else (seconds, memory)
        # of the calls that are timed, the last is the fastest; they alone need more memory
        timed = [
            place
            for place, call in enumerate(calls)
            if call.arguments[0].shape == TIMED[0].images.shape
        ]
        assert len(timed) == timing.REPEATS
        # results that are remembered help nobody
        assert len({calls[place].arguments[0].tobytes() for place in timed}) == timing.REPEATS
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
    assert failing_names(items) == ["speed"]
    message = (
        "a larger call takes 3.0 times as long as the project's own file; at most 2.9 was asked"
    )
    assert words(items["speed"]) == [message]
    assert "(64, 64, 64)" in items["speed"].findings[0].details


def test_speed_that_could_not_be_measured(judge):
    items, _ = judge(
        1, run=make_ending_child("timed out", "no answer within 20 s", len(CASES[1])), max_ratio=9
    )
    assert items["speed"].outcome is Outcome.UNCHECKED
    assert words(items["speed"]) == ["the larger call could not be timed"]
    items, _ = judge(1, text="1 / 0", max_ratio=9)
    assert list(items)[-1] == "speed"


def test_own_files_are_timed_once(judge):
    folders = []

    def run(function, *rest):
        folders.append(function.folder)
        return call_in_process(function, *rest)

    judge(0, run=run)
    behaviour.judge(course_folder(folders[-1]), [0], PYTHON, Limits())
    assert folders.count(baseline_files.folder()) == 1
    assert len(folders) == 3


def test_own_files_are_timed_by_one_thread_at_a_time(judge):
    judge(0)
    timing._baseline_cost.cache_clear()
    busy, most = [], []

    def run(function, *rest):
        busy.append(function)
        most.append(len(busy))
        time.sleep(0.05)
        busy.pop()
        return [Answer("returned", np.zeros(1), seconds=1.0)] * len(rest[0])

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(3) as pool:
        patch.setattr(caller, "run", run)
        costs = list(pool.map(lambda _: timing.baseline_cost(0, PYTHON, LIMITS), range(3)))
    assert most == [1]
    assert costs == [timing.Cost(1.0, timing.LEAST_MEMORY)] * 3


def test_what_is_found_while_all_stops_is_not_kept(judge):
    limits = Limits()
    limits.stop.set()
    judge(0, run=make_ending_child("not run", "", 0), limits=limits)
    assert timing._baseline_cost.cache_info().currsize == 0


def test_without_own_files_there_is_no_ratio(judge, monkeypatch):
    text = (baseline_files.folder() / TASKS[0].file).read_text()
    monkeypatch.setattr(baseline_files, "PLACES", ())
    items, (measure,) = judge(0, text=text)
    assert {item.outcome for item in items.values()} == {Outcome.HOLDS}
    assert measure.time_ratio is None


def test_own_files_are_found_in_a_package_too(tmp_path, monkeypatch):
    assert baseline_files.folder().name == "0x04-convolutions_and_pooling"
    monkeypatch.setattr(baseline_files, "PLACES", (tmp_path / "own", *baseline_files.PLACES))
    assert baseline_files.folder().parent.name == "math"
    (tmp_path / "own").mkdir()
    for task in TASKS.values():
        (tmp_path / "own" / task.file).touch()
    assert baseline_files.folder() == tmp_path / "own"


def test_short_calls_are_timed_in_a_process_whose_time_is_limited():
    """Where Linux counts a process's seconds by ticks, which are longer than these calls."""
    pytest.importorskip("resource")
    code = """
import resource
from convpool.check.sandbox.child_calls import _processor_seconds

resource.setrlimit(resource.RLIMIT_CPU, (1000, 1000))
for _ in range(20):
    start = _processor_seconds()
    sum(range(10_000))
    print(_processor_seconds() - start)
"""
    seconds = [float(line) for line in children.output(code).split()]
    assert len(seconds) == 20
    assert min(seconds) > 0
