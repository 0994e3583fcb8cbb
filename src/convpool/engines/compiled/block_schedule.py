"""How a convolution with few kernels is taken in blocks: sizes, where vectors begin, masks.

A vector holds neighbouring numbers of a line of results. A line is `per_line` channels of each
column of a row, side by side. m images, c channels, nc kernels of depth channels, kh x kw taps, oh
x ow output; strides count numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import library
from convpool.engines.compiled.forms import ColumnsForm, UnpackForm, vectors_at_once
from convpool.engines.compiled.geometry import Block, ConvolutionGeometry, Ints, PixelLayout
from convpool.engines.compiled.launch import MAIN
from convpool.engines.compiled.library import is_form
from convpool.engines.compiled.record import (
    COLUMNS,
    KERNELS,
    UNPACKING,
    Words,
    address_of,
    as_words,
    filled,
    indices_of,
    length_of,
)
from convpool.windows import volume

PACKED = 3 * 2**12  # vectors of a packed block, so that it stays in the processor's cache
LINE = 2**10  # vectors of a line of a packed block: long, so that memory is read in order
# pixels are read in place where images have at most SMALL numbers; with masks, at most NEAR
SMALL = 2**15
NEAR = 2**13  # results of a block whose pixels are read in place
TURN = 8  # it has a multiple of so many images, so that vectors of them fill groups

COLUMN = indices_of(COLUMNS, MAIN)
UNPACK = indices_of(UNPACKING, MAIN + length_of(COLUMNS))


class BlockSchedule(NamedTuple):
    """What follows from the geometry alone.

    Parameters
    ----------
    function
        The function that convolves.
    layout, block
        Where pixels of a block lie, and its images, rows and columns.
    bands, blocks_across
        Bands of the output, and blocks side by side in each. They may have columns in common, whose
        results are added to: so one thread takes all blocks of a band.
    words
        The words of a call, without what depends on its arrays: the records PACKING, COLUMNS and
        UNPACKING.
    result_count
        Numbers of the scratch for the results of a block; 0 where results are stored in place.
    tables
        The arrays whose addresses are in the words.
    """

    function: Callable[[int], Any]
    layout: PixelLayout
    block: Block
    bands: int
    blocks_across: int
    words: Words
    result_count: int
    tables: tuple[Ints, ...]


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


class Sums(NamedTuple):
    """How the sums of a window are taken.

    Parameters
    ----------
    form
        The form.
    rows_at_once, taps_at_once
        Rows of the kernel, and taps of each, that are summed before the sums are added to the
        results.
    """

    form: ColumnsForm
    rows_at_once: int
    taps_at_once: int


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
    sums = _sums(geometry, per_lane_weights, across.stride if reading.needs_masks else 0)
    block = _block(geometry, per_line, reading.is_in_place, sums)
    if reading.is_in_place:
        layout = geometries.layout_in_place(geometry, per_line)
    else:
        phases = 1 if is_one_column else across.stride
        layout = geometries.layout_in_scratch(geometry, block, per_line, phases)
    kh, kw, depth, nc = geometry.kernels
    columns = [(v * across.dilation, ch) for v, ch in product(range(kw), range(depth))]
    taps = np.array([layout.tap(0, x, ch) for x, ch in columns], np.int64)
    stores_in_place = per_line > 1 or geometry.output_strides[2] == 1
    line_length = per_line * (1 if is_one_column else block[2])  # numbers of a line of results
    period = per_line if per_lane_weights else 1
    lines = block[0], block[2] if is_one_column else 1
    starts = _line_starts(line_length, geometry.lanes)
    vectors = _vectors(lines, starts, period, vectors_at_once(library.isa(), sums.form))
    sources, masks = _places(vectors, layout.strides_of_windows), taps[:0]
    if reading.needs_masks:
        sources, masks = _masked_sources(geometry, layout, vectors, [x for x, _ in columns])
    block_strides = (block[1] * block[2], block[2], 1)
    output_strides = geometry.output_strides if stores_in_place else block_strides
    targets = _places(vectors, output_strides), vectors.start[:, :1] % period
    places = np.hstack((sources, *targets)).astype(np.int64)
    is_in_order = reading.is_in_place and not np.ptp(vectors.image[0])  # and needs no prefetch
    packing = geometries.packing_of(geometry, layout, block)
    weight_lanes = nc  # numbers from the weights of one tap to those of the next
    if per_lane_weights:
        weight_lanes = -(-(per_line + geometry.lanes - 1) // geometry.lanes) * geometry.lanes
    kernel_count, kernels_per_group, group_stride = (
        (1, 1, 0) if per_line > 1 else _groups(geometry, layout)
    )
    itemsize = geometry.dtypes[0].itemsize
    values = {
        **geometries.grid_fields(geometry, block, itemsize),
        "pack": packing.function,
        "keeps_margins": packing.keeps_margins,
        "places": address_of(places),
        "groups": len(places),
        "taps": address_of(taps),
        "tap_count": len(taps),
        "taps_at_once": sums.taps_at_once,
        "kernel_rows": kh,
        "rows_at_once": sums.rows_at_once,
        "masks": address_of(masks),
        "above": down.before,
        "height": geometry.images[1],
        "tap_stride": weight_lanes,
        "weight_row_stride": len(taps) * weight_lanes,
        "weight_stride": 1,
        "start_stride": 1,
        "kernels": kernel_count,
        "kernels_per_group": kernels_per_group,
        "group_stride": group_stride,
        "down_stride": layout.row * (1 if sums.form.rows else down.stride),
        "tap_row_stride": layout.row * down.dilation,
        "lanes": min(geometry.lanes, line_length),
        **geometries.output_fields(geometry),
        "unpack": 0
        if stores_in_place
        else library.function_address(UnpackForm(geometry.dtypes[2])),
        "ahead": 0 if is_in_order else itemsize * _distance_to_next(geometry, block),
    }
    unpacking = {
        "kernels": nc,
        "images": block[0],
        "rows": block[1],
        "columns": block[2],
        "lines": nc if nc in KERNELS and geometry.output_strides[2:] == (nc, 1) else 0,
        **geometries.output_fields(geometry),
    }
    between = [0] * (MAIN - len(packing.fields))
    return BlockSchedule(
        function=library.function(sums.form),
        layout=layout,
        block=block,
        bands=-(-geometry.output[0] // block[0]) * -(-geometry.output[1] // block[1]),
        blocks_across=-(-geometry.output[2] // block[2]),
        words=as_words(
            packing.fields, between, filled(COLUMNS, values), filled(UNPACKING, unpacking)
        ),
        result_count=0 if stores_in_place else nc * volume(block),
        tables=(places, taps, masks, *packing.maps),
    )


def _sums(geometry: ConvolutionGeometry, per_lane: bool, apart: int) -> Sums:
    """Return the form, and how many products are summed before they are added to the results.

    That depends on `geometry.terms`. Under masks, windows are `apart` columns apart; else it is 0.
    """
    (kh, kw, depth, _), (down, _) = geometry.kernels, geometry.axes
    taps, pair = kw * depth, geometry.dtypes[1:]
    if apart:
        return Sums(ColumnsForm(*pair, False, 3, apart, 3, apart), kh, taps)
    unrolled = ColumnsForm(*pair, per_lane, kh, down.stride, taps)
    sharing = ColumnsForm(*pair, per_lane, kh, down.stride)
    if down.dilation == 1 and kh * taps <= geometry.terms:
        if is_form(unrolled):
            return Sums(unrolled, kh, taps)
        # five rows share pixels where they have more of them than vectors
        if is_form(sharing) and (kh <= 3 or depth > 1):
            return Sums(sharing, kh, taps)
    parts = -(-kh * taps // geometry.terms)
    row_parts = min(kh, parts)
    rows_at_once = -(-kh // row_parts)
    return Sums(
        ColumnsForm(*pair, per_lane),
        rows_at_once,
        -(-taps // -(-taps * rows_at_once // geometry.terms)),
    )


def _groups(geometry: ConvolutionGeometry, layout: PixelLayout) -> tuple[int, int, int]:
    """Return the kernels, the kernels of a group, and the stride of a group in the source."""
    *_, depth, nc = geometry.kernels
    group_stride = layout.tap(0, 0, depth) if geometry.groups > 1 else 0
    return nc, geometry.kernels_per_group, group_stride


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
    has_zeros = geometry.is_padded_with_zeros or not geometry.has_padding
    has_form = (
        geometry.kernels[:3] == (3, 3, 1)
        and down.stride == across.stride
        and down.dilation == 1
        and is_form(ColumnsForm(*geometry.dtypes[1:], False, 3, down.stride, 3, across.stride))
    )
    is_masked = image_size <= NEAR and per_line == 1 and has_zeros and has_form
    return Reading(is_masked, is_masked)


def _distance_to_next(geometry: ConvolutionGeometry, block: Block) -> int:
    """Return the numbers from a block's pixels to the next's; 0 if the next do not follow."""
    is_next = geometry.is_dense and block[1:] == geometry.output[1:3]
    return block[0] * geometry.input_strides[0] if is_next else 0


def _block(
    geometry: ConvolutionGeometry, channels_per_line: int, is_in_place: bool, sums: Sums
) -> Block:
    """Return (images, rows, columns) of a block, so that its pixels stay in the cache.

    It is one image where it has not all rows and columns of the output, and where results are added
    to: blocks may have images in common, and adding twice would be wrong.
    """
    (down, across), (m, oh, ow, _) = geometry.axes, geometry.output
    c, lanes, per_line = geometry.images[3], geometry.lanes, channels_per_line
    kh, kw, depth, _ = geometry.kernels
    # results are added to: no image twice
    adds_to_results = sums.rows_at_once < kh or sums.taps_at_once < kw * depth
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


def _line_starts(line_length: int, lanes: int) -> Ints:
    """Return where the vectors of a line of line_length numbers begin, end to end.

    The last one ends where the line does, so it may overlap the one before.
    """
    starts = np.arange(0, line_length, lanes)
    starts[-1] = max(0, line_length - lanes)
    return starts


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
        for value in sorted(set(lane.tolist()))
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
