"""The explorer page, used as a learner uses it: in headless Chromium, at the widths of a phone
and of a desk.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest

import convpool
from convpool.explorer import build
from support.explorer_page import DESK, agree, array, library, middle, new_page, state, text

Image = pytest.importorskip("PIL.Image")

MINUS = "\N{MINUS SIGN}"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


# ---- every control ----

# settings before (a fragment); what is chosen or typed: field -> word
CONTROLS = [
    ("", {"op": "pool", "mode": "avg", "ceil": True, "padding": "same", "countPadding": True}),
    ("", {"op": "pool", "mode": "min", "kh": 2, "kw": 3, "sh": 2, "sw": 3, "dh": 2}),
    ("", {"op": "pool", "mode": "sum", "c": 3, "padding": "full"}),
    ("", {"op": "transpose", "sh": 2, "sw": 3, "extra": 1}),
    ("", {"op": "transpose", "nc": 4, "c": 2, "groups": "2", "padding": "same_size", "sh": 2}),
    ("", {"source": "digit", "kernel": "sobel"}),
    ("", {"source": "stripes", "kernel": "emboss", "dh": 2, "dw": 1}),
    ("", {"source": "cat", "c": 3, "kernel": "blur", "nc": 2}),
    ("", {"source": "astronaut", "kernel": "sharpen", "padding": "same", "padMode": "reflect"}),
    ("", {"source": "coffee", "kernel": "laplacian", "padding": "full", "padMode": "wrap"}),
    (
        "",
        {
            "h": 7,
            "w": 4,
            "padding": "by hand",
            "top": 2,
            "bottom": 0,
            "left": 1,
            "right": 3,
            "padMode": "symmetric",
        },
    ),
    ("", {"padding": "same_lower", "kh": 4, "kw": 2, "padMode": "constant", "fill": -3}),
    ("", {"padding": "same_size", "sh": 3, "sw": 2, "padMode": "edge"}),
    ("", {"c": 4, "nc": 4, "groups": "4"}),
    ("", {"c": 2, "nc": 4, "groups": "2", "flip": True, "soFar": True}),
    ("", {"kernel": "average", "kh": 5, "kw": 5}),
    ("", {"bias": -3, "relu": True}),
    ("", {"kernel": "identity", "source": "numbers"}),
    ("", {"kernel": "shift", "flip": True, "shades": "signed"}),
]


def test_every_control_does_what_the_library_does(page):
    touched = set()
    for fragment, fields in CONTROLS:
        page.locator("#reset").click()
        for name, word in fields.items():
            field = page.locator(f"#controls [name={name}]:visible")
            if isinstance(word, bool):
                field.set_checked(word)
            elif isinstance(word, str):
                field.select_option(word)
            else:
                field.fill(str(word))
            touched.add(name)
        told = state(page)
        assert {name: told[name] for name in fields} == {
            n: int(w) if n == "groups" else w for n, w in fields.items()
        }, fragment
        assert page.locator("#problem").is_hidden()
        agree(page)
    every = page.evaluate(
        "Array.from(new Set(Array.from(document.getElementById('settings').elements, (e) => "
        "e.name).filter(Boolean)))"
    )
    assert touched == set(every)


def test_numbers_out_of_bounds_are_refused_in_words(page):
    page.locator("[name=h]").fill("99")
    assert text(page, "#note-words") == "height: whole numbers from 1 to 32."
    assert state(page)["h"] == 5
    page.locator("[name=w]").focus()
    assert page.locator("[name=h]").input_value() == "32"  # the nearest that there is
    assert state(page)["h"] == 32
    page.locator("[name=w]").fill("2.5")
    assert "whole numbers" in text(page, "#note-words")
    page.locator("[name=w]").fill("6")
    assert page.locator("#note").is_hidden()
    assert page.locator("[name=groups]").is_disabled()  # one channel cannot be divided


def test_settings_that_give_nothing_say_what_would(page):
    page.locator("[name=kh]").fill("7")
    assert "a window of 7 does not fit 5 padded pixels" in text(page, "#problem")
    page.locator("[name=kh]").fill("2")
    assert page.locator("#problem").is_hidden()


def test_stepping_while_the_window_does_not_fit_goes_nowhere(visit):
    page = visit("#kh=7&i=2&j=2")
    steppers = "#first, #back, #next, #last, #play, #rewind, #scrub"
    assert page.locator(f":is({steppers}):enabled").count() == 0
    page.evaluate("explorer.interactivePicture.step(1)")
    page.evaluate("explorer.interactivePicture.play(true)")
    page.locator("[name=kh]").fill("3")
    assert text(page, "#step-words") == "1 of 9"
    assert "output[0, 0] =" in text(page, "#sum")
    assert page.locator(f":is({steppers}):disabled").count() == 0
    page.evaluate("explorer.change({i: NaN, j: undefined, nc: NaN})")  # from wherever
    assert text(page, "#step-words") == "1 of 9"


def test_what_plays_stops_where_the_window_does_not_fit(visit):
    page = visit("")
    page.evaluate("explorer.interactivePicture.play(true)")
    page.locator("[name=kh]").fill("7")
    assert page.locator("#play").get_attribute("aria-pressed") == "false"
    page.locator("[name=kh]").fill("3")
    assert text(page, "#step-words") == "1 of 9"


def test_weights_are_typed_in_and_stay_where_the_kernel_grows(page):
    page.get_by_label("weight in row 0, column 0").fill("2.5")
    assert state(page)["kernel"] == "own"
    agree(page)
    page.locator("[name=kw]").fill("4")
    assert array(page, "kernels")[0, :, 0, 0].tolist() == [2.5, 0, -1, 0]
    page.get_by_label("weight in row 0, column 0").fill("1e99")
    assert "A weight takes a number" in text(page, "#note-words")
    assert array(page, "kernels")[0, 0, 0, 0] == 2.5


def test_a_refused_number_is_marked_and_gives_way_when_its_field_is_left(page):
    weight = page.get_by_label("weight in row 0, column 0")
    for field, first in ((weight, "1"), (page.locator("#paint-value"), "9")):
        field.fill("1e99")
        assert field.get_attribute("aria-invalid") == "true"
        assert "takes a number from" in text(page, "#note-words")
        page.locator("#canvas-holder").focus()
        assert field.input_value() == first
        assert field.get_attribute("aria-invalid") is None
        assert page.locator("#note").is_visible()  # which says why
        field.fill("-")  # no number yet
        assert page.locator("#note").is_hidden()
        field.fill("-3")
        assert field.get_attribute("aria-invalid") is None
    page.evaluate("explorer.views.choose('pools')")
    rows = page.locator("#view-body input[type=number]").first
    rows.fill("77")
    rows.press("Tab")
    assert page.locator("#view-body input[type=number]").first.input_value() == "2"
    assert "whole numbers from 1 to" in text(page, "#note-words")


def test_pixels_are_painted_by_pointer_and_by_keys(page):
    page.locator("#paint").check()
    page.locator("#paint-value").fill("-4.5")
    page.mouse.move(*middle(page, "input", 1, 0))
    page.mouse.down()
    page.mouse.move(*middle(page, "input", 1, 3), steps=8)
    page.mouse.up()
    assert array(page, "image")[1, :4, 0].tolist() == [-4.5] * 4
    page.locator("#paint").uncheck()
    page.locator("#canvas-holder").focus()
    for key in ("i", "ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert array(page, "image")[2, 1, 0] == -4.5
    assert array(page, "image")[0, 0, 0] == 2  # the first pixel is passed by
    agree(page)
    page.locator("[name=h]").fill("6")  # what is painted stays, new rows are 0
    assert array(page, "image")[[1, 5], 0, 0].tolist() == [-4.5, 0]
    page.locator("#paint-value").fill("seven")
    assert "A pixel takes a number" in text(page, "#note-words")
    page.locator("#canvas-holder").press("Enter")
    assert page.locator("#paint-value").input_value() == "-4.5"


def test_the_planes_in_front_are_chosen_and_belong_together(show):
    page = show("#c=4&nc=4&groups=2")
    page.get_by_label("input channel in front").select_option("3")
    assert (state(page)["front"], state(page)["n"]) == (
        3,
        2,
    )  # kernel 2 is the first to read channel 3
    page.get_by_label("output channel").select_option("1")
    assert (state(page)["front"], state(page)["n"]) == (1, 1)
    assert "Weights of kernel 1, channel 1" in text(page, "#weights")
    page.locator("[name=op]").select_option("pool")
    page.get_by_label("output channel").select_option("2")
    page.locator("#paint").check()
    page.mouse.click(*middle(page, "input", 0, 0))
    assert array(page, "image")[0, 0, 2] == 9  # the plane that is seen


# ---- steps ----


def at(page):
    return [state(page)[name] for name in "ij"]


def test_steps_forwards_backwards_and_scrubbed(page):
    for button, place in (
        ("next", [0, 1]),
        ("next", [0, 2]),
        ("next", [1, 0]),
        ("back", [0, 2]),
        ("last", [2, 2]),
        ("first", [0, 0]),
    ):
        page.locator(f"#{button}").click()
        assert at(page) == place
    page.locator("#scrub").fill("4")
    assert at(page) == [1, 1]
    assert text(page, "#step-words") == "5 of 9"
    page.locator("#canvas-holder").focus()
    for key, place in (
        ("ArrowDown", [2, 1]),
        ("ArrowLeft", [2, 0]),
        ("ArrowLeft", [1, 2]),
        ("Home", [0, 0]),
        ("End", [2, 2]),
    ):
        page.keyboard.press(key)
        assert at(page) == place


def test_it_plays_to_the_end_both_ways_and_does_not_chatter(show):
    page = show("#h=3&w=5")
    # slower than what is said waits
    page.evaluate("document.querySelector('#speed option:last-child').value = '600'")
    page.locator("#speed").select_option("600")
    page.wait_for_function("() => document.getElementById('spoken').textContent")
    page.evaluate("""() => {
      globalThis.said = [];
      new MutationObserver(() => said.push(document.getElementById("spoken").textContent))
        .observe(document.getElementById("spoken"),
                 {childList: true, characterData: true, subtree: true});
    }""")
    page.locator("#play").click()
    page.wait_for_function("() => explorer.state().j === 1")
    assert text(page, "#play") == "\N{HEAVY VERTICAL BAR}\N{HEAVY VERTICAL BAR} Pause"
    page.wait_for_function(
        "() => document.getElementById('play').getAttribute('aria-pressed') === 'false'"
    )
    assert at(page) == [0, 2]
    page.wait_for_function("() => said.some((words) => words.startsWith('output[0, 2] '))")
    # what was said of the first pixel may come late
    said = [words for words in page.evaluate("said") if not words.startswith("output[0, 0] ")]
    assert len(said) == 1
    assert said[0].startswith("output[0, 2] = ")
    page.locator("#play").click()  # from the end, it begins anew
    assert at(page) == [0, 0]
    page.locator("#rewind").click()
    page.wait_for_function(
        "() => document.getElementById('rewind').getAttribute('aria-pressed') === 'false'"
    )
    assert at(page) == [0, 0]


def test_the_output_grows_with_the_steps_where_asked(show):
    page = show("#soFar=1&i=1&j=0")
    assert (
        page.evaluate(
            "Array.from(explorer.modelling.doneOf(explorer.model()).data).filter((v) => v === "
            "null).length"
        )
        == 5
    )
    page = show("#op=transpose&soFar=1&h=3&w=3&i=0&j=1")
    done = page.evaluate("Array.from(explorer.modelling.doneOf(explorer.model()).data)")
    image, kernels = array(page, "image"), array(page, "kernels")
    image.ravel()[2:] = 0
    expected = convpool.convolve_transpose(image[np.newaxis], kernels)[0, ..., 0]
    written = np.zeros(expected.shape, bool)
    written[:3, :4] = True  # the windows of the first two pixels
    assert done == np.where(written, expected, None).ravel().tolist()


def test_a_transposed_output_is_seen_as_it_is_written(visit):
    page = visit("#h=3&w=3&kh=1&kw=1&sh=2&sw=2")
    page.evaluate("explorer.change({op: 'transpose'})")
    shown = "Array.from(explorer.modelling.doneOf(explorer.model()).data)"
    assert sum(value is not None for value in page.evaluate(shown)) == 1
    assert "up to this step" in text(page, "#sum")
    page.locator("#last").click()
    agree(page)
    assert page.evaluate(shown) == library(page).ravel().tolist()  # with zeros between
    page.evaluate("explorer.change({op: 'convolve'})")
    assert not state(page)["soFar"]
    page.locator("#figures").select_option("transpose 5")
    assert state(page)["soFar"]
    page.evaluate("explorer.change({h: 1, w: 1, top: 9, bottom: 9, padding: 'by hand'})")
    assert "cuts everything away" in text(page, "#problem")


# ---- looking at cells ----


def test_an_output_pixel_shows_its_arithmetic(show):
    page = show("#padding=same")
    page.mouse.move(*middle(page, "output", 0, 2))
    assert at(page) == [0, 2]
    value = int(library(page)[0, 2, 0])
    assert text(page, "#sum .value") == f"output[0, 2] = {value}".replace("-", MINUS)
    terms = page.locator("#sum .tap span").all_inner_texts()
    pairs = (re.sub(r"[()]", "", term).replace(MINUS, "-").split("·") for term in terms)
    assert sum(int(a) * int(b) for a, b in pairs) == value
    assert page.locator("#sum .tap.padding").count() == 3
    assert "3 of them (dotted) lie in the padding" in text(page, "#sum")


def test_an_input_pixel_shows_what_it_feeds(page):
    page.mouse.move(*middle(page, "input", 1, 1))
    assert text(page, "#sum caption") == "is used by 4 outputs:"
    assert page.locator("#sum td").evaluate_all("(cells) => cells.map((one) => one.innerText)") == [
        f"[{place}]\n\N{MULTIPLICATION SIGN} {weight}"
        for place, weight in (("0, 0", 0), ("0, 1", 1), ("1, 0", 0), ("1, 1", 1))
    ]
    page.evaluate("explorer.change({kernel: 'blur'})")
    weights = [one.split()[-1] for one in page.locator("#sum td").all_inner_texts()]
    assert weights == ["4/16", "2/16", "2/16", "1/16"]
    page.mouse.move(5, 5)
    assert text(page, "#sum .value").startswith("output[0, 0]")
    page.locator("[name=sh]").fill("3")
    page.mouse.move(*middle(page, "input", 4, 0))
    assert text(page, "#sum .terms") == "is used by no output: no window reads it"
    assert "1 row left over" not in text(page, "#sizes")
    assert "2 rows left over (red hatching)" in text(page, "#sizes")


def test_a_click_pins_and_another_lets_go(page):
    page.mouse.click(*middle(page, "output", 1, 1))
    page.mouse.move(*middle(page, "output", 0, 0))
    assert at(page) == [1, 1]
    assert page.locator("#pin").get_attribute("aria-pressed") == "true"
    page.mouse.click(*middle(page, "output", 1, 1))
    page.mouse.move(*middle(page, "output", 0, 0))
    assert at(page) == [0, 0]
    for let_go in ("#reset", '[data-example="pad"]'):
        page.mouse.click(*middle(page, "output", 1, 1))
        assert page.locator("#pin").get_attribute("aria-pressed") == "true"
        page.locator(let_go).click()
        assert page.locator("#pin").get_attribute("aria-pressed") == "false"


def test_a_finger_does_the_same(show):
    page = show("", **PHONE)
    page.touchscreen.tap(*middle(page, "input", 0, 0))
    # it stays when the finger is lifted
    assert text(page, "#sum caption") == "is used by 1 output:"
    page.touchscreen.tap(*middle(page, "output", 2, 1))
    assert at(page) == [2, 1]


def test_scattering_shows_products_and_what_an_output_is_made_of(show):
    page = show("#op=transpose&h=3&w=3&sh=2&sw=2&i=1&j=1")
    assert "All 9 products reach the output" in text(page, "#sum")
    cells = page.locator("#sum .sum td").evaluate_all("(all) => all.map((one) => one.innerText)")
    image, kernels = array(page, "image"), array(page, "kernels")
    assert cells == [
        f"[{2 + u}, {2 + v}] +=\n{image[1, 1, 0]:g}\N{MIDDLE DOT}"
        + (f"({weight:g})" if weight < 0 else f"{weight:g}").replace("-", MINUS)
        for (u, v), weight in np.ndenumerate(kernels[..., 0, 0])
    ]
    assert page.evaluate("explorer.interactivePicture.drawn().blocks.map(({name}) => name)") == [
        "input",
        "kernel",
        "products",
        "output",
    ]
    page.mouse.move(*middle(page, "output", 2, 2))
    terms = (
        text(page, "#sum .terms").replace(MINUS, "-").replace("(", "").replace(")", "").split(" + ")
    )
    assert len(terms) == 4
    assert (
        sum(int(a) * int(b) for a, b in (term.split("·") for term in terms))
        == library(page)[2, 2, 0]
    )


def test_pooling_says_its_divisor(show):
    page = show("#op=pool&mode=avg&padding=same&kh=3&kw=3")
    assert "(2 + 6 + 4 + 0) / 4 = 3" in text(page, "#sum")
    assert "Padding is left out." in text(page, "#sum")
    assert page.locator("#sum .winner").count() == 0
    page.locator("[name=countPadding]").check()
    assert "(2 + 6 + 4 + 0) / 9 ≈ 1.3333" in text(page, "#sum")
    assert "The divisor counts the padding too." in text(page, "#sum")
    agree(page)


def test_sizes_are_said_with_their_numbers(show):
    page = show("#h=6&w=7&padding=same&sh=2&sw=2")
    assert f"floor((6 + 0 + 1 {MINUS} 3) / 2) + 1 = 3; padding: top 0, bottom 1" in " ".join(
        text(page, "#sizes").split()
    )
    assert page.locator("#sizes caption").inner_text() == "Output size"
    assert page.locator("#sizes caption").bounding_box()["width"] > 50  # it is seen
    page = show("#op=pool&h=5&kh=2&sh=2&ceil=1&kw=2&sw=2")
    assert f"ceil((5 + 0 + 0 {MINUS} 2) / 2) + 1 = 3" in text(page, "#sizes")
    assert "the last window reaches beyond by 1" in text(page, "#sizes")


def test_the_numbers_are_there_as_tables(page):
    assert page.locator("#tables td").count() == 0
    page.locator("#tables summary").click()
    words = [" ".join(table.split()) for table in page.locator("#tables table").all_inner_texts()]
    assert words[2] == "output 0 1 2 " + " ".join(
        f"{i} " + " ".join(str(int(n)).replace("-", MINUS) for n in row)
        for i, row in enumerate(library(page)[..., 0])
    )
    page.locator("[name=flip]").check()
    assert page.locator("#tables caption").all_inner_texts() == [
        "input",
        "kernel, flipped",
        "output",
    ]


def test_flip_turns_the_kernel(page):
    before = array(page, "output")
    page.locator("[name=flip]").check()
    agree(page)
    np.testing.assert_array_equal(array(page, "output"), -before)  # of vertical edges


# ---- code ----


def test_code_is_shown_marked_and_copied(browser, show):
    page = show("")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#next").click()
    assert text(page, "#code-text .running").endswith("# now: i = 0, j = 1")
    for name in ("convpool", "NumPy", "PyTorch", "Keras", "ONNX"):
        page.get_by_role("button", name=name, exact=True).click()
        assert page.locator(f"#code pre[aria-label='{name} code']").is_visible()
    page.get_by_role("button", name="convpool", exact=True).click()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("copied", exact=True).wait_for()
    variables = {}
    exec(page.evaluate("navigator.clipboard.readText()"), variables)
    np.testing.assert_array_equal(variables["output"][0], array(page, "output"))


# ---- links, pictures, files ----


def test_a_link_opens_the_same_picture(show):
    page = show("")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_label("weight in row 1, column 1").fill("-0.25")
    page.locator("[name=padding]").select_option("same_lower")
    page.locator("#next").click()
    page.locator("#link").click()
    page.get_by_text("Copied.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith("#")  # without the folders of this disk
    assert page.url.endswith(link)
    again = show(link)
    assert state(again) == state(page)


HOSTILE = [
    ("#h=1e9&kernel=<script>hacked=1</script>", "h, kernel"),
    ("#h=999999&w=-3", "h, w"),
    ("#<img src=x onerror=hacked=1>=1", "<img src"),
    ("#__proto__=1&constructor=2&toString=3", "__proto__, constructor, toString"),
    ("#source=photo", "source"),
    ("#source=own&pixels=1,2,3", "source, pixels"),
    ("#kernel=own&weights=" + "NaN," * 9, "weights"),
    ("#groups=3&c=2", "groups"),
    ("#" + "pixels=" + "1," * 50000, "letters"),
    ("#%E0%A4%A", "%A"),
    ("#javascript:hacked=1", "javascript:hacked"),
]


# what changes one thing after the other, so that some of the picture stays
CHANGED = [
    {"h": 9, "w": 8, "c": 2, "nc": 3},
    {"kernel": "blur"},
    {"n": 2},
    {"front": 1},
    {"padding": "same"},
    {"padMode": "edge"},
    {"padMode": "constant", "fill": 5},
    {"fill": -5},
    {"flip": True},
    {"source": "stripes"},
    {"kh": 5},
    {"op": "pool"},
    {"mode": "avg"},
    {"op": "transpose"},
    {"op": "convolve", "sh": 2},
    {"soFar": True},
    {"i": 2, "j": 3},
    {"soFar": False},
    {"groups": 1, "nc": 1},
]


def test_what_stays_of_the_picture_is_never_that_of_another(show):
    page, fresh = show(), show()
    for part in CHANGED:
        page.evaluate("(part) => explorer.change(part)", part)
        link = page.evaluate("explorer.settings.encode(explorer.state())")
        fresh.evaluate("() => { explorer.change({h: 3, w: 3, source: 'digit', padding: 'full'}); }")
        fresh.reload()
        fresh.evaluate("(link) => explorer.open(`#${link}`)", link)
        drawn, anew = (
            one.evaluate("explorer.interactivePicture.picture()") for one in (page, fresh)
        )
        assert drawn == anew, part


def test_nonsense_in_a_link_is_named_and_left_out(show):
    page = show("")
    for fragment, words in HOSTILE:
        page.evaluate("(fragment) => explorer.open(fragment)", fragment)
        said = text(page, "#note-words")
        assert said.startswith("In the link, these words make no sense here and were left out"), (
            fragment
        )
        assert words in said or fragment == "#%E0%A4%A"
        assert page.evaluate("globalThis.hacked === undefined && {}.polluted === undefined")
        agree(page)
    page = show(HOSTILE[0][0])
    assert "h, kernel" in text(page, "#note-words")
    assert page.evaluate("globalThis.hacked === undefined")
    page.locator("#note-close").click()
    assert page.locator("#note").is_hidden()


@pytest.mark.parametrize(
    "fragment",
    [
        "#h=6&w=7&padding=same&sh=2",
        "#op=transpose&c=2&nc=2",
        "#source=cat&h=20&w=20&c=3&op=pool&ceil=1",
    ],
)
def test_pictures_are_saved(show, fragment):
    page = show(fragment)
    page.mouse.move(*middle(page, "input", 1, 1))
    with page.expect_download() as saved:
        page.locator("#save-svg").click()
    words = saved.value.path().read_text(encoding="utf-8")
    root = ElementTree.fromstring(words)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.find("{*}title").text
    assert not re.search("NaN|undefined|Infinity", words)
    with page.expect_download() as saved:
        page.locator("#save-png").click()
    with Image.open(saved.value.path()) as picture:
        assert picture.size[0] == 1600  # for a slide, whatever the window
        assert len(np.unique(np.asarray(picture.convert("L")))) > 3


def encoded(image, name="PNG"):
    file = io.BytesIO()
    image.save(file, name)
    return file.getvalue()


def give(page, name, content, kind="image/png"):
    page.locator("#file").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def test_a_picture_of_one_s_own(page):
    rows = np.zeros((64, 48), np.uint8)
    rows[:, 24:] = 200
    give(page, "half.png", encoded(Image.fromarray(rows)))
    page.wait_for_function("() => explorer.state().source === 'own'")
    assert array(page, "image").shape == (32, 24, 1)
    assert abs(array(page, "image")[:, [3, 20], 0] - [0, 200]).max() <= 1
    agree(page)
    give(page, "one.png", encoded(Image.new("RGB", (1, 1), (10, 20, 30))))
    page.wait_for_function("() => explorer.model().image.shape[0] === 1")
    assert array(page, "image").ravel().tolist() == [10, 20, 30]
    assert "does not fit 1 padded pixels" in text(page, "#problem")


def test_a_page_made_with_a_photo_begins_with_it(browser, tmp_path):
    photo = np.repeat(np.arange(64, dtype=np.uint8)[:, np.newaxis, np.newaxis] * 4, 64, 1).repeat(
        3, 2
    )
    build.save(tmp_path / "mine.html", photo)
    page = new_page(browser, **DESK)
    page.goto((tmp_path / "mine.html").as_uri())
    assert state(page)["source"] == "photo"
    assert array(page, "image")[:, 0, 0].tolist() == photo[:, 0, 0].reshape(32, 2).mean(1).tolist()
    agree(page)
    page.locator("[name=h]").fill("4")
    page.locator("#reset").click()
    assert array(page, "image").shape == (32, 32, 3)
    page.close()


def test_a_large_photo_is_read_while_the_controls_work(page):
    rng = np.random.default_rng(0)
    noise = np.kron(rng.integers(0, 256, (50, 80), np.uint8), np.ones((100, 100), np.uint8))
    give(page, "forty.png", encoded(Image.fromarray(noise)))
    page.locator("[name=sw]").fill("2")
    assert state(page)["sw"] == 2
    page.wait_for_function("() => explorer.state().source === 'own'")
    assert array(page, "image").shape == (20, 32, 1)
    assert state(page)["sw"] == 2


def bomb():
    """Return a PNG of 16000 x 16000 pixels that is a small file."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 16000, 16000, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(2001 * 16000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


