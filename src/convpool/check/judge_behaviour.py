"""Call a submission's functions with every case, and judge each requirement of their behaviour.

It stands above the folders, as it joins behaviour and diagnosis.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial

from convpool.check.behaviour import fresh_cases, requirement_names, timing
from convpool.check.behaviour.cases_by_task import TIMED
from convpool.check.behaviour.judged_answers import Trial, is_same_result
from convpool.check.behaviour.removed_names import without_removed_names
from convpool.check.concurrency import call_all
from convpool.check.grading.accepted_same import BRIEF
from convpool.check.judge_requirement import Options, TaskRun, judge_requirement, make_item
from convpool.check.repair.search import find_repair
from convpool.check.repair.trials import Budget, Trials
from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Answer, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.submissions.task_files import CourseFolder
from convpool.check.tasks import Task
from convpool.check.verdicts import Finding, Item, Measure, Outcome


def judge(
    course: CourseFolder,
    tasks: Collection[int],
    python: Interpreter,
    limits: Limits,
    options: Options | None = None,
    workers: int = 1,
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
    options : Options, optional
        What a teacher has chosen.
    workers : int, optional
        How many tasks are judged at once.

    Returns
    -------
    items : list of Item
        The requirements of each task, in the order of `requirement_names.of_task`.
    measures : list of Measure
        One for each task whose file can be read.
    """
    options = options or Options()
    start = time.monotonic()
    budget = Budget(options.trial_seconds)
    baseline_seconds: list[float] = []  # the submission does not pay for our own files

    def judge_task(number: int) -> tuple[list[Item], list[Measure]]:
        file = course.files[number]
        if file.problem:
            names = requirement_names.of_task(number, has_max_ratio=options.max_ratio is not None)
            return _unchecked(file.task, names, f"not run: {file.task.file} {file.problem}"), []
        before = time.monotonic()
        baseline_cost = timing.baseline_cost(number, python, limits) if options.is_timed else None
        baseline_seconds.append(time.monotonic() - before)
        deadline = start + limits.submission_seconds + sum(baseline_seconds)
        run = TaskRun(file, (), None, baseline_cost)
        if time.monotonic() < deadline:
            run = _with_answers(run, python, limits.until(deadline), options)
            if options.trial_seconds:
                trials = Trials(file.task, python, limits.until(deadline), budget, workers)
                run = _with_repair(run, trials, options)
        measure = Measure(number, *file.word_counts, *run.ratios, run.has_untried)
        return _items(run, limits, options), [measure]

    calls = [partial(judge_task, number) for number in sorted(tasks)]
    by_task = call_all(calls, workers, limits.stop)
    items = [item for task_items, _ in by_task for item in task_items]
    return items, [measure for _, measures in by_task for measure in measures]


def _with_answers(run: TaskRun, python: Interpreter, limits: Limits, options: Options) -> TaskRun:
    """Make all calls of a task; return `run` with its trials, cost and `is_repeatable`.

    The order matters if a call ends the process or the time: judged cases first, then cases that
    are not judged, then the timed calls, then the large cases.
    """
    task = run.task
    all_cases, large = fresh_cases.cases(task.number, options.private_seed)
    cases = sorted(all_cases, key=lambda case: not case.judged)
    timed_calls = timing.calls(task.number) if options.is_timed else []
    calls = [*(case.call for case in cases), *timed_calls, *(case.call for case in large)]
    calls.append(calls[0])  # once more, to see whether it gives the same result
    function = SubmittedFunction(run.file.course.folder, task.file, task.function)
    answers = [
        without_removed_names(answer, python)
        for answer in caller.run(function, calls, python, limits)
    ]
    small_answers = answers[: len(cases)]
    *other_answers, repeated = answers[len(cases) :]
    timed_answers = other_answers[: len(timed_calls)]
    large_answers = other_answers[len(timed_calls) :]
    trials = map(Trial, (*cases, *large), (*small_answers, *large_answers))
    peak = max(answer.peak for answer in small_answers)
    return replace(
        run,
        trials=tuple(trials),
        cost=timing.cost(timed_answers, peak),
        is_repeatable=is_same_result(small_answers[0], repeated),
    )


