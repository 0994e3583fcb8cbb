"""What work takes with each engine: seconds on one thread, and bytes of working memory.

A small model, from shapes and dtypes alone; the seconds of a convolution with NumPy and in the
compiled loops are in `convolution_seconds`. The rates are those of one core of a current server
processor; what matters is their proportion. Seconds are those after the engine's start-up time,
which `registry` lists. "Bytes of a tile" are an upper bound, all else is an estimate; the windows
of a tile lie on pixels alone.
"""

from __future__ import annotations

import math
from dataclasses import replace

from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import kernels_gradient as compiled_kernels_gradient
from convpool.engines.compiled import pooling_gradient as compiled_pooling_gradient
from convpool.engines.compiled import transposed as compiled_transposed
from convpool.engines.fft import convolution as fft_convolution
from convpool.engines.fft import layout as fft_layout
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.numpy import kernels_gradient as numpy_kernels_gradient
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy import pooling_gradient as numpy_pooling_gradient
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
REDUCE = 0.35e-9  # to combine two numbers of one byte in NumPy
REDUCE_IN_VECTORS = 0.04e-9  # to combine two numbers of one byte in the compiled loops
WINDOW, TAP_IN_VECTORS = 8e-9, 1e-9  # for a window and vector of channels there, and for each tap

RANKING = 30  # to find the median of numbers takes so many times as long as to combine them
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
    return block_bytes(work) + numbers * itemsize


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
    return numpy_convolution_tile_bytes(work) + converted // max(1, work.images[0])


def fft_convolution_tile_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of a tile: what NumPy needs, spectra, and scratch memory of each thread."""
    numpy_bytes = numpy_convolution_tile_bytes(work)
    if not (work.outputs and work.kernels[-2]):
        return numpy_bytes
    layout = _fft_layout(replace(work, groups=1))  # one group has the largest blocks
    return numpy_bytes + 2 * layout.memory + threads.number() * 16 * layout.scratch


def kernels_gradient_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of working memory of the gradient of the kernels with NumPy: a bound."""
    depth_of_all = work.kernels[-2] * work.groups
    columns = min(
        max(numpy_kernels_gradient.COLUMNS, depth_of_all),
        work.windows * work.taps * depth_of_all,
    )
    sums = min(max(numpy_kernels_gradient.SUMS, depth_of_all), volume(work.kernels))
    sum_size = max(work.accumulation.itemsize, 8)
    return 3 * columns * work.accumulation.itemsize + 2 * sums * sum_size


def compiled_kernels_gradient_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of working memory of the gradient of the kernels in the compiled loops.

    Totals of the parts; the padded pixels of a block, and a panel, for each thread; copies of some
    images and of g where loops cannot read them; and what NumPy makes of the totals.
    """
    totals = max(compiled_kernels_gradient.MOST, volume(work.kernels[:-1]) * PANEL)
    totals = min(totals, compiled_kernels_gradient.PARTS * volume(work.kernels))
    m, windows = max(1, work.images[0]), compiled_kernels_gradient.WINDOWS
    images = min(m, max(1, windows * m // max(1, work.windows)))
    padded = volume([axis.spanned_positions + PANEL for axis in work.axes]) * work.images[-1]
    blocks = threads.number() * (images * padded + 2 * windows * PANEL)
    numbers = volume(work.images) + work.outputs
    copied = min(8 * numbers, max(compiled_kernels_gradient.STAGED, 8 * numbers // m))
    return 2 * 8 * totals + blocks * work.accumulation.itemsize + copied


# ---- pooling ----


def _reduced_numbers(work: PoolingWork) -> int:
    """Return about how many numbers are combined.

    Axis after axis: windows are combined from longer and longer parts. Under a footprint, and for
    medians: whole windows; a number of a median counts RANKING times.
    """
    if work.mode != "median" and work.footprint_taps is None:
        taps = sum(min(axis.window, 2 * axis.window.bit_length()) for axis in work.axes)
    else:
        taps = work.taps if work.footprint_taps is None else work.footprint_taps
        taps *= RANKING if work.mode == "median" else 1
    return work.outputs * taps


def numpy_pooling_seconds(work: PoolingWork) -> float:
    """Return the seconds of one thread in NumPy."""
    reduced = _reduced_numbers(work) * REDUCE * math.sqrt(work.images_dtype.itemsize)
    return reduced + work.bytes_moved * MOVE_BYTE


def compiled_pooling_seconds(work: PoolingWork) -> float:
    """Return the seconds of one thread in the compiled loops."""
    reduced = _reduced_numbers(work) * REDUCE_IN_VECTORS * math.sqrt(work.images_dtype.itemsize)
    return reduced + work.bytes_moved * MOVE_BYTE


def numpy_pooling_bytes(work: PoolingWork) -> int:
    """Return the bytes of working memory of NumPy's engine."""
    itemsize = work.accumulation.itemsize
    return itemsize * numpy_pooling.numbers(work.images, work.axes, itemsize)


