"""The loops of pooling that are compiled: Numba around the few instructions on vectors in `simd.py`.

Nothing is checked here. A window is combined along one axis after the other: rows of pixels into
lines of columns, these into lines of results. c channels lie side by side in a column. `join` tells
by its length how two numbers are combined: 1 adds them, 2 keeps the greater, 3 the lesser. A
program tells how the taps of an axis are combined, as rows (again, taps, step, tap): again 0 makes
longer parts of windows, each of so many parts, `step` taps apart; again 1 adds so many parts to the
results, from a tap on.
"""

from __future__ import annotations

import math

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.compile_cache import kernel
from convpool.engines.compiled.loops.simd import (
    INT,
    along,
    below,
    converted,
    element,
    get,
    lanes_of,
    load,
    load_some,
    picked,
    pointer,
    prefetch,
    splat,
    store,
    store_some,
    vector,
)

UNROLLED = 4  # vectors that are combined together
CHANNELS = 4  # vectors of the channels of a window
TOGETHER = 8  # rows that are read at a time, where a window has many
TILE = 2048  # numbers of them
AHEAD = 2  # rows of results before one, its pixels are asked for


def joined(builder, a, b, join, kind):
    """Combine two vectors; a NaN in either wins."""
    whole = not isinstance(kind, types.Float)
    if join.count == 1:
        return builder.add(a, b) if whole else builder.fadd(a, b)
    sign = ">" if join.count == 2 else "<"
    if whole:
        compare = builder.icmp_signed if kind.signed else builder.icmp_unsigned
        return builder.select(compare(sign, a, b), a, b)
    # the processor's own maximum gives b where either is NaN
    chosen = builder.select(builder.fcmp_ordered(sign, a, b), a, b)
    return builder.select(builder.fcmp_unordered("uno", a, a), a, chosen)


def neutral(join, kind):
    """Return the number that changes nothing."""
    if join.count == 1:
        return ir.Constant(element(kind), 0)
    greatest = join.count == 3
    if isinstance(kind, types.Float):
        return ir.Constant(element(kind), math.inf if greatest else -math.inf)
    return ir.Constant(element(kind), int(kind.maxval if greatest else kind.minval))


def unsigned_zeros(builder, result, made):
    """Return a vector with 0 for every -0: which of them wins depends on the order of the taps."""
    if not isinstance(made, types.Float):
        return result
    return builder.fadd(result, ir.Constant(result.type, None))


def average_of(builder, total, by, product, like, made):
    """Divide a vector, or multiply it if `product`, and convert it to the result."""
    total = converted(builder, total, like, types.float64)
    scaled = cgutils.alloca_once(builder, total.type)
    with builder.if_else(product) as (multiply, divide):
        with multiply:
            builder.store(builder.fmul(total, by), scaled)
        with divide:
            builder.store(builder.fdiv(total, by), scaled)
    return unsigned_zeros(
        builder, converted(builder, builder.load(scaled), types.float64, made), made
    )


@intrinsic
def fill(typing, address, count, join, like):
    """Put the number that changes nothing into a line."""

    def code(context, builder, signature, arguments):
        address, count, *_ = arguments
        lanes = lanes_of(like)
        target, nothing = (
            pointer(builder, address, like),
            splat(builder, neutral(join, like), lanes),
        )
        whole = builder.mul(builder.sdiv(count, INT(lanes)), INT(lanes))
        with cgutils.for_range_slice(builder, INT(0), whole, INT(lanes)) as (place, _):
            store(builder, nothing, target, place, like)
        mask = below(builder, builder.sub(count, whole), lanes)
        store_some(builder, nothing, target, whole, like, mask)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, join, like), code


