"""The guided tour and its self-test: what they say is so, and right answers are right."""

from __future__ import annotations

import re

import numpy as np
import pytest

from support.explorer_page import DESK, array, library, state, text

MINUS = "\N{MINUS SIGN}"
LAPTOP = {"viewport": {"width": 1366, "height": 700}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def answer(page):
    """What a learner works out on paper: the library says it."""
    question = text(page, "label.ask")
    result = library(page)
    if "weight" in question:
        total, u, v = (int(part) for part in re.findall(r"-?\d+", question.replace(MINUS, "-"))[:3])
        return f"{(total - result[0, 0, 0]) / array(page, 'image')[u, v, 0]:g}"
    if "number" in question:
        told = state(page)
        return f"{float(result[told['i'], told['j'], told['n']]):g}"
    return "x".join(map(str, result.shape if "shape" in question else result.shape[:2]))


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def in_sight(page, selector):
    box = page.locator(selector).bounding_box()
    return box["y"] > -1 and box["y"] + box["height"] <= page.viewport_size["height"] + 1


def is_between_picture_and_settings(page, selector):
    picture, shown, bar = (
        page.locator(one).bounding_box() for one in ("#canvas", selector, "#open-settings")
    )
    below = picture["y"] + picture["height"]
    return shown["y"] >= below and shown["y"] + shown["height"] <= bar["y"]


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(DESK, id="desk", marks=pytest.mark.full),
        pytest.param(LAPTOP, id="laptop"),
        pytest.param(PHONE, id="phone", marks=pytest.mark.full),
    ],
)
def test_the_tour_to_its_end(show, size):
    page = show("", **size)
    page.locator("#start-tour").click()
    for stop in range(9):
        assert text(page, "#tour-body h3").startswith(f"{stop + 1} of 9: ")
        assert text(page, ".worked").startswith("Example:")
        assert "Covered" not in text(page, "#sum")
        press(page, "Now you")
        assert page.evaluate("document.activeElement.matches('#answer, #tour-body h3')")
        assert in_sight(page, "label.ask")
        if size is PHONE:  # the heading is not behind the picture
            picture = page.locator("#canvas").bounding_box()
            heading = page.locator("#tour-body h3").bounding_box()
            assert heading["y"] >= picture["y"] + picture["height"]
            assert is_between_picture_and_settings(page, "#answer")
        assert page.locator("#canvas").bounding_box()["y"] > -1
        if "number" not in text(page, "label.ask"):
            assert "Covered" in text(page, "#code-text")
        assert "Covered" in text(page, "#sum")
        page.locator("#answer").fill("what?")
        press(page, "Check")
        assert text(page, "#tour-body [role=status]").startswith("Write")
        page.locator("#answer").fill(answer(page))
        press(page, "Check")
        assert text(page, "#tour-body .good").startswith("Right: ")
        assert "Covered" not in text(page, "#sum")
        if size is PHONE:
            assert is_between_picture_and_settings(page, "#answer")
            assert page.evaluate("innerWidth") == 390  # nothing widens the page
        else:  # the why stands beside the answer
            assert in_sight(page, "#tour-body > div:nth-of-type(2) p >> nth=0")
        asked_again = ["Next: “same” with a stride", "Now you"]
        onward = {4: asked_again, 7: ["Next: with padding"]}.get(stop, [])
        onward = [*onward, "To the self-test" if stop == 8 else "Next question"]
        assert page.evaluate("document.activeElement.textContent") == onward[0]
        for words in onward:
            page.locator("#tour-body .main", has_text=words).press("Enter")
            if words == "Now you":
                page.locator("#answer").fill(answer(page))
                press(page, "Check")
                assert text(page, "#tour-body .good").startswith("Right: ")
    for index in range(9):
        assert text(page, "#tour-body h3").startswith(f"Self-test, question {index + 1} of 9")
        is_missed = index in (0, 3)
        if is_missed:
            page.locator("#answer").fill("777" if index == 0 else "77x7")
            page.keyboard.press("Enter")
            press(page, "Show me")
        else:
            page.locator("#answer").fill(answer(page))
            page.keyboard.press("Enter")
        page.locator("#tour-body button:focus").press("Enter")
    assert text(page, "#tour-body h3") == "7 of 9 right at the first try"
    page.locator(".missed button").nth(1).click()  # leads to what was missed
    assert text(page, "#tour-body h3").startswith("4 of 9")
    press(page, "End the tour")
    assert page.locator("#tour-body").get_by_role("button", name="Start the tour").is_visible()
    assert page.locator("#guide").inner_html() == ""


