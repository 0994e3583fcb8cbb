"""The loop of the gradient of a convolution's kernels: record KERNELS_GRADIENT.

A weight's gradient is the sum, over all windows, of the pixel under its tap times the gradient g of
the window's result. A panel is some vectors of kernels, whose g are copied to where those of
neighbouring windows follow each other. A piece is a few neighbouring pixels of a window; a tile
holds the sums of one piece, or two, with a panel in registers, while all windows of a block go by.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.gradient_forms import PIECE, TOTALS
from convpool.engines.compiled.instruction_sets import pixels_of_tile
from convpool.engines.compiled.loops.blocks import store_sums
from convpool.engines.compiled.loops.many_kernels import panels_at
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
    load_integer,
    loop,
    multiply_add,
    number_type,
    pointer_to,
    reader_of,
    splat,
    vector_type,
)
from convpool.engines.compiled.record import KERNELS_GRADIENT, PIECE_FIELDS

UNROLLED = 4  # windows that one turn of a tile's loop takes

gradient_at = reader_of(KERNELS_GRADIENT)


def kernels_gradient(form):
    """Return the loop that sums parts of the gradient, of the form's dtypes."""
    sum_dtype, total_dtype = form.sums.type(0), TOTALS[form.sums].type(0)
    sum_tile = _sums_of_tile(form)
    panel_lanes = form.vectors * lanes_of(number_type(form.sums))
    pieces = pixels_of_tile(TARGET, form.vectors) // PIECE

    @loop
    def sum_block(call, block, first_panel, last_panel, totals, accumulates):
        """Sum the windows of a block, with some panels."""
        across, down = -(-call.ow // call.block_columns), -(-call.oh // call.block_rows)
        b = block // (down * across) * call.block_images
        r = block // across % down * call.block_rows
        x = block % across * call.block_columns
        images, rows = min(call.block_images, call.m - b), min(call.block_rows, call.oh - r)
        columns = min(call.block_columns, call.ow - x)
        source = call.address + b * call.image_bytes
        source += r * call.row_bytes * call.stride_down
        source += x * call.column_bytes * call.stride_across
        if call.scratch:
            packing = packing_at(call.packing)
            packing.image, packing.image_count = b, images
            packing.row, packing.column = r * call.stride_down, x * call.stride_across
            packing.row_count = (rows - 1) * call.stride_down + call.span_down
            packing.columns = (columns - 1) * call.stride_across + call.span_across
            packing.writes_margin = True
            call_form(call.pack, call.packing)
            source = call.scratch
        panelling = panels_at(call.panelling)
        place = ((b * call.oh + r) * call.ow + x) * panelling.nc
        panelling.kernels = address_of(call.gradient, place, sum_dtype)
        panelling.taps, panelling.length = images * rows, columns
        for panel in range(first_panel, last_panel):
            panelling.first_panel, panelling.last_panel = panel, panel + 1
            call_form(call.copy_panel, call.panelling)
            group = panel // call.panels_per_group
            first_of_group = panel % call.panels_per_group * panel_lanes
            kernel = group * call.kernels_per_group + first_of_group - call.first_kernel
            for piece in range(0, call.piece_count, pieces):
                sum_tile(
                    address_of(source, group * call.depth, sum_dtype),
                    panelling.panels,
                    images,
                    rows,
                    columns,
                    call.image_step,
                    call.row_step,
                    call.column_step,
                    call.pieces + 8 * PIECE_FIELDS * piece,
                    address_of(totals, kernel, total_dtype),
                    call.width,
                    min(panel_lanes, call.kernels_per_group - first_of_group),
                    accumulates,
                )

    def entry(address):
        call = gradient_at(address)
        panels = call.last_panel - call.first_panel
        for item in range(call.first, call.last):
            part, share = item // call.shares, item % call.shares
            first_panel = call.first_panel + panels * share // call.shares
            last_panel = call.first_panel + panels * (share + 1) // call.shares
            totals = address_of(call.totals, part * call.part_stride, total_dtype)
            first = load_integer(call.cuts, part)
            for block in range(first, load_integer(call.cuts, part + 1)):
                accumulates = call.accumulates > 0 or block > first
                sum_block(call, block, first_panel, last_panel, totals, accumulates)

    return entry


def _sums_of_tile(form):
    """Return a function that sums a tile over all windows of a block.

    It writes one piece of machine code, whose sums LLVM keeps in registers: hence its length.
    """
    kind, total_kind = number_type(form.sums), number_type(TOTALS[form.sums])
    lanes, vectors = lanes_of(kind), form.vectors
    pieces = range(pixels_of_tile(TARGET, vectors) // PIECE)
    # (piece, pixel of it, vector of kernels)
    parts = [(p, q, v) for p in pieces for q in range(PIECE) for v in range(vectors)]

    @intrinsic
    def sum_tile(
        typing,
        source,
        gradient,
        images,
        rows,
        columns,
        image_step,
        row_step,
        column_step,
        table,
        totals,
        width,
        kernels,
        accumulates,
    ):
        """Sum a tile, and write or add its sums to the totals.

        Legend
        ------
        source, image_step, row_step, column_step
            Address of the first window's first pixel, and numbers from image to image, row to row
            and column to column of windows.
        gradient
            Address of a panel's g: a row of vectors for each window.
        images, rows, columns
            Windows of the block.
        table
            Address of the pieces: of each PIECE_FIELDS integers, which are its place in a window,
            the row of the totals for its first pixel, and how many of its first pixels are left
            out, as another piece has them.
        totals, width, kernels
            Address of the totals, numbers from row to row, and how many kernels of the panel there
            are: its first ones.
        accumulates
            Bool: sums are added to the totals so far.
        """

        def codegen(context, builder, signature, arguments):
            source, gradient, images, rows, columns, *arguments = arguments
            image_step, row_step, column_step, table, totals, width, kernels, adds = arguments
            source, gradient = (pointer_to(builder, base, kind) for base in (source, gradient))
            totals = pointer_to(builder, totals, total_kind)
            table = integers_at(builder, table, INT64(0))
            places, first_rows, left_out = (
                [builder.load(builder.gep(table, [INT64(p * PIECE_FIELDS + k)])) for p in pieces]
                for k in range(PIECE_FIELDS)
            )
            zeros = ir.Constant(vector_type(kind, lanes), None)
            sums = {part: cgutils.alloca_once_value(builder, zeros) for part in parts}
            for total in sums.values():
                builder.store(zeros, total)
            panel_lanes = INT64(vectors * lanes)
            with (
                cgutils.for_range(builder, images) as image,
                cgutils.for_range(builder, rows) as row,
            ):
                begin = builder.add(
                    builder.mul(image.index, image_step), builder.mul(row.index, row_step)
                )
                lines = [builder.gep(source, [builder.add(begin, place)]) for place in places]
                number = builder.add(builder.mul(image.index, rows), row.index)
                number = builder.mul(builder.mul(number, columns), panel_lanes)
                weights = builder.gep(gradient, [number])

                def add_windows(first, count):
                    # add the products of `count` windows from number `first` of the row on
                    for turn in range(count):
                        column = builder.add(first, INT64(turn))
                        step = builder.mul(column, column_step)
                        base = builder.gep(weights, [builder.mul(column, panel_lanes)])
                        factors = [
                            load(builder, base, INT64(v * lanes), kind, lanes)
                            for v in range(vectors)
                        ]
                        for p in pieces:
                            pixels = builder.gep(lines[p], [step])
                            for q in range(PIECE):
                                pixel = builder.load(builder.gep(pixels, [INT64(q)]))
                                pixel = splat(builder, pixel, lanes)
                                for v in range(vectors):
                                    total = sums[p, q, v]
                                    before = builder.load(total)
                                    after = multiply_add(builder, pixel, factors[v], before, kind)
                                    builder.store(after, total)

                # the greatest multiple of UNROLLED, a power of two, up to the columns
                multiple = builder.and_(columns, INT64(-UNROLLED))
                whole = cgutils.for_range_slice(builder, INT64(0), multiple, INT64(UNROLLED))
                with whole as (column, _):
                    add_windows(column, UNROLLED)
                with cgutils.for_range_slice(builder, multiple, columns, INT64(1)) as (column, _):
                    add_windows(column, 1)
            masks = [
                lanes_before(builder, builder.sub(kernels, INT64(v * lanes)), lanes)
                for v in range(vectors)
            ]
            is_full = builder.icmp_signed(">=", kernels, panel_lanes)
            with builder.if_else(is_full) as (all_kernels, some_kernels):
                for branch, lane_masks in ((all_kernels, [None] * vectors), (some_kernels, masks)):
                    with branch:
                        for p in pieces:
                            for q in range(PIECE):
                                is_own = builder.icmp_signed("<=", left_out[p], INT64(q))
                                with builder.if_then(is_own):
                                    line = builder.add(first_rows[p], INT64(q))
                                    line = builder.mul(line, width)
                                    ends = [
                                        (totals, builder.add(line, INT64(v * lanes)), mask)
                                        for v, mask in enumerate(lane_masks)
                                    ]
                                    own = [sums[p, q, v] for v in range(vectors)]
                                    store_sums(builder, own, ends, adds, kind, total_kind)
            return context.get_dummy_value()

        numbers = (source, gradient, images, rows, columns, image_step, row_step, column_step)
        return types.void(*numbers, table, totals, width, kernels, accumulates), codegen

    return sum_tile
