#!/usr/bin/env python3
"""Valid convolution as one matrix product."""
import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Write every window into one line of a matrix, then multiply."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    oh, ow = h - kh + 1, w - kw + 1
    matrix = np.zeros((m, oh, ow, kh * kw))
    for i in range(oh):
        for j in range(ow):
            matrix[:, i, j] = images[:, i:i + kh, j:j + kw].reshape(m, -1)
    return matrix @ kernel.reshape(-1)
