"""What the words name: submissions in folders, clones, folders of folders and archives."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from convpool.check.printable import printable
from convpool.check.submissions.archives import holds_any, unpack
from convpool.check.tasks import COURSE, README, TASKS

JUDGED = frozenset(task.file for task in TASKS.values())
NEITHER_STUDENTS_NOR_THEIRS = frozenset(
    ["__pycache__", "__MACOSX", "node_modules", "site-packages"]
)
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz")
DEEPEST, MOST_FOLDERS, MOST_OTHERS = 8, 5_000, 200


@dataclass(frozen=True)
class Submission:
    """Where one student's files are."""

    name: str  # shown: the folder's or the archive's name
    root: Path  # what was named: a clone, or the course folder itself
    folder: (
        Path | None
    )  # the course folder: holds the seven files, or most of them; None: not found
    others: tuple[str, ...] = ()  # files there that are not judged
    place: str = ""  # the course folder in words, with the archive that it came from
    problem: str = ""  # why there is no course folder
    notes: tuple[
        str, ...
    ] = ()  # what the student or the teacher should know about the choice of the folder
    run_bits: bool = True  # False: it came in an archive that does not say which files may be run


@contextmanager
def found(paths: Iterable[str | os.PathLike[str]]) -> Iterator[list[Submission]]:
    """Find the submissions, with archives unpacked into a temporary folder for as long as they are in use."""
    with tempfile.TemporaryDirectory(
        prefix="convpool-check-", ignore_cleanup_errors=True
    ) as scratch:
        yield find(paths, Path(scratch))


def find(paths: Iterable[str | os.PathLike[str]], scratch: Path | None = None) -> list[Submission]:
    """Find the submissions that the words name.

    Parameters
    ----------
    paths : iterable of paths
        Each is a course folder, a clone that holds it somewhere, a folder of such folders or ZIP
        files (a class), or a ZIP file of any of these.
    scratch : Path, optional
        Where archives are unpacked; the caller removes it. Only needed where there are any.

    Returns
    -------
    list of Submission
        In the order of the words, and by name within a class. Those without a course folder have a
        problem instead.

    Raises
    ------
    ValueError
        If a path is not there or is neither a folder nor a ZIP file, or if none holds any of the
        seven files.
    """
    unpacked = _Unpacked(scratch)
    submissions: dict[Path, Submission] = {}
    for path in map(Path, paths):
        for submission in _named(path, unpacked):
            submissions.setdefault((submission.folder or submission.root).resolve(), submission)
    if not any(submission.folder for submission in submissions.values()):
        said = [submission.problem for submission in submissions.values()]
        more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
        raise ValueError(said[0] + more if said else "no folder or ZIP file named, such as .")
    return _told_apart(list(submissions.values()))


class _Unpacked:
    """Where archives are unpacked: each in a folder of its own."""

    def __init__(self, scratch: Path | None) -> None:
        self.scratch, self.count = scratch, 0
        self.run_bits: dict[Path, bool] = {}

    def __call__(self, archive: Path) -> Path:
        if self.scratch is None:
            raise ValueError(
                f"{archive} is an archive; find() unpacks it if it gets a folder for that"
            )
        self.count += 1
        into = self.scratch / str(self.count)
        self.run_bits[into] = unpack(archive, into, JUDGED, NEITHER_STUDENTS_NOR_THEIRS)
        return into

    def has_run_bits(self, folder: Path) -> bool:
        return all(known for into, known in self.run_bits.items() if folder.is_relative_to(into))


def _named(path: Path, unpacked: _Unpacked) -> list[Submission]:
    """Return what one word names."""
    if not path.exists():
        raise ValueError(f"{path} is not there; name a folder or a ZIP file")
    name = path.resolve().stem if path.is_file() else path.resolve().name
    if path.is_file() and path.suffix.lower() != ".zip":
        raise ValueError(f"{path} is a file; name the folder that holds it, or a ZIP file")
    if path.is_file():
        return _archived(path, name, str(path), unpacked)
    return _in_folder(path, name, str(path), unpacked)


def _archived(archive: Path, name: str, place: str, unpacked: _Unpacked) -> list[Submission]:
    try:
        folder = unpacked(archive)
    except ValueError as error:
        return [_without(name, archive, place, str(error))]
    return _in_folder(folder, name, place, unpacked)


def _in_folder(named: Path, name: str, place: str, unpacked: _Unpacked) -> list[Submission]:
    """Return the class that a folder holds, or the one submission that it is."""
    folder = _only_folder(named)
    at = str(Path(place, folder.relative_to(named)))
    if not _held(folder) and not _held(folder / COURSE):
        children = _children(folder)
        students = [child for child in children if _is_students(child)]
        if len(students) > 1:
            return [_of_class(child, f"{at}/{child.name}", unpacked) for child in children]
        if students and students[0].is_file():
            return _archived(students[0], students[0].stem, f"{at}/{students[0].name}", unpacked)
    return [_submission(name, folder, at, unpacked)]


def _is_students(child: Path) -> bool:
    """Whether any of the seven files is in a folder, or in an archive that is there or in the folder."""
    if child.is_file():
        return holds_any(child, JUDGED)
    return any(_candidates(child)) or any(
        holds_any(archive, JUDGED) for archive in _archives_in(child)
    )


def _of_class(child: Path, place: str, unpacked: _Unpacked) -> Submission:
    """Return the submission of one student of a class: a folder, an archive, or a folder with an archive."""
    if child.is_file():
        return _in_archive(child.stem, child, place, unpacked)
    archives = _archives_in(child)
    if archives and not any(_candidates(child)):
        best = next((archive for archive in archives if holds_any(archive, JUDGED)), archives[0])
        return _in_archive(child.name, best, f"{place}/{best.name}", unpacked)
    return _submission(child.name, child, place, unpacked)


