"""The explorer page's own arithmetic, links and code texts against the library, in headless
Chromium.
"""

from __future__ import annotations

import json
import re
import warnings
from xml.etree import ElementTree

import numpy as np
import pytest

import convpool
from support import sampling
from support.explorer_page import new_page

COUNT = min(max(sampling.EXAMPLES, 60), 500)
NAMED = ("valid", "same", "same_lower", "same_size", "full")
MODES = ("zeros", "constant", "edge", "wrap", "symmetric", "reflect")


@pytest.fixture(scope="module")
def page(browser, address):
    shown = new_page(browser)
    shown.goto(address)
    yield shown
    shown.close()


def drawn(rng):
    """Draw one call: what the page and the library are both told; ValueError where the library
    refuses it.
    """
    h, w = map(int, rng.integers(1, 9, 2))
    window = [int(n) for n in rng.integers(1, 5, 2)]
    stride, dilation = ([int(n) for n in rng.integers(1, high, 2)] for high in (4, 3))
    groups, depth, each = map(int, rng.integers(1, 3, 3))
    named = rng.random() < 0.6
    padding = (
        str(rng.choice(NAMED))
        if named
        else [[int(n) for n in rng.integers(0, 6, 2)] for _ in range(2)]
    )
    scale = rng.choice([1, 8])  # eighths are exact too
    case = {
        "kind": str(rng.choice(["convolve", "pool", "transpose"])),
        "padding": padding,
        "stride": stride,
        "dilation": dilation,
        "groups": groups,
        "window": window,
    }
    kernels = rng.integers(-4, 5, (*window, depth, groups * each)) / scale
    channels = groups * each if case["kind"] == "transpose" else groups * depth
    image = rng.integers(-99, 100, (1, h, w, channels)) / scale
    words = {"padding": padding, "dilation": dilation}
    if case["kind"] == "convolve":
        case |= {"padMode": str(rng.choice(MODES)), "fill": 3, "flip": bool(rng.integers(2))}
        fill = 3 if case["padMode"] == "constant" else 0
        words |= {"groups": groups, "pad_mode": case["padMode"], "fill": fill, "flip": case["flip"]}
        result = convpool.convolve(image, kernels, stride=stride, **words)
    elif case["kind"] == "pool":
        case |= {"mode": str(rng.choice(["max", "min", "avg", "sum"]))}
        case |= {"ceil": bool(rng.integers(2)), "countPadding": bool(rng.integers(2))}
        words |= {"ceil": case["ceil"], "count_padding": case["countPadding"]}
        result = convpool.pool(image, window, stride, case["mode"], **words)
    else:
        room = (
            0
            if named and padding.startswith("same")
            else min(map(max, zip(stride, dilation, strict=True)))
        )
        case["extra"] = int(rng.integers(0, max(room, 1)))
        words |= {"groups": groups, "output_padding": case["extra"]}
        result = convpool.convolve_transpose(image, kernels, stride=stride, **words)
    case["image"] = {"shape": image.shape[1:], "data": image.ravel().tolist()}
    case["kernels"] = {"shape": kernels.shape, "data": kernels.ravel().tolist()}
    return case, result[0]


def calls(count):
    rng = np.random.default_rng(6)
    found = []
    while len(found) < count:
        try:
            case, result = drawn(rng)
        except ValueError:
            continue
        if result.size:
            found.append((case, result))
    return found


# every output, and one of them again as the page explains it: from its products
COMPUTE = """(cases) => cases.map((one) => {
  const {arithmetic: a} = explorer;
  const make = one.kind === "transpose" ? a.transposedAxisOf : a.axisOf;
  const axes = [0, 1].map((side) => make({
    size: one.image.shape[side], window: one.window[side],
    stride: one.stride[side], dilation: one.dilation[side],
    padding: typeof one.padding === "string" ? one.padding : one.padding[side],
    ceil: one.ceil, extra: one.extra,
  }));
  const kernels = one.flip ? a.flip(one.kernels) : one.kernels;
  const output = {
    convolve: () => a.convolve(one.image, one.kernels, axes, one),
    pool: () => a.pool(one.image, axes, one),
    transpose: () => a.convolveTranspose(one.image, one.kernels, axes, one),
  }[one.kind]();
  const at = output.shape.map((count) => (count * 7 + 3) % count);
  const sum = (terms) => terms.reduce((total, {product}) => total + product, 0);
  const explained = {
    convolve: () => sum(a.productsOf(one.image, kernels, axes, at, one)),
    pool: () => a.poolPosition(one.image, axes, at, one).value,
    transpose: () => sum(a.gatherOf(one.image, one.kernels, axes, at, one)),
  }[one.kind]();
  const data = Array.from(output.data, String);
  return {shape: output.shape, data, at, explained: String(explained)};
})"""


def number(word):
    return float(word.replace("Infinity", "inf"))


def test_every_result_is_the_library_s(page):
    asked = calls(COUNT)
    given = page.evaluate(COMPUTE, [case for case, _ in asked])
    assert {case["kind"] for case, _ in asked} == {"convolve", "pool", "transpose"}
    for (case, expected), actual in zip(asked, given, strict=True):
        result = np.array([number(word) for word in actual["data"]]).reshape(actual["shape"])
        np.testing.assert_array_equal(result, expected, err_msg=json.dumps(case)[:800])
        explained = number(actual["explained"])
        np.testing.assert_array_equal(
            explained, expected[tuple(actual["at"])], err_msg=json.dumps(case)[:800]
        )


