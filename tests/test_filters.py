"""The named kernels, and kernels in words."""

import pickle

import numpy as np
import pytest
from scipy import ndimage, signal

from convpool import convolve, convolve_transpose, filter_image, filters
from convpool.commands import kernel_from_text

SIZED = [name for name in filters.NAMES if "size" in filters.options(name)]
BLURS = ["box", "blur", "gaussian", "motion"]
KEEP_BRIGHTNESS = [*BLURS, "identity", "shift", "sharpen", "unsharp", "emboss"]
DERIVATIVES = ["sobel", "prewitt", "scharr"]
ramp_right = np.tile(np.arange(9), (9, 1))

# as published: OpenCV's documentation of Sobel and Scharr, scipy.ndimage.prewitt, Wikipedia "Kernel
# (image processing)"
PUBLISHED = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "edge": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "relief": [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]],
    "edges": [[1, 0, -1], [1, 0, -1], [1, 0, -1]],
    "shift": [[1, 0, 0], [0, 0, 0], [0, 0, 0]],
    "sobel-x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel-y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "prewitt-x": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "prewitt-y": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "scharr": [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
    "scharr-x": [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
    "scharr-y": [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
    "laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_integer_kernels_are_the_published_ones(name):
    weights = filters.kernel(name)
    assert weights.dtype == np.int64
    assert weights.tolist() == PUBLISHED[name]


def test_blur_is_binomial():
    rows = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    np.testing.assert_array_equal(filters.blur(), rows / 16)
    np.testing.assert_array_equal(filters.blur(5)[2], np.array([1, 4, 6, 4, 1]) * 6 / 256)


def test_other_words_for_kernels():
    np.testing.assert_array_equal(filters.kernel("average", 5), filters.box(5))
    np.testing.assert_array_equal(filters.kernel("mean"), filters.box())
    for name in ("sobel", "Prewitt"):
        with pytest.raises(ValueError, match=rf"is two kernels: take {name.lower()}-x and"):
            filters.kernel(name)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
def test_sobel_is_the_magnitude_that_scipy_gives(dtype):
    picture = np.random.default_rng(0).integers(0, 200, (9, 11)).astype(dtype)
    result = filters.sobel(picture)
    sides = [ndimage.sobel(picture.astype(float), axis=k, mode="mirror") for k in (0, 1)]
    assert result.dtype == (np.float32 if dtype == "float32" else np.float64)
    np.testing.assert_allclose(result, np.hypot(*sides), rtol=1e-6)
    edges = filters.sobel(np.stack([picture] * 3), channel_axis=0, padding="valid", stride=2)
    np.testing.assert_allclose(edges[1], np.hypot(*sides)[1:-1:2, 1:-1:2], rtol=1e-6)
    rounded = filters.sobel(picture, round_to="uint8")
    assert rounded.dtype == np.uint8
    np.testing.assert_array_equal(rounded, np.rint(result).clip(0, 255))
    out = np.empty_like(result)
    assert filters.sobel(picture, out=out) is out
    np.testing.assert_array_equal(out, result)


def test_unsharp_is_the_published_one():
    rows = [
        [1, 4, 6, 4, 1],
        [4, 16, 24, 16, 4],
        [6, 24, -476, 24, 6],
        [4, 16, 24, 16, 4],
        [1, 4, 6, 4, 1],
    ]
    np.testing.assert_array_equal(filters.kernel("unsharp"), np.array(rows) / -256)


def test_box_agrees_with_scipy():
    picture = np.random.default_rng(1).random((12, 13))
    expected = ndimage.uniform_filter(picture, 5, mode="mirror")
    np.testing.assert_allclose(
        ndimage.correlate(picture, filters.kernel("box", 5), mode="mirror"), expected
    )


@pytest.mark.parametrize(("size", "sigma"), [(9, 1.4), (5, 0.7), (1, 2.0)])
def test_gaussian_agrees_with_scipy(size, sigma):
    point = filters.identity(size).astype(float)
    expected = ndimage.gaussian_filter(point, sigma, radius=size // 2, mode="constant")
    np.testing.assert_allclose(filters.kernel("gaussian", size, sigma=sigma), expected, rtol=1e-12)


# cv2.getGaussianKernel(size, 0) of OpenCV 5.0
OPENCV = {
    1: [1.0],
    3: [0.25, 0.5, 0.25],
    5: [0.0625, 0.25, 0.375, 0.25, 0.0625],
    7: [0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125],
    9: [
        0.015625,
        0.05078125,
        0.1171875,
        0.19921875,
        0.234375,
        0.19921875,
        0.1171875,
        0.05078125,
        0.015625,
    ],
}


@pytest.mark.parametrize("size", OPENCV)
def test_gaussian_without_sigma_is_that_of_opencv(size):
    np.testing.assert_array_equal(
        filters.kernel("gaussian", size), np.outer(OPENCV[size], OPENCV[size])
    )


def test_gaussian_takes_sigma_from_larger_sizes_as_opencv_does():
    np.testing.assert_array_equal(
        filters.kernel("gaussian", 11), filters.kernel("gaussian", 11, sigma=2.0)
    )
    assert filters.gaussian().tolist() == filters.gaussian(size=5).tolist()


@pytest.mark.parametrize("name", ["gaussian", "laplacian-of-gaussian"])
@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({"sigma": 5}, 41),
        ({"sigma": 10.0}, 81),
        ({"sigma": 3}, 25),
        ({"sigma": 0.5}, 5),
        ({"sigma": np.float32(1.5)}, 13),
        ({"sigma": 1.01}, 11),
        ({"sigma": 0.01}, 3),
        ({"sigma": 2, "truncate": 3}, 13),
        ({"sigma": 2, "truncate": 3.1}, 15),
        ({"sigma": 10, "size": 5}, 5),
        ({"sigma": 1, "size": 31}, 31),
    ],
    ids=str,
)
def test_sizes_follow_sigma(name, values, size):
    weights = filters.kernel(name, **values)
    assert weights.shape == (size, size)
    assert np.isfinite(weights).all()


def test_gaussian_of_a_sigma_has_that_sigma():
    weights = filters.gaussian(5)
    assert np.sqrt(weights.sum(axis=0) @ (np.arange(41) - 20) ** 2) == pytest.approx(5, rel=2e-3)
    point = filters.identity(41).astype(float)
    np.testing.assert_allclose(
        weights, ndimage.gaussian_filter(point, 5, mode="constant"), rtol=1e-12
    )
    np.testing.assert_array_equal(filters.gaussian(5, 3), filters.gaussian(sigma=5, size=31))


def test_the_largest_sizes_that_errors_name_are_taken():
    assert filters.default_size(511) == 4089
    assert filters.default_size(204, truncate=10) == 4081
    assert filters.box(4095).shape == (4095, 4095)
    with pytest.raises(ValueError, match="take a smaller truncate, or"):
        filters.default_size(1, truncate=1e300)


def test_what_a_size_leaves_of_sigma_is_said():
    assert filters.effective_sigma(5, 5) == pytest.approx(1.3943, rel=1e-4)
    row = filters.gaussian(10, size=5).sum(axis=0)
    assert filters.effective_sigma(5, 10) == pytest.approx(np.sqrt(row @ (np.arange(5) - 2) ** 2))
    assert kernel_from_text.truncation_warning(5, 10).startswith(
        "a size of 5 cuts off sigma 10: what is left has a sigma of 1.41"
    )
    assert kernel_from_text.truncation_warning(9, 1.01).endswith("; a size of 11 holds it")
    assert [
        kernel_from_text.truncation_warning(*pair)
        for pair in [(9, 1.0), (11, 1.01), (None, 1.0), (5, None)]
    ] == [""] * 4


def test_laplacian_of_gaussian_answers_a_parabola_with_its_curvature():
    down, right = np.mgrid[-12:13, -12:13]
    answer = np.sum(filters.kernel("laplacian-of-gaussian", 25, sigma=1.5) * (down**2 + right**2))
    assert answer == pytest.approx(4, rel=1e-3)


@pytest.mark.parametrize("name", DERIVATIVES)
def test_derivatives_are_positive_where_brightness_rises(name):
    x, y = filters.kernel(f"{name}-x"), filters.kernel(f"{name}-y")
    assert (signal.correlate2d(ramp_right, x, mode="valid") > 0).all()
    assert (signal.correlate2d(ramp_right.T, y, mode="valid") > 0).all()
    assert (signal.correlate2d(ramp_right, y, mode="valid") == 0).all()


@pytest.mark.parametrize("name", filters.NAMES)
def test_plain_surfaces_keep_their_brightness_or_vanish(name):
    expected = 1 if name in KEEP_BRIGHTNESS else 0
    assert filters.kernel(name).sum() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", SIZED)
@pytest.mark.parametrize("size", [1, 3, 7, np.int64(11)])
def test_sizes_are_the_shape(name, size):
    weights = filters.kernel(name, size)
    assert weights.shape == (size, size)
    assert np.isfinite(weights).all()


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 137.5, 180])
def test_motion_is_the_same_from_both_ends(angle):
    weights = filters.kernel("motion", 9, angle=angle)
    np.testing.assert_allclose(weights, weights[::-1, ::-1], atol=1e-12)
    assert (weights >= 0).all()


