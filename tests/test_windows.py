"""Where windows lie on an axis, judged by plain enumeration and by the guide to convolution
arithmetic.

The guide is V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning",
arXiv:1603.07285. Its letters: input i, kernel k, stride s, padding p on both sides, dilation d,
output o; a transposed convolution takes i' to o', and a pixels are added at the end of o'.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from itertools import product, starmap
from math import ceil, prod

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convpool.engines.pad_modes import padded_indices
from convpool.windows import (
    PADDINGS,
    TRANSPOSED_SIZES,
    Axis,
    Halo,
    blocks,
    place,
    place_transposed,
    view,
    volume,
)


def transposed(i, k, s, d, padding, a):
    """Return the axis of a transposed convolution to whose end a pixels are added."""
    axis = place_transposed(i, k, s, d, padding)
    return replace(axis, size=axis.size + a)


# ---- the guide: its figures ----

# The 19 configurations are the 18 of the animations in the guide's repository
# (bin/generate_makefile there) and the one of dilation. figure: what it is -> i, k, s, p, d, o; the
# brackets name the animation.
DIRECT = {
    "1.1 discrete convolution [numerical_no_padding_no_strides]": (5, 3, 1, 0, 1, 3),
    "1.2 discrete convolution, padded, strided [numerical_padding_strides]": (5, 3, 2, 1, 1, 3),
    "1.5 average pooling 3 x 3 on 5 x 5 [numerical_average_pooling]": (5, 3, 1, 0, 1, 3),
    "1.6 max pooling 3 x 3 on 5 x 5 [numerical_max_pooling]": (5, 3, 1, 0, 1, 3),
    "2.1 no padding, unit strides [no_padding_no_strides]": (4, 3, 1, 0, 1, 2),
    "2.2 arbitrary padding, unit strides [arbitrary_padding_no_strides]": (5, 4, 1, 2, 1, 6),
    "2.3 half padding, unit strides [same_padding_no_strides]": (5, 3, 1, 1, 1, 5),
    "2.4 full padding, unit strides [full_padding_no_strides]": (5, 3, 1, 2, 1, 7),
    "2.5 no padding, strides [no_padding_strides]": (5, 3, 2, 0, 1, 2),
    "2.6 padding, strides [padding_strides]": (5, 3, 2, 1, 1, 3),
    "2.7 padding, strides, last row not covered [padding_strides_odd]": (6, 3, 2, 1, 1, 3),
    "5.1 dilation 2 [dilation]": (7, 3, 1, 0, 2, 3),
}
# The transposed ones: i', k, s, p, a -> o'. k, s and p are those of the convolution that is
# transposed.
TRANSPOSED = {
    "4.1 no padding, unit strides [no_padding_no_strides_transposed]": (2, 3, 1, 0, 0, 4),
    "4.2 arbitrary padding, unit strides [arbitrary_padding_no_strides_transposed]": (
        6,
        4,
        1,
        2,
        0,
        5,
    ),
    "4.3 half padding, unit strides [same_padding_no_strides_transposed]": (5, 3, 1, 1, 0, 5),
    "4.4 full padding, unit strides [full_padding_no_strides_transposed]": (7, 3, 1, 2, 0, 5),
    "4.5 no padding, strides [no_padding_strides_transposed]": (2, 3, 2, 0, 0, 5),
    "4.6 padding, strides [padding_strides_transposed]": (3, 3, 2, 1, 0, 5),
    "4.7 padding, strides, one row added [padding_strides_odd_transposed]": (3, 3, 2, 1, 1, 6),
}


@pytest.mark.parametrize("figure", DIRECT)
def test_figures_of_the_guide(figure):
    i, k, s, p, d, o = DIRECT[figure]
    axis = place(i, k, s, d, (p, p))
    assert axis.count == o
    assert list(axis.starts) == [n * s for n in range(o)]


@pytest.mark.parametrize("figure", TRANSPOSED)
def test_transposed_figures_of_the_guide(figure):
    i, k, s, p, a, o = TRANSPOSED[figure]
    axis = transposed(i, k, s, 1, (p, p), a)
    assert axis.size == o
    # the figure's convolution, which is transposed, goes the other way
    assert axis.count == i


def test_figures_are_nineteen():
    assert len(DIRECT) + len(TRANSPOSED) == 19


@pytest.mark.parametrize(
    ("figure", "name"), [("2.1", "valid"), ("2.3", "same"), ("2.3", "same_size"), ("2.4", "full")]
)
def test_figures_by_name(figure, name):
    i, k, s, p, d, o = next(case for text, case in DIRECT.items() if text.startswith(figure))
    assert place(i, k, s, d, name) == place(i, k, s, d, (p, p))
    assert place(i, k, s, d, name).count == o


# ---- the guide: its relationships ----

sizes = st.integers(1, 40)
kernels = st.integers(1, 9)
strides = st.integers(1, 6)
paddings = st.integers(0, 8)
dilations = st.integers(1, 5)


def count(i, k, s=1, p=0, d=1):
    return place(i, k, s, d, (p, p)).count


def size(i, k, s=1, p=0, a=0):
    return transposed(i, k, s, 1, (p, p), a).size


@given(i=sizes, k=kernels)
def test_relationship_1_no_padding_unit_strides(i, k):
    """Relationship 1: s = 1, p = 0: o = (i - k) + 1."""
    assume(k <= i)
    assert count(i, k) == place(i, k, 1, 1, "valid").count == (i - k) + 1


@given(i=sizes, k=kernels, p=paddings)
def test_relationship_2_zero_padding_unit_strides(i, k, p):
    """Relationship 2: s = 1: o = (i - k) + 2p + 1."""
    assume(k <= i + 2 * p)
    assert count(i, k, p=p) == (i - k) + 2 * p + 1


@given(i=sizes, n=st.integers(0, 5))
def test_relationship_3_half_padding(i, n):
    """Relationship 3: k = 2n + 1, s = 1, p = floor(k / 2): o = i."""
    k = 2 * n + 1
    assert count(i, k, p=k // 2) == i
    for name in ("same", "same_lower", "same_size"):
        assert place(i, k, 1, 1, name) == place(i, k, 1, 1, (n, n))


@given(i=sizes, k=kernels)
def test_relationship_4_full_padding(i, k):
    """Relationship 4: p = k - 1, s = 1: o = i + (k - 1)."""
    assert count(i, k, p=k - 1) == place(i, k, 1, 1, "full").count == i + (k - 1)


@given(i=sizes, k=kernels, s=strides)
def test_relationship_5_no_padding_strides(i, k, s):
    """Relationship 5: p = 0: o = floor((i - k) / s) + 1."""
    assume(k <= i)
    assert count(i, k, s) == (i - k) // s + 1


@given(i=sizes, k=kernels, s=strides, p=paddings)
def test_relationship_6_zero_padding_strides(i, k, s, p):
    """Relationship 6: o = floor((i + 2p - k) / s) + 1; s neighbouring sizes share it."""
    assume(k <= i + 2 * p)
    o = count(i, k, s, p)
    assert o == (i + 2 * p - k) // s + 1
    if (i + 2 * p - k) % s == 0:
        assert [count(i + a, k, s, p) for a in range(s + 1)] == [o] * s + [o + 1]


@given(i=sizes, k=kernels, s=strides)
def test_relationship_7_pooling(i, k, s):
    """Relationship 7: o = floor((i - k) / s) + 1 for any kind of pooling; with ceil, only a
    ragged end adds one.
    """
    assume(k <= i)
    axis = place(i, k, s, 1, "valid")
    assert axis.count == (i - k) // s + 1
    ragged = (i - k) % s != 0 and axis.count * s < i
    assert replace(axis, ceil=True).count == axis.count + ragged


@given(i=sizes, k=kernels)
def test_relationship_8_transposed_no_padding_unit_strides(i, k):
    """Relationship 8: s = 1, p = 0: k' = k, s' = s, p' = k - 1, o' = i' + (k - 1)."""
    assert size(i, k) == count(i, k, p=k - 1) == i + (k - 1)


