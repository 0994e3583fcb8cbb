"""Read arrays of other libraries, such as tensors of PyTorch, as arrays of NumPy.

No other library is imported: tensors are recognized by their attributes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


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
