"""Leaves as a program does."""

import sys


def convolve_grayscale_valid(images, kernel):
    """Leaves as a program does."""
    sys.exit(3)
