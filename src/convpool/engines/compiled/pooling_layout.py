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
        """Whether numbers are native and aligned, and those of a row lie side by side."""
        *_, w, c = self.shape
        size = self.dtype.itemsize
        is_regular = self.is_aligned and all(stride % size == 0 for stride in self.strides)
        return (
            (is_regular and self.dtype.isnative)
            and (c <= 1 or self.strides[3] == size)
            and (w <= 1 or self.strides[2] == c * size)
        ) or 0 in self.shape


class Pooling(NamedTuple):
    """The windows of a pooling, and how they are reduced.

    Parameters
    ----------
    axes
        The windows on the rows and on the columns.
    mode, count_padding, dtype
        As in `engines.numpy.pooling.pool`.
    divided_rows, first_row
        Windows on the rows of which these are some, from number first_row on, and by which avg
        divides; None if these are all.
    """

    axes: tuple[Axis, Axis]
    mode: str
    count_padding: bool
    dtype: Dtype
    divided_rows: Axis | None = None
    first_row: int = 0

    def sum_dtype(self, images: Dtype) -> Dtype:
        """Return the dtype in which the loops combine pixels of a dtype.

        That of the images for max and min; for sums of integers the shortest of int16, int32 and
        int64 that holds the sum of every window; else `dtype`.
        """
        images = number_dtype(images)
        if self.mode in ("max", "min"):
            return images
        if images.kind == "f":
            return self.dtype
        taps = volume([min(axis.window, axis.size) for axis in self.axes])
        most = max(-int(np.iinfo(images).min), int(np.iinfo(images).max)) * taps
        sizes = (size for size in (2, 4, 8) if most < 2 ** (8 * size - 1))
        return next((np.dtype(f"i{size}") for size in sizes), self.dtype)

    def readable_dtype(self, images: Dtype) -> Dtype:
        """Return the dtype in which the loops read pixels of a dtype: it, or that of sums."""
        sums = self.sum_dtype(images)
        if COMBINATIONS[self.mode] != ADD or added_dtypes(images, sums) in forms.ADDED:
            return images
        return sums

    def can_write(self, images: Dtype, results: Dtype) -> bool:
        """Return whether the loops write results of this dtype."""
        sums = self.sum_dtype(images)
        results = number_dtype(results)
        return self.is_copied(sums, results) or (sums, results) in forms.WRITTEN

    def is_copied(self, sums: Dtype, results: Dtype) -> bool:
        """Return whether totals are results."""
        return self.mode != "avg" and sums == results


def number_dtype(dtype: Dtype) -> Dtype:
    """Return the dtype that stands for another in the loops: uint8 for bool."""
    return np.dtype(np.uint8) if dtype.kind == "b" else dtype


def added_dtypes(images: Dtype, sums: Dtype) -> tuple[Dtype, Dtype]:
    """Return the dtypes in which pixels are added: uint64 as int64, which wraps alike."""
    images = number_dtype(images)
    is_wrapped = images == np.uint64 and sums == np.int64
    return (sums if is_wrapped else images), sums


def identity(combination: int, sums: Dtype) -> Any:
    """Return the number that changes no other that it is combined with.

    That is 0 for sums; the least number, or -inf, for the greater; the greatest, or inf, for the
    lesser.
    """
    if combination == ADD:
        return 0
    if sums.kind == "f":
        return -np.inf if combination == GREATER else np.inf
    limits = np.iinfo(sums)
    return limits.min if combination == GREATER else limits.max