def test_what_a_pixel_scatters_adds_up_to_the_output(page):
    total = page.evaluate("""() => {
      const {arithmetic: a} = explorer;
      const image = {shape: [3, 4, 2], data: Array.from({length: 24}, (_, k) => (k * 7) % 11 - 4)};
      const weights = Array.from({length: 24}, (_, k) => (k * 5) % 7 - 3);
      const kernels = {shape: [3, 2, 2, 2], data: weights};
      const axes = [0, 1].map((side) =>
        a.transposedAxisOf({size: [3, 4][side], window: [3, 2][side], stride: 2, padding: [1, 0]}));
      const output = a.convolveTranspose(image, kernels, axes);
      const [h, w, c] = output.shape;
      const again = Array(h * w * c).fill(0);
      for (let i = 0; i < 3; i++) for (let j = 0; j < 4; j++) {
        for (const part of a.scatterOf(image, kernels, axes, [i, j])) {
          if (part.inside) again[(part.y * w + part.x) * c + part.channel] += part.product;
        }
      }
      const half = a.convolveTranspose(image, kernels, axes, {until: 6});
      return [Array.from(output.data), again, Array.from(half.data)];
    }""")
    assert total[0] == total[1]
    assert total[2] != total[0]  # half of the pixels give another sum


# random settings, drawn by the page from a seed; what the page makes of them
SETTINGS = """(count) => {
  const {settings, modelling, scene, marking, codeTabs} = explorer;
  let seed = 1;
  const pick = (a, b) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return a + Math.floor(seed / 2147483648 * (b - a + 1));
  };
  const made = [];
  while (made.length < count) {
    const s = {...settings.DEFAULTS};
    for (const name of ["h", "w"]) s[name] = pick(2, 6); // texts write out 150 numbers
    for (const name of ["c", "nc", "groups"]) s[name] = pick(1, 3);
    for (const name of ["kh", "kw"]) s[name] = pick(1, 4);
    for (const name of ["sh", "sw"]) s[name] = pick(1, 3);
    for (const name of ["dh", "dw"]) s[name] = pick(0, 3) ? 1 : 2;
    for (const name of ["top", "bottom", "left", "right", "n", "front", "i", "j"])
      s[name] = pick(0, 2);
    for (const name of ["op", "padding", "padMode", "mode"]) {
      s[name] = settings.CHOICES[name][pick(0, settings.CHOICES[name].length - 1)];
    }
    for (const name of settings.SWITCHES) s[name] = pick(0, 2) === 0;
    s.bias = pick(0, 2) ? 0 : pick(-5, 5);
    s.source = ["numbers", "digit", "stripes", "cat"][pick(0, 3)];
    s.kernel = settings.CHOICES.kernel[pick(0, 8)];
    s.extra = pick(0, 1);
    if (pick(0, 2) === 0) {
      const inputs = s.op === "transpose" ? s.nc : s.c;
      const pixels = Array.from({length: s.h * s.w * inputs}, () => pick(-80, 80) / 8);
      Object.assign(s, {source: "own", pixels});
    }
    const state = settings.agree(s);
    const model = modelling.modelOf(state);
    if (model.problem) continue;
    const back = settings.decode("#" + settings.encode(state));
    const covered = ["", "number", "size"][made.length % 3];
    const cursor = {name: state.op === "transpose" ? "output" : "input", y: 0, x: 1};
    const drawing = scene.draw(model, {width: 200 + 97 * (made.length % 9), covered, cursor});
    made.push({
      state, back: back.state, ignored: back.ignored,
      shape: model.output.shape, data: Array.from(model.output.data, String),
      texts: Object.fromEntries(codeTabs.NAMES.map((name) => [name, codeTabs.textOf(name, model)])),
      svg: marking.svg([...drawing.sheet, ...drawing.over], drawing, "a < b & c"),
    });
  }
  return made;
}"""


@pytest.fixture(scope="module")
def settings(page):
    return page.evaluate(SETTINGS, COUNT)


def test_a_link_brings_the_same_settings_back(settings):
    for one in settings:
        assert one["back"] == one["state"]
        assert one["ignored"] == []


def test_a_drawing_is_well_formed_wherever_it_is_looked_at(settings):
    for one in settings:
        ElementTree.fromstring(one["svg"])
        assert "NaN" not in one["svg"].replace(">NaN<", "")
        assert "undefined" not in one["svg"]
        assert "Infinity" not in one["svg"]


MODULES = {"ONNX": "onnx", "SciPy": "scipy.signal", "OpenCV": "cv2"}


@pytest.mark.parametrize("name", ["Loops", "convpool", "NumPy", "ONNX", "SciPy", "OpenCV"])
def test_the_code_gives_what_the_picture_shows(settings, name):
    if name in MODULES:
        pytest.importorskip(MODULES[name])
    ran = 0
    for one in settings:
        text = one["texts"][name]
        if isinstance(text, str):
            assert name in ("ONNX", "OpenCV")  # the others can do everything
            assert text.endswith(".")
            continue
        expected = np.array([number(word) for word in one["data"]]).reshape(1, *one["shape"])
        variables = {}
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            try:
                exec("\n".join(text), variables)
            except (ValueError, RuntimeError) as error:
                # onnx's evaluator loses padding where kernels are not square
                if name == "ONNX" and re.search("zero-size array|output shape", str(error)):
                    continue
                raise
        np.testing.assert_allclose(
            variables["output"], expected, rtol=1e-5, atol=1e-4, err_msg="\n".join(text)
        )
        ran += 1
    assert ran >= COUNT // 3
