"""Images with their padding around them, for engines that take pixels only. k is an axis of images (m, *spatial, c)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.windows import REPEATED, Axis, blocks, padded_indices, volume

Array = NDArray[Any]

ROOM = 2**25  # bytes of padded images that are made at a time, if not one image has more


def padded(
    images: Array, axes: Sequence[Axis], pad_mode: str, fill: Any
) -> Iterator[tuple[slice, Array, tuple[Axis, ...]]]:
    """Yield slices of the batch, their images with the declared padding around them, and the windows laid on these.

    What hangs over the declared padding because of `ceil` stays what it was: nothing is there.
    """
    if not any(axis.before or axis.after for axis in axes):
        yield slice(0, len(images)), images, tuple(axes)
        return
    laid = tuple(map(_on_padded, axes))
    reached = tuple(slice(0, axis.size) for axis in laid)
    sizes = [axis.before + axis.size + axis.after for axis in axes]
    numbers = max(1, volume(sizes) * images.shape[-1])
    for (batch,) in blocks(images.shape[:1], ROOM // (numbers * images.itemsize)):
        yield (
            batch,
            _with_padding(images[batch], axes, pad_mode, fill)[(slice(None), *reached)],
            laid,
        )


def _on_padded(axis: Axis) -> Axis:
    """Lay the same windows on an axis whose padding has become pixels."""
    # with ceil, a window in the padding behind all pixels is left out: what would bring it back is
    # not reached
    reached = (axis.count - 1) * axis.stride + axis.span - axis.overhang
    return Axis(reached, axis.window, axis.stride, axis.dilation, ceil=axis.overhang > 0)


def _with_padding(images: Array, axes: Sequence[Axis], pad_mode: str, fill: Any) -> Array:
    sizes = [axis.before + axis.size + axis.after for axis in axes]
    made = np.empty_like(images, shape=(len(images), *sizes, images.shape[-1]), subok=False)
    made[(slice(None), *(slice(axis.before, axis.before + axis.size) for axis in axes))] = images
    # axis after axis: what is wrong in a corner after one is made right by the next
    for k, axis in enumerate(axes, 1):
        along = (slice(None),) * k
        for start, stop in ((0, axis.before), (axis.before + axis.size, sizes[k - 1])):
            if start < stop and pad_mode in REPEATED:
                sources = padded_indices(axis, pad_mode)[start:stop] + axis.before
                made[(*along, slice(start, stop))] = made.take(sources, axis=k)
            elif start < stop:
                made[(*along, slice(start, stop))] = fill
    return made
