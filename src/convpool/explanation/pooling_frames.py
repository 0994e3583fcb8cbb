"""The windows of a pooling as plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.explanation.frames import Frame, Frames, Place, Tap

Array = NDArray[Any]


def _least(dtype: np.dtype[Any]) -> Any:
    """Return the least value of a dtype: the maximum of no pixels."""
    if dtype.kind == "f":
        return dtype.type(-np.inf)
    return np.bool_(False) if dtype.kind == "b" else dtype.type(np.iinfo(dtype).min)


def _greatest(dtype: np.dtype[Any]) -> Any:
    """Return the greatest value of a dtype: the minimum of no pixels."""
    if dtype.kind == "f":
        return dtype.type(np.inf)
    return np.bool_(True) if dtype.kind == "b" else dtype.type(np.iinfo(dtype).max)


# mode -> the pooled number, from the pixels of a window (n,), avg's divisor and lp's exponent
REDUCTIONS: dict[str, Callable[[Array, int, float], Any]] = {
    "max": lambda pixels, divisor, p: pixels.max(initial=_least(pixels.dtype)),
    "min": lambda pixels, divisor, p: pixels.min(initial=_greatest(pixels.dtype)),
    "avg": lambda pixels, divisor, p: pixels.sum(dtype=pixels.dtype) / pixels.dtype.type(divisor),
    "sum": lambda pixels, divisor, p: pixels.sum(dtype=pixels.dtype),
    "median": lambda pixels, divisor, p: np.median(pixels) if pixels.size else np.float64(np.nan),
    "lp": lambda pixels, divisor, p: (np.abs(pixels) ** p).sum(dtype=pixels.dtype) ** (1 / p),
}
# mode that picks one pixel -> its index among the pixels of a window, the first of equals
CHOICES: dict[str, Callable[[Array], Any]] = {"max": np.argmax, "min": np.argmin}


@dataclass(frozen=True)
class PoolingFrames(Frames):
    """The windows of a pooling; padding takes no part in it and has no values.

    `mode` is that of `convpool.pool`, `count_padding` whether "avg" divides by padding too, and `p`
    the exponent of "lp".
    """

    mode: str
    count_padding: bool
    p: float

    @property
    def kind(self) -> str:
        """The mode of the pooling."""
        return self.mode

    def frame(self, number: int, position: Place, channel: int) -> Frame:
        """Reduce the pixels of the window at a position, in one channel, to one number."""
        taps = tuple(self._tap(tap, place, channel) for tap, place in self.places(position))
        on_pixels = [k for k, tap in enumerate(taps) if tap.pixel is not None]
        indices = [(*self.pixel_at(taps[k].place), channel) for k in on_pixels]
        pixels = np.array([self.image[index] for index in indices], self.dtype)
        regions = ("pixel", "padding") if self.count_padding else ("pixel",)
        # without a pixel the mean is 0 / 0, which is NaN
        divisor = sum(tap.where in regions for tap in taps) if on_pixels else 0
        total = REDUCTIONS[self.mode](pixels, divisor, self.p).item()
        choose = CHOICES.get(self.mode)
        return Frame(
            number,
            position,
            channel,
            taps,
            sums=(),
            total=total,
            divisor=divisor if self.mode == "avg" else None,
            chosen=on_pixels[int(choose(pixels))] if choose and on_pixels else None,
        )

    def _tap(self, tap: Place, place: Place, channel: int) -> Tap:
        """Return a tap of the window, which has no value outside the image."""
        where = self.region(place)
        pixel = self.pixel_at(place) if where == "pixel" else None
        value = None if pixel is None else self.image[(*pixel, channel)].item()
        return Tap(tap, place, where, pixel, channel, value, weight=None, product=value)
