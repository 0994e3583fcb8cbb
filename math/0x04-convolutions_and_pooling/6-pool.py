#!/usr/bin/env python3
"""Task 6: pooling of images."""
import numpy as np


def pool(images, kernel_shape, stride, mode='max'):
    """Pool images: the maximum or the average of each window.

    images: array (m, h, w, c), m images of h x w pixels with c channels.
    kernel_shape: pair (kh, kw), the height and width of a window.
    stride: pair (sh, sw), the steps from one window to the next.
    mode: 'max' or 'avg'.

    Returns a float64 array (m, oh, ow, c); rows and columns that do not fill
    a window are dropped. ValueError if that cannot be.
    """
    m, h, w, c = images.shape
    kh, kw = kernel_shape
    sh, sw = stride
    if min(kh, kw, sh, sw) < 1:
        raise ValueError(f'kernel_shape is {kernel_shape!r} and stride '
                         f'{stride!r}: use sizes and steps from 1 up')
    if kh > h or kw > w:
        raise ValueError(f'a window of {kh} x {kw} does not fit images of '
                         f'{h} x {w}: use a smaller one or larger images')
    if mode == 'max':
        combine, dtype = np.maximum, images.dtype
    elif mode == 'avg':
        combine, dtype = np.add, float
    else:
        raise ValueError(f"mode is {mode!r}: use 'max' or 'avg'")
    oh, ow = (h - kh) // sh + 1, (w - kw) // sw + 1
    output = np.empty((m, oh, ow, c))
    # slices of images, small enough to stay in the processor's cache
    step = max(1, min(m, 2**17 // max(1, h * w * c)))
    for first in range(0, m, step):
        result = output[first:first + step]
        n = len(result)
        planes = np.moveaxis(images[first:first + n], -1, 0)
        total = np.empty((c, n, oh, ow), dtype)
        total[:] = planes[:, :, :oh * sh:sh, :ow * sw:sw]
        for tap in range(1, kh * kw):
            u, v = tap // kw, tap % kw
            shifted = planes[:, :, u:u + oh * sh:sh, v:v + ow * sw:sw]
            combine(total, shifted, out=total)
        if mode == 'avg':
            total /= kh * kw
        result[:] = np.moveaxis(total, 0, -1)
    return output
