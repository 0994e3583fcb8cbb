"""Convolution in tiles: vectors hold many kernels of the same channels, or channels of few kernels.

Either threads share the blocks, each with all panels, or they share the panels:

- panel: a few vectors of kernels, or one, two or four kernels whose vectors hold channels
- block: some images, rows and columns of the output
- tile: some pixels of a block with one panel, whose sums stay in registers
- run: one tap of all channels, or one row of taps, whose numbers all count as its channels here;
  packed weights are (panel, run, channel, kernel), or as `pack_for_channels` says

m images, c channels, nc kernels of depth channels, oh x ow output. `geometry` is the convolution
without its arrays, which are the `operands`; `schedule` is what follows from the geometry alone;
`starts` is what sums start from, the bias.

A form is a compiled loop. It reads a record, an array of int64 words, one a field; the record TILES
lies behind a record PACKING, from index MAIN on. TILE etc. are the indices of fields among these
words.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import launch, library
from convpool.engines.compiled.crew import code_address
from convpool.engines.compiled.forms import PackForm, PanelTilesForm
from convpool.engines.compiled.geometry import ConvolutionGeometry, Operands
from convpool.engines.compiled.kept_records import KeptRecords, Record
from convpool.engines.compiled.launch import MAIN, PACK
from convpool.engines.compiled.many_kernels_regions import regions_in_place
from convpool.engines.compiled.many_kernels_schedule import (
    PACKED,
    Range,
    TileSchedule,
    schedule_of,
)
from convpool.engines.compiled.panels import pack_for_channels
from convpool.engines.compiled.record import (
    PANEL_TILES,
    PANELS,
    TILES,
    WORD_BYTES,
    Words,
    address_of,
    address_of_word,
    as_words,
    copy_of,
    filled,
    indices_of,
    length_of,
)
from convpool.windows import Axis

Array = NDArray[Any]

TILE, PANEL, PANEL_TILE = indices_of(TILES, MAIN), indices_of(PANELS), indices_of(PANEL_TILES)
# the indices of fields for `point_to_pixels` where no record TILES follows: they all lead to a word
# that PackForm does not read
NO_FORM = SimpleNamespace(address=MAIN, scratch=MAIN, packing=MAIN)
UNSHARED_WEIGHTS = 2**16  # up to so many weights are packed by one thread
TOGETHER = 2**16  # panels are taken several at a time while they have at most so many weights
PADDED = 2**20  # numbers of images that are padded at a time, if weights are packed by panels


class NotFiniteError(Exception):
    """A weight is not finite: times a zero in the padding it is NaN, so no zero may be left out."""


class Tiles:
    """One call of a convolution: packs its weights, and makes the records that threads need."""

    def __init__(
        self, geometry: ConvolutionGeometry, schedule: TileSchedule, operands: Operands
    ) -> None:
        self.geometry, self.schedule, self.operands = geometry, schedule, operands
        self.dtype = geometry.dtypes[1]

    def new_record(self, packed: Array) -> Record:
        """Return new records PACKING and TILES for one thread, with a scratch if pixels are packed.

        As in the schedule's words, all blocks and panels are to be summed: a call that shares them
        overwrites the fields from `first` on. `packed`: the weights, as `pack_all` returns them.
        """
        words, operands, scratch = copy_of(self.schedule.words), self.operands, None
        words[TILE.starts] = address_of(operands.weights.bias)
        words[TILE.output] = address_of(operands.output)
        words[TILE.weights] = address_of(packed)
        if numbers := self.schedule.layout.scratch_numbers:
            scratch = launch.empty_aligned(numbers, self.dtype)
        launch.point_to_pixels(words, TILE, operands.images, operands.fill, scratch)
        return Record(address_of_word(words, MAIN), words, (scratch,))

    def pack_all(self) -> Array:
        """Return the packed weights of all panels, in a flat array.

        If weights are kept for later calls, they are packed in the first one.
        """
        name = "panels", self.schedule.panels, self.schedule.run_length
        return self.operands.weights.derive(name, lambda _: self._pack_all_now())

    def _pack_all_now(self) -> Array:
        """Pack the weights of all panels, in several threads if they are many."""
        panels, run_length = self.schedule.panels, self.schedule.run_length
        if panels.over_channels:
            kernels, geometry = self.operands.weights.kernels, self.geometry
            return pack_for_channels(kernels, panels, geometry.groups, run_length, geometry.lanes)
        packed = launch.empty_aligned(panels.all_weights, self.dtype)
        cuts = [0, panels.total]
        if panels.all_weights > UNSHARED_WEIGHTS:
            cuts = launch.cuts_of(panels.total, panels.total)
        launch.run_parts(
            self.schedule.pack_weights,
            lambda: self.packing_record(packed),
            cuts,
            WORD_BYTES * PANEL.first_panel,
        )
        return packed

    def packing_record(self, packed: Array) -> tuple[int, Words]:
        """Return (address, words) of a new record PANELS, for one thread, that packs all channels.

        Weights go to the array `packed`, which begins with panel 0.
        """
        words = copy_of(self.schedule.weight_words)
        words[PANEL.kernels] = address_of(self.operands.weights.kernels)
        words[PANEL.panels] = address_of(packed)
        # the word behind the record, which the loop overwrites
        words[PANEL.line_start] = address_of_word(words, length_of(PANELS))
        return ctypes.addressof(words), words


class Convolution:
    """A convolution in tiles, for other arrays in each call; vectors may hold channels."""

    def __init__(self, geometry: ConvolutionGeometry, *, over_channels: bool) -> None:
        self.over_channels = over_channels
        self.geometry = geometry = geometries.in_one_row(geometry)
        self.can_be_in_place = regions_in_place(geometry) is not None
        self.leaves_out_zeros = geometry.has_padding  # where pixels are read in the images
        # whether pixels are read in the images -> (schedule, its kept records)
        self.schedules: dict[bool, tuple[TileSchedule, KeptRecords]] = {}

    def run(self, operands: Operands) -> None:
        """Convolve the images with the kernels into the output, whose channels lie side by side."""
        if self.can_be_in_place:
            try:
                self._run_in_place(operands)
                return
            except NotFiniteError:
                pass
        self._run_packed(operands)

    def _run_in_place(self, operands: Operands) -> None:
        """Convolve with pixels that are read in the images.

        Raises NotFiniteError if zeros in the padding are left out and a weight is not finite;
        results may have been written by then.
        """
        schedule, records = self._schedule(True)
        tiles = Tiles(self.geometry, schedule, operands)
        if not (schedule.is_shared or self._packs_all_panels(schedule, operands)):
            _convolve_by_panels(tiles, leaves_out_zeros=self.leaves_out_zeros)
            return
        if self.leaves_out_zeros and not operands.weights.are_finite():
            raise NotFiniteError
        if schedule.is_shared:
            self._convolve_by_blocks(tiles, records)
        else:
            self._convolve_by_packed_panels(tiles, records)

    def _packs_all_panels(self, schedule: TileSchedule, operands: Operands) -> bool:
        """Return whether all weights are packed before the first tile, where threads share panels.

        They are if they are kept for later calls, or if that is faster; else each thread packs some
        panels, sums their tiles, and packs the next.
        """
        # where zeros are left out, all weights would be read once more, to see if they are finite;
        # panel by panel, that is seen while they are packed
        is_faster = threads.number() > 1 and not self.leaves_out_zeros
        is_small = schedule.panels.all_weights <= PACKED
        return operands.weights.derived is not None or (is_faster and is_small)

    def _run_packed(self, operands: Operands) -> None:
        """Convolve with pixels that are packed: block by block, or all images at once, padded."""
        schedule, records = self._schedule(False)
        if schedule.is_shared:
            self._convolve_by_blocks(Tiles(self.geometry, schedule, operands), records)
            return
        # all panels read these pixels: they are padded once, and then read in place
        for padded_geometry, padded_operands in _padded_parts(self.geometry, operands):
            Convolution(padded_geometry, over_channels=False).run(padded_operands)

    def _convolve_by_blocks(self, tiles: Tiles, records: KeptRecords) -> None:
        """Pack all weights once, then let each thread take blocks with all panels."""
        schedule, operands = tiles.schedule, tiles.operands
        packed = tiles.pack_all()  # kept until the call has ended
        arrays = operands.images, packed, operands.weights.bias, operands.output
        images_address, weights_address, starts_address, output_address = map(address_of, arrays)

        def prepare(kept: Record | None) -> Record:
            """Return a record, the kept one or a new one, with the addresses of these arrays."""
            record = kept or tiles.new_record(packed)
            words = record.words
            words[TILE.address] = words[PACK.address] = images_address
            words[TILE.weights], words[TILE.starts] = weights_address, starts_address
            words[TILE.output] = output_address
            return record

        ranges = schedule.block_ranges(launch.part_count())
        records.run(schedule.function, prepare, _cuts(ranges))

    def _convolve_by_packed_panels(self, tiles: Tiles, records: KeptRecords) -> None:
        """Pack all weights, then let each thread take some panels with all blocks.

        If there are too few panels, threads share the blocks of one range of panels after the
        other. Where the weights of a panel would not stay in the cache, some of its channels are
        taken at a time.
        """
        schedule, operands = tiles.schedule, tiles.operands
        packed = tiles.pack_all()  # kept until the call has ended
        # from the weights of a channel to those of the next, in the packed ones
        channel_bytes = schedule.panels.kernels * packed.itemsize
        arrays = operands.images, packed, operands.weights.bias, operands.output
        images_address, weights_address, starts_address, output_address = map(address_of, arrays)
        panel_ranges, block_ranges, channel_ranges = _ranges(schedule)

        def convolve(panels: Range, channels: Range, shared: list[Range], field: int) -> None:
            """Convolve with some panels and channels; threads share the ranges `shared`.

            These are of panels or of blocks; `field` is the index of the first of the two words
            that such a range is written to.
            """

            def prepare(kept: Record | None) -> Record:
                """Return a record, kept or new, with all that differs from call to call."""
                record = kept or tiles.new_record(packed)
                words = record.words
                words[TILE.address] = images_address
                words[TILE.starts], words[TILE.output] = starts_address, output_address
                # all blocks: a kept record may have a range of them
                words[TILE.first], words[TILE.last] = 0, len(schedule.work) - 1
                words[TILE.first_panel], words[TILE.last_panel] = panels
                words[TILE.weights] = weights_address + channels[0] * channel_bytes
                words[TILE.channel], words[TILE.length] = channels[0], channels[1] - channels[0]
                words[TILE.accumulates] = channels[0] > 0
                return record

            range_bytes = WORD_BYTES * (field - MAIN)  # from where the record TILES begins
            records.run(schedule.function, prepare, _cuts(shared), range_bytes)

        for channels in channel_ranges:
            if len(block_ranges) == 1:
                convolve((0, schedule.panels.total), channels, panel_ranges, TILE.first_panel)
            else:
                for panels in panel_ranges:
                    convolve(panels, channels, block_ranges, TILE.first)

    def _schedule(self, is_in_place: bool) -> tuple[TileSchedule, KeptRecords]:
        """Return the schedule for pixels that are read in place or packed, and its kept records."""
        if is_in_place not in self.schedules:
            schedule = schedule_of(self.geometry, is_in_place, self.over_channels)
            self.schedules[is_in_place] = schedule, KeptRecords()
        return self.schedules[is_in_place]


def _convolve_by_panels(tiles: Tiles, *, leaves_out_zeros: bool) -> None:
    """Let each thread pack some panels and sum their tiles, for all blocks or a range of them.

    Where the weights of one panel would not stay in the cache, some of its channels are taken at a
    time. Raises NotFiniteError if `leaves_out_zeros` and a weight is not finite.
    """
    schedule = tiles.schedule
    panel_ranges, block_ranges, channel_ranges = _ranges(schedule)
    panel_cuts, block_cuts, channel_cuts = (
        as_words(_cuts(ranges)) for ranges in (panel_ranges, block_ranges, channel_ranges)
    )
    # weights of a panel for one channel of all runs
    channel_weights = schedule.panels.weights // schedule.run_length
    # of some panels for some channels, which a thread packs at a time
    packed_weights = channel_weights * _longest(panel_ranges) * _longest(channel_ranges)
    fields = {
        "panel_cuts": ctypes.addressof(panel_cuts),
        "block_cuts": ctypes.addressof(block_cuts),
        "channel_cuts": ctypes.addressof(channel_cuts),
        "shares": len(block_ranges),
        "pieces": len(channel_ranges),
        "panel_channel": channel_weights,
        "pack": code_address(schedule.pack_weights),
        "sum": code_address(schedule.function),
        "must_be_finite": leaves_out_zeros,
    }
    made_words: list[Words] = []

    def make_record() -> tuple[int, *tuple[Any, ...]]:
        """Return (address, *memory) of a record PANEL_TILES for one thread, and of all it needs."""
        packed = launch.empty_aligned(packed_weights, tiles.dtype)
        tile_record, packing_record = tiles.new_record(packed), tiles.packing_record(packed)
        addresses = {
            "packed": address_of(packed),
            "packing": packing_record[0],
            "tiles": tile_record.address,
        }
        words = as_words(filled(PANEL_TILES, {**fields, **addresses}))
        made_words.append(words)
        return ctypes.addressof(words), words, packed, tile_record, packing_record

    launch.run_parts(
        library.function(PanelTilesForm(tiles.dtype)),
        make_record,
        range(len(panel_ranges) * len(block_ranges) + 1),
    )
    if any(words[PANEL_TILE.has_not_finite] for words in made_words):
        raise NotFiniteError


def _longest(ranges: list[Range]) -> int:
    """Return the length of the longest range."""
    return max(last - first for first, last in ranges)


def _cuts(ranges: list[Range]) -> list[int]:
    """Return where ranges that follow each other from 0 begin, and the last one ends."""
    return [0, *(last for _, last in ranges)]


def _ranges(schedule: TileSchedule) -> tuple[list[Range], list[Range], list[Range]]:
    """Return ranges of panels, of blocks, and of the channels of a run, to be taken at a time.

    A range of panels is one panel, or has about TOGETHER weights at most; blocks are only cut where
    there are too few ranges of panels for the threads.
    """
    panels = schedule.panels
    parts = max(-(-panels.all_weights // TOGETHER), launch.part_count())
    panel_ranges = launch.split_range(panels.total, parts)
    # at least two pieces of work for each thread: a range of panels with one of blocks
    block_ranges = schedule.block_ranges(-(-2 * threads.number() // len(panel_ranges)))
    return panel_ranges, block_ranges, launch.split_range(schedule.run_length, panels.pieces)


def _padded_parts(
    geometry: ConvolutionGeometry, operands: Operands
) -> Iterator[tuple[ConvolutionGeometry, Operands]]:
    """Yield (geometry, operands) for a few images at a time, in padded and converted copies.

    The copies contain the padding as pixels, so that their geometry has none, and can be read in
    place, as their channels lie side by side. Their output is a part of the output.
    """
    (m, oh, ow, _), c, sum_dtype = geometry.output, geometry.images[3], geometry.dtypes[1]
    layout = geometries.layout_in_scratch(geometry, (1, oh, ow), c, 1)
    rows, columns = layout.size
    down, across = (
        Axis(size, axis.window, axis.stride, axis.dilation)
        for size, axis in zip(layout.size, geometry.axes, strict=True)
    )
    packing = geometries.packing_of(geometry, layout, (1, oh, ow))  # image by image
    words_of_image = as_words(packing.fields, [0] * MAIN)
    words_of_image[PACK.row_count], words_of_image[PACK.writes_margin] = rows, True
    pack = library.function(PackForm(*geometry.dtypes[:2]))

    def pack_image(first: int, scratch: Array, k: int) -> None:
        """Pack image number first + k to the place of number k in the scratch."""
        words = copy_of(words_of_image)
        words[PACK.image] = first + k
        one_image = scratch[k * layout.scratch_numbers :]
        launch.point_to_pixels(words, NO_FORM, operands.images, operands.fill, one_image)
        pack(ctypes.addressof(words))

    at_once = max(1, PADDED // layout.scratch_numbers)  # images
    for first in range(0, m, at_once):
        count = min(m - first, at_once)
        scratch = launch.empty_aligned(count * layout.scratch_numbers, sum_dtype)
        threads.spread(partial(pack_image, first, scratch), count)
        lines = scratch.reshape(count, rows, layout.pitch)  # one for each row of pixels
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
