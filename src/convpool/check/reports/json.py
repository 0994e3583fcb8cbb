"""The report as JSON, for programs; schema.json describes its fields."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from convpool.check.verdicts import Judgement, Outcome, worst
from convpool.version import __version__

SCHEMA = 1  # the version of schema.json
# attributes of a Judgement that have the same name and value in the report
FIELDS = (
    "folder",
    "not_judged",
    "notes",
    "python_warning",
    "score",
    "similar",
    "walls",
    "ran_on",
    "seconds",
    "others",
    "items",
    "measures",
)


def as_json(judgements: Sequence[Judgement], error: str = "") -> str:
    """Return a JSON text with all judgements, as schema.json describes it.

    error: why nothing was judged.
    """
    report = {
        "schema": SCHEMA,
        "convpool": __version__,
        "outcome": Outcome.UNCHECKED
        if error
        else worst(judgement.outcome for judgement in judgements),
        "error": error,
        "submissions": [_submission(judgement) for judgement in judgements],
    }
    # JSON has no NaN and no infinity
    return json.dumps(_finite(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _submission(judgement: Judgement) -> dict[str, Any]:
    """Return name -> value of the report's fields of one submission."""
    values = asdict(judgement)
    fields = {name: values[name] for name in FIELDS}
    return {"name": judgement.submission, "outcome": judgement.outcome, **fields}


def _finite(value: Any) -> Any:
    """Return a copy of a value with None for every NaN and infinity in it; tuples become lists."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
