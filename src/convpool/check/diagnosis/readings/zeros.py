"""Where zeros may have been put: what public solutions read 'same' as, and what goes wrong with a pair.

Letters: on one axis n pixels, k taps, s steps, T = (n - 1) * s + k - n zeros that keep n outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from convpool.check.diagnosis.arithmetic import Given, Pair, right_zeros

Zeros = Callable[[Given, int], Pair | None]


def _up(number: int) -> int:
    """Return half a number, rounded up."""
    return -(-number // 2)


def _tensorflow(given: Given, axis: int) -> Pair:
    n, k, s = given.axis(axis)
    total = max((-(-n // s) - 1) * s + k - n, 0)
    return total // 2, _up(total)


def _both(zeros: Callable[[int, int, int, int], int]) -> Zeros:
    """Return as many zeros before as after, from n, k, s and T."""

    def sides(given: Given, axis: int) -> Pair:
        each = zeros(*given.axis(axis), given.total(axis))
        return each, each

    return sides


def _from(axes: Pair) -> Zeros:
    """Return the right zeros, as those of other axes."""
    return lambda given, axis: right_zeros(given, axes[axis])


def _swapped(given: Given, axis: int) -> Pair:
    return right_zeros(replace(given, sizes=given.sizes[::-1]), axis)


def _strides_swapped(given: Given, axis: int) -> Pair:
    return right_zeros(replace(given, stride=given.stride[::-1]), axis)


def _windows_swapped(given: Given, axis: int) -> Pair:
    return right_zeros(replace(given, window=given.window[::-1]), axis)


def _half(zeros: Callable[[int, int, int], int]) -> Zeros:
    """Return some zeros in all, half of them on either side, the odd one after."""

    def sides(given: Given, axis: int) -> Pair:
        total = zeros(*given.axis(axis))
        return total // 2, total - total // 2

    return sides


# name -> (words, zeros before and after)
SAME_ZEROS: dict[str, tuple[str, Zeros]] = {
    "p = T // 2 + 1": (
        "'same' pads with p = T // 2 + 1 zeros on both sides, where T = (n - 1) * s + k - n",
        _both(lambda n, k, s, total: total // 2 + 1),
    ),
    "p = ceil(T / 2)": (
        "'same' pads with p = ceil(T / 2) zeros on both sides, where T = (n - 1) * s + k - n",
        _both(lambda n, k, s, total: _up(total)),
    ),
    "p = T // 2": (
        "'same' pads with p = T // 2 zeros on both sides, where T = (n - 1) * s + k - n",
        _both(lambda n, k, s, total: total // 2),
    ),
    "p = (k - 1) // 2": (
        "'same' pads with p = (k - 1) // 2 zeros on both sides, whatever the stride",
        _both(lambda n, k, s, total: (k - 1) // 2),
    ),
    "p = k // 2": (
        "'same' pads with p = k // 2 zeros on both sides, whatever the stride",
        _both(lambda n, k, s, total: k // 2),
    ),
    "k - 1 zeros": (
        "'same' pads with k - 1 zeros in all, whatever the stride, the odd one before",
        lambda given, axis: (given.window[axis] // 2, (given.window[axis] - 1) // 2),
    ),
    "k - 1 zeros, odd after": (
        "'same' pads with k - 1 zeros in all, whatever the stride, the odd one after",
        lambda given, axis: ((given.window[axis] - 1) // 2, given.window[axis] // 2),
    ),
    "TensorFlow": (
        "'same' is TensorFlow's: T = max((ceil(n / s) - 1) * s + k - n, 0) zeros in all, the odd "
        "one after",
        _tensorflow,
    ),
    "none": ("'same' pads with nothing", lambda given, axis: (0, 0)),
    "all before": (
        "'same' puts all zeros before the image",
        lambda given, axis: (given.total(axis), 0),
    ),
    "all after": (
        "'same' puts all zeros after the image",
        lambda given, axis: (0, given.total(axis)),
    ),
    "rows only": (
        "'same' pads the rows (above and below) only",
        lambda given, axis: right_zeros(given, 0) if axis == 0 else (0, 0),
    ),
    "columns only": (
        "'same' pads the columns (left and right) only",
        lambda given, axis: right_zeros(given, 1) if axis == 1 else (0, 0),
    ),
    "axes swapped": (
        "'same' puts the zeros of the rows on the columns, and the reverse",
        _from((1, 0)),
    ),
    "h for both axes": ("'same' puts the zeros of the rows on the columns too", _from((0, 0))),
    "w for both axes": ("'same' puts the zeros of the columns on the rows too", _from((1, 1))),
    "h and w swapped": ("'same' computes its zeros with h and w swapped", _swapped),
    "sh and sw swapped": ("'same' computes its zeros with sh and sw swapped", _strides_swapped),
    "kh and kw swapped": ("'same' computes its zeros with kh and kw swapped", _windows_swapped),
    "p = T": ("'same' pads with all T zeros on both sides", _both(lambda n, k, s, total: total)),
    "p = k": ("'same' pads with p = k zeros on both sides", _both(lambda n, k, s, total: k)),
    "p = k - 1": (
        "'same' pads with p = k - 1 zeros on both sides ('full')",
        _both(lambda n, k, s, total: k - 1),
    ),
    "p = 1": (
        "'same' pads with 1 zero on both sides, whatever the kernel",
        _both(lambda n, k, s, total: 1),
    ),
    "p = s": ("'same' pads with p = s zeros on both sides", _both(lambda n, k, s, total: s)),
    "p = ceil(T / 2) + 1": (
        "'same' pads with p = ceil(T / 2) + 1 zeros on both sides",
        _both(lambda n, k, s, total: _up(total) + 1),
    ),
    "p = T // 2 - 1": (
        "'same' pads with p = T // 2 - 1 zeros",
        _both(lambda n, k, s, total: total // 2 - 1),
    ),
    "p = (n * s + k - n) // 2": (
        "'same' pads with p = (n * s + k - n) // 2 zeros on both sides",
        _both(lambda n, k, s, total: (n * s + k - n) // 2),
    ),
    "p = ceil((n * s + k - n) / 2)": (
        "'same' pads with p = ceil((n * s + k - n) / 2) zeros on both sides",
        _both(lambda n, k, s, total: _up(n * s + k - n)),
    ),
    "p = (n * s - n + k - 1) // 2": (
        "'same' pads with p = (n * s - n + k - 1) // 2 zeros on both sides",
        _both(lambda n, k, s, total: (n * s - n + k - 1) // 2),
    ),
    "p = ceil((n * s - n + k - 1) / 2)": (
        "'same' pads with p = ceil((n * s - n + k - 1) / 2) zeros on both sides",
        _both(lambda n, k, s, total: _up(n * s - n + k - 1)),
    ),
    "(n - 1) * s + k zeros": (
        "'same' does not subtract n from its zeros",
        _half(lambda n, k, s: (n - 1) * s + k),
    ),
    "(n - 1) * s - n zeros": (
        "'same' leaves k out of its zeros",
        _half(lambda n, k, s: (n - 1) * s - n),
    ),
    "(s - 1) * n zeros": (
        "'same' computes its zeros as (s - 1) * n + k",
        _half(lambda n, k, s: (s - 1) * n + k),
    ),
    "p = (k - s) // 2": (
        "'same' pads with (k - s) // 2 zeros",
        _both(lambda n, k, s, total: (k - s) // 2),
    ),
    "k - s zeros": ("'same' pads with k - s zeros in all", _half(lambda n, k, s: k - s)),
    "p = (k - s + 1) // 2": (
        "'same' pads with ceil((k - s) / 2) zeros",
        _both(lambda n, k, s, total: _up(k - s)),
    ),
    "p = k // s": (
        "'same' pads with p = k // s zeros on both sides",
        _both(lambda n, k, s, total: k // s),
    ),
}


def _pair(given: Given) -> Pair:
    return (0, 0) if isinstance(given.padding, str) else given.padding


# name -> (words, zeros before and after)
PAIR_ZEROS: dict[str, tuple[str, Zeros]] = {
    "none": ("the padding is missing", lambda given, axis: (0, 0)),
    "swapped": ("ph and pw are swapped", lambda given, axis: (_pair(given)[1 - axis],) * 2),
    "rows only": (
        "ph is used and pw is not",
        lambda given, axis: (_pair(given)[0],) * 2 if axis == 0 else (0, 0),
    ),
    "columns only": (
        "pw is used and ph is not",
        lambda given, axis: (_pair(given)[1],) * 2 if axis == 1 else (0, 0),
    ),
    "all before": (
        "all zeros lie before the image (above and left)",
        lambda given, axis: (2 * _pair(given)[axis], 0),
    ),
    "all after": (
        "all zeros lie after the image (below and right)",
        lambda given, axis: (0, 2 * _pair(given)[axis]),
    ),
    "before only": ("zeros lie above and left only", lambda given, axis: (_pair(given)[axis], 0)),
    "after only": ("zeros lie below and right only", lambda given, axis: (0, _pair(given)[axis])),
    "ph before, pw after": (
        "rows and columns get ph zeros before and pw after",
        lambda given, axis: _pair(given),
    ),
    "doubled": ("the padding is doubled", lambda given, axis: (2 * _pair(given)[axis],) * 2),
    "halved": (
        "the padding is halved (p // 2)",
        lambda given, axis: (_pair(given)[axis] // 2,) * 2,
    ),
    "halves": (
        "only p zeros in all, half on either side",
        lambda given, axis: (_pair(given)[axis] // 2, _up(_pair(given)[axis])),
    ),
    "ph for both": ("ph is used for both axes", lambda given, axis: (_pair(given)[0],) * 2),
    "pw for both": ("pw is used for both axes", lambda given, axis: (_pair(given)[1],) * 2),
    "one more": ("the padding is one too wide", lambda given, axis: (_pair(given)[axis] + 1,) * 2),
    "one less": (
        "the padding is one too narrow",
        lambda given, axis: (_pair(given)[axis] - 1,) * 2,
    ),
    "p = 1": ("the padding is always 1", lambda given, axis: (1, 1)),
}
