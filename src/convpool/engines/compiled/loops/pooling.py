"""The compiled loops of pooling: Numba around the few instructions on vectors in `simd`.

Nothing is checked here. A window is combined along one axis after the other: rows of pixels into
lines of columns, these into lines of results. A line has c numbers, one for each channel, for each
column, side by side; b is the number of an image, i a row and j a column of the output, h x w the
pixels of an image. Arguments are int64 unless their legend says otherwise; a legend lists the items
of a tuple in unpacking order. Addresses are in bytes, and 0 stands for memory that is not used;
places, strides and counts are in numbers.

`image_dtype`, `sum_dtype` and `output_dtype` are zeros whose dtype is that of the images, of what
is combined, and of the results. Of a tuple of zeros only the length counts, which is constant in
the machine code:

- combination: 1 to add numbers, 2 to keep the greater, 3 to keep the lesser; a NaN wins;
- averaging: 2 if results are divided by divisors, which avg has, else 1.

If `are_factors`, a bool, the divisors are reciprocals, and results are multiplied by them.

A program says how the windows of an axis are combined: an array of int64 with a row (is_result,
taps, step, first_tap) for each step. A part is so many taps of a window, combined; at first, each
is one tap. A step combines `taps` parts whose first taps are `step` taps apart: where is_result is
0 into longer parts, which replace the former ones; where it is 1 into the results, from the
window's tap `first_tap` on, together with what the steps before have written there.
"""

from __future__ import annotations

import math

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.compile_cache import compiled_loop
from convpool.engines.compiled.loops.simd import (
    INT64,
    address_of,
    convert,
    element_type,
    lane_count,
    lanes_before,
    lanes_of,
    load,
    load_masked,
    load_number,
    pick_lanes,
    pointer_to,
    prefetch,
    splat,
    store,
    store_masked,
    vector_type,
)

UNROLLED = 4  # vectors of a line that are combined in one turn of a loop
CHANNELS = 4  # vectors of channels of one window that are combined in one turn of a loop
# where a window has more than ROWS rows, that many of them are read at a time, TILE numbers of each
ROWS = 8
TILE = 2048
AHEAD = 2  # pixels are prefetched so many rows of results before their own


# ---- instructions on vectors ----


def combine_vectors(builder, a, b, combination, kind):
    """Return two vectors combined, number by number; a NaN in either wins.

    `combination` is a Numba type of a tuple, whose length says how; `kind` is that of the numbers.
    """
    is_float = isinstance(kind, types.Float)
    if combination.count == 1:
        return builder.fadd(a, b) if is_float else builder.add(a, b)
    sign = ">" if combination.count == 2 else "<"
    if not is_float:
        compare = builder.icmp_signed if kind.signed else builder.icmp_unsigned
        return builder.select(compare(sign, a, b), a, b)
    # the processor's own maximum gives b where either is NaN
    chosen = builder.select(builder.fcmp_ordered(sign, a, b), a, b)
    return builder.select(builder.fcmp_unordered("uno", a, a), a, chosen)


def identity(combination, kind):
    """Return the number of Numba type `kind` that changes no other that it is combined with.

    That is 0 for sums; the least number, or -inf, for the greater; the greatest, or inf, for the
    lesser.
    """
    if combination.count == 1:
        return ir.Constant(element_type(kind), 0)
    is_greatest = combination.count == 3
    if isinstance(kind, types.Float):
        return ir.Constant(element_type(kind), math.inf if is_greatest else -math.inf)
    return ir.Constant(element_type(kind), int(kind.maxval if is_greatest else kind.minval))


def load_and_convert(builder, base, place, mask, source_kind, target_kind):
    """Return a vector of numbers from a place on, converted from source_kind to target_kind.

    It has as many lanes as a vector of target_kind; a mask of None is that of all lanes.
    """
    if mask is None:
        vector = load(builder, base, place, source_kind, lanes_of(target_kind))
    else:
        vector = load_masked(builder, base, place, source_kind, mask)
    return convert(builder, vector, source_kind, target_kind)


def store_lanes(builder, vector, base, place, mask, kind):
    """Store a vector at a place; a mask of None is that of all lanes."""
    if mask is None:
        store(builder, vector, base, place, kind)
    else:
        store_masked(builder, vector, base, place, kind, mask)


def results_of(builder, total, divisor, are_factors, sum_kind, output_kind):
    """Return a vector of totals as results: divided, converted to output_kind, with 0 for -0.

    `divisor` is a vector of float64, or None for totals that are not divided; if the bit
    `are_factors` is set, totals are multiplied by it. -0 becomes 0, since which of the two wins
    depends on the order of the taps.
    """
    if divisor is not None:
        total = convert(builder, total, sum_kind, types.float64)
        scaled = cgutils.alloca_once(builder, total.type)
        with builder.if_else(are_factors) as (multiplied, divided):
            with multiplied:
                builder.store(builder.fmul(total, divisor), scaled)
            with divided:
                builder.store(builder.fdiv(total, divisor), scaled)
        total, sum_kind = builder.load(scaled), types.float64
    result = convert(builder, total, sum_kind, output_kind)
    if not isinstance(output_kind, types.Float):
        return result
    return builder.fadd(result, ir.Constant(result.type, None))  # -0 + 0 is 0


