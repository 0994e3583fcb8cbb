"""The dtypes of sums and results, and whether sums of integers fit them."""

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
EXACT_IN_FLOAT64 = 2**53  # and its products are much faster than those of int64
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


class NamedKernel(np.ndarray[Any, DType]):
    """Weights of a named kernel, which take on the dtype of float images, as Python's numbers do.

    Views and copies are named kernels too; arithmetic gives plain arrays.
    """

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return np.asarray(array)[()]


def follow_images(images: DType, kernels: Any, dtype: DTypeLike | None) -> DTypeLike | None:
    """Return the argument `dtype`, or if that is None, for a named kernel, that of float images."""
    is_following = dtype is None and isinstance(kernels, NamedKernel) and images.kind in "fc"
    return images if is_following else dtype


def convolution_dtype(images: DType, kernels: DType, dtype: DTypeLike | None) -> DType:
    """Return the dtype of a convolution's result.

    Raises
    ------
    TypeError : `dtype` cannot hold what the operands give
    """
    operands = np.result_type(images, kernels)
    # uint64 with int8 too, which NumPy makes float64
    are_integers = images.kind in "biu" and kernels.kind in "biu"
    if dtype is None:
        return np.dtype(np.int64) if are_integers else operands.newbyteorder("=")
    requested = arguments.read_result_dtype(dtype)
    if requested.kind in "iu" and not are_integers:
        raise TypeError(
            f"dtype is {requested}, but images {images} with kernels {kernels} give {operands}: "
            "name a float dtype, or none"
        )
    if requested.kind != "c" and operands.kind == "c":
        raise TypeError(
            f"dtype is {requested}, but images {images} with kernels {kernels} give {operands}: "
            "name a complex dtype, or none"
        )
    return requested


def check_kind(subject: str, kind: DType, sums: DType) -> None:
    """Raise TypeError, beginning with the subject, if sums cannot take numbers of dtype `kind`."""
    kinds = ("biu", "f", "c")
    least = next(k for k, letters in enumerate(kinds) if kind.kind in letters)
    if sums.kind in "".join(kinds[least:]):
        return
    if kind.kind == "f":
        advice = "dtype=float, or integers"
    else:
        wide = np.result_type(sums if sums.kind == "f" else np.float64, np.complex64)
        advice = "dtype=complex" if wide == np.complex128 else f"dtype=np.{wide}"
    raise TypeError(f"{subject}, but sums are taken in {sums}: pass {advice}")


def accumulation_dtype(dtype: DType) -> DType:
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
    """Return the least and the greatest of integers and of 0, which padding adds."""
    if not values.size:
        return 0, 0
    return min(0, int(values.min())), max(0, int(values.max()))


def magnitude(numbers: Range) -> int:
    """Return the greatest magnitude in a range."""
    return max(-numbers[0], numbers[1])


class Sums:
    """The range of sums of integer products: pixels times weights, and a bias.

    Sums of fewer taps, in any order, lie in the same range, which contains 0: nothing wraps on the
    way.

    Parameters
    ----------
    weights
        Integers of any shape.
    axes
        Those over which products are summed.
    bias
        Added to the sums; None for nothing.

    Attributes
    ----------
    heaviest : the greatest sum of the magnitudes of the weights, exact
    """

    def __init__(
        self, weights: Array, axes: tuple[int, ...] = (), bias: Array | None = None
    ) -> None:
        self._weights, self._axes, self._bias = weights, axes, bias
        self._bias_bound = 0 if bias is None else magnitude(extremes(bias))
        sums = np.add.reduce(np.abs(weights.astype(np.float64)), axis=axes)
        most = float(np.maximum.reduce(sums, axis=None, initial=0.0))
        if most < EXACT_IN_FLOAT64:
            self.heaviest = int(most)
        else:
            positive, negative = self._signed
            self.heaviest = int(np.max(positive - negative, initial=0))

    @property
    def _signed(self) -> tuple[Array, Array]:
        """The sums of the positive weights and of the negative ones, as Python's own integers."""
        positive = _exact_sum(np.maximum(self._weights, 0), self._axes)
        return positive, _exact_sum(self._weights, self._axes) - positive

    def bound(self, pixels: Range) -> int:
        """Return the greatest magnitude that a sum can have, for pixels in a range."""
        return self.heaviest * magnitude(pixels) + self._bias_bound

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

    def working_dtype(self, dtype: DType, pixels: Range, subject: str) -> DType:
        """Return the fastest dtype in which the sums are exact, for results of an integer dtype.

        Errors begin with the subject, such as "sums of products".

        Raises
        ------
        OverflowError : they might not fit the result
        """
        bound = self.bound(pixels)
        if self._fit(dtype, pixels, bound):
            return fastest_exact(dtype, bound)
        low, high = self.range(pixels)
        holders = [name for name in INTEGERS if _holds(np.dtype(name), low, high)]
        advice = (
            f"pass dtype=np.{holders[0]}" if holders else "pass dtype=float for rounded results"
        )
        if "int64" in holders[1:]:
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
    """Return sums of integers over axes, as Python's ints, which do not wrap."""
    if weights.dtype == object:
        return np.asarray(np.add.reduce(weights, axis=axes))
    wide = weights.astype(np.uint64 if weights.dtype.kind == "u" else np.int64)
    high, low = (
        np.add.reduce(half, axis=axes, dtype=np.int64) for half in (wide >> 32, wide & 0xFFFFFFFF)
    )
    return np.asarray(np.asarray(high, object) * 2**32 + np.asarray(low, object))


def fastest_exact(dtype: DType, bound: int) -> DType:
    """Return the fastest dtype in which integers up to a bound are exact: a float, or `dtype`."""
    for kind, exact in ((np.float32, EXACT_IN_FLOAT32), (np.float64, EXACT_IN_FLOAT64)):
        if bound <= exact:
            return np.dtype(kind)
    return dtype


def pooling_result_dtype(images: DType, mode: str, dtype: DType | None = None) -> DType:
    """Return the dtype of a pooling's result.

    Raises
    ------
    TypeError : `dtype` cannot hold what the mode gives
    """
    native = images.newbyteorder("=")
    keeps = mode in ("max", "min")
    default = np.dtype(np.int64 if mode == "sum" else np.float64)
    if keeps or native.kind in "fc":
        default = native
    requested = default if dtype is None else dtype.newbyteorder("=")
    if requested == default:
        return default
    if keeps:
        raise TypeError(
            f"dtype is {requested}, but {mode} keeps that of the images, {native}: name none, or "
            f"pass images.astype(np.{requested})"
        )
    kinds = {"i": "iufc", "f": "f" if mode in ("lp", "median") else "fc", "c": "c"}[default.kind]
    if requested.kind not in kinds:
        names = {
            "iufc": "an integer, float or complex",
            "f": "a float",
            "fc": "a float or complex",
            "c": "a complex",
        }
        raise TypeError(
            f"dtype is {requested}, but {mode} of {native} gives {default}: name {names[kinds]} "
            "dtype, or none"
        )
    return requested


def pooling_sum_dtype(images: DType, mode: str, dtype: DType | None = None) -> DType:
    """Return the dtype in which a pooling reduces: float64 for sums of shorter floats."""
    if mode in ("max", "min", "median"):
        return images.newbyteorder("=")
    result = pooling_result_dtype(images, mode, dtype)
    # integers that wrap on the way wrap back, where the sum fits
    return np.dtype(np.int64) if result.kind in "iu" else np.result_type(result, np.float64)
