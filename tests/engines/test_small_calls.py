"""Small calls: they load no compiler, start no thread, and never take the plan of another call
for theirs.

Plans of recent calls are kept by their words, and Python takes many words for equal that are not.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import timeit
from dataclasses import fields
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool import (
    convolution,
    convolve,
    convolve_transpose,
    course,
    plan_convolution,
    plan_pooling,
    pool,
)
from convpool import pooling as pooling_calls
from convpool.plans import make_pooling
from convpool.plans.recent_plans import cache_recent
from support.arrays import numbers

SOURCE = Path(convpool.__file__).parents[1]


@pytest.fixture(autouse=True)
def nothing_kept():
    """Start each test without plans of earlier calls."""
    for plan in (convolution._plan, convolution._plan_transposed, pooling_calls._plan):
        plan.cache_clear()


# ---- what small calls do not do ----

SMALL = """
import json, sys, threading
started = []
start = threading.Thread.start
threading.Thread.start = lambda thread: (started.append(thread.name), start(thread))
import numpy as np, convpool
from convpool import course

for kind in ("uint8", "int64", "float16", "float32", "float64", "complex64"):
    images = np.ones((1, 28, 28, 1), kind)
    for kernel_kind in ("int64", kind):
        kernels = np.ones((3, 3, 1, 1), kernel_kind)
        for padding in ("same", "valid"):
            convpool.convolve(images, kernels, padding)
            words = {"images_dtype": kind, "kernels_dtype": kernel_kind}
            plan = convpool.plan_convolution(images.shape, kernels.shape, padding, **words)
            plan.run(images, kernels)
        convpool.convolve_transpose(images, kernels)
    for mode in ("avg", "sum") if kind == "complex64" else ("max", "min", "avg", "sum", "lp"):
        convpool.pool(images, 2, mode=mode)
