"""What convolutions take with each engine: seconds on one thread, and bytes of working memory.

A small model, from shapes and dtypes alone; the seconds of a convolution with NumPy and in the
compiled loops, which are modelled closer, are in `convolution_seconds`. The rates are those of one
core of a current server processor; what matters is their proportion. Seconds are those after the
engine's start-up time, which its entry in `registry` has. "Bytes of a tile" are an upper bound, all
else is an estimate; the windows of a tile lie on pixels alone.
"""

from __future__ import annotations

import math
from dataclasses import replace

from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import transposed as compiled_transposed
from convpool.engines.compiled import volumes
from convpool.engines.fft import convolution as fft_convolution
from convpool.engines.fft import layout as fft_layout
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.work import ConvolutionWork, PoolingWork
from convpool.windows import volume

# seconds that one of these takes
COPY_TAP = 0.8e-9  # to copy a tap of a window in NumPy, float32
MULTIPLY_ADD = 25e-12  # of float32, in a product of matrices
MULTIPLY_ADD_OVER_KERNELS = 18e-12  # of float32, in the compiled loops whose vectors hold kernels
MULTIPLY_ADD_OVER_COLUMNS = 30e-12  # of float32, in the compiled loops whose vectors hold columns
LAY_OUT_WEIGHT = 2e-9  # to copy a weight to where the engine wants it
MOVE_BYTE = 0.15e-9  # to read or write a byte of images or result
TRANSFORM_OPERATION = 0.2e-9  # a floating point operation of a Fourier transform
START_PHASE = 40e-6  # to start one of the convolutions that a transposed one is

BLOCK = 2**18  # numbers in a block of windows
PANEL = 64  # kernels of the widest panel of the compiled loops
PACKED = 3 * 2**16  # weights that a thread packs at a time there


# ---- convolution: seconds ----


def _cost_ratio(work: ConvolutionWork) -> float:
    """Return how many times as long a multiply-add takes as one of float32."""
    return work.accumulation.itemsize / 4


def fft_convolution_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread with transforms; infinity for images without pixels."""
    if 0 in work.images:
        return math.inf
    return TRANSFORM_OPERATION * fft_convolution.cost(
        work.images, work.kernels, work.axes, work.groups
    )


def numpy_transposed_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread for a transposed convolution with NumPy.

    A product for each tap of each window is written, read again and added to its pixel.
    """
    ratio = _cost_ratio(work)
    products = work.windows * work.taps * work.kernels[-2] * work.groups
    multiplied = work.multiply_adds * MULTIPLY_ADD * ratio
    return 3 * products * COPY_TAP * ratio + multiplied + work.bytes_moved * MOVE_BYTE


def compiled_transposed_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread for a transposed convolution in the compiled loops.

    It is some convolutions, of which each takes a while to start.
    """
    ratio = _cost_ratio(work)
    has_many_kernels = work.kernels[-2] > 8 / ratio
    rate = MULTIPLY_ADD_OVER_KERNELS if has_many_kernels else MULTIPLY_ADD_OVER_COLUMNS
    laid_out = volume(work.kernels) * LAY_OUT_WEIGHT
    started = START_PHASE * compiled_transposed.phase_count(work.axes)
    return work.multiply_adds * rate * ratio + work.bytes_moved * MOVE_BYTE + laid_out + started


# ---- convolution: bytes ----


def block_bytes(work: ConvolutionWork | PoolingWork) -> int:
    """Return the bytes of four blocks of windows, or of four times all windows if that is less."""
    return 4 * min(BLOCK, max(1, work.outputs * work.taps)) * work.accumulation.itemsize


def numpy_convolution_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of working memory of NumPy's engine."""
    if not work.outputs:
        return block_bytes(work)
    numbers = numpy_convolution.numbers(
        work.images, work.kernels, work.axes, work.groups, work.accumulation
    )
    return work.accumulation.itemsize * numbers


def stack_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of stacks of slices that the compiled loops copy of volumes at a time.

    For the adjoint, they are stacks of slices of the result.
    """
    if len(work.axes) < 3:
        return 0
    pixels = volume([axis.spanned_positions for axis in work.axes[1:]]) * work.images[-1]
    outputs = volume([axis.count for axis in work.axes[1:]]) * work.kernels[-1]
    one = max(volume(work.images[2:]), pixels, outputs) * work.axes[0].window * 8
    return max(one, min(volumes.STACKED, one * work.images[0] * work.images[1]))


def compiled_transposed_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of working memory of the compiled adjoint."""
    return block_bytes(work) + stack_bytes(work)


def compiled_convolution_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of working memory of the compiled loops.

    Blocks, converted and packed weights, and copies of some images where loops cannot read them.
    """
    itemsize, (*_, depth, _) = work.accumulation.itemsize, work.kernels
    # panels are completed to whole vectors
    kernels = -(-work.kernels_per_group // PANEL) * PANEL * work.groups
    packed = min(work.taps * depth * kernels, PACKED * max(2, threads.number()))
    numbers = volume(work.kernels) + packed
    if work.images_dtype.kind == "f" and work.images_dtype.itemsize == 2:
        copied = volume(work.images) + work.outputs
        numbers += min(copied, max(compiled_convolution.STAGED // 8, copied // work.images[0]))
    return block_bytes(work) + numbers * itemsize + stack_bytes(work)


def fft_convolution_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of working memory of the transforms.

    Work without outputs or channels needs none: then it is that of NumPy's engine.
    """
    if not (work.outputs and work.kernels[-2]):
        return numpy_convolution_bytes(work)
    return _fft_layout(work).memory


def _fft_layout(work: ConvolutionWork) -> fft_layout.Layout:
    """Return how the transforms of a convolution are cut."""
    return fft_layout.cheapest(work.images[0], work.axes, *work.kernels[-2:], work.groups)


def numpy_convolution_tile_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of a tile that lies on pixels alone: blocks, and copies of the weights."""
    return block_bytes(work) + 3 * volume(work.kernels) * work.accumulation.itemsize


def compiled_convolution_tile_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of a tile: blocks, weights, and converted copies.

    Copies are of one image at a time and its results, as if both had to be converted.
    """
    added_dtype = compiled_convolution.chains(work.kernels[:-1], work.accumulation, work.dtype)[1]
    pixels = volume(work.images) * work.accumulation.itemsize
    converted = pixels + work.outputs * added_dtype.itemsize
    stacks = stack_bytes(work)
    return numpy_convolution_tile_bytes(work) + converted // max(1, work.images[0]) + stacks


def fft_convolution_tile_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of a tile: what NumPy needs, spectra, and scratch memory of each thread."""
    numpy_bytes = numpy_convolution_tile_bytes(work)
    if not (work.outputs and work.kernels[-2]):
        return numpy_bytes
    layout = _fft_layout(replace(work, groups=1))  # one group has the largest blocks
    return numpy_bytes + 2 * layout.memory + threads.number() * 16 * layout.scratch
