"""The loop over rows of short windows, which are pooled in registers.

`call` is the record POOLING_ROWS; b is the number of an image, i of a row of the output, c the
number of channels.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.base_form import ADD
from convpool.engines.compiled.loops.pooling_lines import is_set
from convpool.engines.compiled.loops.pooling_vectors import (
    combine_vectors,
    has_masks,
    load_and_convert,
    scaled_totals,
    store_lanes,
    without_negative_zeros,
)
from convpool.engines.compiled.loops.simd import (
    INT64,
    lanes_before,
    lanes_of,
    load_number,
    pick_lanes,
    pointer_to,
    prefetch,
    reader_of,
    splat,
)
from convpool.engines.compiled.pooling_records import POOLING_ROWS

AHEAD = 2  # pixels are prefetched so many rows of results before their own

# widths of groups where what is left of a row cannot be pooled under masks
NARROW = (8, 1)

rows_at = reader_of(POOLING_ROWS)


def pool_rows(form):
    """Return the loop that pools rows of the output, of the form's dtypes and windows."""
    image_dtype, sum_dtype = form.images.type(0), form.sums.type(0)
    output_dtype = form.results.type(0)
    pool_square_row, pool_row = _pool_row(form, is_square=True), _pool_row(form, is_square=False)
    taps = form.taps
    image_size, is_divided = form.images.itemsize, form.combination == ADD

    def entry(address):
        call = rows_at(address)
        # read once: LLVM cannot know that results are not written where the record lies
        rows, row_bytes, oh, ow = call.rows, call.row_bytes, call.oh, call.ow
        output_row_bytes, step = call.output_row_bytes, call.stride_down * row_bytes
        row_divisors, are_factors, count = call.row_divisors, call.are_factors, call.last
        to_next_image = call.image_bytes - oh * step
        to_next_output = call.output_image_bytes - oh * output_row_bytes
        b, i = call.first // oh, call.first % oh
        source = call.image + b * call.image_bytes + i * step
        result = call.output + b * call.output_image_bytes + i * output_row_bytes
        ahead = AHEAD * step // image_size
        divisor = 1.0
        for _ in range(count - call.first):
            if is_divided:
                divisor = load_number(row_divisors, i, 1.0, 1.0)
            row = WindowRow(result, source, row_bytes, rows, ahead, ow, divisor, are_factors)
            if rows == taps:
                pool_square_row(row, image_dtype, sum_dtype, output_dtype)
            else:
                pool_row(row, image_dtype, sum_dtype, output_dtype)
            i, source, result = i + 1, source + step, result + output_row_bytes
            if i == oh:
                i, source, result = 0, source + to_next_image, result + to_next_output

    return entry


def _pool_row(form, *, is_square):
    """Return the @intrinsic that pools one row of windows, all of whose taps lie on pixels.

    If it `is_square`, windows have form.taps rows, which is known when it is compiled; if not, the
    field `rows` of the record says how many.
    """

    @intrinsic
    def pool_row(typing, row, image_dtype, sum_dtype, output_dtype):
        """Pool a WindowRow; the dtypes are zeros of those of pixels, sums and results."""

        def codegen(context, builder, signature, arguments):
            kinds = Kinds(image_dtype, sum_dtype, output_dtype)
            row = WindowRow(*cgutils.unpack_tuple(builder, arguments[0]))
            row = row._replace(
                rows=None if is_square else row.rows,
                are_factors=is_set(builder, row.are_factors),
            )
            RowEmitter(builder, form, kinds, row).pool()
            return context.get_dummy_value()

        return types.void(row, image_dtype, sum_dtype, output_dtype), codegen

    return pool_row


class Kinds(NamedTuple):
    """Numba's types of pixels, sums and results."""

    pixels: types.Type
    sums: types.Type
    results: types.Type


class WindowRow(NamedTuple):
    """A row of windows: fields are numbers in compiled Python, LLVM values in `codegen`.

    Parameters
    ----------
    result, address, row_bytes
        Addresses of the first result and of the first window's first pixel, and bytes from row to
        row of pixels.
    rows
        Rows of a window; None: as many as taps of a row.
    ahead
        Numbers from a pixel that is read to one that is prefetched, since rows are not read in
        order.
    columns
        How many windows there are.
    divisor, are_factors
        What totals are divided by, float64; whether they are multiplied by it instead.
    """

    result: Any
    address: Any
    row_bytes: Any
    rows: Any
    ahead: Any
    columns: Any
    divisor: Any
    are_factors: Any


