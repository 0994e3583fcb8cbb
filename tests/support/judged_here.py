"""Submissions that are judged without a child process: their functions are called in this one."""

from __future__ import annotations

import time
import types
from pathlib import Path
from typing import Any

import numpy as np

from convpool.check.behaviour.case_table import CASES
from convpool.check.sandbox.calls import Answer
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.verdicts import Outcome

ALL = [case for cases in CASES.values() for case in cases]
JUDGED = [case for case in ALL if case.judged]
PARTS = sorted({(case.task, case.item) for case in ALL})
LIMITS = Limits()
PYTHON = Interpreter(Path("python"), "3.11.7", "2.0.0")  # of runs that start no process
BRIEFS = "a Python 3.8 with NumPy 1.19.2"


def of(task: Any, item: Any) -> Any:
    return [case for case in CASES[task] if case.item == item and case.judged]


def in_process(function: Any, calls: Any, python: Any, limits: Any) -> Any:
    """Answer as a child would, for files that this test has written."""
    del python, limits
    module = types.ModuleType("submission")
    try:
        exec((function.folder / function.file).read_text(), module.__dict__)
        called = getattr(module, function.name)
    except (ArithmeticError, AttributeError) as error:
        return [
            Answer("raised", words=f"{type(error).__name__}: {error}", line=1, loaded=False)
        ] * len(calls)
    return [answered(called, call, place) for place, call in enumerate(calls)]


def answered(called: Any, call: Any, place: int) -> Any:
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


def failing(items: Any) -> Any:
    return [name for name, item in items.items() if item.outcome is Outcome.FAILS]


def words(item: Any) -> Any:
    return [finding.words for finding in item.findings]


def ended(
    outcome: Any,
    message: Any,
    after: int,
    *,
    loaded: Any = True,
    words: Any = "an earlier call had no answer in time",
) -> Any:
    """Return a child whose calls end after some, and the rest is not run."""

    def run(function: Any, calls: Any, python: Any, limits: Any) -> Any:
        answers = in_process(function, calls[:after], python, limits)
        rest = Answer("not run", words=words, loaded=loaded)
        return [
            *answers,
            Answer(outcome, words=message, loaded=loaded),
            *[rest] * (len(calls) - after - 1),
        ]

    return run
