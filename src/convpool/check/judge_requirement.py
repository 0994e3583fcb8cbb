"""Judge one requirement of a task by the answers to its cases, and say why it does not hold.

It stands above the folders, as it joins behaviour and diagnosis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from convpool.check.behaviour import requirement_names, timing
from convpool.check.behaviour.case import Case
from convpool.check.behaviour.judged_answers import Trial, common_trait_phrase
from convpool.check.diagnosis import diagnose
from convpool.check.diagnosis.arithmetic import arguments_of
from convpool.check.diagnosis.finding_text import right_output, same_sentence, size_formulas
from convpool.check.diagnosis.matching_readings import reading_of_all
from convpool.check.diagnosis.suspicious_lines import Suspicion, first_suspicion
from convpool.check.grading.accepted_same import BRIEF, MEANINGS, Meaning
from convpool.check.repair.search import Repair
from convpool.check.submissions.task_files import TaskFile
from convpool.check.tasks import Task
from convpool.check.verdicts import Finding, Item, Outcome

MAX_ERROR_KINDS = 3  # findings of errors in one item; further kinds of errors are left out
CANNOT_MULTIPLY = "could not be broadcast together"  # NumPy, of arrays of other shapes
NEGATIVE_PADDING = "can't contain negative values"  # np.pad, of a number of zeros
CUT_WINDOW = (
    "arrays that are combined differ in size: a slice is wrong, or goes over the border, as there "
    "are too few zeros or too many outputs"
)
A_WINDOW = "window (i, j) of the padded images is [:, i * sh:i * sh + kh, j * sw:j * sw + kw]"
PRINTED = 1_000_000  # characters that a call may print without a remark


@dataclass(frozen=True)
class TaskRun:
    """The answers to all calls of one task's function, and what the timed one costs."""

    file: TaskFile
    trials: tuple[Trial, ...]  # empty: no time was left, so that nothing was called
    cost: timing.Cost | None  # None: no timed call returned
    baseline_cost: timing.Cost | None  # of the project's own file; None: not measured
    is_repeatable: bool = True  # False: the same call gave two results
    repair: Repair | None = None  # a change of the file, whose cases are those of `counted`
    has_untried: bool = False  # whether there are changes that were not tried

    @property
    def task(self) -> Task:
        """The task of the file."""
        return self.file.task

    @property
    def counted(self) -> tuple[Trial, ...]:
        """The trials that decide, but for large ones."""
        return tuple(one for one in self.trials if one.case.judged and not one.case.is_large)

    def is_mended(self, trials: Sequence[Trial]) -> bool:
        """Return whether the change makes all these wrong trials right."""
        mended = self.repair.mended if self.repair else ()
        cases = {id(self.counted[number]) for number in mended}
        return bool(trials) and all(id(trial) in cases for trial in trials)

    @property
    def ratios(self) -> tuple[float | None, float | None]:
        """(Time, memory), each divided by that of the project's own file; None: not measured."""
        return timing.ratios(self.cost, self.baseline_cost)


@dataclass(frozen=True)
class Options:
    """What a teacher may choose."""

    # for the requirement `speed`: how many times as long as the project's own file the timed calls
    # may take; None: time is measured, and never judged
    max_ratio: float | None = None
    same: str = BRIEF  # what 'same' means, a key of MEANINGS
    is_timed: bool = True  # whether time and memory are measured
    # processor time for trying changes that make files right, all tasks together; 0: none is tried
    trial_seconds: float = 0
    private_seed: int = 0  # of fresh cases; 0: those of the table


def judge_requirement(run: TaskRun, name: str, same: str = BRIEF) -> Item:
    """Judge the cases of one requirement; `name` is Case.item, such as "same".

    It fails if any judged case is wrong, and is unchecked if none is wrong but some have no result.
    Wrong results of cases that are not judged become remarks of an item that holds or is unchecked.
    same: what 'same' means, a key of MEANINGS.
    """
    trials = [trial for trial in run.trials if trial.case.item == name]
    # slowness is no finding: a large case without an answer in time does not count
    judged = [
        trial
        for trial in trials
        if trial.case.judged and not (trial.case.is_large and trial.was_late)
    ]
    called = [trial for trial in judged if trial.has_result]
    if name in ("same", "same-strided") and same != BRIEF:
        findings, remarks = _by_meaning(run, called, MEANINGS[same])
    else:
        findings, remarks = _findings(run, called), []
    if findings:
        return make_item(run.task, name, Outcome.FAILS, findings)
    # every judged case that was called is right here
    if same == BRIEF or "same" not in name:
        remarks = [_remark(trial) for trial in trials if trial.was_called and trial.problem]
    remarks += _prints(called)
    if len(called) < len(judged):
        first = next(trial for trial in judged if not trial.has_result)
        words = f"{len(judged) - len(called)} of {len(judged)} cases have no result"
        not_run = Finding(
            f"{words}: {first.answer.words}; the first is {first.case.name}",
            details=first.case.source,
        )
        return make_item(run.task, name, Outcome.UNCHECKED, [not_run], remarks)
    return make_item(run.task, name, Outcome.HOLDS, (), remarks)


