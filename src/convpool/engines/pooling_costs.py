"""What pooling costs with each engine: seconds of one thread, and bytes of working memory.

Estimates from shapes and dtypes alone, as those of `convolution_costs`. Adaptive pooling and
unpooling have one engine only, so there is no estimate of them.
"""

from __future__ import annotations

import math

from convpool.engines.compiled.picture_forms import MEDIAN_TAPS
from convpool.engines.compiled.picture_medians import BISECTED
from convpool.engines.compiled.pooling import volume_windows_at_once
from convpool.engines.convolution_costs import NUMPY_RATES, block_bytes
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.work import PoolingWork, bytes_moved
from convpool.windows import volume

# seconds that one of these takes
REDUCE = 0.15e-9  # to combine two numbers of one byte in NumPy
REDUCE_IN_VECTORS = 0.015e-9  # to combine two numbers of one byte in the compiled loops
MOVE_BYTE_IN_VECTORS = 0.018e-9  # to read or write a byte of images or result there
HISTOGRAM = 40e-9  # to find the median of bytes in a window of many by histograms
EXCHANGE = 0.012e-9  # to put two numbers of one byte in order in the compiled loops
BISECT = 0.16e-9  # to take a number of one byte in each step of a bisection

RANKING = 30  # to find the median of numbers takes so many times as long as to combine them


def _reduced_numbers(work: PoolingWork) -> int:
    """Return about how many numbers are combined for all outputs.

    Axis after axis, windows are combined from parts of 1, 2, 4, ... taps, so with at most two
    combinations for each binary digit of the window. Under a footprint, and for medians, all taps
    of a window are taken; those of a median count RANKING times, for the time that they take.
    """
    if work.mode != "median" and work.footprint_taps is None:
        per_output = sum(min(axis.window, 2 * axis.window.bit_length()) for axis in work.axes)
    else:
        per_output = work.taps if work.footprint_taps is None else work.footprint_taps
        per_output *= RANKING if work.mode == "median" else 1
    return work.outputs * per_output


def numpy_pooling_seconds(work: PoolingWork) -> float:
    """Return the seconds of one thread in NumPy."""
    reduced = _reduced_numbers(work) * REDUCE * math.sqrt(work.images_dtype.itemsize)
    return reduced + bytes_moved(work) * NUMPY_RATES.byte


def compiled_pooling_seconds(work: PoolingWork) -> float:
    """Return the seconds of one thread in the compiled loops."""
    itemsize, moved = work.images_dtype.itemsize, bytes_moved(work) * MOVE_BYTE_IN_VECTORS
    if len(work.axes) > 2:  # results of slices are written and read too
        moved *= 3
    if work.mode == "median":
        if work.taps in MEDIAN_TAPS:  # exchanges of pixels, which grow faster than the taps
            seconds = work.taps * math.log2(work.taps) * EXCHANGE * itemsize
        elif itemsize == 1 and work.taps > BISECTED:
            seconds = HISTOGRAM
        else:
            seconds = work.taps * BISECT * itemsize
        return work.outputs * seconds + moved
    summed_itemsize = max(itemsize, work.accumulation.itemsize)  # averages are sums in float64
    return _reduced_numbers(work) * REDUCE_IN_VECTORS * math.sqrt(summed_itemsize) + moved


def numpy_pooling_bytes(work: PoolingWork) -> int:
    """Return the bytes of working memory of NumPy's engine."""
    itemsize = work.accumulation.itemsize
    return itemsize * numpy_pooling.numbers_held(work.images, work.axes, itemsize)


def numpy_pooling_tile_bytes(work: PoolingWork) -> int:
    """Return the bytes of a tile, whose images are cut to what `axes` say."""
    if not work.outputs:
        return block_bytes(work)
    sizes = [axis.size for axis in work.axes]
    itemsize = work.accumulation.itemsize
    images = (work.images[0], *sizes, work.images[-1])
    return itemsize * numpy_pooling.numbers_held(images, work.axes, itemsize)


def compiled_pooling_bytes(work: PoolingWork) -> int:
    """Return the bytes of working memory of the compiled loops.

    Of volumes, whose slices are pooled first and then combined along the first axis, these are also
    the results of slices, and a slice of totals, of divisors and of results for each window there.
    """
    if len(work.axes) < 3:
        return block_bytes(work)
    first, *others = work.axes
    counts = [axis.count for axis in others]
    slice_bytes = volume([*counts, work.images[-1]]) * work.accumulation.itemsize
    windows = volume_windows_at_once(first, slice_bytes)
    slices = min(first.size, (windows - 1) * first.stride + first.span)
    return block_bytes(work) + (slices + 3 * windows) * slice_bytes


def compiled_pooling_tile_bytes(work: PoolingWork) -> int:
    """Return the bytes of a tile: blocks, and converted copies of one image and its results."""
    converted = (volume(work.images) + work.outputs) * work.accumulation.itemsize
    return compiled_pooling_bytes(work) + converted // max(1, work.images[0])
