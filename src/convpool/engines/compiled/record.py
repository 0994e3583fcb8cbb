"""Records: what a compiled loop is told, as named 64-bit integers; the same names on both sides.

An address counts bytes, and 0 stands for memory that is not used; places, strides and counts are in
numbers unless a name ends in `_bytes`. A field that names a function holds its address in the
library.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Record = NDArray[np.void]


def record_type(fields: str) -> np.dtype[Any]:
    """Return the dtype of a record with these fields, separated by spaces."""
    return np.dtype([(name, np.int64) for name in fields.split()])


def filled(dtype: np.dtype[Any], **fields: int) -> Record:
    """Return an array of one record with these fields, 0 in those that are not named."""
    record = np.zeros(1, dtype)
    for name, value in fields.items():
        record[name] = value
    return record


# Copies the pixels of a block to a scratch, padded and converted, as (image, plane, row, line):
#   address, image_stride, row_stride, column_stride, channel_stride: the images
#   image, image_count, row, row_count, column: the images of the block; the padded row and column
#     where it begins, and its rows that are packed
#   rows, columns: of one image in the scratch, with the margin
#   row_map, column_map: addresses; for each padded row, or column, of the images the row, or column,
#     of the pixels that stand there, -1 for the fill
#   c, phases, per_line, pitch: channels of the images; phases and channels_per_line of the planes;
#     numbers from line to line of the scratch
#   top, height, left, width: rows of padding above the images, and their rows; columns of padding
#     left of them, and theirs
#   source_lines: lines that a row of the images consists of: 1 if the channels of a pixel lie side by
#     side, c if the pixels of each channel do
#   lines: into how many lines each of them is de-interleaved; 0: numbers are copied one by one
#   line_starts: address of as many numbers, which are overwritten
#   fill: address of the number, of the sums' dtype, that constant padding consists of
#   scratch, writes_margin: address; whether the margin is written too
PACKING = record_type(
    "address image_stride row_stride column_stride channel_stride "
    "image image_count row row_count column rows columns row_map column_map "
    "c phases per_line pitch top height left width source_lines lines line_starts fill "
    "scratch writes_margin"
)
LINES = (1, 2, 3, 4, 6)  # into so many lines a line can be de-interleaved; else one by one

# Copies rows 0 to before row_count of a block's results, (kernel, image, row, column), to the output:
#   scratch, kernels, images, rows, columns: address of the results, and their shape
#   lines: the kernels if their results for a column lie side by side in the output; 0: numbers are
#     copied one by one
UNPACKING = record_type(
    "scratch kernels images rows row_count columns lines "
    "output image_stride row_stride column_stride kernel_stride"
)
