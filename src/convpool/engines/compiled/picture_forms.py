"""The forms that filter pictures row by row, and of medians, max and min. See `forms`.

A form is a loop that is compiled for certain dtypes and sizes; the record that is named is what it
is told. A line is the pixels of a row that lie under one tap of its windows.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from convpool.engines.compiled.base_form import F4, GREATER, I8, LESSER, READ, Dtype, Form
from convpool.engines.values import dataclass

# (dtype of sums, dtype of results) of pictures that are filtered row by row
FILTERED = tuple(
    (np.dtype(sums), np.dtype(results))
    for sums, results in [
        *((dtype, dtype) for dtype in ("f4", "f8", "i8")),
        *(("f4", results) for results in ("i8", "i4", "i2", "u2", "i1", "u1")),
        *(("f8", results) for results in ("i8", "u2", "u1")),
        # sums of bytes that fit 16 bits
        *(("i2", results) for results in ("f4", "f8", "i8", "i4", "i2", "u2", "i1", "u1")),
    ]
)
# (rows, taps of each) of windows whose products are written out, not computed in a loop over taps
WRITTEN_OUT = ((3, 3), (5, 5))
BYTES = (np.dtype("u1"), np.dtype("i1"))
# (dtype of pixels, dtype of results) of medians
MEDIANS = tuple(
    (np.dtype(pixels), np.dtype(results))
    for pixels, results in [
        *(("f4", "f4"), ("f8", "f8"), ("u1", "f8"), ("u1", "f4"), ("i2", "f8"), ("u2", "f8")),
    ]
)
MEDIAN_TAPS = (3, 5, 9, 25)  # taps of windows whose medians have forms of their own
# dtypes of pictures whose greatest or least pixels are found
KEPT = tuple(map(np.dtype, ("f4", "f8", "u1", "i2", "u2")))


@dataclass(frozen=True)
class FilterRowsForm(Form):
    """Filters rows of pictures, read and combined by the forms below: record FILTERING."""

    loop = "filter_rows"


@dataclass(frozen=True)
class ReadRowForm(Form):
    """Pads and converts a row of a picture, and seeks NaN if wanted: record READING."""

    loop = "read_row"
    images: Dtype
    sums: Dtype
    seeks_nan: bool = False


@dataclass(frozen=True)
class SumTapsForm(Form):
    """Sums products of lines with weights: record SUMMING.

    Results of fewer than 32 bits are rounded and saturated. Windows have `rows` rows of `taps`
    taps, and code is written out for each; 0 and 0: of any size, by a loop over taps.
    """

    loop = "sum_taps"
    sums: Dtype
    results: Dtype
    rows: int = 0
    taps: int = 0


@dataclass(frozen=True)
class KeepTapsForm(Form):
    """Keeps the greatest or least numbers of lines: record SUMMING.

    combination: GREATER or LESSER; is_careful: whether NaN is kept before all other numbers.
    """

    loop = "keep_taps"
    combination: int
    dtype: Dtype
    is_careful: bool


@dataclass(frozen=True)
class MedianTapsForm(Form):
    """Finds the medians of lines, for one row of windows: record SUMMING.

    taps: how many lines, which is the taps of a window, or 0 for any number; is_careful: whether
    medians of windows with NaN are NaN, as they always are in a form for any number.
    """

    loop = "median_taps"
    dtype: Dtype
    results: Dtype
    taps: int
    is_careful: bool


@dataclass(frozen=True)
class HistogramMediansForm(Form):
    """Finds medians of bytes in windows of any size: record HISTOGRAMS."""

    loop = "histogram_medians"
    results: Dtype


def picture_forms() -> list[Form]:
    """Return the forms that filter pictures row by row, by sums."""
    return [
        FilterRowsForm(),
        *(ReadRowForm(*pair) for pair in READ),
        *(ReadRowForm(pixels, np.dtype("i2")) for pixels in BYTES),
        *(SumTapsForm(*pair) for pair in FILTERED),
        *(SumTapsForm(F4, F4, *window) for window in WRITTEN_OUT),
        *(SumTapsForm(np.dtype("i2"), results, *WRITTEN_OUT[0]) for results in (F4, I8, BYTES[0])),
    ]


def order_statistic_forms() -> list[Form]:
    """Return the forms that medians and the greatest or least pixels need beside FilterRowsForm.

    Most of those for floats are made twice, with and without care for NaN.
    """
    return [
        *(ReadRowForm(dtype, dtype, seeks_nan=dtype.kind == "f") for dtype in KEPT),
        *(
            KeepTapsForm(combination, dtype, is_careful)
            for combination, dtype in product((GREATER, LESSER), KEPT)
            for is_careful in {False, dtype.kind == "f"}
        ),
        *(
            MedianTapsForm(dtype, results, taps, is_careful)
            for (dtype, results), taps in product(MEDIANS, MEDIAN_TAPS)
            for is_careful in {False, dtype.kind == "f"}
        ),
        *(MedianTapsForm(*pair, taps=0, is_careful=False) for pair in MEDIANS),
        *(HistogramMediansForm(results) for dtype, results in MEDIANS if dtype == np.uint8),
    ]
