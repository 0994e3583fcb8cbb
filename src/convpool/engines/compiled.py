"""Packing and division of work around the compiled kernels.

Three forms, by the number of kernels that read the same channels:
- lanes: one kernel for each channel (depthwise, or one channel and one kernel): the channels of a line lie side by side;
- planes: few kernels: channels are taken apart, a vector holds neighbouring columns;
- tiles: many kernels: a vector holds neighbouring kernels, a tile some pixels of them.

m images, c channels, nc kernels, oh x ow output, sh sw stride, n numbers in a vector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import host, threads
from convpool.windows import Axis, padded_indices, volume

Array = NDArray[Any]
Ints = NDArray[np.int64]

READ = tuple(map(np.dtype, ("f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")))
WRITTEN = {("f4", "f4"), ("f8", "f8"), ("i8", "i8"), ("f4", "i8"), ("f8", "i8")}  # from sums to results
PACKED = 2**15  # numbers of a packed block, so that it stays in the processor's cache
LINE = 2**11  # numbers of a line of a block
HIGH = 16  # rows of a block that is read where it lies
SLAB = 6  # rows of a kernel that are taken on one way down at most, for a stride of 1
LATENCY = 8  # sums at a time that hide how long a multiply-add takes
TILED = 2**11  # pixels of a block of tiles
FEW = 16  # channels up to which a run of them is too short for itself
KEPT = 9  # weights that stay in registers on the way down
SHUFFLED = 8  # lines that a line is taken apart into in registers; more are copied number by number
SHARED = 2**17  # weights that are packed once for all threads; more are packed panel by panel, in the cache
WEIGHTS = 3 * 2**16  # weights of a panel that are used at a time
STAGED = 2**22  # bytes that are converted at a time where the kernels cannot read or write
PARTS = 4  # parts of the work for each thread, so that none waits long for another


def refusal(dtype: np.dtype[Any], rank: int) -> str | None:
    """Tell why convolutions with sums of this dtype and rank are not taken; None if they are."""
    if dtype not in (np.float32, np.float64) and (dtype.kind not in "iu" or dtype == np.uint64):
        return f"sums are {dtype}, and the compiled kernels take float32, float64 and integers up to int64"
    if rank > 2:
        return f"there are {rank} spatial axes, and the compiled kernels take 1 or 2"
    return host.refusal()


# ---- the work of a call ----


@dataclass(frozen=True)
class Work:
    """A convolution on two spatial axes: arrays that the kernels can read and write, and where windows lie."""

    images: Array
    kernels: Array
    axes: tuple[Axis, Axis]
    out: Array
    groups: int
    pad_mode: str
    fill: Any
    bias: Array

    @property
    def n(self) -> int:
        """Numbers in a vector."""
        return host.vector_bytes() // self.kernels.itemsize

    @property
    def depth(self) -> int:
        """Channels that a kernel reads."""
        return self.kernels.shape[2]

    @property
    def together(self) -> int:
        """Kernels that read the same channels."""
        return self.kernels.shape[3] // self.groups

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """Steps of the images in numbers: image, row, column, channel."""
        return _steps(self.images)

    @property
    def interleaved(self) -> bool:
        """Whether the channels of neighbouring pixels lie side by side."""
        return self.steps[2:] == (self.images.shape[3], 1)

    @property
    def same_kind(self) -> bool:
        """Whether pixels need no conversion."""
        return self.images.dtype == self.kernels.dtype

    def maps(self) -> tuple[Ints, Ints]:
        """Return for each padded row and column the pixel that stands there, -1 for the fill."""
        return _map(self.axes[0], self.pad_mode), _map(self.axes[1], self.pad_mode)


def _steps(array: Array) -> tuple[int, ...]:
    """Return the strides of an array in numbers; those of axes of length 1 are what they would be."""
    steps = [stride // array.itemsize for stride in array.strides]
    for k in range(array.ndim - 1, 0, -1):
        if array.shape[k] == 1:
            steps[k] = 1 if k == array.ndim - 1 else steps[k + 1] * array.shape[k + 1]
    return tuple(steps)


def _map(axis: Axis, pad_mode: str) -> Ints:
    if pad_mode not in ("zeros", "constant"):
        return padded_indices(axis, pad_mode)
    places = np.arange(-axis.before, axis.size + axis.after)
    return np.where((places >= 0) & (places < axis.size), places, -1)


def convolve(
    images: Array,
    kernels: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    bias: Array | None = None,
    dtype: DTypeLike,
) -> None:
    """Convolve images (m, *spatial, c) with kernels (*window, c // groups, nc) into out (m, *output, nc).

    Sums are taken in `dtype`: float32, float64 or int64; `out` may have another one that holds the results.
    """
    kind = np.dtype(dtype)
    if 0 in out.shape:
        return
    if not kernels.size:
        out[...] = 0 if bias is None else bias
        return
    if len(axes) == 1:
        images, kernels, axes, out = images[:, None], kernels[None], (Axis(1, 1), *axes), out[:, None]
    start = np.zeros(kernels.shape[-1], kind) if bias is None else np.ascontiguousarray(bias, kind)
    weights = np.ascontiguousarray(kernels, kind)
    form = _form(images, weights, groups)
    for given, written in _staged(images, out, kind, form is tiles):
        work = Work(given, weights, (axes[0], axes[1]), written, groups, pad_mode, kind.type(fill), start)
        form(work)


def _form(images: Array, kernels: Array, groups: int) -> Callable[[Work], None]:
    nc, n = kernels.shape[3], host.vector_bytes() // kernels.itemsize
    if 2 * (nc // groups) > n:
        return tiles
    return planes


def _staged(images: Array, out: Array, kind: np.dtype[Any], in_tiles: bool) -> Iterator[tuple[Array, Array]]:
    """Yield what the kernels can read and write: the arrays, or copies of a few images at a time."""
    images = images.view(np.uint8) if images.dtype == bool else images
    readable = images.dtype in READ and images.dtype.isnative and _regular(images)
    writable = (kind.str[1:], out.dtype.str[1:]) in WRITTEN and out.dtype.isnative and _regular(out)
    if in_tiles and _steps(out)[3] != 1:
        writable = False
    if readable and writable:
        yield images, out
        return
    numbers = volume(images.shape[1:]) * (not readable) + volume(out.shape[1:]) * (not writable)
    count = max(1, STAGED // max(1, 8 * numbers))
    read = images.dtype.newbyteorder("=") if images.dtype.newbyteorder("=") in READ else kind
    for first in range(0, len(images), count):
        batch = slice(first, first + count)
        given = images[batch] if readable else np.ascontiguousarray(images[batch], read)
        target = out[batch]
        written = target if writable else np.empty(target.shape, kind)
        yield given, written
        if not writable:
            target[...] = written


def _regular(array: Array) -> bool:
    """Return whether numbers lie whole numbers of numbers apart, where the processor expects them."""
    return array.flags.aligned and all(stride % array.itemsize == 0 for stride in array.strides)


# ---- blocks ----


@dataclass(frozen=True)
class Layout:
    """Where a block's numbers lie, in the images or in a scratch.

    Parameters
    ----------
    scratch
        Numbers of a scratch, 0 where pixels are read where they lie.
    image, row, column
        Steps from one window to the next.
    tap
        From the offset of a tap on each axis and a channel to its step.
    each, phases, pitch, window
        Channels of a line that lie side by side; planes that columns are dealt to; numbers from line to line; rows and
        columns of a block with its halo.
    """

    scratch: int
    image: int
    row: int
    column: int
    tap: Callable[[int, int, int], int]
    each: int = 1
    phases: int = 1
    pitch: int = 0
    window: tuple[int, int] = (0, 0)


def _in_place(work: Work, each: int) -> Layout:
    image, row, column, channel = work.steps
    sh, sw = (axis.stride for axis in work.axes)
    return Layout(0, image, row * sh, column * sw, lambda y, x, ch: y * row + x * column + ch * channel, each)


def _packed(work: Work, block: tuple[int, int, int], each: int, phases: int) -> Layout:
    images, high, wide = block
    down, across = work.axes
    rows = (high - 1) * down.stride + down.span
    columns = (wide - 1) * across.stride + across.span
    pitch = (-(-(-(-columns // phases) * each) // work.n) + 1) * work.n  # room for a vector of zeros behind
    planes = work.images.shape[3] // each * phases

    def tap(y: int, x: int, ch: int) -> int:
        plane = ch // each * phases + x % phases
        return (plane * rows + y) * pitch + x // phases * each + ch % each

    size = planes * rows * pitch
    return Layout(
        images * size,
        size,
        down.stride * pitch,
        across.stride // phases * each,
        tap,
        each,
        phases,
        pitch,
        (rows, columns),
    )


def _aligned(numbers: int, dtype: np.dtype[Any]) -> Array:
    """Return uninitialised memory that begins where a vector may."""
    room = np.empty(numbers * dtype.itemsize + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + numbers * dtype.itemsize].view(dtype)


def _lines(work: Work, layout: Layout) -> tuple[int, tuple[int, ...] | None]:
    """Return how many lines a row of the images has, and a tuple as long as what each is taken apart into."""
    c = work.images.shape[3]
    if work.interleaved:
        lines, parts = 1, c // layout.each * layout.phases
    elif work.steps[2] == 1 and layout.each == 1:
        lines, parts = c, layout.phases
    else:
        return 1, None
    return (lines, (0,) * parts) if parts <= SHUFFLED else (1, None)


@dataclass(frozen=True)
class Packing:
    """The words of `kernels.pack` that are the same for all blocks of a region."""

    window: tuple[int, int]
    maps: tuple[Ints, Ints]
    form: tuple[int, ...]
    lines: int
    once: bool
    parts: tuple[int, ...] | None


def _packing(work: Work, layout: Layout, block: tuple[int, int, int]) -> Packing:
    if not layout.scratch:
        nothing = np.zeros(1, np.int64)
        return Packing((0, 0), (nothing, nothing), (0,) * 8, 1, False, None)
    lines, parts = _lines(work, layout)
    edges = [number for axis in work.axes for number in (axis.before, axis.size)]
    form = (work.images.shape[3], layout.phases, layout.each, layout.pitch, *edges)
    whole = block[1:] == work.out.shape[1:3] and work.fill == 0
    once = whole and work.pad_mode in ("zeros", "constant")
    return Packing(layout.window, work.maps(), form, lines, once, parts)


def _count(grid: Sequence[int]) -> int:
    """Return the number of blocks."""
    return volume([-(-total // size) for total, size in zip(grid[:3], grid[3:], strict=True)])


def _ranges(count: int, parts: int) -> list[tuple[int, int]]:
    """Cut a range into parts of about the same length."""
    cuts = [count * k // max(1, min(count, parts)) for k in range(min(count, parts) + 1)]
    return list(pairwise(cuts))


def _parts() -> int:
    number = threads.number()
    return PARTS * number if number > 1 else 1


# ---- lanes and planes ----


def planes(work: Work) -> None:
    """Convolve with vectors over columns, or over the channels of columns."""
    c = work.images.shape[3]
    lanes = work.depth == 1 and work.together == 1 and work.interleaved and _steps(work.out)[2:] == (c, 1)
    lanes = lanes and (work.axes[1].stride == 1 or c >= work.n)
    each = c if lanes else 1
    spread = each > 1 and work.axes[1].stride > 1  # a vector holds channels of one column only
    _planes(work, each, spread)


def _lies_right(work: Work, each: int, spread: bool) -> bool:
    """Tell whether pixels can be read where they lie: small images, since packing also reads large ones in good order."""
    lies = work.interleaved if each > 1 or work.images.shape[3] == 1 else work.steps[2] == 1
    padded = any(axis.before or axis.after for axis in work.axes)
    one = work.axes[1].stride == 1 or spread
    whole = work.out.shape[2] * each >= work.n
    return work.same_kind and lies and one and not padded and whole and volume(work.images.shape[1:]) <= PACKED


def _block(work: Work, oh: int, ow: int, each: int, direct: bool) -> tuple[int, int, int]:
    """Return how many images, rows and columns a block has."""
    (down, across), (m, *_, c) = work.axes, work.images.shape
    wide = min(ow, max(1, LINE // each))
    if direct:
        high = min(oh, max(HIGH, 4 * down.span, 4 * LINE // (wide * each)))
        return 1 if (high, wide) != (oh, ow) else min(m, max(1, 4 * LINE // (oh * ow * each))), high, wide
    wide = max(min(ow, work.n), min(wide, PACKED // (c * across.stride * down.span)))
    line = c * ((wide - 1) * across.stride + across.span)
    high = min(oh, max(down.span // down.stride, (PACKED // line - down.span) // down.stride + 1))
    size = line * ((high - 1) * down.stride + down.span)
    return 1 if (high, wide) != (oh, ow) else min(m, max(1, PACKED // 4 // size)), high, wide


def _planes(work: Work, each: int, spread: bool) -> None:
    from convpool.engines import kernels

    m, (down, across), kind = len(work.images), work.axes, work.kernels.dtype
    oh, ow = work.out.shape[1:3]
    direct = _lies_right(work, each, spread)
    block = _block(work, oh, ow, each, direct)
    layout = _in_place(work, each) if direct else _packed(work, block, each, 1 if spread else across.stride)
    kh, kw, depth, nc = work.kernels.shape
    lines = 1 if each > 1 else nc
    taps = np.array([layout.tap(0, v * across.dilation, ch) for v, ch in product(range(kw), range(depth))], np.int64)
    laned = each > 1 and not all(bool((array == array[..., :1]).all()) for array in (work.kernels, work.bias))
    weights = _lined(work.kernels, each, work.n, laned)
    starts = _lined(work.bias[None, None, None], each, work.n, laned)
    steps_out = _steps(work.out)
    stored = each > 1 or steps_out[2] == 1
    outward = steps_out if stored else (block[1] * block[2], block[2], 1)
    zips = (0,) * nc if 2 <= nc <= 4 and steps_out[2:] == (nc, 1) else None
    packing = _packing(work, layout, block)
    grid = (m, oh, ow, *block)
    group_step = layout.tap(0, 0, depth) if work.groups > 1 and lines > 1 else 0
    descent = _descent(down, layout.tap(1, 0, 0))
    first = 0 if spread or not stored else _aligned_at(work, block[2] * each)
    places, lanes = _places(block, layout, outward, each if laned else 1, spread, work.n, descent.together, first)

    few = (0,) * len(taps) if len(taps) * work.axes[0].window <= KEPT else None

    def part(first: int, last: int, compile_only: bool = False) -> None:
        scratch = _aligned(layout.scratch + work.n, kind)[-first % work.n :]
        made = _aligned(0 if stored else nc * volume(block), work.out.dtype)
        call = (
            *(first, last, grid, (down.stride, across.stride), work.images.ctypes.data, work.steps),
            *(packing.window, packing.maps, packing.form, scratch.ctypes.data if layout.scratch else 0),
            *(np.empty(SHUFFLED, np.int64), packing.lines, packing.once, work.fill, places, taps),
            (weights.ctypes.data, *(weights.strides[k] // kind.itemsize for k in (1, 2, 0))),
            (starts.ctypes.data, starts.strides[0] // kind.itemsize),
            (lines, work.together if lines > 1 else 1, group_step),
            *(
                descent.steps,
                lanes,
                work.out.ctypes.data,
                steps_out,
                0 if stored else made.ctypes.data,
                packing.parts,
                zips,
            ),
            *(
                (0,) * descent.slab,
                (0,) * descent.tail if descent.tail else None,
                (0,) * descent.sh,
                few,
                (0,) if laned else None,
            ),
            *(work.images.dtype.type(0), kind.type(0), work.out.dtype.type(0)),
        )
        _run(kernels.rows, call, compile_only)

    part(0, 0, True)
    ranges = _ranges(_count(grid), _parts())
    threads.spread(lambda k: part(*ranges[k]), len(ranges))


class Descent(NamedTuple):
    """How a kernel's rows are taken on the way down: in slabs, and a last one of what is left."""

    slab: int
    tail: int
    sh: int
    together: int
    steps: tuple[int, int, int, int, int]


def _descent(down: Axis, row: int) -> Descent:
    from convpool.engines.kernels import places_of

    kh, sh, dilation = down.window, down.stride, down.dilation
    if sh > 1 and (dilation > 1 or sh > SLAB):  # row by row
        return Descent(1, 0, 1, places_of(1), (kh, sh * row, dilation * row, 0, 1))
    slab = min(range(1, min(kh, SLAB * sh) + 1), key=lambda slab: (_turns(kh, slab, sh), slab))
    together = places_of(-(-slab // sh))
    return Descent(slab, kh % slab, sh, together, (kh // slab, dilation * row, dilation * row, row, dilation))


def _turns(kh: int, slab: int, sh: int) -> float:
    """Estimate the time for a result: sums that wait for each other, and rows that are read for few sums."""
    from convpool.engines.kernels import places_of

    def time(rows: int) -> float:
        sums = -(-rows // sh)
        chains = sums * places_of(-(-slab // sh))
        return rows * max(1.0, LATENCY / chains) + 2 * sh + (sums - 1) * sums / 16

    return kh // slab * time(slab) + (time(kh % slab) if kh % slab else 0)


def _aligned_at(work: Work, line: int) -> int:
    """Return at which number of a line of results vectors fill whole lines of the processor's cache, if of all lines."""
    size, n = work.out.itemsize, work.n
    steps = _steps(work.out)
    if size * n != 64 or line < 2 * n or steps[0] % n or steps[1] % n or work.out.ctypes.data % size:
        return 0
    return -(work.out.ctypes.data // size) % n


def _lined(weights: Array, each: int, n: int, laned: bool) -> Array:
    """Return weights (kh, kw, depth, nc) as (nc, kw * depth, kh, 1), or lane by lane as (1, kw, kh, lanes)."""
    kh, nc = weights.shape[0], weights.shape[3]
    taps = weights.reshape(kh, -1, nc).transpose(2, 1, 0)
    if not laned:
        return np.ascontiguousarray(taps)[..., None]
    lines = taps.transpose(1, 2, 0)[None][..., np.arange(-(-(each + n - 1) // n) * n) % each]
    aligned = _aligned(lines.size, weights.dtype).reshape(lines.shape)
    aligned[...] = lines
    return aligned


def _places(
    block: tuple[int, int, int],
    layout: Layout,
    outward: Sequence[int],
    period: int,
    spread: bool,
    n: int,
    together: int,
    first: int,
) -> tuple[Ints, int]:
    """Return where vectors begin, where they go and at which lane of the weights they begin, in groups of one lane.

    Also how many lanes each has. Weights repeat after `period` lanes; from number `first` on, vectors lie end to end.
    """
    images, _, wide = block
    line = layout.each if spread else wide * layout.each
    starts = np.arange(first, line, n)
    starts[-1] = max(0, line - n)
    if first:
        starts = np.append(0, starts)
    places = np.meshgrid(np.arange(images), np.arange(wide if spread else 1), starts, indexing="ij")
    b, x, start = (place.ravel() for place in places)
    given = b * layout.image + x * layout.column + start
    made = b * outward[0] + x * outward[2] + start
    lane = start % period
    order = [_filled(np.flatnonzero(lane == value), together) for value in np.unique(lane)]
    chosen = np.concatenate(order).reshape(-1, together)
    return np.hstack([given[chosen], made[chosen], lane[chosen[:, :1]]]).astype(np.int64), min(line, n)


def _filled(numbers: Ints, multiple: int) -> Ints:
    """Repeat the last number until there are whole groups."""
    return np.append(numbers, np.repeat(numbers[-1:], -len(numbers) % multiple))


_READY: set[Any] = set()


def _run(kernel: Any, call: tuple[Any, ...], compile_only: bool) -> None:
    """Call a kernel, or see to it that it is compiled for such a call."""
    if not compile_only:
        kernel(*call)
        return
    kinds = (kernel, *map(_kind, call))
    if kinds not in _READY:
        import numba

        kernel.compile(tuple(map(numba.typeof, call)))
        _READY.add(kinds)


def _kind(word: Any) -> Any:
    """Return what a kernel is compiled for, far faster than Numba tells it."""
    return (len(word), _kind(word[0])) if isinstance(word, tuple) else type(word)


# ---- tiles ----


class Panels(NamedTuple):
    """How kernels are dealt to panels: vectors of one, panels of a group and of all, and their weights in numbers."""

    wide: int
    together: int
    count: int
    weights: int


class Taps(NamedTuple):
    """Windows of an axis that have the same taps on pixels, and these taps."""

    windows: slice
    taps: slice


def tiles(work: Work) -> None:
    """Convolve with vectors over kernels."""
    panels = _panels(work)
    classes = _classes(work)
    if classes is None and panels.weights > SHARED:
        for part in _padded(work):
            tiles(part)
        return
    oh, ow = work.out.shape[1:3]
    kh, kw, depth, nc = work.kernels.shape
    everything = Taps(slice(0, oh), slice(0, kh)), Taps(slice(0, ow), slice(0, kw))
    merged = _merged(work, classes is None)
    plan = _Tiles(work, panels, classes or [everything], classes is not None, merged)
    shape = (kh, kw * depth) if merged else (kh * kw, depth)
    weights = work.kernels.reshape(*shape, nc)
    if panels.weights <= SHARED:
        _by_blocks(work, panels, plan, weights)
    else:
        _by_panels(work, panels, plan, weights)


def _panels(work: Work) -> Panels:
    """Choose the width that wastes the fewest lanes; wide tiles are a little faster than narrow ones."""
    from convpool.engines.kernels import WIDE

    vectors = -(-work.together // work.n)
    costs = {WIDE: 1.0, 2: 1.05, 1: 1.15}
    wide = min(costs, key=lambda wide: -(-vectors // wide) * wide * costs[wide])
    together = -(-vectors // wide)
    return Panels(
        wide, together, together * work.groups, together * work.groups * wide * work.n * work.kernels[..., 0].size
    )


def _merged(work: Work, packed: bool) -> bool:
    """Tell whether the taps of a row and their channels are taken as one run, which few channels need."""
    return work.groups == 1 and work.depth < FEW and work.axes[1].dilation == 1 and (packed or work.interleaved)


def _classes(work: Work) -> list[tuple[Taps, Taps]] | None:
    """Cut the output so that windows have the same taps on pixels: zeros around the pixels are not even read.

    None where pixels have to be packed: zeros are values where a weight is not finite.
    """
    if work.steps[3] != 1 or not work.same_kind:
        return None
    cuts = [_alike(axis) for axis in work.axes]
    if volume([len(cut) for cut in cuts]) == 1:
        return list(product(*cuts))
    zeros = work.pad_mode in ("zeros", "constant") and work.fill == 0
    if not zeros or work.depth < FEW or volume([len(cut) for cut in cuts]) > 9 or not _finite(work.kernels):
        return None
    return list(product(*cuts))


def _alike(axis: Axis) -> list[Taps]:
    first = np.arange(axis.count) * axis.stride - axis.before
    low = np.clip(-(first // axis.dilation), 0, axis.window)
    high = np.clip(-((first - axis.size) // axis.dilation), 0, axis.window)
    cuts = [0, *(np.flatnonzero(np.diff(low) | np.diff(high)) + 1).tolist(), axis.count]
    return [Taps(slice(a, b), slice(int(low[a]), int(max(low[a], high[a])))) for a, b in pairwise(cuts)]


def _finite(weights: Array) -> bool:
    """Tell whether all are finite; sums that overflow count as not."""
    if weights.dtype.kind != "f":
        return True
    flat, found = weights.reshape(-1), []
    ranges = _ranges(len(flat), max(1, len(flat) // SHARED))
    threads.spread(lambda k: found.append(bool(np.isfinite(flat[slice(*ranges[k])].sum()))), len(ranges))
    return all(found)


class _Tiles:
    """The tiles of a work: rectangles of windows that have the same taps, cut into blocks."""

    def __init__(
        self, work: Work, panels: Panels, classes: Sequence[tuple[Taps, Taps]], direct: bool, merged: bool
    ) -> None:
        from convpool.engines import kernels

        down, across = work.axes
        self.work, self.wide = work, (0,) * panels.wide
        self.steps_out = _steps(work.out)
        self.pixels = kernels.pixels_of(panels.wide)
        regions, places, outs, runs, cost = [], [], [], [], [np.zeros(1)]
        blocks = 0
        for rows, columns in classes:
            oh, ow = (part.windows.stop - part.windows.start for part in (rows, columns))
            block = _tile_block(work, oh, ow, direct)
            self.layout = _in_place(work, 1) if direct else _packed(work, block, work.images.shape[3], 1)
            u, v = (range(part.taps.start, part.taps.stop) for part in (rows, columns))
            taps = product(u, (0,) if merged else v)
            kw = 1 if merged else across.window
            some = [(self.layout.tap(u * down.dilation, v * across.dilation, 0), u * kw + v) for u, v in taps]
            given = _pixels(block, (self.layout.image, self.layout.row, self.layout.column), self.pixels)
            made = _pixels(block, self.steps_out[:3], self.pixels)
            grid = (len(work.images), oh, ow, *block)
            top = rows.windows.start * down.stride - down.before
            left = columns.windows.start * across.stride - across.before
            shift = (top * work.steps[1] + left * work.steps[2]) * direct
            into = rows.windows.start * self.steps_out[1] + columns.windows.start * self.steps_out[2]
            cost.append(np.full(_count(grid), len(given) * len(some)))
            blocks += _count(grid)
            place, run = sum(map(len, places)), sum(map(len, runs))
            regions.append((blocks, *grid, shift, into, place, place + len(given), run, run + len(some)))
            places.append(given)
            outs.append(made)
            runs.append(some)
        self.packing = _packing(work, self.layout, block)
        self.regions = np.array(regions, np.int64)
        self.places, self.outs = np.concatenate(places), np.concatenate(outs)
        self.runs = np.array([run for some in runs for run in some], np.int64).reshape(-1, 2)
        self.cost = np.cumsum(np.concatenate(cost))
        self.groups = (work.together, panels.together, work.depth)

    def shares(self, count: int) -> list[tuple[int, int]]:
        """Cut the blocks into parts that take about the same time."""
        cuts = np.searchsorted(self.cost, self.cost[-1] * np.arange(1, count) / count)
        return [(a, b) for a, b in pairwise([0, *cuts.tolist(), len(self.cost) - 1]) if a < b]

    def run(
        self,
        blocks: tuple[int, int],
        some: tuple[int, int],
        weights: tuple[int, int],
        channels: tuple[int, int],
        again: bool,
    ) -> None:
        """Sum some blocks with some panels, whose weights lie at (address, step), over channels (first, count)."""
        from convpool.engines import kernels

        work, layout, packing = self.work, self.layout, self.packing
        scratch = _aligned(layout.scratch, work.kernels.dtype)
        strides = tuple(axis.stride for axis in work.axes)
        call = (
            *(*blocks, self.regions, strides, work.images.ctypes.data, work.steps),
            *(packing.window, packing.maps, packing.form, scratch.ctypes.data if layout.scratch else 0),
            *(np.empty(SHUFFLED, np.int64), packing.lines, packing.once, work.fill),
            *(self.places, self.outs, self.pixels, self.runs, channels[1], channels[0]),
            *(weights, (work.bias.ctypes.data, int(again)), self.groups, some, work.out.ctypes.data, self.steps_out),
            *(self.wide, packing.parts, work.images.dtype.type(0), work.kernels.dtype.type(0), work.out.dtype.type(0)),
        )
        _run(kernels.tiles, call, blocks == (0, 0))


@lru_cache(64)
def _pixels(block: tuple[int, int, int], steps: tuple[int, int, int], multiple: int) -> Ints:
    """Return where the pixels of a block lie; the last one is repeated until there are whole tiles."""
    axes = [np.arange(size) * step for size, step in zip(block, steps, strict=True)]
    places = axes[0][:, None, None] + axes[1][:, None] + axes[2]
    return _filled(places.ravel(), multiple).astype(np.int64)


def _tile_block(work: Work, oh: int, ow: int, direct: bool) -> tuple[int, int, int]:
    """Return how many images, rows and columns a block has: blocks do not overlap, since results may be added to."""
    (down, across), (m, *_, c) = work.axes, work.images.shape
    wide = _divisor(ow, TILED)
    line = c * ((wide - 1) * across.stride + (1 if direct else across.span))
    halo = 0 if direct else down.span - down.stride
    high = _divisor(oh, min(TILED // wide, (2 * PACKED // line - halo) // down.stride))
    if (high, wide) != (oh, ow):
        return 1, high, wide
    return _divisor(m, min(2 * PACKED // (line * (oh * down.stride + halo)), TILED // (oh * ow))), high, wide


def _divisor(total: int, most: int) -> int:
    """Return the greatest divisor of a number that is not above another."""
    return next(size for size in range(max(1, min(total, most)), 0, -1) if total % size == 0)


def _gathered(work: Work, weights: Array, panels: Panels, panel: int, channels: tuple[int, int], into: Array) -> None:
    """Copy the weights of a panel for some channels as (tap, channel, kernel); without any, see to it that it can be done."""
    from convpool.engines import kernels

    taps, depth, nc = weights.shape
    group, part = divmod(panel, panels.together)
    width = panels.wide * work.n
    columns = min(width, work.together - part * width)
    call = (
        *(weights.ctypes.data, taps, depth, nc, group * work.together + part * width, columns, *channels),
        *(into.ctypes.data, np.zeros(1, np.int64), width, (0,), weights.dtype.type(0)),
    )
    _run(kernels.gather, call, not into.size)


def _prepare(work: Work, plan: _Tiles, weights: Array, panels: Panels) -> None:
    _gathered(work, weights, panels, 0, (0, 0), _aligned(0, weights.dtype))
    plan.run((0, 0), (0, 0), (0, 0), (0, 0), False)


def _by_blocks(work: Work, panels: Panels, plan: _Tiles, weights: Array) -> None:
    """Pack all weights, then take block after block with all of them."""
    _prepare(work, plan, weights, panels)
    taps, depth, _ = weights.shape
    step = taps * depth * panels.wide * work.n
    packed = _aligned(panels.count * step, weights.dtype)
    packed[...] = 0
    for panel in range(panels.count):
        _gathered(work, weights, panels, panel, (0, depth), packed[panel * step : (panel + 1) * step])
    shares = plan.shares(_parts())
    every = (0, panels.count), (packed.ctypes.data, step), (0, depth), False
    threads.spread(lambda k: plan.run(shares[k], *every), len(shares))


def _by_panels(work: Work, panels: Panels, plan: _Tiles, weights: Array) -> None:
    """Take panel after panel: pack as many of its weights as stay in the cache, then take all blocks with them."""
    _prepare(work, plan, weights, panels)
    taps, depth, _ = weights.shape
    width = panels.wide * work.n
    pieces = -(-taps * depth * width // WEIGHTS) if work.out.dtype == weights.dtype else 1
    channels = [(first, last - first) for first, last in _ranges(depth, pieces)]
    shares = plan.shares(-(-2 * threads.number() // panels.count))
    room = taps * width * max(count for _, count in channels)

    def part(k: int) -> None:
        panel, share = divmod(k, len(shares))
        packed = _aligned(room, weights.dtype)
        packed[...] = 0
        for piece in channels:
            _gathered(work, weights, panels, panel, piece, packed)
            plan.run(shares[share], (panel, panel + 1), (packed.ctypes.data, 0), piece, piece[0] > 0)

    threads.spread(part, panels.count * len(shares))


def _padded(work: Work) -> Iterator[Work]:
    """Yield the work on a few images at a time, padded and converted beforehand."""
    from convpool.engines import kernels

    m, oh, ow, c = len(work.images), *work.out.shape[1:3], work.images.shape[3]
    layout = _packed(work, (1, oh, ow), c, 1)
    packing = _packing(work, layout, (1, oh, ow))
    axes = [
        Axis(size, axis.window, axis.stride, axis.dilation) for size, axis in zip(layout.window, work.axes, strict=True)
    ]
    count = max(1, STAGED // layout.scratch)
    kind = work.kernels.dtype

    def pack(image: int, into: Array) -> None:
        call = (
            *(work.images.ctypes.data, work.steps, image, int(into.size > 0), 0, 0, layout.window, packing.maps),
            *(
                packing.form,
                into.ctypes.data,
                np.empty(SHUFFLED, np.int64),
                packing.lines,
                True,
                work.fill,
                packing.parts,
            ),
            *(work.images.dtype.type(0), kind.type(0)),
        )
        _run(kernels.pack, call, not into.size)

    pack(0, _aligned(0, kind))
    for first in range(0, m, count):
        batch = slice(first, min(m, first + count))
        room = _aligned((batch.stop - first) * layout.scratch, kind).reshape(-1, layout.scratch)
        threads.spread(lambda k, first=first, room=room: pack(first + k, room[k]), len(room))
        rows, columns = layout.window
        lines = room.reshape(len(room), rows, layout.pitch)[:, :, : columns * c]
        padded = np.lib.stride_tricks.as_strided(
            lines, (len(room), rows, columns, c), (*lines.strides[:2], c * kind.itemsize, kind.itemsize)
        )
        yield replace(work, images=padded, axes=(axes[0], axes[1]), out=work.out[batch], pad_mode="zeros")
