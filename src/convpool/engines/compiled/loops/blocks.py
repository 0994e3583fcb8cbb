"""What both loops of convolution share: where blocks begin, and how sums are stored.

A block is some images, rows and columns of the output that are computed together.
"""

from __future__ import annotations

from numba.core import cgutils

from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
    add,
    convert,
    first_lanes,
    load,
    load_masked,
    loop,
    pick_lanes,
    store,
    store_masked,
)

# whether a store under a mask takes no longer than another; with AVX2 it may take 10 ns
STORES_MASKED = TARGET.name == "avx512"


@loop
def block_corner(call, block):
    """Return (image, row, column) of the output where block number `block` begins.

    `call` is a record with the grid of blocks: images, oh, ow, block_images, block_rows,
    block_columns. Blocks are numbered along the columns first, then down the rows, then over the
    images. The last block over the images, and the last across, begins earlier, so that it ends
    with them; it overlaps the block before it. The last block down is not moved: it may reach
    beyond row oh. Of 5 columns in blocks of 2, blocks begin in columns 0, 2 and 3; of 5 rows, in
    rows 0, 2 and 4.
    """
    across = -(-call.ow // call.block_columns)  # blocks side by side
    down = -(-call.oh // call.block_rows)  # blocks one below the other
    image = block // (down * across) * call.block_images
    row = block // across % down * call.block_rows
    column = block % across * call.block_columns
    return (
        min(image, call.images - call.block_images),
        row,
        min(column, call.ow - call.block_columns),
    )


def store_sums(builder, totals, targets, accumulates, sum_kind, output_kind, counts=None):
    """Store vectors of sums as results; if `accumulates`, add them to the results so far.

    All results so far are loaded before any is stored, since targets may overlap.

    Legend
    ------
    totals
        Pointers to the vectors of sums.
    targets
        For each of them (base, place, mask): a pointer, how many numbers behind it the results go,
        and which lanes are stored; a mask of None is that of all lanes.
    accumulates
        A bit, an LLVM value.
    sum_kind, output_kind
        Numba's types of the sums and of the results.
    counts
        If masks are those of first lanes: how many lanes of each target are stored, LLVM values,
        which may be less than 0 or more than a vector has. Then they can be stored without masks.
    """
    results = [
        cgutils.alloca_once_value(
            builder, convert(builder, builder.load(total), sum_kind, output_kind)
        )
        for total in totals
    ]
    with builder.if_then(accumulates):
        for result, (base, place, mask) in zip(results, targets, strict=True):
            lanes = builder.load(result).type.count
            if mask is None:
                so_far = load(builder, base, place, output_kind, lanes)
            else:
                so_far = load_masked(builder, base, place, output_kind, mask)
            builder.store(add(builder, builder.load(result), so_far, output_kind), result)
    if counts is not None and not STORES_MASKED:
        _store_first_lanes(builder, results, targets, counts, output_kind)
        return
    for result, (base, place, mask) in zip(results, targets, strict=True):
        if mask is None:
            store(builder, builder.load(result), base, place, output_kind)
        else:
            store_masked(builder, builder.load(result), base, place, output_kind, mask)


def _store_first_lanes(builder, results, targets, counts, kind):
    """Store the first counts[k] lanes of result k without masks, by stores of 8, 4, 2 and 1 lanes.

    The bits of counts[k] say which: of 8 lanes, 5 are stored as "abcd" and "e", 4 lanes further on.
    `results` are pointers to the vectors, which are overwritten: what is not stored yet moves to
    their first lanes, so that "efghabcd" is left of "abcdefgh". `kind` is the type of their
    numbers; targets and counts are those of `store_sums`.
    """
    for count in dict.fromkeys(counts):  # results of the same count share the tests of its bits
        same_count = [k for k, other in enumerate(counts) if other is count]
        lanes = builder.load(results[same_count[0]]).type.count
        none, all_lanes = INT64(0), INT64(lanes)
        clipped = builder.select(builder.icmp_signed("<", count, none), none, count)
        clipped = builder.select(builder.icmp_signed("<", all_lanes, clipped), all_lanes, clipped)
        width = lanes
        while width:
            bit = builder.and_(clipped, INT64(width))
            # the bits above that of `width`, of 4 those of -8, count the lanes stored by now
            stored = builder.and_(clipped, INT64(-2 * width))
            with builder.if_then(builder.icmp_signed("!=", bit, INT64(0))):
                for k in same_count:
                    vector, (base, place, _) = builder.load(results[k]), targets[k]
                    lowest = vector if width == lanes else first_lanes(builder, vector, width)
                    store(builder, lowest, base, builder.add(place, stored), kind)
                    rotated = [(lane + width) % lanes for lane in range(lanes)]
                    builder.store(pick_lanes(builder, [vector], rotated), results[k])
            width //= 2
