"""Where tiles go: an array, whatever takes slices, or a file that gets its name when it is complete."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from convpool.plans import allocation, arguments
from convpool.plans.rounding import saturate
from convpool.system import whole_files
from convpool.system.optional_packages import needed
from convpool.system.whole_files import Unfinished, UnfinishedFolder
from convpool.windows import volume

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]
Block = tuple[slice, ...]

SHORT = 2**14  # bytes in a row below which rows are not written one by one
PIECE = 2**20  # bytes that are then read, changed and written at a time


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
        return (
            self.out[block]
            if self.direct
            else np.empty([cut.stop - cut.start for cut in block], self.dtype)
        )

    def write(self, block: Block, values: Array) -> None:
        """Copy the tile, unless it was made in its place."""
        if not self.direct:
            self.out[block] = values

    def finish(self) -> Any:
        """Return the caller's array."""
        return self.out

    def drop(self) -> None:
        """Keep what is there: it is the caller's."""


class ArrayInFile:
    """An array in a file, written in blocks.

    The file is not mapped: a full disk raises OSError where bytes are written, but ends the process
    where a mapped page is. Writing is faster, too.

    Parameters
    ----------
    file : file
        Without a buffer, to read and write.
    start : int
        Where the first number stands.
    shape, dtype
        Of the array.
    """

    def __init__(self, file: Any, start: int, shape: Shape, dtype: DType) -> None:
        self.file, self.start, self.shape, self.dtype = file, start, shape, dtype
        self.sizes = [
            volume(shape[k + 1 :]) * dtype.itemsize for k in range(len(shape))
        ]  # bytes of an axis's rows
        file.truncate(start + volume(shape) * dtype.itemsize)

    def __setitem__(self, block: Block, values: Array) -> None:
        axis, is_whole = self._rows(block, values)
        count = (
            block[axis].stop - block[axis].start if is_whole else max(1, PIECE // self.sizes[axis])
        )
        for index in product(*(range(cut.start, cut.stop) for cut in block[:axis])):
            place = tuple(i - cut.start for i, cut in zip(index, block, strict=False))
            for first in range(block[axis].start, block[axis].stop, count):
                start = self.start + sum(map(int.__mul__, (*index, first), self.sizes))
                rows = values[place][first - block[axis].start :][:count]
                if not is_whole:
                    rows = self._with_rest(start, rows, block[axis + 1 :])
                self.file.seek(start)
                _write_all(self.file, rows)

    def _rows(self, block: Block, values: Array) -> tuple[int, bool]:
        """Return the axis whose rows are written, and whether the block has them whole."""
        whole = len(self.shape)  # the first axis from which on the block has everything
        while whole and block[whole - 1] == slice(0, self.shape[whole - 1]):
            whole -= 1
        axis = max(0, whole - 1)
        if volume(values.shape[axis:]) * values.itemsize >= min(SHORT, values.nbytes):
            return axis, True
        axis = next(k for k, size in enumerate(self.sizes) if size <= SHORT or k == axis)
        return axis, axis >= whole - 1

    def _with_rest(self, start: int, values: Array, within: Block) -> Array:
        """Return whole rows: values in their places, and around them what the file has."""
        rows = np.empty((len(values), *self.shape[len(self.shape) - len(within) :]), self.dtype)
        self.file.seek(start)
        left = _bytes(rows)
        while left and (count := self.file.readinto(left)):
            left = left[count:]
        rows[(slice(None), *within)] = values
        return rows


def _write_all(file: Any, values: Array) -> None:
    left = _bytes(values)
    while left:
        left = left[file.write(left) :]


def _bytes(values: Array) -> memoryview:
    return values.reshape(-1).view(np.uint8).data


class NpyFile:
    """A .npy file, written while the next tile is made."""

    def __init__(self, path: Path, shape: Shape, dtype: DType, tile: Shape) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self.path, self.shape = path, shape
        self.rooms = [np.empty(volume(tile), dtype) for _ in range(2)]
        self.unfinished = Unfinished(path, buffering=0)
        self.writer: ThreadPoolExecutor = ThreadPoolExecutor(1, "convpool-writer")
        self.written: Future[None] | None = None
        try:
            file: Any = self.unfinished.file
            header = {
                "descr": np.lib.format.dtype_to_descr(dtype),
                "fortran_order": False,
                "shape": shape,
            }
            np.lib.format.write_array_header_1_0(file, header)
            self.array = ArrayInFile(file, file.tell(), shape, dtype)
        except BaseException:
            self.drop()
            raise

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
        self.written = self.writer.submit(self.array.__setitem__, block, values)

    def _wait(self) -> None:
        if self.written is not None:
            self.written.result()
            self.written = None

    def finish(self) -> Any:
        """Bring everything to the disk, name the file and open it, read-only."""
        self._wait()
        self.writer.shutdown()
        os.fsync(self.unfinished.file.fileno())
        self.unfinished.finish()
        self.unfinished.drop()
        return np.load(self.path, mmap_mode="r" if volume(self.shape) else None)

    def drop(self) -> None:
        """Remove the file."""
        self.writer.shutdown()
        self.unfinished.drop()


class ZarrFolder:
    """A Zarr array in a folder, whose chunks are the tiles."""

    def __init__(self, path: Path, shape: Shape, dtype: DType, tile: Shape) -> None:
        self.path, self.dtype = path, dtype
        self.zarr = needed("zarr", "large")
        self.unfinished = UnfinishedFolder(path)
        chunks = tuple(max(1, size) for size in tile)
        try:
            name = str(self.unfinished.name)
            self.array = self.zarr.open(name, mode="w", shape=shape, chunks=chunks, dtype=dtype)
        except BaseException:
            self.drop()
            raise

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
        self.unfinished.finish()
        return self.zarr.open(str(self.path), mode="r")

    def drop(self) -> None:
        """Remove the folder."""
        self.unfinished.drop()


FILES: dict[str, Callable[[Path, Shape, DType, Shape], Output]] = {
    ".npy": NpyFile,
    ".zarr": ZarrFolder,
}


def check(out: Any, shape: Shape, dtype: DType) -> None:
    """Raise unless results of this shape and dtype can be written there."""
    allocation.check(shape, dtype)
    if isinstance(out, (str, os.PathLike)):
        path = Path(out)
        if path.suffix not in FILES:
            raise ValueError(
                f"out is {os.fspath(out)!r}; files are made as {' and '.join(FILES)}: name one so"
            )
        if os.path.lexists(path):
            raise FileExistsError(
                f"out {str(path)!r} exists and stays as it is; remove it or name another"
            )
        whole_files.check(path)
        return
    if out is None:
        return
    if not all(hasattr(out, name) for name in ("shape", "dtype", "__setitem__")):
        raise TypeError(
            f"out is a {type(out).__name__}; it must be an array {shape} {dtype}, something that "
            f"can be written to in slices, or the name of a file that ends in {' or '.join(FILES)}"
        )
    arguments.check_plain(out, "out")
    try:
        np.dtype(out.dtype)
    except TypeError:
        shared = "out.numpy()" if hasattr(out, "numpy") else f"an array {shape} {dtype}"
        raise TypeError(
            f"out is a {type(out).__name__} of {out.dtype}, which is no dtype of NumPy: pass "
            f"{shared}"
        ) from None
    if tuple(out.shape) != shape or out.dtype != dtype:
        raise ValueError(f"out is {tuple(out.shape)} {out.dtype}; it must be {shape} {dtype}")
    if isinstance(out, np.ndarray) and not out.flags.writeable:
        raise ValueError(f"out {shape} is read-only; it must be writeable")


def opened(out: Any, shape: Shape, dtype: DType, tile: Sequence[int]) -> Output:
    """Return what tiles of at most this size are written to; `check` comes first."""
    if out is None:
        made = allocation.empty(
            shape, dtype, instead=", or pass out='NAME.npy' to have it written to a file"
        )
        return Given(made, dtype, "nothing is returned")
    if isinstance(out, (str, os.PathLike)):
        path = Path(out)
        return FILES[path.suffix](path, shape, dtype, tuple(tile))
    return Given(out, dtype, getattr(out, "left", "those are in out, the rest is as it was"))


def in_memory(out: Any) -> bool:
    """Tell whether tiles are made in their place."""
    return out is None or isinstance(out, np.ndarray)


class Rounded:
    """An output of whole numbers, for tiles that are made beside it."""

    def __init__(self, output: Output, made: DType, kind: DType) -> None:
        self.output, self.made, self.kind = output, made, kind

    @property
    def left(self) -> str:
        """What is left when the work stops before its end."""
        return self.output.left

    def room(self, block: tuple[slice, ...]) -> Array:
        """Return an array to make a tile in."""
        return np.empty([cut.stop - cut.start for cut in block], self.made)

    def write(self, block: tuple[slice, ...], values: Array) -> None:
        """Round a tile."""
        room = self.output.room(block)
        room[...] = saturate(values, self.kind)
        self.output.write(block, room)

    def finish(self) -> Any:
        """Return what holds the result."""
        return self.output.finish()

    def drop(self) -> None:
        """Remove what was begun."""
        self.output.drop()
