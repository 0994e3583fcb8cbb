"""Ignores all the signals that it can, and never ends."""

import contextlib
import signal


def convolve_grayscale_valid(images, kernel):
    """Ignores all the signals that it can, and never ends."""
    for number in range(1, 65):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    while True:
        pass
