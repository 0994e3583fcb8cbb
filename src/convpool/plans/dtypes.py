"""In which dtype sums are taken, in which they are returned, and whether integers fit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.plans import arguments

Array = NDArray[Any]
DType = np.dtype[Any]
Range = tuple[int, int]  # the least and the greatest

EXACT_IN_FLOAT32 = 2**24
EXACT_IN_FLOAT64 = (
    2**53
)  # whole numbers up to here are exact in float64, whose products are much faster
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


class NamedKernel(np.ndarray[Any, DType]):
    """Weights of a named kernel, whose dtype gives way to that of float images, as a Python number's does.

    Views and copies are named kernels too; arithmetic gives plain arrays.
    """

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return np.asarray(array)[()]


def followed(images: DType, kernels: Any, dtype: DTypeLike | None) -> DTypeLike | None:
    """Return the dtype to ask for: if there is none yet, named kernels follow float images."""
    follows = dtype is None and isinstance(kernels, NamedKernel) and images.kind in "fc"
    return images if follows else dtype


def result(images: DType, kernels: DType, dtype: DTypeLike | None) -> DType:
    """Return the dtype of a convolution's result.

    Raises
    ------
    TypeError : `dtype` cannot hold what the operands give
    """
    operands = np.result_type(images, kernels)
    whole = (
        images.kind in "biu" and kernels.kind in "biu"
    )  # uint64 with int8 too, which NumPy makes float64
    if dtype is None:
        return np.dtype(np.int64) if whole else operands.newbyteorder("=")
    asked = arguments.result_dtype(dtype)
    if asked.kind in "iu" and not whole:
        raise TypeError(
            f"dtype is {asked}, but images {images} with kernels {kernels} give {operands}: name "
            "a float dtype, or none"
        )
    if asked.kind != "c" and operands.kind == "c":
        raise TypeError(
            f"dtype is {asked}, but images {images} with kernels {kernels} give {operands}: name "
            "a complex dtype, or none"
        )
    return asked


def check_kind(what: str, kind: DType, sums: DType) -> None:
    """Raise TypeError, which begins with `what` came in, if sums of a dtype do not take numbers of this kind."""
    kinds = ("biu", "f", "c")
    least = next(k for k, letters in enumerate(kinds) if kind.kind in letters)
    if sums.kind in "".join(kinds[least:]):
        return
    if kind.kind == "f":
        advice = "dtype=float, or integers"
    else:
        wide = np.result_type(sums if sums.kind == "f" else np.float64, np.complex64)
        advice = "dtype=complex" if wide == np.complex128 else f"dtype=np.{wide}"
    raise TypeError(f"{what}, but sums are taken in {sums}: pass {advice}")


def accumulation(dtype: DType) -> DType:
    """Return the dtype in which sums of this result are taken: float32 for float16, else itself."""
    return np.dtype(np.float32) if dtype == np.float16 else dtype


@lru_cache(64)
def limits(dtype: DType) -> Range:
    """Return the least and the greatest number of an integer dtype or bool."""
    if dtype.kind == "b":
        return 0, 1
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def extremes(values: Array) -> Range:
    """Return the least and the greatest of some integers and 0, which padding and missing taps add."""
    if not values.size:
        return 0, 0
    return min(0, int(values.min())), max(0, int(values.max()))


def magnitude(numbers: Range) -> int:
    """Return the greatest magnitude in a range."""
    return max(-numbers[0], numbers[1])


class Sums:
    """What sums of integer products can be: pixels times weights, over some axes of the weights, and a bias.

    A sum over any of the taps, in any order, lies in the same range, which has 0: nothing wraps on
    the way.

    Attributes
    ----------
    heaviest : the greatest sum of the magnitudes of the weights, exactly
    """

    def __init__(
        self, weights: Array, axes: tuple[int, ...] = (), bias: Array | None = None
    ) -> None:
        self._weights, self._axes, self._bias = weights, axes, bias
        self._extra = 0 if bias is None else magnitude(extremes(bias))
        sums = np.add.reduce(np.abs(weights.astype(np.float64)), axis=axes)
        most = float(np.maximum.reduce(sums, axis=None, initial=0.0))
        if most < EXACT_IN_FLOAT64:
            self.heaviest = int(most)
        else:
            positive, negative = self._signed
            self.heaviest = int(np.max(positive - negative, initial=0))

    @property
    def _signed(self) -> tuple[Array, Array]:
        """The sums of the positive weights and of the negative ones, as Python's integers."""
        positive = _exact_sum(np.maximum(self._weights, 0), self._axes)
        return positive, _exact_sum(self._weights, self._axes) - positive

    def bound(self, pixels: Range) -> int:
        """Return the greatest sum of magnitudes: that of the weights times the greatest pixel, and the bias."""
        return self.heaviest * magnitude(pixels) + self._extra

    def range(self, pixels: Range) -> Range:
        """Return the least and the greatest sum of pixels in a range."""
        low, high = pixels
        positive, negative = self._signed
        bias = np.array(0 if self._bias is None else self._bias, object)
        least = positive * low + negative * high + np.minimum(bias, 0)
        greatest = positive * high + negative * low + np.maximum(bias, 0)
        return int(np.min(least, initial=0)), int(np.max(greatest, initial=0))

    def fit(self, dtype: DType, pixels: Range) -> bool:
        """Return whether an integer dtype holds all sums."""
        return self._fit(dtype, pixels, self.bound(pixels))

    def _fit(self, dtype: DType, pixels: Range, bound: int) -> bool:
        return (dtype.kind == "i" and bound <= limits(dtype)[1]) or _holds(
            dtype, *self.range(pixels)
        )

    def working(self, dtype: DType, pixels: Range, what: str) -> DType:
        """Return the dtype in which the sums are exact, for results of an integer dtype.

        Raises
        ------
        OverflowError : they might not fit the result
        """
        bound = self.bound(pixels)
        if self._fit(dtype, pixels, bound):
            return working(dtype, bound)
        low, high = self.range(pixels)
        holders = [name for name in INTEGERS if _holds(np.dtype(name), low, high)]
        advice = (
            f"pass dtype=np.{holders[0]}" if holders else "pass dtype=float for rounded results"
        )
        if "int64" in holders[1:]:
            advice += ", or no dtype for int64"
        if low < 0 and dtype.kind == "u":
            raise OverflowError(
                f"{what} may be negative, as low as {low}, which {dtype} cannot hold; {advice}"
            )
        raise OverflowError(
            f"{what} may reach {bound}, more than {dtype} holds ({limits(dtype)[1]}); {advice}"
        )


