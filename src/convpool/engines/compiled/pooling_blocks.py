"""How a compiled pooling is divided: programs that combine the taps of an axis, and blocks.

c channels, oh x ow output. A block is some rows and columns of the output that are computed
together. A line holds the channels of all columns of pixels under a row of it, a vector `lanes`
numbers. A part is some neighbouring taps of a window, combined; at first, each tap is one. A
program is the steps by which the taps of a window are combined along an axis: see `Step`.
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
OVERHEAD = 2  # of a program of several steps, in parts that are combined for a window
ALIGNED = 64  # a multiple of the numbers of a vector of any dtype; tiles are multiples of it


class Step(NamedTuple):
    """A step of a program, which combines some parts of each window.

    Parameters
    ----------
    is_result
        True: the parts are combined into the window's result, together with what the steps before
        have written there. False: into longer parts, which replace those before.
    parts
        How many parts are combined at a time.
    distance
        Taps from the first tap of one to the first tap of the next.
    first_tap
        The window's tap where the first of them begins; 0 where parts are made.
    """

    is_result: bool
    parts: int
    distance: int
    first_tap: int


def program_of(axis: Axis, reuses_taps: bool) -> Ints:
    """Return the program of an axis: an array with a row for each Step, of its fields.

    It is one step over all taps, or where that takes more work, steps to longer and longer parts.
    reuses_taps: whether a tap may be combined twice, as for max and min.

    Examples
    --------
    From 21 taps parts of 4 and then 16, two of which, 5 taps apart, are the window; or where no tap
    may be combined twice, the parts that add up to 1 + 4 + 16 taps:

    >>> program_of(Axis(99, 21), reuses_taps=True).tolist()
    [[0, 4, 1, 0], [0, 4, 4, 0], [1, 2, 5, 0]]
    >>> program_of(Axis(99, 21), reuses_taps=False).tolist()
    [[1, 1, 1, 0], [0, 4, 1, 0], [1, 1, 4, 1], [0, 4, 4, 0], [1, 1, 16, 5]]
    """
    one_step = [Step(is_result=True, parts=axis.window, distance=1, first_tap=0)]
    steps = _steps_with_overlap(axis.window) if reuses_taps else _steps_without_overlap(axis.window)
    # Parts begin at every pixel: for each further window, at as many as the stride, and at no more
    # than a window has taps.
    new_parts = min(axis.stride, axis.window)
    # parts that are combined for each window; of one step, these are all taps
    cost = sum(step.parts if step.is_result else step.parts * new_parts for step in steps)
    return np.array(one_step if axis.window <= cost + OVERHEAD else steps, np.int64)


def _steps_with_overlap(window: int) -> list[Step]:
    """Return the steps that combine `window` taps from two parts, which may overlap, or from one.

    Parts are made from BASE parts each, the longest perhaps from two. 11 taps are made from two
    parts of 8, from taps 0 and 3 on; parts of 8 from two parts of 4, and these from 4 taps.
    """
    steps, length = [], 1  # taps of a part
    while 2 * length <= window:
        parts = BASE if BASE * length <= window else 2
        steps.append(Step(is_result=False, parts=parts, distance=length, first_tap=0))
        length *= parts
    parts = 2 if length < window else 1
    return [*steps, Step(is_result=True, parts=parts, distance=window - length, first_tap=0)]


def _steps_without_overlap(window: int) -> list[Step]:
    """Return the steps that combine `window` taps, each once, from parts of BASE**k taps.

    There are as many parts of this length as digit k of `window` says, written in base BASE: 11 is
    3 + 2 * 4, so 11 taps are 3 taps and two parts of 4.
    """
    steps, length = [], 1  # taps of a part
    covered, rest = 0, window  # taps that results have so far; `window` without digits below k
    while True:
        rest, digit = divmod(rest, BASE)
        if digit:
            steps.append(Step(is_result=True, parts=digit, distance=length, first_tap=covered))
            covered += digit * length
        if not rest:
            return steps
        steps.append(Step(is_result=False, parts=BASE, distance=length, first_tap=0))
        length *= BASE


class PoolingBlock(NamedTuple):
    """A block of the output, and the sizes of its lines in the scratches, which are working memory.

    Pixels are first combined down the rows to a line for each row of the output, and then each line
    along itself to a line of results.

    Parameters
    ----------
    rows, columns
        Rows and columns of the output in a block.
    pitch, results_pitch
        Numbers from one line to the next, and from one line of results to the next.
    joint_lines
        How many lines are combined along themselves as if they were one; 1: each alone.
    tile
        How many numbers of each row of pixels are combined down the rows at a time.
    parts
        Numbers of the scratch for the parts of windows meanwhile.
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
        all_windows : results of windows that begin at every column, of which every stride-th is
            kept; of one line, but with room for all, since these may be joined to one. 0 unless
            `with_all_windows`
        """
        lines = self.rows * self.pitch + self.overshoot
        results = self.rows * self.results_pitch + self.overshoot
        all_windows = lines if with_all_windows else 0
        return lines, results, self.parts, all_windows


def block_of(
    axes: tuple[Axis, Axis], c: int, lanes: int, overshoot: int, *, has_parts: bool
) -> PoolingBlock:
    """Return the block of a pooling of c channels, with vectors of `lanes` numbers.

    axes: the windows on rows and columns; overshoot: as in PoolingBlock; has_parts: whether windows
    are combined from parts on the way down the rows.
    """
    (down, across), (oh, ow) = axes, (axis.count for axis in axes)
    # as many as fit a line, but at least about as many as overlap with one window
    columns = (LINE // c - across.span) // across.stride + 1
    columns = min(ow, max(1, across.span // across.stride, columns))
    length = (columns - 1) * across.stride + across.span  # columns of pixels of a line
    # A line is a multiple of the stride long, so that windows of joint lines begin a stride apart:
    # as many windows as strides. Those that reach from line to line are combined for nothing, so
    # lines are joined if there are at most a third more windows than columns.
    strides = -(-length // across.stride)
    is_joint = 3 * strides <= 4 * columns
    if has_parts or not is_joint:  # a line must have room for a vector behind its pixels
        strides = -(-(length * c + lanes) // (across.stride * c))
    pitch, results_pitch = strides * across.stride * c, (strides if is_joint else columns) * c
    rows = min(oh, max(1, BLOCK // pitch))
    tile, parts = pitch, 0
    if has_parts:
        # at least about as many as overlap with one window, since blocks share no parts
        rows = min(oh, max(1 + down.span // down.stride, LINES // pitch))
        pixel_rows = (rows - 1) * down.stride + down.span
        tile = min(_round_up(pitch), _round_up(max(1, PARTS // pixel_rows)))
        parts = pixel_rows * (tile + lanes)  # a vector may be written behind each
    joint_lines = rows if is_joint else 1
    return PoolingBlock(rows, columns, pitch, results_pitch, joint_lines, tile, parts, overshoot)


def _round_up(numbers: int) -> int:
    """Return the least multiple of ALIGNED that is not less than `numbers`."""
    return -(-numbers // ALIGNED) * ALIGNED
