"""Write reports to files; a file that is no report is never replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from convpool.check.reports.csv import FIRST_COLUMNS, as_csv
from convpool.check.reports.html import GENERATOR, as_html
from convpool.check.reports.text import feedback_text
from convpool.check.verdicts import Judgement
from convpool.system.whole_files import whole

# format -> the function that returns the report as text
FORMATS: dict[str, Callable[[Sequence[Judgement]], str]] = {"csv": as_csv, "html": as_html}
# format -> what a report of that format has in its first 1000 characters
SIGNATURES = {"csv": f"{','.join(FIRST_COLUMNS)},", "html": GENERATOR}

FEEDBACK = ".feedback.txt"  # the end of the name of each submission's text
RESERVED_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
MAX_NAME = 50  # characters of a file's name before FEEDBACK; each may take four bytes


def check_free(report_format: str, file: Path) -> None:
    """Raise ValueError if a report cannot be written to a file, or the file is no earlier report.

    report_format: a key of FORMATS.
    """
    if not file.parent.is_dir():
        raise ValueError(
            f"{file.parent} is no folder; make it first, or name another for {file.name}"
        )
    if file.is_dir():
        raise ValueError(
            f"{file} is a folder; name a file, such as {file / f'class.{report_format}'}"
        )
    if not file.exists():
        return
    if not file.is_file():
        example = file.parent / f"class.{report_format}"
        raise ValueError(f"{file} is a pipe or a device; name a file, such as {example}")
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        if SIGNATURES[report_format] not in stream.read(1000):
            raise ValueError(f"{file} is there, and no report of convpool check; name another file")


def write(report_format: str, file: Path, judgements: Sequence[Judgement]) -> None:
    """Write a report to a file, completely or not at all; an earlier report is replaced.

    Raises ValueError as `check_free`.
    """
    check_free(report_format, file)
    # Excel takes a CSV for UTF-8 only if it begins with a byte order mark
    encoding = "utf-8-sig" if report_format == "csv" else "utf-8"
    _write(file, FORMATS[report_format](judgements), encoding)


def check_folder(folder: Path) -> None:
    """Raise ValueError if the folder for the texts is a file; it need not exist."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a folder for the texts")


def write_feedback(folder: Path, judgements: Sequence[Judgement]) -> list[Path]:
    """Write one text for each submission into a folder, and return the files in the same order.

    The folder is made if it does not exist; files of the same names are replaced.
    """
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
    used: set[str] = set()  # in lower case, as some file systems ignore case
    for submission in submissions:
        cleaned = re.sub(r"[^\w.-]+", "_", submission)[:MAX_NAME].strip("._-") or "submission"
        stem = f"_{cleaned}" if RESERVED_ON_WINDOWS.match(cleaned) else cleaned
        # one of len(used) + 1 different candidates is free
        candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(used) + 2)))
        name = next(name for name in candidates if name.casefold() not in used)
        used.add(name.casefold())
        names.append(name + FEEDBACK)
    return names


def _write(file: Path, text: str, encoding: str) -> None:
    """Write a text to a file that is never incomplete: beside it first, then moved to its place.

    Characters that the encoding lacks are escaped.
    """
    with whole(file, force=True) as unfinished:
        unfinished.write(text.encode(encoding, "backslashreplace"))
