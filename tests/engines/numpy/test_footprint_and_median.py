"""Footprints, medians, padding that has values, and dtypes of pooling: by brute force, and as
SciPy has them.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import convpool
from convpool import reference
from convpool.engines import pad_modes
from convpool.engines.compiled import host
from convpool.engines.numpy import footprint_and_median
from convpool.engines.registry.pooling import POOL_ENGINES
from support.arrays import numbers

PAD_MODES = ["zeros", "constant", "reflect", "symmetric", "edge", "wrap"]
CROSS = np.array([[False, True, False], [True, True, True], [False, True, False]])
RAGGED = np.array(
    [[True, False, False, True], [False, False, False, False], [False, True, True, False]]
)
NAN = np.nan


def median(pixels, **words):
    line = np.asarray(pixels)
    return convpool.pool(line.reshape(1, -1, 1), (line.size,), mode="median", **words)


# ---- medians ----


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        ([3, 1, 2], 2),
        ([4, 1, 2, 3], 2.5),
        ([True, False, True, False], 0.5),
        ([2.0, NAN, 1.0], NAN),
        ([np.inf, 1.0, -np.inf], 1),
        ([np.inf, -np.inf], NAN),
        ([np.inf, np.inf, 0.0], np.inf),
        ([5e-324, 5e-324], 5e-324),
        ([1.7e308, 1.5e308], 1.6e308),
        ([np.float32(3e38), np.float32(3.2e38)], np.float32(3.1e38)),
        ([2**62 + 1, -(2**62)], 0.5),
        ([2**63 - 1, -(2**63)], -0.5),
        (np.array([2**64 - 1, 2**64 - 3], np.uint64), 2.0**64 - 2),
        (np.array([127, 126], np.int8), 126.5),
        (np.array([-128, -127], np.int8), -127.5),
        (np.array([60000, 60032], np.float16), 60032),
    ],
)
def test_the_middle(pixels, expected):
    result = median(pixels)
    given = np.asarray(pixels).dtype
    assert result.dtype == (given if given.kind == "f" else np.float64)
    np.testing.assert_array_equal(result.item(), result.dtype.type(expected))
    np.testing.assert_array_equal(median(np.asarray(pixels)[::-1]), result)


def test_a_zero_is_positive():
    assert not np.signbit(median([-0.0, -0.0, -0.0])).any()
    low = convpool.pool(np.full((1, 3, 3, 1), -0.0), 3, mode="min", footprint=CROSS)
    assert not np.signbit(low).any()


def test_a_window_without_a_pixel_has_no_middle():
    images = numbers((1, 4, 4, 1), "int16", most=99)
    result = convpool.pool(images, 1, mode="median", padding=1)[0, ..., 0]
    assert np.isnan(result[[0, -1]]).all()
    assert np.isnan(result[:, [0, -1]]).all()
    np.testing.assert_array_equal(result[1:-1, 1:-1], images[0, ..., 0])
    corner = np.array(
        [[True, False], [False, False]]
    )  # nothing of it lies on the first row of pixels
    for mode, nothing in (("median", NAN), ("max", -(2**15)), ("min", 2**15 - 1)):
        made = convpool.pool(images, (2, 2), 1, mode, padding=((1, 0), (1, 0)), footprint=corner)
        np.testing.assert_array_equal(made[0, 0, :, 0], nothing)
        np.testing.assert_array_equal(made[0, 1:, 1:, 0], images[0, :-1, :-1, 0])


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (4, 5)])
def test_images_stay_as_they_are(shape):
    images = numbers((2, 4, 5, 3), most=99)
    before = images.copy()
    for mode in ("median", "max"):
        convpool.pool(images, shape, 1, mode)
        convpool.global_pool(images, mode)
        convpool.adaptive_pool(images, 2, mode)
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("footprint", [None, CROSS, RAGGED], ids=["whole", "cross", "ragged"])
@pytest.mark.parametrize("mode", ["max", "min", "median"])
@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", ">i2", "int64", "uint64", "float16", ">f4", "float64", "longdouble"]
)
def test_blocks_change_nothing(dtype, mode, footprint, monkeypatch):
    images = numbers((3, 11, 12, 2), dtype, most=99)
    window = (3, 3) if footprint is None else footprint.shape
    for words in (
        {"padding": "same"},
        {"padding": 4, "dilation": 2, "stride": (2, 3)},
        {"ceil": True, "stride": 5},
    ):
        expected = reference.pool(images, window, mode=mode, footprint=footprint, **words)
        for room in (2**21, 300):
            monkeypatch.setattr(footprint_and_median, "BLOCK_BYTES", room)
            monkeypatch.setattr(footprint_and_median, "LARGE", room)
            result = convpool.pool(
                images, window, mode=mode, footprint=footprint, engine="numpy", **words
            )
            assert result.dtype == expected.dtype
            np.testing.assert_array_equal(result, expected)


def test_a_whole_footprint_is_none():
    whole = convpool.plan_pooling((1, 9, 9, 1), 3, footprint=np.ones((3, 3), bool))
    assert whole == convpool.plan_pooling((1, 9, 9, 1), 3)
    assert "5 taps of the footprint" in str(convpool.plan_pooling((1, 9, 9, 1), 3, footprint=CROSS))
    listed = convpool.pool(numbers((1, 9, 9, 1), most=99), 3, footprint=CROSS.tolist())
    np.testing.assert_array_equal(
        listed, convpool.pool(numbers((1, 9, 9, 1), most=99), 3, footprint=CROSS)
    )


def test_the_compiled_engine_says_what_it_does_not_take():
    images = numbers((1, 4, 4, 1), "int32", most=99)
    for words, reason in [
        ({"footprint": [[True, False]] * 2}, "a footprint"),
        ({"mode": "median"}, "medians of int32 as float64"),
    ]:
        with pytest.raises(
            ValueError,
            match=rf"'compiled' cannot do this: .*{reason}.* use 'auto' or one of 'numpy'",
        ):
            convpool.pool(images, 2, engine="compiled", **words)
        np.testing.assert_array_equal(
            convpool.pool(images, 2, engine="numpy", **words), convpool.pool(images, 2, **words)
        )


# ---- padding that has values ----


def windows(room, stride, ceil, end):
    """Count windows by the rule that looks at where pixels end, not at where padding does."""
    count = (-(-room // stride) if ceil else room // stride) + 1
    return count - (ceil and (count - 1) * stride >= end)


@pytest.mark.parametrize(
    "sides", [((9, 2), (1, 8)), ((2, 1), (2, 1))], ids=["more than the pixels", "overhung"]
)
@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("mode", ["max", "min", "avg", "sum", "lp", "median"])
@pytest.mark.parametrize("engine", ["auto", *POOL_ENGINES])
def test_padded_values_are_pixels(engine, mode, pad_mode, sides):
    if engine == "compiled" and (mode in ("lp", "median") or host.refusal()):
        pytest.skip("the compiled engine takes no such pooling here")
    images = numbers((2, 5, 7, 3), "float32", most=99)
    words = {"constant_values": 50} if pad_mode == "constant" else {}
    around = ((0, 0), *sides, (0, 0))
    padded = np.pad(images, around, {"zeros": "constant"}.get(pad_mode, pad_mode), **words)
    fill = 50 if pad_mode == "constant" else 0
    for stride, ceil, counted in product((1, 3, 4), (False, True), (False, True)):
        given = {"mode": mode, "ceil": ceil, "count_padding": counted, "engine": engine}
        result = convpool.pool(
            images, (4, 3), stride, padding=sides, pad_mode=pad_mode, fill=fill, **given
        )
        rows, columns = (
            windows(n + before + after - k, stride, ceil, before + n)
            for n, (before, after), k in zip((5, 7), sides, (4, 3), strict=True)
        )
        expected = convpool.pool(padded, (4, 3), stride, mode, ceil=ceil, engine="numpy")[
            :, :rows, :columns
        ]
        assert result.shape == expected.shape == (2, rows, columns, 3)
        np.testing.assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize("pad_mode", [None, *PAD_MODES])
@pytest.mark.parametrize("mode", ["max", "avg", "median"])
def test_few_windows_of_long_images(mode, pad_mode):
    """Only what they reach is gathered, of padding too, and nothing behind it where the last
    window hangs over.
    """
    images, fill = numbers((2, 90, 70, 2), most=99), int(pad_mode == "constant")
    plans = 0
    for window, stride, dilation, around in [
        (2, 40, 1, 3),
        (3, 41, 2, 9),
        ((3, 2), (19, 60), (30, 1), 5),
        (2, 39, 7, ((0, 1), (8, 0))),
        (2, 33, 1, 20),
        (4, (30, 23), 1, 1),
    ]:
        for ceil in (False, True):
            words = {
                "padding": around,
                "dilation": dilation,
                "ceil": ceil,
                "pad_mode": pad_mode,
                "fill": fill,
            }
            result = convpool.pool(images, window, stride, mode, **words)
            expected = reference.pool(images, window, stride, mode, **words)
            np.testing.assert_allclose(result, expected, rtol=1e-13)
            plan = convpool.plan_pooling(images.shape, window, stride, mode, **words)
            plans += plan.reached_pixels.axes != plan.axes
    assert plans > 4


def test_images_are_padded_a_few_at_a_time(monkeypatch):
    images, words = numbers((5, 6, 7, 2), most=99), {"padding": "same", "pad_mode": "wrap"}
    expected = convpool.pool(images, 3, 1, **words)
    sizes = []
    real = pad_modes._with_padding
    monkeypatch.setattr(
        pad_modes, "_with_padding", lambda x, *rest: sizes.append(len(x)) or real(x, *rest)
    )
    monkeypatch.setattr(pad_modes, "CHUNK_BYTES", 2 * 8 * 9 * 2 * 8)
    np.testing.assert_array_equal(convpool.pool(images, 3, 1, **words), expected)
    assert sizes == [2, 2, 1]


def test_no_padding_is_no_copy(monkeypatch):
    monkeypatch.setattr(pad_modes, "_with_padding", None)
    images = numbers((1, 6, 7, 2), most=99)
    np.testing.assert_array_equal(
        convpool.pool(images, 2, pad_mode="reflect"), convpool.pool(images, 2)
    )


def test_what_is_padded_counts_as_a_pixel_and_says_so():
    ones = np.ones((1, 3, 3, 1))
    for counted in (False, True):
        words = {"padding": "same", "pad_mode": "zeros", "count_padding": counted}
        assert convpool.pool(ones, 3, 1, "avg", **words)[0, 0, 0, 0] == 4 / 9
    assert convpool.pool(ones, 3, 1, "avg", padding="same")[0, 0, 0, 0] == 1
    text = str(convpool.plan_pooling((1, 3, 3, 1), 3, 1, padding="same", pad_mode="wrap"))
    assert "padding   same, filled with wrap" in text


def test_fill_takes_what_a_pixel_can_be():
    for dtype, fill in [
        ("uint8", 255),
        ("bool", True),
        ("int64", -(2**63)),
        ("float32", -np.inf),
        ("float32", NAN),
        ("uint64", 2**64 - 1),
        ("float16", 6e4),
        ("complex64", 2j),
        ("uint8", np.uint16(7)),
        ("float64", 0),
    ]:
        images = np.zeros((1, 2, 1), dtype)
        words = {"padding": 1, "pad_mode": "constant", "fill": fill, "stride": 1}
        mode = "sum" if dtype == "complex64" else "max"
        result = convpool.pool(images, (1,), mode=mode, **words)
        assert result.dtype == images.dtype
        np.testing.assert_array_equal(result.ravel(), np.array([fill, 0, 0, fill], dtype))


# ---- as SciPy has them ----

MODES_OF_SCIPY = {
    "nearest": "edge",
    "mirror": "reflect",
    "reflect": "symmetric",
    "wrap": "wrap",
    "constant": "constant",
}


@pytest.mark.parametrize("mode", MODES_OF_SCIPY)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
def test_filters_of_ndimage(dtype, mode):
    ndimage = pytest.importorskip("scipy.ndimage")
    fill = 7 if mode == "constant" else 0
    picture = numbers((13, 17), dtype, most=99)
    for footprint in (np.ones((3, 5), bool), CROSS, RAGGED[[0, 2]][:, :3], RAGGED):

        def pooled(name, only=footprint, **words):
            given = {
                "padding": "same_lower",
                "pad_mode": MODES_OF_SCIPY[mode],
                "fill": fill,
            } | words
            return convpool.pool(picture[None, ..., None], only.shape, 1, name, **given)[0, ..., 0]

        words = {"mode": mode, "cval": fill, "footprint": footprint}
        np.testing.assert_array_equal(
            pooled("max", footprint=footprint), ndimage.maximum_filter(picture, **words)
        )
        np.testing.assert_array_equal(
            pooled("min", footprint=footprint), ndimage.minimum_filter(picture, **words)
        )
        if footprint.sum() % 2:  # of an even number SciPy takes the greater of the middle ones
            result = pooled("median", footprint=footprint)
            np.testing.assert_array_equal(result, ndimage.median_filter(picture, **words))
        words.pop("footprint")
        expected = ndimage.uniform_filter(picture.astype(float), footprint.shape, **words)
        np.testing.assert_allclose(pooled("avg"), expected, rtol=1e-5, atol=1e-9)


# ---- dtypes ----


@pytest.mark.parametrize(
    "dtype", ["int16", "uint64", "float32", "float64", "longdouble", "complex64"]
)
@pytest.mark.parametrize("engine", POOL_ENGINES)
def test_sums_of_integers_in_another_dtype(engine, dtype):
    images = numbers((2, 7, 8, 3), "uint8", most=99)
    if (
        convpool.plan_pooling(
            images.shape, 3, mode="sum", dtype=dtype, images_dtype="u1"
        ).refusals()["compiled"]
        and engine == "compiled"
    ):
        with pytest.raises(ValueError, match=r"sums are taken in .* use 'auto' or one of 'numpy'"):
            convpool.pool(images, 3, mode="sum", dtype=dtype, engine=engine)
        return
    for words in ({}, {"padding": "same"}, {"max_memory": "1MB"}):
        result = convpool.pool(images, 3, 2, "sum", dtype=dtype, engine=engine, **words)
        assert result.dtype == dtype
        words.pop("max_memory", None)
        np.testing.assert_array_equal(
            result, reference.pool(images, 3, 2, "sum", **words).astype(dtype)
        )


@pytest.mark.parametrize("mode", ["avg", "lp", "median", "sum"])
@pytest.mark.parametrize(
    ("images", "dtype"),
    [
        ("int16", "float32"),
        ("float64", "float32"),
        ("float32", "float64"),
        ("float16", "float32"),
        ("float32", ">f8"),
        ("uint8", "float16"),
    ],
)
def test_results_in_another_float(images, dtype, mode):
    pixels = numbers((2, 7, 8, 3), images, most=99)
    words = {"padding": "same", "dtype": dtype}
    result = convpool.pool(pixels, 3, 2, mode, **words)
    expected = reference.pool(pixels.astype(float), 3, 2, mode, padding="same")
    assert result.dtype == np.dtype(dtype).newbyteorder("=")
    np.testing.assert_allclose(result, expected, rtol=np.finfo(dtype).eps * 2)
    for call in (
        convpool.global_pool,
        lambda images, *words, **named: convpool.adaptive_pool(images, 2, *words, **named),
    ):
        made = call(pixels, mode, dtype=dtype)
        assert made.dtype == result.dtype
        np.testing.assert_allclose(
            made, call(pixels.astype(float), mode), rtol=np.finfo(dtype).eps * 2
        )


def test_max_and_min_take_their_own_dtype():
    images = numbers((1, 4, 4, 1), ">i2", most=99)
    for mode in ("max", "min"):
        assert convpool.pool(images, 2, mode=mode, dtype="i2").dtype == np.int16
    assert convpool.pool(images > 0, 2, dtype=bool).dtype == bool


HUGE = np.full((1, 4, 4, 1), 2**62)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda **words: convpool.pool(HUGE, 4, mode="sum", **words), 2.0**66),
        (lambda **words: convpool.pool(HUGE, 4, mode="sum", max_memory="1MB", **words), 2.0**66),
        (lambda **words: convpool.global_pool(HUGE, "sum", **words), 2.0**66),
        (lambda **words: convpool.adaptive_pool(HUGE, 1, "sum", **words), 2.0**66),
        (
            lambda **words: convpool.fold(np.full((1, 5, 1, 5), 2**62), (9,), **words)[0, 4],
            5 * 2.0**62,
        ),
    ],
    ids=["pool", "tiles", "global_pool", "adaptive_pool", "fold"],
)
def test_advice_on_sums_that_do_not_fit_can_be_followed(call, expected):
    with pytest.raises(OverflowError, match="pass dtype=float for rounded results"):
        call()
    result = call(dtype=float)
    assert result.dtype == np.float64
    assert result.item() == expected


def test_advice_on_narrow_sums_can_be_followed():
    images = np.full((1, 2, 2, 1), 100, np.uint8)
    with pytest.raises(
        OverflowError, match=r"may reach 400, more than uint8 holds \(255\); pass dtype=np.int16"
    ):
        convpool.pool(images, 2, mode="sum", dtype=np.uint8)
    assert convpool.pool(images, 2, mode="sum", dtype=np.int16).item() == 400
    assert convpool.pool(images // 2, 2, mode="sum", dtype=np.uint8).item() == 200


def test_an_adaptive_sum_is_bounded_by_its_own_windows():
    images = np.full((1, 4, 4, 1), 2**60)
    assert (convpool.adaptive_pool(images, 2, "sum") == 2**62).all()
    with pytest.raises(OverflowError):
        convpool.adaptive_pool(images, 1, "sum")


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", "int64"])
def test_fold_in_another_dtype(dtype):
    windows = numbers((2, 4, 2, 3), "uint8", most=99)
    result = (
        convpool.fold(windows, (6,), dtype=dtype)
        if dtype != "uint8"
        else convpool.fold(windows // 3, (6,), dtype=dtype)
    )
    expected = reference.fold(windows if dtype != "uint8" else windows // 3, (6,))
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, expected)
