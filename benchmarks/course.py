"""The seven files of the course against a textbook version of each, and against PyTorch.

    python benchmarks/course.py                            # full size, random images: some minutes
    python benchmarks/course.py --only 4,5 --images 500    # a quick look, without the bars
    python benchmarks/course.py --data supervised_learning/data

Prints a markdown table; harness.py says how contenders are started, compared and timed, and the
textbook's results are the expected ones. course_rows.py holds the rows, the textbook and PyTorch.
Exit 0 if all agree, however long they took; 1 if one does not; 2 for words that make no sense. Runs
on the brief's Python 3.8 with NumPy 1.19.2 as well as on current ones.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import harness
import reports
from course_rows import IS_BRIEF_NUMPY, ROWS, SEED, Row
from harness import OURS, Prepared, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COURSE = Path(__file__).resolve().parents[1] / "math" / "0x04-convolutions_and_pooling"
TOLERANCE = 1e-9  # relative, and absolute near zero
MEMORY_BAR = 64  # MiB beyond result and input


# ---- contenders ----


@functools.lru_cache
def load_course(file: str) -> Callable[..., np.ndarray]:
    """Return the function of a course file, by path: math/ must not come to sys.path."""
    sys.dont_write_bytecode = True  # none into math/ either
    spec = importlib.util.spec_from_file_location(file, COURSE / f"{file}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, file.split("-")[1])


def prepare_ours(row: Row, images: np.ndarray, kernel: Any) -> Prepared:
    """Call the course file."""
    return Prepared(functools.partial(load_course(row.file), images, kernel, **row.arguments))


def prepare_textbook(row: Row, images: np.ndarray, kernel: Any) -> Prepared:
    """Call the textbook version."""
    return Prepared(functools.partial(row.work.textbook, images, kernel, row.zeros, row.stride))


def prepare_torch(row: Row, images: np.ndarray, kernel: Any) -> Prepared:
    """Call PyTorch."""
    return Prepared(functools.partial(row.work.torch, images, kernel, row.zeros, row.stride))


CONTENDERS = {OURS: prepare_ours, "textbook": prepare_textbook, "PyTorch": prepare_torch}


def load_row(folder: Path | None, count: int | None, row: Row) -> tuple[np.ndarray, Any]:
    """Return the images and the kernel of a row."""
    return row.work.images.load(folder, count), row.work.kernel


def expect(row: Row, textbook: harness.Contender) -> harness.Expected:
    """Return what the textbook version gives."""
    textbook.ask("prepare", row)
    shape, part = textbook.ask("sample")
    return harness.Expected(shape, part, TOLERANCE * (1 + np.abs(part)), str(part.dtype))


# ---- the table ----


def is_ratio_met(result: Result) -> bool:
    """Whether ours is right, and as much faster than the textbook as the row's bar asks."""
    ratio = result.ratio("textbook")
    return ratio is not None and ratio.median >= result.row.bar


def is_memory_met(result: Result) -> bool:
    """Whether ours is right, within the memory that it may take."""
    return result.memory is not None and result.memory <= MEMORY_BAR


# heading -> the cell of a result; the second dict only at full size
COLUMNS = {
    "task": lambda result: str(result.row),
    "ours, s": lambda result: result.format_seconds(OURS),
    "textbook, s": lambda result: result.format_seconds("textbook"),
    "textbook / ours": lambda result: reports.format_optional(result.ratio("textbook")),
    "PyTorch, s": lambda result: result.format_seconds("PyTorch"),
    "PyTorch / ours": lambda result: reports.format_optional(result.ratio("PyTorch")),
    "working memory, MiB": lambda result: reports.format_optional(result.memory, ".1f"),
}
BAR_COLUMNS = {
    "ratio's bar": lambda result: (
        f"{result.row.bar}: {reports.format_verdict(is_ratio_met(result))}"
        if result.row.bar
        else "-"
    ),
    "memory's bar": lambda result: f"{MEMORY_BAR}: {reports.format_verdict(is_memory_met(result))}",
}


def describe(options: argparse.Namespace) -> Iterator[str]:
    """Say what ran on what: the lines above the table."""
    yield reports.describe_machine("numpy", "torch")
    images = f"the files in {options.data}" if options.data else f"random, seed {SEED}"
    size = f"at most {options.images} of each set" if options.images else "full size"
    yield (
        f"Images: {images}; {size}. Seconds and ratios: median (least..most) of {options.runs} "
        "runs in turn."
    )
    if reports.find_version("torch"):
        yield (
            f"PyTorch: float64 with {harness.CPUS} threads; its time includes uint8 to float64 "
            f"and channels last to first and back (tasks 4-6)."
        )


def summarize(results: list[Result], has_bars: bool) -> Iterator[str]:
    """Yield lines for below the table: bars, what is wrong, and where PyTorch is faster."""
    if has_bars:
        ratios = [is_ratio_met(result) for result in results if result.row.bar]
        memory = [is_memory_met(result) for result in results]
        yield (
            f"Bars for {'NumPy 1.19' if IS_BRIEF_NUMPY else 'current NumPy'}: textbook / ours met "
            f"in {sum(ratios)} of {len(ratios)} rows, memory in {sum(memory)} of {len(memory)}."
        )
    yield from reports.describe_wrong(results)
    yield from reports.describe_losses(
        {str(one.row): one.ratio("PyTorch") for one in results}, "PyTorch"
    )


def print_table(options: argparse.Namespace) -> list[Result]:
    """Measure row by row, print each as soon as it is known."""
    load = functools.partial(load_row, options.data, options.images)
    names = [name for name in CONTENDERS if name != "PyTorch" or reports.find_version("torch")]
    results = []
    with harness.contenders(load, {name: CONTENDERS[name] for name in names}) as started:
        table = reports.Table(COLUMNS if options.images else {**COLUMNS, **BAR_COLUMNS})
        for row in options.rows:
            expected = expect(row, started["textbook"])
            results.append(harness.measure(row, started, expected, options.runs))
            table.add(results[-1])
    return results


def parse_rows(text: str) -> list[Row]:
    """Return the rows of tasks such as '4,5'."""
    tasks = {int(word) for word in text.split(",")}
    unknown = tasks - {row.task for row in ROWS}
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no task {min(unknown)}: use numbers from 0 to 6, such as 4,5"
        )
    return [row for row in ROWS if row.task in tasks]


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line; look into the data files here, before anything is started."""
    parser = reports.make_parser(__doc__)
    parser.add_argument(
        "--only", dest="rows", type=parse_rows, default=ROWS, metavar="TASKS", help="such as 4,5"
    )
    parser.add_argument("--images", type=reports.parse_count, help="most of each set; without bars")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="of MNIST.npz, animals_1.npz")
    options = parser.parse_args(arguments)
    try:
        for images in {row.work.images for row in options.rows if options.data}:
            images.load(options.data, options.images)
    except (OSError, KeyError, ValueError) as error:
        parser.error(f"{error}; `convpool data` makes both files")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 1 if a contender disagrees with the textbook, else 0."""
    options = parse(arguments)
    print("\n".join(describe(options)), end="\n\n", flush=True)
    results = print_table(options)
    print("", *summarize(results, has_bars=not options.images), sep="\n")
    return int(any(result.wrong for result in results))


if __name__ == "__main__":
    sys.exit(main())
