"""How the gradient of kernels is summed: blocks of windows, parts, panels, and pieces of a window.

What follows from sizes, dtypes and strides alone; see `kernels_gradient`. m images of c channels,
nc kernels of depth channels, kh x kw taps, oh x ow output. g is the gradient of the output.
`geometry` is the convolution without its arrays; `layout` is where the pixels of a block lie, in
the images or packed. The totals are the sums of one part, a number for each weight.
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
PARTS = 8  # of the blocks, where the totals of all parts are no more than
FEW = 2**18  # numbers; or, where there are too few panels for all threads,
MOST = 2**21  # numbers, which the totals of the panels that are taken at a time may be too
NEAR = 2**7  # bytes from window to window of g at most, where it is read as it lies
GRADIENT = indices_of(KERNELS_GRADIENT, MAIN)
# fields that COLUMNS has too
GRID = (
    *("oh", "ow", "block_images", "block_rows", "block_columns", "stride_down", "stride_across"),
    *("image_bytes", "row_bytes", "column_bytes"),
)


class Panels(NamedTuple):
    """Vectors of kernels in a panel, and panels of a group of kernels and of all groups.

    Where each channel has a kernel of its own, the former are 0, and a panel is one vector of
    channels, which are one group.
    """

    vectors: int
    per_group: int
    total: int


class Chunk(NamedTuple):
    """The panels that are taken at a time, (first, behind the last), and their kernels."""

    panels: tuple[int, int]
    kernels: slice


class Schedule(NamedTuple):
    """What follows from the geometry alone.

    Parameters
    ----------
    function
        The form.
    scratch
        Numbers of the pixels of a packed block; 0 if pixels are read in the images.
    blocks
        How many blocks there are.
    panel_numbers
        Numbers of g of a block and a panel.
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
    scratch: int
    blocks: int
    panel_numbers: int
    parts: int
    chunks: tuple[Chunk, ...]
    is_small: bool
    words: Words
    tables: tuple[Ints, ...]


@lru_cache(geometries.KEPT_GEOMETRIES)
def schedule_of(geometry: ConvolutionGeometry) -> Schedule:
    """Return how the gradient is summed."""
    block, c, nc = _block(geometry), geometry.images[3], geometry.output[3]
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
    else:
        panels = _panels(geometry)
        of_tile = pixels_of_tile(library.isa(), panels.vectors) // PIECE_OF_GRADIENT
        pieces = _pieces(geometry, layout, of_tile)
        lanes *= panels.vectors
    of_group = c if is_depthwise else geometry.kernels_per_group
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
        "kernels_per_group": of_group,
        "panels_per_group": panels.per_group,
    }
    block_count = geometries.count_blocks((*geometry.output[:3], *block))
    is_small = volume(geometry.output) * volume(geometry.kernels[:3]) <= UNSHARED
    parts = 1 if is_small else _part_count(geometry, block_count, panels)
    return Schedule(
        function=library.function(KernelsGradientForm(sums, panels.vectors)),
        scratch=layout.scratch,
        blocks=block_count,
        panel_numbers=volume(block) * lanes,
        parts=parts,
        chunks=_chunks(geometry, panels, lanes, of_group, parts),
        is_small=is_small,
        words=as_words(
            packing.fields,
            [0] * (MAIN - len(packing.fields)),
            filled(KERNELS_GRADIENT, fields),
        ),
        tables=(pieces, *packing.maps),
    )


