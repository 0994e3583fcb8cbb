"""What work takes with each engine: seconds on one thread, and bytes of working memory.

A small model, from shapes and dtypes alone. The rates are those of one core of a current server
processor; what matters is their proportion. Seconds are those after the engine's start-up time,
which `registry` lists. "Bytes of a tile" are an upper bound, all else is an estimate.
"""

from __future__ import annotations

import math
from dataclasses import replace

from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.fft import convolution as fft_convolution
from convpool.engines.fft import layout as fft_layout
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.work import ConvolutionWork, PoolingWork
from convpool.windows import volume

# seconds
COPY_TAP = 0.8e-9  # of a window, in NumPy
MULTIPLY_ADD = 25e-12  # of float32, in a product of matrices
MULTIPLY_ADD_OVER_KERNELS = 18e-12  # the same with vectors over kernels
MULTIPLY_ADD_OVER_COLUMNS = 30e-12  # the same with vectors over columns
LAY_OUT_WEIGHT = 2e-9
MOVE_BYTE = 0.15e-9  # read or written
TRANSFORM_OPERATION = 0.2e-9
REDUCE = 0.35e-9  # a number with another, in NumPy
REDUCE_IN_VECTORS = 0.04e-9

RANKING = 30  # times as long to find the middle of numbers as to reduce them
BLOCK = 2**18  # numbers in a block of windows


# ---- convolution: seconds ----


def _width(work: ConvolutionWork) -> float:
    """Return how many times as long a multiply-add takes as one of float32."""
    return work.accumulation.itemsize / 4


def numpy_convolution_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread in NumPy."""
    width = _width(work)
    taps = work.multiply_adds / work.kernels_per_group
    copied = taps * COPY_TAP * math.sqrt(width)
    multiplied = work.multiply_adds * MULTIPLY_ADD * width
    return copied + multiplied + work.moved * MOVE_BYTE + volume(work.kernels) * LAY_OUT_WEIGHT


def compiled_convolution_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread in the compiled loops."""
    width = _width(work)
    has_many_kernels = work.kernels_per_group > 8 / width
    rate = MULTIPLY_ADD_OVER_KERNELS if has_many_kernels else MULTIPLY_ADD_OVER_COLUMNS
    laid_out = volume(work.kernels) * LAY_OUT_WEIGHT / 2
    return work.multiply_adds * rate * width + work.moved * MOVE_BYTE + laid_out


def fft_convolution_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread with transforms; infinity for images without pixels."""
    if 0 in work.images:
        return math.inf
    return TRANSFORM_OPERATION * fft_convolution.cost(
        work.images, work.kernels, work.axes, work.groups
    )


# ---- convolution: bytes ----


def block_bytes(work: ConvolutionWork | PoolingWork) -> int:
    """Return the bytes of a few blocks of windows."""
    return 4 * min(BLOCK, max(1, work.outputs * work.taps)) * work.accumulation.itemsize


def numpy_convolution_bytes(work: ConvolutionWork) -> int:
    """Return the working memory of NumPy's engine."""
    if not work.outputs:
        return block_bytes(work)
    numbers = numpy_convolution.numbers(
        work.images, work.kernels, work.axes, work.groups, work.accumulation
    )
    return work.accumulation.itemsize * numbers


def fft_convolution_bytes(work: ConvolutionWork) -> int:
    """Return the working memory of the transforms."""
    if not (work.outputs and work.kernels[-2]):
        return numpy_convolution_bytes(work)
    return _fft_layout(work).memory


def _fft_layout(work: ConvolutionWork) -> fft_layout.Layout:
    return fft_layout.cheapest(work.images[0], work.axes, *work.kernels[-2:], work.groups)


def numpy_convolution_tile_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of a tile that lies on pixels alone: blocks, and copies of the weights."""
    return block_bytes(work) + 3 * volume(work.kernels) * work.accumulation.itemsize


def compiled_convolution_tile_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of a tile: of one image, what cannot be read or written as it lies."""
    sums = compiled_convolution.chains(work.kernels[:-1], work.accumulation, work.dtype)[1]
    pixels = volume(work.images) * work.accumulation.itemsize
    converted = pixels + work.outputs * sums.itemsize
    return numpy_convolution_tile_bytes(work) + converted // max(1, work.images[0])


def fft_convolution_tile_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of a tile: the spectra, and what each thread has of its own."""
    held = numpy_convolution_tile_bytes(work)
    if not (work.outputs and work.kernels[-2]):
        return held
    layout = _fft_layout(replace(work, groups=1))  # whose blocks are the largest
    return held + 2 * layout.memory + threads.number() * 16 * layout.scratch


# ---- pooling ----


def _reduced_numbers(work: PoolingWork) -> int:
    """Return how many numbers are combined: of axes one after the other, or of whole windows."""
    if work.mode != "median" and work.footprint_taps is None:
        taps = sum(min(axis.window, 2 * axis.window.bit_length()) for axis in work.axes)
    else:
        taps = work.taps if work.footprint_taps is None else work.footprint_taps
        taps *= RANKING if work.mode == "median" else 1
    return work.outputs * taps


def numpy_pooling_seconds(work: PoolingWork) -> float:
    """Return the seconds of one thread in NumPy."""
    reduced = _reduced_numbers(work) * REDUCE * math.sqrt(work.images_dtype.itemsize)
    return reduced + work.moved * MOVE_BYTE


def compiled_pooling_seconds(work: PoolingWork) -> float:
    """Return the seconds of one thread in the compiled loops."""
    reduced = _reduced_numbers(work) * REDUCE_IN_VECTORS * math.sqrt(work.images_dtype.itemsize)
    return reduced + work.moved * MOVE_BYTE


def numpy_pooling_bytes(work: PoolingWork) -> int:
    """Return the working memory of NumPy's engine."""
    itemsize = work.accumulation.itemsize
    return itemsize * numpy_pooling.numbers(work.images, work.axes, itemsize)


def numpy_pooling_tile_bytes(work: PoolingWork) -> int:
    """Return the bytes of a tile that lies on pixels alone."""
    if not work.outputs:
        return block_bytes(work)
    sizes = [axis.size for axis in work.axes]
    itemsize = work.accumulation.itemsize
    images = (work.images[0], *sizes, work.images[-1])
    return itemsize * numpy_pooling.numbers(images, work.axes, itemsize)


def compiled_pooling_tile_bytes(work: PoolingWork) -> int:
    """Return the bytes of a tile: of one image, what cannot be read or written as it lies."""
    converted = (volume(work.images) + work.outputs) * work.accumulation.itemsize
    return block_bytes(work) + converted // max(1, work.images[0])
