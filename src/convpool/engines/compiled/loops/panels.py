"""The loop that copies weights to panels: record PANELS, which `record.py` describes.

A panel is some vectors of kernels of one group, whose kernels have the same channels. Its rows are
those of (tap, channel), each with one weight of every kernel, so that a loop over channels reads it
from begin to end. Places and strides count numbers.
"""

from __future__ import annotations

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.interleaving import Lines, Rows, deinterleaver_of
from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
    address_of,
    lanes_of,
    load,
    number_type,
    pointer_to,
    reader_of,
    store,
    store_number,
)
from convpool.engines.compiled.record import PANELS
from convpool.engines.compiled.register_sizes import widest_tile

UNROLLED = 4  # rows that one turn of the loop that copies them takes: a power of two

deinterleave = deinterleaver_of((1,))
panels_at = reader_of(PANELS)


def panels(form):
    """Return the loop that copies weights, of the form's dtype, to panels.

    They come as (tap, channel, kernel), where taps stand for runs. `call.length` channels are
    copied; each is a row of panel_lanes kernels in a panel, filled up with zeros.
    """
    dtype, copy_rows = form.sums.type(0), row_copier(form)
    zero = dtype  # a dtype is passed as a zero of it

    def entry(address):
        call = panels_at(address)
        store_number(call.line_start, 0, 0)  # the table of where lines start, see `Lines`
        for panel in range(call.first_panel, call.last_panel):
            group = panel // call.panels_per_group
            first_of_group = panel % call.panels_per_group * call.panel_lanes
            kernel = group * call.kernels_per_group + first_of_group
            kernel_count = min(call.panel_lanes, call.kernels_per_group - first_of_group)
            for tap in range(call.taps):
                source_place = (tap * call.depth + call.channel) * call.nc + kernel
                source = address_of(call.kernels, source_place, dtype)
                place = panel * call.panel_stride + tap * call.length * call.panel_lanes
                if kernel_count == call.panel_lanes:
                    target = address_of(call.panels, place, dtype)
                    copy_rows(source, call.length, call.nc, call.panel_lanes, target)
                else:
                    for k in range(call.length * call.panel_lanes):
                        store_number(call.panels, place + k, zero)
                    # to one line for each row, which is no more than to copy it
                    deinterleave(
                        Rows(source, call.length, call.nc, kernel_count),
                        Lines(call.panels, 1, call.line_start, place, call.panel_lanes),
                        dtype,
                        dtype,
                    )

    return entry


def row_copier(form):
    """Return the @intrinsic that copies strided rows of whole vectors one behind the other."""
    kind = number_type(form.sums)
    lanes = lanes_of(kind)

    @intrinsic
    def copy_rows(typing, source, rows, row_stride, row_length, target):
        """Copy `rows` rows of `row_length` numbers, which are as many vectors as a panel can have.

        source, row_stride: address of the first row, and numbers from row to row; target: address
        where the rows go, one behind the other.
        """

        def codegen(context, builder, signature, arguments):
            source, rows, row_stride, row_length, target = arguments
            source, target = (pointer_to(builder, address, kind) for address in (source, target))
            whole_turns = builder.and_(rows, INT64(-UNROLLED))  # rows, a multiple of UNROLLED

            def copy(first, behind, count, vectors):
                # emits a loop over the rows from `first` to before `behind`, `count` in a turn,
                # each of `vectors` vectors; in a turn, all are loaded before any is stored
                turns = cgutils.for_range_slice(builder, first, behind, INT64(count))
                with turns as (row, _):
                    source_rows = builder.gep(source, [builder.mul(row, row_stride)])
                    target_rows = builder.gep(target, [builder.mul(row, row_length)])
                    parts = [(k, v * lanes) for k in range(count) for v in range(vectors)]
                    loaded = []
                    for k, first_number in parts:  # of a vector in row k of this turn
                        row_begin = builder.mul(row_stride, INT64(k))
                        source_place = builder.add(row_begin, INT64(first_number))
                        loaded.append(load(builder, source_rows, source_place, kind, lanes))
                    for (k, first_number), vector in zip(parts, loaded, strict=True):
                        target_place = INT64(k * vectors * lanes + first_number)
                        store(builder, vector, target_rows, target_place, kind)

            for vectors in sorted({1, 2, widest_tile(TARGET)}):  # those of panels
                is_width = builder.icmp_signed("==", row_length, INT64(vectors * lanes))
                with builder.if_then(is_width):
                    copy(INT64(0), whole_turns, UNROLLED, vectors)
                    copy(whole_turns, rows, 1, vectors)
            return context.get_dummy_value()

        return types.void(source, rows, row_stride, row_length, target), codegen

    return copy_rows
