"""The loop that finds medians of bytes by histograms, whose time hardly grows with the window.

A histogram of each column of pixels goes down the picture: from a row of windows to the next, a
pixel comes and one leaves. The histogram of a window goes along the row: a column comes and one
leaves. At each step, all coarse counts are updated, and of the fine ones those few among which the
median lies. A histogram is 16-bit counts in memory: COARSE ones, number k of the bytes from 16 k to
16 k + 15, and behind them 256 fine ones, of each byte. `call` is the record HISTOGRAMS; b is the
number of an image, ch of a channel, r of a row and x of a column of the output, y of a row of
pixels.

S. Perreault and P. Hébert, "Median filtering in constant time", IEEE Transactions on Image
Processing 16 (2007).
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from convpool.engines.compiled.loops.simd import (
    load,
    load_integer,
    load_number,
    loop,
    pointer_to,
    reader_of,
    store,
    store_number,
)
from convpool.engines.compiled.record import HISTOGRAMS

COARSE = 16  # coarse counts, and fine ones of each of them; so many are changed at once
COUNTS = COARSE + 256  # of a histogram
COUNT, PIXEL, INTEGER = np.uint16(0), np.uint8(0), np.int64(0)  # zeros that stand for dtypes
COUNT_BYTES = 2
HISTOGRAM_BYTES = COUNTS * COUNT_BYTES
ADDED, REMOVED = 1, -1  # what a pixel that comes, or leaves, changes its counts by

histograms_at = reader_of(HISTOGRAMS)


def histogram_medians(form):
    """Return the loop that writes the medians of units: bands of rows of blocks of columns."""
    result_dtype = form.results.type(0)

    def entry(address):
        call = histograms_at(address)
        for unit in range(call.first, call.last):
            _find_medians(call, unit, result_dtype)

    return entry


@loop
def _find_medians(call, unit, result_dtype):
    """Write the medians of unit number `unit`: a band of rows of a block of columns.

    Units are numbered from band to band, block to block, channel to channel and image to image.
    result_dtype: a zero of the results' dtype.
    """
    r, rest = unit % call.bands * call.band_rows, unit // call.bands
    x, rest = rest % call.blocks_across * call.block_columns, rest // call.blocks_across
    ch, b = rest % call.c, rest // call.c
    last_row, last_column = min(call.oh, r + call.band_rows), min(call.ow, x + call.block_columns)
    source = call.address + b * call.image_bytes + ch * call.channel_bytes
    target = call.output + b * call.output_image_bytes + ch * call.output_channel_bytes
    # the columns of pixels under the block: `columns` of them, from column `left` on
    left = max(0, x * call.stride_across - call.before_across)
    right = (last_column - 1) * call.stride_across - call.before_across + call.kernel_columns
    columns = max(0, min(call.w, right) - left)
    source += left * call.column_bytes
    for k in range(columns * COUNTS // COARSE):  # COARSE counts at a time
        _clear_counts(call.counts + k * COARSE * COUNT_BYTES)
    # the rows of pixels that the histograms of columns count: from `top` to before `bottom`
    top = bottom = min(call.h, max(0, r * call.stride_down - call.before_down))
    while r < last_row:
        y = r * call.stride_down - call.before_down
        first, last = max(0, y), min(call.h, y + call.kernel_rows)
        while bottom < last:
            _count_row(call, source + bottom * call.row_bytes, columns, ADDED)
            bottom += 1
        while top < min(first, bottom):
            _count_row(call, source + top * call.row_bytes, columns, REMOVED)
            top += 1
        _find_row(call, target + r * call.output_row_bytes, x, left, last - first, result_dtype)
        r += 1


@loop
def _count_row(call, pixels, columns, change):
    """Change the counts of the pixels of a row, in the histograms of their columns.

    pixels: address of the first of `columns` pixels; change: ADDED or REMOVED.
    """
    for k in range(columns):
        counts = call.counts + k * HISTOGRAM_BYTES
        pixel = load_number(pixels, k * call.column_bytes, PIXEL, INTEGER)
        _change_count(counts, pixel // COARSE, change)
        _change_count(counts, COARSE + pixel, change)


@loop
def _change_count(counts, place, change):
    """Add `change` to the count at a place of the histogram at address `counts`."""
    count = load_number(counts, place, COUNT, INTEGER)
    store_number(counts, place, np.uint16(count + change))


@loop
def _find_row(call, target, x, left, rows, result_dtype):
    """Write the medians of a row of windows of one block, from column x of the output on.

    target: address of the row of the output; left: column of the images whose histogram is the
    first; rows: how many rows of the windows lie on pixels. Columns of pixels are counted from
    `left` on.
    """
    # of the window, behind the histograms of columns
    counts = call.counts + call.columns * HISTOGRAM_BYTES
    _clear_counts(counts)
    for k in range(2 * COARSE):  # the fine counts are of no column yet: see `_byte_of_rank`
        store_number(call.places, k, INTEGER)
    first = last = 0  # the coarse counts are of the columns of pixels `first` to before `last`
    for column in range(x, min(call.ow, x + call.block_columns)):
        start = column * call.stride_across - call.before_across
        # the window's columns on pixels: `begin` to before `end`
        begin, end = max(0, start) - left, min(call.w, start + call.kernel_columns) - left
        while last < end:
            _add_counts(counts, call.counts + last * HISTOGRAM_BYTES)
            last += 1
        while first < min(begin, last):
            _subtract_counts(counts, call.counts + first * HISTOGRAM_BYTES)
            first += 1
        pixels = max(0, rows) * max(0, end - begin)  # of the window
        median = np.nan
        if pixels > 0:
            low = _byte_of_rank(call, counts, (pixels - 1) // 2, first, last)
            high = low
            if pixels % 2 == 0:
                high = _byte_of_rank(call, counts, pixels // 2, first, last)
            median = 0.5 * (low + high)
        result = as_result(median, result_dtype)
        store_number(target + column * call.output_column_bytes, 0, result)


@loop
def _byte_of_rank(call, counts, rank, first, last):
    """Return byte number `rank`, from 0 on, of the sorted bytes of a window.

    counts: address of the window's histogram, whose coarse counts are up to date. first, last: the
    window has the columns of pixels `first` to before `last`, counted as in `_find_row`. The fine
    counts of a coarse one may be those of an earlier window: `call.places` has the first column of
    it, and the one behind its last, for each coarse count. Those among which the byte is are
    brought up to date.
    """
    below, coarse = 0, 0  # `below` bytes are less than those of coarse count number `coarse`
    count = load_number(counts, 0, COUNT, INTEGER)
    while below + count <= rank:
        below += count
        coarse += 1
        count = load_number(counts, coarse, COUNT, INTEGER)
    offset = COARSE * (1 + coarse)  # of its first fine count in a histogram
    fine = counts + offset * COUNT_BYTES
    begin, end = load_integer(call.places, 2 * coarse), load_integer(call.places, 2 * coarse + 1)
    # where as many columns would come or leave as the window has, the counts begin anew
    if first - begin + last - end >= last - first:
        _clear_counts(fine)
        begin = end = first
    while end < last:
        _add_counts(fine, call.counts + (end * COUNTS + offset) * COUNT_BYTES)
        end += 1
    while begin < first:
        _subtract_counts(fine, call.counts + (begin * COUNTS + offset) * COUNT_BYTES)
        begin += 1
    store_number(call.places, 2 * coarse, begin)
    store_number(call.places, 2 * coarse + 1, end)
    byte = 0
    count = load_number(fine, 0, COUNT, INTEGER)
    while below + count <= rank:
        below += count
        byte += 1
        count = load_number(fine, byte, COUNT, INTEGER)
    return coarse * COARSE + byte


def _counts_at(builder, address):
    """Return (vector of COARSE successive counts at an address, LLVM pointer to the first)."""
    base = pointer_to(builder, address, types.uint16)
    return load(builder, base, ir.IntType(64)(0), types.uint16, COARSE), base


def _combiner(operation):
    """Return the @intrinsic that changes COARSE counts in a row: `operation` is "add" or "sub"."""

    @intrinsic
    def combine(typing, target, source):
        """Add to the counts at address `target` those at address `source`, or subtract them."""

        def codegen(context, builder, signature, arguments):
            (totals, base), (counts, _) = (_counts_at(builder, item) for item in arguments)
            combined = getattr(builder, operation)(totals, counts)
            store(builder, combined, base, ir.IntType(64)(0), types.uint16)
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), codegen

    return combine


_add_counts, _subtract_counts = _combiner("add"), _combiner("sub")


@intrinsic
def _clear_counts(typing, target):
    """Set COARSE successive counts at an address to 0."""

    def codegen(context, builder, signature, arguments):
        counts, base = _counts_at(builder, arguments[0])
        store(builder, ir.Constant(counts.type, None), base, ir.IntType(64)(0), types.uint16)
        return context.get_dummy_value()

    return types.void(types.int64), codegen


@intrinsic
def as_result(typing, number, result_dtype):
    """Return a float64 converted to the results' dtype, float32 or float64."""

    def codegen(context, builder, signature, arguments):
        number = arguments[0]
        if result_dtype.bitwidth == 32:
            number = builder.fptrunc(number, ir.FloatType())
        return number

    return result_dtype(types.float64, result_dtype), codegen
