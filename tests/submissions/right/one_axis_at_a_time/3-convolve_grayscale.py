#!/usr/bin/env python3
"""Strided convolution: the padding of one axis after the other."""
import numpy as np
from math import ceil, floor


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """Pad rows, pad columns, convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride
    ph = pw = 0
    if isinstance(padding, tuple):
        ph, pw = padding
    if padding == 'same':
        ph = ((h - 1) * sh + kh - h) / 2
        pw = ((w - 1) * sw + kw - w) / 2
    rows, columns = (floor(ph), ceil(ph)), (floor(pw), ceil(pw))
    padded = np.pad(images, ((0, 0), rows, (0, 0)), 'constant')
    padded = np.pad(padded, ((0, 0), (0, 0), columns), 'constant')
    oh = floor((h + 2 * ph - kh) / sh + 1)
    ow = floor((w + 2 * pw - kw) / sw + 1)
    output = np.zeros((m, oh, ow))
    for i in range(oh):
        strip = padded[:, i * sh:i * sh + kh]
        for j in range(ow):
            window = strip[:, :, j * sw:j * sw + kw]
            output[:, i, j] = np.sum(np.sum(window * kernel, axis=1), axis=1)
    return output
