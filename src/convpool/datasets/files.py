"""The brief's two data sets as files: stand-ins, downloads, or copies of the user's.

m images, h x w pixels, c channels. To add a data set, add one entry to DATASETS.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from convpool.datasets.download import fetch
from convpool.datasets.stand_ins import Array, Progress, make_animals, make_digits, silent
from convpool.system.npy_headers import BROKEN, MAGIC, header
from convpool.system.whole_files import check_name, open_regular, whole
from convpool.windows import volume

COURSE = "math/0x04-convolutions_and_pooling"
WAYS = (
    "`convpool data` makes stand-ins without a network, `convpool data --from FILE` takes a "
    "file that you have"
)
# comment of the .npz of a stand-in, whose keys are those of the real file
STAND_IN = b"a stand-in made by convpool"
MAX_TIMES = 2  # an array of more than so many times the data set's bytes is not read


@dataclass(frozen=True)
class Dataset:
    """One .npz file of the brief: name, content, URL, and how its stand-in is made."""

    file: str
    key: str
    shape: tuple[int, ...]
    dtypes: tuple[str, ...]
    limits: tuple[int, int]
    url: str
    make: Callable[[int, Progress], Array]
    sha256: str = ""  # of the download, if its publisher states it
    # keys of other files with the same images, and how these are converted
    aliases: tuple[tuple[str, Callable[[Array], Array]], ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.key} {self.shape} {' or '.join(self.dtypes)} from {self.limits[0]} to "
            f"{self.limits[1]}"
        )


def find_repository(start: Path) -> Path | None:
    """Return the nearest folder with the course's files, from `start` upwards; None if none has."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / COURSE).is_dir()), None)


def make(
    folder: Path,
    names: Iterable[str] | None = None,
    *,
    force: bool = False,
    progress: Progress = silent,
) -> list[Path]:
    """Make stand-ins for the data sets, without a network.

    They are made from pictures that scikit-learn and scikit-image ship.

    Parameters
    ----------
    folder
        Where they go; it is made if it is missing.
    names
        Names in DATASETS; None means all.
    force
        Whether existing files are replaced.
    progress
        Called with (images done, images in all).

    Returns
    -------
    the files written: each has the key, the shape and the first dtype of its data set

    Raises
    ------
    FileExistsError : a file exists and `force` is not set; nothing has been done
    ModuleNotFoundError : a package is missing; the text has the pip line
    ValueError : a name is unknown
    """
    datasets = _choose(names)
    total, before = sum(dataset.shape[0] for dataset in datasets), 0
    with _parts(folder, datasets, force) as parts:
        for dataset, part in zip(datasets, parts, strict=True):
            images = dataset.make(dataset.shape[0], _shifted(progress, before, total))
            _save(dataset, images, part)
            with zipfile.ZipFile(part, "a") as archive:
                archive.comment = STAND_IN
            before += dataset.shape[0]
    return [folder / dataset.file for dataset in datasets]


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    """Return a progress that counts from `before` on, of a larger total."""
    return lambda done, _: progress(before + done, total)


def ensure(folder: Path, progress: Progress = silent) -> list[Path]:
    """Make the stand-ins that are missing in a folder, and return their files.

    Raises
    ------
    ValueError : an existing file is broken; the text names it
    """
    missing = [name for name, dataset in DATASETS.items() if not (folder / dataset.file).exists()]
    for name in DATASETS.keys() - missing:
        try:
            read(folder / DATASETS[name].file, DATASETS[name])
        except ValueError as error:
            raise ValueError(
                f"{error}; delete it, or replace it with `convpool data --force`"
            ) from error
    return make(folder, missing, progress=progress) if missing else []


def find_stand_ins(folder: Path) -> list[str]:
    """Return the names of the data sets in a folder that are stand-ins, not the real files."""
    names = []
    for name, dataset in DATASETS.items():
        file = folder / dataset.file
        if file.is_file() and zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                names += [name] if archive.comment == STAND_IN else []
    return names


