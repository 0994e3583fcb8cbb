"""Whether the weights of a kernel are products of one kernel for each axis, and which."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.plans.dtypes import NamedKernel

Kernel = NDArray[Any]


def separate(weights: Kernel) -> tuple[Kernel, Kernel]:
    """Return two kernels, (kh,) and (kw,), whose products are the weights of one kernel (kh, kw).

    `convpool.filter_image` takes both, and needs kh + kw products for a pixel instead of kh * kw.

    Raises
    ------
    ValueError
        If there are no such kernels, as for `filters.laplacian` and `filters.motion`.

    Examples
    --------
    >>> down, right = separate(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
    >>> down.tolist(), right.tolist()
    ([1, 2, 1], [-1, 0, 1])
    """
    plain = np.asarray(weights)
    if plain.ndim != 2 or not plain.size:
        raise ValueError(f"weights are {plain.shape}; separate takes one kernel (kh, kw)")
    # the row and the column through the weight of the greatest magnitude; their products are the
    # weights times this one, so that one of them is divided by it, or both by a part of it
    i, j = np.unravel_index(np.abs(plain).argmax(), plain.shape)
    right, down = plain[i], plain[:, j]
    if plain.dtype.kind in "iu":
        right = right // max(1, int(np.gcd.reduce(right)))
        down = down // (right[j] or 1)
    else:  # both have the same sum of squares
        ratio = np.abs(plain[i, j]) * np.linalg.norm(right) / np.linalg.norm(down)
        right = np.asarray(right / np.sqrt(ratio or 1))
        down = np.asarray(down / (right[j] or 1))
    error = np.abs(np.outer(down, right) - plain).max()
    precision = np.finfo(plain.dtype).eps if plain.dtype.kind == "f" else 0.0
    if error > max(1e-12, 8 * precision) * np.abs(plain).max():
        raise ValueError(
            f"the weights of this {plain.shape[0]} x {plain.shape[1]} kernel are no products of "
            "one kernel down and one to the right: pass it as it is"
        )
    return down.view(NamedKernel), right.view(NamedKernel)
