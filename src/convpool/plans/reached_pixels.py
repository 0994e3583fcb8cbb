"""The pixels that windows have taps on; if they are few, only they are copied for the engine.

With a large stride or dilation most pixels lie between the taps. A pixel that a tap lies on is
called reached. Positions count from the start of the padding, pixels from the first pixel. m
images, c channels, k an axis of images (m, *spatial, c).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.pad_modes import REPEATING_PAD_MODES
from convpool.engines.values import NamedTuple
from convpool.plans.lock_free_property import cached_property
from convpool.windows import Axis, volume

Array = NDArray[Any]
Indices = NDArray[np.int64]

# the reached pixels are copied if windows span this many times as many positions as they reach
GATHER_RATIO = 8


class ReachedAxis(NamedTuple):
    """The reached pixels of one axis.

    Attributes
    ----------
    pixels : the index of each reached pixel, in the order in which they are gathered
    axis : the same windows, as they lie on the gathered pixels
    """

    pixels: Indices
    axis: Axis


def find_reached_pixels(axis: Axis, pad_mode: str = "zeros") -> ReachedAxis | None:
    """Return the reached pixels of an axis, and the windows on these; None if no pixel is left out.

    Taps on the padding stay on padding; but if the pad mode repeats pixels there, the repeated
    pixels are gathered, and no padding remains.

    Examples
    --------
    >>> pixels, axis = find_reached_pixels(Axis(1000, 2, stride=400, before=1))
    >>> pixels.tolist()
    [0, 399, 400, 799, 800]
    >>> axis
    Axis(size=5, window=2, stride=2, dilation=1, before=1, after=0, ceil=False)
    """
    positions, stride, dilation = _reached_positions(axis)
    indices = positions - axis.before  # below 0 on the padding before, from axis.size on after it
    if pad_mode in REPEATING_PAD_MODES:
        # with ceil, a last window may have taps behind the padding, where no pixel is repeated
        in_padding = indices < axis.size + axis.after
        pixels, before, after = REPEATING_PAD_MODES[pad_mode](indices[in_padding], axis.size), 0, 0
        ceil = axis.ceil and not in_padding.all()
    else:
        pixels, ceil = indices[(indices >= 0) & (indices < axis.size)], axis.ceil
        before = int(np.count_nonzero(indices < 0))
        on_after = (indices >= axis.size) & (indices < axis.size + axis.after)
        after = int(np.count_nonzero(on_after))
    gathered_axis = Axis(len(pixels), axis.window, stride, dilation, before, after, ceil)
    if len(positions) < axis.spanned_positions and gathered_axis.count == axis.count:
        return ReachedAxis(pixels, gathered_axis)
    return None


def _reached_positions(axis: Axis) -> tuple[Indices, int, int]:
    """Return (positions, stride, dilation).

    positions: those that taps lie on, in the order in which they are gathered. stride, dilation: of
    the same windows on these positions put side by side.
    """
    starts, taps = np.arange(axis.count) * axis.stride, np.arange(axis.window) * axis.dilation
    if axis.stride >= axis.span:
        # windows do not overlap: the taps of window 0, then those of window 1 ...
        return np.add.outer(starts, taps).ravel(), axis.window, 1
    if axis.dilation >= axis.count * axis.stride:
        # the next tap lies behind all windows: tap 0 of all windows, then tap 1 of all ...
        return np.add.outer(taps, starts).ravel(), 1, axis.count
    # taps lie on multiples of the step only
    step = math.gcd(axis.stride, axis.dilation)
    positions = np.arange(0, axis.spanned_positions, step)
    return positions, axis.stride // step, axis.dilation // step


class ReachedPixels:
    """The pixels of images that the windows of a plan reach, and how to gather them.

    If they are not few (`GATHER_RATIO`), all pixels count as reached.

    Parameters
    ----------
    axes
        The windows on each spatial axis of the images.
    pad_mode
        The pad mode; "zeros" if no pixel stands in the padding.

    Attributes
    ----------
    per_axis : for each spatial axis, what `find_reached_pixels` returned; None for all pixels
    """

    def __init__(self, axes: tuple[Axis, ...], pad_mode: str) -> None:
        self._axes = axes
        reached_count = volume([axis.reached_positions for axis in axes])
        spanned_count = volume([axis.spanned_positions for axis in axes])
        are_few = 0 < reached_count * GATHER_RATIO <= spanned_count
        self.per_axis: tuple[ReachedAxis | None, ...] = tuple(
            find_reached_pixels(axis, pad_mode) if are_few else None for axis in axes
        )

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The windows on each spatial axis of what `gather` returns."""
        return tuple(
            axis if reached is None else reached.axis
            for axis, reached in zip(self._axes, self.per_axis, strict=True)
        )

    @cached_property
    def are_all(self) -> bool:
        """Whether all pixels count as reached, so that `gather` returns the images themselves."""
        return self.axes == self._axes

    def gather(self, images: Array) -> Array:
        """Return images (m, *spatial, c), or a copy of their reached pixels if these are few."""
        if self.are_all:
            return images
        selections = [  # (share of the pixels that remains, k, indices of these)
            # a part of an image may lie in the padding alone, and have a size of 0
            (len(reached.pixels) / max(1, axis.size), k, reached.pixels)
            for k, (axis, reached) in enumerate(zip(self._axes, self.per_axis, strict=True), 1)
            if reached is not None
        ]
        # the axis that leaves the smallest share first, so that the other copies are small
        for _, k, pixels in sorted(selections, key=lambda selection: selection[:2]):
            # indexing, since np.take would copy a whole view before it takes from it
            images = np.asarray(images[(slice(None),) * k + (pixels,)])
        return images

    def original_indices(self, indices: Array) -> Array:
        """Convert the indices of gathered pixels to those of the same pixels in the image.

        Both are flat over the spatial axes; -1, which stands for no pixel, stays.
        """
        gathered_sizes = [axis.size for axis in self.axes]
        if self.are_all or 0 in gathered_sizes:
            return indices
        gathered_places = np.unravel_index(indices.clip(0), gathered_sizes)  # on each axis
        places = [
            place if reached is None else reached.pixels[place]
            for place, reached in zip(gathered_places, self.per_axis, strict=True)
        ]
        flat = np.ravel_multi_index(tuple(places), [axis.size for axis in self._axes])
        return np.where(indices < 0, indices, flat)

    def gathered_bytes(self, batch: int, channels: int, itemsize: int) -> int:
        """Return the greatest number of bytes that copies of `gather` take at one time.

        `gather` makes one copy for each axis that it selects from; two of them exist at a time.
        """
        sizes = [
            (gathered.size, max(1, axis.size))
            for axis, gathered in zip(self._axes, self.axes, strict=True)
            if axis != gathered
        ]
        count = volume([batch, *(axis.size for axis in self._axes), channels])
        copy_counts = [0]  # pixels of each copy, in the order in which `gather` makes them
        for gathered_size, size in sorted(sizes, key=lambda pair: pair[0] / pair[1]):
            count = count // size * gathered_size
            copy_counts.append(count)
        return itemsize * max(first + second for first, second in pairwise([*copy_counts, 0]))
