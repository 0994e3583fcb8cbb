"""Max unpooling: values go back to the pixels that they were taken from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.windows import blocks

Array = NDArray[Any]

BLOCK = 2**18  # values in a block


def unpool(values: Array, indices: Array, out: Array) -> None:
    """Write values (m, *output, c) to out (m, *spatial, c) at their indices, zeros elsewhere.

    indices has the shape of values. An index is flat over the spatial axes of one image and
    channel; -1 writes nothing.
    """
    out[...] = 0
    for block in blocks(values.shape, BLOCK):
        chosen = np.nonzero(indices[block] >= 0)
        spatial = np.unravel_index(indices[block][chosen], out.shape[1:-1])
        image, channel = chosen[0] + block[0].start, chosen[-1] + block[-1].start
        out[(image, *spatial, channel)] = values[block][chosen]
