"""What the checker says, as plain values: findings, items, and the judgement of a submission."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """Whether a requirement holds."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNCHECKED = "could not be checked"


@dataclass(frozen=True)
class Finding:
    """One thing to look at: a sentence that says what is wrong and what would do, and where."""

    words: str
    file: str = ""  # its name in the course folder; empty: the folder itself
    line: int | None = None  # from 1
    code: str = ""  # pycodestyle's, such as W291
    # the wrong reading of the brief that explains the result: a key of
    # diagnosis.readings.registry.READINGS; empty: none is known
    reading: str = ""
    # several lines for a fixed-width font: the window, its numbers, the expected and real value
    details: str = ""
    # a sentence that says what a change brings, which was tried, and for a fixed-width font below
    # it what to write where
    change: str = ""
    failing: int = 0  # cases of the behaviour that it is about
    cases: int = 0  # all cases of that requirement; 0: it is not about cases


@dataclass(frozen=True)
class Item:
    """One requirement of one task (or of the folder: task None), and whether it holds."""

    task: int | None
    name: str  # a rule's name, such as first-line, or a part of the behaviour, such as same-strided
    title: str  # the requirement in a sentence
    outcome: Outcome
    findings: tuple[Finding, ...] = ()  # why it does not hold, or could not be checked
    remarks: tuple[Finding, ...] = ()  # worth a look, without effect on the outcome


@dataclass(frozen=True)
class Measure:
    """The size and cost of one task's file, no verdict; time is judged with --max-ratio."""

    task: int
    lines: int  # as wc -l counts them
    words: int
    characters: int  # bytes, as wc -c counts them
    time_ratio: float | None = None  # seconds of the timed call over those of our own file
    memory_ratio: float | None = None  # bytes of memory over those of our own file
    has_untried: bool = False  # whether changes that might make it right were not tried


@dataclass(frozen=True)
class Score:
    """The points of one submission."""

    points: float
    most: float  # of a submission in which all holds
    undecided: float  # what could not be checked is worth; a person decides

    def __str__(self) -> str:
        """Return it in words: 41.5 of 50 points, 2 undecided."""
        undecided = f", {self.undecided:g} undecided" if self.undecided else ""
        return f"{self.points:g} of {self.most:g} points{undecided}"


@dataclass(frozen=True)
class Judgement:
    """Everything that was found in one submission."""

    submission: str  # its name: that of the folder or archive
    folder: str  # where the seven files are, in words
    items: tuple[Item, ...]
    measures: tuple[Measure, ...] = ()
    others: tuple[str, ...] = ()  # names of files in the course folder that are not judged
    notes: tuple[str, ...] = ()  # sentences about which of several folders was judged
    not_judged: str = ""  # why nothing in it was judged; empty: it was
    # why verdicts may depend on the interpreter, and what would help; empty: it is the brief's
    python_warning: str = ""
    ran_on: str = ""  # the interpreter: Python 3.8.18 with NumPy 1.19.2; empty: nothing was run
    walls: tuple[str, ...] = ()  # that stood around its processes, such as "no network"
    seconds: float = 0.0  # that judging took
    score: Score | None = None  # None: no points are given
    # other submissions of the class that share most of their code with it, and the tasks
    similar: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of its items, as `worst` ranks them."""
        return worst(item.outcome for item in self.items)

    def of(self, task: int | None) -> tuple[Item, ...]:
        """Return the items of one task, or with None those of the folder."""
        return tuple(item for item in self.items if item.task == task)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return FAILS if it is among them, else UNCHECKED if that is, else HOLDS."""
    present = set(outcomes)
    if Outcome.FAILS in present:
        return Outcome.FAILS
    return Outcome.UNCHECKED if Outcome.UNCHECKED in present else Outcome.HOLDS


class Remark(Finding):
    """What a rule yields as a remark: worth a look, without effect on the outcome."""


class UncheckedError(Exception):
    """A requirement cannot be checked; the message says why, and what would help."""
