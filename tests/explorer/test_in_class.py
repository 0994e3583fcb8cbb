"""What a teacher sees on a projector and a phone: nothing covered or stale, keys that work."""

from __future__ import annotations

import numpy as np
import pytest

from convpool import filters
from support.explorer_page import agree, array, middle, state, text

MINUS = "\N{MINUS SIGN}"
PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("fragment", ["#op=transpose&soFar=1", "#soFar=1&h=7&w=7"])
def test_an_answer_key_holds_the_whole_output(visit, fragment):
    page = visit(fragment)
    page.locator("#open-worksheet").click()
    page.locator("#with-answers").check()
    picture = text(page, "#sheet .sheet-picture").replace("\N{MINUS SIGN}", "-").split()
    numbers = [str(int(number)) for number in array(page, "output").ravel()]
    assert all(picture.count(number) >= numbers.count(number) for number in numbers)


def test_the_network_and_the_views_fit_on_a_full_screen(show):
    page = show("#h=8&w=8&padding=same&view=copies", **PROJECTOR)
    for part in ("network", "views"):
        page.locator(f"[data-full={part}]").evaluate("(node) => node.click()")
        page.wait_for_timeout(300)
        assert (
            page.evaluate(f"document.getElementById('{part}').getBoundingClientRect().bottom")
            < 1090
        )
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.locator("[data-full=network]").evaluate("(node) => node.click()")
    page.wait_for_timeout(300)
    box = page.locator("[data-score='9']").bounding_box()
    assert box["y"] + box["height"] <= 768


def test_the_tour_fills_a_full_screen(show):
    page = show("", **PROJECTOR)
    page.locator("#start-tour").click()
    page.locator("#present").click()
    page.wait_for_timeout(300)
    width, height = page.evaluate("""(() => {
      const { blocks } = explorer.interactivePicture.drawn();
      const ends = (side) => blocks.map((block) => block["xy"[side]] + block.cell *
        block.sizes[1 - side]);
      return [0, 1].map((side) => Math.max(...ends(side)));
    })()""")
    beside = [page.locator(name).bounding_box() for name in ("#guide", "#sum")]
    area = width * height + sum(box["width"] * box["height"] for box in beside)
    assert area > 0.8 * 1920 * 1080
    assert max(box["y"] + box["height"] for box in beside) <= 1080
    assert min(box["x"] for box in beside) >= width


def test_the_backward_pass_shows_input_and_kernel_on_a_full_screen(show):
    page = show("#h=5&w=5&view=backward", **PROJECTOR)
    page.locator("[data-full=views]").click()
    page.wait_for_timeout(300)
    titles = page.locator("#view-body .grid caption")
    assert titles.all_inner_texts()[:3] == ["input", "kernel", "output"]
    page.keyboard.press("PageDown")  # the clicker moves the window and its copy of the kernel
    window = [y * 5 + x for y in range(3) for x in range(1, 4)]
    for k in (0, 4):
        lit = (
            page.locator("#view-body .grid")
            .nth(k)
            .locator("td")
            .evaluate_all(
                "(cells) => cells.flatMap((cell, at) => cell.className === 'lit' ? [at] : [])"
            )
        )
        assert lit == window
    lit = [
        grid.locator(".lit").all_inner_texts() for grid in page.locator("#view-body .grid").all()
    ]
    assert lit[2] == [f"{MINUS}2"]  # the window's pixel of the output
    assert len(lit[3]) == 1  # and its gradient
    words = page.locator("#view-body .worked")
    assert words.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)") > 24
    assert text(page, "#view-body .worked").startswith("output[0, 1] = 6·1 + 3·0 + ")
    assert page.locator("#view-body td").first.bounding_box()["height"] > 60
    page.locator("#view-body .grid").nth(4).locator("button").nth(1).click()
    assert page.locator("#view-body .worked").count() == 0
    kernel = page.locator("#view-body .grid").nth(1)
    for grid in (kernel, *(page.locator("#view-body .grid").nth(k) for k in (0, 2, 3))):
        assert grid.locator("td.lit").count() == 1
    for grid in page.locator("#view-body .grid").all():
        box = grid.bounding_box()
        assert box["y"] + box["height"] <= 1080
        assert box["x"] + box["width"] <= 1920


