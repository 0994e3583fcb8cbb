"""Engines: name -> function, one signature for each operation. They get Axis values and arrays, nothing else.

May import windows alone.
"""

from __future__ import annotations

from collections.abc import Callable

from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import pooling as compiled_pooling
from convpool.engines.fft import convolution as fft_convolution
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.numpy import rank_pooling

ENGINES: dict[str, Callable[..., None]] = {
    "numpy": numpy_convolution.convolve,
    "compiled": compiled_convolution.convolve,
    "fft": fft_convolution.convolve,
}
TRANSPOSE_ENGINES: dict[str, Callable[..., None]] = {"numpy": numpy_convolution.convolve_transpose}
POOL_ENGINES: dict[str, Callable[..., None]] = {
    "numpy": rank_pooling.pool,
    "compiled": compiled_pooling.pool,
}
