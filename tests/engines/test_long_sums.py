"""Sums of float32 over large windows: their error grows with the sides of a window, not with its
taps.
"""

import numpy as np
import pytest

import convpool
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import (
    few_kernels,
    geometry,
    many_kernels_schedule,
    panels,
)
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.reference import convolve as exact
from convpool.windows import Axis
from support.compiled import LANES, forget, needs_kernels

COMPILED = pytest.param(
    "compiled",
    marks=needs_kernels,
)
DIRECT = ["numpy", COMPILED]
UNIT = 2.0**-24  # the rounding error of float32
TIMES = 4  # sums of sums of sums, of both signs: a few units for each side
VALUES = [1000001.0, 0.1, 0.7]
# name: shape of the images, window, kernels, groups
WINDOWS = {
    "a mean of 63 x 63": ((1, 66, 70, 1), (63, 63), 1, 1),
    "many kernels": ((1, 66, 66, 1), (63, 63), 32, 1),
    "many kernels of many channels": ((1, 34, 34, 20), (31, 31), 32, 1),
    "few kernels of many channels": ((1, 64, 64, 16), (63, 63), 1, 1),
    "255 x 255 x 16": ((1, 256, 256, 16), (255, 255), 1, 1),
    "many kernels of 127 x 127 x 5": ((1, 128, 128, 5), (127, 127), 20, 1),
    "channel by channel": ((2, 40, 40, 5), (33, 33), 5, 5),
    "in groups": ((2, 40, 40, 6), (33, 33), 4, 2),
    "a row": ((3, 5, 3000, 1), (1, 2999), 1, 1),
    "a column": ((3, 3000, 2, 1), (2999, 1), 2, 1),
    "a signal": ((2, 3000, 3), (2500,), 1, 1),
}


def bound(window, depth, images, kernels):
    """Return how far sums of positive numbers may lie from the exact ones."""
    magnitude = (
        float(images.max())
        * np.abs(kernels.astype(float)).sum(tuple(range(kernels.ndim - 1))).max()
    )
    return TIMES * (sum(window) + depth) * UNIT * magnitude


def operands(name, value):
    """Return constant images, where errors add up most, and kernels that take their mean."""
    shape, window, nc, groups = WINDOWS[name]
    depth = shape[-1] // groups
    kernels = np.full((*window, depth, nc), 1 / (np.prod(window) * depth), np.float32)
    return np.full(shape, value, np.float32), kernels, groups


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("engine", [*DIRECT, "fft"])
def test_the_error_grows_with_the_sides_of_a_window(engine, name, value):
    images, kernels, groups = operands(name, value)
    expected = float(images.flat[0]) * kernels[..., 0].astype(float).sum()
    made = convpool.convolve(images, kernels, "valid", engine=engine, groups=groups)
    assert made.dtype == np.float32
    assert np.abs(made.astype(float) - expected).max() <= bound(
        kernels.shape[:-2], kernels.shape[-2], images, kernels
    )


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_numpy_adds_its_blocks_of_taps_without_loss(dtype, monkeypatch):
    monkeypatch.setattr(numpy_convolution, "BLOCK", 2**6)  # a few taps at a time
    images, kernels = np.full((1, 65, 65, 1), 0.1, dtype), np.full((63, 63, 1, 1), 1 / 63**2, dtype)
    made = convpool.convolve(images, kernels, "valid", engine="numpy")
    expected = complex(images.flat[0]) * complex(kernels.flat[0]) * 63**2
    assert made.dtype == dtype
    assert np.abs(made - expected).max() <= 63 * UNIT * 0.1


@pytest.mark.parametrize("engine", DIRECT)
def test_tiles_and_chunks_sum_as_the_whole(engine):
    array = pytest.importorskip("dask.array")
    random = np.random.default_rng(0)
    images = random.random((2, 90, 80, 1), np.float32)
    kernels = random.random((33, 33, 1, 1), np.float32)
    whole = convpool.convolve(images, kernels, engine=engine)
    tiled = convpool.convolve(images, kernels, engine=engine, max_memory="10MB")
    chunked = convpool.convolve(
        array.from_array(images, (1, 50, 40, 1)), kernels, engine=engine
    ).compute()
    expected = convpool.convolve(images.astype(float), kernels.astype(float), engine="numpy")
    for made in (whole, tiled, chunked):
        assert np.abs(made - expected).max() <= bound((33, 33), 1, images, kernels)
    if engine == "compiled":
        np.testing.assert_array_equal(tiled, whole)
        np.testing.assert_array_equal(chunked, whole)


@pytest.mark.parametrize("stride", [1, 3])
def test_windows_given_back_add_up_without_loss(stride):
    values, kernels = (
        np.full((1, 130, 130, 1), 0.1, np.float32),
        np.full((63, 63, 1, 1), 0.7, np.float32),
    )
    made = convpool.convolve_transpose(values, kernels, stride=stride)
    expected = convpool.convolve_transpose(
        values.astype(float), kernels.astype(float), stride=stride
    )
    assert made.dtype == np.float32
    assert (np.abs(made - expected) <= TIMES * 126 * UNIT * np.abs(expected)).all()


def test_folded_windows_add_up_without_loss():
    windows = np.full((1, 70, 70, 1, 63, 63), 0.1, np.float32)
    made = convpool.fold(windows, (132, 132))
    expected = convpool.fold(windows.astype(float), (132, 132))
    assert made.dtype == np.float32
    assert (np.abs(made - expected) <= TIMES * 126 * UNIT * expected).all()


# ---- every path of the compiled kernels, with sums so short that small windows have many ----


