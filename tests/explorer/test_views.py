"""The same step in other ways: the backward pass, shifted copies, channels, number formats, bars,
each against the library or NumPy.
"""

from __future__ import annotations

import numpy as np
import pytest

import convpool
from support.explorer_page import array, state, text

MINUS = "\N{MINUS SIGN}"
GRADIENTS = """(numbers) => {
  const model = explorer.model();
  const gradient = {shape: model.output.shape, data: Float64Array.from(numbers)};
  const shares = explorer.backward.sharesOf(model, gradient);
  const {input, weights, bias} = explorer.backward.gradientsOf(model, shares, gradient);
  return [Array.from(input.data), weights && Array.from(weights.data), bias,
          explorer.backward.identityOf(model, gradient, input)];
}"""
STATES = [
    "#c=2&nc=4&groups=2&padding=same&sh=2&sw=2&flip=1&bias=3&relu=1",
    "#padding=full&padMode=reflect&dh=2&kernel=sobel&nc=3",
    "#padding=by+hand&top=2&padMode=wrap&w=7&kw=2",
    "#padding=same&padMode=edge&c=3",
    "#op=pool&mode=max&kh=2&kw=2&sh=1&padding=same&c=2",
    "#op=pool&mode=min&kh=3&kw=2&sh=2&sw=2&ceil=1",
    "#op=pool&mode=avg&kh=3&kw=3&padding=same&countPadding=1&c=2",
    "#op=pool&mode=avg&kh=2&kw=2&ceil=1&sh=2&sw=2&padding=full",
    "#op=pool&mode=sum&kh=3&kw=2&dh=2",
    "#op=transpose&h=3&w=4&sh=2&sw=2&c=2&nc=4&groups=2&padding=same",
]


def of_library(told, image, kernels, gradient):
    """Return the gradients of the input and of the weights that the library gives."""
    by_hand = [[told["top"], told["bottom"]], [told["left"], told["right"]]]
    padding = by_hand if told["padding"] == "by hand" else told["padding"]
    words = {
        "padding": padding,
        "stride": (told["sh"], told["sw"]),
        "dilation": (told["dh"], told["dw"]),
    }
    if told["op"] == "pool":
        words |= {"mode": told["mode"], "ceil": told["ceil"]}
        words["count_padding"] = told["countPadding"]
        return convpool.pool_gradient(image, gradient, (told["kh"], told["kw"]), **words), None
    words["groups"] = told["groups"]
    if told["op"] == "transpose":  # the adjoint of the adjoint, and the same weights
        of_weights = convpool.convolve_gradients(gradient, kernels, image, **words).kernels
        return convpool.convolve(gradient, kernels, **words), of_weights
    words |= {"pad_mode": told["padMode"], "flip": told["flip"]}
    found = convpool.convolve_gradients(image, kernels, gradient, **words)
    return found.images, found.kernels


@pytest.mark.parametrize("fragment", STATES)
def test_gradients_are_the_library_s_and_both_products_agree(visit, fragment):
    page = visit(fragment)
    told, image, output = state(page), array(page, "image"), array(page, "output")
    gradient = np.random.default_rng(0).integers(-4, 5, output.shape).astype(float)
    actual, of_weights, bias, sides = page.evaluate(GRADIENTS, gradient.ravel().tolist())
    passed = gradient * (output > 0) if told["relu"] else gradient
    kernels = None if told["op"] == "pool" else array(page, "kernels")
    expected, expected_weights = of_library(told, image[np.newaxis], kernels, passed[np.newaxis])
    np.testing.assert_allclose(actual, expected.ravel(), rtol=1e-12, atol=1e-12)
    if kernels is not None:
        np.testing.assert_array_equal(of_weights, expected_weights.ravel())
        assert bias == passed.sum()
        assert sides[0] == sides[1]
    else:
        assert sides[0] == pytest.approx(sides[1], rel=1e-12)
    assert sides[0] == pytest.approx(
        (passed * (output - told["bias"] * (told["op"] != "pool"))).sum()
    )


def test_a_gradient_is_changed_and_its_sums_are_shown(visit):
    page = visit("#i=1&j=1")
    page.get_by_role("button", name="Backward pass").click()
    page.locator("#view-body summary").click()
    assert f"⟨A x, g⟩ = {MINUS}5, ⟨x, Aᵀ g⟩ = {MINUS}5" in text(page, "#view-body details")
    field = page.get_by_label("gradient of the output in row 0, column 0")
    field.fill("-2")
    field.press("Enter")
    assert "⟨A x, g⟩ = 17," in text(page, "#view-body details")  # it stays unfolded
    page.locator("#view-body .grid").nth(4).get_by_role("button").nth(7).click()  # input[1, 2]
    assert text(page, "#view-body .terms") == (
        f"Gradient of input[1, 2]: ({MINUS}2)·({MINUS}1) + 1·0 = 2"
    )
    page.locator("#view-body .grid").nth(5).get_by_role("button").first.click()
    assert text(page, "#view-body .terms") == (
        f"Gradient of weight [0, 0], each g times a pixel: ({MINUS}2)·2 + 1·0 = {MINUS}4"
    )


