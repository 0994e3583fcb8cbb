"""Outputs that tiles are written to: arrays, objects that take slices, and new files.

A file gets its name when it is complete; before, it has a temporary one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from convpool.out_of_core.array_in_file import ArrayInFile, shape_of
from convpool.plans import allocation
from convpool.plans.saturation import saturate
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


class Output(Protocol):
    """What tiles are written to. A block, one slice for each axis, is where a tile lies in it.

    Each tile is computed in the array that `buffer` returns, and passed to `write`. At the end
    either `finish` or `discard` is called.
    """

    @property
    def remains(self) -> str:
        """What remains of the output if the work stops before its end, for errors."""

    def buffer(self, block: Block) -> Array:
        """Return an array of the block's shape to compute a tile in."""

    def write(self, block: Block, values: Array) -> None:
        """Write a tile, which was computed in the array that `buffer` returned."""

    def finish(self) -> Any:
        """Complete the output and return it, a file opened read-only."""

    def discard(self) -> None:
        """Remove an unfinished output."""


class SlicesOutput:
    """An array, or another object that can be written to in slices; methods as in `Output`.

    `out` is the object, `dtype` its dtype, `remains` as in `Output`.
    """

    def __init__(self, out: Any, dtype: DType, remains: str) -> None:
        self.out, self.dtype, self.remains = out, dtype, remains
        self.is_array = isinstance(out, np.ndarray)

    def buffer(self, block: Block) -> Array:
        """Return an array to compute a tile in: a view of the output if that is an array."""
        if self.is_array:
            view: Array = self.out[block]
            return view
        return np.empty(shape_of(block), self.dtype)

    def write(self, block: Block, values: Array) -> None:
        """Write a tile; one of an array was computed in its place already."""
        if not self.is_array:
            self.out[block] = values

    def finish(self) -> Any:
        """Return the output."""
        return self.out

    def discard(self) -> None:
        """Do nothing: the output belongs to the caller."""


class NpyFile:
    """A new .npy file; each tile is written while the next one is computed.

    `tile` is the shape of the largest tile. Methods as in `Output`.
    """

    def __init__(self, path: Path, shape: Shape, dtype: DType, tile: Shape) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self.path, self.shape = path, shape
        self.buffers = [np.empty(volume(tile), dtype) for _ in range(2)]
        self.unfinished = Unfinished(path, buffering=0)
        self.writer: ThreadPoolExecutor = ThreadPoolExecutor(1, "convpool-writer")
        self.writing: Future[None] | None = None
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
            self.discard()
            raise

    @property
    def remains(self) -> str:
        """What remains of the output if the work stops before its end, for errors."""
        return f"{self.path} was not made, and what was done is removed"

    def buffer(self, block: Block) -> Array:
        """Return one of two arrays in turn, as the tile in the other may still be being written."""
        self.buffers.reverse()
        shape = shape_of(block)
        return self.buffers[0][: volume(shape)].reshape(shape)

    def write(self, block: Block, values: Array) -> None:
        """Start to write a tile in a thread, once the tile before it is written."""
        self._wait()
        self.writing = self.writer.submit(self.array.__setitem__, block, values)

    def _wait(self) -> None:
        """Wait until the last tile is written; raise the error if that failed."""
        if self.writing is not None:
            self.writing.result()
            self.writing = None

    def finish(self) -> Any:
        """Write everything to the disk, give the file its name and return it, mapped read-only.

        A file without numbers, which cannot be mapped, is read.
        """
        self._wait()
        self.writer.shutdown()
        os.fsync(self.unfinished.file.fileno())
        self.unfinished.finish()
        self.unfinished.drop()
        return np.load(self.path, mmap_mode="r" if volume(self.shape) else None)

    def discard(self) -> None:
        """Remove the file."""
        self.writer.shutdown()
        self.unfinished.drop()