class RowEmitter:
    """Emits code that pools one row of windows, a group of `width` windows at a time.

    The rows of pixels under a group are combined number by number, in registers, then the columns
    of each window are picked from them and combined.

    Parameters of the methods
    -------------------------
    first, width
        Number of the group's first window, an LLVM value, and its windows: as many as lanes.
    numbers_left
        Numbers of a row of pixels from the group's first on; None if all its vectors are whole.
    """

    def __init__(self, builder, form, kinds, row):
        self.builder, self.form, self.kinds, self.row = builder, form, kinds, row
        self.per_window = form.stride * form.c  # numbers from window to window
        last_window = builder.mul(builder.sub(row.columns, INT64(1)), INT64(self.per_window))
        # numbers of a row of pixels under all windows
        self.numbers = builder.add(last_window, INT64(form.taps * form.c))

    def vectors(self, width):
        """Return how many vectors of `width` numbers one row of pixels under a group fills."""
        return -(-((width - 1) * self.form.stride + self.form.taps) * self.form.c // width)

    def pool(self):
        """Emit code for the whole row."""
        lanes = lanes_of(self.kinds.sums)
        if has_masks(self.kinds.pixels, self.kinds.results):
            self.pool_under_masks(lanes)
            return
        done = INT64(0)
        for width in (lanes, *(width for width in NARROW if width < lanes)):
            done = self.pool_whole_groups(width, done)

    def pool_under_masks(self, width):
        """Emit code for the whole row: a group that is not whole is pooled under masks."""
        builder, columns = self.builder, self.row.columns
        groups = builder.sdiv(builder.add(columns, INT64(width - 1)), INT64(width))
        with cgutils.for_range(builder, groups) as loop:
            first = builder.mul(loop.index, INT64(width))
            begin = builder.mul(first, INT64(self.per_window))
            numbers_left = builder.sub(self.numbers, begin)
            windows_left = builder.sub(columns, first)
            read_numbers = INT64(self.vectors(width) * width)
            reads_whole = builder.icmp_signed(">=", numbers_left, read_numbers)
            writes_whole = builder.icmp_signed(">=", windows_left, INT64(width))
            is_whole = builder.and_(reads_whole, writes_whole)
            with builder.if_else(is_whole) as (whole_group, part_of_group):
                with whole_group:
                    self.pool_group(first, width, None)
                with part_of_group:
                    self.pool_group(first, width, numbers_left)

    def pool_whole_groups(self, width, done):
        """Emit code for the whole groups behind the first `done` windows.

        Return how many windows are done then, an LLVM value.
        """
        builder = self.builder
        windows_left = builder.sub(self.row.columns, done)
        numbers_left = builder.sub(self.numbers, builder.mul(done, INT64(self.per_window)))
        step = width * self.per_window
        # the last group may read no number behind the row
        room = builder.add(numbers_left, INT64(step - self.vectors(width) * width))
        groups = builder.sdiv(room, INT64(step))
        whole = builder.sdiv(windows_left, INT64(width))
        groups = builder.select(builder.icmp_signed("<", groups, whole), groups, whole)
        with cgutils.for_range(builder, groups) as loop:
            first = builder.add(done, builder.mul(loop.index, INT64(width)))
            self.pool_group(first, width, None)
        is_positive = builder.icmp_signed(">", groups, INT64(0))
        groups = builder.select(is_positive, groups, INT64(0))
        return builder.add(done, builder.mul(groups, INT64(width)))

    def pool_group(self, first, width, numbers_left):
        """Emit code for the windows of a group, from the row's window `first` on."""
        builder, kinds, c = self.builder, self.kinds, self.form.c
        lines = self.combine_rows(first, width, numbers_left)
        target = pointer_to(builder, self.row.result, kinds.results)
        for k in range(c):
            total = self.combine_columns(lines, width, k)
            if self.form.combination == ADD:
                divisor = splat(builder, self.row.divisor, width)
                words = (divisor, self.row.are_factors, kinds.sums, kinds.results)
                total = scaled_totals(builder, total, *words)
            value = without_negative_zeros(builder, total, kinds.results)
            at, mask = builder.add(builder.mul(first, INT64(c)), INT64(k * width)), None
            if numbers_left is not None:
                results = builder.mul(self.row.columns, INT64(c))
                mask = lanes_before(builder, builder.sub(results, at), width)
            store_lanes(builder, value, target, at, mask, kinds.results)

    def combine_rows(self, first, width, numbers_left):
        """Return the vectors of numbers under a group, with the rows of its windows combined."""
        builder, sums = self.builder, self.kinds.sums
        begin = builder.mul(first, INT64(self.per_window))
        totals = [
            cgutils.alloca_once_value(builder, x)
            for x in self.read(INT64(0), begin, width, numbers_left)
        ]

        def combine_row(row):
            for total, x in zip(totals, self.read(row, begin, width, numbers_left), strict=True):
                before = builder.load(total)
                x = combine_vectors(builder, before, x, self.form.combination, sums)
                builder.store(x, total)

        if self.row.rows is None:
            for row in range(1, self.form.taps):
                combine_row(INT64(row))
        else:
            rows = cgutils.for_range_slice(builder, INT64(1), self.row.rows, INT64(1))
            with rows as (row, _):
                combine_row(row)
        return [builder.load(total) for total in totals]

    def read(self, row, begin, width, numbers_left):
        """Return the vectors of numbers under a group in row number `row` of its windows.

        begin: place in a row of pixels, in numbers, where the group begins.
        """
        builder, (pixels, sums, _) = self.builder, self.kinds
        source = builder.add(self.row.address, builder.mul(self.row.row_bytes, row))
        source = pointer_to(builder, source, pixels)
        vectors = []
        for k in range(self.vectors(width)):
            at, mask = builder.add(begin, INT64(k * width)), None
            if numbers_left is not None:
                left = builder.sub(numbers_left, INT64(k * width))
                mask = lanes_before(builder, left, width)
            elif width > 1:
                prefetch(builder, source, builder.add(at, self.row.ahead))
            vectors.append(load_and_convert(builder, source, at, mask, width, pixels, sums))
        return vectors

    def combine_columns(self, lines, width, k):
        """Return vector k of the totals of a group: combine the columns of each window.

        `lines` are what `combine_rows` returned, `width` numbers in each.
        """
        c, total = self.form.c, None
        numbers = [k * width + lane for lane in range(width)]
        # of each total: the place of its window's first tap among the numbers of all lines
        places = [number // c * self.per_window + number % c for number in numbers]
        for tap in range(self.form.taps):
            first, last = ((place + tap * c) // width for place in (places[0], places[-1]))
            chosen = [place + tap * c - first * width for place in places]
            line = pick_lanes(self.builder, lines[first : last + 1], chosen)
            if total is not None:
                words = (self.form.combination, self.kinds.sums)
                line = combine_vectors(self.builder, total, line, *words)
            total = line
        return total
