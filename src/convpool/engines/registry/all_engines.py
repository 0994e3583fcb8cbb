"""The engines of all operations together: their names, and which of them work here."""

from __future__ import annotations

from convpool.engines.registry.convolution import ENGINES, TRANSPOSE_ENGINES
from convpool.engines.registry.gradients import KERNELS_GRADIENT_ENGINES, POOL_GRADIENT_ENGINES
from convpool.engines.registry.pooling import POOL_ENGINES

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
