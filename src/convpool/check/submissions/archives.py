"""Unpack strangers' archives: only what is judged, and never outside the target folder."""

from __future__ import annotations

import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Container, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from convpool.check.submissions.skipped_folders import is_skipped_name
from convpool.check.tasks import JUDGED_FILES

TARS = (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2", ".txz", ".tar")
# suffixes of archives that are found; the last ones are reported, but cannot be unpacked
ARCHIVES = (".zip", *TARS, ".rar", ".7z", ".gz", ".bz2", ".xz")
MAX_FILES = 200_000  # names in one archive
MAX_OTHERS = 20_000  # folders and files that are not judged; further ones are left out
MAX_BYTES = 300_000_000  # all that is written for one archive
MAX_TAR_BYTES = 1_000_000_000  # all that a tar holds, as none of it can be left out unread
# suffix (or the name of git's index) -> how much of a file is written; the rest is cut off, and
# files of other kinds are left empty
MAX_FILE_BYTES = {".py": 300_000, ".md": 300_000, ".zip": 100_000_000, "index": 20_000_000}
GIT_INDEX = (".git", "index")  # says which files are executable; the rest of .git is skipped
_UTF8_NAME = 0x800  # flag of a ZIP's entry whose name is UTF-8


class Entry(NamedTuple):
    """One file or folder in an archive."""

    name: str
    mode: int  # of Unix; 0: unknown
    is_folder: bool
    is_link: bool
    is_mode_known: bool  # False: the archive was made where files have no modes, or names none


Opener = Callable[[], IO[bytes]]


class Unpacker:
    """Unpacks each archive into a folder of its own, below `scratch`."""

    def __init__(self, scratch: Path | None) -> None:
        self.scratch = scratch
        # folder -> whether the archive that it came from says which files are executable
        self.says_run_bits: dict[Path, bool] = {}

    def new_folder(self) -> Path:
        """Return a new folder's path, whose files have no known run bits until they are unpacked.

        Raises ValueError without `scratch`.
        """
        if self.scratch is None:
            raise ValueError("files are laid out in a folder; name one for that")
        folder = self.scratch / str(len(self.says_run_bits) + 1)
        self.says_run_bits[folder] = False
        return folder

    def unpack(self, archive: Path) -> Path:
        """Unpack an archive into a new folder, and return it; raise ValueError if that fails."""
        if self.scratch is None:
            raise ValueError(
                f"{archive} is an archive; find() unpacks it if it gets a folder for that"
            )
        folder = self.new_folder()
        self.says_run_bits[folder] = unpack(archive, folder, JUDGED_FILES)
        return folder

    def has_run_bits(self, folder: Path) -> bool:
        """Return whether all archives that a folder came from say which files are executable.

        True for a folder that came from none.
        """
        return all(says for top, says in self.says_run_bits.items() if folder.is_relative_to(top))


def unpack(archive: Path, target: Path, judged_files: Container[str]) -> bool:
    """Unpack an archive.

    Python files, texts and archives are written; every other file is created empty. Skipped folders
    are left out.

    Parameters
    ----------
    archive : Path
        A ZIP file or a tar, compressed or not.
    target : Path
        A new folder.
    judged_files : Container of str
        Names of the seven files. They are written even after MAX_OTHERS other entries; a name of
        theirs that the system refuses is an error, others are left out; and their modes alone
        decide what is returned.

    Returns
    -------
    bool
        Whether the archive says which files are executable; those made on Windows do not.

    Raises
    ------
    ValueError
        If it is no archive, is damaged or encrypted, is too large, or holds a name that leads out
        of the folder.
    """
    target.mkdir(parents=True)
    is_tar = archive.name.lower().endswith(TARS)
    if not is_tar and not zipfile.is_zipfile(archive):
        raise ValueError(f"{archive.name} is no ZIP file; a ZIP file or a .tar.gz would do")
    try:
        if is_tar:
            with tarfile.open(archive) as tar:
                return _Writer(target, judged_files).write_tar(tar)
        with zipfile.ZipFile(archive) as zipped:
            return _Writer(target, judged_files).write_zip(zipped)
    except Exception as error:  # a damaged or forged archive can raise anything
        raise ValueError(f"{archive.name} cannot be unpacked: {error}") from error


class _Writer:
    """Writes the entries of one archive into a folder."""

    def __init__(self, target: Path, judged_files: Container[str]) -> None:
        self.target, self.judged_files = target, judged_files
        self.total_bytes = 0  # written so far
        self.others = 0  # folders and files so far that are not judged
        self.has_modes = False  # whether the archive says which of the judged files are executable

    def write_zip(self, opened: zipfile.ZipFile) -> bool:
        """Write a ZIP file's entries; return whether it says which files are executable."""
        count = len(opened.infolist())
        if count > MAX_FILES:
            raise ValueError(f"it holds {count} files; {MAX_FILES} are the most")
        # git's archives have the commit as their comment; in them, a file without a mode is
        # certainly not executable
        self.has_modes = re.fullmatch(rb"[0-9a-f]{40}", opened.comment) is not None
        for info in opened.infolist():
            mode = info.external_attr >> 16  # the upper half holds the mode of Unix
            is_folder = info.filename.endswith(("/", "\\"))
            # create_system 0 is Windows, whose modes mean nothing
            is_mode_known = bool(mode and info.create_system)
            self._write_entry(
                Entry(_zip_name(info), mode, is_folder, stat.S_ISLNK(mode), is_mode_known),
                partial(opened.open, info),
            )
        return self.has_modes

    def write_tar(self, opened: tarfile.TarFile) -> bool:
        """Write a tar's entries; return whether it says which files are executable."""
        for info in _counted(opened):
            is_link = not (info.isfile() or info.isdir())  # devices and pipes are left out too
            self._write_entry(
                Entry(info.name, info.mode, info.isdir(), is_link, True),
                partial(_open_member, opened, info),
            )
        return self.has_modes

    def _write_entry(self, entry: Entry, open_source: Opener) -> None:
        """Write one entry, and note its bytes in `total_bytes`, its mode in `has_modes`.

        Nothing is written for links, skipped folders, files beyond MAX_OTHERS that are not judged,
        and names that the system refuses; raises OSError if that is a judged file's. Raises
        ValueError if its name leads out of the folder, or if all entries so far hold too many
        bytes. open_source: opens the bytes of the entry.
        """
        path = _relative_path(entry.name)
        if entry.is_link or not path.parts or _is_skipped(path):
            return
        self.others += path.name not in self.judged_files
        if self.others > MAX_OTHERS and path.name not in self.judged_files:
            return
        file = self.target / path
        try:
            if entry.is_folder:
                file.mkdir(parents=True, exist_ok=True)
                return
            file.parent.mkdir(parents=True, exist_ok=True)
            self.total_bytes += _write(open_source, file, _max_bytes(path))
            file.chmod(0o755 if entry.mode & 0o111 else 0o644)
        except OSError:
            if path.name in self.judged_files:
                raise
            return  # a name that this system does not take, of a file that is not judged
        if self.total_bytes > MAX_BYTES:
            raise ValueError(f"it unpacks to more than {MAX_BYTES // 10**6} MB")
        self.has_modes |= entry.is_mode_known and path.name in self.judged_files


def _open_member(opened: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    """Open the bytes of a plain file in a tar."""
    source = opened.extractfile(info)
    assert source is not None
    return source


def _counted(opened: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield a tar's entries; raise ValueError after too many of them, or too many bytes."""
    total = 0
    for count, info in enumerate(opened):
        total += info.size
        if count >= MAX_FILES:
            raise ValueError(f"it holds more than {MAX_FILES} files")
        if total > MAX_TAR_BYTES:
            raise ValueError(f"it unpacks to more than {MAX_TAR_BYTES // 10**6} MB")
        yield info


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return an entry's name; one that is not marked as UTF-8 often is all the same."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _relative_path(name: str) -> PurePosixPath:
    """Return an entry's name as a relative path; raise ValueError if it leads out of the folder.

    It does if it is absolute, has a drive letter, or has ".." in it.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        raise ValueError(f"it holds {name!r}, which leads out of its folder")
    return path


def _is_skipped(path: PurePosixPath) -> bool:
    """Return whether an entry is skipped, by any part of its path; git's index is not."""
    parts = path.parts[:-2] if path.parts[-2:] == GIT_INDEX else path.parts
    return any(map(is_skipped_name, parts))


def _max_bytes(path: PurePosixPath) -> int:
    """Return how many bytes of an entry are written at most; 0 for kinds that are left empty."""
    if path.parts[-2:] == GIT_INDEX:
        return MAX_FILE_BYTES["index"]
    is_archive = path.name.lower().endswith((".zip", *TARS))
    return MAX_FILE_BYTES.get(".zip" if is_archive else path.suffix.lower(), 0)


def _write(open_source: Opener, file: Path, max_bytes: int) -> int:
    """Write the first `max_bytes` of an entry to a file, and return how many were written.

    The size that the archive states is not trusted. Of two entries of one name, the last counts.
    """
    with file.open("wb") as stream:
        if max_bytes:
            with open_source() as source:
                while block := source.read(min(1 << 16, max_bytes - stream.tell())):
                    stream.write(block)
        return stream.tell()
