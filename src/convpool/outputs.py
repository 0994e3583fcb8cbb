"""Where tiles go: an array, whatever takes slices, or a file that gets its name when it is complete."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from convpool import allocation, arguments
from convpool.extras import needed
from convpool.windows import volume

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]
Block = tuple[slice, ...]

SHORT = 2**14  # bytes in a row below which rows are not written one by one


class Output(Protocol):
    """What tiles are written to."""

    @property
    def left(self) -> str:
        """What is left when the work stops before its end."""

    def room(self, block: Block) -> Array:
        """Return an array to make a tile in."""

    def write(self, block: Block, values: Array) -> None:
        """Take a tile, made in `room`."""

    def finish(self) -> Any:
        """Return what holds the result; a file gets its name."""

    def drop(self) -> None:
        """Remove what was begun."""


class Given:
    """An array, or what else the caller can write slices to."""

    def __init__(self, out: Any, dtype: DType, left: str) -> None:
        self.out, self.dtype, self.left = out, dtype, left
        self.direct = isinstance(out, np.ndarray)

    def room(self, block: Block) -> Array:
        """Return the place itself if it is one in memory."""
        return self.out[block] if self.direct else np.empty([cut.stop - cut.start for cut in block], self.dtype)

    def write(self, block: Block, values: Array) -> None:
        """Copy the tile, unless it was made in its place."""
        if not self.direct:
            self.out[block] = values

    def finish(self) -> Any:
        """Return the caller's array."""
        return self.out

    def drop(self) -> None:
        """Keep what is there: it is the caller's."""


class NpyFile:
    """A .npy file, written while the next tile is made.

    Files are written faster than memory that is mapped to them, whose pages the kernel brings one by one.
    """

    def __init__(self, path: Path, shape: Shape, dtype: DType, tile: Shape) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self.path, self.shape, self.dtype = path, shape, dtype
        self.unfinished = _beside(path)
        self.rooms = [np.empty(volume(tile), dtype) for _ in range(2)]
        self.file = self.unfinished.open("xb+", buffering=0)
        self.writer: ThreadPoolExecutor = ThreadPoolExecutor(1, "convpool-writer")
        self.written: Future[None] | None = None
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self.file, header)
        self.start = self.file.tell()
        self.file.truncate(self.start + volume(shape) * dtype.itemsize)

    @property
    def left(self) -> str:
        """What is left when the work stops before its end."""
        return f"{self.path} was not made, and what was done is removed"

    def room(self, block: Block) -> Array:
        """Return one of two arrays: the other may still be on its way to the file."""
        self.rooms.reverse()
        shape = [cut.stop - cut.start for cut in block]
        return self.rooms[0][: volume(shape)].reshape(shape)

    def write(self, block: Block, values: Array) -> None:
        """Hand a tile to the writer, when it has written the last one."""
        self._wait()
        self.written = self.writer.submit(self._write, block, values)

    def _wait(self) -> None:
        if self.written is not None:
            self.written.result()
            self.written = None

    def _write(self, block: Block, values: Array) -> None:
        whole = len(self.shape)  # the first axis from which on the tile has everything
        while whole and block[whole - 1] == slice(0, self.shape[whole - 1]):
            whole -= 1
        split = max(0, whole - 1)
        if volume(values.shape[split:]) * values.itemsize < min(SHORT, values.nbytes):
            mapped = np.memmap(self.unfinished, self.dtype, "r+", self.start, self.shape)
            mapped[block] = values
            mapped.flush()
            return
        steps = [volume(self.shape[k + 1 :]) for k in range(len(self.shape))]
        for index in product(*(range(*cut.indices(cut.stop)) for cut in block[:split])):
            first = [*index, *(cut.start for cut in block[split:])]
            self.file.seek(self.start + sum(map(lambda i, step: i * step, first, steps)) * self.dtype.itemsize)
            place = tuple(i - cut.start for i, cut in zip(index, block, strict=False))
            _write_all(self.file, values[place])

    def finish(self) -> Any:
        """Bring everything to the disk, name the file and open it, read-only."""
        self._wait()
        self.writer.shutdown()
        os.fsync(self.file.fileno())
        self.file.close()
        os.replace(self.unfinished, self.path)
        return np.load(self.path, mmap_mode="r" if volume(self.shape) else None)

    def drop(self) -> None:
        """Remove the file."""
        self.writer.shutdown()
        self.file.close()
        self.unfinished.unlink(missing_ok=True)


