"""Judgements for tests of reports: broken ones, hostile ones, a class."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any

import pytest

from convpool.check.printable_judgements import printable_judgement
from convpool.check.reports import text as report
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Item, Judgement, Measure, Outcome

Console = pytest.importorskip("rich.console").Console
jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads(
    resources.files("convpool.check.reports").joinpath("schema.json").read_text(encoding="utf-8")
)
HOLDS, FAILS, UNCHECKED = Outcome

EVIL = (
    '<script>alert("1")</script> [red]red[/red] \x1b[31m\x1b]0;title\x07 \u202edlrow =1+1 '
    "\udcff & \x00"
)
WINDOW = "row 0:  1  2\nrow 1:  3  4"


def item(
    task: int | None,
    name: str,
    outcome: Outcome = HOLDS,
    *findings: Finding,
    remarks: Iterable[Finding] = (),
) -> Item:
    """Return an item of a task, or of the folder (None), with an outcome, findings and remarks."""
    return Item(task, name, f"The title of {name}.", outcome, tuple(findings), tuple(remarks))


def make_judgement(*items: Item, name: str = "ada", **fields: Any) -> Judgement:
    """Return the judgement of a submission of a name with these items (one that holds, if none is
    given), and its other fields.
    """
    return Judgement(name, f"class/{name}", items or (item(0, "first-line"),), **fields)


BROKEN = make_judgement(
    item(None, "readme", FAILS, Finding("README.md is missing; write it", "README.md")),
    *(
        item(n, "run-bit", FAILS, Finding(f"chmod +x {TASKS[n].file}", TASKS[n].file))
        for n in TASKS
    ),
    item(3, "pycodestyle", FAILS, Finding("line too long", TASKS[3].file, 7, code="E501")),
    item(
        3,
        "same",
        FAILS,
        Finding("equals the reference if flipped", TASKS[3].file, 12, "", "flip", WINDOW),
    ),
    item(
        4,
        "same",
        FAILS,
        Finding("equals the reference if flipped", TASKS[4].file, 14, "", "flip", WINDOW),
    ),
    item(6, "max", UNCHECKED, Finding("not run: no time was left", TASKS[6].file)),
    item(6, "avg", UNCHECKED, Finding("not run: no time was left", TASKS[6].file)),
    item(6, "loads", HOLDS, remarks=[Finding("uint8 wraps here", TASKS[6].file)]),
    measures=(Measure(0, 38, 120, 1400, 1.04, float("nan")), Measure(6, 50, 130, 1500, 12.3, 2.0)),
    others=("0-main.py",),
    ran_on="Python 3.8.18 with NumPy 1.19.2",
    seconds=1.25,
)
EVIL_ONE = printable_judgement(
    make_judgement(
        item(1, "loads", FAILS, Finding(EVIL, EVIL, 3, reading=EVIL, details=f"{EVIL}\n{EVIL}")),
        name=EVIL,
        others=(EVIL,),
    )
)
CLASS = [BROKEN, EVIL_ONE, make_judgement(name="eve", seconds=9.0)]


def screen(judgements: Sequence[Judgement], width: int = 80, *, is_verbose: bool = False) -> str:
    """Return the report of some judgements as text, as a screen of a width shows it."""
    file = io.StringIO()
    report.print_report(judgements, report.make_console(file, width), is_verbose=is_verbose)
    return file.getvalue()
