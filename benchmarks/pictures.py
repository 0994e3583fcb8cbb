"""Everyday filters of pictures against OpenCV, SciPy and scikit-image on this CPU.

    python benchmarks/pictures.py                           # everything: some minutes
    python benchmarks/pictures.py --only Sobel --threads 1  # rows that have this word in them
    python benchmarks/pictures.py --small --runs 1 --only mean

What people call counts: GaussianBlur, Sobel, blur, dilate and resize of OpenCV beside filter2D,
gaussian_filter, sobel and uniform_filter of SciPy. harness.py says how contenders are started,
compared and timed; a run repeats a short call. picture_rows.py holds the rows. Exit 0 if all agree,
1 if one does not, 2 for words that make no sense.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import sys
from collections.abc import Callable, Iterator

import harness
import library
import reports
from harness import OURS, Result
from library_contenders import prepare_peer, start
from picture_rows import PICTURE_ROWS

RUNS = 5
PICTURE_PEERS = ("OpenCV", "OpenCV special", "SciPy ndimage", "scikit-image")
LEAST = 5e-3  # seconds that a run takes at least
LOST = 0.95  # a row is lost if the fastest peer takes less than so many times as long as ours


def fastest(result: Result) -> str | None:
    """Return the fastest peer, those that are made for one kernel included; None without any."""
    names = [name for name in result.seconds if name in PICTURE_PEERS]
    return min(names, key=result.median, default=None)


def ratio(result: Result) -> harness.Spread | None:
    """Return how many times as long as ours the fastest peer took."""
    return result.ratio(fastest(result))


def make_columns(peers: list[str], runs: int) -> dict[str, Callable[[Result], str]]:
    """Return the columns of the table: heading -> cell of a result."""
    return {
        "row": lambda result: str(result.row),
        OURS: lambda result: library.format_time(result, OURS, runs),
        "fastest peer": lambda result: reports.format_median(result, fastest(result)),
        "peer / ours": lambda result: reports.format_optional(ratio(result)),
        **{name: functools.partial(library.format_time, name=name, runs=runs) for name in peers},
    }


def print_table(options: argparse.Namespace, threads: int) -> list[Result]:
    """Measure row by row on so many threads, print each as soon as it is known."""
    results = []
    others = {name: functools.partial(prepare_peer, name, threads) for name in options.peers}
    with start(options, threads, others, LEAST) as started:
        reports.print_title(reports.format_threads(threads))
        print(f"Milliseconds and ratios: median (least..most) of {options.runs} runs in turn.\n")
        table = reports.Table(make_columns(options.peers, options.runs))
        for row in options.rows:
            results.append(library.measure_row(row, started, options.runs))
            table.add(results[-1])
    print("", *summarize(results), sep="\n", flush=True)
    return results


def summarize(results: list[Result]) -> Iterator[str]:
    """Say below the table how ours compares over all rows and over each group of them."""
    groups: dict[str, list[float]] = {}
    for result in results:
        if spread := ratio(result):
            groups.setdefault("all rows", []).append(spread.median)
            groups.setdefault(result.row.group, []).append(spread.median)
    for name, ratios in groups.items():
        lost = sum(value < LOST for value in ratios)
        yield (
            f"{name}: geometric mean {statistics.geometric_mean(ratios):.2f}, least "
            f"{min(ratios):.2f}; below {LOST} in {lost} of {len(ratios)}."
        )
    yield from reports.describe_wrong(results)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = library.make_parser(__doc__, RUNS, list(PICTURE_PEERS))
    return library.read_options(parser, arguments, PICTURE_ROWS, list(PICTURE_PEERS))


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; return 1 if a contender is wrong, else 0."""
    options = parse(arguments)
    print(*library.describe_contenders(options), sep="\n", flush=True)
    tables = [print_table(options, threads) for threads in options.threads]
    return int(any(result.wrong for results in tables for result in results))


if __name__ == "__main__":
    sys.exit(main())
