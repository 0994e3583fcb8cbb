"""Pictures, kernels and numbers of one's own: what they are, and that none is lost."""

from __future__ import annotations

import numpy as np
import pytest

import convpool
from support.explorer_page import agree, array, state, text


def test_the_first_picture_can_be_checked_in_the_head(visit):
    page = visit("")
    for fragment in ("", "#c=3&h=7&w=7"):
        page.evaluate("(fragment) => explorer.open(fragment)", fragment)
        image = array(page, "image")
        assert set(np.unique(image)) <= set(range(10))
        for lines in (image, image.swapaxes(0, 1), image.transpose(2, 0, 1)):
            assert len({line.tobytes() for line in lines}) == len(lines)  # no two are alike
    page.evaluate("explorer.open('')")
    output = array(page, "output").ravel()
    assert len(set(output)) == 9
    assert 0 not in output
    assert abs(output).max() < 20


def test_a_picture_keeps_its_numbers_when_it_grows(visit):
    page = visit("")
    before = array(page, "image")
    page.locator("[name=h]").fill("6")
    page.locator("[name=w]").fill("7")
    np.testing.assert_array_equal(array(page, "image")[:5, :5], before)


SHAPES = [(2, 2), (3, 3), (4, 3), (5, 5), (7, 2)]


def test_presets_are_whole_kernels_of_their_size(visit):
    page = visit("")
    for kh, kw in SHAPES:
        kernels = {
            name: page.evaluate("(words) => explorer.namedKernels.weightsOf(...words)",
                                [name, kh, kw])
            for name in page.evaluate("explorer.namedKernels.NAMES")
        }  # fmt: skip
        assert sum(kernels["edges"]) == 0
        assert len(set(kernels["edges"][:kw])) == min(kw, 3)
        assert np.isclose(sum(kernels["blur"]), 1)
        assert min(kernels["blur"]) > 0
        assert kernels["average"] == [1] * (kh * kw)
        assert sum(kernels["identity"]) == sum(kernels["shift"]) == 1
        assert (kernels["sharpen"] is None) == ((kh, kw) != (3, 3))
    image = np.arange(30.0).reshape(1, 5, 6, 1)
    for kh, kw in SHAPES:
        weights = page.evaluate("(size) => explorer.namedKernels.weightsOf('identity', ...size)",
                                [kh, kw])  # fmt: skip
        kernels = np.reshape(weights, (kh, kw, 1, 1))
        np.testing.assert_array_equal(convpool.convolve(image, kernels, "same"), image)


def test_a_preset_without_this_size_says_what_it_does(visit):
    page = visit("#kh=5&kw=5&kernel=blur&h=9&w=9")
    page.locator("[name=kernel]").select_option("sharpen")
    assert "“sharpen” is a kernel of 3" in text(page, "#note-words")
    assert (state(page)["kh"], state(page)["kw"]) == (3, 3)
    page.locator("[name=kh]").fill("2")
    assert "“sharpen” has no kernel of this size" in text(page, "#note-words")
    assert state(page)["kernel"] == "own"
    page.locator("[name=kh]").fill("3")
    assert array(page, "kernels").ravel().tolist() == [0, -1, 0, -1, 5, -1, 0, -1, 0]


def test_channels_do_not_share_weights_and_depthwise_kernels_are_alike(visit):
    page = visit("#c=3&nc=2")
    kernels = array(page, "kernels")
    assert len({kernels[:, :, k, 0].tobytes() for k in range(3)}) == 3
    assert kernels[:, :, 0, 0].tolist() != kernels[:, :, 0, 1].tolist()
    assert "vertical edges" in text(page, "#weights caption")
    page = visit("#c=3&nc=3&groups=3&kernel=blur")
    kernels = array(page, "kernels")
    assert all((kernels[..., n] == kernels[..., 0]).all() for n in range(3))


def test_each_picture_has_its_own_size(visit):
    page = visit("")
    page.locator("[name=w]").fill("6")
    page.locator("[name=source]").select_option("cat")
    assert array(page, "image").shape == (24, 24, 1)
    page.locator("[name=source]").select_option("numbers")
    assert array(page, "image").shape == (5, 6, 1)


def own(page):
    pixels = [[3, 1, 4], [1, 5, 9], [2, 6, 5], [3, 5, 8]]
    page.evaluate(
        "(pixels) => explorer.change({h: 4, w: 3, pixels: pixels.flat(), kh: 2, kw: 2, "
        "weights: [7, 7, 8, 2]})",
        pixels,
    )
    return np.array(pixels)[..., np.newaxis]


CHANGES = {
    "smaller": ["h=2", "h=4"],
    "typed": ["h=1", "h=10", "h=4"],
    "narrower": ["w=1", "h=2", "w=3", "h=4"],
    "kernel": ["kh=1", "kw=3", "kw=1", "kh=2", "kw=2"],
    "picture": ["source=digit", "source=own"],
    "preset": ["kernel=sobel", "kernel=own"],
    "pooled": ["op=pool", "op=convolve"],
}


