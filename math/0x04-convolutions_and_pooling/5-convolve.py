#!/usr/bin/env python3
"""Task 5: convolution of images with several kernels."""
import numpy as np


def convolve(images, kernels, padding='same', stride=(1, 1)):
    """Convolve images with kernels that sum over their channels.

    images: array (m, h, w, c), m images of h x w pixels with c channels.
    kernels: array (kh, kw, c, nc), nc kernels, not flipped.
    padding: 'same' (h x w sums at any stride), 'valid' (no zeros) or a pair
        (ph, pw), the zeros above and below, left and right.
    stride: pair (sh, sw), the steps from one window to the next.

    Returns a float64 array (m, oh, ow, nc). ValueError if that cannot be.
    """
    m, h, w, c = images.shape
    kh, kw, kc, nc = kernels.shape
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
    if kh > hp or kw > wp or kc != c:
        raise ValueError(f'a kernel of {kh} x {kw} x {kc} does not fit padded '
                         f'images of {hp} x {wp} x {c}: use a kernel with as '
                         f'many channels and no larger')
    top, left = zh - zh // 2, zw - zw // 2  # the odd zero comes before
    oh, ow = (hp - kh) // sh + 1, (wp - kw) // sw + 1
    weights = kernels.astype(float).reshape(kh, kw * c, nc)
    output = np.zeros((m, oh, ow, nc))
    # slices of images, small enough to stay in the processor's cache
    step = max(1, min(m, 2**16 // max(1, hp * wp * c * kw)))
    part = np.zeros((step, hp, wp, c))
    rows = np.empty((step, hp, ow, kw, c))  # the pixels under a kernel's row
    pixels = rows.reshape(step * hp * ow, kw * c)
    sums = np.empty((step, hp, ow, nc))  # over one row of each kernel
    for first in range(0, m, step):
        result = output[first:first + step]
        n = len(result)
        part[:n, top:top + h, left:left + w] = images[first:first + n]
        for v in range(kw):
            rows[:, :, :, v] = part[:, :, v:v + ow * sw:sw]
        for u in range(kh):
            np.matmul(pixels, weights[u], out=sums.reshape(len(pixels), nc))
            result += sums[:n, u:u + oh * sh:sh]
    return output
