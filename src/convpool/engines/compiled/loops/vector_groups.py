"""Code that sums the windows under a group of vectors, for the loop of few kernels.

A vector of sums has one lane for each of some neighbouring numbers of a row of results; a group of
vectors is a few that go down the rows of a block together, whose sums stay in registers. A tap is
one weight of a row of the kernel. `call` is the record COLUMNS, which `record.py` describes: here
its fields, name -> LLVM value. r is the number of a row of results, u of a row of the kernel.
Places and strides count numbers.
"""

from __future__ import annotations

from typing import NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.loops.blocks import store_sums
from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
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
    splat,
    vector_type,
)
from convpool.engines.compiled.record import COLUMNS
from convpool.engines.compiled.register_sizes import vectors_of_columns

CACHE_LINE_BYTES = 64


class PartOfSums(NamedTuple):
    """The part of the sums of a group of vectors that is added at a time.

    Fields are int64 in compiled Python, LLVM values in `codegen`.

    Parameters
    ----------
    vector_group
        The number of the group of vectors.
    pixels
        Address of the pixels under row `first_kernel_row` of the kernel, of the dtype of the sums.
    rows
        How many rows of results are written.
    first_tap, taps, first_kernel_row, kernel_rows
        `taps` taps of a row are summed, from number `first_tap` on; `kernel_rows` rows of the
        kernel, from number `first_kernel_row` on.
    weights
        Address of the weights of the first of these taps.
    start
        Address of what sums start from: one number, or one for each lane.
    accumulates
        Bool: sums start from zero instead, and are added to the results so far.
    output, output_row_stride
        Address of the results, and numbers from one of their rows to the next.
    ahead, prefetches
        Each row of results prefetches the next `prefetches` cache lines, the first one those from
        address `ahead` on.
    """

    vector_group: ir.Value
    pixels: ir.Value
    rows: ir.Value
    first_tap: ir.Value
    taps: ir.Value
    first_kernel_row: ir.Value
    kernel_rows: ir.Value
    weights: ir.Value
    start: ir.Value
    accumulates: ir.Value
    output: ir.Value
    output_row_stride: ir.Value
    ahead: ir.Value
    prefetches: ir.Value


