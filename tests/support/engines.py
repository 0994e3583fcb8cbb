"""Which engines can convolve on this machine."""

from typing import Any

import numpy as np

import convpool


def refusals(dtype: Any, rank: int = 2) -> Any:
    """Return, for the name of each engine, why it cannot convolve such images; None if it can."""
    shapes = (1, *[9] * rank, 1), (*[3] * rank, 1, 1)
    kinds = {"images_dtype": np.dtype(dtype), "kernels_dtype": np.dtype(dtype)}
    return convpool.plan_convolution(*shapes, **kinds).refusals()
