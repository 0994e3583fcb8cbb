"""The loop that packs the weights of panels and sums their tiles: record PANEL_TILES.

A panel is some vectors of kernels, a block some windows of the output, and a tile some of these
with one panel; a run is channels that lie side by side, those of a tap or of a row of taps. Weights
are packed by the loop `panels`, and tiles summed by the loop `tiles`, each with a record
of its own. A part of the work is a range of panels with a share of the blocks; a piece is a range
of the channels of a run, so small that packed weights stay in the cache until they are used.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.panels import panels_at
from convpool.engines.compiled.loops.simd import (
    INT64,
    address_of,
    call_form,
    lanes_of,
    load,
    load_integer,
    number_type,
    pointer_to,
    reader_of,
    vector_type,
)
from convpool.engines.compiled.loops.tiles import tiles_at
from convpool.engines.compiled.record import PANEL_TILES

panel_tiles_at = reader_of(PANEL_TILES)


def panel_tiles(form):
    """Return the loop over parts: it packs weights, of the form's dtype, and sums their tiles.

    Weights are packed, tested and used piece by piece; each piece but the first is added to the
    results so far.
    """
    dtype, are_finite = form.sums.type(0), _finite_tester(form)

    def entry(address):
        call = panel_tiles_at(address)
        packing, tiles = panels_at(call.packing), tiles_at(call.tiles)
        for part in range(call.first, call.last):
            panel_range, share = part // call.shares, part % call.shares
            first_panel = load_integer(call.panel_cuts, panel_range)
            last_panel = load_integer(call.panel_cuts, panel_range + 1)
            packing.first_panel, packing.last_panel = first_panel, last_panel
            tiles.first_panel, tiles.last_panel = first_panel, last_panel
            tiles.first = load_integer(call.block_cuts, share)
            tiles.last = load_integer(call.block_cuts, share + 1)
            for piece in range(call.pieces):
                channel = load_integer(call.channel_cuts, piece)
                length = load_integer(call.channel_cuts, piece + 1) - channel
                panel_size = length * call.panel_channel  # numbers: panels have this piece alone
                packing.channel, packing.length, packing.panel_stride = channel, length, panel_size
                tiles.channel, tiles.length, tiles.panel_stride = channel, length, panel_size
                # where panel 0 would be, if the first one of the range is at `packed`
                packing.panels = address_of(call.packed, -first_panel * panel_size, dtype)
                tiles.weights, tiles.weight_rows = packing.panels, length
                tiles.accumulates = piece > 0
                call_form(call.pack, call.packing)
                numbers = (last_panel - first_panel) * panel_size
                if call.must_be_finite and not are_finite(call.packed, numbers):
                    call.has_not_finite = 1
                    return
                call_form(call.sum, call.tiles)

    return entry


def _finite_tester(form):
    """Return the @intrinsic that tests whether numbers of the form's dtype are finite.

    They fill whole vectors, as those of panels do.
    """
    kind = number_type(form.sums)
    lanes = lanes_of(kind)

    @intrinsic
    def are_finite(typing, address, count):
        """Return whether all `count` numbers at an address are finite; integers always are."""

        def codegen(context, builder, signature, arguments):
            if not isinstance(kind, types.Float):
                return cgutils.true_bit
            address, count = arguments
            base = pointer_to(builder, address, kind)
            # in each lane, the sum of x - x of all its numbers x: 0, or NaN if one is not finite
            sums = cgutils.alloca_once_value(builder, ir.Constant(vector_type(kind, lanes), None))
            vectors = cgutils.for_range_slice(builder, INT64(0), count, INT64(lanes))
            with vectors as (place, _):
                vector = load(builder, base, place, kind, lanes)
                difference = builder.fsub(vector, vector)
                builder.store(builder.fadd(builder.load(sums), difference), sums)
            total = builder.load(sums)
            is_nan = builder.fcmp_unordered("uno", total, total)  # a bit for each lane
            bits = ir.IntType(lanes)
            return builder.icmp_unsigned("==", builder.bitcast(is_nan, bits), bits(0))

        return types.boolean(address, count), codegen

    return are_finite
