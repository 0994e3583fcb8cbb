"""What a part of an output needs on one axis: which pixels to read, where they stand, and the windows laid on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.windows import REPEATED, Axis


@dataclass(frozen=True, eq=False)
class Need:
    """What some windows of an axis need.

    Attributes
    ----------
    pieces : slices of the input, in its order and apart from each other; none if no pixel is
        reached
    order : for each position that is reached, where it stands in the pieces laid end to end; None
        if as they lie there
    axis : the windows, laid on what has been read and ordered; its padding is what is left to put
        around it
    """

    pieces: tuple[slice, ...]
    order: NDArray[np.int64] | None
    axis: Axis

    @property
    def read(self) -> int:
        """How many pixels are read."""
        return sum(piece.stop - piece.start for piece in self.pieces)


def need(axis: Axis, windows: slice, pad_mode: str = "zeros") -> Need:
    """Tell what some windows of an axis need; there is no less, but for pixels that long strides pass over.

    Where the padding repeats pixels, it does so for the whole axis, however it is cut.

    Examples
    --------
    >>> axis = Axis(9, 3, before=1, after=1)
    >>> need(axis, slice(0, 4)).pieces, need(axis, slice(0, 4)).axis.before
    ((slice(0, 5, None),), 1)
    >>> at_the_end = need(axis, slice(6, 9), "wrap")
    >>> at_the_end.pieces, at_the_end.order.tolist()
    ((slice(0, 1, None), slice(5, 9, None)), [1, 2, 3, 4, 0])
    """
    if windows.stop <= windows.start:  # no window: nothing is read, and too few zeros for one
        return Need((), None, replace(axis, size=0, before=0, after=axis.span - 1, ceil=False))
    return _repeated(axis, windows, pad_mode) if pad_mode in REPEATED else _filled(axis, windows)


def _filled(axis: Axis, windows: slice) -> Need:
    start, stop, before, after = axis.halo(windows)
    over = axis.overhang if windows.stop == axis.count else 0
    laid = replace(axis, size=stop - start, before=before, after=after - over, ceil=over > 0)
    return Need((slice(start, stop),) if stop > start else (), None, laid)


def _repeated(axis: Axis, windows: slice, pad_mode: str) -> Need:
    if windows == slice(
        0, axis.count
    ):  # the whole axis: padded as it is, without a copy in another order
        return Need((slice(0, axis.size),), None, axis)
    over = (
        axis.overhang if windows.stop == axis.count else 0
    )  # behind the padding, where nothing is repeated
    length = max(0, (windows.stop - windows.start - 1) * axis.stride + axis.span - over)
    first = windows.start * axis.stride - axis.before
    inputs = REPEATED[pad_mode](np.arange(first, first + length), axis.size)
    distinct = np.unique(inputs)
    edges: list[Any] = [0, *(np.flatnonzero(np.diff(distinct) > 1) + 1).tolist(), len(distinct)]
    pieces = tuple(
        slice(int(distinct[low]), int(distinct[high - 1]) + 1) for low, high in pairwise(edges)
    )
    order = np.searchsorted(distinct, inputs)
    as_read = np.array_equal(order, np.arange(len(distinct)))
    return Need(
        pieces,
        None if as_read else order,
        replace(axis, size=length, before=0, after=0, ceil=over > 0),
    )
