"""The NumPy engine of pooling, judged by the slow reference, which shares no code with it."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convpool import reference
from convpool.engines.numpy import adaptive, argmax, unpooling
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy.reductions import REDUCTIONS
from convpool.windows import Axis

MEBIBYTE = 2**20
FLOATS = ["float16", "float32", "float64", "longdouble"]
COMPLEX = ["complex64", "complex128"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES = ["bool", *INTEGERS, *FLOATS, *COMPLEX, ">i2", ">u4", ">f4", ">f8", ">c8"]


# ---- what the caller of the engine decides ----


def result_dtype(images, mode):
    native = images.dtype.newbyteorder("=")
    if mode in ("max", "min") or native.kind in "fc":
        return native
    return np.dtype(np.int64 if mode == "sum" else np.float64)


def work_dtype(images, mode):
    native = images.dtype.newbyteorder("=")
    if mode in ("max", "min"):
        return native
    if native.kind in "biu":
        return np.dtype(np.float64 if mode == "lp" else np.int64)
    return np.result_type(native, np.float64)


def empty(images, axes, dtype):
    """Return an output full of what must not stay there."""
    out = np.empty((len(images), *(axis.count for axis in axes), images.shape[-1]), dtype)
    out.view(np.uint8)[...] = 1 if dtype.kind == "b" else 0x5A
    return out


def pool(images, axes, mode, count_padding=False, p=2.0):
    out = empty(images, axes, result_dtype(images, mode))
    dtype = work_dtype(images, mode)
    numpy_pooling.pool(images, axes, out, mode=mode, count_padding=count_padding, p=p, dtype=dtype)
    return out


def max_indices(images, axes):
    values, indices = (
        empty(images, axes, images.dtype.newbyteorder("=")),
        empty(images, axes, np.dtype(np.int64)),
    )
    argmax.max_indices(images, axes, values, indices)
    return values, indices


def words(axes):
    """Return the reference's words for some axes."""
    return {
        "kernel_shape": [axis.window for axis in axes],
        "stride": [axis.stride for axis in axes],
        "dilation": [axis.dilation for axis in axes],
        "padding": [(axis.before, axis.after) for axis in axes],
        "ceil": any(axis.ceil for axis in axes),
    }


def modes_for(dtype):
    return ["sum", "avg"] if np.dtype(dtype).kind == "c" else list(REDUCTIONS)


def check(actual, expected, images, mode, magnitude=None):
    """Compare bit for bit where results are exact, else relative to the accumulated magnitude."""
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    if mode in ("max", "min") or (mode == "sum" and images.dtype.kind in "biu"):
        np.testing.assert_array_equal(actual, expected)
        return
    rtol = {2: 4e-3, 4: 1e-6}.get(actual.real.dtype.itemsize, 1e-12)
    finite = np.isfinite(expected)
    if expected.dtype.kind != "c":
        np.testing.assert_array_equal(actual[~finite], expected[~finite])
    np.testing.assert_array_equal(np.isfinite(actual), finite)
    scale = np.abs(expected) if magnitude is None else np.abs(magnitude)
    error = np.abs(actual[finite].astype(np.clongdouble) - expected[finite])
    assert np.all(
        error <= rtol * scale[finite].astype(np.longdouble) + np.finfo(expected.dtype).tiny
    )


def check_pool(images, axes, mode, count_padding=False, p=2.0):
    with np.errstate(all="raise"):  # nothing is said about infinities, NaN and empty windows
        extra = {"mode": mode, "count_padding": count_padding, "p": p}
        expected = reference.pool(images, **words(axes), **extra)
        magnitude = None
        if mode in ("sum", "avg") and images.dtype.kind in "fc":
            magnitude = reference.pool(np.abs(images), **words(axes), **extra)
        before = images.copy()
        check(pool(images, axes, mode, count_padding, p), expected, images, mode, magnitude)
        np.testing.assert_array_equal(images, before)


# ---- a table of cases ----


