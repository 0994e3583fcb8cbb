"""Reading .npz files: the images of a data set, checked for shape, dtype and range.

m images, h x w pixels, c channels.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from convpool.datasets.digits import Array, Progress
from convpool.system.npy_headers import BROKEN, MAGIC, header
from convpool.system.whole_files import open_regular
from convpool.windows import volume

# an array is not read if it has more than so many times the bytes of the data set as 8-byte numbers
MAX_TIMES = 2


@dataclass(frozen=True)
class Dataset:
    """One .npz file of the brief.

    Attributes
    ----------
    file : its name
    key : name of the images in it
    shape : of the images
    dtypes : names of the dtypes that the images may have; the first is that of stand-ins
    limits : least and greatest value that a pixel may have
    url : where the real file is downloaded from
    make : (number of images, progress) -> the arrays of the stand-in by name, `key` among them
    sha256 : of the real file in hexadecimal, if its publisher states it; otherwise empty
    aliases : (key, conversion) for each key under which other files have these images
    """

    file: str
    key: str
    shape: tuple[int, ...]
    dtypes: tuple[str, ...]
    limits: tuple[int, int]
    url: str
    make: Callable[[int, Progress], dict[str, Array]]
    sha256: str = ""
    aliases: tuple[tuple[str, Callable[[Array], Array]], ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.key} {self.shape} {' or '.join(self.dtypes)} from {self.limits[0]} to "
            f"{self.limits[1]}"
        )


def read(file: Path, dataset: Dataset) -> tuple[str, Array]:
    """Read the images of a data set and check their shape, dtype and range.

    Returns
    -------
    (key, images): the key under which the file has them, and the images, converted to those of the
    brief if it is another key than the brief's

    Raises
    ------
    ValueError : the text names the file, what it holds and what is expected
    """
    with open_regular(file) as stream:
        return read_stream(stream, dataset, str(file))


def read_stream(stream: IO[bytes], dataset: Dataset, label: str) -> tuple[str, Array]:
    """Read an open file as `read` does; errors begin with the label."""
    conversions: dict[str, Callable[[Array], Array]] = {
        dataset.key: np.asarray,
        **dict(dataset.aliases),
    }
    keys = read_keys(stream, label)
    key = next((key for key in conversions if key in keys), None)
    if key is None:
        raise ValueError(f"{label} holds {join_names(keys)}; expected {dataset}")
    images = conversions[key](_load(stream, key, label, dataset))
    low, high = dataset.limits
    description = f"{label}: {key} is {images.shape} {images.dtype}"
    if images.shape != dataset.shape or images.dtype.name not in dataset.dtypes:
        raise ValueError(f"{description}; expected {dataset}")
    if not (images.min() >= low and images.max() <= high):  # so that NaN fails too
        raise ValueError(
            f"{description} from {images.min():g} to {images.max():g}; expected {dataset}"
        )
    return key, images


def read_keys(stream: IO[bytes], label: str) -> list[str]:
    """Return the names of the arrays in an open .npz file; ValueError if it is none, or damaged."""
    stream.seek(0)
    head = stream.read(16)
    if not zipfile.is_zipfile(stream):
        size = stream.seek(0, 2)
        # a ZIP archive, which a .npz file is, begins with PK
        what = "is cut short" if head[:2] == b"PK" else f"is no .npz file (it begins with {head!r})"
        raise ValueError(f"{label} {what}, {size} bytes; expected a whole .npz file")
    stream.seek(0)
    try:
        with np.load(stream, allow_pickle=False) as archive:
            return list(archive.files)
    except BROKEN as error:
        raise ValueError(f"{label} is damaged ({error}); expected a whole .npz file") from error


def _load(stream: IO[bytes], key: str, label: str, dataset: Dataset) -> Array:
    """Return the array under a key of an open .npz file.

    Raises ValueError if it is damaged or, before memory is taken for it, far too large.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            member = archive.getinfo(f"{key}.npy" if f"{key}.npy" in names else key)
            _check_size(archive, member, f"{label}: {key}", dataset)
        stream.seek(0)
        with np.load(stream, allow_pickle=False) as arrays:
            return np.asarray(arrays[key])
    except _TooLargeError as error:
        raise ValueError(str(error)) from None
    except BROKEN as error:
        raise ValueError(
            f"{label}: {key} cannot be read ({error}); expected a plain, whole array"
        ) from error


class _TooLargeError(Exception):
    """An array that is far larger than the data set."""


def _check_size(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str, dataset: Dataset
) -> None:
    """Raise _TooLargeError if an archive's member is far larger than the data set's array.

    Both what its .npy header says and what it unpacks to are checked.
    """
    max_bytes = MAX_TIMES * volume(dataset.shape) * 8
    with archive.open(member) as stream:
        if stream.read(len(MAGIC)) == MAGIC:
            stream.seek(0)
            shape, dtype = header(stream)
            if volume(shape) * dtype.itemsize > max_bytes:
                raise _TooLargeError(f"{label} is {shape} {dtype}; expected {dataset}")
    if member.file_size > max_bytes + 2**20:  # 2**20 for the header
        raise _TooLargeError(f"{label} is {member.file_size:,} bytes; expected {dataset}")


def join_names(names: Iterable[str]) -> str:
    """Return "a, b", or "nothing"."""
    return ", ".join(names) or "nothing"
