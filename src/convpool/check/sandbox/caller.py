"""Call a submission's function in child processes, as many as it takes, and return the answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from convpool.check.sandbox.calls import Answer, Call, FollowedCall, SubmittedFunction
from convpool.check.sandbox.child_process import Job, Messages, make_workplace, pack, run_process
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import LIMITS, MOST_DEATHS, Limits


def run(
    function: SubmittedFunction,
    calls: Sequence[Call],
    python: Interpreter,
    limits: Limits = LIMITS,
) -> list[Answer]:
    """Call a submission's function in a child process.

    One process makes the calls in order. If it dies, a new one makes the remaining calls. After
    three deaths, a time-out, or a file that cannot be loaded, the rest is not run. What the file
    prints is discarded.

    Parameters
    ----------
    function : SubmittedFunction
        What is called.
    calls : sequence of Call
        The arguments of each call. The function gets fresh, writable arrays each time.
    python : Interpreter
        The interpreter of the child processes.
    limits : Limits, optional
        task_seconds is for all calls together, including the start of the processes.

    Returns
    -------
    list of Answer
        One per call, in order.

    Raises
    ------
    TypeError
        If an argument is not an array, number, string or None, nor a tuple or list of these.
    """
    return _make_calls(Job(function, python, limits), calls)[0]


def follow(
    function: SubmittedFunction,
    call: Call,
    python: Interpreter,
    limits: Limits = LIMITS,
    steps: int = 20000,
) -> FollowedCall:
    r"""Make one call and record which lines of the submission's file run, helpers included.

    The parameters are those of `run`; the first `steps` steps are recorded.

    Returns
    -------
    FollowedCall
        Each step has the line that ran, its function, and the local names that it changed, as short
        text: the arguments with the `def` line; an array of at most 64 elements with its elements,
        such as "f8 (2, 2) [[0. 1.]\n [2. 3.]]", a larger one as "f8 (2, 9, 9)"; where part of an
        array of 10 to 10000 elements changed in place, the first new element, as
        "[0, 3, 4] = 12.0 and 1 more".
    """
    answers, messages = _make_calls(Job(function, python, limits, steps), [call])
    recorded = messages.get("steps", {"steps": (), "complete": False})
    return FollowedCall(answers[0], recorded["steps"], recorded["complete"])


def _make_calls(job: Job, calls: Sequence[Call]) -> tuple[list[Answer], Messages]:
    """Make the calls in as many processes as it takes.

    Returns one answer per call, and the last process's messages by their kind.
    """
    deadline = time.monotonic() + job.limits.task_seconds
    packed_calls = [pack(call) for call in calls]
    answers: list[Answer] = []
    messages: Messages = {}
    with make_workplace(job) as (work, problem):
        while len(answers) < len(calls) and not problem:
            remaining = packed_calls[len(answers) :]
            new_answers, ending, messages = run_process(job, work, remaining, deadline)
            answers += new_answers
            if len(answers) < len(calls):
                answers, problem = _add_ending(answers, ending, messages, len(calls))
    loaded = bool(answers) and answers[-1].loaded
    not_run = Answer("not run", words=f"not run: {problem}", loaded=loaded)
    return answers + [not_run] * (len(calls) - len(answers)), messages


def _add_ending(
    answers: list[Answer], ending: Answer, messages: Messages, calls: int
) -> tuple[list[Answer], str]:
    """Add the answer of the call during which a process ended.

    `ending` says how it ended; `calls` is the number of all calls of the task. Returns the answers,
    and why no further calls are made ("": a new process may make them).
    """
    if "isolation" not in messages:
        return answers, ending.words
    loaded = messages.get("loaded")
    isolation = messages["isolation"]["words"]
    if loaded is None:
        words = f"{ending.words}, while the file was being loaded"
        ending = replace(ending, words=words, loaded=False)
    elif not loaded["loaded"]:
        raised = Answer("raised", words=loaded["words"], line=loaded["line"], loaded=False)
        return answers + [replace(raised, isolation=isolation)] * (calls - len(answers)), ""
    answers = [*answers, replace(ending, isolation=isolation)]
    if loaded is None:
        return answers, "the file could not be loaded"
    if ending.outcome == "timed out":
        return answers, "an earlier call had no answer in time"
    deaths = sum(answer.outcome == "died" for answer in answers)
    return answers, f"the process had ended {deaths} times before" if deaths == MOST_DEATHS else ""
