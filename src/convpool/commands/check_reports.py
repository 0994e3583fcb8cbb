"""What `convpool check` writes: reports in files, what changed, the files of grading platforms."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convpool.check.reports import registry
from convpool.check.reports.judged_class import Class
from convpool.commands import check_grading as grading
from convpool.commands.progress import progress_bar

if TYPE_CHECKING:
    from convpool.check.verdicts import Judgement

WATCH_SECONDS = 0.5  # between two looks at the files


@dataclass(frozen=True)
class Wanted:
    """The files and forms that are asked for; None and False: not that one."""

    files: Mapping[str, Path] = field(default_factory=dict)  # key of FORMATS -> its file
    to: Path | None = None  # a folder for a text for each submission
    disclosure: str = "case"  # how much these texts tell
    since: Path | None = None
    gradebook: Path | None = None
    assignment: str = ""
    gradescope: Path | None = None
    as_json: bool = False
    is_github: bool = False
    is_verbose: bool = False

    @property
    def needs_points(self) -> str:
        """An option that cannot do without points; "" for none."""
        wanted = (("--gradescope", self.gradescope), ("--gradebook", self.gradebook))
        return next((name for name, file in wanted if file is not None), "")


def report_file_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with an option for each format of reports in files."""
    for name, report_format in reversed(registry.FORMATS.items()):
        add = click.option(
            f"--{name}",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=report_format.help,
        )
        command = add(command)
    return command


def judge(places: Sequence[Path], wanted: Wanted, options: dict[str, Any]) -> list[Judgement]:
    """Judge submissions, write the files, and return the judgements.

    After an interrupt the CSV and the texts of those that are done are written all the same.
    Raises ValueError and OSError for a file that cannot be written, before any work.

    options: the other keyword arguments of `checker.check`.
    """
    from convpool.check import checker
    from convpool.check.reports import feedback

    for report_format, file in wanted.files.items():
        registry.check_free(report_format, file)
    if wanted.to is not None:
        feedback.check_folder(wanted.to)
    paths = tuple(map(str, places))
    done: list[Judgement] = []
    try:
        with progress_bar("Checking", "submissions") as progress:
            judgements = checker.check(places, **options, progress=progress, done=done.append)
    except KeyboardInterrupt:
        if done:
            _write(wanted, done, Class(paths, is_complete=False))
        raise
    _write(wanted, judgements, Class(paths))
    return judgements


def _write(wanted: Wanted, judgements: Sequence[Judgement], judged: Class) -> None:
    """Write the files that are asked for, and print their names."""
    from convpool.check.reports import feedback

    written: list[Path] = []
    names: dict[str, str] = {}
    if wanted.to is not None:
        names = feedback.write_feedback(wanted.to, judgements, judged, wanted.disclosure)
        written.append(wanted.to / f"*{feedback.FEEDBACK}")
    for report_format, file in wanted.files.items():
        if registry.write(report_format, file, judgements, names, judged):
            written.append(file)
    if written:
        click.echo(f"written: {', '.join(map(str, written))}", err=True)


def print_all(wanted: Wanted, judgements: Sequence[Judgement], options: dict[str, Any]) -> None:
    """Print the report, what has changed, and what platforms read."""
    from convpool.check.reports import json
    from convpool.check.reports import text as report

    if wanted.as_json:
        click.echo(json.as_json(judgements), nl=False)
    else:
        report.print_report(judgements, report.make_console(), is_verbose=wanted.is_verbose)
    if wanted.since is not None:
        from convpool.check.reports import changes

        print_changes(changes.read(wanted.since), judgements)
    if wanted.is_github:
        grading.write_github(judgements, options["points"])
    if wanted.gradescope is not None:
        grading.write_gradescope(
            wanted.gradescope, judgements, options["points"], wanted.disclosure
        )
    if wanted.gradebook is not None:
        grading.write_gradebook(wanted.gradebook, judgements, wanted.assignment, wanted.disclosure)


def print_changes(earlier: dict[str, Any], judgements: Sequence[Judgement]) -> None:
    """Print what has changed since an earlier report, on the error stream."""
    from convpool.check.reports import changes

    for line in changes.changes(earlier, judgements) or [changes.SAME]:
        click.echo(f"since then: {line}", err=True)


def json_error(error: Exception) -> str:
    """Return a report as JSON that says why nothing was judged."""
    from convpool.check.reports import json

    return json.as_json([], str(error))


def watch(places: Sequence[Path], run: Callable[[], list[Judgement]]) -> None:
    """Judge whenever a file has changed, until an interrupt, and print what is different then.

    run: judges and prints.
    """
    from convpool.check.reports import changes

    earlier: dict[str, Any] | None = None
    for _ in _changes_of_files(places):
        click.clear()
        judgements = run()
        if earlier is not None:
            print_changes(earlier, judgements)
        earlier = changes.as_report(judgements)
        click.echo("Waiting for a change; Ctrl-C ends it.", err=True)


def _changes_of_files(places: Sequence[Path]) -> Iterator[None]:
    """Yield once, and then whenever a file in these folders has changed."""
    before: dict[Path, float] | None = None
    while True:
        now: dict[Path, float] = {}
        for place in places:
            for file in (*place.rglob("*.py"), *place.rglob("README.md")):
                with contextlib.suppress(OSError):  # it has just gone
                    now[file] = file.stat().st_mtime
        if now != before:
            yield
        before = now
        time.sleep(WATCH_SECONDS)
