"""Find syntax and style errors of a submission's files, by Python and pycodestyle in a child."""

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

    texts: dict[str, str]  # file name -> text
    python: Interpreter | None  # of the submission's functions; it compiles if it is the brief's

    @property
    def has_briefs_python(self) -> bool:
        """Whether the interpreter is the brief's version, which can compile the files."""
        return self.python is not None and self.python.version.startswith(f"{PYTHON}.")

    @cached_property
    def syntax_errors(self) -> dict[str, Any]:
        """File name -> [why, line] if the brief's Python cannot compile the file, else None.

        The value is an UncheckedError for a file that could not be checked. Only if
        `has_briefs_python`.
        """
        assert self.python is not None
        return _ask(self.python.path, "syntax", self.texts)

    @cached_property
    def style_errors(self) -> dict[str, Any]:
        """File name -> list of pycodestyle's findings, each as [line, column, code, words].

        The value is an UncheckedError for a file that could not be checked.
        """
        return _ask(self._pycodestyle[0], "style", self.texts)

    @property
    def pycodestyle(self) -> str:
        """The version of the pycodestyle that is run."""
        return self._pycodestyle[1]

    @property
    def has_briefs_pycodestyle(self) -> bool:
        """Whether the pycodestyle that is run has the brief's version; newer ones find more."""
        return self.pycodestyle == PYCODESTYLE

    @cached_property
    def _pycodestyle(self) -> tuple[Path, str]:
        """(Interpreter that has pycodestyle, its version): the submissions' Python or this one.

        Raises UncheckedError if neither has it.
        """
        if self.python is not None and self.python.pycodestyle:
            return self.python.path, self.python.pycodestyle
        try:
            return Path(sys.executable), importlib.metadata.version("pycodestyle")
        except importlib.metadata.PackageNotFoundError:
            raise UncheckedError(
                'pycodestyle is missing; pip install "convpool[check]" brings it'
            ) from None


def _ask(python: Path, question: str, texts: dict[str, str]) -> dict[str, Any]:
    """Return file name -> answer to a question, a key of `static_checks_child.QUESTIONS`.

    One child answers for all texts. If it fails, each text gets a child of its own; the answer for
    a text whose own child fails is an UncheckedError.
    """
    try:
        return _run_child(python, question, texts)
    except UncheckedError as error:
        if len(texts) < 2:
            return dict.fromkeys(texts, error)
        return {name: _ask(python, question, {name: text})[name] for name, text in texts.items()}


def _run_child(python: Path, question: str, texts: dict[str, str]) -> dict[str, Any]:
    """Return file name -> answer, as `_ask`, from one child; raise UncheckedError if it fails."""
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
