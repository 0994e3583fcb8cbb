"""Compiled pooling: against the slow twin and the plain engine, for every tail of a vector,
between guard bands.
"""

import subprocess
import sys
import threading
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convpool
from convpool import reference
from convpool.engines import threads
from convpool.engines.compiled import (
    forms,
    host,
    kept_records,
    library,
    pooling_blocks,
    pooling_call,
    pooling_forms,
)
from convpool.engines.compiled import pooling as compiled_pooling
from convpool.engines.compiled.picture_forms import MEDIAN_TAPS, MEDIANS, FilterRowsForm
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.plans import result_dtypes
from convpool.windows import PADDINGS, Axis, place
from support import children
from support.arrays import full_range
from support.axes import per_axis, pooling_axes

pytestmark = pytest.mark.skipif(
    host.refusal() is not None, reason="the compiled engine cannot be used here"
)

MODES = list(compiled_pooling.COMBINATIONS)
KINDS = [
    "float32",
    "float64",
    "bool",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
]
GUARD = 64  # numbers on either side


def pooled(images, axes, mode, count_padding=False, engine=compiled_pooling, out=None):
    """Call an engine as the plan does, with an output that holds rubbish."""
    shape = len(images), *(axis.count for axis in axes), images.shape[-1]
    out = (
        np.full(shape, 77).astype(result_dtypes.pooling_result_dtype(images.dtype, mode))
        if out is None
        else out
    )
    kind = result_dtypes.pooling_sum_dtype(images.dtype, mode)
    engine.pool(images, axes, out, mode=mode, count_padding=count_padding, dtype=kind)
    return out


def agree(actual, expected, images, axes, mode):
    """Integers and chosen pixels are the same; sums of floats are near, by what they were summed
    from.
    """
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    if images.dtype.kind != "f" or mode in ("max", "min"):
        np.testing.assert_array_equal(actual, expected)
        return
    with np.errstate(all="ignore"):
        scale = pooled(np.abs(images.astype(np.float64)), axes, mode, engine=numpy_pooling)
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(actual[~finite], expected[~finite])
    ulps = (
        2 * np.finfo(expected.dtype).eps
        + max(2, sum(axis.window for axis in axes) / 4) * np.finfo(np.float64).eps
    )
    assert (np.abs(actual[finite] - expected[finite]) <= ulps * scale[finite]).all()


def same_as_plain(images, axes, modes=MODES, count_padding=False):
    for mode in modes:
        expected = pooled(images, axes, mode, count_padding, numpy_pooling)
        agree(pooled(images, axes, mode, count_padding), expected, images, axes, mode)


# sizes, window, stride, dilation, padding, ceil
GEOMETRIES = [
    ((9, 11), 2, 2, 1, "valid", False),
    ((9, 11), 2, 2, 1, "valid", True),
    ((11, 10), 3, 2, 1, "same", False),
    ((11, 10), 3, 2, 1, "same_lower", True),
    ((8, 13), (1, 4), (3, 1), (1, 2), "same_size", False),
    ((13, 8), (5, 3), (1, 4), 2, ((0, 3), (5, 1)), True),
    ((6, 7), 6, 3, 1, "full", False),
    ((4, 5), 3, 2, 1, ((7, 9), (8, 6)), False),  # windows without a pixel
    (
        (4, 5),
        2,
        1,
        5,
        ((3, 3), (4, 4)),
        False,
    ),  # windows whose taps lie on both sides of the pixels
    ((45, 50), (31, 37), 1, 1, "same", False),
    ((70, 45), (40, 15), (2, 3), 1, ((11, 30), (2, 0)), True),
    ((45, 60), (11, 12), 1, 3, "same", False),
    ((90, 40), (17, 16), (1, 2), (4, 1), "full", False),
    ((20, 30), (20, 30), 1, 1, "valid", False),
    ((60, 40), (60, 1), 2, 1, "same", False),
    (
        (70, 41),
        (31, 2),
        1,
        1,
        "valid",
        False,
    ),  # lines end where the next begins, and are made in parts
    ((50,), 9, 1, 2, "same", True),
    ((40,), 2, 2, 1, "valid", False),
]


