"""The loop of the gradient of a convolution's kernels.

A weight's gradient is the sum, over all windows, of the pixel under its tap times the gradient g of
the window's result. A panel is some vectors of kernels, whose g are copied to where those of
neighbouring windows follow each other, unless there are few kernels. A piece is PIECE_OF_GRADIENT
neighbouring pixels of a window, or one tap where each channel has a kernel of its own. A tile holds
the sums of a few pieces with a panel in registers, while all windows of a block go by. `call` is
the record KERNELS_GRADIENT. b is the number of an image, r of a row and x of a column of the
output; `windows` are always (images, rows, columns) of a block: how many it has.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from convpool.engines.compiled.gradient_forms import TOTALS
from convpool.engines.compiled.loops.blocks import store_sums
from convpool.engines.compiled.loops.packing import packing_at
from convpool.engines.compiled.loops.panels import row_copier
from convpool.engines.compiled.loops.simd import (
    INT64,
    TARGET,
    address_of,
    call_form,
    integers_at,
    lanes_before,
    lanes_of,
    load,
    load_integer,
    load_number,
    loop,
    multiply_add,
    number_type,
    pointer_to,
    reader_of,
    splat,
    store_number,
    vector_type,
)
from convpool.engines.compiled.record import KERNELS_GRADIENT, PIECE_FIELDS
from convpool.engines.compiled.register_sizes import (
    PIECE_OF_GRADIENT,
    TAPS_OF_GRADIENT,
    pixels_of_tile,
)

UNROLLED = 4  # windows that one turn of a tile's loop takes

gradient_at = reader_of(KERNELS_GRADIENT)


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


def kernels_gradient(form):
    """Return the loop over items, shares of the panels of a part: it sums their gradients."""
    sum_dtype, total_dtype = form.sums.type(0), TOTALS[form.sums].type(0)
    copy_rows, is_depthwise = row_copier(form), form.vectors == 0
    panel_lanes = max(1, form.vectors) * lanes_of(number_type(form.sums))
    emitter = TapTileEmitter if is_depthwise else PixelTileEmitter
    sum_tile, pieces_of_tile = _tile_summer(form, emitter), emitter.piece_count(form)

    @loop
    def copy_panel(call, place, windows, count):
        """Copy `count` numbers of g for each window of a block to the panel.

        Those of the first window begin at number `place` of g.
        """
        (images, rows, columns), target = windows, call.panel
        for b in range(images):
            for r in range(rows):
                first = place + (b * call.oh + r) * call.ow * call.nc
                # so many windows of this row are followed by as many numbers as a panel has
                whole = (call.numbers - panel_lanes - first) // call.nc + 1
                whole = min(columns, max(0, whole))
                source = address_of(call.gradient, first, sum_dtype)
                copy_rows(source, whole, call.nc, panel_lanes, target)
                for x in range(whole, columns):
                    for k in range(count):
                        number = load_number(source, x * call.nc + k, sum_dtype, sum_dtype)
                        store_number(target, x * panel_lanes + k, number)
                target = address_of(target, columns * panel_lanes, sum_dtype)

    @loop
    def sum_panel(call, corner, windows, panel, source, totals, accumulates):
        """Sum the windows of a block with panel number `panel`.

        The block begins at `corner`, (image, row, column) of the output. source, totals: addresses
        of its pixels, and of the totals of its part. accumulates: bool: sums are added to these.
        """
        (b, r, x), (images, rows, columns) = corner, windows
        group = panel // call.panels_per_group
        first_of_group = panel % call.panels_per_group * panel_lanes
        kernel = group * call.kernels_per_group + first_of_group
        count = min(panel_lanes, call.kernels_per_group - first_of_group)
        place = ((b * call.oh + r) * call.ow + x) * call.nc + kernel
        last = place + ((images - 1) * call.oh + rows - 1) * call.ow * call.nc
        last += (columns - 1) * call.nc
        if call.copies or last + panel_lanes > call.numbers:
            copy_panel(call, place, windows, count)
            row = columns * panel_lanes
            gradient = Strided(call.panel, rows * row, row, panel_lanes)
        else:
            row = call.ow * call.nc
            address = address_of(call.gradient, place, sum_dtype)
            gradient = Strided(address, call.oh * row, row, call.nc)
        # where each channel has a kernel of its own, they are one group, whose pixels are apart
        channel = kernel if is_depthwise else group * call.depth
        source = address_of(source, channel, sum_dtype)
        pixels = Strided(source, call.image_step, call.row_step, call.column_step)
        target = address_of(totals, kernel - call.first_kernel, total_dtype)
        for piece in range(0, call.piece_count, pieces_of_tile):
            table = call.pieces + 8 * PIECE_FIELDS * piece
            panel_totals = PanelTotals(target, call.width, count)
            sum_tile(pixels, gradient, windows, table, panel_totals, accumulates)

    @loop
    def sum_block(call, block, first_panel, last_panel, totals, accumulates):
        """Sum the windows of block number `block` with panels first_panel to before last_panel.

        totals: address of the totals, to which sums are added if the bool `accumulates`.
        """
        across, down = -(-call.ow // call.block_columns), -(-call.oh // call.block_rows)
        b = block // (down * across) * call.block_images
        r = block // across % down * call.block_rows
        x = block % across * call.block_columns
        images, rows = min(call.block_images, call.m - b), min(call.block_rows, call.oh - r)
        columns = min(call.block_columns, call.ow - x)
        y, left = r * call.stride_down, x * call.stride_across  # the pixel of the first tap
        source = call.address + b * call.image_bytes + y * call.row_bytes + left * call.column_bytes
        if call.scratch:
            packing = packing_at(call.packing)
            packing.image, packing.image_count, packing.row, packing.column = b, images, y, left
            packing.row_count = (rows - 1) * call.stride_down + call.span_down
            packing.columns = (columns - 1) * call.stride_across + call.span_across
            packing.writes_margin = True
            call_form(call.pack, call.packing)
            source = call.scratch
        windows = images, rows, columns
        for panel in range(first_panel, last_panel):
            sum_panel(call, (b, r, x), windows, panel, source, totals, accumulates)

    def entry(address):
        call = gradient_at(address)
        panels = call.last_panel - call.first_panel
        for item in range(call.first, call.last):
            part, share = item // call.shares, item % call.shares
            first_panel = call.first_panel + panels * share // call.shares
            last_panel = call.first_panel + panels * (share + 1) // call.shares
            totals = address_of(call.totals, part * call.part_stride, total_dtype)
            first = load_integer(call.cuts, part)
            for block in range(first, load_integer(call.cuts, part + 1)):
                accumulates = call.accumulates > 0 or block > first
                sum_block(call, block, first_panel, last_panel, totals, accumulates)

    return entry


def _tile_summer(form, emitter_class):
    """Return the @intrinsic that sums a tile, by code of the class `emitter_class`."""

    @intrinsic
    def sum_tile(typing, pixels, gradient, windows, table, totals, accumulates):
        """Sum a tile over all windows of a block, and write its sums to the totals.

        Legend
        ------
        pixels, gradient
            Where the pixels of the windows lie, and the panel's g: Strided.
        table
            Address of the tile's pieces, of PIECE_FIELDS int64 each: its place behind a window's
            first pixel; the row of the totals for its own first pixel; how many of its first pixels
            are left out, since another piece has them.
        totals, accumulates
            Where the sums go: PanelTotals; a bool: whether they are added to the totals so far.
        """

        def codegen(context, builder, signature, arguments):
            pixels, gradient, windows, table, totals, accumulates = arguments
            pixels, gradient, windows, totals = (
                cgutils.unpack_tuple(builder, value)
                for value in (pixels, gradient, windows, totals)
            )
            tile = emitter_class(builder, form, Strided(*pixels), Strided(*gradient), table)
            tile.sum_windows(windows)
            tile.write(PanelTotals(*totals), accumulates)
            return context.get_dummy_value()

        return types.void(pixels, gradient, windows, table, totals, accumulates), codegen

    return sum_tile


class TileEmitter:
    """What emits code that sums a tile, whose sums LLVM keeps in registers.

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
        self.source, self.g = (
            pointer_to(builder, numbers.address, self.kind) for numbers in (pixels, gradient)
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
        before = self.builder.load(total)
        self.builder.store(multiply_add(self.builder, pixels, g, before, self.kind), total)

    def write_row(self, sums, row, masks, totals, accumulates):
        """Emit code that writes vectors of sums to a row of PanelTotals, or adds them.

        sums, masks: lists of pointers to the vectors, and of their masks, None for all lanes.
        """
        builder = self.builder
        base = pointer_to(builder, totals.address, self.total_kind)
        begin = builder.mul(row, totals.width)
        targets = [
            (base, builder.add(begin, INT64(v * self.lanes)), mask) for v, mask in enumerate(masks)
        ]
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
            source, g = (
                builder.add(
                    builder.mul(image.index, numbers.image), builder.mul(row.index, numbers.row)
                )
                for numbers in (self.pixels, self.gradient)
            )
            lines = [builder.gep(self.source, [builder.add(source, at)]) for at in self.places]
            line_of_g = builder.gep(self.g, [g])
            # the greatest multiple of UNROLLED, a power of two, up to the columns
            multiple = builder.and_(columns, INT64(-UNROLLED))
            unrolled = cgutils.for_range_slice(builder, INT64(0), multiple, INT64(UNROLLED))
            with unrolled as (column, _):
                for turn in range(UNROLLED):
                    self.add_window(lines, line_of_g, builder.add(column, INT64(turn)))
            with cgutils.for_range_slice(builder, multiple, columns, INT64(1)) as (column, _):
                self.add_window(lines, line_of_g, column)

    def add_window(self, lines, line_of_g, column):
        """Emit code that adds the products of the window in this column.

        Pointers: `lines` to each piece of the first window of the row, `line_of_g` to its g.
        """
        builder = self.builder
        step = builder.mul(column, self.pixels.column)
        base = builder.gep(line_of_g, [builder.mul(column, self.gradient.column)])
        g = [
            load(builder, base, INT64(v * self.lanes), self.kind, self.lanes)
            for v in range(self.vectors)
        ]
        for line, sums_of_piece in zip(lines, self.sums, strict=True):
            pixels = builder.gep(line, [step])
            for q, sums in enumerate(sums_of_piece):
                pixel = builder.load(builder.gep(pixels, [INT64(q)]))
                spread = splat(builder, pixel, self.lanes)
                for g_of_vector, total in zip(g, sums, strict=True):
                    self.add_product(spread, g_of_vector, total)

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
            window = place_of_g = INT64(0)
            for loop_over, step, g_step in zip(
                (image, row, column), self.pixels[1:], self.gradient[1:], strict=True
            ):
                window = builder.add(window, builder.mul(loop_over.index, step))
                place_of_g = builder.add(place_of_g, builder.mul(loop_over.index, g_step))
            g = load(builder, self.g, place_of_g, self.kind, self.lanes)
            for place, total in zip(self.places, self.sums, strict=True):
                at = builder.add(window, place)
                pixels = load(builder, self.source, at, self.kind, self.lanes)
                self.add_product(pixels, g, total)

    def write(self, totals, accumulates):
        """Emit code that writes the sums to the totals, or adds them."""
        builder = self.builder
        mask = lanes_before(builder, totals.kernels, self.lanes)
        for row, left_out, total in zip(self.total_rows, self.left_out, self.sums, strict=True):
            is_own = builder.icmp_signed("==", left_out, INT64(0))
            with builder.if_then(is_own):
                self.write_row([total], row, [mask], totals, accumulates)
