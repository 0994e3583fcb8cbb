"""Convolution with few kernels of each channel: vectors over columns.

Lanes of a vector are neighbouring numbers of a line. Where each channel has its own kernel, the
channels of a line stay side by side; else a line holds one channel.
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
    each = geometry.images[3] if _keeps_channels_together(geometry) else 1
    # one kernel for all channels, as a photograph has, needs no weight of its own in each lane
    is_same_kernel = all(bool((array == array[..., :1]).all()) for array in (kernels, bias))
    schedule = schedule_of(geometry, each, each > 1 and not is_same_kernel)
    lanes = geometry.lanes if schedule.per_lane_weights else 1
    weights, starts = (
        _weight_lines(array, each, lanes) for array in (kernels, bias[None, None, None])
    )
    arguments = _arguments(geometry, schedule, operands, weights, starts)

    def convolve_part(part: int) -> None:
        scratch = launch.empty_aligned(schedule.layout.scratch + geometry.lanes, weights.dtype)
        scratch = scratch[schedule.shift :]
        results = 0 if schedule.stores_in_place else geometry.output[3] * volume(schedule.block)
        output_scratch = launch.empty_aligned(results, operands.output.dtype)
        loops.convolve_blocks(
            *arguments(
                parts[part],
                scratch.ctypes.data * bool(schedule.layout.scratch),
                output_scratch.ctypes.data * (not schedule.stores_in_place),
            )
        )

    launch.ensure_compiled(loops.convolve_blocks, arguments((0, 0), 0, 0))
    # blocks side by side may have columns in common, so one thread takes them: it may add to what
    # it stored
    across = -(-geometry.output[2] // schedule.block[2])
    bands = geometries.count_blocks(schedule.grid) // across
    parts = [
        (first * across, last * across)
        for first, last in launch.split_range(bands, launch.part_count())
    ]
    threads.spread(convolve_part, len(parts))


def _arguments(
    geometry: ConvolutionGeometry,
    schedule: BlockSchedule,
    operands: Operands,
    weights: Array,
    starts: Array,
) -> Callable[[tuple[int, int], int, int], tuple[Any, ...]]:
    """Return a function that gives the arguments of loops.convolution.convolve_blocks.

    It takes the range of blocks and the addresses of two scratches, for pixels and for results, 0
    for none.
    """
    images, output = operands.images, operands.output
    packing = geometries.packing_of(geometry, schedule.layout, schedule.block)
    kind, slabs = weights.dtype, schedule.slabs
    weight_strides = (weights.strides[k] // kind.itemsize for k in (1, 2, 0))
    fixed = (
        packing.keeps_margins,
        schedule.places,
        schedule.taps,
        schedule.masks,
        schedule.image_rows,
        (weights.ctypes.data, *weight_strides),
        (starts.ctypes.data, starts.strides[0] // kind.itemsize),
        schedule.groups,
        slabs.steps,
        schedule.lanes,
        schedule.taps_at_once,
        output.ctypes.data,
        geometry.output_strides,
    )
    last = (
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
        kind.type(0),
        output.dtype.type(0),
    )
    address, fill = images.ctypes.data, kind.type(operands.fill)

    def arguments(blocks: tuple[int, int], scratch: int, output_scratch: int) -> tuple[Any, ...]:
        first = (*blocks, schedule.grid, geometry.window_strides, address, geometry.input_strides)
        return (*first, packing.arguments(fill), scratch, *fixed, output_scratch, *last)

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
    """Return weights (kh, kw, depth, nc) as (nc, kw * depth, kh, 1), if lanes is 1.

    Else as (1, kw, kh, channels), one for each of so many lanes wherever a vector begins: weights
    of the first channels are repeated behind the last.
    """
    kh, nc, each = weights.shape[0], weights.shape[3], channels_per_line
    taps = weights.reshape(kh, -1, nc).transpose(2, 1, 0)
    if lanes == 1:
        return np.ascontiguousarray(taps)[..., None]
    channels = np.arange(-(-(each + lanes - 1) // lanes) * lanes) % each
    lines = taps.transpose(1, 2, 0)[None][..., channels]
    aligned = launch.empty_aligned(lines.size, weights.dtype).reshape(lines.shape)
    aligned[...] = lines
    return aligned
