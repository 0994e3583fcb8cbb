"""The folders and archives below a path, with those of the seven files that lie in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from convpool.check.submissions.archives import ARCHIVES, Unpacker
from convpool.check.submissions.learning_platform_downloads import Upload, lay_out, read_name
from convpool.check.submissions.misspelt_names import meant_file
from convpool.check.submissions.natural_order import natural_key
from convpool.check.submissions.skipped_folders import is_skipped_folder, is_skipped_name

MAX_DEPTH, MAX_FOLDERS = 8, 20_000  # of a search below one path
# files that lie at the top of a clone, and in no folder of a whole class
_OF_CLONES = ("readme.md", ".gitignore", ".git")


@dataclass(frozen=True)
class Node:
    """One folder, or an archive that was unpacked to one, and what lies below it."""

    name: str  # of the folder; of an archive without its suffix
    path: Path  # where its files are
    place: str  # where it is in words, with the archive that it came from
    files: tuple[str, ...] = ()  # names of files and links directly in it, skipped ones too
    children: tuple[Node, ...] = ()  # in natural order
    problem: str = ""  # why nothing in it can be looked at
    has_run_bits: bool = True  # False: its archive does not say which files are executable
    notes: tuple[str, ...] = ()  # sentences about what was passed over to make it

    @cached_property
    def judged_files(self) -> frozenset[str]:
        """Those of the seven files that lie directly in it, under their names or nearly."""
        return frozenset(filter(None, map(meant_file, self.files)))

    @cached_property
    def parts(self) -> list[Node]:
        """The children that hold any of the seven files, at any depth."""
        return [child for child in self.children if child.holds_files]

    @cached_property
    def holds_files(self) -> bool:
        """Whether any of the seven files lies in it, at any depth."""
        return bool(self.judged_files or self.parts)

    @property
    def looks_like_clone(self) -> bool:
        """Whether files lie in it that lie at the top of a clone."""
        return any(name.lower() in _OF_CLONES for name in self.files)

    def below(self) -> Iterator[Node]:
        """Yield this node and all nodes below it that hold any of the seven files themselves."""
        if self.judged_files:
            yield self
        for child in self.parts:
            yield from child.below()

    def names_below(self) -> Iterator[str]:
        """Yield the relative paths of all files below it that are not skipped."""
        yield from (name for name in self.files if not is_skipped_name(name))
        for child in self.children:
            yield from (f"{child.name}/{name}" for name in child.names_below())


@dataclass
class Reader:
    """Reads trees; archives and downloads are laid out in folders of `unpacker`."""

    unpacker: Unpacker
    folders: int = field(default=0)  # that were looked at

    def folder(self, path: Path, name: str, place: str, depth: int = 0) -> Node:
        """Return the tree of a folder. Links are not followed, so that no folder comes twice."""
        self.folders += 1
        try:
            entries = sorted(path.iterdir(), key=lambda entry: natural_key(entry.name))
        except OSError as error:
            return Node(name, path, place, problem=f"it cannot be read: {error.strerror}")
        files = tuple(entry.name for entry in entries if _is_file(entry) or entry.name == ".git")
        is_course = any(map(meant_file, files))
        children: list[Node] = []
        if depth < MAX_DEPTH and self.folders < MAX_FOLDERS:
            found = (
                self._child(entry, f"{place}/{entry.name}", depth + 1, is_course)
                for entry in entries
            )
            children += filter(None, found)
            if not is_course:
                children += self._downloads(path, place, files)
        children.sort(key=lambda child: natural_key(child.name))
        has_run_bits = self.unpacker.has_run_bits(path)
        return Node(name, path, place, files, tuple(children), has_run_bits=has_run_bits)

    def archive(self, path: Path, name: str, place: str, depth: int = 0) -> Node:
        """Return the tree of an archive's content; with a problem if it cannot be unpacked."""
        try:
            folder = self.unpacker.unpack(path)
        except ValueError as error:
            return Node(name, path, place, problem=str(error))
        return self.folder(folder, name, place, depth)

    def _child(self, entry: Path, place: str, depth: int, is_course: bool) -> Node | None:
        """Return the tree of what lies in a folder; None for plain files and what is skipped.

        is_course: whether the folder holds any of the seven files, so that its archives are none.
        """
        if is_skipped_name(entry.name):
            return None
        if entry.is_symlink():
            is_folder = entry.is_dir() or archive_suffix(entry.name)
            problem = "it is a link, which is not followed"
            return Node(entry.name, entry, place, problem=problem) if is_folder else None
        if entry.is_dir():
            if is_skipped_folder(entry):
                return None
            return self.folder(entry, entry.name, place, depth)
        suffix = archive_suffix(entry.name)
        if suffix and not is_course and entry.is_file():
            return self.archive(entry, entry.name[: -len(suffix)], place, depth)
        return None

    def _downloads(self, path: Path, place: str, files: tuple[str, ...]) -> Iterator[Node]:
        """Yield a node for each student whose files lie in one folder with those of others."""
        by_student: dict[str, list[Upload]] = {}
        for name in files:
            if upload := read_name(name):
                by_student.setdefault(upload.student, []).append(upload)
        for student, uploads in by_student.items():
            folder = self.unpacker.new_folder()
            names, passed_over = lay_out(path, uploads, folder)
            notes = tuple(f"judged is {new}, and not {old}" for old, new in passed_over)
            yield Node(
                student, folder, f"{place}/{student}_*", names, has_run_bits=False, notes=notes
            )


def archive_suffix(name: str) -> str:
    """Return the suffix of an archive's name, such as .tar.gz; "" for any other file."""
    return next((name[-len(end) :] for end in ARCHIVES if name.lower().endswith(end)), "")


def _is_file(entry: Path) -> bool:
    """Return whether an entry is a plain file or a link to one."""
    try:
        return entry.is_file()
    except OSError:
        return False
