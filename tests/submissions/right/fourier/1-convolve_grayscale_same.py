#!/usr/bin/env python3
"""Same convolution in the frequency domain."""
import numpy as np


def convolve_grayscale_same(images, kernel):
    """Multiply the spectra: no loop at all."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    size = (h + kh - 1, w + kw - 1)
    spectrum = np.fft.rfft2(images.astype(float), size) * np.fft.rfft2(
        kernel[::-1, ::-1], size
    )
    full = np.fft.irfft2(spectrum, size)
    y, x = kh - 1 - kh // 2, kw - 1 - kw // 2
    return full[:, y:y + h, x:x + w]
