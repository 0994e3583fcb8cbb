"""The interpreter that runs the submissions: the brief's if one starts, else the current one."""

from __future__ import annotations

import glob
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from convpool.check.sandbox.limits import START_SECONDS
from convpool.check.tasks import NUMPY, PYCODESTYLE, PYTHON

VARIABLE = "CONVPOOL_CHECK_PYTHON"  # the environment variable that replaces --python

# Run by each candidate: it prints its versions as JSON. The current folder is taken off the path
# first: it may be a submission's, with a file named json.py in it.
_PROGRAM = """
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
    """A Python that can be started and has NumPy."""

    path: Path
    version: str  # 3.8.18
    numpy: str  # 1.19.2
    pycodestyle: str = ""  # its version; empty: it has none
    # the folder that holds the package numpy; the child adds it to its path, as Python's isolated
    # mode leaves out a user's own folder of packages
    folder: str = ""
    skipped: tuple[str, ...] = ()  # a sentence for each interpreter that was tried before it

    def __str__(self) -> str:
        """Return its name in reports: Python 3.8.18 with NumPy 1.19.2."""
        return f"Python {self.version} with NumPy {self.numpy}"

    @property
    def warning(self) -> str:
        """Why verdicts may depend on it, and the command that brings the brief's; "" for that."""
        if self.is_the_briefs:
            return ""
        return (
            f"Python {PYTHON} with NumPy {NUMPY}, which the task names, was not found, so {self} "
            "ran the files: verdicts about small integer types (uint8) may differ. This brings it: "
            f"uv venv --python {PYTHON} brief && uv pip install --python brief numpy=={NUMPY} "
            f"pycodestyle=={PYCODESTYLE}; then add --python brief/bin/python"
        )

    @property
    def is_the_briefs(self) -> bool:
        """Whether Python and NumPy are those that the brief names."""
        return self.version.startswith(f"{PYTHON}.") and self.numpy == NUMPY


def find(command: str | None = None) -> Interpreter:
    """Find the interpreter that runs the submissions.

    Parameters
    ----------
    command : str, optional
        A path or a command, such as python3.8; default: the environment variable
        CONVPOOL_CHECK_PYTHON; without it, the brief's version is searched for: `.venv-3.8` above
        this package (never in the current folder, which may be a submission), python3.8 on the
        PATH, pyenv's versions, /opt. Those that do not start are skipped.

    Returns
    -------
    Interpreter
        The one named by `command`; else a Python 3.8 with NumPy 1.19.2; else the current one. Its
        `skipped` says what was tried before.

    Raises
    ------
    ValueError
        If the interpreter named by `command`, or else the current one, does not start or has no
        NumPy.
    """
    command = command or os.environ.get(VARIABLE)
    advice = f"name a Python {PYTHON} with NumPy {NUMPY}, or any other with NumPy"
    try:
        return _start(command) if command else _search()
    except ValueError as error:
        raise ValueError(f"{error}; {advice}") from error


def _search() -> Interpreter:
    """Return the first interpreter of the brief's versions that starts, else the current one.

    Its `skipped` says why each candidate before it was not taken.
    """
    skipped = []
    for path in _candidates():
        try:
            interpreter = _start(path)
        except ValueError as error:
            skipped.append(str(error))
            continue
        if interpreter.is_the_briefs:
            return replace(interpreter, skipped=tuple(skipped))
        skipped.append(f"{path} is {interpreter}")
    return replace(_start(sys.executable), skipped=tuple(skipped))


def _candidates() -> Iterator[str]:
    """Yield the paths of existing programs that may be the brief's Python, each once.

    In the order of `find`: .venv-3.8 in a folder above this file, the PATH, pyenv, /opt.
    """
    here = Path(__file__).resolve()
    paths = [folder / ".venv-3.8" / "bin" / "python" for folder in here.parents]
    on_path = os.environ.get("PATH", "").split(os.pathsep)
    paths += [Path(folder) / f"python{PYTHON}" for folder in on_path if os.path.isabs(folder)]
    # unlike those of Path, these functions pass over folders that may not be read
    pyenv = os.path.expanduser(f"~/.pyenv/versions/{PYTHON}*/bin/python")
    names = [*map(str, paths), *sorted(glob.glob(pyenv), reverse=True)]
    names += sorted(glob.glob(f"/opt/*/bin/python{PYTHON}"))
    yield from filter(os.path.exists, dict.fromkeys(names))


def _start(command: str) -> Interpreter:
    """Start a Python, ask for its versions, and return it as an Interpreter.

    command: a path or a name on the PATH. Raises ValueError if it does not start, is no Python, or
    has no NumPy.
    """
    path = shutil.which(command)
    if path is None:
        raise ValueError(f"{command!r} is no program that can be started")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    try:
        done = subprocess.run(
            [path, "-B", "-c", _PROGRAM],
            env=environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=START_SECONDS,
        )
        answer = json.loads(done.stdout)
        interpreter = Interpreter(Path(answer["path"]), answer["version"], answer.get("numpy", ""))
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ValueError(f"{command} does not start: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        output = (done.stderr or done.stdout).decode(errors="replace").strip()
        line = output.splitlines()[0][:200] if output else "it says nothing"
        raise ValueError(f"{command} does not start as a Python: {line}") from error
    if not interpreter.numpy:
        problem = f"{command} is Python {interpreter.version} without NumPy ({answer['problem']})"
        raise ValueError(problem)
    return replace(interpreter, pycodestyle=answer.get("pycodestyle", ""), folder=answer["folder"])
