"""How large the tiles of a result are, for some working memory.

m images, c channels, nc kernels. The sizes of a tile are those of the output: images, spatial axes,
channels.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.fft import layout as fourier_layout
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.out_of_core import outputs
from convpool.plans import arguments
from convpool.plans.base import FEW, Plan, PoolingPlan
from convpool.plans.convolution import ConvolutionPlan
from convpool.plans.formatting import size
from convpool.windows import REPEATED, volume

Sizes = list[int]

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
UNITS |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
ENOUGH = (
    2**25
)  # bytes beyond which a tile is made no faster, nor read or written, unless chunks are larger


def memory(value: Any) -> int:
    """Return bytes, given as a number or as words.

    Examples
    --------
    >>> memory("256MB"), memory("1.5 GiB"), memory(4096)
    (256000000, 1610612736, 4096)
    """
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(|k|[KMGT]i?)B?\s*", value.replace("KB", "kB"))
        if not found or found[2] == "K":
            raise ValueError(
                f"max_memory is {value!r}; it must be bytes or words such as '256MB' or '1.5GiB'"
            )
        whole, _, part = found[1].partition(".")
        value = int(whole + part) * UNITS[found[2]] // 10 ** len(part)  # a float might be infinite
    return arguments.integer(value, "max_memory", 1)


def tile_sizes(
    plan: Plan, limit: int, images: Any = None, out: Any = None, *, apart: bool = False
) -> Sizes:
    """Return the largest tile that needs no more memory: whole images, else whole rows, columns, kernels.

    `apart`: tiles are not made in `out` itself, even where it is in memory.

    Raises
    ------
    ValueError : one pixel of the result needs more; the text names how much
    """
    sizes, least = [plan.batch, *plan.counts, plan.results], [1] * (len(plan.axes) + 2)

    def held(tile: Sizes) -> int:
        return _held(
            plan, tile, isinstance(images, np.ndarray), outputs.in_memory(out) and not apart
        )

    if volume(plan.output_shape) and held(least) > limit:
        raise ValueError(
            f"max_memory is {limit} bytes, but one pixel of the result takes {held(least)}: pass "
            f"{size(held(least))} or more, and far more to be fast"
        )
    chunks = _chunks(plan, images)
    limit = limit if any(chunks) else max(held(least), min(limit, ENOUGH))

    def fits(k: int, n: int) -> bool:
        return held([*sizes[:k], n, *sizes[k + 1 :]]) <= limit

    for k, (length, chunk) in enumerate(zip(sizes, chunks, strict=True)):
        sizes[k] = _most(length, partial(fits, k))
        if 0 < sizes[k] < length:
            sizes[k] = _even(length, sizes[k], chunk)
        if held(sizes) <= limit:
            break
    return sizes


def _most(length: int, fits: Callable[[int], bool]) -> int:
    """Return the most, 1 at least, that fits."""
    low, high = min(1, length), length
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _even(length: int, most: int, chunk: int) -> int:
    """Return a length that is whole in chunks, if there are such, or leaves no small rest."""
    if chunk and most >= chunk:
        return most - most % chunk
    return -(-length // -(-length // most))


def _chunks(plan: Plan, images: Any) -> Sizes:
    """Return the outputs that one chunk of the images gives on each axis, if they come in chunks."""
    chunks = getattr(images, "chunks", None)
    if not (isinstance(chunks, tuple) and len(chunks) == len(plan.images_shape)):
        return [0] * (len(plan.axes) + 2)
    *spatial, _ = arguments.channels_last(chunks, plan.channel_axis)
    strides = [1, *(axis.stride for axis in plan.axes)]
    return [*(max(1, chunk // stride) for chunk, stride in zip(spatial, strides, strict=True)), 0]


def _held(plan: Plan, tile: Sizes, given: bool, direct: bool) -> int:
    """Return the bytes that a tile of these sizes takes, about, and not less."""
    m, *counts, results = tile
    reads = plan.channels
    if isinstance(plan, ConvolutionPlan):
        reads = plan.depth * min(plan.groups, max(1, results * plan.groups // max(1, plan.results)))
    padded = [(n - 1) * axis.stride + axis.span for n, axis in zip(counts, plan.axes, strict=True)]
    repeated = getattr(plan, "pad_mode", "zeros") in REPEATED
    lengths = [
        length if repeated else min(length, axis.size)
        for length, axis in zip(padded, plan.axes, strict=True)
    ]
    pixels, made = volume([m, *lengths, reads]), volume(tile)
    held = pixels * plan.images_dtype.itemsize * (
        2 * repeated + (not given)
    ) + 2 * made * plan.dtype.itemsize * (not direct)
    return held + _engine(plan, tile, padded, pixels, made)


def _engine(plan: Plan, tile: Sizes, padded: Sizes, pixels: int, made: int) -> int:
    """Return the bytes that the engine takes beside what it reads and writes."""
    wide = plan.accumulation.itemsize
    name = plan.candidates[0][0] if plan.engine == "auto" else plan.engine
    weights = volume(plan.kernels_shape[:-1]) * tile[-1] if isinstance(plan, ConvolutionPlan) else 0
    laid = [
        replace(axis, size=length, before=0, after=0, ceil=False)
        for axis, length in zip(plan.axes, padded, strict=True)
    ]
    if isinstance(plan, PoolingPlan) and name == "numpy" and made:
        held = numpy_pooling.numbers((tile[0], *padded, tile[-1]), laid, wide) * wide
    else:
        held = 4 * min(2**18, max(1, made * plan.taps)) * wide + 3 * weights * wide
    held += pixels * plan.images_dtype.itemsize // FEW  # if only what windows reach is gathered
    if isinstance(plan, PoolingPlan):
        held += plan.beside(volume([tile[0], *padded, plan.channels]), made)
    if (
        name == "compiled"
    ):  # what it cannot read or write as it lies is converted, an image at a time
        results = wide
        if isinstance(plan, ConvolutionPlan):
            results = compiled_convolution.chains(
                plan.kernels_shape[:-1], plan.accumulation, plan.dtype
            )[1].itemsize
        held += (pixels * wide + made * results) // max(1, tile[0])
    if name == "fft" and isinstance(plan, ConvolutionPlan) and made and plan.depth:
        layout = fourier_layout.cheapest(tile[0], tuple(laid), plan.depth, tile[-1], 1)
        held += 2 * layout.memory + threads.number() * 16 * layout.scratch
    return held


def in_place(plan: Plan, tile: list[Any]) -> list[Any]:
    """Put the channels where the caller has them."""
    *others, results = tile
    others.insert(plan.channel_axis, results)
    return others


def cuts(plan: Plan, tile: Sizes) -> list[list[slice]]:
    """Cut each axis; kernels so that a tile has whole groups or lies in one."""
    sizes = [plan.batch, *plan.counts, plan.results]
    parts = [_sliced(0, length, step) for length, step in zip(sizes, tile, strict=True)]
    each = plan.results // plan.groups if isinstance(plan, ConvolutionPlan) else 1
    if tile[-1] < plan.results and each > 1:
        step = tile[-1] - tile[-1] % each
        groups = range(0, plan.results, each)
        one = [cut for first in groups for cut in _sliced(first, first + each, tile[-1])]
        parts[-1] = _sliced(0, plan.results, step) if step else one
    return parts


def _sliced(first: int, last: int, step: int) -> list[slice]:
    return [slice(start, min(start + step, last)) for start in range(first, last, max(1, step))]
