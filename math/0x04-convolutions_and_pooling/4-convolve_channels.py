#!/usr/bin/env python3
"""Task 4: convolution of images with channels."""
import numpy as np


def convolve_channels(images, kernel, padding='same', stride=(1, 1)):
    """Convolve images with a kernel that sums over their channels.

    images: array (m, h, w, c), m images of h x w pixels with c channels.
    kernel: array (kh, kw, c), applied as it is, not flipped.
    padding: 'same' (h x w sums at any stride), 'valid' (no zeros) or a pair
        (ph, pw), the zeros above and below, left and right.
    stride: pair (sh, sw), the steps from one window to the next.

    Returns a float64 array (m, oh, ow). ValueError if that cannot be.
    """
    m, h, w, c = images.shape
    kh, kw, kc = kernel.shape
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
    weights = kernel.astype(float)
    output = np.empty((m, oh, ow))
    # slices of images, small enough to stay in the processor's cache
    step = max(1, min(m, 2**18 // max(1, hp * wp * c)))
    part = np.zeros((c, step, hp, wp))
    pixels = part.reshape(c, -1)
    sums = np.empty((step, hp, wp))  # over the channels of each pixel
    total = np.empty((step, oh, ow))
    for first in range(0, m, step):
        result = output[first:first + step]
        n = len(result)
        total[:] = 0
        planes = np.moveaxis(images[first:first + n], -1, 0)
        part[:, :n, top:top + h, left:left + w] = planes
        for tap in range(kh * kw):
            u, v = tap // kw, tap % kw
            np.einsum('c,cp->p', weights[u, v], pixels, out=sums.reshape(-1))
            total += sums[:, u:u + oh * sh:sh, v:v + ow * sw:sw]
        result[:] = total[:n]
    return output
