"""The compiled kernels that tests run: whether there are any here, and how wide they are."""

from __future__ import annotations

import pytest

from convpool.engines.compiled import library

_choice = library.choice()
# why the compiled engine cannot be used here; None if it can
REFUSAL: str | None = _choice.reason if _choice.isa is None else None
LANES: int = 8 if _choice.isa is None else _choice.isa.vector_bytes // 4  # of float32 in a vector
needs_kernels = pytest.mark.skipif(REFUSAL is not None, reason=f"no compiled kernels: {REFUSAL}")
