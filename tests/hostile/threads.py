"""Starts threads that never end."""

import threading
import time

import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Starts threads that never end."""

    def spin():
        """Never end."""
        while True:
            time.sleep(0.01)

    for _ in range(4):
        threading.Thread(target=spin).start()
    return np.ones((1, 3, 3))
