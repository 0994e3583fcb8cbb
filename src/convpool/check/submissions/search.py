"""Find the submissions that paths name: in folders, clones, folders of these, and archives."""

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

from convpool.check.submissions.archives import holds_any, unpack
from convpool.check.submissions.skipped_folders import is_skipped_folder, is_skipped_name
from convpool.check.tasks import COURSE, README, TASKS
from convpool.system.printable_text import printable

JUDGED_FILES = frozenset(task.file for task in TASKS.values())
# suffixes of archives that are found and reported, but cannot be unpacked
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz")
MAX_DEPTH, MAX_FOLDERS = 8, 5_000  # of a search below one path
MAX_OTHERS = 200  # names in Submission.others


@dataclass(frozen=True)
class Submission:
    """The location of one student's files."""

    name: str  # in reports: the name of the folder or archive
    root: Path  # the clone, or the course folder itself
    folder: Path | None  # the course folder: it holds most of the seven files; None: not found
    others: tuple[str, ...] = ()  # names in the course folder that are not judged
    place: str = ""  # the course folder in words, with the archive that it came from
    problem: str = ""  # why there is no course folder; empty: there is one
    notes: tuple[str, ...] = ()  # sentences about the choice of the course folder
    has_run_bits: bool = True  # False: its archive does not say which files are executable


@contextmanager
def open_submissions(paths: Iterable[str | os.PathLike[str]]) -> Iterator[list[Submission]]:
    """Yield what `find` returns; archives are unpacked in a folder that is removed on leaving."""
    scratch = tempfile.TemporaryDirectory(prefix="convpool-check-", ignore_cleanup_errors=True)
    with scratch as name:
        yield find(paths, Path(name))


def find(paths: Iterable[str | os.PathLike[str]], scratch: Path | None = None) -> list[Submission]:
    """Find the submissions that paths name.

    Parameters
    ----------
    paths : iterable of paths
        Each is a course folder, a clone that holds it somewhere, a folder of such folders or ZIP
        files (a class), or a ZIP file of any of these.
    scratch : Path, optional
        Where archives are unpacked; the caller removes it. Only needed if there are any.

    Returns
    -------
    list of Submission
        In the order of the paths, and by name within a class. Those without a course folder have a
        problem instead.

    Raises
    ------
    ValueError
        If a path does not exist or is neither a folder nor a ZIP file, or if none holds any of the
        seven files.
    """
    unpacker = _Unpacker(scratch)
    submissions: dict[Path, Submission] = {}
    for path in map(Path, paths):
        for submission in _find_at(path, unpacker):
            # a folder that two paths name is judged once
            submissions.setdefault((submission.folder or submission.root).resolve(), submission)
    if not any(submission.folder for submission in submissions.values()):
        problems = [submission.problem for submission in submissions.values()]
        if not problems:
            raise ValueError("no folder or ZIP file named, such as .")
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ValueError(problems[0] + more)
    return _with_unique_names(list(submissions.values()))


class _Unpacker:
    """Unpacks each archive into a folder of its own, below `scratch`."""

    def __init__(self, scratch: Path | None) -> None:
        self.scratch = scratch
        # folder -> whether the archive in it says which files are executable
        self.run_bits: dict[Path, bool] = {}

    def unpack(self, archive: Path) -> Path:
        """Unpack an archive into a new folder, and return it; raise ValueError if that fails."""
        if self.scratch is None:
            raise ValueError(
                f"{archive} is an archive; find() unpacks it if it gets a folder for that"
            )
        folder = self.scratch / str(len(self.run_bits) + 1)
        self.run_bits[folder] = False
        self.run_bits[folder] = unpack(archive, folder, JUDGED_FILES)
        return folder

    def has_run_bits(self, folder: Path) -> bool:
        """Return whether all archives that a folder came from say which files are executable.

        True for a folder that came from none.
        """
        return all(bits for top, bits in self.run_bits.items() if folder.is_relative_to(top))


def _find_at(path: Path, unpacker: _Unpacker) -> list[Submission]:
    """Return the submissions at one path: those of all students of a class, or a single one.

    Raises ValueError if the path does not exist, or is a file whose name does not end in .zip. A
    .zip that cannot be unpacked becomes one submission, with the reason.
    """
    if not path.exists():
        raise ValueError(f"{path} is not there; name a folder or a ZIP file")
    if path.is_dir():
        return _find_in_folder(path, path.resolve().name, str(path), unpacker)
    if path.suffix.lower() != ".zip":
        raise ValueError(f"{path} is a file; name the folder that holds it, or a ZIP file")
    return _find_in_archive(path, path.resolve().stem, str(path), unpacker)