def test_the_example_is_worked_out_with_the_picture_s_numbers(visit):
    page = visit("#tour=1")
    worked = text(page, ".worked").replace("\N{MINUS SIGN}", "-")
    terms, result = re.match(r"Example: output\[0, 0\] = (.*) = (-?\d+)", worked).groups()
    pairs = (re.sub(r"[()]", "", term).split("·") for term in terms.split(" + "))
    assert sum(int(a) * int(b) for a, b in pairs) == int(result) == library(page)[0, 0, 0]
    page = visit("#tour=8")
    assert re.search(r"output\[0, 0\] = \(2 \+ 6 \+ 4 \+ 0\) / 4 = 3", text(page, ".worked"))


def test_what_the_tour_says_of_its_kernel_is_so(visit):
    page = visit("#tour=2")
    assert "hold equal pixels: they cancel out, and the sum is 0" in text(page, "#tour-body")
    press(page, "Now you")
    press(page, "Show me")
    assert "far from 0 where the pixels below differ from those above" in text(page, "#tour-body")
    image, output = array(page, "image")[..., 0], array(page, "output")[..., 0]
    np.testing.assert_array_equal(output, 3 * (image[2:, 1:-1] - image[:-2, 1:-1]))
    assert (output[0] == 0).all()
    assert (output[1:] == 9).all()


def test_the_third_example_has_a_border_on_all_sides(visit):
    page = visit("#tour=3")
    assert "The width works like the height" in text(page, "#tour-body")
    axes = page.evaluate("explorer.model().axes")
    assert [(axis["before"], axis["after"]) for axis in axes] == [(1, 1), (1, 1)]


@pytest.mark.parametrize("stop", [1, 2, 7])
def test_an_example_does_not_show_the_number_that_is_asked_for(visit, stop):
    page = visit(f"#tour={stop}")
    shown = page.evaluate("Array.from(explorer.modelling.doneOf(explorer.model()).data)")
    press(page, "Now you")
    asked = state(page)
    assert shown[asked["i"] * library(page).shape[1] + asked["j"]] is None


DISTURBANCES = {
    "played": "explorer.change({h: 9, kernel: 'blur'})",
    "moved": "document.getElementById('last').click()",
    "started over": "document.getElementById('reset').click()",
}


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_right_answer_is_right_whatever_was_played_with(visit, name):
    page = visit("#tour=1")
    press(page, "Now you")
    right = answer(page)
    for typed in ("55", right):
        page.evaluate(DISTURBANCES[name])
        page.locator("#answer").fill(typed)
        press(page, "Check")
        if typed == "55":  # perhaps the answer to what was seen: not judged
            assert "question's picture again" in text(page, "#tour-body [role=status]")
            assert answer(page) == right
    assert text(page, "#tour-body .good").startswith("Right: ")


def test_answers_are_shown_and_the_tour_can_be_left(visit):
    page = visit("#tour=1")
    press(page, "Now you")
    press(page, "Show me")
    assert text(page, "#tour-body [role=status]").startswith("It is ")
    assert page.locator("#tour-body .bad").count() == 0  # nothing was wrong
    press(page, "Next question")
    press(page, "Back")
    press(page, "Now you")
    for _ in range(3):  # as many tries as one likes: Enter does not run away
        page.locator("#answer").fill("12345")
        page.keyboard.press("Enter")
        assert text(page, "#tour-body .bad").startswith("12345 is not right. Try again")
        assert page.locator("#tour-body p.worked").is_hidden()
    press(page, "End the tour")
    assert "Covered" not in text(page, "#sum")
    press(page, "Only the self-test")
    press(page, "End the test")


