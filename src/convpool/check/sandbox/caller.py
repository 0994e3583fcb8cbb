"""Call a submission's function in child processes and return the answers.

As long as processes die, new ones make the remaining calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from convpool.check.sandbox.calls import Answer, Call, FollowedCall, SubmittedFunction
from convpool.check.sandbox.child_process import Job, make_workplace, pack, run_process
from convpool.check.sandbox.deadline import Deadline
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import LIMITS, MOST_DEATHS, MOST_LATE, Limits
from convpool.check.sandbox.messages import Messages

LATE = "an earlier call had no answer in time"


def run(
    function: SubmittedFunction,
    calls: Sequence[Call],
    python: Interpreter,
    limits: Limits = LIMITS,
) -> list[Answer]:
    """Call a submission's function in a child process.

    One process makes the calls in order. If it dies, or has no answer within the processor time for
    one call, a new one makes the remaining calls, those with a kernel of another shape first. After
    MOST_DEATHS deaths or MOST_LATE such calls, for a file that cannot be loaded, and when the time
    is over, the remaining calls are not made.

    Parameters
    ----------
    function : SubmittedFunction
        The function that is called.
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

    Parameters as in `run`, but for one call; the first `steps` lines that run are recorded.

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

    Returns (answers, messages): one answer per call, in order, and the last message of each kind
    that the last process sent.
    """
    deadline = Deadline(job.limits.task_seconds)
    packed_calls = [pack(call, job.limits) for call in calls]
    order = list(range(len(calls)))  # in which they are made
    answers: list[Answer] = []
    messages: Messages = {}
    # problem: why no further calls are made; "": none is known
    with make_workplace(job) as (work, problem):
        while len(answers) < len(calls) and not problem:
            remaining = [packed_calls[index] for index in order[len(answers) :]]
            new_answers, ending, messages = run_process(job, work, remaining, deadline)
            answers += new_answers
            if len(answers) < len(calls):
                answers, problem = _add_ending(answers, ending, messages, len(calls))
                if ending.outcome == "timed out" and deadline.is_over():
                    problem = LATE
                # calls with the kernel's shape of the one that failed come last, behind all others
                done = len(answers)
                failed = _window(calls[order[done - 1]]) if answers else None
                order[done:] = sorted(
                    order[done:], key=lambda index: _window(calls[index]) == failed
                )
    loaded = bool(answers) and answers[-1].loaded
    not_run = Answer("not run", words=f"not run: {problem}", loaded=loaded)
    answers += [not_run] * (len(calls) - len(answers))
    return [answers[order.index(index)] for index in range(len(calls))], messages


def _window(call: Call) -> object:
    """Return the shape of a call's kernel or window, its second argument."""
    value = call.arguments[1] if len(call.arguments) > 1 else None
    return value.shape if isinstance(value, np.ndarray) else value


def _add_ending(
    answers: list[Answer], ending: Answer, messages: Messages, calls: int
) -> tuple[list[Answer], str]:
    """Add the answer to the call at which a process ended before it had answered all.

    Parameters
    ----------
    answers : list of Answer
        The answers to the calls before, in the order in which they were made.
    ending : Answer
        How the process ended: outcome and words.
    messages : Messages
        The process's last message of each kind.
    calls : int
        The number of all calls of the task.

    Returns
    -------
    answers : list of Answer
        With the answer to that call added. Unchanged if the process ended before it could load the
        file; filled up to `calls` if it reported that the file cannot be loaded.
    problem : str
        Why no further calls are made; "" if a new process may make them.
    """
    if "isolation" not in messages:  # it ended before it could have loaded the file
        return answers, ending.words
    isolation, loaded = messages["isolation"]["words"], messages.get("loaded")
    if loaded is None:
        words = f"{ending.words}, while the file was being loaded"
        while_loading = replace(ending, words=words, loaded=False, isolation=isolation)
        return [*answers, while_loading], "the file could not be loaded"
    if not loaded["loaded"]:  # the file raised an exception, or has no such function
        not_loaded = Answer(
            "raised",
            words=loaded["words"],
            line=loaded["line"],
            loaded=False,
            isolation=isolation,
        )
        return answers + [not_loaded] * (calls - len(answers)), ""
    # it ended during the call
    answers = [*answers, replace(ending, isolation=isolation, **loaded["problem"])]
    return answers, _reason_to_stop(answers)


def _reason_to_stop(answers: list[Answer]) -> str:
    """Return why no further calls are made after these answers; "" if a new process may."""
    if sum(answer.outcome == "timed out" for answer in answers) == MOST_LATE:
        return LATE
    deaths = sum(answer.outcome == "died" for answer in answers)
    return f"the process had ended {deaths} times before" if deaths == MOST_DEATHS else ""
