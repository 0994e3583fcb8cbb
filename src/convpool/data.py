"""The brief's two data sets: made from pictures that packages ship, downloaded, or copied from a file.

m images, h x w pixels, c channels. To add a data set, add one entry to DATASETS.
"""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from convpool.downloads import fetch
from convpool.stand_ins import Array, Progress, make_animals, make_digits, silent

COURSE = "math/0x04-convolutions_and_pooling"
WAYS = "`convpool data` makes stand-ins without a network, `convpool data --from FILE` takes a file that you have"
STAND_IN = b"a stand-in made by convpool"  # the comment of their .npz, so that their keys are those of the real files
BROKEN = (ValueError, EOFError, MemoryError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Dataset:
    """One .npz file of the brief: its name, what it holds, where it is, and how a stand-in is made."""

    file: str
    key: str
    shape: tuple[int, ...]
    dtypes: tuple[str, ...]
    limits: tuple[int, int]
    url: str
    make: Callable[[int, Progress], Array]
    # other files that hold the same images: their key -> how theirs become ours
    aliases: tuple[tuple[str, Callable[[Array], Array]], ...] = ()

    def __str__(self) -> str:
        return f"{self.key} {self.shape} {' or '.join(self.dtypes)} from {self.limits[0]} to {self.limits[1]}"


def find_repository(start: Path) -> Path | None:
    """Return the nearest folder, `start` or a parent of it, that holds the course's files; None if there is none."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / COURSE).is_dir()), None)


def make(
    folder: Path, names: Iterable[str] | None = None, *, force: bool = False, progress: Progress = silent
) -> list[Path]:
    """Make stand-ins for the data sets from pictures that scikit-learn and scikit-image ship; no network.

    Parameters
    ----------
    folder
        Where to put them; it is made if it is missing.
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
    return lambda done, _: progress(before + done, total)


def ensure(folder: Path, progress: Progress = silent) -> list[Path]:
    """Make the stand-ins that are missing in `folder`, leave valid files alone, and return what was made.

    Raises
    ------
    ValueError : an existing file is broken; the text names it
    """
    missing = [name for name, dataset in DATASETS.items() if not (folder / dataset.file).exists()]
    for name in DATASETS.keys() - missing:
        try:
            read(folder / DATASETS[name].file, DATASETS[name])
        except ValueError as error:
            raise ValueError(f"{error}; delete it, or replace it with `convpool data --force`") from error
    return make(folder, missing, progress=progress) if missing else []


def find_stand_ins(folder: Path) -> list[str]:
    """Return the names of the data sets in `folder` that are stand-ins, not the real files."""
    found = []
    for name, dataset in DATASETS.items():
        file = folder / dataset.file
        if file.exists() and zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                found += [name] if archive.comment == STAND_IN else []
    return found


def copy_from(file: Path, folder: Path, *, force: bool = False) -> Path:
    """Copy a file that the user has, recognised and checked by its content, and return where it went.

    Images under another key (Keras's x_train) are stored under the brief's; all else is copied byte by byte.

    Raises
    ------
    ValueError : the file is no data set; the text says what it holds and what would do
    FileExistsError : the file to be written exists and `force` is not set
    """
    dataset = _recognise(file)
    with _parts(folder, [dataset], force) as (part,):
        shutil.copyfile(file, part)
        _settle(part, dataset, label=str(file))
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
    """Download the real data sets, check them, and only then give them their names: all or none.

    Parameters
    ----------
    folder, names, force
        As in `make`, which also has the result and the other errors.
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
    ConnectionError : offline, refused, 404, cut short: the text has the URL, what came and what would do
    ValueError : the file came, but is not the data set
    """
    datasets, urls = _choose(names), urls or {}
    chosen = [urls.get(name, dataset.url) for name, dataset in DATASETS.items() if dataset in datasets]
    with _parts(folder, datasets, force) as parts:
        for url, dataset, part in zip(chosen, datasets, parts, strict=True):
            try:
                fetch(url, part, progress, attempts, pause)
                _settle(part, dataset, label=url)
            except (ConnectionError, ValueError) as error:
                raise type(error)(f"{error}; {WAYS}") from error
    return [folder / dataset.file for dataset in datasets]


def read(file: Path, dataset: Dataset, label: str = "") -> tuple[str, Array]:
    """Read the images of a data set and check their key, shape, dtype and range.

    Returns
    -------
    the key under which they were found, and the images in the form that the brief expects

    Raises
    ------
    ValueError : naming `label` (the file's path by default), what it holds and what is expected
    """
    label = label or str(file)
    forms: dict[str, Callable[[Array], Array]] = {dataset.key: np.asarray, **dict(dataset.aliases)}
    key = next((key for key in forms if key in _keys(file, label)), None)
    if key is None:
        raise ValueError(f"{label} holds {_listed(_keys(file, label))}; expected {dataset}")
    images = forms[key](_load(file, key, label))
    low, high = dataset.limits
    found = f"{label}: {key} is {images.shape} {images.dtype}"
    if images.shape != dataset.shape or images.dtype.name not in dataset.dtypes:
        raise ValueError(f"{found}; expected {dataset}")
    if not (images.min() >= low and images.max() <= high):  # so that NaN fails too
        raise ValueError(f"{found} from {images.min():g} to {images.max():g}; expected {dataset}")
    return key, images


def _keys(file: Path, label: str) -> list[str]:
    with file.open("rb") as stream:
        head = stream.read(16)
    if not zipfile.is_zipfile(file):
        what = "is cut short" if head[:2] == b"PK" else f"is no .npz file (it begins with {head!r})"
        raise ValueError(f"{label} {what}, {file.stat().st_size} bytes; expected a whole .npz file")
    try:
        with np.load(file, allow_pickle=False) as archive:
            return list(archive.files)
    except BROKEN as error:
        raise ValueError(f"{label} is damaged ({error}); expected a whole .npz file") from error


def _load(file: Path, key: str, label: str) -> Array:
    try:
        with np.load(file, allow_pickle=False) as archive:
            return np.asarray(archive[key])
    except BROKEN as error:
        raise ValueError(f"{label}: {key} cannot be read ({error}); expected a plain, whole array") from error


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


def _recognise(file: Path) -> Dataset:
    keys = _keys(file, str(file))
    for dataset in DATASETS.values():
        if {dataset.key, *dict(dataset.aliases)} & set(keys):
            return dataset
    raise ValueError(f"{file} holds {_listed(keys)}; expected {' or '.join(map(str, DATASETS.values()))}")


def _choose(names: Iterable[str] | None) -> list[Dataset]:
    names = set(DATASETS if names is None else names)
    if unknown := sorted(names - DATASETS.keys()):
        raise ValueError(f"no data set {_listed(unknown)}; there are {_listed(DATASETS)}")
    return [dataset for name, dataset in DATASETS.items() if name in names]


@contextmanager
def _parts(folder: Path, datasets: list[Dataset], force: bool) -> Iterator[list[Path]]:
    """Give temporary names to write to; they become the real ones at the end, or vanish on any failure."""
    targets = [folder / dataset.file for dataset in datasets]
    existing = [str(target) for target in targets if target.exists()]
    if existing and not force:
        raise FileExistsError(f"already there: {_listed(existing)}; --force replaces existing files")
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; expected a folder, as in --to data")
    folder.mkdir(parents=True, exist_ok=True)
    parts = [target.with_name(f"{target.name}.{os.getpid()}.part") for target in targets]
    try:
        yield parts
        for part, target in zip(parts, targets, strict=True):
            os.replace(part, target)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _save(dataset: Dataset, images: Array, part: Path) -> None:
    # uncompressed: compression would take longer than making the images
    arrays: dict[str, Any] = {dataset.key: images}
    with part.open("wb") as stream:
        np.savez(stream, **arrays)


def _settle(part: Path, dataset: Dataset, label: str) -> None:
    """Check what came; rewrite it if it has another form than the brief's."""
    key, images = read(part, dataset, label)
    if key != dataset.key:
        _save(dataset, images, part)


def _from_keras(images: Array) -> Array:
    """Turn Keras's 60000 images of bytes into the course's first 50000; leave all else to the check."""
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
