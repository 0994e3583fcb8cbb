"""Which dtypes sums and results have, from those of the operands and the argument `dtype`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.pool_modes import POOL_MODES
from convpool.plans import accepted_dtypes

Array = NDArray[Any]
DType = np.dtype[Any]


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
    requested = accepted_dtypes.read_result_dtype(dtype)
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


def check_kind(subject: str, dtype: DType, sum_dtype: DType) -> None:
    """Raise TypeError if numbers of `dtype` cannot be added to sums of the dtype `sum_dtype`.

    Integers can be added to all sums, floats to floats and complex numbers, complex numbers to
    complex ones. The error begins with `subject`, such as "bias is float64".
    """
    kinds = ("biu", "f", "c")
    first = next(k for k, letters in enumerate(kinds) if dtype.kind in letters)
    if sum_dtype.kind in "".join(kinds[first:]):
        return
    if dtype.kind == "f":
        advice = "dtype=float, or integers"
    else:
        wide = np.result_type(sum_dtype if sum_dtype.kind == "f" else np.float64, np.complex64)
        advice = "dtype=complex" if wide == np.complex128 else f"dtype=np.{wide}"
    raise TypeError(f"{subject}, but sums are taken in {sum_dtype}: pass {advice}")


def accumulation_dtype(dtype: DType) -> DType:
    """Return the dtype of the sums for a result dtype: float32 for float16, else the same."""
    return np.dtype(np.float32) if dtype == np.float16 else dtype


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
