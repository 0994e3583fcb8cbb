"""Packing and division of work around the compiled kernels of pooling.

A window is the product of its axes' windows. A block of rows is combined down the columns into
lines, and these along the row into results, which are finished on their way out. A window of many
taps is combined from longer and longer parts, so its cost hardly grows with it; sums are taken over
taps only, never as differences of running sums. m images, h x w pixels, c channels, oh x ow output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.compiled import host, launch
from convpool.engines.compiled.convolution import READ, STAGED, regular
from convpool.engines.compiled.geometry import steps
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

JOINS = {"sum": (0,), "avg": (0,), "max": (0, 0), "min": (0, 0, 0)}  # as long as the kernels want
LINE = 2**14  # numbers of a line of columns, so that it stays in the processor's cache
BLOCK = 2**13  # numbers of a block's lines, where a window has few rows
LINES = 2**18  # numbers of a block's lines, where it has many
PARTS = 2**16  # numbers of the parts of windows that are made at a time
DIRECT = (
    16  # taps of a window that are combined on both axes at once, where a vector holds channels
)
SHUFFLED = 8  # vectors that are taken apart in registers
THIN = 4  # taps of an axis of windows that are pooled in registers alone
BASE = 4  # parts that make one longer part


def refusal(
    mode: str, images: np.dtype[Any], rank: int, sums: np.dtype[Any] | None = None
) -> str | None:
    """Tell why poolings of this mode, dtype, rank and dtype of sums are not taken; None if they are."""
    if mode not in JOINS:
        return f"the mode is {mode!r}, and the compiled kernels take {', '.join(map(repr, JOINS))}"
    if images.kind != "b" and images not in READ:
        return (
            f"images are {images}, and the compiled kernels take float32, float64, bool and "
            "native integers"
        )
    if mode in ("avg", "sum") and sums is not None and sums not in (np.int64, np.float64):
        return f"sums are taken in {sums}, and the compiled kernels take int64 and float64"
    if rank > 2:
        return f"there are {rank} spatial axes, and the compiled kernels take 1 or 2"
    return host.refusal()


# ---- the taps of an axis ----


def _program(axis: Axis, repeats: bool) -> Ints:
    """Return how the taps of an axis are combined: rows (again, taps, step, tap), as the kernels want them."""
    simple = [(1, axis.window, 1, 0)]
    chain = _chain(axis.window, repeats)
    cost = sum(taps if emit else taps * min(axis.stride, axis.window) for emit, taps, *_ in chain)
    return np.array(simple if axis.window <= cost + 2 else chain, np.int64)


def _chain(window: int, repeats: bool) -> list[tuple[int, int, int, int]]:
    """Make parts of BASE times the length again and again; where taps may repeat, two of the longest are the window."""
    steps, length = [], 1
    if repeats:
        while 2 * length <= window:
            parts = BASE if BASE * length <= window else 2
            steps.append((0, parts, length, 0))
            length *= parts
        return [*steps, (1, 1 + (length < window), window - length, 0)]
    done, left = 0, window
    while True:
        left, digit = divmod(left, BASE)
        if digit:
            steps.append((1, digit, length, done))
            done += digit * length
        if not left:
            return steps
        steps.append((0, BASE, length, 0))
        length *= BASE


# ---- a call ----


@dataclass(frozen=True)
class Divisors:
    """What avg divides by: a number for each row, times one for each column; NaN where no pixel is."""

    rows: Floats
    columns: Floats

    def part(self, rows: slice) -> Divisors:
        """Return those of some rows."""
        return Divisors(self.rows[rows], self.columns)


def _divisor(axis: Axis, count_padding: bool) -> Floats:
    real = axis.taps_on(0, axis.size)
    counted = axis.taps_on(-axis.before, axis.size + axis.after) if count_padding else real
    return np.where(real > 0, counted, np.nan)


def pool(
    images: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    mode: str,
    count_padding: bool = False,
    p: float = 2.0,
    dtype: DTypeLike,
) -> None:
    """Reduce each window of images (m, *spatial, c) to one pixel of out (m, *output, c), combining in `dtype`."""
    launch.load("pooling")
    if not out.size:
        return
    if len(axes) == 1:
        images, axes, out = images[:, None], (Axis(1, 1), *axes), out[:, None]
    images, out = (
        array.view(np.uint8) if array.dtype == bool else array for array in (images, out)
    )
    down, across = axes
    wanted = np.dtype(np.uint8) if np.dtype(dtype) == bool else np.dtype(dtype)
    divisors = Divisors(*(_divisor(axis, count_padding and mode == "avg") for axis in axes))
    kind = _working(images.dtype, mode, down.window * across.window, wanted)
    for some_images, some_out in _planes(images, out):
        for given, rows, written, part in _staged(some_images, down, some_out, wanted):
            _pool(Work(given, (rows, across), written, divisors.part(part), mode, kind))


def _working(images: np.dtype[Any], mode: str, taps: int, kind: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype in which the kernels combine: the shortest that holds every sum of integers."""
    if mode in ("max", "min"):
        return images
    if images.kind == "f":
        return kind
    most = max(-int(np.iinfo(images).min), int(np.iinfo(images).max)) * taps
    return next((np.dtype(f"i{size}") for size in (2, 4) if most < 2 ** (8 * size - 1)), kind)