@dataclass(frozen=True)
class Case:
    """Axes that all images of a test have, and how many images and channels."""

    name: str
    axes: tuple[Axis, ...]
    m: int = 2
    c: int = 3

    def __str__(self):
        return self.name

    def images(self, dtype, seed=0):
        shape = (self.m, *(axis.size for axis in self.axes), self.c)
        return fill(np.random.default_rng(seed), shape, np.dtype(dtype))


def fill(rng, shape, dtype):
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.kind in "iu":
        least, greatest = np.iinfo(dtype).min, np.iinfo(dtype).max
        some = rng.integers(
            max(least, -(2**40)), min(greatest, 2**40), shape, endpoint=True
        ).astype(dtype)
        ends = rng.choice(np.array([least, greatest], dtype), shape)
        return np.where(rng.random(shape) < (0.2 if dtype.itemsize < 8 else 0), ends, some).astype(
            dtype
        )
    if dtype.kind == "c":
        return (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype(dtype)
    return rng.normal(size=shape).astype(dtype)


CASES = [
    Case("1-d", (Axis(9, 3, 2),)),
    Case("1-d, no tap twice, a gap", (Axis(11, 2, 4),)),
    Case("2x2 by 2", (Axis(6, 2, 2), Axis(8, 2, 2))),
    Case("one pixel", (Axis(1, 1), Axis(1, 1))),
    Case("window 1", (Axis(5, 1, 2), Axis(4, 1))),
    Case("3x3 by 2, padded", (Axis(7, 3, 2, 1, 1, 1), Axis(8, 3, 2, 1, 1, 1))),
    Case("padded more than the window", (Axis(4, 2, 1, 1, 5, 3), Axis(3, 3, 2, 1, 0, 7))),
    Case("ceil", (Axis(7, 3, 2, 1, 1, 1, True), Axis(6, 3, 2, 1, 0, 0, True))),
    Case("ceil with wide strides", (Axis(8, 2, 5, 1, 1, 1, True), Axis(9, 3, 4, 2, 1, 1, True))),
    Case("dilated", (Axis(9, 3, 1, 2, 1, 2), Axis(10, 2, 3, 4, 0, 1))),
    Case("dilated beyond the image", (Axis(3, 2, 1, 4, 1, 1), Axis(5, 5, 1, 3, 6, 6))),
    Case("doubling", (Axis(20, 13, 1, 1, 6, 6), Axis(24, 16))),
    Case("doubling, 7 and 8", (Axis(20, 7, 1, 1, 6, 0), Axis(24, 8, 1, 1, 0, 3))),
    Case("doubling, strides, dilated", (Axis(60, 17, 2, 3, 20, 10), Axis(4, 1))),
    Case("doubling, one channel", (Axis(9, 4), Axis(40, 19, 3, 1, 9, 9, True)), c=1),
    Case("large windows side by side", (Axis(5, 5, 5), Axis(75, 17, 17, 1, 5, 5, True)), c=1),
    Case("large windows, some ragged", (Axis(120, 20, 18, 2, 10, 10), Axis(3, 2)), c=4),
    Case("large windows, all ragged", (Axis(20, 40, 20, 3, 60, 60), Axis(3, 2)), c=2),
    Case("windows in nothing but padding", (Axis(6, 17, 17, 1, 40, 40), Axis(3, 2))),
    Case("as large as the image", (Axis(33, 33), Axis(20, 20))),
    Case("3-d", (Axis(4, 2, 2), Axis(5, 3, 1, 1, 1, 1), Axis(6, 2, 3, 2, 1, 0))),
    Case("3-d, one shrinks", (Axis(4, 1), Axis(5, 2, 1, 1, 1, 1), Axis(6, 6))),
    Case("many channels", (Axis(6, 3, 2), Axis(6, 3, 2)), c=20),
    Case("no channel", (Axis(6, 3, 2),), c=0),
    Case("no image", (Axis(6, 3, 2), Axis(6, 3, 2)), m=0),
    Case("no pixel", (Axis(0, 2, 1, 1, 2, 2), Axis(5, 2, 1, 1, 1, 1))),
]


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
@pytest.mark.parametrize("mode", REDUCTIONS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_pool_agrees_with_the_reference(case, mode, dtype):
    check_pool(case.images(dtype), case.axes, mode)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_count_padding_agrees_with_the_reference(case):
    check_pool(case.images("float64"), case.axes, "avg", count_padding=True)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["3x3 by 2, padded", "doubling", "large windows side by side"])
def test_pool_takes_every_dtype(name, dtype):
    case = next(case for case in CASES if case.name == name)
    for mode in modes_for(dtype):
        check_pool(case.images(dtype), case.axes, mode)


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, 0.5])
def test_lp_takes_every_exponent(p):
    for dtype in ("int8", "float32", "longdouble"):
        case = CASES[5]
        check_pool(case.images(dtype), case.axes, "lp", p=p)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("values", ["random", "few", "equal", "least", "nan"])
