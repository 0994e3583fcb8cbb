"""The report for Gradescope's autograder: results.json, as its documentation describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from convpool.check.grading.points import Requirement, worth
from convpool.check.languages.speech import say, say_change
from convpool.check.reports.text import feedback_text
from convpool.check.verdicts import Item, Judgement, Outcome


def as_gradescope(judgement: Judgement, points: Mapping[str, float]) -> str:
    """Return results.json of one submission: its score, and a test for each requirement."""
    report = {
        "score": judgement.score.points if judgement.score else 0.0,
        "output": feedback_text(judgement),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": [_test(item, points) for item in judgement.items],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _test(item: Item, points: Mapping[str, float]) -> dict[str, Any]:
    """Return the entry of one requirement."""
    requirement: Requirement = (item.task, item.name)
    most = worth(requirement, points)
    holds = item.outcome is Outcome.HOLDS
    place = "folder" if item.task is None else f"task {item.task}"
    words = "\n".join(
        text
        for finding in (*item.findings, *item.remarks)
        for text in (say(finding.words), say_change(finding.change))
        if text
    )
    return {
        "name": f"{place}: {item.name}",
        "score": most if holds else 0.0,
        "max_score": most,
        "status": "passed" if holds else "failed",
        "output": f"{say(item.title)} {say(f'{item.outcome.capitalize()}.')}\n{words}".strip(),
        "visibility": "visible",
    }
