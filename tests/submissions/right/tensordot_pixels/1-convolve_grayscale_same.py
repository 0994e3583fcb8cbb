#!/usr/bin/env python3
"""Module that convolves grayscale images with np.tensordot"""

import numpy as np


def convolve_grayscale_same(images, kernel):
    """Convolves all images at once, the output is as large as they are"""
    m = images.shape[0]
    h = images.shape[1]
    w = images.shape[2]
    kh = kernel.shape[0]
    kw = kernel.shape[1]

    if kh % 2 == 0:
        pad_h = (kh // 2, kh // 2 - 1)
    else:
        pad_h = (kh // 2, kh // 2)
    if kw % 2 == 0:
        pad_w = (kw // 2, kw // 2 - 1)
    else:
        pad_w = (kw // 2, kw // 2)

    padded = np.pad(
        images,
        pad_width=((0, 0), pad_h, pad_w),
        mode="constant",
        constant_values=0,
    )
    output = np.ndarray(shape=(m, h, w))

    for row in range(h):
        for col in range(w):
            patch = padded[:, row:row + kh, col:col + kw]
            output[:, row, col] = np.tensordot(patch, kernel, axes=2)

    return output
