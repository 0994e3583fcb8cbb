"""Masks and units are never dropped in silence; other kinds of arrays come back as plain ones."""

from functools import partial

import numpy as np
import pytest

import convpool
from convpool.plans import arrays

IMAGES = np.arange(2 * 6 * 7 * 3.0).reshape(2, 6, 7, 3)
KERNELS = np.arange(3 * 3 * 3 * 4.0).reshape(3, 3, 3, 4)
BIAS = np.arange(4.0)
WINDOWS = convpool.window_view(IMAGES, (3, 3))


class Metres(np.ndarray):
    """As a Quantity of astropy: a subclass of ndarray."""

    unit = "m"
    value = property(lambda self: self.view(np.ndarray))


class Units(np.ndarray):
    """As an array of unyt."""

    units = "m"
    value = property(lambda self: self.view(np.ndarray))


class Wrapped:
    """As a Quantity of pint: not an array, but NumPy takes it for one."""

    units = "metre"

    def __init__(self, magnitude):
        self.magnitude = magnitude

    shape = property(lambda self: self.magnitude.shape)
    dtype = property(lambda self: self.magnitude.dtype)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.magnitude, dtype)


class Other(np.ndarray):
    """A subclass that means nothing else."""


def read_later(numbers):
    """Return something that gives a masked array when NumPy asks for its numbers, as variables
    of netCDF4 do.
    """

    class Variable:
        shape, dtype, ndim = numbers.shape, numbers.dtype, numbers.ndim

        def __array__(self, dtype=None, copy=None):
            return np.ma.masked_array(numbers)

        def __getitem__(self, block):
            return np.ma.masked_array(numbers[block])

    return Variable()


KINDS = {  # what makes it of plain numbers, and what the error advises
    "masked": (lambda a: np.ma.masked_array(a, a > 3), ".filled(value)"),
    "masked nowhere": (np.ma.masked_array, ".filled(value)"),
    "read later": (read_later, "[:].filled(value)"),
    "astropy": (lambda a: a.view(Metres), ".value"),
    "unyt": (lambda a: a.view(Units), ".value"),
    "pint": (Wrapped, ".magnitude"),
}
CALLS = {  # the argument -> a call with it
    "images": lambda a: convpool.convolve(a, KERNELS),
    "kernels": lambda a: convpool.convolve(IMAGES, a),
    "bias": lambda a: convpool.convolve(IMAGES, KERNELS, bias=a),
    "image": lambda a: convpool.filter_image(a, KERNELS[..., 0, 0]),
    "kernel": lambda a: convpool.filter_image(IMAGES[0], a),
    "windows": lambda a: convpool.fold(a, (6, 7)),
    "images of the transposed": lambda a: convpool.convolve_transpose(a, KERNELS.swapaxes(2, 3)),
    "kernels of the transposed": lambda a: convpool.convolve_transpose(IMAGES, a),
    "images of window_view": lambda a: convpool.window_view(a, (3, 3)),
    "images of pool": lambda a: convpool.pool(a, (2, 2)),
    "images of a plan": lambda a: convpool.plan_convolution(IMAGES.shape, KERNELS.shape).run(
        a, KERNELS
    ),
    "kernels of a plan": lambda a: convpool.plan_convolution(IMAGES.shape, KERNELS.shape).run(
        IMAGES, a
    ),
    "images in tiles": lambda a: convpool.convolve(a, KERNELS, max_memory="1MB"),
    "kernels in tiles": lambda a: convpool.convolve(IMAGES, a, max_memory="1MB"),
    "bias in tiles": lambda a: convpool.convolve(IMAGES, KERNELS, bias=a, max_memory="1MB"),
    "image in tiles": lambda a: convpool.filter_image(a, KERNELS[..., 0, 0], max_memory="1MB"),
    "images of pool in tiles": lambda a: convpool.pool(a, (2, 2), max_memory="1MB"),
}
PLAIN = {
    "kernels": KERNELS,
    "bias": BIAS,
    "image": IMAGES[0],
    "kernel": KERNELS[..., 0, 0],
    "windows": WINDOWS,
}
SWAPPED = {"kernels of the transposed": KERNELS.swapaxes(2, 3)}


