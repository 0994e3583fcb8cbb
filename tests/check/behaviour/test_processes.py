"""Submissions in child processes: they are judged there as here, and end with an interrupt."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from convpool.check import judge_behaviour as behaviour
from convpool.check.behaviour import baseline_files
from convpool.check.sandbox import caller, interpreters
from convpool.check.sandbox.calls import Call, SubmittedFunction
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Outcome
from support import children
from support.judged_here import (
    BRIEFS,
    LIMITS,
    words,
)
from support.sampling import sample
from support.submissions import course_folder


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
    folder = baseline_files.folder()
    tasks = sample(TASKS, 3, "own")
    items, measures = behaviour.judge(course_folder(folder), tasks, python, Limits())
    assert [words(item) for item in items if item.outcome is not Outcome.HOLDS] == []
    assert [item.remarks for item in items if item.remarks] == []
    # the same file against itself, where time depends on what else runs
    assert all(measure.time_ratio > 0 and 0.5 < measure.memory_ratio < 2 for measure in measures)


def test_a_submission_in_a_process_of_its_own(pythons, tmp_path):
    """Two defects in two tasks, and one file that ends its process."""
    course = baseline_files.folder()
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
        f"from convpool.check.checker import check; check([{str(tmp_path)!r}], only=['behaviour'], "
        "jobs=2, time_out=1000)"
    )
    process = children.start([sys.executable, "-c", script], stderr=subprocess.PIPE)
    try:
        while len(running := below(process.pid)) < 2:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, printed = process.communicate(timeout=Limits().submission_seconds / 2)
    finally:
        process.kill()
    assert "KeyboardInterrupt" in printed
    assert [pid for pid in running if Path(f"/proc/{pid}").exists()] == []


def below(process):
    """Return the ids of all processes that one has started."""
    command = ["ps", "-wweo", "pid=,ppid=,args="]
    rows = [
        line.split(None, 2) for line in subprocess.check_output(command, text=True).splitlines()
    ]
    return [
        int(pid) for pid, parent, words in rows if int(parent) == process and "child_main" in words
    ]
