#!/usr/bin/env python3
"""Task 2: convolution of grayscale images with custom padding."""
import numpy as np


def convolve_grayscale_padding(images, kernel, padding):
    """Convolve grayscale images with a kernel, padded with zeros.

    images: array (m, h, w), m images of h x w pixels.
    kernel: array (kh, kw), applied as it is, not flipped.
    padding: pair (ph, pw), the zeros above and below, left and right.

    Returns a float64 array (m, h + 2 ph - kh + 1, w + 2 pw - kw + 1).
    ValueError if padding is no such pair or the kernel does not fit.
    """
    m, h, w = images.shape
    kh, kw = kernel.shape
    if np.shape(padding) != (2,) or min(padding) < 0:
        raise ValueError(f'padding is {padding!r}: use a pair (ph, pw) of '
                         f'numbers from 0 up')
    top, left = padding
    hp, wp = h + 2 * top, w + 2 * left  # the size of a padded image
    if kh > hp or kw > wp:
        raise ValueError(f'a kernel of {kh} x {kw} does not fit padded images '
                         f'of {hp} x {wp}: use a smaller one or more padding')
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
