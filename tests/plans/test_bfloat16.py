"""bfloat16 of ml_dtypes: sums of float32, rounded once, in the dtype that came in."""

from __future__ import annotations

import numpy as np
import pytest

import convpool
from convpool import filters
from support.arrays import numbers

ml_dtypes = pytest.importorskip("ml_dtypes")
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
IMAGES = numbers((2, 6, 7, 3), "float32").astype(BFLOAT16)
KERNELS = (numbers((3, 2, 3, 4), "float32", 1) / 3).astype(BFLOAT16)


def wide(array):
    return array.astype(np.float32)


CALLS = {
    "convolve": lambda images, kernels: convpool.convolve(images, kernels, stride=2),
    "transposed": lambda images, kernels: convpool.convolve_transpose(
        images, kernels.swapaxes(-1, -2)
    ),
    "one image": lambda images, kernels: convpool.filter_image(images[0], kernels[..., 0, 0]),
    "separable": lambda images, kernels: convpool.filter_image(
        images[0], (kernels[:, 0, 0, 0], kernels[0, :, 0, 0])
    ),
    "a named kernel": lambda images, kernels: convpool.filter_image(images[0], filters.gaussian(1)),
    "max": lambda images, kernels: convpool.pool(images, 2),
    "avg": lambda images, kernels: convpool.pool(images, 3, mode="avg"),
    "median": lambda images, kernels: convpool.pool(images, 3, mode="median", padding=1),
    "global": lambda images, kernels: convpool.global_pool(images, "avg"),
    "adaptive": lambda images, kernels: convpool.adaptive_pool(images, (3, None), "sum"),
    "fold": lambda images, kernels: convpool.fold(images[..., None], (6,)),
    "missing": lambda images, kernels: convpool.pool(images, 2, mode="sum", missing=images > 1),
    "tiles": lambda images, kernels: convpool.convolve(images, kernels, max_memory="1MB"),
    "a bias": lambda images, kernels: convpool.convolve(images, kernels, bias=kernels[0, 0, 0]),
}


@pytest.mark.parametrize("name", CALLS)
def test_sums_of_float32_rounded_once(name):
    images = IMAGES[:, :, 0] if name == "fold" else IMAGES
    result = CALLS[name](images, KERNELS)
    expected = CALLS[name](wide(images), wide(KERNELS))
    assert result.dtype == BFLOAT16
    np.testing.assert_array_equal(wide(result), wide(expected.astype(BFLOAT16)))


def test_other_dtypes_widen_it_as_numpy_has_it():
    assert convpool.convolve(IMAGES, wide(KERNELS)).dtype == np.float32
    assert convpool.convolve(IMAGES, KERNELS.astype(np.float64)).dtype == np.float64
    assert convpool.convolve(IMAGES, np.ones((3, 3, 3, 1), np.int8)).dtype == BFLOAT16
    assert convpool.convolve(IMAGES, np.ones((3, 3, 3, 1), np.int64)).dtype == np.float64
    assert convpool.convolve(IMAGES, KERNELS, dtype=np.float64).dtype == np.float64
    narrow = convpool.convolve(IMAGES, KERNELS, dtype=np.float32)
    assert narrow.dtype == np.float32
    np.testing.assert_array_equal(narrow, convpool.convolve(wide(IMAGES), wide(KERNELS)))
    assert convpool.convolve(wide(IMAGES), wide(KERNELS), dtype=BFLOAT16).dtype == BFLOAT16
    assert convpool.pool(wide(IMAGES), 2, mode="avg", dtype=BFLOAT16).dtype == BFLOAT16
    rounded = convpool.filter_image(IMAGES[0], KERNELS[..., 0, 0], round_to="uint8")
    assert rounded.dtype == np.uint8


def test_indices_come_with_their_values():
    values, indices = convpool.max_pool_indices(IMAGES, 2)
    expected_values, expected = convpool.max_pool_indices(wide(IMAGES), 2)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(wide(values), expected_values)
    assert values.dtype == convpool.max_unpool(values, indices, (6, 7)).dtype == BFLOAT16


def test_out_is_written_and_files_are_refused(tmp_path):
    out = np.empty((2, 3, 3, 3), BFLOAT16)
    assert convpool.pool(IMAGES, 2, out=out) is out
    np.testing.assert_array_equal(wide(out), convpool.pool(wide(IMAGES), 2))
    for wrong in (wide(out), str(tmp_path / "result.npy")):
        with pytest.raises(TypeError, match="results are bfloat16, and go to arrays of that dtype"):
            convpool.pool(IMAGES, 2, out=wrong)
    with pytest.raises(ValueError, match=r"out is \(2, 3, 3, 1\)"):
        convpool.pool(IMAGES, 2, out=out[..., :1])


def test_dask_arrays_stay_lazy():
    da = pytest.importorskip("dask.array")
    lazy = convpool.convolve(da.from_array(IMAGES, 3), KERNELS)
    assert lazy.dtype == BFLOAT16
    result = lazy.compute(scheduler="synchronous")
    np.testing.assert_array_equal(wide(result), wide(convpool.convolve(IMAGES, KERNELS)))


def test_other_errors_stay_the_same():
    with pytest.raises(TypeError, match="takes no 'ksize'; here that is kernel_shape"):
        convpool.pool(IMAGES, ksize=2)
    with pytest.raises(TypeError, match="mode"):
        convpool.global_pool(IMAGES)
    with pytest.raises(ValueError, match="more than one way"):
        convpool.pool(IMAGES[0], 2)
    with pytest.raises(TypeError, match="images hold bfloat16"):
        convpool.window_view(IMAGES, 2)
