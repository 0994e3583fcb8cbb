"""How a convolution by Fourier transforms is cut: sizes of the transforms, and what their blocks cost and hold.

m images, nc kernels of depth channels, N points of a transform.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from convpool.windows import Axis, volume

MEMORY = 2**26  # bytes of spectra and blocks, if the kernels' size allows
CHUNK = 2**16  # numbers in one step: 1 MiB of complex numbers stays in a core's own cache
BATCH = (
    2**16
)  # numbers in a block at least, if there are as many images, so that Python's steps are not felt
STEP = 2.0**18  # what Python's steps of a block cost, in operations


class Layout(NamedTuple):
    """How a convolution is cut: sizes of the transform, outputs and images of a block, kernels at once, and so on."""

    sizes: tuple[int, ...]
    outputs: tuple[int, ...]
    images: int
    kernels: int
    workers: int
    scratch: int
    operations: float
    memory: int


@lru_cache(4096)
def fast_size(n: int) -> int:
    """Return the least size of a transform, n or more, that has no prime factor above 7.

    Examples
    --------
    >>> [fast_size(n) for n in (1, 11, 121, 1023)]
    [1, 12, 125, 1024]
    """
    best = 1 << max(0, n - 1).bit_length()
    powers = [[p**e for e in range(best.bit_length())] for p in (3, 5, 7)]
    for odd in (
        a * b * c
        for a in powers[0]
        if a < best
        for b in powers[1]
        if a * b < best
        for c in powers[2]
    ):
        if odd < best:
            best = min(best, odd << max(0, -(-n // odd) - 1).bit_length())
    return best


def _cuts(axis: Axis) -> dict[int, int]:
    """Return sizes of the transform that cut an axis evenly, and the outputs that each gives."""
    found, pieces, size = {}, 1, 0
    while pieces == 1 or (size > 2 * axis.span and size > 32 and pieces <= axis.count):
        size = fast_size((-(-axis.count // pieces) - 1) * axis.stride + axis.span)
        found[size] = min(axis.count, (size - axis.span) // axis.stride + 1)
        pieces += -(-pieces // 3)
    return found


@lru_cache(256)
def cheapest(m: int, axes: tuple[Axis, ...], depth: int, nc: int, groups: int) -> Layout:
    """Return the cheapest layout within MEMORY, or within what transforms of about twice the span take."""
    cuts = product(*(_cuts(axis).items() for axis in axes))
    found = [_laid(m, axes, depth, nc, groups, *zip(*cut, strict=True)) for cut in cuts]
    room = max(MEMORY, min(layout.memory for layout in found))
    return min(
        (layout for layout in found if layout.memory <= room), key=lambda layout: layout.operations
    )


def _laid(
    m: int,
    axes: tuple[Axis, ...],
    depth: int,
    nc: int,
    groups: int,
    sizes: tuple[int, ...],
    outputs: tuple[int, ...],
) -> Layout:
    """Work out the layout with transforms of these sizes, and these outputs of a block."""
    points, numbers = volume(sizes), volume(sizes[:-1]) * (sizes[-1] // 2 + 1)
    images = max(1, min(m, BATCH // points))
    kernels = max(1, min(nc, MEMORY // (32 * numbers * depth)))
    scratch = numbers * images * max(depth, min(kernels, nc // groups))
    worker = (
        16 * scratch + 64 * CHUNK + 6 * images * points
    )  # the last to look at every pixel's magnitude
    fixed = 16 * numbers * kernels * depth
    parts = -(-m // images) * volume(
        [-(-axis.count // n) for axis, n in zip(axes, outputs, strict=True)]
    )
    turns = -(-nc // kernels)
    one = 2.5 * points * math.log2(max(2, points))
    block = (
        images * (((groups + turns - 1) * depth + nc) * one + 8 * nc * depth * numbers)
        + turns * STEP
    )
    rounds = parts + parts % 2  # an even number of blocks keeps two threads busy
    workers = max(2, (MEMORY - fixed) // worker)
    operations = rounds * block + nc * depth * one
    return Layout(sizes, outputs, images, kernels, workers, scratch, operations, fixed + 2 * worker)
