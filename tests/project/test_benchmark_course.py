"""The benchmark of the course's files: that it measures every row and finds wrong results, never
how long they took.
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest

import course
import course_rows
import harness
from support.benchmarks import ROOT, read_table, run_benchmark

SCRIPT = "course.py"
FILES = "math/0x04-convolutions_and_pooling"


def result_of(ours=1.0, textbook=9.0, memory=64.0, wrong=None):
    row = course.Row("0-convolve_grayscale_valid", "valid", None, bars=(9, 9))
    if wrong:
        return harness.Result(row, wrong)
    return harness.Result(row, {}, {"ours": [ours], "textbook": [textbook]}, memory=memory)


def test_table_has_every_row():
    done = run_benchmark(SCRIPT, "--images", 40)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""  # no progress: it is no terminal
    heading, *rows = read_table(done.stdout)
    assert [cells[0] for cells in rows] == [str(row) for row in course.ROWS]
    assert all(len(cells) == len(heading) for cells in rows)
    assert all(float(cells[heading.index("textbook / ours")].split()[0]) > 0 for cells in rows)
    assert "bar" not in done.stdout  # bars are for full size
    assert f"numpy {np.__version__}" in done.stdout


def test_every_task_has_a_row():
    assert {row.task for row in course.ROWS} == set(range(7))


# row, its file, what is changed in a copy of it, what is said of the results
BROKEN = [
    (
        "0 valid",
        "0-convolve_grayscale_valid",
        "result += product",
        "result -= product",
        "away from what is right",
    ),
    (
        "1 same",
        "1-convolve_grayscale_same",
        "output = np.zeros((m, oh",
        "output = np.zeros((m + 1, oh",
        "(41, 28, 28), but should be float64 (40, 28, 28)",
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
    shutil.copytree(ROOT / "benchmarks", root / "benchmarks")
    for _, file, old, new, _ in BROKEN:
        path = root / FILES / f"{file}.py"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
    return run_benchmark(SCRIPT, "--only", "0,1,2,4,6", "--images", 40, root=root)


@pytest.mark.parametrize(("row", "words"), [(row, words) for row, *_, words in BROKEN])
def test_wrong_results_are_reported(broken, row, words):
    assert broken.returncode == 1, broken.stdout + broken.stderr
    said = [line for line in broken.stdout.splitlines() if line.startswith(f"WRONG: {row}, ours: ")]
    assert len(said) == 1
    assert words in said[0]
    cells = {cells[0]: cells[1] for cells in read_table(broken.stdout)}
    assert cells[row] == "WRONG"  # and is not timed
    assert float(cells["2 padding (2, 4)"].split()[0]) > 0  # the others are


EXPECTED = harness.Expected((3, 2), np.ones((3, 2)), 1e-9, "float64")
DIFFERENT = [
    (((4, 2), np.ones((3, 2))), "float64 (4, 2), but should be float64 (3, 2)"),
    (((3, 2), np.ones((3, 2), np.float32)), "float32 (3, 2)"),
    (((3, 2), np.ones((3, 2)) + 1e-6), "up to 1e-06 away"),
    (((3, 2), np.full((3, 2), np.nan)), "up to nan away"),
]


@pytest.mark.parametrize(("sample", "words"), DIFFERENT, ids=[words for _, words in DIFFERENT])
def test_difference_says_how(sample, words):
    assert words in harness.describe_difference(sample, EXPECTED)


def test_rounding_is_no_difference():
    assert harness.describe_difference(((3, 2), np.ones((3, 2)) + 1e-12), EXPECTED) == ""


def test_the_textbook_is_what_is_expected():
    class Textbook:
        def ask(self, question, *_row):
            return ((2, 3), np.array([[0.0, 1, -9]])) if question == "sample" else None

    expected = course.expect(course.ROWS[0], Textbook())
    np.testing.assert_allclose(expected.allowed, [[1e-9, 2e-9, 1e-8]])
    assert (expected.shape, expected.dtype) == ((2, 3), "float64")


def test_sample_reaches_the_last_image():
    images = course.ROWS[0].select_compared(np.arange(1000.0))
    assert (len(images), images[0], images[-1]) == (course_rows.COMPARED, 0, 999)


def test_memory_counts_beyond_the_result():
    def call():
        work = np.ones(2**20)  # 8 MiB
        return work * 2

    assert harness.traced_memory(call) == pytest.approx(8, abs=0.1)


JUDGED = [
    ({}, "9: met", "64: met"),
    ({"textbook": 8.9}, "9: not met", "64: met"),
    ({"memory": 64.1}, "9: met", "64: not met"),
    ({"wrong": {"ours": "up to 1 away"}}, "9: not met", "64: not met"),
]


@pytest.mark.parametrize(("values", "ratio", "memory"), JUDGED)
def test_bars_are_judged(values, ratio, memory):
    result = result_of(**values)
    assert [say(result) for say in course.BAR_COLUMNS.values()] == [ratio, memory]


def test_a_loss_to_torch_is_said():
    result = result_of()
    result.seconds["PyTorch"] = [0.5]
    assert list(course.summarize([result], has_bars=False)) == [
        "PyTorch is faster than ours in 1 of 1 rows: 0 valid (0.50)."
    ]


def test_bars_that_were_met_are_counted():
    results = [result_of(), result_of(textbook=8.9)]
    (line,) = course.summarize(results, has_bars=True)
    assert line.endswith("textbook / ours met in 1 of 2 rows, memory in 2 of 2.")


def test_data_from_files(tmp_path):
    np.savez(tmp_path / "animals_1.npz", data=np.ones((20, 32, 32, 3), np.uint8))
    done = run_benchmark(SCRIPT, "--only", 6, "--images", 20, "--data", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"the files in {tmp_path}" in done.stdout


REFUSED = [
    (["--only", "7"], "there is no task 7: use numbers from 0 to 6"),
    (["--images", "0"], "0 is too few: use a number from 1 up"),
    (["--only", "6", "--data", "FOLDER"], "holds 20 images of 10000: pass --images 20"),
    (["--only", "0", "--data", "FOLDER"], "MNIST.npz'; `convpool data` makes both files"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_words_that_make_no_sense(tmp_path, capsys, words, message):
    np.savez(tmp_path / "animals_1.npz", data=np.ones((20, 32, 32, 3), np.uint8))
    with pytest.raises(SystemExit) as end:
        course.parse([str(tmp_path) if word == "FOLDER" else word for word in words])
    assert end.value.code == 2
    assert message in " ".join(capsys.readouterr().err.split())
