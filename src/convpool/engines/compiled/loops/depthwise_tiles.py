"""Code that sums a tile of windows whose channels have kernels of their own.

A tile is some windows of a row, with a vector of channels or two, or some windows of two rows with
one; its sums stay in registers while the taps are added. In groups of `depth` channels, which have
as many kernels, each channel is spread over the lanes of its group and multiplied with a vector of
weights, one for each kernel of the group: with 2 channels in a group, pixels "abcd" are spread to
"aacc" for the first channel and to "bbdd" for the second. Steps and addresses are in bytes.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.simd import (
    INT64,
    lanes_of,
    load,
    multiply_add,
    pick_lanes,
    pointer_to,
    prefetch,
    store,
)


class WindowTile(NamedTuple):
    """The windows of a tile: int64 in compiled Python, LLVM values in `codegen`.

    Parameters
    ----------
    target, source, weights
        Addresses: of the first window's results, of its first pixel, and of the weights of its
        first tap.
    taps
        How many a row has; not used where the form fixes them.
    starts
        Address of what sums start from: one number for each kernel.
    channels, rows
        How many channels, as many as lanes at least, and how many rows of taps.
    row_step, tap_step, weight_step, weight_row_step
        Bytes from row to row and from tap to tap of the pixels, and from tap to tap and from row to
        row of the weights.
    window_step, result_step
        Bytes from window to window in the pixels, and from result to result.
    ahead, first_ahead, column_step
        As in the record, what is prefetched meanwhile; bytes from column to column of the pixels.
    result_row_step
        Bytes from a row's results to those of the other row that is summed together with it.
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
    weight_row_step: ir.Value
    window_step: ir.Value
    result_step: ir.Value
    ahead: ir.Value
    first_ahead: ir.Value
    column_step: ir.Value
    result_row_step: ir.Value


def windows_summer(multiplier, depth, stride, width, vectors, taps, together=1):
    """Return the @intrinsic that sums a WindowTile of `width` windows, for all channels.

    Its second argument is a zero of the numbers' dtype; it writes the results at `tile.target`.

    Legend
    ------
    multiplier, depth, stride
        Each channel has `multiplier` kernels, or is one of `depth` in a group with as many kernels;
        the stride is the form's.
    width, vectors
        Windows of a tile, and vectors of channels that it takes at a time: first so many, for each
        number of `vectors`, then one.
    taps
        Taps of a row of the kernel, and each pixel is loaded once for all windows, which lie
        `stride` taps apart; 0: the tile says how many, and how far apart windows are.
    together
        2: the windows `result_row_step` below, whose first row of pixels is this one's second, are
        summed too, and each pixel is loaded once for both.
    """

    @intrinsic
    def sum_tile(typing, tile, dtype):
        def codegen(context, builder, signature, arguments):
            tile = WindowTile(*cgutils.unpack_tuple(builder, arguments[0]))
            channel = INT64(0)  # the first that is not summed yet
            for count in vectors:
                emitter = Emitter(builder, tile, dtype, multiplier, depth, count, stride)
                at_once = INT64(emitter.lanes * count)  # channels
                rest = builder.srem(builder.sub(tile.channels, channel), at_once)
                stop = builder.sub(tile.channels, rest)
                with cgutils.for_range_slice(builder, channel, stop, at_once) as (first, _):
                    emitter.sum_channels(first, width, taps, together)
                channel = stop
            emitter = Emitter(builder, tile, dtype, multiplier, depth, 1, stride)
            lanes = INT64(emitter.lanes)
            last = builder.sub(tile.channels, lanes)
            with cgutils.for_range_slice(builder, channel, tile.channels, lanes) as (first, _):
                # the last vector ends where the channels do, and may overlap those before
                is_before = builder.icmp_signed("<", first, last)
                emitter.sum_channels(builder.select(is_before, first, last), width, taps, together)
            return context.get_dummy_value()

        return types.void(tile, dtype), codegen

    return sum_tile