def test_the_sections_wrap_on_a_phone(show):
    page = show("", **PHONE)
    assert page.evaluate("""(() => {
      const nav = document.querySelector("nav");
      return [nav.scrollWidth - nav.clientWidth,
        Math.max(...[...nav.children].map((node) => node.getBoundingClientRect().right))];
    })()""") == [0, pytest.approx(380, abs=60)]


@pytest.mark.parametrize("size", [(390, 844), (844, 390)])
def test_a_phone_s_full_screen_holds_picture_sum_steps_and_the_way_out(show, size):
    phone = {**PHONE, "viewport": dict(zip(("width", "height"), size, strict=True))}
    page = show("", **phone)
    page.locator("#present").click()
    page.wait_for_timeout(300)
    bar = page.locator("#open-settings").bounding_box()["y"]
    for name in ("#canvas", "#sum .sum", "#next", "#present"):
        box = page.locator(name).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= bar


def test_the_answer_of_a_question_leaves_its_sum_in_sight_on_a_full_screen(show):
    page = show("#q=cover%3Dsize%26h%3D7%26w%3D7%26sh%3D2%26sw%3D2", **PROJECTOR)
    page.locator("#present").click()
    page.keyboard.press("PageDown")
    page.wait_for_timeout(300)
    assert "height: floor" in text(page, "#guide")
    assert page.locator("#sum .sizes").is_hidden()
    box = page.locator("#sum .sum").bounding_box()
    assert box["y"] + box["height"] < page.locator("#open-settings").bounding_box()["y"]


def test_a_setting_that_leaves_no_output_says_so(visit):
    page = visit()
    page.locator("[name=kh]").fill("9")
    assert page.locator("[name=kh]").get_attribute("aria-invalid") == "true"
    assert "a window of 9 does not fit" in text(page, ".field:has([name=kh]) + #fault")
    page.locator("[name=kh]").fill("3")
    assert page.locator("#fault, [aria-invalid=true]").count() == 0


def test_settings_on_a_full_screen_cover_nothing_and_a_click_beside_closes_them(show):
    page = show("#source=cat&h=24&w=24&kernel=sobel", **PROJECTOR)
    page.wait_for_function("() => !document.getElementById('photo').hidden")
    page.locator("#present").click()
    page.locator("#open-settings").click()
    left = page.locator("#controls").bounding_box()["x"]
    for name in ("#photo-output", "#photo-sum", "#present"):
        box = page.locator(name).bounding_box()
        assert box["x"] + box["width"] <= left
    page.mouse.click(300, 500)
    assert page.locator("#controls").is_hidden()
    page.keyboard.press(".")
    assert page.evaluate("document.body.classList.contains('blank')")


def test_a_phone_shows_picture_and_sum_and_picture_and_settings(show):
    page = show("", **PHONE)
    page.touchscreen.tap(*middle(page, "output", 1, 1))
    page.locator("#sum .sums").evaluate("(sums) => sums.scrollIntoView({block: 'end'})")
    picture, total = (page.locator(name).bounding_box() for name in ("#canvas", "#sum .sums"))
    assert picture["y"] >= -1
    assert picture["y"] + picture["height"] <= total["y"]
    assert total["y"] + total["height"] <= 844
    page.locator("#open-settings").click()
    assert page.locator("#controls").bounding_box()["y"] > 400
    assert page.locator("#canvas-holder").bounding_box()["y"] < 40


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sobel", filters.kernel("sobel-x")),
        ("sobel_left", -filters.kernel("sobel-x")),
        ("sobel_bottom", filters.kernel("sobel-y")),
        ("sobel_top", -filters.kernel("sobel-y")),
        ("outline", np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])),
    ],
)
def test_edges_are_found_in_four_directions_and_as_an_outline(visit, name, expected):
    page = visit(f"#kernel={name}")
    np.testing.assert_array_equal(array(page, "kernels")[..., 0, 0], expected)
    agree(page)


