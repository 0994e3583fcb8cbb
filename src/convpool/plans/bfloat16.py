"""bfloat16 of ml_dtypes: computed in float32, and given back as it came.

NumPy knows it only once ml_dtypes is imported, which this package never does: the dtype is
recognized by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np

NAME = "bfloat16"
# names of the arguments whose dtypes decide that of the result
OPERANDS = ("images", "image", "kernels", "kernel", "values", "windows", "output_gradient")
# a call with one of these parameters computes something; others return views
OF_COMPUTATIONS = {"kernels", "kernel", "mode", "kernel_shape", "output_shape", "values", "windows"}


def is_computation(parameters: Collection[str]) -> bool:
    """Return whether a call with these parameters computes something, and makes no view or plan."""
    return not OF_COMPUTATIONS.isdisjoint(parameters) and "images_shape" not in parameters


def is_among(positional: Iterable[Any], keywords: Mapping[str, Any]) -> bool:
    """Return whether an argument of a call is an array of bfloat16, or this dtype."""
    return any(_dtype_name(value) == NAME for value in (*positional, *keywords.values()))


def compute_in_float32(call: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Call with every bfloat16 argument widened to float32, and convert float32 results back.

    Parameters
    ----------
    call
        A public call.
    arguments
        Its arguments, name -> value.

    Raises
    ------
    TypeError : results are bfloat16, and `out` is no array of that dtype
    """
    result_dtype, out = _result_dtype(arguments), arguments.get("out")
    wide = {name: _widen(value) for name, value in arguments.items()}
    if out is not None and result_dtype.name == NAME:
        if _dtype_name(out) != NAME or not isinstance(out, np.ndarray):
            raise TypeError(
                f"out is {_description(out)}; results are bfloat16, and go to arrays of that dtype "
                "only: pass one, or none"
            )
        wide["out"] = np.empty(out.shape, np.float32)
    result = call(**wide)

    def narrow(values: Any) -> Any:
        is_wide = values.dtype == np.float32 and result_dtype.name == NAME
        return values.astype(result_dtype) if is_wide else values

    if isinstance(result, tuple):  # calls that return several arrays take no array as `out`
        values = map(narrow, result)
        return type(result)(*values) if hasattr(result, "_fields") else tuple(values)
    if out is None or result is out:  # the call has filled an `out` that is not bfloat16
        return narrow(result)
    out[...] = result  # which was computed in the float32 array that stood in for `out`
    return out


def _result_dtype(arguments: Mapping[str, Any]) -> np.dtype[Any]:
    """Return the dtype of the result: bfloat16 if `dtype` is, else that of the operands.

    It is float32, which means that results are not converted, if `dtype` is another dtype, if
    results are rounded, or if bfloat16 has no common dtype with the other operands, as with int64.
    """
    dtype = arguments.get("dtype")
    if _dtype_name(dtype) == NAME:
        requested: np.dtype[Any] = np.dtype(dtype)
        return requested
    if dtype is not None or arguments.get("round_to") is not None:
        return np.dtype(np.float32)
    operands = [
        np.dtype(value.dtype) if hasattr(value, "dtype") else np.asarray(value).dtype
        for name, argument in arguments.items()
        for value in (argument if isinstance(argument, tuple) else (argument,))
        if name in OPERANDS and not getattr(value, "follows_images", False)
    ]
    try:
        return np.result_type(*operands)
    except TypeError:
        return np.dtype(np.float32)


def _description(out: Any) -> str:
    """Return what `out` is, for an error: a path, "an array of float32", or its type."""
    if isinstance(out, np.ndarray):
        return f"an array of {out.dtype}"
    return out if isinstance(out, str) else repr(type(out).__name__)


def _dtype_name(value: Any) -> str:
    """Return the name of the dtype of an array, of a dtype, or of a scalar type; "" for others."""
    if isinstance(value, str | type):
        return value if isinstance(value, str) else value.__name__
    return str(getattr(getattr(value, "dtype", value), "name", ""))


def _widen(value: Any) -> Any:
    """Return an array of bfloat16 as float32, this dtype as float32, anything else as it is.

    Of a tuple, the items are widened.
    """
    if isinstance(value, tuple):
        return tuple(map(_widen, value))
    if _dtype_name(value) != NAME:
        return value
    is_array = hasattr(value, "astype") and not isinstance(value, type)
    return value.astype(np.float32) if is_array else np.float32
