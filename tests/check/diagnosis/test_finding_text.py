"""The texts of findings: windows, sums, shapes, and what explains a part."""

from __future__ import annotations

import numpy as np
import pytest

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.random_arrays import Sample
from convpool.check.diagnosis.arithmetic import arguments_of
from convpool.check.diagnosis.diagnose import diagnose
from convpool.check.diagnosis.finding_text import MOST_IN_GRID
from convpool.check.diagnosis.readings.registry import READINGS
from convpool.check.diagnosis.window_positions import correct_positions, find_positions
from convpool.check.diagnosis.window_text import ZERO, number, two_numbers
from support.observed_results import cases_of

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
        [f"{number(pixels[u - 1, 1 + v]) if u else ZERO} x "
         f"{number(kernel[u, v])}"
         for v in range(3)]
        for u in range(3)
    ]  # fmt: skip
    (line,) = [line for line in found.details.splitlines() if line.startswith("sum: ")]
    written, total = line.removeprefix("sum: ").split(" = ")
    assert eval(written) == float(total) == wanted


def test_numbers_that_differ_read_differently():
    for factor in (1.000003, 1 + 3e-5):
        found = diagnose([(PLAIN, PLAIN.expected[0] * factor)])
        right, wrong = (
            line.split()[1]
            for line in found.details.splitlines()
            if line.startswith(("expected", "got"))
        )
        assert right != wrong
        assert float(wrong) == pytest.approx(float(right) * factor, rel=1e-6)
    assert two_numbers(1, 1) == ("1", "1")
    assert two_numbers(1, 1 + 1e-15) == ("1", "1.0000000000000011")


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
    assert "the result's shape is (1, 9, 3), expected (1, 3, 3)" in found.words
    assert "rows: (h + zeros - kh) // sh + 1 = (4 + 0 - 2) // 1 + 1 = 3; got 9" in found.details
    assert "columns: (w + zeros - kw) // sw + 1 = (5 + 0 - 3) // 1 + 1 = 3; got 3" in found.details


def test_what_no_reading_explains_has_its_first_pixel_and_no_coincidence():
    came = PLAIN.expected[0].copy()
    turned = READINGS["last column left out"](PLAIN)
    came[0, 0, 2] = turned[0, 0, 2]
    came[0, 2, 1] = 0.123
    wanted = number(PLAIN.expected[0][0, 0, 2])
    found = diagnose([(PLAIN, came), (PADDED, PADDED.expected[0])])
    got = number(came[0, 0, 2])
    assert found.words == f"pixel (0, 0, 2) is {got}, expected {wanted}"
    assert found.reading == ""
    assert "would come out" not in found.details
    assert found.details.endswith(PLAIN.source)


def test_a_cause_of_some_of_the_wrong_results_is_not_named():
    cases = cases_of((0, "valid"))[:6]
    flipped = [(case, READINGS["kernel flipped"](case)) for case in cases[:5]]
    found = diagnose([*flipped, (cases[5], cases[5].expected[0] + 0.5)])
    assert found.reading == ""
    assert "flipped" not in found.words


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
        "window (i, j) begins at row i + 3 and column 2 * j + 1 of the image, "
        "expected at row i and column j"
    )
    assert find_positions(arguments_of(case), case.expected[0]) == correct_positions(
        arguments_of(case)
    )


def test_a_small_right_output_comes_before_a_wrong_size():
    right = PLAIN.expected[0]
    assert right.size <= MOST_IN_GRID
    lines = diagnose([(PLAIN, np.zeros((1, 9, 9)))]).details.split("\n")
    at = lines.index("the right output:") + 1
    rows = [list(map(float, line.split())) for line in lines[at : at + right.shape[1]]]
    assert rows == right[0].tolist()
    assert lines[at + len(rows)].startswith("the result's shape is")
    large = max(cases_of((0, "valid")), key=lambda case: case.expected[0].size)
    assert "the right output" not in diagnose([(large, np.zeros((1, 9, 9)))]).details


def test_an_array_of_no_numbers_is_named():
    found = diagnose([(PLAIN, np.full((1, 3, 3), None))])
    assert "the result is an array of object, expected numbers" in found.words


def test_nothing_to_say_about_right_results():
    with pytest.raises(ValueError, match="all 1 results are right: pass at least one that is not"):
        diagnose([(PLAIN, PLAIN.expected[0])])


def test_the_case_whose_code_is_shown_is_the_simplest_one():
    cases = cases_of((3, "same"))
    found = diagnose([(case, READINGS["same: p = T // 2 + 1"](case)) for case in cases])
    assert found.details.endswith(
        "images = np.arange(1, 10).reshape(1, 3, 3)\n"
        "kernel = np.resize([1, 0, 2, -1, 3], (2, 2))\n"
        "convolve_grayscale(images, kernel, 'same', (1, 1))"
    )
    assert "called with 1 image of 3 x 3" in found.details
    assert (
        "For n = 3, k = 2, s = 1 that is T = 1, 1 and 0; as T is odd, no equal number on both "
        "sides can do it. The output then has h x w pixels. "
        "To see it: run `convpool explore` and open "
        "explorer.html#h=3&w=3&kh=2&kw=2&sh=1&sw=1&padding=same_size"
    ) in found.words
