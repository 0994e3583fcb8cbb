"""Calls of the pooling loops: all that follows from windows and array layouts, worked out once.

A window is the product of its axes' windows. Short windows of many channels are combined on both
axes at once, and short windows of few channels in registers. Else a block, some rows and columns of
the output, is combined down the columns into lines, and these along the row into results, which are
then divided or converted. A window of many taps is combined from longer and longer parts, so its
cost hardly grows with it; sums are taken over taps only, never as differences of running sums.
Loops on lines combine or write lines. m images, h x w pixels, c channels, oh x ow output.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import launch, library
from convpool.engines.compiled import pooling_forms as forms
from convpool.engines.compiled.base_form import ADD, Form
from convpool.engines.compiled.kept_records import KeptRecords, Record
from convpool.engines.compiled.pooling_blocks import PoolingBlock, block_of, program_of
from convpool.engines.compiled.pooling_divisors import divisors_of
from convpool.engines.compiled.pooling_layout import (
    COMBINATIONS,
    Layout,
    Pooling,
    added_dtypes,
    identity,
    number_dtype,
)
from convpool.engines.compiled.pooling_records import (
    COMBINING,
    POOLING,
    POOLING_ROWS,
    SKIPPING,
    WRITING,
)
from convpool.engines.compiled.record import (
    Words,
    address_of,
    as_words,
    copy_of,
    filled,
    indices_of,
)
from convpool.engines.compiled.record_fields import stride_fields, window_fields
from convpool.windows import volume

Array = NDArray[Any]

FEW_TAPS = 16  # taps of a window at most that are combined on both axes at once
SOME_TAPS = 64  # the same where windows do not overlap and pixels have LONG_LINE channels
LONG_LINE = 512  # channels at least
RESULTS = 2**11  # numbers at most of such windows that are combined before they are written
SHORT = 4  # rows of a window at most that are combined in registers
PART_BYTES = 2**19  # bytes at least, of windows of 2 x 2, that a part of the work reads and writes
KEPT_CALLS = 128  # of the last used, one for each pair of layouts and kind of pooling
MOST_DIVISORS = 2**15  # of a call that is kept
ALIGNED = 64  # scratches begin at multiples of so many bytes
VECTOR_BYTES = 64  # of the longest vector: so much may be read and written behind a line

# the fields of POOLING, and of POOLING_ROWS, for the addresses of images and output
ARRAYS = slice(indices_of(POOLING).image, indices_of(POOLING).output + 1)
# the first of the fields of POOLING for the addresses of three records and of up to four scratches
POINTERS = indices_of(POOLING).combining

# ---- calls ----


@dataclass(frozen=True)
class PoolingCall:
    """A call of one of the loops, but for the addresses of the arrays.

    Parameters
    ----------
    function
        The loop.
    fields
        Its record POOLING, and behind it COMBINING, WRITING and SKIPPING, by which it calls the
        loops on lines; or POOLING_ROWS alone.
    line_records
        Where in `fields` these three begin; empty if there are none.
    scratch_bytes
        Bytes of each scratch, the working memory of a thread, in the order of POOLING.
    units, parts
        How many blocks, or rows of the output, there are; into how many parts threads split them.
    arrays
        Arrays whose addresses stand in the record, which keeps them alive.
    records
        Records that no call uses now, kept for the next one.
    """

    function: Callable[[int], Any]
    fields: Words
    line_records: tuple[int, ...]
    scratch_bytes: tuple[int, ...]
    units: int
    parts: int
    arrays: tuple[Array, ...]
    records: KeptRecords = field(default_factory=KeptRecords)

    def run(self, images: Array, out: Array) -> None:
        """Pool arrays of these layouts."""
        addresses: list[Any] = [address_of(images), address_of(out)]

        def prepare(kept: Record | None) -> Record:
            record = kept or self._make_record()
            record.words[ARRAYS] = addresses
            return record

        cuts = launch.cuts_of(self.units, self.parts)
        self.records.run(self.function, prepare, cuts)

    def _make_record(self) -> Record:
        """Return a new record with its scratches, but without the addresses of the arrays."""
        fields, memory = copy_of(self.fields), None
        address = ctypes.addressof(fields)
        if self.line_records:
            memory, scratches = allocate(self.scratch_bytes)
            pointers: list[Any] = [address + 8 * place for place in self.line_records] + scratches
            fields[POINTERS : POINTERS + len(pointers)] = pointers
        return Record(address, fields, (memory,))


def allocate(sizes: tuple[int, ...]) -> tuple[Any, list[int]]:
    """Return (memory, addresses in it of scratches of these sizes in bytes).

    Addresses are multiples of ALIGNED. The memory must be kept as long as they are used.
    """
    memory = np.empty(sum(sizes) + ALIGNED * len(sizes), np.uint8)
    end, addresses = address_of(memory), []
    for size in sizes:
        start = -(-end // ALIGNED) * ALIGNED
        addresses.append(start)
        end = start + size
    return memory, addresses


def call_of(images: Layout, out: Layout, pooling: Pooling) -> PoolingCall | None:
    """Return the call that pools arrays of these layouts; None if the loops cannot.

    It is kept for the next time if its arrays of divisors are small.
    """
    divisors = out.shape[1] + out.shape[2] * out.shape[3] * (pooling.mode == "avg")
    make = _kept_call if divisors <= MOST_DIVISORS else _make_call
    return make(images, out, pooling)


def _make_call(images: Layout, out: Layout, pooling: Pooling) -> PoolingCall | None:
    """Return a new call that pools arrays of these layouts; None if the loops cannot."""
    can_pool = (
        images.is_dense
        and out.is_dense
        and images.dtype == pooling.readable_dtype(images.dtype)
        and pooling.can_write(images.dtype, out.dtype)
    )
    return _CallMaker(images, out, pooling).call() if can_pool else None


_kept_call = lru_cache(KEPT_CALLS)(_make_call)


class _CallMaker:
    """Works out the call that pools arrays of layouts images (m, h, w, c) and out (m, oh, ow, c).

    `pixels`, `sums` and `results` are the dtypes in which the loops read, combine and write
    numbers; `combination` is ADD, GREATER or LESSER; `lanes` the numbers of a vector of sums.
    """

    def __init__(self, images: Layout, out: Layout, pooling: Pooling) -> None:
        self.images, self.out, self.pooling = images, out, pooling
        self.combination = COMBINATIONS[pooling.mode]
        self.sums = pooling.sum_dtype(images.dtype)
        self.pixels = number_dtype(images.dtype)
        if self.combination == ADD:
            self.pixels, _ = added_dtypes(images.dtype, self.sums)
        self.results = number_dtype(out.dtype)
        self.is_copied = pooling.is_copied(self.sums, self.results)
        self.lanes = library.isa().vector_bytes // self.sums.itemsize
        self.divisors = divisors_of(pooling, images.shape[3])

    def call(self) -> PoolingCall:
        """Return the call: in registers, on both axes at once, or along one after the other."""
        if (form := self._form_in_registers()) is not None:
            return self._call_in_registers(form)
        return self._call_on_windows() if self._combines_both_axes() else self._call_on_blocks()

    def _combines_both_axes(self) -> bool:
        """Return whether windows are combined on both axes at once.

        They are if pixels have at least a vector of channels, and windows at most FEW_TAPS taps; or
        SOME_TAPS where pixels have LONG_LINE channels and windows do not overlap, as the pixels
        that they have in common are read again for each.
        """
        c, axes = self.images.shape[3], self.pooling.axes
        overlap = any(axis.stride < axis.span and axis.count > 1 for axis in axes)
        most_taps = SOME_TAPS if c >= LONG_LINE and not overlap else FEW_TAPS
        return c >= self.lanes and volume([axis.window for axis in axes]) <= most_taps

    # ---- the three loops ----

    def _call_on_windows(self) -> PoolingCall:
        """Return the call of `loops.pooling_blocks.pool_windows`: both axes at once.

        Windows are combined in the output directly where totals are results or a form averages
        lines; else in a scratch, some columns at a time, whose totals are then written as results.
        """
        m, oh, ow, c = self.out.shape
        average = forms.AverageLinesForm(self.pixels, self.sums, self.results)
        has_average = self.combination == ADD and library.is_form(average)
        is_direct = self.is_copied or has_average
        columns = ow if is_direct else min(ow, max(1, RESULTS // c))
        results_bytes = 0 if is_direct else columns * c * self.sums.itemsize
        fields = {**self._fields(), "is_direct": is_direct, "block_columns": columns}
        if has_average and not self.is_copied:
            fields["combine_pixels"] = library.function_address(average)
        scratch_bytes = 0, results_bytes  # of lines, which are not kept, and of results
        return self._call_with_line_loops(forms.PoolWindowsForm(), fields, m * oh, scratch_bytes)

    def _form_in_registers(self) -> Form | None:
        """Return the form that pools the windows row by row in registers; None if there is none.

        Windows must be short, without dilation, and lie on pixels alone, so that avg divides all by
        the same number; and there must be such a form.
        """
        down, across = self.pooling.axes
        c = self.out.shape[3]
        form = forms.PoolRowsForm(
            self.combination,
            *(self.pixels, self.sums, self.results),
            *(across.window, across.stride, c),
        )
        are_inside = all(
            not axis.before and axis.size >= (axis.count - 1) * axis.stride + axis.span
            for axis in self.pooling.axes
        )
        is_short = down.window <= SHORT and down.dilation == across.dilation == 1
        return form if are_inside and is_short and library.is_form(form) else None

    def _call_in_registers(self, form: Form) -> PoolingCall:
        """Return the call of `form`, which pools short windows of few channels in registers."""
        (m, oh, ow, _), down = self.out.shape, self.pooling.axes[0]
        fields = {
            "oh": oh,
            "ow": ow,
            "window_rows": down.window,
            "stride_down": down.stride,
            **self._strides(),
            "row_divisors": address_of(self.divisors.rows),
            "are_factors": self.divisors.are_factors,
        }
        return PoolingCall(
            function=library.function(form),
            fields=as_words(filled(POOLING_ROWS, fields)),
            line_records=(),
            scratch_bytes=(),
            units=m * oh,
            parts=self._most_parts(),
            arrays=(self.divisors.rows,),
        )

    def _call_on_blocks(self) -> PoolingCall:
        """Return the call of `loops.pooling_blocks.pool_blocks`: down the rows, then along them."""
        (m, oh, ow, c), across = self.out.shape, self.pooling.axes[1]
        reuses_taps = self.combination != ADD
        programs = [program_of(axis, reuses_taps) for axis in self.pooling.axes]
        # whether windows are combined at every column, and every stride-th result is then kept
        skips = across.stride > 1 and (c, across.stride) in forms.SKIPS and ow > 1
        # numbers of a vector, of a byte each at least, may be read or written behind the last line;
        # where columns are skipped, those of c * stride vectors more
        overshoot = VECTOR_BYTES * (1 + c * across.stride if skips else 1)
        has_parts = len(programs[0]) > 1
        block = block_of(self.pooling.axes, c, self.lanes, overshoot, has_parts=has_parts)
        fields = {
            **self._fields(),
            "block_rows": block.rows,
            "block_columns": block.columns,
            "pitch": block.pitch,
            "results_pitch": block.results_pitch,
            "tile": block.tile,
            "joint_lines": block.joint_lines,
            "lanes": self.lanes,
            "program_down": address_of(programs[0]),
            "steps_down": len(programs[0]),
            "program_across": address_of(programs[1]),
            "steps_across": len(programs[1]),
            "is_flat": self._is_flat(block),
            "skips": skips,
        }
        sizes = block.scratch_sizes(with_all_windows=skips)
        scratch_bytes = tuple(size * self.sums.itemsize for size in sizes)
        blocks = m * -(-oh // block.rows) * -(-ow // block.columns)
        form = forms.PoolBlocksForm()
        return self._call_with_line_loops(form, fields, blocks, scratch_bytes, programs)

    def _is_flat(self, block: PoolingBlock) -> bool:
        """Return whether the results of a block are without gaps in memory and have one divisor."""
        _, oh, ow, c = self.out.shape
        is_dense = oh == 1 or self.out.strides[1] == ow * c * self.out.dtype.itemsize
        rows, columns = self.divisors.rows, self.divisors.columns
        has_one_divisor = self.is_copied or (not columns.size and bool((rows == rows[0]).all()))
        return is_dense and has_one_divisor and block.results_pitch == ow * c

    # ---- records ----

    def _call_with_line_loops(
        self,
        form: Form,
        fields: dict[str, int],
        units: int,
        scratch_bytes: tuple[int, ...],
        programs: Sequence[Array] = (),
    ) -> PoolingCall:
        """Return the call of a form that calls the loops on lines.

        Parameters
        ----------
        form, fields
            The form, and the fields of its record POOLING.
        units, scratch_bytes
            As in PoolingCall.
        programs
            The arrays whose addresses are in the fields, if any: the programs of both axes.
        """
        skip = 0  # which pair (channels, stride) of SKIPS
        if fields.get("skips"):
            skip = forms.SKIPS.index((self.images.shape[3], self.pooling.axes[1].stride))
        are_factors = {"are_factors": int(self.divisors.are_factors)}
        bits = launch.bits_of(identity(self.combination, self.sums), self.sums)
        records = [
            filled(POOLING, fields),
            filled(COMBINING, {"identity": bits, **are_factors}),
            filled(WRITING, are_factors),
            filled(SKIPPING, {"skip": skip}),
        ]
        ends = [*accumulate(len(record) for record in records)]  # each the place of the next record
        return PoolingCall(
            function=library.function(form),
            fields=as_words(*records),
            line_records=tuple(ends[:-1]),
            scratch_bytes=scratch_bytes,
            units=units,
            parts=self._most_parts(),
            arrays=(self.divisors.rows, self.divisors.columns, *programs),
        )

    def _fields(self) -> dict[str, int]:
        """Return the fields of POOLING that do not depend on blocks."""
        h, w, c = self.images.shape[1:]
        oh, ow = self.out.shape[1:3]
        sizes = {"oh": oh, "ow": ow, "h": h, "w": w, "c": c}
        fields = {
            **sizes,
            **self._strides(),
            **window_fields(self.pooling.axes, "window", "stride", "dilation", "before"),
            "pixel_bytes": c * self.pixels.itemsize,
            "sum_bytes": self.sums.itemsize,
            "output_bytes": self.results.itemsize,
            "row_divisors": address_of(self.divisors.rows),
            "write_unit": self.sums.itemsize if self.is_copied else 1,
        }
        if self.divisors.columns.size and not self.is_copied:
            fields["column_divisors"] = address_of(self.divisors.columns)
        return {**fields, **self._functions()}

    def _functions(self) -> dict[str, int]:
        """Return the fields of POOLING that are addresses of the loops on lines."""
        size = np.dtype(f"u{self.sums.itemsize}")  # numbers are only copied, so their kind is free
        functions = {
            "combine_pixels": forms.CombineLinesForm(self.combination, self.pixels, self.sums),
            "combine_parts": forms.CombineLinesForm(self.combination, self.sums, self.sums),
            "skip": forms.SkipColumnsForm(size),
            "write": (
                forms.CopyLinesForm()
                if self.is_copied
                else forms.WriteTotalsForm(self.sums, self.results)
            ),
        }
        return {name: library.function_address(form) for name, form in functions.items()}

    def _strides(self) -> dict[str, int]:
        """Return the bytes from image to image and from row to row, as fields of a record."""
        images, out = self.images.strides, self.out.strides
        return {**stride_fields(images[:2]), **stride_fields(out[:2], "output_")}

    def _most_parts(self) -> int:
        """Return into how many parts threads may split the work: one for each PART_BYTES.

        These are bytes read and written, for windows of 2 x 2; others count by their taps.
        """
        moved = sum(volume(array.shape) * array.dtype.itemsize for array in (self.images, self.out))
        # a window of more than FEW_TAPS taps hardly costs more: it is combined from parts
        taps = sum(min(axis.window, FEW_TAPS) for axis in self.pooling.axes)
        return moved * taps // (2 + 2) // PART_BYTES  # 2 + 2: taps of windows of 2 x 2
