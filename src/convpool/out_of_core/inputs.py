"""Images and masks that are read in slices, such as a Dataset of h5py or a Zarr array."""

from __future__ import annotations

from typing import Any

import numpy as np

from convpool.plans import (
    accepted_dtypes,
    arrays,
    dask_and_xarray,
    masks_and_units,
    missing_pixels,
)


def check_source(images: Any, name: str = "images") -> Any:
    """Return images that can be read in slices, as they are; other images as a NumPy array.

    Images can be read in slices if they have a shape, a dtype of NumPy and `__getitem__`.

    Raises
    ------
    TypeError : they have a mask or a unit, which would be lost, or hold no numbers
    """
    # a DataArray of xarray may not be read yet: an empty slice has the same mask and unit
    sample = images[(slice(0, 0),) * images.ndim] if dask_and_xarray.is_labelled(images) else images
    masks_and_units.check_plain(sample, name)
    try:
        dtype = np.dtype(images.dtype)
        has_slices = len(images.shape) > 0 and hasattr(type(images), "__getitem__")
    except (AttributeError, TypeError):
        has_slices = False
    if not has_slices or isinstance(images, np.ndarray):
        return arrays.read_array(images, name)
    accepted_dtypes.read_dtype(dtype, f"the dtype of {name}")
    return images


def check_missing(missing: Any, images: Any, name: str) -> tuple[str | None, Any]:
    """Return (kind, mask) for the argument `missing`, as `missing_pixels.read_missing` does.

    The mask may be anything that can be read in slices. `images` is what `check_source` returned,
    `name` the name of their argument.
    """
    if missing_pixels.is_none_or_nan(missing):
        return missing, None
    mask = check_source(missing, "missing")
    if isinstance(mask, np.ndarray):
        return missing_pixels.read_missing(mask, tuple(images.shape), name)
    missing_pixels.check_mask(mask, tuple(images.shape), name)
    return "mask", mask
