"""The engines of each operation: name -> Engine. To add one: a module, and an entry here.

The first engine of each operation is the fallback: it takes every dtype, rank and argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines import convolution_seconds, cost_model
from convpool.engines.compiled import convolution as compiled_convolution
from convpool.engines.compiled import host
from convpool.engines.compiled import kernels_gradient as compiled_kernels_gradient
from convpool.engines.compiled import pooling as compiled_pooling
from convpool.engines.compiled import pooling_gradient as compiled_pooling_gradient
from convpool.engines.compiled import separable as compiled_separable
from convpool.engines.compiled import transposed as compiled_transposed
from convpool.engines.fft import convolution as fft_convolution
from convpool.engines.numpy import convolution as numpy_convolution
from convpool.engines.numpy import footprint_and_median
from convpool.engines.numpy import kernels_gradient as numpy_kernels_gradient
from convpool.engines.numpy import pooling_gradient as numpy_pooling_gradient
from convpool.engines.work import ConvolutionWork, PoolingWork

Array = NDArray[Any]


def never_refuse(work: Any) -> None:
    """Return None: the refusal of an engine that takes all work."""


def works_everywhere() -> None:
    """Return None: the host refusal of an engine that works on every machine."""


@dataclass(frozen=True)
class Engine:
    """One way to compute an operation. `work` is a `ConvolutionWork` or a `PoolingWork`.

    Attributes
    ----------
    name : what `engine=` takes
    run : computes the operation into its argument `out`; the engines of an operation have the same
        parameters, those of the functions in `engines.numpy`
    runner : makes a `run` for the calls of one plan, which may keep what it has worked out; None
        if there is nothing to keep
    prepack : from what `run` takes, without images and `out`, to a function of these two, which
        has its own copy of the kernels and may have laid them out; None if there is nothing to gain
    separable : makes a `run` for the calls of a plan with one kernel for each axis, which returns
        whether it took the arrays; None if there is nothing but one pass along each axis
    seconds : from work to an estimate of the seconds of one thread, without start_up
    memory : from work to an estimate of the bytes of working memory
    tile_memory : from work whose windows lie on pixels alone to an upper bound of these bytes
    start_up : seconds that every call takes, however small the work
    refusal : from work to a text why the engine cannot do it; None if it can
    host_refusal : returns a text why the engine does not work on this machine; None if it does
    is_threaded : whether more threads make it faster
    margin : 1 for engines whose seconds "auto" compares as they are; an engine with a greater
        margin is taken only if its seconds * margin are less than those of all with a margin of 1
    reason : a text why "auto" takes it: {time} stands for its seconds, {other_time} for those of
        the fallback on one thread or, if the margin is not 1, for the least of those with 1
    """

    name: str
    run: Callable[..., None]
    seconds: Callable[[Any], float]
    memory: Callable[[Any], int]
    tile_memory: Callable[[Any], int]
    start_up: float
    runner: Callable[[], Callable[..., None]] | None = None
    prepack: Callable[..., Callable[[Array, Array], None]] | None = None
    separable: Callable[[], Callable[..., bool]] | None = None
    refusal: Callable[[Any], str | None] = never_refuse
    host_refusal: Callable[[], str | None] = works_everywhere
    is_threaded: bool = True
    margin: float = 1.0
    reason: str = "about {time} on one thread, NumPy {other_time}"


def _compiled_convolution_refusal(work: ConvolutionWork) -> str | None:
    """Return why the compiled loops do not take a convolution, a text; None if they do."""
    return compiled_convolution.refusal(work.accumulation, len(work.axes))


def _compiled_pooling_refusal(work: PoolingWork) -> str | None:
    """Return why the compiled loops do not take a pooling, a text; None if they do."""
    if work.footprint_taps is not None:
        return "there is a footprint, and the compiled kernels take whole windows"
    return compiled_pooling.refusal(work.mode, work.images_dtype, len(work.axes), work.accumulation)


def _compiled_pooling_gradient_refusal(work: PoolingWork) -> str | None:
    """Return why the compiled loops do not take the gradient of a pooling; None if they do."""
    if work.footprint_taps is not None:
        return "there is a footprint, and the compiled kernels take whole windows"
    return compiled_pooling_gradient.refusal(
        work.mode, work.images_dtype, work.axes, work.accumulation
    )


def _fft_refusal(work: ConvolutionWork) -> str | None:
    """Return why transforms do not take a convolution, a text; None if they do."""
    if work.is_direct:
        return "sums are of one axis each, or are rescaled for missing pixels, and must be direct"
    if work.accumulation in (np.float32, np.float64):
        return None
    return f"sums are {work.accumulation}, and transforms take float32 and float64"


def _by_name(*engines: Engine) -> dict[str, Engine]:
    """Return name -> engine, in this order."""
    return {engine.name: engine for engine in engines}


ENGINES = _by_name(
    Engine(
        "numpy",
        run=numpy_convolution.convolve,
        seconds=convolution_seconds.numpy_seconds,
        memory=cost_model.numpy_convolution_bytes,
        tile_memory=cost_model.numpy_convolution_tile_bytes,
        start_up=60e-6,
        is_threaded=False,
        reason="takes every dtype and rank",
    ),
    Engine(
        "compiled",
        run=compiled_convolution.convolve,
        runner=compiled_convolution.Runner,
        prepack=compiled_convolution.prepack,
        separable=compiled_separable.Runner,
        refusal=_compiled_convolution_refusal,
        host_refusal=host.refusal,
        seconds=convolution_seconds.compiled_seconds,
        memory=cost_model.compiled_convolution_bytes,
        tile_memory=cost_model.compiled_convolution_tile_bytes,
        start_up=35e-6,
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
        seconds=cost_model.numpy_transposed_seconds,
        memory=cost_model.block_bytes,
        tile_memory=cost_model.numpy_convolution_tile_bytes,
        start_up=25e-6,
        is_threaded=False,
        reason="takes every dtype and rank",
    ),
    Engine(
        "compiled",
        run=compiled_transposed.convolve_transpose,
        runner=compiled_transposed.Runner,
        refusal=_compiled_convolution_refusal,
        host_refusal=host.refusal,
        seconds=cost_model.compiled_transposed_seconds,
        memory=cost_model.block_bytes,
        tile_memory=cost_model.compiled_convolution_tile_bytes,
        start_up=30e-6,
    ),
)
KERNELS_GRADIENT_ENGINES = _by_name(
    Engine(
        "numpy",
        run=numpy_kernels_gradient.kernels_gradient,
        seconds=convolution_seconds.numpy_seconds,
        memory=cost_model.kernels_gradient_bytes,
        tile_memory=cost_model.kernels_gradient_bytes,
        start_up=60e-6,
        is_threaded=False,
        reason="takes every dtype and rank",
    ),
    Engine(
        "compiled",
        run=compiled_kernels_gradient.kernels_gradient,
        runner=compiled_kernels_gradient.Runner,
        refusal=_compiled_convolution_refusal,
        host_refusal=host.refusal,
        seconds=convolution_seconds.compiled_kernels_gradient_seconds,
        memory=cost_model.compiled_kernels_gradient_bytes,
        tile_memory=cost_model.compiled_kernels_gradient_bytes,
        start_up=60e-6,
    ),
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
        runner=compiled_pooling.Runner,
        refusal=_compiled_pooling_refusal,
        host_refusal=host.refusal,
        seconds=cost_model.compiled_pooling_seconds,
        memory=cost_model.block_bytes,
        tile_memory=cost_model.compiled_pooling_tile_bytes,
        start_up=15e-6,
    ),
)

POOL_GRADIENT_ENGINES = _by_name(
    Engine(
        "numpy",
        run=numpy_pooling_gradient.pool_gradient,
        seconds=cost_model.numpy_pooling_gradient_seconds,
        memory=cost_model.pooling_gradient_bytes,
        tile_memory=cost_model.pooling_gradient_bytes,
        start_up=80e-6,
        is_threaded=False,
        reason="takes every dtype, rank and mode",
    ),
    Engine(
        "compiled",
        run=compiled_pooling_gradient.pool_gradient,
        runner=compiled_pooling_gradient.Runner,
        refusal=_compiled_pooling_gradient_refusal,
        host_refusal=host.refusal,
        seconds=cost_model.compiled_pooling_gradient_seconds,
        memory=cost_model.compiled_pooling_gradient_bytes,
        tile_memory=cost_model.compiled_pooling_gradient_bytes,
        start_up=30e-6,
    ),
)
REGISTRIES = (
    ENGINES,
    TRANSPOSE_ENGINES,
    KERNELS_GRADIENT_ENGINES,
    POOL_ENGINES,
    POOL_GRADIENT_ENGINES,
)


def fallback(engines: dict[str, Engine]) -> Engine:
    """Return the engine of an operation that takes all work: the first of its registry."""
    return next(iter(engines.values()))


def engine_names() -> list[str]:
    """Return the names of all engines, each once."""
    return list(dict.fromkeys(name for engines in REGISTRIES for name in engines))


def host_refusals() -> dict[str, str | None]:
    """Return name of an engine -> why it does not work on this machine, None if it does.

    Engines of the same name are the same on the machine.
    """
    all_engines = (engine for engines in REGISTRIES for engine in engines.values())
    return {engine.name: engine.host_refusal() for engine in all_engines}
