"""Windows of one pixel in the NumPy engine: products of views, none of which is a copy."""

import tracemalloc

import numpy as np
import pytest

import convpool
from convpool import reference
from convpool.engines.numpy import pointwise
from support.arrays import numbers

# name: (images, nc, groups, words)
CASES = {
    "few weights": ((2, 9, 8, 3), 5, 1, {}),
    "many weights": ((2, 4, 3, 300), 40, 1, {}),
    "groups": ((3, 50, 40, 16), 24, 4, {}),
    "depthwise": ((3, 30, 20, 16), 16, 16, {}),
    "strides": ((2, 9, 8, 16), 24, 1, {"stride": (2, 3)}),
    "strides and groups": ((2, 9, 8, 6), 4, 2, {"stride": 2}),
    "one row of two": ((2, 2, 8, 6), 4, 1, {"stride": (2, 1)}),
    "a signal": ((2, 30, 4), 6, 1, {"stride": 2}),
    "a volume": ((2, 3, 4, 5, 6), 6, 2, {}),
    "windows shared by two threads": ((7, 64, 65, 8), 32, 1, {}),
    "one pixel": ((1, 1, 1, 30), 4, 1, {"stride": 3}),
}


def make(name, dtype):
    """Return (images, kernels, words) of a case."""
    shape, nc, groups, words = CASES[name]
    kernels = (*[1] * (len(shape) - 2), shape[-1] // groups, nc)
    bias = numbers(nc, dtype, seed=2)
    words = {**words, "groups": groups, "bias": bias, "engine": "numpy"}
    return numbers(shape, dtype), numbers(kernels, dtype, seed=1), words


@pytest.fixture
def products(monkeypatch):
    """The (rows, columns, results of a row) of each product of matrices that is asked for."""
    found = []
    matmul = np.matmul

    def recorded(a, b, **words):
        found.append((*a.shape[-2:], b.shape[-1]))
        return matmul(a, b, **words)

    monkeypatch.setattr(np, "matmul", recorded)
    return found


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
@pytest.mark.parametrize("name", CASES)
def test_products_are_the_convolution(name, dtype, count, products):
    images, kernels, words = make(name, dtype)
    with convpool.threads(count):
        result = convpool.convolve(images, kernels, **words)
    del words["engine"]
    expected = reference.convolve(images, kernels, **words)
    np.testing.assert_array_equal(result, expected)
    assert products
    weights = kernels.size // words["groups"]
    if weights * pointwise.ROWS <= pointwise.ALONE:
        assert all(np.prod(sizes) <= pointwise.ALONE for sizes in products)


@pytest.mark.parametrize("memory", ["images", "output", "dtype", "many skipped", "padding"])
def test_other_memory_and_windows_give_the_same(memory, monkeypatch):
    images, kernels, words = make("strides", "float32")
    expected = convpool.convolve(images, kernels, **words)
    monkeypatch.setattr(pointwise, "convolve", None)  # none of these is done so
    if memory == "images":
        images = np.asfortranarray(images)
    elif memory == "output":
        words["out"] = np.zeros_like(expected, order="F")
    elif memory == "dtype":
        images, words["dtype"] = images.astype(np.float16), "float32"
    elif memory == "many skipped":
        monkeypatch.setattr(pointwise, "MAX_COPIED", 100)
    else:
        words["padding"] = ((0, 1), (0, 0))
    result = convpool.convolve(images, kernels, **words)
    np.testing.assert_array_equal(result[:, :5], expected)


def test_nothing_is_copied():
    images, kernels = np.ones((4, 60, 60, 64), np.float32), np.ones((1, 1, 64, 32), np.float32)
    plan = convpool.plan_convolution(
        images.shape, kernels.shape, images_dtype="f4", kernels_dtype="f4", engine="numpy"
    )
    out = plan.run(images, kernels)
    tracemalloc.start()
    plan.run(images, kernels, out=out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * kernels.nbytes + 20_000
