"""Medians of pixels around each of a picture, row by row, as `picture_rows` says.

Of many bytes they are found by histograms. Windows that reach into the padding have fewer pixels;
if these are no bytes, they are taken by NumPy.
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
from convpool.engines.compiled.picture_rows import Rows, Steps, fits_cache
from convpool.engines.compiled.pooling_layout import Layout, number_dtype
from convpool.engines.numpy import footprint_and_median
from convpool.engines.numpy.one_axis import axis_of_part
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, volume

Array = NDArray[Any]

BISECTED = 200  # taps: histograms find medians of bytes in larger windows faster


def refusal(
    images: np.dtype[Any], results: np.dtype[Any] | None, axes: Sequence[Axis]
) -> str | None:
    """Return why medians are not taken, or None.

    The dtypes are those of the pixels and the results; axes: the windows on each spatial axis.
    """
    if picture_histograms.takes(images, results, axes):
        return None
    if (number_dtype(images), results) not in MEDIANS:
        return f"the compiled kernels take no medians of {images} as {results}"
    return None


class Part(NamedTuple):
    """Windows whose medians are found together.

    Parameters
    ----------
    pixels, windows
        Where their pixels are in the images, and their medians in the output.
    find
        Writes the medians of these pixels to this part of the output.
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
    """Yield the parts of all windows: what reaches into the padding, and what does not."""

    def by_histograms(axes: Sequence[Axis]) -> Callable[[Array, Array], None]:
        return lambda pixels, target: picture_histograms.find_medians(pixels, axes, target)

    def by_numpy(axes: Sequence[Axis]) -> Callable[[Array, Array], None]:
        words: dict[str, Any] = {"mode": "median", "dtype": images.dtype}
        return lambda pixels, target: footprint_and_median.pool(pixels, axes, target, **words)

    has_histograms = picture_histograms.takes(images.dtype, out.dtype, axes)
    if has_histograms and volume([axis.window for axis in axes]) > BISECTED:
        yield Part((), (), by_histograms(axes))
        return
    for down, across in product(*map(_regions, axes)):
        (y, inner_down), (x, inner_across) = map(axis_of_part, axes, (down, across))
        inner, rows = (inner_down, inner_across), None
        pixels, windows = (slice(None), y, x), (slice(None), down, across)
        if not any(axis.before or axis.after for axis in inner):
            rows = _rows(images[pixels], inner, out[windows])
        if rows is not None:
            yield Part(pixels, windows, rows.run)
        else:
            yield Part(pixels, windows, (by_histograms if has_histograms else by_numpy)(inner))


def _regions(axis: Axis) -> list[slice]:
    """Return slices of the windows: those before the ones on pixels alone, these, and the rest."""
    first = min(axis.count, -(-axis.before // axis.stride))
    last = max(first, (axis.size - axis.span + axis.before) // axis.stride + 1)
    bounds = 0, first, min(last, axis.count), axis.count
    return [slice(a, b) for a, b in pairwise(bounds) if a < b]


def _rows(images: Array, axes: Sequence[Axis], out: Array) -> Rows | None:
    """Return what finds the medians of windows on pixels alone, row by row; None if nothing does.

    images (m, h, w, c), out (m, oh, ow, c); axes: the windows on rows and columns.
    """
    dtype, c = number_dtype(images.dtype), images.shape[3]
    results = out.dtype
    lanes = library.isa().vector_bytes // dtype.itemsize
    is_dense = Layout.of(images).is_dense and Layout.of(out).is_dense
    if axes[1].stride > 1 or not fits_cache(axes, c) or out.shape[2] * c < lanes or not is_dense:
        return None
    taps, is_float = axes[0].window * axes[1].window, dtype.kind == "f"
    written_out = taps if taps in MEDIAN_TAPS else 0
    if not written_out and taps >= 2 ** (8 * dtype.itemsize):  # which are counted in such integers
        return None
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
    form = MedianTapsForm(dtype, results, written_out, is_careful=False)
    careful = MedianTapsForm(dtype, results, written_out, is_careful=is_float and written_out > 0)
    read = ReadRowForm(dtype, dtype, seeks_nan=is_float)
    return Rows(geometry, Steps(read, form, careful_down=careful, together=1))
