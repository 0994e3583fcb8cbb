"""Files that appear only when they are complete: unfinished ones are made and removed here."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

# flag that opens a file without a name, on Linux; 0 elsewhere. Such a file disappears when its
# process ends, in whatever way.
UNNAMED = getattr(os, "O_TMPFILE", 0)
REPLACE = "--force (force=True) replaces it"


def check(path: Path, *, force: bool = False, makes_folder: bool = False) -> None:
    """Raise unless a file can be written under a name; called before any work.

    Parameters
    ----------
    path : Path
        The name.
    force : bool
        Whether an existing file is replaced.
    makes_folder : bool
        Whether the caller makes missing folders, so that only the nearest existing one counts.

    Raises
    ------
    ValueError
        If no file can have the name.
    OSError
        If the file exists, or the folder is missing or cannot be written to.
    """
    check_name(path)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a file in it")
    folder = path.parent
    while makes_folder and not os.path.lexists(folder):
        folder = folder.parent
    if not folder.exists():
        raise FileNotFoundError(
            f"there is no folder {folder} to write {path.name} into; make it first"
        )
    if not folder.is_dir():
        raise NotADirectoryError(
            f"{folder} is a file, not a folder to write {path.name} into; name a folder"
        )
    if os.path.lexists(path) and not force:
        raise FileExistsError(f"{path} exists and stays as it is; {REPLACE}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(
            f"nothing can be written into the folder {folder}; name another for {path.name}"
        )


def check_name(path: Path) -> None:
    """Raise ValueError unless the system allows a file with this name."""
    if "\0" in str(path):
        raise ValueError(
            f"{str(path)!r} holds a zero character, which no file's name has; leave it out"
        )
    try:
        os.lstat(path)
    except UnicodeEncodeError:
        raise ValueError(
            f"{str(path)!r} holds characters that no file's name has here; take others"
        ) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise ValueError(f"{path} is too long for a file's name; take a shorter one") from None


@contextmanager
def whole(path: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
    """Yield an open file: at the end of the block it gets the name `path`, or is removed on errors.

    With `force`, it replaces a file that has the name by then.
    """
    unfinished = Unfinished(path, force=force)
    try:
        yield unfinished.file
        unfinished.finish()
    finally:
        unfinished.drop()


class Unfinished:
    """A file that gets its name when it is complete.

    Parameters
    ----------
    path : Path
        The name that it gets.
    force : bool
        Whether a file that has the name by then is replaced; otherwise `finish` raises
        FileExistsError.
    buffering : int
        As in `open`.

    Attributes
    ----------
    file : file
        Open for bytes, to write and to read again.
    name : Path, optional
        The temporary name; None while it has none.
    """

    def __init__(self, path: Path, *, force: bool = False, buffering: int = -1) -> None:
        check_name(path)
        self.path, self.force = path, force
        self.name: Path | None = None
        file = _open_unnamed(path, buffering)
        if file is None:
            self.name = _beside(path)
            file = self.name.open("xb+", buffering)  # x: never through a link that lies there
        self.file = file

    def finish(self) -> None:
        """Close the file and give it its name."""
        self.file.flush()
        # a file without a name gets a temporary one first: a link cannot replace another file
        if self.name is None:
            self.name = _beside(self.path)
            number = self.file.fileno()
            os.link(f"/proc/self/fd/{number}", self.name, src_dir_fd=number, follow_symlinks=True)
        self.file.close()
        if not self.force:
            try:
                os.link(self.name, self.path)  # unlike a renaming, replaces nothing
                return  # `drop` removes the temporary name
            except FileExistsError:
                raise taken_meanwhile(self.path) from None
            except OSError:  # a file system without links: take the name first
                with self.path.open("xb"):
                    pass
        os.replace(self.name, self.path)

    def drop(self) -> None:
        """Remove the file and its temporary name; a finished file stays."""
        with suppress(OSError):  # closing writes the last bytes, on a full disk in vain
            self.file.close()
        if self.name is not None:
            self.name.unlink(missing_ok=True)


def _open_unnamed(path: Path, buffering: int) -> IO[bytes] | None:
    """Open a file without a name in the folder of `path`; None if the system has no such files."""
    if not (UNNAMED and os.path.isdir("/proc/self/fd")):
        return None
    try:
        return open(
            path,
            "wb+",
            buffering,
            opener=lambda *_: os.open(path.parent, UNNAMED | os.O_RDWR, 0o666),
        )
    except OSError:  # some file systems have none either
        return None


def _beside(path: Path) -> Path:
    """Return an unpredictable name for a temporary file in the folder of `path`."""
    return path.with_name(f".convpool-{uuid.uuid4().hex}.part")


def taken_meanwhile(path: Path) -> FileExistsError:
    """Return the error for a name that another program took during the work."""
    return FileExistsError(
        f"{path} came meanwhile and stays as it is; what was made for it is removed"
    )


class UnfinishedFolder:
    """A folder that gets its name when it is complete, and replaces nothing.

    Attributes
    ----------
    name : Path
        Its temporary name, under which files are put into it.
    """

    def __init__(self, path: Path) -> None:
        check_name(path)
        self.path, self.name = path, _beside(path)
        self.name.mkdir()

    def finish(self) -> None:
        """Give the folder its name."""
        try:
            os.rename(self.name, self.path)
        except OSError:
            if os.path.lexists(self.path):
                raise taken_meanwhile(self.path) from None
            raise

    def drop(self) -> None:
        """Remove the folder under its temporary name, with all in it; a finished one stays."""
        shutil.rmtree(self.name, ignore_errors=True)


def check_regular(path: Path) -> None:
    """Raise unless a path is a regular file: a pipe may make a reader wait, a device never end.

    Raises
    ------
    ValueError
        If it is a pipe or a device.
    OSError
        If it does not exist, or is a folder.
    """
    kind = path.stat().st_mode
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(f"{path} is a folder; name a file in it")
    if not stat.S_ISREG(kind):
        raise ValueError(
            f"{path} is a pipe or a device; save what it gives in a file, and name that"
        )


def open_regular(path: Path) -> IO[bytes]:
    """Open a regular file for reading bytes; raise as `check_regular`, or OSError."""
    check_regular(path)
    # without blocking: if a pipe took the name meanwhile, reading it ends at once
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb")
