"""What a benchmark prints, and how it reads its command line.

Runs on the brief's Python 3.8 with NumPy 1.19.2 as well as on current ones.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import harness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MILLI = 1e-3
RUNS = 5  # of each contender and row, unless --runs says otherwise


class Table:
    """A markdown table, printed row by row so that a long run can be watched.

    columns : heading -> the cell, from what add() is given
    """

    def __init__(self, columns: dict[str, Callable[..., str]]) -> None:
        self.columns = columns
        self.print_cells(list(columns))
        self.print_cells(["---"] * len(columns))

    def add(self, *values: Any) -> None:
        """Print the row of these values."""
        self.print_cells([format_cell(*values) for format_cell in self.columns.values()])

    @staticmethod
    def print_cells(cells: list[str]) -> None:
        """Print one line."""
        harness.show_progress("")
        print(f"| {' | '.join(cells)} |", flush=True)


def print_title(title: str) -> None:
    """Print the title of a section."""
    print(f"\n## {title}\n")


def format_threads(threads: int) -> str:
    """Say how many threads."""
    return f"{threads} thread{'s' if threads > 1 else ''}"


def format_median(result: harness.Result, name: str | None) -> str:
    """Name and median milliseconds of a contender."""
    return f"{name} {result.median(name) / MILLI:.3g}" if name else "-"


def format_optional(value: Any, format_spec: str = "", unit: float = 1) -> str:
    """Format a number in units of so many, or a spread; "-" for None."""
    if value is None:
        return "-"
    return str(value) if isinstance(value, harness.Spread) else f"{value / unit:{format_spec}}"


def format_verdict(is_met: bool | None, why: str = "") -> str:
    """Say whether a bar was met, and why not; None: it could not be judged."""
    return {None: "-", True: "met", False: f"not met{why and f' ({why})'}"}[is_met]


def describe_losses(ratios: dict[str, harness.Spread | None], who: str) -> Iterator[str]:
    """Say in which rows (row -> how many times as long as ours they took) others are faster."""
    known = {row: ratio for row, ratio in ratios.items() if ratio}
    lost = [f"{row} ({ratio.median:.2f})" for row, ratio in known.items() if ratio.median < 1]
    if known:
        rows = f": {'; '.join(lost)}" if lost else ""
        yield f"{who} is faster than ours in {len(lost)} of {len(known)} rows{rows}."


def describe_wrong(results: list[harness.Result]) -> Iterator[str]:
    """Say which contenders were wrong in which rows."""
    for result in results:
        for name, difference in result.wrong.items():
            yield f"WRONG: {result.row}, {name}: {difference}"


def find_version(package: str) -> str | None:
    """Return the version of a distribution, None where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def describe_machine(*packages: str) -> str:
    """Say what runs on what: the first line of a benchmark."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    cpu = names[0] if names else platform.processor() or platform.machine()
    versions = [f"{package} {find_version(package) or 'not installed'}" for package in packages]
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"Python {platform.python_version()}, {', '.join(versions)}; "
        f"{platform.system()}, {cpu}, {harness.CPUS} CPUs{load}; {datetime.date.today()}."
    )


def parse_count(text: str) -> int:
    """Return a number from 1 up."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is too few: use a number from 1 up")
    return int(text)


def make_parser(description: str, runs: int = RUNS) -> argparse.ArgumentParser:
    """Return a command line with --runs."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--runs", type=parse_count, default=runs, help=f"of each contender and row (default {runs})"
    )
    return parser
