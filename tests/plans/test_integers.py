"""Integers of every dtype: exact where sums fit the result, refused where they might not, with
advice that works.
"""

import re
from functools import partial
from itertools import product

import numpy as np
import pytest

import convpool
from convpool import filters
from convpool.engines.registry.convolution import ENGINES
from convpool.out_of_core import tiles

INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
SIGNED = [name for name in INTEGERS if name.startswith("int")]
DIRECT = [name for name in ENGINES if name != "fft"]
LEAST = {name: int(np.iinfo(name).min) for name in INTEGERS}
MOST = {name: int(np.iinfo(name).max) for name in INTEGERS}
SAME = {"padding": "same"}


def one(value, dtype="int64"):
    """Return an image, or a kernel, of one number."""
    return np.full((1, 1, 1), value, dtype)


def row(*values, dtype="int64"):
    return np.array(values, dtype).reshape(1, -1, 1)


def taps(*values, dtype="int64"):
    return np.array(values, dtype).reshape(-1, 1, 1)


def followed(call, **words):
    """Make a call; if it is refused, make it again as the error says. Returns the result and the
    error.
    """
    try:
        return call(**words), None
    except OverflowError as error:
        advice = re.search(r"pass dtype=(?:np\.)?(\w+)", str(error))
        return call(**{**words, "dtype": np.dtype(advice[1])}), str(error)


CALLS = {
    "convolve": convpool.convolve,
    "transposed": convpool.convolve_transpose,
    "tiled": partial(convpool.convolve, max_memory="1MB"),
    **{name: partial(convpool.convolve, engine=name) for name in DIRECT},
}


# ---- the bound is that of weights and pixels, in every dtype ----


@pytest.mark.parametrize("name", INTEGERS)
def test_sobel_of_bytes_fits_int16_whatever_the_dtype_of_the_weights(name):
    picture = np.random.default_rng(0).integers(0, 256, (9, 11), np.uint8)
    picture[:3, :3] = [[0, 0, 255]] * 3
    weights = np.abs(filters.sobel_x()) if name.startswith("u") else filters.sobel_x()
    actual = convpool.filter_image(picture, weights.astype(name), dtype=np.int16)
    assert actual.dtype == np.int16
    np.testing.assert_array_equal(actual, convpool.filter_image(picture.astype(float), weights))


