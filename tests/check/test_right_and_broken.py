"""Right submissions in many styles, in which nothing is found, and broken ones, in which the
defect is found alone.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from convpool.check import judge_behaviour
from convpool.check.behaviour import requirement_names, timing
from convpool.check.checker import check
from convpool.check.diagnosis.readings import registry
from convpool.check.rules import registry as rules
from convpool.check.sandbox import interpreters
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support import broken
from support.sampling import mark_others_full
from support.submissions import copy_ours, course_folder

HERE = Path(__file__).parents[1]
RIGHT = HERE / "submissions" / "right"

STYLES = {
    folder.name: sorted(int(path.name[0]) for path in folder.glob("*.py"))
    for folder in sorted(RIGHT.iterdir())
    if any(folder.glob("*.py"))
}
BROKEN = {defect.name: defect for defect in (*broken.RULES, *broken.BEHAVIOURS)}


def made(folder, style=""):
    """Lay a style's files over ours, which are complete."""
    copy_ours(folder)
    for number in STYLES.get(style, ()):
        shutil.copy2(RIGHT / style / TASKS[number].file, folder / TASKS[number].file)
    return folder


def judged(folder, tasks, python):
    """Judge all rules, and the behaviour of some tasks."""
    course = course_folder(folder, python)
    items, _ = judge_behaviour.judge(course, tasks, python, Limits())
    return rules.judge(course) + items


def of(items, outcome):
    return {(item.task, item.name): item.findings for item in items if item.outcome == outcome}


@pytest.fixture(autouse=True)
def _untimed(monkeypatch):
    """Leave out the calls that are timed, as time is nobody's defect."""
    monkeypatch.setattr(timing, "calls", lambda task: [])
    monkeypatch.setattr(timing, "baseline_cost", lambda *_: None)


# ---- right ones ----


def test_every_task_is_written_in_many_styles():
    assert len(STYLES) >= 12
    for number in TASKS:
        assert sum(number in tasks for tasks in STYLES.values()) >= 6
    sources = [
        (RIGHT / style / TASKS[task].file).read_text()
        for style, tasks in STYLES.items()
        for task in tasks
    ]
    assert len(set(sources)) == len(sources)


ALONE = [(style, number) for style, numbers in STYLES.items() for number in numbers]


@pytest.mark.parametrize("style", mark_others_full(STYLES, 4, "styles"))
def test_rules_find_nothing_in_right_ones(style, tmp_path, python):
    folder = made(tmp_path / style, style)
    items = rules.judge(course_folder(folder, python))
    assert not of(items, Outcome.FAILS)
    assert not of(items, Outcome.UNCHECKED)


@pytest.mark.parametrize("which", mark_others_full(ALONE, 12, "alone"), ids=str)
def test_right_ones_behave(which, tmp_path, python):
    style, number = which
    folder = made(tmp_path / style, style)
    items, _ = judge_behaviour.judge(course_folder(folder), [number], python, Limits())
    assert {item.name: item.findings for item in items if item.outcome != Outcome.HOLDS} == {}


@pytest.mark.full
@pytest.mark.parametrize("style", ["", *STYLES])
def test_right_ones_on_the_current_python(style, tmp_path):
    items = judged(
        made(tmp_path / "course", style),
        STYLES.get(style, TASKS),
        interpreters.find(sys.executable),
    )
    assert not of(items, Outcome.FAILS)
    assert not of(items, Outcome.UNCHECKED)


# ---- broken ones ----


def test_there_are_many_defects_of_all_kinds():
    assert len(broken.RULES) >= 25
    assert len(broken.BEHAVIOURS) >= 45
    assert len(BROKEN) == len(broken.RULES) + len(broken.BEHAVIOURS)  # each has a name of its own
    named = {name for defect in broken.RULES for name in defect.items.split()}
    assert named >= set(rules.RULES)
    assert {defect.task for defect in broken.BEHAVIOURS} == set(TASKS)


def excused(defect, python):
    """Return what may stay unlooked at, as a consequence of the defect."""
    needing = {name for name, rule in rules.RULES.items() if rule.needs in ("tree", "text")}
    parts = set(requirement_names.of_task(defect.task)) if defect.task is not None else set()
    groups = {"tree": needing, "behaviour": parts}
    return {
        (defect.task, name)
        for word in defect.unchecked.split()
        for name in groups.get(word, {word})
    }


