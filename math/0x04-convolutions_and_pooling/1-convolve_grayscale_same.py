#!/usr/bin/env python3
"""Task 1: same convolution of grayscale images."""
import numpy as np


def convolve_grayscale_same(images, kernel):
    """Convolve grayscale images with a kernel, keeping their size.

    images: array (m, h, w), m images of h x w pixels.
    kernel: array (kh, kw), applied as it is, not flipped.

    Returns a float64 array (m, h, w). The images are padded with kh - 1 rows
    and kw - 1 columns of zeros, half on each side; the odd one comes before.
    """
    m, h, w = images.shape
    kh, kw = kernel.shape
    zh, zw = kh - 1, kw - 1  # zeros in all
    hp, wp = h + zh, w + zw  # the size of a padded image
    top, left = zh - zh // 2, zw - zw // 2  # the odd zero comes before
    oh, ow = hp - kh + 1, wp - kw + 1
    weights = kernel.astype(float)
    output = np.zeros((m, oh, ow))
    # slices of images, small enough to stay in the processor's cache
    step = max(1, min(m, 2**17 // max(1, hp * wp)))
    part = np.zeros((step, hp, wp))
    product = np.empty((step, oh, ow))
    for first in range(0, m, step):
        result = output[first:first + step]
        n = len(result)
        part[:n, top:top + h, left:left + w] = images[first:first + n]
        for tap in range(kh * kw):
            u, v = tap // kw, tap % kw
            shifted = part[:n, u:u + oh, v:v + ow]
            np.multiply(shifted, weights[u, v], out=product[:n])
            result += product[:n]
    return output
