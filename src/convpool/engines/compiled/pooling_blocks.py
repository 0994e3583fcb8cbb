"""How a compiled pooling is divided: programs that combine the taps of an axis, and blocks.

c channels, oh x ow output. A line holds the channels of all columns of a row of a block.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convpool.windows import Axis

Ints = NDArray[np.int64]

LINE = 2**14  # numbers of a line of columns, so that it stays in the processor's cache
BLOCK = 2**13  # numbers of a block's lines, where a window has few rows
LINES = 2**18  # numbers of a block's lines, where it has many
PARTS = 2**16  # numbers of the parts of windows of a block
BASE = 4  # parts that make one longer part
ALIGNED = 64  # numbers that fill a vector of any dtype


def program_of(axis: Axis, reuses_taps: bool) -> Ints:
    """Return the program of an axis: rows (is_result, taps, step, first tap), see loops.pooling.

    Taps may be combined twice where it `reuses_taps`.
    """
    simple = [(1, axis.window, 1, 0)]
    chain = _chain(axis.window, reuses_taps)
    cost = sum(
        taps if is_result else taps * min(axis.stride, axis.window) for is_result, taps, *_ in chain
    )
    return np.array(simple if axis.window <= cost + 2 else chain, np.int64)


def _chain(window: int, reuses_taps: bool) -> list[tuple[int, int, int, int]]:
    """Return a program that makes parts of BASE times the length, again and again.

    The window is two of the longest if it `reuses_taps`, else the digits of its length.
    """
    steps, length = [], 1
    if reuses_taps:
        while 2 * length <= window:
            parts = BASE if BASE * length <= window else 2
            steps.append((0, parts, length, 0))
            length *= parts
        return [*steps, (1, 1 + (length < window), window - length, 0)]
    covered, left = 0, window
    while True:
        left, digit = divmod(left, BASE)
        if digit:
            steps.append((1, digit, length, covered))
            covered += digit * length
        if not left:
            return steps
        steps.append((0, BASE, length, 0))
        length *= BASE


class PoolingBlock(NamedTuple):
    """A block of the output, and what lies in the scratch for it.

    Parameters
    ----------
    rows, columns
        Rows and columns of the output.
    pitch, results_pitch
        Numbers from line to line of columns, and of results.
    joint_lines
        Lines that are combined along the row as if they were one.
    tile, parts
        Numbers of a row that are taken down together, and of the parts of windows for them.
    overshoot
        Numbers that are read or written behind the last line.
    """

    rows: int
    columns: int
    pitch: int
    results_pitch: int
    joint_lines: int
    tile: int
    parts: int
    overshoot: int

    @property
    def pitches(self) -> tuple[int, int, int, int]:
        """The argument `pitches` of loops.pooling.pool_blocks."""
        return self.pitch, self.results_pitch, self.tile, self.joint_lines

    def scratch_sizes(self, *, with_all_windows: bool) -> tuple[int, int, int, int]:
        """Return the numbers of pool_blocks' four scratches.

        These are lines of columns, lines of results, parts of windows, and a line of all windows.
        """
        lines = self.rows * self.pitch + self.overshoot
        results = self.rows * self.results_pitch + self.overshoot
        return lines, results, self.parts, lines if with_all_windows else 0


def block_of(
    axes: tuple[Axis, Axis], c: int, lanes: int, overshoot: int, *, has_parts: bool
) -> PoolingBlock:
    """Return the blocks of a pooling of c channels, with vectors of so many lanes.

    Whether it `has_parts`: whether windows are combined from parts on the way down.
    """
    (down, across), (oh, ow) = axes, (axis.count for axis in axes)
    columns = (LINE // c - across.span) // across.stride + 1
    columns = min(ow, max(1, across.span // across.stride, columns))
    length = (columns - 1) * across.stride + across.span
    turns = -(-length // across.stride)
    is_joint = 3 * turns <= 4 * columns
    if has_parts or not is_joint:  # up to a vector behind each line is overwritten
        turns = -(-(length * c + lanes) // (across.stride * c))
    pitch, results_pitch = turns * across.stride * c, (turns if is_joint else columns) * c
    rows = min(oh, max(1, BLOCK // pitch))
    tile, parts = pitch, 0
    if has_parts:
        rows = min(oh, max(1 + down.span // down.stride, LINES // pitch))
        extent = (rows - 1) * down.stride + down.span
        tile = min(_round_up(pitch), _round_up(max(1, PARTS // extent)))
        parts = extent * (tile + lanes)
    joint_lines = rows if is_joint else 1
    return PoolingBlock(rows, columns, pitch, results_pitch, joint_lines, tile, parts, overshoot)


def _round_up(numbers: int) -> int:
    """Round up to a multiple of ALIGNED."""
    return -(-numbers // ALIGNED) * ALIGNED
