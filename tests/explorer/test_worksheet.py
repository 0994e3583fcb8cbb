"""The worksheet: on one page from any state, without and with answers, which are the library's."""

from __future__ import annotations

import re

import pytest

from support.explorer_page import array, text

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
    assert "output" in shown
    assert page.locator("#sheet .solution").count() == 0
    assert page.locator("#sheet .blank").count() == 6
    page.locator("#with-answers").check()
    answered = page.locator("#sheet svg text").all_text_contents()
    assert len(answered) == len(shown) + output.size
    solutions = page.locator("#sheet .solution").all_inner_texts()
    assert "floor((5 + 1 + 1 - 3) / 1) + 1 = 5".replace("-", MINUS) in solutions[0]
    assert solutions[1].endswith(f"= {number}")
    assert "3·3·1·1 = 9 weights; 9 · 25 positions = 225 multiplications" in solutions[3]
    assert solutions[4] == "3 \N{MULTIPLICATION SIGN} 3"


def test_a_covered_picture_gives_no_worksheet(visit):
    page = visit("#tour=1")
    page.locator("#tour-body .main").click()
    page.locator("#open-worksheet").click()
    assert page.locator("#worksheet").is_hidden()
    assert text(page, "#note-words") == "Covered until you have answered."
