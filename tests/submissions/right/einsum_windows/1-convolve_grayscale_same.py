#!/usr/bin/env python3
"""No loop: a view of all windows, and one sum over each."""
import numpy as np


def convolve_grayscale_same(images, kernel):
    """View the padded images as windows (m, h, w, kh, kw), then sum."""
    kh, kw = kernel.shape
    padded = np.pad(
        images,
        ((0, 0), (kh // 2, (kh - 1) // 2), (kw // 2, (kw - 1) // 2)),
        'constant',
    )
    windows = np.lib.stride_tricks.as_strided(
        padded,
        shape=images.shape + kernel.shape,
        strides=padded.strides + padded.strides[1:],
        writeable=False,
    )
    return np.einsum('mijuv,uv->mij', windows, kernel)
