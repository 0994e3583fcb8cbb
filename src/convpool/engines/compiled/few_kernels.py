"""Convolution with vectors over columns: for few kernels, and for one kernel for each channel.

Lanes of a vector are neighbouring numbers of a line. Where each channel has its own kernel, the
channels of a line stay side by side; else a line holds one channel. m images, c channels, nc
kernels, n numbers in a vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled import geometry, host, launch
from convpool.engines.compiled.geometry import Block, Frame, Ints, Layout
from convpool.windows import Axis, volume

Array = NDArray[Any]

PACKED = 3 * 2**12  # vectors of a packed block, so that it stays in the processor's cache
LINE = 2**10  # vectors of a line of a block: long, so that memory is read in order
NEAR = 2**13  # numbers of results of a block whose pixels are read where they lie
SMALL = 2**15  # numbers of an image up to which they are
SKIPPED = 2  # columns from window to window up to which they are
TURN = 8  # images of such a block come in turns of so many, so that vectors of them fill groups
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

    `stored` tells whether results go right where they belong, `shift` by how many numbers a scratch
    begins before the start of a vector, `reach` how many numbers further on the next block begins,
    0 where it does not follow.
    """

    layout: Layout
    block: Block
    grid: tuple[int, ...]
    reach: int
    each: int
    stored: bool
    shift: int
    groups: tuple[int, int, int]
    places: Ints
    lanes: int
    turn: int
    taps: Ints
    masks: Ints
    within: tuple[int, int]
    descent: Descent
    zips: tuple[int, ...] | None
    across: tuple[int, ...] | None
    few: tuple[int, ...] | None


class Vectors(NamedTuple):
    """The image, column and number of a line where vectors begin, in groups that begin at one lane of the weights."""

    image: Ints
    column: Ints
    start: Ints


