"""Missing pixels: by the loops of `convpool.reference`, by hand, in tiles, as dask has them, and as
astropy has them.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import convpool
from convpool import filters, reference
from convpool.engines.compiled import host
from convpool.engines.pad_modes import PAD_MODES
from support.arrays import numbers

NAN = np.nan
HOLED = np.array([[1.0, NAN, 3.0], [4.0, 5.0, NAN], [NAN, 8.0, 9.0]])
ENGINES = ["numpy", "compiled"]
MODES = ["max", "min", "avg", "sum", "lp", "median"]
PADDINGS = ["valid", "same", "same_size", "full", "causal"]


def skip_without(engine):
    if engine == "compiled" and (reason := host.refusal()):
        pytest.skip(reason)


def garbage(images, mask):
    """Put what must not matter on missing pixels: NaN, infinities and the largest integers."""
    if images.dtype.kind == "f":
        images[mask] = np.resize([NAN, np.inf, -np.inf, 6e4], int(mask.sum()))
    elif images.dtype.kind != "b":
        images[mask] = np.iinfo(images.dtype).max
    return images


# ---- as the reference ----


@st.composite
def windows(draw, pad_modes):
    """Return images with garbage on missing pixels, their mask, a window and the common words."""
    rank = draw(st.integers(1, 3))
    few = lambda most: st.integers(1, most)  # noqa: E731
    channel_axis = draw(st.integers(0, rank + 1))
    shape = [draw(few(2)), *(draw(few(6 if rank < 3 else 3)) for _ in range(rank))]
    channels = draw(few(4))
    shape.insert(channel_axis, channels)
    dtype = draw(st.sampled_from(["uint8", "int16", "float32", "float64", "bool", "float16"]))
    mask = np.random.default_rng(draw(st.integers(0, 99))).random(shape) < draw(
        st.sampled_from([0, 0.3, 0.8, 1])
    )
    pad_mode = draw(st.sampled_from(pad_modes))
    words = {
        "stride": draw(few(3)),
        "dilation": draw(few(2)),
        "padding": draw(st.sampled_from(PADDINGS) | few(3)),
        "pad_mode": pad_mode,
        "fill": 1 if pad_mode == "constant" else 0,
        "channel_axis": channel_axis,
    }
    images = garbage(numbers(shape, dtype), mask)
    if images.dtype.kind == "f" and draw(st.booleans()):
        images[mask] = NAN
        mask = "nan"
    return images, mask, [draw(few(3)) for _ in range(rank)], channels, words


@given(windows(PAD_MODES), st.data())
def test_convolutions(case, data):
    images, mask, window, channels, words = case
    groups = data.draw(st.sampled_from([g for g in range(1, channels + 1) if channels % g == 0]))
    shape = (*window, channels // groups, groups * data.draw(st.integers(1, 2)))
    kernels = numbers(shape, data.draw(st.sampled_from(["int8", "float32", "float64"])), 1)
    assume((kernels.sum(axis=tuple(range(kernels.ndim - 1))) != 0).all())
    words |= {"groups": groups, "flip": data.draw(st.booleans()), "missing": mask}
    words["bias"] = data.draw(st.sampled_from([None, numbers(shape[-1], "int8", 2)]))
    expect_like_reference("convolve", images, (kernels,), words, {"kernel_layout": "HWIO"})


@given(windows([None, *PAD_MODES]), st.data())
def test_poolings(case, data):
    images, mask, window, _, words = case
    words |= {"mode": data.draw(st.sampled_from(MODES)), "missing": mask}
    words |= {"ceil": data.draw(st.booleans()), "count_padding": data.draw(st.booleans())}
    if words["mode"] in ("max", "min", "median"):
        taps = np.arange(np.prod(window)).reshape(window) % 3 != 1
        words["footprint"] = data.draw(st.sampled_from([None, taps]))
    expect_like_reference("pool", images, (window,), words, {})


def expect_like_reference(call, images, operands, words, extra):
    try:
        result = getattr(convpool, call)(images, *operands, **words, **extra)
    except ValueError as error:  # a window that does not fit
        assume("does not fit" not in str(error))
        raise
    expected = getattr(reference, call)(images, *operands, **words)
    assert result.dtype == expected.dtype
    tolerance = {2: 2e-3, 4: 1e-5}.get(result.dtype.itemsize, 1e-12)
    scale = np.max(np.abs(expected[np.isfinite(expected)]), initial=1)
    np.testing.assert_allclose(result, expected, rtol=tolerance, atol=tolerance * float(scale))


@pytest.mark.parametrize("engine", ENGINES)
def test_engines(engine):
    skip_without(engine)
    images, kernels = numbers((1, 14, 20, 3), "float32"), numbers((5, 3, 3, 9), "float32", 1)
    mask = np.random.default_rng(0).random(images.shape) < 0.4
    kernels = np.abs(kernels) + 1
    words = {"pad_mode": "wrap", "missing": mask, "stride": (1, 2)}
    expected = reference.convolve(images.astype(float), kernels.astype(float), **words)
    result = convpool.convolve(images, kernels, engine=engine, **words)
    np.testing.assert_allclose(result, expected, rtol=1e-5)
    for mode in ("max", "avg", "sum"):
        words = {"mode": mode, "missing": mask, "padding": 2, "stride": 2}
        expected = reference.pool(images.astype(float), 5, **words)
        result = convpool.pool(images, 5, engine=engine, **words)
        np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


# ---- by hand ----


def test_what_is_there_is_rescaled():
    image = np.array([[1.0, NAN, 3.0]])
    row = np.array([[1.0, 2.0, 1.0]])
    result = convpool.filter_image(image, row, pad_mode="zeros", missing="nan")
    # (2 * 1 + 0 of the padding) * 4 / 3; (1 + 3) * 4 / 2; (2 * 3 + 0) * 4 / 3
    np.testing.assert_allclose(result, [[8 / 3, 8, 8]])


def test_nothing_there_is_nan_and_nothing_missing_is_the_plain_sum():
    image = numbers((20, 20), "float32")
    mask = np.zeros(image.shape, bool)
    mask[:9, :9] = True
    kernel = np.random.default_rng(0).random((5, 5), np.float32)
    result = convpool.filter_image(image, kernel, missing=mask)
    assert np.isnan(result[:7, :7]).all()
    assert np.isfinite(result).sum() == 20 * 20 - 7 * 7
    plan = convpool.plan_convolution(
        (1, 20, 20, 1),
        (5, 5, 1, 1),
        "valid",
        missing="mask",
        images_dtype="float32",
        kernels_dtype="float32",
    )
    factors = plan.rescaling_factors(~mask[None, ..., None], kernel[..., None, None])[0, ..., 0]
    assert np.isnan(factors[:5, :5]).all()
    assert (factors[:5, 5] > 1).all()
    assert (factors[10:] == 1).all()
    np.testing.assert_array_equal(result[12:, 12:], convpool.filter_image(image, kernel)[12:, 12:])


def test_a_nan_that_the_mask_does_not_name_propagates():
    images = np.array([1.0, NAN, 3.0, NAN, 5.0]).reshape(1, 5, 1)
    mask = np.array([0, 1, 0, 0, 0], bool).reshape(1, 5, 1)
    sums = convpool.pool(images, (2,), (1,), "sum", missing=mask).ravel()
    np.testing.assert_array_equal(sums, [1, 3, NAN, NAN])
    means = convpool.convolve(images, np.ones((2, 1, 1)) / 2, "valid", missing=mask).ravel()
    np.testing.assert_array_equal(means, [1, 3, NAN, NAN])


def test_averages_are_of_what_is_there():
    images = HOLED[None, ..., None]
    words = {"stride": 1, "mode": "avg", "padding": 1, "missing": "nan"}
    there = [[10 / 3, 8 / 2], [17 / 3, 22 / 3]]  # of 1 4 5, of 3 5, of 4 5 8, of 5 8 9
    result = convpool.pool(images, 2, **words)[0, ..., 0]
    np.testing.assert_allclose(result[1:3, 1:3], there)
    counted = convpool.pool(images, 2, count_padding=True, **words)[0, ..., 0]
    np.testing.assert_allclose(counted[1:3, 1:3], there)
    # one pixel and three of the padding; two pixels, of which one is missing; none that is there
    np.testing.assert_allclose([counted[0, 0], result[0, 0]], [1 / 4, 1])
    np.testing.assert_allclose([counted[0, 1], result[0, 1]], [1 / 3, 1])
    assert np.isnan([counted[3, 0], result[3, 0]]).all()


def test_a_constant_stays_a_constant_far_from_what_is_there():
    """The weights there are down to 1e-8 of the kernel's: differences would lose all digits."""
    image = np.full((1, 41), 7.0, np.float32)
    mask = np.ones(image.shape, bool)
    mask[0, 20] = False
    row = filters.gaussian(3, truncate=6)[18:19]
    result = convpool.filter_image(image, row / row.sum(), missing=mask, engine="numpy")
    np.testing.assert_allclose(result[0, 2:39], 7, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["int16", "uint8", "bool"])
