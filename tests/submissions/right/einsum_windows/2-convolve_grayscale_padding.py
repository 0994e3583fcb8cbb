#!/usr/bin/env python3
"""No loop: a view of all windows, and one sum over each."""
import numpy as np


def convolve_grayscale_padding(images, kernel, padding):
    """View the padded images as windows (m, oh, ow, kh, kw), then sum."""
    ph, pw = padding
    padded = np.pad(images, ((0, 0), (ph, ph), (pw, pw)), 'constant')
    m, h, w = padded.shape
    kh, kw = kernel.shape
    windows = np.lib.stride_tricks.as_strided(
        padded,
        shape=(m, h - kh + 1, w - kw + 1, kh, kw),
        strides=padded.strides + padded.strides[1:],
        writeable=False,
    )
    return np.einsum('mijuv,uv->mij', windows, kernel)