def test_motion_turns_counter_clockwise():
    np.testing.assert_allclose(filters.kernel("motion", 5)[2], [0.2] * 5)
    np.testing.assert_allclose(
        filters.kernel("motion", 5, angle=90), filters.kernel("motion", 5).T, atol=1e-12
    )
    rising = filters.kernel("motion", 5, angle=45)
    assert rising[1, 3] == rising[3, 1] > rising[1, 1]
    assert (
        filters.kernel("motion", 9, angle=45)[0, 8] == 0
    )  # 5.7 pixels away, and the line ends after 4


FLOATS = [np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128, ">f4"]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", filters.NAMES)
def test_float_images_keep_their_dtype(name, dtype):
    image = np.random.default_rng(0).random((12, 13)).astype(dtype)
    kernel = filters.NAMES[name]()
    plain = np.array(kernel)
    assert type(plain) is np.ndarray
    expected = filter_image(image, plain, dtype=image.dtype)
    actual = filter_image(image, kernel)
    assert actual.dtype == np.dtype(dtype).newbyteorder("=")
    # some kernels are taken one axis after the other, and the last bits differ
    tolerance = 4 * np.finfo(actual.dtype).eps
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)
    assert filter_image(image, plain).dtype == np.result_type(image, plain).newbyteorder("=")
    assert filter_image(image, filters.kernel(name), max_memory="1GB").dtype == actual.dtype
    assert filter_image(image, kernel, dtype=np.clongdouble).dtype == np.clongdouble
    images, kernels = image[None, ..., None], kernel[..., None, None]
    convolved = convolve(images, kernels, pad_mode="reflect")[0, ..., 0]
    np.testing.assert_array_equal(convolved, expected)
    assert convolve_transpose(images, kernels).dtype == actual.dtype


