"""How a call runs: on arrays in memory, tile by tile, or as a lazy dask array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.out_of_core.destination import Destination
from convpool.plans import arrays
from convpool.plans.base import Plan

# (plan, images, operands of the plan, destination) -> the result
Runner = Callable[[Plan, Any, Sequence[Any], Destination], Any]


class Route(NamedTuple):
    """The images of a call after they were checked, and the function that runs its plan on them.

    Attributes
    ----------
    images : a NumPy array if `run` is None; else a dask array, or anything with an array's shape,
        dtype and slices
    run : runs the plan tile by tile, or makes a lazy dask array; None if the plan's own `execute`
        runs it, on arrays in memory
    """

    images: NDArray[Any]
    run: Runner | None


def choose_route(images: Any, name: str, out: Any = None, max_memory: Any = None) -> Route:
    """Return how a call runs; raise if its images have a mask or a unit, or hold no numbers.

    A dask array gives a lazy result. With `max_memory`, or an `out` that is not an array, the
    result is computed tile by tile. Otherwise the plan runs on an array.

    Parameters
    ----------
    images, name
        The images, and the name of their argument.
    out, max_memory
        The arguments of the call.
    """
    if arrays.is_dask(images):
        from convpool.out_of_core import dask

        return Route(dask.check_images(images, name), dask.run)
    if max_memory is not None or not (out is None or isinstance(out, np.ndarray)):
        from convpool.out_of_core import inputs, tiles

        return Route(inputs.check_source(images, name), tiles.run)
    return Route(arrays.read_array(images, name), None)
