"""The command `convpool check`: what is right in submissions of the brief, what is not, and why."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convpool.check.concurrency import default_jobs
from convpool.check.grading.accepted_same import MEANINGS
from convpool.check.languages.speech import LANGUAGES, speaking
from convpool.check.reports.disclosure import DISCLOSURES
from convpool.check.reports.registry import FORMATS
from convpool.check.sandbox.limits import TASK_SECONDS
from convpool.commands import check_grading as grading
from convpool.commands import check_reports as reports
from convpool.commands.option_types import example

if TYPE_CHECKING:
    from convpool.check.verdicts import Judgement, Outcome


ANY_PATH = click.Path(path_type=Path)
EXISTING_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


class Names(click.ParamType[Any]):
    """An option's value such as A,B, as a tuple of names."""

    name = "A,B"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return text as a tuple of names; other values, such as a default, as they are."""
        if not isinstance(value, str):
            return value
        return tuple(word.strip() for word in value.split(",") if word.strip())


class Numbers(Names):
    """An option's value such as 3,4, numbers of tasks, as a tuple of ints."""

    name = "N,M"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return text as a tuple of ints."""
        try:
            return tuple(int(word) for word in super().convert(value, param, ctx))
        except ValueError:
            self.fail(f"{value!r} is not written as in 3 or 3,4", param, ctx)


@click.command(epilog=example("convpool check class/ -j 4 --html class.html --out feedback"))
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option("--list", "is_listing", is_flag=True, help="List the rules and parts of behaviour.")
@click.option("--explain", metavar="RULE", help="Print the page of a rule.")
@click.option(
    "--only", type=Names(), default="", help="Judge these alone; rules and behaviour are names too."
)
@click.option("--skip", type=Names(), default="", help="Judge all but these.")
@click.option(
    "--task", "tasks", type=Numbers(), default="", help="Judge these tasks alone, such as 3 or 3,4."
)
@click.option(
    "--python",
    metavar="X",
    help="The interpreter that runs them; default: a Python 3.8 that starts.",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(1), help="How many at once; default: as many as processors."
)
@click.option(
    "--time-out",
    type=click.FloatRange(0, min_open=True),
    metavar="S",
    help=f"Seconds for a task (else {TASK_SECONDS:g}).",
)
@click.option(
    "--max-ratio",
    type=click.FloatRange(0, min_open=True),
    metavar="R",
    help="A task may take R times as long as our own file.",
)
@click.option(
    "--same",
    type=click.Choice(list(MEANINGS)),
    default="brief",
    help="What 'same' means; any-named: any reading that public solutions have.",
)
@click.option(
    "--changes/--no-changes",
    "has_changes",
    default=None,
    help="Try changes of wrong files until one makes their results right, all or none; default: "
    "those of a few seconds for each submission.",
)
@click.option(
    "--trace", type=int, metavar="TASK", help="Follow one output pixel of the task's own function."
)
@click.option(
    "--trust", "is_trusted", is_flag=True, help="Run a class also where no walls stand around it."
)
@click.option(
    "--settings",
    type=EXISTING_FILE,
    metavar="FILE",
    help="Points, 'same', rules that are off, the roster: convpool-check.toml.",
)
@click.option(
    "--gradescope",
    type=ANY_PATH,
    metavar="FILE",
    help="Write results.json of one submission for Gradescope.",
)
@click.option(
    "--gradebook",
    type=EXISTING_FILE,
    metavar="FILE",
    help="Fill points into a copy of Moodle's grading worksheet or Canvas' gradebook.",
)
@click.option(
    "--assignment", default="", metavar="NAME", help="The column of Canvas' gradebook to fill."
)
@click.option("--github", "is_github", is_flag=True, help="Print annotations for GitHub Actions.")
@click.option("-v", "--verbose", "is_verbose", is_flag=True, help="Print every drawing and remark.")
@click.option("--json", "as_json", is_flag=True, help="Print the report for programs.")
@reports.report_file_options
@click.option(
    "--out",
    "to",
    type=ANY_PATH,
    metavar="FOLDER",
    help="Write a text for each submission into a folder.",
)
@click.option(
    "--disclose",
    "disclosure",
    type=click.Choice(DISCLOSURES),
    default="case",
    help="How much texts and comments for students tell.",
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    help="Of the report of one submission, and of texts and comments for students.",
)
@click.option(
    "--private-seed",
    type=click.IntRange(1),
    metavar="N",
    help="Try other cases of the same kinds, which students have not seen.",
)
@click.option(
    "--since",
    type=EXISTING_FILE,
    metavar="FILE",
    help="Print what has changed since an earlier --json report.",
)
@click.option("--watch", "is_watching", is_flag=True, help="Check again at every change.")
@click.pass_context
def check(
    context: click.Context,
    /,
    paths: tuple[Path, ...],
    is_listing: bool,
    explain: str | None,
    trace: int | None,
    **options: Any,
) -> None:
    """Judge submissions of the brief: rules, results, and why.

    PATHS are course folders, clones that hold one, folders of these (a class), or ZIP files;
    default: this folder. Submissions run in child processes with limits, which do not protect
    against an attacker: see docs/check.md.

    Exit 0: all is right, 1: something is not, 2: something could not be checked.
    """
    _escape_unencodable()
    places = paths or (Path(),)
    if is_listing:
        _list()
    elif explain is not None:
        _explain(explain)
    elif trace is not None:
        _trace(places, trace, options["python"], options["time_out"])
    else:
        try:
            with speaking(options.pop("language")):
                context.exit(_check(places, dict(options)))
        except (ValueError, OSError) as error:
            if options["as_json"]:
                click.echo(reports.json_error(error), nl=False)
            raise


def _check(places: Sequence[Path], options: dict[str, Any]) -> int:
    """Judge, print and write what is asked for; return the exit code.

    options: the values of the command's options, by the name of its parameter.
    """
    is_watching = options.pop("is_watching")
    files = {name: file for name in FORMATS if (file := options.pop(name)) is not None}
    names = [field.name for field in fields(reports.Wanted) if field.name != "files"]
    wanted = reports.Wanted(files, **{name: options.pop(name) for name in names})
    # what does not show time and memory does not wait for them
    options["is_timed"] = (
        wanted.is_verbose or wanted.as_json or any(FORMATS[name].shows_times for name in files)
    )
    options["private_seed"] = options["private_seed"] or 0
    compares_times = options["max_ratio"] is not None
    options["jobs"] = options["jobs"] or default_jobs(compares_times=compares_times)
    students = grading.apply_settings(options.pop("settings"), options)
    if (option := wanted.needs_points) and not options["points"]:
        raise click.UsageError(f"{option} needs points: --settings FILE with a table [points]")

    def run() -> list[Judgement]:
        judgements = reports.judge(places, wanted, options)
        reports.print_all(wanted, judgements, options)
        grading.print_missing(students, judgements)
        grading.print_unused(options["decisions"], judgements)
        return judgements

    if is_watching:
        reports.watch(places, run)
    return _exit_code([judgement.outcome for judgement in run()])


def _escape_unencodable() -> None:
    """Let print write escapes for characters that the terminal's encoding lacks, such as ✓."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    """Return 0 if all is right, 1 if something is not, 2 if something could not be checked."""
    from convpool.check.verdicts import Outcome, worst

    return {Outcome.HOLDS: 0, Outcome.FAILS: 1, Outcome.UNCHECKED: 2}[worst(outcomes)]


