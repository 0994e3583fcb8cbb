"""Returns an array that claims to be very large."""

import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Returns an array that claims to be very large."""
    return np.broadcast_to(1.0, (10**6, 10**6))
