"""Find where windows must start to give a wrong result that no reading of the brief explains.

Letters: m images, c channels, nc kernels, oh x ow output; on one axis n pixels, k taps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from convpool.check.behaviour.case import Pair
from convpool.check.behaviour.comparison import is_close
from convpool.check.behaviour.random_arrays import Array
from convpool.check.diagnosis.arithmetic import (
    Arguments,
    Reading,
    apply_reading,
    correct_start,
    correct_zeros,
)

STEPS = range(10)  # steps from one window to the next that are tried
MAX_STARTS = 200  # positions of the first window that are tried


@dataclass(frozen=True)
class WindowPositions:
    """Where windows start in the image: window i of an axis at step * i + first."""

    first: Pair  # the start of window 0, as (row, column); negative in the padding
    steps: Pair  # from one window to the next, of rows and of columns

    def __str__(self) -> str:
        """Return them in words: row 2 * i - 1 and column 2 * j."""
        row, column = (
            _position_text(step, first, letter)
            for step, first, letter in zip(self.steps, self.first, "ij", strict=True)
        )
        return f"row {row} and column {column}"


def correct_positions(arguments: Arguments) -> WindowPositions:
    """Return where the windows of a call start, as the brief asks."""
    rows, columns = (-correct_zeros(arguments, axis)[0] for axis in (0, 1))
    row_step, column_step = (correct_start(arguments, axis, 1) for axis in (0, 1))
    return WindowPositions((rows, columns), (row_step, column_step))


def find_positions(arguments: Arguments, values: Array) -> WindowPositions | None:
    """Return the only positions of windows that give a result.

    None if no positions give it, or several do, and for a result of fewer than 4 windows or of
    another number of images, kernels or channels than the right one. values: the result, (m, oh,
    ow) or with a last axis of kernels or channels.
    """
    outputs, zeros = _outputs_everywhere(arguments)
    if not values.size:
        return None
    values = values.reshape(*values.shape[:3], -1)
    has_batch_and_depth = (len(values), values.shape[-1]) == (len(outputs), outputs.shape[-1])
    if not has_batch_and_depth or values[0, :, :, 0].size < 4:
        return None
    scale = float(np.nanmax(np.abs(outputs)))  # for the tolerance of is_close
    # candidates for the first window: it must give output (0, 0) of all images, kernels, channels
    starts = np.argwhere(is_close(values[:, :1, :1], outputs, scale).all((0, 3)))
    solutions = []
    for start in starts[:MAX_STARTS]:
        row_step, column_step = (_find_step(outputs, values, start, axis, scale) for axis in (0, 1))
        if row_step is None or column_step is None:
            continue
        steps = (row_step, column_step)
        if _fits(outputs, values, start, steps, scale):
            first = (int(start[0]) - zeros[0], int(start[1]) - zeros[1])
            solutions.append(WindowPositions(first, steps))
    return solutions[0] if len(solutions) == 1 else None


def _outputs_everywhere(arguments: Arguments) -> tuple[Array, Pair]:
    """Return (outputs, zeros): the output of a window at every position of the padded image.

    outputs: (m, rows, columns, nc), or of a pooling (m, rows, columns, c). zeros: how many lie
    before row 0 and before column 0 of the image; (0, 0) for a pooling.
    """
    # on each side so many that a window can lie wholly in them
    zeros = [
        0 if arguments.is_pooling else k + n
        for n, k in zip(arguments.sizes, arguments.window, strict=True)
    ]
    everywhere = Reading(
        "",
        change=lambda call: replace(call, padding="valid", stride=(1, 1)),
        zeros=lambda call, axis: (zeros[axis], zeros[axis]),
        finish=lambda output, call: output,
        is_reshaped=True,  # keeps the axis of kernels or channels
    )
    outputs = apply_reading(everywhere, arguments)
    assert outputs is not None
    return outputs, (zeros[0], zeros[1])


def _positions(first: int, step: int, count: int, size: int) -> list[int] | None:
    """Return `count` positions from `first` on; None if the last one is not below `size`."""
    last = first + step * (count - 1)
    return [first + step * i for i in range(count)] if last < size else None


def _find_step(outputs: Array, values: Array, start: Array, axis: int, scale: float) -> int | None:
    """Return the step between windows on an axis, by one edge of the result; None if none fits.

    The edge is the result's first column for axis 0, its first row for axis 1. `start` is the
    position of the first window in `outputs`. The step is 1 if there is one window only.
    """
    edge = values[:, :, 0] if axis == 0 else values[:, 0]
    count = edge.shape[1]
    if count == 1:
        return 1
    candidates = outputs[:, :, start[1]] if axis == 0 else outputs[:, start[0]]
    for step in STEPS:
        positions = _positions(int(start[axis]), step, count, candidates.shape[1])
        if positions and is_close(edge, candidates[:, positions], scale).all():
            return step
    return None


def _fits(outputs: Array, values: Array, start: Array, steps: Pair, scale: float) -> bool:
    """Return whether the result is what windows at start + i * steps give, for all i."""
    rows, columns = (
        _positions(int(first), step, count, size)
        for first, step, count, size in zip(
            start, steps, values.shape[1:3], outputs.shape[1:3], strict=True
        )
    )
    if not rows or not columns:
        return False
    return bool(is_close(values, outputs[:, rows][:, :, columns], scale).all())


def _position_text(step: int, first: int, letter: str) -> str:
    """Return step * letter + first as text, such as "2 * i - 1" for 2, -1 and "i"."""
    product = {0: "0", 1: letter}.get(step, f"{step} * {letter}")
    return product if first == 0 else f"{product} {'-' if first < 0 else '+'} {abs(first)}"
