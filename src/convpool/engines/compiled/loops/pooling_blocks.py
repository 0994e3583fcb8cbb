"""The loops over blocks and over rows of windows: they call the loops on lines, by address.

So they do not depend on dtypes: addresses and strides are in bytes. A window is combined along one
axis after the other: rows of pixels into lines of columns, these into lines of results. A line has
c numbers, one for each channel, for each column, side by side; b is the number of an image, i a row
and j a column of the output, y a row and x a column of the pixels, which may lie on padding. `call`
is the record POOLING; `lines` is the record COMBINING that lines are combined by.

A program says how the windows of an axis are combined: rows (is_result, taps, step, first_tap) of
int64, one for each step. A part is so many taps of a window, combined; at first, each is one tap. A
step combines `taps` parts whose first taps are `step` taps apart: where is_result is 0 into longer
parts, which replace the former ones; where it is 1 into the results, from the window's tap
`first_tap` on, together with what the steps before have written there.
"""

from __future__ import annotations

from convpool.engines.compiled.loops.pooling_lines import combining_at, skipping_at, writing_at
from convpool.engines.compiled.loops.simd import call_form, load_integer, loop, reader_of
from convpool.engines.compiled.loops.window_ranges import taps_on_pixels, windows_on_pixels
from convpool.engines.compiled.pooling_records import POOLING

# where a window has more than ROWS rows, that many of them are read at a time, TILE numbers of each
ROWS = 8
TILE = 2048

pooling_at = reader_of(POOLING)


# ---- down the rows ----


@loop
def combine_rows(call, lines, image, y, step, windows, taps, shift, count):
    """Combine `taps` rows of pixels, `shift` rows apart, for each of `windows` windows.

    The first window begins at row y of the pixels, each other one `step` rows further on. Rows that
    are not on the image are left out. `image` is the address of the first of `count` numbers of row
    0; the caller has set the fields result, result_bytes and accumulates of `lines`.
    """
    result = lines.result
    # the rows are one row of taps: loops on lines take those of a row at once
    lines.is_padded, lines.rows, lines.column_bytes = 0, 1, shift * call.row_bytes
    lines.source_bytes = step * call.row_bytes
    low, high = windows_on_pixels(y, step, windows, call.h, (taps - 1) * shift + 1)
    number = 0
    while number < windows:
        start = y + number * step
        lines.windows, lines.count = 1, count
        lines.result = result + number * lines.result_bytes
        if number == low and high > low and taps <= ROWS:
            lines.windows, lines.columns = high - low, taps
            lines.source = image + start * call.row_bytes
            call_form(call.combine_pixels, call.combining)
        else:
            first, last = taps_on_pixels(start, call.h, taps, shift)
            lines.columns = last - first
            lines.source = image + (start + first * shift) * call.row_bytes
            if last - first <= ROWS:
                if last > first or not lines.accumulates:
                    call_form(call.combine_pixels, call.combining)
            else:
                _combine_many_rows(call, lines, count)
        number += lines.windows