def test_another_try_comes_before_the_answer_and_digits_are_no_shortcuts(visit):
    page = visit("#tour=5")
    press(page, "Now you")
    page.locator("#answer").fill("4x2")
    press(page, "Check")
    assert text(page, "#tour-body .bad").startswith("Height and width are exchanged")
    assert page.locator("#tour-body p.worked").is_hidden()
    page.locator("#answer").fill("2x4")
    press(page, "Check")
    assert text(page, "#tour-body .good") == "Right: 2 \N{MULTIPLICATION SIGN} 4."
    formula = "floor((6 + 0 + 0 - 3) / 2) + 1 = 2".replace("-", "\N{MINUS SIGN}")
    assert formula in text(page, "#tour-body p.worked")
    page.keyboard.press("4")  # once more, beside the field
    assert page.evaluate("document.activeElement.textContent").startswith("Next: “same”")


def test_the_loops_run_beside_the_picture(visit):
    page = visit("#tour=7")
    shown = text(page, "#tour-loops")
    assert "w = padded[i:i + 3, j:j + 3]\n        output[i, j] = (w * kernel).sum()" in shown
    assert "# i = 1, j = 2: w = padded[1:4, 2:5]" in shown
    assert shown.endswith(f"# output[1, 2] = {library(page)[1, 2, 0]:g}")
    page.locator("#next").click()
    assert "w = padded[1:4, 3:6]" in text(page, "#tour-loops")
    press(page, "Now you")
    assert text(page, "#tour-loops").endswith("= ?")


def test_the_loops_of_pooling_have_the_maximum_and_the_mean(visit):
    page = visit("#tour=9")
    page.locator("#next").click()
    window = array(page, "image")[:2, 2:4, 0]
    assert "output[i, j] = w.max()" in text(page, "#tour-loops")
    assert f"# output[0, 1] = {window.max():g}" in text(page, "#tour-loops")
    assert f"# w.mean() = {window.mean():g}" in text(page, "#tour-loops")
    press(page, "Now you")  # asks for the size
    assert text(page, "#tour-loops").startswith("output = np.empty((?, ?))\nfor i in range(?):")
    assert state(page)["mode"] == "avg"
    press(page, "Show me")
    assert "output[i, j] = w.mean()" in text(page, "#tour-loops")
    assert f"# output[0, 0] = {library(page)[0, 0, 0]:g}" in text(page, "#tour-loops")


@pytest.mark.parametrize("fragment", ["#tour=7", "#tour=9", "#tour=7&sh=2&sw=3&dh=2"])
def test_the_loops_are_python_that_gives_the_output(visit, fragment):
    page = visit(fragment)
    page.evaluate("(words) => explorer.change(explorer.settings.decode(words).state)", fragment)
    image = array(page, "image")[..., 0]
    names = {"image": image, "np": np}
    if state(page)["op"] == "convolve":
        names["kernel"] = array(page, "kernels")[..., 0, 0]
    exec(text(page, "#tour-loops"), names)
    np.testing.assert_array_equal(names["output"], library(page)[..., 0])


def further_picture(page, stop, number):
    page.evaluate("(stop) => explorer.open(`#tour=${stop}`)", stop)
    press(page, "Now you")
    press(page, "Show me")
    for k in range(number):
        page.get_by_role("button", name=re.compile("^(Next|Optional): ")).first.click()
        if k + 1 < number:
            press(page, "Now you")
            press(page, "Show me")
    assert text(page, "#tour-body h3").startswith(f"{stop}{'abc'[number]} of 9: ")


