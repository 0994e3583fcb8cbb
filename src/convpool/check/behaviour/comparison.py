"""How two arrays are compared: the one tolerance of verdicts and of readings."""

from __future__ import annotations

import numpy as np

from convpool.check.behaviour.samples import Array

# of the largest right value: enough for float32 results, too little for another convention
TOLERANCE = 1e-6


def is_close(values: Array, expected: Array, scale: float) -> Array:
    """Return where two arrays agree within the tolerance times `scale`; NaN agrees with NaN."""
    with np.errstate(all="ignore"):
        close: Array = (
            (np.abs(values - expected) <= TOLERANCE * scale)
            | (np.isnan(values) & np.isnan(expected))
            | (values == expected)
        )
    return close


def largest_magnitude(expected: Array) -> float:
    """Return the largest absolute value that is finite, 0 if there is none: the usual scale."""
    return float(np.abs(expected[np.isfinite(expected)]).max(initial=0))


def arrays_agree(values: Array, expected: Array) -> bool:
    """Return whether two arrays have the same shape, and values that agree."""
    if values.shape != expected.shape:
        return False
    values = values.astype(float, copy=False)  # unsigned integers would wrap when subtracted
    if (values == expected).all():
        return True
    return bool(is_close(values, expected, largest_magnitude(expected)).all())
