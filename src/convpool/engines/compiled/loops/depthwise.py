"""The loop that convolves channels with kernels of their own.

Pixels are read in the images. Windows are taken in the tiles of `depthwise_tiles`, and those that
reach into the padding one by one, with their taps on pixels alone.

b is the number of an image, i of a row of the output and j of a window; y and x are the pixel where
a window begins. Steps and addresses are in bytes. `call` is the record DEPTHWISE, which `record.py`
describes.
"""

from __future__ import annotations

from functools import partial

from convpool.engines.compiled.loops.depthwise_tiles import WindowTile, windows_summer
from convpool.engines.compiled.loops.simd import TARGET, loop, reader_of
from convpool.engines.compiled.loops.window_ranges import taps_on_pixels, windows_on_pixels
from convpool.engines.compiled.record import DEPTHWISE
from convpool.engines.compiled.register_sizes import (
    VECTORS_OF_WINDOW,
    depthwise_tile,
    windows_of_pair,
)

depthwise_at = reader_of(DEPTHWISE)


def depthwise(form):
    """Return the loop that convolves rows of the output, of the form's dtype and windows."""
    sum_rows = _rows_loop(form)
    tap_bytes = form.depth * form.multiplier * form.sums.itemsize  # weights of a tap and channel
    has_pairs = windows_of_pair(TARGET, form.depth, form.taps, form.stride) > 0

    def entry(address):
        call = depthwise_at(address)
        kernel_row_bytes = call.taps * call.c * tap_bytes
        dilation = call.dilation_down
        row = call.first
        while row < call.last:
            b, i = row // call.oh, row % call.oh
            y = i * call.stride_down - call.before_down
            # Rows a dilation apart have all rows of pixels but one in common, and are summed in
            # pairs where all their taps lie on pixels: i and i + dilation, i + 1 and ...
            behind = y + (call.kernel_rows + 1) * dilation  # the last of these pixels
            in_pairs = has_pairs and call.stride_down == 1 and y >= 0 and behind <= call.h
            in_pairs = in_pairs and row + 2 * dilation <= call.last
            for k in range(dilation if in_pairs else 1):
                # rows top to before bottom of the kernel lie on pixels
                top, bottom = taps_on_pixels(y + k, call.h, call.kernel_rows, dilation)
                source = call.address + b * call.image_bytes
                source += (y + k + top * dilation) * call.row_bytes
                target = call.output + b * call.output_image_bytes + (i + k) * call.output_row_bytes
                weights = call.weights + top * kernel_row_bytes
                sum_rows(call, source, target, weights, bottom - top, 2 if in_pairs else 1)
            row += 2 * dilation if in_pairs else 1

    return entry


def _rows_loop(form):
    """Return the function `sum_rows`, which sums the windows of a row of the output, or of two."""
    dtype, size = form.sums.type(0), form.sums.itemsize
    multiplier, depth, fixed_taps = form.multiplier, form.depth, form.taps
    stride = form.stride
    width, vectors = depthwise_tile(TARGET, multiplier, depth, fixed_taps, stride)
    width_of_pair = windows_of_pair(TARGET, depth, fixed_taps, stride)
    sum_windows = partial(windows_summer, multiplier, depth, stride)
    sum_tile = sum_pair = sum_windows(width, vectors, fixed_taps)
    if width_of_pair:
        sum_pair = sum_windows(width_of_pair, (), fixed_taps, together=2)
    # of one window; beside the padding most windows lack one tap
    vectors = VECTORS_OF_WINDOW if multiplier == 1 else ()
    sum_whole_window, sum_less_one_tap, sum_any_window = (
        sum_windows(1, vectors, taps) for taps in (fixed_taps, max(0, fixed_taps - 1), 0)
    )

    @loop
    def sum_window(call, result, row, x, weights, shared):
        """Sum the taps on pixels of one window, which begins in column x.

        row, weights: addresses of column 0, and of the weights of the first tap of each row;
        shared: the fields of its tile from `starts` on.
        """
        left, right = taps_on_pixels(x, call.w, call.taps, call.dilation_across)
        pixels = row + (x + left * call.dilation_across) * call.column_bytes
        factors, count = weights + left * call.c * depth * multiplier * size, right - left
        tile = WindowTile(result, pixels, factors, count, *shared)
        if count == fixed_taps:
            sum_whole_window(tile, dtype)
        elif count == fixed_taps - 1:
            sum_less_one_tap(tile, dtype)
        else:
            sum_any_window(tile, dtype)

    @loop
    def sum_rows(call, source, target, weights, rows, together):
        """Sum the windows of the row at address `target` of the output over `rows` rows of taps.

        source, weights: addresses of column 0 of the images, and of the weights, in the first of
        these rows of taps; together: 2 if the row a dilation below is summed too.

        With a dilation, the windows of a tile are that far apart, so that they have pixels in
        common: with a dilation of 2, tap 1 of window 0 lies on the pixel of tap 0 of window 2. So
        windows are taken in phases then: 0, 2, 4 ..., and after these 1, 3, 5 ...
        """
        stride, before, dilation = call.stride_across, call.before_across, call.dilation_across
        column_bytes, output_bytes = call.column_bytes, call.output_column_bytes
        taps, weight_step = call.taps, call.c * depth * multiplier * size
        # columns of the output from window to window of a tile
        spacing = dilation if fixed_taps else 1
        tap_step, window_distance = dilation * column_bytes, stride * spacing
        window_step, result_step = window_distance * column_bytes, spacing * output_bytes
        row_step = call.dilation_down * call.row_bytes
        result_row_step = call.dilation_down * call.output_row_bytes
        # the fields of all tiles from `starts` on
        shared = call.starts, call.c, rows, row_step, tap_step, weight_step, taps * weight_step
        shared = *shared, window_step, result_step, call.ahead, call.first_ahead, column_bytes
        shared = *shared, result_row_step
        span = (taps - 1) * dilation + 1
        for phase in range(min(spacing, call.ow)):
            start = phase * stride - before
            windows = (call.ow - phase + spacing - 1) // spacing
            # of this phase, windows low to before high have all taps on pixels
            low, high = windows_on_pixels(start, window_distance, windows, call.w, span)
            # tiles of two rows, if few of their windows are summed twice
            tiles = -(-(high - low) // max(1, width_of_pair))
            has_pairs = together == 2 and high - low >= width_of_pair
            has_pairs = has_pairs and 3 * (high - low) >= 2 * tiles * width_of_pair
            length = width_of_pair if has_pairs else width
            j = 0
            while j < windows:
                x = start + j * window_distance
                result = target + (phase + j * spacing) * output_bytes
                if low <= j and j < high - 1 and high - low >= length:
                    # of `length` windows; the last tile may overlap the one before
                    overlap = max(0, j + length - high)
                    result -= overlap * result_step
                    pixels = source + (x - overlap * window_distance) * column_bytes
                    if has_pairs:
                        sum_pair(WindowTile(result, pixels, weights, taps, *shared), dtype)
                    else:
                        for _ in range(together):
                            sum_tile(WindowTile(result, pixels, weights, taps, *shared), dtype)
                            result += result_row_step
                            pixels += row_step
                    j += length - overlap
                else:
                    row = source
                    for _ in range(together):
                        sum_window(call, result, row, x, weights, shared)
                        result += result_row_step
                        row += row_step
                    j += 1

    return sum_rows
