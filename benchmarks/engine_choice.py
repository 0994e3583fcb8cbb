"""What engine="auto" of the library loses to the best engine."""

from __future__ import annotations

import argparse
import functools

import harness
import reports
from harness import OURS, Result
from library_contenders import PATIENCE, find_engines, start
from reports import MILLI
from rows import Row, expect, load_row

AUTO_BAR = 1.3


def time_engines(row: Row, ours: harness.Contender, runs: int) -> Result:
    """Return the measurements of "auto" and of each engine that can do the row."""
    result, expected, able = Result(row), expect(row, *load_row(row)), []
    for engine in ("auto", *ours.ask("evaluate", find_engines, row.kind)):
        harness.show_progress(f"{row}: comparing {engine}")
        difference = harness.compare(ours, row, expected, engine)
        if not difference:
            able.append(engine)
        elif engine == "auto" or not difference.startswith("ValueError"):  # a refusal is no error
            result.wrong[engine] = difference
    calls = {engine: functools.partial(ours.ask, "run", engine) for engine in able}
    result.seconds = harness.take_turns(calls, runs, row, PATIENCE)
    return result


def best_engine(result: Result) -> str | None:
    """Return the fastest engine; None if none was timed."""
    return min((name for name in result.seconds if name != "auto"), key=result.median, default=None)


def auto_ratio(result: Result) -> harness.Spread | None:
    """Return how many times as long as the best engine "auto" took."""
    return result.ratio("auto", to=best_engine(result))


def format_engines(result: Result) -> str:
    """Milliseconds of each engine, and what is wrong."""
    times = [reports.format_median(result, name) for name in result.seconds if name != "auto"]
    return "; ".join([*times, *(f"{name}: WRONG, {why}" for name, why in result.wrong.items())])


ENGINE_COLUMNS = {
    "row": lambda result: str(result.row),
    "auto": lambda result: result.format_seconds("auto", MILLI),
    "best engine": lambda result: best_engine(result) or "-",
    "auto / best": lambda result: reports.format_optional(auto_ratio(result)),
    f"bar {AUTO_BAR}": lambda result: reports.format_verdict(
        auto_ratio(result) and auto_ratio(result).median <= AUTO_BAR
    ),
    "all": format_engines,
}


def print_engines(options: argparse.Namespace) -> bool:
    """Print what "auto" loses to the best engine; return whether all were right."""
    threads, results = options.threads[-1], []
    reports.print_title(f'engine="auto" against the best engine, {reports.format_threads(threads)}')
    with start(options, threads) as started:
        table = reports.Table(ENGINE_COLUMNS)
        for row in options.rows:
            results.append(time_engines(row, started[OURS], options.runs))
            table.add(results[-1])
    return not any(result.wrong for result in results)
