"""Words of the tour: each is explained before it is needed, and what a text names is in sight."""

from __future__ import annotations

import re

import pytest

from support.explorer_page import state, text

LAPTOP = {"viewport": {"width": 1366, "height": 700}}


def in_sight(page, selector):
    box = page.locator(selector).bounding_box()
    return box["y"] > -1 and box["y"] + box["height"] <= page.viewport_size["height"] + 1


def walk(page, stop):
    """Yield the text of the page at each step of a stop of the tour."""
    page.evaluate("(stop) => explorer.open(`#tour=${stop}`)", stop)
    while True:
        yield text(page, "#stage") + text(page, "#guide")
        if page.locator("#answer:enabled").count():
            page.get_by_role("button", name="Show me").click()
            yield text(page, "#stage") + text(page, "#guide")
        onward = page.locator("#tour-body > .row > .main")
        if onward.inner_text() in ("Next question", "To the self-test"):
            return
        onward.click()


# what is shown, as a pattern, and the stop that explains it; 10 where none does
EXPLAINED = {
    r"\bT\b": 5,
    r"\bfloor\b": 5,
    r"\bceil\b": 5,
    r"/ 1\b": 10,
    "padding: top": 3,
    "padding in all": 4,
    r"\bbias|\bdense": 10,
}


def test_what_is_shown_has_been_explained(visit):
    page = visit("")
    for stop in range(1, 10):
        for shown in walk(page, stop):
            for pattern, first in EXPLAINED.items():
                assert stop >= first or not re.search(pattern, shown), (stop, pattern, shown)


def test_what_a_layer_costs_is_shown_with_all_settings_alone(visit):
    page = visit("", first=True)
    assert text(page, "#counts") == ""
    page.locator("#all-settings").click()
    assert "A dense layer" in text(page, "#counts")
    assert "Words: weight, bias, dense layer" in text(page, "#counts")
    page.evaluate("explorer.open('#op=transpose')")
    page.locator("#basic-settings").click()
    assert "Outputs are written" in text(page, "#counts")
    assert "A dense layer" not in text(page, "#counts")


def sentences_of(page, start):
    table = page.evaluate("explorer.words.LANGUAGES.en.sentences")
    return " ".join(words for key, words in table.items() if key.startswith(start))


@pytest.mark.parametrize("stop", range(1, 10))
def test_the_word_list_of_a_stop_has_the_words_that_it_uses(visit, stop):
    page = visit(f"#tour={stop}")
    used = re.sub(r"\b(in|out)put\[", "", sentences_of(page, f"tour.{stop}."))
    used = used.replace("same two loops", "").replace("is the same", "")
    if stop == 9:
        used += " floor"  # in its formula
    table = page.evaluate("explorer.words.LANGUAGES.en.sentences")
    words = {words for key, words in table.items() if re.fullmatch(r"word\.\w+", key)}
    words -= {table["word.title"], table["word.in_part"]}
    forms = r"(?<!\w){}(s|d|ed|ing)?(?!\w)"
    expected = {one for one in words if re.search(forms.format(re.escape(one)), used, re.I)}
    listed = text(page, "#tour-body .words summary").removeprefix("Words: ").split(", ")
    assert sorted(listed) == sorted(expected)


def test_one_thing_has_one_name(visit):
    page = visit("")
    wrong = {
        "en": r"grid of weights|\btaps\b",
        "fr": r"grille de poids|de poids d'une fenêtre",
        "es": r"cuadrícula|núcleo de bordes",
    }
    for language, pattern in wrong.items():
        table = page.evaluate("(name) => explorer.words.LANGUAGES[name].sentences", language)
        text_of_all = re.sub(r"\{\w+\}", "", " ".join(map(str, table.values())))
        assert not re.search(pattern, text_of_all), language


TRIES = {
    1: {"flip": True},
    3: {"source": "cat", "kernel": "blur"},
    6: {"view": "planes"},
    8: {"mode": "avg"},
}


@pytest.mark.parametrize("stop", TRIES)
def test_what_a_text_proposes_is_a_button_beside_it(show, stop):
    page = show(f"#tour={stop}", **LAPTOP)
    page.evaluate("document.getElementById('basic-settings').click()")
    page.get_by_role("button", name="Now you").click()
    page.get_by_role("button", name="Show me").click()
    proposal = page.locator("#tour-body > div:not(.row) > button >> nth=0")
    assert in_sight(page, "#tour-body > div:not(.row) > button >> nth=0")
    words = proposal.inner_text()
    before = state(page)
    proposal.click()
    told = state(page)
    assert {name: told[name] for name in TRIES[stop]} == TRIES[stop]
    assert in_sight(page, "#view-tabs" if "view" in TRIES[stop] else "#canvas")
    assert page.locator("#tour-changed").is_hidden()  # what the tour itself shows is no change
    page.get_by_role("button", name="Put the picture back").click()
    assert state(page) == before
    assert proposal.inner_text() == words


@pytest.mark.parametrize("stop", range(1, 10))
def test_settings_stand_under_the_tour_with_the_picture_in_sight(show, stop):
    page = show(f"#tour={stop}", **LAPTOP)
    page.locator("[name=sw]").scroll_into_view_if_needed()
    assert in_sight(page, "[name=sw]")
    assert in_sight(page, "#canvas")
    page.locator("[name=sw]").fill("3")
    assert state(page)["sw"] == 3
    assert text(page, "#tour-changed").startswith("You have changed the picture.")
    page.evaluate("(stop) => explorer.open(`#tour=${stop % 9 + 1}`)", stop)
    assert in_sight(page, "#tour-body h3")


def test_a_question_proposes_no_playing(visit):
    page = visit("#tour=7")
    assert "Press Play" in text(page, "#tour-body")
    page.get_by_role("button", name="Now you").click()
    assert "Press Play" not in text(page, "#tour-body")
