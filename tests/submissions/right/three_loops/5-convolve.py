#!/usr/bin/env python3
"""Convolution with several kernels: kernels outside, taps inside."""
import numpy as np


def convolve(images, kernels, padding='same', stride=(1, 1)):
    """One kernel after the other, one tap after the other."""
    (m, h, w, c), (kh, kw, c, nc) = images.shape, kernels.shape
    if padding == 'same':
        th, tw = (h - 1) * stride[0] + kh, (w - 1) * stride[1] + kw
        canvas = np.zeros((m, th, tw, c))
        y, x = (th - h) // 2, (tw - w) // 2
    else:
        y, x = (0, 0) if padding == 'valid' else padding
        canvas = np.zeros((m, h + 2 * y, w + 2 * x, c))
    canvas[:, y:h + y, x:w + x] += images
    rows = (canvas.shape[1] - kh) // stride[0]
    columns = (canvas.shape[2] - kw) // stride[1]
    result = np.zeros((nc, m, rows + 1, columns + 1))
    for n, kernel in enumerate(np.moveaxis(kernels, -1, 0)):
        for u in range(kh):
            for v in range(kw):
                taken = canvas[
                    :,
                    u:u + rows * stride[0] + 1:stride[0],
                    v:v + columns * stride[1] + 1:stride[1],
                ]
                result[n] += np.sum(taken * kernel[u, v], axis=3)
    return result.transpose(1, 2, 3, 0)
