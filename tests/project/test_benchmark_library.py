"""The benchmark of the library: its rows, its judge and its table; never how long anything took."""

from __future__ import annotations

import dataclasses
import functools
import math
import os
import platform
from collections import Counter

import numpy as np
import pytest

import harness
import library
import limits
import peers
import rows
import verdicts
from convpool import reference
from support.benchmarks import read_table, run_benchmark

# ---- rows ----

# group -> rows, least ratio of each bar
GROUPS = {
    "brief": (21, {1, 1.5, 2}),
    "photograph": (6, {1, 2}),
    "pool": (6, {1}),
    "depthwise": (2, {1.2}),
    "deep": (6, {0.9}),
    "one image": (1, {1}),
    "large kernel": (2, {1}),
}


def test_rows_are_those_of_the_promise():
    assert Counter(row.group for row in rows.ROWS) == {
        group: count for group, (count, _) in GROUPS.items()
    }
    for row in rows.ROWS:
        assert {bar.least for bar in row.bars} <= GROUPS[row.group][1], row
    assert len({str(row) for row in rows.ROWS}) == len(rows.ROWS)


# a part of the row's name, images, result, least ratios, most copies
ROWS = [
    ("grayscale valid, float32", (50000, 28, 28, 1), (50000, 26, 26, 1), [1.5], 1.5),
    ("grayscale same, float64", (50000, 28, 28, 1), (50000, 28, 28, 1), [2], None),
    ("grayscale padding (2, 4), uint8", (50000, 28, 28, 1), (50000, 30, 34, 1), [2], None),
    ("grayscale stride 2, float32", (50000, 28, 28, 1), (50000, 13, 13, 1), [1.5], 1.5),
    ("3 channels, 3 kernels, float32", (10000, 32, 32, 3), (10000, 30, 30, 3), [1.5], None),
    ("2x2 avg pool, float32", (10000, 32, 32, 3), (10000, 16, 16, 3), [1], None),
    ("2x2 avg pool, uint8", (10000, 32, 32, 3), (10000, 16, 16, 3), [2], None),
    ("box 15x15, uint8", (3000, 4000, 3), (3000, 4000, 3), [1, 2], None),
    ("min 3x3/2", (32, 112, 112, 64), (32, 55, 55, 64), [1], None),
    ("depthwise: 3x3, stride 2", (8, 112, 112, 96), (8, 56, 56, 96), [1.2], None),
    ("8x56x56x64 1x1 -> 256", (8, 56, 56, 64), (8, 56, 56, 256), [0.9], None),
    ("4x224x224x3 7x7/2 -> 64", (4, 224, 224, 3), (4, 112, 112, 64), [0.9], None),
    ("127x127", (1, 1024, 1024, 1), (1, 1024, 1024, 1), [1], None),
]


@pytest.mark.parametrize(
    ("name", "images", "output", "least", "copies"), ROWS, ids=[name for name, *_ in ROWS]
)
def test_a_row(name, images, output, least, copies):
    (row,) = [row for row in rows.ROWS if name in str(row)]
    assert (row.images, row.output, [bar.least for bar in row.bars], row.copies) == (
        images,
        output,
        least,
        copies,
    )


def test_bars_name_peers_that_exist():
    for row in rows.ROWS:
        for bar in row.bars:
            assert set(bar.peers) <= set(peers.PEERS), row
            assert any(peers.PEERS[name].can(row) for name in bar.peers or peers.PEERS), row


def test_integer_rows_are_computed_in_float32():
    for row in rows.ROWS:
        assert row.float_dtype == {"float64": "float64"}.get(row.dtype, "float32")


def test_multiply_adds_and_bytes():
    (row,) = [row for row in rows.ROWS if "3 channels, 3 kernels, uint8" in str(row)]
    assert row.multiply_adds == 10000 * 30 * 30 * 3 * 27
    assert row.bytes_out == 10000 * 30 * 30 * 3 * 4