@pytest.mark.parametrize("name", CHANGES)
def test_numbers_of_one_s_own_come_back(visit, name):
    page = visit("")
    pixels = own(page)
    for change in CHANGES[name]:
        setting, word = change.split("=")
        field = page.locator(f"#controls [name={setting}]")
        if word.isdigit():
            field.fill(word)
        else:
            field.select_option(word)
    np.testing.assert_array_equal(array(page, "image"), pixels)
    assert array(page, "kernels").ravel().tolist() == [7, 7, 8, 2]
    agree(page)


def test_the_tour_brings_them_back_too(visit):
    page = visit("")
    pixels = own(page)
    page.locator("#start-tour").click()
    assert state(page)["source"] == "numbers"
    page.get_by_role("button", name="End the tour").click()
    np.testing.assert_array_equal(array(page, "image"), pixels)


def drag_up(page, x, y):
    """Drag what lies at a place by 24 pixels, and move on after it was released."""
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 12)
    page.mouse.move(x, y - 24)
    page.mouse.up()
    page.mouse.move(x, y + 40)


def test_a_weight_is_dragged_and_stepped(visit):
    page = visit("")
    field = page.get_by_label("weight in row 1, column 1")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag_up(page, x, y)
    assert array(page, "kernels")[1, 1, 0, 0] == 3
    field.press("ArrowDown")
    field.press("Shift+ArrowUp")
    assert array(page, "kernels")[1, 1, 0, 0] == 12
    agree(page)


SHARPENED = "#source=cat&h=24&w=24&c=3&nc=3&groups=3&kernel=sharpen&padding=same&padMode=reflect"


def test_a_weight_of_all_channels_is_changed_together_or_alone(visit):
    page = visit(SHARPENED)
    field, together = page.get_by_label("weight in row 1, column 1"), "#weights-together input"
    field.fill("6")
    assert array(page, "kernels")[1, 1, 0].tolist() == [6, 6, 6]
    field.press("ArrowUp")
    assert array(page, "kernels")[1, 1, 0].tolist() == [7, 7, 7]
    assert text(page, "#weights-together").strip() == "Change all 3 channels alike"
    page.locator(together).uncheck()
    field.fill("8")
    assert array(page, "kernels")[1, 1, 0].tolist() == [8, 7, 7]
    assert page.locator("#weights-together").is_hidden()
    field.fill("9")
    assert array(page, "kernels")[1, 1, 0].tolist() == [9, 7, 7]
    page.locator("[name=kernel]").select_option("sharpen")
    assert page.locator(together).is_checked()
    page.evaluate("explorer.open('#c=2&nc=2')")
    assert page.locator("#weights-together").is_hidden()
    agree(page)


# the middle of a cell of the kernel's picture, on the screen
KERNEL_CELL = """([row, column]) => {
  const { left, top } = document.getElementById("canvas").getBoundingClientRect();
  const block = explorer.interactivePicture.drawn().blocks.find(({ name }) => name === "kernel");
  const { x, y, cell } = block;
  return [left + x + (column + 0.5) * cell, top + y + (row + 0.5) * cell];
}"""


@pytest.mark.parametrize("flip", [0, 1])
def test_a_weight_is_dragged_in_the_picture_of_the_kernel(visit, flip):
    page = visit(f"#kernel=sobel&flip={flip}&h=6&w=6")
    before = array(page, "kernels")[..., 0, 0]
    x, y = page.evaluate(KERNEL_CELL, [0, 1])
    drag_up(page, x, y)
    before[2 if flip else 0, 1] += 3
    assert array(page, "kernels")[..., 0, 0].tolist() == before.tolist()
    agree(page)


COLOURS = """async () => {
  const canvas = new OffscreenCanvas(12, 10);
  const context = canvas.getContext("2d");
  ["#ff0000", "#00ff00", "#0000ff"].forEach((colour, k) => {
    context.fillStyle = colour;
    context.fillRect(4 * k, 0, 4, 10);
  });
  const file = new File([await canvas.convertToBlob()], "colours.png", {type: "image/png"});
  await explorer.ownNumbers.takeFile(file);
}"""


def test_a_picture_of_one_s_own_stays_in_colour(visit):
    page = visit("#kernel=blur&padding=same")
    page.evaluate(COLOURS)
    image = array(page, "image")
    assert image[5, [1, 6, 10]].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    assert array(page, "output").shape == (10, 12, 3)
    for channels, expected in (("1", [[85], [85], [85]]), ("3", image[5, [1, 6, 10]].tolist())):
        page.locator("[data-group=input] [name=c]").fill(channels)
        assert array(page, "image")[5, [1, 6, 10]].tolist() == expected
        agree(page)
    page.evaluate("explorer.ownNumbers.paint([{y: 0, x: 0}])")
    page.locator("[data-group=input] [name=c]").fill("1")
    assert array(page, "image")[0, 0, 0] == 9  # what was painted is not read anew


def test_large_kernels_stay_in_the_link(visit):
    page = visit("#source=cat&h=24&w=24&kernel=blur&padding=same&kh=11&kw=11")
    assert array(page, "kernels").shape == (11, 11, 1, 1)
    page.get_by_label("weight in row 0, column 0").fill("1")
    before = array(page, "kernels")
    link = page.evaluate("explorer.settings.encode(explorer.state())")
    page.evaluate("(link) => explorer.open(`#${link}`)", link)
    assert page.locator("#note").is_hidden()
    np.testing.assert_array_equal(array(page, "kernels"), before)