@given(i=sizes, k=kernels, p=paddings)
def test_relationship_9_transposed_zero_padding_unit_strides(i, k, p):
    """Relationship 9: s = 1: k' = k, s' = s, p' = k - p - 1, o' = i' + (k - 1) - 2p."""
    assume(p <= k - 1 and i + k - 1 - 2 * p >= 1)
    assert size(i, k, p=p) == count(i, k, p=k - p - 1) == i + (k - 1) - 2 * p


@given(i=sizes, n=st.integers(0, 5))
def test_relationship_10_transposed_half_padding(i, n):
    """Relationship 10: k = 2n + 1, s = 1, p = floor(k / 2) = n: k' = k, s' = s, p' = p, o' = i'."""
    k = 2 * n + 1
    assert size(i, k, p=n) == count(i, k, p=n) == i
    for name in TRANSPOSED_SIZES:
        assert place_transposed(i, k, 1, 1, name) == place_transposed(i, k, 1, 1, (n, n))


@given(i=sizes, k=kernels)
def test_relationship_11_transposed_full_padding(i, k):
    """Relationship 11: s = 1, p = k - 1: k' = k, s' = s, p' = 0, o' = i' - (k - 1)."""
    assume(i >= k)
    assert size(i, k, p=k - 1) == count(i, k) == i - (k - 1)
    assert place_transposed(i, k, 1, 1, "full") == place_transposed(i, k, 1, 1, (k - 1, k - 1))


