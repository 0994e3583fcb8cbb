"""The brief's two data sets: made from pictures that packages ship, downloaded, or copied from a file.

m images, h x w pixels, c channels. To add a data set, add one entry to DATASETS.
"""

from __future__ import annotations

import importlib
import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Progress = Callable[[int, int], None]  # (done, total): images when making, bytes when downloading; total 0 is unknown

COURSE = "math/0x04-convolutions_and_pooling"
WAYS = "`convpool data` makes stand-ins without a network, `convpool data --from FILE` takes a file that you have"
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


def silent(done: int, total: int) -> None:
    """Show nothing: the default progress."""


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
                _fetch(url, part, progress, attempts, pause)
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


class _PassingError(ConnectionError):
    """What may go well at the next attempt."""


class _Meter:
    """What pooch calls a progress bar."""

    total = done = 0

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def update(self, count: int) -> None:
        self.done = min(self.done + count, self.total or self.done + count)
        self.progress(self.done, self.total)

    def reset(self) -> None:
        """Pooch resets the bar at the end, to fill it at once; it stays."""

    def close(self) -> None:
        """Nothing to close."""


def _fetch(url: str, part: Path, progress: Progress, attempts: int, pause: float) -> None:
    for attempt in range(1, attempts + 1):
        try:
            return _request(url, part, progress)
        except _PassingError as error:
            if attempt == attempts:
                raise ConnectionError(f"{error} ({attempts} attempts)") from error
        time.sleep(pause * 2 ** (attempt - 1))
    raise ValueError(f"attempts is {attempts}; expected at least 1")


def _request(url: str, part: Path, progress: Progress) -> None:
    errors, meter = needed("requests").exceptions, _Meter(progress)
    # the length that the server names counts encoded bytes: ask for plain ones, so that it can be compared
    plain = {"Accept-Encoding": "identity"}
    fetch = needed("pooch").HTTPDownloader(progressbar=meter, chunk_size=2**16, timeout=(10, 30), headers=plain)
    try:
        fetch(url, str(part), None)
    except errors.HTTPError as error:
        status, reason = error.response.status_code, error.response.reason
        kind = _PassingError if status >= 500 else ConnectionError
        raise kind(f"{url}: the server answered {status} {reason}") from error
    except (errors.ConnectionError, errors.Timeout, errors.ChunkedEncodingError) as error:
        raise _PassingError(f"{url}: {_broken(part, meter, error)}") from error
    except errors.RequestException as error:
        raise ConnectionError(f"{url}: {error}") from error
    if part.stat().st_size < meter.total:
        raise _PassingError(f"{url}: cut short, {part.stat().st_size} of {meter.total} bytes came")


def _broken(part: Path, meter: _Meter, error: BaseException) -> str:
    """Say what came; the reason is the innermost error's, because the outer ones repeat the URL."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    if not meter.total:
        return f"no connection ({getattr(error, 'strerror', None) or error})"
    # urllib3 knows how much of the last chunk came, which is not in the file
    came = getattr(error, "partial", part.stat().st_size)
    return f"cut short, {came} of {meter.total} bytes came"


def needed(name: str) -> Any:
    """Import an optional module; if it is missing, the error has the pip line that brings it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        text = f'{error.name} is missing; pip install "convpool[demo]" brings it'
        raise ModuleNotFoundError(text, name=error.name) from error


