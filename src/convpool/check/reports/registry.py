"""The formats of reports in files, and writing them; a file that is no report is never replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from convpool.check.reports.csv import FIRST_COLUMNS, as_csv, updated_csv
from convpool.check.reports.html import GENERATOR, as_html
from convpool.check.reports.judged_class import Class
from convpool.check.verdicts import Judgement
from convpool.system.whole_files import whole

Names = Mapping[str, str]  # submission -> the name of its feedback file


class Format(NamedTuple):
    """A report in a file."""

    help: str  # of the option of `convpool check` with the format's name
    signature: str  # what a report has in its first 1000 characters
    text: Callable[[Sequence[Judgement], Names], str]
    # (earlier report, judgements, names, folders whose earlier rows go) -> the report with both;
    # None: an earlier report is replaced, unless the run was interrupted
    update: Callable[[str, Sequence[Judgement], Names, Sequence[str]], str] | None = None
    encoding: str = "utf-8"
    shows_times: bool = False


FORMATS = {
    "csv": Format(
        "Write a row for each submission.",
        signature=f"{','.join(FIRST_COLUMNS)},",
        text=as_csv,
        update=updated_csv,
        # Excel takes a CSV for UTF-8 only if it begins with a byte order mark
        encoding="utf-8-sig",
    ),
    "html": Format(
        "Write one page.",
        signature=GENERATOR,
        text=lambda judgements, names: as_html(judgements),
        shows_times=True,
    ),
}


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
        if FORMATS[report_format].signature not in stream.read(1000):
            raise ValueError(f"{file} is there, and no report of convpool check; name another file")


def write(
    report_format: str,
    file: Path,
    judgements: Sequence[Judgement],
    names: Names | None = None,
    judged: Class | None = None,
) -> bool:
    """Write a report to a file, completely or not at all, and return whether it was written.

    Of an earlier CSV, rows of other submissions and columns that somebody added stay; another
    report is replaced, if the run was not interrupted. Raises ValueError as `check_free`.

    judged: what this run judged; None: all that the report is about.
    """
    check_free(report_format, file)
    chosen = FORMATS[report_format]
    if chosen.update and judged and file.exists():
        earlier = file.read_text(encoding="utf-8-sig", errors="replace")
        roots = judged.paths if judged.is_complete else ()
        text = chosen.update(earlier, judgements, names or {}, roots)
    elif chosen.update or judged is None or judged.is_complete:
        text = chosen.text(judgements, names or {})
    else:
        return False
    _write(file, text, chosen.encoding)
    return True


def _write(file: Path, text: str, encoding: str) -> None:
    """Write a text to a file that is never incomplete: beside it first, then moved to its place.

    Characters that the encoding lacks are escaped.
    """
    with whole(file, force=True) as unfinished:
        unfinished.write(text.encode(encoding, "backslashreplace"))
