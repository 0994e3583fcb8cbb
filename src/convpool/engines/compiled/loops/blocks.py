"""What both loops of convolution share: where blocks begin, and how sums are stored."""

from __future__ import annotations

from numba.core import cgutils

from convpool.engines.compiled.loops.simd import (
    add,
    convert,
    load,
    load_masked,
    loop,
    store,
    store_masked,
)


@loop
def block_corner(call, block):
    """Return (image, row, column) of the output where a block begins.

    Fields of the record: images, oh, ow, and the images, rows and columns of a block. Blocks are
    numbered along the columns first, then down the rows, then over the images. The last block over
    the images, and the last across, begins earlier, so that it ends with them; it overlaps the
    block before it. The last block down is not moved: it may reach beyond row oh.
    """
    across = -(-call.ow // call.block_columns)  # blocks side by side
    down = -(-call.oh // call.block_rows)
    return (
        min(block // (down * across) * call.block_images, call.images - call.block_images),
        block // across % down * call.block_rows,
        min(block % across * call.block_columns, call.ow - call.block_columns),
    )


def store_sums(builder, totals, targets, accumulate, sum_kind, output_kind):
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
            builder, convert(builder, builder.load(total), sum_kind, output_kind)
        )
        for total in totals
    ]
    with builder.if_then(accumulate):
        for result, (base, place, mask) in zip(results, targets, strict=True):
            lanes = builder.load(result).type.count
            if mask is None:
                so_far = load(builder, base, place, output_kind, lanes)
            else:
                so_far = load_masked(builder, base, place, output_kind, mask)
            builder.store(add(builder, builder.load(result), so_far, output_kind), result)
    for result, (base, place, mask) in zip(results, targets, strict=True):
        if mask is None:
            store(builder, builder.load(result), base, place, output_kind)
        else:
            store_masked(builder, builder.load(result), base, place, output_kind, mask)
