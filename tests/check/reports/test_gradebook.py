"""Gradebooks of Moodle and Canvas: read as their own importers read them."""

import csv
import io
import re
from dataclasses import replace

import pytest

from convpool.check.reports import gradebook
from convpool.check.tasks import TASKS
from convpool.check.verdicts import Finding, Score
from support.judgements import BROKEN, EVIL_ONE, FAILS, item, make_judgement

MOODLE = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 4711","Ada Lovelace",ada@x.org,"Submitted for grading",,50.00,Yes,\
"Monday, 3 June 2024, 9:01 AM",-,
"Participant 4712","Bob ""B"" Hope",bob@x.org,"No submission",,50.00,Yes,-,-,
"Participant 4713","Eve Adams",eve@x.org,"Submitted for grading",12.00,50.00,Yes,-,\
"Tuesday, 4 June 2024, 9:01 AM",mine
"""
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Convolutions (87),Pooling (88),Current Score,Final Score
    Points Possible,,,,,50,10,(read only),(read only)
"Lovelace, Ada",101,a1,ada,One,,,,
"Adams, Eve",103,e3,eve,One,12,9,90,80
"Student, Test",999,,t,One,,,,
"""
GRADED = Score(41.5, 50, 2)
ADA = replace(BROKEN, submission="Ada Lovelace_4711_assignsubmission_file", score=GRADED)
EVE = make_judgement(name="adamseve_103_777", score=Score(50, 50, 0))


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def fill(tmp_path, text, judgements, *words):
    file = tmp_path / "grades.csv"
    file.write_text(text, encoding="utf-8-sig")
    return gradebook.fill(file, judgements, *words)


def test_moodles_worksheet_gets_grades_and_comments(tmp_path):
    evil = replace(EVIL_ONE, submission="4713", score=GRADED)
    filled = fill(tmp_path, MOODLE, [ADA, evil, make_judgement(name="nobody")])
    assert filled.column == "Grade"
    assert filled.ungraded == ["nobody"]
    # mod/assign/feedback/offline: the number behind "Participant ", the columns by their names
    grades = {row["Identifier"][len("Participant ") :]: row for row in rows_of(filled.text)}
    assert [row["Grade"] for row in grades.values()] == ["41.5", "", "41.5"]
    comment = grades["4711"]["Feedback comments"]
    assert re.fullmatch(r"<p>1 requirements? .*</p><ul>(<li>[^<]*</li>)+</ul>", comment)
    assert "flipped" in comment
    assert "<script" not in grades["4713"]["Feedback comments"]
    # everything else is as it was
    for row, before in zip(rows_of(filled.text), rows_of(MOODLE), strict=True):
        assert {**row, "Grade": "", gradebook.COMMENTS: ""} == {
            **before,
            "Grade": "",
            gradebook.COMMENTS: "",
        }
    assert filled.text.splitlines()[0].count(",") == MOODLE.splitlines()[0].count(",")
    verdicts = fill(tmp_path, MOODLE, [ADA], "", "verdict").text
    assert "flipped" not in verdicts
    assert "The title of same" in verdicts


def test_moodles_comments_have_what_to_write(tmp_path):
    change = "With this change:\nline 8:  a < b\n write:  a <= b"
    finding = Finding("too few", TASKS[0].file, 8, change=change)
    ada = make_judgement(item(0, "valid", FAILS, finding), name="4711", score=GRADED)
    (row, *_) = rows_of(fill(tmp_path, MOODLE, [ada]).text)
    shown = "too few<pre>With this change:<br>line 8:  a &lt; b<br> write:  a &lt;= b</pre></li>"
    assert shown in row["Feedback comments"]
    (row, *_) = rows_of(fill(tmp_path, MOODLE, [ada], "", "cause").text)
    assert "<pre>" not in row["Feedback comments"]


def test_canvas_gradebook_gets_grades_in_one_column(tmp_path):
    ada = replace(ADA, submission="lovelaceada_101_777")
    filled = fill(tmp_path, CANVAS, [ada, EVE], "Convolutions")
    # lib/gradebook_importer.rb: names first, Section last of them, no column that it does not know
    lines = filled.text.splitlines()
    assert lines[:2] == CANVAS.splitlines()[:2]
    assert [row["Convolutions (87)"] for row in rows_of(filled.text)] == ["50", "41.5", "50", ""]
    assert [row["Pooling (88)"] for row in rows_of(filled.text)] == ["10", "", "9", ""]
    assert filled.column == "Convolutions (87)"


def test_of_two_submissions_of_one_student_none_is_taken(tmp_path):
    again = replace(ADA, submission="Ada Lovelace_4711_again", score=Score(7, 50, 0))
    filled = fill(tmp_path, MOODLE, [ADA, again])
    assert rows_of(filled.text)[0]["Grade"] == ""
    assert filled.ungraded == [ADA.submission, again.submission]


def test_what_is_no_gradebook_is_refused_in_words(tmp_path):
    with pytest.raises(ValueError, match=r"name one assignment .* Convolutions \(87\), Pooling"):
        fill(tmp_path, CANVAS, [ADA])
    with pytest.raises(ValueError, match="is neither Moodle's grading worksheet"):
        fill(tmp_path, "a,b\n1,2\n", [ADA])
    with pytest.raises(ValueError, match="cannot be read"):
        gradebook.fill(tmp_path / "nowhere", [ADA])
