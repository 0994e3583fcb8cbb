"""Why is my answer different: results of other calls are read, and what gives them is named."""

from __future__ import annotations

import numpy as np
import pytest

import convpool
from support.explorer_page import agree, array, state, text


def found(page, pasted):
    page.locator("#pasted").fill(pasted)
    page.get_by_role("button", name="Find out why").click()
    return text(page, "#found")


def test_pasted_answers_are_explained(visit):
    page = visit("#h=6&w=7&kernel=sobel&kh=3&kw=4&sh=2&padding=same_size")
    image, kernels = array(page, "image")[np.newaxis], array(page, "kernels")
    words = {"padding": "same_size", "stride": (2, 1)}
    right = convpool.convolve(image, kernels, **words)
    assert "It is the same as in the picture." in found(page, repr(right))
    assert "It is the same as in the picture." in found(page, str(right[0, ..., 0]))
    assert "It is the picture's shape." in found(page, str(right.shape))
    assert "It is the picture's shape." in found(page, "6x7")
    # these are symmetric apart from the sign: any of two explanations would do
    flipped = convpool.convolve(image, kernels, flip=True, **words)
    assert "every sign is reversed" in found(page, str(flipped.tolist()))
    same = convpool.convolve(image, kernels, "same", (2, 1))
    assert "the padding is “same”" in found(page, repr(same))
    turned = convpool.convolve(image, kernels.transpose(1, 0, 2, 3), **words)
    assert "the kernel's rows and columns are exchanged" in found(page, repr(turned))
    wrapped = right.astype(np.int64).astype(np.uint8)
    assert "the numbers wrap as 8-bit integers do" in found(page, repr(wrapped))
    assert "there is no padding (“valid”)" in found(page, "(2, 4)")
    page.get_by_role("button", name="Show it: there is no padding (“valid”)").click()
    assert state(page)["padding"] == "valid"
    agree(page)


# a fragment, the result of other words, and the one explanation that is given
CAUSES = [
    ("#kernel=own&weights=1,2,3,4,5,6,7,8,9", {"flip": True}, "the kernel is rotated by 180"),
    ("#h=9&w=9&sh=2&sw=2", {"stride": 1}, "the stride is 1"),
    ("#h=9&w=9", {"stride": 2}, "the stride is 2"),
    ("#h=9&w=9&sh=2&sw=3", {"stride": (3, 2)}, "stride down and across are exchanged"),
    (
        "#h=9&w=9&kernel=own&weights=1,2,3,4,5,6,7,8,9",
        {"flip": True, "stride": 2},
        "the kernel is rotated by 180 degrees (convolution as in signal processing), and "
        "the stride is 2",
    ),
    (
        "#h=7&w=8&padding=same&kernel=own&weights=1,2,3,4,5,6,7,8,9",
        {"padding": "same", "flip": True, "pad_mode": "reflect"},
        "the kernel is rotated by 180 degrees (convolution as in signal processing), and the "
        "padding is filled as “reflect”",
    ),
]


@pytest.mark.parametrize("case", CAUSES, ids=lambda case: case[2][:40])
def test_one_explanation_and_no_redundant_ones(visit, case):
    fragment, words, expected = case
    page = visit(fragment)
    result = convpool.convolve(
        array(page, "image")[np.newaxis], array(page, "kernels"), **{"padding": "valid"} | words
    )
    assert expected in found(page, repr(result.astype(int)))
    items = page.locator("#found li").all_inner_texts()
    if "own" in fragment:
        assert len(items) == 1, items


def test_factors_and_biases_are_named(visit):
    page = visit("#nc=2&h=4&w=6")
    right = array(page, "output")
    assert "a bias is added: 3, \N{MINUS SIGN}1.5" in found(page, repr(right + np.array([3, -1.5])))
    assert "divided by the number of weights (9)" in found(page, repr(right / 9))
    assert "the pixels are divided by 255" in found(page, repr(right / 255))
    assert "every number is multiplied by 2.5" in found(page, repr(right * 2.5))
    assert "negative numbers became 0 (ReLU)" in found(page, repr(np.maximum(right, 0)))
    assert "8-bit" in found(page, repr(np.uint8(right.astype(int) % 256)))