def _part_count(geometry: ConvolutionGeometry, blocks: int, panels: Panels) -> int:
    """Return how many parts the `blocks` blocks are cut into, from sizes alone."""
    most = FEW if panels.total >= PARTS else MOST
    return max(1, min(PARTS, blocks, most // volume(geometry.kernels)))


def _chunks(
    geometry: ConvolutionGeometry, panels: Panels, lanes: int, of_group: int, parts: int
) -> tuple[Chunk, ...]:
    """Return which panels are taken at a time, so that their totals stay in the cache.

    A panel has `lanes` of the `of_group` kernels of a group, its last panel those that remain.
    """

    def first_kernel(panel: int) -> int:
        """Return the first kernel of a panel; of the number of all panels, that of all kernels."""
        group, panel_of_group = divmod(panel, panels.per_group)
        return group * of_group + panel_of_group * lanes

    totals = panels.total * lanes * volume(geometry.kernels[:3]) * parts
    ranges = launch.split_range(panels.total, -(-totals // MOST))
    return tuple(
        Chunk((first, behind_last), slice(first_kernel(first), first_kernel(behind_last)))
        for first, behind_last in ranges
    )


def _block(geometry: ConvolutionGeometry) -> Block:
    """Return the most images, rows and columns of windows that are summed before totals are added.

    A block is whole images, whole rows of one, or part of a row: WINDOWS windows at most.
    """
    m, oh, ow, _ = geometry.output
    columns = _even_length(ow, 2 * WINDOWS)
    rows = _even_length(oh, max(1, WINDOWS // columns)) if columns == ow else 1
    images = _even_length(m, max(1, WINDOWS // (oh * ow))) if rows == oh else 1
    return images, rows, columns


def _even_length(total: int, most: int) -> int:
    """Return the length of parts of about equal length, `most` at most. -> 5 for (10, 8)."""
    return -(-total // -(-total // most))


def _is_in_place(geometry: ConvolutionGeometry, *, is_depthwise: bool) -> bool:
    """Return whether pixels are read in the images: as sums take them, in pieces, unpadded.

    If it `is_depthwise`, pieces are vectors of channels.
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
    """Return the panels whose vectors have the fewest lanes that no kernel fills, the widest."""
    vectors = -(-geometry.kernels_per_group // geometry.lanes)
    widths = (widest_tile(library.isa()), 2, 1)
    width = min(widths, key=lambda width: -(-vectors // width) * width)
    per_group = -(-vectors // width)
    return Panels(width, per_group, per_group * geometry.groups)


def _pieces(geometry: ConvolutionGeometry, layout: PixelLayout, of_tile: int) -> Ints:
    """Return the table of the pieces of a window: an array (pieces, PIECE_FIELDS).

    The pixels of a window are cut into runs that lie side by side, and these into pieces, of which
    the last one ends where the run does. Pieces that are not written are added until all of them
    fill tiles of `of_tile` pieces.
    """
    kh, kw, depth, _ = geometry.kernels
    down, across = geometry.axes
    columns, length = range(kw), depth
    if _joins_taps(geometry):
        columns, length = range(1), kw * depth
    pieces = []
    for u, v in product(range(kh), columns):
        place = layout.offset(u * down.dilation, v * across.dilation, 0)
        row = (u * kw + v) * depth
        for start in range(0, length, PIECE_OF_GRADIENT):
            beyond = max(0, start + PIECE_OF_GRADIENT - length)
            pieces.append((place + start - beyond, row + start - beyond, beyond))
    place, row, _ = pieces[-1]
    pieces += [(place, row, PIECE_OF_GRADIENT)] * (-len(pieces) % of_tile)
    return np.array(pieces, np.int64)


def _taps(geometry: ConvolutionGeometry, layout: PixelLayout) -> Ints:
    """Return the table of the taps of a window, as `_pieces` returns that of pieces.

    They fill tiles of TAPS taps. Each is (place, row of the totals, whether it is there a second
    time).
    """
    kh, kw = geometry.kernels[:2]
    down, across = geometry.axes
    places = [
        layout.offset(u * down.dilation, v * across.dilation, 0)
        for u, v in product(range(kh), range(kw))
    ]
    taps = [(place, row, 0) for row, place in enumerate(places)]
    taps += [(places[0], 0, 1)] * (-len(taps) % TAPS_OF_GRADIENT)
    return np.array(taps, np.int64)
