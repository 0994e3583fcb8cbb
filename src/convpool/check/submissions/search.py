"""Find the submissions that paths name: in folders, clones, folders of these, and archives.

Nobody is passed over: what could be a student's and is not judged has a row with the reason.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from convpool.check.submissions.absences import absence
from convpool.check.submissions.archives import Unpacker
from convpool.check.submissions.names_of_copies import are_attempts, is_copy, is_course
from convpool.check.submissions.natural_order import natural_key
from convpool.check.submissions.skipped_folders import is_skipped_name
from convpool.check.submissions.tree import Node, Reader, archive_suffix
from convpool.check.tasks import COURSE, JUDGED_FILES, README
from convpool.system.printable_text import printable

MAX_OTHERS = 200  # names in Submission.others
ONE_STUDENT = "_assignsubmission"  # in the names of Moodle's folders, each of one student
MAX_STRAYS = 3  # so many of the seven files beside students' folders are nobody's


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
        Each is a course folder, a clone that holds it somewhere, a folder of such folders or
        archives (a class, or groups of one), a flat download of a learning platform, or an archive
        of any of these.
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
        If a path does not exist or is neither a folder nor an archive, or if there is no path.
    """
    reader = Reader(Unpacker(scratch))
    submissions: dict[Path, Submission] = {}
    for path in map(Path, paths):
        for submission in _submissions_in(_read(path, reader), is_top=True):
            # a folder that two paths name is judged once
            submissions.setdefault((submission.folder or submission.root).resolve(), submission)
    if not submissions:
        raise ValueError("no folder or archive named, such as .")
    return _with_unique_names(list(submissions.values()))


def _read(path: Path, reader: Reader) -> Node:
    """Return the tree at a path; raise ValueError if there is none."""
    if not path.exists():
        raise ValueError(f"{path} is not there; name a folder or an archive")
    if path.is_dir():
        return reader.folder(path, path.resolve().name, str(path))
    suffix = archive_suffix(path.name)
    if not suffix:
        raise ValueError(f"{path} is a file; name the folder that holds it, or an archive")
    if reader.unpacker.scratch is None:
        raise ValueError(f"{path} is an archive; find() unpacks it if it gets a folder for that")
    return reader.archive(path, path.resolve().name[: -len(suffix)], str(path))


def _submissions_in(
    node: Node, *, is_top: bool = False, is_group: bool = False
) -> list[Submission]:
    """Return the submissions of a class, or of one student.

    is_top: whether it is what a path names. is_group: whether it lies beside groups of a class, and
    so is a group too, even with one student.
    """
    if not _is_class(node, is_top=is_top, is_group=is_group):
        if not node.judged_files and len(node.parts) == 1:
            # a folder or an archive of a class often holds just one folder
            inner = _submissions_in(node.parts[0], is_top=is_top)
            if len(inner) > 1:
                return inner
        return [_student(node, is_top=is_top)]
    has_groups = any(_is_class(child) for child in node.children)
    rows = [
        row
        for child in node.children
        for row in _submissions_in(child, is_group=has_groups and not child.judged_files)
    ]
    return rows + _beside_students(node)


def _is_class(node: Node, *, is_top: bool = False, is_group: bool = False) -> bool:
    """Return whether a folder holds folders of students, not attempts or a clone of one student.

    is_top, is_group: as in `_submissions_in`.
    """
    if _holds_one_student(node, is_top=is_top, is_group=is_group):
        return True
    is_of_one_student = _has_attempts(node, is_top=is_top) or _is_clone(node)
    return _may_hold_several(node, is_top=is_top) and not is_of_one_student


def _student_folders(node: Node) -> list[Node]:
    """Return the folders and archives in a folder with files, but those named as copies."""
    return [part for part in node.parts if not is_copy(part.name)]


def _holds_one_student(node: Node, *, is_top: bool, is_group: bool) -> bool:
    """Return whether a folder is a class or group of which one student has handed something in.

    Other folders lie beside the student's. Unless it lies beside groups (`is_group`), it must be
    what a path names (`is_top`), and must not look like a clone: nothing of one lies in it, and the
    one folder with files has not the name of the course.
    """
    if len(_student_folders(node)) != 1 or len(node.children) == 1:
        return False
    if is_group:
        return True
    if not is_top or node.judged_files or node.looks_like_clone or len(node.parts) != 1:
        return False
    return not (node.parts[0].name == "math" or is_course(node.parts[0].name))


def _may_hold_several(node: Node, *, is_top: bool) -> bool:
    """Return whether a folder has two folders with files, which may be those of two students.

    Folders named as copies count only in what a path names (`is_top`), with no files beside them.
    """
    counts_copies = is_top and not node.judged_files
    return len(node.parts if counts_copies else _student_folders(node)) > 1


def _has_attempts(node: Node, *, is_top: bool) -> bool:
    """Return whether the folders or archives in a folder are attempts of one student."""
    if ONE_STUDENT in node.name and len(node.parts) > 1:
        return True
    return are_attempts([part.name for part in node.parts], is_top=is_top)


def _is_clone(node: Node) -> bool:
    """Return whether a folder is a clone of one student's work, with copies beside the course.

    That is a folder with math/, if math/ holds any of the files; else one that has the files of a
    clone's top, if the course lies in one of its folders only.
    """
    if any((node.path / path).is_dir() for path in (COURSE, "math")):
        return any(part.name == "math" for part in node.parts)
    courses = [part for part in node.parts if any(is_course(below.name) for below in part.below())]
    return node.looks_like_clone and len(courses) == 1


