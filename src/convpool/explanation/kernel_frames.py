"""The windows of a convolution, and of a transposed convolution, as plain values.

The depth of a weight is its channel counted within the group of channels that its kernel takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.pad_modes import padded_indices
from convpool.explanation.frames import Frame, Frames, Number, Place, Tap
from convpool.plans.lock_free_property import cached_property

Array = NDArray[Any]


@dataclass(frozen=True)
class KernelFrames(Frames):
    """Windows with kernels (*window, c // groups, nc) as they are applied: flipped already."""

    kernels: Array
    groups: int

    @property
    def planes(self) -> int:
        """Number of kernels, nc."""
        return int(self.kernels.shape[-1])

    def channels(self, kernel: int) -> range:
        """Return the channels that a kernel reads or, transposed, adds to: those of its group."""
        group_size = self.kernels.shape[-2]  # channels of a group
        kernels_per_group = self.planes // self.groups
        group = kernel // kernels_per_group
        return range(group * group_size, (group + 1) * group_size)

    def weight(self, tap: Place, depth: int, kernel: int) -> Any:
        """Return the weight of a tap, at a depth of a kernel, in the dtype of the sums."""
        return self.dtype.type(self.kernels[(*tap, depth, kernel)])


@dataclass(frozen=True)
class ConvolutionFrames(KernelFrames):
    """The windows of a convolution; `fill` is what padding holds in the pad mode "constant"."""

    pad_mode: str
    fill: Number

    @property
    def kind(self) -> str:
        """The kind of operation."""
        return "convolution"

    @cached_property
    def _padded_indices(self) -> list[Array]:
        """For each axis, the row (or column) of pixels that is read at each place of it.

        A place counts the padding too, into which the pad mode repeats pixels.
        """
        return [padded_indices(axis, self.pad_mode) for axis in self.axes]

    def source_pixel(self, place: Place) -> Place | None:
        """Return the pixel that is read at a place of the padded image.

        None if padding there holds a constant: 0, or the fill.
        """
        if self.region(place) == "pixel":
            return self.pixel_at(place)
        if self.pad_mode in ("zeros", "constant"):
            return None
        indices = zip(self._padded_indices, place, strict=True)
        return tuple(int(pixels[n]) for pixels, n in indices)

    def value(self, place: Place, channel: int) -> Any:
        """Return the value at a place of the padded image, in the dtype of the sums."""
        pixel = self.source_pixel(place)
        return self.dtype.type(self.fill if pixel is None else self.image[(*pixel, channel)])

    def frame(self, number: int, position: Place, channel: int) -> Frame:
        """Multiply the window at a position by the kernel with the number `channel`."""
        taps, sums = [], []
        for depth, c in enumerate(self.channels(channel)):
            products = []
            for tap, place in self.places(position):
                value, weight = self.value(place, c), self.weight(tap, depth, channel)
                products.append(value * weight)
                factors = value.item(), weight.item(), products[-1].item()
                pixel = self.source_pixel(place)
                taps.append(Tap(tap, place, self.region(place), pixel, c, *factors))
            sums.append(np.sum(products, dtype=self.dtype))
        total = np.sum(sums, dtype=self.dtype).item()
        channel_sums = tuple(channel_sum.item() for channel_sum in sums)
        return Frame(number, position, channel, tuple(taps), channel_sums, total)


@dataclass(frozen=True)
class TransposedFrames(KernelFrames):
    """The windows of a transposed convolution; the image is its input, (*positions, nc).

    Windows lie on the output: `axes` are those of the convolution that reads it, whose output has
    the shape of this input.
    """

    @property
    def kind(self) -> str:
        """The kind of operation."""
        return "transposed"

    @property
    def positions(self) -> Place:
        """How many positions a window has on each axis: one for each number of the input."""
        return self.image.shape[:-1]

    @property
    def output_shape(self) -> Place:
        """The shape of the output, (*output, c)."""
        return (*(axis.size for axis in self.axes), self.kernels.shape[-2] * self.groups)

    def frame(self, number: int, position: Place, channel: int) -> Frame:
        """Multiply the number of the input at a position by each weight of its channel's kernel."""
        value, taps = self.dtype.type(self.image[(*position, channel)]), []
        for depth, c in enumerate(self.channels(channel)):
            for tap, place in self.places(position):
                weight = self.weight(tap, depth, channel)
                is_inside = self.region(place) == "pixel"
                pixel = self.pixel_at(place) if is_inside else None
                factors = value.item(), weight.item(), (value * weight).item()
                taps.append(
                    Tap(tap, place, "pixel" if is_inside else "cropped", pixel, c, *factors)
                )
        return Frame(number, position, channel, tuple(taps), (), value.item())

    def contributions(self, frame: Frame) -> list[tuple[Place, Number]]:
        """Return what a frame adds to the output: ((*position, channel), number) pairs.

        Products on padding, which is cropped, add nothing.
        """
        return [
            ((*tap.pixel, tap.channel), tap.product) for tap in frame.taps if tap.pixel is not None
        ]

    def output_after(self, number: int = -1) -> Array:
        """Return the output as `Frames.output_after`, but 0 where nothing has been added yet."""
        output = super().output_after(number)
        output[output == None] = self.dtype.type(0).item()  # noqa: E711  # elementwise
        return output
