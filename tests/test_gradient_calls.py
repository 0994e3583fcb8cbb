"""What calls and plans of gradients take, return and refuse."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import convpool
from convpool import convolve, convolve_gradients, plan_convolution, plan_pooling, pool_gradient
from support import sampling
from support.arrays import numbers
from support.engines import refusals

X, W = np.ones((2, 6, 5, 3)), np.ones((3, 3, 3, 4))
G = np.ones((2, 6, 5, 4))
P = np.ones((2, 3, 2, 3))
V, T, O = ValueError, TypeError, OverflowError  # noqa: E741

MISUSES = [
    (V, lambda: convolve_gradients(X, W, G[:, 1:]), r"is \(2, 5, 5, 4\), but convolve gives"),
    (V, lambda: convolve_gradients(X, W, G, stride=2), "the gradient of its result"),
    (V, lambda: convolve_gradients(X, W[:, :, :2], G), "have 3"),
    (V, lambda: convolve_gradients(X, W, G, bias=np.ones(3)), r"bias is \(3,\)"),
    (V, lambda: convolve_gradients(X, W, G, want=()), "at least one of images, kernels, bias"),
    (V, lambda: convolve_gradients(X, W, G, want=("weights",)), "want is 'weights'"),
    (T, lambda: convolve_gradients(X, W, G, want="kernels"), r"such as \('kernels',\)"),
    (V, lambda: convolve_gradients(X, W, G, engine="fft"), "engine is 'fft'"),
    (V, lambda: pool_gradient(X, P, 2, mode="lp", engine="compiled"), "the mode is 'lp', and"),
    (T, lambda: convolve_gradients(X, W, G, dtype=int), "name a float dtype"),
    (T, lambda: convolve_gradients(X, W, G * 1j, dtype=float), "name a complex dtype"),
    (T, lambda: convolve_gradients(X, W, G, out=X.copy()), "three arrays"),
    (T, lambda: convolve_gradients(X, W, G, out=(None, "a.npy", None)), "a str for kernels"),
    (V, lambda: convolve_gradients(X, W, G, out=("a.csv", None, None)), "out is 'a.csv'"),
    (V, lambda: pool_gradient(X, P, 2, out="a.csv"), "out is 'a.csv'; files are"),
    (V, lambda: convolve_gradients(X, W, G, out=(X[:1], None, None)), r"it must be \(2, 6, 5, 3\)"),
    (
        V,
        lambda: convolve_gradients(X, W, G, want=["bias"], out=(X.copy(), None, None)),
        "out has an array for images, but want",
    ),
    (T, lambda: convolve_gradients(X, W, np.ma.ones(G.shape)), "masked array"),
    (T, lambda: convolve_gradients(X, W, G, strides=2), "here that is stride"),
    (V, lambda: pool_gradient(X, P[:1], 2), r"is \(1, 3, 2, 3\), but pool gives \(2, 3, 2, 3\)"),
    (V, lambda: pool_gradient(X, P, 2, mode="mean"), "'avg' here"),
    (V, lambda: pool_gradient(X, P, 2, engine="fft"), "engine is 'fft'"),
    (T, lambda: pool_gradient(X, P, 2, dtype=int), "name a float dtype"),
    (T, lambda: pool_gradient(X * 1j, P, 2), "no meaning"),
    (V, lambda: pool_gradient(X, P, 2, out=P.copy()), r"it must be \(2, 6, 5, 3\)"),
    (T, lambda: pool_gradient(X, P, pool_size=2), "here that is kernel_shape"),
    (V, lambda: pool_gradient(X[0], P[0], 2), "more than one way"),
    (V, lambda: plan_convolution(X.shape, W.shape).gradients(engine="fft"), "engine is 'fft'"),
    (V, lambda: plan_convolution(X.shape, W.shape).gradients().run(X, W, G[:1]), "the plan is for"),
    (V, lambda: plan_pooling(X.shape, 2).gradients().run(X, P[:1]), "the plan is for"),
    (V, lambda: plan_pooling(X.shape, 2).gradients("float32").run(X, P), "the plan is for"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "call", "advice"), MISUSES)
def test_misuse(error, call, advice):
    with pytest.raises(error, match=advice):
        call()


# ---- what is wanted, and where it goes ----


def test_only_what_is_wanted():
    for want in (("images",), ["kernels", "bias"], ("bias", "images")):
        gradients = convolve_gradients(X, W, G, want=want)
        whole = convolve_gradients(X, W, G)
        for name in ("images", "kernels", "bias"):
            one, expected = getattr(gradients, name), getattr(whole, name)
            if name in want:
                np.testing.assert_array_equal(one, expected)
            else:
                assert one is None


def test_out_may_be_what_is_read():
    x, w, g = numbers(X.shape, seed=1), numbers(W.shape, seed=2), numbers(G.shape, seed=3)
    expected = convolve_gradients(x, w, g)
    bias = np.zeros(4)
    actual = convolve_gradients(x, w, g, out=convpool.Gradients(x, w, bias))
    assert actual.images is x
    assert actual.kernels is w
    assert actual.bias is bias
    for one, right in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(one, right)
    x, g = numbers(X.shape, seed=1), numbers(P.shape, seed=3)
    expected = pool_gradient(x, g, 2)
    assert pool_gradient(x, g, 2, out=x) is x
    np.testing.assert_array_equal(x, expected)


def test_out_may_be_strided():
    wide = np.zeros((2, 12, 5, 6))
    x, g = numbers(X.shape, seed=1), numbers(G.shape, seed=3)
    out = wide[:, ::2, :, ::2]
    for pad_mode in ("zeros", "wrap"):
        expected = convolve_gradients(x, W, g, pad_mode=pad_mode).images
        convolve_gradients(x, W, g, pad_mode=pad_mode, want=["images"], out=(out, None, None))
        np.testing.assert_array_equal(out, expected)


def test_inputs_are_not_modified():
    arrays = [numbers(shape, seed=k) for k, shape in enumerate((X.shape, W.shape, G.shape))]
    copies = [array.copy() for array in arrays]
    convolve_gradients(*arrays, flip=True, pad_mode="edge")
    x, g = numbers(X.shape), numbers(P.shape)
    for mode in ("max", "median", "avg", "lp"):
        pool_gradient(x, g, 2, mode=mode)
    for array, copy in zip(
        [*arrays, x, g], [*copies, numbers(X.shape), numbers(P.shape)], strict=True
    ):
        np.testing.assert_array_equal(array, copy)


def test_an_engine_that_computes_what_is_wanted_may_be_named():
    if refusals(np.float64)["compiled"] is not None:
        pytest.skip("there are no compiled loops here")
    expected = convolve_gradients(X, W, G, engine="numpy")
    actual = convolve_gradients(X, W, G, want=["images", "bias"], engine="compiled")
    np.testing.assert_array_equal(actual.images, expected.images)
    plan = plan_convolution(X.shape, W.shape).gradients(want=["images"], engine="compiled")
    assert plan.images_plan.engine_name == "compiled"


# ---- dtypes ----


@pytest.mark.parametrize(
    ("images", "kernels", "gradient", "expected"),
    [
        ("uint8", "int8", "int16", "int64"),
        ("bool", "bool", "bool", "int64"),
        ("uint8", "float32", "float32", "float32"),
        ("float16", "float16", "float16", "float16"),
        ("float32", "float32", "float64", "float64"),
        ("uint8", "int8", "float32", "float64"),
        (">f4", ">f4", ">f4", "float32"),
        ("float32", "complex64", "float32", "complex64"),
    ],
)
def test_dtypes_of_a_convolution(images, kernels, gradient, expected):
    x, w, g = numbers(X.shape, images), numbers(W.shape, kernels), numbers(G.shape, gradient)
    assert {one.dtype for one in convolve_gradients(x, w, g)} == {np.dtype(expected)}
    plan = plan_convolution(x.shape, w.shape, images_dtype=images, kernels_dtype=kernels)
    assert plan.gradients(gradient).dtype == expected


def test_kernels_of_filters_keep_the_dtype_of_the_images():
    x = numbers((1, 6, 6, 1), "float32")
    w = convpool.filters.sobel_x()[..., None, None]
    assert convolve_gradients(x, w, x).kernels.dtype == np.float32
    assert convolve_gradients(x, w, x, dtype=float).kernels.dtype == np.float64


@pytest.mark.parametrize(
    ("mode", "images", "gradient", "expected"),
    [
        ("max", "uint8", "int8", "int64"),
        ("sum", "bool", "uint8", "int64"),
        ("max", "uint8", "float32", "float32"),
        ("avg", "uint8", "int8", "float64"),
        ("median", "int32", "int8", "float64"),
        ("avg", "float32", "float32", "float32"),
        ("max", "float16", "float16", "float16"),
        ("avg", "complex64", "complex64", "complex64"),
    ],
)
def test_dtypes_of_a_pooling(mode, images, gradient, expected):
    x, g = numbers(X.shape, images), numbers(P.shape, gradient)
    assert pool_gradient(x, g, 2, mode=mode).dtype == expected
    plan = plan_pooling(x.shape, 2, mode=mode, images_dtype=images)
    assert plan.gradients(gradient).dtype == expected


def test_sums_of_integers_fit_or_raise():
    one, most = np.ones((1, 1, 1), int), np.full((1, 1, 1), 2**62)
    assert convolve_gradients(most, one, one).kernels.item() == 2**62
    for x, w, g, name in [
        (most, one, one * 4, "kernels"),
        (one, most, one * 4, "images"),
        (np.full((4, 1, 1), 1), one, np.full((4, 1, 1), 2**62), "bias"),
    ]:
        with pytest.raises(O, match=f"the gradient of the {name} may reach"):
            convolve_gradients(x, w, g, want=[name])
        assert convolve_gradients(x, w, g, want=[name], dtype=float)
    x, g = np.ones((1, 3, 1), int), np.full((1, 2, 1), 2**62)
    with pytest.raises(O, match="the gradient of the images may reach"):
        pool_gradient(x, g, (2,), 1, "sum")
    assert pool_gradient(x, g, (2,), 1, "sum", dtype=float).max() == 2**63
    copied = np.full((1, 1, 1), 2**61)
    with pytest.raises(O, match="may reach"):
        convolve_gradients(one, np.ones((3, 1, 1), int), copied * 2, pad_mode="edge")


def test_long_sums_of_float32_keep_their_accuracy():
    random = np.random.default_rng(0)
    x, g = (random.random((40, 64, 64, 1), np.float32) for _ in range(2))
    w = np.ones((3, 3, 1, 1), np.float32)
    narrow, wide = (
        convolve_gradients(one, w, g, dtype=dtype)
        for one, dtype in ((x, None), (x.astype(float), float))
    )
    for name in ("kernels", "bias"):
        np.testing.assert_allclose(getattr(narrow, name), getattr(wide, name), rtol=1e-6)


# ---- plans ----


def test_a_plan_is_printed():
    forward = plan_convolution((2, 6, 6, 3), (3, 3, 3, 4), images_dtype="f4", kernels_dtype="f4")
    text = str(forward.gradients())
    assert text.splitlines()[:3] == [
        "gradients of a convolution with 4 kernels of 3 x 3 x 3",
        "  images    (2, 6, 6, 3) float32",
        "  gradient  (2, 6, 6, 4) float32, of the result",
    ]
    assert "images (2, 6, 6, 3), kernels (3, 3, 3, 4), bias (4,); float32" in text
    assert "numpy for images: " in text
    assert "numpy for kernels: " in text
    only_bias = str(forward.gradients(want=["bias"]))
    assert "result    bias (4,); float32" in only_bias
    assert "engine" not in only_bias
    assert "0 multiply-adds" in only_bias
    text = str(plan_pooling((2, 6, 6, 3), 2, mode="avg", missing="nan").gradients())
    assert text.startswith("gradient of avg pooling with windows of 2 x 2\n")
    assert "missing   NaN, which gets 0" in text
    assert "(2, 3, 3, 3) float64, of the result" in text


@pytest.mark.parametrize("words", [{}, {"pad_mode": "reflect", "stride": 2}, {"flip": True}])
def test_a_plan_runs_as_the_call(words):
    x, w = numbers((2, 7, 6, 3)), numbers((3, 3, 3, 4), seed=1)
    forward = plan_convolution(x.shape, w.shape, **words)
    g = numbers(forward.output_shape, seed=2)
    plan = forward.gradients()
    for one, expected in zip(plan.run(x, w, g), convolve_gradients(x, w, g, **words), strict=True):
        np.testing.assert_array_equal(one, expected)
    mask = numbers(x.shape) > 2
    masked = plan_convolution(x.shape, abs(w).shape, missing="mask", **words).gradients()
    for one, expected in zip(
        masked.run(x, abs(w) + 1, g, missing=mask),
        convolve_gradients(x, abs(w) + 1, g, missing=mask, **words),
        strict=True,
    ):
        np.testing.assert_array_equal(one, expected)
    assert plan.multiply_adds == 2 * forward.multiply_adds
    assert plan.scratch > 0


def test_calls_of_many_threads_are_those_of_one():
    shapes = [((2, 9, 8, 3), (3, 2, 3, 20)), ((1, 20, 20, 16), (3, 3, 16, 16))]
    cases = []
    for seed, (images, kernels) in enumerate(shapes * 4):
        x, w = numbers(images, "int32", seed), numbers(kernels, "int16", seed)
        g = numbers((*images[:-1], kernels[-1]), "int32", seed)
        small = numbers((images[0], *(size // 2 for size in images[1:-1]), images[-1]), "int8")
        cases.append((x, w, g, small, convolve_gradients(x, w, g), pool_gradient(x, small, 2)))

    def check(number):
        x, w, g, small, expected, pooled = cases[number % len(cases)]
        actual = convolve_gradients(x, w, g)
        same = all(np.array_equal(one, other) for one, other in zip(actual, expected, strict=True))
        return same and np.array_equal(pool_gradient(x, small, 2), pooled)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(check, range(10 * sampling.EXAMPLES)))


def test_the_gradient_of_the_forward_call_descends():
    """A step against the gradient makes a sum of squares smaller, as users do it."""
    x, w, target = numbers((4, 8, 8, 2)), numbers((3, 3, 2, 3), seed=1), numbers((4, 8, 8, 3))
    losses = []
    for _ in range(5):
        error = convolve(x, w, pad_mode="reflect") - target
        losses.append((error**2).sum())
        w = w - 2e-4 * convolve_gradients(x, w, error, pad_mode="reflect").kernels
    assert losses == sorted(losses, reverse=True)
