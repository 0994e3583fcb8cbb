"""Which numbers count as equal: the one tolerance of verdicts and of hypotheses."""

from __future__ import annotations

import numpy as np

from convpool.check.behaviour.samples import Array

TOLERANCE = (
    1e-6  # of the largest right value: room for results of float32, none for another convention
)


def agree(got: Array, wanted: Array, scale: float) -> Array:
    """Return where numbers agree within the tolerance, as a part of a scale; NaN agrees with NaN."""
    with np.errstate(all="ignore"):
        near: Array = (
            (np.abs(got - wanted) <= TOLERANCE * scale)
            | (np.isnan(got) & np.isnan(wanted))
            | (got == wanted)
        )
    return near


def scale(wanted: Array) -> float:
    """Return the largest value, which the tolerance is a part of."""
    return float(np.abs(wanted[np.isfinite(wanted)]).max(initial=0))


def alike(got: Array, wanted: Array) -> bool:
    """Whether two arrays have one shape, and numbers that agree."""
    if got.shape != wanted.shape:
        return False
    got = got.astype(float, copy=False)  # integers and bytes do not subtract as numbers do
    return bool((got == wanted).all()) or bool(agree(got, wanted, scale(wanted)).all())
