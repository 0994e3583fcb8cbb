#!/usr/bin/env python3
"""Convolution with channels"""
import numpy as np


def convolve_channels(images, kernel, padding='same', stride=(1, 1)):
    """
    Performs a convolution on images with channels
    images: numpy.ndarray (m, h, w, c)
    kernel: numpy.ndarray (kh, kw, c)
    padding: tuple (ph, pw), 'same' or 'valid'
    stride: tuple (sh, sw)
    Returns: numpy.ndarray containing the convolved images
    """
    m, h, w, c = images.shape
    kh, kw, kc = kernel.shape
    sh, sw = stride
    if padding == 'same':
        total_h = (h - 1) * sh + kh - h
        total_w = (w - 1) * sw + kw - w
        before_h, before_w = total_h // 2, total_w // 2
        after_h, after_w = total_h - before_h, total_w - before_w
    elif padding == 'valid':
        before_h = after_h = before_w = after_w = 0
    else:
        before_h = after_h = padding[0]
        before_w = after_w = padding[1]
    padded = np.pad(
        images, ((0, 0), (before_h, after_h), (before_w, after_w), (0, 0)),
        mode='constant', constant_values=0)
    new_h = (h + before_h + after_h - kh) // sh + 1
    new_w = (w + before_w + after_w - kw) // sw + 1
    convolved = np.zeros((m, new_h, new_w))
    for i in range(new_h):
        for j in range(new_w):
            convolved[:, i, j] = np.sum(
                padded[:, i * sh:i * sh + kh, j * sw:j * sw + kw] * kernel,
                axis=(1, 2, 3))
    return convolved
