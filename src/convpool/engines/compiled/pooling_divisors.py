"""What avg divides the totals of windows by; of gradients, see `pooling_gradient._shares`."""

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
        They are NaN where a window has no pixel. `columns` is empty if all of them are the same,
        which is then multiplied into `rows`.
    are_factors
        Whether they are reciprocals, which totals are multiplied by: where those are as exact,
        since it is faster.
    """

    rows: Floats
    columns: Floats
    are_factors: bool


def divisors_of(pooling: Pooling, c: int) -> Divisors:
    """Return the divisors of a pooling of c channels; 1 if it takes no averages.

    They are factors where all are powers of two, whose reciprocals are exact.
    """
    if pooling.mode != "avg":
        return Divisors(np.ones(pooling.axes[0].count), np.empty(0), True)
    down, across = pooling.divided_rows or pooling.axes[0], pooling.axes[1]
    last_row = pooling.first_row + pooling.axes[0].count
    rows = down.divisors(count_padding=pooling.count_padding)[pooling.first_row : last_row]
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
