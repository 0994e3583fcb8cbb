"""What avg divides the totals of windows by; of gradients, see `pooling_gradient._shares`.

A row of the output is numbers, c for each column, one for each channel: those of column j are
number c * j to c * (j + 1) - 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled.pooling_layout import Pooling
from convpool.engines.values import NamedTuple

Floats = NDArray[np.float64]


class Divisors(NamedTuple):
    """What avg divides totals by: rows[i] * columns[n], for number n of row i of the output.

    Parameters
    ----------
    rows, columns
        Arrays with NaN where a window has no pixel. `columns` is empty if all its divisors would be
        the same; `rows` is then multiplied by that one.
    are_factors
        Whether they are reciprocals instead, by which totals are multiplied, which is faster. They
        are where reciprocals are exact.
    """

    rows: Floats
    columns: Floats
    are_factors: bool


def divisors_of(pooling: Pooling, c: int) -> Divisors:
    """Return the divisors of a pooling of c channels: of modes other than avg, factors 1."""
    if pooling.mode != "avg":
        return Divisors(np.ones(pooling.axes[0].count), np.empty(0), True)
    # the windows on rows may be only some of those that the divisors are computed from
    down, across = pooling.divided_rows or pooling.axes[0], pooling.axes[1]
    stop = pooling.first_row + pooling.axes[0].count
    rows = down.divisors(count_padding=pooling.count_padding)[pooling.first_row : stop]
    columns = across.divisors(count_padding=pooling.count_padding)
    if (columns == columns[0]).all():
        rows, columns = rows * columns[0], columns[:0]
    are_factors = all(
        # frexp gives (fraction, exponent), and the fraction 0.5 for powers of two
        bool(((np.frexp(divisors)[0] == 0.5) | np.isnan(divisors)).all())
        for divisors in (rows, columns)
    )
    if are_factors:
        rows, columns = 1 / rows, 1 / columns
    return Divisors(rows, np.repeat(columns, c), are_factors)
