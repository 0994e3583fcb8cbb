#!/usr/bin/env python3
"""Same convolution of grayscale images, with annotations."""
import numpy as np


def convolve_grayscale_same(
    images: np.ndarray, kernel: np.ndarray
) -> np.ndarray:
    """Perform a same convolution.

    Args:
        images (numpy.ndarray): the images, shape (m, h, w)
        kernel (numpy.ndarray): the kernel, shape (kh, kw)

    Returns:
        numpy.ndarray: the convolved images, shape (m, h, w)
    """
    kh, kw = kernel.shape
    height, width = images.shape[1:]
    pad_top: int = kh // 2
    pad_bottom: int = kh - 1 - pad_top
    pad_left: int = kw // 2
    pad_right: int = kw - 1 - pad_left
    padded: np.ndarray = np.pad(
        images.astype(np.float64),
        ((0, 0), (pad_top, pad_bottom), (pad_left, pad_right)),
        mode='constant',
        constant_values=0.0,
    )
    output: np.ndarray = np.zeros_like(images, dtype=np.float64)
    for i in range(height):
        for j in range(width):
            output[..., i, j] = np.sum(
                padded[..., i:i + kh, j:j + kw] * kernel, axis=(-2, -1)
            )
    return output
