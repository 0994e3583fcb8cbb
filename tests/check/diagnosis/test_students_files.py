"""What students write is named, with the line that decides it."""

from __future__ import annotations

import numpy as np
import pytest

from convpool.check.diagnosis.deciding_lines import find_deciding_lines
from convpool.check.diagnosis.diagnose import diagnose
from convpool.check.tasks import TASKS
from support.observed_results import CONVOLUTION, cases_of

POOLING = """
import numpy as np
def pool(images, kernel_shape, stride, mode='max'):
    m, h, w, c = images.shape
    kh, kw = kernel_shape
    sh, sw = stride
    oh = (h - kh) // sh + 1
    ow = (w - kw) // sw + 1
    output = np.zeros((m, oh, ow, c))
    for i in range(oh):
        for j in range(ow):
            window = images[:, i * sh:i * sh + kh, j * sw:j * sw + kw]
            if mode == 'max':
                output[:, i, j] = np.max(window, axis=(1, 2))
            else:
                output[:, i, j] = np.mean(window, axis=(1, 2))
    return output
"""
SOURCES = {5: CONVOLUTION, 6: POOLING}


def returned(source, task, item):
    """Return what a source gives for an item's cases, without those where it raises."""
    names = {}
    exec(source, names)
    came = []
    with np.errstate(all="ignore"):
        for case in cases_of((task, item)):
            try:
                came.append(
                    (case, names[TASKS[task].function](*case.call.arguments, **case.call.keywords))
                )
            except (ValueError, IndexError):
                continue
    return came


# (task, item, a part of the source, what stands there instead, what is named, whether its line is)
HALF = "top, left = th // 2, tw // 2"
WRITTEN = [
    (5, "same", HALF, "top, left = 0, 0", "same: all after", True),
    (5, "same-strided", HALF, "top, left = th, tw", "same: all before", True),
    (5, "valid", "kernels[..., n]", "kernels[::-1, ::-1, :, n]", "kernel flipped", True),
    (5, "valid", "kernels[..., n]", "kernels[::-1, :, :, n]", "kernel upside down", True),
    (5, "valid", "kernels[..., n]", "kernels[..., 0]", "one kernel for all", True),
    (5, "valid", "np.sum(", "np.mean(", "divided by all weights", True),
    (5, "valid", "np.sum(", "np.max(", "maximum of products", True),
    (5, "valid", "axis=(1, 2, 3)", "axis=None", "summed over images", True),
    (5, "valid", "nc))", "nc), dtype=int)", "integers", True),
    (5, "valid", "nc))", "nc), dtype=images.dtype)", "images' dtype", True),
    # of some cases only, as at some strides the size is right
    (5, "valid", "oh = (h", "oh = (h - 1", "", False),
    (5, "valid", "sh, sw = stride", "sw, sh = stride", "stride swapped", False),
    (5, "valid", "i * sh:i * sh + kh, j * sw:j * sw + kw", "i:i + kh, j:j + kw", "windows at "
                                                                                 "i", True),
    (5, "valid", "return output", "return output.transpose(0, 2, 1, "
                                  "3)", "output transposed", False),
    (5, "valid", "return output", "return np.abs(output)", "absolute", False),
    (5, "padding", "top, left = padding", "left, top = padding", "", False),
    (5, "padding", "np.pad(images,", "np.pad(images, mode='edge', pad_width=", "padded with "
                                                                               "edge", True),
    (5, "padding", "bottom, right = padding", "bottom, right = 0, 0", "pair: before only", False),
    (6, "max", "np.max(", "np.min(", "pooling: minimum", True),
    (6, "max", "np.max(window, axis=(1, 2))", "np.max(window, axis=(1, "
                                              "2)).clip(0)", "pooling: max from zero", True),
    (6, "avg", "np.mean(window, axis=(1, 2))", "window.sum((1, 2)) / (sh * sw)",
     "pooling: sum over sh * sw", True),
    (6, "avg", "np.mean(", "np.sum(", "pooling: sum", True),
    (6, "avg", "np.mean(", "np.median(", "pooling: median", True),
    (6, "max", "// sh + 1", "// sh", "one output less of the rows", True),  # some are empty
    (6, "max", "// sh + 1", "// sh + 2", "one output more of the rows, ragged", True),
    (6, "avg", "np.mean(window, axis=(1, 2))", "np.mean(window, (1, 2, 3), keepdims=True)[:, 0, 0]",
     "pooling: over channels too", True),
]  # fmt: skip


@pytest.mark.parametrize(("task", "item", "part", "instead", "reading", "placed"), WRITTEN)
def test_what_students_write_is_named(task, item, part, instead, reading, placed):
    assert part in SOURCES[task]
    source = SOURCES[task].replace(part, instead)
    found = diagnose(returned(source, task, item), source)
    assert found.reading == reading
    assert not reading or found.words.startswith("your result is what comes out if ")
    lines = [
        number
        for number, line in enumerate(source.splitlines(), 1)
        if instead.split("\n")[0] in line
    ]
    assert found.line == (lines[0] if placed else None)
    if placed:
        assert f"line {lines[0]}: {source.splitlines()[lines[0] - 1].strip()}" in found.details


@pytest.mark.parametrize(
    "first", ["th // 2, tw // 2", "(th + 1) // 2, (tw + 1) // 2", "th // 2, (tw + 1) // 2"]
)
@pytest.mark.parametrize(
    ("item", "part", "instead", "reading"),
    [
        ("same-strided", "sh, sw = stride", "sh, sw = 1, 1", "stride ignored"),
        ("valid", "padding == 'same'", "padding in ('same', 'valid')", "'same' for all"),
        ("same-strided", "(h - 1) * sh + kh - h, (w - 1) * sw", "(h - 1) * sw + kh - h, (w - 1) "
                                                                "* sh",
         "same: sh and sw swapped"),
    ],
)  # fmt: skip
def test_the_odd_zero_may_lie_on_either_side_of_a_wrong_padding(
    item, part, instead, reading, first
):
    """The zeros that were put may be odd where the right ones are even."""
    source = CONVOLUTION.replace("th // 2, tw // 2", first)
    assert part in source
    found = diagnose(returned(source.replace(part, instead), 5, item), source)
    assert found.reading == reading
    assert found.words.startswith("your result is what comes out if ")


TWO_LINES = "def f(x):\n    a = x.astype(int)\n    b = x.astype(int)\n    return a + b\n"


@pytest.mark.parametrize(
    ("source", "kind", "branch", "lines"),
    [
        ("def f(:", "flip", "", []),
        ("k = np.rot90(k, 2)", "flip", "", [1]),
        ("k = k[1:]", "flip", "", []),
        (TWO_LINES, "dtype", "", []),
        ("p = 1\nq = np.pad(x, p)", "zeros", "", [1]),
        ("if a == 'same':\n    p = 1\nelse:\n    p = 0\nq = np.pad(x, p)", "zeros", "same", [2]),
        ("if m == 'avg':\n    y[0] = 1\nelse:\n    y[0] = 2", "sum", "max", [4]),
        ("n = 3\ny = np.zeros((1, n))", "size", "", [1]),
        ("y = np.zeros((1, 3))", "size", "", [1]),
        ("for i in x:\n    z = x[i:i + 2]", "stride", "", [2]),
        ("for i in x:\n    z = x[i]", "stride", "", []),
        ("x = 1", "", "", []),
    ],
)
def test_lines_are_found_or_nothing_is_said(source, kind, branch, lines):
    assert find_deciding_lines(source, kind, branch) == lines
