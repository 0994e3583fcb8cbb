"""The modes of pooling: what the result of each is, and what may be asked of it.

How an engine computes a mode stands with the engine, such as in `numpy.reductions`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from convpool.engines.values import dataclass

DType = np.dtype[Any]


@dataclass(frozen=True)
class PoolMode:
    """A mode of pooling.

    Parameters
    ----------
    name
        The argument `mode`.
    result_of_integers
        The dtype of results of integers and bool; None for that of the images. Floats keep theirs.
    selects_pixels
        Whether results are pixels of their windows, or between two of them: these are compared in
        the images' dtype, and a footprint may leave taps out.
    takes_complex
        Whether it has a meaning for complex numbers.
    counts_pixels
        Whether it depends on how many pixels a window has, so that missing ones must be counted.
    """

    name: str
    result_of_integers: DType | None
    selects_pixels: bool = False
    takes_complex: bool = False
    counts_pixels: bool = False

    @property
    def keeps_dtype(self) -> bool:
        """Whether results have the dtype of the images, and no other may be requested."""
        return self.result_of_integers is None

    def may_overflow(self, result: DType) -> bool:
        """Return whether results of this dtype are sums of integers."""
        return result.kind in "iu" and not self.selects_pixels


INT64, FLOAT64 = np.dtype(np.int64), np.dtype(np.float64)
# name -> mode
POOL_MODES = {
    mode.name: mode
    for mode in (
        PoolMode("max", None, selects_pixels=True),
        PoolMode("min", None, selects_pixels=True),
        PoolMode("avg", FLOAT64, takes_complex=True, counts_pixels=True),
        PoolMode("sum", INT64, takes_complex=True),
        PoolMode("lp", FLOAT64),
        PoolMode("median", FLOAT64, selects_pixels=True, counts_pixels=True),
    )
}
