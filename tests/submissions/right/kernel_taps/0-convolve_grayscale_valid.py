#!/usr/bin/env python3
'''One shifted picture for each number of the kernel.'''
import numpy as np


def convolve_grayscale_valid(images, kernel):
    '''Add shifted pictures, each weighted by one number of the kernel.'''
    images = images.astype(np.float64)
    rows = images.shape[1] - kernel.shape[0] + 1
    columns = images.shape[2] - kernel.shape[1] + 1
    result = np.zeros((len(images), rows, columns), dtype=np.float64)
    for y in range(kernel.shape[0]):
        for x in range(kernel.shape[1]):
            result += kernel[y, x] * images[:, y:y + rows, x:x + columns]
    return result
