"""The rows of the course's benchmark as data: files and arguments, data sets, textbook and PyTorch.

m images, h x w pixels, kh x kw kernel, nc kernels, sh sw stride, oh x ow output; i j a position in
the output. To add a row of the table, add one entry to ROWS. Runs on the brief's Python 3.8 with
NumPy 1.19.2 as well as on current ones.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

import harness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IS_BRIEF_NUMPY = np.__version__.startswith("1.19.")
SEED = 20220104
COMPARED = 100  # images, evenly spaced from the first to the last


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


def torch_convolve(
    images: np.ndarray, kernel: np.ndarray, zeros: tuple, stride: tuple[int, int]
) -> np.ndarray:
    """Convolve images (m, h, w) with a kernel (kh, kw), or both with channels last."""
    if images.ndim == 3:
        images, kernel = images[..., None], kernel[..., None]
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

GRAYSCALE = Work(DIGITS, EDGES, textbook_convolve, torch_convolve)
CHANNELS = Work(ANIMALS, SHARPEN, textbook_convolve, torch_convolve)
KERNELS = Work(ANIMALS, THREE, textbook_kernels, torch_kernels)
MAXIMUM = Work(ANIMALS, (2, 2), textbook_max, torch_max)
AVERAGE = Work(ANIMALS, (2, 2), textbook_average, torch_average)


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the course's table: a call of a course file, and the same work for the others.

    The file is called with `arguments`. The others get `zeros` and `stride` as numbers, so that
    they share no rule with ours. `bars`: ours is to be at least so many times faster than the
    textbook, on current NumPy and on the brief's 1.19.
    """

    file: str
    name: str
    work: Work
    arguments: dict[str, Any] = field(default_factory=dict)
    zeros: tuple = ((0, 0), (0, 0))
    stride: tuple[int, int] = (1, 1)
    bars: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{self.task} {self.name}"

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
VALID, SAME = {"padding": "valid"}, {"padding": "same"}
ROWS = [
    Row("0-convolve_grayscale_valid", "valid", GRAYSCALE, bars=(9, 6)),
    Row("1-convolve_grayscale_same", "same", GRAYSCALE, {}, ((1, 1), (1, 1)), bars=(9, 6)),
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
        {**VALID, **BY_TWO},
        **BY_TWO,
        bars=(6, 4),
    ),
    # 28 sums per axis at stride 2: 27 * 2 + 3 = 57 pixels, 29 of them zeros, the odd one before
    Row(
        "3-convolve_grayscale",
        "same, stride 2",
        GRAYSCALE,
        {**SAME, **BY_TWO},
        ((15, 14), (15, 14)),
        **BY_TWO,
    ),
    Row("4-convolve_channels", "valid, 3 channels", CHANNELS, VALID, bars=(5, 4)),
    Row("5-convolve", "valid, 3 kernels", KERNELS, VALID, bars=(5, 4)),
    Row("6-pool", "max 2x2", MAXIMUM, {"mode": "max", **BY_TWO}, **BY_TWO, bars=(8, 8)),
    Row("6-pool", "avg 2x2", AVERAGE, {"mode": "avg", **BY_TWO}, **BY_TWO, bars=(8, 8)),
]