def _list() -> None:
    """Print the name and title of every rule, and of every part of the behaviour."""
    from rich.table import Table

    from convpool.check.behaviour.requirement_names import TITLES
    from convpool.check.reports import text as report
    from convpool.check.rules import registry as rules

    console = report.make_console()
    rule_titles = {name: rule.title for name, rule in rules.RULES.items()}
    for heading, titles in (("Rules", rule_titles), ("Behaviour", TITLES)):
        table = Table(
            heading, "", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold"
        )
        table.columns[0].no_wrap, table.columns[0].min_width = True, 17
        for name, title in titles.items():
            table.add_row(name, title)
        console.print(table)


def _explain(name: str) -> None:
    """Print the title of a rule or part of the behaviour; of a rule also why, and examples.

    Raises click.UsageError for an unknown name.
    """
    from convpool.check.checker import requirement_titles
    from convpool.check.reports import text as report
    from convpool.check.rules import registry as rules

    titles = requirement_titles()
    if name not in titles:
        near = ", ".join(get_close_matches(name, titles, cutoff=0.5)) or "convpool check --list"
        raise click.UsageError(f"there is no rule {name!r}; near it: {near}")
    console = report.make_console()
    console.print(f"{name}: {titles[name]}")
    if name in rules.RULES:
        page = rules.RULES[name]
        console.print(f"\nWhy: {page.why}")
        for side, examples in (("holds", page.good), ("does not", page.bad)):
            for text in examples:
                console.print(f"\n{side}:")
                console.print(
                    "\n".join(f"    {line}" for line in text.splitlines()), soft_wrap=True
                )


def _trace(places: Sequence[Path], task: int, python: str | None, time_out: float | None) -> None:
    """Print how one output pixel is computed by a task's function, in the only submission.

    Raises click.UsageError if there is no such task, or there are several submissions.
    """
    from convpool.check.diagnosis import tracing
    from convpool.check.reports import text as report
    from convpool.check.sandbox.interpreters import find
    from convpool.check.sandbox.limits import Limits
    from convpool.check.submissions.search import open_submissions
    from convpool.check.tasks import TASKS
    from convpool.system.printable_text import printable

    if task not in TASKS:
        raise click.UsageError(f"there is no task {task}; tasks are {min(TASKS)} to {max(TASKS)}")
    limits = Limits() if time_out is None else Limits(task_seconds=time_out)
    with open_submissions(places) as submissions:
        if len(submissions) > 1:
            raise click.UsageError(
                f"--trace follows one submission, but {len(submissions)} are named"
            )
        text = tracing.trace(submissions[0], task, find(python), limits)
    report.make_console().print(printable(text, keep="\n"), soft_wrap=True)
