#!/usr/bin/env python3
"""Valid convolution in the frequency domain."""
import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Multiply the spectra: no loop at all."""
    m, h, w = images.shape
    kh, kw = kernel.shape
    pixels = np.fft.rfft2(images.astype(float))
    spectrum = pixels * np.conj(np.fft.rfft2(kernel, (h, w)))
    return np.fft.irfft2(spectrum, (h, w))[:, :h - kh + 1, :w - kw + 1]
