"""How many windows a function may take on an axis, and where it may start them.

Letters: on one axis n pixels, k taps, s steps, p zeros on either side; in the tables a the
arguments, i the number of a window. Starts are positions in the padded image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from convpool.check.behaviour.case import Pair
from convpool.check.diagnosis.arithmetic import Arguments, Reading, correct_count, correct_start

Rows = Iterator[tuple[str, Reading]]
Count = Callable[[Arguments, int, Pair], int]  # as Reading.count
Start = Callable[[Arguments, int, int], int]  # as Reading.start
# (the axes that are misread, the end of the reading's name)
AXES = (((0, 1), ""), ((0,), " of the rows"), ((1,), " of the columns"))

# ---- how many windows ----

# names in COUNTS with which students' windows of a pooling reach over the edge
RAGGED = ("one output more", "size rounded up", "size ceil(n / s)")
# how words end where outputs have no window; not said of windows that may reach over the edge
LEFT_AT_0 = ", and what has no window is left at 0"


def _formula(size: Callable[[int, int, int, Pair], int]) -> Count:
    """Return a Reading.count from size(n, k, s, zeros), with the zeros (before, after)."""
    return lambda arguments, axis, zeros: size(*arguments.on_axis(axis), zeros)


def _swapped(field: str) -> Count:
    """Return a Reading.count: the right number for arguments with a swapped field."""
    return lambda arguments, axis, zeros: correct_count(arguments.swapped(field), axis, zeros)


# name -> (Reading.words, Reading.count)
COUNTS: dict[str, tuple[str, Count]] = {
    "one output more": (
        "the output is one too large" + LEFT_AT_0,
        _formula(lambda n, k, s, zeros: (n + sum(zeros) - k) // s + 2),
    ),
    "one output less": (
        "the output is one too small, the last left out",
        _formula(lambda n, k, s, zeros: (n + sum(zeros) - k) // s),
    ),
    "size rounded up": (
        "the output's size is rounded up (ceil for floor)" + LEFT_AT_0,
        _formula(lambda n, k, s, zeros: -(-(n + sum(zeros) - k) // s) + 1),
    ),
    "size without the stride": (
        "the output's size is n + zeros - k + 1, without the stride, and the rest is left at 0",
        _formula(lambda n, k, s, zeros: n + sum(zeros) - k + 1),
    ),
    "size without the zeros": (
        "the output's size is (n - k) // s + 1, without the zeros",
        _formula(lambda n, k, s, zeros: (n - k) // s + 1),
    ),
    "size with half the zeros": (
        "the output's size is (n + p - k) // s + 1, with the zeros of one side only",
        _formula(lambda n, k, s, zeros: (n + zeros[0] - k) // s + 1),
    ),
    "size n // s": ("the output's size is n // s", _formula(lambda n, k, s, zeros: n // s)),
    "size ceil(n / s)": (
        "the output's size is ceil(n / s)",
        _formula(lambda n, k, s, zeros: -(-n // s)),
    ),
    "size n // k": ("the output's size is n // k", _formula(lambda n, k, s, zeros: n // k)),
    "size (n - k + 1) // s": (
        "the output's size is (n + zeros - k + 1) // s",
        _formula(lambda n, k, s, zeros: (n + sum(zeros) - k + 1) // s),
    ),
    "size with h for w": ("the output's size has h and w swapped", _swapped("sizes")),
    "size with kh for kw": ("the output's size has kh and kw swapped", _swapped("window")),
    "size with sh for sw": ("the output's size has sh and sw swapped", _swapped("stride")),
}


def count_rows() -> Rows:
    """Yield (name, reading) for each wrong size of the output, on both axes and on one.

    The sizes in RAGGED also with windows of a pooling that reach over the edge.
    """
    for axes, where in AXES:
        suffix = f" ({where.strip()})" if where else ""
        for name, (words, wrong_count) in COUNTS.items():
            count = _count_on(axes, wrong_count)
            yield f"{name}{where}", Reading(f"{words}{suffix}", decided_by="size", count=count)
            if name in RAGGED:
                ragged_words = (
                    f"{words.removesuffix(LEFT_AT_0)}{suffix}, and the last windows are pooled "
                    "over what is there"
                )
                reading = Reading(
                    ragged_words, decided_by="size", when="pooling", count=count, is_ragged=True
                )
                yield f"{name}{where}, ragged", reading


def _count_on(axes: tuple[int, ...], wrong_count: Count) -> Count:
    """Return a Reading.count: `wrong_count` on these axes, the right count on the others."""
    return lambda a, axis, zeros: (
        wrong_count(a, axis, zeros) if axis in axes else correct_count(a, axis, zeros)
    )


# ---- where windows start ----

# name -> (Reading.words, Reading.start)
STARTS: dict[str, tuple[str, Start]] = {
    "windows at i": (
        "windows begin at i instead of i * s (the stride is in the size only)",
        lambda a, axis, i: i,
    ),
    "windows at i * k": (
        "windows begin at i * k instead of i * s",
        lambda a, axis, i: i * a.window[axis],
    ),
    "windows at i + s": (
        "windows begin at i + s instead of i * s",
        lambda a, axis, i: i + a.stride[axis],
    ),
    "windows at i * sw": (
        "windows begin at i * sw and j * sh (swapped)",
        lambda a, axis, i: i * a.stride[1 - axis],
    ),
    "windows at 0": ("all windows are the first one", lambda a, axis, i: 0),
}


def start_rows() -> Rows:
    """Yield (name, reading) for each wrong start of windows, of both axes and of one.

    Windows of a pooling may reach over the edge.
    """
    for axes, where in AXES:
        suffix = f" ({where.strip()})" if where else ""
        for name, (words, wrong_start) in STARTS.items():
            start = _start_on(axes, wrong_start)
            reading = Reading(f"{words}{suffix}", decided_by="stride", start=start, is_ragged=True)
            yield f"{name}{where}", reading


def _start_on(axes: tuple[int, ...], wrong_start: Start) -> Start:
    """Return a Reading.start: `wrong_start` on these axes, the right start on the others."""
    return lambda a, axis, i: wrong_start(a, axis, i) if axis in axes else correct_start(a, axis, i)