def test_integers_without_nan_are_all_there(dtype):
    images, kernels = numbers((1, 5, 6, 2), dtype), np.ones((3, 3, 2, 1), int)
    result = convpool.convolve(images, kernels, missing="nan")
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, convpool.convolve(images, kernels))


def test_no_mask_is_no_missing_pixel():
    image = np.ma.masked_array(numbers((4, 5), "float64"))
    kernel = np.ones((3, 3))
    result = convpool.filter_image(image.data, kernel, missing=image.mask)
    np.testing.assert_array_equal(result, convpool.filter_image(image.data, kernel))


def test_inputs_stay_as_they_are_and_out_may_be_the_images():
    images, kernels = HOLED[None, ..., None].copy(), np.ones((3, 3, 1, 1))
    expected = convpool.convolve(images, kernels, missing="nan")
    np.testing.assert_array_equal(images[0, ..., 0], HOLED)
    assert convpool.convolve(images, kernels, missing="nan", out=images) is images
    np.testing.assert_array_equal(images, expected)
    pooled = HOLED[None, ..., None].copy()
    for mode in ("max", "avg", "median"):
        words = {"padding": 1, "stride": 1, "mode": mode, "missing": "nan"}
        expected = convpool.pool(pooled, 3, **words)
        np.testing.assert_array_equal(
            convpool.pool(pooled.copy(), 3, out=pooled, **words), expected
        )
        pooled[...] = HOLED[None, ..., None]


