"""Channels anywhere, and axes that can be read in more than one way: nothing is guessed from
their number.
"""

import re
import warnings
from itertools import product

import numpy as np
import pytest

import convpool
from convpool import filter_image, fold, window_view
from support.arrays import numbers

SIZES = {1: (9,), 2: (7, 8), 3: (4, 5, 6)}


# ---- windows ----


@pytest.mark.parametrize("negative", [False, True])
@pytest.mark.parametrize(
    ("rank", "axis"), [(rank, axis) for rank in SIZES for axis in range(rank + 2)]
)
def test_windows_of_images_with_channels_anywhere(rank, axis, negative):
    last = numbers((2, *SIZES[rank], 3), "int64")
    images = np.moveaxis(last, -1, axis)
    given = axis - rank - 2 if negative else axis
    words = {"stride": 2, "dilation": 1, "channel_axis": given}
    windows = window_view(images, (2,) * rank, **words)
    expected = window_view(last, (2,) * rank, stride=2)
    np.testing.assert_array_equal(windows, np.moveaxis(expected, rank + 1, axis))
    assert not windows.flags.writeable
    assert np.shares_memory(windows, last)
    summed = fold(windows, SIZES[rank], **words)
    np.testing.assert_array_equal(
        summed, np.moveaxis(fold(expected, SIZES[rank], stride=2), -1, axis)
    )
    assert summed.shape == images.shape
    # the adjoint
    others = numbers(windows.shape, "int64", seed=1)
    assert np.vdot(windows, others) == np.vdot(images, fold(others, SIZES[rank], **words))


def test_windows_by_hand():
    images = np.arange(6).reshape(1, 2, 3)  # channels first
    windows = window_view(images, (2,), channel_axis=1)
    assert windows.tolist() == [[[[0, 1], [1, 2]], [[3, 4], [4, 5]]]]
    assert fold(windows, 3, channel_axis=1).tolist() == [[[0, 2, 2], [3, 8, 5]]]


@pytest.mark.parametrize("axis", [4, -5])
def test_axes_that_are_not_there(axis):
    images = np.ones((1, 4, 5, 2))
    with pytest.raises(
        ValueError, match=rf"channel_axis is {axis}, but images \(1, 4, 5, 2\) have axes 0 to 3"
    ):
        window_view(images, 2, channel_axis=axis)
    with pytest.raises(
        ValueError, match=rf"channel_axis is {axis}, but windows of images .* have axes 0 to 3"
    ):
        fold(window_view(images, 2), (4, 5), channel_axis=axis)


@pytest.mark.parametrize(
    ("shape", "padding", "fits"),
    [
        (5, "valid", True),
        (5, 1, True),
        (5, "same", True),
        (8, "full", True),
        (5, ((2, 0),), True),
        (5, 9, False),
    ],
)
def test_fold_says_which_shape_has_as_many_windows(shape, padding, fits):
    windows = np.ones((1, 4, 2, 3))
    words = {"stride": 2, "padding": padding}
    with pytest.raises(
        ValueError, match=r"windows are \(1, 4, 2, 3\) with \(4,\) windows"
    ) as caught:
        fold(windows, shape, **words)
    advice = re.search(r"; shape=(.*) has as many$", str(caught.value))
    assert bool(advice) == fits
    if advice:
        made = fold(windows, eval(advice[1]), **words)
        assert made.shape == (1, *eval(advice[1]), 2)


# ---- pictures ----

PICTURE = numbers((9, 8, 3), "int64")
KERNEL = numbers((3, 2), "int64", seed=1)
EXPECTED = np.stack([filter_image(PICTURE[..., k], KERNEL) for k in range(3)], axis=-1)


class Sliced:
    """Something that is read in slices."""

    def __init__(self, array):
        self.array, self.shape, self.dtype = array, array.shape, array.dtype

    def __getitem__(self, block):
        return self.array[block]


WAYS = {
    "in memory": filter_image,
    "out": lambda image, kernel, **words: into(image, kernel, words),
    "tiles": lambda image, kernel, **words: filter_image(image, kernel, max_memory=20_000, **words),
    "tiles into out": lambda image, kernel, **words: into(
        image, kernel, words | {"max_memory": 20_000}
    ),
    "slices": lambda image, kernel, **words: filter_image(
        Sliced(image), kernel, max_memory=20_000, **words
    ),
    "dask": lambda image, kernel, **words: lazy(image, kernel, words),
}


