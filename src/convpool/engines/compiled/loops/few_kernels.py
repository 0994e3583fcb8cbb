"""The loop of convolution with few kernels of each channel: vectors hold neighbouring columns.

The columns are those of a line, as `packing` has it. A group of vectors goes down the rows
together: its sums stay in registers. `call` is the record COLUMNS. b is the number of an image, r
of a row and x of a column of the output, u of a row of the kernel.
"""

from __future__ import annotations

from typing import NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.blocks import block_corner, store_sums
from convpool.engines.compiled.loops.packing import packing_at, unpacking_at
from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
    address_of,
    call_form,
    field,
    integers_at,
    lanes_before,
    lanes_of,
    load,
    load_masked,
    multiply_add,
    number_type,
    pick_lanes,
    pointer_to,
    prefetch,
    reader_of,
    splat,
    vector_type,
)
from convpool.engines.compiled.record import COLUMNS
from convpool.engines.compiled.register_sizes import vectors_of_columns

CACHE_LINE = 64  # bytes

columns_at = reader_of(COLUMNS)


def columns(form):
    """Return the loop that convolves blocks with few kernels: pack pixels, sum, copy results."""
    sum_dtype, output_dtype = form.sums.type(0), form.results.type(0)
    sum_group = _sums_of_group(form)

    def entry(address):
        call = columns_at(address)
        for block in range(call.first, call.last):
            b, r, x = block_corner(call, block)
            rows_needed = min(call.block_rows, call.oh - r)
            place = b * call.image_stride + r * call.row_stride + x * call.column_stride
            target = address_of(call.output, place, output_dtype)
            y, left = r * call.stride_down, x * call.stride_across
            source = call.address
            source += b * call.image_bytes + y * call.row_bytes + left * call.column_bytes
            ahead = source + call.ahead
            if call.scratch:
                packing = packing_at(call.packing)
                packing.image, packing.row, packing.column = b, y, left
                unneeded = (call.block_rows - rows_needed) * call.stride_down
                packing.row_count = packing.rows - unneeded
                packing.writes_margin = block == call.first or not call.keeps_margins
                call_form(call.pack, call.packing)
                source = call.scratch
            result, row_stride, kernel_stride = target, call.row_stride, call.kernel_stride
            if call.results:
                result, row_stride = call.results, call.block_columns
                kernel_stride = call.block_images * call.block_rows * call.block_columns
            # cache lines of the next block that each row of a group of vectors prefetches
            prefetches = 0
            if block + 1 < call.last and call.ahead:
                rows = call.kernels * call.groups * rows_needed
                prefetches = (call.ahead // CACHE_LINE + rows - 1) // rows
            for kernel in range(call.kernels):
                kernel_result = address_of(result, kernel * kernel_stride, output_dtype)
                start = address_of(call.starts, kernel * call.start_stride, sum_dtype)
                weights = address_of(call.weights, kernel * call.weight_stride, sum_dtype)
                first_channel = kernel // call.kernels_per_group * call.group_stride
                pixels = address_of(source, first_channel, sum_dtype)
                for vector_group in range(call.groups):
                    # all parts of a group's sums before the next group: neighbouring vectors may
                    # share results
                    u = 0
                    while u < call.kernel_rows:
                        rows_at_once = min(call.rows_at_once, call.kernel_rows - u)
                        tap = 0
                        while tap < call.tap_count:
                            place = u * call.weight_row_stride + tap * call.tap_stride
                            part = PartOfSums(
                                vector_group,
                                address_of(pixels, u * call.tap_row_stride, sum_dtype),
                                rows_needed,
                                tap,
                                min(call.taps_at_once, call.tap_count - tap),
                                u,
                                rows_at_once,
                                address_of(weights, place, sum_dtype),
                                start,
                                u > 0 or tap > 0,
                                kernel_result,
                                row_stride,
                                ahead,
                                0 if u or tap else prefetches,
                            )
                            sum_group(call, part)
                            tap += call.taps_at_once
                        u += call.rows_at_once
                    ahead += rows_needed * prefetches * CACHE_LINE
            if call.results:
                unpacking = unpacking_at(call.unpacking)
                unpacking.row_count, unpacking.output = rows_needed, target
                call_form(call.unpack, call.unpacking)

    return entry


class PartOfSums(NamedTuple):
    """The part of the sums of a group of vectors that is added at a time.

    Fields are int64 in compiled Python, LLVM values in `codegen`.

    Parameters
    ----------
    vector_group
        The number of the group of vectors.
    pixels
        Address of the pixels under row `kernel_row` of the kernel, of the dtype of the sums.
    rows
        How many rows of results are written.
    tap, count, kernel_row, kernel_rows
        `count` taps of a row are summed, from number `tap` on; `kernel_rows` rows of the kernel,
        from number `kernel_row` on.
    weights
        Address of the weights of the first tap.
    start
        Address of what sums start from: one number, or one per lane.
    accumulate
        Bool: sums start from zero instead, and are added to the results so far.
    output, output_row_stride
        Address of the results, and numbers from one of their rows to the next.
    ahead, prefetches
        Each row prefetches the next `prefetches` cache lines from address `ahead` on.
    """

    vector_group: ir.Value
    pixels: ir.Value
    rows: ir.Value
    tap: ir.Value
    count: ir.Value
    kernel_row: ir.Value
    kernel_rows: ir.Value
    weights: ir.Value
    start: ir.Value
    accumulate: ir.Value
    output: ir.Value
    output_row_stride: ir.Value
    ahead: ir.Value
    prefetches: ir.Value


def _sums_of_group(form):
    """Return the @intrinsic that sums the windows under a group of vectors, row after row.

    Its arguments are the record COLUMNS and a PartOfSums. It becomes one piece of machine code,
    whose vectors LLVM keeps in registers.
    """

    @intrinsic
    def sum_group(typing, call, part):
        """Sum the rows of windows under a group of vectors, from the top row of results down."""

        def codegen(context, builder, signature, arguments):
            call = {
                name: field(builder, signature.args[0], arguments[0], name)
                for name in COLUMNS.names
            }
            part = PartOfSums(*cgutils.unpack_tuple(builder, arguments[1]))
            emitter = GroupEmitter(builder, form, call, part)
            if form.rows:
                emitter.sum_sharing_rows()
            else:
                emitter.sum_row_by_row()
            return context.get_dummy_value()

        return types.void(call, part), codegen

    return sum_group


class GroupEmitter:
    """Emits code that adds a PartOfSums.

    `call` are the fields of the record COLUMNS: name -> LLVM value.
    """

    def __init__(self, builder, form, call, part):
        self.builder, self.form, self.call, self.part = builder, form, call, part
        sum_kind, output_kind = number_type(form.sums), number_type(form.results)
        self.sum_kind, self.output_kind, self.lanes = sum_kind, output_kind, lanes_of(sum_kind)
        # rows of padding above the pixels of this part
        self.above = builder.sub(call["above"], part.kernel_row)
        self.vectors = vectors_of_columns(TARGET, form.rows, form.stride)
        self.ahead = pointer_to(builder, part.ahead, sum_kind)
        self.taps = integers_at(builder, call["taps"], part.tap)
        # row of the table `places`: where vectors are read, where results go, the lane of weights
        length = 2 * self.vectors + 1
        entry = integers_at(builder, call["places"], builder.mul(part.vector_group, INT64(length)))
        *places, lane = (builder.load(builder.gep(entry, [INT64(k)])) for k in range(length))
        weights, start = (
            pointer_to(builder, address, sum_kind) for address in (part.weights, part.start)
        )
        if form.per_lane:
            self.weights = builder.gep(weights, [lane])
            start = load(builder, start, lane, sum_kind, self.lanes)
        else:
            self.weights = weights
            start = splat(builder, builder.load(start), self.lanes)
        self.zeros = ir.Constant(vector_type(sum_kind, self.lanes), None)
        self.start = builder.select(part.accumulate, self.zeros, start)
        base, target = (
            pointer_to(builder, part.pixels, sum_kind),
            pointer_to(builder, part.output, output_kind),
        )
        self.sources = [builder.gep(base, [place]) for place in places[: self.vectors]]
        self.targets = [builder.gep(target, [place]) for place in places[self.vectors :]]
        stored = call["lanes"]
        self.stored_lanes = lanes_before(builder, stored, self.lanes)
        self.is_full = builder.icmp_signed(">=", stored, INT64(self.lanes))

    def sum_row_by_row(self):
        """Emit the loop in which each row of results loads all pixels of its windows."""
        builder, call = self.builder, self.call
        totals = [cgutils.alloca_once_value(builder, self.zeros) for _ in self.sources]
        with cgutils.for_range(builder, self.part.rows) as loop:
            self.prefetch_row(loop.index)
            for total in totals:
                builder.store(self.start, total)
            y = builder.mul(loop.index, call["down_stride"])
            with cgutils.for_range(builder, self.part.kernel_rows) as kernel_row:
                u = kernel_row.index
                row = builder.add(y, builder.mul(u, call["tap_row_stride"]))
                first_weight = builder.mul(u, call["weight_row_stride"])
                with cgutils.for_range(builder, self.part.count) as tap:
                    place = builder.add(first_weight, builder.mul(tap.index, call["tap_stride"]))
                    weight = self.load_weight(place)
                    shift = builder.add(row, builder.load(builder.gep(self.taps, [tap.index])))
                    for source, total in zip(self.sources, totals, strict=True):
                        vector = load(builder, source, shift, self.sum_kind, self.lanes)
                        self.accumulate_product(vector, weight, total)
            self.store_row(totals, loop.index)

    def sum_sharing_rows(self):
        """Emit the loop in which each row of pixels is loaded once for all rows of the kernel.

        It is multiplied by each row of the kernel that may lie on it; each product is added to the
        sums of another row of results.
        """
        builder, form = self.builder, self.form
        sums_at_once = -(-form.rows // form.stride)  # rows of results under one row of pixels
        # totals[j][k]: of vector k, the sums that began j rows of windows ago
        totals = [
            [cgutils.alloca_once_value(builder, self.zeros) for _ in self.sources]
            for _ in range(sums_at_once)
        ]
        # of forms with so few taps that their weights stay in registers
        weights = [self.load_weights(INT64(tap), range(form.rows)) for tap in range(form.taps)]
        # turn r begins row r of the results, and stores the one that began sums_at_once - 1 ago
        turns = builder.add(self.part.rows, INT64(sums_at_once - 1))
        with cgutils.for_range(builder, turns) as loop:
            r = loop.index
            self.prefetch_row(r)
            for total in totals[0]:
                builder.store(self.start, total)
            # behind the last row of results, turns only finish sums that have begun
            rows_behind = builder.sub(builder.add(r, INT64(1)), self.part.rows)
            for phase in range(min(form.stride, form.rows)):  # rows of pixels of this turn
                sums = -(-(form.rows - phase) // form.stride)
                with builder.if_then(builder.icmp_signed("<", rows_behind, INT64(sums))):
                    self.accumulate_row(r, phase, totals[:sums], weights)
            row_of_result = builder.sub(r, INT64(sums_at_once - 1))
            with builder.if_then(builder.icmp_signed(">=", row_of_result, INT64(0))):
                self.store_row(totals[-1], row_of_result)
            # sums that began j turns ago began j + 1 ago in the next turn
            for older, newer in zip(reversed(totals[1:]), reversed(totals[:-1]), strict=True):
                for target, total in zip(older, newer, strict=True):
                    builder.store(builder.load(total), target)

    def accumulate_row(self, r, phase, totals, weights):
        """Emit code that adds a row of pixels, number `phase` of turn r, to the sums under way.

        totals[j][k] points to the sums of vector k that began j turns ago; weights[tap][u] is the
        weight of a tap of row u of the kernel, if the form has few, else `weights` is empty.
        """
        builder, form = self.builder, self.form
        row = builder.add(builder.mul(r, INT64(form.stride)), INT64(phase))
        y = builder.mul(row, self.call["down_stride"])
        row_pixels = [builder.gep(source, [y]) for source in self.sources]
        bits = self.row_bits(row)
        rows_of_kernel = [phase + j * form.stride for j in range(len(totals))]

        def accumulate_tap(tap, weights_of_rows):
            shift = builder.load(builder.gep(self.taps, [tap]))
            for k, pixels in enumerate(row_pixels):
                vector = self.load_pixels(pixels, shift, tap, k, bits)
                for weight, vectors in zip(weights_of_rows, totals, strict=True):
                    self.accumulate_product(vector, weight, vectors[k])

        if weights:
            for tap, column in enumerate(weights):
                accumulate_tap(INT64(tap), [column[u] for u in rows_of_kernel])
            return
        with cgutils.for_range(builder, self.part.count) as inner:
            accumulate_tap(inner.index, self.load_weights(inner.index, rows_of_kernel))

    def accumulate_product(self, vector, weight, total):
        """Emit code that adds vector * weight to the vector that the pointer `total` points to."""
        product = multiply_add(
            self.builder, vector, weight, self.builder.load(total), self.sum_kind
        )
        self.builder.store(product, total)

    def load_weights(self, tap, rows_of_kernel):
        """Return the weight of a tap in each of `rows_of_kernel`, as vectors."""
        builder, call = self.builder, self.call
        base = builder.mul(tap, call["tap_stride"])
        rows = [builder.mul(call["weight_row_stride"], INT64(u)) for u in rows_of_kernel]
        return [self.load_weight(builder.add(base, row)) for row in rows]

    def load_weight(self, place):
        """Return a vector of the weight at a place, or of one for each lane from there on."""
        builder = self.builder
        if self.form.per_lane:
            return load(builder, self.weights, place, self.sum_kind, self.lanes)
        return splat(builder, builder.load(builder.gep(self.weights, [place])), self.lanes)

    def row_bits(self, row):
        """Return -1 if a row of pixels lies in the image, else 0; None if the form has no masks."""
        if not self.form.apart:
            return None
        builder = self.builder
        place = builder.sub(row, self.above)
        is_inside = builder.icmp_unsigned("<", place, self.call["height"])
        return builder.select(is_inside, INT64(-1), INT64(0))

    def load_pixels(self, pixels, shift, tap, k, bits):
        """Return vector k of the pixels under a tap, which begins at pixels[shift].

        Under masks, those outside of the image are 0, and all if `bits`, from `row_bits`, is 0. Of
        windows `apart` columns from each other, as many vectors are read and every apart-th pixel
        is picked.
        """
        builder, apart = self.builder, self.form.apart
        if not apart:
            return load(builder, pixels, shift, self.sum_kind, self.lanes)
        row = builder.add(builder.mul(self.part.vector_group, self.call["tap_count"]), tap)
        at = builder.add(builder.mul(row, INT64(self.vectors * apart)), INT64(k * apart))
        masks = integers_at(builder, self.call["masks"], at)
        parts = []
        for part in range(apart):
            mask_bits = builder.and_(builder.load(builder.gep(masks, [INT64(part)])), bits)
            mask = builder.bitcast(
                builder.trunc(mask_bits, ir.IntType(self.lanes)),
                ir.VectorType(ir.IntType(1), self.lanes),
            )
            place = builder.add(shift, INT64(part * self.lanes))
            parts.append(load_masked(builder, pixels, place, self.sum_kind, mask))
        return pick_lanes(builder, parts, [lane * apart for lane in range(self.lanes)])

    def prefetch_row(self, r):
        """Emit code that prefetches the share of row r of the cache lines to prefetch."""
        builder = self.builder
        with cgutils.for_range(builder, self.part.prefetches) as cache_line:
            place = builder.add(builder.mul(r, self.part.prefetches), cache_line.index)
            line_numbers = CACHE_LINE * 8 // self.sum_kind.bitwidth
            prefetch(builder, self.ahead, builder.mul(place, INT64(line_numbers)))

    def store_row(self, totals, row):
        """Emit code that writes the sums at pointers `totals` as a row of results, or adds them."""
        builder = self.builder
        place = builder.mul(row, self.part.output_row_stride)
        with builder.if_else(self.is_full) as (all_lanes, some_lanes):
            for branch, mask in ((all_lanes, None), (some_lanes, self.stored_lanes)):
                with branch:
                    places = [(target, place, mask) for target in self.targets]
                    kinds = self.sum_kind, self.output_kind
                    store_sums(builder, totals, places, self.part.accumulate, *kinds)
