"""Whether an operand shares memory, or a place in a file, with the array that results go to."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.values import NamedTuple

Array = NDArray[Any]

# the effort of np.shares_memory; if it needs more, two arrays are taken to share memory
MAX_WORK: Any = 10**5
STORES = ("id", "store_path")  # attributes that identify a Dataset of h5py or an array of Zarr


def shares_memory(source: Any, out: Any) -> bool:
    """Return whether writing to `out` may change `source`; False if one of them is None.

    Both are NumPy arrays, or objects that are read and written in slices, such as a Dataset of
    h5py. Two arrays share memory if they have a number in common, in memory or in a file that both
    map. Two other objects do if they are of one type and have the same id or path (`STORES`).
    """
    if source is None or out is None:
        return False
    if source is out:
        return True
    if isinstance(source, np.ndarray) and isinstance(out, np.ndarray):
        try:
            return np.shares_memory(source, out, max_work=MAX_WORK) or _map_one_file(source, out)
        except np.exceptions.TooHardError:
            return True
    return type(source) is type(out) and any(
        hasattr(source, name) and bool(getattr(source, name) == getattr(out, name))
        for name in STORES
    )


def copy_if_shared(out: Any, *operands: Any) -> tuple[Any, ...]:
    """Return the operands, with copies of those that writing to `out` may change.

    An operand is an array, a tuple of arrays, or None. If `out` is None, nothing is copied. If it
    is neither None nor an array, such as the name of a file, all arrays are copied, since what it
    shares is unknown.
    """
    if out is None:
        return operands
    return tuple([_apart_from(out, operand) for operand in operands])  # a list is faster


def _apart_from(out: Any, operand: Any) -> Any:
    """Return an operand, copied if writing to `out`, which is not None, may change it."""
    if operand is None:
        return None
    if isinstance(operand, tuple):
        return tuple(_apart_from(out, item) for item in operand)
    may_change = not isinstance(out, np.ndarray) or shares_memory(operand, out)
    return copy_operand(operand) if may_change else operand


def copy_operand(operand: Any) -> Any:
    """Return a copy of an operand: of an array, of each array of a tuple, or None as it is."""
    if isinstance(operand, tuple):
        return tuple(map(copy_operand, operand))
    return None if operand is None else np.array(operand)


def _map_one_file(source: Array, out: Array) -> bool:
    """Return whether two arrays map bytes of one file, with some bytes in common."""
    written = _mapped_bytes(out)
    read = None if written is None else _mapped_bytes(source)
    if read is None or written is None:
        return False
    if read.start >= written.stop or written.start >= read.stop:
        return False
    try:
        return os.path.samefile(read.file, written.file)
    except OSError:  # removed or renamed meanwhile
        return bool(read.file == written.file)


class MappedBytes(NamedTuple):
    """The bytes of a file that an array maps: from `start` to before `stop`.

    `file` is the file's name.
    """

    file: Any
    start: int
    stop: int


def _mapped_bytes(array: Array) -> MappedBytes | None:
    """Return the bytes of a file that an array maps; None if it maps no file or is empty."""
    memmap, base = None, array
    # the last memmap of the chain: its offset is that of its own first byte
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap) and base.filename is not None:
            memmap = base
        base = base.base  # type: ignore[assignment]
    if memmap is None or not array.size:
        return None
    # for each axis, the bytes from its first number to its last, negative if it runs backwards
    distances = [(n - 1) * step for n, step in zip(array.shape, array.strides, strict=True)]
    start = array.ctypes.data - memmap.ctypes.data + memmap.offset
    return MappedBytes(
        memmap.filename,
        start + sum(min(0, distance) for distance in distances),
        start + sum(max(0, distance) for distance in distances) + array.itemsize,
    )
