"""Where images come from: an array, whatever can be read in slices, or a dask array."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from convpool.plans import arguments


def wanted(images: Any, out: Any, max_memory: Any) -> bool:
    """Tell whether a call goes by tiles, or its images are a dask array."""
    if max_memory is not None or not (out is None or isinstance(out, np.ndarray)):
        return True
    return arguments.is_dask(images)


def source(images: Any, name: str = "images") -> Any:
    """Return what can be read in slices: the images themselves if they have a shape, a dtype and slices."""
    if arguments.is_dask(images):
        known: Any = import_module("convpool.out_of_core.dask").known
        return known(images, name)
    # of what xarray has not read yet, only an empty part, which tells as much as the whole
    labelled = arguments.is_labelled(images)
    arguments.check_plain(images[(slice(0, 0),) * images.ndim] if labelled else images, name)
    try:
        kind = np.dtype(images.dtype)
        sliced = (
            not isinstance(images, np.ndarray)
            and len(images.shape)
            and hasattr(type(images), "__getitem__")
        )
    except (AttributeError, TypeError):
        sliced = False
    if sliced:
        arguments.dtype(kind, f"the dtype of {name}")
        return images
    return arguments.array(images, name)
