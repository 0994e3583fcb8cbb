"""Judgements put in order for the reports: what holds for which task, and what is the same in several said once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from convpool.check.judge import TITLES as BEHAVIOUR
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Item, Judgement, Measure, Outcome, worst

RULES = "rules"  # the row of all rules together
FEW = 8  # places that are written out


@dataclass(frozen=True)
class Said:
    """One finding, with all the places where it was made."""

    item: str  # its name, or several
    outcome: Outcome | None  # None: a remark
    words: str
    details: str
    reading: str
    tasks: tuple[int | None, ...]
    places: tuple[str, ...]  # 0-convolve_grayscale_valid.py:12

    @property
    def heading(self) -> str:
        """Name the tasks: 'Task 3, Strided Convolution' or 'Tasks 3, 4'."""
        numbers = [str(task) for task in self.tasks if task is not None]
        if len(numbers) == 1:
            return f"Task {numbers[0]}, {TASKS[int(numbers[0])].title}"
        return f"Tasks {', '.join(numbers)}" if numbers else "The folder"

    @property
    def where(self) -> str:
        """The places in one line."""
        more = f" and {len(self.places) - FEW} more" if len(self.places) > FEW else ""
        return f"{', '.join(self.places[:FEW])}{more}"


def gathered(judgement: Judgement) -> list[Said]:
    """Return what was found, task by task; what is the same in several files is one entry, remarks are the last."""
    found: dict[tuple[object, ...], list[tuple[Item, Finding]]] = {}
    for item in sorted(judgement.items, key=lambda item: -1 if item.task is None else item.task):
        for finding, outcome in _told(item):
            words = _without_file(item, finding.words)
            # what hinders several parts of the behaviour is said once
            name = "" if outcome is Outcome.UNCHECKED else item.name
            key = (
                outcome is None,
                name,
                outcome,
                words,
                finding.code,
                finding.reading,
                finding.details,
            )
            found.setdefault(key, []).append((item, finding))
    said = [_said(several) for several in found.values()]
    return sorted(
        said, key=lambda one: (one.outcome is None, -1 if one.tasks[0] is None else one.tasks[0])
    )


def _told(item: Item) -> list[tuple[Finding, Outcome | None]]:
    """Pair findings with the outcome; an item that does not hold and tells no reason gives its title."""
    silent = item.outcome is not Outcome.HOLDS and not item.findings
    findings = (Finding(item.title),) if silent else item.findings
    return [(one, item.outcome) for one in findings] + [(one, None) for one in item.remarks]


def _without_file(item: Item, words: str) -> str:
    return words if item.task is None else words.replace(TASKS[item.task].file, "FILE")


def _said(several: Sequence[tuple[Item, Finding]]) -> Said:
    item, finding = several[0]
    tasks = tuple(dict.fromkeys(item.task for item, _ in several))
    words = finding.words if len(tasks) == 1 else _without_file(item, finding.words)
    return Said(
        ", ".join(dict.fromkeys(item.name for item, _ in several)),
        None if finding in item.remarks else item.outcome,
        words if not finding.code or words.startswith(finding.code) else f"{finding.code} {words}",
        finding.details,
        finding.reading,
        tasks,
        tuple(
            dict.fromkeys(place for item, finding in several if (place := _place(item, finding)))
        ),
    )


def _place(item: Item, finding: Finding) -> str:
    file = finding.file or ("" if item.task is None else TASKS[item.task].file)
    return f"{file}:{finding.line}" if file and finding.line else file


def matrix(judgement: Judgement) -> dict[str, list[Outcome | None]]:
    """Return a row for the rules and one for each part of the behaviour; a column per task, None where not asked."""
    rows = {
        name: [_outcome(judgement, task, name) for task in TASKS] for name in (RULES, *BEHAVIOUR)
    }
    return {name: row for name, row in rows.items() if any(row)}


def _outcome(judgement: Judgement, task: int, row: str) -> Outcome | None:
    names = [
        item.outcome
        for item in judgement.of(task)
        if (item.name if item.name in BEHAVIOUR else RULES) == row
    ]
    return worst(names) if names else None


def by_task(judgement: Judgement) -> dict[str, Outcome | None]:
    """Return one outcome for each task, and one for the folder."""
    columns: dict[str, int | None] = {str(task): task for task in TASKS} | {"folder": None}
    items = {name: judgement.of(task) for name, task in columns.items()}
    return {
        name: worst(item.outcome for item in several) if several else None
        for name, several in items.items()
    }


def weights(judgement: Judgement) -> dict[str, list[str]]:
    """Return rows of what each task's file weighs."""
    measures = {measure.task: measure for measure in judgement.measures}
    rows: dict[str, Callable[[Measure], str]] = {
        "lines (wc -l)": lambda measure: str(measure.lines),
        "time": lambda measure: _ratio(measure.time_ratio),
        "memory": lambda measure: _ratio(measure.memory_ratio),
    }
    written = {
        name: [write(measures[task]) if task in measures else "" for task in TASKS]
        for name, write in rows.items()
    }
    return {name: row for name, row in written.items() if any(row)}


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.0f} x" if ratio >= 9.95 else f"{ratio:.1f} x"


