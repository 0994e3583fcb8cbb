"""One entry in the registry is all that an engine needs: plans, calls and show_config find it."""

from dataclasses import replace

import numpy as np
import pytest

import convpool
import convpool.configuration
from convpool import convolution, pooling
from convpool.engines.registry import all_engines
from convpool.engines.registry.convolution import ENGINES, TRANSPOSE_ENGINES
from convpool.engines.registry.pooling import POOL_ENGINES

IMAGES, KERNELS = np.ones((1, 5, 6, 2)), np.ones((3, 3, 2, 4))


@pytest.fixture(autouse=True)
def no_plans_of_earlier_calls():
    for plan in (convolution._plan, convolution._plan_transposed, pooling._plan):
        plan.cache_clear()
    yield
    for plan in (convolution._plan, convolution._plan_transposed, pooling._plan):
        plan.cache_clear()


def call(engines, **words):
    """Call the function whose engines these are."""
    if engines is POOL_ENGINES:
        return convpool.pool(IMAGES, 2, **words)
    if engines is TRANSPOSE_ENGINES:
        return convpool.convolve_transpose(IMAGES, KERNELS[..., :2], **words)
    return convpool.convolve(IMAGES, KERNELS, **words)


@pytest.mark.parametrize("engines", [ENGINES, POOL_ENGINES, TRANSPOSE_ENGINES])
def test_a_new_entry_is_an_engine(engines, monkeypatch):
    expected = call(engines, engine="numpy")
    runs = []

    def run(*arrays, **words):
        runs.append(1)
        engines["numpy"].run(*arrays, **words)

    monkeypatch.setitem(engines, "new", replace(engines["numpy"], name="new", run=run))
    np.testing.assert_array_equal(call(engines, engine="new"), expected)
    assert runs
    assert "new" in all_engines.engine_names()
    assert "engine new" in convpool.configuration.describe()
    with pytest.raises(ValueError, match=r"it must be one of .*'new'"):
        call(engines, engine="another")


@pytest.mark.parametrize("engines", [ENGINES, POOL_ENGINES, TRANSPOSE_ENGINES])
def test_a_new_entry_may_refuse_work(engines, monkeypatch):
    refusing = replace(engines["numpy"], name="new", refusal=lambda work: "it is Sunday")
    monkeypatch.setitem(engines, "new", refusing)
    with pytest.raises(ValueError, match="'new' cannot do this: it is Sunday; use 'auto' or one"):
        call(engines, engine="new")


def test_the_fastest_entry_is_taken(monkeypatch):
    fast = replace(ENGINES["numpy"], name="new", seconds=lambda work: 0.0, start_up=0.0)
    monkeypatch.setitem(ENGINES, "new", fast)
    plan = convpool.plan_convolution((64, 256, 256, 3), (3, 3, 3, 8))
    assert plan.candidates[0][0] == "new"
