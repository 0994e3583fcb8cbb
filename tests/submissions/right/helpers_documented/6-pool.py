#!/usr/bin/env python3
"""Pooling with small functions."""
import numpy as np


def greatest(window):
    """Return the maximum over rows and columns."""
    return np.max(window, axis=(1, 2))


def mean(window):
    """Return the average over rows and columns."""
    return np.sum(window, axis=(1, 2)) / (window.shape[1] * window.shape[2])


def pool(images, kernel_shape, stride, mode='max'):
    """Pool images."""
    kh, kw = kernel_shape
    sh, sw = stride
    reduce_window = greatest if mode == 'max' else mean
    m, h, w, c = images.shape
    output = np.zeros((m, (h - kh) // sh + 1, (w - kw) // sw + 1, c))
    for i in range(output.shape[1]):
        for j in range(output.shape[2]):
            y, x = i * sh, j * sw
            output[:, i, j] = reduce_window(images[:, y:y + kh, x:x + kw])
    return output
