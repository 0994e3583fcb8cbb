"""How the picture shows numbers: as the photograph they are, or in colours, with one legend."""

from __future__ import annotations

import base64
import io
import itertools
import re

import numpy as np
import pytest

from convpool.explanation import colours, drawing_elements
from convpool.explorer import build
from support.explorer_page import state, text

Image = pytest.importorskip("PIL.Image")

# where the cells of a block lie on the canvas, row by row: beside their numbers
PLACES = """(name) => {
  const drawing = explorer.interactivePicture.drawn();
  const block = drawing.blocks.find((one) => one.name === name);
  const [h, w] = block.values.shape;
  const canvas = document.getElementById("canvas");
  const ratio = canvas.width / drawing.width;
  const places = [];
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++)
    places.push([
      Math.floor((block.y + (y + block.before[0] + 0.15) * block.cell) * ratio),
      Math.floor((block.x + (x + block.before[1] + 0.15) * block.cell) * ratio),
    ]);
  return [places, canvas.toDataURL()];
}"""


def cells(page, name):
    """Return the colour of each cell of a block, without padding, row by row."""
    places, link = page.evaluate(PLACES, name)
    with Image.open(io.BytesIO(base64.b64decode(link.partition(",")[2]))) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    rows, columns = np.transpose(places)
    return pixels[rows, columns].astype(int)


def inner(found, side):
    """Leave out the rows and columns that the frame of the window touches."""
    return found.reshape(side, side, 3)[3:-1, 3:-1]


PHOTO = "#source=cat&h=24&w=24&kernel={}&padding=same"


def test_identity_of_a_photograph_looks_identical(visit):
    page = visit(PHOTO.format("identity"))
    before, after = cells(page, "input"), cells(page, "output")
    np.testing.assert_array_equal(inner(before, 24), inner(after, 24))
    assert len(np.unique(before)) > 20
    grey = inner(before, 24)
    assert (grey[..., :1] == grey).all()


@pytest.mark.parametrize("kernel", ["blur", "average"])
def test_what_is_not_negative_stays_grey(visit, kernel):
    page = visit(PHOTO.format(kernel))
    after = inner(cells(page, "output"), 24)
    assert (after[..., :1] == after).all()
    brightness = page.evaluate("Array.from(explorer.model().output.data)")
    brightness = np.reshape(brightness, (24, 24))[3:-1, 3:-1]
    white = max(255, np.max(page.evaluate("Array.from(explorer.model().output.data)")))
    np.testing.assert_allclose(after[..., 0], brightness / white * 255, atol=0.51)


def test_a_colour_photograph_stays_in_colour(visit):
    page = visit("#source=coffee&h=24&w=24&c=3&op=pool&kh=1&kw=1")
    before, after = cells(page, "input"), cells(page, "output")
    np.testing.assert_array_equal(inner(before, 24), inner(after, 24))
    pixels = page.evaluate("Array.from(explorer.model().image.data)")
    np.testing.assert_array_equal(
        inner(before, 24), inner(np.reshape(pixels, (-1, 3)).astype(int), 24)
    )
    assert "three channels as a colour" in text(page, "#legend")


# the colours of the input's cells with padding, row by row
SHEET = """() => {
  const { sheet, blocks } = explorer.interactivePicture.drawn();
  const { x, y } = blocks[0];
  const { rows, columns, colours } = sheet.find((mark) =>
    mark.kind === "cells" && mark.x === x && mark.y === y);
  return [rows, columns, Array.from(colours)];
}"""


@pytest.mark.parametrize("mode", ["edge", "reflect", "symmetric", "wrap"])
def test_padding_that_repeats_pixels_has_their_colours(visit, mode):
    page = visit(f"#source=coffee&h=24&w=24&c=3&kh=5&kw=5&padding=same&padMode={mode}")
    rows, columns, found = page.evaluate(SHEET)
    assert (rows, columns) == (28, 28)
    image = np.reshape(page.evaluate("Array.from(explorer.model().image.data)"), (24, 24, 3))
    expected = np.pad(image, ((2, 2), (2, 2), (0, 0)), mode)
    np.testing.assert_array_equal(np.reshape(found, (28, 28, 4))[..., :3], expected)