def _write_all(file: Any, values: Array) -> None:
    left = values.reshape(-1).view(np.uint8).data
    while left:
        left = left[file.write(left) :]


class ZarrFolder:
    """A Zarr array in a folder, whose chunks are the tiles."""

    def __init__(self, path: Path, shape: Shape, dtype: DType, tile: Shape) -> None:
        self.path, self.unfinished, self.dtype = path, _beside(path), dtype
        self.zarr = needed("zarr", "large")
        chunks = tuple(max(1, size) for size in tile)
        self.array = self.zarr.open(str(self.unfinished), mode="w", shape=shape, chunks=chunks, dtype=dtype)

    @property
    def left(self) -> str:
        """What is left when the work stops before its end."""
        return f"{self.path} was not made, and what was done is removed"

    def room(self, block: Block) -> Array:
        """Return an array to make a tile in."""
        return np.empty([cut.stop - cut.start for cut in block], self.dtype)

    def write(self, block: Block, values: Array) -> None:
        """Write one chunk."""
        self.array[block] = values

    def finish(self) -> Any:
        """Name the folder and open it, read-only."""
        os.rename(self.unfinished, self.path)
        return self.zarr.open(str(self.path), mode="r")

    def drop(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.unfinished, ignore_errors=True)


FILES: dict[str, Callable[[Path, Shape, DType, Shape], Output]] = {".npy": NpyFile, ".zarr": ZarrFolder}


def check(out: Any, shape: Shape, dtype: DType) -> None:
    """Raise unless results of this shape and dtype can be written there."""
    allocation.check(shape, dtype)
    if isinstance(out, (str, os.PathLike)):
        path = Path(out)
        if path.suffix not in FILES:
            raise ValueError(f"out is {str(path)!r}; files are made as {' and '.join(FILES)}: name one so")
        if os.path.lexists(path):
            raise FileExistsError(f"out {str(path)!r} exists and stays as it is; remove it or name another")
        if not path.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {path.parent} to make {path.name} in; make it first")
        return
    if out is None:
        return
    if not all(hasattr(out, name) for name in ("shape", "dtype", "__setitem__")):
        raise TypeError(
            f"out is a {type(out).__name__}; it must be an array {shape} {dtype}, something that can be written to in "
            f"slices, or the name of a file that ends in {' or '.join(FILES)}"
        )
    arguments.check_plain(out, "out")
    try:
        np.dtype(out.dtype)
    except TypeError:
        shared = "out.numpy()" if hasattr(out, "numpy") else f"an array {shape} {dtype}"
        raise TypeError(
            f"out is a {type(out).__name__} of {out.dtype}, which is no dtype of NumPy: pass {shared}"
        ) from None
    if tuple(out.shape) != shape or out.dtype != dtype:
        raise ValueError(f"out is {tuple(out.shape)} {out.dtype}; it must be {shape} {dtype}")
    if isinstance(out, np.ndarray) and not out.flags.writeable:
        raise ValueError(f"out {shape} is read-only; it must be writeable")


def opened(out: Any, shape: Shape, dtype: DType, tile: Sequence[int]) -> Output:
    """Return what tiles of at most this size are written to; `check` comes first."""
    if out is None:
        made = allocation.empty(shape, dtype, instead=", or pass out='NAME.npy' to have it written to a file")
        return Given(made, dtype, "nothing is returned")
    if isinstance(out, (str, os.PathLike)):
        path = Path(out)
        return FILES[path.suffix](path, shape, dtype, tuple(tile))
    return Given(out, dtype, getattr(out, "left", "those are in out, the rest is as it was"))


def in_memory(out: Any) -> bool:
    """Tell whether tiles are made in their place."""
    return out is None or isinstance(out, np.ndarray)


def _beside(path: Path) -> Path:
    return path.with_name(f".convpool-{uuid.uuid4().hex}{path.suffix}")
