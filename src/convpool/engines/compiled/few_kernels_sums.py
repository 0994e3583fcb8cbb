"""How the products of a window are summed where few kernels read the same channels: by which loop.

A chain of some of the products is summed, and then added to the result: rounding errors would grow
with the length of a single chain. kh x kw taps of depth channels; `geometry` is the convolution
without its arrays; its `terms` are about how many products a chain has.
"""

from __future__ import annotations

from convpool.engines.compiled.forms import ColumnsForm
from convpool.engines.compiled.geometry import ConvolutionGeometry
from convpool.engines.compiled.library import is_form
from convpool.engines.values import NamedTuple


class Sums(NamedTuple):
    """How the products of a window are summed.

    Parameters
    ----------
    form
        The loop that sums them.
    rows_at_once, taps_at_once
        Rows of the kernel, and taps of each, that are summed before the sums are added to the
        results.
    """

    form: ColumnsForm
    rows_at_once: int
    taps_at_once: int


def sums_of(geometry: ConvolutionGeometry, has_lane_weights: bool, apart: int) -> Sums:
    """Return how the products of a window are summed: at most about `geometry.terms` at once.

    apart: columns from window to window if pixels are read under masks, else 0.
    """
    (kh, kw, depth, _), (down, _) = geometry.kernels, geometry.axes
    taps, dtypes = kw * depth, geometry.dtypes[1:]
    if apart:
        return Sums(masked_form(geometry, apart), kh, taps)
    # a row of pixels is loaded once for all rows of the kernel; for any taps, or just these
    sharing = ColumnsForm(*dtypes, has_lane_weights, kh, down.stride)
    unrolled = ColumnsForm(*dtypes, has_lane_weights, kh, down.stride, taps)
    if down.dilation == 1 and kh * taps <= geometry.terms:
        if is_form(unrolled):
            return Sums(unrolled, kh, taps)
        # five rows share pixels only where kernels have several channels
        if is_form(sharing) and (kh <= 3 or depth > 1):
            return Sums(sharing, kh, taps)
    general = ColumnsForm(*dtypes, has_lane_weights)
    return Sums(general, *rows_and_taps_at_once(kh, taps, geometry.terms))


def rows_and_taps_at_once(rows: int, taps: int, terms: int) -> tuple[int, int]:
    """Return (rows, taps of each) of a kernel whose products are summed at once: about `terms`.

    The kernel has `rows` rows of `taps` taps. -> (3, 20) for (5, 20, 60): two sums, of 3 and 2
    rows. -> (1, 50) for (5, 100, 60): each row in two halves. Pictures that are filtered row by row
    are summed alike, so that a narrow part of one gives the same results.
    """
    sum_count = -(-rows * taps // terms)
    rows_at_once = -(-rows // min(rows, sum_count))
    parts_of_row = -(-taps * rows_at_once // terms)  # 1 where whole rows are summed
    return rows_at_once, -(-taps // parts_of_row)


def masked_form(geometry: ConvolutionGeometry, stride: int) -> ColumnsForm:
    """Return the form that reads 3x3 windows of this stride under masks, if there is one."""
    return ColumnsForm(*geometry.dtypes[1:], rows=3, stride=stride, taps=3, apart=stride)
