"""Code that sums a tile of the gradient of a convolution's kernels, for the loop of that gradient.

A weight's gradient is the sum, over all windows, of the pixel under its tap times the gradient g of
the window's result. A panel is some vectors of kernels. A piece is PIECE_OF_GRADIENT neighbouring
pixels of a window, or one tap where each channel has a kernel of its own. A tile is a few pieces
with a panel: its sums, one for each pixel and kernel, stay in registers while all windows of a
block go by. The totals, (row, kernel), have a row for each weight of a kernel. `windows` are always
(images, rows, columns) of a block: how many it has. Places and strides count numbers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.gradient_forms import TOTALS
from convpool.engines.compiled.loops.blocks import store_sums
from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
    integers_at,
    lanes_before,
    lanes_of,
    load,
    multiply_add,
    number_type,
    pointer_to,
    splat,
    vector_type,
)
from convpool.engines.compiled.record import PIECE_FIELDS
from convpool.engines.compiled.register_sizes import (
    PIECE_OF_GRADIENT,
    TAPS_OF_GRADIENT,
    pixels_of_tile,
)

UNROLLED = 4  # windows that one turn of a tile's loop takes: a power of two


class Strided(NamedTuple):
    """Where the pixels of a block's windows lie, or their g.

    Fields are int64 in compiled Python, LLVM values in `codegen`.

    Parameters
    ----------
    address
        Of the first window's first number.
    image, row, column
        Strides: numbers from one image, row and column of windows to the next.
    """

    address: Any
    image: Any
    row: Any
    column: Any


class PanelTotals(NamedTuple):
    """Where the sums of a panel go; fields are as in `Strided`.

    Parameters
    ----------
    address, width
        Of the first row, and numbers from row to row.
    kernels
        How many numbers of a row are written: one for each kernel of the panel.
    """

    address: Any
    width: Any
    kernels: Any


def tile_summer(form, emitter_class):
    """Return the @intrinsic that sums a tile, by code of `emitter_class`, a kind of TileEmitter."""

    @intrinsic
    def sum_tile(typing, pixels, gradient, windows, table, totals, accumulates):
        """Sum a tile over all windows of a block, and write its sums to the totals.

        Legend
        ------
        pixels, gradient
            Where the pixels of the windows lie, and the panel's g: Strided.
        windows
            (images, rows, columns) of the block.
        table
            Address of the tile's pieces, of PIECE_FIELDS int64 each: its place behind a window's
            first pixel; the row of the totals for its own first pixel; how many of its first pixels
            are left out, since another piece has them. Of 8 pixels of a window in pieces of 6, the
            second piece is that of pixels 2 to 7, and leaves out 4.
        totals, accumulates
            Where the sums go: PanelTotals; a bool: whether they are added to the totals so far.
        """

        def codegen(context, builder, signature, arguments):
            pixels, gradient, windows, table, totals, accumulates = arguments
            pixels, gradient, windows, totals = (
                cgutils.unpack_tuple(builder, value)
                for value in (pixels, gradient, windows, totals)
            )
            emitter = emitter_class(builder, form, Strided(*pixels), Strided(*gradient), table)
            emitter.sum_windows(windows)
            emitter.write(PanelTotals(*totals), accumulates)
            return context.get_dummy_value()

        return types.void(pixels, gradient, windows, table, totals, accumulates), codegen

    return sum_tile


class TileEmitter:
    """What emits code that sums a tile, whose sums LLVM keeps in registers.

    A kind of it has `piece_count`, pieces of a tile, `sum_windows` and `write`. places, total_rows
    and left_out are the fields of each piece in the table of `sum_tile`.

    Parameters
    ----------
    builder, form
        What writes LLVM's instructions, and the form of this loop.
    pixels, gradient, table
        Arguments of `sum_tile`, as LLVM values.
    """

    def __init__(self, builder, form, pixels, gradient, table):
        self.builder, self.kind = builder, number_type(form.sums)
        self.total_kind = number_type(TOTALS[form.sums])
        self.lanes, self.vectors = lanes_of(self.kind), form.vectors
        self.pixels, self.gradient = pixels, gradient
        self.first_pixel, self.first_g = (
            pointer_to(builder, strided.address, self.kind) for strided in (pixels, gradient)
        )
        table, self.pieces = integers_at(builder, table, INT64(0)), range(self.piece_count(form))
        self.places, self.total_rows, self.left_out = (
            [builder.load(builder.gep(table, [INT64(p * PIECE_FIELDS + k)])) for p in self.pieces]
            for k in range(PIECE_FIELDS)
        )

    def new_sum(self):
        """Emit a vector of zeros, and return the pointer to it."""
        zeros = ir.Constant(vector_type(self.kind, self.lanes), None)
        pointer = cgutils.alloca_once_value(self.builder, zeros)
        self.builder.store(zeros, pointer)
        return pointer

    def add_product(self, pixels, g, total):
        """Emit code that adds pixels times g, both vectors, to the vector at pointer `total`."""
        so_far = self.builder.load(total)
        self.builder.store(multiply_add(self.builder, pixels, g, so_far, self.kind), total)

    def write_row(self, sums, row, masks, totals, accumulates):
        """Emit code that writes vectors of sums to a row of PanelTotals, or adds them.

        sums, masks: lists of pointers to the vectors, and of their masks, None for all lanes.
        accumulates: a bit: whether they are added.
        """
        builder = self.builder
        base = pointer_to(builder, totals.address, self.total_kind)
        row_place = builder.mul(row, totals.width)
        places = [builder.add(row_place, INT64(v * self.lanes)) for v in range(len(masks))]
        targets = [(base, place, mask) for place, mask in zip(places, masks, strict=True)]
        store_sums(builder, sums, targets, accumulates, self.kind, self.total_kind)


class PixelTileEmitter(TileEmitter):
    """For a tile of some pieces of PIECE_OF_GRADIENT pixels each, with all vectors of a panel."""

    @staticmethod
    def piece_count(form):
        """Return the pieces of a tile."""
        return pixels_of_tile(TARGET, form.vectors) // PIECE_OF_GRADIENT

    def __init__(self, *arguments):
        super().__init__(*arguments)
        # sums[p][q][v]: of piece p, its pixel q, and vector v of kernels
        self.sums = [
            [[self.new_sum() for _ in range(self.vectors)] for _ in range(PIECE_OF_GRADIENT)]
            for _ in self.pieces
        ]

    def sum_windows(self, windows):
        """Emit code that adds the products of all windows of a block."""
        builder, (images, rows, columns) = self.builder, windows
        with cgutils.for_range(builder, images) as image, cgutils.for_range(builder, rows) as row:
            # of the first window of this row: where its pixels, and its g, lie
            window_place, g_place = (
                builder.add(
                    builder.mul(image.index, strided.image), builder.mul(row.index, strided.row)
                )
                for strided in (self.pixels, self.gradient)
            )
            pieces = [
                builder.gep(self.first_pixel, [builder.add(window_place, place)])
                for place in self.places
            ]
            row_of_g = builder.gep(self.first_g, [g_place])
            # columns, the greatest multiple of UNROLLED up to all
            whole_turns = builder.and_(columns, INT64(-UNROLLED))
            turns = cgutils.for_range_slice(builder, INT64(0), whole_turns, INT64(UNROLLED))
            with turns as (column, _):
                for k in range(UNROLLED):
                    self.add_window(pieces, row_of_g, builder.add(column, INT64(k)))
            with cgutils.for_range_slice(builder, whole_turns, columns, INT64(1)) as (column, _):
                self.add_window(pieces, row_of_g, column)

    def add_window(self, pieces, row_of_g, column):
        """Emit code that adds the products of the window in this column.

        Pointers: `pieces` to each piece of the first window of the row, `row_of_g` to its g.
        """
        builder = self.builder
        place = builder.mul(column, self.pixels.column)
        window_g = builder.gep(row_of_g, [builder.mul(column, self.gradient.column)])
        g_vectors = [
            load(builder, window_g, INT64(v * self.lanes), self.kind, self.lanes)
            for v in range(self.vectors)
        ]
        for piece, sums_of_piece in zip(pieces, self.sums, strict=True):
            pixels = builder.gep(piece, [place])
            for q, sums in enumerate(sums_of_piece):
                pixel = builder.load(builder.gep(pixels, [INT64(q)]))
                spread = splat(builder, pixel, self.lanes)
                for g, total in zip(g_vectors, sums, strict=True):
                    self.add_product(spread, g, total)

    def write(self, totals, accumulates):
        """Emit code that writes the sums to the totals, or adds them."""
        builder, lanes = self.builder, self.lanes
        starts = [INT64(v * lanes) for v in range(self.vectors)]
        masks = [
            lanes_before(builder, builder.sub(totals.kernels, start), lanes) for start in starts
        ]
        is_full = builder.icmp_signed(">=", totals.kernels, INT64(self.vectors * lanes))
        with builder.if_else(is_full) as (all_kernels, some_kernels):
            for branch, own_masks in ((all_kernels, [None] * self.vectors), (some_kernels, masks)):
                with branch:
                    for p, sums_of_piece in enumerate(self.sums):
                        for q, sums in enumerate(sums_of_piece):
                            is_own = builder.icmp_signed("<=", self.left_out[p], INT64(q))
                            with builder.if_then(is_own):
                                row = builder.add(self.total_rows[p], INT64(q))
                                self.write_row(sums, row, own_masks, totals, accumulates)


class TapTileEmitter(TileEmitter):
    """For a tile of TAPS_OF_GRADIENT taps with one vector of channels, each with its own kernel.

    Its pieces are the taps; one is not written if its pixel is left out.
    """

    @staticmethod
    def piece_count(form):
        """Return the taps of a tile."""
        return TAPS_OF_GRADIENT

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.sums = [self.new_sum() for _ in self.pieces]

    def sum_windows(self, windows):
        """Emit code that adds the products of all windows of a block."""
        builder, (images, rows, columns) = self.builder, windows
        with (
            cgutils.for_range(builder, images) as image,
            cgutils.for_range(builder, rows) as row,
            cgutils.for_range(builder, columns) as column,
        ):
            window_place = g_place = INT64(0)
            _, *strides = self.pixels
            _, *g_strides = self.gradient
            for axis, stride, g_stride in zip(
                (image, row, column), strides, g_strides, strict=True
            ):
                window_place = builder.add(window_place, builder.mul(axis.index, stride))
                g_place = builder.add(g_place, builder.mul(axis.index, g_stride))
            g = load(builder, self.first_g, g_place, self.kind, self.lanes)
            for place, total in zip(self.places, self.sums, strict=True):
                tap_place = builder.add(window_place, place)
                pixels = load(builder, self.first_pixel, tap_place, self.kind, self.lanes)
                self.add_product(pixels, g, total)

    def write(self, totals, accumulates):
        """Emit code that writes the sums to the totals, or adds them."""
        builder = self.builder
        mask = lanes_before(builder, totals.kernels, self.lanes)
        for row, left_out, total in zip(self.total_rows, self.left_out, self.sums, strict=True):
            is_own = builder.icmp_signed("==", left_out, INT64(0))
            with builder.if_then(is_own):
                self.write_row([total], row, [mask], totals, accumulates)
