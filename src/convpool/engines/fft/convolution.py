"""Convolution of large kernels by Fourier transforms, block after block (overlap-save), in float64.

A block of the output needs the pixels under its windows, padded. The product of their spectrum with
a kernel's conjugate spectrum is that of their correlation, right wherever a window does not reach
over the end of the transform. A block is transformed only where `accuracy` finds that no worse than
direct sums, and summed elsewhere. m images of c channels, nc kernels of depth = c // groups
channels; b images in a block, f numbers on a spectrum's last axis.
Row spectra are transformed along the last axis only.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any, TypeVar

import numpy as np
import numpy.fft  # here, since NumPy loads it in the first call otherwise
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.fft.accuracy import (
    TINY,
    BlockPixels,
    KernelNorms,
    PixelNorms,
    add_samples,
    empty_samples,
    fft_error_is_acceptable,
)
from convpool.engines.fft.layout import CHUNK, Layout, cheapest
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.numpy.convolution import PaddedImages
from convpool.engines.quiet import without_warnings
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Floats = NDArray[np.float64]
Spectra = NDArray[np.complex128]
Block = tuple[slice, ...]
Item = TypeVar("Item")


class Call(NamedTuple):
    """The arguments of a call of `convolve`, and how it is cut: `layout`. biases are (nc,)."""

    source: PaddedImages
    kernels: Array
    biases: Floats
    out: Array
    groups: int
    dtype: np.dtype[Any]
    layout: Layout

    def blocks(self) -> list[Block]:
        """Return the blocks of the output: slices of the images and of the windows on each axis."""
        sizes, steps = self.out.shape[:-1], (self.layout.images, *self.layout.outputs)
        starts = product(*(range(0, size, step) for size, step in zip(sizes, steps, strict=True)))
        return [
            tuple(
                slice(i, min(i + step, size))
                for i, step, size in zip(start, steps, sizes, strict=True)
            )
            for start in starts
        ]

    def kernels_by_group(self, kernels: range) -> list[tuple[int, range]]:
        """Return (group, those of `kernels` that belong to it) for each group that has any."""
        size = self.kernels.shape[-1] // self.groups
        return [
            (group, range(max(kernels.start, group * size), min(kernels.stop, (group + 1) * size)))
            for group in range(kernels.start // size, (kernels.stop - 1) // size + 1)
        ]

    def pixels(self, group: int, block: Block) -> BlockPixels:
        """Return what reads the pixels that a block needs, of the channels of a group.

        They are gathered and padded where the result is asked for them, not here.
        """
        depth = self.kernels.shape[-2]
        channels = self.source.images[..., group * depth : (group + 1) * depth]
        return BlockPixels(self.source._replace(images=channels), block, self.dtype)


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

    Arguments are those of `engines.numpy.convolution.convolve`; out is filled in place. ValueError
    if `dtype` is neither float32 nor float64; `out` may have another one that holds the results. No
    result lies further from the exact one than k eps of sum |w| times the greatest |x| in its
    window, padding included, for k products, beyond the rounding of the result itself. Results do
    not depend on the number of threads.
    """
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(
            f"engine 'fft' sums in float32 and float64 only, not in {dtype}; use engine='numpy', "
            "which takes every dtype, or engine='compiled' for integers"
        )
    depth, nc = kernels.shape[-2:]
    biases = np.zeros(nc) if bias is None else bias.astype(dtype).astype(np.float64)
    if out.size == 0 or depth == 0:
        out[...] = biases
        return
    layout = cheapest(images.shape[0], tuple(axes), depth, nc, groups)
    source = PaddedImages(images, axes, pad_mode, fill)
    call = Call(source, kernels, biases, out, groups, dtype, layout)
    inaccurate: list[tuple[BlockPixels, list[int]]] = []
    for first in range(0, nc, layout.kernels):
        some_kernels = range(first, min(first + layout.kernels, nc))
        inaccurate += _transform_all_blocks(call, some_kernels)
    # one after the other, since sums are spread over threads themselves
    for pixels, chosen in inaccurate:
        _sum_directly(call, pixels, chosen)


