#!/usr/bin/env python3
"""Valid convolution of grayscale images, with annotations."""
import numpy as np


def convolve_grayscale_valid(
    images: np.ndarray, kernel: np.ndarray
) -> np.ndarray:
    """Perform a valid convolution.

    Args:
        images (numpy.ndarray): the images, shape (m, h, w)
        kernel (numpy.ndarray): the kernel, shape (kh, kw)

    Raises:
        TypeError: images or kernel is no array

    Returns:
        numpy.ndarray: the convolved images
    """
    if not isinstance(images, np.ndarray) or images.ndim != 3:
        raise TypeError(f'images must be an array (m, h, w), got {images!r}')
    if not isinstance(kernel, np.ndarray) or kernel.ndim != 2:
        raise TypeError(f'kernel must be an array (kh, kw), got {kernel!r}')
    m: int = images.shape[0]
    h: int = images.shape[1]
    w: int = images.shape[2]
    kh, kw = kernel.shape
    images = images.astype(np.float64)
    output: np.ndarray = np.zeros((m, h - kh + 1, w - kw + 1))
    for i in range(h - kh + 1):
        for j in range(w - kw + 1):
            output[..., i, j] = np.sum(
                images[..., i:i + kh, j:j + kw] * kernel, axis=(-2, -1)
            )
    return output
