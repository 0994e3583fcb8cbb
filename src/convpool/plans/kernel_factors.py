"""Whether the weights of a kernel are products of one kernel for each axis, and which."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.plans import accepted_dtypes
from convpool.plans.result_dtypes import NamedKernel

Kernel = NDArray[Any]

# from which size on kernels are separated: rows and columns of a named kernel, weights of any other
# that a photo is filtered with; below, little is gained
MIN_SEPARATED_SIDE = 5
MIN_SEPARATED_WEIGHTS = 25
KEPT_BYTES = 2**16  # of a kernel whose factors are kept


def separate(weights: Kernel) -> tuple[Kernel, Kernel]:
    """Return two kernels, (kh,) and (kw,), whose products are the weights of one kernel (kh, kw).

    `convpool.filter_image` takes both, and needs kh + kw products for a pixel instead of kh * kw.

    Raises
    ------
    ValueError
        If there are no such kernels, as for `filters.laplacian` and `filters.motion`.

    Examples
    --------
    >>> down, right = separate(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
    >>> down.tolist(), right.tolist()
    ([1, 2, 1], [-1, 0, 1])
    """
    plain = np.asarray(weights)
    if plain.ndim != 2 or not plain.size:
        raise ValueError(f"weights are {plain.shape}; separate takes one kernel (kh, kw)")
    if not np.isfinite(plain).all():
        raise ValueError("some weights are not finite: pass this kernel as it is")
    # the row and the column through the weight of the greatest magnitude: their products are the
    # weights times this weight, so that one or both have to be divided
    i, j = np.unravel_index(np.abs(plain).argmax(), plain.shape)
    largest = np.abs(plain[i, j])
    right, down = plain[i], plain[:, j]
    if plain.dtype.kind in "iu":  # the row by its greatest common divisor, the column by the rest
        right = right // max(1, int(np.gcd.reduce(right)))
        down = down // (right[j] or 1)
    elif largest:  # so that both have the same sum of squares
        # in between, all are scaled by a power of two, which changes no digit: squares of weights
        # beyond 1e154 would overflow
        exponent = max(-1000, int(np.frexp(largest)[1]))
        right, down = right * 2.0**-exponent, down * 2.0**-exponent
        ratio = np.abs(right[j]) * np.linalg.norm(right) / np.linalg.norm(down)
        right = np.asarray(right / np.sqrt(ratio))
        down = np.asarray(down / right[j])
        right, down = right * 2.0 ** (exponent // 2), down * 2.0 ** (exponent - exponent // 2)
    error = np.abs(np.outer(down, right) - plain).max()
    precision = np.finfo(plain.dtype).eps if plain.dtype.kind == "f" else 0.0
    if error > max(1e-12, 8 * precision) * largest:
        raise ValueError(
            f"the weights of this {plain.shape[0]} x {plain.shape[1]} kernel are no products of "
            "one kernel down and one to the right: pass it as it is"
        )
    return down.view(NamedKernel), right.view(NamedKernel)


def factors_of_named(
    kernel: Kernel, images: np.dtype[Any], dtype: DTypeLike | None
) -> tuple[Kernel, Kernel] | None:
    """Return what `separate` returns for a float kernel of `convpool.filters`; None for others.

    It is also None if the kernel is small or not separable, and if sums are longdouble, for which
    the factors are not precise enough. `images` is the dtype of the images, `dtype` the argument.
    """
    if (
        not isinstance(kernel, NamedKernel)
        or kernel.ndim != 2
        or min(kernel.shape) < MIN_SEPARATED_SIDE
        or kernel.dtype.kind != "f"
    ):
        return None
    sums = images if dtype is None else accepted_dtypes.read_result_dtype(dtype)
    if sums in (np.longdouble, np.clongdouble):
        return None
    if kernel.nbytes > KEPT_BYTES:
        return _factors_of(kernel)
    return _cached_factors(kernel.tobytes(), kernel.shape, kernel.dtype)


def _factors_of(kernel: Kernel) -> tuple[Kernel, Kernel] | None:
    """Return what `separate` does, None where it raises ValueError."""
    try:
        return separate(kernel)
    except ValueError:
        return None


@lru_cache(64)
def _cached_factors(
    weights: bytes, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> tuple[Kernel, Kernel] | None:
    """Return what `_factors_of` returns for the kernel whose bytes in C order are `weights`.

    Bytes are the key of the cache, not the array, which may change between calls.
    """
    return _factors_of(np.frombuffer(weights, dtype).reshape(shape))
