"""One table of convolutions over every engine, judged by the slow twin; what an engine does not
take, it says.

Integers and sums that are exact are compared bit for bit. Where sums round, the bounds are: for
direct sums of k terms and a bias, (k + 2) eps of the sum of the magnitudes |x| |w| + |bias|; for
transforms k eps of sum |w| times the greatest |x| in the window, padding included, and one rounding
of the result and of its bias.
"""

import numpy as np
import pytest

import convpool
from convpool import reference
from convpool.engines.registry.convolution import ENGINES
from support import bounds
from support.arrays import numbers
from support.compiled import REFUSAL
from support.sampling import IS_FULL

DIRECT = [name for name in ENGINES if name != "fft"]
DTYPES = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
    "longdouble",
    "complex64",
    "complex128",
]

# name: (images, kernels, words)
GEOMETRIES = {
    "one pixel": ((1, 1, 1, 1), (1, 1, 1, 1), {}),
    "same": ((2, 7, 9, 1), (3, 3, 1, 1), {}),
    "same_lower, even": ((2, 7, 8, 2), (2, 4, 2, 3), {"padding": "same_lower"}),
    "same_size, strides": ((2, 7, 8, 2), (2, 4, 2, 3), {"padding": "same_size", "stride": (2, 3)}),
    "valid": ((2, 7, 19, 3), (3, 2, 3, 2), {"padding": "valid"}),
    "full": ((1, 4, 5, 3), (3, 6, 3, 1), {"padding": "full"}),
    "pairs": ((1, 4, 5, 3), (3, 3, 3, 2), {"padding": ((0, 3), (2, 1))}),
    "strides": ((2, 9, 17, 3), (3, 3, 3, 4), {"stride": (3, 2)}),
    "strides beyond the window": ((2, 9, 17, 3), (2, 2, 3, 4), {"stride": 5, "padding": "valid"}),
    "dilation": ((1, 9, 11, 2), (3, 3, 2, 3), {"dilation": (2, 3)}),
    "dilation and strides": ((1, 9, 11, 2), (3, 2, 2, 3), {"dilation": 3, "stride": 2}),
    "groups": ((2, 6, 7, 6), (3, 3, 2, 9), {"groups": 3}),
    "depthwise": ((2, 6, 7, 5), (3, 3, 1, 5), {"groups": 5}),
    "depthwise, strides": ((2, 6, 7, 20), (3, 3, 1, 20), {"groups": 20, "stride": 2}),
    "depthwise, multiplier": ((2, 6, 7, 3), (3, 3, 1, 9), {"groups": 3}),
    "many kernels": ((1, 5, 6, 3), (3, 3, 3, 20), {}),
    "many channels": ((1, 4, 5, 19), (2, 2, 19, 18), {}),
    "1x1": ((1, 4, 5, 7), (1, 1, 7, 20), {}),
    "flipped": ((1, 6, 7, 2), (3, 4, 2, 2), {"flip": True}),
    "biased": ((1, 6, 7, 2), (3, 4, 2, 3), {"bias": np.arange(3) - 1}),
    "one axis": ((2, 25, 3), (5, 3, 2), {"stride": 2}),
    "one axis, dilated": ((2, 25, 2), (5, 2, 19), {"dilation": 4}),
    "three axes": ((1, 4, 3, 5, 2), (2, 3, 2, 2, 3), {"stride": (1, 2, 1)}),
    "a batch": ((9, 3, 4, 2), (3, 3, 2, 2), {}),
    "no images": ((0, 5, 5, 2), (3, 3, 2, 2), {}),
    "no rows": ((2, 0, 5, 2), (3, 3, 2, 2), {}),
    "no columns": ((2, 5, 0, 2), (3, 3, 2, 2), {}),
    "no channels": ((2, 5, 4, 0), (3, 3, 0, 2), {"bias": np.arange(2)}),
    "no kernels": ((2, 5, 4, 2), (3, 3, 2, 0), {}),
    "channels first": ((2, 3, 6, 7), (3, 3, 3, 4), {"channel_axis": 1}),
    "channels first, groups": ((2, 4, 6, 7), (3, 3, 1, 4), {"channel_axis": 1, "groups": 4}),
    **{
        pad_mode: ((2, 5, 6, 2), (3, 4, 2, 2), {"pad_mode": pad_mode, "padding": 7})
        for pad_mode in ("reflect", "symmetric", "edge", "wrap")
    },
    "constant": ((2, 5, 6, 2), (3, 4, 2, 2), {"pad_mode": "constant", "fill": 3}),
}


