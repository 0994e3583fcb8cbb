"""The compiled loops of convolution: Numba around the few instructions on vectors in `simd`.

Nothing is checked here. Remainders of a line are covered by an overlapping last vector or a mask.
b is the number of an image of a block, r of a row, x of a column; c channels; u is a row of the
kernel. Strides count numbers, from one image, row, column or channel to the next. `image_dtype`,
`sum_dtype` and `output_dtype` are zeros whose dtype is that of the images, sums and results; a
tuple of zeros stands for its length, and None for no tuple: the machine code differs with it.
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

PIXELS = 12  # pixels of a tile come in such groups
SUMS = 24 if HAS_32_REGISTERS else 12  # vectors of sums that fit the registers, with their inputs
WIDE = SUMS // 6  # vectors of kernels in the largest tile
CACHE_LINE = 64  # bytes
UNROLLED = 4  # channels of a tile in one turn of its loop


def vectors_at_once(sums):
    """Return how many vectors of pixels go down the rows together, each part of so many sums."""
    # LLVM loads ahead, so inputs need registers too: one for each vector and for each weight
    room = (30 - 2 * sums) // (sums + 2) if HAS_32_REGISTERS else (14 - sums) // (sums + 1)
    return max(1, min(8, room))


def store_sums(builder, totals, targets, accumulate, sum_dtype, output_dtype):
    """Store sums as results, where `accumulate` added to the results so far.

    Each target is (base, place, mask); a mask of None is that of all lanes. All results so far are
    loaded before any is stored, since targets may overlap.
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
    """Go down the rows with a group of vectors; add each row, times its weights, to all its sums.

    Row `group` of `places` holds, for each vector of the group, where it begins in `source` and
    where its results go in `output`, and at last the lane where the weights of a tap begin. There
    are as many vectors as fit a slab of len(slab_rows) rows. The kernel has len(kernel_rows) rows
    here, the stride down is len(window_stride), and `rows` rows of results are written.

    Weights lie as (tap of a row, row of the kernel, lane). `count` taps from `tap` on are taken;
    taps[tap] is the step from a window's first pixel to a tap. Without `per_lane_weights` all lanes
    have one weight. If `unroll_taps` is a tuple, it is as long as there are taps in a row, and
    their weights stay in registers.

    Sums start from `start`, lane by lane, or where they `accumulate` from zero, and are added to
    the results so far, so that rounding errors do not grow with all terms. Only the first `lanes`
    results of a vector are stored. Each row prefetches the next `prefetches` cache lines from
    address `ahead` on.

    If `column_stride` is a tuple, unpacked images are read, every len(column_stride)-th column. A
    row that is no row of the image, image_rows = (rows above it, its rows), counts as zeros, and so
    do pixels without a bit in `masks`.

    It is long because all of it is one loop in machine code.
    """

    def code(context, builder, signature, arguments):
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
        kh, sh, full = kernel_rows.count, window_stride.count, lanes_of(sum_dtype)
        sums_at_once = -(-kh // sh)
        vectors = vectors_at_once(-(-slab_rows.count // sh))
        source, weights, start, ahead = (
            pointer_to(builder, address, sum_dtype) for address in (source, weights, start, ahead)
        )
        output = pointer_to(builder, output, output_dtype)
        entries = 2 * vectors + 1
        entry = pointer_into(
            context, builder, signature.args[1], places, builder.mul(group, INT64(entries))
        )
        taps = pointer_into(context, builder, signature.args[3], taps, tap)
        numbers = [builder.load(builder.gep(entry, [INT64(k)])) for k in range(entries)]
        first_lane = numbers[-1]
        if per_lane_weights is types.none:
            start = splat(builder, builder.load(start), full)
        else:
            start = load(builder, start, first_lane, sum_dtype, full)
            weights = builder.gep(weights, [first_lane])
        sources = [builder.gep(source, [place]) for place in numbers[:vectors]]
        targets = [builder.gep(output, [place]) for place in numbers[vectors:-1]]
        zeros = ir.Constant(vector_type(sum_dtype, full), None)
        start = builder.select(accumulate, zeros, start)
        # totals[j][k]: of vector k, the sums that began j rows of windows ago
        totals = [
            [cgutils.alloca_once_value(builder, zeros) for _ in sources]
            for _ in range(sums_at_once)
        ]
        stored_lanes = lanes_before(builder, lanes, full)
        is_full = builder.icmp_signed(">=", lanes, INT64(full))

        def load_weights(tap, rows_of_kernel):
            base = builder.mul(tap, tap_stride)
            places = [
                builder.add(base, builder.mul(weight_row_stride, INT64(u))) for u in rows_of_kernel
            ]
            if per_lane_weights is types.none:
                return [
                    splat(builder, builder.load(builder.gep(weights, [place])), full)
                    for place in places
                ]
            return [load(builder, weights, place, sum_dtype, full) for place in places]

        skip = column_stride.count if isinstance(column_stride, types.BaseTuple) else 0

        def row_bits(row):
            # all bits if a row is one of the image, else none
            if not skip:
                return None
            above, height = cgutils.unpack_tuple(builder, image_rows, 2)
            is_inside = builder.icmp_unsigned("<", builder.sub(row, above), height)
            return builder.select(is_inside, INT64(-1), INT64(0))

        def load_pixels(pixels, shift, tap, k, bits):
            if not skip:
                return load(builder, pixels, shift, sum_dtype, full)
            number = builder.add(builder.mul(group, count), tap)
            at = builder.add(builder.mul(number, INT64(vectors * skip)), INT64(k * skip))
            entry = pointer_into(context, builder, signature.args[16], masks, at)
            parts = []
            for part in range(skip):
                mask_bits = builder.and_(builder.load(builder.gep(entry, [INT64(part)])), bits)
                mask = builder.bitcast(
                    builder.trunc(mask_bits, ir.IntType(full)),
                    ir.VectorType(ir.IntType(1), full),
                )
                place = builder.add(shift, INT64(part * full))
                parts.append(load_masked(builder, pixels, place, sum_dtype, mask))
            return pick_lanes(builder, parts, [lane * skip for lane in range(full)])

        unrolled = unroll_taps.count if isinstance(unroll_taps, types.BaseTuple) else 0
        weights_in_registers = [load_weights(INT64(tap), range(kh)) for tap in range(unrolled)]
        with cgutils.for_range(builder, builder.add(rows, INT64(sums_at_once - 1))) as loop:
            r = loop.index
            with cgutils.for_range(builder, prefetches) as line:
                place = builder.add(builder.mul(r, prefetches), line.index)
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
                row = builder.add(builder.mul(r, INT64(sh)), INT64(phase))
                y = builder.mul(row, row_stride)
                row_pixels = [builder.gep(pixels, [y]) for pixels in sources]
                bits = row_bits(row)
                rows_of_kernel = [phase + j * sh for j in range(sums)]
                if weights_in_registers:
                    for tap, row_weights in enumerate(weights_in_registers):
                        chosen = [row_weights[u] for u in rows_of_kernel]
                        accumulate_tap(row_pixels, bits, INT64(tap), chosen)
                    return
                with cgutils.for_range(builder, count) as inner:
                    chosen = load_weights(inner.index, rows_of_kernel)
                    accumulate_tap(row_pixels, bits, inner.index, chosen)

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
            for older, newer in zip(reversed(totals[1:]), reversed(totals[:-1]), strict=True):
                for target, total in zip(older, newer, strict=True):
                    builder.store(builder.load(total), target)
        return context.get_dummy_value()

    words = (source, places, group, taps, tap, count, row_stride, rows, weights, tap_stride)
    words = (*words, weight_row_stride, start, accumulate, output, output_row_stride, lanes, masks)
    words = (*words, image_rows, ahead, prefetches, kernel_rows, slab_rows, window_stride)
    words = (*words, column_stride, unroll_taps, per_lane_weights, sum_dtype, output_dtype)
    return types.void(*words), code


def pixels_of_tile(vectors):
    """Return how many pixels a tile of so many vectors has, so that its sums stay in registers."""
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
    """Sum a tile: some pixels with a panel of len(panel) vectors of kernels.

    From `first_pixel` on, `places` holds where pixels begin in `source` and `output_places` where
    their results go in `output`. A run is `length` channels of a tap: runs[k, 0] is the step from a
    pixel to it, runs[k, 1] * weight_rows the first of its rows of weights; those from `first_run`
    to before `last_run` are summed. Sums start from `start`, or where they `accumulate` from zero,
    and are added to the results so far. Only the first `columns` kernels are stored.

    It is long because all of it is one loop in machine code, whose sums stay in registers.
    """

    def code(context, builder, signature, arguments):
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
            shift, row = (builder.load(builder.gep(pair, [INT64(k)])) for k in range(2))
            shifted = [
                builder.add(builder.load(builder.gep(places, [INT64(q)])), shift)
                for q in range(pixels)
            ]
            sources = [builder.gep(source, [place]) for place in shifted]
            panel_lanes = INT64(vectors * lanes)
            rows = builder.gep(weights, [builder.mul(builder.mul(row, weight_rows), panel_lanes)])

            def accumulate_channels(channel, count):
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

            whole = builder.and_(length, INT64(-UNROLLED))
            with cgutils.for_range_slice(builder, INT64(0), whole, INT64(UNROLLED)) as (channel, _):
                accumulate_channels(channel, UNROLLED)
            with cgutils.for_range_slice(builder, whole, length, INT64(1)) as (channel, _):
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

    words = (source, places, output_places, first_pixel, runs, first_run, last_run, length)
    words = (*words, weight_rows, weights, start, accumulate, output, columns)
    return types.void(*words, panel, sum_dtype, output_dtype), code


# ---- blocks ----


@compiled_loop
def even_length(total, most):
    """Return the length, at most about `most`, of parts of a total that are about equally long."""
    parts = max(1, -(-total // most))
    return max(1, -(-total // parts))


@compiled_loop
def block_corner(block, grid):
    """Return the first image, row and column of a block.

    grid is (m, oh, ow, images, rows and columns of a block). The last images end where all end, so
    that some may be those of two blocks; and so may columns.
    """
    m, oh, ow, images, rows, columns = grid
    down, across = -(-oh // rows), -(-ow // columns)
    return (
        min(block // (down * across) * images, m - images),
        block // across % down * rows,
        min(block % across * columns, ow - columns),
    )


@compiled_loop
def copy_row(
    address, start, strides, form, low, high, scratch, base, plane, image_dtype, sum_dtype
):
    """Copy a row of pixels, columns low to before high of a block, to a scratch one by one.

    The row begins at `start` from an address, its line at `base` from the scratch; form is that of
    `pack_block`, plane its numbers from plane to plane.
    """
    _, _, column_stride, channel_stride = strides
    c, phases, each, _, _, _, _, _ = form
    for ch in range(c):
        for phase in range(phases):
            skipped = (phase - low) % phases
            x = low + skipped
            target = base + (ch // each * phases + phase) * plane + x // phases * each + ch % each
            source = start + skipped * column_stride + ch * channel_stride
            for k in range((high - low - skipped + phases - 1) // phases):
                place = source + k * phases * column_stride
                number = load_number(address, place, image_dtype, sum_dtype)
                store_number(scratch, target + k * each, number)


@compiled_loop
def pad_row(
    address,
    start,
    strides,
    form,
    low,
    high,
    column,
    columns,
    column_map,
    scratch,
    base,
    plane,
    fill,
    image_dtype,
    sum_dtype,
):
    """Write what stands before and after the pixels of a row of a block to its line of the scratch.

    Columns low to before high of the block, which begins at padded column `column`, are pixels. The
    row of the image begins at `start` from an address; the other words are those of `copy_row`.
    """
    _, _, column_stride, channel_stride = strides
    c, phases, each, _, _, _, _, _ = form
    for k in range(low + columns - high):
        x = k if k < low else high + k - low
        source = column_map[column + x]
        for ch in range(c):
            value = fill
            if source >= 0:
                place = start + source * column_stride + ch * channel_stride
                value = load_number(address, place, image_dtype, sum_dtype)
            target = (ch // each * phases + x % phases) * plane + x // phases * each + ch % each
            store_number(scratch, base + target, value)


@compiled_loop
def pack_block(
    address,
    strides,
    image,
    images,
    row,
    rows_needed,
    column,
    packing,
    scratch,
    has_margins,
    parts,
    image_dtype,
    sum_dtype,
):
    """Copy the pixels that a block needs, padded and converted, as (image, plane, row, line).

    The block begins at an image and at a padded row and column. A line holds `each` channels of
    each column; with several phases, columns are dealt to that many planes in turn. Margins are
    written only where it `has_margins` that do not stand there yet.

    packing is (rows and columns that there is room for, the pixel at each padded row and at each
    padded column with -1 for the fill, form, room for a table, the lines that a row of the images
    consists of, the fill); form is (channels, phases, each, numbers from line to line, rows above
    the image, its rows, columns left of it, its columns). len(parts) is the number of lines that a
    line of the images is de-interleaved into; None: numbers are copied one by one.
    """
    window, maps, form, starts, lines, fill = packing
    image_stride, row_stride, column_stride, channel_stride = strides
    rows, columns = window
    row_map, column_map = maps
    c, phases, each, pitch, top, height, left, width = form
    plane = rows * pitch
    size = c // each * phases * plane
    low = min(columns, max(0, left - column))
    high = max(low, min(columns, left + width - column))
    first = min(rows_needed, max(0, top - row))
    last = max(first, min(rows_needed, top + height - row))
    pixel = column + low - left
    if parts is not None:
        for k in range(len(parts)):
            x = low + k // (c // lines)
            ch = k % (c // lines)
            starts[k] = (ch // each * phases + x % phases) * plane + x // phases * each + ch % each
    for b in range(images):
        source = (image + b) * image_stride + pixel * column_stride
        r = 0
        while r < rows_needed:
            base = b * size + r * pitch
            count = last - first if r == first and last > first else 1  # all pixel rows at once
            y = row_map[row + r]
            if y < 0:
                if has_margins:
                    for p in range(c // each * phases):
                        for k in range(pitch):
                            store_number(scratch, base + p * plane + k, fill)
            elif parts is not None:
                for line in range(lines):
                    place = source + y * row_stride + line * channel_stride
                    deinterleave(
                        address_of(address, place, image_dtype),
                        count,
                        row_stride,
                        (high - low) * (c // lines),
                        scratch,
                        pitch,
                        starts,
                        base + line * phases * plane,
                        parts,
                        image_dtype,
                        sum_dtype,
                    )
            else:
                for k in range(count):
                    copy_row(
                        address,
                        source + (y + k) * row_stride,
                        strides,
                        form,
                        low,
                        high,
                        scratch,
                        base + k * pitch,
                        plane,
                        image_dtype,
                        sum_dtype,
                    )
            if has_margins and y >= 0:
                for k in range(count):
                    pad_row(
                        address,
                        (image + b) * image_stride + (y + k) * row_stride,
                        strides,
                        form,
                        low,
                        high,
                        column,
                        columns,
                        column_map,
                        scratch,
                        base + k * pitch,
                        plane,
                        fill,
                        image_dtype,
                        sum_dtype,
                    )
            r += count


@compiled_loop
def copy_results(
    scratch, kernels, images, rows, rows_needed, columns, output, strides, parts, output_dtype
):
    """Copy the first rows_needed rows of results (kernel, image, row, column) to the output.

    strides are those of the output. If parts is a tuple, kernels are interleaved there, and it is
    as long as there are kernels.
    """
    image_stride, row_stride, column_stride, kernel_stride = strides
    size = images * rows * columns
    for b in range(images):
        for r in range(rows_needed):
            source = (b * rows + r) * columns
            target = b * image_stride + r * row_stride
            if parts is not None:
                interleave(
                    address_of(scratch, source, output_dtype),
                    size,
                    columns,
                    address_of(output, target, output_dtype),
                    parts,
                    output_dtype,
                )
            else:
                for kernel in range(kernels):
                    for x in range(columns):
                        place = kernel * size + source + x
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

    Without a scratch, pixels are read in place; without a scratch for results, they are stored in
    place. Margins of the scratch are written once if it `keeps_margins`. weights are (address,
    stride of a tap, of a row, of a kernel), starts of sums (address, stride of a kernel), groups
    (kernels, kernels in a group, stride of a group in the source).

    A kernel of many rows is taken in slabs of len(slab_rows) rows and a last one of len(tail_rows),
    each with `taps_at_once` taps of a row at a time. slab_steps are (slabs, the stride in the
    source from row to row on the way down, that from row to row of the kernel, that from one class
    of rows to the next, classes of rows that have no pixel in common). What the next block reads
    lies `prefetch_distance` bytes further on and is prefetched meanwhile, unless that is 0.

    It is long because each of its steps takes many positional words.
    """
    _, oh, _, images, rows, columns = grid
    sh, sw = window_strides
    image_stride, row_stride, column_step, _ = input_strides
    weight_address, tap_stride, weight_row_stride, weight_stride = weights
    start_address, start_stride = starts
    kernels, kernels_per_group, group_stride = groups
    slabs, down, tap_row_stride, class_stride, classes = slab_steps
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
                                down,
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
                                down,
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
    """Copy `columns` kernels from `kernel` on, for `length` channels from `channel` on, to a panel.

    kernels is the address of (tap, depth, nc); the scratch becomes (tap, channel, kernel), with
    rows of panel_lanes numbers. starts is [0] and parts one zero: nothing is de-interleaved.
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
    """Sum the tiles of the blocks from `first` to before `last` with a range of panels of kernels.

    A row of `regions` holds the blocks up to its end, its grid (6 numbers), where it begins in the
    images and in the output, and where its places and its runs begin and end. A tile has `pixels`
    pixels; a run has `length` channels from `channel` on, and about `terms` products are summed
    before they are added to the results. weights are (address, stride of a panel), starts of sums
    (address, 1 if sums are added to the results so far), groups (kernels in a group, panels in a
    group, stride of a group in the source), panels (first, behind the last).

    It is long because each of its steps takes many positional words.
    """
    sh, sw = window_strides
    image_stride, row_stride, column_stride, _ = input_strides
    weight_address, panel_stride = weights
    start_address, accumulate = starts
    kernels_per_group, panels_per_group, group_stride = groups
    image_out, row_out, column_out, _ = output_strides
    panel_lanes = len(panel_vectors) * lane_count(sum_dtype)
    piece = even_length(length, terms)
    runs_at_once = max(1, terms // piece)
    piece += -piece % UNROLLED
    k = 0
    for block in range(first, last):
        while block >= regions[k, 0]:
            k += 1
        grid = (
            regions[k, 1],
            regions[k, 2],
            regions[k, 3],
            regions[k, 4],
            regions[k, 5],
            regions[k, 6],
        )
        b, r, x = block_corner(block - (regions[k - 1, 0] if k else 0), grid)
        place = regions[k, 8] + b * image_out + r * row_out + x * column_out
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
            place = regions[k, 7] + b * image_stride + r * sh * row_stride + x * sw * column_stride
            source = address_of(address, place, image_dtype)
        for panel in range(panels[0], panels[1]):
            group, column = divmod(panel, panels_per_group)
            kernel = group * kernels_per_group + column * panel_lanes
            columns = min(panel_lanes, kernels_per_group - column * panel_lanes)
            group_source = address_of(source, group * group_stride + channel, sum_dtype)
            packed = address_of(weight_address, (panel - panels[0]) * panel_stride, sum_dtype)
            panel_output = address_of(target, kernel, output_dtype)
            start = address_of(start_address, kernel, sum_dtype)
            for pixel in range(regions[k, 9], regions[k, 10], pixels):
                # a region whose taps all lie on padding has no runs, and gets what sums start from
                last_run = max(regions[k, 11] + 1, regions[k, 12])
                for run in range(regions[k, 11], last_run, runs_at_once):
                    for part in range(0, length, piece):
                        convolve_tile(
                            address_of(group_source, part, sum_dtype),
                            places,
                            output_places,
                            pixel,
                            runs,
                            run,
                            min(run + runs_at_once, regions[k, 12]),
                            min(piece, length - part),
                            length,
                            address_of(packed, part * panel_lanes, sum_dtype),
                            start,
                            accumulate > 0 or run > regions[k, 11] or part > 0,
                            panel_output,
                            columns,
                            panel_vectors,
                            sum_dtype,
                            output_dtype,
                        )
