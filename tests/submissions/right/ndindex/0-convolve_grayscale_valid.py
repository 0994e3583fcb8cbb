#!/usr/bin/env python3
"""Valid convolution: one loop over pairs."""
import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Go through the taps of the kernel by np.ndenumerate."""
    oh, ow = np.subtract(images.shape[1:], kernel.shape) + 1
    output = np.zeros((images.shape[0], oh, ow))
    for (u, v), weight in np.ndenumerate(kernel * 1.0):
        output += weight * images[:, u:u + oh, v:v + ow]
    return output
