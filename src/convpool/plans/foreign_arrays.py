"""Arrays of other libraries, and dtypes that are not numbers: how NumPy reads them, or why not.

No other library is imported: tensors are recognized by their attributes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

REGISTERED = 2  # `isbuiltin` of dtypes that another library has registered with NumPy


def read_array(value: Any, name: str) -> Any:
    """Return a value as NumPy reads it; raise, with what has to be done first, if it cannot."""
    try:
        if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
            return np.from_dlpack(value)
        return np.asanyarray(value)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        steps = "".join(step for needed, step in TENSORS if needed(value))
        advice = f"pass {name}{steps}.numpy()" if steps else "pass an array of NumPy"
        kind = ValueError if isinstance(error, ValueError) else TypeError
        raise kind(
            f"{name} came as a {type(value).__name__} that NumPy cannot read "
            f"({str(error).strip()}): {advice}"
        ) from error


# what a tensor of PyTorch needs before NumPy reads it
TENSORS: tuple[tuple[Callable[[Any], Any], str], ...] = (
    (lambda value: getattr(value, "requires_grad", False), ".detach()"),
    (lambda value: getattr(value, "is_sparse", False), ".to_dense()"),
    (lambda value: getattr(getattr(value, "device", None), "type", "cpu") != "cpu", ".cpu()"),
    (lambda value: str(getattr(value, "dtype", "")) == "torch.bfloat16", ".float()"),
)


NUMBERS = frozenset(np.dtype(char).type for char in "?bhilqBHILQefdgFDG")  # NumPy's own


def is_numeric(kind: np.dtype[Any]) -> bool:
    """Return whether a dtype is one of NumPy's own numbers, unlike bfloat16 of ml_dtypes."""
    return kind.kind in "biufc" and kind.isbuiltin != REGISTERED


def numeric_dtype_for(values: Array) -> str:
    """Return the name of a dtype of numbers to which values can be cast; "" without one."""
    if values.dtype.isbuiltin == REGISTERED:
        return next(
            (f"np.{name}" for name in ("int8", "float32") if np.can_cast(values.dtype, name)),
            "float",
        )
    try:
        if values.dtype.kind in "OSU" and all(
            value is not None for value in values.flat[:1]
        ):  # None would be NaN
            values.flat[:1].astype(float)
            return "float"
    except (TypeError, ValueError):
        pass
    return ""
