"""Gradients against the slow twin, the forward calls and finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convpool
from convpool import convolve, convolve_gradients, pool, pool_gradient, reference
from convpool.engines.pool_modes import POOL_MODES
from support import sampling
from support.arrays import numbers
from support.geometries import convolutions, poolings

# examples of what takes long: a run for each number of an operand
FEW = min(200, max(10, sampling.EXAMPLES // 3))
seeds = st.integers(0, 2**32 - 1)
dtypes = st.sampled_from(["float16", "float32", "float64", "longdouble", ">f4", "complex64"])


def random_integers(shape, seed, most=9):
    return np.random.default_rng(seed).integers(-most, most + 1, shape)


def equal(actual, expected):
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(actual, expected)


# ---- convolution ----


@given(convolutions(), dtypes, seeds)
def test_gradients_of_a_convolution_are_the_reference(call, dtype, seed):
    """Values are small multiples of a half, so that sums are exact in every dtype."""
    x, w = numbers(call.images, dtype, seed), numbers(call.kernels, dtype, seed + 1)
    g = numbers(call.output, dtype, seed + 2)
    actual = convolve_gradients(x, w, g, **call.words)
    for one, expected in zip(
        actual, reference.convolve_gradients(x, w, g, **call.words), strict=True
    ):
        equal(one, expected)


@given(convolutions(), seeds)
def test_integer_gradients_are_adjoint_bit_for_bit(call, seed):
    x, w = random_integers(call.images, seed), random_integers(call.kernels, seed + 1)
    g, bias = random_integers(call.output, seed + 2), random_integers(call.output[-1], seed + 3)
    gradients = convolve_gradients(x, w, g, bias=bias, **call.words)
    result = convolve(x, w, **call.words)
    assert (gradients.kernels * w).sum() == (g * result).sum()
    assert (gradients.bias * bias).sum() == (g * (result * 0 + bias)).sum()
    zero_fill = call.words | {"fill": 0}  # else the result is not linear in the images
    assert (gradients.images * x).sum() == (g * convolve(x, w, **zero_fill)).sum()
    for one, expected in zip(
        gradients, reference.convolve_gradients(x, w, g, **call.words), strict=True
    ):
        equal(one, expected)


@given(convolutions(), st.integers(0, 4), st.sampled_from(["HWIO", "OIHW"]), seeds)
def test_channels_and_kernels_lie_anywhere(call, axis, layout, seed):
    x, w = random_integers(call.images, seed), random_integers(call.kernels, seed + 1)
    g = random_integers(call.output, seed + 2)
    expected = convolve_gradients(x, w, g, **call.words)
    axis = min(axis, x.ndim - 1)
    order = (*range(w.ndim),) if layout == "HWIO" else (-1, -2, *range(w.ndim - 2))
    actual = convolve_gradients(
        np.moveaxis(x, -1, axis),
        w.transpose(order),
        np.moveaxis(g, -1, axis),
        channel_axis=axis,
        kernel_layout=layout,
        **call.words,
    )
    equal(np.moveaxis(actual.images, axis, -1), expected.images)
    equal(actual.kernels, expected.kernels.transpose(order))
    equal(actual.bias, expected.bias)


def test_depthwise_kernels_of_keras():
    x, w, g = random_integers((2, 5, 5, 3), 0), random_integers((3, 2, 3, 4), 1), None
    words = {"kernel_layout": "HWCM", "stride": 2}
    g = random_integers(convolve(x, w, **words).shape, 2)
    expected = convolve_gradients(x, w.reshape(3, 2, 1, 12), g, stride=2, groups=3)
    equal(convolve_gradients(x, w, g, **words).kernels, expected.kernels.reshape(w.shape))
    strided = np.zeros((3, 2, 3, 8), int)[..., ::2]
    out = (None, strided, None)
    assert convolve_gradients(x, w, g, want=["kernels"], out=out, **words).kernels is strided
    equal(strided, expected.kernels.reshape(w.shape))


@pytest.mark.parametrize("pad_mode", ["zeros", "constant", "wrap", "reflect"])
@pytest.mark.parametrize(("stride", "dilation"), [(70, 1), (1, 60), (3, 90)])
def test_of_few_reached_pixels(pad_mode, stride, dilation):
    """Where taps are far apart, only the pixels under them are read."""
    words = {"stride": stride, "dilation": dilation, "pad_mode": pad_mode, "padding": 100}
    x, w = random_integers((2, 150, 2), 0), random_integers((2, 2, 3), 1)
    g = random_integers(convolve(x, w, **words).shape, 2)
    actual = convolve_gradients(x, w, g, **words)
    for one, expected in zip(actual, reference.convolve_gradients(x, w, g, **words), strict=True):
        equal(one, expected)
    words = {"kernel_shape": (2,), **words}
    for mode in ("max", "sum"):
        g = random_integers(pool(x, mode=mode, **words).shape, 2)
        actual = pool_gradient(x, g, mode=mode, **words)
        equal(actual, reference.pool_gradient(x, g, mode=mode, **words))


def test_long_windows_many_kernels_and_many_images():
    """More taps, sums and windows than are taken at a time."""
    for x_shape, w_shape in [
        ((1, 40, 40, 3), (33, 37, 3, 2)),
        ((2, 6, 6, 700), (3, 3, 700, 300)),
        ((300, 28, 28, 2), (3, 3, 1, 4)),
    ]:
        groups = x_shape[-1] // w_shape[-2]
        x, w = random_integers(x_shape, 0, 2), random_integers(w_shape, 1, 2)
        g = random_integers(convolve(x, w, groups=groups).shape, 2, 2)
        result = convolve_gradients(x, w, g, groups=groups)
        forward = convolve(x, w, groups=groups)
        assert (result.kernels * w).sum() == (g * forward).sum() == (result.images * x).sum()
        floats = convolve_gradients(x * 1.0, w * 1.0, g * 1.0, groups=groups)
        np.testing.assert_array_equal(floats.kernels, result.kernels)


# ---- pooling ----

EXACT_MODES = ("max", "min", "sum", "median")


@given(poolings(POOL_MODES), st.sampled_from(["float32", "float64", ">f8"]), seeds)
def test_gradients_of_a_pooling_are_the_reference(call, dtype, seed):
    x, g = numbers(call.images, dtype, seed, most=2), numbers(call.output, dtype, seed + 1)
    actual, expected = (one(x, g, **call.words) for one in (pool_gradient, reference.pool_gradient))
    if call.words["mode"] in EXACT_MODES:
        equal(actual, expected)
    else:
        assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


@given(poolings(POOL_MODES), st.sampled_from(["int8", "uint8", "bool", "int64"]), seeds)
def test_gradients_of_integers_are_exact(call, dtype, seed):
    x, g = numbers(call.images, dtype, seed, most=2), random_integers(call.output, seed + 1)
    if call.words.get("fill") and dtype == "bool":
        return
    actual, expected = (one(x, g, **call.words) for one in (pool_gradient, reference.pool_gradient))
    assert actual.dtype == (np.int64 if call.words["mode"] in ("max", "min", "sum") else np.float64)
    if call.words["mode"] in EXACT_MODES:
        equal(actual, expected)
    else:
        np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-9)


@given(poolings(EXACT_MODES), seeds)
def test_nan_and_infinity(call, seed):
    """NaN gets what its windows give; the first of several, and of infinities the first."""
    special = (np.nan, np.nan, np.inf, np.inf, -np.inf)
    x = numbers(call.images, "float64", seed, special=special)
    g = numbers(call.output, "float64", seed + 1)
    equal(pool_gradient(x, g, **call.words), reference.pool_gradient(x, g, **call.words))


@given(poolings(("sum", "max")), st.integers(0, 4), seeds)
def test_channels_of_a_pooling_lie_anywhere(call, axis, seed):
    x, g = random_integers(call.images, seed, 2), random_integers(call.output, seed + 1)
    axis = min(axis, x.ndim - 1)
    actual = pool_gradient(
        np.moveaxis(x, -1, axis), np.moveaxis(g, -1, axis), channel_axis=axis, **call.words
    )
    equal(np.moveaxis(actual, axis, -1), pool_gradient(x, g, **call.words))


def test_ties_go_to_the_first():
    x, g = np.array([2, 1, 1, 2, 2]).reshape(1, 5, 1), np.array([[[10]]])
    gradients = {mode: pool_gradient(x, g, (5,), mode=mode).ravel().tolist() for mode in POOL_MODES}
    assert gradients["max"] == [10, 0, 0, 0, 0]
    assert gradients["min"] == [0, 10, 0, 0, 0]
    assert gradients["median"] == [10, 0, 0, 0, 0]
    assert gradients["sum"] == [10] * 5


def test_overlapping_windows_are_added():
    x = np.array([1.0, 5, 2, 3]).reshape(1, 4, 1)
    g = np.array([1.0, 10, 100]).reshape(1, 3, 1)
    assert pool_gradient(x, g, (2,), 1).ravel().tolist() == [0, 11, 0, 100]
    assert pool_gradient(x, g, (2,), 1, "avg").ravel().tolist() == [0.5, 5.5, 55, 50]


@pytest.mark.parametrize("stride", [1, 4])
@pytest.mark.parametrize("mode", ["max", "min"])
@pytest.mark.parametrize("pad_mode", [None, "wrap"])
def test_windows_of_many_taps(mode, stride, pad_mode):
    x = numbers((2, 12, 13, 2), "float64", most=9, special=[np.nan, np.nan])
    words = {"kernel_shape": (9, 8), "stride": stride, "padding": 2, "pad_mode": pad_mode}
    g = numbers(pool(x, mode=mode, **words).shape, seed=1)
    actual = pool_gradient(x, g, mode=mode, **words)
    equal(actual, reference.pool_gradient(x, g, mode=mode, **words))


# ---- finite differences ----


def difference_quotients(function, x, g, step):
    """Return the derivatives of sum(g * function(x)) by each number of x, as central differences.

    Where a window has no pixel, the difference of two NaN or infinities is 0.
    """
    quotients = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[place] += step
        below[place] -= step
        with np.errstate(invalid="ignore"):
            difference = function(above) - function(below)
        quotients[place] = (g * np.nan_to_num(difference)).sum() / (2 * step)
    return quotients


def distinct(shape, seed):
    """Return numbers, no two of which are closer than 0.1, and none to 0, in random order."""
    count = int(np.prod(shape))
    values = np.random.default_rng(seed).permutation(np.arange(count)) - count // 2 + 0.5
    return (values.reshape(shape) / 5).astype(np.longdouble)


@settings(max_examples=FEW)
@given(convolutions(), seeds)
def test_convolution_against_finite_differences(call, seed):
    x, w = distinct(call.images, seed), distinct(call.kernels, seed + 1)
    g = distinct(call.output, seed + 2)
    actual = convolve_gradients(x, w, g, **call.words)
    for gradient, expected in (
        (actual.images, difference_quotients(lambda x: convolve(x, w, **call.words), x, g, 0.5)),
        (actual.kernels, difference_quotients(lambda w: convolve(x, w, **call.words), w, g, 0.5)),
    ):
        np.testing.assert_allclose(
            gradient.astype(float), expected.astype(float), rtol=1e-9, atol=1e-9
        )


@settings(max_examples=FEW)
@given(poolings(POOL_MODES), seeds)
def test_pooling_against_finite_differences(call, seed):
    words = call.words | ({"fill": 0.05} if call.words["pad_mode"] == "constant" else {})
    x, g = distinct(call.images, seed), distinct(call.output, seed + 1)
    step = np.longdouble(1e-6)
    expected = difference_quotients(lambda x: pool(x, **words), x, g, step)
    np.testing.assert_allclose(
        pool_gradient(x, g, **words).astype(float), expected.astype(float), rtol=1e-6, atol=1e-6
    )


# ---- missing pixels ----


def random_mask(shape, seed):
    return np.random.default_rng(seed).random(shape) < 0.3


@given(poolings(POOL_MODES), st.booleans(), seeds)
def test_missing_pixels_of_a_pooling(call, are_nan, seed):
    x, g = numbers(call.images, "float64", seed, most=2), numbers(call.output, "float64", seed + 1)
    missing = mask = random_mask(call.images, seed)
    if are_nan:
        x[mask], missing = np.nan, "nan"
    actual = pool_gradient(x, g, missing=missing, **call.words)
    expected = reference.pool_gradient(x, g, missing=missing, **call.words)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)
    assert not actual[mask].any()


@settings(max_examples=FEW)
@given(convolutions(), seeds)
def test_missing_pixels_of_a_convolution_against_finite_differences(call, seed):
    x, g = distinct(call.images, seed), distinct(call.output, seed + 2)
    w = np.abs(distinct(call.kernels, seed + 1)) + np.longdouble(0.5)
    words = call.words | {"missing": random_mask(call.images, seed)}
    actual = convolve_gradients(x, w, g, **words)
    step = np.longdouble(1e-5)
    for gradient, expected in (
        (actual.images, difference_quotients(lambda x: convolve(x, w, **words), x, g, step)),
        (actual.kernels, difference_quotients(lambda w: convolve(x, w, **words), w, g, step)),
    ):
        np.testing.assert_allclose(
            gradient.astype(float), expected.astype(float), rtol=1e-6, atol=1e-6
        )
    assert not actual.images[words["missing"]].any()
    nothing = words | {"missing": np.zeros(call.images, bool)}
    for one, whole in zip(
        convolve_gradients(x, w, g, **nothing),
        convolve_gradients(x, w, g, **call.words),
        strict=True,
    ):
        np.testing.assert_allclose(one.astype(float), whole.astype(float), rtol=1e-12, atol=1e-12)


def test_weights_that_sum_to_nothing_cannot_be_rescaled():
    x, w = np.ones((1, 4, 1)), np.array([1.0, -1]).reshape(2, 1, 1)
    with pytest.raises(ValueError, match="sum to 0"):
        convolve_gradients(x, w, x, missing="nan")
    plan = convpool.plan_convolution(x.shape, w.shape, missing="nan").gradients()
    with pytest.raises(ValueError, match="sum to 0"):
        plan.run(x, w, x)
