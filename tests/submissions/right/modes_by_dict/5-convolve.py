#!/usr/bin/env python3
"""Convolution with several kernels: the padding is looked up."""
import numpy as np

ZEROS = {
    'same': lambda n, k, s: (n - 1) * s + k - n,
    'valid': lambda n, k, s: 0,
}


def convolve(images, kernels, padding='same', stride=(1, 1)):
    """Look up how many zeros there are, then convolve."""
    m, h, w, c = images.shape
    kh, kw, c, nc = kernels.shape
    sh, sw = stride
    if padding in ZEROS:
        zh, zw = ZEROS[padding](h, kh, sh), ZEROS[padding](w, kw, sw)
    else:
        zh, zw = padding[0] * 2, padding[1] * 2
    padded = np.pad(
        images,
        ((0, 0), (zh // 2, zh - zh // 2), (zw // 2, zw - zw // 2), (0, 0)),
        'constant',
    )
    output = np.zeros(
        (m, (h + zh - kh) // sh + 1, (w + zw - kw) // sw + 1, nc)
    )
    for i in range(output.shape[1]):
        for j in range(output.shape[2]):
            output[:, i, j, :] = np.einsum(
                'muvc,uvcn->mn',
                padded[:, i * sh:i * sh + kh, j * sw:j * sw + kw],
                kernels,
            )
    return output
