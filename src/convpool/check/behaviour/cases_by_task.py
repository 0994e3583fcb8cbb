"""The cases that a submission is called with, by task: CASES, LARGE and TIMED.

Letters: m images, h x w pixels, c channels, kh x kw kernel, nc kernels, ph pw padding, sh sw
stride.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from convpool.check.behaviour.case import Case, Padding, Pair
from convpool.check.behaviour.random_arrays import Sample
from convpool.check.tasks import TASKS

__all__ = ["CASES", "LARGE", "TIMED", "Case"]

Row = tuple[Pair, Pair, Padding, Pair]  # (h, w), (kh, kw), padding, (sh, sw)
ONE: Pair = (1, 1)

# ---- sizes ----

# (h, w), (kh, kw)
SHAPES: tuple[tuple[Pair, Pair], ...] = (
    ((6, 5), (3, 3)),
    ((5, 7), (2, 2)),
    ((7, 6), (3, 2)),
    ((6, 8), (2, 5)),
    ((8, 5), (4, 3)),
    ((4, 6), (1, 1)),
    ((5, 4), (5, 4)),  # as large as the image
    ((6, 4), (3, 4)),
    ((3, 9), (3, 2)),
    ((9, 4), (5, 1)),
    ((5, 9), (1, 4)),
    ((1, 6), (1, 3)),
    ((7, 1), (2, 1)),
    ((1, 1), (1, 1)),
    ((5, 5), (3, 3)),
    ((6, 7), (4, 4)),
    ((7, 8), (6, 3)),
    ((4, 3), (2, 3)),
    ((9, 6), (2, 2)),
    ((5, 8), (3, 3)),
    ((8, 8), (2, 4)),
    ((6, 3), (1, 2)),
    ((12, 11), (5, 7)),
)
VALID: tuple[Row, ...] = tuple((size, window, "valid", ONE) for size, window in SHAPES)
SAME: tuple[Row, ...] = tuple((size, window, "same", ONE) for size, window in SHAPES)
PADDED: tuple[Row, ...] = (
    ((6, 5), (3, 3), (1, 1), ONE),
    ((6, 5), (3, 3), (0, 0), ONE),
    ((5, 7), (2, 2), (1, 0), ONE),
    ((7, 5), (3, 3), (0, 2), ONE),
    ((5, 6), (3, 2), (2, 1), ONE),
    ((4, 5), (2, 3), (1, 3), ONE),
    ((4, 3), (2, 2), (5, 4), ONE),  # more zeros than the kernel is large
    ((3, 4), (5, 4), (1, 0), ONE),  # the kernel fits padded images only
    ((5, 4), (1, 1), (2, 3), ONE),
    ((3, 2), (5, 6), (1, 2), ONE),
    ((1, 1), (3, 3), (1, 1), ONE),
    ((8, 6), (1, 4), (0, 1), ONE),
    ((6, 9), (4, 1), (3, 0), ONE),
    ((5, 5), (5, 5), (2, 2), ONE),
    ((6, 6), (2, 2), (1, 1), ONE),
    ((7, 4), (2, 4), (1, 2), ONE),
    ((4, 8), (3, 5), (0, 1), ONE),
    ((5, 3), (2, 1), (1, 1), ONE),
    ((8, 5), (3, 3), (3, 0), ONE),
    ((1, 4), (2, 2), (2, 1), ONE),
    ((9, 7), (4, 5), (1, 4), ONE),
    ((12, 11), (5, 7), (2, 3), ONE),
)
VALID_STRIDED: tuple[Row, ...] = (
    ((7, 7), (3, 3), "valid", (2, 2)),  # the last window ends at the border
    ((8, 6), (3, 3), "valid", (2, 2)),  # a row and a column are left over
    ((7, 8), (3, 2), "valid", (2, 3)),
    ((9, 5), (2, 2), "valid", (3, 1)),
    ((6, 9), (3, 3), "valid", (1, 2)),
    ((8, 9), (2, 3), "valid", (3, 4)),  # strides larger than the window
    ((5, 4), (5, 4), "valid", (2, 2)),
    ((7, 5), (1, 1), "valid", (3, 2)),
    ((5, 6), (2, 4), "valid", (7, 1)),  # one row
    ((12, 11), (4, 3), "valid", (3, 2)),
)
PADDED_STRIDED: tuple[Row, ...] = (
    ((6, 5), (3, 3), (1, 1), (2, 2)),
    ((7, 5), (3, 3), (1, 1), (2, 2)),
    ((5, 7), (3, 2), (1, 0), (2, 3)),
    ((6, 6), (2, 3), (0, 2), (3, 2)),
    ((7, 5), (3, 3), (0, 0), (2, 1)),
    ((4, 5), (2, 2), (3, 4), (1, 3)),
    ((3, 4), (5, 4), (1, 0), (1, 2)),
    ((5, 6), (2, 2), (1, 2), (4, 3)),
)
# (n, k, s) of one axis: an odd and an even k, and at stride 2 an odd and an even number of zeros
SAME_AXES = ((5, 3, 1), (6, 2, 1), (7, 3, 2), (6, 3, 2), (5, 2, 2), (6, 2, 2))
SAME_STRIDED: tuple[Row, ...] = (
    # each kind of axis beside each other one
    *(
        ((h, w), (kh, kw), "same", (sh, sw))
        for (h, kh, sh), (w, kw, sw) in itertools.product(SAME_AXES, repeat=2)
        if (sh, sw) != ONE
    ),
    ((6, 4), (3, 2), "same", (2, 3)),
    ((4, 6), (2, 3), "same", (3, 2)),
    ((5, 4), (3, 3), "same", (3, 3)),
    ((4, 5), (2, 4), "same", (3, 3)),
    ((6, 5), (1, 1), "same", (2, 2)),
    ((5, 4), (5, 4), "same", (2, 2)),
    ((4, 3), (2, 2), "same", (4, 5)),  # strides larger than the window
    ((1, 5), (1, 3), "same", (2, 2)),
    ((8, 9), (4, 5), "same", (3, 2)),
)
# of each requirement, small cases of counting numbers: the simplest that fails is shown
FRIENDLY: dict[str, tuple[Row, ...]] = {
    "valid": (
        ((3, 3), (2, 2), "valid", ONE),
        ((4, 3), (3, 2), "valid", ONE),
        ((4, 4), (2, 2), "valid", (2, 2)),
        ((5, 4), (2, 2), "valid", (2, 1)),
    ),
    "padding": (
        ((3, 3), (2, 2), (1, 1), ONE),
        ((3, 3), (2, 2), (0, 1), ONE),
        ((4, 4), (2, 2), (1, 1), (2, 2)),
        ((4, 3), (2, 2), (1, 0), (2, 1)),
    ),
    "same": (
        ((3, 3), (2, 2), "same", ONE),
        ((3, 3), (3, 3), "same", ONE),
        ((3, 4), (3, 2), "same", ONE),
    ),
    "same-strided": (
        ((3, 3), (2, 2), "same", (2, 2)),
        ((4, 4), (3, 3), "same", (2, 2)),
        ((4, 3), (3, 3), "same", (2, 1)),
    ),
    "pooled": (
        ((4, 4), (2, 2), "valid", (2, 2)),
        ((4, 3), (2, 2), "valid", ONE),
        ((5, 4), (2, 3), "valid", (2, 1)),
    ),
}
POOLED: tuple[Row, ...] = (
    ((6, 4), (2, 2), "valid", (2, 2)),  # as in the brief
    ((7, 5), (2, 2), "valid", (2, 2)),  # a row and a column are left over
    ((7, 9), (3, 3), "valid", (2, 2)),  # windows overlap
    ((8, 6), (3, 2), "valid", (1, 1)),
    ((7, 8), (2, 3), "valid", (2, 3)),
    ((9, 7), (3, 2), "valid", (2, 1)),
    ((8, 9), (2, 2), "valid", (3, 4)),  # strides larger than the window
    ((5, 4), (5, 4), "valid", (1, 1)),
    ((5, 4), (5, 4), "valid", (3, 2)),
    ((5, 6), (1, 1), "valid", (1, 1)),
    ((6, 5), (1, 1), "valid", (2, 3)),
    ((1, 7), (1, 3), "valid", (1, 2)),
    ((6, 1), (4, 1), "valid", (1, 1)),
    ((1, 1), (1, 1), "valid", (1, 1)),
    ((12, 11), (4, 5), "valid", (3, 2)),
)

# ---- numbers ----

# kinds of numbers of the images and of the kernel: keys of random_arrays.NUMBERS
KINDS = (
    ("float32", "float32"),
    ("float32", "float64"),
    ("int64", "int64"),
    ("float64", "int64"),
    ("int64", "float64"),
    ("uint8", "int64"),
    ("uint8", "float64"),
    ("large", "differences"),
)
POOLED_KINDS = ("float32", "int64", "uint8", "large", "negative")
# kinds that the brief does not ask for, so that they are not judged -> what the case tries
ODD_KINDS = {
    ("uint8", "small uint8"): "a kernel of uint8 on images of uint8: their products do not fit "
    "uint8, so that NumPy wraps them at 256 unless one of them is converted to float first",
    ("NaN", "whole"): "NaN in an image, which affects the windows that hold it and no others",
    ("big-endian", "whole"): "numbers in the byte order of other machines",
}
# (m, c, nc): row i of a table of sizes gets entry i % 4
DEPTHS = ((2, 3, 2), (1, 1, 3), (3, 2, 1), (2, 1, 2))


def _shapes(
    task: int, size: Pair, window: Pair, depth: tuple[int, int, int]
) -> tuple[tuple[int, ...], ...]:
    """Return (shape of the images, shape of the kernel), as a task takes them.

    depth: (m, c, nc); only m counts in tasks 0 to 3, and nc only in task 5. The kernel's shape is
    not used in task 6.
    """
    m, c, nc = depth
    if task < 4:
        return (m, *size), window
    if task == 4:
        return (m, *size, c), (*window, c)
    return (m, *size, c), (*window, c, nc)


def _passed_arguments(task: int, arguments: dict[str, Any], number: int) -> dict[str, Any]:
    """Return {"positional": ...} or {"keywords": ...}: fields of Case, for the row `number`.

    The rows take turns: all arguments by position, all by keyword, or by keyword those that differ
    from their defaults. `arguments` may hold more names than the task has parameters.
    """
    parameters = TASKS[task].parameters
    # the first two parameters are the images and the kernel
    values = {name: arguments[name] for name in list(parameters)[2:]}
    if number % 3 == 0:
        return {"positional": tuple(values.values())}
    return {
        "keywords": {
            name: value
            for name, value in values.items()
            if number % 3 == 1 or value != parameters[name]
        }
    }


def _convolutions(task: int, item: str, rows: Iterable[Row]) -> Iterator[Case]:
    """Yield a case for each row of sizes: of whole numbers, and for every fifth row float64."""
    for number, (size, window, padding, stride) in enumerate(rows):
        images, kernel = _shapes(task, size, window, DEPTHS[number % 4])
        kind = "float64" if number % 5 == 3 else "whole"
        arguments = _passed_arguments(task, {"padding": padding, "stride": stride}, number)
        samples = Sample(images, kind, number), Sample(kernel, kind, 100 + number)
        yield Case(task, item, *samples, **arguments)


def _friendly(task: int, item: str) -> Iterator[Case]:
    """Yield the small cases of a requirement that are easy to follow by hand."""
    has_stride = task > 2
    for number, (size, window, padding, stride) in enumerate(FRIENDLY[item]):
        if stride != ONE and not has_stride:
            continue
        images, kernel = _shapes(task, size, window, (1, 2, 2))
        arguments = _passed_arguments(task, {"padding": padding, "stride": stride}, number)
        yield Case(task, item, Sample(images, "counting", 0), Sample(kernel, "few", 0), **arguments)


def _kinds(
    task: int, item: str, padding: Padding, stride: Pair = ONE, *, has_odd: bool = True
) -> Iterator[Case]:
    """Yield a case for each of KINDS, all of one size; with `has_odd`, also for each of ODD_KINDS.

    Those of ODD_KINDS are not judged.
    """
    images, kernel = _shapes(task, (7, 6), (3, 2), DEPTHS[0])
    # of the images, of the kernel, why (as Case.why)
    kinds = [(*kind, "") for kind in KINDS]
    kinds += [(*kind, why) for kind, why in ODD_KINDS.items() if has_odd]
    for number, (pixels, weights, why) in enumerate(kinds):
        arguments = _passed_arguments(task, {"padding": padding, "stride": stride}, number)
        samples = Sample(images, pixels, 200 + number), Sample(kernel, weights, 300 + number)
        yield Case(task, item, *samples, **arguments, judged=not why, why=why)


def _without_stride(task: int, item: str, rows: Iterable[Row], padding: Padding) -> Iterator[Case]:
    """Yield the cases of a task that has no stride: 0, 1 or 2."""
    yield from _friendly(task, item)
    yield from _convolutions(task, item, rows)
    yield from _kinds(task, item, padding)


def _padding_and_stride(task: int) -> Iterator[Case]:
    """Yield the cases of a task that has both arguments: 3, 4 or 5."""
    yield from _friendly(task, "valid")
    yield from _convolutions(task, "valid", (*VALID[::2], *VALID_STRIDED))
    yield from _kinds(task, "valid", "valid", (2, 1), has_odd=False)
    yield from _friendly(task, "padding")
    yield from _convolutions(task, "padding", (*PADDED[::2], *PADDED_STRIDED))
    yield from _kinds(task, "padding", (1, 2), (2, 1), has_odd=False)
    yield from _friendly(task, "same")
    yield from _convolutions(task, "same", SAME)
    yield from _kinds(task, "same", "same")
    yield from _friendly(task, "same-strided")
    yield from _convolutions(task, "same-strided", SAME_STRIDED)
    yield from _kinds(task, "same-strided", "same", (2, 3), has_odd=False)


def _poolings(mode: str) -> Iterator[Case]:
    """Yield the cases of task 6 for one mode: one for each row of sizes, one for each kind."""
    for number, (size, window, _, stride) in enumerate(FRIENDLY["pooled"]):
        images, _ = _shapes(6, size, window, (1, 1, 1))
        arguments = _passed_arguments(6, {"stride": stride, "mode": mode}, number)
        yield Case(6, mode, Sample(images, "counting", 0), window, **arguments)
    for number, (size, window, _, stride) in enumerate(POOLED):
        images, _ = _shapes(6, size, window, DEPTHS[number % 4])
        kind = "float64" if number % 5 == 3 else "whole"
        arguments = _passed_arguments(6, {"stride": stride, "mode": mode}, number)
        yield Case(6, mode, Sample(images, kind, number), window, **arguments)
    kinds = [(kind, "") for kind in POOLED_KINDS]
    # of the odd kinds, those of the images count; the first is odd for its kernel, so leave it out
    kinds += [(kind[0], why) for kind, why in list(ODD_KINDS.items())[1:]]
    for number, (kind, why) in enumerate(kinds):
        arguments = _passed_arguments(6, {"stride": (2, 1), "mode": mode}, number)
        images_sample = Sample((2, 7, 6, 3), kind, 200 + number)
        yield Case(6, mode, images_sample, (3, 2), **arguments, judged=not why, why=why)


# task -> its cases
CASES: dict[int, tuple[Case, ...]] = {
    0: tuple(_without_stride(0, "valid", VALID, "valid")),
    1: tuple(_without_stride(1, "same", SAME, "same")),
    2: tuple(_without_stride(2, "padding", PADDED, (1, 2))),
    **{task: tuple(_padding_and_stride(task)) for task in (3, 4, 5)},
    6: tuple(itertools.chain.from_iterable(map(_poolings, ("max", "avg")))),
}


def _large(task: int) -> Iterator[Case]:
    """Yield a case of many images, then one of a large image, both of few windows.

    They reveal solutions that split their work into parts and join them wrongly.
    """
    side = 363  # its square is just over 2**17
    items_and_paddings = {0: ("valid", "valid"), 1: ("same", "same"), 2: ("padding", (1, 0))}
    item, padding = items_and_paddings.get(task, ("same-strided", "same"))
    if task == 6:
        yield Case(6, "max", Sample((20_000, 3, 3, 2), "whole", 0), (2, 2), (ONE,))
        yield Case(6, "avg", Sample((1, side, side, 2), "whole", 1), (2, 3), ((200, 150), "avg"))
        return
    images, kernel = _shapes(task, (3, 3), (2, 2), (20_000, 2, 2))
    arguments = _passed_arguments(task, {"padding": padding, "stride": (2, 2)}, 0)
    yield Case(task, item, Sample(images, "whole", 0), Sample(kernel, "whole", 1), **arguments)
    if task < 3:
        # Without a stride, a large image has few windows only if the kernel is large too. 'same'
        # has a window for each pixel, so that only its padded image is large.
        images = {0: (1, side, side), 1: (1, 1, side - 26), 2: (1, side - 2, side)}[task]
        kernel = (side, 28) if task == 1 else (side - 2, 2)
        arguments = _passed_arguments(task, {"padding": padding}, 0)
        yield Case(task, item, Sample(images, "whole", 2), Sample(kernel, "whole", 3), **arguments)
        return
    images, kernel = _shapes(task, (side, side), (2, 3), (1, 2, 2))
    arguments = _passed_arguments(task, {"padding": "valid", "stride": (200, 150)}, 0)
    yield Case(task, "valid", Sample(images, "whole", 2), Sample(kernel, "whole", 3), **arguments)


# task -> its large cases: judged too, but too large for trying every wrong reading on them
LARGE: dict[int, tuple[Case, ...]] = {task: tuple(_large(task)) for task in TASKS}


def _timed(task: int, item: str, padding: Padding) -> Case:
    """Return the case that is timed and whose memory is measured; in task 6, `item` is the mode."""
    if task == 6:
        return Case(6, item, Sample((64, 64, 64, 3), "float64", 0), (3, 3), (ONE, item))
    images, kernel = _shapes(task, (64, 64), (5, 5), (64 if task < 4 else 24, 3, 4))
    arguments = _passed_arguments(task, {"padding": padding, "stride": ONE}, 0)
    return Case(task, item, Sample(images, "float64", 0), Sample(kernel, "float64", 1), **arguments)


# task -> the case that is timed
TIMED: dict[int, Case] = {
    0: _timed(0, "valid", "valid"),
    1: _timed(1, "same", "same"),
    2: _timed(2, "padding", (2, 2)),
    **{task: _timed(task, "same", "same") for task in (3, 4, 5)},
    6: _timed(6, "avg", "valid"),
}
