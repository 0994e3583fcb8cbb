"""In which dtype sums are taken, in which they are returned, and whether integers fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
DType = np.dtype[Any]

EXACT_IN_FLOAT32 = 2**24
EXACT_IN_FLOAT64 = 2**53  # whole numbers up to here are exact in float64, whose products are much faster


def result(images: DType, kernels: DType, dtype: DTypeLike | None) -> DType:
    """Return the dtype of a convolution's result.

    Raises
    ------
    TypeError : `dtype` cannot hold what the operands give
    """
    operands = np.result_type(images, kernels)
    whole = images.kind in "biu" and kernels.kind in "biu"  # uint64 with int8 too, which NumPy makes float64
    if dtype is None:
        return np.dtype(np.int64) if whole else operands.newbyteorder("=")
    asked = np.dtype(dtype).newbyteorder("=")
    if asked.kind not in "iufc":
        raise TypeError(f"dtype is {asked}; it must be an integer, float or complex dtype")
    if asked.kind in "iu" and not whole:
        raise TypeError(
            f"dtype is {asked}, but images {images} with kernels {kernels} give {operands}: name a float dtype"
        )
    if asked.kind != "c" and operands.kind == "c":
        raise TypeError(
            f"dtype is {asked}, but images {images} with kernels {kernels} give {operands}: name a complex dtype"
        )
    return asked


def accumulation(dtype: DType) -> DType:
    """Return the dtype in which sums of this result are taken: float32 for float16, else itself."""
    return np.dtype(np.float32) if dtype == np.float16 else dtype


def greatest(dtype: DType) -> int:
    """Return the greatest magnitude of an integer dtype or bool."""
    return 1 if dtype.kind == "b" else max(-int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


def magnitude(values: Array) -> int:
    """Return the greatest magnitude of integers, 0 if there are none."""
    if not values.size:
        return 0
    return max(abs(int(values.max())), abs(int(values.min())))


def any_negative(*parts: Array | None) -> bool:
    """Tell whether there is a negative number in some arrays."""
    return any(part is not None and part.size > 0 and bool(part.min() < 0) for part in parts)


def heaviest(weights: Array, axes: tuple[int, ...]) -> int:
    """Return the greatest sum of the magnitudes of integer weights over some axes.

    Times the greatest magnitude of what they weigh, no sum of products can exceed it. Beyond 2**53 it is taken in
    float64 and rounded up, so it may be a little more than that.
    """
    sums = np.add.reduce(np.abs(weights.astype(np.float64)), axis=axes)
    most = float(np.maximum.reduce(sums, axis=None, initial=0.0))
    return int(most) if most < EXACT_IN_FLOAT64 else int(most * (1 + 1e-9))


def working(dtype: DType, limit: int, what: str, negative: bool) -> DType:
    """Return the dtype in which integer sums of magnitudes up to `limit` are exact.

    Raises
    ------
    OverflowError : they might not fit the result
    """
    if negative and dtype.kind == "u":
        raise OverflowError(f"{what} may be negative, which {dtype} cannot hold; pass a signed dtype such as int64")
    if limit > np.iinfo(dtype).max:
        raise OverflowError(
            f"{what} may reach {limit}, more than {dtype} holds ({np.iinfo(dtype).max}); "
            "pass dtype=float for rounded results, or scale the images or kernels down"
        )
    for kind, exact in ((np.float32, EXACT_IN_FLOAT32), (np.float64, EXACT_IN_FLOAT64)):
        if limit <= exact:
            return np.dtype(kind)
    return dtype


def pooled(images: DType, mode: str) -> DType:
    """Return the dtype of a pooling's result."""
    native = images.newbyteorder("=")
    if mode in ("max", "min") or native.kind in "fc":
        return native
    return np.dtype(np.int64 if mode == "sum" else np.float64)


def pooling(images: DType, mode: str) -> DType:
    """Return the dtype in which a pooling reduces: float64 for short floats, so that long sums stay exact enough."""
    result = pooled(images, mode)
    if mode in ("max", "min") or result.kind not in "fc":
        return result
    return np.result_type(result, np.float64)
