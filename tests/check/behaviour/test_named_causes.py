"""Defects of students' files, each with the cause that its finding must name."""

import re

import pytest

from support.judged_here import failing_names

GRAY = """
import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride
    if padding == 'same':
        ph = ((h - 1) * sh + kh - h) // 2 + (kh % 2 == 0)
        pw = ((w - 1) * sw + kw - w) // 2 + (kw % 2 == 0)
    elif padding == 'valid':
        ph, pw = 0, 0
    else:
        ph, pw = padding
    x = np.pad(images * 1.0, ((0, 0), (ph, ph), (pw, pw)))
    oh, ow = (h + 2 * ph - kh) // sh + 1, (w + 2 * pw - kw) // sw + 1
    out = np.zeros((m, oh, ow))
    for i in range(oh):
        for j in range(ow):
            out[:, i, j] = (x[:, i * sh:i * sh + kh, j * sw:j * sw + kw] * kernel).sum((1, 2))
    return out
"""
VALID = """
import numpy as np


def convolve_grayscale_valid(images, kernel):
    m, h, w = images.shape
    kh, kw = kernel.shape
    oh, ow = h - kh + 1, w - kw + 1
    out = np.zeros((m, oh, ow))
    for i in range(oh):
        for j in range(ow):
            out[:, i, j] = (images[:, i:i + kh, j:j + kw] * kernel).sum((1, 2))
    return out
"""
# as NumPy 1.19 types a product with one small whole number, on any version
TAPS = (
    VALID.replace("range(oh)", "range(kh)")
    .replace("range(ow)", "range(kw)")
    .replace(
        "out[:, i, j] = (images[:, i:i + kh, j:j + kw] * kernel).sum((1, 2))",
        "k = kernel[i, j]\n"
        "            if kernel.dtype.kind == 'i':\n"
        "                k = np.array(k, np.min_scalar_type(k))\n"
        "            out += k * images[:, i:i + oh, j:j + ow]",
    )
)
SAME = VALID.replace("_valid", "_same").replace(
    "    oh, ow = h - kh + 1, w - kw + 1\n",
    "    oh, ow, p, q = h, w, (kh - 1) // 2, (kw - 1) // 2\n"
    "    images = np.pad(images * 1.0, ((0, 0), (p, p), (q, q)))\n",
)
# task, text, reading or words of the finding, its line
CAUSES = {
    "one more for even kernels": (3, GRAY, "same: p = T // 2, one more for even k", 10),
    "height and width swapped": (
        0,
        VALID.replace("kh, kw = kernel", "kw, kh = kernel"),
        "kw, kh = kernel.shape: the order is kh, kw",
        7,
    ),
    "uint8 wraps in a loop over taps": (0, TAPS, "products of taps wrap", None),
    "the width by letters of the height": (
        3,
        GRAY.replace("(w + 2 * pw - kw) // sw", "(w + 2 * pw - kh) // sh"),
        "ow = (w + 2 * pw - kh) // sh + 1: kh and sh belong to the rows",
        17,
    ),
    # some cases raise IndexError, others are wrong
    "as many rows as columns": (
        0,
        VALID.replace("np.zeros((m, oh, ow))", "np.zeros((m, ow, ow))"),
        "out = np.zeros((m, ow, ow)): there are oh rows and ow columns, so the sizes are oh, ow",
        9,
    ),
    "windows cut at the border": (1, SAME, "arrays that are combined differ in size", 7),
}


@pytest.mark.parametrize("name", CAUSES)
def test_the_cause_is_named_once(judge, name):
    task, text, cause, line = CAUSES[name]
    items, _ = judge(task, text=text)
    assert failing_names(items)
    for failing in failing_names(items):
        (finding,) = items[failing].findings
        assert cause in (finding.reading, finding.words[: len(cause)])
        assert finding.line == line
        assert 0 < finding.failing <= finding.cases


def test_errors_say_what_would_be_right(judge):
    """The zeros of 'same', the size, the window; and where an unpacked padding is a word."""
    items, _ = judge(1, text=SAME)
    (finding,) = items["same"].findings
    assert "T, the zeros that one axis needs in all, is (n - 1) * s + k - n" in finding.words
    assert finding.details.startswith("the right size of the output:\nrows: (h + zeros - kh) // sh")
    assert "[:, i * sh:i * sh + kh, j * sw:j * sw + kw]" in finding.details
    items, _ = judge(3, text=GRAY.replace("padding == 'valid'", "padding != 'valid'"))
    (finding,) = items["valid"].findings
    assert finding.words.startswith("ValueError: ")
    assert "where padding is 'valid'" in finding.words
    items, _ = judge(3, text=GRAY.replace("(kh % 2 == 0)", "0 - 99"))
    assert "T, the zeros that one axis needs in all, is" in items["same"].findings[0].words


def test_what_some_of_several_errors_have_by_chance_is_no_cause(judge):
    """Here 4 of the 8 cases that have padding or stride by keyword, once."""
    items, _ = judge(3, text=GRAY.replace("(w + 2 * pw - kw) // sw", "(w + 2 * pw - kh) // sh"))
    for finding in (*items["valid"].findings, *items["padding"].findings):
        assert not re.search(r"it is \d+ of the", finding.words)
