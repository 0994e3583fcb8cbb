"""A convolution, pooling or transposed convolution as plain values, one window after another.

Each frame of the first two computes one number of the output; each frame of a transposed
convolution adds one number of the input, times the kernel, to its window of the output. Frames know
one image (*spatial, c) and where windows lie (`windows.Axis`), and nothing of how the library
computes: the tests check that both agree.

The JSON form is `Frame.plain()`, a dict of ints, floats, strings, lists and None with the names of
the attributes below. NaN, infinities and complex numbers, which JSON lacks, are strings as Python
writes them. `Explanation.trace()` adds the axes.

c channels, nc kernels; i j a position in the output, u v a tap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from convpool.windows import Axis, volume

Array = NDArray[Any]
Place = tuple[int, ...]
Number = Any  # int, float, bool or complex, as Python has them
# up to so many results are computed at once, more on access only
EAGER_RESULTS = 2**20


@dataclass(frozen=True)
class Tap:
    """One tap of a window, in one channel.

    Attributes
    ----------
    tap : where it is in the window, (u, v)
    place : where it lies on the padded image
    where : "pixel"; "padding"; "beyond" the padding, with ceil; "cropped" from a transposed output
    pixel : the pixel that is read there, as pad modes repeat them; None without one
    channel : of the pixel
    value, weight, product : the factors and their product; pooling has no weight, and no value in
        padding
    """

    tap: Place
    place: Place
    where: str
    pixel: Place | None
    channel: int
    value: Number
    weight: Number
    product: Number


@dataclass(frozen=True)
class Frame:
    """One window.

    Attributes
    ----------
    number : from 0 on
    position : of the number that is computed; transposed, of the number of the input
    channel : of that number
    taps : channel after channel, row after row
    sums : of the products of each channel, for a convolution
    total : the number that is computed; transposed, the number of the input
    divisor : of average pooling
    chosen : which of the taps is the greatest or least, the first of equals
    """

    number: int
    position: Place
    channel: int
    taps: tuple[Tap, ...]
    sums: tuple[Number, ...]
    total: Number
    divisor: int | None = None
    chosen: int | None = None

    def plain(self) -> dict[str, Any]:
        """Return the attributes as a dict that JSON can hold."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: lists for tuples, text for NaN and complex numbers."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    has_json_form = value is None or isinstance(value, (int, str))
    if has_json_form or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def uncovered_places(axis: Axis) -> range:
    """Return the places at the end of a padded axis that no window reaches, with floor."""
    end = (axis.count - 1) * axis.stride + axis.span
    return range(end, max(end, axis.before + axis.size + axis.after))


def padded_size(axis: Axis) -> int:
    """Return the length of an axis with its padding and what ceil's last window adds."""
    return axis.before + axis.size + axis.after + axis.overhang


@dataclass(frozen=True)
class Frames(Sequence[Frame]):
    """All windows, computed on access: channel after channel, row after row.

    Parameters
    ----------
    image
        (*spatial, c).
    axes
        Where windows lie on each spatial axis.
    dtype
        Of products and sums.
    """

    image: Array
    axes: tuple[Axis, ...]
    dtype: np.dtype[Any]

    @property
    def kind(self) -> str:
        """The kind of operation: "convolution" or "transposed", or the mode of a pooling."""
        raise NotImplementedError

    @property
    def positions(self) -> Place:
        """Number of positions on each axis."""
        return tuple(axis.count for axis in self.axes)

    @property
    def planes(self) -> int:
        """Number of channels that each position has a frame for."""
        return int(self.image.shape[-1])

    @property
    def output_shape(self) -> Place:
        """The shape of the output, (*output, channels)."""
        return (*self.positions, self.planes)

    def __len__(self) -> int:
        return volume(self.positions) * self.planes

    @overload
    def __getitem__(self, number: int) -> Frame: ...
    @overload
    def __getitem__(self, number: slice) -> list[Frame]: ...
    def __getitem__(self, number: int | slice) -> Frame | list[Frame]:
        if isinstance(number, slice):
            return [self[k] for k in range(len(self))[number]]
        k = range(len(self))[number]  # IndexError, and negative ones counted from the end
        position, channel = self.position(k)
        with np.errstate(all="ignore"):
            return self.frame(k, position, channel)

    def position(self, number: int) -> tuple[Place, int]:
        """Return the position and channel of a frame, by its number from 0 on."""
        shape = (self.planes, *self.positions)
        channel, *position = (int(n) for n in np.unravel_index(number, shape))
        return tuple(position), channel

    def number(self, position: Place, channel: int) -> int:
        """Return the number of the frame at a position and channel."""
        return int(np.ravel_multi_index((channel, *position), (self.planes, *self.positions)))

    def frame(self, number: int, position: Place, channel: int) -> Frame:
        """Compute one frame."""
        raise NotImplementedError

    def places(self, position: Place) -> Iterator[tuple[Place, Place]]:
        """Yield each tap of a window, and its place on the padded image."""
        for tap in np.ndindex(*(axis.window for axis in self.axes)):
            steps = zip(position, tap, self.axes, strict=True)
            yield tap, tuple(i * axis.stride + u * axis.dilation for i, u, axis in steps)

    def region(self, place: Place) -> str:
        """Return what a place of the padded image is: "pixel", "padding" or "beyond" it."""
        regions = [_region(axis, n) for axis, n in zip(self.axes, place, strict=True)]
        return max(regions, key=["pixel", "padding", "beyond"].index)

    def pixel_at(self, place: Place) -> Place:
        """Return a place of the padded image counted from the first pixel."""
        return tuple(n - axis.before for n, axis in zip(place, self.axes, strict=True))

    def contributions(self, frame: Frame) -> list[tuple[Place, Number]]:
        """Return what a frame adds to the output: ((*position, channel), number) pairs."""
        return [((*frame.position, frame.channel), frame.total)]

    def output_changes(self) -> Iterator[dict[Place, Number]]:
        """Yield for each frame the numbers of the output that it changes, after the change."""
        sums: dict[Place, Number] = {}
        for frame in self:
            contributions = self.contributions(frame)
            for index, value in contributions:
                sums[index] = sums[index] + value if index in sums else value
            yield {index: sums[index] for index, _ in contributions}

    def output_after(self, number: int = -1) -> Array:
        """Return the output after a frame, (*output, channels); None where nothing is written yet.

        The numbers are Python's.
        """
        output = np.full(self.output_shape, None, object)
        frame_numbers = range(range(len(self))[number] + 1)
        for _, changes in zip(frame_numbers, self.output_changes(), strict=False):
            for index, value in changes.items():
                output[index] = value
        return output


def _region(axis: Axis, n: int) -> str:
    """Return what place n of one padded axis is, as `Frames.region`."""
    if axis.before <= n < axis.before + axis.size:
        return "pixel"
    return "padding" if n < axis.before + axis.size + axis.after else "beyond"