def _in_archive(name: str, archive: Path, place: str, unpacked: _Unpacked) -> Submission:
    try:
        folder = unpacked(archive)
    except ValueError as error:
        return _without(name, archive, place, str(error))
    inner = _only_folder(folder)
    return _submission(name, inner, str(Path(place, inner.relative_to(folder))), unpacked)


def _without(name: str, root: Path, place: str, problem: str) -> Submission:
    """Return a submission that could not be found, and why."""
    return Submission(
        printable(name), root, None, place=printable(place), problem=printable(problem)
    )


def _submission(name: str, root: Path, place: str, unpacked: _Unpacked) -> Submission:
    """Choose the course folder among those that hold any of the seven files."""
    candidates = list(_candidates(root))
    if not candidates:
        looked = f"{min(JUDGED)} to {max(JUDGED)}"
        problem = (
            f"{place} holds none of the seven files ({looked}), neither in itself nor in "
            f"{COURSE} nor deeper"
        )
        return _without(name, root, place, problem)
    folder = min(candidates, key=lambda candidate: _order(candidate, root))
    below = folder.relative_to(root).as_posix()
    return Submission(
        printable(name),
        root,
        folder,
        tuple(islice(_others(folder), MOST_OTHERS)),
        printable(str(Path(place, below))),
        notes=_notes(folder, [other for other in candidates if other != folder], root),
        run_bits=unpacked.has_run_bits(folder),
    )


def _order(folder: Path, root: Path) -> tuple[bool, bool, int, bool, int, str]:
    """The folder itself, then the brief's place, then most files; of equals the brief's name, the shallowest, names."""
    below = folder.relative_to(root)
    itself, at_its_place = folder == root, below == Path(COURSE)
    named = folder.name == Path(COURSE).name
    return (
        not itself,
        not at_its_place,
        -len(_held(folder)),
        not named,
        len(below.parts),
        below.as_posix(),
    )


def _notes(folder: Path, others: list[Path], root: Path) -> tuple[str, ...]:
    """Say which folder was chosen where another could be meant."""
    expected = folder in (root, root / COURSE)
    meant = [other for other in others if not expected or len(_held(other)) > len(_held(folder))]
    if not meant:
        return ()
    judged, left = (
        f"{_below(here, root)} with {len(_held(here))} of the seven files"
        for here in (folder, meant[0])
    )
    more = f" nor {len(meant) - 1} more such folders" if len(meant) > 1 else ""
    return (printable(f"judged is {judged}, and not {left}{more}"),)


def _below(folder: Path, root: Path) -> str:
    return "the folder itself" if folder == root else folder.relative_to(root).as_posix()


def _held(folder: Path) -> frozenset[str]:
    """Return which of the seven files a folder holds."""
    return frozenset(name for name in JUDGED if (folder / name).is_file())


def _candidates(root: Path) -> Iterator[Path]:
    """Yield the folders that hold any of the seven files; links are not followed, so nothing is seen twice."""
    for count, (at, folders, files) in enumerate(os.walk(root)):
        if count == MOST_FOLDERS:
            return
        here = Path(at)
        deep = len(here.relative_to(root).parts) >= DEEPEST
        folders[:] = (
            [] if deep else [name for name in sorted(folders) if _is_looked_into(here / name)]
        )
        if not JUDGED.isdisjoint(files) and _held(here):
            yield here


def _is_looked_into(folder: Path) -> bool:
    """Leave out what is hidden, and what tools make: caches and virtual environments."""
    named = not folder.name.startswith(".") and folder.name not in NEITHER_STUDENTS_NOR_THEIRS
    return named and not (folder / "pyvenv.cfg").exists()


def _children(folder: Path) -> list[Path]:
    """Return the folders and archives in a folder, by name."""
    return [
        path
        for path in _inside(folder)
        if _is_archive(path) or (path.is_dir() and _is_looked_into(path))
    ]


def _inside(folder: Path) -> list[Path]:
    """Return what is in a folder, without links: they could lead anywhere."""
    try:
        there = [
            path
            for path in folder.iterdir()
            if not path.name.startswith(".") and not path.is_symlink()
        ]
    except OSError:  # not readable
        return []
    kept = (path for path in there if path.name not in NEITHER_STUDENTS_NOR_THEIRS)
    return sorted(kept, key=lambda path: (_natural(path.name), path.name))


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort student 10 after student 9."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"(\d+)", name.casefold())
    ]


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() in (".zip", *OTHER_ARCHIVES) and path.is_file()


def _archives_in(folder: Path) -> list[Path]:
    return [path for path in _children(folder) if path.is_file()]


def _only_folder(folder: Path) -> Path:
    """Go down while there is nothing but one folder, as in an archive of a folder."""
    for _ in range(DEEPEST):
        inside = _inside(folder)
        if len(inside) != 1 or not inside[0].is_dir():
            break
        folder = inside[0]
    return folder


def _others(folder: Path) -> Iterator[str]:
    """Yield what lies beside the judged files; a folder is one entry."""
    for path in _inside(folder):
        if path.name not in JUDGED and path.name != README:
            yield printable(f"{path.name}/" if path.is_dir() else path.name)


def _told_apart(submissions: list[Submission]) -> list[Submission]:
    """Name submissions of the same name by their place too."""
    names = Counter(submission.name for submission in submissions)
    return [
        submission if names[submission.name] == 1 else replace(submission, name=submission.place)
        for submission in submissions
    ]
