"""Convolution with few kernels of each channel: vectors over columns.

A vector holds neighbouring numbers of a line of pixels. Where each channel has its own kernel, and
pixels have their channels side by side, a line holds all channels of each column; else one channel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled import launch, library
from convpool.engines.compiled.block_schedule import COLUMN, UNPACK, schedule_of
from convpool.engines.compiled.geometry import ConvolutionGeometry, Operands
from convpool.engines.compiled.launch import MAIN
from convpool.engines.compiled.record import address_of

Array = NDArray[Any]


def convolve(geometry: ConvolutionGeometry, operands: Operands) -> None:
    """Convolve the images with the kernels into the output."""
    images, kernels, bias, output, fill = operands
    per_line = geometry.images[3] if _keeps_channels_together(geometry) else 1  # channels
    # one kernel for all channels, as a photograph has, needs no weight of its own in each lane
    per_lane = per_line > 1 and not all(
        bool((array == array[..., :1]).all()) for array in (kernels, bias)
    )
    schedule = schedule_of(geometry, per_line, per_lane)
    # the bias is laid out as a kernel of one tap is
    weights = _weight_lines(kernels, per_line, geometry.lanes if per_lane else 1)
    starts = _weight_lines(bias[None, None, None], per_line, geometry.lanes if per_lane else 1)
    template = schedule.words.copy()
    template[COLUMN.weights] = address_of(weights)
    template[COLUMN.starts] = address_of(starts)
    template[COLUMN.output] = address_of(output)
    function, sum_dtype = library.function(schedule.form), weights.dtype

    def convolve_blocks(first: int, last: int) -> None:
        words = template.copy()
        words[COLUMN.first], words[COLUMN.last] = first, last
        scratch = results = None
        if schedule.layout.scratch:
            # a vector of a line may reach behind the last one
            scratch = launch.empty_aligned(schedule.layout.scratch + geometry.lanes, sum_dtype)
        base = launch.point_to_pixels(words, COLUMN, images, fill, scratch)
        if schedule.result_count:
            results = launch.empty_aligned(schedule.result_count, output.dtype)
            words[COLUMN.results] = words[UNPACK.scratch] = address_of(results)
            words[COLUMN.unpacking] = base + 8 * UNPACK.scratch
        function(base + 8 * MAIN)

    # blocks side by side may have columns in common, whose results are added to: one thread takes
    # all blocks of a band
    (m, oh, ow, _), (block_images, rows, columns) = geometry.output, schedule.block
    across, bands = -(-ow // columns), -(-m // block_images) * -(-oh // rows)
    ranges = launch.split_range(bands, launch.part_count())
    threads.spread(
        lambda part: convolve_blocks(*(across * band for band in ranges[part])), len(ranges)
    )


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


def _weight_lines(weights: Array, channels_per_line: int, lanes: int) -> Array:
    """Return a contiguous copy of weights (kh, kw, depth, nc) as the loop reads them.

    If lanes is 1, it is (nc, kw * depth, kh, 1). Else it is (1, kw, kh, channels): one weight for
    each lane, wherever in the channels a vector begins, so weights of the first channels are
    repeated behind those of the last.
    """
    kh, nc, per_line = weights.shape[0], weights.shape[3], channels_per_line
    taps = weights.reshape(kh, -1, nc).transpose(2, 1, 0)
    if lanes == 1:
        return np.ascontiguousarray(taps)[..., None]
    channels = np.arange(-(-(per_line + lanes - 1) // lanes) * lanes) % per_line
    lines = taps.transpose(1, 2, 0)[None][..., channels]
    aligned = launch.empty_aligned(lines.size, weights.dtype).reshape(lines.shape)
    aligned[...] = lines
    return aligned
