"""Reports for programs and for keeping: JSON, CSV for a class, one text for each submission, the page."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from convpool.check.reports import html
from convpool.check.reports import text as report
from convpool.check.reports.findings import by_task, counts
from convpool.check.verdicts import Judgement, Outcome, worst
from convpool.system.whole_files import whole
from convpool.version import __version__

SCHEMA = 1  # of the JSON: schema.json describes it
FIRST_COLUMN = "submission"
# Spreadsheets run what begins with these
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
FEEDBACK = ".feedback.txt"
WINDOWS_KEEPS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
LONGEST_NAME = 50  # each letter may take four bytes

# ---- JSON ----


def as_json(judgements: Sequence[Judgement]) -> str:
    """Return all that was found, as schema.json describes it."""
    outcome = worst(judgement.outcome for judgement in judgements)
    whole = {
        "schema": SCHEMA,
        "convpool": __version__,
        "outcome": outcome,
        "submissions": [_submission(judgement) for judgement in judgements],
    }
    # JSON has no NaN and no infinity
    return json.dumps(_finite(whole), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _submission(judgement: Judgement) -> dict[str, Any]:
    fields = asdict(judgement)
    parts = {
        name: fields[name]
        for name in ("folder", "ran_on", "seconds", "others", "items", "measures")
    }
    return {"name": judgement.submission, "outcome": judgement.outcome, **parts}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


# ---- CSV ----


def as_csv(judgements: Sequence[Judgement]) -> str:
    """Return one row for each submission."""
    file = io.StringIO()
    writer = csv.DictWriter(file, _row(judgements[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: _cell(value) for name, value in _row(judgement).items()} for judgement in judgements
    )
    return file.getvalue()


def _row(judgement: Judgement) -> dict[str, object]:
    tasks = {
        name if name == "folder" else f"task {name}": outcome
        for name, outcome in by_task(judgement).items()
    }
    counted = {str(outcome): count for outcome, count in counts(judgement).items()}
    failing = (item for item in judgement.items if item.outcome is Outcome.FAILS)
    names = " ".join(
        item.name if item.task is None else f"{item.task}:{item.name}" for item in failing
    )
    told = {"failing": names, "seconds": f"{judgement.seconds:.1f}", "ran on": judgement.ran_on}
    return {
        FIRST_COLUMN: judgement.submission,
        "place": judgement.folder,
        "outcome": judgement.outcome,
    } | ({**tasks, **counted, **told})


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


# ---- files ----

FORMATS: dict[str, Callable[[Sequence[Judgement]], str]] = {"csv": as_csv, "html": html.page}
# What a file of ours holds near its beginning: others are not replaced
OURS = {"csv": f"{FIRST_COLUMN},place,outcome,", "html": html.OURS}


def check_free(form: str, file: Path) -> None:
    """Raise ValueError where a report cannot be written, or would replace what is not one."""
    if not file.parent.is_dir():
        raise ValueError(
            f"{file.parent} is no folder; make it first, or name another for {file.name}"
        )
    if file.is_dir():
        raise ValueError(f"{file} is a folder; name a file, such as {file / f'class.{form}'}")
    if file.exists() and not file.is_file():
        raise ValueError(
            f"{file} is a pipe or a device; name a file, such as {file.parent / f'class.{form}'}"
        )
    if file.exists():
        with file.open(encoding="utf-8-sig", errors="replace") as there:
            if OURS[form] not in there.read(1000):
                raise ValueError(
                    f"{file} is there, and no report of convpool check; name another file"
                )


def write(form: str, file: Path, judgements: Sequence[Judgement]) -> None:
    """Write a report as a whole, or not at all; one that is there is replaced."""
    check_free(form, file)
    # Excel takes a CSV for UTF-8 only if it begins with a mark
    _write(file, FORMATS[form](judgements), "utf-8-sig" if form == "csv" else "utf-8")


def check_folder(folder: Path) -> None:
    """Raise ValueError where no texts can be written."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a folder for the texts")


def write_feedback(folder: Path, judgements: Sequence[Judgement]) -> list[Path]:
    """Write one text for each submission; those that are there under these names are replaced."""
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = [
        folder / name for name in file_names([judgement.submission for judgement in judgements])
    ]
    for file, judgement in zip(files, judgements, strict=True):
        _write(file, report.text(judgement), "utf-8")
    return files


def file_names(submissions: Sequence[str]) -> list[str]:
    """Return a file's name for each submission: letters, digits and . _ - only, no two the same.

    >>> file_names(["Ada L.", "ada_l", "../etc"])
    ['Ada_L.feedback.txt', 'ada_l-2.feedback.txt', 'etc.feedback.txt']
    """
    names: list[str] = []
    taken: set[str] = set()
    for submission in submissions:
        plain = re.sub(r"[^\w.-]+", "_", submission)[:LONGEST_NAME].strip("._-") or "submission"
        stem = f"_{plain}" if WINDOWS_KEEPS.match(plain) else plain
        # file systems may not tell capitals
        count = next(
            n for n in range(1, len(taken) + 2) if _numbered(stem, n).casefold() not in taken
        )
        taken.add(_numbered(stem, count).casefold())
        names.append(_numbered(stem, count) + FEEDBACK)
    return names


def _numbered(stem: str, count: int) -> str:
    return stem if count == 1 else f"{stem}-{count}"


def _write(file: Path, text: str, encoding: str) -> None:
    """Write beside the file first, so that it is never there in part."""
    with whole(file, force=True) as unfinished:
        unfinished.write(text.encode(encoding, "backslashreplace"))
