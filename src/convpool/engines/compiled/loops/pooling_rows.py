"""The loop over rows of short windows, which are pooled in registers.

`call` is the record POOLING_ROWS; b is the number of an image, i of a row of the output, c the
number of channels. A row of pixels is its numbers side by side, c for each pixel. A group is some
neighbouring windows of a row of the output, as many as a vector has lanes, pooled together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.base_form import ADD
from convpool.engines.compiled.loops.pooling_vectors import (
    Kinds,
    combine_vectors,
    has_masks,
    is_set,
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

AHEAD = 2  # a window's pixels are prefetched with those of the window so many output rows above
FLOAT = 0.0  # a zero that stands for the dtype float64

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
        window_rows, row_bytes, oh, ow = call.window_rows, call.row_bytes, call.oh, call.ow
        output_row_bytes, to_next_window = call.output_row_bytes, call.stride_down * row_bytes
        row_divisors, are_factors, last = call.row_divisors, call.are_factors, call.last
        # added behind the last row of an image, when the addresses are oh rows below its first
        to_next_image = call.image_bytes - oh * to_next_window
        to_next_output = call.output_image_bytes - oh * output_row_bytes
        # call.first and last count output rows through all images, oh of them in each
        b, i = call.first // oh, call.first % oh
        source = call.image + b * call.image_bytes + i * to_next_window
        result = call.output + b * call.output_image_bytes + i * output_row_bytes
        ahead = AHEAD * to_next_window // image_size
        divisor = 1.0
        for _ in range(last - call.first):
            if is_divided:
                divisor = load_number(row_divisors, i, FLOAT, FLOAT)
            row = WindowRow(result, source, row_bytes, window_rows, ahead, ow, divisor, are_factors)
            if window_rows == taps:
                pool_square_row(row, image_dtype, sum_dtype, output_dtype)
            else:
                pool_row(row, image_dtype, sum_dtype, output_dtype)
            i, source, result = i + 1, source + to_next_window, result + output_row_bytes
            if i == oh:
                i, source, result = 0, source + to_next_image, result + to_next_output

    return entry


def _pool_row(form, *, is_square):
    """Return the @intrinsic that pools one row of windows, all of whose taps lie on pixels.

    If it `is_square`, windows have form.taps rows, which is known when it is compiled; if not, the
    field `window_rows` of the record says how many.
    """

    @intrinsic
    def pool_row(typing, row, image_dtype, sum_dtype, output_dtype):
        """Pool a WindowRow; the dtypes are zeros of those of pixels, sums and results."""

        def codegen(context, builder, signature, arguments):
            kinds = Kinds(image_dtype, sum_dtype, output_dtype)
            row = WindowRow(*cgutils.unpack_tuple(builder, arguments[0]))
            row = row._replace(
                window_rows=None if is_square else row.window_rows,
                are_factors=is_set(builder, row.are_factors),
            )
            RowEmitter(builder, form, kinds, row).pool()
            return context.get_dummy_value()

        return types.void(row, image_dtype, sum_dtype, output_dtype), codegen

    return pool_row


class WindowRow(NamedTuple):
    """The windows of a row of the output: numbers in compiled Python, LLVM values in `codegen`.

    Parameters
    ----------
    result, source
        Addresses of the first result and of the first window's first pixel.
    row_bytes
        Bytes from row to row of pixels.
    window_rows
        Rows of a window; None: as many as taps of a row.
    ahead
        From a pixel that is read to the one that is prefetched meanwhile, in numbers.
    windows
        How many windows there are.
    divisor, are_factors
        What totals are divided by, float64; whether they are multiplied by it instead.
    """

    result: Any
    source: Any
    row_bytes: Any
    window_rows: Any
    ahead: Any
    windows: Any
    divisor: Any
    are_factors: Any


class RowEmitter:
    """Emits code that pools one row of windows, a group of `width` windows at a time.

    The rows of pixels under a group are combined number by number, in registers, then the columns
    of each window are picked from them and combined.

    Parameters of the methods
    -------------------------
    first, width
        Number of the group's first window in the row, an LLVM value; how many windows it has, which
        is also how many lanes a vector has.
    numbers_left
        Numbers of a row of pixels from the group's first on; None if all its vectors are whole.
    """

    def __init__(self, builder, form, kinds, row):
        self.builder, self.form, self.kinds, self.row = builder, form, kinds, row
        self.to_next_window = form.stride * form.c  # in numbers of a row of pixels
        last_window = builder.mul(builder.sub(row.windows, INT64(1)), INT64(self.to_next_window))
        # numbers of a row of pixels under all windows
        self.row_numbers = builder.add(last_window, INT64(form.taps * form.c))

    def vectors_under(self, width):
        """Return how many vectors of `width` numbers one row of pixels under a group fills."""
        columns = (width - 1) * self.form.stride + self.form.taps
        return -(-columns * self.form.c // width)

    def pool(self):
        """Emit code for the whole row."""
        lanes = lanes_of(self.kinds.sums)
        if has_masks(self.kinds.sources, self.kinds.results):
            self.pool_under_masks(lanes)
            return
        done = INT64(0)
        for width in (lanes, *(width for width in NARROW if width < lanes)):
            done = self.pool_whole_groups(width, done)

    def pool_under_masks(self, width):
        """Emit code for the whole row: a group that is not whole is pooled under masks."""
        builder, windows = self.builder, self.row.windows
        groups = builder.sdiv(builder.add(windows, INT64(width - 1)), INT64(width))
        with cgutils.for_range(builder, groups) as loop:
            first = builder.mul(loop.index, INT64(width))
            begin = builder.mul(first, INT64(self.to_next_window))
            numbers_left = builder.sub(self.row_numbers, begin)
            windows_left = builder.sub(windows, first)
            read_numbers = INT64(self.vectors_under(width) * width)
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

        Return how many windows are done then, an LLVM value. A group is whole if all its windows
        exist, and if every vector that it reads lies within the row; the last vector may reach
        behind the pixels of the group's windows.
        """
        builder = self.builder
        windows_left = builder.sub(self.row.windows, done)
        begin = builder.mul(done, INT64(self.to_next_window))
        numbers_left = builder.sub(self.row_numbers, begin)
        to_next_group, read_numbers = width * self.to_next_window, self.vectors_under(width) * width
        # n groups read (n - 1) * to_next_group + read_numbers numbers; n < 1 if not even one fits
        room = builder.add(numbers_left, INT64(to_next_group - read_numbers))
        readable = builder.sdiv(room, INT64(to_next_group))
        writable = builder.sdiv(windows_left, INT64(width))
        is_less = builder.icmp_signed("<", readable, writable)
        groups = builder.select(is_less, readable, writable)
        groups = builder.select(builder.icmp_signed(">", groups, INT64(0)), groups, INT64(0))
        with cgutils.for_range(builder, groups) as loop:
            first = builder.add(done, builder.mul(loop.index, INT64(width)))
            self.pool_group(first, width, None)
        return builder.add(done, builder.mul(groups, INT64(width)))

    def pool_group(self, first, width, numbers_left):
        """Emit code for the windows of a group, from the row's window `first` on."""
        builder, kinds, c = self.builder, self.kinds, self.form.c
        vectors = self.combine_rows(first, width, numbers_left)
        target = pointer_to(builder, self.row.result, kinds.results)
        # a window has c results, one for each channel: a group has c vectors of them
        for k in range(c):
            total = self.combine_columns(vectors, width, k)
            if self.form.combination == ADD:
                divisor = splat(builder, self.row.divisor, width)
                scaling = (divisor, self.row.are_factors, kinds.sums, kinds.results)
                total = scaled_totals(builder, total, *scaling)
            value = without_negative_zeros(builder, total, kinds.results)
            at, mask = builder.add(builder.mul(first, INT64(c)), INT64(k * width)), None
            if numbers_left is not None:
                results = builder.mul(self.row.windows, INT64(c))
                mask = lanes_before(builder, builder.sub(results, at), width)
            store_lanes(builder, value, target, at, mask, kinds.results)

    def combine_rows(self, first, width, numbers_left):
        """Return the vectors of numbers under a group, with the rows of its windows combined."""
        builder, sums = self.builder, self.kinds.sums
        begin = builder.mul(first, INT64(self.to_next_window))
        totals = [
            cgutils.alloca_once_value(builder, x)
            for x in self.read(INT64(0), begin, width, numbers_left)
        ]

        def combine_row(row):
            for total, x in zip(totals, self.read(row, begin, width, numbers_left), strict=True):
                before = builder.load(total)
                x = combine_vectors(builder, before, x, self.form.combination, sums)
                builder.store(x, total)

        if self.row.window_rows is None:
            for row in range(1, self.form.taps):
                combine_row(INT64(row))
        else:
            rows = cgutils.for_range_slice(builder, INT64(1), self.row.window_rows, INT64(1))
            with rows as (row, _):
                combine_row(row)
        return [builder.load(total) for total in totals]

    def read(self, row, begin, width, numbers_left):
        """Return the vectors of numbers under a group in row number `row` of its windows.

        begin: place in a row of pixels, in numbers, where the group begins.
        """
        builder, (pixels, sums, _) = self.builder, self.kinds
        source = builder.add(self.row.source, builder.mul(self.row.row_bytes, row))
        source = pointer_to(builder, source, pixels)
        vectors = []
        for k in range(self.vectors_under(width)):
            at, mask = builder.add(begin, INT64(k * width)), None
            if numbers_left is not None:
                left = builder.sub(numbers_left, INT64(k * width))
                mask = lanes_before(builder, left, width)
            elif width > 1:
                prefetch(builder, source, builder.add(at, self.row.ahead))
            vectors.append(load_and_convert(builder, source, at, mask, width, pixels, sums))
        return vectors

    def combine_columns(self, vectors, width, k):
        """Return vector k of the totals of a group: combine the columns of each window.

        `vectors` are what `combine_rows` returned, `width` numbers in each. With 4 lanes, one
        channel, 2 taps and stride 2, the windows begin at their numbers 0, 2, 4, 6. These are
        picked from the vectors and combined with the numbers 1, 3, 5, 7 of the second taps.
        """
        c, combination, sums = self.form.c, self.form.combination, self.kinds.sums
        # result number n of a group is of window n // c and channel n % c
        results = [k * width + lane for lane in range(width)]
        # of each result: the place of its window's first tap among the numbers of all vectors
        places = [result // c * self.to_next_window + result % c for result in results]
        total = None
        for tap in range(self.form.taps):
            first, last = ((place + tap * c) // width for place in (places[0], places[-1]))
            chosen = [place + tap * c - first * width for place in places]
            numbers = pick_lanes(self.builder, vectors[first : last + 1], chosen)
            if total is None:
                total = numbers
            else:
                total = combine_vectors(self.builder, total, numbers, combination, sums)
        return total