def test_float_chunks_of_dask_keep_their_dtype():
    array = pytest.importorskip("dask.array")
    image = array.from_array(np.ones((12, 13), np.float32), chunks=(5, 6))
    assert filter_image(image, filters.gaussian()).dtype == np.float32
    assert filter_image(image, filters.gaussian()).compute().dtype == np.float32


@pytest.mark.parametrize("name", filters.NAMES)
def test_integer_images_give_what_they_give_with_plain_kernels(name):
    image, kernel = np.arange(99, dtype=np.uint8).reshape(9, 11), filters.kernel(name)
    actual = filter_image(image, kernel)
    assert actual.dtype == np.result_type(np.int64, kernel)
    expected = filter_image(image, np.array(kernel))
    if actual.dtype == np.int64:
        np.testing.assert_array_equal(actual, expected)
    np.testing.assert_allclose(actual, expected, rtol=1e-13, atol=1e-12)


def test_arithmetic_on_kernels_gives_plain_arrays():
    kernel = filters.sobel_x()
    for made in (
        kernel * 2,
        kernel + kernel,
        -kernel,
        kernel @ kernel,
        kernel == kernel,
        kernel.sum(axis=0),
    ):
        assert type(made) is np.ndarray
    for made in (kernel.sum(), kernel.max(), kernel.mean(), abs(kernel).sum(), kernel[0, 0]):
        assert isinstance(made, np.number)
    for made in (kernel.T, kernel[::-1], kernel.copy(), pickle.loads(pickle.dumps(kernel))):
        assert filter_image(np.ones((5, 5), np.float32), made).dtype == np.float32


def test_kernels_are_new_each_time():
    filters.kernel("sobel-y")[:] = 7
    assert filters.kernel("sobel-y").tolist() == PUBLISHED["sobel-y"]


@pytest.mark.parametrize("name", ["Sobel_X", " sobel x ", "SOBEL-X"])
def test_spelling_does_not_matter(name):
    assert filters.kernel(name).tolist() == PUBLISHED["sobel-x"]


