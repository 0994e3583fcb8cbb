"""Functions called in child processes: written into a course folder, and what they answer."""

import contextlib
import os
import pathlib
from typing import Any

import numpy as np

from convpool.check.sandbox import caller
from convpool.check.sandbox.calls import Call, SubmittedFunction
from convpool.check.sandbox.limits import Limits
from convpool.check.tasks import TASKS

FILE, FUNCTION = TASKS[0].file, TASKS[0].function
LIMITS = Limits(task_seconds=3, processes=8)
IMAGES, KERNEL = np.arange(16.0).reshape(1, 4, 4), np.ones((2, 2))
ROOT = hasattr(os, "getuid") and os.getuid() == 0


def submitted(place: Any, text: str, file: str = FILE) -> Any:
    """A course folder with one file."""
    folder = place / "submission"
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(text)
    return folder


def answered(
    place: Any,
    python: Any,
    body: str,
    calls: Any = 1,
    arguments: Any = (IMAGES, KERNEL),
    limits: Any = LIMITS,
    head: str = "",
) -> Any:
    """The answers of a function with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    folder = submitted(
        place,
        f"import os, sys\nimport numpy as np\n{head}\ndef {FUNCTION}(images, kernel):\n{lines}",
    )
    return caller.run(
        SubmittedFunction(folder, FILE, FUNCTION), [Call(arguments)] * calls, python, limits
    )


def nothing_left(place: Any) -> Any:
    """Whether no process of a child lives, and no temporary folder is there."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.fsencode(place) in (process / "cmdline").read_bytes():
                return False
    return not list((place / "temporary").iterdir())
