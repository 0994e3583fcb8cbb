"""The project's own solutions of the seven tasks: the baseline of time and memory."""

from __future__ import annotations

from pathlib import Path

from convpool.check.tasks import COURSE, TASKS

_HERE = Path(__file__).resolve().parent
# folders that may hold the seven files: in an installed package, and in a source checkout
PLACES = (_HERE.parent / "baseline", _HERE.parents[3] / COURSE)


def folder() -> Path | None:
    """Return the first of PLACES that holds all seven files, None if none does."""
    for place in PLACES:
        if all((place / task.file).is_file() for task in TASKS.values()):
            return place
    return None
