"""Engines: name -> function, one signature for each operation. They get Axis values and arrays, nothing else."""

from __future__ import annotations

from collections.abc import Callable

from convpool.engines import compiled, compiled_pooling, fourier, ranked, taps

ENGINES: dict[str, Callable[..., None]] = {
    "numpy": taps.convolve,
    "compiled": compiled.convolve,
    "fft": fourier.convolve,
}
TRANSPOSE_ENGINES: dict[str, Callable[..., None]] = {"numpy": taps.convolve_transpose}
POOL_ENGINES: dict[str, Callable[..., None]] = {"numpy": ranked.pool, "compiled": compiled_pooling.pool}
