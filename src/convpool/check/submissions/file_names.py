"""Which of the seven files a name stands for: exactly, nearly, or behind a student's name."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import NamedTuple

from convpool.check.tasks import README, TASKS

JUDGED_FILES = frozenset(task.file for task in TASKS.values())
CLOSE = 0.9  # similarity from which a name is taken for a misspelt one, of 1


class Download(NamedTuple):
    """What the name of a file says that a learning platform has put all into one folder."""

    student: str  # lovelaceada_101, without the number or the date of the upload
    attempt: tuple[str, ...]  # sorts the uploads of one student and file; the last counts
    file: str  # one of the seven, or README.md


# a name of Canvas, Blackboard or Moodle before the file's own: student, then what changes
_PLATFORMS = (
    # lovelaceada_LATE_101_777_: the numbers of the user and of the upload
    re.compile(r"(?P<student>[^_]+(?:_late)?_\d+)_(?P<attempt>\d+)_$", re.IGNORECASE),
    # Homework 1_jdoe_attempt_2024-01-31-23-59-59_
    re.compile(r"(?P<student>.+)_attempt_(?P<attempt>[\d-]+)_$", re.IGNORECASE),
    # Ada Lovelace_12345_assignsubmission_file_
    re.compile(r"(?P<student>.+)_(?P<attempt>)assignsubmission_file_$", re.IGNORECASE),
    # anything else: ada_
    re.compile(r"(?P<student>.*[^\W_])(?P<attempt>)[-_ .]+$"),
)
# the brief's file behind something else, with the number that an upload of the same name gets
_BEHIND = re.compile(
    r"(?P<before>.+?)(?P<name>[0-6][-_][a-z_]+?|README)(?:-(?P<again>\d+))?(?P<suffix>\.py|\.md)$"
)


def meant_file(name: str) -> str | None:
    """Return the one of the seven files that a name nearly stands for; None if there is none.

    It may differ in capitals, separators, a letter or two, the (1) of a second download, and what
    some editors add to the end (.txt). The digit must be right.

    >>> meant_file("0-Convolve_greyscale_valid (1).py.txt")
    '0-convolve_grayscale_valid.py'
    """
    if name in JUDGED_FILES:
        return name
    letters = _letters(name)
    by_letters = {_letters(file): file for file in JUDGED_FILES if file[0] == letters[:1]}
    near = get_close_matches(letters, by_letters, 1, CLOSE)
    return by_letters[near[0]] if near else None


def download(name: str) -> Download | None:
    """Return what a name in a flat download says; None for any other name.

    >>> download("lovelaceada_101_777_6-pool-1.py")
    Download(student='lovelaceada_101', attempt=('777', '0001'), file='6-pool.py')
    """
    found = _BEHIND.match(name)
    if not found:
        return None
    file = re.sub(r"^(\d)_", r"\1-", found["name"]) + found["suffix"]
    if file not in (*JUDGED_FILES, README):
        return None
    for platform in _PLATFORMS:
        if before := platform.match(found["before"]):
            attempt = (before["attempt"], (found["again"] or "").zfill(4))
            return Download(before["student"], attempt, file)
    return None


def _letters(name: str) -> str:
    """Return a file name in lower case, without separators, (1), "copy of" and .txt."""
    name = re.sub(r"^copy of |\.txt$", "", name.lower())
    return re.sub(r"\(\d+\)|[-_ ]", "", name)