FILES = [
    (
        "words.png",
        b"this is no picture",
        "image/png",
        "words.png cannot be read as a picture: take a PNG, JPEG, GIF, WebP or BMP file.",
    ),
    (
        "cut.png",
        encoded(Image.new("L", (300, 300)))[:90],
        "image/png",
        "cut.png cannot be read as a picture",
    ),
    ("empty.png", b"", "image/png", "empty.png cannot be read as a picture"),
    (
        "script.svg",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" '
        b'onload="hacked=1"><script>hacked=1</script>'
        b"</svg>",
        "image/svg+xml",
        "script.svg cannot be read as a picture",
    ),
    (
        "<img src=x onerror=hacked=1>.png",
        b"no",
        "image/png",
        "<img src=x onerror=hacked=1>.png cannot be read",
    ),
    (
        "bomb.png",
        bomb(),
        "image/png",
        "bomb.png has 256 megapixels: take a picture of at most 120.",
    ),
]


def test_files_that_are_no_pictures_are_refused_in_words(page):
    for name, content, kind, words in FILES:
        give(page, name, content, kind)
        page.wait_for_function(
            "(words) => document.getElementById('note-words').textContent.includes(words)",
            arg=words,
        )
        assert state(page)["source"] == "numbers"
        page.locator("#note-close").click()
    assert page.evaluate("globalThis.hacked === undefined")
    page.locator("#next").click()
    assert at(page) == [0, 1]


