"""The library against every other on this CPU, and against the limits of the machine.

    python benchmarks/library.py                           # everything: half an hour or so
    python benchmarks/library.py --only deep --threads 2   # rows that have this word in them
    python benchmarks/library.py --only grayscale --peers torch,onnx --sections table
    python benchmarks/library.py --small --runs 1          # a minute: that it runs, not how fast

Prints one markdown table for each number of threads, losses included; then what engine="auto" loses
to the best engine, and how time grows. Every contender lives in a process of its own that has as
many CPUs as threads, prepares a row beforehand and runs when asked while the others wait; its
threads do not spin. Before anything is timed, every result is compared with NumPy's in float64.
Exit 0 if all agree, however long they took; 1 if one does not; 2 for words that make no sense.
rows.py holds the rows and their bars, peers.py the other libraries, limits.py the limits.
"""

from __future__ import annotations

import argparse
import functools
import importlib.metadata
import os
import platform
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import contender
import limits
import numpy as np
from contender import CPUS, Contender, find_cpu, print_row, report, run, say_seconds, take_turns
from peers import PEERS, Prepared, environment
from rows import DEEP_MEAN, ROWS, Bar, Row, expect, growth, pick

OURS, LIMIT = "ours", "limit"
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}  # of the greatest sum of |weight| * |pixel|
# seconds: one whose runs of a row take longer together, and that is far behind, is run less often
PATIENCE = 5
AUTO_BAR = 1.3
SECTIONS = ("table", "engines", "growth")
MILLI = 1e-3


# ---- in a contender's process ----


def prepare_ours(
    row: Row, images: np.ndarray, kernels: np.ndarray | None, threads: int, engine: str
) -> Prepared:
    """Call the library, as anyone would."""
    import convpool

    if hasattr(convpool, "set_num_threads"):
        convpool.set_num_threads(threads)
    if row.kind == "pool":
        words = {"stride": row.stride, "mode": row.mode, "engine": engine}
        return Prepared(lambda: convpool.pool(images, row.window, **words))
    function = convpool.filter_image if row.kind == "filter" else convpool.convolve
    return Prepared(lambda: function(images, kernels, engine=engine, **row.words))


def prepare_limit(
    row: Row, images: np.ndarray, kernels: np.ndarray | None, threads: int
) -> Prepared:
    """Copy the row's bytes."""
    return Prepared(limits.make_copy(images, row.bytes_out, threads))


def find_engines(row: Row) -> list[str]:
    """Return the names of the engines for the row's kind."""
    from convpool.engines import registry

    return list(registry.POOL_ENGINES if row.kind == "pool" else registry.ENGINES)


