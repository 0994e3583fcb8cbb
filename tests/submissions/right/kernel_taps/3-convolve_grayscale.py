#!/usr/bin/env python3
'''One shifted and thinned picture for each number of the kernel.'''
import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    '''Pad, then add shifted pictures of which every sh-th row counts.'''
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride
    if type(padding) is tuple:
        top = bottom = padding[0]
        left = right = padding[1]
    elif padding == 'valid':
        top, bottom, left, right = 0, 0, 0, 0
    else:
        zeros_h, zeros_w = (h - 1) * sh + kh - h, (w - 1) * sw + kw - w
        bottom, right = zeros_h // 2, zeros_w // 2
        top, left = zeros_h - bottom, zeros_w - right
    images = np.pad(
        images, [(0, 0), (top, bottom), (left, right)], mode='constant'
    )
    images = np.asarray(images, dtype='float64')
    rows = (images.shape[1] - kh) // sh + 1
    columns = (images.shape[2] - kw) // sw + 1
    result = np.zeros((m, rows, columns))
    for y in range(kh):
        for x in range(kw):
            shifted = images[
                :,
                y:y + (rows - 1) * sh + 1:sh,
                x:x + (columns - 1) * sw + 1:sw,
            ]
            result += kernel[y, x] * shifted
    return result
