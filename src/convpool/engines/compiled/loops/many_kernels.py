"""The loop of convolution with many kernels of the same channels: vectors hold kernels.

A panel is some vectors of kernels of one group; in it, weights are (run, channel, kernel). See
`tiles` for blocks, tiles, runs and the record TILES; q counts the pixels of a tile, v the vectors
of a panel.
"""

from __future__ import annotations

from llvmlite import ir
from numba.core import cgutils

from convpool.engines.compiled.loops.blocks import store_sums
from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
    integers_at,
    lanes_before,
    lanes_of,
    load,
    load_masked,
    multiply_add,
    number_type,
    pointer_to,
    prefetch,
    splat,
    vector_type,
)
from convpool.engines.compiled.loops.tiles import each_run, loop_over_blocks
from convpool.engines.compiled.record import LINE_BYTES
from convpool.engines.compiled.register_sizes import tile_sizes

FETCHED = 2  # pixels whose results are fetched in a turn; tiles have an even number of them
UNROLLED = 4  # channels that one turn of a tile's loop takes: a power of two


def tiles(form):
    """Return the loop that convolves blocks with many kernels: pack pixels, sum tiles."""
    panel_lanes = form.vectors * lanes_of(number_type(form.sums))
    sizes = tile_sizes(TARGET, form.vectors)
    return loop_over_blocks(form, TileEmitter, panel_lanes, sizes, UNROLLED)


class TileEmitter:
    """Emits code that sums a Tile.

    cells: (pixel of the tile, vector of kernels) of each vector of sums; totals[q, v]: a pointer to
    that vector. kernels_left[v]: kernels from vector v on, which may be less than 0 or more than
    its lanes; masks[v]: its lanes that have a kernel.
    """

    def __init__(self, builder, form, tile, pixels):
        self.builder, self.tile = builder, tile
        self.sum_kind, self.output_kind = number_type(form.sums), number_type(form.results)
        self.lanes, self.vectors = lanes_of(self.sum_kind), form.vectors
        self.pixels = range(pixels)
        self.cells = [(q, v) for q in self.pixels for v in range(self.vectors)]
        self.source, self.weights, self.start = (
            pointer_to(builder, address, self.sum_kind)
            for address in (tile.source, tile.weights, tile.start)
        )
        self.output = pointer_to(builder, tile.output, self.output_kind)
        self.output_places = output_places = integers_at(builder, tile.output_places, INT64(0))
        self.result_places = [
            builder.load(builder.gep(output_places, [INT64(q)])) for q in self.pixels
        ]
        # pixels of the next tile whose results have been fetched, or need not be
        self.fetched = cgutils.alloca_once(builder, INT64)
        self.numbers_of_line = LINE_BYTES * 8 // self.output_kind.bitwidth
        self.totals = {
            cell: cgutils.alloca_once(builder, vector_type(self.sum_kind, self.lanes))
            for cell in self.cells
        }
        self.kernels_left = [
            builder.sub(tile.kernels, INT64(v * self.lanes)) for v in range(self.vectors)
        ]
        self.masks = [lanes_before(builder, count, self.lanes) for count in self.kernels_left]
        self.panel_lanes = INT64(self.vectors * self.lanes)

    def sum_tile(self):
        """Emit code that sums the tile."""
        self.start_sums()
        self.add_runs()
        self.store()

    def start_sums(self):
        """Emit code that stores to all totals what sums start from."""
        builder, kind = self.builder, self.sum_kind
        is_fetched = builder.icmp_signed("!=", self.tile.ahead, INT64(0))
        all_pixels = INT64(len(self.pixels))
        builder.store(builder.select(is_fetched, INT64(0), all_pixels), self.fetched)
        zeros = ir.Constant(vector_type(kind, self.lanes), None)
        for v in range(self.vectors):
            start = load_masked(builder, self.start, INT64(v * self.lanes), kind, self.masks[v])
            start = builder.select(self.tile.accumulates, zeros, start)
            for q in self.pixels:
                builder.store(start, self.totals[q, v])

    def add_runs(self):
        """Emit the loop over the runs, and in it those over their channels."""
        builder, tile = self.builder, self.tile
        with each_run(builder, tile, self.source, self.pixels) as (sources, first_row):
            weights = builder.gep(self.weights, [builder.mul(first_row, self.panel_lanes)])
            # channels, the greatest multiple of UNROLLED up to all
            whole_turns = builder.and_(tile.length, INT64(-UNROLLED))
            turns = cgutils.for_range_slice(builder, INT64(0), whole_turns, INT64(UNROLLED))
            with turns as (channel, _):
                if self.vectors > 1:  # else that would take a good part of a turn
                    self.fetch_results()
                self.add_channels(sources, weights, channel, UNROLLED)
            rest = cgutils.for_range_slice(builder, whole_turns, tile.length, INT64(1))
            with rest as (channel, _):
                self.add_channels(sources, weights, channel, 1)

    def fetch_results(self):
        """Emit code that fetches the results of the next FETCHED pixels of the next tile.

        They lie as far from those of this tile's pixels as the next window is; where a row ends,
        they lie elsewhere, and others are fetched in vain.
        """
        builder = self.builder
        first = builder.load(self.fetched)
        with builder.if_then(builder.icmp_signed("<", first, INT64(len(self.pixels)))):
            for k in range(FETCHED):
                pixel = builder.add(first, INT64(k))
                place = builder.load(builder.gep(self.output_places, [pixel]))
                place = builder.add(place, self.tile.ahead)
                for n in range(0, self.vectors * self.lanes, self.numbers_of_line):
                    at = builder.add(place, INT64(n))
                    prefetch(builder, self.output, at, is_written=True)
            builder.store(builder.add(first, INT64(FETCHED)), self.fetched)

    def add_channels(self, sources, weights, first_channel, count):
        """Emit code that adds the products of `count` channels of a run, from the first one on.

        sources, weights: pointers to the run's first channel under the window of each pixel, and
        to its weights.
        """
        builder, kind, lanes, vectors = self.builder, self.sum_kind, self.lanes, self.vectors
        rows = builder.gep(weights, [builder.mul(first_channel, self.panel_lanes)])
        for k in range(count):
            starts = [INT64((k * vectors + v) * lanes) for v in range(vectors)]
            row = [load(builder, rows, start, kind, lanes) for start in starts]
            channel = builder.add(first_channel, INT64(k))
            for q in self.pixels:
                pixel = splat(builder, builder.load(builder.gep(sources[q], [channel])), lanes)
                for v in range(vectors):
                    total = builder.load(self.totals[q, v])
                    total = multiply_add(builder, pixel, row[v], total, kind)
                    builder.store(total, self.totals[q, v])

    def store(self):
        """Emit code that writes the sums as results, or adds them: whole vectors where it can."""
        builder = self.builder
        is_full = builder.icmp_signed(">=", self.tile.kernels, self.panel_lanes)
        with builder.if_else(is_full) as (all_lanes, some_lanes):
            with all_lanes:
                self.store_lanes([None] * self.vectors, None)
            with some_lanes:
                self.store_lanes(self.masks, [self.kernels_left[v] for _, v in self.cells])

    def store_lanes(self, masks, counts):
        """Emit code that writes or adds the lanes of masks[v]; `counts` are those of store_sums."""
        targets = []
        for q, v in self.cells:
            place = self.builder.add(self.result_places[q], INT64(v * self.lanes))
            targets.append((self.output, place, masks[v]))
        sums = [self.totals[cell] for cell in self.cells]
        kinds = self.sum_kind, self.output_kind
        store_sums(self.builder, sums, targets, self.tile.accumulates, *kinds, counts)
