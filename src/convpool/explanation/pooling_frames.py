"""The windows of a pooling as plain values: what `frames` is for convolutions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.explanation.frames import Frame, Frames, Place, Tap

Array = NDArray[Any]


def _extreme(kind: np.dtype[Any], greatest: bool) -> Any:
    """Return what wins against nothing: the end of a dtype."""
    if kind.kind == "f":
        return kind.type(np.inf if greatest else -np.inf)
    if kind.kind == "b":
        return np.bool_(greatest)
    return kind.type(np.iinfo(kind).max if greatest else np.iinfo(kind).min)


# mode -> what the pixels of a window give, with the divisor and the exponent
REDUCTIONS: dict[str, Callable[[Array, int, float], Any]] = {
    "max": lambda pixels, divisor, p: pixels.max(initial=_extreme(pixels.dtype, False)),
    "min": lambda pixels, divisor, p: pixels.min(initial=_extreme(pixels.dtype, True)),
    "avg": lambda pixels, divisor, p: pixels.sum(dtype=pixels.dtype) / pixels.dtype.type(divisor),
    "sum": lambda pixels, divisor, p: pixels.sum(dtype=pixels.dtype),
    "median": lambda pixels, divisor, p: np.median(pixels) if pixels.size else np.float64(np.nan),
    "lp": lambda pixels, divisor, p: (np.abs(pixels) ** p).sum(dtype=pixels.dtype) ** (1 / p),
}


@dataclass(frozen=True)
class Pooling(Frames):
    """The windows of a pooling, of which padding is no part: it has no values."""

    mode: str
    count_padding: bool
    p: float

    def frame(self, number: int, position: Place, channel: int) -> Frame:
        """Reduce the pixels of a window."""
        taps = tuple(self._tap(tap, place, channel) for tap, place in self.places(position))
        real = [k for k, tap in enumerate(taps) if tap.pixel is not None]
        pixels = np.array(
            [self.image[(*self.unpadded(taps[k].place), channel)] for k in real], self.dtype
        )
        counted = ("pixel", "padding") if self.count_padding else ("pixel",)
        divisor = sum(tap.where in counted for tap in taps) if real else 0
        total = REDUCTIONS[self.mode](pixels, divisor, self.p)
        choose = {"max": np.argmax, "min": np.argmin}.get(self.mode)
        chosen = real[int(choose(pixels))] if choose and real else None
        return Frame(
            number,
            position,
            channel,
            taps,
            (),
            total.item(),
            divisor if self.mode == "avg" else None,
            chosen,
        )

    def _tap(self, tap: Place, place: Place, channel: int) -> Tap:
        where = self.where(place)
        pixel = self.unpadded(place) if where == "pixel" else None
        value = None if pixel is None else self.image[(*pixel, channel)].item()
        return Tap(tap, place, where, pixel, channel, value, None, value)
