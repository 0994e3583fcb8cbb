"""Reads what is not its own memory."""

import ctypes


def convolve_grayscale_valid(images, kernel):
    """Reads what is not its own memory."""
    ctypes.string_at(0)
