"""Filters with one kernel for each axis of a picture, both in one pass over its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convpool.engines.compiled import picture_rows
from convpool.engines.compiled.convolution import chains, geometry_of, is_regular
from convpool.windows import Axis

Array = NDArray[Any]


class Runner:
    """Filters images with the kernels of one plan, whatever their memory, as often as wanted."""

    def __init__(self) -> None:
        self.rows: dict[Any, picture_rows.Rows | None] = {}

    def __call__(
        self,
        images: Array,
        kernels: Sequence[Array],
        axes: Sequence[Axis],
        out: Array,
        *,
        dtype: DTypeLike,
        fill: Any = 0,
        **words: Any,
    ) -> bool:
        """Filter images (m, h, w, c) with kernels (kh,) and (kw,) into out; False if not taken.

        Sums are taken in `dtype`. All channels have these kernels. All but the arrays' memory and
        `dtype` must be the same in every call; `words` are those of a convolution.
        """
        if images.dtype == bool:
            images = images.view(np.uint8)
        sums = np.dtype(dtype)
        key = images.strides, out.strides, images.flags.aligned, out.flags.aligned, sums
        if key not in self.rows:
            self.rows[key] = _rows(images, kernels, axes, out, sums=sums, fill=fill, **words)
        rows = self.rows[key]
        if rows is None:
            return False
        down, across = (np.ascontiguousarray(kernel, sums) for kernel in kernels)
        kernel = picture_rows.Kernel(down, np.zeros(1, sums), across)
        rows.run(images, out, kernel)
        return True


def _rows(
    images: Array,
    kernels: Sequence[Array],
    axes: Sequence[Axis],
    out: Array,
    *,
    sums: np.dtype[Any],
    groups: int,
    pad_mode: str,
    fill: Any,
) -> picture_rows.Rows | None:
    """Return how the rows of the images are taken, None if they cannot be."""
    if 0 in out.shape or not (is_regular(images) and is_regular(out)):
        return None
    kh, kw = map(len, kernels)
    if chains((max(kh, kw), 1, 1), sums, out.dtype)[0] < max(kh, kw):
        return None  # sums of so many products are taken in parts
    geometry = geometry_of(
        images,
        out,
        (kh, kw, 1, groups),
        sums,
        terms=kh * kw,
        axes=(axes[0], axes[1]),
        groups=groups,
        pad_mode=pad_mode,
        is_padded_with_zeros=pad_mode in ("zeros", "constant") and fill == 0,
    )
    if not picture_rows.takes(geometry):
        return None
    steps = picture_rows.steps_of(geometry, fill, is_separable=True)
    return picture_rows.Rows(geometry, steps)
