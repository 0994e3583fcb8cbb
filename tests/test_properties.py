"""Every call against the slow twin, over rank, stride, dilation, groups, padding, mode, layout
and dtype.

Values are small multiples of a half, so that sums are exact in every dtype and results are compared
bit for bit.
"""

import warnings

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import convpool
from convpool import course, reference
from convpool.engines.registry.convolution import ENGINES
from convpool.windows import PADDINGS
from support.arrays import numbers
from support.engines import refusals

FLOATS = ["float16", "float32", "float64", "longdouble", ">f4", ">f8"]
INTEGERS = ["int8", "uint8", "int16", ">u2", "int32", "uint32", "int64", ">i8", "uint64", "bool"]
COMPLEX = ["complex64", "complex128"]
LAYOUTS = ["plain", "fortran", "strided", "negative", "broadcast", "read-only"]
PAD_MODES = ["zeros", "zeros", "constant", "reflect", "symmetric", "edge", "wrap"]


def layout(array, name):
    """Return the same values laid out otherwise; broadcast ones repeat the first image."""
    if name == "fortran":
        return np.asfortranarray(array)
    if name == "strided":
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        return wide[..., ::2]
    if name == "negative":
        return array[::-1, ::-1].copy()[::-1, ::-1]
    if name == "broadcast" and len(array):
        return np.broadcast_to(array[:1], array.shape)
    array = array.copy()
    array.flags.writeable = name != "read-only"
    return array


def same(actual, expected, *inputs):
    """Both have one dtype, shape and every bit; the inputs are as they were."""
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(actual, expected)
    for now, before in inputs:
        np.testing.assert_array_equal(now, before)


# engines that can sum such numbers here, on two axes
FLOAT_ENGINES = [name for name, reason in refusals(np.float32).items() if reason is None]
INTEGER_ENGINES = [name for name, reason in refusals(np.int64).items() if reason is None]

dtypes = st.sampled_from(FLOATS + INTEGERS + COMPLEX)
layouts = st.sampled_from(LAYOUTS)
specials = st.sampled_from([(), (), (), (np.nan,), (np.inf,), (np.inf, -np.inf, np.nan)])
seeds = st.integers(0, 2**32 - 1)


@st.composite
def geometries(draw, transposed=False):
    """Return sizes, window, stride, dilation and padding of a random rank."""
    rank = draw(st.integers(1, 3))
    few = 7 if rank < 3 else 4

    def each(least, most):
        return draw(st.tuples(*[st.integers(least, most)] * rank))

    pairs = st.tuples(*[st.tuples(st.integers(0, few + 2), st.integers(0, few + 2))] * rank)
    words = [
        st.sampled_from(list(PADDINGS)),
        st.integers(0, 3),
        st.tuples(*[st.integers(0, 4)] * rank),
        pairs,
    ]
    return (
        each(0 if draw(st.integers(0, 9)) == 0 else 1, few),
        each(1, 4),
        each(1, 4),
        each(1, 3),
        draw(st.one_of(words)),
    )


