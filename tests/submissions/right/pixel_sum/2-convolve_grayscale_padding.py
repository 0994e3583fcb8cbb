#!/usr/bin/env python3
"""Convolution with padding"""
import numpy as np


def convolve_grayscale_padding(images, kernel, padding):
    """
    Performs a convolution on grayscale images with custom padding
    images: numpy.ndarray (m, h, w)
    kernel: numpy.ndarray (kh, kw)
    padding: tuple (ph, pw)
    Returns: numpy.ndarray containing the convolved images
    """
    m, h, w = images.shape
    kh, kw = kernel.shape
    ph, pw = padding
    padded = np.pad(images, ((0, 0), (ph, ph), (pw, pw)), 'constant')
    new_h = h + 2 * ph - kh + 1
    new_w = w + 2 * pw - kw + 1
    convolved = np.zeros((m, new_h, new_w))
    for i in range(new_h):
        for j in range(new_w):
            convolved[:, i, j] = np.sum(
                padded[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))
    return convolved
