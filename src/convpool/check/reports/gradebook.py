"""Grades for Moodle and Canvas: their own exported CSV files, filled in and ready to import.

Moodle's is the grading worksheet of an assignment ("Download grading worksheet"). Its import wants
the columns Identifier, Grade and Last modified (grade); Feedback comments are HTML. Canvas' is the
exported gradebook, whose columns Student, ID and Section must stay. A column that Canvas does not
know becomes a new assignment, so that none is added, and comments cannot be imported.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from convpool.check.grading import roster
from convpool.check.languages.speech import say, say_change
from convpool.check.reports.disclosure import disclosed
from convpool.check.reports.summary import (
    ReportedFinding,
    reported_findings,
    summary_sentence,
)
from convpool.check.verdicts import Judgement

MOODLE = {"Identifier", "Grade", "Last modified (grade)"}
COMMENTS = "Feedback comments"
# what Canvas exports beside assignments
_CANVAS_STUDENT = {
    *("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID"),
    *("Section", "Integration ID", "Root Account"),
}
_CANVAS_TOTAL = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)")


class Filled(NamedTuple):
    """A gradebook with grades."""

    text: str
    column: str  # in which the points are
    ungraded: list[str]  # submissions that are nobody's in it


def fill(
    path: Path, judgements: Sequence[Judgement], assignment: str = "", disclosure: str = "case"
) -> Filled:
    """Return a gradebook with the points of these submissions, and in Moodle's with comments.

    Parameters
    ----------
    path : Path
        The exported file.
    judgements : sequence of Judgement
        With scores.
    assignment : str
        The beginning of the column's name, in Canvas'; it may be left out if there is only one.
    disclosure : str
        How much comments tell, as of `feedback`.

    Raises
    ------
    ValueError
        If the file cannot be read, is of neither, or has no such assignment.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the gradebook {path} cannot be read: {error}") from error
    reader = csv.DictReader(io.StringIO(text))
    columns, rows = list(reader.fieldnames or ()), list(reader)
    column = "Grade" if set(columns) >= MOODLE else _assignment(path, columns, assignment)
    students = [
        roster.student({key: cell for key, cell in row.items() if isinstance(cell, str)})
        for row in rows
    ]
    matched = roster.match_rows(students, [judgement.submission for judgement in judgements])
    # of two submissions that fit one row, none is taken
    fitting = Counter(matched.values())
    matched = {name: row for name, row in matched.items() if fitting[row] == 1}
    for judgement in judgements:
        row = matched.get(judgement.submission)
        if row is None or judgement.score is None:
            continue
        rows[row][column] = f"{judgement.score.points:g}"
        if COMMENTS in columns:
            rows[row][COMMENTS] = _comment(disclosed(judgement, disclosure))
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    names = [judgement.submission for judgement in judgements]
    return Filled(file.getvalue(), column, [name for name in names if name not in matched])


def _assignment(path: Path, columns: Sequence[str], beginning: str) -> str:
    """Return the column of an assignment in Canvas' gradebook; raise ValueError as `fill`."""
    if not {"ID", "Section"} <= set(columns):
        raise ValueError(
            f"{path} is neither Moodle's grading worksheet (columns {', '.join(sorted(MOODLE))}) "
            "nor Canvas' gradebook (columns Student, ID, Section)"
        )
    assignments = [
        name for name in columns if name not in _CANVAS_STUDENT and not _CANVAS_TOTAL.search(name)
    ]
    found = [name for name in assignments if name.startswith(beginning)]
    if len(found) != 1:
        raise ValueError(
            f"{path}: name one assignment with --assignment: {', '.join(assignments) or 'none'}"
        )
    return found[0]


def _comment(judgement: Judgement) -> str:
    """Return what a student reads, as HTML in one line: the summary, then each finding."""
    findings = [finding for finding in reported_findings(judgement) if finding.outcome is not None]
    entries = "".join(f"<li>{_entry(finding)}</li>" for finding in findings)
    notes = "".join(f"<p>{escape(say(note))}</p>" for note in judgement.notes)
    listed = f"<ul>{entries}</ul>" if entries else ""
    return f"<p>{escape(say(summary_sentence([judgement])))}</p>{listed}{notes}".replace("\n", " ")


def _entry(finding: ReportedFinding) -> str:
    """Return a finding as HTML, with what to write if a change was tried."""
    words = escape(f"{say(finding.heading)}, {finding.items}: {say(finding.words)}")
    change = "<br>".join(map(escape, say_change(finding.change).splitlines()))
    return f"{words}<pre>{change}</pre>" if change else words