def test_few_numbers_that_differ_are_named_with_the_product(visit):
    page = visit("")
    right = array(page, "output")[..., 0].astype(int)
    image = array(page, "image")[..., 0].astype(int)
    wrong = right.copy()
    wrong[1, 2] -= image[1, 2]  # weight [0, 0] is 1
    said = found(page, repr(wrong))
    assert "8 of 9 numbers agree." in said
    assert f"[1, 2] differs: yours is {wrong[1, 2]}, the picture's is {right[1, 2]}." in said
    assert f"product {image[1, 2]}·1 of weight [0, 0]: it is missing" in said
    wrong[1, 2] = right[1, 2] + image[1, 2]
    assert "of weight [0, 0]: it is counted twice" in found(page, repr(wrong))
    wrong[1, 2] = right[1, 2] + 50
    assert "exactly" not in found(page, repr(wrong))


PRINTED = {
    "torch": "tensor([[[[-11., -2., 2.],\n [-9., -5., 9.], [-1., 7., 5.]]]], device='cuda:0',\n"
    "       dtype=torch.float64, grad_fn=<ConvolutionBackward0>)",
    "tensorflow": "<tf.Tensor: shape=(1, 3, 3, 1), dtype=float32, numpy=\narray([[[[-11.], [-2.], "
    "[2.]], [[-9.], [-5.], [9.]], [[-1.], [7.], [5.]]]], dtype=float32)>",
    "tensorflow 1": "tf.Tensor(\n[[-11. -2. 2.]\n [-9. -5. 9.]\n [-1. 7. 5.]], shape=(3, 3), "
    "dtype=float32)",
    "notebook": "Out[3]: \narray([[-11,  -2,   2],\n       [ -9,  -5,   9],\n"
    "       [ -1,   7,   5]])",
    "prompt": ">>> [[-11, -2, 2], [-9, -5, 9], [-1, 7, 5]]",
    "jax": "Array([[-11., -2., 2.], [-9., -5., 9.], [-1., 7., 5.]], dtype=float32)",
    "spreadsheet": "-11,0\t-2,0\t2,0\n-9,0\t-5,0\t9,0\n-1,0\t7,0\t5,0",
    "matlab": "-11 -2 2; -9 -5 9; -1 7 5",
    "table": "output, channel 0\n\t0\t1\t2\n0\t-11\t-2\t2\n1\t-9\t-5\t9\n2\t-1\t7\t5".replace(
        "-", "\N{MINUS SIGN}"
    ),
    "fractions": "-22/2 -2 2\n-9 -5 9\n-1 7 5",
    "exponents": "[[-1.1e+01 -2.0e+00 2.0e+00] [-9e0 -5e0 9e0] [-1e0 7e0 5.e+00]]",
}


@pytest.mark.parametrize("name", PRINTED)
def test_results_are_read_as_others_print_them(visit, name):
    page = visit("")
    assert "It is the same as in the picture." in found(page, PRINTED[name])


def test_the_page_s_own_table_can_be_pasted(visit):
    page = visit("#h=6&w=7")
    page.locator("#tables summary").click()
    copied = page.locator("#tables table").last.inner_text()
    assert "It is the same as in the picture." in found(page, copied)


def test_close_is_not_the_same(visit):
    page = visit("")
    right = array(page, "output")[..., 0]
    off = right.copy()
    off[0, 0] += 0.001
    assert "8 of 9 numbers agree" in found(page, repr(off))
    thirds = visit("#kernel=blur")
    right = array(thirds, "output")[..., 0]
    assert "It is the same" in found(thirds, str(right.round(4).tolist()))
    assert "It is the same" in found(thirds, repr(right.astype(np.float32)))
    assert "It is the same" not in found(thirds, str(right.round(4) + 0.001))


def test_pasted_nonsense_is_refused_in_words(visit):
    page = visit("")
    nan = np.full((3, 3), np.nan)
    assert "It holds NaN" in found(page, repr(nan))
    assert "There is no number in it" in found(page, "hello <script>alert()</script>")
    assert "There is no number in it" in found(page, "")
    assert "shortened with “...”" in found(page, "array([[1., 2., ..., 3.]])")
    assert "gives it. Set the image" in found(page, "[[1, 2], [3, 4]]")
    assert "These are 1000000 letters" in found(page, "1," * 500000)
    assert "nested too deeply" in found(page, "[" * 9000 + "1")
    assert "gives it. Set the image" in found(page, "[" + "1," * 45000 + "]")
    assert "You pasted 1 number;" in found(page, "[3]")
