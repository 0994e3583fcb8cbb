"""What every report shows: findings merged across files, tables of outcomes, common items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from convpool.check.behaviour.requirement_names import TITLES
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Item, Judgement, Measure, Outcome, worst

RULES = "rules"  # the name of the row in `outcome_table` that has all rules together
MAX_PLACES = 8  # places of one finding that are listed
STOPPING = {"file", "syntax", "utf8", "loads"}  # without these nothing of a file can be judged
MISSING = "FILE is missing"  # of a file that was not handed in, and has no near name either
REMARKS_HEADING = "Remarks, no verdicts"


@dataclass(frozen=True)
class ReportedFinding:
    """One finding, with all places where it was made; words, change and others as in Finding."""

    items: str  # the names of the items that have it, separated by commas
    outcome: Outcome | None  # of these items; None: it is a remark
    words: str
    details: str
    change: str
    reading: str
    tasks: tuple[int | None, ...]  # None: the folder
    places: tuple[str, ...]  # such as 0-convolve_grayscale_valid.py:12
    failing: int = 0  # cases that it is about, in all items together
    cases: int = 0  # all cases of these items; 0: it is not about cases

    @property
    def count(self) -> str:
        """How many cases it is about, as "8 of 23 cases"; "" if it is not about cases."""
        return f"{self.failing} of {self.cases} cases" if self.cases else ""

    @property
    def importance(self) -> tuple[bool, bool, bool, int]:
        """A sort key: what keeps most from being right comes first, what is not there last."""
        names = set(self.items.split(", "))
        stops = not names.isdisjoint({*STOPPING, "signature"})
        fails = self.outcome is Outcome.FAILS
        return (self.is_missing, not fails, not stops, -self.failing if self.cases else 1)

    @property
    def is_missing(self) -> bool:
        """Whether it says that files were not handed in."""
        return self.items == "file" and self.words.endswith(MISSING.removeprefix("FILE"))

    @property
    def order(self) -> tuple[bool, bool, bool, int, bool]:
        """A sort key: remarks and missing files last; tasks, then the folder; results, then style.

        What a function returns matters more than how its file looks.
        """
        task = self.tasks[0]
        is_style = set(self.items.split(", ")).isdisjoint({*STOPPING, "signature", *TITLES})
        is_remark = self.outcome is None
        return is_remark, self.is_missing, task is None, _task_order(task), is_style

    @property
    def heading(self) -> str:
        """The heading above it: "Task 3, Strided Convolution", "Tasks 3, 4" or "The folder".

        All remarks have the heading REMARKS_HEADING.
        """
        if self.outcome is None:
            return REMARKS_HEADING
        numbers = [task for task in self.tasks if task is not None]
        if len(numbers) == 1:
            return f"Task {numbers[0]}, {TASKS[numbers[0]].title}"
        return f"Tasks {', '.join(map(str, numbers))}" if numbers else "The folder"

    @property
    def where(self) -> str:
        """The first MAX_PLACES places in one line, and how many more there are."""
        unlisted = len(self.places) - MAX_PLACES
        places = ", ".join(self.places[:MAX_PLACES])
        return f"{places} and {unlisted} more" if unlisted > 0 else places


@dataclass(frozen=True)
class CommonItem:
    """A requirement that fails in some submissions of a class, or is unchecked in some."""

    name: str
    title: str
    outcome: Outcome  # FAILS or UNCHECKED
    submissions: int  # how many have it with this outcome
    tasks: tuple[int | None, ...]  # of any of these submissions; None: the folder
    # (name of a reading, number of submissions that have it), the most common first
    readings: tuple[tuple[str, int], ...]

    @property
    def words(self) -> str:
        """The title, whether it could not be checked, and the tasks: "... Tasks 3, 4."."""
        numbers = [str(task) for task in self.tasks if task is not None]
        tasks = f" Task{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}." if numbers else ""
        unchecked = " Could not be checked." if self.outcome is Outcome.UNCHECKED else ""
        return f"{self.title}{unchecked}{tasks}"


# ---- one submission ----


def reported_findings(judgement: Judgement) -> list[ReportedFinding]:
    """Return the findings of a submission in the order of a report: see `ReportedFinding.order`.

    Findings of one cause are merged: see `_cause`. Unchecked items are left out if another item
    says why: of a file that the rule "file" calls missing, and "input-unchanged" of a task with
    wrong cases.
    """
    missing = {item.task for item in judgement.items if item.name == "file" and item.findings}
    with_wrong_cases = {  # tasks
        item.task
        for item in judgement.items
        if item.outcome is Outcome.FAILS and item.findings and item.findings[0].cases
    }
    # what is equal in findings that are merged -> the findings with their items
    merged: dict[tuple[object, ...], list[tuple[Item, Finding]]] = {}
    for item in sorted(judgement.items, key=lambda item: _task_order(item.task)):
        explained = missing | with_wrong_cases if item.name == "input-unchanged" else missing
        if item.outcome is Outcome.UNCHECKED and item.task in explained:
            continue
        for finding, outcome in _findings_and_outcomes(item):
            merged.setdefault(_cause(item, finding, outcome), []).append((item, finding))
    reported = [_merge(findings, is_remark=key[0] is None) for key, findings in merged.items()]
    return sorted(reported, key=lambda finding: finding.order)


def split_findings(
    judgement: Judgement,
) -> tuple[list[tuple[str, ReportedFinding]], list[ReportedFinding]]:
    """Return ((heading, finding) of each verdict, the remarks), in the order of a report.

    The most important verdict comes first, with "First: " before its heading if there are others.
    """
    findings = reported_findings(judgement)
    verdicts = [finding for finding in findings if finding.outcome is not None]
    if not verdicts:
        return [], findings
    first = min(verdicts, key=lambda finding: finding.importance)
    heading = first.heading
    if len(verdicts) > 1:
        heading = f"First: {heading[0].lower()}{heading[1:]}"
    others = [(finding.heading, finding) for finding in verdicts if finding is not first]
    return [(heading, first), *others], [one for one in findings if one.outcome is None]


def _cause(item: Item, finding: Finding, outcome: Outcome | None) -> tuple[object, ...]:
    """Return what is equal in findings of one cause, which are reported once.

    That is a change that mends it, or a reading, or a line that fails, or the same words.
    """
    words = _without_file(item, finding.words)
    if finding.change:
        return outcome, item.task, finding.change
    if finding.reading:
        return outcome, finding.reading
    if finding.cases and finding.line:
        return outcome, item.task, finding.line
    if outcome is None:
        return None, words.partition(" Here ")[0]
    # the same reason why several requirements are unchecked is reported once
    name = "" if outcome is Outcome.UNCHECKED or finding.cases else item.name
    return outcome, name, words, finding.code


def _task_order(task: int | None) -> int:
    """Return a sort key that puts the folder before the tasks."""
    return -1 if task is None else task


def _findings_and_outcomes(item: Item) -> list[tuple[Finding, Outcome | None]]:
    """Return (finding, outcome of the item) for each finding, then (remark, None) for each remark.

    If an item does not hold and has no finding, its title is the finding.
    """
    has_no_reason = item.outcome is not Outcome.HOLDS and not item.findings
    findings = (Finding(item.title),) if has_no_reason else item.findings
    return [
        *((finding, item.outcome) for finding in findings),
        *((remark, None) for remark in item.remarks),
    ]


def _without_file(item: Item, words: str) -> str:
    """Return words with "FILE" in the place of the name of the item's file, if they have it."""
    return words if item.task is None else words.replace(TASKS[item.task].file, "FILE")


