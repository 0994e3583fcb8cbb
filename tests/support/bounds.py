"""How far a convolution of floats may lie from the exact one, worked out without the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.windows import Axis

MODES: dict[str, Any] = {"zeros": "constant"}  # pad mode -> its name in np.pad, where that differs


def pad(
    images: NDArray[Any], axes: Sequence[Axis], pad_mode: str = "zeros", fill: float = 0
) -> NDArray[Any]:
    """Return images (m, *spatial, c) with the padding that windows on these axes reach."""
    sides = [(0, 0), *((axis.before, axis.after) for axis in axes), (0, 0)]
    words: dict[str, Any] = {"constant_values": fill} if pad_mode == "constant" else {}
    mode = MODES.get(pad_mode, pad_mode)
    return np.pad(images, sides, mode, **words)


def greatest_pixels(
    images: NDArray[Any],
    axes: Sequence[Axis],
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: float = 0,
) -> NDArray[Any]:
    """Return the greatest |x| in each window and group of channels: (m, *output, groups).

    Padding is included.
    """
    x = np.abs(pad(images, axes, pad_mode, fill))
    x = x.reshape(*x.shape[:-1], groups, x.shape[-1] // groups).max(axis=-1, initial=0)
    for k, axis in enumerate(axes, 1):
        starts = np.arange(axis.count) * axis.stride
        taps = [np.take(x, starts + tap * axis.dilation, axis=k) for tap in range(axis.window)]
        x = np.max(taps, axis=0)
    return x


def sum_bounds(
    images: NDArray[Any],
    kernels: NDArray[Any],
    axes: Sequence[Axis],
    dtype: DTypeLike,
    groups: int = 1,
    pad_mode: str = "zeros",
    fill: float = 0,
) -> NDArray[Any]:
    """Return how far each result may lie from the exact one: (m, *output, nc).

    For k products that is k eps of sum |w| times the greatest |x| in the window.
    """
    weights = np.abs(kernels.astype(np.longdouble)).sum(axis=tuple(range(kernels.ndim - 1)))
    near = greatest_pixels(images.astype(np.longdouble), axes, groups, pad_mode, fill)
    near = np.repeat(near, kernels.shape[-1] // groups, axis=-1)
    return kernels[..., :1].size * np.finfo(dtype).eps * weights * near
