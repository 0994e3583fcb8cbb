"""Convolution with few kernels of each channel: vectors over columns.

A vector holds neighbouring numbers of a line, a row of pixels. Where each channel has its own
kernel, and pixels have their channels side by side, a line holds all channels of each column; else
one channel. A block is some images, rows and columns of the output that are computed together; a
band is the blocks side by side. `geometry` is the convolution without its arrays: shapes, strides,
windows and dtypes; `schedule` is what follows from the geometry alone. A record is what a compiled
loop is told, as 64-bit integers, its words; COLUMN etc. are the indices of fields in these. c
channels, kernels (kh, kw, depth, nc); `starts` is what sums start from, the bias.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import launch
from convpool.engines.compiled.few_kernels_schedule import (
    COLUMN,
    UNPACK,
    BlockSchedule,
    lane_weight_count,
    schedule_of,
)
from convpool.engines.compiled.geometry import ConvolutionGeometry, Operands, Weights
from convpool.engines.compiled.kept_records import KeptRecords, Record
from convpool.engines.compiled.launch import MAIN, PACK, UNSHARED
from convpool.engines.compiled.record import address_of, address_of_word, copy_of
from convpool.windows import volume

Array = NDArray[Any]


class Convolution:
    """A convolution with few kernels, whose arrays may be others in each call."""

    def __init__(self, geometry: ConvolutionGeometry) -> None:
        c = geometry.images[3]
        self.geometry = geometry
        self.channels_per_line = c if _keeps_channels_together(geometry) else 1
        # where each lane has its own weight: the channels that the weights of a tap are for
        count = lane_weight_count(self.channels_per_line, geometry.lanes)
        self.channels_of_lanes = np.arange(count) % self.channels_per_line
        # whether each lane has a weight of its own -> (schedule, its kept records)
        self.schedules: dict[bool, tuple[BlockSchedule, KeptRecords]] = {}
        self.is_small = volume(geometry.output) * volume(geometry.kernels[:3]) <= UNSHARED

    def run(self, operands: Operands) -> None:
        """Convolve the images with the kernels into the output."""
        name = "lanes", self.channels_per_line
        weights, starts, has_lane_weights = operands.weights.derive(name, self._lane_weights)
        schedule, records = self._schedule(has_lane_weights)
        arrays = operands.images, weights, starts, operands.output
        images_address, weights_address, starts_address, output_address = map(address_of, arrays)

        def prepare(kept: Record | None) -> Record:
            """Return a record, the kept one or a new one, with the addresses of these arrays."""
            record = kept or self._new_record(schedule, operands)
            words = record.words
            words[COLUMN.address] = words[PACK.address] = images_address
            words[COLUMN.weights], words[COLUMN.starts] = weights_address, starts_address
            words[COLUMN.output] = output_address
            return record

        # threads share whole bands; the loop counts blocks
        cuts_of_bands = launch.cuts_of(schedule.bands, 1 if self.is_small else schedule.bands)
        cuts = [schedule.blocks_across * band for band in cuts_of_bands]
        records.run(schedule.function, prepare, cuts)

    def _lane_weights(self, weights: Weights) -> tuple[Array, Array, bool]:
        """Return (weights, starts, has_lane_weights) as the loop reads them.

        has_lane_weights: whether each lane of a vector has a weight of its own. Lines of one
        channel need none, nor does one kernel for all channels, as photographs are filtered with.
        """
        arrays = weights.kernels, weights.bias
        if self.channels_per_line == 1 or all((array == array[..., :1]).all() for array in arrays):
            return *arrays, False
        return self._repeated(arrays[0]), self._repeated(arrays[1]), True

    def _schedule(self, has_lane_weights: bool) -> tuple[BlockSchedule, KeptRecords]:
        """Return (schedule, its kept records) for weights of such a kind; see `_lane_weights`."""
        if has_lane_weights not in self.schedules:
            schedule = schedule_of(self.geometry, self.channels_per_line, has_lane_weights)
            self.schedules[has_lane_weights] = schedule, KeptRecords()
        return self.schedules[has_lane_weights]

    def _new_record(self, schedule: BlockSchedule, operands: Operands) -> Record:
        """Return a new record with its scratches, without the addresses of weights and output.

        The scratches are arrays for one block: of its packed pixels, and of its results before they
        are copied to the output; None where pixels are read, or results stored, in place.
        """
        words, pixels, results = copy_of(schedule.words), None, None
        if schedule.layout.scratch_numbers:
            # the last vector may reach behind the last line
            numbers = schedule.layout.scratch_numbers + self.geometry.lanes
            pixels = launch.empty_aligned(numbers, self.geometry.dtypes[1])
        launch.point_to_pixels(words, COLUMN, operands.images, operands.fill, pixels)
        if schedule.result_count:
            results = launch.empty_aligned(schedule.result_count, self.geometry.dtypes[2])
            words[COLUMN.results] = words[UNPACK.scratch] = address_of(results)
            # the record UNPACKING begins with its field `scratch`
            words[COLUMN.unpacking] = address_of_word(words, UNPACK.scratch)
        return Record(address_of_word(words, MAIN), words, (pixels, results))

    def _repeated(self, weights: Array) -> Array:
        """Return weights (*window, 1, c) or (c,) as (..., lane), with one weight for each lane.

        The weights of the first channels are repeated behind those of the last, so that those of a
        vector lie side by side wherever in the channels it begins: (a, b, c) becomes (a, b, c, a,
        b, c, a, b) for vectors of 4 lanes.
        """
        shape = (*weights.shape[:-1], len(self.channels_of_lanes))
        repeated = launch.empty_aligned(volume(shape), weights.dtype).reshape(shape)
        return weights.take(self.channels_of_lanes, axis=-1, out=repeated, mode="clip")


def _keeps_channels_together(geometry: ConvolutionGeometry) -> bool:
    """Return whether a line holds all channels of each column, side by side.

    It does where each channel has one kernel of its own, images and output have channels side by
    side, and windows are neighbours or a column has at least a vector of channels.
    """
    c = geometry.images[3]
    return (
        geometry.kernels[2] == geometry.kernels_per_group == 1
        and geometry.is_interleaved
        and geometry.output_strides[2:] == (c, 1)
        and (geometry.axes[1].stride == 1 or c >= geometry.lanes)
    )
