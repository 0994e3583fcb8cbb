"""The loop of the gradient of a convolution's kernels: record KERNELS_GRADIENT.

A weight's gradient is the sum, over all windows, of the pixel under its tap times the gradient g of
the window's result. A panel is some vectors of kernels, whose g are copied to where those of
neighbouring windows follow each other, unless there are few kernels. A piece is a few neighbouring
pixels of a window; a tile holds the sums of one piece, or two, with a panel in registers, while all
windows of a block go by.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.gradient_forms import PIECE, TAPS, TOTALS
from convpool.engines.compiled.instruction_sets import pixels_of_tile
from convpool.engines.compiled.loops.blocks import store_sums
from convpool.engines.compiled.loops.many_kernels import row_copier
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
    load_number,
    loop,
    multiply_add,
    number_type,
    pointer_to,
    reader_of,
    splat,
    store_number,
    vector_type,
)
from convpool.engines.compiled.record import KERNELS_GRADIENT, PIECE_FIELDS

UNROLLED = 4  # windows that one turn of a tile's loop takes

gradient_at = reader_of(KERNELS_GRADIENT)


def kernels_gradient(form):
    """Return the loop that sums parts of the gradient, of the form's dtypes."""
    sum_dtype, total_dtype = form.sums.type(0), TOTALS[form.sums].type(0)
    copy_rows, is_depthwise = row_copier(form), form.vectors == 0
    panel_lanes = max(1, form.vectors) * lanes_of(number_type(form.sums))
    if is_depthwise:
        sum_tile, pieces = _sums_of_taps(form), TAPS
    else:
        sum_tile, pieces = _sums_of_tile(form), pixels_of_tile(TARGET, form.vectors) // PIECE

    @loop
    def copy_panel(call, place, images, rows, columns, count):
        """Copy `count` numbers of g for each window of a block from a place on, to the panel."""
        target = call.panel
        for b in range(images):
            for r in range(rows):
                first = place + (b * call.oh + r) * call.ow * call.nc
                # windows from which as many numbers as a panel has can be read
                whole = (call.numbers - panel_lanes - first) // call.nc + 1
                whole = min(columns, max(0, whole))
                source = address_of(call.gradient, first, sum_dtype)
                copy_rows(source, whole, call.nc, panel_lanes, target)
                for x in range(whole, columns):
                    for k in range(count):
                        number = load_number(source, x * call.nc + k, sum_dtype, sum_dtype)
                        store_number(target, x * panel_lanes + k, number)
                target = address_of(target, columns * panel_lanes, sum_dtype)

    @loop
    def sum_panel(call, corner, shape, panel, source, totals, accumulates):
        """Sum the windows of a block with a panel; `corner` and `shape` are those of the block."""
        (b, r, x), (images, rows, columns) = corner, shape
        group = panel // call.panels_per_group
        first_of_group = panel % call.panels_per_group * panel_lanes
        kernel = group * call.kernels_per_group + first_of_group
        count = min(panel_lanes, call.kernels_per_group - first_of_group)
        place = ((b * call.oh + r) * call.ow + x) * call.nc + kernel
        last = place + ((images - 1) * call.oh + rows - 1) * call.ow * call.nc
        last += (columns - 1) * call.nc
        if call.copies or last + panel_lanes > call.numbers:
            copy_panel(call, place, images, rows, columns, count)
            g, g_step = call.panel, panel_lanes
            g_row = columns * panel_lanes
            g_image = rows * g_row
        else:
            g, g_step = address_of(call.gradient, place, sum_dtype), call.nc
            g_row = call.ow * call.nc
            g_image = call.oh * g_row
        # where each channel has a kernel of its own, they are one group, whose pixels are apart
        channel = kernel if is_depthwise else group * call.depth
        source = address_of(source, channel, sum_dtype)
        target = address_of(totals, kernel - call.first_kernel, total_dtype)
        for piece in range(0, call.piece_count, pieces):
            table = call.pieces + 8 * PIECE_FIELDS * piece
            sum_tile(
                *(source, call.image_step, call.row_step, call.column_step),
                *(g, g_image, g_row, g_step, images, rows, columns),
                *(table, target, call.width, count, accumulates),
            )

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
        corner, shape = (b, r, x), (images, rows, columns)
        for panel in range(first_panel, last_panel):
            sum_panel(call, corner, shape, panel, source, totals, accumulates)

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
        image_step,
        row_step,
        column_step,
        gradient,
        g_image,
        g_row,
        g_step,
        images,
        rows,
        columns,
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
        gradient, g_image, g_row, g_step
            The same for a panel's g.
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
            source, image_step, row_step, column_step, *arguments = arguments
            gradient, g_image, g_row, g_step, images, rows, columns, *arguments = arguments
            table, totals, width, kernels, adds = arguments
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
                begin = builder.add(
                    builder.mul(image.index, g_image), builder.mul(row.index, g_row)
                )
                weights = builder.gep(gradient, [begin])

                def add_windows(first, count):
                    # add the products of `count` windows from number `first` of the row on
                    for turn in range(count):
                        column = builder.add(first, INT64(turn))
                        step = builder.mul(column, column_step)
                        base = builder.gep(weights, [builder.mul(column, g_step)])
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

        of_pixels, of_g = (source, image_step, row_step, column_step), (g_image, g_row, g_step)
        numbers = (*of_pixels, gradient, *of_g, images, rows, columns, table, totals, width)
        return types.void(*numbers, kernels, accumulates), codegen

    return sum_tile


