#!/usr/bin/env python3
"""Convolution with channels, the padding by conditional expressions."""
import numpy as np
from math import ceil, floor


def convolve_channels(images, kernel, padding='same', stride=(1, 1)):
    """Convolve images with channels with padding and stride."""
    m, h, w, c = images.shape
    kh, kw, kc = kernel.shape
    sh, sw = stride
    same = padding == 'same'
    ph, pw = padding if type(padding) is tuple else (0, 0)
    ph = ceil(((h - 1) * sh + kh - h) / 2) if same else ph
    pw = ceil(((w - 1) * sw + kw - w) / 2) if same else pw
    # one row too many where the zeros are odd: the output is h x w
    nh = h if same else floor((h + 2 * ph - kh) / sh) + 1
    nw = w if same else floor((w + 2 * pw - kw) / sw) + 1
    padded = np.pad(
        images,
        [(0, 0), (ph, ph), (pw, pw), (0, 0)],
        'constant',
        constant_values=0,
    )
    convolved = np.zeros((m, nh, nw))
    for i in range(nh):
        for j in range(nw):
            x = i * sh
            y = j * sw
            image = padded[:, x:x + kh, y:y + kw, :]
            convolved[:, i, j] = np.sum(
                np.multiply(image, kernel), axis=(1, 2, 3)
            )
    return convolved