def _find_in_archive(archive: Path, name: str, place: str, unpacker: _Unpacker) -> list[Submission]:
    """Return the submissions in an archive: those of all students of a class, or a single one.

    name: of the submission in reports. place: the archive in words.
    """
    try:
        folder = unpacker.unpack(archive)
    except ValueError as error:
        return [_not_found(name, archive, place, str(error))]
    return _find_in_folder(folder, name, place, unpacker)


def _find_in_folder(top: Path, name: str, place: str, unpacker: _Unpacker) -> list[Submission]:
    """Return the submissions of the class that a folder holds, or the folder as the only one.

    It is a class if two or more folders or archives in it hold any of the seven files. If only one
    archive does, its content is returned. name: of the submission in reports, if it is the only
    one. place: the folder in words.
    """
    folder = _skip_single_folders(top)
    place = str(Path(place, folder.relative_to(top)))
    if not _judged_files(folder) and not _judged_files(folder / COURSE):
        children = _children(folder)
        students = [child for child in children if _holds_submission(child)]
        if len(students) > 1:
            return [_student(child, f"{place}/{child.name}", unpacker) for child in children]
        if students and students[0].is_file():
            archive = students[0]
            return _find_in_archive(archive, archive.stem, f"{place}/{archive.name}", unpacker)
    return [_submission(name, folder, place, unpacker)]


def _holds_submission(child: Path) -> bool:
    """Return whether an archive or a folder, with its archives, holds any of the seven files."""
    if child.is_file():
        return holds_any(child, JUDGED_FILES)
    return any(_candidates(child)) or any(
        holds_any(archive, JUDGED_FILES) for archive in _archives_in(child)
    )


def _student(child: Path, place: str, unpacker: _Unpacker) -> Submission:
    """Return the submission of one student of a class.

    `child` is a folder, an archive, or a folder with an archive; `place` is that in words.
    """
    if child.is_file():
        return _only_in_archive(child.stem, child, place, unpacker)
    archives = _archives_in(child)
    if archives and not any(_candidates(child)):
        with_files = (archive for archive in archives if holds_any(archive, JUDGED_FILES))
        archive = next(with_files, archives[0])
        return _only_in_archive(child.name, archive, f"{place}/{archive.name}", unpacker)
    return _submission(child.name, child, place, unpacker)


def _only_in_archive(name: str, archive: Path, place: str, unpacker: _Unpacker) -> Submission:
    """Return an archive as one submission, whatever it holds; a class in it is not searched."""
    try:
        top = unpacker.unpack(archive)
    except ValueError as error:
        return _not_found(name, archive, place, str(error))
    folder = _skip_single_folders(top)
    return _submission(name, folder, str(Path(place, folder.relative_to(top))), unpacker)


def _not_found(name: str, root: Path, place: str, problem: str) -> Submission:
    """Return a submission without a course folder; `problem` says why."""
    return Submission(
        printable(name), root, None, place=printable(place), problem=printable(problem)
    )


def _submission(name: str, root: Path, place: str, unpacker: _Unpacker) -> Submission:
    """Return `root` as one submission, with the best of the folders in it as its course folder.

    Candidates are all folders that hold any of the seven files; without any, it has a problem.
    """
    candidates = list(_candidates(root))
    if not candidates:
        problem = (
            f"{place} holds none of the seven files ({min(JUDGED_FILES)} to {max(JUDGED_FILES)}), "
            f"neither in itself nor in {COURSE} nor deeper"
        )
        return _not_found(name, root, place, problem)
    folder = min(candidates, key=lambda candidate: _preference(candidate, root))
    return Submission(
        printable(name),
        root,
        folder,
        tuple(islice(_others(folder), MAX_OTHERS)),
        printable(str(Path(place, folder.relative_to(root)))),
        notes=_notes(folder, [other for other in candidates if other != folder], root),
        has_run_bits=unpacker.has_run_bits(folder),
    )


def _preference(folder: Path, root: Path) -> tuple[bool, bool, int, bool, int, str]:
    """Return the sort key of a candidate for the course folder; the best one has the lowest.

    Best is the root itself, then the brief's path in a clone, then the folder with most files. Of
    equals: the one with the brief's name, then the shallowest, then the first by name.
    """
    relative = folder.relative_to(root)
    return (
        folder != root,
        relative != Path(COURSE),
        -len(_judged_files(folder)),
        folder.name != Path(COURSE).name,
        len(relative.parts),
        relative.as_posix(),
    )