course.convolve_grayscale_same(np.ones((1, 28, 28)), np.ones((3, 3)))
course.pool(np.ones((1, 28, 28, 1)), (2, 2), (2, 2))
convpool.filter_image(np.ones((28, 28)), np.ones((3, 3)))
loaded = sorted({"numba", "llvmlite", "scipy", "concurrent.futures"} & set(sys.modules))
print(json.dumps([loaded, started, threading.active_count()]))
"""


def test_small_calls_load_no_compiler_and_start_no_thread(tmp_path):
    paths = os.pathsep.join(filter(None, [str(SOURCE), os.environ.get("PYTHONPATH")]))
    words = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": paths}, "timeout": 120}
    said = subprocess.run(
        [sys.executable, "-c", SMALL], capture_output=True, text=True, check=True, **words
    ).stdout
    assert json.loads(said) == [[], [], 1]


SMALL_CALLS = {
    "convolve": lambda: convolve(IMAGES, KERNELS),
    "convolve_transpose": lambda: convolve_transpose(IMAGES, KERNELS),
    "filter_image": lambda: convpool.filter_image(IMAGES[0], KERNELS[..., 0, 0]),
    "pool": lambda: pool(IMAGES, 2),
    "global_pool": lambda: convpool.global_pool(IMAGES, "max"),
    "adaptive_pool": lambda: convpool.adaptive_pool(IMAGES, 2, "max"),
    "max_pool_indices": lambda: convpool.max_pool_indices(IMAGES, 2),
    "tiles": lambda: pool(IMAGES, 2, max_memory="1MB"),
    "a plan": plan_pooling((1, 7, 7, 2), 2).run,
}


@pytest.mark.parametrize("name", SMALL_CALLS)
def test_small_calls_read_the_number_of_threads(name, monkeypatch):
    """Although they use one: what is wrong is said before a large call needs it, also where the
    plan is kept.
    """
    call = partial(SMALL_CALLS[name], IMAGES) if name == "a plan" else SMALL_CALLS[name]
    for _ in range(2):
        monkeypatch.setenv("CONVPOOL_NUM_THREADS", "0")
        words = r"variable CONVPOOL_NUM_THREADS is '0'; it must be a whole number of 1 or more"
        with pytest.raises((ValueError, OSError), match=words):
            call()
        with convpool.threads(1):
            call()
        monkeypatch.setenv("CONVPOOL_NUM_THREADS", " 2")
        call()


# ---- words that Python takes for equal ----

IMAGES, KERNELS = numbers((1, 7, 7, 2)), numbers((3, 3, 2, 2), seed=1)
CONVOLVE, TRANSPOSE = (
    partial(convolve, IMAGES, KERNELS),
    partial(convolve_transpose, IMAGES, KERNELS),
)
POOL = partial(pool, IMAGES, 2)
# a call that is kept, and one with equal words that has to raise
RAISES = [
    (CONVOLVE, {"stride": 1}, {"stride": True}, TypeError, "stride is True"),
    (CONVOLVE, {"stride": 1}, {"stride": 1.0}, TypeError, "stride is 1.0"),
    (CONVOLVE, {"stride": (1, 1)}, {"stride": (1, True)}, TypeError, "stride is True"),
    (CONVOLVE, {"stride": (1, 1)}, {"stride": (1, 1.0)}, TypeError, "stride is 1.0"),
    (CONVOLVE, {"stride": (1, 1)}, {"stride": (1, np.float64(1))}, TypeError, "stride is"),
    (CONVOLVE, {"stride": (1, 1)}, {"stride": (np.bool_(True), 1)}, TypeError, "stride is"),
    (CONVOLVE, {"dilation": 1}, {"dilation": True}, TypeError, "dilation is True"),
    (CONVOLVE, {"padding": 1}, {"padding": True}, TypeError, "padding is True"),
    (CONVOLVE, {"padding": 0}, {"padding": False}, TypeError, "padding is False"),
    (
        CONVOLVE,
        {"padding": ((1, 1), (0, 1))},
        {"padding": ((1, 1), (0, True))},
        TypeError,
        "padding is True",
    ),
    (
        CONVOLVE,
        {"padding": ((1, 1), (0, 1))},
        {"padding": ((1, 1), (0.0, 1))},
        TypeError,
        "padding is 0.0",
    ),
    (CONVOLVE, {"groups": 1}, {"groups": True}, TypeError, "groups is True"),
    (CONVOLVE, {"groups": 1}, {"groups": 1.0}, TypeError, "groups is 1.0"),
    (CONVOLVE, {"channel_axis": 3}, {"channel_axis": 3.0}, TypeError, "channel_axis is 3.0"),
    (TRANSPOSE, {"stride": 1}, {"stride": True}, TypeError, "stride is True"),
    (
        TRANSPOSE,
        {"output_padding": 0},
        {"output_padding": False},
        TypeError,
        "output_padding is False",
    ),
    (POOL, {"stride": (2, 1)}, {"stride": (2, True)}, TypeError, "stride is True"),
    (POOL, {"padding": 0}, {"padding": 0.0}, TypeError, "padding is 0.0"),
]


# no id holds a function: its text ends with where it lies in memory
RAISES_NAMES = [f"{call.func.__name__}-{word}" for call, _, word, *_ in RAISES]


@pytest.mark.parametrize(("call", "kept", "word", "error", "text"), RAISES, ids=RAISES_NAMES)
def test_a_kept_plan_hides_no_error(call, kept, word, error, text):
    call(**kept)
    for _ in range(2):
        with pytest.raises(error, match=text):
            call(**word)
    call(**kept)


# words that give one result, in every order of calls
SAME = [
    (
        CONVOLVE,
        "stride",
        [2, np.int64(2), np.uint8(2), (2, 2), [2, 2], np.array([2, 2]), (np.int64(2), 2)],
    ),
    (
        CONVOLVE,
        "padding",
        [1, (1, 1), [1, 1], ((1, 1), (1, 1)), [[1, 1], (1, 1)], np.ones((2, 2), int)],
    ),
    (CONVOLVE, "dtype", ["f4", "float32", np.float32, np.dtype("f4"), np.dtype(">f4"), ">f4"]),
    (CONVOLVE, "dtype", [None, float, "d", np.float64, np.dtype(float)]),
    (CONVOLVE, "flip", [True, 1, np.True_]),
    (CONVOLVE, "channel_axis", [-1, 3, np.int8(3), np.array(3)]),
    (TRANSPOSE, "stride", [2, np.int64(2), [2, 2]]),
    (POOL, "ceil", [True, 1, np.True_]),
    (partial(POOL, mode="lp"), "p", [2, 2.0, np.float32(2), np.int64(2)]),
]


@pytest.mark.parametrize(
    ("call", "name", "words"), SAME, ids=[f"{row[0].func.__name__}-{row[1]}" for row in SAME]
)
def test_words_that_mean_the_same_give_the_same(call, name, words):
    first = call(**{name: words[0]})
    for word in words * 2:
        result = call(**{name: word})
        assert result.dtype == first.dtype
        assert result.dtype.isnative
        assert result.tobytes() == first.tobytes()


DTYPES = ["?", "u1", "i1", "u8", "<i4", ">i4", "q", "l", "<f4", ">f4", "f8", "f2", "c8", "g"]


@pytest.mark.parametrize("kernels", DTYPES)
def test_dtypes_keep_apart(kernels):
    """The same shapes and words in each dtype, twice and in turn, as if each were the only call."""
    weights = (KERNELS > 4).astype(kernels)
    for images in DTYPES * 2:
        pixels = (IMAGES > 3).astype(images)
        planned = plan_convolution(
            pixels.shape, weights.shape, images_dtype=images, kernels_dtype=kernels
        )
        expect_alike(convolve(pixels, weights), planned.run(pixels, weights))
        mode = "sum" if pixels.dtype.kind == "c" else "max"  # max keeps the dtype, long long too
        planned = plan_pooling(pixels.shape, 2, mode=mode, images_dtype=images)
        expect_alike(pool(pixels, 2, mode=mode), planned.run(pixels))


def expect_alike(result, expected):
    assert (result.dtype, result.dtype.char) == (expected.dtype, expected.dtype.char)
    np.testing.assert_array_equal(result, expected)


def test_fills_of_either_sign_keep_apart():
    images, kernels = np.full((1, 1, 1), -0.0), np.ones((1, 1, 1))
    call = partial(convolve, images, kernels, 1, pad_mode="constant")
    for fill in (2, 2.0, np.nan, -2.0, np.float32(2), True):
        np.testing.assert_array_equal(call(fill=fill).ravel()[[0, -1]], np.full(2, fill, float))
    words = {"pad_mode": "constant", "images_dtype": images.dtype, "kernels_dtype": kernels.dtype}
    signs = [
        bool(np.signbit(convolution._plan(images.shape, kernels.shape, 1, fill=fill, **words).fill))
        for fill in (0.0, -0.0, 0.0, -0.0)
    ]
    assert signs == [False, True, False, True]


def test_metadata_of_a_dtype_is_not_that_of_another_call():
    told = np.dtype("f8", metadata={"unit": "mm"})
    plain, other = (pool(IMAGES.astype(kind), 2).dtype.metadata for kind in (np.dtype("f8"), told))
    fresh = plan_pooling(IMAGES.shape, 2, images_dtype=told).dtype.metadata
    assert (plain, other) == (None, fresh)
    assert pool(IMAGES, 2).dtype.metadata is None


# ---- words that change ----


@pytest.mark.parametrize(
    ("call", "name", "word", "later"),
    [
        (CONVOLVE, "stride", [1, 1], [2, 2]),
        (CONVOLVE, "stride", np.array([1, 1]), [2, 2]),
        (CONVOLVE, "padding", [[1, 1], [1, 1]], [[2, 0], [0, 2]]),
        (CONVOLVE, "padding", ([1, 1], [1, 1]), None),
        (POOL, "stride", [1, 1], [2, 2]),
    ],
    ids=[
        "convolve-stride",
        "convolve-stride-array",
        "convolve-padding",
        "convolve-padding-pairs",
        "pool-stride",
    ],
)
def test_words_that_change_after_the_call(call, name, word, later):
    first = call(**{name: word})
    if later is None:
        word[0][:] = 2, 0
        later = ((2, 0), (1, 1))
    else:
        word[:] = later
    changed = call(**{name: word})
    assert (
        changed.tobytes()
        == call(**{name: tuple(map(tuple, later)) if np.ndim(later) == 2 else later}).tobytes()
    )
    assert changed.tobytes() != first.tobytes()


def test_the_kernels_are_read_anew():
    images, kernels = IMAGES.copy(), KERNELS.copy()
    first = convolve(images, kernels)
    kernels *= 2
    np.testing.assert_array_equal(convolve(images, kernels), 2 * first)
    images *= 2
    np.testing.assert_array_equal(convolve(images, kernels), 4 * first)


def test_results_of_kept_plans_are_not_shared():
    first = convolve(IMAGES, KERNELS)
    before = first.copy()
    second = convolve(IMAGES, KERNELS)
    second[...] = 0
    assert not np.shares_memory(first, second)
    np.testing.assert_array_equal(first, before)


def test_limits_of_integers_are_those_of_each_call():
    """A kept plan knows the bound of its dtypes, but not that of an earlier call's numbers."""
    images = np.ones((1, 3, 1), "int64")
    small, large = np.ones((2, 1, 1), "int64"), np.full((2, 1, 1), 2**62, "int64")
    for _ in range(2):
        assert convolve(images, small, "valid").tolist() == [[[2], [2]]]
        with pytest.raises(OverflowError, match=r"may reach \d+, more than int64 holds"):
            convolve(images, large, "valid")
        with pytest.raises(OverflowError, match=r"may reach \d+, more than int64 holds"):
            convolve(images * 2**62, small, "valid")
    assert convolve(images, np.full((1, 1, 1), 2**62, "int64"), "valid")[0, 0, 0] == 2**62


