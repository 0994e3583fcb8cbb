"""The loop of convolution with few kernels of each channel: vectors hold neighbouring columns.

A block is some images, rows and columns of the output that are computed together. A vector of sums
has one lane for each of some neighbouring numbers of a row of results. A group of vectors is a few
that go down the rows of a block together: their sums stay in registers. `call.groups` is how many
of these there are; kernels_per_group and group_stride are of groups of channels, which have kernels
of their own. A tap is one weight of a row of the kernel. Where windows have many, a part of the
sums, some taps of some rows, is added to the results at a time, since the rounding errors of long
sums would grow with all their terms.

`call` is the record COLUMNS, which `record.py` describes. b is the number of an image, r of a row
and x of a column of the output, u of a row of the kernel. Places and strides count numbers,
addresses bytes.
"""

from __future__ import annotations

from convpool.engines.compiled.loops.blocks import block_corner
from convpool.engines.compiled.loops.packing import packing_at, unpacking_at
from convpool.engines.compiled.loops.simd import address_of, call_form, loop, reader_of
from convpool.engines.compiled.loops.vector_groups import (
    CACHE_LINE_BYTES,
    PartOfSums,
    group_summer,
)
from convpool.engines.compiled.record import COLUMNS

columns_at = reader_of(COLUMNS)


@loop
def _pack_pixels(call, block, corner, rows_needed):
    """Pack the pixels under a block, padded and converted, to the scratch.

    corner: (image, row, column) of the padded images where they begin; rows_needed: rows of the
    output that the block has. Margins that are the same for all blocks are written for the first.
    """
    packing = packing_at(call.packing)
    packing.image, packing.row, packing.column = corner
    unneeded = (call.block_rows - rows_needed) * call.stride_down
    packing.row_count = packing.rows - unneeded
    packing.writes_margin = block == call.first or not call.keeps_margins
    call_form(call.pack, call.packing)


@loop
def _prefetches_of_row(call, block, rows_needed):
    """Return how many cache lines of the next block each row of a group of vectors prefetches."""
    if block + 1 >= call.last or not call.ahead:
        return 0
    rows = call.kernels * call.groups * rows_needed
    return (call.ahead // CACHE_LINE_BYTES + rows - 1) // rows


def columns(form):
    """Return the loop that convolves blocks with few kernels: pack pixels, sum, copy results."""
    sum_dtype, output_dtype = form.sums.type(0), form.results.type(0)
    sum_group = group_summer(form)

    def entry(address):
        call = columns_at(address)
        for block in range(call.first, call.last):
            b, r, x = block_corner(call, block)
            rows_needed = min(call.block_rows, call.oh - r)
            output_place = b * call.image_stride + r * call.row_stride + x * call.column_stride
            target = address_of(call.output, output_place, output_dtype)
            y, left = r * call.stride_down, x * call.stride_across  # the pixel of the first tap
            source = call.address
            source += b * call.image_bytes + y * call.row_bytes + left * call.column_bytes
            ahead = source + call.ahead  # what the next block reads
            if call.scratch:
                _pack_pixels(call, block, (b, y, left), rows_needed)
                source = call.scratch
            results, row_stride, kernel_stride = target, call.row_stride, call.kernel_stride
            if call.results:  # they are stored there first, and copied to the output afterwards
                results, row_stride = call.results, call.block_columns
                kernel_stride = call.block_images * call.block_rows * call.block_columns
            prefetches = _prefetches_of_row(call, block, rows_needed)
            for kernel in range(call.kernels):
                kernel_results = address_of(results, kernel * kernel_stride, output_dtype)
                start = address_of(call.starts, kernel * call.start_stride, sum_dtype)
                weights = address_of(call.weights, kernel * call.weight_stride, sum_dtype)
                channels_place = kernel // call.kernels_per_group * call.group_stride
                pixels = address_of(source, channels_place, sum_dtype)
                for vector_group in range(call.groups):
                    # all parts of a group's sums before the next group: neighbouring vectors may
                    # share results
                    u = 0
                    while u < call.kernel_rows:
                        rows_at_once = min(call.rows_at_once, call.kernel_rows - u)
                        tap = 0
                        while tap < call.tap_count:
                            weight_place = u * call.weight_row_stride + tap * call.tap_stride
                            part = PartOfSums(
                                vector_group=vector_group,
                                pixels=address_of(pixels, u * call.tap_row_stride, sum_dtype),
                                rows=rows_needed,
                                first_tap=tap,
                                taps=min(call.taps_at_once, call.tap_count - tap),
                                first_kernel_row=u,
                                kernel_rows=rows_at_once,
                                weights=address_of(weights, weight_place, sum_dtype),
                                start=start,
                                accumulates=u > 0 or tap > 0,
                                output=kernel_results,
                                output_row_stride=row_stride,
                                ahead=ahead,
                                prefetches=0 if u or tap else prefetches,
                            )
                            sum_group(call, part)
                            tap += call.taps_at_once
                        u += call.rows_at_once
                    ahead += rows_needed * prefetches * CACHE_LINE_BYTES
            if call.results:
                unpacking = unpacking_at(call.unpacking)
                unpacking.row_count, unpacking.output = rows_needed, target
                call_form(call.unpack, call.unpacking)

    return entry
