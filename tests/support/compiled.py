"""The compiled kernels that tests run: whether there are any here, and how wide they are."""

from __future__ import annotations

import pytest

from convpool import convolution
from convpool.engines.compiled import (
    few_kernels_schedule,
    geometry,
    library,
    many_kernels_schedule,
)

_choice = library.choice()
# why the compiled engine cannot be used here; None if it can
REFUSAL: str | None = _choice.reason if _choice.isa is None else None
LANES: int = 8 if _choice.isa is None else _choice.isa.vector_bytes // 4  # of float32 in a vector
needs_kernels = pytest.mark.skipif(REFUSAL is not None, reason=f"no compiled kernels: {REFUSAL}")


def forget() -> None:
    """Forget what was worked out from limits that a test changes."""
    for module in (few_kernels_schedule, many_kernels_schedule, geometry, convolution):
        for function in list(vars(module).values()):
            if hasattr(function, "cache_clear"):
                function.cache_clear()
