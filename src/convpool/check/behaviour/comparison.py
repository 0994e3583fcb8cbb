"""How two arrays are compared: the one tolerance of verdicts and of readings."""

from __future__ import annotations

import numpy as np

from convpool.check.behaviour.random_arrays import Array

# largest error, as a fraction of the largest expected value: sums in float32 stay below it, results
# of another reading of the brief do not
TOLERANCE = 1e-6


def is_close(values: Array, expected: Array, scale: float) -> Array:
    """Return a bool array: where `values` and `expected` agree.

    They agree if they differ by at most TOLERANCE * scale, are equal (infinities), or are both NaN.
    `scale` is usually `largest_magnitude(expected)`.
    """
    with np.errstate(all="ignore"):
        close: Array = (
            (np.abs(values - expected) <= TOLERANCE * scale)
            | (np.isnan(values) & np.isnan(expected))
            | (values == expected)
        )
    return close


def largest_magnitude(expected: Array) -> float:
    """Return the largest absolute value of the finite elements, 0 if there are none."""
    return float(np.abs(expected[np.isfinite(expected)]).max(initial=0))


def arrays_agree(values: Array, expected: Array) -> bool:
    """Return whether two arrays have the same shape, and all values agree as in `is_close`."""
    if values.shape != expected.shape:
        return False
    values = values.astype(float, copy=False)  # unsigned integers would wrap when subtracted
    if (values == expected).all():
        return True
    return bool(is_close(values, expected, largest_magnitude(expected)).all())