@pytest.mark.parametrize(
    ("number", "padding", "n", "size", "total"),
    [(1, "same", 6, 3, 1), (2, "same_size", 4, 4, 5)],
)
def test_same_with_a_stride_is_shown_and_calculated(visit, number, padding, n, size, total):
    page = visit("")
    further_picture(page, 5, number)
    assert state(page)["padding"] == padding
    assert library(page).shape == (size, size, 1)
    axes = page.evaluate("explorer.model().axes")
    assert [axis["before"] + axis["after"] for axis in axes] == [total, total]
    worked = page.locator("#tour-body .worked").inner_text()
    lines = worked.replace("\N{MINUS SIGN}", "-").splitlines()
    unbroken = f"T = ({size} - 1)·2 + 3 - {n} = {total}".replace(" ", "\N{NO-BREAK SPACE}")
    assert [f"{unbroken} (" in line for line in lines] == [True, True]
    formulas = page.locator("#tour-body .formula").all()
    assert len(formulas) == 2
    assert all(one.bounding_box()["height"] < 30 for one in formulas)  # not broken either
    assert f"top {axes[0]['before']}, bottom {axes[0]['after']}" in lines[0]


WRONG = {  # of the further questions of stop 5, which are about an image of 5 x 8
    ("same", "5x8"): "5x8 is the answer if the stride is 1.",
    ("same", "2x3"): "2x3 is the answer if there is no padding (“valid”).",
    ("same", "3x5"): "rounds up; the size of the kernel does not matter.",
    ("same_size", "3x4"): "3x4 is the answer if the padding is “same”.",
    ("same_size", "6x9"): "each pixel of the input has its output.",
}


def test_the_formula_is_in_sight_where_it_is_asked_for(visit):
    page = visit("")
    further_picture(page, 5, 1)
    press(page, "Now you")
    assert text(page, "#tour-body .formula") == "out = ceil(n / s)"  # and none that is not needed
    assert (
        text(page, "#tour-body .hint >> nth=0") == "out: the outputs, n: the pixels, s: the stride"
    )


@pytest.mark.parametrize(("padding", "typed"), WRONG)
def test_same_with_a_stride_is_asked_and_wrong_answers_are_explained(visit, padding, typed):
    page = visit("")
    further_picture(page, 5, {"same": 1, "same_size": 2}[padding])
    press(page, "Now you")
    assert state(page)["padding"] == padding
    page.locator("#answer").fill(typed)
    press(page, "Check")
    said = text(page, "#tour-body .bad").replace(" \N{MULTIPLICATION SIGN} ", "x")
    assert WRONG[padding, typed] in said
    assert said.count("is the answer if") == WRONG[padding, typed].count("is the answer if")
    page.locator("#answer").fill("x".join(map(str, library(page).shape[:2])))
    press(page, "Check")
    assert text(page, "#tour-body .good").startswith("Right: ")
    worked = text(page, "#tour-body .worked").splitlines()
    assert worked[0].startswith(
        {"same": "height: out = ceil(5 / 2) = 3; T", "same_size": "height: out = n = 5; T"}[padding]
    )
    totals = page.evaluate("explorer.model().axes.map(({before, after}) => before + after)")
    assert totals == {"same": [2, 1], "same_size": [6, 9]}[padding]  # as the text says


def test_a_wrong_number_is_explained(visit):
    page = visit("#tour=1")
    press(page, "Now you")
    page.locator("#answer").fill(f"{-library(page)[0, 1, 0]:g}")
    press(page, "Check")
    rotated = "is the answer if the kernel is rotated by 180 degrees"
    assert rotated not in text(page, "#tour-body .bad")  # this is explained later
    page.evaluate("explorer.open('#test=5-')")
    page.locator("#answer").fill(f"{-library(page)[state(page)['i'], state(page)['j'], 0]:g}")
    press(page, "Check")
    assert rotated in text(page, "#tour-body .bad")
    page.evaluate("explorer.open('#tour=8')")
    press(page, "Now you")
    page.locator("#answer").fill("4.25")
    press(page, "Check")
    assert "4.25 is the answer if pooling takes the average" in text(page, "#tour-body .bad")