def make_digits(count: int, progress: Progress = silent) -> Array:
    """Make digits in MNIST's form: scikit-learn's 8x8 handwritten ones enlarged by splines, shifted and slanted.

    Returns
    -------
    (count, 28, 28) float64 in [0, 1], in steps of 1/255 as in MNIST; the same at every call
    """
    digits = needed("sklearn.datasets").load_digits().images / 16
    images, generator, shapes = np.empty((count, 28, 28)), np.random.default_rng(0), 64
    for shape in range(min(shapes, count)):  # prime to the 1797 digits, so that no pair of digit and shape comes twice
        chosen = np.arange(shape, count, shapes) % len(digits)
        images[shape::shapes] = _enlarge(digits[chosen], generator)
        progress((shape + 1) * count // min(shapes, count), count)
    return images


def _enlarge(digits: Array, generator: np.random.Generator) -> Array:
    """Draw (m, 8, 8) digits in [0, 1] into (m, 28, 28): one size, shift and slant for all m."""
    slant, top, left = generator.uniform((-0.1, -1.5, -1), (0.2, 1.5, 1))
    height, width = generator.uniform((2.3, 2.2), (2.6, 2.5))  # pixels for each of the 8
    at = np.arange(28) - 13.5
    rows = _spline((at - top) / height + 3.5)  # (28, 8)
    columns = _spline((at - left + slant * at[:, None]) / width + 3.5)  # (28, 28, 8): a slanted row has its own
    drawn = np.einsum("ri,mij->rmj", rows, digits) @ columns.swapaxes(1, 2)
    contrast = np.clip((drawn.swapaxes(0, 1) - 0.2) / 0.6, 0, 1)
    return np.asarray(np.rint(contrast * 255) / 255)


def _spline(positions: Array) -> Array:
    """Return the weights (..., 8) of 8 pixels at positions between them, on a black ground."""
    spline = needed("scipy.interpolate").make_interp_spline(np.arange(-2, 10), np.eye(12)[:, 2:10], k=3)
    weights: Array = np.nan_to_num(spline(positions, extrapolate=False))
    return weights


def make_animals(count: int, progress: Progress = silent) -> Array:
    """Make animals: crops, scales and mirror images of scikit-image's cat, and of its horse's outline on a meadow.

    Returns
    -------
    (count, 32, 32, 3) uint8; the same at every call
    """
    animals = [_cat(), _cat(), _cat(), _horse()]
    images, generator, scales = np.empty((count, 32, 32, 3), np.uint8), np.random.default_rng(0), 128
    for scale in range(min(scales, count)):
        picture, closest = animals[scale % len(animals)]
        zoom = closest ** (scale / scales)
        images[scale::scales] = _thumbnails(picture, zoom, len(images[scale::scales]), generator)
        progress((scale + 1) * count // min(scales, count), count)
    return images


def _cat() -> tuple[Array, float]:
    return needed("skimage.data").chelsea() / 255, 2.6


def _horse() -> tuple[Array, float]:
    """Return the outline (328, 400), bay, between sky and grass, and how close it can be seen."""
    ground = needed("skimage.data").horse()[..., None]
    depth = np.linspace(0, 1, len(ground))[:, None, None]
    sky, grass, coat = np.array([[0.55, 0.75, 0.95], [0.35, 0.6, 0.2], [0.5, 0.27, 0.12]])
    meadow = np.where(depth < 0.6, sky + 0.4 * depth * (1 - sky), grass * (1.4 - 0.5 * depth))
    return np.where(ground, meadow, coat * (1.3 - 0.7 * depth)), 1.5


def _thumbnails(picture: Array, zoom: float, count: int, generator: np.random.Generator) -> Array:
    """Cut `count` places of a picture (h, w, 3) in [0, 1], whose lower side becomes 32 * zoom pixels."""
    h, w = picture.shape[:2]
    shape = round(32 * zoom), round(32 * zoom * (w / h) ** generator.uniform(0, 0.8))
    scaled = needed("skimage.transform").resize(picture, shape, anti_aliasing=True)
    windows = np.lib.stride_tricks.sliding_window_view(scaled, (32, 32), axis=(0, 1))
    places = generator.integers(0, windows.shape[:2], (count, 2))
    cut = np.moveaxis(windows[places[:, 0], places[:, 1]], 1, -1)
    mirrored = generator.random((count, 1, 1, 1)) < 0.5
    light = generator.uniform(0.75, 1.2, (count, 1, 1, 1)) * generator.uniform(0.92, 1.08, (count, 1, 1, 3))
    seen = np.clip(np.where(mirrored, cut[:, :, ::-1], cut) * light, 0, 1)
    thumbnails: Array = np.rint(255 * seen).astype(np.uint8)
    return thumbnails


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
