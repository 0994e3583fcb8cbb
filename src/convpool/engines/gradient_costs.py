"""What gradients cost with each engine: seconds of one thread, and bytes of working memory.

Estimates from shapes and dtypes alone. Seconds, without the start-up that an engine's entry in
`registry` has, are counts, such as taps, times rates, which were fitted to measurements; bytes are
about an upper bound. m images of c channels; g is the gradient of the output.
"""

from __future__ import annotations

import math

from convpool.engines import threads
from convpool.engines.compiled import kernels_gradient_schedule, library
from convpool.engines.compiled.instruction_sets import INSTRUCTION_SETS
from convpool.engines.compiled.launch import STAGED
from convpool.engines.compiled.register_sizes import PIECE_OF_GRADIENT, TAPS_OF_GRADIENT
from convpool.engines.convolution_costs import (
    COMPILED_RATES,
    MOVE_BYTE,
    PANEL,
    size_ratio,
    stack_bytes,
    stacking_seconds,
)
from convpool.engines.numpy import kernels_gradient as numpy_kernels_gradient
from convpool.engines.numpy import pooling as numpy_pooling
from convpool.engines.numpy import pooling_gradient as numpy_pooling_gradient
from convpool.engines.pooling_costs import numpy_pooling_seconds
from convpool.engines.work import ConvolutionWork, PoolingWork
from convpool.windows import volume

# seconds that one of these takes in the compiled loops
ADD_TO_TOTALS = 3e-9  # to add the sums of a pixel and a vector of kernels, once for each block
COPY_TO_PANEL = 0.3e-9  # to copy a number of g
WINDOW = 8e-9  # of the gradient of pooling: to begin a window with a vector of channels
TAP_IN_VECTORS = 1e-9  # of the gradient of pooling: a tap of such a window
VECTOR_BYTES = 32  # of the vectors that these were fitted to


def compiled_kernels_gradient_seconds(work: ConvolutionWork) -> float:
    """Return the seconds of one thread for the gradient of the kernels in the compiled loops."""
    isa = library.choice().isa or INSTRUCTION_SETS["avx2"]
    size, rates = size_ratio(work), COMPILED_RATES[isa.name]
    lanes = max(1, int(isa.vector_bytes / (4 * size)))
    *window, depth, _ = work.kernels
    joins_taps = work.groups == 1 and work.axes[-1].dilation == 1
    run = window[-1] * depth if joins_taps else depth  # numbers of a window that lie side by side
    pieces = volume(window) * depth // run * -(-run // PIECE_OF_GRADIENT)
    pixels = pieces * PIECE_OF_GRADIENT  # of a window, each run completed to whole pieces
    sums = pixels * -(-work.kernels_per_group // lanes) * work.groups  # vectors of kernels
    if depth == work.kernels_per_group == 1 < work.groups:  # a kernel for each channel
        sums = -(-volume(window) // TAPS_OF_GRADIENT) * TAPS_OF_GRADIENT * -(-work.groups // lanes)
    blocks = math.ceil(work.windows / kernels_gradient_schedule.WINDOWS)
    moved = rates.line_pixel * volume(work.images) + COPY_TO_PANEL * work.outputs
    summed = sums * (work.windows * rates.kernel_product + blocks * ADD_TO_TOTALS)
    return summed + moved * size + stacking_seconds(work)


def kernels_gradient_bytes(work: ConvolutionWork) -> int:
    """Return an upper bound of the bytes that the gradient of the kernels needs in NumPy."""
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

    Totals of the parts, and their sum, which NumPy makes; for each thread, the padded pixels of a
    block, and g of its windows for a panel of kernels; copies of some images and of g where loops
    cannot read them; of volumes, stacks of slices, and g of these. A block is some windows, whose
    sums are added to totals at a time; a part is some blocks, with totals of its own.
    """
    parts = min(kernels_gradient_schedule.PARTS, max(1, work.windows))
    # of all parts, MOST numbers are taken at a time, or those of one panel of kernels
    totals = max(kernels_gradient_schedule.MOST, volume(work.kernels[:-1]) * PANEL)
    totals = min(totals, parts * volume(work.kernels))
    sum_of_parts = totals // parts

    m, windows = max(1, work.images[0]), kernels_gradient_schedule.WINDOWS
    images = min(m, max(1, windows * m // max(1, work.windows)))  # of a block
    *rows, columns = (axis.spanned_positions for axis in work.axes[-2:])
    slices = work.axes[0].window if len(work.axes) == 3 else 1  # of a stack
    # a row is completed to whole vectors, and one more: less than 2 * PANEL numbers
    pixels_of_image = volume(rows) * (columns * work.images[-1] * slices + 2 * PANEL)
    panel_of_g = 2 * windows * PANEL  # blocks have up to twice WINDOWS windows
    numbers_of_blocks = threads.number() * (images * pixels_of_image + panel_of_g)

    bytes_copied = 8 * (volume(work.images) + work.outputs)  # numbers have 8 bytes at most
    copied_at_once = min(bytes_copied, max(STAGED, bytes_copied // m))  # one image at least
    return (
        8 * (totals + sum_of_parts)  # of float64 or int64, whatever the dtype of the products
        + numbers_of_blocks * work.accumulation.itemsize
        + copied_at_once
        + 2 * stack_bytes(work)  # g of some stacks is as large as these at most
    )


def numpy_pooling_gradient_seconds(work: PoolingWork) -> float:
    """Return the seconds of one thread for the gradient of a pooling in NumPy.

    Windows are reduced to find their pixel or divisor, and g is spread over their taps.
    """
    gradient_bytes = volume(work.images) * work.accumulation.itemsize
    return 3 * numpy_pooling_seconds(work) + gradient_bytes * MOVE_BYTE


def pooling_gradient_bytes(work: PoolingWork) -> int:
    """Return the bytes of working memory for the gradient of a pooling in NumPy.

    For each image of a block: copies of its gradient, and for each output a number of g, an index
    and their copies; of medians, sorted windows too.
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
    passes = 1 if work.mode in ("avg", "sum") else 2  # over a window: max and min seek their pixel
    c = work.images[-1]
    vectors = work.outputs / max(1, c) * math.ceil(c * size / VECTOR_BYTES)
    moved = (volume(work.images) + work.outputs) * size * MOVE_BYTE
    return vectors * (WINDOW + passes * work.taps * TAP_IN_VECTORS) + moved


def compiled_pooling_gradient_bytes(work: PoolingWork) -> int:
    """Return the bytes of working memory for the gradient of a pooling in the compiled loops.

    Copies of some images, g and gradient where loops cannot read or write them. Where pixels are
    missing, NumPy does the work.
    """
    per_image = 8 * (2 * volume(work.images) + 2 * work.outputs) // max(1, work.images[0])
    copied = max(STAGED, per_image)
    return max(min(copied, 16 * (volume(work.images) + work.outputs)), pooling_gradient_bytes(work))
