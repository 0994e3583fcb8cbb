"""Where a function may put its zeros, for 'same' and for (ph, pw), and what else it may pad with.

The readings of 'same' come first in the order of public solutions. Letters: on one axis n pixels,
k taps, s steps, T = (n - 1) * s + k - n zeros that keep n outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from convpool.check.behaviour.case import Pair
from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import Arguments, Reading, correct_zeros

Rows = Iterator[tuple[str, Reading]]
Zeros = Callable[[Arguments, int], Pair | None]  # (arguments, axis) -> zeros (before, after)


def _half_up(number: int) -> int:
    """Return half of a number, rounded up to a whole one."""
    return -(-number // 2)


def _both_sides(zeros_of_side: Callable[[int, int, int, int], int]) -> Zeros:
    """Return a function that puts zeros_of_side(n, k, s, T) zeros before and as many after."""

    def zeros(arguments: Arguments, axis: int) -> Pair:
        count = zeros_of_side(*arguments.on_axis(axis), arguments.total_zeros(axis))
        return count, count

    return zeros


def _from_axes(axes: Pair) -> Zeros:
    """Return a function that gives axis 0 the right zeros of axes[0], axis 1 those of axes[1]."""
    return lambda arguments, axis: correct_zeros(arguments, axes[axis])


def _swapped(field: str) -> Zeros:
    """Return a function that gives the right zeros of arguments with a swapped field."""
    return lambda arguments, axis: correct_zeros(arguments.swapped(field), axis)


def _halves(zeros_of_axis: Callable[[int, int, int], int]) -> Zeros:
    """Return a function that halves zeros_of_axis(n, k, s): before and after, the odd one after."""

    def zeros(arguments: Arguments, axis: int) -> Pair:
        total = zeros_of_axis(*arguments.on_axis(axis))
        return total // 2, _half_up(total)

    return zeros


_OF_T = "where an axis needs T of them in all"
# name -> (Reading.words, Reading.zeros), of calls with 'same'
SAME_ZEROS: dict[str, tuple[str, Zeros]] = {
    "p = T // 2 + 1": (
        f"'same' pads with p = T // 2 + 1 zeros on both sides, {_OF_T}",
        _both_sides(lambda n, k, s, total: total // 2 + 1),
    ),
    "p = ceil(T / 2)": (
        f"'same' pads with p = ceil(T / 2) zeros on both sides, {_OF_T}",
        _both_sides(lambda n, k, s, total: _half_up(total)),
    ),
    "p = T // 2": (
        f"'same' pads with p = T // 2 zeros on both sides, {_OF_T}",
        _both_sides(lambda n, k, s, total: total // 2),
    ),
    "p = T // 2, one more for even k": (
        "'same' pads with p = T // 2 zeros on both sides, and one more where k is even",
        _both_sides(lambda n, k, s, total: total // 2 + (k % 2 == 0)),
    ),
    "p = (k - 1) // 2": (
        "'same' pads with p = (k - 1) // 2 zeros on both sides, whatever the stride",
        _both_sides(lambda n, k, s, total: (k - 1) // 2),
    ),
    "p = k // 2": (
        "'same' pads with p = k // 2 zeros on both sides, whatever the stride",
        _both_sides(lambda n, k, s, total: k // 2),
    ),
    "k - 1 zeros": (
        "'same' pads with k - 1 zeros in all, whatever the stride, the odd one before",
        lambda arguments, axis: (arguments.window[axis] // 2, (arguments.window[axis] - 1) // 2),
    ),
    "k - 1 zeros, odd after": (
        "'same' pads with k - 1 zeros in all, whatever the stride, the odd one after",
        _halves(lambda n, k, s: k - 1),
    ),
    "TensorFlow": (
        "'same' is TensorFlow's: T = max((ceil(n / s) - 1) * s + k - n, 0) zeros in all, the odd "
        "one after",
        _halves(lambda n, k, s: max((-(-n // s) - 1) * s + k - n, 0)),
    ),
    "none": ("'same' pads with nothing", lambda arguments, axis: (0, 0)),
    "all before": (
        "'same' puts all zeros before the image",
        lambda arguments, axis: (arguments.total_zeros(axis), 0),
    ),
    "all after": (
        "'same' puts all zeros after the image",
        lambda arguments, axis: (0, arguments.total_zeros(axis)),
    ),
    "rows only": (
        "'same' pads the rows (above and below) only",
        lambda arguments, axis: correct_zeros(arguments, 0) if axis == 0 else (0, 0),
    ),
    "columns only": (
        "'same' pads the columns (left and right) only",
        lambda arguments, axis: correct_zeros(arguments, 1) if axis == 1 else (0, 0),
    ),
    "axes swapped": (
        "'same' puts the zeros of the rows on the columns, and the reverse",
        _from_axes((1, 0)),
    ),
    "h for both axes": ("'same' puts the zeros of the rows on the columns too", _from_axes((0, 0))),
    "w for both axes": ("'same' puts the zeros of the columns on the rows too", _from_axes((1, 1))),
    "h and w swapped": ("'same' computes its zeros with h and w swapped", _swapped("sizes")),
    "sh and sw swapped": (
        "'same' computes its zeros with sh and sw swapped",
        _swapped("stride"),
    ),
    "kh and kw swapped": (
        "'same' computes its zeros with kh and kw swapped",
        _swapped("window"),
    ),
    "p = T": (
        "'same' pads with all T zeros on both sides",
        _both_sides(lambda n, k, s, total: total),
    ),
    "p = k": ("'same' pads with p = k zeros on both sides", _both_sides(lambda n, k, s, total: k)),
    "p = k - 1": (
        "'same' pads with p = k - 1 zeros on both sides ('full')",
        _both_sides(lambda n, k, s, total: k - 1),
    ),
    "p = 1": (
        "'same' pads with 1 zero on both sides, whatever the kernel",
        _both_sides(lambda n, k, s, total: 1),
    ),
    "p = (n * s + k - n) // 2": (
        "'same' pads with p = (n * s + k - n) // 2 zeros on both sides",
        _both_sides(lambda n, k, s, total: (n * s + k - n) // 2),
    ),
    "(s - 1) * n zeros": (
        "'same' computes its zeros as (s - 1) * n + k",
        _halves(lambda n, k, s: (s - 1) * n + k),
    ),
}


def _pair(arguments: Arguments) -> Pair:
    """Return (ph, pw); (0, 0) for 'valid' and 'same'."""
    return (0, 0) if isinstance(arguments.padding, str) else arguments.padding


# name -> (Reading.words, Reading.zeros), of calls with (ph, pw)
PAIR_ZEROS: dict[str, tuple[str, Zeros]] = {
    "none": ("the padding is missing", lambda arguments, axis: (0, 0)),
    "swapped": ("ph and pw are swapped", lambda arguments, axis: (_pair(arguments)[1 - axis],) * 2),
    "rows only": (
        "ph is used and pw is not",
        lambda arguments, axis: (_pair(arguments)[0],) * 2 if axis == 0 else (0, 0),
    ),
    "columns only": (
        "pw is used and ph is not",
        lambda arguments, axis: (_pair(arguments)[1],) * 2 if axis == 1 else (0, 0),
    ),
    "all after": (
        "all zeros lie after the image (below and right)",
        lambda arguments, axis: (0, 2 * _pair(arguments)[axis]),
    ),
    "before only": (
        "zeros lie above and left only",
        lambda arguments, axis: (_pair(arguments)[axis], 0),
    ),
    "after only": (
        "zeros lie below and right only",
        lambda arguments, axis: (0, _pair(arguments)[axis]),
    ),
    "ph before, pw after": (
        "rows and columns get ph zeros before and pw after",
        lambda arguments, axis: _pair(arguments),
    ),
    "doubled": (
        "the padding is doubled",
        lambda arguments, axis: (2 * _pair(arguments)[axis],) * 2,
    ),
    "ph for both": ("ph is used for both axes", lambda arguments, axis: (_pair(arguments)[0],) * 2),
    "pw for both": ("pw is used for both axes", lambda arguments, axis: (_pair(arguments)[1],) * 2),
}


ALSO_CUT = 9  # so many rows, the first of SAME_ZEROS, are also tried with outputs cut to h x w


def rows() -> Rows:
    """Yield (name, reading) for each reading of the zeros, some also with outputs cut to h x w."""
    for when, table in (("same", SAME_ZEROS), ("pair", PAIR_ZEROS)):
        for name, (words, zeros) in table.items():
            yield f"{when}: {name}", Reading(words, decided_by="zeros", when=when, zeros=zeros)
    for name, (words, zeros) in islice(SAME_ZEROS.items(), ALSO_CUT):
        yield (
            f"same: {name}, n outputs",
            Reading(
                f"{words}, and the output is cut to h x w",
                decided_by="zeros",
                when="same",
                zeros=zeros,
                count=lambda arguments, axis, zeros: arguments.sizes[axis],
            ),
        )


# ---- what is padded instead of zeros ----

FILL_MODES = ("edge", "reflect", "symmetric", "wrap")  # of np.pad


def fill_rows() -> Rows:
    """Yield (name, reading) for each thing that the padding may consist of instead of zeros."""
    for mode in FILL_MODES:
        words = f"the padding is np.pad's {mode!r} instead of zeros"
        yield f"padded with {mode}", Reading(words, decided_by="fill", fill=_pad_with(mode=mode))
    words = "the padding is ones instead of zeros"
    yield "padded with ones", Reading(words, decided_by="fill", fill=_pad_with(constant_values=1))


def _pad_with(**keywords: Any) -> Callable[[Array, Any], Array]:
    """Return a Reading.fill: np.pad of images and widths, with these keywords."""
    return lambda images, widths: np.pad(images, widths, **keywords)
