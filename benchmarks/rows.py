"""The rows of the benchmark as data: images, kernels, words of the call, and our bars.

m images, h x w pixels, c channels, kh x kw kernel, nc kernels. To add a row of the table, add one
entry to ROWS. Images are (m, h, w, c), volumes (m, d, h, w, c), kernels (*window, c // groups, nc).
For the kind "filter" images are one picture (h, w, c) and the kernel is (kh, kw).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from harness import Expected, evenly_spaced

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20220104
SMALL = 20_000  # values in the images of a row, about, when the rows are small


@dataclass(frozen=True)
class Bar:
    """The fastest of `peers` (empty: of all) is to take at least `least` times as long as ours."""

    least: float
    peers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " of ".join(
            [f"{self.least:g}x", " / ".join(self.peers)] if self.peers else [f"{self.least:g}x"]
        )


@dataclass(frozen=True)
class Row:
    """A row: the same work for every contender, and what is asked of ours.

    padding : zeros on both sides of each spatial axis, as many axes as the window has; for the kind
        "filter" the picture is reflected instead
    words : what ours is called with, beside images and kernels
    copies : ours is to take at most so many times as long as the threaded copy of its bytes
    """

    group: str
    name: str
    kind: str  # convolve, pool, filter
    images: tuple[int, ...]
    window: tuple[int, ...]
    words: dict[str, Any] = field(default_factory=dict, hash=False)
    dtype: str = "float32"
    kernels: int = 0  # nc
    groups: int = 1
    padding: tuple[int, ...] = (0, 0)
    stride: tuple[int, ...] = (1, 1)
    dilation: tuple[int, ...] = (1, 1)
    mode: str = ""  # of pooling
    kernel_name: str = ""  # one of FILTERS; random weights otherwise
    is_separable: bool = False  # ours is called with one kernel for each axis
    bars: tuple[Bar, ...] = ()
    copies: float | None = None

    def __str__(self) -> str:
        return f"{self.group}: {self.name}, {self.dtype}"

    @property
    def float_dtype(self) -> np.dtype:
        """What kernels are, and what peers compute in and return: float32 for integer images."""
        return np.dtype("float64" if self.dtype == "float64" else "float32")

    @property
    def channels(self) -> int:
        """Number of channels, c."""
        return self.images[-1]

    @property
    def spatial(self) -> tuple[int, ...]:
        """The sizes of the images, (h, w) or (d, h, w)."""
        return self.images[-1 - len(self.window) : -1]

    @property
    def batch(self) -> tuple[int, ...]:
        """(m,), or () for one picture."""
        return self.images[: -1 - len(self.window)]

    @property
    def spans(self) -> tuple[int, ...]:
        """How many pixels a window reaches over on each axis."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.window, self.dilation, strict=True))

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of the result."""
        axes = zip(self.spatial, self.padding, self.spans, self.stride, strict=True)
        sizes = ((n + 2 * p - span) // s + 1 for n, p, span, s in axes)
        return (*self.batch, *sizes, self.kernels or self.channels)

    @property
    def multiply_adds(self) -> int:
        """Multiplications with their additions, done directly; none for pooling."""
        depth = {"convolve": self.channels // self.groups, "filter": 1, "pool": 0}[self.kind]
        return math.prod(self.output) * math.prod(self.window) * depth

    @property
    def bytes_out(self) -> int:
        """Bytes of the result."""
        return math.prod(self.output) * self.float_dtype.itemsize

    def make_images(self) -> np.ndarray:
        """Return random images, the same in every process."""
        rng = np.random.default_rng(SEED)
        if self.dtype == "uint8":
            return rng.integers(0, 256, self.images, np.uint8)
        images = rng.random(self.images, self.dtype)
        return images * images.dtype.type(255) if self.kind == "filter" else images

    def make_kernels(self) -> np.ndarray | None:
        """Return the named kernel, or random ones; None for pooling."""
        if self.kind == "pool":
            return None
        if self.kernel_name:
            return FILTERS[self.kernel_name].astype(self.float_dtype)
        if self.kind == "filter":
            return np.random.default_rng(SEED + 1).random(self.window).astype(self.float_dtype)
        shape = (*self.window, self.channels // self.groups, self.kernels)
        return np.random.default_rng(SEED + 1).standard_normal(shape).astype(self.float_dtype)

    def small(self) -> Row:
        """Return the same row with fewer images, and smaller ones where that is not enough."""
        pixels = math.prod(self.spatial) * self.channels
        fewer = [max(1, min(m, SMALL // pixels)) for m in self.batch]
        many = max(1.0, (math.prod(fewer) * pixels / SMALL) ** (1 / len(self.spatial)))
        if self.channels > 3:
            many = 1  # deep layers and pools stay as wide as they are; one image is small enough
        least = max(self.spans) + 9
        sizes = [max(min(size, least), int(size / many)) for size in self.spatial]
        if self.window == self.stride:  # windows side by side, and none that is cut
            sizes = [size - size % step for size, step in zip(sizes, self.stride, strict=True)]
        return replace(self, images=(*fewer, *sizes, self.channels))

    def select_compared(self, result: np.ndarray) -> np.ndarray:
        """Return the part of a result that is compared: some rows of some images."""
        return result[np.ix_(*compared_indices(result.shape, len(self.window)))]


# Kernels of convpool.filters, written out: the judge shares no code with what it judges.


def gaussian(size: int, sigma: float) -> np.ndarray:
    """The normal distribution, sampled at the taps and scaled to sum 1."""
    taps = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * sigma**2))
    return np.outer(taps, taps) / taps.sum() ** 2


SIGMAS = {"gaussian": 1.1, "gaussian-2": 2.0}  # 1.1 is what OpenCV takes for 5 taps
FILTERS = {
    "gaussian": gaussian(5, SIGMAS["gaussian"]),
    "sobel-x": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "box": np.full((15, 15), 1 / 225),
    "gaussian-2": gaussian(17, SIGMAS["gaussian-2"]),
    "box-3": np.full((3, 3), 1 / 9),
}
PHOTOGRAPHED = ("gaussian", "sobel-x", "box")  # kernels of the rows with photographs

GRAYSCALE, COLOUR = (50000, 28, 28, 1), (10000, 32, 32, 3)
FACTORS = {"float32": 1.5, "float64": 2, "uint8": 2}  # how many times as long peers are to take
GRAY_ROW = functools.partial(
    Row, "brief", kind="convolve", images=GRAYSCALE, window=(3, 3), kernels=1
)
COLOUR_ROW = functools.partial(Row, "brief", kind="convolve", images=COLOUR, window=(3, 3))
BRIEF = [
    GRAY_ROW("grayscale valid", words={"padding": "valid"}),
    GRAY_ROW("grayscale same", words={"padding": "same_size"}, padding=(1, 1)),
    GRAY_ROW("grayscale padding (2, 4)", words={"padding": (2, 4)}, padding=(2, 4)),
    GRAY_ROW("grayscale stride 2", words={"padding": "valid", "stride": 2}, stride=(2, 2)),
    COLOUR_ROW("colour 3 channels", words={"padding": "valid"}, kernels=1),
    COLOUR_ROW("colour 3 channels, 3 kernels", words={"padding": "valid"}, kernels=3),
    Row("brief", "2x2 avg pool", "pool", COLOUR, (2, 2), stride=(2, 2), mode="avg"),
]


def brief() -> Iterator[Row]:
    """The brief's seven, in each dtype."""
    for dtype, factor in FACTORS.items():
        for row in BRIEF:
            is_float32 = dtype == "float32"
            least = 1 if is_float32 and row.kind == "pool" else factor
            copies = 1.5 if is_float32 and row.images == GRAYSCALE else None
            yield replace(row, dtype=dtype, bars=(Bar(least),), copies=copies)


