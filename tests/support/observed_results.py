"""Results of readings, as submissions would return them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.check.behaviour.case import Case
from convpool.check.behaviour.cases_by_task import CASES
from support.sampling import IS_FULL

# (task, requirement) -> its cases
ITEMS: dict[tuple[int, str], list[Case]] = {}
for _case in (case for cases in CASES.values() for case in cases if case.judged):
    ITEMS.setdefault((_case.task, _case.item), []).append(_case)


def cases_of(item: tuple[int, str]) -> list[Case]:
    """Return the cases of an item; every second one in the short run."""
    return ITEMS[item] if IS_FULL else ITEMS[item][::2]


def is_close(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return whether two arrays have one shape and, but for rounding, the same values."""
    if one.shape != other.shape:
        return False
    largest = np.abs(other[np.isfinite(other)]).max(initial=0)
    return np.allclose(one, other, rtol=0, atol=1e-6 * largest, equal_nan=True)


def is_right(case: Case, came: NDArray[Any]) -> bool:
    """Return whether a result is one of the right results of a case."""
    return any(is_close(came, expected) for expected in case.expected)


def results_of(
    reading: Callable[[Case], NDArray[Any] | None], item: tuple[int, str]
) -> list[tuple[Case, NDArray[Any]]]:
    """Return the cases of an item to which a reading applies, each with the result that it
    gives.
    """
    came = [(case, reading(case)) for case in cases_of(item)]
    return [(case, value) for case, value in came if value is not None]


# a student's right file of task 5
CONVOLUTION = """
import numpy as np
def convolve(images, kernels, padding='same', stride=(1, 1)):
    m, h, w, c = images.shape
    kh, kw, _, nc = kernels.shape
    sh, sw = stride
    if padding == 'same':
        th, tw = (h - 1) * sh + kh - h, (w - 1) * sw + kw - w
        top, left = th // 2, tw // 2
        bottom, right = th - top, tw - left
    elif padding == 'valid':
        top, bottom, left, right = 0, 0, 0, 0
    else:
        top, left = padding
        bottom, right = padding
    padded = np.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)))
    oh = (h + top + bottom - kh) // sh + 1
    ow = (w + left + right - kw) // sw + 1
    output = np.zeros((m, oh, ow, nc))
    for i in range(oh):
        for j in range(ow):
            for n in range(nc):
                window = padded[:, i * sh:i * sh + kh, j * sw:j * sw + kw]
                output[:, i, j, n] = np.sum(window * kernels[..., n], axis=(1, 2, 3))
    return output
"""
