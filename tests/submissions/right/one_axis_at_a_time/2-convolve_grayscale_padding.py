#!/usr/bin/env python3
"""Convolution: the padding of one axis after the other."""
import numpy as np


def convolve_grayscale_padding(images, kernel, padding):
    """Put zeros above and below, left and right, then convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    ph, pw = padding
    rows = np.zeros((m, ph, w))
    padded = np.concatenate((rows, images, rows), axis=1)
    columns = np.zeros((m, h + 2 * ph, pw))
    padded = np.concatenate((columns, padded, columns), axis=2)
    output = np.zeros((m, h + 2 * ph - kh + 1, w + 2 * pw - kw + 1))
    for i in range(output.shape[1]):
        strip = padded[:, i:i + kh]
        for j in range(output.shape[2]):
            window = strip[:, :, j:j + kw]
            output[:, i, j] = np.sum(np.sum(window * kernel, axis=1), axis=1)
    return output
