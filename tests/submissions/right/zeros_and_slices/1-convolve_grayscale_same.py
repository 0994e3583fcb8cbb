#!/usr/bin/env python3
"""Same convolution, zeros made by hand."""
import numpy as np


def convolve_grayscale_same(images, kernel):
    """Lay the images on zeros, then convolve."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    canvas = np.zeros((m, h + kh - 1, w + kw - 1))
    top = int(kh / 2)
    left = int(kw / 2)
    canvas[:, top:top + h, left:left + w] = images
    conv = np.zeros(images.shape)
    for x in range(w):
        for y in range(h):
            conv[:, y, x] = np.multiply(
                canvas[:, y:y + kh, x:x + kw], kernel
            ).sum(axis=(1, 2))
    return conv
