"""Large kernels through Fourier transforms: against the slow twin, within the stated bound and
the stated memory.
"""

import math
import tracemalloc
from contextlib import contextmanager
from fractions import Fraction
from itertools import product
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import convpool
from convpool import reference
from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.fft import accuracy
from convpool.engines.fft import convolution as fft_convolution
from convpool.engines.fft import layout as fourier_layout
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.numpy.convolution import PaddedImages
from convpool.windows import PADDINGS, Axis, place
from support.axes import convolution_axes
from support.bounds import greatest_pixels, pad, sum_bounds


@contextmanager
def only_transforms():
    """Transform every block, also where direct sums would err less, as they do in most small
    ones.
    """
    every = mock.patch.object(
        fft_convolution,
        "fft_error_is_acceptable",
        lambda pixels, pixel_norms, kernel_norms, layout: kernel_norms.sums == kernel_norms.sums,
    )
    with every, mock.patch.object(fft_convolution, "_sum_directly", None):
        yield


def convolved(
    images, kernels, padding="same", stride=1, dilation=1, kind=None, dtype=None, **words
):
    """Call the engine as the plan does, with an output that holds rubbish, and transform
    everything.
    """
    axes = convolution_axes(images, kernels, padding, stride, dilation)
    dtype = np.dtype(dtype or np.result_type(images, kernels))
    out = np.full(
        (len(images), *(axis.count for axis in axes), kernels.shape[-1]), 77, kind or dtype
    )
    with only_transforms():
        fft_convolution.convolve(images, kernels, axes, out, dtype=dtype, **words)
    return out


def normal(*shape, seed=0, dtype="float64"):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def halves(*shape, seed=0, dtype="float64"):
    """Return small multiples of a half, of which every sum is exact."""
    return (np.random.default_rng(seed).integers(-4, 5, shape) / 2).astype(dtype)


def near(actual, expected):
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-10)


@pytest.fixture
def small_steps(monkeypatch):
    """Cut small arrays as if they were large: several blocks, steps of few numbers, one kernel
    at a time.
    """
    for module in (fft_convolution, accuracy, fourier_layout):
        monkeypatch.setattr(module, "CHUNK", 2**6)
    monkeypatch.setattr(fourier_layout, "BLOCK_POINTS", 2**7)
    monkeypatch.setattr(fourier_layout, "BLOCK_OVERHEAD", 1.0)
    monkeypatch.setattr(fourier_layout, "MAX_MEMORY", 1)
    fourier_layout.cheapest.cache_clear()
    yield
    fourier_layout.cheapest.cache_clear()


# spatial sizes, window, padding, stride, dilation
GEOMETRIES = [
    ((40,), (9,), "same", 1, 1),
    ((101,), (8,), "valid", 3, 2),
    ((5,), (12,), "full", 1, 1),
    ((24, 19), (5, 6), "same", 1, 1),
    ((24, 19), (24, 19), "valid", 1, 1),
    ((31, 20), (7, 4), "same_lower", (2, 3), 1),
    ((31, 20), (4, 7), "same_size", (3, 1), (2, 3)),
    ((6, 7), (11, 16), "full", 2, 1),
    ((30, 30), (1, 1), "same", 2, 1),
    ((9, 30), (3, 5), ((0, 4), (7, 1)), (1, 5), 1),
    ((6, 11, 9), (3, 4, 2), "same", 1, 1),
    ((5, 6, 12), (2, 3, 5), "valid", (1, 2, 3), (2, 1, 2)),
]


@pytest.mark.parametrize("steps", ["large", "small"])
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("groups", [1, 2])
def test_agrees_with_reference(geometry, groups, steps, request):
    if steps == "small":
        request.getfixturevalue("small_steps")
    spatial, window, padding, stride, dilation = geometry
    images, kernels = halves(3, *spatial, 2 * groups), halves(*window, 2, 3 * groups, seed=1)
    bias = halves(3 * groups, seed=2)
    sides = padding if isinstance(padding, str) else list(padding)
    expected = reference.convolve(
        images, kernels, sides, stride, dilation=dilation, groups=groups, bias=bias
    )
    near(convolved(images, kernels, padding, stride, dilation, groups=groups, bias=bias), expected)


