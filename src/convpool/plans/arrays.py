"""Read the arrays of a call as plain NumPy arrays of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.plans import accepted_dtypes, dask_and_xarray, foreign_arrays, masks_and_units
from convpool.plans.foreign_calls import FILTERS_WITHOUT_KERNEL

Array = NDArray[Any]


def read_array(value: Any, name: str) -> Array:
    """Return the argument `name` as a plain array of numbers, without a copy if it is an array.

    Raises
    ------
    TypeError : it has a mask or a unit, is sparse, is a text, or holds no numbers
    """
    if type(value) is np.ndarray and value.dtype.type in accepted_dtypes.NUMBERS:
        return value
    if type(value) is not np.ndarray:
        masks_and_units.check_plain(value, name)
        if callable(value):
            function = getattr(value, "__name__", type(value).__name__)
            raise TypeError(f"{name} came as the function {function}: pass what it returns")
        value = foreign_arrays.read_array(dask_and_xarray.without_labels(value), name)
        # reading a variable of a file may give a masked array
        masks_and_units.check_plain(value, f"{name}[:]")
    numbers: Array = np.asarray(value)
    if numbers.dtype.kind == "U" and not numbers.ndim:
        raise TypeError(
            f"{name} {'are' if name.endswith('s') else 'is'} {str(numbers)!r}; "
            f"{_array_advice(str(numbers), name)}"
        )
    if not accepted_dtypes.is_numeric(numbers.dtype):
        cast = accepted_dtypes.numeric_dtype_for(numbers)
        raise TypeError(
            f"{name} {_verb(name, 'hold')} {numbers.dtype}; convpool takes bool, integers, "
            "floats and complex numbers"
            + (f": pass np.asarray({name}).astype({cast})" if cast else "")
        )
    return numbers


def _array_advice(value: str, name: str) -> str:
    """Return the end of an error for a text passed as the argument `name`: what to pass instead.

    For "kernel" and "kernels" it is the kernel of that name, for others an array of pixels.
    """
    if value.endswith(".npy"):
        return "pass the array: np.load(name), or with mmap_mode='r' and max_memory= in tiles"
    if not name.startswith("kernel"):
        return "pass an array, such as np.asarray(PIL.Image.open(name))"
    if value.lower() in FILTERS_WITHOUT_KERNEL:
        return f"that is no single kernel: take {FILTERS_WITHOUT_KERNEL[value.lower()]}"
    axes = "[..., None, None]" if name == "kernels" else ""
    return (
        f"for a named kernel pass filters.kernel({value!r}){axes}, after from convpool import "
        "filters"
    )


def _verb(name: str, verb: str) -> str:
    """Return a plural verb in the number of an argument's name.

    `_verb("images", "are")` -> "are", `_verb("image", "are")` -> "is", `_verb("bias", "hold")` ->
    "holds".
    """
    if name in ("images", "kernels", "values", "windows", "indices"):
        return verb
    return "is" if verb == "are" else f"{verb}s"


def read_in_memory(value: Any, name: str, call: str) -> Array:
    """Return the argument `name` as a plain array, for a call that cannot return a dask array.

    Raises
    ------
    TypeError : a dask array, also in a DataArray of xarray, which would be computed at once;
        otherwise as `read_array`
    """
    if dask_and_xarray.is_dask(value):
        raise TypeError(
            f"{name} {_verb(name, 'are')} a dask array, and {call} has no lazy form: pass "
            f"{name}.compute()"
        )
    return read_array(value, name)
