"""The report as JSON and as CSV."""

import csv
import io
import json

import pytest

from convpool.check.reports.csv import as_csv
from convpool.check.reports.github import job_summary
from convpool.check.reports.json import as_json
from convpool.check.verdicts import Finding, Outcome
from support.judgements import (
    BROKEN,
    CLASS,
    FAILS,
    SCHEMA,
    WINDOW,
    item,
    jsonschema,
    make_judgement,
)


@pytest.mark.parametrize("judgements", [[BROKEN], CLASS, [make_judgement()]])
def test_json_is_as_the_schema_says(judgements):
    report = json.loads(as_json(judgements), parse_constant=pytest.fail)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(report, SCHEMA, jsonschema.Draft202012Validator)
    assert [one["name"] for one in report["submissions"]] == [
        judgement.submission for judgement in judgements
    ]


def test_the_schema_knows_every_outcome_and_refuses_others():
    assert set(SCHEMA["$defs"]["outcome"]["enum"]) == set(Outcome)
    report = json.loads(as_json([BROKEN]))
    for change in ({"schema": 2}, {"more": 1}, {"outcome": "fine"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(report | change, SCHEMA)


def test_json_has_every_word():
    report = json.loads(as_json([BROKEN]))
    assert report["outcome"] == "does not hold"
    (one,) = report["submissions"]
    words = [
        finding["words"] for each in one["items"] for finding in each["findings"] + each["remarks"]
    ]
    assert words == [
        finding.words for each in BROKEN.items for finding in each.findings + each.remarks
    ]
    assert one["items"][9]["findings"][0] == {
        "words": "equals the reference if flipped",
        "file": "3-convolve_grayscale.py",
        "line": 12,
        "code": "",
        "reading": "flip",
        "details": WINDOW,
        "change": "",
        "failing": 0,
        "cases": 0,
    }
    assert one["measures"][0]["memory_ratio"] is None  # NaN is no JSON


# ---- CSV ----


def test_csv_has_a_row_for_each_submission():
    rows = list(csv.DictReader(io.StringIO(as_csv(CLASS))))
    assert [row["outcome"] for row in rows] == ["does not hold", "does not hold", "holds"]
    assert rows[0]["task 3"] == "does not hold"
    assert rows[2]["task 3"] == ""
    assert (rows[0]["does not hold"], rows[0]["could not be checked"], rows[0]["holds"]) == (
        "11",
        "2",
        "1",
    )
    assert rows[0]["failing"].startswith("readme 0:run-bit 1:run-bit")


def test_csv_and_the_job_summary_have_what_to_write():
    change = "With this change:\nline 8:  a < b\n write:  a <= b"
    ada = make_judgement(
        *(item(0, name, FAILS, Finding("too few", line=8, change=change)) for name in "xy")
    )
    (row,) = csv.DictReader(io.StringIO(as_csv([ada])))
    place = "0-convolve_grayscale_valid.py:8"
    assert row["to write"] == f"{place} With this change: line 8:  a < b  write:  a <= b"
    # indented as code in an entry of a list
    assert "\n\n      With this change:\n      line 8:  a < b\n" in job_summary([ada])


FORMULAS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", ";=1", "a;=1", "a\t=1"),
    *("\uff1d1", "\uff0b1", "\uff20A1", "\u2028=1", "\n=1"),
)


@pytest.mark.parametrize("name", FORMULAS)
def test_csv_holds_no_formula(name):
    (row,) = csv.DictReader(io.StringIO(as_csv([make_judgement(name=name)])))
    assert row["submission"] == f"'{name.replace(chr(0x2028), ' ').replace(chr(10), ' ')}"


def test_csv_has_one_line_for_each_row():
    text = as_csv([make_judgement(name="a\u2028b\nc\x85d")])
    assert len(text.splitlines()) == 2
    assert "a b c d" in text
    assert "'" not in as_csv([make_judgement(name="class 2 - Ada")])
