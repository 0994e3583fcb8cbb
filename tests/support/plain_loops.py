"""What a case must return, by nested loops over plain numbers."""

from typing import Any

import numpy as np


def zeros_before(case: Any, axis: int) -> Any:
    """Return the zeros before the first pixel and the number of windows, for each way that is
    right.
    """
    n, k, s = case.size[axis], case.window[axis], case.stride[axis]
    if case.padding == "same":
        total = (n - 1) * s + k - n
        return sorted({total // 2, total - total // 2}), n
    each = 0 if case.padding == "valid" else case.padding[axis]
    count = 0
    while count * s + k <= n + 2 * each:
        count += 1
    return [each], count


def plainly(case: Any, tops: Any, *, flip: Any = False) -> Any:
    """Return the output as nested loops have it, given the zeros above and to the left."""
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
