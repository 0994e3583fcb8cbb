"""How a compiled pooling is divided: programs that combine the taps of an axis, and blocks.

c channels, oh x ow output. A line holds the channels of all columns of a row of a block. A part is
some taps of a window, combined; at first, each is one tap. A program is steps (is_result, taps,
step, first_tap). A step combines `taps` parts whose first taps are `step` taps apart: into longer
parts, which replace the former ones, or if is_result is 1 into the results, from the window's tap
`first_tap` on, together with what the steps before have written there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from convpool.engines.values import NamedTuple
from convpool.windows import Axis

Ints = NDArray[np.int64]

# at most, so that they stay in the processor's cache:
LINE = 2**14  # numbers of one line of columns
BLOCK = 2**13  # numbers of all lines of a block, if windows have no parts on the way down
LINES = 2**18  # numbers of all lines of a block, if they have
PARTS = 2**16  # numbers of the parts of all windows of a block
BASE = 4  # parts that are combined to one longer part
ALIGNED = 64  # a multiple of the numbers of a vector of any dtype


def program_of(axis: Axis, reuses_taps: bool) -> Ints:
    """Return the program of an axis: an array with a row for each step.

    It is one step over all taps, or if that takes more work, a chain of parts. If it `reuses_taps`,
    a tap may be combined twice, as for max and min.
    """
    one_step = [(1, axis.window, 1, 0)]
    chain = _chain(axis.window, reuses_taps)
    cost = sum(
        taps if is_result else taps * min(axis.stride, axis.window) for is_result, taps, *_ in chain
    )
    # 2: what further steps cost
    return np.array(one_step if axis.window <= cost + 2 else chain, np.int64)


def _chain(window: int, reuses_taps: bool) -> list[tuple[int, int, int, int]]:
    """Return the steps of a program that makes parts of BASE times the length, again and again.

    window: taps of a window. If it `reuses_taps`, the window is at last combined from two of the
    longest parts, which may overlap; else from parts by the digits of its length in base BASE.
    """
    steps, length = [], 1
    if reuses_taps:
        while 2 * length <= window:
            parts = BASE if BASE * length <= window else 2
            steps.append((0, parts, length, 0))
            length *= parts
        return [*steps, (1, 1 + (length < window), window - length, 0)]
    covered, rest = 0, window
    while True:
        rest, digit = divmod(rest, BASE)
        if digit:
            steps.append((1, digit, length, covered))
            covered += digit * length
        if not rest:
            return steps
        steps.append((0, BASE, length, 0))
        length *= BASE


class PoolingBlock(NamedTuple):
    """A block of the output, and the sizes of the scratches for it, in numbers.

    Parameters
    ----------
    rows, columns
        Rows and columns of the output in a block.
    pitch, results_pitch
        Numbers from one line of columns to the next, and from one line of results to the next.
    joint_lines
        Lines that are combined along the row as if they were one.
    tile, parts
        Numbers of a row of pixels that are combined down the rows at a time, and numbers of the
        parts of windows for them.
    overshoot
        Numbers that may be read or written behind the last line.
    """

    rows: int
    columns: int
    pitch: int
    results_pitch: int
    joint_lines: int
    tile: int
    parts: int
    overshoot: int

    def scratch_sizes(self, *, with_all_windows: bool) -> tuple[int, int, int, int]:
        """Return how many numbers the four scratches of loops.pooling_blocks.pool_blocks hold.

        They are, in this order:

        lines : windows combined down the rows, a line of columns for each row of the output
        results : these lines combined along the row, a line for each row of the output
        parts : parts of windows on the way down
        all_windows : results of windows that begin at every column, before those of the stride are
            picked out; of one line, but lines may be joined to one, so that there is room for all.
            0 unless `with_all_windows`
        """
        lines = self.rows * self.pitch + self.overshoot
        results = self.rows * self.results_pitch + self.overshoot
        all_windows = lines if with_all_windows else 0
        return lines, results, self.parts, all_windows


def block_of(
    axes: tuple[Axis, Axis], c: int, lanes: int, overshoot: int, *, has_parts: bool
) -> PoolingBlock:
    """Return the block of a pooling of c channels, with vectors of `lanes` numbers.

    axes: the windows on rows and columns; overshoot: as in PoolingBlock. If it `has_parts`, windows
    are combined from parts on the way down the rows.
    """
    (down, across), (oh, ow) = axes, (axis.count for axis in axes)
    columns = (LINE // c - across.span) // across.stride + 1
    columns = min(ow, max(1, across.span // across.stride, columns))
    length = (columns - 1) * across.stride + across.span
    # a line is as long as `turns` strides, so that windows of joint lines begin a stride apart;
    # lines are joined if at most a third more windows are then combined than there are
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
    """Return the least multiple of ALIGNED that is not less than `numbers`."""
    return -(-numbers // ALIGNED) * ALIGNED
