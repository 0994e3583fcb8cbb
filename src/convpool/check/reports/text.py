"""The report as text: one screen for a submission, a table for a class, coloured in a terminal."""

from __future__ import annotations

import io
import os
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import IO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from convpool.check.languages.speech import is_english, say, say_change, say_lines
from convpool.check.reports.class_notes import class_notes, untried_tasks
from convpool.check.reports.summary import (
    ReportedFinding,
    common_items,
    count_outcomes,
    measure_table,
    outcome_table,
    results_and_rules,
    short_titles,
    slowest,
    split_findings,
    summary_sentence,
)
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Judgement, Outcome

MOST_ALIKE = 5  # findings of one requirement and task that are printed without is_verbose
MAX_REMARKS = 2  # that are printed without is_verbose, where nothing is wrong
WIDTH = 100  # characters of a line in a file, and where the output is no terminal
# None: a remark, or nothing was judged
MARKS = {Outcome.HOLDS: "✓", Outcome.FAILS: "✗", Outcome.UNCHECKED: "?", None: "·"}
# for outputs whose encoding lacks those
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


def make_console(file: IO[str] | None = None, width: int | None = None) -> Console:
    """Return a console that prints texts as they are, without reading markup or emoji in them.

    file: where it prints; default: standard output. width: of a line; default: the terminal's, or
    WIDTH if there is no terminal and COLUMNS is not set.
    """
    console = Console(file=file, highlight=False, markup=False, emoji=False, width=width)
    if width is None and not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH
    return console


def print_report(
    judgements: Sequence[Judgement], console: Console, *, is_verbose: bool = False
) -> None:
    """Print the report of one submission, or for several that of a class."""
    if len(judgements) == 1:
        print_submission(judgements[0], console, is_verbose=is_verbose)
    else:
        print_class(judgements, console)


def feedback_text(judgement: Judgement, *, is_verbose: bool = False) -> str:
    """Return the report of one submission as the text of a file, without spaces at line ends."""
    file = io.StringIO()
    # the folder is on the teacher's machine
    judgement = replace(judgement, folder=judgement.submission)
    print_submission(judgement, make_console(file, WIDTH), is_verbose=is_verbose)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


# ---- one submission ----


def print_submission(judgement: Judgement, console: Console, *, is_verbose: bool = False) -> None:
    """Print the report of one submission: a table, its findings, a summary.

    The most important finding comes first, with a drawing. The drawings of the others, the
    remarks beyond the first ones and the measures are printed if `is_verbose`.
    """
    _print_head(judgement, console, is_verbose=is_verbose)
    if outcome_table(judgement):
        console.print()
        console.print(_task_table(judgement, console, is_verbose=is_verbose))
    _print_folder(judgement, console)
    hidden = _print_findings(judgement, console, is_verbose=is_verbose)
    console.print()
    if judgement.others and is_verbose:
        _print_line(console, (say(f"Not judged: {', '.join(judgement.others)}"), "dim"))
    if hidden:
        _print_line(console, (say(f"With --verbose: {hidden}"), "dim"))
    if untried := ", ".join(untried_tasks(judgement)):
        _print_line(
            console,
            (
                say(
                    f"With --changes: more changes are tried, which takes longer (tasks: {untried})"
                ),
                "dim",
            ),
        )
    sentence = f"{judgement.submission}: {say(summary_sentence([judgement]))}"
    _print_line(console, (sentence, STYLES[judgement.outcome]))


def _print_head(judgement: Judgement, console: Console, *, is_verbose: bool) -> None:
    """Print what verdicts may depend on, which submission it is, and what ran it."""
    if judgement.python_warning:
        warning = say(f"Note: {say(judgement.python_warning)}")
        _print_line(console, (warning, STYLES[Outcome.UNCHECKED]))
    folder = "" if judgement.folder == judgement.submission else f"  {judgement.folder}"
    _print_line(console, (judgement.submission, "bold"), (folder, "dim"))
    ran = f"run on {judgement.ran_on}" if judgement.ran_on else "nothing was run"
    _print_line(console, (say(f"{ran}, {judgement.seconds:.1f} s"), "dim"))
    if judgement.ran_on and is_verbose:
        walls = ", ".join(judgement.walls) or "limits alone, no walls"
        _print_line(console, (say(f"around its processes: {walls}"), "dim"))
    for note in judgement.notes:
        _print_line(console, (say(f"Note: {say(note)}"), STYLES[Outcome.UNCHECKED]))


