"""Filters of pictures, row by row: sums of lines of pixels, which stay in the cache meanwhile.

A picture has its channels side by side, and all of them have the same kernel. Each row is padded
and converted once, into a line of a ring; each row of results is summed from the lines of its
window. Where there is one kernel for each axis, a row is summed along itself before, in a pass.
`geometry` is the filter without its arrays: shapes, strides, windows and dtypes. c channels, kh x
kw weights.
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
from convpool.engines.compiled.few_kernels_schedule import parts_of_sums
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

SHORTEST = 8  # vectors that a row of results must have at least
LINE = 2**12  # numbers of a line of the ring, about, at most
MOST_LINES = 2**7  # rows that a window spans at most
UNSHARED = 2**21  # taps of all windows that one thread takes, since sharing them would take as long

FIELD = indices_of(FILTERING)
READ = indices_of(READING, length_of(FILTERING))
DOWN = indices_of(SUMMING, length_of(FILTERING) + length_of(READING))
ACROSS = indices_of(SUMMING, length_of(FILTERING) + length_of(READING) + length_of(SUMMING))
# where the addresses of images, output and weights stand
PLACES = (FIELD.address, FIELD.output, DOWN.weights, DOWN.start, ACROSS.weights)


def fits_cache(axes: Sequence[Axis], c: int) -> bool:
    """Return whether the rows that windows span stay in the cache, and are not read too often.

    axes: the windows on rows and columns.
    """
    down, across = axes
    return down.span <= MOST_LINES and across.span * c <= LINE


def takes(geometry: ConvolutionGeometry, pairs: Container[tuple[Dtype, Dtype]]) -> bool:
    """Return whether pictures are filtered row by row, if their channels have the same kernel.

    `pairs` are the (dtype of sums, dtype of results) that may be.
    """
    c, (kh, kw, depth, nc) = geometry.images[3], geometry.kernels
    return (
        depth == 1
        and geometry.groups == c == nc
        and geometry.is_interleaved
        and geometry.output_strides[2:] == (c, 1)
        and geometry.axes[1].stride == 1
        and fits_cache(geometry.axes, c)
        and geometry.output[2] * c >= SHORTEST * geometry.lanes
        and parts_of_sums(kh, kw, geometry.terms)[1] == kw
        and geometry.dtypes[1:] in pairs
        and library.is_form(ReadRowForm(*geometry.dtypes[:2]))
    )


class Convolution:
    """A filter with one kernel, whose arrays may be others in each call."""

    def __init__(self, geometry: ConvolutionGeometry) -> None:
        self.geometry = geometry
        self.rows: Rows | None = None
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
        if self.rows is None:
            steps = steps_of(self.geometry, operands.fill, is_separable=False)
            self.rows = Rows(self.geometry, steps)
        self.rows.run(operands.images, operands.output, kernel, bias)


class Steps(NamedTuple):
    """How the rows of a picture are combined.

    Parameters
    ----------
    read, down
        The forms that read a row, and that combine lines to results.
    columns, across
        Columns of the taps of a window, those that each pass along a row combines; and the form of
        the passes. Without passes all taps of a window are combined at once.
    careful_down, careful_across
        The same forms for rows with NaN, None if they do not differ.
    fill
        What stands in the padding.
    together
        Rows of results that the form combines at once at most.
    """

    read: ReadRowForm
    down: Form
    columns: tuple[tuple[int, ...], ...] = ()
    across: Form | None = None
    careful_down: Form | None = None
    careful_across: Form | None = None
    fill: Any = 0
    together: int = 4


def steps_of(geometry: ConvolutionGeometry, fill: Any, *, is_separable: bool) -> Steps:
    """Return how the rows of a picture are filtered; `fill` stands in constant padding.

    If it `is_separable`, there is one kernel for each axis.
    """
    images, sums, results = geometry.dtypes
    read, down = ReadRowForm(images, sums), SumTapsForm(sums, results)
    if not is_separable:
        written_out = SumTapsForm(sums, results, *geometry.kernels[:2])
        return Steps(read, written_out if library.is_form(written_out) else down, fill=fill)
    columns = tuple(range(geometry.kernels[1]))
    return Steps(read, down, (columns,), SumTapsForm(sums, sums), fill=fill)


class Rows:
    """Filters pictures of one geometry row by row, in blocks of columns: see FILTERING.

    The arrays may be others in each call.
    """

    def __init__(self, geometry: ConvolutionGeometry, steps: Steps) -> None:
        m, oh, ow, c = geometry.output
        down, across = geometry.axes
        self.geometry, self.steps = geometry, steps
        self.blocks_across = -(-ow * c // LINE)
        self.columns = -(-ow // self.blocks_across)  # of a block
        self.units = m * self.blocks_across * oh
        self.together = min(steps.together, self._rows_in_common())
        self.lines = down.span + self.together - 1  # of the ring
        line_length = (self.columns - 1 + across.span) * c
        self.pitch = -(-line_length // geometry.lanes) * geometry.lanes
        self.maps = [geometries.index_map(axis, geometry.pad_mode) for axis in geometry.axes]
        # bytes from the first tap to each that is combined: by the passes, and for the results
        all_taps = (0,) if steps.columns else tuple(range(across.window))
        step = across.dilation * c * geometry.dtypes[1].itemsize
        self.taps = [np.array(columns, np.int64) * step for columns in (*steps.columns, all_taps)]
        taps = down.window * len(all_taps) + sum(map(len, steps.columns))
        self.is_small = volume(geometry.output) * taps <= UNSHARED
        self.function = library.function(FilterRowsForm())
        self.zero = np.zeros(1, geometry.dtypes[1])  # what sums without a bias start from
        self.words = self._words()
        self.records = KeptRecords()

    def run(self, images: Array, output: Array, *weights: Array) -> None:
        """Filter images (m, h, w, c) into the output.

        weights: if the steps have any, in the dtype of the sums: those of a kernel (kh, kw), or of
        one down (kh,); a number (1,) that sums start from; and those of a kernel to the right (kw,)
        if there is one.
        """
        addresses = [*map(address_of, (images, output, *weights))]

        def prepare(kept: Record | None) -> Record:
            record = kept or self._record()
            for place, address in zip(PLACES, addresses, strict=False):
                record.words[place] = address
            return record

        cuts = launch.cuts_of(self.units, 1 if self.is_small else self.units)
        self.records.run(self.function, prepare, cuts)

    def _rows_in_common(self) -> int:
        """Return how many rows of windows can be combined at once, as they share rows of pixels."""
        down, across = self.geometry.axes
        if not down.stride == down.dilation == 1 < down.window:
            return 1
        part, _ = parts_of_sums(down.window, across.window, self.geometry.terms)
        return 4 if down.window > 2 and part == down.window else 2

    def _words(self) -> Words:
        """Return the words of a call, without addresses: FILTERING, READING, several SUMMING.

        That of the results comes first, then those of the passes.
        """
        _, across = self.geometry.axes
        c = self.geometry.images[3]
        row_taps, count = len(self.taps[-1]), self.columns * c
        rows = self.geometry.kernels[0]
        results = {"tap_count": rows * row_taps, "row_taps": row_taps}
        results["row_bytes"] = self.geometry.output_strides[1] * self.geometry.dtypes[2].itemsize
        rows_at_once, _ = parts_of_sums(rows, row_taps, self.geometry.terms)
        results["part_taps"] = rows_at_once * row_taps
        passes: list[list[int]] = []
        numbers = count  # that a pass writes: as many as the next one reads
        for columns in reversed(self.steps.columns):
            passes.insert(
                0,
                filled(
                    SUMMING,
                    {
                        "rows": 1,
                        "tap_count": len(columns),
                        "part_taps": len(columns),
                        "count": numbers,
                    },
                ),
            )
            numbers += columns[-1] * across.dilation * c
        return as_words(
            filled(FILTERING, {**self._numbers(), **self._functions()}),
            filled(READING, {"columns": self.columns - 1 + across.span, "c": c}),
            filled(SUMMING, {**results, "count": count}),
            *passes,
        )

    def _numbers(self) -> dict[str, int]:
        """Return the fields of FILTERING that are counts, strides or tables."""
        geometry = self.geometry
        down, across = geometry.axes
        images, sums, results = (dtype.itemsize for dtype in geometry.dtypes)
        output_strides = [stride * results for stride in geometry.output_strides]
        return {
            "oh": down.count,
            "blocks_across": self.blocks_across,
            "block_columns": self.columns,
            "last_column": geometry.output[2] - self.columns,
            "image_bytes": geometry.input_strides[0] * images,
            "row_bytes": geometry.input_strides[1] * images,
            "row_map": address_of(self.maps[0]),
            "column_map": address_of(self.maps[1]),
            "left": across.before,
            "width": across.size,
            **record_fields.stride_fields(output_strides, "output_"),
            "lines": self.lines,
            "span": down.span,
            "together": self.together,
            "line_bytes": self.pitch * sums,
            "passes": len(self.steps.columns),
            "kernel_rows": down.window,
            "row_taps": len(self.taps[-1]),
            "steps": address_of(self.taps[-1]),
            "stride_down": down.stride,
            "dilation_down": down.dilation,
        }

    def _functions(self) -> dict[str, int]:
        """Return the addresses of the forms, for the fields of FILTERING."""
        steps = self.steps
        functions = {
            "read_row": steps.read,
            "sum_down": steps.down,
            "sum_across": steps.across,
            "careful_down": steps.careful_down or steps.down,
            "careful_across": steps.careful_across or steps.across,
        }
        return {
            name: library.function_address(form)
            for name, form in functions.items()
            if form is not None
        }

    def _record(self) -> Record:
        """Return a record for one thread, without the addresses of the arrays of a call."""
        words, sums = copy_of(self.words), self.geometry.dtypes[1]
        base, passes = ctypes.addressof(words), len(self.steps.columns)
        # behind the ring, the lines that the passes read
        scratch = launch.empty_aligned((self.lines + passes) * self.pitch, sums)
        # lines of all rows of windows that are taken together
        more = (self.together - 1) * words[DOWN.row_taps]
        taps = np.empty(words[DOWN.tap_count] + more, np.int64)
        numbers = np.array([self.steps.fill, 0], sums)
        words[FIELD.ring] = address_of(scratch)
        words[FIELD.line] = words[FIELD.ring] + self.lines * words[FIELD.line_bytes]
        words[FIELD.reading] = base + 8 * READ.source
        words[FIELD.down] = base + 8 * DOWN.taps
        words[FIELD.across] = base + 8 * ACROSS.taps
        words[READ.fill], words[DOWN.taps] = address_of(numbers), address_of(taps)
        memory = [scratch, taps, numbers]
        for number in range(passes):
            line = words[FIELD.line] + number * words[FIELD.line_bytes]
            memory.append(self.taps[number] + line)
            place = number * length_of(SUMMING)
            words[place + ACROSS.taps] = address_of(memory[-1])
            words[place + ACROSS.start] = words[READ.fill] + sums.itemsize
            words[place + ACROSS.result] = line + words[FIELD.line_bytes]
        return Record(base, words, tuple(memory))
