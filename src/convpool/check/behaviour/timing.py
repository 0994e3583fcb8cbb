"""Time and memory of a submission's function, as ratios to the project's own file on the same interpreter."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from convpool.check.behaviour import own_files
from convpool.check.behaviour.cases import CASES, TIMED
from convpool.check.sandbox import child
from convpool.check.sandbox.child import Answer, Call, Limits
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.tasks import TASKS

TIMES = 5  # the best of these counts
LEAST_MEMORY = 2**20  # bytes: less than this is not told apart
PATIENCE = (
    60  # seconds for our own file at least, however short a submission's time or busy the machine
)
_MEASURING = threading.Lock()


@dataclass(frozen=True)
class Cost:
    """What one call of the larger case took."""

    seconds: float  # of the processor: what else the machine does counts little
    memory: int  # bytes that the child's peak grew by


def calls(task: int) -> list[Call]:
    """Return the calls that are timed: the child makes them after all others."""
    return [TIMED[task].call] * TIMES


def cost(answers: Sequence[Answer], before: int) -> Cost | None:
    """Return the best of the timed answers, given the child's peak before them; a slow file has no time for all."""
    returned = [answer for answer in answers if answer.outcome == "returned"]
    if not returned:
        return None
    seconds = min(answer.seconds for answer in returned)
    return Cost(seconds, max(max(answer.peak for answer in returned) - before, LEAST_MEMORY))


def own_cost(task: int, python: Interpreter, limits: Limits) -> Cost | None:
    """Return what the project's own file takes, measured once per process."""
    with _MEASURING:  # not by several threads at once
        found = _own_cost(task, python, limits)
        if limits.stop.is_set():  # what is found then may not last
            _own_cost.cache_clear()
        return found


@cache
def _own_cost(task: int, python: Interpreter, limits: Limits) -> Cost | None:
    folder = own_files.folder()
    if folder is None:
        return None
    first = CASES[task][0].call  # what the first call alone takes does not count
    patient = replace(limits, task_seconds=max(limits.task_seconds, PATIENCE))
    start, *answers = child.run(
        folder, TASKS[task].file, TASKS[task].function, [first, *calls(task)], python, patient
    )
    return cost(answers, start.peak)


def ratios(theirs: Cost | None, own: Cost | None) -> tuple[float | None, float | None]:
    """Return time and memory over those of the project's own file."""
    if theirs is None or own is None or not own.seconds:
        return None, None
    return theirs.seconds / own.seconds, theirs.memory / own.memory
