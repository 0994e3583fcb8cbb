"""Few windows of large images: only the pixels that they reach are gathered, for every engine,
mode and padding.
"""

import tracemalloc
from itertools import product

import numpy as np
import pytest

import convpool
from convpool import plan_convolution, plan_pooling, reference
from convpool.plans import reached_pixels
from convpool.pooling import _plan as recent_plan
from support.arrays import numbers
from support.compiled import needs_kernels

COMPILED = pytest.param("compiled", marks=needs_kernels)
PAD_MODES = ["zeros", "constant", "reflect", "symmetric", "edge", "wrap"]


@pytest.fixture
def always(monkeypatch):
    """Gather wherever a pixel would be left out, also in small images."""
    monkeypatch.setattr(reached_pixels, "GATHER_RATIO", 1)
    recent_plan.cache_clear()
    yield
    recent_plan.cache_clear()


# every size, window, stride, dilation and padding on one axis; windows apart, taps apart, both with
# a common step
SMALL_WORLD = [
    (size, window, stride, dilation, pair)
    for size, window, stride, dilation, pair in product(
        (1, 2, 5, 9),
        (1, 2, 3, 4),
        (1, 2, 3, 4, 7, 13),
        (1, 2, 3, 5, 12),
        ((0, 0), (1, 0), (0, 4), (11, 3), (30, 30)),
    )
    if sum(pair) + size >= dilation * (window - 1) + 1
]


def some(count):
    return [SMALL_WORLD[k] for k in np.random.default_rng(3).permutation(len(SMALL_WORLD))[:count]]


