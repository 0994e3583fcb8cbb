"""How long a convolution takes on one thread, from shapes and dtypes alone.

Each estimate is a sum of counts, such as multiply-adds, times rates: seconds that one takes. The
rates were fitted to measurements of layers of networks and of small calls (`make bench` prints
predictions beside measurements). Those with AVX2 are of a core of an AMD EPYC; of AVX-512, an Intel
Xeon gave the rates of arithmetic alone, and the others are assumed to be alike. Arrays are assumed
to be in order.
"""

from __future__ import annotations

import math

from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import library
from convpool.engines.compiled.convolution import LONG_ROW
from convpool.engines.compiled.instruction_sets import (
    INSTRUCTION_SETS,
    InstructionSet,
    widest_tile,
)
from convpool.engines.compiled.record import LINES
from convpool.engines.numpy import pointwise
from convpool.engines.values import NamedTuple
from convpool.engines.work import ConvolutionWork
from convpool.windows import volume


class CompiledRates(NamedTuple):
    """Seconds that one of these takes in the compiled loops, with numbers of four bytes.

    Parameters
    ----------
    step
        To multiply a pixel with a vector of kernels.
    tile
        To begin and end the sums of a window with a panel of kernels.
    column, row
        A multiply-add where vectors hold columns; and of one picture of one channel, row by row.
    line
        To read a pixel, or write a result, where vectors hold columns.
    part
        To copy a channel of a pixel to a line of its own, one by one.
    lane
        A multiply-add where each channel has its own kernel.
    pixel
        To read a pixel there.
    weight
        To pack a weight.
    """

    step: float
    tile: float
    column: float
    row: float
    line: float
    part: float
    lane: float
    pixel: float
    weight: float


COMPILED = {
    "avx2": CompiledRates(0.2e-9, 3e-9, 61e-12, 28e-12, 0.21e-9, 4.2e-9, 0.06e-9, 0.2e-9, 1.25e-9),
    "avx512": CompiledRates(
        0.17e-9, 10e-9, 35e-12, 20e-12, 0.2e-9, 4.2e-9, 0.04e-9, 0.2e-9, 1.25e-9
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


NUMPY = NumpyRates(30e-12, 0.62e-9, 2.2e-9, 8e-9, 1e-6, 0.07e-9)
BLOCK = 2**18  # taps of windows that NumPy copies at a time
# by how much longer products take on average that BLAS may share among its threads: with a core
# free they do not, but where another process has it, BLAS waits for many milliseconds
STALLS = 2.0


def numpy_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread with NumPy."""
    size, rates = size_ratio(work), NUMPY
    multiplied = rates.product * work.multiply_adds * size
    moved = rates.byte * work.bytes_moved
    has_pixel_windows = all(
        axis.window == 1 and not (axis.before or axis.after) for axis in work.axes
    )
    if has_pixel_windows and work.images_dtype == work.accumulation:
        weights = volume(work.kernels) // work.groups
        is_cut = (
            weights * pointwise.ROWS <= pointwise.ALONE or work.multiply_adds <= pointwise.ALONE
        )
        return multiplied * (1 if is_cut else STALLS) + moved
    taps = work.windows * work.taps * work.images[-1]
    blocks = max(1.0, taps / BLOCK) if work.groups > 1 else 0
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
    size, rates = size_ratio(work), COMPILED[isa.name]
    lanes = max(1, int(isa.vector_bytes / (4 * size)))
    packed = rates.weight * volume(work.kernels) * size + stacking_seconds(work)
    *window, depth, nc = work.kernels
    products = volume(window) * depth  # of each result
    pixels = volume(work.images) * size
    # a kernel for each channel, or as many kernels as channels in groups that fill half a vector
    if work.groups > 1 and depth * work.groups == nc and 2 * depth <= max(2, lanes):
        return packed + rates.lane * work.multiply_adds * size + rates.pixel * pixels
    if compiled_convolution.holds_kernels(work.images[-1], products, nc, work.groups, lanes):
        return packed + _seconds_with_kernels(work, products, lanes, isa)
    lines = rates.line * (pixels + work.outputs * size)
    parted = 0 if work.images[-1] in LINES else rates.part * pixels
    is_picture = work.images[-1] == nc == work.axes[-1].stride == 1
    is_in_rows = is_picture and work.axes[-1].count >= LONG_ROW * lanes
    rate = rates.row if is_in_rows else rates.column
    return packed + rate * work.multiply_adds * size + lines + parted


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
    """Return the seconds of one thread where vectors hold kernels."""
    rates = COMPILED[isa.name]
    vectors = -(-work.kernels_per_group // lanes)
    panels = -(-vectors // widest_tile(isa))
    windows = work.windows * work.groups
    return windows * (panels * rates.tile + vectors * products * rates.step)


def size_ratio(work: ConvolutionWork) -> float:
    """Return how many times as long the numbers of the sums are as those of four bytes.

    Sums of small integers are taken in float32, since these are exact.
    """
    if work.accumulation.kind in "iu":
        return 1 if work.images_dtype.itemsize == 1 else 2
    return math.ceil(work.accumulation.itemsize / 4)
