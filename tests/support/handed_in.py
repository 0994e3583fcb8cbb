"""Folders and archives as students hand them in, with files that are never run."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

from convpool.check.submissions.search import Submission, find
from convpool.check.tasks import TASKS

FILES = [task.file for task in TASKS.values()]


def make(folder: Path, count: int = 7, first: int = 0, *, readme: bool = True) -> Path:
    """Write some of the seven files, none of which runs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES[first : first + count]:
        (folder / name).write_text("never run\n", encoding="utf-8")
    if readme:
        (folder / "README.md").write_text("mine\n", encoding="utf-8")
    return folder


def zipped(archive: Path, folder: Path, prefix: str = "") -> Path:
    """Pack a folder as Unix tools do, with modes."""
    with zipfile.ZipFile(archive, "w") as opened:
        for path in sorted(folder.rglob("*")):
            opened.write(path, f"{prefix}{path.relative_to(folder).as_posix()}")
    return archive


def written(
    archive: Path, entries: Iterable[tuple[str, str, int]], system: int = 3, comment: bytes = b""
) -> Path:
    """Pack entries as (name, text, mode)."""
    with zipfile.ZipFile(archive, "w") as opened:
        opened.comment = comment
        for name, text, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = system, mode << 16
            opened.writestr(entry, text)
    return archive


def names(found: Iterable[Submission]) -> list[str]:
    """Return the names of submissions."""
    return [submission.name for submission in found]


def found(*paths: Path, scratch: Path) -> list[Submission]:
    """Find the submissions at paths; archives are unpacked in `scratch`."""
    return find(paths, scratch)
