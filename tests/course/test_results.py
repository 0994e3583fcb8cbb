"""The seven functions against independent truth: brute force, SciPy, numbers from the
literature.
"""

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import signal

DTYPES = ["float64", "float32", "float16", ">f8", "uint8", "int8", "int64", "uint16", ">i4", "bool"]


def brute_convolve(images, kernels, zeros, stride):
    """Add up every window in plain Python; zeros are (top, bottom, left, right); images m h w c,
    kernels kh kw c nc.
    """
    (m, h, w, c), (kh, kw, _, nc) = images.shape, kernels.shape
    (top, bottom, left, right), (sh, sw) = zeros, stride
    oh, ow = (h + top + bottom - kh) // sh + 1, (w + left + right - kw) // sw + 1
    output = np.zeros((m, oh, ow, nc))
    for b, i, j, n in np.ndindex(*output.shape):
        total = 0.0
        for u, v, k in np.ndindex(kh, kw, c):
            y, x = i * sh + u - top, j * sw + v - left
            pixel = float(images[b, y, x, k]) if 0 <= y < h and 0 <= x < w else 0.0
            total += pixel * float(kernels[u, v, k, n])
        output[b, i, j, n] = total
    return output


def brute_pool(images, kernel_shape, stride, mode):
    (m, h, w, c), (kh, kw), (sh, sw) = images.shape, kernel_shape, stride
    output = np.zeros((m, (h - kh) // sh + 1, (w - kw) // sw + 1, c))
    for b, i, j, k in np.ndindex(*output.shape):
        window = [float(images[b, i * sh + u, j * sw + v, k]) for u, v in np.ndindex(kh, kw)]
        if any(math.isnan(value) for value in window):
            output[b, i, j, k] = math.nan
        else:
            output[b, i, j, k] = max(window) if mode == "max" else sum(window) / len(window)
    return output


def zeros_of(padding, shape, window, stride):
    """Zeros (top, bottom, left, right) of the course's words, from their definition: 'same'
    keeps h x w.
    """
    result = []
    for axis in (0, 1):
        if padding == "same":
            total = (shape[axis] - 1) * stride[axis] + window[axis] - shape[axis]
            result += [total - total // 2, total // 2]
        elif padding == "valid":
            result += [0, 0]
        else:
            result += [padding[axis], padding[axis]]
    return tuple(result)


def values(shape, dtype, seed, special=()):
    """Numbers whose sums of products are exact in float64, so that results can be compared bit
    for bit.
    """
    numbers = np.random.RandomState(seed).randint(-9, 10, shape)
    array = np.asarray(numbers).astype(dtype)
    if array.dtype.kind == "f":
        array = (array / 4).astype(dtype)
        for place, value in enumerate(special[: array.size]):
            array.flat[(place * 7919 + seed) % array.size] = value
    return array


def layout(array, name):
    """The same values in another memory layout."""
    if name == "fortran":
        return np.asfortranarray(array)
    if name == "strided":
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        return wide[..., ::2]
    if name == "reversed":
        return array[::-1, ::-1].copy()[::-1, ::-1]
    if name == "read-only":
        array = array.copy()
        array.flags.writeable = False
    return array


sizes = st.integers(1, 7)
windows = st.integers(1, 4)
strides = st.integers(1, 5)
seeds = st.integers(0, 10**6)
dtypes = st.sampled_from(DTYPES)
layouts = st.sampled_from(["plain", "fortran", "strided", "reversed", "read-only"])
specials = st.sampled_from([(), (), (np.nan,), (np.inf,), (np.inf, -np.inf)])
paddings = st.one_of(
    st.sampled_from(["same", "valid"]), st.tuples(st.integers(0, 3), st.integers(0, 3))
)


def check(function, expected, images, *arguments):
    """The result is right, float64, and neither argument has changed."""
    copies = [
        np.array(a, copy=True) if isinstance(a, np.ndarray) else a for a in (images, *arguments)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # infinity times zero
        actual = function(images, *arguments)
    assert actual.dtype == np.float64
    np.testing.assert_array_equal(actual, expected)
    for before, after in zip(copies, (images, *arguments)):
        np.testing.assert_array_equal(before, after)


@given(
    st.tuples(st.integers(0, 3), sizes, sizes),
    st.tuples(windows, windows),
    seeds,
    dtypes,
    dtypes,
    layouts,
    specials,
)
def test_grayscale_tasks_against_brute_force(
    course, shape, window, seed, dtype, kernel_dtype, how, special
):
    images = layout(values(shape, dtype, seed, special), how)
    kernel = layout(values(window, kernel_dtype, seed + 1), how)
    as_channels = images[..., None], kernel[..., None, None]

    def expected(padding):
        zeros = zeros_of(padding, shape[1:], window, (1, 1))
        with np.errstate(invalid="ignore"):
            return brute_convolve(*as_channels, zeros, (1, 1))[..., 0]

    check(course.convolve_grayscale_same, expected("same"), images, kernel)
    for padding in [(2, 1), [1, 3]]:
        if window[0] <= shape[1] + 2 * padding[0] and window[1] <= shape[2] + 2 * padding[1]:
            check(course.convolve_grayscale_padding, expected(padding), images, kernel, padding)
    if window[0] <= shape[1] and window[1] <= shape[2]:
        check(course.convolve_grayscale_valid, expected("valid"), images, kernel)


@given(
    st.tuples(st.integers(0, 3), sizes, sizes, st.integers(1, 3)),
    st.tuples(windows, windows),
    st.integers(1, 3),
    paddings,
    st.tuples(strides, strides),
    seeds,
    st.tuples(dtypes, dtypes),
    layouts,
    specials,
)
def test_strided_tasks_against_brute_force(
    course, shape, window, nc, padding, stride, seed, kinds, how, special
):
    zeros = zeros_of(padding, shape[1:3], window, stride)
    assume(window[0] <= shape[1] + zeros[0] + zeros[1])
    assume(window[1] <= shape[2] + zeros[2] + zeros[3])
    images = layout(values(shape, kinds[0], seed, special), how)
    kernels = layout(values((*window, shape[3], nc), kinds[1], seed + 1), how)
    with np.errstate(invalid="ignore"):
        expected = brute_convolve(images, kernels, zeros, stride)
        gray = brute_convolve(images[..., :1], kernels[:, :, :1, :1], zeros, stride)[..., 0]
    if isinstance(padding, tuple) and seed % 2:
        padding, stride = list(padding), list(stride)
    check(course.convolve, expected, images, kernels, padding, stride)
    check(course.convolve_channels, expected[..., 0], images, kernels[..., 0], padding, stride)
    check(course.convolve_grayscale, gray, images[..., 0], kernels[:, :, 0, 0], padding, stride)


@given(
    st.tuples(st.integers(0, 3), sizes, sizes, st.integers(1, 3)),
    st.tuples(windows, windows),
    st.tuples(strides, strides),
    st.sampled_from(["max", "avg"]),
    seeds,
    dtypes,
    layouts,
    specials,
)
def test_pool_against_brute_force(course, shape, window, stride, mode, seed, dtype, how, special):
    assume(window[0] <= shape[1] and window[1] <= shape[2])
    images = layout(values(shape, dtype, seed, special), how)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = brute_pool(images, window, stride, mode)
        actual = course.pool(images, window, stride, mode)
    assert actual.dtype == np.float64
    np.testing.assert_array_equal(np.isnan(actual), np.isnan(expected))
    np.testing.assert_allclose(actual, expected, rtol=1e-15)
    check(course.pool, actual, images, list(window), list(stride), mode)


@pytest.mark.parametrize(
    ("shape", "window"), [((3, 12, 9), (3, 3)), ((2, 8, 17), (4, 5)), ((1, 6, 6), (6, 6))]
)
def test_valid_against_scipy(course, shape, window):
    random = np.random.RandomState(5)
    images, kernel = random.rand(*shape), random.rand(*window)
    expected = signal.correlate(images, kernel[None], mode="valid", method="direct")
    np.testing.assert_allclose(
        course.convolve_grayscale_valid(images, kernel), expected, rtol=1e-12
    )


def test_sums_are_taken_in_float64(course):
    random = np.random.RandomState(6)
    images, kernels = random.rand(2, 9, 8, 3), random.rand(3, 2, 3, 2)
    expected = brute_convolve(images, kernels, zeros_of("same", (9, 8), (3, 2), (2, 1)), (2, 1))
    gray = brute_convolve(images[..., :1], kernels[:, :, :1, :1], (0, 0, 0, 0), (1, 1))[..., 0]
    for actual, wanted in [
        (course.convolve(images, kernels, "same", (2, 1)), expected),
        (course.convolve_channels(images, kernels[..., 0], "same", (2, 1)), expected[..., 0]),
        (course.convolve_grayscale(images[..., 0], kernels[..., 0, 0], "valid"), gray),
    ]:
        np.testing.assert_allclose(actual, wanted, rtol=1e-13)


def test_worked_examples_from_the_literature(course):
    # V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning",
    # arXiv:1603.07285, figure 1.1: a 5 x 5 input, a 3 x 3 kernel, and the nine sums written out
    # there.
    image = np.array(
        [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
    )
    kernel = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]])
    expected = [[[12, 12, 17], [10, 17, 19], [9, 6, 14]]]
    assert course.convolve_grayscale_valid(image[None], kernel).tolist() == expected
    # figures 1.5 and 1.6: the same input pooled by 3 x 3 windows, maximum and average (there to one
    # decimal)
    pixels = image[None, ..., None]
    assert course.pool(pixels, (3, 3), (1, 1)).squeeze().tolist() == [
        [3, 3, 3],
        [3, 3, 3],
        [3, 2, 3],
    ]
    average = course.pool(pixels, (3, 3), (1, 1), "avg").squeeze()
    assert average.round(1).tolist() == [[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]]


def test_same_at_stride_two_by_hand(course):
    # 4 pixels, window 3, stride 2: (4 - 1) * 2 + 3 - 4 = 5 zeros, 3 before and 2 after, keep 4
    # windows: 0 0 0 | 1 2 3 4 | 0 0 with windows that start at 0, 2, 4, 6
    images = np.array([[[1, 2, 3, 4]]])
    result = course.convolve_grayscale(images, np.array([[1, 10, 100]]), "same", (1, 2))
    assert result.tolist() == [[[0, 210, 432, 4]]]


def test_floor_not_ceiling_for_valid(course):
    result = course.convolve_grayscale(np.ones((1, 28, 28)), np.ones((3, 3)), "valid", (2, 2))
    assert result.shape == (1, 13, 13)


def test_uint8_never_wraps(course):
    images, kernel = np.full((2, 3, 3), 200, np.uint8), np.full((3, 3), 200, np.uint8)
    assert course.convolve_grayscale_valid(images, kernel).tolist() == [[[360000.0]]] * 2
    assert (
        course.convolve_channels(images[..., None], kernel[..., None], "valid").tolist()
        == [[[360000.0]]] * 2
    )
    many = course.convolve(images[..., None], kernel[..., None, None], "valid")
    assert many.tolist() == [[[[360000.0]]]] * 2
    assert course.pool(images[..., None], (3, 3), (1, 1), "avg").tolist() == [[[[200.0]]]] * 2


def test_nan_stays_in_its_windows(course):
    images = np.ones((1, 9, 9))
    images[0, 4, 4] = np.nan
    kernel = np.array([[1, 0, -1]] * 3)  # weights of 0 too: 0 * nan is nan
    expected = np.zeros((7, 7), bool)
    expected[2:5, 2:5] = True
    pixels = images[..., None]
    for result in [
        course.convolve_grayscale_valid(images, kernel)[0],
        course.convolve_channels(pixels, kernel[..., None], "valid")[0],
        course.convolve(pixels, kernel[..., None, None], "valid")[0, ..., 0],
        course.pool(pixels, (3, 3), (1, 1))[0, ..., 0],
        course.pool(pixels, (3, 3), (1, 1), "avg")[0, ..., 0],
    ]:
        np.testing.assert_array_equal(np.isnan(result), expected)


def test_slices_do_not_show(course):
    """More images than fit in one slice, and a last slice that is not full, give what each image
    gives alone.
    """
    random = np.random.RandomState(0)
    images, kernels = random.randint(0, 256, (300, 31, 29, 3)), random.randint(-3, 4, (3, 2, 3, 4))
    together = course.convolve(images, kernels), course.pool(images, (3, 2), (2, 3))
    channels = course.convolve_channels(images, kernels[..., 0], (1, 0), (2, 3))
    gray = course.convolve_grayscale(images[..., 0], kernels[..., 0, 0], "valid", (1, 2))
    same = course.convolve_grayscale_same(images[..., 0], kernels[..., 0, 0])
    padded = course.convolve_grayscale_padding(images[..., 0], kernels[..., 0, 0], (1, 2))
    for b in (0, 44, 45, 150, 299):
        one = images[b : b + 1]
        np.testing.assert_array_equal(together[0][b], course.convolve(one, kernels)[0])
        np.testing.assert_array_equal(together[1][b], course.pool(one, (3, 2), (2, 3))[0])
        np.testing.assert_array_equal(
            channels[b], course.convolve_channels(one, kernels[..., 0], (1, 0), (2, 3))[0]
        )
        np.testing.assert_array_equal(
            same[b], course.convolve_grayscale_same(one[..., 0], kernels[..., 0, 0])[0]
        )
        alone = course.convolve_grayscale_padding(one[..., 0], kernels[..., 0, 0], (1, 2))
        np.testing.assert_array_equal(padded[b], alone[0])
        alone = course.convolve_grayscale(one[..., 0], kernels[..., 0, 0], "valid", (1, 2))
        np.testing.assert_array_equal(gray[b], alone[0])


IMAGES, COLOURED, KERNEL = np.ones((2, 5, 6)), np.ones((2, 5, 6, 3)), np.ones((3, 3))
COLOUR_KERNEL, KERNELS = np.ones((3, 3, 3)), np.ones((3, 3, 3, 2))
TOO_LARGE, TWO_CHANNELS = np.ones((7, 3)), np.ones((3, 3, 2))
STRIDED = [
    ("convolve_grayscale", IMAGES, KERNEL),
    ("convolve_channels", COLOURED, COLOUR_KERNEL),
    ("convolve", COLOURED, KERNELS),
]
MISUSES = [
    ("convolve_grayscale_valid", (IMAGES, TOO_LARGE), ["7 x 3", "5 x 6", "smaller"]),
    (
        "convolve_grayscale_padding",
        (IMAGES, np.ones((8, 3)), (1, 1)),
        ["8 x 3", "7 x 8", "more padding"],
    ),
    ("convolve_grayscale_padding", (IMAGES, KERNEL, (-1, 1)), ["(-1, 1)", "(ph, pw)", "from 0 up"]),
    ("convolve_grayscale_padding", (IMAGES, KERNEL, [0, -2]), ["[0, -2]", "(ph, pw)"]),
    ("convolve_grayscale_padding", (IMAGES, KERNEL, 1), ["padding is 1", "(ph, pw)"]),
    ("convolve_grayscale_padding", (IMAGES, KERNEL, (1, 1, 1)), ["(1, 1, 1)", "pair"]),
    ("convolve_grayscale_padding", (IMAGES, KERNEL, "same"), ["'same'", "pair"]),
    ("convolve_channels", (COLOURED, TWO_CHANNELS), ["3 x 3 x 2", "x 3", "as many channels"]),
    (
        "convolve_channels",
        (COLOURED, np.ones((7, 3, 3)), "valid"),
        ["7 x 3 x 3", "5 x 6 x 3", "no larger"],
    ),
    ("convolve", (COLOURED, np.ones((3, 3, 4, 2))), ["3 x 3 x 4", "x 3", "as many channels"]),
    (
        "convolve",
        (COLOURED, np.ones((3, 9, 3, 2)), (1, 1)),
        ["3 x 9 x 3", "7 x 8 x 3", "no larger"],
    ),
    ("convolve_grayscale", (IMAGES, TOO_LARGE, "valid"), ["7 x 3", "5 x 6", "more padding"]),
    ("pool", (COLOURED, (6, 2), (1, 1)), ["6 x 2", "5 x 6", "smaller"]),
    ("pool", (COLOURED, (2, 2), (0, 1)), ["(0, 1)", "from 1 up"]),
    ("pool", (COLOURED, (0, 2), (1, 1)), ["(0, 2)", "from 1 up"]),
    ("pool", (COLOURED, (2, 2), (1, 1), "mean"), ["'mean'", "'max'", "'avg'"]),
]
for name, images, kernel in STRIDED:
    MISUSES += [
        (name, (images, kernel, "full"), ["'full'", "'same'", "'valid'", "(ph, pw)"]),
        (name, (images, kernel, 2), ["padding is 2", "'same'"]),
        (name, (images, kernel, (1, -1)), ["(1, -1)", "from 0 up"]),
        (name, (images, kernel, "same", (0, 1)), ["(0, 1)", "from 1 up"]),
        (name, (images, kernel, "same", (1, -2)), ["(1, -2)", "from 1 up"]),
    ]


@pytest.mark.parametrize(("name", "arguments", "words"), MISUSES)
def test_misuse_says_what_came_and_what_would_do(course, name, arguments, words):
    with pytest.raises(ValueError, match=r".") as caught:
        getattr(course, name)(*arguments)
    for word in words:
        assert word in str(caught.value)


def test_memory_beyond_result_and_input(course):
    """A batch of 4000 images needs a slice of working memory, not one more copy of the batch."""
    import tracemalloc

    images = np.zeros((4000, 28, 28))
    colour = np.zeros((2000, 32, 32, 3), np.uint8)
    for call in [
        lambda: course.convolve_grayscale_same(images, KERNEL),
        lambda: course.convolve_channels(colour, COLOUR_KERNEL),
        lambda: course.convolve(colour, KERNELS),
        lambda: course.pool(colour, (2, 2), (2, 2)),
    ]:
        tracemalloc.start()
        result = call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak - result.nbytes < 8 * 2**20
