"""What the checker says: plain values, from a sentence about one line up to the judgement of a submission."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """What came of looking at an item."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNCHECKED = "could not be checked"


@dataclass(frozen=True)
class Finding:
    """One thing to look at: a sentence that names what is there and what would do, and where."""

    words: str
    file: str = ""  # as in the course folder; empty: the folder itself
    line: int | None = None  # from 1
    code: str = ""  # pycodestyle's, such as W291
    reading: str = ""  # the hypothesis that gives the same result, a key of diagnosis.HYPOTHESES
    details: str = (
        ""  # several lines for a fixed-width font: the window, the numbers in it, expected and got
    )


@dataclass(frozen=True)
class Item:
    """One requirement of one task (or of the folder: task None), and whether it holds."""

    task: int | None
    name: str  # a rule's name, such as first-line, or a part of the behaviour, such as same-strided
    title: str  # the requirement in a sentence
    outcome: Outcome
    findings: tuple[Finding, ...] = ()  # why it does not hold, or could not be checked
    remarks: tuple[Finding, ...] = ()  # worth a look, never a verdict


@dataclass(frozen=True)
class Measure:
    """What one task's file weighs: never a verdict unless a bar is asked for."""

    task: int
    lines: int  # as wc -l counts them
    words: int
    characters: int  # bytes, as wc -c
    time_ratio: float | None = (
        None  # seconds of the case that is timed, over those of the project's own file
    )
    memory_ratio: float | None = None  # the same of the peak


@dataclass(frozen=True)
class Judgement:
    """All that was found in one submission."""

    submission: str  # its name: the folder's or the archive's
    folder: str  # where the seven files were found; empty if nowhere
    items: tuple[Item, ...]
    measures: tuple[Measure, ...] = ()
    others: tuple[str, ...] = ()  # files that are there and not judged
    ran_on: str = (
        ""  # the interpreter, as in Python 3.8.18 with NumPy 1.19.2; empty: nothing was run
    )
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """The worst of its items: one that fails, else one that could not be checked."""
        return worst(item.outcome for item in self.items)

    def of(self, task: int | None) -> tuple[Item, ...]:
        """Return the items of one task, or of the folder."""
        return tuple(item for item in self.items if item.task == task)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return FAILS if any fails, else UNCHECKED if any could not be checked, else HOLDS."""
    there = set(outcomes)
    return next(
        (outcome for outcome in (Outcome.FAILS, Outcome.UNCHECKED) if outcome in there),
        Outcome.HOLDS,
    )


class Remark(Finding):
    """Worth a look, never a verdict."""


class UncheckedError(Exception):
    """A rule could not look: the words say why, and what would do."""
