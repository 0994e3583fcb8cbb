#!/usr/bin/env python3
"""Pooling: the loops step through the images."""
import numpy as np


def pool(images, kernel_shape, stride, mode='max'):
    """Pool images, the loops go by sh and sw."""
    (m, h, w, c), (kh, kw), (sh, sw) = images.shape, kernel_shape, stride
    pooled = np.zeros((m, (h - kh) // sh + 1, (w - kw) // sw + 1, c))
    function = np.max
    if mode == 'avg':
        function = np.mean
    for y in range(0, h - kh + 1, sh):
        for x in range(0, w - kw + 1, sw):
            part = images[:, y:y + kh, x:x + kw]
            pooled[:, y // sh, x // sw] = function(part, axis=(1, 2))
    return pooled
