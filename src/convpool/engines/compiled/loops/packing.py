"""The loops that copy: the pixels of a block to a scratch, and its results to the output.

A block is some images, rows and columns of the output that are computed together. A scratch is
memory of one thread for the pixels, or for the results, of one block. Its pixels are padded and
converted, as (image, plane, row, line). A line is one row of pixels in one plane: `per_line`
channels of each column, side by side. With a stride across, each of `phases` planes has every
phases-th column, so that neighbouring windows read neighbouring numbers. Column x of channel ch is
in plane `ch // per_line * phases + x % phases`, there number
`x // phases * per_line + ch % per_line` of its line. With 2 phases and 1 channel per line, columns
"abcde" become the lines "ace" and "bd". The margin is what stands in a scratch around the pixels,
where the padding is.

`call` is the record PACKING or UNPACKING, which `record.py` describes. `image_dtype`, `sum_dtype`
and `output_dtype` are zeros whose dtype is that of the images, sums and results. b is the number of
an image, r of a row, x of a column and ch of a channel of the block; y is the row of the images
that stands in a row. Places are in numbers from the begin of the images or of the scratch.
"""

from __future__ import annotations

from typing import NamedTuple

from convpool.engines.compiled.loops.interleaving import (
    Lines,
    Rows,
    deinterleaver_of,
    interleaver_of,
)
from convpool.engines.compiled.loops.simd import (
    address_of,
    load_integer,
    load_number,
    loop,
    reader_of,
    store_number,
)
from convpool.engines.compiled.record import KERNELS, LINES, PACKING, UNPACKING

deinterleave, interleave = deinterleaver_of(LINES), interleaver_of(KERNELS)
packing_at, unpacking_at = reader_of(PACKING), reader_of(UNPACKING)


class PackedRows(NamedTuple):
    """Rows of one image of a block that are packed together.

    Parameters
    ----------
    count
        How many rows they are.
    source
        Place in the images of the first row's pixel in column 0 of its image; not used of a row of
        padding.
    target
        Place in the scratch where the first row's line in plane 0 begins.
    low, high
        Columns low to before high of the block are pixels, the others margin.
    plane_size
        Numbers from plane to plane of the scratch.
    """

    count: int
    source: int
    target: int
    low: int
    high: int
    plane_size: int


def pack(form):
    """Return the loop that packs a block, for images and sums of the form's dtypes."""
    image_dtype, sum_dtype = form.images.type(0), form.sums.type(0)

    def entry(address):
        call = packing_at(address)
        plane_size = call.rows * call.pitch
        image_size = call.c // call.per_line * call.phases * plane_size
        # The block has pixels in columns low to before high, and in rows low_row to before
        # high_row: it begins in padded row and column (row, column), the pixels in (top, left). A
        # block may lie beside the pixels altogether, and then there are none.
        low = min(call.columns, max(0, call.left - call.column))
        high = max(low, min(call.columns, call.left + call.width - call.column))
        low_row = min(call.row_count, max(0, call.top - call.row))
        high_row = max(low_row, min(call.row_count, call.top + call.height - call.row))
        _write_line_starts(call, low, plane_size)
        for b in range(call.image_count):
            image_start = (call.image + b) * call.image_stride
            r = 0
            while r < call.row_count:
                # rows that are taken in this turn: all pixels at once, each row of the margin alone
                count = high_row - low_row if r == low_row and high_row > low_row else 1
                y = load_integer(call.row_map, call.row + r)
                source, target = image_start + y * call.row_stride, b * image_size + r * call.pitch
                rows = PackedRows(count, source, target, low, high, plane_size)
                if y < 0:  # a row of the fill; others of the margin repeat a row of the images
                    if call.writes_margin:
                        _fill_row(call, rows, sum_dtype)
                else:
                    if call.lines:
                        _deinterleave_rows(call, rows, image_dtype, sum_dtype)
                    else:
                        _copy_rows(call, rows, image_dtype, sum_dtype)
                    if call.writes_margin:
                        _pad_rows(call, rows, image_dtype, sum_dtype)
                r += count

    return entry


@loop
def _write_line_starts(call, low, plane_size):
    """Write to the table `line_starts` where the first pixels of a row go in the scratch.

    A row of the images is de-interleaved into `call.lines` lines: number k of the row is the first
    of line k. If the channels of a pixel lie side by side, it is channel k % c of column
    low + k // c; else the row has one channel only (see `_deinterleave_rows`). low: the first
    column of the block that is a pixel; plane_size: numbers from plane to plane.
    """
    channels = call.c // call.source_lines  # of a row of the images: c or 1
    for k in range(call.lines):
        x = low + k // channels
        ch = k % channels
        plane = ch // call.per_line * call.phases + x % call.phases
        place = plane * plane_size + x // call.phases * call.per_line + ch % call.per_line
        store_number(call.line_starts, k, place)