@intrinsic
def combine(typing, result, address, step, taps, count, again, join, given, like):
    """Combine lines that begin `step` numbers apart, and with `again` what stands in the result, number by number.

    The result may be the first line. Up to a vector of rubbish follows it.
    """

    def code(context, builder, signature, arguments):
        result, address, step, taps, count, again, *_ = arguments
        lanes = lanes_of(like)
        source, target = pointer(builder, address, given), pointer(builder, result, like)
        totals = [cgutils.alloca_once(builder, vector(like, lanes)) for _ in range(UNROLLED)]
        first = builder.select(again, INT(0), INT(1))

        def take(place, vectors, mask):
            def read(k, base):
                at = builder.add(base, INT(k * lanes))
                if mask is None:
                    return converted(builder, load(builder, source, at, given, lanes), given, like)
                return converted(builder, load_some(builder, source, at, given, mask), given, like)

            places = [builder.add(place, INT(k * lanes)) for k in range(vectors)]
            with builder.if_else(again) as (add, start):
                with add:
                    for k in range(vectors):
                        builder.store(load(builder, target, places[k], like, lanes), totals[k])
                with start:
                    for k in range(vectors):
                        builder.store(read(k, place), totals[k])
            with cgutils.for_range_slice(builder, first, taps, INT(1)) as (tap, _):
                base = builder.add(place, builder.mul(tap, step))
                for k in range(vectors):
                    builder.store(
                        joined(builder, builder.load(totals[k]), read(k, base), join, like),
                        totals[k],
                    )
            for k in range(vectors):
                store(builder, builder.load(totals[k]), target, places[k], like)

        many = builder.mul(builder.sdiv(count, INT(UNROLLED * lanes)), INT(UNROLLED * lanes))
        whole = builder.mul(builder.sdiv(count, INT(lanes)), INT(lanes))
        with cgutils.for_range_slice(builder, INT(0), many, INT(UNROLLED * lanes)) as (place, _):
            take(place, UNROLLED, None)
        with cgutils.for_range_slice(builder, many, whole, INT(lanes)) as (place, _):
            take(place, 1, None)
        with builder.if_then(builder.icmp_signed("<", whole, count)):
            take(whole, 1, below(builder, builder.sub(count, whole), lanes))
        return context.get_dummy_value()

    return types.void(*[types.intp] * 5, types.boolean, join, given, like), code


@intrinsic
def pixels(typing, result, address, stride, step, taps, columns, c, left, again, join, like):
    """Combine columns by one vector of each: `taps` of them `step` numbers apart, from columns `stride` numbers apart.

    Results lie c numbers apart. With `again`, the first `left` numbers of them are combined with
    what stands there, and nothing else is touched; else up to a vector of rubbish follows. Up to a
    vector is read after the last column.
    """

    def code(context, builder, signature, arguments):
        result, address, stride, step, taps, columns, c, left, again, *_ = arguments
        lanes = lanes_of(like)
        source, target = pointer(builder, address, like), pointer(builder, result, like)
        total = cgutils.alloca_once(builder, vector(like, lanes))
        mask = below(builder, left, lanes)
        with builder.if_else(again) as (add, start):
            with add, cgutils.for_range(builder, columns) as loop:
                place, base = builder.mul(loop.index, c), builder.mul(loop.index, stride)
                builder.store(load(builder, target, place, like, lanes), total)
                with cgutils.for_range(builder, taps) as tap:
                    at = builder.add(base, builder.mul(tap.index, step))
                    x = load(builder, source, at, like, lanes)
                    builder.store(joined(builder, builder.load(total), x, join, like), total)
                store_some(builder, builder.load(total), target, place, like, mask)
            with start, cgutils.for_range(builder, columns) as loop:
                place, base = builder.mul(loop.index, c), builder.mul(loop.index, stride)
                builder.store(load(builder, source, base, like, lanes), total)
                with cgutils.for_range_slice(builder, INT(1), taps, INT(1)) as (tap, _):
                    at = builder.add(base, builder.mul(tap, step))
                    x = load(builder, source, at, like, lanes)
                    builder.store(joined(builder, builder.load(total), x, join, like), total)
                # what this spoils of the next columns is made after it
                store(builder, builder.load(total), target, place, like)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 8, types.boolean, join, like), code


@intrinsic
def thin(typing, result, address, columns, parts, strides, like):
    """Keep one column of as many as the tuple `strides` has numbers, each of as many numbers as the tuple `parts` has.

    Groups of a vector of columns are read and made, so rubbish follows the results.
    """

    def code(context, builder, signature, arguments):
        result, address, columns, *_ = arguments
        count, c, stride = lanes_of(like), parts.count, strides.count
        source, target = pointer(builder, address, like), pointer(builder, result, like)
        groups = builder.sdiv(builder.add(columns, INT(count - 1)), INT(count))
        with cgutils.for_range(builder, groups) as loop:
            begin, there = (builder.mul(loop.index, INT(k * count)) for k in (c * stride, c))
            vectors = [
                load(builder, source, builder.add(begin, INT(k * count)), like, count)
                for k in range(c * stride)
            ]
            for k in range(c):
                flat = [k * count + lane for lane in range(count)]
                places = [place // c * c * stride + place % c for place in flat]
                first, last = places[0] // count, places[-1] // count
                line = picked(
                    builder, vectors[first : last + 1], [place - first * count for place in places]
                )
                store(builder, line, target, builder.add(there, INT(k * count)), like)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 3, parts, strides, like), code