@pytest.mark.parametrize("count_padding", [False, True])
@pytest.mark.parametrize("c", [1, 3, 17])
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_geometries(geometry, c, count_padding):
    sizes, *words = geometry
    images = full_range((2, *sizes, c), "float32")
    same_as_plain(images, pooling_axes(images, *words), count_padding=count_padding)


@pytest.mark.parametrize("kind", ["float32", "int16"])
@pytest.mark.parametrize(
    ("window", "stride", "is_at_once"),
    [(7, 7, True), (8, 9, True), ((7, 20), (7, 1), False), (9, 9, False), (6, 5, False)],
)
def test_windows_of_some_taps_in_long_lines(window, stride, is_at_once, kind, monkeypatch):
    found, windows = [], pooling_call._CallMaker._call_on_windows
    monkeypatch.setattr(
        pooling_call._CallMaker,
        "_call_on_windows",
        lambda self: (found.append(self), windows(self))[1],
    )
    monkeypatch.setattr(compiled_pooling, "call_of", pooling_call._make_call)
    images = full_range((2, 18, 20, 515), kind)
    same_as_plain(images, pooling_axes(images, window, stride), ["avg", "max"])
    assert bool(found) == is_at_once


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("geometry", GEOMETRIES[:9], ids=str)
def test_the_slow_twin(geometry, mode):
    sizes, window, stride, dilation, padding, ceil = geometry
    images = full_range((2, *sizes, 3), "uint8")
    expected = reference.pool(
        images,
        per_axis(window, 2),
        per_axis(stride, 2),
        mode,
        padding=padding,
        dilation=per_axis(dilation, 2),
        ceil=ceil,
    )
    actual = pooled(
        images, pooling_axes(images, window, stride, dilation, padding, ceil=ceil), mode
    )
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("geometry", [GEOMETRIES[k] for k in (1, 3, 5, 10)], ids=str)
def test_dtypes(geometry, kind):
    sizes, *words = geometry
    for c in (2, 70):
        images = full_range((2, *sizes, c), kind)
        same_as_plain(images, pooling_axes(images, *words))


@pytest.mark.parametrize("kind", ["float32", "uint8"])
@pytest.mark.parametrize("size", [*range(1, 35), 63, 64, 65, 66, 67])
def test_tails(size, kind):
    for window, stride, padding in product((1, 3), (1, 2, 3), ("same", ((0, 1), (2, 0)))):
        for shape in ((2, 3, 5, size), (2, 3, size, 1), (1, 4, size, 2)):
            images = full_range(shape, kind, seed=size)
            same_as_plain(images, pooling_axes(images, window, stride, 1, padding), ("avg", "max"))


@pytest.mark.parametrize("window", range(1, 41))
def test_windows_of_every_length(window):
    for kind, stride in product(("float32", "int16"), (1, 2, 4)):
        images = full_range((1, 41, 43, 3), kind, seed=window)
        same_as_plain(images, pooling_axes(images, window, stride, 1, "same"), ("max", "sum"))


@pytest.mark.parametrize("c", [1, 5, 40])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("words", [(3, 1), (2, 2), (9, 1), (13, 3)], ids=str)
def test_what_is_not_finite_stays_in_its_windows(words, value, c):
    for kind in ("float32", "float64"):
        images = full_range((1, 30, 30, c), kind)
        images[0, 15, 14] = value
        images[0, 3, 4] = -np.inf
        images[0, 3, 5] = np.inf
        same_as_plain(images, pooling_axes(images, *words, 1, "same"))


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_every_zero_is_positive(geometry, kind):
    """So it does not matter in which order the taps are combined: max and min are the plain
    engine's bit for bit.
    """
    sizes, *words = geometry
    for c in (1, 3, 17):
        images = (
            np.random.default_rng(c)
            .choice([0.0, -0.0, -0.0, -1e-300, 1.0, -1.0], (2, *sizes, c))
            .astype(kind)
        )
        for some in (images, images * 0):
            axes = pooling_axes(some, *words)
            for mode in MODES:
                result = pooled(some, axes, mode)
                assert not np.signbit(result[result == 0]).any()
                if mode in ("max", "min"):
                    assert (
                        result.tobytes() == pooled(some, axes, mode, engine=numpy_pooling).tobytes()
                    )