def multiple_below(builder, count, size):
    """Return the greatest multiple of `size`, a Python int, that is not above `count`."""
    return builder.mul(builder.sdiv(count, INT64(size)), INT64(size))


# ---- lines ----


@intrinsic
def fill_identity(typing, address, count, combination, sum_dtype):
    """Fill `count` numbers from an address on with the one that changes no other: see identity.

    Nothing behind them is written.
    """

    def codegen(context, builder, signature, arguments):
        address, count, *_ = arguments
        lanes = lanes_of(sum_dtype)
        target = pointer_to(builder, address, sum_dtype)
        neutral = splat(builder, identity(combination, sum_dtype), lanes)
        multiple = multiple_below(builder, count, lanes)
        with cgutils.for_range_slice(builder, INT64(0), multiple, INT64(lanes)) as (place, _):
            store(builder, neutral, target, place, sum_dtype)
        mask = lanes_before(builder, builder.sub(count, multiple), lanes)
        store_masked(builder, neutral, target, multiple, sum_dtype, mask)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, combination, sum_dtype), codegen


@intrinsic
def combine_lines(
    typing,
    result,
    address,
    line_stride,
    lines,
    count,
    accumulate,
    combination,
    source_dtype,
    sum_dtype,
):
    """Combine lines of `count` numbers, number by number, to one result line.

    Up to a vector behind the result is overwritten.

    Legend
    ------
    result
        Address of the result line, of sum_dtype. It may be the first of the lines.
    address, line_stride, lines
        Address of the first line, of source_dtype; numbers from one line to the next; how many
        there are.
    accumulate
        Bool: the result so far is combined with them.
    source_dtype
        A zero of the dtype of the lines.
    """

    def codegen(context, builder, signature, arguments):
        result, address, line_stride, lines, count, accumulate, *_ = arguments
        lanes = lanes_of(sum_dtype)
        source = pointer_to(builder, address, source_dtype)
        target = pointer_to(builder, result, sum_dtype)
        totals = [
            cgutils.alloca_once(builder, vector_type(sum_dtype, lanes)) for _ in range(UNROLLED)
        ]
        # without a result so far, the first line is what the others are combined with
        first_line = builder.select(accumulate, INT64(0), INT64(1))

        def combine_at(place, vectors, mask):
            def read(k, base):
                at = builder.add(base, INT64(k * lanes))
                return load_and_convert(builder, source, at, mask, source_dtype, sum_dtype)

            places = [builder.add(place, INT64(k * lanes)) for k in range(vectors)]
            with builder.if_else(accumulate) as (from_result, from_first_line):
                with from_result:
                    for k in range(vectors):
                        builder.store(load(builder, target, places[k], sum_dtype, lanes), totals[k])
                with from_first_line:
                    for k in range(vectors):
                        builder.store(read(k, place), totals[k])
            with cgutils.for_range_slice(builder, first_line, lines, INT64(1)) as (line, _):
                base = builder.add(place, builder.mul(line, line_stride))
                for k in range(vectors):
                    total = builder.load(totals[k])
                    total = combine_vectors(builder, total, read(k, base), combination, sum_dtype)
                    builder.store(total, totals[k])
            for k in range(vectors):
                store(builder, builder.load(totals[k]), target, places[k], sum_dtype)

        for_each_part(builder, count, lanes, UNROLLED, combine_at)
        return context.get_dummy_value()

    numbers = [types.intp] * 5
    return types.void(*numbers, types.boolean, combination, source_dtype, sum_dtype), codegen


def for_each_part(builder, count, lanes, unrolled, emit):
    """Emit code that takes `count` numbers in parts: emit(place, vectors, mask) for each part.

    A part has `vectors` vectors of `lanes` numbers from `place` on. The parts are `unrolled`
    vectors each, then one vector each, and at last what remains, as one vector under a mask. A mask
    of None is that of all lanes.
    """
    unrolled_multiple = multiple_below(builder, count, unrolled * lanes)
    multiple = multiple_below(builder, count, lanes)
    parts = cgutils.for_range_slice(builder, INT64(0), unrolled_multiple, INT64(unrolled * lanes))
    with parts as (place, _):
        emit(place, unrolled, None)
    with cgutils.for_range_slice(builder, unrolled_multiple, multiple, INT64(lanes)) as (place, _):
        emit(place, 1, None)
    with builder.if_then(builder.icmp_signed("<", multiple, count)):
        emit(multiple, 1, lanes_before(builder, builder.sub(count, multiple), lanes))


