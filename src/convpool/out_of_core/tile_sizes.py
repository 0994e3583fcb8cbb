"""How large the tiles of an output are, for a limit of working memory.

The sizes of a tile are those of its part of the output, channels last: images, spatial axes,
channels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from convpool.engines.padding import REPEATING_PAD_MODES
from convpool.plans import arguments
from convpool.plans.base import Plan
from convpool.plans.formatting import byte_size
from convpool.plans.reached_pixels import GATHER_RATIO
from convpool.windows import volume

Sizes = list[int]

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
UNITS |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
# bytes beyond which a tile is computed, read and written no faster, unless chunks are larger
LARGEST_TILE = 2**25


def read_memory(value: Any) -> int:
    """Return the bytes that `max_memory` is, a number or a text.

    Examples
    --------
    >>> read_memory("256MB"), read_memory("1.5 GiB"), read_memory(4096)
    (256000000, 1610612736, 4096)
    """
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(|k|[KMGT]i?)B?\s*", value.replace("KB", "kB"))
        if not match or match[2] == "K":
            raise ValueError(
                f"max_memory is {value!r}; it must be bytes or words such as '256MB' or '1.5GiB'"
            )
        whole, _, fraction = match[1].partition(".")
        # not as a float, which might be infinite
        value = int(whole + fraction) * UNITS[match[2]] // 10 ** len(fraction)
    return arguments.read_integer(value, "max_memory", 1)


def tile_sizes(plan: Plan, limit: int, images: Any = None, *, has_room: bool = True) -> Sizes:
    """Return the sizes of the largest tile that takes no more memory than a limit.

    It has whole images if possible, else whole rows, columns, kernels.

    Parameters
    ----------
    plan
        Of the whole output.
    limit
        Bytes of working memory.
    images
        What is read; its chunks are taken whole where that is possible.
    has_room
        Whether tiles are computed in their place in the output.

    Raises
    ------
    ValueError : one pixel of the output takes more; the text names how much
    """
    sizes = [plan.batch, *plan.output_sizes, plan.output_channels]
    is_read = not isinstance(images, np.ndarray)

    def bytes_of(tile: Sizes) -> int:
        return tile_bytes(plan, tile, is_read=is_read, has_room=has_room)

    least = bytes_of([1] * len(sizes))
    if volume(plan.output_shape) and least > limit:
        raise ValueError(
            f"max_memory is {limit} bytes, but one pixel of the result takes {least}: pass "
            f"{byte_size(least)} or more, and far more to be fast"
        )
    chunks = _outputs_of_chunk(plan, images)
    limit = limit if any(chunks) else max(least, min(limit, LARGEST_TILE))

    def fits(k: int, n: int) -> bool:
        return bytes_of([*sizes[:k], n, *sizes[k + 1 :]]) <= limit

    for k, (length, chunk) in enumerate(zip(sizes, chunks, strict=True)):
        sizes[k] = _largest_that_fits(length, partial(fits, k))
        if 0 < sizes[k] < length:
            sizes[k] = _even_length(length, sizes[k], chunk)
        if bytes_of(sizes) <= limit:
            break
    return sizes


def _largest_that_fits(length: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to length that fits, or 1."""
    low, high = min(1, length), length
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _even_length(length: int, most: int, chunk: int) -> int:
    """Return a length up to `most` that is a multiple of a chunk, or else cuts an axis evenly."""
    if chunk and most >= chunk:
        return most - most % chunk
    return -(-length // -(-length // most))


def _outputs_of_chunk(plan: Plan, images: Any) -> Sizes:
    """Return how many outputs one chunk of the images gives on each axis; 0 without chunks."""
    chunks = getattr(images, "chunks", None)
    if not (isinstance(chunks, tuple) and len(chunks) == len(plan.images_shape)):
        return [0] * (len(plan.axes) + 2)
    *others, _ = arguments.shape_channels_last(chunks, plan.channel_axis)
    strides = [1, *(axis.stride for axis in plan.axes)]
    return [*(max(1, chunk // stride) for chunk, stride in zip(others, strides, strict=True)), 0]


def tile_bytes(plan: Plan, tile: Sequence[int], *, is_read: bool, has_room: bool) -> int:
    """Return an upper bound of the bytes that computing a tile takes.

    Parameters
    ----------
    plan
        Of the whole output.
    tile
        Its sizes.
    is_read
        Whether pixels are read into memory for it, not taken from an array.
    has_room
        Whether it is computed in its place in the output.
    """
    m, *counts, channels = tile
    groups = max(1, channels * plan.group_count // max(1, plan.output_channels))
    inputs = plan.group_inputs * min(plan.group_count, groups)
    padded = [(n - 1) * axis.stride + axis.span for n, axis in zip(counts, plan.axes, strict=True)]
    is_repeated = plan.reading_mode in REPEATING_PAD_MODES
    lengths = [
        length if is_repeated else min(length, axis.size)
        for length, axis in zip(padded, plan.axes, strict=True)
    ]
    pixel_bytes = volume([m, *lengths, inputs]) * plan.images_dtype.itemsize
    copies = pixel_bytes * (2 * is_repeated + is_read)
    results = 0 if has_room else 2 * volume(tile) * plan.dtype.itemsize
    axes = tuple(
        replace(axis, size=length, before=0, after=0, ceil=False)
        for axis, length in zip(plan.axes, padded, strict=True)
    )
    work = plan.work_of((m, *lengths, inputs), axes, channels)
    engine = plan.engines[plan.engine_name].tile_memory(work)
    gathered = pixel_bytes // GATHER_RATIO  # if only the pixels that windows reach are gathered
    extra = plan.extra_bytes(volume([m, *padded, inputs]), volume(tile))
    return copies + results + engine + gathered + extra


def in_output_order(plan: Plan, tile: Sequence[Any]) -> tuple[Any, ...]:
    """Return items for each axis, channels last, with the channels where the output has them."""
    *others, channels = tile
    others.insert(plan.channel_axis, channels)
    return tuple(others)


def cut_axes(plan: Plan, tile: Sequence[int]) -> list[list[slice]]:
    """Return slices of each axis of the output, channels last, that cut it into tiles.

    A tile has whole groups of channels, or lies in one.
    """
    sizes = [plan.batch, *plan.output_sizes, plan.output_channels]
    cuts = [_cut(0, length, step) for length, step in zip(sizes, tile, strict=True)]
    group, channels = plan.group_outputs, tile[-1]
    if channels < plan.output_channels and group > 1:
        if channels >= group:
            cuts[-1] = _cut(0, plan.output_channels, channels - channels % group)
        else:
            groups = range(0, plan.output_channels, group)
            cuts[-1] = [cut for first in groups for cut in _cut(first, first + group, channels)]
    return cuts


def _cut(first: int, last: int, step: int) -> list[slice]:
    """Return slices of up to `step` numbers from first to before last."""
    return [slice(start, min(start + step, last)) for start in range(first, last, max(1, step))]
