"""The loop over the blocks of a convolution, and over their tiles, whatever sums one of these.

The output is cut into regions, whose windows have the same taps on pixels, and each region into
blocks of some images, rows and columns; blocks are numbered on from region to region. A panel is
some kernels of one group, whose kernels have the same channels. A tile is some pixels of a block
with one panel: its sums stay in registers. A run is the channels of a tap, or of a row of taps,
that lie side by side in the pixels.

`call` is the record TILES, which `record.py` describes. b is the number of an image, r of a row and
x of a column of the output; q counts the pixels of a tile. Places and strides count numbers,
addresses bytes.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, NamedTuple

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.blocks import block_corner
from convpool.engines.compiled.loops.packing import packing_at
from convpool.engines.compiled.loops.simd import (
    INT64,
    INT64_BYTES,
    address_of,
    call_form,
    integers_at,
    loop,
    reader_of,
)
from convpool.engines.compiled.record import REGION, TILES

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


def loop_over_blocks(form, emitter, panel_lanes, sizes, unrolled):
    """Return the loop that packs the pixels of blocks and sums their tiles.

    emitter: a class of (builder, form, tile, pixels), whose `sum_tile` emits the code for a tile of
    so many pixels; panel_lanes: numbers of a panel for each channel; sizes: how many pixels tiles
    can have, (least, middle, most); unrolled: channels that a tile takes at a time.
    """
    sum_dtype, output_dtype = form.sums.type(0), form.results.type(0)
    least, middle, most = sizes
    sum_tile = _tile_summer(form, emitter, sorted(set(sizes)))

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
        channels_at_once += -channels_at_once % unrolled
        for pixel in range(region.first_pixel, region.last_pixel, most):
            left = region.last_pixel - pixel
            pixels = least if left <= least else middle if left <= middle else most
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
                    sum_tile(tile, pixels)
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


def _tile_summer(form, emitter, sizes):
    """Return the @intrinsic that sums a Tile of so many pixels, one of the sizes.

    Each size becomes one piece of machine code, whose sums LLVM keeps in registers.
    """

    @intrinsic
    def sum_tile(typing, tile, pixels):
        """Sum a Tile of so many pixels."""

        def codegen(context, builder, signature, arguments):
            tile = Tile(*cgutils.unpack_tuple(builder, arguments[0]))
            for size in sizes:
                with builder.if_then(builder.icmp_signed("==", arguments[1], INT64(size))):
                    emitter(builder, form, tile, size).sum_tile()
            return context.get_dummy_value()

        return types.void(tile, pixels), codegen

    return sum_tile


@contextmanager
def each_run(builder, tile, source, pixels):
    """Emit the loop over the runs of a tile around the block of a `with`.

    It yields pointers to the run's first channel under the window of each pixel, and the number of
    the run's first row of weights. `source` is the pointer to the tile's pixels.
    """
    table, places = (integers_at(builder, at, INT64(0)) for at in (tile.runs, tile.places))
    runs = cgutils.for_range_slice(builder, tile.first_run, tile.last_run, INT64(1))
    with runs as (run, _):
        fields = builder.gep(table, [builder.mul(run, INT64(RUN_FIELDS))])
        run_place, run_number = (
            builder.load(builder.gep(fields, [INT64(k)])) for k in range(RUN_FIELDS)
        )
        starts = [
            builder.add(builder.load(builder.gep(places, [INT64(q)])), run_place) for q in pixels
        ]
        sources = [builder.gep(source, [start]) for start in starts]
        yield sources, builder.mul(run_number, tile.weight_rows)
