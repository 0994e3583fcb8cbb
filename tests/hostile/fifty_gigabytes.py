"""Asks for 50 GB."""

import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Asks for 50 GB."""
    return np.ones(50 * 10**9 // 8)
