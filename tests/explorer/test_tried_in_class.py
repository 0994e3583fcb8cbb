"""What a student and a teacher stumbled over when they tried the page."""

from __future__ import annotations

import numpy as np
import pytest

import convpool
from support.explorer_page import array, middle, state, text

PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
FONT = "(node) => parseFloat(getComputedStyle(node).fontSize)"


def place(page):
    return tuple(state(page)[name] for name in "ij")


def present(page, part="stage"):
    page.locator(f"[data-full={part}]").evaluate("(node) => node.click()")
    page.wait_for_timeout(300)


# ---- the pointer and the keys ----


def test_the_page_scrolls_under_a_mouse_without_moving_the_window(show):
    page = show("#h=9&w=9", viewport={"width": 1366, "height": 700})
    page.locator("#canvas-holder").scroll_into_view_if_needed()
    x, y = (round(number) for number in middle(page, "output", 1, 2))
    page.mouse.move(x, y)
    assert place(page) == (1, 2)
    # as the browser says it when the page has moved by a row
    page.evaluate("scrollBy(0, 50)")
    said = {"pointerType": "mouse", "clientX": x, "clientY": y, "bubbles": True}
    for name in ("pointermove", "mousemove"):
        page.locator("#canvas").dispatch_event(name, said)
    assert place(page) == (1, 2)
    page.mouse.move(*middle(page, "output", 3, 4))
    assert place(page) == (3, 4)


def test_arrow_keys_go_on_from_the_end_of_a_row(show):
    page = show("#h=5&w=5&i=0&j=2")
    page.locator("#canvas-holder").focus()
    for key, expected in [
        ("ArrowRight", (1, 0)),
        ("ArrowLeft", (0, 2)),
        ("ArrowDown", (1, 2)),
        ("End", (2, 2)),
        ("ArrowRight", (2, 2)),
        ("Home", (0, 0)),
        ("ArrowLeft", (0, 0)),
        ("ArrowUp", (0, 0)),
    ]:
        page.keyboard.press(key)
        assert place(page) == expected, key


def test_a_double_click_takes_the_number_of_a_pixel(page):
    page.mouse.dblclick(*middle(page, "input", 1, 2))
    page.keyboard.type("2,5")
    page.keyboard.press("Enter")
    assert page.locator("#typed").count() == 0
    assert page.evaluate("explorer.model().image.data[1 * explorer.state().w + 2]") == 2.5
    for text_typed, key in [("9", "Escape"), ("abc", "Enter")]:
        page.mouse.dblclick(*middle(page, "input", 1, 2))
        assert page.locator("#typed").input_value() == "2.5"
        page.keyboard.type(text_typed)
        page.keyboard.press(key)
        assert page.evaluate("explorer.model().image.data[1 * explorer.state().w + 2]") == 2.5
    page.mouse.dblclick(*middle(page, "output", 1, 1))
    assert page.locator("#typed").count() == 0


def test_two_taps_enlarge_small_cells_around_the_finger(show):
    page = show("#source=cat&h=24&w=24&padding=same", **PHONE)
    cell = "explorer.interactivePicture.drawn().blocks[0].cell"
    small = page.evaluate(cell)
    page.locator("#canvas-holder").scroll_into_view_if_needed()
    x, y = middle(page, "input", 20, 20)
    for _ in range(2):
        page.touchscreen.tap(x, y)
    assert page.evaluate(cell) > 2.5 * small
    holder = page.locator("#canvas-holder").bounding_box()
    x, y = middle(page, "input", 20, 20)
    assert holder["x"] < x < holder["x"] + holder["width"]
    assert holder["y"] < y < holder["y"] + holder["height"]
    page.wait_for_timeout(500)
    for _ in range(2):
        page.touchscreen.tap(x, y)
    assert page.evaluate(cell) == small
    page.evaluate("explorer.open('#h=5&w=5')")  # cells that a finger hits
    page.wait_for_timeout(500)
    large = page.evaluate(cell)
    for _ in range(2):
        page.touchscreen.tap(*middle(page, "input", 2, 2))
    assert page.evaluate(cell) == large


# ---- a projector ----


