"""Refuse arrays that a plain array cannot stand for: with a mask or a unit, or sparse ones.

They are recognized by attributes, so that none of their libraries has to be imported.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from convpool.plans.dask_and_xarray import is_dask, without_labels

# types whose values have neither a mask nor a unit
PLAIN_TYPES = frozenset({np.ndarray, bool, int, float, complex, str})
# pairs of attributes by which an array with a unit is recognized: (its unit, its plain numbers)
UNITS = (("units", "magnitude"), ("unit", "value"), ("units", "value"))


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
