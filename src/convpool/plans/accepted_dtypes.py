"""Which dtypes arrays and the argument `dtype` may have.

What is refused here raises TypeError, with the dtype to convert to; see `result_dtypes` for what
results have.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.pool_modes import POOL_MODES

Array = NDArray[Any]
DType = np.dtype[Any]

# scalar types of NumPy's own numbers and bool
NUMBERS = frozenset(np.dtype(char).type for char in "?bhilqBHILQefdgFDG")
# `dtype.isbuiltin` of a dtype that another library registered with NumPy, such as bfloat16
REGISTERED = 2


def is_numeric(dtype: DType) -> bool:
    """Return whether a dtype is NumPy's own bool, integer, float or complex number.

    bfloat16 of ml_dtypes is not: `plans.bfloat16` computes with it in float32.
    """
    return dtype.type in NUMBERS


def numeric_dtype_for(values: Array) -> str:
    """Return code for a dtype of numbers to which values can be cast: "float" or "np.float32".

    It is "" if there is none. Of objects and texts, only the first value is tried.
    """
    if values.dtype.isbuiltin == REGISTERED:
        return next(
            (f"np.{name}" for name in ("int8", "float32") if np.can_cast(values.dtype, name)),
            "float",
        )
    try:
        first = values.flat[:1]  # an array of one value, or empty
        if values.dtype.kind in "OSU" and all(value is not None for value in first):
            first.astype(float)  # None, which is excluded above, would become NaN
            return "float"
    except (TypeError, ValueError):
        pass
    return ""


def read_dtype(value: Any, name: str = "dtype") -> DType:
    """Return the argument `name` as a dtype of numbers, from anything that np.dtype takes.

    Raises
    ------
    TypeError : it is no dtype, or one of texts, objects or dates, or of another library
    """
    dtype = _any_dtype(value, name)
    if not is_numeric(dtype):
        cast = numeric_dtype_for(np.empty(0, dtype))
        raise TypeError(
            f"{name} is {dtype}; convpool takes bool, integers, floats and complex numbers"
            + (f", to which astype({cast}) leads" if cast else "")
        )
    return dtype


def read_result_dtype(value: Any) -> DType:
    """Return the argument `dtype` of a call, in the byte order of this machine.

    Sums are computed in this dtype, except that float16 is summed in float32, and results have it.

    Raises
    ------
    TypeError : it is not an integer, float or complex dtype of NumPy; bool is none
    """
    dtype = _any_dtype(value, "dtype")
    if dtype.kind == "b" or not is_numeric(dtype):
        raise TypeError(
            f"dtype is {dtype}; it must be an integer, float or complex dtype of NumPy, such as "
            "float32"
        )
    return dtype.newbyteorder("=")


def _any_dtype(value: Any, name: str) -> DType:
    """Return the argument `name` as a dtype; raise TypeError if np.dtype does not take it."""
    try:
        dtype: DType = np.dtype(value)
        return dtype
    except (TypeError, ValueError, SyntaxError):  # SyntaxError: for texts such as "i4,,"
        raise TypeError(
            f"{name} is {value!r}; it must name a dtype of NumPy, such as float32 or int64"
        ) from None


def check_pooled_dtype(images: DType, mode: str) -> None:
    """Raise TypeError for complex images with a mode that does not take them."""
    if images.kind == "c" and not POOL_MODES[mode].takes_complex:
        complex_modes = [repr(each.name) for each in POOL_MODES.values() if each.takes_complex]
        raise TypeError(
            f"{mode} pooling has no meaning for images of {images}; use "
            f"{' or '.join(complex_modes)}, or pool np.abs(images)"
        )
