"""The benchmark of the course's files: that it measures every row and finds wrong results, never
how long they took.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = "benchmarks/course.py"
SHARED = "benchmarks/contender.py"
FILES = "math/0x04-convolutions_and_pooling"


@pytest.fixture(scope="module")
def course():
    sys.path.insert(0, str(ROOT / "benchmarks"))  # as where a script is started
    spec = importlib.util.spec_from_file_location("benchmark_course", ROOT / SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]
    sys.path.remove(str(ROOT / "benchmarks"))


def bench(*words, root=ROOT):
    command = [sys.executable, str(root / SCRIPT), "--repeat", "1", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def table(text):
    """Cells of the lines of a markdown table, without the rule under the heading."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return lines[:1] + lines[2:]


def result_of(course, ours=1.0, textbook=9.0, memory=64.0, wrong=None):
    seconds = {} if wrong else {"ours": [ours], "textbook": [textbook]}
    row = course.Row("0-convolve_grayscale_valid", "valid", None, bars=(9, 9))
    return course.Result(row, wrong or {}, seconds, memory)


def test_table_has_every_row(course):
    done = bench("--images", 40)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""  # no progress: it is no terminal
    heading, *rows = table(done.stdout)
    assert [cells[0] for cells in rows] == [str(row) for row in course.ROWS]
    assert all(len(cells) == len(heading) for cells in rows)
    assert all(float(cells[heading.index("textbook / ours")]) > 0 for cells in rows)
    assert "bar" not in done.stdout  # they are for full size
    assert f"NumPy {np.__version__}" in done.stdout


def test_every_task_has_a_row(course):
    assert {row.task for row in course.ROWS} == set(range(7))


# row, its file, what is changed in a copy of it, what is said of the results
BROKEN = [
    (
        "0 valid",
        "0-convolve_grayscale_valid",
        "result += product",
        "result -= product",
        "away from the textbook",
    ),
    (
        "1 same",
        "1-convolve_grayscale_same",
        "output = np.zeros((m, oh",
        "output = np.zeros((m + 1, oh",
        "(41, 28, 28), but",
    ),
    (
        "4 valid, 3 channels",
        "4-convolve_channels",
        "return output",
        "return output.astype('f')",
        "float32 (40, 30, 30)",
    ),
    (
        "6 max 2x2",
        "6-pool",
        "kh, kw = kernel_shape",
        "kh, kw, _ = kernel_shape",
        "ValueError: not enough values",
    ),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """The benchmark, run in a copy of the repository where files of the course are wrong."""
    root = tmp_path_factory.mktemp("broken")
    shutil.copytree(ROOT / FILES, root / FILES)
    (root / SCRIPT).parent.mkdir()
    for file in (SCRIPT, SHARED):
        shutil.copy(ROOT / file, root / file)
    for _, file, old, new, _ in BROKEN:
        path = root / FILES / f"{file}.py"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
    return bench("--only", "0,1,2,4,6", "--images", 40, root=root)


@pytest.mark.parametrize(("row", "words"), [(row, words) for row, *_, words in BROKEN])
def test_wrong_results_are_reported(broken, row, words):
    assert broken.returncode == 1, broken.stdout + broken.stderr
    said = [line for line in broken.stdout.splitlines() if line.startswith(f"WRONG: {row}, ours: ")]
    assert len(said) == 1
    assert words in said[0]
    cells = {cells[0]: cells[1] for cells in table(broken.stdout)}
    assert cells[row] == "-"  # what is wrong is not timed
    assert cells["2 padding (2, 4)"] != "-"  # the others are


SAMPLE = ((3, 2), np.ones((3, 2)))
DIFFERENT = [
    (((4, 2), np.ones((3, 2))), "float64 (4, 2), but the textbook gives float64 (3, 2)"),
    (((3, 2), np.ones((3, 2), np.float32)), "float32 (3, 2)"),
    (((3, 2), np.ones((3, 2)) + 1e-6), "up to 1e-06 away"),
    (((3, 2), np.full((3, 2), np.nan)), "up to nan away"),
]


@pytest.mark.parametrize(("actual", "words"), DIFFERENT, ids=[words for _, words in DIFFERENT])
def test_disagreement_says_how(course, actual, words):
    assert words in course.disagreement(actual, SAMPLE)


def test_rounding_is_no_disagreement(course):
    assert course.disagreement(((3, 2), np.ones((3, 2)) + 1e-12), SAMPLE) == ""


def test_sample_reaches_the_last_image(course):
    shape, images = course.sample(lambda: np.arange(1000.0))
    assert (shape, len(images), images[0], images[-1]) == ((1000,), course.COMPARED, 0, 999)


def test_memory_counts_beyond_the_result(course):
    def call():
        work = np.ones(2**20)  # 8 MiB
        return work * 2

    assert course.memory(call) == pytest.approx(8, abs=0.1)


JUDGED = [
    ({}, "9: met", "64: met"),
    ({"textbook": 8.9}, "9: not met", "64: met"),
    ({"memory": 64.1}, "9: met", "64: not met"),
    ({"wrong": {"ours": "up to 1 away"}}, "9: not met", "64: not met"),
]


@pytest.mark.parametrize(("values", "ratio", "memory"), JUDGED)
def test_bars_are_judged(course, values, ratio, memory):
    result = result_of(course, **values)
    assert [say(result) for say in course.BAR_COLUMNS.values()] == [ratio, memory]


def test_a_loss_to_torch_is_said(course):
    result = result_of(course)
    result.seconds["torch"] = [0.5]
    assert list(course.summarize([result])) == [
        "PyTorch is faster than ours in 1 of 1 rows: 0 valid."
    ]


def test_data_from_files(tmp_path):
    np.savez(tmp_path / "animals_1.npz", data=np.ones((20, 32, 32, 3), np.uint8))
    done = bench("--only", 6, "--images", 20, "--data", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"the files in {tmp_path}" in done.stdout


REFUSED = [
    (["--only", "7"], "there is no task 7: use numbers from 0 to 6"),
    (["--images", "0"], "0 is too few: use a number from 1 up"),
    (["--only", "6", "--data", "FOLDER"], "holds 20 images of 10000: pass --images 20"),
    (["--only", "0", "--data", "FOLDER"], "MNIST.npz'; `convpool data` makes both files"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_words_that_make_no_sense(course, tmp_path, capsys, words, message):
    np.savez(tmp_path / "animals_1.npz", data=np.ones((20, 32, 32, 3), np.uint8))
    with pytest.raises(SystemExit) as end:
        course.parse([str(tmp_path) if word == "FOLDER" else word for word in words])
    assert end.value.code == 2
    assert message in " ".join(capsys.readouterr().err.split())
