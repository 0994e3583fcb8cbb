"""Results as pixels, which pictures are meant, where results go, and the sheet of thumbnails."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

import convpool
from convpool import filters, photos
from convpool.photos import (
    Photo,
    PictureFile,
    choose_signed,
    destinations,
    filter_photo,
    find_pictures,
    in_grey,
    kernel_thumbnails,
    pool_photo,
    to_pixels,
)

PIXELS = [
    ([-1, 0, 255, 256], np.uint8, "clip", [0, 0, 255, 255], 0, 2),
    ([0.4, 0.5, 1.5, 254.6], np.uint8, "clip", [0, 0, 2, 255], 4, 0),
    ([-0.4, 255.4, 255.6], np.uint8, "clip", [0, 255, 255], 3, 1),
    ([np.nan, np.inf, -np.inf], np.uint8, "clip", [0, 255, 0], 0, 3),
    ([70000, -5, 65535], np.uint16, "clip", [65535, 0, 65535], 0, 2),
    (np.array([2**63 + 5, 7], dtype=np.uint64), np.uint8, "clip", [255, 7], 0, 1),
    (np.array([-(2**63), 2**63 - 1]), np.uint16, "clip", [0, 65535], 0, 2),
    (np.array([True, False]), np.uint8, "clip", [1, 0], 0, 0),
    (np.array([60000, 12], dtype=np.float16), np.uint16, "clip", [60000, 12], 0, 0),
    (np.array([65504, 1.5], dtype=np.longdouble), np.uint16, "clip", [65504, 2], 1, 0),
    ([-127, 0, 127], np.uint8, "zero-in-the-middle", [1, 128, 255], 0, 0),
    ([-1000, 0, 500], np.uint8, "zero-in-the-middle", [1, 128, 192], 1, 0),
    ([0, 0], np.uint8, "zero-in-the-middle", [128, 128], 0, 0),
    (
        [1e-13, -3e-13],
        np.uint8,
        "zero-in-the-middle",
        [128, 128],
        0,
        0,
    ),  # rounding must not become a picture
    ([-10, 0, 10], np.uint16, "zero-in-the-middle", [1, 32768, 65535], 0, 0),
    ([np.inf, 2, -2], np.uint8, "zero-in-the-middle", [255, 255, 1], 0, 1),
    ([-1020, 0, 510], np.uint8, "magnitude", [255, 0, 128], 1, 0),
    ([0.2, -0.2], np.uint8, "magnitude", [0, 0], 2, 0),
    (np.array([-(2**63), 0]), np.uint8, "magnitude", [255, 0], 0, 0),
]


@pytest.mark.parametrize(
    ("values", "dtype", "signed", "expected", "rounded", "saturated"), PIXELS, ids=str
)
def test_values_become_pixels(values, dtype, signed, expected, rounded, saturated):
    shown = to_pixels(values, dtype, signed)
    assert shown.pixels.dtype == dtype
    assert shown.pixels.tolist() == expected
    assert (shown.count, shown.rounded, shown.saturated) == (len(expected), rounded, saturated)


def test_values_are_not_modified():
    values = np.array([-3.5, np.nan, 300.0])
    for signed in photos.SIGNED:
        to_pixels(values, np.uint8, signed)
    np.testing.assert_array_equal(values, [-3.5, np.nan, 300.0])


def test_the_scale_is_said():
    assert to_pixels([-4, 2], signed="zero-in-the-middle").scale == 127 / 4
    assert to_pixels([-4, 2], signed="magnitude").scale == 255 / 4
    assert to_pixels([-4, 2]).scale == 1


BAD_VALUES = [
    (([1], np.float32), ValueError, "pictures hold uint8 or uint16, not float32"),
    (
        ([1], np.uint8, "abs"),
        ValueError,
        "named 'abs'; there are: clip, zero-in-the-middle, magnitude",
    ),
    (([1j], np.uint8), TypeError, "not from complex128; take the real part or np.abs"),
    ((["a"], np.uint8), TypeError, "not from <U1"),
]


@pytest.mark.parametrize(("arguments", "error", "words"), BAD_VALUES, ids=str)
def test_misuse_of_to_pixels_is_explained(arguments, error, words):
    with pytest.raises(error, match=words):
        to_pixels(*arguments)


@pytest.mark.parametrize("name", filters.NAMES)
def test_kernels_that_sum_to_0_are_shown_with_0_in_the_middle(name):
    differences = name.startswith(
        ("edge", "relief", "gaussian-", "sobel", "prewitt", "scharr", "laplacian")
    )
    assert choose_signed(filters.kernel(name)) == ("zero-in-the-middle" if differences else "clip")


@pytest.mark.parametrize("kernel", [[[0, 0]], [[0.1, 0.2]], [[2, -1]]])
def test_other_kernels_are_clipped(kernel):
    assert choose_signed(kernel) == "clip"


# filtered and pooled
def filter_image(image, kernel, padding="same", stride=1):
    weights = kernel if image.ndim == 2 else kernel[..., None]
    values = ndimage.correlate(image.astype(np.int64), weights, mode="mirror")
    margin = kernel.shape[0] // 2 if padding == "valid" else 0
    return values[
        margin : image.shape[0] - margin : stride, margin : image.shape[1] - margin : stride
    ]


def pool(images, size, stride, mode, padding="valid"):
    m, h, w, c = images.shape
    blocks = images.reshape(m, h // size, size, w // size, size, c)
    return {"max": blocks.max, "avg": blocks.mean}[mode](axis=(2, 4))


def transparent_photo(dtype=np.uint8):
    rng = np.random.default_rng(5)
    planes = rng.integers(0, np.iinfo(dtype).max, (6, 8, 4), dtype=dtype, endpoint=True)
    return Photo(planes[..., :3], planes[..., 3], photos.Metadata(dpi=(72, 72)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_filtering_leaves_transparency_and_metadata(dtype):
    photo = transparent_photo(dtype)
    result, shown = filter_photo(photo, filters.sharpen(), filter_image)
    np.testing.assert_array_equal(result.alpha, photo.alpha)
    assert result.pixels.dtype == result.alpha.dtype == dtype
    assert result.metadata == photo.metadata
    assert shown.saturated > 0


def colours_seen(photo, kernel):
    """Filter as `filter_photo` describes it, tap by tap: sum(w) x0 + sum(w a (x - x0)) sum(|w|) /
    sum(|w| a).
    """
    kernel, reach = kernel.astype(float), np.array(kernel.shape) // 2
    around = np.pad(
        photo.planes().astype(float), [(reach[0],) * 2, (reach[1],) * 2, (0, 0)], mode="reflect"
    )
    result = np.zeros((*photo.alpha.shape, around.shape[2] - 1))
    for i, j in np.ndindex(*photo.alpha.shape):
        middle = around[i + reach[0], j + reach[1], :-1]
        difference, seen = 0, 0
        for (u, v), weight in np.ndenumerate(kernel):
            *colour, opacity = around[i + u, j + v]
            difference = difference + weight * opacity * (colour - middle)
            seen += abs(weight) * opacity
        result[i, j] = kernel.sum() * middle + (
            difference / seen * np.abs(kernel).sum() if seen else 0
        )
    return result.reshape(photo.pixels.shape)


def clear_in_places(dtype=np.uint8, gray=False):
    """Random colours: opaque above, of any opacity below, and a corner that cannot be seen."""
    photo = transparent_photo(dtype)
    alpha = photo.alpha.copy()
    alpha[:2] = np.iinfo(dtype).max
    alpha[3:, :5] = 0
    return Photo(photo.pixels[..., 0].copy() if gray else photo.pixels, alpha)


KERNELS = {
    name: filters.kernel(name)
    for name in ("box", "sharpen", "emboss", "sobel-x", "edge", "identity")
}
KERNELS |= {
    "narrow": np.array([[0.5], [1], [0.25]]),
    "short": np.array([[-128, 2, -3]], np.int8),
    "minus": -KERNELS["box"],
}


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_count_as_far_as_they_are_seen(dtype, gray, kernel):
    photo, weights = clear_in_places(dtype, gray), KERNELS[kernel]
    result, _ = filter_photo(photo, weights, convpool.filter_image, "clip")
    expected = np.clip(np.rint(colours_seen(photo, weights)), 0, np.iinfo(dtype).max)
    assert np.abs(result.pixels - expected).max() <= 1  # halves
    assert (result.pixels == expected).mean() > 0.99


def with_other_hidden_colours(photo):
    pixels = photo.pixels.copy()
    pixels[photo.alpha == 0] = np.iinfo(pixels.dtype).max - pixels[photo.alpha == 0]
    return Photo(pixels, photo.alpha)


@pytest.mark.parametrize("signed", photos.SIGNED)
@pytest.mark.parametrize("name", filters.NAMES)
@pytest.mark.parametrize(
    "settings", [{}, {"stride": 2, "padding": "valid"}, {"pad_mode": "zeros"}], ids=str
)
def test_what_cannot_be_seen_changes_nothing(name, signed, settings):
    photo = clear_in_places()
    photo = Photo(np.tile(photo.pixels, (2, 2, 1)), np.tile(photo.alpha, (2, 2)))
    one, shown = filter_photo(
        photo, filters.kernel(name), convpool.filter_image, signed, **settings
    )
    other, again = filter_photo(
        with_other_hidden_colours(photo),
        filters.kernel(name),
        convpool.filter_image,
        signed,
        **settings,
    )
    seen = one.alpha > 0
    np.testing.assert_array_equal(one.pixels[seen], other.pixels[seen])
    assert shown.scale == again.scale


@pytest.mark.parametrize("pad_mode", ["reflect", "zeros", "wrap"])
@pytest.mark.parametrize("name", filters.NAMES)
def test_far_from_what_is_transparent_nothing_changes(name, pad_mode):
    pixels = np.random.default_rng(6).integers(0, 256, (30, 31, 3), dtype=np.uint8)
    kernel, alpha = filters.kernel(name), np.full((30, 31), 255, np.uint8)
    words = {"signed": "clip", "pad_mode": pad_mode}
    plain, shown = filter_photo(Photo(pixels), kernel, convpool.filter_image, **words)
    opaque, again = filter_photo(Photo(pixels, alpha), kernel, convpool.filter_image, **words)
    np.testing.assert_array_equal(plain.pixels, opaque.pixels)
    assert (shown.rounded, shown.saturated) == (again.rounded, again.saturated)
    alpha[15, 15] = 0
    near = np.zeros((30, 31), bool)
    reach = kernel.shape[0] // 2
    near[15 - reach : 16 + reach, 15 - reach : 16 + reach] = True
    other, _ = filter_photo(Photo(pixels, alpha), kernel, convpool.filter_image, **words)
    np.testing.assert_array_equal(plain.pixels[~near], other.pixels[~near])
    assert (
        near.all()
        or name in ("identity", "scharr")
        or (plain.pixels[near] != other.pixels[near]).any()
    )


def test_one_opacity_everywhere_is_as_good_as_opaque():
    pixels = np.random.default_rng(6).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    for kernel in (filters.sharpen(), filters.sobel_x()):
        half = filter_photo(
            Photo(pixels, np.full((9, 9), 100, np.uint8)), kernel, convpool.filter_image
        )[0]
        np.testing.assert_array_equal(
            half.pixels, filter_photo(Photo(pixels), kernel, convpool.filter_image)[0].pixels
        )


def test_opacity_moves_with_the_windows_even_where_the_size_stays():
    """A stride of 2 under "same_size": the picture in its middle, and padding around."""
    photo = transparent_photo()
    words = {"padding": "same_size", "stride": 2, "pad_mode": "zeros"}
    result, _ = filter_photo(photo, filters.box(3), convpool.filter_image, **words)
    picks = convpool.filter_image(photo.alpha, filters.identity(3), **words)
    np.testing.assert_array_equal(result.alpha, picks)
    assert not np.array_equal(result.alpha, photo.alpha)


@pytest.mark.parametrize(
    ("settings", "part"),
    [({"padding": "valid"}, np.s_[1:-1, 1:-1]), ({"stride": 2}, np.s_[::2, ::2])],
)
def test_transparency_is_taken_from_the_middle_of_the_window(settings, part):
    photo = transparent_photo()
    result, _ = filter_photo(photo, filters.box(3), filter_image, **settings)
    np.testing.assert_array_equal(result.alpha, photo.alpha[part])
    assert result.alpha.dtype == np.uint8


def test_filtering_shows_differences_with_0_in_the_middle_unless_asked():
    photo = Photo(np.full((4, 4), 9, dtype=np.uint8))
    assert (filter_photo(photo, filters.sobel_x(), filter_image)[0].pixels == 128).all()
    assert (filter_photo(photo, filters.sobel_x(), filter_image, "magnitude")[0].pixels == 0).all()


MODES = {
    "max": np.max,
    "min": np.min,
    "avg": np.mean,
    "sum": np.sum,
    "lp": lambda values, axis: np.sqrt(np.sum(values**2, axis=axis)),
}


def windows(planes, size=2):
    """Return what each window holds, (oh, ow, size * size, n)."""
    h, w, n = planes.shape
    blocks = planes.reshape(h // size, size, w // size, size, n).astype(float)
    return np.moveaxis(blocks, 2, 1).reshape(h // size, w // size, -1, n)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pooling_is_that_of_premultiplied_colours(dtype, gray, mode):
    photo, top = clear_in_places(dtype, gray), np.iinfo(dtype).max
    result, shown = pool_photo(photo, convpool.pool, 2, mode=mode)
    held = windows(photo.planes())
    opacity = MODES[mode](held[..., -1:], axis=2)
    colours = MODES[mode](held[..., :-1] * held[..., -1:], axis=2) / np.where(opacity, opacity, 1)
    # what grows with the window is divided by what white gives
    scale = {"sum": 1 / 4, "lp": 1 / 2}.get(mode, 1)
    expected = np.clip(np.rint(np.dstack([colours, opacity * scale])), 0, top)
    np.testing.assert_array_equal(result.planes(), expected)
    other, _ = pool_photo(with_other_hidden_colours(photo), convpool.pool, 2, mode=mode)
    np.testing.assert_array_equal(result.planes(), other.planes())
    assert shown.count == expected.size
    assert shown.scale == scale


@pytest.mark.parametrize("mode", ["sum", "lp"])
def test_what_grows_with_the_window_does_not_come_out_white(mode):
    pixels = np.array([[100, 200, 255, 255], [100, 0, 255, 255]], np.uint8)
    result, shown = pool_photo(Photo(pixels), convpool.pool, 2, mode=mode)
    first = {"sum": 100, "lp": np.rint(np.sqrt(2 * 100**2 + 200**2) / 2)}[mode]
    np.testing.assert_array_equal(result.pixels, [[first, 255]])
    assert shown.saturated == 0


def test_two_kernels_show_the_magnitude_of_both():
    random = np.random.default_rng(3)
    pixels = random.integers(0, 256, (12, 13, 3), np.uint8)
    alpha = random.choice(np.array([0, 128, 255], np.uint8), (12, 13))
    both = filters.sobel_x(), filters.sobel_y()
    photo, slope = Photo(pixels), filters.sobel(pixels)
    result, shown = filter_photo(photo, both, convpool.filter_image)
    assert shown.scale == 255 / slope.max()
    np.testing.assert_array_equal(result.pixels, np.rint(slope * shown.scale))
    # transparent: each as it is alone
    plain = filter_photo(Photo(pixels, alpha), both, convpool.filter_image, "clip")[0]
    hidden = Photo(np.where(alpha[..., None] > 0, pixels, 77), alpha)
    again = filter_photo(hidden, both, convpool.filter_image, "clip")[0]
    np.testing.assert_array_equal(plain.pixels[alpha > 0], again.pixels[alpha > 0])
    # brighter: what was half of the brightest is white
    bright, shown = filter_photo(photo, both, convpool.filter_image, gain=2.0)
    assert shown.scale == 2 * 255 / slope.max()
    np.testing.assert_array_equal(bright.pixels, np.rint(slope * shown.scale).clip(0, 255))
    assert shown.saturated == (slope * shown.scale > 255.5).sum()


def test_grey_is_the_brightness():
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]]], np.uint8)
    alpha = np.array([[1, 2, 3, 4]], np.uint8)
    grey = in_grey(Photo(colours, alpha))
    np.testing.assert_array_equal(grey.pixels, [[76, 150, 29, 9]])
    assert grey.alpha is alpha
    assert in_grey(grey) is grey


@pytest.mark.parametrize("mode", MODES)
def test_pooling_of_opaque_pictures_is_that_of_their_colours(mode):
    pixels = transparent_photo().pixels
    opaque, _ = pool_photo(
        Photo(pixels, np.full(pixels.shape[:2], 255, np.uint8)), convpool.pool, 2, mode=mode
    )
    np.testing.assert_array_equal(
        opaque.pixels, pool_photo(Photo(pixels), convpool.pool, 2, mode=mode)[0].pixels
    )
    assert (opaque.alpha == 255).all()


def test_pooling_keeps_gray_gray():
    assert pool_photo(Photo(np.zeros((4, 6), dtype=np.uint16)), pool, 2)[0].pixels.shape == (2, 3)


# which pictures, and where to
@pytest.fixture
def album(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (
        "album/b.PNG",
        "album/a.jpg",
        "album/notes.txt",
        "album/.hidden.png",
        "album/.cache/c.png",
        "album/more/d.tiff",
        "album/more/a.gif",
        "album/out/old.png",
        "single.xyz",
    ):
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        open(name, "w").close()
    return tmp_path


def found(*words, **keywords):
    return [
        (source.path.as_posix(), source.name.as_posix())
        for source in find_pictures(words, **keywords)
    ]


def test_folders_are_searched_in_order_and_hidden_files_are_not(album):
    assert found("album") == [
        ("album/a.jpg", "a.jpg"),
        ("album/b.PNG", "b.PNG"),
        ("album/more/a.gif", "more/a.gif"),
        ("album/more/d.tiff", "more/d.tiff"),
        ("album/out/old.png", "out/old.png"),
    ]


def test_earlier_results_inside_the_folder_are_left_out(album):
    assert ("album/out/old.png", "out/old.png") not in found("album", skip="album/out")
    assert found("album/out", skip="album/out") == [("album/out/old.png", "old.png")]
    assert len(found("album", skip="not/there")) == 5


def test_files_are_taken_whatever_they_are_called(album):
    assert found("single.xyz", "missing.png") == [
        ("single.xyz", "single.xyz"),
        ("missing.png", "missing.png"),
    ]


def test_a_folder_without_pictures_is_said(album):
    os.mkdir("bare")
    with pytest.raises(
        ValueError,
        match=r"there are no pictures in the folder bare: none of its files ends in .png",
    ):
        find_pictures(["bare"])


TARGETS = [
    (["single.xyz"], "result.jpg", ["result.jpg"]),
    (["a/cat.jpg"], "album", ["album/cat.jpg"]),
    (["a/cat.jpg"], "new/", ["new/cat.jpg"]),
    (["album/out"], "new", ["new/old.png"]),
    (["cat.gif", "b/dog.BMP"], "new", ["new/cat.png", "new/dog.png"]),
    (["single.xyz"], "new/", ["new/single.png"]),
    (["album/more", "cat.webp"], "new", ["new/a.png", "new/d.tiff", "new/cat.webp"]),
    (
        ["album"],
        "new",
        ["new/a.jpg", "new/b.PNG", "new/more/a.png", "new/more/d.tiff", "new/out/old.png"],
    ),
]


@pytest.mark.parametrize(("words", "output", "expected"), TARGETS, ids=str)
def test_results_keep_their_names(album, words, output, expected):
    assert [path.as_posix() for path in destinations(find_pictures(words), output)] == expected


REFUSED = [
    (
        ["a/cat.jpg", "b/cat.jpg"],
        "new",
        "a.cat.jpg and b.cat.jpg would both be written to new.cat.jpg: rename one",
    ),
    (["cat.jpg", "cat.jpg"], "new", "cat.jpg and cat.jpg would both"),
    (["cat.gif", "cat.png"], "new", "cat.gif and cat.png would both be written to new.cat.png"),
    (["cat.png", "CAT.png"], "new", "would both"),  # one file on Windows and macOS
    (
        ["cat.png", "dog.png"],
        "one.png",
        "2 pictures need a folder, and one.png is a file's name: give -o FOLDER",
    ),
    (
        ["cat.png"],
        "-",
        "not written to standard output, which - stands for: name a file, as in -o out.png",
    ),
    (["cat.png", "dog.png"], "-", "not written to standard output"),
    (
        ["a/cat.jpg"],
        "new",
        "new is neither a folder .* nor a picture's name: give a file, as in -o new.jpg, or -o "
        "new.*",
    ),
    (["a/cat.gif"], "deep/new", "as in -o deep.new.png, or -o deep.new. to make a folder"),
    (
        ["cat.png"],
        "cat.gif",
        "cat.gif: pictures are written as .png, .jpg, .jpeg, .tif, .tiff, .webp, not .gif",
    ),
    (
        ["cat.png"],
        "single.xyz",
        "single.xyz is a file that is no picture; results are written as .png",
    ),
]


@pytest.mark.parametrize(("words", "output", "message"), REFUSED, ids=str)
def test_impossible_destinations_are_explained(album, words, output, message):
    with pytest.raises(ValueError, match=message):
        destinations(find_pictures(words), output)


def test_a_folder_may_be_named_like_a_file(album):
    os.mkdir("folder.png")
    assert destinations([PictureFile(Path("x.png"), Path("x.png"))], "folder.png") == [
        Path("folder.png/x.png")
    ]


# the sheet
def test_the_sheet_shows_every_kernel_once():
    seen = []

    def apply(picture, kernel):
        seen.append(kernel.tolist())
        return np.full(picture.shape, 77)

    sheet = kernel_thumbnails.thumbnail_sheet(apply, side=60)
    assert seen == [filters.kernel(name).tolist() for name in filters.NAMES if name != "scharr"]
    plain = sum(choose_signed(kernel) == "clip" for kernel in seen)
    assert np.count_nonzero((sheet == 77).all(axis=2)) >= plain * 60 * 60


@pytest.mark.parametrize(
    "sample", [np.zeros((40, 90), np.uint8), np.full((90, 40, 3), 40_000, np.uint16)]
)
def test_the_sheet_takes_any_picture(sample):
    shapes = set()
    sheet = kernel_thumbnails.thumbnail_sheet(
        lambda picture, kernel: shapes.add(picture.shape) or picture, sample, side=50
    )
    assert shapes == {(50, 50, 3)}
    assert sheet.dtype == np.uint8
    assert (sheet[..., 0] == int(sample.flat[0]) >> 8 * (sample.itemsize - 1)).sum() > 50 * 50


def test_noise_of_sums_is_no_rounding():
    """Nine ninths of 93 are 93 but for the last bits."""
    import convpool
    from convpool import filters

    photo = photos.Photo(np.full((20, 20), 93, np.uint8))
    result, shown = photos.filter_photo(photo, filters.kernel("box"), convpool.filter_image)
    assert (result.pixels == 93).all()
    assert shown.rounded == 0
