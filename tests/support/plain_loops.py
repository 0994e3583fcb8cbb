"""What a case must return, by nested loops over plain numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.check.behaviour.case import Case, Pair


def zeros_before(case: Case, axis: int) -> tuple[list[int], int]:
    """Return the numbers of zeros before the first pixel of an axis (0: rows, 1: columns) that are
    right, and the number of windows.
    """
    n, k, s = case.size[axis], case.window[axis], case.stride[axis]
    padding = case.padding
    if padding == "same":
        total = (n - 1) * s + k - n
        return sorted({total // 2, total - total // 2}), n
    if isinstance(padding, str):
        assert padding == "valid"
        padding = (0, 0)
    each = padding[axis]
    count = 0
    while count * s + k <= n + 2 * each:
        count += 1
    return [each], count


def loop_output(case: Case, tops: Pair, *, flip: bool = False) -> NDArray[Any]:
    """Return the output of a case as nested loops compute it, given the zeros (above, left), with
    the kernel turned by half a turn if flip is true.
    """
    images = np.asarray(case.images).astype(float)
    images = images[..., None] if images.ndim == 3 else images
    m, h, w, c = images.shape
    kh, kw = case.window
    (top, left), (sh, sw) = tops, case.stride
    oh, ow = zeros_before(case, 0)[1], zeros_before(case, 1)[1]
    if case.task == 6:
        output = np.empty((m, oh, ow, c))
        for n, i, j, channel in np.ndindex(*output.shape):
            pixels = [
                images[n, i * sh + u, j * sw + v, channel].item()
                for u in range(kh)
                for v in range(kw)
            ]
            output[n, i, j, channel] = (
                max(pixels) if case.mode == "max" else sum(pixels) / len(pixels)
            )
        return output
    weights = np.asarray(case.kernel).astype(float).reshape(kh, kw, c, -1)
    weights = weights[::-1, ::-1] if flip else weights
    output = np.zeros((m, oh, ow, weights.shape[3]))
    for n, i, j, kernel in np.ndindex(*output.shape):
        for u in range(kh):
            for v in range(kw):
                row, column = i * sh + u - top, j * sw + v - left
                if 0 <= row < h and 0 <= column < w:
                    for channel in range(c):
                        product = images[n, row, column, channel] * weights[u, v, channel, kernel]
                        output[n, i, j, kernel] += product
    return output if case.task == 5 else output[..., 0]
