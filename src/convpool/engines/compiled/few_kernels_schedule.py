"""How a convolution with few kernels is taken in blocks: their sizes, forms, tables and records.

A vector holds neighbouring numbers of a line of results. A line is `channels_per_line` channels of
each column of a row, side by side: 1, or all where each channel has its own kernel; then the lanes
of a vector have weights of their own, unless these are all alike. A block is some images, rows and
columns of the output that are computed together; its pixels are read in place, in the images, or
packed: copied to a scratch, which `layout` describes. m images, c channels, nc kernels of depth
channels, kh x kw taps, oh x ow output; strides of arrays count numbers. `geometry` is the
convolution without its arrays: shapes, strides, windows and dtypes. `record` explains the fields of
the records COLUMNS etc.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import library, record_fields
from convpool.engines.compiled.few_kernels_sums import Sums, masked_form, sums_of
from convpool.engines.compiled.forms import UnpackForm
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
from convpool.engines.compiled.register_sizes import vectors_of_columns
from convpool.engines.compiled.vector_places import (
    Vectors,
    line_starts,
    masked_sources,
    places_of,
    vectors_of,
)
from convpool.engines.values import NamedTuple
from convpool.windows import volume

PACKED = 3 * 2**12  # vectors of a packed block, so that it stays in the processor's cache
# several whole images in a block fill the PACKED vectors only to a part, 1 / IMAGES_SHARE: near to
# what the first cache holds; and more blocks remain for the threads
IMAGES_SHARE = 8
LINE = 2**10  # vectors of a line of a packed block: long, so that memory is read in order
# Images are read in place up to MOST_IN_PLACE numbers, or up to NEAR if that needs masks. A block
# of them has about NEAR results; if these are of more than MULTIPLE images, of a multiple of that,
# so that their vectors fill groups (those that are summed together).
MOST_IN_PLACE = 2**15
NEAR = 2**13
MULTIPLE = 8

# index of each field among the words of a call
COLUMN = indices_of(COLUMNS, MAIN)
UNPACK = indices_of(UNPACKING, MAIN + length_of(COLUMNS))


class BlockSchedule(NamedTuple):
    """How the blocks of a convolution are computed, as follows from its geometry alone.

    Parameters
    ----------
    function
        The function that convolves.
    layout, block
        Where pixels of a block lie, and its images, rows and columns.
    bands, blocks_across
        Bands of the output (rows of blocks), and blocks side by side in each. Neighbours may have
        columns in common, whose results are added to: so one thread takes all blocks of a band.
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


class Reading(NamedTuple):
    """Whether pixels are read in place, and whether with masks: for padding or skipped columns."""

    is_in_place: bool
    needs_masks: bool


class Tables(NamedTuple):
    """The tables of the record COLUMNS: groups of vectors, taps of a row of the kernel, masks."""

    places: Ints
    taps: Ints
    masks: Ints


@lru_cache(geometries.KEPT_GEOMETRIES)
def schedule_of(
    geometry: ConvolutionGeometry, channels_per_line: int, has_lane_weights: bool
) -> BlockSchedule:
    """Return how the blocks of a convolution are computed.

    has_lane_weights: whether each lane of a vector has its own weight, as kernels differ from
    channel to channel of a line.
    """
    return _Scheduler(geometry, channels_per_line, has_lane_weights).schedule()


