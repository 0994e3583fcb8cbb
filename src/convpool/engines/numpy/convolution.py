"""Convolution in plain NumPy: every dtype, every rank, a few MiB of working memory.

Blocks of windows are copied side by side, as many taps at a time as fit, and multiplied by the
kernels. m images of c channels, nc kernels of depth = c // groups channels; a block has b images
and p windows, of which t taps (channels included) are taken at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.padding import REPEATING_PAD_MODES
from convpool.windows import Axis, block_shape, blocks, volume

Array = NDArray[Any]
Block = tuple[slice, ...]

BLOCK = 2**18  # numbers in a block of windows: 2 MiB of float64 stay in the processor's cache
# taps of a window beyond which its sum is not one chain of float32, whose rounding errors would
# add up
LONG = 2**8
CHAIN = 2**9  # products in a chain then, at most: BLAS itself adds up shorter ones
ALONE = 2**18  # multiply-adds up to which OpenBLAS keeps a product of matrices in one thread
FEW = 2**10  # weights up to which products are cut down to these
WORKERS = 2  # threads that take blocks then: they fit the memory that plans count
# windows in a block at least, where there are as many, so that kernels are not read too often
WINDOWS = 2**9


class PaddedImages(NamedTuple):
    """Images (m, *spatial, c), the windows on them, and what stands in the padding around them."""

    images: Array
    axes: Sequence[Axis]
    pad_mode: str
    fill: Any


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
    """Convolve images (m, *spatial, c) with kernels (*window, depth, nc) into out (m, *output, nc).

    Sums are taken in `dtype`; `out` may have another one that holds the results.
    """
    *window, _, nc = kernels.shape
    weights = _weights(kernels, groups, dtype)
    terms = volume(kernels.shape[:-1])
    sum_dtype = sums_of_sums(dtype, volume(window)) if terms > CHAIN else dtype
    source = PaddedImages(images, axes, pad_mode, fill)
    c = images.shape[-1]
    all_blocks = list(blocks(out.shape[:-1], _windows_at_once(c, window, nc, axes)))

    def convolve_block(block: Block) -> None:
        shape = [part.stop - part.start for part in block]
        total = np.zeros((groups, nc // groups, volume(shape)), sum_dtype)
        for taps in blocks(window, BLOCK // max(1, c * volume(shape))):
            part = gather(source, block, taps, dtype)
            columns = _columns(part, groups, axes, shape, taps)
            chosen = weights[(slice(None), slice(None), slice(None), *taps)]
            _add_products(total, chosen.reshape(groups, nc // groups, columns.shape[1]), columns)
        if bias is not None:
            total += bias.reshape(groups, -1, 1)
        out[block] = _channels_last(total.reshape(nc, *shape))

    workers = _workers(len(all_blocks), nc // groups, terms, weights.dtype)

    def convolve_share(worker: int) -> None:
        for block in all_blocks[worker::workers]:
            convolve_block(block)

    if workers == 1:
        convolve_share(0)
    else:
        threads.spread(convolve_share, workers)


def _workers(count: int, kernels: int, t: int, dtype: np.dtype[Any]) -> int:
    """Return how many threads take `count` blocks, for so many kernels of a group and t taps.

    BLAS would share each of many small products between its threads, which takes many times as long
    on a busy machine.
    """
    return max(1, min(WORKERS, count // 2)) if _windows_alone(kernels, t, dtype) else 1


def _windows_alone(kernels: int, t: int, dtype: np.dtype[Any]) -> int:
    """Return how many windows of t taps make a product that BLAS keeps in one thread.

    0 if products with so many kernels need not be cut down to that.
    """
    is_small = kernels > 1 and 0 < kernels * t <= FEW and dtype.char in "fdFD"
    return ALONE // (kernels * t) if is_small else 0


def _multiply(weights: Array, columns: Array) -> Array:
    """Return weights (groups, nc // groups, t) @ columns (groups, t, p), few weights in parts."""
    groups, kernels, t = weights.shape
    p = columns.shape[-1]
    alone = _windows_alone(kernels, t, weights.dtype)
    if not 0 < alone < p:
        return weights @ columns
    products = np.empty((groups, kernels, p), columns.dtype)
    whole = p - p % alone

    def parts(array: Array) -> Array:
        return array[..., :whole].reshape(*array.shape[:2], whole // alone, alone).swapaxes(1, 2)

    np.matmul(weights[:, None], parts(columns), out=parts(products))
    np.matmul(weights, columns[..., whole:], out=products[..., whole:])
    return products


def sums_of_sums(dtype: DTypeLike, count: int) -> np.dtype[Any]:
    """Return the dtype in which sums of `dtype` over parts of windows of `count` taps are added."""
    is_single = np.dtype(dtype) in (np.float32, np.complex64)
    return np.result_type(dtype, np.float64) if is_single and count > LONG else np.dtype(dtype)


def _add_products(total: Array, weights: Array, columns: Array) -> None:
    """Add weights (groups, nc // groups, t) @ columns (groups, t, p) to the total.

    Where the total (groups, nc // groups, p) has a longer dtype, products are summed in chains,
    and these in that dtype.
    """
    groups, kernels, t = weights.shape
    if total.dtype == columns.dtype or t < CHAIN:
        total += _multiply(weights, columns)
        return
    whole = t - t % CHAIN
    chains = weights[..., :whole].reshape(groups, kernels, whole // CHAIN, CHAIN).swapaxes(1, 2)
    parts = chains @ columns[:, :whole].reshape(groups, whole // CHAIN, CHAIN, columns.shape[2])
    total += parts.sum(axis=1, dtype=total.dtype)
    if whole < t:
        total += _multiply(weights[..., whole:], columns[:, whole:])


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
    """Return how many numbers `convolve` holds at a time for images and kernels of these shapes.

    Images, kernels and the result are not counted.
    """
    *window, depth, nc = kernels
    c, weights = images[-1], volume(kernels)
    results = images[0], *(axis.count for axis in axes)
    block = block_shape(results, _windows_at_once(c, window, nc, axes))
    taps = block_shape(window, BLOCK // max(1, c * volume(block)))
    lengths = [
        (count - 1) * axis.stride + (length - 1) * axis.dilation + 1
        for count, length, axis in zip(block[1:], taps, axes, strict=True)
    ]
    part, columns = c * block[0] * volume(lengths), c * volume(block) * volume(taps)
    chosen = weights if taps != list(window) else 0
    count = volume([-(-total // size) for total, size in zip(results, block, strict=True)])
    workers = _workers(count, nc // groups, depth * volume(window), dtype)
    # parts and columns are freed only when the next ones exist
    return weights + workers * (chosen + 2 * (part + columns + nc * volume(block)))


# transpose, not moveaxis: these run in every call, and moveaxis takes as long as a small image
def _channels_last(array: Array) -> Array:
    """Move the first axis to the end."""
    return array.transpose(*range(1, array.ndim), 0)


def _channels_first(array: Array) -> Array:
    """Move the last axis to the front."""
    return array.transpose(-1, *range(array.ndim - 1))


def _weights(kernels: Array, groups: int, dtype: DTypeLike) -> Array:
    """Return kernels (*window, depth, nc) as (groups, nc // groups, depth, *window)."""
    *window, depth, nc = kernels.shape
    split = kernels.reshape(*window, depth, groups, nc // groups)
    return np.ascontiguousarray(split.transpose(-2, -1, -3, *range(len(window))), dtype)


def gather(source: PaddedImages, block: Block, taps: Block, dtype: DTypeLike) -> Array:
    """Copy the pixels that some taps of a block of windows need, padded, as (c, b, *spatial).

    A block is a slice of the images and one of the windows on each axis; taps is a slice of the
    window on each axis. The array is contiguous.
    """
    images, axes, pad_mode, fill = source
    if pad_mode not in ("zeros", "constant"):
        return _gather_indexed(source, block, taps, dtype)
    inputs, inner, lengths = [block[0]], [], []
    for axis, windows, part in zip(axes, block[1:], taps, strict=True):
        start, stop, before, after = axis.halo(windows, part)
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


def _gather_indexed(source: PaddedImages, block: Block, taps: Block, dtype: DTypeLike) -> Array:
    """Return what `gather` does, where the padding repeats pixels."""
    images = source.images
    places = [np.arange(block[0].start, block[0].stop)]
    for axis, windows, part in zip(source.axes, block[1:], taps, strict=True):
        first = windows.start * axis.stride + part.start * axis.dilation
        start, stop, before, after = axis.halo(windows, part)
        inputs = np.arange(first, first + before + stop - start + after) - axis.before
        places.append(REPEATING_PAD_MODES[source.pad_mode](inputs, axis.size))
    channels = np.arange(images.shape[-1])
    return np.ascontiguousarray(_channels_first(images[np.ix_(*places, channels)]), dtype)


def _columns(
    part: Array, groups: int, axes: Sequence[Axis], shape: Sequence[int], taps: Block
) -> Array:
    """Return the windows of a gathered part (c, b, *spatial) as columns (groups, t, p).

    shape is that of the block, (b, windows on each axis).
    """
    depth, window, tap_strides, window_strides = part.shape[0] // groups, [], [], []
    channel, image, *strides = part.strides
    for axis, tap, stride, count in zip(axes, taps, strides, shape[1:], strict=True):
        length = tap.stop - tap.start
        window.append(length)
        # where there is no second one, the stride may be too large for a machine's integer
        tap_strides.append(stride * axis.dilation if length > 1 else 0)
        window_strides.append(stride * axis.stride if count > 1 else 0)
    all_strides = (depth * channel, channel, *tap_strides, image, *window_strides)
    # np.ndarray, since as_strided takes as long as a small image; a part is contiguous
    windows: Array = np.ndarray((groups, depth, *window, *shape), part.dtype, part, 0, all_strides)
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
    """Write the adjoint of `convolve`, of values (m, *output, nc), to pixels out (m, *spatial, c).

    Each value, times its kernel (*window, depth), is added to the pixels of its window.
    """
    *window, depth, nc = kernels.shape
    weights = np.moveaxis(_weights(kernels, groups, dtype), 1, -1)  # (groups, depth, *window, ...)
    numbers = max(1, volume(values.shape[1:-1]) * max(1, depth * groups), volume(out.shape[1:]))
    sum_dtype = sums_of_sums(dtype, volume(window))
    for (batch,) in blocks(out.shape[:1], BLOCK // numbers):
        # the values of a batch, (nc, b, *output)
        part = np.moveaxis(values[batch], -1, 0).astype(dtype, copy=False)
        columns = np.ascontiguousarray(part).reshape(groups, nc // groups, volume(part.shape[1:]))
        total = np.zeros((groups, depth, part.shape[1], *out.shape[1:-1]), sum_dtype)
        for taps in blocks(window, BLOCK // numbers):
            chosen = weights[(slice(None), slice(None), *taps)]
            products = chosen.reshape(groups, volume(chosen.shape[1:-1]), nc // groups) @ columns
            add_windows(total, products.reshape(*chosen.shape[:-1], *part.shape[1:]), axes, taps)
        out[batch] = np.moveaxis(total.reshape(groups * depth, *total.shape[2:]), 0, -1)


def add_windows(total: Array, products: Array, axes: Sequence[Axis], taps: Block) -> None:
    """Add products (groups, depth, *taps, b, *output) to the pixels under them.

    total is (groups, depth, b, *spatial); taps is a slice of the window on each axis.
    """
    everything = (slice(None),)
    for tap in product(*(range(part.start, part.stop) for part in taps)):
        counts = products.shape[products.ndim - len(axes) :]
        reaches = [axis.reach(t, count) for axis, t, count in zip(axes, tap, counts, strict=True)]
        windows = tuple(windows for windows, _ in reaches)
        pixels = tuple(pixels for _, pixels in reaches)
        index = tuple(t - part.start for t, part in zip(tap, taps, strict=True))
        total[everything * 3 + pixels] += products[everything * 2 + index + everything + windows]
