"""What engine="auto" loses to the best engine, and what plans predict of each engine."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Iterator

import harness
import reports
from harness import OURS, Result
from library_contenders import PATIENCE, predict_engines, start
from reports import MILLI
from rows import Row, expect, load_row

AUTO_BAR = 1.3
FAR = 100  # an engine whose plan expects so many times as long as another's is left out
FACTOR = 2  # a prediction is right if it is at most so many times too much or too little


def time_engines(row: Row, ours: harness.Contender, runs: int) -> Result:
    """Return the measurements of "auto" and of each engine that can do the row."""
    result, expected, able = Result(row), expect(row, *load_row(row)), []
    predicted = ours.ask("evaluate", predict_engines, row)
    most = FAR * min(predicted.values())
    for engine in [name for name, seconds in predicted.items() if seconds <= most]:
        harness.show_progress(f"{row}: comparing {engine}")
        difference = harness.compare(ours, row, expected, engine)
        if difference:
            result.wrong[engine] = difference
        else:
            able.append(engine)
    result.predicted = {engine: predicted[engine] for engine in able}
    calls = {engine: functools.partial(ours.ask, "run", engine) for engine in able}
    result.seconds = harness.take_turns(calls, runs, row, PATIENCE)
    return result


def best_engine(result: Result) -> str | None:
    """Return the fastest engine; None if none was timed."""
    return min((name for name in result.seconds if name != "auto"), key=result.median, default=None)


def auto_ratio(result: Result) -> harness.Spread | None:
    """Return how many times as long as the best engine "auto" took."""
    return result.ratio("auto", to=best_engine(result))


def prediction_ratio(result: Result, name: str) -> float:
    """Return how many times as long as it took an engine was predicted to take."""
    return result.predicted[name] / result.median(name)


def format_engines(result: Result) -> str:
    """Milliseconds of each engine, with predicted / measured, and what is wrong."""
    times = [
        f"{reports.format_median(result, name)} (x {prediction_ratio(result, name):.2g})"
        for name in result.seconds
        if name != "auto"
    ]
    return "; ".join([*times, *(f"{name}: WRONG, {why}" for name, why in result.wrong.items())])


ENGINE_COLUMNS = {
    "row": lambda result: str(result.row),
    "auto": lambda result: result.format_seconds("auto", MILLI),
    "best engine": lambda result: best_engine(result) or "-",
    "auto / best": lambda result: reports.format_optional(auto_ratio(result)),
    f"bar {AUTO_BAR}": lambda result: reports.format_verdict(
        auto_ratio(result) and auto_ratio(result).median <= AUTO_BAR
    ),
    "all (x predicted / measured)": format_engines,
}


def summarize(results: list[Result]) -> Iterator[str]:
    """Say in how many rows "auto" is near the best engine, and predictions near measurements."""
    ratios = {str(result.row): auto_ratio(result) for result in results}
    known = {row: ratio.median for row, ratio in ratios.items() if ratio}
    behind = {row: ratio for row, ratio in known.items() if ratio > AUTO_BAR}
    lost = "".join(f"; {row} ({ratio:.2f})" for row, ratio in behind.items())
    yield (
        f'"auto" takes at most {AUTO_BAR} times as long as the best engine in '
        f"{len(known) - len(behind)} of {len(known)} rows{lost}."
    )
    for name in dict.fromkeys(name for result in results for name in result.seconds):
        predictions = [
            prediction_ratio(result, name) for result in results if name in result.seconds
        ]
        right = sum(1 / FACTOR <= ratio <= FACTOR for ratio in predictions)
        yield (
            f"Predicted / measured, {name}: within a factor of {FACTOR} in {right} of "
            f"{len(predictions)} rows, from {min(predictions):.2g} to {max(predictions):.2g}."
        )


def print_engines(options: argparse.Namespace, least: float = 0.0) -> bool:
    """Print what "auto" loses to the best engine; return whether all were right.

    `least` is that of `harness.time_call`.
    """
    are_right = True
    for threads in options.threads:
        count, results = reports.format_threads(threads), []
        reports.print_title(f'engine="auto" against the best engine, {count}')
        with start(options, threads, least=least) as started:
            table = reports.Table(ENGINE_COLUMNS)
            for row in options.rows:
                results.append(time_engines(row, started[OURS], options.runs))
                table.add(results[-1])
        print("", *summarize(results), sep="\n", flush=True)
        are_right &= not any(result.wrong for result in results)
    return are_right