def test_small_rows_are_small():
    for row in rows.ROWS:
        small = row.small()
        assert math.prod(small.images) <= max(2e6, math.prod(row.images) / 2), row
        assert (str(small), small.bars, small.channels) == (str(row), row.bars, row.channels)


# ---- the judge ----

JUDGED = [
    "grayscale padding (2, 4), float64",
    "stride 2, uint8",
    "3 kernels, float32",
    "depthwise: 3x3, stride 2",
    "max 3",
]


@pytest.mark.parametrize("name", [*JUDGED, "min 3", "avg 3", "sobel-x 3x3, uint8"])
def test_what_is_right_agrees_with_the_slow_twin(name):
    row = next(row for row in rows.ROWS if name in str(row)).small()
    if row.groups > 1:
        words = {**row.words, "groups": 4}
        row = dataclasses.replace(row, kernels=4, groups=4, words=words)
    c = 4 if row.groups > 1 or row.kind == "pool" else row.channels
    row = dataclasses.replace(row, images=(11, 13, 3) if row.kind == "filter" else (2, 11, 13, c))
    images, kernels = rows.load_row(row)
    exact = images.astype(float)
    if row.kind == "pool":
        expected = reference.pool(exact, row.window, row.stride, row.mode)
    elif row.kind == "filter":
        planes = np.moveaxis(exact, -1, 0)[..., None]
        kernel = kernels.astype(float)[..., None, None]
        planes = reference.convolve(planes, kernel, pad_mode="reflect")[..., 0]
        expected = np.moveaxis(planes, 0, -1)
    else:
        expected = reference.convolve(exact, kernels.astype(float), **row.words)
    shape, actual, allowed, dtype = rows.expect(row, images, kernels)
    assert (shape, dtype) == (expected.shape, "")
    magnitude = allowed / rows.TOLERANCE[row.float_dtype.name]
    assert magnitude >= np.abs(actual).max() * (1 - 1e-12)
    np.testing.assert_allclose(
        actual, row.select_compared(expected), rtol=1e-12, atol=1e-12 * magnitude
    )


def test_the_judge_looks_at_both_ends():
    row = rows.ROWS[0]
    images, lines = rows.compared_indices(row.output, 2)
    assert (images[0], images[-1], lines[0], lines[-1]) == (0, 49999, 0, 25)


# what is done to the right result, what is said
DIFFERENT = [
    (lambda result: result, ""),
    (lambda result: result * np.float32(1 + 1e-6), ""),
    (lambda result: result[:, 1:], "the result is float32 (2, 25, 26, 1), but should be (2, 26"),
    (lambda result: result + np.float32(1), "up to 1 away from what is right"),
    (lambda result: result * np.float32(np.nan), "up to nan away from what is right"),
]


@pytest.mark.parametrize(("change", "words"), DIFFERENT, ids=[words for _, words in DIFFERENT])
def test_difference_says_how(change, words):
    row = dataclasses.replace(rows.ROWS[0], images=(2, 28, 28, 1))
    images, kernels = row.make_images(), row.make_kernels()
    result = change(reference.convolve(images, kernels, "valid"))
    sample = result.shape, row.select_compared(result)
    said = harness.describe_difference(sample, rows.expect(row, images, kernels))
    assert said.startswith(words)
    assert bool(said) == bool(words)


class FakeContender:
    """A contender without a process: it computes with the slow twin, and notes the questions."""

    def __init__(self, name, questions, seconds=1.0, error=0.0, fails=None):
        self.name, self.questions, self.seconds = name, questions, seconds
        self.error, self.fails = error, fails

    def ask(self, question, *words):
        self.questions.append((question, self.name))
        if question == self.fails:
            raise RuntimeError("MemoryError: too large\nand more lines")
        return getattr(self, question)(*words)

    def prepare(self, row):
        self.row = row

    def sample(self):
        result = reference.convolve(*rows.load_row(self.row), **self.row.words) + self.error
        return result.shape, self.row.select_compared(result)

    def run(self):
        return self.seconds

    def layout(self):
        return 0.0

    def memory(self):
        return 2.0


