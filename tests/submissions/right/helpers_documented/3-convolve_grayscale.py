#!/usr/bin/env python3
"""Strided convolution with small functions."""
import numpy as np


def zeros_for(size, window, step):
    """Return the zeros before and after one axis for 'same'."""
    total = (size - 1) * step + window - size
    return total // 2, total - total // 2


def around(images, kernel, padding, stride):
    """Return what np.pad takes."""
    if padding == 'valid':
        return ((0, 0),) * 3
    if padding == 'same':
        return (
            (0, 0),
            zeros_for(images.shape[1], kernel.shape[0], stride[0]),
            zeros_for(images.shape[2], kernel.shape[1], stride[1]),
        )
    return ((0, 0), (padding[0],) * 2, (padding[1],) * 2)


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """Convolve grayscale images with one kernel."""
    kh, kw = kernel.shape
    sh, sw = stride
    padded = np.pad(
        images, around(images, kernel, padding, stride), 'constant'
    )

    def value(i, j):
        """Return the output of all images at (i, j)."""
        window = padded[:, i * sh:i * sh + kh, j * sw:j * sw + kw]
        return np.sum(window * kernel, axis=(1, 2))

    output = np.zeros(
        (
            images.shape[0],
            (padded.shape[1] - kh) // sh + 1,
            (padded.shape[2] - kw) // sw + 1,
        )
    )
    for i in range(output.shape[1]):
        for j in range(output.shape[2]):
            output[:, i, j] = value(i, j)
    return output
