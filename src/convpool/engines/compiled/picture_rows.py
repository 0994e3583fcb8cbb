"""Filters of pictures, row by row: sums of lines of pixels, which stay in the cache meanwhile.

A picture has its channels side by side, and all of them have the same kernel. Each row is padded
and converted once, into a line of a ring: a scratch of a few lines, where each new row overwrites
the oldest. Each row of results is summed from the lines of its window. Where there is one kernel
for each axis, a row is summed along itself before it is stored in the ring: that is a pass. The
greatest and least pixels, and medians, are found in the same way, by other forms: a form is a loop
compiled for certain dtypes and sizes. `geometry` is the filter without its arrays: shapes, strides,
windows and dtypes (of images, sums and results). A record is what a loop is told, int64 words that
have names. m pictures, h x w pixels, c channels, kh x kw weights, oh x ow output.
"""

from __future__ import annotations

import ctypes
from collections.abc import Container, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import few_kernels, launch, library, record_fields
from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled.base_form import Dtype, Form
from convpool.engines.compiled.few_kernels_sums import rows_and_taps_at_once
from convpool.engines.compiled.geometry import ConvolutionGeometry, Operands
from convpool.engines.compiled.kept_records import KeptRecords, Record
from convpool.engines.compiled.picture_forms import (
    FilterRowsForm,
    ReadRowForm,
    SumTapsForm,
)
from convpool.engines.compiled.record import (
    FILTERING,
    READING,
    SUMMING,
    WORD_BYTES,
    Words,
    address_of,
    as_words,
    copy_of,
    filled,
    indices_of,
    length_of,
)
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, volume

Array = NDArray[Any]

LEAST_VECTORS = 8  # of a row of results: as many as `register_sizes.vectors_of_rows` at most
LINE = 2**12  # numbers of a line of the ring, about, at most
MOST_LINES = 2**7  # rows that a window spans at most
UNSHARED = 2**22  # taps of all windows up to which one thread is as fast as several

# indices of the fields among the words of a call: the records FILTERING, READING, SUMMING of the
# results, and SUMMING of the first pass follow each other
FIELD = indices_of(FILTERING)
READ = indices_of(READING, length_of(FILTERING))
DOWN = indices_of(SUMMING, length_of(FILTERING) + length_of(READING))
ACROSS = indices_of(SUMMING, length_of(FILTERING) + length_of(READING) + length_of(SUMMING))
# the words for the addresses of the arguments of `RowFilter.run`, in their order
PLACES = (FIELD.address, FIELD.output, DOWN.start, DOWN.weights, ACROSS.weights)


def fits_cache(axes: Sequence[Axis], c: int) -> bool:
    """Return whether windows span few enough rows and columns for the ring to stay in the cache.

    axes: the windows on rows and columns; c: channels.
    """
    down, across = axes
    return down.span <= MOST_LINES and across.span * c <= LINE


def takes(geometry: ConvolutionGeometry, pairs: Container[tuple[Dtype, Dtype]]) -> bool:
    """Return whether `RowFilter` can filter pictures, provided that all channels have one kernel.

    `pairs` are the (dtype of sums, dtype of results) that are allowed.
    """
    c, (kh, kw, depth, nc) = geometry.images[3], geometry.kernels
    return (
        depth == 1
        and geometry.groups == c == nc
        and geometry.is_interleaved
        and geometry.output_strides[2:] == (c, 1)
        and geometry.axes[1].stride == 1
        and fits_cache(geometry.axes, c)
        and geometry.output[2] * c >= LEAST_VECTORS * geometry.lanes
        # rounding errors must allow whole rows of taps to be summed at once
        and rows_and_taps_at_once(kh, kw, geometry.terms)[1] == kw
        and geometry.dtypes[1:] in pairs
        and library.is_form(ReadRowForm(*geometry.dtypes[:2]))
    )


class Convolution:
    """A convolution of each channel with its own kernel, row by row where all kernels are equal.

    The arrays may be others in each call.
    """

    def __init__(self, geometry: ConvolutionGeometry) -> None:
        self.geometry = geometry
        # made when first needed: for equal kernels, and for kernels that differ
        self.row_filter: RowFilter | None = None
        self.of_channels: few_kernels.Convolution | None = None

    def run(self, operands: Operands) -> None:
        """Convolve the images with the kernels into the output."""
        kernels, bias = operands.weights.kernels, operands.weights.bias
        if len(bias) > 1 and not all((array == array[..., :1]).all() for array in (kernels, bias)):
            if self.of_channels is None:
                self.of_channels = few_kernels.Convolution(self.geometry)
            self.of_channels.run(operands)
            return
        kernel = np.ascontiguousarray(kernels[..., 0, 0])
        if self.row_filter is None:
            forms = row_forms_of(self.geometry, operands.fill, is_separable=False)
            self.row_filter = RowFilter(self.geometry, forms)
        self.row_filter.run(operands.images, operands.output, kernel, start=bias)