@pytest.mark.parametrize(("fragment", "count"), [("#", 1), ("#h=7&w=7&sh=2&sw=2", 9)])
def test_a_weight_marks_every_pixel_that_it_is_multiplied_by(visit, fragment, count):
    page = visit(fragment)
    x, y = middle(page, "kernel", 1, 2)
    page.mouse.move(x, y)
    frames = page.evaluate("""(() => {
      const { partner } = explorer.colours.THEMES.light;
      const { over, blocks } = explorer.interactivePicture.drawn();
      return over.filter(({ stroke, width }) => stroke === partner && width === 2)
        .map(({ x, y, w, h }) => [x - blocks[0].x, y - blocks[0].y, w, h]
          .map((number) => number / blocks[0].cell));
    })()""")
    assert len(frames) == count
    assert frames[0] == ([2, 1, 3, 3] if count == 1 else [2, 1, 1, 1])


def test_a_transposed_convolution_says_what_its_padding_crops(visit):
    page = visit("#op=transpose&sh=2&sw=2")
    assert text(page, "#padding-is").startswith("Nothing is cropped")
    for padding, word in (("same", "stride outputs"), ("full", "are cropped")):
        page.locator("[name=padding]").select_option(padding)
        assert word in text(page, "#padding-is")
    page.locator("[name=padding]").select_option("valid")
    assert text(page, "#counts").count("the way back is not unique") == 1
    page.locator("[name=op]").select_option("convolve")
    page.evaluate("explorer.change({kh: 9, dh: 2})")
    assert f"a window of 2 · (9 {MINUS} 1) + 1 = 17 does not fit" in text(page, "#problem")


def test_a_figure_keeps_its_name_as_long_as_it_is_shown(visit):
    page = visit()
    page.locator("#basic-settings").click()
    assert page.locator("#figures").is_hidden()
    page.locator("#all-settings").click()
    page.locator("#figures").select_option("transpose 4")
    assert page.locator("#figures").input_value() == "transpose 4"
    page.locator("[name=kh]").fill("2")
    assert page.locator("#figures").input_value() == ""
    page.locator("[name=op]").select_option("pool")
    assert page.locator("#figures").is_hidden()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('tf.nn.conv2d(x, k, strides=1, padding="SAME")', {"op": "convolve", "padding": "same"}),
        ('tf.nn.conv2d(x, k, [1, 2, 2, 1], "VALID")', {"sh": 2, "sw": 2, "padding": "valid"}),
        ('tf.nn.max_pool2d(x, 2, 2, "SAME")', {"op": "pool", "kh": 2, "sh": 2, "padding": "same"}),
    ],
)
def test_calls_of_tensorflow_are_read(visit, call, expected):
    page = visit("#op=transpose&sh=2&sw=2&extra=1")
    told = page.evaluate("(call) => explorer.paste.take(call)", call)
    assert {name: state(page)[name] for name in expected} == expected
    assert "not known" not in str(told)
    assert "output padding" not in str(told)


def test_messages_go_when_they_are_no_longer_true(visit):
    page = visit()
    page.locator("#link").click()
    page.wait_for_function("() => document.getElementById('shared').textContent !== ''")
    page.locator("[name=h]").fill("6")
    assert text(page, "#shared") == ""
    page.evaluate("explorer.interactivePicture.cover('number')")
    page.locator("#open-worksheet").click()
    assert "Covered" in text(page, "#note-words")
    page.evaluate("explorer.interactivePicture.cover('')")
    assert page.locator("#note").is_hidden()


