"""The loop of the gradient of pooling.

A band is some rows of an image. The result, which is its gradient, is filled with zeros; then each
window that has taps on the band adds its g, the gradient of its output: to the first of its
greatest or least pixels, if that is in the band, or to all its pixels there. A vector holds
channels of a pixel: whole vectors of them, then halves, quarters and so on. `call` is the record
POOL_GRADIENT, `form` the entry of the table of forms that is compiled: its dtype, its combination
(ADD, GREATER or LESSER) and taps. b is the number of an image, i of a row and j of a column of the
output; y and x are the row and column of the pixel where a window begins, which may lie on padding.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.base_form import ADD, GREATER
from convpool.engines.compiled.loops.simd import (
    INT64,
    add,
    element_type,
    lanes_of,
    load,
    loop,
    number_type,
    pointer_to,
    reader_of,
    splat,
    store,
)
from convpool.engines.compiled.loops.window_ranges import taps_on_pixels, windows_on_pixels
from convpool.engines.compiled.pooling_records import POOL_GRADIENT

gradient_at = reader_of(POOL_GRADIENT)


def pool_gradient(form):
    """Return the loop that computes bands of the gradient, of the form's dtype."""
    add_window, fill_row = _window_adder(form, 0), _row_filler(form)
    # if form.taps is not 0: for windows of so many rows and columns, all of them in the band
    add_fixed_window, fixed_taps = _window_adder(form, form.taps), form.taps
    write_fixed_window = _window_adder(form, form.taps, is_alone=True)

    @loop
    def add_row(call, b, i, first_row, last_row):
        """Add the g of the windows of row i of the output of image b to a band of its result.

        The band has the rows first_row to before last_row.
        """
        y = i * call.stride_down - call.before_down
        down, across = call.dilation_down, call.dilation_across
        top, bottom = taps_on_pixels(y, call.h, call.window_down, down)
        # of the rows of taps on pixels, top to before bottom, these are in the band
        band_top = max(top, -(-(first_row - y) // down))
        band_bottom = min(bottom, (last_row - 1 - y) // down + 1)
        if band_bottom <= band_top:
            return
        row = call.address + b * call.image_bytes + (y + top * down) * call.row_bytes
        target = call.result + b * call.result_image_bytes
        target += (y + band_top * down) * call.result_row_bytes
        g = call.gradient + b * call.gradient_image_bytes + i * call.gradient_row_bytes
        stride, before, taps = call.stride_across, call.before_across, call.window_across
        column_bytes, result_column_bytes = call.column_bytes, call.result_column_bytes
        rows, first, last, w = bottom - top, band_top - top, band_bottom - top, call.w
        steps = down * call.row_bytes, across * column_bytes
        result_steps = down * call.result_row_bytes, across * result_column_bytes
        shared = rows, first, last, *steps, *result_steps, call.c  # fields of all Windows here
        g_bytes, span = call.gradient_column_bytes, (taps - 1) * across + 1
        # windows low to before high have all columns on pixels
        low, high = windows_on_pixels(-before, stride, call.ow, w, span)
        are_fixed = fixed_taps > 0 and taps == fixed_taps and last - first == fixed_taps == rows
        for j in range(call.ow):
            x = j * stride - before
            left, right = 0, taps
            if j < low or j >= high:
                left, right = taps_on_pixels(x, w, taps, across)
            column = x + left * across
            source, result = row + column * column_bytes, target + column * result_column_bytes
            window = Window(source, result, g + j * g_bytes, right - left, *shared)
            if are_fixed and right - left == taps and call.are_apart:
                write_fixed_window(window)
            elif are_fixed and right - left == taps:
                add_fixed_window(window)
            elif right > left:
                add_window(window)

    def entry(address):
        call = gradient_at(address)
        span = (call.window_down - 1) * call.dilation_down + 1
        column_bytes = call.result_column_bytes
        for band in range(call.first, call.last):  # counted through all images
            b, first_row = band // call.bands, band % call.bands * call.band_rows
            last_row = min(call.h, first_row + call.band_rows)
            for y in range(first_row, last_row):
                target = call.result + b * call.result_image_bytes + y * call.result_row_bytes
                fill_row(target, call.fill_columns, column_bytes, call.fill_numbers, call.zero)
            # rows of windows that begin before the band ends, and end behind where it begins
            first_i = max(0, -(-(first_row + call.before_down - span + 1) // call.stride_down))
            last_i = min(call.oh, (last_row - 1 + call.before_down) // call.stride_down + 1)
            for i in range(first_i, last_i):
                add_row(call, b, i, first_row, last_row)

    return entry


def _for_each_vector(builder, count, kind, emit):
    """Emit loops over `count` numbers of type `kind`, with the code of emit(place, lanes) for each.

    They are taken by whole vectors, then halves and so on. place: where a vector begins among the
    numbers, an LLVM value; lanes: how many numbers it has, a Python int.
    """
    lanes = lanes_of(kind)
    place = cgutils.alloca_once_value(builder, INT64(0))
    while lanes:
        left = builder.sub(count, builder.load(place))
        with cgutils.for_range(builder, builder.sdiv(left, INT64(lanes))):
            emit(builder.load(place), lanes)
            builder.store(builder.add(builder.load(place), INT64(lanes)), place)
        lanes //= 2


def _row_filler(form):
    """Return the @intrinsic that fills a row of results with zeros."""
    kind = number_type(form.dtype)

    @intrinsic
    def fill_row(typing, address, columns, column_bytes, count, zero):
        """Fill the first `count` numbers of each column of a row with `zero`.

        `address` is that of the first of `columns` columns, which are `column_bytes` apart; a row
        without gaps is one column. `zero` is the int64 0. It is no constant, since LLVM would
        replace a loop that writes a constant by a call of `memset`, which the library lacks.
        """

        def codegen(context, builder, signature, arguments):
            address, columns, column_bytes, count, zero = arguments
            number = builder.bitcast(
                _truncated(builder, zero, _integer_type(kind)), element_type(kind)
            )
            with cgutils.for_range(builder, columns) as column:
                begin = builder.add(address, builder.mul(column.index, column_bytes))
                base = pointer_to(builder, begin, kind)

                def fill(place, lanes):
                    store(builder, splat(builder, number, lanes), base, place, kind)

                _for_each_vector(builder, count, kind, fill)
            return context.get_dummy_value()

        return types.void(address, columns, column_bytes, count, zero), codegen

    return fill_row


class Window(NamedTuple):
    """A window, and where its g goes: int64 in compiled Python, LLVM values in `codegen`.

    Parameters
    ----------
    source, target, gradient
        Addresses: of the window's first pixel, of the result for the first pixel of its first row
        in the band, and of its g.
    taps, rows
        How many columns and rows of taps are on pixels.
    first_row, last_row
        Of these rows, first_row to before last_row are in the band.
    row_step, tap_step
        Bytes from row to row and from tap to tap of the pixels.
    result_row_step, result_tap_step
        Bytes from row to row and from tap to tap of the results.
    channels
        How many a pixel has.
    """

    source: ir.Value
    target: ir.Value
    gradient: ir.Value
    taps: ir.Value
    rows: ir.Value
    first_row: ir.Value
    last_row: ir.Value
    row_step: ir.Value
    tap_step: ir.Value
    result_row_step: ir.Value
    result_tap_step: ir.Value
    channels: ir.Value


def _window_adder(form, fixed, *, is_alone=False):
    """Return the @intrinsic that adds the g of a Window to the rows of a band.

    Each of its pixels gets g, or, with max and min, the chosen one alone. `fixed` is 0 for windows
    of any size; else the window has fixed x fixed taps, all of them in the band, and code is
    written out for each. If the window `is_alone`, no other has these pixels: its g is written, not
    added.
    """
    kind = number_type(form.dtype)

    @intrinsic
    def add_window(typing, window):
        def codegen(context, builder, signature, arguments):
            fields = Window(*cgutils.unpack_tuple(builder, arguments[0]))
            emitter = WindowEmitter(builder, form, fields, fixed, is_alone)
            _for_each_vector(builder, emitter.window.channels, kind, emitter.add_vector)
            return context.get_dummy_value()

        return types.void(window), codegen

    return add_window


def _integer_type(kind):
    """Return LLVM's type of integers with as many bits as numbers of type `kind`."""
    return ir.IntType(kind.bitwidth)


def _truncated(builder, value, integer):
    """Return an int64 truncated to `integer`, an LLVM type of at most 64 bits."""
    return value if integer.width == 64 else builder.trunc(value, integer)


class WindowEmitter:
    """Emits code that adds the g of a window to the rows of a band.

    Parameters
    ----------
    builder, form, window
        What writes LLVM's instructions, the form of this loop, and the Window of LLVM values.
    fixed, is_alone
        As in `_window_adder`.
    """

    def __init__(self, builder, form, window, fixed, is_alone):
        self.builder, self.form, self.fixed, self.is_alone = builder, form, fixed, is_alone
        if fixed:
            window = window._replace(taps=INT64(fixed), first_row=INT64(0))
        self.window, self.kind = window, number_type(form.dtype)
        self.integer = _integer_type(self.kind)

    def add_vector(self, place, lanes):
        """Emit code that adds the g of `lanes` channels, from channel `place` on."""
        base = pointer_to(self.builder, self.window.gradient, self.kind)
        g = load(self.builder, base, place, self.kind, lanes)
        chosen = None if self.form.combination == ADD else self.chosen_tap(place, lanes)
        self.add_to_results(place, g, chosen)

    def for_each_tap(self, rows, emit):
        """Emit a loop over the taps of some rows, unrolled if fixed, of emit(row, tap)."""
        if self.fixed:
            for row, tap in product(range(self.fixed), repeat=2):
                emit(INT64(row), INT64(tap))
            return
        builder = self.builder
        with (
            cgutils.for_range(builder, rows) as row,
            cgutils.for_range(builder, self.window.taps) as tap,
        ):
            emit(row.index, tap.index)

    def address(self, base, row, tap, row_step, tap_step):
        """Return the address base + row * row_step + tap * tap_step, all of them LLVM values."""
        below = self.builder.add(base, self.builder.mul(row, row_step))
        return self.builder.add(below, self.builder.mul(tap, tap_step))

    def tap_numbers(self, row, tap, lanes):
        """Return a vector with the number of a tap, counted row by row, in every lane."""
        number = self.builder.add(self.builder.mul(row, self.window.taps), tap)
        return splat(self.builder, _truncated(self.builder, number, self.integer), lanes)

    def chosen_tap(self, place, lanes):
        """Emit code that finds the window's first greatest, or least, pixel in each channel.

        Return a vector of the numbers of their taps, for `lanes` channels from channel `place` on;
        see `tap_numbers`. NaN wins, the first one.
        """
        builder, window, kind = self.builder, self.window, self.kind
        first = load(builder, pointer_to(builder, window.source, kind), place, kind, lanes)
        best = cgutils.alloca_once(builder, first.type)
        chosen = cgutils.alloca_once(builder, ir.VectorType(self.integer, lanes))
        builder.store(first, best)
        builder.store(ir.Constant(ir.VectorType(self.integer, lanes), None), chosen)
        sign = ">" if self.form.combination == GREATER else "<"

        def compare(row, tap):
            address = self.address(window.source, row, tap, window.row_step, window.tap_step)
            pixel = load(builder, pointer_to(builder, address, kind), place, kind, lanes)
            before = builder.load(best)
            if isinstance(kind, types.Float):
                # true also where one of them is NaN; but the first NaN stays
                is_better = builder.fcmp_unordered(sign, pixel, before)
                is_better = builder.and_(is_better, builder.fcmp_ordered("ord", before, before))
            else:
                is_better = builder.icmp_signed(sign, pixel, before)
            builder.store(builder.select(is_better, pixel, before), best)
            numbers = self.tap_numbers(row, tap, lanes)
            builder.store(builder.select(is_better, numbers, builder.load(chosen)), chosen)

        self.for_each_tap(window.rows, compare)
        return builder.load(chosen)

    def add_to_results(self, place, g, chosen):
        """Emit code that adds the vector g to the results of the chosen taps that lie in the band.

        g is that of the channels from `place` on; `chosen` is what `chosen_tap` returned, or None
        for all taps.
        """
        builder, window, kind, lanes = self.builder, self.window, self.kind, g.type.count
        zeros = ir.Constant(g.type, None)

        def add_tap(row, tap):
            steps = window.result_row_step, window.result_tap_step
            base = pointer_to(builder, self.address(window.target, row, tap, *steps), kind)
            share = g
            if chosen is not None:
                numbers = self.tap_numbers(builder.add(row, window.first_row), tap, lanes)
                share = builder.select(builder.icmp_signed("==", chosen, numbers), g, zeros)
            if not self.is_alone:
                share = add(builder, load(builder, base, place, kind, lanes), share, kind)
            store(builder, share, base, place, kind)

        self.for_each_tap(builder.sub(window.last_row, window.first_row), add_tap)
