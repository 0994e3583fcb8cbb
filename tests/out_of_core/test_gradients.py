"""Gradients in tiles and of dask arrays: those of the whole, integers bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convpool
from convpool import convolve_gradients, plan_convolution, pool_gradient
from convpool.engines.pool_modes import POOL_MODES
from convpool.out_of_core import gradients as gradients_in_tiles
from convpool.out_of_core import tile_sizes
from support.arrays import numbers
from support.geometries import convolutions, poolings

seeds = st.integers(0, 2**32 - 1)


class Slices:
    """An array that can only be read in slices, and says how much was read at a time."""

    def __init__(self, array):
        self.array, self.shape, self.dtype, self.ndim = array, array.shape, array.dtype, array.ndim
        self.most = 0

    def __getitem__(self, index):
        piece = self.array[index]
        self.most = max(self.most, piece.size)
        return piece.copy()


@pytest.fixture
def small_tiles(monkeypatch):
    """Make tiles of one to three numbers on each axis, whatever the memory."""
    random = np.random.default_rng(0)

    def sizes(plan, limit, images=None, *, is_in_place=True):
        *counts, channels = plan.batch, *plan.output_sizes, plan.output_channels
        few = [min(count, int(random.integers(1, 4))) for count in counts]
        return [*few, int(random.integers(1, channels + 1))]

    monkeypatch.setattr(gradients_in_tiles, "tile_sizes", sizes)


def check(actual, expected):
    for one, whole in zip(actual, expected, strict=True):
        assert (one.dtype, one.shape) == (whole.dtype, whole.shape)
        np.testing.assert_array_equal(one, whole)


@settings(max_examples=20)
@given(convolutions(), st.sampled_from([-1, 1]), seeds)
def test_tiles_of_a_convolution_are_the_whole(small_tiles, call, channel_axis, seed):
    x, w, g = (
        numbers(shape, "int16", seed + k)
        for k, shape in enumerate((call.images, call.kernels, call.output))
    )
    x, g = np.moveaxis(x, -1, channel_axis), np.moveaxis(g, -1, channel_axis)
    words = call.words | {"channel_axis": channel_axis, "kernel_layout": "HWIO"}
    whole = convolve_gradients(x, w, g, **words)
    check(convolve_gradients(Slices(x), w, Slices(g), max_memory=10**6, **words), whole)
    words["fill"] = words.get("fill", 0) / 2
    floats = convolve_gradients(x * 0.5, w * 0.5, g * 0.5, max_memory=10**6, **words)
    check(floats, [one / 4 if k < 2 else one / 2 for k, one in enumerate(whole)])


@settings(max_examples=20)
@given(poolings(POOL_MODES), st.booleans(), seeds)
def test_tiles_of_a_pooling_are_the_whole(small_tiles, call, has_missing, seed):
    x, g = numbers(call.images, "float64", seed, most=2), numbers(call.output, "float64", seed + 1)
    words = dict(call.words)
    if has_missing:
        words["missing"] = np.random.default_rng(seed).random(x.shape) < 0.3
    whole = pool_gradient(x, g, **words)
    actual = pool_gradient(Slices(x), Slices(g), max_memory=10**6, **words)
    np.testing.assert_allclose(actual, whole, rtol=1e-12, atol=1e-12)


def test_missing_pixels_of_a_convolution_in_tiles(small_tiles):
    x, w, g = numbers((2, 6, 7, 2)), np.abs(numbers((3, 3, 2, 3))) + 1, numbers((2, 6, 7, 3))
    words = {"missing": numbers(x.shape, seed=3) > 1, "pad_mode": "reflect"}
    whole = convolve_gradients(x, w, g, **words)
    for one, expected in zip(
        convolve_gradients(x, w, g, max_memory=10**6, **words), whole, strict=True
    ):
        np.testing.assert_allclose(one, expected, rtol=1e-9, atol=1e-9)


def test_little_is_read_at_a_time_and_out_is_written_to():
    x, g = numbers((4, 200, 200, 3), "float32"), numbers((4, 200, 200, 4), "float32")
    w = numbers((3, 3, 3, 4), "float32")
    images, gradient = Slices(x), Slices(g)
    limit = 6 * 10**6
    out = convpool.Gradients(np.full(x.shape, 7, np.float32), None, np.zeros(4, np.float32))
    actual = convolve_gradients(images, w, gradient, max_memory=limit, out=out)
    assert actual.images is out.images
    assert actual.bias is out.bias
    assert 4 * images.most < limit
    assert images.most < x.size / 4
    for one, whole in zip(actual, convolve_gradients(x, w, g), strict=True):
        np.testing.assert_allclose(one, whole, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
@pytest.mark.parametrize("channel_axis", [-1, 1])
def test_gradients_of_images_are_written_to_files(small_tiles, suffix, channel_axis, tmp_path):
    if suffix == ".zarr":
        pytest.importorskip("zarr")
    x, w, g = numbers((3, 9, 8, 2), "int32"), numbers((3, 3, 2, 4), "int8"), None
    g = numbers((3, 5, 4, 4), "int32", 1)
    words = {"stride": 2, "channel_axis": channel_axis, "kernel_layout": "HWIO"}
    x, g = np.moveaxis(x, -1, channel_axis), np.moveaxis(g, -1, channel_axis)
    whole = convolve_gradients(x, w, g, **words)
    name, of_bias = tmp_path / f"images{suffix}", np.full(4, 7)
    found = convolve_gradients(x, w, g, out=(name, None, of_bias), **words)
    assert found.bias is of_bias
    check([found.images[...], *found[1:]], whole)
    pooled = {"kernel_shape": 3, "stride": 2, "padding": 1, "channel_axis": channel_axis}
    g = numbers(convpool.pool(x, **pooled).shape, "int32")
    whole = pool_gradient(x, g, **pooled)
    found = pool_gradient(x, g, out=str(tmp_path / f"pooled{suffix}"), **pooled)
    np.testing.assert_array_equal(found[...], whole)
    with pytest.raises(FileExistsError, match="exists and stays as it is"):
        pool_gradient(x, g, out=str(name), **pooled)


def test_a_file_of_gradients_that_fail_is_removed(small_tiles, tmp_path):
    x, w, g = np.ones((4, 1, 1), int), np.ones((1, 1, 1), int), np.full((4, 1, 1), 2**62)
    with pytest.raises(OverflowError):
        convolve_gradients(x, w, g, out=(tmp_path / "images.npy", None, None))
    assert list(tmp_path.iterdir()) == []


def test_layouts_and_wants_in_tiles():
    x, w, g = numbers((2, 3, 9, 9), "int32"), numbers((6, 3, 3, 3), "int8"), None
    words = {"channel_axis": 1, "kernel_layout": "OIHW", "flip": True}
    g = numbers(convpool.convolve(x, w, **words).shape, "int32")
    whole = convolve_gradients(x, w, g, **words)
    check(convolve_gradients(x, w, g, max_memory="4MB", **words), whole)
    some = convolve_gradients(x, w, g, want=["kernels"], max_memory="4MB", **words)
    assert (some.images, some.bias) == (None, None)
    np.testing.assert_array_equal(some.kernels, whole.kernels)


def test_sums_of_tiles_that_do_not_fit(monkeypatch):
    monkeypatch.setattr(gradients_in_tiles, "tile_sizes", lambda *words, **more: [1, 1, 1])
    x, w, g = np.ones((4, 1, 1), int), np.ones((1, 1, 1), int), np.full((4, 1, 1), 2**62)
    with pytest.raises(OverflowError, match="a sum of tiles is more than int64 holds"):
        convolve_gradients(x, w, g, want=["bias"], max_memory=10**6)
    unsigned = np.uint64
    with pytest.raises(OverflowError, match="a sum of tiles is more than uint64 holds"):
        convolve_gradients(x, w, g * 1, want=["bias"], max_memory=10**6, dtype=unsigned)


def test_misuse_of_tiles():
    x, w = np.ones((2, 5, 5, 1)), np.ones((3, 3, 1, 1))
    with pytest.raises(ValueError, match="out shares memory with images"):
        convolve_gradients(x, w, x.copy(), max_memory="4MB", out=(x, None, None))
    with pytest.raises(TypeError, match="out has a str for kernels"):
        convolve_gradients(x, w, x, max_memory="4MB", out=(None, "a.npy", None))
    with pytest.raises(ValueError, match="takes"):
        convolve_gradients(x, w, x, max_memory=1)
    with pytest.raises(ValueError, match="max_memory is 0; it must be a whole number of 1 or more"):
        convolve_gradients(x, w, x, max_memory=0)
    assert tile_sizes.read_memory("4MB") == 4 * 10**6


# ---- dask ----


@pytest.mark.parametrize("channel_axis", [-1, 1, 0])
@pytest.mark.parametrize("missing", [None, "mask"])
def test_gradients_of_a_dask_batch_are_lazy(channel_axis, missing):
    da = pytest.importorskip("dask.array")
    x, w, g = numbers((5, 6, 7, 2)), np.abs(numbers((3, 3, 2, 3))) + 1, numbers((5, 3, 4, 3))
    words = {"stride": 2, "channel_axis": channel_axis, "kernel_layout": "HWIO"}
    x, g = np.moveaxis(x, -1, channel_axis), np.moveaxis(g, -1, channel_axis)
    if missing:
        words["missing"] = x > 1
    whole = convolve_gradients(x, w, g, **words)
    batch = 1 if channel_axis == 0 else 0
    lazy_x = da.from_array(x, chunks={batch: 2, 2: 3, (1 if batch == 0 else 0): 1})
    for gradient in (g, da.from_array(g, chunks=4)):
        lazy = convolve_gradients(lazy_x, w, gradient, **words)
        assert lazy.images.chunks[batch] == (2, 2, 1)
        for one, expected in zip(lazy, whole, strict=True):
            assert isinstance(one, da.Array)
            assert (one.shape, one.dtype) == (expected.shape, expected.dtype)
            np.testing.assert_allclose(one.compute(), expected, rtol=1e-12)
    only = convolve_gradients(lazy_x, w, g, want=["images"], **words)
    assert (only.kernels, only.bias) == (None, None)


def test_the_gradient_of_a_dask_pooling_is_lazy():
    da = pytest.importorskip("dask.array")
    x, g = numbers((5, 6, 7, 2), "int16"), numbers((5, 3, 3, 2), "int16")
    whole = pool_gradient(x, g, 2)
    lazy = pool_gradient(da.from_array(x, chunks=2), da.from_array(g, chunks=3), 2)
    assert isinstance(lazy, da.Array)
    assert lazy.dtype == whole.dtype
    np.testing.assert_array_equal(lazy.compute(), whole)
    with pytest.raises(ValueError, match="do not go with a dask array"):
        pool_gradient(da.from_array(x), g, 2, max_memory="4MB")
    with pytest.raises(TypeError, match="dask array"):
        pool_gradient(x, da.from_array(g), 2)


def test_parts_of_a_plan_of_gradients():
    plan = plan_convolution((2, 9, 9, 4), (3, 3, 2, 6), groups=2).gradients()
    part = plan.part((slice(0, 1), slice(2, 5), slice(0, 9), slice(3, 6)))
    assert part.plan.output_shape == (1, 3, 9, 3)
    assert part.plan.shapes.kernels == (3, 3, 2, 3)