@pytest.fixture(params=[(2**30, "float32"), (0, "float64")], ids=lambda param: param[1])
def short_sums(request, monkeypatch):
    """Let windows of any size be summed in short parts, added in float32 or in float64."""
    monkeypatch.setattr(compiled_convolution, "LONG", 0)
    monkeypatch.setattr(compiled_convolution, "SHORTEST", 1)
    monkeypatch.setattr(compiled_convolution, "CHAIN", 5)
    monkeypatch.setattr(compiled_convolution, "FAR", request.param[0])
    monkeypatch.setattr(panels, "WEIGHTS", 900)
    forget()
    yield
    forget()


n = LANES
# shape of the images, window, kernels, words
PATHS = {
    "a plane": ((3, 9, 40, 1), (4, 5), 1, {}),
    "a plane in slabs": ((3, 19, 40, 1), (13, 3), 1, {}),
    "small images": ((67, 7, 12, 1), (2, 9), 1, {"padding": "full"}),
    "strides": ((2, 15, 41, 2), (5, 4), 2, {"stride": (2, 3)}),
    "dilation": ((2, 15, 41, 2), (3, 4), 2, {"dilation": (2, 3)}),
    "strides and dilation": ((2, 15, 41, 1), (3, 4), 1, {"dilation": 2, "stride": 2}),
    "edges": ((2, 7, 11, 3), (5, 5), 3, {"pad_mode": "reflect"}),
    "lanes": ((3, 9, 12, 5), (4, 5), 5, {"groups": 5}),
    "lanes with strides": ((3, 9, 12, 2 * n), (3, 3), 2 * n, {"groups": 2 * n, "stride": 2}),
    "tiles of few channels": ((3, 9, 12, 3), (4, 5), 2 * n, {}),
    "tiles of many channels": ((3, 9, 12, 19), (3, 3), n, {}),
    "tiles of dilated windows": ((3, 9, 12, 3), (3, 3), n, {"dilation": 2}),
    "tiles beyond the pixels": ((1, 2, 3, 17), (2, 2), n, {"padding": 4}),
    "tiles in groups": ((2, 5, 6, 8), (3, 3), 2 * n, {"groups": 2}),
    "channels": ((3, 9, 12, 2 * n + 3), (3, 3), 2, {}),
    "channels of rows of taps": ((3, 9, 12, n), (4, 5), 1, {"padding": "valid"}),
    "tiles, channels in pieces": ((2, 6, 7, 37), (3, 3), 2 * n + 3, {}),
    "tiles that are filled": ((2, 6, 7, 5), (3, 3), n, {"pad_mode": "constant", "fill": 2.5}),
}


@pytest.mark.usefixtures("short_sums")
@needs_kernels
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("name", PATHS)
def test_parts_of_sums_are_each_added_once(name, shared, monkeypatch):
    if not shared:  # weights are packed panel by panel
        monkeypatch.setattr(many_kernels_schedule, "SHARED", 0)
    shape, window, nc, words = PATHS[name]
    random = np.random.default_rng(0)
    images = random.integers(-4, 5, shape).astype(np.float32) / 2
    kernels = (
        random.integers(-4, 5, (*window, shape[-1] // words.get("groups", 1), nc)).astype(
            np.float32
        )
        / 2
    )
    bias = np.arange(nc, dtype=np.float32)
    found = []
    make_geometry = geometry.ConvolutionGeometry
    monkeypatch.setattr(
        geometry,
        "ConvolutionGeometry",
        lambda **values: found.append(values["terms"]) or make_geometry(**values),
    )
    made = convpool.convolve(images, kernels, bias=bias, engine="compiled", **words)
    assert found
    assert max(found) < kernels[..., 0].size
    expected = exact(images.astype(float), kernels.astype(float), bias=bias.astype(float), **words)
    np.testing.assert_array_equal(made, expected)  # halves of small numbers: every bit counts


@pytest.mark.usefixtures("short_sums")
@needs_kernels
def test_no_image_is_added_to_in_two_blocks(monkeypatch):
    """The last images of one block may be those of another, which another thread takes."""
    found = []
    schedule_of = few_kernels.schedule_of
    monkeypatch.setattr(
        few_kernels, "schedule_of", lambda *words: found.append(schedule_of(*words)) or found[-1]
    )
    convpool.convolve(
        np.ones((67, 7, 12, 1), np.float32), np.ones((2, 9, 1, 1), np.float32), engine="compiled"
    )
    assert [some.block[0] for some in found] == [1]


@pytest.mark.parametrize("engine", DIRECT)
def test_integers_stay_exact(engine):
    random = np.random.default_rng(0)
    images, kernels = (
        random.integers(0, 256, (1, 40, 40, 3), np.uint8),
        random.integers(-128, 128, (31, 31, 3, 1), np.int8),
    )
    expected = exact(images.astype(int), kernels.astype(int), "valid")
    np.testing.assert_array_equal(
        convpool.convolve(images, kernels, "valid", engine=engine), expected
    )


@needs_kernels
def test_tiles_count_what_is_added_in_float64():
    plans = [
        convpool.plan_convolution(
            (1, 4000, 4000, 1),
            (side, side, 1, 1),
            engine="compiled",
            images_dtype="f4",
            kernels_dtype="f4",
        )
        for side in (256, 257)
    ]
    axes = [(Axis(999 + side, side),) * 2 for side in (256, 257)]  # of 1000 windows each
    held = [
        plan.engines["compiled"].tile_memory(plan.work_of((1, 1000, 1000, 1), pair, 1))
        for plan, pair in zip(plans, axes, strict=True)
    ]
    assert held[1] - held[0] - 3 * 4 * (257**2 - 256**2) == 10**6 * 4