def predict(row: Row) -> float | None:
    """Return the seconds that the plan expects, None where it says nothing."""
    import convpool

    words = {key: value for key, value in row.words.items() if key != "stride"}
    if row.kind == "pool":
        plan = convpool.plan_pooling(
            row.images, row.window, row.stride, row.mode, images_dtype=row.dtype
        )
    else:
        shape = (*row.window, row.channels // row.groups, row.kernels)
        dtypes = {"images_dtype": row.dtype, "kernels_dtype": row.computed}
        plan = convpool.plan_convolution(row.images, shape, stride=row.stride, **words, **dtypes)
    return getattr(plan, "seconds", None)


class Station:
    """What answers in a contender's process; it holds one row at a time."""

    def __init__(self, name: str, threads: int, pause: float) -> None:
        self.name, self.threads, self.pause = name, threads, pause
        self.row: Row | None = None
        self.held: dict[str, Prepared] = {}

    def __call__(self, question: str, *words: Any) -> Any:
        """Answer a question by the method of this name."""
        return getattr(self, question)(*words)

    def ready(self) -> None:
        """Answer once the process has started, so that nothing is measured while others start."""

    def prepare(self, row: Row, engine: str = "auto") -> None:
        """Make images and kernels, and build what needs to be built."""
        if row != self.row:
            self.held.clear()
            self.row, self.images = row, row.make_images()
            self.kernels = None if row.kind == "pool" else row.make_kernels()
        words = (row, self.images, self.kernels, self.threads)
        if self.name == OURS:
            self.held[engine] = prepare_ours(*words, engine)
        elif self.name == LIMIT:
            self.held[engine] = prepare_limit(*words)
        else:
            self.held[engine] = PEERS[self.name].kinds[row.kind][1](*words)

    def sample(self, engine: str = "auto") -> tuple[tuple[int, ...], np.ndarray]:
        """Warm up; return the shape of the result and the part that is compared."""
        prepared = self.held[engine]
        result = prepared.leave(prepared.call())
        return result.shape, pick(self.row, result) if result.shape == self.row.output else result[
            :0
        ]

    def run(self, engine: str = "auto") -> float:
        """Return the seconds of a call."""
        return run(self.held[engine].call, self.pause)

    def layout(self) -> float:
        """Return the seconds that moving channels takes, there and back."""
        return self.held["auto"].layout()

    def peak(self, dtype: str) -> float | None:
        """Return the multiply-adds of a second, None where Numba is not installed."""
        try:
            return limits.measure_peak(dtype, self.threads)
        except ImportError:
            return None

    def engines(self) -> list[str]:
        """Return the engines for the row's kind."""
        return find_engines(self.row)

    def predict(self) -> float | None:
        """Return the plan's own expectation."""
        return predict(self.row)


# ---- judging ----


@dataclass
class Result:
    """The measurements of a row by contender: seconds, of moving channels too, and errors."""

    row: Row
    wrong: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    layout: dict[str, float] = field(default_factory=dict)
    peak: float | None = None  # multiply-adds of a second

    def median(self, name: str) -> float:
        """The median of a contender's seconds."""
        return statistics.median(self.seconds[name])

    def fastest(self, among: tuple[str, ...] = ()) -> str | None:
        """Return the fastest peer, None if no peer was timed."""
        names = [
            name for name in self.seconds if name in (among or PEERS) and not PEERS[name].special
        ]
        return min(names, key=self.median, default=None)

    def ratio(self, among: tuple[str, ...] = ()) -> float | None:
        """How many times as long as ours the fastest peer took."""
        fastest = self.fastest(among)
        return (
            self.median(fastest) / self.median(OURS) if fastest and OURS in self.seconds else None
        )

    def met(self, bar: Bar) -> bool | None:
        """Whether ours is as fast as the bar asks; None if none of its peers was timed."""
        if OURS in self.wrong:
            return False
        ratio = self.ratio(bar.peers)
        return None if ratio is None else ratio >= bar.least

    def limit(self) -> tuple[float, str] | None:
        """Return the slower of the two limits and its name."""
        found = [(self.median(LIMIT), "copy")] if LIMIT in self.seconds else []
        if self.peak and self.row.multiply_adds:
            found.append((self.row.multiply_adds / self.peak, "FMA"))
        return max(found, default=None)

    def copies(self) -> float | None:
        """How many times as long as the copy ours took."""
        measured = OURS in self.seconds and LIMIT in self.seconds
        return self.median(OURS) / self.median(LIMIT) if measured else None


def disagreement(
    row: Row, sample: tuple[tuple[int, ...], np.ndarray], expected: tuple[np.ndarray, float]
) -> str:
    """Say how a sample of a result differs from what is right; empty if it does not."""
    (shape, actual), (right, magnitude) = sample, expected
    if tuple(shape) != row.output:
        return f"the result is {tuple(shape)}, but should be {row.output}"
    allowed = TOLERANCE[row.computed.name] * magnitude
    away = np.abs(actual.astype(np.float64) - right).max()
    return (
        ""
        if away <= allowed
        else f"up to {away:.3g} away from what is right, of {allowed:.3g} allowed"
    )


def compare(row: Row, contenders: dict[str, Contender]) -> dict[str, str]:
    """Prepare and run every contender once; return those that are wrong and how."""
    kernels = None if row.kind == "pool" else row.make_kernels()
    expected = expect(row, row.make_images(), kernels)
    wrong = {}
    for name, one in contenders.items():
        report(f"{row}: comparing {name}")
        try:
            one.ask("prepare", row)
            difference = "" if name == LIMIT else disagreement(row, one.ask("sample"), expected)
        except RuntimeError as error:
            difference = str(error).splitlines()[0]
        if difference:
            wrong[name] = difference
    return wrong


def measure(
    row: Row, contenders: dict[str, Contender], turns: int, peak: float | None = None
) -> Result:
    """Compare, then time those that are right, in turn."""
    able = {
        name: one
        for name, one in contenders.items()
        if name in (OURS, LIMIT) or PEERS[name].can(row)
    }
    result = Result(row, compare(row, able), peak=peak)
    right = {name: one for name, one in able.items() if name not in result.wrong}
    runs = {name: functools.partial(one.ask, "run") for name, one in right.items()}
    result.seconds = take_turns(runs, turns, str(row), PATIENCE)
    result.layout = {name: one.ask("layout") for name, one in right.items() if name in PEERS}
    return result


# ---- the table ----


def say_time(result: Result, name: str, turns: int) -> str:
    """Milliseconds of a contender, with the number of runs if they are fewer."""
    if name in result.wrong:
        return "WRONG"
    seconds = result.seconds.get(name)
    fewer = f", {len(seconds)} runs" if seconds and len(seconds) < turns else ""
    return say_seconds(seconds, MILLI) + fewer


def say_fastest(result: Result) -> str:
    """Name and milliseconds of the fastest peer."""
    name = result.fastest()
    return f"{name} {result.median(name) / MILLI:.3g}" if name else "-"


def say_number(value: float | None) -> str:
    """A ratio, or that there is none."""
    return "-" if value is None else f"{value:.2f}"


def say_bar(result: Result, bar: Bar) -> str:
    """Say whether a bar was met, and by how much it was not."""
    met = result.met(bar)
    if met is None:
        return "no such peer"
    ratio = result.ratio(bar.peers)
    return "met" if met else f"not met ({say_number(ratio)})"


def say_bars(result: Result) -> tuple[str, str]:
    """Say the bars of a row, and whether each was met."""
    bars, met = (
        [str(bar) for bar in result.row.bars],
        [say_bar(result, bar) for bar in result.row.bars],
    )
    if result.row.copies:
        copies = result.copies()
        bars.append(f"copy x {result.row.copies:g}")
        met.append(
            "-"
            if copies is None
            else "met"
            if copies <= result.row.copies
            else f"not met ({copies:.2f})"
        )
    return "; ".join(bars) or "-", "; ".join(met) or "-"


def say_limit(result: Result) -> tuple[str, str]:
    """Say the limit in milliseconds, and how far ours is from it."""
    limit = result.limit()
    if limit is None:
        return "-", "-"
    near = f"{result.median(OURS) / limit[0]:.2f}" if OURS in result.seconds else "-"
    return f"{limit[1]} {limit[0] / MILLI:.3g}", near


def say_layout(result: Result) -> str:
    """Say what moving channels takes for the fastest peer."""
    name = result.fastest()
    return f"{result.layout[name] / MILLI:.3g}" if name and result.layout.get(name) else "-"


HEADING = [
    "row",
    OURS,
    "fastest peer",
    "peer / ours",
    "bar",
    "",
    LIMIT,
    "ours / limit",
    "its layout",
]


def say_row(result: Result, names: list[str], turns: int, judged: bool) -> list[str]:
    """Return the cells of a row; bars are for all threads at full size."""
    times = [say_time(result, name, turns) for name in names]
    bars = say_bars(result) if judged else ("-", "-")
    return [
        str(result.row),
        say_time(result, OURS, turns),
        say_fastest(result),
        say_number(result.ratio()),
        *bars,
        *say_limit(result),
        say_layout(result),
        *times,
    ]


def say_summary(results: list[Result], judged: bool) -> Iterator[str]:
    """Say below the table what must not be overlooked: losses, bars, what is wrong."""
    raced = [result for result in results if result.ratio() is not None]
    lost = [f"{result.row} ({result.ratio():.2f})" for result in raced if result.ratio() < 1]
    if raced:
        yield (
            f"A peer is faster than ours in {len(lost)} of {len(raced)} "
            f"rows{': ' if lost else ''}{'; '.join(lost)}."
        )
    deep = [result.ratio() for result in raced if result.row.group == "deep"]
    if deep:
        mean = statistics.geometric_mean(deep)
        met = f", bar {DEEP_MEAN:g}: {'met' if mean >= DEEP_MEAN else 'not met'}" if judged else ""
        yield f"Geometric mean of peer / ours over {len(deep)} deep layers: {mean:.2f}{met}."
    if judged:
        verdicts = [
            met
            for result in results
            for bar in result.row.bars
            if (met := result.met(bar)) is not None
        ]
        near = [
            ratio <= result.row.copies
            for result in results
            if result.row.copies and (ratio := result.copies())
        ]
        yield (
            f"Bars met: {sum(verdicts)} of {len(verdicts)} against peers, {sum(near)} of "
            f"{len(near)} near the copy."
        )
    for result in results:
        for name, difference in result.wrong.items():
            yield f"WRONG: {result.row}, {name}: {difference}"


def start(names: list[str], threads: int, small: bool) -> dict[str, Contender]:
    """Start a process for each name, on as many CPUs as threads."""
    pause = 0.0 if small else contender.PAUSE
    words = {"environment": environment(threads), "cpus": threads}
    started = {name: Contender(Station, name, threads, pause, **words) for name in names}
    for one in started.values():
        one.ask("ready")
    return started


def stop(contenders: dict[str, Contender]) -> None:
    """End their processes."""
    for one in contenders.values():
        one.stop()


def print_table(options: argparse.Namespace, threads: int) -> list[Result]:
    """Measure row by row on so many threads, print each as soon as it is known."""
    names = [name for name in options.peers if any(PEERS[name].can(row) for row in options.rows)]
    contenders = start([OURS, *names, LIMIT], threads, options.small)
    peaks = {dtype: contenders[LIMIT].ask("peak", dtype) for dtype in TOLERANCE}
    said = ", ".join(
        f"{2e-9 * peak:.0f} GFLOP/s in {dtype}" for dtype, peak in peaks.items() if peak
    )
    print(f"\n## {threads} thread{'s' if threads > 1 else ''}\n")
    print(
        f"Milliseconds: median (least..most) of {options.runs} runs in turn. "
        f"{f'FMA peak: {said}.' if said else ''}\n"
    )
    print_row([*HEADING, *names])
    print_row(["---"] * (len(HEADING) + len(names)))
    results, judged = [], threads == CPUS and not options.small
    for row in options.rows:
        results.append(measure(row, contenders, options.runs, peaks[row.computed.name]))
        print_row(say_row(results[-1], names, options.runs, judged))
    stop(contenders)
    print()
    for line in say_summary(results, judged):
        print(line, flush=True)
    return results


# ---- auto against the best engine ----


def time_engines(
    row: Row, ours: Contender, turns: int
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Return the seconds of "auto" and of each engine that can do the row, and what is wrong."""
    kernels = None if row.kind == "pool" else row.make_kernels()
    expected = expect(row, row.make_images(), kernels)
    ours.ask("prepare", row)
    able, wrong = [], {}
    for engine in ("auto", *ours.ask("engines")):
        report(f"{row}: comparing {engine}")
        try:
            ours.ask("prepare", row, engine)
            difference = disagreement(row, ours.ask("sample", engine), expected)
        except RuntimeError as error:
            if engine != "auto" and str(error).startswith("ValueError"):
                continue  # it says that it cannot do this
            difference = str(error).splitlines()[0]
        if difference:
            wrong[engine] = difference
        else:
            able.append(engine)
    return take_turns(
        {name: functools.partial(ours.ask, "run", name) for name in able}, turns, str(row), PATIENCE
    ), wrong


def print_engines(options: argparse.Namespace) -> bool:
    """Print what "auto" loses to the best engine; return whether all were right."""
    contenders = start([OURS], options.threads[-1], options.small)
    print(f'\n## engine="auto" against the best engine, {options.threads[-1]} threads\n')
    print_row(["row", "auto", "best engine", "auto / best", f"bar {AUTO_BAR}", "all"])
    print_row(["---"] * 6)
    fine = True
    for row in options.rows:
        seconds, wrong = time_engines(row, contenders[OURS], options.runs)
        fine = fine and not wrong
        said = [f"{name}: WRONG, {difference}" for name, difference in wrong.items()]
        medians = {name: statistics.median(values) for name, values in seconds.items()}
        auto = medians.pop("auto", None)
        if auto is None or not medians:
            print_row([str(row), "-", "-", "-", "-", "; ".join(said)])
            continue
        best = min(medians, key=medians.get)
        said = [f"{name} {median / MILLI:.3g}" for name, median in medians.items()] + said
        ratio = auto / medians[best]
        met = "met" if ratio <= AUTO_BAR else "not met"
        print_row([str(row), f"{auto / MILLI:.3g}", best, f"{ratio:.2f}", met, "; ".join(said)])
    stop(contenders)
    return fine


# ---- growth ----


def print_growth(options: argparse.Namespace) -> None:
    """Print our seconds as work grows, by number of threads, beside the plan's prediction."""
    print("\n## Growth: ours, milliseconds, and the plan's own prediction\n")
    columns = [f"{threads} thread{'s' if threads > 1 else ''}" for threads in options.threads]
    heading = [cell for column in columns for cell in (column, "to the first", "plan")]
    print_row(["what grows", "row", "size to the first", *heading])
    print_row(["---"] * (3 + len(heading)))
    stations = [start([OURS], threads, options.small)[OURS] for threads in options.threads]
    for what, rows in options.growth:
        first: list[float] = []
        for size, row in rows:
            medians = [time_ours(row, ours, options.runs) for ours in stations]
            first = first or medians
            cells = [
                cell
                for ours, seconds, least in zip(stations, medians, first, strict=True)
                for cell in (
                    f"{seconds / MILLI:.3g}",
                    f"{seconds / least:.2f}",
                    say_plan(ours.ask("predict")),
                )
            ]
            print_row([what, row.what, f"{size / rows[0][0]:.2f}", *cells])
    for ours in stations:
        ours.stop()


def time_ours(row: Row, ours: Contender, turns: int) -> float:
    """Return the median of our seconds."""
    ours.ask("prepare", row)
    ours.ask("sample")
    return statistics.median(
        take_turns({OURS: functools.partial(ours.ask, "run")}, turns, str(row), PATIENCE)[OURS]
    )


def say_plan(seconds: float | None) -> str:
    """Milliseconds that the plan expects."""
    return "-" if seconds is None else f"{seconds / MILLI:.3g}"


# ---- words ----


def find_version(package: str) -> str:
    """Return the version of a distribution, or that it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def describe(options: argparse.Namespace) -> Iterator[str]:
    """Say what ran on what: the lines above the tables."""
    yield (
        f"{find_cpu()}, {CPUS} CPUs, {limit_vectors()}; {platform.system()}, Python "
        f"{platform.python_version()}."
    )
    names = dict.fromkeys(["numpy", "numba", *(PEERS[name].package for name in options.peers)])
    yield ", ".join(f"{package} {find_version(package)}" for package in names) + "."
    missing = [name for name in options.wanted if name not in options.peers]
    if missing:
        yield f"Left out, not installed: {', '.join(missing)}."
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if busy > 0.5:
        yield f"Something else is running here: the load was {busy:.1f} before the start."
    if options.small:
        yield "SMALL rows: the times mean nothing."
    yield (
        "Integer rows: peers turn them into float32 in the timed call and return float32; ours "
        "returns its own dtype. Moving channels (before and after) is not timed; for the fastest "
        "peer it stands under its layout."
    )
    yield (
        "The limit is the slower of a threaded copy of the row's bytes and its multiply-adds at "
        f"the measured peak. One far behind whose runs take over {PATIENCE} s together is run "
        "less often; special: for one kernel only."
    )


def limit_vectors() -> str:
    """Say how wide the vectors are."""
    try:
        return f"{8 * limits.vector_bytes()}-bit vectors"
    except ImportError:
        return "vectors unknown without numba"


def parse_count(words: str) -> int:
    """Return a number from 1 up."""
    if int(words) < 1:
        raise argparse.ArgumentTypeError(f"{words} is too few: use a number from 1 up")
    return int(words)


def parse_threads(words: str) -> list[int]:
    """Return numbers of threads such as '1,2'."""
    counts = sorted({parse_count(word) for word in words.split(",")})
    if counts[-1] > CPUS:
        raise argparse.ArgumentTypeError(f"{counts[-1]} threads, but there are {CPUS} CPUs here")
    return counts


def parse_sections(words: str) -> list[str]:
    """Return sections such as 'table,growth'."""
    chosen = words.split(",")
    unknown = [word for word in chosen if word not in SECTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no section {unknown[0]}: use {', '.join(SECTIONS)}"
        )
    return chosen


def parse_peers(words: str) -> list[str]:
    """Return the peers whose name or package has one of the words in it."""
    chosen = words.lower().split(",")
    names = [
        name
        for name in PEERS
        if any(word in f"{name} {PEERS[name].package}".lower() for word in chosen)
    ]
    if not names:
        raise argparse.ArgumentTypeError(f"no peer is called {words}: there are {', '.join(PEERS)}")
    return names


def choose_rows(word: str, small: bool) -> tuple[list[Row], list]:
    """Return the rows of the table, and of growth, that have a word in them."""

    def chosen(row: Row) -> bool:
        return word.lower() in str(row).lower()

    rows = [row.small() if small else row for row in ROWS if chosen(row)]
    grown = [
        (what, [(size, row.small() if small else row) for size, row in some])
        for what, some in growth()
        if any(chosen(row) for _, row in some)
    ]
    return rows, grown


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only",
        default="",
        metavar="WORD",
        help="rows that have this in them, such as deep or uint8",
    )
    parser.add_argument("--threads", type=parse_threads, help="such as 1,2 (default: one, and all)")
    parser.add_argument(
        "--runs", type=parse_count, default=7, help="of each contender and row (default 7)"
    )
    parser.add_argument("--small", action="store_true", help="small rows, without pauses and bars")
    parser.add_argument(
        "--peers",
        dest="wanted",
        type=parse_peers,
        default=list(PEERS),
        help="such as torch,openvino",
    )
    parser.add_argument(
        "--sections", type=parse_sections, default=list(SECTIONS), help=f"of {','.join(SECTIONS)}"
    )
    options = parser.parse_args(arguments)
    options.threads = options.threads or sorted({1, CPUS})
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
    fine = True
    if "table" in options.sections and options.rows:
        for threads in options.threads:
            results = print_table(options, threads)
            fine = fine and not any(result.wrong for result in results)
    if "engines" in options.sections and options.rows:
        fine = print_engines(options) and fine
    if "growth" in options.sections and options.growth:
        print_growth(options)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
