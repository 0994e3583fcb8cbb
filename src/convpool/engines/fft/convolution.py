"""Convolution of large kernels through Fourier transforms, block after block (overlap-save), in float64 throughout.

A block of the output needs the pixels under its windows, padded. The product of their spectrum with
a kernel's conjugate spectrum is their correlation, right wherever a window does not run over the
end of the transform. A transform spreads its error, and any NaN, over the whole block, so a block
is transformed only where the error is no more than that of direct sums in each of its windows, and
summed elsewhere. m images of c channels, nc kernels of depth channels, n images in a block, F
numbers on a spectrum's last axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.fft.layout import CHUNK, Layout, cheapest
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy.convolution import PaddedImages, gather
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Floats = NDArray[np.float64]
Block = tuple[slice, ...]
Item = TypeVar("Item")

TINY = 2.0**-511  # the square of a smaller number may vanish
TOP = 48  # bits of a float64 behind its exponent and four digits of it
SAMPLES = 4  # pixels along a window that are looked at first


class Weights(NamedTuple):
    """What is known of some kernels: their 2-norms, or a little more, and their sums of |w|."""

    norms: Floats
    sums: Floats


class Pixels(NamedTuple):
    """The pixels (m, *spatial, depth) that a block of the output needs, with the padding around them."""

    channels: Array
    axes: Sequence[Axis]
    block: Block
    pad_mode: str
    fill: Any
    dtype: np.dtype[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """Images, and pixels on each axis."""
        images, *windows = (part.stop - part.start for part in self.block)
        return images, *(
            (n - 1) * axis.stride + axis.span for n, axis in zip(windows, self.axes, strict=True)
        )

    def windows(self, shape: Sequence[int]) -> list[Axis]:
        """Lay the windows on pixels that have been gathered."""
        return [
            Axis(length, axis.window, axis.stride, axis.dilation)
            for length, axis in zip(shape, self.axes, strict=True)
        ]

    def gathered(self, inner: Block) -> Array:
        """Gather some of them, rounded to the dtype, as float64 (depth, n, *spatial)."""
        points = [Axis(axis.size, 1, 1, 1, axis.before, axis.after) for axis in self.axes]
        image, *windows = (part.start for part in self.block)
        firsts = [
            image,
            *(start * axis.stride for start, axis in zip(windows, self.axes, strict=True)),
        ]
        wanted = tuple(
            slice(first + p.start, first + p.stop) for first, p in zip(firsts, inner, strict=True)
        )
        kind = (
            np.float64 if np.can_cast(self.channels.dtype, self.dtype) else self.dtype
        )  # else rounded first
        source = PaddedImages(self.channels, points, self.pad_mode, self.fill)
        pixels = gather(source, wanted, (slice(0, 1),) * len(points), kind)
        return pixels.astype(np.float64, copy=False)

    def pieces(self) -> Iterator[Block]:
        """Cut them into whole rows, a step's numbers at a time."""
        *lines, last = self.shape
        for piece in blocks(lines, CHUNK // (self.channels.shape[-1] * last)):
            yield *piece, slice(0, last)


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

    `dtype` is float32 or float64; `out` may have another one that holds the results. No result lies
    further from the exact one than k eps of sum |w| times the greatest |x| in its window, padding
    included, for k products, beyond the rounding of the result itself. Results do not depend on the
    number of threads.
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
    cuts = (len(images), *(axis.count for axis in axes))
    steps = (layout.images, *layout.outputs)
    places = [range(0, length, step) for length, step in zip(cuts, steps, strict=True)]
    parts = [
        tuple(
            slice(i, min(i + step, length))
            for i, step, length in zip(start, steps, cuts, strict=True)
        )
        for start in product(*places)
    ]

    left: list[tuple[Pixels, list[int]]] = []

    def some(own: range) -> None:
        spectra, weights = _spectra(kernels, axes, layout, own, dtype)

        def block(part: Block, scratch: Array) -> None:
            for group in range(own.start * groups // nc, (own.stop - 1) * groups // nc + 1):
                chosen = range(
                    max(own.start, group * nc // groups), min(own.stop, (group + 1) * nc // groups)
                )
                pixels = Pixels(
                    images[..., group * depth : (group + 1) * depth],
                    axes,
                    part,
                    pad_mode,
                    fill,
                    dtype,
                )
                rows, norm, samples = _rows(scratch, pixels, layout, len(chosen))
                which = slice(chosen.start - own.start, chosen.stop - own.start)
                fine = _accurate(
                    pixels, norm, samples, Weights(*(one[which] for one in weights)), layout
                )
                able = [k for k, is_fine in zip(chosen, fine.tolist(), strict=True) if is_fine]
                if able:
                    _multiply(rows, [spectra[k - own.start] for k in able], axes, part, layout)
                    _give(rows, biases, able, axes, layout, out[part])
                if len(able) < len(chosen):
                    left.append((pixels, [k for k in chosen if k not in able]))

        _share(block, parts, layout)

    with np.errstate(all="ignore"):
        for first in range(0, nc, layout.kernels):
            some(range(first, min(first + layout.kernels, nc)))
        for (
            pixels,
            those,
        ) in left:  # one after the other, since sums are spread over threads themselves
            _sum(pixels, kernels[..., those], biases[those], out, those)


def _share(
    work: Callable[[Item, Array], None], items: Iterable[Item], layout: Layout, scratch: bool = True
) -> None:
    """Do the work on every item, in some threads that take one after the other, each with a scratch of its own."""
    waiting: SimpleQueue[Item] = SimpleQueue()
    for item in items:
        waiting.put(item)

    def worker(_: int) -> None:
        own = np.empty(layout.scratch if scratch else 0, np.complex128)
        with suppress(Empty):
            while True:
                work(waiting.get_nowait(), own)

    threads.spread(worker, min(layout.workers, waiting.qsize()))


def _spectra(
    kernels: Array, axes: Sequence[Axis], layout: Layout, some: range, dtype: DTypeLike
) -> tuple[Array, Weights]:
    """Transform some kernels, dilated, as (kernels, depth, *sizes with F of the last), conjugated."""
    shape, numbers, others = (
        (len(some), kernels.shape[-2]),
        layout.sizes[-1] // 2 + 1,
        range(1, len(axes)),
    )
    rows = np.empty((*shape, *(axis.span for axis in axes[:-1]), numbers), np.complex128)
    spectra = np.empty((*shape, *layout.sizes[:-1], numbers), np.complex128)
    spread = tuple(slice(None, None, axis.dilation) for axis in axes)
    weights = Weights(np.empty(len(some)), np.empty(len(some)))

    def along(k: int, _: Array) -> None:
        one = np.moveaxis(kernels[..., some[k]], -1, 0).astype(dtype).astype(np.float64)
        weights.norms[k] = math.sqrt(np.square(one).sum()) + TINY * math.sqrt(one.size)
        weights.sums[k] = np.abs(one).sum()
        spaced = np.zeros((shape[1], *(axis.span for axis in axes)))
        spaced[(slice(None), *spread)] = one
        rows[k] = np.fft.rfft(spaced, layout.sizes[-1])

    def across(place: tuple[int, slice], _: Array) -> None:
        left = rows[place[0]][..., place[1]]
        left = np.fft.fftn(left, layout.sizes[:-1], others) if others else left
        np.conjugate(left, out=spectra[place[0]][..., place[1]])

    _share(along, range(len(some)), layout, scratch=False)
    columns = _columns(numbers, shape[1] * volume(layout.sizes[:-1]))
    _share(across, product(range(len(some)), columns), layout, scratch=False)
    return spectra, weights


def _columns(numbers: int, length: int) -> list[slice]:
    """Cut spectra of this many columns of this length into steps."""
    width = max(1, CHUNK // length)
    return [slice(start, min(start + width, numbers)) for start in range(0, numbers, width)]


def _rows(scratch: Array, pixels: Pixels, layout: Layout, room: int) -> tuple[Array, float, Array]:
    """Gather pixels and transform their last axis: (depth or room, n, *spatial, F).

    Returns the 2-norm of the pixels too, or a little more, and the magnitudes of samples (n,
    *spatial, 1).
    """
    depth, shape = pixels.channels.shape[-1], pixels.shape
    laid = (max(depth, room), *shape[:-1], layout.sizes[-1] // 2 + 1)
    rows = scratch[: volume(laid)].reshape(laid)
    steps = [1, *(_step(axis) for axis in pixels.axes)]
    samples = np.empty(
        (*(-(-length // step) for length, step in zip(shape, steps, strict=True)), 1)
    )
    squares = 0.0
    for piece in pixels.pieces():
        some = pixels.gathered(piece)
        rows[(slice(0, depth), *piece[:-1])] = np.fft.rfft(some, layout.sizes[-1])
        line = some.ravel()
        squares += float(np.einsum("i,i->", line, line))  # in one thread, and so in one order
        places = [
            slice(-part.start % step, None, step) for part, step in zip(piece, steps, strict=True)
        ]
        into: Any = [
            slice(-(-part.start // step), -(-part.stop // step))
            for part, step in zip(piece, steps, strict=True)
        ]
        samples[(*into, 0)] = np.abs(some[(slice(None), *places)]).max(axis=0)
    return rows, math.sqrt(squares) + TINY * math.sqrt(depth * volume(shape)), samples


def _step(axis: Axis) -> int:
    """Return the steps from sample to sample: every window has SAMPLES of them, or all of its pixels."""
    return max(1, axis.span // SAMPLES) if axis.dilation == 1 else 1


def _accurate(
    pixels: Pixels, norm: float, samples: Array, weights: Weights, layout: Layout
) -> NDArray[np.bool_]:
    """Return for which kernels transforms err no more than direct sums may, in every window of a block.

    Direct sums of k products may lie k units in the last place of sum |w| times the greatest |x| of
    a window away.
    """
    depth = pixels.channels.shape[-1]
    units = (
        depth * volume([axis.window for axis in pixels.axes]) * float(np.finfo(pixels.dtype).eps)
    )

    def within(norm: float, faintest: float) -> NDArray[np.bool_]:
        bound = error_bound(norm, weights.norms, volume(layout.sizes), depth)
        fine: NDArray[np.bool_] = (bound <= units * weights.sums * faintest) & np.isfinite(
            weights.sums
        )
        return fine

    fine = within(norm, _sampled(samples, pixels.axes))
    if fine.all() or not math.isfinite(norm):
        return fine
    # these bits of a magnitude order as magnitudes do
    magnitudes = np.empty((*pixels.shape, 1), np.int16)
    for piece in pixels.pieces():
        whole: Any = (*piece, 0)
        magnitudes[whole] = np.abs(pixels.gathered(piece)).max(axis=0).view(np.int64) >> TOP
    least = _faintest(magnitudes, pixels.windows(pixels.shape[1:])).astype(np.int64) << TOP
    return within(norm if magnitudes.any() else 0.0, float(least.view(np.float64).item()))


def _sampled(samples: Array, axes: Sequence[Axis]) -> float:
    """Return the greatest magnitude in the window that has the least of it, or less, as samples tell it."""
    rows = [
        # windows that lie anywhere hold so many samples in a row, and perhaps one more
        Axis(n, axis.span // _step(axis))
        if axis.dilation == 1
        else Axis(n, axis.window, 1, axis.dilation)
        for n, axis in zip(samples.shape[1:], axes, strict=False)
    ]
    return float(_faintest(samples, rows).item())


def _faintest(magnitudes: Array, axes: Sequence[Axis]) -> Array:
    """Return the greatest magnitude in the window that has the least of it, as an array of one number."""
    greatest = np.empty((len(magnitudes), *(axis.count for axis in axes), 1), magnitudes.dtype)
    numpy_pooling.pool(magnitudes, axes, greatest, mode="max", dtype=magnitudes.dtype)
    least: Array = greatest.min(keepdims=True)
    return least


def _multiply(
    rows: Array, spectra: Sequence[Array], axes: Sequence[Axis], part: Block, layout: Layout
) -> None:
    """Transform the other axes, multiply by each kernel, sum over channels, and transform back over the rows."""
    depth, sizes, others = len(spectra[0]), layout.sizes[:-1], range(2, 1 + len(axes))
    counts = [piece.stop - piece.start for piece in part[1:-1]]
    kept = tuple(
        slice(0, (n - 1) * axis.stride + 1, axis.stride)
        for n, axis in zip(counts, axes, strict=False)
    )
    target = rows[(slice(None), slice(None), *(slice(0, count) for count in counts))]
    for some in _columns(rows.shape[-1], depth * rows.shape[1] * volume(sizes)):
        columns = (..., some)
        pixels = rows[:depth][columns]
        left = np.fft.fftn(pixels, sizes, others) if sizes else pixels.copy()
        for k, kernel in enumerate(spectra):
            total = left[0] * kernel[0][columns]
            for d in range(1, depth):
                total += left[d] * kernel[d][columns]
            back = np.fft.ifftn(total, sizes, range(1, len(axes))) if sizes else total
            target[k][columns] = back[(slice(None), *kept)]


def _give(
    rows: Array,
    biases: Array,
    kernels: Sequence[int],
    axes: Sequence[Axis],
    layout: Layout,
    out: Array,
) -> None:
    """Transform the last axis back, take each stride-th, and write it out as the results of some kernels."""
    kept = slice(0, (out.shape[-2] - 1) * axes[-1].stride + 1, axes[-1].stride)
    for row, k in zip(rows, kernels, strict=False):
        for piece in blocks(out.shape[:-2], CHUNK // layout.sizes[-1]):
            values = np.fft.irfft(row[piece], layout.sizes[-1])[..., kept]
            np.add(values, biases[k], out=out[..., k][piece], casting="unsafe")


def _sum(pixels: Pixels, kernels: Array, biases: Array, out: Array, chosen: Sequence[int]) -> None:
    """Sum some kernels on a block directly."""
    dtype, rank = pixels.dtype, len(pixels.axes)
    shape = pixels.shape
    padded = np.moveaxis(pixels.gathered(tuple(slice(0, length) for length in shape)), 0, -1)
    target = out[pixels.block]
    made = np.empty((*target.shape[:-1], len(chosen)), out.dtype)
    direct = (
        numpy_convolution.convolve
        if compiled_convolution.refusal(dtype, rank)
        else compiled_convolution.convolve
    )
    direct(padded, kernels, pixels.windows(shape[1:]), made, bias=biases.astype(dtype), dtype=dtype)
    target[..., chosen] = made


def cost(
    images_shape: Sequence[int], kernels_shape: Sequence[int], axes: Sequence[Axis], groups: int = 1
) -> float:
    """Estimate the floating point operations of `convolve`: 2.5 N log2 N for a transform of N, 8 for a product."""
    depth, nc = kernels_shape[-2:]
    if 0 in (images_shape[0], depth, nc, *(axis.count for axis in axes)):
        return 0.0
    return cheapest(images_shape[0], tuple(axes), depth, nc, groups).operations


def error_bound(pixels: float, weights: Array, points: int, depth: int) -> Array:
    """Bound how far results of transforms may lie from the exact ones, from 2-norms of a block's pixels and of kernels.

    With u = 2^-53, t = log2 of the transform's size, x the pixels of a block and w a kernel, a
    convolution by Fourier transforms errs by less than ((1 + u)^3t (1 + sqrt(5) u)^(3t + 1) (1 +
    b)^3t - 1) |x| |w| in 2-norms, b being the error of the roots of unity, u here: C. Percival,
    Rapid multiplication modulo the sum and difference of highly composite numbers, Math. Comp. 72
    (2003); see N. J. Higham, Accuracy and Stability of Numerical Algorithms, ch. 24. The sum over
    channels adds u for each. Infinite where numbers of that size might overflow.
    """
    if pixels == 0:
        return np.zeros_like(weights)
    u, t, least = 2.0**-53, math.log2(points) + 1, float(np.finfo(np.float64).smallest_subnormal)
    lost = least * points * (1 + weights + pixels)  # below the least normal number
    error = (
        math.expm1((3 * t + (3 * t + 1) * math.sqrt(5) + 3 * t + depth) * u) * pixels * weights
        + lost
    )
    limit = float(np.finfo(np.float64).max) / 4 / points
    bound: Array = np.where(np.maximum(pixels, 1) * np.maximum(weights, 1) < limit, error, np.inf)
    return bound
