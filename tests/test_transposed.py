"""`convolve_transpose` is the adjoint of `convolve`, of every size that it may have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convpool
from convpool import convolve, convolve_transpose, plan_transposed, reference
from convpool.engines.compiled import transposed
from convpool.engines.registry.convolution import TRANSPOSE_ENGINES
from convpool.plans.kernel_layouts import LAYOUTS
from support.arrays import numbers
from support.compiled import needs_kernels
from support.geometries import convolutions

SIGNAL = np.array([1.0, 2.0, 3.0]).reshape(1, 3, 1)
TAPS = np.array([1.0, 10.0, 100.0]).reshape(3, 1, 1)


def random_integers(shape, seed):
    return np.random.default_rng(seed).integers(-9, 10, shape)


@given(convolutions(pad_modes=False), st.sampled_from(["HWIO", "OIHW"]), st.integers(0, 2**32 - 1))
def test_adjoint_is_exact_for_every_word(call, layout, seed):
    x, w = random_integers(call.images, seed), random_integers(call.kernels, seed + 1)
    y = random_integers(call.output, seed + 2)
    sizes = call.images[1:-1]
    back = convolve_transpose(y, w, output_shape=sizes, **call.words)
    assert back.shape == x.shape
    assert (convolve(x, w, **call.words) * y).sum() == (x * back).sum()
    np.testing.assert_array_equal(
        back, reference.convolve_transpose(y, w, output_shape=sizes, **call.words)
    )
    axes = {"HWIO": range(w.ndim), "OIHW": (w.ndim - 1, w.ndim - 2, *range(w.ndim - 2))}[layout]
    first = convolve_transpose(
        np.moveaxis(y, -1, 1),
        w.transpose(axes),
        output_shape=sizes,
        channel_axis=1,
        kernel_layout=layout,
        **call.words,
    )
    np.testing.assert_array_equal(np.moveaxis(first, 1, -1), back)
    assert set(LAYOUTS) == {"HWIO", "OIHW", "HWCM"}


@given(convolutions(pad_modes=False), st.integers(0, 2**32 - 1))
def test_a_shape_is_taken_if_and_only_if_convolve_gives_these_values(call, seed):
    sizes = call.images[1:-1]
    random = np.random.default_rng(seed)
    other = tuple(
        max(1, size + step)
        for size, step in zip(sizes, random.integers(-4, 5, len(sizes)), strict=True)
    )
    y, w = random_integers(call.output, seed), random_integers(call.kernels, seed)
    try:
        expected = convpool.plan_convolution(
            (call.images[0], *other, call.images[-1]), call.kernels, **call.words
        ).output_shape
    except ValueError:
        expected = None
    if expected == call.output:
        assert convolve_transpose(y, w, output_shape=other, **call.words).shape[1:-1] == other
        return
    with pytest.raises(ValueError, match=r"output_shape .* for which convolve gives"):
        convolve_transpose(y, w, output_shape=other, **call.words)


@pytest.mark.parametrize(
    ("o", "window", "stride", "size"),
    [(3, 3, 2, 5), (62, 16, 8, 489), (62, 16, 8, 496)],
)
def test_sizes_that_the_values_alone_do_not_settle(o, window, stride, size):
    y, w = random_integers((1, o, 1), 0), random_integers((window, 1, 1), 1)
    back = convolve_transpose(y, w, "same", stride, output_shape=size)
    x = random_integers((1, size, 1), 2)
    assert (convolve(x, w, "same", stride) * y).sum() == (x * back).sum()


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ({"padding": "same", "stride": 2, "output_shape": 7}, "gives 4, but images have 3: pass a "
         "width of 5 to 6"),
        ({"padding": "valid", "output_shape": (4,)}, "gives 2, but images have 3: pass a width of 5"
         "$"),
        ({"padding": "same_size", "output_shape": 4}, "pass a width of 3$"),
        ({"padding": 4, "stride": 2, "output_shape": 4}, "less padding"),
        ({"output_shape": 0}, "gives 0, but images have 3: pass a width of 5"),
        ({"output_shape": 5, "stride": 2, "output_padding": 1}, "leave output_padding out"),
        ({"output_shape": (5, 5)}, "output_shape is"),
        ({"output_shape": 2.5}, "output_shape is 2.5"),
    ],
    ids=str,
)  # fmt: skip
def test_shapes_that_do_not_fit(words, advice):
    with pytest.raises((ValueError, TypeError), match=advice):
        convolve_transpose(SIGNAL, TAPS, **words)


def test_advice_of_an_error_is_taken():
    for stride in range(1, 6):
        for padding in ("valid", "same", "same_lower", "same_size", "full", ((2, 1),)):
            with pytest.raises(ValueError, match="pass a width of") as caught:
                convolve_transpose(SIGNAL, TAPS, padding, stride, output_shape=99)
            sizes = [int(word) for word in str(caught.value).split("width of ")[-1].split(" to ")]
            for size in sizes:
                convolve_transpose(SIGNAL, TAPS, padding, stride, output_shape=size)
            for size in (sizes[0] - 1, sizes[-1] + 1):
                with pytest.raises(ValueError, match="convolve gives"):
                    convolve_transpose(SIGNAL, TAPS, padding, stride, output_shape=size)


def test_an_empty_axis():
    y = np.zeros((1, 0, 1))
    assert convolve_transpose(y, TAPS, "same", 2, output_shape=0).shape == (1, 0, 1)
    with pytest.raises(ValueError, match="convolve gives 1, but images have 0: pass a width of 0"):
        convolve_transpose(y, TAPS, "same", 2, output_shape=1)


# ---- bias and out ----


@pytest.mark.parametrize("dtype", ["float32", "float16", "int64", "uint8", "complex64"])
@pytest.mark.parametrize("channel_axis", [-1, 1])
def test_bias_is_added_to_every_pixel(dtype, channel_axis):
    y, w = numbers((2, 4, 3, 6), dtype), numbers((2, 3, 2, 6), dtype)
    bias = numbers((4,), dtype, seed=3)
    words = {"stride": 3, "groups": 2, "channel_axis": channel_axis, "kernel_layout": "HWIO"}
    y = np.moveaxis(y, -1, channel_axis)
    expected = reference.convolve_transpose(
        y, w, stride=3, groups=2, bias=bias, channel_axis=channel_axis
    )
    np.testing.assert_array_equal(convolve_transpose(y, w, bias=bias, **words), expected)
    out = np.empty(expected.shape, expected.dtype)
    assert convolve_transpose(y, w, bias=bias, out=out, **words) is out
    np.testing.assert_array_equal(out, expected)
    plan = plan_transposed(y.shape, w.shape, images_dtype=dtype, kernels_dtype=dtype, **words)
    np.testing.assert_array_equal(plan.run(y, w, bias), expected)
    block = (slice(0, 1), slice(1, 5), slice(2, 9), slice(2, 9))
    block = (*block[:3], slice(2, 4)) if channel_axis == -1 else (block[0], slice(2, 4), *block[2:])
    part = plan.part(block)
    actual = part.run(part.read(y), plan.check_operands(w, bias))
    np.testing.assert_array_equal(actual, expected[block])


def test_a_bias_counts_for_the_bound_of_integers():
    y, w = np.full((1, 1, 1), 2**62), np.ones((1, 1, 1), int)
    assert convolve_transpose(y, w, bias=np.array([2**62 - 1])).item() == 2**63 - 1
    with pytest.raises(OverflowError, match="9223372036854775808"):
        convolve_transpose(y, w, bias=np.array([2**62]))


@pytest.mark.parametrize(
    ("words", "error", "advice"),
    [
        ({"bias": np.ones(2)}, ValueError, r"it must be \(1,\), one number for each channel"),
        ({"bias": np.ones(1) * 1j}, TypeError, "dtype=complex"),
        ({"out": np.zeros((1, 4, 1))}, ValueError, r"out is .*; it must be \(1, 5, 1\) float64"),
        ({"out": "file.npy"}, TypeError, "out is a str; it must be an array"),
    ],
    ids=str,
)
def test_misuse_of_bias_and_out(words, error, advice):
    with pytest.raises(error, match=advice):
        convolve_transpose(SIGNAL, TAPS, **words)


def test_out_may_be_what_is_read():
    y = SIGNAL.copy()
    expected = convolve_transpose(y, TAPS, "same")
    assert convolve_transpose(y, TAPS, "same", out=y) is y
    np.testing.assert_array_equal(y, expected)


# ---- engines ----


@pytest.mark.parametrize("engine", TRANSPOSE_ENGINES)
@given(
    convolutions(pad_modes=False),
    st.sampled_from([("float32",) * 2, ("float64",) * 2, ("int8", "uint8"), ("int64",) * 2]),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_engines_agree(engine, call, dtypes, has_bias, seed):
    y, w = (numbers(shape, dtype, seed) for shape, dtype in zip(
        (call.output, call.kernels), dtypes, strict=True))  # fmt: skip
    bias = numbers((call.images[-1],), dtypes[0], seed) if has_bias else None
    words = {"output_shape": call.images[1:-1], "bias": bias, **call.words}
    expected = reference.convolve_transpose(y, w, **words)
    actual = convolve_transpose(y, w, engine=engine, **words)
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("engine", TRANSPOSE_ENGINES)
def test_weights_that_are_not_finite_stay_in_their_windows(engine):
    """A value that is not there is no 0, which times infinity would be NaN."""
    y, w = np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 2))
    w[0, 0, 0, 0] = np.inf
    w[2, 1, 1, 1] = np.nan
    words = {"padding": "same", "stride": 2}
    actual = convolve_transpose(y, w, engine=engine, **words)
    np.testing.assert_array_equal(actual, reference.convolve_transpose(y, w, **words))
    assert np.isfinite(actual).any()


@pytest.mark.parametrize("engine", TRANSPOSE_ENGINES)
def test_a_plan_runs_again_on_other_arrays(engine):
    plan = plan_transposed((2, 5, 6, 20), (3, 3, 18, 20), "same", 2, engine=engine)
    for seed in range(3):
        y, w = numbers((2, 5, 6, 20), seed=seed), numbers((3, 3, 18, 20), seed=seed + 9)
        strided = np.zeros((2, 10, 12, 36))[..., ::2]
        expected = reference.convolve_transpose(y, w, "same", 2)
        np.testing.assert_array_equal(plan.run(y, w), expected)
        np.testing.assert_array_equal(plan.run(y[::-1], w, out=strided), expected[::-1])


@needs_kernels
@pytest.mark.parametrize("groups", [1, 2])
def test_threads_share_the_copy_of_many_weights(groups):
    shapes = (2, 3, 1, 400), (2, 1, 400 // groups, 400)
    y, w = (numbers(shape, "float32", 5) for shape in shapes)
    assert w.size > transposed.UNSHARED_WEIGHTS
    with convpool.threads(2):
        actual = convolve_transpose(y, w, (0, 0), groups=groups, engine="compiled")
    one = reference.convolve_transpose(y, w, (0, 0), groups=groups)
    np.testing.assert_array_equal(actual, one)
