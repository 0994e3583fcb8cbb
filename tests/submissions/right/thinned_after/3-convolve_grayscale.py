#!/usr/bin/env python3
"""Strided convolution: every step is 1, then most of it is dropped."""
import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """Convolve with steps of 1, keep every sh-th row, sw-th column."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride
    top = bottom = left = right = 0
    if padding == 'same':
        top, bottom = np.array([0, 1]) + ((h - 1) * sh + kh - h) // 2
        left, right = np.array([0, 1]) + ((w - 1) * sw + kw - w) // 2
    elif padding != 'valid':
        top = bottom = padding[0]
        left = right = padding[1]
    kernel = kernel.astype(np.float64)
    padded = np.pad(
        images, ((0, 0), (top, bottom), (left, right)), 'constant'
    )
    oh, ow = padded.shape[1] - kh + 1, padded.shape[2] - kw + 1
    output = np.zeros((m, oh, ow))
    for u in range(kh):
        for v in range(kw):
            output += padded[:, u:u + oh, v:v + ow] * kernel[u, v]
    output = output[:, ::sh, ::sw]
    # at most one too many where the zeros are even
    return output[:, :h, :w] if padding == 'same' else output
