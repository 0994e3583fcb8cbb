"""Random arrays for tests. Their values are small, so that sums of products are exact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def numbers(
    shape: int | Iterable[int],
    dtype: DTypeLike = "float64",
    seed: int = 0,
    *,
    most: int = 4,
    special: Iterable[float] = (),
) -> NDArray[Any]:
    """Return random values from -most to most in any dtype: floats in halves of whole numbers.

    Unsigned integers start at 0; complex values have both parts. Each special value (of floats)
    is put into one random place.
    """
    random, kind = np.random.default_rng(seed), np.dtype(dtype).kind
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    low, high = (0 if kind in "ub" else -most), (1 if kind == "b" else most)
    values = random.integers(low, high, shape, endpoint=True)
    array = np.asarray(values / 2 if kind in "fc" else values).astype(dtype)
    if kind == "c":
        array = array + 1j * random.integers(-3, 4, shape).astype(array.real.dtype)
    if kind == "f" and array.size:
        for value in special:
            array.flat[random.integers(array.size)] = value
    return array.astype(dtype)


def full_range(shape: int | tuple[int, ...], dtype: DTypeLike, seed: int = 0) -> NDArray[Any]:
    """Return random integers over a dtype's whole range (at most 2**40), or normal floats."""
    random, kind = np.random.default_rng(seed), np.dtype(dtype)
    if kind.kind == "f":
        return random.standard_normal(shape).astype(kind)
    if kind.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    bounds = np.iinfo(kind)
    least, most = max(int(bounds.min), -(2**40)), min(int(bounds.max), 2**40)
    return random.integers(least, most, shape, kind, endpoint=True)
