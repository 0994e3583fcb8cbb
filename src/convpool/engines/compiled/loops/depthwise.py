"""The loop that convolves channels with kernels of their own.

Pixels are read in the images. A tile is some neighbouring windows of a row, with as many channels
as a vector has lanes; its sums stay in registers while the taps are added. Windows that reach into
the padding are taken one by one, with their taps on pixels alone. In groups of `depth` channels,
which have as many kernels, each channel is spread over the lanes of its group and multiplied with a
vector of weights. `call` is the record DEPTHWISE.
"""

from __future__ import annotations

from typing import NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.simd import (
    INT64,
    VECTOR_BYTES,
    lanes_of,
    load,
    loop,
    multiply_add,
    pick_lanes,
    pointer_to,
    reader_of,
    store,
)
from convpool.engines.compiled.loops.window_ranges import taps_on_pixels, windows_on_pixels
from convpool.engines.compiled.record import DEPTHWISE
from convpool.engines.compiled.register_sizes import WINDOWS_OF_CHANNELS, WINDOWS_OF_GROUPS

LINE_BYTES = 64  # of the cache
VECTORS_OF_WINDOW = 4  # vectors of channels of a window that is taken alone

depthwise_at = reader_of(DEPTHWISE)


def depthwise(form):
    """Return the loop that convolves rows of the output, of the form's dtype and windows."""
    sum_row = _row_loop(form)
    kernel_bytes = form.depth * form.multiplier * form.sums.itemsize  # for each channel

    def entry(address):
        call = depthwise_at(address)
        row_weights = call.taps * call.c * kernel_bytes
        for number in range(call.first, call.last):
            b, i = number // call.oh, number % call.oh
            y = i * call.stride_down - call.before_down
            top, bottom = taps_on_pixels(y, call.h, call.kernel_rows, call.dilation_down)
            source = call.address + b * call.image_bytes
            source += (y + top * call.dilation_down) * call.row_bytes
            target = call.output + b * call.output_image_bytes + i * call.output_row_bytes
            sum_row(call, source, target, call.weights + top * row_weights, bottom - top)

    return entry


def _row_loop(form):
    """Return the loop that sums the windows of a row of the output."""
    dtype, size = form.sums.type(0), form.sums.itemsize
    multiplier, depth, fixed_taps = form.multiplier, form.depth, form.taps
    width = WINDOWS_OF_GROUPS if depth > 1 else WINDOWS_OF_CHANNELS // multiplier
    # windows that do not overlap much share no pixels, but then whole lines of the cache are read
    shares_pixels = fixed_taps > 0 and form.stride == 1
    words = multiplier, depth, shares_pixels, form.stride
    sum_tile = _sum_windows(*words, width, fixed_taps)
    sum_whole = _sum_windows(*words, 1, fixed_taps)
    # beside the padding most windows lack one tap
    sum_less = _sum_windows(*words, 1, max(0, fixed_taps - 1))
    sum_window = _sum_windows(*words, 1, 0)

    @loop
    def sum_row(call, source, target, weights, rows):
        """Sum the windows of a row of the output, whose first `rows` rows of taps are given."""
        stride, before, dilation = call.stride_across, call.before_across, call.dilation_across
        column_bytes, output_bytes = call.column_bytes, call.output_column_bytes
        taps, weight_step = call.taps, call.c * depth * multiplier * size
        # neighbouring windows of a tile are `apart` columns of the output apart: with a dilation,
        # it is those that have pixels in common
        apart = dilation if shares_pixels else 1
        tap_step, step = dilation * column_bytes, stride * apart
        window_step, result_step = step * column_bytes, apart * output_bytes
        steps = call.dilation_down * call.row_bytes, tap_step, weight_step, taps * weight_step
        shared = call.starts, call.c, rows, *steps, window_step, result_step
        w, span = call.w, (taps - 1) * dilation + 1
        for phase in range(min(apart, call.ow)):
            start = phase * stride - before
            windows = (call.ow - phase + apart - 1) // apart
            low, high = windows_on_pixels(start, step, windows, w, span)
            j = 0
            while j < windows:
                x = start + j * step
                result = target + (phase + j * apart) * output_bytes
                if low <= j and j < high:
                    pixels = source + x * column_bytes
                    if high - low >= width and high - j > 1:
                        # the last tile may overlap the one before
                        back = max(0, j + width - high)
                        result -= back * result_step
                        pixels -= back * window_step
                        sum_tile(Tile(result, pixels, weights, taps, *shared), dtype)
                        j += width - back
                    else:
                        sum_whole(Tile(result, pixels, weights, taps, *shared), dtype)
                        j += 1
                else:
                    left, right = taps_on_pixels(x, w, taps, dilation)
                    pixels = source + (x + left * dilation) * column_bytes
                    factors, count = weights + left * weight_step, right - left
                    if count == fixed_taps - 1:
                        sum_less(Tile(result, pixels, factors, count, *shared), dtype)
                    else:
                        sum_window(Tile(result, pixels, factors, count, *shared), dtype)
                    j += 1

    return sum_row


