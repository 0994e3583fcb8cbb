"""What each mode of pooling does with the numbers of a window: the table REDUCTIONS.

total is an array of results (m, *output, c), p the exponent of lp.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.values import dataclass
from convpool.windows import volume

Array = NDArray[Any]


@dataclass(frozen=True)
class Reduction:
    """How a window becomes one number: pixels are prepared, combined by a ufunc, and finished.

    Functions of different modes have the same arguments, of which a mode may not need all.

    Parameters
    ----------
    ufunc
        Combines two numbers.
    identity
        From a dtype to the number that changes no other that it is combined with: it stands in the
        padding.
    is_idempotent
        Whether a pixel may be combined twice without changing the result.
    prepare
        From pixels and p to the numbers that are combined.
    finish
        From totals, their divisors on each axis and p to the results; None where totals are the
        results.
    """

    ufunc: np.ufunc
    identity: Callable[[np.dtype[Any]], Any]
    is_idempotent: bool = False
    prepare: Callable[[Array, float], Array] = lambda x, p: x
    finish: Callable[[Array, Sequence[Array], float], Array] | None = None


def least(dtype: np.dtype[Any]) -> Any:
    """Return the least value of a dtype: -inf, False or the least integer."""
    if dtype.kind in "fb":
        return dtype.type(-np.inf if dtype.kind == "f" else False)
    return np.iinfo(dtype).min


def greatest(dtype: np.dtype[Any]) -> Any:
    """Return the greatest value of a dtype: inf, True or the greatest integer."""
    if dtype.kind in "fb":
        return dtype.type(np.inf if dtype.kind == "f" else True)
    return np.iinfo(dtype).max


def _zero(dtype: np.dtype[Any]) -> Any:
    """Return 0 in a dtype."""
    return dtype.type(0)


def _average(total: Array, divisors: Sequence[Array], p: float) -> Array:
    """Return totals divided by the product of their windows' divisors on each spatial axis.

    `divisors` has an array for each of these axes, with a number for each window. A divisor of NaN,
    for a window without a pixel, gives NaN; p is not used.
    """
    quotient: Array
    # all windows have the same number of taps
    if all(factors.min() == factors.max() for factors in divisors):
        quotient = total / float(volume([factors[0] for factors in divisors]))
        return quotient
    divisor = np.ones(())
    for factors in divisors:
        divisor = np.multiply.outer(divisor, factors)
    # repeated for each channel, since NumPy is slow on runs of one number
    repeated = np.broadcast_to(divisor[..., np.newaxis], total.shape[1:])
    quotient = total / np.ascontiguousarray(repeated)
    return quotient


def _power(x: Array, p: float) -> Array:
    """Return |x| ** p, in the dtype of x."""
    powers: Array = np.abs(x) ** x.dtype.type(p)
    return powers


def _root(total: Array, divisors: Sequence[Array], p: float) -> Array:
    """Return total ** (1 / p); divisors are not used."""
    one = total.dtype.type(1)
    root: Array = total ** (one / total.dtype.type(p))
    return root


# mode -> how its windows are reduced
REDUCTIONS: dict[str, Reduction] = {
    "max": Reduction(np.maximum, least, is_idempotent=True),
    "min": Reduction(np.minimum, greatest, is_idempotent=True),
    "avg": Reduction(np.add, _zero, finish=_average),
    "sum": Reduction(np.add, _zero),
    "lp": Reduction(np.add, _zero, prepare=_power, finish=_root),
}


def unsign_zeros(results: Array) -> None:
    """Turn every -0 into 0, in place."""
    if results.dtype.kind in "fc":
        np.add(results, 0, out=results)
