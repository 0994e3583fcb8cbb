"""Copies of images with padding, for engines that take pixels only.

m images, c channels, k an axis of images (m, *spatial, c).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.windows import REPEATING_PAD_MODES, Axis, blocks, padded_indices, volume

Array = NDArray[Any]

CHUNK_BYTES = 2**25  # of images that are padded at a time, unless one image has more


def padded(
    images: Array, axes: Sequence[Axis], pad_mode: str, fill: Any
) -> Iterator[tuple[slice, Array, tuple[Axis, ...]]]:
    """Yield (slice of the batch, its images with the declared padding, the windows on these).

    Positions beyond the declared padding, which only `ceil` reaches, are not added.
    """
    if not any(axis.before or axis.after for axis in axes):
        yield slice(0, len(images)), images, tuple(axes)
        return
    padded_axes = tuple(map(_on_padded, axes))
    reached = tuple(slice(0, axis.size) for axis in padded_axes)
    sizes = [axis.before + axis.size + axis.after for axis in axes]
    numbers = max(1, volume(sizes) * images.shape[-1])
    for (batch,) in blocks(images.shape[:1], CHUNK_BYTES // (numbers * images.itemsize)):
        yield (
            batch,
            _with_padding(images[batch], axes, pad_mode, fill)[(slice(None), *reached)],
            padded_axes,
        )


def _on_padded(axis: Axis) -> Axis:
    """Return the same windows on an axis whose padding has become pixels."""
    # cut to what is reached: with ceil, a window that starts behind all pixels is left out, and
    # would come back if the padding counted as pixels
    reached = (axis.count - 1) * axis.stride + axis.span - axis.overhang
    return Axis(reached, axis.window, axis.stride, axis.dilation, ceil=axis.overhang > 0)


def _with_padding(images: Array, axes: Sequence[Axis], pad_mode: str, fill: Any) -> Array:
    """Return a copy of images (m, *spatial, c) with the declared padding."""
    sizes = [axis.before + axis.size + axis.after for axis in axes]
    copy = np.empty_like(images, shape=(len(images), *sizes, images.shape[-1]), subok=False)
    copy[(slice(None), *(slice(axis.before, axis.before + axis.size) for axis in axes))] = images
    # axis after axis: a corner that is wrong after one axis is overwritten by the next
    for k, axis in enumerate(axes, 1):
        along = (slice(None),) * k
        for start, stop in ((0, axis.before), (axis.before + axis.size, sizes[k - 1])):
            if start < stop and pad_mode in REPEATING_PAD_MODES:
                sources = padded_indices(axis, pad_mode)[start:stop] + axis.before
                copy[(*along, slice(start, stop))] = copy.take(sources, axis=k)
            elif start < stop:
                copy[(*along, slice(start, stop))] = fill
    return copy
