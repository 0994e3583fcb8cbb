#!/usr/bin/env python3
"""Module that convolves grayscale images with np.tensordot"""

import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Convolves all images at once: one product per output pixel"""
    m = images.shape[0]
    h = images.shape[1]
    w = images.shape[2]
    kh = kernel.shape[0]
    kw = kernel.shape[1]

    output_h = h - kh + 1
    output_w = w - kw + 1

    output = np.ndarray(shape=(m, output_h, output_w))

    for row in range(output_h):
        for col in range(output_w):
            patch = images[:, row:row + kh, col:col + kw]
            output[:, row, col] = np.tensordot(patch, kernel, axes=2)

    return output
