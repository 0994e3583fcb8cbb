"""The loops that filter pictures row by row: rows are padded and converted, others combine them.

A line is memory for one row, padded and converted. The lines that the next windows need are kept in
a ring: row y is in line y % lines, where it replaces an older one. A block is some columns of an
image, which are filtered from top to bottom. A pass combines a row along itself, and writes a line
again. `call` is the record FILTERING or READING. b is the number of an image, r of a row of the
output, y of a row of the padded images and x of a column of them.
"""

from __future__ import annotations

from functools import reduce

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.line_taps import for_each_group, summing_at
from convpool.engines.compiled.loops.simd import (
    INT64,
    address_of,
    call_form,
    convert,
    lanes_of,
    load,
    load_integer,
    load_number,
    loop,
    pointer_to,
    reader_of,
    store,
    store_number,
)
from convpool.engines.compiled.record import FILTERING, READING, SUMMING

COPIED = (4, 1)  # vectors of pixels that are copied together, as long as there are so many
INDEX_BYTES = 8  # of a number of the column map
SUMMING_BYTES = SUMMING.itemsize

filtering_at, reading_at = map(reader_of, (FILTERING, READING))


def filter_rows(form):
    """Return the loop over rows of the output: read rows that are new, then combine their lines.

    Without passes, all taps of a window are combined at once. Else each row is combined along
    itself when it is read, in one pass or several, and what the last pass writes into the ring is
    combined down the rows.
    """

    def entry(address):
        call = filtering_at(address)
        reading, down = reading_at(call.reading), summing_at(call.down)
        last_pass = call.across + (call.passes - 1) * SUMMING_BYTES
        sum_across, sum_down = call.sum_across, call.sum_down
        # the rows of all blocks are numbered on from block to block, oh of them in each
        block, r = call.first // call.oh, call.first % call.oh
        source = target = call.output
        next_y = -1  # the row of the padded images that is read next, -1: a block begins
        left = call.last - call.first  # rows of the output
        while left > 0:
            if r == call.oh:
                block, r, next_y = block + 1, 0, -1
            if next_y < 0:
                b, x = block // call.blocks_across, block % call.blocks_across * call.block_columns
                x = min(x, call.last_column)  # the last block overlaps the one before
                source = call.address + b * call.image_bytes
                target = call.output + b * call.output_image_bytes + x * call.output_column_bytes
                _begin_block(call, reading, x)
                next_y = 0
                sum_across, sum_down = call.sum_across, call.sum_down
            y = r * call.stride_down
            next_y = max(next_y, y)
            # rows of the output that are combined together: a power of two
            rows_left = min(left, call.oh - r)
            rows = call.together
            while rows > rows_left:
                rows >>= 1
            end_y = y + (rows - 1) * call.stride_down + call.span
            while next_y < end_y:
                line = call.ring + next_y % call.lines * call.line_bytes
                row = load_integer(call.row_map, next_y)
                reading.source = 0 if row < 0 else source + row * call.row_bytes
                reading.line = call.line if call.passes else line
                call_form(call.read_row, call.reading)
                # the windows of all rows to come may have NaN: forms that keep it take over
                if reading.has_nan:
                    sum_across, sum_down = call.careful_across, call.careful_down
                if call.passes:
                    summing_at(last_pass).result = line
                for number in range(call.passes):
                    call_form(sum_across, call.across + number * SUMMING_BYTES)
                next_y += 1
            _list_taps(call, down, y, call.kernel_rows + rows - 1)
            down.result = target + r * call.output_row_bytes
            down.rows = rows
            call_form(sum_down, call.down)
            r, left = r + rows, left - rows

    return entry


@loop
def _begin_block(call, reading, x):
    """Write to the record `reading` which columns of the lines of a block are pixels.

    x: the column of the padded images where the block begins.
    """
    columns = reading.columns  # of a line
    reading.low = min(columns, max(0, call.left - x))
    reading.high = max(reading.low, min(columns, call.left + call.width - x))
    reading.skipped = x + reading.low - call.left
    reading.column_map = call.column_map + INDEX_BYTES * x
    reading.has_nan = 0


