"""Products of few weights in the NumPy engine: cut so that BLAS does each alone, and shared
between our own threads.
"""

import numpy as np
import pytest

import convpool
from convpool import reference
from convpool.engines.numpy import convolution as numpy_convolution

CASES = {
    "eight kernels": ((40, 9, 11, 3), (3, 3), 8, {}),
    "groups": ((40, 9, 11, 6), (3, 3), 8, {"groups": 2}),
    "a signal": ((40, 99, 3), (3,), 4, {"stride": 2}),
    "a volume": ((4, 9, 8, 7, 2), (2, 3, 2), 3, {"pad_mode": "reflect"}),
    "one kernel": ((40, 9, 11, 3), (3, 3), 1, {}),
    "no image": ((0, 9, 11, 3), (3, 3), 8, {}),
}


@pytest.fixture
def sizes(monkeypatch):
    """Cut what is small, and record (kernels, taps, windows) of each product that is asked for."""
    monkeypatch.setattr(numpy_convolution, "BLOCK", 2**12)
    monkeypatch.setattr(numpy_convolution, "MIN_WINDOWS", 1)
    monkeypatch.setattr(numpy_convolution, "ALONE", 2**12)
    found = []
    matmul = np.matmul

    def recorded(a, b, **words):
        found.append((*a.shape[-2:], b.shape[-1]))
        return matmul(a, b, **words)

    monkeypatch.setattr(np, "matmul", recorded)
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "longdouble"])
@pytest.mark.parametrize("name", CASES)
def test_no_product_is_large_enough_for_two_threads(name, dtype, sizes):
    shape, window, nc, words = CASES[name]
    random = np.random.default_rng(0)
    images = random.integers(-4, 5, shape).astype(dtype)
    kernels = random.integers(-4, 5, (*window, shape[-1] // words.get("groups", 1), nc)).astype(
        dtype
    )
    bias = np.arange(nc).astype(dtype)
    made = convpool.convolve(images, kernels, bias=bias, engine="numpy", **words)
    np.testing.assert_array_equal(made, reference.convolve(images, kernels, bias=bias, **words))
    assert all(np.prod(size) <= 2**12 for size in sizes)
    assert bool(sizes) == (nc > 1 and shape[0] > 0 and dtype != "longdouble")


@pytest.mark.parametrize("number", [1, 2, 5])
def test_every_block_is_made_once(number, monkeypatch):
    monkeypatch.setattr(numpy_convolution, "BLOCK", 2**12)
    monkeypatch.setattr(numpy_convolution, "MIN_WINDOWS", 1)
    made = []
    gather = numpy_convolution.gather
    monkeypatch.setattr(
        numpy_convolution, "gather", lambda *words: made.append(words[1][0]) or gather(*words)
    )
    images, kernels = (
        np.random.default_rng(0).random((37, 9, 11, 3)),
        np.random.default_rng(1).random((3, 3, 3, 8)),
    )
    with_one = convpool.convolve(images[:1], kernels, engine="numpy")
    made.clear()
    convpool.set_num_threads(number)
    try:
        result = convpool.convolve(images, kernels, engine="numpy")
    finally:
        convpool.set_num_threads(None)
    assert sorted((block.start, block.stop) for block in made) == [(k, k + 1) for k in range(37)]
    np.testing.assert_array_equal(result[:1], with_one)
    np.testing.assert_allclose(result, reference.convolve(images, kernels), rtol=1e-12)


def test_few_weights_only():
    kind = np.dtype(np.float32)
    for k in range(2, 40):
        for t in range(1, 600):
            alone = numpy_convolution._windows_per_product(k, t, kind)
            assert alone * k * t <= numpy_convolution.ALONE
            assert (alone >= 2**8) == (k * t <= numpy_convolution.FEW_WEIGHTS)