def test_negative_numbers_are_signed_colours_and_a_switch_decides(visit):
    page = visit(PHOTO.format("laplacian"))
    after = inner(cells(page, "output"), 24)
    assert (after[..., 2] > after[..., 0]).any()  # blue
    assert (after[..., 0] > after[..., 2]).any()  # orange
    assert "black: 0, white: 255 (input)" in text(page, "#legend")
    assert "orange: above 0, blue: below 0 (output)" in text(page, "#legend")
    page.locator("[name=shades]").select_option("picture")
    after = inner(cells(page, "output"), 24)
    assert (after[..., :1] == after).all()
    page.locator("[name=shades]").select_option("signed")
    assert (inner(cells(page, "input"), 24)[..., 0] > inner(cells(page, "input"), 24)[..., 2]).any()
    assert state(page)["shades"] == "signed"


def test_the_legend_says_what_there_is(visit):
    page = visit("#h=6&w=6&sh=2&sw=2")
    assert "red hatching: left over" in text(page, "#legend")
    assert "frame: the window, and the pixel" in text(page, "#legend")
    assert "padding" not in text(page, "#legend")
    page = visit("#padding=same")
    assert "grey hatching: padding" in text(page, "#legend")
    assert "left over" not in text(page, "#legend")
    page = visit("#op=transpose&padding=by+hand")
    assert "grey hatching: cropped by the padding" in text(page, "#legend")


# from the lines of an SVG to whether they rise or fall, by the colour of their stroke
SLOPES = """(stroke) => {
  const {settings, modelling, scene} = explorer;
  const state = settings.agree({...settings.DEFAULTS, h: 6, w: 6, sh: 4, padding: "same_lower"});
  const drawing = scene.draw(modelling.modelOf(state), {width: 700});
  return [...drawing.sheet, ...drawing.over]
    .filter((mark) => mark.kind === "lines" && mark.stroke === stroke)
    .flatMap(({lines}) => lines.map(([x0, y0, x1, y1]) => Math.sign((x1 - x0) * (y0 - y1))));
}"""


def test_hatching_and_colours_are_those_of_the_library_s_other_pictures(visit):
    page = visit("")
    light = build.palette()["light"]
    assert light["left"] == colours.COLORS["left"][0]
    is_rising = drawing_elements.hatching(0, 0, 9, 9, is_rising=True).ends[0]
    assert is_rising[1] > is_rising[3]
    assert set(page.evaluate(SLOPES, light["hatch"])) == {1}  # padding rises
    page.evaluate("explorer.change({h: 6, w: 6, sh: 2, sw: 2})")
    falling = page.evaluate(SLOPES.replace('"same_lower"', '"valid"'), light["left"])
    assert set(falling) == {-1}
    strongest = page.evaluate("explorer.colours.signed(explorer.colours.THEMES.light, 9, 9)")
    assert "#{:02x}{:02x}{:02x}".format(*strongest) == light["p4"]
    marks = page.evaluate("explorer.interactivePicture.picture()")
    assert "dasharray" not in marks


def test_paper_is_white_in_the_dark_theme(show):
    page = show("", viewport={"width": 900, "height": 700}, color_scheme="dark")
    dark = cells(page, "input").mean()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert cells(page, "input").mean() > 200 > dark
    assert page.locator("#controls").is_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert cells(page, "input").mean() == dark


def test_what_is_chosen_is_framed_where_the_system_chooses_the_colours(show):
    page = show("", viewport={"width": 1366, "height": 700}, forced_colors="active")
    page.get_by_role("button", name="Pin").click()
    frames = page.evaluate("""["#all-settings", "#pin", "pre .running", "#play"].map(
      (name) => getComputedStyle(document.querySelector(name)).outlineStyle)""")
    assert frames == ["solid", "solid", "solid", "none"]


def test_picture_and_sum_are_seen_together_at_a_zoom_of_200_percent(show):
    page = show("", viewport={"width": 683, "height": 350})
    page.evaluate("explorer.show('stage')")
    picture, total = (page.locator(name).bounding_box() for name in ("#canvas", "#sum .sums"))
    for box in (picture, total):
        assert box["y"] >= 0
        assert box["y"] + min(box["height"], 150) <= 350


