"""The settings file convpool-check.toml: points (weights), the meaning of 'same', rules off."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from convpool.check.tasks import TASKS

NAME = "convpool-check.toml"
GROUPS = ("rules", "behaviour")


@dataclass(frozen=True)
class Settings:
    """What a settings file says; what it leaves out is None or empty."""

    same: str | None = None
    skip: tuple[str, ...] = ()
    time_out: float | None = None
    roster: Path | None = None  # relative to the settings file
    decisions: Path | None = None  # a teacher's own points and comments; relative likewise
    # the weight of requirements in the grade:
    # "3:same", "same", "rules" or "behaviour" -> points of each such requirement
    points: Mapping[str, float] = field(default_factory=dict)


def read(path: Path, names: Collection[str]) -> Settings:
    """Return the settings of a file.

    Parameters
    ----------
    path : Path
        A TOML file with any of same, skip, time_out, roster, decisions, and a table points.
    names : collection of str
        The names of all requirements, which points may have.

    Raises
    ------
    ValueError
        If the file is no TOML, or has a name or a value that means nothing.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no TOML: {error}") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    kinds = {
        "same": str,
        "skip": list,
        "time_out": float,
        "roster": str,
        "decisions": str,
        "points": dict,
    }
    for name, value in values.items():
        if name not in kinds:
            raise ValueError(f"{path}: {name!r} is no setting; {_near(name, kinds)}")
        expected = (int, float) if kinds[name] is float else kinds[name]
        if isinstance(value, bool) or not isinstance(value, expected):
            raise ValueError(f"{path}: {name} is {value!r}; {_EXAMPLES[name]} would do")
    files = {name: path.parent / values[name] for name in ("roster", "decisions") if name in values}
    return Settings(
        same=values.get("same"),
        skip=tuple(str(name) for name in values.get("skip", ())),
        time_out=values.get("time_out"),
        roster=files.get("roster"),
        decisions=files.get("decisions"),
        points=_check_points(path, values.get("points", {}), names),
    )


_EXAMPLES = {
    "same": 'same = "any-named"',
    "skip": 'skip = ["run-bit"]',
    "time_out": "time_out = 20",
    "roster": 'roster = "class.csv"',
    "decisions": 'decisions = "decisions.csv"',
    "points": "[points] and below it behaviour = 1",
}


def _check_points(path: Path, table: dict[str, Any], names: Collection[str]) -> dict[str, float]:
    """Return the table of points, each the weight of a requirement in the grade.

    Raise ValueError for names that no requirement has, and for values that are no numbers.
    """
    known = {*names, *GROUPS}
    for key, value in table.items():
        task, colon, name = key.rpartition(":")
        if (colon and task not in map(str, TASKS)) or name not in known:
            raise ValueError(f"{path}: {key!r} has no points; {_near(name, known)}, or 3:same")
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ValueError(f"{path}: {key} is {value!r}; points are a number from 0 on")
    return {key: float(value) for key, value in table.items()}


def _near(name: str, names: Collection[str]) -> str:
    """Return the names that are near a wrong one, as an advice."""
    return f"near it: {', '.join(get_close_matches(name, names, cutoff=0.4) or sorted(names)[:6])}"
