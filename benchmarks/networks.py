"""Layers of networks that people run, against every library that runs networks on this CPU.

    python benchmarks/networks.py                              # everything: an hour or so
    python benchmarks/networks.py --only MobileNet --threads 1 # rows that have this word in them
    python benchmarks/networks.py --sections engines           # auto and predictions alone
    python benchmarks/networks.py --small --runs 1 --only LeNet
    python benchmarks/networks.py --least 0.005                # calls after a pause

Ours is timed twice: with weights that were packed before (`plan.prepack`), as ONNX Runtime keeps
its own, and as a plain call. harness.py says how contenders are started, compared and timed; a run
repeats a short call, since layers follow each other. network_rows.py holds the shapes. Exit 0 if
all agree, 1 if one does not, 2 for words that make no sense.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import sys
from collections.abc import Callable, Iterator

import harness
import library
import limits
import reports
import verdicts
from engine_tables import print_engines
from harness import OURS, Result
from library_contenders import prepare_copy, prepare_layer, prepare_ours, prepare_peer, start
from network_rows import NETWORK_ROWS, family

RUNS = 5
PLAIN = "plain call"
NETWORK_PEERS = ("PyTorch", "PyTorch channels-last", "ONNX Runtime", "OpenVINO", "JAX")
# Seconds that a run takes at least, unless --least says otherwise. Some systems keep threads on one
# CPU until their process has been busy for 50 ms or so, as layers keep it and pauses do not.
LEAST = 0.06
LOST = 0.95  # a row is lost if the fastest peer takes less than so many times as long as ours
WORST = 10  # rows that are listed


def plain_ratio(result: Result) -> harness.Spread | None:
    """Return how many times as long as ours, plainly called, the faster PyTorch took."""
    return result.ratio(verdicts.fastest_peer(result, NETWORK_PEERS[:2]), to=PLAIN)


def format_share(result: Result, name: str | None) -> str:
    """Return which share of the machine's limit a contender reaches: -> "80%"."""
    ratio = name and result.ratio(verdicts.slower_limit(result), to=name)
    return f"{ratio.median:.0%}" if ratio else "-"


def make_columns(peers: list[str], runs: int) -> dict[str, Callable[[Result], str]]:
    """Return the columns of the table: heading -> cell of a result."""
    return {
        "row": lambda result: f"{result.row.group}: {result.row.name}",
        OURS: lambda result: library.format_time(result, OURS, runs),
        PLAIN: lambda result: library.format_time(result, PLAIN, runs),
        "fastest peer": lambda result: reports.format_median(result, verdicts.fastest_peer(result)),
        "peer / ours": lambda result: reports.format_optional(verdicts.peer_ratio(result)),
        "PyTorch / plain": lambda result: reports.format_optional(plain_ratio(result)),
        "limit": lambda result: reports.format_median(result, verdicts.slower_limit(result)),
        "ours, of it": lambda result: format_share(result, OURS),
        "peer, of it": lambda result: format_share(result, verdicts.fastest_peer(result)),
        **{name: functools.partial(library.format_time, name=name, runs=runs) for name in peers},
    }


def print_tables(options: argparse.Namespace) -> bool:
    """Print a table for each number of threads; return whether all were right."""
    tables = [print_table(options, threads) for threads in options.threads]
    return not any(result.wrong for results in tables for result in results)


def print_table(options: argparse.Namespace, threads: int) -> list[Result]:
    """Measure row by row on so many threads, print each as soon as it is known."""
    results = []
    others = {name: functools.partial(prepare_peer, name, threads) for name in options.peers}
    others[PLAIN] = functools.partial(prepare_ours, threads)
    others[verdicts.COPY] = functools.partial(prepare_copy, threads)
    with start(options, threads, others, options.least, prepare_layer) as started:
        peak = started[verdicts.COPY].ask("evaluate", limits.measure_peak, "float32", threads)
        reports.print_title(reports.format_threads(threads))
        print(
            f"Milliseconds and ratios: median (least..most) of {options.runs} runs in turn. The "
            "limit is the slower of a copy of the row's bytes and its multiply-adds at the peak, "
            f"{reports.format_optional(peak, '.0f', 0.5e9)} GFLOP/s.\n"
        )
        table = reports.Table(make_columns(options.peers, options.runs))
        for row in options.rows:
            results.append(library.measure_row(row, started, options.runs, peak))
            table.add(results[-1])
    print("", *summarize(results), sep="\n", flush=True)
    return results


def summarize(results: list[Result]) -> Iterator[str]:
    """Say below the table how ours compares over all rows and over families, and which lose."""
    yield from _summarize_ratios(results, "Fastest peer / ours", verdicts.peer_ratio)
    yield from _summarize_ratios(results, "PyTorch / plain call", plain_ratio)
    families: dict[str, list[float]] = {}
    for result in results:
        if ratio := verdicts.peer_ratio(result):
            families.setdefault(family(result.row), []).append(ratio.median)
    for name, ratios in families.items():
        yield f"{name}: {statistics.geometric_mean(ratios):.2f} over {len(ratios)} rows."
    yield from reports.describe_wrong(results)


def _summarize_ratios(
    results: list[Result], name: str, ratio_of: Callable[[Result], harness.Spread | None]
) -> Iterator[str]:
    """Say the geometric mean of a ratio, how many rows are lost, and which are the worst."""
    ratios = {str(result.row): ratio.median for result in results if (ratio := ratio_of(result))}
    if not ratios:
        return
    lost = sum(ratio < LOST for ratio in ratios.values())
    worst = sorted(ratios, key=ratios.__getitem__)[:WORST]
    yield (
        f"{name}: geometric mean {statistics.geometric_mean(ratios.values()):.2f}; below {LOST} "
        f"in {lost} of {len(ratios)} rows ({lost / len(ratios):.0%}); the worst: "
        + "; ".join(f"{row} ({ratios[row]:.2f})" for row in worst)
        + "."
    )


# ---- the command ----

# name -> what prints it, and returns whether all were right
SECTIONS = {
    "table": print_tables,
    "engines": lambda options: print_engines(options, least=options.least),
}


def parse_sections(text: str) -> list[str]:
    """Return sections such as 'table,engines'."""
    return library.parse_sections(text, SECTIONS)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = library.make_parser(__doc__, RUNS, list(NETWORK_PEERS))
    parser.add_argument(
        "--sections", type=parse_sections, default=list(SECTIONS), help=f"of {','.join(SECTIONS)}"
    )
    parser.add_argument(
        "--least",
        type=float,
        default=LEAST,
        metavar="SECONDS",
        help="for how long a call is repeated before it is timed, and again while it is timed",
    )
    return library.read_options(parser, arguments, NETWORK_ROWS, list(NETWORK_PEERS))


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; return 1 if a contender is wrong, else 0."""
    options = parse(arguments)
    print(*library.describe_contenders(options), sep="\n", flush=True)
    are_right = [SECTIONS[name](options) for name in SECTIONS if name in options.sections]
    return 0 if all(are_right) else 1


if __name__ == "__main__":
    sys.exit(main())
