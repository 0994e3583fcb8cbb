"""The loops that filter pictures row by row: sums of lines of pixels that stay in the cache.

Fields are those of the records FILTERING and SUMMING.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
    address_of,
    call_form,
    convert,
    convert_saturated,
    fields_of,
    integers_at,
    lanes_of,
    load,
    load_integer,
    load_number,
    loop,
    multiply_add,
    pointer_to,
    reader_of,
    splat,
    store,
    store_number,
    vector_type,
)
from convpool.engines.compiled.record import FILTERING, READING, SUMMING

SUMMED = 8  # vectors of a row of results that are summed together
PAIRED = 4 if TARGET.registers == 16 else 8  # the same of each of two rows
COPIED = (4, 1)  # vectors of pixels that are copied together

filtering_at, reading_at, summing_at = map(reader_of, (FILTERING, READING, SUMMING))


def filter_rows(form):
    """Return the loop over rows of the output: read the rows that are new, and sum them."""

    def entry(address):
        call = filtering_at(address)
        reading, across = reading_at(call.reading), summing_at(call.across)
        down = summing_at(call.down)
        block, r = call.first // call.oh, call.first % call.oh
        source = target = call.output
        read = -1  # the row of the images that is read next, -1: a block begins
        left = call.last - call.first  # rows of the output
        while left > 0:
            if r == call.oh:
                block, r, read = block + 1, 0, -1
            if read < 0:
                b, x = block // call.blocks_across, block % call.blocks_across * call.block_columns
                x = min(x, call.last_column)
                source = call.address + b * call.image_bytes
                target = call.output + b * call.output_image_bytes + x * call.output_column_bytes
                _begin_block(call, reading, x)
                read = 0
            y = r * call.stride_down
            read = max(read, y)
            rows = 2 if call.has_pairs and left > 1 and r + 1 < call.oh else 1
            last_row = y + (rows - 1) * call.stride_down + call.span
            while read < last_row:  # each row is read once, into the place of an older one
                line = call.ring + read % call.lines * call.line_bytes
                row = load_integer(call.row_map, read)
                reading.source = 0 if row < 0 else source + row * call.row_bytes
                reading.line = call.line if call.across else line
                call_form(call.read_row, call.reading)
                if call.across:
                    across.result = line
                    call_form(call.sum_across, call.across)
                read += 1
            place, slot = 0, y % call.lines
            for _ in range(call.kernel_rows + rows - 1):
                line = call.ring + slot * call.line_bytes
                for k in range(call.row_taps):
                    store_number(down.taps, place, line + load_integer(call.steps, k))
                    place += 1
                slot += call.dilation_down
                if slot >= call.lines:
                    slot -= call.lines
            down.result = target + r * call.output_row_bytes
            down.next_result = down.result + call.output_row_bytes if rows == 2 else 0
            call_form(call.sum_down, call.down)
            r, left = r + rows, left - rows

    return entry


@loop
def _begin_block(call, reading, x):
    """Write where the pixels of a block lie whose first padded column is x."""
    columns = reading.columns
    reading.low = min(columns, max(0, call.left - x))
    reading.high = max(reading.low, min(columns, call.left + call.width - x))
    reading.skipped = x + reading.low - call.left
    reading.column_map = call.column_map + 8 * x


def read_row(form):
    """Return the loop that pads and converts a row, for pixels and sums of the form's dtypes."""
    image_dtype, sum_dtype = form.images.type(0), form.sums.type(0)

    def entry(address):
        call = reading_at(address)
        c, fill = call.c, load_number(call.fill, 0, sum_dtype, sum_dtype)
        low = call.low
        if call.source == 0:
            for k in range(call.columns * c):
                store_number(call.line, k, fill)
            return
        convert_line(
            address_of(call.source, call.skipped * c, image_dtype),
            address_of(call.line, low * c, sum_dtype),
            (call.high - low) * c,
            image_dtype,
            sum_dtype,
        )
        for k in range(low + call.columns - call.high):
            x = k if k < low else call.high + k - low  # k counts columns of padding only
            pixel = load_integer(call.column_map, x)
            for ch in range(c):
                number = fill
                if pixel >= 0:
                    number = load_number(call.source, pixel * c + ch, image_dtype, sum_dtype)
                store_number(call.line, x * c + ch, number)

    return entry


@intrinsic
def convert_line(typing, source, line, count, image_dtype, sum_dtype):
    """Copy `count` numbers to a line, and convert them, some vectors at a time."""

    def codegen(context, builder, signature, arguments):
        source, target = (
            pointer_to(builder, address, kind)
            for address, kind in zip(arguments, (image_dtype, sum_dtype), strict=False)
        )
        count, lanes = arguments[2], lanes_of(sum_dtype)

        def copy_numbers(begin, vectors, lanes):
            places = [builder.add(begin, INT64(k * lanes)) for k in range(vectors)]
            pixels = [load(builder, source, place, image_dtype, lanes) for place in places]
            for vector, place in zip(pixels, places, strict=True):
                number = convert(builder, vector, image_dtype, sum_dtype)
                store(builder, number, target, place, sum_dtype)

        sizes = [*((vectors, lanes) for vectors in COPIED), (1, 1)]
        for_each_group(builder, count, sizes, copy_numbers)
        return context.get_dummy_value()

    return types.void(source, line, count, image_dtype, sum_dtype), codegen