def test_nothing_overflows_on_the_way():
    images = np.full((1, 12, 12, 2), np.finfo(np.float32).max)
    axes = pooling_axes(images, 9)
    assert (pooled(images, axes, "avg") == images.flat[0]).all()
    assert np.isinf(pooled(images, axes, "sum")).all()
    for kind, sizes in product(
        ("uint8", "int16"), ((20, 20), (300, 300))
    ):  # just beyond 2**15 and 2**31
        value = np.iinfo(kind).min or np.iinfo(kind).max
        full = np.full((1, *sizes, 1), value, kind)
        assert (
            pooled(full, pooling_axes(full, sizes), "sum").item()
            == int(value) * sizes[0] * sizes[1]
        )
        assert pooled(full, pooling_axes(full, sizes), "avg").item() == value


@pytest.mark.parametrize("shape", [(0, 5, 5, 3), (2, 5, 5, 0), (2, 0, 5, 3), (2, 5, 0, 3)])
def test_nothing_to_pool(shape):
    images = np.zeros(shape, np.float32)
    same_as_plain(images, pooling_axes(images, 3, 2, 1, ((2, 2), (3, 3))))


LAYOUTS = {
    "channels first": lambda x: np.moveaxis(np.ascontiguousarray(np.moveaxis(x, -1, 1)), 1, -1),
    "every second": lambda x: np.repeat(x, 2, -1)[..., ::2],
    "backwards": lambda x: x[::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1],
    "rows backwards": lambda x: x[:, ::-1].copy()[:, ::-1],
    "a part": lambda x: np.pad(x, [(1, 2), (3, 1), (2, 2), (0, 0)])[1:-2, 3:-1, 2:-2],
    "fortran": np.asfortranarray,
    "unaligned": lambda x: np.frombuffer(b"." + x.tobytes(), x.dtype, offset=1).reshape(x.shape),
    "one image": lambda x: np.broadcast_to(x[:1], x.shape),
}


@pytest.mark.parametrize("how", LAYOUTS)
@pytest.mark.parametrize("words", [(2, 2), (3, 1, 1, "same", True), (9, 1)], ids=str)
def test_layouts(how, words, monkeypatch):
    monkeypatch.setattr(compiled_pooling, "STAGED", 2000)  # copies of a few rows
    for c in (3, 18):
        images = LAYOUTS[how](full_range((3, 12, 11, c), "float32"))
        axes = pooling_axes(images, *words)
        same_as_plain(images, axes)
        for mode, other in product(MODES, LAYOUTS):
            expected = pooled(images, axes, mode)
            if other not in ("one image", "unaligned"):
                out = LAYOUTS[other](np.full(expected.shape, 77, expected.dtype))
                np.testing.assert_array_equal(pooled(images, axes, mode, out=out), expected)


def guarded(numbers, kind):
    """Return memory between bands of a pattern, and what tells whether they are whole."""
    band = np.arange(GUARD * 8, dtype=np.uint8)
    room = np.concatenate([band, np.full(numbers * kind.itemsize, 0xFF, np.uint8), band])
    inside = room[len(band) : len(room) - len(band)].view(kind)
    return (
        inside,
        lambda: (room[: len(band)] == band).all() and (room[len(room) - len(band) :] == band).all(),
    )