@loop
def _first_pixel(call, rows):
    """Return the place in the images of the first pixel of PackedRows."""
    return rows.source + (call.column + rows.low - call.left) * call.column_stride


@loop
def _deinterleave_rows(call, rows, image_dtype, sum_dtype):
    """De-interleave the pixels of PackedRows into the lines of the planes.

    A row of the images is one line there, with all channels of a pixel side by side, or c lines,
    one for each channel: `call.source_lines`. Then per_line is 1.
    """
    length = (rows.high - rows.low) * (call.c // call.source_lines)
    channel_size = call.phases * call.rows * call.pitch  # numbers of the planes of one channel
    for k in range(call.source_lines):
        place = _first_pixel(call, rows) + k * call.channel_stride
        source = address_of(call.address, place, image_dtype)
        shift = rows.target + k * channel_size
        deinterleave(
            Rows(source, rows.count, call.row_stride, length),
            Lines(call.scratch, call.lines, call.line_starts, shift, call.pitch),
            image_dtype,
            sum_dtype,
        )


@loop
def _fill_row(call, rows, sum_dtype):
    """Write the fill to the single row of PackedRows, in all planes."""
    fill = load_number(call.fill, 0, sum_dtype, sum_dtype)
    for plane in range(call.c // call.per_line * call.phases):
        for k in range(call.pitch):
            store_number(call.scratch, rows.target + plane * rows.plane_size + k, fill)


@loop
def _copy_rows(call, rows, image_dtype, sum_dtype):
    """Copy the pixels of PackedRows, one by one and converted.

    The columns of a phase follow each other in a line, so that its places need no division.
    """
    phases, per_line, low = call.phases, call.per_line, rows.low
    for row in range(rows.count):
        row_source = _first_pixel(call, rows) + row * call.row_stride
        for ch in range(call.c):
            for phase in range(phases):
                skipped = (phase - low) % phases  # columns from low to the first of this phase
                x = low + skipped
                plane = ch // per_line * phases + phase
                target = rows.target + row * call.pitch + plane * rows.plane_size
                target += x // phases * per_line + ch % per_line
                source = row_source + skipped * call.column_stride + ch * call.channel_stride
                for k in range((rows.high - low - skipped + phases - 1) // phases):
                    pixel = source + k * phases * call.column_stride
                    number = load_number(call.address, pixel, image_dtype, sum_dtype)
                    store_number(call.scratch, target + k * per_line, number)


@loop
def _pad_rows(call, rows, image_dtype, sum_dtype):
    """Write the margin left and right of the pixels of PackedRows."""
    phases, per_line, low, high = call.phases, call.per_line, rows.low, rows.high
    fill = load_number(call.fill, 0, sum_dtype, sum_dtype)
    for row in range(rows.count):
        for k in range(low + call.columns - high):
            x = k if k < low else high + k - low  # k counts columns of the margin only
            source_column = load_integer(call.column_map, call.column + x)  # -1 for the fill
            pixel = rows.source + row * call.row_stride + source_column * call.column_stride
            first = rows.target + row * call.pitch + x % phases * rows.plane_size
            first += x // phases * per_line
            for line in range(call.c // per_line):
                target = first + line * phases * rows.plane_size
                for ch in range(per_line):
                    number = fill
                    if source_column >= 0:
                        place = pixel + (line * per_line + ch) * call.channel_stride
                        number = load_number(call.address, place, image_dtype, sum_dtype)
                    store_number(call.scratch, target + ch, number)


def unpack(form):
    """Return the loop that copies rows of a block's results to the output.

    In the scratch they are (kernel, image, row, column); the output has strides of its own. Where
    the results of a column lie side by side in the output, those of all kernels are interleaved.
    """
    output_dtype = form.results.type(0)

    def entry(address):
        call = unpacking_at(address)
        kernel_size = call.images * call.rows * call.columns
        for b in range(call.images):
            for r in range(call.row_count):
                source_place = (b * call.rows + r) * call.columns
                target_place = b * call.image_stride + r * call.row_stride
                source = address_of(call.scratch, source_place, output_dtype)  # of kernel 0
                target = address_of(call.output, target_place, output_dtype)
                if call.lines:
                    interleave(source, kernel_size, call.columns, target, call.lines, output_dtype)
                else:
                    for kernel in range(call.kernels):
                        for x in range(call.columns):
                            place = kernel * kernel_size + x
                            result = load_number(source, place, output_dtype, output_dtype)
                            place = x * call.column_stride + kernel * call.kernel_stride
                            store_number(target, place, result)

    return entry