class RowForms(NamedTuple):
    """The forms that filter the rows of a picture, and what they combine.

    Parameters
    ----------
    read, down
        The forms that pad and convert a row, and that combine lines to a row of results.
    passes, across
        For each pass along a row, the columns that it combines, counted from the window's first
        tap; and the form of all passes. Without passes, `down` combines all taps of a window.
    careful_down, careful_across
        The forms used instead for rows with NaN, None if they are the same.
    fill
        The number that stands in constant padding.
    together
        How many rows of results `down` can compute at once.
    """

    read: ReadRowForm
    down: Form
    passes: tuple[tuple[int, ...], ...] = ()
    across: Form | None = None
    careful_down: Form | None = None
    careful_across: Form | None = None
    fill: Any = 0
    together: int = 4


def row_forms_of(geometry: ConvolutionGeometry, fill: Any, *, is_separable: bool) -> RowForms:
    """Return the forms of a filter by sums; `fill` is the number that stands in constant padding.

    is_separable: whether there is one kernel for each axis, so that rows are summed along first.
    Some kernel sizes have a form of their own, in which code is written out for each tap; the form
    for any size has a loop over the taps.
    """
    images, sums, results = geometry.dtypes
    read, any_size = ReadRowForm(images, sums), SumTapsForm(sums, results)
    if not is_separable:
        written_out = SumTapsForm(sums, results, *geometry.kernels[:2])
        down = written_out if library.is_form(written_out) else any_size
        return RowForms(read, down, fill=fill)
    columns = tuple(range(geometry.kernels[1]))
    one_pass = (columns,)
    return RowForms(read, any_size, one_pass, SumTapsForm(sums, sums), fill=fill)


