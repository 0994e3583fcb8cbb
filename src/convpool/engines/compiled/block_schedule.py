"""How a convolution with few kernels is taken in blocks: sizes, where vectors begin, masks.

A vector holds neighbouring numbers of a line of results. A line is `per_line` channels of each
column of a row, side by side. m images, c channels, nc kernels of depth channels, kh x kw taps, oh
x ow output; strides count numbers.
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
LINE = 2**10  # vectors of a line of a packed block: long, so that memory is read in order
UNROLLED = 9  # weights of a kernel at most that are kept in registers on the way down
# pixels are read in place where images have at most SMALL numbers; with masks, only where windows
# are at most SKIPPED columns apart and vectors have at least MASKED bytes: then masks are registers
# of their own, else to build masks takes longer than to pack pixels
SMALL = 2**15
SKIPPED = 2
MASKED = 64
NEAR = 2**13  # results of a block whose pixels are read in place
TURN = 8  # it has a multiple of so many images, so that vectors of them fill groups


class BlockSchedule(NamedTuple):
    """The arguments of loops.convolution.convolve_blocks that follow from the geometry alone.

    Parameters
    ----------
    layout, block
        Where pixels of a block lie, and its images, rows and columns.
    grid
        (m, oh, ow, *block).
    prefetch_distance
        Numbers from a block's pixels to the next's, 0 where the next are not to be prefetched.
    stores_in_place
        Whether results are stored right where they belong.
    shift
        Numbers from a multiple of a vector's size in memory to where the scratch begins.
    groups
        (kernels, kernels of a group, numbers from the channels of a group to the next's).
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
    """Where vectors begin: the image and the column of a block, and the number in the line.

    Each is an array (groups, vectors of a group). The vectors of a group begin at the same lane of
    the weights. Column is 0 where a line holds all columns.
    """

    image: Ints
    column: Ints
    start: Ints


class Reading(NamedTuple):
    """Whether pixels are read in place, and whether with masks: for padding or skipped columns."""

    is_in_place: bool
    needs_masks: bool


@lru_cache(64)
def schedule_of(
    geometry: ConvolutionGeometry, channels_per_line: int, per_lane_weights: bool
) -> BlockSchedule:
    """Return how the blocks of a convolution are taken.

    channels_per_line: 1, or the number of channels where each has its own kernel. per_lane_weights:
    whether each lane of a vector has its own weight, as channels differ in their kernels.
    """
    per_line, (down, across) = channels_per_line, geometry.axes
    is_one_column = per_line > 1 and across.stride > 1  # a vector holds channels of one column only
    reading = _reading(geometry, per_line, is_one_column)
    block = _block(geometry, per_line, reading.is_in_place)
    if reading.is_in_place:
        layout = geometries.layout_in_place(geometry, per_line)
    else:
        phases = 1 if is_one_column else across.stride
        layout = geometries.layout_in_scratch(geometry, block, per_line, phases)
    _, kw, depth, _ = geometry.kernels
    columns = [(v * across.dilation, ch) for v, ch in product(range(kw), range(depth))]
    taps = [layout.tap(0, x, ch) for x, ch in columns]
    slabs = row_slabs(down, layout.tap(1, 0, 0))
    is_unrolled = len(taps) * down.window <= UNROLLED
    # parts of the taps of a row: the sum of one is added to the results before the next
    tap_parts = 1 if is_unrolled else -(-len(taps) * slabs.slab // geometry.terms)
    stores_in_place = per_line > 1 or geometry.output_strides[2] == 1
    line_length = per_line * (1 if is_one_column else block[2])  # numbers of a line of results
    is_aligned = stores_in_place and not is_one_column
    first_aligned = _first_aligned(geometry, line_length) if is_aligned else 0
    period = per_line if per_lane_weights else 1
    lines = block[0], block[2] if is_one_column else 1
    starts = _line_starts(line_length, geometry.lanes, first_aligned)
    vectors = _vectors(lines, starts, period, slabs.vectors)
    sources, masks = _places(vectors, layout.strides_of_windows), geometries.NO_INTS
    if reading.needs_masks:
        sources, masks = _masked_sources(geometry, layout, vectors, [x for x, _ in columns])
    block_strides = (block[1] * block[2], block[2], 1)
    output_strides = geometry.output_strides if stores_in_place else block_strides
    places = sources, _places(vectors, output_strides), vectors.start[:, :1] % period
    is_in_order = reading.is_in_place and not np.ptp(vectors.image[0])  # and needs no prefetch
    return BlockSchedule(
        layout=layout,
        block=block,
        grid=(*geometry.output[:3], *block),
        prefetch_distance=0 if is_in_order else _distance_to_next(geometry, block),
        stores_in_place=stores_in_place,
        shift=-first_aligned % geometry.lanes,
        groups=(1, 1, 0) if per_line > 1 else _groups(geometry, layout),
        places=np.hstack(places).astype(np.int64),
        lanes=min(geometry.lanes, line_length),
        taps=np.array(taps, np.int64),
        taps_at_once=-(-len(taps) // tap_parts),
        masks=masks,
        image_rows=(down.before, geometry.images[1]),
        slabs=slabs,
        output_parts=_output_parts(geometry, geometry.output[3]) if not stores_in_place else None,
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
    """Return whether pixels are read in place, and whether with masks.

    In place are those of small images: packing reads large ones in good order too. Masks pay where
    taps are few.
    """
    per_line, image_size = channels_per_line, volume(geometry.images[1:])
    down, across = geometry.axes
    is_in_lines = geometry.input_strides[2] == 1
    if per_line > 1 or geometry.images[3] == 1:
        is_in_lines = geometry.is_interleaved
    if not (is_in_lines and geometry.needs_no_conversion and image_size <= SMALL):
        return Reading(False, False)
    has_every_column = across.stride == 1 or is_one_column
    is_wide = geometry.output[2] * per_line >= geometry.lanes
    if not geometry.has_padding and has_every_column and is_wide:
        return Reading(True, False)
    is_small = image_size <= NEAR and volume(geometry.kernels) <= UNROLLED
    has_zeros = geometry.is_padded_with_zeros or not geometry.has_padding
    is_near = down.stride <= SLAB and across.stride <= SKIPPED and down.dilation == 1
    is_masked = (
        is_small and per_line == 1 and has_zeros and is_near and host.vector_bytes() >= MASKED
    )
    return Reading(is_masked, is_masked)


def _distance_to_next(geometry: ConvolutionGeometry, block: Block) -> int:
    """Return the numbers from a block's pixels to the next's; 0 if the next do not follow."""
    is_next = geometry.is_dense and block[1:] == geometry.output[1:3]
    return block[0] * geometry.input_strides[0] if is_next else 0


def _block(geometry: ConvolutionGeometry, channels_per_line: int, is_in_place: bool) -> Block:
    """Return (images, rows, columns) of a block, so that its pixels stay in the cache.

    It is one image where it has not all rows and columns of the output, and where results are added
    to: blocks may have images in common, and adding twice would be wrong.
    """
    (down, across), (m, oh, ow, _) = geometry.axes, geometry.output
    c, lanes, per_line = geometry.images[3], geometry.lanes, channels_per_line
    is_cut = down.window > SLAB * down.stride or down.dilation > 1 < down.stride
    # results are added to: no image twice
    adds_to_results = is_cut or geometry.terms < volume(geometry.kernels[:3])
    if is_in_place:
        images = max(1, NEAR // (oh * ow * per_line))
        images = min(m, images - images % TURN if images > TURN else images)
        return 1 if adds_to_results else images, oh, ow
    capacity = PACKED * lanes  # numbers of a packed block
    columns = min(ow, max(1, LINE * lanes // per_line))
    columns = max(min(ow, lanes), min(columns, capacity // (c * across.stride * down.span)))
    line_length = c * ((columns - 1) * across.stride + across.span)
    rows = (capacity // line_length - down.span) // down.stride + 1
    rows = min(oh, max(1, down.span // down.stride, rows))
    image_size = line_length * ((rows - 1) * down.stride + down.span)
    is_one_image = (rows, columns) != (oh, ow) or adds_to_results
    return 1 if is_one_image else min(m, max(1, capacity // 8 // image_size)), rows, columns


def _first_aligned(geometry: ConvolutionGeometry, line_length: int) -> int:
    """Return the first number of a line from which on vectors of results fill lines of the cache.

    0 if they cannot in every line. line_length is the numbers of a line.
    """
    lanes, (image_stride, row_stride, *_) = geometry.lanes, geometry.output_strides
    are_lines_alike = image_stride % lanes == row_stride % lanes == 0
    if geometry.output_offset < 0 or line_length < 2 * lanes or not are_lines_alike:
        return 0
    return -geometry.output_offset % lanes


def _line_starts(line_length: int, lanes: int, first: int) -> Ints:
    """Return where the vectors of a line of line_length numbers begin: end to end from `first` on.

    The last one ends where the line does, so it may overlap the one before; and the first begins at
    0, if `first` is not, and may overlap the next.
    """
    starts = np.arange(first, line_length, lanes)
    starts[-1] = max(0, line_length - lanes)
    return np.append(0, starts) if first else starts


def _vectors(sizes: tuple[int, int], starts: Ints, period: int, group_size: int) -> Vectors:
    """Return the vectors of a block, in groups of `group_size`.

    `sizes` are (images, columns) that have a line each, `starts` where vectors begin in each line.
    Weights repeat after `period` lanes; vectors that begin at different lanes of them are in
    different groups. The last vector of a lane is repeated until its groups are full.
    """
    images, columns = (np.arange(size) for size in sizes)
    places = np.meshgrid(images, columns, starts, indexing="ij")
    lane = places[2].ravel() % period
    order = [
        geometries.pad_to_multiple(np.flatnonzero(lane == value), group_size)
        for value in np.unique(lane)
    ]
    chosen = np.concatenate(order).reshape(-1, group_size)
    return Vectors(*(place.ravel()[chosen] for place in places))


def _masked_sources(
    geometry: ConvolutionGeometry, layout: PixelLayout, vectors: Vectors, columns: Sequence[int]
) -> tuple[Ints, Ints]:
    """Return where vectors of pixels begin in the images, and the masks of what is read there.

    `columns` are the columns of a window that taps lie on. The sources, an array (groups, vectors),
    may lie in the padding, before the pixels. The masks are one after the other for (group, tap,
    vector, part), where the parts are as many vectors as the stride across: bit k says whether
    number k of a part is a pixel.
    """
    (down, across), lanes = geometry.axes, geometry.lanes
    per_line = layout.channels_per_line
    first_numbers = vectors.start * across.stride - across.before * per_line
    sources = vectors.image * layout.image + first_numbers - down.before * layout.row
    parts = np.arange(across.stride * lanes).reshape(-1, lanes)
    steps = np.array(columns)[:, None, None, None] * per_line + parts
    numbers = first_numbers[:, None, :, None, None] + steps
    is_pixel = (numbers >= 0) & (numbers < geometry.images[2] * per_line)
    return sources, (is_pixel << np.arange(lanes)).sum(-1).ravel()
