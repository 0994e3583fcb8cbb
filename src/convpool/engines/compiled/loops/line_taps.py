"""The loops that combine lines: sums of products, and the greatest or least numbers.

A line is an array of numbers in memory: the pixels under one tap of each window of a row. Number n
of the results is combined from number n of each line. Rows of windows that follow each other have
most lines in common, and are combined together. `call` is the record SUMMING.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

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
    # tuples, since Numba knows their lengths while it compiles, but not the values of ints
    window = (0,) * form.rows, (0,) * form.taps

    def entry(address):
        sum_lines(summing_at(address), sum_dtype, result_dtype, window)

    return entry


@intrinsic
def sum_lines(typing, call, sum_dtype, result_dtype, window):
    """Write the sums of one row of windows, or of several.

    A line has 8 vectors of numbers at least, as many as the largest group takes at a time. call:
    the record SUMMING. The dtypes are zeros of those of lines and results. window: two
    tuples, whose lengths are the rows of a window and the taps of each; empty for windows of any
    size.
    """

    def codegen(context, builder, signature, arguments):
        fields = fields_of(builder, signature.args[0], arguments[0])
        lanes = lanes_of(sum_dtype)
        weights, initial = (
            pointer_to(builder, fields[name], sum_dtype) for name in ("weights", "start")
        )

        def weight_of(tap):
            return splat(builder, builder.load(builder.gep(weights, [tap])), lanes)

        def add_product(total, pixels, weight):
            return multiply_add(builder, pixels, weight, total, sum_dtype)

        def merge(a, b):
            return add(builder, a, b, sum_dtype)

        def finish(total):
            if result_dtype.bitwidth >= 32:  # shorter results are those of `round_to`: saturated
                return convert(builder, total, sum_dtype, result_dtype)
            finished = convert_saturated if isinstance(sum_dtype, types.Float) else saturate
            return finished(builder, total, sum_dtype, result_dtype)

        first = splat(builder, builder.load(initial), lanes)
        operations = Operations(first, weight_of, add_product, finish, merge)
        kinds, sizes = (sum_dtype, result_dtype), tuple(map(len, window))
        LineCombiner(builder, fields, kinds, operations, sizes).emit()
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
        """Write the results of one row of windows, or of several, as `sum_lines` does.

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

            lanes = lanes_of(dtype)
            # what every number wins against
            if isinstance(dtype, types.Float):
                loser = float("-inf") if combination == GREATER else float("inf")
            else:
                loser = dtype.minval if combination == GREATER else dtype.maxval
            first = ir.Constant(vector_type(dtype, lanes), [loser] * lanes)
            operations = Operations(first, None, keep, finish)
            LineCombiner(builder, fields, (dtype, dtype), operations).emit()
            return context.get_dummy_value()

        return types.void(call, dtype), codegen

    def entry(address):
        keep_lines(summing_at(address), dtype)

    return entry


class Operations(NamedTuple):
    """What lines are combined by: a vector, and functions that emit code for vectors.

    first: the vector that each total begins with. weight_of(tap) returns the weight of a tap in
    every lane; it is None if there are no weights. combine(total, pixels, weight) returns the next
    total, finish(total) the results, and merge(a, b) the total of two parts of the taps; it is None
    if all taps are one part.
    """

    first: ir.Value
    weight_of: Callable | None
    combine: Callable
    finish: Callable
    merge: Callable | None = None


class WindowRow(NamedTuple):
    """A row of windows: its totals, and which lines it combines.

    totals: a variable, which is an LLVM pointer, for each vector of a group. first_line: number in
    the table of the line under the windows' first tap, an LLVM value.
    """

    totals: list[ir.Value]
    first_line: ir.Value


