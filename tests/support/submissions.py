"""Submissions for tests: copies of the project's own seven files, and course folders."""

from __future__ import annotations

import shutil
from pathlib import Path

from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.submissions.task_files import CourseFolder
from convpool.check.tasks import COURSE, README, TASKS

OURS = Path(__file__).parents[2] / COURSE
FILES = [task.file for task in TASKS.values()]


def copy_ours(folder: Path) -> Path:
    """Make a folder with a copy of the seven files and their README, in which every rule holds;
    return it.
    """
    folder.mkdir(parents=True)
    for name in (*FILES, README):
        shutil.copy2(OURS / name, folder / name)
    return folder


def course_folder(
    folder: Path, python: Interpreter | None = None, root: Path | None = None
) -> CourseFolder:
    """Return a folder as the course folder of a submission, whose root is the folder itself by
    default and whose functions run on an interpreter.
    """
    return CourseFolder(root or folder, folder, python)
