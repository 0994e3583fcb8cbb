"""What a call would take with each engine: a small model, from shapes and dtypes alone.

The rates are those of one core of a current server processor; what matters is their proportion. m
images, c channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from convpool.engines import threads
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import pooling as compiled_pooling
from convpool.engines.fft import convolution as fft_convolution
from convpool.plans.cached_value import cached_property
from convpool.windows import Axis, volume

SMALL = 1e-3  # seconds below which a call is not worth another engine than NumPy
# times that transforms must be faster than sums, since their error is spread over the whole block
FAR = 2.0

CALL = {"numpy": 25e-6, "compiled": 400e-6, "fft": 1e-3}  # seconds before the first sum
COPIED = 0.8e-9  # to copy a tap of a window, in NumPy
MULTIPLIED = 25e-12  # a multiply-add of float32 in a product of matrices
TILED = 18e-12  # the same with vectors over kernels
WEIGHED = 30e-12  # the same with vectors over columns
WEIGHTS = 2e-9  # to lay out a weight
MOVED = 0.15e-9  # to read or write a byte
TRANSFORMED = 0.2e-9  # an operation of a transform
REDUCED = 0.35e-9  # to combine a number with another, in NumPy
POOLED = 0.04e-9  # the same with vectors
RANKED = 30  # times as long to find the middle of numbers


@dataclass(frozen=True)
class Work:
    """What the model reads of a convolution."""

    images: tuple[int, ...]
    kernels: tuple[int, ...]
    axes: tuple[Axis, ...]
    groups: int
    accumulation: np.dtype[np.generic]
    moved: int

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition."""
        return volume([self.images[0], *(axis.count for axis in self.axes)]) * volume(self.kernels)

    @property
    def together(self) -> int:
        """Kernels that read the same channels."""
        return max(1, self.kernels[-1] // self.groups)

    @property
    def width(self) -> float:
        """How much longer a multiply-add takes than one of float32."""
        return self.accumulation.itemsize / 4

    def parallel(self) -> dict[str, float]:
        """Return the seconds of one thread with each engine that can do it, without those before the first sum."""
        laid = volume(self.kernels) * WEIGHTS
        taps = self.multiply_adds / self.together
        moved = self.moved * MOVED
        summed = taps * COPIED * self.width**0.5 + self.multiply_adds * MULTIPLIED * self.width
        seconds = {"numpy": summed + moved + laid}
        if compiled_convolution.refusal(self.accumulation, len(self.axes)) is None:
            rate = TILED if self.together > 8 / self.width else WEIGHED
            seconds["compiled"] = self.multiply_adds * rate * self.width + moved + laid / 2
        if fourier_refusal(self.accumulation) is None and 0 not in self.images:
            seconds["fft"] = TRANSFORMED * fft_convolution.cost(
                self.images, self.kernels, self.axes, self.groups
            )
        return seconds

    @cached_property
    def order(self) -> list[tuple[str, str]]:
        """The engines that can do it, the best first, and why."""
        single = {name: CALL[name] + seconds for name, seconds in self.parallel().items()}
        refusal = compiled_convolution.refusal(self.accumulation, len(self.axes))
        if single["numpy"] < SMALL:
            return [("numpy", _numpy_first(single["numpy"], refusal))]
        reasons = {"numpy": "takes every dtype and rank" + (f"; {refusal}" if refusal else "")}
        if "compiled" in single:
            reasons["compiled"] = (
                f"about {_say(single['compiled'])} on one thread, NumPy {_say(single['numpy'])}"
            )
        direct = min(single[name] for name in reasons)
        if "fft" in single and single["fft"] * FAR < direct:
            times = f"transforms take about {_say(single['fft'])}, sums {_say(direct)}"
            reasons["fft"] = f"{times}; what is not finite, or far too uneven, is summed"
        return [(name, reasons[name]) for name in sorted(reasons, key=single.__getitem__)]

    def seconds(self, engine: str) -> float:
        """Predict how long an engine takes with the threads that may be used."""
        return _seconds(self.parallel(), engine)


@dataclass(frozen=True)
class Reduction:
    """What the model reads of a pooling.

    Attributes
    ----------
    taps : how many each window has, where axes are not reduced one after the other
    refusal : why the compiled kernels do not take it; None if they do
    """

    images: np.dtype[Any]
    mode: str
    axes: tuple[Axis, ...]
    results: int
    moved: int
    taps: int | None
    refusal: str | None

    def parallel(self) -> dict[str, float]:
        """Return the seconds of one thread with each engine that can do it, without those before the first number."""
        if self.taps is None:
            taps = sum(min(axis.window, 2 * axis.window.bit_length()) for axis in self.axes)
        else:
            taps = self.taps * (RANKED if self.mode == "median" else 1)
        combined = self.results * taps
        seconds = {"numpy": combined * REDUCED * self.images.itemsize**0.5 + self.moved * MOVED}
        if self.refusal is None:
            seconds["compiled"] = combined * POOLED * self.images.itemsize**0.5 + self.moved * MOVED
        return seconds

    @cached_property
    def order(self) -> list[tuple[str, str]]:
        """The engines that can do it, the best first, and why."""
        single = {name: CALL[name] + seconds for name, seconds in self.parallel().items()}
        if single["numpy"] < SMALL or "compiled" not in single:
            return [("numpy", _numpy_first(single["numpy"], self.refusal))]
        why = f"about {_say(single['compiled'])} on one thread, NumPy {_say(single['numpy'])}"
        reasons = {"compiled": why, "numpy": "takes every dtype, rank and mode"}
        return [(name, reasons[name]) for name in sorted(reasons, key=single.__getitem__)]

    def seconds(self, engine: str) -> float:
        """Predict how long an engine takes with the threads that may be used."""
        return _seconds(self.parallel(), engine)


def fourier_refusal(accumulation: np.dtype[np.generic]) -> str | None:
    """Tell why sums of this dtype are not taken by transforms; None if they are."""
    if accumulation in (np.float32, np.float64):
        return None
    return f"sums are {accumulation}, and transforms take float32 and float64"


def refusals(accumulation: np.dtype[np.generic], rank: int) -> dict[str, str | None]:
    """Return, for each engine, why it cannot convolve with sums of this dtype; None if it can."""
    return {
        "numpy": None,
        "compiled": compiled_convolution.refusal(accumulation, rank),
        "fft": fourier_refusal(accumulation),
    }


def pooling_refusals(
    mode: str, images: np.dtype[Any], rank: int, sums: np.dtype[Any], *, has_footprint: bool
) -> dict[str, str | None]:
    """Return, for each engine, why it cannot pool such images; None if it can."""
    refusal = compiled_pooling.refusal(mode, images, rank, sums)
    if has_footprint:
        refusal = "there is a footprint, and the compiled kernels take whole windows"
    return {"numpy": None, "compiled": refusal}


def _seconds(parallel: dict[str, float], engine: str) -> float:
    name = (
        engine if engine in parallel else "numpy"
    )  # which does what was planned for one that turned out not to work
    return CALL[name] + parallel[name] / (1 if name == "numpy" else threads.number())


def _numpy_first(seconds: float, refusal: str | None) -> str:
    return (
        f"a small call, about {_say(seconds)}"
        if seconds < SMALL
        else f"takes every dtype and rank; {refusal}"
    )


def _say(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{_two_digits(seconds / size)} {unit}"
    return f"{_two_digits(seconds / 1e-6)} us"


def _two_digits(number: float) -> str:
    return f"{float(f'{number:.2g}'):g}"