def _with_repair(run: TaskRun, changed_files: Trials, options: Options) -> TaskRun:
    """Search a change of the file that makes its wrong cases right; return `run` with it.

    If no change is found, `repair` stays None. changed_files: runs the changed files.
    """
    trials = run.counted
    # indices of the trials whose right results are the brief's
    indices = [
        index
        for index, trial in enumerate(trials)
        if options.same == BRIEF or trial.case.padding != "same"
    ]
    cases = [trials[index].case for index in indices]
    wrong_cases = [  # as indices of `cases`
        number
        for number, index in enumerate(indices)
        if trials[index].has_result and (trials[index].problem or trials[index].answer.changed)
    ]
    is_loaded = bool(trials) and trials[0].answer.loaded and not trials[0].answer.load_problem
    if not (wrong_cases and is_loaded and run.is_repeatable and run.file.text):
        return run
    repair = find_repair(run.file.text, cases, wrong_cases, changed_files)
    if repair:  # its indices are those of `cases`; a TaskRun wants those of `counted`
        repair = replace(repair, mended=frozenset(indices[number] for number in repair.mended))
    is_complete = repair is not None and repair.is_complete
    return replace(run, repair=repair, has_untried=changed_files.is_cut and not is_complete)


# ---- items ----


def _items(run: TaskRun, limits: Limits, options: Options) -> list[Item]:
    """Return the items of one task, in the order of `requirement_names.of_task`.

    If nothing was called, or the file cannot be loaded, they are unchecked but for "loads".
    """
    max_ratio = options.max_ratio
    names = requirement_names.of_task(run.task.number, has_max_ratio=max_ratio is not None)
    if not run.trials:
        words = f"not run: the {limits.submission_seconds:g} s for one submission were over"
        return _unchecked(run.task, names, words)
    answer = run.trials[0].answer
    if not answer.loaded:
        # if not even the import was tried, the submission is not to blame
        outcome = Outcome.UNCHECKED if answer.outcome == "not run" else Outcome.FAILS
        loads = make_item(run.task, "loads", outcome, [Finding(answer.words, line=answer.line)])
        words = f"not run: {answer.words.removeprefix('not run: ')}"
        return [loads, *_unchecked(run.task, names[1:], words)]
    items = [
        _loads(run.task, answer),
        *(
            judge_requirement(run, name, options.same)
            for name in requirement_names.of_cases(run.task.number)
        ),
        _input_unchanged(run),
    ]
    return items if max_ratio is None else [*items, _speed(run, max_ratio)]


def _loads(task: Task, answer: Answer) -> Item:
    """Judge whether the file was loaded without an error, by the answer to any call.

    What may only be missing on this machine leaves it unchecked.
    """
    if not answer.load_problem:
        return make_item(task, "loads", Outcome.HOLDS)
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
    return make_item(task, "loads", outcome, [Finding(words, line=answer.load_line)])


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
        finding = Finding(words, details=first.case.source)
        if (
            run.repair
            and run.is_mended([one for one in changed if not one.case.is_large])
            and not any(one.problem for one in called)
        ):
            change = run.repair.advice("they stay as they are")
            finding = replace(finding, line=run.repair.line, change=change)
        return make_item(run.task, name, Outcome.FAILS, [finding])
    if any(trial.answer.outcome == "returned" for trial in called):
        return make_item(run.task, name, Outcome.HOLDS)
    return make_item(run.task, name, Outcome.UNCHECKED, [Finding("no call came to its end")])


def _speed(run: TaskRun, max_ratio: float) -> Item:
    """Judge whether the timed call takes at most `max_ratio` times as long as our own file's."""
    ratio = run.ratios[0]
    if ratio is None:
        finding = Finding("the larger call could not be timed")
        return make_item(run.task, "speed", Outcome.UNCHECKED, [finding])
    if ratio <= max_ratio:
        return make_item(run.task, "speed", Outcome.HOLDS)
    words = (
        f"a larger call takes {ratio:.1f} times as long as the project's own file; at most "
        f"{max_ratio:g} was asked"
    )
    finding = Finding(words, details=TIMED[run.task.number].source)
    return make_item(run.task, "speed", Outcome.FAILS, [finding])


def _unchecked(task: Task, names: Iterable[str], words: str) -> list[Item]:
    """Return an unchecked item for each requirement of these names; `words` say why."""
    return [make_item(task, name, Outcome.UNCHECKED, [Finding(words)]) for name in names]
