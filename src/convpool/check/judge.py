"""What a submission's functions return, judged case by case: one item for each part of a task's behaviour."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from convpool.check.behaviour import timing
from convpool.check.behaviour.cases import CASES, LARGE, TIMED
from convpool.check.behaviour.trials import Trial, in_common
from convpool.check.diagnosis import first_difference
from convpool.check.sandbox import child
from convpool.check.sandbox.child import Limits
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.submissions import task_files
from convpool.check.submissions.search import Submission
from convpool.check.tasks import TASKS, Task
from convpool.check.verdicts import Finding, Item, Measure, Outcome

TITLES = {
    "loads": "The file can be imported and has the function.",
    "valid": "Convolution without padding: sums over all windows that fit.",
    "padding": "Convolution with (ph, pw) zeros on both sides.",
    "same": "'same' convolution at stride 1: the output is h x w.",
    "same-strided": "'same' convolution at larger strides: the output is h x w.",
    "max": "The maximum of each window.",
    "avg": "The average of each window.",
    "input-unchanged": "The arrays that come in are not modified.",
    "speed": "The larger call takes no longer than the bar that was asked for.",
}
MOST_GROUPS = 3  # of different errors in an item that are shown


@dataclass(frozen=True)
class Run:
    """All that came of one task's calls."""

    source: task_files.Source
    trials: tuple[Trial, ...]  # none: no time was left
    cost: timing.Cost | None
    own: timing.Cost | None

    @property
    def task(self) -> Task:
        """The task of the file."""
        return self.source.task

    @property
    def ratios(self) -> tuple[float | None, float | None]:
        """Time and memory over those of the project's own file."""
        return timing.ratios(self.cost, self.own)


def judge(
    submission: Submission,
    tasks: Collection[int],
    python: Interpreter,
    limits: Limits,
    max_ratio: float | None = None,
) -> tuple[list[Item], list[Measure]]:
    """Call the functions of a submission's files with every case, and judge what comes back.

    Parameters
    ----------
    submission : Submission
        Whose files are run, in child processes only.
    tasks : collection of int
        Numbers of the tasks that are judged.
    python : Interpreter
        What runs the files.
    limits : Limits
        Of each child; submission_seconds are for all tasks together.
    max_ratio : float, optional
        The bar of the item `speed`: seconds of a larger call over those of the project's own file.
        Without it, time is measured and never judged.

    Returns
    -------
    items : list of Item
        For each task: loads, the parts of its behaviour, input-unchanged, and speed where a bar is
        given.
    measures : list of Measure
        For each task whose file can be read.
    """
    items: list[Item] = []
    measures: list[Measure] = []
    deadline = time.monotonic() + limits.submission_seconds
    for number in sorted(tasks):
        source, problem = _readable(submission, TASKS[number])
        if source is None:
            items += _unchecked(TASKS[number], names(number, max_ratio), problem)
            continue
        started = time.monotonic()
        own = timing.own_cost(number, python, limits)
        deadline += time.monotonic() - started  # it is not the submission's
        run = _run(source, python, limits, deadline, own)
        items += _items(run, limits, max_ratio)
        measures.append(Measure(number, *task_files.measure(source), *run.ratios))
    return items, measures


def names(task: int, max_ratio: float | None = None) -> list[str]:
    """Return the items of a task, in the order of the report."""
    parts = dict.fromkeys(case.item for case in CASES[task])
    return ["loads", *parts, "input-unchanged", *(["speed"] if max_ratio is not None else [])]


def _readable(submission: Submission, task: Task) -> tuple[task_files.Source | None, str]:
    """Return the task's file, or say why there is none to run."""
    if submission.folder is None:
        return None, "not run: no course folder was found"
    source = task_files.Source(task_files.read(submission), task)
    return (None, f"not run: {task.file} {source.problem}") if source.problem else (source, "")


def _run(
    source: task_files.Source,
    python: Interpreter,
    limits: Limits,
    deadline: float,
    own: timing.Cost | None,
) -> Run:
    """Make all calls of a task: those that are judged, those that are not, the timed ones, and the large ones last."""
    if time.monotonic() >= deadline:
        return Run(source, (), None, own)
    task = source.task
    cases = sorted(CASES[task.number], key=lambda case: not case.judged)
    large = LARGE[task.number]
    calls = [
        *(case.call for case in cases),
        *timing.calls(task.number),
        *(case.call for case in large),
    ]
    answers = child.run(
        source.course.folder, task.file, task.function, calls, python, limits.until(deadline)
    )
    end = len(answers) - len(large)
    tried, timed, last = answers[: len(cases)], answers[len(cases) : end], answers[end:]
    trials = tuple(
        Trial(case, answer) for case, answer in zip((*cases, *large), (*tried, *last), strict=True)
    )
    return Run(source, trials, timing.cost(timed, max(answer.peak for answer in tried)), own)


# ---- items ----


def _items(run: Run, limits: Limits, max_ratio: float | None) -> list[Item]:
    ordered = names(run.task.number, max_ratio)
    if not run.trials:
        words = f"not run: the {limits.submission_seconds:g} s for one submission were over"
        return _unchecked(run.task, ordered, words)
    first = run.trials[0].answer
    if not first.loaded:
        # where not even the import was tried, the submission is not to blame
        outcome = Outcome.UNCHECKED if first.outcome == "not run" else Outcome.FAILS
        loads = _item(run.task, "loads", outcome, [Finding(first.words, line=first.line)])
        return [
            loads,
            *_unchecked(run.task, ordered[1:], f"not run: {first.words.removeprefix('not run: ')}"),
        ]
    parts = ordered[1 : ordered.index("input-unchanged")]
    items = [
        _item(run.task, "loads", Outcome.HOLDS),
        *(_part(run, name) for name in parts),
        _unchanged(run),
    ]
    return items if max_ratio is None else [*items, _speed(run, max_ratio)]