def test_indices_agree_with_the_reference(case, values):
    images, rng = case.images("float32"), np.random.default_rng(1)
    if values == "few":
        images = np.sign(images) + np.float32(0)
    if values in ("equal", "least"):
        images[...] = 1 if values == "equal" else -np.inf
    if values == "nan":
        images[rng.random(images.shape) < 0.2] = np.nan
        images[rng.random(images.shape) < 0.2] = np.inf
    expected = reference.max_pool_indices(images, **words(case.axes))
    for actual, wanted in zip(max_indices(images, case.axes), expected, strict=True):
        assert actual.dtype == wanted.dtype
        np.testing.assert_array_equal(actual, wanted)


@pytest.mark.parametrize("dtype", ["bool", *INTEGERS, *FLOATS, ">i2", ">f8"])
@pytest.mark.parametrize("least", [True, False])
def test_indices_take_every_dtype(dtype, least):
    case = CASES[6]
    images = case.images(dtype)
    if least:
        images[...] = (
            -np.inf
            if images.dtype.kind == "f"
            else 0
            if dtype == "bool"
            else np.iinfo(images.dtype).min
        )
    expected = reference.max_pool_indices(images, **words(case.axes))
    for actual, wanted in zip(max_indices(images, case.axes), expected, strict=True):
        np.testing.assert_array_equal(actual, wanted)


def signed_zeros(shape, dtype, seed=0):
    """Return 0 and -0, and some numbers on both sides of them."""
    rng = np.random.default_rng(seed)
    return rng.choice([0.0, -0.0, -0.0, 0.0, -0.0, -1.0, 1.0, -1e-300], shape).astype(dtype)


@pytest.mark.parametrize("dtype", [*FLOATS, *COMPLEX])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_zero_is_positive(case, dtype):
    """Which zero wins, and whether a sum begins with one, would depend on how the windows are
    cut.
    """
    images = signed_zeros(case.images(dtype).shape, dtype)
    for mode in modes_for(dtype):
        for result in (pool(images, case.axes, mode), pool(images * 0, case.axes, mode)):
            for part in (result.real, result.imag) if dtype in COMPLEX else (result,):
                assert not np.signbit(part[part == 0]).any()
    if dtype in FLOATS:
        values, _ = max_indices(images, case.axes)
        assert not np.signbit(values[values == 0]).any()


# ---- properties ----


@st.composite
def an_axis(draw, largest):
    size, window, dilation = (
        draw(st.integers(1, largest)),
        draw(st.integers(1, largest)),
        draw(st.integers(1, 3)),
    )
    span = dilation * (window - 1) + 1
    before, after = draw(st.integers(0, span + 2)), draw(st.integers(0, span + 2))
    before += max(0, span - size - before - after)
    return Axis(size, window, draw(st.integers(1, 5)), dilation, before, after)


LAYOUTS = {
    "as it is": lambda images: images,
    "channels first": lambda images: np.moveaxis(
        np.ascontiguousarray(np.moveaxis(images, -1, 1)), 1, -1
    ),
    "columns first": np.asfortranarray,
    "backwards": lambda images: np.ascontiguousarray(images[:, ::-1, ..., ::-1])[
        :, ::-1, ..., ::-1
    ],
    "every other": lambda images: np.repeat(images, 2, axis=1)[:, ::2],
    "one for all": lambda images: np.broadcast_to(images[:1], images.shape),
}


