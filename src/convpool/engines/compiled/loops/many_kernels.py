"""The loop of convolution with many kernels of the same channels: vectors hold kernels.

The output is cut into regions, whose windows have the same taps on pixels, and each region into
blocks of some images, rows and columns; blocks are numbered on from region to region. A panel is
some vectors of kernels of one group, whose kernels have the same channels. A tile is some pixels of
a block with one panel: its sums, one for each pixel and kernel, stay in registers. A run is the
channels of a tap, or of a row of taps, that lie side by side in the pixels. In a panel, weights are
(run, channel, kernel).

`call` is the record TILES, which `record.py` describes. b is the number of an image, r of a row and
x of a column of the output; q counts the pixels of a tile, v the vectors of a panel. Places and
strides count numbers, addresses bytes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.blocks import block_corner, store_sums
from convpool.engines.compiled.loops.packing import packing_at
from convpool.engines.compiled.loops.simd import (
    INT64,
    INT64_BYTES,
    TARGET,
    address_of,
    call_form,
    integers_at,
    lanes_before,
    lanes_of,
    load,
    load_masked,
    loop,
    multiply_add,
    number_type,
    pointer_to,
    prefetch,
    reader_of,
    splat,
    vector_type,
)
from convpool.engines.compiled.record import LINE_BYTES, REGION, TILES
from convpool.engines.compiled.register_sizes import pixels_of_tile

FETCHED = 2  # pixels whose results are fetched in a turn; tiles have an even number of them
UNROLLED = 4  # channels that one turn of a tile's loop takes: a power of two

REGION_BYTES = REGION.itemsize
RUN_FIELDS = 2  # int64 for each run in the table of runs

tiles_at, region_at = reader_of(TILES), reader_of(REGION)


@loop
def _even_length(total, most):
    """Return the length of parts of about equal length that `total` is cut into.

    They are as few as parts of at most `most` can be; the length is at least 1. -> 5 for (10, 8)
    """
    parts = max(1, -(-total // most))
    return max(1, -(-total // parts))


@loop
def _region_of(regions, block):
    """Return (address of the region of a block, number of the region's first block).

    `regions` is the address of the table of regions. The field `last_block` of a region is the
    number of the first block of the next one.
    """
    address, first_block = regions, 0
    while block >= region_at(address).last_block:
        first_block = region_at(address).last_block
        address += REGION_BYTES
    return address, first_block


@loop
def _copy_grid(region, call):
    """Copy the grid of a region to the record of the call."""
    call.images, call.oh, call.ow = region.images, region.oh, region.ow
    call.block_images, call.block_rows = region.block_images, region.block_rows
    call.block_columns = region.block_columns


def tiles(form):
    """Return the loop that convolves blocks with many kernels: pack pixels, sum tiles."""
    sum_dtype, output_dtype = form.sums.type(0), form.results.type(0)
    sum_tile = _tile_summer(form)
    panel_lanes = form.vectors * lanes_of(number_type(form.sums))
    pixels = pixels_of_tile(TARGET, form.vectors)

    @loop
    def sum_panel(call, region, group_source, weights, output, start, kernels):
        """Sum all tiles of a block with one panel.

        This call sums `call.length` channels of each run. The panel may hold more of them, for
        other calls, to whose results this one adds if `call.accumulates`: the weights of a run are
        `call.weight_rows` rows in any case.

        Legend
        ------
        region
            The record REGION of the block.
        group_source
            Address of the block's pixels: of the first of these channels in the panel's group.
        weights
            Address of the panel: of the weights of the first of these channels.
        output
            Address of the block's results: of its first pixel and the panel's first kernel.
        start
            Address of what the sums start from: one number for each kernel of the panel.
        kernels
            How many kernels the panel has; its vectors may have more lanes.
        """
        # A tile adds about `call.terms` products to each result at a time, as the rounding errors
        # of longer sums would grow with all their terms: those of some channels of some runs.
        channels_at_once = _even_length(call.length, call.terms)
        runs_at_once = max(1, call.terms // channels_at_once)
        channels_at_once += -channels_at_once % UNROLLED
        for pixel in range(region.first_pixel, region.last_pixel, pixels):
            run = region.first_run
            # one turn at least, so that results without products become what sums start from: a
            # region whose taps all lie on padding has no runs, and runs may have no channels
            while run < max(region.first_run + 1, region.last_run):
                channel = 0
                while channel == 0 or channel < call.length:
                    is_first = run == region.first_run and channel == 0
                    tile = Tile(
                        source=address_of(group_source, channel, sum_dtype),
                        places=call.places + INT64_BYTES * pixel,
                        output_places=call.output_places + INT64_BYTES * pixel,
                        runs=call.runs,
                        first_run=run,
                        last_run=min(run + runs_at_once, region.last_run),
                        length=min(channels_at_once, call.length - channel),
                        weight_rows=call.weight_rows,
                        weights=address_of(weights, channel * panel_lanes, sum_dtype),
                        start=start,
                        accumulates=call.accumulates > 0 or not is_first,
                        output=output,
                        kernels=kernels,
                        ahead=call.ahead,
                    )
                    sum_tile(tile)
                    channel += channels_at_once
                run += runs_at_once

    def entry(address):
        call = tiles_at(address)
        for block in range(call.first, call.last):
            region_address, first_block = _region_of(call.regions, block)
            region = region_at(region_address)
            _copy_grid(region, call)
            b, r, x = block_corner(call, block - first_block)
            place = b * call.image_stride + r * call.row_stride + x * call.column_stride
            target = address_of(call.output, region.output_begin + place, output_dtype)
            y, left = r * call.stride_down, x * call.stride_across  # the pixel of the first tap
            source = call.address + region.begin_bytes
            source += b * call.image_bytes + y * call.row_bytes + left * call.column_bytes
            if call.scratch:
                packing = packing_at(call.packing)
                packing.image, packing.row, packing.column = b, y, left
                packing.row_count = packing.rows
                packing.writes_margin = block == call.first or not call.keeps_margins
                call_form(call.pack, call.packing)
                source = call.scratch
            for panel in range(call.first_panel, call.last_panel):
                group = panel // call.panels_per_group
                first_of_group = panel % call.panels_per_group * panel_lanes
                kernel = group * call.kernels_per_group + first_of_group
                channel = group * call.group_stride + call.channel
                sum_panel(
                    call,
                    region,
                    address_of(source, channel, sum_dtype),
                    address_of(call.weights, panel * call.panel_stride, sum_dtype),
                    address_of(target, kernel, output_dtype),
                    address_of(call.starts, kernel, sum_dtype),
                    min(panel_lanes, call.kernels_per_group - first_of_group),
                )

    return entry


class Tile(NamedTuple):
    """A tile to sum: some pixels with all vectors of kernels of a panel.

    Fields are int64 in compiled Python, LLVM values in `codegen`.

    Parameters
    ----------
    source
        Address of the pixels, of the dtype of the sums.
    places, output_places
        Addresses of tables: where each pixel's window begins in `source`, and where its results go
        in `output`.
    runs, first_run, last_run
        Address of the table of runs, each (numbers from a window's first pixel to the run, the
        run's number in the panel); those from first_run to before last_run are summed.
    length
        Channels of each run that are summed.
    weight_rows, weights
        Rows of weights of one run, and the address of those of the first channel that is summed: a
        row is the vectors of one channel, and row 0 of run number n is row n * weight_rows.
    start
        Address of what sums start from: one number for each kernel of the panel.
    accumulates
        Bool: sums start from zero instead, and are added to the results so far.
    output, kernels
        Address of the results, and how many kernels of the panel are stored: its first ones.
    ahead
        Numbers from a tile's results to those of the next tile, whose memory is fetched meanwhile;
        0: it is not.
    """

    source: Any
    places: Any
    output_places: Any
    runs: Any
    first_run: Any
    last_run: Any
    length: Any
    weight_rows: Any
    weights: Any
    start: Any
    accumulates: Any
    output: Any
    kernels: Any
    ahead: Any


def _tile_summer(form):
    """Return the @intrinsic that sums a Tile.

    It becomes one piece of machine code, whose sums LLVM keeps in registers.
    """

    @intrinsic
    def sum_tile(typing, tile):
        """Sum a Tile."""

        def codegen(context, builder, signature, arguments):
            emitter = TileEmitter(builder, form, Tile(*cgutils.unpack_tuple(builder, arguments[0])))
            emitter.start_sums()
            emitter.add_runs()
            emitter.store()
            return context.get_dummy_value()

        return types.void(tile), codegen

    return sum_tile


class TileEmitter:
    """Emits code that sums a Tile.

    cells: (pixel of the tile, vector of kernels) of each vector of sums; totals[q, v]: a pointer to
    that vector. kernels_left[v]: kernels from vector v on, which may be less than 0 or more than
    its lanes; masks[v]: its lanes that have a kernel.
    """

    def __init__(self, builder, form, tile):
        self.builder, self.tile = builder, tile
        self.sum_kind, self.output_kind = number_type(form.sums), number_type(form.results)
        self.lanes, self.vectors = lanes_of(self.sum_kind), form.vectors
        self.pixels = range(pixels_of_tile(TARGET, form.vectors))
        self.cells = [(q, v) for q in self.pixels for v in range(self.vectors)]
        self.source, self.weights, self.start = (
            pointer_to(builder, address, self.sum_kind)
            for address in (tile.source, tile.weights, tile.start)
        )
        self.output = pointer_to(builder, tile.output, self.output_kind)
        self.places, output_places, self.runs = (
            integers_at(builder, table, INT64(0))
            for table in (tile.places, tile.output_places, tile.runs)
        )
        self.output_places = output_places
        self.result_places = [
            builder.load(builder.gep(output_places, [INT64(q)])) for q in self.pixels
        ]
        # pixels of the next tile whose results have been fetched, or need not be
        self.fetched = cgutils.alloca_once(builder, INT64)
        self.numbers_of_line = LINE_BYTES * 8 // self.output_kind.bitwidth
        self.totals = {
            cell: cgutils.alloca_once(builder, vector_type(self.sum_kind, self.lanes))
            for cell in self.cells
        }
        self.kernels_left = [
            builder.sub(tile.kernels, INT64(v * self.lanes)) for v in range(self.vectors)
        ]
        self.masks = [lanes_before(builder, count, self.lanes) for count in self.kernels_left]
        self.panel_lanes = INT64(self.vectors * self.lanes)

    def start_sums(self):
        """Emit code that stores to all totals what sums start from."""
        builder, kind = self.builder, self.sum_kind
        is_fetched = builder.icmp_signed("!=", self.tile.ahead, INT64(0))
        all_pixels = INT64(len(self.pixels))
        builder.store(builder.select(is_fetched, INT64(0), all_pixels), self.fetched)
        zeros = ir.Constant(vector_type(kind, self.lanes), None)
        for v in range(self.vectors):
            start = load_masked(builder, self.start, INT64(v * self.lanes), kind, self.masks[v])
            start = builder.select(self.tile.accumulates, zeros, start)
            for q in self.pixels:
                builder.store(start, self.totals[q, v])

    def add_runs(self):
        """Emit the loop over the runs, and in it those over their channels."""
        builder, tile = self.builder, self.tile
        runs = cgutils.for_range_slice(builder, tile.first_run, tile.last_run, INT64(1))
        with runs as (run, _):
            fields = builder.gep(self.runs, [builder.mul(run, INT64(RUN_FIELDS))])
            run_place, run_number = (
                builder.load(builder.gep(fields, [INT64(k)])) for k in range(RUN_FIELDS)
            )
            places = [
                builder.add(builder.load(builder.gep(self.places, [INT64(q)])), run_place)
                for q in self.pixels
            ]
            # the run's first channel under the window of each pixel, and its weights
            sources = [builder.gep(self.source, [place]) for place in places]
            first_row = builder.mul(run_number, tile.weight_rows)
            weights = builder.gep(self.weights, [builder.mul(first_row, self.panel_lanes)])
            # channels, the greatest multiple of UNROLLED up to all
            whole_turns = builder.and_(tile.length, INT64(-UNROLLED))
            turns = cgutils.for_range_slice(builder, INT64(0), whole_turns, INT64(UNROLLED))
            with turns as (channel, _):
                if self.vectors > 1:  # else that would take a good part of a turn
                    self.fetch_results()
                self.add_channels(sources, weights, channel, UNROLLED)
            rest = cgutils.for_range_slice(builder, whole_turns, tile.length, INT64(1))
            with rest as (channel, _):
                self.add_channels(sources, weights, channel, 1)

    def fetch_results(self):
        """Emit code that fetches the results of the next FETCHED pixels of the next tile.

        They lie as far from those of this tile's pixels as the next window is; where a row ends,
        they lie elsewhere, and others are fetched in vain.
        """
        builder = self.builder
        first = builder.load(self.fetched)
        with builder.if_then(builder.icmp_signed("<", first, INT64(len(self.pixels)))):
            for k in range(FETCHED):
                pixel = builder.add(first, INT64(k))
                place = builder.load(builder.gep(self.output_places, [pixel]))
                place = builder.add(place, self.tile.ahead)
                for n in range(0, self.vectors * self.lanes, self.numbers_of_line):
                    at = builder.add(place, INT64(n))
                    prefetch(builder, self.output, at, is_written=True)
            builder.store(builder.add(first, INT64(FETCHED)), self.fetched)

    def add_channels(self, sources, weights, first_channel, count):
        """Emit code that adds the products of `count` channels of a run, from the first one on.

        sources, weights: pointers to the run's first channel under the window of each pixel, and
        to its weights.
        """
        builder, kind, lanes, vectors = self.builder, self.sum_kind, self.lanes, self.vectors
        rows = builder.gep(weights, [builder.mul(first_channel, self.panel_lanes)])
        for k in range(count):
            starts = [INT64((k * vectors + v) * lanes) for v in range(vectors)]
            row = [load(builder, rows, start, kind, lanes) for start in starts]
            channel = builder.add(first_channel, INT64(k))
            for q in self.pixels:
                pixel = splat(builder, builder.load(builder.gep(sources[q], [channel])), lanes)
                for v in range(vectors):
                    total = builder.load(self.totals[q, v])
                    total = multiply_add(builder, pixel, row[v], total, kind)
                    builder.store(total, self.totals[q, v])

    def store(self):
        """Emit code that writes the sums as results, or adds them: whole vectors where it can."""
        builder = self.builder
        is_full = builder.icmp_signed(">=", self.tile.kernels, self.panel_lanes)
        with builder.if_else(is_full) as (all_lanes, some_lanes):
            with all_lanes:
                self.store_lanes([None] * self.vectors, None)
            with some_lanes:
                self.store_lanes(self.masks, [self.kernels_left[v] for _, v in self.cells])

    def store_lanes(self, masks, counts):
        """Emit code that writes or adds the lanes of masks[v]; `counts` are those of store_sums."""
        targets = []
        for q, v in self.cells:
            place = self.builder.add(self.result_places[q], INT64(v * self.lanes))
            targets.append((self.output, place, masks[v]))
        sums = [self.totals[cell] for cell in self.cells]
        kinds = self.sum_kind, self.output_kind
        store_sums(self.builder, sums, targets, self.tile.accumulates, *kinds, counts)
