"""Which pictures the words on the command line mean, and where their results go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from convpool.photos.writing import WRITERS

SUFFIXES = (*WRITERS, ".gif", ".bmp")
"""Endings by which pictures in a folder are known."""


@dataclass(frozen=True)
class Source:
    """A picture to read, the name that its result keeps in an output folder, and whether it was found in a folder."""

    path: Path
    name: Path
    in_folder: bool = False


def sources(
    words: Iterable[str | os.PathLike[str]], skip: str | os.PathLike[str] | None = None
) -> list[Source]:
    """Expand files and folders into pictures.

    Parameters
    ----------
    words : iterable of str or path
        A file is taken whatever its ending, even if it is missing: reading it says what is wrong. A
        folder is searched at every depth for `SUFFIXES`, in the order of the names; hidden files
        and folders are passed over.
    skip : str or path, optional
        A folder inside a searched one that is left out: the one that results are written to.

    Returns
    -------
    list of Source
        In the order of the words.

    Raises
    ------
    ValueError
        If a folder holds no picture.
    """
    return [
        source
        for word in words
        for source in _expanded(Path(word), None if skip is None else Path(skip))
    ]


def _expanded(path: Path, skip: Path | None) -> list[Source]:
    if not path.is_dir():
        return [Source(path, Path(path.name))]
    found = [Source(file, file.relative_to(path), in_folder=True) for file in _pictures(path, skip)]
    if not found:
        raise ValueError(
            f"there are no pictures in the folder {path}: none of its files ends in "
            f"{', '.join(SUFFIXES)}"
        )
    return found


def _pictures(folder: Path, skip: Path | None) -> Iterator[Path]:
    """Yield the pictures in a folder: its own first, then those of its subfolders."""
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    yield from (entry for entry in entries if entry.is_file() and entry.suffix.lower() in SUFFIXES)
    for entry in entries:
        if (
            entry.is_dir()
            and not entry.is_symlink()
            and not (skip and skip.exists() and entry.samefile(skip))
        ):
            yield from _pictures(entry, skip)


def destinations(found: list[Source], output: str | os.PathLike[str]) -> list[Path]:
    """Say where the result of each picture goes, before any work is done.

    Parameters
    ----------
    found : list of Source
        The pictures, as `sources` returns them.
    output : str or path
        For one picture: a file that ends in one of `WRITERS`, or a folder, which is there or ends
        in a slash. For several, and for a folder of them: a folder, made if need be. In a folder
        each result keeps its name (.gif and .bmp, which cannot be written, become .png).

    Returns
    -------
    list of Path
        One for each source.

    Raises
    ------
    ValueError
        If several pictures are to become one file, the ending is none that can be written, or there
        is none.

    Examples
    --------
    >>> destinations(sources(["cat.gif"]), "results/")[0].as_posix()
    'results/cat.png'
    """
    target = Path(output)
    if os.fspath(output) == "-":
        raise ValueError(
            "pictures are not written to standard output, which - stands for: name a file, as in "
            "-o out.png"
        )
    if _is_file_name(target):
        if len(found) > 1:
            raise ValueError(
                f"{len(found)} pictures need a folder, and {target} is a file's name: give -o "
                "FOLDER"
            )
        return [target]
    if target.exists() and not target.is_dir():
        raise ValueError(
            f"{target} is a file that is no picture; results are written as {', '.join(WRITERS)}"
        )
    names = [
        source.name if source.name.suffix.lower() in WRITERS else source.name.with_suffix(".png")
        for source in found
    ]
    folder = (
        len(found) > 1
        or found[0].in_folder
        or os.fspath(output).endswith((os.sep, "/"))
        or target.is_dir()
    )
    if not folder:
        raise ValueError(
            f"{target} is neither a folder that is there nor a picture's name: give a file, as "
            f"in -o {target}{names[0].suffix}, or -o {target}{os.sep} to make a folder"
        )
    paths = [target / name for name in names]
    _check_distinct(found, paths)
    return paths


def _is_file_name(target: Path) -> bool:
    """Tell a file from a folder by its ending, unless it is there already."""
    if target.is_dir() or not target.suffix:
        return False
    if target.suffix.lower() not in WRITERS and not target.exists():
        raise ValueError(
            f"{target}: pictures are written as {', '.join(WRITERS)}, not {target.suffix}"
        )
    return target.suffix.lower() in WRITERS


def _check_distinct(found: list[Source], paths: list[Path]) -> None:
    first: dict[str, Path] = {}
    for source, path in zip(found, paths, strict=True):
        other = first.setdefault(str(path).casefold(), source.path)
        if other is not source.path:
            raise ValueError(
                f"{other} and {source.path} would both be written to {path}: rename one or run "
                "them apart"
            )
