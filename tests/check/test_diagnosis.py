"""Diagnosis: each hypothesis is named where it is what happened; the window is drawn, the line
found.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.case_table import CASES
from convpool.check.behaviour.samples import Sample
from convpool.check.diagnosis import best_readings
from convpool.check.diagnosis.arithmetic import (
    CORRECT,
    apply_reading,
    arguments_of,
    odd_zero_variants,
)
from convpool.check.diagnosis.deciding_lines import deciding_lines
from convpool.check.diagnosis.diagnose import diagnose
from convpool.check.diagnosis.observation import Observation
from convpool.check.diagnosis.readings.registry import READINGS
from convpool.check.diagnosis.window_positions import correct_positions, find_positions
from convpool.check.diagnosis.window_text import ZERO, number
from convpool.check.tasks import TASKS
from support.sampling import IS_FULL, mark_others_full

ITEMS = {}
for _case in (case for cases in CASES.values() for case in cases if case.judged):
    ITEMS.setdefault((_case.task, _case.item), []).append(_case)


def cases_of(item):
    """Return the cases of an item; every second one in the short run."""
    return ITEMS[item] if IS_FULL else ITEMS[item][::2]


def same(one, other):
    if one.shape != other.shape:
        return False
    largest = np.abs(other[np.isfinite(other)]).max(initial=0)
    return np.allclose(one, other, rtol=0, atol=1e-6 * largest, equal_nan=True)


def is_right(case, came):
    return any(same(came, expected) for expected in case.expected)


# ---- the arithmetic is right where nothing is read otherwise ----


@pytest.mark.parametrize("item", ITEMS, ids=str)
def test_arithmetic_agrees_with_the_reference(item):
    for case in cases_of(item):
        ways = odd_zero_variants(arguments_of(case))
        assert len(ways) == len(case.expected)
        assert all(is_right(case, apply_reading(CORRECT, way)) for way in ways), case.name


# ---- each hypothesis is named ----


def handed_in(reading, item):
    """Return the cases to which a reading applies, each with what it gives."""
    came = [(case, reading(case)) for case in cases_of(item)]
    return [(case, value) for case, value in came if value is not None]


def told_apart(name):
    """Yield an item where a hypothesis gives something else than the right results (in the long
    run, all of them).
    """
    order = list(ITEMS)
    start = sum(map(ord, name)) % len(order)
    for item in order[start:] + order[:start]:
        came = handed_in(READINGS[name], item)
        if not all(is_right(case, value) for case, value in came):
            yield came
            if not IS_FULL:
                return


# these are right wherever they apply, in every case there is
NEVER_DIFFER = set()


@pytest.mark.parametrize(
    "name", mark_others_full(sorted(READINGS), len(READINGS) // 8, "hypotheses")
)
def test_each_hypothesis_is_named_or_one_that_gives_the_same(name):
    tried = 0
    for came in told_apart(name):
        found = diagnose(came)
        tried += 1
        assert "your result equals the reference if" in found.words
        assert found.reading in READINGS, "alone, not two together"
        other = READINGS[found.reading]
        assert other.words in found.words
        for case, value in came:
            ways = [apply_reading(other, way) for way in odd_zero_variants(arguments_of(case))]
            assert found.reading == name or any(
                way is not None and same(way, value) for way in ways
            ), case.name
    assert bool(tried) == (name not in NEVER_DIFFER)


def test_words_of_hypotheses_are_told_apart():
    """Those with the same words are about different calls."""
    seen = {}
    for name, reading in READINGS.items():
        seen.setdefault((reading.words, reading.when), []).append(name)
    assert [names for names in seen.values() if len(names) > 1] == []


# ---- what students write ----

CONVOLUTION = """
import numpy as np
def convolve(images, kernels, padding='same', stride=(1, 1)):
    m, h, w, c = images.shape
    kh, kw, _, nc = kernels.shape
    sh, sw = stride
    if padding == 'same':
        th, tw = (h - 1) * sh + kh - h, (w - 1) * sw + kw - w
        top, left = th // 2, tw // 2
        bottom, right = th - top, tw - left
    elif padding == 'valid':
        top, bottom, left, right = 0, 0, 0, 0
    else:
        top, left = padding
        bottom, right = padding
    padded = np.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)))
    oh = (h + top + bottom - kh) // sh + 1
    ow = (w + left + right - kw) // sw + 1
    output = np.zeros((m, oh, ow, nc))
    for i in range(oh):
        for j in range(ow):
            for n in range(nc):
                window = padded[:, i * sh:i * sh + kh, j * sw:j * sw + kw]
                output[:, i, j, n] = np.sum(window * kernels[..., n], axis=(1, 2, 3))
    return output