def test_small_steps_do_cut(small_steps):
    """The table above sees blocks, chunks of kernels and steps, not one of each."""
    layout = fourier_layout.cheapest(3, tuple(place(n, 5, 1, 1, "same") for n in (40, 40)), 2, 6, 2)
    assert layout.kernels == 1
    assert layout.images == 1
    assert max(layout.outputs) < 40


@pytest.mark.parametrize("pad_mode", ["zeros", "constant", "reflect", "symmetric", "edge", "wrap"])
@pytest.mark.parametrize("steps", ["large", "small"])
def test_pad_modes(pad_mode, steps, request):
    if steps == "small":
        request.getfixturevalue("small_steps")
    images, kernels, fill = (
        halves(2, 13, 8, 1),
        halves(6, 9, 1, 2, seed=1),
        1.5 if pad_mode == "constant" else 0,
    )
    for padding in ("same", "full", ((20, 3), (0, 17))):
        expected = reference.convolve(images, kernels, padding, 2, pad_mode=pad_mode, fill=fill)
        near(convolved(images, kernels, padding, 2, pad_mode=pad_mode, fill=fill), expected)


@pytest.mark.parametrize(
    ("images", "kernels", "dtype", "out"),
    [
        ("float32", "float32", "float32", "float32"),
        ("float64", "float64", "float32", "float32"),
        ("float16", "float16", "float32", "float16"),
        ("uint8", "float64", "float64", "float64"),
        (">f4", ">f8", "float64", "float64"),
        ("bool", "float32", "float32", "float32"),
    ],
)
def test_dtypes(images, kernels, dtype, out):
    pixels, weights = (
        halves(2, 20, 21, 2).astype(images),
        halves(6, 7, 2, 3, seed=1).astype(kernels),
    )
    actual = convolved(pixels, weights, dtype=dtype, kind=out)
    np.testing.assert_allclose(
        actual, reference.convolve(pixels, weights, dtype=dtype).astype(out), rtol=0, atol=1e-6
    )
    assert actual.dtype == out


def test_rounds_to_the_dtype_before_it_sums():
    images, kernels = normal(1, 30, 30, 1), normal(9, 9, 1, 1, seed=1)
    rounded = convolved(images.astype("f4"), kernels.astype("f4"))
    np.testing.assert_array_equal(convolved(images, kernels, dtype="float32"), rounded)


def test_float32_is_right_to_its_last_bit_or_next_to_it():
    images, kernels = normal(1, 80, 80, 1, dtype="f4"), normal(31, 31, 1, 1, seed=1, dtype="f4")
    exact = reference.convolve(images.astype("f8")[:, :40, :40], kernels.astype("f8"), "valid")
    actual = convolved(images[:, :40, :40], kernels, "valid")
    assert (
        np.abs(actual - exact) <= np.spacing(np.abs(exact).astype("f4")) * 0.50001 + 1e-12
    ).all()


@pytest.mark.parametrize("dtype", ["int64", "complex128", "longdouble", "float16", "bool"])
def test_other_dtypes_name_the_engines_that_can(dtype):
    if np.dtype(dtype) == np.float64:
        pytest.skip("longdouble is float64 here")
    with pytest.raises(
        ValueError, match=r"'fft' sums in float32 and float64 only, not in .*'numpy'.*'compiled'"
    ):
        convolved(np.ones((1, 4, 4, 1)), np.ones((2, 2, 1, 1)), dtype=dtype)


