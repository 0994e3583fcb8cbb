"""The loops that combine the lines of windows: of the pixels, or parts, under each of their taps.

A line is numbers side by side in memory; a part is some taps of a window that have been combined.
The line of a tap begins with the pixel, or part, under that tap, and the results of a window are a
line of as many numbers. `call` is the record COMBINING: strides are in bytes, counts in numbers.
Loops are told a dtype by a zero of it, such as form.sums.type(0), whose type Numba sees.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.base_form import ADD
from convpool.engines.compiled.loops.pooling_vectors import (
    Kinds,
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
    TARGET,
    fields_of,
    lanes_of,
    pointer_to,
    reader_of,
    splat,
    vector_type,
)
from convpool.engines.compiled.pooling_records import COMBINING
from convpool.engines.compiled.register_sizes import vectors_of_line

UNROLLED = vectors_of_line(TARGET)  # that are combined in one turn of a loop: the most, then fewer

combining_at = reader_of(COMBINING)


def combine_lines(form):
    """Return the loop that adds the lines of each window, or keeps the greatest or least."""
    image_dtype, sum_dtype = form.images.type(0), form.sums.type(0)
    combine = _combine(form.combination)

    def entry(address):
        combine(combining_at(address), image_dtype, sum_dtype, sum_dtype)

    return entry


def average_lines(form):
    """Return the loop that writes the average line of each window's lines."""
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
        """Combine the lines of all windows; the dtypes are zeros of lines, totals and results."""

        def codegen(context, builder, signature, arguments):
            call = fields_of(builder, signature.args[0], arguments[0])
            kinds = Kinds(source_dtype, sum_dtype, output_dtype)
            WindowCombiner(builder, call, kinds, combination, averages=averages).emit()
            return context.get_dummy_value()

        return types.void(call, source_dtype, sum_dtype, output_dtype), codegen

    return combine


class Piece(NamedTuple):
    """A piece of each line of a window: some vectors, whose totals stay in registers.

    Parameters
    ----------
    totals
        A variable, which is an LLVM pointer, for each vector.
    places
        The number of the line where each vector begins.
    width, mask
        Lanes of a vector; those of them that are read and stored, None: all.
    """

    totals: list[Any]
    places: list[Any]
    width: int
    mask: Any