@intrinsic
def combine_columns(
    typing,
    result,
    address,
    window_stride,
    tap_stride,
    taps,
    columns,
    c,
    channels_left,
    accumulate,
    combination,
    sum_dtype,
):
    """Combine the columns of each window of a line, for one vector of its channels.

    Up to a vector is read behind the last column.

    Legend
    ------
    result
        Address of the results, c numbers from window to window.
    address, window_stride, tap_stride
        Address of the line; numbers from one window's first column to the next window's, and from
        one tap to the next.
    taps, columns, c
        Taps of a window, windows, and channels of the line.
    channels_left
        Channels of a column from the vector's first one on.
    accumulate
        Bool: the result so far is combined with the taps. Then only channels_left numbers of each
        result are written; else a whole vector is, and up to a vector behind the last result.
    """

    def codegen(context, builder, signature, arguments):
        (
            result,
            address,
            window_stride,
            tap_stride,
            taps,
            columns,
            c,
            channels_left,
            accumulate,
            *_,
        ) = arguments
        lanes = lanes_of(sum_dtype)
        source = pointer_to(builder, address, sum_dtype)
        target = pointer_to(builder, result, sum_dtype)
        total = cgutils.alloca_once(builder, vector_type(sum_dtype, lanes))
        mask = lanes_before(builder, channels_left, lanes)

        def combine_tap(base, tap):
            at = builder.add(base, builder.mul(tap, tap_stride))
            x = load(builder, source, at, sum_dtype, lanes)
            x = combine_vectors(builder, builder.load(total), x, combination, sum_dtype)
            builder.store(x, total)

        with builder.if_else(accumulate) as (from_result, from_first_tap):
            with from_result, cgutils.for_range(builder, columns) as loop:
                place = builder.mul(loop.index, c)
                base = builder.mul(loop.index, window_stride)
                builder.store(load(builder, target, place, sum_dtype, lanes), total)
                with cgutils.for_range(builder, taps) as tap:
                    combine_tap(base, tap.index)
                store_masked(builder, builder.load(total), target, place, sum_dtype, mask)
            with from_first_tap, cgutils.for_range(builder, columns) as loop:
                place = builder.mul(loop.index, c)
                base = builder.mul(loop.index, window_stride)
                builder.store(load(builder, source, base, sum_dtype, lanes), total)
                with cgutils.for_range_slice(builder, INT64(1), taps, INT64(1)) as (tap, _):
                    combine_tap(base, tap)
                # what this overwrites of the next results is written after it
                store(builder, builder.load(total), target, place, sum_dtype)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 8, types.boolean, combination, sum_dtype), codegen


@intrinsic
def skip_columns(typing, result, address, columns, channels, window_stride, sum_dtype):
    """Copy every len(window_stride)-th column of a line to another, starting with the first one.

    `columns` columns of len(channels) channels are written, and after them whatever completes a
    multiple of a vector of columns. As many are read: len(window_stride) times that.
    """

    def codegen(context, builder, signature, arguments):
        result, address, columns, *_ = arguments
        lanes, c, stride = lanes_of(sum_dtype), channels.count, window_stride.count
        source = pointer_to(builder, address, sum_dtype)
        target = pointer_to(builder, result, sum_dtype)
        groups = builder.sdiv(builder.add(columns, INT64(lanes - 1)), INT64(lanes))
        with cgutils.for_range(builder, groups) as loop:
            begin = builder.mul(loop.index, INT64(c * stride * lanes))
            target_place = builder.mul(loop.index, INT64(c * lanes))
            vectors = [
                load(builder, source, builder.add(begin, INT64(k * lanes)), sum_dtype, lanes)
                for k in range(c * stride)
            ]
            for k in range(c):
                numbers = [k * lanes + lane for lane in range(lanes)]
                places = [number // c * c * stride + number % c for number in numbers]
                first, last = places[0] // lanes, places[-1] // lanes
                chosen = [place - first * lanes for place in places]
                line = pick_lanes(builder, vectors[first : last + 1], chosen)
                at = builder.add(target_place, INT64(k * lanes))
                store(builder, line, target, at, sum_dtype)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 3, channels, window_stride, sum_dtype), codegen


