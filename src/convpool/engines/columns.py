"""Convolution with vectors over columns: for few kernels, and for one kernel for each channel.

Lanes of a vector are neighbouring numbers of a line. Where each channel has its own kernel, the channels of a line stay
side by side; else a line holds one channel. m images, c channels, nc kernels, n numbers in a vector.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.engines import frames, launching, threads
from convpool.engines.frames import Block, Frame, Ints, Layout
from convpool.windows import Axis, volume

Array = NDArray[Any]

PACKED = 3 * 2**12  # vectors of a packed block, so that it stays in the processor's cache
LINE = 2**10  # vectors of a line of a block: long, so that memory is read in order
NEAR = 2**13  # numbers of results of a block whose pixels are read where they lie
SMALL = 2**15  # numbers of an image up to which they are
SLAB = 6  # rows of a kernel that are taken on one way down at most, for a stride of 1
LATENCY = 8  # sums at a time that hide how long a multiply-add takes
KEPT = 9  # weights that stay in registers on the way down


class Descent(NamedTuple):
    """How a kernel's rows are taken on the way down: in slabs, and a last one of what is left."""

    slab: int
    tail: int
    sh: int
    together: int
    steps: tuple[int, int, int, int, int]


class Route(NamedTuple):
    """All that `kernels.rows` is told but for arrays.

    `lined` tells whether weights lie lane by lane, `stored` whether results go right where they belong, `shift` by how
    many numbers a scratch begins before the start of a vector.
    """

    layout: Layout
    block: Block
    grid: tuple[int, ...]
    each: int
    stored: bool
    shift: int
    groups: tuple[int, int, int]
    places: Ints
    lanes: int
    taps: Ints
    descent: Descent
    zips: tuple[int, ...] | None
    few: tuple[int, ...] | None


