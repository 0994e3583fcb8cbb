"""Volumes as stacks of slices: a convolution on three axes is one on two, of more channels.

A window of a volume has one slice under each tap of the first axis. Side by side as channels of one
image, (h, w, tap of the first axis, channel), these slices are a stack: what a convolution on two
axes reads, with the kernel's slices side by side in the same order. m volumes (d, h, w, c) of c
channels, in groups of depth channels; kernels (kd, kh, kw, depth, nc).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import threads
from convpool.engines.compiled.forms import PackForm
from convpool.engines.compiled.geometry import index_map
from convpool.engines.compiled.library import is_form
from convpool.engines.values import NamedTuple
from convpool.windows import Axis, blocks, volume

Array = NDArray[Any]

STACKED = 2**22  # bytes of stacks that are copied at a time, unless one has more
SHARED = 2**17  # if stacks that are copied at a time have more numbers, threads share the work


class Stacks(NamedTuple):
    """The stacks of some windows on the first axis of volume number `number`.

    `images` are (windows, h, w, groups * taps * depth).
    """

    number: int
    windows: slice
    images: Array


class Padding(NamedTuple):
    """What stands beside the volumes: arguments of `engines.numpy.convolution.convolve`."""

    pad_mode: str
    fill: Any


def fold_kernels(kernels: Array) -> Array:
    """Return kernels (kd, kh, kw, depth, nc) as those of stacks, (kh, kw, kd * depth, nc)."""
    kd, kh, kw, depth, nc = kernels.shape
    return kernels.transpose(1, 2, 0, 3, 4).reshape(kh, kw, kd * depth, nc)


def unfold_kernels(kernels: Array, kd: int) -> Array:
    """Return kernels of stacks of kd slices as those of volumes: the inverse of `fold_kernels`."""
    kh, kw, folded, nc = kernels.shape
    return kernels.reshape(kh, kw, kd, folded // kd, nc).transpose(2, 0, 1, 3, 4)


def stacks(
    volumes: Array, axis: Axis, groups: int, padding: Padding, sums: np.dtype[Any]
) -> Iterator[Stacks]:
    """Yield the stacks of all windows on the first axis of volumes (m, d, h, w, c), some at a time.

    They have the dtype of the volumes, or of the sums where loops do not read that, or where it
    does not hold what the padding is filled with.
    """
    m, _, h, w, c = volumes.shape
    pad_mode, fill = padding
    taps, depth = axis.window, c // groups
    # for each position on the padded axis, the slice that stands there, -1 for the fill
    slices = index_map(axis, pad_mode)
    holds_fill = pad_mode != "constant" or volumes.dtype.type(fill) == fill
    dtype = volumes.dtype if is_form(PackForm(volumes.dtype, sums)) and holds_fill else sums
    if taps == 1 and volumes.dtype == dtype and not (axis.before or axis.after):
        read_slices = slice(0, axis.stride * (axis.count - 1) + 1, axis.stride)
        for b in range(m):  # each slice is a stack
            yield Stacks(b, slice(0, axis.count), volumes[b, read_slices])
        return
    stack_numbers = h * w * c * taps
    times = max(1, -(-axis.count * stack_numbers * dtype.itemsize // STACKED))
    # about equally many each time: what convolves them is made anew for another number of stacks
    at_once = -(-axis.count // times)
    for b in range(m):
        for (windows,) in blocks((axis.count,), at_once):
            count = windows.stop - windows.start
            images = np.empty((count, h, w, groups, taps, depth), dtype)

            # the defaults keep the values that the loops' variables have now
            def copy(
                k: int, b: int = b, first: int = windows.start, images: Array = images
            ) -> None:
                """Copy the slices of window number first + k."""
                for tap in range(taps):
                    number = slices[(first + k) * axis.stride + tap * axis.dilation]
                    values = fill
                    if number >= 0:
                        values = volumes[b, number].reshape(h, w, groups, depth)
                    images[k, :, :, :, tap] = values

            if count * stack_numbers > SHARED:
                threads.spread(copy, count)
            else:
                for k in range(count):
                    copy(k)
            yield Stacks(b, windows, images.reshape(count, h, w, volume((groups, taps, depth))))
