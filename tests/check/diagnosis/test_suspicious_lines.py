"""Lines that are wrong whatever a function is called with, and lines that are not."""

import pytest

from convpool.check.diagnosis.suspicious_lines import suspicions
from convpool.check.tasks import TASKS
from support.submissions import OURS

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
    "x = window * kernels": "takes all kernels at once; kernel k is kernels[:, :, :, k]",
}


@pytest.mark.parametrize("line", LINES)
def test_what_is_said_of_a_line(line):
    found = list(suspicions(f"import numpy as np\n\n\ndef f(x):\n    {line}\n", "f"))
    assert [suspicion.line for suspicion in found] == [5] * bool(LINES[line])
    assert not found or LINES[line] in found[0].words


def test_nothing_is_said_of_right_files_and_of_none():
    for task in TASKS.values():
        assert list(suspicions((OURS / task.file).read_text(), task.function)) == []
    assert list(suspicions("def f(:", "f")) == []
    assert list(suspicions("kw, kh = kernel.shape", "f")) == []