# ---- what is kept ----


def test_a_kept_plan_is_like_a_fresh_one():
    """Worked out or not, plans are equal, print alike, and hold the same words."""
    fresh = plan_convolution(IMAGES.shape, KERNELS.shape)
    used = plan_convolution(IMAGES.shape, KERNELS.shape)
    used.run(IMAGES, KERNELS)
    assert used == fresh
    assert (hash(used), str(used), repr(used)) == (hash(fresh), str(fresh), repr(fresh))
    assert used.__getstate__() == {
        field.name: getattr(fresh, field.name) for field in fields(fresh)
    }


def test_plain_words_are_planned_once(monkeypatch):
    made = []
    keep = cache_recent(
        lambda *words, **named: (
            made.append((words, named)) or make_pooling.plan_pooling(*words, **named)
        )
    )
    monkeypatch.setattr(pooling_calls, "_plan", keep)
    for _ in range(3):
        pool(IMAGES, (2, 2), padding=((0, 1), (1, 0)), p=1.5)
    assert len(made) == 1
    for words in ([[0, 1], [1, 0]], [(0, 1), (1, 0)], ((0, np.int64(1)), (np.uint8(1), 0))):
        pool(IMAGES, [2, np.int32(2)], padding=words, p=1.5)
    assert len(made) == 1
    for _ in range(3):
        pool(IMAGES, np.array([2, 2]))
    assert len(made) == 4
    keep.cache_clear()
    pool(IMAGES, (2, 2), padding=((0, 1), (1, 0)), p=1.5)
    assert len(made) == 5