@pytest.mark.parametrize(
    "how", ["fortran", "strided", "negative", "broadcast", "channels first", "read-only"]
)
def test_layouts_of_memory(how):
    plain = halves(2, 17, 18, 3)
    images = {
        "fortran": np.asfortranarray(plain),
        "strided": np.repeat(plain, 2, axis=2)[:, :, ::2],
        "negative": plain[:, ::-1, ::-1].copy()[:, ::-1, ::-1],
        "broadcast": np.broadcast_to(plain[:1], plain.shape),
        "channels first": np.moveaxis(np.moveaxis(plain, -1, 1).copy(), 1, -1),
        "read-only": plain.copy(),
    }[how]
    images.flags.writeable = False
    kernels = np.asfortranarray(halves(5, 4, 3, 2, seed=1))
    near(convolved(images, kernels), reference.convolve(images, kernels))
    wide = np.full((2, 17, 36, 2), 5.0)
    with only_transforms():
        fft_convolution.convolve(
            images,
            kernels,
            convolution_axes(images, kernels, "same", 1, 1),
            wide[:, :, ::2],
            dtype=np.dtype("f8"),
        )
    near(wide[:, :, ::2].copy(), reference.convolve(images, kernels))
    assert (wide[:, :, 1::2] == 5).all()


@pytest.mark.parametrize("empty", ["images", "kernels", "channels", "pixels"])
def test_nothing_in_it(empty):
    m, h, c, nc = (
        0 if empty == name else 3 for name in ("images", "pixels", "channels", "kernels")
    )
    images, kernels = np.ones((m, h, 5, c)), np.ones((3, 3, c, nc))
    bias = np.arange(nc) + 1.0
    actual = convolved(images, kernels, bias=bias)
    near(actual, reference.convolve(images, kernels, bias=bias))
    axes = convolution_axes(images, kernels, "same", 1, 1)
    assert fft_convolution.cost(images.shape, kernels.shape, axes) == 0


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_results_do_not_depend_on_threads(rank, monkeypatch):
    sizes = {1: (90000,), 2: (500, 400), 3: (60, 50, 70)}[rank]
    images, kernels = normal(2, *sizes, 1), normal(*(9,) * rank, 1, 3, seed=1)
    results = []
    for number in (1, 2, 5):
        monkeypatch.setattr(threads, "number", lambda number=number: number)
        results.append(convolved(images, kernels, stride=2))
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


# window, images, kernels (depth and number), MiB: 64 where the kernels allow it, else spectra of
# twice the span
MEMORY = [
    ((31, 31), (1, 1024, 1024, 1), (1, 1), 64),
    ((15, 15), (40, 64, 64, 3), (3, 8), 64),
    ((31, 31), (1, 300, 300, 24), (24, 24), 64),
    ((401, 401), (1, 1500, 1500, 1), (1, 1), 64),
    ((1024, 1024), (1, 2048, 2048, 1), (1, 1), 112),
]


