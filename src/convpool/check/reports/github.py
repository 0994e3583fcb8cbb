"""The report for GitHub Actions: annotations of lines, and a job summary in Markdown."""

from __future__ import annotations

import base64
import json
import re
import textwrap
from collections.abc import Mapping, Sequence

from convpool.check.grading.points import worth
from convpool.check.reports.summary import (
    reported_findings,
    results_and_rules,
    summary_sentence,
)
from convpool.check.verdicts import Judgement, Outcome

MAX_ANNOTATIONS = 10  # of each kind and step, which is as many as GitHub shows
_MARKS = {Outcome.HOLDS: "✅", Outcome.FAILS: "❌", Outcome.UNCHECKED: "❔", None: ""}


def annotation_lines(judgement: Judgement, prefix: str = "") -> list[str]:
    """Return workflow commands, such as ::error file=3-convolve.py,line=4,title=same::words.

    prefix: the course folder's path in the repository, with a slash at its end.
    """
    lines = []
    for finding in reported_findings(judgement):
        if finding.outcome is None:
            continue
        level = "error" if finding.outcome is Outcome.FAILS else "warning"
        file, _, line = finding.places[0].partition(":") if finding.places else ("", "", "")
        properties = {"file": f"{prefix}{file}" if file else "", "line": line}
        properties["title"] = f"convpool check: {finding.items}"
        text = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
        words = "\n".join(filter(None, (finding.words, finding.change)))
        lines.append(f"::{level} {text}::{_data(words)}")
    errors = [line for line in lines if line.startswith("::error")]
    warnings = [line for line in lines if line.startswith("::warning")]
    return [*errors[:MAX_ANNOTATIONS], *warnings[:MAX_ANNOTATIONS]]


def job_summary(judgements: Sequence[Judgement]) -> str:
    """Return the summary in Markdown: a table, and what to look at first."""
    columns = list(results_and_rules(judgements[0]))
    lines = [
        "### convpool check",
        "",
        f"| submission | {' | '.join(columns)} |",
        f"|---|{'|'.join([':-:'] * len(columns))}|",
    ]
    for judgement in judgements:
        marks = " | ".join(map(_MARKS.__getitem__, results_and_rules(judgement).values()))
        lines.append(f"| {_cell(judgement.submission)} | {marks} |")
    lines += ["", summary_sentence(judgements), ""]
    for judgement in judgements:
        verdicts = [one for one in reported_findings(judgement) if one.outcome is not None]
        for finding in sorted(verdicts, key=lambda one: one.importance)[:MAX_ANNOTATIONS]:
            where = f" ({_cell(finding.where)})" if finding.where else ""
            name = f"{judgement.submission}: " if len(judgements) > 1 else ""
            lines.append(
                f"- {_cell(name)}**{_cell(finding.items)}**{where}: {_cell(finding.words)}"
            )
            if finding.change:  # as code in the entry of the list
                lines += ["", textwrap.indent(finding.change, " " * 6), ""]
    return "\n".join(lines) + "\n"


def classroom_result(judgement: Judgement, points: Mapping[str, float]) -> str:
    """Return what GitHub Classroom's autograding reporter reads: JSON in base64.

    A test for each requirement that is worth points; their scores add up to those of the judgement.
    """
    tests = [
        {
            "name": f"{'folder' if item.task is None else f'task {item.task}'}: {item.name}",
            "status": "pass" if item.outcome is Outcome.HOLDS else "fail",
            "score": worth((item.task, item.name), points) * (item.outcome is Outcome.HOLDS),
            "message": " ".join(finding.words for finding in item.findings) or item.title,
        }
        for item in judgement.items
        if worth((item.task, item.name), points)
    ]
    score = judgement.score
    by_hand = (
        round(score.points - sum(float(str(test["score"])) for test in tests), 9) if score else 0
    )
    if by_hand:
        tests.append(
            {"name": "by hand", "status": "pass", "score": by_hand, "message": "a teacher's points"}
        )
    result = {
        "version": 1,
        "status": "pass" if judgement.outcome is Outcome.HOLDS else "fail",
        "max_score": score.most if score else 0,
        "tests": tests,
    }
    return base64.b64encode(json.dumps(result).encode()).decode("ascii")


def _data(text: str) -> str:
    """Return the message of a workflow command, escaped."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Return a property of a workflow command, escaped."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    """Return a text for a cell or a line of Markdown: no markup of a stranger counts."""
    escaped = re.sub(r"[\\`*_{}\[\]<>()#+!|~$@&]", lambda sign: f"&#{ord(sign[0])};", text)
    return " ".join(escaped.split())