class WindowCombiner:
    """Emits code that combines the lines of each window of a record, piece by piece.

    Parameters
    ----------
    call, kinds
        The fields of COMBINING: name -> LLVM value; the types of the numbers.
    combination, averages
        As in `_combine`.

    Parameters of the methods
    -------------------------
    source, target
        Addresses of the line of the window's first tap, and of its results.
    begin, vectors, width, mask
        Of a piece: the number of the line where it begins, how many vectors it has, and as in
        Piece.
    """

    def __init__(self, builder, call, kinds, combination, *, averages):
        self.builder, self.kinds, self.lanes = builder, kinds, lanes_of(kinds.sums)
        self.combination, self.averages = combination, averages
        if averages:
            call = {**call, "accumulates": INT64(0), "is_padded": INT64(0)}
            self.divisor = _product_of_divisors(builder, call)
            self.are_factors = is_set(builder, call["are_factors"])
        self.call, self.accumulates = call, is_set(builder, call["accumulates"])
        self.is_padded = is_set(builder, call["is_padded"])
        self.taps = Taps(builder, call, self.accumulates)
        self.identity = number_of_bits(builder, call["identity"], kinds.sums)
        # variables for the most vectors of a piece; what remains may be taken number by number
        self.totals = {
            width: [
                cgutils.alloca_once(builder, vector_type(kinds.sums, width))
                for _ in range(UNROLLED[0])
            ]
            for width in (1, self.lanes)
        }

    def emit(self):
        """Emit three loops over windows, one of which runs.

        They are for windows without taps, for lines that are padded to a single vector, and for all
        others.
        """
        builder, call, lanes = self.builder, self.call, self.lanes
        is_short = builder.icmp_signed("<=", call["count"], INT64(lanes))
        whole_vectors = builder.and_(builder.add(call["count"], INT64(lanes - 1)), INT64(-lanes))
        count = builder.select(self.is_padded, whole_vectors, call["count"])
        # else an overlapping vector would combine some numbers with their results a second time;
        # where lines are padded, nothing remains behind whole vectors
        may_overlap = builder.not_(builder.or_(self.accumulates, self.is_padded))
        masks = has_masks(self.kinds.sources, self.kinds.results)
        is_one_vector = builder.and_(is_short, self.is_padded)
        with builder.if_else(self.taps.are_none) as (without_taps, with_taps):
            with without_taps, cgutils.for_range(builder, call["windows"]) as window:
                fill = partial(self.fill_piece, self.target_of(window.index))
                for_each_piece(builder, count, lanes, (), may_overlap, masks, fill)
            with with_taps, builder.if_else(is_one_vector) as (one_vector, any_count):
                with one_vector, cgutils.for_range(builder, call["windows"]) as window:
                    source, target = self.source_of(window.index), self.target_of(window.index)
                    self.combine_piece(source, target, INT64(0), 1, lanes, None)
                with any_count, cgutils.for_range(builder, call["windows"]) as window:
                    source, target = self.source_of(window.index), self.target_of(window.index)
                    combine = partial(self.combine_piece, source, target)
                    for_each_piece(builder, count, lanes, UNROLLED, may_overlap, masks, combine)

    def source_of(self, window):
        """Return the address of the line of a window's first tap."""
        offset = self.builder.mul(window, self.call["source_bytes"])
        return self.builder.add(self.call["source"], offset)

    def target_of(self, window):
        """Return the address of a window's results."""
        offset = self.builder.mul(window, self.call["result_bytes"])
        return self.builder.add(self.call["result"], offset)

    def piece_of(self, begin, vectors, width, mask):
        """Return the Piece from number `begin` of a line on."""
        places = [self.builder.add(begin, INT64(k * self.lanes)) for k in range(vectors)]
        return Piece(self.totals[width][:vectors], places, width, mask)

    def fill_piece(self, target, begin, vectors, width, mask):
        """Emit code that writes the results of a window without taps."""
        piece = self.piece_of(begin, vectors, width, mask)
        for total in piece.totals:
            self.builder.store(splat(self.builder, self.identity, width), total)
        self.write(piece, target)

    def combine_piece(self, source, target, begin, vectors, width, mask):
        """Emit code that combines a piece of all lines of a window, and writes its results."""
        piece = self.piece_of(begin, vectors, width, mask)
        self.begin_totals(piece, source, target)
        with self.taps.from_address(source) as tap:
            self.read(piece, tap, self.kinds.sources, combined=True)
        self.write(piece, target)

    def begin_totals(self, piece, source, target):
        """Emit code that sets totals to the results so far, or to the line of the first tap."""
        builder, (sources, sums, _) = self.builder, self.kinds
        if sources == sums:  # one load serves both cases
            start = builder.select(self.accumulates, target, source)
            self.read(piece, start, sums, combined=False)
            return
        with builder.if_else(self.accumulates) as (from_results, from_first_tap):
            with from_results:
                self.read(piece, target, sums, combined=False)
            with from_first_tap:
                self.read(piece, source, sources, combined=False)

    def read(self, piece, address, kind, *, combined):
        """Set totals to a piece of the line of this type at an address, or combine them with it."""
        builder, sums = self.builder, self.kinds.sums
        line = pointer_to(builder, address, kind)
        for total, place in zip(piece.totals, piece.places, strict=True):
            x = load_and_convert(builder, line, place, piece.mask, piece.width, kind, sums)
            if combined:
                before = builder.load(total)
                x = combine_vectors(builder, before, x, self.combination, sums)
            builder.store(x, total)

    def write(self, piece, target):
        """Emit code that writes the totals of a piece as results."""
        builder, (_, sums, results) = self.builder, self.kinds
        base = pointer_to(builder, target, results)
        for total, place in zip(piece.totals, piece.places, strict=True):
            value = builder.load(total)
            if self.averages:
                divisors = splat(builder, self.divisor, piece.width)
                value = scaled_totals(builder, value, divisors, self.are_factors, sums, results)
            value = without_negative_zeros(builder, value, results)
            store_lanes(builder, value, base, place, piece.mask, results)


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