def differences(defect, folder, python):
    """Yield in words where the findings are not the one that is expected."""
    base = made(folder, defect.base)
    defect.change(base / TASKS[defect.task or 0].file)
    items = judged(base, [] if defect.task is None else [defect.task], python)
    failed, unchecked = of(items, Outcome.FAILS), of(items, Outcome.UNCHECKED)
    names = set(defect.items.split())
    if defect.since and tuple(map(int, python.version.split("."))) >= defect.since:
        names.remove("loads")
    expected = {(defect.task, name) for name in names}
    if set(failed) != expected:
        yield f"fails {sorted(map(str, failed))}, not {sorted(map(str, expected))}"
    if extra := set(unchecked) - excused(defect, python):
        yield f"leaves unchecked {extra}"
    for (_, name), findings in failed.items():
        if name in requirement_names.TITLES:
            values = [
                finding
                for finding in findings
                if not (defect.raises and "Error: " in finding.words)
            ]
            if [finding.reading in defect.reading.split(" or ") for finding in values] != [True]:
                yield (
                    f"{name} is read as "
                    f"{[(finding.reading, finding.words) for finding in findings]}"
                )
        if name == "pycodestyle" and {finding.code for finding in findings} != set(
            defect.code.split()
        ):
            yield f"{name} has {[(finding.code, finding.words) for finding in findings]}"


@pytest.mark.parametrize(
    "name", mark_others_full((defect.name for defect in broken.RULES), 12, "rules")
)
def test_a_broken_rule_is_the_only_finding(name, tmp_path, python):
    assert list(differences(BROKEN[name], tmp_path / "course", python)) == []


@pytest.mark.parametrize(
    "name", mark_others_full((defect.name for defect in broken.BEHAVIOURS), 14, "behaviours")
)
def test_a_wrong_result_is_read_as_what_it_is(name, tmp_path, python):
    assert list(differences(BROKEN[name], tmp_path / "course", python)) == []


def test_readings_that_are_expected_are_there():
    expected = {reading for defect in broken.BEHAVIOURS for reading in defect.reading.split(" or ")}
    assert expected - {""} <= set(registry.READINGS)


# ---- a class ----


def children_of(process):
    """Return the memory by id of all processes below one, as far as this system says.

    Without those that have just been forked: they show the memory of the one that forks.
    """
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,rss=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(maxsplit=3) for line in listed.splitlines()]
    parents = {int(pid): int(parent) for pid, parent, *_ in rows}
    words = {int(pid): args for pid, _, _, *args in rows}
    memory = {int(pid): 1024 * int(rss) for pid, _, rss, *_ in rows}
    found, grew = {process}, True
    while grew:
        more = {pid for pid, parent in parents.items() if parent in found} | found
        found, grew = more, len(more) > len(found)
    return {pid: memory[pid] for pid in found if words.get(pid) != words[process]}


class Watch(threading.Thread):
    """Notes the most memory that any child process holds."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self.over = 0, threading.Event()

    def run(self):
        while not self.over.wait(0.2):
            self.peak = max([self.peak, *children_of(os.getpid()).values()])


def a_class(folder, count):
    """Make a class: three right ones for each broken one."""
    defects = random.Random(0).choices(list(BROKEN.values()), k=count)
    for place, defect in enumerate(defects):
        style = list(STYLES)[place % len(STYLES)]
        student = made(folder / f"student-{place:03}", defect.base if place % 4 == 0 else style)
        if place % 4 == 0:
            defect.change(student / TASKS[defect.task or 0].file)
    return folder


@pytest.mark.full
def test_a_class_of_100_needs_little_memory(tmp_path, capsys, monkeypatch):
    """What it takes, beside a class of 10, is printed."""
    monkeypatch.undo()
    seconds = {}
    watch = Watch()
    watch.start()
    for count in (10, 100):
        start = time.monotonic()
        judgements = check([a_class(tmp_path / str(count), count)], jobs=2)
        seconds[count] = time.monotonic() - start
        assert len(judgements) == count
        wrong = [
            place
            for place, judgement in enumerate(judgements)
            if judgement.outcome != Outcome.HOLDS
        ]
        assert wrong == list(range(0, count, 4))
    watch.over.set()
    with capsys.disabled():
        print(
            f"\n10: {seconds[10]:.0f} s, 100: {seconds[100]:.0f} s, the largest child "
            f"{watch.peak / 1e6:.0f} MB"
        )
    assert watch.peak <= 500e6