@intrinsic
def finish(typing, result, address, count, divisor, divisors, product, average, like, made):
    """Convert a line to the result; if `average` has two numbers, divide by `divisor` times what stands in `divisors`.

    Without an address of divisors that is `divisor` alone; `product` tells to multiply instead.
    """

    def code(context, builder, signature, arguments):
        result, address, count, divisor, divisors, product, *_ = arguments
        lanes, double = lanes_of(like), types.float64
        source, target = pointer(builder, address, like), pointer(builder, result, made)
        whole = builder.mul(builder.sdiv(count, INT(lanes)), INT(lanes))

        def loop(finished):
            with cgutils.for_range_slice(builder, INT(0), whole, INT(lanes)) as (place, _):
                store(builder, finished(place, None), target, place, made)
            with builder.if_then(builder.icmp_signed("<", whole, count)):
                mask = below(builder, builder.sub(count, whole), lanes)
                store_some(builder, finished(whole, mask), target, whole, made, mask)

        def plain(place, mask):
            total = load(builder, source, place, like, lanes)
            return unsigned_zeros(builder, converted(builder, total, like, made), made)

        if average.count == 1:
            loop(plain)
            return context.get_dummy_value()

        scalar = splat(builder, divisor, lanes)
        table = pointer(builder, divisors, double)

        def scaled(several):
            def finished(place, mask):
                by = scalar
                if several and mask is None:
                    by = builder.fmul(load(builder, table, place, double, lanes), scalar)
                elif several:
                    by = builder.fmul(load_some(builder, table, place, double, mask), scalar)
                return average_of(
                    builder, load(builder, source, place, like, lanes), by, product, like, made
                )

            return finished

        with builder.if_else(builder.icmp_signed("!=", divisors, INT(0))) as (several, one):
            with several:
                loop(scaled(True))
            with one:
                loop(scaled(False))
        return context.get_dummy_value()

    return types.void(
        *[types.intp] * 3, types.float64, types.intp, types.boolean, average, like, made
    ), code