def test_words_and_numbers_of_the_network_are_large_on_a_projector(show):
    page = show("", **PROJECTOR)
    page.wait_for_timeout(400)
    present(page, "network")
    for step in range(8):
        assert page.locator("#neuron h3").evaluate(FONT) >= (15 if step in (0, 4) else 22), step
        box = page.locator("#neuron").evaluate("""(node) => [node.scrollHeight - node.clientHeight,
          node.scrollWidth - node.clientWidth, node.getBoundingClientRect().bottom]""")
        assert box[0] <= 0
        assert box[1] <= 0
        assert box[2] <= 1080
        last = page.locator("[data-score='9']").bounding_box()
        assert last["y"] + last["height"] <= 1080, step
        page.keyboard.press("PageDown")
    assert page.locator(".score").first.evaluate(FONT) >= 20
    assert page.locator(".layer.current h3").inner_text() == "Dense layer and softmax"
    page.keyboard.press("Escape")
    assert page.locator("#neuron").evaluate("(node) => node.style.fontSize") == ""


@pytest.mark.parametrize(
    ("stop", "least"),
    [
        pytest.param(1, 36, marks=pytest.mark.full),
        (4, 36),
        (7, 23),
        pytest.param(8, 36, marks=pytest.mark.full),
    ],
)
def test_a_question_is_the_largest_text_on_a_projector(show, stop, least):
    page = show(f"#tour={stop}", **PROJECTOR)
    present(page)
    page.keyboard.press("PageDown")
    page.wait_for_timeout(200)
    assert page.locator("#guide .ask").evaluate(FONT) >= least
    page.keyboard.press("PageDown")  # the answer
    page.wait_for_timeout(200)
    guide, total = (page.locator(name).bounding_box() for name in ("#guide", "#sum"))
    assert guide["y"] + guide["height"] <= total["y"] + 1
    assert total["y"] + total["height"] <= 1080
    page.keyboard.press("Escape")
    assert page.locator("#guide").evaluate("(node) => node.style.fontSize") == ""


def test_the_sum_keeps_its_size_from_step_to_step_on_a_projector(show):
    page = show("", **PROJECTOR)
    present(page)
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    sizes = []
    for _ in range(9):
        sizes.append(page.locator("#sum").evaluate(FONT))
        assert page.locator("#sum .value").evaluate("(node) => node.clientHeight") < 90
        page.keyboard.press("PageDown")
    assert sizes == sorted(sizes, reverse=True)


def test_the_examples_are_among_the_settings_of_a_full_screen(show):
    page = show("", **PROJECTOR)
    assert page.locator("header #examples").is_visible()
    present(page)
    page.locator("#open-settings").click()
    page.locator("[data-example=pool]").click()
    assert state(page)["op"] == "pool"
    assert page.locator("#controls").is_hidden()  # the picture has its place again
    page.locator("#open-settings").click()
    page.locator("[data-example=network]").click()
    assert page.locator("#network").evaluate("(node) => node.matches('.presenting .full')")
    page.keyboard.press("Escape")
    assert page.locator("header #examples").is_visible()


def test_paper_has_room_for_the_picture(show):
    page = show("#h=9&w=9&sh=2&sw=2&padding=same", viewport={"width": 1900, "height": 900})
    width = page.locator("#canvas").evaluate("(node) => node.clientWidth")
    assert width > 700
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#canvas").evaluate("(node) => node.clientWidth") <= 660
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#canvas").evaluate("(node) => node.clientWidth") == width


# ---- words ----


def test_a_stride_stands_in_the_title_of_the_input(page):
    titles = "explorer.interactivePicture.drawn().sheet.map(({ words }) => words).join(' ')"
    page.evaluate("explorer.open('#h=7&w=7&sh=2&sw=2&padding=same')")
    assert "7 + padding, stride 2" in page.evaluate(titles)
    page.evaluate("explorer.open('#h=7&w=7&sh=2&sw=1')")
    assert ", stride 2, 1" in page.evaluate(titles)
    for fragment in ("#h=7&w=7", "#q=cover%3Dstride%26h%3D7%26w%3D7%26sh%3D2%26sw%3D2"):
        page.evaluate(f"explorer.open('{fragment}')")
        assert "stride" not in page.evaluate(titles)


def test_a_window_on_padding_alone_is_said_to_have_no_pixel(page):
    page.evaluate("explorer.open('#op=pool&mode=avg&h=4&w=4&sh=3&sw=3&padding=same_size')")
    assert "not a number" in text(page, "#sum")
    page.evaluate("explorer.open('#op=pool&mode=avg&h=4&w=4&i=1&j=1')")
    assert "not a number" not in text(page, "#sum")


