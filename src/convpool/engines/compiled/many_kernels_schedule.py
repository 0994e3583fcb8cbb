"""How a convolution with many kernels is taken in tiles: panels of kernels, regions, blocks, runs.

A panel is some neighbouring kernels, a few vectors of them. A region is a rectangle of the output
whose windows have the same taps on pixels; it is cut into blocks, and these into tiles of some
pixels, each of which is summed with one panel at a time. A run is the channels of one tap that lie
side by side, or those of a row of taps. m images, c channels, nc kernels of depth channels, kh x kw
taps, oh x ow output; strides count numbers. `geometry` is the convolution without its arrays:
shapes, strides, windows and dtypes. Pixels are read in the images (`is_in_place`), or packed to a
scratch. `record` explains the fields of the records TILES etc.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import library, record_fields
from convpool.engines.compiled.forms import PanelsForm, TilesForm
from convpool.engines.compiled.geometry import Block, ConvolutionGeometry, Ints, PixelLayout
from convpool.engines.compiled.launch import MAIN
from convpool.engines.compiled.record import PANELS, TILES, Words, address_of, as_words, filled
from convpool.engines.compiled.register_sizes import pixels_of_tile, widest_tile
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, volume

Range = tuple[int, int]  # (first, behind the last)

BLOCK = 2**16  # numbers of a block's pixels at most, so that they stay in the processor's cache
WINDOWS = 2**11  # windows of a block at most
RESULTS = 2**15  # numbers of its results at most, unless it has no more than LEAST windows
LEAST = 2**7
# there are SHARES blocks for the threads, unless these would have fewer than SHARE windows
SHARE, SHARES = 48, 8
FEW = 16  # with fewer channels, those of one tap are too short a run
WEIGHTS = 3 * 2**16  # weights of a panel that are used at a time, so that they stay in the cache
SHARED = 2**17  # up to so many weights are packed once for all threads, which share the blocks
PACKED = 2**21  # where threads share panels, up to so many may all be packed before the first tile
REGIONS = 9  # regions that the output is cut into at most


class Panels(NamedTuple):
    """How many panels there are, and how many weights they hold.

    Parameters
    ----------
    vectors
        Vectors of kernels in a panel.
    per_group, total
        Panels of a group of kernels, and of all groups.
    weights, all_weights
        Weights of a panel, and of all panels, with the lanes that no kernel fills.
    pieces
        Ranges that the channels of a run are cut into, so that a panel has at most WEIGHTS weights
        in each.
    """

    vectors: int
    per_group: int
    total: int
    weights: int
    all_weights: int
    pieces: int


class AxisRegion(NamedTuple):
    """Neighbouring windows of an axis that have the same taps on pixels, and these taps."""

    windows: slice
    taps: slice


class TileSchedule(NamedTuple):
    """How the tiles of a convolution are computed, as follows from its geometry alone.

    Parameters
    ----------
    function, pack_weights
        The functions that convolve, and that pack the weights of panels.
    panels
        The panels of the kernels.
    is_shared
        Whether the weights are packed once for all threads.
    run_length
        Channels of a run; if it is a row of taps, channels times taps.
    layout
        Where the pixels of a block lie.
    words
        The words of a call, without what depends on its arrays: the records PACKING and TILES.
    weight_words
        The words of a call that packs weights: the record PANELS, and one number, its line_start.
    tables
        The arrays whose addresses are in the words.
    work
        The work before each block, and at last that of all blocks, in windows times runs.
    """

    function: Callable[[int], Any]
    pack_weights: Callable[[int], Any]
    panels: Panels
    is_shared: bool
    run_length: int
    layout: PixelLayout
    words: Words
    weight_words: Words
    tables: tuple[Ints, ...]
    work: NDArray[np.float64]

    def block_ranges(self, count: int) -> list[Range]:
        """Split the blocks into at most `count` ranges that take about the same time."""
        if count == 1:
            return [(0, len(self.work) - 1)]
        count = min(count, len(self.work))
        cuts = np.searchsorted(self.work, self.work[-1] * np.arange(1, count) / count)
        return [(a, b) for a, b in pairwise([0, *cuts.tolist(), len(self.work) - 1]) if a < b]


class Region(NamedTuple):
    """A region of the output: where its pixels lie, and what the tiles of a block read and write.

    Parameters
    ----------
    layout
        Where the pixels of a block lie.
    grid
        (m, rows of the region, its columns, images of a block, its rows, its columns).
    begin, output_begin
        Where the first window begins in the images (0 if pixels are packed), and where the first
        result lies in the output, in numbers.
    places, output_places
        Where the window of each pixel of a block begins, and where its results go, in numbers from
        those of the block's first pixel.
    runs
        For each run (numbers from a window's first pixel to it, its index in the weights).
    """

    layout: PixelLayout
    grid: tuple[int, ...]
    begin: int
    output_begin: int
    places: Ints
    output_places: Ints
    runs: list[tuple[int, int]]

    @property
    def block(self) -> Block:
        """The images, rows and columns of a block."""
        _, _, _, images, rows, columns = self.grid
        return images, rows, columns


@lru_cache(geometries.KEPT_GEOMETRIES)
def schedule_of(geometry: ConvolutionGeometry, is_in_place: bool) -> TileSchedule:
    """Return how the tiles of a convolution are computed.

    If `is_in_place`, pixels are read in the images, region by region; else they are packed, and
    there is one region.
    """
    panels = _panels(geometry)
    # a run is a row of taps where one tap has too few channels, and the next tap's lie behind them
    are_few = geometry.groups == 1 and geometry.kernels[2] < FEW and geometry.axes[1].dilation == 1
    has_row_runs = are_few and (not is_in_place or geometry.is_interleaved)
    down, across = (
        AxisRegion(slice(0, axis.count), slice(0, axis.window)) for axis in geometry.axes
    )
    regions = [
        _region(geometry, cut, panels, is_in_place=is_in_place, has_row_runs=has_row_runs)
        for cut in (regions_in_place(geometry) if is_in_place else None) or [(down, across)]
    ]
    work = [
        np.full(geometries.count_blocks(region.grid), len(region.places) * max(1, len(region.runs)))
        for region in regions
    ]
    last = regions[-1]  # where pixels are packed, there is only one
    tables = _tables(geometry, regions)
    packing = geometries.packing_of(geometry, last.layout, last.block)
    weight_fields = _weight_fields(geometry, panels, has_row_runs)
    names = ("regions", "places", "output_places", "runs")
    fields = {
        **record_fields.grid_fields(geometry, last.block, geometry.dtypes[0].itemsize),
        **dict(zip(names, map(address_of, tables), strict=True)),
        "pack": packing.function,
        "keeps_margins": packing.keeps_margins,
        "terms": geometry.terms,
        "kernels_per_group": geometry.kernels_per_group,
        "panels_per_group": panels.per_group,
        "group_stride": geometry.kernels[2],
        "last": sum(map(len, work)),
        "last_panel": panels.total,
        "panel_stride": panels.weights,
        "weight_rows": weight_fields["depth"],
        "length": weight_fields["depth"],
    }
    between = [0] * (MAIN - len(packing.fields))
    return TileSchedule(
        function=library.function(TilesForm(*geometry.dtypes[1:], panels.vectors)),
        pack_weights=library.function(PanelsForm(geometry.dtypes[1])),
        panels=panels,
        is_shared=panels.all_weights <= SHARED,
        run_length=weight_fields["depth"],
        layout=last.layout,
        words=as_words(packing.fields, between, filled(TILES, fields)),
        weight_words=as_words(filled(PANELS, weight_fields), [0]),
        tables=(*tables, *packing.maps),
        work=np.cumsum(np.concatenate([np.zeros(1), *work])),
    )


def _tables(geometry: ConvolutionGeometry, regions: list[Region]) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the tables (regions, places, output_places, runs) of the record TILES.

    Those of all regions follow each other; a row of the first is a record REGION, with its range of
    each of the others.
    """
    blocks = np.cumsum([geometries.count_blocks(region.grid) for region in regions])
    places = np.cumsum([0, *(len(region.places) for region in regions)])
    runs = np.cumsum([0, *(len(region.runs) for region in regions)])
    table = [
        (
            blocks[k],
            *region.grid,
            region.begin * geometry.dtypes[0].itemsize,
            region.output_begin,
            *places[k : k + 2],
            *runs[k : k + 2],
        )
        for k, region in enumerate(regions)
    ]
    return (
        np.array(table, np.int64),
        np.concatenate([region.places for region in regions]),
        np.concatenate([region.output_places for region in regions]),
        np.array([run for region in regions for run in region.runs], np.int64).reshape(-1, 2),
    )


def _weight_fields(
    geometry: ConvolutionGeometry, panels: Panels, has_row_runs: bool
) -> dict[str, int]:
    """Return the fields of PANELS, the record of a call that packs weights.

    has_row_runs: whether a run is a row of taps, not one tap.
    """
    kh, kw, depth, nc = geometry.kernels
    run_count, run_length = (kh, kw * depth) if has_row_runs else (kh * kw, depth)
    return {
        "taps": run_count,
        "depth": run_length,
        "nc": nc,
        "kernels_per_group": geometry.kernels_per_group,
        "panels_per_group": panels.per_group,
        "panel_lanes": panels.vectors * geometry.lanes,
        "last_panel": panels.total,
        "length": run_length,
        "panel_stride": panels.weights,
    }


def _region(
    geometry: ConvolutionGeometry,
    cut: tuple[AxisRegion, AxisRegion],
    panels: Panels,
    *,
    is_in_place: bool,
    has_row_runs: bool,
) -> Region:
    """Return how the windows of one region of the output are read and where their results go.

    cut: its windows and taps on both axes. has_row_runs: a run is a row of taps, not one tap.
    """
    (rows, columns), (down, across) = cut, geometry.axes
    oh, ow = (axis_region.windows.stop - axis_region.windows.start for axis_region in cut)
    pixels = pixels_of_tile(library.isa(), panels.vectors)
    block = _block(geometry, oh, ow, panels, is_in_place=is_in_place)
    if is_in_place:
        layout = geometries.layout_in_place(geometry, channels_per_line=1)
    else:
        c = geometry.images[3]
        layout = geometries.layout_in_scratch(geometry, block, channels_per_line=c, phases=1)
    taps_across = (0,) if has_row_runs else range(columns.taps.start, columns.taps.stop)
    runs_per_row = 1 if has_row_runs else across.window
    top = rows.windows.start * down.stride - down.before
    left = columns.windows.start * across.stride - across.before
    strides, output_strides = geometry.input_strides, geometry.output_strides
    return Region(
        layout=layout,
        grid=(geometry.images[0], oh, ow, *block),
        begin=top * strides[1] + left * strides[2] if is_in_place else 0,
        output_begin=rows.windows.start * output_strides[1]
        + columns.windows.start * output_strides[2],
        places=_places(block, layout.window_strides_in_numbers, pixels),
        output_places=_places(block, output_strides[:3], pixels),
        runs=[
            (layout.offset(u * down.dilation, v * across.dilation, 0), u * runs_per_row + v)
            for u, v in product(range(rows.taps.start, rows.taps.stop), taps_across)
        ],
    )


@lru_cache(geometries.KEPT_GEOMETRIES)
def regions_in_place(
    geometry: ConvolutionGeometry,
) -> list[tuple[AxisRegion, AxisRegion]] | None:
    """Cut the output into regions, (rows, columns), if pixels can be read in the images.

    The windows of a region have the same taps on pixels, so that zeros around them are not even
    read. None where pixels have to be packed: the channels of a pixel do not lie side by side, or
    have another dtype; what stands in the padding is not zeros; or regions would be too many.
    """
    if geometry.input_strides[3] != 1 or not geometry.needs_no_conversion:
        return None
    down, across = (_windows_with_same_taps(axis) for axis in geometry.axes)
    # one region may still lack taps: where every window has the same ones on padding
    is_complete = all(
        part.taps == slice(0, axis.window)
        for axis, parts in zip(geometry.axes, (down, across), strict=True)
        for part in parts
    )
    is_cut_well = geometry.kernels[2] >= FEW and len(down) * len(across) <= REGIONS
    if not is_complete and not (geometry.is_padded_with_zeros and is_cut_well):
        return None
    return list(product(down, across))


def _windows_with_same_taps(axis: Axis) -> list[AxisRegion]:
    """Cut the windows of an axis into the longest slices that have the same taps on pixels."""
    first_pixels = np.arange(axis.count) * axis.stride - axis.before
    # for each window, its taps from low to before high lie on pixels
    low = np.clip(-(first_pixels // axis.dilation), 0, axis.window)
    high = np.clip(-((first_pixels - axis.size) // axis.dilation), low, axis.window)
    cuts = [0, *(np.flatnonzero(np.diff(low) | np.diff(high)) + 1).tolist(), axis.count]
    return [AxisRegion(slice(a, b), slice(int(low[a]), int(high[a]))) for a, b in pairwise(cuts)]


def _panels(geometry: ConvolutionGeometry) -> Panels:
    """Return the panels of the width that wastes the fewest lanes.

    The cost of a panel counts its vectors; wide panels are a little faster than narrow ones, since
    each pixel is loaded once for all vectors.
    """
    vectors_needed = -(-geometry.kernels_per_group // geometry.lanes)
    costs_per_vector = {1: 1.15, 2: 1.05, widest_tile(library.isa()): 1.0}
    vectors = min(
        costs_per_vector,
        key=lambda width: -(-vectors_needed // width) * width * costs_per_vector[width],
    )
    per_group = -(-vectors_needed // vectors)
    total = per_group * geometry.groups
    weights = volume(geometry.kernels[:3]) * vectors * geometry.lanes
    pieces = -(-weights // WEIGHTS)
    return Panels(vectors, per_group, total, weights, total * weights, pieces)


def _block(
    geometry: ConvolutionGeometry, oh: int, ow: int, panels: Panels, *, is_in_place: bool
) -> Block:
    """Return (images, rows, columns) of the blocks of a region of oh x ow results.

    They divide the images, rows and columns without rest, so that blocks do not overlap. Only one
    row that is read in place is cut otherwise, if results are written once, not added to.
    """
    (down, across), m, c = geometry.axes, geometry.images[0], geometry.images[3]
    windows = min(WINDOWS, max(RESULTS // geometry.kernels[3], LEAST))
    windows = min(windows, max(SHARE, m * oh * ow // SHARES))
    adds_to_results = panels.pieces > 1 or volume(geometry.kernels[:3]) > geometry.terms
    if is_in_place and m == oh == 1 and not adds_to_results:
        # about equal lengths in whole tiles; the last block may overlap the one before
        length = -(-ow // -(-ow // windows))
        return 1, 1, min(ow, length + -length % pixels_of_tile(library.isa(), panels.vectors))
    columns = _greatest_divisor(ow, WINDOWS)
    line_length = c * ((columns - 1) * across.stride + (1 if is_in_place else across.span))
    # rows of pixels beyond those that the strides down cover
    halo = 0 if is_in_place else down.span - down.stride
    rows = _greatest_divisor(
        oh, min(windows // columns, (BLOCK // line_length - halo) // down.stride)
    )
    if (rows, columns) != (oh, ow):
        return 1, rows, columns
    images = min(BLOCK // (line_length * (oh * down.stride + halo)), windows // (oh * ow))
    return _greatest_divisor(m, images), rows, columns


def _greatest_divisor(total: int, most: int) -> int:
    """Return the greatest divisor of `total` that is at most `most`, or 1."""
    return next(size for size in range(max(1, min(total, most)), 0, -1) if total % size == 0)


def _places(block: Block, strides: tuple[int, ...], multiple: int) -> Ints:
    """Return where the windows, or the results, of a block lie, in numbers from the first.

    `strides` are numbers from one image, row and column to the next. The last place is repeated
    until there are a multiple of `multiple` places.
    """
    b, r, x = (np.arange(size) * stride for size, stride in zip(block, strides, strict=True))
    return geometries.pad_to_multiple((b[:, None, None] + r[:, None] + x).ravel(), multiple)