"""
POOLING = """
import numpy as np
def pool(images, kernel_shape, stride, mode='max'):
    m, h, w, c = images.shape
    kh, kw = kernel_shape
    sh, sw = stride
    oh = (h - kh) // sh + 1
    ow = (w - kw) // sw + 1
    output = np.zeros((m, oh, ow, c))
    for i in range(oh):
        for j in range(ow):
            window = images[:, i * sh:i * sh + kh, j * sw:j * sw + kw]
            if mode == 'max':
                output[:, i, j] = np.max(window, axis=(1, 2))
            else:
                output[:, i, j] = np.mean(window, axis=(1, 2))
    return output
"""
SOURCES = {5: CONVOLUTION, 6: POOLING}


def returned(source, task, item):
    """Return what a source gives for an item's cases, without those where it raises."""
    names = {}
    exec(source, names)
    came = []
    with np.errstate(all="ignore"):
        for case in cases_of((task, item)):
            try:
                came.append(
                    (case, names[TASKS[task].function](*case.call.arguments, **case.call.keywords))
                )
            except (ValueError, IndexError):
                continue
    return came


# (task, item, a part of the source, what stands there instead, what is named, whether its line is)
HALF = "top, left = th // 2, tw // 2"
WRITTEN = [
    (5, "same", HALF, "top, left = 0, 0", "same: all after", True),
    (5, "same-strided", HALF, "top, left = th, tw", "same: all before", True),
    (5, "valid", "kernels[..., n]", "kernels[::-1, ::-1, :, n]", "kernel flipped", True),
    (5, "valid", "kernels[..., n]", "kernels[::-1, :, :, n]", "kernel upside down", True),
    (5, "valid", "kernels[..., n]", "kernels[..., 0]", "one kernel for all", True),
    (5, "valid", "np.sum(", "np.mean(", "divided by all weights", True),
    (5, "valid", "np.sum(", "np.max(", "maximum of products", True),
    (5, "valid", "axis=(1, 2, 3)", "axis=None", "summed over images", True),
    (5, "valid", "nc))", "nc), dtype=int)", "integers", True),
    (5, "valid", "nc))", "nc), dtype=images.dtype)", "images' dtype", True),
    (5, "valid", "oh = (h", "oh = (h - 1", "one output less of the rows", True),
    (5, "valid", "sh, sw = stride", "sw, sh = stride", "stride swapped", False),
    (
        5,
        "valid",
        "i * sh:i * sh + kh, j * sw:j * sw + kw",
        "i:i + kh, j:j + kw",
        "windows at i",
        True,
    ),
    (
        5,
        "valid",
        "return output",
        "return output.transpose(0, 2, 1, 3)",
        "output transposed",
        False,
    ),
    (5, "valid", "return output", "return np.abs(output)", "absolute", False),
    (5, "padding", "top, left = padding", "left, top = padding", "", False),
    (
        5,
        "padding",
        "np.pad(images,",
        "np.pad(images, mode='edge', pad_width=",
        "padded with edge",
        True,
    ),
    (
        5,
        "padding",
        "(top, bottom), (left, right)",
        "(left, right), (top, bottom)",
        "pair: swapped, right size",
        False,
    ),
    (5, "padding", "bottom, right = padding", "bottom, right = 0, 0", "pair: before only", False),
    (6, "max", "np.max(", "np.min(", "pooling: minimum", True),
    (
        6,
        "max",
        "np.max(window, axis=(1, 2))",
        "np.max(window, axis=(1, 2)).clip(0)",
        "pooling: max from zero",
        True,
    ),
    (
        6,
        "avg",
        "np.mean(window, axis=(1, 2))",
        "window.sum((1, 2)) / (sh * sw)",
        "pooling: sum over sh * sw",
        True,
    ),
    (6, "avg", "np.mean(", "np.sum(", "pooling: sum", True),
    (6, "avg", "np.mean(", "np.median(", "pooling: median", True),
    (6, "max", "// sh + 1", "// sh", "one output less of the rows", True),  # some are empty
    (6, "max", "// sh + 1", "// sh + 2", "one output more of the rows, ragged", True),
    (
        6,
        "avg",
        "np.mean(window, axis=(1, 2))",
        "np.mean(window, (1, 2, 3), keepdims=True)[:, 0, 0]",
        "pooling: over channels too",
        True,
    ),
]


