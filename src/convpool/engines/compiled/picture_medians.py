"""Median pooling, row by row, as `picture_rows` says; of bytes in large windows by histograms.

Windows that reach into the padding have fewer pixels; their medians are found by histograms for
bytes, and by NumPy for other dtypes. m images, h x w pixels, c channels, oh x ow output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import library, picture_histograms
from convpool.engines.compiled.geometry import geometry_of
from convpool.engines.compiled.picture_forms import (
    MEDIAN_TAPS,
    MEDIANS,
    MedianTapsForm,
    ReadRowForm,
)
from convpool.engines.compiled.picture_rows import RowFilter, RowForms, fits_cache
from convpool.engines.compiled.pooling_layout import Layout, number_dtype
from convpool.engines.numpy import footprint_and_median
from convpool.engines.numpy.one_axis import axis_of_part
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, volume

Array = NDArray[Any]

BISECTED = 200  # taps: in larger windows, histograms find medians of bytes faster


def refusal(
    images: np.dtype[Any], results: np.dtype[Any] | None, axes: Sequence[Axis]
) -> str | None:
    """Return why `Runner` cannot find these medians, or None if it can.

    images, results: the dtypes of the pixels and of the medians; axes: the windows on each spatial
    axis.
    """
    if picture_histograms.takes(images, results, axes):
        return None
    if (number_dtype(images), results) not in MEDIANS:
        return f"the compiled kernels take no medians of {images} as {results}"
    return None


class Part(NamedTuple):
    """Windows whose medians are found by the same method.

    Parameters
    ----------
    pixels, windows
        Index of the pixels under them in the images, and of their medians in the output.
    find
        Function of these two parts (images, output), which writes the medians.
    """

    pixels: tuple[slice, ...]
    windows: tuple[slice, ...]
    find: Callable[[Array, Array], None]


class Runner:
    """Finds the medians of images of one plan, whatever their memory, as often as wanted."""

    def __init__(self) -> None:
        self.parts: dict[Any, list[Part]] = {}

    def __call__(self, images: Array, axes: Sequence[Axis], out: Array) -> None:
        """Write the median of each window of images (m, h, w, c) to out (m, oh, ow, c)."""
        key = images.shape, images.strides, images.flags.aligned, out.strides, out.flags.aligned
        if key not in self.parts:
            self.parts[key] = [*_parts(images, axes, out)]
        for part in self.parts[key]:
            part.find(images[part.pixels], out[part.windows])


def _parts(images: Array, axes: Sequence[Axis], out: Array) -> Iterator[Part]:
    """Yield parts that cover all windows: those on pixels alone, and those that reach padding.

    images (m, h, w, c), out (m, oh, ow, c); axes: the windows on rows and columns.
    """

    def by_histograms(axes: Sequence[Axis]) -> Callable[[Array, Array], None]:
        return lambda pixels, target: picture_histograms.find_medians(pixels, axes, target)

    def by_numpy(axes: Sequence[Axis]) -> Callable[[Array, Array], None]:
        keywords: dict[str, Any] = {"mode": "median", "dtype": images.dtype}
        return lambda pixels, target: footprint_and_median.pool(pixels, axes, target, **keywords)

    has_histograms = picture_histograms.takes(images.dtype, out.dtype, axes)
    if has_histograms and volume([axis.window for axis in axes]) > BISECTED:
        yield Part((), (), by_histograms(axes))  # () is the index of a whole array
        return
    for rows, columns in product(*map(_slices_by_padding, axes)):
        (y, axis_down), (x, axis_across) = map(axis_of_part, axes, (rows, columns))
        part_axes, row_filter = (axis_down, axis_across), None
        pixels, windows = (slice(None), y, x), (slice(None), rows, columns)
        if not any(axis.before or axis.after for axis in part_axes):
            row_filter = _row_filter(images[pixels], part_axes, out[windows])
        if row_filter is not None:
            yield Part(pixels, windows, row_filter.run)
        else:
            yield Part(pixels, windows, (by_histograms if has_histograms else by_numpy)(part_axes))


def _slices_by_padding(axis: Axis) -> list[slice]:
    """Return consecutive slices of the windows of an axis, without those that are empty.

    They are the windows that reach into the padding before, those on pixels alone, and the rest.
    """
    inside = min(axis.count, -(-axis.before // axis.stride))  # the first window on pixels alone
    # the first window that reaches into the padding behind the pixels
    behind = max(inside, (axis.size - axis.span + axis.before) // axis.stride + 1)
    bounds = 0, inside, min(behind, axis.count), axis.count
    return [slice(a, b) for a, b in pairwise(bounds) if a < b]


def _row_filter(images: Array, axes: Sequence[Axis], out: Array) -> RowFilter | None:
    """Return what finds medians row by row, of windows that have no padding; None if impossible.

    images (m, h, w, c), out (m, oh, ow, c); axes: the windows on rows and columns.
    """
    dtype, c = number_dtype(images.dtype), images.shape[3]
    lanes = library.isa().vector_bytes // dtype.itemsize
    is_dense = Layout.of(images).is_dense and Layout.of(out).is_dense
    # a row of results has a vector at least
    if axes[1].stride > 1 or not fits_cache(axes, c) or out.shape[2] * c < lanes or not is_dense:
        return None
    taps, is_float = axes[0].window * axes[1].window, dtype.kind == "f"
    form_taps = taps if taps in MEDIAN_TAPS else 0  # 0: the form for any number of taps
    # the form for any number of taps counts them in integers as long as pixels, and sees NaN itself
    if not form_taps and taps >= 2 ** (8 * dtype.itemsize):
        return None
    is_careful = is_float and form_taps > 0
    geometry = geometry_of(
        images,
        out,
        (axes[0].window, axes[1].window, 1, c),
        dtype,
        axes=(axes[0], axes[1]),
        groups=c,
        pad_mode="zeros",
        is_padded_with_zeros=True,
        terms=taps,
    )
    forms = RowForms(
        read=ReadRowForm(dtype, dtype, seeks_nan=is_float),
        down=MedianTapsForm(dtype, out.dtype, form_taps, is_careful=False),
        careful_down=MedianTapsForm(dtype, out.dtype, form_taps, is_careful=is_careful),
        together=1,
    )
    return RowFilter(geometry, forms)
