"""The seven files of the course against a textbook version of each, and against PyTorch.

    python benchmarks/course.py                            # full size, random images: some minutes
    python benchmarks/course.py --only 4,5 --images 500    # a quick look, without the bars
    python benchmarks/course.py --data supervised_learning/data

Prints a markdown table. Every contender lives in a process of its own, which is started once, holds
the images and runs when asked while the others wait. Before anything is timed, results are compared
with the textbook's. Exit 0 if all agree, however long they took; 1 if one does not; 2 for words
that make no sense. Runs on the brief's Python 3.8 with NumPy 1.19.2 as well as on current ones.

m images, h x w pixels, kh x kw kernel, nc kernels, sh sw stride, oh x ow output; i j a position in
the output. To add a row of the table, add one entry to ROWS.
"""

from __future__ import annotations

import argparse
import functools
import importlib.metadata
import importlib.util
import platform
import statistics
import sys
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from contender import (
    CPUS,
    Contender,
    find_cpu,
    print_row,
    report,
    run,
    say_seconds,
    spread,
    take_turns,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COURSE = Path(__file__).resolve().parents[1] / "math" / "0x04-convolutions_and_pooling"
BRIEF_NUMPY = np.__version__.startswith("1.19.")
SEED = 20220104
COMPARED = 100  # images, evenly spread from the first to the last
MEMORY_BAR = 64  # MiB beyond result and input


@dataclass(frozen=True, eq=False)
class Images:
    """A data set of the brief, and random pixels of its full-size shape in its place."""

    file: str
    key: str
    shape: tuple[int, ...]
    random: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]

    def load(self, folder: Path | None, count: int | None) -> np.ndarray:
        """Return the first `count` images (None: all) of the file in `folder` (None: random)."""
        wanted = min(count or self.shape[0], self.shape[0])
        if folder is None:
            return self.random(np.random.default_rng(SEED), (wanted, *self.shape[1:]))
        with np.load(folder / self.file) as file:
            images = file[self.key][:wanted]
        if len(images) < wanted:
            raise ValueError(
                f"{folder / self.file} holds {len(images)} images of {wanted}: "
                f"pass --images {len(images)} or a folder with full-size data"
            )
        return images


DIGITS = Images("MNIST.npz", "X_train", (50000, 28, 28), lambda rng, shape: rng.random(shape))
ANIMALS = Images(
    "animals_1.npz",
    "data",
    (10000, 32, 32, 3),
    lambda rng, shape: rng.integers(0, 256, shape, np.uint8),
)

# The textbook: one output pixel after the other, for all images at once.


def pad(images: np.ndarray, zeros: tuple) -> np.ndarray:
    """Add zeros ((top, bottom), (left, right)) around the pixels; none, no copy."""
    if not np.any(zeros):
        return images
    return np.pad(images, ((0, 0), *zeros, *((0, 0),) * (images.ndim - 3)))


def count_windows(
    images: np.ndarray, shape: tuple[int, ...], stride: tuple[int, int]
) -> tuple[int, int]:
    """Return oh and ow."""
    (_, h, w), (kh, kw), (sh, sw) = images.shape[:3], shape[:2], stride
    return (h - kh) // sh + 1, (w - kw) // sw + 1


