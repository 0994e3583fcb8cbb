"""What students ask about a layer: sizes, weights, products, bias, transposed convolution."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import convpool
from support.explorer_page import agree, array, state, text

MINUS = "\N{MINUS SIGN}"


def test_weights_and_multiplications_are_counted(visit):
    page = visit("#c=3&nc=2&h=5&w=6&padding=same&sh=2&sw=2")
    plan = convpool.plan_convolution((1, 5, 6, 3), (3, 3, 3, 2), "same", 2)
    weights = 3 * 3 * 3 * 2
    said = text(page, "#counts")
    assert f"3·3·3·2 = {weights} (+ 2 biases)" in said
    positions = plan.output_shape[1] * plan.output_shape[2]
    assert f"{weights} · {positions} positions = {weights * positions}" in said
    assert f"would have {5 * 6 * 3 * positions * 2} weights" in said
    page = visit("#op=pool")
    assert text(page, "#counts") == ""
    page = visit("")
    assert ": 3·3·1·1 = 9 (+ 1 bias)." in text(page, "#counts")


def test_why_a_preset_differs_from_channel_to_channel_is_said(visit):
    page = visit("#c=2")
    assert "multiplied by 1, 2, 3" in text(page, "#weights-hint")
    for other in ("#c=1", "#c=3&source=cat&h=24&w=24", "#kernel=own&kh=1&kw=1&c=2&weights=1,2"):
        page.evaluate("(fragment) => explorer.open(fragment)", other)
        assert text(page, "#weights-hint") == "Drag a weight up or down, here or in the picture."


def test_bias_and_relu_go_on_from_the_sum(visit):
    page = visit("#bias=4&relu=1")
    agree(page)
    assert text(page, "#sum .total") == f"ReLU: max(0, {MINUS}11 + 4) = 0"
    page.locator("[name=relu]").uncheck()
    assert text(page, "#sum .total") == f"bias: {MINUS}11 + 4 = {MINUS}7"


def test_the_index_of_a_maximum_is_the_library_s(visit):
    page = visit("#op=pool&h=4&w=6&kh=2&kw=3&sh=2&sw=3&source=own&pixels=" + ",".join("123456" * 4))
    _, indices = convpool.max_pool_indices(array(page, "image")[np.newaxis], (2, 3))
    for i, j in np.ndindex(2, 2):
        page.evaluate("(part) => explorer.change(part)", {"i": i, "j": j})
        row, column = divmod(indices[0, i, j, 0], 6)
        assert f"It is input[{row}, {column}]." in text(page, "#sum")
    assert "2 pixels are equal: the first one is taken." in text(page, "#sum")


SHOWN = [
    "#op=transpose&h=3&w=4&sh=2&sw=2",
    "#op=transpose&h=3&w=3&sh=2&sw=3&extra=1&padding=by+hand&kernel=sobel&kh=3&kw=4",
    "#op=transpose&h=3&w=3&c=2&nc=4&groups=2&dh=2&sh=2",
    "#op=transpose&h=4&w=4&padding=same&sh=2&sw=2&kh=4&kw=4",
]


@pytest.mark.parametrize("fragment", SHOWN)
def test_a_transposed_convolution_is_a_convolution_with_zeros_inserted(visit, fragment):
    page = visit(fragment)
    before = array(page, "output")
    writes = page.evaluate("explorer.layerCounts.writesOf(explorer.model().axes).data")
    told = state(page)
    named = told["padding"]
    counted = convpool.convolve_transpose(
        np.ones((1, told["h"], told["w"], 1)),
        np.ones((told["kh"], told["kw"], 1, 1)),
        [[told["top"], told["bottom"]], [told["left"], told["right"]]]
        if named == "by hand"
        else named,
        (told["sh"], told["sw"]),
        dilation=(told["dh"], told["dw"]),
        output_padding=0 if named.startswith("same") else told["extra"],
    )
    assert writes == counted.ravel().tolist()
    page.get_by_role("button", name="Show it as a convolution").click()
    assert state(page)["op"] == "convolve"
    np.testing.assert_array_equal(array(page, "output"), before)
    agree(page)


def test_output_padding_says_what_it_chooses_between(visit):
    page = visit("#op=transpose&h=3&w=3&sh=2&sw=2&extra=1&padding=by+hand")
    sizes = [
        n
        for n in range(1, 20)
        if convpool.plan_convolution((1, n, n, 1), (3, 3, 1, 1), 1, 2).output_shape[1] == 3
    ]
    assert (
        f"height, width from {sizes[0]} to {sizes[-1]}: the way back is not unique, and the output "
        "padding 1 chooses 6"
    ) in text(page, "#counts")
    page.locator("#counts .words summary").last.click()
    assert "They hold the products that reach them, else 0" in text(page, "#counts")
    assert "Padding crops the output." in text(page, "#counts")
    assert "the window of the output that its products are added to" in text(page, "#legend")
    output = array(page, "output")[..., 0]
    assert output[-1].any()  # what was cropped
    page.evaluate("explorer.change({padding: 'valid'})")
    assert not array(page, "output")[-1].any()
    page.evaluate("explorer.change({padding: 'by hand'})")
    page.get_by_role("button", name="PyTorch", exact=True).click()
    assert "padding=(1, 1), output_padding=(1, 1))" in text(page, "#code-text")


def test_sizes_without_limits_are_the_library_s(visit):
    page = visit("")
    for n, k, s, d, before, after in itertools.product(
        (1, 7, 224), (1, 3, 11), (1, 4), (1, 2), (0, 2), (1,)
    ):
        layer = {"n": n, "k": k, "s": s, "d": d, "before": before, "after": after, "c": 3, "nc": 96}
        found = page.evaluate("(layer) => explorer.calculator.sizesOf(layer)", layer)
        for name in ("floor", "ceil"):
            try:
                plan = convpool.plan_pooling(
                    (1, n, 1),
                    (k,),
                    s,
                    padding=((before, after),),
                    dilation=d,
                    ceil=name == "ceil",
                )
            except ValueError:
                assert found["floor"] < 1
                continue
            assert found[name] == plan.output_shape[1], (layer, name)
    assert found["weights"] == 11 * 11 * 3 * 96
    said = text(page, "#calculator-body")
    assert "floor((224 + 2 + 2 \N{MINUS SIGN} 11) / 4) + 1 = 55" in said
    assert "34,848 (+ 96 biases)" in said


@pytest.mark.parametrize(
    ("language", "numbers"),
    [("fr", ("34\u202f848", "9\u202f408")), ("es", ("34.848", "9408"))],
)
def test_large_numbers_are_parted_as_in_each_language(visit, language, numbers):
    page = visit(f"?lang={language}")
    large, small = numbers
    assert large in page.locator("#calculator-body").text_content()
    page.locator("#calculator [name=k]").fill("1")
    page.locator("#calculator [name=nc]").fill("3136")
    told = page.locator("#calculator-body").text_content().replace("\N{NO-BREAK SPACE}", " ")
    assert f"1·1·3·3136 = {small} " in told


def test_every_way_to_a_size_leads_there(visit):
    page = visit("")
    ways = page.evaluate("explorer.calculator.waysTo(28, 14)")
    for way in ways:
        plan = convpool.plan_convolution(
            (1, 28, 1), (way["k"], 1, 1), ((way["p"], way["p"]),), way["s"]
        )
        assert plan.output_shape[1] == 14
    assert {"k": 3, "s": 2, "p": 1} in ways
    page.locator("#calculator [name=o]").fill("99")
    assert "No kernel up to 11" in text(page, "#calculator-body")
    page.locator("#calculator [name=o]").fill("1.5")
    assert "Whole numbers" in text(page, "#calculator-body")


def test_the_figures_of_conv_arithmetic_have_their_sizes(visit):
    page = visit("#c=3")
    sizes = {"convolve": [2, 6, 5, 7, 2, 3, 3, 3], "transpose": [4, 5, 5, 5, 5, 5, 6]}
    for operation, expected in sizes.items():
        for index, size in enumerate(expected):
            page.locator("#figures").select_option(f"{operation} {index}")
            assert array(page, "output").shape == (size, size, 1)
            agree(page)
