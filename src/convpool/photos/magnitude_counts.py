"""How large the values of a picture are, counted piece by piece, to scale all of them alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.photos.rendering import MIN_MAGNITUDE, largest

# a magnitude belongs to the bin that is the upper 16 of its 31 bits as a float32 without its sign:
# in the order of magnitudes, in steps below 1 %
SHIFT = 15  # bits that are dropped
BINS = 2**16
PIECE = 2**20  # how many values are counted at a time


class Magnitudes:
    """The magnitudes of values, of which `value` is the percentile that is shown brightest.

    A percentile of 100 is the largest magnitude; others are accurate to 1 %, and the largest is
    used instead where they are below MIN_MAGNITUDE. Values that are not finite do not count.
    """

    def __init__(self, percentile: float = 100.0) -> None:
        self.percentile, self._largest = percentile, 0.0
        self._counts = np.zeros(BINS, np.int64)

    def add(self, values: NDArray[Any]) -> None:
        """Count some values of any shape."""
        self._largest = max(self._largest, largest(values))
        if self.percentile == 100:
            return
        flat = values.reshape(-1)
        for start in range(0, flat.size, PIECE):
            magnitudes = np.abs(flat[start : start + PIECE].astype(np.float32))
            bins = magnitudes[np.isfinite(magnitudes)].view(np.uint32) >> SHIFT
            self._counts += np.bincount(bins, minlength=BINS)

    @property
    def value(self) -> float:
        """The magnitude that is shown brightest; 0 without a value."""
        if self.percentile == 100:
            return self._largest
        cumulative = np.cumsum(self._counts)
        bin_number = int(np.searchsorted(cumulative, self.percentile / 100 * cumulative[-1]))
        upper_edge = np.array((bin_number + 1) << SHIFT, np.uint32).view(np.float32)
        found = min(float(upper_edge), self._largest)
        return found if found >= MIN_MAGNITUDE else self._largest
