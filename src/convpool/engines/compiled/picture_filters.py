"""Filters of pictures whose channels all have the same kernel, or one kernel for each axis.

Both axes are filtered while the rows are read once. Results may be rounded to short integers. m
images, h x w pixels, c channels, kh x kw kernel, oh x ow output.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convpool.engines.compiled import depthwise, picture_rows
from convpool.engines.compiled.convolution import chains, is_regular
from convpool.engines.compiled.geometry import geometry_of
from convpool.engines.compiled.picture_forms import FILTERED
from convpool.windows import Axis

Array = NDArray[Any]


class Runner:
    """Filters images with the kernels of one plan, whatever their memory, as often as wanted."""

    def __init__(self, axes: Sequence[Axis], **keywords: Any) -> None:
        """Make a runner; `axes` are the windows on rows and columns.

        keywords: `groups`, which is the number of channels, `pad_mode` and `fill`, as of a
        convolution.
        """
        self.axes, self.keywords = axes, keywords
        self.row_filters: dict[Any, picture_rows.RowFilter | None] = {}

    def __call__(
        self, images: Array, kernels: Sequence[Array], out: Array, sums: np.dtype[Any]
    ) -> bool:
        """Filter images (m, h, w, c) into out (m, oh, ow, c); return whether that was possible.

        `kernels`, which all channels have in common, are one (kh, kw), or one for each axis, (kh,)
        and (kw,). `sums` is the dtype in which products are added. Sums of float32 are rounded and
        saturated if `out` has integers of 8 or 16 bits. All but the arrays' memory, `sums` and the
        dtype of `out` must be the same in every call.
        """
        if images.dtype.kind == "b":
            images = images.view(np.uint8)
        are_aligned = images.flags.aligned and out.flags.aligned
        key = images.strides, out.strides, out.dtype, sums, are_aligned
        try:
            row_filter = self.row_filters[key]
        except KeyError:
            row_filter = _row_filter(images, kernels, self.axes, out, sums=sums, **self.keywords)
            self.row_filters[key] = row_filter
        if row_filter is None:
            return False
        if kernels[0].dtype != sums:  # that of all kernels
            with np.errstate(all="ignore"):  # a weight may be too large for sums of float32
                kernels = [kernel.astype(sums) for kernel in kernels]
        row_filter.run(images, out, *map(np.ascontiguousarray, kernels))
        return True


def _row_filter(
    images: Array,
    kernels: Sequence[Array],
    axes: Sequence[Axis],
    out: Array,
    *,
    sums: np.dtype[Any],
    groups: int,
    pad_mode: str,
    fill: Any,
) -> picture_rows.RowFilter | None:
    """Return what filters images (m, h, w, c) row by row into out; None if that is impossible.

    Arguments are those of `Runner.__call__`; groups, pad_mode and fill are those of a convolution.
    """
    if 0 in out.shape or not (is_regular(images) and is_regular(out)):
        return None
    is_separable = len(kernels) == 2
    kh, kw = map(len, kernels) if is_separable else kernels[0].shape
    terms = max(kh, kw) if is_separable else kh * kw  # of the longest sum
    if chains((terms, 1, 1), sums, np.dtype(np.float32))[0] < terms:
        return None  # sums of so many products are computed in parts
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
    if not picture_rows.takes(geometry, FILTERED) or depthwise.takes(geometry):
        return None
    forms = picture_rows.row_forms_of(geometry, fill, is_separable=is_separable)
    return picture_rows.RowFilter(geometry, forms)