def stretched(i, s):
    """Return the size of an input with s - 1 zeros between its pixels."""
    return i + (i - 1) * (s - 1)


@given(i=sizes, k=kernels, s=strides)
def test_relationship_12_transposed_no_padding_strides(i, k, s):
    """Relationship 12: p = 0, i - k a multiple of s: stretched i', k' = k, s' = 1, p' = k - 1,
    o' = s(i' - 1) + k.
    """
    assert size(i, k, s) == count(stretched(i, s), k, p=k - 1) == s * (i - 1) + k
    assert place_transposed(i, k, s, 1, "valid").size == s * (i - 1) + k


@given(i=sizes, k=kernels, s=strides, p=paddings)
def test_relationship_13_transposed_zero_padding_strides(i, k, s, p):
    """Relationship 13: i + 2p - k a multiple of s: p' = k - p - 1 on the stretched i', o' = s(i'
    - 1) + k - 2p.
    """
    assume(p <= k - 1 and s * (i - 1) + k - 2 * p >= 1)
    assert size(i, k, s, p) == count(stretched(i, s), k, p=k - p - 1) == s * (i - 1) + k - 2 * p


@given(i=sizes, k=kernels, s=strides, p=paddings)
def test_relationship_14_transposed_any(i, k, s, p):
    """Relationship 14: a = (i + 2p - k) mod s zeros more at the end: o' = s(i' - 1) + a + k -
    2p, which is i again.
    """
    assume(k <= i + 2 * p)
    a, o = (i + 2 * p - k) % s, count(i, k, s, p)
    assert size(o, k, s, p, a) == s * (o - 1) + a + k - 2 * p == i
    assert transposed(o, k, s, 1, (p, p), a) == place(i, k, s, 1, (p, p))


@given(i=sizes, k=kernels, s=strides, p=paddings, d=dilations)
def test_relationship_15_dilation(i, k, s, p, d):
    """Relationship 15: k^ = k + (k - 1)(d - 1), o = floor((i + 2p - k - (k - 1)(d - 1)) / s) +
    1.
    """
    spread = k + (k - 1) * (d - 1)
    assume(spread <= i + 2 * p)
    assert place(i, k, s, d, (p, p)).span == spread
    assert (
        count(i, k, s, p, d)
        == (i + 2 * p - k - (k - 1) * (d - 1)) // s + 1
        == count(i, spread, s, p)
    )


