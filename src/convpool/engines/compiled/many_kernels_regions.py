"""Regions of the output that are convolved with pixels read in the images, without their padding.

A region is a rectangle of the output whose windows have the same taps on pixels; the taps on zeros
around the pixels are left out. With "same" padding and 3x3 taps there are nine: the middle, four
edges and four corners. A run is some pixels of a window, with their channels, that lie side by side
and are summed in one go: one tap, or a row of taps. `geometry` is the convolution without its
arrays.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise, product

import numpy as np

from convpool.engines.compiled import geometry as geometries
from convpool.engines.compiled.geometry import ConvolutionGeometry
from convpool.engines.values import NamedTuple
from convpool.windows import Axis

FEW = 16  # with fewer channels, one tap is too short a run: a row of taps is taken
REGIONS = 9  # regions that the output is cut into at most


class AxisRegion(NamedTuple):
    """Neighbouring windows of an axis that have the same taps on pixels, and these taps."""

    windows: slice
    taps: slice


@lru_cache(geometries.KEPT_GEOMETRIES)
def regions_in_place(
    geometry: ConvolutionGeometry,
) -> list[tuple[AxisRegion, AxisRegion]] | None:
    """Cut the output into regions, (rows, columns), if pixels can be read in the images.

    None where pixels have to be packed to a scratch: the channels of a pixel do not lie side by
    side, or have another dtype than the sums; what stands in the padding is not zeros; or regions
    would be too many.
    """
    if geometry.input_strides[3] != 1 or not geometry.needs_no_conversion:
        return None
    down, across = (_windows_with_same_taps(axis) for axis in geometry.axes)
    # not the same as a single region, which lacks taps where all windows have them on padding
    has_all_taps = all(
        region.taps == slice(0, axis.window)
        for axis, regions in zip(geometry.axes, (down, across), strict=True)
        for region in regions
    )
    is_cut_well = geometry.kernels[2] >= FEW and len(down) * len(across) <= REGIONS
    if not has_all_taps and not (geometry.is_padded_with_zeros and is_cut_well):
        return None
    return list(product(down, across))


def _windows_with_same_taps(axis: Axis) -> list[AxisRegion]:
    """Cut the windows of an axis into the longest slices that have the same taps on pixels.

    Of 5 pixels and windows of 3 taps, with a zero before and one after: window 0 has taps 1 and 2
    on pixels, windows 1 to 3 have all, window 4 has taps 0 and 1.
    """
    # where windows begin: below 0 in the padding
    first_pixels = np.arange(axis.count) * axis.stride - axis.before
    # for each window, its taps from low to before high lie on pixels
    low = np.clip(-(first_pixels // axis.dilation), 0, axis.window)
    high = np.clip(-((first_pixels - axis.size) // axis.dilation), low, axis.window)
    cuts = [0, *(np.flatnonzero(np.diff(low) | np.diff(high)) + 1).tolist(), axis.count]
    return [AxisRegion(slice(a, b), slice(int(low[a]), int(high[a]))) for a, b in pairwise(cuts)]
