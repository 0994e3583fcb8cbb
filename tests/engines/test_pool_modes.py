"""A pool mode is a row of POOL_MODES, and what computes it."""

from __future__ import annotations

import numpy as np
import pytest

from convpool import plan_pooling, pool, reference
from convpool.engines.numpy import pooling_gradient, reductions
from convpool.engines.pool_modes import INT64, POOL_MODES, PoolMode
from convpool.explanation import pooling_frames


@pytest.mark.parametrize(
    "table",
    [
        reference.pooling.REDUCTIONS,
        reference.pooling_gradient.DERIVATIVES,
        pooling_gradient.GRADIENTS,
        pooling_frames.REDUCTIONS,
    ],
)
def test_every_mode_is_computed(table):
    assert sorted(table) == sorted(POOL_MODES)


def test_a_mode_is_added_by_a_row_and_its_reduction(monkeypatch):
    monkeypatch.setitem(POOL_MODES, "prod", PoolMode("prod", INT64, takes_complex=True))
    monkeypatch.setitem(
        reductions.REDUCTIONS,
        "prod",
        reductions.Reduction(np.multiply, lambda dtype: dtype.type(1)),
    )
    for dtype, result in [("uint8", "int64"), ("float32", "float32"), ("complex64", "complex64")]:
        images = np.arange(1, 7).reshape(1, 1, 6, 1).astype(dtype)
        actual = pool(images, (1, 2), mode="prod")
        assert actual.dtype == result
        assert actual.ravel().tolist() == [2, 12, 30]
    with pytest.raises(ValueError, match="'max', 'min' and 'median', not 'prod'"):
        plan_pooling((1, 1, 6, 1), (1, 2), mode="prod", footprint=[[True, False]])
    with pytest.raises(ValueError, match="the mode is 'prod', and the compiled kernels"):
        plan_pooling((1, 1, 6, 1), (1, 2), mode="prod", engine="compiled")
    with pytest.raises(ValueError, match="'median', 'prod'"):
        plan_pooling((1, 1, 6, 1), (1, 2), mode="product")
