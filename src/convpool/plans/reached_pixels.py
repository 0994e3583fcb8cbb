"""The pixels that windows reach: where they are far fewer than all, only they are gathered.

m images, c channels, k an axis of images (m, *spatial, c).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.plans.cached_value import cached_property
from convpool.windows import Axis, Reach, reach, volume

Array = NDArray[Any]

GATHER_RATIO = 8  # pixels are gathered if windows span this many times as many as they reach


class ReachedPixels:
    """Which pixels the windows of a plan reach on each axis.

    Parameters
    ----------
    axes
        The windows, as they lie on whole images.
    pad_mode
        Of the padding, "zeros" if nothing stands there.

    Attributes
    ----------
    reaches : for each axis, the reached pixels and the windows on these alone; None for all pixels
    """

    def __init__(self, axes: tuple[Axis, ...], pad_mode: str) -> None:
        self._axes = axes
        reached = volume([axis.reached_positions for axis in axes])
        spanned = volume([axis.spanned_positions for axis in axes])
        is_sparse = 0 < reached * GATHER_RATIO <= spanned
        self.reaches: tuple[Reach | None, ...] = tuple(
            reach(axis, pad_mode) if is_sparse else None for axis in axes
        )

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The windows on what `gather` returns."""
        return tuple(
            axis if reached is None else reached.axis
            for axis, reached in zip(self._axes, self.reaches, strict=True)
        )

    @cached_property
    def are_all(self) -> bool:
        """Whether `gather` returns images as they are."""
        return self.axes == self._axes

    def gather(self, images: Array) -> Array:
        """Return images (m, *spatial, c), or a copy of the reached pixels where these are few."""
        if self.are_all:
            return images
        gathered = [
            # a part of an image may lie in the padding alone, and have a size of 0
            (len(reached.pixels) / max(1, axis.size), k, reached.pixels)
            for k, (axis, reached) in enumerate(zip(self._axes, self.reaches, strict=True), 1)
            if reached is not None
        ]
        for _, k, pixels in sorted(gathered, key=lambda axis: axis[:2]):
            # not np.take, which would copy the whole of a view first
            images = np.asarray(images[(slice(None),) * k + (pixels,)])
        return images

    def original_indices(self, indices: Array) -> Array:
        """Return flat indices into an image for flat indices into `gather` of it; -1 stays."""
        shape = [axis.size for axis in self.axes]
        if self.are_all or 0 in shape:
            return indices
        places = np.unravel_index(indices.clip(0), shape)
        pixels = [
            place if reached is None else reached.pixels[place]
            for place, reached in zip(places, self.reaches, strict=True)
        ]
        flat = np.ravel_multi_index(tuple(pixels), [axis.size for axis in self._axes])
        return np.where(indices < 0, indices, flat)

    def gathered_bytes(self, batch: int, channels: int, itemsize: int) -> int:
        """Return the bytes of the copies that `gather` makes, of which two live at a time."""
        sizes = [
            (fewer.size, max(1, axis.size))
            for axis, fewer in zip(self._axes, self.axes, strict=True)
            if axis != fewer
        ]
        numbers = volume([batch, *(axis.size for axis in self._axes), channels])
        copies = [0]
        for fewer, every in sorted(sizes, key=lambda pair: pair[0] / pair[1]):
            numbers = numbers // every * fewer
            copies.append(numbers)
        return itemsize * max(first + second for first, second in pairwise([*copies, 0]))
