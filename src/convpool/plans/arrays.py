"""The arrays of a call, read once: as plain NumPy arrays of numbers, from which nothing is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.plans import foreign_arrays

Array = NDArray[Any]

# what has neither a mask nor a unit
PLAIN_TYPES = frozenset({np.ndarray, bool, int, float, complex, str})
# attributes of arrays with units: of the unit, and of the numbers
UNITS = (("units", "magnitude"), ("unit", "value"), ("units", "value"))


def read_array(value: Any, name: str) -> Array:
    """Return an argument as a plain array of numbers, without a copy if it is an array.

    Raises
    ------
    TypeError : it has a mask or a unit, which would be lost, or holds no numbers
    """
    if type(value) is np.ndarray and value.dtype.type in foreign_arrays.NUMBERS:
        return value
    if type(value) is not np.ndarray:
        check_plain(value, name)
        value = foreign_arrays.read_array(without_labels(value), name)
        check_plain(
            value, f"{name}[:]"
        )  # what was read just now, such as a variable of a file, may have a mask
    numbers: Array = np.asarray(value)
    if numbers.dtype.kind == "U" and not numbers.ndim:
        raise TypeError(
            f"{name} {'are' if name.endswith('s') else 'is'} {str(numbers)!r}; "
            f"{_array_advice(str(numbers), name)}"
        )
    if not foreign_arrays.is_numeric(numbers.dtype):
        cast = foreign_arrays.numeric_dtype_for(numbers)
        raise TypeError(
            f"{name} {_verb(name, 'hold')} {numbers.dtype}; convpool takes bool, integers, "
            "floats and complex numbers"
            + (f": pass np.asarray({name}).astype({cast})" if cast else "")
        )
    return numbers


def _array_advice(value: str, name: str) -> str:
    """Return the end of an error: how a word, passed as the argument `name`, becomes an array."""
    if not name.startswith("kernel"):
        return "pass an array, such as the pixels of convpool.photos.read(name)"
    axes = "[..., None, None]" if name == "kernels" else ""
    return (
        f"for a named kernel pass filters.kernel({value!r}){axes}, after from convpool import "
        "filters"
    )


def without_labels(value: Any) -> Any:
    """Return the data of a DataArray or Variable of xarray, and anything else as it is."""
    return value.data if is_labelled(value) else value


def is_labelled(value: Any) -> bool:
    """Return whether a value is a DataArray or Variable of xarray."""
    return _module(value) == "xarray" and hasattr(type(value), "data")


def _module(value: Any) -> str:
    """Return the top-level package of a value's type."""
    return type(value).__module__.partition(".")[0]


def check_plain(value: Any, name: str, *, in_chunks: bool = False) -> None:
    """Raise if a value has a mask or a unit, which would be lost, or is sparse.

    All are recognized by their attributes, so that no other library has to be imported.

    Parameters
    ----------
    value
        The argument; for a dask array, what dask knows of its chunks is checked.
    name
        The name of the argument.
    in_chunks
        Whether the value is a chunk of a dask array.

    Raises
    ------
    TypeError : with what would do
    """
    if type(value) in PLAIN_TYPES:
        return
    if isinstance(value, (list, tuple)):
        for k, part in enumerate(value):
            if type(part) not in PLAIN_TYPES:
                check_plain(part, f"{name}[{k}]", in_chunks=in_chunks)
        return
    inner = without_labels(value)
    source = name if inner is value else f"{name}.data"
    if is_dask(inner):
        inner, in_chunks = getattr(inner, "_meta", None), True
    if hasattr(inner, "mask") and hasattr(inner, "filled"):
        raise _mask_error(name, source, in_chunks=in_chunks)
    if hasattr(inner, "nnz"):
        dense = "toarray" if hasattr(inner, "toarray") else "todense"
        pixels = (
            f"{source}.map_blocks(lambda chunk: chunk.{dense}())"
            if in_chunks
            else f"{source}.{dense}()"
        )
        raise TypeError(
            f"{name} came as a sparse {type(inner).__name__}, whose zeros convpool reads too: "
            f"pass {pixels}"
        )
    for unit, numbers in UNITS:
        if hasattr(inner, unit) and hasattr(inner, numbers):
            plain = (
                f"{source}.map_blocks(lambda chunk: chunk.{numbers})"
                if in_chunks
                else f"{source}.{numbers}"
            )
            word = str(getattr(inner, unit)) or "dimensionless"
            raise TypeError(f"{name} came with a unit, {word}, which would be lost: pass {plain}")


def _mask_error(name: str, source: str, *, in_chunks: bool) -> TypeError:
    """Return the error for a masked array, which is `source` in the caller's code."""
    if name == "out":
        return TypeError(
            "out came as a masked array, whose mask would not be written: pass out.data"
        )
    filled = f"dask.array.ma.filled({source}, value)" if in_chunks else f"{source}.filled(value)"
    later = f"; missing={name}.mask is not taken yet" if name in ("images", "image") else ""
    return TypeError(
        f"{name} came as a masked array, and a mask is never dropped in silence: pass "
        f"{filled}, with the value that stands for what is masked{later}"
    )


def _verb(name: str, verb: str) -> str:
    """Return a verb, "are" or another plural, in the number of an argument's name."""
    plural = name in ("images", "kernels", "values", "windows", "indices")
    return {"are": "is"}.get(verb, verb + "s") if not plural else verb


def read_in_memory(value: Any, name: str, call: str) -> Array:
    """Return an argument as a plain array, for a call that has no lazy form.

    Raises
    ------
    TypeError : a dask array, also in a DataArray of xarray, which would be computed at once
    """
    if is_dask(value):
        raise TypeError(
            f"{name} {_verb(name, 'are')} a dask array, and {call} has no lazy form: pass "
            f"{name}.compute()"
        )
    return read_array(value, name)


def is_dask(value: Any) -> bool:
    """Return whether a value is a collection of dask, or a DataArray of one."""
    if type(value) is np.ndarray:
        return False
    if is_labelled(value):  # without chunks, .data might be read from a file
        return bool(value.chunks) and is_dask(value.data)
    return _module(value) == "dask"
