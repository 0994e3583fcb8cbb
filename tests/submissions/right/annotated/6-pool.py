#!/usr/bin/env python3
"""Pooling of images, with annotations."""
import numpy as np


def pool(
    images: np.ndarray, kernel_shape: tuple, stride: tuple, mode: str = 'max'
) -> np.ndarray:
    """Perform pooling.

    Args:
        images (numpy.ndarray): the images, shape (m, h, w, c)
        kernel_shape (tuple): the window, (kh, kw)
        stride (tuple): the steps, (sh, sw)
        mode (str): 'max' or 'avg'

    Raises:
        ValueError: another mode

    Returns:
        numpy.ndarray: the pooled images
    """
    m, h, w, c = images.shape
    kh, kw = kernel_shape
    sh, sw = stride
    out_h: int = int(np.floor((h - kh) / sh)) + 1
    out_w: int = int(np.floor((w - kw) / sw)) + 1
    output: np.ndarray = np.empty((m, out_h, out_w, c), dtype=float)
    for i in range(out_h):
        for j in range(out_w):
            window = images[
                :, i * sh:(i * sh) + kh, j * sw:(j * sw) + kw
            ]
            if mode == 'max':
                output[:, i, j] = np.amax(window, axis=(1, 2))
            elif mode == 'avg':
                output[:, i, j] = np.average(window, axis=(1, 2))
            else:
                raise ValueError(
                    f"mode must be 'max' or 'avg', not {mode!r}"
                )
    return output
