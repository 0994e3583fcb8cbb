#!/usr/bin/env python3
"""Convolution with channels as one matrix product."""
import numpy as np
from math import ceil, floor


def convolve_channels(images, kernel, padding='same', stride=(1, 1)):
    """Write every number of the windows into a matrix, then multiply."""
    m, h, w, c = images.shape
    kh, kw, c = kernel.shape
    sh, sw = stride
    if padding == 'same':
        zh, zw = (h - 1) * sh - h + kh, (w - 1) * sw - w + kw
    elif padding == 'valid':
        zh = zw = 0
    else:
        zh, zw = 2 * padding[0], 2 * padding[1]
    padded = np.pad(
        images,
        (
            (0, 0),
            (ceil(zh / 2), floor(zh / 2)),
            (ceil(zw / 2), floor(zw / 2)),
            (0, 0),
        ),
        'constant',
    )
    # as many as there are starts
    oh = len(range(0, padded.shape[1] - kh + 1, sh))
    ow = len(range(0, padded.shape[2] - kw + 1, sw))
    matrix = np.zeros((m, oh, ow, kh, kw, c))
    for u in range(kh):
        for v in range(kw):
            matrix[..., u, v, :] = padded[:, u::sh, v::sw][:, :oh, :ow]
    return matrix.reshape(m, oh, ow, kh * kw * c) @ kernel.ravel()