def test_the_error_names_the_bound_and_a_dtype_that_holds_it():
    picture = np.full((5, 5), 255, np.uint8)
    call = partial(convpool.filter_image, picture, filters.sobel_x())
    with pytest.raises(OverflowError) as caught:
        call(dtype=np.int8)
    assert str(caught.value) == (
        "sums of products may reach 2040, more than int8 holds (127); pass dtype=np.int16, or no "
        "dtype for int64"
    )
    assert call(dtype=np.int16).dtype == np.int16
    assert call().dtype == np.int64
    with pytest.raises(OverflowError) as caught:
        call(dtype=np.uint16)
    assert str(caught.value) == (
        "sums of products may be negative, as low as -1020, which uint16 cannot hold; pass "
        "dtype=np.int16, or no dtype for int64"
    )


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", INTEGERS)
def test_the_limits_of_a_dtype_fit_and_what_is_beyond_does_not(name, call):
    if name == "uint64" and call == "compiled":
        pytest.skip("it takes no sums in uint64")
    for value in (MOST[name], LEAST[name]):
        for images, kernels in ((one(value, name), one(1)), (one(1), one(value, name))):
            assert CALLS[call](images, kernels, dtype=name).tolist() == [[[value]]]
    k = MOST[name].bit_length()
    half = 2 ** (k // 2)
    for image, weight in (
        (half, 2**k // half),
        (-1, -LEAST[name] + 1 if LEAST[name] > -(2**63) else 2**63 - 1),
    ):
        bias = np.array([2 if image < 0 and weight == 2**63 - 1 else 0])
        with pytest.raises(OverflowError, match=name):
            convpool.convolve(one(image), one(weight), bias=-bias, dtype=name)
        with pytest.raises(OverflowError, match=name):
            convpool.convolve(one(weight), one(image), bias=-bias, dtype=name)


@pytest.mark.parametrize("call", CALLS)
def test_bounds_beyond_float64_are_exact(call):
    for weights in ([2**62, 2**62 - 1], [2**63 - 1], [-(2**62), -(2**62)]):
        total = sum(weights)
        images, kernels = (
            np.ones((1, 1, len(weights)), int),
            np.array(weights).reshape(1, len(weights), 1),
        )
        if call == "transposed":
            kernels = kernels.reshape(1, 1, -1)
        assert CALLS[call](images, kernels).tolist() == [[[total]]]
        more = kernels - 1 if total < 0 else kernels + 1 if len(weights) > 1 else kernels
        with pytest.raises(
            OverflowError,
            match=rf"may reach {abs(int(more.astype(object).sum())) * 3}, more than int64",
        ):
            CALLS[call](images * 3, more)


def test_a_bound_of_many_large_weights_is_exact():
    kernels = np.full((1, 1, 2**11 - 1, 1), 2**52)
    kernels[0, 0, 0] += 2**52 - 1
    images = np.ones((1, 1, 1, 2**11 - 1), np.int8)
    assert convpool.convolve(images, kernels).item() == 2**63 - 1
    kernels[0, 0, 5] += 1
    with pytest.raises(OverflowError, match="may reach 9223372036854775808, more than int64 holds"):
        convpool.convolve(images, kernels)
    assert convpool.convolve(images, kernels, dtype=np.uint64).item() == 2**63
    assert convpool.convolve(-images, kernels).item() == -(2**63)


def test_each_kernel_has_a_bound_of_its_own():
    """Positive weights of one kernel are not added to those of another."""
    kernels = np.array([[100, -100]]).reshape(1, 1, 2)
    assert convpool.convolve(row(1, -1), kernels, dtype=np.int8).tolist() == [
        [[100, -100], [-100, 100]]
    ]
    bias = np.array([27, -28])
    assert convpool.convolve(row(1), kernels, bias=bias, dtype=np.int8).tolist() == [[[127, -128]]]
    with pytest.raises(
        OverflowError, match=r"may reach 128, more than int8 holds .127.; pass dtype=np.uint8"
    ):
        convpool.convolve(row(1), kernels[..., :1], bias=bias[:1] + 1, dtype=np.int8)


def test_unsigned_results_of_what_cannot_be_negative():
    assert convpool.convolve(row(-3, -5), taps(-1, -2), "valid", dtype=np.uint8).tolist() == [
        [[13]]
    ]
    assert (
        convpool.convolve(row(2**62, 2**62), taps(1, 2), "valid", dtype=np.uint64).item()
        == 3 * 2**62
    )
    assert (
        convpool.convolve(row(-(2**62), -(2**62)), taps(-1, -2), "valid", dtype=np.uint64).item()
        == 3 * 2**62
    )
    with pytest.raises(
        OverflowError,
        match=r"may be negative, as low as -6, which uint8 cannot hold; pass dtype=np.int8",
    ):
        convpool.convolve(row(-3, 5), taps(2), dtype=np.uint8)


def test_pixels_are_not_read_where_their_dtype_decides():
    class Unread(np.ndarray):
        def min(self, *words, **more):
            raise AssertionError("pixels were read")

    plan = convpool.plan_convolution(
        (1, 9, 1), (3, 1, 1), dtype=np.int16, images_dtype=np.uint8, kernels_dtype=np.int64
    )
    assert plan.fits(taps(1, 2, -1), None)
    assert not plan.fits(taps(1, 128, -1), None)
    plan.check(np.zeros((1, 9, 1), np.uint8).view(Unread), taps(1, 2, -1), None)


# ---- the adjoint, folds and pools ----


def test_of_a_transposed_convolution_only_weights_that_meet_are_added():
    for stride, dilation in ((2, 1), (3, 1), (4, 2), (2, 3)):
        values = row(2**62, 2**62)
        if (stride, dilation) == (
            2,
            3,
        ):  # 3 taps, 3 apart: the first and the last meet where windows start 2 apart
            values = values // 2 + row(1, 0)
        actual = convpool.convolve_transpose(values, taps(1, 1), stride=stride, dilation=dilation)
        assert actual.max() == values.max()
    depthwise = np.ones((1, 1, 3), int)
    actual = convpool.convolve_transpose(np.full((1, 2, 3), 2**62), depthwise, groups=3)
    assert (actual == 2**62).all()
    with pytest.raises(OverflowError, match=f"may reach {2**63}, more than int64"):
        convpool.convolve_transpose(row(2**62, 2**62), taps(1, 1, 1), stride=2)
    with pytest.raises(OverflowError, match=f"may reach {3 * 2**62}, more than int64"):
        convpool.convolve_transpose(np.full((1, 2, 3), 2**62), depthwise)


def test_of_a_fold_only_windows_that_overlap_are_added():
    windows = np.full((1, 2, 1, 2), 2**62)
    assert (convpool.fold(windows, (4,), 2) == 2**62).all()
    assert (convpool.fold(windows[:, :1], (2,)) == 2**62).all()
    assert convpool.fold(-windows, (3,)).ravel().tolist() == [-(2**62), -(2**63), -(2**62)]
    with pytest.raises(OverflowError, match=f"sums of windows may reach {2**63}, more than int64"):
        convpool.fold(windows, (3,))


@pytest.mark.parametrize("words", [{}, {"max_memory": "1MB"}, {"engine": "numpy"}])
def test_sums_of_pixels(words):
    summed = partial(convpool.pool, mode="sum", **words)
    assert summed(row(-(2**62), -(2**62)), (2,)).item() == -(2**63)
    assert summed(row(2**63 - 1, 0, dtype="uint64"), (1,)).ravel().tolist() == [2**63 - 1, 0]
    with pytest.raises(
        OverflowError, match=f"sums of pixels may reach {2**63}, more than int64 holds"
    ):
        summed(row(2**62, 2**62), (2,))


# ---- tiles and chunks ----

APART = np.zeros((1, 4000, 1), np.int64)
APART[0, :10], APART[0, -10:] = 100, -100  # in different tiles: alone, each would fit


def test_tiles_refuse_what_the_whole_refuses(monkeypatch):
    monkeypatch.setattr(
        tiles, "LARGEST_TILE", 2**12
    )  # bytes that are read at once to find the bound
    for words in ({}, {"max_memory": "5kB", "engine": "numpy"}):
        with pytest.raises(OverflowError, match="may reach 200, more than int8 holds"):
            convpool.convolve(APART, taps(1, -1), dtype=np.int8, **words)
        actual = convpool.convolve(APART, taps(1, -1), dtype=np.int16, **words)
        assert (actual.min(), actual.max()) == (-100, 100)


def test_tiles_of_bool_and_of_unsigned_pixels():
    for dtype in (bool, np.uint64):
        images = np.ones((1, 4000, 1), dtype)
        words = {"max_memory": "5kB", "engine": "numpy", "padding": "valid"}
        assert (convpool.convolve(images, taps(100, 27), dtype=np.int8, **words) == 127).all()
        with pytest.raises(OverflowError, match="may reach 128, more than int8 holds"):
            convpool.convolve(images, taps(100, 28), dtype=np.int8, **words)


def test_chunks_of_dask_arrays():
    array = pytest.importorskip("dask.array")
    images = array.from_array(np.full((1, 40, 1), 255, np.uint8), chunks=(1, 10, 1))
    lazy = convpool.convolve(images, taps(4, 0, -4), dtype=np.int16)
    np.testing.assert_array_equal(
        lazy.compute(), convpool.convolve(images.compute(), taps(4, 0, -4))
    )
    with pytest.raises(
        OverflowError, match=r"may reach 2040, more than int8 holds .127.; pass dtype=np.int16"
    ):
        convpool.convolve(images, taps(4, 0, -4), dtype=np.int8).compute()


# ---- fill and bias ----


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("value", [0, 3, True, np.uint8(3), np.int64(3), np.array(3)])
def test_a_whole_fill_and_bias_are_taken_by_every_integer_dtype(name, value):
    padded = {"padding": 1, "pad_mode": "constant", "fill": value}
    actual = convpool.convolve(one(2), taps(1, 1, 1), **padded, bias=np.array([value]), dtype=name)
    assert actual.dtype == name
    assert actual.item() == 2 + 3 * int(value)


@pytest.mark.parametrize("engine", [name for name in DIRECT if name != "compiled"])
@pytest.mark.parametrize("dtype", ["int64", "uint64", "uint8", "bool"])
def test_bias_of_any_integer_dtype_is_added_to_large_sums(dtype, engine):
    images, bias = np.full((1, 2, 1), 2**62, np.uint64), np.array([1], dtype)
    actual = convpool.convolve(
        images, taps(1, 1), "valid", bias=bias, dtype=np.uint64, engine=engine
    )
    assert actual.item() == 2**63 + 1


@pytest.mark.parametrize(
    ("operands", "dtype"),
    [
        ("int64", "uint8"),
        *product(["int64", "float32", "float64", "longdouble"], [None, "float32"]),
    ],
)
@pytest.mark.parametrize("value", [3j, 0.5, np.nan, np.inf, -3, 2**70, 1.5 + 0j, np.complex64(2j)])
def test_advice_on_fill_and_bias_can_be_followed(operands, value, dtype):
    padded = {"padding": 1, "pad_mode": "constant", "fill": value}
    bias = np.array([value]) if value != 2**70 else np.array([0.5])
    for words in (padded, {"bias": bias}):
        call = partial(convpool.convolve, one(2, operands), taps(1, 1, 1, dtype=operands), **words)
        try:
            actual = call(dtype=dtype)
        except (TypeError, OverflowError) as error:
            advice = re.search(r"pass dtype=(?:np\.)?(\w+)", str(error))
            actual = call(dtype=np.dtype(advice[1]))
        assert actual.dtype.kind == ("c" if np.iscomplexobj(value) else actual.dtype.kind)
        expected = 2 + 2 * value if words is padded else 2 + bias[0]
        np.testing.assert_allclose(complex(actual.item()), complex(expected))


# ---- any numbers: right, or refused with advice that works ----


def exact(images, kernels, padding, fill):
    """Convolve one-dimensional integers in Python's, which never wrap."""
    m, n, c = images.shape
    window, _, nc = kernels.shape
    before, after = padding
    padded = np.full((m, before + n + after, c), fill, object)
    padded[:, before : before + n] = images.astype(object)
    out = np.zeros((m, before + n + after - window + 1, nc), object)
    for i in range(out.shape[1]):
        for u in range(window):
            out[:, i] = out[:, i] + padded[:, i + u] @ kernels[u].astype(object)
    return out


def some(random, name, shape):
    """Return integers of about any size that the dtype has."""
    if name == "bool":
        return random.random(shape) < 0.5
    low, high = (
        max(LEAST[name], -(2 ** int(random.integers(64)))),
        min(MOST[name], 2 ** int(random.integers(64))),
    )
    return random.integers(low, high, shape, dtype=name, endpoint=True)


@pytest.mark.parametrize("seed", range(150))
def test_any_integers_are_exact_or_refused_with_advice_that_works(seed):
    random = np.random.default_rng(seed)
    kinds = random.choice([*INTEGERS, "bool"], 2)
    images = some(random, kinds[0], (1, 5, random.integers(1, 3)))
    kernels = some(
        random, kinds[1], (random.integers(1, 4), images.shape[-1], random.integers(1, 3))
    )
    dtype = str(random.choice(INTEGERS))
    padding, fill = tuple(random.integers(0, 2, 2).tolist()), 0
    words = {"padding": (padding,), "engine": str(random.choice(["auto", "numpy"]))}
    if random.random() < 0.5:
        words |= {"pad_mode": "constant", "fill": (fill := int(some(random, dtype, ())))}
    if random.random() < 0.3:
        words["max_memory"] = "1MB"
    expected = exact(images, kernels, padding, fill)
    actual, error = followed(partial(convpool.convolve, images, kernels, **words), dtype=dtype)
    if actual.dtype.kind == "f":
        np.testing.assert_allclose(
            actual, expected.astype(float), rtol=1e-9, atol=1e-9 * np.abs(expected).max()
        )
    else:
        assert actual.tolist() == expected.tolist()
    # sum |w| * max |x|: what fits by it must be taken
    heaviest = np.abs(kernels.astype(object)).sum(axis=(0, 1)).max()
    bound = heaviest * max(np.abs(images.astype(object)).max(), abs(fill))
    if dtype in SIGNED:
        assert (error is None) or bound > MOST[dtype]
        assert error is None or f"may reach {bound}, more than {dtype} holds" in error