@pytest.mark.parametrize("kind", ["float32", "uint8"])
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_nothing_is_touched_outside(geometry, kind, monkeypatch):
    checks = []

    def banded(sizes):
        scratches = [guarded(size, np.dtype(np.uint8)) for size in sizes]
        checks.extend(whole for _, whole in scratches)
        return scratches, [inside.ctypes.data for inside, _ in scratches]

    monkeypatch.setattr(pooling_call, "allocate", banded)
    monkeypatch.setattr(kept_records, "MOST", 0)
    sizes, *words = geometry
    for c, mode in product((1, 3, 67), ("max", "avg")):
        plain = full_range((2, *sizes, c), kind)
        axes = pooling_axes(plain, *words)
        expected = pooled(plain, axes, mode, engine=numpy_pooling)
        images, whole_images = guarded(plain.size, plain.dtype)
        images = images.reshape(plain.shape)
        images[...] = plain
        out, whole_out = guarded(expected.size, expected.dtype)
        checks += [whole_images, whole_out]
        actual = pooled(images, axes, mode, out=out.reshape(expected.shape))
        agree(actual, expected, plain, axes, mode)
        np.testing.assert_array_equal(images, plain)
        assert all(check() for check in checks)
        checks.clear()


@pytest.mark.parametrize("words", [(2, "max"), (3, "avg"), (9, "sum")], ids=str)
def test_one_plan_pools_arrays_of_all_layouts_in_turn(words):
    window, mode = words
    plan = convpool.plan_pooling(
        (2, 20, 21, 20), window, mode=mode, images_dtype="f4", engine="compiled"
    )
    for _ in range(2):
        for layout in LAYOUTS.values():
            images = layout(full_range((2, 20, 21, 20), "float32"))
            expected = pooled(images, plan.axes, mode, engine=numpy_pooling)
            results = layout(np.full(expected.shape, 77, np.float32))
            agree(plan.run(images), expected, images, plan.axes, mode)
            if results.flags.writeable:
                agree(plan.run(images, out=results), expected, images, plan.axes, mode)


def test_calls_of_one_plan_at_once_have_scratches_of_their_own():
    plan = convpool.plan_pooling(
        (1, 40, 41, 5), 9, 2, mode="avg", images_dtype="f4", engine="compiled"
    )
    wrong, start = [], threading.Barrier(4)

    def call(seed):
        images = np.random.default_rng(seed).random((1, 40, 41, 5), np.float32)
        expected = pooled(images, plan.axes, "avg", engine=numpy_pooling)
        start.wait()
        results = [plan.run(images) for _ in range(200)]
        wrong.extend(seed for result in results if np.abs(result - expected).max() > 1e-6)

    callers = [threading.Thread(target=call, args=(seed,)) for seed in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert wrong == []


def test_blocks_and_threads_change_nothing(monkeypatch):
    images = full_range((3, 40, 45, 3), "float32")
    deep = full_range((2, 9, 11, 40), "uint16")
    cases = [
        *((images, words) for words in ((3, 2), (9, 1, 2, "same"), ((31, 2), 1), (12, 5))),
        *((deep, words) for words in ((2, 2), (3, 1, 1, "same"))),
    ]
    cases = [(array, pooling_axes(array, *words)) for array, words in cases]
    expected = [pooled(*case, mode) for case in cases for mode in MODES]
    for limit in ("LINE", "BLOCK", "LINES", "PARTS"):
        monkeypatch.setattr(pooling_blocks, limit, 70)
    monkeypatch.setattr(pooling_call, "RESULTS", 70)
    monkeypatch.setattr(pooling_call, "PART_BYTES", 1)
    monkeypatch.setattr(compiled_pooling, "call_of", pooling_call._make_call)
    for number in (1, 3):
        monkeypatch.setattr(threads, "_chosen", number)
        actual = [pooled(*case, mode) for case in cases for mode in MODES]
        for one, other in zip(actual, expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_larger_window_costs_little_more():
    for repeats, window in product((False, True), range(9, 200)):
        axis = place(1000, window, 1, 1, "valid")
        program = pooling_blocks.program_of(axis, repeats)
        assert program[:, 1].sum() <= 6 * np.log2(window)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("lp", "float32", 2), "mode is 'lp'"),
        (("max", "complex64", 2), "images are complex64"),
        (("max", "float16", 2), "images are float16"),
        (
            ("max", "longdouble", 2),
            "images are float128" if np.dtype("longdouble").itemsize == 16 else "images are",
        ),
        (("max", ">f4", 2), "images are >f4"),
        (("median", "int16", 3), "there are 3 spatial axes"),
        (("median", "uint8", 3), "there are 3 spatial axes"),
        (("median", "int64", 2), "no medians of int64 as float64"),
    ],
)
def test_refusals(words, told):
    mode, kind, rank = words
    axes = [Axis(9, 5)] * rank
    assert told in compiled_pooling.refusal(mode, np.dtype(kind), axes, None, np.dtype("f8"))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_else_is_refused(kind):
    assert all(
        compiled_pooling.refusal(mode, np.dtype(kind), [Axis(9, 5)] * rank) is None
        for mode in MODES
        for rank in (1, 2)
    )


