"""Convolution in plain NumPy: every dtype, every rank, a few MiB of working memory.

The windows of a block of the output are copied side by side, as columns of a matrix, as many taps
at a time as fit, and multiplied by the kernels. m images of c channels, nc kernels of depth = c //
groups channels; a block has b images and p windows, of which t taps (channels included) are taken
at a time. A slice of the window on each axis is called taps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.numpy import pointwise
from convpool.engines.pad_modes import REPEATING_PAD_MODES
from convpool.engines.quiet import without_warnings
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, block_shape, blocks, volume

Array = NDArray[Any]
Block = tuple[slice, ...]

BLOCK = 2**18  # numbers in a block of windows: 2 MiB of float64 stay in the processor's cache
# windows of more than LONG taps are not summed in one chain of float32, whose rounding errors would
# add up, but in chains of CHAIN products, which BLAS itself sums in shorter ones
LONG = 2**8
CHAIN = 2**9
ALONE = pointwise.ALONE
FEW_WEIGHTS = 2**10  # products with no more are cut into products of ALONE multiply-adds
MAX_WORKERS = 2  # threads that take blocks then: as many as plans count the memory of
MIN_WINDOWS = 2**9  # in a block, where there are as many: else kernels are read too often


class PaddedImages(NamedTuple):
    """Images (m, *spatial, c), the windows on them, and what stands in the padding around them."""

    images: Array
    axes: Sequence[Axis]
    pad_mode: str
    fill: Any


@without_warnings
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

    Parameters
    ----------
    images, kernels, out
        The arrays; out is filled in place, and may have another dtype that holds the results.
    axes
        The windows on each spatial axis.
    groups
        Kernel n reads the channels of group n // (nc // groups) only.
    pad_mode, fill
        What stands in the padding, one of engines.pad_modes.PAD_MODES; fill if that is "constant".
    bias
        A number for each kernel, added to its results; None for none.
    dtype
        Products are summed in it; sums of float32 over long windows are added in float64.
    """
    if out.size and kernels.size and pointwise.is_pointwise(images, axes, out, dtype):
        pointwise.convolve(images, kernels, axes, out, groups=groups, bias=bias)
        return
    *window, _, nc = kernels.shape
    weights = _weights(kernels, groups, dtype)
    terms = volume(kernels.shape[:-1])
    sum_dtype = dtype_of_partial_sums(dtype, volume(window)) if terms > CHAIN else dtype
    source = PaddedImages(images, axes, pad_mode, fill)
    c = images.shape[-1]
    all_blocks = list(blocks(out.shape[:-1], _windows_at_once(c, window, nc, axes)))

    def convolve_block(block: Block) -> None:
        """Write the results of a block, a slice of the images and of the windows on each axis."""
        shape = [part.stop - part.start for part in block]
        total = np.zeros((groups, nc // groups, volume(shape)), sum_dtype)
        for taps in blocks(window, BLOCK // max(1, c * volume(shape))):
            part = gather(source, block, taps, dtype)
            columns = window_columns(part, groups, axes, shape, taps)
            chosen = weights[(slice(None), slice(None), slice(None), *taps)]
            _add_products(total, chosen.reshape(groups, nc // groups, columns.shape[1]), columns)
        if bias is not None:
            total += bias.reshape(groups, -1, 1)
        out[block] = _channels_last(total.reshape(nc, *shape))

    workers = _workers(len(all_blocks), nc // groups, terms, weights.dtype)

    def convolve_share(worker: int) -> None:
        """Convolve the blocks of one thread: every workers-th one."""
        for block in all_blocks[worker::workers]:
            convolve_block(block)

    if workers == 1:
        convolve_share(0)
    else:
        threads.spread(convolve_share, workers)


def _workers(count: int, kernels: int, t: int, dtype: np.dtype[Any]) -> int:
    """Return how many threads take blocks: 1, or more if products are cut down for BLAS.

    `count` is the number of blocks, `kernels` those of a group, t the taps of a window, channels
    included, `dtype` that of the products. BLAS, if left to itself, would share each of many small
    products between its threads, which takes many times as long on a busy machine.
    """
    return max(1, min(MAX_WORKERS, count // 2)) if _windows_per_product(kernels, t, dtype) else 1


def _windows_per_product(kernels: int, t: int, dtype: np.dtype[Any]) -> int:
    """Return how many windows of t taps make a product that BLAS keeps in one thread.

    `kernels` are those of a group. 0 if products need not be cut down: there are many weights, or
    BLAS does not know the dtype.
    """
    is_small = kernels > 1 and 0 < kernels * t <= FEW_WEIGHTS and dtype.char in "fdFD"
    return ALONE // (kernels * t) if is_small else 0


def _multiply(weights: Array, columns: Array) -> Array:
    """Return weights (groups, nc // groups, t) @ columns (groups, t, p).

    Products with few weights are cut into parts that BLAS keeps in one thread.
    """
    groups, kernels, t = weights.shape
    p = columns.shape[-1]
    part_size = _windows_per_product(kernels, t, weights.dtype)
    if not 0 < part_size < p:
        return weights @ columns
    products = np.empty((groups, kernels, p), columns.dtype)
    cut = p - p % part_size  # windows of the parts; the rest is multiplied at last

    def parts(array: Array) -> Array:
        """Return a view (groups, parts, rows, part_size) of an array (groups, rows, p)."""
        shape = (*array.shape[:2], cut // part_size, part_size)
        return array[..., :cut].reshape(shape).swapaxes(1, 2)

    np.matmul(weights[:, None], parts(columns), out=parts(products))
    np.matmul(weights, columns[..., cut:], out=products[..., cut:])
    return products


def dtype_of_partial_sums(dtype: DTypeLike, count: int) -> np.dtype[Any]:
    """Return the dtype in which sums of `dtype` over parts of a window are added.

    `count` is the taps of a window. The dtype is float64, or complex128, if `dtype` has single
    precision and count is more than LONG; else it is `dtype`.
    """
    is_single = np.dtype(dtype) in (np.float32, np.complex64)
    return np.result_type(dtype, np.float64) if is_single and count > LONG else np.dtype(dtype)


def _add_products(total: Array, weights: Array, columns: Array) -> None:
    """Add weights (groups, nc // groups, t) @ columns (groups, t, p) to the total, in place.

    The total is (groups, nc // groups, p). If it has another dtype than the columns, products are
    summed in chains of CHAIN, and these in the dtype of the total.
    """
    groups, kernels, t = weights.shape
    if total.dtype == columns.dtype or t < CHAIN:
        total += _multiply(weights, columns)
        return
    count = t // CHAIN
    chained = count * CHAIN  # taps in whole chains; the rest is added at last
    chain_weights = weights[..., :chained].reshape(groups, kernels, count, CHAIN).swapaxes(1, 2)
    chain_columns = columns[:, :chained].reshape(groups, count, CHAIN, columns.shape[2])
    total += (chain_weights @ chain_columns).sum(axis=1, dtype=total.dtype)
    if chained < t:
        total += _multiply(weights[..., chained:], columns[:, chained:])


def _windows_at_once(c: int, window: Sequence[int], nc: int, axes: Sequence[Axis]) -> int:
    """Return how many windows of c channels and nc kernels fit in a block with all their taps.

    At least MIN_WINDOWS, if these fit with one tap; `window` are the taps on each axis.
    """
    numbers = max(1, c * volume(window), nc, c * volume([axis.stride for axis in axes]))
    return max(BLOCK // numbers, min(MIN_WINDOWS, BLOCK // max(1, c, nc)))


def numbers_held(
    images: Sequence[int],
    kernels: Sequence[int],
    axes: Sequence[Axis],
    groups: int,
    dtype: np.dtype[Any],
) -> int:
    """Return how many numbers `convolve` holds at a time, for operands of these shapes.

    `images` and `kernels` are the shapes. The caller's arrays (images, kernels, bias, out) are not
    counted; the converted copy of the kernels is.
    """
    *window, depth, nc = kernels
    c, converted_kernels = images[-1], volume(kernels)
    output_shape = images[0], *(axis.count for axis in axes)
    # images and windows of a block, taps that are taken at a time, and the pixels that these need
    block = block_shape(output_shape, _windows_at_once(c, window, nc, axes))
    taps = block_shape(window, BLOCK // max(1, c * volume(block)))
    pixel_lengths = [
        (window_count - 1) * axis.stride + (tap_count - 1) * axis.dilation + 1
        for window_count, tap_count, axis in zip(block[1:], taps, axes, strict=True)
    ]
    pixels, columns = c * block[0] * volume(pixel_lengths), c * volume(block) * volume(taps)
    # the weights on these taps are copied, unless these are all taps
    kernels_on_taps = converted_kernels if taps != list(window) else 0
    block_count = volume(
        [-(-total // size) for total, size in zip(output_shape, block, strict=True)]
    )
    workers = _workers(block_count, nc // groups, depth * volume(window), dtype)
    # parts and columns are freed only when the next ones exist
    per_worker = kernels_on_taps + 2 * (pixels + columns + nc * volume(block))
    return converted_kernels + workers * per_worker


# transpose, not moveaxis: these run in every call, and moveaxis takes as long as a small image
def _channels_last(array: Array) -> Array:
    """Move the first axis to the end."""
    return array.transpose(*range(1, array.ndim), 0)


def channels_first(array: Array) -> Array:
    """Move the last axis to the front."""
    return array.transpose(-1, *range(array.ndim - 1))


def _weights(kernels: Array, groups: int, dtype: DTypeLike) -> Array:
    """Return kernels (*window, depth, nc) as (groups, nc // groups, depth, *window)."""
    *window, depth, nc = kernels.shape
    split = kernels.reshape(*window, depth, groups, nc // groups)
    return np.ascontiguousarray(split.transpose(-2, -1, -3, *range(len(window))), dtype)


def gather(source: PaddedImages, block: Block, taps: Block, dtype: DTypeLike) -> Array:
    """Return the pixels that some taps of a block of windows need, (c, b, *spatial).

    They are padded and converted to `dtype`, in a contiguous array. A block is a slice of the
    images and one of the windows on each axis; taps is a slice of the window on each axis.
    """
    images, axes, pad_mode, fill = source
    if pad_mode in REPEATING_PAD_MODES:
        return _gather_indexed(source, block, taps, dtype)
    # on each axis: where pixels lie in the images and in the result, and the length of the result
    pixel_slices, inner_slices, lengths = [block[0]], [], []
    for axis, windows, part in zip(axes, block[1:], taps, strict=True):
        start, stop, before, after = axis.halo(windows, part)
        pixel_slices.append(slice(start, stop))
        inner_slices.append(slice(before, before + stop - start))
        lengths.append(before + stop - start + after)
    pixels = channels_first(images[tuple(pixel_slices)])
    shape = (*pixels.shape[:2], *lengths)
    if pixels.shape == shape:
        return np.ascontiguousarray(pixels, dtype)
    padded = np.empty(shape, dtype)
    padded.fill(fill)
    padded[(slice(None), slice(None), *inner_slices)] = pixels
    return padded


def _gather_indexed(source: PaddedImages, block: Block, taps: Block, dtype: DTypeLike) -> Array:
    """Return what `gather` returns, for pad modes that repeat pixels."""
    images = source.images
    # on each axis: which of the images, then of the pixels, stands at each position of the result
    places = [np.arange(block[0].start, block[0].stop)]
    for axis, windows, part in zip(source.axes, block[1:], taps, strict=True):
        start_place = windows.start * axis.stride + part.start * axis.dilation
        start, stop, before, after = axis.halo(windows, part)
        # positions of the pixels on the axis; those before 0 and behind its end are padding
        count = before + stop - start + after
        positions = np.arange(start_place, start_place + count) - axis.before
        places.append(REPEATING_PAD_MODES[source.pad_mode](positions, axis.size))
    channels = np.arange(images.shape[-1])
    return np.ascontiguousarray(channels_first(images[np.ix_(*places, channels)]), dtype)


def window_columns(
    part: Array, groups: int, axes: Sequence[Axis], shape: Sequence[int], taps: Block
) -> Array:
    """Return the windows of a gathered part (c, b, *spatial) as a matrix (groups, t, p).

    It has a column for each window, and a row for each tap of each channel. `shape` is that of the
    block, (b, windows on each axis); `taps` those that the part was gathered for.
    """
    depth = part.shape[0] // groups
    channel_bytes, image_bytes, *pixel_bytes = part.strides
    # for each axis: how many taps, and the bytes from one to the next, and from window to window
    lengths, tap_bytes, window_bytes = [], [], []
    for axis, tap, step, count in zip(axes, taps, pixel_bytes, shape[1:], strict=True):
        length = tap.stop - tap.start
        lengths.append(length)
        # where there is no second one, the bytes may be too many for a machine's integer
        tap_bytes.append(step * axis.dilation if length > 1 else 0)
        window_bytes.append(step * axis.stride if count > 1 else 0)
    strides = (depth * channel_bytes, channel_bytes, *tap_bytes, image_bytes, *window_bytes)
    # np.ndarray, since as_strided takes as long as a small image; a part is contiguous
    windows: Array = np.ndarray((groups, depth, *lengths, *shape), part.dtype, part, 0, strides)
    return windows.reshape(groups, depth * volume(lengths), volume(shape))


def convolve_transpose(
    values: Array,
    kernels: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int = 1,
    bias: Array | None = None,
    dtype: DTypeLike,
) -> None:
    """Write the adjoint of `convolve` for values (m, *output, nc) to pixels out (m, *spatial, c).

    Each value, times its kernel (*window, depth), is added to the pixels of its window, which are 0
    or `bias`, a number for each channel of `out`. `axes` are the windows of the convolution on the
    spatial axes of `out`; `groups` and `dtype` are as in `convolve`.
    """
    *window, depth, nc = kernels.shape
    # (groups, depth, *window, nc // groups)
    weights = np.moveaxis(_weights(kernels, groups, dtype), 1, -1)
    # of one image: the products of one tap, or its pixels if these are more
    image_numbers = max(1, volume(values.shape[1:-1]) * depth * groups, volume(out.shape[1:]))
    sum_dtype = dtype_of_partial_sums(dtype, volume(window))
    for (batch,) in blocks(out.shape[:1], BLOCK // image_numbers):
        # the values of a batch, (nc, b, *output)
        part = np.moveaxis(values[batch], -1, 0).astype(dtype, copy=False)
        columns = np.ascontiguousarray(part).reshape(groups, nc // groups, volume(part.shape[1:]))
        total = np.zeros((groups, depth, part.shape[1], *out.shape[1:-1]), sum_dtype)
        for taps in blocks(window, BLOCK // (image_numbers * part.shape[1])):
            chosen = weights[(slice(None), slice(None), *taps)]
            products = chosen.reshape(groups, volume(chosen.shape[1:-1]), nc // groups) @ columns
            add_windows(total, products.reshape(*chosen.shape[:-1], *part.shape[1:]), axes, taps)
        if bias is not None:
            total += bias.reshape(groups, depth, *(1,) * (total.ndim - 2))
        out[batch] = np.moveaxis(total.reshape(groups * depth, *total.shape[2:]), 0, -1)


def add_windows(total: Array, products: Array, axes: Sequence[Axis], taps: Block) -> None:
    """Add products (groups, depth, *taps, b, *output) to the pixels under them, in place.

    total, the pixels, is (groups, depth, b, *spatial); taps is a slice of the window on each axis.
    """
    everything = slice(None)
    counts = products.shape[products.ndim - len(axes) :]
    for tap in product(*(range(part.start, part.stop) for part in taps)):
        # the windows that have this tap on a pixel, and these pixels, on each axis
        reaches = [axis.reach(t, count) for axis, t, count in zip(axes, tap, counts, strict=True)]
        windows, pixels = zip(*reaches, strict=True)
        index = [t - part.start for t, part in zip(tap, taps, strict=True)]
        total[(everything, everything, everything, *pixels)] += products[
            (everything, everything, *index, everything, *windows)
        ]
