"""The loops over blocks and over rows of windows: they call the loops on lines, by address.

So they do not depend on dtypes: addresses and strides are in bytes. A block is some rows and
columns of the output of an image. Its windows are combined along one axis after the other: rows of
pixels into lines of columns, these into lines of results. A line has c numbers, one for each
channel, for each column, side by side; b is the number of an image, i a row and j a column of the
output, y a row and x a column of the pixels, which may lie on padding. `call` is the record
POOLING; `combining` is the record COMBINING that lines are combined by.

A program says how the windows of an axis are combined: rows (is_result, parts, distance, first_tap)
of int64, one for each step. A part is some neighbouring taps of a window that have been combined to
one number in each channel; before the first step, each tap is a part. A step combines `parts` parts
whose first taps are `distance` taps apart: if is_result is 0 into longer parts, which replace the
former ones; if it is 1 into the results, from the window's tap `first_tap` on, together with what
the steps before have written there. Thus the maximum of windows of 5 taps may take two steps:

    (0, 4, 1, 0)    parts of 4 taps: part n is the maximum of taps n, n + 1, n + 2 and n + 3
    (1, 2, 1, 0)    window n is the maximum of the parts n (taps 0 to 3) and n + 1 (taps 1 to 4)
"""

from __future__ import annotations

from convpool.engines.compiled.loops.pooling_lines import combining_at
from convpool.engines.compiled.loops.pooling_results import skipping_at, writing_at
from convpool.engines.compiled.loops.simd import call_form, load_integer, loop, reader_of
from convpool.engines.compiled.loops.window_ranges import taps_on_pixels, windows_on_pixels
from convpool.engines.compiled.pooling_records import POOLING

# where a window has more than ROWS rows, that many of them are read at a time, TILE numbers of each
ROWS = 8
TILE = 2048
DIVISOR_BYTES = 8  # of a float64
STEP_FIELDS = 4  # numbers of a step of a program

pooling_at = reader_of(POOLING)


# ---- down the rows ----


@loop
def combine_rows(call, combining, image, y, stride, windows, taps, dilation, count):
    """Combine `taps` rows of pixels, `dilation` rows apart, for each of `windows` windows.

    The first window begins at row y of the pixels, each other one `stride` rows further on. Rows
    that are not on the image are left out. `image` is the address of the first of `count` numbers
    of row 0; the caller has set the fields result, result_bytes and accumulates of `combining`.
    """
    result = combining.result
    # to the loop on lines, the taps, one below the other, are the columns of one row
    combining.is_padded, combining.rows, combining.column_bytes = 0, 1, dilation * call.row_bytes
    combining.source_bytes = stride * call.row_bytes
    # windows low to before high lie on the image, and are combined by one call
    low, high = windows_on_pixels(y, stride, windows, call.h, (taps - 1) * dilation + 1)
    window = 0
    while window < windows:
        start = y + window * stride
        combining.windows, combining.count = 1, count
        combining.result = result + window * combining.result_bytes
        if window == low and high > low and taps <= ROWS:
            combining.windows, combining.columns = high - low, taps
            combining.source = image + start * call.row_bytes
            call_form(call.combine_pixels, call.combining)
        else:
            first, last = taps_on_pixels(start, call.h, taps, dilation)
            combining.columns = last - first
            combining.source = image + (start + first * dilation) * call.row_bytes
            if last - first <= ROWS:
                # without taps, a result is the identity, unless it has been begun
                if last > first or not combining.accumulates:
                    call_form(call.combine_pixels, call.combining)
            else:
                _combine_many_rows(call, combining, count)
        window += combining.windows