def _beside_students(node: Node) -> list[Submission]:
    """Return rows for those of the seven files that lie beside the folders of students."""
    if len(node.judged_files) > MAX_STRAYS:
        return [_student(replace(node, children=()), is_top=False)]
    problem = "it lies beside the folders of the class, and in nobody's"
    return [
        _not_found(name, node.path / name, f"{node.place}/{name}", problem)
        for name in sorted(node.files)
        if name in JUDGED_FILES
    ]


def _not_found(name: str, root: Path, place: str, problem: str) -> Submission:
    """Return a submission without a course folder; `problem` says why."""
    return Submission(
        printable(name), root, None, place=printable(place), problem=printable(problem)
    )


def _student(node: Node, *, is_top: bool) -> Submission:
    """Return a folder as one submission, with the best of the folders in it as its course folder.

    If none holds any of the seven files, the submission has a problem. If the folders are attempts
    of the student, only the latest counts. is_top: whether the folder is what a path names.
    """
    if node.problem:
        return _not_found(node.name, node.path, node.place, node.problem)
    if not any(node.below()):
        return _without_files(node)
    attempts = _attempts(node, is_top=is_top)
    notes = node.notes
    if attempts:
        *earlier, latest = attempts
        passed_over = ", ".join(attempt.name for attempt in earlier)
        notes = (*notes, f"judged is {latest.name}, the latest, and not {passed_over}")
    candidates = list((attempts[-1] if attempts else node).below())
    chosen = min(candidates, key=lambda candidate: _preference(candidate, node))
    others = [other for other in candidates if other is not chosen]
    # what an archive inside the folder holds was unpacked elsewhere, and has its own root
    root = node.path if chosen.path.is_relative_to(node.path) else chosen.path
    return Submission(
        printable(node.name),
        root,
        chosen.path,
        tuple(islice(_others(chosen), MAX_OTHERS)),
        printable(chosen.place),
        notes=tuple(map(printable, (*notes, *_notes(chosen, others, node)))),
        has_run_bits=chosen.has_run_bits,
    )


def _attempts(node: Node, *, is_top: bool) -> list[Node]:
    """Return the attempts of a student, the latest last; [] if the folder does not hold attempts.

    They may lie in folders that hold nothing else.
    """
    inmost = node
    while not inmost.judged_files and len(inmost.parts) == 1:
        inmost = inmost.parts[0]
    if inmost.judged_files or not _has_attempts(inmost, is_top=is_top):
        return []
    return sorted(inmost.parts, key=lambda part: natural_key(part.name))


def _without_files(node: Node) -> Submission:
    """Return a submission in which none of the seven files lies."""
    problems = [f"{child.name}: {child.problem}" for child in node.children if child.problem]
    problem = "; ".join(problems) or absence(node.path, list(node.names_below()))
    return _not_found(node.name, node.path, node.place, problem)


def _preference(node: Node, root: Node) -> tuple[bool, bool, int, bool, int, str]:
    """Return the sort key of a candidate for the course folder; the best one has the lowest.

    Best is the root itself, then the brief's path in a clone, then the folder with most files. Of
    equals: the one with the brief's name, then the shallowest, then the first by name.
    """
    relative, count = _relative(node, root), len(node.judged_files)
    most = max(len(candidate.judged_files) for candidate in root.below())
    return (
        node is not root or count <= MAX_STRAYS < most,
        relative != COURSE,
        -count,
        not is_course(node.name),
        relative.count("/"),
        relative,
    )


def _notes(chosen: Node, others: list[Node], root: Node) -> tuple[str, ...]:
    """Return one sentence that says which folder was chosen; () if no other could be meant.

    others: the other candidates. If the chosen one lies where it should, only another one with more
    files could be meant.
    """
    count = len(chosen.judged_files)
    is_expected = chosen is root or _relative(chosen, root) == COURSE
    rivals = [other for other in others if not is_expected or len(other.judged_files) > count]
    if not rivals:
        return ()
    judged, rival = (
        f"{_relative(candidate, root) or 'the folder itself'} with "
        f"{len(candidate.judged_files)} of the seven files"
        for candidate in (chosen, rivals[0])
    )
    more = f" nor {len(rivals) - 1} more such folders" if len(rivals) > 1 else ""
    return (f"judged is {judged}, and not {rival}{more}",)


def _relative(node: Node, root: Node) -> str:
    """Return a node's place relative to that of a node above it; "" for that node itself."""
    return node.place.removeprefix(root.place).lstrip("/")


def _others(node: Node) -> Iterator[str]:
    """Yield the names of all but the seven files and the README; those of folders end with "/"."""
    names = [name for name in node.files if name not in JUDGED_FILES and name != README]
    names += [f"{child.name}/" for child in node.children]
    for name in sorted(set(names), key=natural_key):
        if not is_skipped_name(name):
            yield printable(name)


def _with_unique_names(submissions: list[Submission]) -> list[Submission]:
    """Return the submissions, with the place as the name of those that share a name."""
    names = Counter(submission.name for submission in submissions)
    return [
        submission if names[submission.name] == 1 else replace(submission, name=submission.place)
        for submission in submissions
    ]
