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
    reader_of,
    splat,
    vector_type,
)
from convpool.engines.compiled.record import REGION, TILES
from convpool.engines.compiled.register_sizes import pixels_of_tile

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
    sum_tile = _sums_of_tile(form)
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
            # one turn at least: a region whose taps all lie on padding has no runs, a convolution
            # without channels has runs of none, and results are then what sums start from
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


def _sums_of_tile(form):
    """Return the @intrinsic that sums a Tile.

    It becomes one piece of machine code, whose sums LLVM keeps in registers: hence its length.
    """
    sum_kind, output_kind = number_type(form.sums), number_type(form.results)
    kinds, lanes, vectors = (sum_kind, output_kind), lanes_of(sum_kind), form.vectors
    pixels = pixels_of_tile(TARGET, vectors)
    cells = [(q, v) for q in range(pixels) for v in range(vectors)]  # each a vector of sums

    @intrinsic
    def sum_tile(typing, tile):
        """Sum a Tile."""

        def codegen(context, builder, signature, arguments):
            tile = Tile(*cgutils.unpack_tuple(builder, arguments[0]))
            source, weights, start = (
                pointer_to(builder, address, sum_kind)
                for address in (tile.source, tile.weights, tile.start)
            )
            output = pointer_to(builder, tile.output, output_kind)
            places, output_places, runs = (
                integers_at(builder, table, INT64(0))
                for table in (tile.places, tile.output_places, tile.runs)
            )
            result_places = [
                builder.load(builder.gep(output_places, [INT64(q)])) for q in range(pixels)
            ]
            totals = {
                cell: cgutils.alloca_once(builder, vector_type(sum_kind, lanes)) for cell in cells
            }
            # kernels from vector v on, which may be less than 0 or more than its lanes
            kernels_left = [builder.sub(tile.kernels, INT64(v * lanes)) for v in range(vectors)]
            masks = [lanes_before(builder, count, lanes) for count in kernels_left]
            zeros = ir.Constant(vector_type(sum_kind, lanes), None)
            for v in range(vectors):
                value = load_masked(builder, start, INT64(v * lanes), sum_kind, masks[v])
                value = builder.select(tile.accumulates, zeros, value)
                for q in range(pixels):
                    builder.store(value, totals[q, v])
            panel_lanes = INT64(vectors * lanes)
            with cgutils.for_range_slice(builder, tile.first_run, tile.last_run, INT64(1)) as (
                run,
                _,
            ):
                fields = builder.gep(runs, [builder.mul(run, INT64(RUN_FIELDS))])
                run_place, run_number = (
                    builder.load(builder.gep(fields, [INT64(k)])) for k in range(RUN_FIELDS)
                )
                shifted = [
                    builder.add(builder.load(builder.gep(places, [INT64(q)])), run_place)
                    for q in range(pixels)
                ]
                # the run's first channel in the window of each pixel
                sources = [builder.gep(source, [place]) for place in shifted]
                first_row = builder.mul(run_number, tile.weight_rows)
                run_weights = builder.gep(weights, [builder.mul(first_row, panel_lanes)])

                def accumulate_channels(first_channel, count):
                    # emits code that adds the products of `count` channels, from the first one on
                    rows = builder.gep(run_weights, [builder.mul(first_channel, panel_lanes)])
                    for k in range(count):
                        starts = [INT64((k * vectors + v) * lanes) for v in range(vectors)]
                        row = [load(builder, rows, start, sum_kind, lanes) for start in starts]
                        channel = builder.add(first_channel, INT64(k))
                        for q in range(pixels):
                            pixel = builder.load(builder.gep(sources[q], [channel]))
                            pixel = splat(builder, pixel, lanes)
                            for v in range(vectors):
                                total = builder.load(totals[q, v])
                                total = multiply_add(builder, pixel, row[v], total, sum_kind)
                                builder.store(total, totals[q, v])

                # channels, the greatest multiple of UNROLLED up to the length
                whole_turns = builder.and_(tile.length, INT64(-UNROLLED))
                turns = cgutils.for_range_slice(builder, INT64(0), whole_turns, INT64(UNROLLED))
                with turns as (channel, _):
                    accumulate_channels(channel, UNROLLED)
                with cgutils.for_range_slice(builder, whole_turns, tile.length, INT64(1)) as (
                    channel,
                    _,
                ):
                    accumulate_channels(channel, 1)
            is_full = builder.icmp_signed(">=", tile.kernels, panel_lanes)
            with builder.if_else(is_full) as (all_lanes, some_lanes):
                choices = (all_lanes, [None] * vectors, None), (some_lanes, masks, kernels_left)
                for branch, lane_masks, stored in choices:
                    with branch:
                        targets = [
                            (output, builder.add(result_places[q], INT64(v * lanes)), lane_masks[v])
                            for q, v in cells
                        ]
                        sums = [totals[cell] for cell in cells]
                        counts = None if stored is None else [stored[v] for _, v in cells]
                        store_sums(builder, sums, targets, tile.accumulates, *kinds, counts)
            return context.get_dummy_value()

        return types.void(tile), codegen

    return sum_tile