@loop
def _combine_many_rows(call, lines, count):
    """Combine the rows of one window, ROWS of them and TILE numbers at a time.

    The fields columns, source and column_bytes of `lines` say which rows; `count` is how many
    numbers each has.
    """
    taps, source, result, accumulates = (
        lines.columns,
        lines.source,
        lines.result,
        lines.accumulates,
    )
    for tile in range((count + TILE - 1) // TILE):
        start = tile * TILE
        lines.count = min(TILE, count - start)
        lines.result = result + start * call.sum_bytes
        for part in range((taps + ROWS - 1) // ROWS):
            first = part * ROWS
            lines.accumulates = 1 if first else accumulates
            lines.columns = min(ROWS, taps - first)
            lines.source = source + first * lines.column_bytes + start * call.pixel_bytes // call.c
            call_form(call.combine_pixels, call.combining)
    lines.accumulates = accumulates


@loop
def reduce_rows(call, lines, result, image, y, rows, count):
    """Combine pixels down the rows of windows, as the program of that axis says.

    Each of `rows` rows of windows becomes a line of `count` numbers. `result` is the address of the
    first line, `image` that of row 0 of their pixels, and y the row where the first window begins,
    which may be negative.
    """
    stride, dilation, tile = call.stride_down, call.dilation_down, call.tile
    part_bytes = (tile + call.lanes) * call.sum_bytes
    for number in range((count + tile - 1) // tile):
        start = number * tile
        numbers = min(tile, count - start)
        source = image + start * (call.pixel_bytes // call.c)
        length = (rows - 1) * stride + (call.window_down - 1) * dilation + 1  # rows of parts
        # whether parts are still single rows of pixels, and whether results have been begun
        from_pixels, accumulates = True, 0
        for k in range(call.steps_down):
            is_result = load_integer(call.program_down, 4 * k)
            taps = load_integer(call.program_down, 4 * k + 1)
            shift = load_integer(call.program_down, 4 * k + 2) * dilation
            first_row = load_integer(call.program_down, 4 * k + 3) * dilation
            if is_result:
                lines.result = result + start * call.sum_bytes
                lines.result_bytes = call.pitch * call.sum_bytes
                windows, step = rows, stride
            else:
                length -= (taps - 1) * shift
                lines.result, lines.result_bytes = call.parts, part_bytes
                windows, step, first_row = length, 1, 0
            lines.accumulates = accumulates if is_result else 0
            if from_pixels:
                combine_rows(
                    call, lines, source, y + first_row, step, windows, taps, shift, numbers
                )
            else:
                lines.source = call.parts + first_row * part_bytes
                lines.source_bytes = step * part_bytes
                lines.windows, lines.count, lines.is_padded = windows, numbers, 1
                lines.rows, lines.columns, lines.column_bytes = 1, taps, shift * part_bytes
                call_form(call.combine_parts, call.combining)
            if is_result:
                accumulates = 1
            else:
                from_pixels = False


# ---- along the row ----


@loop
def reduce_columns(call, lines, result, line, columns, stride):
    """Combine a line along the row, as the program of that axis says, to a line of results.

    There are `columns` windows, `stride` columns apart. `result` and `line` are addresses; the line
    is overwritten with parts of windows.
    """
    dilation, column_bytes = call.dilation_across, call.c * call.sum_bytes
    length = (columns - 1) * stride + (call.window_across - 1) * dilation + 1  # columns of parts
    lines.accumulates, lines.rows = 0, 1
    for k in range(call.steps_across):
        is_result = load_integer(call.program_across, 4 * k)
        lines.columns = load_integer(call.program_across, 4 * k + 1)
        step = load_integer(call.program_across, 4 * k + 2) * dilation
        lines.column_bytes = step * column_bytes
        first_tap = load_integer(call.program_across, 4 * k + 3)
        lines.source = line + first_tap * dilation * column_bytes
        # by default, all windows as one line: neighbours lie side by side
        lines.result, lines.windows, lines.count, lines.is_padded = result, 1, columns * call.c, 1
        if not is_result:
            length -= (lines.columns - 1) * step
            lines.result, lines.count = line, length * call.c
        elif stride > 1 and columns > 1:
            lines.windows, lines.count = columns, call.c
            lines.source_bytes, lines.result_bytes = stride * column_bytes, column_bytes
            # what a vector overwrites of the next results must not have been begun
            lines.is_padded = 0 if lines.accumulates else 1
        has_begun = lines.accumulates  # whether steps before this one have written results
        if not is_result:
            lines.accumulates = 0
        call_form(call.combine_parts, call.combining)
        lines.accumulates = 1 if is_result else has_begun


# ---- blocks ----


def pool_blocks(form):
    """Return the loop that pools blocks, along one axis after the other."""

    def entry(address):
        call = pooling_at(address)
        blocks_down = (call.oh + call.block_rows - 1) // call.block_rows
        blocks_across = (call.ow + call.block_columns - 1) // call.block_columns
        for block in range(call.first, call.last):
            b = block // (blocks_down * blocks_across)
            i = block // blocks_across % blocks_down * call.block_rows
            j = block % blocks_across * call.block_columns
            rows = min(call.block_rows, call.oh - i)
            columns = min(call.block_columns, call.ow - j)
            _fill_lines(call, combining_at(call.combining), b, i, j, rows, columns)
            _fill_results(call, combining_at(call.combining), rows, columns)
            _write_block(call, b, i, j, rows, columns)

    return entry


@loop
def _fill_lines(call, lines, b, i, j, rows, columns):
    """Combine the pixels of a block down the rows; fill columns on padding with the identity.

    The block begins at row i and column j of the output of image b, and has `rows` rows and
    `columns` columns of it.
    """
    length = (columns - 1) * call.stride_across
    length += (call.window_across - 1) * call.dilation_across + 1
    x = j * call.stride_across - call.before_across
    # columns of the block from low to before high lie on pixels
    low = min(max(0, -x), length)
    high = max(low, min(length, call.w - x))
    column_bytes = call.c * call.sum_bytes
    if high > low:
        image = call.image + b * call.image_bytes + (x + low) * call.pixel_bytes
        y = i * call.stride_down - call.before_down
        result = call.lines + low * column_bytes
        reduce_rows(call, lines, result, image, y, rows, (high - low) * call.c)
    # the identity, which is what no rows give
    lines.rows, lines.accumulates, lines.is_padded = 0, 0, 0
    lines.windows, lines.result_bytes = rows, call.pitch * call.sum_bytes
    if low > 0:
        lines.result, lines.count = call.lines, low * call.c
        call_form(call.combine_parts, call.combining)
    if length > high:
        lines.result, lines.count = call.lines + high * column_bytes, (length - high) * call.c
        call_form(call.combine_parts, call.combining)


@loop
def _fill_results(call, lines, rows, columns):
    """Combine the lines of a block of `rows` x `columns` windows to lines of results."""
    stride = call.stride_across
    skipping = skipping_at(call.skipping)
    joint = call.joint_lines
    for number in range((rows + joint - 1) // joint):
        r = number * joint
        line = call.lines + r * call.pitch * call.sum_bytes
        results = call.results + r * call.results_pitch * call.sum_bytes
        # the joint lines are one long line: windows that reach from one to the next are combined
        # for nothing. starts: columns of it where a window may begin
        starts = (min(joint, rows - r) - 1) * (call.pitch // call.c)
        starts += (columns - 1) * stride + 1
        if call.skips:
            reduce_columns(call, lines, call.all_windows, line, starts, 1)
            skipping.result, skipping.source = results, call.all_windows
            skipping.columns = (starts - 1) // stride + 1
            call_form(call.skip, call.skipping)
        else:
            reduce_columns(call, lines, results, line, (starts - 1) // stride + 1, stride)


@loop
def _write_block(call, b, i, j, rows, columns):
    """Write the results of a block; b, i, j, rows and columns are those of `_fill_lines`."""
    writing = writing_at(call.writing)
    writing.result = call.output + b * call.output_image_bytes + i * call.output_row_bytes
    writing.result += j * call.c * call.output_bytes
    writing.result_bytes = call.output_row_bytes
    writing.source, writing.source_bytes = call.results, call.results_pitch * call.sum_bytes
    writing.lines, writing.count = rows, columns * call.c * call.write_unit
    if call.is_flat:
        writing.lines, writing.count = 1, rows * writing.count
    _set_divisors(call, writing, i, j)
    call_form(call.write, call.writing)


@loop
def _set_divisors(call, writing, i, j):
    """Set the divisors in the record `writing`, for lines of results from row i, column j on."""
    writing.row_divisors = call.row_divisors + i * 8  # bytes of a float64
    writing.column_divisors = 0
    if call.column_divisors:
        writing.column_divisors = call.column_divisors + j * call.c * 8


# ---- windows of many channels ----


def pool_windows(form):
    """Return the loop that pools rows of the output, both axes of a window at once."""

    def entry(address):
        call = pooling_at(address)
        lines, writing = combining_at(call.combining), writing_at(call.writing)
        lines.accumulates, lines.is_padded, lines.count = 0, 0, call.c
        lines.result_bytes = call.c * (call.output_bytes if call.is_direct else call.sum_bytes)
        lines.source_bytes = call.stride_across * call.pixel_bytes
        lines.row_bytes = call.dilation_down * call.row_bytes
        lines.column_bytes = call.dilation_across * call.pixel_bytes
        blocks_across = (call.ow + call.block_columns - 1) // call.block_columns
        for number in range(call.first, call.last):
            b, i = number // call.oh, number % call.oh
            row = call.output + b * call.output_image_bytes + i * call.output_row_bytes
            for block in range(blocks_across):
                j = block * call.block_columns
                stop = min(call.ow, j + call.block_columns)
                target = row + j * call.c * call.output_bytes
                results = target if call.is_direct else call.results
                _combine_windows(call, lines, b, i, j, stop, results)
                if not call.is_direct:
                    writing.result, writing.source = target, call.results
                    writing.lines, writing.count = 1, (stop - j) * call.c
                    _set_divisors(call, writing, i, j)
                    call_form(call.write, call.writing)

    return entry


@loop
def _combine_windows(call, lines, b, i, j, stop, results):
    """Combine the pixels of windows j to before `stop` of row i of the output of image b.

    results: the address where window j's result goes.
    """
    y = i * call.stride_down - call.before_down
    top, bottom = taps_on_pixels(y, call.h, call.window_down, call.dilation_down)
    lines.rows, lines.result = bottom - top, results
    row = call.image + b * call.image_bytes + (y + top * call.dilation_down) * call.row_bytes
    dilation, before, stride = call.dilation_across, call.before_across, call.stride_across
    span = (call.window_across - 1) * dilation + 1
    low, high = windows_on_pixels(-before, stride, call.ow, call.w, span)
    lines.row_divisor = call.row_divisors + i * 8  # bytes of a float64
    while j < stop:
        x = j * stride - before
        if low <= j < high:
            lines.windows, lines.columns = min(high, stop) - j, call.window_across
            lines.source = row + x * call.pixel_bytes
        else:
            left, right = taps_on_pixels(x, call.w, call.window_across, dilation)
            lines.windows, lines.columns = 1, right - left
            lines.source = row + (x + left * dilation) * call.pixel_bytes
        lines.column_divisor = 0
        if call.column_divisors:
            lines.column_divisor = call.column_divisors + j * call.c * 8
        call_form(call.combine_pixels, call.combining)
        lines.result += lines.windows * lines.result_bytes
        j += lines.windows
