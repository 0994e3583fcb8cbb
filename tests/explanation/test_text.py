"""Explanations in a terminal: 80 columns, plain signs where the encoding has no others, colours
where asked for.
"""

# ruff: noqa: RUF001  # the signs are those that are shown

from __future__ import annotations

import io
import re
import sys

import numpy as np
import pytest

from convpool.explanation import explain, text

EDGES = np.array([[1, 0, -1]] * 3)
SAME = """\
Convolution with 1 kernel of 3 x 3 x 1, as they are (cross-correlation)
  height floor((1 + 3 + 1 - 3) / 2) + 1 = 2
  width floor((1 + 3 + 1 - 3) / 2) + 1 = 2

Window 1 of 4: row 0, column 0
input 3 × 3        kernel 3 × 3   output 2 × 2
┏━━━━━━━━┓           1  0 −1      ┏━━━┓
┃ ░  ░  ░┃ ░  ░      1  0 −1      ┃ −5┃  5
┃ ░  0  1┃ 2  ░      1  0 −1      ┗━━━┛
┃ ░  3  4┃ 5  ░                    −11  11
┗━━━━━━━━┛
  ░  6  7  8  ░
  ░  ░  ░  ░  ░
  0·1 + 0·0 + 0·(−1) + 0·1 + 0·0 + 1·(−1) + 0·1 + 3·0 + 4·(−1) = −5

░ padding"""


def same():
    return explain(np.arange(9).reshape(3, 3), EDGES, "same", 2)


def test_a_printed_explanation():
    assert str(same()) == SAME


def test_numbers_of_the_output_come_one_by_one():
    parts = list(text.every_window(explain(np.arange(4).reshape(2, 2), np.ones((1, 1), int))))
    assert len(parts) == 2 + 4
    rows = [line.split("output")[0] for part in parts[1:3] for line in part.splitlines()]
    assert any(line.endswith("┃ 0┃ ∙") for line in rows)
    assert parts[2].splitlines()[3].endswith(" 0┃ 1┃")
    assert parts[4].count("∙") == 0


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (lambda: explain(np.array([[8, 6], [0, 9]]), 2, pool="max"), "max(8, 6, 0, 9) = 9"),
        (lambda: explain(np.array([[8, 6], [0, 9]]), 2, pool="min"), "min(8, 6, 0, 9) = 0"),
        (
            lambda: explain(np.array([[8, 6], [0, -9]]), 2, pool="avg"),
            "(8 + 6 + 0 + (−9)) / 4 = 1.25",
        ),
        (lambda: explain(np.array([1, 1]), 2, ((1, 0),), pool="avg"), "1 / 1 = 1"),
        (lambda: explain(np.array([[8, 6], [0, 9]]), 2, pool="median"), "median(8, 6, 0, 9) = 7"),
        (lambda: explain(np.array([8, -6]), 2, pool="sum"), "8 + (−6) = 2"),
        (lambda: explain(np.array([3, -4]), 2, pool="lp"), "(|3|^2 + |−4|^2)^(1/2) = 5"),
        (lambda: explain(np.array([3]), 1, ((1, 0),), pool="avg"), "0 / 0 = nan"),
        (
            lambda: explain(np.array([3]), 1, ((1, 0),), pool="avg", count_padding=True),
            "0 / 0 = nan",
        ),
        (lambda: explain(np.array([3.0]), 1, ((1, 0),), pool="max"), "max(no pixel) = −inf"),
        (lambda: explain(np.array([1 / 3]), np.array([3])), "0.3333·3 ≈ 1"),
        (lambda: explain(np.array([1j]), np.array([2 - 1j])), "(0+1i)·(2−1i) = 1+2i"),
        (
            lambda: explain(np.ones((6, 6), int), np.ones((6, 6), int), "valid"),
            "1·1 + … (36 in all) = 36",
        ),
        (
            lambda: explain(np.array([5]), np.array([1, -2]), transpose=True),
            "added to the output: 5·1, 5·(−2)",
        ),
        (
            lambda: explain(np.array([5, 6]), np.array([1, 2, 3]), "same", transpose=True),
            "1 of 3 fall on padding, which is cropped",
        ),
    ],
)
def test_arithmetic_with_its_numbers(shown, expected):
    shown = shown()
    assert expected in " ".join(shown.arithmetic(shown.frames[0]))
    assert expected in " ".join(str(shown).split())