def into(image, kernel, words):
    out = np.empty(image.shape, np.int64)
    assert filter_image(image, kernel, out=out, **words) is out
    return out


def lazy(image, kernel, words):
    da = pytest.importorskip("dask.array")
    made = filter_image(da.from_array(image, chunks=2), kernel, **words)
    assert isinstance(made, da.Array)
    return made.compute()


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("way", WAYS)
def test_pictures_with_channels_anywhere(way, axis):
    image = np.moveaxis(PICTURE, -1, axis)
    np.testing.assert_array_equal(
        WAYS[way](image, KERNEL, channel_axis=axis), np.moveaxis(EXPECTED, -1, axis)
    )


@pytest.mark.parametrize("way", WAYS)
def test_channels_that_are_not_named(way):
    np.testing.assert_array_equal(WAYS[way](PICTURE, KERNEL), EXPECTED)
    for channels in (0, 1, 4):
        image = PICTURE.repeat(2, axis=2)[..., :channels]
        np.testing.assert_array_equal(
            WAYS[way](image, KERNEL), EXPECTED.repeat(2, axis=2)[..., :channels]
        )
    np.testing.assert_array_equal(WAYS[way](PICTURE[..., 0], KERNEL), EXPECTED[..., 0])


def test_rounded_pictures_with_channels_first():
    image = np.moveaxis(PICTURE, -1, 0)
    for words in ({}, {"max_memory": 20_000}):
        made = filter_image(image, KERNEL, channel_axis=0, round_to="uint8", **words)
        np.testing.assert_array_equal(made, np.moveaxis(np.clip(EXPECTED, 0, 255), -1, 0))
        assert made.dtype == np.uint8


@pytest.mark.parametrize("way", WAYS)
def test_pictures_of_many_channels_are_said_to_be_so(way):
    with pytest.raises(ValueError, match="channel_axis=-1 for one picture of 5 channels"):
        WAYS[way](numbers((9, 8, 5), "int64"), KERNEL)
    image = numbers((5, 9, 8), "int64")
    with pytest.raises(
        ValueError, match=r"image \(5, 9, 8\) can be read in more than one way"
    ) as caught:
        WAYS[way](image, KERNEL)
    assert "channel_axis=-1 for one picture of 8 channels" in str(caught.value)
    assert "channel_axis=0 for 5 channels, or grey pictures, of 9 x 8" in str(caught.value)
    grey = np.stack([filter_image(one, KERNEL) for one in image])
    np.testing.assert_array_equal(WAYS[way](image, KERNEL, channel_axis=0), grey)
    colours = np.stack([filter_image(image[..., k], KERNEL) for k in range(8)], axis=-1)
    np.testing.assert_array_equal(WAYS[way](image, KERNEL, channel_axis=-1), colours)


F = np.ones
PICTURES = [  # image, kernel, words -> what is advised
    ((8, 9), (3, 3), {"channel_axis": -1}, "leave channel_axis out"),
    ((8, 9, 3), (3, 3), {"channel_axis": 3}, "have axes 0 to 2"),
    ((9,), (3, 3), {}, "pass image[None] and a kernel (1, kw)"),
    ((2, 8, 9, 3), (3, 3), {}, "filter_image(image[0], kernel)"),
    ((8, 9, 3), (3, 3, 1, 1), {}, "pass kernel[..., 0, 0]"),
    ((8, 9, 3), (3,), {}, "pass kernel[None] for a row, or kernel[:, None] for a column"),
    ((8, 9, 3), (3, 3, 3, 2), {}, "convolve(image[None], kernels, pad_mode='reflect')[0]"),
]
FOLLOWED = {
    "leave channel_axis out": lambda image, kernel: filter_image(image, kernel),
    "pass image[None] and a kernel (1, kw)": lambda image, kernel: filter_image(
        image[None], kernel[:1]
    ),
    "filter_image(image[0], kernel)": lambda image, kernel: filter_image(image[0], kernel),
    "pass kernel[..., 0, 0]": lambda image, kernel: filter_image(image, kernel[..., 0, 0]),
    "pass kernel[None] for a row, or kernel[:, None] for a column": lambda image, kernel: (
        filter_image(image, kernel[None]),
        filter_image(image, kernel[:, None]),
    ),
    "convolve(image[None], kernels, pad_mode='reflect')[0]": lambda image, kernel: (
        convpool.convolve(image[None], kernel, pad_mode="reflect")[0]
    ),
}


