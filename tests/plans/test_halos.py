"""What a part of an output needs: against NumPy's own padding, pixel by pixel, and against the
whole.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import convpool
from convpool.engines.pad_modes import REPEATING_PAD_MODES, padded_indices
from convpool.plans.halos import need_of_windows
from convpool.plans.make_convolution import plan_transposed
from convpool.windows import Axis

PAD_MODES = ["zeros", "constant", *REPEATING_PAD_MODES]


@pytest.mark.parametrize("pad_mode", REPEATING_PAD_MODES)
def test_padding_repeats_pixels_as_np_pad_does(pad_mode):
    for size in range(1, 6):
        for before in range(14):  # far wider than the image
            for after in (0, 1, 13):
                axis = Axis(size, 1, before=before, after=after)
                expected = np.pad(np.arange(size), (before, after), pad_mode)
                np.testing.assert_array_equal(padded_indices(axis, pad_mode), expected)


@st.composite
def axes(draw):
    size, window = draw(st.integers(1, 9)), draw(st.integers(1, 4))
    steps = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    axis = Axis(
        size,
        window,
        *steps,
        draw(st.integers(0, 12)),
        draw(st.integers(0, 12)),
        draw(st.booleans()),
    )
    assume(axis.count > 0)
    start = draw(st.integers(0, axis.count - 1))
    return axis, slice(start, draw(st.integers(start + 1, axis.count)))


@given(axes(), st.sampled_from(PAD_MODES))
def test_need_is_every_pixel_that_is_reached_and_no_other(drawn, pad_mode):
    axis, windows = drawn
    axis = (
        axis
        if pad_mode == "zeros"
        else Axis(axis.size, axis.window, axis.stride, axis.dilation, axis.before, 12)
    )
    assume(windows.stop <= axis.count)
    fill = -1
    mode = (
        {"mode": "constant", "constant_values": fill}
        if pad_mode in ("zeros", "constant")
        else {"mode": pad_mode}
    )
    padded = np.pad(np.arange(axis.size), (axis.before, axis.after + axis.overhang), **mode)
    first = windows.start * axis.stride
    expected = padded[first : (windows.stop - 1) * axis.stride + axis.span]

    needed = need_of_windows(axis, windows, pad_mode)
    read = np.concatenate(
        [np.arange(axis.size)[piece] for piece in needed.pieces] or [np.empty(0, int)]
    )
    assert set(read) == set(expected) - {fill}
    assert len(read) == len(set(read)) == needed.size
    assert all(
        low.stop < high.start for low, high in zip(needed.pieces, needed.pieces[1:], strict=False)
    )
    laid = read if needed.order is None else read[needed.order]
    over = needed.axis.overhang
    padding = needed.axis.before, needed.axis.after + over
    # all windows of an axis whose padding repeats pixels need it as it is, with its padding
    padded_again = np.pad(laid, padding, **mode)
    # windows may leave some positions over at the end, fewer than from one window to the next
    assert len(padded_again) < len(expected) + axis.stride
    np.testing.assert_array_equal(padded_again[: len(expected)], expected)
    assert needed.axis.size == len(laid)
    assert needed.axis.count == windows.stop - windows.start
    assert over in (0, axis.overhang)


@pytest.mark.parametrize(
    "words", [{}, {"padding": "full", "stride": 2}, {"padding": 4, "dilation": 3}, {"ceil": True}]
)
@pytest.mark.parametrize("at", [0, 2])
def test_an_empty_part_needs_nothing(at, words):
    assert convpool.halo((5,), 3, [slice(at, at)], **words) == ((0, 0, 0, 0),)
    first, second = convpool.halo((9, 5), (2, 3), [slice(1, 3), slice(at, at)], **words)
    assert second == (0, 0, 0, 0)
    assert first == convpool.halo((9,), 2, [slice(1, 3)], **words)[0]


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("engine", [None, "numpy", "fft"])
def test_an_empty_part_reads_nothing_and_gives_nothing(pad_mode, engine):
    images, kernels = np.ones((2, 5, 6, 2)), np.ones((3, 4, 2, 3))
    given = {"images_dtype": images.dtype}
    if engine is None:
        plan, operands = convpool.plan_pooling(images.shape, 3, 2, **given), ()
    else:
        words = {
            "pad_mode": pad_mode,
            "fill": 7.0 if pad_mode == "constant" else 0,
            "engine": engine,
        }
        plan, operands = (
            convpool.plan_convolution(images.shape, kernels.shape, 3, 2, **words),
            (kernels, None),
        )
    for empty in range(4):
        block = [slice(0, size) for size in plan.output_shape]
        block[empty] = slice(1, 1)
        some = plan.part(block)
        pixels = some.read(images)
        assert pixels.size == 0 or empty == 3
        assert some.run(pixels, operands).shape == tuple(cut.stop - cut.start for cut in block)


def test_the_halos_of_a_cut_read_each_pixel_as_often_as_windows_overlap():
    """Tiles of 10 with a window of 3 read 12, but for the ends: no pixel more."""
    halos = [convpool.halo((100,), 3, [slice(start, start + 10)])[0] for start in range(0, 100, 10)]
    assert sum(halo.stop - halo.start for halo in halos) == 100 + 2 * 9
    assert (
        sum(
            need_of_windows(Axis(100, 3, before=1, after=1), slice(i, i + 10), "wrap").size
            for i in range(0, 100, 10)
        )
        == 120
    )


@pytest.mark.parametrize("pad_mode", PAD_MODES)
def test_a_part_in_the_padding_alone(pad_mode):
    images, kernels = np.arange(1, 6).reshape(1, 5, 1), np.array([1, 10]).reshape(2, 1, 1)
    words = {"pad_mode": pad_mode, "fill": 7 if pad_mode == "constant" else 0, "images_dtype": int}
    plan = convpool.plan_convolution((1, 5, 1), (2, 1, 1), 8, kernels_dtype=int, **words)
    whole = plan.run(images, kernels)
    some = plan.part((slice(0, 1), slice(1, 4), slice(0, 1)))
    assert some.is_outside == (pad_mode in ("zeros", "constant"))
    np.testing.assert_array_equal(some.run(some.read(images), (kernels, None)), whole[:, 1:4])
    assert (some.box[1] == slice(0, 0)) == some.is_outside


@pytest.mark.parametrize("mode", ["max", "min", "avg", "sum", "lp"])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("count_padding", [False, True])
def test_a_part_of_a_pooling_in_the_padding_alone(mode, dtype, count_padding):
    images = np.arange(5).astype(dtype).reshape(1, 5, 1)
    words = {"padding": 8, "count_padding": count_padding, "images_dtype": dtype}
    plan = convpool.plan_pooling((1, 5, 1), (2,), mode=mode, **words)
    some = plan.part((slice(0, 1), slice(0, 3), slice(0, 1)))
    assert some.is_outside
    np.testing.assert_array_equal(some.run(some.read(images)), plan.run(images)[:, :3])


@pytest.mark.parametrize(
    "words", [{}, {"pad_mode": "constant", "fill": 3}, {"pad_mode": "wrap"}], ids=str
)
@pytest.mark.parametrize("mode", ["max", "avg", "median", "convolve"])
def test_a_part_in_the_padding_alone_with_wide_strides(mode, words):
    """Of what windows reach, which is little, such a part has nothing."""
    images, operands = np.arange(16.0).reshape(1, 4, 4, 1), ()
    if mode == "convolve":
        operands = np.arange(4.0).reshape(2, 2, 1, 1), None
        plan = convpool.plan_convolution(images.shape, (2, 2, 1, 1), 60, 29, **words)
    else:
        plan = convpool.plan_pooling(images.shape, 2, 29, mode, padding=60, **words)
    some = plan.part((slice(0, 1), slice(0, 2), slice(1, 3), slice(0, 1)))
    whole = plan.run(images, *operands)
    np.testing.assert_array_equal(some.run(some.read(images), operands), whole[:, :2, 1:3])


@pytest.mark.parametrize(
    "pad_mode", [None, "zeros", "constant", "reflect", "symmetric", "edge", "wrap"]
)
@pytest.mark.parametrize("mode", ["max", "avg", "sum", "median"])
def test_a_part_of_a_pooling_whose_last_window_hangs_over(mode, pad_mode):
    """Behind the declared padding there is nothing, whatever stands in the padding."""
    images = -1.0 - np.arange(14).reshape(1, 7, 2, 1) ** 2
    words = {
        "padding": ((1, 1), (1, 0)),
        "ceil": True,
        "pad_mode": pad_mode,
        "fill": int(pad_mode == "constant"),
    }
    plan = convpool.plan_pooling(images.shape, (4, 2), (3, 1), mode, **words)
    assert plan.axes[0].overhang == 1
    whole = plan.run(images)
    for rows in (slice(0, 2), slice(1, 3), slice(2, 3)):
        some = plan.part((slice(0, 1), rows, slice(0, 2), slice(0, 1)))
        np.testing.assert_array_equal(some.run(some.read(images)), whole[:, rows])


def test_every_part_takes_the_engine_of_the_whole():
    kernels = (127, 127, 1, 1)
    plan = convpool.plan_convolution((1, 1024, 1024, 1), kernels)
    some = plan.part((slice(0, 1), slice(500, 502), slice(500, 502), slice(0, 1)))
    assert plan.candidates[0][0] == "fft"
    assert some.plan.candidates == plan.candidates
    alone = convpool.plan_convolution(some.plan.images_shape, kernels, "valid")
    assert alone.output_shape == some.plan.output_shape
    assert alone.candidates[0][0] != "fft"


# ---- every kind of plan ----


@pytest.mark.parametrize("channel_axis", [-1, 1])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(
    "words",
    [
        {},
        {"stride": 2},
        {"stride": 5, "output_padding": 3},
        {"stride": 3, "dilation": 2, "padding": "same"},
        {"padding": "full", "dilation": 3},
        {"padding": ((2, 0), (0, 3)), "stride": (1, 4)},
    ],
    ids=str,
)
def test_parts_of_a_transposed_convolution(words, groups, channel_axis):
    rng = np.random.default_rng(0)
    values = rng.integers(-9, 9, (2, 7, 6, 4)).astype(float)
    values = np.moveaxis(values, -1, channel_axis)
    kernels = rng.integers(-9, 9, (3, 2, 3, 4)).astype(float)
    plan = plan_transposed(
        values.shape, kernels.shape, groups=groups, channel_axis=channel_axis, **words
    )
    whole = plan.run(values, kernels)
    operands = plan.check_operands(kernels)
    axes = [range(size + 1) for size in plan.output_shape]
    for _ in range(60):
        block = [slice(*sorted(rng.choice(axis, 2, replace=False).tolist())) for axis in axes]
        first = rng.integers(groups) * 3
        inner = sorted(rng.choice(4, 2, replace=False).tolist())
        one_group = slice(first + inner[0], first + inner[1])
        block[plan.channel_axis] = slice(0, 3 * groups) if rng.integers(2) else one_group
        part = plan.part(block)
        assert part.plan.output_shape == tuple(cut.stop - cut.start for cut in block)
        found = part.run(part.read(values), operands)
        np.testing.assert_array_equal(found, whole[tuple(block)])
        reads = plan.reads(block)
        assert sum(np.prod([cut.stop - cut.start for cut in read]) for read in reads) <= values.size


@pytest.mark.parametrize(
    ("plan", "operands"),
    [
        (convpool.plan_pooling((1, 9, 9, 2), 2, images_dtype=int), ()),
        (
            convpool.plan_convolution(
                (1, 9, 9, 2), (3, 3, 2, 2), images_dtype=int, kernels_dtype=int
            ),
            (np.ones((3, 3, 2, 2), int), None),
        ),
        (
            plan_transposed((1, 9, 9, 2), (3, 3, 2, 2), images_dtype=int, kernels_dtype=int),
            (np.ones((3, 3, 2, 2), int),),
        ),
    ],
    ids=["pooling", "convolution", "transposed"],
)
def test_every_plan_runs_checks_and_has_parts(plan, operands):
    images = np.arange(162).reshape(1, 9, 9, 2)
    whole = plan.run(images, *operands)
    checked = plan.check_operands(*operands)
    np.testing.assert_array_equal(plan.execute(plan.check_images(images), checked), whole)
    plan.check(images, *checked)
    plan.fits(*checked)
    assert plan.seconds > 0
    assert plan.scratch > 0
    assert plan.candidates[0][0] in plan.refusals()
    block = (slice(0, 1), slice(1, 3), slice(2, 4), slice(0, 2))
    part = plan.part(block)
    assert plan.reads(block) == [box for box, _ in part.source_blocks()]
    assert part.plan.candidates == plan.candidates
    np.testing.assert_array_equal(part.run(part.read(images), checked), whole[block])