@intrinsic
def write_results(
    typing,
    result,
    address,
    count,
    row_divisor,
    column_divisors,
    are_factors,
    averaging,
    sum_dtype,
    output_dtype,
):
    """Write a line of `count` totals as results: converted, and divided if len(averaging) is 2.

    Legend
    ------
    result, address, count
        Address of the results, of output_dtype; of the totals, of sum_dtype; and how many there
        are.
    row_divisor
        Float64: the divisor of all of them.
    column_divisors
        Address of one float64 for each of them, which row_divisor is multiplied by; 0 for none.
    """

    def codegen(context, builder, signature, arguments):
        result, address, count, row_divisor, column_divisors, are_factors, *_ = arguments
        lanes, double = lanes_of(sum_dtype), types.float64
        source = pointer_to(builder, address, sum_dtype)
        target = pointer_to(builder, result, output_dtype)
        multiple = multiple_below(builder, count, lanes)

        def write(place, mask, divisor):
            total = load(builder, source, place, sum_dtype, lanes)
            value = results_of(builder, total, divisor, are_factors, sum_dtype, output_dtype)
            store_lanes(builder, value, target, place, mask, output_dtype)

        def write_all(divisor_at):
            # divisor_at(place, mask): the vector of divisors from a place on, or None
            with cgutils.for_range_slice(builder, INT64(0), multiple, INT64(lanes)) as (place, _):
                write(place, None, divisor_at(place, None))
            with builder.if_then(builder.icmp_signed("<", multiple, count)):
                mask = lanes_before(builder, builder.sub(count, multiple), lanes)
                write(multiple, mask, divisor_at(multiple, mask))

        if averaging.count == 1:
            write_all(lambda place, mask: None)
            return context.get_dummy_value()

        row_vector = splat(builder, row_divisor, lanes)
        column_pointer = pointer_to(builder, column_divisors, double)

        def product_at(place, mask):
            if mask is None:
                divisors = load(builder, column_pointer, place, double, lanes)
            else:
                divisors = load_masked(builder, column_pointer, place, double, mask)
            return builder.fmul(divisors, row_vector)

        has_columns = builder.icmp_signed("!=", column_divisors, INT64(0))
        with builder.if_else(has_columns) as (with_columns, without_columns):
            with with_columns:
                write_all(product_at)
            with without_columns:
                write_all(lambda place, mask: row_vector)
        return context.get_dummy_value()

    numbers = (*[types.intp] * 3, types.float64, types.intp, types.boolean)
    return types.void(*numbers, averaging, sum_dtype, output_dtype), codegen


