"""Write reports to files; a file that is no report is never replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from convpool.check.reports.csv import FIRST_COLUMNS, as_csv, updated_csv
from convpool.check.reports.feedback import Class
from convpool.check.reports.html import GENERATOR, as_html
from convpool.check.verdicts import Judgement
from convpool.system.whole_files import whole

# format -> the function that returns the report as text
FORMATS: dict[str, Callable[[Sequence[Judgement]], str]] = {"csv": as_csv, "html": as_html}
# format -> what a report of that format has in its first 1000 characters
SIGNATURES = {"csv": f"{','.join(FIRST_COLUMNS)},", "html": GENERATOR}


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


def write(
    report_format: str,
    file: Path,
    judgements: Sequence[Judgement],
    feedback: Mapping[str, str] | None = None,
    judged: Class | None = None,
) -> None:
    """Write a report to a file, completely or not at all; an earlier report is replaced.

    Of an earlier CSV, rows of other submissions and columns that somebody added stay. Raises
    ValueError as `check_free`.

    feedback: submission -> the name of its feedback file. judged: what this run judged.
    """
    check_free(report_format, file)
    text = FORMATS[report_format](judgements)
    if report_format == "html":
        _write(file, text, "utf-8")
        return
    if file.exists() and judged:
        earlier = file.read_text(encoding="utf-8-sig", errors="replace")
        roots = judged.paths if judged.is_complete else ()
        text = updated_csv(earlier, judgements, feedback or {}, roots)
    elif feedback:
        text = as_csv(judgements, feedback)
    # Excel takes a CSV for UTF-8 only if it begins with a byte order mark
    _write(file, text, "utf-8-sig")


def _write(file: Path, text: str, encoding: str) -> None:
    """Write a text to a file that is never incomplete: beside it first, then moved to its place.

    Characters that the encoding lacks are escaped.
    """
    with whole(file, force=True) as unfinished:
        unfinished.write(text.encode(encoding, "backslashreplace"))
