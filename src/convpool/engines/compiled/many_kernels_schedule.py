"""How a convolution with many kernels is taken in tiles: panels of kernels, regions, blocks, runs.

A panel is some neighbouring kernels, a few vectors of them. A region is a rectangle of the output
whose windows have the same taps on pixels; it is cut into blocks (images, rows and columns), and
these into tiles of some pixels of the output, each of which is summed with one panel at a time. A
run is some numbers of a window that lie side by side: the channels of one tap, or those of a row of
taps. m images, c channels, nc kernels of depth channels, kh x kw taps, oh x ow output; strides of
arrays count numbers. `geometry` is the convolution without its arrays: shapes, strides, windows and
dtypes. Pixels are read in the images (`is_in_place`), or packed: copied to a scratch, padded and
converted. `record` explains the fields of the records TILES etc.
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
from convpool.engines.compiled.base_form import Form
from convpool.engines.compiled.forms import ChannelTilesForm, PanelsForm, TilesForm
from convpool.engines.compiled.geometry import Block, ConvolutionGeometry, Ints, PixelLayout
from convpool.engines.compiled.launch import LARGE, MAIN, UNSHARED
from convpool.engines.compiled.many_kernels_regions import FEW, AxisRegion, regions_in_place
from convpool.engines.compiled.panels import SHARED, Panels, panels_of
from convpool.engines.compiled.record import PANELS, TILES, Words, address_of, as_words, filled
from convpool.engines.values import NamedTuple
from convpool.windows import volume

Range = tuple[int, int]  # (first, behind the last)

BLOCK = 2**16  # numbers of a block's pixels at most, so that they stay in the processor's cache
WINDOWS = 2**11  # windows of a block at most
# numbers of a block's results at most; but where kernels are so many that this would be fewer than
# LEAST windows, LEAST
RESULTS = 2**15
LEAST = 2**7
# there are SHARED_BLOCKS blocks for the threads, unless these would have fewer than SHARED_WINDOWS
# windows
SHARED_WINDOWS, SHARED_BLOCKS = 64, 8
PACKED = 2**21  # where threads share panels, up to so many may all be packed before the first tile


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
    is_small
        Whether one thread takes all blocks, since sharing them would take as long.
    run_length
        Numbers of a run: the channels of a tap, or taps times channels of a row of taps.
    layout
        Where the pixels of a block lie.
    words
        The words of a call, without what depends on its arrays: the records PACKING and TILES.
    weight_words
        The words of a call that packs weights: the record PANELS, and one number, its line_start.
    tables
        The arrays whose addresses are in the words.
    work
        The work before each block, and at last that of all blocks, in places times runs: a place
        is a window that tiles sum, the last one again if a tile is not full.
    """

    function: Callable[[int], Any]
    pack_weights: Callable[[int], Any]
    panels: Panels
    is_shared: bool
    is_small: bool
    run_length: int
    layout: PixelLayout
    words: Words
    weight_words: Words
    tables: tuple[Ints, ...]
    work: NDArray[np.float64]

    def block_ranges(self, count: int) -> list[Range]:
        """Split the blocks into at most `count` ranges that take about the same time."""
        if count == 1 or self.is_small:
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
        Where the first window begins in the images (0 if pixels are packed; less than 0 if it
        begins in the padding), and where the first result lies in the output, in numbers.
    places, output_places
        Where each window of a block begins, and where its results go, in numbers from those of the
        block's first window; the last one is repeated until tiles are full.
    runs
        For each run (numbers from a window's first pixel to it, its index in the packed weights).
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
def schedule_of(
    geometry: ConvolutionGeometry, is_in_place: bool, over_channels: bool = False
) -> TileSchedule:
    """Return how the tiles of a convolution are computed; vectors hold channels, or kernels.

    If `is_in_place`, pixels are read in the images, which `regions_in_place` must allow, region by
    region; else they are packed, and there is one region.
    """
    kh, kw, depth, _ = geometry.kernels
    cuts = _region_cuts(geometry, is_in_place=is_in_place)
    # a run is a row of taps where the next tap's channels lie behind those of a tap, if all windows
    # have all taps of a row; vectors of kernels take rows only where one tap has too few channels
    has_row_runs = (
        (over_channels or depth < FEW)
        and geometry.groups == geometry.axes[1].dilation == 1
        and (not is_in_place or geometry.is_interleaved)
        and all(across.taps == slice(0, kw) for _, across in cuts)
    )
    run_count, run_length = (kh, kw * depth) if has_row_runs else (kh * kw, depth)
    # vectors of channels are completed in each run
    weight_rows = run_length + (-run_length % geometry.lanes if over_channels else 0)
    panels = panels_of(geometry, run_count * weight_rows, over_channels=over_channels)
    regions = [
        _region(geometry, cut, panels, is_in_place=is_in_place, has_row_runs=has_row_runs)
        for cut in cuts
    ]
    # a region without runs, all of whose taps lie on padding, is written nevertheless
    work = [
        np.full(geometries.count_blocks(region.grid), len(region.places) * max(1, len(region.runs)))
        for region in regions
    ]
    last = regions[-1]  # where pixels are packed, there is only one
    tables = _tables(geometry, regions)
    packing = geometries.packing_of(geometry, last.layout, last.block)
    names = ("regions", "places", "output_places", "runs")
    is_large = volume(geometry.output) * geometry.dtypes[2].itemsize >= LARGE
    to_next_tile = panels.pixels * geometry.output_strides[2]
    fields = {
        # in place, the loop replaces the grid of this block by that of each region
        **record_fields.grid_fields(geometry, last.block, geometry.dtypes[0].itemsize),
        **dict(zip(names, map(address_of, tables), strict=True)),
        "pack": packing.function,
        "keeps_margins": packing.keeps_margins,
        # vectors of channels hold as many sums of a result as they have lanes
        "terms": geometry.terms * (geometry.lanes if over_channels else 1),
        "kernels_per_group": geometry.kernels_per_group,
        "panels_per_group": panels.per_group,
        "group_stride": geometry.kernels[2],
        "last": sum(map(len, work)),
        "last_panel": panels.total,
        "panel_stride": panels.weights,
        "weight_rows": weight_rows,
        "length": run_length,
        "ahead": to_next_tile if is_large else 0,
    }
    weight_fields = _weight_fields(geometry, panels, run_count, run_length)
    form: Form = TilesForm(*geometry.dtypes[1:], panels.kernels // geometry.lanes)
    if over_channels:
        form = ChannelTilesForm(*geometry.dtypes[1:], panels.kernels)
    between = [0] * (MAIN - len(packing.fields))  # what a call fills behind PACKING
    return TileSchedule(
        function=library.function(form),
        pack_weights=library.function(PanelsForm(geometry.dtypes[1])),
        panels=panels,
        is_shared=over_channels or panels.all_weights <= SHARED,
        # lanes that no kernel fills take as long as others
        is_small=volume(geometry.output[:3]) * panels.all_weights <= UNSHARED,
        run_length=run_length,
        layout=last.layout,
        words=as_words(packing.fields, between, filled(TILES, fields)),
        weight_words=as_words(filled(PANELS, weight_fields), [0]),
        tables=(*tables, *packing.maps),
        work=np.cumsum(np.concatenate([np.zeros(1), *work])),
    )


def _region_cuts(
    geometry: ConvolutionGeometry, *, is_in_place: bool
) -> list[tuple[AxisRegion, AxisRegion]]:
    """Return (rows, columns) of each region: those in place, or the whole output as one."""
    if is_in_place:
        cuts = regions_in_place(geometry)
        assert cuts is not None
        return cuts
    down, across = (
        AxisRegion(slice(0, axis.count), slice(0, axis.window)) for axis in geometry.axes
    )
    return [(down, across)]


def _tables(geometry: ConvolutionGeometry, regions: list[Region]) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the tables (regions, places, output_places, runs) of the record TILES.

    A row of the first is a record REGION. In the others, the places and runs of all regions follow
    each other; the record says which are its own, (first, behind the last).
    """
    last_blocks = np.cumsum([geometries.count_blocks(region.grid) for region in regions])
    # where the places, or runs, of each region begin, and those of the last one end
    place_cuts = np.cumsum([0, *(len(region.places) for region in regions)])
    run_cuts = np.cumsum([0, *(len(region.runs) for region in regions)])
    records = [
        (
            last_blocks[k],
            *region.grid,
            region.begin * geometry.dtypes[0].itemsize,
            region.output_begin,
            *place_cuts[k : k + 2],
            *run_cuts[k : k + 2],
        )
        for k, region in enumerate(regions)
    ]
    return (
        np.array(records, np.int64),
        np.concatenate([region.places for region in regions]),
        np.concatenate([region.output_places for region in regions]),
        np.array([run for region in regions for run in region.runs], np.int64).reshape(-1, 2),
    )


def _weight_fields(
    geometry: ConvolutionGeometry, panels: Panels, run_count: int, run_length: int
) -> dict[str, int]:
    """Return the fields of PANELS, the record of a call that packs weights.

    run_count, run_length: runs of a window, and numbers of each. The loop packs them as it would
    `taps` taps of `depth` channels: weights (kh, kw, depth, nc) lie in memory as (run, number of
    the run, nc).
    """
    return {
        "taps": run_count,
        "depth": run_length,
        "nc": geometry.kernels[3],
        "kernels_per_group": geometry.kernels_per_group,
        "panels_per_group": panels.per_group,
        "panel_lanes": panels.kernels,
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

    cut: its (rows, columns), the windows and taps on both axes. has_row_runs: a run is a row of
    taps, not one tap; then every window has all taps of a row.
    """
    (rows, columns), (down, across) = cut, geometry.axes
    oh, ow = (axis_region.windows.stop - axis_region.windows.start for axis_region in cut)
    block = _block(geometry, oh, ow, panels, is_in_place=is_in_place)
    if is_in_place:
        layout = geometries.layout_in_place(geometry, channels_per_line=1)
    else:
        c = geometry.images[3]
        layout = geometries.layout_in_scratch(geometry, block, channels_per_line=c, phases=1)
    # the first taps of the runs of a row; and how many runs a row has in the packed weights
    taps_across = (0,) if has_row_runs else range(columns.taps.start, columns.taps.stop)
    runs_per_row = 1 if has_row_runs else across.window
    # where the first window begins in the images
    top = rows.windows.start * down.stride - down.before
    left = columns.windows.start * across.stride - across.before
    strides, output_strides = geometry.input_strides, geometry.output_strides
    return Region(
        layout=layout,
        grid=(geometry.images[0], oh, ow, *block),
        begin=top * strides[1] + left * strides[2] if is_in_place else 0,
        output_begin=rows.windows.start * output_strides[1]
        + columns.windows.start * output_strides[2],
        places=_places(block, layout.window_strides_in_numbers, panels.fewest_pixels),
        output_places=_places(block, output_strides[:3], panels.fewest_pixels),
        runs=[
            (layout.offset(u * down.dilation, v * across.dilation, 0), u * runs_per_row + v)
            for u, v in product(range(rows.taps.start, rows.taps.stop), taps_across)
        ],
    )


def _block(
    geometry: ConvolutionGeometry, oh: int, ow: int, panels: Panels, *, is_in_place: bool
) -> Block:
    """Return (images, rows, columns) of the blocks of a region of oh x ow results.

    They divide the images, rows and columns without rest, so that blocks do not overlap, as results
    may be added to. Where all is one row that is read in place, and results are written once, the
    last block may overlap.
    """
    (down, across), m, c = geometry.axes, geometry.images[0], geometry.images[3]
    # windows of a block at most
    windows = min(WINDOWS, max(RESULTS // geometry.kernels[3], LEAST))
    # where threads share panels too, fewer blocks will do, so that each panel is read fewer times
    shared_panels = 1 if panels.all_weights <= SHARED else panels.total
    windows = min(windows, max(SHARED_WINDOWS, m * oh * ow * shared_panels // SHARED_BLOCKS))
    adds_to_results = panels.pieces > 1 or volume(geometry.kernels[:3]) > geometry.terms
    if is_in_place and m == oh == 1 and not adds_to_results:
        # as few blocks as that allows, of equal lengths, rounded up to whole tiles
        block_count = -(-ow // windows)
        length = -(-ow // block_count)
        return 1, 1, min(ow, length + -length % panels.fewest_pixels)
    columns = _greatest_divisor(ow, WINDOWS)
    # numbers of a row of pixels; in place, those that neighbouring blocks share do not count
    row_numbers = c * ((columns - 1) * across.stride + (1 if is_in_place else across.span))
    # rows of pixels beyond those that the strides down cover
    halo = 0 if is_in_place else down.span - down.stride
    rows_of_room = (BLOCK // row_numbers - halo) // down.stride
    rows = _divisor_near(oh, windows // columns, rows_of_room)
    if (rows, columns) != (oh, ow):
        return 1, rows, columns
    images = min(BLOCK // (row_numbers * (oh * down.stride + halo)), windows // (oh * ow))
    return _greatest_divisor(m, images), rows, columns


def _greatest_divisor(total: int, most: int) -> int:
    """Return the greatest divisor of `total` up to `most`; 1 if `most` is less than 1."""
    return next(size for size in range(max(1, min(total, most)), 0, -1) if total % size == 0)


def _divisor_near(total: int, wanted: int, most: int) -> int:
    """Return the divisor of `total` up to `most` that is nearest to what is wanted, by ratio.

    It is 1 if `most` is less. -> 11 for (11, 8, 20)
    """
    divisors = [size for size in range(1, max(1, min(total, most)) + 1) if total % size == 0]
    wanted = max(1, wanted)
    return min(divisors, key=lambda size: max(size / wanted, wanted / size))


def _places(block: Block, strides: tuple[int, ...], multiple: int) -> Ints:
    """Return where the windows, or the results, of a block lie, in numbers from the first.

    `strides` are numbers from one image, row and column to the next. The last place is repeated
    until there are a multiple of `multiple` places: (0, 1, 9, 10, 10, 10) for a block of 2 rows and
    2 columns, strides 9 and 1, and a multiple of 6.
    """
    b, r, x = (np.arange(size) * stride for size, stride in zip(block, strides, strict=True))
    return geometries.pad_to_multiple((b[:, None, None] + r[:, None] + x).ravel(), multiple)
