"""What `convpool check` does for a teacher: settings, a roster, Gradescope and GitHub Actions."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from convpool.check.grading.decisions import Decision
    from convpool.check.grading.roster import Student
    from convpool.check.verdicts import Judgement


def apply_settings(file: Path | None, options: dict[str, Any]) -> list[Student]:
    """Add what a settings file says to the options, and return the students of its roster.

    What was said on the command line counts before the file; `points` is added in any case.
    """
    options["points"], options["decisions"] = {}, []
    if file is None:
        return []
    from convpool.check.checker import requirement_titles
    from convpool.check.grading import decisions, roster, settings

    said = settings.read(file, requirement_titles())
    options["points"] = dict(said.points)
    if said.decisions:
        options["decisions"] = decisions.read(said.decisions, requirement_titles())
    source = click.get_current_context().get_parameter_source
    for name, value in (("same", said.same), ("time_out", said.time_out), ("skip", said.skip)):
        was_typed = source(name) is click.core.ParameterSource.COMMANDLINE
        if value and not was_typed:
            options[name] = value
    return roster.read(said.roster) if said.roster else []


def print_unused(decisions: Sequence[Decision], judgements: Sequence[Judgement]) -> None:
    """Print the names in a teacher's decisions that no submission of a class has."""
    from convpool.check.grading.decisions import unused

    if len(judgements) > 1:
        for name in unused(decisions, [judgement.submission for judgement in judgements]):
            click.echo(f"your decisions name nobody's submission: {name}", err=True)


def print_missing(students: Sequence[Student], judgements: Sequence[Judgement]) -> None:
    """Print which students of the roster handed nothing in, and whose submissions are nobody's."""
    if not students:
        return
    from convpool.check.grading import roster

    names = [judgement.submission for judgement in judgements]
    matched = roster.match(students, names)
    lines = [f"handed nothing in: {name}" for name in roster.missing(students, matched)]
    lines += [f"not in the roster: {name}" for name in names if name not in matched]
    for line in lines:
        click.echo(line, err=True)


def write_github(judgements: Sequence[Judgement], points: Mapping[str, float]) -> None:
    """Print annotations of lines, and append what GitHub Actions wants where it wants it.

    That is the job's summary, and with points the output `result` for GitHub Classroom.
    """
    from convpool.check.reports import github

    if len(judgements) == 1:
        place = Path(judgements[0].folder)
        prefix = "" if place.is_absolute() or place == Path() else f"{place.as_posix()}/"
        for line in github.annotation_lines(judgements[0], prefix):
            click.echo(line)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a", encoding="utf-8") as file:
            file.write(github.job_summary(judgements))

    output = os.environ.get("GITHUB_OUTPUT")
    if output and points and len(judgements) == 1:
        with open(output, "a", encoding="utf-8") as file:
            file.write(f"result={github.classroom_result(judgements[0], points)}\n")


def write_gradebook(
    file: Path, judgements: Sequence[Judgement], assignment: str, disclosure: str
) -> None:
    """Write a filled copy of a gradebook beside it."""
    from convpool.check.reports import gradebook
    from convpool.system.whole_files import whole

    filled = gradebook.fill(file, judgements, assignment, disclosure)
    target = file.with_name(f"{file.stem}.graded{file.suffix}")
    with whole(target, force=True) as unfinished:
        unfinished.write(filled.text.encode())
    click.echo(f"written: {target}, points in its column {filled.column}", err=True)
    for name in filled.ungraded:
        click.echo(f"not in the gradebook: {name}", err=True)


def write_gradescope(
    file: Path, judgements: Sequence[Judgement], points: Mapping[str, float], disclosure: str
) -> None:
    """Write results.json; raise UsageError for several submissions."""
    from convpool.check.reports.disclosure import disclosed
    from convpool.check.reports.gradescope import as_gradescope
    from convpool.system.whole_files import whole

    if len(judgements) != 1:
        raise click.UsageError(f"--gradescope is for one submission; {len(judgements)} were found")
    with whole(file, force=True) as unfinished:
        unfinished.write(as_gradescope(disclosed(judgements[0], disclosure), points).encode())
