"""The argument `round_to`: results rounded to integers, and saturated at the dtype's limits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
DType = np.dtype[Any]


def read_round_to(value: Any, result_dtype: DType) -> DType:
    """Return the argument `round_to` as an integer dtype in this machine's byte order.

    `result_dtype` is the dtype of the results before they are rounded.

    Raises
    ------
    TypeError : it is not an integer dtype, or the results are complex
    """
    text = f"round_to is {value!r}; it must be an integer dtype such as 'uint8' or 'int16'"
    try:
        dtype: DType = np.dtype(value).newbyteorder("=")
    except TypeError:
        raise TypeError(text) from None
    if dtype.kind not in "iu":
        raise TypeError(text)
    if result_dtype.kind == "c":
        raise TypeError(
            f"round_to is {value!r}, but the results are {result_dtype}: leave it out, and round "
            "np.abs or .real of them"
        )
    return dtype


def saturate(values: Array, integer_dtype: DType) -> Array:
    """Return bool or real numbers as an array of an integer dtype, rounded and saturated.

    Halves are rounded to the even neighbour. Numbers that are too large or too small become the
    greatest or the least number of the dtype, and NaN becomes 0.

    Examples
    --------
    >>> saturate(np.array([-7.0, 0.5, 1.5, 254.6, 300.0, np.nan]), np.dtype("uint8")).tolist()
    [0, 0, 2, 255, 255, 0]
    """
    limits = np.iinfo(integer_dtype)
    if values.dtype.kind == "b":
        return values.astype(integer_dtype)
    if values.dtype.kind in "iu":
        # limits within those of the values' own dtype, which np.clip takes
        own_limits = np.iinfo(values.dtype)
        low, high = max(own_limits.min, limits.min), min(own_limits.max, limits.max)
        return np.clip(values, low, high).astype(integer_dtype, copy=False)
    rounded = np.asarray(np.rint(values, dtype=np.result_type(values.dtype, np.float32)))
    with np.errstate(invalid="ignore"):
        result = rounded.astype(integer_dtype)  # numbers beyond the limits are replaced below
    result[rounded >= limits.max] = limits.max
    result[rounded <= limits.min] = limits.min
    result[np.isnan(rounded)] = 0
    return result
