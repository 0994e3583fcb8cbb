"""Write reports to files, and refuse to replace what is not a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from convpool.check.reports.csv import FIRST_COLUMNS, as_csv
from convpool.check.reports.html import GENERATOR, as_html
from convpool.check.reports.text import feedback_text
from convpool.check.verdicts import Judgement
from convpool.system.whole_files import whole

FORMATS: dict[str, Callable[[Sequence[Judgement]], str]] = {"csv": as_csv, "html": as_html}
# what a report has in its first 1000 characters; other files are not replaced
SIGNATURES = {"csv": f"{','.join(FIRST_COLUMNS)},", "html": GENERATOR}

FEEDBACK = ".feedback.txt"
RESERVED_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
MAX_NAME = 50  # characters of a file's name before FEEDBACK; each may take four bytes


def check_free(form: str, file: Path) -> None:
    """Raise ValueError if a report cannot be written there, or would replace another file.

    form: a key of FORMATS.
    """
    if not file.parent.is_dir():
        raise ValueError(
            f"{file.parent} is no folder; make it first, or name another for {file.name}"
        )
    if file.is_dir():
        raise ValueError(f"{file} is a folder; name a file, such as {file / f'class.{form}'}")
    if not file.exists():
        return
    if not file.is_file():
        example = file.parent / f"class.{form}"
        raise ValueError(f"{file} is a pipe or a device; name a file, such as {example}")
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        if SIGNATURES[form] not in stream.read(1000):
            raise ValueError(f"{file} is there, and no report of convpool check; name another file")


def write(form: str, file: Path, judgements: Sequence[Judgement]) -> None:
    """Write a whole report or nothing; a report that is there is replaced."""
    check_free(form, file)
    # Excel takes a CSV for UTF-8 only if it begins with a mark
    _write(file, FORMATS[form](judgements), "utf-8-sig" if form == "csv" else "utf-8")


def check_folder(folder: Path) -> None:
    """Raise ValueError if texts cannot be written into a folder, as it is a file."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a folder for the texts")


def write_feedback(folder: Path, judgements: Sequence[Judgement]) -> list[Path]:
    """Write one text for each submission, and return the files; existing ones are replaced."""
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    names = file_names([judgement.submission for judgement in judgements])
    files = [folder / name for name in names]
    for file, judgement in zip(files, judgements, strict=True):
        _write(file, feedback_text(judgement), "utf-8")
    return files


def file_names(submissions: Sequence[str]) -> list[str]:
    """Return a different file name for each submission, of letters, digits and . _ - only.

    >>> file_names(["Ada L.", "ada_l", "../etc"])
    ['Ada_L.feedback.txt', 'ada_l-2.feedback.txt', 'etc.feedback.txt']
    """
    names: list[str] = []
    taken: set[str] = set()  # in lower case, as some file systems ignore case
    for submission in submissions:
        plain = re.sub(r"[^\w.-]+", "_", submission)[:MAX_NAME].strip("._-") or "submission"
        stem = f"_{plain}" if RESERVED_ON_WINDOWS.match(plain) else plain
        candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 2)))
        name = next(name for name in candidates if name.casefold() not in taken)
        taken.add(name.casefold())
        names.append(name + FEEDBACK)
    return names


def _write(file: Path, text: str, encoding: str) -> None:
    """Write a text beside the file, then move it there, so that the file is never incomplete."""
    with whole(file, force=True) as unfinished:
        unfinished.write(text.encode(encoding, "backslashreplace"))
