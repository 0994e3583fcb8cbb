"""Call a submission's functions with every case, and judge each requirement of their behaviour.

It stands above the folders, as it joins behaviour and diagnosis.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from convpool.check.behaviour import requirement_names, timing
from convpool.check.behaviour.cases_by_task import CASES, LARGE, TIMED
from convpool.check.behaviour.judged_answers import Trial, common_trait_phrase, is_same_result
from convpool.check.behaviour.removed_names import without_removed_names
from convpool.check.diagnosis import diagnose
from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Answer, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.submissions.task_files import CourseFolder, TaskFile
from convpool.check.tasks import Task
from convpool.check.verdicts import Finding, Item, Measure, Outcome

MAX_ERROR_KINDS = 3  # findings of errors in one item; further kinds of errors are left out


@dataclass(frozen=True)
class TaskRun:
    """The answers to all calls of one task's function, and what the timed one costs."""

    file: TaskFile
    trials: tuple[Trial, ...]  # empty: no time was left, so that nothing was called
    cost: timing.Cost | None  # None: no timed call returned
    baseline_cost: timing.Cost | None  # of the project's own file; None: not measured
    is_repeatable: bool = True  # False: the same call gave two results

    @property
    def task(self) -> Task:
        """The task of the file."""
        return self.file.task

    @property
    def ratios(self) -> tuple[float | None, float | None]:
        """(Time, memory), each divided by that of the project's own file; None: not measured."""
        return timing.ratios(self.cost, self.baseline_cost)


def judge(
    course: CourseFolder,
    tasks: Collection[int],
    python: Interpreter,
    limits: Limits,
    max_ratio: float | None = None,
) -> tuple[list[Item], list[Measure]]:
    """Call the functions of a course folder with every case, and judge what comes back.

    Parameters
    ----------
    course : CourseFolder
        Its files are run, in child processes only.
    tasks : collection of int
        Numbers of the tasks that are judged.
    python : Interpreter
        The interpreter that runs the files.
    limits : Limits
        The limits of each child process; submission_seconds are for all tasks together.
    max_ratio : float, optional
        For the requirement `speed`: how many times as long as the project's own file the timed
        call may take; default: time is measured, and never judged.

    Returns
    -------
    items : list of Item
        The requirements of each task, in the order of `requirement_names.of_task`.
    measures : list of Measure
        One for each task whose file can be read.
    """
    items: list[Item] = []
    measures: list[Measure] = []
    deadline = time.monotonic() + limits.submission_seconds
    for number in sorted(tasks):
        file = course.files[number]
        if file.problem:
            names = requirement_names.of_task(number, has_max_ratio=max_ratio is not None)
            items += _unchecked(file.task, names, f"not run: {file.task.file} {file.problem}")
            continue
        start = time.monotonic()
        baseline_cost = timing.baseline_cost(number, python, limits)
        deadline += time.monotonic() - start  # the submission does not pay for our own file
        run = TaskRun(file, (), None, baseline_cost)
        if time.monotonic() < deadline:
            run = _with_answers(run, python, limits.until(deadline))
        items += _items(run, limits, max_ratio)
        measures.append(Measure(number, *file.word_counts, *run.ratios))
    return items, measures


def _with_answers(run: TaskRun, python: Interpreter, limits: Limits) -> TaskRun:
    """Make all calls of a task; return `run` with the trials and the cost.

    The order matters if a call ends the process or the time: judged cases first, then cases that
    are not judged, then the timed calls, then the large cases.
    """
    task = run.task
    cases = sorted(CASES[task.number], key=lambda case: not case.judged)
    large = LARGE[task.number]
    timed_calls = timing.calls(task.number)
    calls = [*(case.call for case in cases), *timed_calls, *(case.call for case in large)]
    calls.append(calls[0])  # once more, to see whether it gives the same result
    function = SubmittedFunction(run.file.course.folder, task.file, task.function)
    answers = [
        without_removed_names(answer, python)
        for answer in caller.run(function, calls, python, limits)
    ]
    small_answers, *rest, again = answers[: len(cases)], *answers[len(cases) :]
    timed_answers, large_answers = rest[: len(timed_calls)], rest[len(timed_calls) :]
    trials = map(Trial, (*cases, *large), (*small_answers, *large_answers))
    peak = max(answer.peak for answer in small_answers)
    return replace(
        run,
        trials=tuple(trials),
        cost=timing.cost(timed_answers, peak),
        is_repeatable=is_same_result(small_answers[0], again),
    )


