#!/usr/bin/env python3
'''One shifted picture for each number of the kernel, with zeros around.'''
import numpy as np


def convolve_grayscale_padding(images, kernel, padding):
    '''Pad by the pair that is given, then add shifted pictures.'''
    images = np.pad(
        images,
        [(0, 0), (padding[0],) * 2, (padding[1],) * 2],
        mode='constant',
    )
    images = images.astype(np.float64)
    rows = images.shape[1] - kernel.shape[0] + 1
    columns = images.shape[2] - kernel.shape[1] + 1
    result = np.zeros((images.shape[0], rows, columns))
    for y in range(kernel.shape[0]):
        for x in range(kernel.shape[1]):
            result += kernel[y, x] * images[:, y:y + rows, x:x + columns]
    return result
