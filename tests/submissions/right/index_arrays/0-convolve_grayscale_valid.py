#!/usr/bin/env python3
"""Valid convolution: all windows taken by arrays of indices."""
import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Take windows (m, oh, ow, kh, kw) at once and add them up."""
    kh, kw = kernel.shape
    y = np.arange(images.shape[1] - kh + 1)[:, np.newaxis] + np.arange(kh)
    x = np.arange(images.shape[2] - kw + 1)[:, np.newaxis] + np.arange(kw)
    windows = images[:, y[:, np.newaxis, :, np.newaxis], x[:, np.newaxis]]
    return np.sum(windows * kernel, axis=(3, 4))
