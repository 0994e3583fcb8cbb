"""How a convolution with many kernels is taken in tiles: panels of kernels, regions, blocks, runs.

m images, c channels, nc kernels of depth channels, oh x ow output; strides count numbers. A run is
the channels of one tap that lie side by side, or those of a row of taps.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled.geometry import Block, ConvolutionGeometry, Ints, PixelLayout
from convpool.windows import Axis, volume

Range = tuple[int, int]

BLOCK = 2**16  # numbers of a block of pixels, so that they stay in the processor's cache
PIXELS = 2**11  # pixels of a block
FEW = 16  # channels up to which those of one tap are too short a run
REGIONS = 9  # rectangles that the output is cut into at most


class Panels(NamedTuple):
    """How kernels are dealt to panels.

    Parameters
    ----------
    vectors
        Vectors of kernels of a panel.
    per_group, total
        Panels of a group, and of all groups.
    weights, all_weights
        Weights of a panel, and of all panels.
    """

    vectors: int
    per_group: int
    total: int
    weights: int
    all_weights: int


class Taps(NamedTuple):
    """Windows of an axis that have the same taps on pixels, and these taps, as slices."""

    windows: slice
    taps: slice


class TileSchedule(NamedTuple):
    """The arguments of loops.convolution.convolve_tiles that follow from the geometry alone.

    Parameters
    ----------
    panels
        How kernels are dealt to panels.
    has_row_runs
        Whether a run is a row of taps, and not one tap.
    layout, block
        Where pixels of a block lie, and its images, rows and columns in the last region.
    regions, places, output_places, pixels, runs
        As in `convolve_tiles`.
    work
        Products that are summed up to the end of each block.
    """

    panels: Panels
    has_row_runs: bool
    layout: PixelLayout
    block: Block
    regions: Ints
    places: Ints
    output_places: Ints
    pixels: int
    runs: Ints
    work: NDArray[np.float64]

    def shares(self, count: int) -> list[Range]:
        """Split the blocks into ranges that take about the same time."""
        count = min(count, len(self.work))
        cuts = np.searchsorted(self.work, self.work[-1] * np.arange(1, count) / count)
        return [(a, b) for a, b in pairwise([0, *cuts.tolist(), len(self.work) - 1]) if a < b]


class Region(NamedTuple):
    """One rectangle of the output: its block, its layout, and what tiles of it read and write.

    grid is (m, its rows, its columns, *block); begin and output_begin are the places of its first
    pixel and first result; places, output_places and runs are as in TileSchedule.
    """

    layout: PixelLayout
    grid: tuple[int, ...]
    begin: int
    output_begin: int
    places: Ints
    output_places: Ints
    runs: list[tuple[int, int]]


@lru_cache(64)
def schedule_of(geometry: ConvolutionGeometry, is_in_place: bool) -> TileSchedule:
    """Return how the tiles of a convolution are taken; pixels are packed unless `is_in_place`."""
    from convpool.engines.compiled.loops.convolution import pixels_of_tile

    panels = _panels(geometry)
    pixels: int = pixels_of_tile(panels.vectors)  # type: ignore[no-untyped-call]
    is_short = geometry.groups == 1 and geometry.kernels[2] < FEW and geometry.axes[1].dilation == 1
    has_row_runs = is_short and (not is_in_place or geometry.is_interleaved)
    whole = [Taps(slice(0, axis.count), slice(0, axis.window)) for axis in geometry.axes]
    cuts = (regions_in_place(geometry) if is_in_place else None) or [(whole[0], whole[1])]
    regions = [
        _region(geometry, cut, pixels, is_in_place=is_in_place, has_row_runs=has_row_runs)
        for cut in cuts
    ]
    blocks = np.cumsum([geometries.count_blocks(region.grid) for region in regions])
    places = np.cumsum([0, *(len(region.places) for region in regions)])
    runs = np.cumsum([0, *(len(region.runs) for region in regions)])
    table = [
        (
            blocks[k],
            *region.grid,
            region.begin,
            region.output_begin,
            *places[k : k + 2],
            *runs[k : k + 2],
        )
        for k, region in enumerate(regions)
    ]
    work = [
        np.full(geometries.count_blocks(region.grid), len(region.places) * max(1, len(region.runs)))
        for region in regions
    ]
    last = regions[-1]
    return TileSchedule(
        panels=panels,
        has_row_runs=has_row_runs,
        layout=last.layout,
        block=last.grid[3:],  # type: ignore[arg-type]
        regions=np.array(table, np.int64),
        places=np.concatenate([region.places for region in regions]),
        output_places=np.concatenate([region.output_places for region in regions]),
        pixels=pixels,
        runs=np.array([run for region in regions for run in region.runs], np.int64).reshape(-1, 2),
        work=np.cumsum(np.concatenate([np.zeros(1), *work])),
    )


def _region(
    geometry: ConvolutionGeometry,
    cut: tuple[Taps, Taps],
    pixels: int,
    *,
    is_in_place: bool,
    has_row_runs: bool,
) -> Region:
    """Return a region: windows that have the same taps on pixels, in tiles of so many pixels."""
    (rows, columns), (down, across) = cut, geometry.axes
    oh, ow = (taps.windows.stop - taps.windows.start for taps in cut)
    block = _block(geometry, oh, ow, is_in_place=is_in_place)
    if is_in_place:
        layout = geometries.layout_in_place(geometry, 1)
    else:
        layout = geometries.layout_in_scratch(geometry, block, geometry.images[3], 1)
    taps_across = (0,) if has_row_runs else range(columns.taps.start, columns.taps.stop)
    runs_per_row = 1 if has_row_runs else across.window
    top = rows.windows.start * down.stride - down.before
    left = columns.windows.start * across.stride - across.before
    strides, strides_out = geometry.input_strides, geometry.output_strides
    return Region(
        layout=layout,
        grid=(geometry.images[0], oh, ow, *block),
        begin=(top * strides[1] + left * strides[2]) * is_in_place,
        output_begin=(rows.windows.start * strides_out[1] + columns.windows.start * strides_out[2]),
        places=_pixels(block, layout.strides_of_windows, pixels),
        output_places=_pixels(block, strides_out[:3], pixels),
        runs=[
            (layout.tap(u * down.dilation, v * across.dilation, 0), u * runs_per_row + v)
            for u, v in product(range(rows.taps.start, rows.taps.stop), taps_across)
        ],
    )


@lru_cache(64)
def regions_in_place(geometry: ConvolutionGeometry) -> list[tuple[Taps, Taps]] | None:
    """Cut the output into regions whose windows have the same taps on pixels.

    So zeros around the pixels are not even read. None where pixels have to be packed.
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