@pytest.mark.parametrize(("task", "item", "part", "instead", "reading", "placed"), WRITTEN)
def test_what_students_write_is_named(task, item, part, instead, reading, placed):
    assert part in SOURCES[task]
    source = SOURCES[task].replace(part, instead)
    found = diagnose(returned(source, task, item), source)
    assert found.reading == reading
    assert not reading or re.search(
        "differs?; (in all |your result equals)", found.words
    )  # all that differ
    lines = [
        number
        for number, line in enumerate(source.splitlines(), 1)
        if instead.split("\n")[0] in line
    ]
    assert found.line == (lines[0] if placed else None)
    if placed:
        assert f"line {lines[0]}: {source.splitlines()[lines[0] - 1].strip()}" in found.details


@pytest.mark.parametrize(
    "first", ["th // 2, tw // 2", "(th + 1) // 2, (tw + 1) // 2", "th // 2, (tw + 1) // 2"]
)
@pytest.mark.parametrize(
    ("item", "part", "instead", "reading"),
    [
        ("same-strided", "sh, sw = stride", "sh, sw = 1, 1", "stride ignored"),
        ("valid", "padding == 'same'", "padding in ('same', 'valid')", "'same' for all"),
        (
            "same-strided",
            "(h - 1) * sh + kh - h, (w - 1) * sw",
            "(h - 1) * sw + kh - h, (w - 1) * sh",
            "same: sh and sw swapped",
        ),
    ],
)
def test_the_odd_zero_may_lie_on_either_side_of_a_wrong_padding(
    item, part, instead, reading, first
):
    """The zeros that were put may be odd where the right ones are even."""
    source = CONVOLUTION.replace("th // 2, tw // 2", first)
    assert part in source
    found = diagnose(returned(source.replace(part, instead), 5, item), source)
    assert found.reading == reading
    assert re.search("differs?; (in all |your result equals)", found.words)  # all that differ


# ---- words ----

IMAGES, KERNEL = Sample((1, 4, 5), "whole", 0), Sample((3, 3), "whole", 1)
PADDED = Case(2, "padding", IMAGES, KERNEL, ((1, 0),))
PLAIN = Case(0, "valid", IMAGES, Sample((2, 3), "whole", 1))


def test_window_is_drawn_with_its_numbers():
    came = PADDED.expected[0].copy()
    came[0, 0, 1] += 7
    found = diagnose([(PADDED, came)])
    wanted, pixels, kernel = PADDED.expected[0][0, 0, 1], PADDED.images[0], PADDED.kernel
    assert "first pixel that differs: image 0, i = 0, j = 1" in found.details
    assert "its window begins at row -1, column 1 of image 0" in found.details
    assert f"expected {number(wanted)}" in found.details
    assert f"got {number(wanted + 7)}" in found.details
    rows = [
        line.split("  ")
        for line in found.details.splitlines()
        if " x " in line and line.startswith("    ")
    ]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert cells == [
        [
            f"{number(pixels[u - 1, 1 + v]) if u else ZERO} x {number(kernel[u, v])}"
            for v in range(3)
        ]
        for u in range(3)
    ]
    (line,) = [line for line in found.details.splitlines() if line.startswith("sum: ")]
    written, total = line.removeprefix("sum: ").split(" = ")
    assert eval(written) == float(total) == wanted


def test_channels_are_drawn_one_by_one():
    case = Case(
        5, "valid", Sample((1, 3, 3, 2), "whole", 0), Sample((2, 2, 2, 3), "whole", 1), ("valid",)
    )
    came = case.expected[0].copy()
    came[0, 1, 0, 2] = 1000
    found = diagnose([(case, came)])
    assert "image 0, i = 1, j = 0, kernel 2" in found.details
    assert "its window of channel 0" in found.details
    assert "its window of channel 1" in found.details
    assert "got 1000" in found.details


@pytest.mark.parametrize(("mode", "word"), [("max", "maximum: "), ("avg", "average: ")])
def test_poolings_are_drawn(mode, word):
    case = Case(6, mode, Sample((1, 4, 4, 2), "whole", 0), (2, 2), ((2, 2), mode))
    came = case.expected[0].copy()
    came[0, 1, 0, 1] = 1000
    found = diagnose([(case, came)])
    assert word in found.details
    assert f"expected {number(case.expected[0][0, 1, 0, 1])}" in found.details


def test_long_sums_are_cut():
    case = Case(0, "valid", Sample((1, 7, 7), "whole", 0), Sample((6, 6), "whole", 1))
    assert "... (12 more) = " in diagnose([(case, case.expected[0] + 1)]).details


def test_wrong_shapes_are_written_out():
    came = np.full((1, 9, 3), 5.5)
    found = diagnose([(PLAIN, came)])
    assert (
        "1 of 1 case differs; first: the result's shape is (1, 9, 3), expected (1, 3, 3)"
        in found.words
    )
    assert "rows: (h + zeros - kh) // sh + 1 = (4 + 0 - 2) // 1 + 1 = 3; got 9" in found.details
    assert "columns: (w + zeros - kw) // sw + 1 = (5 + 0 - 3) // 1 + 1 = 3; got 3" in found.details


