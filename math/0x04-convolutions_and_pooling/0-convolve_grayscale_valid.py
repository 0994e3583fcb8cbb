#!/usr/bin/env python3
"""Task 0: valid convolution of grayscale images."""
import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Convolve grayscale images with a kernel, without padding.

    images: array (m, h, w), m images of h x w pixels.
    kernel: array (kh, kw), applied as it is, not flipped.

    Returns a float64 array (m, oh, ow): one sum for each place where the
    whole kernel lies on the image. ValueError if there is none.
    """
    m, h, w = images.shape
    kh, kw = kernel.shape
    if kh > h or kw > w:
        raise ValueError(f'a kernel of {kh} x {kw} does not fit images of '
                         f'{h} x {w}: use a smaller one or larger images')
    hp, wp = h, w
    top, left = 0, 0
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