class Tile(NamedTuple):
    """What the windows of a tile are summed with: numbers of a loop, then LLVM values of them.

    Parameters
    ----------
    target, source, weights
        Addresses: of the first window's results, of its first pixel, and of the weights of its
        first tap.
    taps
        Those of a row, which are not used where they are fixed.
    starts, channels, rows
        Address of what sums start from; channels, as many as lanes or more; rows of taps.
    row_step, tap_step, weight_step, weight_row
        Bytes from row to row and from tap to tap of the pixels, and from tap to tap and from row to
        row of the weights.
    window_step, output_bytes
        Bytes from window to window in the pixels, and from result to result.
    """

    target: ir.Value
    source: ir.Value
    weights: ir.Value
    taps: ir.Value
    starts: ir.Value
    channels: ir.Value
    rows: ir.Value
    row_step: ir.Value
    tap_step: ir.Value
    weight_step: ir.Value
    weight_row: ir.Value
    window_step: ir.Value
    output_bytes: ir.Value


def _sum_windows(multiplier, depth, shares_pixels, stride, width, taps):
    """Return the instruction that sums `width` windows of a row, for all channels.

    It takes a Tile and a zero of the numbers' dtype, and writes the results at `tile.target`.
    `taps` are those of a row of the kernel, of windows `stride` columns apart; with taps 0, it is
    any number, and any stride. If it `shares_pixels`, each is loaded once for all windows. Each
    channel has `multiplier` kernels, or is one of `depth` in a group with as many kernels.
    """

    @intrinsic
    def sum_windows(typing, tile, dtype):
        def codegen(context, builder, signature, arguments):
            tile = Tile(*cgutils.unpack_tuple(builder, arguments[0]))
            is_tile = width > 1
            words = multiplier, depth, shares_pixels, stride
            is_full = is_tile if depth > 1 else shares_pixels
            has_room = multiplier == 1 and not is_full and VECTOR_BYTES < LINE_BYTES
            done = INT64(0)
            if multiplier == 1 and not is_tile:
                # one sum after the other would wait for each other
                emitter = Emitter(builder, tile, dtype, *words, VECTORS_OF_WINDOW)
                lanes = INT64(emitter.lanes * VECTORS_OF_WINDOW)
                done = builder.sub(tile.channels, builder.srem(tile.channels, lanes))
                with cgutils.for_range_slice(builder, INT64(0), done, lanes) as (channel, _):
                    emitter.sum_channels(channel, width, taps)
            emitter = Emitter(builder, tile, dtype, *words, 2 if has_room else 1)
            lanes = INT64(emitter.lanes * emitter.vectors)
            last = builder.sub(tile.channels, lanes)
            with cgutils.for_range_slice(builder, done, tile.channels, lanes) as (channel, _):
                # the last vectors end where the channels do, and may overlap those before
                is_before = builder.icmp_signed("<", channel, last)
                emitter.sum_channels(builder.select(is_before, channel, last), width, taps)
            return context.get_dummy_value()

        return types.void(tile, dtype), codegen

    return sum_windows


