"""Results as integers: rounded to the nearest one, and saturated to what the dtype holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
DType = np.dtype[Any]


def read_integer_dtype(value: Any, results: DType) -> DType:
    """Return the integer dtype `round_to` that results of another dtype are rounded to.

    Raises
    ------
    TypeError : it is not an integer dtype, or the results are complex
    """
    text = f"round_to is {value!r}; it must be an integer dtype such as 'uint8' or 'int16'"
    try:
        kind: DType = np.dtype(value).newbyteorder("=")
    except TypeError:
        raise TypeError(text) from None
    if kind.kind not in "iu":
        raise TypeError(text)
    if results.kind == "c":
        raise TypeError(
            f"round_to is {value!r}, but the results are {results}: leave it out, and round "
            "np.abs or .real of them"
        )
    return kind


def saturate(values: Array, kind: DType) -> Array:
    """Return real numbers rounded, halves to the even neighbour, and saturated to an integer dtype.

    What is too large or too small becomes the greatest or least number of the dtype, NaN becomes 0.

    Examples
    --------
    >>> saturate(np.array([-7.0, 0.5, 1.5, 254.6, 300.0, np.nan]), np.dtype("uint8")).tolist()
    [0, 0, 2, 255, 255, 0]
    """
    limits = np.iinfo(kind)
    if values.dtype.kind == "b":
        return values.astype(kind)
    if values.dtype.kind in "iu":
        own = np.iinfo(values.dtype)
        return np.clip(values, max(own.min, limits.min), min(own.max, limits.max)).astype(
            kind, copy=False
        )
    whole = np.asarray(np.rint(values, dtype=np.result_type(values.dtype, np.float32)))
    with np.errstate(invalid="ignore"):
        result = whole.astype(kind)  # what is beyond the limits is replaced below
    result[whole >= limits.max] = limits.max
    result[whole <= limits.min] = limits.min
    result[np.isnan(whole)] = 0
    return result
