"""The forms of pooling.

A form is a loop that is compiled for certain dtypes and sizes; the record that is named is what it
is told. A line is numbers side by side in memory, of pixels or of totals, which are windows or
parts of windows, combined.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from convpool.engines.compiled.base_form import ADD, GREATER, LESSER, NUMBERS, Dtype, Form
from convpool.engines.compiled.instruction_sets import InstructionSet
from convpool.engines.compiled.picture_forms import order_statistic_forms
from convpool.engines.values import dataclass

# (dtype of what is added: pixels, or sums of parts of windows; dtype of the sums)
ADDED = tuple(
    (np.dtype(images), np.dtype(sums))
    for images, sums in [
        *(("f4", "f8"), ("f8", "f8"), ("i8", "i8"), ("i8", "f8"), ("u8", "f8")),
        *(("i1", "i2"), ("u1", "i2"), ("i2", "i2")),
        *(("i1", "i4"), ("u1", "i4"), ("i2", "i4"), ("u2", "i4"), ("i4", "i4")),
        *(("i2", "i8"), ("u2", "i8"), ("i4", "i8"), ("u4", "i8")),
    ]
)
# (dtype of sums, dtype of results) of totals that are divided, or converted
WRITTEN = tuple(
    (np.dtype(sums), np.dtype(results))
    for sums, results in [
        *(("f8", "f4"), ("f8", "f8"), ("i8", "f8")),
        *(("i2", "f4"), ("i2", "f8"), ("i2", "i8")),
        *(("i4", "f4"), ("i4", "f8"), ("i4", "i8")),
    ]
)
# (dtype of pixels, sums, results) of averages that are computed without a scratch
AVERAGED = tuple(
    tuple(map(np.dtype, dtypes)) for dtypes in [("f4", "f8", "f4"), ("f8",) * 3, ("u1", "i2", "f8")]
)
# (channels, stride): every stride-th column of a line with so many channels is kept, in registers
SKIPS = ((1, 2), (1, 3), (1, 4), (2, 2), (3, 2), (4, 2))
# (taps of a row, channels) of windows that are pooled in registers
HALVING = ((2, 1), (2, 3), (2, 4))
GREY_AND_COLOUR = ((2, 1), (2, 3), (3, 1), (3, 3))
# their (combination, dtypes of pixels, sums and results, taps, stride, channels)
ROWS_IN_REGISTERS = tuple(
    (combination, np.dtype(images), np.dtype(sums), np.dtype(results), taps, 2, c)
    for combination, images, sums, results, windows in [
        *((GREATER, dtype, dtype, dtype, GREY_AND_COLOUR) for dtype in ("f8", "u2")),
        (GREATER, "f4", "f4", "f4", (*GREY_AND_COLOUR, (2, 4))),
        (GREATER, "u1", "u1", "u1", HALVING),
        (LESSER, "f4", "f4", "f4", GREY_AND_COLOUR),
        (ADD, "f8", "f8", "f8", GREY_AND_COLOUR),
        (ADD, "u2", "i4", "f8", GREY_AND_COLOUR),
        (ADD, "f4", "f8", "f4", (*GREY_AND_COLOUR, (2, 4))),
        (ADD, "u1", "i2", "f8", (*GREY_AND_COLOUR, (2, 4))),
    ]
    for taps, c in windows
)


@dataclass(frozen=True)
class CombineLinesForm(Form):
    """Combines lines of pixels, or of parts of windows: record COMBINING.

    combination: ADD, GREATER or LESSER.
    """

    loop = "combine_lines"
    combination: int
    images: Dtype
    sums: Dtype


@dataclass(frozen=True)
class AverageLinesForm(Form):
    """Averages the lines of pixels of each window: record COMBINING with its divisors."""

    loop = "average_lines"
    images: Dtype
    sums: Dtype
    results: Dtype


@dataclass(frozen=True)
class SkipColumnsForm(Form):
    """Copies every stride-th column of a line of numbers of this size: record SKIPPING."""

    loop = "skip_columns"
    size: Dtype


@dataclass(frozen=True)
class WriteTotalsForm(Form):
    """Writes lines of totals as results, floats divided: record WRITING."""

    loop = "write_totals"
    sums: Dtype
    results: Dtype


@dataclass(frozen=True)
class CopyLinesForm(Form):
    """Writes lines of totals as they are, as bytes: record WRITING."""

    loop = "copy_lines"


@dataclass(frozen=True)
class PoolBlocksForm(Form):
    """Pools blocks along one axis after the other, by the forms above: record POOLING."""

    loop = "pool_blocks"


@dataclass(frozen=True)
class PoolWindowsForm(Form):
    """Pools rows of windows of many channels, both axes at once, by the forms above: POOLING."""

    loop = "pool_windows"


@dataclass(frozen=True)
class PoolRowsForm(Form):
    """Pools rows of short windows in registers: record POOLING_ROWS.

    Parameters
    ----------
    combination
        ADD, GREATER or LESSER.
    images, sums, results
        Dtypes.
    taps, stride, c
        Taps of a row of a window, columns from window to window, and channels.
    """

    loop = "pool_rows"
    combination: int
    images: Dtype
    sums: Dtype
    results: Dtype
    taps: int
    stride: int
    c: int


def pooling_forms(isa: InstructionSet) -> list[Form]:
    """Return all forms of pooling, which are the same for each instruction set."""
    return [
        PoolBlocksForm(),
        PoolWindowsForm(),
        CopyLinesForm(),
        *(CombineLinesForm(ADD, *pair) for pair in ADDED),
        *(
            CombineLinesForm(combination, dtype, dtype)
            for combination, dtype in product((GREATER, LESSER), NUMBERS)
        ),
        *(AverageLinesForm(*dtypes) for dtypes in AVERAGED),
        *(SkipColumnsForm(np.dtype(size)) for size in ("u1", "u2", "u4", "u8")),
        *(WriteTotalsForm(*pair) for pair in WRITTEN),
        *(PoolRowsForm(*words) for words in ROWS_IN_REGISTERS),
        *order_statistic_forms(),
    ]
