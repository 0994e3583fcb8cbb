"""What convolutions cost with each engine: seconds of one thread, and bytes of working memory.

Estimates from shapes and dtypes alone. Seconds, without the start-up that an engine's entry in
`registry` has, are a sum of counts, such as multiply-adds, times rates: seconds that one takes.
The rates of NumPy and of the compiled loops were fitted to measurements of layers of networks and
of small calls (`make bench` prints predictions beside measurements). They are about 1.4 times those
of a core of an AMD EPYC (Zen 5), so that predictions are within a factor of 2 on slower ones too;
arrays are assumed to be in order. Transforms and transposed convolutions have rougher rates. "Bytes
of a tile" are an upper bound; the windows of a tile lie on pixels alone.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import library, many_kernels_schedule, volumes
from convpool.engines.compiled import transposed as compiled_transposed
from convpool.engines.compiled.convolution import LONG_ROW
from convpool.engines.compiled.instruction_sets import INSTRUCTION_SETS, InstructionSet
from convpool.engines.compiled.launch import STAGED
from convpool.engines.compiled.panels import WEIGHTS, channel_panel
from convpool.engines.compiled.record import LINES
from convpool.engines.compiled.register_sizes import widest_tile
from convpool.engines.compiled.vector_choice import what_vectors_hold
from convpool.engines.fft import convolution as fft_convolution
from convpool.engines.fft import layout as fft_layout
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.numpy import pointwise
from convpool.engines.work import ConvolutionWork, PoolingWork, bytes_moved
from convpool.windows import volume

# ---- seconds, at fitted rates: NumPy, compiled ----


class CompiledRates(NamedTuple):
    """Seconds that one of these takes in the compiled loops, with numbers of four bytes.

    Parameters
    ----------
    kernel_product
        To multiply a number with a vector of kernels, and to add it.
    tile_start
        To begin and end the sums of a window with a panel of kernels.
    column_product, row_product
        A multiply-add where vectors hold columns; and of one picture of one channel, row by row.
    line_pixel
        To read a number, or write a result, where vectors hold columns.
    split_pixel
        To copy a number to the line of its channel, one by one.
    channel_product, channel_pixel
        A multiply-add where each channel has its own kernel; to read a number there.
    weight
        To pack a weight.
    """

    kernel_product: float
    tile_start: float
    column_product: float
    row_product: float
    line_pixel: float
    split_pixel: float
    channel_product: float
    channel_pixel: float
    weight: float


COMPILED_RATES = {
    "avx2": CompiledRates(
        0.17e-9, 3e-9, 55e-12, 28e-12, 0.17e-9, 4.2e-9, 0.03e-9, 0.14e-9, 0.35e-9
    ),
    "avx512": CompiledRates(
        0.17e-9, 5e-9, 33e-12, 24e-12, 0.16e-9, 1.2e-9, 0.022e-9, 0.14e-9, 0.35e-9
    ),
    "neon": CompiledRates(0.22e-9, 8e-9, 120e-12, 60e-12, 0.3e-9, 4.2e-9, 0.12e-9, 0.3e-9, 1.25e-9),
}


class NumpyRates(NamedTuple):
    """Seconds that one of these takes in NumPy, with numbers of four bytes.

    Parameters
    ----------
    product
        A multiply-add in a product of matrices.
    tap
        To copy a tap of a window.
    result
        To add up a result, and to write it.
    weight
        To put a weight in order.
    group
        A product of a block with the kernels of a group, if there are several.
    byte
        To read a byte of the images, or to write one of the result.
    """

    product: float
    tap: float
    result: float
    weight: float
    group: float
    byte: float


NUMPY_RATES = NumpyRates(18e-12, 0.62e-9, 2.2e-9, 8e-9, 1e-6, 0.07e-9)
# by how much longer products take on average that BLAS may share among its threads: with a core
# free they do not, but where another process has it, BLAS waits for many milliseconds
STALLS = 2.0


def numpy_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread with NumPy."""
    size, rates = size_ratio(work), NUMPY_RATES
    multiplied = rates.product * work.multiply_adds * size
    moved = rates.byte * bytes_moved(work)
    has_pixel_windows = all(
        axis.window == 1 and not (axis.before or axis.after) for axis in work.axes
    )
    if has_pixel_windows and work.images_dtype == work.accumulation:
        weights = volume(work.kernels) // work.groups
        is_cut = (
            weights * pointwise.ROWS <= pointwise.ALONE or work.multiply_adds <= pointwise.ALONE
        )
        return multiplied * (1 if is_cut else STALLS) + moved
    taps = work.windows * work.taps * work.images[-1]  # numbers that are copied
    blocks = max(1.0, taps / numpy_convolution.BLOCK) if work.groups > 1 else 0
    return (
        multiplied
        + moved
        + rates.tap * taps * size
        + rates.result * work.outputs * size
        + rates.weight * volume(work.kernels) * size
        + rates.group * work.groups * blocks
    )


