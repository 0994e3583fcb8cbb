"""The dtypes of sums and results, and whether sums of integers fit them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.pool_modes import POOL_MODES
from convpool.plans import arguments

Array = NDArray[Any]
DType = np.dtype[Any]
Range = tuple[int, int]  # the least and the greatest value

# up to these magnitudes, floats hold every integer; their products are faster than those of int64
EXACT_IN_FLOAT32 = 2**24
EXACT_IN_FLOAT64 = 2**53
FEW_WEIGHTS = 128  # of a kernel that are looked at one by one
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


class NamedKernel(np.ndarray[Any, DType]):
    """The weights of a kernel of `convpool.filters`: with float images, results keep their dtype.

    Views and copies are of this class too; arithmetic gives plain arrays.
    """

    follows_images = True  # what reads dtypes by name asks for this attribute

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return np.asarray(array)[()]  # [()] turns an array without axes into a scalar


def follow_images(images: DType, kernels: Any, dtype: DTypeLike | None) -> DTypeLike | None:
    """Return the dtype for a call: the argument `dtype` if it is not None.

    If it is None, return the images' dtype for a named kernel and float or complex images, else
    None.
    """
    is_following = dtype is None and isinstance(kernels, NamedKernel) and images.kind in "fc"
    return images if is_following else dtype


def convolution_dtype(
    images: DType,
    kernels: DType,
    dtype: DTypeLike | None,
    names: tuple[str, str] = ("images", "kernels"),
    *,
    has_missing: bool = False,
) -> DType:
    """Return the dtype of a convolution's result.

    Parameters
    ----------
    images, kernels
        Their dtypes.
    dtype
        The argument of the call; None for int64 if images and kernels are integers or bool,
        otherwise NumPy's result type.
    names
        What errors call the two operands.
    has_missing
        Whether pixels may be missing: results are quotients then, float64 for integers.

    Raises
    ------
    TypeError : `dtype` is an integer dtype for floats or for quotients, or not complex for complex
        operands
    """
    operands = np.result_type(images, kernels)
    # not read from `operands`, since NumPy makes float64 of uint64 with int8
    are_integers = images.kind in "biu" and kernels.kind in "biu"
    if dtype is None:
        integer_result = np.dtype(np.float64 if has_missing else np.int64)
        return integer_result if are_integers else operands.newbyteorder("=")
    requested = arguments.read_result_dtype(dtype)
    if requested.kind in "iu" and has_missing:
        raise TypeError(
            f"dtype is {requested}, but where pixels are missing results are quotients: name a "
            "float dtype, or none"
        )
    if requested.kind in "iu" and not are_integers:
        raise TypeError(
            f"dtype is {requested}, but {names[0]} {images} with {names[1]} {kernels} give "
            f"{operands}: "
            "name a float dtype, or none; filter_image rounds to pixels with round_to='uint8'"
        )
    if requested.kind != "c" and operands.kind == "c":
        raise TypeError(
            f"dtype is {requested}, but {names[0]} {images} with {names[1]} {kernels} give "
            f"{operands}: "
            "name a complex dtype, or none"
        )
    return requested


def check_kind(subject: str, dtype: DType, sums: DType) -> None:
    """Raise TypeError if numbers of `dtype` cannot be added to sums of the dtype `sums`.

    Integers can be added to all sums, floats to floats and complex numbers, complex numbers to
    complex ones. The error begins with `subject`, such as "bias is float64".
    """
    kinds = ("biu", "f", "c")
    first = next(k for k, letters in enumerate(kinds) if dtype.kind in letters)
    if sums.kind in "".join(kinds[first:]):
        return
    if dtype.kind == "f":
        advice = "dtype=float, or integers"
    else:
        wide = np.result_type(sums if sums.kind == "f" else np.float64, np.complex64)
        advice = "dtype=complex" if wide == np.complex128 else f"dtype=np.{wide}"
    raise TypeError(f"{subject}, but sums are taken in {sums}: pass {advice}")


def accumulation_dtype(dtype: DType) -> DType:
    """Return the dtype of the sums for a result dtype: float32 for float16, else the same."""
    return np.dtype(np.float32) if dtype == np.float16 else dtype


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
        """Return an upper bound of the magnitude of all sums, for pixels in a range."""
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
        OverflowError : a sum might not fit `dtype`; the text names one that is large enough
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
        One kernel, or one for each axis whose products are the weights; floats may be whole
        numbers.
    pixels
        The range of the pixels, with 0.
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


def pooling_result_dtype(images: DType, mode: str, dtype: DType | None = None) -> DType:
    """Return the dtype of a pooling's result.

    Parameters
    ----------
    images
        The dtype of the images.
    mode
        A name of `POOL_MODES`.
    dtype
        The argument of the call. None for the images' dtype, in this machine's byte order; but sums
        of integers and bool are int64, and their avg, lp and median float64.

    Raises
    ------
    TypeError : `dtype` is not possible for this mode and these images
    """
    native = images.newbyteorder("=")
    pool_mode = POOL_MODES[mode]
    default = pool_mode.result_of_integers
    if default is None or native.kind in "fc":
        default = native
    requested = default if dtype is None else dtype.newbyteorder("=")
    if requested == default:
        return default
    if pool_mode.keeps_dtype:
        raise TypeError(
            f"dtype is {requested}, but {mode} keeps that of the images, {native}: name none, or "
            f"pass images.astype(np.{requested})"
        )
    # the kinds of dtypes that may be requested instead of the default
    kinds = {"i": "iufc", "f": "fc" if pool_mode.takes_complex else "f", "c": "c"}[default.kind]
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
    """Return the dtype in which a pooling computes; parameters as in `pooling_result_dtype`.

    For modes that select pixels it is the images' dtype, for integer results int64, and for others
    the result's dtype or float64, whichever is wider.
    """
    if POOL_MODES[mode].selects_pixels:
        return images.newbyteorder("=")
    result = pooling_result_dtype(images, mode, dtype)
    # int64 for uint64 too: both wrap modulo 2**64, so a sum that fits the result is right
    return np.dtype(np.int64) if result.kind in "iu" else np.result_type(result, np.float64)
