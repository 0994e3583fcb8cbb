"""Never gets loaded."""

import numpy as np

while True:
    pass


def convolve_grayscale_valid(images, kernel):
    """Never gets loaded."""
    return np.ones((1, 3, 3))
