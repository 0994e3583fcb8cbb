"""Filters of pictures, row by row: sums of lines of pixels, which stay in the cache meanwhile.

A picture has its channels side by side, and all of them have the same kernel. Each row is padded
and converted once, into a line of a ring; each row of results is summed from the lines of its
window. Where there is one kernel for each axis, a row is summed along itself before.
"""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import few_kernels, launch, library
from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled.forms import (
    FILTERED,
    SUMS_AND_RESULTS,
    FilterRowsForm,
    ReadRowForm,
    SumTapsForm,
)
from convpool.engines.compiled.geometry import ConvolutionGeometry, Operands
from convpool.engines.compiled.kept_records import KeptRecords, Record
from convpool.engines.compiled.launch import SMALL
from convpool.engines.compiled.record import (
    FILTERING,
    READING,
    SUMMING,
    Words,
    address_of,
    as_words,
    copy_of,
    filled,
    indices_of,
    length_of,
)
from convpool.windows import volume

Array = NDArray[Any]

SHORTEST = 8  # vectors that a row of results must have at least
LINE = 2**12  # numbers of a line of the ring, about, at most

FIELD = indices_of(FILTERING)
READ = indices_of(READING, length_of(FILTERING))
ACROSS = indices_of(SUMMING, length_of(FILTERING) + length_of(READING))
DOWN = indices_of(SUMMING, length_of(FILTERING) + length_of(READING) + length_of(SUMMING))
# where the addresses of images, output and weights stand
PLACES = (FIELD.address, FIELD.output, DOWN.weights, DOWN.start, ACROSS.weights)


class Kernel(NamedTuple):
    """The weights of a filter, in the dtype of the sums.

    Parameters
    ----------
    down, start
        (kh, kw), or (kh,) where there is a kernel for each axis; and (1,), what sums start from.
    across
        (kw,), or None where there is one kernel.
    """

    down: Array
    start: Array
    across: Array | None = None


def takes(geometry: ConvolutionGeometry) -> bool:
    """Return whether pictures are filtered row by row, if their channels have the same kernel."""
    c, (kh, kw, depth, nc) = geometry.images[3], geometry.kernels
    # what takes channels with kernels of their own instead writes these results only
    pairs = FILTERED if c == 1 else SUMS_AND_RESULTS
    return (
        depth == 1
        and geometry.groups == c == nc
        and geometry.is_interleaved
        and geometry.output_strides[2:] == (c, 1)
        and geometry.axes[1].stride == 1
        and geometry.output[2] * c >= SHORTEST * geometry.lanes
        and kh * kw <= geometry.terms
        and geometry.dtypes[1:] in pairs
        and library.is_form(ReadRowForm(*geometry.dtypes[:2]))
    )


class Convolution:
    """A filter with one kernel, whose arrays may be others in each call."""

    def __init__(self, geometry: ConvolutionGeometry) -> None:
        self.geometry = geometry
        self.rows = Rows(geometry, is_separable=False)
        self.of_channels: few_kernels.Convolution | None = None

    def run(self, operands: Operands) -> None:
        """Convolve the images with the kernels into the output."""
        kernels, bias = operands.weights.kernels, operands.weights.bias
        if len(bias) > 1 and not all((array == array[..., :1]).all() for array in (kernels, bias)):
            if self.of_channels is None:
                self.of_channels = few_kernels.Convolution(self.geometry)
            self.of_channels.run(operands)
            return
        kernel = Kernel(np.ascontiguousarray(kernels[..., 0, 0]), bias)
        self.rows.run(operands.images, kernel, operands.output, operands.fill)


