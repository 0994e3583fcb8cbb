"""The engines of all operations. To add one: a module, and an entry in the file of its operation.

That is `convolution_engines`, `pooling_engines` or `gradient_engines`. The first engine of each
operation is the fallback: it takes every dtype, rank and argument.
"""

from __future__ import annotations

from convpool.engines.convolution_engines import ENGINES, TRANSPOSE_ENGINES
from convpool.engines.gradient_engines import KERNELS_GRADIENT_ENGINES, POOL_GRADIENT_ENGINES
from convpool.engines.pooling_engines import POOL_ENGINES

REGISTRIES = (
    ENGINES,
    TRANSPOSE_ENGINES,
    KERNELS_GRADIENT_ENGINES,
    POOL_ENGINES,
    POOL_GRADIENT_ENGINES,
)


def engine_names() -> list[str]:
    """Return the names of all engines, each once."""
    return list(dict.fromkeys(name for engines in REGISTRIES for name in engines))


def host_refusals() -> dict[str, str | None]:
    """Return name of an engine -> why it does not work on this machine, None if it does.

    Engines of the same name are the same on the machine.
    """
    all_engines = (engine for engines in REGISTRIES for engine in engines.values())
    return {engine.name: engine.host_refusal() for engine in all_engines}
