"""Convolution with vectors over kernels: for many kernels.

Kernels are dealt to panels of a few vectors; a tile holds the sums of some pixels with a panel in
registers. m images, c channels, nc kernels, n numbers in a vector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled import geometry, launch
from convpool.engines.compiled.geometry import Block, Frame, Ints, Layout
from convpool.windows import Axis, volume

Array = NDArray[Any]
Range = tuple[int, int]

BLOCK = 2**16  # numbers of a block of pixels, so that they stay in the processor's cache
PIXELS = 2**11  # pixels of a block
FEW = 16  # channels up to which those of one tap are too short a run
SHARED = (
    2**17
)  # weights that are packed once for all threads; more are packed panel by panel, in the cache
WEIGHTS = 3 * 2**16  # weights of a panel that are used at a time
PADDED = (
    2**20
)  # numbers of images that are padded at a time, where pixels of many panels must be padded
REGIONS = 9  # rectangles that the output is cut into at most


class Panels(NamedTuple):
    """How kernels are dealt to panels: vectors of one, panels of a group and of all, weights of one and of all."""

    wide: int
    together: int
    every: int
    weights: int
    all_weights: int


class Taps(NamedTuple):
    """Windows of an axis that have the same taps on pixels, and these taps."""

    windows: slice
    taps: slice


class Route(NamedTuple):
    """All that `kernels.tiles` is told but for arrays. `work` is what has been done, in products, after each block."""

    panels: Panels
    merged: bool
    layout: Layout
    block: Block
    regions: Ints
    places: Ints
    outs: Ints
    pixels: int
    runs: Ints
    work: NDArray[np.float64]

    def shares(self, count: int) -> list[Range]:
        """Cut the blocks into parts that take about the same time."""
        count = min(count, len(self.work))
        cuts = np.searchsorted(self.work, self.work[-1] * np.arange(1, count) / count)
        return [(a, b) for a, b in pairwise([0, *cuts.tolist(), len(self.work) - 1]) if a < b]


class NotFiniteError(Exception):
    """Padded zeros would not be zeros: they are not to be left out."""


def convolve(
    frame: Frame, images: Array, kernels: Array, bias: Array, out: Array, fill: Any
) -> None:
    """Convolve images with many kernels into out, whose channels lie side by side."""
    try:
        _convolve(frame, images, kernels, bias, out, fill, _cuts(frame) is not None)
    except NotFiniteError:
        _convolve(frame, images, kernels, bias, out, fill, False)


def _convolve(
    frame: Frame, images: Array, kernels: Array, bias: Array, out: Array, fill: Any, in_place: bool
) -> None:
    route = _route(frame, in_place)
    shared = route.panels.all_weights <= SHARED
    checked = in_place and not _unpadded(frame)
    if not in_place and not shared:
        for some, padded, batch in _padded(frame, images, kernels, out, fill):
            convolve(some, padded, kernels, bias, batch, fill)
        return
    kh, kw, depth, nc = kernels.shape
    weights = kernels.reshape(*((kh, kw * depth) if route.merged else (kh * kw, depth)), nc)
    sums = _sums(frame, route, images, bias, out, fill)
    if not shared:
        _by_panels(frame, route, weights, out, sums, checked)
        return
    if checked and not _finite(kernels):
        raise NotFiniteError
    _by_blocks(frame, route, weights, out, sums)


# ---- geometry ----


@lru_cache(64)
def _cuts(frame: Frame) -> list[tuple[Taps, Taps]] | None:
    """Cut the output so that windows have the same taps on pixels: zeros around the pixels are not even read.

    None where pixels have to be packed.
    """
    if frame.given[3] != 1 or not frame.same:
        return None
    cuts = [_alike(axis) for axis in frame.axes]
    # one region may still lack taps: where every window has the same ones on padding
    windows = [slice(0, axis.window) for axis in frame.axes]
    complete = all(
        part.taps == window for window, cut in zip(windows, cuts, strict=True) for part in cut
    )
    regions = volume([len(cut) for cut in cuts])
    if not complete and (not frame.zeros or frame.kernels[2] < FEW or regions > REGIONS):
        return None
    return list(product(cuts[0], cuts[1]))


def _alike(axis: Axis) -> list[Taps]:
    first = np.arange(axis.count) * axis.stride - axis.before
    low = np.clip(-(first // axis.dilation), 0, axis.window)
    high = np.clip(-((first - axis.size) // axis.dilation), low, axis.window)
    cuts = [0, *(np.flatnonzero(np.diff(low) | np.diff(high)) + 1).tolist(), axis.count]
    return [Taps(slice(a, b), slice(int(low[a]), int(high[a]))) for a, b in pairwise(cuts)]


def _unpadded(frame: Frame) -> bool:
    return not any(axis.before or axis.after for axis in frame.axes)


def _finite(weights: Array) -> bool:
    """Tell whether all are finite; sums that overflow count as not."""
    return weights.dtype.kind != "f" or bool(np.isfinite(weights.sum()))


@lru_cache(64)
def _route(frame: Frame, in_place: bool) -> Route:
    from convpool.engines.compiled.loops.convolution import pixels_of

    down, across = frame.axes
    panels = _panels(frame)
    pixels = pixels_of(panels.wide)
    packed = not in_place
    few = frame.groups == 1 and frame.kernels[2] < FEW and across.dilation == 1
    merged = few and (packed or frame.interleaved)
    everything = [(Taps(slice(0, axis.count), slice(0, axis.window))) for axis in frame.axes]
    cuts = (_cuts(frame) if in_place else None) or [(everything[0], everything[1])]
    places: list[Ints] = []
    outs: list[Ints] = []
    runs: list[tuple[int, int]] = []
    regions, work = [], [np.zeros(1)]
    blocks = 0
    for rows, columns in cuts:
        oh, ow = (part.windows.stop - part.windows.start for part in (rows, columns))
        block = _block(frame, oh, ow, packed)
        layout = (
            geometry.packed(frame, block, frame.images[3], 1)
            if packed
            else geometry.in_place(frame, 1)
        )
        across_taps = (0,) if merged else range(columns.taps.start, columns.taps.stop)
        row = 1 if merged else across.window
        reached = [
            (layout.tap(u * down.dilation, v * across.dilation, 0), u * row + v)
            for u, v in product(range(rows.taps.start, rows.taps.stop), across_taps)
        ]
        given, made = _pixels(block, layout.windows, pixels), _pixels(block, frame.made[:3], pixels)
        grid = (frame.images[0], oh, ow, *block)
        top = rows.windows.start * down.stride - down.before
        left = columns.windows.start * across.stride - across.before
        begins = (top * frame.given[1] + left * frame.given[2]) * in_place
        into = rows.windows.start * frame.made[1] + columns.windows.start * frame.made[2]
        blocks += geometry.count(grid)
        place, run = sum(len(some) for some in places), len(runs)
        regions.append(
            (blocks, *grid, begins, into, place, place + len(given), run, run + len(reached))
        )
        work.append(np.full(geometry.count(grid), len(given) * max(1, len(reached))))
        places.append(given)
        outs.append(made)
        runs += reached
    return Route(
        panels=panels,
        merged=merged,
        layout=layout,
        block=block,
        regions=np.array(regions, np.int64),
        places=np.concatenate(places),
        outs=np.concatenate(outs),
        pixels=pixels,
        runs=np.array(runs, np.int64).reshape(-1, 2),
        work=np.cumsum(np.concatenate(work)),
    )


def _panels(frame: Frame) -> Panels:
    """Choose the width that wastes the fewest lanes; wide tiles are a little faster than narrow ones."""
    from convpool.engines.compiled.loops.convolution import WIDE

    vectors = -(-frame.together // frame.n)
    costs = {WIDE: 1.0, 2: 1.05, 1: 1.15}
    wide = min(costs, key=lambda wide: -(-vectors // wide) * wide * costs[wide])
    together = -(-vectors // wide)
    weights = volume(frame.kernels[:3]) * wide * frame.n
    return Panels(
        wide, together, together * frame.groups, weights, together * frame.groups * weights
    )


def _block(frame: Frame, oh: int, ow: int, packed: bool) -> Block:
    """Return how many images, rows and columns a block has: blocks do not overlap, since results may be added to."""
    (down, across), m, c = frame.axes, frame.images[0], frame.images[3]
    wide = _divisor(ow, PIXELS)
    line = c * ((wide - 1) * across.stride + (across.span if packed else 1))
    halo = down.span - down.stride if packed else 0
    high = _divisor(oh, min(PIXELS // wide, (BLOCK // line - halo) // down.stride))
    if (high, wide) != (oh, ow):
        return 1, high, wide
    return (
        _divisor(m, min(BLOCK // (line * (oh * down.stride + halo)), PIXELS // (oh * ow))),
        high,
        wide,
    )


def _divisor(total: int, most: int) -> int:
    """Return the greatest divisor of a number that is not above another."""
    return next(size for size in range(max(1, min(total, most)), 0, -1) if total % size == 0)


def _pixels(block: Block, steps: tuple[int, ...], multiple: int) -> Ints:
    """Return where the pixels of a block lie; the last one is repeated until there are whole tiles."""
    b, r, x = (np.arange(size) * step for size, step in zip(block, steps, strict=True))
    return geometry.filled((b[:, None, None] + r[:, None] + x).ravel(), multiple)


# ---- work ----

Sums = Callable[[Range, Range, Range, Range, bool], None]


def _sums(frame: Frame, route: Route, images: Array, bias: Array, out: Array, fill: Any) -> Sums:
    """Return what sums blocks with panels, whose weights lie at (address, step), over channels (first, count).

    Sums start from the bias, or are added to the results so far.
    """
    from convpool.engines.compiled.loops import convolution as compiled

    kind, layout = bias.dtype, route.layout
    packing = geometry.packing(frame, layout, route.block)
    given, made, begun = images.ctypes.data, out.ctypes.data, bias.ctypes.data
    groups = (frame.together, route.panels.together, frame.kernels[2])
    zeros = images.dtype.type(0), kind.type(0), out.dtype.type(0)
    wide = (0,) * route.panels.wide

    def run(blocks: Range, panels: Range, weights: Range, channels: Range, again: bool) -> None:
        scratch = launch.aligned(layout.scratch, kind)
        call = (
            *(
                *blocks,
                route.regions,
                frame.strides,
                given,
                frame.given,
                packing.words(kind.type(fill)),
            ),
            *(
                scratch.ctypes.data if layout.scratch else 0,
                packing.once,
                route.places,
                route.outs,
                route.pixels,
            ),
            *(route.runs, channels[1], frame.terms, channels[0]),
            *(
                weights,
                (begun, int(again)),
                groups,
                panels,
                made,
                frame.made,
                wide,
                packing.parts,
                *zeros,
            ),
        )
        if blocks == (0, 0):
            launch.ready(compiled.tiles, call)
        compiled.tiles(*call)

    run((0, 0), (0, 0), (0, 0), (0, 0), False)
    return run


def _gather(
    frame: Frame, panels: Panels, weights: Array, panel: int, channels: Range, into: int
) -> None:
    """Copy the weights of a panel for some channels to an address, as (tap, channel, kernel)."""
    from convpool.engines.compiled.loops import convolution as compiled

    taps, depth, nc = weights.shape
    group, part = divmod(panel, panels.together)
    width = panels.wide * frame.n
    columns = min(width, frame.together - part * width)
    call = (
        *(
            weights.ctypes.data,
            taps,
            depth,
            nc,
            group * frame.together + part * width,
            columns,
            *channels,
        ),
        *(into, geometry.NOTHING, width, (0,), weights.dtype.type(0)),
    )
    launch.ready(compiled.gather, call)
    compiled.gather(*call)


def _by_blocks(frame: Frame, route: Route, weights: Array, out: Array, sums: Sums) -> None:
    """Pack all weights, then take block after block with all of them."""
    panels, depth = route.panels, weights.shape[1]
    packed = launch.aligned(panels.all_weights, weights.dtype)
    packed[...] = 0
    for panel in range(panels.every):
        into = packed.ctypes.data + panel * panels.weights * packed.itemsize
        _gather(frame, panels, weights, panel, (0, depth), into)
    shares = route.shares(launch.parts())
    every = (0, panels.every), (packed.ctypes.data, panels.weights), (0, depth), False
    threads.spread(lambda k: sums(shares[k], *every), len(shares))


def _by_panels(
    frame: Frame, route: Route, weights: Array, out: Array, sums: Sums, checked: bool
) -> None:
    """Take panel after panel: pack as many of its weights as stay in the cache, then take all blocks with them."""
    panels, (taps, depth, _) = route.panels, weights.shape
    pieces = -(-panels.weights // WEIGHTS)
    channels = [(first, last - first) for first, last in launch.ranges(depth, pieces)]
    shares = route.shares(-(-2 * threads.number() // panels.every))
    room = taps * panels.wide * frame.n * max(count for _, count in channels)
    _gather(frame, panels, weights, 0, (0, 0), 0)

    def part(k: int) -> None:
        panel, share = divmod(k, len(shares))
        packed = launch.aligned(room, weights.dtype)
        packed[...] = 0
        for piece in channels:
            _gather(frame, panels, weights, panel, piece, packed.ctypes.data)
            if checked and not _finite(packed):
                raise NotFiniteError
            sums(shares[share], (panel, panel + 1), (packed.ctypes.data, 0), piece, piece[0] > 0)

    threads.spread(part, panels.every * len(shares))


def _padded(
    frame: Frame, images: Array, kernels: Array, out: Array, fill: Any
) -> Iterator[tuple[Frame, Array, Array]]:
    """Yield a few images at a time, padded and converted, with their frame and their results."""
    from convpool.engines.compiled.loops import convolution as compiled

    (m, oh, ow, _), c, kind = frame.out, frame.images[3], kernels.dtype
    layout = geometry.packed(frame, (1, oh, ow), c, 1)
    packing = geometry.packing(frame, layout, (1, oh, ow))
    axes = [
        Axis(size, axis.window, axis.stride, axis.dilation)
        for size, axis in zip(layout.window, frame.axes, strict=True)
    ]
    given = images.ctypes.data

    def call(image: int, count: int, into: int) -> tuple[Any, ...]:
        return (
            *(
                given,
                frame.given,
                image,
                count,
                0,
                layout.window[0],
                0,
                packing.words(kind.type(fill)),
                into,
                True,
            ),
            packing.parts,
            *(images.dtype.type(0), kind.type(0)),
        )

    def pack(first: int, start: int, k: int) -> None:
        compiled.pack(*call(first + k, 1, start + k * layout.scratch * kind.itemsize))

    launch.ready(compiled.pack, call(0, 0, 0))
    rows, columns = layout.window
    for first in range(0, m, max(1, PADDED // layout.scratch)):
        count = min(m - first, max(1, PADDED // layout.scratch))
        room = launch.aligned(count * layout.scratch, kind)
        start = room.ctypes.data
        threads.spread(partial(pack, first, start), count)
        lines = room.reshape(count, rows, layout.pitch)
        shape, inner = (count, rows, columns, c), (c * kind.itemsize, kind.itemsize)
        padded = np.lib.stride_tricks.as_strided(lines, shape, (*lines.strides[:2], *inner))
        batch = out[first : first + count]
        some = replace(
            frame,
            images=shape,
            out=batch.shape,
            given=geometry.steps(padded),
            axes=(axes[0], axes[1]),
            pad_mode="zeros",
            zeros=True,
            same=True,
        )
        yield some, padded, batch
