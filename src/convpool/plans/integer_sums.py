"""How large sums of products of integers can be: whether a dtype holds them, which is fastest."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
DType = np.dtype[Any]
Range = tuple[int, int]  # the least and the greatest value

# up to these magnitudes, floats hold every integer; their products are faster than those of int64
EXACT_IN_FLOAT32 = 2**24
EXACT_IN_FLOAT64 = 2**53
FEW_WEIGHTS = 128  # a kernel of so many weights is checked in Python, weight by weight
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


@lru_cache(64)
def limits(dtype: DType) -> Range:
    """Return the least and the greatest number of an integer dtype or bool."""
    if dtype.kind == "b":
        return 0, 1
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def extremes(values: Array) -> Range:
    """Return the least and the greatest of some integers and 0, which is what padding holds."""
    if not values.size:
        return 0, 0
    return min(0, int(values.min())), max(0, int(values.max()))


def magnitude(numbers: Range) -> int:
    """Return the greatest magnitude in a range."""
    return max(-numbers[0], numbers[1])


class Sums:
    """Sums of products, pixels times weights plus a bias, of integers: how large they can be.

    The weights are known, of the pixels only their range. That range must contain 0; then partial
    sums, in any order, lie in the same range as whole sums, and cannot overflow before these.

    Parameters
    ----------
    weights
        Integers of any shape: the weights of all sums.
    axes
        The axes of `weights` over which products are summed; the others are separate sums.
    bias
        Integers added to the sums, one for each; None for nothing.

    Attributes
    ----------
    heaviest : the sum of the magnitudes of the weights in the sum where it is greatest, exact
    """

    def __init__(
        self, weights: Array, axes: tuple[int, ...] = (), bias: Array | None = None
    ) -> None:
        self._weights, self._axes, self._bias = weights, axes, bias
        self._bias_bound = 0 if bias is None else magnitude(extremes(bias))
        magnitudes = np.add.reduce(np.abs(weights.astype(np.float64)), axis=axes)
        heaviest = float(np.maximum.reduce(magnitudes, axis=None, initial=0.0))
        if heaviest < EXACT_IN_FLOAT64:
            self.heaviest = int(heaviest)
        else:  # not exact as a float
            positive, negative = self._sums_by_sign
            self.heaviest = int(np.max(positive - negative, initial=0))

    @property
    def _sums_by_sign(self) -> tuple[Array, Array]:
        """(positive, negative): each sum's positive weights added up, and its negative ones.

        Both are arrays of Python's integers, which do not wrap.
        """
        positive = _exact_sum(np.maximum(self._weights, 0), self._axes)
        return positive, _exact_sum(self._weights, self._axes) - positive

    def bound(self, pixels: Range) -> int:
        """Return an upper bound of the magnitudes of all sums, negative too, for a pixel range."""
        return self.heaviest * magnitude(pixels) + self._bias_bound

    def range(self, pixels: Range) -> Range:
        """Return the least and the greatest value of all sums and 0, for pixels in a range."""
        low, high = pixels
        positive, negative = self._sums_by_sign
        bias = np.array(0 if self._bias is None else self._bias, object)
        least = positive * low + negative * high + np.minimum(bias, 0)
        greatest = positive * high + negative * low + np.maximum(bias, 0)
        return int(np.min(least, initial=0)), int(np.max(greatest, initial=0))

    def fit(self, dtype: DType, pixels: Range) -> bool:
        """Return whether an integer dtype holds all sums, for pixels in a range."""
        return self._fit(dtype, pixels, self.bound(pixels))

    def _fit(self, dtype: DType, pixels: Range, bound: int) -> bool:
        """Return what `fit` returns; `bound` is that for these pixels, known to the caller."""
        return (dtype.kind == "i" and bound <= limits(dtype)[1]) or _holds(
            dtype, *self.range(pixels)
        )

    def working_dtype(self, dtype: DType, pixels: Range, subject: str) -> DType:
        """Return the fastest dtype in which the sums are exact: float32, float64 or `dtype`.

        Parameters
        ----------
        dtype
            The integer dtype of the results.
        pixels
            The range of the pixels.
        subject
            The beginning of the error, such as "sums of products".

        Raises
        ------
        OverflowError : a sum might be less than the least number of `dtype`, or more than the
            greatest; the text names how far sums reach, and a dtype that is large enough
        """
        bound = self.bound(pixels)
        if self._fit(dtype, pixels, bound):
            return fastest_exact(dtype, bound)
        low, high = self.range(pixels)
        large_enough = [name for name in INTEGERS if _holds(np.dtype(name), low, high)]
        advice = "pass dtype=float for rounded results"
        if large_enough:
            advice = f"pass dtype=np.{large_enough[0]}"
        if "int64" in large_enough[1:]:
            advice += ", or no dtype for int64"
        if low < 0 and dtype.kind == "u":
            raise OverflowError(
                f"{subject} may be negative, as low as {low}, which {dtype} cannot hold; {advice}"
            )
        raise OverflowError(
            f"{subject} may reach {bound}, more than {dtype} holds ({limits(dtype)[1]}); {advice}"
        )


def _holds(dtype: DType, low: int, high: int) -> bool:
    """Return whether an integer dtype holds every number from low to high."""
    least, greatest = limits(dtype)
    return least <= low and high <= greatest


def _exact_sum(weights: Array, axes: tuple[int, ...]) -> Array:
    """Return the sums of integers over axes as an array of Python's ints, which do not wrap."""
    if weights.dtype == object:
        return np.asarray(np.add.reduce(weights, axis=axes))
    wide = weights.astype(np.uint64 if weights.dtype.kind == "u" else np.int64)
    # the upper and the lower 32 bits are summed apart, since int64 holds sums of 2**31 of these
    high, low = (
        np.add.reduce(half, axis=axes, dtype=np.int64) for half in (wide >> 32, wide & 0xFFFFFFFF)
    )
    return np.asarray(np.asarray(high, object) * 2**32 + np.asarray(low, object))


def fastest_exact(dtype: DType, bound: int) -> DType:
    """Return the fastest dtype in which integers of magnitudes up to `bound` are exact.

    It is float32 or float64 if these are large enough, else `dtype`.
    """
    if bound <= EXACT_IN_FLOAT32:
        return np.dtype(np.float32)
    if bound <= EXACT_IN_FLOAT64:
        return np.dtype(np.float64)
    return dtype


def sums_fit_int16(kernels: tuple[Array, ...], pixels: Range) -> bool:
    """Return whether int16 holds every sum of products of pixels with weights, exactly.

    Parameters
    ----------
    kernels
        One kernel, or one for each axis, whose products are then the weights. Floats are taken if
        they are whole numbers.
    pixels
        The range of the pixels, which contains 0.
    """
    bound = magnitude(pixels)
    for kernel in kernels:
        is_float = kernel.dtype.kind == "f"
        if kernel.size > FEW_WEIGHTS or kernel.dtype.kind not in "iuf" or kernel.itemsize > 8:
            return False
        weights = kernel.ravel().tolist()  # few, and NumPy would take longer
        if is_float and not all(map(float.is_integer, weights)):
            return False
        bound *= sum(map(abs, weights))
    return bound <= limits(np.dtype(np.int16))[1]
