"""What every call of a compiled loop needs: work in parts, and aligned memory."""

from __future__ import annotations

import ctypes
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled.record import (
    LINES,
    PACKING,
    Words,
    address_of,
    indices_of,
    length_of,
)

Array = NDArray[Any]

SMALL = 2**21  # multiply-adds that are not shared among threads: that would take as long
PARTS = 4  # parts of the work for each thread, so that none waits long for another


def empty_aligned(numbers: int, dtype: np.dtype[Any]) -> Array:
    """Return an uninitialised array of so many numbers that begins at a multiple of 64 bytes."""
    spare = np.empty(numbers * dtype.itemsize + 64, np.uint8)
    start = -address_of(spare) % 64
    return spare[start : start + numbers * dtype.itemsize].view(dtype)


def split_range(count: int, parts: int) -> list[tuple[int, int]]:
    """Return ranges (first, behind the last) of about equal length that make up range(count).

    They are `parts` ranges, or one for each number if these are fewer; (0, 0) if count is 0.
    """
    parts = max(1, min(count, parts))
    return list(pairwise(count * k // parts for k in range(parts + 1)))


def part_count() -> int:
    """Return how many parts work is split into: PARTS for each thread, 1 for one thread."""
    number = threads.number()
    return PARTS * number if number > 1 else 1


def bits_of(number: Any, dtype: np.dtype[Any]) -> int:
    """Return the bits of a number of a dtype, as the lowest ones of an int64."""
    return int(np.array(number, dtype).view(f"i{dtype.itemsize}"))


# ---- the words of a convolution: what packs a block, and behind it the record of the form ----

PACK = indices_of(PACKING)
FILL = length_of(PACKING)  # the bits of the number that constant padding consists of
LINE_STARTS = FILL + 1
MAIN = LINE_STARTS + max(LINES)  # where the record of the form begins


def point_to_pixels(
    words: Words, main: SimpleNamespace, images: Array, fill: Any, scratch: Array | None
) -> int:
    """Write the addresses of images, of the packing record and of a scratch; return that of words.

    `main` are the indices of the form's record. The scratch, of the dtype of the sums, is None
    where pixels are read in place; `fill` is the number that constant padding consists of.
    """
    base, pixels = ctypes.addressof(words), address_of(images)
    words[main.address] = pixels
    if scratch is not None:
        if fill:
            words[FILL] = bits_of(fill, scratch.dtype)
        words[PACK.address] = pixels
        words[PACK.scratch] = words[main.scratch] = address_of(scratch)
        words[PACK.fill] = base + 8 * FILL
        words[PACK.line_starts] = base + 8 * LINE_STARTS
        words[main.packing] = base
    return base
