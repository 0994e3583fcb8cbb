"""The seven files of a submission as they were handed in: bytes, text and tree, never run."""

from __future__ import annotations

import ast
import os
import stat
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from convpool.check import syntax
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.static_checks import StaticRun
from convpool.check.submissions.git_index import executable_names_in_git
from convpool.check.submissions.misspelt_names import meant_file
from convpool.check.submissions.search import Submission
from convpool.check.tasks import README, TASKS, Task

MAX_BYTES = 256_000  # a longer file is not read; those of the brief have about 2000
UTF8_MARK = b"\xef\xbb\xbf"
_EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


@dataclass(frozen=True)
class CourseFolder:
    """The course folder of a submission. Everything is read once, when first needed."""

    root: Path  # the submission's: a link that leads out of it is not followed
    folder: Path  # the course folder, in the root or the root itself
    python: Interpreter | None = None  # runs the functions, and compiles if it is the brief's
    keeps_run_bits: bool = True  # False: its archive does not say which files are executable
    only_task: int | None = None  # of the seven files, look at that of this task alone

    @property
    def location(self) -> tuple[Path, Path, Interpreter | None, bool]:
        """What another process needs to open it too: the first fields."""
        return self.root, self.folder, self.python, self.keeps_run_bits

    @cached_property
    def files(self) -> dict[int, TaskFile]:
        """The file of each task, by the task's number."""
        return {
            number: TaskFile(self, task)
            for number, task in TASKS.items()
            if self.only_task in (None, number)
        }

    @cached_property
    def executable_names_in_git(self) -> frozenset[str]:
        """Names of the files in the folder that are executable in git's index."""
        return executable_names_in_git(self.folder)

    @cached_property
    def has_run_bits(self) -> bool:
        """Whether any file in the folder is executable, on disk or in git's index.

        If none is, an upload or an archive may have lost the bits of all.
        """
        return bool(self.executable_names_in_git) or any(
            os.access(path, os.F_OK) and path.is_file() and path.stat().st_mode & _EXECUTABLE
            for path in self.folder.iterdir()
        )

    @cached_property
    def static_checks(self) -> StaticRun:
        """The errors that the compiler and pycodestyle find in the files that can be read."""
        readable = (file for file in self.files.values() if not file.problem)
        texts = {file.task.file: file.text for file in readable if file.text is not None}
        return StaticRun(texts, self.python)

    def problem(self, name: str) -> str:
        """Return why a file of the folder cannot be judged, such as "is missing"; "" if it can.

        The words come after the file's name. Its content is not looked at.
        """
        path = self.folder / name
        try:
            status = path.stat()
        except FileNotFoundError:
            return "is missing" + self._similar_name(name)
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        if path.is_symlink() and not path.resolve().is_relative_to(self.root.resolve()):
            target = os.readlink(path)
            return f"is a link to {target}, outside the submission; hand in the file itself"
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no plain file"
            return f"is {kind}; hand in a file of that name"
        if status.st_size > MAX_BYTES:
            return f"has {status.st_size} bytes and is not read: at most {MAX_BYTES} would do"
        return "" if os.access(path, os.R_OK) else "cannot be read: permission denied"

    @cached_property
    def readme_problem(self) -> str:
        """Why there is no README to read, such as "is empty"; "" if there is one."""
        if problem := self.problem(README):
            return problem
        return "" if (self.folder / README).read_bytes().strip() else "is empty"

    def _similar_name(self, name: str) -> str:
        """Return a hint at files whose names nearly stand for `name`; "" if there is none."""
        near = [
            path.name
            for path in sorted(self.folder.iterdir())
            if path.name != name and meant_file(path.name) == name
        ]
        if len(near) > 1:
            return f"; {' and '.join(near)} are there: rename one"
        return f"; {near[0]} is there: rename it" if near else ""


@dataclass(frozen=True)
class TaskFile:
    """One task's file."""

    course: CourseFolder
    task: Task

    @property
    def path(self) -> Path:
        """Where the file is, or should be."""
        return self.course.folder / self.task.file

    @cached_property
    def problem(self) -> str:
        """Why the file cannot be judged, such as "is missing"; "" if it can."""
        if problem := self.course.problem(self.task.file):
            return problem
        return "" if self.data.strip(UTF8_MARK + b" \t\r\n\f\v\0") else "is empty"

    @cached_property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.path.read_bytes()

    @cached_property
    def text(self) -> str | None:
        """The text without a byte order mark; None if it is not UTF-8."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines without their ends and without a byte order mark; at least one.

        The last one is empty if the file ends with a line end.
        """
        data = self.data.removeprefix(UTF8_MARK)
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")

    @cached_property
    def parsed(self) -> ast.Module | SyntaxError:
        """The syntax tree, or why this interpreter cannot parse the text."""
        return parse(self.text or "")

    @property
    def tree(self) -> ast.Module:
        """The syntax tree; only for a file that can be parsed."""
        assert isinstance(self.parsed, ast.Module)
        return self.parsed

    @property
    def is_executable(self) -> bool:
        """Whether the file has its run bit, on disk or in git's index."""
        in_git = self.task.file in self.course.executable_names_in_git
        return in_git or bool(self.path.stat().st_mode & _EXECUTABLE)

    @property
    def word_counts(self) -> tuple[int, int, int]:
        """(Lines, words, bytes), as wc counts them."""
        return self.data.count(b"\n"), len(self.data.split()), len(self.data)


def open_course(submission: Submission, python: Interpreter | None) -> CourseFolder:
    """Return the course folder of a submission; only for a submission that has one."""
    assert submission.folder is not None
    return CourseFolder(submission.root, submission.folder, python, submission.has_run_bits)


def parse(text: str, version: tuple[int, int] | None = None) -> ast.Module | SyntaxError:
    """Return the syntax tree of any text; a SyntaxError (returned, not raised) if that fails.

    version: such as (3, 8), whose syntax is accepted; None for that of the current Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return syntax.parse(text, version)
        except SyntaxError as error:
            return error
        except ValueError as error:
            return SyntaxError(str(error))
        except (RecursionError, MemoryError):
            return SyntaxError("it is nested too deeply to be parsed")