@st.composite
def a_case(draw):
    rank = draw(st.integers(1, 3))
    axes = draw(st.lists(an_axis([24, 9, 5][rank - 1]), min_size=rank, max_size=rank))
    ceil = draw(st.booleans())
    axes = [Axis(a.size, a.window, a.stride, a.dilation, a.before, a.after, ceil) for a in axes]
    shape = (draw(st.integers(0, 3)), *(axis.size for axis in axes), draw(st.integers(0, 4)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    images = fill(rng, shape, np.dtype(draw(st.sampled_from(DTYPES))))
    if draw(st.booleans()) and images.dtype.kind == "f":
        images = np.where(
            rng.random(shape) < 0.05, rng.choice([np.nan, np.inf, -np.inf], shape), images
        )
        images = images.astype(images.dtype)
    images = LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))](images)
    images.flags.writeable = False
    return images, tuple(axes)


@given(a_case(), st.booleans(), st.sampled_from([1.0, 2.0, 3.0]), st.data())
def test_pool_of_anything_agrees_with_the_reference(case, count_padding, p, data):
    images, axes = case
    check_pool(images, axes, data.draw(st.sampled_from(modes_for(images.dtype))), count_padding, p)


@given(a_case())
def test_indices_of_anything_agree_with_the_reference(case):
    images, axes = case
    images = images.real if images.dtype.kind == "c" else images
    expected = reference.max_pool_indices(images, **words(axes))
    for actual, wanted in zip(max_indices(images, axes), expected, strict=True):
        np.testing.assert_array_equal(actual, wanted)


@given(a_case(), st.data())
def test_adaptive_agrees_with_the_reference(case, data):
    images, axes = case
    mode = data.draw(st.sampled_from(modes_for(images.dtype)))
    counts = [data.draw(st.integers(1, 9)) for _ in axes]
    ends = [uneven(axis.size, count) for axis, count in zip(axes, counts, strict=True)]
    out = np.empty((len(images), *counts, images.shape[-1]), result_dtype(images, mode))
    with np.errstate(all="raise"):
        expected = reference.adaptive_pool(images, counts, mode)
        magnitude = (
            reference.adaptive_pool(np.abs(images), counts, mode)
            if images.dtype.kind in "fc"
            else None
        )
        adaptive.pool(images, ends, out, mode=mode, dtype=work_dtype(images, mode))
        check(out, expected, images, mode, magnitude if mode in ("sum", "avg") else None)


def uneven(size, count):
    """Return where the adaptive windows of an axis start and stop."""
    i = np.arange(count)
    return i * size // count, -(-(i + 1) * size // count)


@given(a_case())
def test_unpool_agrees_with_the_reference(monkeypatch, case):
    images, axes = case
    images = images.real if images.dtype.kind == "c" else images
    values, indices = max_indices(images, axes)
    sizes = images.shape[1:-1]
    for order, room in (("C", 2**18), ("F", 12)):
        monkeypatch.setattr(unpooling, "BLOCK", room)
        out = np.ones(images.shape, values.dtype, order=order)
        unpooling.unpool(values, indices, out)
        np.testing.assert_array_equal(out, reference.max_unpool(values, indices, sizes))


def test_unpool_lets_the_last_of_equal_places_win():
    values, indices = (
        np.arange(1.0, 7).reshape(1, 6, 1),
        np.array([2, 0, 2, -1, 0, -1]).reshape(1, 6, 1),
    )
    out = np.ones((1, 4, 1))
    unpooling.unpool(values, indices, out)
    assert out.ravel().tolist() == [5, 0, 3, 0]


# ---- blocks ----


@pytest.mark.parametrize("case", CASES, ids=str)
def test_blocks_change_nothing(case, monkeypatch):
    """A few bytes at a time, every cut is made that large images would need."""
    images = case.images("float64")
    before = {mode: pool(images, case.axes, mode) for mode in REDUCTIONS}
    values, indices = max_indices(images, case.axes)
    for module in (numpy_pooling, argmax):
        monkeypatch.setattr(module, "BLOCK_BYTES", 400)
        monkeypatch.setattr(module, "LARGE", 900)
    monkeypatch.setattr(numpy_pooling, "MIN_LINES", 2)
    for mode in REDUCTIONS:
        rtol = 0 if mode in ("max", "min") else 1e-12
        np.testing.assert_allclose(
            pool(images, case.axes, mode), before[mode], rtol=rtol, atol=rtol
        )
        check_pool(images, case.axes, mode, count_padding=True)
    np.testing.assert_array_equal(max_indices(images, case.axes), (values, indices))


