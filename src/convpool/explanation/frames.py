"""A convolution, pooling or transposed convolution as plain values, one window after another.

Each frame of the first two computes one number of the output; each frame of a transposed
convolution gives one number of the input to its window. Frames know one image (*spatial, c) and
where windows lie (`windows.Axis`), and nothing of how the library computes: that both agree is what
the tests look at.

The JSON form is `Frame.plain()`, a dict of ints, floats, strings, lists and None with the names of
the attributes below. NaN, infinities and complex numbers, which JSON lacks, are strings as Python
writes them. `Explanation.trace()` puts it together with the axes.

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
AT_ONCE = (
    2**20
)  # results that are computed when they are explained; more are when they are asked for

Number = Any  # int, float, bool or complex, as Python has them


@dataclass(frozen=True)
class Tap:
    """One tap of a window, in one channel.

    Attributes
    ----------
    tap : where it is in the window, (u, v)
    place : where it lies on the padded image
    where : "pixel"; "padding"; "beyond" the padding, with ceil; "cropped" from a transposed output
    pixel : the pixel that stands there, as pad modes repeat them; None without one
    channel : of what it lies on
    value, weight, product : what is multiplied; pooling has no weight, and no value in padding
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
    position : of the number that is computed or, transposed, given away
    channel : of that number
    taps : channel after channel, row after row
    sums : of the products of each channel, for a convolution
    total : what the window gives; transposed, the number that is given away
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
        """Return what JSON can hold."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    whole = value is None or isinstance(value, (int, str))
    return value if whole or (isinstance(value, float) and math.isfinite(value)) else str(value)


def left_over(axis: Axis) -> range:
    """Return the places at the end of a padded axis that floor leaves over: no window comes so far."""
    end = (axis.count - 1) * axis.stride + axis.span
    return range(end, max(end, axis.before + axis.size + axis.after))


@dataclass(frozen=True)
class Frames(Sequence[Frame]):
    """All windows, worked out when they are asked for: channel after channel, row after row.

    Parameters
    ----------
    image
        (*spatial, c).
    axes
        Where windows lie on each spatial axis.
    dtype
        In which products and sums are taken.
    """

    image: Array
    axes: tuple[Axis, ...]
    dtype: np.dtype[Any]

    @property
    def positions(self) -> Place:
        """How many positions each axis has."""
        return tuple(axis.count for axis in self.axes)

    @property
    def planes(self) -> int:
        """How often the positions are gone through: once for each channel of what they are positions of."""
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
        channel, *position = (int(n) for n in np.unravel_index(k, (self.planes, *self.positions)))
        with np.errstate(all="ignore"):
            return self.frame(k, tuple(position), channel)

    def number(self, position: Place, channel: int) -> int:
        """Return which frame belongs to a position and channel."""
        return int(np.ravel_multi_index((channel, *position), (self.planes, *self.positions)))

    def frame(self, number: int, position: Place, channel: int) -> Frame:
        """Work out one frame."""
        raise NotImplementedError

    def places(self, position: Place) -> Iterator[tuple[Place, Place]]:
        """Yield each tap of a window, and its place on the padded image."""
        for tap in np.ndindex(*(axis.window for axis in self.axes)):
            yield (
                tap,
                tuple(
                    i * axis.stride + u * axis.dilation
                    for i, u, axis in zip(position, tap, self.axes, strict=True)
                ),
            )

    def where(self, place: Place) -> str:
        """Tell what a place is."""
        words = [_where(axis, n) for axis, n in zip(self.axes, place, strict=True)]
        return max(words, key=["pixel", "padding", "beyond"].index)

    def unpadded(self, place: Place) -> Place:
        """Return a place counted from the first pixel."""
        return tuple(n - axis.before for n, axis in zip(place, self.axes, strict=True))

    def written(self, frame: Frame) -> list[tuple[Place, Number]]:
        """Return what a frame writes: (*position, channel) in the output, and the number to add to what is there."""
        return [((*frame.position, frame.channel), frame.total)]

    def steps(self) -> Iterator[dict[Place, Number]]:
        """Yield, for each frame, the numbers of the output that it changes, as they are then."""
        sums: dict[Place, Number] = {}
        for frame in self:
            changed = self.written(frame)
            for index, value in changed:
                sums[index] = sums[index] + value if index in sums else value
            yield {index: sums[index] for index, _ in changed}

    def output(self, number: int = -1) -> Array:
        """Return the output after a frame, (*output, channels) of Python numbers; None where none is written yet."""
        made = np.full(self.output_shape, None, object)
        for _, changed in zip(range(range(len(self))[number] + 1), self.steps(), strict=False):
            for index, value in changed.items():
                made[index] = value
        return made


def _where(axis: Axis, n: int) -> str:
    if axis.before <= n < axis.before + axis.size:
        return "pixel"
    return "padding" if n < axis.before + axis.size + axis.after else "beyond"
