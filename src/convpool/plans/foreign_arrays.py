"""Read arrays of other libraries, such as tensors of PyTorch, and tell which dtypes are numbers.

No other library is imported: tensors are recognized by their attributes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# `dtype.isbuiltin` of a dtype that another library registered with NumPy, such as bfloat16
REGISTERED = 2


def read_array(value: Any, name: str) -> Any:
    """Return the argument `name` as an array of NumPy, or of a subclass, such as a masked array.

    Raises
    ------
    TypeError, ValueError : NumPy cannot read it; the text says how to convert it first
    """
    try:
        if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
            return np.from_dlpack(value)
        return np.asanyarray(value)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        methods = "".join(method for is_needed, method in CONVERSIONS if is_needed(value))
        advice = f"pass {name}{methods}.numpy()" if methods else "pass an array of NumPy"
        error_type = ValueError if isinstance(error, ValueError) else TypeError
        raise error_type(
            f"{name} came as a {type(value).__name__} that NumPy cannot read "
            f"({str(error).strip()}): {advice}"
        ) from error


# (is_needed, method): whether a tensor of PyTorch needs this method before NumPy can read it
CONVERSIONS: tuple[tuple[Callable[[Any], Any], str], ...] = (
    (lambda value: getattr(value, "requires_grad", False), ".detach()"),
    (lambda value: getattr(value, "is_sparse", False), ".to_dense()"),
    (lambda value: getattr(getattr(value, "device", None), "type", "cpu") != "cpu", ".cpu()"),
    (lambda value: str(getattr(value, "dtype", "")) == "torch.bfloat16", ".float()"),
)


# scalar types of NumPy's own numbers and bool
NUMBERS = frozenset(np.dtype(char).type for char in "?bhilqBHILQefdgFDG")


def is_numeric(dtype: np.dtype[Any]) -> bool:
    """Return whether a dtype is NumPy's own bool, integer, float or complex number.

    bfloat16 of ml_dtypes is not: `plans.bfloat16` computes with it in float32.
    """
    return dtype.kind in "biufc" and dtype.isbuiltin != REGISTERED


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