def test_signs_are_explained_where_they_occur():
    pooled = str(explain(np.arange(25).reshape(5, 5), 2, pool="max"))
    assert "24×" in pooled
    assert pooled.endswith("× behind a number: left over, no whole window comes so far")
    assert "░" not in pooled
    assert "░ cropped" in str(
        explain(np.array([5, 6]), np.array([1, 2, 3]), "same", transpose=True)
    )


def test_the_winner_and_the_taps_of_a_dilated_window_are_marked():
    pooled = str(explain(np.array([[8, 6], [0, 9]]), 2, pool="max"))
    assert re.search(r"┃ +8 +6┃", pooled)
    assert re.search(r"┃ +0 +>9┃", pooled)
    dilated = str(explain(np.arange(3), np.array([1, 1]), "valid", dilation=2))
    assert re.search(r"┃ +>0 +1 +>2┃", dilated)


@pytest.mark.parametrize("frame", [0, 5_000_000, 99_999_999])
def test_any_size_fits_a_terminal(frame):
    image = np.broadcast_to(np.int8(-128), (10_000, 10_000))
    shown = explain(image, np.full((3, 3), 100, np.int8), "same")
    window = shown.frames[frame]
    lines = text.window_lines(shown, window, text.whole_output(shown), is_colored=False)
    assert len(lines) < 50
    assert max(map(len, lines)) <= 80
    assert any(": rows" in line and "columns" in line for line in lines)
    assert "result" not in vars(shown)  # nothing is computed but what is shown
    assert str(window.total).replace("-", "−") in "".join(lines)


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize(
    "words", [{}, {"transpose": True, "padding": "same"}, {"pool": "avg"}], ids=str
)
def test_lines_are_short(rank, words):
    image = (
        np.arange(10.0 * 8).reshape(10, 8)[: 10 if rank == 2 else 1].reshape((10, 8)[2 - rank :])
        * 1234.567
    )
    kernel = np.full((3,) * rank, 1 / 3) if "pool" not in words else 3
    for part in text.every_window(explain(image, kernel, stride=2, **words)):
        assert max(map(len, part.splitlines()), default=0) <= 80


def test_planes_stand_below_each_other():
    shown = str(explain(np.ones((2, 2, 3), int), np.ones((2, 2, 3, 2), int)))
    assert [f"channel {c}" in shown for c in range(3)] == [True] * 3
    assert "Window 1 of 8: row 0, column 0, kernel 0" in shown
    assert "4 + 4 + 4 = 12" in str(
        explain(np.ones((2, 2, 3), int), np.ones((2, 2, 3), int), "valid")
    )


def test_an_empty_output_prints():
    assert "width" in str(explain(np.zeros((0, 5)), np.ones((3, 3))))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_plain_signs_where_the_encoding_has_no_others(encoding, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    said = str(same())
    assert said.isascii()
    assert "|-5|" in said.replace(" ", "")
    assert "0*1 + 0*0 + 0*(-1)" in said


def test_colours_change_nothing_but_colours():
    shown = same()
    colored = text.summary(shown, is_colored=True)
    assert "\x1b[1m 0\x1b[0m" in colored
    assert "\x1b[1;38;5;166m 4\x1b[0m" in colored
    assert "\x1b[38;5;33m−1\x1b[0m" in colored
    assert "\x1b[2m ░\x1b[0m" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == str(shown)