def refusal(engine, images, kernels, **words):
    """Return why an engine cannot do this, None if it can."""
    plan = convpool.plan_convolution(
        images.shape,
        kernels.shape,
        images_dtype=images.dtype,
        kernels_dtype=kernels.dtype,
        channel_axis=words.get("channel_axis", -1),
        groups=words.get("groups", 1),
        dtype=words.get("dtype"),
    )
    return plan.refusals()[engine]


def bound_of_transforms(images, kernels, words):
    axis = words.get("channel_axis", -1)
    plan = convpool.plan_convolution(
        images.shape,
        kernels.shape,
        images_dtype=images.dtype,
        kernels_dtype=kernels.dtype,
        **{name: word for name, word in words.items() if name not in ("bias", "flip")},
    )
    given = {name: words[name] for name in ("groups", "pad_mode", "fill") if name in words}
    found = bounds.sum_bounds(
        np.moveaxis(images, axis, -1), kernels, plan.axes, plan.accumulation, **given
    )
    return np.moveaxis(found, -1, axis)


def judged(engine, images, kernels, **words):
    """Compare an engine with the slow twin, where sums are exact; if it refuses, the error must
    name the others.
    """
    before = images.copy(), kernels.copy()
    refused = refusal(engine, images, kernels, **words)
    if refused is not None:
        with pytest.raises(ValueError, match="cannot do this") as caught:
            convpool.convolve(images, kernels, engine=engine, **words)
        assert refused in str(caught.value)
        assert "'numpy'" in str(caught.value)
        return None
    actual = convpool.convolve(images, kernels, engine=engine, **words)
    expected = reference.convolve(images, kernels, **words)
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    assert actual.dtype.isnative
    if engine == "fft":
        with np.errstate(invalid="ignore"):
            error = abs(actual - expected) <= bound_of_transforms(
                images, kernels, words
            ) + 2**-52 * abs(expected)
        assert (error | (actual == expected) | (np.isnan(actual) & np.isnan(expected))).all()
    else:
        np.testing.assert_array_equal(actual, expected)
    np.testing.assert_array_equal(images, before[0])
    np.testing.assert_array_equal(kernels, before[1])
    return actual


def near(actual, expected, engine):
    """Every bit is as expected, but for what a transform leaves."""
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-13 if engine == "fft" else 0)


@pytest.mark.parametrize("name", GEOMETRIES)
@pytest.mark.parametrize("engine", ENGINES)
def test_geometries(engine, name):
    images, kernels, words = GEOMETRIES[name]
    kinds = [("float64", "float64"), ("uint8", "int8"), ("uint8", "float32")]
    if engine == "compiled" and not IS_FULL:  # each takes a second, the first time
        kinds = [kinds[list(GEOMETRIES).index(name) % 3]]
    for pair in [("float32", "float32"), *kinds]:
        judged(engine, numbers(images, pair[0], 0), numbers(kernels, pair[1], 1), **words)


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize("engine", ENGINES)
def test_dtypes(engine, kind):
    images = numbers((2, 5, 9, 3), kind, 0)
    weights = (
        {kind, "int8", "float32", "float64"} if engine == "compiled" and not IS_FULL else DTYPES
    )
    for weight in weights:
        judged(engine, images, numbers((3, 3, 3, 2), weight, 1))


