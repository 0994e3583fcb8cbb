"""Convolution with few kernels of each channel: vectors over columns.

A vector holds neighbouring numbers of a line of pixels. Where each channel has its own kernel, and
pixels have their channels side by side, a line holds all channels of each column; else one channel.
`geometry` is the convolution without its arrays: shapes, strides, windows and dtypes.
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
    schedule_of,
)
from convpool.engines.compiled.geometry import ConvolutionGeometry, Operands, Weights
from convpool.engines.compiled.kept_records import KeptRecords, Record
from convpool.engines.compiled.launch import MAIN, PACK, UNSHARED
from convpool.engines.compiled.record import address_of, copy_of
from convpool.windows import volume

Array = NDArray[Any]


class Convolution:
    """A convolution with few kernels, whose arrays may be others in each call."""

    def __init__(self, geometry: ConvolutionGeometry) -> None:
        c = geometry.images[3]
        self.geometry = geometry
        self.per_line = c if _keeps_channels_together(geometry) else 1  # channels of a line
        # the channel of each number of a row of weights with one weight for each lane
        numbers = -(-(self.per_line + geometry.lanes - 1) // geometry.lanes) * geometry.lanes
        self.channels_of_lanes = np.arange(numbers) % self.per_line
        self.lanes_name = "lanes", self.per_line
        # with one weight for each lane -> (schedule, its records)
        self.schedules: dict[bool, tuple[BlockSchedule, KeptRecords]] = {}
        self.is_small = volume(geometry.output) * volume(geometry.kernels[:3]) <= UNSHARED

    def run(self, operands: Operands) -> None:
        """Convolve the images with the kernels into the output."""
        weights, starts, per_lane = operands.weights.derive(self.lanes_name, self._lane_weights)
        schedule, records = self._schedule(per_lane)
        pixels, results = address_of(operands.images), address_of(operands.output)
        places = address_of(weights), address_of(starts)

        def prepare(kept: Record | None) -> Record:
            record = kept or self._record(schedule, operands)
            words = record.words
            words[COLUMN.address] = words[PACK.address] = pixels
            words[COLUMN.weights], words[COLUMN.starts] = places
            words[COLUMN.output] = results
            return record

        bands = launch.cuts_of(schedule.bands, 1 if self.is_small else schedule.bands)
        cuts = [schedule.blocks_across * band for band in bands]
        records.run(schedule.function, prepare, cuts)

    def _lane_weights(self, weights: Weights) -> tuple[Array, Array, bool]:
        """Return (weights, what sums start from, per_lane) as the loop reads them.

        per_lane: whether each lane of a vector has weights of its own. One kernel for all channels,
        as a photograph has, needs no weight of its own in each lane.
        """
        arrays = weights.kernels, weights.bias
        if self.per_line == 1 or all((array == array[..., :1]).all() for array in arrays):
            return *arrays, False
        return self._repeated(arrays[0]), self._repeated(arrays[1]), True

    def _schedule(self, per_lane: bool) -> tuple[BlockSchedule, KeptRecords]:
        """Return how blocks are taken, and the records of such calls.

        Each lane has a weight of its own if `per_lane`; else all have one.
        """
        if per_lane not in self.schedules:
            schedule = schedule_of(self.geometry, self.per_line, per_lane)
            self.schedules[per_lane] = schedule, KeptRecords()
        return self.schedules[per_lane]

    def _record(self, schedule: BlockSchedule, operands: Operands) -> Record:
        """Return a new record with its scratches, without the addresses of weights and output."""
        words, scratch, results = copy_of(schedule.words), None, None
        if schedule.layout.scratch:
            # a vector of a line may reach behind the last one
            numbers = schedule.layout.scratch + self.geometry.lanes
            scratch = launch.empty_aligned(numbers, self.geometry.dtypes[1])
        base = launch.point_to_pixels(words, COLUMN, operands.images, operands.fill, scratch)
        if schedule.result_count:
            results = launch.empty_aligned(schedule.result_count, self.geometry.dtypes[2])
            words[COLUMN.results] = words[UNPACK.scratch] = address_of(results)
            words[COLUMN.unpacking] = base + 8 * UNPACK.scratch
        return Record(base + 8 * MAIN, words, (scratch, results))

    def _repeated(self, weights: Array) -> Array:
        """Return weights (*window, 1, c) or (c,) as (..., lanes), with one weight for each lane.

        Wherever in the channels a vector begins, its lanes follow each other: so weights of the
        first channels are repeated behind those of the last.
        """
        shape = (*weights.shape[:-1], len(self.channels_of_lanes))
        repeated = launch.empty_aligned(volume(shape), weights.dtype).reshape(shape)
        return weights.take(self.channels_of_lanes, axis=-1, out=repeated, mode="clip")


def _keeps_channels_together(geometry: ConvolutionGeometry) -> bool:
    """Return whether channels stay side by side in a line.

    They do where each has its own kernel, and images and output have them so.
    """
    c = geometry.images[3]
    return (
        geometry.kernels[2] == geometry.kernels_per_group == 1
        and geometry.is_interleaved
        and geometry.output_strides[2:] == (c, 1)
        and (geometry.axes[1].stride == 1 or c >= geometry.lanes)
    )
