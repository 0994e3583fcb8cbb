"""Whether an operand shares memory, or a place in a file, with the array that results go to."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MAX_WORK: Any = 10**5  # of np.shares_memory, beyond which arrays are taken to share memory
STORES = ("id", "store_path")  # attributes that identify a Dataset of h5py or an array of Zarr


def shares_memory(source: Any, out: Any) -> bool:
    """Return whether writing to `out` may change `source`; both are arrays, or take slices.

    Arrays share memory if they have a number in common, in memory or in a file that both map.
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


def copy_if_shared(out: Any, *operands: Array | None) -> tuple[Any, ...]:
    """Return operands, copied where writing to `out` may change them or `out` is not an array."""
    if out is None:
        return operands
    is_array = isinstance(out, np.ndarray)
    return tuple(
        operand
        if operand is None or (is_array and not shares_memory(operand, out))
        else np.array(operand)
        for operand in operands
    )


def _map_one_file(source: Array, out: Array) -> bool:
    """Return whether two arrays map parts of one file that overlap."""
    first, second = _mapped_bytes(source), _mapped_bytes(out)
    if first is None or second is None or first.start >= second.stop or second.start >= first.stop:
        return False
    try:
        return os.path.samefile(first.file, second.file)
    except OSError:  # removed or renamed meanwhile
        return bool(first.file == second.file)


class MappedBytes(NamedTuple):
    """The bytes of a file that an array maps, from start to before stop."""

    file: Any
    start: int
    stop: int


def _mapped_bytes(array: Array) -> MappedBytes | None:
    """Return the bytes of a file that an array maps; None if it maps no file."""
    root, base = None, array
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap) and base.filename is not None:
            root = base
        base = base.base  # type: ignore[assignment]
    if root is None or not array.size:
        return None
    reaches = [(n - 1) * step for n, step in zip(array.shape, array.strides, strict=True)]
    start = array.ctypes.data - root.ctypes.data + root.offset
    return MappedBytes(
        root.filename,
        start + sum(min(0, reach) for reach in reaches),
        start + sum(max(0, reach) for reach in reaches) + array.itemsize,
    )