PHOTOGRAPH = functools.partial(
    Row,
    "photograph",
    kind="filter",
    images=(3000, 4000, 3),
    kernels=3,
    bars=(Bar(1, ("OpenCV",)), Bar(2, ("SciPy ndimage", "scikit-image"))),
)


def photographs() -> Iterator[Row]:
    """Named kernels over one picture of 12 million pixels."""
    for dtype in ("uint8", "float32"):
        for name in PHOTOGRAPHED:
            kh, kw = FILTERS[name].shape
            place = {"window": (kh, kw), "padding": (kh // 2, kw // 2), "kernel_name": name}
            yield PHOTOGRAPH(f"{name} {kh}x{kw}", dtype=dtype, **place)


def pools() -> Iterator[Row]:
    """Pooling as networks use it."""
    pool = functools.partial(Row, "pool", kind="pool", images=(32, 112, 112, 64), bars=(Bar(1),))
    for mode in ("max", "min", "avg"):
        for size in (2, 3):
            yield pool(f"{mode} {size}x{size}/2", window=(size, size), stride=(2, 2), mode=mode)


def depthwise() -> Iterator[Row]:
    """One kernel for each channel."""
    place = {"kernels": 96, "groups": 96, "padding": (1, 1), "bars": (Bar(1.2),)}
    for stride in (1, 2):
        name, images = f"3x3, stride {stride}", (8, 112, 112, 96)
        words = {"padding": 1, "stride": stride, "groups": 96}
        place["stride"] = (stride, stride)
        yield Row("depthwise", name, "convolve", images, (3, 3), words, **place)


# (images, size of the kernels, nc, stride)
LAYERS = [
    ((8, 56, 56, 64), 3, 64, 1),
    ((8, 28, 28, 128), 3, 128, 1),
    ((8, 14, 14, 256), 3, 256, 1),
    ((8, 7, 7, 512), 3, 512, 1),
    ((8, 56, 56, 64), 1, 256, 1),
    ((4, 224, 224, 3), 7, 64, 2),
]


def layer(
    group: str, images: tuple[int, ...], size: int, nc: int, stride: int, bars: tuple[Bar, ...]
) -> Row:
    """A layer of a network, with zeros so that every pixel is the middle of a window."""
    side = size // 2
    by_stride = f"/{stride}" if stride > 1 else ""
    name = f"{'x'.join(map(str, images))} {size}x{size}{by_stride} -> {nc}"
    words = {"padding": side, "stride": stride}
    place = {"kernels": nc, "padding": (side, side), "stride": (stride, stride), "bars": bars}
    return Row(group, name, "convolve", images, (size, size), words, **place)


DEEP_LEAST, DEEP_MEAN = 0.9, 1.0  # of each deep layer, and of their geometric mean
TORCH = ("PyTorch", "PyTorch channels-last")


def large() -> Iterator[Row]:
    """Kernels as large as a part of the picture."""
    bars, words = (Bar(1, ("SciPy signal", *TORCH)),), {"padding": "same_size"}
    for size in (31, 127):
        name, images, window = f"{size}x{size}", (1, 1024, 1024, 1), (size, size)
        place = {"kernels": 1, "padding": (size // 2, size // 2), "bars": bars}
        yield Row("large kernel", name, "convolve", images, window, words, **place)


ROWS = [
    *brief(),
    *photographs(),
    *pools(),
    *depthwise(),
    *(layer("deep", *words, bars=(Bar(DEEP_LEAST),)) for words in LAYERS),
    layer("one image", (1, 224, 224, 3), 7, 64, 2, bars=(Bar(1, TORCH),)),
    *large(),
]


def growing_rows() -> Iterator[tuple[str, list[tuple[int, Row]]]]:
    """What is made larger, and rows with it: (how large, row)."""

    def convolve(name: str, images: tuple[int, ...], size: int = 3) -> Row:
        words = {"padding": "valid"}
        return Row("growth", name, "convolve", images, (size, size), words, kernels=1)

    def max_pool(size: int) -> Row:
        name, images, words = f"max pool {size}x{size}/1", (4, 512, 512, 8), {"stride": 1}
        return Row("growth", name, "pool", images, (size, size), words, mode="max")

    yield "m", [(m, convolve(f"m = {m}", (m, 28, 28, 1))) for m in (6250, 12500, 25000, 50000)]
    sides = (128, 256, 512, 1024)
    yield "h x w", [(n * n, convolve(f"h = w = {n}", (64, n, n, 1))) for n in sides]
    sizes = (3, 5, 7, 11, 15, 31)
    large = (4, 1024, 1024, 1)
    yield "taps", [(k * k, convolve(f"kernel {k}x{k}", large, k)) for k in sizes]
    yield "taps of max pool", [(k * k, max_pool(k)) for k in (3, 7, 15, 31)]


def load_row(row: Row) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the images and the kernels of a row."""
    return row.make_images(), row.make_kernels()


# ---- what is expected: some rows of some images, computed in float64 by NumPy alone ----

COMPARED = 8  # images, and rows of each, evenly spaced from the first to the last
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}  # of the greatest sum of |weight| * |pixel|


def compared_indices(shape: tuple[int, ...], rank: int) -> tuple[np.ndarray, ...]:
    """Return the indices of the images (if there are several) and of the rows of a result.

    Of volumes, whose rank is 3, the rows are slices.
    """
    return tuple(evenly_spaced(size, COMPARED) for size in shape[:-rank])


def expect(row: Row, images: np.ndarray, kernels: np.ndarray | None) -> Expected:
    """Return the part of the result that is compared, and how far others may be away."""
    rank = len(row.window)
    indices = compared_indices(row.output, rank)
    stack = images[indices[0]] if row.batch else images[None]
    mode = {"mode": "reflect"} if row.kind == "filter" else {}
    stack = np.pad(stack, [(0, 0), *((p, p) for p in row.padding), (0, 0)], **mode)
    skip = [slice(None, None, s) for s in row.stride[1:]]
    taps = [slice(None, None, d) for d in row.dilation]
    combine, magnitudes = COMBINE[row.kind], None if kernels is None else np.abs(kernels)
    lines, greatest = [], 0.0
    for i in indices[-1]:
        first = i * row.stride[0]
        strip = stack[:, first : first + row.spans[0]].astype(np.float64)
        # (m, [oh,] ow, c, *window)
        windows = sliding_window_view(strip, row.spans, axis=tuple(range(1, rank + 1)))
        windows = windows[(slice(None), 0, *skip, slice(None), *taps)]
        lines.append(combine(row, windows, kernels))
        greatest = max(greatest, float(combine(row, np.abs(windows), magnitudes).max()))
    part = np.stack(lines, axis=1)
    part = part if row.batch else part[0]
    return Expected(row.output, part, TOLERANCE[row.float_dtype.name] * greatest)


def combine_convolve(row: Row, windows: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """Sum products of windows (..., c, *window) over the window and the channels of each group."""
    weights = np.moveaxis(kernels.astype(np.float64), -2, 0)  # (c // groups, *window, nc)
    summed = weights.ndim - 1  # axes
    each, nc = row.channels // row.groups, row.kernels // row.groups
    parts = [
        np.tensordot(
            windows.take(range(g * each, (g + 1) * each), axis=-summed),
            weights[..., g * nc : (g + 1) * nc],
            summed,
        )
        for g in range(row.groups)
    ]
    return np.concatenate(parts, axis=-1)


def combine_filter(row: Row, windows: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """Sum products of each channel."""
    return np.tensordot(windows, kernels.astype(np.float64), 2)


def combine_pool(row: Row, windows: np.ndarray, kernels: None) -> np.ndarray:
    """Combine the pixels of each window and channel."""
    reduce = {"max": np.max, "min": np.min, "avg": np.mean, "median": np.median}[row.mode]
    return reduce(windows, axis=tuple(range(-len(row.window), 0)))


COMBINE = {"convolve": combine_convolve, "filter": combine_filter, "pool": combine_pool}
