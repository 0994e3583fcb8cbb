#!/usr/bin/env python3
"""Convolution with channels and one loop."""
import numpy as np


def convolve_channels(images, kernel, padding='same', stride=(1, 1)):
    """One loop over the places of the kernel, counted in one go."""
    m, h, w, c = images.shape
    kh, kw = kernel.shape[0], kernel.shape[1]
    sh, sw = stride
    if padding == 'valid':
        around = ((0, 0), (0, 0), (0, 0), (0, 0))
    elif padding == 'same':
        th, tw = h * sh - sh + kh - h, w * sw - sw + kw - w
        around = (
            (0, 0),
            (th // 2, (th + 1) // 2),
            (tw // 2, (tw + 1) // 2),
            (0, 0),
        )
    else:
        around = (
            (0, 0),
            (padding[0], padding[0]),
            (padding[1], padding[1]),
            (0, 0),
        )
    padded = np.pad(images, around, 'constant')
    oh = (padded.shape[1] - kh) // sh + 1
    ow = (padded.shape[2] - kw) // sw + 1
    total = np.zeros((m, oh, ow))
    for n in range(kh * kw):
        u, v = divmod(n, kw)
        rows = slice(u, u + oh * sh, sh)
        columns = slice(v, v + ow * sw, sw)
        total += padded[:, rows, columns] @ kernel[u, v]
    return total
