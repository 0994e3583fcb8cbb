"""Time and memory of a submission's function, divided by those of the project's own file."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from convpool.check.behaviour import baseline_files
from convpool.check.behaviour.cases_by_task import CASES, TIMED
from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Answer, Call, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import BASELINE_SECONDS, Limits
from convpool.check.tasks import TASKS

REPEATS = 5  # calls that are timed; the fastest counts
LEAST_MEMORY = 2**20  # bytes; smaller amounts count as this one, so that ratios stay sensible
_MEASURING = threading.Lock()  # held while the project's own file is measured


@dataclass(frozen=True)
class Cost:
    """The cost of one timed call."""

    seconds: float  # of processor time, so that other programs count little
    memory: int  # bytes by which the child process's peak of memory grew


def calls(task: int) -> list[Call]:
    """Return the calls of a task that are timed: REPEATS calls of the same sizes.

    Their images differ, so that it does not help to remember a result.
    """
    case = TIMED[task]
    return [
        replace(case, sample=replace(case.sample, seed=case.sample.seed + number)).call
        for number in range(REPEATS)
    ]


def cost(answers: Sequence[Answer], peak: int) -> Cost | None:
    """Return the cost of a call by the answers to its repeats; None if none of them returned.

    It has the fewest seconds of any repeat, and the growth of memory over all of them. `peak` is
    the child process's peak of memory before the first one, in bytes.
    """
    successes = [answer for answer in answers if answer.outcome == "returned"]
    if not successes:
        return None
    seconds = min(answer.seconds for answer in successes)
    memory = max(answer.peak for answer in successes) - peak
    return Cost(seconds, max(memory, LEAST_MEMORY))


def baseline_cost(task: int, python: Interpreter, limits: Limits) -> Cost | None:
    """Return the cost of the project's own file of a task; None if it cannot be measured.

    It is measured once and then remembered. It cannot be measured if the file is not installed, or
    if no call returned.
    """
    with _MEASURING:
        own_cost = _baseline_cost(task, python, limits)
        if limits.stop.is_set():  # the measurement may have been interrupted: forget it
            _baseline_cost.cache_clear()
        return own_cost


@cache
def _baseline_cost(task: int, python: Interpreter, limits: Limits) -> Cost | None:
    """Measure what `baseline_cost` returns."""
    folder = baseline_files.folder()
    if folder is None:
        return None
    function = SubmittedFunction(folder, TASKS[task].file, TASKS[task].function)
    warm_up = CASES[task][0].call  # an untimed call first, as the first one costs more
    own_limits = replace(limits, task_seconds=max(limits.task_seconds, BASELINE_SECONDS))
    warm_up_answer, *answers = caller.run(function, [warm_up, *calls(task)], python, own_limits)
    return cost(answers, warm_up_answer.peak)


def ratios(submission: Cost | None, baseline: Cost | None) -> tuple[float | None, float | None]:
    """Return (time ratio, memory ratio): a submission's cost divided by that of our own file.

    (None, None) if either was not measured, or if our own took no measurable time.
    """
    if submission is None or baseline is None or not baseline.seconds:
        return None, None
    return submission.seconds / baseline.seconds, submission.memory / baseline.memory
