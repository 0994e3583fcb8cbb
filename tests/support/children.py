"""Children of tests: Pythons of their own that find the package, and have the signal handlers of
a fresh shell.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import convpool

PATHS = (
    str(Path(convpool.__file__).parents[1]),
    str(Path(__file__).parents[1]),
)  # the package; this one
LIMIT = 300  # seconds after which a child that never ends is given up
SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGHUP", "SIGPIPE", "SIGTERM")
    if hasattr(signal, name)
]


def restore_handlers() -> None:
    """Undo what the runner ignores, which children inherit: under nohup, or in the background of
    a script.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a child, with the package and this one on its path."""
    paths = filter(None, [*PATHS, os.environ.get("PYTHONPATH")])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **changes}


def start(command: Sequence[str], **words: Any) -> subprocess.Popen[str]:
    """Start a child like subprocess.Popen, with no input and default handlers."""
    words = {"stdin": subprocess.DEVNULL, "text": True, "env": environment(), **words}
    if os.name == "posix":
        words["preexec_fn"] = restore_handlers
    return subprocess.Popen(command, **words)


def run(
    code: str,
    *arguments: object,
    timeout: float = LIMIT,
    cwd: str | os.PathLike[str] | None = None,
    **changes: str,
) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own with arguments as sys.argv[1:]; return the completed process.

    Changes are variables of its environment; cwd is the folder where it starts.
    """
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(command, **pipes, cwd=cwd, env=environment(**changes)) as child:
        try:
            out, errors = child.communicate(timeout=timeout)
        except BaseException:
            child.kill()
            raise
    return subprocess.CompletedProcess(command, child.returncode, out, errors)


def output(code: str, *arguments: object, timeout: float = LIMIT, **changes: str) -> str:
    """Return what code prints that must not fail."""
    done = run(code, *arguments, timeout=timeout, cwd=None, **changes)
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stderr[-3000:]}"
    return done.stdout