def test_a_file_that_comes_too_late_is_forgotten(page):
    page.evaluate("""() => {
      const slow = globalThis.createImageBitmap;
      globalThis.createImageBitmap = async (...words) => {
        await new Promise((go) => setTimeout(go, 300));
        return slow(...words);
      };
    }""")
    give(page, "late.png", encoded(Image.new("L", (8, 8), 50)))
    page.locator("#reset").click()
    page.wait_for_timeout(600)
    assert state(page)["source"] == "numbers"


# ---- for everyone ----


def test_everything_is_reached_by_keyboard_and_its_focus_is_seen(page):
    page.get_by_text("Read as 8").wait_for(state="attached")  # the last that is built
    page.locator("#layers button").first.wait_for()  # the network comes after the rest
    wanted = page.evaluate("""() => {
      const focusable = "a, button, input, select, textarea, summary, [tabindex='0']";
      const every = document.querySelectorAll(focusable);
      const open = Array.from(every).filter(
        (one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0);
      open.forEach((one, index) => { one.dataset.stop = index; });
      return open.map((_, index) => index);
    }""")
    reached, unseen = set(), []
    for _ in range(len(wanted) + 20):
        page.keyboard.press("Tab")
        stop, outlined = page.evaluate(
            "[document.activeElement.dataset.stop, "
            "getComputedStyle(document.activeElement).outlineStyle]"
        )
        if stop is not None:
            reached.add(int(stop))
            if outlined == "none":
                unseen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
    assert reached == set(wanted)
    assert unseen == []