def test_colours_have_their_own_holes():
    picture = np.stack([HOLED, HOLED.T, np.ones((3, 3))], axis=-1)
    result = convpool.filter_image(picture, np.ones((3, 3)), missing="nan")
    for k in range(3):
        alone = convpool.filter_image(picture[..., k], np.ones((3, 3)), missing="nan")
        np.testing.assert_allclose(result[..., k], alone)
    rounded = convpool.filter_image(picture, np.ones((3, 3)), missing="nan", round_to="uint8")
    np.testing.assert_array_equal(rounded, np.rint(result).astype(np.uint8))


def test_overflow_counts_what_is_there_only():
    images = np.array([2**62, 2**62, 1, 1]).reshape(1, 4, 1)
    mask = images > 1
    assert convpool.pool(images, (4,), mode="sum", missing=mask).item() == 2
    assert convpool.pool(images, (4,), mode="sum", missing=mask, max_memory="1MB").item() == 2
    with pytest.raises(OverflowError, match="sums of pixels"):
        convpool.pool(images, (4,), mode="sum")


# ---- tiles and dask ----


@pytest.mark.parametrize("missing", ["nan", "mask"])
@pytest.mark.parametrize("pad_mode", ["zeros", "wrap"])
def test_tiles_and_chunks_are_the_whole(missing, pad_mode):
    da = pytest.importorskip("dask.array")
    images, kernels = (
        numbers((2, 14, 15, 4), "float64"),
        np.abs(numbers((3, 4, 2, 6), "int8", 1)) + 1,
    )
    mask = np.random.default_rng(1).random(images.shape) < 0.3
    mask[0, :6, :7] = True
    if missing == "nan":
        images[mask] = NAN
    words = {"stride": (1, 2), "groups": 2, "pad_mode": pad_mode, "engine": "numpy"}
    bias = np.arange(6.0)
    plain = mask if missing == "mask" else "nan"
    whole = convpool.convolve(images, kernels, bias=bias, missing=plain, **words)
    tiled = convpool.convolve(images, kernels, bias=bias, missing=plain, max_memory=20_000, **words)
    np.testing.assert_array_equal(tiled, whole)
    lazy = da.from_array(images, (1, 5, 9, 3))
    for mine in [plain] if missing == "nan" else [mask, da.from_array(mask, (2, 14, 4, 1))]:
        chunks = convpool.convolve(lazy, kernels, bias=bias, missing=mine, **words)
        np.testing.assert_array_equal(chunks.compute(scheduler="synchronous"), whole)
    for mode in MODES:
        words = {"mode": mode, "padding": 2, "stride": 2, "missing": plain, "engine": "numpy"}
        words |= {"count_padding": mode == "avg", "pad_mode": None if mode == "avg" else pad_mode}
        whole = convpool.pool(images, 4, **words)
        np.testing.assert_array_equal(convpool.pool(images, 4, max_memory=100_000, **words), whole)
        chunks = convpool.pool(lazy, 4, **words).compute(scheduler="synchronous")
        np.testing.assert_array_equal(chunks, whole)


