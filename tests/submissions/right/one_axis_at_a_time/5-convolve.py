#!/usr/bin/env python3
"""Convolution with several kernels: one axis after the other."""
from math import ceil
from math import floor
import numpy as np


def convolve(images, kernels, padding='same', stride=(1, 1)):
    """Pad rows, pad columns, convolve."""
    m, h, w, c = images.shape
    kh, kw, c, nc = kernels.shape
    sh, sw = stride
    ph = pw = 0
    if isinstance(padding, tuple):
        ph, pw = padding
    if padding == 'same':
        ph = ((h - 1) * sh + kh - h) / 2
        pw = ((w - 1) * sw + kw - w) / 2
    rows, columns = (ceil(ph), floor(ph)), (ceil(pw), floor(pw))
    padded = np.pad(images, ((0, 0), rows, (0, 0), (0, 0)), 'constant')
    padded = np.pad(padded, ((0, 0), (0, 0), columns, (0, 0)), 'constant')
    oh = floor((h + 2 * ph - kh) / sh + 1)
    ow = floor((w + 2 * pw - kw) / sw + 1)
    output = np.zeros((m, oh, ow, nc))
    for i in range(oh):
        strip = padded[:, i * sh:i * sh + kh]
        for j in range(ow):
            window = strip[:, :, j * sw:j * sw + kw, :, np.newaxis]
            output[:, i, j] = np.sum(window * kernels, axis=(1, 2, 3))
    return output
