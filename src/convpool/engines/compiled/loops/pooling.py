"""The compiled loops of pooling: Numba around the few instructions on vectors in `simd`.

Nothing is checked here. A window is combined along one axis after the other: rows of pixels into
lines of columns, these into lines of results. The c channels of a column lie side by side; b is the
number of an image, i a row and j a column of the output, h x w the pixels of an image.

`image_dtype`, `sum_dtype` and `output_dtype` are zeros whose dtype is that of the images, of what
is combined, and of the results. A tuple of zeros stands for its length: len(combination) is 1 to
add numbers, 2 to keep the greater, 3 to keep the lesser; len(averaging) is 2 to divide by a divisor
at the end, 1 not to; divisors `are_factors` where results are multiplied by them instead.

A program says how the taps of an axis are combined, as rows (is_result, taps, step, first tap): a
row combines so many parts of windows, `step` taps apart, to longer parts or, if is_result, with the
results. At first, a part is one tap.
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

UNROLLED = 4  # vectors that are combined together
CHANNELS = 4  # vectors of the channels of a window
ROWS = 8  # rows that are read at a time, where a window has many
TILE = 2048  # numbers of each of them
AHEAD = 2  # rows of results before one, its pixels are prefetched


# ---- instructions on vectors ----


def combine_vectors(builder, a, b, combination, kind):
    """Combine two vectors; a NaN in either wins."""
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
    """Return the number that changes nothing when it is combined."""
    if combination.count == 1:
        return ir.Constant(element_type(kind), 0)
    is_greatest = combination.count == 3
    if isinstance(kind, types.Float):
        return ir.Constant(element_type(kind), math.inf if is_greatest else -math.inf)
    return ir.Constant(element_type(kind), int(kind.maxval if is_greatest else kind.minval))


def load_and_convert(builder, base, place, mask, source_kind, target_kind):
    """Return a converted vector from a place on; a mask of None is that of all lanes."""
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
    """Return totals as results: divided, or multiplied if `are_factors`, converted, with 0 for -0.

    A divisor of None changes nothing. -0 becomes 0, since which of the two wins depends on the
    order of the taps.
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
    return builder.fadd(result, ir.Constant(result.type, None))


def multiple_below(builder, count, size):
    """Return the greatest multiple of a size that is not above a count."""
    return builder.mul(builder.sdiv(count, INT64(size)), INT64(size))


# ---- lines ----