# ---- plain enumeration ----


def enumerated(axis):
    """Return the inputs under the taps of every window, by walking; those on padding lie outside
    0 to size - 1.
    """
    span = 1 + sum(axis.dilation for _ in range(axis.window - 1))
    end = axis.before + axis.size + axis.after
    starts, start = [], 0
    # floor: the window ends in time. ceil: the one before it (there may be none) leaves something
    # over.
    while (start + span <= end) if not axis.ceil else (start - axis.stride + span < end):
        starts.append(start)
        start += axis.stride
    if axis.ceil and starts and starts[-1] >= axis.before + axis.size:
        starts.pop()
    return [
        [start + t * axis.dilation - axis.before for t in range(axis.window)] for start in starts
    ]


@st.composite
def placed(draw, least=0, most=14):
    """Draw an axis with any padding, its odd numbers included."""
    padding = draw(
        st.one_of(st.sampled_from(list(PADDINGS)), st.tuples(st.integers(0, 7), st.integers(0, 7)))
    )
    axis = place(
        draw(st.integers(least, most)),
        draw(st.integers(1, 5)),
        draw(st.integers(1, 5)),
        draw(st.integers(1, 4)),
        padding,
    )
    axis = replace(axis, ceil=draw(st.booleans()))
    assume(axis.count >= 0)
    return axis


@given(axis=placed())
def test_count_starts_and_overhang_against_enumeration(axis):
    windows = enumerated(axis)
    assert axis.count == len(windows)
    assert list(axis.starts) == [window[0] + axis.before for window in windows]
    if windows:
        assert axis.overhang == max(0, windows[-1][-1] + 1 - axis.size - axis.after)
    if not axis.ceil:
        assert axis.overhang == 0


@given(axis=placed(), data=st.data())
def test_reach_against_enumeration(axis, data):
    tap = data.draw(st.integers(0, axis.window - 1))
    reached, pixels = axis.reach(tap)
    expected = [
        (n, window[tap])
        for n, window in enumerate(enumerated(axis))
        if 0 <= window[tap] < axis.size
    ]
    windows = range(*reached.indices(axis.count))
    # as slices of arrays of these lengths, and as they stand: neither may be cut by the end of an
    # array
    assert list(zip(windows, range(*pixels.indices(axis.size)), strict=True)) == expected
    assert len(range(reached.start, reached.stop)) == len(
        range(pixels.start, pixels.stop, pixels.step)
    )
    assert min(reached.start, reached.stop, pixels.start, pixels.stop) >= 0


@given(axis=placed(), data=st.data())
def test_reach_of_some_windows(axis, data):
    """A number of windows may be named: fewer, or more that lie further on."""
    n, tap = data.draw(st.integers(0, axis.count + 3)), data.draw(st.integers(0, axis.window - 1))
    reached, pixels = axis.reach(tap, n)
    places = [(i, i * axis.stride + tap * axis.dilation - axis.before) for i in range(n)]
    expected = [(i, place) for i, place in places if 0 <= place < axis.size]
    assert (
        list(zip(range(*reached.indices(n)), range(*pixels.indices(axis.size)), strict=True))
        == expected
    )


@given(axis=placed(), data=st.data())
def test_taps_on_against_enumeration(axis, data):
    low = data.draw(st.integers(-8, axis.size + 8))
    high = data.draw(st.integers(low, axis.size + 9))
    expected = [sum(low <= place < high for place in window) for window in enumerated(axis)]
    assert axis.taps_on(low, high).tolist() == expected


@st.composite
def parts(draw):
    """Draw an axis with windows, some of them, and some of their taps or None."""
    axis = draw(placed())
    assume(axis.count >= 1)
    first = draw(st.integers(0, axis.count - 1))
    tap = draw(st.integers(0, axis.window - 1))
    taps = slice(tap, draw(st.integers(tap + 1, axis.window)))
    return (
        axis,
        slice(first, draw(st.integers(first + 1, axis.count))),
        draw(st.sampled_from([None, taps])),
    )


