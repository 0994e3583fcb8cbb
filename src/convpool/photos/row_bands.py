"""Very large pictures in bands of rows, so that memory is taken for the values of one band only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.photos.photo import Photo
from convpool.plans import arguments
from convpool.plans.regions import need
from convpool.windows import Axis, place

MOST = 2**30  # bytes of values from which on a picture is taken in bands
BAND = 2**28  # bytes of values of a band


class Band(NamedTuple):
    """Some rows of the result: which, the part of the picture that they need, and the settings for that part."""

    rows: slice
    photo: Photo
    settings: dict[str, Any]


@dataclass(frozen=True)
class Bands:
    """The bands of a result.

    Attributes
    ----------
    photo : the picture
    rows, columns : the windows on its axes
    step : rows of the result in a band
    settings : for `convpool.filter_image`, of the whole picture
    """

    photo: Photo
    rows: Axis
    columns: Axis
    step: int
    settings: dict[str, Any]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the result."""
        return self.rows.count, self.columns.count

    def __iter__(self) -> Iterator[Band]:
        pad_mode = self.settings.get("pad_mode", "reflect")
        for start in range(0, self.rows.count, self.step):
            rows = slice(start, min(start + self.step, self.rows.count))
            wanted = need(self.rows, rows, pad_mode)
            pixels, alpha = (
                plane if plane is None else _taken(plane, wanted.pieces, wanted.order)
                for plane in (self.photo.pixels, self.photo.alpha)
            )
            assert pixels is not None
            around = (
                (wanted.axis.before, wanted.axis.after),
                (self.columns.before, self.columns.after),
            )
            yield Band(
                rows,
                replace(self.photo, pixels=pixels, alpha=alpha),
                {**self.settings, "padding": around},
            )


def _taken(
    plane: NDArray[Any], pieces: tuple[slice, ...], order: NDArray[np.int64] | None
) -> NDArray[Any]:
    rows = (
        plane[pieces[0]] if len(pieces) == 1 else np.concatenate([plane[piece] for piece in pieces])
    )
    return rows if order is None else rows[order]


def cut(
    photo: Photo, window: tuple[int, ...], arrays: int, settings: dict[str, Any]
) -> Bands | None:
    """Return the bands of a picture whose values fill so many arrays; None where they are few, or every row needs all.

    What is wrong with the settings, filtering the whole says.
    """
    size = photo.pixels.size * 8 * arrays
    if size <= MOST:
        return None
    strides = arguments.read_per_axis(settings.get("stride", 1), 2, "stride")
    padding = arguments.read_padding(settings.get("padding", "same"), 2)
    rows, columns = (
        place(
            photo.pixels.shape[k],
            window[k],
            strides[k],
            1,
            padding if isinstance(padding, str) else padding[k],
        )
        for k in range(2)
    )
    if min(rows.count, columns.count) < 1 or max(rows.before, rows.after) >= rows.span:
        return None
    return Bands(photo, rows, columns, max(1, rows.count * BAND // size), settings)