class Emitter:
    """Emits code that sums some windows for one vector of channels, or two.

    Parameters
    ----------
    builder, kind
        What writes LLVM's instructions, and Numba's type of all numbers.
    tile
        What the windows are summed with: Tile.
    multiplier, depth, shares_pixels, stride
        As in `_sum_windows`.
    vectors
        Vectors of pixels that are taken at a time.
    """

    def __init__(self, builder, tile, kind, multiplier, depth, shares_pixels, stride, vectors):
        self.builder, self.tile, self.kind = builder, tile, kind
        self.multiplier, self.depth = multiplier, depth
        self.shares_pixels, self.stride = shares_pixels, stride
        self.lanes, self.size, self.vectors = lanes_of(kind), kind.bitwidth // 8, vectors

    def sum_channels(self, channel, width, taps):
        """Emit code that sums `width` windows for the vectors that begin at a channel.

        taps: as in `_sum_windows`.
        """
        builder, tile = self.builder, self.tile
        kernel_bytes = builder.mul(channel, INT64(self.multiplier * self.size))
        source = builder.add(tile.source, builder.mul(channel, INT64(self.size)))
        weights = builder.add(tile.weights, kernel_bytes)
        starts = self.results_at(builder.add(tile.starts, kernel_bytes))
        sums = [
            [cgutils.alloca_once(builder, start.type) for start in starts] for _ in range(width)
        ]
        for totals in sums:
            for start, total in zip(starts, totals, strict=True):
                builder.store(start, total)
        with cgutils.for_range(builder, tile.rows) as row:
            pixels = builder.add(source, builder.mul(row.index, tile.row_step))
            factors = builder.add(weights, builder.mul(row.index, tile.weight_row))
            self.add_row(sums, pixels, factors, taps)
        target = builder.add(tile.target, kernel_bytes)
        for k, totals in enumerate(sums):
            base = pointer_to(builder, self.step(target, k, tile.output_bytes), self.kind)
            for n, total in enumerate(totals):
                store(builder, builder.load(total), base, INT64(n * self.lanes), self.kind)

    def add_row(self, sums, pixels, weights, taps):
        """Emit code that adds the products of a row of taps to the sums.

        sums[k] are pointers to the sums of window k; pixels, weights: addresses of those of the
        row's first tap of the first window; taps: as in `_sum_windows`.
        """
        builder, tile = self.builder, self.tile
        if not taps:
            with cgutils.for_range(builder, tile.taps) as tap:
                at = builder.add(pixels, builder.mul(tap.index, tile.tap_step))
                factors = builder.add(weights, builder.mul(tap.index, tile.weight_step))
                self.add_tap(sums, self.pixels_of_windows(at, len(sums)), factors)
            return
        if self.depth > 1:
            self.add_row_of_groups(sums, pixels, weights, taps)
            return
        if self.shares_pixels:
            columns = range(len(sums) + taps - 1)
            shared = [self.pixels_at(self.step(pixels, x, tile.tap_step)) for x in columns]
        for tap in range(taps):
            factors = self.step(weights, tap, tile.weight_step)
            if self.shares_pixels:
                self.add_tap(sums, shared[tap:], factors)
            else:
                at = self.step(pixels, tap, tile.tap_step)
                self.add_tap(sums, self.pixels_of_windows(at, len(sums)), factors)

    def add_row_of_groups(self, sums, pixels, weights, taps):
        """Emit code as `add_row` does, for fixed taps of groups of channels.

        Each channel of a column is spread once, and at once multiplied for all windows.
        """
        columns = [
            self.pixels_at(self.step(pixels, x, self.tile.tap_step))
            for x in range((len(sums) - 1) * self.stride + taps)
        ]
        for channel in range(self.depth):
            factors = [
                self.weights_of(channel, self.step(weights, tap, self.tile.weight_step))
                for tap in range(taps)
            ]
            for x, column in enumerate(columns):
                spread = self.spread(column, channel)
                for tap in range(taps):
                    window, rest = divmod(x - tap, self.stride)
                    if not rest and 0 <= window < len(sums):
                        self.add_products(sums[window], spread, factors[tap])

    def add_tap(self, sums, pixels, weights):
        """Emit code that adds the products of one tap.

        sums[k]: pointers to the sums of window k, one for each vector; pixels[k]: its vectors of
        pixels, which may go on behind the last window; weights: address of those of the tap.
        """
        for channel in range(self.depth):
            factors = self.weights_of(channel, weights)
            for totals, of_window in zip(sums, pixels, strict=False):
                self.add_products(totals, self.spread(of_window, channel), factors)

    def add_products(self, totals, pixels, factors):
        """Emit code that adds pixels times factors, both vectors, to what `totals` point to."""
        for total, pixel, factor in zip(totals, pixels, factors, strict=True):
            before = self.builder.load(total)
            self.builder.store(multiply_add(self.builder, pixel, factor, before, self.kind), total)

    def weights_of(self, channel, address):
        """Return vectors of the weights that channel number `channel` of each group has.

        address: of the weights of the tap.
        """
        channel_bytes = self.builder.mul(self.tile.channels, INT64(self.size))
        return self.results_at(self.step(address, channel, channel_bytes) if channel else address)

    def spread(self, pixels, channel):
        """Return vectors of pixels whose lanes all hold the same channel of their group."""
        if self.depth == 1:
            return pixels
        chosen = [lane - lane % self.depth + channel for lane in range(self.lanes)]
        return [pick_lanes(self.builder, [vector], chosen) for vector in pixels]

    def step(self, address, count, bytes_of_step):
        """Return the LLVM value address + count * bytes_of_step; `count` is a Python int."""
        return self.builder.add(address, self.builder.mul(INT64(count), bytes_of_step))

    def load_vectors(self, address, count):
        """Return `count` vectors that follow each other from an address on."""
        base = pointer_to(self.builder, address, self.kind)
        places = [INT64(n * self.lanes) for n in range(count)]
        return [load(self.builder, base, place, self.kind, self.lanes) for place in places]

    def results_at(self, address):
        """Return vectors of one number for each kernel of these channels, from an address on."""
        return self.load_vectors(address, self.vectors * self.multiplier)

    def pixels_of_windows(self, address, width):
        """Return the vectors of pixels under a tap of each of `width` windows.

        address: of the first window's.
        """
        steps = (self.step(address, k, self.tile.window_step) for k in range(width))
        return [self.pixels_at(at) for at in steps]

    def pixels_at(self, address):
        """Return the vectors of pixels at an address, one number for each kernel.

        If channels have two kernels, each pixel stands there twice.
        """
        vectors = self.load_vectors(address, self.vectors)
        if self.multiplier == 1:
            return vectors
        places = [lane // self.multiplier for lane in range(self.multiplier * self.lanes)]
        parts = [places[n : n + self.lanes] for n in range(0, len(places), self.lanes)]
        return [pick_lanes(self.builder, vectors, chosen) for chosen in parts]
