"""What stands on the padding: the pad modes, and copies of images with padding.

m images, c channels, k the number of an axis of images (m, *spatial, c). A place on an axis is a
position that counts the first pixel as 0; those of the padding before it are negative.
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


def _mirror(places: Indices, period: int, mirror_sum: int) -> Indices:
    """Return the places of the pixels that stand at `places` if every second copy runs backwards.

    Copies repeat after `period` places; the places of a pixel and of its mirror image in a period
    add up to mirror_sum.
    """
    folded = places % period
    places_of_pixels: Indices = np.minimum(folded, mirror_sum - folded)
    return places_of_pixels


# pad mode that repeats pixels -> function from (places, pixels of the axis) to the places of the
# pixels that stand there, as np.pad has them
REPEATING_PAD_MODES: dict[str, Callable[[Indices, int], Indices]] = {
    "reflect": lambda places, size: (
        _mirror(places, 2 * size - 2, 2 * size - 2) if size > 1 else 0 * places
    ),
    "symmetric": lambda places, size: _mirror(places, 2 * size, 2 * size - 1) if size else places,
    "edge": lambda places, size: np.clip(places, 0, max(0, size - 1)),
    "wrap": lambda places, size: places % size if size else places,
}
PAD_MODES = ("zeros", "constant", *REPEATING_PAD_MODES)


def padded_indices(axis: Axis, pad_mode: str) -> Indices:
    """Return the place of the pixel at each position of a padded axis, from its first padding on.

    That is as in np.pad. Where no pixel stands in the padding ("zeros", "constant"), it is -1.
    """
    places = np.arange(-axis.before, axis.size + axis.after)
    if pad_mode in REPEATING_PAD_MODES:
        return REPEATING_PAD_MODES[pad_mode](places, axis.size)
    return np.where(places < axis.size, np.maximum(places, -1), -1)


def padded(
    images: Array, axes: Sequence[Axis], pad_mode: str, fill: Any
) -> Iterator[tuple[slice, Array, tuple[Axis, ...]]]:
    """Yield (slice of the batch, its images with their padding as pixels, the windows on these).

    `fill` stands in constant padding. Padding behind the last window, and positions that only the
    overhang of `ceil` reaches, are left out. Images without padding are yielded as they are.
    """
    if not any(axis.before or axis.after for axis in axes):
        yield slice(0, len(images)), images, tuple(axes)
        return
    padded_axes = tuple(map(_on_padded, axes))
    # padding behind the last window is not needed
    reached_slices = tuple(slice(0, axis.size) for axis in padded_axes)
    at_once = images_at_once(axes, images.shape[-1], images.itemsize)
    for (batch,) in blocks(images.shape[:1], at_once):
        yield (
            batch,
            _with_padding(images[batch], axes, pad_mode, fill)[(slice(None), *reached_slices)],
            padded_axes,
        )


def images_at_once(axes: Sequence[Axis], channels: int, itemsize: int) -> int:
    """Return how many images with their padding `CHUNK_BYTES` hold, 0 if not one."""
    sizes = [axis.before + axis.size + axis.after for axis in axes]
    return CHUNK_BYTES // (max(1, volume(sizes) * channels) * itemsize)


def _on_padded(axis: Axis) -> Axis:
    """Return the same windows on an axis whose padding has become pixels."""
    # cut behind the last window: with ceil, a window that starts behind all pixels is left out, and
    # would come back if the padding counted as pixels
    size = (axis.count - 1) * axis.stride + axis.span - axis.overhang
    return Axis(size, axis.window, axis.stride, axis.dilation, ceil=axis.overhang > 0)


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


def add_copies(values: Array, k: int, places: Indices, size: int) -> Array:
    """Return the sum of the values of each pixel's copies, for an axis k of `size` pixels.

    `places` says of which pixel each value on axis k is a copy; below 0, of none. So a gradient of
    padded images becomes that of the images: this is the adjoint of `images.take(places, axis=k)`.

    Examples
    --------
    >>> add_copies(np.array([1, 10, 100, 1000]), 0, np.array([1, 0, 1, -1]), 4).tolist()
    [10, 101, 0, 0]
    """
    sums = np.zeros((*values.shape[:k], size, *values.shape[k + 1 :]), values.dtype)
    copies = np.flatnonzero(places >= 0)
    if not copies.size:
        return sums
    ordered = copies[np.argsort(places[copies], kind="stable")]
    pixels, starts = np.unique(places[ordered], return_index=True)
    added = np.add.reduceat(values.take(ordered, axis=k), starts, axis=k, dtype=values.dtype)
    sums[(slice(None),) * k + (pixels,)] = added
    return sums