def measure_fakes(runs=3, **contenders):
    """Measure a small row with contenders such as PyTorch={"seconds": 2}; return the result and
    the questions.
    """
    row = dataclasses.replace(rows.ROWS[0], images=(2, 28, 28, 1))
    questions = []
    names = {name.replace("_", " "): words for name, words in contenders.items()}
    fakes = {name: FakeContender(name, questions, **words) for name, words in names.items()}
    return library.measure_row(row, fakes, runs), questions


def test_a_wrong_contender_is_not_timed():
    result, questions = measure_fakes(
        ours={}, PyTorch={"error": 0.1}, JAX={"fails": "sample"}, copy={}
    )
    assert set(result.wrong) == {"PyTorch", "JAX"}
    assert result.wrong["PyTorch"].startswith("up to 0.1 away")
    assert result.wrong["JAX"] == "MemoryError: too large"
    assert set(result.seconds) == {"ours", "copy"}
    timed = [place for place, (question, _) in enumerate(questions) if question == "run"]
    compared = [place for place, (question, _) in enumerate(questions) if question == "sample"]
    assert max(compared) < min(timed)


def test_contenders_run_in_turn():
    _, questions = measure_fakes(ours={}, PyTorch={}, copy={})
    names = [name for question, name in questions if question == "run"]
    assert names == ["ours", "PyTorch", "copy"] * 3


def test_one_that_cannot_do_the_row_is_not_asked():
    result, questions = measure_fakes(ours={}, OpenCV_special={})
    assert {name for _, name in questions} == {"ours"}
    assert not result.wrong


def test_only_who_is_far_behind_is_run_less_often():
    runs = {"fast": lambda: 1.0, "near": lambda: 2.9, "far": lambda: 9.0}
    seconds = harness.take_turns(runs, 7, "row", patience=5)
    assert [len(seconds[name]) for name in runs] == [7, 7, 1]


# ---- ratios, bars, table ----


def result_of(name="deep", **seconds):
    """The measurements of the first row with this name: 0.9, 1 and 1.1 times these seconds."""
    row = next(row for row in rows.ROWS if name in str(row))
    measured = {
        word.replace("_", " "): [value * 0.9, value, value * 1.1] for word, value in seconds.items()
    }
    return harness.Result(row, {}, measured, dict.fromkeys(measured, 0.5))


def test_ratio_is_against_the_fastest_peer():
    result = result_of(ours=2.0, PyTorch=5.0, JAX=3.0, copy=1.0)
    assert verdicts.fastest_peer(result) == "JAX"
    assert verdicts.peer_ratio(result).median == pytest.approx(1.5)
    assert verdicts.peer_ratio(result, ("PyTorch",)).median == pytest.approx(2.5)
    assert verdicts.peer_ratio(result, ("OpenVINO",)) is None


def test_a_special_filter_is_not_the_fastest_peer():
    result = result_of("gaussian", ours=2.0, OpenCV=5.0, OpenCV_special=1.0)
    assert verdicts.fastest_peer(result) == "OpenCV"


BARS = [
    ("deep", {"PyTorch": 1.8, "JAX": 4.0}, "0.9x", "met"),
    ("deep", {"PyTorch": 1.7, "JAX": 4.0}, "0.9x", "not met (0.85)"),
    ("one image", {"PyTorch": 2.2, "JAX": 1.0}, "1x of PyTorch / PyTorch channels-last", "met"),
    (
        "gaussian 5x5",
        {"OpenCV": 2.0, "JAX": 1.0},
        "1x of OpenCV; 2x of SciPy ndimage / scikit-image",
        "met; no such peer",
    ),
    (
        "grayscale same, float32",
        {"PyTorch": 2.8, "copy": 1.4},
        "1.5x; copy x 1.5",
        "not met (1.40); met",
    ),
    (
        "grayscale same, float32",
        {"PyTorch": 3.0, "copy": 1.3},
        "1.5x; copy x 1.5",
        "met; not met (1.54)",
    ),
]


