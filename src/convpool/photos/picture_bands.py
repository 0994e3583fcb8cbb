"""Pictures cut into bands of rows, so that filtering is fast and takes little memory.

Filtering makes wide values of the pixels; cut into bands, it makes those of one at a time, which
are in the processor's cache when they become pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.photos.photo import Photo
from convpool.plans import arguments
from convpool.plans.halos import need_of_windows
from convpool.windows import Axis, place

MAX_WHOLE = 2**22  # bytes of float64 values up to which a picture is not cut
BAND = 2**22  # bytes of float64 values of a band, about
# where windows have more than LARGE_SPAN rows, a band has MIN_SPANS times as many at least: the
# rows at the edges of bands are filtered twice
LARGE_SPAN, MIN_SPANS = 8, 4


class Band(NamedTuple):
    """A band of the result.

    Attributes
    ----------
    rows : which rows of the result it has
    photo : the rows of the picture that these need
    settings : of the call for this part; the padding is that of its edges
    """

    rows: slice
    photo: Photo
    settings: dict[str, Any]


@dataclass(frozen=True)
class Bands:
    """The bands of a result.

    Attributes
    ----------
    photo : the whole picture
    rows, columns : where windows lie on its height and on its width
    step : how many rows of the result a band has; the last may have fewer
    settings : of the call for the whole picture
    pad_mode : what stands in the padding, as `convpool.convolve` has it
    """

    photo: Photo
    rows: Axis
    columns: Axis
    step: int
    settings: dict[str, Any]
    pad_mode: str

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of the result."""
        return self.rows.count, self.columns.count

    def __iter__(self) -> Iterator[Band]:
        """Yield the bands from top to bottom, each with the part of the photo that it needs."""
        for start in range(0, self.rows.count, self.step):
            rows = slice(start, min(start + self.step, self.rows.count))
            needed = need_of_windows(self.rows, rows, self.pad_mode)
            pixels = _take_rows(self.photo.pixels, needed.pieces, needed.order)
            alpha = self.photo.alpha
            if alpha is not None:
                alpha = _take_rows(alpha, needed.pieces, needed.order)
            row_padding = needed.axis.before, needed.axis.after
            padding = row_padding, (self.columns.before, self.columns.after)
            part = replace(self.photo, pixels=pixels, alpha=alpha)
            yield Band(rows, part, {**self.settings, "padding": padding})


def _take_rows(
    plane: NDArray[Any], pieces: tuple[slice, ...], order: NDArray[np.int64] | None
) -> NDArray[Any]:
    """Return slices of a picture's rows, joined.

    `order` are the indices of the rows among the joined ones, as pad modes repeat and mirror them;
    None takes each once.
    """
    if len(pieces) == 1:
        rows = plane[pieces[0]]  # a view
    else:
        rows = np.concatenate([plane[piece] for piece in pieces])
    return rows if order is None else rows[order]


def cut(
    photo: Photo,
    window: tuple[int, ...],
    arrays: int,
    settings: dict[str, Any],
    pad_mode: str,
) -> Bands | None:
    """Return the bands of a picture; None if it is to be filtered or pooled as a whole.

    It is None if the result is at most MAX_WHOLE bytes or has no pixel, or if padding is so wide
    that a window can lie on padding alone.

    Parameters
    ----------
    photo
        The picture.
    window
        The kernel's size (kh, kw).
    arrays
        How many arrays of float64 values, each as large as the result, the call needs.
    settings
        Keyword arguments of the call; "stride" and "padding" are read here.
    pad_mode
        What stands in the padding.
    """
    strides = arguments.read_per_axis(settings.get("stride", 1), 2, "stride")
    padding = arguments.read_padding(settings.get("padding", "same"), 2)
    sides = (padding, padding) if isinstance(padding, str) else padding
    rows, columns = (  # without dilation
        place(photo.pixels.shape[k], window[k], strides[k], 1, sides[k]) for k in range(2)
    )
    if min(rows.count, columns.count) < 1 or max(rows.before, rows.after) >= rows.span:
        return None
    channels = photo.pixels.size // (rows.size * columns.size)
    size = rows.count * columns.count * channels * 8 * arrays  # bytes
    if size <= MAX_WHOLE:
        return None
    min_step = MIN_SPANS * (rows.span - 1) // rows.stride if rows.span > LARGE_SPAN else 1
    step = max(1, min_step, rows.count * BAND // size)
    return Bands(photo, rows, columns, step, settings, pad_mode)
