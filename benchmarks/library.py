"""The library against every other on this CPU, and against the limits of the machine.

    python benchmarks/library.py                           # everything: half an hour or so
    python benchmarks/library.py --only deep --threads 2   # rows that have this word in them
    python benchmarks/library.py --only grayscale --peers torch,onnx --sections table
    python benchmarks/library.py --small --runs 1          # a minute: that it runs, not how fast

Prints one markdown table for each number of threads, losses included; then what engine="auto" loses
to the best engine, and how time grows. harness.py says how contenders are started, compared and
timed; here each has as many CPUs as threads, its threads do not spin, and NumPy's result in float64
is the expected one. Exit 0 if all agree, however long they took; 1 if one does not; 2 for words
that make no sense. rows.py holds the rows and their bars, peers.py the other libraries, limits.py
the limits, verdicts.py how ours compares with all of them.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import harness
import limits
import reports
import verdicts
from engine_tables import print_engines
from harness import OURS, Result
from library_contenders import PATIENCE, predict, prepare_copy, prepare_peer, start
from peers import PEERS
from reports import MILLI
from rows import ROWS, TOLERANCE, Row, expect, growing_rows, load_row

RUNS = 7


# ---- the table ----


def measure_row(
    row: Row, started: dict[str, harness.Contender], runs: int, peak: float | None = None
) -> Result:
    """Measure those that can do the row; peak is the machine's multiply-adds of a second."""
    able = {name: one for name, one in started.items() if name not in PEERS or PEERS[name].can(row)}
    result = harness.measure(
        row, able, expect(row, *load_row(row)), runs, PATIENCE, unchecked=(verdicts.COPY,)
    )
    if peak and row.multiply_adds:
        result.seconds[verdicts.FMA] = [row.multiply_adds / peak] * runs
    return result


def format_time(result: Result, name: str, runs: int) -> str:
    """Milliseconds of a contender, with the number of runs if they are fewer."""
    count = len(result.seconds.get(name, ()))
    return result.format_seconds(name, MILLI) + (f", {count} runs" if 0 < count < runs else "")


def format_no_bar(_result: Result) -> str:
    """Bars are for all threads at full size."""
    return "-"


def make_columns(peers: list[str], runs: int, has_bars: bool) -> dict[str, Callable[[Result], str]]:
    """Return the columns of the table: heading -> cell of a result."""
    return {
        "row": lambda result: str(result.row),
        OURS: lambda result: format_time(result, OURS, runs),
        "fastest peer": lambda result: reports.format_median(result, verdicts.fastest_peer(result)),
        "peer / ours": lambda result: reports.format_optional(verdicts.peer_ratio(result)),
        "bar": verdicts.format_bars if has_bars else format_no_bar,
        "met": verdicts.format_verdicts if has_bars else format_no_bar,
        "limit": lambda result: reports.format_median(result, verdicts.slower_limit(result)),
        "ours / limit": lambda result: reports.format_optional(
            result.ratio(OURS, to=verdicts.slower_limit(result))
        ),
        "its layout": lambda result: reports.format_optional(
            result.layout.get(verdicts.fastest_peer(result)) or None, ".3g", MILLI
        ),
        "memory, MiB": lambda result: reports.format_optional(result.memory, ".1f"),
        **{name: functools.partial(format_time, name=name, runs=runs) for name in peers},
    }


def print_tables(options: argparse.Namespace) -> bool:
    """Print a table for each number of threads; return whether all were right."""
    tables = [print_table(options, threads) for threads in options.threads]
    return not any(result.wrong for results in tables for result in results)


def print_table(options: argparse.Namespace, threads: int) -> list[Result]:
    """Measure row by row on so many threads, print each as soon as it is known."""
    names = [name for name in options.peers if any(PEERS[name].can(row) for row in options.rows)]
    results, has_bars = [], threads == harness.CPUS and not options.small
    others = {name: functools.partial(prepare_peer, name, threads) for name in names}
    others[verdicts.COPY] = functools.partial(prepare_copy, threads)
    with start(options, threads, others) as started:
        peaks = {
            dtype: started[verdicts.COPY].ask("evaluate", limits.measure_peak, dtype, threads)
            for dtype in TOLERANCE
        }
        speeds = [f"{2e-9 * peak:.0f} GFLOP/s in {dtype}" for dtype, peak in peaks.items() if peak]
        reports.print_title(reports.format_threads(threads))
        print(
            f"Milliseconds and ratios: median (least..most) of {options.runs} runs in turn. "
            f"FMA peak: {', '.join(speeds) or 'unknown without numba'}.\n"
        )
        table = reports.Table(make_columns(names, options.runs, has_bars))
        for row in options.rows:
            results.append(measure_row(row, started, options.runs, peaks[row.float_dtype.name]))
            table.add(results[-1])
    print("", *verdicts.summarize(results, has_bars), sep="\n", flush=True)
    return results


# ---- growth ----


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


# ---- the command ----

# name -> what prints it, and returns whether all were right
SECTIONS = {"table": print_tables, "engines": print_engines, "growth": print_growth}