def test_what_no_hypothesis_explains_has_its_first_pixel_and_near_misses():
    came = PLAIN.expected[0].copy()
    turned = READINGS["last column left out"](PLAIN)
    came[0, 0, 2] = turned[0, 0, 2]
    came[0, 2, 1] = 0.123
    wanted = number(PLAIN.expected[0][0, 0, 2])
    found = diagnose([(PLAIN, came), (PADDED, PADDED.expected[0])])
    got = number(came[0, 0, 2])
    assert (
        found.words == f"1 of 2 cases differs; first: pixel (0, 0, 2) is {got}, expected {wanted}"
    )
    assert found.reading == ""
    assert (
        f"{got} would come out here if the last column of each window is left out" in found.details
    )


def test_a_part_that_is_explained_is_said_so():
    cases = cases_of((0, "valid"))[:6]
    flipped = [(case, READINGS["kernel flipped"](case)) for case in cases[:5]]
    found = diagnose([*flipped, (cases[5], cases[5].expected[0] + 0.5)])
    assert found.reading == "kernel flipped"
    assert "that differ, your result equals the reference if the kernel is flipped" in found.words


def test_two_together_are_found():
    flip, cut = READINGS["kernel flipped"], READINGS["last row 0"]
    both = flip | cut
    assert both is not None
    assert flip | READINGS["kernel mirrored"] is None
    came = [(case, both(case)) for case in cases_of((0, "valid"))]
    found = diagnose(came)
    assert found.reading == "last row 0 + kernel flipped"


def test_windows_that_lie_elsewhere_are_found():
    """Three rows further, and every second column: nobody writes this."""
    case = Case(0, "valid", Sample((1, 9, 9), "whole", 0), Sample((2, 2), "whole", 1))
    came = case.expected[0][:, 3:6, 1:8:2]
    found = diagnose([(case, came)])
    assert found.words == (
        "1 of 1 case differs; window (i, j) begins at row i + 3 and column 2 * j + 1 of the image, "
        "expected at row i and column j"
    )
    assert find_positions(arguments_of(case), case.expected[0]) == correct_positions(
        arguments_of(case)
    )


def test_an_array_of_no_numbers_is_named():
    found = diagnose([(PLAIN, np.full((1, 3, 3), None))])
    assert "the result is an array of object, expected numbers" in found.words


def test_nothing_to_say_about_right_results():
    with pytest.raises(ValueError, match="all 1 results are right: pass at least one that is not"):
        diagnose([(PLAIN, PLAIN.expected[0])])


def test_most_readings_are_tried_on_one_case_where_nothing_explains(monkeypatch):
    cases = cases_of((5, "same"))
    came = [(case, case.expected[0] + 0.5 + case.images.size) for case in cases]
    fits, tried = Observation.fits, []
    monkeypatch.setattr(
        Observation,
        "fits",
        lambda trial, reading: tried.append(trial) or fits(trial, reading),
    )
    diagnose(came, CONVOLUTION)
    readings = len(READINGS) + len(best_readings.pairs())
    assert (
        readings
        <= len(tried)
        <= readings + 3 * len(READINGS) + best_readings.MAX_PARTIAL * len(cases)
    )
    assert len(tried) < readings * len(cases) / 4


# ---- lines ----

TWO_LINES = "def f(x):\n    a = x.astype(int)\n    b = x.astype(int)\n    return a + b\n"


@pytest.mark.parametrize(
    ("source", "kind", "branch", "lines"),
    [
        ("def f(:", "flip", "", []),
        ("k = np.rot90(k, 2)", "flip", "", [1]),
        ("k = k[1:]", "flip", "", []),
        (TWO_LINES, "dtype", "", []),
        ("p = 1\nq = np.pad(x, p)", "zeros", "", [1]),
        ("if a == 'same':\n    p = 1\nelse:\n    p = 0\nq = np.pad(x, p)", "zeros", "same", [2]),
        ("if m == 'avg':\n    y[0] = 1\nelse:\n    y[0] = 2", "sum", "max", [4]),
        ("n = 3\ny = np.zeros((1, n))", "size", "", [1]),
        ("y = np.zeros((1, 3))", "size", "", [1]),
        ("for i in x:\n    z = x[i:i + 2]", "stride", "", [2]),
        ("for i in x:\n    z = x[i]", "stride", "", []),
        ("x = 1", "", "", []),
    ],
)
def test_lines_are_found_or_nothing_is_said(source, kind, branch, lines):
    assert deciding_lines(source, kind, branch) == lines
