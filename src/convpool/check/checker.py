"""Check submissions: find them, judge each by the selected requirements, several at once."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from difflib import get_close_matches

from convpool.check import judge_behaviour
from convpool.check.behaviour import requirement_names
from convpool.check.concurrency import call_all
from convpool.check.grading.accepted_same import BRIEF, MEANINGS
from convpool.check.grading.decisions import Decision, apply
from convpool.check.grading.points import requirements, score
from convpool.check.grading.similar import similar_pairs
from convpool.check.judge_requirement import Options
from convpool.check.printable_judgements import printable_judgement
from convpool.check.repair.trials import MOST_SECONDS, USUAL_SECONDS
from convpool.check.rules import isolated
from convpool.check.rules import registry as rules
from convpool.check.sandbox import available_isolation, interpreters
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.submissions.search import Submission, open_submissions
from convpool.check.submissions.task_files import open_course
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Item, Judgement, Measure, Outcome

Progress = Callable[[int, int], object]  # called with (submissions done, all submissions)
Path = str | os.PathLike[str]


@dataclass(frozen=True)
class Selection:
    """Which requirements and tasks are judged, and how."""

    rules: frozenset[str]  # names of rules
    behaviour: frozenset[str]  # names of requirements of the behaviour
    tasks: tuple[int, ...]  # sorted
    python: Interpreter
    limits: Limits
    options: Options
    points: Mapping[str, float]  # empty: no points are given
    decisions: Sequence[Decision] = ()  # a teacher's own points and comments
    workers: int = 1  # how many tasks of one submission are judged at once

    @property
    def has_all_tasks(self) -> bool:
        """Whether all tasks are selected; only then the folder as a whole is judged too."""
        return len(self.tasks) == len(TASKS)


def requirement_titles() -> dict[str, str]:
    """Return name -> title of every rule, then of every requirement of the behaviour."""
    return {name: rule.title for name, rule in rules.RULES.items()} | requirement_names.TITLES


def check(
    paths: Iterable[Path],
    *,
    python: str | None = None,
    only: Collection[str] = (),
    skip: Collection[str] = (),
    tasks: Collection[int] | None = None,
    max_ratio: float | None = None,
    same: str = BRIEF,
    points: Mapping[str, float] | None = None,
    decisions: Sequence[Decision] = (),
    time_out: float | None = None,
    is_trusted: bool = False,
    is_timed: bool = True,
    private_seed: int = 0,
    has_changes: bool | None = False,
    jobs: int = 1,
    progress: Progress | None = None,
    done: Callable[[Judgement], object] | None = None,
) -> list[Judgement]:
    """Judge submissions of the brief.

    Parameters
    ----------
    paths : iterable of paths
        What `submissions.search.find` takes: course folders, clones, folders of these, ZIP files.
    python : str, optional
        The interpreter that runs them, as a path or a command; default: the brief's if one starts.
    only, skip : collections of str
        Names of requirements, as in `requirement_titles`, or "rules" or "behaviour".
    tasks : collection of int, optional
        Numbers of tasks; default: all, and the folder.
    max_ratio : float, optional
        Judges the time too: how many times as long as the project's own file a larger call may
        take; default: time is measured, and never judged.
    same : str
        What 'same' means: "brief", "size" (h x w, wherever the windows begin), "tensorflow", or
        "any-named" (any reading that public solutions have).
    points : mapping of str to float, optional
        What requirements are worth: "3:same", "same", "rules" or "behaviour" -> points of each.
    decisions : sequence of Decision
        A teacher's own points and comments.
    time_out : float, optional
        Seconds for one task; default: 20.
    is_trusted : bool
        Whether a class is run also where the system allows no walls around its processes.
    is_timed : bool
        Whether time and memory are measured, which takes a second or two; with `max_ratio` they
        are in any case.
    private_seed : int
        Other than 0: the cases are others of the same kinds, which no student has seen.
    has_changes : bool, optional
        Whether a change is searched, by trying many, that makes a file's results right, which may
        take a minute; None: at most some seconds for each submission.
    jobs : int
        How many submissions are judged at once; of fewer submissions, several tasks.
    progress : function of (done, total), optional
        Called whenever a submission is done.
    done : function of a Judgement, optional
        Gets each as soon as it is there, in any order; an interrupt loses none of them.

    Returns
    -------
    list of Judgement
        In the order of `submissions.search.find`, whatever `jobs`.

    Raises
    ------
    ValueError
        If a name, a task or a path does not exist, the interpreter does not start, or no walls
        stand around a class that is not trusted.
    """
    titles = requirement_titles()
    selected = (_expand(only) or frozenset(titles)) - _expand(skip)
    if not selected:
        raise ValueError("nothing is left to judge: skip less")
    if same not in MEANINGS:
        raise ValueError(f"'same' cannot mean {same!r}; {', '.join(MEANINGS)} would do")
    if unknown := set(tasks or ()) - set(TASKS):
        raise ValueError(f"there is no task {min(unknown)}; tasks are {min(TASKS)} to {max(TASKS)}")
    trial_seconds = {True: MOST_SECONDS, False: 0.0, None: USUAL_SECONDS}[has_changes]
    selection = Selection(
        rules=selected & frozenset(rules.RULES),
        behaviour=selected & frozenset(requirement_names.TITLES),
        tasks=tuple(sorted(set(tasks or TASKS))),
        python=interpreters.find(python),
        limits=Limits() if time_out is None else Limits(task_seconds=time_out),
        options=Options(
            max_ratio,
            same,
            is_timed=is_timed or max_ratio is not None,
            trial_seconds=trial_seconds,
            private_seed=private_seed,
        ),
        points=points or {},
        decisions=decisions,
    )
    with open_submissions(paths) as submissions:
        if selection.behaviour and len(submissions) > 1 and not is_trusted:
            _require_walls(selection)
        workers = max(1, jobs // max(1, len(submissions)))
        selection = replace(selection, workers=workers)

        def on_judged(judgement: Judgement, count: int, total: int) -> None:
            if done:
                done(judgement)
            if progress:
                progress(count, total)

        if progress:
            progress(0, len(submissions))
        return _check_all(submissions, selection, jobs, on_judged)


def _require_walls(selection: Selection) -> None:
    """Raise ValueError if no wall stands around the processes of submissions."""
    if not available_isolation.standing(selection.python, selection.limits):
        raise ValueError(
            "this system allows no walls around the submissions (own root folder, processes, "
            "network), only limits: they could read and change your files. Run them in a container "
            "or a virtual machine, and say --trust there"
        )


def _expand(names: Collection[str]) -> frozenset[str]:
    """Return names of requirements, with "rules" and "behaviour" replaced by what they stand for.

    Raises ValueError for an unknown name; the message has similar names.
    """
    titles = requirement_titles()
    groups = {"rules": set(rules.RULES), "behaviour": set(requirement_names.TITLES)}
    for name in names:
        if name not in titles and name not in groups:
            near = get_close_matches(name, [*titles, *groups], cutoff=0.5) or groups
            raise ValueError(
                f"{name!r} is no rule and no part of the behaviour; near it: {', '.join(near)}"
            )
    return frozenset(member for name in names for member in groups.get(name, {name}))


def _check_all(
    submissions: Sequence[Submission],
    selection: Selection,
    jobs: int,
    on_judged: Callable[[Judgement, int, int], None],
) -> list[Judgement]:
    """Judge submissions, `jobs` at once, and return the judgements in the same order.

    on_judged: called after each, with (judgement, number of judgements so far, of submissions).
    """
    judgements: dict[int, Judgement] = {}
    for index, judgement in _check_unordered(submissions, selection, jobs):
        judgements[index] = judgement
        on_judged(judgement, len(judgements), len(submissions))
    ordered = [judgements[index] for index in range(len(submissions))]
    return _with_similar(ordered, submissions) if selection.has_all_tasks else ordered


def _with_similar(
    judgements: Sequence[Judgement], submissions: Sequence[Submission]
) -> list[Judgement]:
    """Return the judgements with `similar` set: submissions that share most of their code.

    judgements: one for each submission, in the same order.
    """
    folders = {str(index): one.folder for index, one in enumerate(submissions) if one.folder}
    similar: dict[int, list[str]] = {}
    for first, second, tasks in similar_pairs(folders):
        numbers = ", ".join(map(str, tasks))
        for one, other in ((int(first), int(second)), (int(second), int(first))):
            similar.setdefault(one, []).append(f"{submissions[other].name} (tasks {numbers})")
    return [
        printable_judgement(replace(judgement, similar=tuple(similar.get(index, ()))))
        for index, judgement in enumerate(judgements)
    ]


def _check_unordered(
    submissions: Sequence[Submission], selection: Selection, jobs: int
) -> Iterator[tuple[int, Judgement]]:
    """Yield (index, judgement) of each submission as soon as it is judged.

    With `jobs` above 1 they are judged in threads, as each mostly waits for its child process.
    """
    if min(jobs, len(submissions)) < 2:
        # in this thread, where an interrupt arrives at once
        for index, submission in enumerate(submissions):
            yield index, check_submission(submission, selection)
        return
    pool = ThreadPoolExecutor(min(jobs, len(submissions)))
    try:
        indices = {
            pool.submit(check_submission, submission, selection): index
            for index, submission in enumerate(submissions)
        }
        yield from ((indices[future], future.result()) for future in as_completed(indices))
    finally:
        # only matters after an interrupt: child processes that still run end at once
        selection.limits.stop.set()
        pool.shutdown(cancel_futures=True)


def check_submission(submission: Submission, selection: Selection) -> Judgement:
    """Judge one submission.

    An error of the checker itself becomes an unchecked item, so that the other submissions are
    judged all the same.
    """
    start = time.monotonic()
    place = submission.place or str(submission.folder or submission.root)
    judgement = Judgement(submission.name, place, ())
    try:
        items, measures = _judge(submission, selection)
        judgement = replace(
            judgement,
            items=tuple(items),
            measures=tuple(measures),
            others=submission.others,
            notes=submission.notes,
            not_judged=submission.problem,
        )
    except Exception as error:
        words = f"the checker itself failed, please report it: {type(error).__name__}: {error}"
        finding = Finding(words, details="".join(traceback.format_exception(error)))
        item = Item(None, "checker", "The checker could look at it.", Outcome.UNCHECKED, (finding,))
        judgement = replace(judgement, items=(item,), not_judged=words)
    if selection.behaviour and submission.folder:
        python = selection.python
        judgement = replace(
            judgement,
            ran_on=str(python),
            python_warning=python.warning,
            walls=available_isolation.standing(python, selection.limits),
        )
    if selection.points:
        whole = requirements(selection.rules | selection.behaviour, selection.tasks)
        judgement = replace(judgement, score=score(judgement, selection.points, whole))
    judgement = apply(judgement, selection.decisions, selection.points)
    return printable_judgement(replace(judgement, seconds=time.monotonic() - start))


def _judge(submission: Submission, selection: Selection) -> tuple[list[Item], list[Measure]]:
    """Return (items, measures) of a submission: the selected items, and one measure for each file.

    Without a course folder: the item that says so, and no measures.
    """
    if submission.folder is None:
        return [_folder_item(submission)], []
    course = open_course(submission, selection.python)

    def judge_rules() -> tuple[list[Item], list[Measure]]:
        return isolated.judge(course, selection.rules, selection.limits), []

    def judge_results() -> tuple[list[Item], list[Measure]]:
        items, measures = judge_behaviour.judge(
            course,
            selection.tasks,
            selection.python,
            selection.limits,
            selection.options,
            selection.workers,
        )
        return [item for item in items if item.name in selection.behaviour], measures

    judges = [judge_rules] if selection.rules else []
    judges += [judge_results] if selection.behaviour else []
    results = call_all(judges, selection.workers, selection.limits.stop)
    items = [item for some_items, _ in results for item in some_items]
    measures = [measure for _, some_measures in results for measure in some_measures]
    # rules judge all files and the folder, whatever tasks are selected
    selected_items = [
        item
        for item in items
        if item.task in selection.tasks or (item.task is None and selection.has_all_tasks)
    ]
    return selected_items, measures


def _folder_item(submission: Submission) -> Item:
    """Return the item "folder" of a submission without a course folder."""
    title = "The folder holds the seven files."
    return Item(None, "folder", title, Outcome.UNCHECKED, (Finding(submission.problem),))
