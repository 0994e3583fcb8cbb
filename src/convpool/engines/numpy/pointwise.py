"""Convolution with windows of one pixel: products of matrices, of views of the arrays.

Pixels are not copied, but for those of one image at a time where windows skip some. m images, c
channels, nc kernels of depth channels; a matrix of pixels has a row for each window. BLAS takes its
own threads for products of more than ALONE multiply-adds, which is slow where they are busy, so a
product is cut down to parts of some rows that stay below.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.windows import Axis, volume

Array = NDArray[Any]

ALONE = 2**18  # multiply-adds up to which OpenBLAS keeps a product of matrices in one thread
# rows of a product at least, if it is cut down to ALONE; with fewer it would take much longer
ROWS = 32
MAX_COPIED = 2**18  # numbers of an image that are copied
MIN_SHARED = 2**22  # multiply-adds from which products that are cut down take two threads


def is_pointwise(images: Array, axes: Sequence[Axis], out: Array, dtype: DTypeLike) -> bool:
    """Return whether `convolve` can do a convolution whose sums are taken in `dtype`.

    These conditions are needed: windows are one pixel, and none lies on padding; if they skip
    pixels, they take MAX_COPIED numbers of an image at most; arrays are contiguous, and have this
    dtype, which is one that BLAS multiplies.
    """
    if any(axis.window > 1 or axis.before or axis.after for axis in axes):
        return False
    if (
        _skips_pixels(axes)
        and volume([axis.count for axis in axes]) * images.shape[-1] > MAX_COPIED
    ):
        return False
    return (
        images.dtype == out.dtype == dtype
        and images.dtype.char in "fdFD"
        and images.dtype.isnative
        and images.flags.c_contiguous
        and out.flags.c_contiguous
    )


def _skips_pixels(axes: Sequence[Axis]) -> bool:
    """Return whether windows of one pixel leave out some of the image."""
    return any(axis.count < axis.size for axis in axes)


def convolve(
    images: Array,
    kernels: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int,
    bias: Array | None,
) -> None:
    """Convolve images (m, *spatial, c) with kernels (*window, depth, nc) into out (m, *output, nc).

    Arguments are those of `engines.numpy.convolution.convolve`, for what `is_pointwise` takes.
    """
    depth, nc = kernels.shape[-2:]
    weights = np.asarray(kernels, out.dtype).reshape(depth, groups, nc // groups)
    weights = np.ascontiguousarray(weights.swapaxes(0, 1))
    if not _skips_pixels(axes):
        _multiply(images.reshape(-1, groups * depth), weights, out.reshape(-1, nc))
    else:
        under_windows = tuple(
            slice(0, (axis.count - 1) * axis.stride + 1, axis.stride) for axis in axes
        )
        for image, result in zip(images, out, strict=True):
            pixels = np.ascontiguousarray(image[under_windows])
            _multiply(pixels.reshape(-1, groups * depth), weights, result.reshape(-1, nc))
    if bias is not None:
        out += bias.astype(out.dtype, copy=False)


def _multiply(pixels: Array, weights: Array, results: Array) -> None:
    """Write pixels (p, c) @ weights (groups, depth, nc // groups) to results (p, nc).

    The product is cut down to parts, unless these had fewer than ROWS rows; large ones are shared
    by two threads of our own. p is the number of pixels.
    """
    p, (groups, depth, kernels_per_group) = len(pixels), weights.shape
    rows = ALONE // max(1, depth * kernels_per_group)  # of a part
    if rows < ROWS or rows >= p:  # BLAS may use its own threads
        np.matmul(_by_group(pixels, groups), weights, out=_by_group(results, groups))
        return
    workers = 2 if p * weights.size >= MIN_SHARED and threads.number() > 1 else 1
    parts = p // rows  # whole ones
    starts = [parts * k // workers * rows for k in range(workers)]  # the first row of each worker
    ranges = list(pairwise([*starts, p]))

    def multiply_range(worker: int) -> None:
        """Multiply the rows of one worker: all whole parts in one call, then the rows left over."""
        start, stop = ranges[worker]
        end_of_parts = stop - (stop - start) % rows
        whole_parts, rest = slice(start, end_of_parts), slice(end_of_parts, stop)
        shape = (end_of_parts - start) // rows, rows, -1
        np.matmul(
            _by_group(pixels[whole_parts].reshape(shape), groups),
            weights,
            out=_by_group(results[whole_parts].reshape(shape), groups),
        )
        if end_of_parts < stop:
            np.matmul(
                _by_group(pixels[rest], groups), weights, out=_by_group(results[rest], groups)
            )

    if workers == 1:
        multiply_range(0)
    else:
        threads.spread(multiply_range, workers)


def _by_group(matrix: Array, groups: int) -> Array:
    """Return a view (..., groups, rows, columns of a group) of a matrix (..., rows, columns)."""
    *parts, rows, columns = matrix.shape
    return matrix.reshape(*parts, rows, groups, columns // groups).swapaxes(-2, -3)
