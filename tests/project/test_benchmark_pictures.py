"""The benchmark of everyday filters: its rows, its peers, and what it says below its table."""

from __future__ import annotations

import numpy as np
import pytest

import photographs
import pictures
import rows
from convpool import convolve, filter_image, pool
from harness import Result
from picture_rows import PICTURE_ROWS, SIDES
from support.benchmarks import read_table, run_benchmark


def test_every_row_has_a_name_of_its_own():
    assert len({str(row) for row in PICTURE_ROWS}) == len(PICTURE_ROWS)
    groups = {row.group for row in PICTURE_ROWS}
    others = {"large kernel", "signal", "median", "volume"}
    assert {f"{side}x{side}" for side in SIDES} | others == groups


@pytest.mark.parametrize(
    "row", [row for row in PICTURE_ROWS if row.group in ("256x256", "median", "volume")], ids=str
)
def test_what_is_right_is_what_the_library_gives(row):
    row = row.small()
    images, kernel = rows.load_row(row)
    shape, part, tolerance = rows.expect(row, images, kernel)[:3]
    if row.kind == "pool":
        words = {"stride": row.stride, "mode": row.mode, "padding": row.padding}
        result = pool(images, row.window, **words)
    elif row.kind == "convolve":
        result = convolve(images, kernel, **row.words)
    else:
        result = filter_image(images, kernel)
    assert result.shape == shape == row.output
    np.testing.assert_allclose(row.select_compared(result), part, rtol=0, atol=tolerance)


def test_the_summary_counts_what_is_made_for_one_kernel():
    sobel, halving = (
        next(row for row in PICTURE_ROWS if row.name == name) for name in ("Sobel", "halving")
    )
    results = [
        Result(sobel, seconds={"ours": [2.0], "OpenCV": [8.0], "OpenCV special": [1.0]}),
        Result(halving, seconds={"ours": [1.0], "OpenCV": [2.0]}),
    ]
    assert pictures.fastest(results[0]) == "OpenCV special"
    first, group = pictures.summarize(results)
    assert first == "all rows: geometric mean 1.00, least 0.50; below 0.95 in 1 of 2."
    assert group.startswith("256x256: ")


def test_table_runs():
    words = ("--small", "--threads", 1, "--runs", 1, "--only", "256x256", "--peers", "scipy")
    done = run_benchmark("pictures.py", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len([line for line in read_table(done.stdout) if line[0].startswith("256x256")]) == 14


def test_volumes_are_compared_with_scipy():
    words = ("--small", "--threads", 1, "--runs", 1, "--only", "volume", "--peers", "scipy")
    done = run_benchmark("pictures.py", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    table = [line for line in read_table(done.stdout) if line[0].startswith("volume")]
    assert len(table) == 4
    assert all(line[2].startswith("SciPy") for line in table)


def test_rows_that_do_not_exist_are_refused(capsys):
    with pytest.raises(SystemExit) as end:
        pictures.parse(["--only", "nothing"])
    assert end.value.code == 2
    assert "no row has 'nothing' in it" in " ".join(capsys.readouterr().err.split())


def test_whole_commands_are_measured_beside_pillow():
    done = run_benchmark("photographs.py", "--small")
    assert done.returncode == 0, done.stdout + done.stderr
    table = [line for line in read_table(done.stdout) if line[0] in photographs.FILTERS]
    assert [line[0] for line in table] == list(photographs.FILTERS)
    for line in table:
        ours, pillow, ratio = (float(cell) for cell in line[1:4])
        assert ratio == pytest.approx(pillow / ours, rel=0.1)
        assert all(20 < int(megabytes) < 300 for megabytes in line[5].split(", "))