def test_compare_says_or_between_causes_and_tells_no_padding_from_padding(page):
    page.evaluate("explorer.open('#h=5&w=5')")
    page.evaluate("""explorer.compareWith(JSON.stringify(Array.from({ length: 3 }, (_, i) =>
      Array.from({ length: 3 }, (_, j) => -explorer.model().output.data[3 * i + j]))))""")
    assert text(page, "#found").count(f"3 {TIMES} 3") == 2  # not 3 x 3 x 1
    items = page.locator("#found li").all_inner_texts()
    assert len(items) == 2
    assert not items[0].startswith("or ")
    assert items[1].startswith("or ")
    page.evaluate("explorer.open('#h=5&w=5&padding=same')")
    page.evaluate("explorer.compareWith('(3, 3)')")
    assert "there is no padding (“valid”)" in text(page, "#found")


@pytest.mark.parametrize(("ceil", "said"), [(0, "(ceil)"), (1, "(floor)")])
def test_a_size_that_was_rounded_the_other_way_is_told_which_windows_count(visit, ceil, said):
    settings = "op%3Dpool%26h%3D5%26w%3D5%26kh%3D2%26kw%3D2%26sh%3D2%26sw%3D2"
    page = visit(f"#q=cover%3Dsize%26{settings}%26ceil%3D{ceil}")
    page.locator("#answer").fill("2x2" if ceil else "3x3")
    page.get_by_role("button", name="Check", exact=True).click()
    assert said in text(page, "#tour-body .bad")


@pytest.mark.parametrize(
    ("call", "part", "said"),
    [
        ("Conv2D(2, 3, activation='relu')", {"relu": True, "nc": 2}, ""),
        ("nn.Conv2d(1, 1, 3, padding='same', stride=2)", {"sh": 2}, "PyTorch refuses"),
        ("nn.Conv2d(1, 1, 3, padding='same')", {"padding": "same"}, ""),
        ("convolve2d(a, b, mode='same')", {"c": 1, "nc": 1}, ""),
    ],
)
def test_calls_are_taken_with_what_they_mean(page, call, part, said):
    page.evaluate("explorer.open('#c=3&nc=2')")
    told = page.evaluate("(call) => explorer.paste.take(call, 'pixels')", call)
    assert {name: state(page)[name] for name in part} == part
    assert ("PyTorch refuses" in told) == bool(said)
    assert "not known" not in told


def test_own_questions_are_still_there_in_another_language(show):
    page = show()
    page.locator("#own-questions summary").click()
    page.locator("#own-words").fill("Look!")
    page.locator("#own-questions .row button").first.click()
    assert page.locator("#own-list li").count() == 1
    page.locator("#language").select_option("fr")
    page.wait_for_url("**lang=fr**")
    assert page.locator("#own-list li").count() == 1
    assert "Look!" in page.locator("#own-list li").text_content()
    assert page.locator("#own-take button").first.is_enabled()


def test_no_number_is_typed_on_a_keypad_without_a_minus(page):
    modes = page.locator("input[type=text]").evaluate_all(
        "(nodes) => nodes.map((n) => n.inputMode)"
    )
    assert "decimal" not in modes


def test_the_legend_tells_the_frames_that_are_seen(page):
    page.evaluate("explorer.open('#h=5&w=5')")
    assert "frame: the window" in text(page, "#legend")
    page.mouse.move(*middle(page, "input", 2, 2))
    assert "green frames: the pixel" in text(page, "#legend")
    page.mouse.move(*middle(page, "output", 1, 1))
    assert "green frames" not in text(page, "#legend")
    page.evaluate("explorer.open('#h=7&w=7&dh=2&dw=2')")
    assert "small frames: the pixels of the window" in text(page, "#legend")


def test_the_settings_end_on_the_screen_before_and_after_scrolling(show):
    page = show("", viewport={"width": 1366, "height": 700})
    page.wait_for_timeout(300)
    for scroll in (0, 100, 500):
        page.evaluate(f"scrollTo(0, {scroll})")
        page.wait_for_timeout(100)
        box = page.locator("#controls").bounding_box()
        assert 680 <= box["y"] + box["height"] <= 700, scroll