def compiled_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread in the compiled loops."""
    isa = library.choice().isa or INSTRUCTION_SETS["avx2"]
    size, rates = size_ratio(work), COMPILED_RATES[isa.name]
    lanes = max(1, int(isa.vector_bytes / (4 * size)))
    packed = rates.weight * volume(work.kernels) * size + stacking_seconds(work)
    *window, depth, nc = work.kernels
    products = volume(window) * depth  # of each result
    pixels = volume(work.images) * size  # in numbers of four bytes
    # a kernel for each channel, or as many kernels as channels in groups that fill half a vector
    if work.groups > 1 and depth * work.groups == nc and 2 * depth <= max(2, lanes):
        # in groups, a vector of pixels is loaded once for several products
        multiplied = rates.channel_product * work.multiply_adds * size / (2 if depth > 1 else 1)
        return packed + multiplied + rates.channel_pixel * pixels
    may_be_channels = work.accumulation.kind == "f"
    held = what_vectors_hold(
        work.images[-1], work.kernels, work.groups, lanes, may_be_channels=may_be_channels
    )
    if held == "channels":
        return packed + _seconds_with_channels(work, products, lanes, rates)
    if held == "kernels":
        return packed + _seconds_with_kernels(work, products, lanes, isa)
    moved = rates.line_pixel * (pixels + work.outputs * size)
    split = 0 if work.images[-1] in LINES else rates.split_pixel * pixels
    is_picture = work.images[-1] == nc == work.axes[-1].stride == 1
    is_in_rows = is_picture and work.axes[-1].count >= LONG_ROW * lanes
    rate = rates.row_product if is_in_rows else rates.column_product
    return packed + rate * work.multiply_adds * size + moved + split


STACK = 0.6e-9  # seconds to copy a pixel of a volume to a stack of slices


def stacking_seconds(work: ConvolutionWork) -> float:
    """Return the seconds in which the slices of volumes are put side by side; 0 of other images."""
    if len(work.axes) < 3:
        return 0
    first, *sizes = work.axes
    slices = work.images[0] * first.count * first.window
    return STACK * slices * volume([axis.size for axis in sizes]) * work.images[-1]


def _seconds_with_kernels(
    work: ConvolutionWork, products: int, lanes: int, isa: InstructionSet
) -> float:
    """Return the seconds of one thread where vectors hold kernels, `lanes` of them.

    `products` are the multiply-adds of one result.
    """
    rates = COMPILED_RATES[isa.name]
    vectors = -(-work.kernels_per_group // lanes)
    panels = -(-vectors // widest_tile(isa))
    windows = work.windows * work.groups
    return windows * (panels * rates.tile_start + vectors * products * rates.kernel_product)


def _seconds_with_channels(
    work: ConvolutionWork, products: int, lanes: int, rates: CompiledRates
) -> float:
    """Return the seconds of one thread where vectors hold channels; see `_seconds_with_kernels`."""
    panel = channel_panel(work.kernels_per_group)
    panels = work.groups * -(-work.kernels_per_group // panel)
    # a vector of pixels takes as long to load as two to multiply
    multiplied = max(2, panel) * products / lanes * rates.kernel_product
    return work.windows * panels * (panel * rates.tile_start / 4 + multiplied)


def size_ratio(work: ConvolutionWork) -> float:
    """Return the bytes of a number in which the compiled loops sum, divided by four.

    Sums of small integers are taken in float32, since these are exact.
    """
    if work.accumulation.kind in "iu":
        return 1 if work.images_dtype.itemsize == 1 else 2
    return math.ceil(work.accumulation.itemsize / 4)


# ---- seconds, at rough rates: transforms, transposed convolutions ----

# seconds that one of these takes
COPY_TAP = 0.8e-9  # to copy a tap of a window in NumPy, float32
MULTIPLY_ADD = 25e-12  # of float32, in a product of matrices
MULTIPLY_ADD_OVER_KERNELS = 18e-12  # of float32, in the compiled loops whose vectors hold kernels
MULTIPLY_ADD_OVER_COLUMNS = 30e-12  # of float32, in the compiled loops whose vectors hold columns
LAY_OUT_WEIGHT = 2e-9  # to copy a weight to where the engine wants it
MOVE_BYTE = 0.15e-9  # to read or write a byte of images or result
TRANSFORM_OPERATION = 0.2e-9  # a floating point operation of a Fourier transform
START_PHASE = 40e-6  # to start one of the convolutions that a transposed one is

FFT_START_UP = 1e-3  # seconds that every call with transforms takes
# how many times less time transforms must take than sums to be preferred, as the error of a
# transform is spread over the whole block
FFT_MARGIN = 2.0

PANEL = 64  # kernels of the widest panel of the compiled loops


def _cost_ratio(work: ConvolutionWork) -> float:
    """Return the seconds of a multiply-add, divided by those of one of float32."""
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
    return 3 * products * COPY_TAP * ratio + multiplied + bytes_moved(work) * MOVE_BYTE


def compiled_transposed_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread for a transposed convolution in the compiled loops.

    It is computed as several convolutions, each of which takes START_PHASE to start.
    """
    ratio = _cost_ratio(work)
    has_many_kernels = work.kernels[-2] > 8 / ratio
    rate = MULTIPLY_ADD_OVER_KERNELS if has_many_kernels else MULTIPLY_ADD_OVER_COLUMNS
    laid_out = volume(work.kernels) * LAY_OUT_WEIGHT
    started = START_PHASE * compiled_transposed.phase_count(work.axes)
    return work.multiply_adds * rate * ratio + bytes_moved(work) * MOVE_BYTE + laid_out + started


