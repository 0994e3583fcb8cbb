"""A task's file as it was handed in: its bytes, text and tree. It is read and parsed, never run."""

from __future__ import annotations

import ast
import os
import re
import stat
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from convpool.check.sandbox.static_run import StaticRun
from convpool.check.submissions.git_index import executable_in_git
from convpool.check.tasks import README, TASKS, Task

if TYPE_CHECKING:
    from convpool.check.sandbox.interpreters import Interpreter
    from convpool.check.submissions.search import Submission

MOST_BYTES = 256_000  # a file of the brief has about 2000
UTF8_MARK = b"\xef\xbb\xbf"
_EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


@dataclass(frozen=True)
class Course:
    """The course folder of a submission, as far as its files' rules look at it."""

    root: Path
    folder: Path
    python: Interpreter | None = None
    run_bits: bool = True  # False: it came in an archive that does not say which files may be run

    @cached_property
    def sources(self) -> dict[int, Source]:
        """The file of each task."""
        return {number: Source(self, task) for number, task in TASKS.items()}

    @cached_property
    def in_git(self) -> frozenset[str]:
        """Names of the files here that git's index has as executable."""
        return executable_in_git(self.folder)

    @cached_property
    def has_run_bits(self) -> bool:
        """Whether any file here can be run at all: an upload or an archive may lose that of all."""
        return bool(self.in_git) or any(
            os.access(path, os.F_OK) and path.is_file() and path.stat().st_mode & _EXECUTABLE
            for path in self.folder.iterdir()
        )

    @cached_property
    def static_run(self) -> StaticRun:
        """What pycodestyle and the compiler of the brief's Python say of the files."""
        there = (source for source in self.sources.values() if not source.problem)
        texts = {source.task.file: source.text for source in there if source.text is not None}
        return StaticRun(texts, self.python)

    def problem(self, name: str) -> str:
        """Say why a file here cannot be judged, or nothing."""
        path = self.folder / name
        try:
            status = path.stat()
        except FileNotFoundError:
            return "is missing" + self._like(name)
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        if path.is_symlink() and not path.resolve().is_relative_to(self.root.resolve()):
            return (
                f"is a link to {os.readlink(path)}, outside the submission; hand in the file itself"
            )
        if not stat.S_ISREG(status.st_mode):
            return (
                f"is {'a folder' if stat.S_ISDIR(status.st_mode) else 'no plain file'}; hand "
                "in a file of that name"
            )
        if status.st_size > MOST_BYTES:
            return f"has {status.st_size} bytes and is not read: at most {MOST_BYTES} would do"
        return "" if os.access(path, os.R_OK) else "cannot be read: permission denied"

    def _like(self, name: str) -> str:
        """Point to a file that may be meant: the same name in other letters, or its stem in another form."""
        wanted = _letters(name)
        for path in sorted(self.folder.iterdir()):
            if path.name != name and _letters(path.name) == wanted:
                return f"; {path.name} is there: rename it"
        return ""


@dataclass(frozen=True)
class Source:
    """One task's file; `problem` says why it has no bytes to judge."""

    course: Course
    task: Task

    @property
    def path(self) -> Path:
        """Where the file is, or should be."""
        return self.course.folder / self.task.file

    @cached_property
    def problem(self) -> str:
        """Why the file cannot be judged; empty: it can."""
        if problem := self.course.problem(self.task.file):
            return problem
        return "" if self.data.strip(UTF8_MARK + b" \t\r\n\f\v\0") else "is empty"

    @cached_property
    def data(self) -> bytes:
        """The bytes as they are."""
        return self.path.read_bytes()

    @cached_property
    def text(self) -> str | None:
        """The text without a byte order mark; none where it is not UTF-8."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines without their ends."""
        return (
            self.data.removeprefix(UTF8_MARK)
            .replace(b"\r\n", b"\n")
            .replace(b"\r", b"\n")
            .split(b"\n")
        )

    @cached_property
    def parsed(self) -> ast.Module | SyntaxError:
        """The tree, or why this interpreter finds none."""
        return parse(self.text or "")

    @property
    def tree(self) -> ast.Module:
        """The tree; only for rules that ask for one."""
        assert isinstance(self.parsed, ast.Module)
        return self.parsed

    @property
    def executable(self) -> bool:
        """Whether the file can be run, here or in git's index."""
        return bool(self.path.stat().st_mode & _EXECUTABLE) or self.task.file in self.course.in_git


def read(submission: Submission, python: Interpreter | None = None) -> Course:
    """Return the course folder of a submission that has one."""
    assert submission.folder is not None
    return Course(submission.root, submission.folder, python, submission.run_bits)


def measure(source: Source) -> tuple[int, int, int]:
    """Return lines, words and bytes as wc counts them."""
    return source.data.count(b"\n"), len(source.data.split()), len(source.data)


def parse(text: str, version: tuple[int, int] | None = None) -> ast.Module | SyntaxError:
    """Parse a text, or say as a SyntaxError what hinders, however odd it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text, feature_version=version)
        except SyntaxError as error:
            return error
        except ValueError as error:
            return SyntaxError(str(error))
        except (RecursionError, MemoryError):
            return SyntaxError("it is nested too deeply to be parsed")


def readme_problem(course: Course) -> str:
    """Say why there is no README to read, or nothing."""
    if problem := course.problem(README):
        return problem
    return "" if (course.folder / README).read_bytes().strip() else "is empty"


def _letters(name: str) -> str:
    # a browser adds (1) to what it downloads again
    return re.sub(r"\(\d+\)|[-_ ]", "", name.lower())
