"""A teacher's own points and comments on requirements, which every later run respects."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from convpool.check.grading.points import Requirement, worth
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Judgement, Outcome, Score

COLUMNS = ("submission", "requirement", "points", "comment")


@dataclass(frozen=True)
class Decision:
    """What a teacher says about one requirement of one submission."""

    submission: str
    requirement: Requirement
    points: float | None  # None: those that it is worth
    comment: str
    outcome: str = ""  # the verdict at that time; "": not written down

    @property
    def name(self) -> str:
        """The requirement in words: 3:same, or readme."""
        task, name = self.requirement
        return name if task is None else f"{task}:{name}"


def read(path: Path, names: Collection[str]) -> list[Decision]:
    """Return the decisions of a CSV file with the columns COLUMNS, and perhaps outcome.

    names: of all requirements. Raises ValueError if the file cannot be read, lacks a column, or
    has a requirement or points that mean nothing.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"the decisions {path} cannot be read: {error}") from error
    if rows and not set(COLUMNS) <= set(rows[0]):
        columns = ", ".join(map(str, rows[0]))
        raise ValueError(f"{path} needs the columns {', '.join(COLUMNS)}; its columns: {columns}")
    return [_decision(path, row, names) for row in rows if (row["submission"] or "").strip()]


def _decision(path: Path, row: dict[str, str | None], names: Collection[str]) -> Decision:
    """Return the decision of a row; raise ValueError as `read`."""
    cells = {key: (value or "").strip() for key, value in row.items() if isinstance(value, str)}
    task, colon, name = cells["requirement"].rpartition(":")
    if name not in names or (colon and task not in map(str, TASKS)):
        near = ", ".join(get_close_matches(name, names)) or "convpool check --list"
        raise ValueError(f"{path}: {cells['requirement']!r} is no requirement; near it: {near}")
    try:
        points = float(cells["points"]) if cells["points"] else None
    except ValueError:
        raise ValueError(f"{path}: points are {cells['points']!r}; a number would do") from None
    requirement = (int(task) if colon else None, name)
    comment = cells.get("comment", "")
    return Decision(cells["submission"], requirement, points, comment, cells.get("outcome", ""))


def apply(
    judgement: Judgement, decisions: Sequence[Decision], points: Mapping[str, float]
) -> Judgement:
    """Return a judgement with what a teacher said of it: points in its score, words in its notes.

    points: what requirements are worth.
    """
    outcomes = {(item.task, item.name): item.outcome for item in judgement.items}
    score, notes = judgement.score, list(judgement.notes)
    for decision in decisions:
        if decision.submission != judgement.submission:
            continue
        outcome = outcomes.get(decision.requirement)
        if score and decision.points is not None:
            score = _with_points(score, worth(decision.requirement, points), decision, outcome)
        notes.append(_words(decision, outcome))
    return replace(judgement, score=score, notes=tuple(notes))


def _with_points(score: Score, most: float, decision: Decision, outcome: Outcome | None) -> Score:
    """Return a score in which a decision's points replace those for the outcome of a requirement.

    most: the points that the requirement is worth.
    """
    assert decision.points is not None
    given = most if outcome is Outcome.HOLDS else 0.0
    undecided = most if outcome is Outcome.UNCHECKED else 0.0
    return replace(
        score,
        points=score.points - given + decision.points,
        undecided=score.undecided - undecided,
    )


def _words(decision: Decision, outcome: Outcome | None) -> str:
    """Return a decision in words, and whether the verdict has changed since."""
    points = "" if decision.points is None else f" {decision.points:g} points by hand"
    comment = f" {decision.comment}" if decision.comment else ""
    now = "not judged" if outcome is None else str(outcome)
    change = ""
    if decision.outcome and decision.outcome != now:
        change = f" (at that time it was: {decision.outcome}; now: {now}. Is this still right?)"
    return f"{decision.name}:{points}{',' * bool(points and comment)}{comment}{change}"


def unused(decisions: Sequence[Decision], submissions: Collection[str]) -> list[str]:
    """Return the names in decisions that no submission has, each once."""
    names = dict.fromkeys(decision.submission for decision in decisions)
    return [name for name in names if name not in submissions]