class LineCombiner:
    """Emits code that combines the lines of a row of windows, or of several, and writes results.

    The table `taps` has the address of the line under each tap, row by row of a window. The windows
    of the next row begin one row of taps later in it. So with windows of 3 rows of t taps, two rows
    of windows have the lines 0 to 3t - 1 and t to 4t - 1. Each line is loaded once, and combined
    for every row of windows that has it. A group is the numbers of a line that are combined at a
    time, some vectors of them. A part is some successive taps of a window, `start` to before
    `stop`, whose products are added up before they are added to those of other parts.

    Parameters
    ----------
    fields, kinds
        The fields of SUMMING: name -> LLVM value; Numba's types of the lines and of the results.
    operations
        How numbers are combined.
    window
        The rows of a window, and the taps of each, if they are known now: code is then written out
        for each tap, and all taps are one part; else (0, 0).

    Parameters of the methods
    -------------------------
    together
        How many rows of windows are combined at once.
    rows
        These, each a WindowRow.
    common
        The WindowRow for lines that all rows have; None if there is no such.
    begin
        Number in each line where the group begins.
    """

    def __init__(self, builder, fields, kinds, operations, window=(0, 0)):
        self.builder, self.fields, self.operations = builder, fields, operations
        self.kind, self.result_kind = kinds
        self.lanes = lanes_of(self.kind)
        self.taps = integers_at(builder, fields["taps"], INT64(0))
        self.tap_count = fields["tap_count"]
        self.fixed_rows, self.fixed_taps = window
        self.row_taps = INT64(self.fixed_taps) if self.fixed_rows else fields["row_taps"]

    def emit(self):
        """Emit code for as many rows of windows as the record says, one of TOGETHER."""
        # with weights there is more to do for each line, and more is gained where rows share it
        self._emit_one_of(TOGETHER if self.operations.weight_of else TOGETHER[1:])

    def _emit_one_of(self, choices):
        """Emit code that takes one of the branches, each for so many rows of windows at once."""
        builder, (together, *others) = self.builder, choices
        if not others:
            self._emit_rows(together)
            return
        is_chosen = builder.icmp_signed("==", self.fields["rows"], INT64(together))
        with builder.if_else(is_chosen) as (then, otherwise):
            with then:
                self._emit_rows(together)
            with otherwise:
                self._emit_one_of(others)

    def _emit_rows(self, together):
        """Emit code that combines some rows of windows at once, and writes their results."""

        def combine_group(begin, vectors, _lanes):
            self._combine_group(together, begin, vectors)

        sizes = [(vectors_of_rows(TARGET, together), self.lanes)]
        for_each_group(self.builder, self.fields["count"], sizes, combine_group)

    def _combine_group(self, together, begin, vectors):
        """Emit code that combines a group of `vectors` vectors, and writes its results."""
        builder, combine = self.builder, self.operations.combine
        rows = [
            WindowRow(self._new_totals(vectors), builder.mul(self.row_taps, INT64(k)))
            for k in range(together)
        ]
        # Without weights, the lines that all rows have come to the same for each of them: they are
        # combined once, and what they come to is combined with the totals of each row at the end.
        common = None
        if self.operations.weight_of is None and together > 1:
            common = WindowRow(self._new_totals(vectors), INT64(0))
        if self.fixed_rows:
            self._combine_fixed_window(rows, begin)
        else:
            self._combine_window(rows, common, begin)
        for row in rows if common else ():
            for total, other in zip(row.totals, common.totals, strict=True):
                builder.store(combine(builder.load(total), builder.load(other), None), total)
        for k, row in enumerate(rows):
            self._write(row.totals, self._result_of_row(k), begin)
            if together > 1:
                self._fetch_ahead(together + k, begin, vectors * self.lanes)

    def _combine_fixed_window(self, rows, begin):
        """Emit code that combines the lines of windows of known size, tap by tap."""
        row_count = self.fixed_rows + len(rows) - 1  # rows of taps in the table
        for line in range(row_count * self.fixed_taps):
            row = line // self.fixed_taps  # of the table; for windows of row k, it is row - k
            rows_with_line = rows[max(0, row - self.fixed_rows + 1) : row + 1]
            self._combine_line(INT64(line), rows_with_line, begin)

    def _combine_window(self, rows, common, begin):
        """Emit code that combines all taps of windows of any size, as one part or in parts."""
        builder, part_taps = self.builder, self.fields["part_taps"]
        if self.operations.merge is None:
            self._combine_part(rows, common, begin, INT64(0), self.tap_count)
            return
        is_one_part = builder.icmp_signed(">=", part_taps, self.tap_count)
        with builder.if_else(is_one_part) as (then, otherwise):
            with then:  # whose registers need not be shared with sums of other parts
                self._combine_part(rows, common, begin, INT64(0), self.tap_count)
            with otherwise:
                self._merge_parts(rows, common, begin)

    def _merge_parts(self, rows, common, begin):
        """Emit code that sums each part by itself, and adds up these sums."""
        builder, part_taps, first = self.builder, self.fields["part_taps"], self.operations.first
        totals = [total for row in rows for total in row.totals]
        so_far, merge = self._new_totals(len(totals)), self.operations.merge
        parts = cgutils.for_range_slice(builder, INT64(0), self.tap_count, part_taps)
        with parts as (start, _):
            is_later = builder.icmp_signed(">", start, INT64(0))
            with builder.if_then(is_later):  # only the first part begins with `first`
                for total in totals:
                    builder.store(ir.Constant(first.type, None), total)
            stop = builder.add(start, part_taps)
            is_last = builder.icmp_signed(">", stop, self.tap_count)
            stop = builder.select(is_last, self.tap_count, stop)
            self._combine_part(rows, common, begin, start, stop)
            with builder.if_then(is_later):
                for total, sum_of_parts in zip(totals, so_far, strict=True):
                    merged = merge(builder.load(sum_of_parts), builder.load(total))
                    builder.store(merged, total)
            for total, sum_of_parts in zip(totals, so_far, strict=True):
                builder.store(builder.load(total), sum_of_parts)

    def _combine_part(self, rows, common, begin, start, stop):
        """Emit code that combines the taps `start` to before `stop` of all rows of windows.

        Of two rows of windows, with t taps in a row of a window, that is a loop over the lines
        start to start + t for row 0 alone, one to `stop` for both, one to stop + t for row 1 alone.
        The part must have the taps of len(rows) - 1 rows at least, as the caller sees to.
        """
        builder, together = self.builder, len(rows)
        ends = [builder.add(tap, row.first_line) for tap in (start, stop) for row in rows]
        for k, (first, last) in enumerate(pairwise(ends)):
            rows_with_line = rows[max(0, k - together + 1) : k + 1]
            if common and len(rows_with_line) == together:
                rows_with_line = [common]
            with cgutils.for_range_slice(builder, first, last, INT64(1)) as (line, _):
                self._combine_line(line, rows_with_line, begin)

    def _combine_line(self, number, rows, begin):
        """Emit code that combines a group of line `number` of the table, for the rows with it."""
        builder, (_, weight_of, combine, *_) = self.builder, self.operations
        line = builder.load(builder.gep(self.taps, [number]))
        line = builder.gep(pointer_to(builder, line, self.kind), [begin])
        weights = [weight_of and weight_of(builder.sub(number, row.first_line)) for row in rows]
        for k in range(len(rows[0].totals)):
            pixels = load(builder, line, INT64(k * self.lanes), self.kind, self.lanes)
            for row, weight in zip(rows, weights, strict=True):
                total = combine(builder.load(row.totals[k]), pixels, weight)
                builder.store(total, row.totals[k])

    def _new_totals(self, vectors):
        """Return variables for `vectors` vectors of totals, which begin with `first`."""
        first = self.operations.first
        totals = [cgutils.alloca_once(self.builder, first.type) for _ in range(vectors)]
        for total in totals:
            self.builder.store(first, total)
        return totals

    def _result_of_row(self, number):
        """Return the LLVM pointer to the first result of row `number` of the windows."""
        builder, fields = self.builder, self.fields
        offset = builder.mul(fields["row_bytes"], INT64(number))
        return pointer_to(builder, builder.add(fields["result"], offset), self.result_kind)

    def _write(self, totals, target, begin):
        """Emit code that writes the results of a group to the row of results at `target`."""
        for k, total in enumerate(totals):
            place = self.builder.add(begin, INT64(k * self.lanes))
            result = self.operations.finish(self.builder.load(total))
            store(self.builder, result, target, place, self.result_kind)

    def _fetch_ahead(self, number, begin, count):
        """Emit prefetches of `count` results of a row further down, which is written later."""
        later = self._result_of_row(number)
        for k in range(0, count, LINE_BYTES * 8 // self.result_kind.bitwidth):
            place = self.builder.add(begin, INT64(k))
            prefetch(self.builder, later, place, is_written=True)


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