MISUSES = [
    (
        ("sharpn",),
        {},
        ValueError,
        "no kernel is named 'sharpn', did you mean 'sharpen'? there are: identity, shift, box",
    ),
    (("zzz",), {}, ValueError, "no kernel is named 'zzz'; there are: identity"),
    (("box", 4), {}, ValueError, "size must be odd .*: 4 came in, use 3 or 5"),
    (("box", 0), {}, ValueError, "at least 1, .*: 0 came in, use 1, 3 or 5"),
    (("box", -3), {}, ValueError, "-3 came in"),
    (("box", 3.0), {}, TypeError, "whole number such as 3, not 3.0"),
    (("box", True), {}, TypeError, "not True"),
    (
        ("sharpen", 5),
        {},
        ValueError,
        "sharpen takes no size .it is fixed.; kernels that do: identity, box, blur, gaussian",
    ),
    (
        ("motion",),
        {"sigma": 1.0},
        ValueError,
        "motion takes no sigma .only size, angle.; kernels that do: gaussian",
    ),
    (
        ("box", 4097),
        {},
        ValueError,
        "size is 4097, but kernels go up to 4095 x 4095: take 4095 at most, or",
    ),
    (("identity", 10**30), {}, ValueError, "size is 10+, but kernels go up to"),
    (("gaussian",), {"sigma": -1}, ValueError, "-1 came in"),
    (("gaussian",), {"sigma": np.nan}, ValueError, "nan came in"),
    (
        ("gaussian",),
        {"sigma": 1e-200},
        ValueError,
        "sigma must be 0.01 pixels or more: 1e-200 .*, as the kernel id",
    ),
    (("gaussian", 5), {"sigma": 1e-200}, ValueError, "1e-200 came in"),
    (
        ("gaussian",),
        {"sigma": 1e308},
        ValueError,
        r"sigma is 1e\+308, but kernels .* a sigma of 511 at most, or",
    ),
    (("gaussian", 5), {"sigma": 1e308}, ValueError, r"sigma is 1e\+308"),
    (("gaussian",), {"sigma": 10**400}, ValueError, "sigma must be a positive number"),
    (
        ("gaussian",),
        {"sigma": 600},
        ValueError,
        "600, 2400 pixels to each side, .* take a sigma of 511 at most",
    ),
    (
        ("gaussian",),
        {"sigma": 300, "truncate": 10},
        ValueError,
        "sigma is 300 and truncate 10, 3000 .* sigma of 204 at",
    ),
    (
        ("gaussian",),
        {"sigma": 2, "truncate": 0},
        ValueError,
        "truncate must be a positive number of sigmas, .*: 0 c",
    ),
    (
        ("gaussian",),
        {"sigma": 2, "truncate": np.inf},
        ValueError,
        "truncate must be .*: inf came in",
    ),
    (
        ("gaussian",),
        {"sigma": "2"},
        TypeError,
        "sigma must be a positive number of pixels, such as 1.5, not '2'",
    ),
    (("gaussian",), {"sigma": True}, TypeError, "not True"),
    (("gaussian",), {"sigma": 1j}, TypeError, "not 1j"),
    (("laplacian-of-gaussian",), {"sigma": 1e-200}, ValueError, "1e-200 came in"),
    (("laplacian-of-gaussian",), {"sigma": 1e308}, ValueError, r"sigma is 1e\+308"),
    (
        ("unsharp",),
        {"amount": np.nan},
        ValueError,
        "amount must be a number such as 1.5: nan came in",
    ),
    (
        ("unsharp",),
        {"amount": -np.inf},
        ValueError,
        "amount must be a number such as 1.5: -inf came in",
    ),
    (
        ("unsharp",),
        {"amount": 1e308},
        ValueError,
        r"a number such as 1.5, up to 1000000: 1e\+308 came in",
    ),
    (
        ("motion",),
        {"angle": np.inf},
        ValueError,
        "angle must be a number of degrees, such as 45: inf came in",
    ),
    (
        ("gaussian",),
        {"sigma": 0.0},
        ValueError,
        "sigma must be a positive number of pixels, such as 1.5: 0.0 came in",
    ),
    (("gaussian",), {"sigma": np.inf}, ValueError, "inf came in"),
    (
        ("motion",),
        {"angle": np.nan},
        ValueError,
        "angle must be a number of degrees, such as 45: nan came in",
    ),
]


@pytest.mark.parametrize(("arguments", "keywords", "error", "words"), MISUSES, ids=str)
def test_misuse_of_names_is_explained(arguments, keywords, error, words):
    with pytest.raises(error, match=words.replace("?", r"\?")):
        filters.kernel(*arguments, **keywords)


