#!/usr/bin/env python3
"""Strided convolution with one loop."""
import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """One loop over the numbers of the kernel, counted in one go."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride
    if padding == 'valid':
        around = ((0, 0), (0, 0), (0, 0))
    elif padding == 'same':
        th, tw = h * sh - sh + kh - h, w * sw - sw + kw - w
        around = ((0, 0), (th // 2, (th + 1) // 2), (tw // 2, (tw + 1) // 2))
    else:
        around = ((0, 0), (padding[0], padding[0]), (padding[1], padding[1]))
    padded = np.pad(images, around, 'constant')
    oh = (padded.shape[1] - kh) // sh + 1
    ow = (padded.shape[2] - kw) // sw + 1
    total = 0.0
    for n in range(kernel.size):
        u, v = divmod(n, kw)
        rows = slice(u, u + oh * sh, sh)
        columns = slice(v, v + ow * sw, sw)
        total = total + padded[:, rows, columns] * float(kernel.flat[n])
    return total
