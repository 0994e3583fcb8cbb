"""Functions called in child processes: written into a course folder, and what they answer."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Answer, Call, SubmittedFunction
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS

FILE, FUNCTION = TASKS[0].file, TASKS[0].function
LIMITS = Limits(task_seconds=3, processes=8)
IMAGES, KERNEL = np.arange(16.0).reshape(1, 4, 4), np.ones((2, 2))
ROOT = hasattr(os, "getuid") and os.getuid() == 0


def write_submission(place: Path, text: str, file: str = FILE) -> Path:
    """Write a file with this text into the course folder at a place; return the folder."""
    folder = place / "submission"
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(text)
    return folder


def call_body(
    place: Path,
    python: Interpreter,
    body: str,
    calls: int = 1,
    arguments: tuple[Any, ...] = (IMAGES, KERNEL),
    limits: Limits = LIMITS,
    head: str = "",
) -> list[Answer]:
    """Call a function that has this body, below the lines of head, so many times in a child
    process; return its answers.
    """
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    folder = write_submission(
        place,
        f"import os, sys\nimport numpy as np\n{head}\ndef {FUNCTION}(images, kernel):\n{lines}",
    )
    return caller.run(
        SubmittedFunction(folder, FILE, FUNCTION), [Call(arguments)] * calls, python, limits
    )


def is_clean(place: Path) -> bool:
    """Return whether no child process of a place lives, and none of its temporary folders is
    there.
    """
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.fsencode(place) in (process / "cmdline").read_bytes():
                return False
    return not list((place / "temporary").iterdir())
