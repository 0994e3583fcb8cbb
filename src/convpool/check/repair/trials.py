"""Run changed sources in the sandbox: many in one process, each with a few cases."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.judged_answers import Trial
from convpool.check.concurrency import call_all
from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Call, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import Task

# seconds of processor time for all changes of one submission; each task may take TASK_SHARE of them
USUAL_SECONDS = 6.0
MOST_SECONDS = 80.0  # where all changes are asked for
TASK_SHARE = 0.5
RUN_SECONDS = 8.0  # at most, for the calls of one process; those of a usual file take 0.1 s
MOST_WAITING_SECONDS = 120.0  # wall time
# Processor time that is charged for starting a process, compiling a source and making a call,
# beside the measured time of the call itself. Fixed, so that a busy machine tries as many changes.
START_SECONDS, COMPILATION_SECONDS, CALL_SECONDS = 0.13, 0.35e-3, 0.36e-3
MANY = 400  # sources; from so many on, they are shared out to several processes
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
    """How many seconds of processor time are left to try changes of one submission's files.

    `task_seconds` is how many of them each task may take.
    """

    seconds: float
    task_seconds: float = field(init=False)

    def __post_init__(self) -> None:
        self.task_seconds = TASK_SHARE * self.seconds


class Trials:
    """Runs sources of one task, until its share of the budget is used up.

    Up to `workers` processes run at once.
    """

    def __init__(
        self,
        task: Task,
        python: Interpreter,
        limits: Limits,
        budget: Budget | None = None,
        workers: int = 1,
    ) -> None:
        self.task, self.python, self.workers = task, python, workers
        self.limits = replace(limits, task_seconds=min(limits.task_seconds, RUN_SECONDS))
        self.budget = budget or Budget(MOST_SECONDS)
        self.seconds_left = self.budget.task_seconds
        self.is_cut = False  # whether sources were left untried for want of time
        self.end = time.monotonic() + MOST_WAITING_SECONDS

    def right(self, sources: Sequence[str], cases: Sequence[Case]) -> list[list[bool]]:
        """Return for each source and each case whether the result is right.

        A result is not right if the call changed the arrays that are passed in. Without any time
        left, nothing is run, and no result is right.
        """
        limits = self.limits.until(self.end)
        is_over = min(self.seconds_left, limits.task_seconds, self.budget.seconds) <= 0
        if not sources or is_over:
            self.is_cut = self.is_cut or bool(sources)
            return [[False] * len(cases) for _ in sources]
        processes = self.workers if len(sources) >= MANY else 1
        bounds = [len(sources) * number // processes for number in range(processes + 1)]
        runs = [
            partial(self._run, sources[start:end], cases, limits) for start, end in pairwise(bounds)
        ]
        by_process = call_all(runs, processes, limits.stop)
        seconds = sum(seconds for _, seconds in by_process)
        self.seconds_left -= seconds
        self.budget.seconds -= seconds
        return [row for rows, _ in by_process for row in rows]

    def _run(
        self, sources: Sequence[str], cases: Sequence[Case], limits: Limits
    ) -> tuple[list[list[bool]], float]:
        """Run sources in one process; return (rows as `right` does, seconds to charge)."""
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
        seconds = sum(answer.seconds for answer in answers) + late * limits.call_seconds
        seconds += START_SECONDS + COMPILATION_SECONDS * len(sources) + CALL_SECONDS * len(calls)
        flat = [
            not answer.changed and not Trial(case, answer).problem
            for answer, case in zip(answers, [*cases] * len(sources), strict=True)
        ]
        rows = [flat[start : start + len(cases)] for start in range(0, len(flat), len(cases))]
        return rows, seconds
