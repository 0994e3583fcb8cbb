"""Where the windows of a result lie that no hypothesis explains: found from its numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from convpool.check.behaviour.agreement import agree
from convpool.check.diagnosis.arithmetic import (
    Array,
    Given,
    Pair,
    Reading,
    result,
    right_place,
    right_zeros,
)

STEPS = range(10)


@dataclass(frozen=True)
class Fit:
    """Where windows begin on both axes, in the image: at step * i + first."""

    first: Pair
    steps: Pair


def responses(given: Given) -> tuple[Array, Pair]:
    """Return what a window gives wherever it begins, (m, rows, columns, nc), and the zeros around the image."""
    around = [0 if given.pools else k + n for n, k in zip(given.sizes, given.window, strict=True)]
    everywhere = Reading(
        "",
        given=lambda call: replace(call, padding="valid", stride=(1, 1)),
        zeros=lambda call, axis: (around[axis], around[axis]),
        finish=lambda output, call: output,
        reshapes=True,
    )
    values = result(everywhere, given)
    assert values is not None
    return values, (around[0], around[1])


def fit(given: Given, got: Array) -> Fit | None:
    """Find where windows begin so that they give a result; None if nowhere, or in more than one way."""
    everywhere, around = responses(given)
    if not got.size:
        return None
    got = got.reshape(*got.shape[:3], -1)
    if (
        got.shape[0] != len(everywhere)
        or got.shape[-1] != everywhere.shape[-1]
        or got[0, :, :, 0].size < 4
    ):
        return None
    scale = float(np.nanmax(np.abs(everywhere)))
    firsts = np.argwhere(agree(got[:, :1, :1], everywhere, scale).all((0, 3)))
    found = []
    for first in firsts[:200]:
        steps = [_step(everywhere, got, first, axis, scale) for axis in (0, 1)]
        if all(step is not None for step in steps) and _all(everywhere, got, first, steps, scale):
            found.append(
                Fit(
                    (int(first[0] - around[0]), int(first[1] - around[1])),
                    (steps[0] or 0, steps[1] or 0),
                )
            )
    return found[0] if len(found) == 1 else None


def _places(first: int, step: int, count: int, size: int) -> list[int] | None:
    last = first + step * (count - 1)
    return [first + step * i for i in range(count)] if last < size else None


def _step(everywhere: Array, got: Array, first: Array, axis: int, scale: float) -> int | None:
    """Return the step along the first row or column."""
    line = got[:, :, 0] if axis == 0 else got[:, 0]
    if line.shape[1] == 1:
        return 1
    known = everywhere[:, :, first[1]] if axis == 0 else everywhere[:, first[0]]
    for step in STEPS:
        places = _places(int(first[axis]), step, line.shape[1], known.shape[1])
        if places and agree(line, known[:, places], scale).all():
            return step
    return None


def _all(
    everywhere: Array, got: Array, first: Array, steps: list[int | None], scale: float
) -> bool:
    rows, columns = (
        _places(int(start), step or 0, count, size)
        for start, step, count, size in zip(
            first, steps, got.shape[1:3], everywhere.shape[1:3], strict=True
        )
    )
    return bool(rows and columns and agree(got, everywhere[:, rows][:, :, columns], scale).all())


def right(given: Given) -> Fit:
    """Return where windows should begin."""
    first = tuple(-right_zeros(given, axis)[0] for axis in (0, 1))
    steps = tuple(right_place(given, axis, 1) for axis in (0, 1))
    return Fit((first[0], first[1]), (steps[0], steps[1]))


def said(fitted: Fit) -> str:
    """Return where windows begin in words: row 2 * i - 1 and column 2 * j."""
    return (
        f"row {_line(fitted.steps[0], fitted.first[0], 'i')} and column "
        f"{_line(fitted.steps[1], fitted.first[1], 'j')}"
    )


def _line(step: int, first: int, letter: str) -> str:
    slope = {0: "0", 1: letter}.get(step, f"{step} * {letter}")
    return slope if first == 0 else f"{slope} {'-' if first < 0 else '+'} {abs(first)}"
