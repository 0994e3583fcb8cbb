"""The report as text: one screen for a submission, a table for a class. Colours only where a terminal shows them."""

from __future__ import annotations

import io
import os
import textwrap
from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from convpool.check.reports.findings import (
    Said,
    by_task,
    commonest,
    counts,
    gathered,
    matrix,
    sentence,
    short_titles,
    slowest,
    weights,
)
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Judgement, Outcome

WIDTH = 100  # where no terminal says how wide it is
MARKS = {Outcome.HOLDS: "✓", Outcome.FAILS: "✗", Outcome.UNCHECKED: "?", None: "·"}
PLAIN_MARKS = {Outcome.HOLDS: "ok", Outcome.FAILS: "no", Outcome.UNCHECKED: "?", None: "-"}
STYLES = {
    Outcome.HOLDS: "green",
    Outcome.FAILS: "bold red",
    Outcome.UNCHECKED: "yellow",
    None: "dim",
}
MEANINGS = (
    (Outcome.HOLDS, "holds"),
    (Outcome.FAILS, "does not"),
    (Outcome.UNCHECKED, "could not be checked"),
)


def console(file: IO[str] | None = None, width: int | None = None) -> Console:
    """Return what the report is printed on: nothing in it is read as markup, links or numbers."""
    made = Console(file=file, highlight=False, markup=False, emoji=False, width=width)
    if width is None and not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = WIDTH
    return made


def show(judgements: Sequence[Judgement], to: Console) -> None:
    """Print the report of one submission, or of a class."""
    if len(judgements) == 1:
        show_submission(judgements[0], to)
    else:
        show_class(judgements, to)


def text(judgement: Judgement) -> str:
    """Return the report of one submission as a file has it."""
    file = io.StringIO()
    show_submission(judgement, console(file, WIDTH))
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def show_submission(judgement: Judgement, to: Console) -> None:
    """Print one screen."""
    _line(
        to,
        (judgement.submission, "bold"),
        ("" if judgement.folder == judgement.submission else f"  {judgement.folder}", "dim"),
    )
    _line(to, (_ran(judgement), "dim"))
    if matrix(judgement):
        to.print()
        to.print(_table(judgement, to))
    _folder(judgement, to)
    heading = ""
    for said in gathered(judgement):
        above = "Remarks, no verdicts" if said.outcome is None else said.heading
        if above != heading:
            to.print()
            _line(to, (above, "bold"))
        heading = above
        _show_said(said, to)
    to.print()
    if judgement.others:
        _line(to, (f"Not judged: {', '.join(judgement.others)}", "dim"))
    _line(to, (f"{judgement.submission}: {sentence([judgement])}", STYLES[judgement.outcome]))


def _ran(judgement: Judgement) -> str:
    on = f"run on {judgement.ran_on}" if judgement.ran_on else "nothing was run"
    return f"{on}, {judgement.seconds:.1f} s"


def _table(judgement: Judgement, to: Console) -> Table:
    """A column per task; rows of what was judged, and of what the file weighs."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", no_wrap=True)
    for task, title in zip(TASKS, short_titles(), strict=True):
        table.add_column(f"{task}\n{title}", justify="center", no_wrap=True)
    for name, row in matrix(judgement).items():
        table.add_row(name, *(_mark(outcome, to) for outcome in row))
    for name, cells in weights(judgement).items():
        table.add_row(Text(name, "dim"), *(Text(cell, "dim") for cell in cells))
    return table


def _folder(judgement: Judgement, to: Console) -> None:
    """Print what was judged of the folder as such."""
    items = judgement.of(None)
    if items:
        to.print()
        _line(
            to,
            ("The folder:", ""),
            *((f" {_marks(to)[one.outcome]} {one.name}", STYLES[one.outcome]) for one in items),
        )


def _show_said(said: Said, to: Console) -> None:
    mark = Text("-" if said.outcome is None else _marks(to)[said.outcome], STYLES[said.outcome])
    reading = f" ({said.reading})" if said.reading else ""
    title = Text.assemble("  ", mark, " ", (f"{said.item}{reading}", "bold"), "  ")
    fits = len(title) + len(said.where) <= to.width
    if fits:
        to.print(title.append(said.where, "cyan"))
    else:
        to.print(Padding(title[2:], (0, 0, 0, 2)))
        to.print(Padding(Text(said.where, "cyan"), (0, 0, 0, 4)))
    to.print(Padding(Text(said.words), (0, 0, 0, 4)))
    if said.details:
        # not folded: it is drawn for a fixed width
        to.print(Text(textwrap.indent(said.details.rstrip("\n"), " " * 6)), soft_wrap=True)


def show_class(judgements: Sequence[Judgement], to: Console) -> None:
    """Print one row for each submission, then what was found most often, and who took longest."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("submission", overflow="fold")
    for task in TASKS:
        table.add_column(str(task), justify="center", no_wrap=True)
    table.add_column("folder", justify="center", no_wrap=True)
    table.add_column("does not", justify="right", no_wrap=True)
    table.add_column("unchecked", justify="right", no_wrap=True)
    for judgement in judgements:
        marks = (_mark(outcome, to) for outcome in by_task(judgement).values())
        counted = counts(judgement)
        numbers = (str(counted[outcome]) for outcome in (Outcome.FAILS, Outcome.UNCHECKED))
        table.add_row(Text(judgement.submission), *marks, *numbers)
    to.print(table)
    to.print()
    _line(
        to, *((f"{_marks(to)[outcome]} {words}   ", STYLES[outcome]) for outcome, words in MEANINGS)
    )
    _show_commonest(judgements, to)
    to.print()
    slow = ", ".join(
        f"{judgement.submission} {judgement.seconds:.1f} s" for judgement in slowest(judgements)
    )
    _line(to, (f"Slowest: {slow}", "dim"))
    for ran_on in sorted({judgement.ran_on for judgement in judgements} - {""}):
        _line(to, (f"Run on {ran_on}", "dim"))
    _line(to, (sentence(judgements), "bold"))


def _show_commonest(judgements: Sequence[Judgement], to: Console) -> None:
    common = commonest(judgements)
    if not common:
        return
    to.print()
    _line(to, ("Found most often", "bold"), (f", in so many of {len(judgements)} submissions", ""))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in common:
        readings = "".join(f"\n{count} x {reading}" for reading, count in one.readings)
        table.add_row(
            str(one.submissions), Text(one.item, STYLES[one.outcome]), Text(one.words + readings)
        )
    to.print(table)


def _marks(to: Console) -> dict[Outcome | None, str]:
    try:
        "".join(MARKS.values()).encode(to.encoding)
    except UnicodeEncodeError:
        return PLAIN_MARKS
    return MARKS


def _mark(outcome: Outcome | None, to: Console) -> Text:
    return Text(_marks(to)[outcome], STYLES[outcome])


def _line(to: Console, *parts: tuple[str, str]) -> None:
    to.print(Text.assemble(*parts))
