"""The axes, of length 1, with which one picture is a batch that plans take."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.values import NamedTuple
from convpool.out_of_core.destination import drop_axes
from convpool.plans import allocation, arguments

Array = NDArray[Any]


class PictureAxes(NamedTuple):
    """How one picture becomes a batch of one image, and its result a picture again.

    Attributes
    ----------
    images_shape, channel_axis : of the batch; a picture without channels becomes one with one
    unit_axes : the axes, of length 1, that the plan's arrays have and the picture's lack
    """

    images_shape: tuple[int, ...]
    channel_axis: int
    unit_axes: tuple[int, ...]

    @property
    def channels(self) -> int:
        """Number of channels of the batch."""
        return self.images_shape[self.channel_axis]

    def add(self, array: Array) -> Array:
        """Return a view of a picture, or of its mask, with the unit axes."""
        has_channels = len(self.unit_axes) == 1
        return array[np.newaxis] if has_channels else array[np.newaxis, ..., np.newaxis]

    def add_to_output(
        self, out: Array | None, output_shape: tuple[int, ...], dtype: np.dtype[Any]
    ) -> Array | None:
        """Return `out` with the unit axes, None if it is None.

        It must be an array of this dtype, and of the plan's `output_shape` without the unit axes.
        """
        if out is None:
            return None
        allocation.check_out(out, drop_axes(output_shape, self.unit_axes), dtype)
        return self.add(out)


def picture_axes(shape: tuple[int, ...], channel_axis: int | None) -> PictureAxes:
    """Return the axes for a picture of this shape; `channel_axis` is that of `filter_image`.

    Examples
    --------
    >>> picture_axes((30, 40), None)
    PictureAxes(images_shape=(1, 30, 40, 1), channel_axis=-1, unit_axes=(0, 3))
    """
    axis = arguments.read_picture_channels(channel_axis, shape)
    if axis is None:
        return PictureAxes((1, *shape, 1), -1, (0, 3))
    return PictureAxes((1, *shape), axis + 1, (0,))
