#!/usr/bin/env python3
"""Several kernels: the loops step through the padded images."""
import numpy as np


def convolve(images, kernels, padding='same', stride=(1, 1)):
    """Convolve images, the loops go by sh and sw."""
    (m, h, w, c), (kh, kw, _, nc) = images.shape, kernels.shape
    sh, sw = stride
    pad = [[0, 0], [0, 0], [0, 0], [0, 0]]
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
    conv = np.zeros((m, last_y // sh + 1, last_x // sw + 1, nc))
    for n in range(nc):
        for y in range(0, last_y + 1, sh):
            for x in range(0, last_x + 1, sw):
                part = images[:, y:y + kh, x:x + kw]
                conv[:, y // sh, x // sw, n] = (
                    part * kernels[:, :, :, n]
                ).sum(axis=(1, 2, 3))
    return conv
