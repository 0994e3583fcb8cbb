"""What the brief's compiler and pycodestyle say of a submission's files, asked in a child process."""

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

from convpool.check.tasks import PYCODESTYLE, PYTHON
from convpool.check.verdicts import UncheckedError

if TYPE_CHECKING:
    from convpool.check.sandbox.interpreters import Interpreter

SECONDS = 20  # for one file; an ordinary one takes 0.1


@dataclass(frozen=True)
class StaticRun:
    """The answers for all files of a submission, asked at once and when first needed."""

    texts: dict[str, str]
    python: Interpreter | None

    @property
    def has_python(self) -> bool:
        """Whether the brief's Python is there to compile."""
        return self.python is not None and self.python.version.startswith(f"{PYTHON}.")

    @cached_property
    def compiled(self) -> dict[str, Any]:
        """By file: None, or why the brief's Python does not compile it and the line."""
        assert self.python is not None
        return _ask(self.python.path, "compiled", self.texts)

    @cached_property
    def styled(self) -> dict[str, Any]:
        """By file: pycodestyle's findings as line, column, code, words."""
        return _ask(self._style[0], "styled", self.texts)

    @property
    def style(self) -> str:
        """The version of pycodestyle that is asked."""
        return self._style[1]

    @property
    def style_is_the_briefs(self) -> bool:
        """Whether it has the brief's rules; a newer one has more."""
        return self.style == PYCODESTYLE

    @cached_property
    def _style(self) -> tuple[Path, str]:
        if self.python is not None and self.python.pycodestyle:
            return self.python.path, self.python.pycodestyle
        try:
            return Path(sys.executable), importlib.metadata.version("pycodestyle")
        except importlib.metadata.PackageNotFoundError:
            raise UncheckedError(
                'pycodestyle is missing; pip install "convpool[check]" brings it'
            ) from None


def _ask(python: Path, question: str, texts: dict[str, str]) -> dict[str, Any]:
    """Return the answers by file; where a file brings the child down, the others are asked one at a time."""
    try:
        return _answers(python, question, texts)
    except UncheckedError as error:
        if len(texts) < 2:
            return dict.fromkeys(texts, error)
        return {name: _ask(python, question, {name: text})[name] for name, text in texts.items()}


def _answers(python: Path, question: str, texts: dict[str, str]) -> dict[str, Any]:
    words = [str(python), "-I", str(Path(__file__).with_name("static_child.py")), question]
    # an empty folder, and no home: no settings of pycodestyle but its own
    with tempfile.TemporaryDirectory() as empty:
        try:
            told = subprocess.run(
                words,
                cwd=empty,
                env={"HOME": empty, "PYTHONDONTWRITEBYTECODE": "1"},
                input=json.dumps(texts).encode("ascii"),
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise UncheckedError(f"no answer of {python} within {SECONDS} s") from None
        except subprocess.CalledProcessError as error:
            last = error.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise UncheckedError(
                f"{python} ended with {error.returncode}: {' '.join(last)}"
            ) from None
        except OSError as error:
            raise UncheckedError(f"{python} does not start: {error.strerror}") from None
    answers: dict[str, Any] = json.loads(told.stdout)
    return answers