def short_titles() -> list[str]:
    """Return the tasks' titles in one word each, such as Strided."""
    return [
        re.sub(r"Convolution|with|Multiple|\s", "", task.title).lower() for task in TASKS.values()
    ]


def counts(judgement: Judgement) -> dict[Outcome, int]:
    """Return how many items came out how."""
    counted = Counter(item.outcome for item in judgement.items)
    return {outcome: counted[outcome] for outcome in Outcome}


@dataclass(frozen=True)
class Common:
    """An item that does not hold in some submissions of a class, or could not be checked there."""

    item: str
    title: str
    outcome: Outcome
    submissions: int
    tasks: tuple[int | None, ...]
    readings: tuple[tuple[str, int], ...]  # how many submissions gave which

    @property
    def words(self) -> str:
        """The title, and where it was found."""
        numbers = [str(task) for task in self.tasks if task is not None]
        tasks = f" Task{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}." if numbers else ""
        unchecked = " Could not be checked." if self.outcome is Outcome.UNCHECKED else ""
        return f"{self.title}{unchecked}{tasks}"


def commonest(judgements: Iterable[Judgement]) -> list[Common]:
    """Return what was found in a class, the commonest first."""
    found: dict[tuple[str, str, Outcome], list[tuple[int, Item]]] = {}
    for number, judgement in enumerate(judgements):
        for item in judgement.items:
            if item.outcome is not Outcome.HOLDS:
                found.setdefault((item.name, item.title, item.outcome), []).append((number, item))
    common = [_common(*key, several) for key, several in found.items()]
    return sorted(common, key=lambda one: (-one.submissions, one.outcome, one.item))


def _common(name: str, title: str, outcome: Outcome, several: Sequence[tuple[int, Item]]) -> Common:
    tasks = sorted(
        {item.task for _, item in several}, key=lambda task: -1 if task is None else task
    )
    readings = {
        (number, finding.reading)
        for number, item in several
        for finding in item.findings
        if finding.reading
    }
    counted = Counter(reading for _, reading in sorted(readings))
    submissions = len({number for number, _ in several})
    return Common(name, title, outcome, submissions, tuple(tasks), tuple(counted.most_common()))


def slowest(judgements: Iterable[Judgement], most: int = 3) -> list[Judgement]:
    """Return the submissions that took longest."""
    return sorted(judgements, key=lambda judgement: -judgement.seconds)[:most]


def sentence(judgements: Sequence[Judgement]) -> str:
    """Say how many hold."""
    counted = Counter(judgement.outcome for judgement in judgements)
    if len(judgements) > 1:
        return f"{len(judgements)} submissions: " + ", ".join(
            f"{counted[outcome]} {words}"
            for outcome, words in zip(
                Outcome, ("hold in all", "do not", "could not be checked throughout"), strict=True
            )
        )
    items = counts(judgements[0])
    if items[Outcome.HOLDS] == len(judgements[0].items):
        return f"all {items[Outcome.HOLDS]} requirements hold"
    do = "does" if items[Outcome.FAILS] == 1 else "do"
    return ", ".join(
        f"{items[outcome]} {words}"
        for outcome, words in zip(
            Outcome, ("requirements hold", f"{do} not", "could not be checked"), strict=True
        )
        if items[outcome]
    )
