#!/usr/bin/env python3
"""Strided convolution: the loops step through the padded images."""
import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """Convolve grayscale images, the loops go by sh and sw."""
    (m, h, w), (kh, kw), (sh, sw) = images.shape, kernel.shape, stride
    pad = [[0, 0], [0, 0], [0, 0]]
    if padding == 'same':
        pad[1][1] = ((h - 1) * sh + kh - h) // 2
        pad[1][0] = (h - 1) * sh + kh - h - pad[1][1]
        pad[2][1] = ((w - 1) * sw + kw - w) // 2
        pad[2][0] = (w - 1) * sw + kw - w - pad[2][1]
    elif padding != 'valid':
        pad[1] = [padding[0]] * 2
        pad[2] = [padding[1]] * 2
    images = np.pad(images, pad, 'constant')
    last_y, last_x = images.shape[1] - kh, images.shape[2] - kw
    conv = np.zeros((m, last_y // sh + 1, last_x // sw + 1))
    for y in range(0, last_y + 1, sh):
        for x in range(0, last_x + 1, sw):
            part = images[:, y:y + kh, x:x + kw]
            conv[:, y // sh, x // sw] = (part * kernel).sum(axis=(1, 2))
    return conv