def _transform_all_blocks(call: Call, kernels: range) -> list[tuple[BlockPixels, list[int]]]:
    """Convolve all blocks with some kernels, except where the error would be too large.

    Returns (pixels, kernels) for each block with exceptions: the block's pixels, and the numbers of
    the kernels with which it is still to be convolved.
    """
    layout, axes = call.layout, call.source.axes
    spectra, kernel_norms = _kernel_spectra(call, kernels)
    inaccurate = []

    def transform_block(block: Block, scratch: Spectra) -> None:
        for group, group_kernels in call.kernels_by_group(kernels):
            pixels = call.pixels(group, block)
            rows, pixel_norms = _row_spectra(scratch, pixels, layout, len(group_kernels))
            # spectra and norms are those of `kernels` only
            first, end = group_kernels.start - kernels.start, group_kernels.stop - kernels.start
            norms = kernel_norms.of(slice(first, end))
            is_acceptable = fft_error_is_acceptable(pixels, pixel_norms, norms, layout)
            accurate = [k for k, holds in zip(group_kernels, is_acceptable, strict=True) if holds]
            if accurate:
                chosen = [spectra[k - kernels.start] for k in accurate]
                _multiply(rows, chosen, axes, block, layout)
                _write_results(call, rows, accurate, call.out[block])
            if len(accurate) < len(group_kernels):
                inaccurate.append((pixels, [k for k in group_kernels if k not in accurate]))

    _in_threads(transform_block, call.blocks(), layout.workers, layout.scratch)
    return inaccurate


def _in_threads(
    work: Callable[[Item, Spectra], None], items: Iterable[Item], workers: int, scratch: int = 0
) -> None:
    """Call work(item, scratch) for every item, in up to `workers` threads.

    Each thread takes the next item until none is left, and has an uninitialised array `scratch` of
    that many complex numbers for itself.
    """
    waiting = deque(items)

    def worker(_: int) -> None:
        own_scratch = np.empty(scratch, np.complex128)
        while True:
            try:
                item = waiting.popleft()
            except IndexError:
                return
            work(item, own_scratch)

    threads.spread(worker, min(workers, len(waiting)))


