#!/usr/bin/env python3
"""Convolution of grayscale images with padding, with annotations."""
import numpy as np


def convolve_grayscale_padding(
    images: np.ndarray, kernel: np.ndarray, padding: tuple
) -> np.ndarray:
    """Perform a convolution with custom padding.

    Args:
        images (numpy.ndarray): the images, shape (m, h, w)
        kernel (numpy.ndarray): the kernel, shape (kh, kw)
        padding (tuple): the zeros, (ph, pw)

    Returns:
        numpy.ndarray: the convolved images
    """
    ph, pw = padding
    assert ph >= 0 and pw >= 0, f'padding {padding} must not be negative'
    kh, kw = kernel.shape
    padded: np.ndarray = np.pad(
        images.astype(np.float64),
        ((0, 0), (ph, ph), (pw, pw)),
        mode='constant',
        constant_values=0.0,
    )
    m, height, width = padded.shape
    output: np.ndarray = np.zeros((m, height - kh + 1, width - kw + 1))
    for i in range(height - kh + 1):
        for j in range(width - kw + 1):
            output[..., i, j] = np.sum(
                padded[..., i:i + kh, j:j + kw] * kernel, axis=(-2, -1)
            )
    return output
