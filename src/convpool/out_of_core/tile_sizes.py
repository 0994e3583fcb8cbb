"""How large the tiles of an output are, for a limit of working memory.

A tile is a block of the output. Its sizes are a list in the order (images, *spatial, channels),
wherever the output has its channels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from convpool.engines.pad_modes import REPEATING_PAD_MODES
from convpool.plans import arguments
from convpool.plans.base import Plan
from convpool.plans.formatting import byte_size
from convpool.plans.reached_pixels import GATHER_RATIO
from convpool.windows import volume

Sizes = list[int]

# prefix of a unit -> number of bytes
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
UNITS |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
DEFAULT_MEMORY = 256 * 10**6  # bytes of working memory, where `max_memory` is None
# bytes of working memory: larger tiles are not faster, unless the chunks of the images are larger
LARGEST_TILE = 2**25


def read_memory(value: Any) -> int:
    """Return the argument `max_memory` in bytes: a whole number, a text with a unit, or None.

    Raises
    ------
    TypeError, ValueError : it is neither, or less than 1

    Examples
    --------
    >>> read_memory("256MB"), read_memory("1.5 GiB"), read_memory(4096)
    (256000000, 1610612736, 4096)
    """
    if value is None:
        return DEFAULT_MEMORY
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(|k|[KMGT]i?)B?\s*", value.replace("KB", "kB"))
        if not match or match[2] == "K":  # the pattern finds "K", which is no unit here
            raise ValueError(
                f"max_memory is {value!r}; it must be bytes or words such as '256MB' or '1.5GiB'"
            )
        whole, _, fraction = match[1].partition(".")
        # in integers, since a float may be inexact or infinite
        value = int(whole + fraction) * UNITS[match[2]] // 10 ** len(fraction)
    return arguments.read_integer(value, "max_memory", 1)


def tile_sizes(plan: Plan, limit: int, images: Any = None, *, is_in_place: bool = True) -> Sizes:
    """Return the sizes of the largest tile that takes no more working memory than a limit.

    The output is cut along its first axis, the images. If a tile of one image is still too large,
    it is also cut along the next axis, and so on; the last axis is the channels.

    Parameters
    ----------
    plan
        The plan of the whole output.
    limit
        Bytes of working memory.
    images
        The images; if they are stored in chunks, a tile reads whole chunks where possible. None for
        images that are read in slices without chunks.
    is_in_place
        Whether tiles are computed in their place in the output, and so need no memory of their own.

    Raises
    ------
    ValueError : one pixel of the output takes more than the limit; the text says how much
    """
    sizes = [plan.batch, *plan.output_sizes, plan.output_channels]
    is_read = not isinstance(images, np.ndarray)

    def bytes_of(tile: Sizes) -> int:
        return tile_bytes(plan, tile, is_read=is_read, is_in_place=is_in_place)

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
    """Return the largest number up to `length` for which `fits` is true.

    1 is taken to fit, whatever `fits` returns; the result is 0 if `length` is 0.
    """
    low, high = min(1, length), length
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _even_length(length: int, most: int, chunk: int) -> int:
    """Return the size, `most` or less, of the tiles into which an axis of `length` is cut.

    It is a multiple of `chunk` if a chunk fits, otherwise one that makes all tiles about equal.
    `chunk` is 0 without chunks.
    """
    if chunk and most >= chunk:
        return most - most % chunk
    return -(-length // -(-length // most))


def _outputs_of_chunk(plan: Plan, images: Any) -> Sizes:
    """Return how many outputs come from one chunk of the images, for each axis of a tile.

    `images.chunks` are the sizes of a chunk, as in h5py and Zarr. The number is 0 on the axis of
    the channels, and on all axes if the images have no chunks.
    """
    chunks = getattr(images, "chunks", None)
    if not (isinstance(chunks, tuple) and len(chunks) == len(plan.images_shape)):
        return [0] * (len(plan.axes) + 2)
    *chunk_sizes, _ = arguments.shape_channels_last(chunks, plan.channel_axis)
    strides = [1, *(axis.stride for axis in plan.axes)]  # of the images, and of the windows
    outputs = [max(1, size // stride) for size, stride in zip(chunk_sizes, strides, strict=True)]
    return [*outputs, 0]


def tile_bytes(plan: Plan, tile: Sequence[int], *, is_read: bool, is_in_place: bool) -> int:
    """Return an upper bound of the bytes of working memory that computing a tile takes.

    Parameters
    ----------
    plan
        The plan of the whole output.
    tile
        The sizes of the tile.
    is_read
        Whether its pixels are read into memory, not a view of an array.
    is_in_place
        Whether it is computed in its place in the output, and so needs no memory of its own.
    """
    m, *counts, channels = tile
    # groups of the tile's channels, and the channels of the images that these need
    groups = max(1, channels * plan.group_count // max(1, plan.output_channels))
    inputs = plan.group_inputs * min(plan.group_count, groups)
    # what the windows of a tile span on each axis: positions, and how many of them are pixels
    padded = [(n - 1) * axis.stride + axis.span for n, axis in zip(counts, plan.axes, strict=True)]
    is_repeated = plan.reading_mode in REPEATING_PAD_MODES
    lengths = [
        length if is_repeated else min(length, axis.size)
        for length, axis in zip(padded, plan.axes, strict=True)
    ]
    pixel_bytes = volume([m, *lengths, inputs]) * plan.images_dtype.itemsize
    # one copy if pixels are read, and two more if pad modes repeat them in another order
    copy_bytes = pixel_bytes * (2 * is_repeated + is_read)
    # twice, since a tile may be computed while the one before is written
    tile_result_bytes = 0 if is_in_place else 2 * volume(tile) * plan.dtype.itemsize
    axes = tuple(
        replace(axis, size=length, before=0, after=0, ceil=False)
        for axis, length in zip(plan.axes, padded, strict=True)
    )
    work = plan.work_of((m, *lengths, inputs), axes, channels)
    engine_bytes = plan.engines[plan.engine_name].tile_memory(work)
    gathered_bytes = pixel_bytes // GATHER_RATIO  # at most this many, see `ReachedPixels`
    extra_bytes = plan.extra_bytes(volume([m, *padded, inputs]), volume(tile))
    return copy_bytes + tile_result_bytes + engine_bytes + gathered_bytes + extra_bytes


def in_output_order(plan: Plan, tile: Sequence[Any]) -> tuple[Any, ...]:
    """Return one item for each axis of the output, from items in the order of a tile's sizes.

    The last item, of the channels, moves to the output's channel axis.
    """
    *items, channels = tile
    items.insert(plan.channel_axis, channels)
    return tuple(items)


def cut_axes(plan: Plan, tile: Sequence[int]) -> list[list[slice]]:
    """Return, for each axis of the output, channels last, the slices that cut it into tiles.

    `tile` is the sizes of the largest tile. Channels are cut so that a tile has whole groups, or
    lies in one group.
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


def _cut(first: int, stop: int, step: int) -> list[slice]:
    """Return slices of length `step`, the last one shorter, that cover first to before stop."""
    return [slice(start, min(start + step, stop)) for start in range(first, stop, max(1, step))]
