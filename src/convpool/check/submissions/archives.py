"""ZIP files of strangers: only what is judged is unpacked, and nothing leaves the folder that it is unpacked into."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Container
from pathlib import Path, PurePosixPath

MOST_FILES = 200_000  # names in one archive
MOST_BYTES = 300_000_000  # written for one archive
# of one file, by what its name ends with; more is cut off, and of others there is only the name
MOST_BYTES_A_FILE = {".py": 300_000, ".md": 300_000, ".zip": 100_000_000, "index": 20_000_000}
GIT_INDEX = (".git", "index")  # says which files may be run; the rest of .git is nobody's business
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)


def unpack(archive: Path, into: Path, judged: Container[str], skipped: Container[str]) -> bool:
    """Unpack an archive.

    Python files, texts and archives are written; of every other file there is the name, with
    nothing in it.

    Parameters
    ----------
    archive : Path
        A ZIP file.
    into : Path
        A new folder.
    judged : Container of str
        The files' names that decide whether the run bits are known.
    skipped : Container of str
        Names of folders that are left out; hidden ones always are.

    Returns
    -------
    bool
        Whether the archive says which files may be run; those made on Windows do not.

    Raises
    ------
    ValueError
        If it is no ZIP file, is damaged or encrypted, holds a name that leads out of the folder, or
        too much.
    """
    into.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            return _unpacked(opened, into, judged, skipped)
    except BROKEN as error:
        said = (
            "is no ZIP file" if not zipfile.is_zipfile(archive) else f"cannot be unpacked: {error}"
        )
        raise ValueError(f"{archive.name} {said}") from error


def holds_any(archive: Path, names: Container[str]) -> bool:
    """Whether a file of such a name is anywhere in an archive; not where it is none, or damaged."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return any(
                PurePosixPath(name.replace("\\", "/")).name in names for name in opened.namelist()
            )
    except BROKEN:
        return False


def _unpacked(
    opened: zipfile.ZipFile, into: Path, judged: Container[str], skipped: Container[str]
) -> bool:
    entries = opened.infolist()
    if len(entries) > MOST_FILES:
        raise ValueError(f"it holds {len(entries)} files; {MOST_FILES} are the most")
    # git writes no modes but those of programs; its archives carry the commit as their comment
    modes_known, written = re.fullmatch(rb"[0-9a-f]{40}", opened.comment) is not None, 0
    for entry in entries:
        path, mode = _inside(entry.filename), entry.external_attr >> 16
        if stat.S_ISLNK(mode) or _is_left_out(path, skipped):
            continue
        target = into / path
        if entry.is_dir() or entry.filename.endswith("\\"):
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        written += _write(opened, entry, target, _room(path))
        if written > MOST_BYTES:
            raise ValueError(f"it unpacks to more than {MOST_BYTES // 10**6} MB")
        target.chmod(0o755 if mode & 0o111 else 0o644)
        modes_known |= (
            bool(mode and entry.create_system) and path.name in judged
        )  # 0: Windows, whose modes say nothing
    return modes_known


def _inside(name: str) -> PurePosixPath:
    """Return an entry's name as a path below the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        raise ValueError(f"it holds {name!r}, which leads out of its folder")
    return path


def _is_left_out(path: PurePosixPath, skipped: Container[str]) -> bool:
    parts = path.parts[:-2] if path.parts[-2:] == GIT_INDEX else path.parts
    return any(part.startswith(".") or part in skipped for part in parts)


def _room(path: PurePosixPath) -> int:
    return MOST_BYTES_A_FILE.get(
        path.name if path.parts[-2:] == GIT_INDEX else path.suffix.lower(), 0
    )


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Write one file, as far as there is room; the size that the archive tells is not trusted."""
    with target.open("xb") as file:
        if room:
            with opened.open(entry) as source:
                while block := source.read(min(1 << 16, room - file.tell())):
                    file.write(block)
        return file.tell()