def test_the_small_world_leaves_pixels_out(always):
    left = [
        plan_convolution((1, n, 1), (t, 1, 1), [pair], s, dilation=d).reached_pixels.axes
        for n, t, s, d, pair in SMALL_WORLD
    ]
    assert sum(axes[0].size < case[0] for axes, case in zip(left, SMALL_WORLD, strict=True)) > 300
    assert any(axes[0].size == 0 for axes in left)  # all windows on padding


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize(
    ("engine", "count"),
    [("numpy", 300), ("fft", 60), pytest.param("compiled", 60, marks=needs_kernels)],
)
def test_convolutions(always, engine, count, pad_mode):
    for size, window, stride, dilation, pair in some(count):
        images, kernels = numbers((2, size, 2)), numbers((window, 2, 3), seed=1)
        words = {
            "dilation": dilation,
            "pad_mode": pad_mode,
            "fill": 5 if pad_mode == "constant" else 0,
        }
        plan = plan_convolution(images.shape, kernels.shape, [pair], stride, engine=engine, **words)
        expected = reference.convolve(images, kernels, [pair], stride, **words)
        np.testing.assert_allclose(plan.run(images, kernels), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("mode", ["max", "min", "avg", "sum", "lp"])
@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize(
    ("engine", "count"), [("numpy", 200), pytest.param("compiled", 40, marks=needs_kernels)]
)
def test_poolings(always, engine, count, ceil, mode):
    if engine == "compiled" and mode == "lp":
        pytest.skip("not compiled")
    for size, window, stride, dilation, pair in some(count):
        images = numbers((2, size, 2))
        for count_padding in {False, mode == "avg"}:
            words = {
                "padding": [pair],
                "dilation": dilation,
                "ceil": ceil,
                "count_padding": count_padding,
            }
            plan = plan_pooling(images.shape, (window,), stride, mode, engine=engine, **words)
            expected = reference.pool(images, (window,), stride, mode, **words)
            np.testing.assert_allclose(plan.run(images), expected, rtol=1e-12)


@pytest.mark.parametrize("ceil", [False, True])
def test_indices(ceil, monkeypatch):
    for size, window, stride, dilation, pair in some(200):
        images = numbers((2, size, 5, 2))
        words = {"padding": [pair, (0, 0)], "dilation": (dilation, 1), "ceil": ceil}
        found = []
        for few in (1, 10**9):  # gathered, and not
            monkeypatch.setattr(reached_pixels, "GATHER_RATIO", few)
            recent_plan.cache_clear()
            found.append(convpool.max_pool_indices(images, (window, 2), (stride, 3), **words))
        recent_plan.cache_clear()
        np.testing.assert_array_equal(found[0][0], found[1][0])
        np.testing.assert_array_equal(found[0][1], found[1][1])


@pytest.mark.parametrize("engine", ["numpy", COMPILED])
def test_more_axes_groups_and_channels_first(always, engine):
    images, kernels = numbers((2, 4, 31, 40)), numbers((3, 2, 2, 6), seed=1)
    for pad_mode in PAD_MODES:
        words = {
            "stride": (7, 1),
            "dilation": (1, 30),
            "groups": 2,
            "channel_axis": 1,
            "pad_mode": pad_mode,
        }
        made = convpool.convolve(images, kernels, "same_size", engine=engine, **words)
        np.testing.assert_array_equal(
            made, reference.convolve(images, kernels, "same_size", **words)
        )
    images, kernels = numbers((1, 9, 30, 20, 1)), numbers((2, 1, 3, 1, 1), seed=1)
    made = convpool.convolve(images, kernels, ((1, 2), (0, 40), (3, 3)), (3, 29, 9))
    np.testing.assert_array_equal(
        made, reference.convolve(images, kernels, ((1, 2), (0, 40), (3, 3)), (3, 29, 9))
    )


IMAGE = (1, 2000, 2000, 1)
CALLS = {
    **{
        pad_mode: lambda x, e, mode=pad_mode: convpool.convolve(
            x, KERNELS, stride=500, pad_mode=mode, engine=e
        )
        for pad_mode in PAD_MODES
    },
    "dilation": lambda x, e: convpool.convolve(x, KERNELS, "valid", dilation=997, engine=e),
    "both": lambda x, e: convpool.convolve(x, KERNELS, stride=500, dilation=250, engine=e),
    "filter_image": lambda x, e: convpool.filter_image(
        x[0, :, :, 0], KERNELS[..., 0, 0], stride=500, engine=e
    ),
    "max": lambda x, e: convpool.pool(x, 3, 500, engine=e),
    "avg": lambda x, e: convpool.pool(x, 3, 500, "avg", padding="same", engine=e),
    "indices": lambda x, e: convpool.max_pool_indices(x, 3, 500),
    "a view": lambda x, e: convpool.pool(x[:, ::2, 1:], 3, 300, "avg", engine=e),
    "channels first": lambda x, e: convpool.pool(
        x.reshape(1, 1, 2000, 2000), 3, 500, channel_axis=1, engine=e
    ),
    "tiles": lambda x, e: convpool.convolve(x, KERNELS, stride=500, engine=e, max_memory="100MB"),
}
KERNELS = np.ones((3, 3, 1, 1), np.int8)


@pytest.mark.parametrize(
    "dtype", ["uint8", "int64"]
)  # of which sums are bounded by the dtype, and by the pixels
@pytest.mark.parametrize("engine", ["numpy", COMPILED])
@pytest.mark.parametrize("name", CALLS)
def test_only_what_windows_reach_is_copied(name, engine, dtype):
    images = np.ones(IMAGE, dtype)
    CALLS[name](images, engine)
    tracemalloc.start()
    CALLS[name](images, engine)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**6


def test_a_plan_says_so():
    plan = plan_convolution(
        (1, 46341, 46341, 1), (3, 3, 1, 1), stride=5000, images_dtype="u1", kernels_dtype="i1"
    )
    assert plan.seconds < 1e-3
    assert plan.scratch < 5 * 10**6
    near = plan_convolution(
        (1, 46341, 46341, 1), (3, 3, 1, 1), images_dtype="u1", kernels_dtype="i1"
    )
    assert near.reached_pixels.axes == near.axes
    images = np.zeros((1, 30, 30, 1))
    assert plan_convolution(images.shape, (3, 3, 1, 1)).reached_pixels.gather(images) is images


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("engine", ["numpy", COMPILED])
def test_padding_of_billions_between_few_windows(engine, pad_mode):
    images, kernels = np.arange(5.0).reshape(1, 5, 1), np.ones((1, 1, 1))
    made = convpool.convolve(
        images, kernels, padding=2**31 - 1, stride=2**30, pad_mode=pad_mode, engine=engine
    )
    places = np.arange(5) * 2**30 - 2**31 + 1
    expected = {
        "zeros": [0, 0, 1, 0, 0],
        "constant": [0, 0, 1, 0, 0],
        "edge": [0, 0, 1, 4, 4],
        "wrap": places % 5,
        "reflect": np.minimum(places % 8, 8 - places % 8),
        "symmetric": np.minimum(places % 10, 9 - places % 10),
    }[pad_mode]
    assert made[0, :, 0].tolist() == list(expected)
    assert convpool.pool(images, (1,), 2**30, padding=2**31 - 1, engine=engine)[0, 2, 0] == 1
