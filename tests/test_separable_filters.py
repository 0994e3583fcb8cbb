"""Filters with one kernel for each axis: as the one kernel whose weights are their products, and
as scipy.ndimage has them.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import ndimage

from convpool import convolution, filter_image, filters, plan_convolution
from convpool.engines.compiled import host
from convpool.engines.pad_modes import PAD_MODES
from convpool.plans.separable import plan_separable
from support.arrays import numbers

PADDINGS = ["valid", "same", "same_lower", "same_size", "full", "causal"]


@given(st.data())
def test_as_the_one_kernel_of_the_products(data):
    few = lambda least, most: data.draw(st.integers(least, most))  # noqa: E731
    kinds = data.draw(
        st.sampled_from(
            [("uint8", "int8"), ("int16", "int64"), ("float32", "float32"), ("uint8", "float64")]
        )
    )
    shape = data.draw(st.sampled_from([(7, 6), (6, 7, 3), (2, 7, 5)]))
    image = numbers(shape, kinds[0])
    down, right = numbers(few(1, 4), kinds[1], 1), numbers(few(1, 5), kinds[1], 2)
    pad_mode = data.draw(st.sampled_from(PAD_MODES))
    words = {
        "padding": data.draw(st.sampled_from(PADDINGS) | st.just(((1, 2), (0, 3)))),
        "stride": (few(1, 3), few(1, 3)),
        "pad_mode": pad_mode,
        "fill": 3 if pad_mode == "constant" else 0,
        "flip": data.draw(st.booleans()),
        "channel_axis": {2: None, 3: -1 if shape[0] > 2 else 0}[len(shape)],
    }
    if data.draw(st.booleans()):
        assume(down.sum() != 0)
        assume(right.sum() != 0)
        words["missing"] = np.random.default_rng(few(0, 99)).random(shape) < 0.4
    elif data.draw(st.booleans()):
        words["max_memory"] = "64kB"
    try:
        expected = filter_image(image, np.outer(down, right), **words)
    except ValueError as error:  # a window that does not fit
        assume("does not fit" not in str(error))
        raise
    result = filter_image(image, (down, right), **words)
    assert result.dtype == expected.dtype
    tolerance = 2e-6 if result.dtype == np.float32 else 1e-12
    if "missing" in words:  # where the weights that are there cancel out, there is no answer
        is_sure = np.abs(expected) < 1e6
        result, expected = np.where(is_sure, result, 0), np.where(is_sure, expected, 0)
        tolerance *= 1e3
    np.testing.assert_allclose(result, expected, rtol=tolerance, atol=tolerance * 100)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("sigma", [0.7, 3])
def test_a_gaussian_as_scipy_has_it(engine, sigma):
    if engine == "compiled" and (reason := host.refusal()):
        pytest.skip(reason)
    image = np.random.default_rng(0).random((60, 70), np.float32)
    radius = filters.gaussian(sigma).shape[0] // 2
    result = filter_image(
        image, filters.separate(filters.gaussian(sigma)), pad_mode="symmetric", engine=engine
    )
    expected = ndimage.gaussian_filter(image.astype(float), sigma, radius=radius)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize(("name", "order"), [("gaussian-x", (0, 1)), ("gaussian-y", (1, 0))])
@pytest.mark.parametrize("sigma", [1, 2.3])
def test_derivatives_of_a_gaussian_as_scipy_has_them(name, order, sigma):
    image = np.random.default_rng(0).random((40, 50))
    kernel = filters.kernel(name, sigma=sigma)
    assert kernel.shape == filters.gaussian(sigma).shape
    expected = ndimage.gaussian_filter(image, sigma, order=order, radius=len(kernel) // 2)
    for weights in (kernel, filters.separate(kernel)):
        result = filter_image(image, weights, pad_mode="symmetric")
        np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", filters.NAMES)
def test_separate_gives_the_kernel_or_says_that_it_cannot(name):
    kernel = filters.kernel(name)
    if np.linalg.matrix_rank(kernel) > 1:
        with pytest.raises(ValueError, match="no products of one kernel down"):
            filters.separate(kernel)
        return
    down, right = filters.separate(kernel)
    np.testing.assert_allclose(np.outer(down, right), kernel, rtol=1e-12, atol=1e-15)
    assert down.dtype == right.dtype == kernel.dtype


@pytest.mark.parametrize("name", ["gaussian", "gaussian-x", "box", "laplacian-of-gaussian"])
def test_kernels_with_a_name_are_separated_where_they_can_be(name, monkeypatch):
    kernel = filters.kernel(name, size=9)
    image = np.random.default_rng(0).random((30, 31, 3))
    expected = filter_image(image, np.asarray(kernel))
    separated = []
    plan = convolution._plan_separable
    monkeypatch.setattr(
        convolution,
        "_plan_separable",
        lambda *args, **words: separated.append(1) or plan(*args, **words),
    )
    for words in ({}, {"engine": "numpy"}, {"round_to": "int16"}, {"max_memory": "20kB"}):
        result = filter_image(image * 100, kernel, **words)
        tolerance = 0.5 if "round_to" in words else 1e-12
        np.testing.assert_allclose(result, expected * 100, rtol=1e-12, atol=tolerance)
    # an engine that was asked for gets the kernel as it is
    assert len(separated) == (0 if name == "laplacian-of-gaussian" else 3)
    kernel[0, 0] += 1  # no product any more
    expected = filter_image(image, np.asarray(kernel))
    np.testing.assert_allclose(filter_image(image, kernel), expected, rtol=1e-12, atol=1e-12)
    assert len(separated) == (0 if name == "laplacian-of-gaussian" else 3)


def test_separate_takes_kernels_of_single_precision():
    kernel = filters.gaussian(2).astype(np.float32)
    down, right = filters.separate(kernel)
    assert down.dtype == right.dtype == np.float32
    np.testing.assert_allclose(np.outer(down, right), kernel, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e307])
def test_separate_takes_weights_of_any_size(scale):
    kernel = filters.gaussian(1) * scale
    down, right = filters.separate(kernel)
    np.testing.assert_allclose(np.outer(down, right), kernel, rtol=1e-12)


@pytest.mark.parametrize("weight", [np.nan, np.inf])
def test_separate_refuses_what_is_not_finite(weight):
    with pytest.raises(ValueError, match="not finite"):
        filters.separate(np.array([[1.0, weight], [1.0, 1.0]]))


def test_integers_are_exact_and_overflow_is_found():
    image = np.full((5, 6), 2**31, np.int64)
    down, right = np.array([2**15, 2**15]), np.array([2**14, -(2**14)])
    np.testing.assert_array_equal(filter_image(image, (down, right)), np.zeros((5, 6)))
    with pytest.raises(OverflowError, match="sums of products"):
        filter_image(image * 8, (down, right))
    large = np.array([2**62, 1])
    with pytest.raises(OverflowError, match="sums of products"):
        filter_image(image, (large, large))


def test_sums_beyond_what_float32_holds():
    image = np.random.default_rng(0).integers(200, 256, (9, 9), np.uint8)
    down, right = np.array([126, 127, 125], np.int8), np.array([127, 125, 123], np.int8)
    product = np.outer(down.astype(int), right)
    np.testing.assert_array_equal(filter_image(image, (down, right)), filter_image(image, product))


def test_a_constant_in_the_padding_of_the_second_axis():
    image, kernels = numbers((4, 5), "float64"), (np.array([1.0, 2, 4]), np.array([8.0, 16]))
    words = {"padding": "full", "pad_mode": "constant", "fill": 3}
    np.testing.assert_allclose(
        filter_image(image, kernels, **words), filter_image(image, np.outer(*kernels), **words)
    )


def test_a_constant_in_the_padding_for_one_kernel_after_another():
    image, words = numbers((30, 31), "float64"), {"pad_mode": "constant", "fill": 255}
    for name in ("gaussian", "gaussian-x", "box", "gaussian-y"):  # all with the same plan
        kernel = filters.kernel(name, size=5)
        expected = filter_image(image, np.asarray(kernel), engine="numpy", **words)
        result = filter_image(image, filters.separate(kernel), **words)
        np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-11)


def test_results_are_rounded_once():
    picture = np.random.default_rng(0).integers(0, 256, (9, 8, 3), np.uint8)
    third = np.full(3, 1 / 3)
    exact = filter_image(picture, np.full((3, 3), 1 / 9))
    result = filter_image(picture, (third, third), round_to="uint8")
    np.testing.assert_array_equal(result, np.rint(exact))
    half = picture.astype(np.float16)
    one = np.ones(3, np.float16)
    np.testing.assert_array_equal(
        filter_image(half, (one * 16, one / 16)), filter_image(half, np.ones((3, 3), np.float16))
    )


def test_dask_and_out():
    da = pytest.importorskip("dask.array")
    picture = numbers((20, 23, 3), "float32")
    kernels = np.array([1, 2, 1], np.float32), np.array([1, 0, -1, 2], np.float32)
    whole = filter_image(picture, kernels, pad_mode="wrap")
    lazy = filter_image(da.from_array(picture, (7, 8, 2)), kernels, pad_mode="wrap")
    np.testing.assert_array_equal(lazy.compute(scheduler="synchronous"), whole)
    out = np.empty_like(whole)
    assert filter_image(picture, kernels, pad_mode="wrap", out=out) is out
    np.testing.assert_array_equal(out, whole)
    # both kernels and the picture are where the result goes
    row = np.arange(12.0)
    square = row[:9].reshape(3, 3)
    expected = filter_image(square, (row[:3].copy(), row[3:6].copy()))
    np.testing.assert_array_equal(filter_image(square, (row[:3], row[3:6]), out=square), expected)


def test_it_costs_kh_plus_kw_and_says_so():
    plan = plan_separable((1, 300, 400, 3), (31, 31, 1, 3), groups=3)
    assert plan.multiply_adds == 300 * 400 * 3 * (31 + 31)
    assert "separable convolution with kernels of 31 x 31" in str(plan)
    assert "multiply-adds of 31 + 31 taps" in str(plan)
    words = {"groups": 3, "engine": "numpy"}
    whole = plan_convolution((1, 300, 400, 3), (31, 31, 1, 3), **words)
    passes = plan_separable((1, 300, 400, 3), (31, 31, 1, 3), **words)
    assert 9 * passes.seconds < whole.seconds
    assert "fft" not in dict(plan.candidates)


def test_what_may_be_two_rows_is_refused():
    image = np.ones((5, 5))
    with pytest.raises(ValueError, match="more than one way") as raised:
        filter_image(image, ([1, 2, 1], [1, 0, 1]))
    assert "np.array(kernel)" in str(raised.value)
    assert "two arrays" in str(raised.value)
    # rows in a list are one kernel, two lists of other lengths are two
    assert filter_image(image, [[1, 2, 1], [1, 0, 1]])[2, 2] == 6
    assert filter_image(image, ([1, 2, 1], [1, 1]))[2, 2] == 8
    with pytest.raises(ValueError, match="'fft' cannot do this"):
        filter_image(image, (np.ones(3), np.ones(3)), engine="fft")
    with pytest.raises(ValueError, match="sum to 0"):
        filter_image(image, (np.ones(3), np.array([-1, 0, 1])), missing="nan")