def _part(run: Run, name: str) -> Item:
    """Judge one part of the behaviour."""
    there = [trial for trial in run.trials if trial.case.item == name]
    # to be slow is no finding: a large case that there was no time for does not count
    judged = [
        trial
        for trial in there
        if trial.case.judged and not (trial.case.is_large and trial.was_late)
    ]
    ran = [trial for trial in judged if trial.ran]
    findings = [*_values(run, ran), *_errors(ran)]
    if findings:
        return _item(run.task, name, Outcome.FAILS, findings)
    # all that are judged are right here
    remarks = [_remark(trial) for trial in there if trial.ran and trial.problem]
    if len(ran) < len(judged):
        words = next(trial.answer.words for trial in judged if not trial.ran)
        left = Finding(f"{len(judged) - len(ran)} of {len(judged)} cases were not run: {words}")
        return _item(run.task, name, Outcome.UNCHECKED, [left], remarks)
    return _item(run.task, name, Outcome.HOLDS, (), remarks)


def _values(run: Run, trials: Sequence[Trial]) -> list[Finding]:
    """Say what differs where arrays of numbers came back."""
    returned = [
        (trial.case, trial.array)
        for trial in trials
        if trial.array is not None and not trial.case.is_large
    ]
    wrong = [trial for trial in trials if trial.array is not None and trial.problem]
    if not wrong:
        return []
    if all(trial.case.is_large for trial in wrong):
        words = (
            f"{len(wrong)} of {len(trials)} cases differ, with many or large images only: "
            f"{wrong[0].problem}"
        )
        return [Finding(words, details=wrong[0].case.source)]
    found = first_difference.diagnose(returned, run.source.text)
    details = f"{found.details}\n\n{wrong[0].case.source}".strip()
    return [replace(found, words=found.words + in_common(wrong, _right(trials)), details=details)]


def _errors(trials: Sequence[Trial]) -> Iterator[Finding]:
    """Say what came back instead of arrays of numbers, one finding for each kind of error."""
    groups: dict[object, list[Trial]] = {}
    for trial in trials:
        if trial.array is None:
            groups.setdefault(trial.kind, []).append(trial)
    for group in list(groups.values())[:MOST_GROUPS]:
        first = group[0]
        common = in_common(group, _right(trials))
        words = (
            f"{len(group)} of {len(trials)} cases: {first.problem}{common}; the first is "
            f"{first.case.name}"
        )
        yield Finding(words, line=first.answer.line, details=first.case.source)


def _right(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if not trial.problem]


def _remark(trial: Trial) -> Finding:
    words = f"The brief does not ask for it, but try {trial.case.why}. Here {trial.problem}."
    if trial.case.judged:  # a large one that came late
        words = (
            f"Smaller calls are right, and time is no verdict: {trial.problem} for "
            f"{trial.case.name}."
        )
    return Finding(words, line=trial.answer.line, details=trial.case.source)


def _unchanged(run: Run) -> Item:
    """Judge whether what comes in stays as it is."""
    name = "input-unchanged"
    ran = [trial for trial in run.trials if trial.case.judged and trial.ran]
    changed = [trial for trial in ran if trial.answer.changed]
    if changed:
        first = changed[0]
        places = sorted({place for trial in changed for place in trial.answer.changed})
        arrays = " and ".join(list(run.task.parameters)[place] for place in places)
        words = (
            f"{arrays} changed in {len(changed)} of {len(ran)} cases; work on a copy. The "
            f"first is {first.case.name}"
        )
        return _item(run.task, name, Outcome.FAILS, [Finding(words, details=first.case.source)])
    if any(trial.answer.outcome == "returned" for trial in ran):
        return _item(run.task, name, Outcome.HOLDS)
    return _item(run.task, name, Outcome.UNCHECKED, [Finding("no call came to its end")])


def _speed(run: Run, max_ratio: float) -> Item:
    """Judge the time of the larger call."""
    ratio = run.ratios[0]
    if ratio is None:
        return _item(
            run.task, "speed", Outcome.UNCHECKED, [Finding("the larger call could not be timed")]
        )
    if ratio <= max_ratio:
        return _item(run.task, "speed", Outcome.HOLDS)
    words = (
        f"a larger call takes {ratio:.1f} times as long as the project's own file; at most "
        f"{max_ratio:g} was asked"
    )
    return _item(
        run.task, "speed", Outcome.FAILS, [Finding(words, details=TIMED[run.task.number].source)]
    )


def _item(
    task: Task,
    name: str,
    outcome: Outcome,
    findings: Iterable[Finding] = (),
    remarks: Iterable[Finding] = (),
) -> Item:
    """Make an item whose findings are all about the task's file."""
    named = (tuple(replace(one, file=task.file) for one in ones) for ones in (findings, remarks))
    return Item(task.number, name, TITLES[name], outcome, *named)


def _unchecked(task: Task, which: Iterable[str], words: str) -> list[Item]:
    return [_item(task, name, Outcome.UNCHECKED, [Finding(words)]) for name in which]
