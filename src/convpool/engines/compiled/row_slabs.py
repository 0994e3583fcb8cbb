"""How the rows of a kernel are taken on the way down the rows of pixels: in slabs.

kh rows of a kernel, sh the stride down; strides count numbers.
"""

from __future__ import annotations

from typing import NamedTuple

from convpool.windows import Axis

SLAB = 6  # rows of a kernel that are taken on one way down at most, for a stride of 1
LATENCY = 8  # sums at a time that hide how long a multiply-add takes


class RowSlabs(NamedTuple):
    """How the rows of a kernel are taken on the way down.

    Parameters
    ----------
    slab, tail
        Rows of a slab, and of a last one: 0 if there is none.
    stride
        Stride down, within a slab.
    vectors
        Vectors that go down together.
    steps
        The `slab_steps` of loops.convolution.convolve_blocks.
    """

    slab: int
    tail: int
    stride: int
    vectors: int
    steps: tuple[int, int, int, int, int]


def row_slabs(down: Axis, row: int) -> RowSlabs:
    """Return how the rows of a kernel are taken; `row` is the stride of a row of pixels."""
    from convpool.engines.compiled.loops.convolution import vectors_at_once

    kh, sh, dilation = down.window, down.stride, down.dilation
    if sh > 1 and (dilation > 1 or sh > SLAB):  # row by row
        vectors: int = vectors_at_once(1)  # type: ignore[no-untyped-call]
        return RowSlabs(1, 0, 1, vectors, (kh, sh * row, dilation * row, 0, 1))
    slab = min(range(1, min(kh, SLAB * sh) + 1), key=lambda slab: (_slab_time(kh, slab, sh), slab))
    vectors = vectors_at_once(-(-slab // sh))  # type: ignore[no-untyped-call]
    steps = (kh // slab, dilation * row, dilation * row, row, dilation)
    return RowSlabs(slab, kh % slab, sh, vectors, steps)


def _slab_time(kh: int, slab: int, sh: int) -> float:
    """Return an estimate of the time for a result, with so many of the kh rows in a slab.

    It counts sums that wait for each other, and rows that are read for few sums.
    """
    from convpool.engines.compiled.loops.convolution import vectors_at_once

    vectors: int = vectors_at_once(-(-slab // sh))  # type: ignore[no-untyped-call]

    def time(rows: int) -> float:
        sums = -(-rows // sh)
        return rows * max(1.0, LATENCY / (sums * vectors)) + 2 * sh + (sums - 1) * sums / 16

    return kh // slab * time(slab) + (time(kh % slab) if kh % slab else 0)