class RowFilter:
    """Filters pictures of one geometry row by row, in blocks of columns: see FILTERING.

    The arrays may be others in each call.
    """

    def __init__(self, geometry: ConvolutionGeometry, forms: RowForms) -> None:
        m, oh, ow, c = geometry.output
        down, across = geometry.axes
        self.geometry, self.forms = geometry, forms
        # blocks of about equal width, side by side
        self.blocks_across = -(-ow * c // LINE)
        self.block_columns = -(-ow // self.blocks_across)
        self.units = m * self.blocks_across * oh  # rows of blocks, which threads share
        self.together = min(forms.together, self._most_together())
        self.ring_lines = down.span + self.together - 1
        self.line_columns = self.block_columns - 1 + across.span
        # numbers from one line of the ring to the next, whole vectors
        self.pitch = -(-self.line_columns * c // geometry.lanes) * geometry.lanes
        self.maps = [geometries.index_map(axis, geometry.pad_mode) for axis in geometry.axes]
        # columns of the window that are combined to results; passes leave only the first
        row_taps = (0,) if forms.passes else tuple(range(across.window))
        tap_bytes = across.dilation * c * geometry.dtypes[1].itemsize
        # bytes from a line's first number to each tap: of each pass, and at last of the results
        self.tap_offsets = [
            np.array(columns, np.int64) * tap_bytes for columns in (*forms.passes, row_taps)
        ]
        taps = down.window * len(row_taps) + sum(map(len, forms.passes))
        self.is_small = volume(geometry.output) * taps <= UNSHARED
        self.function = library.function(FilterRowsForm())
        self.zero = np.zeros(1, geometry.dtypes[1])  # what sums without `start` begin with
        self.zero_address = address_of(self.zero)
        self.words = self._words()
        self.records = KeptRecords()

    def run(
        self, images: Array, output: Array, *kernels: Array, start: Array | None = None
    ) -> None:
        """Filter images (m, h, w, c) into the output (m, oh, ow, c).

        For sums only, in their dtype: `kernels` are one (kh, kw), or one for each axis, (kh,) and
        (kw,); sums begin with `start` (1,), or with 0.
        """
        start_address = self.zero_address if start is None else address_of(start)
        addresses = address_of(images), address_of(output), start_address, *map(address_of, kernels)

        def prepare(kept: Record | None) -> Record:
            record = kept or self._make_record()
            words = record.words
            for place, address in zip(PLACES, addresses, strict=False):
                words[place] = address
            return record

        cuts = launch.cuts_of(self.units, 1 if self.is_small else self.units)
        self.records.run(self.function, prepare, cuts)

    def _most_together(self) -> int:
        """Return how many rows of results can be computed at once, since their windows overlap.

        4, or 2 where windows have 2 rows or are summed in parts, since each part must have a row of
        taps for every row of results but one; 1 where windows have one row, a stride or a dilation.
        """
        down, across = self.geometry.axes
        if not down.stride == down.dilation == 1 < down.window:
            return 1
        rows_at_once, _ = rows_and_taps_at_once(down.window, across.window, self.geometry.terms)
        return 4 if down.window > 2 and rows_at_once == down.window else 2

    def _words(self) -> Words:
        """Return the words of a call, without the addresses that `_make_record` and `run` write.

        They are the records FILTERING, READING, SUMMING of the results, and SUMMING of each pass.
        """
        rows, c, row_taps = self.geometry.kernels[0], self.geometry.images[3], self._row_taps()
        rows_at_once, _ = rows_and_taps_at_once(rows, row_taps, self.geometry.terms)
        results = {
            "tap_count": rows * row_taps,
            "row_taps": row_taps,
            "row_bytes": self.geometry.output_strides[1] * self.geometry.dtypes[2].itemsize,
            "part_taps": rows_at_once * row_taps,  # so many are summed before sums are added up
            "count": self.block_columns * c,
        }
        return as_words(
            filled(FILTERING, {**self._filtering_fields(), **self._functions()}),
            filled(READING, {"columns": self.line_columns, "c": c}),
            filled(SUMMING, results),
            *self._pass_records(),
        )

    def _row_taps(self) -> int:
        """Return how many taps of each row of a window are combined to results: 1 after passes."""
        return len(self.tap_offsets[-1])

    def _pass_records(self) -> list[list[int]]:
        """Return the record SUMMING of each pass along a row."""
        c, dilation = self.geometry.images[3], self.geometry.axes[1].dilation
        records = []
        count = self.block_columns * c  # numbers that a pass writes, at first of the last one
        for columns in reversed(self.forms.passes):
            taps = len(columns)
            fields = {"rows": 1, "tap_count": taps, "part_taps": taps, "count": count}
            records.append(filled(SUMMING, fields))
            # the pass before writes what this one reads, up to the last tap of its last window
            count += columns[-1] * dilation * c
        return records[::-1]

    def _filtering_fields(self) -> dict[str, int]:
        """Return the fields of FILTERING that are counts, strides or addresses of tables."""
        geometry = self.geometry
        down, across = geometry.axes
        images, sums, results = (dtype.itemsize for dtype in geometry.dtypes)
        output_strides = [stride * results for stride in geometry.output_strides]
        return {
            "oh": down.count,
            "blocks_across": self.blocks_across,
            "block_columns": self.block_columns,
            "last_column": geometry.output[2] - self.block_columns,
            "image_bytes": geometry.input_strides[0] * images,
            "row_bytes": geometry.input_strides[1] * images,
            "row_map": address_of(self.maps[0]),
            "column_map": address_of(self.maps[1]),
            "left": across.before,
            "width": across.size,
            **record_fields.stride_fields(output_strides, "output_"),
            "lines": self.ring_lines,
            "span": down.span,
            "together": self.together,
            "line_bytes": self.pitch * sums,
            "passes": len(self.forms.passes),
            "kernel_rows": down.window,
            "row_taps": self._row_taps(),
            "steps": address_of(self.tap_offsets[-1]),
            "stride_down": down.stride,
            "dilation_down": down.dilation,
        }

    def _functions(self) -> dict[str, int]:
        """Return the fields of FILTERING that are addresses of forms."""
        forms = {
            "read_row": self.forms.read,
            "sum_down": self.forms.down,
            "sum_across": self.forms.across,
            "careful_down": self.forms.careful_down or self.forms.down,
            "careful_across": self.forms.careful_across or self.forms.across,
        }
        return {
            name: library.function_address(form) for name, form in forms.items() if form is not None
        }

    def _make_record(self) -> Record:
        """Return a new record for one thread, with its scratch; `run` sets what is left."""
        words, sums, lanes = copy_of(self.words), self.geometry.dtypes[1], self.geometry.lanes
        base, passes = ctypes.addressof(words), len(self.forms.passes)
        # the ring, behind it the lines that the passes read, and room for the margin
        scratch = launch.empty_aligned((self.ring_lines + passes) * self.pitch + lanes, sums)
        # bytes left free in front of the lines, so that pixels, which follow the padding, begin
        # with a line of the cache, to which vectors are stored faster
        margin = -self.geometry.axes[1].before * self.geometry.images[3] % lanes * sums.itemsize
        # each further row of results that is computed at once adds one row of taps
        further_taps = (self.together - 1) * words[DOWN.row_taps]
        tap_table = np.empty(words[DOWN.tap_count] + further_taps, np.int64)
        fill_and_zero = np.array([self.forms.fill, 0], sums)
        # what passes write to the ring has no padding
        words[FIELD.ring] = address_of(scratch) + (0 if passes else margin)
        words[FIELD.line] = address_of(scratch) + self.ring_lines * words[FIELD.line_bytes] + margin
        # the addresses of the records, which are those of their first fields
        words[FIELD.reading] = base + WORD_BYTES * READ.source
        words[FIELD.down] = base + WORD_BYTES * DOWN.taps
        words[FIELD.across] = base + WORD_BYTES * ACROSS.taps
        words[READ.fill], words[DOWN.taps] = address_of(fill_and_zero), address_of(tap_table)
        memory = [scratch, tap_table, fill_and_zero]
        for number in range(passes):
            # a pass reads this line and writes the next one; the loop lets the last write the ring
            line = words[FIELD.line] + number * words[FIELD.line_bytes]
            pass_taps = self.tap_offsets[number] + line
            memory.append(pass_taps)
            place = number * length_of(SUMMING)  # from the words of the first pass on
            words[place + ACROSS.taps] = address_of(pass_taps)
            words[place + ACROSS.start] = words[READ.fill] + sums.itemsize  # the zero behind it
            words[place + ACROSS.result] = line + words[FIELD.line_bytes]
        return Record(base, words, tuple(memory))
