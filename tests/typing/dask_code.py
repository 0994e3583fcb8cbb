"""What users of dask write: lazy arrays in, lazy arrays out, as type checkers see it."""

from __future__ import annotations

from typing import assert_type

import dask.array as da
import numpy as np

import convpool


def lazily(images: da.Array, picture: da.Array) -> None:
    """Lazy arrays stay lazy through every call that takes them."""
    kernels = np.ones((3, 3, 3, 4), dtype=np.float32)
    lazy = convpool.convolve(images, kernels, padding="same")
    assert_type(lazy, da.Array)
    assert_type(convpool.pool(lazy, 2), da.Array)
    assert_type(convpool.pool_gradient(lazy, np.ones((2, 3, 3, 4)), 2), da.Array)
    assert_type(convpool.pool_gradient(lazy, convpool.pool(lazy, 2), 2, mode="avg"), da.Array)
    assert_type(convpool.filter_image(picture, kernels[:, :, 0, 0], flip=True), da.Array)
