"""Unpack strangers' ZIP files: only what is judged, and never outside the target folder."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Container
from pathlib import Path, PurePosixPath

from convpool.check.submissions.skipped_folders import is_skipped_name

MAX_FILES = 200_000  # names in one archive
MAX_BYTES = 300_000_000  # all that is written for one archive
# suffix (or the name of git's index) -> how much of a file is written; the rest is cut off, and
# files of other kinds are left empty
MAX_FILE_BYTES = {".py": 300_000, ".md": 300_000, ".zip": 100_000_000, "index": 20_000_000}
GIT_INDEX = (".git", "index")  # says which files are executable; the rest of .git is skipped
# what zipfile raises for archives that are damaged, encrypted or of an unknown kind
DAMAGE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)


def unpack(archive: Path, target: Path, judged_files: Container[str]) -> bool:
    """Unpack an archive.

    Python files, texts and archives are written; every other file is created empty. Skipped folders
    are left out.

    Parameters
    ----------
    archive : Path
        A ZIP file.
    target : Path
        A new folder.
    judged_files : Container of str
        Names of the seven files; only their modes decide what is returned.

    Returns
    -------
    bool
        Whether the archive says which files are executable; those made on Windows do not.

    Raises
    ------
    ValueError
        If it is no ZIP file, is damaged or encrypted, is too large, or holds a name that leads out
        of the folder.
    """
    target.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            return _unpack_entries(opened, target, judged_files)
    except DAMAGE_ERRORS as error:
        problem = (
            "is no ZIP file" if not zipfile.is_zipfile(archive) else f"cannot be unpacked: {error}"
        )
        raise ValueError(f"{archive.name} {problem}") from error


def holds_any(archive: Path, names: Container[str]) -> bool:
    """Return whether an archive holds a file of any of these names, in any of its folders.

    False for a damaged archive, and for a file that is none.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            return any(
                PurePosixPath(name.replace("\\", "/")).name in names for name in opened.namelist()
            )
    except DAMAGE_ERRORS:
        return False


def _unpack_entries(opened: zipfile.ZipFile, target: Path, judged_files: Container[str]) -> bool:
    """Unpack an opened archive; parameters and result as in `unpack`.

    Raises ValueError if there are too many files or bytes, or if a name leads out of the folder.
    """
    entries = opened.infolist()
    if len(entries) > MAX_FILES:
        raise ValueError(f"it holds {len(entries)} files; {MAX_FILES} are the most")
    # git's archives have the commit as their comment; in them, a file without a mode is certainly
    # not executable
    has_modes = re.fullmatch(rb"[0-9a-f]{40}", opened.comment) is not None
    total_bytes = 0
    for entry in entries:
        path = _relative_path(entry.filename)
        mode = entry.external_attr >> 16  # the upper half holds the mode of Unix
        if stat.S_ISLNK(mode) or _is_skipped(path):
            continue
        file = target / path
        if entry.is_dir() or entry.filename.endswith("\\"):
            file.mkdir(parents=True, exist_ok=True)
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        total_bytes += _write(opened, entry, file, _max_bytes(path))
        if total_bytes > MAX_BYTES:
            raise ValueError(f"it unpacks to more than {MAX_BYTES // 10**6} MB")
        file.chmod(0o755 if mode & 0o111 else 0o644)
        # create_system 0 is Windows, whose modes mean nothing
        has_modes |= bool(mode and entry.create_system) and path.name in judged_files
    return has_modes


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
    kind = path.name if path.parts[-2:] == GIT_INDEX else path.suffix.lower()
    return MAX_FILE_BYTES.get(kind, 0)


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, file: Path, max_bytes: int) -> int:
    """Write the first `max_bytes` of an entry to a new file, and return how many were written.

    The size that the archive states is not trusted.
    """
    with file.open("xb") as stream:
        if max_bytes:
            with opened.open(entry) as source:
                while block := source.read(min(1 << 16, max_bytes - stream.tell())):
                    stream.write(block)
        return stream.tell()