def _print_findings(judgement: Judgement, console: Console, *, is_verbose: bool) -> str:
    """Print the findings, the most important one first; return what was left out, in words."""
    verdicts, remarks = split_findings(judgement)
    shown_remarks = remarks if is_verbose else [] if verdicts else remarks[:MAX_REMARKS]
    shown = [*verdicts, *((remark.heading, remark) for remark in shown_remarks)]
    if not is_verbose:
        shown = _first_of_each(shown)
    last_heading = ""
    for number, (heading, finding) in enumerate(shown):
        if heading != last_heading:
            last_heading = heading
            console.print()
            _print_line(console, (say(heading), "bold"))
        has_details = is_verbose or (number == 0 and finding.outcome is not None)
        _print_finding(finding, console, has_details=has_details)
    drawings = sum(bool(finding.details) for _, finding in shown[bool(verdicts) :])
    left_out = [
        f"{count} more {what}{'s' * (count > 1)}"
        for count, what in (
            (len(verdicts) + len(shown_remarks) - len(shown), "finding"),
            (drawings, "drawing"),
            (len(remarks) - len(shown_remarks), "remark"),
        )
        if count
    ]
    return "" if is_verbose else " and ".join(left_out)


def _first_of_each(
    findings: Sequence[tuple[str, ReportedFinding]],
) -> list[tuple[str, ReportedFinding]]:
    """Return the (heading, finding) pairs, at most MOST_ALIKE of the same tasks and items."""
    count: Counter[tuple[tuple[int | None, ...], str]] = Counter()
    kept = []
    for heading, finding in findings:
        kind = finding.tasks, finding.items
        count[kind] += 1
        if count[kind] <= MOST_ALIKE:
            kept.append((heading, finding))
    return kept


def _task_table(judgement: Judgement, console: Console, *, is_verbose: bool) -> Table:
    """Return a table with a column for each task.

    Its rows are those of `outcome_table` as marks, then if `is_verbose` those of `measure_table`.
    """
    table = _plain_table()
    table.add_column("", no_wrap=True)
    for task, title in zip(TASKS, short_titles(), strict=True):
        table.add_column(f"{task}\n{title}", justify="center", no_wrap=True)
    for name, row in outcome_table(judgement).items():
        table.add_row(say(name), *(_mark(outcome, console) for outcome in row))
    for name, cells in measure_table(judgement).items() if is_verbose else ():
        table.add_row(Text(say(name), "dim"), *(Text(cell, "dim") for cell in cells))
    return table


def _print_folder(judgement: Judgement, console: Console) -> None:
    """Print one line with the outcomes of the folder's items; nothing if there are none."""
    items = judgement.of(None)
    if items:
        marks = _marks(console)
        parts = [(f" {marks[item.outcome]} {item.name}", STYLES[item.outcome]) for item in items]
        console.print()
        _print_line(console, (say("The folder:"), ""), *parts)


def _print_finding(finding: ReportedFinding, console: Console, *, has_details: bool) -> None:
    """Print a finding: its items, how many cases it is about, its places, words, change, details.

    Items and places, or items and words where there is no place, are in one line if they fit.
    """
    mark = "-" if finding.outcome is None else _marks(console)[finding.outcome]
    reading = finding.reading if is_english() else ""  # its name, which its words explain
    about = ", ".join(filter(None, (reading, say(finding.count))))
    words = say(finding.words)
    name = (f"{finding.items}{f' ({about})' if about else ''}", "bold")
    title = Text.assemble("  ", Text(mark, STYLES[finding.outcome]), " ", name, "  ")
    # beside the title, if it fits: the places; for a finding without a place its words
    beside, style = (say(finding.where), "cyan") if finding.where else (words, "")
    if len(title) + len(beside) <= console.width:
        console.print(title.append(beside, style))
    else:
        console.print(Padding(title[2:], (0, 0, 0, 2)))  # wrapped lines are indented too
        console.print(Padding(Text(beside, style), (0, 0, 0, 4)))
    if finding.where:
        console.print(Padding(Text(words), (0, 0, 0, 4)))
    if finding.change:
        console.print(Text(textwrap.indent(say_change(finding.change), " " * 6)), soft_wrap=True)
    if finding.details and has_details:
        # not wrapped, as its columns would be torn apart
        details = textwrap.indent(say_lines(finding.details.rstrip("\n")), " " * 6)
        if finding.change:
            console.print()
        console.print(Text(details), soft_wrap=True)


