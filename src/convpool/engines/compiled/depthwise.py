"""Convolution whose channels have kernels of their own: pixels are read in the images.

Each channel has one kernel or two; or groups of a few channels have as many kernels.

Taps that lie on the padding are left out, so that padding must consist of zeros. `geometry` is the
convolution without its arrays: shapes, strides, windows and dtypes. h x w pixels, c channels,
kernels (kh, kw, depth, nc) for groups of depth channels, oh x ow output. A form is a compiled loop,
which is told by the record DEPTHWISE what to do; `record` explains its fields, and FIELD has their
indices.
"""

from __future__ import annotations

import ctypes
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from convpool.engines.compiled import few_kernels, launch, library
from convpool.engines.compiled.forms import DepthwiseForm
from convpool.engines.compiled.geometry import ConvolutionGeometry, Operands
from convpool.engines.compiled.kept_records import KeptRecords, Record
from convpool.engines.compiled.launch import LARGE
from convpool.engines.compiled.record import (
    DEPTHWISE,
    address_of,
    as_words,
    copy_of,
    filled,
    indices_of,
)
from convpool.engines.compiled.record_fields import stride_fields, window_fields
from convpool.windows import volume

Array = NDArray[Any]

LEAST_BYTES = 64  # of all channels of a pixel: as many as the loop takes at a time
SET_BYTES = 4096  # pixels that lie so many bytes apart compete for the same lines of the cache
UNSHARED = 2**20  # multiply-adds that one thread takes, since sharing them would take as long
FIELD = indices_of(DEPTHWISE)


def takes(geometry: ConvolutionGeometry) -> bool:
    """Return whether the loop can convolve this.

    Pixels must have at least LEAST_BYTES; images, sums and results the same dtype; the library a
    form for these kernels; channels must lie side by side, the padding, if any, be zeros, and all
    products of a window be summed in one chain, as `geometry.terms` says.
    """
    c, kernels = geometry.images[3], geometry.kernels
    sums = geometry.dtypes[1]
    return (
        c * sums.itemsize >= LEAST_BYTES
        and geometry.dtypes == (sums,) * 3
        and library.is_form(_general_form(geometry))
        and geometry.input_strides[3] == geometry.output_strides[3] == 1
        and (geometry.is_padded_with_zeros or not geometry.has_padding)
        and volume(kernels[:3]) <= geometry.terms
    )


class Convolution:
    """A convolution of each channel, whose arrays may be others in each call."""

    def __init__(self, geometry: ConvolutionGeometry) -> None:
        self.geometry = geometry
        self.function = library.function(_form(geometry))
        self.words = as_words(filled(DEPTHWISE, _fields(geometry)))
        self.rows = geometry.output[0] * geometry.output[1]  # of all images, which threads share
        self.is_small = volume(geometry.output) * volume(geometry.kernels[:3]) <= UNSHARED
        self.has_padding = geometry.has_padding
        self.records = KeptRecords()
        self.fallback: few_kernels.Convolution | None = None  # reads the padding too

    def run(self, operands: Operands) -> None:
        """Convolve the images with the kernels into the output."""
        weights = operands.weights
        if self.has_padding and not weights.are_finite():
            # a weight that is not finite, times a zero in the padding, is NaN
            if self.fallback is None:
                self.fallback = few_kernels.Convolution(self.geometry)
            self.fallback.run(operands)
            return
        # in the order of the fields address, output, weights, starts
        arrays = operands.images, operands.output, weights.kernels, weights.bias
        addresses: list[Any] = [address_of(array) for array in arrays]

        def prepare(kept: Record | None) -> Record:
            """Return a record, the kept one or a new one, with the addresses of these arrays."""
            if kept is None:
                words = copy_of(self.words)
                kept = Record(ctypes.addressof(words), words, ())
            kept.words[FIELD.address : FIELD.starts + 1] = addresses
            return kept

        cuts = launch.cuts_of(self.rows, 1 if self.is_small else self.rows)
        self.records.run(self.function, prepare, cuts)


def _general_form(geometry: ConvolutionGeometry) -> DepthwiseForm:
    """Return the form for any taps and stride; the library may not have it."""
    depth = geometry.kernels[2]
    multiplier, rest = divmod(geometry.kernels_per_group, depth)
    if rest:
        multiplier = 0  # there is no such form, so that `takes` says no
    return DepthwiseForm(geometry.dtypes[1], multiplier, depth=depth)


def _form(geometry: ConvolutionGeometry) -> DepthwiseForm:
    """Return the form for just these taps, or the general one.

    The former loads a pixel once for all windows of a tile, some neighbouring ones. It is taken if
    the library has it, if there is no stride or no dilation, and if the pixels of a row of taps do
    not compete for the same lines of the cache.
    """
    across = geometry.axes[1]
    general = _general_form(geometry)
    special = replace(general, taps=across.window, stride=across.stride)
    tap_bytes = across.dilation * geometry.input_strides[2] * general.sums.itemsize
    is_fast = min(across.stride, across.dilation) == 1 and tap_bytes % SET_BYTES
    return special if is_fast and library.is_form(special) else general


def _fields(geometry: ConvolutionGeometry) -> dict[str, int]:
    """Return the fields of the record DEPTHWISE that do not depend on the arrays."""
    itemsize = geometry.dtypes[1].itemsize
    rows, stride = geometry.kernels[0], geometry.axes[0].stride
    is_large = volume(geometry.images) * itemsize >= LARGE
    return {
        **dict(zip(("h", "w", "c"), geometry.images[1:], strict=True)),
        **dict(zip(("oh", "ow"), geometry.output[1:3], strict=True)),
        "kernel_rows": rows,
        "taps": geometry.kernels[1],
        **stride_fields([itemsize * step for step in geometry.input_strides]),
        **stride_fields([itemsize * step for step in geometry.output_strides], "output_"),
        **window_fields(geometry.axes, "stride", "dilation", "before"),
        # the rows of pixels that the next row of windows has first
        "ahead": itemsize * stride * geometry.input_strides[1],
        "first_ahead": max(0, rows - stride) if is_large else rows,
    }
