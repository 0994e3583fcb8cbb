"""What Canvas, Blackboard and Moodle download: all files of a class in one folder, by their names.

The names tell the students apart: PLATFORMS has a pattern for each platform.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from convpool.check.submissions.natural_order import natural_key
from convpool.check.tasks import JUDGED_FILES, README

# what each platform writes before the file's own name: the student, then what changes
PLATFORMS = (
    # Canvas, lovelaceada_LATE_101_777_: the numbers of the user and of the upload
    re.compile(r"(?P<student>[^_]+(?:_late)?_\d+)_(?P<attempt>\d+)_$", re.IGNORECASE),
    # Blackboard, Homework 1_jdoe_attempt_2024-01-31-23-59-59_
    re.compile(r"(?P<student>.+)_attempt_(?P<attempt>[\d-]+)_$", re.IGNORECASE),
    # Moodle, Ada Lovelace_12345_assignsubmission_file_
    re.compile(r"(?P<student>.+)_(?P<attempt>)assignsubmission_file_$", re.IGNORECASE),
    # anything else: ada_
    re.compile(r"(?P<student>.*[^\W_])(?P<attempt>)[-_ .]+$"),
)
# the brief's file behind something else, with the number that an upload of the same name gets
_BEHIND = re.compile(
    r"(?P<before>.+?)(?P<name>[0-6][-_][a-z_]+?|README)(?:-(?P<again>\d+))?(?P<suffix>\.py|\.md)$"
)
MAX_BYTES = 300_000  # of a file that is copied; a longer one is cut, and then found to be too long


class Upload(NamedTuple):
    """A file of a download, and what its name says."""

    name: str
    student: str  # lovelaceada_101, without the number or the date of the upload
    attempt: tuple[str, ...]  # sorts the uploads of one student and file; the last counts
    file: str  # one of the seven, or README.md


def read_name(name: str) -> Upload | None:
    """Return what the name of a file in a download says; None for any other name.

    >>> read_name("lovelaceada_101_777_6-pool-1.py")[1:]
    ('lovelaceada_101', ('777', '0001'), '6-pool.py')
    """
    found = _BEHIND.match(name)
    if not found:
        return None
    file = re.sub(r"^(\d)_", r"\1-", found["name"]) + found["suffix"]
    if file not in (*JUDGED_FILES, README):
        return None
    for platform in PLATFORMS:
        if before := platform.match(found["before"]):
            attempt = (before["attempt"], (found["again"] or "").zfill(4))
            return Upload(name, before["student"], attempt, file)
    return None


def lay_out(
    source: Path, uploads: Sequence[Upload], folder: Path
) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """Copy the files of one student into a folder under the brief's names.

    Returns (the names of the new files, pairs (passed over, taken)): of several uploads of one
    file the latest is taken.
    """
    by_file: dict[str, list[Upload]] = {}
    for upload in sorted(uploads, key=lambda upload: list(map(natural_key, upload.attempt))):
        by_file.setdefault(upload.file, []).append(upload)
    folder.mkdir(parents=True)
    passed_over = []
    for file, versions in by_file.items():
        latest = versions[-1].name
        passed_over += [(version.name, latest) for version in versions[:-1]]
        with (source / latest).open("rb") as old, (folder / file).open("xb") as new:
            new.write(old.read(MAX_BYTES))
        shutil.copymode(source / latest, folder / file)
    return tuple(sorted(by_file)), passed_over