def called(function, *arguments, **words):
    """Call with NumPy's warnings on floats silent, as they are in both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return function(*arguments, **words)


def fits(call):
    """Call, if the geometry is one that the library takes and the engine takes such numbers."""
    try:
        return call()
    except ValueError as error:
        assume("cannot do this" not in str(error) and "takes finite numbers only" not in str(error))
        assume(
            "does not fit" not in str(error)
            and "is 0" not in str(error)
            and "would be" not in str(error)
        )
        assume("nothing to take from" not in str(error))
        raise


@given(
    geometries(),
    st.integers(0, 2),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(0, 2),
    st.tuples(dtypes, dtypes),
    st.tuples(layouts, layouts),
    st.sampled_from(PAD_MODES),
    st.booleans(),
    st.booleans(),
    seeds,
    specials,
    st.sampled_from(["auto", *ENGINES]),
)
@example(
    ((0,), (1,), (1,), (1,), "same"),
    1,
    1,
    1,
    1,
    ("i1", "i1"),
    ("plain", "plain"),
    "zeros",
    0,
    0,
    0,
    (),
    "auto",
)
def test_convolve(
    geometry, m, groups, depth, per_group, kinds, how, pad_mode, flip, biased, seed, special, engine
):
    sizes, window, stride, dilation, padding = geometry
    images = layout(numbers((m, *sizes, groups * depth), kinds[0], seed, special=special), how[0])
    kernels = layout(
        numbers((*window, depth, groups * per_group), kinds[1], seed + 1, special=special), how[1]
    )
    whole = images.dtype.kind in "biu" and kernels.dtype.kind in "biu"
    axis = -1 if seed % 2 else 1
    given_images = np.moveaxis(images, -1, axis)
    words = {
        "dilation": dilation,
        "groups": groups,
        "pad_mode": pad_mode,
        "flip": flip,
        "channel_axis": axis,
    }
    words["fill"] = 0 if pad_mode != "constant" else 3 if whole else 1.5
    if biased:
        words["bias"] = np.arange(groups * per_group)
    before = images.copy(), kernels.copy()
    ours = words | {"engine": engine, "kernel_layout": "HWIO"}  # the reference has ours alone
    actual = fits(lambda: called(convpool.convolve, given_images, kernels, padding, stride, **ours))
    expected = called(reference.convolve, given_images, kernels, padding, stride, **words)
    if np.dtype(kinds[0]).kind == "c" or np.dtype(kinds[1]).kind == "c":
        assume(not special)  # NumPy's own products of complex infinities depend on their order
    if engine == "fft":
        np.testing.assert_allclose(
            actual, expected, rtol=0, atol=1e-12
        )  # test_engines.py has the bound
        expected = actual
    same(actual, expected, (images, before[0]), (kernels, before[1]))
    out = np.full_like(expected, 1)
    assert (
        called(
            convpool.convolve,
            given_images,
            kernels,
            padding,
            stride,
            **ours,
            out=out,
        )
        is out
    )
    np.testing.assert_array_equal(out, expected)


@given(
    geometries(),
    st.integers(0, 2),
    st.integers(1, 2),
    st.integers(1, 2),
    st.integers(1, 2),
    st.tuples(dtypes, dtypes),
    layouts,
    st.integers(0, 2),
    seeds,
)
def test_convolve_transpose(geometry, m, groups, depth, per_group, kinds, how, extra, seed):
    sizes, window, stride, dilation, padding = geometry
    values = layout(numbers((m, *sizes, groups * per_group), kinds[0], seed), how)
    kernels = numbers((*window, depth, groups * per_group), kinds[1], seed + 1)
    more = (
        0
        if isinstance(padding, str)
        else tuple(min(extra, max(s, d) - 1) for s, d in zip(stride, dilation, strict=True))
    )
    words = {"output_padding": more, "dilation": dilation, "groups": groups}
    assume(min(sizes) > 0)
    actual = fits(lambda: convpool.convolve_transpose(values, kernels, padding, stride, **words))
    same(actual, reference.convolve_transpose(values, kernels, padding, stride, **words))


@given(
    geometries(), st.integers(1, 2), st.integers(1, 2), st.integers(1, 2), st.integers(1, 2), seeds
)
def test_transpose_is_the_adjoint(geometry, m, groups, depth, per_group, seed):
    sizes, window, stride, dilation, padding = geometry
    words = {"dilation": dilation, "groups": groups}
    kernels = numbers((*window, depth, groups * per_group), "int64", seed)
    images = numbers((m, *sizes, groups * depth), "int64", seed + 1)
    assume(min(sizes) > 0)
    result = fits(lambda: convpool.convolve(images, kernels, padding, stride, **words))
    values = numbers(result.shape, "int64", seed + 2)
    axes = convpool.plan_convolution(images.shape, kernels.shape, padding, stride, **words).axes
    if padding in ("same", "same_lower", "same_size"):
        back = convpool.convolve_transpose(values, kernels, padding, stride, **words)
        assume(images.shape == back.shape)
    else:  # what floor left over
        words["output_padding"] = [(a.before + a.size + a.after - a.span) % a.stride for a in axes]
        back = convpool.convolve_transpose(values, kernels, padding, stride, **words)
    assert back.shape == images.shape
    assert (result * values).sum() == (images * back).sum()


@given(
    geometries(),
    st.integers(0, 2),
    st.integers(1, 3),
    dtypes,
    layouts,
    st.sampled_from(["max", "min", "avg", "sum", "lp", "median"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, None, *PAD_MODES]),
    seeds,
    specials,
)
def test_pool(geometry, m, c, kind, how, mode, ceil, counted, pad_mode, seed, special):
    sizes, window, stride, dilation, padding = geometry
    assume(np.dtype(kind).kind != "c" or (mode in ("avg", "sum") and not special))
    images = layout(numbers((m, *sizes, c), kind, seed, special=special), how)
    before = images.copy()
    axis = -1 if seed % 2 else 1
    entered = np.moveaxis(images, -1, axis)
    words = {
        "padding": padding,
        "dilation": dilation,
        "ceil": ceil,
        "count_padding": counted,
        "channel_axis": axis,
    }
    words |= {"pad_mode": pad_mode, "fill": int(pad_mode == "constant")}
    if mode in ("max", "min", "median") and seed % 3:
        words["footprint"] = np.arange(np.prod(window)).reshape(window) % 3 != seed % 2 + 1
    actual = fits(lambda: called(convpool.pool, entered, window, stride, mode, **words))
    expected = called(reference.pool, entered, window, stride, mode, **words)
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    rtol = {"float16": 2e-3, "float32": 1e-6, "complex64": 1e-6}.get(
        actual.dtype.newbyteorder("=").name, 1e-14
    )
    np.testing.assert_allclose(actual, expected, rtol=rtol if mode in ("avg", "lp") else 0)
    np.testing.assert_array_equal(images, before)


@given(
    geometries(),
    st.integers(0, 2),
    st.integers(1, 2),
    st.sampled_from(FLOATS + INTEGERS),
    st.booleans(),
    seeds,
    specials,
)
def test_max_pool_indices_and_unpool(geometry, m, c, kind, ceil, seed, special):
    sizes, window, stride, dilation, padding = geometry
    images = numbers((m, *sizes, c), kind, seed, special=special)
    words = {"padding": padding, "dilation": dilation, "ceil": ceil}
    values, indices = fits(lambda: convpool.max_pool_indices(images, window, stride, **words))
    expected_values, expected_indices = reference.max_pool_indices(images, window, stride, **words)
    same(values, expected_values)
    same(indices, expected_indices)
    assume(min(sizes) > 0)
    same(convpool.max_unpool(values, indices, sizes), reference.max_unpool(values, indices, sizes))
    for axis in range(
        1, images.ndim
    ):  # channels elsewhere change where they stand, and nothing else
        moved = np.moveaxis(images, -1, axis)
        pooled = convpool.max_pool_indices(moved, window, stride, **words, channel_axis=axis)
        same(pooled[1], np.moveaxis(indices, -1, axis))
        back = convpool.max_unpool(*pooled, sizes, channel_axis=axis)
        same(back, np.moveaxis(reference.max_unpool(values, indices, sizes), -1, axis))
        same(back, reference.max_unpool(*pooled, sizes, channel_axis=axis))


@given(geometries(), st.integers(0, 2), st.integers(1, 2), dtypes, seeds)
def test_fold_adds_up_the_window_view(geometry, m, c, kind, seed):
    sizes, window, stride, dilation, _ = geometry
    images = numbers((m, *sizes, c), kind, seed)
    windows = fits(lambda: convpool.window_view(images, window, stride, dilation))
    assert not windows.flags.writeable
    assert m == 0 or np.shares_memory(windows, images)
    same(
        convpool.fold(windows, sizes, stride, dilation),
        reference.fold(windows, sizes, stride, dilation),
    )
    ones = convpool.fold(
        np.ones(windows.shape), sizes, stride, dilation
    )  # how often each pixel is seen
    np.testing.assert_array_equal(
        convpool.fold(windows, sizes, stride, dilation),
        images.astype(ones.dtype if kind not in COMPLEX else kind) * ones,
    )


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 2),
    st.sampled_from(["max", "min", "avg", "sum", "lp", "median"]),
    st.sampled_from(FLOATS + INTEGERS),
    seeds,
)
def test_adaptive_and_global_pool(h, oh, ow, m, mode, kind, seed):
    axis = seed % 3 + 1
    images = np.moveaxis(numbers((m, h, 5, 2), kind, seed), -1, axis)
    sizes, words = (None if seed % 5 == 0 else oh, ow), {"channel_axis": axis - 4 * (seed % 2)}
    for actual, expected in [
        (
            convpool.adaptive_pool(images, sizes, mode, **words),
            reference.adaptive_pool(images, sizes, mode, **words),
        ),
        (convpool.global_pool(images, mode, **words), reference.global_pool(images, mode, **words)),
    ]:
        assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
        rtol = {"float16": 2e-3, "float32": 1e-6}.get(actual.dtype.name, 1e-14)
        np.testing.assert_allclose(actual, expected, rtol=rtol)


@given(
    st.tuples(*[st.integers(1, 6)] * 3),
    st.tuples(*[st.integers(1, 7)] * 3),
    st.integers(0, 2),
    st.integers(1, 3),
    st.sampled_from(FLOATS + INTEGERS),
    seeds,
    specials,
)
def test_adaptive_max_pool_indices(sizes, output_shape, m, rank, kind, seed, special):
    images = numbers((m, *sizes[:rank], 2), kind, seed, special=special)
    images = images if kind == "bool" else np.sign(images)  # with many equals
    axis = seed % (rank + 1) + 1
    moved, shape = np.moveaxis(images, -1, axis), output_shape[:rank]
    actual = convpool.adaptive_max_pool_indices(moved, shape, channel_axis=axis)
    for one, other in zip(
        actual, reference.adaptive_max_pool_indices(moved, shape, channel_axis=axis), strict=True
    ):
        same(one, other)
    np.testing.assert_array_equal(
        actual[0], convpool.adaptive_pool(moved, shape, "max", channel_axis=axis)
    )
    flat = np.moveaxis(actual[1], axis, -1).reshape(m, np.prod(shape), 2)
    values = np.take_along_axis(images.reshape(m, np.prod(sizes[:rank]), 2), flat, axis=1)
    np.testing.assert_array_equal(values, np.moveaxis(actual[0], axis, -1).reshape(values.shape))


@given(
    st.integers(1, 8),
    st.integers(1, 8),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.booleans(),
    st.sampled_from(PAD_MODES[1:]),
    st.sampled_from(FLOATS + INTEGERS),
    seeds,
)
def test_filter_image_is_convolve_on_each_channel(h, w, window, colour, pad_mode, kind, seed):
    image = numbers((h, w, 3) if colour else (h, w), kind, seed)
    kernel = numbers(window, "int64", seed + 1)
    planes = np.moveaxis(image, -1, 0)[..., None] if colour else image[None, ..., None]
    expected = reference.convolve(planes, kernel[..., None, None], pad_mode=pad_mode)[..., 0]
    same(
        convpool.filter_image(image, kernel, pad_mode=pad_mode),
        np.moveaxis(expected, 0, -1) if colour else expected[0],
    )


@given(st.tuples(st.integers(1, 6), st.integers(1, 6)), st.integers(1, 3), st.integers(1, 3), seeds)
def test_linear_and_shift(window, stride, c, seed):
    images, others = (numbers((2, 12, 12, c), "int64", seed + k) for k in (0, 1))
    kernels = numbers((*window, c, 2), "int64", seed + 2)

    def convolved(x):
        return convpool.convolve(x, kernels, "valid", stride)

    np.testing.assert_array_equal(
        convolved(2 * images - 3 * others), 2 * convolved(images) - 3 * convolved(others)
    )
    shifted = np.roll(images, (stride, stride), (1, 2))
    np.testing.assert_array_equal(
        convolved(shifted)[:, 1:, 1:], convolved(images)[:, : -1 or None, :-1]
    )


@given(st.tuples(st.integers(1, 5), st.integers(1, 5)), st.integers(1, 3), seeds)
def test_pooling_against_sorted_windows(window, stride, seed):
    images = numbers((2, 7, 6, 2), "int64", seed)
    ordered = np.sort(
        convpool.window_view(images, window, stride).reshape(*_counts(window, stride), -1), axis=-1
    )
    np.testing.assert_array_equal(convpool.pool(images, window, stride), ordered[..., -1])
    np.testing.assert_array_equal(convpool.pool(images, window, stride, "min"), ordered[..., 0])
    np.testing.assert_array_equal(
        convpool.pool(images, window, stride, "sum"), ordered.sum(axis=-1)
    )


def _counts(window, stride):
    return 2, (7 - window[0]) // stride + 1, (6 - window[1]) // stride + 1, 2


@pytest.mark.parametrize("kind", ["uint8", "int64", "float64"])
def test_course_names_equal_the_seven_files_bit_for_bit(seven_files, kind):
    for seed in range(40):
        random = np.random.default_rng(seed)
        m, h, w, c, nc = (
            random.integers(1, 4),
            *random.integers(4, 12, 2),
            *random.integers(1, 4, 2),
        )
        kh, kw, sh, sw, ph, pw = (
            *random.integers(1, 5, 2),
            *random.integers(1, 4, 2),
            *random.integers(0, 3, 2),
        )
        images, kernels = (
            numbers((m, h, w, c), kind, seed),
            numbers((kh, kw, c, nc), kind, seed + 1),
        )
        gray, kernel = images[..., 0], kernels[..., 0, 0]
        calls = [
            ("convolve_grayscale_valid", (gray, kernel)),
            ("convolve_grayscale_same", (gray, kernel)),
            ("convolve_grayscale_padding", (gray, kernel, (ph, pw))),
        ]
        for padding in ["same", "valid", (ph, pw), [ph, pw]]:
            words = padding, (sh, sw)
            calls += [
                ("convolve_grayscale", (gray, kernel, *words)),
                ("convolve", (images, kernels, *words)),
            ]
            calls.append(("convolve_channels", (images, kernels[..., 0], *words)))
        calls += [("pool", (images, (kh, kw), (sh, sw), mode)) for mode in ("max", "avg")]
        for name, arguments in calls:
            same(getattr(course, name)(*arguments), seven_files[name](*arguments))


@given(geometries(), st.data())
def test_halo_is_what_a_part_of_the_output_needs(geometry, data):
    sizes, window, stride, dilation, padding = geometry
    assume(min(sizes) > 0)
    images, kernels = numbers((1, *sizes, 1), "int64", 1), numbers((*window, 1, 1), "int64", 2)
    whole = fits(lambda: convpool.convolve(images, kernels, padding, stride, dilation=dilation))
    part = []
    for count in whole.shape[1:-1]:
        start = data.draw(st.integers(0, count - 1))
        part.append(slice(start, data.draw(st.integers(start + 1, count))))
    halos = convpool.halo(sizes, window, part, padding, stride, dilation=dilation)
    tile = images[(slice(None), *(slice(halo.start, halo.stop) for halo in halos))]
    tile = np.pad(tile, ((0, 0), *((halo.before, halo.after) for halo in halos), (0, 0)))
    alone = convpool.convolve(tile, kernels, "valid", stride, dilation=dilation)
    np.testing.assert_array_equal(alone, whole[(slice(None), *part)])


@pytest.mark.parametrize("engine", FLOAT_ENGINES)
def test_float16_sums_in_float32(engine):
    images, kernels = np.ones((1, 60, 60, 1), np.float16), np.ones((60, 60, 1, 1), np.float16)
    result = convpool.convolve(images, kernels, "valid", engine=engine)
    assert (result.dtype, result.item()) == (np.float16, 3600)  # float16 alone would stay at 2048


def test_longdouble_keeps_its_digits():
    small = np.finfo(np.longdouble).eps
    images = np.array([1, small], np.longdouble).reshape(1, 2, 1)
    result = convpool.convolve(images, np.ones((2, 1, 1), np.longdouble), "valid")
    assert (result.dtype, result.item()) == (np.longdouble, 1 + small)


@pytest.mark.parametrize("value", [2**53 + 1, -(2**62) - 1, 2**63 - 1])
def test_integers_beyond_float64_are_exact(value):
    images = np.array([value, 0]).reshape(1, 2, 1)
    for engine in INTEGER_ENGINES:
        result = convpool.convolve(images, np.ones((1, 1, 1), np.int64), engine=engine)
        assert result.ravel().tolist() == [value, 0]
    assert convpool.convolve_transpose(images, np.ones((1, 1, 1), np.int64)).ravel().tolist() == [
        value,
        0,
    ]
    assert convpool.pool(images, (1,), mode="sum").ravel().tolist() == [value, 0]


@pytest.mark.parametrize("shift", [0, 1])
def test_out_may_overlap_the_images(shift):
    memory = np.arange(26.0)
    images, out = memory[:25].reshape(1, 5, 5, 1), memory[shift : 25 + shift].reshape(1, 5, 5, 1)
    kernels = np.ones((3, 3, 1, 1))
    expected = reference.convolve(images.copy(), kernels)
    assert convpool.convolve(images, kernels, out=out) is out
    np.testing.assert_array_equal(out, expected)
