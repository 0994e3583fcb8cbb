"""The reports for Gradescope and GitHub Actions."""

import base64
import json
import re
from dataclasses import replace

from convpool.check.reports import github
from convpool.check.reports.gradescope import as_gradescope
from convpool.check.verdicts import Finding, Score
from support.judgements import BROKEN, CLASS, EVIL_ONE, FAILS, item, make_judgement

VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")


def test_results_of_gradescope():
    judgement = replace(BROKEN, score=Score(1.5, 9, 1))
    results = json.loads(as_gradescope(judgement, {"same": 2.0, "rules": 0.5}))
    # the names and kinds of Gradescope's documentation of results.json
    assert results["score"] == 1.5
    assert results["output_format"] == "text"
    assert results["stdout_visibility"] in (
        "hidden",
        "after_due_date",
        "after_published",
        "visible",
    )
    tests = results["tests"]
    assert len(tests) == len(BROKEN.items)
    for test in tests:
        assert set(test) == {"name", "score", "max_score", "status", "output", "visibility"}
        assert test["status"] in ("passed", "failed")
        assert 0 <= test["score"] <= test["max_score"]
    (same,) = (test for test in tests if test["name"] == "task 3: same")
    assert (same["score"], same["max_score"]) == (0, 2)
    assert "equals the reference if flipped" in same["output"]
    assert BROKEN.folder not in results["output"], "a path of the teacher's machine"


def test_points_for_github_classroom():
    points = {"same": 2.0, "rules": 0.5, "max": 1.0}
    judgement = replace(BROKEN, score=Score(1.75, 9, 1))
    result = json.loads(base64.b64decode(github.classroom_result(judgement, points)))
    # as github-education-resources/autograding-grading-reporter reads it: max_score, and of each
    # test its name, its status, its message, and the score, of which the sum is shown
    assert result["version"] == 1
    assert result["status"] in ("pass", "fail", "error")
    assert result["max_score"] == 9
    assert sum(test["score"] for test in result["tests"]) == 1.75
    for test in result["tests"]:
        assert test["status"] in ("pass", "fail", "error")
        assert test["message"]
        assert test["status"] == "pass" or test["score"] == 0
    (same,) = (test for test in result["tests"] if test["name"] == "task 3: same")
    assert same["message"] == "equals the reference if flipped"


def test_annotations_of_github():
    lines = github.annotation_lines(BROKEN, "math/x/")
    pattern = r"::(error|warning) (file=[^,:]+,)?(line=\d+,)?title=[^:]+::.+"
    assert all(re.fullmatch(pattern, line) for line in lines)
    assert (
        "::error file=math/x/3-convolve_grayscale.py,line=12,title=convpool check%3A same::"
        "equals the reference if flipped"
    ) in lines
    many = make_judgement(*(item(0, f"rule-{n}", FAILS, Finding(f"words {n}")) for n in range(50)))
    assert len(github.annotation_lines(many)) == github.MAX_ANNOTATIONS


def test_a_text_cannot_be_a_command_of_its_own():
    judgement = make_judgement(item(0, "loads", FAILS, Finding("a\n::stop-commands::b % c")))
    (line,) = github.annotation_lines(judgement)
    assert line.endswith("::a%0A::stop-commands::b %25 c")
    assert "\n" not in line


def test_the_job_summary_is_markdown_without_markup_of_strangers():
    text = github.job_summary(CLASS)
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in table} == {11}
    assert len(table) == 2 + len(CLASS)
    assert "<script>" not in github.job_summary([EVIL_ONE])
    assert "❌" in text
    assert "| ada&#95;1&#35;2 |" in github.job_summary([make_judgement(name="ada_1#2")])