def _findings(run: TaskRun, trials: Sequence[Trial]) -> list[Finding]:
    """Return the findings of one requirement: at most one for wrong values, and those for errors.

    They are one finding if they have one cause: a change mends them all, one suspicious line
    explains them all, or windows are cut off at the border. Such a window mostly cannot be
    multiplied by the kernel, an error; but if one row or column of it is left, NumPy broadcasts
    that, and the values are wrong.
    """
    values, errors = _wrong_values(run, trials), list(_errors(run, trials))
    if run.is_mended([trial for trial in trials if trial.problem and not trial.case.is_large]):
        return [_with_change(run, [*values, *errors])]
    suspicion, findings = _suspicion(run), [*values, *errors]
    if values and errors and suspicion and {one.line for one in findings} == {suspicion.line}:
        return [replace(values[0], failing=sum(one.failing for one in findings))]
    # the words of an error name the suspicion already, which then is the cause
    cause = "" if suspicion else f"{CUT_WINDOW}; so "
    failing_values = sum(value.failing for value in values)
    for error in errors:
        has_reading = any(value.reading for value in values)
        if CANNOT_MULTIPLY in error.words and not (has_reading and failing_values > error.failing):
            failing = error.failing + failing_values
            merged = replace(error, words=cause + error.words, failing=failing)
            return [merged if one is error else one for one in errors]
    return findings


def _with_change(run: TaskRun, findings: Sequence[Finding]) -> Finding:
    """Merge findings that the repair of the file mends into one, with the change to make.

    It is the finding of most failing cases, with the words of a suspicion about the changed line.
    """
    assert run.repair is not None
    main = max(findings, key=lambda finding: (finding.failing, bool(finding.reading)))
    suspicion = _suspicion(run)
    words = suspicion.words if suspicion and suspicion.line == run.repair.line else main.words
    count = len(run.counted)
    effect = (
        f"all {count} smaller cases are right"
        if run.repair.is_complete
        else "these cases are right"
    )
    return replace(
        main,
        words=words,
        line=run.repair.line,
        change=run.repair.advice(effect),
        details=re.sub(r"^(line \d+: .*\n)+", "", main.details),  # the change has its lines
        failing=sum(finding.failing for finding in findings),
    )


def _by_meaning(
    run: TaskRun, trials: Sequence[Trial], meaning: Meaning
) -> tuple[list[Finding], list[Finding]]:
    """Return (findings, remarks) of trials of 'same', where it may mean something else too.

    Errors are findings. Results are right if they all follow one reading with this meaning, which a
    remark names; also if they are the brief's and `meaning.has_briefs`.
    """
    results = _results(trials)
    if errors := list(_errors(run, trials)):
        return errors, []
    wrong = [trial for trial in trials if trial.problem]
    if not wrong and meaning.has_briefs:
        return [], []
    if results and (reading := reading_of_all(meaning.readings, results)):
        words = f"'same' is read as {reading.removeprefix('same: ')}, which is fine here"
        return [], [Finding(words, reading=reading)]
    if wrong and meaning.has_briefs:
        others = f"Other results hold too: {meaning.description}"
        return [
            replace(finding, words=f"{finding.words}. {others}")
            for finding in _wrong_values(run, trials)
        ], []
    words = f"'same' is not what was asked, {meaning.description}"
    return [Finding(words)], []


def _results(trials: Sequence[Trial]) -> list[diagnose.Result]:
    """Return (case, array) for each array that came back.

    Large cases are left out, as trying every wrong reading on them takes too long.
    """
    return [
        (trial.case, trial.array)
        for trial in trials
        if trial.array is not None and not trial.case.is_large
    ]


