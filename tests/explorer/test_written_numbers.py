"""Numbers as the page writes them: sums add up or say that they are rounded, negative factors stand
in brackets, and French and Spanish have decimal commas.
"""

from __future__ import annotations

import re

import pytest

from support.explorer_page import state, text

EQUALITY = re.compile(r"([^=≈:|]+) ([=≈]) (\S+)$")


def number(word):
    numerator, _, denominator = word.strip("() ").replace("\N{MINUS SIGN}", "-").partition("/")
    return float(numerator.replace(",", ".")) / float(denominator or 1)


def adds_up(terms, result):
    return abs(sum(map(number, terms)) - number(result)) < 1e-9


def equalities(page):
    """Yield (terms, sign, result) of each row of products, and of each sum of subtotals."""
    for table in page.locator("#sum table.sum").all():
        subtotals = []
        for row in table.locator("tr").all():
            products = row.locator("b").all_inner_texts()
            found = re.fullmatch(r".*([=≈]) (\S+)", row.locator(".subtotal").inner_text())
            yield products or list(subtotals), found[1], found[2]
            subtotals.append(found[2])
    for line in page.locator("#sum .total").all_inner_texts():
        if not line.startswith("ReLU"):
            found = EQUALITY.search(line.split(": ")[-1])
            yield found[1].split(" + "), found[2], found[3]


THIRDS = "#kernel=own&weights=0.333333,0.333333,0.333333,0,0,0,-0.111111,0.111111,0.285714"


@pytest.mark.parametrize(
    ("fragment", "rounds"),
    [
        ("#kernel=edges", False),
        ("#kernel=blur&kh=5&kw=5&j=1", True),
        (f"{THIRDS}&i=1&j=2&bias=0.5", True),
        ("#kernel=blur&kh=5&kw=5&c=3&padding=same&i=2&j=2", True),
    ],
)
def test_what_is_written_adds_up_or_says_that_it_is_rounded(visit, fragment, rounds):
    page = visit(fragment)
    found = list(equalities(page))
    assert len(found) > 3
    for terms, sign, result in found:
        assert adds_up(terms, result) == (sign == "="), (terms, sign, result)
    assert ("≈ means rounded" in text(page, "#sum")) == rounds


DRAWN = """explorer.interactivePicture.drawn().sheet
    .filter(({kind}) => kind === "text").map(({words}) => words)"""
NINTHS = "#kernel=own&weights=" + ",".join(["0.111111"] * 9)


@pytest.mark.parametrize(
    ("fragment", "weight", "worked"),
    [
        ("#kernel=blur&kh=5&kw=5&h=5&w=5", "36/256", " = 1250/256 ≈ 4.8828"),
        ("#kernel=blur", "4/16", "17/16 + 22/16 + 23/16 = 62/16 = 3.875"),
        (NINTHS, "1/9", "11/9 + 11/9 + 16/9 = 38/9 ≈ 4.2222"),
        ("#kernel=own&kh=1&kw=2&weights=0.123,0.5", "0.123", ""),
        ("#kernel=own&kh=1&kw=2&weights=0.25,-0.5", "0.25", ""),
    ],
)
def test_weights_of_one_denominator_are_fractions_everywhere(visit, fragment, weight, worked):
    page = visit(fragment)
    assert weight in page.evaluate(DRAWN)
    assert f"·{weight}" in text(page, "#sum").replace("\n", "")
    assert worked in text(page, "#sum")
    fields = page.evaluate("[...document.querySelectorAll('#weights input')].map((f) => f.value)")
    assert weight in fields
    page.locator("#tables summary").click()
    assert weight in page.locator("#tables td").all_inner_texts()
    for view in ("loops", "copies", "matrix", "planes"):
        page.evaluate("(view) => explorer.views.choose(view)", view)
        if weight != "0.123" or view in ("loops", "copies"):  # of others, two decimals are shown
            assert weight in text(page, "#view-body").replace("\n", " "), view


def test_a_fraction_is_typed_and_stays(visit):
    page = visit("#kernel=blur")
    field = page.locator("#weights input").first
    field.fill("3/16")
    page.locator("#scrub").focus()
    assert state(page)["weights"][0] == 0.1875
    assert page.locator("#weights input").nth(4).input_value() == "4/16"


def test_a_mean_that_does_not_end_is_rounded(visit):
    page = visit("#op=pool&mode=avg&kh=3&kw=1")
    assert "(2 + 4 + 1) / 3 ≈ 2.3333" in text(page, "#sum")
    page = visit("#op=pool&mode=avg&kh=2&kw=1")
    assert "(2 + 4) / 2 = 3" in text(page, "#sum")


NEGATIVE = "#kh=2&kw=2&h=2&w=2&source=own&pixels=-3,2,1,-4&kernel=own&weights=2,-2,-1,1"


def test_negative_factors_stand_in_brackets(visit):
    page = visit(NEGATIVE)
    shown = page.locator("#sum table.sum td span").all_inner_texts()
    words = ["(-3)·2", "2·(-2)", "1·(-1)", "(-4)·1"]
    assert shown == [word.replace("-", "\N{MINUS SIGN}") for word in words]
    page.evaluate(
        "explorer.open('#q=cover%3Dnumber%26' + encodeURIComponent(arguments_))".replace(
            "arguments_", repr(NEGATIVE[1:] + "&bias=2")
        )
    )
    page.get_by_role("button", name="Show me", exact=True).click()
    worked = text(page, "#tour-body .worked").replace("\N{MINUS SIGN}", "-")
    products = "(-3)·2 + 2·(-2) + 1·(-1) + (-4)·1 = -15"
    assert worked == f"output[0, 0]: {products}; bias: -15 + 2 = -13"


@pytest.mark.parametrize("language", ["fr", "es"])
def test_decimals_have_a_comma(visit, address, language):
    page = visit("")
    page.goto("about:blank")
    page.goto(f"{address}?lang={language}#op=pool&kh=1&kw=2&source=own&h=1&w=2&pixels=-3,2.5")
    assert "max(\N{MINUS SIGN}3; 2,5) = 2,5" in text(page, "#sum")
    drawn = page.evaluate("""explorer.interactivePicture.drawn().sheet
        .filter(({kind}) => kind === "text").map(({words}) => words)""")
    assert "2,5" in drawn
    page.evaluate("document.getElementById('all-settings').click()")
    page.evaluate("explorer.change({op: 'convolve', kernel: 'edges'})")
    for typed, value in (("0,25", 0.25), ("-0.5", -0.5)):
        page.locator("input[name=bias]").fill(typed)
        assert state(page)["bias"] == value
    weight = page.locator("#weights input").first
    weight.fill("1.5")
    page.locator("#scrub").focus()
    assert state(page)["weights"][0] == 1.5
    page.evaluate("explorer.change({})")
    assert weight.input_value() == "1,5"
    assert "1.5" in text(page, "#code-text")  # code is Python's