def test_the_channels_apart_are_those_of_the_kernel_in_front(page):
    page.evaluate("explorer.open('#tour=6')")
    page.get_by_role("button", name="Now you").click()
    page.get_by_role("button", name="Show me").click()
    page.evaluate("explorer.change({ n: 1 })")
    page.get_by_role("button", name="See the channels apart").click()
    assert state(page)["n"] == 1
    page.wait_for_timeout(300)
    assert "output[0, 0, 1] = " in text(page, "#views")
    page.get_by_role("button", name="Put the picture back").click()
    page.wait_for_timeout(300)
    top = page.locator("#canvas").bounding_box()["y"]
    assert 0 <= top < 300


def test_a_transposed_step_says_what_was_there_before(page):
    page.evaluate("explorer.open('#op=transpose&h=2&w=2&sh=2&sw=2&soFar=1&j=1')")
    cells = page.locator("#sum td").all_inner_texts()
    image = page.evaluate("Array.from(explorer.model().image.data)")
    before, now = -image[0], image[1] - image[0]  # the kernel's rows are 1, 0, -1
    numbers = [f"{number:g}".replace("-", MINUS) for number in (before, image[1], now)]
    told = "{} + {}\N{MIDDLE DOT}1 = {}".format(*numbers)
    assert f"[0, 2] = {told}" in " ".join(cells[0].split())
    assert cells[1].startswith("[0, 3] +=")
    page.evaluate("explorer.change({ soFar: false })")
    assert page.locator("#sum td").first.inner_text().startswith("[0, 2] +=")


# ---- what a second student and teacher stumbled over ----


@pytest.mark.parametrize("opened", ["#start-tour", "[data-example=channels]"])
def test_nothing_that_was_pinned_stays_when_a_picture_is_opened(show, opened):
    page = show("#h=5&w=5")
    page.mouse.click(*middle(page, "input", 2, 2))
    assert "is used by" in text(page, "#sum")
    page.locator(opened).click()
    page.wait_for_timeout(200)
    assert text(page, "#sum").startswith("output[")
    assert page.locator("#pin").get_attribute("aria-pressed") == "false"


def test_escape_lets_go_of_the_pixel_too(page):
    page.mouse.click(*middle(page, "input", 2, 2))
    page.mouse.move(5, 5)
    assert "is used by" in text(page, "#sum")
    page.keyboard.press("Escape")
    assert text(page, "#sum").startswith("output[")


@pytest.mark.parametrize("is_full", [False, True])
def test_digits_are_typed_into_the_pixel_that_is_pinned_and_lead_nowhere(show, is_full):
    page = show("#h=5&w=5", viewport={"width": 1366, "height": 700})
    if is_full:
        present(page)
    page.mouse.click(*middle(page, "input", 1, 1))
    scroll = page.evaluate("scrollY")
    page.keyboard.type("-25")
    assert page.locator("main #typed").count() == 1  # in a landmark, for screen readers
    field = page.locator("#typed").bounding_box()
    x, y = middle(page, "input", 1, 1)
    assert abs(field["x"] + field["width"] / 2 - x) < 2
    assert abs(field["y"] + field["height"] / 2 - y) < 2
    page.keyboard.press("Enter")
    assert page.evaluate("explorer.model().image.data[6]") == -25
    page.mouse.click(*middle(page, "output", 1, 1))
    page.keyboard.press("5")
    assert page.locator("#typed").count() == 0
    assert page.evaluate("scrollY") == scroll


def test_two_taps_take_a_number_where_cells_are_large(show):
    page = show("#h=5&w=5", **PHONE)
    page.locator("#canvas-holder").scroll_into_view_if_needed()
    x, y = middle(page, "input", 1, 1)
    page.touchscreen.tap(x, y)
    page.evaluate(
        "([x, y]) => document.getElementById('canvas').dispatchEvent(new MouseEvent('dblclick',"
        " { clientX: x, clientY: y, bubbles: true }))",
        [x, y],
    )
    assert page.locator("#typed").is_visible()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert page.evaluate("explorer.model().image.data[6]") == 7


