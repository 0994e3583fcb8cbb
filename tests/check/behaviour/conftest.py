"""What the tests of behaviour share: a judge of one file, in this process."""

from __future__ import annotations

import pytest

from convpool.check import judge_behaviour as behaviour
from convpool.check.behaviour import baseline_files, timing
from convpool.check.judge_requirement import Options
from convpool.check.sandbox import caller
from convpool.check.tasks import TASKS
from support.judged_here import (
    LIMITS,
    PYTHON,
    call_in_process,
)
from support.submissions import course_folder


@pytest.fixture
def judge(tmp_path, monkeypatch):
    """Judge one file, made of a task's own file with something in it replaced."""
    monkeypatch.setattr(timing, "REPEATS", 2)  # enough to see that the best counts

    def judged(task, *changes, text=None, limits=LIMITS, run=call_in_process, **options):
        timing._baseline_cost.cache_clear()
        monkeypatch.setattr(caller, "run", run)
        file = TASKS[task].file
        if text is None:
            text = (baseline_files.folder() / file).read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / file).write_text(text)
        items, measures = behaviour.judge(
            course_folder(tmp_path), [task], PYTHON, limits, Options(**options)
        )
        return {item.name: item for item in items}, measures

    yield judged
    timing._baseline_cost.cache_clear()
