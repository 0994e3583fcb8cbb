#!/usr/bin/env python3
"""Pooling"""
import numpy as np


def pool(images, kernel_shape, stride, mode='max'):
    """
    Performs pooling on images
    images: numpy.ndarray (m, h, w, c)
    kernel_shape: tuple (kh, kw)
    stride: tuple (sh, sw)
    mode: 'max' or 'avg'
    Returns: numpy.ndarray containing the pooled images
    """
    m, h, w, c = images.shape
    kh, kw = kernel_shape
    sh, sw = stride
    new_h = (h - kh) // sh + 1
    new_w = (w - kw) // sw + 1
    pooled = np.zeros((m, new_h, new_w, c))
    for i in range(new_h):
        for j in range(new_w):
            window = images[:, i * sh:i * sh + kh, j * sw:j * sw + kw, :]
            if mode == 'max':
                pooled[:, i, j, :] = np.max(window, axis=(1, 2))
            elif mode == 'avg':
                pooled[:, i, j, :] = np.mean(window, axis=(1, 2))
    return pooled
