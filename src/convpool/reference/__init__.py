"""The reference: every operation again, slowly, one window at a time, to test the fast ones.

It imports NumPy only, shares no code with the rest of the package, and does not check its input.
Inside, images are (*spatial, m, c). Letters: m images, c channels, nc kernels, i a window, which is
a position in the output, u a tap, which is a position in the window; both are tuples with a number
for each axis. Integers are computed as Python's own, which do not wrap.

A tap of a window lies at pixel i * stride + u * dilation - before, which is a pixel of the image
from 0 to size - 1, and padding elsewhere.
"""

from convpool.reference.convolution import convolve, convolve_gradients, convolve_transpose, fold
from convpool.reference.pooling import (
    adaptive_max_pool_indices,
    adaptive_pool,
    global_pool,
    max_pool_indices,
    max_unpool,
    pool,
)
from convpool.reference.pooling_gradient import pool_gradient

__all__ = [
    "adaptive_max_pool_indices",
    "adaptive_pool",
    "convolve",
    "convolve_gradients",
    "convolve_transpose",
    "fold",
    "global_pool",
    "max_pool_indices",
    "max_unpool",
    "pool",
    "pool_gradient",
]
