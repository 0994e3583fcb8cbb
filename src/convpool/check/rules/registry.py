"""All rules in the order of the reports, and how a course folder is judged by them.

To add a rule, write a function with @rule in one of the modules of GROUPS.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import replace

from convpool.check.rules import (
    allowed_names,
    definitions,
    file_form,
    loop_count,
    pycodestyle,
    syntax,
)
from convpool.check.rules.rule import RULES as UNORDERED_RULES
from convpool.check.rules.rule import Rule, rule
from convpool.check.submissions.task_files import CourseFolder, TaskFile
from convpool.check.verdicts import Finding, Item, Outcome, Remark, UncheckedError

__all__ = ["RULES", "Rule", "judge"]

# the modules that define the rules, in the order of the reports
GROUPS = (file_form, syntax, definitions, allowed_names, loop_count, pycodestyle)


@rule("folder")
def file(course: CourseFolder) -> Iterator[Finding]:
    """The task's file is in the folder, as a plain file with something in it.

    Why: a file that is missing or empty cannot be judged.

    good: $ touch 0-convolve_grayscale_valid.py
    bad: $ rm 0-convolve_grayscale_valid.py
    bad: $ : > 0-convolve_grayscale_valid.py
    bad: $ mv 0-convolve_grayscale_valid.py 0_convolve_grayscale_valid.py
    bad: $ rm 0-convolve_grayscale_valid.py && mkdir 0-convolve_grayscale_valid.py
    """
    # The commands above change a folder in which all holds, so `touch` leaves the file as it is.
    # `judge` does not call this function, which is here for its page: it makes an item for each
    # task itself.
    for task_file in course.files.values():
        if task_file.problem:
            yield _missing(task_file)


def _missing(task_file: TaskFile) -> Finding:
    """Return the finding for a file that is missing or cannot be read."""
    name = task_file.task.file
    return Finding(f"{name} {task_file.problem}", name)


# module -> its place; the rule `file` of this module comes first
_ORDER = {group.__name__: index for index, group in enumerate(GROUPS)}
RULES: dict[str, Rule] = dict(
    sorted(UNORDERED_RULES.items(), key=lambda entry: _ORDER.get(entry[1].check.__module__, -1))
)


def judge(course: CourseFolder, names: Collection[str] | None = None) -> list[Item]:
    """Judge the seven files and their folder by the rules of these names (None: by all rules).

    Returns the items of rules about the folder, then one for each file and rule about files. A file
    that is missing or cannot be read has a single item, "file", even if that rule is not selected.
    If a file cannot be parsed, the item "syntax" says so, and rules that need its tree are
    unchecked.
    """
    rules = [selected for name, selected in RULES.items() if names is None or name in names]
    # the rule `file` needs the folder, but has an item for each task
    items = [
        _item(folder_rule, course, None, "")
        for folder_rule in rules
        if folder_rule.needs == "folder" and folder_rule.name != "file"
    ]
    title = RULES["file"].title
    for number, task_file in course.files.items():
        if task_file.problem:
            findings = (_missing(task_file),)
            items.append(Item(number, "file", title, Outcome.FAILS, findings))
            continue
        if RULES["file"] in rules:
            items.append(Item(number, "file", title, Outcome.HOLDS))
        items += [
            _item(file_rule, task_file, number, task_file.task.file)
            for file_rule in rules
            if file_rule.needs != "folder"
        ]
    return items


def _item(checked: Rule, subject: TaskFile | CourseFolder, task: int | None, file: str) -> Item:
    """Check a rule on its subject, a file or the folder, and return the item with what it finds.

    task, file: the item's task, and the name for findings without a file; None and "" for the
    folder. The item is unchecked if the rule cannot be checked.
    """
    name, title = checked.name, checked.title
    try:
        if isinstance(subject, TaskFile):
            _require_readable(checked, subject)
        everything = [
            finding if finding.file else replace(finding, file=file)
            for finding in checked.check(subject)
        ]
    except UncheckedError as error:
        return Item(task, name, title, Outcome.UNCHECKED, (Finding(str(error), file),))
    except RecursionError:
        words = "the code is nested too deeply to be looked at"
        return Item(task, name, title, Outcome.UNCHECKED, (Finding(words, file),))
    # a rule yields both; only findings make it fail
    remarks = tuple(finding for finding in everything if isinstance(finding, Remark))
    findings = tuple(finding for finding in everything if not isinstance(finding, Remark))
    outcome = Outcome.FAILS if findings else Outcome.HOLDS
    return Item(task, name, title, outcome, findings, remarks)


def _require_readable(checked: Rule, task_file: TaskFile) -> None:
    """Raise UncheckedError if a rule needs a file's text or tree, and the file has none.

    That the file has none is the finding of the rules utf8 and syntax.
    """
    if checked.needs in ("text", "tree") and task_file.text is None:
        raise UncheckedError("the file is not UTF-8")
    if checked.needs == "tree" and not isinstance(task_file.parsed, ast.Module):
        raise UncheckedError("the file cannot be parsed; see syntax")
