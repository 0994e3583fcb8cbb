"""Submissions for tests: copies of the project's own seven files, and course folders."""

import shutil
from pathlib import Path
from typing import Any

from convpool.check.submissions.task_files import CourseFolder
from convpool.check.tasks import COURSE, README, TASKS

OURS = Path(__file__).parents[2] / COURSE
FILES = [task.file for task in TASKS.values()]


def copy_ours(folder: Path) -> Any:
    """Make a folder with a copy of the seven files and their README, in which all holds."""
    folder.mkdir(parents=True)
    for name in (*FILES, README):
        shutil.copy2(OURS / name, folder / name)
    return folder


def course_folder(folder: Path, python: Any = None, root: Any = None) -> Any:
    """Return a folder as the course folder of a submission."""
    return CourseFolder(root or folder, folder, python)
