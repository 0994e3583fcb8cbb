"""Frames of an explanation: what each window does, judged by the library, by np.pad and by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from convpool import convolve, convolve_transpose, pool
from convpool.engines.pad_modes import PAD_MODES
from convpool.engines.pool_modes import POOL_MODES
from convpool.explanation import explain
from convpool.explanation.explanation import Explanation
from convpool.explanation.frames import uncovered_places
from convpool.windows import PADDINGS, Axis
from support.arrays import numbers

DTYPES = (np.int64, np.uint8, bool, np.float64, np.float32, np.complex128)
small = st.integers(1, 3)


@st.composite
def layouts(draw, named=tuple(PADDINGS)):
    """Return spatial sizes, window, and padding, stride and dilation of one or two axes, where a
    window fits.
    """
    rank = draw(st.integers(1, 2))
    each = st.tuples(*[small] * rank)
    window, stride, dilation = draw(each), draw(each), draw(each)
    sizes = tuple(draw(st.integers(1, 6)) for _ in range(rank))
    pairs = st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * rank)
    padding = draw(st.one_of(st.sampled_from(named), pairs))
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, window, strict=True)]
    room = [(0, 0)] * rank if isinstance(padding, str) else padding
    if padding in ("valid", "full") or not isinstance(padding, str):
        sizes = tuple(
            max(n, span - sum(zeros)) for n, span, zeros in zip(sizes, spans, room, strict=True)
        )
    return sizes, window, {"padding": padding, "stride": stride, "dilation": dilation}


def given_to_explain(images, kernels):
    """A line is (w,) with a kernel (k,); the library takes (1, w, 1) and (k, 1, 1)."""
    return (images[0, :, 0], kernels[:, 0, 0]) if images.ndim == 3 else (images, kernels)


def agree(shown, expected, exactly):
    """The frames' output is the library's, number by number, and so is the result."""
    output = shown.frames.output_after()
    assert_array_equal(shown.result, expected)
    if exactly:
        assert output.tolist() == expected[0].tolist()
    else:
        tolerance = (
            {"rtol": 1e-5, "atol": 1e-5}
            if expected.dtype.itemsize < 8
            else {"rtol": 1e-12, "atol": 1e-12}
        )
        assert_allclose(output.astype(expected.dtype), expected[0], **tolerance)


@given(layouts(), st.data())
def test_the_last_frame_is_what_convolve_returns(layout, data):
    sizes, window, words = layout
    groups, depth, each = (data.draw(small) for _ in range(3)) if len(sizes) == 2 else (1, 1, 1)
    words |= {
        "groups": groups,
        "flip": data.draw(st.booleans()),
        "pad_mode": data.draw(st.sampled_from(PAD_MODES)),
    }
    if words["pad_mode"] == "constant":
        words["fill"] = data.draw(st.integers(-5, 5))
    kinds, seed = (
        data.draw(st.tuples(*[st.sampled_from(DTYPES)] * 2)),
        data.draw(st.integers(0, 99)),
    )
    images = numbers((1, *sizes, depth * groups), kinds[0], seed)
    kernels = numbers((*window, depth, each * groups), kinds[1], seed + 1)
    expected = convolve(images, kernels, **words)
    shown = explain(*given_to_explain(images, kernels), **words)
    agree(shown, expected, expected.dtype.kind == "i")
    assert len(shown.frames) == expected.size


@given(layouts(named=("valid", "same", "same_lower", "same_size", "full", "causal")), st.data())
def test_the_last_frame_is_what_convolve_transpose_returns(layout, data):
    sizes, window, words = layout
    groups, depth, each = (data.draw(small) for _ in range(3)) if len(sizes) == 2 else (1, 1, 1)
    words["groups"] = groups
    if words["padding"] == "valid":
        most = [max(s, d) - 1 for s, d in zip(words["stride"], words["dilation"], strict=True)]
        words["output_padding"] = tuple(data.draw(st.integers(0, n)) for n in most)
    kinds, seed = (
        data.draw(st.tuples(*[st.sampled_from(DTYPES)] * 2)),
        data.draw(st.integers(0, 99)),
    )
    images = numbers((1, *sizes, each * groups), kinds[0], seed)
    kernels = numbers((*window, depth, each * groups), kinds[1], seed + 1)
    try:
        expected = convolve_transpose(images, kernels, **words)
    except ValueError:  # padding larger than the result
        with pytest.raises(ValueError, match="less padding"):
            explain(*given_to_explain(images, kernels), transpose=True, **words)
        return
    shown = explain(*given_to_explain(images, kernels), transpose=True, **words)
    agree(shown, expected, expected.dtype.kind == "i")
    assert len(shown.frames) == images.size


@given(layouts(), st.sampled_from(list(POOL_MODES)), st.data())
def test_the_last_frame_is_what_pool_returns(layout, mode, data):
    sizes, window, words = layout
    words |= {"ceil": data.draw(st.booleans()), "count_padding": data.draw(st.booleans())}
    if mode == "lp":
        words["p"] = data.draw(st.sampled_from([1, 2, 3.5]))
    kind = data.draw(
        st.sampled_from(
            [one for one in DTYPES if one is not np.complex128 or mode in ("avg", "sum")]
        )
    )
    images = numbers(
        (1, *sizes, 1 if len(sizes) == 1 else data.draw(small)), kind, data.draw(st.integers(0, 99))
    )
    if np.dtype(kind).kind == "f" and data.draw(st.booleans()):
        images.reshape(-1)[0] = np.nan
    try:
        expected = pool(images, window, mode=mode, **words)
    except ValueError:
        with pytest.raises(ValueError, match="does not fit"):
            explain(images if len(sizes) == 2 else images[0, :, 0], window, pool=mode, **words)
        return
    shown = explain(images if len(sizes) == 2 else images[0, :, 0], window, pool=mode, **words)
    agree(shown, expected, expected.dtype.kind in "ib")


@pytest.mark.parametrize("pad_mode", PAD_MODES)
def test_taps_stand_where_np_pad_puts_them(pad_mode):
    image = np.arange(20).reshape(4, 5)
    words = {"fill": 7} if pad_mode == "constant" else {}
    shown = explain(
        image,
        np.ones((3, 2), int),
        ((1, 2), (3, 0)),
        (2, 1),
        pad_mode=pad_mode,
        dilation=(1, 2),
        **words,
    )
    mode = {"zeros": {"mode": "constant"}, "constant": {"mode": "constant", "constant_values": 7}}
    padded = np.pad(image, ((1, 2), (3, 0)), **mode.get(pad_mode, {"mode": pad_mode}))
    inside = np.pad(np.ones(image.shape, bool), ((1, 2), (3, 0)))
    for frame in shown:
        assert len(frame.taps) == 6
        for tap in frame.taps:
            i, j = (
                p * s + u * d
                for p, s, u, d in zip(frame.position, (2, 1), tap.tap, (1, 2), strict=True)
            )
            assert tap.place == (i, j)
            assert tap.value == tap.product == padded[i, j]
            assert tap.where == ("pixel" if inside[i, j] else "padding")
            assert (tap.pixel is None) == (not inside[i, j] and pad_mode in ("zeros", "constant"))
            assert tap.pixel is None or image[tap.pixel] == tap.value


def test_kernels_that_may_be_in_another_order_raise_no_warning():
    """`explain` has one order, and no argument to say which."""
    explanation = explain(np.ones((4, 5, 3)), np.ones((64, 3, 3, 3)), "same")
    assert explanation.plan.output_shape == (1, 4, 5, 3)


def test_products_of_several_channels_and_kernels():
    image = np.array([[[1, 10], [2, 20]], [[3, 30], [4, 40]]])
    kernels = np.arange(16).reshape(2, 2, 2, 2)
    frame = explain(image, kernels, "valid").frames[1]
    assert (frame.position, frame.channel) == ((0, 0), 1)
    assert [tap.product for tap in frame.taps] == [
        1 * 1,
        2 * 5,
        3 * 9,
        4 * 13,
        10 * 3,
        20 * 7,
        30 * 11,
        40 * 15,
    ]
    assert frame.sums == (90, 1100)
    assert frame.total == 1190
    assert explain(image, kernels, "valid").arithmetic(frame)[-1] == "90 + 1100 = 1190"


def test_output_so_far():
    shown = explain(np.arange(4).reshape(2, 2), np.ones((1, 1), int))
    assert shown.frames.output_after(1)[..., 0].tolist() == [[0, 1], [None, None]]
    given_away = explain(np.array([1, 2]), np.array([1, 1]), transpose=True)
    assert given_away.frames.output_after(0)[:, 0].tolist() == [1, 1, 0]
    assert given_away.frames.output_after(1)[:, 0].tolist() == [1, 3, 2]


def test_what_falls_outside_a_transposed_output_is_cropped():
    frame = explain(np.array([5, 6]), np.array([1, 2, 3]), "same", transpose=True).frames[0]
    assert [(tap.where, tap.pixel, tap.product) for tap in frame.taps] == [
        ("cropped", None, 5),
        ("pixel", (0,), 10),
        ("pixel", (1,), 15),
    ]


def test_windows_over_the_edge_and_the_divisor():
    shown = explain(np.arange(4.0), 2, ((1, 0),), pool="avg", ceil=True, count_padding=True)
    assert [frame.divisor for frame in shown] == [2, 2, 1]
    frame = explain(np.arange(5.0), 2, pool="avg", ceil=True).frames[-1]
    assert [tap.where for tap in frame.taps] == ["pixel", "beyond"]
    assert (frame.divisor, frame.total) == (1, 4.0)


@pytest.mark.parametrize(("mode", "chosen"), [("max", 1), ("min", 0), ("sum", None)])
def test_the_pixel_that_wins_is_the_first_of_equals(mode, chosen):
    assert explain(np.array([[1, 3], [3, 1]]), 2, pool=mode).frames[0].chosen == chosen


def test_a_window_of_padding_has_no_winner():
    frame = explain(np.arange(3), 2, ((2, 0),), pool="max").frames[0]
    assert frame.chosen is None
    assert frame.total == np.iinfo(np.int64).min


@pytest.mark.parametrize(
    ("axis", "places"),
    [
        (Axis(5, 2, stride=2), [4]),
        (Axis(5, 2, stride=2, after=2), [6]),
        (Axis(5, 3), []),
        (Axis(5, 2, stride=2, ceil=True), []),
        (Axis(8, 2, stride=3, dilation=2), [6, 7]),
    ],
)
def test_what_floor_leaves_over(axis, places):
    assert list(uncovered_places(axis)) == places


def test_frames_are_a_sequence_and_are_not_made_before_they_are_asked_for():
    shown = explain(np.zeros((4096, 4096), np.uint8), np.ones((3, 3), np.uint8), "same")
    assert len(shown) == len(shown.frames) == 4096**2
    assert shown.frames[-1].position == (4095, 4095)
    assert [frame.number for frame in shown.frames[5:9:2]] == [5, 7]
    assert shown.frames.number((1, 2), 0) == 4098
    with pytest.raises(IndexError):
        shown.frames[4096**2]


def test_the_trace_is_json_without_loss():
    image = np.array([[1.5, np.nan], [np.inf, 2.0]])
    trace = json.loads(json.dumps(explain(image, 2, pool="max").trace(), allow_nan=False))
    assert trace["kind"] == "max"
    assert trace["axes"][0] | {"formula": ""} == {
        "size": 2,
        "window": 2,
        "stride": 2,
        "dilation": 1,
        "before": 0,
        "after": 0,
        "ceil": False,
        "count": 1,
        "left_over": [],
        "formula": "",
    }
    (frame,) = trace["frames"]
    assert [tap["value"] for tap in frame["taps"]] == [1.5, "nan", "inf", 2.0]
    assert (frame["total"], frame["chosen"], frame["position"]) == ("nan", 1, [0, 0])


def test_formulas_have_the_numbers_in_them():
    assert explain(np.zeros((5, 6)), np.ones((3, 3)), ((1, 1), (0, 0)), 2).formulas == [
        "height floor((1 + 5 + 1 - 3) / 2) + 1 = 3",
        "width floor((0 + 6 + 0 - 3) / 2) + 1 = 2",
    ]
    assert explain(np.zeros(3), np.ones(3), stride=2, transpose=True).formulas == [
        "width (3 - 1) * 2 + 3 - 0 - 0 = 7"
    ]


IMAGE = np.zeros((5, 5))
COLOR = np.zeros((5, 5, 3))
MISUSES = [
    (
        (np.zeros((2, 5, 5, 1)), IMAGE),
        {},
        ValueError,
        r"\(2, 5, 5, 1\), 2 of them; explain shows one: pass images\[0\]",
    ),
    (
        (np.zeros((1, 2, 5, 5, 1)), IMAGE),
        {},
        ValueError,
        r"three spatial axes; explain draws two: pass images\[0, 0\]",
    ),
    ((np.float64(3), IMAGE), {}, ValueError, r"images are \(\); explain takes one image \(h, w\)"),
    (
        (COLOR, np.ones((3, 3))),
        {},
        ValueError,
        r"have 3 channels.*give \(3, 3, 3\), as np.stack\(\[kernel\] \* 3",
    ),
    (
        (IMAGE, np.ones(3)),
        {},
        ValueError,
        r"kernel is \(3,\), but the image is \(5, 5\); it takes \(kh, kw\), ",
    ),
    ((np.zeros(5), np.ones((3, 3, 3, 3))), {}, ValueError, r"the image is \(5,\); it takes \(k,\)"),
    (
        (IMAGE, 2),
        {"pool": "max", "transpose": True},
        ValueError,
        "pool is 'max' and transpose is True; explain one",
    ),
    (
        (IMAGE, 2),
        {"pool": "max", "flip": True},
        ValueError,
        "flip goes with a convolution; leave it out here",
    ),
    (
        (IMAGE, 2),
        {"pool": "max", "groups": 2},
        ValueError,
        "groups goes with a convolution or transpose=True; leave",
    ),
    (
        (IMAGE, np.ones((3, 3))),
        {"ceil": True},
        ValueError,
        'ceil goes with pool="max"; leave it out here',
    ),
    ((IMAGE, 2), {"pool": "mean"}, ValueError, "mode is 'mean'; it must be one of 'max'"),
    (
        (IMAGE, np.ones((3, 3))),
        {"padding": "some"},
        ValueError,
        "padding is 'some'; it must be one of",
    ),
    ((np.full((5, 5), 2**62), np.full((3, 3), 9)), {}, OverflowError, "more than int64 holds"),
    ((np.array([["a"]]), np.ones((1, 1))), {}, TypeError, "images hold <U1"),
]


@pytest.mark.parametrize(
    ("operands", "words", "error", "said"), MISUSES, ids=[case[3][:30] for case in MISUSES]
)
def test_misuse_says_what_would_do(operands, words, error, said):
    with pytest.raises(error, match=said):
        explain(*operands, **words)


def test_the_image_is_not_modified_and_the_explanation_tells_what_it_is():
    image = np.arange(9.0).reshape(3, 3)
    image.flags.writeable = False
    shown = explain(image, np.ones((3, 3)), flip=True)
    assert isinstance(shown, Explanation)
    assert (
        repr(shown) == "<Explanation of a convolution with 1 kernel of 3 x 3 x 1, flipped (signal "
        "processing): 9 windows>"
    )
    assert sum(1 for _ in shown) == 9
