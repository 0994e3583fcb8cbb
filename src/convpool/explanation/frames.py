"""A convolution, pooling or transposed convolution as plain values, one window after another.

Each frame of the first two computes one number of the output; each frame of a transposed
convolution adds one number of the input, times the kernel, to its window of the output. Frames know
one image (*spatial, c) and where windows lie (`windows.Axis`), and nothing of how the library
computes: the tests check that both agree. A position is that of a window, (i, j), which is that of
its number in the output; a place is a row and column of the padded image on which windows lie.

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
Place = tuple[int, ...]  # (row, column), or (column,) on one axis; sizes and positions likewise
Number = Any  # int, float, bool or complex, as Python has them
# an output of at most so many numbers is computed as a whole; of a larger one, single frames
EAGER_RESULTS = 2**20


@dataclass(frozen=True)
class Tap:
    """One tap of a window, in one channel.

    Attributes
    ----------
    tap : its row and column in the window, (u, v)
    place : its row and column on the padded image
    where : what is at this place: "pixel"; "padding"; "beyond" the padding, under a last window
        that `ceil` lets hang over; "cropped", padding of a transposed convolution's output
    pixel : row and column of the pixel that is read there or, transposed, added to; pad modes such
        as "reflect" read pixels in padding too; None if there is none
    channel : of the pixel
    value, weight : the pixel, or what padding holds, and the weight that it is multiplied by;
        pooling has no weight, and no value outside the image: these are None
    product : value times weight; of pooling, the value
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
    """One window, and the one number of the output that it computes.

    Of a transposed convolution, "the number" below is the one number of the input instead, which is
    multiplied by each weight.

    Attributes
    ----------
    number : which frame this is, counted from 0
    position : of the number, (i, j)
    channel : of the number
    taps : every tap, channel after channel and in each row after row
    sums : for a convolution, the sum of the products of each channel; otherwise empty
    total : the number
    divisor : of average pooling; otherwise None
    chosen : index in `taps` of the greatest ("max") or least ("min") pixel, the first of equals;
        None for other kinds, and without a pixel
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
        """Return the attributes by name as values that JSON can hold."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: lists for tuples, text for NaN and complex numbers."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    has_json_form = value is None or isinstance(value, (int, str))
    if has_json_form or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def uncovered_places(axis: Axis) -> range:
    """Return the places at the end of a padded axis that no window reaches; empty if there is none.

    They are left over where the stride does not divide the axis, and counted from its first place,
    padding included.
    """
    end = (axis.count - 1) * axis.stride + axis.span
    return range(end, max(end, axis.before + axis.size + axis.after))


def padded_size(axis: Axis) -> int:
    """Return the length of an axis with its padding, and what `ceil`'s last window hangs over."""
    return axis.before + axis.size + axis.after + axis.overhang


@dataclass(frozen=True)
class Frames(Sequence[Frame]):
    """All windows, each computed when it is accessed: channel after channel, row after row.

    Subclasses say what a window computes (`frame`) and of which kind it is (`kind`).

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
        """How many positions a window has on each axis: how many rows and columns of them."""
        return tuple(axis.count for axis in self.axes)

    @property
    def planes(self) -> int:
        """How many frames each position has: one for each channel (here) or kernel."""
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
        k = range(len(self))[number]  # counts negative ones from the end, or raises IndexError
        position, channel = self.position(k)
        with np.errstate(all="ignore"):
            return self.frame(k, position, channel)

    def position(self, number: int) -> tuple[Place, int]:
        """Return (position, channel) of the frame with a number, counted from 0."""
        shape = (self.planes, *self.positions)
        channel, *position = (int(n) for n in np.unravel_index(number, shape))
        return tuple(position), channel

    def number(self, position: Place, channel: int) -> int:
        """Return the number of the frame at a position and channel."""
        return int(np.ravel_multi_index((channel, *position), (self.planes, *self.positions)))

    def frame(self, number: int, position: Place, channel: int) -> Frame:
        """Compute one frame, whose position and channel belong to its number."""
        raise NotImplementedError

    def places(self, position: Place) -> Iterator[tuple[Place, Place]]:
        """Yield (tap, place) for each tap of the window at a position.

        A tap is counted from the window's corner, its place from the padded image's.
        """
        for tap in np.ndindex(*(axis.window for axis in self.axes)):
            steps = zip(position, tap, self.axes, strict=True)
            yield tap, tuple(i * axis.stride + u * axis.dilation for i, u, axis in steps)

    def region(self, place: Place) -> str:
        """Return what is at a place of the padded image: "pixel", "padding" or "beyond" both."""
        regions = [_region(axis, n) for axis, n in zip(self.axes, place, strict=True)]
        # the axis on which the place lies farthest outside decides
        return max(regions, key=["pixel", "padding", "beyond"].index)

    def pixel_at(self, place: Place) -> Place:
        """Return a place of the padded image counted from the first pixel; below 0 in padding."""
        return tuple(n - axis.before for n, axis in zip(place, self.axes, strict=True))

    def contributions(self, frame: Frame) -> list[tuple[Place, Number]]:
        """Return what a frame adds to the output: ((*position, channel), number) pairs."""
        return [((*frame.position, frame.channel), frame.total)]

    def output_changes(self) -> Iterator[dict[Place, Number]]:
        """Yield for each frame a dict of the numbers of the output that it changes.

        (*position, channel) -> the number there once the frame is added.
        """
        sums: dict[Place, Number] = {}
        for frame in self:
            contributions = self.contributions(frame)
            for index, value in contributions:
                sums[index] = sums[index] + value if index in sums else value
            yield {index: sums[index] for index, _ in contributions}

    def output_after(self, number: int = -1) -> Array:
        """Return the output once a frame, and all before it, are computed; -1 is the last frame.

        (*output, channels), dtype object, holding Python's numbers; None where nothing is written.
        """
        output = np.full(self.output_shape, None, object)
        frame_numbers = range(range(len(self))[number] + 1)
        for _, changes in zip(frame_numbers, self.output_changes(), strict=False):
            for index, value in changes.items():
                output[index] = value
        return output


def _region(axis: Axis, n: int) -> str:
    """Return what is at place n of one padded axis: "pixel", "padding" or "beyond" both."""
    if axis.before <= n < axis.before + axis.size:
        return "pixel"
    return "padding" if n < axis.before + axis.size + axis.after else "beyond"
