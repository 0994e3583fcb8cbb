"""Judge by the rules in a child process with limits, as a text may take endless time to read.

Nothing of the submission runs there. The child is this Python, started with this file's module.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from convpool.check.rules import registry
from convpool.check.sandbox.limits import RULES_MEMORY, RULES_SECONDS, STOP_SECONDS, Limits
from convpool.check.submissions.task_files import CourseFolder
from convpool.check.verdicts import Finding, Item, Outcome

# In the child: no path of this process's working folder, which may be a submission. The rules need
# nothing that __init__.py of the packages above them imports, which would take most of the time.
_PROGRAM = """
import json, sys, types
sys.path[:] = json.loads(sys.argv[1])
for name, folder in json.loads(sys.argv[2]).items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from convpool.check.rules import isolated
isolated.answer()
"""
_FOLDERS = {
    "convpool": str(Path(__file__).parents[2]),
    "convpool.check": str(Path(__file__).parents[1]),
}


def judge(course: CourseFolder, names: Collection[str], limits: Limits) -> list[Item]:
    """Judge the files of a course folder by the rules of these names, as `registry.judge`.

    If the child has no answer in time, the rules of each file are judged by a child of their own,
    and those without an answer are unchecked.
    """
    items, problem = _ask(course, names, None, limits)
    if not problem:
        return items
    for number, file in course.files.items():
        found, problem = _ask(course, names, number, limits)
        if problem:
            finding = Finding(f"the rules were not checked: {problem}", file.task.file)
            found = [
                Item(number, name, rule.title, Outcome.UNCHECKED, (finding,))
                for name, rule in registry.RULES.items()
                if name in names and rule.needs != "folder"
            ]
        items += [item for item in found if item.task == number]
    return items


def _ask(
    course: CourseFolder, names: Collection[str], task: int | None, limits: Limits
) -> tuple[list[Item], str]:
    """Judge in one child; return (items, ""), or ([], why the child has no answer).

    task: the number of the file to judge, None for all.
    """
    question = pickle.dumps((course.location, sorted(names), task))
    path = json.dumps([str(Path(entry).resolve()) for entry in sys.path if entry])
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _PROGRAM, path, json.dumps(_FOLDERS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    end = time.monotonic() + RULES_SECONDS
    unsent: bytes | None = question
    try:
        while True:
            try:
                output, errors = process.communicate(unsent, timeout=STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                unsent = None  # it is being sent
                if limits.stop.is_set() or time.monotonic() > end:
                    return [], f"no answer within {RULES_SECONDS:g} s"
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        return [], " ".join(last) or f"the process ended with {process.returncode}"
    items: list[Item] = pickle.loads(output)  # of our own code: no submission runs there
    return items, ""


def answer() -> None:
    """Answer the question on standard input: runs in the child."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (RULES_MEMORY, RULES_MEMORY))
    location, names, task = pickle.loads(sys.stdin.buffer.read())
    course = CourseFolder(*location)
    if task is not None:
        course = replace(course, only_task=task)
    sys.stdout.buffer.write(pickle.dumps(registry.judge(course, names)))
