"""The engines of convolution and of its transpose."""

from __future__ import annotations

import numpy as np

from convpool.engines import convolution_costs
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import host
from convpool.engines.compiled import picture_filters as compiled_pictures
from convpool.engines.compiled import transposed as compiled_transposed
from convpool.engines.engine import Engine, by_name
from convpool.engines.fft import convolution as fft_convolution
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.work import ConvolutionWork


def compiled_refusal(work: ConvolutionWork) -> str | None:
    """Return why the compiled loops do not take a convolution, a text; None if they do."""
    return compiled_convolution.refusal(work.accumulation)


def _fft_refusal(work: ConvolutionWork) -> str | None:
    """Return why transforms do not take a convolution, a text; None if they do."""
    if work.is_direct:
        return "sums are of one axis each, or are rescaled for missing pixels, and must be direct"
    if work.accumulation in (np.float32, np.float64):
        return None
    return f"sums are {work.accumulation}, and transforms take float32 and float64"


ENGINES = by_name(
    Engine(
        "numpy",
        run=numpy_convolution.convolve,
        seconds=convolution_costs.numpy_seconds,
        memory=convolution_costs.numpy_convolution_bytes,
        tile_memory=convolution_costs.numpy_convolution_tile_bytes,
        start_up=25e-6,
        is_threaded=False,
        reason="takes every dtype and rank",
    ),
    Engine(
        "compiled",
        run=compiled_convolution.convolve,
        make_run=compiled_convolution.Runner,
        prepack=compiled_convolution.prepack,
        pictures=compiled_pictures.Runner,
        refusal=compiled_refusal,
        host_refusal=host.refusal,
        seconds=convolution_costs.compiled_seconds,
        memory=convolution_costs.compiled_convolution_bytes,
        tile_memory=convolution_costs.compiled_convolution_tile_bytes,
        start_up=20e-6,
    ),
    Engine(
        "fft",
        run=fft_convolution.convolve,
        refusal=_fft_refusal,
        seconds=convolution_costs.fft_convolution_seconds,
        memory=convolution_costs.fft_convolution_bytes,
        tile_memory=convolution_costs.fft_convolution_tile_bytes,
        start_up=convolution_costs.FFT_START_UP,
        margin=convolution_costs.FFT_MARGIN,
        reason="transforms take about {time}, sums {other_time}; what is not finite, or far too "
        "uneven, is summed",
    ),
)
TRANSPOSE_ENGINES = by_name(
    Engine(
        "numpy",
        run=numpy_convolution.convolve_transpose,
        seconds=convolution_costs.numpy_transposed_seconds,
        memory=convolution_costs.block_bytes,
        tile_memory=convolution_costs.numpy_convolution_tile_bytes,
        start_up=25e-6,
        is_threaded=False,
        reason="takes every dtype and rank",
    ),
    Engine(
        "compiled",
        run=compiled_transposed.convolve_transpose,
        make_run=compiled_transposed.Runner,
        refusal=compiled_refusal,
        host_refusal=host.refusal,
        seconds=convolution_costs.compiled_transposed_seconds,
        memory=convolution_costs.compiled_transposed_bytes,
        tile_memory=convolution_costs.compiled_convolution_tile_bytes,
        start_up=30e-6,
    ),
)