def test_one_picture_in_tiles_and_chunks():
    da = pytest.importorskip("dask.array")
    picture = np.stack([np.tile(HOLED, (5, 5)), np.ones((15, 15))], axis=-1)
    kernel = np.ones((3, 3))
    for image in (picture, picture[..., 0]):
        mask = np.isnan(image)
        whole = convpool.filter_image(image, kernel, missing="nan", round_to="uint8")
        for missing in ("nan", mask):
            words = {"missing": missing, "round_to": "uint8"}
            tiled = convpool.filter_image(image, kernel, max_memory=4000, **words)
            np.testing.assert_array_equal(tiled, whole)
            lazy = convpool.filter_image(da.from_array(image, 4), kernel, **words)
            np.testing.assert_array_equal(lazy.compute(scheduler="synchronous"), whole)


# ---- plans and errors ----


def test_plans_say_it_and_take_a_mask():
    images, mask = np.nan_to_num(HOLED)[None, ..., None], np.isnan(HOLED)[None, ..., None]
    kernels = np.ones((3, 3, 1, 1))
    plan = convpool.plan_convolution(images.shape, kernels.shape, missing="mask")
    assert "missing   what the mask says; the rest is rescaled" in str(plan)
    expected = convpool.convolve(images, kernels, missing=mask)
    np.testing.assert_array_equal(plan.run(images, kernels, missing=mask), expected)
    pooling = convpool.plan_pooling(images.shape, 2, mode="avg", missing="nan")
    assert "missing   NaN, which never wins and is not counted" in str(pooling)
    expected = convpool.pool(images, 2, mode="avg", missing=mask)
    np.testing.assert_array_equal(pooling.run(HOLED[None, ..., None]), expected)
    assert "missing" not in str(convpool.plan_pooling(images.shape, 2))


