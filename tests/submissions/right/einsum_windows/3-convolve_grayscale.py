#!/usr/bin/env python3
"""No loop: a view of all windows, and one sum over each."""
import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """View the padded images as windows (m, oh, ow, kh, kw), then sum."""
    size = np.array(images.shape[1:])
    window = np.array(kernel.shape)
    step = np.array(stride)
    if isinstance(padding, str):
        total = (size - 1) * step + window - size
        total = total * (padding == 'same')
    else:
        total = 2 * np.array(padding)
    before = total // 2
    after = total - before
    padded = np.pad(
        images,
        ((0, 0), (before[0], after[0]), (before[1], after[1])),
        'constant',
    )
    oh, ow = (size + total - window) // step + 1
    s0, s1, s2 = padded.strides
    windows = np.lib.stride_tricks.as_strided(
        padded,
        shape=(len(images), oh, ow) + kernel.shape,
        strides=(s0, s1 * stride[0], s2 * stride[1], s1, s2),
        writeable=False,
    )
    return np.einsum('mijuv,uv->mij', windows, kernel)
