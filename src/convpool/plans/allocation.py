"""Allocate arrays for results, with errors that name their size, and check the argument `out`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled.record import LINE_BYTES, address_of
from convpool.plans import masks_and_units
from convpool.plans.formatting import byte_size
from convpool.windows import volume

Shape = tuple[int, ...]
DType = np.dtype[Any]

MOST_BYTES = 2**63 - 1  # of any array
# results of at least so many bytes begin with a line of the cache, since writing many vectors that
# lie in two lines each takes twice as long
ALIGNED = 2**16
HUGE_PAGE = 2**21  # bytes
HUGE_PAGES = 2  # from so many on, for which NumPy asks for them, results begin with one
# how to get a smaller result, for errors
ADVICE = "take smaller images or steps, or less padding"


def check_size(shape: Shape, dtype: DType, advice: str = ADVICE) -> None:
    """Raise ValueError, which ends with `advice`, if no array can have this shape and dtype."""
    needed = volume(shape) * dtype.itemsize
    if max(needed, *shape) > MOST_BYTES:
        raise ValueError(
            f"the result would be {shape} {dtype}, {byte_size(needed)}, which is more than any "
            f"array has: {advice}"
        )


def empty(shape: Shape, dtype: DType, advice: str = ADVICE, instead: str = "") -> NDArray[Any]:
    """Return a new array for a result, not initialized.

    Parameters
    ----------
    shape, dtype
        The shape and dtype of the result.
    advice
        For both errors: how to get a smaller result.
    instead
        For MemoryError, after `advice`: what to do if it must have this size, such as ", or pass
        out='NAME.npy'".

    Raises
    ------
    ValueError : no array can have that many bytes
    MemoryError : there is not enough memory for it
    """
    return _allocate(_empty, shape, dtype, advice, instead)


def _empty(shape: Shape, dtype: DType) -> NDArray[Any]:
    """Return a new array, not initialized, that begins with a line of the cache if it is large.

    It begins with a huge page if it has several: Linux then needs few page faults to provide it.
    """
    size = volume(shape) * dtype.itemsize
    if not ALIGNED <= size <= MOST_BYTES - HUGE_PAGE:
        return np.empty(shape, dtype)
    unit = HUGE_PAGE if size >= HUGE_PAGES * HUGE_PAGE else LINE_BYTES
    memory = np.empty(size + unit, np.uint8)  # what is not touched takes no memory
    return np.ndarray(shape, dtype, memory, -address_of(memory) % unit)


def zeros(shape: Shape, dtype: DType, advice: str = ADVICE) -> NDArray[Any]:
    """Return a new array of zeros for a result; parameters and errors as in `empty`."""
    return _allocate(np.zeros, shape, dtype, advice, "")


def _allocate(
    allocate: Callable[..., NDArray[Any]], shape: Shape, dtype: DType, advice: str, instead: str
) -> NDArray[Any]:
    """Call np.empty or np.zeros, and raise the errors that `empty` describes."""
    try:
        return allocate(shape, dtype)
    except (MemoryError, ValueError, OverflowError) as error:
        # checked only after a failure, so that small calls stay fast
        check_size(shape, dtype, advice)
        if not isinstance(error, MemoryError):
            raise
        needed = byte_size(volume(shape) * dtype.itemsize)
        raise MemoryError(
            f"the result would be {shape} {dtype}, {needed}, for which there is no memory: "
            f"{advice}{instead}"
        ) from error


def check_out(out: Any, shape: Shape, dtype: DType) -> None:
    """Raise unless `out` has this shape and dtype and can be written to.

    `out` is an array, or another object with a shape and a dtype.

    Raises
    ------
    TypeError : it has a mask or a unit, or its dtype is not one of NumPy
    ValueError : it has another shape or dtype, or is a read-only array
    """
    masks_and_units.check_plain(out, "out")
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
