"""Where a transform errs no more than direct sums: the rule that decides it block by block.

A transform spreads its error, and any NaN, over a whole block, while a direct sum errs in
proportion to the pixels of its own window. So the error bound of a block's transform is compared
with the bound of direct sums in the block's faintest window: the one whose greatest |pixel| is
least. A block has b images and depth channels. Samples are some of its pixels; from them the
faintest window is estimated before all pixels are looked at. A 2-norm is sqrt(sum(x^2)).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.fft.layout import CHUNK, Layout
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy.convolution import PaddedImages, gather
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Floats = NDArray[np.float64]
Block = tuple[slice, ...]

TINY = 2.0**-511  # the squares of smaller numbers may underflow to 0
DROPPED_BITS = 48  # of a float64; sign, exponent and four binary digits stay
WINDOW_SAMPLES = 4  # along each axis of a window, at least


class KernelNorms(NamedTuple):
    """For each of some kernels: its 2-norm, rounded up, and its sum of |weight|."""

    norms: Floats
    sums: Floats

    def of(self, kernels: slice) -> KernelNorms:
        """Return the norms of a slice of the kernels."""
        return KernelNorms(self.norms[kernels], self.sums[kernels])


class PixelNorms(NamedTuple):
    """What is known of the pixels of a block.

    norm is their 2-norm, rounded up; samples are (b, *spatial, 1), as `empty_samples` and
    `add_samples` make them.
    """

    norm: float
    samples: Floats


class BlockPixels(NamedTuple):
    """The pixels that the windows of a block need, with their padding, rounded to `dtype`.

    `source` has only the channels of one group; `block` is a slice of the images and one of the
    windows on each axis.
    """

    source: PaddedImages
    block: Block
    dtype: np.dtype[Any]

    @property
    def depth(self) -> int:
        """Number of channels."""
        return int(self.source.images.shape[-1])

    @property
    def shape(self) -> tuple[int, ...]:
        """(images, *pixels on each axis), padding included."""
        images, *counts = (cut.stop - cut.start for cut in self.block)
        return images, *(
            (count - 1) * axis.stride + axis.span
            for count, axis in zip(counts, self.source.axes, strict=True)
        )

    @property
    def axes(self) -> list[Axis]:
        """The windows of the block on these pixels."""
        return [
            Axis(length, axis.window, axis.stride, axis.dilation)
            for length, axis in zip(self.shape[1:], self.source.axes, strict=True)
        ]

    def gather(self, part: Block) -> Floats:
        """Return some of the pixels, as float64 (depth, images, *spatial).

        `part` is a slice of the images, and one of the pixels of each axis, of `shape`.
        """
        images, axes, pad_mode, fill = self.source
        first_image, *first_windows = (cut.start for cut in self.block)
        # where the block starts, among the images and on each padded axis
        starts = [
            first_image,
            *(i * axis.stride for i, axis in zip(first_windows, axes, strict=True)),
        ]
        positions = tuple(
            slice(start + cut.start, start + cut.stop)
            for start, cut in zip(starts, part, strict=True)
        )
        # with windows of one pixel, window i is the pixel at position i
        points = [Axis(axis.size, 1, 1, 1, axis.before, axis.after) for axis in axes]
        is_exact = np.can_cast(images.dtype, self.dtype)
        pixels = gather(
            PaddedImages(images, points, pad_mode, fill),
            positions,
            (slice(0, 1),) * len(points),
            np.float64 if is_exact else self.dtype,  # rounded first where that changes pixels
        )
        return pixels.astype(np.float64, copy=False)

    def parts(self) -> Iterator[Block]:
        """Yield slices for `gather` that make up all pixels: whole rows, about CHUNK numbers."""
        *other_sizes, row_length = self.shape
        for part in blocks(other_sizes, CHUNK // (self.depth * row_length)):
            yield *part, slice(0, row_length)


def fft_error_is_acceptable(
    pixels: BlockPixels, pixel_norms: PixelNorms, kernel_norms: KernelNorms, layout: Layout
) -> NDArray[np.bool_]:
    """Return for each kernel, in an array, whether a transform errs no more than direct sums may.

    Direct sums of k products may lie k units in the last place of sum |w| times the greatest |x| of
    a window away from the exact result; here that is required in every window of the block. False
    where a kernel or the pixels are not finite.
    """
    products = pixels.depth * volume([axis.window for axis in pixels.source.axes])
    units = products * float(np.finfo(pixels.dtype).eps)

    def is_acceptable(norm: float, faintest: float) -> NDArray[np.bool_]:
        """Return the result for a 2-norm of the pixels and the faintest window's greatest |x|."""
        bound = error_bound(norm, kernel_norms.norms, volume(layout.sizes), pixels.depth)
        result: NDArray[np.bool_] = bound <= units * kernel_norms.sums * faintest
        # an infinite bound is not below an infinity in every window
        result &= np.isfinite(kernel_norms.sums) & np.isfinite(bound)
        return result

    norm, samples = pixel_norms
    acceptable = is_acceptable(norm, faintest_by_samples(samples, pixels.source.axes))
    if acceptable.all() or not math.isfinite(norm):
        return acceptable
    faintest, are_all_zero = _faintest_by_all(pixels)  # samples were not enough
    # pixel_norms.norm is rounded up, and so above 0 for zeros too
    return is_acceptable(0.0 if are_all_zero else norm, faintest)


