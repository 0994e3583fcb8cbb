"""How the rows of a kernel are taken on the way down the rows of pixels: in slabs.

A slab is some neighbouring rows of the kernel whose products are summed in one pass down the
pixels: each row of pixels is loaded once for all of them. kh rows of a kernel, sh the stride down;
strides count numbers.
"""

from __future__ import annotations

from typing import NamedTuple

from convpool.windows import Axis

SLAB = 6  # rows of a slab at most, for a stride of 1
LATENCY = 8  # independent sums at a time that hide how long one multiply-add takes


class RowSlabs(NamedTuple):
    """The slabs of a kernel, and what convolve_blocks needs to know of them.

    Parameters
    ----------
    slab, tail
        Rows of the kernel in a slab, and in a last, shorter one: 0 if there is none.
    stride
        Rows of pixels that a slab reads for each row of windows: sh, or 1 where it has one row.
    vectors
        Vectors of pixels that go down together.
    steps
        The argument `slab_steps` of loops.convolution.convolve_blocks.
    """

    slab: int
    tail: int
    stride: int
    vectors: int
    steps: tuple[int, int, int, int, int]


def row_slabs(down: Axis, row_stride: int) -> RowSlabs:
    """Return the slabs whose estimated time is least.

    `down` is the axis of the rows, row_stride the numbers from a row of pixels to the next.
    """
    from convpool.engines.compiled.loops.convolution import vectors_at_once

    kh, sh, dilation = down.window, down.stride, down.dilation
    if sh > 1 and (dilation > 1 or sh > SLAB):  # slabs of one row
        vectors: int = vectors_at_once(1)  # type: ignore[no-untyped-call]
        return RowSlabs(1, 0, 1, vectors, (kh, sh * row_stride, dilation * row_stride, 0, 1))
    slab = min(range(1, min(kh, SLAB * sh) + 1), key=lambda slab: (_slab_time(kh, slab, sh), slab))
    vectors = vectors_at_once(-(-slab // sh))  # type: ignore[no-untyped-call]
    steps = (kh // slab, dilation * row_stride, dilation * row_stride, row_stride, dilation)
    return RowSlabs(slab, kh % slab, sh, vectors, steps)


def _slab_time(kh: int, slab: int, sh: int) -> float:
    """Return an estimate of the time for a result, with slabs of `slab` of the kh rows.

    Its unit is a row of the kernel times a row of pixels. Few sums at a time cost the latency of a
    multiply-add; many cost registers.
    """
    from convpool.engines.compiled.loops.convolution import vectors_at_once

    vectors: int = vectors_at_once(-(-slab // sh))  # type: ignore[no-untyped-call]

    def time(rows: int) -> float:
        sums = -(-rows // sh)
        return rows * max(1.0, LATENCY / (sums * vectors)) + 2 * sh + (sums - 1) * sums / 16

    return kh // slab * time(slab) + (time(kh % slab) if kh % slab else 0)
