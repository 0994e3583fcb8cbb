"""How a call runs: on arrays in memory, tile by tile, or as a lazy dask array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.out_of_core.destination import Destination
from convpool.plans import arrays
from convpool.plans.base import Plan

# from a plan, images, operands of the plan and a destination to the result
Runner = Callable[[Plan, Any, Sequence[Any], Destination], Any]


class Route(NamedTuple):
    """The images of a call as its plan reads them, and what runs the plan.

    Attributes
    ----------
    images : an array, or for `run` what has an array's shape, dtype and slices, or a dask array
    run : None for arrays in memory, on which the plan runs itself
    """

    images: NDArray[Any]
    run: Runner | None


def choose_route(images: Any, name: str, out: Any = None, max_memory: Any = None) -> Route:
    """Return how a call runs, given three of its arguments; `name` is that of the images."""
    if arrays.is_dask(images):
        from convpool.out_of_core import dask

        return Route(dask.check_images(images, name), dask.run)
    if max_memory is not None or not (out is None or isinstance(out, np.ndarray)):
        from convpool.out_of_core import inputs, tiles

        return Route(inputs.check_source(images, name), tiles.run)
    return Route(arrays.read_array(images, name), None)
