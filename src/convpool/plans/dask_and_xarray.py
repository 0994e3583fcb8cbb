"""Recognize arrays of dask and xarray by attributes, so that neither has to be imported."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_dask(value: Any) -> bool:
    """Return whether a value is of dask, such as a dask array, or a DataArray of one."""
    if type(value) is np.ndarray:
        return False
    if is_labelled(value):  # without chunks, .data might be read from a file
        return bool(value.chunks) and is_dask(value.data)
    return _module(value) == "dask"


def is_labelled(value: Any) -> bool:
    """Return whether a value is a DataArray or Variable of xarray."""
    return _module(value) == "xarray" and hasattr(type(value), "data")


def without_labels(value: Any) -> Any:
    """Return the data of a DataArray or Variable of xarray, and anything else as it is."""
    return value.data if is_labelled(value) else value


def _module(value: Any) -> str:
    """Return the top-level package of a value's type."""
    return type(value).__module__.partition(".")[0]