def test_a_gif_has_a_picture_for_each_step(visit):
    page = visit("#padding=same&source=cat&h=6&w=7&sh=2&kernel=blur")
    with page.expect_download() as download:
        page.locator("#save-gif").click()
    with Image.open(download.value.path()) as animation:
        assert animation.n_frames == 3 * 7
        assert animation.info["loop"] == 0
        assert animation.info["duration"] == 500
        frames = []
        for number in range(animation.n_frames):
            animation.seek(number)
            frames.append(np.asarray(animation.convert("RGB")).astype(int))
    assert all((one != other).any() for one, other in itertools.pairwise(frames))
    page.locator("#last").click()
    page.evaluate("explorer.change({soFar: true})")
    drawn = page.evaluate("""() => {
      const {scene, marking, interactivePicture} = explorer;
      const room = {width: 960, height: 630, largest: 69};
      const drawing = scene.draw(explorer.model(), {...room, theme: "light"});
      const canvas = document.createElement("canvas");
      Object.assign(canvas, {width: 960, height: Math.ceil(drawing.height)});
      const context = canvas.getContext("2d");
      context.fillStyle = drawing.paper;
      context.fillRect(0, 0, 960, canvas.height);
      marking.paint(context, [...drawing.sheet, ...drawing.over]);
      return canvas.toDataURL();
    }""")
    with Image.open(io.BytesIO(base64.b64decode(drawn.partition(",")[2]))) as picture:
        expected = np.asarray(picture.convert("RGB")).astype(int)
    difference = np.abs(frames[-1] - expected)
    assert difference.max() <= 40  # 256 colours
    assert difference.mean() < 1
    page.evaluate("explorer.open('#h=32&w=32')")
    with page.expect_download() as download:
        page.locator("#save-gif").click()
    assert "it shows 1 in 3" in text(page, "#note-words")
    with Image.open(download.value.path()) as animation:
        assert animation.n_frames == 300


