"""The loops that combine lines: sums of products, and the greatest or least numbers.

A line is an array of numbers in memory: the pixels under one tap of each window of a row. Number n
of the result is combined from number n of each line. Rows of windows that follow each other have
most lines in common, and are taken together. `call` is the record SUMMING.
"""

from __future__ import annotations

from itertools import pairwise

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
from convpool.engines.compiled.register_sizes import TOGETHER, vectors_of_rows

summing_at = reader_of(SUMMING)


def sum_taps(form):
    """Return the loop that sums products of lines with weights, of the form's dtypes."""
    sum_dtype, result_dtype = form.sums.type(0), form.results.type(0)
    window = (0,) * form.rows, (0,) * form.taps

    def entry(address):
        sum_lines(summing_at(address), sum_dtype, result_dtype, window)

    return entry


@intrinsic
def sum_lines(typing, call, sum_dtype, result_dtype, window):
    """Write the sums of one row of windows, of 8 vectors at least, or of several rows.

    call: the record SUMMING. The dtypes are zeros of those of lines and results. window: two
    tuples, whose lengths are the rows of a window and the taps of each; empty ones for any window.
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
    """Return a vector of signed integers converted to a type of no more bits, saturated."""
    low = max(source_kind.minval, target_kind.minval)
    high = min(source_kind.maxval, target_kind.maxval)
    for limit, sign in ((low, "<"), (high, ">")):
        limits = ir.Constant(vector.type, [limit] * vector.type.count)
        vector = builder.select(builder.icmp_signed(sign, vector, limits), limits, vector)
    if source_kind.bitwidth == target_kind.bitwidth:
        return vector
    return builder.trunc(vector, vector_type(target_kind, vector.type.count))


def keep_taps(form):
    """Return the loop that writes the greatest or least of lines, number by number."""
    dtype, combination, is_careful = form.dtype.type(0), form.combination, form.is_careful

    @intrinsic
    def keep_lines(typing, call, dtype):
        """Write the results of one row of windows, of 8 vectors at least, or of several rows.

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
    """Emit code that combines the lines of a row of windows, or of several, and writes results.

    Legend
    ------
    fields, kinds
        The fields of the record: name -> LLVM value; Numba's types of the lines and of the results.
    first
        The vector that each total begins with.
    weight_of, combine, finish
        weight_of(tap) returns the weight of a tap, and is None where there are no weights;
        combine(total, pixels, weight) returns the next total, and finish(total) the result: all of
        them vectors.
    merge
        merge(a, b) returns the total of two parts of the taps; None if all is one part.
    window
        The rows of a window, and the taps of each, if known now: then all is one part; else (0, 0).
    """
    kind, result_kind = kinds
    lanes, none = lanes_of(kind), INT64(0)
    taps = integers_at(builder, fields["taps"], none)
    lag, count = fields["row_taps"], fields["tap_count"]
    fixed_rows, fixed_taps = window

    def new_totals(vectors):
        totals = [cgutils.alloca_once(builder, first.type) for _ in range(vectors)]
        for total in totals:
            builder.store(first, total)
        return totals

    def combine_line(tap, begin, window_rows):
        # combines vectors of line number `tap`, from number `begin` on, for some rows of windows:
        # each is (its totals, number of the line that is the row's own first tap)
        line = builder.load(builder.gep(taps, [tap]))
        line = builder.gep(pointer_to(builder, line, kind), [begin])
        weights = [weight_of and weight_of(builder.sub(tap, start)) for _, start in window_rows]
        for k in range(len(window_rows[0][0])):
            pixels = load(builder, line, INT64(k * lanes), kind, lanes)
            for (totals, _), weight in zip(window_rows, weights, strict=True):
                total = combine(builder.load(totals[k]), pixels, weight)
                builder.store(total, totals[k])

    def write(totals, address, begin):
        # writes the results from number `begin` of the row at an address on
        target = pointer_to(builder, address, result_kind)
        for k, total in enumerate(totals):
            place = builder.add(begin, INT64(k * lanes))
            store(builder, finish(builder.load(total)), target, place, result_kind)

    def emit_rows(together):
        # Emits code for some rows of windows at once. Row k of windows has its taps `delay` lines
        # later than row k - 1, so each line is loaded once and combined for every row that has it.
        # A part of the taps must have together - 1 rows at least, as the caller sees to.
        def combine_group(begin, vectors, _lanes):
            delay = INT64(fixed_taps) if fixed_rows else lag
            window_rows = [
                (new_totals(vectors), builder.mul(delay, INT64(k))) for k in range(together)
            ]
            # without weights, what lines of all rows come to is the same for all
            common = None if weight_of or together == 1 else (new_totals(vectors), none)

            def combine_part(start, stop):
                # the taps of row k of windows are lines start + k * delay to stop + k * delay
                ends = [
                    builder.add(end, row_start)
                    for end in (start, stop)
                    for _, row_start in window_rows
                ]
                for k, (first_tap, last_tap) in enumerate(pairwise(ends)):
                    active = window_rows[max(0, k - together + 1) : k + 1]
                    if len(active) == together and common:
                        active = [common]
                    section = cgutils.for_range_slice(builder, first_tap, last_tap, INT64(1))
                    with section as (tap, _):
                        combine_line(tap, begin, active)

            for tap in range((fixed_rows + together - 1) * fixed_taps if fixed_rows else 0):
                row = tap // fixed_taps
                active = window_rows[max(0, row - fixed_rows + 1) : row + 1]
                combine_line(INT64(tap), begin, active)
            if not fixed_rows:
                combine_parts([totals for totals, _ in window_rows], combine_part)
            for totals, _ in window_rows if common else ():
                for total, other in zip(totals, common[0], strict=True):
                    builder.store(combine(builder.load(total), builder.load(other), None), total)
            for k, (totals, _) in enumerate(window_rows):
                offset = builder.mul(fields["row_bytes"], INT64(k))
                write(totals, builder.add(fields["result"], offset), begin)
                if together > 1:
                    fetch_ahead(begin, vectors * lanes, INT64(together + k))

        sizes = [(vectors_of_rows(TARGET, together), lanes)]
        for_each_group(builder, fields["count"], sizes, combine_group)

    def fetch_ahead(begin, count, row):
        # what the stores of a row need comes while rows before it are combined
        address = builder.add(fields["result"], builder.mul(fields["row_bytes"], row))
        later = pointer_to(builder, address, result_kind)
        for k in range(0, count, LINE_BYTES * 8 // result_kind.bitwidth):
            prefetch(builder, later, builder.add(begin, INT64(k)), is_written=True)

    def combine_parts(totals_of_rows, combine_part):
        if merge is None:
            combine_part(none, count)
            return
        is_one_part = builder.icmp_signed(">=", fields["part_taps"], count)
        with builder.if_else(is_one_part) as (then, otherwise):
            with then:  # whose registers need not be shared with sums of other parts
                combine_part(none, count)
            with otherwise:
                merge_parts(totals_of_rows, combine_part)

    def merge_parts(totals_of_rows, combine_part):
        # sums of many products are taken in parts, and these sums are added up
        totals = [total for row in totals_of_rows for total in row]
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

    def emit_one_of(choices):
        together, *others = choices
        if not others:
            emit_rows(together)
            return
        is_chosen = builder.icmp_signed("==", fields["rows"], INT64(together))
        with builder.if_else(is_chosen) as (then, otherwise):
            with then:
                emit_rows(together)
            with otherwise:
                emit_one_of(others)

    # with weights there is more to do for each line, and more is gained where rows share it
    emit_one_of(TOGETHER if weight_of else TOGETHER[1:])


def for_each_group(builder, count, sizes, emit):
    """Emit code that goes through `count` numbers, a group of vectors at a time.

    `sizes` are the (vectors, lanes of each) that a group may have, the largest first: the first
    that is no more than `count` is taken. emit(begin, vectors, lanes) emits what is done with the
    group from number `begin` on. The last group begins earlier, so that it ends with the numbers.
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
