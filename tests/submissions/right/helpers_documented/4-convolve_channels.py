#!/usr/bin/env python3
"""Convolution with channels with small functions."""
import numpy as np


def zeros_for(size, window, step):
    """Return the zeros before and after one axis for 'same'."""
    total = (size - 1) * step + window - size
    return total // 2, total - total // 2


def convolve_channels(images, kernel, padding='same', stride=(1, 1)):
    """Convolve images with one kernel, summed over the channels."""
    m, h, w, c = images.shape
    kh, kw, kc = kernel.shape
    sh, sw = stride

    def padded_images():
        """Return the images with zeros around."""
        if padding == 'valid':
            return images
        if padding == 'same':
            rows, columns = zeros_for(h, kh, sh), zeros_for(w, kw, sw)
        else:
            rows, columns = (padding[0],) * 2, (padding[1],) * 2
        return np.pad(images, ((0, 0), rows, columns, (0, 0)), 'constant')

    padded = padded_images()
    oh = (padded.shape[1] - kh) // sh + 1
    ow = (padded.shape[2] - kw) // sw + 1
    output = np.zeros((m, oh, ow))
    for i in range(oh):
        for j in range(ow):
            window = padded[:, i * sh:i * sh + kh, j * sw:j * sw + kw]
            output[:, i, j] = np.sum(window * kernel, axis=(1, 2, 3))
    return output
