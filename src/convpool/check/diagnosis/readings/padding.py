"""Where a function may put its zeros, for 'same' and for (ph, pw), and what else it may pad with.

The readings of 'same' come first in the order of public solutions. Letters: on one axis n pixels,
k taps, s steps, T = (n - 1) * s + k - n zeros that keep n outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from convpool.check.behaviour.case import Pair
from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import Arguments, Reading, correct_count, correct_zeros

Rows = Iterator[tuple[str, Reading]]
Zeros = Callable[[Arguments, int], Pair | None]  # (arguments, axis) -> zeros (before, after)


def _half_up(number: int) -> int:
    """Return half of a number, rounded up to a whole one."""
    return -(-number // 2)


def _tensorflow(arguments: Arguments, axis: int) -> Pair:
    """Return TensorFlow's zeros (before, after) of 'same' on an axis."""
    n, k, s = arguments.on_axis(axis)
    total = max((-(-n // s) - 1) * s + k - n, 0)
    return total // 2, _half_up(total)


def _both_sides(zeros_of_side: Callable[[int, int, int, int], int]) -> Zeros:
    """Return a function that puts zeros_of_side(n, k, s, T) zeros before and as many after."""

    def zeros(arguments: Arguments, axis: int) -> Pair:
        count = zeros_of_side(*arguments.on_axis(axis), arguments.total_zeros(axis))
        return count, count

    return zeros


def _from_axes(axes: Pair) -> Zeros:
    """Return a function that gives axis 0 the right zeros of axes[0], axis 1 those of axes[1]."""
    return lambda arguments, axis: correct_zeros(arguments, axes[axis])


def _sizes_swapped(arguments: Arguments, axis: int) -> Pair:
    """Return the zeros (before, after) of 'same' with h and w swapped."""
    return correct_zeros(replace(arguments, sizes=arguments.sizes[::-1]), axis)


def _strides_swapped(arguments: Arguments, axis: int) -> Pair:
    """Return the zeros (before, after) of 'same' with sh and sw swapped."""
    return correct_zeros(replace(arguments, stride=arguments.stride[::-1]), axis)


def _windows_swapped(arguments: Arguments, axis: int) -> Pair:
    """Return the zeros (before, after) of 'same' with kh and kw swapped."""
    return correct_zeros(replace(arguments, window=arguments.window[::-1]), axis)


def _half_on_each_side(zeros_of_axis: Callable[[int, int, int], int]) -> Zeros:
    """Return a function that halves zeros_of_axis(n, k, s): before and after, the odd one after."""

    def zeros(arguments: Arguments, axis: int) -> Pair:
        total = zeros_of_axis(*arguments.on_axis(axis))
        return total // 2, total - total // 2

    return zeros


# name -> (Reading.words, Reading.zeros), of calls with 'same'
SAME_ZEROS: dict[str, tuple[str, Zeros]] = {
    "p = T // 2 + 1": (
        "'same' pads with p = T // 2 + 1 zeros on both sides, where T = (n - 1) * s + k - n",
        _both_sides(lambda n, k, s, total: total // 2 + 1),
    ),
    "p = ceil(T / 2)": (
        "'same' pads with p = ceil(T / 2) zeros on both sides, where T = (n - 1) * s + k - n",
        _both_sides(lambda n, k, s, total: _half_up(total)),
    ),
    "p = T // 2": (
        "'same' pads with p = T // 2 zeros on both sides, where T = (n - 1) * s + k - n",
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
        lambda arguments, axis: ((arguments.window[axis] - 1) // 2, arguments.window[axis] // 2),
    ),
    "TensorFlow": (
        "'same' is TensorFlow's: T = max((ceil(n / s) - 1) * s + k - n, 0) zeros in all, the odd "
        "one after",
        _tensorflow,
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
    "h and w swapped": ("'same' computes its zeros with h and w swapped", _sizes_swapped),
    "sh and sw swapped": ("'same' computes its zeros with sh and sw swapped", _strides_swapped),
    "kh and kw swapped": ("'same' computes its zeros with kh and kw swapped", _windows_swapped),
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
    "p = ceil((n * s + k - n) / 2)": (
        "'same' pads with p = ceil((n * s + k - n) / 2) zeros on both sides",
        _both_sides(lambda n, k, s, total: _half_up(n * s + k - n)),
    ),
    "p = (n * s - n + k - 1) // 2": (
        "'same' pads with p = (n * s - n + k - 1) // 2 zeros on both sides",
        _both_sides(lambda n, k, s, total: (n * s - n + k - 1) // 2),
    ),
    "p = ceil((n * s - n + k - 1) / 2)": (
        "'same' pads with p = ceil((n * s - n + k - 1) / 2) zeros on both sides",
        _both_sides(lambda n, k, s, total: _half_up(n * s - n + k - 1)),
    ),
    "(n - 1) * s + k zeros": (
        "'same' does not subtract n from its zeros",
        _half_on_each_side(lambda n, k, s: (n - 1) * s + k),
    ),
    "(n - 1) * s - n zeros": (
        "'same' leaves k out of its zeros",
        _half_on_each_side(lambda n, k, s: (n - 1) * s - n),
    ),
    "(s - 1) * n zeros": (
        "'same' computes its zeros as (s - 1) * n + k",
        _half_on_each_side(lambda n, k, s: (s - 1) * n + k),
    ),
    "p = (k - s) // 2": (
        "'same' pads with (k - s) // 2 zeros",
        _both_sides(lambda n, k, s, total: (k - s) // 2),
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
    "all before": (
        "all zeros lie before the image (above and left)",
        lambda arguments, axis: (2 * _pair(arguments)[axis], 0),
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
    "halved": (
        "the padding is halved (p // 2)",
        lambda arguments, axis: (_pair(arguments)[axis] // 2,) * 2,
    ),
    "ph for both": ("ph is used for both axes", lambda arguments, axis: (_pair(arguments)[0],) * 2),
    "pw for both": ("pw is used for both axes", lambda arguments, axis: (_pair(arguments)[1],) * 2),
    "one more": (
        "the padding is one too wide",
        lambda arguments, axis: (_pair(arguments)[axis] + 1,) * 2,
    ),
    "p = 1": ("the padding is always 1", lambda arguments, axis: (1, 1)),
}


# ---- the output's size with other zeros ----

# end of the name -> (end of the words, Reading.count); in functions, a are the arguments
SIZES: dict[str, tuple[str, Callable[[Arguments, int, Pair], int] | None]] = {
    "": ("", None),
    ", n outputs": (", and the output is cut to h x w", lambda a, axis, zeros: a.sizes[axis]),
    ", right size": (
        ", and the output has the right size",
        lambda a, axis, zeros: correct_count(
            replace(a, sizes=a.images.shape[1:3]), axis, (_pair(a)[axis],) * 2
        ),
    ),
    ", n // s outputs": (
        ", and the output has n // s rows and columns",
        lambda a, axis, zeros: a.sizes[axis] // a.stride[axis],
    ),
    ", ceil(n / s) outputs": (
        ", and the output has ceil(n / s) rows and columns",
        lambda a, axis, zeros: -(-a.sizes[axis] // a.stride[axis]),
    ),
    ", ceil": (
        ", and the output's size is rounded up",
        lambda a, axis, zeros: (
            -(-(a.sizes[axis] + sum(zeros) - a.window[axis]) // a.stride[axis]) + 1
        ),
    ),
}


# which sizes go with each reading of the zeros, by the kind of calls; the others go with the zeros
# that many have
SIZES_OF_ALL = {"same": ("", ", n outputs"), "pair": ("", ", right size")}
SIZES_OF_COMMON = (", n // s outputs", ", ceil(n / s) outputs", ", ceil")
COMMON = 10  # zeros at the beginning of SAME_ZEROS that many have


def rows() -> Rows:
    """Yield (name, reading) for each reading of the zeros, with sizes of the output."""
    for when, table in (("same", SAME_ZEROS), ("pair", PAIR_ZEROS)):
        for size, (size_words, count) in SIZES.items():
            common = COMMON if when == "same" and size in SIZES_OF_COMMON else 0
            number = len(table) if size in SIZES_OF_ALL[when] else common
            for name, (words, zeros) in islice(table.items(), number):
                reading = Reading(words + size_words, "zeros", when, zeros=zeros, count=count)
                yield f"{when}: {name}{size}", reading


# ---- what is padded instead of zeros ----

FILL_MODES = ("edge", "reflect", "symmetric", "wrap")  # of np.pad


def fill_rows() -> Rows:
    """Yield (name, reading) for each thing that the padding may consist of instead of zeros."""
    for mode in FILL_MODES:
        words = f"the padding is np.pad's {mode!r} instead of zeros"
        yield f"padded with {mode}", Reading(words, "fill", fill=_pad_with(mode=mode))
    words = "the padding is ones instead of zeros"
    yield "padded with ones", Reading(words, "fill", fill=_pad_with(constant_values=1))
    words = "the padding is np.pad's 'mean' instead of zeros"
    yield "padded with means", Reading(words, "fill", fill=_pad_with(mode="mean"))


def _pad_with(**keywords: Any) -> Callable[[Array, Any], Array]:
    """Return a Reading.fill: np.pad of images and widths, with these keywords."""
    return lambda images, widths: np.pad(images, widths, **keywords)