IMAGES = np.ones((1, 4, 4, 1))
KERNELS = np.ones((3, 3, 1, 1))
MASK = np.zeros(IMAGES.shape, bool)
MISUSE = {
    "weights of 0": (
        lambda: convpool.filter_image(IMAGES[0], filters.sobel_x(), missing="nan"),
        ValueError,
        ["sum to 0", "fill the missing pixels first"],
    ),
    "weights of 0 but for rounding": (
        lambda: convpool.filter_image(IMAGES[0], filters.laplacian_of_gaussian(), missing="nan"),
        ValueError,
        ["sum to 0"],
    ),
    "the second kernel": (
        lambda: convpool.convolve(
            IMAGES,
            np.array([[1.0, 1.0], [1.0, -1.0]]).reshape(2, 1, 1, 2),
            missing=MASK,
            max_memory="1MB",
        ),
        ValueError,
        ["kernel 1 sum to 0"],
    ),
    "another word": (
        lambda: convpool.pool(IMAGES, 2, missing="NaN"),
        ValueError,
        ["missing is 'NaN'", "missing='nan'"],
    ),
    "a number": (
        lambda: convpool.pool(IMAGES, 2, missing=NAN),
        ValueError,
        ["missing is nan", "missing='nan'"],
    ),
    "a whole number": (
        lambda: convpool.pool(IMAGES, 2, missing=0),
        ValueError,
        ["missing is 0;", "None, 'nan', or bools"],
    ),
    "a number of NumPy": (
        lambda: convpool.pool(IMAGES, 2, missing=np.float32(0)),
        ValueError,
        ["missing is ", "None, 'nan', or bools"],
    ),
    "an unknown word": (
        lambda: convpool.pool(IMAGES, 2, missing="zeros"),
        ValueError,
        ["missing is 'zeros'", "None, 'nan', or bools"],
    ),
    "no bools": (
        lambda: convpool.pool(IMAGES, 2, missing=MASK.astype(np.uint8)),
        TypeError,
        ["missing holds uint8", "np.asarray(missing, bool)"],
    ),
    "another shape": (
        lambda: convpool.pool(IMAGES, 2, missing=MASK[:, 1:]),
        ValueError,
        ["missing is (1, 3, 4, 1)", "images (1, 4, 4, 1)"],
    ),
    "one for all channels": (
        lambda: convpool.filter_image(
            np.ones((4, 4, 3)), KERNELS[..., 0, 0], missing=MASK[0, ..., 0]
        ),
        ValueError,
        ["missing is (4, 4)", "np.broadcast_to(missing[..., None], image.shape)"],
    ),
    "integer results": (
        lambda: convpool.convolve(IMAGES.astype(int), KERNELS.astype(int), missing=MASK, dtype=int),
        TypeError,
        ["dtype is int64", "quotients"],
    ),
    "transforms": (
        lambda: convpool.convolve(IMAGES, KERNELS, missing=MASK, engine="fft"),
        ValueError,
        ["'fft' cannot do this", "missing"],
    ),
    "a masked mask": (
        lambda: convpool.pool(IMAGES, 2, missing=np.ma.masked_array(MASK)),
        TypeError,
        ["missing came as a masked array"],
    ),
    "a plan without the mask": (
        lambda: convpool.plan_pooling(IMAGES.shape, 2, missing="mask").run(IMAGES),
        ValueError,
        ["run got no mask", "pass it to run"],
    ),
    "a mask without the plan": (
        lambda: convpool.plan_pooling(IMAGES.shape, 2).run(IMAGES, missing=MASK),
        ValueError,
        ["run got a mask", "missing='mask'"],
    ),
    "an array for a plan": (
        lambda: convpool.plan_pooling(IMAGES.shape, 2, missing="array"),
        ValueError,
        ["missing is 'array'", "'nan', 'mask'"],
    ),
    "out is the mask": (
        lambda: convpool.pool(
            MASK, 2, stride=1, padding=((0, 1), (0, 1)), missing=MASK, out=MASK, max_memory="1MB"
        ),
        ValueError,
        ["out shares memory with"],
    ),
}


@pytest.mark.parametrize("name", MISUSE)
def test_misuse(name):
    call, error_type, words = MISUSE[name]
    with pytest.raises(error_type) as raised:
        call()
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize("call", [convpool.convolve, convpool.filter_image, convpool.pool])
def test_masked_arrays_name_the_way_out(call):
    name = "image" if call is convpool.filter_image else "images"
    images = IMAGES[0] if name == "image" else IMAGES
    window = 2 if call is convpool.pool else KERNELS if name == "images" else KERNELS[..., 0, 0]
    with pytest.raises(TypeError, match=rf"missing={name}\.mask"):
        call(np.ma.masked_array(images, images > 3), window)
    da = pytest.importorskip("dask.array")
    lazy = da.ma.masked_greater(da.from_array(images, 2), 3)
    with pytest.raises(TypeError, match=rf"missing=dask\.array\.ma\.getmaskarray\({name}\)"):
        call(lazy, window)
    mask = da.ma.getmaskarray(lazy)
    call(da.ma.getdata(lazy), window, missing=mask).compute(scheduler="synchronous")


# ---- as astropy ----


@pytest.mark.filterwarnings("ignore:nan_treatment='interpolate', however")
@pytest.mark.parametrize("sigma", [0.8, 2])
@pytest.mark.parametrize("boundary", ["fill", "wrap", "extend"])
def test_as_astropy(sigma, boundary):
    """Where a window has no pixel, astropy gives NaN too."""
    convolution = pytest.importorskip("astropy.convolution")
    random = np.random.default_rng(2)
    image = random.random((40, 50))
    image[random.random(image.shape) < 0.4] = NAN
    image[:20, :25] = NAN
    kernel = filters.gaussian(sigma)
    pad_mode = {"fill": "zeros", "wrap": "wrap", "extend": "edge"}[boundary]
    expected = convolution.convolve(
        image, np.asarray(kernel), boundary=boundary, nan_treatment="interpolate"
    )
    result = convpool.filter_image(image, kernel, pad_mode=pad_mode, missing="nan")
    np.testing.assert_allclose(result, expected, rtol=1e-9)
