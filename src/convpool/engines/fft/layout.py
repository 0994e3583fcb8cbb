"""How a convolution by Fourier transforms is cut: sizes of transforms, what blocks cost and hold.

m images, nc kernels of depth channels. A block is some images and some results on each axis, which
one transform yields. A transform of N points counts 2.5 N log2 N floating point operations.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product

from convpool.engines.values import NamedTuple
from convpool.windows import Axis, volume

MAX_MEMORY = 2**26  # bytes of spectra and blocks at most, if a layout fits them
CHUNK = 2**16  # numbers in one step: 1 MiB of complex numbers stays in a core's own cache
# points of the transforms in a block, if there are as many images: then Python's own time is small
BLOCK_POINTS = 2**16
BLOCK_OVERHEAD = 2.0**18  # Python's own time for a block, in floating point operations


class Layout(NamedTuple):
    """How a convolution is cut.

    Parameters
    ----------
    sizes
        Points of a transform on each axis.
    outputs, images
        Results of a block on each axis, and its images.
    kernels
        Kernels that are transformed at a time.
    workers
        Threads that the memory is enough for.
    scratch
        Complex numbers in the scratch memory of a thread.
    operations
        Estimate of the floating point operations of the whole convolution.
    memory
        Bytes of working memory with two threads: spectra of kernels, and scratches.
    """

    sizes: tuple[int, ...]
    outputs: tuple[int, ...]
    images: int
    kernels: int
    workers: int
    scratch: int
    operations: float
    memory: int


class Work(NamedTuple):
    """The sizes of a convolution, without its arrays."""

    m: int
    axes: tuple[Axis, ...]
    depth: int
    nc: int
    groups: int


@lru_cache(4096)
def fast_size(least: int) -> int:
    """Return the smallest size of a transform from `least` on without a prime factor above 7.

    Examples
    --------
    >>> [fast_size(n) for n in (1, 11, 121, 1023)]
    [1, 12, 125, 1024]
    """
    best = 1 << max(0, least - 1).bit_length()  # the first power of two; below it lie the others
    powers = [[p**e for e in range(best.bit_length()) if p**e < best] for p in (3, 5, 7)]
    for odd in map(math.prod, product(*powers)):
        if odd < best:  # times the first power of two that makes it large enough
            best = min(best, odd << max(0, -(-least // odd) - 1).bit_length())
    return best


def _outputs_by_size(axis: Axis) -> dict[int, int]:
    """Return points of a transform -> results that it yields, for some ways to cut an axis evenly.

    The first is the whole axis in one piece; then come more and more pieces, down to twice the span
    of a window.
    """
    outputs_of_size, pieces, size = {}, 1, 0
    while pieces == 1 or (size > 2 * axis.span and size > 32 and pieces <= axis.count):
        windows = -(-axis.count // pieces)  # of a piece, rounded up
        size = fast_size((windows - 1) * axis.stride + axis.span)
        outputs_of_size[size] = min(axis.count, (size - axis.span) // axis.stride + 1)
        pieces += -(-pieces // 3)  # a third more, rounded up
    return outputs_of_size


@lru_cache(256)
def cheapest(m: int, axes: tuple[Axis, ...], depth: int, nc: int, groups: int) -> Layout:
    """Return the layout with the fewest operations that fits MAX_MEMORY.

    If none does, it is the cheapest of those that need no more than the smallest one.
    """
    work = Work(m, axes, depth, nc, groups)
    choices = product(*(_outputs_by_size(axis).items() for axis in axes))
    layouts = [_layout(work, *zip(*choice, strict=True)) for choice in choices]
    limit = max(MAX_MEMORY, min(layout.memory for layout in layouts))
    return min(
        (layout for layout in layouts if layout.memory <= limit),
        key=lambda layout: layout.operations,
    )


def _layout(work: Work, sizes: tuple[int, ...], outputs: tuple[int, ...]) -> Layout:
    """Return the layout of transforms with `sizes` points, which yield `outputs` results.

    Both have a number for each axis.
    """
    m, axes, depth, nc, groups = work
    points, spectrum_numbers = volume(sizes), volume(sizes[:-1]) * (sizes[-1] // 2 + 1)
    images = max(1, min(m, BLOCK_POINTS // points))
    # a complex number has 16 bytes; the kernels' spectra have half of the memory
    kernels = max(1, min(nc, MAX_MEMORY // (32 * spectrum_numbers * depth)))
    scratch = spectrum_numbers * images * max(depth, min(kernels, nc // groups))
    # for the spectra of a block, for a step, and for the magnitudes of all pixels
    worker_bytes = 16 * scratch + 64 * CHUNK + 6 * images * points
    spectra = 16 * spectrum_numbers * kernels * depth  # bytes of the kernels' spectra
    blocks = -(-m // images) * volume(
        [-(-axis.count // count) for axis, count in zip(axes, outputs, strict=True)]
    )
    kernel_rounds = -(-nc // kernels)
    transform = 2.5 * points * math.log2(max(2, points))
    transforms = ((groups + kernel_rounds - 1) * depth + nc) * transform
    block_operations = (
        images * (transforms + 8 * nc * depth * spectrum_numbers) + kernel_rounds * BLOCK_OVERHEAD
    )
    even_blocks = blocks + blocks % 2  # an even number of blocks keeps two threads busy
    workers = max(2, (MAX_MEMORY - spectra) // worker_bytes)
    operations = even_blocks * block_operations + nc * depth * transform
    return Layout(
        sizes, outputs, images, kernels, workers, scratch, operations, spectra + 2 * worker_bytes
    )
