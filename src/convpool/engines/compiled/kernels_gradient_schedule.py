"""How the gradient of kernels is summed: blocks of windows, parts, panels, and pieces of a window.

All of it follows from sizes, dtypes and strides alone. g is the gradient of the output. A block is
some images, rows and columns of the output; a part is some blocks, whose sums go to totals of its
own, a number for each weight: so threads can share parts. A panel is some neighbouring kernels, a
few vectors of them; a tile is some pieces of a window, whose sums with one panel are in registers.
A pixel here is one number: one channel of what lies under a tap; a piece is PIECE_OF_GRADIENT
neighbouring ones.

m images of c channels, nc kernels of depth channels, kh x kw taps, oh x ow output. `geometry` is
the convolution without its arrays; `layout` is where the pixels of a block lie, in the images or
packed: copied to a scratch, padded and converted. `record` explains the fields of the record
KERNELS_GRADIENT.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import launch, library, record_fields
from convpool.engines.compiled.geometry import Block, ConvolutionGeometry, Ints, PixelLayout
from convpool.engines.compiled.gradient_forms import KernelsGradientForm
from convpool.engines.compiled.launch import MAIN, UNSHARED
from convpool.engines.compiled.record import (
    KERNELS_GRADIENT,
    Words,
    address_of,
    as_words,
    filled,
    indices_of,
)
from convpool.engines.compiled.register_sizes import (
    PIECE_OF_GRADIENT,
    TAPS_OF_GRADIENT,
    pixels_of_tile,
    widest_tile,
)
from convpool.engines.values import NamedTuple
from convpool.windows import volume

WINDOWS = 2**8  # of a block, so that a panel of g and the pixels under a tile stay in the cache
PARTS = 8  # parts that the blocks are cut into at most
# Numbers of the totals of all parts at most: FEW where threads can share at least PARTS panels, and
# MOST where they need parts to share. MOST also bounds the totals of a chunk, the panels that are
# taken at a time.
FEW, MOST = 2**18, 2**21
NEAR = 2**7  # bytes from window to window of g at most, where it is read as it lies, not copied
GRADIENT = indices_of(KERNELS_GRADIENT, MAIN)  # index of each field among the words of a call
# fields that COLUMNS has too
GRID = (
    *("oh", "ow", "block_images", "block_rows", "block_columns", "stride_down", "stride_across"),
    *("image_bytes", "row_bytes", "column_bytes"),
)


class Panels(NamedTuple):
    """Vectors of kernels in a panel, panels of a group of kernels, and panels of all groups.

    Where each channel has a kernel of its own, `vectors` is 0: a panel is one vector of channels,
    which count as one group.
    """

    vectors: int
    per_group: int
    total: int


class Chunk(NamedTuple):
    """The panels that are taken at a time, and their kernels."""

    panels: range
    kernels: slice


class Schedule(NamedTuple):
    """How the gradient is summed, as follows from the geometry alone.

    Parameters
    ----------
    function
        The loop that sums it.
    scratch_numbers
        How many numbers the pixels of a packed block are; 0 if pixels are read in the images.
    blocks
        How many blocks there are.
    panel_numbers
        How many numbers of g belong to a block and a panel.
    parts, chunks
        How many parts the blocks are cut into; which panels are taken at a time.
    is_small
        Whether one thread takes all.
    words
        The words of a call, without what depends on its arrays: the records PACKING and
        KERNELS_GRADIENT.
    tables
        The arrays whose addresses are in the words.
    """

    function: Callable[[int], Any]
    scratch_numbers: int
    blocks: int
    panel_numbers: int
    parts: int
    chunks: tuple[Chunk, ...]
    is_small: bool
    words: Words
    tables: tuple[Ints, ...]


@lru_cache(geometries.KEPT_GEOMETRIES)
def schedule_of(geometry: ConvolutionGeometry) -> Schedule:
    """Return how the gradient of the kernels of a convolution is summed."""
    block, c, nc = _block(geometry), geometry.images[3], geometry.output[3]
    # whether each channel has a kernel of its own
    is_depthwise = geometry.kernels[2] == geometry.kernels_per_group == 1 < c
    if _is_in_place(geometry, is_depthwise=is_depthwise):
        layout = geometries.layout_in_place(geometry, c)
    else:
        layout = geometries.layout_in_scratch(geometry, block, c, 1)
    packing = geometries.packing_of(geometry, layout, block)
    sums, lanes = geometry.dtypes[1], geometry.lanes
    if is_depthwise:
        vectors = -(-c // lanes)
        panels, pieces = Panels(0, vectors, vectors), _taps(geometry, layout)
        panel_lanes, kernels_per_group = lanes, c
    else:
        panels = _panels(geometry)
        tile_pieces = pixels_of_tile(library.isa(), panels.vectors) // PIECE_OF_GRADIENT
        pieces = _pieces(geometry, layout, tile_pieces)
        panel_lanes, kernels_per_group = panels.vectors * lanes, geometry.kernels_per_group
    grid = record_fields.grid_fields(geometry, block, geometry.dtypes[0].itemsize)
    steps = zip(
        ("image_step", "row_step", "column_step"), layout.window_strides_in_numbers, strict=True
    )
    fields = {
        **{name: grid[name] for name in GRID},
        **dict(steps),
        "m": geometry.images[0],
        "span_down": geometry.axes[0].span,
        "span_across": geometry.axes[1].span,
        "pack": packing.function,
        "pieces": address_of(pieces),
        "piece_count": len(pieces),
        "numbers": volume(geometry.output),
        "nc": nc,
        "copies": nc * sums.itemsize > NEAR and not is_depthwise,
        "depth": geometry.kernels[2],
        "kernels_per_group": kernels_per_group,
        "panels_per_group": panels.per_group,
    }
    block_count = geometries.count_blocks((*geometry.output[:3], *block))
    is_small = volume(geometry.output) * volume(geometry.kernels[:3]) <= UNSHARED
    parts = 1 if is_small else _part_count(geometry, block_count, panels)
    return Schedule(
        function=library.function(KernelsGradientForm(sums, panels.vectors)),
        scratch_numbers=layout.scratch_numbers,
        blocks=block_count,
        panel_numbers=volume(block) * panel_lanes,
        parts=parts,
        chunks=_chunks(geometry, panels, panel_lanes, kernels_per_group, parts),
        is_small=is_small,
        words=as_words(
            packing.fields,
            [0] * (MAIN - len(packing.fields)),  # what a call fills behind PACKING
            filled(KERNELS_GRADIENT, fields),
        ),
        tables=(pieces, *packing.maps),
    )


def _part_count(geometry: ConvolutionGeometry, blocks: int, panels: Panels) -> int:
    """Return how many parts the `blocks` blocks are cut into, from sizes alone."""
    most = FEW if panels.total >= PARTS else MOST
    return max(1, min(PARTS, blocks, most // volume(geometry.kernels)))


def _chunks(
    geometry: ConvolutionGeometry,
    panels: Panels,
    panel_lanes: int,
    kernels_per_group: int,
    parts: int,
) -> tuple[Chunk, ...]:
    """Return which panels are taken at a time, so that their totals stay in the cache.

    A panel has `panel_lanes` kernels, but the last one of a group only those that remain.
    """

    def first_kernel(panel: int) -> int:
        """Return the number of a panel's first kernel; for panels.total, the number of kernels."""
        group, panel_of_group = divmod(panel, panels.per_group)
        return group * kernels_per_group + panel_of_group * panel_lanes

    total_numbers = panels.total * panel_lanes * volume(geometry.kernels[:3]) * parts
    ranges = launch.split_range(panels.total, -(-total_numbers // MOST))
    return tuple(
        Chunk(range(first, stop), slice(first_kernel(first), first_kernel(stop)))
        for first, stop in ranges
    )


def _block(geometry: ConvolutionGeometry) -> Block:
    """Return (images, rows, columns) of windows whose sums are added to the totals at a time.

    A block is whole images, whole rows of one, or part of a row: about WINDOWS windows, and no more
    than twice as many.
    """
    m, oh, ow, _ = geometry.output
    columns = _even_length(ow, 2 * WINDOWS)
    rows = _even_length(oh, max(1, WINDOWS // columns)) if columns == ow else 1
    images = _even_length(m, max(1, WINDOWS // (oh * ow))) if rows == oh else 1
    return images, rows, columns


def _even_length(total: int, most: int) -> int:
    """Return the length of the fewest equal parts of `total` that are `most` long at most.

    -> 5 for (10, 8), since two parts are needed
    """
    return -(-total // -(-total // most))


def _is_in_place(geometry: ConvolutionGeometry, *, is_depthwise: bool) -> bool:
    """Return whether pixels are read in the images, not packed.

    They are if they need neither padding nor conversion, channels lie side by side, and a piece
    never reads beyond them. Where each channel has its own kernel, a piece is a vector of channels.
    """
    if is_depthwise:
        has_whole_pieces = geometry.images[3] % geometry.lanes == 0
    else:
        run_length = geometry.kernels[2] * (geometry.kernels[1] if _joins_taps(geometry) else 1)
        has_whole_pieces = run_length >= PIECE_OF_GRADIENT
    return (
        geometry.needs_no_conversion
        and geometry.is_interleaved
        and not geometry.has_padding
        and has_whole_pieces
    )


def _joins_taps(geometry: ConvolutionGeometry) -> bool:
    """Return whether the channels of neighbouring taps of a row lie side by side."""
    return geometry.axes[1].dilation == 1 and geometry.kernels[2] == geometry.images[3]


def _panels(geometry: ConvolutionGeometry) -> Panels:
    """Return panels of the width that leaves the fewest lanes empty, the widest if several do."""
    vectors_needed = -(-geometry.kernels_per_group // geometry.lanes)
    widths = (widest_tile(library.isa()), 2, 1)  # in vectors
    vectors = min(widths, key=lambda width: -(-vectors_needed // width) * width)
    per_group = -(-vectors_needed // vectors)
    return Panels(vectors, per_group, per_group * geometry.groups)


def _pieces(geometry: ConvolutionGeometry, layout: PixelLayout, tile_pieces: int) -> Ints:
    """Return the table of the pieces of a window, rows of (offset, row, skipped).

    offset: of the piece's first pixel from a window's first, in numbers; row: the row of the totals
    for this pixel, which is the number of its weight in a kernel; skipped: how many of its first
    pixels are left out.

    The pixels of a window are cut into runs that lie side by side, and these into pieces, of which
    the last one ends where the run does, so that it may overlap the one before, whose pixels it
    skips. A run of 10 pixels is two pieces of 6: (0, 0, 0) and (4, 4, 2). A run shorter than a
    piece begins before its pixels: one of 4 pixels is (-2, -2, 2). Pieces that are skipped as a
    whole are added until all of them fill tiles of `tile_pieces` pieces.
    """
    kh, kw, depth, _ = geometry.kernels
    down, across = geometry.axes
    # the first taps of the runs of a row, and pixels of a run
    taps_across, run_length = range(kw), depth
    if _joins_taps(geometry):
        taps_across, run_length = range(1), kw * depth
    pieces = []
    for u, v in product(range(kh), taps_across):
        offset = layout.offset(u * down.dilation, v * across.dilation, 0)
        row = (u * kw + v) * depth
        for start in range(0, run_length, PIECE_OF_GRADIENT):
            skipped = max(0, start + PIECE_OF_GRADIENT - run_length)
            pieces.append((offset + start - skipped, row + start - skipped, skipped))
    offset, row, _ = pieces[-1]
    pieces += [(offset, row, PIECE_OF_GRADIENT)] * (-len(pieces) % tile_pieces)
    return np.array(pieces, np.int64)


def _taps(geometry: ConvolutionGeometry, layout: PixelLayout) -> Ints:
    """Return the table of pieces where each channel has a kernel of its own: a piece is one tap.

    Rows are (offset, row, is_skipped) as in `_pieces`. The first tap is added again, and skipped,
    until all of them fill tiles of TAPS_OF_GRADIENT.
    """
    kh, kw = geometry.kernels[:2]
    down, across = geometry.axes
    offsets = [
        layout.offset(u * down.dilation, v * across.dilation, 0)
        for u, v in product(range(kh), range(kw))
    ]
    taps = [(offset, row, 0) for row, offset in enumerate(offsets)]
    taps += [(offsets[0], 0, 1)] * (-len(taps) % TAPS_OF_GRADIENT)
    return np.array(taps, np.int64)
