"""The engines of the gradients of kernels and of poolings."""

from __future__ import annotations

from convpool.engines import convolution_costs, gradient_costs
from convpool.engines.compiled import host
from convpool.engines.compiled import kernels_gradient as compiled_kernels_gradient
from convpool.engines.compiled import pooling_gradient as compiled_pooling_gradient
from convpool.engines.engine import Engine, by_name
from convpool.engines.numpy import kernels_gradient as numpy_kernels_gradient
from convpool.engines.numpy import pooling_gradient as numpy_pooling_gradient
from convpool.engines.registry.convolution import compiled_refusal
from convpool.engines.work import PoolingWork


def _compiled_pooling_gradient_refusal(work: PoolingWork) -> str | None:
    """Return why the compiled loops do not take the gradient of a pooling; None if they do."""
    if work.footprint_taps is not None:
        return "there is a footprint, and the compiled kernels take whole windows"
    return compiled_pooling_gradient.refusal(
        work.mode, work.images_dtype, work.axes, work.accumulation
    )


KERNELS_GRADIENT_ENGINES = by_name(
    Engine(
        "numpy",
        run=numpy_kernels_gradient.kernels_gradient,
        seconds=convolution_costs.numpy_seconds,
        memory=gradient_costs.kernels_gradient_bytes,
        tile_memory=gradient_costs.kernels_gradient_bytes,
        start_up=60e-6,
        is_threaded=False,
        reason="takes every dtype and rank",
    ),
    Engine(
        "compiled",
        run=compiled_kernels_gradient.kernels_gradient,
        make_run=compiled_kernels_gradient.Runner,
        refusal=compiled_refusal,
        host_refusal=host.refusal,
        seconds=gradient_costs.compiled_kernels_gradient_seconds,
        memory=gradient_costs.compiled_kernels_gradient_bytes,
        tile_memory=gradient_costs.compiled_kernels_gradient_bytes,
        start_up=60e-6,
    ),
)
POOL_GRADIENT_ENGINES = by_name(
    Engine(
        "numpy",
        run=numpy_pooling_gradient.pool_gradient,
        seconds=gradient_costs.numpy_pooling_gradient_seconds,
        memory=gradient_costs.pooling_gradient_bytes,
        tile_memory=gradient_costs.pooling_gradient_bytes,
        start_up=80e-6,
        is_threaded=False,
        reason="takes every dtype, rank and mode",
    ),
    Engine(
        "compiled",
        run=compiled_pooling_gradient.pool_gradient,
        make_run=compiled_pooling_gradient.Runner,
        refusal=_compiled_pooling_gradient_refusal,
        host_refusal=host.refusal,
        seconds=gradient_costs.compiled_pooling_gradient_seconds,
        memory=gradient_costs.compiled_pooling_gradient_bytes,
        tile_memory=gradient_costs.compiled_pooling_gradient_bytes,
        start_up=30e-6,
    ),
)