def _notes(folder: Path, others: list[Path], root: Path) -> tuple[str, ...]:
    """Return one sentence that says which folder was chosen; () if no other could be meant.

    folder: the chosen one. others: the other candidates. If the chosen one lies where it should,
    only another one with more files could be meant.
    """
    count = len(_judged_files(folder))
    is_expected = folder in (root, root / COURSE)
    rivals = [other for other in others if not is_expected or len(_judged_files(other)) > count]
    if not rivals:
        return ()
    judged, rival = (
        f"{_path_text(candidate, root)} with {len(_judged_files(candidate))} of the seven files"
        for candidate in (folder, rivals[0])
    )
    more = f" nor {len(rivals) - 1} more such folders" if len(rivals) > 1 else ""
    return (printable(f"judged is {judged}, and not {rival}{more}"),)


def _path_text(folder: Path, root: Path) -> str:
    """Return a folder's path relative to the root, or "the folder itself" for the root."""
    return "the folder itself" if folder == root else folder.relative_to(root).as_posix()


def _judged_files(folder: Path) -> frozenset[str]:
    """Return the names of the seven files that lie directly in a folder."""
    return frozenset(name for name in JUDGED_FILES if (folder / name).is_file())


def _candidates(root: Path) -> Iterator[Path]:
    """Yield the folders from `root` downwards that hold any of the seven files.

    At most MAX_FOLDERS folders are looked at, MAX_DEPTH levels deep. Links are not followed, so
    that no folder comes twice.
    """
    for count, (path, folders, files) in enumerate(os.walk(root)):
        if count == MAX_FOLDERS:
            return
        here = Path(path)
        is_deepest = len(here.relative_to(root).parts) >= MAX_DEPTH
        searched = [name for name in sorted(folders) if not is_skipped_folder(here / name)]
        folders[:] = [] if is_deepest else searched  # in place: os.walk descends into these
        if not JUDGED_FILES.isdisjoint(files) and _judged_files(here):
            yield here


def _children(folder: Path) -> list[Path]:
    """Return the folders and archives in a folder, in natural order."""
    return [
        path
        for path in _entries(folder)
        if _is_archive(path) or (path.is_dir() and not is_skipped_folder(path))
    ]


def _entries(folder: Path) -> list[Path]:
    """Return the files and folders in a folder, in natural order; [] if it cannot be read.

    Skipped names are left out, and links, as they could lead anywhere.
    """
    try:
        paths = [
            path
            for path in folder.iterdir()
            if not is_skipped_name(path.name) and not path.is_symlink()
        ]
    except OSError:  # not readable
        return []
    return sorted(paths, key=lambda path: (_natural_key(path.name), path.name))


def _natural_key(name: str) -> list[tuple[int, str]]:
    """Return a sort key that compares digits as numbers: student 10 comes after student 9."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"(\d+)", name.casefold())
    ]


def _is_archive(path: Path) -> bool:
    """Return whether a path is an archive of any kind, by its suffix."""
    return path.suffix.lower() in (".zip", *OTHER_ARCHIVES) and path.is_file()


def _archives_in(folder: Path) -> list[Path]:
    """Return the archives in a folder, in natural order."""
    return [path for path in _children(folder) if path.is_file()]


def _skip_single_folders(folder: Path) -> Path:
    """Return the first folder from `folder` downwards that holds more than a single folder.

    An archive of a folder often holds just that folder.
    """
    for _ in range(MAX_DEPTH):
        entries = _entries(folder)
        if len(entries) != 1 or not entries[0].is_dir():
            break
        folder = entries[0]
    return folder


def _others(folder: Path) -> Iterator[str]:
    """Yield the names of all but the seven files and the README; those of folders end with "/"."""
    for path in _entries(folder):
        if path.name not in JUDGED_FILES and path.name != README:
            yield printable(f"{path.name}/" if path.is_dir() else path.name)


def _with_unique_names(submissions: list[Submission]) -> list[Submission]:
    """Return the submissions, with the place as the name of those that share a name."""
    names = Counter(submission.name for submission in submissions)
    return [
        submission if names[submission.name] == 1 else replace(submission, name=submission.place)
        for submission in submissions
    ]
