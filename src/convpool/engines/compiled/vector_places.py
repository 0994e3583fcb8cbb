"""Where the vectors of a block begin, which hold neighbouring numbers of a line of results.

A block is some images, rows and columns of the output, which are computed together. A line is
numbers of a row side by side in memory: those of `per_line` channels of each column. A vector holds
`lanes` of them. Vectors are computed in groups, whose weights begin at the same lane. Strides and
places count numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled.geometry import ConvolutionGeometry, Ints, PixelLayout
from convpool.engines.values import NamedTuple


class Vectors(NamedTuple):
    """Where vectors begin: image and column in the block, and number in the line (`start`).

    Each is an array (groups, vectors of a group). Where a line holds all columns of the block,
    `column` is 0.
    """

    image: Ints
    column: Ints
    start: Ints


def places_of(vectors: Vectors, strides: Sequence[int]) -> Ints:
    """Return the places where vectors begin; strides: of images, rows (not read) and columns."""
    return vectors.image * strides[0] + vectors.column * strides[2] + vectors.start


def line_starts(line_length: int, lanes: int) -> Ints:
    """Return the numbers of a line where its vectors begin, `lanes` apart.

    The last vector ends where the line does, so it may overlap the one before; a line shorter than
    a vector has one, which ends behind it.

    Examples
    --------
    >>> line_starts(10, 4).tolist()
    [0, 4, 6]
    """
    starts = np.arange(0, line_length, lanes)
    starts[-1] = max(0, line_length - lanes)
    return starts


def vectors_of(lines: tuple[int, int], starts: Ints, period: int, group_size: int) -> Vectors:
    """Return the vectors of a row of a block, in groups of `group_size` vectors.

    `lines` is (images, columns): how many of each have a line of their own; `starts` is where the
    vectors of a line begin in it. Weights repeat after `period` lanes, so vectors whose starts
    differ modulo `period` are in different groups: with a period of 3, those from 0 and 12 may
    share a group, those from 0 and 4 may not. The last vector of each such set is repeated until
    its groups are full.
    """
    images, columns = (np.arange(count) for count in lines)
    image, column, start = (
        array.ravel() for array in np.meshgrid(images, columns, starts, indexing="ij")
    )
    lane = start % period
    sets = [
        geometries.pad_to_multiple(np.flatnonzero(lane == value), group_size)
        for value in sorted(set(lane.tolist()))
    ]
    groups = np.concatenate(sets).reshape(-1, group_size)
    return Vectors(image[groups], column[groups], start[groups])


def masked_sources(
    geometry: ConvolutionGeometry, layout: PixelLayout, vectors: Vectors, columns: Sequence[int]
) -> tuple[Ints, Ints]:
    """Return where vectors of pixels begin in the images, and the masks of what is read there.

    `columns` has, for each tap of a row of a window, its column from the window's first; `layout`
    is that of the pixels in the images. The places, an array (groups, vectors), may lie in the
    padding, before the pixels. With stride s across, a vector of results is computed from s vectors
    of pixels, its parts. The masks are a flat array of integers for (group, tap, vector, part): bit
    k is set if number k of the part is one of a pixel, and not of padding.
    """
    (down, across), lanes = geometry.axes, geometry.lanes
    per_line = layout.channels_per_line
    # number of a row of pixels under the first tap of each vector, below 0 in the padding
    first = vectors.start * across.stride - across.before * per_line
    sources = vectors.image * layout.image_stride + first - down.before * layout.row_stride
    lanes_of_parts = np.arange(across.stride * lanes).reshape(-1, lanes)
    # the axes are (group, tap, vector, part, lane)
    taps = np.array(columns)[:, None, None, None] * per_line
    numbers = first[:, None, :, None, None] + taps + lanes_of_parts
    is_pixel = (numbers >= 0) & (numbers < geometry.images[2] * per_line)
    return sources, (is_pixel << np.arange(lanes)).sum(-1).ravel()
