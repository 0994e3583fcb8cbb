"""Which engines can convolve on this machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

import convpool


def refusals(dtype: DTypeLike, rank: int = 2) -> dict[str, str | None]:
    """Return, for the name of each engine, why it cannot convolve images and kernels of a dtype
    on so many spatial axes; None if it can.
    """
    shapes = (1, *[9] * rank, 1), (*[3] * rank, 1, 1)
    kind = np.dtype(dtype)
    return convpool.plan_convolution(*shapes, images_dtype=kind, kernels_dtype=kind).refusals()