# ---- a class ----


def print_class(judgements: Sequence[Judgement], console: Console) -> None:
    """Print the report of a class.

    A row for each submission, what the marks mean, the most common items, the slowest submissions,
    the interpreters, and a summary.
    """
    for warning in sorted({judgement.python_warning for judgement in judgements} - {""}):
        _print_line(console, (f"Note: {warning}", STYLES[Outcome.UNCHECKED]))
    console.print(_class_table(judgements, console))
    console.print()
    if notes := class_notes(judgements):
        for note in notes:
            _print_line(console, (note, STYLES[Outcome.UNCHECKED]))
        console.print()
    marks = _marks(console)
    legend = [(f"{marks[outcome]} {words}   ", STYLES[outcome]) for outcome, words in MEANINGS]
    _print_line(console, *legend)
    _print_common_items(judgements, console)
    console.print()
    slow = ", ".join(
        f"{judgement.submission} {judgement.seconds:.1f} s" for judgement in slowest(judgements)
    )
    _print_line(console, (f"Slowest: {slow}", "dim"))
    for ran_on in sorted({judgement.ran_on for judgement in judgements} - {""}):
        _print_line(console, (f"Run on {ran_on}", "dim"))
    _print_line(console, (summary_sentence(judgements), "bold"))


def _class_table(judgements: Sequence[Judgement], console: Console) -> Table:
    """Return a table with a row for each submission.

    Its columns are the outcome of each task's results, of all rules and of the folder as marks,
    then how many requirements fail and how many are unchecked.
    """
    table = _plain_table()
    table.add_column("submission", overflow="fold")
    for name in (*map(str, TASKS), "rules", "folder"):
        table.add_column(name, justify="center", no_wrap=True)
    has_points = any(judgement.score for judgement in judgements)
    for name in ("does not", "unchecked", *(["points"] if has_points else [])):
        table.add_column(name, justify="right", no_wrap=True)
    for judgement in judgements:
        marks = (_mark(outcome, console) for outcome in results_and_rules(judgement).values())
        counts = count_outcomes(judgement)
        numbers = [str(counts[outcome]) for outcome in (Outcome.FAILS, Outcome.UNCHECKED)]
        if judgement.score:
            numbers.append(f"{judgement.score.points:g}/{judgement.score.most:g}")
        table.add_row(Text(judgement.submission), *marks, *numbers)
    return table


def _print_common_items(judgements: Sequence[Judgement], console: Console) -> None:
    """Print a table of the items that do not hold in a class; nothing if there are none.

    Each row has the number of submissions, the item's name, and its words with its readings.
    """
    items = common_items(judgements)
    if not items:
        return
    console.print()
    explanation = f", in so many of {len(judgements)} submissions"
    _print_line(console, ("Found most often", "bold"), (explanation, ""))
    table = _plain_table(has_header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for item in items:
        readings = "".join(f"\n{count} x {reading}" for reading, count in item.readings)
        name = Text(item.name, STYLES[item.outcome])
        table.add_row(str(item.submissions), name, Text(item.words + readings))
    console.print(table)


# ---- parts of both ----


def _plain_table(*, has_header: bool = True) -> Table:
    """Return an empty table without lines between its cells."""
    return Table(
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="bold",
        show_header=has_header,
    )


def _marks(console: Console) -> dict[Outcome | None, str]:
    """Return MARKS, or PLAIN_MARKS if the console's encoding lacks any of these."""
    try:
        "".join(MARKS.values()).encode(console.encoding)
    except UnicodeEncodeError:
        return PLAIN_MARKS
    return MARKS


def _mark(outcome: Outcome | None, console: Console) -> Text:
    """Return the mark of an outcome in its colour."""
    return Text(_marks(console)[outcome], STYLES[outcome])


def _print_line(console: Console, *parts: tuple[str, str]) -> None:
    """Print parts, each (text, style), one after the other in one line."""
    console.print(Text.assemble(*parts))
