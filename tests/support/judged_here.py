"""Submissions that are judged without a child process: their functions are called in this one."""

from __future__ import annotations

import time
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.cases_by_task import CASES
from convpool.check.sandbox.calls import Answer, Call, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.verdicts import Item, Outcome

# what stands for caller.run
Run = Callable[[SubmittedFunction, Sequence[Call], Interpreter, Limits], list[Answer]]

ALL = [case for cases in CASES.values() for case in cases]
JUDGED = [case for case in ALL if case.judged]
PARTS = sorted({(case.task, case.item) for case in ALL})
LIMITS = Limits()
PYTHON = Interpreter(Path("python"), "3.11.7", "2.0.0")  # of runs that start no process
BRIEFS = "a Python 3.8 with NumPy 1.19.2"


def judged_cases(task: int, item: str) -> list[Case]:
    """Return the judged cases of a task's requirement."""
    return [case for case in CASES[task] if case.item == item and case.judged]


def call_in_process(
    function: SubmittedFunction, calls: Sequence[Call], python: Interpreter, limits: Limits
) -> list[Answer]:
    """Call a function of a file that a test has made, in this process and without limits; return
    the answers that a child would give.
    """
    del python, limits
    module = types.ModuleType("submission")
    try:
        exec((function.folder / function.file).read_text(), module.__dict__)
        called = getattr(module, function.name)
    except (ArithmeticError, AttributeError) as error:
        return [
            Answer("raised", words=f"{type(error).__name__}: {error}", line=1, loaded=False)
        ] * len(calls)
    return [answer_call(called, call, place) for place, call in enumerate(calls)]


def answer_call(called: Callable[..., Any], call: Call, place: int) -> Answer:
    """Call a function and return its answer, of which the peak of memory grows with the place of
    the call.
    """
    given = [one.copy() if isinstance(one, np.ndarray) else one for one in call.arguments]
    before = [one.copy() if isinstance(one, np.ndarray) else one for one in given]
    start = time.perf_counter()
    try:
        value = called(*given, **call.keywords)
    except Exception as error:
        return Answer("raised", words=f"{type(error).__name__}: {error}", line=7)
    taken = time.perf_counter() - start
    changed = tuple(
        i for i, (a, b) in enumerate(zip(given, before, strict=True)) if not np.array_equal(a, b)
    )
    if not isinstance(value, np.ndarray):
        return Answer("not an array", words=f"the function returned a {type(value).__name__}")
    return Answer("returned", value, changed=changed, seconds=taken, peak=2**25 + place * 2**20)


def failing_names(items: Mapping[str, Item]) -> list[str]:
    """Return the names of those items that do not hold."""
    return [name for name, item in items.items() if item.outcome is Outcome.FAILS]


def words(item: Item) -> list[str]:
    """Return the words of each finding of an item."""
    return [finding.words for finding in item.findings]


def make_ending_child(
    outcome: str,
    message: str,
    after: int,
    *,
    loaded: bool = True,
    words: str = "an earlier call had no answer in time",
) -> Run:
    """Return a stand-in for a child that answers so many calls; the next one has an outcome and
    its message, and the rest is not run, for a reason in words.
    """

    def run(
        function: SubmittedFunction, calls: Sequence[Call], python: Interpreter, limits: Limits
    ) -> list[Answer]:
        """Return the answers to the calls, as the child that ends would give them."""
        answers = call_in_process(function, calls[:after], python, limits)
        rest = Answer("not run", words=words, loaded=loaded)
        return [
            *answers,
            Answer(outcome, words=message, loaded=loaded),
            *[rest] * (len(calls) - after - 1),
        ]

    return run
