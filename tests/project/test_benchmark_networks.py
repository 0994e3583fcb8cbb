"""The benchmark of networks' layers: its rows and what it says below its tables."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import engine_tables
import harness
import networks
import rows
from convpool import reference
from network_rows import NETWORK_ROWS, NETWORKS, family
from support.benchmarks import read_table, run_benchmark


def find_row(name):
    """Return the only row with this name in it."""
    (row,) = [row for row in NETWORK_ROWS if name in str(row)]
    return row


# a part of the name, images, result
SHAPES = [
    ("ResNet-50: 8x224x224x3 7x7/2 -> 64", (8, 224, 224, 3), (8, 112, 112, 64)),
    ("14x14x672 5x5 -> 672 depthwise", (1, 14, 14, 672), (1, 14, 14, 672)),
    ("33x33x512 3x3 -> 256, dilation 6", (1, 33, 33, 512), (1, 33, 33, 256)),
    ("256x14x14x6 5x5 -> 16", (256, 14, 14, 6), (256, 10, 10, 16)),
    ("8x7x7x2048 avg 7x7", (8, 7, 7, 2048), (8, 1, 1, 2048)),
    ("1x1x16000x1 1x10/5 -> 512", (1, 1, 16000, 1), (1, 1, 3199, 512)),
]


@pytest.mark.parametrize(("name", "images", "output"), SHAPES, ids=[name for name, *_ in SHAPES])
def test_a_row(name, images, output):
    row = find_row(name)
    assert (row.images, row.output) == (images, output)


def test_every_row_has_a_name_of_its_own():
    assert len({str(row) for row in NETWORK_ROWS}) == len(NETWORK_ROWS) >= 100
    assert {row.group for row in NETWORK_ROWS} == set(NETWORKS)
    assert {"depthwise, batch 1", "1x1, larger batches", "few channels"} < {
        family(row) for row in NETWORK_ROWS
    }


def test_what_is_right_agrees_with_the_slow_twin_where_taps_are_apart():
    words = {"padding": (4, 4), "stride": 2, "dilation": (4, 4)}
    place = {"images": (2, 13, 11, 3), "kernels": 2, "stride": (2, 2)}
    row = dataclasses.replace(
        find_row("dilation 6"), **place, padding=(4, 4), dilation=(4, 4), words=words
    )
    images, kernels = rows.load_row(row)
    exact = reference.convolve(images.astype(float), kernels.astype(float), **words)
    shape, part, *_ = rows.expect(row, images, kernels)
    assert shape == exact.shape
    np.testing.assert_allclose(part, row.select_compared(exact), rtol=1e-12, atol=1e-12)


def test_short_calls_are_repeated():
    calls = []
    seconds = harness.time_call(lambda: calls.append(0), pause=0, least=1e-3)
    assert len(calls) > 1
    assert seconds * len(calls) >= 1e-3


def test_the_first_calls_after_a_pause_do_not_count(monkeypatch):
    clock, calls = [0.0], []

    def call():
        clock[0] += 1.0 if calls else 10.0
        calls.append(0)

    monkeypatch.setattr(harness.time, "perf_counter", lambda: clock[0])
    assert harness.time_call(call, pause=0, least=2.0) == 1.0


def result_of(name, **seconds):
    """Return the measurements of a row, each run twice."""
    measured = {word.replace("_", " "): [value] * 2 for word, value in seconds.items()}
    return harness.Result(find_row(name), {}, measured)


def test_summary_names_what_is_lost():
    lost, won = "56x56x256 1x1/2", "256x14x14x6 5x5"
    results = [
        result_of(lost, ours=4.0, plain_call=8.0, PyTorch=2.0, JAX=1.0),
        result_of(won, ours=1.0, plain_call=1.0, PyTorch=9.0, JAX=4.0),
    ]
    fastest, plain, *families = networks.summarize(results)
    assert fastest.startswith(
        "Fastest peer / ours: geometric mean 1.00; below 0.95 in 1 of 2 rows (50%); the worst: "
        "ResNet-50: 1x56x56x256 1x1/2 -> 512, float32 (0.25); LeNet-5"
    )
    assert "PyTorch / plain call: geometric mean 1.50; below 0.95 in 1 of 2 rows" in plain
    assert families == [
        "1x1, batch 1: 0.25 over 1 rows.",
        "larger windows, larger batches: 4.00 over 1 rows.",
    ]


def test_engines_are_compared_with_the_best_and_with_plans():
    result = result_of("56x56x256 1x1/2", auto=2.0, numpy=2.0, compiled=1.0)
    result.predicted = {"auto": 1.0, "numpy": 1.0, "compiled": 2.5}
    auto, *predicted = engine_tables.summarize([result])
    assert auto.endswith("in 0 of 1 rows; ResNet-50: 1x56x56x256 1x1/2 -> 512, float32 (2.00).")
    assert predicted[1] == (
        "Predicted / measured, numpy: within a factor of 2 in 1 of 1 rows, from 0.5 to 0.5."
    )
    assert "compiled: within a factor of 2 in 0 of 1 rows" in predicted[2]
    assert engine_tables.format_engines(result) == "numpy 2e+03 (x 0.5); compiled 1e+03 (x 2.5)"


def test_tables_run():
    words = ("--small", "--threads", 1, "--only", "LeNet-5", "--peers", "JAX")
    done = run_benchmark("networks.py", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    cells = [line for line in read_table(done.stdout) if line[0].startswith("LeNet-5")]
    assert len(cells) == 2 * 3


def test_rows_that_do_not_exist_are_refused(capsys):
    with pytest.raises(SystemExit) as end:
        networks.parse(["--only", "nothing"])
    assert end.value.code == 2
    assert "no row has 'nothing' in it" in " ".join(capsys.readouterr().err.split())
