"""Pooling of windows of uneven lengths, as adaptive pooling has them.

On each axis window i covers the pixels from starts[i] to before stops[i]. x is a part of the images
(m, *spatial, c), k the number of one of its axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.numpy.one_axis import on_axis
from convpool.engines.numpy.pooling import Pooling, ReducePart, run
from convpool.engines.numpy.reductions import REDUCTIONS, Reduction

Array = NDArray[Any]


def pool(
    images: Array,
    bounds: Sequence[tuple[Array, Array]],
    out: Array,
    *,
    mode: str,
    p: float = 2.0,
    dtype: DTypeLike,
) -> None:
    """Reduce each window of images (m, *spatial, c) to one number of out (m, *output, c), in place.

    Parameters
    ----------
    images, out
        The arrays.
    bounds
        (starts, stops) of the windows on each spatial axis.
    mode
        A key of REDUCTIONS.
    p
        The exponent of lp.
    dtype
        Numbers are combined in it; `out` may have another one that holds the results.
    """
    axes = [
        _UnevenAxisPooling(size, *map(np.asarray, ends))
        for size, ends in zip(images.shape[1:-1], bounds, strict=True)
    ]
    run(Pooling(axes, REDUCTIONS[mode], p, np.dtype(dtype)), images, out)


class _UnevenAxisPooling:
    """How an axis of `size` pixels is reduced: all windows at once; methods as in `AxisPooling`."""

    def __init__(self, size: int, starts: Array, stops: Array) -> None:
        self.starts, self.stops = starts, stops
        self.size, self.count = size, len(starts)
        self.extent = max(size, len(starts))

    def windows_that_fit(self, room: int) -> int:
        """Return the number of all windows, whatever the room."""
        return self.count

    def divisors(self, windows: slice) -> Array:
        """Return the pixels of each window, NaN instead of 0."""
        lengths = (self.stops - self.starts)[windows]
        return np.where(lengths > 0, lengths, np.nan)

    def part(self, windows: slice) -> tuple[slice, ReducePart]:
        """Return all pixels, and the function that reduces them; `windows` are all windows."""
        return slice(0, self.size), partial(_reduce_axis, self.starts, self.stops)


def _reduce_axis(
    starts: Array, stops: Array, x: Array, k: int, out: Array, reduction: Reduction
) -> None:
    """Reduce the windows of axis k of x into out, in place.

    Window by window if these are fewer than the taps of the longest, else tap by tap of all
    windows. A window without pixels gives the reduction's identity.
    """
    lengths = stops - starts
    out[...] = reduction.identity(out.dtype)
    if len(lengths) <= lengths.max():
        for i in np.flatnonzero(lengths > 0).tolist():
            window = x[on_axis(k, slice(starts[i], stops[i]))]
            reduction.ufunc.reduce(window, axis=k, out=out[on_axis(k, i)])
        return
    for tap in range(lengths.max()):
        windows = np.flatnonzero(lengths > tap)
        results_with_tap = on_axis(k, windows)
        out[results_with_tap] = reduction.ufunc(
            out[results_with_tap], x[on_axis(k, starts[windows] + tap)]
        )