def sample_step(axis: Axis) -> int:
    """Return the pixels from one sample to the next on an axis.

    Every window has at least WINDOW_SAMPLES samples, or all of its pixels.
    """
    return max(1, axis.span // WINDOW_SAMPLES) if axis.dilation == 1 else 1


def empty_samples(pixels: BlockPixels) -> Floats:
    """Return an array (b, *spatial, 1), not initialized, for the samples of a block's pixels."""
    steps = _sample_steps(pixels)
    sizes = [-(-length // step) for length, step in zip(pixels.shape, steps, strict=True)]
    return np.empty((*sizes, 1))


def add_samples(samples: Floats, pixels: BlockPixels, part: Block, values: Floats) -> None:
    """Write the samples of a part of a block's pixels to where they belong in `samples`.

    A sample is the greatest |pixel| over the channels; on each axis they lie `sample_step` apart.
    `values` (depth, images, *spatial) are what `pixels.gather(part)` returned.
    """
    steps = _sample_steps(pixels)
    # where samples lie in the part, counted in pixels; and in the block, counted in samples
    source = [slice(-cut.start % step, None, step) for cut, step in zip(part, steps, strict=True)]
    target: Any = [
        slice(-(-cut.start // step), -(-cut.stop // step))
        for cut, step in zip(part, steps, strict=True)
    ]
    samples[(*target, 0)] = np.abs(values[(slice(None), *source)]).max(axis=0)


def _sample_steps(pixels: BlockPixels) -> list[int]:
    """Return the pixels from one sample to the next, for the images (1) and each spatial axis."""
    return [1, *(sample_step(axis) for axis in pixels.source.axes)]


def faintest_by_samples(samples: Floats, axes: Sequence[Axis]) -> float:
    """Return a lower bound of the greatest |pixel| of the faintest window.

    It is computed from the samples (b, *spatial, 1) alone; `axes` are the windows on the pixels.
    """
    sampled_axes = [
        # a window, wherever it lies, holds so many samples in a row, and perhaps one more
        Axis(length, axis.span // sample_step(axis))
        if axis.dilation == 1
        else Axis(length, axis.window, 1, axis.dilation)
        for length, axis in zip(samples.shape[1:-1], axes, strict=True)
    ]
    return float(faintest_magnitude(samples, sampled_axes).item())


def _faintest_by_all(pixels: BlockPixels) -> tuple[float, bool]:
    """Return (faintest, are_all_zero), from all pixels of a block.

    faintest: the greatest |pixel| of the faintest window, rounded down. are_all_zero: whether all
    pixels are 0, but for what is lost by rounding. Only the first bits of each magnitude are kept,
    which as integers are in the order of the magnitudes.
    """
    magnitudes = np.empty((*pixels.shape, 1), np.int16)
    for part in pixels.parts():
        target: Any = (*part, 0)
        magnitudes[target] = np.abs(pixels.gather(part)).max(axis=0).view(np.int64) >> DROPPED_BITS
    bits = faintest_magnitude(magnitudes, pixels.axes).astype(np.int64) << DROPPED_BITS
    return float(bits.view(np.float64).item()), not magnitudes.any()


def faintest_magnitude(magnitudes: Array, axes: Sequence[Axis]) -> Array:
    """Return the greatest magnitude of the faintest window, in an array with this one number.

    That is the least, over all windows, of the greatest number in a window. Magnitudes are
    (b, *spatial, 1), and the result has their dtype.
    """
    greatest = np.empty((len(magnitudes), *(axis.count for axis in axes), 1), magnitudes.dtype)
    numpy_pooling.pool(magnitudes, axes, greatest, mode="max", dtype=magnitudes.dtype)
    least: Array = greatest.min(keepdims=True)
    return least


def error_bound(pixel_norm: float, kernel_norms: Floats, points: int, depth: int) -> Floats:
    """Return how far results of a transform of so many points may lie from the exact ones.

    Takes the 2-norm of a block's pixels, and that of each kernel; the result has a bound for each
    kernel.

    With u = 2^-53, t = log2 of the transform's size, x the pixels of a block and w a kernel, a
    convolution by Fourier transforms errs by less than ((1 + u)^3t (1 + sqrt(5) u)^(3t + 1) (1 +
    e)^3t - 1) |x| |w| in 2-norms, e being the error of the roots of unity, u here: C. Percival,
    Rapid multiplication modulo the sum and difference of highly composite numbers, Math. Comp. 72
    (2003); see N. J. Higham, Accuracy and Stability of Numerical Algorithms, ch. 24. The sum over
    channels adds u for each. Infinite where numbers of that size might overflow.
    """
    if pixel_norm == 0:
        return np.zeros_like(kernel_norms)
    u, t, tiniest = 2.0**-53, math.log2(points) + 1, float(np.finfo(np.float64).smallest_subnormal)
    # what is lost below the normal numbers
    underflow = tiniest * points * (1 + kernel_norms + pixel_norm)
    factor = math.expm1((3 * t + (3 * t + 1) * math.sqrt(5) + 3 * t + depth) * u)
    error = factor * pixel_norm * kernel_norms + underflow
    limit = float(np.finfo(np.float64).max) / 4 / points
    cannot_overflow = np.maximum(pixel_norm, 1) * np.maximum(kernel_norms, 1) < limit
    bound: Floats = np.where(cannot_overflow, error, np.inf)
    return bound
