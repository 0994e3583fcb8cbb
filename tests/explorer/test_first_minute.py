"""The first minute, the class and the phone: examples, the sum as a grid, the picture alone."""

from __future__ import annotations

import re

import numpy as np
import pytest

from support.explorer_page import agree, array, middle, state, text

MINUS = "\N{MINUS SIGN}"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_the_first_screen_says_what_a_convolution_is(visit):
    page = visit("", first=True)
    assert text(page, "header p span").startswith("A convolution moves a kernel, a small array")
    assert "library" not in text(page, "header")
    cards = page.locator("#examples button")
    assert cards.count() == 8
    page.wait_for_function("() => document.querySelector('#examples canvas').width > 100")
    shown = set()
    for card in cards.all():
        card.click()
        agree(page)
        assert page.locator("#problem").is_hidden()
        shown.add(page.evaluate("explorer.settings.encode(explorer.state())"))
    assert len(shown) == 7  # the network changes no setting
    page.set_viewport_size({"width": 1366, "height": 700})
    page.evaluate("scrollTo(0, 0)")
    for selector in ("#start-tour", "#examples", "#canvas", "#sum .value"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + min(box["height"], 200) <= 700, selector
    page.set_viewport_size({"width": 1440, "height": 1000})


def test_basic_settings_are_few_and_hide_nothing_that_is_set(visit):
    page = visit("", first=True)
    assert page.locator("[name=groups]").is_hidden()
    assert page.locator("[name=kernel]").is_visible()
    assert page.locator("#figures").is_hidden()
    page.evaluate("explorer.open('#dh=2&h=9')")
    assert page.locator("[name=dh]").is_visible()
    page.locator("#all-settings").click()
    assert page.locator("[name=groups]").is_visible()
    page.reload()
    assert page.locator("[name=groups]").is_visible()  # remembered


def test_an_example_says_why_a_border_of_zeros_is_dark(visit):
    page = visit("", first=True)
    page.locator("[data-example=blur]").click()
    mirrored = array(page, "output")
    assert "the weights, sixteenths, add up to 1" in text(page, "#about")
    assert array(page, "kernels").sum() == 1
    assert "1/16" in text(page, "#sum")
    page.get_by_role("button", name="Fill with zeros").click()
    agree(page)
    dark = array(page, "output")
    assert (dark[0] < mirrored[0]).all()
    np.testing.assert_array_equal(dark[1:-1, 1:-1], mirrored[1:-1, 1:-1])
    assert text(page, "#about").startswith("With zeros the border is darker")
    page.locator("[name=padding]").select_option("same_size")
    assert "As large as the input" in text(page, "#padding-is")
    assert page.locator("#about").is_hidden()  # the example is no longer shown


def number(words):
    return float(re.sub(r"[()=\s]", "", words).replace(MINUS, "-"))


def test_the_sum_is_a_grid_with_subtotals(visit):
    page = visit("#c=2&h=5&w=4&kh=2&kw=3&padding=same&i=0&j=2")
    grids = page.locator("#sum table.sum").all()
    assert len(grids) == 2
    totals = []
    for grid in grids:
        rows = [row for row in grid.locator("tr").all() if row.locator(".tap").count()]
        subtotals = []
        for row in rows:
            pairs = [
                [number(part) for part in words.split("·")]
                for words in row.locator(".tap span").all_inner_texts()
            ]
            products = [number(words) for words in row.locator(".tap b").all_inner_texts()]
            assert products == [a * b for a, b in pairs]
            subtotals.append(number(row.locator(".subtotal").inner_text()))
            assert subtotals[-1] == sum(products)
        totals.append(number(grid.locator("tr").last.inner_text()))
        assert totals[-1] == sum(subtotals)
    assert sum(totals) == array(page, "output")[0, 2, 0]
    assert text(page, "#sum .total").endswith(f"= {sum(totals):g}".replace("-", MINUS))


def test_many_products_are_a_list(visit):
    page = visit("#c=3&h=7&w=7&kh=7&kw=7&kernel=average")
    assert page.locator("#sum .sum").count() == 0
    assert "more" in text(page, "#sum .terms")


FRAMES = """() => explorer.interactivePicture.drawn().over
  .filter(({kind, stroke}) => kind === "rect" && stroke === explorer.colours.THEMES.light.partner)
  .map(({x, y}) => [x, y])"""


def corner(page, name, y, x):
    return page.evaluate(
        """([name, y, x]) => {
          const block = explorer.interactivePicture.drawn().blocks.find((one) => one.name === name);
          return [block.x + (x + block.before[1]) * block.cell,
                  block.y + (y + block.before[0]) * block.cell];
        }""",
        [name, y, x],
    )


def test_a_product_its_pixel_and_its_weight_light_up_together(visit):
    page = visit("#i=1&j=1")
    page.locator("#sum .tap").nth(5).hover()  # u = 1, v = 2
    frames = page.evaluate(FRAMES)
    assert corner(page, "input", 2, 3) in frames
    assert corner(page, "kernel", 1, 2) in frames
    page.mouse.move(*middle(page, "kernel", 2, 0))
    assert page.locator("#sum .tap.linked").get_attribute("data-tap") == "2,0"
    page.mouse.move(5, 5)
    assert page.evaluate(FRAMES) == []


# the share of the screen that the rectangle around the picture's blocks and the sum takes
FILLED = """() => {
  const { left, top } = document.getElementById("canvas").getBoundingClientRect();
  const blocks = explorer.interactivePicture.drawn().blocks.map(({ x, y, cell, sizes }) =>
    new DOMRect(left + x, top + y, sizes[1] * cell, sizes[0] * cell));
  const sum = [...document.querySelectorAll("#sum :is(td, .value, p)")];
  const boxes = [...blocks, ...sum.map((node) => node.getBoundingClientRect())];
  const side = (low, high) =>
    Math.max(...boxes.map((box) => box[high])) - Math.min(...boxes.map((box) => box[low]));
  return (side("left", "right") * side("top", "bottom")) / (innerWidth * innerHeight);
}"""


def test_the_picture_fills_a_projector_and_a_clicker_steps(show):
    page = show("#h=6&w=7", viewport={"width": 1920, "height": 1080})
    page.locator("#present").click()
    page.wait_for_function("() => document.getElementById('controls').offsetParent === null")
    page.wait_for_timeout(300)
    for fragment, share in [("#h=6&w=7", 0.7), ("#", 0.8), ("#op=pool&h=6&w=6&sh=2&sw=2", 0.75)]:
        page.evaluate("(fragment) => explorer.open(fragment)", fragment)
        page.wait_for_timeout(200)
        assert page.evaluate(FILLED) > share, fragment
    hidden = "({scrollHeight, clientHeight}) => scrollHeight - clientHeight"
    for fragment in ("#h=7&w=7&kh=5&kw=5&padding=same", "#h=5&w=5&c=3&relu=1&padding=same"):
        page.evaluate("(fragment) => explorer.open(fragment)", fragment)
        page.wait_for_timeout(200)
        assert page.locator("#sum").evaluate(hidden) <= 0  # the sum is seen whole
        sizes = "(cell) => parseFloat(getComputedStyle(cell).fontSize)"
        assert page.locator("#sum .tap b").first.evaluate(sizes) >= 15
    page.evaluate("explorer.open('#h=6&w=7')")
    page.keyboard.press("PageDown")
    assert state(page)["j"] == 1
    page.keyboard.press("PageUp")
    assert state(page)["j"] == 0
    page.keyboard.press("b")
    assert page.evaluate("getComputedStyle(document.body, '::before').position") == "fixed"
    page.keyboard.press("b")
    page.evaluate("explorer.change({source: 'cat', kernel: 'sharpen'})")
    page.locator("#photo-output").wait_for(state="attached")
    page.wait_for_function("() => !document.getElementById('photo').hidden")
    page.locator("#whole-photo").click()
    for name in ("#photo-input", "#photo-output"):
        box = page.locator(name).bounding_box()
        assert box["width"] >= 680  # the sum stands beside both
        assert box["y"] + box["height"] <= 1080
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.getElementById('controls').offsetParent !== null")
    page.locator("[data-full=network]").click()
    assert page.locator("#stage").is_hidden()
    assert page.locator("#layers").is_visible()


def test_full_screen_begins_at_the_top_and_says_the_sizes(show):
    page = show("#h=6&w=7", viewport={"width": 1920, "height": 1080})
    page.locator("#present").click()
    page.wait_for_timeout(300)
    assert text(page, "#sum .sizes").startswith("height: 6 + 0 + 0 ")
    assert page.locator("#sum .sizes").bounding_box()["y"] < 1000
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.body.classList.contains('presenting')")
    assert page.locator("#sum .sizes").count() == 0
    page.locator("[data-full=network]").click()
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") == 0
    for part in ("#pad", "#read-as", "#ready-digits", ".scores"):
        box = page.locator(part).bounding_box()
        assert 0 <= box["y"] < box["y"] + box["height"] <= 1080, part


def test_escape_closes_the_list_of_keys_before_the_full_screen(show):
    page = show("#h=6&w=7")
    page.locator("#present").click()
    page.wait_for_timeout(300)
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.getElementById('keys').open")
    page.wait_for_timeout(300)
    assert page.evaluate("document.body.classList.contains('presenting')")
    page.keyboard.press("?")
    page.evaluate("document.exitFullscreen()")  # as browsers do that keep Esc to themselves
    page.wait_for_function("() => !document.getElementById('keys').open")
    assert page.evaluate("document.body.classList.contains('presenting')")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.body.classList.contains('presenting')")


def test_embedded_it_has_the_photograph_full_screen_and_a_way_out(show):
    page = show("?embed=1&lang=en#source=cat&h=24&w=24", viewport={"width": 900, "height": 560})
    page.wait_for_function("() => !document.getElementById('photo').hidden")
    page.locator("#whole-photo").click()
    assert page.locator("#photo-output").is_visible()
    assert page.locator("#canvas").is_hidden()
    page.locator("#whole-photo").click()
    page.evaluate("explorer.change({j: 3})")
    with page.expect_popup() as popup:
        page.locator("#whole-page").click()
    opened = popup.value
    opened.wait_for_function("() => document.querySelector('#views').offsetParent !== null")
    assert "embed" not in opened.url
    assert (state(opened)["source"], state(opened)["j"]) == ("cat", 3)
    page.locator("#present").click()
    page.wait_for_function("() => document.body.classList.contains('presenting')")
    page = show("#h=6")
    assert page.locator("#whole-page").is_hidden()


def test_it_can_be_embedded(show, address):
    page = show("?embed=1#h=4&w=4&op=pool", viewport={"width": 900, "height": 560})
    assert page.locator("header").is_hidden()
    assert page.locator("#controls").is_hidden()
    assert page.locator("#canvas").is_visible()
    assert page.locator("#play").is_visible()
    page = show("#h=4&w=4&op=pool")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#embed").click()
    page.get_by_text("iframe copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.match(r'<iframe src="explorer.html\?embed=1#op=pool&amp;h=4&amp;w=4"', copied)


def test_on_a_phone_every_example_comes_into_sight_and_fits(show):
    page = show("", **PHONE)
    assert page.locator("#canvas").bounding_box()["y"] < 844 / 2
    page.locator("[data-example=network]").wait_for()
    for card in page.locator("#examples button").all():
        name = card.get_attribute("data-example")
        page.evaluate("scrollTo(0, 0)")
        card.evaluate("(node) => node.click()")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        assert page.evaluate("visualViewport.scale * innerWidth") == 390, name
        section = {"signal": "#views", "network": "#network"}.get(name, "#canvas")
        box = page.locator(section).bounding_box()
        assert -1 <= box["y"] < 844 / 2, name
        assert section != "#canvas" or box["y"] + box["height"] <= 844 - 44, name


@pytest.mark.full
def test_a_phone_has_a_sheet_of_settings_and_targets_for_fingers(show):
    page = show("#c=2&nc=2", **PHONE)
    assert page.locator("[name=kernel]").is_hidden()
    page.locator("#open-settings").click()
    page.locator("[name=kernel]").select_option("blur")
    assert state(page)["kernel"] == "blur"
    small = page.evaluate("""() => [...document.querySelectorAll("button, select, summary, nav a")]
      .filter((node) => node.offsetParent && !node.matches(".plain"))
      .filter((node) => node.getBoundingClientRect().height < 44)
      .map((node) => node.outerHTML.slice(0, 80))""")
    assert small == []
    page.locator("#close-settings").click()
    assert page.locator("[name=kernel]").is_hidden()


def test_on_a_phone_the_bar_of_settings_covers_nothing_in_full_screen(show):
    page = show("#h=5", **PHONE)
    page.locator("#present").evaluate("(node) => node.click()")
    page.wait_for_timeout(300)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    bar = page.locator("#open-settings").bounding_box()
    assert (bar["x"], bar["width"], bar["y"] + bar["height"]) == (0, 390, 844)
    total = page.locator("#sum").bounding_box()
    assert total["y"] + total["height"] <= bar["y"] + 1


def test_keys_are_listed_and_jump(visit):
    page = visit("")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    assert "undo" in text(page, "#keys")
    page.locator("#keys button").click()
    page.keyboard.press("4")
    assert page.evaluate("document.activeElement.closest('section').id") == "code"
    page.keyboard.press("1")
    assert page.evaluate("document.activeElement.id") == "canvas-holder"


def test_a_click_pins_a_cell_of_the_input_too(visit):
    page = visit("")
    page.mouse.click(*middle(page, "input", 1, 3))
    assert page.locator("#pin").get_attribute("aria-pressed") == "true"
    assert "press Esc" in text(page, "#point")
    page.mouse.move(*middle(page, "output", 0, 0))
    assert text(page, "#sum .value").startswith("input[1, 3]")
    page.mouse.click(*middle(page, "input", 1, 3))
    assert page.locator("#pin").get_attribute("aria-pressed") == "false"
    assert "Esc" not in text(page, "#point")
    page.mouse.click(*middle(page, "output", 2, 2))
    assert text(page, "#sum .value").startswith("output[2, 2]")
