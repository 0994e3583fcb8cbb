"""What the vectors of a compiled convolution hold: columns, kernels or channels.

Of few kernels that read the same channels, vectors hold neighbouring columns of the output; of
many, they hold kernels. Of few kernels that read many channels they hold channels or, if that is
faster, kernels too, since for columns each channel would have to be copied to a line of its own.
c channels, nc kernels of shape (*window, depth, nc); `lanes` are the numbers of a vector.
"""

from __future__ import annotations

from typing import Literal

from convpool.engines.compiled.panels import SHARED, channel_panel
from convpool.engines.compiled.record import LINES
from convpool.windows import volume

Held = Literal["columns", "kernels", "channels"]

# What decides whether vectors hold columns or kernels: nanoseconds, in proportion, fitted to some
# 3,000 small calls with AVX2 and AVX-512 of an Intel Xeon. Where vectors hold columns: to copy a
# channel of a pixel to a line of its own, by vectors (if the channels are as many as one of LINES)
# or one by one; to write a result, of up to FEW kernels of a group or of more; to multiply a
# vector, with loops for windows of up to FEW_ROWS rows or with general ones.
COPY_BY_VECTORS, COPY_ONE_BY_ONE = 0.4, 1.0
FEW, WRITE_FEW, WRITE_MANY = 4, 1.0, 2.0
FEW_ROWS, MULTIPLY_FEW_ROWS, MULTIPLY = 5, 0.5, 1.0
# where they hold kernels: to begin a window, one of its groups, and to multiply with one pixel
WINDOW, GROUP, MULTIPLY_PIXEL = 2.0, 1.8, 0.27
# where they hold channels: vectors of a window at least, if its kernels are more than one tile has
LONG = 8


def what_vectors_hold(
    c: int,
    kernels: tuple[int, ...],
    groups: int,
    lanes: int,
    *,
    is_interleaved: bool = True,
    may_be_channels: bool = True,
) -> Held:
    """Return what the vectors hold.

    Parameters
    ----------
    c, kernels, groups, lanes
        Channels of the images, shape of the kernels, groups of channels, numbers of a vector.
    is_interleaved
        Whether the channels of a pixel lie side by side, in the images and in the output. If they
        lie apart already, vectors of kernels or channels would need copies.
    may_be_channels
        Whether there are loops for channels with these dtypes.
    """
    if is_interleaved and may_be_channels and _should_hold_channels(kernels, groups, lanes):
        return "channels"
    if _fill_half(kernels, groups, lanes):
        return "kernels"
    if is_interleaved and _is_faster_over_kernels(c, kernels, groups, lanes):
        return "kernels"
    return "columns"


def _should_hold_channels(kernels: tuple[int, ...], groups: int, lanes: int) -> bool:
    """Return whether vectors should hold channels.

    They should where channels fill them, and kernels would fill half of one at most. Sums of
    channels are added up at the end of each window, which pays for short ones only if all kernels
    are summed at once.
    """
    *window, depth, nc = kernels
    panel = channel_panel(nc // groups)
    panels = -(-nc // groups // panel)
    products, multiplied = volume(window) * depth, panels * panel
    return (
        depth >= lanes >= 2 * multiplied
        and products * multiplied * groups <= SHARED
        and (panels == 1 or products >= LONG * lanes)
    )


def _fill_half(kernels: tuple[int, ...], groups: int, lanes: int) -> bool:
    """Return whether the kernels of a group fill more than half a vector."""
    return 2 * (kernels[-1] // groups) > lanes


def _is_faster_over_kernels(c: int, kernels: tuple[int, ...], groups: int, lanes: int) -> bool:
    """Return whether vectors of few kernels are estimated to be faster than those of columns."""
    *window, depth, nc = kernels
    products = volume(window) * depth  # of a result
    # nanoseconds of the window of one column, with all kernels
    copy = COPY_BY_VECTORS if c in LINES else COPY_ONE_BY_ONE
    write = WRITE_FEW if nc // groups <= FEW else WRITE_MANY
    multiply = MULTIPLY_FEW_ROWS if window[0] <= FEW_ROWS else MULTIPLY
    over_columns = c * copy + nc * (write + products * multiply / lanes)
    over_kernels = WINDOW + groups * (GROUP + products * MULTIPLY_PIXEL)
    return over_kernels < over_columns