POOLED = {"max": "the largest", "min": "the smallest", "avg": "equally among", "sum": "whole"}


@pytest.mark.parametrize("mode", POOLED)
def test_the_backward_pass_of_pooling_speaks_of_no_weights(visit, mode):
    page = visit(f"#op=pool&mode={mode}&view=backward")
    page.get_by_role("button", name="Backward pass").click()
    told = text(page, ".with-words .hint >> nth=0")
    assert POOLED[mode] in told
    assert "weight" not in told


def test_shifted_copies_and_channels_add_up_to_the_output(visit):
    page = visit("#c=2&nc=2&padding=same&sh=2&padMode=reflect&n=1&view=copies")
    copies = page.evaluate(
        "explorer.sumViews.copiesOf(explorer.model()).map(({data}) => Array.from(data))"
    )
    output = array(page, "output")[..., 1]
    assert len(copies) == 9
    np.testing.assert_array_equal(np.sum(copies, axis=0), output.ravel())
    page.locator("#views").scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelectorAll('#view-body .grid').length === 10")
    page.get_by_role("button", name="Channels apart").click()
    assert text(page, "#view-body .total").endswith(f"= {output[0, 0]:g}".replace("-", MINUS))


@pytest.mark.parametrize(
    "fragment",
    [
        "#c=2&nc=2&padding=same&sh=2&i=1",
        "#c=4&nc=2&groups=2&flip=1&dw=2&bias=1&relu=1&j=1",
        "#c=1&nc=3",
    ],
)
def test_the_loops_over_kernels_and_channels_are_python_that_gives_a_pixel(visit, fragment):
    page = visit(fragment)
    page.locator("#views").scroll_into_view_if_needed()
    code = page.locator("#view-body pre").inner_text()
    assert "# each kernel" in code
    told, kernels, output = state(page), array(page, "kernels"), array(page, "output")
    axes = page.evaluate("explorer.model().axes")
    padded = np.pad(array(page, "image"), [*((a["before"], a["after"]) for a in axes), (0, 0)])
    names = {"i": told["i"], "j": told["j"], "kernels": kernels, "output": np.zeros(output.shape)}
    exec(code, {**names, "image": padded, "padded": padded})
    expected = output[told["i"], told["j"]]
    np.testing.assert_array_equal(names["output"][told["i"], told["j"]], expected)
    assert page.locator("#view-body caption").inner_text() == "kernel 0"
    if told["groups"] == 1:
        assert f"for n in range({kernels.shape[3]}):" in page.locator("#code-text").inner_text()


def test_a_view_out_of_sight_is_not_left_covered(visit):
    page = visit("#view=loops")
    covered = "document.getElementById('view-body').textContent.startsWith('Covered')"
    page.wait_for_function("() => document.querySelector('#view-body table')")
    page.evaluate("explorer.open('#test=7-22222222')")
    page.wait_for_function(f"() => {covered}")
    page.get_by_role("button", name="Show me").click()
    page.wait_for_function(f"() => !{covered}")


def test_each_plane_of_the_kernel_is_named_and_one_channel_is_no_sum(visit):
    page = visit("#c=2&nc=2&n=1&view=planes")
    page.locator("#views").scroll_into_view_if_needed()
    page.locator("#view-body").get_by_text("kernel 1, channel 1").wait_for()
    page.evaluate("explorer.change({c: 1})")
    value = f"{array(page, 'output')[0, 0, 1]:g}".replace("-", MINUS)
    assert text(page, "#view-body .total") == f"output[0, 0, 1] = {value}"


def grids(page):
    """Return the numbers of the three tables of the matrix product."""
    return (
        np.array(
            [
                [float(cell.replace(MINUS, "-")) for cell in row.split("\t")]
                for row in text(page, f"#view-body .grid >> nth={k}").splitlines()[1:]
            ]
        )
        for k in range(3)
    )


def test_windows_are_the_rows_of_a_matrix(visit):
    page = visit("#c=2&padding=same&view=matrix&i=2&j=3")
    page.evaluate("explorer.views.choose('matrix')")
    rows, kernel, output = grids(page)
    assert rows.shape == (25, 18)
    np.testing.assert_array_equal(rows @ kernel, output)
    np.testing.assert_array_equal(output.ravel(), array(page, "output").ravel())
    assert page.locator("#view-body tr:nth-child(14) .lit").count() == 19


def test_several_kernels_are_several_columns(visit):
    page = visit("#c=2&nc=4&groups=2&n=3&kh=2&view=matrix")
    page.evaluate("explorer.views.choose('matrix')")
    rows, kernels, output = grids(page)
    assert kernels.shape == (6, 2)  # of the second group
    np.testing.assert_array_equal(rows @ kernels, output)
    np.testing.assert_array_equal(output, array(page, "output").reshape(-1, 4)[:, 2:])
    assert page.locator("#view-body .grid >> nth=1").inner_text().startswith("kernels 2 to 3")


