"""Pictures that are filtered row by row: against the slow twin, and beside forbidden pages."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import convpool
from convpool import filter_image, reference
from convpool.engines.compiled import few_kernels, library, picture_rows
from support import children
from support.compiled import LANES, needs_kernels

pytestmark = needs_kernels
RNG = np.random.default_rng(21)
WIDE = 16 * LANES  # numbers from which rows of results are long


@pytest.fixture
def runs(monkeypatch):
    """The rows that were taken."""
    taken, run = [], picture_rows.RowFilter.run

    def spy(self, *arguments, **keywords):
        taken.append(self)
        run(self, *arguments, **keywords)

    monkeypatch.setattr(picture_rows.RowFilter, "run", spy)
    return taken


def numbers(shape, dtype="float32"):
    """Return small whole numbers, whose products and sums are exact."""
    return RNG.integers(0 if np.dtype(dtype).kind == "u" else -8, 9, shape).astype(dtype)


def expected_of(image, kernel, padding="same", stride=1, **words):
    """Filter each channel by the slow twin."""
    planes = image[..., None] if image.ndim == 2 else image
    words = {"pad_mode": "reflect", **words}
    results = [
        reference.convolve(
            plane[None, ..., None], kernel[..., None, None], padding, stride, **words
        )
        for plane in np.moveaxis(planes, -1, 0)
    ]
    return np.concatenate(results, axis=-1)[0].reshape(*results[0].shape[1:3], *image.shape[2:])


# (picture, window, padding, stride down, pad mode, fill)
CASES = [
    ((4, WIDE), (3, 3), "same", 1, "reflect", 0),
    ((5, WIDE + 1), (1, 4), "same", 1, "zeros", 0),
    ((3, 2 * WIDE - 1), (4, 2), "full", 1, "wrap", 0),
    ((9, WIDE + LANES), (3, 3), "valid", (2, 1), "zeros", 0),
    ((2, WIDE, 3), (5, 5), "same", 1, "symmetric", 0),
    ((7, WIDE, 4), (2, 3), ((0, 3), (4, 0)), (3, 1), "constant", 2),
    ((1, WIDE + 5), (3, 3), 4, 1, "edge", 0),
    ((7, WIDE), (3, 3), "same", 1, "edge", 0),  # four rows of results, two and one
    ((6, WIDE), (2, 3), "same", 1, "reflect", 0),  # two rows, whose windows share one of pixels
    ((3, picture_rows.LINE + 1), (1, 3), "same", 1, "reflect", 0),  # two blocks of columns
    ((2, 2 * picture_rows.LINE + 3, 2), (3, 1), ((2, 1), (1, 2)), 1, "constant", 3),
]


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int16", "float64"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_filters(case, dtype, runs):
    shape, window, padding, stride, pad_mode, fill = case
    words = {"padding": padding, "stride": stride, "pad_mode": pad_mode, "fill": fill}
    image = numbers(shape, dtype)
    weights = "int8" if image.dtype.kind in "iu" else dtype
    down, right = (numbers((n,), weights) for n in window)
    kernel = numbers(window, weights)
    results = {
        "one": filter_image(image, kernel, engine="compiled", **words),
        "flipped": filter_image(image, kernel, flip=True, engine="compiled", **words),
        "of each axis": filter_image(image, (down, right), flip=True, engine="compiled", **words),
    }
    twins = {
        "one": expected_of(image, kernel, **words),
        "flipped": expected_of(image, kernel[::-1, ::-1], **words),
        "of each axis": expected_of(
            image, np.multiply.outer(down, right).astype(int)[::-1, ::-1], **words
        ),
    }
    assert [len(rows.forms.passes) for rows in runs] == [0, 0, 1]
    for name, result in results.items():
        np.testing.assert_array_equal(result, twins[name], name)


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_sums_in_parts(dtype, runs):
    """Many products of float32 are summed row by row; whole numbers are exact all the same."""
    image, kernel = numbers((36, WIDE + 7), dtype), numbers((31, 17))
    for padding in ("same", "valid"):
        result = filter_image(image, kernel, padding, engine="compiled")
        plain = filter_image(image, kernel, padding, engine="numpy")
        np.testing.assert_array_equal(result, plain)
    down, right = np.full(300, 0.3, "f4"), np.ones(1, "f4")  # too many for one sum
    image = RNG.random((310, WIDE)).astype("f4")
    result = filter_image(image, (down, right), engine="compiled")
    exact = filter_image(image.astype("f8"), (down.astype("f8"), right.astype("f8")))
    np.testing.assert_allclose(result, exact, 3e-6)
    assert len(runs) == 3  # the last in two passes, the other one of too many rows


def test_narrow_parts_give_the_same_results(runs):
    """Parts of a picture that are too narrow for it are summed in the same order."""
    image = RNG.random((40, WIDE + 9)).astype("f4")
    down, right = (RNG.random(n).astype("f4") for n in (5, 9))
    kernels = [RNG.random((n, n)).astype("f4") for n in (3, 9, 17, 31)]
    for kernel in (*kernels, (down, right)):
        whole = filter_image(image, kernel, "valid", engine="compiled")
        count, size = len(runs), len(kernel) if isinstance(kernel, np.ndarray) else len(right)
        part = filter_image(image[:, 20 : 28 + size], kernel, "valid", engine="compiled")
        assert len(runs) == count
        np.testing.assert_array_equal(part, whole[:, 20:29])
    assert len(runs) == 5


@pytest.mark.parametrize("wide", range(WIDE, WIDE + 3 * LANES, 5))
def test_every_width(wide, runs):
    image, kernel = numbers((2, wide)), numbers((2, 3))
    result = filter_image(image, kernel, engine="compiled")
    np.testing.assert_array_equal(result, expected_of(image, kernel))
    assert runs


def test_short_rows_of_a_picture(runs):
    """They are taken row by row where memory allows it, whatever came before."""
    kernel, wide = numbers((3, 3)), 8 * LANES
    image = numbers((7, 2 * wide))
    for spread in (image[:, ::2], image[::-1, ::2], image[:, ::2]):
        result = filter_image(spread, kernel, engine="compiled")
        np.testing.assert_array_equal(result, expected_of(spread, kernel))
    assert not runs
    for dense in (image[:, :wide], image[:, 1 : wide + 1]):
        result = filter_image(dense, kernel, engine="compiled")
        np.testing.assert_array_equal(result, expected_of(dense, kernel))
    assert len(runs) == 2


def test_dilation_and_bias(runs):
    images, kernels = numbers((2, 6, WIDE + 9, 1)), numbers((3, 2, 1, 1))
    words = {"dilation": (2, 3), "bias": np.array([5], np.float32), "padding": "full"}
    result = convpool.convolve(images, kernels, engine="compiled", **words)
    np.testing.assert_array_equal(result, reference.convolve(images, kernels, **words))
    assert runs


@pytest.mark.parametrize("dilation", [(70, 1), (1, 2100)])
def test_windows_that_span_too_much_for_the_cache(dilation, runs):
    images, kernels = numbers((1, 150, 4300, 1)), numbers((3, 3, 1, 1))
    results = [
        convpool.convolve(images, kernels, dilation=dilation, engine=engine)
        for engine in ("compiled", "numpy")
    ]
    np.testing.assert_array_equal(*results)
    for mode in ("max", "median"):
        words = {"mode": mode, "dilation": dilation}
        results = [
            convpool.pool(images, 3, 1, engine=engine, **words) for engine in ("compiled", "numpy")
        ]
        np.testing.assert_array_equal(*results)
    assert not runs


def test_channels_with_kernels_of_their_own(runs, monkeypatch):
    """They are taken by others, however often the kernels change."""
    images = numbers((1, 4, WIDE, 3))
    same, own = np.repeat(numbers((3, 3, 1, 1)), 3, axis=-1), numbers((3, 3, 1, 3))
    plan = convpool.plan_convolution(
        images.shape, same.shape, groups=3, engine="compiled", images_dtype="f4", kernels_dtype="f4"
    )
    taken, run = [], few_kernels.Convolution.run
    monkeypatch.setattr(
        few_kernels.Convolution, "run", lambda self, *a: taken.append(self) or run(self, *a)
    )
    for kernels in (same, own, same):
        expected = reference.convolve(images, kernels, groups=3)
        np.testing.assert_array_equal(plan.run(images, kernels), expected)
    np.testing.assert_array_equal(
        plan.run(images, same, np.arange(3, dtype="f4")),
        reference.convolve(images, same, groups=3, bias=np.arange(3)),
    )
    assert len(runs) == len(taken) == 2


def test_views(runs):
    """Rows and results may lie anywhere, as long as the numbers of a row lie side by side."""
    whole, kernel = numbers((9, WIDE + 20)), numbers((3, 3))
    for view in (whole[::-1], whole[::2], whole[1:4, 3:-2]):
        result = filter_image(view, kernel, engine="compiled")
        np.testing.assert_array_equal(result, expected_of(view, kernel))
        target = np.full((3 * len(view), view.shape[1] + 4), 77, np.float32)
        filter_image(view, kernel, out=target[1::3, 2:-2], engine="compiled")
        np.testing.assert_array_equal(target[1::3, 2:-2], result)
        target[1::3, 2:-2] = 77
        assert (target == 77).all()
    assert len(runs) == 6


@pytest.mark.parametrize("separable", [False, True])
def test_threads(separable, runs):
    """Bands of rows, several images, several blocks of columns."""
    images = numbers((2, 90, 2 * picture_rows.LINE + 3, 1))
    down, right = numbers((3,)), numbers((5,))
    with convpool.threads(3):
        if separable:
            results = [filter_image(one, (down, right), engine="compiled") for one in images]
        else:
            kernel = np.multiply.outer(down, right)[..., None, None]
            words = {"pad_mode": "reflect", "engine": "compiled"}
            results = convpool.convolve(images, kernel, **words)
    assert not runs[0].is_small
    kernel = np.multiply.outer(down, right)
    for image, result in zip(images, results, strict=True):
        expected = filter_image(image, kernel, engine="numpy")
        np.testing.assert_array_equal(result, expected)


def test_values_that_are_not_finite():
    """Weights of 0 are not skipped, and NaN stays where a window sees it."""
    image = numbers((6, WIDE))
    image[2, 5], image[4, 9] = np.inf, np.nan
    kernel = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32)
    for weights in (kernel, (kernel[1], kernel[0])):
        compiled, plain = (
            filter_image(image, weights, engine=engine) for engine in ("compiled", "numpy")
        )
        np.testing.assert_array_equal(compiled, plain)


# ---- rounding ----


@pytest.mark.parametrize("pixels", ["uint8", "float32", "int16"])
@pytest.mark.parametrize("target", ["uint8", "int8", "uint16", "int16"])
def test_rounding_in_the_same_pass(target, pixels, runs):
    """Halves go to the even neighbour, NaN becomes 0, and what is too large saturates."""
    for shape in ((5, 2 * WIDE + 3), (3, WIDE, 3)):
        image = numbers(shape, pixels)
        kernel = RNG.choice([-9.5, 0.5, 1.5, 0.25, 3e4], (3, 4)).astype("f4")
        if pixels == "float32":
            image[0, :3].flat[:3] = np.nan, np.inf, -np.inf
            kernel = np.full((1, 1), 0.5, "f4") if len(shape) == 2 else kernel
        factors = tuple(RNG.choice([-2, 0.5, 1, 40], n).astype("f4") for n in (3, 4))
        for weights in (kernel, factors):
            words = {"round_to": target, "pad_mode": "edge", "flip": True}
            expected = filter_image(image, weights, engine="numpy", **words)
            result = filter_image(image, weights, engine="compiled", **words)
            assert result.dtype == target
            np.testing.assert_array_equal(result, expected)
            out = np.zeros((2 * len(image), *image.shape[1:]), target)[::2]
            assert filter_image(image, weights, engine="compiled", out=out, **words) is out
            np.testing.assert_array_equal(out, expected)
    integers = filter_image(numbers((5, WIDE), "uint8"), np.full((3, 3), 99), round_to=target)
    assert integers.max() == np.iinfo(target).max if target.endswith("8") else integers.max() > 255
    assert len(runs) == 9


@pytest.mark.parametrize("pixels", ["uint8", "uint16", "float64"])
@pytest.mark.parametrize("target", ["uint8", "uint16"])
def test_sums_in_float64_are_rounded_in_the_same_pass(target, pixels, runs):
    """So they are where a kernel of fractions, float64 as NumPy makes it, filters bytes."""
    image = numbers((6, 2 * WIDE + 3), pixels)
    if pixels == "float64":
        image[0, :3] = np.nan, np.inf, -np.inf
    kernel = RNG.choice([-9.5, 0.5, 1.5, 0.25, 1000.125], (3, 5))
    for weights in (kernel, (kernel[:, 0], kernel[0]), np.full((1, 1), 0.5)):
        words = {"round_to": target, "pad_mode": "edge"}
        expected = filter_image(image, weights, engine="numpy", **words)
        result = filter_image(image, weights, engine="compiled", **words)
        assert result.dtype == target
        np.testing.assert_array_equal(result, expected)
    assert len(runs) == 3


def test_rounding_in_place_and_in_other_dtypes():
    image, kernel = numbers((6, WIDE), "uint8"), np.full((3, 3), 0.375, "f4")
    expected = filter_image(image, kernel, round_to="uint8", engine="numpy")
    assert filter_image(image, kernel, round_to="uint8", out=image) is image
    np.testing.assert_array_equal(image, expected)
    for words in ({"dtype": "float64"}, {"dtype": "float16"}, {"round_to": "int32"}):
        words = {"round_to": "uint8", **words}
        compiled = filter_image(numbers((6, WIDE), "uint8"), kernel, **words)
        assert compiled.dtype == words["round_to"]
    nothing = filter_image(np.zeros((4, WIDE, 0)), kernel, channel_axis=2, round_to="uint8")
    assert nothing.shape == (4, WIDE, 0)


@pytest.mark.parametrize("pixels", ["uint8", "float32", "int16"])
@pytest.mark.parametrize("target", ["int32", "int64"])
def test_fractions_are_rounded_to_long_integers_too(target, pixels):
    image = RNG.integers(0, 100, (5, WIDE, 3)).astype(pixels)
    for weight in (0.5, 2.0**40):
        words = {"kernel": np.full((3, 3), weight, "f4"), "round_to": target, "channel_axis": 2}
        expected = filter_image(image, engine="numpy", **words)
        for engine in ("auto", "compiled"):
            np.testing.assert_array_equal(filter_image(image, engine=engine, **words), expected)


# ---- sums of bytes in 16 bits ----

# results that are written from them
WRITTEN = [
    {},
    {"dtype": "float32"},
    {"dtype": "float64"},
    {"dtype": "int32"},
    *({"round_to": name} for name in ("uint8", "int8", "uint16", "int16", "int32", "int64")),
]


@pytest.mark.parametrize("words", WRITTEN, ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "int8", "bool"])
def test_sums_of_bytes(dtype, words, runs):
    image = RNG.integers(0, 256, (6, 2 * WIDE + 3)).astype("uint8")
    image = image > 127 if dtype == "bool" else image.view(dtype)
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    factors = np.array([1, 4, 6, 4, 1]), np.array([1, -2, 1])
    floats = sobel.astype("float32")
    for kernel in (sobel, sobel if words.get("dtype") == "int32" else floats, factors):
        for more in ({}, {"pad_mode": "constant", "fill": -7, "stride": (2, 1)}):
            result = filter_image(image, kernel, engine="compiled", **words, **more)
            expected = filter_image(image, kernel, engine="numpy", **words, **more)
            np.testing.assert_array_equal(result, expected, strict=True)
            assert not np.signbit(result[result == 0]).any()
    assert {rows.geometry.dtypes[1] for rows in runs} == {np.dtype("int16")}


# (kernel, dtype of the pixels, fill, whether sums fit 16 bits)
LIMITS = [
    (np.full((4, 4), 8), "uint8", 0, True),  # 128 * 255 = 32640
    (np.array([[65, -64]]), "uint8", 0, False),
    (np.full((5, 3), 17.0), "int8", 0, True),  # 255 * 128
    (np.full((4, 4), 16.0), "int8", 0, False),
    ((np.full(4, 4), np.full(2, 4)), "uint8", 0, True),
    ((np.full(4, 4), np.full(3, 3)), "uint8", 0, False),
    (np.full((1, 2), 0.5), "uint8", 0, False),
    (np.array([[np.nan, np.inf]]), "uint8", 0, False),
    (np.ones((1, 2)), "uint8", 2**14, False),
    (np.ones((1, 2)), "uint8", 0.5, False),
]


@pytest.mark.parametrize(("kernel", "dtype", "fill", "fits"), LIMITS, ids=str)
def test_limits_of_16_bits(kernel, dtype, fill, fits, runs):
    limits = np.iinfo(dtype)
    for pixel in (limits.min, limits.max):
        image = np.full((5, 2 * WIDE), pixel, dtype)
        words = {"pad_mode": "constant" if fill else "edge", "fill": fill, "dtype": "float64"}
        result = filter_image(image, kernel, engine="compiled", **words)
        np.testing.assert_array_equal(result, filter_image(image, kernel, engine="numpy", **words))
    is_short = {rows.geometry.dtypes[1] == np.int16 for rows in runs}
    assert is_short == {fits}


# ---- the greatest and least pixels ----

KINDS = ["float32", "float64", "uint8", "uint16", "int16", "bool"]


@pytest.mark.parametrize("window", [1, 2, 3, 5, 15, 16, 17, (2, 70), (24, 3)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_extremes(kind, window, runs):
    """Against NumPy's reductions of sliding windows: NaN, both zeros, infinities, padding."""
    kh, kw = (window, window) if isinstance(window, int) else window
    for c in (1, 3):
        images = numbers((2, 25, 8 * WIDE // c + 5, c), kind)
        if images.dtype.kind == "f":
            images[0, 3, 5:9, 0] = np.nan, np.inf, -np.inf, -0.0
        for mode, least in (("max", -np.inf), ("min", np.inf)):
            padded = np.pad(
                images.astype(float),
                ((0, 0), (kh // 2, kh - 1 - kh // 2), (0, kw - 1), (0, 0)),
                constant_values=least,
            )
            windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), (1, 2))
            expected = getattr(windows, mode)((-2, -1))
            padding = ((kh // 2, kh - 1 - kh // 2), (0, kw - 1))
            words = {"padding": padding, "engine": "compiled"}
            result = convpool.pool(images, (kh, kw), 1, mode, **words)
            np.testing.assert_array_equal(result, expected.astype(kind))
            if images.dtype.kind == "f":
                assert not np.signbit(result[result == 0]).any()
    assert len(runs) == 4


def test_a_nan_in_each_place(runs):
    """Each row and column may be the one where it is, and rows before it are not careful."""
    wide = 2 * WIDE
    for y, x in ((0, 0), (0, wide + 2), (5, 7), (8, wide - 1), (8, wide + 2)):
        images = numbers((2, 9, wide + 3, 1))
        images[0, y, x] = np.nan
        with np.errstate(invalid="ignore"):
            result = convpool.pool(images, 3, 1, "max", padding=1, engine="compiled")
        near = np.zeros(images.shape, bool)
        near[0, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2] = True
        np.testing.assert_array_equal(np.isnan(result), near)
    assert runs


# ---- medians ----


def medians(images, window, stride=1):
    """Return medians of windows that lie on pixels alone, by NumPy."""
    windows = np.lib.stride_tricks.sliding_window_view(images, window, (1, 2))
    return np.median(windows[:, ::stride], (-2, -1))


NETWORKS = [(3, 3), (5, 5), (1, 3), (5, 1), (1, 9)]
BISECTIONS = [(2, 2), (7, 7), (1, 4), (8, 25), (9, 1)]


@pytest.mark.parametrize("window", [*NETWORKS, *BISECTIONS], ids=str)
@pytest.mark.parametrize("kind", [*KINDS, "uint8 to float32"])
def test_medians(kind, window, runs):
    kind, _, dtype = kind.partition(" to ")
    for shape, stride in (((2, 9, 2 * WIDE + 3, 1), 1), ((1, 12, WIDE, 3), (2, 1))):
        images = numbers(shape, kind)
        if images.dtype.kind == "f":
            images[0, 4, 5:9, 0] = np.nan, np.inf, -np.inf, -0.0
        with np.errstate(invalid="ignore"):
            expected = medians(images, window, np.ravel(stride)[0])
        words = {"dtype": dtype or None, "engine": "compiled"}
        result = convpool.pool(images, window, stride, "median", **words)
        np.testing.assert_array_equal(result, expected)
        assert result.dtype == (dtype or (kind if kind.startswith("float") else "float64"))
        if result.dtype.kind == "f":
            assert not np.signbit(result[result == 0]).any()
    assert len(runs) == 2


@pytest.mark.parametrize("kind", ["float32", "uint8", "int16"])
@pytest.mark.parametrize("size", [3, 5])
def test_medians_of_zeros_and_ones(kind, size, runs):
    """A network is right if it is for these; of windows of 3x3, all 512 are here."""
    image = RNG.integers(0, 2, (size, 30_000)).astype(kind)
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))[0]
    counts = windows.sum((1, 2), dtype=int)
    bits = windows.reshape(-1, size**2).astype(int) @ (1 << np.arange(size**2))
    assert size > 3 or len(np.unique(bits)) == 512
    medians = convpool.pool(image[None, ..., None], size, 1, "median", engine="compiled")
    np.testing.assert_array_equal(medians.ravel(), counts > size**2 // 2)
    assert runs


def extremes(kind):
    """Yield lists of numbers whose medians or whose ranges are not ordinary."""
    if np.dtype(kind).kind == "f":
        info = np.finfo(kind)
        yield [info.max, info.max * 0.9, info.min, info.min * 0.9, np.inf, -np.inf]
        least = np.nextafter(np.array(0, kind), np.array(1, kind))
        yield [least, -least, 0.0, -0.0, info.tiny]
        yield [1.0, 1.0 + info.eps, 2.0]
    else:
        info = np.iinfo(kind)
        yield [info.min, info.max, info.min + 1, info.max - 1, 0, 7]
    yield [5]


@pytest.mark.parametrize("kind", ["float32", "float64", "int16", "uint16", "uint8"])
@pytest.mark.parametrize("window", [(2, 3), (4, 4), (7, 5)], ids=str)
def test_medians_of_extreme_numbers(kind, window, runs):
    """Means of two numbers do not overflow, nor do ranges that hold all numbers of a dtype."""
    for values in extremes(kind):
        images = RNG.choice(np.array(values, kind), (1, 9, 2 * WIDE + 3, 1))
        result = convpool.pool(images, window, 1, "median", engine="compiled")
        windows = np.lib.stride_tricks.sliding_window_view(images, window, (1, 2))
        ordered = np.sort(windows.reshape(*result.shape, -1), -1)
        taps = ordered.shape[-1]
        lower, upper = (ordered[..., k].astype(result.dtype) for k in ((taps - 1) // 2, taps // 2))
        with np.errstate(invalid="ignore", over="ignore"):
            mean = np.where(abs(lower) > 1, lower / 2 + upper / 2, (lower + upper) / 2)
        np.testing.assert_array_equal(result, mean)
    assert runs


@pytest.mark.parametrize(("kind", "dilation"), [("uint8", 2), ("uint8", 1), ("int16", 1)])
def test_medians_of_more_pixels_than_bytes_can_count(kind, dilation):
    images = numbers((1, 36, 36 + WIDE, 1), kind)
    words = {"mode": "median", "dilation": dilation}
    result = convpool.pool(images, (17, 16), 1, engine="compiled", **words)
    expected = convpool.pool(images, (17, 16), 1, engine="numpy", **words)
    np.testing.assert_array_equal(result, expected)


def test_medians_of_fewer_pixels_at_the_edges(runs):
    """Windows that reach into padding are taken apart, on each side of each axis."""
    images = numbers((2, 8, 2 * WIDE + 1, 1))
    for padding, stride in (("same", 1), (((2, 0), (0, 2)), (1, 1)), (2, (3, 1))):
        words = {"padding": padding, "mode": "median"}
        result = convpool.pool(images, 3, stride, engine="compiled", **words)
        expected = convpool.pool(images, 3, stride, engine="numpy", **words)
        np.testing.assert_array_equal(result, expected)
    assert len(runs) == 3
    mask = RNG.random(images.shape) < 0.1
    words = {"padding": "same", "mode": "median", "missing": mask}
    np.testing.assert_array_equal(
        convpool.pool(images, 3, 1, engine="compiled", **words),
        convpool.pool(images, 3, 1, engine="numpy", **words),
    )


@pytest.mark.parametrize(
    ("shape", "stride"), [((1, 3, 5, 1), 1), ((2, 9, 2 * WIDE, 1), 2), ((1, 2, WIDE, 1), 1)]
)
def test_medians_that_numpy_finds(shape, stride, runs):
    """Rows narrower than a vector, skipped columns, no window on pixels alone."""
    images = numbers(shape)
    words = {"padding": 1, "mode": "median"}
    result = convpool.pool(images, 3, stride, engine="compiled", **words)
    expected = convpool.pool(images, 3, stride, engine="numpy", **words)
    np.testing.assert_array_equal(result, expected)
    assert not runs


# Pictures whose ring, pixels and results lie beside pages that nobody may touch.
CHILD = """
import numpy as np
from convpool import filter_image, pool
from convpool.engines.compiled import kept_records, launch, library
from support import fences

kept_records.MOST = 0
random = np.random.default_rng(0)
wide = library.isa().vector_bytes * 4
for pixels, weights in (("f4", "f4"), ("u1", "f4"), ("u1", "i1"), ("i4", "i4"), ("f8", "f8")):
    for shape in ((3, wide), (5, wide + 3), (4, wide + 1, 3)):
        image = random.integers(0, 9, shape).astype(pixels)
        down, right = (random.integers(-3, 4, n).astype(weights) for n in (3, 4))
        for kernel in ((down, right), np.multiply.outer(down, right)):
            for pad_mode in ("reflect", "zeros"):
                words = dict(pad_mode=pad_mode, padding="full")
                expected = filter_image(image, kernel, engine="numpy", **words)
                for side in fences.SIDES:
                    launch.empty_aligned = lambda n, dtype: fences.array((n,), dtype, side)
                    out = fences.array(expected.shape, expected.dtype, side)
                    copy = fences.copy(image, side)
                    filter_image(copy, kernel, engine="compiled", out=out, **words)
                    np.testing.assert_array_equal(out, expected)
                    fences.clear()
for pixels in ("f4", "u1"):
    image = random.integers(0, 9, (1, 7, 12 * wide + 3, 1)).astype(pixels)
    for window, mode in ((2, "max"), (7, "min"), (3, "median")):
        expected = pool(image, window, 1, mode, padding=1, engine="numpy")
        for side in fences.SIDES:
            launch.empty_aligned = lambda n, dtype: fences.array((n,), dtype, side)
            out = fences.array(expected.shape, expected.dtype, side)
            pool(fences.copy(image, side), window, 1, mode, padding=1, engine="compiled", out=out)
            np.testing.assert_array_equal(out, expected)
            fences.clear()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="protects pages as Linux does")
@pytest.mark.parametrize("isa", [isa.name for isa in library.isas_of_processor()][:1])
def test_beside_fences(isa):
    children.output(CHILD, CONVPOOL_ISA=isa)
