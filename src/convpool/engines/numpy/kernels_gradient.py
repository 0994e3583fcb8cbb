"""The gradient of a convolution's kernels in plain NumPy: every dtype, every rank, bounded memory.

For each kernel and each of its taps, the pixels under this tap in all windows are multiplied by the
gradients of these windows' results, and added up: a product of matrices, of which some windows,
some taps and some kernels are taken at a time. m images of c channels, nc kernels of depth = c //
groups channels; a block has p windows, of which t taps (channels included) are taken at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.numpy.convolution import (
    CHAIN,
    PaddedImages,
    dtype_of_partial_sums,
    gather,
    window_columns,
)
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]

# numbers that are held at a time: taps of one window, taps of a block of windows, and sums
TAPS = 2**12
COLUMNS = 2**19
SUMS = 2**20


def kernels_gradient(
    images: Array,
    output_gradient: Array,
    axes: Sequence[Axis],
    out: Array,
    *,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: Any = 0,
    dtype: DTypeLike,
) -> None:
    """Write the gradient of the kernels of `convolve` to out (*window, depth, nc).

    Parameters
    ----------
    images
        (m, *spatial, c), as the convolution reads them.
    output_gradient
        (m, *output, nc), the gradient of its result.
    axes, groups, pad_mode, fill
        As in `engines.numpy.convolution.convolve`.
    out
        Filled in place; may have another dtype that holds the sums.
    dtype
        Products are summed in it; long sums of float32 are added in float64.
    """
    *window, depth, nc = out.shape
    c, kernels_of_group = images.shape[-1], nc // groups
    sum_dtype = dtype_of_partial_sums(dtype, volume(output_gradient.shape[:-1]))
    source = PaddedImages(images, axes, pad_mode, fill)
    target = out.reshape(*window, depth, groups, kernels_of_group)
    for taps in blocks(window, TAPS // max(1, c)):
        lengths = [part.stop - part.start for part in taps]
        t = depth * volume(lengths)
        for (kernels,) in blocks((kernels_of_group,), SUMS // max(1, groups * t)):
            total = np.zeros((groups, t, kernels.stop - kernels.start), sum_dtype)
            for block in blocks(output_gradient.shape[:-1], COLUMNS // max(1, groups * t)):
                shape = [part.stop - part.start for part in block]
                part = gather(source, block, taps, dtype)
                columns = window_columns(part, groups, axes, shape, taps)
                values = output_gradient[block].astype(dtype, copy=False)
                values = values.reshape(volume(shape), groups, kernels_of_group)[..., kernels]
                _add_products(total, columns, values.swapaxes(0, 1))
            sums = total.reshape(groups, depth, *lengths, -1)
            # as the target lies: (*taps, depth, groups, kernels)
            order = (*range(2, sums.ndim - 1), 1, 0, sums.ndim - 1)
            target[(*taps, slice(None), slice(None), kernels)] = sums.transpose(order)


def _add_products(total: Array, columns: Array, values: Array) -> None:
    """Add columns (groups, t, p) @ values (groups, p, kernels) to the total, in place.

    The total is (groups, t, kernels). If it has another dtype than the columns, products are summed
    in chains of `CHAIN`, and these in the dtype of the total.
    """
    p = columns.shape[-1]
    length = p if total.dtype == columns.dtype else CHAIN
    for start in range(0, p, max(1, length)):
        chain = slice(start, start + length)
        total += columns[..., chain] @ values[:, chain]


def bias_gradient(output_gradient: Array, out: Array, dtype: DTypeLike) -> None:
    """Write the sum of the gradients (m, *output, nc) of each kernel's results to out (nc,).

    Numbers are added in `dtype`; those of float32 in chains of `CHAIN`, and these in float64.
    """
    nc, count = output_gradient.shape[-1], volume(output_gradient.shape[:-1])
    g = output_gradient.reshape(count, nc)
    if g.dtype != dtype or g.dtype.kind not in "fc":
        out[...] = np.add.reduce(g, axis=0, dtype=dtype)
        return
    # rows of many windows are added, so that numbers of a row lie side by side
    rows = max(1, min(CHAIN, count))
    chained = count - count % rows
    sum_dtype = dtype_of_partial_sums(dtype, count)
    chains = np.add.reduce(g[:chained].reshape(rows, chained // rows * nc), axis=0)
    total = np.add.reduce(chains.reshape(chained // rows, nc), axis=0, dtype=sum_dtype)
    out[...] = total + np.add.reduce(g[chained:], axis=0, dtype=sum_dtype)