@pytest.mark.parametrize("mode", REDUCTIONS)
def test_out_may_be_strided(mode):
    case = CASES[5]
    images = case.images("float32")
    expected = pool(images, case.axes, mode)
    around = np.full((*expected.shape[:-1], 2 * expected.shape[-1]), 7, expected.dtype)
    out = around[..., ::-2]
    numpy_pooling.pool(images, case.axes, out, mode=mode, dtype=work_dtype(images, mode))
    np.testing.assert_array_equal(out, expected)
    assert (around[..., ::2] == 7).all()


# ---- inf, NaN, rounding ----


@pytest.mark.parametrize("window", [2, 7, 8, 17, 31])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stays_in_its_windows(window, value):
    images = np.ones((1, 64, 64, 1), np.float32)
    images[0, 40, 20] = value
    axes = [Axis(64, window), Axis(64, window)]
    touched = np.zeros((65 - window, 65 - window), bool)
    touched[max(0, 41 - window) : 41, max(0, 21 - window) : 21] = True
    for mode in ("avg", "sum", "lp"):
        np.testing.assert_array_equal(~np.isfinite(pool(images, axes, mode)[0, ..., 0]), touched)


def test_nothing_is_said_about_what_is_not_finite():
    axes = [Axis(2, 2)]
    opposites, large = (
        np.array([np.inf, -np.inf]).reshape(1, 2, 1),
        np.full((1, 2, 1), 6e4, np.float16),
    )
    with np.errstate(all="raise"):
        assert np.isnan(pool(opposites, axes, "avg")).all()
        assert np.isinf(pool(large, axes, "sum")).all()
        assert pool(large, axes, "avg").item() == np.float16(6e4)


@pytest.mark.parametrize("window", [31, 1000])
def test_large_sums_of_float32_stay_exact_to_1e_6(window):
    rng = np.random.default_rng(0)
    images = (1e4 + rng.random((1, 1000, 1000, 1))).astype(np.float32)
    axes = [Axis(1000, window, window), Axis(1000, window, window)]
    for mode in ("sum", "avg"):
        first = images[0, :window, :window].astype(np.longdouble)
        expected = first.sum() if mode == "sum" else first.mean()
        assert abs(pool(images, axes, mode)[0, 0, 0, 0] / expected - 1) < 1e-6


# ---- memory and steps ----

HEAVY = {
    "max 31 x 31": ("max", [Axis(4096, 31), Axis(4096, 31)], (1, 4096, 4096, 1)),
    "max 31 x 31, padded": (
        "max",
        [Axis(4096, 31, 1, 1, 15, 15), Axis(4096, 31, 1, 1, 15, 15)],
        (1, 4096, 4096, 1),
    ),
    "avg 9 x 9": (
        "avg",
        [Axis(2048, 9, 1, 1, 4, 4), Axis(2048, 9, 1, 1, 4, 4)],
        (1, 2048, 2048, 1),
    ),
    "avg 4096 x 4096": ("avg", [Axis(4096, 4096), Axis(4096, 4096)], (1, 4096, 4096, 1)),
    "avg of many": ("avg", [Axis(32, 3, 2, 1, 1, 1), Axis(32, 3, 2, 1, 1, 1)], (8000, 32, 32, 3)),
    "max of a line": ("max", [Axis(4_000_000, 101, 1, 1, 50, 50)], (1, 4_000_000, 1)),
    "avg in 3-d": ("avg", [Axis(144, 5, 1, 1, 2, 2)] * 3, (1, 144, 144, 144, 4)),
}


def peak(call, *arguments, **words):
    """Return the bytes that a call had at most."""
    tracemalloc.start()
    try:
        call(*arguments, **words)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def one_padded_image(axes, c, size):
    return c * size * prod(axis.before + axis.size + axis.after for axis in axes)


