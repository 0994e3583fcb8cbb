"""Arrays of a call, read once: as plain NumPy arrays of numbers, and nothing lost on the way."""

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
    """Return the numbers of an argument as a plain array, without a copy of an array.

    Raises
    ------
    TypeError : masks or units, which would be lost; no numbers
    """
    if type(value) is np.ndarray and value.dtype.type in foreign_arrays.NUMBERS:
        return value
    if type(value) is not np.ndarray:
        check_plain(value, name)
        value = foreign_arrays.read(without_labels(value), name)
        check_plain(
            value, f"{name}[:]"
        )  # what is read only now, such as a variable of a file, may come with a mask
    numbers: Array = np.asarray(value)
    if numbers.dtype.kind == "U" and not numbers.ndim:
        raise TypeError(
            f"{name} {'are' if name.endswith('s') else 'is'} {str(numbers)!r}; "
            f"{_in_words(str(numbers), name)}"
        )
    if not foreign_arrays.is_numeric(numbers.dtype):
        cast = foreign_arrays.castable(numbers)
        raise TypeError(
            f"{name} {_verb(name, 'hold')} {numbers.dtype}; convpool takes bool, integers, "
            "floats and complex numbers"
            + (f": pass np.asarray({name}).astype({cast})" if cast else "")
        )
    return numbers


def _in_words(value: str, name: str) -> str:
    """Say how a word becomes an array."""
    if not name.startswith("kernel"):
        return "pass an array, such as the pixels of convpool.photos.read(name)"
    axes = "[..., None, None]" if name == "kernels" else ""
    return (
        f"for a named kernel pass filters.kernel({value!r}){axes}, after from convpool import "
        "filters"
    )


def without_labels(value: Any) -> Any:
    """Return what a DataArray or Variable of xarray wraps, and anything else as it is."""
    return value.data if is_labelled(value) else value


def is_labelled(value: Any) -> bool:
    """Return whether a value is a DataArray or Variable of xarray."""
    return _module(value) == "xarray" and hasattr(type(value), "data")


def _module(value: Any) -> str:
    return type(value).__module__.partition(".")[0]


def check_plain(value: Any, name: str, *, in_chunks: bool = False) -> None:
    """Raise if a mask or a unit would be lost, or for a sparse array.

    Both are known by their attributes, so that no library of units has to be imported.

    Parameters
    ----------
    value
        The argument; of a dask array, what its chunks are said to be is looked at.
    name
        Of the argument, for the text.
    in_chunks
        Whether it is a chunk of a dask array.

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
    given = name if inner is value else f"{name}.data"
    if is_dask(inner):
        inner, in_chunks = getattr(inner, "_meta", None), True
    if hasattr(inner, "mask") and hasattr(inner, "filled"):
        if name == "out":
            raise TypeError(
                "out came as a masked array, whose mask would not be written: pass out.data"
            )
        filled = f"dask.array.ma.filled({given}, value)" if in_chunks else f"{given}.filled(value)"
        later = f"; missing={name}.mask is not taken yet" if name in ("images", "image") else ""
        raise TypeError(
            f"{name} came as a masked array, and a mask is never dropped in silence: pass "
            f"{filled}, with the value that stands for what is masked{later}"
        )
    if hasattr(inner, "nnz"):
        dense = "toarray" if hasattr(inner, "toarray") else "todense"
        pixels = (
            f"{given}.map_blocks(lambda chunk: chunk.{dense}())"
            if in_chunks
            else f"{given}.{dense}()"
        )
        raise TypeError(
            f"{name} came as a sparse {type(inner).__name__}, whose zeros convpool reads too: "
            f"pass {pixels}"
        )
    for unit, numbers in UNITS:
        if hasattr(inner, unit) and hasattr(inner, numbers):
            plain = (
                f"{given}.map_blocks(lambda chunk: chunk.{numbers})"
                if in_chunks
                else f"{given}.{numbers}"
            )
            word = str(getattr(inner, unit)) or "dimensionless"
            raise TypeError(f"{name} came with a unit, {word}, which would be lost: pass {plain}")


def _verb(name: str, verb: str) -> str:
    """Return the verb in the number of the name."""
    plural = name in ("images", "kernels", "values", "windows", "indices")
    return {"are": "is"}.get(verb, verb + "s") if not plural else verb


def read_in_memory(value: Any, name: str, call: str) -> Array:
    """Return an array for a call that has no lazy form.

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
    """Return whether a value is a collection of dask or a DataArray over one, without importing dask."""
    if type(value) is np.ndarray:
        return False
    if is_labelled(
        value
    ):  # what it has not read from a file yet has no chunks, and .data would read it
        return bool(value.chunks) and is_dask(value.data)
    return _module(value) == "dask"
