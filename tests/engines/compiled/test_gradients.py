"""The compiled gradients: every form, tail and block, beside fences, whatever the threads.

The judge is NumPy's engine, which tests of its own compare with the slow twin. Values are small
integers, so that sums are exact and every bit counts.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import convpool
from convpool.engines import threads
from convpool.engines.compiled import (
    kernels_gradient,
    kernels_gradient_schedule,
    library,
    pooling_gradient,
)
from convpool.engines.numpy import kernels_gradient as numpy_kernels_gradient
from convpool.engines.numpy import pooling_gradient as numpy_pooling_gradient
from convpool.windows import Axis
from support import children
from support.compiled import REFUSAL
from support.sampling import IS_FULL

if REFUSAL is not None:
    pytest.skip(f"there are no compiled kernels here: {REFUSAL}", allow_module_level=True)

CALLS = 2000 if IS_FULL else 100
# dtype of the sums -> dtypes of images whose numbers they hold
OF_KERNELS = {"f4": ("f4", "i1", "u2", "?"), "f8": ("f8", "f4", "i4"), "i8": ("i8", "u1", "u4")}
OF_POOLS = {"f4": ("f4", "i1", "u2"), "f8": ("f8", "f4", "i4", "?"), "i8": ("i8", "u1", "i4")}
MODES = ("max", "min", "avg", "sum")


def random_axes(random, most=24, ranks=(1, 2)):
    """Return as many axes as one of `ranks`, whose windows may lie beside the pixels."""
    axes, square = [], int(random.integers(0, 5))  # 0: axes have windows of their own
    for _ in range(random.choice(ranks)):
        window, stride, dilation = (int(random.integers(1, top)) for top in (5, 5, 3))
        window = square or window
        before, after = (int(random.integers(0, 4)) for _ in range(2))
        least = max(1, (window - 1) * dilation + 1 - before - after)
        size = int(random.integers(least, most))
        axes.append(Axis(size, window, stride, dilation, before, after))
    return axes


def scattered(array, random):
    """Return an array as it is, or with another order of its axes in memory."""
    if random.random() < 0.7:
        return array
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, -1, 1)), 1, -1)


def integers(random, shape, dtype):
    return random.integers(-3, 4, shape).astype(dtype)


def random_convolution(seed):
    """Return (images, g, axes, words, shape of the kernels) of a random gradient of kernels."""
    random = np.random.default_rng(seed)
    rank = seed % 4 or 2
    axes = random_axes(random, [24, 24, 9][rank - 1], (rank,))
    groups = int(random.integers(1, 4))
    depth = int(random.choice((1, 2, 6, 7, 13)))
    of_group = int(random.choice((1, 3, 8, 16, 17, 40, 64)))
    if seed % 5 == 0:  # each channel has a kernel of its own
        depth, of_group, groups = 1, 1, int(random.choice((2, 8, 9, 16, 35)))
    m, dtype = int(random.integers(1, 30)), str(random.choice([*OF_KERNELS]))
    images = integers(
        random,
        (m, *(axis.size for axis in axes), groups * depth),
        str(random.choice(OF_KERNELS[dtype])),
    )
    gradient = integers(random, (m, *(axis.count for axis in axes), groups * of_group), dtype)
    pad_mode = str(random.choice(["zeros", "zeros", "constant", "wrap"]))
    words = {"groups": groups, "pad_mode": pad_mode, "fill": 2 * (pad_mode == "constant")}
    shape = (*(axis.window for axis in axes), depth, groups * of_group)
    arrays = scattered(images, random), scattered(gradient, random)
    return *arrays, axes, words | {"dtype": np.dtype(dtype)}, shape


def of_kernels(engine, images, gradient, axes, words, shape):
    out = np.full(shape, 7, words["dtype"])
    engine.kernels_gradient(images, gradient, axes, out, **words)
    return out


def random_pooling(seed):
    """Return (images, g, axes, words) of a random gradient of pooling."""
    random = np.random.default_rng(seed)
    axes, mode = random_axes(random), MODES[seed % len(MODES)]
    kinds = [kind for kind in OF_POOLS if mode != "avg" or kind != "i8"]
    dtype = str(random.choice(kinds))
    c, m = int(random.choice([1, 2, 3, 6, 8, 9, 20])), int(random.integers(1, 6))
    shape = (m, *(axis.size for axis in axes), c)
    images = integers(random, shape, str(random.choice(OF_POOLS[dtype])))
    if images.dtype.kind == "f" and random.random() < 0.3:
        images[random.random(shape) < 0.2] = np.nan
        images[random.random(shape) < 0.1] = -np.inf
    gradient = integers(random, (m, *(axis.count for axis in axes), c), dtype)
    words = {"mode": mode, "count_padding": bool(random.integers(2)), "dtype": np.dtype(dtype)}
    return scattered(images, random), scattered(gradient, random), axes, words


def of_pixels(engine, images, gradient, axes, words):
    out = np.full(images.shape, 7, words["dtype"])
    with np.errstate(invalid="ignore"):
        engine.pool_gradient(images, gradient, axes, out, **words)
    return out


def agree(actual, expected, mode):
    """Averages are rounded; all else is exact."""
    if mode == "avg":
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)
    else:
        np.testing.assert_array_equal(actual, expected)


def test_gradients_of_kernels_are_those_of_numpy():
    for seed in range(CALLS):
        call = random_convolution(seed)
        actual, expected = (
            of_kernels(engine, *call) for engine in (kernels_gradient, numpy_kernels_gradient)
        )
        np.testing.assert_array_equal(actual, expected, err_msg=f"seed {seed}")


def test_gradients_of_pools_are_those_of_numpy():
    for seed in range(2 * CALLS):
        *arrays, axes, words = random_pooling(seed)
        actual, expected = (
            of_pixels(engine, *arrays, axes, words)
            for engine in (pooling_gradient, numpy_pooling_gradient)
        )
        agree(actual, expected, words["mode"])


@pytest.mark.parametrize("limits", ["", "WINDOWS", "FEW MOST", "STAGED", "FEW MOST STAGED WINDOWS"])
def test_blocks_and_copies_of_kernels_change_nothing(limits, monkeypatch):
    calls = [random_convolution(seed) for seed in range(20)]
    expected = [of_kernels(numpy_kernels_gradient, *call) for call in calls]
    for limit in limits.split():
        module = kernels_gradient if limit == "STAGED" else kernels_gradient_schedule
        monkeypatch.setattr(module, limit, 40)
    monkeypatch.setattr(kernels_gradient_schedule, "UNSHARED", 0)
    kernels_gradient_schedule.schedule_of.cache_clear()
    for call, one in zip(calls, expected, strict=True):
        np.testing.assert_array_equal(of_kernels(kernels_gradient, *call), one)
    kernels_gradient_schedule.schedule_of.cache_clear()


def test_threads_change_no_bit(monkeypatch):
    """Of floats that are rounded: parts depend on sizes alone."""
    random = np.random.default_rng(0)
    cases = []
    for images, kernels in [
        ((40, 20, 20, 1), (3, 3, 1, 6)),  # parts
        ((5, 9, 11, 64), (3, 3, 64, 160)),  # panels
        ((3, 16, 16, 40), (3, 3, 40, 64)),  # panels of a few parts
    ]:
        axes = [Axis(size, 3, 1, 1, 1, 1) for size in images[1:3]]
        arrays = [
            random.standard_normal(shape, np.float32)
            for shape in (images, (*images[:3], kernels[3]))
        ]
        cases.append((*arrays, axes, {"dtype": np.dtype("f4")}, kernels))
    x, g = (random.standard_normal(shape, np.float32) for shape in ((3, 90, 80, 9), (3, 45, 40, 9)))
    axes = [Axis(size, 3, 2, 1, 0, 1) for size in x.shape[1:3]]
    results = []
    monkeypatch.setattr(pooling_gradient, "UNSHARED", 0)
    for number in (1, 2, 5):
        monkeypatch.setattr(threads, "_chosen", number)
        results.append([of_kernels(kernels_gradient, *case) for case in cases])
        for mode in ("max", "avg"):
            words = {"mode": mode, "dtype": np.dtype("f4")}
            results[-1].append(of_pixels(pooling_gradient, x, g, axes, words))
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


def call_of_integers(seed):
    """Return a random call of gradients of integers: whole in NumPy, tiles or threads elsewhere."""
    random = np.random.default_rng(seed)
    limits = {"max_memory": 10**7} if seed % 3 == 0 else {}
    if seed % 2:
        images, g, axes, words, shape = random_convolution(seed)
        kernels, words = integers(random, shape, "i4"), words | {"flip": bool(random.integers(2))}
        call, arrays = convpool.convolve_gradients, (images, kernels, g)
    else:
        images, g, axes, words = random_pooling(seed)
        words["mode"] = ("max", "min", "sum")[seed // 2 % 3]
        window = tuple(axis.window for axis in axes)
        call, arrays = convpool.pool_gradient, (images, g)
        words = words | {"kernel_shape": window}
    del words["dtype"]
    for name in ("stride", "dilation"):
        words[name] = tuple(getattr(axis, name) for axis in axes)
    words["padding"] = tuple((axis.before, axis.after) for axis in axes)
    arrays = [np.nan_to_num(array, neginf=-9).astype("i4") for array in arrays]
    return call, arrays, words | {"kernel_layout": "HWIO"} if seed % 2 else words, limits


@pytest.mark.parametrize("calls", [60, pytest.param(20_000, marks=pytest.mark.full)])
def test_random_calls_of_many_threads_and_tiles(calls, monkeypatch):
    monkeypatch.setattr(kernels_gradient_schedule, "UNSHARED", 0)
    monkeypatch.setattr(pooling_gradient, "UNSHARED", 0)
    monkeypatch.setattr(pooling_gradient, "BAND", 50)
    monkeypatch.setattr(threads, "_chosen", 2)
    wrong = []

    def run(caller):
        for seed in range(caller, calls, 4):
            call, arrays, words, limits = call_of_integers(seed)
            whole = call(*arrays, engine="numpy", **words)
            other = call(*arrays, engine="compiled", **words, **limits)
            pairs = zip(whole, other, strict=True) if seed % 2 else [(whole, other)]
            if not all(one.dtype == "i8" and np.array_equal(one, two) for one, two in pairs):
                wrong.append(seed)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert not wrong


@pytest.mark.parametrize("mode", ["max", "sum"])
def test_windows_that_lie_beside_all_rows_give_nothing(mode):
    words = {"stride": 4, "padding": ((1, 3), (1, 2)), "engine": "compiled"}
    images, g = np.ones((3, 3, 19, 2)), np.ones((3, 2, 6, 2))
    assert not convpool.pool_gradient(images, g, 1, mode=mode, **words).any()
    gradients = convpool.convolve_gradients(images, np.ones((1, 1, 2, 2)), g, **words)
    assert not any(one.any() for one in gradients[:2])


def test_long_sums_of_float32_are_precise():
    """A chain of all of them would be off by a hundredth."""
    images, g = np.full((300, 40, 40, 1), 1.1, np.float32), np.ones((300, 40, 40, 1), np.float32)
    axes = [Axis(40, 1), Axis(40, 1)]
    total = of_kernels(kernels_gradient, images, g, axes, {"dtype": "f4"}, (1, 1, 1, 1))
    np.testing.assert_allclose(total, g.size * np.float64(np.float32(1.1)), rtol=1e-5)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("lp", "f4", 2, "f4"), "mode is 'lp'"),
        (("max", "f8", 2, "f4"), "images are float64, whose order would be lost in float32"),
        (("max", "i8", 2, "f8"), "images are int64, whose order"),
        (("avg", "f4", 3, "f4"), "there are 3 spatial axes"),
        (("sum", "f4", 2, "c8"), "gradients are added in complex64"),
    ],
)
def test_refusals(words, told):
    mode, images, rank, sums = words
    axes = [Axis(9, 3)] * rank
    assert told in pooling_gradient.refusal(mode, np.dtype(images), axes, np.dtype(sums))


def test_sums_of_many_windows_are_refused():
    axes = [Axis(40, 17)] * 2
    told = pooling_gradient.refusal("sum", np.dtype("f4"), axes, np.dtype("f4"))
    assert "more than 256 windows may overlap" in told


FENCED = """
import sys
sys.path.insert(0, {folder!r})
import numpy as np
from convpool.engines.compiled import launch
from convpool.engines.compiled.gradient_forms import gradient_forms
from support import fences
import test_gradients as tests

