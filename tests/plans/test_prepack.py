"""Layers with kernels that were packed once: every engine, geometry and dtype, as a plain run."""

import pickle

import numpy as np
import pytest

import convpool
from convpool import plan_convolution
from convpool.engines.compiled import many_kernels
from convpool.engines.registry.convolution import ENGINES
from support.arrays import numbers
from support.compiled import needs_kernels

# name: (images, kernels, words); in the last ones weights are packed panel by panel, or repeated
CASES = {
    "few kernels": ((2, 9, 8, 3), (3, 3, 3, 2), {}),
    "many kernels": ((2, 9, 8, 16), (3, 3, 16, 24), {}),
    "rows of taps": ((2, 9, 8, 3), (3, 3, 3, 40), {"padding": "full"}),
    "1x1": ((2, 5, 4, 16), (1, 1, 16, 24), {"bias": numbers(24)}),
    "flipped": ((2, 9, 8, 3), (3, 2, 3, 5), {"flip": True, "bias": numbers(5)}),
    "groups": ((2, 6, 7, 6), (3, 3, 2, 9), {"groups": 3}),
    "few windows": ((1, 400, 300, 1), (2, 2, 1, 3), {"stride": 100}),
    "one axis": ((2, 30, 4), (5, 4, 6), {"dilation": 2}),
    "three axes": ((1, 4, 5, 3, 2), (2, 3, 2, 2, 3), {}),
    "channels first": ((2, 3, 9, 8), (24, 3, 3, 3), {"channel_axis": 1, "kernel_layout": "OIHW"}),
    "no kernels": ((2, 5, 4, 2), (3, 3, 2, 0), {}),
    "no images": ((0, 5, 4, 2), (3, 3, 2, 20), {}),
    "no channels": ((2, 5, 4, 0), (3, 3, 0, 2), {"bias": numbers(2)}),
    "depthwise": ((2, 6, 7, 20), (3, 3, 1, 20), {"groups": 20}),
    "lanes": ((2, 6, 7, 20), (3, 3, 1, 60), {"groups": 20}),
    "one kernel for all channels": ((2, 6, 7, 20), (1, 1, 1, 20), {"groups": 20}),
    "panel by panel": ((1, 5, 5, 300), (3, 3, 300, 64), {}),
    "panels of reflected pixels": ((1, 5, 5, 300), (3, 3, 300, 64), {"pad_mode": "reflect"}),
}
DTYPES = [("float32", "float32"), ("float64", "float64"), ("uint8", "int8"), ("int64", "int64")]


def make(name, engine="auto", dtypes=DTYPES[0]):
    """Return (plan, images, kernels, bias) of a case; skip what the engine cannot do."""
    images, kernels, words = CASES[name]
    words = dict(words)
    bias = words.pop("bias", None)
    words |= {"images_dtype": dtypes[0], "kernels_dtype": dtypes[1]}
    plan = plan_convolution(images, kernels, **words)
    if engine != "auto":
        if plan.refusals()[engine] is not None:
            pytest.skip("not for this engine")
        plan = plan_convolution(images, kernels, engine=engine, **words)
    bias = None if bias is None else bias.astype(dtypes[1])
    return plan, numbers(images, dtypes[0]), numbers(kernels, dtypes[1], seed=1), bias


@pytest.mark.parametrize("dtypes", DTYPES, ids=[images for images, _ in DTYPES])
@pytest.mark.parametrize("engine", ["auto", *ENGINES])
@pytest.mark.parametrize("name", CASES)
def test_a_layer_is_a_run(name, engine, dtypes):
    if engine == "fft" and "panel" in name:
        pytest.skip("it would take seconds")
    plan, images, kernels, bias = make(name, engine, dtypes)
    layer = plan.prepack(kernels, bias)
    out = np.zeros(plan.output_shape, plan.dtype)
    for pixels in (images, images + images, np.asfortranarray(images)):
        expected = plan.run(pixels, kernels, bias)
        result = layer(pixels)
        assert (result.dtype, result.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(result, expected)
        assert layer(pixels, out) is out
        np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("engine", ["auto", *ENGINES])
@pytest.mark.parametrize("name", ["1x1", "flipped", "depthwise", "three axes"])
def test_kernels_that_change_later_change_nothing(name, engine):
    plan, images, kernels, bias = make(name, engine)
    expected = plan.run(images, kernels, bias)
    layer = plan.prepack(kernels, bias)
    kernels[...] = 0
    if bias is not None:
        bias[...] = 0
    np.testing.assert_array_equal(layer(images), expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(layer))(images), expected)