def copy_from(file: Path, folder: Path, *, force: bool = False) -> Path:
    """Copy a data set that the user has, known and checked by its content; return the copy.

    Images under another key (Keras's x_train) are stored under the brief's; all else is copied byte
    by byte.

    Raises
    ------
    ValueError : the file is no data set; the text says what it holds and what is expected
    FileExistsError : the file to be written exists and `force` is not set
    """
    with open_regular(file) as source:
        dataset = _recognise(source, str(file))
        with _parts(folder, [dataset], force) as (part,):
            source.seek(0)
            shutil.copyfileobj(source, part, 2**20)
            _check_and_convert(part, dataset, label=str(file))
    return folder / dataset.file


def download(
    folder: Path,
    names: Iterable[str] | None = None,
    *,
    urls: Mapping[str, str] | None = None,
    force: bool = False,
    progress: Progress = silent,
    attempts: int = 3,
    pause: float = 1.0,
) -> list[Path]:
    """Download the real data sets and check them; the files appear together, or none does.

    Parameters
    ----------
    folder, names, force
        As in `make`, which has the same result and further errors.
    urls
        Name -> URL, instead of the one in DATASETS.
    progress
        Called with (bytes done, bytes of this file; 0 if unknown).
    attempts
        How often a refused or broken connection, or an answer 5xx, is tried.
    pause
        Seconds before the second attempt; twice that before the third.

    Raises
    ------
    ConnectionError : offline, refused, 404, cut short: the text has the URL, the reason, and what
        would do
    ValueError : the download is not the data set, or has another SHA-256 than stated
    """
    datasets, urls = _choose(names), urls or {}
    chosen = [
        urls.get(name, dataset.url) for name, dataset in DATASETS.items() if dataset in datasets
    ]
    with _parts(folder, datasets, force) as parts:
        for url, dataset, part in zip(chosen, datasets, parts, strict=True):
            try:
                fetch(url, part, progress, attempts, pause)
                if dataset.sha256 and url == dataset.url:
                    _check_sha256(part, dataset.sha256, url)
                _check_and_convert(part, dataset, label=url)
            except (ConnectionError, ValueError) as error:
                raise type(error)(f"{error}; {WAYS}") from error
    return [folder / dataset.file for dataset in datasets]


def sha256(stream: IO[bytes]) -> str:
    """Return the SHA-256 of a whole file, in hexadecimal."""
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def _check_sha256(stream: IO[bytes], expected: str, label: str) -> None:
    """Raise ValueError unless a file has the expected SHA-256."""
    actual = sha256(stream)
    if actual != expected:
        raise ValueError(
            f"{label}: the file that came has the SHA-256 {actual}; expected {expected}"
        )


def read(file: Path, dataset: Dataset) -> tuple[str, Array]:
    """Read the images of a data set and check their key, shape, dtype and range.

    Returns
    -------
    the key of the images in the file, and the images in the form that the brief expects

    Raises
    ------
    ValueError : the text names the file, what it holds and what is expected
    """
    with open_regular(file) as stream:
        return _read(stream, dataset, str(file))


def _read(stream: IO[bytes], dataset: Dataset, label: str) -> tuple[str, Array]:
    """Read an open file as `read` does; messages begin with the label."""
    forms: dict[str, Callable[[Array], Array]] = {dataset.key: np.asarray, **dict(dataset.aliases)}
    keys = _keys(stream, label)
    key = next((key for key in forms if key in keys), None)
    if key is None:
        raise ValueError(f"{label} holds {_listed(keys)}; expected {dataset}")
    images = forms[key](_load(stream, key, label, dataset))
    low, high = dataset.limits
    description = f"{label}: {key} is {images.shape} {images.dtype}"
    if images.shape != dataset.shape or images.dtype.name not in dataset.dtypes:
        raise ValueError(f"{description}; expected {dataset}")
    if not (images.min() >= low and images.max() <= high):  # so that NaN fails too
        raise ValueError(
            f"{description} from {images.min():g} to {images.max():g}; expected {dataset}"
        )
    return key, images