class ZarrFolder:
    """A new Zarr array in a folder, whose chunks are the tiles.

    `tile` is the shape of the largest tile. Methods as in `Output`.
    """

    def __init__(self, path: Path, shape: Shape, dtype: DType, tile: Shape) -> None:
        self.path, self.dtype = path, dtype
        self.zarr = needed("zarr", "large")
        self.unfinished = UnfinishedFolder(path)
        chunks = tuple(max(1, size) for size in tile)
        try:
            name = str(self.unfinished.name)
            self.array = self.zarr.open(name, mode="w", shape=shape, chunks=chunks, dtype=dtype)
        except BaseException:
            self.discard()
            raise

    @property
    def remains(self) -> str:
        """What remains of the output if the work stops before its end, for errors."""
        return f"{self.path} was not made, and what was done is removed"

    def buffer(self, block: Block) -> Array:
        """Return a new array to compute a tile in."""
        return np.empty(shape_of(block), self.dtype)

    def write(self, block: Block, values: Array) -> None:
        """Write a tile as one chunk."""
        self.array[block] = values

    def finish(self) -> Any:
        """Give the folder its name and return it, opened read-only."""
        self.unfinished.finish()
        return self.zarr.open(str(self.path), mode="r")

    def discard(self) -> None:
        """Remove the folder."""
        self.unfinished.drop()


# suffix of a file's name -> output for (path, shape, dtype, shape of the largest tile)
FILES: dict[str, Callable[[Path, Shape, DType, Shape], Output]] = {
    ".npy": NpyFile,
    ".zarr": ZarrFolder,
}


def check(out: Any, shape: Shape, dtype: DType) -> None:
    """Raise unless the argument `out` can take a result of this shape and dtype.

    Raises
    ------
    TypeError : it is no array, no file name and nothing else that can be written to in slices
    ValueError : its shape or dtype differs, the suffix is not in FILES, or the result is too large
    FileExistsError : the file exists
    """
    allocation.check_size(shape, dtype)
    if isinstance(out, (str, os.PathLike)):
        _check_path(Path(out), os.fspath(out))
    elif out is not None:
        if not all(hasattr(out, name) for name in ("shape", "dtype", "__setitem__")):
            raise TypeError(
                f"out is a {type(out).__name__}; it must be an array {shape} {dtype}, something "
                "that can be written to in slices, or the name of a file that ends in "
                f"{' or '.join(FILES)}"
            )
        allocation.check_out(out, shape, dtype)


def _check_path(path: Path, name: Any) -> None:
    """Raise unless a new file can be made at this path; `name` is what the caller passed."""
    if path.suffix not in FILES:
        raise ValueError(f"out is {name!r}; files are made as {' and '.join(FILES)}: name one so")
    if os.path.lexists(path):
        raise FileExistsError(
            f"out {str(path)!r} exists and stays as it is; remove it or name another"
        )
    whole_files.check(path)


def open_output(out: Any, shape: Shape, dtype: DType, tile: Sequence[int]) -> Output:
    """Return the output for the argument `out`, which `check` accepted; None gives a new array.

    `tile` is the shape of the largest tile.
    """
    if out is None:
        advice = ", or pass out='NAME.npy' to have it written to a file"
        array = allocation.empty(shape, dtype, instead=advice)
        return SlicesOutput(array, dtype, "nothing is returned")
    if isinstance(out, (str, os.PathLike)):
        path = Path(out)
        return FILES[path.suffix](path, shape, dtype, tuple(tile))
    # what an output of the package says of itself, such as the pictures of photos.tiff_in_parts
    remains = getattr(out, "remains", "those are in out, the rest is as it was")
    return SlicesOutput(out, dtype, remains)


def is_in_memory(out: Any) -> bool:
    """Return whether tiles are computed in their place in the output, for the argument `out`."""
    return out is None or isinstance(out, np.ndarray)


class RoundingOutput:
    """An output that rounds tiles to integers and passes them on; methods as in `Output`.

    Parameters
    ----------
    output
        Where the integers are written.
    tile_dtype
        The dtype in which tiles are computed.
    integer_dtype
        The dtype of the integers.
    """

    def __init__(self, output: Output, tile_dtype: DType, integer_dtype: DType) -> None:
        self.output, self.tile_dtype, self.integer_dtype = output, tile_dtype, integer_dtype

    @property
    def remains(self) -> str:
        """What remains of the output if the work stops before its end, for errors."""
        return self.output.remains

    def buffer(self, block: Block) -> Array:
        """Return an array to compute a tile in, beside the output."""
        return np.empty(shape_of(block), self.tile_dtype)

    def write(self, block: Block, values: Array) -> None:
        """Round a tile and write it."""
        buffer = self.output.buffer(block)
        buffer[...] = saturate(values, self.integer_dtype)
        self.output.write(block, buffer)

    def finish(self) -> Any:
        """Return the output."""
        return self.output.finish()

    def discard(self) -> None:
        """Remove an unfinished output."""
        self.output.discard()