@loop
def _combine_many_rows(call, combining, count):
    """Combine the rows of one window, ROWS of them and TILE numbers of each at a time.

    The fields columns, source and column_bytes of `combining` say how many rows there are and where
    they begin; `count` is how many numbers each has.
    """
    taps, source = combining.columns, combining.source
    result, accumulates = combining.result, combining.accumulates
    for tile in range((count + TILE - 1) // TILE):
        start = tile * TILE
        combining.count = min(TILE, count - start)
        combining.result = result + start * call.sum_bytes
        for group in range((taps + ROWS - 1) // ROWS):
            first = group * ROWS
            combining.accumulates = 1 if first else accumulates
            combining.columns = min(ROWS, taps - first)
            combining.source = (
                source + first * combining.column_bytes + start * call.pixel_bytes // call.c
            )
            call_form(call.combine_pixels, call.combining)
    combining.accumulates = accumulates


@loop
def reduce_rows(call, combining, result, image, y, rows, count):
    """Combine pixels down the rows of windows, as the program of that axis says.

    Each of `rows` rows of windows becomes a line of `count` numbers. `result` is the address of the
    first line, `image` that of row 0 of their pixels, and y the row where the first window begins,
    which may be negative. A tile is `call.tile` columns of numbers, which go down the rows by
    themselves, so that their parts stay in the cache. Parts are lines in the scratch `call.parts`.
    They are combined there in place, from the first to the last: part n replaces line n, which no
    later part is combined from.
    """
    stride, dilation, tile = call.stride_down, call.dilation_down, call.tile
    # the loop on lines may write up to a vector behind each part
    part_bytes = (tile + call.lanes) * call.sum_bytes
    for tile_number in range((count + tile - 1) // tile):
        start = tile_number * tile
        numbers = min(tile, count - start)
        source = image + start * (call.pixel_bytes // call.c)
        # parts that begin at successive rows of pixels; each step to longer parts leaves fewer
        part_rows = (rows - 1) * stride + (call.window_down - 1) * dilation + 1
        # whether parts are still single rows of pixels, and whether results have been begun
        from_pixels, accumulates = True, 0
        for k in range(call.steps_down):
            is_result = load_integer(call.program_down, STEP_FIELDS * k)
            parts = load_integer(call.program_down, STEP_FIELDS * k + 1)
            distance = load_integer(call.program_down, STEP_FIELDS * k + 2) * dilation  # rows
            first_row = load_integer(call.program_down, STEP_FIELDS * k + 3) * dilation
            if is_result:
                combining.result = result + start * call.sum_bytes
                combining.result_bytes = call.pitch * call.sum_bytes
                windows, spacing = rows, stride  # rows from window to window
            else:
                part_rows -= (parts - 1) * distance
                combining.result, combining.result_bytes = call.parts, part_bytes
                # a longer part from each row on: first_row is of results only
                windows, spacing, first_row = part_rows, 1, 0
            combining.accumulates = accumulates if is_result else 0
            if from_pixels:
                first_y = y + first_row
                combine_rows(
                    call, combining, source, first_y, spacing, windows, parts, distance, numbers
                )
            else:
                combining.source = call.parts + first_row * part_bytes
                combining.source_bytes = spacing * part_bytes
                # padded: behind parts, and behind lines of results then, is room for a vector
                combining.windows, combining.count, combining.is_padded = windows, numbers, 1
                combining.rows, combining.columns = 1, parts
                combining.column_bytes = distance * part_bytes
                call_form(call.combine_parts, call.combining)
            if is_result:
                accumulates = 1
            else:
                from_pixels = False


# ---- along the row ----


@loop
def reduce_columns(call, combining, result, line, columns, stride):
    """Combine a line along the row, as the program of that axis says, to a line of results.

    There are `columns` windows, `stride` columns apart. `result` and `line` are addresses; the line
    is overwritten with parts of windows, from the first to the last: part n replaces column n, from
    which no later part is combined.
    """
    dilation, column_bytes = call.dilation_across, call.c * call.sum_bytes
    # parts that begin at successive columns; each step to longer parts leaves fewer
    part_columns = (columns - 1) * stride + (call.window_across - 1) * dilation + 1
    combining.accumulates, combining.rows = 0, 1
    for k in range(call.steps_across):
        is_result = load_integer(call.program_across, STEP_FIELDS * k)
        parts = load_integer(call.program_across, STEP_FIELDS * k + 1)
        distance = load_integer(call.program_across, STEP_FIELDS * k + 2) * dilation  # columns
        first_column = load_integer(call.program_across, STEP_FIELDS * k + 3) * dilation
        # to the loop on lines, the parts are the taps of one row
        combining.columns, combining.column_bytes = parts, distance * column_bytes
        combining.source = line + first_column * column_bytes
        # by default, all windows as one: the numbers of neighbours lie side by side
        combining.result, combining.windows = result, 1
        combining.count, combining.is_padded = columns * call.c, 1
        if not is_result:
            part_columns -= (parts - 1) * distance
            combining.result, combining.count = line, part_columns * call.c
        elif stride > 1 and columns > 1:
            combining.windows, combining.count = columns, call.c
            combining.source_bytes, combining.result_bytes = stride * column_bytes, column_bytes
            # what a vector overwrites of the next results must not have been begun
            combining.is_padded = 0 if combining.accumulates else 1
        has_begun = combining.accumulates  # whether steps before this one have written results
        if not is_result:
            combining.accumulates = 0
        call_form(call.combine_parts, call.combining)
        combining.accumulates = 1 if is_result else has_begun


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
def _fill_lines(call, combining, b, i, j, rows, columns):
    """Combine the pixels of a block down the rows; fill columns on padding with the identity.

    The identity is the number that changes no other that it is combined with. The block begins at
    row i and column j of the output of image b, and has `rows` rows and `columns` columns of it.
    """
    # columns of pixels under the windows of the block, from column x on
    length = (columns - 1) * call.stride_across
    length += (call.window_across - 1) * call.dilation_across + 1
    x = j * call.stride_across - call.before_across
    # of these, number `low` to before `high` lie on pixels, the others on padding
    low = min(max(0, -x), length)
    high = max(low, min(length, call.w - x))
    column_bytes = call.c * call.sum_bytes
    if high > low:
        image = call.image + b * call.image_bytes + (x + low) * call.pixel_bytes
        y = i * call.stride_down - call.before_down
        result = call.lines + low * column_bytes
        reduce_rows(call, combining, result, image, y, rows, (high - low) * call.c)
    # no rows give the identity
    combining.rows, combining.accumulates, combining.is_padded = 0, 0, 0
    combining.windows, combining.result_bytes = rows, call.pitch * call.sum_bytes
    if low > 0:
        combining.result, combining.count = call.lines, low * call.c
        call_form(call.combine_parts, call.combining)
    if length > high:
        combining.result = call.lines + high * column_bytes
        combining.count = (length - high) * call.c
        call_form(call.combine_parts, call.combining)


@loop
def _fill_results(call, combining, rows, columns):
    """Combine the lines of a block of `rows` x `columns` windows to lines of results.

    `call.joint_lines` of them, which follow each other in memory, are combined as one long line:
    the windows that reach from one line to the next are combined for nothing.
    """
    stride = call.stride_across
    skipping = skipping_at(call.skipping)
    joint = call.joint_lines
    for long_line in range((rows + joint - 1) // joint):
        r = long_line * joint  # the first row of the block that is in it
        line = call.lines + r * call.pitch * call.sum_bytes
        results = call.results + r * call.results_pitch * call.sum_bytes
        # columns of the long line where a window may begin
        starts = (min(joint, rows - r) - 1) * (call.pitch // call.c)
        starts += (columns - 1) * stride + 1
        if call.skips:  # windows are combined at every column, and every stride-th is kept
            reduce_columns(call, combining, call.all_windows, line, starts, 1)
            skipping.result, skipping.source = results, call.all_windows
            skipping.columns = (starts - 1) // stride + 1
            call_form(call.skip, call.skipping)
        else:
            reduce_columns(call, combining, results, line, (starts - 1) // stride + 1, stride)


@loop
def _write_block(call, b, i, j, rows, columns):
    """Write the results of a block: `rows` rows and `columns` columns from (i, j) of image b on.

    The length of a line counts numbers, and `call.write_unit` is 1; or where `call.write` copies,
    it counts bytes, and `call.write_unit` is those of a number. If `call.is_flat`, the rows lie
    side by side in the output and have one divisor: they are written as one line.
    """
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
    writing.row_divisors = call.row_divisors + i * DIVISOR_BYTES
    writing.column_divisors = 0
    if call.column_divisors:
        writing.column_divisors = call.column_divisors + j * call.c * DIVISOR_BYTES


# ---- windows of many channels ----


def pool_windows(form):
    """Return the loop that pools rows of the output, both axes of a window at once.

    Each row is pooled in blocks of columns, whose totals fit the scratch `call.results`; if
    `call.is_direct`, they are combined in the output instead.
    """

    def entry(address):
        call = pooling_at(address)
        combining, writing = combining_at(call.combining), writing_at(call.writing)
        combining.accumulates, combining.is_padded, combining.count = 0, 0, call.c
        combining.result_bytes = call.c * (call.output_bytes if call.is_direct else call.sum_bytes)
        combining.source_bytes = call.stride_across * call.pixel_bytes
        combining.row_bytes = call.dilation_down * call.row_bytes
        combining.column_bytes = call.dilation_across * call.pixel_bytes
        blocks_across = (call.ow + call.block_columns - 1) // call.block_columns
        for row_number in range(call.first, call.last):  # counted through all images
            b, i = row_number // call.oh, row_number % call.oh
            output_row = call.output + b * call.output_image_bytes + i * call.output_row_bytes
            for block in range(blocks_across):
                j = block * call.block_columns
                stop = min(call.ow, j + call.block_columns)
                target = output_row + j * call.c * call.output_bytes
                results = target if call.is_direct else call.results
                _combine_windows(call, combining, b, i, j, stop, results)
                if not call.is_direct:
                    writing.result, writing.source = target, call.results
                    writing.lines, writing.count = 1, (stop - j) * call.c
                    _set_divisors(call, writing, i, j)
                    call_form(call.write, call.writing)

    return entry


@loop
def _combine_windows(call, combining, b, i, j, stop, results):
    """Combine the pixels of windows j to before `stop` of row i of the output of image b.

    results: the address where window j's result goes.
    """
    y = i * call.stride_down - call.before_down
    top, bottom = taps_on_pixels(y, call.h, call.window_down, call.dilation_down)
    combining.rows, combining.result = bottom - top, results
    # windows low to before high have all columns on pixels: those of a row are combined by one call
    row = call.image + b * call.image_bytes + (y + top * call.dilation_down) * call.row_bytes
    dilation, before, stride = call.dilation_across, call.before_across, call.stride_across
    span = (call.window_across - 1) * dilation + 1
    low, high = windows_on_pixels(-before, stride, call.ow, call.w, span)
    combining.row_divisor = call.row_divisors + i * DIVISOR_BYTES
    while j < stop:
        x = j * stride - before
        if low <= j < high:
            combining.windows, combining.columns = min(high, stop) - j, call.window_across
            combining.source = row + x * call.pixel_bytes
        else:
            left, right = taps_on_pixels(x, call.w, call.window_across, dilation)
            combining.windows, combining.columns = 1, right - left
            combining.source = row + (x + left * dilation) * call.pixel_bytes
        combining.column_divisor = 0
        if call.column_divisors:
            combining.column_divisor = call.column_divisors + j * call.c * DIVISOR_BYTES
        call_form(call.combine_pixels, call.combining)
        combining.result += combining.windows * combining.result_bytes
        j += combining.windows