def plain(name):
    return SWAPPED.get(name, PLAIN.get(name.split()[0], IMAGES))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CALLS)
def test_masks_and_units_raise_and_the_advice_works(name, kind):
    make, advice = KINDS[kind]
    numbers = plain(name)
    given = make(numbers)
    with pytest.raises(TypeError) as caught:
        CALLS[name](given)
    word = name.split()[0]
    assert f"pass {word}{advice}" in str(caught.value)
    value = 0.5  # noqa: F841  the advice has it
    followed = eval(f"given{advice}")
    CALLS[name](followed)


@pytest.mark.parametrize("words", [{}, {"max_memory": "1MB"}])
@pytest.mark.parametrize(
    ("make", "advice"), [(np.ma.masked_array, "data"), (lambda a: a.view(Metres), "value")]
)
def test_out_with_a_mask_or_a_unit(make, advice, words):
    out = make(np.zeros((2, 6, 7, 4)))
    for call in (
        partial(convpool.convolve, IMAGES, KERNELS),
        partial(convpool.pool, IMAGES.repeat(2, 3)[..., :4], 1),
    ):
        with pytest.raises(TypeError, match=rf"pass out\.{advice}") as caught:
            call(out=out, **words)
        assert not hasattr(caught.value, "__notes__")  # raised before the first tile
        assert (np.asarray(out) == 0).all()
        result = call(out=getattr(out, advice), **words)
        np.testing.assert_array_equal(np.asarray(out), call())
        assert np.shares_memory(result, np.asarray(out))
        out[...] = 0


@pytest.mark.parametrize("words", [{}, {"max_memory": "1MB"}])
def test_out_of_another_kind_is_the_callers(words):
    out = np.zeros((2, 6, 7, 4)).view(Other)
    assert convpool.convolve(IMAGES, KERNELS, out=out, **words) is out
    np.testing.assert_array_equal(out, convpool.convolve(IMAGES, KERNELS))


def test_lists_and_their_parts():
    masked = [np.ma.masked_array(image, image > 3) for image in IMAGES]
    with pytest.raises(TypeError, match=r"pass images\[0\]\.filled\(value\)"):
        convpool.convolve(masked, KERNELS)
    with pytest.raises(TypeError, match=r"pass images\[1\]\.value"):
        convpool.convolve((IMAGES[0], IMAGES[1].view(Metres)), KERNELS)
    with pytest.raises(TypeError, match=r"pass bias\[3\]\.filled"):
        convpool.convolve(IMAGES, KERNELS, bias=[1, 2.0, np.float32(3), np.ma.masked])
    np.testing.assert_array_equal(
        convpool.convolve(list(IMAGES), KERNELS), convpool.convolve(IMAGES, KERNELS)
    )


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("make", [lambda a: a.view(Other), lambda a: np.asmatrix(a.reshape(6, 7))])
def test_other_kinds_of_arrays_come_back_plain(make):
    image = make(IMAGES[0, :, :, 0])
    result = convpool.filter_image(image, np.ones((3, 3)))
    assert type(result) is np.ndarray
    assert type(arrays.read_array(image, "image")) is np.ndarray
    np.testing.assert_array_equal(
        result, convpool.filter_image(IMAGES[0, :, :, 0], np.ones((3, 3)))
    )


def test_the_mask_is_named_where_it_is_taken():
    with pytest.raises(TypeError, match=r"take images\.data with missing=images\.mask$"):
        convpool.convolve(np.ma.masked_array(IMAGES), KERNELS)
    with pytest.raises(TypeError) as caught:
        convpool.convolve(IMAGES, np.ma.masked_array(KERNELS))
    assert "missing" not in str(caught.value)
