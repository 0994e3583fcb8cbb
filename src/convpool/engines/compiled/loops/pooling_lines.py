"""The loops on lines: they combine lines of numbers, skip columns of them, and write results.

A line is numbers side by side in memory: of pixels, or of totals, which are windows or parts of
them, combined. A column of a line has c numbers, one for each channel. The line of a tap begins
with the pixel, or part, under that tap. `call` is the record COMBINING, WRITING or SKIPPING:
strides are in bytes, counts in numbers.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.base_form import ADD
from convpool.engines.compiled.loops.pooling_vectors import (
    combine_vectors,
    for_each_piece,
    has_masks,
    is_set,
    load_and_convert,
    number_of_bits,
    scaled_totals,
    store_lanes,
    without_negative_zeros,
)
from convpool.engines.compiled.loops.simd import (
    INT64,
    convert,
    fields_of,
    lanes_of,
    load,
    pick_lanes,
    pointer_to,
    reader_of,
    splat,
    store,
    vector_type,
)
from convpool.engines.compiled.pooling_forms import SKIPS
from convpool.engines.compiled.pooling_records import COMBINING, SKIPPING, WRITING

# vectors of a line that are combined in one turn of a loop, powers of two: the most, then fewer
UNROLLED = (8, 4, 2)
BYTE = types.uint8

combining_at, writing_at, skipping_at = map(reader_of, (COMBINING, WRITING, SKIPPING))


# ---- combine ----


def combine_lines(form):
    """Return the loop that adds the lines of each window, or keeps the greatest or least."""
    image_dtype, sum_dtype = form.images.type(0), form.sums.type(0)
    combine = _combine(form.combination)

    def entry(address):
        combine(combining_at(address), image_dtype, sum_dtype, sum_dtype)

    return entry


def average_lines(form):
    """Return the loop that writes the averages of the lines of each window, number by number."""
    image_dtype, sum_dtype = form.images.type(0), form.sums.type(0)
    output_dtype = form.results.type(0)
    average = _combine(ADD, averages=True)

    def entry(address):
        average(combining_at(address), image_dtype, sum_dtype, output_dtype)

    return entry


def _combine(combination, *, averages=False):
    """Return the @intrinsic that combines the lines of all windows of a record COMBINING.

    combination: ADD, GREATER or LESSER. If it `averages`, totals are divided, all by the one
    divisor of the record, and written as results; the fields `accumulates` and `is_padded` count
    as 0 then.
    """

    @intrinsic
    def combine(typing, call, source_dtype, sum_dtype, output_dtype):
        """Combine the lines of all windows; the dtypes are zeros of those of lines and results.

        There is one loop over windows without taps, one for lines that are padded to one vector
        and no longer, and one for all others.
        """

        def codegen(context, builder, signature, arguments):
            call = fields_of(builder, signature.args[0], arguments[0])
            lanes = lanes_of(sum_dtype)
            if averages:
                call = {**call, "accumulates": INT64(0), "is_padded": INT64(0)}
                divisor = _product_of_divisors(builder, call)
                are_factors = is_set(builder, call["are_factors"])
            accumulates = is_set(builder, call["accumulates"])
            is_padded = is_set(builder, call["is_padded"])
            taps = Taps(builder, call, accumulates)
            identity = number_of_bits(builder, call["identity"], sum_dtype)
            # variables, for the most vectors of a piece; vectors of one number are remainders
            totals = {
                width: [
                    cgutils.alloca_once(builder, vector_type(sum_dtype, width))
                    for _ in range(UNROLLED[0])
                ]
                for width in (1, lanes)
            }

            def combine_piece(source, target, begin, vectors, width, mask, *, has_taps=True):
                """Emit code that combines the lines of one window, from their number `begin` on.

                source, target: addresses of the window's first line, and of its results. vectors,
                width: how many vectors of each line, and their lanes; only lanes in `mask` are
                stored, None: all.
                """
                piece_totals = totals[width][:vectors]  # a variable for each vector
                begins = [builder.add(begin, INT64(k * lanes)) for k in range(vectors)]

                def read_into_totals(address, dtype, *, combined):
                    """Set totals to the numbers of a line, or if `combined`, combine both."""
                    line = pointer_to(builder, address, dtype)
                    for total, at in zip(piece_totals, begins, strict=True):
                        x = load_and_convert(builder, line, at, mask, width, dtype, sum_dtype)
                        if combined:
                            before = builder.load(total)
                            x = combine_vectors(builder, before, x, combination, sum_dtype)
                        builder.store(x, total)

                if not has_taps:
                    for total in piece_totals:
                        builder.store(splat(builder, identity, width), total)
                elif source_dtype == sum_dtype:  # so that one load serves both cases
                    start = builder.select(accumulates, target, source)
                    read_into_totals(start, sum_dtype, combined=False)
                else:
                    with builder.if_else(accumulates) as (from_result, from_first_tap):
                        with from_result:
                            read_into_totals(target, sum_dtype, combined=False)
                        with from_first_tap:
                            read_into_totals(source, source_dtype, combined=False)
                if has_taps:
                    with taps.from_address(source) as tap:
                        read_into_totals(tap, source_dtype, combined=True)
                base = pointer_to(builder, target, output_dtype)
                for total, at in zip(piece_totals, begins, strict=True):
                    value = builder.load(total)
                    if averages:
                        divisors = splat(builder, divisor, width)
                        scaling = (divisors, are_factors, sum_dtype, output_dtype)
                        value = scaled_totals(builder, value, *scaling)
                    value = without_negative_zeros(builder, value, output_dtype)
                    store_lanes(builder, value, base, at, mask, output_dtype)

            def lines_of(window):
                """Return the addresses of the first line of a window and of its results."""
                source = builder.add(call["source"], builder.mul(window, call["source_bytes"]))
                target = builder.add(call["result"], builder.mul(window, call["result_bytes"]))
                return source, target

            is_short = builder.icmp_signed("<=", call["count"], INT64(lanes))
            padded = builder.and_(builder.add(call["count"], INT64(lanes - 1)), INT64(-lanes))
            count = builder.select(is_padded, padded, call["count"])
            # else an overlapping vector would combine some numbers with their results a second time
            may_overlap = builder.not_(builder.or_(accumulates, is_padded))
            masks = has_masks(source_dtype, output_dtype)
            to_cover = (builder, count, lanes)
            is_one_vector = builder.and_(is_short, is_padded)
            with builder.if_else(taps.are_none) as (without_taps, with_taps):
                with without_taps, cgutils.for_range(builder, call["windows"]) as window:
                    fill = partial(combine_piece, *lines_of(window.index), has_taps=False)
                    for_each_piece(*to_cover, (), may_overlap, masks, fill)
                with with_taps, builder.if_else(is_one_vector) as (one_vector, any_count):
                    with one_vector, cgutils.for_range(builder, call["windows"]) as window:
                        combine_piece(*lines_of(window.index), INT64(0), 1, lanes, None)
                    with any_count, cgutils.for_range(builder, call["windows"]) as window:
                        emit = partial(combine_piece, *lines_of(window.index))
                        for_each_piece(*to_cover, UNROLLED, may_overlap, masks, emit)
            return context.get_dummy_value()

        return types.void(call, source_dtype, sum_dtype, output_dtype), codegen

    return combine


class Taps:
    """The taps of a window, whose lines are combined in one loop.

    `call` are the fields of COMBINING: name -> LLVM value. If the bit `accumulates` is set, totals
    begin with the results so far, and the loop with the first tap; else with the first tap, and the
    loop with the second.
    """

    def __init__(self, builder, call, accumulates):
        self.builder, self.columns = builder, call["columns"]
        self.count = builder.mul(call["rows"], self.columns)
        self.column_bytes = call["column_bytes"]
        # from the last tap of a row to the first of the next row
        last_column = builder.sub(self.columns, INT64(1))
        self.to_next_row = builder.sub(
            call["row_bytes"], builder.mul(last_column, self.column_bytes)
        )
        # the tap that the loop begins with: its number, column, and bytes from the first tap
        second_bytes, second_column = self._step(INT64(0))
        self.first = builder.select(accumulates, INT64(0), INT64(1))
        self.first_bytes = builder.select(accumulates, INT64(0), second_bytes)
        self.first_column = builder.select(accumulates, INT64(0), second_column)
        self.are_none = builder.and_(
            builder.icmp_signed("==", self.count, INT64(0)), builder.not_(accumulates)
        )

    def _step(self, column):
        """Return the bytes from a tap in this column to the next tap, and its column."""
        builder, next_column = self.builder, self.builder.add(column, INT64(1))
        is_last = builder.icmp_signed("==", next_column, self.columns)
        step = builder.select(is_last, self.to_next_row, self.column_bytes)
        return step, builder.select(is_last, INT64(0), next_column)

    @contextmanager
    def from_address(self, source):
        """Emit a loop over the taps of a window; yield the address of a tap's line.

        source: address of the first tap's line.
        """
        builder = self.builder
        address = cgutils.alloca_once_value(builder, builder.add(source, self.first_bytes))
        column = cgutils.alloca_once_value(builder, self.first_column)
        with cgutils.for_range_slice(builder, self.first, self.count, INT64(1)):
            tap = builder.load(address)
            yield tap
            step, next_column = self._step(builder.load(column))
            builder.store(builder.add(tap, step), address)
            builder.store(next_column, column)


def _product_of_divisors(builder, call):
    """Return the product of the divisors of COMBINING, a float64; `call` are its fields."""
    double = types.float64
    divisor = builder.load(pointer_to(builder, call["row_divisor"], double))
    product = cgutils.alloca_once_value(builder, divisor)
    with builder.if_then(is_set(builder, call["column_divisor"])):
        of_column = builder.load(pointer_to(builder, call["column_divisor"], double))
        builder.store(builder.fmul(of_column, divisor), product)
    return builder.load(product)


# ---- skip columns ----


def skip_columns(form):
    """Return the loop that copies every stride-th column of a line: its `call` is SKIPPING.

    Numbers are only moved, so they are taken for unsigned integers of their size.
    """
    dtype = form.size.type(0)

    def entry(address):
        skip(skipping_at(address), dtype)

    return entry


@intrinsic
def skip(typing, call, dtype):
    """Copy every stride-th column of a line: a loop for each pair (channels, stride) of SKIPS.

    Each turn reads c * stride vectors and writes c, with as many columns as a vector has lanes.
    With 4 lanes, c = 1 and stride = 2, these are numbers 0, 2, 4, 6 of the 8 that are read.
    """

    def codegen(context, builder, signature, arguments):
        call = fields_of(builder, signature.args[0], arguments[0])
        lanes = lanes_of(dtype)
        source = pointer_to(builder, call["source"], dtype)
        target = pointer_to(builder, call["result"], dtype)
        groups = builder.sdiv(builder.add(call["columns"], INT64(lanes - 1)), INT64(lanes))
        for pair, (c, stride) in enumerate(SKIPS):
            is_this = builder.icmp_signed("==", call["skip"], INT64(pair))
            with builder.if_then(is_this), cgutils.for_range(builder, groups) as loop:
                begin = builder.mul(loop.index, INT64(c * stride * lanes))
                vectors = [
                    load(builder, source, builder.add(begin, INT64(k * lanes)), dtype, lanes)
                    for k in range(c * stride)
                ]
                for k in range(c):
                    numbers = [k * lanes + lane for lane in range(lanes)]
                    places = [number // c * c * stride + number % c for number in numbers]
                    first, last = places[0] // lanes, places[-1] // lanes
                    chosen = [place - first * lanes for place in places]
                    line = pick_lanes(builder, vectors[first : last + 1], chosen)
                    at = builder.add(builder.mul(loop.index, INT64(c * lanes)), INT64(k * lanes))
                    store(builder, line, target, at, dtype)
        return context.get_dummy_value()

    return types.void(call, dtype), codegen


# ---- write ----


def write_totals(form):
    """Return the loop that writes lines of totals as results: its `call` is WRITING."""
    sum_dtype, output_dtype = form.sums.type(0), form.results.type(0)

    def entry(address):
        write(writing_at(address), sum_dtype, output_dtype)

    return entry


@intrinsic
def write(typing, call, sum_dtype, output_dtype):
    """Write lines of totals as results: floats are divided, integers only converted."""

    def codegen(context, builder, signature, arguments):
        call = fields_of(builder, signature.args[0], arguments[0])
        lanes, double = lanes_of(sum_dtype), types.float64
        is_divided = isinstance(output_dtype, types.Float)
        are_factors = is_set(builder, call["are_factors"])
        row_divisors = pointer_to(builder, call["row_divisors"], double)
        column_divisors = pointer_to(builder, call["column_divisors"], double)

        def write_line(number, has_columns):  # whether each number has a divisor beside the row's
            at = builder.add(call["source"], builder.mul(number, call["source_bytes"]))
            source = pointer_to(builder, at, sum_dtype)
            at = builder.add(call["result"], builder.mul(number, call["result_bytes"]))
            target = pointer_to(builder, at, output_dtype)
            row_divisor = None
            if is_divided:
                row_divisor = builder.load(builder.gep(row_divisors, [number]))

            def write_piece(place, vectors, width, mask):
                total = load_and_convert(builder, source, place, mask, width, sum_dtype, sum_dtype)
                if is_divided:
                    divisor = splat(builder, row_divisor, width)
                    if has_columns:
                        of_columns = load_and_convert(
                            builder, column_divisors, place, mask, width, double, double
                        )
                        divisor = builder.fmul(of_columns, divisor)
                    scaling = (divisor, are_factors, sum_dtype, output_dtype)
                    value = scaled_totals(builder, total, *scaling)
                    value = without_negative_zeros(builder, value, output_dtype)
                else:
                    value = convert(builder, total, sum_dtype, output_dtype)
                store_lanes(builder, value, target, place, mask, output_dtype)

            may_overlap, masks = ir.Constant(ir.IntType(1), 1), has_masks(output_dtype, sum_dtype)
            for_each_piece(builder, call["count"], lanes, (), may_overlap, masks, write_piece)

        if not is_divided:
            with cgutils.for_range(builder, call["lines"]) as line:
                write_line(line.index, False)
            return context.get_dummy_value()
        with builder.if_else(is_set(builder, call["column_divisors"])) as (with_columns, without):
            with with_columns, cgutils.for_range(builder, call["lines"]) as line:
                write_line(line.index, True)
            with without, cgutils.for_range(builder, call["lines"]) as line:
                write_line(line.index, False)
        return context.get_dummy_value()

    return types.void(call, sum_dtype, output_dtype), codegen


def copy_lines(form):
    """Return the loop that writes lines of totals as they are: WRITING, `count` in bytes."""

    def entry(address):
        copy(writing_at(address))

    return entry


@intrinsic
def copy(typing, call):
    """Copy lines of bytes."""

    def codegen(context, builder, signature, arguments):
        call = fields_of(builder, signature.args[0], arguments[0])
        with cgutils.for_range(builder, call["lines"]) as line:
            at = builder.add(call["source"], builder.mul(line.index, call["source_bytes"]))
            source = pointer_to(builder, at, BYTE)
            at = builder.add(call["result"], builder.mul(line.index, call["result_bytes"]))
            target = pointer_to(builder, at, BYTE)

            def copy_piece(place, vectors, width, mask, source=source, target=target):
                vector = load(builder, source, place, BYTE, width)
                store(builder, vector, target, place, BYTE)

            may_overlap, count = ir.Constant(ir.IntType(1), 1), call["count"]
            for_each_piece(builder, count, lanes_of(BYTE), (), may_overlap, False, copy_piece)
        return context.get_dummy_value()

    return types.void(call), codegen
