"""Run changed sources in the sandbox: many in one process, each with a few cases."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.judged_answers import Trial
from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Call, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import Task

MOST_SECONDS = 20.0  # of processor time, for the calls of all sources
RUN_SECONDS = 8.0  # for the calls of one process; those of a usual file take a tenth of one
MOST_WAITING_SECONDS = 120.0  # of a clock
# What the child loads in the place of the submission's file: a function that runs a source's
# statements, passes over those that fail, as the child does, and calls the source's function.
_RUNNER = """
import ast

_latest = {}  # source -> its names


def run_source(text, name, *arguments, **keywords):
    if text not in _latest:
        _latest.clear()
        _latest[text] = _names_of(text)
    return _latest[text][name](*arguments, **keywords)


def _names_of(text):
    names = {"__name__": "submission"}
    try:
        exec(compile(text, "changed", "exec"), names)
        return names
    except Exception:
        pass
    for statement in ast.parse(text).body:
        try:
            exec(compile(ast.Module([statement], []), "changed", "exec"), names)
        except Exception:
            pass
    return names
"""


@dataclass
class Budget:
    """How many processes may still be started to try changes of one submission's files."""

    processes: int


# for one submission, more than there are changes to try; a class shares them
MOST_PROCESSES = 1600
LEAST_PROCESSES = 16  # for each submission of a class, 4 seconds of processor time


def processes_for_each(submissions: int) -> int:
    """Return the budget of each submission of a class, so that 100 are judged in minutes."""
    return max(MOST_PROCESSES // max(submissions, 1), LEAST_PROCESSES)


class Trials:
    """Runs sources of one task, until so much processor time or the budget is used up."""

    def __init__(
        self, task: Task, python: Interpreter, limits: Limits, budget: Budget | None = None
    ) -> None:
        self.task, self.python = task, python
        self.limits = replace(limits, task_seconds=min(limits.task_seconds, RUN_SECONDS))
        self.budget = budget or Budget(MOST_PROCESSES)
        self.is_cut = False  # whether something was not tried
        self.seconds_left = MOST_SECONDS
        self.end = time.monotonic() + MOST_WAITING_SECONDS

    def right(self, sources: Sequence[str], cases: Sequence[Case]) -> list[list[bool]]:
        """Return for each source and each case whether the result is right.

        It is not either if the arrays that are passed in are changed, or if the time is over.
        """
        limits = self.limits.until(self.end)
        is_over = min(self.seconds_left, limits.task_seconds, self.budget.processes) <= 0
        if not sources or is_over:
            self.is_cut = self.is_cut or bool(sources)
            return [[False] * len(cases) for _ in sources]
        self.budget.processes -= 1
        calls = [
            Call((source, self.task.function, *case.call.arguments), case.call.keywords)
            for source in sources
            for case in cases
        ]
        with tempfile.TemporaryDirectory(prefix="convpool-repair-") as name:
            (Path(name) / self.task.file).write_text(_RUNNER, encoding="utf-8")
            function = SubmittedFunction(Path(name), self.task.file, "run_source")
            answers = caller.run(function, calls, self.python, limits)
        late = sum(answer.outcome in ("timed out", "died") for answer in answers)
        self.seconds_left -= sum(answer.seconds for answer in answers) + late * limits.call_seconds
        flat = [
            not answer.changed and not Trial(case, answer).problem
            for answer, case in zip(answers, [*cases] * len(sources), strict=True)
        ]
        return [flat[start : start + len(cases)] for start in range(0, len(flat), len(cases))]
