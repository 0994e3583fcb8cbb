"""The checker of the brief: what holds in a submission, what does not, and why.

May import convpool.reference, system and the version; the calls are judged by it and never help it.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from difflib import get_close_matches

from convpool.check import judge as behaviour
from convpool.check.printable import shown
from convpool.check.rules import registry as rules
from convpool.check.sandbox import interpreters
from convpool.check.sandbox.child import Limits
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.submissions import search
from convpool.check.submissions.search import Submission
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Item, Judgement, Measure, Outcome

Progress = Callable[[int, int], object]
Path = str | os.PathLike[str]

GROUPS = ("rules", "behaviour")


@dataclass(frozen=True)
class Asked:
    """What is judged, and how."""

    rules: frozenset[str]
    behaviour: frozenset[str]
    tasks: tuple[int, ...]
    python: Interpreter
    limits: Limits
    max_ratio: float | None = None


def names() -> dict[str, str]:
    """Return the name and the title of every rule and every part of the behaviour."""
    return {name: rule.title for name, rule in rules.RULES.items()} | behaviour.TITLES


def check(
    paths: Iterable[Path],
    *,
    python: str | None = None,
    only: Collection[str] = (),
    skip: Collection[str] = (),
    tasks: Collection[int] | None = None,
    max_ratio: float | None = None,
    time_out: float | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Judgement]:
    """Judge submissions of the brief.

    Parameters
    ----------
    paths : iterable of paths
        What `submissions.find` takes: course folders, clones, folders of these, ZIP files.
    python : str, optional
        The interpreter that runs them, as a path or a command; default: the brief's where one
        starts.
    only, skip : collections of str
        Names of rules and parts of the behaviour, as in `names`, or "rules" or "behaviour".
    tasks : collection of int, optional
        Numbers of tasks; default: all, and the folder.
    max_ratio : float, optional
        Makes the time a verdict: at most so many times that of the project's own file.
    time_out : float, optional
        Seconds for one task; default: 20.
    jobs : int
        How many submissions are judged at once.
    progress : function of (done, total), optional
        Called whenever a submission is done.

    Returns
    -------
    list of Judgement
        In the order of `submissions.find`, whatever `jobs`.

    Raises
    ------
    ValueError
        If a name, a task or a path is not there, or the interpreter does not start.
    """
    asked = _asked(python, only, skip, tasks, max_ratio, time_out)
    with search.found(paths) as there:
        return _all(there, asked, jobs, progress or (lambda done, total: None))


def _asked(
    python: str | None,
    only: Collection[str],
    skip: Collection[str],
    tasks: Collection[int] | None,
    max_ratio: float | None,
    time_out: float | None,
) -> Asked:
    chosen = (_named(only) or frozenset(names())) - _named(skip)
    if not chosen:
        raise ValueError("nothing is left to judge: skip less")
    if unknown := set(tasks or ()) - set(TASKS):
        raise ValueError(f"there is no task {min(unknown)}; tasks are {min(TASKS)} to {max(TASKS)}")
    limits = Limits() if time_out is None else Limits(task_seconds=time_out)
    numbers = tuple(TASKS) if not tasks else tuple(sorted(set(tasks)))
    static, parts = chosen & frozenset(rules.RULES), chosen & frozenset(behaviour.TITLES)
    return Asked(static, parts, numbers, interpreters.find(python), limits, max_ratio)


def _named(words: Collection[str]) -> frozenset[str]:
    """Return the items that some words mean."""
    known = names()
    groups = {"rules": set(rules.RULES), "behaviour": set(behaviour.TITLES)}
    for word in words:
        if word not in known and word not in groups:
            near = get_close_matches(word, [*known, *groups], cutoff=0.5) or GROUPS
            raise ValueError(
                f"{word!r} is no rule and no part of the behaviour; near it: {', '.join(near)}"
            )
    return frozenset(name for word in words for name in groups.get(word, {word}))


def _all(
    there: Sequence[Submission], asked: Asked, jobs: int, progress: Progress
) -> list[Judgement]:
    """Judge submissions, several at once, and return them in their order."""
    judgements: dict[int, Judgement] = {}
    progress(0, len(there))
    for place, judgement in _as_they_end(there, asked, jobs):
        judgements[place] = judgement
        progress(len(judgements), len(there))
    return [judgements[place] for place in range(len(there))]


def _as_they_end(
    there: Sequence[Submission], asked: Asked, jobs: int
) -> Iterator[tuple[int, Judgement]]:
    """Yield the place and the judgement of each; in threads, as each one mostly waits for its child process."""
    if min(jobs, len(there)) < 2:
        # without a thread a stop comes through at once
        yield from (
            (place, check_submission(submission, asked)) for place, submission in enumerate(there)
        )
        return
    pool = ThreadPoolExecutor(min(jobs, len(there)))
    try:
        waiting = {
            pool.submit(check_submission, submission, asked): place
            for place, submission in enumerate(there)
        }
        yield from ((waiting[future], future.result()) for future in as_completed(waiting))
    finally:
        asked.limits.stop.set()  # where this is left early, children end at once
        pool.shutdown(cancel_futures=True)


def check_submission(submission: Submission, asked: Asked) -> Judgement:
    """Judge one submission; an error of the checker itself is said in its place, and the others go on."""
    start = time.monotonic()
    judgement = Judgement(
        submission.name, submission.place or str(submission.folder or submission.root), ()
    )
    try:
        items, measures = _judged(submission, asked)
        judgement = replace(
            judgement, items=tuple(items), measures=tuple(measures), others=submission.others
        )
    except Exception as error:
        words = f"the checker itself failed, please report it: {type(error).__name__}: {error}"
        finding = Finding(words, details="".join(traceback.format_exception(error)))
        item = Item(None, "checker", "The checker could look at it.", Outcome.UNCHECKED, (finding,))
        judgement = replace(judgement, items=(item,))
    ran_on = str(asked.python) if asked.behaviour and submission.folder else ""
    return shown(replace(judgement, ran_on=ran_on, seconds=time.monotonic() - start))


def _judged(submission: Submission, asked: Asked) -> tuple[list[Item], list[Measure]]:
    folder = _folder_item(submission)
    if submission.folder is None:
        return [folder], []
    items = [folder] if folder.remarks else []
    measures: list[Measure] = []
    if asked.rules:
        items += rules.judge(submission, asked.rules, (), asked.python)
    if asked.behaviour:
        behaved, measures = behaviour.judge(
            submission, asked.tasks, asked.python, asked.limits, asked.max_ratio
        )
        items += (item for item in behaved if item.name in asked.behaviour)
    whole = len(asked.tasks) == len(TASKS)
    return [
        item for item in items if item.task in asked.tasks or (whole and item.task is None)
    ], measures


def _folder_item(submission: Submission) -> Item:
    """Return whether there is a course folder to judge, and what should be known about its choice."""
    outcome = Outcome.UNCHECKED if submission.folder is None else Outcome.HOLDS
    findings = (Finding(submission.problem),) if submission.folder is None else ()
    remarks = tuple(Finding(note) for note in submission.notes)
    return Item(None, "folder", "The folder holds the seven files.", outcome, findings, remarks)
