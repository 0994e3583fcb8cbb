"""Convolution in plain NumPy: every dtype, every rank, a few MiB of working memory.

Blocks of windows are copied side by side, as many taps at a time as fit, and multiplied by the kernels. m images of c
channels, nc kernels, n images and p windows in a block, t taps of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.windows import Axis, blocks, padded_indices, view, volume

Array = NDArray[Any]
Block = tuple[slice, ...]

BLOCK = 2**18  # numbers in a block of windows: 2 MiB of float64 stay in the processor's cache
WINDOWS = 2**9  # windows in a block at least, where there are as many, so that the kernels are not read too often


def convolve(
    images: Array,
    kernels: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    bias: Array | None = None,
    dtype: DTypeLike,
) -> None:
    """Convolve images (m, *spatial, c) with kernels (*window, c // groups, nc) into out (m, *output, nc).

    Sums are taken in `dtype`; `out` may have another one that holds the results.
    """
    *window, depth, nc = kernels.shape
    weights = _weights(kernels, groups, dtype)
    for block in blocks(out.shape[:-1], _windows_at_once(images.shape[-1], window, nc, axes)):
        shape = tuple(part.stop - part.start for part in block)
        total = np.zeros((groups, nc // groups, volume(shape)), dtype)
        for taps in blocks(window, BLOCK // max(1, images.shape[-1] * volume(shape))):
            part = gather(images, axes, block, taps, pad_mode, fill, dtype)
            columns = _columns(part.reshape(groups, depth, *part.shape[1:]), axes, shape, taps)
            chosen = weights[(slice(None), slice(None), slice(None), *taps)]
            total += chosen.reshape(*total.shape[:2], columns.shape[1]) @ columns
        if bias is not None:
            total += bias.reshape(groups, -1, 1)
        out[block] = np.moveaxis(total.reshape(nc, *shape), 0, -1)


def _windows_at_once(c: int, window: Sequence[int], nc: int, axes: Sequence[Axis]) -> int:
    """Return how many windows fit in a block, if possible with all their taps."""
    numbers = max(1, c * volume(window), nc, c * volume([axis.stride for axis in axes]))
    return max(BLOCK // numbers, min(WINDOWS, BLOCK // max(1, c, nc)))


def _weights(kernels: Array, groups: int, dtype: DTypeLike) -> Array:
    """Turn kernels (*window, depth, nc) into (groups, nc // groups, depth, *window)."""
    *window, depth, nc = kernels.shape
    split = kernels.reshape(*window, depth, groups, nc // groups)
    return np.ascontiguousarray(np.moveaxis(split, (-2, -1, -3), (0, 1, 2)), dtype)


def gather(
    images: Array, axes: Sequence[Axis], block: Block, taps: Block, pad_mode: str, fill: Any, dtype: DTypeLike
) -> Array:
    """Copy what some taps of some windows need, padded, as (c, n, *spatial)."""
    halos = [axis.halo(outputs, part) for axis, outputs, part in zip(axes, block[1:], taps, strict=True)]
    lengths = [halo.before + halo.stop - halo.start + halo.after for halo in halos]
    if pad_mode not in ("zeros", "constant"):
        firsts = [o.start * a.stride + t.start * a.dilation for a, o, t in zip(axes, block[1:], taps, strict=True)]
        indices = [
            padded_indices(axis, pad_mode)[first : first + length]
            for axis, first, length in zip(axes, firsts, lengths, strict=True)
        ]
        batch, channels = np.arange(block[0].start, block[0].stop), np.arange(images.shape[-1])
        return np.ascontiguousarray(np.moveaxis(images[np.ix_(batch, *indices, channels)], -1, 0), dtype)
    pixels = images[(block[0], *(slice(halo.start, halo.stop) for halo in halos))]
    part = np.full((images.shape[-1], pixels.shape[0], *lengths), fill, dtype)
    inner = (slice(halo.before, length - halo.after) for halo, length in zip(halos, lengths, strict=True))
    part[(slice(None), slice(None), *inner)] = np.moveaxis(pixels, -1, 0)
    return part


def _columns(part: Array, axes: Sequence[Axis], shape: Sequence[int], taps: Block) -> Array:
    """Lay the windows of a part (groups, depth, n, *spatial) side by side, as (groups, depth * t, n * p)."""
    inner = [
        Axis(length, tap.stop - tap.start, axis.stride, axis.dilation)
        for length, tap, axis in zip(part.shape[3:], taps, axes, strict=True)
    ]
    windows = view(part, inner, first=3)
    rank = len(axes)
    ordered = np.moveaxis(windows, range(3 + rank, 3 + 2 * rank), range(2, 2 + rank))
    return ordered.reshape(part.shape[0], -1, volume(shape))


def convolve_transpose(
    values: Array, kernels: Array, axes: Sequence[Axis], out: Array, *, groups: int = 1, dtype: DTypeLike
) -> None:
    """Give each value (m, *output, nc), times its kernel, back to its window on the pixels out (m, *spatial, c)."""
    *window, depth, nc = kernels.shape
    weights = np.moveaxis(_weights(kernels, groups, dtype), 1, -1)  # (groups, depth, *window, nc // groups)
    numbers = max(1, volume(values.shape[1:-1]) * max(1, depth * groups), volume(out.shape[1:]))
    for (batch,) in blocks(out.shape[:1], BLOCK // numbers):
        some = np.moveaxis(values[batch], -1, 0).astype(dtype, copy=False)
        columns = np.ascontiguousarray(some).reshape(groups, nc // groups, volume(some.shape[1:]))
        total = np.zeros((groups, depth, some.shape[1], *out.shape[1:-1]), dtype)
        for taps in blocks(window, BLOCK // numbers):
            chosen = weights[(slice(None), slice(None), *taps)]
            given = chosen.reshape(groups, volume(chosen.shape[1:-1]), nc // groups) @ columns
            add_windows(total, given.reshape(*chosen.shape[:-1], *some.shape[1:]), axes, taps)
        out[batch] = np.moveaxis(total.reshape(groups * depth, *total.shape[2:]), 0, -1)


def add_windows(total: Array, given: Array, axes: Sequence[Axis], taps: Block) -> None:
    """Add given (groups, depth, *taps, n, *output) to the pixels total (groups, depth, n, *spatial) it belongs to."""
    for tap in product(*(range(part.start, part.stop) for part in taps)):
        counts = given.shape[given.ndim - len(axes) :]
        reaches = [axis.reach(t, count) for axis, t, count in zip(axes, tap, counts, strict=True)]
        windows = tuple(windows for windows, _ in reaches)
        pixels = tuple(pixels for _, pixels in reaches)
        index = tuple(t - part.start for t, part in zip(tap, taps, strict=True))
        every = (slice(None),)
        total[every * 3 + pixels] += given[every * 2 + index + every + windows]