@given(st.data())
def test_any_pooling(data):
    def draw(least, most):
        return data.draw(st.integers(least, most))

    rank = draw(1, 2)
    most = data.draw(st.sampled_from([7, 7, 40]))
    sizes, window, stride, dilation = (
        [draw(1, top) for _ in range(rank)] for top in (most, most, 4, 3)
    )
    padding = data.draw(
        st.one_of(
            st.sampled_from(list(PADDINGS)), st.just([(draw(0, 9), draw(0, 9)) for _ in sizes])
        )
    )
    images = full_range(
        (draw(0, 3), *sizes, draw(1, 40)),
        data.draw(st.sampled_from(KINDS)),
        draw(0, 99),
    )
    if images.dtype.kind == "f" and images.size:
        images.flat[draw(0, images.size - 1)] = data.draw(
            st.sampled_from([0, np.nan, np.inf, -np.inf])
        )
    axes = pooling_axes(images, window, stride, dilation, padding, data.draw(st.booleans()))
    if all(axis.count > 0 for axis in axes):
        mode = data.draw(st.sampled_from(MODES))
        count_padding = data.draw(st.booleans())
        expected = pooled(images, axes, mode, count_padding, numpy_pooling)
        agree(pooled(images, axes, mode, count_padding), expected, images, axes, mode)


# ---- every form ----

# sizes, window, stride, channels: short rows in registers, rows of fewer windows than a vector,
# windows of many channels, and blocks with and without parts, with and without skipped columns
FORM_SHAPES = [
    *(((7, 75), window, 2, c) for window in (2, 3) for c in (1, 3, 4)),
    ((9, 11), (2, 3), 2, 3),
    ((9, 12), 2, 2, 67),
    ((9, 40), 3, 3, 1),
    ((20, 30), 17, 1, 2),
    ((40, 45), 19, 2, 5),
    ((3, 1545), (2, 9), 1, 1),  # pictures, row by row
]
LARGE = ((262, 260), (257, 256), (3, 2), 1)  # sums of 16 bits need 64
FORM_CASES = [
    *product(KINDS, MODES, [None], FORM_SHAPES),
    *product(["uint8", "int8", "uint16"], ["avg"], ["float32"], FORM_SHAPES),
    *product(["uint16", "int16"], ["sum", "avg"], [None], [LARGE]),
]


def brute_force(images, window, stride, mode, result):
    """Reduce each window at once."""
    windows = np.lib.stride_tricks.sliding_window_view(images, window, (1, 2))
    windows = windows[:, :: stride[0], :: stride[1]]
    kind = images.dtype if mode in ("max", "min") else np.result_type(result, images, "f8")
    if np.dtype(result).kind == "i":
        kind = np.dtype(result)
    reduce = {"max": np.max, "min": np.min, "sum": np.sum, "avg": np.mean}[mode]
    words = {} if mode in ("max", "min") else {"dtype": kind}
    return reduce(windows, (-2, -1), **words).astype(result)


