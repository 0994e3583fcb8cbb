"""What every call of a compiled loop needs: work in parts, and aligned memory.

A form is a function of the library; it takes the address of a record, whose fields (first, last)
say which part of the work to do. Words are the 64-bit integers that records consist of. Work is a
range of numbers, of blocks or rows or the like; `cuts` are where its parts begin, and the last one
ends: (0, 3, 6, 8) are three parts of range(8).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled.crew import SharedWork, code_address, crew
from convpool.engines.compiled.record import (
    LINES,
    PACKING,
    Words,
    address_of,
    address_of_word,
    indices_of,
    length_of,
)
from convpool.engines.quiet import without_warnings

Array = NDArray[Any]
RangeWords = ctypes.c_int64 * 2  # the fields (first, last) of a record: the range of a part

LARGE = 2**23  # bytes of an array that caches do not hold, so that it is fetched ahead
UNSHARED = 2**22  # multiply-adds that are not shared among threads: that would take as long
PARTS = 4  # parts of the work for each thread, so that none waits long for another
STAGED = 2**22  # bytes that are copied at a time where the loops cannot read or write the arrays


def empty_aligned(numbers: int, dtype: np.dtype[Any]) -> Array:
    """Return an uninitialised flat array of `numbers` numbers that is aligned to 64 bytes."""
    spare = np.empty(numbers * dtype.itemsize + 64, np.uint8)
    start = -address_of(spare) % 64
    return spare[start : start + numbers * dtype.itemsize].view(dtype)


def split_range(count: int, parts: int) -> list[tuple[int, int]]:
    """Return ranges (first, behind the last) of about equal length that make up range(count).

    They are `parts` ranges, or one for each number if these are fewer; (0, 0) if count is 0.
    """
    parts = max(1, min(count, parts))
    return list(pairwise([count * k // parts for k in range(parts + 1)]))


def cuts_of(count: int, most: int) -> list[int]:
    """Return where to cut range(count) into parts that threads share: [0, ..., count].

    There are part_count() parts, but no more than `most` (1 for work that one thread takes), or
    than one for each number.
    """
    if most < 2:
        return [0, count]
    parts = max(1, min(count, most, part_count()))
    return [count * k // parts for k in range(parts + 1)]


def part_count() -> int:
    """Return how many parts work is split into: PARTS for each thread, 1 for one thread."""
    number = threads.number()
    return PARTS * number if number > 1 else 1


def run_parts(
    function: Callable[[int], Any],
    make_record: Callable[[], tuple[int, *tuple[Any, ...]]],
    cuts: Sequence[int],
    range_bytes: int = 0,
) -> None:
    """Run a form for each part of a range, in several threads; return when all have ended.

    Parameters
    ----------
    function
        The form.
    make_record
        Returns (address, *memory): a record for one thread, and what must be kept for it meanwhile.
        It is called once for each thread that takes part, or for each part.
    cuts
        Where each part begins, and the last one ends.
    range_bytes
        Where (first, last) of a part stand in a record, in bytes from its begin.
    """
    parts = len(cuts) - 1
    participants = 1  # threads that take part, this one included
    if parts > 1 and not threads.is_inside_part():
        participants = min(parts, threads.number())
    if participants == 1:
        record = make_record()  # kept until the work has ended
        for limits in pairwise(cuts):
            run_range(function, record[0], limits, range_bytes)
        return
    helpers = crew()
    if helpers is not None:
        records = [make_record() for _ in range(participants)]
        addresses = [record[0] for record in records]
        if helpers.run(SharedWork(code_address(function), addresses, cuts, range_bytes)):
            return

    # without a crew, threads that run Python
    def run_part(k: int) -> None:
        """Run part number k with a record of its own."""
        record = make_record()  # kept until the part has ended
        run_range(function, record[0], cuts[k : k + 2], range_bytes)

    threads.spread(run_part, parts)


def run_range(
    function: Callable[[int], Any], address: int, limits: Sequence[int], range_bytes: int = 0
) -> None:
    """Run a form in this thread for a range.

    function: the form; address: of its record; limits: (first, behind the last), which are written
    to the record, `range_bytes` behind its begin.
    """
    RangeWords.from_address(address + range_bytes)[:] = [*limits]
    function(address)


@without_warnings
def bits_of(number: Any, dtype: np.dtype[Any]) -> int:
    """Return the bits of a number of a dtype, as the lowest ones of an int64."""
    return int(np.array(number, dtype).view(f"i{dtype.itemsize}"))


# ---- the words of a convolution: the record PACKING, for what copies the pixels of a block to a
# scratch; two things that it points to; and the record of the form. Their indices:

PACK = indices_of(PACKING)
FILL = length_of(PACKING)  # the bits of the number that constant padding consists of
LINE_STARTS = FILL + 1  # numbers that packing overwrites, one for each line of a row
MAIN = LINE_STARTS + max(LINES)  # where the record of the form begins


def point_to_pixels(
    words: Words, main: SimpleNamespace, images: Array, fill: Any, scratch: Array | None
) -> None:
    """Write the addresses of images and scratch to the words of a convolution.

    Parameters
    ----------
    words, main
        The words, and the index in them of each field of the form's record, which begins at MAIN.
    images, fill
        The images, and the number that constant padding consists of.
    scratch
        An array of the dtype of the sums, for the packed pixels; None where pixels are read in the
        images.
    """
    words[main.address] = pixels = address_of(images)
    if scratch is not None:
        if fill:
            words[FILL] = bits_of(fill, scratch.dtype)
        words[PACK.address] = pixels
        words[PACK.scratch] = words[main.scratch] = address_of(scratch)
        words[PACK.fill] = address_of_word(words, FILL)
        words[PACK.line_starts] = address_of_word(words, LINE_STARTS)
        words[main.packing] = address_of_word(words, 0)
