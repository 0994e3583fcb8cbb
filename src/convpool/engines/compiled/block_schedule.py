"""How a convolution with few kernels is taken in blocks: sizes, where vectors begin, masks.

m images, c channels, nc kernels of depth channels, kh x kw taps, oh x ow output; strides count
numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import host
from convpool.engines.compiled.geometry import Block, ConvolutionGeometry, Ints, PixelLayout
from convpool.engines.compiled.row_slabs import SLAB, RowSlabs, row_slabs
from convpool.windows import volume

PACKED = 3 * 2**12  # vectors of a packed block, so that it stays in the processor's cache
LINE = 2**10  # vectors of a line of a block: long, so that memory is read in order
NEAR = 2**13  # results of a block whose pixels are read in place
SMALL = 2**15  # numbers of an image up to which they are
SKIPPED = 2  # columns from window to window up to which they are
TURN = 8  # such a block has a multiple of so many images, so that vectors of them fill groups
UNROLLED = 9  # weights of a kernel that are kept in registers on the way down
# bytes of a vector from which on masks are registers of their own: without them, to build masks
# takes longer than to pack pixels
MASKED = 64


class BlockSchedule(NamedTuple):
    """The arguments of loops.convolution.convolve_blocks that follow from the geometry alone.

    Parameters
    ----------
    layout, block
        Where pixels of a block lie, and its images, rows and columns.
    grid
        (m, oh, ow, *block).
    prefetch_distance
        Numbers from a block to the next, 0 where the next one is not to be prefetched.
    stores_in_place
        Whether results are stored right where they belong.
    shift
        Numbers by which a scratch begins before the start of a vector.
    groups
        Kernels, kernels of a group, stride of a group in the source.
    places, lanes, taps, taps_at_once, masks, image_rows
        As in `convolve_blocks`.
    slabs
        How the rows of a kernel are taken.
    output_parts, column_stride, unroll_taps, per_lane_weights
        As in `convolve_blocks`: tuples that stand for their length, or None.
    """

    layout: PixelLayout
    block: Block
    grid: tuple[int, ...]
    prefetch_distance: int
    stores_in_place: bool
    shift: int
    groups: tuple[int, int, int]
    places: Ints
    lanes: int
    taps: Ints
    taps_at_once: int
    masks: Ints
    image_rows: tuple[int, int]
    slabs: RowSlabs
    output_parts: tuple[int, ...] | None
    column_stride: tuple[int, ...] | None
    unroll_taps: tuple[int, ...] | None
    per_lane_weights: tuple[int, ...] | None


class Vectors(NamedTuple):
    """Where vectors begin: image and column of a block, and number of the line.

    Each is (groups, vectors); those of a group begin at the same lane of the weights.
    """

    image: Ints
    column: Ints
    start: Ints


class Reading(NamedTuple):
    """Whether pixels are read in place, and whether under masks: padding or skipped columns."""

    is_in_place: bool
    needs_masks: bool


@lru_cache(64)
def schedule_of(
    geometry: ConvolutionGeometry, channels_per_line: int, per_lane_weights: bool
) -> BlockSchedule:
    """Return how the blocks of a convolution are taken."""
    each, nc = channels_per_line, geometry.output[3]
    down, across = geometry.axes
    is_one_column = each > 1 and across.stride > 1  # a vector holds channels of one column only
    reading = _reading(geometry, each, is_one_column)
    block = _block(geometry, each, reading.is_in_place)
    if reading.is_in_place:
        layout = geometries.layout_in_place(geometry, each)
    else:
        phases = 1 if is_one_column else across.stride
        layout = geometries.layout_in_scratch(geometry, block, each, phases)
    _, kw, depth, _ = geometry.kernels
    columns = [(v * across.dilation, ch) for v, ch in product(range(kw), range(depth))]
    taps = [layout.tap(0, x, ch) for x, ch in columns]
    slabs = row_slabs(down, layout.tap(1, 0, 0))
    is_unrolled = len(taps) * down.window <= UNROLLED
    parts = 1 if is_unrolled else -(-len(taps) * slabs.slab // geometry.terms)
    stores_in_place = each > 1 or geometry.output_strides[2] == 1
    line = each * (1 if is_one_column else block[2])  # numbers of a line of results
    first = _first_whole(geometry, line) if stores_in_place and not is_one_column else 0
    period = each if per_lane_weights else 1
    vectors = _vectors(
        (block[0], block[2] if is_one_column else 1),
        _line_starts(line, geometry.lanes, first),
        period,
        slabs.vectors,
    )
    masks = geometries.NO_INTS
    if reading.needs_masks:
        sources, masks = _masked_sources(geometry, layout, vectors, [x for x, _ in columns])
    else:
        sources = _places(vectors, layout.strides_of_windows)
    strides_out = geometry.output_strides
    if not stores_in_place:
        strides_out = (block[1] * block[2], block[2], 1)
    places = [sources, _places(vectors, strides_out), vectors.start[:, :1] % period]
    is_in_order = reading.is_in_place and not np.ptp(vectors.image[0])  # and needs no prefetch
    return BlockSchedule(
        layout=layout,
        block=block,
        grid=(*geometry.output[:3], *block),
        prefetch_distance=0 if is_in_order else _distance_to_next(geometry, block),
        stores_in_place=stores_in_place,
        shift=-first % geometry.lanes,
        groups=(1, 1, 0) if each > 1 else _groups(geometry, layout),
        places=np.hstack(places).astype(np.int64),
        lanes=min(geometry.lanes, line),
        taps=np.array(taps, np.int64),
        taps_at_once=-(-len(taps) // parts),
        masks=masks,
        image_rows=(down.before, geometry.images[1]),
        slabs=slabs,
        output_parts=_output_parts(geometry, nc) if not stores_in_place else None,
        column_stride=(0,) * across.stride if reading.needs_masks else None,
        unroll_taps=(0,) * len(taps) if is_unrolled else None,
        per_lane_weights=(0,) if per_lane_weights else None,
    )


def _groups(geometry: ConvolutionGeometry, layout: PixelLayout) -> tuple[int, int, int]:
    """Return the kernels, the kernels of a group, and the stride of a group in the source."""
    *_, depth, nc = geometry.kernels
    group_stride = layout.tap(0, 0, depth) if geometry.groups > 1 else 0
    return nc, geometry.kernels_per_group, group_stride


def _output_parts(geometry: ConvolutionGeometry, nc: int) -> tuple[int, ...] | None:
    """Return a tuple as long as there are kernels if results are to be interleaved, else None."""
    is_interleaved = 2 <= nc <= 4 and geometry.output_strides[2:] == (nc, 1)
    return (0,) * nc if is_interleaved else None


def _places(vectors: Vectors, strides: Sequence[int]) -> Ints:
    """Return where vectors begin, for strides of images, rows (not used) and columns."""
    return vectors.image * strides[0] + vectors.column * strides[2] + vectors.start


def _reading(geometry: ConvolutionGeometry, channels_per_line: int, is_one_column: bool) -> Reading:
    """Return whether pixels are read in place, and whether under masks.

    Only those of small images are: packing reads large ones in good order too. Masks pay where taps
    are few.
    """
    each, size = channels_per_line, volume(geometry.images[1:])
    down, across = geometry.axes
    is_in_lines = geometry.input_strides[2] == 1
    if each > 1 or geometry.images[3] == 1:
        is_in_lines = geometry.is_interleaved
    if not (is_in_lines and geometry.needs_no_conversion and size <= SMALL):
        return Reading(False, False)
    has_every_column = across.stride == 1 or is_one_column
    is_wide = geometry.output[2] * each >= geometry.lanes
    if not geometry.has_padding and has_every_column and is_wide:
        return Reading(True, False)
    is_small = size <= NEAR and volume(geometry.kernels) <= UNROLLED
    has_zeros = geometry.is_padded_with_zeros or not geometry.has_padding
    is_near = down.stride <= SLAB and across.stride <= SKIPPED and down.dilation == 1
    is_masked = is_small and each == 1 and has_zeros and is_near and host.vector_bytes() >= MASKED
    return Reading(is_masked, is_masked)


def _distance_to_next(geometry: ConvolutionGeometry, block: Block) -> int:
    """Return the numbers from a block's pixels to the next's, 0 if these do not follow them."""
    is_next = geometry.is_dense and block[1:] == geometry.output[1:3]
    return block[0] * geometry.input_strides[0] if is_next else 0


def _block(geometry: ConvolutionGeometry, channels_per_line: int, is_in_place: bool) -> Block:
    """Return how many images, rows and columns a block has."""
    (down, across), (m, oh, ow, _) = geometry.axes, geometry.output
    c, lanes, each = geometry.images[3], geometry.lanes, channels_per_line
    is_cut = down.window > SLAB * down.stride or down.dilation > 1 < down.stride
    # results are added to: no image twice
    adds_to_results = is_cut or geometry.terms < volume(geometry.kernels[:3])
    if is_in_place:
        images = max(1, NEAR // (oh * ow * each))
        images = min(m, images - images % TURN if images > TURN else images)
        return 1 if adds_to_results else images, oh, ow
    room = PACKED * lanes
    wide = min(ow, max(1, LINE * lanes // each))
    wide = max(min(ow, lanes), min(wide, room // (c * across.stride * down.span)))
    line = c * ((wide - 1) * across.stride + across.span)
    high = min(oh, max(1, down.span // down.stride, (room // line - down.span) // down.stride + 1))
    size = line * ((high - 1) * down.stride + down.span)
    is_one_image = (high, wide) != (oh, ow) or adds_to_results
    return 1 if is_one_image else min(m, max(1, room // 8 // size)), high, wide


def _first_whole(geometry: ConvolutionGeometry, line: int) -> int:
    """Return the first number of a line from which on vectors of results fill lines of the cache.

    0 if they cannot in every line, of so many numbers.
    """
    lanes, strides = geometry.lanes, geometry.output_strides
    if geometry.output_offset < 0 or line < 2 * lanes or strides[0] % lanes or strides[1] % lanes:
        return 0
    return -geometry.output_offset % lanes


def _line_starts(line: int, lanes: int, first: int) -> Ints:
    """Return where the vectors of a line of so many numbers begin: end to end from `first` on.

    The last one, and one before `first`, overlap their neighbours.
    """
    starts = np.arange(first, line, lanes)
    starts[-1] = max(0, line - lanes)
    return np.append(0, starts) if first else starts


def _vectors(sizes: tuple[int, int], starts: Ints, period: int, vectors: int) -> Vectors:
    """Return the vectors of a block, in groups of `vectors`.

    sizes are the images and columns with such lines; weights repeat after `period` lanes.
    """
    images, columns = (np.arange(size) for size in sizes)
    places = np.meshgrid(images, columns, starts, indexing="ij")
    lane = places[2].ravel() % period
    order = [
        geometries.pad_to_multiple(np.flatnonzero(lane == value), vectors)
        for value in np.unique(lane)
    ]
    chosen = np.concatenate(order).reshape(-1, vectors)
    return Vectors(*(place.ravel()[chosen] for place in places))


def _masked_sources(
    geometry: ConvolutionGeometry, layout: PixelLayout, vectors: Vectors, columns: Sequence[int]
) -> tuple[Ints, Ints]:
    """Return where vectors of pixels begin in the images, and the masks of what is read there.

    They may begin in the padding, before the pixels. There are as many masks for each group, tap of
    a row and vector as the stride across: bit k of one says whether number k is a pixel.
    """
    (down, across), lanes = geometry.axes, geometry.lanes
    each = layout.channels_per_line
    begin = vectors.start * across.stride - across.before * each
    sources = vectors.image * layout.image + begin - down.before * layout.row
    parts = np.arange(across.stride * lanes).reshape(-1, lanes)
    steps = np.array(columns)[:, None, None, None] * each + parts
    read = begin[:, None, :, None, None] + steps
    is_pixel = (read >= 0) & (read < geometry.images[2] * each)
    return sources, (is_pixel << np.arange(lanes)).sum(-1).ravel()
