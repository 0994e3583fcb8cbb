"""The report as CSV: one row for each submission of a class."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from convpool.check.reports.summary import count_outcomes, outcomes_by_task
from convpool.check.verdicts import Judgement, Outcome

FIRST_COLUMNS = ("submission", "place", "outcome")
# Spreadsheets take a cell for a formula that begins with one of these signs, full-width ones too;
# some begin a new cell after a ; or a tab inside of one.
_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(rf"(^|[;,\t])\s*{_SIGNS}|^[\t;]")
# characters that some programs take for the end of a line
_LINE_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


def as_csv(judgements: Sequence[Judgement]) -> str:
    """Return a CSV text: a row of column names, then one row for each submission.

    At least one judgement is needed.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, _row(judgements[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: _cell(value) for name, value in _row(judgement).items()} for judgement in judgements
    )
    return file.getvalue()


def _row(judgement: Judgement) -> dict[str, object]:
    """Return column name -> value of a submission."""
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
    first_values = (judgement.submission, judgement.folder, judgement.outcome)
    return {
        **dict(zip(FIRST_COLUMNS, first_values, strict=True)),
        **tasks,
        **counts,
        "failing": " ".join(failing),
        "points": "" if judgement.score is None else f"{judgement.score.points:g}",
        "of": "" if judgement.score is None else f"{judgement.score.most:g}",
        "undecided": "" if judgement.score is None else f"{judgement.score.undecided:g}",
        "similar": "; ".join(judgement.similar),
        "not judged": judgement.not_judged,
        "notes": "; ".join(judgement.notes),
        "seconds": f"{judgement.seconds:.1f}",
        "ran on": judgement.ran_on,
    }


def _cell(value: object) -> str:
    """Return a value as text in one line, with ' before what may be taken for a formula.

    "" for None.
    """
    text = _LINE_ENDS.sub(" ", "" if value is None else str(value))
    return f"'{text}" if _FORMULA.search(text) else text