def convolve(
    frame: Frame, images: Array, kernels: Array, bias: Array, out: Array, fill: Any
) -> None:
    """Convolve images with few kernels for each channel into out."""
    from convpool.engines.compiled.loops import convolution as compiled

    each = frame.images[3] if _side_by_side(frame) else 1
    # one kernel for all channels, as a photograph has, needs no weight of its own in each lane
    laned = each > 1 and not all(bool((array == array[..., :1]).all()) for array in (kernels, bias))
    route = _route(frame, each, laned)
    packing = geometry.packing(frame, route.layout, route.block)
    weights, starts = (
        _lined(array, each, frame.n, laned) for array in (kernels, bias[None, None, None])
    )
    kind, layout, descent = kernels.dtype, route.layout, route.descent
    reach = images.itemsize * route.reach
    given, made = images.ctypes.data, out.ctypes.data
    laid = (weights.ctypes.data, *(weights.strides[k] // kind.itemsize for k in (1, 2, 0)))
    begun = (starts.ctypes.data, starts.strides[0] // kind.itemsize)
    known = (
        *((0,) * descent.slab, (0,) * descent.tail or None, (0,) * descent.sh),
        *(route.across, route.few, (0,) if laned else None),
        *(images.dtype.type(0), kind.type(0), out.dtype.type(0)),
    )

    def call(blocks: tuple[int, int], scratch: int, results: int) -> tuple[Any, ...]:
        return (
            *(
                *blocks,
                route.grid,
                frame.strides,
                given,
                frame.given,
                packing.words(kind.type(fill)),
                scratch,
            ),
            *(packing.once, route.places, route.taps, route.masks, route.within),
            *(
                laid,
                begun,
                route.groups,
                descent.steps,
                route.lanes,
                route.turn,
                made,
                frame.made,
                results,
                reach,
            ),
            *(packing.parts, route.zips, *known),
        )

    def part(k: int) -> None:
        scratch = launch.aligned(layout.scratch + frame.n, kind)[route.shift :]
        results = launch.aligned(
            0 if route.stored else frame.out[3] * volume(route.block), out.dtype
        )
        addresses = (
            scratch.ctypes.data * bool(layout.scratch),
            results.ctypes.data * (not route.stored),
        )
        compiled.rows(*call(blocks[k], *addresses))

    launch.ready(compiled.rows, call((0, 0), 0, 0))
    # blocks side by side may have columns in common, so they are taken by one thread: it may add to
    # what it stored
    across = -(-frame.out[2] // route.block[2])
    bands = launch.ranges(geometry.count(route.grid) // across, launch.parts())
    blocks = [(first * across, last * across) for first, last in bands]
    threads.spread(part, len(blocks))


def _side_by_side(frame: Frame) -> bool:
    """Tell whether channels stay side by side in a line: each has its own kernel, in images and result alike."""
    c = frame.images[3]
    own = frame.kernels[2] == 1 and frame.together == 1
    return (
        own
        and frame.interleaved
        and frame.made[2:] == (c, 1)
        and (frame.axes[1].stride == 1 or c >= frame.n)
    )


@lru_cache(64)
def _route(frame: Frame, each: int, laned: bool) -> Route:
    down, across = frame.axes
    m, oh, ow, nc = frame.out
    spread = each > 1 and across.stride > 1  # a vector holds channels of one column only
    direct, masked = _lies_right(frame, each, spread)
    block = _block(frame, each, direct)
    slabs = down.window > SLAB * down.stride or down.dilation > 1 < down.stride
    if slabs or frame.terms < volume(frame.kernels[:3]):  # results are added to: no image twice
        block = (1, *block[1:])
    phases = 1 if spread else across.stride
    layout = (
        geometry.in_place(frame, each) if direct else geometry.packed(frame, block, each, phases)
    )
    _, kw, depth, _ = frame.kernels
    columns = [(v * across.dilation, ch) for v, ch in product(range(kw), range(depth))]
    taps = [layout.tap(0, x, ch) for x, ch in columns]
    stored = each > 1 or frame.made[2] == 1
    outward = frame.made if stored else (block[1] * block[2], block[2], 1)
    descent = _descent(down, layout.tap(1, 0, 0))
    few = len(taps) * down.window <= KEPT
    parts = 1 if few else -(-len(taps) * descent.slab // frame.terms)
    first = _first_whole(frame, block[2] * each) if stored and not spread else 0
    period = each if laned else 1
    vectors = _vectors(block, each, period, spread, frame.n, descent.together, first)
    image, _, column = layout.windows
    given, masks = vectors.image * image + vectors.column * column + vectors.start, geometry.NOTHING
    if masked:
        given, masks = _under_masks(frame, layout, vectors, [x for x, _ in columns])
    made = vectors.image * outward[0] + vectors.column * outward[2] + vectors.start
    ordered = direct and not np.ptp(
        vectors.image[0]
    )  # memory that is read in one order comes by itself
    return Route(
        layout=layout,
        block=block,
        grid=(m, oh, ow, *block),
        reach=0 if ordered else _reach(frame, block),
        each=each,
        stored=stored,
        shift=-first % frame.n,
        groups=(1, 1, 0)
        if each > 1
        else (nc, frame.together, layout.tap(0, 0, depth) if frame.groups > 1 else 0),
        places=np.hstack([given, made, vectors.start[:, :1] % period]).astype(np.int64),
        lanes=min(frame.n, (1 if spread else block[2]) * each),
        turn=-(-len(taps) // parts),
        taps=np.array(taps, np.int64),
        masks=masks,
        within=(down.before, frame.images[1]),
        descent=descent,
        zips=(0,) * nc if not stored and 2 <= nc <= 4 and frame.made[2:] == (nc, 1) else None,
        across=(0,) * across.stride if masked else None,
        few=(0,) * len(taps) if few else None,
    )


def _lies_right(frame: Frame, each: int, spread: bool) -> tuple[bool, bool]:
    """Tell whether pixels are read where they lie, and whether under masks, with zeros or skipped columns between.

    Only those of small images are: packing reads large ones in good order too. Masks pay where taps
    are few.
    """
    down, across = frame.axes
    lies = frame.interleaved if each > 1 or frame.images[3] == 1 else frame.given[2] == 1
    if not (lies and frame.same and volume(frame.images[1:]) <= SMALL):
        return False, False
    padded = any(axis.before or axis.after for axis in frame.axes)
    if not padded and (across.stride == 1 or spread) and frame.out[2] * each >= frame.n:
        return True, False
    small = volume(frame.images[1:]) <= NEAR and volume(frame.kernels) <= KEPT
    plain = each == 1 and (frame.zeros or not padded) and down.dilation == 1
    near = down.stride <= SLAB and across.stride <= SKIPPED
    masked = small and plain and near and host.vector_bytes() >= 32
    return masked, masked


def _reach(frame: Frame, block: Block) -> int:
    """Return by how many numbers the next block lies further on, 0 if its pixels do not follow those of a block."""
    return block[0] * frame.given[0] if frame.dense and block[1:] == frame.out[1:3] else 0


def _block(frame: Frame, each: int, direct: bool) -> Block:
    """Return how many images, rows and columns a block has."""
    (down, across), (m, oh, ow, _), c = frame.axes, frame.out, frame.images[3]
    if direct:
        images = max(1, NEAR // (oh * ow * each))
        return min(m, images - images % TURN if images > TURN else images), oh, ow
    room = PACKED * frame.n
    wide = min(ow, max(1, LINE * frame.n // each))
    wide = max(min(ow, frame.n), min(wide, room // (c * across.stride * down.span)))
    line = c * ((wide - 1) * across.stride + across.span)
    high = min(oh, max(1, down.span // down.stride, (room // line - down.span) // down.stride + 1))
    size = line * ((high - 1) * down.stride + down.span)
    return 1 if (high, wide) != (oh, ow) else min(m, max(1, room // 8 // size)), high, wide


def _descent(down: Axis, row: int) -> Descent:
    from convpool.engines.compiled.loops.convolution import places_of

    kh, sh, dilation = down.window, down.stride, down.dilation
    if sh > 1 and (dilation > 1 or sh > SLAB):  # row by row
        return Descent(1, 0, 1, places_of(1), (kh, sh * row, dilation * row, 0, 1))
    slab = min(range(1, min(kh, SLAB * sh) + 1), key=lambda slab: (_turns(kh, slab, sh), slab))
    together = places_of(-(-slab // sh))
    return Descent(
        slab, kh % slab, sh, together, (kh // slab, dilation * row, dilation * row, row, dilation)
    )


def _turns(kh: int, slab: int, sh: int) -> float:
    """Estimate the time for a result: sums that wait for each other, and rows that are read for few sums."""
    from convpool.engines.compiled.loops.convolution import places_of

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
    lined = launch.aligned(lines.size, weights.dtype).reshape(lines.shape)
    lined[...] = lines
    return lined


def _vectors(
    block: Block, each: int, period: int, spread: bool, n: int, together: int, first: int
) -> Vectors:
    """Cut lines into vectors: weights repeat after `period` lanes, from number `first` on vectors lie end to end.

    Where they are `spread`, a line is one column.
    """
    images, _, wide = block
    line = each if spread else wide * each
    starts = np.arange(first, line, n)
    starts[-1] = max(0, line - n)
    if first:
        starts = np.append(0, starts)
    places = np.meshgrid(np.arange(images), np.arange(wide if spread else 1), starts, indexing="ij")
    lane = places[2].ravel() % period
    order = [geometry.filled(np.flatnonzero(lane == value), together) for value in np.unique(lane)]
    chosen = np.concatenate(order).reshape(-1, together)
    return Vectors(*(place.ravel()[chosen] for place in places))


def _under_masks(
    frame: Frame, layout: Layout, vectors: Vectors, columns: Sequence[int]
) -> tuple[Ints, Ints]:
    """Return where vectors begin if columns are skipped and padding lies before the pixels, and what is read there.

    For each group, tap of a row and vector there are as many masks as columns are skipped: bit k
    tells whether number k is a pixel.
    """
    (down, across), n = frame.axes, frame.n
    begin = vectors.start * across.stride - across.before * layout.each
    given = vectors.image * layout.image + begin - down.before * layout.row
    steps = np.array(columns)[:, None, None, None] * layout.each + np.arange(
        across.stride * n
    ).reshape(-1, n)
    read = begin[:, None, :, None, None] + steps
    pixels = (read >= 0) & (read < frame.images[2] * layout.each)
    return given, (pixels << np.arange(n)).sum(-1).ravel()