def _kernel_spectra(call: Call, chosen: range) -> tuple[Spectra, KernelNorms]:
    """Return (spectra, norms) of the chosen kernels; the spectra are conjugate ones.

    They are (chosen kernels, depth, *sizes[:-1], f), with the sizes of the transforms.
    """
    kernels, layout, axes = call.kernels, call.layout, call.source.axes
    depth, f = kernels.shape[-2], layout.sizes[-1] // 2 + 1
    other_axes = range(1, len(axes))
    spans = [axis.span for axis in axes]
    rows = np.empty((len(chosen), depth, *spans[:-1], f), np.complex128)
    spectra = np.empty((len(chosen), depth, *layout.sizes[:-1], f), np.complex128)
    taps = tuple(slice(None, None, axis.dilation) for axis in axes)
    norms = KernelNorms(np.empty(len(chosen)), np.empty(len(chosen)))

    def transform_rows(k: int, _: Spectra) -> None:
        kernel = np.moveaxis(kernels[..., chosen[k]], -1, 0).astype(call.dtype).astype(np.float64)
        norms.norms[k] = math.sqrt(np.square(kernel).sum()) + TINY * math.sqrt(kernel.size)
        norms.sums[k] = np.abs(kernel).sum()
        dilated = np.zeros((depth, *spans))
        dilated[(slice(None), *taps)] = kernel
        rows[k] = np.fft.rfft(dilated, layout.sizes[-1])

    def transform_columns(part: tuple[int, slice], _: Spectra) -> None:
        k, columns = part
        spectrum = rows[k][..., columns]
        if other_axes:
            spectrum = np.fft.fftn(spectrum, layout.sizes[:-1], other_axes)
        np.conjugate(spectrum, out=spectra[k][..., columns])

    _in_threads(transform_rows, range(len(chosen)), layout.workers)
    # a few columns at a time
    parts = [columns for (columns,) in blocks((f,), CHUNK // (depth * volume(layout.sizes[:-1])))]
    _in_threads(transform_columns, product(range(len(chosen)), parts), layout.workers)
    return spectra, norms


def _row_spectra(
    scratch: Spectra, pixels: BlockPixels, layout: Layout, kernels: int
) -> tuple[Spectra, PixelNorms]:
    """Return the row spectra of a block's pixels, written into `scratch`, and what errors are of.

    The spectra are (n, b, *spatial[:-1], f), for the channels first; b are the block's images. n is
    depth or `kernels`, whichever is more: the results of so many kernels will take the place of the
    channels. Errors depend on the root of the sum of the pixels' squares, rounded up since squares
    may underflow, and on the greatest pixels of a coarse grid (`accuracy`).
    """
    depth, shape = pixels.depth, pixels.shape
    rows_shape = (max(depth, kernels), *shape[:-1], layout.sizes[-1] // 2 + 1)
    rows = scratch[: volume(rows_shape)].reshape(rows_shape)
    samples, squares = empty_samples(pixels), 0.0
    for part in pixels.parts():
        values = pixels.gather(part)
        rows[(slice(0, depth), *part[:-1])] = np.fft.rfft(values, layout.sizes[-1])
        line = values.ravel()
        squares += float(np.einsum("i,i->", line, line))  # in one thread, and so in one order
        add_samples(samples, pixels, part, values)
    norm = math.sqrt(squares) + TINY * math.sqrt(depth * volume(shape))
    return rows, PixelNorms(norm, samples)


def _multiply(
    rows: Spectra, spectra: Sequence[Spectra], axes: Sequence[Axis], block: Block, layout: Layout
) -> None:
    """Overwrite the row spectra of a block's pixels with those of each kernel's results.

    The other axes are transformed, multiplied by each kernel's spectrum, summed over the channels,
    and transformed back.
    """
    depth, sizes, other_axes = len(spectra[0]), layout.sizes[:-1], range(2, 1 + len(axes))
    counts = [part.stop - part.start for part in block[1:-1]]
    window_starts = tuple(
        slice(0, (count - 1) * axis.stride + 1, axis.stride)
        for count, axis in zip(counts, axes, strict=False)
    )
    results = rows[(slice(None), slice(None), *(slice(0, count) for count in counts))]
    for (part,) in blocks(rows.shape[-1:], CHUNK // (depth * rows.shape[1] * volume(sizes))):
        columns = (..., part)
        pixels = rows[:depth][columns]
        source = np.fft.fftn(pixels, sizes, other_axes) if sizes else pixels.copy()
        for k, kernel in enumerate(spectra):
            total = source[0] * kernel[0][columns]
            for channel in range(1, depth):
                total += source[channel] * kernel[channel][columns]
            if sizes:
                total = np.fft.ifftn(total, sizes, range(1, len(axes)))
            results[k][columns] = total[(slice(None), *window_starts)]


def _write_results(call: Call, rows: Spectra, kernels: Sequence[int], out: Array) -> None:
    """Transform row spectra back and write them, with their bias, to `out`.

    out is a block of the output, (b, *output, nc), and `kernels` the numbers of the kernels that
    rows has results of, in order.
    """
    size, stride = call.layout.sizes[-1], call.source.axes[-1].stride
    window_starts = slice(0, (out.shape[-2] - 1) * stride + 1, stride)
    for row, k in zip(rows, kernels, strict=False):
        for part in blocks(out.shape[:-2], CHUNK // size):
            values = np.fft.irfft(row[part], size)[..., window_starts]
            np.add(values, call.biases[k], out=out[..., k][part], casting="unsafe")


def _sum_directly(call: Call, pixels: BlockPixels, chosen: Sequence[int]) -> None:
    """Convolve a block with the chosen kernels without transforms, and write it to call.out."""
    shape, dtype = pixels.shape, call.dtype
    padded = np.moveaxis(pixels.gather(tuple(slice(0, length) for length in shape)), 0, -1)
    target = call.out[pixels.block]
    results = np.empty((*target.shape[:-1], len(chosen)), call.out.dtype)
    refusal = compiled_convolution.refusal(dtype)
    convolve_directly = numpy_convolution.convolve if refusal else compiled_convolution.convolve
    kernels, bias = call.kernels[..., chosen], call.biases[chosen].astype(dtype)
    convolve_directly(padded, kernels, pixels.axes, results, bias=bias, dtype=dtype)
    target[..., chosen] = results


def cost(
    images_shape: Sequence[int], kernels_shape: Sequence[int], axes: Sequence[Axis], groups: int = 1
) -> float:
    """Return about how many floating point operations `convolve` takes.

    A transform of N points counts 2.5 N log2 N, a product of complex numbers 8.
    """
    depth, nc = kernels_shape[-2:]
    if 0 in (images_shape[0], depth, nc, *(axis.count for axis in axes)):
        return 0.0
    return cheapest(images_shape[0], tuple(axes), depth, nc, groups).operations