def test_number_formats_are_numpy_s(visit):
    page = visit("")
    generator = np.random.default_rng(0)
    pixels, weights = generator.integers(-255, 256, (2, 60))
    sums = """([pixels, weights, name]) => explorer.formatsView.sumsOf(
      pixels.map((pixel, k) => ({pixel, weight: weights[k]})),
      explorer.formatsView.FORMATS[name])"""
    for name in ("uint8", "int8", "float16", "float32"):
        whole = name.endswith("int8")
        scale = 1 if whole else 7
        factors = [
            array.astype(name) for array in (pixels / scale if not whole else pixels, weights)
        ]
        if not whole:
            factors[1][::7] = 2.0**-24  # among float16's smallest
        with np.errstate(over="ignore"):
            expected = np.add.accumulate(factors[0] * factors[1], dtype=name)
        given = [pixels.tolist(), weights.tolist()]
        if not whole:
            given = [factor.astype(float).tolist() for factor in factors]
        assert page.evaluate(sums, [*given, name]) == expected.astype(float).tolist(), name


def test_two_dice_are_a_convolution(visit):
    page = visit("#view=bars")
    page.evaluate("explorer.views.choose('bars')")
    page.get_by_role("button", name="Sum of two dice").click()
    bars = page.locator("#view-body .bars >> nth=2").locator("b").all_inner_texts()
    expected = np.convolve(np.ones(6), np.ones(6))
    assert [float(bar) for bar in bars] == expected.tolist()
    page.locator("#view-next").click()
    page.locator("#view-next").click()
    assert text(page, "#view-step") == "Step 3 of 11"
    lit = page.locator("#view-body .bars >> nth=2").locator(".lit b")
    assert lit.all_inner_texts() == ["3"]


POOLS = """([numbers, shape, sizes, p]) => {
  const {arithmetic, morePooling} = explorer;
  const image = {shape, data: numbers};
  const {REDUCE, adaptiveWindows, windowsOn, indexOf, unpooled} = morePooling;
  const reduced = (windows, mode) =>
    windows.map((row) => row.map((one) => REDUCE[mode](one.map(({pixel}) => pixel), p)));
  const axes = [0, 1].map((side) =>
    arithmetic.axisOf({size: shape[side], window: 3, stride: 2, padding: [1, 1]}));
  const windows = windowsOn(image, 1, axes);
  return {
    adaptive: reduced(adaptiveWindows(image, 1, sizes), "avg"),
    global: reduced(adaptiveWindows(image, 1, [1, 1]), "max"),
    lp: reduced(windows, "lp"),
    median: reduced(windows, "median"),
    indices: windows.map((row) => row.map((one) => indexOf(one, shape[1]))),
    unpooled: unpooled(windows, shape),
  };
}"""


def test_further_poolings_are_the_library_s(visit):
    page = visit("#op=pool&view=pools&h=7&w=7")
    image = np.random.default_rng(0).integers(-9, 10, (1, 7, 8, 2)).astype(float)
    found = page.evaluate(POOLS, [image.ravel().tolist(), [7, 8, 2], [3, 5], 3])
    steps = {"stride": 2, "padding": 1}
    values, indices = convpool.max_pool_indices(image, 3, **steps)
    expected = {
        "adaptive": convpool.adaptive_pool(image, (3, 5), "avg"),
        "global": convpool.global_pool(image, "max").reshape(1, 1, 1, 2),
        "lp": convpool.pool(image, 3, mode="lp", p=3, **steps),
        "median": convpool.pool(image, 3, mode="median", **steps),
        "indices": indices,
        "unpooled": convpool.max_unpool(values, indices, (7, 8)),
    }
    for name, result in expected.items():
        actual = np.reshape(found[name], result.shape[1:3])
        np.testing.assert_allclose(actual, result[0, ..., 1], rtol=1e-12, err_msg=name)
    page.evaluate("explorer.views.choose('pools')")
    page.locator("#view-body").get_by_role("button", name="Unpooling").click()
    assert page.locator("#view-body .grid").count() == 4
    page.locator("#view-body .grid >> nth=1").get_by_role("button").last.click()
    last = array(page, "image")[4:7, 4:7, 0]
    values = ", ".join(f"{value:g}" for value in last.ravel())
    assert text(page, "#view-body .total") == f"output[4, 4] = max({values}) = {last.max():g}"


@pytest.mark.parametrize(("kind", "count"), [("Adaptive", 4), ("Global", 1), ("Unpooling", 4)])
def test_further_poolings_have_steps_of_their_own(visit, kind, count):
    page = visit("#view=pools")
    page.locator("#views").scroll_into_view_if_needed()
    page.get_by_role("button", name=kind, exact=True).click()
    for step in range(1, count + 1):
        assert text(page, "#view-step") == f"Step {step} of {count}"
        place = f"{(step - 1) // 2}, {(step - 1) % 2}"
        assert text(page, "#view-body .total").startswith(f"output[{place}] = ")
        page.locator("#view-next").click()
    assert text(page, "#view-step") == f"Step {count} of {count}"
    page.locator("#view-back").click()
    assert text(page, "#view-step") == f"Step {max(1, count - 1)} of {count}"
    assert state(page)["i"] == state(page)["j"] == 0