@given(part=parts())
def test_halo_against_enumeration(part):
    axis, outputs, taps = part
    needed = [
        place for window in enumerated(axis)[outputs] for place in window[taps or slice(None)]
    ]
    places = range(min(needed), max(needed) + 1)
    halo = axis.halo(outputs, taps)
    assert halo.before == sum(place < 0 for place in places)
    assert halo.after == sum(place >= axis.size for place in places)
    assert list(range(halo.start, halo.stop)) == [
        place for place in places if 0 <= place < axis.size
    ]
    assert 0 <= halo.start <= halo.stop <= axis.size


@given(part=parts())
def test_halo_is_enough_to_do_a_part_alone(part):
    axis, outputs, taps = part
    taps = taps or slice(0, axis.window)
    image = np.arange(1, axis.size + 1)
    read = {place: place + 1 for place in range(axis.size)}
    expected = [
        [read.get(place, 0) for place in window[taps]] for window in enumerated(axis)[outputs]
    ]
    halo = axis.halo(outputs, taps)
    alone = np.pad(image[halo.start : halo.stop], (halo.before, halo.after))
    smaller = Axis(len(alone), taps.stop - taps.start, axis.stride, axis.dilation)
    assert view(alone, [smaller], first=0).tolist() == expected


@pytest.mark.parametrize(
    ("axis", "outputs", "expected"),
    [
        # before the pixels, behind them, around them, and where there are none
        (Axis(5, 1, before=3, after=3), slice(0, 2), Halo(0, 0, 2, 0)),
        (Axis(5, 1, before=3, after=3), slice(9, 11), Halo(5, 5, 0, 2)),
        (Axis(2, 3, dilation=4, before=4, after=4), slice(0, 2), Halo(0, 2, 4, 4)),
        (Axis(0, 2, before=2, after=2), slice(1, 2), Halo(0, 0, 1, 1)),
        # the whole, and a part inside
        (Axis(5, 3, before=1, after=1), slice(0, 5), Halo(0, 5, 1, 1)),
        (Axis(9, 3, stride=2, before=1, after=1), slice(1, 3), Halo(1, 6, 0, 0)),
        # what hangs over because of ceil is zeros too
        (Axis(5, 2, stride=2, ceil=True), slice(2, 3), Halo(4, 5, 0, 1)),
    ],
    ids=str,
)
def test_halo_of_parts(axis, outputs, expected):
    assert axis.halo(outputs) == expected


@given(axis=placed(least=1))
def test_view_holds_the_windows(axis):
    axis = replace(axis, before=0, after=0, ceil=False)
    assume(axis.count >= 1)
    image = np.arange(axis.size)
    seen = view(image, [axis], first=0)
    assert seen.tolist() == enumerated(axis)
    assert not seen.flags.writeable
    assert np.shares_memory(seen, image)


def test_view_of_two_axes_between_others():
    image = np.arange(2 * 5 * 4 * 3).reshape(2, 5, 4, 3)
    axes = [Axis(5, 2, stride=2), Axis(4, 2, dilation=2)]
    seen = view(image, axes)
    assert seen.shape == (2, 2, 2, 3, 2, 2)
    for m, i, j, c, u, v in np.ndindex(*seen.shape):
        assert seen[m, i, j, c, u, v] == image[m, 2 * i + u, j + 2 * v, c]


# ---- PyTorch's ceil rule ----


