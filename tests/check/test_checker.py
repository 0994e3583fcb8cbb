"""The checker as a whole: what it reads of a submission."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from convpool.check import judge_behaviour
from convpool.check.behaviour import timing
from convpool.check.checker import check
from convpool.check.repair.trials import MOST_SECONDS, USUAL_SECONDS
from convpool.check.sandbox import caller
from convpool.check.verdicts import Outcome
from support.judged_here import call_in_process
from support.submissions import FILES, copy_ours


def test_each_file_is_read_once(tmp_path, monkeypatch):
    read_bytes, reads = Path.read_bytes, Counter()

    def counted(path):
        reads[path.name] += 1
        return read_bytes(path)

    monkeypatch.setattr(caller, "run", call_in_process)
    monkeypatch.setattr(timing, "baseline_cost", lambda *_: None)
    folder = copy_ours(tmp_path / "ada")
    monkeypatch.setattr(Path, "read_bytes", counted)
    (judgement,) = check([folder], python=sys.executable, tasks=[0, 2], skip=["pycodestyle"])
    assert [measure.task for measure in judgement.measures] == [0, 2]
    # the rules read all of them in a process of their own
    assert {name: reads[name] for name in FILES} == {name: int(name[0] in "02") for name in FILES}


def test_time_is_measured_where_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(caller, "run", call_in_process)
    measured = []
    monkeypatch.setattr(timing, "baseline_cost", lambda task, *_: measured.append(task))
    folder = copy_ours(tmp_path / "ada")
    words = {"python": sys.executable, "tasks": [0], "only": ["valid"]}
    for is_timed, max_ratio, tasks in ((False, None, []), (True, None, [0]), (False, 2, [0])):
        measured.clear()
        (judgement,) = check([folder], is_timed=is_timed, max_ratio=max_ratio, **words)
        assert judgement.outcome is Outcome.HOLDS
        assert measured == tasks


def test_a_private_seed_calls_with_other_numbers(tmp_path, monkeypatch):
    calls = []

    def recorded(function, its_calls, *words):
        if its_calls[0].arguments:  # not the call that finds out which walls there are
            calls.append(its_calls)
        return call_in_process(function, its_calls, *words)

    monkeypatch.setattr(caller, "run", recorded)
    folder = copy_ours(tmp_path / "ada")
    for seed in (0, 1, 2):
        words = {"tasks": [0], "only": ["valid"], "is_timed": False, "private_seed": seed}
        (judgement,) = check([folder], python=sys.executable, **words)
        assert judgement.outcome is Outcome.HOLDS
    arrays = [{call.arguments[0].tobytes() for call in its_calls} for its_calls in calls]
    assert len(arrays[0] & arrays[1]) < 6  # the small cases that are shown
    assert len(arrays[1] & arrays[2]) < 6


def test_some_changes_are_tried_unless_all_or_nothing_is_asked_for(tmp_path, monkeypatch):
    seconds = []

    def judge(course, tasks, python, limits, options, workers):
        seconds.append(options.trial_seconds)
        return [], []

    monkeypatch.setattr(judge_behaviour, "judge", judge)
    for number in range(4):
        copy_ours(tmp_path / f"student {number}")
    words = {"python": sys.executable, "only": ["valid"], "is_trusted": True}
    for has_changes, each in ((None, USUAL_SECONDS), (True, MOST_SECONDS), (False, 0)):
        seconds.clear()
        check([tmp_path], has_changes=has_changes, **words)
        assert seconds == [each] * 4


def test_its_calls_are_in_the_package_too():
    from convpool import check as package
    from convpool.check import checker

    assert package.check is checker.check
    assert package.requirement_titles is checker.requirement_titles
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing
