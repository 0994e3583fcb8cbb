#!/usr/bin/env python3
"""Task 3: convolution of grayscale images with padding and stride."""
import numpy as np


def convolve_grayscale(images, kernel, padding='same', stride=(1, 1)):
    """Convolve grayscale images with a kernel, padded with zeros.

    images: array (m, h, w), m images of h x w pixels.
    kernel: array (kh, kw), applied as it is, not flipped.
    padding: 'same' (h x w sums at any stride), 'valid' (no zeros) or a pair
        (ph, pw), the zeros above and below, left and right.
    stride: pair (sh, sw), the steps from one window to the next.

    Returns a float64 array (m, oh, ow). ValueError if that cannot be.
    """
    m, h, w = images.shape
    kh, kw = kernel.shape
    sh, sw = stride
    if sh < 1 or sw < 1:
        raise ValueError(f'stride is {stride!r}: use steps from 1 up')
    if np.shape(padding) == (2,) and min(padding) >= 0:
        zh, zw = 2 * padding[0], 2 * padding[1]  # zeros in all
    elif padding == 'same':
        zh, zw = (h - 1) * sh + kh - h, (w - 1) * sw + kw - w
    elif padding == 'valid':
        zh, zw = 0, 0
    else:
        raise ValueError(f"padding is {padding!r}: use 'same', 'valid' or a "
                         f"pair (ph, pw) of numbers from 0 up")
    hp, wp = h + zh, w + zw  # the size of a padded image
    if kh > hp or kw > wp:
        raise ValueError(f'a kernel of {kh} x {kw} does not fit padded images '
                         f'of {hp} x {wp}: use a smaller one or more padding')
    top, left = zh - zh // 2, zw - zw // 2  # the odd zero comes before
    oh, ow = (hp - kh) // sh + 1, (wp - kw) // sw + 1
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
            shifted = part[:n, u:u + oh * sh:sh, v:v + ow * sw:sw]
            np.multiply(shifted, weights[u, v], out=product[:n])
            result += product[:n]
    return output
