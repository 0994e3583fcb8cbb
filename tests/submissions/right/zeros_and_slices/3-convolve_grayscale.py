#!/usr/bin/env python3
"""Strided convolution, zeros made by hand."""
import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """Lay the images on zeros, then convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride
    if padding == 'same':
        # the last window begins at (h - 1) * sh
        canvas = np.zeros((m, (h - 1) * sh + kh, (w - 1) * sw + kw))
        top, left = (canvas.shape[1] - h) // 2, (canvas.shape[2] - w) // 2
    elif padding == 'valid':
        canvas = np.zeros((m, h, w))
        top, left = 0, 0
    else:
        top, left = padding
        canvas = np.zeros((m, h + top + top, w + left + left))
    canvas[:, top:top + h, left:left + w] = images
    conv = np.zeros(
        (
            m,
            1 + (canvas.shape[1] - kh) // sh,
            1 + (canvas.shape[2] - kw) // sw,
        )
    )
    for x in range(conv.shape[2]):
        for y in range(conv.shape[1]):
            window = canvas[:, y * sh:y * sh + kh, x * sw:x * sw + kw]
            conv[:, y, x] = np.multiply(window, kernel).sum(axis=(1, 2))
    return conv