def describe_contenders(options: argparse.Namespace) -> Iterator[str]:
    """Say what ran on what."""
    packages = dict.fromkeys(["numpy", "numba", *(PEERS[name].package for name in options.peers)])
    yield reports.describe_machine(*packages)
    missing = [name for name in options.wanted if name not in options.peers]
    if missing:
        yield f"Left out, not installed: {', '.join(missing)}."
    if options.small:
        yield "SMALL rows: the times mean nothing."


def describe(options: argparse.Namespace) -> Iterator[str]:
    """Say what ran on what, and what is timed: the lines above the tables."""
    yield from describe_contenders(options)
    yield (
        "Integer rows: peers turn them into float32 in the timed call and return float32; ours "
        "returns its own dtype. Moving channels (before and after) is not timed; for the fastest "
        "peer it stands under its layout. Memory is what ours takes from NumPy beyond input and "
        "result."
    )
    yield (
        "The limit is the slower of a threaded copy of the row's bytes and its multiply-adds at "
        f"the measured peak ({limits.describe_vectors()}). One far behind whose runs take over "
        f"{PATIENCE} s together is run less often; special: for one kernel only."
    )


def parse_threads(text: str) -> list[int]:
    """Return numbers of threads such as '1,2'."""
    counts = sorted({reports.parse_count(word) for word in text.split(",")})
    if counts[-1] > harness.CPUS:
        raise argparse.ArgumentTypeError(
            f"{counts[-1]} threads, but there are {harness.CPUS} CPUs here"
        )
    return counts


def parse_sections(text: str, sections: Iterable[str] = SECTIONS) -> list[str]:
    """Return sections such as 'table,growth', which are some of `sections`."""
    names = text.split(",")
    unknown = [name for name in names if name not in sections]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no section {unknown[0]}: use {', '.join(sections)}"
        )
    return names


def parse_peers(text: str) -> list[str]:
    """Return the peers whose name or package has one of the words in it."""
    words = text.lower().split(",")
    names = [
        name
        for name, peer in PEERS.items()
        if any(word in f"{name} {peer.package}".lower() for word in words)
    ]
    if not names:
        raise argparse.ArgumentTypeError(f"no peer is called {text}: there are {', '.join(PEERS)}")
    return names


def choose_rows(word: str, is_small: bool) -> tuple[list[Row], list]:
    """Return the rows of the table, and of growth, that have a word in them."""

    def is_chosen(row: Row) -> bool:
        return word.lower() in str(row).lower()

    rows = [row.small() if is_small else row for row in ROWS if is_chosen(row)]
    growing = [
        (what, [(size, row.small() if is_small else row) for size, row in sizes])
        for what, sizes in growing_rows()
        if any(is_chosen(row) for _, row in sizes)
    ]
    return rows, growing


def make_parser(description: str, runs: int, peers: list[str]) -> argparse.ArgumentParser:
    """Return a command line with rows, threads and peers to choose."""
    parser = reports.make_parser(description, runs)
    parser.add_argument("--only", default="", metavar="WORD", help="rows with this, such as uint8")
    parser.add_argument("--threads", type=parse_threads, help="such as 1,2 (default: one, and all)")
    parser.add_argument("--small", action="store_true", help="small rows, without pauses and bars")
    words = {"dest": "wanted", "type": parse_peers, "default": peers}
    parser.add_argument("--peers", **words, help="such as torch,openvino")
    return parser


def read_options(
    parser: argparse.ArgumentParser, arguments: list[str] | None, rows: list[Row], peers: list[str]
) -> argparse.Namespace:
    """Read the words of a parser of `make_parser`; choose of these rows and of these peers."""
    options = parser.parse_args(arguments)
    options.threads = options.threads or sorted({1, harness.CPUS})
    chosen = [row for row in rows if options.only.lower() in str(row).lower()]
    options.rows = [row.small() for row in chosen] if options.small else chosen
    if not options.rows:
        groups = ", ".join(dict.fromkeys(row.group for row in rows))
        parser.error(f"no row has {options.only!r} in it: use a part of a row's name, or {groups}")
    options.peers = [name for name in options.wanted if name in peers and PEERS[name].version]
    return options


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, RUNS, list(PEERS))
    parser.add_argument(
        "--sections", type=parse_sections, default=list(SECTIONS), help=f"of {','.join(SECTIONS)}"
    )
    options = parser.parse_args(arguments)
    options.threads = options.threads or sorted({1, harness.CPUS})
    options.rows, options.growth = choose_rows(options.only, options.small)
    if not options.rows and not options.growth:
        groups = ", ".join(dict.fromkeys(row.group for row in ROWS))
        parser.error(
            f"no row has {options.only!r} in it: use a part of a row's name, such as {groups} or "
            "growth"
        )
    options.peers = [name for name in options.wanted if PEERS[name].version]
    return options


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; return 1 if a contender is wrong, else 0."""
    options = parse(arguments)
    print("\n".join(describe(options)), flush=True)
    has_rows = {"table": options.rows, "engines": options.rows, "growth": options.growth}
    names = [name for name in SECTIONS if name in options.sections and has_rows[name]]
    are_right = [SECTIONS[name](options) for name in names]
    return 0 if all(are_right) else 1


if __name__ == "__main__":
    sys.exit(main())
