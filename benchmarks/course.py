"""The seven files of the course against a textbook version of each, and against PyTorch.

    python benchmarks/course.py                            # full size, random images: some minutes
    python benchmarks/course.py --only 4,5 --images 500    # a quick look, without the bars
    python benchmarks/course.py --data supervised_learning/data

Prints a markdown table; harness.py says how contenders are started, compared and timed, and the
textbook's results are the expected ones. Exit 0 if all agree, however long they took; 1 if one does
not; 2 for words that make no sense. Runs on the brief's Python 3.8 with NumPy 1.19.2 as well as on
current ones.

m images, h x w pixels, kh x kw kernel, nc kernels, sh sw stride, oh x ow output; i j a position in
the output. To add a row of the table, add one entry to ROWS.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import harness
import reports
from harness import OURS, Prepared, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COURSE = Path(__file__).resolve().parents[1] / "math" / "0x04-convolutions_and_pooling"
IS_BRIEF_NUMPY = np.__version__.startswith("1.19.")
SEED = 20220104
COMPARED = 100  # images, evenly spaced from the first to the last
TOLERANCE = 1e-9  # relative, and absolute near zero
MEMORY_BAR = 64  # MiB beyond result and input


@dataclass(frozen=True)
class Images:
    """A data set of the brief, and random pixels of its full-size shape in its place."""

    file: str
    key: str
    shape: tuple[int, ...]
    dtype: str

    def load(self, folder: Path | None, count: int | None) -> np.ndarray:
        """Return the first `count` images (None: all) of the file in `folder` (None: random)."""
        wanted = min(count or self.shape[0], self.shape[0])
        if folder is None:
            rng, shape = np.random.default_rng(SEED), (wanted, *self.shape[1:])
            return rng.integers(0, 256, shape, "u1") if self.dtype == "uint8" else rng.random(shape)
        with np.load(folder / self.file) as file:
            images = file[self.key][:wanted]
        if len(images) < wanted:
            raise ValueError(
                f"{folder / self.file} holds {len(images)} images of {wanted}: "
                f"pass --images {len(images)} or a folder with full-size data"
            )
        return images


DIGITS = Images("MNIST.npz", "X_train", (50000, 28, 28), "float64")
ANIMALS = Images("animals_1.npz", "data", (10000, 32, 32, 3), "uint8")

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

    torch.set_num_threads(harness.CPUS)
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
        return self.bars and self.bars[IS_BRIEF_NUMPY]

    def select_compared(self, result: np.ndarray) -> np.ndarray:
        """Return the images of a result that are compared."""
        return result[harness.evenly_spaced(len(result), COMPARED)]


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


# ---- contenders ----


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
    parser.add_argument(
        "--images",
        type=reports.parse_count,
        help="at most so many of each set; leaves out the bars",
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
    print("", *summarize(results, has_bars=not options.images), sep="\n")
    return int(any(result.wrong for result in results))


if __name__ == "__main__":
    sys.exit(main())