used = set()
found = tests.library.function
tests.library.function = lambda form: used.add(form) or found(form)
for side in fences.SIDES:
    launch.empty_aligned = lambda numbers, dtype: fences.array((numbers,), dtype, side)
    for seed in range({calls}):
        images, g, axes, words, shape = tests.random_convolution(seed)
        expected = tests.of_kernels(tests.numpy_kernels_gradient, images, g, axes, words, shape)
        out = fences.array(shape, words["dtype"], side)
        arrays = [fences.copy(array, side) for array in (images, g)]
        tests.kernels_gradient.kernels_gradient(*arrays, axes, out, **words)
        np.testing.assert_array_equal(out, expected)
        images, g, axes, words = tests.random_pooling(seed)
        expected = tests.of_pixels(tests.numpy_pooling_gradient, images, g, axes, words)
        out = fences.array(images.shape, words["dtype"], side)
        arrays = [fences.copy(array, side) for array in (images, g)]
        with np.errstate(invalid="ignore"):
            tests.pooling_gradient.pool_gradient(*arrays, axes, out, **words)
        tests.agree(out, expected, words["mode"])
        fences.clear()
table = set(gradient_forms(tests.library.isa()))
assert table <= used, table - used
print("done")
"""
ISAS = [
    isa.name if isa == library.choice().isa else pytest.param(isa.name, marks=pytest.mark.full)
    for isa in library.isas_of_processor()
]


@pytest.mark.skipif(sys.platform != "linux", reason="fences need mprotect")
@pytest.mark.parametrize("isa", ISAS)
def test_every_form_is_called_beside_fences(isa):
    code = FENCED.format(folder=str(Path(__file__).parent), calls=2 * CALLS)
    assert children.output(code, CONVPOOL_ISA=isa) == "done\n"
