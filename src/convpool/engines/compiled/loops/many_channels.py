"""The loop of convolution with few kernels of many channels: vectors hold channels.

See `tiles` for blocks, regions, runs and the record TILES. A panel is one, two or four kernels. A
tile is some pixels of a block with the kernels of a panel: for each pixel and kernel a vector of
sums, one for every so many channels, which stays in registers; at its end the lanes of each are
added. In a panel, weights are (run, vector of channels, kernel, lane), with zeros behind the last
channel. q counts the pixels of a tile, k the kernels of a panel.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils

from convpool.engines.compiled.loops.blocks import store_sums
from convpool.engines.compiled.loops.simd import (
    INT32,
    INT64,
    TARGET,
    integers_at,
    lanes_before,
    lanes_of,
    load,
    load_masked,
    multiply_add,
    number_type,
    pick_lanes,
    pointer_to,
    splat,
    sum_lanes,
    vector_type,
)
from convpool.engines.compiled.loops.tiles import each_run, loop_over_blocks
from convpool.engines.compiled.register_sizes import pixels_of_channel_tile

UNROLLED = 2  # vectors of channels that one turn of a tile's loop takes
AT_ONCE = 8  # pixels of a tile that are summed at once, so that their addresses fit the registers


def channel_tiles(form):
    """Return the loop that convolves blocks with few kernels: pack pixels, sum tiles."""
    sizes = (pixels_of_channel_tile(TARGET, form.kernels),) * 3
    lanes = lanes_of(number_type(form.sums))
    return loop_over_blocks(form, ChannelTileEmitter, form.kernels, sizes, lanes)


class ChannelTileEmitter:
    """Emits code that sums a Tile whose vectors hold channels.

    cells: (pixel of the tile, kernel of the panel) of each vector of sums; totals[q, k]: a pointer
    to that vector.
    """

    def __init__(self, builder, form, tile, pixels):
        self.builder, self.tile, self.kernels = builder, tile, form.kernels
        self.sum_kind, self.output_kind = number_type(form.sums), number_type(form.results)
        self.lanes = lanes_of(self.sum_kind)
        self.pixels = range(pixels)
        self.cells = [(q, k) for q in self.pixels for k in range(form.kernels)]
        self.source, self.weights, self.start = (
            pointer_to(builder, address, self.sum_kind)
            for address in (tile.source, tile.weights, tile.start)
        )
        self.output = pointer_to(builder, tile.output, self.output_kind)
        self.output_places = integers_at(builder, tile.output_places, INT64(0))
        zeros = ir.Constant(vector_type(self.sum_kind, self.lanes), None)
        self.totals = {cell: cgutils.alloca_once(builder, zeros.type) for cell in self.cells}
        for total in self.totals.values():
            builder.store(zeros, total)

    def sum_tile(self):
        """Emit code that sums the tile."""
        self.add_runs()
        self.store()

    def add_runs(self):
        """Emit loops over the runs, and in them those over their vectors of channels."""
        for first in range(0, len(self.pixels), AT_ONCE):
            self.add_runs_of(self.pixels[first : first + AT_ONCE])

    def add_runs_of(self, pixels):
        """Emit the loop over the runs of some pixels of the tile."""
        builder, tile, lanes = self.builder, self.tile, self.lanes
        with each_run(builder, tile, self.source, pixels) as (sources, first_row):
            sources = dict(zip(pixels, sources, strict=True))
            weights = builder.gep(self.weights, [builder.mul(first_row, INT64(self.kernels))])
            in_vectors = builder.and_(tile.length, INT64(-lanes))
            in_turns = builder.and_(tile.length, INT64(-lanes * UNROLLED))
            turns = cgutils.for_range_slice(builder, INT64(0), in_turns, INT64(lanes * UNROLLED))
            with turns as (channel, _):
                for n in range(UNROLLED):
                    self.add_vector(sources, weights, builder.add(channel, INT64(n * lanes)))
            rest = cgutils.for_range_slice(builder, in_turns, in_vectors, INT64(lanes))
            with rest as (channel, _):
                self.add_vector(sources, weights, channel)
            left = builder.sub(tile.length, in_vectors)
            with builder.if_then(builder.icmp_signed(">", left, INT64(0))):
                mask = lanes_before(builder, left, lanes)
                self.add_vector(sources, weights, in_vectors, mask)

    def add_vector(self, sources, weights, channel, mask=None):
        """Emit code that adds the products of a vector of channels, or of the lanes of a mask.

        sources, weights: pointers to the run's first channel under the window of each pixel, and
        to its weights.
        """
        builder, kind, lanes = self.builder, self.sum_kind, self.lanes
        first = builder.mul(channel, INT64(self.kernels))
        row = [
            load(builder, weights, builder.add(first, INT64(k * lanes)), kind, lanes)
            for k in range(self.kernels)
        ]
        for q in sources:
            if mask is None:
                pixel = load(builder, sources[q], channel, kind, lanes)
            else:
                pixel = load_masked(builder, sources[q], channel, kind, mask)
            for k in range(self.kernels):
                total = builder.load(self.totals[q, k])
                total = multiply_add(builder, pixel, row[k], total, kind)
                builder.store(total, self.totals[q, k])

    def store(self):
        """Emit code that adds the lanes of all sums, and writes them as results, or adds them."""
        builder, lanes, kind = self.builder, self.lanes, self.sum_kind
        sums = [builder.load(self.totals[cell]) for cell in self.cells]
        # the sums of the cells, in their order, a vector of them at a time
        vectors = [
            sum_lanes(builder, sums[first : first + lanes], kind)
            for first in range(0, len(sums), lanes)
        ]
        zeros = ir.Constant(vectors[0].type, None)
        has_kernel = lanes_before(builder, self.tile.kernels, lanes)
        start = load_masked(builder, self.start, INT64(0), kind, has_kernel)
        start = builder.select(self.tile.accumulates, zeros, start)
        start = pick_lanes(builder, [start], [lane % self.kernels for lane in range(lanes)])
        results = [
            cgutils.alloca_once_value(builder, builder.fadd(vector, start)) for vector in vectors
        ]
        with builder.if_else(self.are_side_by_side()) as (side_by_side, apart):
            with side_by_side:
                first = builder.load(self.output_places)
                places = [builder.add(first, INT64(n * lanes)) for n in range(len(vectors))]
                targets = [(self.output, place, None) for place in places]
                self.store_vectors(results, targets)
            with apart:
                self.store_pixels(results, has_kernel)

    def are_side_by_side(self):
        """Return a bit: whether the results of the tile follow each other, without gaps."""
        builder, count = self.builder, len(self.pixels)
        places = load(builder, self.output_places, INT64(0), types.int64, count)
        first = splat(builder, builder.extract_element(places, INT32(0)), count)
        steps = ir.Constant(first.type, [q * self.kernels for q in self.pixels])
        matches = builder.icmp_signed("==", builder.sub(places, first), steps)
        bits = ir.IntType(count)
        return builder.and_(
            builder.icmp_unsigned("==", builder.bitcast(matches, bits), bits(2**count - 1)),
            builder.icmp_signed("==", self.tile.kernels, INT64(self.kernels)),
        )

    def store_pixels(self, results, has_kernel):
        """Emit code that stores the results of each pixel by themselves."""
        builder, lanes = self.builder, self.lanes
        pixels = []
        for q in self.pixels:
            vector, first = divmod(q * self.kernels, lanes)
            chosen = [(first + n) % lanes for n in range(lanes)]
            moved = pick_lanes(builder, [builder.load(results[vector])], chosen)
            pixels.append(cgutils.alloca_once_value(builder, moved))
        places = [builder.load(builder.gep(self.output_places, [INT64(q)])) for q in self.pixels]
        targets = [(self.output, place, has_kernel) for place in places]
        self.store_vectors(pixels, targets, [self.tile.kernels] * len(pixels))

    def store_vectors(self, totals, targets, counts=None):
        """Emit code that stores vectors, as `store_sums` does."""
        kinds = self.sum_kind, self.output_kind
        store_sums(self.builder, totals, targets, self.tile.accumulates, *kinds, counts)
