"""Medians of bytes in windows of any size, by histograms.

A record is the arguments of a loop, named fields of 64 bits: here HISTOGRAMS of `record`.

Windows that reach into the padding have fewer pixels, and take no more time than others. The output
is cut into blocks of columns, and each block into bands of rows: a unit is a band of one channel,
and threads share the units. m images, h x w pixels, c channels, oh x ow output.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import launch, library
from convpool.engines.compiled.picture_forms import MEDIANS, HistogramMediansForm
from convpool.engines.compiled.pooling_layout import number_dtype
from convpool.engines.compiled.record import (
    HISTOGRAMS,
    Words,
    address_of,
    as_words,
    filled,
)
from convpool.engines.compiled.record_fields import window_fields
from convpool.windows import Axis, volume

Array = NDArray[Any]

MOST_TAPS = 2**16 - 1  # that a count of 16 bits holds
COARSE, FINE = 16, 256  # counts of a histogram: of the upper 4 bits of bytes, and of whole bytes
COLUMNS = 2**9  # columns of pixels of a block, about, whose histograms stay in the cache
# rows of a band: at least so many windows' heights, since each band begins with a whole window, and
# at least so many rows
BAND_HEIGHTS = 4
SHORTEST_BAND = 64
UNSHARED = 2**14  # results up to which one thread is as fast as several

STRIDES = "image_bytes", "row_bytes", "column_bytes", "channel_bytes"


def takes(images: np.dtype[Any], results: np.dtype[Any] | None, axes: Sequence[Axis]) -> bool:
    """Return whether `find_medians` can find these medians.

    images, results: the dtypes of the pixels and of the medians; axes: the windows on each spatial
    axis.
    """
    pixels = number_dtype(images)
    return (
        pixels == np.uint8
        and (pixels, results) in MEDIANS
        and volume([axis.window for axis in axes]) <= MOST_TAPS
        and all(axis.dilation == 1 for axis in axes)
    )


def find_medians(images: Array, axes: Sequence[Axis], out: Array) -> None:
    """Write the median of each window of images (m, h, w, c) to out (m, oh, ow, c).

    It is NaN where a window has no pixels. axes: the windows on rows and columns.
    """
    if not out.size:
        return
    if not out.flags.aligned:
        aligned = np.empty(out.shape, out.dtype)
        find_medians(images, axes, aligned)
        out[...] = aligned
        return
    if images.dtype == bool:
        images = images.view(np.uint8)
    m, _, _, c = out.shape
    fields = _fields(images, axes, out)
    columns = fields["columns"]

    def make_record() -> tuple[int, Words, Array, Array]:
        """Return the address of a record for one thread, and the memory to keep for it."""
        # a histogram of each column of pixels of a block, and behind them that of a window
        counts = launch.empty_aligned((COARSE + FINE) * (columns + 1), np.dtype(np.uint16))
        # for each coarse count, the columns whose fine counts are known: first, and behind the last
        places = np.empty(2 * COARSE, np.int64)
        memory = {"counts": address_of(counts), "places": address_of(places)}
        words = as_words(filled(HISTOGRAMS, fields | memory))
        return ctypes.addressof(words), words, counts, places

    units = m * c * fields["blocks_across"] * fields["bands"]
    cuts = launch.cuts_of(units, 1 if out.size <= UNSHARED else units)
    launch.run_parts(library.function(HistogramMediansForm(out.dtype)), make_record, cuts)


def _fields(images: Array, axes: Sequence[Axis], out: Array) -> dict[str, int]:
    """Return the fields of HISTOGRAMS for arguments of `find_medians`.

    Missing are the addresses of what each thread has for itself, `counts` and `places`.
    """
    down, across = axes
    _, oh, ow, c = out.shape
    # a block's first window is built pixel by pixel, so it takes further windows over as many
    # columns of pixels at least as that one has
    further_columns = max(COLUMNS - across.window, across.window)
    windows_across = min(ow, further_columns // across.stride + 1)  # of a block
    band_rows = min(oh, max(SHORTEST_BAND, BAND_HEIGHTS * down.window // down.stride))
    return {
        "bands": -(-oh // band_rows),
        "band_rows": band_rows,
        "blocks_across": -(-ow // windows_across),
        "block_columns": windows_across,
        "c": c,
        "oh": oh,
        "ow": ow,
        "h": images.shape[1],
        "w": images.shape[2],
        "address": address_of(images),
        **dict(zip(STRIDES, images.strides, strict=True)),
        "output": address_of(out),
        **{f"output_{name}": stride for name, stride in zip(STRIDES, out.strides, strict=True)},
        "kernel_rows": down.window,
        "kernel_columns": across.window,
        **window_fields(axes, "stride", "before"),
        "columns": (windows_across - 1) * across.stride + across.window,
    }