@pytest.mark.parametrize(("image", "kernel", "words", "advice"), PICTURES, ids=range(len(PICTURES)))
def test_advice_for_pictures_can_be_followed(image, kernel, words, advice):
    with pytest.raises(ValueError, match=re.escape(advice)):
        filter_image(F(image), F(kernel), **words)
    if advice in FOLLOWED:
        FOLLOWED[advice](F(image), F(kernel))


# ---- one number for the window, and three axes ----


@pytest.mark.parametrize(("axis", "given"), list(product([0, 1, 2], [0, -3])))
def test_windows_of_three_axes_name_their_rank(axis, given):
    channel_axis = axis + given
    images = np.ones((4, 5, 6))
    with pytest.raises(
        ValueError, match=r"images \(4, 5, 6\) with shape=2 can be read in more than one way"
    ) as caught:
        window_view(images, 2, channel_axis=channel_axis)
    text = str(caught.value)
    signals = window_view(images, (2,), channel_axis=channel_axis)
    assert "or shape=(2,) for a batch of signals" in text
    assert signals.ndim == 4
    pictures, also = re.search(
        r"pass (images\[None\])(?: and channel_axis=(-?\d))? for one picture", text
    ).groups()
    words = {"channel_axis": int(also or channel_axis)}
    whole = window_view(eval(pictures), 2, **words)
    assert whole.ndim == 6
    assert whole.shape[0] == 1  # the batch
    # of counts from the front, 1 fits pictures with the channels first that lack the batch
    assert (
        whole.shape[:4][words["channel_axis"]]
        == {0: 4, 1: 4, 2: 6, -3: 4, -2: 5, -1: 6}[channel_axis]
    )
    if grey := re.search(r"(images\[\S+( None)?\]) for a batch of grey", text):
        assert window_view(eval(grey[1]), 2, **words).shape[0] == 4


def test_a_tuple_fixes_the_rank():
    assert window_view(np.ones((4, 5, 6)), [2]).shape == (4, 4, 6, 2)
    assert window_view(np.ones((4, 5, 6, 1)), 2).shape == (4, 4, 5, 1, 2, 2)


# ---- what has no lazy form ----

IMAGES = numbers((2, 6, 7, 3), "int64").astype(float)
EAGER = {
    "window_view": ("images", lambda images: window_view(images, (2, 2))),
    "fold": ("windows", lambda windows: fold(windows, (6, 7))),
    "convolve_transpose": (
        "images",
        lambda images: convpool.convolve_transpose(images, F((2, 2, 1, 3))),
    ),
    "a plan": ("images", lambda images: convpool.plan_pooling(images.shape, (2, 2)).run(images)),
}


@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("call", EAGER)
def test_dask_arrays_are_not_computed_in_silence(call, labelled):
    da = pytest.importorskip("dask.array")
    name, run = EAGER[call]
    numbers_ = window_view(IMAGES, (4, 4)).astype(float) if call == "fold" else IMAGES
    images = da.from_array(numbers_)
    if labelled:
        images = pytest.importorskip("xarray").DataArray(images)
    with pytest.raises(
        TypeError, match=rf"{name} are a dask array, and {call} has no .*pass {name}\.compute\(\)"
    ):
        run(images)
    np.testing.assert_array_equal(run(images.compute()), run(numbers_))


@pytest.mark.parametrize(
    "call",
    [
        lambda images, **words: convpool.pool(images, 3, 2, **words),
        lambda images, **words: convpool.max_pool_indices(images, 2, **words),
        lambda images, **words: convpool.adaptive_pool(images, (2, 2), "max", **words),
        lambda images, **words: convpool.global_pool(images, "avg", **words),
        lambda images, **words: window_view(images, 2, **words),
    ],
)
def test_colours_in_front_warn(call):
    images = np.ones((2, 3, 28, 32))
    with pytest.warns(UserWarning, match="pass channel_axis=1 if these 3 are the") as caught:
        call(images)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call(images, channel_axis=1)
        call(images, channel_axis=3)
        call(np.ones((2, 28, 32, 3)))
        call(np.ones((2, 3, 28, 23)))
