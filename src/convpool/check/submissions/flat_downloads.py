"""Files of many students in one folder, as platforms download them, laid out by student."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from convpool.check.submissions.file_names import Download
from convpool.check.submissions.natural_order import natural_key

MAX_BYTES = 300_000  # of a file that is copied; a longer one is cut, and then found to be too long


class Upload(NamedTuple):
    """A file in a flat download, and what its name says."""

    name: str
    meaning: Download


def lay_out(
    source: Path, uploads: Sequence[Upload], folder: Path
) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """Copy the files of one student into a folder under the brief's names.

    Returns (the names of the new files, pairs (passed over, taken)): of several uploads of one
    file the latest is taken.
    """
    by_file: dict[str, list[Upload]] = {}
    for upload in sorted(uploads, key=_order):
        by_file.setdefault(upload.meaning.file, []).append(upload)
    folder.mkdir(parents=True)
    passed_over = []
    for file, versions in by_file.items():
        latest = versions[-1].name
        passed_over += [(version.name, latest) for version in versions[:-1]]
        with (source / latest).open("rb") as old, (folder / file).open("xb") as new:
            new.write(old.read(MAX_BYTES))
        shutil.copymode(source / latest, folder / file)
    return tuple(sorted(by_file)), passed_over


def _order(upload: Upload) -> list[object]:
    """Return the sort key of an upload: a later one of the same file comes later."""
    return [natural_key(part) for part in upload.meaning.attempt]