def _merge(entries: Sequence[tuple[Item, Finding]], *, is_remark: bool) -> ReportedFinding:
    """Return one reported finding for findings of one `_cause`.

    Its words are those of the first, or if a change mends them, those about most cases. entries:
    each finding with its item; at least one.
    """
    item, finding = entries[0]
    if finding.change:  # the words that say why for most cases
        finding = max((one for _, one in entries), key=lambda one: (one.failing, bool(one.reading)))
    tasks = tuple(dict.fromkeys(item.task for item, _ in entries))  # each once, in order
    words = finding.words if len(tasks) == 1 else _without_file(item, finding.words)
    if finding.code and not words.startswith(finding.code):
        words = f"{finding.code} {words}"
    places = [_place(item, finding) for item, finding in entries]
    if words == MISSING:
        places = []  # the heading names the tasks
    return ReportedFinding(
        items=", ".join(dict.fromkeys(item.name for item, _ in entries)),
        outcome=None if is_remark else item.outcome,
        words=words,
        details=finding.details,
        change=finding.change,
        reading=finding.reading,
        tasks=tasks,
        places=tuple(dict.fromkeys(filter(None, places))),
        failing=sum(finding.failing for _, finding in entries),
        # those of an item are counted once, however many findings it has
        cases=sum({(item.task, item.name): one.cases for item, one in entries}.values()),
    )