class _Scheduler:
    """Works out the schedule of `schedule_of`, from the same arguments."""

    def __init__(
        self, geometry: ConvolutionGeometry, channels_per_line: int, has_lane_weights: bool
    ) -> None:
        self.geometry = geometry
        self.channels_per_line, self.has_lane_weights = channels_per_line, has_lane_weights
        across, per_line = geometry.axes[1], channels_per_line
        # whether a vector holds channels of one column only: with a stride across, the next pixels
        # in a line are not those of the next window
        self.is_one_column = per_line > 1 and across.stride > 1
        self.reading = _reading(geometry, per_line, self.is_one_column)
        # columns from window to window if pixels are read under masks
        apart = across.stride if self.reading.needs_masks else 0
        self.sums = sums_of(geometry, has_lane_weights, apart)
        self.block = _block(geometry, per_line, self.reading.is_in_place, self.sums)
        if self.reading.is_in_place:
            self.layout = geometries.layout_in_place(geometry, per_line)
        else:
            # planes of a channel: with a stride of 2, one for even columns and one for odd ones
            phases = 1 if self.is_one_column else across.stride
            self.layout = geometries.layout_in_scratch(geometry, self.block, per_line, phases)
        self.packing = geometries.packing_of(geometry, self.layout, self.block)
        self.stores_in_place = per_line > 1 or geometry.output_strides[2] == 1
        # numbers of a line of results
        self.line_length = per_line * (1 if self.is_one_column else self.block[2])
        # lanes after which weights repeat
        self.weight_period = per_line if has_lane_weights else 1

    def schedule(self) -> BlockSchedule:
        """Return the schedule: tables, and the words of a call, with the fields of all records."""
        (m, oh, ow, nc), block = self.geometry.output, self.block
        vectors = self._vectors()
        tables = self._tables(vectors)
        fields = {
            **record_fields.grid_fields(self.geometry, block, self.geometry.dtypes[0].itemsize),
            **self._table_fields(tables),
            **self._weight_fields(len(tables.taps)),
            **record_fields.output_fields(self.geometry),
            "pack": self.packing.function,
            "keeps_margins": self.packing.keeps_margins,
            "lanes": min(self.geometry.lanes, self.line_length),
            "ahead": self._ahead(vectors),
        }
        if not self.stores_in_place:
            fields["unpack"] = library.function_address(UnpackForm(self.geometry.dtypes[2]))
        between = [0] * (MAIN - len(self.packing.fields))  # what a call fills behind PACKING
        return BlockSchedule(
            function=library.function(self.sums.form),
            layout=self.layout,
            block=block,
            bands=-(-m // block[0]) * -(-oh // block[1]),
            blocks_across=-(-ow // block[2]),
            words=as_words(
                self.packing.fields,
                between,
                filled(COLUMNS, fields),
                filled(UNPACKING, self._unpacking_fields()),
            ),
            result_count=0 if self.stores_in_place else nc * volume(block),
            tables=(*tables, *self.packing.maps),
        )

    def _vectors(self) -> Vectors:
        """Return where the vectors of a block of results begin.

        They are in groups, which the loop sums together, row after row down the block.
        """
        images, _, columns = self.block
        # how many images, and columns of each, have a line of their own
        lines = images, columns if self.is_one_column else 1
        starts = line_starts(self.line_length, self.geometry.lanes)
        form = self.sums.form
        at_once = vectors_of_columns(library.isa(), form.rows, form.stride)
        return vectors_of(lines, starts, self.weight_period, at_once)

    def _tables(self, vectors: Vectors) -> Tables:
        """Return the tables of COLUMNS for these vectors.

        A row of the table of places is a group of vectors: where each begins in the pixels, where
        its results go, and the lane of the weights where all of them begin.
        """
        _, kw, depth, _ = self.geometry.kernels
        dilation, layout = self.geometry.axes[1].dilation, self.layout
        # (column from the window's first one, channel) of each tap of a row of the kernel
        columns_and_channels = [(v * dilation, ch) for v, ch in product(range(kw), range(depth))]
        taps = np.array([layout.offset(0, x, ch) for x, ch in columns_and_channels], np.int64)
        if self.reading.needs_masks:
            columns = [x for x, _ in columns_and_channels]
            sources, masks = masked_sources(self.geometry, layout, vectors, columns)
        else:
            no_masks = taps[:0]
            sources, masks = places_of(vectors, layout.window_strides_in_numbers), no_masks
        _, rows, width = self.block
        scratch_strides = (rows * width, width, 1)  # of results that are stored to a scratch first
        strides = self.geometry.output_strides if self.stores_in_place else scratch_strides
        first_lanes = vectors.start[:, :1] % self.weight_period
        places = np.hstack((sources, places_of(vectors, strides), first_lanes))
        return Tables(places.astype(np.int64), taps, masks)

    def _table_fields(self, tables: Tables) -> dict[str, int]:
        """Return the fields of COLUMNS that say which vectors, taps and rows there are."""
        down, row_stride = self.geometry.axes[0], self.layout.row_stride
        shares_rows = self.sums.form.rows > 0  # else each window loads its own pixels
        return {
            "places": address_of(tables.places),
            "groups": len(tables.places),  # of vectors, not of channels
            "taps": address_of(tables.taps),
            "tap_count": len(tables.taps),
            "taps_at_once": self.sums.taps_at_once,
            "kernel_rows": down.window,
            "rows_at_once": self.sums.rows_at_once,
            "masks": address_of(tables.masks),
            "above": down.before,
            "height": self.geometry.images[1],
            # how far sums go down at a time: to the next row of pixels, or to the next window
            "down_stride": row_stride * (1 if shares_rows else down.stride),
            "tap_row_stride": row_stride * down.dilation,
        }

    def _weight_fields(self, tap_count: int) -> dict[str, int]:
        """Return the fields of COLUMNS that say where weights lie, and which channels they are for.

        tap_count: taps of a row of the kernel, one for each column and channel.
        """
        geometry = self.geometry
        tap_stride = geometry.output[3]  # one weight of each kernel
        if self.has_lane_weights:
            tap_stride = lane_weight_count(self.channels_per_line, geometry.lanes)
        fields = {
            "tap_stride": tap_stride,
            "weight_row_stride": tap_count * tap_stride,
            "weight_stride": 1,
            "start_stride": 1,
        }
        if self.channels_per_line > 1:  # the kernels of all channels are taken as one
            return {**fields, "kernels": 1, "kernels_per_group": 1, "group_stride": 0}
        # in the pixels, from a channel to that of the next group
        group_stride = self.layout.offset(0, 0, geometry.kernels[2]) if geometry.groups > 1 else 0
        return {
            **fields,
            "kernels": geometry.output[3],
            "kernels_per_group": geometry.kernels_per_group,
            "group_stride": group_stride,
        }

    def _ahead(self, vectors: Vectors) -> int:
        """Return `ahead` of COLUMNS: bytes from a block's pixels to the next's, to prefetch these.

        0 (no prefetch) where pixels are read in order anyway, and where the next block's do not
        follow this one's.
        """
        geometry = self.geometry
        # all vectors of a group in one image: they go down its rows in order
        is_in_order = self.reading.is_in_place and not np.ptp(vectors.image[0])
        has_whole_images = geometry.is_dense and self.block[1:] == geometry.output[1:3]
        if is_in_order or not has_whole_images:
            return 0
        return geometry.dtypes[0].itemsize * self.block[0] * geometry.input_strides[0]

    def _unpacking_fields(self) -> dict[str, int]:
        """Return the fields of UNPACKING, which copies the results of a block to the output."""
        nc = self.geometry.output[3]
        can_interleave = nc in KERNELS and self.geometry.output_strides[2:] == (nc, 1)
        return {
            "kernels": nc,
            **dict(zip(("images", "rows", "columns"), self.block, strict=True)),
            "lines": nc if can_interleave else 0,  # 0: results are copied one by one
            **record_fields.output_fields(self.geometry),
        }


def lane_weight_count(channels_per_line: int, lanes: int) -> int:
    """Return how many weights of a tap are stored if each lane has its own: whole vectors.

    A vector may begin at any channel of a line, so the first channels follow on the last. -> 8 for
    3 channels and 4 lanes, whose last vector begins at channel 2.
    """
    return -(-(channels_per_line + lanes - 1) // lanes) * lanes


def _reading(geometry: ConvolutionGeometry, channels_per_line: int, is_one_column: bool) -> Reading:
    """Return whether pixels are read in place, and whether with masks.

    is_one_column: whether a vector holds channels of one column only.

    Only small images are read in place, if no pixel needs conversion: packing reads large ones in
    order too. Padding and strides of columns need masks, for which there are forms of 3x3 only.
    """
    per_line, image_numbers = channels_per_line, volume(geometry.images[1:])
    down, across = geometry.axes
    # whether the numbers of a line lie side by side in the images
    is_in_lines = geometry.input_strides[2] == 1
    if per_line > 1 or geometry.images[3] == 1:
        is_in_lines = geometry.is_interleaved
    if not (is_in_lines and geometry.needs_no_conversion and image_numbers <= MOST_IN_PLACE):
        return Reading(is_in_place=False, needs_masks=False)
    # whether windows begin at all pixels that a vector holds
    has_every_column = across.stride == 1 or is_one_column
    fills_vector = geometry.output[2] * per_line >= geometry.lanes
    if not geometry.has_padding and has_every_column and fills_vector:
        return Reading(is_in_place=True, needs_masks=False)
    has_zeros = geometry.is_padded_with_zeros or not geometry.has_padding
    has_form = (
        geometry.kernels[:3] == (3, 3, 1)
        and down.stride == across.stride
        and down.dilation == 1
        and is_form(masked_form(geometry, across.stride))
    )
    is_masked = image_numbers <= NEAR and per_line == 1 and has_zeros and has_form
    return Reading(is_in_place=is_masked, needs_masks=is_masked)


def _block(
    geometry: ConvolutionGeometry, channels_per_line: int, is_in_place: bool, sums: Sums
) -> Block:
    """Return (images, rows, columns) of a block, so that its pixels stay in the cache.

    is_in_place: whether pixels are read in the images; sums: how products are summed. A block is
    part of one image, or whole images. The last block may have images in common with the one
    before; so it is one image where results are added to, as adding twice would be wrong.
    """
    (down, across), (m, oh, ow, _) = geometry.axes, geometry.output
    c, lanes, per_line = geometry.images[3], geometry.lanes, channels_per_line
    kh, kw, depth, _ = geometry.kernels
    adds_to_results = sums.rows_at_once < kh or sums.taps_at_once < kw * depth
    if is_in_place:
        images = max(1, NEAR // (oh * ow * per_line))
        images = min(m, images - images % MULTIPLE if images > MULTIPLE else images)
        return 1 if adds_to_results else images, oh, ow
    capacity = PACKED * lanes  # numbers of a packed block
    columns = min(ow, max(1, LINE * lanes // per_line))
    # room for the pixels under one row of windows; but a vector of columns at least
    columns = max(min(ow, lanes), min(columns, capacity // (c * across.stride * down.span)))
    row_numbers = c * ((columns - 1) * across.stride + across.span)  # of pixels, all channels
    rows = (capacity // row_numbers - down.span) // down.stride + 1
    # With span // stride rows, less than half of the pixels is packed again for the next block:
    # that is worth more than to stay within the capacity.
    rows = min(oh, max(1, down.span // down.stride, rows))
    if (rows, columns) != (oh, ow) or adds_to_results:
        return 1, rows, columns
    image_numbers = row_numbers * ((rows - 1) * down.stride + down.span)
    return min(m, max(1, capacity // IMAGES_SHARE // image_numbers)), rows, columns