def test_pooling_leaves_its_padding_out(visit):
    page = visit("")
    further_picture(page, 8, 1)
    assert text(page, "#tour-body .worked").endswith(" / 2 = 4.5")
    assert library(page)[0, 1, 0] == 4.5


def test_dilation_widens_the_window(visit):
    page = visit("")
    further_picture(page, 7, 1)
    press(page, "Optional: with dilation")
    assert text(page, "#tour-body h3") == "7c of 9: with dilation"
    assert "w = image[i:i + 5:2, j:j + 5:2]" in text(page, "#tour-loops")
    assert "# i = 0, j = 0: w = image[0:5:2, 0:5:2]" in text(page, "#tour-loops")
    assert text(page, "#tour-body .worked").count("·") == 9


def test_a_rotated_kernel_is_told_and_named(visit):
    page = visit("#tour=1")
    press(page, "Now you")
    press(page, "Show me")
    assert "cross-correlation" in text(page, "#tour-body")
    press(page, "Rotate the kernel (flip)")
    told = text(page, "#tour-body")
    assert [
        " ".join(one.split("\n", 1)[1].split())
        for one in page.locator("#tour-body .grid").all_inner_texts()
    ] == ["1 2 3 4 5 6 7 8 9", "9 8 7 6 5 4 3 2 1"]
    assert f"It is {MINUS}2" not in told
    assert "subtracted" not in told  # said of the other kernel
    assert text(page, "#weights caption") == "Weights: own, before the rotation"


MISTAKES = {  # stop -> what beginners answer, and what is said then
    2: ("0", "begins (upper left corner) at input[1, 1]"),  # a window around input[1, 1]
    3: ("5x9", "both sides to the pixels, each once"),
    5: ("3x4", "The division is rounded down"),
    6: ("4x4x3", "it makes one output channel, however many"),
}


@pytest.mark.parametrize("stop", MISTAKES)
def test_common_mistakes_get_a_hint(visit, stop):
    page = visit(f"#tour={stop}")
    press(page, "Now you")
    typed, hint = MISTAKES[stop]
    page.locator("#answer").fill(typed)
    press(page, "Check")
    assert hint in text(page, "#tour-body .bad")


def test_what_is_left_over_is_hidden_where_the_size_is_asked_for(visit):
    page = visit("#tour=5")
    strokes = "explorer.interactivePicture.drawn().sheet.map(({stroke}) => stroke)"
    press(page, "Now you")
    assert "#c2255c" not in page.evaluate(strokes)
    assert "red hatching" not in text(page, "#legend")
    press(page, "Show me")
    assert "#c2255c" in page.evaluate(strokes)
    assert "red hatching" in text(page, "#legend")


def test_a_shape_has_three_numbers(visit):
    page = visit("#tour=6")
    press(page, "Now you")
    drawn = "explorer.interactivePicture.drawn().sheet.map(({words}) => words).join(' ')"
    assert "output ? \N{MULTIPLICATION SIGN} ? \N{MULTIPLICATION SIGN} ?" in page.evaluate(drawn)
    page.locator("#answer").fill("4x4")
    press(page, "Check")
    assert text(page, "#tour-body [role=status]").startswith("Height, width and channels")
    assert "third number" not in text(page, "#tour-body")  # the example's output has two
    page.locator("#answer").fill("4x4x2")
    press(page, "Check")
    assert "in output[0, 0, 0], the third number says which" in text(page, "#tour-body")
    assert text(page, "#tour-body .good").startswith("Right: ")


