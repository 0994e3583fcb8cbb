#!/usr/bin/env python3
"""Module that convolves grayscale images with np.tensordot"""

import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """Convolves all images at once: one product per output pixel"""
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride

    if padding == 'same':
        extra_h = max((h - 1) * sh + kh - h, 0)
        extra_w = max((w - 1) * sw + kw - w, 0)
    elif padding == 'valid':
        extra_h, extra_w = 0, 0
    else:
        extra_h, extra_w = 2 * padding[0], 2 * padding[1]

    pad_h = (extra_h - extra_h // 2, extra_h // 2)
    pad_w = (extra_w - extra_w // 2, extra_w // 2)
    padded = np.pad(images, ((0, 0), pad_h, pad_w), "constant")

    output_h = int((h + extra_h - kh) / sh) + 1
    output_w = int((w + extra_w - kw) / sw) + 1
    output = np.ndarray(shape=(m, output_h, output_w))

    for row in range(output_h):
        for col in range(output_w):
            top, left = row * sh, col * sw
            patch = padded[:, top:top + kh, left:left + kw]
            output[:, row, col] = np.tensordot(patch, kernel, axes=2)

    return output