@pytest.mark.parametrize("width", [320, 390, 800, 1440, 1920])
def test_the_page_never_scrolls_sideways(show, width):
    page = show(
        "#c=4&nc=4&kh=7&kw=7&h=32&w=32&padding=full&source=cat",
        viewport={"width": width, "height": 900},
    )
    page.locator("#tables summary").click()
    for fragment in (
        "#op=transpose&c=2&nc=3&sh=3&h=9&w=9",
        "#padding=by+hand&left=9&right=9&w=32",
        "#h=32&w=1&kh=1&kw=1",
    ):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), fragment
        page.evaluate("(fragment) => explorer.open(fragment)", fragment)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#examples button").first.click()  # a photograph
    page.evaluate("explorer.change({kh: 5, kw: 5, kernel: 'average'})")
    page.wait_for_selector("#sum .sum.wide")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sums = "document.querySelector('#sum .sums')"
    if width > 320:
        assert page.evaluate(f"{sums}.scrollWidth <= {sums}.clientWidth"), "the sum is seen whole"


@pytest.mark.parametrize(
    ("size", "theme"),
    [(DESK, "light"), (DESK, "dark"), (PHONE, "light")],
    ids=["desk", "dark", "phone"],
)
def test_axe_finds_nothing(show, size, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = show("#op=transpose&c=2&nc=2&h=3&w=3", **size, color_scheme=theme)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    page.locator("#tables summary").click()
    page.locator("#pasted").fill("(7, 7)")
    page.get_by_role("button", name="Find out why").click()
    assert axe.run(page).response["violations"] == []
    page.evaluate("explorer.open('#op=pool&mode=avg&padding=same&source=cat&c=3&h=12&w=12&kh=x')")
    page.locator("#start-tour").click()
    assert axe.run(page).response["violations"] == []
    page.evaluate("explorer.open('#c=2')")
    page.evaluate("document.getElementById('open-settings').click()")  # a sheet, on a phone
    assert axe.run(page).response["violations"] == []
    page.evaluate("document.getElementById('close-settings').click()")
    for part in ("stage", "network"):
        page.evaluate(f"document.querySelector('[data-full={part}]').click()")
        page.wait_for_timeout(300)  # the browser's full screen comes later
        assert axe.run(page).response["violations"] == [], part
        page.keyboard.press("Escape")
        page.wait_for_function("() => !document.body.classList.contains('presenting')")
        page.wait_for_timeout(300)
    for view in ("loops", "copies", "bars", "formats", "backward"):
        page.evaluate("(view) => explorer.views.choose(view)", view)
        assert axe.run(page, context="#views").response["violations"] == []
    page.locator("#open-worksheet").click()
    assert axe.run(page, context="#worksheet").response["violations"] == []


def test_numbers_stand_out_from_their_cells(page):
    least = page.evaluate("""() => {
      const light = (part) =>
        part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
      const {THEMES, signed, grey, inkOn} = explorer.colours;
      let least = 99;
      for (const theme of Object.values(THEMES)) for (let k = -100; k <= 100; k++) {
        for (const colour of [signed(theme, k, 100), grey(k * 2.55)]) {
          const [r, g, b] = colour.map(light);
          const one = 0.2126 * r + 0.7152 * g + 0.0722 * b;
          const other = inkOn(colour) === "#000000" ? 0 : 1;
          least = Math.min(least, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05));
        }
      }
      return least;
    }""")
    assert least >= 4.5


def test_little_motion_is_respected_and_the_theme_can_be_changed(show):
    page = show("", **DESK, reduced_motion="reduce")
    assert page.locator("#speed").input_value() == "1200"
    card = "document.querySelector('[data-example=pad] canvas')"
    page.wait_for_function(f"() => {card}.width === 150")
    light = page.evaluate(f"{card}.toDataURL()")
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
    page.wait_for_function(f"(light) => {card}.toDataURL() !== light", arg=light)


# ---- speed ----

# milliseconds of what a visitor does at 32 x 32, drawing included
TIMED = """() => {
  const base = {...explorer.settings.DEFAULTS, h: 32, w: 32, c: 3, nc: 4, kh: 5, kw: 5,
                source: "cat", padding: "same"};
  const context = document.getElementById("canvas").getContext("2d");
  const did = {
    step: (k) => explorer.change({i: k % 32, j: (k * 7) % 32}),
    weight: (k) => {
      const weights = Array.from(explorer.model().kernels.data);
      weights[k] = k;
      explorer.change({weights});
    },
    paint: (k) => explorer.change({paint: [{y: k % 32, x: (k * 3) % 32}]}),
    settings: (k) =>
      explorer.change({...base, sh: 1 + k % 2, padding: ["same", "valid", "full"][k % 3]}),
    operation: (k) => explorer.change({...base, op: ["convolve", "pool", "transpose"][k % 3]}),
    plane: (k) => explorer.change({...base, n: k % 4, front: k % 3}),
    "so far": (k) => explorer.change({...base, soFar: true, i: k % 32}),
  };
  const times = {};
  for (const [name, act] of Object.entries(did)) {
    explorer.change(base);
    times[name] = Array.from({length: 60}, (_, k) => {
      const start = performance.now();
      act(k);
      context.getImageData(0, 0, 1, 1);
      return performance.now() - start;
    }).sort((a, b) => a - b);
  }
  return times;
}"""


@pytest.mark.full
def test_the_time_of_an_interaction_is_printed(browser, address, capsys):
    page = new_page(browser, **DESK)
    page.goto(address)
    page.wait_for_timeout(1000)  # what the browser does after loading is no part of an interaction
    times = page.evaluate(TIMED)
    page.close()
    with capsys.disabled():
        for name, found in times.items():
            print(
                f"\n  {name:10} median {found[30]:5.1f} ms, 95th percentile {found[56]:5.1f} ms",
                end="",
            )
    assert all(len(found) == 60 for found in times.values())
