#!/usr/bin/env python3
'''One shifted picture for each number of the kernel, the size is kept.'''
import numpy as np


def convolve_grayscale_same(images, kernel):
    '''Pad by k - 1 zeros in all, the odd one behind, then add.'''
    m, h, w = images.shape
    kh, kw = kernel.shape
    top, left = (kh - 1) // 2, (kw - 1) // 2
    bottom, right = kh - 1 - top, kw - 1 - left
    images = np.pad(
        images, [(0, 0), (top, bottom), (left, right)], mode='constant'
    )
    images = images.astype(np.float64)
    result = np.zeros((m, h, w), dtype=np.float64)
    for y in range(kh):
        for x in range(kw):
            result += kernel[y, x] * images[:, y:y + h, x:x + w]
    return result