@pytest.mark.parametrize(("window", "shape", "some", "limit"), MEMORY, ids=str)
def test_memory(window, shape, some, limit):
    images, kernels = np.ones(shape, np.float32), np.ones((*window, *some), np.float32)
    axes = convolution_axes(images, kernels, "same", 1, 1)
    out = np.empty((*shape[:-1], some[-1]), np.float32)
    tracemalloc.start()
    fft_convolution.convolve(images, kernels, axes, out, dtype=np.dtype("f4"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < limit * 2**20
    assert out[0, shape[1] // 2, shape[2] // 2, 0] == pytest.approx(
        math.prod(window) * some[0], rel=1e-5
    )


def test_fast_sizes():
    smooth = sorted(
        2**a * 3**b * 5**c * 7**d for a, b, c, d in product(range(14), range(9), range(7), range(6))
    )
    for n in [*range(1, 400), 1023, 1025, 4097, 8001]:
        assert fourier_layout.fast_size(n) == next(size for size in smooth if size >= n)


def test_cost_grows_with_the_work_and_hardly_with_the_kernel():
    def cost(n, window, images=1):
        axes = [place(n, window, 1, 1, "same")] * 2
        return fft_convolution.cost((images, n, n, 1), (window, window, 1, 1), axes)

    assert 3 < cost(2048, 31) / cost(1024, 31) < 5
    assert 1.8 < cost(1024, 31, 2) / cost(1024, 31) < 2.2
    assert 1 < cost(1024, 127) / cost(1024, 31) < 3  # and not 17, as the taps do
    assert cost(4096, 1024) < 5 * cost(4096, 31)  # nor many small blocks, to save memory
    axes = [place(256, 31, 1, 1, "same")] * 2
    assert fft_convolution.cost((1, 256, 256, 8), (31, 31, 1, 8), axes, 8) < fft_convolution.cost(
        (1, 256, 256, 8), (31, 31, 8, 8), axes
    )


# ---- how far results may lie from the exact ones ----


def error(images, kernels, axes, dtype, **words):
    """Return the greatest error of transforms against exact fractions, beyond the result's own
    rounding.
    """
    out = np.empty((len(images), *(axis.count for axis in axes), kernels.shape[-1]), dtype)
    with only_transforms():
        fft_convolution.convolve(images, kernels, axes, out, dtype=np.dtype(dtype), **words)
    whole = [
        np.vectorize(Fraction, otypes=[object])(np.asarray(array, "f8"))
        for array in (images, kernels)
    ]
    exact = np.full(out.shape, Fraction(0), object)
    words["fill"] = Fraction(words.get("fill", 0))
    numpy_convolution.convolve(*whole, axes, exact, dtype=object, **words)
    half = Fraction(float(np.finfo(dtype).eps)) / 2
    errors = [
        abs(Fraction(float(a)) - e) - half * abs(e)
        for a, e in zip(out.flat, exact.flat, strict=True)
    ]
    return float(max(errors))


def bound(images, kernels, axes, **words):
    """Return the bound of that error for the kernel with the greatest 2-norm, if a block held
    all pixels.
    """
    layout = fourier_layout.cheapest(len(images), tuple(axes), *kernels.shape[-2:], 1)
    norms = np.sqrt(np.square(kernels, dtype="f8").sum(axis=tuple(range(kernels.ndim - 1))))
    norm = math.sqrt(np.square(pad(images, axes, **words), dtype="f8").sum())
    return accuracy.error_bound(norm, norms, math.prod(layout.sizes), kernels.shape[-2]).max()


@st.composite
def uneven(draw):
    """Return numbers of very different sizes: one huge beside tiny ones."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rank = draw(st.integers(1, 2))

    def array(*shape):
        values = random.standard_normal(shape) * 10.0 ** draw(st.integers(-12, 2))
        if draw(st.booleans()):
            values.flat[random.integers(values.size)] = 10.0 ** draw(st.integers(0, 15))
        return values

    sizes = draw(st.tuples(*[st.integers(1, 14)] * rank))
    window = draw(st.tuples(*[st.integers(1, 8)] * rank))
    depth = draw(st.integers(1, 3))
    return array(1, *sizes, depth), array(*window, depth, draw(st.integers(1, 2)))


@given(
    uneven(),
    st.sampled_from(["zeros", "constant", "edge", "wrap"]),
    st.sampled_from(["f4", "f8"]),
    st.booleans(),
)
def test_error_bound_is_kept(arrays, pad_mode, dtype, full):
    images, kernels = (array.astype(dtype) for array in arrays)
    axes = convolution_axes(images, kernels, "full" if full else "same", 1, 1)
    words = {"pad_mode": pad_mode, "fill": 1000.0 if pad_mode == "constant" else 0}
    assert error(images, kernels, axes, dtype, **words) <= bound(images, kernels, axes, **words)


def test_error_bound_is_near_the_error():
    """A huge pixel is what the bound is made for; even noise stays within a few hundred times."""
    images, kernels = np.full((1, 48, 48, 1), 1e-9), normal(9, 9, 1, 1)
    images[0, 20, 20, 0] = 1e6
    axes = convolution_axes(images, kernels, "same", 1, 1)
    found = error(images, kernels, axes, "f8")
    assert found > 1e-12  # 10^9 times the tiny pixels' eps
    assert found < bound(images, kernels, axes) < 2000 * found
    noise = normal(1, 48, 48, 1)
    exact = reference.convolve(noise.astype(np.longdouble), kernels.astype(np.longdouble))
    found = float(np.abs(convolved(noise, kernels) - exact).max())
    assert bound(noise, kernels, axes) < 5000 * found


@pytest.mark.parametrize(
    ("pixels", "weights"),
    [(1e300, 1e10), (np.inf, 1), (np.nan, 1), (1, np.nan), (1, np.inf), (1e200, 1e200), (1e305, 0)],
)
def test_error_bound_is_infinite_where_numbers_may_overflow(pixels, weights):
    with np.errstate(all="ignore"):
        assert accuracy.error_bound(pixels, np.array([weights, 1e-300]), 2**20, 1)[0] == math.inf


def test_error_bound_grows_with_points_and_channels_and_never_vanishes():
    one, more, deeper = (
        accuracy.error_bound(1.0, np.ones(1), *words)[0]
        for words in ((64, 1), (2**20, 1), (2**20, 10**6))
    )
    assert 2**-53 < one < more < deeper < 1e-6
    assert (
        accuracy.error_bound(1e-320, np.ones(1), 2**20, 1)[0] > 1e-319
    )  # where digits are lost below the least normal
    assert accuracy.error_bound(0.0, np.ones(1), 2**20, 1)[0] == 0


@pytest.fixture
def sums(monkeypatch):
    """The blocks that are summed directly."""
    found = []

    def record(call, pixels, chosen, do=fft_convolution._sum_directly):
        found.append(pixels.block)
        do(call, pixels, chosen)

    monkeypatch.setattr(fft_convolution, "_sum_directly", record)
    return found


def judged(images, kernels, padding="same", stride=1, dilation=1, engine="fft", **more):
    """Compare a call with sums in longdouble: in every window, the error is within that window's
    own bound.
    """
    words = {"padding": padding, "stride": stride, "dilation": dilation} | more
    actual = convpool.convolve(images, kernels, engine=engine, **words)
    axes = convolution_axes(images, kernels, padding, stride, dilation)
    exact = convpool.convolve(images.astype("g"), kernels.astype("g"), engine="numpy", **words)
    kind = actual.dtype
    near = sum_bounds(images, kernels, axes, kind, **more)
    with np.errstate(invalid="ignore"):
        close = np.abs(actual - exact) <= near + np.finfo(kind).eps * np.abs(exact)
        assert (close | (actual == exact) | (np.isnan(actual) & np.isnan(exact))).all()


def decades(*shape, seed=0, dtype="f8"):
    """Return numbers over 60 decades, with both signs."""
    random = np.random.default_rng(seed)
    return (random.choice([-1, 1], shape) * 10.0 ** random.uniform(-30, 30, shape)).astype(dtype)


LARGE = {1: ((3000,), (301,)), 2: ((110, 130), (41, 33)), 3: ((30, 26, 30), (13, 11, 9))}


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("rank", LARGE)
@pytest.mark.parametrize("kind", ["everywhere", "rows", "a slope", "few"])
def test_pixels_over_60_decades(kind, rank, dtype):
    """One huge pixel does not spoil its neighbours, however the magnitudes lie."""
    sizes, window = LARGE[rank]
    images = np.ones((1, *sizes, 1))
    if kind == "everywhere":
        images = decades(1, *sizes, 1)
    elif kind == "rows":
        images *= decades(sizes[0], seed=1).reshape(1, -1, *[1] * rank)
    elif kind == "a slope":
        images *= np.logspace(-30, 30, sizes[0]).reshape(1, -1, *[1] * rank)
    else:
        places = np.random.default_rng(2).integers(images.size, size=9)
        images.flat[places] = decades(9, seed=3)
    images = images.astype(dtype)
    for kernels in (np.ones((*window, 1, 1), dtype), normal(*window, 1, 1, seed=4, dtype=dtype)):
        judged(images, kernels)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("engine", ["auto", "fft"])
def test_one_huge_pixel(engine, dtype):
    images, kernels = np.full((1, 160, 160, 1), 100, dtype), np.ones((41, 41, 1, 1), dtype)
    images[0, 80, 80] = 1e17
    judged(images, kernels, engine=engine)
    assert convpool.convolve(images, kernels, engine=engine)[0, 80, 130, 0] == pytest.approx(
        168100, rel=1e-5
    )


@pytest.mark.parametrize("engine", ["auto", "fft"])
@pytest.mark.parametrize("fill", [np.nan, np.inf, -1e12, 1e300])
def test_the_fill_counts_as_a_pixel(fill, engine):
    images, kernels = np.ones((1, 130, 130, 1)), np.ones((51, 51, 1, 1))
    judged(images, kernels, engine=engine, pad_mode="constant", fill=fill)
    actual = convpool.convolve(images, kernels, engine=engine, pad_mode="constant", fill=fill)
    assert (actual[0, 25:105, 25:105] == 51 * 51).all()  # whose windows hold no padding


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
@pytest.mark.parametrize("pad_mode", ["zeros", "wrap"])
def test_only_blocks_that_need_it_are_summed(sums, value, pad_mode):
    images, kernels = np.ones((1, 400, 400, 1), "f4"), np.ones((15, 15, 1, 1), "f4")
    judged(images, kernels, pad_mode=pad_mode)
    assert not sums
    images[0, 395, 20] = value
    judged(images, kernels, pad_mode=pad_mode)
    layout = fourier_layout.cheapest(
        1, tuple(convolution_axes(images, kernels, "same", 1, 1)), 1, 1, 1
    )
    count = math.prod(-(-400 // n) for n in layout.outputs)
    assert 0 < len(sums) < count
    lowest = [block for block in sums if block[1].stop == 400 and block[2].start == 0]
    assert len(lowest) == 1
    assert (len(sums) > 1) == (pad_mode == "wrap")  # whose first rows see the last


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_an_infinity_under_every_window_is_summed(value):
    """It is the greatest pixel of the faintest window too, so that both bounds are infinite."""
    images, kernels = np.ones((1, 40, 40, 1)), np.ones((35, 35, 1, 1))
    images[0, 16, 16] = value
    actual = convpool.convolve(images, kernels, "valid", engine="fft")
    np.testing.assert_array_equal(actual, np.full((1, 6, 6, 1), value))


def test_each_kernel_and_group_is_judged_by_itself(sums):
    images, kernels = np.ones((2, 120, 120, 4)), np.ones((31, 31, 2, 4))
    kernels[..., 1] *= 1e-20
    kernels[0, 0, 0, 1] = 1  # sums of one large weight hardly round
    kernels[3, 3, 0, 2] = np.inf
    images[1, 100, 10, 2] = 1e30
    judged(images, kernels, groups=2)
    whole = convpool.convolve(images, kernels, groups=2, engine="fft", bias=np.arange(4.0))
    assert np.isinf(whole[..., 2]).any()
    assert np.isfinite(whole[..., 3]).all()
    assert whole[0, 60, 60].tolist()[:2] == pytest.approx([2 * 31 * 31, 2])
    assert sums


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("dilation", [1, 2])
def test_windows_are_looked_at_where_they_lie(sums, stride, dilation):
    """Of 4 planes of pixels that dilated windows take in turn one is faint; so is a corner that
    few windows are in.
    """
    images, kernels = np.ones((1, 130, 130, 1)), np.ones((41, 41, 1, 1))
    images[0, ::2, ::2] = 1e-12
    judged(images, kernels, "valid", stride, dilation)
    assert bool(sums) == (dilation == 2)
    sums.clear()
    corner = np.ones((1, 130, 130, 1))
    corner[0, :43, :43] = 1e-12
    judged(corner, kernels, "valid", stride, dilation)
    assert bool(sums) == (dilation == 1)


def test_a_black_block_is_transformed_and_a_black_window_is_exactly_0(sums):
    images, kernels = np.zeros((1, 600, 600, 1), "f4"), np.ones((33, 33, 1, 1), "f4")
    assert not convpool.convolve(images, kernels, engine="fft").any()
    assert not sums
    images[0, :300] = 1
    assert not convpool.convolve(images, kernels, engine="fft")[0, 340:].any()
    assert sums


def test_the_corners_of_full_padding_are_transformed(sums):
    """Their windows hold one pixel: they are looked at one by one."""
    images, kernels = np.ones((1, 120, 120, 1), "f4"), np.ones((33, 33, 1, 1), "f4")
    judged(images, kernels, "full")
    assert not sums
    images[0, 0, 0] = 0
    judged(images, kernels, "full")
    assert sums


@pytest.mark.parametrize("scale", [1e-290, 1e-200, 1e-160, 1e160, 1e200])
def test_numbers_whose_squares_are_none(scale):
    images, kernels = normal(1, 90, 90, 1) * scale, normal(41, 41, 1, 1, seed=1)
    judged(images, kernels)
    judged(normal(1, 90, 90, 1), kernels * scale)


def test_squares_that_vanish_are_not_taken_for_nothing():
    images, kernels = np.full((1, 90, 90, 1), 1e-190), np.ones((41, 41, 1, 1))
    images[0, 5, 5] = 1e-165
    judged(images, kernels)
    images = np.ones((1, 90, 90, 1))
    images[0, 5, 5] = 1e15
    judged(images, kernels * 1e-200)


@pytest.mark.parametrize("span", [1, 3, 4, 5, 9, 23, 24])
def test_samples_tell_no_window_brighter_than_it_is(span):
    """One dark window, wherever it lies between the samples."""
    images, kernels = np.ones((1, 120, 1)), np.ones((span, 1, 1))
    (axis,) = axes = convolution_axes(images, kernels, "valid", 1, 1)
    layout = fourier_layout.cheapest(1, tuple(axes), 1, 1, 1)
    block = (slice(0, 1), slice(0, axis.count))
    for start in range(axis.count):
        dark = images.copy()
        dark[0, start : start + span] = 1e-20
        source = PaddedImages(dark, axes, "zeros", 0)
        pixels = accuracy.BlockPixels(source, block, np.dtype("f8"))
        scratch = np.empty(layout.scratch, complex)
        _, (norm, samples) = fft_convolution._row_spectra(scratch, pixels, layout, 1)
        assert norm == pytest.approx(math.sqrt(120 - span))
        assert accuracy.faintest_by_samples(samples, axes) == 1e-20


def test_without_compiled_loops_sums_are_numpys(sums, monkeypatch):
    monkeypatch.setattr(compiled_convolution, "refusal", lambda dtype: "not here")
    monkeypatch.setattr(compiled_convolution, "convolve", None)
    images, kernels = np.ones((1, 120, 120, 1)), np.ones((41, 41, 1, 1))
    images[0, 60, 60] = np.inf
    judged(images, kernels)
    assert sums


def test_a_faintest_window_is_found():
    """`brightest` of the tests and the engine agree on the window that has least."""
    images, kernels = decades(1, 60, 70, 1), np.ones((9, 5, 1, 1))
    for words in (("same", 1, 1), ("full", 2, 1), ("valid", 3, 2)):
        axes = convolution_axes(images, kernels, *words)
        magnitudes = np.abs(pad(images, axes))
        rows = [
            Axis(n, axis.window, axis.stride, axis.dilation)
            for n, axis in zip(magnitudes.shape[1:], axes, strict=False)
        ]
        assert (
            accuracy.faintest_magnitude(magnitudes, rows).item()
            == greatest_pixels(images, axes).min()
        )


@given(
    st.data(),
    st.sampled_from(list(PADDINGS)),
    st.integers(0, 2),
    st.integers(1, 2),
    st.integers(1, 2),
    st.integers(1, 2),
    st.sampled_from(["zeros", "constant", "reflect", "symmetric", "edge", "wrap"]),
    st.sampled_from(["float32", "float64"]),
    st.integers(0, 2**32 - 1),
)
def test_any_geometry(data, padding, m, groups, depth, per_group, pad_mode, kind, seed):
    rank = data.draw(st.integers(1, 3))
    most = {1: 60, 2: 12, 3: 5}[rank]
    sizes, window, stride, dilation = (
        data.draw(st.tuples(*[st.integers(1, top)] * rank)) for top in (most, min(9, most), 4, 3)
    )
    images = halves(m, *sizes, groups * depth, seed=seed, dtype=kind)
    kernels = halves(*window, depth, groups * per_group, seed=seed + 1, dtype=kind)
    assume(
        all(axis.count > 0 for axis in convolution_axes(images, kernels, padding, stride, dilation))
    )
    words = {"groups": groups, "pad_mode": pad_mode, "fill": 2.5 if pad_mode == "constant" else 0}
    expected = reference.convolve(images, kernels, padding, stride, dilation=dilation, **words)
    near(convolved(images, kernels, padding, stride, dilation, **words), expected)
