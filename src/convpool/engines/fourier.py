"""Convolution of large kernels through Fourier transforms, block after block (overlap-save), in float64 throughout.

A block of the output needs the pixels under its windows, padded. The product of their spectrum with a kernel's
conjugate spectrum is their correlation, right wherever a window does not run over the end of the transform. m images
of c channels, nc kernels of depth channels, n images in a block, F numbers on a spectrum's last axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import product
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines import threads
from convpool.engines.fourier_layout import CHUNK, Layout, cheapest
from convpool.engines.taps import gather
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Block = tuple[slice, ...]
Item = TypeVar("Item")


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

    `dtype` is float32 or float64; `out` may have another one that holds the results. Everything must be finite: a NaN
    would spread over its block, so whoever calls asks `finite` first. Results do not depend on the number of threads.
    """
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(
            f"engine 'fft' sums in float32 and float64 only, not in {dtype}; use engine='numpy', which takes every "
            "dtype, or engine='compiled' for integers"
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
        tuple(slice(i, min(i + step, length)) for i, step, length in zip(start, steps, cuts, strict=True))
        for start in product(*places)
    ]

    def some(own: range) -> None:
        spectra = _spectra(kernels, axes, layout, own, dtype)

        def block(part: Block, scratch: Array) -> None:
            for group in range(own.start * groups // nc, (own.stop - 1) * groups // nc + 1):
                chosen = slice(max(own.start, group * nc // groups), min(own.stop, (group + 1) * nc // groups))
                several = spectra[chosen.start - own.start : chosen.stop - own.start]
                channels = images[..., group * depth : (group + 1) * depth]
                rows = _rows(scratch, channels, axes, part, layout, len(several), pad_mode, fill, dtype)
                _multiply(rows, several, axes, part, layout)
                _give(rows, biases[chosen], axes, layout, out[(*part, chosen)])

        _share(block, parts, layout)

    for first in range(0, nc, layout.kernels):
        some(range(first, min(first + layout.kernels, nc)))


def _share(work: Callable[[Item, Array], None], items: Iterable[Item], layout: Layout, scratch: bool = True) -> None:
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


def _spectra(kernels: Array, axes: Sequence[Axis], layout: Layout, some: range, dtype: DTypeLike) -> Array:
    """Transform some kernels, dilated, as (kernels, depth, *sizes with F of the last), conjugated."""
    shape, numbers, others = (len(some), kernels.shape[-2]), layout.sizes[-1] // 2 + 1, range(1, len(axes))
    rows = np.empty((*shape, *(axis.span for axis in axes[:-1]), numbers), np.complex128)
    spectra = np.empty((*shape, *layout.sizes[:-1], numbers), np.complex128)
    spread = tuple(slice(None, None, axis.dilation) for axis in axes)

    def along(k: int, _: Array) -> None:
        taps = np.zeros((shape[1], *(axis.span for axis in axes)))
        taps[(slice(None), *spread)] = np.moveaxis(kernels[..., some[k]], -1, 0).astype(dtype)
        rows[k] = np.fft.rfft(taps, layout.sizes[-1])

    def across(place: tuple[int, slice], _: Array) -> None:
        left = rows[place[0]][..., place[1]]
        left = np.fft.fftn(left, layout.sizes[:-1], others) if others else left
        np.conjugate(left, out=spectra[place[0]][..., place[1]])

    _share(along, range(len(some)), layout, scratch=False)
    columns = _columns(numbers, shape[1] * volume(layout.sizes[:-1]))
    _share(across, product(range(len(some)), columns), layout, scratch=False)
    return spectra


def _columns(numbers: int, length: int) -> list[slice]:
    """Cut spectra of this many columns of this length into steps."""
    width = max(1, CHUNK // length)
    return [slice(start, min(start + width, numbers)) for start in range(0, numbers, width)]


def _rows(
    scratch: Array, channels: Array, axes: Sequence[Axis], part: Block, layout: Layout, room: int, pad_mode: str,
    fill: Any, dtype: DTypeLike,
) -> Array:  # fmt: skip
    """Gather what a part of the output needs and transform its last axis: (depth or room, n, *spatial, F)."""
    depth, points = channels.shape[-1], [Axis(axis.size, 1, 1, 1, axis.before, axis.after) for axis in axes]
    firsts = [part[0].start, *(piece.start * axis.stride for piece, axis in zip(part[1:], axes, strict=True))]
    *lengths, last = (
        (piece.stop - piece.start - 1) * axis.stride + axis.span for piece, axis in zip(part[1:], axes, strict=True)
    )
    shape = (part[0].stop - part[0].start, *lengths)
    laid = (max(depth, room), *shape, layout.sizes[-1] // 2 + 1)
    rows = scratch[: volume(laid)].reshape(laid)
    kind = np.float64 if np.can_cast(channels.dtype, dtype) else dtype  # else they are rounded first
    for piece in blocks(shape, CHUNK // (depth * last)):
        whole = (*piece, slice(0, last))
        wanted = tuple(slice(first + p.start, first + p.stop) for first, p in zip(firsts, whole, strict=True))
        pixels = gather(channels, points, wanted, (slice(0, 1),) * len(axes), pad_mode, fill, kind)
        rows[(slice(0, depth), *piece)] = np.fft.rfft(pixels.astype(np.float64, copy=False), layout.sizes[-1])
    return rows


def _multiply(rows: Array, spectra: Array, axes: Sequence[Axis], part: Block, layout: Layout) -> None:
    """Transform the other axes, multiply by each kernel, sum over channels, and transform back over the rows."""
    depth, sizes, others = spectra.shape[1], layout.sizes[:-1], range(2, 1 + len(axes))
    counts = [piece.stop - piece.start for piece in part[1:-1]]
    kept = tuple(slice(0, (n - 1) * axis.stride + 1, axis.stride) for n, axis in zip(counts, axes, strict=False))
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


def _give(rows: Array, biases: Array, axes: Sequence[Axis], layout: Layout, out: Array) -> None:
    """Transform the last axis back, take each stride-th, and write it out."""
    kept = slice(0, (out.shape[-2] - 1) * axes[-1].stride + 1, axes[-1].stride)
    for k, bias in enumerate(biases):
        for piece in blocks(out.shape[:-2], CHUNK // layout.sizes[-1]):
            values = np.fft.irfft(rows[k][piece], layout.sizes[-1])[..., kept]
            np.add(values, bias, out=out[..., k][piece], casting="unsafe")


def cost(images_shape: Sequence[int], kernels_shape: Sequence[int], axes: Sequence[Axis], groups: int = 1) -> float:
    """Estimate the floating point operations of `convolve`: 2.5 N log2 N for a transform of N, 8 for a product."""
    depth, nc = kernels_shape[-2:]
    if 0 in (images_shape[0], depth, nc, *(axis.count for axis in axes)):
        return 0.0
    return cheapest(images_shape[0], tuple(axes), depth, nc, groups).operations


def error_bound(
    images: Array, kernels: Array, axes: Sequence[Axis], dtype: DTypeLike, *, groups: int = 1,
    pad_mode: str = "zeros", fill: Any = 0,
) -> float:  # fmt: skip
    """Bound how far any result may lie from the exact one of these numbers in `dtype`, beyond its own rounding.

    With u = 2^-53, t = log2 of the transform's size, x the pixels of a block and w a kernel, a convolution by Fourier
    transforms errs by less than ((1 + u)^3t (1 + sqrt(5) u)^(3t + 1) (1 + b)^3t - 1) |x| |w| in 2-norms, b being the
    error of the roots of unity, u here: C. Percival, Rapid multiplication modulo the sum and difference of highly
    composite numbers, Math. Comp. 72 (2003); see N. J. Higham, Accuracy and Stability of Numerical Algorithms, ch. 24.
    The sum over channels adds u for each. |x| is at most the largest number times the root of how many a block has, or
    the norm of an image if only zeros surround it. Infinite where numbers of that size might overflow.
    """
    if 0 in images.shape or 0 in kernels.shape or any(axis.count < 1 for axis in axes):
        return 0.0
    depth, nc = kernels.shape[-2:]
    layout = cheapest(len(images), tuple(axes), depth, nc, groups)
    points = volume(layout.sizes)
    peak, heaviest = _peak(images), _peak(kernels)
    weight = _norm(np.moveaxis(kernels, -1, 0), 1, heaviest)
    if pad_mode == "constant" and fill:
        peak = max(peak, abs(float(fill)))
    pixels = peak * math.sqrt(points * depth)
    if pad_mode == "zeros" or (pad_mode == "constant" and not fill):
        pixels = min(pixels, _norm(images, groups, peak))
    limit = float(np.finfo(np.float64).max) / 4
    if max(peak, heaviest) > np.finfo(dtype).max or not max(pixels, 1) * max(weight, 1) < limit / points:
        return math.inf
    u, t, least = 2.0**-53, math.log2(points) + 1, float(np.finfo(np.float64).smallest_subnormal)
    lost = least * points * (1 + weight + pixels)  # below the least normal number
    return math.expm1((3 * t + (3 * t + 1) * math.sqrt(5) + 3 * t + depth) * u) * pixels * weight + lost


def _peak(array: Array) -> float:
    return max(abs(float(array.min())), abs(float(array.max())))


def _norm(arrays: Array, groups: int, peak: float) -> float:
    """Return the greatest 2-norm of arrays (m, ..., c): over all but the first axis, and one of the groups."""
    if not 0 < peak < math.inf:
        return peak
    squares = np.zeros((len(arrays), arrays.shape[-1]))
    for block in blocks(arrays.shape, CHUNK):
        scaled = np.divide(arrays[block], peak, dtype=np.float64)  # neither overflows nor vanishes
        squares[block[0], block[-1]] += np.square(scaled).sum(axis=tuple(range(1, arrays.ndim - 1)))
    return peak * math.sqrt(float(squares.reshape(len(arrays), groups, -1).sum(axis=2).max()))


def finite(*arrays: Array) -> bool:
    """Tell whether all numbers are finite, without a copy: NaN and infinity reach the least or the greatest."""
    with np.errstate(invalid="ignore"):
        return all(math.isfinite(end) for array in arrays if array.size for end in (array.min(), array.max()))
