"""What shares its memory, or its place in a file, with the array that results are written to."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

WORK: Any = 10**5  # candidates for a number in common, beyond which there is taken to be one
STORES = ("id", "store_path")  # what tells where a Dataset of h5py or an array of Zarr is kept


def shares_memory(source: Any, out: Any) -> bool:
    """Return whether writing to `out` may change `source`: both are arrays, or things that take slices.

    Arrays share it if they have a number in common, in memory or in a file that both map.
    """
    if source is None or out is None:
        return False
    if source is out:
        return True
    if isinstance(source, np.ndarray) and isinstance(out, np.ndarray):
        try:
            return np.shares_memory(source, out, max_work=WORK) or _map_one_file(source, out)
        except np.exceptions.TooHardError:
            return True
    return type(source) is type(out) and any(
        hasattr(source, name) and bool(getattr(source, name) == getattr(out, name))
        for name in STORES
    )


def apart(out: Any, *operands: Array | None) -> tuple[Array | None, ...]:
    """Return operands that writing to `out` cannot change: copies where it might, or where `out` is no array."""
    if out is None:
        return operands
    known = isinstance(out, np.ndarray)
    return tuple(
        operand
        if operand is None or (known and not shares_memory(operand, out))
        else np.array(operand)
        for operand in operands
    )


def _map_one_file(source: Array, out: Array) -> bool:
    """Return whether two arrays map parts of one file that overlap."""
    first, second = _place(source), _place(out)
    if first is None or second is None or first[1] >= second[2] or second[1] >= first[2]:
        return False
    try:
        return os.path.samefile(first[0], second[0])
    except OSError:  # removed or renamed meanwhile
        return bool(first[0] == second[0])


def _place(array: Array) -> tuple[Any, int, int] | None:
    """Return the name of the file that an array maps, and from where to where in it; None if it maps none."""
    root, base = None, array
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap) and base.filename is not None:
            root = base
        base = base.base  # type: ignore[assignment]
    if root is None or not array.size:
        return None
    reaches = [(n - 1) * step for n, step in zip(array.shape, array.strides, strict=True)]
    start = array.ctypes.data - root.ctypes.data + root.offset
    return (
        root.filename,
        start + sum(min(0, reach) for reach in reaches),
        start + sum(max(0, reach) for reach in reaches) + array.itemsize,
    )