class Rows:
    """How the rows of a filter are taken, in blocks of columns: see FILTERING."""

    def __init__(self, geometry: ConvolutionGeometry, *, is_separable: bool) -> None:
        m, oh, ow, c = geometry.output
        blocks = -(-ow * c // LINE)
        columns = -(-ow // blocks)
        self.geometry, self.is_separable = geometry, is_separable
        # numbers of a line, padding included
        line_length = (columns - 1 + geometry.axes[1].span) * c
        down = geometry.axes[0]
        # two rows of windows have all but two rows of pixels in common
        self.has_pairs = down.stride == down.dilation == 1 and down.window > 1
        self.lines = down.span + self.has_pairs
        self.pitch = -(-line_length // geometry.lanes) * geometry.lanes
        step = geometry.axes[1].dilation * c * geometry.dtypes[1].itemsize
        self.tables = (
            *(geometries.index_map(axis, geometry.pad_mode) for axis in geometry.axes),
            np.arange(geometry.kernels[1]) * step,  # bytes from a tap of a row to each
        )
        self.blocks = m * blocks
        self.units = self.blocks * oh
        kh, kw = geometry.kernels[:2]
        taps = kh + kw if is_separable else kh * kw
        self.is_small = volume(geometry.output) * taps <= SMALL
        self.function = library.function(FilterRowsForm())
        self.words = self._words(blocks, columns)
        self.records = KeptRecords()

    def run(self, images: Array, kernel: Kernel, output: Array, fill: Any) -> None:
        """Filter the images into the output; padding may consist of the number `fill`."""
        addresses = [address_of(array) for array in (images, output, *kernel) if array is not None]
        used: list[Record] = []

        def take_record() -> Record:
            record = self.records.take(None) or self._record(fill)
            for place, address in zip(PLACES, addresses, strict=False):
                record.words[place] = address
            used.append(record)
            return record

        parts = 1 if self.is_small else min(self.units, launch.part_count())
        if parts == 1:
            record = take_record()
            record.words[FIELD.first : FIELD.last + 1] = [0, self.units]
            self.function(record.address)
        else:
            cuts = [self.units * k // parts for k in range(parts + 1)]
            launch.run_parts(self.function, take_record, cuts)
        for record in used:
            self.records.put_back(None, record)

    def _words(self, blocks: int, columns: int) -> Words:
        """Return the words of a call, without addresses: FILTERING, READING and twice SUMMING."""
        geometry = self.geometry
        images, sums, results = geometry.dtypes
        (down, across), (kh, kw), c = geometry.axes, geometry.kernels[:2], geometry.images[3]
        row_taps = 1 if self.is_separable else kw
        image, row, *_ = (stride * images.itemsize for stride in geometry.input_strides)
        fields = {
            "oh": down.count,
            "blocks_across": blocks,
            "block_columns": columns,
            "last_column": geometry.output[2] - columns,
            "image_bytes": image,
            "row_bytes": row,
            "left": across.before,
            "width": across.size,
            "read_row": library.function_address(ReadRowForm(images, sums)),
            "lines": self.lines,
            "span": down.span,
            "has_pairs": self.has_pairs,
            "line_bytes": self.pitch * sums.itemsize,
            "sum_down": library.function_address(SumTapsForm(sums, results)),
            "kernel_rows": kh,
            "row_taps": row_taps,
            "stride_down": down.stride,
            "dilation_down": down.dilation,
        }
        for name, array in zip(("row_map", "column_map", "steps"), self.tables, strict=True):
            fields[name] = address_of(array)
        for name, stride in zip(("image", "row", "column"), geometry.output_strides, strict=False):
            fields[f"output_{name}_bytes"] = stride * results.itemsize
        if self.is_separable:
            fields["sum_across"] = library.function_address(SumTapsForm(sums, sums))
        return as_words(
            filled(FILTERING, fields),
            filled(READING, {"columns": columns - 1 + across.span, "c": c}),
            filled(SUMMING, {"tap_count": kw, "count": columns * c}),
            filled(
                SUMMING,
                {"tap_count": kh * row_taps, "row_taps": row_taps, "count": columns * c},
            ),
        )

    def _record(self, fill: Any) -> Record:
        """Return a record for one thread, without the addresses of the arrays of a call."""
        words, sums = copy_of(self.words), self.geometry.dtypes[1]
        base = ctypes.addressof(words)
        # one line more for the pixels of a row before they are summed
        scratch = launch.empty_aligned((self.lines + self.is_separable) * self.pitch, sums)
        # lines of two rows of windows at most
        taps = np.empty(words[DOWN.tap_count] + words[DOWN.row_taps], np.int64)
        filler = np.full(1, fill, sums)
        words[FIELD.ring] = address_of(scratch)
        words[FIELD.reading] = base + 8 * READ.source
        words[FIELD.down] = base + 8 * DOWN.taps
        words[READ.fill], words[DOWN.taps] = address_of(filler), address_of(taps)
        memory = [scratch, taps, filler]
        if self.is_separable:
            line = words[FIELD.ring] + words[FIELD.lines] * words[FIELD.line_bytes]
            memory += [self.tables[2] + line, np.zeros(1, sums)]
            words[FIELD.line], words[FIELD.across] = line, base + 8 * ACROSS.taps
            words[ACROSS.taps], words[ACROSS.start] = map(address_of, memory[3:])
        return Record(base, words, tuple(memory))