def test_a_wrong_answer_in_the_self_test_is_told_the_rule(visit):
    page = visit("#test=5-11")
    page.locator("#answer").fill("77x7")
    press(page, "Check")
    assert text(page, "#tour-body .bad").endswith("then subtract the kernel and add 1.")
    page.evaluate("explorer.open('#test=5-1111')")
    page.locator("#answer").fill("77x7")
    press(page, "Check")
    assert "Divide this by the stride, round down, and add 1." in text(page, "#tour-body .bad")
    page.evaluate("explorer.open('#test=5-')")
    page.locator("#answer").fill("777")
    press(page, "Check")
    assert text(page, "#tour-body .bad").endswith("then the window moves on.")


def test_the_self_test_starts_in_sight(show):
    page = show("#tour=9", **LAPTOP)
    press(page, "Now you")
    press(page, "Show me")
    page.evaluate("document.getElementById('controls').scrollTop = 1000")
    press(page, "To the self-test")
    assert in_sight(page, "#tour-body h3")


@pytest.mark.parametrize("padding", ["same", "same_lower", "same_size"])
def test_the_total_of_a_named_padding_is_that_of_the_picture(visit, padding):
    page = visit(f"#h=7&w=9&kh=3&kw=2&sh=2&sw=4&padding={padding}")
    for row, axis in zip(
        page.locator("#sizes tr").all(), page.evaluate("explorer.model().axes"), strict=True
    ):
        told = row.inner_text().replace("\N{NO-BREAK SPACE}", " ")
        assert told.endswith(f"= {axis['before'] + axis['after']}")


def test_groups_are_drawn(visit):
    page = visit("")
    further_picture(page, 6, 1)
    assert "2·2·2·2 = 16" in text(page, "#tour-body .worked")
    assert array(page, "kernels").size == 16
    drawings = page.locator("#tour-body figure")
    assert [one.locator("line").count() for one in drawings.all()] == [16, 8, 4]
    page.evaluate("explorer.change({c: 4, nc: 4, groups: 2})")
    assert page.locator("#groups-picture line").count() == 8
    page.evaluate("explorer.change({groups: 1})")
    assert page.locator("#groups-picture line").count() == 0


@pytest.mark.parametrize("step", ["example", "answered", "further", "test"])
def test_text_that_the_picture_has_left_behind_says_so(visit, step):
    page = visit("#tour=5")
    if step == "answered":
        press(page, "Now you")
        press(page, "Show me")
    elif step == "further":
        further_picture(page, 5, 1)
    elif step == "test":
        press(page, "End the tour")
        press(page, "Only the self-test")
    own = state(page)
    line = page.locator("#tour-changed")
    page.evaluate("explorer.change({i: 1 - explorer.state().i})")
    if step == "test":  # asks for the number of one place
        assert text(page, "#tour-changed").startswith(
            f"The question is about output[{own['i']}, {own['j']}]: the window has been moved"
        )
        press(page, "Put the picture back")
        assert state(page) == own
    assert line.is_hidden()  # the text names the places that it speaks of
    page.evaluate("explorer.change({kh: 2, sh: 1})")
    assert line.is_visible()
    press(page, "Put the picture back")
    assert line.is_hidden()
    assert state(page) == own


# whether stop 3 of the tour is shown
AT_STOP_3 = "() => document.querySelector('#tour-body h3')?.textContent[0] === '3'"


def test_the_stop_is_in_the_link_and_back_goes_to_the_one_before(visit):
    page = visit("#tour=3")
    assert text(page, "#tour-body h3").startswith("3 of 9")
    press(page, "Now you")
    press(page, "Show me")
    press(page, "Next question")
    page.wait_for_url("**tour=4**")
    page.go_back()
    page.wait_for_function(AT_STOP_3)
    page.evaluate("location.hash = 'h=6'")
    page.wait_for_function("() => !document.querySelector('#tour-body h3')")


