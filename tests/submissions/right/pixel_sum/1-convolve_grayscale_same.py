#!/usr/bin/env python3
"""Same convolution"""
import numpy as np


def convolve_grayscale_same(images, kernel):
    """
    Performs a same convolution on grayscale images
    images: numpy.ndarray (m, h, w)
    kernel: numpy.ndarray (kh, kw)
    Returns: numpy.ndarray containing the convolved images
    """
    m, h, w = images.shape
    kh, kw = kernel.shape
    # the odd zero of an even kernel comes before
    ph, pw = kh // 2, kw // 2
    padded = np.pad(images, ((0, 0), (ph, ph), (pw, pw)), 'constant')
    convolved = np.zeros((m, h, w))
    for i in range(h):
        for j in range(w):
            convolved[:, i, j] = np.sum(
                padded[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))
    return convolved