@loop
def _list_taps(call, down, y, tap_rows):
    """Write to the table of the record `down` where the pixels, or results of passes, of taps lie.

    y: the row of the padded images under the first row of taps. There are as many `tap_rows` as all
    rows of windows together have: each after the first adds one, since strides and dilations are 1
    where several are combined together.
    """
    place, ring_line = 0, y % call.lines
    for _ in range(tap_rows):
        line = call.ring + ring_line * call.line_bytes
        for k in range(call.row_taps):
            store_number(down.taps, place, line + load_integer(call.steps, k))
            place += 1
        ring_line += call.dilation_down
        if ring_line >= call.lines:
            ring_line -= call.lines


def read_row(form):
    """Return the loop that copies a row to a line, padded and converted: see READING."""
    image_dtype, sum_dtype = form.images.type(0), form.sums.type(0)
    seeks_nan = form.seeks_nan

    def entry(address):
        call = reading_at(address)
        c, fill = call.c, load_number(call.fill, 0, sum_dtype, sum_dtype)
        low = call.low
        if call.source == 0:
            for k in range(call.columns * c):
                store_number(call.line, k, fill)
            return
        # the columns low to before high are pixels, which lie side by side
        source = address_of(call.source, call.skipped * c, image_dtype)
        line, count = address_of(call.line, low * c, sum_dtype), (call.high - low) * c
        convert_line(source, line, count, image_dtype, sum_dtype)
        if seeks_nan:
            call.has_nan |= has_nan(line, count, sum_dtype)
        # the columns of padding are those before low, and those from high on
        for k in range(low + call.columns - call.high):
            x = k if k < low else call.high + k - low
            pixel = load_integer(call.column_map, x)
            for ch in range(c):
                number = fill
                if pixel >= 0:  # this pixel of the row is repeated there
                    number = load_number(call.source, pixel * c + ch, image_dtype, sum_dtype)
                store_number(call.line, x * c + ch, number)

    return entry


@intrinsic
def convert_line(typing, source, line, count, image_dtype, sum_dtype):
    """Copy `count` numbers from address `source` to address `line`, and convert them.

    The dtypes are zeros of those of pixels and line.
    """

    def codegen(context, builder, signature, arguments):
        source, target = (
            pointer_to(builder, address, kind)
            for address, kind in zip(arguments, (image_dtype, sum_dtype), strict=False)
        )
        count, whole = arguments[2], lanes_of(sum_dtype)  # lanes of a whole vector

        def copy_numbers(begin, vectors, lanes):
            places = [builder.add(begin, INT64(k * lanes)) for k in range(vectors)]
            pixels = [load(builder, source, place, image_dtype, lanes) for place in places]
            for vector, place in zip(pixels, places, strict=True):
                numbers = convert(builder, vector, image_dtype, sum_dtype)
                store(builder, numbers, target, place, sum_dtype)

        for_each_group(builder, count, [*((k, whole) for k in COPIED), (1, 1)], copy_numbers)
        return context.get_dummy_value()

    return types.void(source, line, count, image_dtype, sum_dtype), codegen


@intrinsic
def has_nan(typing, line, count, dtype):
    """Return 1 if one of `count` numbers from address `line` on is NaN, else 0.

    `dtype` is a zero of their dtype.
    """

    def codegen(context, builder, signature, arguments):
        numbers, count, _ = arguments
        base, whole = pointer_to(builder, numbers, dtype), lanes_of(dtype)
        found = cgutils.alloca_once_value(builder, ir.Constant(ir.IntType(1), 0))

        def look(begin, vectors, lanes):
            places = [builder.add(begin, INT64(k * lanes)) for k in range(vectors)]
            vectors = [load(builder, base, place, dtype, lanes) for place in places]
            pairs = zip(vectors[::2], vectors[1::2] or vectors, strict=True)
            # "uno": a or b is NaN, one comparison for two vectors; of a single one, it with itself
            are_nan = [builder.fcmp_unordered("uno", a, b) for a, b in pairs]
            any_lane = reduce(builder.or_, are_nan)
            bits = builder.bitcast(any_lane, ir.IntType(lanes))
            is_any = builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))
            builder.store(builder.or_(builder.load(found), is_any), found)

        for_each_group(builder, count, [*((k, whole) for k in COPIED), (1, 1)], look)
        return builder.zext(builder.load(found), INT64)

    return types.int64(types.int64, types.int64, dtype), codegen
