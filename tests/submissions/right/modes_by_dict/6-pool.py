#!/usr/bin/env python3
"""Pooling: what a window becomes is looked up."""
import numpy as np


def pool(images, kernel_shape, stride, mode='max'):
    """Look up the function of the mode, then pool."""
    modes = {
        'max': lambda window: window.max((1, 2)),
        'avg': lambda window: window.mean((1, 2)),
    }
    if mode not in modes:
        return None
    m, h, w, c = images.shape
    output = np.zeros(
        (
            m,
            (h - kernel_shape[0]) // stride[0] + 1,
            (w - kernel_shape[1]) // stride[1] + 1,
            c,
        )
    )
    for i in range(output.shape[1]):
        for j in range(output.shape[2]):
            top, left = i * stride[0], j * stride[1]
            bottom, right = top + kernel_shape[0], left + kernel_shape[1]
            output[:, i, j] = modes[mode](images[:, top:bottom, left:right])
    return output
