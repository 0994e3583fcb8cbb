"""Leaves a process behind that has a session of its own, and no answer."""

import os
import time


def convolve_grayscale_valid(images, kernel):
    """Leave."""
    if os.fork() == 0:
        os.setsid()
        time.sleep(20)
    time.sleep(0.2)
    os._exit(0)