class Emitter:
    """Emits code that sums the windows of a tile for some vectors of channels.

    Addresses and vectors that methods take and return are LLVM values.

    Parameters
    ----------
    builder, kind
        What writes LLVM's instructions, and Numba's type of all numbers.
    tile
        The WindowTile.
    multiplier, depth, stride
        As in `windows_summer`.
    vectors
        Vectors of channels that are taken at a time.
    """

    def __init__(self, builder, tile, kind, multiplier, depth, vectors, stride):
        self.builder, self.tile, self.kind = builder, tile, kind
        self.multiplier, self.depth, self.stride = multiplier, depth, stride
        self.lanes, self.size, self.vectors = lanes_of(kind), kind.bitwidth // 8, vectors

    def sum_channels(self, channel, width, taps, together):
        """Emit code that sums `width` windows for vectors of channels, and writes their results.

        channel: number of the first of these channels, an LLVM value; taps, together: as in
        `windows_summer`.
        """
        builder, tile = self.builder, self.tile
        kernel_bytes = builder.mul(channel, INT64(self.multiplier * self.size))
        source = builder.add(tile.source, builder.mul(channel, INT64(self.size)))
        weights = builder.add(tile.weights, kernel_bytes)
        starts = self.kernel_vectors_at(builder.add(tile.starts, kernel_bytes))
        # sums[q][k]: pointers to the sums of window k in row q, one for each vector of kernels
        sums = [
            [[cgutils.alloca_once(builder, start.type) for start in starts] for _ in range(width)]
            for _ in range(together)
        ]
        for totals in itertools.chain(*sums):
            for start, total in zip(starts, totals, strict=True):
                builder.store(start, total)

        def add_pixels(row, first, last):
            # emits code that adds row number `row` of the pixels to the sums of rows first to last
            pixels = builder.add(source, builder.mul(row, tile.row_step))
            targets = []
            for q in range(first, last + 1):
                row_of_taps = builder.sub(row, INT64(q))
                offset = builder.mul(row_of_taps, tile.weight_row_step)
                targets.append((sums[q], builder.add(weights, offset)))
            self.add_row(targets, pixels, taps)
            if width > 1 and last == together - 1:
                with builder.if_then(builder.icmp_signed(">=", row, tile.first_ahead)):
                    self.prefetch_columns(self.advance(pixels, together, tile.ahead), width, taps)

        if together == 2:
            add_pixels(INT64(0), 0, 0)
        shared = cgutils.for_range_slice(builder, INT64(together - 1), tile.rows, INT64(1))
        with shared as (row, _):
            add_pixels(row, 0, together - 1)
        if together == 2:
            add_pixels(tile.rows, 1, 1)
        target = builder.add(tile.target, kernel_bytes)
        for q in range(together):
            first = self.advance(target, q, tile.result_row_step)
            for k, totals in enumerate(sums[q]):
                place = self.advance(first, k, tile.result_step)
                base = pointer_to(builder, place, self.kind)
                for n, total in enumerate(totals):
                    store(builder, builder.load(total), base, INT64(n * self.lanes), self.kind)

    def prefetch_columns(self, pixels, width, taps):
        """Emit prefetches of the columns of a row in which `width` windows begin.

        Where windows have a stride, they include those between them. pixels: address of these
        channels of the first column; taps: as in `windows_summer`.
        """
        builder, tile = self.builder, self.tile
        step = tile.window_step if taps and self.stride == 1 else tile.column_step
        stop = self.advance(pixels, width, tile.window_step)
        with cgutils.for_range_slice(builder, pixels, stop, step) as (column, _):
            base = pointer_to(builder, column, self.kind)
            for n in range(self.vectors):
                prefetch(builder, base, INT64(n * self.lanes))

    def add_row(self, targets, pixels, taps):
        """Emit code that adds the products of a row of pixels to the sums of one row, or of two.

        targets: (sums, weights) for each: sums[k] are pointers to the sums of window k, one for
        each vector, and weights the address of those of the row's first tap. pixels: address of the
        pixel under that tap in the first window; taps: as in `windows_summer`.
        """
        builder, tile = self.builder, self.tile
        sums, weights = targets[0]
        if not taps:
            with cgutils.for_range(builder, tile.taps) as tap:
                tap_pixel = builder.add(pixels, builder.mul(tap.index, tile.tap_step))
                factors = builder.add(weights, builder.mul(tap.index, tile.weight_step))
                self.add_tap(sums, self.pixels_of_windows(tap_pixel, len(sums)), factors)
            return
        if self.depth > 1:
            self.add_row_of_groups(sums, pixels, weights, taps)
            return
        # tap `tap` of window k lies on shared[tap + k * stride]
        columns = range((len(sums) - 1) * self.stride + taps)
        shared = [self.pixels_at(self.advance(pixels, n, tile.tap_step)) for n in columns]
        for sums, weights in targets:
            for tap in range(taps):
                factors = self.advance(weights, tap, tile.weight_step)
                self.add_tap(sums, shared[tap :: self.stride], factors)

    def add_row_of_groups(self, sums, pixels, weights, taps):
        """Do what `add_row` does, for groups of channels and fixed taps.

        Each column of pixels is loaded once. Each of its channels is spread over the lanes of its
        group, and multiplied for all windows that have a tap on the column: tap `tap` of window k
        lies on columns[k + tap].
        """
        columns = [
            self.pixels_at(self.advance(pixels, n, self.tile.tap_step))
            for n in range(len(sums) - 1 + taps)
        ]
        for channel in range(self.depth):
            factors = [
                self.weights_of(channel, self.advance(weights, tap, self.tile.weight_step))
                for tap in range(taps)
            ]
            for n, column in enumerate(columns):
                spread = self.spread(column, channel)
                for tap in range(taps):
                    if 0 <= n - tap < len(sums):
                        self.add_products(sums[n - tap], spread, factors[tap])

    def add_tap(self, sums, pixels, weights):
        """Emit code that adds the products of one tap to the sums of all windows.

        sums[k]: pointers to the sums of window k, one for each vector; pixels[k]: its vectors of
        pixels, a list that may be longer than `sums`; weights: address of the tap's weights.
        """
        for channel in range(self.depth):
            factors = self.weights_of(channel, weights)
            for totals, vectors in zip(sums, pixels, strict=False):
                self.add_products(totals, self.spread(vectors, channel), factors)

    def add_products(self, totals, pixels, factors):
        """Emit code that adds pixels times factors, both vectors, to what `totals` point to."""
        for total, pixel, factor in zip(totals, pixels, factors, strict=True):
            before = self.builder.load(total)
            self.builder.store(multiply_add(self.builder, pixel, factor, before, self.kind), total)

    def weights_of(self, channel, address):
        """Return vectors of a tap's weights for channel number `channel` of each group.

        address: of the tap's weights, (channel of a group, kernel), with as many kernels as the
        tile has channels.
        """
        channel_bytes = self.builder.mul(self.tile.channels, INT64(self.size))
        own = self.advance(address, channel, channel_bytes) if channel else address
        return self.kernel_vectors_at(own)

    def spread(self, pixels, channel):
        """Return vectors of pixels whose lanes all hold channel number `channel` of their group.

        With a depth of 2, "abcd" becomes "aacc" for channel 0 and "bbdd" for channel 1.
        """
        if self.depth == 1:
            return pixels
        chosen = [lane - lane % self.depth + channel for lane in range(self.lanes)]
        return [pick_lanes(self.builder, [vector], chosen) for vector in pixels]

    def advance(self, address, count, bytes_each):
        """Return the LLVM value address + count * bytes_each; `count` is a Python int."""
        return self.builder.add(address, self.builder.mul(INT64(count), bytes_each))

    def load_vectors(self, address, count):
        """Return `count` vectors that follow each other from an address on."""
        base = pointer_to(self.builder, address, self.kind)
        places = [INT64(n * self.lanes) for n in range(count)]
        return [load(self.builder, base, place, self.kind, self.lanes) for place in places]

    def kernel_vectors_at(self, address):
        """Return vectors of one number for each kernel of these channels, from an address on."""
        return self.load_vectors(address, self.vectors * self.multiplier)

    def pixels_of_windows(self, address, width):
        """Return, for each of `width` windows, the vectors of pixels under a tap.

        address: of the pixel under the first window's tap.
        """
        steps = (self.advance(address, k, self.tile.window_step) for k in range(width))
        return [self.pixels_at(at) for at in steps]

    def pixels_at(self, address):
        """Return the vectors of pixels at an address, one number for each kernel.

        If channels have two kernels, each pixel stands there twice: "abcd" becomes "aabb", "ccdd".
        """
        vectors = self.load_vectors(address, self.vectors)
        if self.multiplier == 1:
            return vectors
        repeated = [lane // self.multiplier for lane in range(self.multiplier * self.lanes)]
        picks = [repeated[n : n + self.lanes] for n in range(0, len(repeated), self.lanes)]
        return [pick_lanes(self.builder, vectors, chosen) for chosen in picks]
