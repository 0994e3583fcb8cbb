"""The greatest or least pixel around each of a picture, row by row: see `picture_rows`.

Windows of any size take few comparisons: along a row, each pass combines up to TAPS numbers, each
of which stands for as many pixels as the pass before has combined.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from convpool.engines.compiled import library
from convpool.engines.compiled.geometry import geometry_of
from convpool.engines.compiled.picture_forms import KEPT, KeepTapsForm, ReadRowForm
from convpool.engines.compiled.picture_rows import Rows, Steps, fits_cache
from convpool.engines.compiled.pooling_layout import (
    COMBINATIONS,
    Layout,
    Pooling,
    identity,
    number_dtype,
)

Array = NDArray[Any]

TAPS = 4  # numbers that a pass along a row combines at most
# where `pooling_call` is not faster: rows of a window, which are combined for each two rows of
# results, vectors of a row of results, and channels
TALLEST = 24
SHORTEST = 24
MOST_CHANNELS = 4


def rows_of(images: Array, out: Array, pooling: Pooling) -> Rows | None:
    """Return what pools pictures (m, h, w, c) row by row into out; None if nothing does."""
    down, across = pooling.axes
    dtype, c = number_dtype(images.dtype), images.shape[3]
    lanes = library.isa().vector_bytes // dtype.itemsize
    if (
        pooling.mode not in ("max", "min")
        or dtype not in KEPT
        or number_dtype(out.dtype) != dtype
        or (down.stride, across.stride) != (1, 1)
        or down.window > TALLEST
        or c > MOST_CHANNELS
        or down.overhang
        or across.overhang
        or out.shape[2] * c < SHORTEST * lanes
        or not fits_cache(pooling.axes, c)
        or not (Layout.of(images).is_dense and Layout.of(out).is_dense)
    ):
        return None
    geometry = geometry_of(
        images,
        out,
        (down.window, across.window, 1, c),
        dtype,
        axes=pooling.axes,
        groups=c,
        pad_mode="constant",
        is_padded_with_zeros=False,
        terms=down.window * across.window,
    )
    combination, is_float = COMBINATIONS[pooling.mode], dtype.kind == "f"
    form = KeepTapsForm(combination, dtype, is_careful=False)
    careful = KeepTapsForm(combination, dtype, is_careful=is_float)
    read = ReadRowForm(dtype, dtype, seeks_nan=is_float)
    columns, fill = passes_of(across.window), identity(combination, dtype)
    return Rows(geometry, Steps(read, form, columns, form, careful, careful, fill, together=2))


def passes_of(window: int) -> tuple[tuple[int, ...], ...]:
    """Return the columns that each pass combines, so that the last one has combined a window.

    What a pass has combined may overlap, since a number that is met twice changes nothing.

    Examples
    --------
    >>> passes_of(3), passes_of(15)
    (((0, 1, 2),), ((0, 1, 2, 3), (0, 4, 8, 11)))
    """
    passes: list[tuple[int, ...]] = []
    combined = 1  # columns that a number stands for so far
    while combined < window or not passes:
        next_combined = min(window, TAPS * combined)
        columns = [*range(0, next_combined - combined, combined), next_combined - combined]
        passes.append(tuple(columns))
        combined = next_combined
    return tuple(passes)
