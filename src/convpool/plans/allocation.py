"""Arrays for results: made, or refused in words that name their size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.plans.formatting import size
from convpool.windows import volume

Shape = tuple[int, ...]
DType = np.dtype[Any]

MOST = 2**63 - 1  # bytes that an array may have
LESS = "take smaller images or steps, or less padding"


def check(shape: Shape, dtype: DType, advice: str = LESS) -> None:
    """Raise ValueError for a result of more bytes than an array may have."""
    needed = volume(shape) * dtype.itemsize
    if max(needed, *shape) > MOST:
        raise ValueError(
            f"the result would be {shape} {dtype}, {size(needed)}, which is more than any array "
            f"has: {advice}"
        )


def empty(shape: Shape, dtype: DType, advice: str = LESS, instead: str = "") -> NDArray[Any]:
    """Return an array for a result.

    Parameters
    ----------
    shape, dtype
        Of the result.
    advice
        How it would be smaller.
    instead
        What else would do where it is only too large for the memory.

    Raises
    ------
    ValueError : no array has that many bytes
    MemoryError : there is no memory for it
    """
    return _made(np.empty, shape, dtype, advice, instead)


def zeros(shape: Shape, dtype: DType, advice: str = LESS) -> NDArray[Any]:
    """Return an array of zeros for a result; raises as `empty`."""
    return _made(np.zeros, shape, dtype, advice, "")


def _made(
    make: Callable[..., NDArray[Any]], shape: Shape, dtype: DType, advice: str, instead: str
) -> NDArray[Any]:
    try:
        return make(shape, dtype)
    except (
        MemoryError,
        ValueError,
        OverflowError,
    ) as error:  # looked at only now, since small calls are short
        check(shape, dtype, advice)
        if not isinstance(error, MemoryError):
            raise
        needed = size(volume(shape) * dtype.itemsize)
        raise MemoryError(
            f"the result would be {shape} {dtype}, {needed}, for which there is no memory: "
            f"{advice}{instead}"
        ) from error