@kernel
def reached(y, size, window, dilation):
    """Return the first tap of a window on a pixel, and behind the last."""
    first = 0 if y >= 0 else (dilation - 1 - y) // dilation
    last = min(window, (size - 1 - y) // dilation + 1)
    return first, max(first, last)


@kernel
def descend(result, address, row_step, y, h, taps, dilation, count, again, join, given, like):
    """Combine the pixels of some rows, `dilation` apart from row y on, into a line, those on the image."""
    first, last = reached(y, h, taps, dilation)
    if first == last:
        if not again:
            fill(result, count, join, like)
        return
    source = along(address, (y + first * dilation) * row_step, given)
    step, few = dilation * row_step, last - first <= TOGETHER
    tile = count if few else TILE
    for start in range(0, count, tile):
        for tap in range(first, last, TOGETHER):
            here, there = (
                along(source, (tap - first) * step + start, given),
                along(result, start, like),
            )
            taken, wide = min(TOGETHER, last - tap), min(tile, count - start)
            combine(there, here, step, taken, wide, again or tap > first, join, given, like)


@kernel
def columns_of(
    columns,
    pitch,
    address,
    row_step,
    y,
    h,
    rows,
    axis,
    program,
    parts,
    tile,
    count,
    join,
    given,
    like,
):
    """Combine the rows of each window into a line of columns."""
    window, stride, dilation = axis
    part_pitch = tile + lanes(like)
    for start in range(0, count, tile):
        wide = min(tile, count - start)
        source = along(address, start, given)
        valid = (rows - 1) * stride + (window - 1) * dilation + 1
        raw, again = True, False
        for k in range(len(program)):
            emit, taps, step, tap = program[k]
            shift = step * dilation
            if emit:
                target, apart, number, turn, place = (
                    along(columns, start, like),
                    pitch,
                    rows,
                    stride,
                    tap * dilation,
                )
            else:
                valid -= (taps - 1) * shift
                target, apart, number, turn, place = parts, part_pitch, valid, 1, 0
            more = emit > 0 and again
            for r in range(number):
                there, row = along(target, r * apart, like), r * turn + place
                if raw:
                    descend(
                        there,
                        source,
                        row_step,
                        y + row,
                        h,
                        taps,
                        shift,
                        wide,
                        more,
                        join,
                        given,
                        like,
                    )
                else:
                    part = along(parts, row * part_pitch, like)
                    combine(there, part, shift * part_pitch, taps, wide, more, join, like, like)
            again = again or emit > 0
            raw = raw and emit > 0


@intrinsic
def lanes(typing, like):
    """Return how many numbers a vector holds."""

    def code(context, builder, signature, arguments):
        return INT(lanes_of(like))

    return types.intp(like), code


@kernel
def results_of(result, line, columns, axis, program, c, join, like):
    """Combine the columns of each window into a line of results; the line of columns is spoilt."""
    window, stride, dilation = axis
    valid = (columns - 1) * stride + (window - 1) * dilation + 1
    again = False
    for k in range(len(program)):
        emit, taps, step, tap = program[k]
        shift = step * dilation * c
        source = along(line, tap * dilation * c, like)
        target, turns, count = result, 1, columns * c
        if not emit:
            valid -= (taps - 1) * step * dilation
            target, count = line, valid * c
        elif stride > 1 and columns > 1:
            if again or c < lanes(like):
                for ch in range(0, c, lanes(like)):
                    there, here = along(result, ch, like), along(source, ch, like)
                    pixels(
                        there, here, stride * c, shift, taps, columns, c, c - ch, again, join, like
                    )
                again = True
                continue
            turns, count = columns, c
        more = emit > 0 and again
        for x in range(turns):
            there, here = along(target, x * c, like), along(source, x * stride * c, like)
            combine(there, here, shift, taps, count, more, join, like, like)
        again = again or emit > 0


@kernel
def pooled(
    first,
    last,
    grid,
    sizes,
    address,
    steps,
    down,
    across,
    programs,
    scratch,
    pitches,
    by_rows,
    by_columns,
    product,
    flat,
    result,
    steps_out,
    channels,
    strides,
    join,
    average,
    given,
    like,
    made,
):
    """Pool the blocks from `first` to before `last`.

    sizes are those of an image (h, w, c), steps those from image to image and from row to row; down
    and across are (window, stride, dilation, before) of an axis. scratch tells where lines of
    columns and of results, parts, and lines of all windows lie; pitches how far apart the first two
    are, how many numbers of a row are taken down together, and how many lines along together.
    by_rows and by_columns are the addresses of divisors, for rows and for the numbers of a line,
    the latter 0 where they are all 1. `flat` tells that lines follow each other in the result and
    have one divisor. With few channels and short strides, which the tuples `channels` and `strides`
    tell, all windows are made and some kept.
    """
    oh, ow, high, wide = grid
    h, w, c = sizes
    lines, staged, parts, full = scratch
    pitch, staged_pitch, tile, together = pitches
    window, stride, dilation, before = across
    blocks_down, blocks_across = -(-oh // high), -(-ow // wide)
    for block in range(first, last):
        b = block // (blocks_down * blocks_across)
        row = block // blocks_across % blocks_down * high
        column = block % blocks_across * wide
        rows, columns = min(high, oh - row), min(wide, ow - column)
        x = column * stride - before
        length = (columns - 1) * stride + (window - 1) * dilation + 1
        low = min(max(0, -x), length)
        most = max(low, min(length, w - x))
        if most > low:
            columns_of(
                along(lines, low * c, like),
                pitch,
                along(address, b * steps[0] + (x + low) * c, given),
                steps[1],
                row * down[1] - down[3],
                h,
                rows,
                down[:3],
                programs[0],
                parts,
                tile,
                (most - low) * c,
                join,
                given,
                like,
            )
        if length > most - low:
            for r in range(rows):
                line = along(lines, r * pitch, like)
                fill(line, low * c, join, like)
                fill(along(line, most * c, like), (length - most) * c, join, like)
        for r in range(0, rows, together):
            line = along(lines, r * pitch, like)
            there = along(staged, r * staged_pitch, like)
            # the rows of a group are one long line: windows that reach from one to the next are
            # made for nothing
            every = (min(together, rows - r) - 1) * (pitch // c) + length - (window - 1) * dilation
            turn = stride if strides is None else 1
            into = there if strides is None else full
            results_of(
                into,
                line,
                (every - 1) // turn + 1,
                (window, turn, dilation),
                programs[1],
                c,
                join,
                like,
            )
            if strides is not None:
                thin(there, full, (every - 1) // stride + 1, channels, strides, like)
        target = along(result, b * steps_out[0] + row * steps_out[1] + column * c, made)
        factors = by_columns + column * c * 8 if by_columns else 0
        if flat:
            by = get(by_rows, row, 1.0, 1.0)
            finish(target, staged, rows * columns * c, by, factors, product, average, like, made)
        else:
            for r in range(rows):
                there, by = along(staged, r * staged_pitch, like), get(by_rows, row + r, 1.0, 1.0)
                line = along(target, r * steps_out[1], made)
                finish(line, there, columns * c, by, factors, product, average, like, made)


@intrinsic
def whole(
    typing,
    result,
    address,
    row_step,
    rows,
    column_step,
    columns,
    count,
    divisor,
    product,
    join,
    average,
    given,
    like,
    made,
):
    """Combine the pixels of one window, with vectors of channels, divide them and store them."""

    def code(context, builder, signature, arguments):
        result, address, row_step, rows, column_step, columns, count, divisor, product, *_ = (
            arguments
        )
        lanes = lanes_of(like)
        source, target = pointer(builder, address, given), pointer(builder, result, made)
        totals = [cgutils.alloca_once(builder, vector(like, lanes)) for _ in range(CHANNELS)]
        by = splat(builder, divisor, lanes)

        def finished(total):
            if average.count == 1:
                return unsigned_zeros(builder, converted(builder, total, like, made), made)
            return average_of(builder, total, by, product, like, made)

        def take(place, vectors, mask):
            def read(base, k):
                at = builder.add(base, INT(k * lanes))
                if mask is None:
                    return converted(builder, load(builder, source, at, given, lanes), given, like)
                return converted(builder, load_some(builder, source, at, given, mask), given, like)

            nothing = splat(builder, neutral(join, like), lanes)
            for k in range(vectors):
                builder.store(nothing, totals[k])
            with cgutils.for_range(builder, rows) as row:
                start = builder.add(place, builder.mul(row.index, row_step))
                with cgutils.for_range(builder, columns) as column:
                    base = builder.add(start, builder.mul(column.index, column_step))
                    for k in range(vectors):
                        builder.store(
                            joined(builder, builder.load(totals[k]), read(base, k), join, like),
                            totals[k],
                        )
            for k in range(vectors):
                value, at = finished(builder.load(totals[k])), builder.add(place, INT(k * lanes))
                if mask is None:
                    store(builder, value, target, at, made)
                else:
                    store_some(builder, value, target, at, made, mask)

        many = builder.mul(builder.sdiv(count, INT(CHANNELS * lanes)), INT(CHANNELS * lanes))
        full = builder.mul(builder.sdiv(count, INT(lanes)), INT(lanes))
        with cgutils.for_range_slice(builder, INT(0), many, INT(CHANNELS * lanes)) as (place, _):
            take(place, CHANNELS, None)
        with cgutils.for_range_slice(builder, many, full, INT(lanes)) as (place, _):
            take(place, 1, None)
        with builder.if_then(builder.icmp_signed("<", full, count)):
            take(full, 1, below(builder, builder.sub(count, full), lanes))
        return context.get_dummy_value()

    return types.void(
        *[types.intp] * 7, types.float64, types.boolean, join, average, given, like, made
    ), code


@kernel
def direct(
    first,
    last,
    grid,
    sizes,
    address,
    steps,
    down,
    across,
    by_rows,
    by_columns,
    product,
    result,
    steps_out,
    join,
    average,
    given,
    like,
    made,
):
    """Pool the rows of the output from `first` to before `last`, both axes at once; the words are those of `pooled`."""
    oh, ow = grid
    h, w, c = sizes
    for block in range(first, last):
        b, i = block // oh, block % oh
        y = i * down[1] - down[3]
        top, bottom = reached(y, h, down[0], down[2])
        divisor = get(by_rows, i, 1.0, 1.0)
        row = along(address, b * steps[0] + (y + top * down[2]) * steps[1], given)
        there = along(result, b * steps_out[0] + i * steps_out[1], made)
        for j in range(ow):
            x = j * across[1] - across[3]
            left, right = reached(x, w, across[0], across[2])
            by = divisor * get(by_columns, j * c, 1.0, 1.0) if by_columns else divisor
            whole(
                along(there, j * c, made),
                along(row, (x + left * across[2]) * c, given),
                down[2] * steps[1],
                bottom - top,
                across[2] * c,
                right - left,
                c,
                by,
                product,
                join,
                average,
                given,
                like,
                made,
            )


@intrinsic
def thinned(
    typing,
    result,
    address,
    row_step,
    ahead,
    columns,
    divisor,
    product,
    rows,
    taps,
    parts,
    strides,
    join,
    average,
    given,
    like,
    made,
):
    """Pool one row of windows that lie on pixels: the tuples have as many numbers as there are rows, taps and so on.

    A vector of columns is made at a time: rows are combined number by number, then the taps are
    picked and combined. Rows are not read in order, so what lies `ahead` is asked for beforehand.
    """

    def code(context, builder, signature, arguments):
        result, address, row_step, ahead, columns, divisor, product, *_ = arguments
        lanes, window, c, stride = lanes_of(like), taps.count, parts.count, strides.count
        source, target = pointer(builder, address, given), pointer(builder, result, made)
        vectors = -(-((lanes - 1) * stride + window) * c // lanes)
        turn, step = lanes * stride * c, lanes * c
        by = splat(builder, divisor, lanes)
        outer = builder.mul(builder.sub(columns, INT(1)), INT(stride * c))
        numbers = builder.add(outer, INT(window * c))  # of a row, under all windows
        groups = builder.sdiv(builder.add(columns, INT(lanes - 1)), INT(lanes))

        def read(row, begin, k, left):
            at = builder.add(builder.add(begin, INT(k * lanes)), builder.mul(row_step, INT(row)))
            if left is None:
                prefetch(builder, source, builder.add(at, ahead))
                return converted(builder, load(builder, source, at, given, lanes), given, like)
            mask = below(builder, builder.sub(left, INT(k * lanes)), lanes)
            return converted(builder, load_some(builder, source, at, given, mask), given, like)

        def down(begin, k, left):
            total = read(0, begin, k, left)
            for row in range(1, rows.count):
                total = joined(builder, total, read(row, begin, k, left), join, like)
            return total

        def make(begin, there, left):
            lines = [down(begin, k, left) for k in range(vectors)]
            for k in range(c):
                flat = [k * lanes + lane for lane in range(lanes)]
                places = [place // c * c * stride + place % c for place in flat]
                total = None
                for tap in range(window):
                    first, last = ((place + tap * c) // lanes for place in (places[0], places[-1]))
                    chosen = [place + tap * c - first * lanes for place in places]
                    line = picked(builder, lines[first : last + 1], chosen)
                    total = line if total is None else joined(builder, total, line, join, like)
                if average.count == 1:
                    value = unsigned_zeros(builder, converted(builder, total, like, made), made)
                else:
                    value = average_of(builder, total, by, product, like, made)
                at = builder.add(there, INT(k * lanes))
                if left is None:
                    store(builder, value, target, at, made)
                else:
                    mask = below(builder, builder.sub(builder.mul(columns, INT(c)), at), lanes)
                    store_some(builder, value, target, at, made, mask)

        with cgutils.for_range(builder, groups) as loop:
            begin, there = builder.mul(loop.index, INT(turn)), builder.mul(loop.index, INT(step))
            left = builder.sub(numbers, begin)
            complete = builder.sub(builder.mul(columns, INT(c)), there)
            inside = builder.icmp_signed(">=", left, INT(vectors * lanes))
            filled = builder.icmp_signed(">=", complete, INT(step))
            with builder.if_else(builder.and_(inside, filled)) as (every, some):
                with every:
                    make(begin, there, None)
                with some:
                    make(begin, there, left)
        return context.get_dummy_value()

    words = (*(types.intp,) * 5, types.float64, types.boolean)
    return types.void(*words, rows, taps, parts, strides, join, average, given, like, made), code


@kernel
def thin_rows(
    first,
    last,
    grid,
    address,
    steps,
    strides_down,
    by_rows,
    product,
    result,
    steps_out,
    rows,
    taps,
    channels,
    strides,
    join,
    average,
    given,
    like,
    made,
):
    """Pool the rows of the output from `first` to before `last`, whose windows lie on pixels, in registers."""
    oh, ow = grid
    for block in range(first, last):
        b, i = block // oh, block % oh
        row = along(address, b * steps[0] + i * strides_down * steps[1], given)
        there = along(result, b * steps_out[0] + i * steps_out[1], made)
        by = get(by_rows, i, 1.0, 1.0)
        thinned(
            there,
            row,
            steps[1],
            AHEAD * strides_down * steps[1],
            ow,
            by,
            product,
            rows,
            taps,
            channels,
            strides,
            join,
            average,
            given,
            like,
            made,
        )
