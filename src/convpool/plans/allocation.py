"""Arrays for results: allocated or refused with their size in the error; and `out`, checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.plans import arrays
from convpool.plans.formatting import byte_size
from convpool.windows import volume

Shape = tuple[int, ...]
DType = np.dtype[Any]

MOST_BYTES = 2**63 - 1  # that an array may have
ADVICE = "take smaller images or steps, or less padding"


def check_size(shape: Shape, dtype: DType, advice: str = ADVICE) -> None:
    """Raise ValueError for a result of more bytes than an array may have."""
    needed = volume(shape) * dtype.itemsize
    if max(needed, *shape) > MOST_BYTES:
        raise ValueError(
            f"the result would be {shape} {dtype}, {byte_size(needed)}, which is more than any "
            f"array has: {advice}"
        )


def empty(shape: Shape, dtype: DType, advice: str = ADVICE, instead: str = "") -> NDArray[Any]:
    """Return an array for a result.

    Parameters
    ----------
    shape, dtype
        Of the result.
    advice
        How the result would be smaller.
    instead
        What else would do where the result is only too large for the memory.

    Raises
    ------
    ValueError : no array has that many bytes
    MemoryError : there is no memory for it
    """
    return _allocate(np.empty, shape, dtype, advice, instead)


def zeros(shape: Shape, dtype: DType, advice: str = ADVICE) -> NDArray[Any]:
    """Return an array of zeros for a result; raises as `empty`."""
    return _allocate(np.zeros, shape, dtype, advice, "")


def _allocate(
    allocate: Callable[..., NDArray[Any]], shape: Shape, dtype: DType, advice: str, instead: str
) -> NDArray[Any]:
    """Call np.empty or np.zeros; raises as `empty`."""
    try:
        return allocate(shape, dtype)
    except (MemoryError, ValueError, OverflowError) as error:
        # the size is checked only now, which costs small calls nothing
        check_size(shape, dtype, advice)
        if not isinstance(error, MemoryError):
            raise
        needed = byte_size(volume(shape) * dtype.itemsize)
        raise MemoryError(
            f"the result would be {shape} {dtype}, {needed}, for which there is no memory: "
            f"{advice}{instead}"
        ) from error


def check_out(out: Any, shape: Shape, dtype: DType) -> None:
    """Raise unless results of this shape and dtype can be written to `out` in slices.

    Raises
    ------
    TypeError : it takes no slices, has a mask or a unit, or its dtype is not one of NumPy
    ValueError : shape or dtype are others, or it is read-only
    """
    arrays.check_plain(out, "out")
    try:
        out_dtype = np.dtype(out.dtype)
    except TypeError:
        advice = "out.numpy()" if hasattr(out, "numpy") else f"an array {shape} {dtype}"
        raise TypeError(
            f"out is a {type(out).__name__} of {out.dtype}, which is no dtype of NumPy: pass "
            f"{advice}"
        ) from None
    if tuple(out.shape) != shape or out_dtype != dtype:
        raise ValueError(f"out is {tuple(out.shape)} {out.dtype}; it must be {shape} {dtype}")
    if isinstance(out, np.ndarray) and not out.flags.writeable:
        raise ValueError(f"out {shape} is read-only; it must be writeable")