def _windows_with_same_taps(axis: Axis) -> list[Taps]:
    """Cut the windows of an axis into slices that have the same taps on pixels."""
    first = np.arange(axis.count) * axis.stride - axis.before
    low = np.clip(-(first // axis.dilation), 0, axis.window)
    high = np.clip(-((first - axis.size) // axis.dilation), low, axis.window)
    cuts = [0, *(np.flatnonzero(np.diff(low) | np.diff(high)) + 1).tolist(), axis.count]
    return [Taps(slice(a, b), slice(int(low[a]), int(high[a]))) for a, b in pairwise(cuts)]


def _panels(geometry: ConvolutionGeometry) -> Panels:
    """Return the panels that waste the fewest lanes; wide tiles are a little faster than narrow."""
    from convpool.engines.compiled.loops.convolution import WIDE

    needed = -(-geometry.kernels_per_group // geometry.lanes)
    costs = {WIDE: 1.0, 2: 1.05, 1: 1.15}
    vectors = min(costs, key=lambda wide: -(-needed // wide) * wide * costs[wide])
    per_group = -(-needed // vectors)
    total = per_group * geometry.groups
    weights = volume(geometry.kernels[:3]) * vectors * geometry.lanes
    return Panels(vectors, per_group, total, weights, total * weights)


def _block(geometry: ConvolutionGeometry, oh: int, ow: int, *, is_in_place: bool) -> Block:
    """Return how many images, rows and columns a block of oh x ow results has.

    They divide what there is, so that blocks do not overlap: results may be added to.
    """
    (down, across), m, c = geometry.axes, geometry.images[0], geometry.images[3]
    wide = _greatest_divisor(ow, PIXELS)
    line = c * ((wide - 1) * across.stride + (1 if is_in_place else across.span))
    halo = 0 if is_in_place else down.span - down.stride
    high = _greatest_divisor(oh, min(PIXELS // wide, (BLOCK // line - halo) // down.stride))
    if (high, wide) != (oh, ow):
        return 1, high, wide
    images = min(BLOCK // (line * (oh * down.stride + halo)), PIXELS // (oh * ow))
    return _greatest_divisor(m, images), high, wide


def _greatest_divisor(total: int, most: int) -> int:
    """Return the greatest divisor of a number that is not above another, at least 1."""
    return next(size for size in range(max(1, min(total, most)), 0, -1) if total % size == 0)


def _pixels(block: Block, strides: tuple[int, ...], multiple: int) -> Ints:
    """Return where the pixels of a block lie; the last one is repeated until tiles are whole."""
    b, r, x = (np.arange(size) * stride for size, stride in zip(block, strides, strict=True))
    return geometries.pad_to_multiple((b[:, None, None] + r[:, None] + x).ravel(), multiple)