def sum_taps(form):
    """Return the loop that sums products of lines with weights, for numbers of some dtypes."""
    sum_dtype, result_dtype = form.sums.type(0), form.results.type(0)

    def entry(address):
        sum_line(summing_at(address), sum_dtype, result_dtype)

    return entry


@intrinsic
def sum_line(typing, call, sum_dtype, result_dtype):
    """Write the sums of a line of at least SUMMED vectors, or of two."""

    def codegen(context, builder, signature, arguments):
        call = fields_of(builder, signature.args[0], arguments[0])
        lanes = lanes_of(sum_dtype)
        converted = convert_saturated if result_dtype.bitwidth < 32 else convert
        weights = pointer_to(builder, call["weights"], sum_dtype)
        none, zeros = INT64(0), ir.Constant(vector_type(sum_dtype, lanes), None)
        start = splat(builder, builder.load(pointer_to(builder, call["start"], sum_dtype)), lanes)
        taps = integers_at(builder, call["taps"], INT64(0))

        def add_products(totals, tap, weight_lag, begin):
            # totals of one row or two; the weights of the second are those of lines before
            line = builder.load(builder.gep(taps, [tap]))
            line = builder.gep(pointer_to(builder, line, sum_dtype), [begin])
            places = [builder.sub(tap, lag) for lag in weight_lag]
            factors = [
                splat(builder, builder.load(builder.gep(weights, [place])), lanes)
                for place in places
            ]
            for k in range(len(totals[0])):
                pixels = load(builder, line, INT64(k * lanes), sum_dtype, lanes)
                for row, factor in zip(totals, factors, strict=True):
                    total = builder.load(row[k])
                    builder.store(multiply_add(builder, pixels, factor, total, sum_dtype), row[k])

        def new_totals(vectors):
            totals = [cgutils.alloca_once_value(builder, zeros) for _ in range(vectors)]
            for total in totals:
                builder.store(start, total)
            return totals

        def store_totals(totals, address, begin):
            target = pointer_to(builder, address, result_dtype)
            for k, total in enumerate(totals):
                result = converted(builder, builder.load(total), sum_dtype, result_dtype)
                place = builder.add(begin, INT64(k * lanes))
                store(builder, result, target, place, result_dtype)

        def sum_row(begin, vectors, lanes):
            totals = new_totals(vectors)
            with cgutils.for_range(builder, call["tap_count"]) as tap:
                add_products([totals], tap.index, [none], begin)
            store_totals(totals, call["result"], begin)

        def sum_pair(begin, vectors, lanes):
            first, second = new_totals(vectors), new_totals(vectors)
            lag, count = call["row_taps"], call["tap_count"]
            with cgutils.for_range(builder, lag) as tap:
                add_products([first], tap.index, [none], begin)
            with cgutils.for_range_slice(builder, lag, count, INT64(1)) as (tap, _):
                add_products([first, second], tap, [none, lag], begin)
            end = builder.add(count, lag)
            with cgutils.for_range_slice(builder, count, end, INT64(1)) as (tap, _):
                add_products([second], tap, [lag], begin)
            store_totals(first, call["result"], begin)
            store_totals(second, call["next_result"], begin)

        is_pair = builder.icmp_signed("!=", call["next_result"], none)
        with builder.if_else(is_pair) as (then, otherwise):
            with then:
                for_each_group(builder, call["count"], [(PAIRED, lanes)], sum_pair)
            with otherwise:
                for_each_group(builder, call["count"], [(SUMMED, lanes)], sum_row)
        return context.get_dummy_value()

    return types.void(call, sum_dtype, result_dtype), codegen


def for_each_group(builder, count, sizes, emit):
    """Emit code that goes through `count` numbers, some vectors at a time.

    `sizes` are (vectors, lanes of each), the largest first; the first that is no more than `count`
    is taken. emit(begin, vectors, lanes) emits what is done with some vectors from number `begin`
    on. The last group begins earlier, so that it ends with the numbers.
    """
    (vectors, lanes), *smaller = sizes
    numbers = INT64(vectors * lanes)

    def emit_groups():
        last = builder.sub(count, numbers)
        groups = builder.sdiv(builder.add(last, builder.sub(numbers, INT64(1))), numbers)
        with cgutils.for_range(builder, builder.add(groups, INT64(1))) as group:
            begin = builder.mul(group.index, numbers)
            is_last = builder.icmp_signed(">", begin, last)
            emit(builder.select(is_last, last, begin), vectors, lanes)

    if not smaller:
        emit_groups()
        return
    with builder.if_else(builder.icmp_signed(">=", count, numbers)) as (then, otherwise):
        with then:
            emit_groups()
        with otherwise:
            for_each_group(builder, count, smaller, emit)
