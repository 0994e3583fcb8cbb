"""The loops of convolution with many kernels of the same channels: vectors hold kernels.

A panel is some vectors of kernels; a tile holds the sums of some pixels of the output with one
panel in registers. A run is the channels of a tap, or of a row of taps, that lie side by side.
`call` is the record TILES or PANELS. b is the number of an image, r of a row and x of a column of
the output; q counts the pixels of a tile, v the vectors of a panel.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.blocks import block_corner, store_sums
from convpool.engines.compiled.loops.interleaving import Lines, Rows, deinterleaver_of
from convpool.engines.compiled.loops.packing import packing_at
from convpool.engines.compiled.loops.simd import (
    INT64,
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
    store,
    store_number,
    vector_type,
)
from convpool.engines.compiled.record import PANELS, REGION, TILES
from convpool.engines.compiled.register_sizes import pixels_of_tile, widest_tile

UNROLLED = 4  # channels that one turn of a tile's loop takes, or of the loop that copies weights

REGION_BYTES = REGION.itemsize

deinterleave = deinterleaver_of((1,))
tiles_at, region_at, panels_at = reader_of(TILES), reader_of(REGION), reader_of(PANELS)


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

    `regions` is the address of the table of regions.
    """
    first_block = 0
    while block >= region_at(regions).last_block:
        first_block = region_at(regions).last_block
        regions += REGION_BYTES
    return regions, first_block


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
        """Sum all tiles of a block with one panel of `kernels` kernels.

        region: the record REGION of the block. The others are addresses: group_source of the pixels
        of the panel's group of channels, weights of the panel, output and start of the results of
        its first kernel and of what their sums start from.
        """
        # channels of a run, and runs, of a tile: about `terms` products for each result
        piece_length = _even_length(call.length, call.terms)
        runs_at_once = max(1, call.terms // piece_length)
        piece_length += -piece_length % UNROLLED
        for pixel in range(region.first_pixel, region.last_pixel, pixels):
            run = region.first_run
            # a region whose taps all lie on padding has no runs, and gets what sums start from
            while run < max(region.first_run + 1, region.last_run):
                part = 0
                while part == 0 or part < call.length:
                    tile = Tile(
                        source=address_of(group_source, part, sum_dtype),
                        places=call.places + 8 * pixel,
                        output_places=call.output_places + 8 * pixel,
                        runs=call.runs,
                        first_run=run,
                        last_run=min(run + runs_at_once, region.last_run),
                        length=min(piece_length, call.length - part),
                        weight_rows=call.weight_rows,
                        weights=address_of(weights, part * panel_lanes, sum_dtype),
                        start=start,
                        accumulates=call.accumulates > 0 or run > region.first_run or part > 0,
                        output=output,
                        kernels=kernels,
                    )
                    sum_tile(tile)
                    part += piece_length
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
            y, left = r * call.stride_down, x * call.stride_across
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
                place = group * call.group_stride + call.channel
                sum_panel(
                    call,
                    region,
                    address_of(source, place, sum_dtype),
                    address_of(call.weights, panel * call.panel_stride, sum_dtype),
                    address_of(target, kernel, output_dtype),
                    address_of(call.starts, kernel, sum_dtype),
                    min(panel_lanes, call.kernels_per_group - first_of_group),
                )

    return entry


def panels(form):
    """Return the loop that copies weights, of the form's dtype, to panels; see PANELS."""
    dtype, copy_rows = form.sums.type(0), row_copier(form)
    zero = dtype

    def entry(address):
        call = panels_at(address)
        store_number(call.line_start, 0, 0)
        for panel in range(call.first_panel, call.last_panel):
            group = panel // call.panels_per_group
            first_of_group = panel % call.panels_per_group * call.panel_lanes
            kernel = group * call.kernels_per_group + first_of_group
            panel_place = panel * call.panel_stride
            for tap in range(call.taps):
                place = (tap * call.depth + call.channel) * call.nc + kernel
                source = address_of(call.kernels, place, dtype)
                first = tap * call.length * call.panel_lanes
                count = min(call.panel_lanes, call.kernels_per_group - first_of_group)
                if count == call.panel_lanes:
                    target = address_of(call.panels, panel_place + first, dtype)
                    copy_rows(source, call.length, call.nc, call.panel_lanes, target)
                else:
                    shift = panel_place + first
                    for lane in range(call.length * call.panel_lanes):
                        store_number(call.panels, shift + lane, zero)
                    deinterleave(
                        Rows(source, call.length, call.nc, count),
                        Lines(call.panels, 1, call.line_start, shift, call.panel_lanes),
                        dtype,
                        dtype,
                    )

    return entry


def row_copier(form):
    """Return the @intrinsic that copies rows of whole vectors, strided ones, to contiguous ones."""
    kind = number_type(form.sums)
    lanes = lanes_of(kind)

    @intrinsic
    def copy_rows(typing, source, rows, row_stride, row_length, target):
        """Copy `rows` rows of `row_length` numbers: as many vectors as panels of a form have.

        source, row_stride: address of the first row, and numbers from row to row; target: address
        where the rows go, one behind the other.
        """

        def codegen(context, builder, signature, arguments):
            source, rows, row_stride, row_length, target = arguments
            source, target = (pointer_to(builder, address, kind) for address in (source, target))
            multiple = builder.and_(rows, INT64(-UNROLLED))

            def copy(first, behind, count, vectors):
                # emits a loop over the rows from `first` to before `behind`, `count` in a turn
                turns = cgutils.for_range_slice(builder, first, behind, INT64(count))
                with turns as (row, _):
                    base = builder.gep(source, [builder.mul(row, row_stride)])
                    end = builder.gep(target, [builder.mul(row, row_length)])
                    places = [(turn, v * lanes) for turn in range(count) for v in range(vectors)]
                    loaded = []
                    for turn, lane in places:
                        below = builder.mul(row_stride, INT64(turn))
                        place = builder.add(below, INT64(lane))
                        loaded.append(load(builder, base, place, kind, lanes))
                    for (turn, lane), vector in zip(places, loaded, strict=True):
                        place = INT64(turn * vectors * lanes + lane)
                        store(builder, vector, end, place, kind)

            for vectors in sorted({1, 2, widest_tile(TARGET)}):
                is_width = builder.icmp_signed("==", row_length, INT64(vectors * lanes))
                with builder.if_then(is_width):
                    copy(INT64(0), multiple, UNROLLED, vectors)
                    copy(multiple, rows, 1, vectors)
            return context.get_dummy_value()

        return types.void(source, rows, row_stride, row_length, target), codegen

    return copy_rows


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
        Address of the table of runs; those from first_run to before last_run are summed.
    length
        Channels of each run that are summed.
    weight_rows, weights
        Rows of weights of one run, and their address: a row is the vectors of one channel, and row
        0 of run number n is row n * weight_rows.
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
    # (pixel of the tile, vector of kernels)
    parts = [(q, v) for q in range(pixels) for v in range(vectors)]

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
            targets = [builder.load(builder.gep(output_places, [INT64(q)])) for q in range(pixels)]
            totals = {
                part: cgutils.alloca_once(builder, vector_type(sum_kind, lanes)) for part in parts
            }
            # lanes of each vector that are stored, less than 0 or more than it has
            left = [builder.sub(tile.kernels, INT64(v * lanes)) for v in range(vectors)]
            masks = [lanes_before(builder, count, lanes) for count in left]
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
                pair = builder.gep(runs, [builder.mul(run, INT64(2))])
                step, number = (builder.load(builder.gep(pair, [INT64(k)])) for k in range(2))
                shifted = [
                    builder.add(builder.load(builder.gep(places, [INT64(q)])), step)
                    for q in range(pixels)
                ]
                sources = [builder.gep(source, [place]) for place in shifted]
                first_row = builder.mul(number, tile.weight_rows)
                rows = builder.gep(weights, [builder.mul(first_row, panel_lanes)])

                def accumulate_channels(channel, count):
                    # emits code that adds the products of `count` channels, from `channel` on
                    base = builder.gep(rows, [builder.mul(channel, panel_lanes)])
                    for turn in range(count):
                        starts = [INT64((turn * vectors + v) * lanes) for v in range(vectors)]
                        row = [load(builder, base, place, sum_kind, lanes) for place in starts]
                        place = builder.add(channel, INT64(turn))
                        for q in range(pixels):
                            pixel = builder.load(builder.gep(sources[q], [place]))
                            pixel = splat(builder, pixel, lanes)
                            for v in range(vectors):
                                total = builder.load(totals[q, v])
                                total = multiply_add(builder, pixel, row[v], total, sum_kind)
                                builder.store(total, totals[q, v])

                # the greatest multiple of UNROLLED, a power of two, up to the length
                multiple = builder.and_(tile.length, INT64(-UNROLLED))
                whole = cgutils.for_range_slice(builder, INT64(0), multiple, INT64(UNROLLED))
                with whole as (channel, _):
                    accumulate_channels(channel, UNROLLED)
                with cgutils.for_range_slice(builder, multiple, tile.length, INT64(1)) as (
                    channel,
                    _,
                ):
                    accumulate_channels(channel, 1)
            is_full = builder.icmp_signed(">=", tile.kernels, panel_lanes)
            with builder.if_else(is_full) as (all_kernels, some_kernels):
                choices = (all_kernels, [None] * vectors, None), (some_kernels, masks, left)
                for branch, lane_masks, stored in choices:
                    with branch:
                        ends = [
                            (output, builder.add(targets[q], INT64(v * lanes)), lane_masks[v])
                            for q, v in parts
                        ]
                        sums = [totals[part] for part in parts]
                        counts = None if stored is None else [stored[v] for _, v in parts]
                        store_sums(builder, sums, ends, tile.accumulates, *kinds, counts)
            return context.get_dummy_value()

        return types.void(tile), codegen

    return sum_tile
