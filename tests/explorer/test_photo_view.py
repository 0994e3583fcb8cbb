"""A photograph in its real size beside its filtered twin: the same numbers as the library's."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest

import convpool
from convpool import filters
from support.explorer_page import agree, array, state, text

Image = pytest.importorskip("PIL.Image")
LINK = "(id) => document.getElementById(id).toDataURL()"


def pixels(page, name):
    link = page.evaluate(LINK, name)
    with Image.open(io.BytesIO(base64.b64decode(link.partition(",")[2]))) as picture:
        return np.asarray(picture.convert("RGB")).astype(float)


def wait(page):
    page.wait_for_function("() => !document.getElementById('photo').hidden")


def test_more_channels_of_a_photograph_are_filtered_alike(visit):
    page = visit("#source=cat&h=24&w=24&kernel=blur&padding=same")
    grey = array(page, "output")
    page.locator("[data-group=input] [name=c]").fill("3")
    kernels = array(page, "kernels")
    assert kernels.shape == (3, 3, 1, 3)
    assert all((kernels[..., k] == kernels[..., 0]).all() for k in range(3))
    np.testing.assert_allclose(array(page, "output").mean(axis=2), grey[..., 0], atol=1)
    agree(page)
    page.locator("[name=source]").select_option("numbers")
    page.locator("[name=groups]").select_option("1")
    kernels = array(page, "kernels")
    assert (kernels[:, :, 1] == 2 * kernels[:, :, 0]).all()  # small numbers are told apart


# 25 weights, all different, whose sum is 1
RAMP = ",".join(f"{weight / 325:.6f}" for weight in range(1, 26))


@pytest.mark.parametrize(
    ("padding", "kernel"),
    [
        ("valid", "kernel=blur"),
        ("same", "kernel=shift"),
        ("same", f"kernel=own&kh=5&kw=5&weights={RAMP}"),
    ],
    ids=["blur", "shift", "5x5"],
)
def test_a_photograph_is_filtered_as_the_library_filters_it(visit, padding, kernel):
    page = visit(f"#source=cat&h=24&w=24&{kernel}&padMode=edge&padding={padding}")
    wait(page)
    photo = pixels(page, "photo-input")
    assert photo.shape == (256, 256, 3)
    weights = array(page, "kernels")[..., 0, 0]
    expected = convpool.filter_image(photo, weights, padding, pad_mode="edge")
    actual = pixels(page, "photo-output")
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, atol=0.51)
    page.evaluate("explorer.change({op: 'pool', kh: 2, kw: 2, sh: 2, sw: 2, padding: 'valid'})")
    expected = convpool.pool(photo[np.newaxis], 2)[0]
    np.testing.assert_array_equal(pixels(page, "photo-output"), expected)


def test_a_photograph_is_grey_or_in_colour_as_in_the_picture_with_numbers(visit):
    page = visit("#source=coffee&h=24&w=24&kernel=identity&padding=same")
    wait(page)
    grey = pixels(page, "photo-input")
    assert (grey == grey[..., :1]).all()
    np.testing.assert_array_equal(pixels(page, "photo-output"), grey)
    page.locator("[data-group=input] [name=c]").fill("3")
    colour = pixels(page, "photo-input")
    np.testing.assert_array_equal(np.rint(colour.mean(axis=2)), grey[..., 0])
    np.testing.assert_array_equal(pixels(page, "photo-output"), colour)
    page.evaluate("explorer.change({groups: 1, nc: 1, kh: 3, kw: 3, kernel: 'blur'})")
    kernel = array(page, "kernels")[..., 0] / 3  # the sum of three channels, as a grey picture
    page.evaluate("(weights) => explorer.change({weights})", kernel.ravel().tolist())
    expected = convpool.convolve(colour[np.newaxis], kernel[..., np.newaxis])[0]
    summed = pixels(page, "photo-output")
    assert (summed == summed[..., :1]).all()
    np.testing.assert_allclose(summed[..., :1], np.clip(expected, 0, 255), atol=0.51)


def test_a_sharpened_photograph_is_clipped_as_opencv_does(visit):
    colour = "&c=3&nc=3&groups=3&kernel=sharpen&padding=same&padMode=edge"
    page = visit(f"#source=cat&h=24&w=24{colour}")
    wait(page)
    photo = pixels(page, "photo-input")
    sharpened = convpool.filter_image(photo, filters.kernel("sharpen"), pad_mode="edge")
    np.testing.assert_array_equal(pixels(page, "photo-output"), np.clip(np.rint(sharpened), 0, 255))
    clipped = np.sum((sharpened < 0) | (sharpened > 255))
    assert text(page, "#photo-look").startswith(f"{clipped} of {sharpened.size} numbers")
    small = array(page, "output")
    clipped = np.sum((small < 0) | (small > 255))
    assert f"clipped: {clipped} of {small.size} numbers" in text(page, "#legend")
    page.locator("#photo-shades").select_option("signed")
    assert "orange: above 0" in text(page, "#photo-look")
    assert "black: 0" not in text(page, "#legend")


def spot(page):
    """Return the row and the column of the framed window, and its sum."""
    row, column, total = re.search(
        r"output\[(\d+), (\d+)(?:, 0)?\] . (\S+)", text(page, "#photo-sum .value")
    ).groups()
    return int(row), int(column), float(total.replace("\N{MINUS SIGN}", "-"))


FRAME = """(id) => {
  const [frame, canvas] = [document.querySelector(`#${id} + i`), document.getElementById(id)]
    .map((node) => node.getBoundingClientRect());
  const scale = document.getElementById(id).width / canvas.width;
  return [frame.top - canvas.top, frame.left - canvas.left, frame.height, frame.width]
    .map((number) => Math.round(number * scale));
}"""


@pytest.mark.parametrize("way", ["full screen", "page"])
def test_a_frame_on_the_photograph_follows_pointer_and_steps_with_its_sum(visit, way):
    fragment = "#source=cat&h=24&w=24&kernel=sobel&padding=same&padMode=edge"
    page = visit(fragment)
    wait(page)
    photo = pixels(page, "photo-input")[..., 0]
    expected = convpool.filter_image(photo, filters.kernel("sobel-x"), pad_mode="edge")
    if way == "full screen":
        page.locator("#present").click()
    holder = page.locator("#photo-input")
    holder.scroll_into_view_if_needed()
    scale = holder.bounding_box()["width"] / 256
    before = page.url
    holder.click(position={"x": 200.5 * scale, "y": 60.5 * scale})
    holder.hover(position={"x": 10, "y": 10})  # it is pinned
    page.locator("#photo-holder").focus()
    for key, place in (("", (60, 200)), ("ArrowDown", (61, 200)), ("ArrowRight", (61, 201))):
        if key:
            page.keyboard.press(key)
        assert spot(page) == (*place, expected[place])
        assert page.evaluate(FRAME, "photo-input") == [place[0] - 1, place[1] - 1, 3, 3]
        assert page.evaluate(FRAME, "photo-output") == [*place, 1, 1]
    assert (state(page)["source"], page.url) == ("cat", before)
    if way == "full screen":
        assert text(page, "#step-words") == f"{61 * 256 + 202} of 65536"
        page.locator("#next").click()
        assert spot(page) == (61, 202, expected[61, 202])
        page.keyboard.press("Escape")


def test_the_pixels_of_the_frame_are_brought_into_the_picture(visit):
    page = visit("#source=coffee&h=24&w=20&c=3&nc=3&groups=3&kernel=blur")
    wait(page)
    photo = pixels(page, "photo-input")
    holder = page.locator("#photo-input")
    holder.scroll_into_view_if_needed()
    scale = holder.bounding_box()["width"] / 256
    holder.click(position={"x": 100.5 * scale, "y": 60.5 * scale})
    total = spot(page)[2]
    page.locator("#photo-take").click()
    np.testing.assert_array_equal(array(page, "image"), photo[48:72, 90:110])
    told = state(page)
    assert told["source"] == "own"
    assert array(page, "output")[told["i"], told["j"], 0] == pytest.approx(total, abs=1e-4)
    agree(page)


def test_a_clicker_sweeps_over_the_whole_photograph(visit):
    page = visit("#source=cat&h=24&w=24&kernel=sobel&padding=same")
    wait(page)
    page.locator("#present").click()
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("PageDown")
    assert text(page, "#step-words") == "45 of 65536"
    for _ in range(10):
        page.keyboard.press("PageDown")
    assert text(page, "#step-words") == f"{22 * 256 + 1} of 65536"  # the next row
    page.keyboard.press("PageUp")
    assert spot(page)[:2] == (0, 242)
    page.keyboard.press("End")
    page.keyboard.press("PageDown")
    assert spot(page)[:2] == (255, 255)
    page.locator("#open-settings").click()
    page.wait_for_timeout(100)
    assert page.evaluate("""[...document.querySelectorAll("#photo-sum, #photo-sum .sums")]
      .every((node) => node.scrollWidth <= node.clientWidth)""")
    heights = page.locator("#photo-sum .tap span").evaluate_all(
        "(spans) => spans.map((span) => span.offsetHeight)"
    )
    assert len(set(heights)) == 1  # none is broken over two lines
    page.keyboard.press("Escape")


def test_keys_belong_to_the_picture_that_is_seen_on_a_full_screen(visit):
    page = visit("#source=cat&h=24&w=24")
    wait(page)
    page.locator("#present").click()
    assert page.evaluate("document.activeElement.id") == "photo-holder"
    page.keyboard.press("w")
    page.keyboard.press("ArrowRight")
    assert (state(page)["j"], text(page, "#step-words")) == (1, "2 of 484")
    page.keyboard.press(" ")
    assert page.evaluate("document.body.classList.contains('presenting')")
    page.keyboard.press(" ")
    page.locator("#whole-photo").click()
    assert page.evaluate("document.activeElement.id") == "photo-holder"
    page.keyboard.press("Escape")


def test_numbers_have_no_photograph(visit):
    page = visit("#source=cat&h=24&w=24")
    wait(page)
    page.locator("[name=source]").select_option("numbers")
    assert page.locator("#photo").is_hidden()


# a camera of three colours that never changes
CAMERA = """() => {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, {width: 320, height: 240});
  const context = canvas.getContext("2d");
  const draw = () => ["#ff0000", "#00ff00", "#0000ff", "#808080"].forEach((colour, k) => {
    context.fillStyle = colour;
    context.fillRect(80 * k, 0, 80, 240);
  });
  draw();
  setInterval(draw, 30);
  navigator.mediaDevices.getUserMedia = async () => {
    globalThis.stream = canvas.captureStream(30);
    return globalThis.stream;
  };
}"""
TRACK = "globalThis.stream.getTracks()[0].readyState"


def test_the_camera_is_shown_mirrored_and_stops(visit):
    page = visit("#c=3&nc=3&groups=3&kernel=identity&padding=same")
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject('no'); }")
    page.locator("#camera").click()
    page.wait_for_function("() => !document.getElementById('note').hidden")
    assert "There is no camera" in page.locator("#note-words").inner_text()
    page.evaluate(CAMERA)
    page.locator("#camera").click()
    wait(page)
    assert page.locator("#camera").inner_text() == "Stop the camera"
    photo = pixels(page, "photo-input")
    assert photo.shape == (192, 256, 3)
    np.testing.assert_array_equal(pixels(page, "photo-output"), photo)
    for middle, colour in ((224, (255, 0, 0)), (160, (0, 255, 0)), (96, (0, 0, 255))):
        np.testing.assert_allclose(photo[96, middle], colour, atol=30)
    page.locator("#camera").click()
    assert page.evaluate(TRACK) == "ended"
    assert array(page, "image").shape == (24, 32, 3)
    agree(page)
    page.locator("#camera").click()
    page.wait_for_function("() => document.getElementById('camera').textContent.startsWith('Stop')")
    page.locator("[name=source]").select_option("numbers")
    assert page.evaluate(TRACK) == "ended"


@pytest.mark.parametrize("colours", ["", "&c=3&nc=3&groups=3"], ids=["grey", "colour"])
def test_a_photograph_stays_one_while_a_weight_grows(visit, colours):
    page = visit(f"#source=cat&h=24&w=24{colours}&kernel=sharpen&padding=same&padMode=edge")
    wait(page)
    photo = pixels(page, "photo-input")
    for centre in (6, 7, 9, 13):
        page.get_by_label("weight in row 1, column 1").fill(str(centre))
        weights = filters.kernel("sharpen").copy()
        weights[1, 1] = centre
        expected = convpool.filter_image(photo, weights, pad_mode="edge")
        np.testing.assert_array_equal(
            pixels(page, "photo-output"), np.clip(np.rint(expected), 0, 255)
        )
        assert "are clipped, as OpenCV does" in text(page, "#photo-look")
        assert "clipped: " in text(page, "#legend")
    page.get_by_label("weight in row 1, column 1").fill("4")  # many are negative
    page.get_by_label("weight in row 0, column 0").fill("-2")
    signed = "orange: above 0, blue: below 0"
    three = " (mean of the three channels)" if colours else ""
    assert text(page, "#photo-look") == signed + three


@pytest.mark.parametrize("source", ["cat", "coffee", "astronaut"])
def test_a_kernel_has_the_same_shading_on_every_photograph(visit, source):
    for kernel, kind in (
        ("edges", "signed"),
        ("sobel", "signed"),
        ("laplacian", "signed"),
        ("emboss", "grey"),
        ("sharpen", "grey"),
        ("blur", "grey"),
    ):
        page = visit(f"#source={source}&h=24&w=24&kernel={kernel}&padding=same&padMode=edge")
        wait(page)
        output = page.evaluate(
            "explorer.interactivePicture.drawn().blocks.find(({name}) => name === 'output').look"
        )
        assert output["kind"] == kind
        if kind == "signed":  # one extreme number makes the rest no paler
            found = pixels(page, "photo-output")
            strong = (found.max(axis=2) - found.min(axis=2)) > 100
            assert 0.04 < strong.mean() < 0.5
