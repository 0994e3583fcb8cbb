"""Max and min pooling of pictures at stride 1, row by row: see `picture_rows`.

Windows of any size take few comparisons: each pass goes along a row and combines up to TAPS
numbers, each of which stands for as many pixels as the passes before have combined. What the last
pass writes is combined down the rows. m pictures, h x w pixels, c channels, oh x ow output.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from convpool.engines.compiled import library
from convpool.engines.compiled.geometry import geometry_of
from convpool.engines.compiled.picture_forms import KEPT, KeepTapsForm, ReadRowForm
from convpool.engines.compiled.picture_rows import RowFilter, RowForms, fits_cache
from convpool.engines.compiled.pooling_layout import (
    COMBINATIONS,
    Layout,
    Pooling,
    identity,
    number_dtype,
)

Array = NDArray[Any]

TAPS = 4  # numbers that a pass along a row combines at most
TOGETHER = 2  # rows of results that are computed at once
# beyond these limits `pooling_call` is faster
MOST_ROWS = 24  # of a window
MOST_CHANNELS = 4
LEAST_VECTORS = 24  # of a row of results


def row_filter_of(images: Array, out: Array, pooling: Pooling) -> RowFilter | None:
    """Return what pools pictures (m, h, w, c) row by row into out (m, oh, ow, c).

    None where that is not possible, or `pooling_call` is faster.
    """
    down, across = pooling.axes
    dtype, c = number_dtype(images.dtype), images.shape[3]
    lanes = library.isa().vector_bytes // dtype.itemsize
    is_possible = (
        pooling.mode in ("max", "min")
        and dtype in KEPT
        and number_dtype(out.dtype) == dtype
        and (down.stride, across.stride) == (1, 1)
        and not (down.overhang or across.overhang)
        and Layout.of(images).is_dense
        and Layout.of(out).is_dense
    )
    is_faster = (
        down.window <= MOST_ROWS
        and c <= MOST_CHANNELS
        and out.shape[2] * c >= LEAST_VECTORS * lanes
        and fits_cache(pooling.axes, c)
    )
    if not (is_possible and is_faster):
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
    keep = KeepTapsForm(combination, dtype, is_careful=False)
    careful = KeepTapsForm(combination, dtype, is_careful=is_float)  # it never loses a NaN
    forms = RowForms(
        read=ReadRowForm(dtype, dtype, seeks_nan=is_float),
        down=keep,
        passes=passes_of(across.window),
        across=keep,
        careful_down=careful,
        careful_across=careful,
        fill=identity(combination, dtype),  # padding never wins
        together=TOGETHER,
    )
    return RowFilter(geometry, forms)


def passes_of(window: int) -> tuple[tuple[int, ...], ...]:
    """Return the passes that combine the `window` columns of a row of a window, as in `RowForms`.

    Each pass is the columns whose numbers it combines, counted from the window's first. Before the
    first pass, a number is a pixel; after each, it stands for its own pixel and some that follow.
    These may overlap, since meeting a pixel twice changes nothing. For 15 columns, each number
    stands for 4 pixels after the first pass, and numbers 0, 4, 8 and 11 cover pixels 0 to 14.

    Examples
    --------
    >>> passes_of(3), passes_of(15)
    (((0, 1, 2),), ((0, 1, 2, 3), (0, 4, 8, 11)))
    """
    passes: list[tuple[int, ...]] = []
    combined = 1  # pixels that each number stands for so far
    while combined < window or not passes:
        next_combined = min(window, TAPS * combined)
        last_column = next_combined - combined  # its number ends with the last pixel
        columns = [*range(0, last_column, combined), last_column]
        passes.append(tuple(columns))
        combined = next_combined
    return tuple(passes)