@pytest.mark.parametrize(("name", "seconds", "bars", "met"), BARS)
def test_bars_are_judged(name, seconds, bars, met):
    result = result_of(name, ours=2.0, **seconds)
    assert (verdicts.format_bars(result), verdicts.format_verdicts(result)) == (bars, met)


def test_wrong_ours_meets_no_bar():
    result = result_of(PyTorch=1.0)
    result.wrong["ours"] = "up to 1 away"
    assert verdicts.format_verdicts(result) == "not met"


@pytest.mark.parametrize(
    ("limits_of_row", "slower"),
    [({"copy": 1.0, "FMA": 2.0}, "FMA"), ({"copy": 1.0, "FMA": 0.5}, "copy"), ({}, None)],
)
def test_the_limit_is_the_slower_of_two(limits_of_row, slower):
    assert verdicts.slower_limit(result_of(ours=3.0, **limits_of_row)) == slower


def test_the_peak_gives_a_limit():
    row = dataclasses.replace(rows.ROWS[0], images=(2, 28, 28, 1))
    result = library.measure_row(row, {"ours": FakeContender("ours", [])}, 3, peak=1e6)
    assert result.seconds["FMA"] == [row.multiply_adds / 1e6] * 3
    assert result.memory == 2.0


def test_ratios_are_of_the_same_turn():
    result = harness.Result(None, {}, {"ours": [1.0, 2.0, 4.0], "JAX": [2.0, 4.0, 12.0, 9.0]})
    assert result.ratio("JAX") == (2, 2, 3)
    assert str(result.ratio("ours", to="JAX")) == "0.5 (0.333..0.5)"
    assert result.ratio("PyTorch") is None


def test_row_and_summary_show_a_loss():
    results = [
        result_of(ours=2.0, PyTorch=1.0, copy=0.5),
        result_of("max 2", ours=2.0, PyTorch=3.0),
    ]
    columns = library.make_columns(["PyTorch", "JAX"], 3, has_bars=True)
    cells = {heading: cell(results[0]) for heading, cell in columns.items()}
    assert cells == {
        "row": str(results[0].row),
        "ours": "2e+03 (1.8e+03..2.2e+03)",
        "fastest peer": "PyTorch 1e+03",
        "peer / ours": "0.5 (0.5..0.5)",
        "bar": "0.9x",
        "met": "not met (0.50)",
        "limit": "copy 500",
        "ours / limit": "4 (4..4)",
        "its layout": "500",
        "memory, MiB": "-",
        "PyTorch": "1e+03 (900..1.1e+03)",
        "JAX": "-",
    }
    results[1].wrong["JAX"] = "up to 1 away"
    losses, deep, bars, wrong = verdicts.summarize(results, has_bars=True)
    assert losses == f"A peer is faster than ours in 1 of 2 rows: {results[0].row} (0.50)."
    assert deep == "Geometric mean of peer / ours over 1 deep layers: 0.50, bar 1: not met."
    assert bars == "Bars met: 1 of 2 against peers, 0 of 0 near the copy."
    assert wrong == f"WRONG: {results[1].row}, JAX: up to 1 away"


def test_fewer_runs_are_said():
    assert library.format_time(result_of(PyTorch=1.0), "PyTorch", 7).endswith(", 3 runs")


# ---- limits ----


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("pixels", "bytes_out"), [(1000, 8), (3_000_001, 500_003), (70_001, 4_000_003)]
)
def test_the_copy_writes_every_byte(monkeypatch, pixels, bytes_out, threads):
    images = np.random.default_rng(0).integers(1, 256, pixels, np.uint8)
    copy = limits.make_copy(images, bytes_out, threads)
    marked = np.zeros(bytes_out, np.uint8)
    monkeypatch.setattr(limits.np, "empty", lambda *_: marked)
    assert copy() is marked
    assert marked.all()


def test_the_copy_returns_new_memory():
    copy = limits.make_copy(np.ones(10_000_000, np.uint8), 10_000_000, 2)
    assert not np.may_share_memory(copy(), copy())


