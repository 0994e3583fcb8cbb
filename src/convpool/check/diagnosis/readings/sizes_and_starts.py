"""How many windows a function may take on an axis, and where it may start them.

Letters: on one axis n pixels, k taps, s steps, p zeros on either side; in the tables a the
arguments, i the number of a window.
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
# end of words; left out where windows may reach over the edge, so that more outputs have one
LEFT = ", and what has no window is left at 0"

# name -> (Reading.words, Reading.count)
COUNTS: dict[str, tuple[str, Count]] = {
    "one output more": (
        "the output is one too large" + LEFT,
        lambda a, axis, zeros: correct_count(a, axis, zeros) + 1,
    ),
    "one output less": (
        "the output is one too small, the last left out",
        lambda a, axis, zeros: correct_count(a, axis, zeros) - 1,
    ),
    "size rounded up": (
        "the output's size is rounded up (ceil for floor)" + LEFT,
        lambda a, axis, zeros: (
            -(-(a.sizes[axis] + sum(zeros) - a.window[axis]) // a.stride[axis]) + 1
        ),
    ),
    "size without the stride": (
        "the output's size is n + zeros - k + 1, without the stride, and the rest is left at 0",
        lambda a, axis, zeros: a.sizes[axis] + sum(zeros) - a.window[axis] + 1,
    ),
    "size without the zeros": (
        "the output's size is (n - k) // s + 1, without the zeros",
        lambda a, axis, zeros: (a.sizes[axis] - a.window[axis]) // a.stride[axis] + 1,
    ),
    "size with half the zeros": (
        "the output's size is (n + p - k) // s + 1, with the zeros of one side only",
        lambda a, axis, zeros: (a.sizes[axis] + zeros[0] - a.window[axis]) // a.stride[axis] + 1,
    ),
    "size n": ("the output keeps the image's size", lambda a, axis, zeros: a.sizes[axis]),
    "size n // s": (
        "the output's size is n // s",
        lambda a, axis, zeros: a.sizes[axis] // a.stride[axis],
    ),
    "size ceil(n / s)": (
        "the output's size is ceil(n / s)",
        lambda a, axis, zeros: -(-a.sizes[axis] // a.stride[axis]),
    ),
    "size (n + zeros) // s": (
        "the output's size is (n + zeros) // s",
        lambda a, axis, zeros: (a.sizes[axis] + sum(zeros)) // a.stride[axis],
    ),
    "size n // k": (
        "the output's size is n // k",
        lambda a, axis, zeros: a.sizes[axis] // a.window[axis],
    ),
    "size n - k": (
        "the output's size is n + zeros - k, one too small",
        lambda a, axis, zeros: a.sizes[axis] + sum(zeros) - a.window[axis],
    ),
    "size (n - k + 1) // s": (
        "the output's size is (n + zeros - k + 1) // s",
        lambda a, axis, zeros: (a.sizes[axis] + sum(zeros) - a.window[axis] + 1) // a.stride[axis],
    ),
    "size n - k + 2": (
        "the output's size is (n + zeros - k + 1) // s + 1",
        lambda a, axis, zeros: (
            (a.sizes[axis] + sum(zeros) - a.window[axis] + 1) // a.stride[axis] + 1
        ),
    ),
    "size with h for w": (
        "the output's size has h and w swapped",
        lambda a, axis, zeros: (
            (a.sizes[1 - axis] + sum(zeros) - a.window[axis]) // a.stride[axis] + 1
        ),
    ),
    "size with kh for kw": (
        "the output's size has kh and kw swapped",
        lambda a, axis, zeros: (
            (a.sizes[axis] + sum(zeros) - a.window[1 - axis]) // a.stride[axis] + 1
        ),
    ),
    "size with sh for sw": (
        "the output's size has sh and sw swapped",
        lambda a, axis, zeros: (
            (a.sizes[axis] + sum(zeros) - a.window[axis]) // a.stride[1 - axis] + 1
        ),
    ),
    "size with s for k": (
        "the output's size is (n + zeros - s) // s + 1, with the stride for the kernel's size",
        lambda a, axis, zeros: (a.sizes[axis] + sum(zeros)) // a.stride[axis],
    ),
    "size with k for s": (
        "the output's size is (n + zeros - k) // k + 1, with the kernel's size for the stride",
        lambda a, axis, zeros: (a.sizes[axis] + sum(zeros) - a.window[axis]) // a.window[axis] + 1,
    ),
}


def count_rows() -> Rows:
    """Yield (name, reading) for each wrong size of the output, of both axes and of one.

    Those in RAGGED also with ragged windows of a pooling.
    """
    for axes, where in AXES:
        suffix = f" ({where.strip()})" if where else ""
        for name, (words, wrong_count) in COUNTS.items():
            count = _count_on(axes, wrong_count)
            yield f"{name}{where}", Reading(f"{words}{suffix}", "size", count=count)
            if name in RAGGED:
                ragged_words = (
                    f"{words.removesuffix(LEFT)}{suffix}, and the last windows are pooled over "
                    "what is there"
                )
                reading = Reading(ragged_words, "size", "pooling", count=count, is_ragged=True)
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
    "windows at i * s * s": (
        "the stride is applied twice (windows at i * s * s)",
        lambda a, axis, i: i * a.stride[axis] ** 2,
    ),
    "windows at i * k": (
        "windows begin at i * k instead of i * s",
        lambda a, axis, i: i * a.window[axis],
    ),
    "windows one further": (
        "windows begin one pixel further than they should",
        lambda a, axis, i: i * a.stride[axis] + 1,
    ),
    "windows at i + s": (
        "windows begin at i + s instead of i * s",
        lambda a, axis, i: i + a.stride[axis],
    ),
    "windows at i * sw": (
        "windows begin at i * sw and j * sh (swapped)",
        lambda a, axis, i: i * a.stride[1 - axis],
    ),
    "windows at (i + 1) * s": (
        "windows begin at (i + 1) * s instead of i * s",
        lambda a, axis, i: (i + 1) * a.stride[axis],
    ),
    "windows at 0": ("all windows are the first one", lambda a, axis, i: 0),
}


def start_rows() -> Rows:
    """Yield (name, reading) for each wrong start of windows, of both axes and of one.

    Those of both axes also with ragged windows of a pooling.
    """
    for axes, where in AXES:
        suffix = f" ({where.strip()})" if where else ""
        for name, (words, wrong_start) in STARTS.items():
            start = _start_on(axes, wrong_start)
            yield f"{name}{where}", Reading(f"{words}{suffix}", "stride", start=start)
            if not where:
                ragged_words = f"{words}, over what is there"
                reading = Reading(ragged_words, "stride", "pooling", start=start, is_ragged=True)
                yield f"{name}, ragged", reading


def _start_on(axes: tuple[int, ...], wrong_start: Start) -> Start:
    """Return a Reading.start: `wrong_start` on these axes, the right start on the others."""
    return lambda a, axis, i: wrong_start(a, axis, i) if axis in axes else correct_start(a, axis, i)