def _keys(stream: IO[bytes], label: str) -> list[str]:
    """Return the names of the arrays in an open .npz file."""
    stream.seek(0)
    head = stream.read(16)
    if not zipfile.is_zipfile(stream):
        size = stream.seek(0, 2)
        what = "is cut short" if head[:2] == b"PK" else f"is no .npz file (it begins with {head!r})"
        raise ValueError(f"{label} {what}, {size} bytes; expected a whole .npz file")
    stream.seek(0)
    try:
        with np.load(stream, allow_pickle=False) as archive:
            return list(archive.files)
    except BROKEN as error:
        raise ValueError(f"{label} is damaged ({error}); expected a whole .npz file") from error


def _load(stream: IO[bytes], key: str, label: str, dataset: Dataset) -> Array:
    """Read an array; one that is far too large is refused before memory is taken for it."""
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
    """An array that is much larger than the data set."""


def _check_size(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str, dataset: Dataset
) -> None:
    """Raise _TooLargeError if an array in the archive is far larger than the data set."""
    max_bytes = MAX_TIMES * volume(dataset.shape) * 8
    with archive.open(member) as stream:
        if stream.read(len(MAGIC)) == MAGIC:
            stream.seek(0)
            shape, dtype = header(stream)
            if volume(shape) * dtype.itemsize > max_bytes:
                raise _TooLargeError(f"{label} is {shape} {dtype}; expected {dataset}")
    if member.file_size > max_bytes + 2**20:  # the header too
        raise _TooLargeError(f"{label} is {member.file_size:,} bytes; expected {dataset}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


def _recognise(stream: IO[bytes], label: str) -> Dataset:
    """Return the data set that an open file holds, by its keys."""
    keys = _keys(stream, label)
    for dataset in DATASETS.values():
        if {dataset.key, *dict(dataset.aliases)} & set(keys):
            return dataset
    raise ValueError(
        f"{label} holds {_listed(keys)}; expected {' or '.join(map(str, DATASETS.values()))}"
    )


def _choose(names: Iterable[str] | None) -> list[Dataset]:
    """Return the data sets of some names (None: all), in the order of DATASETS."""
    names = set(DATASETS if names is None else names)
    if unknown := sorted(names - DATASETS.keys()):
        raise ValueError(f"no data set {_listed(unknown)}; there are {_listed(DATASETS)}")
    return [dataset for name, dataset in DATASETS.items() if name in names]


@contextmanager
def _parts(folder: Path, datasets: list[Dataset], force: bool) -> Iterator[list[IO[bytes]]]:
    """Yield files to write to; they get the names of the data sets at the end, or are removed."""
    check_name(folder)
    targets = [folder / dataset.file for dataset in datasets]
    existing = [str(target) for target in targets if target.exists()]
    if existing and not force:
        raise FileExistsError(
            f"already there: {_listed(existing)}; --force replaces existing files"
        )
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; expected a folder, as in --to data")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        yield [files.enter_context(whole(target, force=force)) for target in targets]


def _save(dataset: Dataset, images: Array, part: IO[bytes]) -> None:
    """Write images as the .npz file of a data set."""
    # uncompressed: compression would take longer than making the images
    arrays: dict[str, Any] = {dataset.key: images}
    part.seek(0)
    part.truncate()
    np.savez(part, **arrays)


def _check_and_convert(part: IO[bytes], dataset: Dataset, label: str) -> None:
    """Check a file; rewrite it if its images are under another key than the brief's."""
    key, images = _read(part, dataset, label)
    if key != dataset.key:
        _save(dataset, images, part)


def _from_keras(images: Array) -> Array:
    """Convert Keras's 60000 images of bytes to the course's 50000; the check refuses all else."""
    if images.dtype == np.uint8:
        images = images[:50000] / 255
    return images


DATASETS = {
    "MNIST": Dataset(
        file="MNIST.npz",
        key="X_train",
        shape=(50000, 28, 28),
        dtypes=("float64", "float32"),
        limits=(0, 1),
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        # Keras states it
        sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        make=make_digits,
        aliases=(("x_train", _from_keras),),
    ),
    "animals": Dataset(
        file="animals_1.npz",
        key="data",
        shape=(10000, 32, 32, 3),
        dtypes=("uint8",),
        limits=(0, 255),
        url="https://s3.amazonaws.com/intranet-projects-files/holbertonschool-ml/animals_1.npz",
        make=make_animals,
    ),
}
