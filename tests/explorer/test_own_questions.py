"""A teacher's own questions: made from what is shown, opened by a link, judged by the library."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

import pytest

from support.explorer_page import array, library, middle, state, text


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def made(page):
    """Make two questions about two pictures, and return the fragment of their link."""
    page.locator("#own-questions summary").click()
    page.locator("#own-words").fill("Mind the border & the zeros.")
    press(page, "Ask for the framed number")
    page.evaluate("explorer.change({padding: 'valid', c: 2, nc: 3, sw: 2})")
    press(page, "Ask for the output's size")
    page.evaluate("explorer.change({op: 'transpose'})")
    press(page, "Ask for the framed number")
    assert "ask for the size" in text(page, "#own-said")
    assert page.locator("#own-list li").count() == 2
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(page, "Copy the link to the questions")
    page.get_by_text("Copied.").wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def test_a_link_asks_a_teacher_s_questions(show):
    link = made(show("#h=6&padding=same&i=1&j=2&kernel=sobel"))
    page = show(link)
    assert text(page, "#tour-body h3") == "Question 1 of 2"
    assert text(page, "#tour-body .own") == "Mind the border & the zeros."
    assert "Covered" in text(page, "#sum")
    assert state(page)["kernel"] == "sobel"
    page.locator("#answer").fill("12345")
    press(page, "Check")
    press(page, "Show me")
    right = f"It is {library(page)[1, 2, 0]:g}.".replace("-", "\N{MINUS SIGN}")
    assert text(page, "#tour-body [role=status]") == right
    press(page, "Next question")
    page.locator("#answer").fill("x".join(map(str, library(page).shape)))
    press(page, "Check")
    page.wait_for_timeout(300)
    assert page.evaluate("location.hash") == link  # whatever is shown
    press(page, "See the result")
    assert text(page, "#tour-body h3") == "1 of 2 right at the first try"
    page.locator(".missed button").click()
    assert text(page, "#tour-body h3") == "Question 1 of 2"
    press(page, "End the questions")
    page.wait_for_function("() => !location.hash.startsWith('#q=')")
    assert page.locator("#own-list li").count() == 2  # to be gone on with


def test_a_question_about_a_photograph_shows_its_numbers_on_a_phone(show):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    settings = {"cover": "number", "source": "cat", "h": 24, "w": 24, "kernel": "blur", "i": 9}
    page = show(f"#q={quote(urlencode(settings))}", **phone)
    page.wait_for_timeout(300)
    image = array(page, "image")[9:12, :3].ravel()
    window = page.locator("#sum .sheet-grid").first.locator("td").all_inner_texts()
    assert window == [f"{pixel:g}" for pixel in image]
    assert page.locator("#answer").bounding_box()["y"] < 800
    page.touchscreen.tap(*middle(page, "input", 2, 5))
    assert text(page, "#sum .value") == f"input[2, 5] = {array(page, 'image')[2, 5, 0]:g}"


def test_questions_without_sense_are_left_out(visit):
    page = visit("#q=cover%3Dcolour%26h%3D7&q=h%3D3&q=cover%3Dsize%26kh%3D7%26h%3D3&q=%25")
    assert "no question that makes sense" in text(page, "#note-words")
    page.evaluate("explorer.open('#q=cover%3Dsize%26h%3D8%26evil%3D1&q=cover%3Dnumber%26h%3D1')")
    assert text(page, "#tour-body h3") == "Question 1 of 1"
    assert state(page)["h"] == 8


def asked(page, cover, settings):
    page.evaluate(
        "explorer.open('#q=' + encodeURIComponent(arguments_))".replace(
            "arguments_", repr(f"cover={cover}&{settings}")
        )
    )


WAYS = {
    # what is asked for: the settings, the teacher's own answer, another right one, a wrong one
    "padding": ("h=7&w=9&sh=2&sw=2&padding=by+hand&bottom=2&left=2", "3x3", "2x2", "0x2"),
    "stride": ("h=9&w=9&padding=same&sh=3&sw=4", "3x4", "3x3", "2x4"),
}


@pytest.mark.parametrize("cover", WAYS)
@pytest.mark.parametrize("which", ["own", "other", "wrong"])
def test_padding_and_stride_are_asked_for_and_judged_by_the_size(visit, cover, which):
    settings, own, other, wrong = WAYS[cover]
    page = visit("")
    asked(page, cover, settings)
    assert text(page, "label.ask").startswith("The output shall be ")
    assert cover not in text(page, "#question")
    assert "Covered" in text(page, "#sum")
    shown = state(page)
    assert (shown["padding"], shown["sh"]) != ("by hand" if cover == "padding" else "same", 3)
    page.locator("#answer").fill({"own": own, "other": other, "wrong": wrong}[which])
    press(page, "Check")
    if which == "wrong":
        assert "is not right" in text(page, "#tour-body .bad")
        press(page, "Show me")
        assert own.replace("x", " \N{MULTIPLICATION SIGN} ") in text(
            page, "#tour-body [role=status]"
        )
    else:
        assert text(page, "#tour-body .good").startswith("Right: ")
    size = " \N{MULTIPLICATION SIGN} ".join(map(str, library(page).shape[:2]))
    assert f"The output shall be {size}." in text(page, "label.ask")  # now the teacher's is shown
    assert page.locator("#tour-changed").is_hidden()


# what is asked for, the picture, what is typed, whether it is right; None: no try is lost
TYPED = [
    ("size", "h=4&w=4", "2", True),
    ("size", "h=4&w=4", "3", False),
    ("size", "h=4&w=5", "2", None),
    ("size", "h=4&w=4&nc=2&c=2", "2", None),
    ("stride", "h=9&w=9&padding=same&sh=3&sw=3", "3", True),
    ("padding", "h=7&w=9&sh=2&sw=2&padding=by+hand&bottom=2&left=2", "2", True),
    ("padding", "h=7&w=9&sh=2&sw=2&padding=by+hand&bottom=2&left=2", "1x1", False),
    ("padding", "h=7&w=9&sh=2&sw=2&padding=by+hand&bottom=2&left=2", "1", False),
    ("number", "h=6&w=7", "\N{EN DASH}11", True),
    ("number", "h=6&w=7", "- 11", True),
    ("number", "h=6&w=7", "\N{MINUS SIGN} 11", True),
    ("number", "h=6&w=7", "1 1", None),
]


@pytest.mark.parametrize(("cover", "settings", "typed", "is_right"), TYPED)
def test_answers_are_read_as_they_are_typed(visit, cover, settings, typed, is_right):
    page = visit("")
    asked(page, cover, settings)
    page.locator("#answer").fill(typed)
    press(page, "Check")
    said = page.locator("#tour-body [role=status]").last
    classes = {True: "good", False: "bad", None: ""}
    assert (said.get_attribute("class") or "") == classes[is_right]
    assert said.inner_text()


def test_a_question_names_its_place_and_each_form_is_listed(visit):
    page = visit("#h=6&i=1&j=2&nc=2&n=1&padding=same")
    page.locator("#own-questions summary").click()
    for words in ("framed number", "output's size", "padding gives this size", "stride gives this"):
        page.get_by_role("button", name=re.compile(f"^Ask .*{words}")).click()
    assert page.locator("#own-list li").count() == 4
    press(page, "Try the questions")
    assert "output[1, 2, 1]" in text(page, "label.ask")
    press(page, "End the questions")
    page.evaluate("explorer.change({op: 'transpose'})")
    press(page, "Ask which stride gives this size")
    assert "other way round" in text(page, "#own-said")