@pytest.mark.parametrize(
    ("axis", "floored", "ceiled", "overhang"),
    [
        (Axis(6, 3, stride=2), 2, 3, 1),  # one hangs over
        (Axis(5, 3, stride=2), 2, 2, 0),  # nothing left over
        (
            Axis(5, 2, stride=2, before=1, after=1),
            3,
            3,
            0,
        ),  # a fourth would start at 6, where padding begins
        (Axis(4, 1, stride=2), 2, 2, 0),  # a third would start at 4, behind the last pixel
        (Axis(3, 2, stride=3), 1, 1, 0),
        (Axis(5, 3, stride=4), 1, 2, 2),  # the last window has one pixel
        (Axis(5, 2, stride=2, dilation=2), 2, 2, 0),
        (Axis(6, 2, stride=2, dilation=2), 2, 3, 1),
        (Axis(2, 3, stride=2), 0, 1, 1),  # larger than the image, but it starts on a pixel
        (Axis(1, 4, stride=2), 0, 0, None),  # not even one
        (Axis(1, 1, after=3), 4, 3, 0),  # one less, not two
    ],
    ids=str,
)
def test_ceil(axis, floored, ceiled, overhang):
    assert max(0, axis.count) == floored
    axis = replace(axis, ceil=True)
    assert axis.count == ceiled
    assert not ceiled or axis.overhang == overhang


# ---- named padding ----

# name, size, window, stride, dilation -> zeros before, zeros after, output size
NAMED = [
    ("valid", 5, 3, 1, 1, 0, 0, 3),
    ("valid", 28, 3, 2, 1, 0, 0, 13),
    ("full", 5, 3, 1, 1, 2, 2, 7),
    ("full", 5, 3, 1, 2, 4, 4, 9),
    ("full", 5, 1, 2, 1, 0, 0, 3),
    ("causal", 5, 3, 1, 1, 2, 0, 5),
    ("causal", 5, 3, 2, 2, 4, 0, 3),
    ("causal", 5, 1, 2, 1, 0, 0, 3),
    ("same", 5, 3, 1, 1, 1, 1, 5),
    ("same", 5, 2, 1, 1, 0, 1, 5),  # the odd zero after
    ("same", 5, 4, 1, 1, 1, 2, 5),
    ("same", 28, 3, 2, 1, 0, 1, 14),
    ("same", 7, 2, 3, 1, 0, 1, 3),
    ("same", 5, 2, 1, 3, 1, 2, 5),  # a span of 4
    ("same", 10, 1, 4, 1, 0, 0, 3),  # never negative
    ("same_lower", 5, 3, 1, 1, 1, 1, 5),
    ("same_lower", 5, 2, 1, 1, 1, 0, 5),  # the odd zero before
    ("same_lower", 5, 4, 1, 1, 2, 1, 5),
    ("same_lower", 28, 3, 2, 1, 1, 0, 14),
    ("same_lower", 10, 1, 4, 1, 0, 0, 3),
    ("same_size", 5, 3, 1, 1, 1, 1, 5),
    ("same_size", 5, 2, 1, 1, 1, 0, 5),  # the odd zero before
    ("same_size", 28, 3, 2, 1, 15, 14, 28),
    ("same_size", 5, 1, 2, 1, 2, 2, 5),
    ("same_size", 6, 1, 2, 1, 3, 2, 6),
    ("same_size", 5, 2, 1, 3, 2, 1, 5),
]


@pytest.mark.parametrize("case", NAMED, ids=str)
def test_named_padding(case):
    name, size, window, stride, dilation, before, after, count = case
    axis = place(size, window, stride, dilation, name)
    assert (axis.before, axis.after, axis.count) == (before, after, count)


def test_every_named_padding_is_in_the_table():
    assert (
        {case[0] for case in NAMED}
        == set(PADDINGS)
        == {"valid", "full", "causal", "same", "same_lower", "same_size"}
    )


@given(size=st.integers(0, 60), window=kernels, stride=strides, dilation=dilations)
def test_same_takes_the_fewest_zeros_that_keep_its_size(size, window, stride, dilation):
    upper, lower = (place(size, window, stride, dilation, name) for name in ("same", "same_lower"))
    assert upper.count == lower.count == ceil(size / stride)
    assert (
        upper.after - upper.before == lower.before - lower.after == (upper.before + upper.after) % 2
    )
    assert upper.before + upper.after == lower.before + lower.after
    if size and upper.before + upper.after:
        assert replace(upper, after=upper.after - 1).count == upper.count - 1


