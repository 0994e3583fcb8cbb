#!/usr/bin/env python3
"""Convolution with several kernels with small functions."""
import numpy as np


def zeros_for(size, window, step):
    """Return the zeros before and after one axis for 'same'."""
    total = (size - 1) * step + window - size
    return total // 2, total - total // 2


def one_kernel(padded, kernel, stride, output):
    """Fill output (m, oh, ow) with the sums of one kernel (kh, kw, c)."""
    kh, kw = kernel.shape[:2]
    sh, sw = stride
    for i in range(output.shape[1]):
        for j in range(output.shape[2]):
            window = padded[:, i * sh:i * sh + kh, j * sw:j * sw + kw]
            output[:, i, j] = np.sum(window * kernel, axis=(1, 2, 3))


def convolve(images, kernels, padding='same', stride=(1, 1)):
    """Convolve images with several kernels."""
    m, h, w, c = images.shape
    kh, kw, kc, nc = kernels.shape
    if padding == 'valid':
        rows, columns = (0, 0), (0, 0)
    elif padding == 'same':
        rows = zeros_for(h, kh, stride[0])
        columns = zeros_for(w, kw, stride[1])
    else:
        rows, columns = (padding[0],) * 2, (padding[1],) * 2
    padded = np.pad(images, ((0, 0), rows, columns, (0, 0)), 'constant')
    output = np.zeros(
        (
            m,
            (padded.shape[1] - kh) // stride[0] + 1,
            (padded.shape[2] - kw) // stride[1] + 1,
            nc,
        )
    )
    for k in range(nc):
        one_kernel(padded, kernels[:, :, :, k], stride, output[:, :, :, k])
    return output
