"""Images that are read in slices, such as a Dataset of h5py or a Zarr array."""

from __future__ import annotations

from typing import Any

import numpy as np

from convpool.plans import arguments, arrays


def check_source(images: Any, name: str = "images") -> Any:
    """Return what can be read in slices: images with a shape, a dtype and slices, else an array.

    Raises
    ------
    TypeError : masks or units, which would be lost; no numbers
    """
    # of what xarray has not read yet, check an empty slice, which has the same mask and unit
    checked = images[(slice(0, 0),) * images.ndim] if arrays.is_labelled(images) else images
    arrays.check_plain(checked, name)
    try:
        dtype = np.dtype(images.dtype)
        has_slices = len(images.shape) > 0 and hasattr(type(images), "__getitem__")
    except (AttributeError, TypeError):
        has_slices = False
    if not has_slices or isinstance(images, np.ndarray):
        return arrays.read_array(images, name)
    arguments.read_dtype(dtype, f"the dtype of {name}")
    return images