def textbook_convolve(
    images: np.ndarray, kernel: np.ndarray, zeros: tuple, stride: tuple[int, int]
) -> np.ndarray:
    """Convolve images (m, h, w) with a kernel (kh, kw), or both with channels last."""
    images = pad(images, zeros)
    (kh, kw), (sh, sw) = kernel.shape[:2], stride
    oh, ow = count_windows(images, kernel.shape, stride)
    output = np.zeros((len(images), oh, ow))
    for i in range(oh):
        for j in range(ow):
            window = images[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            output[:, i, j] = np.sum(window * kernel, axis=tuple(range(1, window.ndim)))
    return output


def textbook_kernels(
    images: np.ndarray, kernels: np.ndarray, zeros: tuple, stride: tuple[int, int]
) -> np.ndarray:
    """Convolve images (m, h, w, c) with kernels (kh, kw, c, nc)."""
    images = pad(images, zeros)
    (kh, kw, _, nc), (sh, sw) = kernels.shape, stride
    oh, ow = count_windows(images, kernels.shape, stride)
    output = np.zeros((len(images), oh, ow, nc))
    for i in range(oh):
        for j in range(ow):
            for k in range(nc):
                window = images[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
                output[:, i, j, k] = np.sum(window * kernels[..., k], axis=(1, 2, 3))
    return output


def textbook_pool(
    images: np.ndarray, shape: tuple, zeros: tuple, stride: tuple, combine: Callable
) -> np.ndarray:
    """Combine the windows (kh, kw) of images (m, h, w, c); zeros are none."""
    (kh, kw), (sh, sw) = shape, stride
    oh, ow = count_windows(images, shape, stride)
    output = np.zeros((len(images), oh, ow, images.shape[-1]))
    for i in range(oh):
        for j in range(ow):
            window = images[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
            output[:, i, j] = combine(window, axis=(1, 2))
    return output


textbook_max = functools.partial(textbook_pool, combine=np.max)
textbook_average = functools.partial(textbook_pool, combine=np.mean)


# PyTorch: float64 as ours. What brings our input to it and its result back (dtype, channels first)
# is its time as well.


@functools.lru_cache
def load_torch() -> Any:
    """Import torch, with one thread for each CPU."""
    import torch

    torch.set_num_threads(CPUS)
    return torch


def torch_kernels(
    images: np.ndarray, kernels: np.ndarray, zeros: tuple, stride: tuple[int, int]
) -> np.ndarray:
    """Convolve images (m, h, w, c) with kernels (kh, kw, c, nc)."""
    torch = load_torch()
    # contiguous: in float64 it is faster on planes than on channels last
    planes = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous().double()
    weights = torch.from_numpy(kernels).permute(3, 2, 0, 1).contiguous().double()
    (top, bottom), (left, right) = zeros
    if (top, left) != (bottom, right):
        planes, top, left = torch.nn.functional.pad(planes, (left, right, top, bottom)), 0, 0
    sums = torch.nn.functional.conv2d(planes, weights, stride=stride, padding=(top, left))
    return sums.permute(0, 2, 3, 1).contiguous().numpy()


def torch_grayscale(
    images: np.ndarray, kernel: np.ndarray, zeros: tuple, stride: tuple[int, int]
) -> np.ndarray:
    """Convolve images (m, h, w) with a kernel (kh, kw): one channel, nothing to move."""
    return torch_kernels(images[..., None], kernel[..., None, None], zeros, stride)[..., 0]


def torch_channels(
    images: np.ndarray, kernel: np.ndarray, zeros: tuple, stride: tuple[int, int]
) -> np.ndarray:
    """Convolve images (m, h, w, c) with a kernel (kh, kw, c): one kernel."""
    return torch_kernels(images, kernel[..., None], zeros, stride)[..., 0]


def torch_pool(
    images: np.ndarray, shape: tuple, zeros: tuple, stride: tuple, name: str
) -> np.ndarray:
    """Pool images (m, h, w, c); channels last stay last in memory, which is faster here."""
    torch = load_torch()
    planes = torch.from_numpy(images).permute(0, 3, 1, 2).double()
    pooled = getattr(torch.nn.functional, name)(planes, shape, stride)
    return pooled.permute(0, 2, 3, 1).contiguous().numpy()


torch_max = functools.partial(torch_pool, name="max_pool2d")
torch_average = functools.partial(torch_pool, name="avg_pool2d")


@dataclass(frozen=True, eq=False)
class Work:
    """What rows of a kind share: images, kernel (for pooling, a window's shape) and the others."""

    images: Images
    kernel: Any
    textbook: Callable[..., np.ndarray]
    torch: Callable[..., np.ndarray]


# the brief's kernels: int64, as its mains make them
EDGES = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])[..., None].repeat(3, axis=2)
THREE = np.array(
    [
        [[0, 1, 1], [-1, 0, 1], [0, -1, 1]],
        [[-1, 1, 0], [5, 0, 0], [-1, -1, 0]],
        [[0, 1, -1], [-1, 0, -1], [0, -1, -1]],
    ]
)[:, :, None].repeat(3, axis=2)

GRAYSCALE = Work(DIGITS, EDGES, textbook_convolve, torch_grayscale)
CHANNELS = Work(ANIMALS, SHARPEN, textbook_convolve, torch_channels)
KERNELS = Work(ANIMALS, THREE, textbook_kernels, torch_kernels)
MAXIMUM = Work(ANIMALS, (2, 2), textbook_max, torch_max)
AVERAGE = Work(ANIMALS, (2, 2), textbook_average, torch_average)


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the table: a call of a course file, and the same work for the others.

    The file is called with `arguments`. The others get `zeros` and `stride` as numbers, so that
    they share no rule with ours. `bars`: ours is to be at least so many times faster than the
    textbook, on current NumPy and on the brief's 1.19.
    """

    file: str
    what: str
    work: Work
    arguments: dict[str, Any] = field(default_factory=dict)
    zeros: tuple = ((0, 0), (0, 0))
    stride: tuple[int, int] = (1, 1)
    bars: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{self.task} {self.what}"

    @property
    def task(self) -> int:
        """The number in front of the file's name."""
        return int(self.file[0])

    @property
    def bar(self) -> int | None:
        """The bar for the NumPy that runs."""
        return self.bars and self.bars[BRIEF_NUMPY]


BY_TWO = {"stride": (2, 2)}
ROWS = [
    Row("0-convolve_grayscale_valid", "valid", GRAYSCALE, bars=(9, 6)),
    Row("1-convolve_grayscale_same", "same", GRAYSCALE, zeros=((1, 1), (1, 1)), bars=(9, 6)),
    Row(
        "2-convolve_grayscale_padding",
        "padding (2, 4)",
        GRAYSCALE,
        {"padding": (2, 4)},
        ((2, 2), (4, 4)),
        bars=(9, 6),
    ),
    Row(
        "3-convolve_grayscale",
        "valid, stride 2",
        GRAYSCALE,
        {"padding": "valid", **BY_TWO},
        **BY_TWO,
        bars=(6, 4),
    ),
    # 28 sums per axis at stride 2: 27 * 2 + 3 = 57 pixels, 29 of them zeros, the odd one before
    Row(
        "3-convolve_grayscale",
        "same, stride 2",
        GRAYSCALE,
        {"padding": "same", **BY_TWO},
        ((15, 14), (15, 14)),
        **BY_TWO,
    ),
    Row("4-convolve_channels", "valid, 3 channels", CHANNELS, {"padding": "valid"}, bars=(5, 4)),
    Row("5-convolve", "valid, 3 kernels", KERNELS, {"padding": "valid"}, bars=(5, 4)),
    Row("6-pool", "max 2x2", MAXIMUM, {"mode": "max", **BY_TWO}, **BY_TWO, bars=(8, 8)),
    Row("6-pool", "avg 2x2", AVERAGE, {"mode": "avg", **BY_TWO}, **BY_TWO, bars=(8, 8)),
]


@functools.lru_cache
def load_course(file: str) -> Callable[..., np.ndarray]:
    """Return the function of a course file, by path: math/ must not come to sys.path."""
    sys.dont_write_bytecode = True  # none into math/ either
    spec = importlib.util.spec_from_file_location(file, COURSE / f"{file}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, file.split("-")[1])


# name -> (row, images) -> result
CONTENDERS = {
    "ours": lambda row, images: load_course(row.file)(images, row.work.kernel, **row.arguments),
    "textbook": lambda row, images: row.work.textbook(
        images, row.work.kernel, row.zeros, row.stride
    ),
    "torch": lambda row, images: row.work.torch(images, row.work.kernel, row.zeros, row.stride),
}


def sample(call: Callable[[], np.ndarray]) -> tuple[tuple[int, ...], np.ndarray]:
    """Return the shape of the whole result, and some of its images."""
    result = call()
    return result.shape, result[spread(len(result), COMPARED)]


def memory(call: Callable[[], np.ndarray]) -> float:
    """Return the peak of NumPy's memory beyond input and result, in MiB."""
    tracemalloc.start()
    result = call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - result.nbytes) / 2**20


QUESTIONS = {"sample": sample, "memory": memory, "run": run}


def open_course(name: str, folder: Path | None, count: int | None) -> Callable[[str, int], Any]:
    """Return a function that answers (question, index of a row) in a contender's process."""
    load_images = functools.lru_cache(lambda images: images.load(folder, count))

    def answer(question: str, index: int) -> Any:
        row = ROWS[index]
        return QUESTIONS[question](
            functools.partial(CONTENDERS[name], row, load_images(row.work.images))
        )

    return answer


def disagreement(actual: tuple, expected: tuple) -> str:
    """Say how a sample differs from the textbook's; empty if it does not."""
    (shape, images), (textbook_shape, textbook_images) = actual, expected
    if shape != textbook_shape or images.dtype != textbook_images.dtype:
        return (
            f"{images.dtype} {shape}, but the textbook gives {textbook_images.dtype} "
            f"{textbook_shape}"
        )
    if not np.allclose(images, textbook_images, rtol=1e-9, atol=1e-9):
        return f"up to {np.max(np.abs(images - textbook_images)):.3g} away from the textbook"
    return ""


@dataclass
class Result:
    """The measurements of a row: seconds and errors by contender, and ours in MiB."""

    row: Row
    wrong: dict[str, str]
    seconds: dict[str, list[float]] = field(default_factory=dict)
    memory: float = 0.0

    def ratio(self, slow: str) -> float:
        """How many times longer than ours it took."""
        return statistics.median(self.seconds[slow]) / statistics.median(self.seconds["ours"])


def compare(row: Row, contenders: dict[str, Contender]) -> dict[str, str]:
    """Run every contender once; return those that disagree with the textbook and how."""
    index = ROWS.index(row)
    expected = contenders["textbook"].ask("sample", index)
    wrong = {}
    for name, contender in contenders.items():
        try:
            difference = disagreement(contender.ask("sample", index), expected)
        except RuntimeError as error:
            difference = str(error)
        if difference:
            wrong[name] = difference
    return wrong


def measure(row: Row, contenders: dict[str, Contender], repeat: int) -> Result:
    """Compare, then time those that are right, in turn; a row where ours is wrong is not timed."""
    report(f"{row}: comparing")
    result = Result(row, compare(row, contenders))
    if "ours" in result.wrong:
        return result
    index = ROWS.index(row)
    result.memory = contenders["ours"].ask("memory", index)
    right = [name for name in contenders if name not in result.wrong]
    runs = {name: functools.partial(contenders[name].ask, "run", index) for name in right}
    result.seconds = take_turns(runs, repeat, str(row))
    return result


def say_met(met: bool) -> str:
    """Say whether a bar was met."""
    return "met" if met else "not met"


# Columns of the table: heading -> what it says of a result; the second dict only at full size.
COLUMNS = {
    "task": lambda result: str(result.row),
    "ours, s": lambda result: say_seconds(result.seconds.get("ours")),
    "textbook, s": lambda result: say_seconds(result.seconds.get("textbook")),
    "textbook / ours": lambda result: (
        f"{result.ratio('textbook'):.1f}" if result.seconds else "wrong"
    ),
    "PyTorch, s": lambda result: say_seconds(result.seconds.get("torch")),
    "PyTorch / ours": lambda result: (
        f"{result.ratio('torch'):.2f}" if "torch" in result.seconds else "-"
    ),
    "working memory, MiB": lambda result: f"{result.memory:.1f}" if result.seconds else "-",
}
BAR_COLUMNS = {
    "ratio's bar": lambda result: (
        f"{result.row.bar}: {say_met(judge_ratio(result))}" if result.row.bar else "-"
    ),
    "memory's bar": lambda result: f"{MEMORY_BAR}: {say_met(judge_memory(result))}",
}


def judge_ratio(result: Result) -> bool:
    """Whether ours is right, and as much faster than the textbook as the row's bar asks."""
    return bool(result.seconds) and result.ratio("textbook") >= result.row.bar


def judge_memory(result: Result) -> bool:
    """Whether ours is right, within the memory that it may take."""
    return bool(result.seconds) and result.memory <= MEMORY_BAR


def find_torch() -> str | None:
    """Return the version of PyTorch, None where it is not installed."""
    try:
        return importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return None


def describe(options: argparse.Namespace) -> Iterator[str]:
    """Say what ran on what: the lines above the table."""
    torch = find_torch()
    yield (
        f"Python {platform.python_version()}, NumPy {np.__version__}, "
        f"{f'PyTorch {torch}' if torch else 'PyTorch not installed'}; {find_cpu()}, {CPUS} CPUs."
    )
    images = f"the files in {options.data}" if options.data else f"random, seed {SEED}"
    size = f"at most {options.images} of each set" if options.images else "full size"
    yield (
        f"Images: {images}; {size}. Seconds: median (least..most) of {options.repeat} runs in turn."
    )
    if torch:
        yield (
            f"PyTorch: float64 with {CPUS} threads; its time includes uint8 to float64 "
            f"and channels last to first and back (tasks 4-6)."
        )


def summarize(results: list[Result]) -> Iterator[str]:
    """Yield lines for below the table: what is wrong, and where PyTorch is faster."""
    for result in results:
        for name, difference in result.wrong.items():
            yield f"WRONG: {result.row}, {name}: {difference}"
    raced = [result for result in results if "torch" in result.seconds]
    lost = [str(result.row) for result in raced if result.ratio("torch") < 1]
    if raced:
        yield (
            f"PyTorch is faster than ours in {len(lost)} of {len(raced)} "
            f"rows{': ' if lost else ''}{'; '.join(lost)}."
        )


def say_bars(results: list[Result]) -> str:
    """Count the bars that were met."""
    judged = [judge_ratio(result) for result in results if result.row.bar]
    within = [judge_memory(result) for result in results]
    numpy = "NumPy 1.19" if BRIEF_NUMPY else "current NumPy"
    return (
        f"Bars for {numpy}: textbook / ours met in {sum(judged)} of {len(judged)} rows, "
        f"memory in {sum(within)} of {len(within)}."
    )


def print_table(options: argparse.Namespace) -> list[Result]:
    """Measure row by row, print each as soon as it is known."""
    columns = COLUMNS if options.images else {**COLUMNS, **BAR_COLUMNS}
    names = [name for name in CONTENDERS if name != "torch" or find_torch()]
    contenders = {
        name: Contender(open_course, name, options.data, options.images) for name in names
    }
    print_row(list(columns))
    print_row(["---"] * len(columns))
    results = []
    for row in options.rows:
        results.append(measure(row, contenders, options.repeat))
        print_row([say(results[-1]) for say in columns.values()])
    for contender in contenders.values():
        contender.stop()
    return results


def parse_rows(words: str) -> list[Row]:
    """Return the rows of tasks such as '4,5'."""
    tasks = {int(word) for word in words.split(",")}
    unknown = tasks - {row.task for row in ROWS}
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no task {min(unknown)}: use numbers from 0 to 6, such as 4,5"
        )
    return [row for row in ROWS if row.task in tasks]


def parse_count(words: str) -> int:
    """Return a number from 1 up."""
    if int(words) < 1:
        raise argparse.ArgumentTypeError(f"{words} is too few: use a number from 1 up")
    return int(words)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line; look into the data files here, before anything is started."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", dest="rows", type=parse_rows, default=ROWS, metavar="TASKS", help="such as 4,5"
    )
    parser.add_argument(
        "--images", type=parse_count, help="at most so many of each set; leaves out the bars"
    )
    parser.add_argument(
        "--repeat", type=parse_count, default=5, help="runs of each contender and row (default 5)"
    )
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="with MNIST.npz and animals_1.npz"
    )
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
    print()
    if not options.images:
        print(say_bars(results))
    for line in summarize(results):
        print(line)
    return int(any(result.wrong for result in results))


if __name__ == "__main__":
    sys.exit(main())
