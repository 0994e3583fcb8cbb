#!/usr/bin/env python3
"""No loop: a view of all windows, and one sum over each."""
import numpy as np


def convolve_grayscale_valid(images, kernel):
    """View the images as windows (m, oh, ow, kh, kw), then sum."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    windows = np.lib.stride_tricks.as_strided(
        images,
        shape=(m, h - kh + 1, w - kw + 1, kh, kw),
        strides=images.strides + images.strides[1:],
        writeable=False,
    )
    return np.einsum('mijuv,uv->mij', windows, kernel)