def numpy_pooling_tile_bytes(work: PoolingWork) -> int:
    """Return the bytes of a tile, whose images are cut to what `axes` say."""
    if not work.outputs:
        return block_bytes(work)
    sizes = [axis.size for axis in work.axes]
    itemsize = work.accumulation.itemsize
    images = (work.images[0], *sizes, work.images[-1])
    return itemsize * numpy_pooling.numbers(images, work.axes, itemsize)


def compiled_pooling_tile_bytes(work: PoolingWork) -> int:
    """Return the bytes of a tile: blocks, and converted copies of one image and its results."""
    converted = (volume(work.images) + work.outputs) * work.accumulation.itemsize
    return block_bytes(work) + converted // max(1, work.images[0])


def numpy_pooling_gradient_seconds(work: PoolingWork) -> float:
    """Return the seconds of one thread for the gradient of a pooling in NumPy.

    Windows are reduced, and numbers are spread over them.
    """
    return 3 * numpy_pooling_seconds(work) + volume(work.images) * work.accumulation.itemsize * (
        MOVE_BYTE
    )


def pooling_gradient_bytes(work: PoolingWork) -> int:
    """Return the bytes of working memory for the gradient of a pooling in NumPy.

    Of each image of a block that is a copy of the gradient, and for each of its outputs a number,
    an index and their copies.
    """
    m, itemsize = work.images[0], max(8, work.accumulation.itemsize)
    per_image = volume(work.images) // max(1, m) * itemsize
    images = min(m, max(1, numpy_pooling_gradient.BLOCK_BYTES // max(1, per_image)))
    outputs = work.outputs // max(1, m)
    sorted_bytes = 4 * itemsize * work.taps * outputs if work.mode == "median" else 0
    return images * (2 * per_image + 6 * itemsize * outputs) + min(
        images * sorted_bytes, 8 * numpy_pooling.LARGE
    )


def compiled_pooling_gradient_seconds(work: PoolingWork) -> float:
    """Return the seconds of one thread for the gradient of a pooling in the compiled loops."""
    size = work.accumulation.itemsize
    taps = 1 if work.mode in ("avg", "sum") else 2
    vectors = work.outputs / max(1, work.images[-1]) * math.ceil(work.images[-1] * size / 32)
    moved = (volume(work.images) + work.outputs) * size * MOVE_BYTE
    return vectors * (WINDOW + taps * work.taps * TAP_IN_VECTORS) + moved


def compiled_pooling_gradient_bytes(work: PoolingWork) -> int:
    """Return the bytes of working memory for the gradient of a pooling in the compiled loops.

    Copies of some images, g and gradient where loops cannot read or write them. Where pixels are
    missing, NumPy does the work.
    """
    per_image = 8 * (2 * volume(work.images) + 2 * work.outputs) // max(1, work.images[0])
    copied = max(compiled_pooling_gradient.STAGED, per_image)
    return max(min(copied, 16 * (volume(work.images) + work.outputs)), pooling_gradient_bytes(work))
