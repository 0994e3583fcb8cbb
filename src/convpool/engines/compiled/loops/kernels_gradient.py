"""The loop of the gradient of a convolution's kernels.

A weight's gradient is the sum, over all windows, of the pixel under its tap times the gradient g of
the window's result. A block is some images, rows and columns of the output; a part is some blocks,
whose sums go to totals of its own, so that threads need not wait for each other. A panel is some
vectors of kernels of one group, whose kernels have the same channels; the g of a panel are copied
to where those of neighbouring windows follow each other, unless there are few kernels. A piece is
some neighbouring pixels of a window, and a tile a few pieces with a panel: see `gradient_tiles`.

`call` is the record KERNELS_GRADIENT, which `record.py` describes. b is the number of an image, r
of a row and x of a column of the output; `windows` are always (images, rows, columns) of a block:
how many it has. Places and strides count numbers, addresses bytes.
"""

from __future__ import annotations

from convpool.engines.compiled.gradient_forms import TOTALS
from convpool.engines.compiled.loops.gradient_tiles import (
    PanelTotals,
    PixelTileEmitter,
    Strided,
    TapTileEmitter,
    tile_summer,
)
from convpool.engines.compiled.loops.packing import packing_at
from convpool.engines.compiled.loops.panels import row_copier
from convpool.engines.compiled.loops.simd import (
    INT64_BYTES,
    address_of,
    call_form,
    lanes_of,
    load_integer,
    load_number,
    loop,
    number_type,
    reader_of,
    store_number,
)
from convpool.engines.compiled.record import KERNELS_GRADIENT, PIECE_FIELDS

gradient_at = reader_of(KERNELS_GRADIENT)


def kernels_gradient(form):
    """Return the loop over items: it sums the gradients of a share of the panels of a part each."""
    sum_dtype, total_dtype = form.sums.type(0), TOTALS[form.sums].type(0)
    copy_rows, is_depthwise = row_copier(form), form.vectors == 0
    panel_lanes = max(1, form.vectors) * lanes_of(number_type(form.sums))
    emitter = TapTileEmitter if is_depthwise else PixelTileEmitter
    sum_tile, pieces_of_tile = tile_summer(form, emitter), emitter.piece_count(form)

    @loop
    def copy_panel(call, place, windows, kernels):
        """Copy the g of a panel of `kernels` kernels, for each window of a block, to the scratch.

        There each window has panel_lanes numbers, one window behind the other; those that no kernel
        of the panel fills are of no use. place: where those of the first window begin in g.
        """
        (images, rows, columns), target = windows, call.panel
        for b in range(images):
            for r in range(rows):
                row_place = place + (b * call.oh + r) * call.ow * call.nc
                # windows of this row of which whole vectors can be read: from window x on, number
                # row_place + x * nc, g still has panel_lanes numbers
                whole = (call.numbers - panel_lanes - row_place) // call.nc + 1
                whole = min(columns, max(0, whole))
                source = address_of(call.gradient, row_place, sum_dtype)
                copy_rows(source, whole, call.nc, panel_lanes, target)
                for x in range(whole, columns):
                    for k in range(kernels):
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
        kernels = min(panel_lanes, call.kernels_per_group - first_of_group)
        # where the panel's numbers of g begin for the first window, and for the last
        first = ((b * call.oh + r) * call.ow + x) * call.nc + kernel
        last = first + ((images - 1) * call.oh + rows - 1) * call.ow * call.nc
        last += (columns - 1) * call.nc
        is_beyond_end = last + panel_lanes > call.numbers  # of g, if whole vectors were read
        if call.copies or is_beyond_end:
            copy_panel(call, first, windows, kernels)
            row_stride = columns * panel_lanes
            gradient = Strided(call.panel, rows * row_stride, row_stride, panel_lanes)
        else:
            row_stride = call.ow * call.nc
            address = address_of(call.gradient, first, sum_dtype)
            gradient = Strided(address, call.oh * row_stride, row_stride, call.nc)
        # the first channel of the panel's pixels: that of its group; where each channel has a
        # kernel of its own, all of them are one group, and it is that of the first kernel
        channel = kernel if is_depthwise else group * call.depth
        source = address_of(source, channel, sum_dtype)
        pixels = Strided(source, call.image_step, call.row_step, call.column_step)
        target = address_of(totals, kernel - call.first_kernel, total_dtype)
        for piece in range(0, call.piece_count, pieces_of_tile):
            table = call.pieces + INT64_BYTES * PIECE_FIELDS * piece
            panel_totals = PanelTotals(target, call.width, kernels)
            sum_tile(pixels, gradient, windows, table, panel_totals, accumulates)

    @loop
    def sum_block(call, block, first_panel, last_panel, totals, accumulates):
        """Sum the windows of block number `block` with panels first_panel to before last_panel.

        totals: address of the totals, to which sums are added if the bool `accumulates`.
        """
        # blocks at the ends are cut short: if they overlapped, windows would be added twice
        across, down = -(-call.ow // call.block_columns), -(-call.oh // call.block_rows)
        b = block // (down * across) * call.block_images
        r = block // across % down * call.block_rows
        x = block % across * call.block_columns
        images, rows = min(call.block_images, call.m - b), min(call.block_rows, call.oh - r)
        columns = min(call.block_columns, call.ow - x)
        y, left = r * call.stride_down, x * call.stride_across  # the first pixel under the block
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
            first_block, last_block = (
                load_integer(call.cuts, part),
                load_integer(call.cuts, part + 1),
            )
            for block in range(first_block, last_block):
                accumulates = call.accumulates > 0 or block > first_block
                sum_block(call, block, first_panel, last_panel, totals, accumulates)

    return entry
