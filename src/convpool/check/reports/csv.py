"""The report as CSV: one row for each submission of a class."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from convpool.check.reports.summary import count_outcomes, outcomes_by_task
from convpool.check.verdicts import Judgement, Outcome

FIRST_COLUMNS = ("submission", "place", "outcome")
# spreadsheets take a cell that begins with one of these for a formula
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


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
        "seconds": f"{judgement.seconds:.1f}",
        "ran on": judgement.ran_on,
    }


def _cell(value: object) -> str:
    """Return a value as text, with ' before what a spreadsheet would take for a formula.

    "" for None.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
