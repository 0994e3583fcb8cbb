"""The pixels that windows reach: where they are far fewer than all, only they are gathered.

m images, c channels, k an axis of images (m, *spatial, c).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.engines.padding import REPEATING_PAD_MODES
from convpool.plans.lock_free_property import cached_property
from convpool.windows import Axis, volume

Array = NDArray[Any]
Indices = NDArray[np.int64]

GATHER_RATIO = 8  # pixels are gathered if windows span this many times as many as they reach


class Reach(NamedTuple):
    """The pixels of an axis that windows have taps on, and the windows on these pixels alone."""

    pixels: Indices
    axis: Axis


def reach(axis: Axis, pad_mode: str = "zeros") -> Reach | None:
    """Return the pixels that windows reach, and the windows on these alone; None if that is all.

    Pixels between windows, or between taps, are left out. What stands on padding stays padding,
    unless the pad mode repeats pixels there.

    Examples
    --------
    >>> pixels, axis = reach(Axis(1000, 2, stride=400, before=1))
    >>> pixels.tolist()
    [0, 399, 400, 799, 800]
    >>> axis
    Axis(size=5, window=2, stride=2, dilation=1, before=1, after=0, ceil=False)
    """
    places, stride, dilation = _reached_places(axis)
    inputs = places - axis.before
    if pad_mode in REPEATING_PAD_MODES:
        # behind the declared padding, with ceil, nothing is repeated
        declared = inputs[inputs < axis.size + axis.after]
        pixels, before, after = REPEATING_PAD_MODES[pad_mode](declared, axis.size), 0, 0
        ceil = axis.ceil and len(declared) < len(places)
    else:
        pixels, ceil = inputs[(inputs >= 0) & (inputs < axis.size)], axis.ceil
        before = int(np.count_nonzero(inputs < 0))
        beyond = (inputs >= axis.size) & (inputs < axis.size + axis.after)
        after = int(np.count_nonzero(beyond))
    fewer = Axis(len(pixels), axis.window, stride, dilation, before, after, ceil)
    if len(places) < axis.spanned_positions and fewer.count == axis.count:
        return Reach(pixels, fewer)
    return None


def _reached_places(axis: Axis) -> tuple[Indices, int, int]:
    """Return the positions that taps lie on, and the stride and dilation of windows on these."""
    starts, taps = np.arange(axis.count) * axis.stride, np.arange(axis.window) * axis.dilation
    if axis.stride >= axis.span:  # window after window
        return np.add.outer(starts, taps).ravel(), axis.window, 1
    if axis.dilation >= axis.count * axis.stride:  # the first taps of all windows, then the second
        return np.add.outer(taps, starts).ravel(), 1, axis.count
    common = math.gcd(axis.stride, axis.dilation)
    places = np.arange(0, axis.spanned_positions, common)
    return places, axis.stride // common, axis.dilation // common


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
