"""Pooling of windows of uneven lengths, as adaptive pooling has them.

On each axis window i covers the pixels from starts[i] to before stops[i].
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.numpy.one_axis import on_axis
from convpool.engines.numpy.pooling import AxisPooling, Pooling, run
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
        _axis_pooling(size, *map(np.asarray, ends))
        for size, ends in zip(images.shape[1:-1], bounds, strict=True)
    ]
    run(Pooling(axes, REDUCTIONS[mode], p, np.dtype(dtype)), images, out)


def _axis_pooling(size: int, starts: Array, stops: Array) -> AxisPooling:
    """Return how an axis of `size` pixels is reduced: all windows in one part."""
    divisors = np.where(stops > starts, stops - starts, np.nan)
    count = len(starts)
    only_part = slice(0, size), partial(_reduce_axis, (starts, stops))
    return AxisPooling(
        size=size,
        count=count,
        extent=max(size, count),
        windows_that_fit=lambda room: count,
        divisors=divisors.__getitem__,
        part=lambda windows: only_part,
    )


def _reduce_axis(
    bounds: tuple[Array, Array], x: Array, k: int, out: Array, reduction: Reduction
) -> None:
    """Reduce the windows of axis k of x into out, in place.

    Window by window if these are fewer than the taps of the longest, else tap by tap of all
    windows. A window without pixels gives the reduction's identity.
    """
    starts, stops = bounds
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