def _holds(dtype: DType, low: int, high: int) -> bool:
    least, greatest = limits(dtype)
    return least <= low and high <= greatest


def _exact_sum(weights: Array, axes: tuple[int, ...]) -> Array:
    """Add integers over some axes, as Python's, which do not wrap: their high and low halves apart."""
    if weights.dtype == object:
        return np.asarray(np.add.reduce(weights, axis=axes))
    wide = weights.astype(np.uint64 if weights.dtype.kind == "u" else np.int64)
    high, low = (
        np.add.reduce(half, axis=axes, dtype=np.int64) for half in (wide >> 32, wide & 0xFFFFFFFF)
    )
    return np.asarray(np.asarray(high, object) * 2**32 + np.asarray(low, object))


def working(dtype: DType, bound: int) -> DType:
    """Return the dtype in which integer sums of magnitudes up to a bound are exact and fast: floats if they can."""
    for kind, exact in ((np.float32, EXACT_IN_FLOAT32), (np.float64, EXACT_IN_FLOAT64)):
        if bound <= exact:
            return np.dtype(kind)
    return dtype


def pooled(images: DType, mode: str, dtype: DType | None = None) -> DType:
    """Return the dtype of a pooling's result.

    Raises
    ------
    TypeError : `dtype` cannot hold what the mode gives
    """
    native = images.newbyteorder("=")
    keeps = mode in ("max", "min")
    given = (
        native
        if keeps or native.kind in "fc"
        else np.dtype(np.int64 if mode == "sum" else np.float64)
    )
    asked = given if dtype is None else dtype.newbyteorder("=")
    if asked == given:
        return given
    if keeps:
        raise TypeError(
            f"dtype is {asked}, but {mode} keeps that of the images, {native}: name none, or pass "
            f"images.astype(np.{asked})"
        )
    kinds = {"i": "iufc", "f": "f" if mode in ("lp", "median") else "fc", "c": "c"}[given.kind]
    if asked.kind not in kinds:
        names = {
            "iufc": "an integer, float or complex",
            "f": "a float",
            "fc": "a float or complex",
            "c": "a complex",
        }
        raise TypeError(
            f"dtype is {asked}, but {mode} of {native} gives {given}: name {names[kinds]} dtype, "
            "or none"
        )
    return asked


def pooling(images: DType, mode: str, dtype: DType | None = None) -> DType:
    """Return the dtype in which a pooling reduces: float64 for short floats, so that long sums stay exact enough."""
    if mode in ("max", "min", "median"):
        return images.newbyteorder("=")
    result = pooled(images, mode, dtype)
    # what integers wrap on the way is made good on it, where the sum fits
    return np.dtype(np.int64) if result.kind in "iu" else np.result_type(result, np.float64)
