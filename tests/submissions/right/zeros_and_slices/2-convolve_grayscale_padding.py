#!/usr/bin/env python3
"""Convolution with padding, zeros made by hand."""
import numpy as np


def convolve_grayscale_padding(images, kernel, padding):
    """Lay the images on zeros, then convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    ph, pw = padding
    canvas = np.zeros((m, h + 2 * ph, w + 2 * pw))
    canvas[:, ph:ph + h, pw:pw + w] = images
    conv = np.zeros((m, h + 2 * ph - kh + 1, w + 2 * pw - kw + 1))
    for x in range(conv.shape[2]):
        for y in range(conv.shape[1]):
            conv[:, y, x] = np.multiply(
                canvas[:, y:y + kh, x:x + kw], kernel
            ).sum(axis=(1, 2))
    return conv