def test_optional_pictures_can_be_left_before_they_are_answered(page):
    page.evaluate("explorer.open('#tour=5')")
    page.get_by_role("button", name="Now you").click()
    page.get_by_role("button", name="Show me").click()
    page.get_by_role("button", name="Next: “same” with a stride").click()
    page.get_by_role("button", name="Now you").click()
    page.get_by_role("button", name="Show me").click()
    page.get_by_role("button", name="Optional: “same_size”").click()
    for _ in range(2):
        assert page.get_by_role("button", name="Next question").is_visible()
        if page.get_by_role("button", name="Now you").count():
            page.get_by_role("button", name="Now you").click()
    page.get_by_role("button", name="Next question").click()
    assert text(page, "#tour-body h3").startswith("6 of 9")


def test_groups_of_a_photograph_are_not_silent(page):
    page.evaluate("explorer.open('#source=coffee&h=24&w=24&padding=same&kernel=sobel')")
    page.locator("[name=c]").first.fill("3")
    assert state(page)["groups"] == 3
    assert "Each colour of the photograph is filtered by itself: 3 groups" in text(page, "#note")


def test_a_photograph_chosen_on_a_full_screen_is_shown_as_such(show):
    page = show("", **PROJECTOR)
    present(page)
    page.locator("#open-settings").click()
    page.locator("[data-example=edges]").click()
    page.wait_for_timeout(300)
    assert page.locator("#photo-input").is_visible()
    assert page.locator("#canvas").is_hidden()


def test_the_settings_are_reached_from_every_full_screen_and_f_takes_what_is_seen(show):
    page = show("", **PROJECTOR)
    page.locator("#network").evaluate("(node) => node.scrollIntoView()")
    page.keyboard.press("f")
    page.wait_for_timeout(300)
    assert page.locator("#network").evaluate("(node) => node.matches('.presenting .full')")
    assert page.locator("#open-settings").is_visible()
    page.locator("#open-settings").click()
    page.locator("[data-example=stride]").click()
    assert page.locator("#stage").evaluate("(node) => node.matches('.presenting .full')")


def test_how_an_answer_is_written_is_told_on_a_full_screen(show):
    page = show("#q=cover%3Dpadding%26h%3D5%26w%3D5%26padding%3Dsame", **PROJECTOR)
    present(page)
    assert page.get_by_text("First the rows (above and below together)").is_visible()


@pytest.mark.parametrize(("axis", "said"), [(0, "top to bottom"), (1, "left to right")])
def test_a_mirrored_kernel_is_found(page, axis, said):
    page.evaluate("explorer.open('#h=5&w=5')")
    page.evaluate("explorer.change({ kernel: 'own', weights: [1, 2, 0, 4, 5, 6, 7, 0, 9] })")
    image, kernel = array(page, "image")[None], array(page, "kernels")
    wrong = convpool.convolve(image, np.flip(kernel, axis), "valid")
    page.evaluate("(numbers) => explorer.compareWith(numbers)", str(wrong[0, ..., 0].tolist()))
    assert f"the kernel is mirrored {said}" in text(page, "#found")


def test_a_call_without_relu_has_none(page):
    page.evaluate("explorer.paste.take(\"Conv2D(2, 3, activation='relu')\", 'pixels')")
    assert state(page)["relu"] is True
    page.evaluate("explorer.paste.take('nn.Conv2d(1, 1, 3)', 'pixels')")
    assert state(page)["relu"] is False


def test_another_example_is_not_as_large_as_the_taps_made_the_one_before(show):
    page = show("#source=cat&h=24&w=24&padding=same", **PHONE)
    page.locator("#canvas-holder").scroll_into_view_if_needed()
    for _ in range(2):
        page.touchscreen.tap(*middle(page, "input", 12, 12))
    assert page.locator("#canvas-holder").evaluate("(node) => node.matches('.zoomed')")
    page.locator("[data-example=pad]").click()
    assert page.locator("#canvas-holder").evaluate("(node) => !node.matches('.zoomed')")
    width = page.locator("#canvas").bounding_box()["width"]
    assert width <= page.locator("#canvas-holder").bounding_box()["width"]


def test_digits_lead_from_the_picture_to_the_settings_where_nothing_is_pinned(show):
    page = show("", viewport={"width": 1366, "height": 700})
    page.locator("#canvas-holder").focus()
    page.keyboard.press("4")
    page.wait_for_timeout(300)
    assert page.locator("#code").bounding_box()["y"] < 350
    page.locator("#show-keys").click()
    assert "the number of the pixel" in text(page, "#keys")