def _sums_of_taps(form):
    """Return a function that sums a tile of taps, where each channel has a kernel of its own.

    A tile is TAPS taps with one vector of channels. Arguments are those of `_sums_of_tile`; a piece
    is one tap, which is not written if pixels of it are left out.
    """
    kind, total_kind = number_type(form.sums), number_type(TOTALS[form.sums])
    lanes, taps = lanes_of(kind), range(TAPS)

    @intrinsic
    def sum_taps(
        typing,
        source,
        image_step,
        row_step,
        column_step,
        gradient,
        g_image,
        g_row,
        g_step,
        images,
        rows,
        columns,
        table,
        totals,
        width,
        kernels,
        accumulates,
    ):
        def codegen(context, builder, signature, arguments):
            source, image_step, row_step, column_step, *arguments = arguments
            gradient, g_image, g_row, g_step, images, rows, columns, *arguments = arguments
            table, totals, width, kernels, adds = arguments
            source, gradient = (pointer_to(builder, base, kind) for base in (source, gradient))
            totals = pointer_to(builder, totals, total_kind)
            table = integers_at(builder, table, INT64(0))
            places, total_rows, left_out = (
                [builder.load(builder.gep(table, [INT64(t * PIECE_FIELDS + k)])) for t in taps]
                for k in range(PIECE_FIELDS)
            )
            zeros = ir.Constant(vector_type(kind, lanes), None)
            sums = [cgutils.alloca_once_value(builder, zeros) for _ in taps]
            for total in sums:
                builder.store(zeros, total)
            with (
                cgutils.for_range(builder, images) as image,
                cgutils.for_range(builder, rows) as row,
                cgutils.for_range(builder, columns) as column,
            ):
                counters = image.index, row.index, column.index
                window, number = INT64(0), INT64(0)
                for counter, step, g_stride in zip(
                    counters,
                    (image_step, row_step, column_step),
                    (g_image, g_row, g_step),
                    strict=True,
                ):
                    window = builder.add(window, builder.mul(counter, step))
                    number = builder.add(number, builder.mul(counter, g_stride))
                factors = load(builder, gradient, number, kind, lanes)
                for t in taps:
                    place = builder.add(window, places[t])
                    pixels = load(builder, source, place, kind, lanes)
                    total = builder.load(sums[t])
                    builder.store(multiply_add(builder, pixels, factors, total, kind), sums[t])
            mask = lanes_before(builder, kernels, lanes)
            for t in taps:
                is_own = builder.icmp_signed("==", left_out[t], INT64(0))
                with builder.if_then(is_own):
                    ends = [(totals, builder.mul(total_rows[t], width), mask)]
                    store_sums(builder, [sums[t]], ends, adds, kind, total_kind)
            return context.get_dummy_value()

        of_pixels, of_g = (source, image_step, row_step, column_step), (g_image, g_row, g_step)
        numbers = (*of_pixels, gradient, *of_g, images, rows, columns, table, totals, width)
        return types.void(*numbers, kernels, accumulates), codegen

    return sum_taps