# ---- bytes ----


def block_bytes(work: ConvolutionWork | PoolingWork) -> int:
    """Return the bytes of four blocks of windows, or of four times all windows if that is less."""
    return (
        4
        * min(numpy_convolution.BLOCK, max(1, work.outputs * work.taps))
        * work.accumulation.itemsize
    )


def numpy_convolution_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of working memory of NumPy's engine."""
    if not work.outputs:
        return block_bytes(work)
    numbers = numpy_convolution.numbers_held(
        work.images, work.kernels, work.axes, work.groups, work.accumulation
    )
    return work.accumulation.itemsize * numbers


def stack_bytes(work: ConvolutionWork) -> int:
    """Return the bytes of the stacks of slices that the compiled loops copy at a time; 0 of images.

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
    at_once = WEIGHTS * max(2, threads.number())
    if threads.number() > 1:
        at_once = max(at_once, many_kernels_schedule.PACKED)
    packed = min(work.taps * depth * kernels, at_once)
    numbers = volume(work.kernels) + packed
    # loops read no float16: images are converted, all or some of them at a time
    if work.images_dtype.kind == "f" and work.images_dtype.itemsize == 2:
        copied = volume(work.images) + work.outputs
        numbers += min(copied, max(STAGED // 8, copied // work.images[0]))
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
