"""The command check: what holds in submissions of the brief, what does not, and why."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convpool.commands.pictures import example
from convpool.commands.progress import progress_bar

if TYPE_CHECKING:
    from convpool.check.verdicts import Judgement, Outcome

LIST = "rules and parts of the behaviour"


class Names(click.ParamType[Any]):
    """Names with commas between them."""

    name = "A,B"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the words into a tuple."""
        return (
            tuple(word.strip() for word in value.split(",") if word.strip())
            if isinstance(value, str)
            else value
        )


class Numbers(Names):
    """Tasks' numbers with commas between them."""

    name = "N,M"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the words into a tuple of ints."""
        try:
            return tuple(int(word) for word in super().convert(value, param, ctx))
        except ValueError:
            self.fail(f"{value!r} is not written as in 3 or 3,4", param, ctx)


@click.command(epilog=example("convpool check class/ -j 4 --html class.html --out feedback"))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help=f"List the {LIST}.")
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
    help="Seconds for a task (else 20).",
)
@click.option(
    "--max-ratio",
    type=click.FloatRange(0, min_open=True),
    metavar="R",
    help="A task may take R times as long as our own file.",
)
@click.option(
    "--trace", type=int, metavar="TASK", help="Follow one output pixel of the task's own function."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report for programs.")
@click.option(
    "--csv",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a row for each submission.",
)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write one page.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write a text for each submission.",
)
@click.pass_context
def check(
    context: click.Context,
    /,
    paths: tuple[Path, ...],
    listing: bool,
    explain: str | None,
    trace: int | None,
    as_json: bool,
    csv: Path | None,
    html: Path | None,
    out: Path | None,
    **words: Any,
) -> None:
    """Judge submissions of the brief: rules, results, and why.

    PATHS are course folders, clones that hold one, folders of these (a class), or ZIP files;
    default: this folder. Submissions run in child processes with limits, which is no wall against
    an attacker: see docs/check.md.

    Exit 0: all holds, 1: something does not, 2: something could not be checked.
    """
    _use_any_letter()
    places = paths or (Path(),)
    if listing:
        _list()
    elif explain is not None:
        _explain(explain)
    elif trace is not None:
        _trace(places, trace, words["python"], words["time_out"])
    else:
        judgements = _judged(places, {"csv": csv, "html": html}, out, words)
        _print(judgements, as_json)
        context.exit(_exit_code([judgement.outcome for judgement in judgements]))


def _use_any_letter() -> None:
    """Write what an output cannot hold, such as ✓ in ASCII, as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _judged(
    places: Sequence[Path], files: dict[str, Path | None], out: Path | None, words: dict[str, Any]
) -> list[Judgement]:
    """Judge, and write the files that are asked for; where they cannot be written is said before any work."""
    from convpool import check as checker
    from convpool.check.reports import files as report_files

    asked = {form: file for form, file in files.items() if file is not None}
    for form, file in asked.items():
        report_files.check_free(form, file)
    if out is not None:
        report_files.check_folder(out)
    # times are compared, so that nothing should run beside
    jobs = words.pop("jobs") or (1 if words["max_ratio"] else os.cpu_count() or 1)
    with progress_bar("Checking", "submissions") as progress:
        judgements = checker.check(places, jobs=jobs, progress=progress, **words)
    for form, file in asked.items():
        report_files.write(form, file, judgements)
    if out is not None:
        asked["text"] = out / f"*{report_files.FEEDBACK}"
        report_files.write_feedback(out, judgements)
    if asked:
        click.echo(f"written: {', '.join(map(str, asked.values()))}", err=True)
    return judgements


def _print(judgements: Sequence[Judgement], as_json: bool) -> None:
    from convpool.check.reports import files as report_files
    from convpool.check.reports import text as report

    if as_json:
        click.echo(report_files.as_json(judgements), nl=False)
    else:
        report.show(judgements, report.console())


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    from convpool.check.verdicts import Outcome, worst

    return {Outcome.HOLDS: 0, Outcome.FAILS: 1, Outcome.UNCHECKED: 2}[worst(outcomes)]


def _list() -> None:
    """Print every rule and part of the behaviour with its title."""
    from rich.table import Table

    from convpool.check import judge
    from convpool.check.reports import text as report
    from convpool.check.rules import registry as rules

    to = report.console()
    titles = {name: rule.title for name, rule in rules.RULES.items()}
    for heading, known in (("Rules", titles), ("Behaviour", judge.TITLES)):
        table = Table(
            heading, "", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold"
        )
        table.columns[0].no_wrap, table.columns[0].min_width = True, 17
        for name, title in known.items():
            table.add_row(name, title)
        to.print(table)


def _explain(name: str) -> None:
    """Print the page of a rule."""
    from convpool.check import names
    from convpool.check.reports import text as report
    from convpool.check.rules import registry as rules

    known = names()
    if name not in known:
        near = ", ".join(get_close_matches(name, known, cutoff=0.5)) or "convpool check --list"
        raise click.UsageError(f"there is no rule {name!r}; near it: {near}")
    to = report.console()
    to.print(f"{name}: {known[name]}")
    if name in rules.RULES:
        page = rules.RULES[name]
        to.print(f"\nWhy: {page.why}")
        for side, examples in (("holds", page.good), ("does not", page.bad)):
            for text in examples:
                to.print(f"\n{side}:")
                to.print("\n".join(f"    {line}" for line in text.splitlines()), soft_wrap=True)


def _trace(places: Sequence[Path], task: int, python: str | None, time_out: float | None) -> None:
    """Print how one output pixel comes about in one submission."""
    from convpool.check.diagnosis import tracing
    from convpool.check.printable import printable
    from convpool.check.reports import text as report
    from convpool.check.sandbox.child import Limits
    from convpool.check.sandbox.interpreters import find
    from convpool.check.submissions import search
    from convpool.check.tasks import TASKS

    if task not in TASKS:
        raise click.UsageError(f"there is no task {task}; tasks are {min(TASKS)} to {max(TASKS)}")
    limits = Limits() if time_out is None else Limits(task_seconds=time_out)
    with search.found(places) as there:
        if len(there) > 1:
            raise click.UsageError(f"--trace follows one submission, but {len(there)} are named")
        told = tracing.trace(there[0], task, find(python), limits)
    report.console().print(printable(told, keep="\n"), soft_wrap=True)
