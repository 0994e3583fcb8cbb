"""Convolution with few kernels of each channel: vectors over columns.

A vector holds neighbouring numbers of a line of pixels. Where each channel has its own kernel, and
pixels have their channels side by side, a line holds all channels of each column; else one channel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled import launch
from convpool.engines.compiled.block_schedule import BlockSchedule, schedule_of
from convpool.engines.compiled.geometry import ConvolutionGeometry, Operands
from convpool.windows import volume

Array = NDArray[Any]


def convolve(geometry: ConvolutionGeometry, operands: Operands) -> None:
    """Convolve the images with the kernels into the output."""
    from convpool.engines.compiled.loops import convolution as loops

    kernels, bias = operands.kernels, operands.bias
    per_line = geometry.images[3] if _keeps_channels_together(geometry) else 1  # channels
    # one kernel for all channels, as a photograph has, needs no weight of its own in each lane
    is_same_kernel = all(bool((array == array[..., :1]).all()) for array in (kernels, bias))
    schedule = schedule_of(geometry, per_line, per_line > 1 and not is_same_kernel)
    lanes = geometry.lanes if schedule.per_lane_weights else 1
    # the bias is laid out as a kernel of one tap is
    weights, starts = (
        _weight_lines(array, per_line, lanes) for array in (kernels, bias[None, None, None])
    )
    arguments = _arguments(geometry, schedule, operands, weights, starts)

    def convolve_part(part: int) -> None:
        scratch = launch.empty_aligned(schedule.layout.scratch + geometry.lanes, weights.dtype)
        scratch = scratch[schedule.shift :]
        result_count = (
            0 if schedule.stores_in_place else geometry.output[3] * volume(schedule.block)
        )
        output_scratch = launch.empty_aligned(result_count, operands.output.dtype)
        loops.convolve_blocks(
            *arguments(
                ranges[part],
                scratch.ctypes.data if schedule.layout.scratch else 0,
                0 if schedule.stores_in_place else output_scratch.ctypes.data,
            )
        )

    launch.ensure_compiled(loops.convolve_blocks, arguments((0, 0), 0, 0))
    # blocks side by side may have columns in common, whose results are added to: one thread takes
    # all blocks of a band
    across = -(-geometry.output[2] // schedule.block[2])
    bands = geometries.count_blocks(schedule.grid) // across
    ranges = [
        (first * across, last * across)
        for first, last in launch.split_range(bands, launch.part_count())
    ]
    threads.spread(convolve_part, len(ranges))


def _arguments(
    geometry: ConvolutionGeometry,
    schedule: BlockSchedule,
    operands: Operands,
    weights: Array,
    starts: Array,
) -> Callable[[tuple[int, int], int, int], tuple[Any, ...]]:
    """Return a function from (range of blocks, scratch, output_scratch) to arguments of the loop.

    These are the arguments of loops.convolution.convolve_blocks. The range is (first, behind the
    last); scratch and output_scratch are the addresses of memory for pixels and for results, 0 for
    none.
    """
    images, output = operands.images, operands.output
    packing = geometries.packing_of(geometry, schedule.layout, schedule.block)
    sum_dtype, slabs = weights.dtype, schedule.slabs
    weight_strides = (weights.strides[k] // sum_dtype.itemsize for k in (1, 2, 0))
    between_scratches = (
        packing.keeps_margins,
        schedule.places,
        schedule.taps,
        schedule.masks,
        schedule.image_rows,
        (weights.ctypes.data, *weight_strides),
        (starts.ctypes.data, starts.strides[0] // sum_dtype.itemsize),
        schedule.groups,
        slabs.steps,
        schedule.lanes,
        schedule.taps_at_once,
        output.ctypes.data,
        geometry.output_strides,
    )
    behind_scratches = (
        images.itemsize * schedule.prefetch_distance,
        packing.parts,
        schedule.output_parts,
        (0,) * slabs.slab,
        (0,) * slabs.tail or None,
        (0,) * slabs.stride,
        schedule.column_stride,
        schedule.unroll_taps,
        schedule.per_lane_weights,
        images.dtype.type(0),
        sum_dtype.type(0),
        output.dtype.type(0),
    )
    address, fill = images.ctypes.data, sum_dtype.type(operands.fill)

    def arguments(blocks: tuple[int, int], scratch: int, output_scratch: int) -> tuple[Any, ...]:
        first = (*blocks, schedule.grid, geometry.window_strides, address, geometry.input_strides)
        return (
            *first,
            packing.arguments(fill),
            scratch,
            *between_scratches,
            output_scratch,
            *behind_scratches,
        )

    return arguments


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
