"""Where the result of a call goes if it does not run on arrays in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np


class Destination(NamedTuple):
    """The arguments of a call that say where its result goes.

    Attributes
    ----------
    out : the argument of the call
    max_memory : the argument of the call
    unit_axes : axes of length 1 that the plan has, and images and output have not
    round_to : the integer dtype of the output; None for the plan's dtype
    """

    out: Any
    max_memory: Any
    unit_axes: tuple[int, ...] = ()
    round_to: np.dtype[Any] | None = None


def drop_axes(items: Sequence[Any], axes: Sequence[int]) -> tuple[Any, ...]:
    """Return the items, one for each axis, without those of some axes."""
    return tuple(item for k, item in enumerate(items) if k not in axes)
