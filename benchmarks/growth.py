"""How the library's time grows with the work, beside the plan's own prediction."""

from __future__ import annotations

import argparse
import contextlib
import functools
import statistics
from collections.abc import Callable
from typing import NamedTuple

import harness
import reports
from harness import OURS
from library_contenders import PATIENCE, predict, start
from reports import MILLI
from rows import Row


class GrowthPoint(NamedTuple):
    """Ours on one size of a row; the numbers of a field are one for each number of threads."""

    what: str  # grows
    row: Row
    size: float  # to the first
    seconds: list[float]
    growth: list[float]  # of the seconds, to the first
    plans: list[float | None]  # seconds that the plan expects


def make_growth_columns(thread_counts: list[int]) -> dict[str, Callable[[GrowthPoint], str]]:
    """Return the columns of the growth table, three for each number of threads."""
    columns: dict[str, Callable[[GrowthPoint], str]] = {
        "what grows": lambda point: point.what,
        "row": lambda point: point.row.name,
        "size to the first": lambda point: f"{point.size:.2f}",
    }
    for n, threads in enumerate(thread_counts):
        name = reports.format_threads(threads)
        columns[name] = lambda point, n=n: f"{point.seconds[n] / MILLI:.3g}"
        columns[f"{name}, to the first"] = lambda point, n=n: f"{point.growth[n]:.2f}"
        columns[f"{name}, plan"] = lambda point, n=n: reports.format_optional(
            point.plans[n], ".3g", MILLI
        )
    return columns


def print_growth(options: argparse.Namespace) -> bool:
    """Print our seconds as work grows, by number of threads, beside the plan's prediction."""
    reports.print_title("Growth: ours, milliseconds, and the plan's own prediction")
    with contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(start(options, threads))[OURS] for threads in options.threads
        ]
        table = reports.Table(make_growth_columns(options.threads))
        for what, rows in options.growth:
            first: list[float] = []
            for size, row in rows:
                seconds = [time_ours(row, ours, options.runs) for ours in started]
                first = first or seconds
                growth = [value / least for value, least in zip(seconds, first, strict=True)]
                plans = [ours.ask("evaluate", predict, row) for ours in started]
                table.add(GrowthPoint(what, row, size / rows[0][0], seconds, growth, plans))
    return True


def time_ours(row: Row, ours: harness.Contender, runs: int) -> float:
    """Return the median of our seconds."""
    ours.ask("prepare", row)
    ours.ask("sample")
    calls = {OURS: functools.partial(ours.ask, "run")}
    return statistics.median(harness.take_turns(calls, runs, row, PATIENCE)[OURS])