def _place(item: Item, finding: Finding) -> str:
    """Return "FILE:LINE" or "FILE", where a finding was made; "" for the folder."""
    file = finding.file or ("" if item.task is None else TASKS[item.task].file)
    return f"{file}:{finding.line}" if file and finding.line else file


def outcome_table(judgement: Judgement) -> dict[str, list[Outcome | None]]:
    """Return row name -> outcomes, one for each task, None where nothing was judged.

    The rows are "rules" (the worst outcome of all) and each requirement of the behaviour; rows with
    None only are left out.
    """
    rows = {name: [_outcome(judgement, task, name) for task in TASKS] for name in (RULES, *TITLES)}
    return {name: row for name, row in rows.items() if any(row)}


def _outcome(judgement: Judgement, task: int, row: str) -> Outcome | None:
    """Return the worst outcome of a task's items that belong to a row; None without any."""
    # an item of the behaviour belongs to the row of its name, any other one to that of the rules
    outcomes = [
        item.outcome
        for item in judgement.of(task)
        if (item.name if item.name in TITLES else RULES) == row
    ]
    return worst(outcomes) if outcomes else None


def outcomes_by_task(judgement: Judgement) -> dict[str, Outcome | None]:
    """Return column name -> worst outcome: of each task, "0" to "6", and of "folder".

    None where nothing was judged.
    """
    # None is the task of the folder's items
    columns: dict[str, int | None] = {**{str(task): task for task in TASKS}, "folder": None}
    items = {name: judgement.of(task) for name, task in columns.items()}
    return {
        name: worst(item.outcome for item in of_task) if of_task else None
        for name, of_task in items.items()
    }


def results_and_rules(judgement: Judgement) -> dict[str, Outcome | None]:
    """Return column name -> worst outcome: of each task's results, of all rules, of the folder."""
    table = outcome_table(judgement)
    rules = [outcome for outcome in table.get(RULES, []) if outcome]
    columns: dict[str, Outcome | None] = {}
    for index, task in enumerate(TASKS):
        results = [row[index] for name, row in table.items() if name != RULES]
        present = [outcome for outcome in results if outcome]
        columns[str(task)] = worst(present) if present else None
    columns["rules"] = worst(rules) if rules else None
    columns["folder"] = outcomes_by_task(judgement)["folder"]
    return columns


def measure_table(judgement: Judgement) -> dict[str, list[str]]:
    """Return row name -> texts, one for each task: its file's lines, its time, its memory.

    Time and memory are multiples of the project's own: "1.5 x". "" where nothing was measured; rows
    with "" only are left out.
    """
    measures = {measure.task: measure for measure in judgement.measures}
    cells: dict[str, Callable[[Measure], str]] = {
        "lines (wc -l)": lambda measure: str(measure.lines),
        "time": lambda measure: _ratio_text(measure.time_ratio),
        "memory": lambda measure: _ratio_text(measure.memory_ratio),
    }
    rows = {
        name: [cell(measures[task]) if task in measures else "" for task in TASKS]
        for name, cell in cells.items()
    }
    return {name: row for name, row in rows.items() if any(row)}


