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

# in a file, rows of fewer bytes are not written one by one: about PATCH bytes of whole rows are
# read, changed and written at a time
SHORT_ROW = 2**14
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
        axis, are_whole = self._row_axis(block, values)
        cut, later = block[axis], block[axis + 1 :]
        # rows that are written at a time: all if these are contiguous in the file
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
        axis, _ = self._row_axis(block, values)
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

    def _row_axis(self, block: Block, values: Array) -> tuple[int, bool]:
        """Return (axis, are_whole): how a block is cut into rows that are read or written.

        A row is all that the array has at one index of `axis` and of each axis before it. `axis` is
        the last one that the block has not all of; but if the contiguous stretches of the block are
        shorter than SHORT_ROW bytes, it is an earlier one, so that a row has several of them.
        are_whole: whether the block has its rows as a whole; otherwise rows are read, changed and
        written again. `values` are the numbers of the block.
        """
        first_whole_axis = len(self.shape)  # of this axis and all later ones the block has all
        while first_whole_axis and (
            block[first_whole_axis - 1] == slice(0, self.shape[first_whole_axis - 1])
        ):
            first_whole_axis -= 1
        axis = max(0, first_whole_axis - 1)
        contiguous_bytes = volume(values.shape[axis:]) * values.itemsize
        if contiguous_bytes >= min(SHORT_ROW, values.nbytes):
            return axis, True
        axis = next(k for k, size in enumerate(self.strides) if size <= SHORT_ROW or k == axis)
        return axis, axis >= first_whole_axis - 1

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
