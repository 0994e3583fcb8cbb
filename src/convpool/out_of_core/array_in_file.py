"""An array in a file that is read and written in blocks, without a mapping."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.windows import volume

Array = NDArray[Any]
Shape = tuple[int, ...]
DType = np.dtype[Any]
Block = tuple[slice, ...]

# contiguous pieces of a block of fewer bytes are not written one by one: about PATCH bytes of rows
# that hold several of them are read, changed and written at a time
SHORT_PIECE = 2**14
PATCH = 2**20


class ArrayInFile:
    """An array in a file, to which blocks are assigned: array[block] = values.

    The file is not mapped: a full disk raises OSError when bytes are written, but kills the process
    when a mapped page is. Writing is faster, too.

    Parameters
    ----------
    file
        An unbuffered file, opened to read and write.
    start
        The position of the first number in the file, in bytes.
    shape, dtype
        The shape and dtype of the array.
    """

    def __init__(self, file: Any, start: int, shape: Shape, dtype: DType) -> None:
        self.file, self.start, self.shape, self.dtype = file, start, shape, dtype
        # for each axis, the bytes from one index to the next
        self.strides = [volume(shape[k + 1 :]) * dtype.itemsize for k in range(len(shape))]
        file.truncate(start + volume(shape) * dtype.itemsize)

    def __setitem__(self, block: Block, values: Array) -> None:
        """Write values, of the block's shape, to a block of the array."""
        axis, are_whole = self._row_axis(block)
        cut, later = block[axis], block[axis + 1 :]
        # whole rows, from one index on `axis` to the next, are contiguous in the file
        at_a_time = cut.stop - cut.start if are_whole else max(1, PATCH // self.strides[axis])
        for index, index_in_block in _indices(block[:axis]):
            for first in range(cut.start, cut.stop, at_a_time):
                start = self._position(*index, first)
                rows = values[index_in_block][first - cut.start :][:at_a_time]
                if not are_whole:
                    rows = self._read_around(start, rows, later)
                self.file.seek(start)
                _write_all(self.file, rows)

    def __getitem__(self, block: Block) -> Array:
        """Return the numbers of a block of the array."""
        values = np.empty(shape_of(block), self.dtype)
        axis, _ = self._row_axis(block)
        cut, later = block[axis], block[axis + 1 :]
        for index, index_in_block in _indices(block[:axis]):
            for i in range(cut.start, cut.stop):
                row = self._read(self._position(*index, i), self.shape[axis + 1 :])
                values[index_in_block][i - cut.start] = row[later]
        return values

    def _position(self, *index: int) -> int:
        """Return the position in the file, in bytes, of the first number at `index`.

        `index` has the indices on the first axes; those on the others are 0.
        """
        return self.start + sum(i * step for i, step in zip(index, self.strides, strict=False))

    def _row_axis(self, block: Block) -> tuple[int, bool]:
        """Return (axis, are_whole): the rows in which a block is read or written.

        A row of axis 0 is array[i], of axis 1 array[i, j], and so on. The axis is the last one that
        the block cuts; but an earlier one if this leaves pieces of the block that are contiguous in
        the file, but shorter than SHORT_PIECE bytes. are_whole: whether the block has all of each
        of its rows; otherwise rows are read, changed and written again.

        >>> import io
        >>> every = slice(0, 1000)
        >>> long_rows = ArrayInFile(io.BytesIO(), 0, (8, 1000, 1000), np.dtype(np.uint8))
        >>> long_rows._row_axis((slice(2, 4), slice(0, 900), every))  # 900,000 contiguous bytes
        (1, True)
        >>> short_rows = ArrayInFile(io.BytesIO(), 0, (8, 1000), np.dtype(np.uint8))
        >>> short_rows._row_axis((slice(2, 4), slice(0, 900)))  # 900 contiguous bytes of array[i]
        (0, False)
        """
        whole = [cut == slice(0, size) for cut, size in zip(block, self.shape, strict=True)]
        last_cut_axis = max((k for k, is_whole in enumerate(whole) if not is_whole), default=0)
        shape, itemsize = shape_of(block), self.dtype.itemsize
        piece_bytes = volume(shape[last_cut_axis:]) * itemsize
        if piece_bytes >= min(SHORT_PIECE, volume(shape) * itemsize):
            return last_cut_axis, True
        short = [k for k, row_bytes in enumerate(self.strides) if row_bytes <= SHORT_PIECE]
        axis = min([*short, last_cut_axis])
        return axis, axis == last_cut_axis

    def _read_around(self, start: int, values: Array, within: Block) -> Array:
        """Return whole rows: those in the file, with `values` written to `within` in each row.

        `start` is the position of the first row in the file, in bytes. The first axis of `values`
        counts the rows; `within` has a slice for each of the others.
        """
        rows = self._read(start, (len(values), *self.shape[len(self.shape) - len(within) :]))
        rows[(slice(None), *within)] = values
        return rows

    def _read(self, start: int, shape: Shape) -> Array:
        """Return an array of this shape from the file, which starts at a position in bytes."""
        rows = np.empty(shape, self.dtype)
        self.file.seek(start)
        unread = _bytes(rows)
        while unread and (count := self.file.readinto(unread)):
            unread = unread[count:]
        return rows


def _indices(block: Block) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield (index, index_in_block) for each place of a block, in the array and in the block."""
    for index in product(*(range(cut.start, cut.stop) for cut in block)):
        yield index, tuple(i - cut.start for i, cut in zip(index, block, strict=True))


def _write_all(file: Any, values: Array) -> None:
    """Write an array's bytes to a file whose `write` may take fewer."""
    unwritten = _bytes(values)
    while unwritten:
        unwritten = unwritten[file.write(unwritten) :]


def shape_of(block: Block) -> Shape:
    """Return the shape of a block."""
    return tuple(cut.stop - cut.start for cut in block)


def _bytes(values: Array) -> memoryview:
    """Return the bytes of an array; the array must be contiguous to be written to through them."""
    return values.reshape(-1).view(np.uint8).data
