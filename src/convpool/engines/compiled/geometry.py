"""What is known of a compiled convolution before its numbers: shapes, steps, windows, and how its blocks are laid out.

m images, c channels, nc kernels, n numbers in a vector; b images, r rows and x columns of a block.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.windows import Axis, padded_indices, volume

Array = NDArray[Any]
Ints = NDArray[np.int64]
Block = tuple[int, int, int]

SHUFFLED = 8  # lines that a line is taken apart into in registers; more are copied number by number


def steps(array: Array) -> tuple[int, ...]:
    """Return the strides of an array in numbers; those of axes of length 1 are what they would be."""
    found = [stride // array.itemsize for stride in array.strides]
    for k in range(array.ndim - 1, 0, -1):
        if array.shape[k] == 1:
            found[k] = 1 if k == array.ndim - 1 else found[k + 1] * array.shape[k + 1]
    return tuple(found)


@dataclass(frozen=True)
class Frame:
    """A convolution on two spatial axes, without its numbers.

    Parameters
    ----------
    images, out, kernels
        Shapes (m, h, w, c), (m, oh, ow, nc) and (kh, kw, c // groups, nc).
    given, made
        Steps of images and result in numbers.
    axes, groups, pad_mode
        As in `taps.convolve`.
    zeros
        Whether padding is zeros.
    same
        Whether pixels need no conversion.
    n
        Numbers in a vector.
    offset
        Where the result begins, in numbers after the start of a vector; -1 if between numbers, or
        if vectors of it are no whole lines of the cache.
    terms
        About how many products are summed before they are added to the result.
    """

    images: tuple[int, ...]
    out: tuple[int, ...]
    kernels: tuple[int, ...]
    given: tuple[int, ...]
    made: tuple[int, ...]
    axes: tuple[Axis, Axis]
    groups: int
    pad_mode: str
    zeros: bool
    same: bool
    n: int
    offset: int
    terms: int

    @property
    def together(self) -> int:
        """Kernels that read the same channels."""
        return self.kernels[3] // self.groups

    @property
    def interleaved(self) -> bool:
        """Whether the channels of neighbouring pixels lie side by side."""
        return self.given[2:] == (self.images[3], 1)

    @property
    def dense(self) -> bool:
        """Whether all pixels of an image, and the next image, follow each other."""
        return self.interleaved and self.given[:2] == (
            volume(self.images[1:]),
            volume(self.images[2:]),
        )

    @property
    def strides(self) -> tuple[int, int]:
        """Steps between windows."""
        return self.axes[0].stride, self.axes[1].stride


@dataclass(frozen=True)
class Layout:
    """Where a block's numbers lie, in the images or in a scratch.

    Parameters
    ----------
    scratch
        Numbers of a scratch, 0 where pixels are read where they lie.
    image, row, column, channel
        Steps from one pixel to the next.
    strides
        Steps between windows.
    each, phases, pitch, window
        Channels of a line that lie side by side; planes that columns are dealt to; numbers from
        line to line; rows and columns of a block with its halo.
    """

    scratch: int
    image: int
    row: int
    column: int
    channel: int
    strides: tuple[int, int]
    each: int
    phases: int = 1
    pitch: int = 0
    window: tuple[int, int] = (0, 0)

    @property
    def windows(self) -> tuple[int, int, int]:
        """Steps from one image, row and column of windows to the next."""
        return self.image, self.row * self.strides[0], self.column * self.strides[1] // self.phases

    def tap(self, y: int, x: int, ch: int) -> int:
        """Return the step to a tap so many rows and columns away, in a channel."""
        if not self.scratch:
            return y * self.row + x * self.column + ch * self.channel
        plane = ch // self.each * self.phases + x % self.phases
        return (
            (plane * self.window[0] + y) * self.pitch
            + x // self.phases * self.each
            + ch % self.each
        )


def in_place(frame: Frame, each: int) -> Layout:
    """Read pixels where they lie."""
    image, row, column, channel = frame.given
    return Layout(0, image, row, column, channel, frame.strides, each)


def packed(frame: Frame, block: Block, each: int, phases: int) -> Layout:
    """Copy a block, padded and converted, into a scratch: (image, plane, row, line)."""
    images, high, wide = block
    rows, columns = (
        (size - 1) * axis.stride + axis.span
        for size, axis in zip((high, wide), frame.axes, strict=True)
    )
    line = -(-columns // phases) * each
    pitch = (-(-line // frame.n) + 1) * frame.n  # behind a line, up to a vector of zeros is written
    size = frame.images[3] // each * phases * rows * pitch
    return Layout(
        images * size, size, pitch, each, 1, frame.strides, each, phases, pitch, (rows, columns)
    )


@dataclass(frozen=True, eq=False)
class Packing:
    """The words of `kernels.pack` that are the same for all blocks."""

    window: tuple[int, int]
    maps: tuple[Ints, Ints]
    form: tuple[int, ...]
    lines: int
    once: bool
    parts: tuple[int, ...] | None

    def words(self, fill: Any) -> tuple[Any, ...]:
        """Return what one part of the work is told: its table of lines is its own."""
        return self.window, self.maps, self.form, np.empty(SHUFFLED, np.int64), self.lines, fill


NOTHING = np.zeros(1, np.int64)
IN_PLACE = Packing((0, 0), (NOTHING, NOTHING), (0,) * 8, 1, False, None)


@lru_cache(64)
def packing(frame: Frame, layout: Layout, block: Block) -> Packing:
    """Return how blocks are packed."""
    if not layout.scratch:
        return IN_PLACE
    lines, parts = _lines(frame, layout)
    edges = [number for axis in frame.axes for number in (axis.before, axis.size)]
    form = (frame.images[3], layout.phases, layout.each, layout.pitch, *edges)
    once = frame.zeros and block[1:] == frame.out[1:3]
    maps = _map(frame.axes[0], frame.pad_mode), _map(frame.axes[1], frame.pad_mode)
    return Packing(layout.window, maps, form, lines, once, parts)


def _map(axis: Axis, pad_mode: str) -> Ints:
    """Return for each padded place the pixel that stands there, -1 for the fill."""
    if pad_mode not in ("zeros", "constant"):
        return padded_indices(axis, pad_mode)
    places = np.arange(-axis.before, axis.size + axis.after)
    return np.where((places >= 0) & (places < axis.size), places, -1)


def _lines(frame: Frame, layout: Layout) -> tuple[int, tuple[int, ...] | None]:
    """Return how many lines a row of the images has, and a tuple as long as what each is taken apart into."""
    c = frame.images[3]
    if frame.interleaved:
        lines, parts = 1, c // layout.each * layout.phases
    elif frame.given[2] == 1 and layout.each == 1:
        lines, parts = c, layout.phases
    else:
        return 1, None
    return (lines, (0,) * parts) if parts <= SHUFFLED else (1, None)


def count(grid: tuple[int, ...]) -> int:
    """Return the number of blocks of a grid (m, oh, ow, images, rows, columns)."""
    return volume([-(-total // size) for total, size in zip(grid[:3], grid[3:], strict=True)])


def filled(numbers: Ints, multiple: int) -> Ints:
    """Repeat the last number until there are whole groups."""
    return np.append(numbers, np.repeat(numbers[-1:], -len(numbers) % multiple)).astype(np.int64)
