"""The loops that copy: the pixels of a block to a scratch, and its results to the output.

A scratch is memory of one thread for the pixels, or for the results, of one block. Its pixels are
padded and converted, as (image, plane, row, line). A line is one row of pixels in one plane:
`per_line` channels of each column, side by side. Column x of channel ch is in the plane with number
`ch // per_line * phases + x % phases`. The margin is what stands in a scratch around the pixels,
where the padding is.

Fields are those of the records PACKING and UNPACKING. `image_dtype`, `sum_dtype` and `output_dtype`
are zeros whose dtype is that of the images, sums and results.
"""

from __future__ import annotations

from convpool.engines.compiled.loops.interleaving import deinterleaver_of, interleaver_of
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


def pack(form):
    """Return the loop that packs a block, for images and sums of the form's dtypes."""
    image_dtype, sum_dtype = form.images.type(0), form.sums.type(0)

    def entry(address):
        call = packing_at(address)
        plane_size = call.rows * call.pitch
        image_size = call.c // call.per_line * call.phases * plane_size
        # pixels are in columns low to before high of the block, and in rows low_row to before
        # high_row
        low = min(call.columns, max(0, call.left - call.column))
        high = max(low, min(call.columns, call.left + call.width - call.column))
        low_row = min(call.row_count, max(0, call.top - call.row))
        high_row = max(low_row, min(call.row_count, call.top + call.height - call.row))
        image_column = call.column + low - call.left
        _begin_lines(call, low, plane_size)
        for b in range(call.image_count):
            image_start = (call.image + b) * call.image_stride
            r = 0
            while r < call.row_count:
                line_start = b * image_size + r * call.pitch
                # rows that are copied in this turn: all pixels at once, each row of the margin
                # alone
                count = high_row - low_row if r == low_row and high_row > low_row else 1
                y = load_integer(call.row_map, call.row + r)
                row_start = image_start + y * call.row_stride
                place = row_start + image_column * call.column_stride
                if y < 0:
                    if call.writes_margin:
                        _fill_row(call, line_start, plane_size, sum_dtype)
                elif call.lines:
                    _part_lines(call, place, count, high - low, line_start, image_dtype, sum_dtype)
                else:
                    _copy_rows(
                        call,
                        place,
                        count,
                        low,
                        high,
                        line_start,
                        plane_size,
                        image_dtype,
                        sum_dtype,
                    )
                if call.writes_margin and y >= 0:
                    _pad_rows(
                        call,
                        row_start,
                        count,
                        low,
                        high,
                        line_start,
                        plane_size,
                        image_dtype,
                        sum_dtype,
                    )
                r += count

    return entry


@loop
def _begin_lines(call, low, plane_size):
    """Write where in a row of the scratch the lines begin that a line is de-interleaved into."""
    per_source = call.c // call.source_lines
    for k in range(call.lines):
        x = low + k // per_source
        ch = k % per_source
        plane = ch // call.per_line * call.phases + x % call.phases
        place = plane * plane_size + x // call.phases * call.per_line + ch % call.per_line
        store_number(call.line_starts, k, place)


@loop
def _part_lines(call, place, rows, columns, line_start, image_dtype, sum_dtype):
    """De-interleave the lines of `rows` rows of `columns` columns from a place of the images on."""
    for source_line in range(call.source_lines):
        deinterleave(
            address_of(call.address, place + source_line * call.channel_stride, image_dtype),
            rows,
            call.row_stride,
            columns * (call.c // call.source_lines),
            call.scratch,
            call.pitch,
            call.line_starts,
            line_start + source_line * call.phases * call.rows * call.pitch,
            call.lines,
            image_dtype,
            sum_dtype,
        )


@loop
def _fill_row(call, line_start, plane_size, sum_dtype):
    """Fill one row of all planes, which lies on padding."""
    fill = load_number(call.fill, 0, sum_dtype, sum_dtype)
    for plane in range(call.c // call.per_line * call.phases):
        for k in range(call.pitch):
            store_number(call.scratch, line_start + plane * plane_size + k, fill)


@loop
def _copy_rows(call, place, rows, low, high, line_start, plane_size, image_dtype, sum_dtype):
    """Copy `rows` rows of pixels from a place of the images on, one by one and converted.

    The pixels are in columns low to before high of the block; their first line begins at number
    line_start of the scratch in its first plane, and plane_size numbers lie between two planes.
    """
    phases, per_line = call.phases, call.per_line
    for row in range(rows):
        row_start = place + row * call.row_stride
        for ch in range(call.c):
            for phase in range(phases):
                skipped = (phase - low) % phases  # columns from low to the first of this phase
                x = low + skipped
                plane = ch // per_line * phases + phase
                target = line_start + row * call.pitch + plane * plane_size
                target += x // phases * per_line + ch % per_line
                start = row_start + skipped * call.column_stride + ch * call.channel_stride
                for k in range((high - low - skipped + phases - 1) // phases):
                    at = start + k * phases * call.column_stride
                    number = load_number(call.address, at, image_dtype, sum_dtype)
                    store_number(call.scratch, target + k * per_line, number)


@loop
def _pad_rows(call, row_start, rows, low, high, line_start, plane_size, image_dtype, sum_dtype):
    """Write the margin left and right of the pixels of some rows of a block.

    row_start is where the first of these rows begins in the images; the other arguments are those
    of `_copy_rows`.
    """
    phases, per_line = call.phases, call.per_line
    fill = load_number(call.fill, 0, sum_dtype, sum_dtype)
    for row in range(rows):
        for k in range(low + call.columns - high):
            x = k if k < low else high + k - low  # k counts columns of the margin only
            source_column = load_integer(call.column_map, call.column + x)
            for ch in range(call.c):
                value = fill
                if source_column >= 0:
                    place = row_start + row * call.row_stride
                    place += source_column * call.column_stride + ch * call.channel_stride
                    value = load_number(call.address, place, image_dtype, sum_dtype)
                plane = ch // per_line * phases + x % phases
                target = plane * plane_size + x // phases * per_line + ch % per_line
                store_number(call.scratch, line_start + row * call.pitch + target, value)


def unpack(form):
    """Return the loop that copies the results of a block, of the form's dtype, to the output."""
    output_dtype = form.results.type(0)

    def entry(address):
        call = unpacking_at(address)
        kernel_size = call.images * call.rows * call.columns
        for b in range(call.images):
            for r in range(call.row_count):
                source = (b * call.rows + r) * call.columns
                target = b * call.image_stride + r * call.row_stride
                line = address_of(call.scratch, source, output_dtype)
                result = address_of(call.output, target, output_dtype)
                if call.lines:
                    interleave(line, kernel_size, call.columns, result, call.lines, output_dtype)
                else:
                    for kernel in range(call.kernels):
                        for x in range(call.columns):
                            place = kernel * kernel_size + x
                            value = load_number(line, place, output_dtype, output_dtype)
                            at = x * call.column_stride + kernel * call.kernel_stride
                            store_number(result, at, value)

    return entry
