"""Convolution with many kernels of the same channels: vectors over kernels.

Kernels are split into panels of a few vectors; a tile holds the sums of some pixels with one panel
in registers. c channels, nc kernels of depth channels. Weights are (run, channel, kernel): a run is
one tap of all channels, or one row of taps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import launch, library
from convpool.engines.compiled.forms import Pack, Panel
from convpool.engines.compiled.geometry import ConvolutionGeometry, Operands
from convpool.engines.compiled.launch import MAIN, PACK
from convpool.engines.compiled.record import PANEL, address_of, indices_of
from convpool.engines.compiled.tile_schedule import (
    TILE,
    Range,
    TileSchedule,
    regions_in_place,
    schedule_of,
)
from convpool.windows import Axis

Array = NDArray[Any]

SHARED = 2**17  # up to so many weights are packed once for all threads; more, panel by panel
WEIGHTS = 3 * 2**16  # weights of a panel that are used at a time, so that they stay in the cache
PANEL_WORDS = indices_of(PANEL)
NO_FORM = SimpleNamespace(address=MAIN, scratch=MAIN, packing=MAIN)  # words that nothing reads
PADDED = 2**20  # numbers of images that are padded at a time, if weights are packed by panels


class NotFiniteError(Exception):
    """A weight is not finite: times a zero in the padding it is NaN, so no zero may be left out."""


class TileWork(NamedTuple):
    """What one call of the form does: some blocks, with some panels, over some channels.

    Parameters
    ----------
    blocks, panels
        (first, behind the last).
    weights
        (address of the first panel, numbers from panel to panel).
    channels
        (first, count), of each run.
    accumulates
        Whether sums are added to the results so far; else they start from the bias.
    """

    blocks: Range
    panels: Range
    weights: tuple[int, int]
    channels: tuple[int, int]
    accumulates: bool


class Tiles:
    """A convolution whose tiles can be summed, part by part, in any thread."""

    def __init__(
        self, geometry: ConvolutionGeometry, schedule: TileSchedule, operands: Operands
    ) -> None:
        self.geometry, self.schedule, self.operands = geometry, schedule, operands
        self.words = schedule.words.copy()
        self.words[TILE.starts] = address_of(operands.bias)
        self.words[TILE.output] = address_of(operands.output)
        self.function = library.function(schedule.form)

    def sum(self, work: TileWork) -> None:
        """Sum the tiles of some blocks with some panels over some channels."""
        words, operands, scratch = self.words.copy(), self.operands, None
        words[TILE.first : TILE.last + 1] = work.blocks
        words[TILE.first_panel : TILE.last_panel + 1] = work.panels
        words[TILE.weights : TILE.panel_stride + 1] = work.weights
        words[TILE.channel : TILE.length + 1] = work.channels
        words[TILE.accumulates] = work.accumulates
        if numbers := self.schedule.layout.scratch:
            scratch = launch.empty_aligned(numbers, operands.bias.dtype)
        base = launch.point_to_pixels(words, TILE, operands.images, operands.fill, scratch)
        self.function(base + 8 * MAIN)


class Convolution:
    """A convolution with many kernels, whose arrays may be others in each call."""

    def __init__(self, geometry: ConvolutionGeometry) -> None:
        self.geometry = geometry
        self.is_in_place = regions_in_place(geometry) is not None

    def run(self, operands: Operands) -> None:
        """Convolve the images with the kernels into the output, whose channels lie side by side."""
        try:
            _convolve(self.geometry, operands, is_in_place=self.is_in_place)
        except NotFiniteError:
            _convolve(self.geometry, operands, is_in_place=False)


def _convolve(geometry: ConvolutionGeometry, operands: Operands, *, is_in_place: bool) -> None:
    """Convolve with pixels that are read in the images if `is_in_place`, else packed.

    Raises NotFiniteError if zeros in the padding are left out and a weight is not finite; results
    may have been written by then.
    """
    schedule = schedule_of(geometry, is_in_place)
    is_shared = schedule.panels.all_weights <= SHARED
    leaves_out_zeros = is_in_place and geometry.has_padding
    if not is_in_place and not is_shared:
        # all panels read these pixels: they are padded once, and then read in place
        for padded_geometry, padded_operands in _padded_parts(geometry, operands):
            Convolution(padded_geometry).run(padded_operands)
        return
    kh, kw, depth, nc = geometry.kernels
    runs, length = (kh, kw * depth) if schedule.has_row_runs else (kh * kw, depth)
    weights = operands.kernels.reshape(runs, length, nc)
    tiles = Tiles(geometry, schedule, operands)
    if not is_shared:
        _convolve_by_panels(tiles, weights, leaves_out_zeros=leaves_out_zeros)
        return
    if leaves_out_zeros and not _are_finite(operands.kernels):
        raise NotFiniteError
    _convolve_by_blocks(tiles, weights)


def _are_finite(weights: Array) -> bool:
    """Return whether all weights are finite; False too where their sum overflows."""
    return weights.dtype.kind != "f" or bool(np.isfinite(weights.sum()))


def _pack_panel(
    tiles: Tiles, weights: Array, panel: int, channels: tuple[int, int], target: int
) -> None:
    """Copy the weights (run, channel, kernel) of one panel, for some channels, to an address.

    `channels` are (first, count), of each run.
    """
    panels, geometry = tiles.schedule.panels, tiles.geometry
    group, panel_of_group = divmod(panel, panels.per_group)
    width = panels.vectors * geometry.lanes
    kernel = group * geometry.kernels_per_group + panel_of_group * width
    columns = min(width, geometry.kernels_per_group - panel_of_group * width)
    sizes = (*weights.shape, kernel, columns, *channels)
    words = np.array((address_of(weights), *sizes, target, width, 0, 0), np.int64)
    base = address_of(words)
    words[PANEL_WORDS.line_start] = base + 8 * len(PANEL)  # the number behind the record
    library.function(Panel(weights.dtype))(base)


def _convolve_by_blocks(tiles: Tiles, weights: Array) -> None:
    """Pack all weights once, then let each thread take blocks with all panels."""
    panels, length = tiles.schedule.panels, weights.shape[1]
    packed = launch.empty_aligned(panels.all_weights, weights.dtype)
    packed[...] = 0
    address = address_of(packed)
    for panel in range(panels.total):
        target = address + panel * panels.weights * packed.itemsize
        _pack_panel(tiles, weights, panel, (0, length), target)
    shares = tiles.schedule.shares(launch.part_count())
    all_panels = (0, panels.total), (address, panels.weights), (0, length), False
    threads.spread(lambda k: tiles.sum(TileWork(shares[k], *all_panels)), len(shares))


def _convolve_by_panels(tiles: Tiles, weights: Array, *, leaves_out_zeros: bool) -> None:
    """Let each thread take panels, each with all blocks or a share of them.

    Of a panel's weights, as many channels are packed at a time as stay in the cache. Raises
    NotFiniteError if `leaves_out_zeros` and a weight is not finite.
    """
    panels, (runs, length, _) = tiles.schedule.panels, weights.shape
    channel_ranges = [
        (first, last - first)
        for first, last in launch.split_range(length, -(-panels.weights // WEIGHTS))
    ]
    shares = tiles.schedule.shares(-(-2 * threads.number() // panels.total))
    longest = max(count for _, count in channel_ranges)
    packed_size = runs * panels.vectors * tiles.geometry.lanes * longest

    def convolve_part(part: int) -> None:
        panel, share = divmod(part, len(shares))
        packed = launch.empty_aligned(packed_size, weights.dtype)
        packed[...] = 0
        address = address_of(packed)
        for channels in channel_ranges:
            _pack_panel(tiles, weights, panel, channels, address)
            if leaves_out_zeros and not _are_finite(packed):
                raise NotFiniteError
            tiles.sum(
                TileWork(
                    blocks=shares[share],
                    panels=(panel, panel + 1),
                    weights=(address, 0),
                    channels=channels,
                    accumulates=channels[0] > 0,
                )
            )

    threads.spread(convolve_part, panels.total * len(shares))


def _padded_parts(
    geometry: ConvolutionGeometry, operands: Operands
) -> Iterator[tuple[ConvolutionGeometry, Operands]]:
    """Yield (geometry, operands) of a few images at a time, padded and converted.

    Their output is the part of the output for these images. They have no padding, and channels lie
    side by side, so that pixels can be read in place.
    """
    (m, oh, ow, _), c, sum_dtype = geometry.output, geometry.images[3], operands.kernels.dtype
    layout = geometries.layout_in_scratch(geometry, (1, oh, ow), c, 1)
    rows, columns = layout.size
    down, across = (
        Axis(size, axis.window, axis.stride, axis.dilation)
        for size, axis in zip(layout.size, geometry.axes, strict=True)
    )
    packing = geometries.packing_of(geometry, layout, (1, oh, ow))
    template = np.concatenate([packing.words, np.zeros(MAIN, np.int64)])
    template[PACK.row_count], template[PACK.writes_margin] = rows, True
    pack = library.function(Pack(*geometry.dtypes[:2]))

    def pack_image(first: int, scratch: Array, k: int) -> None:
        words = template.copy()
        words[PACK.image] = first + k
        one_image = scratch[k * layout.scratch :]
        pack(launch.point_to_pixels(words, NO_FORM, operands.images, operands.fill, one_image))

    at_once = max(1, PADDED // layout.scratch)
    for first in range(0, m, at_once):
        count = min(m - first, at_once)
        scratch = launch.empty_aligned(count * layout.scratch, sum_dtype)
        threads.spread(partial(pack_image, first, scratch), count)
        lines = scratch.reshape(count, rows, layout.pitch)
        shape = (count, rows, columns, c)
        # a view of the lines without what completes them to whole vectors
        strides = (*lines.strides[:2], c * sum_dtype.itemsize, sum_dtype.itemsize)
        padded = np.lib.stride_tricks.as_strided(lines, shape, strides)
        output = operands.output[first : first + count]
        padded_geometry = replace(
            geometry,
            images=shape,
            output=output.shape,
            input_strides=geometries.strides_in_numbers(padded),
            axes=(down, across),
            pad_mode="zeros",
            is_padded_with_zeros=True,
            dtypes=(sum_dtype, *geometry.dtypes[1:]),
        )
        yield padded_geometry, operands._replace(images=padded, output=output)
