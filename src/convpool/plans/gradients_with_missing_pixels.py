"""What missing pixels change in the gradients of a convolution. m images, c channels, nc kernels.

Where pixels are missing, a result is S W / P: the sum S of the products that are there, rescaled by
the whole weight W of the kernel over the weight P of what is there. So with g, the gradient of the
result, the derivative by the pixel under a tap is that of S with g W / P in place of g. By the
weight of that tap it has three terms: of S the same, of W g S / P, and of P -g S W / P^2 where the
pixel is there. Where nothing is missing, the last two are opposite.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.engine import fallback
from convpool.engines.registry.convolution import ENGINES
from convpool.engines.values import NamedTuple
from convpool.plans import missing_pixels
from convpool.plans.with_kernels import KernelsPlan
from convpool.windows import volume

Array = NDArray[Any]


class MissingTerms(NamedTuple):
    """What takes the place of g in the sums that gradients are made of; all are (m, *output, nc).

    Attributes
    ----------
    rescaled : g W / P, 0 where no pixel of the window is there
    shares : g S / P where some pixels of the window are missing and some are not, else 0
    rescaled_shares : g S W / P^2 there, else 0
    """

    rescaled: Array
    shares: Array
    rescaled_shares: Array


def missing_terms(
    plan: KernelsPlan, filled: Array, absent: Array, kernels: Array, g: Array
) -> MissingTerms:
    """Return what missing pixels make of g.

    Parameters
    ----------
    plan
        The plan of the gradients.
    filled, absent
        The reached pixels, with 0 in place of missing ones, and which these are.
    kernels
        The weights (*window, c // groups, nc), flipped if the plan is.
    g
        The gradient of the result, (m, *output, nc).
    """
    axes, dtype, groups = plan.engine_axes, plan.accumulation, plan.groups
    counting_mode = missing_pixels.counting_pad_mode(plan.reading_mode)
    present = ~absent

    def sums(pixels: Array, pad_mode: str | None, fill: Any) -> Array:
        result = np.empty(g.shape, dtype)
        keywords = {"pad_mode": pad_mode, "fill": fill, "bias": None, "groups": groups}
        fallback(ENGINES).run(pixels, kernels, axes, result, dtype=dtype, **keywords)
        return result

    counts = missing_pixels.count_present(present, axes, counting_mode)
    weights = sums(present.astype(dtype), counting_mode, 1)
    factors = missing_pixels.rescaling(kernels, weights, counts, groups)
    counts = counts.reshape(*counts.shape[:-1], groups, plan.depth).sum(axis=-1)
    counts = np.repeat(counts, g.shape[-1] // groups, axis=-1)
    is_partial = (counts > 0) & (counts < volume(kernels.shape[:-1]))
    totals = sums(filled, plan.reading_mode, getattr(plan, "fill", 0))
    shares = np.where(is_partial, g * totals / weights, 0).astype(dtype)
    return MissingTerms(
        np.where(counts > 0, g * factors, 0).astype(dtype),
        shares,
        np.where(is_partial, shares * factors, 0).astype(dtype),
    )