@given(size=st.integers(0, 60), window=kernels, stride=strides, dilation=dilations)
def test_same_size_takes_the_fewest_zeros_that_keep_its_size(size, window, stride, dilation):
    axis = place(size, window, stride, dilation, "same_size")
    assert axis.count == size
    assert axis.before - axis.after == (axis.before + axis.after) % 2
    if size and axis.before:
        assert replace(axis, before=axis.before - 1).count == size - 1


@given(size=sizes, window=kernels, dilation=dilations)
def test_full_takes_every_window_that_touches_a_pixel(size, window, dilation):
    axis = place(size, window, 1, dilation, "full")
    windows = enumerated(axis)
    assert windows[0][-1] == 0
    assert windows[-1][0] == size - 1
    assert axis.count == size + axis.span - 1


# name, o, window, stride, dilation, output padding -> size, zeros before, zeros after
RESTORED = [
    ("valid", 14, 3, 2, 1, 0, 29, 0, 0),
    ("valid", 14, 3, 2, 1, 1, 30, 0, 0),
    ("valid", 3, 3, 1, 2, 0, 7, 0, 0),
    ("full", 7, 3, 1, 1, 0, 5, 2, 2),
    ("full", 4, 3, 2, 2, 0, 3, 4, 4),
    ("causal", 14, 3, 2, 1, 0, 27, 2, 0),
    ("causal", 4, 3, 2, 2, 1, 8, 4, 0),
    ("same", 14, 3, 2, 1, 0, 28, 0, 1),
    ("same_lower", 14, 3, 2, 1, 0, 28, 1, 0),
    ("same_size", 28, 3, 2, 1, 0, 28, 15, 14),
    ("same", 0, 3, 2, 1, 0, 0, 0, 1),
    ((1, 0), 3, 3, 2, 1, 0, 6, 1, 0),
    ((1, 2), 3, 4, 3, 1, 2, 9, 1, 2),
]


@pytest.mark.parametrize("case", RESTORED, ids=str)
def test_transposed_size(case):
    padding, o, window, stride, dilation, more, size, before, after = case
    axis = transposed(o, window, stride, dilation, padding, more)
    assert (axis.size, axis.before, axis.after) == (size, before, after)
    assert axis.count == o


@given(
    o=sizes,
    window=kernels,
    stride=strides,
    dilation=dilations,
    name=st.sampled_from(sorted(TRANSPOSED_SIZES)),
)
def test_transposed_same_is_what_the_same_word_would_read(o, window, stride, dilation, name):
    axis = place_transposed(o, window, stride, dilation, name)
    assert axis.size == (o if name == "same_size" else o * stride)
    assert axis == place(axis.size, window, stride, dilation, name)
    assert axis.count == o


# ---- size 0 ----


@pytest.mark.parametrize("name", ["same", "same_lower", "same_size"])
@pytest.mark.parametrize("ceiled", [False, True])
@pytest.mark.parametrize("window", [1, 2, 5])
@pytest.mark.parametrize("stride", [1, 2, 7])
@pytest.mark.parametrize("dilation", [1, 3])
def test_size_0_has_no_windows_under_a_named_same(name, ceiled, window, stride, dilation):
    axis = replace(place(0, window, stride, dilation, name), ceil=ceiled)
    assert axis.count == 0
    assert list(axis.starts) == []
    assert axis.overhang == 0
    assert axis.taps_on(0, 0).tolist() == []
    for tap in range(window):
        reached, pixels = axis.reach(tap)
        assert np.zeros(0)[reached].size == np.zeros(0)[pixels].size == 0


# ---- blocks ----


@pytest.mark.parametrize(
    ("shape", "limit", "expected"),
    [
        ((5, 3), 15, [(5, 3)]),
        ((5, 3), 100, [(5, 3)]),
        ((5, 3), 6, [(2, 3), (2, 3), (1, 3)]),
        ((5, 3), 2, [(1, 2), (1, 1)] * 5),
        ((2, 2), 1, [(1, 1)] * 4),
        ((2, 2), 0, [(1, 1)] * 4),  # one number is the least
        ((4, 0), 3, []),
        ((0,), 3, []),
        ((), 3, [()]),
    ],
    ids=str,
)
def test_sizes_of_blocks(shape, limit, expected):
    assert [
        tuple(part.stop - part.start for part in block) for block in blocks(shape, limit)
    ] == expected