@compiled_loop
def taps_on_pixels(y, size, window, dilation):
    """Return (first, behind the last) of the taps of a window that lie on pixels.

    The window has `window` taps, `dilation` apart, and begins at pixel y, which may be negative, of
    an axis of `size` pixels. Both are equal if no tap lies on a pixel.
    """
    first = 0 if y >= 0 else (dilation - 1 - y) // dilation
    last = min(window, (size - 1 - y) // dilation + 1)
    return first, max(first, last)


@compiled_loop
def combine_rows(
    result,
    address,
    row_stride,
    y,
    h,
    taps,
    dilation,
    count,
    accumulate,
    combination,
    image_dtype,
    sum_dtype,
):
    """Combine `taps` rows of an image to a line of `count` numbers.

    The rows are `dilation` apart, from row y on. Rows that are not on the image are left out; if
    none is, the line is filled with the identity.

    Legend
    ------
    result
        Address of the line, of sum_dtype.
    address, row_stride, h
        Address of row 0 of the image, of image_dtype, numbers from row to row, and its rows.
    accumulate
        Bool: the rows are combined with the result so far.
    """
    first_tap, last_tap = taps_on_pixels(y, h, taps, dilation)
    if first_tap == last_tap:
        if not accumulate:
            fill_identity(result, count, combination, sum_dtype)
        return
    source = address_of(address, (y + first_tap * dilation) * row_stride, image_dtype)
    tap_stride = dilation * row_stride
    tile = count if last_tap - first_tap <= ROWS else TILE
    for start in range(0, count, tile):
        for tap in range(first_tap, last_tap, ROWS):
            combine_lines(
                address_of(result, start, sum_dtype),
                address_of(source, (tap - first_tap) * tap_stride + start, image_dtype),
                tap_stride,
                min(ROWS, last_tap - tap),
                min(tile, count - start),
                accumulate or tap > first_tap,
                combination,
                image_dtype,
                sum_dtype,
            )


@compiled_loop
def reduce_rows(
    lines,
    pitch,
    address,
    row_stride,
    y,
    h,
    rows,
    axis,
    program,
    parts,
    tile,
    count,
    combination,
    image_dtype,
    sum_dtype,
):
    """Combine the rows of pixels of each window, for `rows` rows of windows: each becomes a line.

    It is one function, since each of its calls takes many arguments, which Numba passes by
    position.

    Legend
    ------
    lines, pitch
        Address of the lines, of sum_dtype, and numbers from line to line.
    address, row_stride, y, h
        Address of row 0 of the image, numbers from row to row, the row where the first window
        begins (which may be negative), and the rows of the image.
    axis
        (window, stride, dilation) of the axis down.
    program
        As the head of this file says.
    parts, tile
        Address of a scratch for parts of windows, and how many numbers of a row are taken at a
        time.
    count
        Numbers of a line.
    """
    window, stride, dilation = axis
    part_pitch = tile + lane_count(sum_dtype)
    for start in range(0, count, tile):
        numbers = min(tile, count - start)
        source = address_of(address, start, image_dtype)
        length = (rows - 1) * stride + (window - 1) * dilation + 1  # rows of parts
        # whether parts are still single rows of pixels, and whether results have been begun
        from_pixels, accumulate = True, False
        for k in range(len(program)):
            is_result, taps, step, first_tap = program[k]
            shift = step * dilation
            if is_result:
                target = address_of(lines, start, sum_dtype)
                target_pitch, steps = pitch, rows
                row_stride_of_windows, first_row = stride, first_tap * dilation
            else:
                length -= (taps - 1) * shift
                target = parts
                target_pitch, steps = part_pitch, length
                row_stride_of_windows, first_row = 1, 0
            adds_to_result = is_result > 0 and accumulate
            for r in range(steps):
                target_line = address_of(target, r * target_pitch, sum_dtype)
                row = r * row_stride_of_windows + first_row
                if from_pixels:
                    combine_rows(
                        target_line,
                        source,
                        row_stride,
                        y + row,
                        h,
                        taps,
                        shift,
                        numbers,
                        adds_to_result,
                        combination,
                        image_dtype,
                        sum_dtype,
                    )
                else:
                    combine_lines(
                        target_line,
                        address_of(parts, row * part_pitch, sum_dtype),
                        shift * part_pitch,
                        taps,
                        numbers,
                        adds_to_result,
                        combination,
                        sum_dtype,
                        sum_dtype,
                    )
            accumulate = accumulate or is_result > 0
            from_pixels = from_pixels and is_result > 0


@compiled_loop
def reduce_columns(result, line, columns, axis, program, c, combination, sum_dtype):
    """Combine the columns of each of `columns` windows of a line: they become a line of results.

    Legend
    ------
    result, line
        Addresses of the results and of the line, of sum_dtype. The line is overwritten with parts
        of windows.
    axis
        (window, stride, dilation) of the axis across.
    program, c
        The program, as the head of this file says, and the channels of a column.
    """
    window, stride, dilation = axis
    length = (columns - 1) * stride + (window - 1) * dilation + 1  # columns of parts
    accumulate = False
    for k in range(len(program)):
        is_result, taps, step, first_tap = program[k]
        shift = step * dilation * c
        source = address_of(line, first_tap * dilation * c, sum_dtype)
        # by default, all windows in one step of `count` numbers: neighbours lie side by side
        target, steps, count = result, 1, columns * c
        if not is_result:
            length -= (taps - 1) * step * dilation
            target, count = line, length * c
        elif stride > 1 and columns > 1:
            if accumulate or c < lane_count(sum_dtype):
                for ch in range(0, c, lane_count(sum_dtype)):
                    combine_columns(
                        address_of(result, ch, sum_dtype),
                        address_of(source, ch, sum_dtype),
                        stride * c,
                        shift,
                        taps,
                        columns,
                        c,
                        c - ch,
                        accumulate,
                        combination,
                        sum_dtype,
                    )
                accumulate = True
                continue
            steps, count = columns, c
        adds_to_result = is_result > 0 and accumulate
        for x in range(steps):
            combine_lines(
                address_of(target, x * c, sum_dtype),
                address_of(source, x * stride * c, sum_dtype),
                shift,
                taps,
                count,
                adds_to_result,
                combination,
                sum_dtype,
                sum_dtype,
            )
        accumulate = accumulate or is_result > 0


# ---- blocks ----


@compiled_loop
def pool_blocks(
    first,
    last,
    grid,
    sizes,
    address,
    input_strides,
    down,
    across,
    programs,
    scratch,
    pitches,
    row_divisors,
    column_divisors,
    are_factors,
    is_flat,
    output,
    output_strides,
    channels,
    window_stride,
    combination,
    averaging,
    image_dtype,
    sum_dtype,
    output_dtype,
):
    """Pool the blocks from `first` to before `last`, along one axis after the other.

    It is one function, since each of its steps takes many arguments, which Numba passes by
    position. Blocks are numbered along the columns first, then down the rows, then over the images.

    Legend
    ------
    grid
        (oh, ow, rows of a block, columns of a block).
    sizes
        (h, w, c).
    address, input_strides
        Address of the images, and (numbers from image to image, from row to row).
    down, across
        (window, stride, dilation, padding before) of each axis.
    programs
        (program down, program across), as the head of this file says.
    scratch
        (lines, results, parts, all_windows): addresses of the lines of columns of a block, its
        lines of results, the parts of windows on the way down, and one line with a window for every
        column.
    pitches
        (pitch, results_pitch, tile, joint_lines): numbers from line to line of `lines`, and of
        `results`; numbers of a row that are taken down together; lines that are combined along the
        row as if they were one.
    row_divisors, column_divisors, are_factors
        Addresses of float64: one for each row of the output, and one for each number of its lines,
        0 where all of those are 1. They are used if len(averaging) is 2.
    is_flat
        Whether the lines of a block follow each other in the output and have one divisor: then they
        are written as one.
    output, output_strides
        Address of the output, and (numbers from image to image, from row to row).
    channels, window_stride
        Tuples as long as there are channels, and as the stride across, if windows are combined at
        every column and every len(window_stride)-th result is kept; else None.
    """
    oh, ow, rows_of_block, columns_of_block = grid
    h, w, c = sizes
    lines, results, parts, all_windows = scratch
    pitch, results_pitch, tile, joint_lines = pitches
    window, stride, dilation, before = across
    blocks_down, blocks_across = -(-oh // rows_of_block), -(-ow // columns_of_block)
    for block in range(first, last):
        b = block // (blocks_down * blocks_across)
        row = block // blocks_across % blocks_down * rows_of_block
        column = block % blocks_across * columns_of_block
        rows, columns = min(rows_of_block, oh - row), min(columns_of_block, ow - column)
        x = column * stride - before
        length = (columns - 1) * stride + (window - 1) * dilation + 1
        # columns of the block from low to before high lie on pixels
        low = min(max(0, -x), length)
        high = max(low, min(length, w - x))
        if high > low:
            reduce_rows(
                address_of(lines, low * c, sum_dtype),
                pitch,
                address_of(address, b * input_strides[0] + (x + low) * c, image_dtype),
                input_strides[1],
                row * down[1] - down[3],
                h,
                rows,
                down[:3],
                programs[0],
                parts,
                tile,
                (high - low) * c,
                combination,
                image_dtype,
                sum_dtype,
            )
        if length > high - low:
            for r in range(rows):
                line = address_of(lines, r * pitch, sum_dtype)
                fill_identity(line, low * c, combination, sum_dtype)
                behind = address_of(line, high * c, sum_dtype)
                fill_identity(behind, (length - high) * c, combination, sum_dtype)
        for r in range(0, rows, joint_lines):
            line = address_of(lines, r * pitch, sum_dtype)
            results_line = address_of(results, r * results_pitch, sum_dtype)
            # the joint lines are one long line: windows that reach from one to the next are
            # combined for nothing
            # columns of the joint line where a window may begin
            starts = (min(joint_lines, rows - r) - 1) * (pitch // c)
            starts += length - (window - 1) * dilation
            stride_here = stride if window_stride is None else 1
            reduce_columns(
                results_line if window_stride is None else all_windows,
                line,
                (starts - 1) // stride_here + 1,
                (window, stride_here, dilation),
                programs[1],
                c,
                combination,
                sum_dtype,
            )
            if window_stride is not None:
                count = (starts - 1) // stride + 1
                skip_columns(results_line, all_windows, count, channels, window_stride, sum_dtype)
        place = b * output_strides[0] + row * output_strides[1] + column * c
        target = address_of(output, place, output_dtype)
        divisors = column_divisors + column * c * 8 if column_divisors else 0  # 8 bytes each
        lines_out, count = (1, rows * columns * c) if is_flat else (rows, columns * c)
        for r in range(lines_out):
            write_results(
                address_of(target, r * output_strides[1], output_dtype),
                address_of(results, r * results_pitch, sum_dtype),
                count,
                load_number(row_divisors, row + r, 1.0, 1.0),
                divisors,
                are_factors,
                averaging,
                sum_dtype,
                output_dtype,
            )


@intrinsic
def pool_window(
    typing,
    result,
    address,
    row_stride,
    rows,
    column_stride,
    columns,
    channels,
    divisor,
    are_factors,
    combination,
    averaging,
    image_dtype,
    sum_dtype,
    output_dtype,
):
    """Combine rows x columns pixels of one window, with vectors of channels, and write the results.

    Legend
    ------
    result
        Address of one result for each channel, of output_dtype.
    address, row_stride, column_stride
        Address of the first pixel, of image_dtype, and numbers from row to row and column to column
        of the window.
    rows, columns, channels
        Sizes of the window's part on pixels; both may be 0.
    divisor
        Float64: what totals are divided by if len(averaging) is 2.
    """

    def codegen(context, builder, signature, arguments):
        (
            result,
            address,
            row_stride,
            rows,
            column_stride,
            columns,
            channels,
            divisor,
            are_factors,
        ) = arguments[:9]
        lanes = lanes_of(sum_dtype)
        source = pointer_to(builder, address, image_dtype)
        target = pointer_to(builder, result, output_dtype)
        totals = [
            cgutils.alloca_once(builder, vector_type(sum_dtype, lanes)) for _ in range(CHANNELS)
        ]
        divisors = splat(builder, divisor, lanes) if averaging.count == 2 else None

        def combine_at(place, vectors, mask):
            neutral = splat(builder, identity(combination, sum_dtype), lanes)
            for k in range(vectors):
                builder.store(neutral, totals[k])
            with cgutils.for_range(builder, rows) as row:
                start = builder.add(place, builder.mul(row.index, row_stride))
                with cgutils.for_range(builder, columns) as column:
                    base = builder.add(start, builder.mul(column.index, column_stride))
                    for k in range(vectors):
                        at = builder.add(base, INT64(k * lanes))
                        x = load_and_convert(builder, source, at, mask, image_dtype, sum_dtype)
                        total = builder.load(totals[k])
                        total = combine_vectors(builder, total, x, combination, sum_dtype)
                        builder.store(total, totals[k])
            for k in range(vectors):
                total, at = builder.load(totals[k]), builder.add(place, INT64(k * lanes))
                value = results_of(builder, total, divisors, are_factors, sum_dtype, output_dtype)
                store_lanes(builder, value, target, at, mask, output_dtype)

        for_each_part(builder, channels, lanes, CHANNELS, combine_at)
        return context.get_dummy_value()

    signature = types.void(
        *([types.intp] * 7),
        *(types.float64, types.boolean, combination, averaging),
        *(image_dtype, sum_dtype, output_dtype),
    )
    return signature, codegen


@compiled_loop
def pool_by_windows(
    first,
    last,
    grid,
    sizes,
    address,
    input_strides,
    down,
    across,
    row_divisors,
    column_divisors,
    are_factors,
    output,
    output_strides,
    combination,
    averaging,
    image_dtype,
    sum_dtype,
    output_dtype,
):
    """Pool the rows of the output from `first` to before `last`, window by window.

    It is one function, since its call takes many arguments, which Numba passes by position.

    grid is (oh, ow); rows are numbered on from image to image. down and across are (window,
    stride, dilation, padding before) on the rows and columns. column_divisors may be 0: all of
    them are 1. The other arguments are those of `pool_blocks`.
    """
    oh, ow = grid
    h, w, c = sizes
    for row_of_output in range(first, last):
        b, i = row_of_output // oh, row_of_output % oh
        y = i * down[1] - down[3]
        top, bottom = taps_on_pixels(y, h, down[0], down[2])
        row_divisor = load_number(row_divisors, i, 1.0, 1.0)
        place = b * input_strides[0] + (y + top * down[2]) * input_strides[1]
        window_row = address_of(address, place, image_dtype)
        place = b * output_strides[0] + i * output_strides[1]
        target = address_of(output, place, output_dtype)
        for j in range(ow):
            x = j * across[1] - across[3]
            left, right = taps_on_pixels(x, w, across[0], across[2])
            divisor = row_divisor
            if column_divisors:
                divisor *= load_number(column_divisors, j * c, 1.0, 1.0)
            pool_window(
                address_of(target, j * c, output_dtype),
                address_of(window_row, (x + left * across[2]) * c, image_dtype),
                down[2] * input_strides[1],
                bottom - top,
                across[2] * c,
                right - left,
                c,
                divisor,
                are_factors,
                combination,
                averaging,
                image_dtype,
                sum_dtype,
                output_dtype,
            )


@intrinsic
def pool_row(
    typing,
    result,
    address,
    row_stride,
    ahead,
    columns,
    divisor,
    are_factors,
    rows,
    taps,
    channels,
    window_stride,
    combination,
    averaging,
    image_dtype,
    sum_dtype,
    output_dtype,
):
    """Pool one row of windows that lie on pixels, in registers.

    It is one function, since its loop is one piece of machine code that LLVM keeps in registers. A
    vector of windows is taken at a time: rows of pixels are combined number by number, then the
    columns of each window are picked from them and combined.

    Legend
    ------
    result, columns
        Address of the results, of output_dtype, and how many windows there are.
    address, row_stride
        Address of the first window's first pixel, of image_dtype, and numbers from row to row.
    ahead
        Numbers from a pixel that is read to one that is prefetched, since rows are not read in
        order.
    divisor
        Float64: what totals are divided by if len(averaging) is 2.
    rows, taps, channels, window_stride
        Tuples whose lengths are the rows and the columns of a window, the channels, and the stride
        across.
    """

    def codegen(context, builder, signature, arguments):
        result, address, row_stride, ahead, columns, divisor, are_factors, *_ = arguments
        lanes, window = lanes_of(sum_dtype), taps.count
        c, stride = channels.count, window_stride.count
        source = pointer_to(builder, address, image_dtype)
        target = pointer_to(builder, result, output_dtype)
        vectors = -(-((lanes - 1) * stride + window) * c // lanes)
        divisors = splat(builder, divisor, lanes) if averaging.count == 2 else None
        last_window = builder.mul(builder.sub(columns, INT64(1)), INT64(stride * c))
        numbers = builder.add(last_window, INT64(window * c))  # of a row, under all windows
        groups = builder.sdiv(builder.add(columns, INT64(lanes - 1)), INT64(lanes))

        # begin: where the pixels under a vector of windows begin; k: number of one of their
        # vectors; numbers_left: those of the row from there on, None if all vectors are whole
        def read(row, begin, k, numbers_left):
            at = builder.add(begin, INT64(k * lanes))
            at = builder.add(at, builder.mul(row_stride, INT64(row)))
            mask = None
            if numbers_left is None:
                prefetch(builder, source, builder.add(at, ahead))
            else:
                mask = lanes_before(builder, builder.sub(numbers_left, INT64(k * lanes)), lanes)
            return load_and_convert(builder, source, at, mask, image_dtype, sum_dtype)

        def combine_down(begin, k, numbers_left):
            total = read(0, begin, k, numbers_left)
            for row in range(1, rows.count):
                x = read(row, begin, k, numbers_left)
                total = combine_vectors(builder, total, x, combination, sum_dtype)
            return total

        def pool_group(begin, target_place, numbers_left):
            lines = [combine_down(begin, k, numbers_left) for k in range(vectors)]
            for k in range(c):
                numbers = [k * lanes + lane for lane in range(lanes)]
                places = [number // c * c * stride + number % c for number in numbers]
                total = None
                for tap in range(window):
                    first, last = ((place + tap * c) // lanes for place in (places[0], places[-1]))
                    chosen = [place + tap * c - first * lanes for place in places]
                    line = pick_lanes(builder, lines[first : last + 1], chosen)
                    if total is not None:
                        line = combine_vectors(builder, total, line, combination, sum_dtype)
                    total = line
                value = results_of(builder, total, divisors, are_factors, sum_dtype, output_dtype)
                at, mask = builder.add(target_place, INT64(k * lanes)), None
                if numbers_left is not None:
                    count = builder.sub(builder.mul(columns, INT64(c)), at)
                    mask = lanes_before(builder, count, lanes)
                store_lanes(builder, value, target, at, mask, output_dtype)

        with cgutils.for_range(builder, groups) as loop:
            begin = builder.mul(loop.index, INT64(lanes * stride * c))
            target_place = builder.mul(loop.index, INT64(lanes * c))
            numbers_left = builder.sub(numbers, begin)
            results_left = builder.sub(builder.mul(columns, INT64(c)), target_place)
            reads_whole = builder.icmp_signed(">=", numbers_left, INT64(vectors * lanes))
            writes_whole = builder.icmp_signed(">=", results_left, INT64(lanes * c))
            is_whole = builder.and_(reads_whole, writes_whole)
            with builder.if_else(is_whole) as (whole_group, part_of_group):
                with whole_group:
                    pool_group(begin, target_place, None)
                with part_of_group:
                    pool_group(begin, target_place, numbers_left)
        return context.get_dummy_value()

    signature = types.void(
        *([types.intp] * 5),
        *(types.float64, types.boolean, rows, taps, channels, window_stride),
        *(combination, averaging, image_dtype, sum_dtype, output_dtype),
    )
    return signature, codegen


@compiled_loop
def pool_rows(
    first,
    last,
    grid,
    address,
    input_strides,
    stride_down,
    row_divisors,
    are_factors,
    output,
    output_strides,
    rows,
    taps,
    channels,
    window_stride,
    combination,
    averaging,
    image_dtype,
    sum_dtype,
    output_dtype,
):
    """Pool the rows of the output from `first` to before `last`, in registers.

    All windows lie on pixels. grid is (oh, ow); rows are numbered on from image to image. The other
    arguments are those of `pool_row` and `pool_blocks`.
    """
    oh, ow = grid
    for row_of_output in range(first, last):
        b, i = row_of_output // oh, row_of_output % oh
        place = b * input_strides[0] + i * stride_down * input_strides[1]
        out_place = b * output_strides[0] + i * output_strides[1]
        pool_row(
            address_of(output, out_place, output_dtype),
            address_of(address, place, image_dtype),
            input_strides[1],
            AHEAD * stride_down * input_strides[1],
            ow,
            load_number(row_divisors, i, 1.0, 1.0),
            are_factors,
            rows,
            taps,
            channels,
            window_stride,
            combination,
            averaging,
            image_dtype,
            sum_dtype,
            output_dtype,
        )
