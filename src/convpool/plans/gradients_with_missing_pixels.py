"""What missing pixels change in the gradients of a convolution. m images, c channels, nc kernels.

Where pixels are missing, a result is S W / P: S is the sum of the products with present pixels, W
the sum of all weights of the kernel, P the sum of the weights of present pixels. So with g, the
gradient of the result, a pixel's gradient is that of S, with g W / P in place of g. A weight's
gradient has three terms: that of S, with g W / P in place of g; g S / P, since W has this weight;
and -g S W / P^2, since P has it, if its pixel is present. If no pixel is missing, the last two
cancel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.engine import fallback
from convpool.engines.registry.convolution import ENGINES
from convpool.engines.values import NamedTuple
from convpool.plans import missing_pixels
from convpool.plans.kernel_plans import KernelsPlan
from convpool.windows import volume

Array = NDArray[Any]


class MissingTerms(NamedTuple):
    """The derivatives by S, W and P of the number whose gradients are computed: (m, *output, nc).

    Attributes
    ----------
    by_sum : g W / P, the derivative by S; 0 where no pixel of the window is present
    by_whole : g S / P, the derivative by W; 0 unless a window has present and missing pixels
    by_present : g S W / P^2, which is minus the derivative by P; 0 where `by_whole` is
    """

    by_sum: Array
    by_whole: Array
    by_present: Array


def missing_terms(
    plan: KernelsPlan, filled: Array, absent: Array, kernels: Array, g: Array
) -> MissingTerms:
    """Return the derivatives of which the gradients are sums.

    Parameters
    ----------
    plan
        The plan of the gradients.
    filled
        The reached pixels (m, *spatial, c), with 0 in place of missing ones.
    absent
        Bools of the same shape: which pixels are missing.
    kernels
        The weights (*window, c // groups, nc), flipped if the plan is.
    g
        The gradient of the result, (m, *output, nc).
    """
    axes, dtype, groups = plan.engine_axes, plan.accumulation, plan.groups
    counting_mode = missing_pixels.counting_pad_mode(plan.reading_mode)
    present = ~absent

    def convolve(pixels: Array, pad_mode: str | None, fill: Any) -> Array:
        result = np.empty(g.shape, dtype)
        keywords = {"pad_mode": pad_mode, "fill": fill, "bias": None, "groups": groups}
        fallback(ENGINES).run(pixels, kernels, axes, result, dtype=dtype, **keywords)
        return result

    counts = missing_pixels.count_present(present, axes, counting_mode)
    present_weights = convolve(present.astype(dtype), counting_mode, 1)  # P
    factors = missing_pixels.rescaling(kernels, present_weights, counts, groups)  # W / P
    counts = counts.reshape(*counts.shape[:-1], groups, plan.depth).sum(axis=-1)
    counts = np.repeat(counts, g.shape[-1] // groups, axis=-1)  # those of each kernel's group
    is_partial = (counts > 0) & (counts < volume(kernels.shape[:-1]))
    sums = convolve(filled, plan.reading_mode, getattr(plan, "fill", 0))  # S
    by_whole = np.where(is_partial, g * sums / present_weights, 0).astype(dtype)
    return MissingTerms(
        by_sum=np.where(counts > 0, g * factors, 0).astype(dtype),
        by_whole=by_whole,
        by_present=np.where(is_partial, by_whole * factors, 0).astype(dtype),
    )
