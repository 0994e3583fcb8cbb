"""The compiled loops of convolution: Numba around the few instructions on vectors in `simd`.

Nothing is checked here. Arguments are int64 unless their legend says otherwise; a legend lists the
items of a tuple, or the columns of an array, in unpacking order.

- An address counts bytes; an address of 0 stands for memory that is not used. Places, strides and
  counts are in numbers. The strides of images and of the output are (from image to image, row to
  row, column to column, channel to channel); those of the output end with kernel to kernel.
- A block is some images, rows and columns of the output that are computed together.
- A scratch is memory of one thread for the pixels, or for the results, of one block. Its pixels are
  padded and converted, as (image, plane, row, line). A line is one row of pixels in one plane:
  `channels_per_line` channels of each column, side by side. Column x of channel ch is in the
  plane with number `ch // channels_per_line * phases + x % phases`.
- The margin is what stands in a scratch around the pixels, where the padding is.
- Remainders of a line are covered by an overlapping last vector or a mask.

b is the number of an image of a block, r of a row, x of a column, ch of a channel, u of a row of
the kernel. `image_dtype`, `sum_dtype` and `output_dtype` are zeros whose dtype is that of the
images, sums and results. Of a tuple of zeros only the length counts, and None stands for no tuple:
both are constant in the machine code, which Numba compiles for each.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.compile_cache import compiled_loop
from convpool.engines.compiled.loops.simd import (
    HAS_32_REGISTERS,
    INT64,
    add,
    address_of,
    convert,
    deinterleave,
    interleave,
    lane_count,
    lanes_before,
    lanes_of,
    load,
    load_masked,
    load_number,
    multiply_add,
    pick_lanes,
    pointer_into,
    pointer_to,
    prefetch,
    splat,
    store,
    store_masked,
    store_number,
    vector_type,
)

PIXELS = 12  # pixels of a tile, or half as many: see pixels_of_tile
# vectors of sums of a tile: as many as fit the registers together with their inputs
SUMS = 24 if HAS_32_REGISTERS else 12
WIDE = SUMS // (PIXELS // 2)  # vectors of kernels in the widest tile
CACHE_LINE = 64  # bytes
UNROLLED = 4  # channels that one turn of a tile's loop takes


def vectors_at_once(sums):
    """Return how many vectors of pixels go down the rows together, from 1 to 8.

    `sums` is how many rows of results are summed at a time for each of them.
    """
    # of 32 registers 2 * sums, or of 16 registers sums, are for the weights; a vector takes one for
    # each of its sums and 2, or 1, for its pixels, since LLVM loads ahead
    room = (30 - 2 * sums) // (sums + 2) if HAS_32_REGISTERS else (14 - sums) // (sums + 1)
    return max(1, min(8, room))


def store_sums(builder, totals, targets, accumulate, sum_dtype, output_dtype):
    """Store vectors of sums as results; if `accumulate`, add them to the results so far.

    All results so far are loaded before any is stored, since targets may overlap.

    Legend
    ------
    totals
        Pointers to the vectors of sums.
    targets
        For each of them (base, place, mask): where its results go, and which lanes are stored; a
        mask of None is that of all lanes.
    accumulate
        A bit, an LLVM value.
    """
    results = [
        cgutils.alloca_once_value(
            builder, convert(builder, builder.load(total), sum_dtype, output_dtype)
        )
        for total in totals
    ]
    with builder.if_then(accumulate):
        for result, (base, place, mask) in zip(results, targets, strict=True):
            lanes = builder.load(result).type.count
            if mask is None:
                so_far = load(builder, base, place, output_dtype, lanes)
            else:
                so_far = load_masked(builder, base, place, output_dtype, mask)
            builder.store(add(builder, builder.load(result), so_far, output_dtype), result)
    for result, (base, place, mask) in zip(results, targets, strict=True):
        if mask is None:
            store(builder, builder.load(result), base, place, output_dtype)
        else:
            store_masked(builder, builder.load(result), base, place, output_dtype, mask)


@intrinsic
def convolve_columns(
    typing,
    source,
    places,
    group,
    taps,
    tap,
    count,
    row_stride,
    rows,
    weights,
    tap_stride,
    weight_row_stride,
    start,
    accumulate,
    output,
    output_row_stride,
    lanes,
    masks,
    image_rows,
    ahead,
    prefetches,
    kernel_rows,
    slab_rows,
    window_stride,
    column_stride,
    unroll_taps,
    per_lane_weights,
    sum_dtype,
    output_dtype,
):
    """Sum the rows of windows under a group of vectors, from the top row of results to the last.

    Each vector holds neighbouring columns. On the way down, a row of pixels is loaded once and
    multiplied by each row of the kernel that may lie on it; each product is added to the sums of
    another row of results.

    It is one function, since its loop and all vectors of it are one piece of machine code that LLVM
    keeps in registers.

    Legend
    ------
    source
        Address of the pixels, of sum_dtype.
    places
        Array (groups, 2 * vectors + 1), for each group: where each vector begins in `source`, where
        its results go in `output`, and the lane of a row of `weights` where its weights begin.
        vectors = vectors_at_once(ceil(len(slab_rows) / len(window_stride))).
    group
        The row of `places` that is taken.
    taps, tap, count
        Array of the steps from a window's first pixel to each tap of a row; the first of the taps
        that are summed, and how many are.
    row_stride, rows
        Numbers from a row of pixels to the next, and the rows of results that are written.
    weights, tap_stride, weight_row_stride
        Address of the weights of tap `tap` in row 0 of the kernel; numbers to the next tap, and to
        the next row of the kernel. With `per_lane_weights` each is a line of one weight per lane.
    start
        Address of what sums start from: one number, or one per lane with `per_lane_weights`.
    accumulate
        Bool: sums start from zero instead and are added to the results so far. Long sums are split
        so, that rounding errors do not grow with all their terms.
    output, output_row_stride
        Address of the results, and numbers from one of their rows to the next.
    lanes
        How many results of each vector are stored: its first ones.
    masks, image_rows
        Used only if `column_stride` is a tuple: array (groups, count, vectors, len(column_stride))
        of bits, bit k for number k of a vector that is read; and (rows of padding above the image,
        rows of the image). A pixel without a bit and a row that is not in the image count as zeros.
    ahead, prefetches
        Each row prefetches the next `prefetches` cache lines from address `ahead` on.
    kernel_rows, slab_rows, window_stride
        Tuples whose lengths are the rows of the kernel that are taken here, those of the largest
        slab, and the stride down.
    column_stride
        A tuple as long as the stride across if unpacked images are read, under masks; else None,
        and the columns of a line are those of neighbouring windows.
    unroll_taps
        A tuple as long as there are taps in a row (`count`), whose weights stay in registers; or
        None.
    per_lane_weights
        A tuple if each lane has weights of its own; None if all lanes have one weight.
    """

    def codegen(context, builder, signature, arguments):
        (
            source,
            places,
            group,
            taps,
            tap,
            count,
            row_stride,
            rows,
            weights,
            tap_stride,
            weight_row_stride,
            start,
            accumulate,
            output,
            output_row_stride,
            lanes,
            masks,
            image_rows,
            ahead,
            prefetches,
        ) = arguments[:20]
        kh, sh, full_lanes = kernel_rows.count, window_stride.count, lanes_of(sum_dtype)
        sums_at_once = -(-kh // sh)  # rows of results under one row of pixels, at most
        vectors = vectors_at_once(-(-slab_rows.count // sh))
        source, weights, start, ahead = (
            pointer_to(builder, address, sum_dtype) for address in (source, weights, start, ahead)
        )
        output = pointer_to(builder, output, output_dtype)
        entry_length = 2 * vectors + 1
        entry = pointer_into(
            context, builder, signature.args[1], places, builder.mul(group, INT64(entry_length))
        )
        taps = pointer_into(context, builder, signature.args[3], taps, tap)
        *vector_places, first_lane = (
            builder.load(builder.gep(entry, [INT64(k)])) for k in range(entry_length)
        )
        if per_lane_weights is types.none:
            start = splat(builder, builder.load(start), full_lanes)
        else:
            start = load(builder, start, first_lane, sum_dtype, full_lanes)
            weights = builder.gep(weights, [first_lane])
        sources = [builder.gep(source, [place]) for place in vector_places[:vectors]]
        targets = [builder.gep(output, [place]) for place in vector_places[vectors:]]
        zeros = ir.Constant(vector_type(sum_dtype, full_lanes), None)
        start = builder.select(accumulate, zeros, start)
        # totals[j][k]: of vector k, the sums that began j rows of windows ago
        totals = [
            [cgutils.alloca_once_value(builder, zeros) for _ in sources]
            for _ in range(sums_at_once)
        ]
        stored_lanes = lanes_before(builder, lanes, full_lanes)
        is_full = builder.icmp_signed(">=", lanes, INT64(full_lanes))

        def load_weights(tap, rows_of_kernel):
            base = builder.mul(tap, tap_stride)
            places = [
                builder.add(base, builder.mul(weight_row_stride, INT64(u))) for u in rows_of_kernel
            ]
            if per_lane_weights is types.none:
                return [
                    splat(builder, builder.load(builder.gep(weights, [place])), full_lanes)
                    for place in places
                ]
            return [load(builder, weights, place, sum_dtype, full_lanes) for place in places]

        # columns from window to window if unpacked images are read, else 0
        columns_apart = column_stride.count if isinstance(column_stride, types.BaseTuple) else 0

        def row_bits(row):
            # all bits if a row is one of the image, else none; None without masks
            if not columns_apart:
                return None
            above, height = cgutils.unpack_tuple(builder, image_rows, 2)
            is_inside = builder.icmp_unsigned("<", builder.sub(row, above), height)
            return builder.select(is_inside, INT64(-1), INT64(0))

        def load_pixels(pixels, shift, tap, k, bits):
            if not columns_apart:
                return load(builder, pixels, shift, sum_dtype, full_lanes)
            row = builder.add(builder.mul(group, count), tap)
            at = builder.mul(row, INT64(vectors * columns_apart))
            at = builder.add(at, INT64(k * columns_apart))
            entry = pointer_into(context, builder, signature.args[16], masks, at)
            parts = []
            for part in range(columns_apart):
                mask_bits = builder.and_(builder.load(builder.gep(entry, [INT64(part)])), bits)
                mask = builder.bitcast(
                    builder.trunc(mask_bits, ir.IntType(full_lanes)),
                    ir.VectorType(ir.IntType(1), full_lanes),
                )
                place = builder.add(shift, INT64(part * full_lanes))
                parts.append(load_masked(builder, pixels, place, sum_dtype, mask))
            return pick_lanes(builder, parts, [lane * columns_apart for lane in range(full_lanes)])

        unrolled = unroll_taps.count if isinstance(unroll_taps, types.BaseTuple) else 0
        weights_in_registers = [load_weights(INT64(tap), range(kh)) for tap in range(unrolled)]
        # turn r begins row r of the results, and stores the one that began sums_at_once - 1 ago
        with cgutils.for_range(builder, builder.add(rows, INT64(sums_at_once - 1))) as loop:
            r = loop.index
            with cgutils.for_range(builder, prefetches) as cache_line:
                place = builder.add(builder.mul(r, prefetches), cache_line.index)
                line_numbers = CACHE_LINE * 8 // sum_dtype.bitwidth
                prefetch(builder, ahead, builder.mul(place, INT64(line_numbers)))
            for total in totals[0]:
                builder.store(start, total)

            def accumulate_tap(row_pixels, bits, tap, weight_vectors):
                shift = builder.load(builder.gep(taps, [tap]))
                for k, pixels in enumerate(row_pixels):
                    vector = load_pixels(pixels, shift, tap, k, bits)
                    for j, weight in enumerate(weight_vectors):
                        total = builder.load(totals[j][k])
                        total = multiply_add(builder, vector, weight, total, sum_dtype)
                        builder.store(total, totals[j][k])

            def accumulate_row(phase, sums):
                # add one row of pixels to the sums that began 0 to sums - 1 turns ago
                row = builder.add(builder.mul(r, INT64(sh)), INT64(phase))
                y = builder.mul(row, row_stride)
                row_pixels = [builder.gep(pixels, [y]) for pixels in sources]
                bits = row_bits(row)
                rows_of_kernel = [phase + j * sh for j in range(sums)]
                if weights_in_registers:
                    for tap, row_weights in enumerate(weights_in_registers):
                        tap_weights = [row_weights[u] for u in rows_of_kernel]
                        accumulate_tap(row_pixels, bits, INT64(tap), tap_weights)
                    return
                with cgutils.for_range(builder, count) as inner:
                    tap_weights = load_weights(inner.index, rows_of_kernel)
                    accumulate_tap(row_pixels, bits, inner.index, tap_weights)

            # phase: the row of pixels of this turn, from 0 to before sh; behind the last row of
            # results, turns only finish sums that have begun
            rows_behind = builder.sub(builder.add(r, INT64(1)), rows)
            for phase in range(min(sh, kh)):
                sums = -(-(kh - phase) // sh)
                with builder.if_then(builder.icmp_signed("<", rows_behind, INT64(sums))):
                    accumulate_row(phase, sums)
            row_of_result = builder.sub(r, INT64(sums_at_once - 1))
            with builder.if_then(builder.icmp_signed(">=", row_of_result, INT64(0))):
                place = builder.mul(row_of_result, output_row_stride)
                with builder.if_else(is_full) as (all_lanes, some_lanes):
                    for branch, mask in ((all_lanes, None), (some_lanes, stored_lanes)):
                        with branch:
                            places_out = [(target, place, mask) for target in targets]
                            store_sums(
                                builder, totals[-1], places_out, accumulate, sum_dtype, output_dtype
                            )
            # sums move on: those that began j turns ago began j + 1 ago in the next turn
            for older, newer in zip(reversed(totals[1:]), reversed(totals[:-1]), strict=True):
                for target, total in zip(older, newer, strict=True):
                    builder.store(builder.load(total), target)
        return context.get_dummy_value()

    signature = types.void(
        *(source, places, group, taps, tap, count, row_stride, rows, weights, tap_stride),
        *(weight_row_stride, start, accumulate, output, output_row_stride, lanes, masks),
        *(image_rows, ahead, prefetches, kernel_rows, slab_rows, window_stride),
        *(column_stride, unroll_taps, per_lane_weights, sum_dtype, output_dtype),
    )
    return signature, codegen


def pixels_of_tile(vectors):
    """Return the pixels of a tile of so many vectors of kernels: PIXELS, or half as many.

    Half as many where PIXELS * vectors sums would not fit the registers.
    """
    return PIXELS if PIXELS * vectors <= SUMS else PIXELS // 2


@intrinsic
def convolve_tile(
    typing,
    source,
    places,
    output_places,
    first_pixel,
    runs,
    first_run,
    last_run,
    length,
    weight_rows,
    weights,
    start,
    accumulate,
    output,
    columns,
    panel,
    sum_dtype,
    output_dtype,
):
    """Sum a tile: pixels_of_tile(len(panel)) pixels with a panel of len(panel) vectors of kernels.

    It is one function, since its loops and all its sums are one piece of machine code that LLVM
    keeps in registers. A run is some channels of one tap, or of a row of taps, that lie side by
    side.

    Legend
    ------
    source
        Address of the pixels, of sum_dtype.
    places, output_places, first_pixel
        Arrays of where each pixel's window begins in `source`, and where its results go in
        `output`; the tile's pixels are those from number first_pixel on.
    runs, first_run, last_run
        Array of (step from a window's first pixel to the run, number of the run in the weights);
        the runs from first_run to before last_run are summed.
    length
        Channels of each run that are summed.
    weight_rows, weights
        Rows of weights of one run, and their address: a row is the len(panel) vectors of one
        channel, and row 0 of run number n is row n * weight_rows.
    start
        Address of what sums start from: one number for each kernel of the panel.
    accumulate
        Bool: sums start from zero instead, and are added to the results so far.
    output, columns
        Address of the results, and how many kernels of the panel are stored: its first ones.
    panel
        A tuple as long as the vectors of kernels.
    """

    def codegen(context, builder, signature, arguments):
        (
            source,
            places,
            output_places,
            first_pixel,
            runs,
            first_run,
            last_run,
            length,
            weight_rows,
            weights,
            start,
            accumulate,
            output,
            columns,
        ) = arguments[:14]
        lanes, vectors = lanes_of(sum_dtype), panel.count
        pixels = pixels_of_tile(vectors)
        source, weights, start = (
            pointer_to(builder, address, sum_dtype) for address in (source, weights, start)
        )
        output = pointer_to(builder, output, output_dtype)
        places = pointer_into(context, builder, signature.args[1], places, first_pixel)
        output_places = pointer_into(
            context, builder, signature.args[2], output_places, first_pixel
        )
        runs = pointer_into(context, builder, signature.args[4], runs, INT64(0))
        targets = [builder.load(builder.gep(output_places, [INT64(q)])) for q in range(pixels)]
        # q: number of a pixel of the tile, v: number of a vector of kernels
        parts = [(q, v) for q in range(pixels) for v in range(vectors)]
        totals = {
            part: cgutils.alloca_once(builder, vector_type(sum_dtype, lanes)) for part in parts
        }
        masks = [
            lanes_before(builder, builder.sub(columns, INT64(v * lanes)), lanes)
            for v in range(vectors)
        ]
        zeros = ir.Constant(vector_type(sum_dtype, lanes), None)
        starts = [
            load_masked(builder, start, INT64(v * lanes), sum_dtype, masks[v])
            for v in range(vectors)
        ]
        starts = [builder.select(accumulate, zeros, value) for value in starts]
        for q, v in parts:
            builder.store(starts[v], totals[q, v])
        with cgutils.for_range_slice(builder, first_run, last_run, INT64(1)) as (run, _):
            pair = builder.gep(runs, [builder.mul(run, INT64(2))])
            step, run_of_weights = (builder.load(builder.gep(pair, [INT64(k)])) for k in range(2))
            shifted = [
                builder.add(builder.load(builder.gep(places, [INT64(q)])), step)
                for q in range(pixels)
            ]
            sources = [builder.gep(source, [place]) for place in shifted]
            panel_lanes = INT64(vectors * lanes)
            first_row = builder.mul(run_of_weights, weight_rows)
            rows = builder.gep(weights, [builder.mul(first_row, panel_lanes)])

            def accumulate_channels(channel, count):
                # add `count` channels from `channel` on, each of all pixels times its row
                base = builder.gep(rows, [builder.mul(channel, panel_lanes)])
                for turn in range(count):
                    places = [INT64((turn * vectors + v) * lanes) for v in range(vectors)]
                    row = [load(builder, base, place, sum_dtype, lanes) for place in places]
                    place = builder.add(channel, INT64(turn))
                    for q in range(pixels):
                        pixel = builder.load(builder.gep(sources[q], [place]))
                        pixel = splat(builder, pixel, lanes)
                        for v in range(vectors):
                            total = builder.load(totals[q, v])
                            total = multiply_add(builder, pixel, row[v], total, sum_dtype)
                            builder.store(total, totals[q, v])

            # the greatest multiple of UNROLLED, a power of two, up to the length
            multiple = builder.and_(length, INT64(-UNROLLED))
            with cgutils.for_range_slice(builder, INT64(0), multiple, INT64(UNROLLED)) as (
                channel,
                _,
            ):
                accumulate_channels(channel, UNROLLED)
            with cgutils.for_range_slice(builder, multiple, length, INT64(1)) as (channel, _):
                accumulate_channels(channel, 1)
        with builder.if_else(builder.icmp_signed(">=", columns, INT64(vectors * lanes))) as (
            all_columns,
            some_columns,
        ):
            for branch, lane_masks in ((all_columns, [None] * vectors), (some_columns, masks)):
                with branch:
                    places_out = [
                        (output, builder.add(targets[q], INT64(v * lanes)), lane_masks[v])
                        for q, v in parts
                    ]
                    sums = [totals[part] for part in parts]
                    store_sums(builder, sums, places_out, accumulate, sum_dtype, output_dtype)
        return context.get_dummy_value()

    signature = types.void(
        *(source, places, output_places, first_pixel, runs, first_run, last_run, length),
        *(weight_rows, weights, start, accumulate, output, columns),
        *(panel, sum_dtype, output_dtype),
    )
    return signature, codegen


# ---- blocks ----


@compiled_loop
def even_length(total, most):
    """Return the length of parts of about equal length that `total` is cut into.

    They are as few as parts of at most `most` can be; the length is at least 1. -> 5 for (10, 8)
    """
    parts = max(1, -(-total // most))
    return max(1, -(-total // parts))


@compiled_loop
def block_corner(block, grid):
    """Return (image, row, column) of the output where a block begins.

    grid is (m, oh, ow, images of a block, its rows, its columns); blocks are numbered along the
    columns first, then down the rows, then over the images. The last block over the images, and
    the last across, begins earlier, so that it ends at m or ow; it overlaps the block before it.
    The last block down is not moved: it may reach beyond row oh.
    """
    m, oh, ow, images, rows, columns = grid
    down, across = -(-oh // rows), -(-ow // columns)  # blocks under each other, side by side
    return (
        min(block // (down * across) * images, m - images),
        block // across % down * rows,
        min(block % across * columns, ow - columns),
    )


@compiled_loop
def copy_row(
    address,
    row_start,
    strides,
    sizes,
    low,
    high,
    scratch,
    line_start,
    plane_size,
    image_dtype,
    sum_dtype,
):
    """Copy the pixels of one row of a block to the scratch, one by one and converted.

    Legend
    ------
    address, row_start, strides
        Address of the images, where their pixel for column `low` lies, and their strides.
    sizes
        As in `pack_block`.
    low, high
        The pixels are in columns low to before high of the block.
    scratch, line_start, plane_size
        Address of the scratch, where the row's line begins in its first plane, and numbers from
        plane to plane.
    """
    _, _, column_stride, channel_stride = strides
    c, phases, per_line, _, _, _, _, _ = sizes
    for ch in range(c):
        for phase in range(phases):
            skipped = (phase - low) % phases  # columns from low to the first of this phase
            x = low + skipped
            plane = ch // per_line * phases + phase
            target = line_start + plane * plane_size + x // phases * per_line + ch % per_line
            source_start = row_start + skipped * column_stride + ch * channel_stride
            for k in range((high - low - skipped + phases - 1) // phases):
                place = source_start + k * phases * column_stride
                number = load_number(address, place, image_dtype, sum_dtype)
                store_number(scratch, target + k * per_line, number)


@compiled_loop
def pad_row(
    address,
    row_start,
    strides,
    sizes,
    low,
    high,
    column,
    columns,
    column_map,
    scratch,
    line_start,
    plane_size,
    fill,
    image_dtype,
    sum_dtype,
):
    """Write the margin left and right of the pixels of one row of a block to the scratch.

    Legend
    ------
    address, row_start, strides
        Address of the images, where their row begins, and their strides.
    sizes
        As in `pack_block`.
    low, high, column, columns
        The block has `columns` columns from padded column `column` on; those from low to before
        high are pixels and not written.
    column_map
        For each padded column the column of the image that stands there, -1 for `fill`.
    scratch, line_start, plane_size
        Address of the scratch, where the row's line begins in its first plane, and numbers from
        plane to plane.
    fill
        The number, of sum_dtype, that stands where the map says -1.
    """
    _, _, column_stride, channel_stride = strides
    c, phases, per_line, _, _, _, _, _ = sizes
    for k in range(low + columns - high):
        x = k if k < low else high + k - low  # k counts columns of the margin only
        source_column = column_map[column + x]
        for ch in range(c):
            value = fill
            if source_column >= 0:
                place = row_start + source_column * column_stride + ch * channel_stride
                value = load_number(address, place, image_dtype, sum_dtype)
            plane = ch // per_line * phases + x % phases
            target = plane * plane_size + x // phases * per_line + ch % per_line
            store_number(scratch, line_start + target, value)


@compiled_loop
def pack_block(
    address,
    strides,
    first_image,
    image_count,
    first_row,
    rows_needed,
    first_column,
    packing,
    scratch,
    writes_margin,
    parts,
    image_dtype,
    sum_dtype,
):
    """Copy the pixels that a block needs to the scratch, padded and converted.

    They become (image, plane, row, line) there, as the head of this file says.

    It is one function, since each of its calls takes many arguments, which Numba passes by
    position.

    Legend
    ------
    address, strides
        Address of the images, and their strides.
    first_image, image_count
        The images of the block.
    first_row, rows_needed, first_column
        The padded row and column where the block begins, and its rows that are packed. Its columns,
        and the rows that there is room for, are in `packing`.
    packing
        (scratch_size, maps, sizes, line_starts, source_lines, fill):

        - scratch_size: (rows, columns) of one image in the scratch, with the margin;
        - maps: (row_map, column_map), arrays: for each padded row, or column, of the images the
          row, or column, of the pixels that stand there, -1 for `fill`;
        - sizes: (c, phases, per_line, pitch, top, height, left, width): channels of the images;
          phases and channels_per_line of the planes, as above; numbers from line to line of the
          scratch; rows of padding above the images, and their rows; columns of padding left of
          them, and theirs;
        - line_starts: an array of MAX_PARTS numbers that is overwritten: where in a row of the
          scratch the lines begin that a line of the images is de-interleaved into;
        - source_lines: lines that a row of the images consists of: 1 if the channels of a pixel lie
          side by side, c if the pixels of each channel do;
        - fill: the number, of sum_dtype, that constant padding consists of.
    scratch
        Address of the scratch.
    writes_margin
        Whether the margin is written too; False if an earlier block has left it there.
    parts
        A tuple as long as the lines that a line of the images is de-interleaved into; None if
        numbers are copied one by one.
    """
    scratch_size, maps, sizes, line_starts, source_lines, fill = packing
    image_stride, row_stride, column_stride, channel_stride = strides
    rows, columns = scratch_size
    row_map, column_map = maps
    c, phases, per_line, pitch, top, height, left, width = sizes
    plane_size = rows * pitch
    image_size = c // per_line * phases * plane_size
    # pixels are in columns low to before high of the block, and in rows low_row to before high_row
    low = min(columns, max(0, left - first_column))
    high = max(low, min(columns, left + width - first_column))
    low_row = min(rows_needed, max(0, top - first_row))
    high_row = max(low_row, min(rows_needed, top + height - first_row))
    image_column = first_column + low - left
    if parts is not None:
        for k in range(len(parts)):
            x = low + k // (c // source_lines)
            ch = k % (c // source_lines)
            plane = ch // per_line * phases + x % phases
            line_starts[k] = plane * plane_size + x // phases * per_line + ch % per_line
    for b in range(image_count):
        image_start = (first_image + b) * image_stride + image_column * column_stride
        r = 0
        while r < rows_needed:
            line_start = b * image_size + r * pitch
            # rows that are copied in this turn: all pixels at once, each row of the margin alone
            count = high_row - low_row if r == low_row and high_row > low_row else 1
            y = row_map[first_row + r]
            if y < 0:
                if writes_margin:
                    for plane in range(c // per_line * phases):
                        for k in range(pitch):
                            store_number(scratch, line_start + plane * plane_size + k, fill)
            elif parts is not None:
                for source_line in range(source_lines):
                    place = image_start + y * row_stride + source_line * channel_stride
                    deinterleave(
                        address_of(address, place, image_dtype),
                        count,
                        row_stride,
                        (high - low) * (c // source_lines),
                        scratch,
                        pitch,
                        line_starts,
                        line_start + source_line * phases * plane_size,
                        parts,
                        image_dtype,
                        sum_dtype,
                    )
            else:
                for k in range(count):
                    copy_row(
                        address,
                        image_start + (y + k) * row_stride,
                        strides,
                        sizes,
                        low,
                        high,
                        scratch,
                        line_start + k * pitch,
                        plane_size,
                        image_dtype,
                        sum_dtype,
                    )
            if writes_margin and y >= 0:
                for k in range(count):
                    pad_row(
                        address,
                        (first_image + b) * image_stride + (y + k) * row_stride,
                        strides,
                        sizes,
                        low,
                        high,
                        first_column,
                        columns,
                        column_map,
                        scratch,
                        line_start + k * pitch,
                        plane_size,
                        fill,
                        image_dtype,
                        sum_dtype,
                    )
            r += count


@compiled_loop
def copy_results(
    scratch,
    kernel_count,
    image_count,
    rows_of_block,
    rows_needed,
    columns,
    output,
    strides,
    output_parts,
    output_dtype,
):
    """Copy rows 0 to before rows_needed of a block's results from the scratch to the output.

    Legend
    ------
    scratch
        Address of the results, (kernel, image, row, column).
    kernel_count, image_count, rows_of_block, rows_needed, columns
        Sizes of the scratch, and the rows of each image in it that are copied.
    output, strides
        Address of the block's first result in the output, and the strides of the output.
    output_parts
        A tuple as long as there are kernels if the results of all kernels for a column lie side by
        side in the output; None if numbers are copied one by one.
    """
    image_stride, row_stride, column_stride, kernel_stride = strides
    kernel_size = image_count * rows_of_block * columns
    for b in range(image_count):
        for r in range(rows_needed):
            source = (b * rows_of_block + r) * columns
            target = b * image_stride + r * row_stride
            if output_parts is not None:
                interleave(
                    address_of(scratch, source, output_dtype),
                    kernel_size,
                    columns,
                    address_of(output, target, output_dtype),
                    output_parts,
                    output_dtype,
                )
            else:
                for kernel in range(kernel_count):
                    for x in range(columns):
                        place = kernel * kernel_size + source + x
                        value = load_number(scratch, place, output_dtype, output_dtype)
                        at = target + x * column_stride + kernel * kernel_stride
                        store_number(output, at, value)


@compiled_loop
def convolve_blocks(
    first,
    last,
    grid,
    window_strides,
    address,
    input_strides,
    packing,
    scratch,
    keeps_margins,
    places,
    taps,
    masks,
    image_rows,
    weights,
    starts,
    groups,
    slab_steps,
    lanes,
    taps_at_once,
    output,
    output_strides,
    output_scratch,
    prefetch_distance,
    parts,
    output_parts,
    slab_rows,
    tail_rows,
    window_stride,
    column_stride,
    unroll_taps,
    per_lane_weights,
    image_dtype,
    sum_dtype,
    output_dtype,
):
    """Convolve the blocks from `first` to before `last` with few kernels: pack, sum, copy results.

    It is one function, since each of its steps takes many arguments, which Numba passes by
    position.

    Legend
    ------
    grid
        (m, oh, ow, images of a block, its rows, its columns).
    window_strides
        (stride down, stride across) of the windows.
    address, input_strides
        Address of the images, and their strides.
    packing, scratch, parts
        As in `pack_block`. If scratch is 0, pixels are read in place.
    keeps_margins
        Whether the margins are the same for all blocks, so that only the first one writes them.
    places, taps, lanes, masks, image_rows
        As in `convolve_columns`.
    weights
        (address, numbers from tap to tap, from row to row of a kernel, from kernel to kernel).
    starts
        (address of what sums start from, numbers from kernel to kernel).
    groups
        (kernels, kernels of a group, numbers from the channels of a group to the next in the
        source).
    slab_steps
        (slabs, down_stride, tap_row_stride, class_stride, classes). A kernel of many rows is taken
        in `slabs` slabs of len(slab_rows) rows, and a last one of len(tail_rows) if tail_rows is
        not None. Numbers in the source from one row that a slab reads to the next; from the pixels
        of one row of the kernel to those of the next. With dilation, rows of results fall into
        `classes` that have no pixel in common: row k is in class k % classes, and class_stride
        numbers lie between the first rows of two classes.
    taps_at_once
        Taps of a row of the kernel that are summed before the sums are added to the results.
    output, output_strides
        Address of the output, and its strides.
    output_scratch, output_parts
        Address of a scratch for results, and `output_parts` of `copy_results`; if it is 0, results
        are stored in place.
    prefetch_distance
        Bytes from what a block reads to what the next one reads, which is prefetched meanwhile; 0:
        no prefetch.
    slab_rows, tail_rows, window_stride, column_stride, unroll_taps, per_lane_weights
        Tuples for their lengths, or None, as in `convolve_columns`.
    """
    _, oh, _, images, rows, columns = grid
    sh, sw = window_strides
    image_stride, row_stride, column_step, _ = input_strides
    weight_address, tap_stride, weight_row_stride, weight_stride = weights
    start_address, start_stride = starts
    kernels, kernels_per_group, group_stride = groups
    slabs, down_stride, tap_row_stride, class_stride, classes = slab_steps
    image_out, row_out, column_out, kernel_out = output_strides
    above, height = image_rows
    block_row_out = row_out
    if output_scratch:
        kernel_out = images * rows * columns
        block_row_out = columns
    for block in range(first, last):
        b, r, x = block_corner(block, grid)
        rows_needed = min(rows, oh - r)
        place = b * image_out + r * row_out + x * column_out
        target = address_of(output, place, output_dtype)
        place = b * image_stride + r * sh * row_stride + x * sw * column_step
        source = address_of(address, place, image_dtype)
        ahead = source + prefetch_distance
        if scratch:
            pack_block(
                address,
                input_strides,
                b,
                images,
                r * sh,
                packing[0][0] - (rows - rows_needed) * sh,
                x * sw,
                packing,
                scratch,
                block == first or not keeps_margins,
                parts,
                image_dtype,
                sum_dtype,
            )
            source = scratch
        block_output = output_scratch if output_scratch else target
        rows_of_vectors = kernels * len(places) * rows_needed
        prefetches = 0  # cache lines for each row of a group of vectors
        if block + 1 < last:
            prefetches = (prefetch_distance // CACHE_LINE + rows_of_vectors - 1) // rows_of_vectors
        for kernel in range(kernels):
            kernel_output = address_of(block_output, kernel * kernel_out, output_dtype)
            start = address_of(start_address, kernel * start_stride, sum_dtype)
            kernel_weights = address_of(weight_address, kernel * weight_stride, sum_dtype)
            group_source = address_of(source, kernel // kernels_per_group * group_stride, sum_dtype)
            for k in range(min(classes, rows_needed)):
                count = (rows_needed - k + classes - 1) // classes
                class_source = address_of(group_source, k * class_stride, sum_dtype)
                class_output = address_of(kernel_output, k * block_row_out, output_dtype)
                for group in range(len(places)):
                    # all slabs of a group before the next: neighbouring vectors may share results
                    for slab in range(slabs):
                        u = slab * len(slab_rows)
                        slab_source = address_of(class_source, u * tap_row_stride, sum_dtype)
                        slab_weights = address_of(kernel_weights, u * weight_row_stride, sum_dtype)
                        for tap in range(0, len(taps), taps_at_once):
                            convolve_columns(
                                slab_source,
                                places,
                                group,
                                taps,
                                tap,
                                min(taps_at_once, len(taps) - tap),
                                down_stride,
                                count,
                                address_of(slab_weights, tap * tap_stride, sum_dtype),
                                tap_stride,
                                weight_row_stride,
                                start,
                                slab > 0 or tap > 0,
                                class_output,
                                classes * block_row_out,
                                lanes,
                                masks,
                                (above - u, height),
                                ahead,
                                0 if slab or tap else prefetches,
                                slab_rows,
                                slab_rows,
                                window_stride,
                                column_stride,
                                unroll_taps,
                                per_lane_weights,
                                sum_dtype,
                                output_dtype,
                            )
                    if tail_rows is not None:
                        u = slabs * len(slab_rows)
                        slab_source = address_of(class_source, u * tap_row_stride, sum_dtype)
                        slab_weights = address_of(kernel_weights, u * weight_row_stride, sum_dtype)
                        for tap in range(0, len(taps), taps_at_once):
                            convolve_columns(
                                slab_source,
                                places,
                                group,
                                taps,
                                tap,
                                min(taps_at_once, len(taps) - tap),
                                down_stride,
                                count,
                                address_of(slab_weights, tap * tap_stride, sum_dtype),
                                tap_stride,
                                weight_row_stride,
                                start,
                                slabs > 0 or tap > 0,
                                class_output,
                                classes * block_row_out,
                                lanes,
                                masks,
                                (above - u, height),
                                ahead,
                                0,
                                tail_rows,
                                slab_rows,
                                window_stride,
                                column_stride,
                                unroll_taps,
                                per_lane_weights,
                                sum_dtype,
                                output_dtype,
                            )
                    ahead += count * prefetches * CACHE_LINE
        if output_scratch:
            copy_results(
                output_scratch,
                kernels,
                images,
                rows,
                rows_needed,
                columns,
                target,
                output_strides,
                output_parts,
                output_dtype,
            )


@compiled_loop
def pack_weights(
    kernels,
    taps,
    depth,
    nc,
    kernel,
    columns,
    channel,
    length,
    scratch,
    starts,
    panel_lanes,
    parts,
    sum_dtype,
):
    """Copy the weights of some kernels and channels to a panel, (tap, channel, kernel).

    Legend
    ------
    kernels, taps, depth, nc
        Address and shape of the weights (taps, depth, nc), of sum_dtype.
    kernel, columns, channel, length
        Copied are `columns` kernels from `kernel` on, for `length` channels from `channel` on.
    scratch, panel_lanes
        Address of the panel, and numbers of its rows.
    starts, parts
        For `deinterleave`: an array [0] and a tuple of one zero, since each row becomes one line.
    """
    for tap in range(taps):
        source = address_of(kernels, (tap * depth + channel) * nc + kernel, sum_dtype)
        deinterleave(
            source,
            length,
            nc,
            columns,
            scratch,
            panel_lanes,
            starts,
            tap * length * panel_lanes,
            parts,
            sum_dtype,
            sum_dtype,
        )


@compiled_loop
def convolve_tiles(
    first,
    last,
    regions,
    window_strides,
    address,
    input_strides,
    packing,
    scratch,
    keeps_margins,
    places,
    output_places,
    pixels,
    runs,
    length,
    terms,
    channel,
    weights,
    starts,
    groups,
    panels,
    output,
    output_strides,
    panel_vectors,
    parts,
    image_dtype,
    sum_dtype,
    output_dtype,
):
    """Convolve the blocks from `first` to before `last` with many kernels: pack, sum tiles.

    It is one function, since each of its steps takes many arguments, which Numba passes by
    position. The output is cut into regions whose windows have the same taps; blocks are numbered
    on from region to region.

    Legend
    ------
    regions
        Array with a row for each region: 0: number of the first block behind it; 1 to 6: its grid
        (m, rows, columns, images of a block, its rows, its columns); 7 and 8: where its first
        window begins in the images, and its first result in the output; 9 and 10, 11 and 12: its
        rows (first, behind the last) of `places` and of `runs`.
    window_strides
        (stride down, stride across) of the windows.
    address, input_strides
        Address of the images, and their strides.
    packing, scratch, parts
        As in `pack_block`. If scratch is 0, pixels are read in place.
    keeps_margins
        Whether the margins are the same for all blocks, so that only the first one writes them.
    places, output_places, pixels, runs
        As in `convolve_tile`; the number of places of a region is a multiple of `pixels`, the
        pixels of a tile.
    channel, length
        Runs have `length` channels here, from number `channel` on.
    terms
        About how many products are summed before they are added to the results.
    weights
        (address of the first panel, numbers from panel to panel).
    starts
        (address of what sums start from, one number for each kernel; 1 if sums are added to the
        results so far, else 0).
    groups
        (kernels of a group, panels of a group, numbers from the channels of a group to the next in
        the source).
    panels
        The panels that are taken: (first, behind the last).
    output, output_strides
        Address of the output, and its strides.
    panel_vectors
        A tuple as long as the vectors of kernels of a panel.
    """
    sh, sw = window_strides
    image_stride, row_stride, column_stride, _ = input_strides
    weight_address, panel_stride = weights
    start_address, accumulate = starts
    kernels_per_group, panels_per_group, group_stride = groups
    image_out, row_out, column_out, _ = output_strides
    panel_lanes = len(panel_vectors) * lane_count(sum_dtype)
    # channels of a run, and runs, of a tile: about `terms` products for each result
    piece_length = even_length(length, terms)
    runs_at_once = max(1, terms // piece_length)
    piece_length += -piece_length % UNROLLED
    region = 0
    for block in range(first, last):
        while block >= regions[region, 0]:
            region += 1
        grid = (
            regions[region, 1],
            regions[region, 2],
            regions[region, 3],
            regions[region, 4],
            regions[region, 5],
            regions[region, 6],
        )
        b, r, x = block_corner(block - (regions[region - 1, 0] if region else 0), grid)
        place = regions[region, 8] + b * image_out + r * row_out + x * column_out
        target = address_of(output, place, output_dtype)
        if scratch:
            pack_block(
                address,
                input_strides,
                b,
                grid[3],
                r * sh,
                packing[0][0],
                x * sw,
                packing,
                scratch,
                block == first or not keeps_margins,
                parts,
                image_dtype,
                sum_dtype,
            )
            source = scratch
        else:
            place = (
                regions[region, 7] + b * image_stride + r * sh * row_stride + x * sw * column_stride
            )
            source = address_of(address, place, image_dtype)
        for panel in range(panels[0], panels[1]):
            group, column = divmod(panel, panels_per_group)
            kernel = group * kernels_per_group + column * panel_lanes
            columns = min(panel_lanes, kernels_per_group - column * panel_lanes)
            group_source = address_of(source, group * group_stride + channel, sum_dtype)
            packed = address_of(weight_address, (panel - panels[0]) * panel_stride, sum_dtype)
            panel_output = address_of(target, kernel, output_dtype)
            start = address_of(start_address, kernel, sum_dtype)
            for pixel in range(regions[region, 9], regions[region, 10], pixels):
                # a region whose taps all lie on padding has no runs, and gets what sums start from
                last_run = max(regions[region, 11] + 1, regions[region, 12])
                for run in range(regions[region, 11], last_run, runs_at_once):
                    for part in range(0, length, piece_length):
                        convolve_tile(
                            address_of(group_source, part, sum_dtype),
                            places,
                            output_places,
                            pixel,
                            runs,
                            run,
                            min(run + runs_at_once, regions[region, 12]),
                            min(piece_length, length - part),
                            length,
                            address_of(packed, part * panel_lanes, sum_dtype),
                            start,
                            accumulate > 0 or run > regions[region, 11] or part > 0,
                            panel_output,
                            columns,
                            panel_vectors,
                            sum_dtype,
                            output_dtype,
                        )