@intrinsic
def fill_identity(typing, address, count, combination, sum_dtype):
    """Fill a line of `count` numbers with the one that changes nothing."""

    def code(context, builder, signature, arguments):
        address, count, *_ = arguments
        lanes = lanes_of(sum_dtype)
        target = pointer_to(builder, address, sum_dtype)
        neutral = splat(builder, identity(combination, sum_dtype), lanes)
        whole = multiple_below(builder, count, lanes)
        with cgutils.for_range_slice(builder, INT64(0), whole, INT64(lanes)) as (place, _):
            store(builder, neutral, target, place, sum_dtype)
        mask = lanes_before(builder, builder.sub(count, whole), lanes)
        store_masked(builder, neutral, target, whole, sum_dtype, mask)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, combination, sum_dtype), code


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

    Lines begin line_stride numbers apart. If they `accumulate`, the result so far is combined with
    them. The result may be the first line; up to a vector behind it is overwritten.
    """

    def code(context, builder, signature, arguments):
        result, address, line_stride, lines, count, accumulate, *_ = arguments
        lanes = lanes_of(sum_dtype)
        source = pointer_to(builder, address, source_dtype)
        target = pointer_to(builder, result, sum_dtype)
        totals = [
            cgutils.alloca_once(builder, vector_type(sum_dtype, lanes)) for _ in range(UNROLLED)
        ]
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

    words = (*[types.intp] * 5, types.boolean, combination, source_dtype, sum_dtype)
    return types.void(*words), code


def for_each_part(builder, count, lanes, unrolled, emit):
    """Emit code for all of `count` numbers: emit(place, vectors, mask) for each part of them.

    Parts are so many unrolled vectors, then one vector each, and at last one under a mask.
    """
    many = multiple_below(builder, count, unrolled * lanes)
    whole = multiple_below(builder, count, lanes)
    parts = cgutils.for_range_slice(builder, INT64(0), many, INT64(unrolled * lanes))
    with parts as (place, _):
        emit(place, unrolled, None)
    with cgutils.for_range_slice(builder, many, whole, INT64(lanes)) as (place, _):
        emit(place, 1, None)
    with builder.if_then(builder.icmp_signed("<", whole, count)):
        emit(whole, 1, lanes_before(builder, builder.sub(count, whole), lanes))


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
    left,
    accumulate,
    combination,
    sum_dtype,
):
    """Combine the taps of each window of a line, with one vector of channels for each.

    A window begins window_stride numbers after the last, a tap tap_stride numbers; results lie c
    numbers apart. If they `accumulate`, the first `left` numbers of each are combined with the
    result so far, and nothing else is touched; else up to a vector behind a result is overwritten.
    Up to a vector is read behind the last column.
    """

    def code(context, builder, signature, arguments):
        result, address, window_stride, tap_stride, taps, columns, c, left, accumulate, *_ = (
            arguments
        )
        lanes = lanes_of(sum_dtype)
        source = pointer_to(builder, address, sum_dtype)
        target = pointer_to(builder, result, sum_dtype)
        total = cgutils.alloca_once(builder, vector_type(sum_dtype, lanes))
        mask = lanes_before(builder, left, lanes)

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

    return types.void(*[types.intp] * 8, types.boolean, combination, sum_dtype), code


@intrinsic
def skip_columns(typing, result, address, columns, channels, window_stride, sum_dtype):
    """Copy every len(window_stride)-th column of a line, of len(channels) channels, to a line.

    So many columns of the result are written, in whole vectors of them: more numbers follow.
    """

    def code(context, builder, signature, arguments):
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

    return types.void(*[types.intp] * 3, channels, window_stride, sum_dtype), code


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
    """Write a line of `count` totals as results, divided if len(averaging) is 2.

    The divisor is row_divisor, times the number at the same place of column_divisors, unless that
    address is 0.
    """

    def code(context, builder, signature, arguments):
        result, address, count, row_divisor, column_divisors, are_factors, *_ = arguments
        lanes, double = lanes_of(sum_dtype), types.float64
        source = pointer_to(builder, address, sum_dtype)
        target = pointer_to(builder, result, output_dtype)
        whole = multiple_below(builder, count, lanes)

        def write(place, mask, divisor):
            total = load(builder, source, place, sum_dtype, lanes)
            value = results_of(builder, total, divisor, are_factors, sum_dtype, output_dtype)
            store_lanes(builder, value, target, place, mask, output_dtype)

        def write_all(divisor_at):
            with cgutils.for_range_slice(builder, INT64(0), whole, INT64(lanes)) as (place, _):
                write(place, None, divisor_at(place, None))
            with builder.if_then(builder.icmp_signed("<", whole, count)):
                mask = lanes_before(builder, builder.sub(count, whole), lanes)
                write(whole, mask, divisor_at(whole, mask))

        if averaging.count == 1:
            write_all(lambda place, mask: None)
            return context.get_dummy_value()

        of_row = splat(builder, row_divisor, lanes)
        of_columns = pointer_to(builder, column_divisors, double)

        def product_at(place, mask):
            if mask is None:
                divisors = load(builder, of_columns, place, double, lanes)
            else:
                divisors = load_masked(builder, of_columns, place, double, mask)
            return builder.fmul(divisors, of_row)

        has_columns = builder.icmp_signed("!=", column_divisors, INT64(0))
        with builder.if_else(has_columns) as (several, single):
            with several:
                write_all(product_at)
            with single:
                write_all(lambda place, mask: of_row)
        return context.get_dummy_value()

    words = (*[types.intp] * 3, types.float64, types.intp, types.boolean)
    return types.void(*words, averaging, sum_dtype, output_dtype), code


@compiled_loop
def taps_on_pixels(y, size, window, dilation):
    """Return the first tap of a window on a pixel, and the one behind the last.

    The window begins at pixel y, which may be negative, of an axis of this size.
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
    """Combine `taps` rows of pixels, `dilation` apart from row y on, to a line of `count` numbers.

    Rows that are not on the image, which has h, are left out. If they `accumulate`, they are
    combined with the result so far.
    """
    first, last = taps_on_pixels(y, h, taps, dilation)
    if first == last:
        if not accumulate:
            fill_identity(result, count, combination, sum_dtype)
        return
    source = address_of(address, (y + first * dilation) * row_stride, image_dtype)
    tap_stride = dilation * row_stride
    tile = count if last - first <= ROWS else TILE
    for start in range(0, count, tile):
        for tap in range(first, last, ROWS):
            combine_lines(
                address_of(result, start, sum_dtype),
                address_of(source, (tap - first) * tap_stride + start, image_dtype),
                tap_stride,
                min(ROWS, last - tap),
                min(tile, count - start),
                accumulate or tap > first,
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
    """Combine the rows of pixels of each window to a line, for `rows` rows of windows.

    Lines of `count` numbers lie `pitch` apart. The first window begins at row y of an image of h
    rows; axis is (window, stride, dilation). `tile` numbers of a row are taken at a time, and
    `parts` is the address of a scratch for the parts of windows of these.
    """
    window, stride, dilation = axis
    part_pitch = tile + lane_count(sum_dtype)
    for start in range(0, count, tile):
        numbers = min(tile, count - start)
        source = address_of(address, start, image_dtype)
        length = (rows - 1) * stride + (window - 1) * dilation + 1  # rows of parts that are needed
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
    """Combine the columns of each window of a line to a line of `columns` columns of results.

    axis is (window, stride, dilation). The line is overwritten with parts of windows.
    """
    window, stride, dilation = axis
    length = (
        (columns - 1) * stride + (window - 1) * dilation + 1
    )  # columns of parts that are needed
    accumulate = False
    for k in range(len(program)):
        is_result, taps, step, first_tap = program[k]
        shift = step * dilation * c
        source = address_of(line, first_tap * dilation * c, sum_dtype)
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

    grid is (oh, ow, rows and columns of a block), sizes (h, w, c); strides are those from image to
    image and from row to row; down and across are (window, stride, dilation, before) of an axis.
    scratch holds the addresses of the lines of columns, of those of results, of parts of windows,
    and of a line with the windows of every column; pitches are the numbers between the first, and
    between the second ones, the numbers of a row that are taken down together, and the lines that
    are combined along the row as if they were one.

    row_divisors and column_divisors are the addresses of float64, one for each row of the output
    and one for each number of its lines; that of the columns is 0 where all are 1. It `is_flat`
    where lines follow each other in the output and have one divisor. If the tuples `channels` and
    `window_stride` are not None, windows are combined at every column, and every
    len(window_stride)-th is kept.

    It is long because each of its steps takes many positional words.
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
        divisors = column_divisors + column * c * 8 if column_divisors else 0
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

    They are divided if len(averaging) is 2.
    """

    def code(context, builder, signature, arguments):
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

    words = (*[types.intp] * 7, types.float64, types.boolean, combination, averaging)
    return types.void(*words, image_dtype, sum_dtype, output_dtype), code


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

    grid is (oh, ow); rows are numbered on from image to image. The other words are those of
    `pool_blocks`.
    """
    oh, ow = grid
    h, w, c = sizes
    for block in range(first, last):
        b, i = block // oh, block % oh
        y = i * down[1] - down[3]
        top, bottom = taps_on_pixels(y, h, down[0], down[2])
        row_divisor = load_number(row_divisors, i, 1.0, 1.0)
        place = b * input_strides[0] + (y + top * down[2]) * input_strides[1]
        row = address_of(address, place, image_dtype)
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
                address_of(row, (x + left * across[2]) * c, image_dtype),
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

    A window has len(rows) x len(taps) pixels of len(channels) channels, and len(window_stride)
    columns to the next. Results are written a vector of columns at a time: rows are combined number
    by number, then the taps are picked and combined. Since rows are not read in order, the pixels
    `ahead` numbers further on are prefetched.
    """

    def code(context, builder, signature, arguments):
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

        def read(row, begin, k, left):
            at = builder.add(begin, INT64(k * lanes))
            at = builder.add(at, builder.mul(row_stride, INT64(row)))
            mask = None
            if left is None:
                prefetch(builder, source, builder.add(at, ahead))
            else:
                mask = lanes_before(builder, builder.sub(left, INT64(k * lanes)), lanes)
            return load_and_convert(builder, source, at, mask, image_dtype, sum_dtype)

        def combine_down(begin, k, left):
            total = read(0, begin, k, left)
            for row in range(1, rows.count):
                x = read(row, begin, k, left)
                total = combine_vectors(builder, total, x, combination, sum_dtype)
            return total

        def pool_group(begin, target_place, left):
            lines = [combine_down(begin, k, left) for k in range(vectors)]
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
                if left is not None:
                    count = builder.sub(builder.mul(columns, INT64(c)), at)
                    mask = lanes_before(builder, count, lanes)
                store_lanes(builder, value, target, at, mask, output_dtype)

        with cgutils.for_range(builder, groups) as loop:
            begin = builder.mul(loop.index, INT64(lanes * stride * c))
            target_place = builder.mul(loop.index, INT64(lanes * c))
            left = builder.sub(numbers, begin)
            left_out = builder.sub(builder.mul(columns, INT64(c)), target_place)
            reads_whole = builder.icmp_signed(">=", left, INT64(vectors * lanes))
            writes_whole = builder.icmp_signed(">=", left_out, INT64(lanes * c))
            is_whole = builder.and_(reads_whole, writes_whole)
            with builder.if_else(is_whole) as (whole_group, part_of_group):
                with whole_group:
                    pool_group(begin, target_place, None)
                with part_of_group:
                    pool_group(begin, target_place, left)
        return context.get_dummy_value()

    words = (*[types.intp] * 5, types.float64, types.boolean, rows, taps, channels, window_stride)
    return types.void(*words, combination, averaging, image_dtype, sum_dtype, output_dtype), code


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

    All windows lie on pixels. Rows are numbered on from image to image; the other words are those
    of `pool_row` and `pool_blocks`.
    """
    oh, ow = grid
    for block in range(first, last):
        b, i = block // oh, block % oh
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
