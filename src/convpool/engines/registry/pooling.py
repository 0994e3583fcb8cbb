"""The engines of pooling."""

from __future__ import annotations

from convpool.engines import pooling_costs
from convpool.engines.compiled import host
from convpool.engines.compiled import pooling as compiled_pooling
from convpool.engines.engine import Engine, by_name
from convpool.engines.numpy import footprint_and_median
from convpool.engines.work import PoolingWork


def _compiled_pooling_refusal(work: PoolingWork) -> str | None:
    """Return why the compiled loops do not take a pooling, a text; None if they do."""
    if work.footprint_taps is not None:
        return "there is a footprint, and the compiled kernels take whole windows"
    return compiled_pooling.refusal(
        work.mode, work.images_dtype, work.axes, work.accumulation, work.dtype
    )


POOL_ENGINES = by_name(
    Engine(
        "numpy",
        run=footprint_and_median.pool,
        seconds=pooling_costs.numpy_pooling_seconds,
        memory=pooling_costs.numpy_pooling_bytes,
        tile_memory=pooling_costs.numpy_pooling_tile_bytes,
        start_up=25e-6,
        is_threaded=False,
        reason="takes every dtype, rank and mode",
    ),
    Engine(
        "compiled",
        run=compiled_pooling.pool,
        make_run=compiled_pooling.Runner,
        refusal=_compiled_pooling_refusal,
        host_refusal=host.refusal,
        seconds=pooling_costs.compiled_pooling_seconds,
        memory=pooling_costs.compiled_pooling_bytes,
        tile_memory=pooling_costs.compiled_pooling_tile_bytes,
        start_up=10e-6,
    ),
)
