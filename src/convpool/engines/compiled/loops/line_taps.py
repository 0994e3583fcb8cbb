"""The loops that combine lines: sums of products, and the greatest or least numbers.

Lines are those that the taps of a row of windows lie on, or of two rows that follow each other,
which have most of them in common. A function of a form returns its loop: a function of the address
of a record SUMMING.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.base_form import GREATER
from convpool.engines.compiled.loops.pooling_vectors import (
    combine_vectors,
    without_negative_zeros,
)
from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
    add,
    convert,
    convert_saturated,
    fields_of,
    integers_at,
    lanes_of,
    load,
    multiply_add,
    pointer_to,
    prefetch,
    reader_of,
    splat,
    store,
    vector_type,
)
from convpool.engines.compiled.record import LINE_BYTES, SUMMING
from convpool.engines.compiled.register_sizes import VECTORS_OF_ROW, vectors_of_two_rows

summing_at = reader_of(SUMMING)


def sum_taps(form):
    """Return the loop that sums products of lines with weights, for numbers of some dtypes."""
    sum_dtype, result_dtype = form.sums.type(0), form.results.type(0)
    window = (0,) * form.rows, (0,) * form.taps

    def entry(address):
        sum_lines(summing_at(address), sum_dtype, result_dtype, window)

    return entry


@intrinsic
def sum_lines(typing, call, sum_dtype, result_dtype, window):
    """Write the sums of one row of windows, of VECTORS_OF_ROW vectors at least, or of two rows.

    call: the record SUMMING. The dtypes are zeros of those of lines and results. window: two
    tuples, as long as a window has rows, and taps in each; empty ones for any window.
    """

    def codegen(context, builder, signature, arguments):
        fields = fields_of(builder, signature.args[0], arguments[0])
        lanes = lanes_of(sum_dtype)
        weights, start = (
            pointer_to(builder, fields[name], sum_dtype) for name in ("weights", "start")
        )

        def weight_of(tap):
            return splat(builder, builder.load(builder.gep(weights, [tap])), lanes)

        def add_product(total, pixels, weight):
            return multiply_add(builder, pixels, weight, total, sum_dtype)

        def merge(a, b):
            return add(builder, a, b, sum_dtype)

        def finish(total):
            if result_dtype.bitwidth >= 32:
                return convert(builder, total, sum_dtype, result_dtype)
            finished = convert_saturated if isinstance(sum_dtype, types.Float) else saturate
            return finished(builder, total, sum_dtype, result_dtype)

        first = splat(builder, builder.load(start), lanes)
        kinds, functions = (sum_dtype, result_dtype), (weight_of, add_product, finish, merge)
        _combine_lines(builder, fields, kinds, first, *functions, tuple(map(len, window)))
        return context.get_dummy_value()

    return types.void(call, sum_dtype, result_dtype, window), codegen


def saturate(builder, vector, source_kind, target_kind):
    """Convert a vector of signed integers to a type of no more bits, saturated."""
    low = max(source_kind.minval, target_kind.minval)
    high = min(source_kind.maxval, target_kind.maxval)
    for limit, sign in ((low, "<"), (high, ">")):
        limits = ir.Constant(vector.type, [limit] * vector.type.count)
        vector = builder.select(builder.icmp_signed(sign, vector, limits), limits, vector)
    if source_kind.bitwidth == target_kind.bitwidth:
        return vector
    return builder.trunc(vector, vector_type(target_kind, vector.type.count))


def keep_taps(form):
    """Return the loop that keeps the greatest or least numbers of lines."""
    dtype, combination, is_careful = form.dtype.type(0), form.combination, form.is_careful

    @intrinsic
    def keep_lines(typing, call, dtype):
        """Write those of one row of windows, of VECTORS_OF_ROW vectors at least, or of two rows.

        call: the record SUMMING; dtype: a zero of that of all numbers.
        """

        def codegen(context, builder, signature, arguments):
            fields = fields_of(builder, signature.args[0], arguments[0])

            def keep(total, pixels, _weight):
                if is_careful or not isinstance(dtype, types.Float):
                    return combine_vectors(builder, total, pixels, combination, dtype)
                # one instruction, which may lose a NaN
                sign = ">" if combination == GREATER else "<"
                return builder.select(builder.fcmp_ordered(sign, total, pixels), total, pixels)

            def finish(total):
                return without_negative_zeros(builder, total, dtype)

            if isinstance(dtype, types.Float):
                least = float("-inf") if combination == GREATER else float("inf")
            else:
                least = dtype.minval if combination == GREATER else dtype.maxval
            first = ir.Constant(vector_type(dtype, lanes_of(dtype)), [least] * lanes_of(dtype))
            _combine_lines(builder, fields, (dtype, dtype), first, None, keep, finish)
            return context.get_dummy_value()

        return types.void(call, dtype), codegen

    def entry(address):
        keep_lines(summing_at(address), dtype)

    return entry


def _combine_lines(
    builder, fields, kinds, first, weight_of, combine, finish, merge=None, window=(0, 0)
):
    """Emit code that combines the lines of a row of windows, or of two, and writes results.

    Legend
    ------
    fields, kinds
        Those of the record, as LLVM values, and the types of the lines and of the results.
    first
        The vector that each total begins with.
    weight_of, combine, finish
        weight_of(tap) returns the weight of a tap, and is None where there are no weights;
        combine(total, pixels, weight) returns the next total, and finish(total) the result.
    merge
        merge(a, b) returns the total of two parts; None if all is one part.
    window
        Its rows, and taps of each, whose products are summed in one part; (0, 0): any.
    """
    kind, result_kind = kinds
    lanes, none = lanes_of(kind), INT64(0)
    taps = integers_at(builder, fields["taps"], none)
    lag, count = fields["row_taps"], fields["tap_count"]
    rows, row_taps = window

    def new_totals(vectors):
        totals = [cgutils.alloca_once(builder, first.type) for _ in range(vectors)]
        for total in totals:
            builder.store(first, total)
        return totals

    def combine_line(tap, begin, rows):
        # rows: (totals, how many lines before the line of their weight stands)
        line = builder.load(builder.gep(taps, [tap]))
        line = builder.gep(pointer_to(builder, line, kind), [begin])
        weights = [weight_of and weight_of(builder.sub(tap, before)) for _, before in rows]
        for k in range(len(rows[0][0])):
            pixels = load(builder, line, INT64(k * lanes), kind, lanes)
            for (totals, _), weight in zip(rows, weights, strict=True):
                total = combine(builder.load(totals[k]), pixels, weight)
                builder.store(total, totals[k])

    def write(totals, address, begin):
        target = pointer_to(builder, address, result_kind)
        for k, total in enumerate(totals):
            place = builder.add(begin, INT64(k * lanes))
            store(builder, finish(builder.load(total)), target, place, result_kind)

    def one_row(begin, vectors, _lanes):
        totals = new_totals(vectors)

        def combine_part(start, stop):
            with cgutils.for_range_slice(builder, start, stop, INT64(1)) as (tap, _):
                combine_line(tap, begin, [(totals, none)])

        for tap in range(rows * row_taps):
            combine_line(INT64(tap), begin, [(totals, none)])
        if not rows:
            combine_parts([totals], combine_part)
        write(totals, fields["result"], begin)

    def two_rows(begin, vectors, _lanes):
        delay = INT64(row_taps) if rows else lag
        upper, lower = (new_totals(vectors), none), (new_totals(vectors), delay)
        # without weights, what lines of both rows come to is the same for both
        common = None if weight_of else (new_totals(vectors), none)

        def combine_part(start, stop):
            both = builder.add(start, lag)
            for first_tap, last_tap, rows in (
                (start, both, [upper]),
                (both, stop, [common] if common else [upper, lower]),
                (stop, builder.add(stop, lag), [lower]),
            ):
                with cgutils.for_range_slice(builder, first_tap, last_tap, INT64(1)) as (tap, _):
                    combine_line(tap, begin, rows)

        for tap in range((rows + 1) * row_taps if rows else 0):
            sums = [upper] * (tap < rows * row_taps) + [lower] * (tap >= row_taps)
            combine_line(INT64(tap), begin, sums)
        if not rows:
            combine_parts([upper[0], lower[0]], combine_part)
        for totals, _ in [upper, lower] * (common is not None):
            for total, other in zip(totals, common[0], strict=True):
                builder.store(combine(builder.load(total), builder.load(other), None), total)
        ahead = builder.mul(builder.sub(fields["next_result"], fields["result"]), INT64(2))
        for (totals, _), address in ((upper, fields["result"]), (lower, fields["next_result"])):
            write(totals, address, begin)
            # what the stores of the next two rows need comes while these are summed
            later = pointer_to(builder, builder.add(address, ahead), result_kind)
            for k in range(0, vectors * lanes, LINE_BYTES * 8 // result_kind.bitwidth):
                prefetch(builder, later, builder.add(begin, INT64(k)), is_written=True)

    def combine_parts(rows, combine_part):
        if merge is None:
            combine_part(none, count)
            return
        is_one_part = builder.icmp_signed(">=", fields["part_taps"], count)
        with builder.if_else(is_one_part) as (then, otherwise):
            with then:  # whose registers need not be shared with sums of other parts
                combine_part(none, count)
            with otherwise:
                merge_parts(rows, combine_part)

    def merge_parts(rows, combine_part):
        # sums of many products are taken in parts, and these sums are added up
        totals = [total for row in rows for total in row]
        so_far = new_totals(len(totals))
        with cgutils.for_range_slice(builder, none, count, fields["part_taps"]) as (start, _):
            is_later = builder.icmp_signed(">", start, none)
            with builder.if_then(is_later):
                for total in totals:
                    builder.store(ir.Constant(first.type, None), total)
            stop = builder.add(start, fields["part_taps"])
            is_last = builder.icmp_signed(">", stop, count)
            combine_part(start, builder.select(is_last, count, stop))
            with builder.if_then(is_later):
                for total, sum_of_parts in zip(totals, so_far, strict=True):
                    merged = merge(builder.load(sum_of_parts), builder.load(total))
                    builder.store(merged, total)
            for total, sum_of_parts in zip(totals, so_far, strict=True):
                builder.store(builder.load(total), sum_of_parts)

    is_pair = builder.icmp_signed("!=", fields["next_result"], none)
    with builder.if_else(is_pair) as (then, otherwise):
        with then:
            sizes = [(vectors_of_two_rows(TARGET), lanes)]
            for_each_group(builder, fields["count"], sizes, two_rows)
        with otherwise:
            for_each_group(builder, fields["count"], [(VECTORS_OF_ROW, lanes)], one_row)


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
