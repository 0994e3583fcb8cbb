"""What lies in a folder that holds none of the seven files, in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from convpool.check.tasks import JUDGED_FILES, README, TASKS

MAX_BYTES = 256_000  # of a Python file that is looked into
MAX_NAMES = 5  # of files that are listed
_FIRST, _LAST = min(JUDGED_FILES), max(JUDGED_FILES)
_ASKED = f"the task asks for seven files, {_FIRST} to {_LAST}"
_FUNCTIONS = re.compile(
    rf"^def ({'|'.join(task.function for task in TASKS.values())})\(", re.MULTILINE
)


def absence(folder: Path, names: Sequence[str]) -> str:
    """Return why a folder cannot be judged, and what lies there instead.

    names: of all files and folders anywhere in it, as paths relative to it; skipped ones left out.
    """
    files = [name for name in names if not name.endswith("/")]
    if not files:
        return "nothing was handed in: there is no file in it"
    if {Path(name).name.casefold() for name in files} == {README.casefold()}:
        return f"nothing was handed in: only {README} is there"
    if notebooks := [name for name in files if name.endswith(".ipynb")]:
        return f"{notebooks[0]} is a notebook; {_ASKED}"
    for name in files:
        if name.endswith(".py") and len(functions := _functions_in(folder / name)) > 1:
            return f"{name} holds {len(functions)} of the seven functions; {_ASKED}"
    listed = ", ".join(files[:MAX_NAMES])
    more = f" and {len(files) - MAX_NAMES} more" if len(files) > MAX_NAMES else ""
    return f"none of the seven files ({_FIRST} to {_LAST}) is there; it holds {listed}{more}"


def _functions_in(path: Path) -> set[str]:
    """Return the names of the seven functions that a file defines, by its text."""
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return set()
    return set(_FUNCTIONS.findall(text))
