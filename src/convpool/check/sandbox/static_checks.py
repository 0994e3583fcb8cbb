"""Syntax and style errors of a submission's files, from a compiler and pycodestyle in a child."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convpool.check.sandbox.limits import STATIC_SECONDS
from convpool.check.tasks import PYCODESTYLE, PYTHON
from convpool.check.verdicts import UncheckedError

if TYPE_CHECKING:
    from convpool.check.sandbox.interpreters import Interpreter


@dataclass(frozen=True)
class StaticRun:
    """The syntax and style errors of all files of a submission, computed when first needed."""

    texts: dict[str, str]  # by file name
    python: Interpreter | None  # of the submission's functions; it compiles if it is the brief's

    @property
    def has_briefs_python(self) -> bool:
        """Whether the interpreter is the brief's version, which can compile the files."""
        return self.python is not None and self.python.version.startswith(f"{PYTHON}.")

    @cached_property
    def syntax_errors(self) -> dict[str, Any]:
        """By file name: [why, line] if the brief's Python cannot compile it, else None.

        An UncheckedError is the value of a file that could not be checked.
        """
        assert self.python is not None
        return _ask(self.python.path, "syntax", self.texts)

    @cached_property
    def style_errors(self) -> dict[str, Any]:
        """By file name: pycodestyle's findings, each as [line, column, code, words].

        An UncheckedError is the value of a file that could not be checked.
        """
        return _ask(self._pycodestyle[0], "style", self.texts)

    @property
    def pycodestyle(self) -> str:
        """The version of the pycodestyle that is run."""
        return self._pycodestyle[1]

    @property
    def has_briefs_pycodestyle(self) -> bool:
        """Whether that is the brief's version; a newer one has more rules."""
        return self.pycodestyle == PYCODESTYLE

    @cached_property
    def _pycodestyle(self) -> tuple[Path, str]:
        """The interpreter that has pycodestyle, and its version; UncheckedError if none has it."""
        if self.python is not None and self.python.pycodestyle:
            return self.python.path, self.python.pycodestyle
        try:
            return Path(sys.executable), importlib.metadata.version("pycodestyle")
        except importlib.metadata.PackageNotFoundError:
            raise UncheckedError(
                'pycodestyle is missing; pip install "convpool[check]" brings it'
            ) from None


def _ask(python: Path, question: str, texts: dict[str, str]) -> dict[str, Any]:
    """Return the answers to a question of `static_checks_child.QUESTIONS`, by file name.

    If the child fails, each file gets a child of its own, and those that fail an UncheckedError.
    """
    try:
        return _run_child(python, question, texts)
    except UncheckedError as error:
        if len(texts) < 2:
            return dict.fromkeys(texts, error)
        return {name: _ask(python, question, {name: text})[name] for name, text in texts.items()}


def _run_child(python: Path, question: str, texts: dict[str, str]) -> dict[str, Any]:
    """Return the answers by file name from one child; raise UncheckedError if it fails."""
    command = [str(python), "-I", str(Path(__file__).with_name("static_checks_child.py")), question]
    # an empty folder that is the home folder too: nobody's settings of pycodestyle apply
    with tempfile.TemporaryDirectory() as empty:
        try:
            done = subprocess.run(
                command,
                cwd=empty,
                env={"HOME": empty, "PYTHONDONTWRITEBYTECODE": "1"},
                input=json.dumps(texts).encode("ascii"),
                capture_output=True,
                timeout=STATIC_SECONDS,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise UncheckedError(f"no answer of {python} within {STATIC_SECONDS:g} s") from None
        except subprocess.CalledProcessError as error:
            last = error.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            words = f"{python} ended with {error.returncode}: {' '.join(last)}"
            raise UncheckedError(words) from None
        except OSError as error:
            raise UncheckedError(f"{python} does not start: {error.strerror}") from None
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers
