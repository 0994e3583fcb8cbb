"""The report as CSV: one row for each submission of a class."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence

from convpool.check.reports.summary import count_outcomes, outcomes_by_task, reported_findings
from convpool.check.verdicts import Judgement, Outcome

FIRST_COLUMNS = ("submission", "place", "outcome")
# Spreadsheets take a cell for a formula that begins with one of these signs, full-width ones too;
# some begin a new cell after a ; or a tab inside of one.
_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(rf"(^|[;,\t])\s*{_SIGNS}|^[\t;]")
# characters that some programs take for the end of a line
_LINE_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


def as_csv(judgements: Sequence[Judgement], feedback: Mapping[str, str] | None = None) -> str:
    """Return a CSV text: a row of column names, then one row for each submission.

    At least one judgement is needed. feedback: submission -> the name of its feedback file.
    """
    rows = _rows(judgements, feedback or {})
    return _text(list(rows[0]), rows)


def updated_csv(
    earlier: str,
    judgements: Sequence[Judgement],
    feedback: Mapping[str, str],
    roots: Sequence[str],
) -> str:
    """Return an earlier CSV text with the rows of these submissions replaced or added.

    Parameters
    ----------
    earlier : str
        A text of `as_csv`. Columns that somebody added are kept.
    judgements : sequence of Judgement
        A row is that of a submission if it has its place, or its name alone.
    feedback : mapping of str to str
        As `as_csv`.
    roots : sequence of str
        The folders that were judged completely: earlier rows of places in them that are not among
        the judgements go, as these submissions are no longer there.
    """
    new_rows = _rows(judgements, feedback)
    reader = csv.DictReader(io.StringIO(earlier))
    earlier_rows = [
        {name: cell or "" for name, cell in row.items() if name is not None} for row in reader
    ]
    columns = list(dict.fromkeys([*new_rows[0], *filter(None, reader.fieldnames or ())]))
    rows: list[dict[str, str]] = []
    unplaced = list(new_rows)
    for row in earlier_rows:
        found = _same_submission(row, unplaced, earlier_rows)
        if found:
            unplaced.remove(found)
            # a file that is not written now is still there
            found["feedback"] = found["feedback"] or row.get("feedback", "")
            rows.append(row | found)
        elif not any(_lies_in(row.get("place", ""), root) for root in roots):
            rows.append(row)
    return _text(columns, rows + unplaced)


def _same_submission(
    row: dict[str, str], candidates: Sequence[dict[str, str]], rows: Sequence[dict[str, str]]
) -> dict[str, str] | None:
    """Return the candidate (a new row) about the same submission as `row`, an earlier one, or None.

    It has the same place, else the same name, which no other candidate and no other earlier row
    (`rows`) has.
    """
    for name in ("place", "submission"):
        same = [one for one in candidates if one[name] == row.get(name)]
        if len(same) == 1 and sum(one.get(name) == row.get(name) for one in rows) == 1:
            return same[0]
    return None


def _lies_in(place: str, root: str) -> bool:
    """Return whether a place is a folder or an archive, or lies in it."""
    place, root = os.path.normpath(place), os.path.normpath(root)
    if root == os.curdir:
        return not os.path.isabs(place) and not place.startswith(os.pardir)
    return place == root or place.startswith((f"{root}{os.sep}", f"{root}/", f"{root}:"))


def _rows(judgements: Sequence[Judgement], feedback: Mapping[str, str]) -> list[dict[str, str]]:
    """Return column name -> cell of each submission."""
    return [
        {
            name: _cell(value)
            for name, value in _row(judgement, feedback.get(judgement.submission, "")).items()
        }
        for judgement in judgements
    ]


def _text(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    """Return rows as a CSV text with a row of column names."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _row(judgement: Judgement, feedback: str) -> dict[str, object]:
    """Return column name -> value of a submission; feedback: the name of its file, or ""."""
    tasks = {
        name if name == "folder" else f"task {name}": outcome
        for name, outcome in outcomes_by_task(judgement).items()
    }
    counts = {str(outcome): count for outcome, count in count_outcomes(judgement).items()}
    # a rule or requirement of a task as 3:same, of the folder by its name alone
    failing = (
        item.name if item.task is None else f"{item.task}:{item.name}"
        for item in judgement.items
        if item.outcome is Outcome.FAILS
    )
    changes = (
        f"{finding.where} {finding.change}"
        for finding in reported_findings(judgement)
        if finding.change
    )
    first_values = (judgement.submission, judgement.folder, judgement.outcome)
    return {
        **dict(zip(FIRST_COLUMNS, first_values, strict=True)),
        **tasks,
        **counts,
        "failing": " ".join(failing),
        "to write": "; ".join(changes),
        "points": "" if judgement.score is None else f"{judgement.score.points:g}",
        "of": "" if judgement.score is None else f"{judgement.score.most:g}",
        "undecided": "" if judgement.score is None else f"{judgement.score.undecided:g}",
        "similar": "; ".join(judgement.similar),
        "not judged": judgement.not_judged,
        "notes": "; ".join(judgement.notes),
        "feedback": feedback,
        "seconds": f"{judgement.seconds:.1f}",
        "ran on": judgement.ran_on,
    }


def _cell(value: object) -> str:
    """Return a value as text in one line, with ' before what may be taken for a formula.

    "" for None.
    """
    text = _LINE_ENDS.sub(" ", "" if value is None else str(value))
    return f"'{text}" if _FORMULA.search(text) else text
