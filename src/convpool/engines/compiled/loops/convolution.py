"""The loops of convolution that are compiled: Numba around the few instructions on vectors in `simd.py`.

Nothing is checked here. What a line has beyond whole vectors is done once more from its end, or
under a mask. b images, r rows and x columns of a block; c channels, n kernels.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.compile_cache import kernel
from convpool.engines.compiled.loops.simd import (
    INT,
    MANY,
    added,
    along,
    below,
    converted,
    get,
    lanes_of,
    load,
    load_some,
    muladd,
    panel_width,
    picked,
    pointer,
    prefetch,
    put,
    splat,
    store,
    store_some,
    table,
    unzip,
    vector,
    zipped,
)

PIXELS = 12  # pixels of a tile come in such groups
SUMS = 24 if MANY else 12  # vectors of sums that fit the registers, with room for what is read
WIDE = SUMS // 6  # vectors of kernels in the largest tile
CACHE_LINE = 64  # bytes
UNROLLED = 4  # channels of a tile in one turn of its loop


def places_of(taken: int) -> int:
    """Return how many vectors go down the rows together, where each takes part in so many sums at a time."""
    # LLVM reads ahead, so what is read needs registers as well: one for each vector and for each
    # weight
    room = (30 - 2 * taken) // (taken + 2) if MANY else (14 - taken) // (taken + 1)
    return max(1, min(8, room))


def deliver_sums(builder, totals, targets, again, like, made):
    """Store sums as results, where `again` added to those so far, at (base, place, mask) each; None masks no lane.

    All results so far are read before any is stored: some may be the same.
    """
    results = [
        cgutils.alloca_once_value(builder, converted(builder, builder.load(t), like, made))
        for t in totals
    ]
    with builder.if_then(again):
        for result, (base, place, mask) in zip(results, targets, strict=True):
            n = builder.load(result).type.count
            if mask is None:
                so_far = load(builder, base, place, made, n)
            else:
                so_far = load_some(builder, base, place, made, mask)
            builder.store(added(builder, builder.load(result), so_far, made), result)
    for result, (base, place, mask) in zip(results, targets, strict=True):
        if mask is None:
            store(builder, builder.load(result), base, place, made)
        else:
            store_some(builder, builder.load(result), base, place, made, mask)


@intrinsic
def descend(
    typing,
    given,
    places,
    group,
    taps,
    tap,
    count,
    row_step,
    high,
    weights,
    tap_step,
    line,
    start,
    again,
    result,
    row_out,
    lanes,
    masks,
    within,
    ahead,
    pace,
    heights,
    most,
    strides,
    across,
    few,
    laned,
    like,
    made,
):
    """Go down the rows with a group of vectors, and sum each row times its weights for all results that it is part of.

    A row of `places`, made for slabs of as many rows as `most` has numbers, tells where the vectors
    begin in `given`, where they go in `result`, and at which lane the weights of a tap begin. The
    kernel has as many rows as the tuple `heights` has numbers, the stride is that of `strides`.
    Weights lie as (tap of a row, row of the kernel, lane), and `count` taps from `tap` on are
    taken. Sums start from `start`, lane by lane, or from zero and are added to the results so far,
    so that rounding errors do not grow with all terms; only the first `lanes` are stored. Where
    `few` is a tuple, it has as many numbers as there are taps in a row, and their weights stay in
    registers. Without `laned`, all lanes have one weight. Each row asks for the next `pace` lines
    of the cache from `ahead` on.

    Where `across` is a tuple, pixels are read where they lie, every so many as it has numbers, and
    zeros where the row is not one of the image, `within` = (rows above it, its rows), or where the
    mask of a tap of a vector has no bit.
    """

    def code(context, builder, signature, arguments):
        (
            given,
            places,
            group,
            taps,
            tap,
            count,
            row_step,
            high,
            weights,
            tap_step,
            line,
            start,
            again,
            result,
            row_out,
            lanes,
            masks,
            within,
            ahead,
            pace,
        ) = arguments[:20]
        kh, sh, n = heights.count, strides.count, lanes_of(like)
        taken = -(-kh // sh)
        together = places_of(-(-most.count // sh))
        given, weights, start, ahead = (
            pointer(builder, address, like) for address in (given, weights, start, ahead)
        )
        result = pointer(builder, result, made)
        row = table(
            context, builder, signature.args[1], places, builder.mul(group, INT(2 * together + 1))
        )
        taps = table(context, builder, signature.args[3], taps, tap)
        numbers = [builder.load(builder.gep(row, [INT(k)])) for k in range(2 * together + 1)]
        lane = numbers[-1]
        if laned is types.none:
            begun = splat(builder, builder.load(start), n)
        else:
            begun = load(builder, start, lane, like, n)
            weights = builder.gep(weights, [lane])
        sources = [builder.gep(given, [place]) for place in numbers[:together]]
        targets = [builder.gep(result, [place]) for place in numbers[together:-1]]
        nothing = ir.Constant(vector(like, n), None)
        begun = builder.select(again, nothing, begun)
        totals = [
            [cgutils.alloca_once_value(builder, nothing) for _ in sources] for _ in range(taken)
        ]
        mask = below(builder, lanes, n)
        whole = builder.icmp_signed(">=", lanes, INT(n))

        def row_of_weights(tap, chosen):
            base = builder.mul(tap, tap_step)
            places = [builder.add(base, builder.mul(line, INT(u))) for u in chosen]
            if laned is types.none:
                return [
                    splat(builder, builder.load(builder.gep(weights, [place])), n)
                    for place in places
                ]
            return [load(builder, weights, place, like, n) for place in places]

        every = across.count if isinstance(across, types.BaseTuple) else 0

        def inside(r):
            if not every:
                return None
            above, high = cgutils.unpack_tuple(builder, within, 2)
            there = builder.icmp_unsigned("<", builder.sub(r, above), high)
            return builder.select(there, INT(-1), INT(0))

        def read(pixels, shift, tap, k, bits):
            if not every:
                return load(builder, pixels, shift, like, n)
            number = builder.add(builder.mul(group, count), tap)
            at = builder.add(builder.mul(number, INT(together * every)), INT(k * every))
            chosen = table(context, builder, signature.args[16], masks, at)
            parts = []
            for part in range(every):
                lit = builder.and_(builder.load(builder.gep(chosen, [INT(part)])), bits)
                mask = builder.bitcast(
                    builder.trunc(lit, ir.IntType(n)), ir.VectorType(ir.IntType(1), n)
                )
                parts.append(
                    load_some(builder, pixels, builder.add(shift, INT(part * n)), like, mask)
                )
            return picked(builder, parts, [lane * every for lane in range(n)])

        unrolled = few.count if isinstance(few, types.BaseTuple) else 0
        kept = [row_of_weights(INT(tap), range(kh)) for tap in range(unrolled)]
        with cgutils.for_range(builder, builder.add(high, INT(taken - 1))) as loop:
            r = loop.index
            with cgutils.for_range(builder, pace) as next_line:
                place = builder.add(builder.mul(r, pace), next_line.index)
                prefetch(builder, ahead, builder.mul(place, INT(CACHE_LINE * 8 // like.bitwidth)))
            for total in totals[0]:
                builder.store(begun, total)

            def weigh(lines, bits, tap, vectors):
                shift = builder.load(builder.gep(taps, [tap]))
                for k, pixels in enumerate(lines):
                    x = read(pixels, shift, tap, k, bits)
                    for j, weight in enumerate(vectors):
                        total = builder.load(totals[j][k])
                        builder.store(muladd(builder, x, weight, total, like), totals[j][k])

            def take(phase, sums):
                y = builder.mul(builder.add(builder.mul(r, INT(sh)), INT(phase)), row_step)
                lines = [builder.gep(source, [y]) for source in sources]
                bits = inside(builder.add(builder.mul(r, INT(sh)), INT(phase)))
                chosen = [phase + j * sh for j in range(sums)]
                if kept:
                    for tap, rows in enumerate(kept):
                        weigh(lines, bits, INT(tap), [rows[u] for u in chosen])
                    return
                with cgutils.for_range(builder, count) as inner:
                    weigh(lines, bits, inner.index, row_of_weights(inner.index, chosen))

            behind = builder.sub(builder.add(r, INT(1)), high)
            for phase in range(min(sh, kh)):
                sums = -(-(kh - phase) // sh)
                with builder.if_then(builder.icmp_signed("<", behind, INT(sums))):
                    take(phase, sums)
            done = builder.sub(r, INT(taken - 1))
            with builder.if_then(builder.icmp_signed(">=", done, INT(0))):
                place = builder.mul(done, row_out)
                with builder.if_else(whole) as (all_lanes, some_lanes):
                    for branch, lit in ((all_lanes, None), (some_lanes, mask)):
                        with branch:
                            into = [(target, place, lit) for target in targets]
                            deliver_sums(builder, totals[-1], into, again, like, made)
            for older, newer in zip(reversed(totals[1:]), reversed(totals[:-1]), strict=True):
                for into, total in zip(older, newer, strict=True):
                    builder.store(builder.load(total), into)
        return context.get_dummy_value()

    words = (
        given,
        places,
        group,
        taps,
        tap,
        count,
        row_step,
        high,
        weights,
        tap_step,
        line,
        start,
        again,
        result,
    )
    words = (*words, row_out, lanes, masks, within, ahead, pace)
    return types.void(*words, heights, most, strides, across, few, laned, like, made), code


def pixels_of(wide: int) -> int:
    """Return how many pixels a tile of so many vectors has: as many as keep its sums in registers."""
    return PIXELS if PIXELS * wide <= SUMS else PIXELS // 2


@intrinsic
def tile(
    typing,
    given,
    places,
    outs,
    at,
    runs,
    first,
    last,
    length,
    pitch,
    weights,
    start,
    again,
    result,
    columns,
    wide,
    like,
    made,
):
    """Make the sums of some pixels with as many vectors of kernels as the tuple `wide` has numbers.

    Run k starts at runs[k, 0] from each pixel and has its weights at runs[k, 1] * pitch rows; sums
    start from `start`, or from zero and are added to the results so far; only the first `columns`
    kernels are stored. All sums stay in registers.
    """

    def code(context, builder, signature, arguments):
        (
            given,
            places,
            outs,
            at,
            runs,
            first,
            last,
            length,
            pitch,
            weights,
            start,
            again,
            result,
            columns,
        ) = arguments[:14]
        count, vectors = lanes_of(like), wide.count
        pixels = pixels_of(vectors)
        given, weights, start = (
            pointer(builder, address, like) for address in (given, weights, start)
        )
        result = pointer(builder, result, made)
        places = table(context, builder, signature.args[1], places, at)
        outs = table(context, builder, signature.args[2], outs, at)
        runs = table(context, builder, signature.args[4], runs, INT(0))
        targets = [builder.load(builder.gep(outs, [INT(q)])) for q in range(pixels)]
        parts = [(q, v) for q in range(pixels) for v in range(vectors)]
        totals = {part: cgutils.alloca_once(builder, vector(like, count)) for part in parts}
        masks = [
            below(builder, builder.sub(columns, INT(v * count)), count) for v in range(vectors)
        ]
        nothing = ir.Constant(vector(like, count), None)
        begun = [load_some(builder, start, INT(v * count), like, masks[v]) for v in range(vectors)]
        begun = [builder.select(again, nothing, value) for value in begun]
        for q, v in parts:
            builder.store(begun[v], totals[q, v])
        with cgutils.for_range_slice(builder, first, last, INT(1)) as (run, _):
            pair = builder.gep(runs, [builder.mul(run, INT(2))])
            shift, row = (builder.load(builder.gep(pair, [INT(k)])) for k in range(2))
            shifted = [
                builder.add(builder.load(builder.gep(places, [INT(q)])), shift)
                for q in range(pixels)
            ]
            sources = [builder.gep(given, [place]) for place in shifted]
            rows = builder.gep(
                weights, [builder.mul(builder.mul(row, pitch), INT(vectors * count))]
            )

            def steps(channel, turns):
                base = builder.gep(rows, [builder.mul(channel, INT(vectors * count))])
                for turn in range(turns):
                    kernels = [INT((turn * vectors + v) * count) for v in range(vectors)]
                    row = [load(builder, base, kernel, like, count) for kernel in kernels]
                    place = builder.add(channel, INT(turn))
                    for q in range(pixels):
                        x = splat(builder, builder.load(builder.gep(sources[q], [place])), count)
                        for v in range(vectors):
                            total = builder.load(totals[q, v])
                            builder.store(muladd(builder, x, row[v], total, like), totals[q, v])

            whole = builder.and_(length, INT(-UNROLLED))
            with cgutils.for_range_slice(builder, INT(0), whole, INT(UNROLLED)) as (channel, _):
                steps(channel, UNROLLED)
            with cgutils.for_range_slice(builder, whole, length, INT(1)) as (channel, _):
                steps(channel, 1)
        with builder.if_else(builder.icmp_signed(">=", columns, INT(vectors * count))) as (
            all_columns,
            some_columns,
        ):
            for branch, lit in ((all_columns, [None] * vectors), (some_columns, masks)):
                with branch:
                    into = [
                        (result, builder.add(targets[q], INT(v * count)), lit[v]) for q, v in parts
                    ]
                    deliver_sums(builder, [totals[part] for part in parts], into, again, like, made)
        return context.get_dummy_value()

    words = (
        given,
        places,
        outs,
        at,
        runs,
        first,
        last,
        length,
        pitch,
        weights,
        start,
        again,
        result,
        columns,
    )
    return types.void(*words, wide, like, made), code


# ---- blocks ----


@kernel
def even(total, most):
    """Return a length, about `most` at most, of parts of a total that are about equally long."""
    parts = max(1, -(-total // most))
    return max(1, -(-total // parts))


@kernel
def corner(block, grid):
    """Return the first image, row and column of a block.

    The last images, and the last columns, end where all end, and so may be those of two blocks.
    """
    m, oh, ow, images, rows, columns = grid
    down, across = -(-oh // rows), -(-ow // columns)
    return (
        min(block // (down * across) * images, m - images),
        block // across % down * rows,
        min(block % across * columns, ow - columns),
    )


@kernel
def scatter(address, start, steps, form, low, high, scratch, base, plane, given, like):
    """Copy a row of pixels number by number."""
    _, _, column_step, channel_step = steps
    c, phases, each, _, _, _, _, _ = form
    for ch in range(c):
        for phase in range(phases):
            skipped = (phase - low) % phases
            x = low + skipped
            target = base + (ch // each * phases + phase) * plane + x // phases * each + ch % each
            source = start + skipped * column_step + ch * channel_step
            for k in range((high - low - skipped + phases - 1) // phases):
                put(
                    scratch,
                    target + k * each,
                    get(address, source + k * phases * column_step, given, like),
                )


@kernel
def pad(
    address,
    place,
    steps,
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
    given,
    like,
):
    """Fill what lies before and after the pixels of a row."""
    _, _, column_step, channel_step = steps
    c, phases, each, _, _, _, _, _ = form
    for k in range(low + columns - high):
        x = k if k < low else high + k - low
        source = column_map[column + x]
        for ch in range(c):
            value = fill
            if source >= 0:
                value = get(address, place + source * column_step + ch * channel_step, given, like)
            target = (ch // each * phases + x % phases) * plane + x // phases * each + ch % each
            put(scratch, base + target, value)


@kernel
def pack(
    address,
    steps,
    image,
    images,
    row,
    taken,
    column,
    packing,
    scratch,
    margins,
    parts,
    given,
    like,
):
    """Copy what a block needs, padded and converted, as (image, plane, row, line).

    A line holds `each` channels of each column; with several phases, columns are dealt to that many
    planes in turn. `packing` is (rows and columns that there is room for, what stands at each
    padded row and column, form, room for a table, lines of numbers side by side that a row of the
    images has, where `parts` cuts them, the fill). Of the rows, `taken` are needed.
    """
    window, maps, form, streams, lines, fill = packing
    image_step, row_step, column_step, channel_step = steps
    rows, columns = window
    row_map, column_map = maps
    c, phases, each, pitch, top, height, left, width = form
    plane = rows * pitch
    size = c // each * phases * plane
    low = min(columns, max(0, left - column))
    high = max(low, min(columns, left + width - column))
    first = min(taken, max(0, top - row))
    last = max(first, min(taken, top + height - row))
    pixel = column + low - left
    if parts is not None:
        for k in range(len(parts)):
            x = low + k // (c // lines)
            ch = k % (c // lines)
            streams[k] = (ch // each * phases + x % phases) * plane + x // phases * each + ch % each
    for b in range(images):
        source = (image + b) * image_step + pixel * column_step
        r = 0
        while r < taken:
            base = b * size + r * pitch
            count = last - first if r == first and last > first else 1
            y = row_map[row + r]
            if y < 0:
                if margins:
                    for p in range(c // each * phases):
                        for k in range(pitch):
                            put(scratch, base + p * plane + k, fill)
            elif parts is not None:
                for line in range(lines):
                    start = along(address, source + y * row_step + line * channel_step, given)
                    numbers = (high - low) * (c // lines)
                    shift = base + line * phases * plane
                    unzip(
                        start,
                        count,
                        row_step,
                        numbers,
                        scratch,
                        pitch,
                        streams,
                        shift,
                        parts,
                        given,
                        like,
                    )
            else:
                for k in range(count):
                    start = source + (y + k) * row_step
                    scatter(
                        address,
                        start,
                        steps,
                        form,
                        low,
                        high,
                        scratch,
                        base + k * pitch,
                        plane,
                        given,
                        like,
                    )
            if margins and y >= 0:
                for k in range(count):
                    place = (image + b) * image_step + (y + k) * row_step
                    pad(
                        address,
                        place,
                        steps,
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
                        given,
                        like,
                    )
            r += count


@kernel
def deliver(scratch, kernels, images, rows, taken, columns, result, steps, parts, made):
    """Copy results (kernel, image, row, column) to where they belong."""
    image_step, row_step, column_step, kernel_step = steps
    size = images * rows * columns
    for b in range(images):
        for r in range(taken):
            source = (b * rows + r) * columns
            target = b * image_step + r * row_step
            if parts is not None:
                zipped(
                    along(scratch, source, made),
                    size,
                    columns,
                    along(result, target, made),
                    parts,
                    made,
                )
            else:
                for n in range(kernels):
                    for x in range(columns):
                        value = get(scratch, n * size + source + x, made, made)
                        put(result, target + x * column_step + n * kernel_step, value)


@kernel
def rows(
    first,
    last,
    grid,
    stride,
    address,
    steps,
    packing,
    scratch,
    once,
    places,
    taps,
    masks,
    within,
    weights,
    starts,
    groups,
    descent,
    lanes,
    turn,
    result,
    steps_out,
    made_scratch,
    reach,
    parts,
    zips,
    heights,
    tail,
    strides,
    across,
    few,
    laned,
    given,
    like,
    made,
):
    """Weigh the blocks from `first` to before `last`: pack what they need, sum, and put the results where they belong.

    Without a scratch, pixels are read where they are; without a scratch for results, they are
    stored where they belong. weights are (address, step of a tap, of a row, of a kernel), starts
    (address, step of a kernel), groups (kernels, kernels in a group, step of a group in the
    source). A kernel of many rows is taken in slabs of as many as `heights` has numbers, and a last
    one of `tail`, each with `turn` taps of a row at a time. descent is (slabs, steps in the source
    from row to row on the way down, from row to row of the kernel, and from one class of rows to
    the next, classes of rows that have no pixel in common). What the next block reads lies `reach`
    bytes further on and is asked for meanwhile, unless `reach` is 0.
    """
    _, oh, _, images, high, wide = grid
    sh, sw = stride
    image_step, row_step, column_step, _ = steps
    weight_address, tap_step, line, weight_step = weights
    start_address, start_step = starts
    kernels, together, group_step = groups
    slabs, down, tap_row, class_step, classes = descent
    image_out, row_out, column_out, kernel_out = steps_out
    above, inside = within
    down_out = row_out
    if made_scratch:
        kernel_out = images * high * wide
        down_out = wide
    for block in range(first, last):
        b, r, x = corner(block, grid)
        some = min(high, oh - r)
        target = along(result, b * image_out + r * row_out + x * column_out, made)
        source = along(address, b * image_step + r * sh * row_step + x * sw * column_step, given)
        ahead = source + reach
        if scratch:
            margins = block == first or not once
            pack(
                address,
                steps,
                b,
                images,
                r * sh,
                packing[0][0] - (high - some) * sh,
                x * sw,
                packing,
                scratch,
                margins,
                parts,
                given,
                like,
            )
            source = scratch
        into = made_scratch if made_scratch else target
        going = kernels * len(places) * some
        pace = (reach // CACHE_LINE + going - 1) // going if block + 1 < last else 0
        for n in range(kernels):
            there = along(into, n * kernel_out, made)
            start = along(start_address, n * start_step, like)
            packed = along(weight_address, n * weight_step, like)
            shifted = along(source, n // together * group_step, like)
            for k in range(min(classes, some)):
                count = (some - k + classes - 1) // classes
                rows_in = along(shifted, k * class_step, like)
                rows_out = along(there, k * down_out, made)
                for group in range(len(places)):
                    # all slabs of a group before the next: neighbouring vectors may share results
                    for slab in range(slabs):
                        slab_in = along(rows_in, slab * len(heights) * tap_row, like)
                        line_in = along(packed, slab * len(heights) * line, like)
                        for tap in range(0, len(taps), turn):
                            descend(
                                slab_in,
                                places,
                                group,
                                taps,
                                tap,
                                min(turn, len(taps) - tap),
                                down,
                                count,
                                along(line_in, tap * tap_step, like),
                                tap_step,
                                line,
                                start,
                                slab > 0 or tap > 0,
                                rows_out,
                                classes * down_out,
                                lanes,
                                masks,
                                (above - slab * len(heights), inside),
                                ahead,
                                0 if slab or tap else pace,
                                heights,
                                heights,
                                strides,
                                across,
                                few,
                                laned,
                                like,
                                made,
                            )
                    if tail is not None:
                        slab_in = along(rows_in, slabs * len(heights) * tap_row, like)
                        line_in = along(packed, slabs * len(heights) * line, like)
                        for tap in range(0, len(taps), turn):
                            descend(
                                slab_in,
                                places,
                                group,
                                taps,
                                tap,
                                min(turn, len(taps) - tap),
                                down,
                                count,
                                along(line_in, tap * tap_step, like),
                                tap_step,
                                line,
                                start,
                                slabs > 0 or tap > 0,
                                rows_out,
                                classes * down_out,
                                lanes,
                                masks,
                                (above - slabs * len(heights), inside),
                                ahead,
                                0,
                                tail,
                                heights,
                                strides,
                                across,
                                few,
                                laned,
                                like,
                                made,
                            )
                    ahead += count * pace * CACHE_LINE
        if made_scratch:
            deliver(made_scratch, kernels, images, high, some, wide, target, steps_out, zips, made)


@kernel
def gather(
    kernels, taps, depth, nc, kernel, columns, channel, length, scratch, streams, wide, parts, like
):
    """Copy the weights of some kernels for some channels as (tap, channel, kernel), each row in whole vectors."""
    for tap in range(taps):
        source = along(kernels, (tap * depth + channel) * nc + kernel, like)
        unzip(
            source,
            length,
            nc,
            columns,
            scratch,
            wide,
            streams,
            tap * length * wide,
            parts,
            like,
            like,
        )


@kernel
def tiles(
    first,
    last,
    regions,
    stride,
    address,
    steps,
    packing,
    scratch,
    once,
    places,
    outs,
    pixels,
    runs,
    length,
    terms,
    channel,
    weights,
    starts,
    groups,
    panels,
    result,
    steps_out,
    wide,
    parts,
    given,
    like,
    made,
):
    """Sum the tiles of the blocks from `first` to before `last` with the panels of kernels from panels[0] to panels[1].

    A row of `regions` holds the blocks up to its end, its grid, where it begins in the images and
    in the result, and where its places and its runs begin and end. About `terms` products are
    summed before they are added to the results. weights are (address, step of a panel), starts
    (address, 1 if sums are added to results so far), groups (kernels in a group, panels in a group,
    step of a group in the source).
    """
    sh, sw = stride
    image_step, row_step, column_step, _ = steps
    weight_address, panel_step = weights
    start_address, again = starts
    together, panels_together, group_step = groups
    image_out, row_out, column_out, _ = steps_out
    vector = panel_width(wide, like)
    piece = even(length, terms)
    turn = max(1, terms // piece)
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
        b, r, x = corner(block - (regions[k - 1, 0] if k else 0), grid)
        target = along(result, regions[k, 8] + b * image_out + r * row_out + x * column_out, made)
        if scratch:
            margins = block == first or not once
            pack(
                address,
                steps,
                b,
                grid[3],
                r * sh,
                packing[0][0],
                x * sw,
                packing,
                scratch,
                margins,
                parts,
                given,
                like,
            )
            source = scratch
        else:
            source = along(
                address,
                regions[k, 7] + b * image_step + r * sh * row_step + x * sw * column_step,
                given,
            )
        for panel in range(panels[0], panels[1]):
            group, column = divmod(panel, panels_together)
            kernel = group * together + column * vector
            columns = min(vector, together - column * vector)
            shifted = along(source, group * group_step + channel, like)
            packed = along(weight_address, (panel - panels[0]) * panel_step, like)
            there = along(target, kernel, made)
            start = along(start_address, kernel, like)
            for at in range(regions[k, 9], regions[k, 10], pixels):
                # a region whose taps all lie on padding has no runs, and gets what sums start from
                for run in range(regions[k, 11], max(regions[k, 11] + 1, regions[k, 12]), turn):
                    for part in range(0, length, piece):
                        tile(
                            along(shifted, part, like),
                            places,
                            outs,
                            at,
                            runs,
                            run,
                            min(run + turn, regions[k, 12]),
                            min(piece, length - part),
                            length,
                            along(packed, part * vector, like),
                            start,
                            again > 0 or run > regions[k, 11] or part > 0,
                            there,
                            columns,
                            wide,
                            like,
                            made,
                        )
