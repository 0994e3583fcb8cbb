"""The worksheet: on one page from any state, without and with answers, which are the library's."""

from __future__ import annotations

import re

import numpy as np
import pytest

from support.explorer_page import array, library, state, text

signal = pytest.importorskip("scipy.signal")

MINUS = "\N{MINUS SIGN}"
SHEETS = [
    "#i=1&j=1",
    "#source=cat&h=32&w=32&c=3&kh=7&kw=7&nc=4&padding=full&dh=2&bias=1&relu=1&kernel=average",
    "#op=pool&mode=avg&h=9&w=9&kh=7&kw=7&padding=same&c=2",
    "#op=transpose&c=2&nc=2&h=4&w=4&kh=7&kw=7&sh=3",
    "#h=12&w=12&c=4&padding=same&dh=2&flip=1&padMode=reflect",
]


def pages(pdf):
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("fragment", SHEETS)
def test_a_worksheet_is_one_page_with_and_without_answers(visit, fragment):
    page = visit(fragment)
    page.locator("#open-worksheet").click()
    for has_answers in (False, True):
        page.locator("#with-answers").set_checked(has_answers)
        for size in ("A4", "Letter"):
            assert pages(page.pdf(format=size)) == 1
    page.locator("#close-worksheet").click()
    assert pages(page.pdf()) >= 1


def test_answers_are_there_only_where_they_are_wanted(visit):
    page = visit("#i=1&j=2&padding=same")
    output = array(page, "output")[..., 0]
    page.locator("#open-worksheet").click()
    number = f"{output[1, 2]:g}".replace("-", MINUS)
    shown = page.locator("#sheet svg text").all_text_contents()
    assert "output ? \N{MULTIPLICATION SIGN} ?" in shown  # its size is asked for
    assert page.locator("#sheet .solution").count() == 0
    assert page.locator("#sheet .blank").count() == 6
    on_top = """() => {
        const button = document.getElementById("close-worksheet");
        const { x, y, width, height } = button.getBoundingClientRect();
        return document.elementFromPoint(x + width / 2, y + height / 2).id;
    }"""
    assert page.evaluate(on_top) == "close-worksheet"  # nothing lies over it
    assert page.locator("#sheet li table").count() == 1  # squares
    page.locator("#with-answers").check()
    answered = page.locator("#sheet svg text").all_text_contents()
    assert len(answered) == len(shown) + output.size
    solutions = [
        words.replace("\N{NO-BREAK SPACE}", " ")
        for words in page.locator("#sheet .solution").all_inner_texts()
    ]
    assert "5 + 1 + 1 - 3 + 1 = 5".replace("-", MINUS) in solutions[0]
    assert solutions[1].endswith(f"= {number}")
    assert "3·3·1·1 = 9 weights; 9 · 25 positions = 225 multiplications" in solutions[3]
    assert solutions[4] == "3 \N{MULTIPLICATION SIGN} 3"


def printed(page):
    """Return the numbers of each table that is given."""
    tables = page.locator("#sheet .sheet-planes table").evaluate_all(
        """(tables) => tables.map((one) => [...one.rows].map((row) =>
             [...row.cells].map((cell) => cell.textContent)))"""
    )
    return [
        np.array([[float(cell.replace(MINUS, "-") or 0) for cell in row] for row in table])
        for table in tables
    ]


@pytest.mark.parametrize(
    ("fragment", "is_whole"),
    [
        ("#c=3&nc=2&n=1&h=4&w=5&kh=2&kw=3&padding=same", True),
        ("#c=4&nc=2&groups=2&n=1&h=4&w=4&kernel=blur&padding=by+hand&padMode=reflect", True),
        ("#source=cat&h=24&w=24&c=3&i=23&j=1&padding=same&padMode=edge&kernel=sharpen", False),
    ],
)
def test_a_sheet_says_all_that_its_answers_need(visit, fragment, is_whole):
    page = visit(fragment)
    expected, told = library(page), state(page)
    page.locator("#open-worksheet").click()
    grids = printed(page)
    planes, kernels = grids[: len(grids) // 2], grids[len(grids) // 2 :]
    found = sum(signal.correlate2d(*pair, "valid") for pair in zip(planes, kernels, strict=True))
    wanted = expected[..., told["n"]] if is_whole else expected[told["i"], told["j"], told["n"]]
    np.testing.assert_allclose(found, np.atleast_2d(wanted), atol=1e-2)


def test_a_covered_picture_gives_no_worksheet(visit):
    page = visit("#tour=1")
    page.locator("#tour-body .main").click()
    page.locator("#open-worksheet").click()
    assert page.locator("#worksheet").is_hidden()
    assert text(page, "#note-words") == "Covered until you have answered."


def test_answers_are_off_when_the_next_sheet_is_opened(visit):
    page = visit("#source=cat&h=24&w=24")
    for _ in range(2):
        page.locator("#open-worksheet").click()
        assert not page.locator("#with-answers").is_checked()
        assert page.locator("#sheet .solution").count() == 0
        assert "Its window is printed above" in text(page, "#sheet")
        page.locator("#with-answers").check()
        assert "Its window is framed" in text(page, "#sheet")  # in the picture that is there now
        page.locator("#close-worksheet").click()
