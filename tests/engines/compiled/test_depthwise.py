"""Channels with kernels of their own, pixels read in place: against the slow twin and NumPy, for
every tail of a vector and every way that windows lie on the padding.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convpool
from convpool import reference
from convpool.engines.compiled import depthwise
from support.compiled import needs_kernels

pytestmark = needs_kernels
RNG = np.random.default_rng(20)


@pytest.fixture
def runs(monkeypatch):
    """The geometries that the loop took."""
    taken, run = [], depthwise.Convolution.run

    def spy(self, operands):
        taken.append(self.geometry)
        run(self, operands)

    monkeypatch.setattr(depthwise.Convolution, "run", spy)
    convpool.convolution._plan.cache_clear()
    yield taken
    convpool.convolution._plan.cache_clear()


def numbers(shape, dtype="float32"):
    """Return small whole numbers, whose products and sums are exact."""
    return RNG.integers(-8, 9, shape).astype(dtype)


def check(images, kernels, **words):
    """Compare the loop with the slow twin, or where that is too slow with NumPy; it is exact."""
    words["groups"] = images.shape[-1] // kernels.shape[-2]
    if images.shape[-1] < 20:
        expected = reference.convolve(images, kernels, **words)
    else:
        expected = convpool.convolve(images, kernels, engine="numpy", **words)
    actual = convpool.convolve(images, kernels, engine="compiled", **words)
    assert actual.dtype == expected.dtype == images.dtype
    np.testing.assert_array_equal(actual, expected)


# sizes, window, padding, stride, dilation
GEOMETRIES = [
    ((7, 7), (3, 3), "same", 1, 1),
    ((9, 11), (3, 3), "same", 2, 1),
    ((9, 11), (5, 5), "same", 1, 1),
    ((12, 13), (5, 5), "same_lower", 2, 1),
    ((9, 12), (3, 3), "valid", 1, 1),
    ((8, 9), (3, 3), "same_size", (2, 3), 1),
    ((9, 14), (3, 5), "full", 1, (2, 1)),
    ((9, 14), (3, 3), "same", 1, (1, 2)),
    ((9, 19), (5, 5), "same", 1, (2, 3)),
    ((9, 4), (3, 3), "same", 1, (1, 5)),  # as many columns as the dilation, or fewer
    ((5, 6), (2, 4), ((3, 0), (1, 5)), (1, 2), 1),
    ((3, 4), (3, 3), 5, 1, 1),  # windows without a pixel
    ((1, 1), (3, 3), "same", 1, 1),
    ((4, 2), (3, 3), "same", 1, 1),  # no window lies on pixels with all taps of a row
    ((17,), (3,), ((4, 0),), 1, 2),
    ((17,), (5,), "same", 2, 1),
]


@pytest.mark.parametrize("multiplier", [1, 2])
@pytest.mark.parametrize("c", [16, 19, 77])
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_geometries(geometry, c, multiplier, runs):
    sizes, window, padding, stride, dilation = geometry
    images, kernels = numbers((2, *sizes, c)), numbers((*window, 1, c * multiplier))
    bias = numbers(c * multiplier)
    check(images, kernels, padding=padding, stride=stride, dilation=dilation, bias=bias)
    assert len(runs) == 1


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_float64(geometry, runs):
    sizes, window, padding, stride, dilation = geometry
    images, kernels = numbers((2, *sizes, 45), "f8"), numbers((*window, 1, 45), "f8")
    check(images, kernels, padding=padding, stride=stride, dilation=dilation)
    assert len(runs) == 1


@pytest.mark.parametrize(("c", "depth", "kind"), [(36, 4, "f4"), (18, 2, "f4"), (22, 2, "f8")])
@pytest.mark.parametrize("geometry", [*GEOMETRIES, ((5, 30), (3, 3), "same", 1, 1)], ids=str)
def test_groups_of_channels(geometry, c, depth, kind, runs):
    sizes, window, padding, stride, dilation = geometry
    images, kernels = numbers((2, *sizes, c), kind), numbers((*window, depth, c), kind)
    words = {"padding": padding, "stride": stride, "dilation": dilation}
    check(images, kernels, bias=numbers(c, kind), **words)
    assert len(runs) == 1


@pytest.mark.parametrize("kernels_per_group", [2, 6, 8])
def test_groups_with_other_numbers_of_kernels_are_for_other_loops(kernels_per_group, runs):
    check(numbers((1, 6, 7, 20)), numbers((3, 3, 4, 5 * kernels_per_group)))
    assert runs == []


def test_columns_in_one_set_of_the_cache(runs):
    """They take the form of any taps."""
    check(numbers((1, 4, 5, 1024)), numbers((3, 3, 1, 1024)))
    assert depthwise._form(runs[0]).taps == 0
    check(numbers((1, 4, 5, 1025)), numbers((3, 3, 1, 1025)))
    assert depthwise._form(runs[1]).taps == 3


def test_windows_with_a_dilation_share_pixels(runs):
    images, kernels = numbers((1, 5, 40, 20)), numbers((3, 3, 1, 20))
    for dilation, stride, taps in [(2, 1, 3), (3, 1, 3), (2, 2, 0), (1, 2, 3), (1, 3, 0)]:
        check(images, kernels, dilation=dilation, stride=stride)
        assert depthwise._form(runs[-1]).taps == taps


@pytest.mark.parametrize("kernel_rows", [1, 2, 3, 5])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_every_height_of_two_rows_that_are_summed_together(kernel_rows, dilation, runs):
    span = (kernel_rows - 1) * dilation + 1
    kernels, bias = numbers((kernel_rows, 3, 1, 21)), numbers(21)
    for h in range(span, span + 4 * dilation + 2):
        for padding in "same", "valid":
            words = {"padding": padding, "dilation": (dilation, 1), "bias": bias}
            check(numbers((2, h, 18, 21)), kernels, **words)
    assert {depthwise._form(geometry).taps for geometry in runs} == {3}


@pytest.mark.parametrize("taps", [3, 5])
@pytest.mark.parametrize("dilation", [1, 2])
def test_every_width_of_two_rows_that_are_summed_together(taps, dilation, runs):
    kernels = numbers((3, taps, 1, 34))
    for w in range(1, 40):
        check(numbers((1, 5, w, 34)), kernels, dilation=(1, dilation))
    assert {depthwise._form(geometry).taps for geometry in runs} == {taps}


@pytest.mark.parametrize("taps", [3, 5])
@pytest.mark.parametrize("stride", [2, (1, 2), (2, 1)])
def test_every_width_of_windows_with_a_stride(taps, stride, runs):
    kernels = numbers((3, taps, 1, 50))
    for w in range(1, 30):
        for padding in ["same", "valid"] if w >= taps else ["same"]:
            check(numbers((1, 6, w, 50)), kernels, padding=padding, stride=stride)
    forms = {(form.taps, form.stride) for form in map(depthwise._form, runs)}
    assert forms == {(taps, 1 if stride == (2, 1) else 2)}


@pytest.mark.parametrize("dilation", [1, 2])
def test_threads_part_rows_anywhere(dilation, monkeypatch):
    monkeypatch.setattr(depthwise, "UNSHARED", 0)
    convpool.set_num_threads(2)
    try:
        for h in range(6, 24):
            check(numbers((2, h, 12, 20)), numbers((3, 3, 1, 20)), dilation=dilation)
    finally:
        convpool.set_num_threads(None)


VIEWS = {
    "rows backwards": lambda array: array[:, ::-1],
    "columns backwards": lambda array: array[:, :, ::-1],
    "every second row": lambda array: array[:, ::2],
    "every second column": lambda array: array[:, :, 1::2],
    "some channels": lambda array: array[..., 3:-2],
    "images backwards": lambda array: array[::-1],
}


@pytest.mark.parametrize("name", VIEWS)
def test_views(name, runs):
    view = VIEWS[name]
    images = view(numbers((3, 10, 14, 30)))
    c = images.shape[-1]
    kernels = numbers((3, 3, 1, c))
    expected = reference.convolve(images, kernels, "valid", groups=c)
    words = {"groups": c, "engine": "compiled"}
    np.testing.assert_array_equal(convpool.convolve(images, kernels, "valid", **words), expected)
    # and results into a view
    target = np.full((3, 12, 16, 34), 77, np.float32)
    out = view(target)[:, : expected.shape[1], : expected.shape[2], 1 : 1 + c]
    convpool.convolve(images.copy(), kernels, "valid", out=out, **words)
    np.testing.assert_array_equal(out, expected)
    out[...] = 77
    assert (target == 77).all()  # nothing beside it was written
    assert len(runs) == 2


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_weights_that_are_not_finite_meet_the_padding(bad, runs):
    images, kernels = numbers((1, 5, 6, 20)), numbers((3, 3, 1, 20))
    kernels[0, 2, 0, 7] = bad
    check(images, kernels)
    check(images, kernels, padding="valid")
    kernels = numbers((3, 3, 4, 20))
    kernels[0, 2, 1, 7] = bad
    check(images, kernels)


def test_other_padding_is_for_other_loops(runs):
    images, kernels = numbers((1, 5, 6, 20)), numbers((3, 3, 1, 20))
    check(images, kernels, pad_mode="reflect")
    check(images, kernels, pad_mode="constant", fill=3)
    assert runs == []
    check(images, kernels, padding="valid", pad_mode="reflect")  # where none is read
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("c", "kind"), [(5, "float32"), (20, "uint8"), (7, "float64"), (20, "int64")]
)
def test_what_the_loop_does_not_take(c, kind, runs):
    images, kernels = numbers((1, 6, 7, c)).astype(kind), numbers((3, 3, 1, c)).astype(kind)
    actual = convpool.convolve(images, kernels, groups=c, engine="compiled")
    np.testing.assert_array_equal(actual, reference.convolve(images, kernels, groups=c))
    assert runs == []


def test_long_sums_are_for_other_loops(runs):
    images, kernels = numbers((1, 4, 5, 16)), numbers((17, 17, 1, 16))
    check(images, kernels)
    assert runs == []


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_large_images(geometry, runs, monkeypatch):
    """They are prefetched, whatever lies behind them."""
    monkeypatch.setattr(depthwise, "LARGE", 0)
    sizes, window, *words = geometry
    images, kernels = numbers((2, *sizes, 77)), numbers((*window, 1, 77))
    check(images, kernels, **dict(zip(("padding", "stride", "dilation"), words, strict=True)))
    assert len(runs) == 1


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("rows", [1, 3, 4])
@pytest.mark.parametrize("is_large", [True, False])
def test_what_is_prefetched(is_large, rows, stride, dilation, runs, monkeypatch):
    """Rows of pixels that no row of windows had before the next; no others, but with a dilation."""
    monkeypatch.setattr(depthwise, "LARGE", 0 if is_large else 2**60)
    images, kernels = numbers((1, 30, 8, 16)), numbers((rows, 1, 1, 16))
    convpool.convolve(
        images, kernels, groups=16, stride=(stride, 1), dilation=(dilation, 1), engine="compiled"
    )
    fields = depthwise._fields(runs[0])
    own = [r * dilation for r in range(rows)]
    had = {row - stride * before for row in own for before in range(20)}
    coming = {row + stride for row in own} - had if is_large else set()
    jump = fields["ahead"] // images.strides[1]
    fetched = {row + jump for row in own[fields["first_ahead"] :]}
    assert fetched >= coming
    assert dilation > 1 or fetched == coming


def test_results_do_not_depend_on_threads(runs):
    images = RNG.random((2, 40, 41, 48), np.float32)
    kernels = RNG.random((3, 3, 1, 48), np.float32)
    results = []
    for number in (1, 2, 3, 8):
        with convpool.threads(number):
            results.append(convpool.convolve(images, kernels, groups=48, engine="compiled"))
    for other in results[1:]:
        np.testing.assert_array_equal(results[0], other)
    assert len(runs) == 4


@given(st.data())
def test_any_geometry(data):
    c = data.draw(st.integers(20, 40))
    multiplier = data.draw(st.sampled_from([1, 2]))
    window = data.draw(st.tuples(*[st.integers(1, 6)] * 2))
    before_and_after = st.tuples(st.integers(0, 6), st.integers(0, 6))
    padding = data.draw(st.tuples(before_and_after, before_and_after))
    stride, dilation = (data.draw(st.tuples(*[st.integers(1, 3)] * 2)) for _ in range(2))
    least = [
        max(1, d * (k - 1) + 1 - sum(pads))
        for k, d, pads in zip(window, dilation, padding, strict=True)
    ]
    sizes = [data.draw(st.integers(size, size + 12)) for size in least]
    images, kernels = numbers((2, *sizes, c)), numbers((*window, 1, c * multiplier))
    check(images, kernels, padding=padding, stride=stride, dilation=dilation)