# ---- items ----


def _items(run: TaskRun, limits: Limits, max_ratio: float | None) -> list[Item]:
    """Return the items of one task, in the order of `requirement_names.of_task`.

    If nothing was called, or the file cannot be loaded, they are unchecked but for "loads".
    """
    names = requirement_names.of_task(run.task.number, has_max_ratio=max_ratio is not None)
    if not run.trials:
        words = f"not run: the {limits.submission_seconds:g} s for one submission were over"
        return _unchecked(run.task, names, words)
    answer = run.trials[0].answer
    if not answer.loaded:
        # if not even the import was tried, the submission is not to blame
        outcome = Outcome.UNCHECKED if answer.outcome == "not run" else Outcome.FAILS
        loads = _item(run.task, "loads", outcome, [Finding(answer.words, line=answer.line)])
        words = f"not run: {answer.words.removeprefix('not run: ')}"
        return [loads, *_unchecked(run.task, names[1:], words)]
    items = [
        _loads(run.task, answer),
        *(_judge_cases(run, name) for name in requirement_names.of_cases(run.task.number)),
        _input_unchanged(run),
    ]
    return items if max_ratio is None else [*items, _speed(run, max_ratio)]


def _loads(task: Task, answer: Answer) -> Item:
    """Judge whether the file was loaded without an error, by the answer to any call.

    What may only be missing on this machine leaves it unchecked.
    """
    if not answer.load_problem:
        return _item(task, "loads", Outcome.HOLDS)
    advice = (
        "Put what only tries the function out below if __name__ == '__main__':, where it does not "
        "run on import"
    )
    if answer.is_checkers_limit:
        outcome = Outcome.UNCHECKED
        why = "it is not here, a limit of this check; the function was judged without it"
    else:
        outcome = Outcome.FAILS
        why = "the function was judged without that line"
    words = f"{answer.load_problem}: {why}. {advice}"
    return _item(task, "loads", outcome, [Finding(words, line=answer.load_line)])


def _judge_cases(run: TaskRun, name: str) -> Item:
    """Judge the cases of one requirement; `name` is Case.item, such as "same".

    It fails if any judged case is wrong, and is unchecked if none is wrong but some were not
    called. Wrong results of cases that are not judged become remarks of an item that holds or is
    unchecked.
    """
    trials = [trial for trial in run.trials if trial.case.item == name]
    # slowness is no finding: a large case without an answer in time does not count
    judged = [
        trial
        for trial in trials
        if trial.case.judged and not (trial.case.is_large and trial.was_late)
    ]
    called = [trial for trial in judged if trial.has_result]
    findings = [*_wrong_values(run, called), *_errors(called)]
    if findings:
        return _item(run.task, name, Outcome.FAILS, findings)
    # every judged case that was called is right here
    remarks = [_remark(trial) for trial in trials if trial.was_called and trial.problem]
    if len(called) < len(judged):
        first = next(trial for trial in judged if not trial.has_result)
        words = f"{len(judged) - len(called)} of {len(judged)} cases have no result"
        not_run = Finding(
            f"{words}: {first.answer.words}; the first is {first.case.name}",
            details=first.case.source,
        )
        return _item(run.task, name, Outcome.UNCHECKED, [not_run], remarks)
    return _item(run.task, name, Outcome.HOLDS, (), remarks)


def _wrong_values(run: TaskRun, trials: Sequence[Trial]) -> list[Finding]:
    """Return one finding for all trials whose array differs from the right ones; [] if none does.

    Large cases are left out of the diagnosis, as trying every wrong reading on them takes too long.
    """
    small_results = [
        (trial.case, trial.array)
        for trial in trials
        if trial.array is not None and not trial.case.is_large
    ]
    wrong = [trial for trial in trials if trial.array is not None and trial.problem]
    if not wrong:
        return []
    if not run.is_repeatable:
        words = (
            f"{len(wrong)} of {len(trials)} cases differ, and the same call gives another result "
            "each time: is something random in it, or kept from one call to the next?"
        )
        return [Finding(words, details=wrong[0].case.source)]
    if all(trial.case.is_large for trial in wrong):
        words = (
            f"{len(wrong)} of {len(trials)} cases differ, with many or large images only: "
            f"{wrong[0].problem}"
        )
        return [Finding(words, details=wrong[0].case.source)]
    finding = diagnose.diagnose(small_results, run.file.text)
    words = finding.words + common_trait_phrase(wrong, _right(trials))
    printed = f"\nit printed: {wrong[0].answer.printed}" if wrong[0].answer.printed else ""
    details = f"{finding.details}{printed}\n\n{wrong[0].case.source}".strip()
    return [replace(finding, words=words, details=details)]


