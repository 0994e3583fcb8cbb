"""Lines that are wrong whatever a function is called with, and lines that are not."""

from pathlib import Path

import pytest

from convpool.check.diagnosis.suspicious_lines import suspicions
from convpool.check.tasks import TASKS
from support.submissions import OURS

RIGHT = Path(__file__).parents[2] / "submissions" / "right"
# a line -> what is said of it; "" for a line that may be right
LINES = {
    "kw, kh = kernel.shape": "kw, kh = kernel.shape: the order is kh, kw",
    "m, w, h = images.shape": "m, w, h = images.shape: the order is m, h, w",
    "sw, sh = stride": "sw, sh = stride: the order is sh, sw",
    "kh, kw = kernel.shape": "",
    "a, b = kernel.shape": "",
    "kh, kw, c, nc = kernels.shape": "",
    "x = type(padding) == 'tuple'": "is never true; write isinstance(padding, tuple)",
    "x = padding is tuple": "is never true; write isinstance(padding, tuple)",
    "x = type(padding) is tuple": "",
    "x = padding is None": "",
    "x = np.sum(images, axis=c)": "axis=c: an axis is given by its place",
    "x = np.sum(images, axis=(1, 2))": "",
    "x = images * kernels[z]": "kernels[z] takes a row; kernel z is kernels[:, :, :, z]",
    "x = images * kernels[..., z]": "",
    "ow = (w + 2 * pw - kh) // sh + 1": "kh and sh belong to the rows; for the columns take kw and",
    "oh = int((h - kw) / sh + 1)": "kw belongs to the columns; for the rows take kh",
    "oh, ow = h - kh + 1, w - kh + 1": "ow = w - kh + 1: kh belongs to the rows",
    "oh, ow = h - kh + 1, w - kw + 1": "",
    "oh = (h - kh) // sh + 1": "",
    "ow = w": "",
    "pw = ph": "",
    "size_h = w // 2": "",
    "x = images[:, i * sh:i * sh + kh, j * sw:j * sh + kw]": "j * sw:j * sh + kw: sh is of the",
    "x = images[:, i * sh:i * sh + kh, j * sw:j * sw + kw]": "",
    "x = images[:, ph:h + ph, pw:w + pw]": "",
    "rows = h - kw + 1": "kw belongs to the columns; for the rows take kh",
    "ph = pw = max(kh, kw) // 2": "pw = max(kh, kw) // 2: kh belongs to the rows; for the columns",
    "pw1, ph1 = th // 2, tw // 2": "th // 2 belongs to the rows, tw // 2 to the columns: assign",
    "ph1, pw1 = th // 2, tw // 2": "",
    "x = np.sum(images, axis=(1, 1))": "axis=(1, 1) names an axis twice; take axis=(1, 2)",
    "x[:, ph:-ph] = images": "ph:-ph is empty where ph is 0, as -0 is the beginning; end it at ph",
    "x[:, ph:ph + h] = images": "",
    "x = images[:-kh]": "",
    "if ph: x[:, ph:-ph] = images": "",
    "length = h * w": "",
    "outh = h - kw + 1": "kw belongs to the columns; for the rows take kh",
    "x = np.tensordot(window, kernel, axes=3)": "sums over three axes; window and kernel share two",
    "x = np.tensordot(window, kernel, axes=2)": "",
    "x = window * kernels": "takes all kernels at once; kernel k is kernels[:, :, :, k]",
}


@pytest.mark.parametrize("line", LINES)
def test_what_is_said_of_a_line(line):
    source = f"import numpy as np\n\n\ndef f(x):\n    {line}\n    return x\n"
    found = list(suspicions(source, "f"))
    assert [suspicion.line for suspicion in found] == [5] * bool(LINES[line])
    assert not found or LINES[line] in found[0].words


SWAPPED = """
def f(images):
    output = np.zeros((m, {0}))
    for i in range(oh):
        for j in range(ow):
            window = images[:, i:i + 3, j:j + 3]
            output[:, {2}] = np.sum({1} * kernel)
"""


@pytest.mark.parametrize(
    ("parts", "line", "words"),
    [
        (("oh, ow", "window", "i, j"), None, ""),
        (
            ("ow, oh", "window", "i, j"),
            3,
            "there are oh rows and ow columns, so the sizes are oh, ow",
        ),
        (
            ("ow, ow", "window", "i, j"),
            3,
            "there are oh rows and ow columns, so the sizes are oh, ow",
        ),
        (("a, b", "window", "i, j"), None, ""),
        (("oh, ow", "window", "j, i"), None, ""),
        (("oh, ow", "1", "i, j"), 6, "is computed and never used"),
    ],
)
def test_what_only_the_whole_function_shows(parts, line, words):
    found = list(suspicions(SWAPPED.format(*parts), "f"))
    assert [suspicion.line for suspicion in found[:1]] == [line] * bool(words)
    assert not words or words in found[0].words


@pytest.mark.parametrize(
    ("number", "found"), [("nc", True), ("kernels.shape[3]", True), ("kh", False)]
)
def test_kernels_lie_along_the_last_axis(number, found):
    source = (
        "def f(images, kernels):\n    kh, kw, c, nc = kernels.shape\n"
        f"    for k in range({number}):\n        print(kernels[k])\n"
    )
    expected = ["kernels[k] takes a row; kernel k is kernels[:, :, :, k]"] * found
    assert [suspicion.words for suspicion in suspicions(source, "f")] == expected


@pytest.mark.parametrize(
    ("line", "found"),
    {
        "x = np.sum(window * kernel, axis=(1, 2))": True,
        "x = (window * kernel).sum((1, 2))": True,
        "x = np.sum(window * kernel, axis=(1, 2, 3))": False,
        "x = np.max(window, axis=(1, 2))": False,
    }.items(),
)
def test_channels_are_to_be_added_where_there_are_any(line, found):
    for task, has_channels in ((3, False), (4, True), (5, True), (6, False)):
        name = TASKS[task].function
        suspicion = next(suspicions(f"def {name}(x):\n    {line}\n", name), None)
        assert (suspicion is not None) == (found and has_channels)
        assert not suspicion or suspicion.words.endswith("add the channels too, axis=(1, 2, 3)")


def test_nothing_is_said_of_right_files_and_of_none():
    folders = [OURS, *RIGHT.iterdir()]
    for task in TASKS.values():
        for file in (folder / task.file for folder in folders):
            if file.is_file():
                assert list(suspicions(file.read_text(), task.function)) == [], file
    assert list(suspicions("def f(:", "f")) == []
    assert list(suspicions("kw, kh = kernel.shape", "f")) == []