def check_form_case(case, memory):
    """Pool arrays that lie in memory(shape, dtype), and compare with brute force."""
    kind, mode, dtype, (sizes, window, stride, c) = case
    images = memory((2, *sizes, c), np.dtype(kind))
    images[...] = full_range(images.shape, kind)
    axes = pooling_axes(images, window, stride)
    dtype = None if dtype is None else np.dtype(dtype)
    out = memory(
        (2, *(axis.count for axis in axes), c),
        result_dtypes.pooling_result_dtype(images.dtype, mode, dtype),
    )
    sums = result_dtypes.pooling_sum_dtype(images.dtype, mode, dtype)
    compiled_pooling.pool(images, axes, out, mode=mode, dtype=sums)
    expected = brute_force(images, per_axis(window, 2), per_axis(stride, 2), mode, out.dtype)
    if out.dtype.kind == "f" and mode in ("avg", "sum"):
        scale = np.abs(images.astype(np.float64)).max() * (images[0].size if mode == "sum" else 1)
        np.testing.assert_allclose(out, expected, 1e-6, np.finfo(out.dtype).eps * scale)
    else:
        np.testing.assert_array_equal(out, expected)


def test_every_form_of_the_table(monkeypatch):
    found = set()

    def spy(function):
        return lambda form: (found.add(form), function(form))[1]

    monkeypatch.setattr(library, "function", spy(library.function))
    monkeypatch.setattr(library, "function_address", spy(library.function_address))
    monkeypatch.setattr(compiled_pooling, "call_of", pooling_call._make_call)
    for case in FORM_CASES:
        check_form_case(case, np.empty)
    for (kind, results), taps in product(MEDIANS, (*MEDIAN_TAPS, 8)):
        images, dtype = full_range((1, 3, 100, 1), kind), np.dtype(results)
        axes = pooling_axes(images, (1, taps), 1)
        out = np.empty((1, 3, 101 - taps, 1), dtype)
        compiled_pooling.pool(images, axes, out, mode="median", dtype=images.dtype)
        windows = np.lib.stride_tricks.sliding_window_view(images, taps, 2)
        np.testing.assert_array_equal(out, np.median(windows, -1).astype(dtype))
    for results in ("float32", "float64"):  # by histograms
        images = full_range((1, 20, 100, 1), "uint8")
        out = np.empty((1, 6, 86, 1), results)
        axes = pooling_axes(images, (15, 15), 1)
        compiled_pooling.pool(images, axes, out, mode="median", dtype=images.dtype)
        windows = np.lib.stride_tricks.sliding_window_view(images, (15, 15), (1, 2))
        np.testing.assert_array_equal(out, np.median(windows, (-1, -2)).astype(results))
    found -= {FilterRowsForm(), *forms.CREW_FORMS}
    assert found == set(pooling_forms.pooling_forms(library.isa()))


FENCED = """
import sys
sys.path.insert(0, {folder!r})
from support import fences
import test_pooling as tests
tests.kept_records.MOST = 0
tests.pooling_call.allocate = lambda sizes: fences.scratches(sizes, {side!r})
for case in tests.FORM_CASES:
    print(case, file=sys.stderr, flush=True)
    tests.check_form_case(case, lambda shape, dtype: fences.array(shape, dtype, {side!r}))
    fences.clear()
for kind, (sizes, *words) in tests.product(("float32", "uint8"), tests.GEOMETRIES):
    for c, mode in tests.product((1, 3, 67), ("max", "avg")):
        plain = tests.full_range((2, *sizes, c), kind)
        axes = tests.pooling_axes(plain, *words)
        print(plain.shape, kind, words, mode, file=sys.stderr, flush=True)
        expected = tests.pooled(plain, axes, mode, engine=tests.numpy_pooling)
        out = fences.array(expected.shape, expected.dtype, {side!r})
        tests.pooled(fences.copy(plain, {side!r}), axes, mode, out=out)
        tests.agree(out, expected, plain, axes, mode)
        fences.clear()
print("done")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="fences need mprotect")
@pytest.mark.parametrize("side", ["start", "end"])
def test_nothing_is_read_or_written_beside_fences(side):
    done = children.run(FENCED.format(folder=str(Path(__file__).parent), side=side))
    assert done.stdout == "done\n", done.stderr[-300:]


def test_the_module_is_light():
    code = "import sys, convpool.engines.compiled.pooling; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
