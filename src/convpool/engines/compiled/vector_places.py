"""Where the vectors of a block begin, which hold neighbouring numbers of a line of results.

A line is `per_line` channels of each column of a row, side by side. Strides count numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled.geometry import ConvolutionGeometry, Ints, PixelLayout
from convpool.engines.values import NamedTuple


class Vectors(NamedTuple):
    """Where vectors begin: the image and the column of a block, and the number in the line.

    Each is an array (groups, vectors of a group). The vectors of a group begin at the same lane of
    the weights. Column is 0 where a line holds all columns.
    """

    image: Ints
    column: Ints
    start: Ints


def places_of(vectors: Vectors, strides: Sequence[int]) -> Ints:
    """Return where vectors begin, for strides of images, rows (not used) and columns."""
    return vectors.image * strides[0] + vectors.column * strides[2] + vectors.start


def line_starts(line_length: int, lanes: int) -> Ints:
    """Return where the vectors of a line of line_length numbers begin, `lanes` apart.

    The last one ends where the line does, so it may overlap the one before.
    """
    starts = np.arange(0, line_length, lanes)
    starts[-1] = max(0, line_length - lanes)
    return starts


def vectors_of(sizes: tuple[int, int], starts: Ints, period: int, group_size: int) -> Vectors:
    """Return the vectors of a block, in groups of `group_size`.

    `sizes` are (images, columns) that have a line each, `starts` where vectors begin in each line.
    Weights repeat after `period` lanes; vectors that begin at different lanes of them are in
    different groups. The last vector of a lane is repeated until its groups are full.
    """
    images, columns = (np.arange(size) for size in sizes)
    places = np.meshgrid(images, columns, starts, indexing="ij")
    lane = places[2].ravel() % period
    order = [
        geometries.pad_to_multiple(np.flatnonzero(lane == value), group_size)
        for value in sorted(set(lane.tolist()))
    ]
    chosen = np.concatenate(order).reshape(-1, group_size)
    return Vectors(*(place.ravel()[chosen] for place in places))


def masked_sources(
    geometry: ConvolutionGeometry, layout: PixelLayout, vectors: Vectors, columns: Sequence[int]
) -> tuple[Ints, Ints]:
    """Return where vectors of pixels begin in the images, and the masks of what is read there.

    `columns` are the columns of a window that taps lie on, `layout` that of the pixels in the
    images. The sources, an array (groups, vectors), may lie in the padding, before the pixels. The
    masks are one after the other for (group, tap, vector, part), where the parts are as many
    vectors as the stride across: bit k says whether number k of a part is a pixel.
    """
    (down, across), lanes = geometry.axes, geometry.lanes
    per_line = layout.channels_per_line
    first_numbers = vectors.start * across.stride - across.before * per_line
    sources = vectors.image * layout.image + first_numbers - down.before * layout.row
    parts = np.arange(across.stride * lanes).reshape(-1, lanes)
    steps = np.array(columns)[:, None, None, None] * per_line + parts
    numbers = first_numbers[:, None, :, None, None] + steps
    is_pixel = (numbers >= 0) & (numbers < geometry.images[2] * per_line)
    return sources, (is_pixel << np.arange(lanes)).sum(-1).ravel()
