"""How a call runs: on arrays in memory, tile by tile, or as a lazy dask array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.values import NamedTuple
from convpool.out_of_core.destination import Destination
from convpool.plans import arrays, dask_and_xarray, missing_pixels
from convpool.plans.base import Plan

# (plan, images, operands of the plan, destination, mask of missing pixels) -> the result
Runner = Callable[[Plan, Any, Sequence[Any], Destination, Any], Any]


class Route(NamedTuple):
    """The images of a call after they were checked, and the function that runs its plan on them.

    Attributes
    ----------
    images : a NumPy array if `run` is None; else a dask array, or anything with an array's shape,
        dtype and slices
    run : runs the plan tile by tile, or makes a lazy dask array; None if the plan's own `execute`
        runs it, on arrays in memory
    missing : `missing` of the plan, one of `missing_pixels.KINDS` or None
    mask : which pixels are missing, of the same kind as `images`; None unless `missing` is "mask"
    """

    images: NDArray[Any]
    run: Runner | None
    missing: str | None = None
    mask: Any = None


def choose_route(
    images: Any, name: str, out: Any = None, max_memory: Any = None, missing: Any = None
) -> Route:
    """Return how a call runs; raise if its images have a mask or a unit, or hold no numbers.

    A dask array gives a lazy result. With `max_memory`, or an `out` that is not an array, the
    result is computed tile by tile. Otherwise the plan runs on an array.

    Parameters
    ----------
    images, name
        The images, and the name of their argument.
    out, max_memory, missing
        The arguments of the call.
    """
    if dask_and_xarray.is_dask(images):
        from convpool.out_of_core import dask

        images = dask.check_images(images, name)
        return Route(images, dask.run, *dask.check_missing(missing, images, name))
    if max_memory is not None or not (out is None or isinstance(out, np.ndarray)):
        from convpool.out_of_core import inputs, tiles

        images = inputs.check_source(images, name)
        return Route(images, tiles.run, *inputs.check_missing(missing, images, name))
    images = arrays.read_array(images, name)
    if missing is None:
        return Route(images, None)
    return Route(images, None, *missing_pixels.read_missing(missing, images.shape, name))
