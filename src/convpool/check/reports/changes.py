"""What has changed since an earlier run, whose report as JSON is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convpool.check.reports.json import SCHEMA, as_json
from convpool.check.verdicts import Judgement

Outcomes = dict[str, str]  # requirement, such as 3:same -> outcome
SAME = "nothing has changed"


def read(path: Path) -> dict[str, Any]:
    """Return the report of an earlier run; raise ValueError if the file is none."""
    try:
        report = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        raise ValueError(f"{path} is no report of convpool check --json")
    return report


def as_report(judgements: Sequence[Judgement]) -> dict[str, Any]:
    """Return judgements as `read` would, had their report been written."""
    report: dict[str, Any] = json.loads(as_json(judgements))
    return report


def changes(earlier: dict[str, Any], judgements: Sequence[Judgement]) -> list[str]:
    """Return sentences: which submissions came and went, and which outcomes are others now."""
    before, now = _by_submission(earlier), _by_submission(as_report(judgements))
    lines = [f"{name}: not there any more" for name in before if name not in now]
    for name, outcomes in now.items():
        if name not in before:
            lines.append(f"{name}: new")
            continue
        old = before[name]
        moves: dict[tuple[str, str], list[str]] = {}  # (outcome before, now) -> requirements
        for requirement in dict.fromkeys([*old, *outcomes]):
            was = old.get(requirement, "not judged")
            is_now = outcomes.get(requirement, "not judged")
            if was != is_now:
                moves.setdefault((was, is_now), []).append(requirement)
        lines += [
            f"{name}: {', '.join(requirements)}: {was}, and now {is_now}"
            for (was, is_now), requirements in moves.items()
        ]
    return lines


def _by_submission(report: dict[str, Any]) -> dict[str, Outcomes]:
    """Return name of a submission -> its outcomes."""
    return {
        submission["name"]: {
            item["name"] if item["task"] is None else f"{item['task']}:{item['name']}": item[
                "outcome"
            ]
            for item in submission["items"]
        }
        for submission in report["submissions"]
    }