def _errors(trials: Sequence[Trial]) -> Iterator[Finding]:
    """Yield a finding for each kind of problem where no array of numbers came back.

    At most MAX_ERROR_KINDS of them.
    """
    trials_by_kind: dict[object, list[Trial]] = {}
    for trial in trials:
        if trial.array is None:
            trials_by_kind.setdefault(trial.problem_kind, []).append(trial)
    for similar in list(trials_by_kind.values())[:MAX_ERROR_KINDS]:
        first = similar[0]
        phrase = common_trait_phrase(similar, _right(trials))
        words = (
            f"{len(similar)} of {len(trials)} cases: {first.problem}{phrase}; the first is "
            f"{first.case.name}"
        )
        yield Finding(words, line=first.answer.line, details=first.case.source)


def _right(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials without a problem."""
    return [trial for trial in trials if not trial.problem]


def _remark(trial: Trial) -> Finding:
    """Return the remark about a trial that has a problem but does not count.

    It does not count if its case is not judged, or is large and had no answer in time.
    """
    words = f"The brief does not ask for it, but try {trial.case.why}. Here {trial.problem}."
    if trial.case.judged:
        words = (
            f"Smaller calls are right, and time is no verdict: {trial.problem} for "
            f"{trial.case.name}."
        )
    return Finding(words, line=trial.answer.line, details=trial.case.source)


def _input_unchanged(run: TaskRun) -> Item:
    """Judge whether the function leaves its arrays as they are, in all judged cases.

    Unchecked if no call returned.
    """
    name = "input-unchanged"
    called = [trial for trial in run.trials if trial.case.judged and trial.has_result]
    changed = [trial for trial in called if trial.answer.changed]
    if changed:
        first = changed[0]
        positions = sorted({position for trial in changed for position in trial.answer.changed})
        arrays = " and ".join(list(run.task.parameters)[position] for position in positions)
        words = (
            f"{arrays} changed in {len(changed)} of {len(called)} cases; work on a copy. The "
            f"first is {first.case.name}"
        )
        return _item(run.task, name, Outcome.FAILS, [Finding(words, details=first.case.source)])
    if any(trial.answer.outcome == "returned" for trial in called):
        return _item(run.task, name, Outcome.HOLDS)
    return _item(run.task, name, Outcome.UNCHECKED, [Finding("no call came to its end")])


def _speed(run: TaskRun, max_ratio: float) -> Item:
    """Judge whether the timed call takes at most `max_ratio` times as long as our own file's."""
    ratio = run.ratios[0]
    if ratio is None:
        finding = Finding("the larger call could not be timed")
        return _item(run.task, "speed", Outcome.UNCHECKED, [finding])
    if ratio <= max_ratio:
        return _item(run.task, "speed", Outcome.HOLDS)
    words = (
        f"a larger call takes {ratio:.1f} times as long as the project's own file; at most "
        f"{max_ratio:g} was asked"
    )
    finding = Finding(words, details=TIMED[run.task.number].source)
    return _item(run.task, "speed", Outcome.FAILS, [finding])


def _item(
    task: Task,
    name: str,
    outcome: Outcome,
    findings: Iterable[Finding] = (),
    remarks: Iterable[Finding] = (),
) -> Item:
    """Return an item of the requirement `name`; its findings and remarks name the task's file."""
    findings = tuple(replace(finding, file=task.file) for finding in findings)
    remarks = tuple(replace(remark, file=task.file) for remark in remarks)
    return Item(task.number, name, requirement_names.TITLES[name], outcome, findings, remarks)


def _unchecked(task: Task, names: Iterable[str], words: str) -> list[Item]:
    """Return an unchecked item for each requirement of these names; `words` say why."""
    return [_item(task, name, Outcome.UNCHECKED, [Finding(words)]) for name in names]