@pytest.mark.parametrize("name", HEAVY)
def test_memory_is_one_padded_image_and_64_mebibytes(name):
    mode, axes, shape = HEAVY[name]
    images = np.ones(shape, np.float32)
    out, dtype = empty(images, axes, np.dtype(np.float32)), work_dtype(images, mode)
    bound = one_padded_image(axes, shape[-1], dtype.itemsize) + 64 * MEBIBYTE
    assert peak(numpy_pooling.pool, images, axes, out, mode=mode, dtype=dtype) < bound
    assert (out == 1).all()


@pytest.mark.parametrize("name", [name for name in HEAVY if "31 x 31" not in name])
def test_memory_of_indices_is_one_padded_image_and_64_mebibytes(name):
    _, axes, shape = HEAVY[name]
    images = np.ones(shape, np.float32)
    values, indices = (
        empty(images, axes, np.dtype(np.float32)),
        empty(images, axes, np.dtype(np.int64)),
    )
    bound = one_padded_image(axes, shape[-1], 8) + 64 * MEBIBYTE
    assert peak(argmax.max_indices, images, axes, values, indices) < bound


class Counted:
    """A ufunc that counts its calls and the numbers that they combine."""

    def __init__(self, ufunc):
        self.ufunc, self.calls, self.numbers = ufunc, 0, 0

    def __call__(self, a, b, **words):
        self.calls, self.numbers = self.calls + 1, self.numbers + a.size
        return self.ufunc(a, b, **words)

    def reduce(self, a, **words):
        self.calls, self.numbers = self.calls + 1, self.numbers + a.size
        return self.ufunc.reduce(a, **words)


# name -> axes, calls at most, passes over the image at most
STEPS = {
    "the whole image": ([Axis(1024, 1024), Axis(1024, 1024)], 8, 1.1),
    "a few large windows": ([Axis(1024, 256, 256), Axis(1024, 256, 256)], 12, 1.6),
    "31 x 31": ([Axis(1024, 31), Axis(1024, 31)], 80, 18),
    "127 x 127, padded": ([Axis(1024, 127, 1, 1, 63, 63), Axis(1024, 127, 1, 1, 63, 63)], 120, 30),
    "one axis shrinks": ([Axis(1024, 2), Axis(1024, 512, 512)], 8, 1.1),
    "all ragged": ([Axis(1024, 17, 30, 100, 1600, 1600), Axis(1024, 1024)], 24, 1.6),
    "2 x 2": ([Axis(1024, 2, 2), Axis(1024, 2, 2)], 8, 1),
}


@pytest.mark.parametrize("mode", REDUCTIONS)
@pytest.mark.parametrize("name", STEPS)
def test_large_windows_take_few_steps(name, mode, monkeypatch):
    axes, calls, passes = STEPS[name]
    counted = Counted(REDUCTIONS[mode].ufunc)
    monkeypatch.setitem(REDUCTIONS, mode, replace(REDUCTIONS[mode], ufunc=counted))
    images = np.ones((1, 1024, 1024, 1))
    pool(images, axes, mode)
    assert 0 < counted.calls <= calls
    assert 0 < counted.numbers <= passes * images.size


def test_indices_of_large_windows_take_few_steps(monkeypatch):
    counted = Counted(np.copyto)
    monkeypatch.setattr(argmax.np, "copyto", counted)
    axes = [Axis(512, 512), Axis(512, 512)]
    values, indices = max_indices(np.ones((1, 512, 512, 1)), axes)
    assert counted.calls == 0
    assert (values.item(), indices.item()) == (1, 0)


def test_adaptive_takes_few_steps(monkeypatch):
    counted = Counted(np.maximum)
    monkeypatch.setitem(REDUCTIONS, "max", replace(REDUCTIONS["max"], ufunc=counted))
    images = np.ones((1, 500, 500, 1), np.float32)
    for count in (1, 20, 499):
        counted.calls = 0
        out = np.empty((1, count, count, 1), np.float32)
        adaptive.pool(images, [uneven(500, count)] * 2, out, mode="max", dtype=np.float32)
        assert 0 < counted.calls <= 60
        assert (out == 1).all()
