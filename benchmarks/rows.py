"""The rows of the benchmark as data: images, kernels, words of the call, and our bars.

m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw stride, oh x ow
output. To add a row of the table, add one entry to ROWS. Images are (m, h, w, c) and kernels (kh,
kw, c // groups, nc); for the kind "filter" images are one picture (h, w, c) and the kernel is (kh,
kw).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

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

    padding : (ph, pw) zeros on both sides; for the kind "filter" the picture is reflected instead
    words : what ours is called with, beside images and kernels
    copies : ours is to take at most so many times as long as the threaded copy of its bytes
    """

    group: str
    what: str
    kind: str  # convolve, pool, filter
    images: tuple[int, ...]
    window: tuple[int, int]
    words: dict[str, Any] = field(default_factory=dict, hash=False)
    dtype: str = "float32"
    kernels: int = 0  # nc
    groups: int = 1
    padding: tuple[int, int] = (0, 0)
    stride: tuple[int, int] = (1, 1)
    mode: str = ""  # of pooling
    named: str = ""  # kernel of convpool.filters; random ones otherwise
    bars: tuple[Bar, ...] = ()
    copies: float | None = None

    def __str__(self) -> str:
        return f"{self.group}: {self.what}, {self.dtype}"

    @property
    def computed(self) -> np.dtype:
        """What kernels are, and what peers compute in and return: float32 for integer images."""
        return np.dtype("float64" if self.dtype == "float64" else "float32")

    @property
    def channels(self) -> int:
        """Number of channels, c."""
        return self.images[-1]

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of the result."""
        *batch, h, w, c = self.images
        (kh, kw), (ph, pw), (sh, sw) = self.window, self.padding, self.stride
        oh, ow = (h + 2 * ph - kh) // sh + 1, (w + 2 * pw - kw) // sw + 1
        return (*batch, oh, ow, self.kernels or c)

    @property
    def multiply_adds(self) -> int:
        """Multiplications with their additions, done directly; none for pooling."""
        depth = {"convolve": self.channels // self.groups, "filter": 1, "pool": 0}[self.kind]
        return math.prod(self.output) * math.prod(self.window) * depth

    @property
    def bytes_in(self) -> int:
        """Bytes of the images."""
        return math.prod(self.images) * np.dtype(self.dtype).itemsize

    @property
    def bytes_out(self) -> int:
        """Bytes of the result."""
        return math.prod(self.output) * self.computed.itemsize

    def make_images(self) -> np.ndarray:
        """Return random images, the same in every process."""
        rng = np.random.default_rng(SEED)
        if self.dtype == "uint8":
            return rng.integers(0, 256, self.images, np.uint8)
        images = rng.random(self.images, self.dtype)
        return images * images.dtype.type(255) if self.kind == "filter" else images

    def make_kernels(self) -> np.ndarray:
        """Return the named kernel, or random ones."""
        if self.named:
            return FILTERS[self.named].astype(self.computed)
        shape = (*self.window, self.channels // self.groups, self.kernels)
        return np.random.default_rng(SEED + 1).standard_normal(shape).astype(self.computed)

    def small(self) -> Row:
        """Return the same row with fewer images, and smaller ones where that is not enough."""
        *batch, h, w, c = self.images
        fewer = [max(1, min(m, SMALL // (h * w * c))) for m in batch]
        many = max(1.0, math.sqrt(math.prod(fewer) * h * w * c / SMALL))
        if self.channels > 3:
            many = 1  # deep layers and pools stay as wide as they are; one image is small enough
        least = max(self.window) + 9
        h, w = (max(min(size, least), int(size / many)) for size in (h, w))
        return replace(self, images=(*fewer, h, w, c))


# Kernels of convpool.filters, written out: the judge shares no code with what it judges.


def gaussian(size: int, sigma: float) -> np.ndarray:
    """The normal distribution, sampled at the taps and scaled to sum 1."""
    taps = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * sigma**2))
    return np.outer(taps, taps) / taps.sum() ** 2


SIGMA = 1.1  # what OpenCV takes for 5 taps
FILTERS = {
    "gaussian": gaussian(5, SIGMA),
    "sobel-x": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "box": np.full((15, 15), 1 / 225),
}

GRAYSCALE, COLOUR = (50000, 28, 28, 1), (10000, 32, 32, 3)
DTYPES = {
    "float32": 1.5,
    "float64": 2,
    "uint8": 2,
}  # dtype -> how many times faster on the brief's seven
SEVEN = {
    "valid": {"images": GRAYSCALE, "kernels": 1, "words": {"padding": "valid"}},
    "same": {
        "images": GRAYSCALE,
        "kernels": 1,
        "padding": (1, 1),
        "words": {"padding": "same_size"},
    },
    "padding (2, 4)": {
        "images": GRAYSCALE,
        "kernels": 1,
        "padding": (2, 4),
        "words": {"padding": (2, 4)},
    },
    "stride 2": {
        "images": GRAYSCALE,
        "kernels": 1,
        "stride": (2, 2),
        "words": {"padding": "valid", "stride": 2},
    },
    "3 channels": {"images": COLOUR, "kernels": 1, "words": {"padding": "valid"}},
    "3 channels, 3 kernels": {"images": COLOUR, "kernels": 3, "words": {"padding": "valid"}},
}


def brief() -> Iterator[Row]:
    """The brief's seven, in each dtype."""
    for dtype, least in DTYPES.items():
        for name, words in SEVEN.items():
            gray = words["images"] is GRAYSCALE
            near = 1.5 if gray and dtype == "float32" else None
            what = f"{'grayscale' if gray else 'colour'} {name}"
            yield Row(
                "brief",
                what,
                "convolve",
                window=(3, 3),
                dtype=dtype,
                bars=(Bar(least),),
                copies=near,
                **words,
            )
        bars = (Bar(1 if dtype == "float32" else least),)
        yield Row(
            "brief",
            "2x2 avg pool",
            "pool",
            COLOUR,
            (2, 2),
            dtype=dtype,
            stride=(2, 2),
            mode="avg",
            bars=bars,
        )


