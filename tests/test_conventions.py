"""What the documentation says about other libraries' conventions, checked against those
libraries.
"""

import numpy as np
import pytest
from scipy import ndimage, signal

from convpool import convolve, filter_image
from support.arrays import numbers
from support.compiled import needs_kernels

SIZES = [1, 2, 3, 4, 5, 6]


def same(image, kernel, padding="same", **words):
    return convolve(image[None, ..., None], kernel[..., None, None], padding, **words)[0, ..., 0]


@pytest.mark.parametrize("kh", SIZES)
@pytest.mark.parametrize("kw", SIZES)
def test_same_is_that_of_correlate2d(kh, kw):
    image, kernel = numbers((9, 8), "int64"), numbers((kh, kw), "int64", seed=1)
    np.testing.assert_array_equal(same(image, kernel), signal.correlate2d(image, kernel, "same"))


@pytest.mark.parametrize("kh", SIZES)
@pytest.mark.parametrize("kw", SIZES)
def test_same_lower_is_that_of_ndimage_and_of_convolve2d(kh, kw):
    image, kernel = numbers((9, 8), "int64"), numbers((kh, kw), "int64", seed=1)
    lower = same(image, kernel, "same_lower")
    np.testing.assert_array_equal(lower, ndimage.correlate(image, kernel, mode="constant"))
    flipped = same(image, kernel, "same_lower", flip=True)
    np.testing.assert_array_equal(flipped, signal.convolve2d(image, kernel, "same"))
    reflected = filter_image(image, kernel, "same_lower", pad_mode="symmetric")
    np.testing.assert_array_equal(reflected, ndimage.correlate(image, kernel, mode="reflect"))
    if kh % 2 == 0 and kw % 2 == 0:  # one pixel off, to the lower right
        np.testing.assert_array_equal(lower[1:, 1:], same(image, kernel)[:-1, :-1])
        assert (lower != same(image, kernel)).any()


@pytest.mark.parametrize("kh", SIZES)
@pytest.mark.parametrize("kw", SIZES)
def test_same_lower_is_that_of_opencv(kh, kw):
    cv2 = pytest.importorskip("cv2")
    image, kernel = (
        numbers((9, 8), "int64").astype(float),
        numbers((kh, kw), "int64", seed=1).astype(float),
    )
    made = cv2.filter2D(image, cv2.CV_64F, kernel, borderType=cv2.BORDER_CONSTANT)
    np.testing.assert_allclose(same(image, kernel, "same_lower"), made)
    np.testing.assert_allclose(
        filter_image(image, kernel, "same_lower"), cv2.filter2D(image, cv2.CV_64F, kernel)
    )


def test_kernels_are_not_conjugated():
    signal_, kernel = (
        numbers((9,), "int64") + 1j * numbers((9,), "int64", seed=1),
        numbers((3,), "int64", seed=2) + 1j * numbers((3,), "int64", seed=3),
    )
    made = convolve(signal_[None, :, None], kernel[:, None, None], "valid")[0, :, 0]
    np.testing.assert_allclose(made, np.correlate(signal_, kernel.conj(), "valid"))
    assert not np.allclose(made, np.correlate(signal_, kernel, "valid"))
    np.testing.assert_allclose(made, np.convolve(signal_, kernel[::-1], "valid"))


@pytest.mark.parametrize("engine", ["numpy", pytest.param("compiled", marks=needs_kernels)])
def test_a_batch_and_its_pictures_agree_whichever_engines_they_take(engine):
    images = np.random.default_rng(0).normal(size=(200, 12, 12, 2)).astype(np.float32)
    kernels = np.random.default_rng(1).normal(size=(3, 3, 2, 4)).astype(np.float32)
    batch = convolve(images, kernels)
    single = np.concatenate([convolve(image[None], kernels, engine=engine) for image in images])
    sums = convolve(abs(images), abs(kernels))  # the bound is of the sum of magnitudes
    assert (abs(batch - single) <= 32 * np.finfo(np.float32).eps * sums).all()
