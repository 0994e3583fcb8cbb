"""Time and memory of a submission's function, over those of the project's own file."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from convpool.check.behaviour import own_files
from convpool.check.behaviour.case_table import CASES, TIMED
from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Answer, Call, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import OWN_FILE_SECONDS, Limits
from convpool.check.tasks import TASKS

REPEATS = 5  # of the timed call; the fastest counts
LEAST_MEMORY = 2**20  # bytes; smaller amounts count as this one
_MEASURING = threading.Lock()


@dataclass(frozen=True)
class Cost:
    """The cost of one call of the larger case."""

    seconds: float  # of processor time, so that other programs count little
    memory: int  # bytes that the child's peak grew by


def calls(task: int) -> list[Call]:
    """Return the calls that are timed; the child makes them after all judged ones."""
    return [TIMED[task].call] * REPEATS


def cost(answers: Sequence[Answer], peak: int) -> Cost | None:
    """Return the least cost of the timed answers; None if no call returned.

    `peak` is the child's peak of memory before them, in bytes.
    """
    returned = [answer for answer in answers if answer.outcome == "returned"]
    if not returned:
        return None
    seconds = min(answer.seconds for answer in returned)
    memory = max(answer.peak for answer in returned) - peak
    return Cost(seconds, max(memory, LEAST_MEMORY))


def own_cost(task: int, python: Interpreter, limits: Limits) -> Cost | None:
    """Return the cost of the project's own file, measured once in this process.

    None if the file is not installed, or if no call returned.
    """
    with _MEASURING:  # by one thread at a time
        measured = _own_cost(task, python, limits)
        if limits.stop.is_set():  # it may have been interrupted
            _own_cost.cache_clear()
        return measured


@cache
def _own_cost(task: int, python: Interpreter, limits: Limits) -> Cost | None:
    """Measure the cost of the project's own file."""
    folder = own_files.folder()
    if folder is None:
        return None
    function = SubmittedFunction(folder, TASKS[task].file, TASKS[task].function)
    warm_up = CASES[task][0].call  # what only the first call costs does not count
    own_limits = replace(limits, task_seconds=max(limits.task_seconds, OWN_FILE_SECONDS))
    first, *answers = caller.run(function, [warm_up, *calls(task)], python, own_limits)
    return cost(answers, first.peak)


def ratios(theirs: Cost | None, own: Cost | None) -> tuple[float | None, float | None]:
    """Return time and memory over those of the project's own file; None if not measured."""
    if theirs is None or own is None or not own.seconds:
        return None, None
    return theirs.seconds / own.seconds, theirs.memory / own.memory