def test_messages_cover_no_picture_and_go_when_something_is_done(show):
    page = show("", **PROJECTOR)
    for act in (lambda: page.mouse.click(900, 5), lambda: page.keyboard.press("Shift")):
        page.locator("#reset").evaluate("(button) => button.click()")
        assert text(page, "#note-words").startswith("Started over")
        page.locator("#note-words").click()  # reading it is nothing else
        note, canvas = (page.locator(name).bounding_box() for name in ("#note", "#canvas-holder"))
        assert note["x"] > canvas["x"] + canvas["width"]
        act()
        assert page.locator("#note").is_hidden()
    page.evaluate("explorer.note('a message')")
    page.locator("#present").evaluate("(button) => button.click()")
    assert page.locator("#note").is_hidden()
    page.evaluate("explorer.note('a message')")
    picture = page.locator("#canvas").bounding_box()
    assert page.locator("#note").bounding_box()["y"] > picture["y"] + picture["height"]
    page.locator("#note").wait_for(state="hidden")


def test_leaving_a_full_screen_leads_to_the_part_that_filled_it(show):
    page = show("", **PROJECTOR)
    page.locator("[data-full=network]").click()
    assert page.locator("#network .hint").first.is_visible()  # shapes and softmax are explained
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert page.locator("#network").bounding_box()["y"] < 500


def test_zeros_between_the_pixels_are_told_from_pixels_that_are_zero(visit):
    page = visit("#op=transpose&h=2&w=2&sh=2&sw=2")
    page.locator("#counts button").click()
    words, inserted = page.evaluate("""[
      explorer.interactivePicture.drawn().blocks[0].words,
      [0, 1, 2].map((x) => explorer.layerCounts.isInserted(explorer.state(), 0, x)),
    ]""")
    assert words.startswith("input with zeros inserted 3")
    assert inserted == [False, True, False]
    legend = text(page, "#legend")
    assert "dashes: zeros inserted" in legend
    assert "grey hatching: padding" in legend
    page.locator("#paint").check()
    page.mouse.click(*middle(page, "input", 0, 0))
    assert page.evaluate("explorer.interactivePicture.drawn().blocks[0].words").startswith(
        "input 3"
    )
    assert "inserted" not in text(page, "#legend")


def test_letters_on_a_full_screen_are_balanced(show):
    page = show("#source=cat&h=24&w=24&kernel=sobel", **PROJECTOR)
    page.wait_for_function("() => !document.getElementById('photo').hidden")
    page.locator("#present").click()
    page.keyboard.press("w")
    page.wait_for_timeout(300)
    sizes = page.evaluate("""(() => {
      const { blocks, sheet } = explorer.interactivePicture.drawn();
      const { x } = blocks.find(({ name }) => name === "output");
      return sheet.filter((mark) => mark.kind === "text" && !mark.bold && mark.x > x)
        .map(({ size }) => size);
    })()""")
    assert min(sizes) >= 9.5
    page.keyboard.press("Escape")
    page.evaluate("explorer.open('#op=transpose&h=3&w=3&sh=2&sw=2')")
    page.locator("#present").click()
    page.wait_for_timeout(300)
    told, list_of_products = page.locator("#sum").evaluate("""(sum) => [".told", ".tap b"].map(
      (name) => parseFloat(getComputedStyle(sum.querySelector(name)).fontSize))""")
    assert told < list_of_products


def test_an_embedded_question_is_seen_with_its_window(show):
    small = {"viewport": {"width": 900, "height": 560}}
    page = show("#q=cover%3Dnumber%26", **small)
    frame = page.evaluate("""async () => {
      navigator.clipboard.writeText = async (text) => { globalThis.copied = text; };
      document.getElementById("embed").click();
      await new Promise((resolve) => setTimeout(resolve));
      return globalThis.copied;
    }""")
    assert "?embed=1#q=cover" in frame
    page = show("?embed=1#q=cover%3Dnumber%26", **small)
    page.wait_for_timeout(300)
    for name in ("#canvas", "#answer"):
        box = page.locator(name).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 560