def _wrong_values(run: TaskRun, trials: Sequence[Trial]) -> list[Finding]:
    """Return one finding for all trials whose array differs from the right one; [] for none."""
    wrong = [trial for trial in trials if trial.array is not None and trial.problem]
    if not wrong:
        return []

    def counted(finding: Finding) -> Finding:
        return replace(finding, failing=len(wrong), cases=len(trials))

    if not run.is_repeatable:
        words = (
            "the same call gives another result each time: is something random in it, or kept from "
            "one call to the next?"
        )
        return [counted(Finding(words, details=wrong[0].case.source))]
    if all(trial.case.is_large for trial in wrong):
        words = f"with many or large images only: {wrong[0].problem}"
        return [counted(Finding(words, details=wrong[0].case.source))]
    suspicion = _suspicion(run)
    finding = diagnose.diagnose(_results(trials), run.file.text, _related(run, wrong[0].case))
    words = f"{finding.words}{'' if finding.reading else _trait(run, wrong, trials)}"
    if suspicion and not finding.line:
        words = f"{finding.words}. {suspicion.words}" if finding.reading else suspicion.words
        finding = replace(finding, line=suspicion.line)
    simplest = min(wrong, key=lambda trial: trial.case.simplicity)
    details = f"{finding.details}{_printed(simplest)}"
    return [counted(replace(finding, words=words, details=details))]


def _printed(trial: Trial) -> str:
    """Return what a call printed, as the last lines of details; "" if it printed nothing."""
    return f"\n\nit printed: {trial.answer.printed}" if trial.answer.printed else ""


def _related(run: TaskRun, case: Case) -> list[diagnose.Result]:
    """Return the results of 'same' at stride 1 for a case at larger strides, and the reverse."""
    other = {"same": "same-strided", "same-strided": "same"}.get(case.item)
    return _results(
        [
            trial
            for trial in run.trials
            if trial.case.item == other and trial.has_result and trial.case.judged
        ]
    )


def _errors(run: TaskRun, trials: Sequence[Trial]) -> Iterator[Finding]:
    """Yield a finding for each line, or kind of problem, where no array of numbers came back.

    At most MAX_ERROR_KINDS of them.
    """
    trials_by_kind: dict[object, list[Trial]] = {}
    for trial in trials:
        if trial.array is None:
            trials_by_kind.setdefault(trial.problem_kind, []).append(trial)
    suspicion = _suspicion(run)
    for similar in list(trials_by_kind.values())[:MAX_ERROR_KINDS]:
        first = min(similar, key=lambda trial: trial.case.simplicity)
        padding = first.case.padding
        where = f", where padding is {padding!r}" if "to unpack" in first.problem else ""
        words = f"{first.problem}{where}{_trait(run, similar, trials)}"
        line = first.answer.line
        if suspicion and first.answer.outcome == "raised" and not run.repair:
            words, line = f"{suspicion.words}; so {words}", suspicion.line
        arguments = arguments_of(first.case)
        sizes = [] if run.repair else [*right_output(first.case), *size_formulas(arguments)]
        if CANNOT_MULTIPLY in words and not run.repair:
            sizes.append(A_WINDOW)
        has_wrong_zeros = CANNOT_MULTIPLY in words or NEGATIVE_PADDING in words
        if has_wrong_zeros and padding == "same" and not suspicion and not run.repair:
            words = f"{words}. {same_sentence(arguments)}"
        yield Finding(
            words,
            line=line,
            details="\n".join([*sizes, "", first.case.source]).lstrip() + _printed(first),
            failing=len(similar),
            cases=len(trials),
        )


def _suspicion(run: TaskRun) -> Suspicion | None:
    """Return the first line of the file that is wrong whatever it is called with."""
    return first_suspicion(run.file.text or "", run.task.function)


def _trait(run: TaskRun, wrong: Sequence[Trial], trials: Sequence[Trial]) -> str:
    """Return what wrong trials of one kind have in common, as `common_trait_phrase`; "" for none.

    If `trials` also has some that are wrong in another way, only a trait that no right trial has
    counts: its phrase has "just the". "" too if the file has a repair, whose change says more.
    """
    if run.repair:
        return ""
    right = [trial for trial in trials if not trial.problem]
    phrase = common_trait_phrase(wrong, right)
    return phrase if len(wrong) + len(right) == len(trials) or "just the" in phrase else ""


def _prints(trials: Sequence[Trial]) -> list[Finding]:
    """Return a remark if a call printed PRINTED characters or more; [] otherwise."""
    most = max((trial.answer.printed_count for trial in trials), default=0)
    if most < PRINTED:
        return []
    return [Finding(f"a call prints {most / 1e6:.0f} million characters; leave the print out")]


def _remark(trial: Trial) -> Finding:
    """Return the remark about a trial that has a problem but does not count.

    It does not count if its case is not judged, or is large and had no answer in time.
    """
    words = f"Not asked for, but worth a try: {trial.case.why}. Here {trial.problem}."
    if trial.case.judged:
        words = (
            f"Smaller calls are right, and time is no verdict: {trial.problem} for "
            f"{trial.case.name}."
        )
    return Finding(words, line=trial.answer.line, details=trial.case.source)


def make_item(
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