@needs_kernels
@pytest.mark.parametrize("name", ["many kernels", "rows of taps", "panel by panel", "lanes"])
def test_weights_are_packed_once(name, monkeypatch):
    plan, images, kernels, bias = make(name, "compiled")
    packings = []
    for owner, method in [
        (many_kernels.Tiles, "packing_record"),
        (convpool.engines.compiled.geometry, "are_finite"),
        (convpool.engines.compiled.few_kernels.Convolution, "_lane_weights"),
    ]:
        original = getattr(owner, method)

        def counting(*words, original=original):
            packings.append(original.__name__)
            return original(*words)

        monkeypatch.setattr(owner, method, counting)
    with convpool.threads(1):
        layer = plan.prepack(kernels, bias)
        layer(images)
        assert packings
        packings.clear()
        layer(images)
        assert not packings
        plan.run(images, kernels, bias)
    assert packings


@pytest.mark.parametrize("name", ["many kernels", "panel by panel"])
def test_weights_that_are_not_finite_count_on_padding(name):
    plan, images, kernels, _ = make(name)
    kernels[0, 0, 0, 0] = np.inf
    layer = plan.prepack(kernels)
    for _ in range(2):
        result = layer(images)
        assert np.isnan(result[:, 0, :, 0]).all()  # inf * 0 above the image
        np.testing.assert_array_equal(result, plan.run(images, kernels))


def test_integers_are_bounded_by_their_pixels_in_each_call():
    words = {"images_dtype": "int64", "kernels_dtype": "int64"}
    layer = plan_convolution((1, 4, 1), (2, 1, 1), "valid", **words).prepack(np.full((2, 1, 1), 3))
    images = np.full((1, 4, 1), 2**60)
    np.testing.assert_array_equal(layer(images), np.full((1, 3, 1), 6 * 2**60))
    with pytest.raises(OverflowError, match="sums of products"):
        layer(images * 2)
    np.testing.assert_array_equal(layer(images // 2**60), np.full((1, 3, 1), 6))


REFUSED = [
    (lambda plan: plan.prepack(np.ones((3, 3, 2, 4))), ValueError, r"kernels are \(3, 3, 2, 4\)"),
    (lambda plan: plan.prepack("sobel-x"), TypeError, "for a named kernel pass"),
    (
        lambda plan: plan.prepack(np.ones((3, 3, 2, 3)), np.ones(2)),
        ValueError,
        r"bias is \(2,\); it must be \(3,\)",
    ),
    (
        lambda plan: plan.prepack(np.ones((3, 3, 2, 3)))(np.ones((1, 5, 5, 3))),
        ValueError,
        r"images are \(1, 5, 5, 3\) float64, but the plan is for \(1, 5, 5, 2\) float64",
    ),
    (
        lambda plan: plan.prepack(np.ones((3, 3, 2, 3)))(np.ones((1, 5, 5, 2)), np.ones(3)),
        ValueError,
        r"out is \(3,\) float64",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSED, ids=[text for *_, text in REFUSED])
def test_what_does_not_fit_is_said(call, error, text):
    plan = plan_convolution((1, 5, 5, 2), (3, 3, 2, 3))
    with pytest.raises(error, match=text):
        call(plan)
    assert repr(plan.prepack(np.ones((3, 3, 2, 3)))) == f"<{plan.title}: packed>"


def test_missing_pixels_are_left_out():
    images, kernels = numbers((2, 7, 8, 2), "f8"), np.ones((3, 3, 2, 2))
    images[0, 2, 3, 1] = images[1, 0] = np.nan
    plan = plan_convolution(images.shape, kernels.shape, missing="nan")
    layer = plan.prepack(kernels, np.ones(2))
    np.testing.assert_array_equal(layer(images), plan.run(images, kernels, np.ones(2)))
    assert np.isfinite(layer(images)[0]).all()
    masked = plan_convolution(images.shape, kernels.shape, missing="mask")
    with pytest.raises(ValueError, match="plan with missing='nan'"):
        masked.prepack(kernels)
