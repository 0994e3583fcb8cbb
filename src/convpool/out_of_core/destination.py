"""Where the result of a call goes if it is computed in tiles or by dask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convpool.engines.values import NamedTuple


class Destination(NamedTuple):
    """The arguments of a call that say where its result goes.

    Attributes
    ----------
    out, max_memory : the arguments of the call
    unit_axes : the axes, of length 1, that the plan's arrays have and the caller's lack: the batch
        and maybe the channels of one picture
    round_to : the integer dtype to which results are rounded; None to keep the plan's dtype
    """

    out: Any
    max_memory: Any
    unit_axes: tuple[int, ...] = ()
    round_to: np.dtype[Any] | None = None


def drop_axes(items: Sequence[Any], axes: Sequence[int]) -> tuple[Any, ...]:
    """Return a tuple of items, one for each axis, without those of the given axes."""
    return tuple(item for k, item in enumerate(items) if k not in axes)
