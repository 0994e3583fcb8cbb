"""From names on the command line to picture files, and to the files of their results."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from convpool.photos.write_picture_file import WRITERS

SUFFIXES = (*WRITERS, ".gif", ".bmp")  # of the pictures in a folder


@dataclass(frozen=True)
class PictureFile:
    """A picture to read.

    Attributes
    ----------
    path : of the file
    name : of its result in an output folder
    is_in_folder : whether a folder was named, not the file
    """

    path: Path
    name: Path
    is_in_folder: bool = False


def find_pictures(
    names: Iterable[str | os.PathLike[str]], skip: str | os.PathLike[str] | None = None
) -> list[PictureFile]:
    """Return the pictures that files and folders, as named on a command line, stand for.

    Parameters
    ----------
    names : iterable of str or path
        Names of files and folders. A file is taken whatever its ending, even if it is missing:
        reading it says what is wrong. A folder is searched at every depth for `SUFFIXES`, in the
        order of the names; hidden files and folders are passed over.
    skip : str or path, optional
        A folder that is not searched when it lies in a searched one, because results are written
        to it.

    Returns
    -------
    list of PictureFile
        In the order of the names.

    Raises
    ------
    ValueError
        If a folder holds no picture.
    """
    skipped = None if skip is None else Path(skip)
    return [picture for name in names for picture in _expand(Path(name), skipped)]


def _expand(path: Path, skip: Path | None) -> list[PictureFile]:
    """Return the pictures in a folder, or the one file; ValueError for a folder without any."""
    if not path.is_dir():
        return [PictureFile(path, Path(path.name))]
    pictures = [
        PictureFile(file, file.relative_to(path), is_in_folder=True) for file in _search(path, skip)
    ]
    if not pictures:
        raise ValueError(
            f"there are no pictures in the folder {path}: none of its files ends in "
            f"{', '.join(SUFFIXES)}"
        )
    return pictures


def _search(folder: Path, skip: Path | None) -> Iterator[Path]:
    """Yield the files of pictures in a folder: its own first, then those of its subfolders."""
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    yield from (entry for entry in entries if entry.is_file() and entry.suffix.lower() in SUFFIXES)
    for entry in entries:
        if (
            entry.is_dir()
            and not entry.is_symlink()
            and not (skip and skip.exists() and entry.samefile(skip))
        ):
            yield from _search(entry, skip)


def destinations(
    pictures: list[PictureFile],
    output: str | os.PathLike[str],
    endings: Collection[str] = tuple(WRITERS),
) -> list[Path]:
    """Return the file for the result of each picture; checked before any work is done.

    Parameters
    ----------
    pictures : list of PictureFile
        As `find_pictures` returns them.
    output : str or path
        For one picture: a file that ends in one of `WRITERS`, or a folder, which is there or ends
        in a slash. For several, and for a folder of them: a folder, which need not exist yet. In a
        folder each result keeps its name (.gif and .bmp, which cannot be written, become .png).
    endings : collection of str
        Of the formats that can be written, in lower case.

    Returns
    -------
    list of Path
        One for each picture.

    Raises
    ------
    ValueError
        If several pictures are to become one file, or the output is "-", or neither a folder nor
        ends in one of `WRITERS`.

    Examples
    --------
    >>> destinations(find_pictures(["cat.gif"]), "results/")[0].as_posix()
    'results/cat.png'
    """
    target = Path(output)
    if os.fspath(output) == "-":
        raise ValueError(
            "pictures are not written to standard output, which - stands for: name a file, as in "
            "-o out.png"
        )
    if _is_file_name(target, endings):
        if len(pictures) > 1:
            raise ValueError(
                f"{len(pictures)} pictures need a folder, and {target} is a file's name: give -o "
                "FOLDER"
            )
        return [target]
    return _files_in_folder(pictures, output, target, endings)


def _files_in_folder(
    pictures: list[PictureFile],
    output: str | os.PathLike[str],
    target: Path,
    endings: Collection[str],
) -> list[Path]:
    """Return the files of the results in a folder: `target`, which is `output` as a path.

    Raises ValueError if it is a file, or if it is not there and could be a mistyped file: one
    picture, and no slash at the end.
    """
    if target.exists() and not target.is_dir():
        raise ValueError(
            f"{target} is a file that is no picture; results are written as {', '.join(endings)}"
        )
    # formats that cannot be written become .png
    names = [
        file.name if file.name.suffix.lower() in endings else file.name.with_suffix(".png")
        for file in pictures
    ]
    is_folder = (
        len(pictures) > 1
        or pictures[0].is_in_folder
        or os.fspath(output).endswith((os.sep, "/"))
        or target.is_dir()
    )
    if not is_folder:
        raise ValueError(
            f"{target} is neither a folder that is there nor a picture's name: give a file, as "
            f"in -o {target}{names[0].suffix}, or -o {target}{os.sep} to make a folder"
        )
    paths = [target / name for name in names]
    _check_distinct(pictures, paths)
    return paths


def _is_file_name(target: Path, endings: Collection[str]) -> bool:
    """Return whether an output is a picture's file, not a folder: its ending is among `endings`.

    Raises ValueError for another ending, unless something with this name exists.
    """
    if target.is_dir() or not target.suffix:
        return False
    if target.suffix.lower() not in endings and not target.exists():
        raise ValueError(
            f"{target}: pictures are written as {', '.join(endings)}, not {target.suffix}"
        )
    return target.suffix.lower() in endings


def _check_distinct(pictures: list[PictureFile], paths: list[Path]) -> None:
    """Raise ValueError if two pictures have one file for their results.

    Names that differ in capital letters only are equal, as on some file systems.
    """
    source_of: dict[str, Path] = {}
    for source, path in zip(pictures, paths, strict=True):
        first_source = source_of.setdefault(str(path).casefold(), source.path)
        if first_source is not source.path:
            raise ValueError(
                f"{first_source} and {source.path} would both be written to {path}: rename one or "
                "run them apart"
            )
