"""Arrays beside pages that nobody may touch: whoever reads or writes beyond one is killed by
SIGSEGV. Linux only.
"""

import ctypes
import mmap
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_protect = ctypes.CDLL(None, use_errno=True).mprotect
_kept: list[mmap.mmap] = []  # memory of arrays that are in use
SIDES = ("end", "start")


def array(shape: tuple[int, ...], dtype: DTypeLike, side: str) -> NDArray[Any]:
    """Return an array that ends where a forbidden page begins, or begins where one ends."""
    dtype, page = np.dtype(dtype), mmap.PAGESIZE
    size = int(np.prod(shape)) * dtype.itemsize
    room = -(-max(size, 1) // page) * page
    memory = mmap.mmap(-1, room + 2 * page)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for address in (start, start + page + room):
        assert _protect(ctypes.c_void_p(address), ctypes.c_size_t(page), 0) == 0
    _kept.append(memory)
    offset = page + (room - size if side == "end" else 0)
    return np.frombuffer(memory, dtype, int(np.prod(shape)), offset).reshape(shape)


def copy(values: NDArray[Any], side: str) -> NDArray[Any]:
    """Return a fenced copy of an array."""
    fenced = array(values.shape, values.dtype, side)
    fenced[...] = values
    return fenced


def scratches(sizes: Iterable[int], side: str) -> tuple[list[NDArray[Any]], list[int]]:
    """Return fenced memory of these sizes in bytes, and its addresses."""
    arrays = [array((size,), np.uint8, side) for size in sizes]
    return arrays, [one.ctypes.data for one in arrays]


def clear() -> None:
    """Give the memory back of all arrays that nobody holds any more."""
    _kept.clear()
