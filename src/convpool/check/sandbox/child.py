"""Calls of a submission's function in child processes, and what came of each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from convpool.check.sandbox.answers import LIMITS, OUTCOMES, Answer, Call, Followed, Limits, Step
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.process import Job, made_by_one, pack, workplace

__all__ = ["LIMITS", "OUTCOMES", "Answer", "Call", "Followed", "Limits", "Step", "follow", "run"]

DEATHS = 3  # processes of a task that may die before the rest of its calls is not made


def run(
    folder: Path,
    file: str,
    function: str,
    calls: Sequence[Call],
    python: Interpreter,
    limits: Limits = LIMITS,
) -> list[Answer]:
    """Call a submission's function in a child process.

    One process makes the calls in order. Where it dies, a new one makes those that are left; after
    three deaths, a time-out, or a file that cannot be loaded, the rest is not run. What the file
    prints goes nowhere.

    Parameters
    ----------
    folder : Path
        The course folder. The seven files are copied from it; nothing else of it is seen by the
        child.
    file, function : str
        Such as 1-convolve_grayscale_same.py and convolve_grayscale_same.
    calls : sequence of Call
        What to call it with. The function gets fresh, writable arrays each time.
    python : Interpreter
        The one that runs it.
    limits : Limits, optional
        task_seconds is for all calls together, with the starts of the processes.

    Returns
    -------
    list of Answer
        One per call, in order.

    Raises
    ------
    TypeError
        If a call has an argument that is no array, number, string or None, nor a tuple or list of
        these.
    """
    return _made(Job(folder, file, function, python, limits), calls)[0]


def follow(
    folder: Path,
    file: str,
    function: str,
    call: Call,
    python: Interpreter,
    limits: Limits = LIMITS,
    steps: int = 20000,
) -> Followed:
    r"""Make one call and follow the lines of the submission's file that run, in its helpers too.

    The parameters are those of `run`; at most `steps` steps are kept, the first ones.

    Returns
    -------
    Followed
        Its steps have the line that ran, the function it is in, and the local names that it
        changed, as short text: the arguments with the `def` line; an array of at most 64 elements
        with its elements, such as "f8 (2, 2) [[0. 1.]\n [2. 3.]]", a larger one as "f8 (2, 9, 9)";
        where some elements of one (of 10 to 10000 elements) changed in place, the first of them, as
        "[0, 3, 4] = 12.0 and 1 more".
    """
    answers, said = _made(Job(folder, file, function, python, limits, steps), [call])
    found = said.get("steps", {"steps": (), "complete": False})
    return Followed(answers[0], found["steps"], found["complete"])


def _made(job: Job, calls: Sequence[Call]) -> tuple[list[Answer], dict[str, Any]]:
    """Make the calls in as many processes as it takes; return their answers, and what else the last one said."""
    deadline = time.monotonic() + job.limits.task_seconds
    packed = [pack(call) for call in calls]
    answers: list[Answer] = []
    said: dict[str, Any] = {}
    with workplace(job) as (work, problem):
        while len(answers) < len(calls) and not problem:
            found, ending, said = made_by_one(job, work, packed[len(answers) :], deadline)
            answers += found
            if len(answers) < len(calls):
                answers, problem = _ended(answers, ending, said, len(calls))
    rest = Answer(
        "not run", words=f"not run: {problem}", loaded=bool(answers) and answers[-1].loaded
    )
    return answers + [rest] * (len(calls) - len(answers)), said


def _ended(
    answers: list[Answer], ending: Answer, said: dict[str, Any], calls: int
) -> tuple[list[Answer], str]:
    """Add what came of the call that a process ended at; say why no further calls are made, or nothing."""
    if "walls" not in said:
        return answers, ending.words
    loaded = said.get("loaded")
    walls = said["walls"]["words"]
    if loaded is None:
        ending = replace(
            ending, words=f"{ending.words}, while the file was being loaded", loaded=False
        )
    elif not loaded["loaded"]:
        raised = Answer(
            "raised", words=loaded["words"], line=loaded["line"], loaded=False, isolation=walls
        )
        return answers + [raised] * (calls - len(answers)), ""
    answers = [*answers, replace(ending, isolation=walls)]
    if loaded is None:
        return answers, "the file could not be loaded"
    if ending.outcome == "timed out":
        return answers, "an earlier call had no answer in time"
    deaths = sum(answer.outcome == "died" for answer in answers)
    return answers, f"the process had ended {deaths} times before" if deaths == DEATHS else ""