def test_a_gif_says_how_far_it_is_and_its_size_and_stops(visit):
    page = visit("#h=32&w=32")
    page.locator("#save-gif").click()
    page.wait_for_function(
        r"() => /GIF: [1-9]\d? %/.test(document.getElementById('shared').textContent)"
    )
    assert text(page, "#save-gif") == "Stop the GIF"
    page.locator("#save-gif").click()
    page.wait_for_function("() => document.getElementById('save-gif').textContent === 'Save GIF'")
    assert text(page, "#shared") == "stopped, nothing saved"
    page.evaluate("explorer.open('#h=5&w=5')")
    with page.expect_download() as download:
        page.locator("#save-gif").click()
    size = -(-download.value.path().stat().st_size // 1000)
    page.wait_for_function("() => /kB/.test(document.getElementById('shared').textContent)")
    assert text(page, "#shared") == f"convolution.gif saved: 9 pictures, {size} kB"


@pytest.mark.parametrize(
    ("fragment", "titles"),
    [
        ("#c=3&h=5&w=5&front=2", ["3, channel 2", "3, channel 2"]),
        ("#c=3&h=5&w=5&nc=2&n=1", ["3, channel 0", "3, channel 0", "2, channel 1"]),
        ("#h=5&w=5", []),
    ],
)
def test_a_saved_picture_names_the_channel_in_front(visit, fragment, titles):
    page = visit(fragment)
    with page.expect_download() as saved:
        page.locator("#save-svg").click()
    written = re.findall(
        r"(\d, channel \d+)[^<]*</text>", saved.value.path().read_text(encoding="utf-8")
    )
    assert written == titles
    assert "channel" not in page.evaluate("explorer.interactivePicture.drawn().blocks[0].words")


@pytest.mark.parametrize(
    ("fragment", "planes"),
    [
        ("#c=3&h=5&w=5", [1, 2]),
        ("#c=3&h=5&w=5&i=1", []),  # behind the front plane, nothing of it is seen
        ("#c=3&h=5&w=5&i=1&j=2", [1, 2]),  # beyond the last column it is
        ("#c=4&nc=4&groups=2&h=5&w=5", [1]),  # the channels of the kernel's group
        ("#c=3&h=5&w=5&op=pool", []),  # each channel by itself
        ("#h=5&w=5", []),
    ],
)
def test_the_window_is_framed_in_every_channel_that_it_reads(visit, fragment, planes):
    page = visit(fragment)
    found = page.evaluate("""() => {
      const { over, blocks: [{ x, y, cell, sizes }] } = explorer.interactivePicture.drawn();
      const step = explorer.scene.LIFT * cell;
      const lines = over.filter(({ kind }) => kind === "lines").flatMap((mark) => mark.lines);
      return [1, 2, 3].filter((back) =>
        lines.some(([x0, y0, x1, y1]) =>
          (y0 === y1 && Math.abs(y0 - y + back * step) < 0.01) ||
          (x0 === x1 && Math.abs(x0 - x - sizes[1] * cell - back * step) < 0.01)));
    }""")
    assert found == planes


def test_input_and_output_of_a_photograph_stand_beside_each_other(visit):
    page = visit("#source=cat&h=24&w=24&kernel=blur")
    blocks = page.evaluate("explorer.interactivePicture.drawn().blocks.map(({ y }) => y)")
    assert len(set(blocks)) == 1


LAPTOP = {"viewport": {"width": 1366, "height": 700}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
BLOCKS = """explorer.interactivePicture.drawn().blocks.map(({name, x, y, cell, sizes}) =>
  [name, x, y, cell, x + cell * sizes[1]])"""


def blocks(page):
    """Return (x, y, side of a cell, right edge) of each block by name."""
    return {name: numbers for name, *numbers in page.evaluate(BLOCKS)}


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_question_about_a_size_has_a_large_picture_that_stays_where_it_is(show):
    page = show("#tour=3", **LAPTOP)
    press(page, "Now you")
    before = blocks(page)
    assert before["input"][2] == before["kernel"][2] >= 30  # the kernel lies on the window
    press(page, "Show me")
    after = blocks(page)
    assert after["input"] == before["input"]
    assert after["kernel"] == before["kernel"]


def test_a_picture_fits_a_phone_with_its_numbers(show):
    page = show("#tour=3", **PHONE)
    page.evaluate("explorer.change({source: 'cat', h: 24, w: 24, kernel: 'blur', padding: 'same'})")
    width = page.locator("#canvas").bounding_box()["width"]
    assert max(right for *_, right in blocks(page).values()) <= width
    page.evaluate("explorer.open('#tour=5')")
    page.evaluate("explorer.change({h: 6, w: 6, sh: 2, sw: 2, padding: 'same_size'})")
    words = page.evaluate("explorer.interactivePicture.drawn().sheet.map(({words}) => words)")
    assert words.count("9") > 3


def test_whole_numbers_have_no_decimals_and_numbers_have_air(visit):
    page = visit("")
    format_of = "([values, cell]) => explorer.cellNumbers.format(values, cell)"
    assert page.evaluate(format_of, [[3, 2.25, 0.5], 46])["texts"] == ["3", "2.25", "0.5"]
    size = page.evaluate(format_of, [[-13, -11, -2], 20])["size"]
    assert size * (0.84 + 2 * 0.64) < 17  # the width of "-13" with the minus sign


def test_what_is_wrong_with_the_settings_stands_in_sight(show):
    page = show("#kh=7", **LAPTOP)
    box = page.locator("#problem").bounding_box()
    assert box["y"] + box["height"] < 700
    strokes = page.evaluate("explorer.interactivePicture.drawn().sheet.map((mark) => mark.stroke)")
    assert "#c2255c" not in strokes  # nothing is left over where no window fits


def test_the_pixel_that_pooling_keeps_is_framed(visit):
    page = visit("#op=pool&h=4&w=4&kh=2&kw=2&sh=2&sw=2&i=1&j=1")
    place = page.evaluate("""() => {
      const {over, blocks: [{x, y, cell}]} = explorer.interactivePicture.drawn();
      const frame = over.find(({stroke}) => stroke === "#0b7a4d");
      return [frame.y - y, frame.x - x].map((distance) => Math.floor(distance / cell));
    }""")
    assert place == [2, 2]  # of 8, 5, 1 and 3
    page.evaluate("explorer.interactivePicture.cover('number')")
    over = page.evaluate("explorer.interactivePicture.drawn().over.map(({stroke}) => stroke)")
    assert "#0b7a4d" not in over
    page.evaluate("explorer.interactivePicture.cover('')")


@pytest.mark.parametrize("name", ["Blur a photo", "Find edges"])
def test_a_photo_begins_at_an_edge_away_from_the_border(visit, name):
    page = visit("")
    page.locator("#examples button", has_text=name).click()
    pixels = page.evaluate("explorer.modelling.stepOf(explorer.model()).terms")
    assert all(term["inside"] for term in pixels)
    assert max(term["pixel"] for term in pixels) > 80 + min(term["pixel"] for term in pixels)


def test_the_sums_of_four_channels_are_seen_whole_or_an_arrow_says_that_there_is_more(show):
    page = show("#c=4", viewport={"width": 1366, "height": 768})
    hidden = "({scrollHeight, clientHeight}) => scrollHeight - clientHeight"
    arrow = "getComputedStyle(document.querySelector('#sum .total'), '::after').visibility"
    assert page.locator("#sum").evaluate(hidden) <= 0
    assert page.evaluate(arrow) == "hidden"
    assert page.locator("#sum").evaluate("(sum) => sum.scrollWidth - sum.clientWidth") <= 0
    page.evaluate("explorer.open('#c=4&kh=5&kw=5')")
    assert page.locator("#sum").evaluate(hidden) > 0
    page.wait_for_function(f"() => {arrow} === 'visible'")
    page.locator("#sum").evaluate("(sum) => { sum.scrollTop = 9999; }")
    page.wait_for_function(f"() => {arrow} === 'hidden'")


def test_the_sum_stands_right_below_the_picture_of_a_size(show):
    page = show("#tour=5", **LAPTOP)
    tops = [page.locator(one).bounding_box()["y"] for one in ("#canvas", "#sum", "#legend")]
    assert tops == sorted(tops)


def test_no_sum_is_cut_off_beside_the_picture(show):
    page = show("", **LAPTOP)
    pixels = [round(0.1234 * k % 1, 4) for k in range(25)]
    weights = [round(-0.0617 * k % 1 - 0.9, 4) for k in range(25)]
    page.evaluate(
        "([pixels, weights]) => explorer.change({pixels, weights, kh: 5, kw: 5})",
        [pixels, weights],
    )
    assert text(page, "#sum .sum tr:last-child").count("+ ") == 4
    widths = page.evaluate(
        "(({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])"
        "(document.querySelector('#sum .sums'))"
    )
    assert widths[0] <= widths[1]
    page.evaluate("explorer.change({h: 1, kh: 1, kw: 2, pixels: [1, 2, 3, 4, 5], weights: [2, 1]})")
    assert text(page, "#sum .subtotal") == "= 4"  # of one row, once


def test_what_is_for_the_screen_is_not_printed(show):
    page = show("", **PHONE)
    page.emulate_media(media="print")
    for selector in ("#open-settings", "#start-tour", "#show-keys", "#examples"):
        assert page.locator(selector).is_hidden()
    assert page.locator("#canvas").is_visible()


def test_padding_is_in_the_title_of_the_input(visit):
    page = visit("#h=5&w=6&padding=by+hand")
    words = page.evaluate("explorer.interactivePicture.drawn().sheet.map(({words}) => words)")
    assert "input 5 \N{MULTIPLICATION SIGN} 6 + padding" in " ".join(filter(None, words))


def test_groups_are_said_at_the_picture_and_why_there_are_none(visit):
    page = visit("#source=cat&c=3&nc=3&groups=3&n=1")
    assert "3 groups: kernel 1 sees channel 1 only" in text(page, "#legend")
    page.evaluate("explorer.change({c: 2, nc: 3})")
    assert "divides both 2 and 3" in text(page, "#groups-hint")
    page.evaluate("explorer.change({c: 2, nc: 2})")
    assert text(page, "#groups-hint") == ""
