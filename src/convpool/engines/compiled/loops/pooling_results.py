"""The loops that make results of lines of totals: they skip columns of them, and write them.

A line is numbers side by side in memory; totals are those of windows, combined. A column of a line
has c numbers, one for each channel. `call` is the record SKIPPING or WRITING: strides are in bytes,
counts in numbers. Loops are told a dtype by a zero of it, such as form.sums.type(0).
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.pooling_vectors import (
    for_each_piece,
    has_masks,
    is_set,
    load_and_convert,
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
)
from convpool.engines.compiled.pooling_forms import SKIPS
from convpool.engines.compiled.pooling_records import SKIPPING, WRITING

BYTE = types.uint8
# whether numbers may be written twice: they may, since results do not lie where totals do
MAY_OVERLAP = ir.Constant(ir.IntType(1), 1)

skipping_at, writing_at = map(reader_of, (SKIPPING, WRITING))


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
                    numbers = [k * lanes + lane for lane in range(lanes)]  # those of vector k
                    # where they are among the numbers that were read: number // c is their column
                    places = [number // c * c * stride + number % c for number in numbers]
                    first, last = places[0] // lanes, places[-1] // lanes
                    chosen = [place - first * lanes for place in places]
                    kept = pick_lanes(builder, vectors[first : last + 1], chosen)
                    at = builder.add(builder.mul(loop.index, INT64(c * lanes)), INT64(k * lanes))
                    store(builder, kept, target, at, dtype)
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
    """Write lines of totals as results: floats are divided, integers only converted.

    A total is divided by the divisor of its line, and by that of its place in the line if the
    record has such; or multiplied, if the record says that these `are_factors`: reciprocals.
    """

    def codegen(context, builder, signature, arguments):
        call = fields_of(builder, signature.args[0], arguments[0])
        lanes, double = lanes_of(sum_dtype), types.float64
        is_divided = isinstance(output_dtype, types.Float)
        are_factors = is_set(builder, call["are_factors"])
        row_divisors = pointer_to(builder, call["row_divisors"], double)
        column_divisors = pointer_to(builder, call["column_divisors"], double)

        def write_line(number, *, has_columns):
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

            masks = has_masks(output_dtype, sum_dtype)
            for_each_piece(builder, call["count"], lanes, (), MAY_OVERLAP, masks, write_piece)

        if not is_divided:
            with cgutils.for_range(builder, call["lines"]) as line:
                write_line(line.index, has_columns=False)
            return context.get_dummy_value()
        with builder.if_else(is_set(builder, call["column_divisors"])) as (with_columns, without):
            with with_columns, cgutils.for_range(builder, call["lines"]) as line:
                write_line(line.index, has_columns=True)
            with without, cgutils.for_range(builder, call["lines"]) as line:
                write_line(line.index, has_columns=False)
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

            count, lanes = call["count"], lanes_of(BYTE)
            for_each_piece(builder, count, lanes, (), MAY_OVERLAP, False, copy_piece)
        return context.get_dummy_value()

    return types.void(call), codegen