def test_back_goes_on_where_one_looks_at_each_step_for_a_while(visit):
    page = visit("#tour=3")
    press(page, "Now you")
    page.wait_for_url("**left=2**")
    press(page, "Show me")
    press(page, "Next question")
    page.wait_for_url("**tour=4**")
    for changes in (1, 0):
        page.go_back()
        page.wait_for_function(
            "() => document.querySelector('#tour-body h3')?.textContent[0] === '3'"
        )
        page.wait_for_timeout(400)  # until the address is written
        assert page.evaluate("history.state?.changes ?? 0") == changes


def test_back_goes_to_a_stop_that_was_left_at_once(visit):
    page = visit("#")
    leave = "addEventListener('hashchange', () => explorer.change({ h: 9 }), { once: true })"
    page.evaluate(f"() => {{ {leave}; location.hash = 'tour=3'; }}")
    page.wait_for_url("**h=9**")
    page.go_back()
    page.wait_for_function(AT_STOP_3)


@pytest.mark.parametrize("leaves", ["Now you", "End the tour"])
def test_what_plays_stops_where_the_tour_goes_on(visit, leaves):
    page = visit("#tour=2")
    page.locator("#play").click()
    assert page.locator("#play").get_attribute("aria-pressed") == "true"
    press(page, leaves)
    assert page.locator("#play").get_attribute("aria-pressed") == "false"


def test_on_a_phone_nothing_covers_the_buttons_of_the_tour(show):
    page = show("", **PHONE)
    covered = """() => [...document.querySelectorAll("#tour-body > .row > button")]
      .filter((node) => node.offsetParent)
      .filter((node) => {
        const { left, top, width, height } = node.getBoundingClientRect();
        return document.elementFromPoint(left + width / 2, top + height - 3) !== node;
      })
      .map((node) => node.textContent)"""
    page.evaluate("document.getElementById('start-tour').click()")
    for _ in range(9):
        assert page.evaluate(covered) == []
        press(page, "Now you")
        page.locator("#answer").fill(answer(page))
        press(page, "Check")
        assert page.evaluate(covered) == []
        told = page.locator("#tour-body [role=status]").bounding_box()
        buttons = page.locator("#tour-body > .row").bounding_box()
        assert told["y"] + told["height"] <= buttons["y"] + 1
        page.evaluate("explorer.open(`#tour=${explorer.state().tour % 9 + 1}`)")


def test_a_clicker_runs_the_tour_in_full_screen(show):
    page = show("", viewport={"width": 1920, "height": 1080})
    page.locator("#present").click()
    page.wait_for_timeout(300)
    page.evaluate("document.getElementById('start-tour').click()")
    page.keyboard.press("PageDown")
    assert page.evaluate("document.activeElement.id") == "answer"
    page.keyboard.press("PageUp")  # back to the example
    assert page.locator("#answer").count() == 0
    page.keyboard.press("PageDown")
    assert page.locator("#answer").is_enabled()
    page.keyboard.press("PageDown")
    assert text(page, "#tour-body .answer ~ [role=status]").startswith("It is ")
    page.keyboard.press("PageDown")
    assert text(page, "#tour-body h3").startswith("2 of 9: ")
    page.keyboard.press("PageUp")
    assert text(page, "#tour-body h3").startswith("1 of 9: ")
    page.keyboard.press("PageUp")  # there is nothing before
    assert text(page, "#tour-body h3").startswith("1 of 9: ")


def test_a_self_test_survives_a_reload_and_tells_nothing(visit):
    page = visit("")
    press(page, "Only the self-test")
    before = state(page)
    page.reload()
    assert text(page, "#tour-body h3").startswith("Self-test, question 1 of 9")
    assert state(page) == before
    assert "Covered" in text(page, "#sum")


