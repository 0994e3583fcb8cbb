"""Medians of bytes in windows of any size, by histograms: see the record HISTOGRAMS.

Windows that reach into the padding have fewer pixels, and take no more time than others.
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
COUNTS = 16 + 256  # of a histogram
COLUMNS = 2**9  # of pixels of a block, about, whose histograms stay in the cache
BANDS = 4  # rows of a band in windows' heights, at least: each band begins with a whole window
SHORTEST_BAND = 64
UNSHARED = 2**14  # results that one thread finds

STRIDES = "image_bytes", "row_bytes", "column_bytes", "channel_bytes"


def takes(images: np.dtype[Any], results: np.dtype[Any] | None, axes: Sequence[Axis]) -> bool:
    """Return whether medians are found by histograms.

    The dtypes are those of the pixels and the results; axes: the windows on each spatial axis.
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

    NaN stands where a window has no pixels.
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
    down, across = axes
    m, oh, ow, c = out.shape
    others = max(COLUMNS - across.window, across.window)  # columns that the first window has not
    block = min(ow, others // across.stride + 1)
    columns = (block - 1) * across.stride + across.window
    band = min(oh, max(SHORTEST_BAND, BANDS * down.window // down.stride))
    bands, blocks_across = -(-oh // band), -(-ow // block)
    fields = {
        "bands": bands,
        "band_rows": band,
        "blocks_across": blocks_across,
        "block_columns": block,
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
        "columns": columns,
    }

    def make_record() -> tuple[int, Words, Array, Array]:
        """Return a record for one thread, with its memory."""
        counts = launch.empty_aligned(COUNTS * (columns + 1), np.dtype(np.uint16))
        places = np.empty(32, np.int64)
        memory = {"counts": address_of(counts), "places": address_of(places)}
        words = as_words(filled(HISTOGRAMS, fields | memory))
        return ctypes.addressof(words), words, counts, places

    units = m * c * blocks_across * bands
    cuts = launch.cuts_of(units, 1 if out.size <= UNSHARED else units)
    launch.run_parts(library.function(HistogramMediansForm(out.dtype)), make_record, cuts)
