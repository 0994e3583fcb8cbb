"""Rules checked in a test: files written into a course folder, and the items that come of them."""

import importlib.util
import shutil
from typing import Any

from convpool.check.rules.registry import RULES, judge
from convpool.check.tasks import FIRST_LINE
from support.submissions import FILES, course_folder

FIRST = FILES[0]
HAS_STYLE = importlib.util.find_spec("pycodestyle") is not None
STATIC = [name for name in RULES if name != "pycodestyle"]
HAS_GIT = shutil.which("git") is not None


HEAD = f'{FIRST_LINE}\n"""A task."""\nimport numpy as np\nfrom math import ceil, floor\n\n\n'
DEF = 'def convolve_grayscale_valid(images, kernel):\n    """Convolve."""\n'


def written(body: str, before: str = "") -> Any:
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
EARLY_RETURN = written(
    "if kernel is None:\n    for i in range(3):\n        for j in range(3):\n            "
    "pass\n    return 1\n" + TWO
)
THREE = TWO.replace("pass", "for u in range(3):\n            pass")


def items(folder: Any, *names: Any, python: Any = None) -> Any:
    return judge(course_folder(folder, python), names or None)


def item(folder: Any, name: str, task: Any = 0, python: Any = None) -> Any:
    (found,) = (
        found
        for found in items(folder, name, python=python)
        if found.task == task and found.name == name
    )
    return found


def put(folder: Any, text: str, task: Any = 0) -> None:
    """Write a task's file, and keep its run bit."""
    (folder / FILES[task]).write_bytes(text if isinstance(text, bytes) else text.encode())


def words(found: Any) -> Any:
    return " / ".join(finding.words for finding in (*found.findings, *found.remarks))
