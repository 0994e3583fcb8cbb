"""Rules checked in a test: files written into a course folder, and the items that come of them."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

from convpool.check.rules.registry import RULES, judge
from convpool.check.sandbox.interpreters import Interpreter
from convpool.check.tasks import FIRST_LINE
from convpool.check.verdicts import Item
from support.submissions import FILES, course_folder

FIRST = FILES[0]
HAS_STYLE = importlib.util.find_spec("pycodestyle") is not None
STATIC = [name for name in RULES if name != "pycodestyle"]
HAS_GIT = shutil.which("git") is not None


HEAD = f'{FIRST_LINE}\n"""A task."""\nimport numpy as np\nfrom math import ceil, floor\n\n\n'
DEF = 'def convolve_grayscale_valid(images, kernel):\n    """Convolve."""\n'


def file_text(body: str, before: str = "") -> str:
    """Return the text of a right file of task 0 whose function has these lines as its body, with
    text before the function.
    """
    return HEAD + before + DEF + "".join(f"    {line}\n" for line in body.splitlines())


TWO = "for i in range(3):\n    for j in range(3):\n        pass"
HELPER = (
    'def row(images):\n    """Sum a row."""\n    for j in range(3):\n        images[j] += 1\n'
    "    return images\n\n\n"
)
CLASS = '''class Conv:
    """A convolution."""

    def __init__(self, images):
        """Keep the images."""
        self.images = images

    def run(self):
        """Go."""
        {line}
        return Conv.size(self.images)

    @staticmethod
    def size(images):
        """Size."""
        return images.shape


'''
TWO_INSIDE = "    for i in range(3):\n        for j in range(3):\n            pass\n"
CHOICES = [f"if kernel == '{word}':\n{TWO_INSIDE}" for word in ("max", "avg")]
EARLY_RETURN = file_text(
    "if kernel is None:\n    for i in range(3):\n        for j in range(3):\n            "
    "pass\n    return 1\n" + TWO
)
THREE = TWO.replace("pass", "for u in range(3):\n            pass")


def items(folder: Path, *names: str, python: Interpreter | None = None) -> list[Item]:
    """Return what the rules of these names (of all names, if none is given) say of a folder."""
    return judge(course_folder(folder, python), names or None)


def item(folder: Path, name: str, task: int | None = 0, python: Interpreter | None = None) -> Item:
    """Return what one rule says of a task's file, or of the folder (task None)."""
    (found,) = (
        found
        for found in items(folder, name, python=python)
        if found.task == task and found.name == name
    )
    return found


def put(folder: Path, text: str | bytes, task: int = 0) -> None:
    """Write text into a task's file in a folder, and keep its run bit."""
    (folder / FILES[task]).write_bytes(text if isinstance(text, bytes) else text.encode())


def words(found: Item) -> str:
    """Return the words of an item's findings and remarks, on one line."""
    return " / ".join(finding.words for finding in (*found.findings, *found.remarks))
