#!/usr/bin/env python3
"""Same convolution: the padding of one axis after the other."""
import numpy as np
from math import ceil, floor


def convolve_grayscale_same(images, kernel):
    """Pad rows, pad columns, convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    before_h, after_h = ceil((kh - 1) / 2), floor((kh - 1) / 2)
    before_w, after_w = ceil((kw - 1) / 2), floor((kw - 1) / 2)
    padded = np.pad(images, ((0, 0), (before_h, after_h), (0, 0)), 'constant')
    padded = np.pad(padded, ((0, 0), (0, 0), (before_w, after_w)), 'constant')
    output = np.zeros((m, h, w))
    for i in range(h):
        strip = padded[:, i:i + kh]
        for j in range(w):
            window = strip[:, :, j:j + kw]
            output[:, i, j] = np.sum(np.sum(window * kernel, axis=1), axis=1)
    return output