def test_a_stop_that_was_missed_leads_back_to_the_result(visit):
    page = visit("#test=7-101111011")
    assert text(page, "#tour-body h3") == "7 of 9 right at the first try"
    page.locator(".missed button").first.click()
    assert text(page, "#tour-body h3").startswith("2 of 9")
    press(page, "Back to the result")
    assert text(page, "#tour-body h3") == "7 of 9 right at the first try"
    press(page, "Done")
    page.wait_for_function("() => !location.hash.includes('test')")


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ("222222222", "9 of 9 not answered"),
        ("121111011", "7 of 9 right at the first try, 1 of 9 not answered"),
    ],
)
def test_a_question_without_an_answer_is_not_called_wrong(visit, marks, said):
    page = visit(f"#test=7-{marks[:-1]}")
    if marks[-1] == "2":
        press(page, "Show me")
    else:
        page.locator("#answer").fill(answer(page))
        page.keyboard.press("Enter")
    press(page, "See the result")
    assert text(page, "#tour-body h3") == said
    assert page.evaluate("location.hash") == f"#test=7-{marks}"


def test_the_number_of_the_first_example_stays_where_the_next_is_asked_for(visit):
    page = visit("#tour=1")
    numbers = """() => {
      const { x, y, cell, sizes } = explorer.interactivePicture.drawn().blocks.at(-1);
      return explorer.interactivePicture.drawn().sheet
        .filter((mark) => mark.kind === "text" && !mark.bold && mark.x > x && mark.y > y)
        .map(({ words }) => words);
    }"""
    assert page.evaluate(numbers) == [f"{MINUS}11"]
    press(page, "Now you")
    assert page.evaluate(numbers) == [f"{MINUS}11"]
    assert page.evaluate("explorer.interactivePicture.covering()") == "number"


def test_a_link_to_a_self_test_that_makes_no_sense_starts_one(visit):
    page = visit("#test=abc-11x")
    assert text(page, "#tour-body h3").startswith("Self-test, question 1 of 9")


@pytest.mark.parametrize(("number", "padding"), [(1, "same"), (2, "same_size")])
def test_a_further_question_leads_back_to_its_own_picture(visit, number, padding):
    page = visit("")
    further_picture(page, 5, number)
    words = text(page, "#tour-body")
    press(page, "Now you")
    press(page, "See the example again")
    assert text(page, "#tour-body") == words
    assert state(page)["padding"] == padding


def test_the_self_test_asks_what_a_kernel_does(visit):
    page = visit("#test=5-1")
    assert "Which weight must stand in row" in text(page, "label.ask")
    right = answer(page)
    total = int(re.search(r"the sum (\S+) here", text(page, "label.ask"))[1].replace(MINUS, "-"))
    page.locator("#answer").fill(right)
    press(page, "Check")
    assert text(page, "#tour-body .good").startswith("Right: ")
    assert library(page)[0, 0, 0] == total  # the picture has the weight now


def test_the_self_test_draws_what_can_be_told_apart(visit):
    page = visit("")
    modes = set()
    for seed in range(8):
        page.evaluate("(seed) => explorer.open(`#test=${seed}-11111`)", seed)
        assert state(page)["c"] != state(page)["nc"]
        page.evaluate("(seed) => explorer.open(`#test=${seed}-11111111`)", seed)
        modes.add(state(page)["mode"])
    assert modes == {"max", "avg"}


def test_the_result_has_the_nine_answers_in_short(visit):
    page = visit("#test=5-111111111")
    assert page.locator("#answers dt").all_inner_texts() == [""] * 9  # folded
    page.locator("#answers summary").click()
    assert page.locator("#answers dt").nth(4).inner_text() == "What is a stride?"
    assert "on each axis (stride 1): n outputs" in page.locator("#answers dd").nth(3).inner_text()
    assert "floor((n + before + after" in page.locator("#answers dd").nth(4).inner_text()


def test_a_convolution_with_a_stride_has_its_loops(visit):
    page = visit("")
    further_picture(page, 7, 1)
    names = {"image": array(page, "image")[..., 0], "kernel": array(page, "kernels")[..., 0, 0]}
    assert "y, x = 2 * i, 2 * j" in text(page, "#tour-loops")
    exec(text(page, "#tour-loops"), names := {**names, "np": np})
    np.testing.assert_array_equal(names["output"], library(page)[..., 0])
