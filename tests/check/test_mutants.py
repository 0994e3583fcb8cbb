"""Mutants of the seven files: each that changes a result is caught by its behaviour; the others
are listed with why.
"""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from convpool.check import judge_behaviour
from convpool.check.behaviour import timing
from convpool.check.diagnosis import diagnose
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Outcome
from support import mutants
from support.sampling import generator
from support.submissions import OURS, course_folder

HERE = Path(__file__).parents[1]

SAMPLE = 3  # of each file, by default


@cache
def of_task(number):
    return {
        mutant.name: mutant
        for mutant in mutants.make_mutants(number, (OURS / TASKS[number].file).read_text())
    }


@cache
def equivalent():
    """Return the names of each task's mutants that change no result, as listed."""
    listed = {number: set() for number in TASKS}
    for line in (HERE / "submissions" / "equivalent.txt").read_text().splitlines():
        if found := re.fullmatch(r"  (\d+): (.*)", line):
            for number in map(int, found[1]):
                assert found[2] not in listed[number], f"listed twice: {line}"
                listed[number].add(found[2])
    return listed


@pytest.fixture(autouse=True)
def _bare(monkeypatch):
    """Only ask whether something is wrong, not why, nor how long it takes."""
    monkeypatch.setattr(timing, "calls", lambda task: [])
    monkeypatch.setattr(timing, "baseline_cost", lambda *_: None)
    monkeypatch.setattr(diagnose, "diagnose", lambda *_: Finding("differs"))


def caught(mutant, folder, python):
    """Whether any part of the behaviour does not hold."""
    folder.mkdir()
    (folder / TASKS[mutant.task].file).write_text(mutant.source)
    items, _ = judge_behaviour.judge(course_folder(folder), [mutant.task], python, Limits())
    shutil.rmtree(folder)
    return Outcome.FAILS in {item.outcome for item in items}


def differing(chosen, folder, python):
    """Return the mutants that were not caught and are not listed, and those that were caught and
    are.
    """

    def wrong(place_and_mutant):
        place, mutant = place_and_mutant
        return caught(mutant, folder / str(place), python) == (
            mutant.name in equivalent()[mutant.task]
        )

    with ThreadPoolExecutor(2) as pool:
        return [
            mutant.name
            for mutant, differs in zip(chosen, pool.map(wrong, enumerate(chosen)), strict=True)
            if differs
        ]


def test_there_are_many_mutants():
    names = {number: set(of_task(number)) for number in (0, 6)}
    assert all(len(found) > 50 for found in names.values())
    assert "oh, ow = (hp - kh + 1, wp - kw + 1) | hp - kh -> hp + kh" in names[0]
    assert "return output | return output -> nothing" in names[6]


@pytest.mark.parametrize("number", TASKS)
def test_a_sample_of_mutants_is_caught(number, tmp_path, python):
    chosen = generator(f"mutants {number}").sample(list(of_task(number).values()), SAMPLE)
    assert differing(chosen, tmp_path, python) == []


@pytest.mark.full
@pytest.mark.parametrize("number", TASKS)
def test_every_mutant_that_changes_a_result_is_caught(number, tmp_path, python):
    found = of_task(number)
    assert equivalent()[number] <= set(found)
    assert differing(list(found.values()), tmp_path, python) == []
    print(f"task {number}: {len(found)} mutants, {len(equivalent()[number])} of them equivalent")