def convolve(frame: Frame, images: Array, kernels: Array, bias: Array, out: Array, fill: Any) -> None:
    """Convolve images with few kernels for each channel into out."""
    from convpool.engines import kernels as compiled

    each = frame.images[3] if _side_by_side(frame) else 1
    # one kernel for all channels, as a photograph has, needs no weight of its own in each lane
    laned = each > 1 and not all(bool((array == array[..., :1]).all()) for array in (kernels, bias))
    route = _route(frame, each, laned)
    packing = frames.packing(frame, route.layout, route.block)
    weights, starts = (_lined(array, each, frame.n, laned) for array in (kernels, bias[None, None, None]))
    kind, layout, descent = kernels.dtype, route.layout, route.descent
    given, made = images.ctypes.data, out.ctypes.data
    laid = (weights.ctypes.data, *(weights.strides[k] // kind.itemsize for k in (1, 2, 0)))
    begun = (starts.ctypes.data, starts.strides[0] // kind.itemsize)
    known = (
        *((0,) * descent.slab, (0,) * descent.tail or None, (0,) * descent.sh, route.few, (0,) if laned else None),
        *(images.dtype.type(0), kind.type(0), out.dtype.type(0)),
    )

    def call(blocks: tuple[int, int], scratch: int, results: int) -> tuple[Any, ...]:
        return (
            *(*blocks, route.grid, frame.strides, given, frame.given, packing.words(kind.type(fill)), scratch),
            *(packing.once, route.places, route.taps),
            *(laid, begun, route.groups, descent.steps, route.lanes, made, frame.made, results),
            *(packing.parts, route.zips, *known),
        )

    def part(k: int) -> None:
        scratch = launching.aligned(layout.scratch + frame.n, kind)[route.shift :]
        results = launching.aligned(0 if route.stored else frame.out[3] * volume(route.block), out.dtype)
        addresses = scratch.ctypes.data * bool(layout.scratch), results.ctypes.data * (not route.stored)
        compiled.rows(*call(blocks[k], *addresses))

    launching.ready(compiled.rows, call((0, 0), 0, 0))
    # blocks side by side may have columns in common, so they are taken by one thread: it may add to what it stored
    across = -(-frame.out[2] // route.block[2])
    bands = launching.ranges(frames.count(route.grid) // across, launching.parts())
    blocks = [(first * across, last * across) for first, last in bands]
    threads.spread(part, len(blocks))


def _side_by_side(frame: Frame) -> bool:
    """Tell whether channels stay side by side in a line: each has its own kernel, in images and result alike."""
    c = frame.images[3]
    own = frame.kernels[2] == 1 and frame.together == 1
    return own and frame.interleaved and frame.made[2:] == (c, 1) and (frame.axes[1].stride == 1 or c >= frame.n)


@lru_cache(64)
def _route(frame: Frame, each: int, laned: bool) -> Route:
    down, across = frame.axes
    m, oh, ow, nc = frame.out
    spread = each > 1 and across.stride > 1  # a vector holds channels of one column only
    direct = _lies_right(frame, each, spread)
    block = _block(frame, each, direct)
    if down.window > SLAB * down.stride or down.dilation > 1 < down.stride:  # results are added to: no image twice
        block = (1, *block[1:])
    phases = 1 if spread else across.stride
    layout = frames.in_place(frame, each) if direct else frames.packed(frame, block, each, phases)
    _, kw, depth, _ = frame.kernels
    taps = [layout.tap(0, v * across.dilation, ch) for v, ch in product(range(kw), range(depth))]
    stored = each > 1 or frame.made[2] == 1
    outward = frame.made if stored else (block[1] * block[2], block[2], 1)
    descent = _descent(down, layout.tap(1, 0, 0))
    first = _first_whole(frame, block[2] * each) if stored and not spread else 0
    places, lanes = _places(block, layout, outward, each if laned else 1, spread, frame.n, descent.together, first)
    return Route(
        layout=layout,
        block=block,
        grid=(m, oh, ow, *block),
        each=each,
        stored=stored,
        shift=-first % frame.n,
        groups=(1, 1, 0) if each > 1 else (nc, frame.together, layout.tap(0, 0, depth) if frame.groups > 1 else 0),
        places=places,
        lanes=lanes,
        taps=np.array(taps, np.int64),
        descent=descent,
        zips=(0,) * nc if not stored and 2 <= nc <= 4 and frame.made[2:] == (nc, 1) else None,
        few=(0,) * len(taps) if len(taps) * down.window <= KEPT else None,
    )


def _lies_right(frame: Frame, each: int, spread: bool) -> bool:
    """Tell whether pixels are read where they lie: of small images; packing also reads large ones in good order."""
    lies = frame.interleaved if each > 1 or frame.images[3] == 1 else frame.given[2] == 1
    padded = any(axis.before or axis.after for axis in frame.axes)
    one = frame.axes[1].stride == 1 or spread
    whole = frame.out[2] * each >= frame.n
    return frame.same and lies and one and not padded and whole and volume(frame.images[1:]) <= SMALL


def _block(frame: Frame, each: int, direct: bool) -> Block:
    """Return how many images, rows and columns a block has."""
    (down, across), (m, oh, ow, _), c = frame.axes, frame.out, frame.images[3]
    if direct:
        return min(m, max(1, NEAR // (oh * ow * each))), oh, ow
    room = PACKED * frame.n
    wide = min(ow, max(1, LINE * frame.n // each))
    wide = max(min(ow, frame.n), min(wide, room // (c * across.stride * down.span)))
    line = c * ((wide - 1) * across.stride + across.span)
    high = min(oh, max(1, down.span // down.stride, (room // line - down.span) // down.stride + 1))
    size = line * ((high - 1) * down.stride + down.span)
    return 1 if (high, wide) != (oh, ow) else min(m, max(1, room // 8 // size)), high, wide


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


def _first_whole(frame: Frame, line: int) -> int:
    """Return from which number of a line on vectors fill whole lines of the cache, if they can in all lines."""
    if frame.offset < 0 or line < 2 * frame.n or frame.made[0] % frame.n or frame.made[1] % frame.n:
        return 0
    return -frame.offset % frame.n


def _lined(weights: Array, each: int, n: int, laned: bool) -> Array:
    """Return weights (kh, kw, depth, nc) as (nc, kw * depth, kh, 1), or lane by lane as (1, kw, kh, lanes)."""
    kh, nc = weights.shape[0], weights.shape[3]
    taps = weights.reshape(kh, -1, nc).transpose(2, 1, 0)
    if not laned:
        return np.ascontiguousarray(taps)[..., None]
    lines = taps.transpose(1, 2, 0)[None][..., np.arange(-(-(each + n - 1) // n) * n) % each]
    lined = launching.aligned(lines.size, weights.dtype).reshape(lines.shape)
    lined[...] = lines
    return lined


def _places(
    block: Block, layout: Layout, outward: tuple[int, ...], period: int, spread: bool, n: int, together: int, first: int
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
    image, _, column = layout.windows
    given = b * image + x * column + start
    made = b * outward[0] + x * outward[2] + start
    lane = start % period
    order = [frames.filled(np.flatnonzero(lane == value), together) for value in np.unique(lane)]
    chosen = np.concatenate(order).reshape(-1, together)
    return np.hstack([given[chosen], made[chosen], lane[chosen[:, :1]]]).astype(np.int64), min(line, n)