@pytest.mark.parametrize(
    "dtype",
    ["int8", "int16", "int32", "int64", "uint64", "float16", "float32", "float64", "longdouble"],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_dtype_asked_for(engine, dtype):
    images, kernels = numbers((1, 4, 5, 2), "bool", 0), numbers((2, 2, 2, 3), "bool", 1)
    judged(engine, images, kernels, dtype=dtype)
    if np.dtype(dtype).kind == "f":
        judged(engine, numbers((1, 4, 5, 2), "float32", 0), kernels, dtype=dtype)


@pytest.mark.parametrize("engine", ENGINES)
def test_which_dtypes_and_ranks_an_engine_takes(engine):
    """What an engine takes is stated once more, by hand."""
    taken = {
        "numpy": {*DTYPES},
        "compiled": {*DTYPES} - {"longdouble", "complex64", "complex128"},
        "fft": {"float16", "float32", "float64"},
    }[engine]
    found = {
        kind
        for kind in DTYPES
        if refusal(engine, numbers((1, 2, 2, 1), kind, 0), numbers((1, 1, 1, 1), kind, 0)) is None
    }
    if REFUSAL is None:
        assert found == taken
        assert refusal(engine, np.ones((1, 2, 2, 2, 1)), np.ones((1, 1, 1, 1, 1))) is None


def unaligned(array):
    memory = np.empty(array.nbytes + 1, np.uint8)
    view = memory[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


def strided(array):
    wide = np.full([2 * size for size in array.shape], 99, array.dtype)
    wide[(slice(None, None, 2),) * array.ndim] = array
    return wide[(slice(None, None, 2),) * array.ndim]


def read_only(array):
    array.flags.writeable = False
    return array


LAYOUTS = {
    "read-only": read_only,
    "fortran": np.asfortranarray,
    "negative": lambda array: array[::-1, ::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1, ::-1],
    "strided": strided,
    "planar": lambda array: np.moveaxis(np.moveaxis(array, -1, 1).copy(), 1, -1),
    "broadcast": lambda array: np.broadcast_to(array[:1], array.shape),
    "byte-swapped": lambda array: array.astype(array.dtype.newbyteorder()),
    "unaligned": unaligned,
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["float32", "int16"])
def test_layouts(engine, name, kind):
    for nc in (1, 3, 20):
        images, kernels = numbers((2, 5, 9, 3), kind, 0), numbers((3, 2, 3, nc), kind, 1)
        judged(engine, LAYOUTS[name](images), LAYOUTS[name](kernels))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "name", [name for name in LAYOUTS if name not in ("read-only", "broadcast", "byte-swapped")]
)
def test_layouts_of_out(engine, name):
    images, kernels = numbers((2, 5, 9, 3), "float32", 0), numbers((3, 2, 3, 4), "float32", 1)
    out = LAYOUTS[name](np.full((2, 5, 9, 4), 7, np.float32))
    assert convpool.convolve(images, kernels, engine=engine, out=out) is out
    near(out, reference.convolve(images, kernels), engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shift", [0, 1])
def test_out_may_overlap_the_images(engine, shift):
    memory = np.arange(26.0)
    images, out = memory[:25].reshape(1, 5, 5, 1), memory[shift : 25 + shift].reshape(1, 5, 5, 1)
    kernels = np.ones((3, 3, 1, 1))
    expected = reference.convolve(images.copy(), kernels)
    assert convpool.convolve(images, kernels, out=out, engine=engine) is out
    np.testing.assert_allclose(out, expected, rtol=1e-14)


# ---- rounding ----


@pytest.mark.parametrize("name", GEOMETRIES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("engine", ENGINES)
def test_rounding_is_within_the_bound(engine, dtype, name):
    shape, window, words = GEOMETRIES[name]
    random = np.random.default_rng(0)
    images, kernels = (
        random.standard_normal(shape).astype(dtype),
        random.standard_normal(window).astype(dtype),
    )
    words = words | {"bias": random.standard_normal(window[-1]).astype(dtype)}
    if (reason := refusal(engine, images, kernels, **words)) is not None:
        pytest.skip(reason)
    actual = convpool.convolve(images, kernels, engine=engine, **words)
    long = [array.astype(np.longdouble) for array in (images, kernels)]
    exact = reference.convolve(*long, **words)
    sizes = words | {"bias": abs(words["bias"])}
    magnitude = reference.convolve(*map(abs, long), **sizes)
    eps, terms = np.finfo(dtype).eps, kernels[..., :1].size
    if engine == "fft":
        bound = bound_of_transforms(images, kernels, words) + 2 * eps * magnitude
    else:
        bound = (terms + 2) * eps * magnitude
    assert actual.dtype == dtype
    assert (abs(actual - exact) <= bound).all()


# ---- integers ----


@pytest.mark.parametrize("bits", [8, 22, 30, 50, 58])
@pytest.mark.parametrize("nc", [1, 3, 20])
@pytest.mark.parametrize("engine", DIRECT)
def test_integer_sums_are_exact_at_every_size(engine, nc, bits):
    random = np.random.default_rng(bits)
    images = random.integers(-(2**bits), 2**bits + 1, (1, 4, 6, 2))
    judged(
        engine,
        images,
        random.integers(-3, 4, (2, 2, 2, nc)),
        bias=random.integers(-(2**40), 2**40, nc),
    )


@pytest.mark.parametrize("value", [2**53 + 1, -(2**62) - 1, 2**63 - 1, -(2**63) + 1])
@pytest.mark.parametrize("engine", DIRECT)
def test_integers_beyond_float64(engine, value):
    for nc in (1, 20):
        kernels = np.zeros((2, 1, 1, nc), np.int64)
        kernels[0] = 1
        judged(engine, np.array([value, 0, 3]).reshape(1, 3, 1, 1), kernels, padding="valid")


@pytest.mark.parametrize("engine", DIRECT)
def test_uint64_that_fits_and_that_does_not(engine):
    kernels = np.ones((1, 1, 1, 1), np.uint64)
    judged(engine, np.array([2**63 - 1, 1], np.uint64).reshape(1, 1, 2, 1), kernels)
    for value in (2**63, 2**64 - 1):
        with pytest.raises(OverflowError, match="int64"):
            convpool.convolve(np.full((1, 1, 1, 1), value, np.uint64), kernels, engine=engine)


@pytest.mark.parametrize("engine", DIRECT)
def test_a_sum_that_might_not_fit_is_refused_before_anything_is_written(engine):
    out = np.full((1, 4, 4, 1), 7)
    with pytest.raises(OverflowError, match="int64"):
        convpool.convolve(
            np.full((1, 4, 4, 1), 2**62), np.ones((2, 2, 1, 1), int), out=out, engine=engine
        )
    assert (out == 7).all()


# ---- NaN and infinity ----


@pytest.mark.parametrize("values", [(np.nan,), (np.inf,), (-np.inf,), (np.inf, -np.inf, np.nan)])
@pytest.mark.parametrize("name", [name for name in GEOMETRIES if not name.startswith("no ")])
@pytest.mark.parametrize("engine", ENGINES)
def test_nan_and_infinity_lie_where_the_twin_has_them(engine, name, values):
    shape, window, words = GEOMETRIES[name]
    images, kernels = numbers(shape, "float32", 0), numbers(window, "float32", 1)
    random = np.random.default_rng(2)
    for k, value in enumerate(values):
        images.flat[random.integers(images.size)] = value
        judged(engine, images, kernels, **words)
        weights = kernels.copy()
        weights.flat[random.integers(kernels.size)] = value
        judged(
            engine, images if k else numbers(shape, "float32", 0), weights, **words
        )  # also over the padding: 0 * inf


@pytest.mark.parametrize("engine", ENGINES)
def test_sums_that_overflow_become_infinite_in_silence(engine, recwarn):
    images, kernels = np.full((1, 3, 20, 1), 3e38, np.float32), np.full((2, 2, 1, 1), 2, np.float32)
    assert np.isinf(convpool.convolve(images, kernels, "valid", engine=engine)).all()
    assert not recwarn.list


# ---- engines by name ----


@pytest.mark.parametrize(
    ("engine", "images", "kernels", "able", "words"),
    [
        (
            "compiled",
            np.ones((1, 4, 4, 1), complex),
            np.ones((2, 2, 1, 1)),
            ["numpy"],
            "complex128",
        ),
        (
            "compiled",
            np.ones((1, 4, 4, 1), np.longdouble),
            np.ones((2, 2, 1, 1)),
            ["numpy"],
            "float",
        ),
        (
            "fft",
            np.ones((1, 4, 4, 1), np.uint8),
            np.ones((2, 2, 1, 1), np.int8),
            ["numpy", "compiled"],
            "int64",
        ),
        ("fft", np.ones((1, 4, 4, 1), complex), np.ones((2, 2, 1, 1)), ["numpy"], "complex128"),
    ],
)
def test_an_engine_that_cannot_names_those_that_can(engine, images, kernels, able, words):
    with pytest.raises(ValueError, match="cannot do this") as caught:
        convpool.convolve(images, kernels, engine=engine)
    text = str(caught.value)
    assert words in text
    possible = text[text.index("one of") :]
    if REFUSAL is None:
        assert [name for name in ENGINES if repr(name) in possible] == able


@pytest.mark.parametrize("engine", ENGINES)
def test_plans_and_pictures_take_engines(engine):
    images, kernels = numbers((2, 9, 8, 3), "float32", 0), numbers((3, 3, 3, 2), "float32", 1)
    plan = convpool.plan_convolution(
        images.shape, kernels.shape, images_dtype="f4", kernels_dtype="f4", engine=engine
    )
    for _ in range(2):
        near(plan.run(images, kernels), reference.convolve(images, kernels), engine)
    picture = convpool.filter_image(
        images[0], kernels[..., 0, 0], pad_mode="reflect", engine=engine
    )
    planes = np.moveaxis(images[0], -1, 0)[..., None]
    expected = reference.convolve(planes, kernels[..., :1, :1], pad_mode="reflect")[..., 0]
    near(picture, np.moveaxis(expected, 0, -1), engine)
