"""The windows of what has kernels as plain values: of a convolution, and of its adjoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.explanation.frames import Frame, Frames, Number, Place, Tap
from convpool.plans.cached_value import cached_property
from convpool.windows import padded_indices

Array = NDArray[Any]


@dataclass(frozen=True)
class Weighing(Frames):
    """Windows with kernels (*window, c // groups, nc) as they are applied: flipped already."""

    kernels: Array
    groups: int

    @property
    def planes(self) -> int:
        """Number of kernels, nc."""
        return int(self.kernels.shape[-1])

    def channels(self, kernel: int) -> range:
        """Return the channels that a kernel reads or, transposed, adds to."""
        depth = self.kernels.shape[-2]
        group = kernel // (self.planes // self.groups)
        return range(group * depth, (group + 1) * depth)


@dataclass(frozen=True)
class Convolving(Weighing):
    """The windows of a convolution."""

    pad_mode: str
    fill: Number

    @cached_property
    def _sources(self) -> list[Array]:
        return [padded_indices(axis, self.pad_mode) for axis in self.axes]

    def source(self, place: Place) -> Place | None:
        """Return the pixel that stands at a place of the padded image."""
        if self.where(place) == "pixel":
            return self.unpadded(place)
        if self.pad_mode in ("zeros", "constant"):
            return None
        return tuple(int(inputs[n]) for inputs, n in zip(self._sources, place, strict=True))

    def value(self, place: Place, channel: int) -> Any:
        """Return what stands at a place of the padded image."""
        pixel = self.source(place)
        return self.dtype.type(self.fill if pixel is None else self.image[(*pixel, channel)])

    def frame(self, number: int, position: Place, channel: int) -> Frame:
        """Multiply the window by a kernel."""
        taps, sums = [], []
        for depth, c in enumerate(self.channels(channel)):
            plane = []
            for tap, place in self.places(position):
                value, weight = (
                    self.value(place, c),
                    self.dtype.type(self.kernels[(*tap, depth, channel)]),
                )
                plane.append(value * weight)
                multiplied = value.item(), weight.item(), plane[-1].item()
                taps.append(Tap(tap, place, self.where(place), self.source(place), c, *multiplied))
            sums.append(np.sum(plane, dtype=self.dtype))
        total = np.sum(sums, dtype=self.dtype)
        return Frame(
            number, position, channel, tuple(taps), tuple(one.item() for one in sums), total.item()
        )


@dataclass(frozen=True)
class Scattering(Weighing):
    """The windows of a transposed convolution: `axes` are those of its output, from which `convolve` would read.

    The image is (*positions, nc).
    """

    @property
    def positions(self) -> Place:
        """How many positions each axis has."""
        return self.image.shape[:-1]

    @property
    def output_shape(self) -> Place:
        """The shape of the output, (*output, c)."""
        return (*(axis.size for axis in self.axes), self.kernels.shape[-2] * self.groups)

    def frame(self, number: int, position: Place, channel: int) -> Frame:
        """Multiply a number by each weight of its kernel."""
        value, taps = self.dtype.type(self.image[(*position, channel)]), []
        for depth, c in enumerate(self.channels(channel)):
            for tap, place in self.places(position):
                inside = self.where(place) == "pixel"
                weight = self.dtype.type(self.kernels[(*tap, depth, channel)])
                where, pixel = ("pixel", self.unpadded(place)) if inside else ("cropped", None)
                multiplied = value.item(), weight.item(), (value * weight).item()
                taps.append(Tap(tap, place, where, pixel, c, *multiplied))
        return Frame(number, position, channel, tuple(taps), (), value.item())

    def written(self, frame: Frame) -> list[tuple[Place, Number]]:
        """Return what a frame adds, and where."""
        return [
            ((*tap.pixel, tap.channel), tap.product) for tap in frame.taps if tap.pixel is not None
        ]

    def output(self, number: int = -1) -> Array:
        """Return the output after a frame; what no window has reached is 0."""
        made = super().output(number)
        made[made == None] = self.dtype.type(0).item()  # noqa: E711  # elementwise
        return made