def _planes(images: Array, out: Array) -> Iterator[tuple[Array, Array]]:
    """Take channels for images where the pixels of each lie side by side."""
    planar = images.shape[3] > 1 and all(
        steps(array)[2] == 1 and array.shape[2] > 1 for array in (images, out)
    )
    if not planar:
        yield images, out
        return
    for image, result in zip(images, out, strict=True):
        yield np.moveaxis(image, 2, 0)[..., None], np.moveaxis(result, 2, 0)[..., None]


def _staged(
    images: Array, down: Axis, out: Array, kind: np.dtype[Any]
) -> Iterator[tuple[Array, Axis, Array, slice]]:
    """Yield what the kernels can read and write, and the rows it is of: all, or copies of a few rows at a time."""
    readable = _in_lines(images)
    writable = _in_lines(out) and (
        out.dtype == kind or (kind.str[1:], out.dtype.str[1:]) == ("f8", "f4")
    )
    writable = writable and out.dtype.isnative
    everything = slice(0, down.count)
    if readable and writable:
        yield images, down, out, everything
        return
    row = volume(images.shape[2:]) * (not readable) * max(1, down.stride) + volume(
        out.shape[2:]
    ) * (not writable)
    room = STAGED // (8 * max(1, row))
    for (batch,) in blocks(out.shape[:1], max(1, room // down.count)):
        for (windows,) in blocks((down.count,), max(room, 1 + down.span // down.stride)):
            halo = down.halo(windows)
            pixels = images[batch, halo.start : halo.stop]
            target = out[batch, windows]
            rows = Axis(
                halo.stop - halo.start,
                down.window,
                down.stride,
                down.dilation,
                halo.before,
                halo.after,
            )
            written = target if writable else np.empty(target.shape, kind)
            yield pixels if readable else np.ascontiguousarray(pixels), rows, written, windows
            if not writable:
                with np.errstate(all="ignore"):
                    target[...] = written


def _in_lines(array: Array) -> bool:
    """Return whether the numbers of a row lie side by side."""
    return regular(array) and steps(array)[2:] == (array.shape[3], 1)


# ---- blocks ----


@dataclass(frozen=True)
class Work:
    """A pooling on two spatial axes: arrays that the kernels can read and write, and where windows lie."""

    images: Array
    axes: tuple[Axis, Axis]
    out: Array
    divisors: Divisors
    mode: str
    kind: np.dtype[Any]


@dataclass(frozen=True)
class Block:
    """How many rows and columns of the output are made at a time, and what lies in the scratch for them.

    Parameters
    ----------
    high, wide
        Rows and columns of the output.
    pitch, staged
        Numbers from line to line of columns, and of results.
    together
        Lines that are combined along the row as if they were one.
    tile, parts
        Numbers of a row that are taken down together, and of the parts of windows for them.
    room
        Numbers that are read or made behind the last line.
    """

    high: int
    wide: int
    pitch: int
    staged: int
    together: int
    tile: int
    parts: int
    room: int

    @property
    def pitches(self) -> tuple[int, int, int, int]:
        """What the kernel is told of them."""
        return self.pitch, self.staged, self.tile, self.together

    @property
    def scratch(self) -> tuple[int, int, int, int]:
        """Numbers of the lines of columns and of results, of the parts, and of the lines of all windows."""
        lines = self.high * self.pitch + self.room
        return (
            lines,
            self.high * self.staged + self.room,
            self.parts,
            lines if self.room > 64 else 0,
        )


def _block(work: Work, in_parts: bool, n: int, kept: bool) -> Block:
    (down, across), c, (oh, ow) = work.axes, work.images.shape[3], work.out.shape[1:3]
    room = 64 * (1 + SHUFFLED) if kept else 64
    wide = min(
        ow, max(1, across.span // across.stride, (LINE // c - across.span) // across.stride + 1)
    )
    length = (wide - 1) * across.stride + across.span
    turns = -(-length // across.stride)
    joint = 3 * turns <= 4 * wide
    if in_parts or not joint:  # there is rubbish behind each line
        turns = -(-(length * c + n) // (across.stride * c))
    pitch, staged = turns * across.stride * c, (turns if joint else wide) * c
    high = min(oh, max(1, BLOCK // pitch))
    tile, parts = pitch, 0
    if in_parts:
        high = min(oh, max(1 + down.span // down.stride, LINES // pitch))
        extent = (high - 1) * down.stride + down.span
        tile = min(_whole(pitch), _whole(max(1, PARTS // extent)))
        parts = extent * (tile + n)
    return Block(high, wide, pitch, staged, high if joint else 1, tile, parts, room)


def _whole(numbers: int) -> int:
    """Round up to what fills a vector of any dtype."""
    return -(-numbers // 64) * 64


def _aligned(numbers: int, dtype: np.dtype[Any]) -> Array:
    """Return uninitialised memory that begins where a vector may."""
    return launch.aligned(numbers, dtype)


def _pool(work: Work) -> None:
    from convpool.engines.compiled.loops import pooling as loops

    kind, (down, across), (h, w, c) = work.kind, work.axes, work.images.shape[1:]
    (m, oh, ow), n = work.out.shape[:3], host.vector_bytes() // kind.itemsize
    by_rows, by_columns, product = _divided(work)
    given = (h, w, c), work.images.ctypes.data, steps(work.images)[:2]
    axes = tuple((axis.window, axis.stride, axis.dilation, axis.before) for axis in work.axes)
    divisors = by_rows.ctypes.data, by_columns.ctypes.data if by_columns.size else 0, product
    made = work.out.ctypes.data, steps(work.out)[:2]
    kinds = (
        *(JOINS[work.mode], (0, 0) if work.mode == "avg" else (0,)),
        *(work.images.dtype.type(0), kind.type(0), work.out.dtype.type(0)),
    )
    if c >= n and down.window * across.window <= DIRECT:
        words = (oh, ow), *given, *axes, *divisors, *made, *kinds
        _shared(loops.direct, lambda scratch: words, m * oh)
        return
    if not by_columns.size and _thin(work):
        if (
            kind == np.int16 and work.mode in ("avg", "sum") and ow < n
        ):  # a vector would be longer than a row
            kinds = (*kinds[:3], np.int32(0), kinds[4])
        sizes = (down.window, across.window, c, across.stride)
        words = (
            (oh, ow),
            *given[1:],
            down.stride,
            divisors[0],
            product,
            *made,
            *((0,) * size for size in sizes),
            *kinds,
        )
        _shared(loops.thin_rows, lambda scratch: words, m * oh)
        return
    programs = tuple(_program(axis, work.mode in ("max", "min")) for axis in work.axes)
    kept = across.stride > 1 and c * across.stride <= SHUFFLED and ow > 1
    block = _block(work, len(programs[0]) > 1, n, kept)
    flat = (
        block.staged == ow * c == steps(work.out)[1]
        and not by_columns.size
        and len(set(by_rows.tolist())) == 1
    )

    def words_of(scratch: list[Array]) -> tuple[Any, ...]:
        return (
            *((oh, ow, block.high, block.wide), *given, *axes, programs),
            *(tuple(array.ctypes.data for array in scratch), block.pitches, *divisors, flat, *made),
            *((0,) * c if kept else None, (0,) * across.stride if kept else None),
            *kinds,
        )

    blocks = m * -(-oh // block.high) * -(-ow // block.wide)
    _shared(loops.pooled, words_of, blocks, [(size, kind) for size in block.scratch])


def _thin(work: Work) -> bool:
    """Return whether short windows that all lie on pixels skip columns, few enough to be taken apart in registers."""
    down, across = work.axes
    inside = all(
        not axis.before and axis.size >= (axis.count - 1) * axis.stride + axis.span
        for axis in work.axes
    )
    short = max(down.window, across.window) <= THIN and down.dilation == across.dilation == 1
    return (
        inside and short and across.stride > 1 and work.images.shape[3] * across.stride <= SHUFFLED
    )


def _shared(
    kernel: Any,
    words: Callable[[list[Array]], tuple[Any, ...]],
    count: int,
    scratch: Sequence[tuple[int, np.dtype[Any]]] = (),
) -> None:
    """Call a kernel for so many blocks in several threads, each with a scratch of its own."""
    launch.ready(kernel, (0, 0, *words([_aligned(0, kind) for _, kind in scratch])))
    ranges = launch.ranges(count, launch.parts())

    def part(k: int) -> None:
        arrays = [_aligned(*size) for size in scratch]
        kernel(*ranges[k], *words(arrays))

    threads.spread(part, len(ranges))


def _divided(work: Work) -> tuple[Floats, Floats, bool]:
    """Return the divisors of rows and of the numbers of a line, and whether they are factors instead.

    Those of a line are left out where all are alike, and stand in the rows. Factors are as exact
    for powers of two.
    """
    rows, columns = work.divisors.rows, work.divisors.columns
    if (columns == columns[0]).all():
        rows, columns = rows * columns[0], columns[:0]
    product = all(
        bool(((np.frexp(one)[0] == 0.5) | np.isnan(one)).all()) for one in (rows, columns)
    )
    if product:
        rows, columns = 1 / rows, 1 / columns
    return rows, np.repeat(columns, work.images.shape[3]), product


def warmup() -> Iterator[str]:
    """Compile, or load, what common calls need, and yield the name of each call."""
    for dtype, c, window, mode in product(("f4", "f8", "u1"), (1, 3, 64), (2, 3), ("max", "avg")):
        images = np.zeros((2, 8, 8, c), dtype)
        axes = [Axis(8, window, 2)] * 2
        result = np.dtype(dtype) if mode == "max" or dtype[0] == "f" else np.dtype(np.float64)
        sums = result if mode == "max" else np.dtype(np.float64)
        pool(
            images,
            axes,
            np.empty((2, axes[0].count, axes[1].count, c), result),
            mode=mode,
            dtype=sums,
        )
        yield f"{mode} pooling {window} x {window}, {images.dtype}, {c} channels"
