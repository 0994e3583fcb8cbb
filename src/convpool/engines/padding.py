"""What stands on the padding: the pad modes, and copies of images with padding.

m images, c channels, k an axis of images (m, *spatial, c).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]
Indices = NDArray[np.int64]

CHUNK_BYTES = 2**25  # of images that are padded at a time, unless one image has more


def _mirrored(places: Indices, period: int, twin_sum: int) -> Indices:
    """Fold places into half a period: the second half runs backwards, and twins have this sum."""
    folded = places % period
    twins: Indices = np.minimum(folded, twin_sum - folded)
    return twins


# pad mode that repeats pixels -> from places before, on or behind an axis of a size to the inputs
# that stand there, as np.pad has them
REPEATING_PAD_MODES: dict[str, Callable[[Indices, int], Indices]] = {
    "reflect": lambda places, size: (
        _mirrored(places, 2 * size - 2, 2 * size - 2) if size > 1 else 0 * places
    ),
    "symmetric": lambda places, size: _mirrored(places, 2 * size, 2 * size - 1) if size else places,
    "edge": lambda places, size: np.clip(places, 0, max(0, size - 1)),
    "wrap": lambda places, size: places % size if size else places,
}
PAD_MODES = ("zeros", "constant", *REPEATING_PAD_MODES)


def padded_indices(axis: Axis, pad_mode: str) -> Indices:
    """Return, for each position on the padded axis, the input that stands there, as in np.pad."""
    places = np.arange(-axis.before, axis.size + axis.after)
    return REPEATING_PAD_MODES[pad_mode](places, axis.size)


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