def photographs() -> Iterator[Row]:
    """Named kernels over one picture of 12 million pixels."""
    bars = (Bar(1, ("OpenCV",)), Bar(2, ("SciPy ndimage", "scikit-image")))
    for dtype in ("uint8", "float32"):
        for name, kernel in FILTERS.items():
            kh, kw = kernel.shape
            what = f"{name} {kh}x{kw}"
            place = {"window": (kh, kw), "padding": (kh // 2, kw // 2), "kernels": 3}
            yield Row(
                "photograph",
                what,
                "filter",
                (3000, 4000, 3),
                dtype=dtype,
                named=name,
                bars=bars,
                **place,
            )


def pools() -> Iterator[Row]:
    """Pooling as it stands in networks."""
    for mode in ("max", "min", "avg"):
        for size in (2, 3):
            shape, what = (32, 112, 112, 64), f"{mode} {size}x{size}/2"
            yield Row(
                "pool", what, "pool", shape, (size, size), stride=(2, 2), mode=mode, bars=(Bar(1),)
            )


def depthwise() -> Iterator[Row]:
    """One kernel for each channel."""
    for stride in (1, 2):
        words = {"padding": 1, "stride": stride, "groups": 96}
        place = {
            "kernels": 96,
            "groups": 96,
            "padding": (1, 1),
            "stride": (stride, stride),
            "words": words,
        }
        shape, what = (8, 112, 112, 96), f"3x3, stride {stride}"
        yield Row("depthwise", what, "convolve", shape, (3, 3), bars=(Bar(1.2),), **place)


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
    what = f"{'x'.join(map(str, images))} {size}x{size}{f'/{stride}' if stride > 1 else ''} -> {nc}"
    place = {
        "padding": (side, side),
        "stride": (stride, stride),
        "words": {"padding": side, "stride": stride},
    }
    return Row(group, what, "convolve", images, (size, size), kernels=nc, bars=bars, **place)


DEEP_LEAST, DEEP_MEAN = 0.9, 1.0  # of each deep layer, and of their geometric mean
TORCH = ("PyTorch", "PyTorch channels-last")


def large() -> Iterator[Row]:
    """Kernels as large as a part of the picture."""
    for size in (31, 127):
        side = size // 2
        place = {"kernels": 1, "padding": (side, side), "words": {"padding": "same_size"}}
        bars = (Bar(1, ("SciPy signal", *TORCH)),)
        yield Row(
            "large kernel",
            f"{size}x{size}",
            "convolve",
            (1, 1024, 1024, 1),
            (size, size),
            bars=bars,
            **place,
        )


ROWS = [
    *brief(),
    *photographs(),
    *pools(),
    *depthwise(),
    *(layer("deep", *words, bars=(Bar(DEEP_LEAST),)) for words in LAYERS),
    layer("one image", (1, 224, 224, 3), 7, 64, 2, bars=(Bar(1, TORCH),)),
    *large(),
]


def growth() -> Iterator[tuple[str, list[tuple[int, Row]]]]:
    """What is made larger, and rows with it: (how large, row)."""
    valid = {"kernels": 1, "words": {"padding": "valid"}}
    yield (
        "m",
        [
            (m, Row("growth", f"m = {m}", "convolve", (m, 28, 28, 1), (3, 3), **valid))
            for m in (6250, 12500, 25000, 50000)
        ],
    )
    yield (
        "h x w",
        [
            (n * n, Row("growth", f"h = w = {n}", "convolve", (64, n, n, 1), (3, 3), **valid))
            for n in (128, 256, 512, 1024)
        ],
    )
    yield (
        "taps",
        [
            (
                k * k,
                Row("growth", f"kernel {k}x{k}", "convolve", (4, 1024, 1024, 1), (k, k), **valid),
            )
            for k in (3, 5, 7, 11, 15, 31)
        ],
    )
    yield (
        "taps of max pool",
        [
            (
                k * k,
                Row(
                    "growth",
                    f"max pool {k}x{k}/1",
                    "pool",
                    (4, 512, 512, 8),
                    (k, k),
                    mode="max",
                    words={"stride": 1},
                ),
            )
            for k in (3, 7, 15, 31)
        ],
    )


# ---- what is right: some rows of some images, computed in float64 by NumPy alone ----

CHOSEN = 8  # images, and rows of each, evenly spread from the first to the last


def choose(row: Row) -> tuple[np.ndarray, ...]:
    """Return the indices of the images and of the output rows that are compared."""
    *batch, oh, _, _ = row.output
    return tuple(np.unique(np.linspace(0, size - 1, CHOSEN).astype(int)) for size in (*batch, oh))


def pick(row: Row, result: np.ndarray) -> np.ndarray:
    """Return the part of a result that is compared."""
    return result[np.ix_(*choose(row))]


def expect(row: Row, images: np.ndarray, kernels: np.ndarray | None) -> tuple[np.ndarray, float]:
    """Return the part that is compared, and the greatest sum of |weight| * |pixel| in it."""
    chosen = choose(row)
    stack = images[None] if row.kind == "filter" else images[chosen[0]]
    (ph, pw), (sh, sw), (kh, kw) = row.padding, row.stride, row.window
    mode = {"mode": "reflect"} if row.kind == "filter" else {}
    stack = np.pad(stack, ((0, 0), (ph, ph), (pw, pw), (0, 0)), **mode)
    parts, magnitudes = [], []
    for i in chosen[-1]:
        strip = stack[:, i * sh : i * sh + kh].astype(np.float64)
        windows = sliding_window_view(strip, (kh, kw), axis=(1, 2))[
            :, 0, ::sw
        ]  # (m, ow, c, kh, kw)
        parts.append(COMBINE[row.kind](row, windows, kernels))
        magnitudes.append(
            COMBINE[row.kind](
                row, np.abs(windows), None if kernels is None else np.abs(kernels)
            ).max()
        )
    result = np.stack(parts, axis=1)
    return result[0] if row.kind == "filter" else result, float(max(magnitudes))


def combine_convolve(row: Row, windows: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """Sum products of windows (m, ow, c, kh, kw) over the window and the channels of each group."""
    weights = kernels.astype(np.float64).transpose(2, 0, 1, 3)  # (c // groups, kh, kw, nc)
    if row.groups == 1:
        return np.tensordot(windows, weights, 3)
    each, nc = row.channels // row.groups, row.kernels // row.groups
    parts = [
        np.tensordot(
            windows[:, :, g * each : (g + 1) * each], weights[..., g * nc : (g + 1) * nc], 3
        )
        for g in range(row.groups)
    ]
    return np.concatenate(parts, axis=-1)


def combine_filter(row: Row, windows: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """Sum products of each channel."""
    return np.tensordot(windows, kernels.astype(np.float64), 2)


def combine_pool(row: Row, windows: np.ndarray, kernels: None) -> np.ndarray:
    """Combine the pixels of each window and channel."""
    return {"max": np.max, "min": np.min, "avg": np.mean}[row.mode](windows, axis=(-2, -1))


COMBINE = {"convolve": combine_convolve, "filter": combine_filter, "pool": combine_pool}