# ---- processes ----


def test_surroundings_are_put_back():
    before = os.environ.get("OMP_NUM_THREADS")
    with harness.child_environment({"OMP_NUM_THREADS": "17"}, 1):
        assert os.environ["OMP_NUM_THREADS"] == "17"
        if harness.CAN_PIN:
            assert len(os.sched_getaffinity(0)) == 1
    assert os.environ.get("OMP_NUM_THREADS") == before
    if harness.CAN_PIN:
        assert len(os.sched_getaffinity(0)) == harness.CPUS


def test_a_process_that_ends_is_a_failed_contender():
    one = harness.Contender(functools.partial, os._exit, 3)
    with pytest.raises(RuntimeError, match="the process ended with 3"):
        one.ask()
    one.stop()


def test_threads_are_the_same_for_all():
    words = peers.thread_variables(3)
    assert {value for name, value in words.items() if name.endswith("_NUM_THREADS")} == {"3"}
    assert "CONVPOOL_NUM_THREADS" in words
    assert (words["OMP_WAIT_POLICY"], words["KMP_BLOCKTIME"]) == ("passive", "0")


def pages_of_results(size):
    """Return how many pages of memory the system cleared for ten results, after the first two."""
    resource, result = pytest.importorskip("resource"), None
    for k in range(12):
        if k == 2:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        result = np.ones(size, np.uint8)  # the one before is freed when this one is there
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before, len(result)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="settings of glibc")
@pytest.mark.parametrize("size", [3_000_000, 16_000_000])
def test_memory_that_was_freed_is_kept(size):
    with harness.child_environment(peers.thread_variables(1), None):
        contender = harness.Contender(functools.partial, pages_of_results, size)
    try:
        assert contender.ask()[0] < 100
    finally:
        contender.stop()


# ---- words ----


def run_small(*words):
    return run_benchmark("library.py", "--small", "--threads", 1, *words)


def test_small_table_runs():
    done = run_small("--only", "uint8", "--sections", "table")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""  # no progress: it is no terminal
    heading, *lines = read_table(done.stdout)
    assert len(lines) == 7 + 3
    assert all(len(cells) == len(heading) for cells in lines)
    assert all(float(cells[1].split()[0]) > 0 for cells in lines)
    assert f"numpy {np.__version__}" in done.stdout


def test_engines_and_growth_run():
    done = run_small("--only", "max", "--sections", "engines,growth")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| pool: max 2x2/2, float32 |" in done.stdout
    assert "| taps of max pool | max pool 31x31/1 |" in done.stdout


REFUSED = [
    (
        ["--only", "nothing"],
        "no row has 'nothing' in it: use a part of a row's name, such as brief, photograph",
    ),
    (["--threads", "1,9999"], "9999 threads, but there are"),
    (["--runs", "0"], "0 is too few: use a number from 1 up"),
    (["--sections", "tables"], "there is no section tables: use table, engines, growth"),
    (["--peers", "tensorflow"], "no peer is called tensorflow: there are PyTorch"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_words_that_make_no_sense(capsys, words, message):
    with pytest.raises(SystemExit) as end:
        library.parse(words)
    assert end.value.code == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_peer_that_is_not_installed_is_said(monkeypatch):
    gone = dataclasses.replace(peers.PEERS["JAX"], package="no-such-distribution")
    monkeypatch.setitem(peers.PEERS, "JAX", gone)
    options = library.parse(["--peers", "jax"])
    assert options.peers == []
    assert "Left out, not installed: JAX." in list(library.describe(options))


def test_wrong_results_exit_with_1(monkeypatch, capsys):
    wrong = harness.Result(rows.ROWS[0], {"JAX": "up to 1 away"})
    monkeypatch.setattr(library, "print_table", lambda options, threads: [wrong])
    assert library.main(["--sections", "table", "--threads", "1"]) == 1
    wrong.wrong.clear()
    assert library.main(["--sections", "table", "--threads", "1"]) == 0
