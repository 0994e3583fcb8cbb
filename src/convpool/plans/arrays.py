"""Read the arrays of a call as plain NumPy arrays of numbers; refuse masks and units.

A mask or a unit would be lost in a plain array, so an array that has one raises TypeError. xarray,
dask, scipy.sparse and unit libraries are recognized by attributes, so none has to be imported.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.plans import accepted_dtypes, foreign_arrays
from convpool.plans.foreign_calls import FILTERS_WITHOUT_KERNEL

Array = NDArray[Any]

# types whose values have neither a mask nor a unit
PLAIN_TYPES = frozenset({np.ndarray, bool, int, float, complex, str})
# pairs of attributes by which an array with a unit is recognized: (its unit, its plain numbers)
UNITS = (("units", "magnitude"), ("unit", "value"), ("units", "value"))


def read_array(value: Any, name: str) -> Array:
    """Return the argument `name` as a plain array of numbers, without a copy if it is an array.

    Raises
    ------
    TypeError : it has a mask or a unit, is sparse, is a text, or holds no numbers
    """
    if type(value) is np.ndarray and value.dtype.type in accepted_dtypes.NUMBERS:
        return value
    if type(value) is not np.ndarray:
        check_plain(value, name)
        if callable(value):
            function = getattr(value, "__name__", type(value).__name__)
            raise TypeError(f"{name} came as the function {function}: pass what it returns")
        value = foreign_arrays.read_array(without_labels(value), name)
        # reading a variable of a file may give a masked array
        check_plain(value, f"{name}[:]")
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

    Parameters
    ----------
    value
        The argument, or one chunk of it. Of a list or tuple, the items are checked. Of a dask
        array, its `_meta` is checked: an empty array of the same kind as its chunks.
    name
        The name of the argument, for the error.
    in_chunks
        Whether the value is one chunk of the caller's dask array, so that the error says how to
        convert every chunk. A dask array itself always gets such an error.

    Raises
    ------
    TypeError : the value has a mask or a unit, or is sparse; the text says what to pass instead
    """
    if type(value) in PLAIN_TYPES:
        return
    if isinstance(value, (list, tuple)):
        for k, item in enumerate(value):
            if type(item) not in PLAIN_TYPES:
                check_plain(item, f"{name}[{k}]", in_chunks=in_chunks)
        return
    array = without_labels(value)
    source = name if array is value else f"{name}.data"  # how the caller's code reaches `array`
    if is_dask(array):
        array, in_chunks = getattr(array, "_meta", None), True
    if hasattr(array, "mask") and hasattr(array, "filled"):
        raise _mask_error(name, source, in_chunks=in_chunks)
    if hasattr(array, "nnz"):
        method = "toarray" if hasattr(array, "toarray") else "todense"
        dense_code = _code_of_attribute(source, f"{method}()", in_chunks=in_chunks)
        raise TypeError(
            f"{name} came as a sparse {type(array).__name__}, whose zeros convpool reads too: "
            f"pass {dense_code}"
        )
    for unit, numbers in UNITS:
        if hasattr(array, unit) and hasattr(array, numbers):
            unit_text = str(getattr(array, unit)) or "dimensionless"
            plain_code = _code_of_attribute(source, numbers, in_chunks=in_chunks)
            raise TypeError(
                f"{name} came with a unit, {unit_text}, which would be lost: pass {plain_code}"
            )


def _code_of_attribute(source: str, attribute: str, *, in_chunks: bool) -> str:
    """Write code that takes an attribute of an array, or of each chunk: -> "images.magnitude".

    `source` is the code of the array.
    """
    if in_chunks:
        return f"{source}.map_blocks(lambda chunk: chunk.{attribute})"
    return f"{source}.{attribute}"


def _mask_error(name: str, source: str, *, in_chunks: bool) -> TypeError:
    """Return the error for a masked array, passed as the argument `name`.

    `source` is the code of the array, `in_chunks` as in `check_plain`.
    """
    if name == "out":
        return TypeError(
            "out came as a masked array, whose mask would not be written: pass out.data"
        )
    filled = f"dask.array.ma.filled({source}, value)" if in_chunks else f"{source}.filled(value)"
    hint = ""
    if name.removesuffix("[:]") in ("images", "image"):
        data, mask = f"{source}.data", f"{source}.mask"
        if in_chunks:  # a dask array has no attribute for the mask
            data, mask = (f"dask.array.ma.{kind}({source})" for kind in ("getdata", "getmaskarray"))
        hint = f"; convolve, filter_image and pool take {data} with missing={mask}"
    return TypeError(
        f"{name} came as a masked array, and a mask is never dropped in silence: pass "
        f"{filled}, with the value that stands for what is masked{hint}"
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
    if is_dask(value):
        raise TypeError(
            f"{name} {_verb(name, 'are')} a dask array, and {call} has no lazy form: pass "
            f"{name}.compute()"
        )
    return read_array(value, name)


def is_dask(value: Any) -> bool:
    """Return whether a value is of dask, such as a dask array, or a DataArray of one."""
    if type(value) is np.ndarray:
        return False
    if is_labelled(value):  # without chunks, .data might be read from a file
        return bool(value.chunks) and is_dask(value.data)
    return _module(value) == "dask"