def _ratio_text(ratio: float | None) -> str:
    """Return a ratio as text with two digits or more: "1.5 x", "12 x", "150 x"; "" for None."""
    if ratio is None:
        return ""
    # from 9.95 on, one decimal would make three digits
    return f"{ratio:.0f} x" if ratio >= 9.95 else f"{ratio:.1f} x"


def short_titles() -> list[str]:
    """Return the tasks' titles in one word each: "strided" for Strided Convolution."""
    return [
        re.sub(r"Convolution|with|Multiple|\s", "", task.title).lower() for task in TASKS.values()
    ]


def count_outcomes(judgement: Judgement) -> dict[Outcome, int]:
    """Return outcome -> number of items, for all outcomes."""
    counter = Counter(item.outcome for item in judgement.items)
    return {outcome: counter[outcome] for outcome in Outcome}


# ---- a class ----


def common_items(judgements: Iterable[Judgement]) -> list[CommonItem]:
    """Return the requirements that fail or are unchecked in a class, the most common first.

    One that fails in some submissions and is unchecked in others comes twice. What is unchecked
    because a file is missing or cannot be loaded does not count.
    """
    # (name, title, outcome) -> (number of the submission, item)
    groups: dict[tuple[str, str, Outcome], list[tuple[int, Item]]] = {}
    for number, judgement in enumerate(judgements):
        unusable = {
            item.task
            for item in judgement.items
            if item.name in STOPPING and item.outcome is Outcome.FAILS
        }
        for item in judgement.items:
            is_consequence = item.outcome is Outcome.UNCHECKED and item.task in unusable
            if item.outcome is not Outcome.HOLDS and not is_consequence:
                key = (item.name, item.title, item.outcome)
                groups.setdefault(key, []).append((number, item))
    common = [_common_item(key, entries) for key, entries in groups.items()]
    return sorted(common, key=lambda item: (-item.submissions, item.outcome, item.name))


def _common_item(key: tuple[str, str, Outcome], entries: Sequence[tuple[int, Item]]) -> CommonItem:
    """Return one common item for all items with the same key: (name, title, outcome).

    entries: (number of the submission, item).
    """
    tasks = sorted({item.task for _, item in entries}, key=_task_order)
    # a set, so that a submission with a reading in several tasks counts once
    readings = {
        (number, finding.reading)
        for number, item in entries
        for finding in item.findings
        if finding.reading
    }
    counter = Counter(reading for _, reading in sorted(readings))
    submissions = len({number for number, _ in entries})
    return CommonItem(*key, submissions, tuple(tasks), tuple(counter.most_common()))


def slowest(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return the three submissions that took longest to judge, the slowest first."""
    return sorted(judgements, key=lambda judgement: -judgement.seconds)[:3]


def summary_sentence(judgements: Sequence[Judgement]) -> str:
    """Return how many requirements of one submission hold, or in how many submissions of a class.

    "41 requirements hold, 1 does not"; "3 submissions: 2 hold in all, 1 do not, 0 could not be
    checked throughout, 0 not judged".
    """
    if len(judgements) > 1:
        judged = [judgement for judgement in judgements if not judgement.not_judged]
        counter = Counter(judgement.outcome for judgement in judged)
        words = ("hold in all", "do not", "could not be checked throughout")
        parts = (
            f"{counter[outcome]} {phrase}" for outcome, phrase in zip(Outcome, words, strict=True)
        )
        missing = len(judgements) - len(judged)
        return f"{len(judgements)} submissions: {', '.join(parts)}, {missing} not judged"
    counts = count_outcomes(judgements[0])
    score = "" if judgements[0].score is None else f"; {judgements[0].score}"
    if counts[Outcome.HOLDS] == len(judgements[0].items):
        return f"all {counts[Outcome.HOLDS]} requirements hold{score}"
    verb = "does" if counts[Outcome.FAILS] == 1 else "do"
    noun = "requirement holds" if counts[Outcome.HOLDS] == 1 else "requirements hold"
    words = (noun, f"{verb} not", "could not be checked")
    parts = (
        f"{counts[outcome]} {phrase}"
        for outcome, phrase in zip(Outcome, words, strict=True)
        if counts[outcome]
    )
    return f"{', '.join(parts)}{score}"
