#!/usr/bin/env python3
'''Pooling by shifted and thinned pictures.'''
import numpy as np


def pool(images, kernel_shape, stride, mode='max'):
    '''Take the maximum of, or add, one shifted picture for each place.'''
    m, h, w, c = images.shape
    kh, kw = kernel_shape
    sh, sw = stride
    rows, columns = 1 + (h - kh) // sh, 1 + (w - kw) // sw
    start = -np.inf if mode == 'max' else 0
    result = np.full((m, rows, columns, c), start, dtype=np.float64)
    for y in range(kh):
        for x in range(kw):
            shifted = images[
                :,
                y:y + (rows - 1) * sh + 1:sh,
                x:x + (columns - 1) * sw + 1:sw,
            ]
            if mode == 'max':
                result = np.maximum(result, shifted)
            else:
                result = result + shifted / (kh * kw)
    return result
