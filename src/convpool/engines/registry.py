"""The engines of each operation: name -> Engine. To add one: a module, and an entry here.

The first of each operation is the fallback: it takes every dtype, rank and word, and does the work
of an engine that turns out not to work on this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from convpool.engines import cost_model
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import host
from convpool.engines.compiled import pooling as compiled_pooling
from convpool.engines.fft import convolution as fft_convolution
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.numpy import footprint_and_median
from convpool.engines.work import ConvolutionWork, PoolingWork


def never_refuse(work: Any) -> None:
    """Take all work."""


def works_everywhere() -> None:
    """Need nothing of this machine."""


@dataclass(frozen=True)
class Engine:
    """One way to compute an operation. `work` is a `ConvolutionWork` or a `PoolingWork`.

    Attributes
    ----------
    name : what `engine=` takes
    run : from arrays (m, *spatial, c), `Axis` values and words to `out`, which it fills
    seconds : from work to the seconds of one thread after start-up
    memory : from work to the bytes of working memory, about
    tile_memory : from work whose windows lie on pixels alone to an upper bound of these bytes
    start_up : seconds before the first sum
    refusal : from work to why the engine cannot do it; None if it can
    host_refusal : why the engine does not work on this machine; None if it does
    is_threaded : whether more threads make it faster
    margin : how many times faster than the others "auto" wants it to be
    reason : why "auto" takes it, with its {time} and the {other_time} of the engine to beat
    """

    name: str
    run: Callable[..., None]
    seconds: Callable[[Any], float]
    memory: Callable[[Any], int]
    tile_memory: Callable[[Any], int]
    start_up: float
    refusal: Callable[[Any], str | None] = never_refuse
    host_refusal: Callable[[], str | None] = works_everywhere
    is_threaded: bool = True
    margin: float = 1.0
    reason: str = "about {time} on one thread, NumPy {other_time}"


def _compiled_convolution_refusal(work: ConvolutionWork) -> str | None:
    """Return why the compiled loops do not take a convolution; None if they do."""
    return compiled_convolution.refusal(work.accumulation, len(work.axes))


def _compiled_pooling_refusal(work: PoolingWork) -> str | None:
    """Return why the compiled loops do not take a pooling; None if they do."""
    if work.footprint_taps is not None:
        return "there is a footprint, and the compiled kernels take whole windows"
    return compiled_pooling.refusal(work.mode, work.images_dtype, len(work.axes), work.accumulation)


def _fft_refusal(work: ConvolutionWork) -> str | None:
    """Return why sums of this dtype are not taken by transforms; None if they are."""
    if work.accumulation in (np.float32, np.float64):
        return None
    return f"sums are {work.accumulation}, and transforms take float32 and float64"


def _by_name(*engines: Engine) -> dict[str, Engine]:
    return {engine.name: engine for engine in engines}


ENGINES = _by_name(
    Engine(
        "numpy",
        run=numpy_convolution.convolve,
        seconds=cost_model.numpy_convolution_seconds,
        memory=cost_model.numpy_convolution_bytes,
        tile_memory=cost_model.numpy_convolution_tile_bytes,
        start_up=25e-6,
        is_threaded=False,
        reason="takes every dtype and rank",
    ),
    Engine(
        "compiled",
        run=compiled_convolution.convolve,
        refusal=_compiled_convolution_refusal,
        host_refusal=host.trial,
        seconds=cost_model.compiled_convolution_seconds,
        memory=cost_model.block_bytes,
        tile_memory=cost_model.compiled_convolution_tile_bytes,
        start_up=400e-6,
    ),
    Engine(
        "fft",
        run=fft_convolution.convolve,
        refusal=_fft_refusal,
        seconds=cost_model.fft_convolution_seconds,
        memory=cost_model.fft_convolution_bytes,
        tile_memory=cost_model.fft_convolution_tile_bytes,
        start_up=1e-3,
        margin=2.0,  # since the error of a transform is spread over the whole block
        reason="transforms take about {time}, sums {other_time}; what is not finite, or far too "
        "uneven, is summed",
    ),
)
TRANSPOSE_ENGINES = _by_name(
    Engine(
        "numpy",
        run=numpy_convolution.convolve_transpose,
        seconds=cost_model.numpy_convolution_seconds,
        memory=cost_model.block_bytes,
        tile_memory=cost_model.numpy_convolution_tile_bytes,
        start_up=25e-6,
        is_threaded=False,
        reason="takes every dtype and rank",
    )
)
POOL_ENGINES = _by_name(
    Engine(
        "numpy",
        run=footprint_and_median.pool,
        seconds=cost_model.numpy_pooling_seconds,
        memory=cost_model.numpy_pooling_bytes,
        tile_memory=cost_model.numpy_pooling_tile_bytes,
        start_up=25e-6,
        is_threaded=False,
        reason="takes every dtype, rank and mode",
    ),
    Engine(
        "compiled",
        run=compiled_pooling.pool,
        refusal=_compiled_pooling_refusal,
        host_refusal=host.trial,
        seconds=cost_model.compiled_pooling_seconds,
        memory=cost_model.block_bytes,
        tile_memory=cost_model.compiled_pooling_tile_bytes,
        start_up=400e-6,
    ),
)


def fallback(engines: dict[str, Engine]) -> Engine:
    """Return the engine of an operation that takes all work."""
    return next(iter(engines.values()))


def engine_names() -> list[str]:
    """Return the names of all engines, each once."""
    return list(dict.fromkeys([*ENGINES, *TRANSPOSE_ENGINES, *POOL_ENGINES]))


def host_refusals() -> dict[str, str | None]:
    """Return name -> why an engine does not work on this machine, None if it does."""
    every = (*ENGINES.values(), *TRANSPOSE_ENGINES.values(), *POOL_ENGINES.values())
    return {engine.name: engine.host_refusal() for engine in every}
