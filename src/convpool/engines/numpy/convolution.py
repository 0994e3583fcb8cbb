"""Convolution in plain NumPy: every dtype, every rank, a few MiB of working memory.

Blocks of windows are copied side by side, as many taps at a time as fit, and multiplied by the
kernels. m images of c channels, nc kernels, n images and p windows in a block, t taps of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.windows import REPEATED, Axis, block_shape, blocks, volume

Array = NDArray[Any]
Block = tuple[slice, ...]

BLOCK = 2**18  # numbers in a block of windows: 2 MiB of float64 stay in the processor's cache
LONG = (
    2**8
    # taps of a window beyond which its sum is not one chain of float32, whose rounding errors would
    # add up
)
CHAIN = 2**9  # products in a chain then, at most: BLAS itself adds up shorter ones
ALONE = 2**18  # multiply-adds up to which OpenBLAS keeps a product of matrices in one thread
FEW = 2**10  # weights up to which products are cut down to these
WORKERS = 2  # threads that take blocks then: they fit the memory that plans count
WINDOWS = (
    2**9
    # windows in a block at least, where there are as many, so that the kernels are not read too
    # often
)


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
    *window, _, nc = kernels.shape
    weights = _weights(kernels, groups, dtype)
    terms = volume(kernels.shape[:-1])
    sums = sums_of_sums(dtype, volume(window)) if terms > CHAIN else dtype
    cuts = list(_cut(out.shape[:-1], _windows_at_once(images.shape[-1], window, nc, axes)))

    def convolve_block(block: Block) -> None:
        shape = [part.stop - part.start for part in block]
        total = np.zeros((groups, nc // groups, volume(shape)), sums)
        for taps in _cut(window, BLOCK // max(1, images.shape[-1] * volume(shape))):
            part = gather(images, axes, block, taps, pad_mode, fill, dtype)
            columns = _columns(part, groups, axes, shape, taps)
            chosen = weights[(slice(None), slice(None), slice(None), *taps)]
            _add_products(total, chosen.reshape(groups, nc // groups, columns.shape[1]), columns)
        if bias is not None:
            total += bias.reshape(groups, -1, 1)
        out[block] = _channels_last(total.reshape(nc, *shape))

    workers = _workers(len(cuts), nc // groups, terms, weights.dtype)
    if workers == 1:
        for block in cuts:
            convolve_block(block)
        return

    def convolve_share(k: int) -> None:
        for block in cuts[k::workers]:
            convolve_block(block)

    threads.spread(convolve_share, workers)


def _workers(count: int, k: int, t: int, dtype: np.dtype[Any]) -> int:
    """Return how many threads take so many blocks.

    BLAS would share each of many small products between its threads, which takes many times as long
    on a busy machine.
    """
    return max(1, min(WORKERS, count // 2)) if _windows_alone(k, t, dtype) else 1


def _windows_alone(k: int, t: int, dtype: np.dtype[Any]) -> int:
    """Return how many windows of t taps make a product with k kernels that BLAS does alone; 0 if it may share them."""
    return ALONE // (k * t) if k > 1 and 0 < k * t <= FEW and dtype.char in "fdFD" else 0


def _multiply(weights: Array, columns: Array) -> Array:
    """Multiply weights (groups, k, t) by columns (groups, t, p); few weights by parts of the columns."""
    groups, k, t = weights.shape
    p = columns.shape[-1]
    alone = _windows_alone(k, t, weights.dtype)
    if not 0 < alone < p:
        return weights @ columns
    products = np.empty((groups, k, p), columns.dtype)
    whole = p - p % alone

    def parts(array: Array) -> Array:
        return array[..., :whole].reshape(*array.shape[:2], whole // alone, alone).swapaxes(1, 2)

    np.matmul(weights[:, None], parts(columns), out=parts(products))
    np.matmul(weights, columns[..., whole:], out=products[..., whole:])
    return products


def sums_of_sums(dtype: DTypeLike, count: int) -> np.dtype[Any]:
    """Return the dtype in which sums of `dtype` over parts of a window of so many taps are added up."""
    single = np.dtype(dtype) in (np.float32, np.complex64)
    return np.result_type(dtype, np.float64) if single and count > LONG else np.dtype(dtype)


def _add_products(total: Array, weights: Array, columns: Array) -> None:
    """Add the products of weights (groups, k, t) and columns (groups, t, p), in chains if sums of sums are longer."""
    groups, k, t = weights.shape
    if total.dtype == columns.dtype or t < CHAIN:
        total += _multiply(weights, columns)
        return
    whole = t - t % CHAIN
    chains = weights[..., :whole].reshape(groups, k, whole // CHAIN, CHAIN).swapaxes(1, 2)
    parts = chains @ columns[:, :whole].reshape(groups, whole // CHAIN, CHAIN, columns.shape[2])
    total += parts.sum(axis=1, dtype=total.dtype)
    if whole < t:
        total += _multiply(weights[..., whole:], columns[:, whole:])


def _cut(shape: Sequence[int], limit: int) -> Iterable[Block]:
    """Cut into blocks; where one holds everything, as in small work, without the search for it."""
    return (
        [tuple([slice(0, size) for size in shape])]
        if 0 < volume(shape) <= limit
        else blocks(shape, limit)
    )


def _windows_at_once(c: int, window: Sequence[int], nc: int, axes: Sequence[Axis]) -> int:
    """Return how many windows fit in a block, if possible with all their taps."""
    numbers = max(1, c * volume(window), nc, c * volume([axis.stride for axis in axes]))
    return max(BLOCK // numbers, min(WINDOWS, BLOCK // max(1, c, nc)))


def numbers(
    images: Sequence[int],
    kernels: Sequence[int],
    axes: Sequence[Axis],
    groups: int,
    dtype: np.dtype[Any],
) -> int:
    """Return how many numbers `convolve` holds at a time, beside images (m, *spatial, c), kernels and result."""
    *window, depth, nc = kernels
    c, weights = images[-1], volume(kernels)
    every = images[0], *(axis.count for axis in axes)
    block = block_shape(every, _windows_at_once(c, window, nc, axes))
    taps = block_shape(window, BLOCK // max(1, c * volume(block)))
    lengths = [
        (n - 1) * axis.stride + (t - 1) * axis.dilation + 1
        for n, t, axis in zip(block[1:], taps, axes, strict=True)
    ]
    part, columns = c * block[0] * volume(lengths), c * volume(block) * volume(taps)
    chosen = weights if taps != list(window) else 0
    count = volume([-(-total // size) for total, size in zip(every, block, strict=True)])
    workers = _workers(count, nc // groups, depth * volume(window), dtype)
    # parts and columns are let go when the next ones are there
    return weights + workers * (chosen + 2 * (part + columns + nc * volume(block)))


# transpose where moveaxis would do: these run in every call, and moveaxis takes as long as a small
# image
def _channels_last(array: Array) -> Array:
    """Move the first axis to the end."""
    return array.transpose(*range(1, array.ndim), 0)


def _channels_first(array: Array) -> Array:
    """Move the last axis to the front."""
    return array.transpose(-1, *range(array.ndim - 1))


def _weights(kernels: Array, groups: int, dtype: DTypeLike) -> Array:
    """Turn kernels (*window, depth, nc) into (groups, nc // groups, depth, *window)."""
    *window, depth, nc = kernels.shape
    split = kernels.reshape(*window, depth, groups, nc // groups)
    return np.ascontiguousarray(split.transpose(-2, -1, -3, *range(len(window))), dtype)


def gather(
    images: Array,
    axes: Sequence[Axis],
    block: Block,
    taps: Block,
    pad_mode: str,
    fill: Any,
    dtype: DTypeLike,
) -> Array:
    """Copy what some taps of some windows need, padded, as (c, n, *spatial) without gaps."""
    if pad_mode not in ("zeros", "constant"):
        return _gather_indexed(images, axes, block, taps, pad_mode, dtype)
    inputs, inner, lengths = [block[0]], [], []
    for axis, outputs, part in zip(axes, block[1:], taps, strict=True):
        start, stop, before, after = axis.halo(outputs, part)
        inputs.append(slice(start, stop))
        inner.append(slice(before, before + stop - start))
        lengths.append(before + stop - start + after)
    pixels = _channels_first(images[tuple(inputs)])
    shape = (*pixels.shape[:2], *lengths)
    if pixels.shape == shape:
        return np.ascontiguousarray(pixels, dtype)
    padded = np.empty(shape, dtype)
    padded.fill(fill)
    padded[(slice(None), slice(None), *inner)] = pixels
    return padded


def _gather_indexed(
    images: Array, axes: Sequence[Axis], block: Block, taps: Block, pad_mode: str, dtype: DTypeLike
) -> Array:
    """Gather where the padding repeats pixels."""
    places = [np.arange(block[0].start, block[0].stop)]
    for axis, outputs, part in zip(axes, block[1:], taps, strict=True):
        first = outputs.start * axis.stride + part.start * axis.dilation
        start, stop, before, after = axis.halo(outputs, part)
        inputs = np.arange(first, first + before + stop - start + after) - axis.before
        places.append(REPEATED[pad_mode](inputs, axis.size))
    channels = np.arange(images.shape[-1])
    return np.ascontiguousarray(_channels_first(images[np.ix_(*places, channels)]), dtype)


def _columns(
    part: Array, groups: int, axes: Sequence[Axis], shape: Sequence[int], taps: Block
) -> Array:
    """Lay the windows of a part (c, n, *spatial) side by side, as (groups, depth * t, n * p)."""
    depth, window, moves, jumps = part.shape[0] // groups, [], [], []
    channel, image, *steps = part.strides
    for axis, tap, step, count in zip(axes, taps, steps, shape[1:], strict=True):
        length = tap.stop - tap.start
        window.append(length)
        # where there is no second one, the step may be too large for a machine's integer
        moves.append(step * axis.dilation if length > 1 else 0)
        jumps.append(step * axis.stride if count > 1 else 0)
    strides = (depth * channel, channel, *moves, image, *jumps)
    # as_strided takes as long as a small image, and a part has no gaps that a plain array could not
    # lie on
    windows: Array = np.ndarray((groups, depth, *window, *shape), part.dtype, part, 0, strides)
    return windows.reshape(groups, depth * volume(window), volume(shape))


def convolve_transpose(
    values: Array,
    kernels: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int = 1,
    dtype: DTypeLike,
) -> None:
    """Give each value (m, *output, nc), times its kernel, back to its window on the pixels out (m, *spatial, c)."""
    *window, depth, nc = kernels.shape
    weights = np.moveaxis(
        _weights(kernels, groups, dtype), 1, -1
    )  # (groups, depth, *window, nc // groups)
    numbers = max(1, volume(values.shape[1:-1]) * max(1, depth * groups), volume(out.shape[1:]))
    for (batch,) in blocks(out.shape[:1], BLOCK // numbers):
        some = np.moveaxis(values[batch], -1, 0).astype(dtype, copy=False)
        columns = np.ascontiguousarray(some).reshape(groups, nc // groups, volume(some.shape[1:]))
        sums = sums_of_sums(dtype, volume(window))
        total = np.zeros((groups, depth, some.shape[1], *out.shape[1:-1]), sums)
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
