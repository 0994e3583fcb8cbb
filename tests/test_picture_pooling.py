"""Pooling of one picture: as SciPy's filters, and as the pooling of a batch of one."""

import numpy as np
import pytest
from scipy import ndimage

from convpool import pool, pool_image
from support.arrays import numbers

BORDERS = {"symmetric": "reflect", "edge": "nearest", "wrap": "wrap", "reflect": "mirror"}


@pytest.mark.parametrize("pad_mode", BORDERS)
def test_filters_of_scipy(pad_mode):
    image, words = numbers((11, 13)), {"padding": "same", "pad_mode": pad_mode}
    for mode, theirs in (
        ("median", ndimage.median_filter),
        ("max", ndimage.maximum_filter),
        ("min", ndimage.minimum_filter),
    ):
        np.testing.assert_array_equal(
            pool_image(image, (3, 5), 1, mode, **words),
            theirs(image, (3, 5), mode=BORDERS[pad_mode]),
        )


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_colours_are_pooled_one_by_one(axis):
    image = np.moveaxis(numbers((9, 8, 3)), 2, axis)
    result = pool_image(image, 2, mode="avg", ceil=True, channel_axis=axis)
    for k in range(3):
        alone = pool_image(image.take(k, axis), 2, mode="avg", ceil=True)
        np.testing.assert_array_equal(result.take(k, axis), alone)


def test_missing_pixels_and_the_array_out():
    image, missing, out = numbers((6, 6)), np.zeros((6, 6), bool), np.zeros((3, 3))
    missing[0, 0] = True
    assert pool_image(image, 2, mode="sum", missing=missing, out=out) is out
    expected = np.where(missing, 0, image).reshape(3, 2, 3, 2).sum((1, 3))
    np.testing.assert_allclose(out, expected, rtol=1e-12)
    with pytest.raises(ValueError, match=r"out is \(2, 3\)"):
        pool_image(image, 2, out=np.zeros((2, 3)))


def test_in_tiles_into_a_file(tmp_path):
    image = numbers((40, 50))
    result = pool_image(image, 3, 2, "avg", max_memory="20kB", out=tmp_path / "pooled.npy")
    assert result.shape == (19, 24)
    np.testing.assert_allclose(result, pool(image[None, ..., None], 3, 2, "avg")[0, ..., 0])


def test_lazy_arrays():
    dask_array = pytest.importorskip("dask.array")
    image = numbers((12, 10, 3))
    lazy = pool_image(dask_array.from_array(image, chunks=(5, 4, 2)), 2, mode="max")
    assert isinstance(lazy, dask_array.Array)
    np.testing.assert_array_equal(lazy.compute(), pool_image(image, 2))


def test_what_is_no_picture():
    with pytest.raises(ValueError, match="can be read in more than one way"):
        pool_image(numbers((3, 8, 9)), 2)
    with pytest.raises(ValueError, match=r"must be \(h, w\) or \(h, w, c\)"):
        pool_image(numbers((1, 8, 9, 3)), 2)
