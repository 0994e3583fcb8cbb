"""The gradient of pooling, one window at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convpool.reference.geometry import (
    Array,
    Ints,
    Padding,
    absent_pixels,
    is_inside,
    pad_images,
    source_pixels,
    to_inner,
    to_result,
    work_and_result_dtypes,
)
from convpool.reference.pooling import pooling_dtypes, taps_of_windows


def _first_equal(values: Sequence[Any], value: Any) -> list[Any]:
    """Return a list with 1 for the first of the values that equals `value`, and 0 for the others.

    NaN equals NaN.
    """
    is_equal = [x == value or (x != x and value != value) for x in values]
    return [int(k == is_equal.index(True)) for k in range(len(values))]


def _lp_derivatives(values: Sequence[Any], p: float) -> list[Any]:
    """Return the derivatives of (sum |x|^p)^(1/p) by each of the values x; 0 for an x of 0."""
    x = np.array(values, np.float64)
    norm = (np.abs(x) ** p).sum() ** (1 / p)
    if norm == 0:
        return [0] * len(values)
    return list(np.where(x == 0, 0, np.sign(x) * np.abs(x) ** (p - 1) * norm ** (1 - p)))


def _median_derivatives(values: Sequence[Any]) -> list[Any]:
    """Return the derivatives of the median by each of the values.

    It is the mean of the two middle values, which have 1/2 each, or the one in the middle, which
    has 1. Of equal values, the first one counts as the middle; if there is a NaN, the first has 1.
    """
    ordered = sorted(values)
    low, high = ordered[(len(values) - 1) // 2], ordered[len(values) // 2]
    if any(value != value for value in values):
        low = high = np.nan
    by_low_and_high = zip(_first_equal(values, low), _first_equal(values, high), strict=True)
    return [(by_low + by_high) / 2 for by_low, by_high in by_low_and_high]


# mode -> function of the numbers of a window, the divisor of avg and the exponent of lp, which
# returns the derivative of its result by each of them
DERIVATIVES: dict[str, Callable[[Sequence[Any], int, float], list[Any]]] = {
    "max": lambda values, divisor, p: _first_equal(values, np.max(values)),
    "min": lambda values, divisor, p: _first_equal(values, np.min(values)),
    "sum": lambda values, divisor, p: [1] * len(values),
    "avg": lambda values, divisor, p: [1 / divisor] * len(values),
    "lp": lambda values, divisor, p: _lp_derivatives(values, p),
    "median": lambda values, divisor, p: _median_derivatives(values),
}


@np.errstate(all="ignore")
def pool_gradient(
    images: Array,
    output_gradient: Array,
    kernel_shape: Ints,
    stride: Ints | None = None,
    mode: str = "max",
    *,
    padding: Padding = "valid",
    dilation: Ints = 1,
    ceil: bool = False,
    count_padding: bool = False,
    p: float = 2,
    pad_mode: str | None = None,
    fill: Any = 0,
    footprint: Any = None,
    missing: Any = None,
    channel_axis: int = -1,
    dtype: DTypeLike | None = None,
) -> Array:
    """Return the gradient of the images of `pool`, as `convpool.pool_gradient`."""
    pooled = np.empty(0, pooling_dtypes(images, mode, None)[1])
    work, result = work_and_result_dtypes(dtype, pooled, output_gradient)
    pixels = np.moveaxis(np.moveaxis(images, channel_axis, -1), 0, -2)
    gradient, sizes = to_inner(output_gradient, channel_axis, work), pixels.shape[:-2]
    axes, sides = taps_of_windows(sizes, kernel_shape, stride, padding, dilation, ceil)
    total = np.zeros(pixels.shape, work)
    if not (all(axes) and total.size):
        return to_result(total, channel_axis, result)
    padded = pad_images(pixels, sides, pad_mode or "zeros", fill)
    sources = source_pixels(sizes, sides, pad_mode or "zeros")
    absent = pad_images(
        absent_pixels(images, missing, channel_axis), sides, pad_mode or "zeros", False
    )
    for i in np.ndindex(*map(len, axes)):
        # for each axis, the place of each tap of the window on the padded images
        taps = [
            [x + before for x in windows[position]]
            for windows, position, (before, _) in zip(axes, i, sides, strict=True)
        ]
        places = [
            tuple(x[t] for x, t in zip(taps, u, strict=True))
            for u in np.ndindex(*map(len, taps))
            if footprint is None or footprint[u]
        ]
        declared = [place for place in places if is_inside(place, padded.shape[:-2])]
        # (place on the padded images, index of the pixel that stands there, below 0 if none does)
        counted = [
            (place, tuple(source[x] for source, x in zip(sources, place, strict=True)))
            for place in declared
        ]
        if pad_mode is None:  # padding is not there
            counted = [(place, pixel) for place, pixel in counted if min(pixel) >= 0]
        divisor = len(declared) if count_padding else len(counted)
        for image, channel in np.ndindex(*pixels.shape[-2:]) if counted else ():
            present = [
                (place, pixel) for place, pixel in counted if not absent[place][image, channel]
            ]
            values = [padded[place][image, channel] for place, _ in present]
            absent_count = len(counted) - len(present)
            derivatives = DERIVATIVES[mode](values, divisor - absent_count, p) if present else []
            for (_, pixel), derivative in zip(present, derivatives, strict=True):
                if min(pixel) >= 0 and derivative != 0:
                    total[pixel][image, channel] += derivative * gradient[i][image, channel]
    return to_result(total, channel_axis, result)
