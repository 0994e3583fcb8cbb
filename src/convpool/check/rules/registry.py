"""The static rules: each is a function with a page, and nothing of a submission is run."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from convpool.check.rules import (
    allowed_names,
    definitions,
    file_form,
    loop_count,
    pages,
    style,
    syntax,
)
from convpool.check.rules.pages import Rule, rule
from convpool.check.submissions.task_files import Course, Source, read
from convpool.check.verdicts import Finding, Item, Outcome, Remark, UncheckedError

if TYPE_CHECKING:
    from convpool.check.sandbox.interpreters import Interpreter
    from convpool.check.submissions.search import Submission

__all__ = ["RULES", "Rule", "judge", "judge_course"]

# Each enters its rules; this is their order in reports.
GROUPS = (file_form, syntax, definitions, allowed_names, loop_count, style)


@rule("folder")
def file(course: Course) -> Iterator[Finding]:
    """The task's file is in the folder, as a plain file with something in it.

    Why: what is not there cannot be judged.

    good: $ touch 0-convolve_grayscale_valid.py
    bad: $ rm 0-convolve_grayscale_valid.py
    bad: $ : > 0-convolve_grayscale_valid.py
    bad: $ mv 0-convolve_grayscale_valid.py 0_convolve_grayscale_valid.py
    bad: $ rm 0-convolve_grayscale_valid.py && mkdir 0-convolve_grayscale_valid.py
    """
    for source in course.sources.values():
        if source.problem:
            yield Finding(f"{source.task.file} {source.problem}", source.task.file)


_PLACES = {group.__name__: place for place, group in enumerate(GROUPS)}
RULES: dict[str, Rule] = dict(
    sorted(pages.RULES.items(), key=lambda entry: _PLACES.get(entry[1].check.__module__, -1))
)


def judge(
    submission: Submission,
    only: Collection[str] | None,
    skip: Collection[str],
    python: Interpreter | None,
) -> list[Item]:
    """Judge the seven files and their folder by the rules: one item for each rule and file.

    A file that cannot be read has one item, named file. Where a file cannot be parsed, syntax says
    so, and the rules that need its tree could not be checked.
    """
    if submission.folder is None:
        words = f"no folder with the seven files was found in {submission.root}"
        return [Item(None, "file", RULES["file"].title, Outcome.FAILS, (Finding(words),))]
    return judge_course(read(submission, python), only, skip)


def judge_course(
    course: Course, only: Collection[str] | None = None, skip: Collection[str] = ()
) -> list[Item]:
    """Judge an opened course folder."""
    asked = [
        each for name, each in RULES.items() if (only is None or name in only) and name not in skip
    ]
    items = [
        _item(each, course, None, "")
        for each in asked
        if each.needs == "folder" and each.name != "file"
    ]
    for number, source in course.sources.items():
        if source.problem:
            words = Finding(f"{source.task.file} {source.problem}", source.task.file)
            items.append(Item(number, "file", RULES["file"].title, Outcome.FAILS, (words,)))
            continue
        if RULES["file"] in asked:
            items.append(Item(number, "file", RULES["file"].title, Outcome.HOLDS))
        items += [
            _item(each, source, number, source.task.file)
            for each in asked
            if each.needs != "folder"
        ]
    return items


def _item(each: Rule, what: Source | Course, task: int | None, file: str) -> Item:
    """Let a rule look, and sort what it says."""
    try:
        if isinstance(what, Source):
            _require(each, what)
        told = [found if found.file else replace(found, file=file) for found in each.check(what)]
    except UncheckedError as error:
        return Item(task, each.name, each.title, Outcome.UNCHECKED, (Finding(str(error), file),))
    except RecursionError:
        words = "the code is nested too deeply to be looked at"
        return Item(task, each.name, each.title, Outcome.UNCHECKED, (Finding(words, file),))
    remarks = tuple(found for found in told if isinstance(found, Remark))
    findings = tuple(found for found in told if not isinstance(found, Remark))
    return Item(
        task, each.name, each.title, Outcome.FAILS if findings else Outcome.HOLDS, findings, remarks
    )


def _require(each: Rule, source: Source) -> None:
    """Raise where a rule has not what it needs; what is wrong with the file is the finding of another rule."""
    if each.needs in ("text", "tree") and source.text is None:
        raise UncheckedError("the file is not UTF-8")
    if each.needs == "tree" and not isinstance(source.parsed, ast.Module):
        raise UncheckedError("the file cannot be parsed; see syntax")
