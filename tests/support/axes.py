"""Axes of windows for tests that call an engine without the public calls in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.windows import Axis, place


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    """Return a value for each of so many axes: a number (or a name) for all, or one for each."""
    return (value,) * rank if np.ndim(value) == 0 else tuple(value)


def pooling_axes(
    images: NDArray[Any],
    window: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
    padding: Any = "valid",
    ceil: bool = False,
) -> list[Axis]:
    """Return how windows lie on the spatial axes of images (m, *spatial, c).

    Padding is a name, a number, or for each axis a number or a pair (before, after).
    """
    rank = images.ndim - 2
    sides = (padding,) * rank if np.ndim(padding) == 0 else padding
    sides = [(side, side) if isinstance(side, int) else side for side in sides]
    windows, strides, dilations = (per_axis(value, rank) for value in (window, stride, dilation))
    words = zip(images.shape[1:-1], windows, strides, dilations, sides, strict=True)
    return [replace(place(*axis), ceil=ceil) for axis in words]


def convolution_axes(
    images: NDArray[Any],
    kernels: NDArray[Any],
    padding: Any = "valid",
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
) -> list[Axis]:
    """Return how kernels (*window, c, nc) lie on the spatial axes of images (m, *spatial, c)."""
    return pooling_axes(images, kernels.shape[:-2], stride, dilation, padding)