def group_summer(form):
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

    `call` are the fields of the record COLUMNS: name -> LLVM value. sources[k], targets[k] are
    pointers to where vector k of the group is read, for the first row and the first pixel of a
    window, and to where its results go in their first row. A turn is one iteration of the loop that
    `sum_sharing_rows` emits: turn r begins row r of the results, and reads up to `stride` rows of
    pixels, row r * stride and those that follow it.
    """

    def __init__(self, builder, form, call, part):
        self.builder, self.form, self.call, self.part = builder, form, call, part
        sum_kind, output_kind = number_type(form.sums), number_type(form.results)
        self.sum_kind, self.output_kind, self.lanes = sum_kind, output_kind, lanes_of(sum_kind)
        # rows of padding above the pixels of this part
        self.above = builder.sub(call["above"], part.first_kernel_row)
        self.vectors = vectors_of_columns(TARGET, form.rows, form.stride)
        self.ahead = pointer_to(builder, part.ahead, sum_kind)
        # taps[k]: numbers from a window's first pixel to the one under tap k of this part
        self.taps = integers_at(builder, call["taps"], part.first_tap)
        # a row of this table, a group: where each vector is read, where its results go, and which
        # number of a row of weights is that of lane 0, if each lane has its own
        length = 2 * self.vectors + 1
        row = integers_at(builder, call["places"], builder.mul(part.vector_group, INT64(length)))
        *places, first_weight = (builder.load(builder.gep(row, [INT64(k)])) for k in range(length))
        weights, start = (
            pointer_to(builder, address, sum_kind) for address in (part.weights, part.start)
        )
        if form.per_lane:
            self.weights = builder.gep(weights, [first_weight])
            start = load(builder, start, first_weight, sum_kind, self.lanes)
        else:
            self.weights = weights
            start = splat(builder, builder.load(start), self.lanes)
        self.zeros = ir.Constant(vector_type(sum_kind, self.lanes), None)
        self.start = builder.select(part.accumulates, self.zeros, start)
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
        with cgutils.for_range(builder, self.part.rows) as row:
            self.prefetch_row(row.index)
            for total in totals:
                builder.store(self.start, total)
            window_place = builder.mul(row.index, call["down_stride"])
            with cgutils.for_range(builder, self.part.kernel_rows) as kernel_row:
                u = kernel_row.index
                row_place = builder.add(window_place, builder.mul(u, call["tap_row_stride"]))
                row_of_weights = builder.mul(u, call["weight_row_stride"])
                with cgutils.for_range(builder, self.part.taps) as tap:
                    weight_place = builder.add(
                        row_of_weights, builder.mul(tap.index, call["tap_stride"])
                    )
                    weight = self.load_weight(weight_place)
                    tap_place = builder.load(builder.gep(self.taps, [tap.index]))
                    place = builder.add(row_place, tap_place)
                    for source, total in zip(self.sources, totals, strict=True):
                        vector = load(builder, source, place, self.sum_kind, self.lanes)
                        self.accumulate_product(vector, weight, total)
            self.store_row(totals, row.index)

    def sum_sharing_rows(self):
        """Emit the loop in which each row of pixels is loaded once for all rows of the kernel.

        It is multiplied by each row of the kernel that may lie on it; each product is added to the
        sums of another row of results. With 3 rows of the kernel and a stride of 1, row r of the
        pixels is multiplied by row 0 of the kernel for row r of the results, by row 1 for row
        r - 1, and by row 2 for row r - 2, which is then complete. With a stride of 2, a turn takes
        two rows of pixels: row 2r by rows 0 and 2 for rows r and r - 1, row 2r + 1 by row 1 for
        row r.
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
        with cgutils.for_range(builder, turns) as turn:
            r = turn.index
            self.prefetch_row(r)
            for total in totals[0]:
                builder.store(self.start, total)
            # behind the last row of results, turns only finish sums that have begun, and read no
            # row of pixels that lies under none of these
            rows_behind = builder.sub(builder.add(r, INT64(1)), self.part.rows)
            for phase in range(min(form.stride, form.rows)):  # rows of pixels of this turn
                sums = -(-(form.rows - phase) // form.stride)  # rows of results this one is under
                with builder.if_then(builder.icmp_signed("<", rows_behind, INT64(sums))):
                    self.accumulate_row(r, phase, totals[:sums], weights)
            row_of_result = builder.sub(r, INT64(sums_at_once - 1))
            with builder.if_then(builder.icmp_signed(">=", row_of_result, INT64(0))):
                self.store_row(totals[-1], row_of_result)
            # what began j turns ago will have begun j + 1 ago in the next turn
            for older, newer in zip(reversed(totals[1:]), reversed(totals[:-1]), strict=True):
                for target, total in zip(older, newer, strict=True):
                    builder.store(builder.load(total), target)

    def accumulate_row(self, r, phase, totals, weights):
        """Emit code that adds a row of pixels, number `phase` of turn r, to the sums under way.

        totals[j][k] points to the sums of vector k that began j turns ago; weights[tap][u] is the
        weight of a tap of row u of the kernel, if the form has few taps, else `weights` is empty.
        """
        builder, form = self.builder, self.form
        row = builder.add(builder.mul(r, INT64(form.stride)), INT64(phase))
        row_place = builder.mul(row, self.call["down_stride"])
        row_pixels = [builder.gep(source, [row_place]) for source in self.sources]
        bits = self.row_bits(row)
        rows_of_kernel = [phase + j * form.stride for j in range(len(totals))]  # for totals[j]

        def accumulate_tap(tap, weights_of_rows):
            # emits code that adds the products of the pixels under a tap: with weights_of_rows[j]
            # to totals[j]
            place = builder.load(builder.gep(self.taps, [tap]))
            for k, pixels in enumerate(row_pixels):
                vector = self.load_pixels(pixels, place, tap, k, bits)
                for weight, sums in zip(weights_of_rows, totals, strict=True):
                    self.accumulate_product(vector, weight, sums[k])

        if weights:
            for tap, column in enumerate(weights):
                accumulate_tap(INT64(tap), [column[u] for u in rows_of_kernel])
            return
        with cgutils.for_range(builder, self.part.taps) as tap:
            accumulate_tap(tap.index, self.load_weights(tap.index, rows_of_kernel))

    def accumulate_product(self, vector, weight, total):
        """Emit code that adds vector * weight to the vector that the pointer `total` points to."""
        product = multiply_add(
            self.builder, vector, weight, self.builder.load(total), self.sum_kind
        )
        self.builder.store(product, total)

    def load_weights(self, tap, rows_of_kernel):
        """Return the weight of a tap in each of `rows_of_kernel`, as vectors."""
        builder, call = self.builder, self.call
        tap_place = builder.mul(tap, call["tap_stride"])
        rows = [builder.mul(call["weight_row_stride"], INT64(u)) for u in rows_of_kernel]
        return [self.load_weight(builder.add(tap_place, row)) for row in rows]

    def load_weight(self, place):
        """Return a vector of the weight at a place; if each lane has its own, of those from it."""
        builder = self.builder
        if self.form.per_lane:
            return load(builder, self.weights, place, self.sum_kind, self.lanes)
        return splat(builder, builder.load(builder.gep(self.weights, [place])), self.lanes)

    def row_bits(self, row):
        """Return what the masks of a row of pixels are combined with, by "and".

        This is -1, all bits, for a row of the image and 0 for a row of padding, number `row` from
        the first one of this part on; None if the form has no masks.
        """
        if not self.form.apart:
            return None
        builder = self.builder
        image_row = builder.sub(row, self.above)
        # rows above the image are negative, and as unsigned numbers greater than any height
        is_inside = builder.icmp_unsigned("<", image_row, self.call["height"])
        return builder.select(is_inside, INT64(-1), INT64(0))

    def load_pixels(self, pixels, place, tap, k, bits):
        """Return vector k of the pixels under a tap, which begins at pixels[place].

        A form with masks reads the images, where pixels outside of the image are taken for 0; all
        of a row are, if `bits`, from `row_bits`, is 0. Its windows are `apart` columns from each
        other: it reads `apart` vectors and picks every apart-th pixel. With 4 lanes and windows 2
        columns apart, it reads "abcd" and "efgh" and returns "aceg".
        """
        builder, apart = self.builder, self.form.apart
        if not apart:
            return load(builder, pixels, place, self.sum_kind, self.lanes)
        # the table of masks is (group of vectors, tap, vector, vector that is read for it)
        row = builder.add(builder.mul(self.part.vector_group, self.call["tap_count"]), tap)
        first = builder.add(builder.mul(row, INT64(self.vectors * apart)), INT64(k * apart))
        masks = integers_at(builder, self.call["masks"], first)
        vectors = []
        for n in range(apart):
            mask_bits = builder.and_(builder.load(builder.gep(masks, [INT64(n)])), bits)
            mask = builder.bitcast(
                builder.trunc(mask_bits, ir.IntType(self.lanes)),
                ir.VectorType(ir.IntType(1), self.lanes),
            )
            vector_place = builder.add(place, INT64(n * self.lanes))
            vectors.append(load_masked(builder, pixels, vector_place, self.sum_kind, mask))
        return pick_lanes(builder, vectors, [lane * apart for lane in range(self.lanes)])

    def prefetch_row(self, r):
        """Emit code that prefetches the share of row r of the cache lines to prefetch."""
        builder = self.builder
        with cgutils.for_range(builder, self.part.prefetches) as own_line:
            cache_line = builder.add(builder.mul(r, self.part.prefetches), own_line.index)
            numbers_of_line = CACHE_LINE_BYTES * 8 // self.sum_kind.bitwidth  # 8 bits in a byte
            prefetch(builder, self.ahead, builder.mul(cache_line, INT64(numbers_of_line)))

    def store_row(self, totals, row):
        """Emit code that writes the sums at pointers `totals` as a row of results, or adds them."""
        builder = self.builder
        place = builder.mul(row, self.part.output_row_stride)
        with builder.if_else(self.is_full) as (all_lanes, some_lanes):
            for branch, mask in ((all_lanes, None), (some_lanes, self.stored_lanes)):
                with branch:
                    targets = [(target, place, mask) for target in self.targets]
                    kinds = self.sum_kind, self.output_kind
                    store_sums(builder, totals, targets, self.part.accumulates, *kinds)
