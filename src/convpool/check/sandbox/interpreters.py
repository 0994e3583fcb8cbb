"""The interpreter that runs the submissions: the brief's where one really starts, else the current one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from convpool.check.tasks import NUMPY, PYTHON

VARIABLE = "CONVPOOL_CHECK_PYTHON"  # stands for --python where that is not given
PATIENCE = 30  # seconds for an interpreter to start and import NumPy, on a cold and busy machine

# The current folder is taken off the path first: it may be a submission's, with a file named
# json.py in it.
_QUESTION = """
import sys
sys.path[:] = [path for path in sys.path if path]
import json, os
answer = {"path": sys.executable, "version": "%d.%d.%d" % sys.version_info[:3]}
try:
    import numpy
    answer["numpy"] = numpy.__version__
    answer["folder"] = os.path.dirname(os.path.dirname(os.path.abspath(numpy.__file__)))
    import pycodestyle
    answer["pycodestyle"] = pycodestyle.__version__
except Exception as error:
    answer["problem"] = "%s: %s" % (type(error).__name__, error)
print(json.dumps(answer))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that starts and has NumPy."""

    path: Path
    version: str  # 3.8.18
    numpy: str  # 1.19.2
    pycodestyle: str = ""  # empty: it has none
    # the one that holds numpy, which isolated mode does not look into where it is the user's own
    folder: str = ""
    skipped: tuple[str, ...] = ()  # in words: what was tried before it, and why that would not do

    def __str__(self) -> str:
        """Name it as in a report: Python 3.8.18 with NumPy 1.19.2."""
        return f"Python {self.version} with NumPy {self.numpy}"

    @property
    def is_the_briefs(self) -> bool:
        """Whether Python and NumPy are those that the brief names."""
        return self.version.startswith(f"{PYTHON}.") and self.numpy == NUMPY


def find(asked: str | None = None) -> Interpreter:
    """Find the interpreter that runs the submissions.

    Parameters
    ----------
    asked : str, optional
        A path or a command, such as python3.8. Without it the environment variable
        CONVPOOL_CHECK_PYTHON is asked, and without that the brief's is looked for: `.venv-3.8`
        above this package (never the current folder's, which may be a submission), python3.8 on the
        PATH, pyenv's versions, /opt. What does not start is passed over.

    Returns
    -------
    Interpreter
        The one asked for; else a Python 3.8 with NumPy 1.19.2; else the current one. Its `skipped`
        says what was tried before.

    Raises
    ------
    ValueError
        If the interpreter that was asked for, or else the current one, does not start or has no
        NumPy.
    """
    asked = asked or os.environ.get(VARIABLE)
    would_do = f"name a Python {PYTHON} with NumPy {NUMPY}, or any other with NumPy"
    try:
        return _started(asked) if asked else _looked_for()
    except ValueError as error:
        raise ValueError(f"{error}; {would_do}") from error


def _looked_for() -> Interpreter:
    """Return the brief's where one starts, else the current one."""
    skipped = []
    for path in _places():
        try:
            found = _started(path)
        except ValueError as error:
            skipped.append(str(error))
            continue
        if found.is_the_briefs:
            return replace(found, skipped=tuple(skipped))
        skipped.append(f"{path} is {found}")
    return replace(_started(sys.executable), skipped=tuple(skipped))


def _places() -> Iterator[str]:
    """Name where the brief's Python may be, each once."""
    here = Path(__file__).resolve()
    found = [folder / ".venv-3.8" / "bin" / "python" for folder in here.parents]
    on_path = os.environ.get("PATH", "").split(os.pathsep)
    found += [Path(folder) / f"python{PYTHON}" for folder in on_path if os.path.isabs(folder)]
    found += sorted(
        Path("~/.pyenv/versions").expanduser().glob(f"{PYTHON}*/bin/python"), reverse=True
    )
    found += sorted(Path("/opt").glob(f"*/bin/python{PYTHON}"))
    yield from dict.fromkeys(str(path) for path in found if path.exists())


def _started(command: str) -> Interpreter:
    """Start it, and let it say what it has."""
    path = shutil.which(command)
    if path is None:
        raise ValueError(f"{command!r} is no program that can be started")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(
            [path, "-B", "-c", _QUESTION],
            env=kept,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
        answer = json.loads(done.stdout)
        found = Interpreter(Path(answer["path"]), answer["version"], answer.get("numpy", ""))
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ValueError(f"{command} does not start: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        came = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()[:1] or [
            "it says nothing"
        ]
        raise ValueError(f"{command} does not start as a Python: {came[0][:200]}") from error
    if not found.numpy:
        raise ValueError(f"{command} is Python {found.version} without NumPy ({answer['problem']})")
    return replace(found, pycodestyle=answer.get("pycodestyle", ""), folder=answer["folder"])
