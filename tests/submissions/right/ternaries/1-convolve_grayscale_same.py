#!/usr/bin/env python3
"""Same convolution, the padding by conditional expressions."""
import numpy as np
from math import ceil


def convolve_grayscale_same(images, kernel):
    """Convolve grayscale images, keep their size."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    ph = kh // 2 if kh % 2 == 0 else (kh - 1) // 2
    pw = kw // 2 if kw % 2 == 0 else (kw - 1) // 2
    padded = np.pad(
        images, [(0, 0), (ph, ceil(kh / 2)), (pw, ceil(kw / 2))], 'constant'
    )
    convolved = np.zeros((m, h, w))
    for i in range(h):
        for j in range(w):
            image = padded[:, i:(i + kh), j:(j + kw)]
            convolved[:, i, j] = np.sum(
                np.multiply(image, kernel), axis=(1, 2)
            )
    return convolved