def test_errors_name_the_lists_that_came_in():
    for _ in range(2):
        with pytest.raises(ValueError, match=re.escape("[2, 3, 4]")):
            pool(IMAGES, [2, 3, 4])


def test_kept_plans_are_bounded():
    made = []
    keep = cache_recent(lambda shape: made.append(shape))
    for size in range(1000):
        keep((size,))
    keep((999,))
    assert len(made) == 1000
    keep((0,))
    assert len(made) == 1001


# ---- any layout of the memory ----

LAYOUTS = {
    "as it is": lambda x: x,
    "read-only": lambda x: np.frombuffer(x.tobytes(), x.dtype).reshape(x.shape),
    "not aligned": lambda x: np.frombuffer(b"." + x.tobytes(), x.dtype, offset=1).reshape(x.shape),
    "backwards": lambda x: x[:, ::-1, ::-1].copy()[:, ::-1, ::-1],
    "with gaps": lambda x: np.repeat(x, 2, axis=2)[:, :, ::2],
    "Fortran": np.asfortranarray,
    "other byte order": lambda x: x.astype(x.dtype.newbyteorder()),
    "broadcast": lambda x: np.broadcast_to(x[:, :1], x.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble", "complex128", "uint8"])
def test_small_calls_in_any_layout(layout, padding, channels, dtype):
    images = LAYOUTS[layout](IMAGES[..., :channels].astype(dtype))
    kernels = KERNELS[:, :, :channels]
    pixels = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0))) if padding == "same" else images
    oh, ow = pixels.shape[1] - 2, pixels.shape[2] - 2
    taps = [
        np.tensordot(pixels[:, u : u + oh, v : v + ow].astype(complex), kernels[u, v], 1)
        for u in range(3)
        for v in range(3)
    ]
    np.testing.assert_allclose(convolve(images, kernels, padding), sum(taps), rtol=1e-12)


def test_steps_that_are_never_taken_may_be_huge():
    """The stride where there is one window, the dilation where there is one tap, the strides of
    axes of length 1.
    """
    ones, kernels = np.ones((1, 5, 1)), np.ones((3, 1, 1))
    assert convolve(ones, kernels, "valid", stride=2**70).tolist() == [[[3.0]]]
    assert convolve(ones, kernels[:1], "valid", dilation=2**70).tolist() == [[[1.0]] * 5]
    odd = np.lib.stride_tricks.as_strided(np.ones(5), (1, 5, 1, 1), (2**61, 8, 2**61, -(2**61)))
    assert convolve(odd, kernels[..., None], "valid", stride=(1, 2**20)).tolist() == [[[[3.0]]] * 3]


# ---- figures ----


@pytest.mark.full
def test_microseconds_are_printed():
    """Print what small calls take; nothing is asserted about the time."""
    for dtype in ("float32", "float64"):
        images, kernels = numbers((1, 28, 28, 1), dtype), numbers((3, 3, 1, 1), dtype)
        for padding in ("same", "valid"):
            plan = plan_convolution(
                images.shape, kernels.shape, padding, images_dtype=dtype, kernels_dtype=dtype
            )
            calls = {
                "convolve": partial(convolve, images, kernels, padding),
                "plan.run": partial(plan.run, images, kernels),
                "pool": partial(pool, images, 2),
                "course": partial(
                    course.convolve_grayscale, images[..., 0], kernels[..., 0, 0], padding
                ),
            }
            for name, call in calls.items():
                taken = min(timeit.repeat(call, number=200, repeat=7)) / 200
                print(f"{dtype} {padding:<5} {name:<8} {taken * 1e6:6.1f} us")
                assert taken > 0
