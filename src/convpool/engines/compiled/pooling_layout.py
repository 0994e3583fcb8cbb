"""How the arrays of a pooling lie in memory, and in which dtypes the loops take them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import pooling_forms as forms
from convpool.engines.compiled.base_form import ADD, GREATER, LESSER
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, volume

Array = NDArray[Any]
Dtype = np.dtype[Any]

COMBINATIONS = {"sum": ADD, "avg": ADD, "max": GREATER, "min": LESSER}


class Layout(NamedTuple):
    """How an array lies in memory, with the strides in bytes."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: Dtype
    is_aligned: bool

    @classmethod
    def of(cls, array: Array) -> Layout:
        """Return the layout of an array."""
        return cls(array.shape, array.strides, array.dtype, array.flags.aligned)

    @property
    def is_dense(self) -> bool:
        """Whether loops can read or write the array (images, rows, w, c) in place.

        Its numbers are native and aligned, and those of a row, w * c, lie side by side; or it is
        empty.
        """
        *_, w, c = self.shape
        size = self.dtype.itemsize
        are_numbers_aligned = self.is_aligned and all(stride % size == 0 for stride in self.strides)
        are_rows_dense = (c <= 1 or self.strides[3] == size) and (
            w <= 1 or self.strides[2] == c * size
        )
        return (are_numbers_aligned and self.dtype.isnative and are_rows_dense) or 0 in self.shape


class Pooling(NamedTuple):
    """The windows of a pooling, and how they are reduced.

    Parameters
    ----------
    axes
        The windows on the rows and on the columns.
    mode, count_padding, dtype
        As in `engines.numpy.pooling.pool`.
    divided_rows, first_row
        Where the windows on the rows are only some of a larger pooling: all windows of that, from
        which the divisors of avg are computed, and the number of the first window of `axes` among
        them. Else None and 0.
    """

    axes: tuple[Axis, Axis]
    mode: str
    count_padding: bool
    dtype: Dtype
    divided_rows: Axis | None = None
    first_row: int = 0

    def sum_dtype(self, images: Dtype) -> Dtype:
        """Return the dtype in which the loops combine pixels of the dtype `images`.

        It is `images` for max and min; for sums of integers the shortest of int16, int32 and int64
        that holds the sum of every window; and `self.dtype` otherwise.
        """
        images = number_dtype(images)
        if self.mode in ("max", "min"):
            return images
        if images.kind == "f":
            return self.dtype
        taps = volume([min(axis.window, axis.size) for axis in self.axes])
        largest_sum = max(-int(np.iinfo(images).min), int(np.iinfo(images).max)) * taps
        sizes_that_hold_it = (size for size in (2, 4, 8) if largest_sum < 2 ** (8 * size - 1))
        return next((np.dtype(f"i{size}") for size in sizes_that_hold_it), self.dtype)

    def readable_dtype(self, images: Dtype) -> Dtype:
        """Return the dtype in which the loops read pixels of a dtype: itself, or that of sums.

        Where it is that of sums, the pixels must be converted before.
        """
        sums = self.sum_dtype(images)
        if COMBINATIONS[self.mode] != ADD or added_dtypes(images, sums) in forms.ADDED:
            return images
        return sums

    def can_write(self, images: Dtype, results: Dtype) -> bool:
        """Return whether the loops can write `results` where pixels are `images`, both dtypes."""
        sums = self.sum_dtype(images)
        results = number_dtype(results)
        return self.is_copied(sums, results) or (sums, results) in forms.WRITTEN

    def is_copied(self, sums: Dtype, results: Dtype) -> bool:
        """Return whether totals of the dtype `sums` are written unchanged as `results`."""
        return self.mode != "avg" and sums == results


def number_dtype(dtype: Dtype) -> Dtype:
    """Return the dtype by which the loops read or write another: uint8 for bool, else itself."""
    return np.dtype(np.uint8) if dtype.kind == "b" else dtype


def added_dtypes(images: Dtype, sums: Dtype) -> tuple[Dtype, Dtype]:
    """Return the dtypes (images, sums) in which pixels of the dtype `images` are read and added.

    uint64 is read as int64 where sums are int64: both wrap to the same bits.
    """
    images = number_dtype(images)
    is_wrapped = images == np.uint64 and sums == np.int64
    return (sums if is_wrapped else images), sums


def identity(combination: int, sums: Dtype) -> Any:
    """Return the number of the dtype `sums` that changes no other that it is combined with.

    It is 0 for ADD; the least number, or -inf, for GREATER; the greatest, or inf, for LESSER.
    """
    if combination == ADD:
        return 0
    if sums.kind == "f":
        return -np.inf if combination == GREATER else np.inf
    limits = np.iinfo(sums)
    return limits.min if combination == GREATER else limits.max