ROWS = [
    ("1 0 -1; 1 0 -1; 1 0 -1", [[1, 0, -1]] * 3, np.int64),
    ("1,0,-1;1,0,-1;", [[1, 0, -1]] * 2, np.int64),
    ("+1 2e0", [[1.0, 2.0]], np.float64),
    (".5", [[0.5]], np.float64),
    ("-1; 1", [[-1], [1]], np.int64),
    ("0.25 1; 1 0.25", [[0.25, 1], [1, 0.25]], np.float64),
]


@pytest.mark.parametrize(("words", "expected", "dtype"), ROWS, ids=str)
def test_rows_of_numbers(words, expected, dtype):
    weights = kernel_from_text.parse(words)
    assert weights.dtype == dtype
    assert weights.tolist() == expected


def test_names_pass_through():
    np.testing.assert_array_equal(kernel_from_text.parse("box", 5), filters.box(5))
    np.testing.assert_array_equal(
        kernel_from_text.parse("gaussian", sigma=2.0), filters.gaussian(sigma=2.0)
    )


@pytest.mark.parametrize("dtype", [np.int8, np.float32, bool])
def test_files_keep_their_dtype(tmp_path, dtype):
    np.save(tmp_path / "k.npy", np.eye(3, 5, dtype=dtype))
    weights = kernel_from_text.parse(str(tmp_path / "k.npy"))
    assert weights.dtype == dtype
    assert weights.tolist() == np.eye(3, 5, dtype=dtype).tolist()


BAD_WORDS = [
    ("", "the kernel is empty"),
    ("  ", "the kernel is empty"),
    ("1 0; 1", r"every row of a kernel needs as many numbers as the others.*\[2, 1\]"),
    ("1 0;; 1 0", r"\[2, 0, 2\]"),
    (";", r"\[0\]"),
    ("1 x", "'x' in the kernel '1 x' is not a number; write 0.25, not 1/4"),
    ("1/4 1", "'1/4' in the kernel"),
    ("1 nan", "'nan' in the kernel '1 nan' is no weight"),
    ("1 -inf", "'-inf' .* is no weight"),
    ("1 99999999999999999999", "is no weight: weights lie between -2"),
    ("sharpn", "did you mean 'sharpen'"),
]


@pytest.mark.parametrize(("words", "message"), BAD_WORDS)
def test_bad_words_are_explained(words, message):
    with pytest.raises(ValueError, match=message):
        kernel_from_text.parse(words)


def test_a_size_belongs_to_names():
    with pytest.raises(
        ValueError, match="size belongs to named kernels; '1 0' has a size of its own"
    ):
        kernel_from_text.parse("1 0", 3)


BAD_FILES = [
    (np.zeros(3), r"shape \(3,\); a picture's kernel is \(kh, kw\)"),
    (np.zeros((3, 3, 1)), r"shape \(3, 3, 1\)"),
    (np.zeros((0, 3)), r"shape \(0, 3\)"),
    (np.array([[1j]]), "holds complex128; a kernel for pictures holds real numbers"),
    (np.array([["a"]]), "holds <U1"),
    (np.array([[np.nan]]), "holds NaN or infinity"),
    (np.array([[None]]), "pickled objects are never loaded"),
]


@pytest.mark.parametrize(("array", "message"), BAD_FILES, ids=lambda value: str(value)[:20])
def test_bad_files_are_explained(tmp_path, array, message):
    np.save(tmp_path / "k.npy", array)
    with pytest.raises(ValueError, match=message):
        kernel_from_text.parse(str(tmp_path / "k.npy"))


def test_files_that_are_no_arrays_are_explained(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no kernel file .*none.npy: save one with numpy.save\('none.npy'"
    ):
        kernel_from_text.parse(str(tmp_path / "none.npy"))
    for content in (b"", b"1 2 3"):
        (tmp_path / "k.npy").write_bytes(content)
        with pytest.raises(ValueError, match=r"not a plain .npy file of numbers"):
            kernel_from_text.parse(str(tmp_path / "k.npy"))
    np.savez(tmp_path / "two.npz", a=np.eye(3), b=np.eye(3))
    (tmp_path / "two.npz").rename(tmp_path / "two.npy")
    with pytest.raises(ValueError, match="holds several arrays"):
        kernel_from_text.parse(str(tmp_path / "two.npy"))