@given(shape=st.lists(st.integers(0, 6), max_size=4), limit=st.integers(0, 200))
def test_blocks_cover_every_number_once(shape, limit):
    times = np.zeros(shape, int)
    for block in blocks(shape, limit):
        times[block] += 1
        assert 0 < times[block].size <= max(1, limit)
    assert (times == 1).all()


@given(shape=st.lists(st.integers(1, 6), min_size=1, max_size=4), limit=st.integers(1, 200))
def test_blocks_are_whole_along_the_trailing_axes_that_fit(shape, limit):
    first = next(iter(blocks(shape, limit)))
    for axis in range(len(shape)):
        if prod(shape[axis:]) <= limit:
            assert all(
                part == slice(0, length)
                for part, length in zip(first[axis:], shape[axis:], strict=True)
            )
            break


# ---- padding that repeats pixels ----


def repeated(place, size, pad_mode):
    """Return the input that a place outside the image shows, in words of a single axis."""
    period = {"wrap": size, "symmetric": 2 * size, "reflect": max(1, 2 * (size - 1))}.get(pad_mode)
    if period is None:
        return min(max(place, 0), size - 1)  # edge
    place %= period
    if place < size:
        return place
    return period - place - (pad_mode == "symmetric")


@pytest.mark.parametrize("pad_mode", ["reflect", "symmetric", "edge", "wrap"])
@given(size=st.integers(1, 6), before=st.integers(0, 15), after=st.integers(0, 15))
def test_padded_indices(pad_mode, size, before, after):
    indices = padded_indices(Axis(size, 1, before=before, after=after), pad_mode)
    assert indices.tolist() == [
        repeated(place, size, pad_mode) for place in range(-before, size + after)
    ]
    image = np.random.default_rng(size).normal(size=size)
    np.testing.assert_array_equal(image[indices], np.pad(image, (before, after), pad_mode))


@pytest.mark.parametrize("pad_mode", ["reflect", "symmetric", "edge", "wrap"])
def test_padded_indices_of_two_axes_are_np_pad_of_a_picture(pad_mode):
    image = np.arange(12).reshape(3, 4)
    axes = Axis(3, 1, before=7, after=1), Axis(4, 1, before=0, after=9)
    rows, columns = (padded_indices(axis, pad_mode) for axis in axes)
    expected = np.pad(image, [(7, 1), (0, 9)], pad_mode)
    np.testing.assert_array_equal(image[np.ix_(rows, columns)], expected)


# ---- a value ----


def test_axis_is_a_value():
    axis = Axis(5, 3)
    with pytest.raises(FrozenInstanceError):
        axis.size = 6
    assert axis == Axis(5, 3)
    assert len({axis, Axis(5, 3), Axis(5, 3, before=1)}) == 2


def test_least_steps_lead_to_the_same_pixels():
    axes = product(
        range(5), range(1, 4), (1, 2, 3, 9), (1, 2, 9), range(3), range(3), (False, True)
    )
    for axis in starmap(Axis, axes):
        least = axis.with_least_steps
        assert (least.count, least.span, least.overhang) == (axis.count, axis.span, axis.overhang)
        for tap in range(axis.window):
            same, expected = (
                [list(range(99))[part] for part in each.reach(tap)] for each in (least, axis)
            )
            assert axis.count <= 0 or same == expected
        if axis.count == 1:
            assert least.stride <= max(axis.before + axis.size + axis.after, axis.span)


def test_sizes_never_overflow():
    axis = Axis(10**30, 3, stride=2, before=1, after=1)
    assert axis.count == 5 * 10**29
    assert volume([10**20, 10**20]) == 10**40
    assert volume([]) == 1
